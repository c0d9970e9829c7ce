/* SPDX-License-Identifier: MIT */
/* A handful of documents small enough to be worked out by hand: the oracle itself is held against that here, and the
 * search with it. */
#include "support/unit.h"

#include <math.h>
#include <string.h>

#include "oracle/compare.h"
#include "query/query_tree.h"

struct paper {
    const char *title, *text, *tag;
    int64_t size;
};

static const struct paper papers[] = {
    /* 0 */ { "cats", "cats chase the mouse", "pet", 4 },
    /* 1 */ { NULL, "the mouse eats cheese", "pet", 7 },
    /* 2 */ { NULL, "cheese cheese cheese and wine", NULL, 12 },
    /* 3 */ { NULL, "mouse cheese mouse", "food", 7 },
    /* 4, deleted below */ { NULL, "cats cats cats cats", "pet", 1 },
};
enum { PAPERS = sizeof papers / sizeof *papers };

struct fixture {
    struct oracle_words words;
    struct schema *schema;
    struct storage *storage;
    struct segment *segment;
    struct snapshot_segment where;
    struct snapshot snapshot;
    struct oracle_document *known[PAPERS];
    bool live[PAPERS];
    struct live *deletions;
    struct oracle oracle;
};

static struct fixture fixture;

static void add_field(const char *name, libsearch_type type)
{
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = name;
    field.type = type;
    assert_ok(schema_add(fixture.schema, &field, NULL, NULL));
}

static void set(libsearch_document *document, const char *field, libsearch_type type, const char *text, int64_t number)
{
    if (type != LIBSEARCH_INTEGER && text == NULL)
        return;
    const struct document_value value = { field,  (uint32_t)strlen(field),
                                          type,   { text, text == NULL ? 0 : strlen(text) },
                                          number, 0 };
    assert_ok(document_add(document, &value, NULL));
}

static int make_fixture(void **state)
{
    struct fixture *f = &fixture;
    struct segment_builder *builder;
    uint64_t length;
    *state = f;
    assert_ok(schema_new(allocator_default(), "english", &f->schema, NULL));
    add_field("title", LIBSEARCH_TEXT);
    add_field("text", LIBSEARCH_TEXT);
    add_field("tag", LIBSEARCH_KEYWORD);
    add_field("size", LIBSEARCH_INTEGER);
    assert_ok(storage_open_memory(allocator_default(), &f->storage, NULL));
    assert_ok(segment_builder_new(allocator_default(), f->schema, f->storage, "s", &builder, NULL));
    for (size_t d = 0; d < PAPERS; d++) {
        libsearch_document *document = document_new(allocator_default());
        set(document, "title", LIBSEARCH_TEXT, papers[d].title, 0);
        set(document, "text", LIBSEARCH_TEXT, papers[d].text, 0);
        set(document, "tag", LIBSEARCH_KEYWORD, papers[d].tag, 0);
        set(document, "size", LIBSEARCH_INTEGER, NULL, papers[d].size);
        f->known[d] = oracle_document_new(&f->words, f->schema, document);
        f->live[d] = true;
        assert_ok(segment_builder_add(builder, (libsearch_bytes){ &"01234"[d], 1 }, document, NULL));
        document_free(document);
    }
    assert_ok(segment_builder_finish(builder, false, &length, NULL));
    assert_ok(segment_open(allocator_default(), f->schema, f->storage, "s", false, &f->segment, NULL));
    assert_ok(live_new(allocator_default(), PAPERS, &f->deletions, NULL));
    live_delete(f->deletions, 4);
    f->live[4] = false;
    f->where = (struct snapshot_segment){ .segment = f->segment, .live = f->deletions };
    f->snapshot = (struct snapshot){ .allocator = allocator_default(),
                                     .references = 1,
                                     .schema = f->schema,
                                     .segments = &f->where,
                                     .segment_count = 1 };
    f->oracle = (struct oracle){ f->schema, &f->words, f->known, f->live, PAPERS };
    return 0;
}

static int free_fixture(void **state)
{
    (void)state;
    for (size_t d = 0; d < PAPERS; d++)
        oracle_document_free(fixture.known[d]);
    oracle_words_free(&fixture.words);
    live_free(fixture.deletions);
    segment_release(fixture.segment);
    storage_close(fixture.storage);
    schema_release(fixture.schema);
    return 0;
}

struct expected {
    uint64_t number;
    double score;
};

