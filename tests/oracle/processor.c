/* SPDX-License-Identifier: MIT */
#include "oracle/processor.h"

#include "base/cpu.h"

static enum processor taken = PROCESSOR_AVX512;

void processor_take(enum processor processor) { taken = processor; }
enum processor processor_taken(void) { return taken; }

bool cpu_has_avx2(void)
{
#if LIBSEARCH_X86
    return taken >= PROCESSOR_AVX2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
           __builtin_cpu_supports("popcnt");
#else
    return false;
#endif
}

bool cpu_has_avx512(void)
{
#if LIBSEARCH_X86
    return taken >= PROCESSOR_AVX512 && cpu_has_avx2() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi2");
#else
    return false;
#endif
}
