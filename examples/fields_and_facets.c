/* SPDX-License-Identifier: MIT */
/* Fields and facets: a schema, a filter that does not count for the ranking, an order by date, and how many of
 * the matches have each section and each year.
 *
 *     fields_and_facets INDEX
 */
#include <libsearch.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define DAY INT64_C(86400000) /* dates are milliseconds since 1970 */

static const struct {
    const char *id, *title, *section;
    int64_t days; /* since 1970 */
    double price;
} books[] = {
    { "b1", "Sailing round the islands", "travel", 16436, 19.5 },  /* 2015-01-01 */
    { "b2", "Islands of the north", "travel", 17897, 24.0 },       /* 2019-01-01 */
    { "b3", "Cooking on small islands", "kitchen", 17900, 15.0 },  /* 2019-01-04 */
    { "b4", "Birds of the islands", "nature", 18628, 32.0 },       /* 2021-01-01 */
    { "b5", "A garden in the mountains", "nature", 18630, 22.0 },  /* 2021-01-03 */
    { "b6", "Islands: a walker's guide", "travel", 18993, 12.25 }, /* 2022-01-01 */
};

static libsearch_bytes bytes_of(const char *string)
{
    const libsearch_bytes bytes = { string, strlen(string) };
    return bytes;
}

static libsearch_status open_shop(const char *path, libsearch_index **index, libsearch_error *error)
{
    libsearch_field fields[4] = { LIBSEARCH_FIELD_INIT, LIBSEARCH_FIELD_INIT, LIBSEARCH_FIELD_INIT,
                                  LIBSEARCH_FIELD_INIT };
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    fields[0].name = "title"; /* text, as every field is that says nothing else */
    fields[1].name = "section";
    fields[1].type = LIBSEARCH_KEYWORD;
    fields[2].name = "published";
    fields[2].type = LIBSEARCH_DATE;
    fields[3].name = "price";
    fields[3].type = LIBSEARCH_FLOAT;
    options.analyzer = "english";
    options.fields = fields;
    options.field_count = sizeof fields / sizeof fields[0];
    return libsearch_open(path, LIBSEARCH_CREATE, &options, index, error);
}

static libsearch_status put_books(libsearch_index *index, libsearch_error *error)
{
    libsearch_writer *writer = NULL;
    libsearch_document *document = libsearch_document_new(index);
    libsearch_status status = libsearch_writer_open(index, NULL, &writer, error);
    for (size_t i = 0; status == LIBSEARCH_OK && i < sizeof books / sizeof books[0]; i++) {
        libsearch_document_clear(document);
        libsearch_document_set_text(document, "title", bytes_of(books[i].title));
        libsearch_document_set_keyword(document, "section", bytes_of(books[i].section));
        libsearch_document_set_date(document, "published", books[i].days * DAY);
        libsearch_document_set_float(document, "price", books[i].price);
        status = libsearch_writer_put(writer, bytes_of(books[i].id), document, error);
    }
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_commit(writer, error);
    libsearch_writer_close(writer);
    libsearch_document_free(document);
    return status;
}

/* The words, among books below a price; the newest first. */
static libsearch_status ask(libsearch_index *index, const char *words, double below, libsearch_results **results,
                            libsearch_error *error)
{
    const libsearch_sort newest = { "published", LIBSEARCH_SORT_DESCENDING };
    libsearch_facet facets[2] = { LIBSEARCH_FACET_INIT, LIBSEARCH_FACET_INIT };
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    facets[0].field = "section";
    facets[1].field = "published";
    facets[1].interval = LIBSEARCH_EACH_YEAR;
    options.sort = &newest;
    options.sort_count = 1;
    options.facets = facets;
    options.facet_count = 2;

    libsearch_query *text = libsearch_query_text(NULL, bytes_of(words));
    libsearch_query *cheap = libsearch_query_float_range("price", 0, below);
    const libsearch_occur occurs[] = { LIBSEARCH_MUST, LIBSEARCH_FILTER };
    const libsearch_query *const parts[] = { text, cheap };
    libsearch_query *query = libsearch_query_boolean(occurs, parts, 2, 0);
    const libsearch_status status = libsearch_search_query(index, query, &options, results, error);
    libsearch_query_free(query);
    libsearch_query_free(cheap);
    libsearch_query_free(text);
    return status;
}

static void print_answer(libsearch_results *results)
{
    for (size_t i = 0; i < libsearch_results_count(results); i++) {
        const libsearch_document *document = NULL;
        if (libsearch_results_document(results, i, &document, NULL) != LIBSEARCH_OK)
            continue;
        const libsearch_bytes title = libsearch_document_bytes(document, "title");
        printf("%.*s\n", (int)title.length, title.data);
    }
    const libsearch_facet_counts *sections = libsearch_results_facet(results, 0),
                                 *years = libsearch_results_facet(results, 1);
    for (size_t i = 0; i < sections->count; i++)
        printf("section %.*s: %d\n", (int)sections->list[i].keyword.length, sections->list[i].keyword.data,
               (int)sections->list[i].count);
    for (size_t i = 0; i < years->count; i++) { /* a stretch of time is given by its first moment */
        const time_t first = (time_t)(years->list[i].integer / 1000);
        char year[32];
        strftime(year, sizeof year, "%Y", gmtime(&first));
        printf("year %s: %d\n", year, (int)years->list[i].count);
    }
}

int main(int argc, char **argv)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    libsearch_results *results = NULL;
    const int failed = open_shop(argc > 1 ? argv[1] : "books.index", &index, &error) != LIBSEARCH_OK ||
                       put_books(index, &error) != LIBSEARCH_OK ||
                       ask(index, "island", 30, &results, &error) != LIBSEARCH_OK;
    if (failed)
        fprintf(stderr, "fields_and_facets: %s\n", error.message);
    else
        print_answer(results);
    libsearch_results_free(results);
    libsearch_close(index);
    return failed;
}
