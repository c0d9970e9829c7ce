/* SPDX-License-Identifier: MIT */
/* Questions that mean harm, on 300,000 documents (20,000 under a sanitizer): each ends by its deadline, ends when another
 * thread says so, and keeps to its memory.
 *
 * What is held is the time of the thread itself, so that a busy machine makes no difference; how long it took by the
 * clock is printed beside it. */
#include "api/api_support.h"
#include "support/unit.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "support/counted_memory.h"
#include "support/random.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { DOCUMENTS = 20000, SLOWER = 10 };
#elif !defined(__OPTIMIZE__)
enum { DOCUMENTS = 300000, SLOWER = 10 };
#else
enum { DOCUMENTS = 300000, SLOWER = 1 };
#endif

enum { MOST = 400, GRACE = 10, DEADLINE = 5, CANCELLED_AFTER = 2 };

/* ---- the index ---- */

static struct {
    libsearch_index *index;
    libsearch_index *for_queries; /* the same: what queries take is theirs, and not counted */
    libsearch_snapshot *snapshot;
    libsearch_query *queries[MOST];
    char names[MOST][48];
    size_t count;
    double parsed; /* the longest, milliseconds of the thread */
} fixture;

static double clock_of(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Words that all have, words of one document each, and words that stand over and over; of the keywords as well. */
static void fill(libsearch_document *document, unsigned i)
{
    char text[160];
    const int length = snprintf(text, sizeof text, "common again again again again a%x b%u c%u words of number%u", i,
                                i % 1000, i % 7, i % 50);
    libsearch_document_clear(document);
    assert_ok(libsearch_document_set_text(document, "text", (libsearch_bytes){ text, (size_t)length }));
    if (i % 10 == 0)
        assert_ok(libsearch_document_set_text(document, "title", (libsearch_bytes){ text, 12 }));
    assert_ok(libsearch_document_set_integer(document, "size", (int64_t)i * 7919 % DOCUMENTS));
    assert_ok(libsearch_document_set_keyword(document, "tag", (libsearch_bytes){ text + 30, 4 }));
    assert_ok(libsearch_document_set_keyword(document, "own", (libsearch_bytes){ text + 33, 6 }));
}

static void commit(libsearch_writer *writer)
{
    assert_ok(libsearch_writer_prepare(writer, LIBSEARCH_PROCESS, text_of(""), NULL));
    assert_ok(libsearch_writer_finish(writer, NULL));
}

static void make_index(const char *path)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_writer *writer = NULL;
    options.allocator = &counting;
    assert_ok(libsearch_open(path, LIBSEARCH_CREATE, &options, &fixture.index, NULL));
    assert_ok(libsearch_writer_open(fixture.index, NULL, &writer, NULL));
    libsearch_document *document = libsearch_document_new(fixture.index);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        char id[16];
        fill(document, i);
        assert_ok(libsearch_writer_put(writer, (libsearch_bytes){ id, (size_t)sprintf(id, "%u", i) }, document, NULL));
        if (i % (DOCUMENTS / 3) == DOCUMENTS / 6)
            commit(writer);
    }
    libsearch_document_free(document);
    commit(writer);
    libsearch_writer_close(writer);
    assert_ok(libsearch_snapshot_open(fixture.index, &fixture.snapshot, NULL));
    assert_ok(libsearch_open(path, LIBSEARCH_READ_ONLY, NULL, &fixture.for_queries, NULL));
}

/* ---- the questions ---- */

static void add(const char *name, libsearch_query *query)
{
    assert_non_null(query);
    assert_true(fixture.count < MOST);
    snprintf(fixture.names[fixture.count], sizeof fixture.names[0], "%s", name);
    fixture.queries[fixture.count++] = query;
}

static void parsed(const char *name, const char *text, size_t length)
{
    libsearch_query *query = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const double before = clock_of(CLOCK_THREAD_CPUTIME_ID);
    if (libsearch_query_parse(fixture.for_queries, (libsearch_bytes){ text, length }, 0, &query, &error) !=
        LIBSEARCH_OK)
        fail_msg("%s: %s", name, error.message);
    const double took = clock_of(CLOCK_THREAD_CPUTIME_ID) - before;
    fixture.parsed = took > fixture.parsed ? took : fixture.parsed;
    add(name, query);
}

