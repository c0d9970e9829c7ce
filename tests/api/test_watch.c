/* SPDX-License-Identifier: MIT */
/* Saved queries through the public functions. (That they match what a search would find is held in tests/watch.) */
#include "support/unit.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/failing_allocator.h"
#include "support/random.h"

static libsearch_bytes bytes_of(const char *text) { return (libsearch_bytes){ text, strlen(text) }; }

static libsearch_watch *watch_new(const libsearch_allocator *allocator)
{
    libsearch_watch_options options = LIBSEARCH_WATCH_OPTIONS_INIT;
    libsearch_watch *watch = NULL;
    options.analyzer = "english";
    options.allocator = allocator;
    assert_ok(libsearch_watch_new(&options, &watch, NULL));
    return watch;
}

static void add(libsearch_watch *watch, const char *id, const char *text)
{
    assert_ok(libsearch_watch_add_text(watch, bytes_of(id), bytes_of(text), 0, NULL, NULL, NULL));
}

/* The ids that a text matches, with blanks between. */
static const char *ids_of(libsearch_watcher *watcher, size_t count)
{
    static char ids[512];
    size_t length = 0;
    ids[0] = 0;
    for (size_t i = 0; i < count; i++) {
        const libsearch_bytes id = libsearch_watcher_id(watcher, i);
        length += (size_t)sprintf(ids + length, "%s%.*s", i > 0 ? " " : "", (int)id.length, id.data);
    }
    return ids;
}

static const char *matches(libsearch_watch *watch, libsearch_watcher *watcher, const char *title, const char *text)
{
    size_t count = 0;
    libsearch_document *document = libsearch_watch_document(watch);
    assert_ok(libsearch_document_set_text(document, "title", bytes_of(title)));
    assert_ok(libsearch_document_set_text(document, "text", bytes_of(text)));
    assert_ok(libsearch_watcher_match(watcher, document, &count, NULL));
    libsearch_document_free(document);
    return ids_of(watcher, count);
}

static void a_document_tells_its_queries_as_the_set_changes(void **state)
{
    (void)state;
    libsearch_watch *watch = watch_new(NULL);
    libsearch_watcher *watcher;
    add(watch, "one", "cholera");
    add(watch, "two", "+cholera +vaccine");
    add(watch, "three", "-cholera");
    assert_int_equal(libsearch_watch_count(watch), 3);
    assert_ok(libsearch_watcher_open(watch, NULL, &watcher, NULL));
    assert_string_equal(matches(watch, watcher, "Cholera", "vaccines sent"), "one two");
    assert_string_equal(matches(watch, watcher, "Malaria", "vaccines sent"), "three");
    add(watch, "one", "malaria"); /* in place of the one before */
    assert_string_equal(matches(watch, watcher, "Malaria", "vaccines sent"), "one three");
    assert_ok(libsearch_watch_remove(watch, bytes_of("three"), NULL));
    assert_string_equal(ids_of(watcher, 2), "one three"); /* what is shown stays */
    const libsearch_watch_word *words;
    size_t count;
    assert_ok(libsearch_watcher_words(watcher, 1, &words, &count, NULL));
    assert_status(libsearch_watch_remove(watch, bytes_of("three"), NULL), LIBSEARCH_NOT_FOUND);
    assert_string_equal(matches(watch, watcher, "Malaria", "vaccines sent"), "one");
    char *text;
    assert_ok(libsearch_watch_get(watch, bytes_of("two"), &text, NULL));
    assert_string_equal(text, "+cholera +vaccine");
    libsearch_text_free(text);
    assert_status(libsearch_watch_get(watch, bytes_of("none"), &text, NULL), LIBSEARCH_NOT_FOUND);
    libsearch_watcher_close(watcher);
    libsearch_watch_free(watch);
}

static void words_come_with_their_places(void **state)
{
    (void)state;
    libsearch_watch *watch = watch_new(NULL);
    libsearch_watcher *watcher;
    const libsearch_watch_word *words;
    size_t count;
    char found[256] = "";
    const char *const title = "Officials agree", *const text = "health care, health officials agreed; care for health";
    add(watch, "q", "\"health official\" title:agree -malaria vacc* car*");
    assert_ok(libsearch_watcher_open(watch, NULL, &watcher, NULL));
    assert_string_equal(matches(watch, watcher, title, text), "q");
    assert_ok(libsearch_watcher_words(watcher, 0, &words, &count, NULL));
    for (size_t i = 0; i < count; i++)
        sprintf(found + strlen(found), "%s:%.*s@%zu ", words[i].field, (int)(words[i].end - words[i].start),
                (strcmp(words[i].field, "title") == 0 ? title : text) + words[i].start, words[i].start);
    assert_string_equal(found, "title:agree@10 text:care@7 text:health@13 text:officials@20 text:care@38 ");
    assert_status(libsearch_watcher_words(watcher, 1, &words, &count, NULL), LIBSEARCH_INVALID);
    libsearch_watcher_close(watcher);
    libsearch_watch_free(watch);
}

