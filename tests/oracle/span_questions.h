/* SPDX-License-Identifier: MIT */
/* Random questions about places: near, phrases with a last prefix, words in their exact form, the best of several. */
#ifndef TESTS_ORACLE_SPAN_QUESTIONS_H
#define TESTS_ORACLE_SPAN_QUESTIONS_H

#include "oracle/world.h"

/* The caller's to release. depth: of booleans around them. */
libsearch_query *span_question_random(const struct world *world, struct test_random *random, unsigned depth);

#endif
