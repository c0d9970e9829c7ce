/* SPDX-License-Identifier: MIT */
/* Filters that are kept, and backups, in both engines. */
#include "engines/engine_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/random.h"

#define EACH_ENGINE(engine) for (enum engine engine = NATIVE; engine <= XAPIAN && engine_is_here(engine); engine++)

/* Documents 0 … count - 1 with a few words each, a tag and a number, in several commits, some put again or deleted. */
static libsearch_index *world_of(enum engine engine, const char *folder, int count)
{
    static const char *const words[] = { "bread", "butter", "milk", "honey", "salt", "rice", "tea", "wine" };
    struct test_random random = { 5 };
    libsearch_index *index = index_make(engine, folder, "english");
    libsearch_writer *writer = NULL;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    libsearch_document *document = libsearch_document_new(index);
    for (int i = 0; i < count; i++) {
        char id[16], text[200] = "";
        snprintf(id, sizeof id, "%d", (int)random_below(&random, (uint64_t)count));
        for (int w = 0; w < 6; w++) {
            strcat(text, words[random_below(&random, 1 + random_below(&random, 8))]);
            strcat(text, " ");
        }
        libsearch_document_clear(document);
        assert_ok(libsearch_document_set_text(document, "text", bytes(text)));
        assert_ok(libsearch_document_set_keyword(document, "tag", bytes(i % 3 == 0 ? "red" : "blue")));
        assert_ok(libsearch_document_set_integer(document, "number", (int64_t)random_below(&random, 1000)));
        assert_ok(libsearch_writer_put(writer, bytes(id), document, NULL));
        if (i % (count / 4 + 1) == count / 4)
            assert_ok(libsearch_writer_commit(writer, NULL));
        snprintf(id, sizeof id, "%d", (int)random_below(&random, (uint64_t)count));
        if (i % 7 == 0)
            libsearch_writer_delete(writer, bytes(id), NULL);
    }
    libsearch_document_free(document);
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    return index;
}

static libsearch_snapshot *pinned(libsearch_index *index)
{
    libsearch_snapshot *snapshot = NULL;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    return snapshot;
}

