/* SPDX-License-Identifier: MIT */
/* lsearch search: one query, its best documents; lsearch similar: documents like others. */
#include <stdlib.h>
#include <string.h>

#include "hits.h"

/* The query with the words of documents that were found good (--relevant). */
static libsearch_status add_relevant(const struct asking *asking, libsearch_query **query, libsearch_error *error)
{
    const struct options *options = asking->options;
    libsearch_feedback feedback = LIBSEARCH_FEEDBACK_INIT;
    libsearch_query *expanded = NULL;
    if (options->relevant_count == 0)
        return LIBSEARCH_OK;
    if (options->feedback_words > 0)
        feedback.words = options->feedback_words;
    libsearch_bytes *ids = allocate(options->relevant_count * sizeof *ids);
    for (size_t i = 0; i < options->relevant_count; i++)
        ids[i] = bytes_of(options->relevant[i], strlen(options->relevant[i]));
    const libsearch_status status = libsearch_query_feedback(asking->snapshot, *query, ids, NULL,
                                                             options->relevant_count, &feedback, &expanded, error);
    free(ids);
    if (status == LIBSEARCH_OK) {
        libsearch_query_free(*query);
        *query = expanded;
    }
    return status;
}

/* Searches and prints. */
static enum outcome answer(const struct asking *asking, const libsearch_query *query, const libsearch_bytes *asked)
{
    const struct options *options = asking->options;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    struct page page = { NULL, NULL, 0, 0 };
    enum outcome outcome;
    if (page_search(asking->snapshot, query, &asking->search, options, &page, &error) != LIBSEARCH_OK)
        outcome = complain_error(options->index, &error);
    else
        outcome = print_results(asking, query, &page, asked);
    page_free(&page);
    return outcome;
}

enum outcome command_search(const struct options *options)
{
    struct asking asking;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_query *query = NULL;
    enum outcome outcome = asking_open(&asking, options);
    if (outcome == OUTCOME_DONE) {
        size_t length;
        char *text = join_words(options, &length);
        const libsearch_bytes asked = bytes_of(text, length);
        if (options->rescore != NULL)
            setenv("LSEARCH_QUERY", text, 1);
        if (asking_parse(&asking, asked, options->plain, &query, &error) != LIBSEARCH_OK)
            outcome = complain_query(&error);
        else if (add_relevant(&asking, &query, &error) != LIBSEARCH_OK)
            outcome = complain_error(options->index, &error);
        else
            outcome = answer(&asking, query, &asked);
        free(text);
    }
    libsearch_query_free(query);
    asking_close(&asking);
    return outcome;
}

/* A query of the words of a text, or of the documents with these ids. */
static libsearch_status similar_query(const struct asking *asking, const libsearch_bytes *ids, libsearch_query **query,
                                      libsearch_error *error)
{
    const struct options *options = asking->options;
    libsearch_feedback feedback = LIBSEARCH_FEEDBACK_INIT;
    if (options->text == NULL) {
        feedback.words = options->feedback_words > 0 ? options->feedback_words : 30;
        return libsearch_query_feedback(asking->snapshot, NULL, ids, NULL, options->word_count, &feedback, query,
                                        error);
    }
    if (strcmp(options->text, "-") != 0)
        return libsearch_query_similar(asking->snapshot, bytes_of(options->text, strlen(options->text)),
                                       options->feedback_words, query, error);
    size_t length;
    char *text = read_all(stdin, &length);
    const libsearch_status status =
        libsearch_query_similar(asking->snapshot, bytes_of(text, length), options->feedback_words, query, error);
    free(text);
    return status;
}

enum outcome command_similar(const struct options *options)
{
    struct asking asking;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_query *query = NULL;
    if ((options->word_count == 0) == (options->text == NULL)) {
        complain("similar takes ids, or --text");
        return OUTCOME_USAGE;
    }
    enum outcome outcome = asking_open(&asking, options);
    libsearch_bytes *ids = allocate((options->word_count + 1) * sizeof *ids);
    for (size_t i = 0; i < options->word_count; i++)
        ids[i] = bytes_of(options->words[i], strlen(options->words[i]));
    asking.room.ranking.without = ids;
    asking.room.ranking.without_count = options->word_count;
    asking.search.ranking = &asking.room.ranking;
    if (outcome == OUTCOME_DONE && similar_query(&asking, ids, &query, &error) != LIBSEARCH_OK)
        outcome = complain_error(options->index, &error);
    else if (outcome == OUTCOME_DONE)
        outcome = answer(&asking, query, NULL);
    free(ids);
    libsearch_query_free(query);
    asking_close(&asking);
    return outcome;
}
