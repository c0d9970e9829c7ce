/* SPDX-License-Identifier: MIT */
/* Words with a prefix, a pattern or a likeness: every segment's words are walked as they were written, and the terms
 * that they belong to are gathered. */
#include <string.h>

#include "base/merge_sort.h"
#include "base/regular_expression.h"
#include "search/plan.h"
#include "search/plan_text.h"
#include "segment/segment_data.h"
#include "terms/walks.h"

/* When so many are gathered, they are sorted, and of people's patterns only the most frequent half is kept. */
enum { MOST_GATHERED = 16384 };

struct gathered {
    libsearch_bytes word;
    uint64_t frequency; /* documents that have it, in the segments up to `segment` */
    size_t segment;
};

struct expansion {
    struct plan *plan;
    const struct segment *segment;
    size_t segment_index;
    struct terms_iterator *terms; /* for the keys of terms */
    uint16_t list;
    struct gathered *found, *scratch; /* scratch: to sort them */
    size_t count, capacity;
    bool cut;
    libsearch_error *error;
};

static int compare_bytes(libsearch_bytes a, libsearch_bytes b)
{
    const size_t shorter = a.length < b.length ? a.length : b.length;
    const int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static int by_word(const void *a, const void *b)
{
    const struct gathered *one = a, *other = b;
    const int order = compare_bytes(one->word, other->word);
    return order != 0 ? order : (one->segment > other->segment) - (one->segment < other->segment);
}

/* The greatest frequency that at least `most` of the words have or pass. */
static uint64_t frequency_of_most(const struct gathered *found, size_t count, size_t most)
{
    uint64_t reached = 0, all = 0;
    for (size_t i = 0; i < count; i++)
        all |= found[i].frequency;
    for (uint64_t bit = all == 0 ? 0 : UINT64_C(1) << (63 - __builtin_clzll(all)); bit > 0; bit >>= 1) {
        size_t having = 0;
        for (size_t i = 0; i < count; i++)
            having += found[i].frequency >= (reached | bit);
        reached |= having >= most ? bit : 0;
    }
    return reached;
}

/* Of more words than `most` the most frequent, of equally frequent ones the first, in their order. */
static void keep_most_frequent(struct expansion *expansion, size_t most)
{
    struct gathered *found = expansion->found;
    const uint64_t least = frequency_of_most(found, expansion->count, most);
    size_t above = 0, kept = 0;
    for (size_t i = 0; i < expansion->count; i++)
        above += found[i].frequency > least;
    size_t equal = most - above;
    for (size_t i = 0; i < expansion->count; i++) {
        if (found[i].frequency < least || (found[i].frequency == least && equal == 0))
            continue;
        equal -= found[i].frequency == least;
        found[kept++] = found[i];
    }
    expansion->count = kept;
}

/* Leaves each word once, sorted, and of too many the `most` that most documents have. */
static libsearch_status squeeze(struct expansion *expansion, size_t limit, size_t most)
{
    struct gathered *found = expansion->found;
    size_t kept = 0;
    TRY(plan_poll(expansion->plan));
    if (expansion->count > 1)
        TRY(merge_sort(found, expansion->scratch, expansion->count, sizeof *found, by_word, expansion->plan->poll,
                       expansion->plan->poll_context));
    for (size_t i = 0; i < expansion->count; i++) {
        if (kept == 0 || compare_bytes(found[kept - 1].word, found[i].word) != 0) {
            found[kept++] = found[i];
        } else if (found[kept - 1].segment != found[i].segment) {
            found[kept - 1].frequency += found[i].frequency;
            found[kept - 1].segment = found[i].segment;
        }
    }
    expansion->count = kept;
    if (kept <= limit)
        return LIBSEARCH_OK;
    if (!expansion->plan->lenient)
        return error_set(expansion->error, LIBSEARCH_LIMIT, "the pattern stands for more than %d words",
                         LIBSEARCH_MAX_EXPANSION);
    TRY(plan_poll(expansion->plan));
    if (kept > most) {
        keep_most_frequent(expansion, most);
        expansion->cut = true;
    }
    return LIBSEARCH_OK;
}

static libsearch_status add_term(struct expansion *expansion, libsearch_bytes word, uint64_t frequency)
{
    struct arena *arena = expansion->plan->arena;
    if (expansion->count > 0 && compare_bytes(expansion->found[expansion->count - 1].word, word) == 0 &&
        expansion->found[expansion->count - 1].segment == expansion->segment_index)
        return LIBSEARCH_OK;
    if (expansion->count == MOST_GATHERED)
        TRY(squeeze(expansion, LIBSEARCH_MAX_EXPANSION, MOST_GATHERED / 2));
    if (expansion->count == expansion->capacity) {
        const size_t capacity = expansion->capacity == 0 ? 32 : expansion->capacity * 2;
        struct gathered *grown = arena_allocate(arena, capacity * sizeof *grown);
        expansion->scratch = arena_allocate(arena, capacity / 2 * sizeof *grown + sizeof *grown);
        if (grown == NULL || expansion->scratch == NULL)
            return error_no_memory(expansion->error);
        if (expansion->count > 0)
            memcpy(grown, expansion->found, expansion->count * sizeof *grown);
        expansion->found = grown;
        expansion->capacity = capacity;
    }
    const char *copy = arena_duplicate(arena, word.data, word.length);
    if (copy == NULL)
        return error_no_memory(expansion->error);
    expansion->found[expansion->count++] =
        (struct gathered){ { copy, word.length }, frequency, expansion->segment_index };
    return LIBSEARCH_OK;
}

/* The term of a word that fits. */
static libsearch_status matched(void *context, const struct term_match *match)
{
    struct expansion *expansion = context;
    libsearch_bytes key = match->key;
    struct term_entry entry = match->entry;
    if (match->entry.flags & TERM_SURFACE && match->entry.surface_term != match->ordinal) {
        TRY(terms_iterator_seek_ordinal(expansion->terms, match->entry.surface_term, expansion->error));
        const libsearch_status status = terms_iterator_next(expansion->terms, &key, &entry, NULL, expansion->error);
        if (status != LIBSEARCH_OK)
            return status == LIBSEARCH_NOT_FOUND
                       ? error_set(expansion->error, LIBSEARCH_CORRUPT, "%s: a word points to no term",
                                   segment_name(expansion->segment))
                       : status;
    }
    if (key.length < 2)
        return LIBSEARCH_OK;
    return add_term(expansion, (libsearch_bytes){ key.data + 2, key.length - 2 },
                    entry.flags & TERM_LIST ? entry.document_frequency : 0);
}

/* How many edits a fuzzy word may be away when the query does not say: none for one or two letters, one up to five,
 * then two. */
static unsigned distance_of(const libsearch_query *query, libsearch_bytes word)
{
    if (query->number > 0)
        return query->number < TERM_DISTANCE_MAX ? query->number : TERM_DISTANCE_MAX;
    size_t letters = 0;
    for (size_t i = 0; i < word.length; i++)
        letters += ((unsigned char)word.data[i] & 0xC0) != 0x80;
    return letters < 3 ? 0 : letters < 6 ? 1 : 2;
}

static libsearch_status poll(void *context) { return plan_poll(((const struct expansion *)context)->plan); }

/* What a pattern needs beside its text. */
struct pattern {
    enum query_kind kind;
    libsearch_bytes text; /* folded; of a range the low end */
    libsearch_bytes high; /* of a range */
    struct regular_expression expression;
};

static libsearch_status walk_pattern(struct expansion *expansion, const libsearch_query *query,
                                     const struct pattern *pattern, const struct term_walk *walk)
{
    const struct terms_reader *reader = expansion->segment->terms;
    const libsearch_allocator *allocator = expansion->plan->arena->allocator;
    const libsearch_bytes text = pattern->text;
    const struct term_range range = { .low = text,
                                      .high = pattern->high,
                                      .has_high = query->has_high,
                                      .without_low = query->low_open,
                                      .without_high = query->high_open };
    switch (pattern->kind) {
    case QUERY_PREFIX: return terms_walk_prefix(reader, allocator, walk, text.data, text.length, expansion->error);
    case QUERY_WILDCARD: return terms_walk_wildcard(reader, allocator, walk, text.data, text.length, expansion->error);
    case QUERY_REGULAR: return terms_walk_regular(reader, allocator, walk, &pattern->expression, expansion->error);
    case QUERY_RANGE: return terms_walk_range(reader, allocator, walk, &range, expansion->error);
    default:
        return terms_walk_fuzzy(reader, allocator, walk, text.data, text.length, distance_of(query, text),
                                (unsigned)(query->more_prefix + 1), expansion->error);
    }
}

static libsearch_status walk_segment(struct expansion *expansion, const libsearch_query *query,
                                     const struct pattern *pattern, uint8_t flags)
{
    const struct terms_reader *reader = expansion->segment->terms;
    const libsearch_allocator *allocator = expansion->plan->arena->allocator;
    const struct term_walk walk = {
        .list = expansion->list, .flags = flags, .matched = matched, .poll = poll, .context = expansion
    };
    TRY(terms_iterator_new(reader, allocator, &expansion->terms, expansion->error));
    const libsearch_status status = walk_pattern(expansion, query, pattern, &walk);
    terms_iterator_free(expansion->terms);
    return status;
}

libsearch_status plan_fold(struct plan *plan, const struct field *field, libsearch_bytes text, libsearch_bytes *folded,
                           libsearch_error *error)
{
    if (field != NULL && field->type == LIBSEARCH_KEYWORD) {
        *folded = text;
        return LIBSEARCH_OK;
    }
    const struct analyzer *analyzer = field != NULL ? field->analyzer : plan->snapshot->schema->analyzers[0];
    const size_t capacity = text.length * 4 + 64;
    char *room = arena_allocate_bytes(plan->arena, capacity);
    struct tokenizer *tokenizer;
    if (room == NULL)
        return error_no_memory(error);
    TRY(tokenizer_new(analyzer, plan->arena->allocator, &tokenizer, error));
    *folded = (libsearch_bytes){ room, tokenizer_fold(tokenizer, text, room, capacity) };
    tokenizer_free(tokenizer);
    return LIBSEARCH_OK;
}

libsearch_status plan_words_like(struct plan *plan, const libsearch_query *query, const struct field *field,
                                 enum query_kind kind, libsearch_bytes pattern, struct plan_term **terms, size_t *count,
                                 libsearch_error *error)
{
    struct expansion expansion = { .plan = plan, .list = plan_list_of(field), .error = error };
    const uint8_t flags = field != NULL && field->type == LIBSEARCH_KEYWORD ? TERM_LIST : TERM_SURFACE;
    struct pattern made_of = { .kind = kind, .text = pattern };
    if (kind == QUERY_RANGE)
        TRY(plan_fold(plan, field, query->high_text, &made_of.high, error));
    if (kind == QUERY_REGULAR)
        TRY(regular_expression_init(&made_of.expression, plan->arena->allocator, pattern, error));
    libsearch_status status = LIBSEARCH_OK;
    for (size_t s = 0; s < plan->snapshot->segment_count && status == LIBSEARCH_OK; s++) {
        expansion.segment = plan->snapshot->segments[s].segment;
        expansion.segment_index = s;
        status = walk_segment(&expansion, query, &made_of, flags);
    }
    regular_expression_free(&made_of.expression);
    TRY(status);
    TRY(squeeze(&expansion, LIBSEARCH_MAX_EXPANSION, LIBSEARCH_MAX_EXPANSION));
    if (expansion.cut)
        TRY(plan_warn(plan, query, error, "this stands for more than %d words; the most frequent ones are looked for",
                      LIBSEARCH_MAX_EXPANSION));
    struct plan_term *made = arena_allocate(plan->arena, (expansion.count + 1) * sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < expansion.count; i++) {
        TRY(plan_set_term(plan, field, expansion.found[i].word, &made[i], error));
        TRY(plan_term_find(plan, &made[i], error));
    }
    *terms = made;
    *count = expansion.count;
    return LIBSEARCH_OK;
}

libsearch_status plan_group(struct plan *plan, struct plan_term *terms, size_t count, float boost, bool scored,
                            struct plan_node **node, libsearch_error *error)
{
    struct plan_node *made = plan_node_new(plan, count == 0 ? PLAN_NONE : PLAN_GROUP, scored);
    if (made == NULL)
        return error_no_memory(error);
    made->constant = boost;
    made->terms = terms;
    made->term_count = count;
    *node = made;
    return LIBSEARCH_OK;
}

libsearch_status plan_expand(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                             struct plan_node **node, libsearch_error *error)
{
    const struct field *field;
    libsearch_bytes pattern;
    struct plan_term *terms;
    size_t count;
    TRY(plan_field(plan, query, &field, error));
    if (field != NULL && field->type != LIBSEARCH_TEXT && field->type != LIBSEARCH_KEYWORD)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID, "field '%s' has no words", field->name);
    TRY(plan_fold(plan, field, query->text, &pattern, error));
    TRY(plan_words_like(plan, query, field, query->kind, pattern, &terms, &count, error));
    return plan_group(plan, terms, count, boost, scored, node, error);
}
