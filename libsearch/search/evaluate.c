/* SPDX-License-Identifier: MIT */
#include "search/evaluate.h"

#include <string.h>
#include <time.h>

#include "base/merge_sort.h"
#include "query/query_set.h"
#include "search/phrase.h"
#include "search/spans.h"

/* One node of the plan, opened. */
struct evaluator {
    struct search_context *context;
    const struct plan_node *node;
    const struct snapshot_segment *where;
    struct term_cursor **cursors; /* TERM, GROUP, PHRASE: of the terms that the segment has */
    size_t cursor_count;
    struct phrase_matcher *phrase; /* PHRASE */
    struct span_matcher *spans;    /* NEAR */
    const struct column *column;   /* RANGE, EXISTS; NULL: no document has a value */
    const struct numbers *words;   /* EXISTS of a text field: how many words a document has there */
    uint64_t low, high;            /* RANGE: of the column's values */
    bool nothing;                  /* this segment has no match */
    struct evaluator **children;
    uint64_t *bits; /* a window's worth, for a parent's use */
    float *scores;
    float *best, *others;   /* MAX, FIELDS: by document of the window */
    uint8_t *counts;        /* BOOLEAN with minimum > 1: how many SHOULD match */
    bool narrows;           /* BOOLEAN: cheap children are asked first, and the others only for what is left */
    const uint64_t *wanted; /* of the window: documents that the parent looks at; NULL: all */
};

/* What a search may take beside its arena: a tokenizer, an automaton. */
enum { BESIDE_ARENA = 128 << 10 };

void search_arena_init(struct arena *arena, const libsearch_allocator *allocator, size_t memory, size_t *budget)
{
    arena_init(arena, allocator);
    *budget = memory > 2 * BESIDE_ARENA ? memory - BESIDE_ARENA : memory / 2;
    arena->budget = budget;
}

libsearch_status search_over_memory(libsearch_error *error)
{
    return error_set(error, LIBSEARCH_LIMIT, "the search would take more memory than it may");
}

libsearch_status search_poll(struct search_context *context)
{
    const struct search_request *request = context->request;
    if (request->cancel != NULL && __atomic_load_n(request->cancel, __ATOMIC_RELAXED) != 0)
        return context->ended = error_set(context->error, LIBSEARCH_CANCELLED, "the search was cancelled");
    if (request->deadline == 0)
        return LIBSEARCH_OK;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((int64_t)now.tv_sec * 1000000000 + now.tv_nsec >= request->deadline)
        return context->ended = error_set(context->error, LIBSEARCH_DEADLINE, "the search's time was over");
    return LIBSEARCH_OK;
}

libsearch_status search_take_bare(struct search_context *context, size_t size, void *memory)
{
    TRY(search_poll_often(context));
    void *taken = arena_allocate(context->arena, size);
    if (taken == NULL)
        return error_no_memory(context->error); /* LIMIT, where it was not allowed: search_run tells them apart */
    memcpy(memory, &taken, sizeof taken);
    return LIBSEARCH_OK;
}

libsearch_status search_take(struct search_context *context, size_t size, void *memory)
{
    enum { AT_ONCE = 1 << 20 }; /* between two polls: pages that are touched for the first time take their time */
    char *taken;
    TRY(search_take_bare(context, size, &taken));
    for (size_t done = 0; done < size; done += AT_ONCE) {
        if (done > 0)
            TRY(search_poll(context));
        memset(taken + done, 0, size - done < AT_ONCE ? size - done : AT_ONCE);
    }
    memcpy(memory, &taken, sizeof taken);
    return LIBSEARCH_OK;
}

libsearch_status search_poll_of(void *context) { return search_poll(context); }

libsearch_status search_sort(struct search_context *context, void *array, size_t count, size_t size,
                             int (*compare)(const void *one, const void *other))
{
    void *scratch;
    if (count < 2)
        return LIBSEARCH_OK;
    TRY(search_take_bare(context, (count / 2 + 1) * size, &scratch));
    return merge_sort(array, scratch, count, size, compare, search_poll_of, context);
}

