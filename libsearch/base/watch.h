/* SPDX-License-Identifier: MIT */
/* Telling the program what goes on: lines for its log, and how far a long call is, which it may stop. A NULL watch, and
 * one without functions, tells nobody. */
#ifndef LIBSEARCH_BASE_WATCH_H
#define LIBSEARCH_BASE_WATCH_H

#include <libsearch.h>

struct watch {
    libsearch_log log;
    void *log_context;
    libsearch_progress_function progress;
    void *progress_context;
};

/* A line of the log, cut where it is longer than 500 bytes. */
void watch_log(const struct watch *watch, libsearch_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* A stretch of a piece of work: from `from` on, `size` of `total` steps. */
struct watch_part {
    const struct watch *watch;
    libsearch_work work;
    uint64_t from, size, total;
};

/* Tells that `done` of `of` of the stretch are done. CANCELLED where the program wants the call to stop. part may be
 * NULL. To be called every few milliseconds at most, in the thread of the program's call. */
libsearch_status watch_step(const struct watch_part *part, uint64_t done, uint64_t of, libsearch_error *error);
/* The stretch from first to last of `of` equal pieces of a stretch. */
struct watch_part watch_within(const struct watch_part *part, uint64_t first, uint64_t last, uint64_t of);

#endif
