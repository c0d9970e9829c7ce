/* SPDX-License-Identifier: MIT */
#include "search/phrase.h"

#include <stdlib.h>

#include "query/in_line.h"
#include "search/phrase_biwords.h"

struct phrase_term {
    struct term_cursor *cursor;
    uint32_t number;       /* in the phrase */
    uint32_t shift;        /* places from it to the phrase's last word */
    uint32_t opened_block; /* the block that `positions` was opened on; UINT32_MAX: none */
    uint32_t read_index;   /* the document of it that was read last: they are read forward */
    struct posting_positions positions;
    uint32_t *places; /* of the document looked at, moved */
    uint32_t place_count;
    size_t capacity;
};

struct phrase_matcher {
    struct search_context *context;
    const struct plan_node *node;
    struct phrase_term *terms; /* the rarest first */
    size_t count;
    struct term_cursor **biwords; /* by phrase_matcher_skip, the rarest first */
    size_t biword_count;
    bool is_biword;      /* the phrase is two words of the whole group, and those a biword */
    struct in_line line; /* while sloppy matches are counted */
};

/* A word and its place in the phrase: the rarest first. */
struct rarity {
    uint32_t documents, place;
};

static int by_rarity(const void *a, const void *b)
{
    const struct rarity *one = a, *other = b;
    if (one->documents != other->documents)
        return one->documents < other->documents ? -1 : 1;
    return (one->place > other->place) - (one->place < other->place);
}

static bool go_on(void *context)
{
    struct search_context *search = context;
    return search_poll_often(search) == LIBSEARCH_OK;
}

libsearch_status phrase_matcher_new(struct search_context *context, const struct plan_node *node,
                                    struct term_cursor **cursors, size_t count, struct phrase_matcher **matcher)
{
    struct phrase_matcher *made;
    struct phrase_term *terms;
    struct rarity *order;
    struct in_line_word *words;
    TRY(search_take(context, sizeof *made, &made));
    TRY(search_take(context, (count + 1) * sizeof *terms, &terms));
    TRY(search_take(context, (count + 1) * sizeof *words, &words));
    TRY(search_take(context, (count + 1) * sizeof *order, &order));
    *made = (struct phrase_matcher){ .context = context, .node = node, .terms = terms, .count = count };
    made->line =
        (struct in_line){ .words = words, .count = count, .slop = node->slop, .go_on = go_on, .context = context };
    for (size_t i = 0; i < count; i++)
        order[i] = (struct rarity){ cursors[i]->list.document_frequency, (uint32_t)i };
    qsort(order, count, sizeof *order, by_rarity);
    for (size_t i = 0; i < count; i++) {
        terms[i].cursor = cursors[order[i].place];
        terms[i].number = order[i].place;
        terms[i].shift = node->offsets[count - 1] - node->offsets[order[i].place];
        terms[i].opened_block = UINT32_MAX;
    }
    *matcher = made;
    return LIBSEARCH_OK;
}

libsearch_status phrase_matcher_skip(struct phrase_matcher *matcher, bool *never)
{
    struct search_context *context = matcher->context;
    const struct segment *segment = matcher->terms[0].cursor->segment;
    const struct posting_list **lists;
    struct biword_term *biwords;
    *never = false;
    if (matcher->node->slop > 0 || !segment_has_biwords(segment))
        return LIBSEARCH_OK;
    TRY(search_take(context, matcher->count * sizeof(struct posting_list *), &lists));
    for (size_t t = 0; t < matcher->count; t++)
        lists[matcher->terms[t].number] = &matcher->terms[t].cursor->list;
    TRY(phrase_biwords(context, matcher->node, segment, lists, &biwords, &matcher->biword_count, never));
    if (*never)
        return LIBSEARCH_OK;
    TRY(search_take(context, (matcher->biword_count + 1) * sizeof(struct term_cursor *), &matcher->biwords));
    for (size_t i = 0; i < matcher->biword_count; i++) {
        TRY(search_take_bare(context, sizeof *matcher->biwords[i], &matcher->biwords[i]));
        term_cursor_open(matcher->biwords[i], segment, &biwords[i].term, &biwords[i].list, NULL, context->arena);
    }
    matcher->is_biword =
        matcher->count == 2 && matcher->biword_count == 1 && matcher->node->terms[0].field == SCHEMA_NO_FIELD;
    return LIBSEARCH_OK;
}

/* The stretch of positions that the field asked for takes in a document. */
static void field_span(const struct phrase_matcher *matcher, uint32_t document, uint32_t *from, uint32_t *to)
{
    const struct term_cursor *cursor = matcher->terms[0].cursor;
    const struct segment *segment = cursor->segment;
    const uint16_t field = cursor->term->field;
    *from = 0;
    *to = UINT32_MAX;
    if (field == SCHEMA_NO_FIELD)
        return;
    *from = segment_field_start(segment, field, document);
    for (uint16_t f = (uint16_t)(field + 1); f < segment->field_count; f++)
        if (segment->schema->fields[f]->in_group && segment_field_length(segment, f, document) > 0) {
            *to = segment_field_start(segment, f, document);
            return;
        }
}