/* Opens a cursor for each term that the segment has. */
static libsearch_status open_cursors(struct evaluator *evaluator, size_t segment_index)
{
    const struct plan_node *node = evaluator->node;
    struct search_context *context = evaluator->context;
    TRY(search_take(context, (node->term_count + 1) * sizeof(struct term_cursor *), &evaluator->cursors));
    for (size_t i = 0; i < node->term_count; i++) {
        const struct posting_list *list = node->terms[i].lists[segment_index];
        if (list == NULL) {
            if (node->kind == PLAN_PHRASE)
                evaluator->nothing = true;
            continue;
        }
        struct term_cursor *cursor;
        TRY(search_take(context, sizeof *cursor, &cursor));
        term_cursor_open(cursor, evaluator->where->segment, &node->terms[i], list, context->side_weights,
                         context->arena);
        evaluator->cursors[evaluator->cursor_count++] = cursor;
    }
    evaluator->nothing = evaluator->nothing || evaluator->cursor_count == 0;
    return LIBSEARCH_OK;
}

/* Children whose documents are found with little work, so that those of others need not be. */
static bool is_cheap(const struct plan_node *node)
{
    return node->kind == PLAN_TERM || node->kind == PLAN_GROUP || node->kind == PLAN_SET || node->kind == PLAN_RANGE ||
           node->kind == PLAN_EXISTS;
}

/* Opens the children, each with room for a window of its own. */
static libsearch_status open_children(struct evaluator *evaluator, size_t segment_index)
{
    const struct plan_node *node = evaluator->node;
    struct search_context *context = evaluator->context;
    TRY(search_take(context, (node->child_count + 1) * sizeof(struct evaluator *), &evaluator->children));
    for (size_t i = 0; i < node->child_count; i++) {
        struct evaluator *child;
        TRY(evaluator_new(context, node->children[i], evaluator->where, segment_index, &child));
        const bool required = node->occurs[i] == LIBSEARCH_MUST || node->occurs[i] == LIBSEARCH_FILTER;
        evaluator->nothing = evaluator->nothing || (required && child->nothing);
        TRY(search_take(context, WINDOW_WORDS * sizeof(uint64_t), &child->bits));
        if (child->node->scored && (child->node->kind != PLAN_TERM || node->kind == PLAN_MAX))
            TRY(search_take(context, WINDOW * sizeof(float), &child->scores));
        evaluator->children[i] = child;
    }
    /* Where a required child is cheap and another is not. */
    bool cheap = false, dear = false;
    for (size_t i = 0; i < node->child_count; i++) {
        const bool required = node->occurs[i] == LIBSEARCH_MUST || node->occurs[i] == LIBSEARCH_FILTER;
        cheap = cheap || (required && is_cheap(node->children[i]));
        dear = dear || !is_cheap(node->children[i]);
    }
    evaluator->narrows = node->kind == PLAN_BOOLEAN && cheap && dear;
    return LIBSEARCH_OK;
}

/* A range's ends in the segment's column: of keywords, their ordinals there. */
static void find_range(struct evaluator *evaluator)
{
    const struct plan_node *node = evaluator->node;
    bool found;
    evaluator->low = node->low;
    evaluator->high = node->high;
    if (!node->of_words || evaluator->column == NULL)
        return;
    evaluator->low = 0;
    if (node->has_low) {
        evaluator->low = column_keyword_seek(evaluator->column, node->low_text, &found);
        evaluator->low += found && node->low_open;
    }
    uint64_t behind = column_keyword_count(evaluator->column);
    if (node->has_high) {
        behind = column_keyword_seek(evaluator->column, node->high_text, &found);
        behind += found && !node->high_open;
    }
    evaluator->nothing = evaluator->low >= behind;
    evaluator->high = behind - 1;
}

