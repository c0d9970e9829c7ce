/* SPDX-License-Identifier: MIT */
#include "api/everything.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOCUMENTS = 230, MOST_RESULTS = 8, MEMORY = 32 << 20 };

static const char *const WORDS[] = { "harbour", "winter",   "officials", "cooperation", "médecins", "data",
                                     "teams",   "exchange", "health",    "harbours",    "ministry", "salt",
                                     "China’s", "COVID-19", "U.S.",      "boats",       "night",    "卫生" };

static libsearch_bytes bytes_of(const char *text) { return (libsearch_bytes){ text, strlen(text) }; }

static void write_text(char *text, size_t size, unsigned number, unsigned words)
{
    unsigned random = number * 7919 + 13;
    size_t length = 0;
    for (unsigned i = 0; i < words; i++) {
        random = random * 1103515245 + 12345;
        const unsigned word = (random >> 16) % (sizeof WORDS / sizeof *WORDS);
        length += (size_t)snprintf(text + length, size - length, "%s%s", i == 0 ? "" : " ", WORDS[word * word % 18]);
    }
    snprintf(text + length, size - length, " w%u.", number % 40);
}

static libsearch_status fill(libsearch_document *document, unsigned number)
{
    char text[800], blob[40];
    libsearch_document_clear(document);
    write_text(text, sizeof text, number + 1000, 3);
    libsearch_status status = libsearch_document_set_text(document, "title", bytes_of(text));
    write_text(text, sizeof text, number, 12 + number % 9);
    if (status == LIBSEARCH_OK)
        status = libsearch_document_set_text(document, "text", bytes_of(text));
    write_text(text, sizeof text, number + 2000, 4);
    if (status == LIBSEARCH_OK && number % 3 == 0)
        status = libsearch_document_set_text(document, "bare", bytes_of(text));
    if (status == LIBSEARCH_OK && number % 3 == 1)
        status = libsearch_document_set_text(document, "own", bytes_of(text));
    if (status == LIBSEARCH_OK && number % 3 == 2)
        status = libsearch_document_set_text(document, "hidden", bytes_of(text));
    for (unsigned i = 0; i <= number % 3 && status == LIBSEARCH_OK; i++)
        status = libsearch_document_set_keyword(document, "tag", bytes_of(WORDS[(number + i) % 6]));
    if (status == LIBSEARCH_OK)
        status = libsearch_document_set_integer(document, "year", 1990 + number % 30);
    if (status == LIBSEARCH_OK && number % 4 != 0)
        status = libsearch_document_set_integer(document, "many", (int64_t)number * 1000003);
    if (status == LIBSEARCH_OK && number % 4 == 1)
        status = libsearch_document_set_integer(document, "many", -(int64_t)number);
    if (status == LIBSEARCH_OK)
        status = libsearch_document_set_float(document, "price", number / 7.0);
    if (status == LIBSEARCH_OK && number % 5 != 0)
        status = libsearch_document_set_date(document, "when", 1700000000000 + (int64_t)number * 86400000);
    snprintf(blob, sizeof blob, "blob %u", number);
    if (status == LIBSEARCH_OK && number % 6 == 0)
        status = libsearch_document_set_stored(document, "blob", bytes_of(blob));
    return status;
}

static libsearch_status put_some(libsearch_writer *writer, libsearch_document *document, unsigned from, unsigned to,
                                 unsigned variant, libsearch_error *error)
{
    libsearch_status status = LIBSEARCH_OK;
    for (unsigned i = from; i < to && status == LIBSEARCH_OK; i++) {
        char id[24];
        snprintf(id, sizeof id, "doc-%u", i);
        status = fill(document, i + 500 * variant);
        if (status == LIBSEARCH_OK)
            status = libsearch_writer_put(writer, bytes_of(id), document, error);
    }
    return status;
}

static libsearch_status add_fields(libsearch_writer *writer, libsearch_error *error)
{
    static const struct {
        const char *name;
        libsearch_type type;
        unsigned flags;
        const char *analyzer;
    } fields[] = { { "title", LIBSEARCH_TEXT, 0, NULL },
                   { "text", LIBSEARCH_TEXT, LIBSEARCH_FIELD_SIGNATURE, NULL },
                   { "bare", LIBSEARCH_TEXT, LIBSEARCH_FIELD_NO_POSITIONS, NULL },
                   { "own", LIBSEARCH_TEXT, LIBSEARCH_FIELD_OWN_LISTS, "standard" },
                   { "hidden", LIBSEARCH_TEXT, LIBSEARCH_FIELD_NOT_STORED, NULL },
                   { "many", LIBSEARCH_INTEGER, LIBSEARCH_FIELD_NOT_STORED, NULL } };
    libsearch_status status = LIBSEARCH_OK;
    for (size_t i = 0; i < sizeof fields / sizeof *fields && status == LIBSEARCH_OK; i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        field.name = fields[i].name;
        field.type = fields[i].type;
        field.flags = fields[i].flags;
        field.analyzer = fields[i].analyzer;
        status = libsearch_writer_add_field(writer, &field, error);
    }
    return status;
}

