/* SPDX-License-Identifier: MIT */
/* Words of every frequency, from one in two documents to one in ten thousand, in several windows of documents: random
 * questions are counted as by going through all texts, and ranked as when everything is scored. With and without deleted
 * documents, and where words count less or more in one of two fields. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "documents/live.h"
#include "query/query_tree.h"
#include "search/one_segment.h"
#include "support/random.h"

enum { DOCUMENTS = 45011, WORDS = 10, MOST_TOKENS = 40, MOST_CHILDREN = 5, MOST_HITS = 1200 };

static const unsigned rarity[WORDS] = { 2, 3, 7, 20, 33, 65, 129, 500, 2000, 9000 };

/* The first tokens stand in the field "note", the others in "text". */
struct text {
    uint8_t notes, length, tokens[MOST_TOKENS];
};

struct fixture {
    float weight;      /* of notes */
    const char *model; /* NULL: the default */
    struct test_random random;
    struct text *texts;
    struct live *live;
    struct one_segment one;
};

static struct fixture fixture;

/* In some stretches of documents words stand more often, so that the blocks of a list differ. */
static void draw_text(struct text *text, uint32_t d)
{
    const unsigned most = d / 300 % 8 == 5 ? 9 : 3;
    text->length = 0;
    for (unsigned round = (unsigned)random_below(&fixture.random, 4); round < 4; round++)
        for (uint8_t w = 0; w < WORDS; w++) {
            if (random_below(&fixture.random, (uint64_t)rarity[w] * 3) > 1)
                continue;
            for (uint64_t times = random_below(&fixture.random, 3); times < most && text->length < MOST_TOKENS; times++)
                text->tokens[text->length++] = w;
        }
    /* Most are notes alone, so that it shows what these count. */
    text->notes = text->length;
    if (text->length > 0 && random_below(&fixture.random, 4) == 0)
        text->notes = (uint8_t)random_below(&fixture.random, text->length);
}

static void set(libsearch_document *document, const char *field, const uint8_t *tokens, unsigned count)
{
    char words[3 * MOST_TOKENS + 1];
    size_t length = 0;
    for (unsigned i = 0; i < count; i++)
        length += (size_t)sprintf(words + length, "w%c ", 'a' + tokens[i]);
    const struct document_value value = { field, 4, LIBSEARCH_TEXT, { words, length }, 0, 0 };
    assert_ok(document_add(document, &value, NULL));
}

static void add(uint32_t d)
{
    const struct text *text = &fixture.texts[d];
    char id[16];
    libsearch_document *document = document_new(allocator_default());
    set(document, "note", text->tokens, text->notes);
    set(document, "text", text->tokens + text->notes, text->length - text->notes);
    assert_ok(segment_builder_add(fixture.one.builder, (libsearch_bytes){ id, (size_t)sprintf(id, "%u", d) }, document,
                                  NULL));
    document_free(document);
}

static int make_fixture(void **state)
{
    libsearch_field fields[] = { LIBSEARCH_FIELD_INIT, LIBSEARCH_FIELD_INIT };
    (void)state;
    fields[0].name = "note";
    fields[0].weight = fixture.weight;
    fields[1].name = "text";
    fixture.random = random_start("search_frequencies");
    fixture.texts = calloc(DOCUMENTS, sizeof *fixture.texts);
    assert_non_null(fixture.texts);
    one_segment_begin(&fixture.one, fields, 2);
    for (uint32_t d = 0; d < DOCUMENTS; d++) {
        draw_text(&fixture.texts[d], d);
        add(d);
    }
    one_segment_finish(&fixture.one);
    assert_ok(live_new(allocator_default(), DOCUMENTS, &fixture.live, NULL));
    for (uint32_t d = 0; d < DOCUMENTS; d++)
        if (random_below(&fixture.random, 5) == 0 || (d >= 6000 && d < 6300))
            live_delete(fixture.live, d);
    return 0;
}

static int free_fixture(void **state)
{
    (void)state;
    live_free(fixture.live);
    one_segment_free(&fixture.one);
    free(fixture.texts);
    return 0;
}