libsearch_status evaluator_new(struct search_context *context, const struct plan_node *node,
                               const struct snapshot_segment *where, size_t segment_index, struct evaluator **evaluator)
{
    struct evaluator *made;
    TRY(search_take(context, sizeof *made, &made));
    made->context = context;
    made->node = node;
    made->where = where;
    switch (node->kind) {
    case PLAN_NONE: made->nothing = true; break;
    case PLAN_ALL:
    case PLAN_SET: break;
    case PLAN_TERM:
    case PLAN_GROUP: TRY(open_cursors(made, segment_index)); break;
    case PLAN_FIELDS:
        TRY(open_cursors(made, segment_index));
        TRY(search_take(context, WINDOW * sizeof(float), &made->best));
        break;
    case PLAN_PHRASE:
        TRY(open_cursors(made, segment_index));
        if (!made->nothing)
            TRY(phrase_matcher_new(context, node, made->cursors, made->cursor_count, &made->phrase));
        if (!made->nothing)
            TRY(phrase_matcher_skip(made->phrase, &made->nothing));
        break;
    case PLAN_RANGE:
    case PLAN_EXISTS:
        if (node->column < where->segment->field_count) {
            made->words = &where->segment->fields[node->column].lengths;
            if (where->segment->schema->fields[node->column]->type != LIBSEARCH_TEXT) /* a text's is its signature */
                made->column = where->segment->columns[node->column];
        }
        if (node->kind == PLAN_RANGE)
            find_range(made);
        if (made->column == NULL && (made->words == NULL || made->words->data == NULL))
            made->nothing = true;
        break;
    case PLAN_BOOLEAN:
        TRY(open_children(made, segment_index));
        if (node->minimum > 1)
            TRY(search_take(context, WINDOW * sizeof(uint16_t), &made->counts));
        break;
    case PLAN_NEAR: TRY(span_matcher_new(context, node, where, segment_index, &made->spans)); break;
    case PLAN_MAX:
        TRY(open_children(made, segment_index));
        TRY(search_take(context, WINDOW * sizeof(float), &made->best));
        TRY(search_take(context, WINDOW * sizeof(float), &made->others));
        break;
    }
    *evaluator = made;
    return LIBSEARCH_OK;
}

/* What to say of a cursor that could not go on. */
static libsearch_status damaged(const struct evaluator *evaluator)
{
    TRY(evaluator->context->ended);
    for (size_t i = 0; i < evaluator->cursor_count; i++)
        if (evaluator->cursors[i]->no_memory)
            return error_no_memory(evaluator->context->error);
    return error_set(evaluator->context->error, LIBSEARCH_CORRUPT, "%s: a posting list is damaged",
                     segment_name(evaluator->where->segment));
}

/* Goes through a term's documents of the window: sets their bits, and adds their scores (may be NULL). */
static libsearch_status add_term(struct evaluator *evaluator, struct term_cursor *cursor, uint32_t base, uint64_t *bits,
                                 float *scores)
{
    const uint64_t *wanted = evaluator->wanted;
    const uint32_t end = base + WINDOW;
    if (scores == NULL && cursor->list.bitmap != NULL && cursor->term->field == SCHEMA_NO_FIELD) {
        posting_bitmap_or(&cursor->list, base / 64, WINDOW_WORDS, bits);
        return LIBSEARCH_OK;
    }
    for (uint32_t next = base; next < end;) {
        next = wanted == NULL ? next : window_next(wanted, base, next);
        if (next >= end || term_cursor_seek(cursor, next) >= end)
            break;
        const struct posting_block *block = &cursor->block;
        uint32_t i = cursor->index;
        uint32_t stop = block->count;
        if (block->documents[stop - 1] >= end)
            for (stop = i; block->documents[stop] < end;)
                stop++;
        for (uint32_t j = i; j < stop; j++)
            bits[(block->documents[j] - base) / 64] |= UINT64_C(1) << block->documents[j] % 64;
        if (scores != NULL) {
            if (!term_cursor_scores(cursor))
                break;
            for (; i < stop; i++)
                scores[block->documents[i] - base] += cursor->scores[i];
        }
        next = block->documents[stop - 1] + 1;
        cursor->index = stop;
    }
    return cursor->damaged ? damaged(evaluator) : LIBSEARCH_OK;
}

