/* SPDX-License-Identifier: MIT */
#include "search/facets.h"

#include <string.h>

#include "base/calendar.h"

struct bucket {
    uint64_t value; /* as columns have it; of a histogram, of its first moment */
    uint64_t count; /* 0: an empty slot */
};

struct facet_counter {
    struct search_context *context;
    const libsearch_facet *facet;
    struct column_view *view;
    uint64_t *by_rank;    /* keywords: counts */
    struct bucket *slots; /* numbers: hashed; slot_count is a power of two, at most half of them taken */
    size_t slot_count, taken;
    uint64_t *ranges; /* counts */
    uint64_t documents, missing, values, least, greatest;
    double sum;
};

libsearch_status facet_counter_new(struct search_context *context, const struct snapshot *snapshot,
                                   const libsearch_facet *facet, struct facet_counter **counter)
{
    struct facet_counter *made;
    TRY(search_take(context, sizeof *made, &made));
    made->context = context;
    made->facet = facet;
    made->least = UINT64_MAX;
    TRY(column_view_open(context, snapshot, facet->field, &made->view));
    const libsearch_type type = made->view->field->type;
    if (type == LIBSEARCH_KEYWORD && (facet->range_count > 0 || facet->interval != LIBSEARCH_EACH_VALUE))
        return error_set(context->error, LIBSEARCH_INVALID, "facet: field '%s' has keywords, which have no ranges",
                         facet->field);
    if (type != LIBSEARCH_DATE && facet->interval != LIBSEARCH_EACH_VALUE)
        return error_set(context->error, LIBSEARCH_INVALID, "facet: field '%s' has no dates", facet->field);
    TRY(search_take(context, (facet->range_count + 1) * sizeof *made->ranges, &made->ranges));
    if (type == LIBSEARCH_KEYWORD)
        TRY(search_take(context, (made->view->keyword_count + 1) * sizeof *made->by_rank, &made->by_rank));
    else if (facet->range_count == 0) {
        made->slot_count = 64;
        TRY(search_take(context, made->slot_count * sizeof *made->slots, &made->slots));
    }
    *counter = made;
    return LIBSEARCH_OK;
}

