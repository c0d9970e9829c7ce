/* SPDX-License-Identifier: MIT */
/* Dates as text. Moments are milliseconds since 1970-01-01T00:00:00Z in the Gregorian calendar. */
#ifndef LSEARCH_DATE_H
#define LSEARCH_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The whole text as an ISO 8601 date or moment: 2024-10-01, 2024-10-01T01:03, …T01:03:00.250Z,
 * … 01:03+08:00; a space may stand for T; without a zone it is UTC. */
bool date_parse_iso(const char *text, size_t length, int64_t *milliseconds);

/* The date that a text begins with, as people and news pages write it: ISO, 2020.05.16 00:20 GMT+8,
 * Oct 1, 2024 | 1:03 AM, 1 October 2024, Tue, 01 Oct 2024, 2024年10月1日. *end: where it ends. */
bool date_parse_start(const char *text, size_t length, int64_t *milliseconds, size_t *end);

/* The first date that stands in a text, at a word's beginning, not after its first `within` bytes. */
bool date_find(const char *text, size_t length, size_t within, int64_t *milliseconds);

enum { DATE_TEXT = 40 };
/* 2024-10-01, or 2024-10-01T01:03:00Z where it is not midnight, with .250 where there is a fraction.
 * Returns text. */
const char *date_print(int64_t milliseconds, char text[DATE_TEXT]);

#endif