static void add_constant(const uint64_t *bits, float *scores, float constant)
{
    for (unsigned w = 0; w < WINDOW_WORDS; w++)
        for (uint64_t word = bits[w]; word != 0; word &= word - 1)
            scores[w * 64 + (unsigned)__builtin_ctzll(word)] += constant;
}

/* Bits of the documents of the segment, within the window. */
static void all_documents(const struct evaluator *evaluator, uint32_t base, uint64_t *bits)
{
    const uint32_t count = segment_count(evaluator->where->segment);
    for (unsigned w = 0; w < WINDOW_WORDS; w++) {
        const uint64_t first = (uint64_t)base + w * 64;
        bits[w] = first + 64 <= count ? ~UINT64_C(0) : first >= count ? 0 : (UINT64_C(1) << (count - first)) - 1;
    }
}

static void range_bits(const struct evaluator *evaluator, uint32_t base, uint64_t *bits)
{
    const struct plan_node *node = evaluator->node;
    const uint32_t count = segment_count(evaluator->where->segment);
    const uint32_t end = count - base < WINDOW ? count : base + WINDOW;
    if (evaluator->column == NULL)
        for (uint32_t document = base; document < end; document++)
            bits[(document - base) / 64] |= (uint64_t)(numbers_at(evaluator->words, document) > 0) << document % 64;
    else if (node->kind == PLAN_EXISTS)
        column_range(evaluator->column, 0, UINT64_MAX, base, end, bits);
    else
        column_range(evaluator->column, evaluator->low, evaluator->high, base, end, bits);
}

/* The numbers of a set go through all segments. */
static void set_bits(const struct evaluator *evaluator, uint32_t base, uint64_t *bits)
{
    const uint32_t count = segment_count(evaluator->where->segment);
    const uint64_t first = evaluator->where->base;
    for (unsigned w = 0; w < WINDOW_WORDS && base + w * 64 < count; w++) {
        const uint32_t left = count - (base + w * 64);
        bits[w] = query_set_word(evaluator->node->set, first + base + w * 64);
        if (left < 64)
            bits[w] &= (UINT64_C(1) << left) - 1; /* what follows is the next segment's */
    }
}

static libsearch_status window_of(struct evaluator *evaluator, uint32_t base, uint64_t *bits, float *scores);

/* A child's bits are brought into child->bits; its scores are added where the parent wants them. The sum of a
 * document's scores is taken in the order of the children. */
static libsearch_status child_window(struct evaluator *child, uint32_t base, float *scores)
{
    memset(child->bits, 0, WINDOW_WORDS * sizeof *child->bits);
    if (child->nothing)
        return LIBSEARCH_OK;
    TRY(search_poll_often(child->context));
    if (scores == NULL || !child->node->scored)
        return window_of(child, base, child->bits, NULL);
    if (child->node->kind == PLAN_TERM)
        return add_term(child, child->cursors[0], base, child->bits, scores);
    memset(child->scores, 0, WINDOW * sizeof *child->scores);
    TRY(window_of(child, base, child->bits, child->scores));
    for (unsigned w = 0; w < WINDOW_WORDS; w++)
        for (uint64_t word = child->bits[w]; word != 0; word &= word - 1) {
            const unsigned at = w * 64 + (unsigned)__builtin_ctzll(word);
            scores[at] += child->scores[at];
        }
    return LIBSEARCH_OK;
}

