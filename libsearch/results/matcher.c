/* SPDX-License-Identifier: MIT */
#include "results/matcher.h"

#include <string.h>

#include "base/hash.h"

enum { TOKENS_AT_ONCE = 64, MOST_QUERY_TEXT = 65536 };

/* The word's number, added if it is new; 0 when there are too many or memory is short (*failed). */
static uint16_t add_word(struct matcher *matcher, enum matcher_kind kind, const char *bytes, size_t length, bool alone,
                         bool *failed)
{
    for (size_t i = 0; i < matcher->word_count; i++) {
        struct matcher_word *word = &matcher->words[i];
        if (kind <= MATCHER_WILDCARD && word->kind == kind && word->length == length &&
            memcmp(word->bytes, bytes, length) == 0) {
            word->alone = word->alone || alone;
            return (uint16_t)(i + 1);
        }
    }
    const bool pattern = kind >= MATCHER_PREFIX;
    if (matcher->word_count == MATCHER_MAX_WORDS || (pattern && matcher->pattern_count == MATCHER_MAX_PATTERNS))
        return 0;
    if (matcher->word_count == matcher->word_capacity) {
        const size_t capacity = matcher->word_capacity == 0 ? 16 : 2 * matcher->word_capacity;
        struct matcher_word *grown = arena_allocate(matcher->arena, capacity * sizeof *grown);
        if (grown == NULL) {
            *failed = true;
            return 0;
        }
        if (matcher->word_count > 0)
            memcpy(grown, matcher->words, matcher->word_count * sizeof *grown);
        matcher->words = grown;
        matcher->word_capacity = capacity;
    }
    const char *kept = arena_duplicate(matcher->arena, bytes, length);
    if (kept == NULL) {
        *failed = true;
        return 0;
    }
    matcher->words[matcher->word_count++] =
        (struct matcher_word){ .kind = kind, .bytes = kept, .length = length, .alone = alone };
    const uint16_t number = (uint16_t)matcher->word_count;
    if (pattern)
        matcher->patterns[matcher->pattern_count++] = number;
    return number;
}

/* A text of the query as tokens come: adds each word; with `numbers` and `offsets` (MATCHER_MAX_PHRASE), those of the
 * words that are no compounds' wholes, in *count. */
static libsearch_status add_text(struct matcher *matcher, const libsearch_query *query, bool phrase, bool drop_stops,
                                 uint16_t *numbers, uint32_t *offsets, size_t *count, libsearch_error *error)
{
    const struct analyzer *analyzer = matcher->field->analyzer;
    const bool exact = (query->flags & QUERY_FLAG_EXACT) != 0;
    libsearch_bytes text = query->text;
    struct token tokens[TOKENS_AT_ONCE];
    size_t taken;
    bool failed = false;
    if (text.length > MOST_QUERY_TEXT)
        text.length = MOST_QUERY_TEXT;
    *count = 0;
    tokenizer_start(matcher->tokenizer, text, 0);
    while ((taken = tokenizer_next(matcher->tokenizer, tokens, TOKENS_AT_ONCE)) > 0) {
        if (taken == SIZE_MAX)
            return error_no_memory(error);
        for (size_t i = 0; i < taken; i++) {
            char term[LIBSEARCH_MAX_TERM];
            const bool whole = (tokens[i].flags & TOKEN_WHOLE) != 0;
            if ((drop_stops && analyzer_is_stop(analyzer, tokens[i].surface, tokens[i].length)) || (phrase && whole))
                continue;
            const char *bytes = exact ? tokens[i].surface : term;
            const size_t length = exact ? tokens[i].length
                                        : tokenizer_term(matcher->tokenizer, tokens[i].surface, tokens[i].length, term);
            const uint16_t number =
                add_word(matcher, exact ? MATCHER_FORM : MATCHER_TERM, bytes, length, !phrase, &failed);
            if (failed)
                return error_no_memory(error);
            if (numbers != NULL && *count < MATCHER_MAX_PHRASE) {
                numbers[*count] = number;
                offsets[*count] = tokens[i].position;
            }
            ++*count;
        }
    }
    return LIBSEARCH_OK;
}

