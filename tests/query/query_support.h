/* SPDX-License-Identifier: MIT */
/* A schema with a field of each kind, and random trees over it. */
#ifndef TESTS_QUERY_QUERY_SUPPORT_H
#define TESTS_QUERY_QUERY_SUPPORT_H

#include "query/query_tree.h"
#include "schema/schema.h"
#include "support/random.h"

/* title and text (text), tag (keyword), year (integer), price (float), date (date), blob (stored). */
struct schema *make_schema(void);

/* A tree over the fields of make_schema, of at most `depth` levels; never NULL. */
libsearch_query *random_tree(struct test_random *random, unsigned depth);

/* 2024-10-02T12:00:00Z, what relative dates count from. */
#define TEST_NOW INT64_C(1727870400000)

#endif