/* What can match at all by the required children that are cheap, and is wanted of this evaluator itself: the others are
 * asked for no more than that. False: nothing is. */
static libsearch_status narrow_window(struct evaluator *evaluator, uint32_t base, uint64_t *wanted, bool *any)
{
    const struct plan_node *node = evaluator->node;
    uint64_t left = 0;
    if (evaluator->wanted != NULL)
        memcpy(wanted, evaluator->wanted, WINDOW_WORDS * sizeof *wanted);
    else
        all_documents(evaluator, base, wanted);
    for (size_t i = 0; i < node->child_count; i++) {
        struct evaluator *child = evaluator->children[i];
        if (node->occurs[i] == LIBSEARCH_SHOULD || node->occurs[i] == LIBSEARCH_MUST_NOT || !is_cheap(child->node))
            continue;
        for (size_t c = 0; c < child->cursor_count; c++)
            term_cursor_remember(child->cursors[c]);
        TRY(child_window(child, base, NULL));
        for (size_t c = 0; c < child->cursor_count; c++)
            term_cursor_return(child->cursors[c]); /* scores are added when it is its turn */
        for (unsigned w = 0; w < WINDOW_WORDS; w++)
            wanted[w] &= child->bits[w];
    }
    for (unsigned w = 0; w < WINDOW_WORDS; w++)
        left |= wanted[w];
    *any = left != 0;
    return LIBSEARCH_OK;
}

static libsearch_status boolean_window(struct evaluator *evaluator, uint32_t base, uint64_t *bits, float *scores)
{
    uint64_t wanted[WINDOW_WORDS];
    const struct plan_node *node = evaluator->node;
    uint16_t *counts = (uint16_t *)(void *)evaluator->counts;
    uint64_t should[WINDOW_WORDS] = { 0 }, without[WINDOW_WORDS] = { 0 };
    if (counts != NULL)
        memset(counts, 0, WINDOW * sizeof *counts);
    all_documents(evaluator, base, bits);
    if (evaluator->narrows) {
        bool any;
        TRY(narrow_window(evaluator, base, wanted, &any));
        if (!any) {
            memset(bits, 0, WINDOW_WORDS * sizeof *bits);
            return LIBSEARCH_OK;
        }
    }
    for (size_t i = 0; i < node->child_count; i++) {
        struct evaluator *child = evaluator->children[i];
        child->wanted = evaluator->narrows ? wanted : evaluator->wanted;
        TRY(child_window(child, base, scores));
        child->wanted = NULL;
        for (unsigned w = 0; w < WINDOW_WORDS; w++)
            switch (node->occurs[i]) {
            case LIBSEARCH_SHOULD:
                should[w] |= child->bits[w];
                for (uint64_t word = counts != NULL ? child->bits[w] : 0; word != 0; word &= word - 1)
                    counts[w * 64 + (unsigned)__builtin_ctzll(word)]++;
                break;
            case LIBSEARCH_MUST_NOT: without[w] |= child->bits[w]; break;
            default: bits[w] &= child->bits[w];
            }
    }
    for (unsigned w = 0; w < WINDOW_WORDS; w++) {
        bits[w] &= ~without[w];
        if (node->minimum > 0)
            bits[w] &= should[w];
        for (uint64_t word = counts != NULL ? bits[w] : 0; word != 0; word &= word - 1) {
            const unsigned bit = (unsigned)__builtin_ctzll(word);
            if (counts[w * 64 + bit] < node->minimum)
                bits[w] &= ~(UINT64_C(1) << bit);
        }
    }
    return LIBSEARCH_OK;
}

/* The best child's score, and by a factor the sum of the others' in the order of the children (without the best; of
 * equal ones the first is the best). */
