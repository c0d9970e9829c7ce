/* SPDX-License-Identifier: MIT */
/* --facet: what it says, what it asks for, and how its counts are shown. */
#ifndef LSEARCH_FACETS_H
#define LSEARCH_FACETS_H

#include "lsearch.h"

/* FIELD, FIELD:20, FIELD:month, FIELD:0..10/10..100/100..; several with commas. */
bool facets_add(struct options *options, const char *value);
void facets_free(struct options *options);

/* Facets as a search takes them, with ranges as their fields' types have them. */
struct facets {
    libsearch_facet *all;
    libsearch_facet_range **ranges;
    size_t count;
};
/* filter: only matches that match this, too, are counted; NULL: all. False: something was wrong, and was said. */
bool facets_ready(struct facets *facets, const struct options *options, libsearch_index *index,
                  const libsearch_query *filter);
void facets_release(struct facets *facets);

/* "section": {"values": [{"value": "News", "count": 3}], "distinct": 1, "missing": 0}, and of numbers and dates
 * "least", "greatest", of numbers "sum" and "mean", too. */
void facets_print_json(const struct options *options, const libsearch_results *results);
void facets_print(const struct options *options, const libsearch_results *results);

#endif
