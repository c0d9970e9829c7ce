/* SPDX-License-Identifier: MIT */
/* --rescore [N:]COMMAND: a second stage by another program. It gets the first N answers as JSON lines on its standard
 * input, the query in LSEARCH_QUERY, and prints a number for each, a line each. */
#ifndef LSEARCH_RESCORE_H
#define LSEARCH_RESCORE_H

#include "lsearch.h"

struct rescoring {
    const char *command;
    size_t count;
    float *scores; /* of all, once the command has said them */
};

/* False: it is none. */
bool rescore_read(struct options *options, const char *value);
/* A second stage by the options, with room for what it needs. */
libsearch_rescorer rescorer_of(const struct options *options, struct rescoring *room);
void rescoring_free(struct rescoring *room);

#endif