static void count_lines(void *context, const char *line)
{
    assert_null(strchr(line, '\n'));
    ++*(size_t *)context;
}

static void keep_line(void *context, const char *line)
{
    assert_null(strchr(line, '\n'));
    assert_true(strlen(line) < 256);
    strcpy(context, line);
}

static void a_query_about_a_field_to_come_is_read_again_when_it_comes(void **state)
{
    (void)state;
    libsearch_watch *watch = watch_new(NULL);
    libsearch_watcher *watcher;
    size_t lines = 0, count;
    assert_ok(libsearch_watch_add_text(watch, bytes_of("q"), bytes_of("year:>2000"), 0, count_lines, &lines, NULL));
    assert_int_equal(lines, 1);
    assert_ok(libsearch_watcher_open(watch, NULL, &watcher, NULL));
    assert_string_equal(matches(watch, watcher, "the year 1990", ""), "q"); /* its words */
    libsearch_document *document = libsearch_watch_document(watch);
    assert_ok(libsearch_document_set_integer(document, "year", 2001));
    assert_ok(libsearch_watcher_match(watcher, document, &count, NULL));
    assert_int_equal(count, 1);
    assert_string_equal(matches(watch, watcher, "the year 1990", ""), "");
    libsearch_document_clear(document);
    assert_ok(libsearch_document_set_text(document, "year", bytes_of("last")));
    assert_status(libsearch_watcher_match(watcher, document, &count, NULL), LIBSEARCH_INVALID);
    libsearch_document_free(document);
    libsearch_watcher_close(watcher);
    libsearch_watch_free(watch);
}

static void what_a_search_refuses_is_not_saved(void **state)
{
    (void)state;
    libsearch_watch *watch = watch_new(NULL);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_query *range = libsearch_query_integer_range("year", 1, 2);
    add(watch, "q", "cholera");
    assert_status(libsearch_watch_add(watch, bytes_of("q"), range, &error), LIBSEARCH_INVALID);
    assert_non_null(strstr(error.message, "year"));
    assert_status(libsearch_watch_add_text(watch, bytes_of("q"), bytes_of("(a"), LIBSEARCH_PARSE_STRICT, NULL, NULL,
                                           &error),
                  LIBSEARCH_SYNTAX);
    assert_status(libsearch_watch_add_text(watch, bytes_of(""), bytes_of("a"), 0, NULL, NULL, NULL), LIBSEARCH_INVALID);
    assert_status(libsearch_watch_add_text(watch, bytes_of("q"), bytes_of("a"), 1u << 20, NULL, NULL, NULL),
                  LIBSEARCH_INVALID);
    char *text;
    assert_ok(libsearch_watch_get(watch, bytes_of("q"), &text, NULL));
    assert_string_equal(text, "cholera"); /* still there */
    libsearch_text_free(text);
    libsearch_query_free(range);
    libsearch_watch_free(watch);
}

static void a_watcher_keeps_to_its_limits(void **state)
{
    (void)state;
    libsearch_watch *watch = watch_new(NULL);
    libsearch_watcher *watcher;
    libsearch_watcher_options options = LIBSEARCH_WATCHER_OPTIONS_INIT;
    libsearch_document *document = libsearch_watch_document(watch);
    libsearch_cancel *cancel = libsearch_cancel_new();
    char word[32];
    size_t count;
    add(watch, "q", "-nothing");
    for (unsigned i = 0; i < 20000; i++) {
        sprintf(word, "word%u ", i);
        assert_ok(libsearch_document_set_text(document, "text", bytes_of(word)));
    }
    options.memory = 100000;
    assert_ok(libsearch_watcher_open(watch, &options, &watcher, NULL));
    assert_status(libsearch_watcher_match(watcher, document, &count, NULL), LIBSEARCH_LIMIT);
    libsearch_watcher_close(watcher);
    options.memory = 0;
    options.cancel = cancel;
    assert_ok(libsearch_watcher_open(watch, &options, &watcher, NULL));
    assert_ok(libsearch_watcher_match(watcher, document, &count, NULL));
    assert_int_equal(count, 1);
    libsearch_cancel_raise(cancel);
    assert_status(libsearch_watcher_match(watcher, document, &count, NULL), LIBSEARCH_CANCELLED);
    libsearch_watcher_close(watcher);
    options.cancel = NULL;
    options.timeout = 1;
    for (unsigned i = 0; i < 2000; i++) { /* each looks at all words of the document */
        sprintf(word, "*%u*x", i);
        add(watch, word, word);
    }
    assert_ok(libsearch_watcher_open(watch, &options, &watcher, NULL));
    assert_status(libsearch_watcher_match(watcher, document, &count, NULL), LIBSEARCH_DEADLINE);
    libsearch_watcher_close(watcher);
    options.timeout = -1;
    assert_status(libsearch_watcher_open(watch, &options, &watcher, NULL), LIBSEARCH_INVALID);
    libsearch_cancel_free(cancel);
    libsearch_document_free(document);
    libsearch_watch_free(watch);
}

