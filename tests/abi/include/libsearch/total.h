/* SPDX-License-Identifier: MIT
 *
 * How many documents match, as far as a search knows. A part of libsearch.h, which includes it.
 */
#ifndef LIBSEARCH_TOTAL_H
#define LIBSEARCH_TOTAL_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How many documents match: at least *least, at most *most, and the one in between that is returned as a guess (made
 * from how many documents have each word, as if words knew nothing of each other). All three are the same where the
 * number is exact, as with LIBSEARCH_TOTAL_EXACT; *least is what libsearch_results_total says. least and most may be
 * NULL. Since 0.1. */
LIBSEARCH_API uint64_t libsearch_results_estimate(const libsearch_results *results, uint64_t *least, uint64_t *most);

#ifdef __cplusplus
}
#endif

#endif
