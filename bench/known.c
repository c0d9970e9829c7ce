/* SPDX-License-Identifier: MIT */
/* What the program's own knowledge in the ranking costs: the ten best with numbers of columns, with a function of the
 * program's and with a second stage, pruned and by scoring every match. On the public header alone.
 *
 *     known INDEX QUERIES.tsv       INDEX has a date `date` and an integer `views`; a query: qid<TAB>words
 *
 * Of five passes over the queries each query's least time counts; the median and mean over the queries are printed, and
 * of functions how many documents they are asked about for a query. The answers of every pruned way are compared with
 * those of scoring every match. */
#include <libsearch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 4096, PASSES = 5, BEST = 10 };

static uint64_t asked;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* Up to twice the score, by views. */
static float much_read(void *context, libsearch_bytes id, float score, const double *values)
{
    (void)context, (void)id;
    asked++;
    return values[0] > 0 ? score * (float)(1 + values[0] / (values[0] + 100)) : score;
}

static libsearch_status by_length(void *context, libsearch_results *results, size_t i, float *score,
                                  libsearch_error *error)
{
    const libsearch_document *document = NULL;
    (void)context;
    const libsearch_status status = libsearch_results_document(results, i, &document, error);
    if (status == LIBSEARCH_OK)
        *score *= 1 + 1 / (float)(1 + libsearch_document_bytes(document, "text").length);
    return status;
}

static int compare(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

static libsearch_results *search(libsearch_snapshot *snapshot, const libsearch_query *query,
                                 const libsearch_ranking *ranking, unsigned flags)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    options.count = BEST;
    options.total = LIBSEARCH_TOTAL_NONE;
    options.ranking = ranking;
    options.flags = flags;
    if (libsearch_snapshot_search(snapshot, query, &options, &results, &error) != LIBSEARCH_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    return results;
}

static void check_same(const libsearch_results *one, const libsearch_results *other)
{
    int same = libsearch_results_count(one) == libsearch_results_count(other);
    for (size_t i = 0; same && i < libsearch_results_count(one); i++)
        same = libsearch_results_id(one, i).data == libsearch_results_id(other, i).data &&
               libsearch_results_score(one, i) >= libsearch_results_score(other, i) &&
               libsearch_results_score(one, i) <= libsearch_results_score(other, i);
    if (!same) {
        fputs("another answer than that of scoring every match\n", stderr);
        exit(1);
    }
}

static void measure(libsearch_snapshot *snapshot, libsearch_query **queries, size_t count, const char *name,
                    const libsearch_ranking *ranking, unsigned flags)
{
    static double least[MOST];
    double sum = 0;
    for (unsigned pass = 0; pass < PASSES; pass++) {
        asked = 0;
        for (size_t q = 0; q < count; q++) {
            const double begun = now();
            libsearch_results *results = search(snapshot, queries[q], ranking, flags);
            const double took = now() - begun;
            least[q] = pass == 0 || took < least[q] ? took : least[q];
            libsearch_results_free(results);
        }
    }
    const uint64_t asked_once = asked;
    for (size_t q = 0; q < count && flags == 0; q++) {
        libsearch_results *one = search(snapshot, queries[q], ranking, 0),
                          *other = search(snapshot, queries[q], ranking, LIBSEARCH_SEARCH_EXHAUSTIVE);
        check_same(one, other);
        libsearch_results_free(one);
        libsearch_results_free(other);
    }
    qsort(least, count, sizeof *least, compare);
    for (size_t q = 0; q < count; q++)
        sum += least[q];
    printf("| %s | %.1f | %.1f | %.0f |\n", name, least[count / 2], sum / (double)count,
           (double)asked_once / (double)count);
    fflush(stdout);
}

static size_t read_queries(const char *name, libsearch_query **queries)
{
    FILE *file = fopen(name, "r");
    char line[4096];
    size_t count = 0;
    while (file != NULL && count < MOST && fgets(line, sizeof line, file) != NULL) {
        const char *tab = strchr(line, '\t');
        const libsearch_bytes text = { tab + 1, tab == NULL ? 0 : strcspn(tab + 1, "\n") };
        if (tab != NULL && (queries[count] = libsearch_query_text(NULL, text)) != NULL)
            count++;
    }
    if (file != NULL)
        fclose(file);
    return count;
}

int main(int argc, char **argv)
{
    static libsearch_query *queries[MOST];
    static const char *const fields[] = { "views" };
    libsearch_index *index = NULL;
    libsearch_snapshot *snapshot = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (argc != 3 || libsearch_open(argv[1], LIBSEARCH_READ_ONLY, NULL, &index, &error) != LIBSEARCH_OK ||
        libsearch_snapshot_open(index, &snapshot, &error) != LIBSEARCH_OK) {
        fprintf(stderr, "known INDEX QUERIES.tsv: %s\n", error.message);
        return 2;
    }
    const size_t count = read_queries(argv[2], queries);
    libsearch_signal recency = LIBSEARCH_SIGNAL_INIT, views = LIBSEARCH_SIGNAL_INIT;
    libsearch_scorer scorer = LIBSEARCH_SCORER_INIT;
    libsearch_rescorer rescorer = LIBSEARCH_RESCORER_INIT;
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    recency.field = "date";
    recency.origin = 1735689600e3; /* 2025-01-01 */
    recency.scale = 365 * 864e5;
    views.field = "views";
    views.kind = LIBSEARCH_SIGNAL_SATURATION;
    views.scale = 100;
    scorer.score = much_read;
    scorer.fields = fields;
    scorer.field_count = 1;
    scorer.factor = 2;
    rescorer.rescore = by_length;
    rescorer.count = 100;
    printf("| %zu queries | median, us | mean, us | asked |\n|---|---:|---:|---:|\n", count);
    measure(snapshot, queries, count, "by the words alone", NULL, 0);
    measure(snapshot, queries, count, "the same, every match scored", NULL, LIBSEARCH_SEARCH_EXHAUSTIVE);
    ranking.signals = &recency;
    ranking.signal_count = 1;
    measure(snapshot, queries, count, "recency, half-life a year", &ranking, 0);
    measure(snapshot, queries, count, "the same, every match scored", &ranking, LIBSEARCH_SEARCH_EXHAUSTIVE);
    ranking.signals = &views;
    measure(snapshot, queries, count, "views / (views + 100)", &ranking, 0);
    measure(snapshot, queries, count, "the same, every match scored", &ranking, LIBSEARCH_SEARCH_EXHAUSTIVE);
    ranking.signal_count = 0;
    ranking.scorer = &scorer;
    scorer.bounded = 1;
    measure(snapshot, queries, count, "a function with a bound: twice the score", &ranking, 0);
    scorer.bounded = 0;
    measure(snapshot, queries, count, "the same function without", &ranking, 0);
    ranking.scorer = NULL;
    ranking.rescorer = &rescorer;
    measure(snapshot, queries, count, "a second stage over 100, which reads them", &ranking, 0);
    for (size_t q = 0; q < count; q++)
        libsearch_query_free(queries[q]);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    return 0;
}
