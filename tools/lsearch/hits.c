/* SPDX-License-Identifier: MIT */
#include "hits.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "print.h"

enum { SNIPPET_BYTES = 240 };

static libsearch_markup markup_of(const struct options *options)
{
    return options->html ? LIBSEARCH_HTML : options->colour && !options->json ? LIBSEARCH_TERMINAL : LIBSEARCH_PLAIN;
}

/* The field that passages are of: asked for, else text, else (NULL) the longest there is. */
static libsearch_bytes snippet_of(const struct options *options, libsearch_results *results, size_t i)
{
    libsearch_bytes snippet = bytes_of("", 0);
    const size_t bytes = options->snippet_bytes > 0 ? options->snippet_bytes : SNIPPET_BYTES;
    const char *field = options->snippet_field != NULL ? options->snippet_field : "text";
    if (libsearch_results_snippet(results, i, field, bytes, markup_of(options), &snippet, NULL) == LIBSEARCH_OK &&
        snippet.length > 0)
        return snippet;
    if (options->snippet_field != NULL ||
        libsearch_results_snippet(results, i, NULL, bytes, markup_of(options), &snippet, NULL) != LIBSEARCH_OK)
        return bytes_of("", 0);
    return snippet;
}

static size_t fragments_of(const struct options *options, libsearch_results *results, size_t i, libsearch_bytes *text,
                           const libsearch_fragment **fragments)
{
    libsearch_snippet_options wanted = LIBSEARCH_SNIPPET_OPTIONS_INIT;
    size_t count = 0;
    wanted.count = options->fragments;
    wanted.field = options->snippet_field != NULL ? options->snippet_field : "text";
    if (options->snippet_bytes > 0)
        wanted.max_bytes = options->snippet_bytes;
    if (libsearch_results_fragments(results, i, &wanted, text, fragments, &count, NULL) == LIBSEARCH_OK && count > 0)
        return count;
    wanted.field = NULL;
    if (options->snippet_field != NULL ||
        libsearch_results_fragments(results, i, &wanted, text, fragments, &count, NULL) != LIBSEARCH_OK)
        return 0;
    return count;
}

/* "fragments": [{"text": "...", "start": 10, "end": 90, "marks": [[12, 18]]}], bytes of the stored text. */
static void print_json_fragments(const struct options *options, libsearch_results *results, size_t i)
{
    libsearch_bytes text;
    const libsearch_fragment *fragments;
    const size_t count = fragments_of(options, results, i, &text, &fragments);
    fputs(", \"fragments\": [", stdout);
    for (size_t f = 0; f < count; f++) {
        char *written = NULL;
        if (libsearch_fragment_write(text, &fragments[f], markup_of(options), &written, NULL) != LIBSEARCH_OK)
            continue;
        fputs(f > 0 ? ", {\"text\": " : "{\"text\": ", stdout);
        print_json_string(stdout, written, strlen(written));
        printf(", \"start\": %zu, \"end\": %zu, \"marks\": [", fragments[f].range.start, fragments[f].range.end);
        for (size_t m = 0; m < fragments[f].mark_count; m++)
            printf("%s[%zu, %zu]", m > 0 ? ", " : "", fragments[f].marks[m].start, fragments[f].marks[m].end);
        fputs("]}", stdout);
        libsearch_text_free(written);
    }
    putchar(']');
}

static void print_passage(const struct options *options, libsearch_bytes passage)
{
    if (markup_of(options) == LIBSEARCH_TERMINAL)
        fwrite(passage.data, 1, passage.length, stdout); /* clean but for the marks */
    else
        print_line(stdout, passage);
}

static void print_passages(const struct options *options, libsearch_results *results, size_t i)
{
    libsearch_bytes text;
    const libsearch_fragment *fragments;
    if (options->fragments == 0) {
        fputs("\n\t", stdout);
        print_passage(options, snippet_of(options, results, i));
        return;
    }
    const size_t count = fragments_of(options, results, i, &text, &fragments);
    for (size_t f = 0; f < count; f++) {
        char *written = NULL;
        if (libsearch_fragment_write(text, &fragments[f], markup_of(options), &written, NULL) != LIBSEARCH_OK)
            continue;
        fputs("\n\t", stdout);
        print_passage(options, bytes_of(written, strlen(written)));
        libsearch_text_free(written);
    }
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
    if (options->fragments > 0)
        print_json_fragments(options, results, i);
    if (options->explain && !print_explanation(options, results, i, outcome))
        return false;
    if (options->collapse != NULL)
        printf(", \"folded\": %" PRIu64, libsearch_results_folded(results, i));
    if (page->groups != NULL)
        print_json_duplicates(page, place);
    putchar('}');
    return true;
}

