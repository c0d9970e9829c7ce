/* SPDX-License-Identifier: MIT */
/* Documents at the edges of windows, words of bits and blocks are found, each by itself and with others, in every way
 * that a question can take. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "search/one_segment.h"
#include "search/trees.h"

enum { DOCUMENTS = 12300, PLACES = 18 };

/* The documents that say anything: "edge", and a word of their own, "at" and their number. */
static const uint32_t places[PLACES] = { 0,    1,    63,   64,   127,  128,  4094, 4095,  4096,
                                         4097, 4160, 8190, 8191, 8192, 8193, 8255, 12287, 12299 };

static struct one_segment only;

static void add(uint32_t d)
{
    char text[32], id[16];
    libsearch_document *document = document_new(allocator_default());
    for (unsigned i = 0; i < PLACES; i++)
        if (places[i] == d) {
            const int length = sprintf(text, "edge at%u", d);
            const struct document_value value = { "text", 4, LIBSEARCH_TEXT, { text, (size_t)length }, 0, 0 };
            assert_ok(document_add(document, &value, NULL));
        }
    assert_ok(segment_builder_add(only.builder, (libsearch_bytes){ id, (size_t)sprintf(id, "%u", d) }, document, NULL));
    document_free(document);
}

static int make_fixture(void **state)
{
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    (void)state;
    field.name = "text";
    one_segment_begin(&only, &field, 1);
    for (uint32_t d = 0; d < DOCUMENTS; d++)
        add(d);
    one_segment_finish(&only);
    return 0;
}

static int free_fixture(void **state)
{
    (void)state;
    one_segment_free(&only);
    return 0;
}

/* The question finds just these documents (rising), exhaustively and not, counted too. */
static void assert_finds(libsearch_query *query, const uint32_t *documents, size_t count)
{
    struct search_hit hits[PLACES + 1];
    for (unsigned way = 0; way < 3; way++) {
        struct search_answer answer = { .hits = hits };
        const struct search_request request = { .query = query,
                                                .count = way == 2 ? 0 : PLACES + 1,
                                                .total = LIBSEARCH_TOTAL_EXACT,
                                                .memory = SIZE_MAX,
                                                .exhaustive = way == 1 };
        assert_ok(search_run(&only.snapshot, &request, &answer, NULL));
        assert_int_equal(answer.total, count);
        for (size_t i = 0; i < answer.hit_count; i++) {
            bool known = false;
            for (size_t j = 0; j < count; j++)
                known = known || documents[j] == hits[i].number;
            assert_true(known);
        }
        assert_int_equal(answer.hit_count, way == 2 ? 0 : count);
    }
    query_release(query);
}

static libsearch_query *both(libsearch_query *one, libsearch_occur first, libsearch_query *other,
                             libsearch_occur second)
{
    return tree_of_two(QUERY_BOOLEAN, 0, one, first, other, second);
}

static libsearch_query *word_at(unsigned i)
{
    char text[16];
    sprintf(text, "at%u", places[i]);
    return tree_words(QUERY_TEXT, 0, text);
}

static void a_document_is_found_wherever_it_stands(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PLACES; i++)
        assert_finds(word_at(i), &places[i], 1);
    assert_finds(tree_words(QUERY_TEXT, 0, "edge"), places, PLACES);
    assert_finds(tree_words(QUERY_PREFIX, 0, "at"), places, PLACES);
}

static void a_document_is_found_by_all_its_words(void **state)
{
    (void)state;
    char text[32];
    for (unsigned i = 0; i < PLACES; i++) {
        sprintf(text, "edge at%u", places[i]);
        assert_finds(tree_words(QUERY_TEXT, QUERY_FLAG_ALL, text), &places[i], 1);
        assert_finds(tree_words(QUERY_PHRASE, 0, text), &places[i], 1);
        assert_finds(tree_words(QUERY_TEXT, 0, text), places, PLACES);
        assert_finds(both(word_at(i), LIBSEARCH_FILTER, tree_words(QUERY_TEXT, 0, "edge"), LIBSEARCH_SHOULD),
                     &places[i], 1);
    }
}