struct asked {
    unsigned minimum, count, length[MOST_CHILDREN]; /* minimum: of the SHOULDs; length above 1: a phrase */
    uint8_t words[MOST_CHILDREN][3], occurs[MOST_CHILDREN];
};

static void draw(struct asked *asked)
{
    static const uint8_t mixes[][4] = {
        { LIBSEARCH_SHOULD, LIBSEARCH_SHOULD, LIBSEARCH_SHOULD, LIBSEARCH_SHOULD },
        { LIBSEARCH_MUST, LIBSEARCH_MUST, LIBSEARCH_MUST, LIBSEARCH_MUST },
        { LIBSEARCH_SHOULD, LIBSEARCH_MUST, LIBSEARCH_MUST_NOT, LIBSEARCH_FILTER },
        { LIBSEARCH_MUST, LIBSEARCH_MUST, LIBSEARCH_MUST, LIBSEARCH_MUST_NOT },
        { LIBSEARCH_SHOULD, LIBSEARCH_SHOULD, LIBSEARCH_SHOULD, LIBSEARCH_MUST_NOT },
    };
    struct test_random *random = &fixture.random;
    const uint8_t *mix = mixes[random_below(random, sizeof mixes / sizeof *mixes)];
    const bool phrases = random_below(random, 6) == 0;
    asked->count = 1 + (unsigned)random_below(random, MOST_CHILDREN);
    asked->minimum = random_below(random, 5) == 0 ? 1 + (unsigned)random_below(random, 3) : 0;
    for (unsigned i = 0; i < asked->count; i++) {
        asked->occurs[i] = i == 0 && mix[0] == LIBSEARCH_SHOULD ? mix[0] : mix[random_below(random, 4)];
        asked->length[i] = phrases ? 1 + (unsigned)random_below(random, 3) : 1;
        const uint8_t first = (uint8_t)random_below(random, WORDS);
        for (unsigned w = 0; w < 3; w++)
            asked->words[i][w] = (uint8_t)((first + w * random_below(random, 2)) % WORDS);
    }
    if (asked->occurs[0] == LIBSEARCH_MUST_NOT || asked->occurs[0] == LIBSEARCH_FILTER)
        asked->occurs[0] = LIBSEARCH_MUST;
}

static libsearch_query *query_of(const struct asked *asked)
{
    libsearch_query *children[MOST_CHILDREN], *query;
    for (unsigned i = 0; i < asked->count; i++) {
        char text[16];
        size_t length = 0;
        for (unsigned w = 0; w < asked->length[i]; w++)
            length += (size_t)sprintf(text + length, "w%c ", 'a' + asked->words[i][w]);
        const libsearch_query child = { .kind = asked->length[i] > 1 ? QUERY_PHRASE : QUERY_TEXT,
                                        .text = { text, length } };
        assert_ok(query_new(allocator_default(), &child, &children[i], NULL));
    }
    const libsearch_query boolean = { .kind = QUERY_BOOLEAN,
                                      .children = children,
                                      .occurs = (uint8_t *)asked->occurs,
                                      .count = asked->count,
                                      .number = asked->minimum };
    assert_ok(query_new(allocator_default(), &boolean, &query, NULL));
    for (unsigned i = 0; i < asked->count; i++)
        query_release(children[i]);
    return query;
}

static bool has(const struct text *text, const uint8_t *words, unsigned length)
{
    for (unsigned at = 0; at + length <= text->length; at++)
        if (memcmp(text->tokens + at, words, length) == 0 && (at >= text->notes || at + length <= text->notes))
            return true;
    return false;
}

static bool matches(const struct asked *asked, uint32_t d)
{
    unsigned optional = 0;
    bool required = false;
    for (unsigned i = 0; i < asked->count; i++) {
        const bool found = has(&fixture.texts[d], asked->words[i], asked->length[i]);
        const uint8_t occur = asked->occurs[i];
        if (occur == LIBSEARCH_MUST_NOT ? found : occur != LIBSEARCH_SHOULD && !found)
            return false;
        optional += occur == LIBSEARCH_SHOULD && found;
        required = required || occur == LIBSEARCH_MUST || occur == LIBSEARCH_FILTER;
    }
    return asked->minimum > 0 ? optional >= asked->minimum : optional > 0 || required;
}

