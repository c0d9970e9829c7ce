/* SPDX-License-Identifier: MIT */
/* Prefix and wildcard walks.
 *
 * A pattern is a row of elements, each a letter or a question mark, with stars between them. State bit i: the first i
 * elements have been matched (so bit 0 is set at the beginning). A letter moves every bit whose next element it fits
 * one on, and leaves those where a star stands: Shift-And (Baeza-Yates and Gonnet, CACM 35(10), 1992) with runs. */
#include "terms/automaton.h"

enum { WORD_BITS = 64 };

struct wildcard {
    const libsearch_allocator *allocator;
    struct alphabet alphabet;
    size_t words;    /* of a state */
    size_t elements; /* a state has one bit more */
    uint64_t *stars; /* bit i: a star stands before element i, or behind the last */
    uint64_t *fits;  /* for each number of the alphabet and for all others, bit i: it fits element i */
    uint64_t *first;
};

static bool bit_of(const uint64_t *bits, size_t i) { return bits[i / WORD_BITS] >> i % WORD_BITS & 1; }
static void set_bit(uint64_t *bits, size_t i) { bits[i / WORD_BITS] |= (uint64_t)1 << i % WORD_BITS; }

static enum automaton_fate wildcard_step(const void *pattern, const void *from, uint32_t letter, void *to)
{
    const struct wildcard *wildcard = pattern;
    const uint64_t *state = from, *fits = wildcard->fits + letter * wildcard->words;
    uint64_t *next = to, carry = 0, any = 0;
    for (size_t i = 0; i < wildcard->words; i++) {
        const uint64_t moved = state[i] & fits[i];
        next[i] = moved << 1 | carry | (state[i] & wildcard->stars[i]);
        carry = moved >> (WORD_BITS - 1);
        any |= next[i];
    }
    if (any == 0)
        return AUTOMATON_DEAD;
    return bit_of(next, wildcard->elements) && bit_of(wildcard->stars, wildcard->elements) ? AUTOMATON_ALL
                                                                                           : AUTOMATON_OPEN;
}

static unsigned wildcard_distance(const void *pattern, const void *state)
{
    const struct wildcard *wildcard = pattern;
    return bit_of(state, wildcard->elements) ? 0 : TERM_DISTANCE_MAX + 1;
}

/* What a pattern is made of: letters as they are, and these two, which no letter is. */
enum { ELEMENT_STAR = 1, ELEMENT_ANY = 2 };

/* Bytes of the pattern taken for its next part. */
static size_t take_part(const uint8_t *pattern, size_t length, uint32_t *part)
{
    if (*pattern == '*' || *pattern == '?') {
        *part = *pattern == '*' ? ELEMENT_STAR : ELEMENT_ANY;
        return 1;
    }
    const size_t escape = *pattern == '\\' && length > 1;
    return escape + letter_take(pattern + escape, length - escape, part);
}

/* Numbers and bits for the parts behind the literal beginning. letters: room for as many. */
static libsearch_status wildcard_init(struct wildcard *wildcard, const uint32_t *parts, size_t count, uint32_t *letters,
                                      libsearch_error *error)
{
    const libsearch_allocator *allocator = wildcard->allocator;
    size_t letter_count = 0, element = 0;
    for (size_t i = 0; i < count; i++) {
        wildcard->elements += parts[i] != ELEMENT_STAR;
        if (parts[i] != ELEMENT_STAR && parts[i] != ELEMENT_ANY)
            letters[letter_count++] = parts[i];
    }
    if (wildcard->elements > TERM_WILDCARD_MAX)
        return error_set(error, LIBSEARCH_LIMIT, "a pattern of more than %d letters", TERM_WILDCARD_MAX);
    TRY(alphabet_init(&wildcard->alphabet, allocator, letters, letter_count, error));
    wildcard->words = wildcard->elements / WORD_BITS + 1;
    wildcard->stars = memory_allocate_array(allocator, wildcard->words, sizeof(uint64_t));
    wildcard->first = memory_allocate_array(allocator, wildcard->words, sizeof(uint64_t));
    wildcard->fits =
        memory_allocate_array(allocator, wildcard->words * (wildcard->alphabet.count + 1), sizeof(uint64_t));
    if (wildcard->stars == NULL || wildcard->first == NULL || wildcard->fits == NULL)
        return error_no_memory(error);
    set_bit(wildcard->first, 0);
    for (size_t i = 0; i < count; i++) {
        if (parts[i] == ELEMENT_STAR) {
            set_bit(wildcard->stars, element);
            continue;
        }
        for (uint32_t number = 0; number <= wildcard->alphabet.count; number++)
            if (parts[i] == ELEMENT_ANY || alphabet_number(&wildcard->alphabet, parts[i]) == number)
                set_bit(wildcard->fits + number * wildcard->words, element);
        element++;
    }
    return LIBSEARCH_OK;
}

