/* SPDX-License-Identifier: MIT */
/* Numbers and dates in queries, from text and to text; the same in every locale. */
#ifndef LIBSEARCH_QUERY_QUERY_VALUES_H
#define LIBSEARCH_QUERY_QUERY_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"

/* A whole number with or without a sign; false when it is something else or does not fit. */
bool value_parse_integer(libsearch_bytes text, int64_t *value);

/* A decimal number (12, -0.5, 1e-3, inf) or a hexadecimal one (0x1.8p3). */
bool value_parse_float(libsearch_bytes text, double *value);

/* true, false, yes, no (in any case of letters), 1 and 0; with a sign, any whole number. */
bool value_parse_boolean(libsearch_bytes text, int64_t *value);

/* A stretch of time in milliseconds since 1970, both ends included. Text is
 *   - ISO 8601 in its extended form, whole or cut short at any unit: 2020, 2020-05, 2020-05-16, 2020-05-16T10,
 *     …T10:30, …T10:30:05, …T10:30:05.250, with Z or +hh:mm at its end (else UTC); a cut one is the whole year,
 *     month, day, … ; also 20200516
 *   - now, today, yesterday, each with any number of +3d or -3d behind it: s, m (minutes), h, d, w, M (months), y
 *   - milliseconds since 1970 with their sign: +1589587200000
 * now: milliseconds since 1970. */
bool value_parse_date(libsearch_bytes text, int64_t now, int64_t *from, int64_t *to);

/* Writes what the functions above read back as the same. A date is cut to the day where it begins one (last:
 * where it ends one). */
void value_print_float(struct buffer *to, double value);
/* The same for what is read back as a float. */
void value_print_single(struct buffer *to, float value);
void value_print_date(struct buffer *to, int64_t milliseconds, bool last);

#endif