/* "next": where the last hit stands, for --after; not there where there is no more, or none can be. */
static void print_json_next(const struct asking *asking, const struct page *page)
{
    libsearch_bytes cursor;
    if (page->groups != NULL || page->count == 0 || page->count < asking->search.count ||
        libsearch_results_total(page->results, NULL) <= page->count ||
        libsearch_results_cursor(page->results, page->count - 1, &cursor, NULL) != LIBSEARCH_OK)
        return;
    fputs(", \"next\": \"", stdout);
    asking_print_cursor(stdout, cursor);
    putchar('"');
}

/* "warnings": [{"position": 7, "text": "..."}], bytes of the query. */
static void print_json_warnings(const libsearch_results *results)
{
    fputs(", \"warnings\": [", stdout);
    for (size_t i = 0; i < libsearch_results_warning_count(results); i++) {
        size_t position = 0;
        const char *warning = libsearch_results_warning(results, i, &position);
        printf("%s{\"position\": %zu, \"text\": ", i > 0 ? ", " : "", position);
        print_json_string(stdout, warning, strlen(warning));
        putchar('}');
    }
    putchar(']');
}

/* The query as it was understood. */
static void print_query(const struct options *options, const libsearch_query *query)
{
    char *text = NULL;
    if (libsearch_query_print(query, &text, NULL) != LIBSEARCH_OK)
        return;
    if (options->json) {
        fputs(", \"query\": ", stdout);
        print_json_string(stdout, text, strlen(text));
    } else {
        fputs("query\t", stdout);
        print_line(stdout, bytes_of(text, strlen(text)));
        putchar('\n');
    }
    libsearch_text_free(text);
}

static enum outcome print_json(const struct asking *asking, const libsearch_query *query, const struct page *page)
{
    const struct options *options = asking->options;
    const libsearch_results *results = page->results;
    enum outcome outcome = OUTCOME_DONE;
    int exact = 0;
    const uint64_t total = libsearch_results_total(results, &exact);
    printf("{\"total\": {\"value\": %" PRIu64 ", \"exact\": %s}, \"hits\": [", total, exact ? "true" : "false");
    for (size_t place = 0; place < page->count; place++)
        if (!print_json_hit(options, page, place, &outcome))
            return outcome;
    fputs("], \"facets\": {", stdout);
    facets_print_json(options, results);
    putchar('}');
    print_json_warnings(results);
    print_json_next(asking, page);
    if (options->explain)
        print_query(options, query);
    puts("}");
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

static void say_warnings(const libsearch_results *results)
{
    for (size_t i = 0; i < libsearch_results_warning_count(results); i++) {
        size_t position = 0;
        const char *warning = libsearch_results_warning(results, i, &position);
        complain("note: byte %zu of the query: %s", position, warning);
    }
}

static enum outcome print_plain(const struct asking *asking, const libsearch_query *query, const struct page *page)
{
    const struct options *options = asking->options;
    libsearch_results *results = page->results;
    enum outcome outcome = OUTCOME_DONE;
    size_t folded = 0;
    int exact = 0;
    const uint64_t total = libsearch_results_total(results, &exact);
    say_warnings(results);
    if (options->explain)
        print_query(options, query);
    for (size_t place = 0; place < page->count; place++) {
        const libsearch_document *document = NULL;
        const size_t i = page_result(page, place);
        if (!document_of(results, i, options, &document, &outcome))
            return outcome;
        printf("%zu\t%.9g\t", options->offset + place + 1, (double)libsearch_results_score(results, i));
        print_line(stdout, libsearch_results_id(results, i));
        putchar('\t');
        print_bold(options, libsearch_document_bytes(document, "title"));
        print_passages(options, results, i);
        if (options->explain && !print_explanation(options, results, i, &outcome))
            return outcome;
        if (libsearch_results_folded(results, i) > 0)
            printf("\n\tand %" PRIu64 " more of this %s", libsearch_results_folded(results, i), options->collapse);
        folded += print_duplicates(page, place);
        putchar('\n');
    }
    facets_print(options, results);
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

enum outcome print_results(const struct asking *asking, const libsearch_query *query, const struct page *page,
                           const libsearch_bytes *asked)
{
    const struct options *options = asking->options;
    const libsearch_results *results = page->results;
    const size_t count = asking->search.count;
    const enum outcome outcome = options->json ? print_json(asking, query, page) : print_plain(asking, query, page);
    const bool nothing = page->count == 0 && (count > 0 || libsearch_results_total(results, NULL) == 0);
    if (outcome == OUTCOME_DONE && nothing) {
        if (!options->json && asked != NULL)
            say_nothing_found(asking->index, *asked);
        else if (!options->json)
            complain("nothing found");
        return OUTCOME_NOTHING;
    }
    if (outcome == OUTCOME_DONE && count == 0 && !options->json)
        printf("0 of %" PRIu64 "\n", libsearch_results_total(results, NULL));
    return outcome;
}
