/* SPDX-License-Identifier: MIT */
/* Checking a segment: check.c looks at what belongs to documents, check_lists.c at dictionary and lists, check_biwords.c at
 * biwords. */
#ifndef LIBSEARCH_SEGMENT_CHECK_H
#define LIBSEARCH_SEGMENT_CHECK_H

#include "segment/segment_data.h"

struct check {
    const struct segment *segment;
    libsearch_report report; /* may be NULL */
    void *context;
    libsearch_error *error;        /* the first damage */
    const struct watch_part *part; /* or NULL */
    bool damaged;
};

/* Where the stretches of a check end, in hundredths of the work: biwords, where there are some, are the last. */
enum { CHECK_COLUMNS = 20, CHECK_STORED = 50, CHECK_LISTS = 80 };

/* Tells of a damage. */
void check_problem(struct check *check, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same with what a function said of it: OK when found is CORRUPT or OK, so that the check goes on; else status,
 * with the message in check->error. */
libsearch_status check_found(struct check *check, libsearch_status status, const libsearch_error *found);

/* The dictionary, and every list. */
libsearch_status check_lists(struct check *check);
/* The biwords against the positions of their words. */
libsearch_status check_biwords(struct check *check);

#endif
