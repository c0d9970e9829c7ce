/* SPDX-License-Identifier: MIT */
/* Searches that must end: a deadline, a cancellation, too little memory; and what is no question here. */
#include "support/unit.h"

#include <string.h>
#include <time.h>

#include "oracle/pieces.h"
#include "search/search.h"
#include "support/failing_allocator.h"

enum { HITS = 50 };

/* A collection of every kind of field, large enough for pruning and windows. */
struct fixture {
    struct pieces pieces;
    struct search_hit hits[HITS];
    struct search_answer answer;
};

static struct fixture fixture;

static int make_fixture(void **state)
{
    struct test_random random = { 20240611 };
    const struct world_shape shape = {
        .fields = WORLD_EVERYTHING,
        .documents = 5000,
        .words = 40,
        .skew = 2,
        .longest = 8,
        .repeats = 4,
        .clusters = 3,
        .analyzer = "english",
    };
    pieces_make(&fixture.pieces, &random, &shape, 2);
    fixture.answer.hits = fixture.hits;
    *state = &fixture;
    return 0;
}

static int free_fixture(void **state)
{
    (void)state;
    pieces_free(&fixture.pieces);
    return 0;
}

/* Questions of every shape that match something, as they come: 0 … QUESTIONS - 1. */
enum { QUESTIONS = 9 };

static libsearch_query *question(unsigned which)
{
    const struct world *world = &fixture.pieces.world;
    char two[64], like[64];
    sprintf(two, "%s %s", world->vocabulary[0], world->vocabulary[1]);
    sprintf(like, "%.1s*", world->vocabulary[0]);
    switch (which) {
    case 0: return question_text(NULL, world->vocabulary[0], QUERY_FLAG_KEEP_STOPS);
    case 1: return question_text(NULL, two, QUERY_FLAG_KEEP_STOPS);
    case 2: return question_text(NULL, two, QUERY_FLAG_KEEP_STOPS | QUERY_FLAG_ALL);
    case 3: return question_text("text", two, QUERY_FLAG_KEEP_STOPS);
    case 4: return question_new(&(libsearch_query){ .kind = QUERY_PHRASE, .text = { two, strlen(two) }, .number = 20 });
    case 5: return question_new(&(libsearch_query){ .kind = QUERY_ALL });
    case 6:
        return question_new(&(libsearch_query){ .kind = QUERY_RANGE,
                                                .field = (char *)"size",
                                                .type = LIBSEARCH_INTEGER,
                                                .has_low = true,
                                                .low_integer = 0 });
    case 7: return question_new(&(libsearch_query){ .kind = QUERY_WILDCARD, .text = { like, strlen(like) } });
    default: {
        libsearch_query *children[] = { question(1), question(6) };
        return question_new(&(libsearch_query){ .kind = QUERY_BOOLEAN,
                                                .children = children,
                                                .occurs = (uint8_t[]){ LIBSEARCH_MUST, LIBSEARCH_FILTER },
                                                .count = 2 });
    }
    }
}

static struct search_request request_of(const libsearch_query *query)
{
    return (struct search_request){ .query = query, .count = HITS, .memory = SIZE_MAX };
}

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Runs each question, exhaustively and not, after `prepare` had its way with the request; all must end with status. */
static void all_end_with(libsearch_status status, void (*prepare)(struct search_request *request))
{
    for (unsigned which = 0; which < QUESTIONS; which++)
        for (unsigned exhaustive = 0; exhaustive < 2; exhaustive++) {
            libsearch_query *query = question(which);
            struct search_request request = request_of(query);
            libsearch_error error = LIBSEARCH_ERROR_INIT;
            request.exhaustive = exhaustive;
            prepare(&request);
            const libsearch_status found = search_run(&fixture.pieces.snapshot, &request, &fixture.answer, &error);
            if (found != status)
                fail_msg("question %u%s: %d (%s), should be %d", which, exhaustive ? " exhaustive" : "", (int)found,
                         error.message, (int)status);
            assert_true(status == LIBSEARCH_OK || error.status == status);
            query_release(query);
        }
}

