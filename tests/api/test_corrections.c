/* SPDX-License-Identifier: MIT */
/* Did-you-mean beside a comparison with all words: what is one edit away, or where nothing is and the word is long, two
 * behind the right first letter; the most frequent first, equally frequent ones in the order of their bytes. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libsearch/suggest.h>

#include "api_support.h"
#include "support/edits.h"
#include "support/random.h"

enum { WORDS = 260, DOCUMENTS = 400, LENGTH = 24, LONGEST = 9, ASKED = 1500, MOST = 4 };

static struct word {
    char text[LONGEST + 2];
    uint64_t written;
} words[WORDS];

static int better_first(const void *a, const void *b)
{
    const struct word *one = a, *other = b;
    if (one->written != other->written)
        return one->written > other->written ? -1 : 1;
    return strcmp(one->text, other->text);
}

static void draw(struct test_random *random, char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        text[i] = (char)('a' + random_below(random, 4));
    text[length] = '\0';
}

static bool is_word(const char *text, size_t among)
{
    for (size_t w = 0; w < among; w++)
        if (strcmp(words[w].text, text) == 0)
            return true;
    return false;
}

static void write_index(libsearch_index *index, struct test_random *random)
{
    libsearch_writer *writer = NULL;
    for (size_t w = 0; w < WORDS; w++)
        do
            draw(random, words[w].text, 3 + random_below(random, LONGEST - 3));
        while (is_word(words[w].text, w));
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    for (int d = 0; d < DOCUMENTS; d++) {
        char id[16], text[LENGTH * (LONGEST + 2)] = "";
        for (int i = 0; i < LENGTH; i++) {
            struct word *word = &words[random_below(random, 1 + random_below(random, WORDS))];
            strcat(strcat(text, word->text), " ");
            word->written++;
        }
        libsearch_document *document = libsearch_document_new(index);
        snprintf(id, sizeof id, "%d", d);
        assert_ok(libsearch_document_set_text(document, "text", text_of(text)));
        assert_ok(libsearch_writer_put(writer, text_of(id), document, NULL));
        libsearch_document_free(document);
        if (d % 150 == 149)
            assert_ok(libsearch_writer_commit(writer, NULL));
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
}

/* Into wanted, the best first. */
static size_t expect(const char *typed, struct word *wanted)
{
    size_t count = 0;
    for (unsigned distance = 1; distance <= 2 && count == 0; distance++)
        for (size_t w = 0; w < WORDS && (distance == 1 || strlen(typed) >= 6); w++)
            if (words[w].written > 0 && edits_between(typed, words[w].text) == distance &&
                (distance == 1 || typed[0] == words[w].text[0]))
                wanted[count++] = words[w];
    qsort(wanted, count, sizeof *wanted, better_first);
    return count;
}

static void what_is_like_a_word_is_told_by_its_frequency(void **state)
{
    struct test_random random = random_start(__func__);
    libsearch_index *index = NULL;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    struct word wanted[WORDS];
    size_t several = 0, far = 0;
    options.analyzer = "standard"; /* no stems: a word that was not written is not known */
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, &options, &index, NULL));
    write_index(index, &random);
    for (unsigned asked = 0; asked < ASKED; asked++) {
        libsearch_suggest_options how = LIBSEARCH_SUGGEST_OPTIONS_INIT;
        libsearch_suggestions *found = NULL;
        char typed[LONGEST + 2];
        do
            draw(&random, typed, 3 + random_below(&random, LONGEST - 2));
        while (is_word(typed, WORDS));
        const size_t count = expect(typed, wanted);
        how.count = MOST;
        assert_ok(libsearch_correct(index, text_of(typed), &how, &found, NULL));
        assert_int_equal(libsearch_suggestions_count(found), count < MOST ? count : MOST);
        for (size_t i = 0; i < count && i < MOST; i++) {
            const libsearch_bytes text = libsearch_suggestions_text(found, i);
            if (text.length != strlen(wanted[i].text) || memcmp(text.data, wanted[i].text, text.length) != 0)
                fail_msg("%s: %zu is %.*s, should be %s", typed, i, (int)text.length, text.data, wanted[i].text);
            assert_int_equal(libsearch_suggestions_frequency(found, i), wanted[i].written);
        }
        several += count > 1;
        far += count > 0 && edits_between(typed, wanted[0].text) == 2;
        libsearch_suggestions_free(found);
    }
    printf("%d words asked, of %d: for %zu more than one was suggested, for %zu what is two edits away\n", ASKED, WORDS,
           several, far);
    assert_true(several > ASKED / 20 && far > ASKED / 50);
    libsearch_close(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_like_a_word_is_told_by_its_frequency, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