static libsearch_filter *filter_of(libsearch_snapshot *snapshot, libsearch_query *query)
{
    libsearch_filter *filter = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (libsearch_filter_new(snapshot, query, NULL, &filter, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    libsearch_query_free(query);
    return filter;
}

/* `words` with another part; both are freed. */
static libsearch_query *with(libsearch_query *words, libsearch_occur occur, libsearch_query *part)
{
    const libsearch_query *const parts[2] = { words, part };
    const libsearch_occur occurs[2] = { LIBSEARCH_MUST, occur };
    libsearch_query *query = libsearch_query_boolean(occurs, parts, 2, 0);
    assert_non_null(query);
    libsearch_query_free(words);
    libsearch_query_free(part);
    return query;
}

/* A search that does not count says what the number may be, and the number is within. */
static void assert_bounds_hold(libsearch_snapshot *snapshot, const libsearch_query *query, uint64_t total)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    uint64_t least = 0, most = 0;
    options.count = 3;
    assert_int_equal(libsearch_snapshot_search(snapshot, query, &options, &results, NULL), LIBSEARCH_OK);
    libsearch_results_estimate(results, &least, &most);
    if (total < least || total > most)
        fail_msg("%llu match, and not from %llu to %llu", (unsigned long long)total, (unsigned long long)least,
                 (unsigned long long)most);
    libsearch_results_free(results);
}

/* "id score" of the hits, and the total. */
static char *answers_of(libsearch_snapshot *snapshot, libsearch_query *query)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    options.count = 40;
    options.total = LIBSEARCH_TOTAL_EXACT;
    if (libsearch_snapshot_search(snapshot, query, &options, &results, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    char *text = calloc(1, 1 << 14);
    size_t length = 0;
    for (size_t i = 0; i < libsearch_results_count(results); i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        length += (size_t)sprintf(text + length, "%.*s %.9g\n", (int)id.length, id.data,
                                  (double)libsearch_results_score(results, i));
    }
    const uint64_t total = libsearch_results_total(results, NULL);
    sprintf(text + length, "of %llu", (unsigned long long)total);
    assert_bounds_hold(snapshot, query, total);
    libsearch_results_free(results);
    libsearch_query_free(query);
    return text;
}

#define assert_same_answers(snapshot, one, other)                                                                      \
    do {                                                                                                               \
        char *one_ = answers_of(snapshot, one), *other_ = answers_of(snapshot, other);                                 \
        assert_string_equal(one_, other_);                                                                             \
        free(one_);                                                                                                    \
        free(other_);                                                                                                  \
    } while (0)

static libsearch_query *words(const char *text) { return libsearch_query_text(NULL, bytes(text)); }
static libsearch_query *red(void) { return libsearch_query_keyword("tag", bytes("red")); }
static libsearch_query *small(void) { return libsearch_query_integer_range("number", 100, 420); }

static void a_filter_gives_the_answers_of_its_query(void **state)
{
    (void)state;
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_index *index = world_of(engine, folder, 12000);
        libsearch_snapshot *snapshot = pinned(index);
        libsearch_query *(*const parts[])(void) = { red, small, libsearch_query_match_none, libsearch_query_match_all };
        for (size_t p = 0; p < 4; p++) {
            libsearch_filter *filter = filter_of(snapshot, parts[p]());
            libsearch_query *const alone = libsearch_query_filter(filter);
            char *count = answers_of(snapshot, alone), expected[32];
            snprintf(expected, sizeof expected, "of %llu", (unsigned long long)libsearch_filter_count(filter));
            assert_non_null(strstr(count, expected));
            free(count);
            static const char *const questions[] = { "bread", "bread honey", "wine", "nothing" };
            for (size_t q = 0; q < 4; q++) {
                assert_same_answers(snapshot, with(words(questions[q]), LIBSEARCH_FILTER, parts[p]()),
                                    with(words(questions[q]), LIBSEARCH_FILTER, libsearch_query_filter(filter)));
                assert_same_answers(snapshot, with(words(questions[q]), LIBSEARCH_MUST_NOT, parts[p]()),
                                    with(words(questions[q]), LIBSEARCH_MUST_NOT, libsearch_query_filter(filter)));
            }
            libsearch_filter_free(filter);
        }
        libsearch_snapshot_free(snapshot);
        libsearch_close(index);
        folder_remove(folder);
    }
}

static void a_filter_counts_one_where_it_is_asked_for_a_score(void **state)
{
    (void)state;
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_index *index = world_of(engine, folder, 300);
        libsearch_snapshot *snapshot = pinned(index);
        libsearch_filter *filter = filter_of(snapshot, red());
        libsearch_query *query = libsearch_query_filter(filter);
        libsearch_query *constant = libsearch_query_constant(query, 1);
        assert_same_answers(snapshot, constant, query);
        libsearch_filter_free(filter);
        libsearch_snapshot_free(snapshot);
        libsearch_close(index);
        folder_remove(folder);
    }
}

static void a_filter_is_of_one_snapshot_and_says_so_elsewhere(void **state)
{
    (void)state;
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        libsearch_index *index = world_of(engine, folder, 100);
        libsearch_snapshot *snapshot = pinned(index), *newer;
        libsearch_filter *filter = filter_of(snapshot, red()), *none = NULL;
        libsearch_query *query = with(words("bread"), LIBSEARCH_FILTER, libsearch_query_filter(filter));
        libsearch_filter_free(filter);
        libsearch_results *results = NULL;
        /* on the index, as long as it is the newest */
        assert_ok(libsearch_search_query(index, query, NULL, &results, &error));
        libsearch_results_free(results);
        libsearch_writer *writer = NULL;
        assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
        assert_status(libsearch_writer_delete_matching(writer, query, NULL, &error), LIBSEARCH_STALE);
        assert_ok(libsearch_writer_delete(writer, bytes("1"), NULL) == LIBSEARCH_NOT_FOUND
                      ? libsearch_writer_delete(writer, bytes("2"), NULL)
                      : LIBSEARCH_OK);
        assert_ok(libsearch_writer_commit(writer, NULL));
        libsearch_writer_close(writer);
        newer = pinned(index);
        results = NULL;
        assert_status(libsearch_search_query(index, query, NULL, &results, &error), LIBSEARCH_STALE);
        assert_status(libsearch_snapshot_search(newer, query, NULL, &results, &error), LIBSEARCH_STALE);
        assert_status(libsearch_filter_new(newer, query, NULL, &none, &error), LIBSEARCH_STALE);
        assert_null(results);
        assert_null(none);
        /* and its own snapshot, which the query holds */
        assert_ok(libsearch_snapshot_search(snapshot, query, NULL, &results, &error));
        libsearch_results_free(results);
        char *text = NULL;
        assert_status(libsearch_query_print(query, &text, &error), LIBSEARCH_UNSUPPORTED);
        libsearch_snapshot_free(snapshot);
        libsearch_snapshot_free(newer);
        libsearch_close(index);
        libsearch_query_free(query);
        folder_remove(folder);
    }
}

