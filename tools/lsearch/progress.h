/* SPDX-License-Identifier: MIT */
/* How far something is that takes long: a bar on a terminal, nothing elsewhere. */
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

/* A piece of work whose end is known. */
struct work_bar {
    double begin, last; /* seconds; last 0: not drawn */
};
/* Draws it on a terminal when it has taken a second, and takes it away at its end. */
void work_bar_show(struct work_bar *bar, const char *what, uint64_t done, uint64_t total);

/* Has the library show so how far its long calls are; NULL where standard error is no terminal. */
const libsearch_extensions *progress_extensions(void);

#endif
