/* SPDX-License-Identifier: MIT */
/* A program that was compiled with the headers that are kept in include/, and runs with the library of today. Every
 * struct that carries its size is also given in every smaller size, as by a program from before it grew: in memory of
 * just that size, so that a sanitizer sees whoever reads or writes beyond. */
#include <libsearch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int wrong;

#define CHECK(condition)                                                                                               \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            printf("%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #condition, error.message);                         \
            wrong = 1;                                                                                                 \
        }                                                                                                              \
    } while (0)

static libsearch_error error = LIBSEARCH_ERROR_INIT;

/* The first `size` bytes of a struct, which says so. */
static void *cut(const void *whole, size_t size)
{
    char *some = malloc(size);
    memcpy(some, whole, size);
    memcpy(some, &size, sizeof size);
    return some;
}

/* Runs `body` with `name` being a pointer to each smaller form of the struct `of`. */
#define EACH_SIZE(type, name, of, body)                                                                                \
    for (size_t size_ = sizeof(size_t); size_ <= sizeof(type); size_ += 4) {                                           \
        type *name = (type *)cut(&(of), size_);                                                                        \
        body;                                                                                                          \
        free((void *)name);                                                                                            \
    }

static libsearch_bytes text(const char *string) { return (libsearch_bytes){ string, strlen(string) }; }

static libsearch_index *make(const char *path)
{
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_field fields[2] = { LIBSEARCH_FIELD_INIT, LIBSEARCH_FIELD_INIT };
    fields[0].name = "title";
    fields[1].name = "year";
    fields[1].type = LIBSEARCH_INTEGER;
    options.fields = fields;
    options.field_count = 2;
    options.analyzer = "english";
    CHECK(libsearch_open(path, LIBSEARCH_CREATE, &options, &index, &error) == LIBSEARCH_OK);
    CHECK(libsearch_writer_open(index, NULL, &writer, &error) == LIBSEARCH_OK);
    for (int i = 0; i < 20; i++) {
        char id[8], title[64];
        libsearch_document *document = libsearch_document_new(index);
        snprintf(id, sizeof id, "%d", i);
        snprintf(title, sizeof title, "loaf %d of %s bread", i, i % 2 == 0 ? "brown" : "white");
        CHECK(libsearch_document_set_text(document, "title", text(title)) == LIBSEARCH_OK);
        CHECK(libsearch_document_set_keyword(document, "colour", text(i % 2 == 0 ? "brown" : "white")) == LIBSEARCH_OK);
        CHECK(libsearch_document_set_integer(document, "year", 2000 + i) == LIBSEARCH_OK);
        CHECK(libsearch_writer_put(writer, text(id), document, &error) == LIBSEARCH_OK);
        libsearch_document_free(document);
    }
    CHECK(libsearch_writer_commit(writer, &error) == LIBSEARCH_OK);
    libsearch_writer_close(writer);
    return index;
}

static void older_options_open_and_write(libsearch_index *index, const char *path)
{
    const libsearch_open_options open_options = LIBSEARCH_OPEN_OPTIONS_INIT;
    const libsearch_writer_options writer_options = LIBSEARCH_WRITER_OPTIONS_INIT;
    EACH_SIZE(const libsearch_open_options, options, open_options, {
        libsearch_index *again = NULL;
        CHECK(libsearch_open(path, 0, options, &again, &error) == LIBSEARCH_OK);
        libsearch_close(again);
        CHECK(libsearch_check_with(path, options, NULL, NULL, &error) == LIBSEARCH_OK);
    })
    EACH_SIZE(const libsearch_writer_options, options, writer_options, {
        libsearch_writer *writer = NULL;
        CHECK(libsearch_writer_open(index, options, &writer, &error) == LIBSEARCH_OK);
        libsearch_writer_close(writer);
    })
    const libsearch_extensions none = LIBSEARCH_EXTENSIONS_INIT;
    EACH_SIZE(const libsearch_extensions, extensions, none, {
        libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
        libsearch_index *again = NULL;
        options.extensions = extensions;
        CHECK(libsearch_open(path, 0, &options, &again, &error) == LIBSEARCH_OK);
        libsearch_close(again);
    })
}

