/* SPDX-License-Identifier: MIT */
#include "search/column_view.h"

#include <string.h>

struct entry {
    libsearch_bytes keyword;
    uint32_t segment, ordinal;
};

static int by_keyword(const void *a, const void *b)
{
    const libsearch_bytes one = ((const struct entry *)a)->keyword, other = ((const struct entry *)b)->keyword;
    const size_t shorter = one.length < other.length ? one.length : other.length;
    const int order = shorter == 0 ? 0 : memcmp(one.data, other.data, shorter);
    return order != 0 ? order : (one.length > other.length) - (one.length < other.length);
}

static libsearch_status number_keywords(struct search_context *context, const struct snapshot *snapshot,
                                        struct column_view *view)
{
    struct entry *entries;
    size_t count = 0, at = 0;
    TRY(search_take(context, (snapshot->segment_count + 1) * sizeof(uint32_t *), &view->ranks));
    for (size_t s = 0; s < snapshot->segment_count; s++) {
        const size_t here = view->columns[s] == NULL ? 0 : column_keyword_count(view->columns[s]);
        TRY(search_take(context, (here + 1) * sizeof(uint32_t), &view->ranks[s]));
        count += here;
    }
    TRY(search_take(context, (count + 1) * sizeof *entries, &entries));
    TRY(search_take(context, (count + 1) * sizeof *view->keywords, &view->keywords));
    for (size_t s = 0; s < snapshot->segment_count; s++)
        for (uint32_t i = 0; view->columns[s] != NULL && i < column_keyword_count(view->columns[s]); i++) {
            TRY(search_poll_at(context, at));
            entries[at++] = (struct entry){ column_keyword(view->columns[s], i), (uint32_t)s, i };
        }
    /* Those of a segment are in order: sorting merges them. */
    TRY(search_sort(context, entries, count, sizeof *entries, by_keyword));
    for (size_t i = 0; i < count; i++) {
        TRY(search_poll_at(context, i));
        if (i == 0 || by_keyword(&entries[i - 1], &entries[i]) != 0)
            view->keywords[view->keyword_count++] = entries[i].keyword;
        view->ranks[entries[i].segment][entries[i].ordinal] = (uint32_t)(view->keyword_count - 1);
    }
    return LIBSEARCH_OK;
}

libsearch_status column_view_open(struct search_context *context, const struct snapshot *snapshot, const char *field,
                                  struct column_view **view)
{
    const struct field *found = schema_find(snapshot->schema, field, strlen(field));
    struct column_view *made;
    if (found == NULL)
        return error_set(context->error, LIBSEARCH_INVALID, "the index has no field '%s'", field);
    if (found->type == LIBSEARCH_TEXT || found->type == LIBSEARCH_STORED)
        return error_set(context->error, LIBSEARCH_INVALID, "field '%s' has no keywords or numbers", field);
    if (found->flags & LIBSEARCH_FIELD_NO_COLUMN)
        return error_set(context->error, LIBSEARCH_UNSUPPORTED, "field '%s' has no column", field);
    TRY(search_take(context, sizeof *made, &made));
    TRY(search_take(context, (snapshot->segment_count + 1) * sizeof(struct column *), &made->columns));
    made->field = found;
    for (size_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment *segment = snapshot->segments[s].segment;
        made->columns[s] = found->number < segment->field_count ? segment->columns[found->number] : NULL;
    }
    if (found->type == LIBSEARCH_KEYWORD)
        TRY(number_keywords(context, snapshot, made));
    *view = made;
    return LIBSEARCH_OK;
}
