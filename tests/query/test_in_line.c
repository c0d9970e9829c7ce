/* SPDX-License-Identifier: MIT */
/* The words of a sloppy phrase in random short texts: what in_line_next finds, beside all choices tried one by one. */
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

#include "query/in_line.h"
#include "support/random.h"

enum { MOST_WORDS = 5, MOST_TEXT = 12 };

static struct {
    size_t count;
    bool prefix; /* the last word fits words 0 and 1 of the text's three */
    uint32_t slop;
    uint32_t offsets[MOST_WORDS], places[MOST_WORDS][MOST_TEXT];
    unsigned words[MOST_WORDS];
    size_t counts[MOST_WORDS], chosen[MOST_WORDS];
} phrase;

static bool is_prefix(size_t word) { return phrase.prefix && word + 1 == phrase.count; }

static bool go_on(void *context)
{
    (void)context;
    return true;
}

/* False: a word of the phrase is not in the text. */
static bool make_phrase(struct test_random *random)
{
    const size_t length = 1 + random_below(random, MOST_TEXT);
    const unsigned kinds = 1 + (unsigned)random_below(random, 3);
    unsigned text[MOST_TEXT];
    uint32_t offset = 0;
    bool all = true;
    for (size_t i = 0; i < length; i++)
        text[i] = (unsigned)random_below(random, 3);
    phrase.count = 1 + random_below(random, MOST_WORDS);
    phrase.prefix = phrase.count > 1 && random_below(random, 3) == 0;
    phrase.slop = 1 + (uint32_t)random_below(random, 8);
    for (size_t w = 0; w < phrase.count; w++) {
        phrase.offsets[w] = offset;
        offset += random_below(random, 5) == 0 ? 2 : 1;
        phrase.words[w] = (unsigned)random_below(random, kinds);
        phrase.counts[w] = 0;
        for (size_t i = 0; i < length; i++)
            if (is_prefix(w) ? text[i] <= 1 : text[i] == phrase.words[w])
                phrase.places[w][phrase.counts[w]++] = (uint32_t)i;
        all = all && phrase.counts[w] > 0;
    }
    return all;
}

static int64_t moved(size_t word) { return (int64_t)phrase.places[word][phrase.chosen[word]] - phrase.offsets[word]; }

static bool agree(size_t before, size_t word)
{
    const uint32_t one = phrase.places[before][phrase.chosen[before]], other = phrase.places[word][phrase.chosen[word]];
    return is_prefix(word) ? one != other : phrase.words[before] != phrase.words[word] || one < other;
}

/* Whether the words from `word` on can be chosen so that the chosen place of `lowest` is the lowest. */
static bool can_choose(size_t word, size_t lowest)
{
    if (word >= MOST_WORDS || word == phrase.count) /* the first for compilers that unroll it further */
        return true;
    const int64_t low = moved(lowest);
    const size_t only = phrase.chosen[word];
    for (size_t i = 0; i < phrase.counts[word]; i++) {
        if (word == lowest && i != only)
            continue;
        phrase.chosen[word] = i;
        const int64_t above = moved(word) - low;
        bool agreed = above <= phrase.slop && (above > 0 || (above == 0 && word >= lowest));
        for (size_t before = 0; before < word; before++)
            agreed = agreed && agree(before, word);
        if (agreed && can_choose(word + 1, lowest))
            return true;
    }
    phrase.chosen[word] = only;
    return false;
}

static size_t count_choices(void)
{
    size_t found = 0;
    for (size_t w = 0; w < phrase.count; w++)
        for (size_t i = 0; i < phrase.counts[w]; i++) {
            phrase.chosen[w] = i;
            found += can_choose(0, w);
        }
    return found;
}

static size_t count_by_line(void)
{
    struct in_line_word words[MOST_WORDS];
    struct in_line line = { .words = words, .count = phrase.count, .slop = phrase.slop, .go_on = go_on };
    struct in_line_name names[MOST_WORDS] = { 0 };
    const struct in_line_name *order[MOST_WORDS], *scratch[MOST_WORDS];
    uint32_t next[MOST_WORDS] = { 0 };
    size_t found = 0;
    for (size_t w = 0; w < phrase.count; w++)
        names[w].term = (libsearch_bytes){ (const char *)&phrase.words[w], sizeof phrase.words[w] };
    assert_ok(in_line_same(names, phrase.count - phrase.prefix, order, scratch, next, NULL, NULL));
    for (size_t w = 0; w < phrase.count; w++) {
        const uint32_t shift = phrase.offsets[phrase.count - 1] - phrase.offsets[w];
        words[w] = (struct in_line_word){ .places = phrase.places[w],
                                          .stride = 1,
                                          .count = phrase.counts[w],
                                          .plus = shift,
                                          .shift = shift,
                                          .next = next[w],
                                          .in_last = phrase.prefix && w + 1 < phrase.count && phrase.words[w] <= 1 };
    }
    while (in_line_next(&line))
        found++;
    return found;
}

static void every_choice_of_places_is_found_and_no_other(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    size_t standing = 0;
    for (int round = 0; round < 100000; round++) {
        if (!make_phrase(&random))
            continue;
        const size_t wanted = count_choices();
        assert_int_equal(count_by_line(), wanted);
        standing += wanted > 0;
    }
    assert_true(standing > 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_choice_of_places_is_found_and_no_other) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
