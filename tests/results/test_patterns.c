/* SPDX-License-Identifier: MIT */
/* Wildcards and likenesses against the plainest way to say what they mean. */
#include "results/matcher.h"
#include "support/random.h"
#include "support/unit.h"

#include <string.h>

/* One letter is one byte here. */
static bool fits_slowly(const char *pattern, const char *word)
{
    if (*pattern == '*')
        return fits_slowly(pattern + 1, word) || (*word != 0 && fits_slowly(pattern, word + 1));
    if (*pattern == 0 || *word == 0)
        return *pattern == *word;
    return (*pattern == '?' || *pattern == *word) && fits_slowly(pattern + 1, word + 1);
}

/* Edits from a to b, each stretch edited once. */
static unsigned distance_slowly(const char *a, size_t n, const char *b, size_t m)
{
    if (n == 0 || m == 0)
        return (unsigned)(n + m);
    unsigned best = distance_slowly(a, n - 1, b, m - 1) + (a[n - 1] != b[m - 1]);
    const unsigned less = distance_slowly(a, n - 1, b, m) + 1, more = distance_slowly(a, n, b, m - 1) + 1;
    best = less < best ? less : best;
    best = more < best ? more : best;
    if (n > 1 && m > 1 && a[n - 1] == b[m - 2] && a[n - 2] == b[m - 1]) {
        const unsigned swapped = distance_slowly(a, n - 2, b, m - 2) + 1;
        best = swapped < best ? swapped : best;
    }
    return best;
}

static void random_word(struct test_random *random, const char *letters, size_t most, char *word)
{
    const size_t length = random_below(random, most + 1);
    for (size_t i = 0; i < length; i++)
        word[i] = letters[random_below(random, strlen(letters))];
    word[length] = 0;
}

static void a_pattern_fits_what_it_means(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    size_t fitted = 0;
    for (int i = 0; i < 20000; i++) {
        char pattern[16], word[16];
        random_word(&random, "ab*?", 7, pattern);
        random_word(&random, "ab", 8, word);
        const bool fits = pattern_fits(pattern, strlen(pattern), word, strlen(word));
        if (fits != fits_slowly(pattern, word))
            fail_msg("%s and %s", pattern, word);
        fitted += fits;
    }
    assert_true(fitted > 500);
}

static void a_question_mark_is_one_letter_of_any_alphabet(void **state)
{
    (void)state;
    assert_true(pattern_fits("caf?", 4, "caf\xC3\xA9", 5));
    assert_false(pattern_fits("caf?", 4, "caf\xC3\xA9s", 6));
    assert_true(pattern_fits("?\xE6\x96\x87*", 5, "\xE4\xB8\xAD\xE6\x96\x87", 6));
}

static void likeness_counts_edits(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    size_t fitted = 0;
    for (int i = 0; i < 5000; i++) {
        char a[16], b[16];
        random_word(&random, "abc", 6, a);
        random_word(&random, "abc", 6, b);
        for (unsigned distance = 0; distance <= 2; distance++) {
            const bool first = a[0] == b[0] || a[0] == 0; /* the first letter must be right */
            const bool fits = fuzzy_fits(a, strlen(a), b, strlen(b), distance, 1);
            if (fits != (first && distance_slowly(a, strlen(a), b, strlen(b)) <= distance))
                fail_msg("%s and %s within %u", a, b, distance);
            fitted += fits;
        }
    }
    assert_true(fitted > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_fits_what_it_means),
        cmocka_unit_test(a_question_mark_is_one_letter_of_any_alphabet),
        cmocka_unit_test(likeness_counts_edits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