static libsearch_status walk_parts(const struct terms_reader *reader, struct wildcard *wildcard,
                                   const struct term_walk *walk, const uint32_t *parts, size_t count, uint32_t *letters,
                                   const uint8_t *prefix, size_t prefix_length, libsearch_error *error)
{
    TRY(wildcard_init(wildcard, parts, count, letters, error));
    const struct automaton automaton = {
        .pattern = wildcard,
        .alphabet = &wildcard->alphabet,
        .state_size = wildcard->words * sizeof(uint64_t),
        .first = wildcard->first,
        .first_fate = wildcard->elements == 0 && bit_of(wildcard->stars, 0) ? AUTOMATON_ALL : AUTOMATON_OPEN,
        .step = wildcard_step,
        .distance = wildcard_distance,
    };
    return automaton_walk(reader, wildcard->allocator, walk, &automaton, prefix, prefix_length, error);
}

/* The walk for words of a literal beginning and the parts behind it. */
static libsearch_status walk_pattern(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                     const struct term_walk *walk, const uint8_t *prefix, size_t prefix_length,
                                     const uint32_t *parts, size_t count, libsearch_error *error)
{
    struct wildcard wildcard = { .allocator = allocator };
    uint32_t *letters = memory_allocate_array(allocator, count, sizeof *letters);
    const libsearch_status status =
        letters == NULL ? error_no_memory(error)
                        : walk_parts(reader, &wildcard, walk, parts, count, letters, prefix, prefix_length, error);
    memory_free(allocator, letters);
    memory_free(allocator, wildcard.stars);
    memory_free(allocator, wildcard.first);
    memory_free(allocator, wildcard.fits);
    alphabet_free(&wildcard.alphabet, allocator);
    return status;
}

libsearch_status terms_walk_prefix(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                   const struct term_walk *walk, const void *prefix, size_t length,
                                   libsearch_error *error)
{
    static const uint32_t star = ELEMENT_STAR;
    return walk_pattern(reader, allocator, walk, prefix, length, &star, 1, error);
}

libsearch_status terms_walk_wildcard(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                     const struct term_walk *walk, const void *pattern, size_t length,
                                     libsearch_error *error)
{
    const uint8_t *bytes = pattern;
    if (length > 8 * (size_t)TERM_WILDCARD_MAX)
        return error_set(error, LIBSEARCH_LIMIT, "a pattern of more than %d bytes", 8 * TERM_WILDCARD_MAX);
    uint32_t *parts = memory_allocate_array(allocator, length, sizeof *parts);
    uint8_t *prefix = memory_allocate(allocator, length);
    size_t count = 0, prefix_length = 0;
    libsearch_status status;
    if (parts == NULL || prefix == NULL) {
        status = error_no_memory(error);
        goto done;
    }
    for (size_t at = 0; at < length;) {
        at += take_part(bytes + at, length - at, &parts[count]);
        /* A stray byte could be the beginning of a letter that the next element completes. */
        if (count == 0 && parts[0] != ELEMENT_STAR && parts[0] != ELEMENT_ANY && !letter_is_stray(parts[0]))
            prefix_length += letter_put(parts[0], prefix + prefix_length);
        else
            count++;
    }
    status = walk_pattern(reader, allocator, walk, prefix, prefix_length, parts, count, error);
done:
    memory_free(allocator, parts);
    memory_free(allocator, prefix);
    return status;
}
