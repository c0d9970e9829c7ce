/* SPDX-License-Identifier: MIT */
/* lsearch search: one query, its best documents; lsearch similar: documents like others. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "date.h"
#include "page.h"
#include "print.h"
#include "ranking.h"

enum { SNIPPET_BYTES = 240 };

static libsearch_bytes snippet_of(const struct options *options, libsearch_results *results, size_t i)
{
    libsearch_bytes snippet = bytes_of("", 0);
    const libsearch_markup markup = options->html                       ? LIBSEARCH_HTML
                                    : options->colour && !options->json ? LIBSEARCH_TERMINAL
                                                                        : LIBSEARCH_PLAIN;
    if (libsearch_results_snippet(results, i, "text", SNIPPET_BYTES, markup, &snippet, NULL) == LIBSEARCH_OK &&
        snippet.length > 0)
        return snippet;
    /* No field named text: the longest there is, if any. */
    if (libsearch_results_snippet(results, i, NULL, SNIPPET_BYTES, markup, &snippet, NULL) != LIBSEARCH_OK)
        return bytes_of("", 0);
    return snippet;
}

static bool document_of(libsearch_results *results, size_t i, const struct options *options,
                        const libsearch_document **document, enum outcome *outcome)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (libsearch_results_document(results, i, document, &error) == LIBSEARCH_OK)
        return true;
    *outcome = complain_error(options->index, &error);
    return false;
}

/* The explanation of a hit: lines below it, or "explanation": [{"depth", "value", "text"}]. */
static bool print_explanation(const struct options *options, libsearch_results *results, size_t i,
                              enum outcome *outcome)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_explanation *lines = NULL;
    size_t count = 0;
    if (libsearch_results_explain(results, i, &lines, &count, &error) != LIBSEARCH_OK) {
        *outcome = complain_error(options->index, &error);
        return false;
    }
    fputs(options->json ? ", \"explanation\": [" : "", stdout);
    for (size_t l = 0; l < count; l++) {
        if (options->json) {
            printf("%s{\"depth\": %u, \"value\": %.9g, \"text\": ", l > 0 ? ", " : "", lines[l].depth,
                   (double)lines[l].value);
            print_json_string(stdout, lines[l].text, strlen(lines[l].text));
            putchar('}');
        } else {
            printf("\n\t%*s%.9g  ", (int)(2 * lines[l].depth), "", (double)lines[l].value);
            print_line(stdout, (libsearch_bytes){ lines[l].text, strlen(lines[l].text) });
        }
    }
    fputs(options->json ? "]" : "", stdout);
    return true;
}

/* "duplicates": [{"id": "b", "score": 1.5, "similarity": 0.9}], of what is folded under a hit. */
static void print_json_duplicates(const struct page *page, size_t place)
{
    fputs(", \"duplicates\": [", stdout);
    for (size_t d = 0; d < page_folded(page, place); d++) {
        const libsearch_duplicate one = page_duplicate(page, place, d);
        fputs(d > 0 ? ", {\"id\": " : "{\"id\": ", stdout);
        print_json_bytes(stdout, one.id);
        printf(", \"score\": %.9g, \"similarity\": %.6g}", (double)libsearch_results_score(page->results, one.result),
               one.similarity);
    }
    putchar(']');
}

static bool print_json_hit(const struct options *options, const struct page *page, size_t place, enum outcome *outcome)
{
    const libsearch_document *document = NULL;
    libsearch_results *results = page->results;
    const size_t i = page_result(page, place);
    if (!document_of(results, i, options, &document, outcome))
        return false;
    printf("%s{\"rank\": %zu, \"score\": %.9g, \"id\": ", place > 0 ? ", " : "", options->offset + place + 1,
           (double)libsearch_results_score(results, i));
    print_json_bytes(stdout, libsearch_results_id(results, i));
    fputs(", \"title\": ", stdout);
    print_json_bytes(stdout, libsearch_document_bytes(document, "title"));
    fputs(", \"snippet\": ", stdout);
    print_json_bytes(stdout, snippet_of(options, results, i));
    fputs(", \"fields\": {", stdout);
    print_json_fields(stdout, document, true, true);
    putchar('}');
    if (options->explain && !print_explanation(options, results, i, outcome))
        return false;
    if (options->collapse != NULL)
        printf(", \"folded\": %" PRIu64, libsearch_results_folded(results, i));
    if (page->groups != NULL)
        print_json_duplicates(page, place);
    putchar('}');
    return true;
}