static libsearch_status max_window(struct evaluator *evaluator, uint32_t base, uint64_t *bits, float *scores)
{
    const struct plan_node *node = evaluator->node;
    if (scores != NULL) {
        memset(evaluator->others, 0, WINDOW * sizeof *evaluator->others);
        memset(evaluator->best, 0, WINDOW * sizeof *evaluator->best);
    }
    for (size_t i = 0; i < node->child_count; i++) {
        struct evaluator *child = evaluator->children[i];
        memset(child->bits, 0, WINDOW_WORDS * sizeof *child->bits);
        if (child->nothing)
            continue;
        float *of_child = scores == NULL ? NULL : child->scores;
        if (of_child != NULL)
            memset(of_child, 0, WINDOW * sizeof *of_child);
        child->wanted = evaluator->wanted;
        const libsearch_status status = window_of(child, base, child->bits, of_child);
        child->wanted = NULL;
        TRY(status);
        for (unsigned w = 0; w < WINDOW_WORDS; w++) {
            for (uint64_t word = of_child == NULL ? 0 : child->bits[w]; word != 0; word &= word - 1) {
                const unsigned bit = (unsigned)__builtin_ctzll(word), at = w * 64 + bit;
                if (!(bits[w] >> bit & 1)) {
                    evaluator->best[at] = of_child[at];
                } else if (of_child[at] > evaluator->best[at]) {
                    evaluator->others[at] += evaluator->best[at];
                    evaluator->best[at] = of_child[at];
                } else {
                    evaluator->others[at] += of_child[at];
                }
            }
            bits[w] |= child->bits[w];
        }
    }
    for (unsigned w = 0; w < WINDOW_WORDS && scores != NULL; w++)
        for (uint64_t word = bits[w]; word != 0; word &= word - 1) {
            const unsigned at = w * 64 + (unsigned)__builtin_ctzll(word);
            scores[at] += evaluator->best[at] + node->tie * evaluator->others[at];
        }
    return LIBSEARCH_OK;
}

/* Adds what a word's occurrences in one field come to: factor * frequency * inverse length. */
static libsearch_status add_field(struct evaluator *evaluator, struct term_cursor *cursor, uint32_t base,
                                  uint64_t *bits)
{
    const float factor = evaluator->node->factors[cursor->term - evaluator->node->terms];
    const uint32_t end = base + WINDOW;
    for (uint32_t document = term_cursor_seek(cursor, base); document < end;
         document = term_cursor_seek(cursor, document + 1)) {
        if (!term_cursor_frequencies(cursor))
            break;
        const uint32_t length = cursor->lengths == NULL ? 1 : (uint32_t)numbers_at(cursor->lengths, document);
        const float counted = factor * cursor->frequencies[cursor->index];
        if (counted > 0)
            evaluator->best[document - base] += counted * norms_inverse(cursor->term->norms, length);
        bits[(document - base) / 64] |= UINT64_C(1) << document % 64;
    }
    return cursor->damaged ? damaged(evaluator) : LIBSEARCH_OK;
}

/* BM25F: what a word comes to in all fields, in their order, is saturated as one. */
static libsearch_status fields_window(struct evaluator *evaluator, uint32_t base, uint64_t *bits, float *scores)
{
    uint64_t own[WINDOW_WORDS] = { 0 };
    const float weight = evaluator->node->phrase_weight;
    memset(evaluator->best, 0, WINDOW * sizeof *evaluator->best);
    for (size_t i = 0; i < evaluator->cursor_count; i++)
        TRY(add_field(evaluator, evaluator->cursors[i], base, own));
    for (unsigned w = 0; w < WINDOW_WORDS; w++) {
        bits[w] |= own[w];
        for (uint64_t word = scores == NULL ? 0 : own[w]; word != 0; word &= word - 1) {
            const unsigned at = w * 64 + (unsigned)__builtin_ctzll(word);
            scores[at] += weight - weight / (1.0f + evaluator->best[at]);
        }
    }
    return LIBSEARCH_OK;
}

