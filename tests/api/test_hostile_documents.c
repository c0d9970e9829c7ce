/* SPDX-License-Identifier: MIT */
/* Documents that nobody wrote: each is taken, or refused with the reason, and the ones around it are indexed.
 *
 * Under sanitizers the largest ones have a fiftieth of their size, but for the long form. */
#include "api/api_support.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/random.h"

struct run {
    libsearch_index *index;
    libsearch_writer *writer;
    libsearch_document *document;
    unsigned taken, refused;
};

#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
enum { SMALLER = 1 };
#else
enum { SMALLER = 50 };
#endif

static size_t large(size_t bytes) { return getenv("LIBSEARCH_LONG") != NULL ? bytes : bytes / SMALLER; }

static void begin(struct run *run, const char *path)
{
    assert_ok(libsearch_open(path, LIBSEARCH_CREATE, NULL, &run->index, NULL));
    assert_ok(libsearch_writer_open(run->index, NULL, &run->writer, NULL));
    run->document = libsearch_document_new(run->index);
}

/* Puts the run's document under an id, with a sound one before and behind it. OK, or what refused it, with a reason. */
static libsearch_status try(struct run *run, const char *name, libsearch_bytes id)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    char neighbour[64];
    snprintf(neighbour, sizeof neighbour, "before %.40s", name);
    put(run->index, run->writer, neighbour, "a neighbour", "sound words");
    const libsearch_status status = libsearch_writer_put(run->writer, id, run->document, &error);
    if (status == LIBSEARCH_OK) {
        run->taken++;
    } else {
        run->refused++;
        assert_true(status == LIBSEARCH_INVALID || status == LIBSEARCH_LIMIT);
        assert_true(error.message[0] != '\0' && strchr(error.message, '\n') == NULL);
    }
    snprintf(neighbour, sizeof neighbour, "behind %.40s", name);
    put(run->index, run->writer, neighbour, "a neighbour", "sound words");
    libsearch_document_clear(run->document);
    return status;
}

/* A document of one text. */
static libsearch_status try_text(struct run *run, const char *name, libsearch_bytes text)
{
    assert_ok(libsearch_document_set_text(run->document, "text", text));
    return try(run, name, text_of(name));
}

static size_t found(libsearch_index *index, const char *query)
{
    libsearch_results *results = NULL;
    int exact;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_query *parsed = NULL;
    options.total = LIBSEARCH_TOTAL_EXACT;
    assert_ok(libsearch_query_parse(index, text_of(query), 0, &parsed, NULL));
    assert_ok(libsearch_search_query(index, parsed, &options, &results, NULL));
    const size_t count = (size_t)libsearch_results_total(results, &exact);
    libsearch_results_free(results);
    libsearch_query_free(parsed);
    return count;
}

/* All neighbours are there, and the index is sound. */
static void end(struct run *run, const char *path)
{
    const size_t neighbours = 2 * (size_t)(run->taken + run->refused);
    assert_ok(libsearch_writer_commit(run->writer, NULL));
    assert_int_equal(found(run->index, "title:neighbour"), neighbours);
    printf("%u taken, %u refused, %zu others indexed\n", run->taken, run->refused, neighbours);
    libsearch_document_free(run->document);
    libsearch_writer_close(run->writer);
    libsearch_close(run->index);
    assert_ok(libsearch_check(path, NULL, NULL, NULL));
}

static char *filled(size_t length, const char *piece)
{
    char *text = malloc(length + 1);
    const size_t size = strlen(piece);
    assert_non_null(text);
    for (size_t i = 0; i < length; i++)
        text[i] = piece[i % size];
    text[length] = '\0';
    return text;
}

#define TEXT(literal)                                                                                                  \
    {                                                                                                                  \
        literal, sizeof(literal) - 1                                                                                   \
    }

static void texts_of_any_bytes_are_taken(void **state)
{
    static const struct {
        const char *name;
        libsearch_bytes text;
    } texts[] = {
        { "nothing", TEXT("") },
        { "one NUL", TEXT("\0") },
        { "NULs among words", TEXT("mark\0er\0\0word") },
        { "bytes that begin no character", TEXT("\x80\xBF\xFE\xFF marker") },
        { "characters cut short", TEXT("marker \xE4\xB8 \xF0\x9F\x98 \xC3") },
        { "overlong forms", TEXT("\xC0\x80\xE0\x80\x80\xF0\x80\x80\x80 marker") },
        { "halves of pairs", TEXT("\xED\xA0\x80\xED\xBF\xBF marker") },
        { "beyond Unicode", TEXT("\xF4\x90\x80\x80\xF8\x88\x80\x80\x80 marker") },
        { "marks without a letter", TEXT("\xCC\x81\xCC\x82\xE2\x80\x8D marker") },
        { "control characters", TEXT("\x01\x02\x1B[31m\x7F marker") },
        { "nothing but white space", TEXT(" \t\r\n\v\f\xC2\xA0\xE3\x80\x80") },
    };
    struct run run = { 0 };
    begin(&run, *state);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_ok(try_text(&run, texts[i].name, texts[i].text));
    struct test_random random = { 7 };
    for (unsigned i = 0; i < 200; i++) {
        char bytes[300], name[32];
        const size_t length = random_below(&random, sizeof bytes);
        for (size_t b = 0; b < length; b++)
            bytes[b] = (char)random_u64(&random);
        snprintf(name, sizeof name, "random bytes %u", i);
        assert_ok(try_text(&run, name, (libsearch_bytes){ bytes, length }));
    }
    assert_ok(libsearch_writer_commit(run.writer, NULL));
    assert_true(found(run.index, "marker") >= 7);
    end(&run, *state);
}