static libsearch_status add_pattern(struct matcher *matcher, enum matcher_kind kind, libsearch_bytes text, bool alone,
                                    uint16_t *number, libsearch_error *error)
{
    char folded[4 * LIBSEARCH_MAX_TERM];
    bool failed = false;
    if (text.length > LIBSEARCH_MAX_TERM)
        text.length = LIBSEARCH_MAX_TERM;
    const size_t length = tokenizer_fold(matcher->tokenizer, text, folded, sizeof folded);
    *number = 0;
    if (length > 0 || kind == MATCHER_RANGE)
        *number = add_word(matcher, kind, folded, length, alone, &failed);
    return failed ? error_no_memory(error) : LIBSEARCH_OK;
}

static libsearch_status add_fuzzy(struct matcher *matcher, const libsearch_query *query, libsearch_error *error)
{
    uint16_t number;
    TRY(add_pattern(matcher, MATCHER_FUZZY, query->text, true, &number, error));
    if (number == 0)
        return LIBSEARCH_OK;
    struct matcher_word *word = &matcher->words[number - 1];
    word->distance = query->number;
    word->prefix = (unsigned)(query->more_prefix + 1);
    if (word->distance == 0) /* as the search has it */
        word->distance = word->length < 3 ? 0 : word->length < 6 ? 1 : 2;
    return LIBSEARCH_OK;
}

/* A regular expression or a range. What is wrong with it was said by the search: it fits nothing. */
static libsearch_status add_more(struct matcher *matcher, enum matcher_kind kind, const libsearch_query *query,
                                 libsearch_error *error)
{
    char high[4 * LIBSEARCH_MAX_TERM];
    uint16_t number;
    libsearch_bytes text = query->high_text;
    TRY(add_pattern(matcher, kind, query->text, true, &number, error));
    if (number == 0)
        return LIBSEARCH_OK;
    struct matcher_pattern *pattern = arena_allocate(matcher->arena, sizeof *pattern);
    if (pattern == NULL)
        return error_no_memory(error);
    *pattern = (struct matcher_pattern){ .next = matcher->more, .query = query };
    if (text.length > LIBSEARCH_MAX_TERM)
        text.length = LIBSEARCH_MAX_TERM;
    text.length = text.length == 0 ? 0 : tokenizer_fold(matcher->tokenizer, text, high, sizeof high);
    text.data = arena_duplicate(matcher->arena, high, text.length);
    if (text.data == NULL)
        return error_no_memory(error);
    pattern->high = text;
    struct matcher_word *word = &matcher->words[number - 1];
    const libsearch_bytes folded = { word->bytes, word->length };
    libsearch_error ignored = LIBSEARCH_ERROR_INIT;
    if (kind == MATCHER_REGULAR && regular_expression_init(&pattern->expression, matcher->arena->allocator, folded,
                                                           &ignored) == LIBSEARCH_NO_MEMORY)
        return error_no_memory(error);
    matcher->more = pattern;
    word->pattern = pattern;
    return LIBSEARCH_OK;
}

/* The last word of a phrase as a prefix: what stands behind its last token's start. */
static libsearch_status add_last_prefix(struct matcher *matcher, libsearch_bytes text, uint16_t *number,
                                        libsearch_error *error)
{
    size_t start = text.length;
    while (start > 0 && (unsigned char)text.data[start - 1] > 0x20)
        start--;
    return add_pattern(matcher, MATCHER_PREFIX, (libsearch_bytes){ text.data + start, text.length - start }, false,
                       number, error);
}

