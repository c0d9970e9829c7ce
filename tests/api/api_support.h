/* SPDX-License-Identifier: MIT */
/* A folder for one test, and short ways to put and ask. */
#ifndef TESTS_API_API_SUPPORT_H
#define TESTS_API_API_SUPPORT_H

#include <libsearch.h>

/* Group setup and teardown of a test: *state is the path of an index that is not there yet, in a folder of its own. */
int make_folder(void **state);
int remove_folder(void **state);

libsearch_bytes text_of(const char *string);

/* Puts a document with a title and a text; fails the test when that fails. */
void put(libsearch_index *index, libsearch_writer *writer, const char *id, const char *title, const char *text);

/* The ids that a query finds, in order, one space between them; in `ids` (of 1000 bytes), which is returned. */
const char *ask(libsearch_index *index, const char *query, char *ids);
const char *ask_snapshot(libsearch_snapshot *snapshot, const libsearch_query *query, char *ids);

/* The reports of examples/first_search.c and one more, committed. */
libsearch_index *open_reports(const char *path);

#endif