/* A value of a facet as text: dates in ISO 8601, cut to the day where they begin one. */
static void print_value(FILE *file, const libsearch_facet_counts *facet, const libsearch_facet_value *value)
{
    char text[DATE_TEXT];
    if (facet->type == LIBSEARCH_INTEGER)
        fprintf(file, "%" PRId64, value->integer);
    else if (facet->type == LIBSEARCH_BOOLEAN)
        fputs(value->integer != 0 ? "true" : "false", file);
    else if (facet->type == LIBSEARCH_FLOAT)
        fprintf(file, "%.17g", value->number);
    else if (facet->type == LIBSEARCH_DATE)
        fputs(date_print(value->integer, text), file);
    else
        print_line(file, value->keyword);
}

/* "section": {"values": [{"value": "News", "count": 3}], "distinct": 1, "missing": 0} */
static void print_json_facet(const libsearch_facet_counts *facet, bool first)
{
    fputs(first ? "" : ", ", stdout);
    print_json_string(stdout, facet->field, strlen(facet->field));
    fputs(": {\"values\": [", stdout);
    for (size_t i = 0; i < facet->count; i++) {
        fputs(i > 0 ? ", {\"value\": " : "{\"value\": ", stdout);
        if (facet->type == LIBSEARCH_KEYWORD)
            print_json_bytes(stdout, facet->list[i].keyword);
        else {
            fputs(facet->type == LIBSEARCH_DATE ? "\"" : "", stdout);
            print_value(stdout, facet, &facet->list[i]);
            fputs(facet->type == LIBSEARCH_DATE ? "\"" : "", stdout);
        }
        printf(", \"count\": %" PRIu64 "}", facet->list[i].count);
    }
    printf("], \"distinct\": %" PRIu64 ", \"missing\": %" PRIu64 "}", facet->distinct, facet->missing);
}

static void print_facets(const struct options *options, const libsearch_results *results)
{
    for (size_t i = 0; i < options->facet_count; i++) {
        const libsearch_facet_counts *facet = libsearch_results_facet(results, i);
        printf("%s\n", facet->field);
        for (size_t v = 0; v < facet->count; v++) {
            printf("\t%" PRIu64 "\t", facet->list[v].count);
            print_value(stdout, facet, &facet->list[v]);
            putchar('\n');
        }
    }
}

static enum outcome print_json(const struct options *options, const struct page *page)
{
    const libsearch_results *results = page->results;
    enum outcome outcome = OUTCOME_DONE;
    int exact = 0;
    const uint64_t total = libsearch_results_total(results, &exact);
    printf("{\"total\": {\"value\": %" PRIu64 ", \"exact\": %s}, \"hits\": [", total, exact ? "true" : "false");
    for (size_t place = 0; place < page->count; place++)
        if (!print_json_hit(options, page, place, &outcome))
            return outcome;
    fputs("], \"facets\": {", stdout);
    for (size_t i = 0; i < options->facet_count; i++)
        print_json_facet(libsearch_results_facet(results, i), i == 0);
    fputs("}, \"warnings\": [", stdout);
    for (size_t i = 0; i < libsearch_results_warning_count(results); i++) {
        const char *warning = libsearch_results_warning(results, i, NULL);
        if (i > 0)
            fputs(", ", stdout);
        print_json_string(stdout, warning, strlen(warning));
    }
    puts("]}");
    return OUTCOME_DONE;
}

static void print_bold(const struct options *options, libsearch_bytes text)
{
    if (options->colour)
        fputs("\033[1m", stdout);
    print_line(stdout, text);
    if (options->colour)
        fputs("\033[0m", stdout);
}