static void older_structs_are_filled_as_far_as_they_go(libsearch_index *index)
{
    const libsearch_info whole_info = LIBSEARCH_INFO_INIT;
    const libsearch_field whole_field = LIBSEARCH_FIELD_INIT;
    libsearch_snapshot *snapshot = NULL;
    CHECK(libsearch_snapshot_open(index, &snapshot, &error) == LIBSEARCH_OK);
    EACH_SIZE(libsearch_info, info, whole_info, {
        CHECK(libsearch_snapshot_info(snapshot, info, &error) == LIBSEARCH_OK);
        CHECK(info->size == size_);
        if (size_ == sizeof(libsearch_info))
            CHECK(info->documents == 20);
    })
    EACH_SIZE(libsearch_field, field, whole_field, {
        CHECK(libsearch_field_at(index, 1, field, &error) == LIBSEARCH_OK);
        CHECK(field->size == size_);
        if (size_ == sizeof(libsearch_field))
            CHECK(field->type == LIBSEARCH_INTEGER && strcmp(field->name, "year") == 0);
    })
    libsearch_snapshot_free(snapshot);
}

static void older_options_search(libsearch_index *index)
{
    const libsearch_search_options whole = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_query *query = libsearch_query_text("title", text("brown bread"));
    EACH_SIZE(const libsearch_search_options, options, whole, {
        libsearch_results *results = NULL;
        CHECK(libsearch_search_query(index, query, options, &results, &error) == LIBSEARCH_OK);
        CHECK(libsearch_results_count(results) == 10);
        CHECK(libsearch_results_score(results, 0) > 0);
        libsearch_results_free(results);
    })
    libsearch_facet whole_facet = LIBSEARCH_FACET_INIT;
    whole_facet.field = "colour";
    for (size_t size = offsetof(libsearch_facet, field) + sizeof(char *); size <= sizeof(libsearch_facet); size += 8) {
        libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
        libsearch_results *results = NULL;
        options.facets = cut(&whole_facet, size);
        options.facet_count = 1;
        CHECK(libsearch_search_query(index, query, &options, &results, &error) == LIBSEARCH_OK);
        CHECK(libsearch_results_facet(results, 0)->distinct == 2);
        libsearch_results_free(results);
        free((void *)options.facets);
    }
    libsearch_query_free(query);
}

static void the_rest_of_the_header_does_what_it_did(libsearch_index *index)
{
    libsearch_results *results = NULL;
    libsearch_query *query = NULL;
    libsearch_bytes snippet;
    char *printed = NULL;
    CHECK(libsearch_search(index, text("white loaves"), 5, &results, &error) == LIBSEARCH_OK);
    CHECK(libsearch_results_count(results) == 5);
    CHECK(libsearch_results_snippet(results, 0, NULL, 60, LIBSEARCH_HTML, &snippet, &error) == LIBSEARCH_OK);
    CHECK(snippet.length > 0);
    libsearch_results_free(results);
    CHECK(libsearch_query_parse(index, text("+white year:2003..2009"), 0, &query, &error) == LIBSEARCH_OK);
    CHECK(libsearch_query_print(query, &printed, &error) == LIBSEARCH_OK);
    libsearch_text_free(printed);
    libsearch_query_free(query);
    CHECK(libsearch_open("", 0, NULL, &index, &error) == LIBSEARCH_INVALID);
    CHECK(error.status == LIBSEARCH_INVALID && error.message[0] != 0);
    CHECK(strcmp(libsearch_status_text(LIBSEARCH_STALE), "stale") == 0);
    CHECK(libsearch_version()[0] != 0);
}

int main(int count, char **words)
{
    if (count != 2)
        return 2;
    libsearch_index *index = make(words[1]);
    older_options_open_and_write(index, words[1]);
    older_structs_are_filled_as_far_as_they_go(index);
    older_options_search(index);
    the_rest_of_the_header_does_what_it_did(index);
    libsearch_close(index);
    return wrong;
}
