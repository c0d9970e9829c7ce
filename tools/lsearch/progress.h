/* SPDX-License-Identifier: MIT */
/* How far an indexing run is: a bar on a terminal, nothing elsewhere. */
#ifndef LSEARCH_PROGRESS_H
#define LSEARCH_PROGRESS_H

#include "lsearch.h"

struct progress {
    bool shown;     /* standard error is a terminal */
    uint64_t total; /* bytes to read, 0: not known */
    uint64_t bytes; /* read so far */
    uint64_t documents;
    double begin, last; /* seconds */
};

double progress_seconds(void); /* a clock that only goes forward */
void progress_begin(struct progress *progress, bool shown, uint64_t total);
/* To be called for each document; draws a few times a second. */
void progress_step(struct progress *progress);
/* Takes the bar away, before something else is said. */
void progress_clear(struct progress *progress);

#endif
