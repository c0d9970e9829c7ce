/* SPDX-License-Identifier: MIT */
/* What a search found, as lines or as JSON. */
#ifndef LSEARCH_HITS_H
#define LSEARCH_HITS_H

#include "asking.h"
#include "page.h"

/* Prints them; asked: what was, for what may have been meant, or NULL. */
enum outcome print_results(const struct asking *asking, const libsearch_query *query, const struct page *page,
                           const libsearch_bytes *asked);

#endif
