/* SPDX-License-Identifier: MIT */
#include "search/spans.h"

#include <stdlib.h>
#include <string.h>

#include "query/in_line.h"
#include "search/places.h"

struct span {
    uint32_t start, end; /* places of the first and the last word */
};

/* A plan_span opened on a segment. */
struct reader {
    struct search_context *context;
    const struct plan_span *plan;
    struct places *places; /* SPAN_WORDS; NULL: the segment has none of them */
    struct reader **parts; /* else */
    uint32_t document;     /* that seek gave last; all parts that have it stand on it */
    struct span *found;    /* in the document, by rising start, then end */
    size_t count, capacity;
    size_t *at;          /* of each part's spans, while they are gone through */
    struct in_line line; /* SPAN_PHRASE: likewise */
};

struct span_matcher {
    struct search_context *context;
    const struct plan_node *node;
    const struct snapshot_segment *where;
    const struct numbers *lengths; /* NULL: every length is 1 */
    struct reader *root;
    bool no_memory, damaged;
};

/* The lengths that a term's scores go by: as term_cursor_open has them. */
static const struct numbers *lengths_of(const struct segment *segment, const struct plan_term *term)
{
    const uint16_t own = term->field != SCHEMA_NO_FIELD ? term->field
                         : term->list > 0               ? (uint16_t)(term->list - 1)
                                                        : SCHEMA_NO_FIELD;
    if (own != SCHEMA_NO_FIELD)
        return own < segment->field_count && segment->fields[own].lengths.data != NULL ? &segment->fields[own].lengths
                                                                                       : NULL;
    return term->weighted && segment->profiles == 2 ? &segment->weighted_lengths : &segment->plain_lengths;
}

static bool go_on(void *context)
{
    struct search_context *search = context;
    return search_poll_often(search) == LIBSEARCH_OK;
}

static libsearch_status reader_new(struct span_matcher *matcher, const struct plan_span *plan, size_t segment_index,
                                   struct reader **reader)
{
    struct reader *made;
    TRY(search_take(matcher->context, sizeof *made, &made));
    made->context = matcher->context;
    made->plan = plan;
    *reader = made;
    if (plan->kind == SPAN_WORDS)
        return places_open(matcher->context, plan->terms, plan->term_count, matcher->where, segment_index,
                           &made->places);
    TRY(search_take(matcher->context, (plan->part_count + 1) * sizeof(struct reader *), &made->parts));
    TRY(search_take(matcher->context, (plan->part_count + 1) * sizeof *made->at, &made->at));
    for (size_t i = 0; i < plan->part_count; i++)
        TRY(reader_new(matcher, plan->parts[i], segment_index, &made->parts[i]));
    made->line =
        (struct in_line){ .count = plan->part_count, .slop = plan->slop, .go_on = go_on, .context = matcher->context };
    return plan->kind == SPAN_PHRASE
               ? search_take(matcher->context, plan->part_count * sizeof *made->line.words, &made->line.words)
               : LIBSEARCH_OK;
}

libsearch_status span_matcher_new(struct search_context *context, const struct plan_node *node,
                                  const struct snapshot_segment *where, size_t segment_index,
                                  struct span_matcher **matcher)
{
    struct span_matcher *made;
    TRY(search_take(context, sizeof *made, &made));
    made->context = context;
    made->node = node;
    made->where = where;
    made->lengths = lengths_of(where->segment, &node->terms[0]);
    TRY(reader_new(made, node->span, segment_index, &made->root));
    *matcher = made;
    return LIBSEARCH_OK;
}

static uint32_t seek(struct reader *reader, uint32_t document)
{
    const struct plan_span *plan = reader->plan;
    if (search_poll_often(reader->context) != LIBSEARCH_OK)
        return reader->document = NO_DOCUMENT;
    if (plan->kind == SPAN_WORDS)
        return reader->document = reader->places == NULL ? NO_DOCUMENT : places_seek(reader->places, document);
    if (plan->kind == SPAN_ANY) {
        uint32_t least = NO_DOCUMENT;
        for (size_t i = 0; i < plan->part_count; i++) {
            struct reader *part = reader->parts[i];
            if (part->document < document || part->document == 0)
                seek(part, document);
            least = part->document < least ? part->document : least;
        }
        return reader->document = least;
    }
    /* All parts: whoever is behind goes on, until all agree. */
    for (size_t agreed = 0, i = 0; agreed < plan->part_count && document != NO_DOCUMENT;
         i = (i + 1) % plan->part_count) {
        const uint32_t next = seek(reader->parts[i], document);
        agreed = next == document ? agreed + 1 : 1;
        document = next;
    }
    return reader->document = document;
}

