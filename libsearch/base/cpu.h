/* SPDX-License-Identifier: MIT */
/* What the processor can do, asked once. Kernels that have faster forms are chosen here and nowhere
 * else. LIBSEARCH_SCALAR (a build option) answers “nothing”. */
#ifndef LIBSEARCH_BASE_CPU_H
#define LIBSEARCH_BASE_CPU_H

#include <stdbool.h>

#if !defined(LIBSEARCH_SCALAR) && defined(__x86_64__)
#define LIBSEARCH_X86 1 /* SSE2 is always there */
#else
#define LIBSEARCH_X86 0
#endif

bool cpu_has_avx2(void);   /* with BMI2 and POPCNT */
bool cpu_has_avx512(void); /* F, BW, DQ, VL and VBMI2 */

#endif
