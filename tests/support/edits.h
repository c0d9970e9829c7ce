/* SPDX-License-Identifier: MIT */
/* How unlike two words are, in the plainest way. */
#ifndef TESTS_SUPPORT_EDITS_H
#define TESTS_SUPPORT_EDITS_H

#include <string.h>

enum { EDITS_LONGEST = 15 };

/* Edits between two words of up to EDITS_LONGEST bytes: letters left out, put in, taken for others, and neighbours swapped (optimal string alignment). */
static inline unsigned edits_between(const char *one, const char *other)
{
    unsigned cost[EDITS_LONGEST + 1][EDITS_LONGEST + 1];
    const size_t m = strlen(one), n = strlen(other);
    for (size_t i = 0; i <= m; i++)
        for (size_t j = 0; j <= n; j++) {
            unsigned least = i == 0   ? (unsigned)j
                             : j == 0 ? (unsigned)i
                                      : cost[i - 1][j - 1] + (one[i - 1] != other[j - 1]);
            if (i > 0 && cost[i - 1][j] + 1 < least)
                least = cost[i - 1][j] + 1;
            if (j > 0 && cost[i][j - 1] + 1 < least)
                least = cost[i][j - 1] + 1;
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] &&
                cost[i - 2][j - 2] + 1 < least)
                least = cost[i - 2][j - 2] + 1;
            cost[i][j] = least;
        }
    return cost[m][n];
}

#endif