/* The set in a file, its name in room. */
static void saved_path(char room[64])
{
    strcpy(room, "/tmp/libsearch-watch-XXXXXX");
    const int file = mkstemp(room);
    assert_true(file >= 0);
    close(file);
}

static void a_saved_set_comes_back_and_a_damaged_one_is_refused(void **state)
{
    (void)state;
    char path[64], damaged[64];
    libsearch_watch *watch = watch_new(NULL), *again = NULL;
    libsearch_watcher *watcher;
    add(watch, "one", "cholera +\"health officials\"~2 date:>2020 =running");
    add(watch, "two", "(vacc* OR wo?d helth~) -title:malaria");
    saved_path(path);
    saved_path(damaged);
    assert_ok(libsearch_watch_save(watch, path, NULL));
    assert_ok(libsearch_watch_load(path, NULL, &again, NULL));
    assert_ok(libsearch_watcher_open(again, NULL, &watcher, NULL));
    assert_string_equal(matches(again, watcher, "vaccines", "health officials"), "one two");
    libsearch_watcher_close(watcher);
    libsearch_watch_free(again);

    FILE *file = fopen(path, "rb");
    char bytes[4096];
    const size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    assert_true(length < sizeof bytes);
    for (size_t i = 0; i < 2 * length; i++) { /* each byte changed, and the file cut there */
        const char kept = bytes[i % length];
        bytes[i % length] = (char)(kept ^ 0x55);
        file = fopen(damaged, "wb");
        fwrite(bytes, 1, i < length ? length : i - length, file);
        fclose(file);
        bytes[i % length] = kept;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        const libsearch_status status = libsearch_watch_load(damaged, NULL, &again, &error);
        if (status == LIBSEARCH_OK)
            fail_msg("byte %zu of %zu", i, length);
        assert_true(error.message[0] != 0);
    }
    unlink(path);
    unlink(damaged);
    assert_status(libsearch_watch_load(path, NULL, &again, NULL), LIBSEARCH_NOT_FOUND);
    assert_status(libsearch_watch_save(watch, "/nowhere/at/all", NULL), LIBSEARCH_NOT_FOUND);
    libsearch_watch_free(watch);
}

/* Everything once, with an allocator; the first status that is not OK. */
static libsearch_status live(const libsearch_allocator *allocator)
{
    libsearch_watch_options options = LIBSEARCH_WATCH_OPTIONS_INIT;
    libsearch_watch *watch = NULL;
    libsearch_watcher *watcher = NULL;
    libsearch_document *document = NULL;
    const libsearch_watch_word *words;
    size_t count;
    static const char *const queries[] = { "cholera vaccine", "\"health officials\"~3", "+a1 +b2 -c3",
                                           "vacc* *ine",      "year:2000..2002 helth~", "=running" };
    options.allocator = allocator;
    options.analyzer = "english";
    libsearch_status status = libsearch_watch_new(&options, &watch, NULL);
    for (size_t i = 0; i < 6 && status == LIBSEARCH_OK; i++) {
        char id[2] = { (char)('a' + i % 4), 0 };
        status = libsearch_watch_add_text(watch, bytes_of(id), bytes_of(queries[i]), 0, NULL, NULL, NULL);
    }
    if (status == LIBSEARCH_OK)
        status = libsearch_watcher_open(watch, NULL, &watcher, NULL);
    if (status == LIBSEARCH_OK)
        document = libsearch_watch_document(watch);
    if (document == NULL && status == LIBSEARCH_OK)
        status = LIBSEARCH_NO_MEMORY;
    if (status == LIBSEARCH_OK)
        status = libsearch_document_set_text(document, "text", bytes_of("health and officials running with vaccines"));
    if (status == LIBSEARCH_OK)
        status = libsearch_document_set_integer(document, "year", 2001);
    for (unsigned i = 0; i < 20 && status == LIBSEARCH_OK; i++)
        status = libsearch_watcher_match(watcher, document, &count, NULL);
    for (size_t i = 0; status == LIBSEARCH_OK && i < count; i++) {
        size_t number;
        status = libsearch_watcher_words(watcher, i, &words, &number, NULL);
    }
    libsearch_document_free(document);
    libsearch_watcher_close(watcher);
    libsearch_watch_free(watch);
    return status;
}