uint32_t span_matcher_seek(struct span_matcher *matcher, uint32_t document) { return seek(matcher->root, document); }

static bool add(struct span_matcher *matcher, struct reader *reader, uint32_t start, uint32_t end)
{
    if (reader->count == reader->capacity) {
        const size_t capacity = reader->capacity == 0 ? 32 : reader->capacity * 2;
        struct span *grown = arena_allocate(matcher->context->arena, capacity * sizeof *grown);
        matcher->no_memory = grown == NULL;
        if (grown == NULL)
            return false;
        if (reader->count > 0)
            memcpy(grown, reader->found, reader->count * sizeof *grown);
        reader->found = grown;
        reader->capacity = capacity;
    }
    reader->found[reader->count++] = (struct span){ start, end };
    return true;
}

static int compare_spans(const void *a, const void *b)
{
    const struct span *one = a, *other = b;
    if (one->start != other->start)
        return one->start < other->start ? -1 : 1;
    return (one->end > other->end) - (one->end < other->end);
}

static bool collect(struct span_matcher *matcher, struct reader *reader);

static bool collect_words(struct span_matcher *matcher, struct reader *reader)
{
    const uint32_t *found;
    uint32_t count;
    if (!places_read(reader->places, &found, &count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        if (!add(matcher, reader, found[i], found[i]))
            return false;
    return true;
}

static bool collect_any(struct span_matcher *matcher, struct reader *reader)
{
    for (size_t i = 0; i < reader->plan->part_count; i++) {
        struct reader *part = reader->parts[i];
        if (part->document != reader->document)
            continue;
        if (!collect(matcher, part))
            return false;
        for (size_t j = 0; j < part->count; j++)
            if (!add(matcher, reader, part->found[j].start, part->found[j].end))
                return false;
    }
    if (reader->count > 1)
        qsort(reader->found, reader->count, sizeof *reader->found, compare_spans);
    size_t kept = 0;
    for (size_t i = 0; i < reader->count; i++)
        if (kept == 0 || compare_spans(&reader->found[kept - 1], &reader->found[i]) != 0)
            reader->found[kept++] = reader->found[i];
    reader->count = kept;
    return true;
}

/* The stretches from the first to the last place of each good choice. (With slop 0 that finds the places where all words
 * stand.) */
static bool collect_phrase(struct span_matcher *matcher, struct reader *reader)
{
    const struct plan_span *plan = reader->plan;
    struct in_line *line = &reader->line;
    const uint32_t last = plan->offsets[plan->part_count - 1];
    for (size_t t = 0; t < plan->part_count; t++) {
        const uint32_t shift = last - plan->offsets[t];
        line->words[t] = (struct in_line_word){ .places = &reader->parts[t]->found->start,
                                                .stride = sizeof(struct span) / sizeof(uint32_t),
                                                .count = reader->parts[t]->count,
                                                .plus = shift,
                                                .shift = shift,
                                                .next = plan->slop > 0 ? plan->repeats.next[t] : 0,
                                                .in_last = plan->slop > 0 && plan->repeats.in_last[t] };
    }
    line->begun = false;
    while (in_line_next(line)) {
        struct span span = { UINT32_MAX, 0 };
        for (size_t t = 0; t < plan->part_count; t++) {
            const uint32_t place = in_line_place(line, t);
            span.start = place < span.start ? place : span.start;
            span.end = place > span.end ? place : span.end;
        }
        if (!add(matcher, reader, span.start, span.end))
            return false;
    }
    if (reader->count > 1)
        qsort(reader->found, reader->count, sizeof *reader->found, compare_spans);
    return !line->stopped;
}

/* In any order: a span of one part, and of every other part the first that does not come before it (by start, then
 * end, then the parts' order); they are near when the last start is at most slop behind the first end. */
static bool collect_near(struct span_matcher *matcher, struct reader *reader)
{
    for (;;) {
        size_t lowest = 0;
        if (search_poll_often(reader->context) != LIBSEARCH_OK)
            return false;
        const struct span *first = &reader->parts[0]->found[reader->at[0]];
        uint32_t last_start = first->start, last_end = first->end, first_end = first->end;
        for (size_t t = 1; t < reader->plan->part_count; t++) {
            const struct span *span = &reader->parts[t]->found[reader->at[t]];
            if (compare_spans(span, &reader->parts[lowest]->found[reader->at[lowest]]) < 0)
                lowest = t;
            last_start = span->start > last_start ? span->start : last_start;
            last_end = span->end > last_end ? span->end : last_end;
            first_end = span->end < first_end ? span->end : first_end;
        }
        first = &reader->parts[lowest]->found[reader->at[lowest]];
        if ((last_start <= first_end || last_start - first_end <= reader->plan->slop) &&
            !add(matcher, reader, first->start, last_end))
            return false;
        if (++reader->at[lowest] == reader->parts[lowest]->count)
            break;
    }
    if (reader->count > 1)
        qsort(reader->found, reader->count, sizeof *reader->found, compare_spans);
    return true;
}

/* In order: for each span of the first part, of every next part the first that begins behind the one before; they are
 * near when the last begins at most slop behind the first's end. */
static bool collect_ordered(struct span_matcher *matcher, struct reader *reader)
{
    const size_t parts = reader->plan->part_count;
    for (size_t i = 0; i < reader->parts[0]->count; i++) {
        if (search_poll_often(reader->context) != LIBSEARCH_OK)
            return false;
        const struct span first = reader->parts[0]->found[i];
        struct span before = first;
        size_t t = 1;
        for (; t < parts; t++) {
            const struct reader *part = reader->parts[t];
            size_t at = 0, high = part->count; /* the first with start > before.end */
            while (at < high) {
                const size_t middle = at + (high - at) / 2;
                if (part->found[middle].start <= before.end)
                    at = middle + 1;
                else
                    high = middle;
            }
            if (at == part->count)
                break;
            before = part->found[at];
        }
        if (t == parts && (parts == 1 || before.start - first.end <= reader->plan->slop) &&
            !add(matcher, reader, first.start, before.end))
            return false;
    }
    return true;
}

/* Finds the spans of the document that the reader stands on. */
static bool collect(struct span_matcher *matcher, struct reader *reader)
{
    const struct plan_span *plan = reader->plan;
    reader->count = 0;
    if (search_poll_often(reader->context) != LIBSEARCH_OK)
        return false;
    if (plan->kind == SPAN_WORDS)
        return collect_words(matcher, reader);
    if (plan->kind == SPAN_ANY)
        return collect_any(matcher, reader);
    for (size_t t = 0; t < plan->part_count; t++) {
        reader->at[t] = 0;
        if (!collect(matcher, reader->parts[t]))
            return false;
        if (reader->parts[t]->count == 0)
            return true;
    }
    return plan->kind == SPAN_PHRASE ? collect_phrase(matcher, reader)
           : plan->ordered           ? collect_ordered(matcher, reader)
                                     : collect_near(matcher, reader);
}

static void find_damage(struct span_matcher *matcher, const struct reader *reader)
{
    bool no_memory = false;
    if (reader->places != NULL)
        matcher->damaged = places_damaged(reader->places, &no_memory) || matcher->damaged;
    matcher->no_memory = matcher->no_memory || no_memory;
    for (size_t i = 0; i < reader->plan->part_count; i++)
        find_damage(matcher, reader->parts[i]);
}

libsearch_status span_matcher_check(struct span_matcher *matcher)
{
    find_damage(matcher, matcher->root);
    if (matcher->no_memory)
        return error_no_memory(matcher->context->error);
    return matcher->damaged ? error_set(matcher->context->error, LIBSEARCH_CORRUPT, "%s: a posting list is damaged",
                                        segment_name(matcher->where->segment))
                            : LIBSEARCH_OK;
}

libsearch_status span_matcher_window(struct span_matcher *matcher, uint32_t base, const uint64_t *wanted,
                                     uint64_t *bits, float *scores)
{
    const struct plan_node *node = matcher->node;
    const uint32_t end = base + WINDOW;
    bool going = true;
    for (uint32_t next = window_next(wanted, base, base); next < end && going;) {
        const uint32_t document = seek(matcher->root, next);
        if (document >= end)
            break;
        next = window_next(wanted, base, document);
        if (next != document)
            continue;
        next = window_next(wanted, base, document + 1);
        going = collect(matcher, matcher->root);
        if (!going || matcher->root->count == 0)
            continue;
        bits[(document - base) / 64] |= UINT64_C(1) << document % 64;
        const uint32_t length = matcher->lengths == NULL ? 1 : (uint32_t)numbers_at(matcher->lengths, document);
        if (scores != NULL && node->formulas.count > 0)
            scores[document - base] += formulas_score(&node->formulas, (float)matcher->root->count, length);
        else if (scores != NULL)
            scores[document - base] +=
                score_of(node->phrase_weight, (float)matcher->root->count, norms_inverse(node->terms[0].norms, length));
    }
    TRY(matcher->context->ended);
    matcher->damaged = matcher->damaged || !going;
    return span_matcher_check(matcher);
}