static void pass_deadline(struct search_request *request) { request->deadline = now() - 1; }
static void set_far_deadline(struct search_request *request) { request->deadline = now() + 600 * INT64_C(1000000000); }

static void a_deadline_that_is_over_ends_every_search(void **state)
{
    (void)state;
    all_end_with(LIBSEARCH_DEADLINE, pass_deadline);
    all_end_with(LIBSEARCH_OK, set_far_deadline);
}

static const volatile int raised = 1;
static void raise_before(struct search_request *request) { request->cancel = &raised; }

static void a_raised_flag_ends_every_search(void **state)
{
    (void)state;
    all_end_with(LIBSEARCH_CANCELLED, raise_before);
}

/* An allocator that raises a flag at its first call: the search is under way then, having looked at the flag once. */
static volatile int raised_late;
static void *allocate_and_raise(void *context, size_t size)
{
    (void)context;
    raised_late = 1;
    return malloc(size);
}
static void *reallocate_and_raise(void *context, void *memory, size_t size)
{
    (void)context;
    raised_late = 1;
    return realloc(memory, size);
}
static void release_only(void *context, void *memory)
{
    (void)context;
    free(memory);
}

static void lower_flag(struct search_request *request)
{
    raised_late = 0;
    request->cancel = &raised_late;
}

static void a_flag_raised_on_the_way_ends_the_search(void **state)
{
    (void)state;
    static const libsearch_allocator raising = { NULL, allocate_and_raise, reallocate_and_raise, release_only };
    fixture.pieces.snapshot.allocator = &raising;
    all_end_with(LIBSEARCH_CANCELLED, lower_flag);
    fixture.pieces.snapshot.allocator = allocator_default();
}

static void no_memory_at_all(struct search_request *request) { request->memory = 0; }

static void a_search_that_may_take_no_memory_is_over_the_limit(void **state)
{
    (void)state;
    all_end_with(LIBSEARCH_LIMIT, no_memory_at_all);
}

static void assert_same_hits(const struct search_answer *a, const struct search_answer *b)
{
    assert_int_equal(a->hit_count, b->hit_count);
    for (size_t i = 0; i < a->hit_count; i++) {
        assert_int_equal(a->hits[i].number, b->hits[i].number);
        assert_memory_equal(&a->hits[i].score, &b->hits[i].score, sizeof(float));
    }
}

static void with_more_and_more_memory_a_search_is_refused_until_it_is_right(void **state)
{
    (void)state;
    struct search_hit hits[HITS];
    for (unsigned which = 0; which < QUESTIONS; which++) {
        libsearch_query *query = question(which);
        struct search_request request = request_of(query);
        struct search_answer wanted = { .hits = hits };
        assert_ok(search_run(&fixture.pieces.snapshot, &request, &wanted, NULL));
        libsearch_status status = LIBSEARCH_LIMIT;
        for (request.memory = 64; status == LIBSEARCH_LIMIT && request.memory < (size_t)1 << 30;
             request.memory += request.memory / 4)
            status = search_run(&fixture.pieces.snapshot, &request, &fixture.answer, NULL);
        assert_int_equal(status, LIBSEARCH_OK);
        assert_same_hits(&fixture.answer, &wanted);
        query_release(query);
    }
}

static void every_allocation_may_fail_and_nothing_is_lost(void **state)
{
    (void)state;
    struct failing_allocator failing;
    struct search_hit hits[HITS];
    for (unsigned which = 0; which < QUESTIONS; which++) {
        libsearch_query *query = question(which);
        struct search_request request = request_of(query);
        struct search_answer wanted = { .hits = hits };
        assert_ok(search_run(&fixture.pieces.snapshot, &request, &wanted, NULL));
        libsearch_status status = LIBSEARCH_NO_MEMORY;
        for (size_t fail_at = 1; status == LIBSEARCH_NO_MEMORY && fail_at < 5000; fail_at++) {
            failing_allocator_init(&failing, fail_at);
            fixture.pieces.snapshot.allocator = &failing.allocator;
            status = search_run(&fixture.pieces.snapshot, &request, &fixture.answer, NULL);
            assert_int_equal(failing.blocks, 0);
        }
        fixture.pieces.snapshot.allocator = allocator_default();
        if (status != LIBSEARCH_OK)
            fail_msg("question %u: %d", which, (int)status);
        assert_same_hits(&fixture.answer, &wanted);
        query_release(query);
    }
}