static const struct oracle_model bm25 = { .kind = ORACLE_BM25, .k1 = 1.2f, .b = 0.75f };
static const struct oracle_model weighted = { .kind = ORACLE_DEFAULT, .k1 = 1.2f, .b = 0.75f };

/* The oracle gives just these, and the search what the oracle gives. */
static void assert_answer(libsearch_query *query, const char *model, const struct oracle_model *oracle_model,
                          size_t count, const struct expected *expected)
{
    struct test_random random = { 1 };
    struct comparison comparison = { NULL, &fixture.snapshot, &fixture.oracle, true, NULL };
    char difference[512];
    struct oracle_answer answer = oracle_search(&fixture.oracle, query, oracle_model);
    assert_int_equal(answer.status, LIBSEARCH_OK);
    assert_int_equal(answer.count, count);
    for (size_t i = 0; i < count; i++)
        if (answer.hits[i].number != expected[i].number ||
            fabs((double)answer.hits[i].score - expected[i].score) > 1e-6 * fabs(expected[i].score))
            fail_msg("place %zu: %llu with %.9g, should be %llu with %.9g", i,
                     (unsigned long long)answer.hits[i].number, (double)answer.hits[i].score,
                     (unsigned long long)expected[i].number, expected[i].score);
    if (!compare_query(&comparison, query, model, oracle_model, &random, difference))
        fail_msg("%s", difference);
    oracle_answer_free(&answer);
    query_release(query);
}

/* Lengths with stop words: 5 (1 + 4), 4, 5, 3, 4: 21 / 5 = 4.2 on average, the deleted one counted as everywhere here.
 * wine: 1 of 5 documents, idf = ln(1 + 4.5 / 1.5) = ln 4. Document 2, f = 1, length 5:
 * K = 1.2 * (0.25 + 0.75 * 5 / 4.2) = 1.371428571; score = ln 4 / (1 + K). */
static void one_word(void **state)
{
    (void)state;
    const double K = 1.2 * (0.25 + 0.75 * 5 / 4.2);
    assert_answer(question_text(NULL, "wine", 0), "bm25", &bm25, 1, (struct expected[]){ { 2, log(4) * 1 / (1 + K) } });
}

/* cats: in 0 (title and text, f = 2) and in 4, which is deleted but counts: n = 2, idf = ln(1 + 3.5 / 2.5). */
static void a_deleted_document_counts_but_is_not_found(void **state)
{
    (void)state;
    const double K = 1.2 * (0.25 + 0.75 * 5 / 4.2);
    assert_answer(question_text(NULL, "cat", 0), "bm25", &bm25, 1,
                  (struct expected[]){ { 0, log(1 + 3.5 / 2.5) * 2 / (2 + K) } });
}

/* The title weighs 3: f = 1 + 3 = 4. Lengths leave out the stop words (the, and) and weigh as well: 3 + 3, 3, 4, 3, 4:
 * 20 / 5 = 4. cf = 2 + 4 = 6, n = 2: W = 2.2 * idf^1.15 * ln(1 + 6 / 2). */
static void the_default_ranking_weighs_titles(void **state)
{
    (void)state;
    const double W = 2.2 * pow(log(1 + 3.5 / 2.5), 1.15) * log(4), K = 1.2 * (0.25 + 0.75 * 6 / 4);
    assert_answer(question_text(NULL, "cats", 0), "default", &weighted, 1,
                  (struct expected[]){ { 0, W * 4 / (4 + K) } });
}

/* mouse: 0, 1, 3 (n = 3); cheese: 1, 2, 3 (n = 3); twice the same word doubles its weight. "the" is left out. */
static void a_union_adds_its_words(void **state)
{
    (void)state;
    const double idf = log(1 + 2.5 / 3.5);
    const double K3 = 1.2 * (0.25 + 0.75 * 3 / 4.2), K4 = 1.2 * (0.25 + 0.75 * 4 / 4.2),
                 K5 = 1.2 * (0.25 + 0.75 * 5 / 4.2);
    assert_answer(question_text(NULL, "the mouse mouse cheese", 0), "bm25", &bm25, 4,
                  (struct expected[]){ { 3, 2 * idf * 2 / (2 + K3) + idf / (1 + K3) },
                                       { 1, 2 * idf / (1 + K4) + idf / (1 + K4) },
                                       { 0, 2 * idf / (1 + K5) },
                                       { 2, idf * 3 / (3 + K5) } });
}

