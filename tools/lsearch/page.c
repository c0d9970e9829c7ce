/* SPDX-License-Identifier: MIT */
#include "page.h"

enum { FOLDED_AT_LEAST = 100, FOLDED_FOR_ONE = 10 }; /* how many results are looked at for so many shown */

libsearch_duplicates_options duplicates_options(const struct options *options)
{
    libsearch_duplicates_options wanted = LIBSEARCH_DUPLICATES_OPTIONS_INIT;
    wanted.by = options->by;
    wanted.threshold = options->threshold;
    wanted.timeout = options->timeout;
    wanted.field = options->in_field;
    return wanted;
}

void page_free(struct page *page)
{
    libsearch_duplicates_free(page->groups);
    libsearch_results_free(page->results);
    *page = (struct page){ NULL, NULL, 0, 0 };
}

/* Ever more results until they make as many groups as are to be shown. */
static libsearch_status search_folded(libsearch_snapshot *snapshot, const libsearch_query *query,
                                      const libsearch_search_options *search, const struct options *options,
                                      struct page *page, libsearch_error *error)
{
    const size_t wanted = search->offset + search->count;
    const libsearch_duplicates_options alike = duplicates_options(options);
    libsearch_search_options deeper = *search;
    deeper.offset = 0;
    deeper.count = wanted < LIBSEARCH_MAX_RESULTS / FOLDED_FOR_ONE ? wanted * FOLDED_FOR_ONE : LIBSEARCH_MAX_RESULTS;
    if (deeper.count < FOLDED_AT_LEAST)
        deeper.count = FOLDED_AT_LEAST;
    for (;; deeper.count *= 4) {
        if (deeper.count > LIBSEARCH_MAX_RESULTS)
            deeper.count = LIBSEARCH_MAX_RESULTS;
        page_free(page);
        libsearch_status status = libsearch_snapshot_search(snapshot, query, &deeper, &page->results, error);
        if (status == LIBSEARCH_OK)
            status = libsearch_duplicates_fold(page->results, &alike, &page->groups, error);
        if (status != LIBSEARCH_OK)
            return status;
        if (libsearch_duplicates_count(page->groups) >= wanted ||
            libsearch_results_count(page->results) < deeper.count || deeper.count == LIBSEARCH_MAX_RESULTS)
            break;
    }
    const size_t groups = libsearch_duplicates_count(page->groups);
    page->first = search->offset < groups ? search->offset : groups;
    page->count = groups - page->first < search->count ? groups - page->first : search->count;
    return LIBSEARCH_OK;
}

libsearch_status page_search(libsearch_snapshot *snapshot, const libsearch_query *query,
                             const libsearch_search_options *search, const struct options *options, struct page *page,
                             libsearch_error *error)
{
    *page = (struct page){ NULL, NULL, 0, 0 };
    if (options->fold && search->count > 0)
        return search_folded(snapshot, query, search, options, page, error);
    const libsearch_status status = libsearch_snapshot_search(snapshot, query, search, &page->results, error);
    if (status == LIBSEARCH_OK)
        page->count = libsearch_results_count(page->results);
    return status;
}

size_t page_result(const struct page *page, size_t i)
{
    return page->groups == NULL ? i : libsearch_duplicates_at(page->groups, page->first + i, 0).result;
}

size_t page_folded(const struct page *page, size_t i)
{
    return page->groups == NULL ? 0 : libsearch_duplicates_size(page->groups, page->first + i) - 1;
}

libsearch_duplicate page_duplicate(const struct page *page, size_t i, size_t d)
{
    return libsearch_duplicates_at(page->groups, page->first + i, d + 1);
}
