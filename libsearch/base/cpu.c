/* SPDX-License-Identifier: MIT */
#include "base/cpu.h"

/* __builtin_cpu_supports reads a table that the C runtime fills before main; there is nothing to
 * initialise and nothing to race for. */
bool cpu_has_avx2(void)
{
#if LIBSEARCH_X86
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
#else
    return false;
#endif
}

bool cpu_has_avx512(void)
{
#if LIBSEARCH_X86
    return cpu_has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vbmi2");
#else
    return false;
#endif
}
