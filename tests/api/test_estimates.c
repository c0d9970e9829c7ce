/* SPDX-License-Identifier: MIT */
/* What is told of the number of matches where not all are looked at: never more at least, nor less at most, than there
 * are, and exact only where it is. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libsearch/total.h>

#include "api_support.h"
#include "support/random.h"

enum { DOCUMENTS = 3000, WORDS = 24, LENGTH = 30, ASKED = 300 };

/* The first words are in nearly all documents, the last in hardly any. */
static unsigned draw_word(struct test_random *random)
{
    return (unsigned)random_below(random, 1 + random_below(random, 1 + random_below(random, WORDS)));
}

static void write_index(libsearch_index *index, struct test_random *random, bool deletes)
{
    libsearch_writer *writer = NULL;
    char id[16];
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    libsearch_document *document = libsearch_document_new(index);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        char text[LENGTH * 5 + 1];
        int length = 0;
        for (unsigned w = 0; w < LENGTH; w++)
            length += snprintf(text + length, sizeof text - (size_t)length, "w%u ", draw_word(random));
        libsearch_document_clear(document);
        assert_ok(libsearch_document_set_text(document, "text", text_of(text)));
        assert_ok(libsearch_document_set_integer(document, "size", (int64_t)random_below(random, 1000)));
        snprintf(id, sizeof id, "%u", i);
        assert_ok(libsearch_writer_put(writer, text_of(id), document, NULL));
        if (i == DOCUMENTS / 2)
            assert_ok(libsearch_writer_commit(writer, NULL));
    }
    libsearch_document_free(document);
    for (unsigned i = 0; i < DOCUMENTS / 7 && deletes; i++) {
        snprintf(id, sizeof id, "%u", (unsigned)random_below(random, DOCUMENTS));
        const libsearch_status status = libsearch_writer_delete(writer, text_of(id), NULL);
        assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NOT_FOUND);
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
}

static int part(struct test_random *random, char *text, size_t room)
{
    const unsigned a = draw_word(random), b = draw_word(random), c = draw_word(random);
    switch (random_below(random, 10)) {
    case 0: return snprintf(text, room, "\"w%u w%u\"", a, b);
    case 1: return snprintf(text, room, "@near(3 w%u w%u)", a, b);
    case 2: return snprintf(text, room, "@near(2 w%u \"w%u w%u\")", a, b, c);
    case 3: return snprintf(text, room, "w%u*", a);
    case 4: return snprintf(text, room, "size:%u..%u", a * 20, a * 20 + b * 30);
    case 5: return snprintf(text, room, "(w%u w%u)", a, b);
    case 6: return snprintf(text, room, "\"w%u w%u\"~4", a, b);
    default: return snprintf(text, room, "w%u", a);
    }
}

static void compare(libsearch_index *index, struct test_random *random, size_t *inexact)
{
    static const char *const occurs[] = { "", "+", "-" };
    char text[400];
    int length = 0;
    const size_t parts = 1 + random_below(random, 4);
    const bool restricted = random_below(random, 2) == 0;
    for (size_t i = 0; i < parts; i++) {
        length += snprintf(text + length, sizeof text - (size_t)length, " %s",
                           occurs[restricted ? random_below(random, 3) : 0]);
        length += part(random, text + length, sizeof text - (size_t)length);
    }
    libsearch_query *query = NULL;
    libsearch_results *all = NULL;
    assert_ok(libsearch_query_parse(index, text_of(text), 0, &query, NULL));
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.total = LIBSEARCH_TOTAL_EXACT;
    options.flags = LIBSEARCH_SEARCH_EXHAUSTIVE;
    assert_ok(libsearch_search_query(index, query, &options, &all, NULL));
    int exact;
    const uint64_t there = libsearch_results_total(all, &exact);
    assert_true(exact);
    options.flags = 0;
    for (unsigned way = 0; way < 3; way++) {
        libsearch_results *results = NULL;
        uint64_t least, most;
        options.total = way == 0 ? LIBSEARCH_TOTAL_NONE : way == 1 ? LIBSEARCH_TOTAL_BOUND : LIBSEARCH_TOTAL_EXACT;
        assert_ok(libsearch_search_query(index, query, &options, &results, NULL));
        const uint64_t told = libsearch_results_total(results, &exact);
        const uint64_t about = libsearch_results_estimate(results, &least, &most);
        if (told > there || least > there || most < there || about < least || about > most ||
            (exact && (told != there || most != there)) || (way == 2 && !exact))
            fail_msg("%s: %llu, told %llu%s, about %llu, at least %llu, at most %llu", text, (unsigned long long)there,
                     (unsigned long long)told, exact ? " exactly" : "", (unsigned long long)about,
                     (unsigned long long)least, (unsigned long long)most);
        *inexact += !exact;
        libsearch_results_free(results);
    }
    libsearch_results_free(all);
    libsearch_query_free(query);
}

