/* SPDX-License-Identifier: MIT */
/* Walks for regular expressions (base/regular_expression.h): a state is a set of positions of the expression, and the
 * positions that take a letter of the alphabet are known beforehand. */
#include "base/regular_expression.h"
#include "terms/automaton.h"

struct regular {
    const struct regular_expression *expression;
    struct alphabet alphabet;
    uint64_t *takes; /* for each number of the alphabet and for all others: the positions that take it */
};

static enum automaton_fate regular_step(const void *pattern, const void *from, uint32_t letter, void *to)
{
    const struct regular *regular = pattern;
    const struct regular_expression *expression = regular->expression;
    const uint64_t *takes = regular->takes + letter * expression->words;
    uint64_t *next = to, any = 0, all = 0;
    regular_expression_follow(expression, from, next);
    for (size_t w = 0; w < expression->words; w++) {
        next[w] &= takes[w];
        any |= next[w];
        all |= next[w] & expression->everything[w];
    }
    return any == 0 ? AUTOMATON_DEAD : all != 0 ? AUTOMATON_ALL : AUTOMATON_OPEN;
}

static unsigned regular_distance(const void *pattern, const void *at)
{
    const struct regular_expression *expression = ((const struct regular *)pattern)->expression;
    const uint64_t *state = at;
    for (size_t w = 0; w < expression->words; w++)
        if (state[w] & expression->accepting[w])
            return 0;
    return TERM_DISTANCE_MAX + 1;
}

/* The letter as keys have it. */
static uint32_t letter_of(uint32_t point)
{
    uint8_t bytes[LETTER_BYTES];
    uint32_t letter;
    size_t length = 1;
    if (point < 0x80) {
        bytes[0] = (uint8_t)point;
    } else {
        length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
        for (size_t i = length; --i > 0; point >>= 6)
            bytes[i] = (uint8_t)(0x80 | (point & 0x3F));
        bytes[0] = (uint8_t)((0xF00 >> length & 0xFF) | point);
    }
    letter_take(bytes, length, &letter);
    return letter;
}

static void fill(struct regular *regular, const uint32_t *points, size_t count)
{
    const struct regular_expression *expression = regular->expression;
    for (size_t p = 0; p < expression->positions; p++) {
        const uint64_t bit = UINT64_C(1) << (p + 1) % 64;
        const size_t word = (p + 1) / 64;
        for (size_t i = 0; i < count; i++)
            if (regular_expression_takes(expression, p, points[i])) {
                const uint32_t number = alphabet_number(&regular->alphabet, letter_of(points[i]));
                regular->takes[number * expression->words + word] |= bit;
            }
        if (regular_expression_takes(expression, p, UINT32_MAX)) /* which no class names */
            regular->takes[regular->alphabet.count * expression->words + word] |= bit;
    }
}

libsearch_status terms_walk_regular(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                    const struct term_walk *walk, const struct regular_expression *expression,
                                    libsearch_error *error)
{
    struct regular regular = { .expression = expression };
    const size_t words = expression->words;
    uint32_t *points = memory_allocate_array(allocator, 2 * REGULAR_EXPRESSION_LETTERS, sizeof *points);
    uint64_t *first = memory_allocate_array(allocator, words, sizeof *first);
    libsearch_status status = LIBSEARCH_OK;
    if (points == NULL || first == NULL) {
        status = error_no_memory(error);
        goto done;
    }
    uint32_t *letters = points + REGULAR_EXPRESSION_LETTERS;
    const size_t count = regular_expression_letters(expression, points);
    for (size_t i = 0; i < count; i++)
        letters[i] = letter_of(points[i]);
    TRY_OR(done, alphabet_init(&regular.alphabet, allocator, letters, count, error));
    regular.takes = memory_allocate_array(allocator, words * (regular.alphabet.count + 1), sizeof *regular.takes);
    if (regular.takes == NULL) {
        status = error_no_memory(error);
        goto done;
    }
    fill(&regular, points, count);
    first[0] = 1;
    const struct automaton automaton = {
        .pattern = &regular,
        .alphabet = &regular.alphabet,
        .state_size = words * sizeof(uint64_t),
        .first = first,
        .first_fate = AUTOMATON_OPEN,
        .step = regular_step,
        .distance = regular_distance,
    };
    status = automaton_walk(reader, allocator, walk, &automaton, NULL, 0, error);
done:
    alphabet_free(&regular.alphabet, allocator);
    memory_free(allocator, regular.takes);
    memory_free(allocator, first);
    memory_free(allocator, points);
    return status;
}