static void every_failed_allocation_is_no_memory_and_leaks_nothing(void **state)
{
    (void)state;
    struct failing_allocator failing;
    size_t fail_at = 1, survived = 0;
    for (;; fail_at++) {
        failing_allocator_init(&failing, fail_at);
        const libsearch_status status = live(&failing.allocator);
        assert_int_equal(failing.blocks, 0);
        if (failing.calls < fail_at) {
            assert_ok(status);
            break;
        }
        survived += status == LIBSEARCH_OK; /* what is for speed alone may fail */
        if (status != LIBSEARCH_OK)
            assert_status(status, LIBSEARCH_NO_MEMORY);
    }
    assert_true(fail_at > 100);
    assert_true(survived < fail_at / 4);
}

/* Two streams, and queries that come and go: the words 0 to 9 are saved always, others now and then. */
struct crowd {
    libsearch_watch *watch;
    int *stop; /* atomic */
};

static void *stream(void *context)
{
    const struct crowd *crowd = context;
    libsearch_watcher *watcher;
    size_t rounds = 0;
    assert_ok(libsearch_watcher_open(crowd->watch, NULL, &watcher, NULL));
    libsearch_document *document = libsearch_watch_document(crowd->watch);
    while (!__atomic_load_n(crowd->stop, __ATOMIC_RELAXED) || rounds < 50) {
        char text[64];
        size_t count, always = 0;
        sprintf(text, "always%zu sometimes%zu never", rounds % 10, rounds % 50);
        libsearch_document_clear(document);
        libsearch_document_set_text(document, rounds % 7 == 0 ? "title" : "text", bytes_of(text));
        assert_ok(libsearch_watcher_match(watcher, document, &count, NULL));
        for (size_t i = 0; i < count; i++) {
            const libsearch_bytes id = libsearch_watcher_id(watcher, i);
            const libsearch_watch_word *words;
            size_t number;
            always += id.data[0] == 'a';
            assert_ok(libsearch_watcher_words(watcher, i, &words, &number, NULL));
            assert_true(number > 0);
        }
        assert_int_equal(always, 1);
        rounds++;
    }
    libsearch_document_free(document);
    libsearch_watcher_close(watcher);
    return NULL;
}