static void a_filter_keeps_to_its_time_and_can_be_cancelled(void **state)
{
    (void)state;
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_index *index = world_of(engine, folder, 3000);
        libsearch_snapshot *snapshot = pinned(index);
        libsearch_query *query = libsearch_query_match_all();
        libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
        libsearch_filter *filter = NULL;
        options.cancel = libsearch_cancel_new();
        libsearch_cancel_raise(options.cancel);
        assert_status(libsearch_filter_new(snapshot, query, &options, &filter, NULL), LIBSEARCH_CANCELLED);
        libsearch_cancel_free(options.cancel);
        options.cancel = NULL;
        options.timeout = -1;
        assert_status(libsearch_filter_new(snapshot, query, &options, &filter, NULL), LIBSEARCH_INVALID);
        assert_null(filter);
        libsearch_query_free(query);
        libsearch_snapshot_free(snapshot);
        libsearch_close(index);
        folder_remove(folder);
    }
}

/* ----- backups ----- */

static libsearch_index *open_at(enum engine engine, const char *path)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    options.engine = engine_of(engine);
    if (libsearch_open(path, engine == NATIVE ? LIBSEARCH_VERIFY : 0, &options, &index, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", path, error.message);
    return index;
}

static void a_backup_opens_and_gives_the_answers_of_its_snapshot(void **state)
{
    (void)state;
    EACH_ENGINE(engine)
    {
        char *folder = folder_make(), path[256];
        snprintf(path, sizeof path, "%s/backup", folder);
        libsearch_index *index = world_of(engine, folder, 3000);
        libsearch_writer *writer = NULL;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
        assert_ok(libsearch_writer_prepare(writer, LIBSEARCH_DURABLE, bytes("as of noon"), NULL));
        assert_ok(libsearch_writer_finish(writer, NULL));
        libsearch_snapshot *snapshot = pinned(index);
        /* the index goes on, and its files with it; Xapian keeps those of one commit more */
        libsearch_document *document = libsearch_document_new(index);
        assert_ok(libsearch_document_set_text(document, "text", bytes("bread")));
        assert_ok(libsearch_writer_put(writer, bytes("new"), document, NULL));
        assert_ok(libsearch_writer_commit(writer, NULL));
        if (engine == NATIVE) {
            assert_ok(libsearch_writer_compact(writer, 0, NULL));
            assert_ok(libsearch_writer_compact(writer, LIBSEARCH_REORDER, NULL));
        }
        if (libsearch_snapshot_backup(snapshot, path, NULL, &error) != LIBSEARCH_OK)
            fail_msg("%s", error.message);
        assert_status(libsearch_snapshot_backup(snapshot, path, NULL, &error), LIBSEARCH_EXISTS);

        libsearch_index *copy = open_at(engine, path);
        libsearch_snapshot *copied = pinned(copy);
        libsearch_info info = LIBSEARCH_INFO_INIT;
        assert_ok(libsearch_snapshot_info(copied, &info, NULL));
        assert_int_equal(info.commit_bytes.length, strlen("as of noon"));
        assert_memory_equal(info.commit_bytes.data, "as of noon", info.commit_bytes.length);
        static const char *const questions[] = { "bread", "honey wine", "tea" };
        for (size_t q = 0; q < 3; q++) {
            char *theirs = answers_of(snapshot, words(questions[q])), *ours = answers_of(copied, words(questions[q]));
            assert_string_equal(ours, theirs);
            free(theirs);
            free(ours);
        }
        libsearch_snapshot_free(copied);
        /* and it can be written to */
        libsearch_writer *other = NULL;
        assert_ok(libsearch_writer_open(copy, NULL, &other, NULL));
        assert_ok(libsearch_writer_put(other, bytes("other"), document, NULL));
        assert_ok(libsearch_writer_commit(other, NULL));
        libsearch_writer_close(other);
        libsearch_close(copy);
        if (engine == NATIVE)
            assert_ok(libsearch_check(path, NULL, NULL, NULL));
        libsearch_document_free(document);
        libsearch_writer_close(writer);
        libsearch_snapshot_free(snapshot);
        libsearch_close(index);
        folder_remove(folder);
    }
}

static void a_backup_goes_nowhere_where_something_is(void **state)
{
    (void)state;
    EACH_ENGINE(engine)
    {
        char *folder = folder_make(), path[300];
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        libsearch_index *index = world_of(engine, folder, 20);
        libsearch_snapshot *snapshot = pinned(index);
        snprintf(path, sizeof path, "%s/%s", folder, engine_name(engine));
        assert_status(libsearch_snapshot_backup(snapshot, path, NULL, &error), LIBSEARCH_EXISTS);
        snprintf(path, sizeof path, "mkdir '%s/full' && touch '%s/full/letter.txt'", folder, folder);
        assert_int_equal(system(path), 0);
        snprintf(path, sizeof path, "%s/full", folder);
        assert_status(libsearch_snapshot_backup(snapshot, path, NULL, &error), LIBSEARCH_NOT_AN_INDEX);
        libsearch_snapshot_free(snapshot);
        libsearch_close(index);
        folder_remove(folder);
    }
}

static void a_backup_has_what_was_refreshed_and_fits_into_memory(void **state)
{
    (void)state;
    char *folder = folder_make();
    libsearch_index *index = world_of(NATIVE, folder, 500), *copy = NULL;
    libsearch_writer *writer = NULL;
    const libsearch_storage *storage = NULL;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    assert_ok(libsearch_memory_storage_new(NULL, &storage, NULL));
    extensions.storage = storage;
    options.extensions = &extensions;
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    libsearch_document *document = libsearch_document_new(index);
    assert_ok(libsearch_document_set_text(document, "text", bytes("unheard bread")));
    assert_ok(libsearch_writer_put(writer, bytes("fresh"), document, NULL));
    libsearch_query *butter = words("butter");
    assert_ok(libsearch_writer_delete_matching(writer, butter, NULL, NULL));
    assert_ok(libsearch_writer_refresh(writer, NULL));
    libsearch_snapshot *snapshot = pinned(index);
    assert_ok(libsearch_writer_rollback(writer, NULL));
    assert_ok(libsearch_snapshot_backup(snapshot, "copy", &options, NULL));
    assert_ok(libsearch_open("copy", LIBSEARCH_VERIFY, &options, &copy, NULL));
    libsearch_snapshot *copied = pinned(copy);
    char *theirs = answers_of(snapshot, words("bread unheard")), *ours = answers_of(copied, words("bread unheard"));
    assert_string_equal(ours, theirs);
    free(theirs);
    free(ours);
    ours = ids_set(copy, butter);
    assert_string_equal(ours, "");
    free(ours);
    assert_ok(libsearch_check_with("copy", &options, NULL, NULL, NULL));
    libsearch_snapshot_free(copied);
    libsearch_close(copy);
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    libsearch_memory_storage_free(storage);
    folder_remove(folder);
}

static int stop_at, told;

static int stop(void *context, const libsearch_progress *progress)
{
    (void)context;
    assert_int_equal(progress->work, LIBSEARCH_WORK_BACKUP);
    return ++told == stop_at;
}

static void a_backup_that_is_stopped_leaves_nothing_that_opens(void **state)
{
    (void)state;
    char *folder = folder_make(), path[256];
    snprintf(path, sizeof path, "%s/backup", folder);
    libsearch_index *index = world_of(NATIVE, folder, 500), *none = NULL;
    libsearch_snapshot *snapshot = pinned(index);
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    extensions.progress = stop;
    options.extensions = &extensions;
    libsearch_status status;
    for (stop_at = 1;; stop_at++) {
        told = 0;
        status = libsearch_snapshot_backup(snapshot, path, &options, NULL);
        if (status == LIBSEARCH_OK)
            break;
        assert_status(status, LIBSEARCH_CANCELLED);
        assert_status(libsearch_open(path, 0, NULL, &none, NULL), LIBSEARCH_NOT_FOUND);
    }
    assert_true(stop_at > 2);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    folder_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_filter_gives_the_answers_of_its_query),
        cmocka_unit_test(a_filter_counts_one_where_it_is_asked_for_a_score),
        cmocka_unit_test(a_filter_is_of_one_snapshot_and_says_so_elsewhere),
        cmocka_unit_test(a_filter_keeps_to_its_time_and_can_be_cancelled),
        cmocka_unit_test(a_backup_opens_and_gives_the_answers_of_its_snapshot),
        cmocka_unit_test(a_backup_goes_nowhere_where_something_is),
        cmocka_unit_test(a_backup_has_what_was_refreshed_and_fits_into_memory),
        cmocka_unit_test(a_backup_that_is_stopped_leaves_nothing_that_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