static void the_bounds_hold(void **state)
{
    struct test_random random = random_start(__func__);
    size_t inexact = 0;
    for (unsigned deletes = 0; deletes < 2; deletes++) {
        char path[256];
        libsearch_index *index = NULL;
        snprintf(path, sizeof path, "%s-%u", (const char *)*state, deletes);
        assert_ok(libsearch_open(path, LIBSEARCH_CREATE, NULL, &index, NULL));
        write_index(index, &random, deletes > 0);
        for (unsigned i = 0; i < ASKED; i++)
            compare(index, &random, &inexact);
        libsearch_close(index);
    }
    printf("%d questions, %zu totals that were not exact\n", 2 * ASKED, inexact);
    assert_true(inexact > ASKED / 8);
}

static uint64_t about(libsearch_index *index, const char *text, uint64_t *least, uint64_t *most)
{
    libsearch_results *results = NULL;
    libsearch_query *query = NULL;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    assert_ok(libsearch_query_parse(index, text_of(text), 0, &query, NULL));
    options.count = 1;
    assert_ok(libsearch_search_query(index, query, &options, &results, NULL));
    const uint64_t estimate = libsearch_results_estimate(results, least, most);
    libsearch_results_free(results);
    libsearch_query_free(query);
    return estimate;
}

static uint64_t most_of(libsearch_index *index, const char *text, uint64_t *least)
{
    uint64_t most;
    about(index, text, least, &most);
    return most;
}

/* Of which two must match: as many as each match of two words leaves, where some of the documents are deleted. */
static void the_guess_of_some_of_several_words_is_half_of_all_at_most(void **state)
{
    struct test_random random = random_start(__func__);
    libsearch_index *index = NULL;
    uint64_t least, most;
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, NULL, &index, NULL));
    write_index(index, &random, true);
    for (unsigned a = 3; a + 2 < WORDS; a++) {
        char text[80];
        uint64_t all = 0;
        for (unsigned w = a; w < a + 3; w++) {
            snprintf(text, sizeof text, "w%u", w);
            all += about(index, text, &least, &most);
        }
        snprintf(text, sizeof text, "+w0 @filter(@atleast(2 w%u w%u w%u))", a, a + 1, a + 2);
        assert_true(about(index, text, &least, &most) <= (all + 3) / 2);
    }
    libsearch_close(index);
}

/* Of words all of which must match no more than the rarest has; what must not be there leaves what is left. */
static void the_bounds_are_no_looser_than_words_alone_make_them(void **state)
{
    struct test_random random = random_start(__func__);
    libsearch_index *index = NULL;
    char text[64];
    assert_ok(libsearch_open(*state, LIBSEARCH_CREATE, NULL, &index, NULL));
    write_index(index, &random, false);
    for (unsigned a = 0; a < WORDS; a++)
        for (unsigned b = a % 3; b < WORDS; b += 3) {
            uint64_t least;
            snprintf(text, sizeof text, "w%u", a);
            const uint64_t of_a = most_of(index, text, &least);
            snprintf(text, sizeof text, "w%u", b);
            const uint64_t of_b = most_of(index, text, &least);
            snprintf(text, sizeof text, "+w%u +w%u", a, b);
            assert_true(most_of(index, text, &least) <= (of_a < of_b ? of_a : of_b));
            snprintf(text, sizeof text, "w%u w%u", a, b);
            assert_true(most_of(index, text, &least) <= of_a + of_b);
            assert_true(least >= (of_a > of_b ? of_a : of_b));
            snprintf(text, sizeof text, "+w%u -w%u", a, b);
            assert_true(most_of(index, text, &least) <= DOCUMENTS - of_b);
            snprintf(text, sizeof text, "\"w%u w%u\"", a, b);
            assert_true(most_of(index, text, &least) <= (of_a < of_b ? of_a : of_b));
        }
    libsearch_close(index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_bounds_hold, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(the_guess_of_some_of_several_words_is_half_of_all_at_most, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(the_bounds_are_no_looser_than_words_alone_make_them, make_folder,
                                        remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