static void the_set_changes_while_streams_run(void **state)
{
    (void)state;
    libsearch_watch *watch = watch_new(NULL);
    struct test_random random = random_start("watch threads");
    int stop = 0;
    struct crowd crowd = { watch, &stop };
    pthread_t threads[2];
    char id[32], text[64];
    for (unsigned i = 0; i < 10; i++) {
        sprintf(id, "a%u", i);
        sprintf(text, "+always%u never", i);
        add(watch, id, text);
    }
    for (size_t t = 0; t < 2; t++)
        assert_int_equal(pthread_create(&threads[t], NULL, stream, &crowd), 0);
    for (unsigned i = 0; i < 3000; i++) {
        const unsigned number = (unsigned)random_below(&random, 50);
        sprintf(id, "s%u", number);
        sprintf(text, "sometimes%u +never", number);
        if (random_below(&random, 2))
            add(watch, id, text);
        else
            libsearch_watch_remove(watch, bytes_of(id), NULL);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    for (size_t t = 0; t < 2; t++)
        pthread_join(threads[t], NULL);
    libsearch_watch_free(watch);
}

static void a_set_like_an_index_has_its_fields(void **state)
{
    (void)state;
    char folder[64] = "/tmp/libsearch-watch-XXXXXX", command[96];
    libsearch_index *index;
    libsearch_watch_options options = LIBSEARCH_WATCH_OPTIONS_INIT;
    libsearch_open_options open = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_field year = LIBSEARCH_FIELD_INIT;
    libsearch_watch *watch;
    size_t lines = 0;
    assert_non_null(mkdtemp(folder));
    year.name = "year";
    year.type = LIBSEARCH_INTEGER;
    open.fields = &year;
    open.field_count = 1;
    open.analyzer = "english";
    assert_ok(libsearch_open(folder, LIBSEARCH_CREATE, &open, &index, NULL));
    options.like = index;
    assert_ok(libsearch_watch_new(&options, &watch, NULL));
    assert_ok(libsearch_watch_add_text(watch, bytes_of("q"), bytes_of("year:>2000"), 0, count_lines, &lines, NULL));
    assert_int_equal(lines, 0);
    options.analyzer = "german";
    assert_status(libsearch_watch_new(&options, &watch, NULL), LIBSEARCH_INVALID);
    libsearch_watch_free(watch);
    libsearch_close(index);
    sprintf(command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

/* Queries as documents of an index: what is put, replaced and deleted there is so in a set that is made anew. */
static void an_index_keeps_queries(void **state)
{
    (void)state;
    char folder[64] = "/tmp/libsearch-watch-XXXXXX", command[96], id[16], text[64], told[256] = "";
    libsearch_index *index;
    libsearch_writer *writer;
    libsearch_snapshot *snapshot;
    libsearch_open_options open = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_field fields[2] = { LIBSEARCH_FIELD_INIT, LIBSEARCH_FIELD_INIT };
    libsearch_watcher *watcher;
    uint64_t count = 0;
    assert_non_null(mkdtemp(folder));
    fields[0].name = "query";
    fields[0].type = LIBSEARCH_STORED;
    fields[1].name = "number";
    fields[1].type = LIBSEARCH_INTEGER;
    open.fields = fields;
    open.field_count = 2;
    assert_ok(libsearch_open(folder, LIBSEARCH_CREATE, &open, &index, NULL));
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    libsearch_document *document = libsearch_document_new(index);
    for (unsigned i = 0; i < 150; i++) {
        libsearch_document_clear(document);
        sprintf(id, "q%u", i);
        sprintf(text, i == 7 ? "(unclosed" : "word%u", i % 10);
        if (i != 3) /* a document that keeps none */
            assert_ok(libsearch_document_set_stored(document, "query", bytes_of(text)));
        assert_ok(libsearch_writer_put(writer, bytes_of(id), document, NULL));
        if (i == 70)
            assert_ok(libsearch_writer_commit(writer, NULL));
    }
    for (unsigned i = 20; i < 150; i++) {
        sprintf(id, "q%u", i);
        assert_ok(libsearch_writer_delete(writer, bytes_of(id), NULL));
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    libsearch_watch *watch = watch_new(NULL);
    assert_ok(
        libsearch_watch_add_snapshot(watch, snapshot, "query", LIBSEARCH_PARSE_STRICT, keep_line, told, &count, NULL));
    assert_int_equal(count, 18);
    assert_int_equal(libsearch_watch_count(watch), 18);
    assert_memory_equal(told, "q7: ", 4);
    assert_ok(libsearch_watcher_open(watch, NULL, &watcher, NULL));
    assert_string_equal(matches(watch, watcher, "word4", "word3"), "q4 q13 q14");
    assert_status(libsearch_watch_add_snapshot(watch, snapshot, "none", 0, NULL, NULL, NULL, NULL),
                  LIBSEARCH_NOT_FOUND);
    assert_status(libsearch_watch_add_snapshot(watch, snapshot, "number", 0, NULL, NULL, NULL, NULL),
                  LIBSEARCH_INVALID);
    assert_status(libsearch_watch_add_snapshot(watch, snapshot, "query", 1u << 20, NULL, NULL, NULL, NULL),
                  LIBSEARCH_INVALID);
    libsearch_watcher_close(watcher);
    libsearch_watch_free(watch);
    libsearch_document_free(document);
    libsearch_snapshot_free(snapshot);
    libsearch_writer_close(writer);
    libsearch_close(index);
    sprintf(command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_tells_its_queries_as_the_set_changes),
        cmocka_unit_test(words_come_with_their_places),
        cmocka_unit_test(a_query_about_a_field_to_come_is_read_again_when_it_comes),
        cmocka_unit_test(what_a_search_refuses_is_not_saved),
        cmocka_unit_test(a_watcher_keeps_to_its_limits),
        cmocka_unit_test(a_saved_set_comes_back_and_a_damaged_one_is_refused),
        cmocka_unit_test(every_failed_allocation_is_no_memory_and_leaks_nothing),
        cmocka_unit_test(the_set_changes_while_streams_run),
        cmocka_unit_test(a_set_like_an_index_has_its_fields),
        cmocka_unit_test(an_index_keeps_queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