static libsearch_status write_all(libsearch_writer *writer, libsearch_document *document, libsearch_error *error)
{
    libsearch_status status = add_fields(writer, error);
    if (status == LIBSEARCH_OK)
        status = put_some(writer, document, 0, DOCUMENTS, 0, error);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_compact(writer, LIBSEARCH_REORDER | LIBSEARCH_BIWORDS, error);
    if (status == LIBSEARCH_OK)
        status = put_some(writer, document, 10, 15, 1, error); /* too few for a merge */
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_delete(writer, bytes_of("doc-20"), error);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_prepare(writer, LIBSEARCH_DURABLE, bytes_of("the program's own"), error);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_finish(writer, error);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_delete(writer, bytes_of("doc-13"), error);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_commit(writer, error);
    return status;
}

libsearch_status everything_make(const char *path, libsearch_error *error)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    options.analyzer = "english";
    libsearch_status status = libsearch_open(path, LIBSEARCH_CREATE, &options, &index, error);
    if (status != LIBSEARCH_OK)
        return status;
    libsearch_document *document = libsearch_document_new(index);
    status = document == NULL ? LIBSEARCH_NO_MEMORY : libsearch_writer_open(index, NULL, &writer, error);
    if (status == LIBSEARCH_OK)
        status = write_all(writer, document, error);
    libsearch_writer_close(writer);
    libsearch_document_free(document);
    libsearch_close(index);
    return status;
}

/* The answers. */

struct asking {
    uint64_t sum;
    libsearch_status failed;
};

static void malformed(const char *what)
{
    fprintf(stderr, "a malformed answer: %s\n", what);
    abort();
}

static void add(struct asking *asking, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    for (size_t i = 0; i < length; i++)
        asking->sum = (asking->sum ^ bytes[i]) * UINT64_C(0x100000001B3); /* FNV-1a, public domain */
}

static void add_bytes(struct asking *asking, libsearch_bytes bytes)
{
    add(asking, &bytes.length, sizeof bytes.length);
    add(asking, bytes.data, bytes.length);
}

/* Whether it was answered; what else may be said is that the index is damaged, or a limit. */
static int answered(struct asking *asking, libsearch_status status, const libsearch_error *error)
{
    add(asking, &status, sizeof status);
    switch (status) {
    case LIBSEARCH_OK: return 1;
    case LIBSEARCH_NOT_FOUND:
    case LIBSEARCH_STALE: return 0;
    case LIBSEARCH_CORRUPT:
    case LIBSEARCH_INVALID:     /* a field that the damaged schema has no more, or has otherwise */
    case LIBSEARCH_UNSUPPORTED: /* or without its column */
    case LIBSEARCH_LIMIT:
    case LIBSEARCH_VERSION:
    case LIBSEARCH_NO_MEMORY:
        if (error->message[0] == 0 && status != LIBSEARCH_NO_MEMORY)
            malformed("an error without a message");
        asking->failed = status;
        return 0;
    default: malformed(error->message); return 0;
    }
}

static void add_document(struct asking *asking, const libsearch_document *document)
{
    for (size_t i = 0; i < libsearch_document_count(document); i++) {
        const libsearch_value value = libsearch_document_value(document, i);
        add(asking, value.field, strlen(value.field));
        add(asking, &value.type, sizeof value.type);
        add_bytes(asking, value.bytes);
        add(asking, &value.integer, sizeof value.integer);
        add(asking, &value.number, sizeof value.number);
    }
}

static void take_results(struct asking *asking, libsearch_results *results, size_t most, int by_score, int whole)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const size_t count = libsearch_results_count(results);
    const uint64_t total = libsearch_results_total(results, NULL);
    float last = INFINITY;
    if (count > most)
        malformed("more results than were asked for");
    add(asking, &count, sizeof count);
    add(asking, &total, sizeof total);
    for (size_t i = 0; i < count; i++) {
        const float score = libsearch_results_score(results, i);
        if (by_score && !(score <= last))
            malformed("scores that rise");
        last = score;
        add(asking, &score, sizeof score);
        add_bytes(asking, libsearch_results_id(results, i));
    }
    if (whole && count > 0) {
        const libsearch_document *document;
        const libsearch_explanation *lines;
        libsearch_bytes bytes;
        size_t line_count;
        if (answered(asking, libsearch_results_document(results, 0, &document, &error), &error))
            add_document(asking, document);
        if (answered(asking, libsearch_results_snippet(results, count - 1, NULL, 80, LIBSEARCH_HTML, &bytes, &error),
                     &error))
            add_bytes(asking, bytes);
        if (answered(asking, libsearch_results_explain(results, 0, &lines, &line_count, &error), &error))
            add(asking, &line_count, sizeof line_count);
        if (answered(asking, libsearch_results_cursor(results, count - 1, &bytes, &error), &error))
            add_bytes(asking, bytes);
    }
    const libsearch_facet_counts *facet;
    for (size_t i = 0; (facet = libsearch_results_facet(results, i)) != NULL; i++) {
        add(asking, &facet->documents, sizeof facet->documents);
        add(asking, &facet->sum, sizeof facet->sum);
        for (size_t j = 0; j < facet->count; j++) {
            add(asking, &facet->list[j].count, sizeof facet->list[j].count);
            add_bytes(asking, facet->list[j].keyword);
        }
    }
    libsearch_results_free(results);
}