static struct bucket *find_slot(struct bucket *slots, size_t slot_count, uint64_t value)
{
    size_t at = (size_t)((value * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (slot_count - 1);
    while (slots[at].count > 0 && slots[at].value != value)
        at = (at + 1) & (slot_count - 1);
    return &slots[at];
}

static libsearch_status count_value(struct facet_counter *counter, uint64_t value)
{
    struct bucket *slot = find_slot(counter->slots, counter->slot_count, value);
    if (slot->count++ > 0)
        return LIBSEARCH_OK;
    slot->value = value;
    if (++counter->taken * 2 <= counter->slot_count)
        return LIBSEARCH_OK;
    struct bucket *grown;
    const size_t slot_count = counter->slot_count * 4;
    TRY(search_take(counter->context, slot_count * sizeof *grown, &grown));
    for (size_t i = 0; i < counter->slot_count; i++) {
        TRY(search_poll_at(counter->context, i));
        if (counter->slots[i].count > 0)
            *find_slot(grown, slot_count, counter->slots[i].value) = counter->slots[i];
    }
    counter->slots = grown;
    counter->slot_count = slot_count;
    return LIBSEARCH_OK;
}

static double number_of(const struct facet_counter *counter, uint64_t value)
{
    return counter->view->field->type == LIBSEARCH_FLOAT ? column_to_double(value) : (double)column_to_integer(value);
}

static bool within(const struct facet_counter *counter, const libsearch_facet_range *range, uint64_t value)
{
    if (counter->view->field->type == LIBSEARCH_FLOAT) {
        const double number = column_to_double(value);
        return number >= range->low_number && number < range->high_number;
    }
    const int64_t integer = column_to_integer(value);
    return integer >= range->low && integer < range->high;
}

libsearch_status facet_counter_add(struct facet_counter *counter, size_t segment, uint32_t document)
{
    const uint32_t count = column_view_count(counter->view, segment, document);
    uint64_t before = 0;
    counter->documents++;
    counter->missing += count == 0;
    for (size_t r = 0; r < counter->facet->range_count; r++) {
        bool has = false;
        for (uint32_t i = 0; i < count && !has; i++)
            has = within(counter, &counter->facet->ranges[r], column_view_value(counter->view, segment, document, i));
        counter->ranges[r] += has;
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint64_t value = column_view_value(counter->view, segment, document, i);
        counter->values++;
        counter->least = value < counter->least ? value : counter->least;
        counter->greatest = value > counter->greatest ? value : counter->greatest;
        if (counter->by_rank != NULL) {
            counter->by_rank[value]++;
            continue;
        }
        counter->sum += number_of(counter, value);
        if (counter->slots == NULL)
            continue;
        const uint64_t bucket =
            column_from_integer(calendar_first_moment(column_to_integer(value), counter->facet->interval));
        /* A document counts once in each stretch of time; its values rise. */
        if (counter->facet->interval == LIBSEARCH_EACH_VALUE)
            TRY(count_value(counter, value));
        else if (i == 0 || bucket != before)
            TRY(count_value(counter, bucket));
        before = bucket;
    }
    return LIBSEARCH_OK;
}

static int by_count(const void *a, const void *b)
{
    const struct bucket *one = a, *other = b;
    if (one->count != other->count)
        return one->count > other->count ? -1 : 1;
    return (one->value > other->value) - (one->value < other->value);
}

static int by_value(const void *a, const void *b)
{
    const struct bucket *one = a, *other = b;
    return (one->value > other->value) - (one->value < other->value);
}

/* All counted values. */
static libsearch_status list_buckets(struct facet_counter *counter, struct bucket **buckets, size_t *count)
{
    const size_t most = counter->by_rank != NULL ? counter->view->keyword_count : counter->taken;
    *count = 0;
    TRY(search_take(counter->context, (most + 1) * sizeof **buckets, buckets));
    for (size_t i = 0; counter->by_rank != NULL && i < most; i++) {
        TRY(search_poll_at(counter->context, i));
        if (counter->by_rank[i] > 0)
            (*buckets)[(*count)++] = (struct bucket){ i, counter->by_rank[i] };
    }
    for (size_t i = 0; i < counter->slot_count; i++) {
        TRY(search_poll_at(counter->context, i));
        if (counter->slots[i].count > 0)
            (*buckets)[(*count)++] = counter->slots[i];
    }
    return LIBSEARCH_OK;
}

static libsearch_facet_value value_of(const struct facet_counter *counter, uint64_t value, uint64_t count,
                                      struct arena *arena)
{
    libsearch_facet_value made = { .count = count };
    if (counter->by_rank != NULL) {
        const libsearch_bytes keyword = counter->view->keywords[value];
        made.keyword = (libsearch_bytes){ arena_duplicate(arena, keyword.data, keyword.length), keyword.length };
    } else if (counter->view->field->type == LIBSEARCH_FLOAT) {
        made.number = column_to_double(value);
    } else {
        made.integer = column_to_integer(value);
    }
    return made;
}

libsearch_status facet_counter_finish(struct facet_counter *counter, struct arena *arena,
                                      libsearch_facet_counts *counts)
{
    const libsearch_facet *facet = counter->facet;
    struct bucket *buckets = NULL;
    size_t count = 0;
    *counts = (libsearch_facet_counts){ .size = sizeof *counts,
                                        .type = counter->view->field->type,
                                        .documents = counter->documents,
                                        .missing = counter->missing,
                                        .values = counter->values };
    const char *name = arena_duplicate(arena, facet->field, strlen(facet->field));
    if (name == NULL)
        return error_no_memory(counter->context->error);
    counts->field = name;
    TRY(list_buckets(counter, &buckets, &count));
    counts->distinct = facet->range_count > 0 ? facet->range_count : count;
    if (facet->range_count > 0)
        count = facet->range_count;
    else
        TRY(search_sort(counter->context, buckets, count, sizeof *buckets,
                        facet->interval == LIBSEARCH_EACH_VALUE ? by_count : by_value));
    if (facet->range_count == 0 && facet->interval == LIBSEARCH_EACH_VALUE && count > facet->count)
        count = facet->count;
    libsearch_facet_value *values = arena_allocate(arena, (count + 1) * sizeof *values);
    if (values == NULL)
        return error_no_memory(counter->context->error);
    for (size_t i = 0; i < count; i++) {
        TRY(search_poll_at(counter->context, i));
        values[i] = facet->range_count > 0 ? (libsearch_facet_value){ .count = counter->ranges[i] }
                                           : value_of(counter, buckets[i].value, buckets[i].count, arena);
        if (values[i].keyword.length > 0 && values[i].keyword.data == NULL)
            return error_no_memory(counter->context->error);
    }
    counts->list = values;
    counts->count = count;
    if (counter->values > 0 && counter->by_rank == NULL) {
        counts->sum = counter->sum;
        counts->least = value_of(counter, counter->least, 0, arena);
        counts->greatest = value_of(counter, counter->greatest, 0, arena);
    }
    return LIBSEARCH_OK;
}