/* Leaves large numbers where the search will have its arrays, so that what it does not write shows. */
static void __attribute__((noinline)) smear(void)
{
    volatile float junk[16384];
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++)
        junk[i] = 1e38f;
}

static size_t search(libsearch_query *query, bool exhaustive, size_t count, libsearch_total total, uint64_t *found,
                     struct search_hit *hits)
{
    struct search_answer answer = { .hits = hits };
    const struct search_request request = { .query = query,
                                            .model = fixture.model,
                                            .count = count,
                                            .total = total,
                                            .memory = SIZE_MAX,
                                            .exhaustive = exhaustive };
    smear();
    assert_ok(search_run(&fixture.one.snapshot, &request, &answer, NULL));
    *found = answer.total;
    return answer.hit_count;
}

/* Asks for some numbers of best documents: the pruned ways give those that scoring everything gives, to the bit. */
static void compare(libsearch_query *query, uint64_t expected)
{
    static struct search_hit hits[MOST_HITS], all[MOST_HITS];
    static const size_t wanted[] = { 1, 10, 100, MOST_HITS };
    uint64_t found;
    search(query, false, 0, LIBSEARCH_TOTAL_EXACT, &found, NULL);
    assert_int_equal(found, expected);
    const size_t most = search(query, true, MOST_HITS, LIBSEARCH_TOTAL_EXACT, &found, all);
    assert_int_equal(found, expected);
    for (unsigned i = 0; i < 8; i++) {
        const libsearch_total total = i % 2 == 0 ? LIBSEARCH_TOTAL_EXACT : LIBSEARCH_TOTAL_NONE;
        const size_t count = wanted[i / 2], best = most < count ? most : count;
        assert_int_equal(search(query, false, count, total, &found, hits), best);
        for (size_t h = 0; h < best; h++) {
            assert_int_equal(hits[h].number, all[h].number);
            assert_memory_equal(&hits[h].score, &all[h].score, sizeof hits[h].score);
        }
    }
}

static void questions(void)
{
    enum { RANDOM = 100, MODELS = 4 };
    static const char *const models[MODELS] = { NULL, "bm25+", "lm-dirichlet", "dph" };
    uint64_t matched = 0;
    for (unsigned round = 0; round < WORDS + RANDOM; round++) {
        struct asked asked = { 0, 1, { 1 }, { { (uint8_t)round } }, { LIBSEARCH_SHOULD } }; /* first, each word alone */
        if (round >= WORDS)
            draw(&asked);
        fixture.model = models[round % MODELS];
        libsearch_query *query = query_of(&asked);
        uint64_t expected = 0;
        for (uint32_t d = 0; d < DOCUMENTS; d++)
            expected += (fixture.one.where.live == NULL || live_has(fixture.one.where.live, d)) && matches(&asked, d);
        compare(query, expected);
        query_release(query);
        matched += expected;
    }
    printf("%u questions, %llu documents matched\n", WORDS + RANDOM, (unsigned long long)matched);
    assert_true(matched > 0);
}

static void all_documents_are_counted_and_ranked(void **state)
{
    (void)state;
    fixture.one.where.live = NULL;
    questions();
}

static void those_that_live_are_counted_and_ranked(void **state)
{
    (void)state;
    fixture.one.where.live = fixture.live;
    questions();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_documents_are_counted_and_ranked),
        cmocka_unit_test(those_that_live_are_counted_and_ranked),
    };
    static const float weights[] = { 1, 0.3f, 2.5f };
    int failed = 0;
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++) {
        fixture.weight = weights[i];
        failed += cmocka_run_group_tests(tests, make_fixture, free_fixture);
    }
    return failed;
}
