/* SPDX-License-Identifier: MIT */
/* A small index with every feature in it, and questions that touch every part of it: for tests that damage it, or let
 * it want for memory. */
#ifndef TESTS_API_EVERYTHING_H
#define TESTS_API_EVERYTHING_H

#include <libsearch.h>

/* Makes an index in path: text of every kind, keywords, numbers and dates with one value and several, stored bytes;
 * segments merged and not, deleted and replaced documents, durable and loose commits, the program's own bytes. About
 * 64 KiB in all files together. Returns OK or why not. */
libsearch_status everything_make(const char *path, libsearch_error *error);

/* Asks everything of the index. *sum: stands for all answers; questions that could not be answered make *failed the
 * last of their statuses (else OK). Answers that are not well formed end the program with a message. */
void everything_ask(libsearch_index *index, uint64_t *sum, libsearch_status *failed);

#endif
