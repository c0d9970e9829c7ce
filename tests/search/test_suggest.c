/* SPDX-License-Identifier: MIT */
/* Words like another and words that begin like it, beside a comparison with all words: of corrections the word itself is one
 * of them, and an edit outweighs SUGGEST_EDIT times the frequency. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/one_segment.h"
#include "search/suggest.h"
#include "support/edits.h"
#include "support/random.h"

enum { WORDS = 220, DOCUMENTS = 3000, LENGTH = 24, LONGEST = 9, ASKED = 2500 };

static struct word {
    char text[LONGEST + 1];
    uint64_t written, documents;
    unsigned distance;
} words[WORDS];

static struct one_segment only;

static void draw(struct test_random *random, char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        text[i] = (char)('a' + random_below(random, 4));
    text[length] = '\0';
}

static struct word *find(const char *text, size_t among)
{
    for (size_t w = 0; w < among; w++)
        if (strcmp(words[w].text, text) == 0)
            return &words[w];
    return NULL;
}

static int make_fixture(void **state)
{
    struct test_random random = random_start("suggest");
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    (void)state;
    field.name = "text";
    one_segment_begin(&only, &field, 1);
    for (size_t w = 0; w < WORDS; w++)
        do
            draw(&random, words[w].text, 2 + random_below(&random, LONGEST - 2));
        while (find(words[w].text, w) != NULL);
    for (unsigned d = 0; d < DOCUMENTS; d++) {
        char text[LENGTH * (LONGEST + 1) + 1] = "";
        bool there[WORDS] = { false };
        for (unsigned i = 0; i < LENGTH; i++) {
            /* From some in nearly every document to some in one or two. */
            const uint64_t below = 1 + random_below(&random, 1 + random_below(&random, WORDS));
            const size_t w = random_below(&random, below);
            strcat(strcat(text, words[w].text), " ");
            words[w].written++;
            words[w].documents += !there[w];
            there[w] = true;
        }
        one_segment_add(&only, d, text);
    }
    one_segment_finish(&only);
    return 0;
}

static int free_fixture(void **state)
{
    (void)state;
    one_segment_free(&only);
    return 0;
}

static double worth_of(const struct word *word)
{
    double worth = (double)word->written;
    for (unsigned i = 0; i < word->distance; i++)
        worth /= SUGGEST_EDIT;
    return worth;
}

static int better_first(const void *a, const void *b)
{
    const struct word *one = a, *other = b;
    if (worth_of(one) < worth_of(other) || worth_of(one) > worth_of(other))
        return worth_of(one) > worth_of(other) ? -1 : 1;
    if (one->written != other->written)
        return one->written > other->written ? -1 : 1;
    return strcmp(one->text, other->text);
}

/* Into wanted, the best first: corrections, or words that begin so. */
static size_t expect(const char *typed, bool correct, bool known, struct word *wanted)
{
    size_t count = 0;
    for (unsigned most = 1; most <= 2; most++) {
        count = 0;
        for (size_t w = 0; w < WORDS; w++) {
            struct word word = words[w];
            word.distance = correct ? edits_between(typed, word.text) : 0;
            if (word.written > 0 && (correct ? word.distance <= most && (most == 1 || typed[0] == word.text[0])
                                             : strncmp(word.text, typed, strlen(typed)) == 0))
                wanted[count++] = word;
        }
        if (!correct || count > known || strlen(typed) < 6)
            break;
    }
    qsort(wanted, count, sizeof *wanted, better_first);
    return strlen(typed) < 3 && correct ? 0 : count;
}

static void compare(struct test_random *random, bool correct, size_t *several)
{
    char typed[LONGEST + 1];
    struct word wanted[WORDS];
    struct suggested_word *list = NULL;
    struct arena arena;
    size_t found = 0;
    uint64_t known = 99;
    if (random_below(random, 2) == 0)
        strcpy(typed, words[random_below(random, WORDS)].text);
    else
        draw(random, typed, 1 + random_below(random, LONGEST - 1));
    if (!correct)
        typed[1 + random_below(random, strlen(typed))] = '\0';
    const struct word *itself = find(typed, WORDS);
    const uint64_t documents = itself == NULL || !correct ? 0 : itself->documents;
    const size_t count = expect(typed, correct, documents > 0, wanted);
    arena_init(&arena, allocator_default());
    const struct suggest_request request = { .word = { typed, strlen(typed) },
                                             .correct = correct,
                                             .count = random_below(random, 2) ? 3 : WORDS,
                                             .memory = SIZE_MAX,
                                             .results = &arena };
    assert_ok(search_suggest(&only.snapshot, &request, &list, &found, &known, NULL));
    assert_int_equal(known, documents);
    assert_int_equal(found, count < request.count ? count : request.count);
    for (size_t i = 0; i < found; i++) {
        if (list[i].word.length != strlen(wanted[i].text) ||
            memcmp(list[i].word.data, wanted[i].text, list[i].word.length) != 0)
            fail_msg("%s: %zu is %.*s, should be %s", typed, i, (int)list[i].word.length, list[i].word.data,
                     wanted[i].text);
        assert_int_equal(list[i].frequency, wanted[i].written);
        assert_int_equal(list[i].distance, wanted[i].distance);
    }
    *several += count > 1;
    arena_free(&arena);
}

static void words_are_told_by_what_they_are_worth(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    size_t several[2] = { 0, 0 };
    for (unsigned asked = 0; asked < ASKED; asked++)
        compare(&random, asked % 2 == 0, &several[asked % 2]);
    printf("%d asked, half of each: for %zu several corrections, for %zu several completions\n", ASKED, several[0],
           several[1]);
    assert_true(several[0] > ASKED / 10 && several[1] > ASKED / 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_told_by_what_they_are_worth),
    };
    return cmocka_run_group_tests(tests, make_fixture, free_fixture);
}
