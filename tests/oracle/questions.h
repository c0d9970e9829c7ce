/* SPDX-License-Identifier: MIT */
/* Random questions about a world: mostly the shapes that a search has fast ways for (one term, flat unions and
 * intersections, phrases), and trees of everything. */
#ifndef TESTS_ORACLE_QUESTIONS_H
#define TESTS_ORACLE_QUESTIONS_H

#include "oracle/world.h"

/* The caller's to release. patterns: words that fit a pattern may be asked for in fields without positions, too,
 * where a merge keeps words of deleted documents. */
libsearch_query *question_random(const struct world *world, struct test_random *random, bool patterns);

/* A text, or several, in several fields as one. */
libsearch_query *question_fields(const struct world *world, struct test_random *random);

/* A ranking at random (of a world with a text field), as a name (room for 96) and as the oracle has it. */
const char *model_random(const struct world *world, struct test_random *random, char *name, struct oracle_model *model);

/* query_new, with the children released. */
libsearch_query *question_new(const libsearch_query *like);
libsearch_query *question_text(const char *field, const char *text, unsigned flags);
/* Appends the first word of a text again, where there is room. */
void question_repeat_word(char *text, size_t room);

#endif