/* and 2 more like it: b (0.912), c (0.860) */
static size_t print_duplicates(const struct page *page, size_t place)
{
    const size_t folded = page_folded(page, place);
    for (size_t d = 0; d < folded; d++) {
        const libsearch_duplicate one = page_duplicate(page, place, d);
        if (d == 0)
            printf("\n\tand %zu more like it: ", folded);
        else
            fputs(", ", stdout);
        print_line(stdout, one.id);
        printf(" (%.3f)", one.similarity);
    }
    return folded;
}

static enum outcome print_plain(const struct options *options, const struct page *page)
{
    libsearch_results *results = page->results;
    enum outcome outcome = OUTCOME_DONE;
    size_t folded = 0;
    int exact = 0;
    const uint64_t total = libsearch_results_total(results, &exact);
    for (size_t i = 0; i < libsearch_results_warning_count(results); i++)
        complain("note: %s", libsearch_results_warning(results, i, NULL));
    for (size_t place = 0; place < page->count; place++) {
        const libsearch_document *document = NULL;
        const size_t i = page_result(page, place);
        if (!document_of(results, i, options, &document, &outcome))
            return outcome;
        printf("%zu\t%.9g\t", options->offset + place + 1, (double)libsearch_results_score(results, i));
        print_line(stdout, libsearch_results_id(results, i));
        putchar('\t');
        print_bold(options, libsearch_document_bytes(document, "title"));
        fputs("\n\t", stdout);
        const libsearch_bytes snippet = snippet_of(options, results, i);
        if (options->colour && !options->html)
            fwrite(snippet.data, 1, snippet.length, stdout); /* clean but for the marks */
        else
            print_line(stdout, snippet);
        if (options->explain && !print_explanation(options, results, i, &outcome))
            return outcome;
        if (libsearch_results_folded(results, i) > 0)
            printf("\n\tand %" PRIu64 " more of this %s", libsearch_results_folded(results, i), options->collapse);
        folded += print_duplicates(page, place);
        putchar('\n');
    }
    print_facets(options, results);
    if (page->count > 0)
        printf("%zu of %s%" PRIu64, page->count, exact ? "" : "at least ", total);
    if (page->count > 0 && page->groups != NULL)
        printf(", %zu folded", folded);
    if (page->count > 0)
        putchar('\n');
    return OUTCOME_DONE;
}

/* And what may have been meant. */
static void say_nothing_found(libsearch_index *index, libsearch_bytes text)
{
    libsearch_suggestions *found = NULL;
    libsearch_suggest_options options = LIBSEARCH_SUGGEST_OPTIONS_INIT;
    options.count = 1;
    options.timeout = 1000;
    if (libsearch_correct(index, text, &options, &found, NULL) == LIBSEARCH_OK &&
        libsearch_suggestions_count(found) > 0) {
        const libsearch_bytes meant = libsearch_suggestions_text(found, 0);
        complain("nothing found; did you mean: %.*s", (int)meant.length, meant.data);
    } else {
        complain("nothing found");
    }
    libsearch_suggestions_free(found);
}

/* What search and similar ask for alike. */
static libsearch_search_options search_options(const struct options *options, struct ranking_room *room)
{
    libsearch_search_options search = LIBSEARCH_SEARCH_OPTIONS_INIT;
    if (options->count != SIZE_MAX)
        search.count = options->count;
    search.offset = options->offset;
    search.total = LIBSEARCH_TOTAL_EXACT;
    search.model = options->model;
    search.timeout = options->timeout;
    search.sort = options->sorts;
    search.sort_count = options->sort_count;
    search.facets = options->facets;
    search.facet_count = options->facet_count;
    search.collapse = options->collapse;
    search.ranking = ranking_of(options, room);
    return search;
}

/* Prints them; asked: what was, for what may have been meant, or NULL. */
static enum outcome print_results(const struct options *options, libsearch_index *index, const struct page *page,
                                  size_t count, const libsearch_bytes *asked)
{
    const libsearch_results *results = page->results;
    const enum outcome outcome = options->json ? print_json(options, page) : print_plain(options, page);
    const bool nothing = page->count == 0 && (count > 0 || libsearch_results_total(results, NULL) == 0);
    if (outcome == OUTCOME_DONE && nothing) {
        if (!options->json && asked != NULL)
            say_nothing_found(index, *asked);
        else if (!options->json)
            complain("nothing found");
        return OUTCOME_NOTHING;
    }
    if (outcome == OUTCOME_DONE && count == 0 && !options->json)
        printf("0 of %" PRIu64 "\n", libsearch_results_total(results, NULL));
    return outcome;
}