/* `times` of a piece, where %u is a number from 0 on. */
static void repeated(const char *name, const char *begin, const char *piece, const char *end, unsigned times)
{
    const size_t room = strlen(begin) + times * (strlen(piece) + 10) + strlen(end) + 1;
    char *text = malloc(room);
    size_t length = (size_t)sprintf(text, "%s", begin);
    for (unsigned i = 0; i < times; i++)
        length += (size_t)snprintf(text + length, room - length, piece, i);
    length += (size_t)sprintf(text + length, "%s", end);
    parsed(name, text, length);
    free(text);
}

static void add_texts(void)
{
    static const char *const texts[] = {
        "a*",
        "*",
        "?*",
        "*a*",
        "????*",
        "a*1*2*3*",
        "*1*2*3*4*5*",
        "a?????",
        "a??*?*?*",
        "*?*?*?*?*?*",
        "a1~2",
        "a1234~2",
        "common~2 again~2 words~1",
        "a1~ a2~ a3~ a4~ a5~ a6~ a7~ a8~",
        "common",
        "again",
        "common again",
        "+common +again +words",
        "common -again",
        "*:*",
        "-common",
        "*:* -a1",
        "\"again again\"",
        "\"again again again again\"",
        "\"common again a*\"",
        "\"again again\"~1000000",
        "\"common words\"~20",
        "\"words of number1\"~5",
        "size:0..",
        "size:..",
        "size:0..999999999",
        "size:>5 size:<9",
        "size:0.. -size:5..6",
        "size:1 size:2 size:3",
        "tag:*",
        "title:*",
        "text:*",
        "title:common",
        "text:a*",
        "@near(again again /100)",
        "@near(common words again of /50)",
        "@before(again again again /9)",
        "@near(a* again /5)",
        "@near(@near(again again /5) @near(again common /9) /50)",
        "@max(common again words)",
        "@atleast(3 common again words of)",
        "@pattern(a*)",
        "@fuzzy(common 2)",
        "@prefixed(a)",
        "@text(a b c all)",
        "common^0",
        "common^1e30",
        "common^=5",
        "@filter(common) again",
        "+a* +b* +c*",
        "a* b* c*",
        "a* -b*",
        "=common =again",
        "=\"again again\"",
        "common AND again AND NOT a*",
        "(common OR again) AND (a* OR b*)",
        "\"",
        "(",
        ")",
        "\\",
        "@",
        "@near(",
        "tag:",
        "nowhere:x",
        "size:x",
        "date:now",
        "[1 TO 2]",
        "~2",
        "^5",
        "+",
        "-",
        "AND",
        "OR OR OR",
        "NOT NOT NOT a",
        "a AND",
        "() () ()",
        "\xFF\xFE\xFD",
        "\xC3",
        "\xED\xA0\x80",
        "\xF4\x90\x80\x80",
        "a\xFF*",
        "\"\xFF again\"",
        "\xE4\xB8\xAD\xE6\x96\x87\xE4\xB8\xAD\xE6\x96\x87",
        "tag:\xFF",
        "e\xCC\x81\xCC\x81\xCC\x81",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        parsed(texts[i], texts[i], strlen(texts[i]));
    parsed("NUL", "\0", 1);
    parsed("a NUL b", "a\0b", 3);
    parsed("many NUL", "\0\0\0\0\0\0\0\0*\0\0~", 12);
}

static void add_large(void)
{
    static const unsigned sizes[] = { 100, 5000, 100000 };
    for (unsigned s = 0; s < 3; s++) {
        const unsigned n = sizes[s];
        repeated("words of one document each", "", "a%x ", "", n);
        repeated("the same word", "", "common ", "", n);
        repeated("words that must", "", "+a%x ", "", n);
        repeated("words that must not", "common ", "-a%x ", "", n);
        repeated("a phrase of common words", "\"", "again ", "\"", n);
        repeated("a phrase of rare words", "\"", "a%x ", "\"", n);
        repeated("a phrase, some places off", "\"", "again b%u ", "\"~1000", n);
        repeated("prefixes", "", "a%x* ", "", n);
        repeated("likenesses", "", "b%u~1 ", "", n);
        repeated("patterns", "", "?%u* ", "", n);
        repeated("ranges", "", "size:%u.. ", "", n);
        repeated("keywords", "", "tag:%u ", "", n);
        repeated("parts", "", "(common) ", "", n);
        repeated("near", "@near(", "again ", "/100000)", n);
        repeated("near, of phrases", "@near(", "\"again again\" ", "/1000)", n / 10);
        repeated("before", "@before(", "b%u ", "/1000)", n);
        repeated("the best of", "@max(", "a%x ", ")", n);
        repeated("some of", "@atleast(2 ", "a%x ", ")", n);
        repeated("alternatives", "common ", "OR a%x ", "", n);
        repeated("all of", "common ", "AND a%x ", "", n);
        repeated("parentheses", "", "(", "common", n);
        repeated("closed", "", ")", "", n);
        repeated("quotation marks", "", "\"", "", n);
        repeated("signs", "", "+", "common", n);
        repeated("stars", "", "*", "", n);
        repeated("a pattern of stars", "", "a*", "", n);
        repeated("question marks", "a", "?", "", n);
        repeated("one long word", "", "x", "", n);
        repeated("one long likeness", "", "a", "~2", n);
        repeated("backslashes", "", "\\", "", n);
        repeated("colons", "", "text:", "common", n);
        repeated("bytes that are no UTF-8", "", "\xFF", "", n);
        repeated("pairs of characters", "", "\xE4\xB8\xAD\xE6\x96\x87", "", n);
        repeated("marks upon a letter", "e", "\xCC\x81", "", n);
        repeated("factors", "common", "^2", "", n);
        repeated("at signs", "", "@near(", "", n);
        repeated("compounds", "a", "-b%u", "", n);
    }
    repeated("sixty levels", "((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((", "common again ",
             "))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))", 1);
}

static void add_random(void)
{
    static const char *const pieces[] = { "a*",    "common ", "again ",   "\"", "(",     ")",     " ",
                                          "+",     "-",       "~2",       "^3", "size:", "0..",   "@near(",
                                          "/5",    "\\",      "*",        "?",  "text:", " AND ", " OR ",
                                          " NOT ", "\xFF",    "\xC3\xA9", "b1", "tag:",  "=" };
    struct test_random random = { 20240611 };
    for (unsigned i = 0; i < 60; i++) {
        char text[4096];
        size_t length = 0;
        for (uint64_t left = random_below(&random, 400); left > 0; left--) {
            const char *piece = pieces[random_below(&random, sizeof pieces / sizeof *pieces)];
            length += (size_t)sprintf(text + length, "%s", piece);
        }
        parsed("random", text, length);
    }
}

/* Texts of many words as they are, none of which is left out. */
static void add_long_texts(void)
{
    static const char *const words[] = { "a%x ", "again ", "b%u c%u " };
    for (unsigned w = 0; w < 3; w++) {
        static char text[1 << 20];
        size_t length = 0;
        for (unsigned i = 0; i < LIBSEARCH_MAX_CLAUSES / 2; i++)
            length += (size_t)sprintf(text + length, words[w], i, i);
        const libsearch_bytes all = { text, length };
        add("a text of many words", libsearch_query_text(NULL, all));
        add("many words, all of which must match", libsearch_query_text_as(NULL, all, LIBSEARCH_WORDS_ALL));
        add("many words in their form", libsearch_query_text_as(NULL, all, LIBSEARCH_WORDS_EXACT));
        add("a phrase of many words", libsearch_query_phrase(NULL, all, 0));
        add("a phrase of many words, some places off", libsearch_query_phrase(NULL, all, 1000));
        add("a phrase in its form", libsearch_query_phrase_as(NULL, all, 3, LIBSEARCH_WORDS_EXACT));
        add("words of one field", libsearch_query_text("text", all));
    }
}

/* Trees that no text stands for. */
static void add_trees(void)
{
    libsearch_query *query = libsearch_query_text(NULL, text_of("common"));
    for (unsigned depth = 1; depth < LIBSEARCH_MAX_QUERY_DEPTH; depth++) {
        const libsearch_query *const parts[] = { query, query };
        libsearch_query *outer = libsearch_query_boolean((const libsearch_occur[]){ LIBSEARCH_MUST, LIBSEARCH_SHOULD },
                                                         parts, depth < 15 ? 2 : 1, 0);
        libsearch_query_free(query);
        query = outer;
    }
    add("as deep as can be", query);
    add("a range of everything", libsearch_query_integer_range("size", INT64_MIN, INT64_MAX));
    add("a phrase with any slop", libsearch_query_phrase(NULL, text_of("again words common of"), UINT32_MAX));
    query = libsearch_query_match_all();
    add("a constant of everything", libsearch_query_constant(query, 3e38f));
    libsearch_query_free(query);
    add("everything", libsearch_query_match_all());
    add("a field that all have", libsearch_query_exists("size"));
}

static int make_fixture(void **state)
{
    assert_int_equal(make_folder(state), 0);
    const double before = clock_of(CLOCK_PROCESS_CPUTIME_ID);
    make_index(*state);
    add_texts();
    add_large();
    add_random();
    add_long_texts();
    add_trees();
    printf("%u documents, %zu questions; made in %.1f CPU s; the longest took %.1f ms to parse\n", DOCUMENTS,
           fixture.count, (clock_of(CLOCK_PROCESS_CPUTIME_ID) - before) / 1e3, fixture.parsed);
    return 0;
}

static int free_fixture(void **state)
{
    for (size_t i = 0; i < fixture.count; i++)
        libsearch_query_free(fixture.queries[i]);
    libsearch_snapshot_free(fixture.snapshot);
    libsearch_close(fixture.index);
    libsearch_close(fixture.for_queries);
    assert_int_equal(atomic_load(&counted.bytes), 0);
    return remove_folder(state);
}

/* ---- what is held ---- */

static int by_value(const void *a, const void *b)
{
    const double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

/* Every question is answered, or refused for one of these reasons. */
static bool is_ending(libsearch_status status)
{
    return status == LIBSEARCH_OK || status == LIBSEARCH_DEADLINE || status == LIBSEARCH_LIMIT ||
           status == LIBSEARCH_CANCELLED;
}

/* With every kind of answer in turn: scores, counts, an order, facets, pages far behind. */
static libsearch_search_options options_of(size_t i)
{
    static const libsearch_sort sort = { "size", LIBSEARCH_SORT_DESCENDING };
    static const libsearch_sort by_own = { "own", 0 };
    static libsearch_facet facet = LIBSEARCH_FACET_INIT, of_own = LIBSEARCH_FACET_INIT;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    facet.field = "tag";
    of_own.field = "own";
    options.total = (libsearch_total)(i % 3);
    options.flags = i % 5 == 0 ? LIBSEARCH_SEARCH_EXHAUSTIVE : 0;
    if (i % 7 == 3) {
        options.sort = &sort;
        options.sort_count = 1;
    }
    if (i % 11 == 4) {
        options.facets = &facet;
        options.facet_count = 1;
    }
    if (i % 13 == 6)
        options.collapse = "tag";
    if (i % 9 == 2)
        options.offset = 100000;
    if (i % 16 == 5) {
        options.sort = &by_own;
        options.sort_count = 1;
    }
    if (i % 17 == 8) {
        options.facets = &of_own;
        options.facet_count = 1;
    }
    if (i % 19 == 7)
        options.collapse = "own";
    return options;
}

static libsearch_status search(size_t i, const libsearch_search_options *options)
{
    libsearch_results *results = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status =
        libsearch_snapshot_search(fixture.snapshot, fixture.queries[i], options, &results, &error);
    if (!is_ending(status))
        fail_msg("%s: %d %s", fixture.names[i], (int)status, error.message);
    libsearch_results_free(results);
    return status;
}

static void each_returns_by_its_deadline(void **state)
{
    (void)state;
    double wall[MOST], longest = 0;
    size_t ended = 0, late = 0;
    for (size_t i = 0; i < fixture.count; i++) {
        libsearch_search_options options = options_of(i);
        options.timeout = DEADLINE;
        const double before = clock_of(CLOCK_THREAD_CPUTIME_ID), began = clock_of(CLOCK_MONOTONIC);
        ended += search(i, &options) == LIBSEARCH_DEADLINE;
        const double took = clock_of(CLOCK_THREAD_CPUTIME_ID) - before;
        wall[i] = clock_of(CLOCK_MONOTONIC) - began;
        longest = took > longest ? took : longest;
        if (took > DEADLINE + GRACE * SLOWER) {
            print_message("%s: %.1f ms\n", fixture.names[i], took);
            late++;
        }
    }
    qsort(wall, fixture.count, sizeof *wall, by_value);
    printf(
        "%zu questions with a deadline of %d ms: %zu ended by it; the longest took %.1f ms of its thread; by the clock "
        "p99 %.1f ms\n",
        fixture.count, DEADLINE, ended, longest, wall[fixture.count * 99 / 100]);
    assert_int_equal(late, 0);
}

struct canceller {
    pthread_t searcher;
    pthread_barrier_t begin;
    libsearch_cancel *cancel;
    double thread_time, clock_time; /* when it was raised */
};

static void *raise_soon(void *context)
{
    struct canceller *canceller = context;
    clockid_t clock;
    pthread_getcpuclockid(canceller->searcher, &clock);
    pthread_barrier_wait(&canceller->begin);
    nanosleep(&(struct timespec){ 0, CANCELLED_AFTER * 1000000 }, NULL);
    canceller->thread_time = clock_of(clock);
    canceller->clock_time = clock_of(CLOCK_MONOTONIC);
    libsearch_cancel_raise(canceller->cancel);
    return NULL;
}

static void each_is_cancelled_from_another_thread(void **state)
{
    (void)state;
    double wall[MOST], longest = 0;
    size_t ended = 0, late = 0;
    for (size_t i = 0; i < fixture.count; i++) {
        struct canceller canceller = { .searcher = pthread_self(), .cancel = libsearch_cancel_new() };
        libsearch_search_options options = options_of(i);
        pthread_t thread;
        options.cancel = canceller.cancel;
        pthread_barrier_init(&canceller.begin, NULL, 2);
        assert_int_equal(pthread_create(&thread, NULL, raise_soon, &canceller), 0);
        pthread_barrier_wait(&canceller.begin);
        const bool cancelled = search(i, &options) == LIBSEARCH_CANCELLED;
        const double own = clock_of(CLOCK_THREAD_CPUTIME_ID), now = clock_of(CLOCK_MONOTONIC);
        pthread_join(thread, NULL);
        /* It may have been done before the flag was raised. */
        const double took = cancelled ? own - canceller.thread_time : 0;
        wall[i] = cancelled ? now - canceller.clock_time : 0;
        ended += cancelled;
        longest = took > longest ? took : longest;
        if (took > GRACE * SLOWER) {
            print_message("%s: %.1f ms\n", fixture.names[i], took);
            late++;
        }
        pthread_barrier_destroy(&canceller.begin);
        libsearch_cancel_free(canceller.cancel);
    }
    qsort(wall, fixture.count, sizeof *wall, by_value);
    printf("%zu questions cancelled after %d ms: %zu were not done before; the longest took %.1f ms more of its "
           "thread; by "
           "the clock p99 %.1f ms\n",
           fixture.count, CANCELLED_AFTER, ended, longest, wall[fixture.count * 99 / 100]);
    assert_int_equal(late, 0);
}

static void each_keeps_to_its_memory(void **state)
{
    (void)state;
    static const size_t limits[] = { 512 << 10, 2 << 20, 16 << 20 };
    long long most_over = 0;
    size_t refused = 0;
    for (size_t i = 0; i < fixture.count; i++)
        for (unsigned l = 0; l < 3; l++) {
            libsearch_search_options options = options_of(i);
            options.memory = limits[l];
            options.timeout = DEADLINE;
            const long long before = atomic_load(&counted.bytes);
            atomic_store(&counted.most, before);
            refused += search(i, &options) == LIBSEARCH_LIMIT;
            const long long over = atomic_load(&counted.most) - before - (long long)limits[l];
            most_over = over > most_over ? over : most_over;
            if (over > 0)
                print_message("%s: %lld bytes over %zu\n", fixture.names[i], over, limits[l]);
        }
    printf("%zu questions with three limits of memory: %zu refused; at most %lld bytes over\n", fixture.count, refused,
           most_over);
    assert_int_equal(most_over, 0);
}

/* All of them in one set of saved queries, most of which a document of many words has to be held against: by a deadline,
 * and asked by which words they match. */
static void saved_they_let_a_stream_keep_its_deadline(void **state)
{
    (void)state;
    libsearch_watch_options options = LIBSEARCH_WATCH_OPTIONS_INIT;
    libsearch_watcher_options limits = LIBSEARCH_WATCHER_OPTIONS_INIT;
    libsearch_watch *watch;
    libsearch_watcher *watcher;
    double longest = 0, longest_words = 0;
    size_t saved = 0, ended = 0, matches, words_ended = 0;
    options.like = fixture.for_queries;
    limits.timeout = DEADLINE;
    assert_ok(libsearch_watch_new(&options, &watch, NULL));
    for (size_t i = 0; i < fixture.count; i++) {
        const libsearch_status status = libsearch_watch_add(watch, text_of(fixture.names[i]), fixture.queries[i], NULL);
        if (status != LIBSEARCH_INVALID && status != LIBSEARCH_UNSUPPORTED && status != LIBSEARCH_LIMIT)
            assert_ok(status);
        saved += status == LIBSEARCH_OK;
    }
    assert_true(saved > fixture.count * 9 / 10);
    assert_ok(libsearch_watcher_open(watch, &limits, &watcher, NULL));
    libsearch_document *document = libsearch_watch_document(watch);
    for (unsigned size = 1; size <= 4096; size *= 8) {
        fill(document, size);
        for (unsigned i = 0; i < size; i++) {
            char text[80];
            snprintf(text, sizeof text, "common again a%x b%u aaaaaaaaaa%u number%u", i, i, i, i % 50);
            assert_ok(libsearch_document_set_text(document, "text", text_of(text)));
        }
        for (unsigned round = 0; round < 3; round++) {
            const double before = clock_of(CLOCK_THREAD_CPUTIME_ID);
            const libsearch_status status = libsearch_watcher_match(watcher, document, &matches, NULL);
            const double took = clock_of(CLOCK_THREAD_CPUTIME_ID) - before;
            assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_DEADLINE);
            ended += status == LIBSEARCH_DEADLINE;
            longest = took > longest ? took : longest;
            for (size_t i = 0; status == LIBSEARCH_OK && i < matches; i++) {
                const libsearch_watch_word *words;
                size_t count;
                const double asked = clock_of(CLOCK_THREAD_CPUTIME_ID);
                const libsearch_status told = libsearch_watcher_words(watcher, i, &words, &count, NULL);
                const double answered = clock_of(CLOCK_THREAD_CPUTIME_ID) - asked;
                assert_true(told == LIBSEARCH_OK || told == LIBSEARCH_DEADLINE);
                words_ended += told == LIBSEARCH_DEADLINE;
                longest_words = answered > longest_words ? answered : longest_words;
            }
        }
    }
    printf(
        "%zu of %zu saved; %zu of 15 documents with a deadline of %d ms ended by it; the longest took %.1f ms of its "
        "thread; %zu times so the words by which they matched, %.1f ms\n",
        saved, fixture.count, ended, DEADLINE, longest, words_ended, longest_words);
    assert_true(longest <= DEADLINE + GRACE * SLOWER);
    assert_true(longest_words <= DEADLINE + GRACE * SLOWER);
    libsearch_document_free(document);
    libsearch_watcher_close(watcher);
    libsearch_watch_free(watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_returns_by_its_deadline),
        cmocka_unit_test(each_is_cancelled_from_another_thread),
        cmocka_unit_test(each_keeps_to_its_memory),
        cmocka_unit_test(saved_they_let_a_stream_keep_its_deadline),
    };
    return cmocka_run_group_tests(tests, make_fixture, free_fixture);
}
