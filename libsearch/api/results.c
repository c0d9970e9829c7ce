/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "api/handles.h"
#include "query/query_tree.h"
#include "results/snippet.h"

void libsearch_results_free(libsearch_results *results)
{
    if (results == NULL)
        return;
    const libsearch_allocator *allocator = results->snapshot->allocator;
    if (results->documents != NULL)
        for (size_t i = 0; i < results->count; i++)
            document_free(results->documents[i]);
    highlighter_free(results->highlighter);
    memory_free(allocator, results->documents);
    memory_free(allocator, results->ids);
    memory_free(allocator, results->hits);
    memory_free(allocator, (void *)results->warnings);
    query_warnings_free(allocator, results->search_warnings);
    arena_free(&results->arena);
    query_release(results->query);
    query_release(results->fed);
    libsearch_snapshot_free(results->snapshot);
    memory_free(allocator, results);
}

size_t libsearch_results_count(const libsearch_results *results) { return results == NULL ? 0 : results->count; }

libsearch_bytes libsearch_results_id(const libsearch_results *results, size_t i)
{
    libsearch_bytes id = { NULL, 0 };
    if (results == NULL || i >= results->count)
        return id;
    if (results->ids != NULL)
        return results->ids[i];
    const libsearch_snapshot *snapshot = results->snapshot;
    return snapshot->engine->id(snapshot->handle, results->hits[i].number, &id, NULL) == LIBSEARCH_OK
               ? id
               : (libsearch_bytes){ NULL, 0 };
}

float libsearch_results_score(const libsearch_results *results, size_t i)
{
    return results == NULL || i >= results->count ? 0 : results->hits[i].score;
}

uint64_t libsearch_results_total(const libsearch_results *results, int *exact)
{
    if (exact != NULL)
        *exact = results != NULL && results->total_exact;
    return results == NULL ? 0 : results->total;
}

/* Puts the second stage's score above the tree of the first. */
static libsearch_status explain_second_stage(libsearch_results *results, size_t i, libsearch_explanation **list,
                                             size_t *count, libsearch_error *error)
{
    libsearch_explanation *made = arena_allocate(&results->arena, (*count + 1) * sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made[0] = (libsearch_explanation){ 0, results->hits[i].score, "after the second stage; before it, below" };
    for (size_t line = 0; line < *count; line++) {
        made[line + 1] = (*list)[line];
        made[line + 1].depth++;
    }
    *list = made;
    ++*count;
    return LIBSEARCH_OK;
}

uint64_t libsearch_results_estimate(const libsearch_results *results, uint64_t *least, uint64_t *most)
{
    if (least != NULL)
        *least = results == NULL ? 0 : results->total;
    if (most != NULL)
        *most = results == NULL ? 0 : results->total_upper;
    return results == NULL ? 0 : results->total_estimate;
}

libsearch_status libsearch_results_explain(libsearch_results *results, size_t i, const libsearch_explanation **lines,
                                           size_t *count, libsearch_error *error)
{
    libsearch_explanation *list = NULL;
    error_clear(error);
    if (results == NULL || lines == NULL || count == NULL)
        return argument_missing(error, "libsearch_results_explain",
                                results == NULL ? "results"
                                : lines == NULL ? "lines"
                                                : "count");
    if (i >= results->count)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_results_explain: there is no result %zu", i);
    const libsearch_snapshot *snapshot = results->snapshot;
    if (snapshot->engine->explain == NULL)
        return error_set(error, LIBSEARCH_UNSUPPORTED, "the %s engine explains no scores", snapshot->engine->name);
    TRY(snapshot->engine->explain(snapshot->handle, results->fed != NULL ? results->fed : results->query,
                                  results->model, results->ranking, results->hits[i].number, &results->arena, &list,
                                  count, error));
    if (i < results->rescored)
        TRY(explain_second_stage(results, i, &list, count, error));
    *lines = list;
    return LIBSEARCH_OK;
}

const libsearch_facet_counts *libsearch_results_facet(const libsearch_results *results, size_t i)
{
    return results == NULL || i >= results->facet_count ? NULL : &results->facets[i];
}

uint64_t libsearch_results_folded(const libsearch_results *results, size_t i)
{
    return results == NULL || i >= results->count || results->folded == NULL ? 0 : results->folded[i];
}

size_t libsearch_results_warning_count(const libsearch_results *results)
{
    return results == NULL ? 0 : results->warning_count;
}

const char *libsearch_results_warning(const libsearch_results *results, size_t i, size_t *position)
{
    if (results == NULL || i >= results->warning_count)
        return "";
    if (position != NULL)
        *position = results->warnings[i]->position;
    return results->warnings[i]->message;
}

libsearch_status results_fetch(libsearch_results *results, size_t i, const char *function, libsearch_error *error)
{
    if (i >= results->count)
        return error_set(error, LIBSEARCH_INVALID, "%s: there are %zu results, and none of number %zu", function,
                         results->count, i);
    libsearch_snapshot *snapshot = results->snapshot;
    if (results->documents == NULL)
        results->documents = memory_allocate_array(snapshot->allocator, results->count, sizeof(libsearch_document *));
    if (results->documents == NULL)
        return error_no_memory(error);
    if (results->documents[i] != NULL)
        return LIBSEARCH_OK;
    libsearch_document *document = document_new(snapshot->allocator);
    if (document == NULL)
        return error_no_memory(error);
    const libsearch_status status = snapshot->engine->fetch(snapshot->handle, results->hits[i].number, document, error);
    if (status != LIBSEARCH_OK) {
        document_free(document);
        return status;
    }
    results->documents[i] = document;
    return LIBSEARCH_OK;
}

libsearch_status libsearch_results_document(libsearch_results *results, size_t i, const libsearch_document **document,
                                            libsearch_error *error)
{
    error_clear(error);
    if (results == NULL || document == NULL)
        return argument_missing(error, "libsearch_results_document", results == NULL ? "results" : "document");
    TRY(results_fetch(results, i, "libsearch_results_document", error));
    *document = results->documents[i];
    return LIBSEARCH_OK;
}