static void a_document_without_any_field_is_taken(void **state)
{
    struct run run = { 0 };
    libsearch_document *got = NULL;
    begin(&run, *state);
    assert_ok(try(&run, "empty", text_of("empty")));
    end(&run, *state);
    assert_ok(libsearch_open(*state, 0, NULL, &run.index, NULL));
    assert_ok(libsearch_get(run.index, text_of("empty"), &got, NULL));
    assert_int_equal(libsearch_document_count(got), 0);
    libsearch_document_free(got);
    libsearch_close(run.index);
}

static void a_document_of_200_megabytes_is_taken(void **state)
{
    struct run run = { 0 };
    const size_t length = large((size_t)200 << 20);
    char *text = filled(length, "many words of one large document, one after the other. ");
    memcpy(text + length / 2, " needle ", 8);
    begin(&run, *state);
    assert_ok(try_text(&run, "large", (libsearch_bytes){ text, length }));
    assert_ok(libsearch_writer_commit(run.writer, NULL));
    assert_int_equal(found(run.index, "needle"), 1);
    libsearch_document *got = NULL;
    assert_ok(libsearch_get(run.index, text_of("large"), &got, NULL));
    assert_int_equal(libsearch_document_bytes(got, "text").length, length);
    libsearch_document_free(got);
    end(&run, *state);
    free(text);
}

static void one_word_of_ten_megabytes_is_taken_and_found_by_its_beginning(void **state)
{
    static const char *const pieces[] = {
        "x", "\xC3\xA9", "1", "\xE4\xB8\xAD", "a-", "a.", "\xF0\x9F\x98\x80", "\xFF"
    };
    struct run run = { 0 };
    begin(&run, *state);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        const size_t length = i == 0 ? 10 << 20 : large((size_t)10 << 20);
        char *text = filled(length, pieces[i]), name[16];
        snprintf(name, sizeof name, "word %zu", i);
        assert_ok(try_text(&run, name, (libsearch_bytes){ text, length }));
        free(text);
    }
    assert_ok(libsearch_writer_commit(run.writer, NULL));
    assert_int_equal(found(run.index, "xxxxxxxxxxxxxxxxxxxxxxx*"), 1);
    end(&run, *state);
}

static void a_million_fields_are_refused_and_a_million_values_taken(void **state)
{
    struct run run = { 0 };
    const unsigned count = (unsigned)large(1000000 * 5) / 5;
    begin(&run, *state);
    for (unsigned i = 0; i < count; i++) {
        char name[24];
        snprintf(name, sizeof name, "field_%u", i);
        assert_ok(libsearch_document_set_keyword(run.document, name, text_of("value")));
    }
    assert_status(try(&run, "many fields", text_of("many fields")), LIBSEARCH_LIMIT);
    for (unsigned i = 0; i < count; i++)
        assert_ok(libsearch_document_set_integer(run.document, "number", (int64_t)i * 3));
    assert_ok(try(&run, "many values", text_of("many values")));
    assert_ok(libsearch_writer_commit(run.writer, NULL));
    assert_int_equal(found(run.index, "number:3"), 1);
    end(&run, *state);
}

static void ids_of_any_bytes_are_taken_up_to_their_limit(void **state)
{
    struct run run = { 0 };
    char *id = filled(LIBSEARCH_MAX_ID + 1, "\xFF\0id\n");
    begin(&run, *state);
    assert_ok(try(&run, "longest", (libsearch_bytes){ id, LIBSEARCH_MAX_ID }));
    assert_status(try(&run, "longer", (libsearch_bytes){ id, LIBSEARCH_MAX_ID + 1 }), LIBSEARCH_LIMIT);
    assert_status(try(&run, "none", (libsearch_bytes){ id, 0 }), LIBSEARCH_INVALID);
    assert_ok(try(&run, "a NUL", (libsearch_bytes){ "\0", 1 }));
    assert_ok(libsearch_writer_commit(run.writer, NULL));
    libsearch_document *got = NULL;
    assert_ok(libsearch_get(run.index, (libsearch_bytes){ id, LIBSEARCH_MAX_ID }, &got, NULL));
    libsearch_document_free(got);
    assert_status(libsearch_get(run.index, (libsearch_bytes){ id, LIBSEARCH_MAX_ID - 1 }, &got, NULL),
                  LIBSEARCH_NOT_FOUND);
    end(&run, *state);
    free(id);
}

#define OWN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OWN_FOLDER(texts_of_any_bytes_are_taken),
        OWN_FOLDER(a_document_without_any_field_is_taken),
        OWN_FOLDER(a_document_of_200_megabytes_is_taken),
        OWN_FOLDER(one_word_of_ten_megabytes_is_taken_and_found_by_its_beginning),
        OWN_FOLDER(a_million_fields_are_refused_and_a_million_values_taken),
        OWN_FOLDER(ids_of_any_bytes_are_taken_up_to_their_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