static libsearch_status add_phrase(struct matcher *matcher, const libsearch_query *query, libsearch_error *error)
{
    uint16_t numbers[MATCHER_MAX_PHRASE];
    uint32_t offsets[MATCHER_MAX_PHRASE];
    size_t count;
    TRY(add_text(matcher, query, true, false, numbers, offsets, &count, error));
    if (count > MATCHER_MAX_PHRASE)
        count = MATCHER_MAX_PHRASE;
    if (count > 0 && (query->flags & QUERY_FLAG_LAST_PREFIX) != 0)
        TRY(add_last_prefix(matcher, query->text, &numbers[count - 1], error));
    if (count == 1 && numbers[0] != 0)
        matcher->words[numbers[0] - 1].alone = true;
    if (count < 2)
        return LIBSEARCH_OK;
    if (matcher->phrase_count == matcher->phrase_capacity) {
        const size_t capacity = matcher->phrase_capacity == 0 ? 8 : 2 * matcher->phrase_capacity;
        struct matcher_phrase *grown = arena_allocate(matcher->arena, capacity * sizeof *grown);
        if (grown == NULL)
            return error_no_memory(error);
        if (matcher->phrase_count > 0)
            memcpy(grown, matcher->phrases, matcher->phrase_count * sizeof *grown);
        matcher->phrases = grown;
        matcher->phrase_capacity = capacity;
    }
    struct matcher_phrase phrase = { .count = count, .slop = query->number };
    phrase.words = arena_allocate(matcher->arena, count * sizeof *phrase.words);
    phrase.offsets = arena_allocate(matcher->arena, count * sizeof *phrase.offsets);
    if (phrase.words == NULL || phrase.offsets == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < count; i++) {
        if (numbers[i] == 0)
            return LIBSEARCH_OK; /* too many words: this phrase is left out */
        phrase.words[i] = numbers[i];
        phrase.offsets[i] = offsets[i] - offsets[0];
    }
    matcher->phrases[matcher->phrase_count++] = phrase;
    return LIBSEARCH_OK;
}

/* Adds the words of all parts that a document may match by. Recursion is as deep as the tree, which is bounded. */
static libsearch_status add_query(struct matcher *matcher, const libsearch_query *query, libsearch_error *error)
{
    uint16_t number;
    size_t count;
    for (size_t i = 0; i < query->count; i++)
        if (query->occurs[i] != LIBSEARCH_MUST_NOT)
            TRY(add_query(matcher, query->children[i], error));
    if (query->field != NULL && strcmp(query->field, matcher->field->name) != 0)
        return LIBSEARCH_OK;
    switch (query->kind) {
    case QUERY_TEXT:
        if ((query->flags & QUERY_FLAG_KEEP_STOPS) == 0) {
            TRY(add_text(matcher, query, false, true, NULL, NULL, &count, error));
            if (count > 0)
                return LIBSEARCH_OK;
        }
        return add_text(matcher, query, false, false, NULL, NULL, &count, error);
    case QUERY_PHRASE: return add_phrase(matcher, query, error);
    case QUERY_PREFIX: return add_pattern(matcher, MATCHER_PREFIX, query->text, true, &number, error);
    case QUERY_WILDCARD: return add_pattern(matcher, MATCHER_WILDCARD, query->text, true, &number, error);
    case QUERY_FUZZY: return add_fuzzy(matcher, query, error);
    case QUERY_REGULAR: return add_more(matcher, MATCHER_REGULAR, query, error);
    case QUERY_RANGE:
        return query->type == LIBSEARCH_KEYWORD ? add_more(matcher, MATCHER_RANGE, query, error) : LIBSEARCH_OK;
    default: return LIBSEARCH_OK;
    }
}

static size_t slot_of(const struct matcher *matcher, enum matcher_kind kind, const char *bytes, size_t length)
{
    size_t slot = (size_t)hash_bytes(bytes, length) & (matcher->slot_count - 1);
    for (;; slot = (slot + 1) & (matcher->slot_count - 1)) {
        if (matcher->slots[slot] == 0)
            return slot;
        const struct matcher_word *word = &matcher->words[matcher->slots[slot] - 1];
        if (word->kind == kind && word->length == length && memcmp(word->bytes, bytes, length) == 0)
            return slot;
    }
}

