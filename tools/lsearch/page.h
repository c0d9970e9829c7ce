/* SPDX-License-Identifier: MIT */
/* What a search shows: its results, or with --fold the first of each group that is alike. */
#ifndef LSEARCH_PAGE_H
#define LSEARCH_PAGE_H

#include "lsearch.h"

struct page {
    libsearch_results *results;
    libsearch_duplicates *groups; /* NULL: nothing is folded */
    size_t first;                 /* of groups: so many are left out */
    size_t count;                 /* how many are shown */
};

/* Searches, and folds as the options say. page_free it, also after an error. */
libsearch_status page_search(libsearch_snapshot *snapshot, const libsearch_query *query,
                             const libsearch_search_options *search, const struct options *options, struct page *page,
                             libsearch_error *error);
void page_free(struct page *page);

/* Which result is shown in place i. */
size_t page_result(const struct page *page, size_t i);
/* How many are folded under it, and which; d is less than that. */
size_t page_folded(const struct page *page, size_t i);
libsearch_duplicate page_duplicate(const struct page *page, size_t i, size_t d);

/* The options of near-duplicates. */
libsearch_duplicates_options duplicates_options(const struct options *options);

#endif
