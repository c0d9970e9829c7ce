/* SPDX-License-Identifier: MIT */
/* Stretches of time, UTC. */
#ifndef LIBSEARCH_BASE_CALENDAR_H
#define LIBSEARCH_BASE_CALENDAR_H

#include <libsearch.h>

/* The first moment of the stretch of time that a moment (milliseconds since 1970) lies in; LIBSEARCH_EACH_VALUE: the
 * moment itself. Weeks begin on Monday. */
int64_t calendar_first_moment(int64_t moment, libsearch_interval interval);

#endif