/* Brings the term's places in the document it stands on, moved to where the phrase's last word would be. */
static bool load_places(struct phrase_matcher *matcher, struct phrase_term *term)
{
    struct term_cursor *cursor = term->cursor;
    const bool whole = cursor->term->field == SCHEMA_NO_FIELD; /* then frequencies are taken as they lie */
    if (search_poll_often(matcher->context) != LIBSEARCH_OK ||
        !(whole ? posting_block_frequencies(&cursor->list, &cursor->block) : term_cursor_frequencies(cursor)))
        return false;
    const uint32_t index = cursor->thinned ? cursor->origins[cursor->index] : cursor->index;
    if (term->opened_block != cursor->block_number || index <= term->read_index) {
        struct posting_tail tail;
        if (!posting_block_tail(&cursor->list, &cursor->block, &tail))
            return false;
        /* Positions are those of the block as it lies, also where documents were taken out. */
        const uint32_t count = cursor->block.count;
        if (cursor->thinned)
            cursor->block.count = cursor->list.document_frequency == 1 ? 1
                                  : cursor->block_number + 1 < cursor->list.blocks
                                      ? POSTING_BLOCK
                                      : (cursor->list.document_frequency - 1) % POSTING_BLOCK + 1;
        const bool opened = posting_positions_open(&cursor->list, &cursor->block, tail.positions, &term->positions);
        term->positions.few = true;
        cursor->block.count = count;
        if (!opened)
            return false;
        term->opened_block = cursor->block_number;
    }
    const uint32_t frequency = cursor->block.frequencies[index];
    if (frequency > term->capacity) {
        const size_t capacity = (size_t)frequency * 2;
        term->capacity = 0;
        term->places = arena_allocate(matcher->context->arena, capacity * sizeof *term->places);
        cursor->no_memory = term->places == NULL;
        if (cursor->no_memory)
            return false;
        term->capacity = capacity;
    }
    const uint32_t *steps = posting_positions_steps(&term->positions, index, term->places);
    if (steps == NULL)
        return false;
    for (uint32_t i = 0, place = 0; i < frequency; i++)
        term->places[i] = place += steps[i];
    term->read_index = index;
    uint32_t from, to;
    field_span(matcher, cursor->block.documents[cursor->index], &from, &to);
    /* A compound can put a term twice in one place (cat-s: cat, and cats): that is one place. */
    uint32_t kept = 0;
    for (uint32_t i = 0; i < frequency; i++)
        if (term->places[i] >= from && term->places[i] < to &&
            (kept == 0 || term->places[kept - 1] != term->places[i] + term->shift))
            term->places[kept++] = term->places[i] + term->shift;
    term->place_count = kept;
    return true;
}

/* Keeps of `places` those that the other list has too; both rise. Returns how many. */
static uint32_t intersect(uint32_t *places, uint32_t count, const uint32_t *other, uint32_t other_count)
{
    uint32_t kept = 0, j = 0;
    for (uint32_t i = 0; i < count; i++) {
        while (j < other_count && other[j] < places[i])
            j++;
        if (j == other_count)
            break;
        if (other[j] == places[i])
            places[kept++] = places[i];
    }
    return kept;
}

/* How often the words stand exactly one after the other in a document. The rarest two are on it; the others are brought
 * there only if those stand together. */
static bool count_exact(struct phrase_matcher *matcher, uint32_t document, uint32_t *found)
{
    struct phrase_term *first = &matcher->terms[0];
    *found = 0;
    if (!load_places(matcher, first))
        return false;
    uint32_t left = first->place_count;
    for (size_t t = 1; t < matcher->count && left > 0; t++) {
        if (t > 1 && !term_cursor_place(matcher->terms[t].cursor, document))
            return !matcher->terms[t].cursor->damaged;
        if (!load_places(matcher, &matcher->terms[t]))
            return false;
        left = intersect(first->places, left, matcher->terms[t].places, matcher->terms[t].place_count);
    }
    *found = left;
    return true;
}

/* The same where the phrase is a biword, which stands on the document. */
static bool count_biword(struct phrase_matcher *matcher, uint32_t *found)
{
    struct term_cursor *cursor = matcher->biwords[0];
    *found = 0;
    if (!term_cursor_frequencies(cursor))
        return false;
    *found = cursor->block.frequencies[cursor->index];
    return true;
}

