/* SPDX-License-Identifier: MIT */
/* Runs the programs of docs/guide.md and docs/how-to.md, which docs.sh takes out of them. Usage: run_guide, in an empty
 * folder. */
#include "guide.c"
#include "how-to.c"

#define HOLDS(claim) ((claim) ? (void)0 : fail(#claim, __LINE__))

static void fail(const char *claim, int line)
{
    fprintf(stderr, "run_guide.c:%d: does not hold: %s\n", line, claim);
    exit(1);
}

static void put(libsearch_index *index, libsearch_writer *writer, const char *id, const char *section,
                const char *country, int64_t date)
{
    const libsearch_bytes bytes = { id, strlen(id) }, keyword = { section, strlen(section) },
                          land = { country, strlen(country) };
    libsearch_document *document = libsearch_document_new(index);
    libsearch_document_set_text(document, "title", LIBSEARCH_STRING("Health officials agree"));
    libsearch_document_set_keyword(document, "section", keyword);
    libsearch_document_set_keyword(document, "country", land);
    libsearch_document_set_date(document, "date", date);
    HOLDS(libsearch_writer_put(writer, bytes, document, NULL) == LIBSEARCH_OK);
    libsearch_document_free(document);
}

static void the_guide(libsearch_index *index, libsearch_writer *writer)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_results *results = NULL;
    char position[32];
    HOLDS(first() == 0);
    put(index, writer, "a", "world", "Chad", 1000);
    put(index, writer, "b", "world", "Mali", 2000);
    put(index, writer, "c", "sport", "Mali", 3000);
    HOLDS(commit_with(writer, LIBSEARCH_STRING("row 3"), &error) == LIBSEARCH_OK);
    HOLDS(position_of(index, position, sizeof position) == 5 && strcmp(position, "row 3") == 0);
    HOLDS(search_country(index, LIBSEARCH_STRING("agreeing"), LIBSEARCH_STRING("Mali"), &results, &error) ==
          LIBSEARCH_OK);
    HOLDS(libsearch_results_count(results) == 2);
    libsearch_results_free(results);
}

static void the_how_to_of_saved_queries(void)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_watch *watch = NULL;
    libsearch_watcher *watcher = NULL;
    HOLDS(libsearch_watch_new(NULL, &watch, &error) == LIBSEARCH_OK);
    HOLDS(libsearch_watch_add_text(watch, LIBSEARCH_STRING("rain"), LIBSEARCH_STRING("rain -spain"), 0, NULL, NULL,
                                   &error) == LIBSEARCH_OK);
    HOLDS(libsearch_watcher_open(watch, NULL, &watcher, &error) == LIBSEARCH_OK);
    HOLDS(matches(watch, watcher, LIBSEARCH_STRING("Rain over the hills")) == 1);
    HOLDS(matches(watch, watcher, LIBSEARCH_STRING("The rain in Spain")) == 0);
    libsearch_watcher_close(watcher);
    libsearch_watch_free(watch);
}

static void the_how_tos(libsearch_index *index, libsearch_writer *writer)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_results *results = NULL;
    libsearch_snapshot *snapshot = NULL;
    libsearch_cancel *cancel = libsearch_cancel_new();
    libsearch_query *query = within_section(index, LIBSEARCH_STRING("health"), LIBSEARCH_STRING("world"));
    HOLDS(bounded(index, query, cancel, &results, &error) == LIBSEARCH_OK && libsearch_results_count(results) == 2);
    libsearch_results_free(results);
    libsearch_cancel_raise(cancel);
    HOLDS(bounded(index, query, cancel, &results, &error) == LIBSEARCH_CANCELLED);
    libsearch_cancel_free(cancel);

    HOLDS(libsearch_snapshot_open(index, &snapshot, &error) == LIBSEARCH_OK);
    results = NULL;
    HOLDS(next_page(snapshot, query, &results, &error) == LIBSEARCH_OK && libsearch_results_count(results) == 2);
    HOLDS(next_page(snapshot, query, &results, &error) == LIBSEARCH_OK && libsearch_results_count(results) == 0);
    libsearch_results_free(results);
    libsearch_snapshot_free(snapshot);

    HOLDS(newer_first(index, query, 2000, &results, &error) == LIBSEARCH_OK && libsearch_results_count(results) == 2);
    const libsearch_bytes newest = libsearch_results_id(results, 0);
    HOLDS(newest.length == 1 && newest.data[0] == 'b');
    libsearch_results_free(results);

    char marked[] = "a\n";
    HOLDS(her_favourites_first(index, query, marked, &results, &error) == LIBSEARCH_OK);
    HOLDS(libsearch_results_count(results) == 2 && libsearch_results_id(results, 0).data[0] == 'a');
    HOLDS(libsearch_results_score(results, 0) > 1.9f * libsearch_results_score(results, 1));
    libsearch_results_free(results);
    HOLDS(in_two_stages(index, query, &results, &error) == LIBSEARCH_OK && libsearch_results_count(results) == 2);
    HOLDS(libsearch_results_score(results, 0) > 0 && libsearch_results_score(results, 0) < 1);

    char folded[128] = "";
    FILE *to = tmpfile();
    HOLDS(to != NULL && show_folded(results, LIBSEARCH_DUPLICATES_CONTENT, 0.4, to, &error) == LIBSEARCH_OK);
    rewind(to);
    HOLDS(fread(folded, 1, sizeof folded - 1, to) > 0 && strstr(folded, "\n  like it: ") != NULL);
    fclose(to);
    HOLDS(show_folded(results, LIBSEARCH_DUPLICATES_SIGNATURE, 0, stderr, &error) == LIBSEARCH_NOT_FOUND);
    libsearch_results_free(results);
    libsearch_query_free(query);

    char better[64];
    HOLDS(did_you_mean(index, LIBSEARCH_STRING("helth oficials"), better, sizeof better) > 0);
    HOLDS(strcmp(better, "health officials") == 0);
    HOLDS(did_you_mean(index, LIBSEARCH_STRING("health"), better, sizeof better) == 0);

    uint64_t count = 0;
    HOLDS(forget_before(writer, 3000, &count, &error) == LIBSEARCH_OK && count == 2);

    struct counter counter = { 0 };
    libsearch_allocator allocator;
    libsearch_index *counted = NULL;
    HOLDS(open_counted("news.index", &counter, &allocator, &counted, &error) == LIBSEARCH_OK && counter.calls > 0);
    libsearch_close(counted);
}

int main(void)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    HOLDS(open_news(&index, &error) == LIBSEARCH_OK);
    HOLDS(libsearch_writer_open(index, NULL, &writer, &error) == LIBSEARCH_OK);
    the_guide(index, writer);
    the_how_to_of_saved_queries();
    the_how_tos(index, writer);
    libsearch_writer_close(writer);
    libsearch_close(index);
    return 0;
}