enum outcome command_search(const struct options *options)
{
    enum outcome outcome;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_query *query = NULL;
    libsearch_snapshot *snapshot = NULL;
    struct page page = { NULL, NULL, 0, 0 };
    struct ranking_room room;
    const libsearch_search_options search = search_options(options, &room);
    libsearch_index *index = open_index(options, LIBSEARCH_READ_ONLY, NULL, &outcome);
    if (index == NULL)
        return outcome;
    size_t length;
    char *text = join_words(options, &length);
    const libsearch_bytes asked = bytes_of(text, length);
    if (libsearch_query_parse(index, asked, 0, &query, &error) != LIBSEARCH_OK ||
        libsearch_snapshot_open(index, &snapshot, &error) != LIBSEARCH_OK ||
        page_search(snapshot, query, &search, options, &page, &error) != LIBSEARCH_OK)
        outcome = complain_error(options->index, &error);
    else
        outcome = print_results(options, index, &page, search.count, &asked);
    free(text);
    page_free(&page);
    libsearch_snapshot_free(snapshot);
    libsearch_query_free(query);
    libsearch_close(index);
    return outcome;
}

/* All of standard input. */
static char *read_input(size_t *length)
{
    size_t capacity = 1 << 16, got;
    char *text = allocate(capacity);
    *length = 0;
    while ((got = fread(text + *length, 1, capacity - *length, stdin)) > 0) {
        *length += got;
        if (*length == capacity)
            text = reallocate(text, capacity *= 2);
    }
    return text;
}

/* A query of the words of a text, or of the documents with these ids. */
static libsearch_status similar_query(const struct options *options, libsearch_snapshot *snapshot,
                                      const libsearch_bytes *ids, libsearch_query **query, libsearch_error *error)
{
    libsearch_feedback feedback = LIBSEARCH_FEEDBACK_INIT;
    if (options->text == NULL) {
        feedback.words = options->feedback_words > 0 ? options->feedback_words : 30;
        return libsearch_query_feedback(snapshot, NULL, ids, NULL, options->word_count, &feedback, query, error);
    }
    if (strcmp(options->text, "-") != 0)
        return libsearch_query_similar(snapshot, bytes_of(options->text, strlen(options->text)),
                                       options->feedback_words, query, error);
    size_t length;
    char *text = read_input(&length);
    const libsearch_status status =
        libsearch_query_similar(snapshot, bytes_of(text, length), options->feedback_words, query, error);
    free(text);
    return status;
}

enum outcome command_similar(const struct options *options)
{
    enum outcome outcome;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_snapshot *snapshot = NULL;
    libsearch_query *query = NULL;
    struct page page = { NULL, NULL, 0, 0 };
    struct ranking_room room;
    libsearch_search_options search = search_options(options, &room);
    if ((options->word_count == 0) == (options->text == NULL)) {
        complain("similar takes ids, or --text");
        return OUTCOME_USAGE;
    }
    libsearch_index *index = open_index(options, LIBSEARCH_READ_ONLY, NULL, &outcome);
    if (index == NULL)
        return outcome;
    libsearch_bytes *ids = allocate((options->word_count + 1) * sizeof *ids);
    for (size_t i = 0; i < options->word_count; i++)
        ids[i] = bytes_of(options->words[i], strlen(options->words[i]));
    room.ranking.without = ids;
    room.ranking.without_count = options->word_count;
    search.ranking = &room.ranking;
    if (libsearch_snapshot_open(index, &snapshot, &error) != LIBSEARCH_OK ||
        similar_query(options, snapshot, ids, &query, &error) != LIBSEARCH_OK ||
        page_search(snapshot, query, &search, options, &page, &error) != LIBSEARCH_OK)
        outcome = complain_error(options->index, &error);
    else
        outcome = print_results(options, index, &page, search.count, NULL);
    free(ids);
    page_free(&page);
    libsearch_query_free(query);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    return outcome;
}