/* How often they stand with at most `slop` moves. */
static bool count_sloppy(struct phrase_matcher *matcher, uint32_t *found)
{
    struct in_line *line = &matcher->line;
    const struct plan_repeats *repeats = &matcher->node->repeats;
    *found = 0;
    for (size_t t = 0; t < matcher->count; t++) {
        struct phrase_term *term = &matcher->terms[t];
        if (!load_places(matcher, term))
            return false;
        if (term->place_count == 0)
            return true;
        line->words[term->number] = (struct in_line_word){ .places = term->places,
                                                           .stride = 1,
                                                           .count = term->place_count,
                                                           .shift = term->shift,
                                                           .next = repeats->next[term->number] };
    }
    line->begun = false;
    while (in_line_next(line))
        ++*found;
    return !line->stopped;
}

/* The first document >= document that has all biwords; NO_DOCUMENT where there is none below end. */
static uint32_t next_by_biwords(struct phrase_matcher *matcher, uint32_t document, uint32_t end)
{
    for (size_t i = 0; i < matcher->biword_count && document < end;) {
        if (search_poll_often(matcher->context) != LIBSEARCH_OK)
            return NO_DOCUMENT;
        const uint32_t next = term_cursor_seek(matcher->biwords[i], document);
        i = next == document ? i + 1 : i == 0 ? 1 : 0;
        document = next;
    }
    return document < end ? document : NO_DOCUMENT;
}

/* Brings all cursors to the next document >= document that has all terms; NO_DOCUMENT where there is none below end. */
static uint32_t next_common(struct phrase_matcher *matcher, uint32_t document, uint32_t end)
{
    while ((document = next_by_biwords(matcher, document, end)) < end) {
        if (matcher->is_biword)
            return document;
        uint32_t candidate = term_cursor_seek(matcher->terms[0].cursor, document);
        if (candidate >= end)
            return NO_DOCUMENT;
        size_t t = 1;
        for (; t < matcher->count; t++) {
            if (search_poll_often(matcher->context) != LIBSEARCH_OK)
                return NO_DOCUMENT;
            const uint32_t other = term_cursor_seek(matcher->terms[t].cursor, candidate);
            if (other != candidate) {
                candidate = other;
                break;
            }
        }
        if (t == matcher->count)
            return candidate;
        document = candidate;
    }
    return NO_DOCUMENT;
}

static float score_here(const struct phrase_matcher *matcher, uint32_t document, uint32_t frequency)
{
    const struct term_cursor *cursor = matcher->terms[0].cursor;
    const uint32_t length = cursor->lengths == NULL ? 1 : (uint32_t)numbers_at(cursor->lengths, document);
    if (matcher->node->formulas.count > 0)
        return formulas_score(&matcher->node->formulas, (float)frequency, length);
    return score_of(matcher->node->phrase_weight, (float)frequency, norms_inverse(cursor->term->norms, length));
}

bool phrase_matcher_count(struct phrase_matcher *matcher, uint32_t document, uint32_t *found)
{
    *found = 0;
    for (size_t t = 0; t < 2; t++)
        if (!term_cursor_place(matcher->terms[t].cursor, document))
            return !matcher->terms[t].cursor->damaged;
    return count_exact(matcher, document, found);
}

bool phrase_matcher_rest(struct phrase_matcher *matcher, uint32_t document, float least, uint32_t *places,
                         uint32_t *count)
{
    const struct term_cursor *first = matcher->terms[0].cursor;
    const float inverse = norms_inverse(first->term->norms, (uint32_t)numbers_at(first->lengths, document));
    uint32_t left = *count;
    *count = 0;
    for (size_t t = 2; t < matcher->count && left > 0; t++) {
        struct phrase_term *term = &matcher->terms[t];
        if (score_of(matcher->node->phrase_weight, (float)left, inverse) < least)
            return true;
        if (!term_cursor_place(term->cursor, document))
            return !term->cursor->damaged;
        if (!load_places(matcher, term))
            return false;
        left = intersect(places, left, term->places, term->place_count);
    }
    *count = left;
    return true;
}

bool phrase_matcher_window(struct phrase_matcher *matcher, uint32_t base, const uint64_t *wanted, uint64_t *bits,
                           float *scores)
{
    const uint32_t end = base + WINDOW;
    uint32_t document = window_next(wanted, base, base);
    while (document < end) {
        const uint32_t common = next_common(matcher, document, end);
        if (common >= end)
            break;
        document = window_next(wanted, base, common);
        if (document != common)
            continue;
        uint32_t found;
        if (!(matcher->is_biword         ? count_biword(matcher, &found)
              : matcher->node->slop == 0 ? count_exact(matcher, document, &found)
                                         : count_sloppy(matcher, &found)))
            return false;
        if (found > 0) {
            bits[(document - base) / 64] |= UINT64_C(1) << document % 64;
            if (scores != NULL)
                scores[document - base] += score_here(matcher, document, found);
        }
        document = window_next(wanted, base, document + 1);
    }
    for (size_t t = 0; t < matcher->count; t++)
        if (matcher->terms[t].cursor->damaged)
            return false;
    for (size_t i = 0; i < matcher->biword_count; i++)
        if (matcher->biwords[i]->damaged)
            return false;
    return matcher->context->ended == LIBSEARCH_OK;
}