static void counting_asks_for_no_hits(void **state)
{
    (void)state;
    for (unsigned which = 0; which < QUESTIONS; which++) {
        libsearch_query *query = question(which);
        struct search_request request = request_of(query);
        struct search_answer all = { .hits = fixture.hits }, none = { .hits = NULL };
        request.total = LIBSEARCH_TOTAL_EXACT;
        assert_ok(search_run(&fixture.pieces.snapshot, &request, &all, NULL));
        request.count = 0;
        assert_ok(search_run(&fixture.pieces.snapshot, &request, &none, NULL));
        assert_int_equal(none.hit_count, 0);
        assert_true(none.total_exact && all.total_exact);
        assert_true(none.total > 0);
        assert_int_equal(none.total, all.total);
        query_release(query);
    }
}

static libsearch_status run(const libsearch_query *like, const char *model)
{
    libsearch_query *query = question_new(like);
    struct search_request request = request_of(query);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    request.model = model;
    const libsearch_status status = search_run(&fixture.pieces.snapshot, &request, &fixture.answer, &error);
    assert_true(status == LIBSEARCH_OK || (error.status == status && error.message[0] != 0));
    query_release(query);
    return status;
}

static libsearch_status ask(enum query_kind kind, const char *field, const char *text)
{
    return run(&(libsearch_query){ .kind = kind,
                                   .field = (char *)field,
                                   .text = { text, strlen(text) },
                                   .type = LIBSEARCH_INTEGER },
               NULL);
}

static void fields_that_cannot_be_asked_so_are_told(void **state)
{
    (void)state;
    assert_status(ask(QUERY_TEXT, "nowhere", "word"), LIBSEARCH_INVALID);
    assert_status(ask(QUERY_TEXT, "size", "word"), LIBSEARCH_INVALID);
    assert_status(ask(QUERY_TEXT, "tag", "word"), LIBSEARCH_INVALID);
    assert_status(ask(QUERY_PHRASE, "nowhere", "two words"), LIBSEARCH_INVALID);
    assert_status(ask(QUERY_PHRASE, "loose", "two words"), LIBSEARCH_UNSUPPORTED);
    assert_status(ask(QUERY_KEYWORD, "text", "word"), LIBSEARCH_INVALID);
    assert_status(ask(QUERY_KEYWORD, "nowhere", "word"), LIBSEARCH_INVALID);
    assert_status(ask(QUERY_RANGE, "text", ""), LIBSEARCH_INVALID);
    assert_status(ask(QUERY_RANGE, "tag", ""), LIBSEARCH_INVALID);
    assert_status(ask(QUERY_EXISTS, "nowhere", ""), LIBSEARCH_INVALID);
    assert_status(ask(QUERY_EXISTS, "place", ""), LIBSEARCH_UNSUPPORTED);
    assert_status(ask(QUERY_PREFIX, "size", "1"), LIBSEARCH_INVALID);
    assert_status(ask(QUERY_FUZZY, "nowhere", "word"), LIBSEARCH_INVALID);
}

static void an_unknown_model_is_invalid(void **state)
{
    (void)state;
    assert_status(run(&(libsearch_query){ .kind = QUERY_ALL }, "bm42"), LIBSEARCH_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deadline_that_is_over_ends_every_search),
        cmocka_unit_test(a_raised_flag_ends_every_search),
        cmocka_unit_test(a_flag_raised_on_the_way_ends_the_search),
        cmocka_unit_test(a_search_that_may_take_no_memory_is_over_the_limit),
        cmocka_unit_test(with_more_and_more_memory_a_search_is_refused_until_it_is_right),
        cmocka_unit_test(every_allocation_may_fail_and_nothing_is_lost),
        cmocka_unit_test(counting_asks_for_no_hits),
        cmocka_unit_test(fields_that_cannot_be_asked_so_are_told),
        cmocka_unit_test(an_unknown_model_is_invalid),
    };
    return cmocka_run_group_tests(tests, make_fixture, free_fixture);
}
