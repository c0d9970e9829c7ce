/* SPDX-License-Identifier: MIT */
/* The program's own knowledge in the ranking: newer and more read articles first, a function of the
 * program's with a bound, a second stage over the first answers, and articles like one. */
#include <libsearch.h>
#include <stdio.h>
#include <string.h>

#define DAY 86400000.0

static libsearch_bytes bytes_of(const char *string)
{
    const libsearch_bytes bytes = { string, strlen(string) };
    return bytes;
}

static const struct article {
    const char *id, *text;
    int day, views;
} articles[] = {
    { "talks-2020", "health officials met for talks, the talks went on", 0, 90 },
    { "talks-2024", "health officials agreed on more talks", 1600, 10 },
    { "market", "talks at the fish market about fish", 1400, 4000 },
    { "harbour", "the harbour in the rain", 1600, 7 },
};

static void put_all(libsearch_index *index, libsearch_writer *writer)
{
    libsearch_field date = LIBSEARCH_FIELD_INIT, views = LIBSEARCH_FIELD_INIT;
    libsearch_document *document = libsearch_document_new(index);
    date.name = "date";
    date.type = LIBSEARCH_DATE;
    views.name = "views";
    views.type = LIBSEARCH_INTEGER;
    libsearch_writer_add_field(writer, &date, NULL);
    libsearch_writer_add_field(writer, &views, NULL);
    for (size_t i = 0; i < sizeof articles / sizeof *articles; i++) {
        libsearch_document_clear(document);
        libsearch_document_set_text(document, "text", bytes_of(articles[i].text));
        libsearch_document_set_date(document, "date", (int64_t)(articles[i].day * DAY));
        libsearch_document_set_integer(document, "views", articles[i].views);
        libsearch_writer_put(writer, bytes_of(articles[i].id), document, NULL);
    }
    libsearch_writer_commit(writer, NULL);
    libsearch_document_free(document);
}

static void show(const char *what, libsearch_snapshot *snapshot, const libsearch_query *query,
                 const libsearch_ranking *ranking)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    options.ranking = ranking;
    printf("%s:", what);
    if (libsearch_snapshot_search(snapshot, query, &options, &results, &error) != LIBSEARCH_OK)
        printf(" %s", error.message);
    for (size_t i = 0; i < libsearch_results_count(results); i++)
        printf(" %.*s", (int)libsearch_results_id(results, i).length, libsearch_results_id(results, i).data);
    printf("\n");
    libsearch_results_free(results);
}

/* What is about fish counts a tenth. It never gives more than the score, so the search is still pruned. */
static float less_fish(void *context, libsearch_bytes id, float score, const double *values)
{
    (void)context;
    (void)values;
    return id.length == 6 && memcmp(id.data, "market", 6) == 0 ? score / 10 : score;
}

/* The second stage may look at all of a document; here, the shorter the better. */
static libsearch_status shorter_first(void *context, libsearch_results *results, size_t i, float *score,
                                      libsearch_error *error)
{
    const libsearch_document *document = NULL;
    (void)context;
    if (libsearch_results_document(results, i, &document, error) != LIBSEARCH_OK)
        return LIBSEARCH_CORRUPT;
    *score = -(float)libsearch_document_bytes(document, "text").length;
    return LIBSEARCH_OK;
}

int main(int argc, char **argv)
{
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_snapshot *snapshot = NULL;
    libsearch_signal signals[2] = { LIBSEARCH_SIGNAL_INIT, LIBSEARCH_SIGNAL_INIT };
    libsearch_ranking ranking = LIBSEARCH_RANKING_INIT;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    options.analyzer = "english";
    if (libsearch_open(argc > 1 ? argv[1] : "known.index", LIBSEARCH_CREATE, &options, &index, NULL) != LIBSEARCH_OK ||
        libsearch_writer_open(index, NULL, &writer, NULL) != LIBSEARCH_OK)
        return 1;
    put_all(index, writer);
    libsearch_writer_close(writer);
    libsearch_snapshot_open(index, &snapshot, NULL);
    libsearch_query *query = libsearch_query_text(NULL, bytes_of("talks"));
    show("by the words alone", snapshot, query, NULL);

    /* score * (0 + 1 * 2^(-age / 365 days)) */
    signals[0].field = "date";
    signals[0].kind = LIBSEARCH_SIGNAL_RECENCY;
    signals[0].scale = 365 * DAY;
    signals[0].origin = 1600 * DAY; /* now */
    signals[0].base = 0;
    ranking.signals = signals;
    ranking.signal_count = 1;
    show("new ones first", snapshot, query, &ranking);

    /* and that, + 1 * views / (views + 100) */
    signals[1].field = "views";
    signals[1].kind = LIBSEARCH_SIGNAL_SATURATION;
    signals[1].flags = LIBSEARCH_SIGNAL_ADD;
    signals[1].scale = 100;
    ranking.signal_count = 2;
    show("and much read ones", snapshot, query, &ranking);

    libsearch_scorer scorer = LIBSEARCH_SCORER_INIT;
    scorer.score = less_fish;
    scorer.bounded = 1; /* by 1 * score + 0 */
    ranking.scorer = &scorer;
    show("with less fish", snapshot, query, &ranking);

    libsearch_rescorer rescorer = LIBSEARCH_RESCORER_INIT;
    rescorer.rescore = shorter_first;
    rescorer.count = 2;
    ranking.rescorer = &rescorer;
    show("the shorter of the first two", snapshot, query, &ranking);
    libsearch_query_free(query);

    const libsearch_bytes like = bytes_of("talks-2020");
    libsearch_ranking others = LIBSEARCH_RANKING_INIT;
    others.without = &like;
    others.without_count = 1;
    if (libsearch_query_feedback(snapshot, NULL, &like, NULL, 1, NULL, &query, NULL) == LIBSEARCH_OK) {
        show("like talks-2020", snapshot, query, &others);
        libsearch_query_free(query);
    }
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    return 0;
}