static void all_words_must_be_there(void **state)
{
    (void)state;
    const double idf = log(1 + 2.5 / 3.5);
    const double K3 = 1.2 * (0.25 + 0.75 * 3 / 4.2), K4 = 1.2 * (0.25 + 0.75 * 4 / 4.2);
    assert_answer(question_text(NULL, "mouse cheese", QUERY_FLAG_ALL), "bm25", &bm25, 2,
                  (struct expected[]){ { 3, idf * 2 / (2 + K3) + idf / (1 + K3) }, { 1, 2 * (idf / (1 + K4)) } });
}

/* "mouse cheese" stands once in 3 and not in 1 (eats is between), where one move is allowed it does. */
static void a_phrase_is_a_term_of_its_words_weights(void **state)
{
    (void)state;
    const double W = 2 * log(1 + 2.5 / 3.5);
    const double K3 = 1.2 * (0.25 + 0.75 * 3 / 4.2), K4 = 1.2 * (0.25 + 0.75 * 4 / 4.2);
    libsearch_query like = { .kind = QUERY_PHRASE, .text = LIBSEARCH_STRING("mouse cheese") };
    assert_answer(question_new(&like), "bm25", &bm25, 1, (struct expected[]){ { 3, W / (1 + K3) } });
    like.number = 1;
    assert_answer(question_new(&like), "bm25", &bm25, 2,
                  (struct expected[]){ { 3, W / (1 + K3) }, { 1, W / (1 + K4) } });
}

/* Stop words count in a phrase: "the mouse" is in 0 and 1. the: 0 and 1, n = 2. */
static void a_phrase_keeps_its_stop_words(void **state)
{
    (void)state;
    const double W = log(1 + 3.5 / 2.5) + log(1 + 2.5 / 3.5);
    const double K4 = 1.2 * (0.25 + 0.75 * 4 / 4.2), K5 = 1.2 * (0.25 + 0.75 * 5 / 4.2);
    libsearch_query like = { .kind = QUERY_PHRASE, .text = LIBSEARCH_STRING("the mouse") };
    assert_answer(question_new(&like), "bm25", &bm25, 2,
                  (struct expected[]){ { 1, W / (1 + K4) }, { 0, W / (1 + K5) } });
}

/* Statistics are the group's (n = 2), frequency and lengths the title's: only document 0 has one, of one word. */
static void a_field_asked_for_has_its_own_lengths(void **state)
{
    (void)state;
    assert_answer(question_text("title", "cats", 0), "bm25", &bm25, 1,
                  (struct expected[]){ { 0, log(1 + 3.5 / 2.5) / (1 + 1.2) } });
}

/* pet: 0, 1 and the deleted 4; every keyword field is of average length. */
static void a_keyword_is_found_as_it_is(void **state)
{
    (void)state;
    const double score = log(1 + 2.5 / 3.5) / 2.2;
    assert_answer(question_new(&(libsearch_query){
                      .kind = QUERY_KEYWORD, .field = (char *)"tag", .text = LIBSEARCH_STRING("pet") }),
                  "bm25", &bm25, 2, (struct expected[]){ { 0, score }, { 1, score } });
}

static libsearch_query *sizes(int64_t from, int64_t to)
{
    return question_new(&(libsearch_query){ .kind = QUERY_RANGE,
                                            .field = (char *)"size",
                                            .type = LIBSEARCH_INTEGER,
                                            .has_low = true,
                                            .has_high = true,
                                            .low_integer = from,
                                            .high_integer = to });
}

static void a_range_has_both_its_ends_and_one_score(void **state)
{
    (void)state;
    assert_answer(sizes(7, 12), "bm25", &bm25, 3, (struct expected[]){ { 1, 1 }, { 2, 1 }, { 3, 1 } });
}

static libsearch_query *both(libsearch_query *one, libsearch_occur first, libsearch_query *other,
                             libsearch_occur second, unsigned minimum)
{
    libsearch_query *children[] = { one, other };
    return question_new(&(libsearch_query){ .kind = QUERY_BOOLEAN,
                                            .children = children,
                                            .occurs = (uint8_t[]){ (uint8_t)first, (uint8_t)second },
                                            .count = 2,
                                            .number = minimum });
}

static void a_filter_lets_through_and_does_not_count(void **state)
{
    (void)state;
    const double idf = log(1 + 2.5 / 3.5), K5 = 1.2 * (0.25 + 0.75 * 5 / 4.2);
    assert_answer(both(question_text(NULL, "cheese", 0), LIBSEARCH_MUST, sizes(12, 12), LIBSEARCH_FILTER, 0), "bm25",
                  &bm25, 1, (struct expected[]){ { 2, idf * 3 / (3 + K5) } });
}