static bool make_slots(struct matcher *matcher)
{
    matcher->slot_count = 16;
    while (matcher->slot_count < 2 * matcher->word_count + 2)
        matcher->slot_count *= 2;
    matcher->slots = arena_allocate(matcher->arena, matcher->slot_count * sizeof *matcher->slots);
    matcher->cache = arena_allocate(matcher->arena, MATCHER_CACHE * sizeof *matcher->cache);
    if (matcher->slots == NULL || matcher->cache == NULL)
        return false;
    memset(matcher->slots, 0, matcher->slot_count * sizeof *matcher->slots);
    memset(matcher->cache, 0, MATCHER_CACHE * sizeof *matcher->cache);
    for (size_t i = 0; i < matcher->word_count; i++) {
        const struct matcher_word *word = &matcher->words[i];
        if (word->kind <= MATCHER_FORM)
            matcher->slots[slot_of(matcher, word->kind, word->bytes, word->length)] = (uint16_t)(i + 1);
    }
    return true;
}

libsearch_status matcher_new(struct arena *arena, const struct field *field, const libsearch_query *query,
                             struct matcher **matcher, libsearch_error *error)
{
    struct matcher *made = arena_allocate(arena, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    *made = (struct matcher){ .field = field, .arena = arena };
    TRY(tokenizer_new(field->analyzer, arena->allocator, &made->tokenizer, error));
    libsearch_status status = add_query(made, query, error);
    if (status == LIBSEARCH_OK && !make_slots(made))
        status = error_no_memory(error);
    if (status != LIBSEARCH_OK) {
        matcher_free(made);
        return status;
    }
    *matcher = made;
    return LIBSEARCH_OK;
}

void matcher_free(struct matcher *matcher)
{
    for (struct matcher_pattern *pattern = matcher->more; pattern != NULL; pattern = pattern->next)
        regular_expression_free(&pattern->expression);
    tokenizer_free(matcher->tokenizer);
}

static int compare_words(const char *a, size_t a_length, const char *b, size_t b_length)
{
    const size_t shorter = a_length < b_length ? a_length : b_length;
    const int order = shorter == 0 ? 0 : memcmp(a, b, shorter);
    return order != 0 ? order : (a_length > b_length) - (a_length < b_length);
}

static bool lies_within(const struct matcher_word *word, const char *surface, size_t length)
{
    const libsearch_query *query = word->pattern->query;
    const int low = compare_words(surface, length, word->bytes, word->length);
    if (query->has_low && (low < 0 || (low == 0 && query->low_open)))
        return false;
    const int high = compare_words(surface, length, word->pattern->high.data, word->pattern->high.length);
    return !query->has_high || high < 0 || (high == 0 && !query->high_open);
}

static bool fits(const struct matcher_word *word, const char *surface, size_t length)
{
    if (word->kind == MATCHER_PREFIX)
        return length >= word->length && memcmp(surface, word->bytes, word->length) == 0;
    if (word->kind == MATCHER_WILDCARD)
        return pattern_fits(word->bytes, word->length, surface, length);
    if (word->kind == MATCHER_FUZZY)
        return fuzzy_fits(word->bytes, word->length, surface, length, word->distance, word->prefix);
    if (word->pattern == NULL)
        return false;
    if (word->kind == MATCHER_RANGE)
        return lies_within(word, surface, length);
    return word->pattern->expression.words > 0 && regular_expression_fits(&word->pattern->expression, surface, length);
}

struct matcher_match matcher_look(struct matcher *matcher, const char *surface, size_t length)
{
    const uint64_t hash = hash_bytes(surface, length);
    struct matcher_match *cached = &matcher->cache[hash % MATCHER_CACHE];
    if (cached->known && cached->hash == hash)
        return *cached;
    char term[LIBSEARCH_MAX_TERM];
    const size_t term_length = tokenizer_term(matcher->tokenizer, surface, length, term);
    struct matcher_match match = { .hash = hash, .known = true };
    match.term = matcher->slots[slot_of(matcher, MATCHER_TERM, term, term_length)];
    match.form = matcher->slots[slot_of(matcher, MATCHER_FORM, surface, length)];
    for (size_t i = 0; i < matcher->pattern_count && match.pattern == 0; i++)
        if (fits(&matcher->words[matcher->patterns[i] - 1], surface, length))
            match.pattern = matcher->patterns[i];
    *cached = match;
    return match;
}