static void ask(struct asking *asking, libsearch_snapshot *snapshot, libsearch_index *index, const char *text,
                const libsearch_search_options *options, int whole)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_results *results;
    libsearch_query *query;
    if (!answered(asking, libsearch_query_parse(index, bytes_of(text), 0, &query, &error), &error))
        return;
    if (answered(asking, libsearch_snapshot_search(snapshot, query, options, &results, &error), &error))
        take_results(asking, results, options->count, options->sort_count == 0, whole);
    libsearch_query_free(query);
}

static void ask_columns(struct asking *asking, libsearch_snapshot *snapshot, libsearch_index *index)
{
    static const libsearch_sort sort[] = { { "tag", 0 }, { "price", LIBSEARCH_SORT_DESCENDING }, { "when", 0 } };
    libsearch_facet facets[3] = { LIBSEARCH_FACET_INIT, LIBSEARCH_FACET_INIT, LIBSEARCH_FACET_INIT };
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    facets[0].field = "tag";
    facets[1].field = "many";
    facets[2].field = "when";
    facets[2].interval = LIBSEARCH_EACH_MONTH;
    options.count = MOST_RESULTS;
    options.memory = MEMORY;
    options.total = LIBSEARCH_TOTAL_EXACT;
    options.sort = sort;
    options.sort_count = 3;
    options.facets = facets;
    options.facet_count = 3;
    ask(asking, snapshot, index, "year:1995..2010 OR tag:winter OR price:<3", &options, 0);
    options.sort_count = options.facet_count = 0;
    options.collapse = "tag";
    ask(asking, snapshot, index, "harbour*", &options, 0);
}

void everything_ask(libsearch_index *index, uint64_t *sum, libsearch_status *failed)
{
    static const char *const QUESTIONS[] = { "winter w7",
                                             "+officials +health -salt",
                                             "\"officials data\" OR \"winter teams\"",
                                             "\"winter exchange\"",
                                             "\"harbour winter ministry\"",
                                             "title:harbour bare:data own:winter hidden:teams",
                                             "h?rb* wintre~ 卫生",
                                             "@near(6 winter officials) text:/har.*r/ text:[data TO harbour]" };
    struct asking asking = { UINT64_C(0xCBF29CE484222325), LIBSEARCH_OK };
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_suggest_options suggest = LIBSEARCH_SUGGEST_OPTIONS_INIT;
    libsearch_snapshot *snapshot;
    libsearch_document *document;
    libsearch_suggestions *suggestions;
    options.count = MOST_RESULTS;
    options.memory = suggest.memory = MEMORY;
    if (answered(&asking, libsearch_snapshot_open(index, &snapshot, &error), &error)) {
        for (size_t i = 0; i < sizeof QUESTIONS / sizeof *QUESTIONS; i++)
            ask(&asking, snapshot, index, QUESTIONS[i], &options, i < 3);
        ask_columns(&asking, snapshot, index);
        if (answered(&asking,
                     libsearch_snapshot_complete(snapshot, bytes_of("winter ha"), &suggest, &suggestions, &error),
                     &error)) {
            for (size_t i = 0; i < libsearch_suggestions_count(suggestions); i++)
                add_bytes(&asking, libsearch_suggestions_text(suggestions, i));
            libsearch_suggestions_free(suggestions);
        }
        libsearch_duplicates *duplicates;
        if (answered(&asking, libsearch_duplicates_list(snapshot, NULL, &duplicates, &error), &error)) {
            for (size_t group = 0; group < libsearch_duplicates_count(duplicates); group++)
                for (size_t i = 0; i < libsearch_duplicates_size(duplicates, group); i++)
                    add_bytes(&asking, libsearch_duplicates_at(duplicates, group, i).id);
            libsearch_duplicates_free(duplicates);
        }
        libsearch_snapshot_free(snapshot);
    }
    for (unsigned i = 3; i < DOCUMENTS; i += 70) {
        char id[24];
        snprintf(id, sizeof id, "doc-%u", i);
        if (answered(&asking, libsearch_get(index, bytes_of(id), &document, &error), &error)) {
            add_document(&asking, document);
            libsearch_document_free(document);
        }
    }
    *sum = asking.sum;
    *failed = asking.failed;
}