static void what_must_not_be_is_left_out(void **state)
{
    (void)state;
    const double idf = log(1 + 2.5 / 3.5), K5 = 1.2 * (0.25 + 0.75 * 5 / 4.2);
    assert_answer(both(question_text(NULL, "cheese", 0), LIBSEARCH_SHOULD, question_text(NULL, "mouse", 0),
                       LIBSEARCH_MUST_NOT, 0),
                  "bm25", &bm25, 1, (struct expected[]){ { 2, idf * 3 / (3 + K5) } });
    /* Only that: all others, with nothing for a score. */
    assert_answer(both(sizes(7, 7), LIBSEARCH_MUST_NOT, question_new(&(libsearch_query){ .kind = QUERY_NONE }),
                       LIBSEARCH_MUST_NOT, 0),
                  "bm25", &bm25, 2, (struct expected[]){ { 0, 0 }, { 2, 0 } });
}

static void so_many_of_the_parts_must_match(void **state)
{
    (void)state;
    assert_answer(both(sizes(4, 7), LIBSEARCH_SHOULD, sizes(7, 12), LIBSEARCH_SHOULD, 2), "bm25", &bm25, 2,
                  (struct expected[]){ { 1, 2 }, { 3, 2 } });
}

static void boosts_multiply_and_constants_replace(void **state)
{
    (void)state;
    const double K = 1.2 * (0.25 + 0.75 * 5 / 4.2);
    libsearch_query *inner = question_text(NULL, "wine", 0);
    libsearch_query *boost =
        question_new(&(libsearch_query){ .kind = QUERY_BOOST, .factor = 3, .children = &inner, .count = 1 });
    assert_answer(boost, "bm25", &bm25, 1, (struct expected[]){ { 2, 3 * log(4) / (1 + K) } });
    inner = question_text(NULL, "cheese", 0);
    libsearch_query *constant =
        question_new(&(libsearch_query){ .kind = QUERY_CONSTANT, .factor = 0.25f, .children = &inner, .count = 1 });
    assert_answer(constant, "bm25", &bm25, 3, (struct expected[]){ { 1, 0.25 }, { 2, 0.25 }, { 3, 0.25 } });
}

/* chase and cheese begin so, as they were written; their stems do not matter. */
static void words_are_found_by_their_beginning_pattern_and_likeness(void **state)
{
    (void)state;
    static const struct expected all[] = { { 0, 1 }, { 1, 1 }, { 2, 1 }, { 3, 1 } };
    assert_answer(question_new(&(libsearch_query){ .kind = QUERY_PREFIX, .text = LIBSEARCH_STRING("CH") }), "bm25",
                  &bm25, 4, all);
    assert_answer(question_new(&(libsearch_query){ .kind = QUERY_WILDCARD, .text = LIBSEARCH_STRING("ch*se") }), "bm25",
                  &bm25, 4, all);
    assert_answer(question_new(&(libsearch_query){ .kind = QUERY_WILDCARD, .text = LIBSEARCH_STRING("ch???e") }),
                  "bm25", &bm25, 3, all + 1);
    assert_answer(question_new(&(libsearch_query){ .kind = QUERY_FUZZY, .text = LIBSEARCH_STRING("wnie") }), "bm25",
                  &bm25, 1, all + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_word),
        cmocka_unit_test(a_deleted_document_counts_but_is_not_found),
        cmocka_unit_test(the_default_ranking_weighs_titles),
        cmocka_unit_test(a_union_adds_its_words),
        cmocka_unit_test(all_words_must_be_there),
        cmocka_unit_test(a_phrase_is_a_term_of_its_words_weights),
        cmocka_unit_test(a_phrase_keeps_its_stop_words),
        cmocka_unit_test(a_field_asked_for_has_its_own_lengths),
        cmocka_unit_test(a_keyword_is_found_as_it_is),
        cmocka_unit_test(a_range_has_both_its_ends_and_one_score),
        cmocka_unit_test(a_filter_lets_through_and_does_not_count),
        cmocka_unit_test(what_must_not_be_is_left_out),
        cmocka_unit_test(so_many_of_the_parts_must_match),
        cmocka_unit_test(boosts_multiply_and_constants_replace),
        cmocka_unit_test(words_are_found_by_their_beginning_pattern_and_likeness),
    };
    return cmocka_run_group_tests(tests, make_fixture, free_fixture);
}