/* Words whose places are compared: only of documents that live, and are wanted. */
static libsearch_status places_window(struct evaluator *evaluator, uint32_t base, uint64_t *bits, float *scores)
{
    uint64_t wanted[WINDOW_WORDS];
    const struct live *live = evaluator->where->live;
    all_documents(evaluator, base, wanted);
    for (unsigned w = 0; w < WINDOW_WORDS; w++) {
        if (wanted[w] != 0 && live != NULL)
            wanted[w] &= live->bits[base / 64 + w];
        if (evaluator->wanted != NULL)
            wanted[w] &= evaluator->wanted[w];
    }
    if (evaluator->node->kind == PLAN_NEAR)
        return span_matcher_window(evaluator->spans, base, wanted, bits, scores);
    return phrase_matcher_window(evaluator->phrase, base, wanted, bits, scores) ? LIBSEARCH_OK : damaged(evaluator);
}

/* Bits of the live documents of a window. */
static void live_window(const struct live *live, uint32_t base, uint64_t *bits)
{
    const size_t words = ((size_t)live->count + 63) / 64;
    for (unsigned w = 0; w < WINDOW_WORDS; w++)
        bits[w] = base / 64 + w < words ? live->bits[base / 64 + w] : 0;
}

/* Adds to bits and scores, which begin as zeros. */
static libsearch_status window_of(struct evaluator *evaluator, uint32_t base, uint64_t *bits, float *scores)
{
    const struct plan_node *node = evaluator->node;
    if (evaluator->nothing)
        return LIBSEARCH_OK;
    TRY(search_poll_often(evaluator->context));
    switch (node->kind) {
    case PLAN_NONE: return LIBSEARCH_OK;
    case PLAN_TERM: return add_term(evaluator, evaluator->cursors[0], base, bits, scores);
    case PLAN_GROUP:
        for (size_t i = 0; i < evaluator->cursor_count; i++) {
            TRY(search_poll_often(evaluator->context));
            TRY(add_term(evaluator, evaluator->cursors[i], base, bits, NULL));
        }
        break;
    case PLAN_NEAR:
    case PLAN_PHRASE: return places_window(evaluator, base, bits, scores);
    case PLAN_ALL: all_documents(evaluator, base, bits); break;
    case PLAN_SET: set_bits(evaluator, base, bits); break;
    case PLAN_RANGE:
    case PLAN_EXISTS: range_bits(evaluator, base, bits); break;
    case PLAN_BOOLEAN: return boolean_window(evaluator, base, bits, scores);
    case PLAN_FIELDS: return fields_window(evaluator, base, bits, node->scored ? scores : NULL);
    case PLAN_MAX: return max_window(evaluator, base, bits, node->scored ? scores : NULL);
    }
    if (scores != NULL && node->scored)
        add_constant(bits, scores, node->constant);
    return LIBSEARCH_OK;
}

libsearch_status evaluator_window(struct evaluator *evaluator, uint32_t base, uint64_t *bits, float *scores)
{
    memset(bits, 0, WINDOW_WORDS * sizeof *bits);
    if (scores != NULL)
        memset(scores, 0, WINDOW * sizeof *scores);
    const struct live *live = evaluator->where->live;
    if (live == NULL)
        return window_of(evaluator, base, bits, scores);
    uint64_t wanted[WINDOW_WORDS];
    const bool few = live->deleted / 2 >= live->count - live->deleted; /* then blocks without any are passed over */
    live_window(live, base, wanted);
    if (few && window_next(wanted, base, base) == base + WINDOW)
        return LIBSEARCH_OK;
    evaluator->wanted = few ? wanted : NULL;
    const libsearch_status status = window_of(evaluator, base, bits, scores);
    evaluator->wanted = NULL;
    for (unsigned w = 0; w < WINDOW_WORDS; w++)
        bits[w] &= wanted[w];
    return status;
}