static void any_two_documents_are_found_together(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PLACES; i++)
        for (unsigned j = i + 1; j < PLACES; j++) {
            const uint32_t two[] = { places[i], places[j] };
            assert_finds(both(word_at(i), LIBSEARCH_SHOULD, word_at(j), LIBSEARCH_SHOULD), two, 2);
            assert_finds(both(word_at(i), LIBSEARCH_MUST, word_at(j), LIBSEARCH_MUST), NULL, 0);
            assert_finds(both(word_at(i), LIBSEARCH_SHOULD, word_at(j), LIBSEARCH_MUST_NOT), two, 1);
        }
}

static void all_but_one_are_found(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PLACES; i++) {
        uint32_t others[PLACES];
        size_t count = 0;
        for (unsigned j = 0; j < PLACES; j++)
            if (j != i)
                others[count++] = places[j];
        assert_finds(both(tree_words(QUERY_TEXT, 0, "edge"), LIBSEARCH_MUST, word_at(i), LIBSEARCH_MUST_NOT), others,
                     count);
    }
}

static libsearch_query *near(libsearch_query *one, libsearch_query *other)
{
    return tree_of_two(QUERY_NEAR, 3, one, LIBSEARCH_SHOULD, other, LIBSEARCH_SHOULD);
}

/* Words near each other in two documents and no others: behind the first, the next window may begin with the second. */
static void words_near_each_other_are_found_wherever_they_stand(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PLACES; i++)
        for (unsigned j = i + 1; j < PLACES; j++) {
            const uint32_t two[] = { places[i], places[j] };
            libsearch_query *either[2];
            for (unsigned way = 0; way < 5; way++) {
                for (unsigned e = 0; e < 2; e++) {
                    libsearch_query *parts[] = { word_at(i), word_at(j) };
                    libsearch_query *any = tree_make(&(libsearch_query){
                        .kind = QUERY_BOOLEAN, .children = parts, .occurs = (uint8_t[]){ 0, 0 }, .count = 2 });
                    either[e] = near(any, tree_words(QUERY_TEXT, 0, "edge"));
                }
                if (way == 0)
                    assert_finds(both(either[0], LIBSEARCH_MUST, either[1], LIBSEARCH_MUST), two, 2);
                else if (way == 1)
                    assert_finds(both(either[0], LIBSEARCH_FILTER, either[1], LIBSEARCH_SHOULD), two, 2);
                else if (way == 2)
                    assert_finds(both(either[0], LIBSEARCH_MUST_NOT, either[1], LIBSEARCH_SHOULD), NULL, 0);
                else if (way == 3)
                    assert_finds(both(either[0], LIBSEARCH_SHOULD, either[1], LIBSEARCH_SHOULD), two, 2);
                else {
                    query_release(either[1]);
                    assert_finds(either[0], two, 2);
                }
            }
        }
}

/* All documents have the same length, and one word of a document is not counted for one that stands at the same place of
 * another window. */
static void what_only_one_part_finds_has_the_same_score_everywhere(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PLACES; i++) {
        struct search_hit hits[PLACES];
        struct search_answer answer = { .hits = hits };
        libsearch_query *children[] = { tree_words(QUERY_TEXT, 0, "edge"), word_at(i) };
        libsearch_query *query = tree_make(&(libsearch_query){ .kind = QUERY_DISJUNCTION_MAX,
                                                               .children = children,
                                                               .occurs = (uint8_t[]){ 0, 0 },
                                                               .count = 2,
                                                               .factor = 0.5f });
        const struct search_request request = { .query = query, .count = PLACES, .memory = SIZE_MAX };
        assert_ok(search_run(&only.snapshot, &request, &answer, NULL));
        assert_int_equal(answer.hit_count, PLACES);
        assert_int_equal(hits[0].number, places[i]);
        assert_true(hits[0].score > hits[1].score);
        for (unsigned other = 2; other < PLACES; other++)
            assert_true(!(hits[other].score < hits[1].score));
        query_release(query);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_found_wherever_it_stands),
        cmocka_unit_test(a_document_is_found_by_all_its_words),
        cmocka_unit_test(any_two_documents_are_found_together),
        cmocka_unit_test(all_but_one_are_found),
        cmocka_unit_test(words_near_each_other_are_found_wherever_they_stand),
        cmocka_unit_test(what_only_one_part_finds_has_the_same_score_everywhere),
    };
    return cmocka_run_group_tests(tests, make_fixture, free_fixture);
}