uint32_t evaluator_next(struct evaluator *evaluator, uint32_t base)
{
    const struct plan_node *node = evaluator->node;
    struct search_context *context = evaluator->context;
    if (evaluator->nothing || base >= segment_count(evaluator->where->segment) ||
        search_poll_often(context) != LIBSEARCH_OK)
        return NO_DOCUMENT;
    uint32_t next = NO_DOCUMENT, required = base;
    switch (node->kind) {
    case PLAN_NONE: return NO_DOCUMENT;
    case PLAN_ALL:
    case PLAN_SET:
    case PLAN_RANGE:
    case PLAN_EXISTS: return base;
    case PLAN_NEAR:
        next = span_matcher_seek(evaluator->spans, base);
        if (next == NO_DOCUMENT && context->ended == LIBSEARCH_OK)
            context->ended = span_matcher_check(evaluator->spans);
        break;
    case PLAN_MAX:
        for (size_t i = 0; i < node->child_count; i++) {
            const uint32_t least = evaluator_next(evaluator->children[i], base);
            next = least < next ? least : next;
        }
        break;
    case PLAN_TERM:
    case PLAN_GROUP:
    case PLAN_FIELDS:
    case PLAN_PHRASE:
        for (size_t i = 0; i < evaluator->cursor_count; i++) {
            const uint32_t least = term_cursor_seek(evaluator->cursors[i], base);
            if (evaluator->cursors[i]->damaged && context->ended == LIBSEARCH_OK)
                context->ended = damaged(evaluator);
            if (node->kind == PLAN_PHRASE)
                required = least > required ? least : required;
            else
                next = least < next ? least : next;
        }
        next = node->kind == PLAN_PHRASE ? required : next;
        break;
    case PLAN_BOOLEAN:
        for (size_t i = 0; i < node->child_count; i++) {
            if (node->occurs[i] == LIBSEARCH_MUST_NOT || (node->occurs[i] == LIBSEARCH_SHOULD && node->minimum == 0))
                continue;
            const uint32_t least = evaluator_next(evaluator->children[i], base);
            if (node->occurs[i] != LIBSEARCH_SHOULD)
                required = least > required ? least : required;
            else
                next = least < next ? least : next;
        }
        next = node->minimum == 0 || required > next ? required : next;
        break;
    }
    return next == NO_DOCUMENT ? NO_DOCUMENT : next / WINDOW * WINDOW;
}

static void collect(const struct snapshot_segment *where, uint32_t base, const uint64_t *bits, const float *scores,
                    struct top_k *top, uint64_t *count)
{
    for (unsigned w = 0; w < WINDOW_WORDS; w++) {
        if (count != NULL)
            *count += (unsigned)__builtin_popcountll(bits[w]);
        for (uint64_t word = scores != NULL ? bits[w] : 0; word != 0; word &= word - 1) {
            const unsigned at = w * 64 + (unsigned)__builtin_ctzll(word);
            if (scores[at] > top->threshold || top->count < top->k)
                top_k_add(top, scores[at], where->base + base + at);
        }
    }
}

libsearch_status evaluate_segment(struct search_context *context, const struct plan_node *node,
                                  const struct snapshot_segment *where, size_t segment_index, struct top_k *top,
                                  uint64_t *count)
{
    struct evaluator *evaluator;
    uint64_t bits[WINDOW_WORDS];
    float *scores = NULL;
    TRY(evaluator_new(context, node, where, segment_index, &evaluator));
    if (top != NULL && top->k > 0)
        TRY(search_take(context, WINDOW * sizeof *scores, &scores));
    for (uint32_t base = evaluator_next(evaluator, 0); base != NO_DOCUMENT;
         base = evaluator_next(evaluator, base + WINDOW)) {
        TRY(search_poll(context));
        TRY(evaluator_window(evaluator, base, bits, scores));
        collect(where, base, bits, scores, top, count);
    }
    return context->ended;
}
