/* SPDX-License-Identifier: MIT */
/* What the processor is taken to have, for the programs of this folder: they have functions of their own in place of
 * base/cpu.c, so that the plain loops and those for wider processors are asked the same questions. */
#ifndef TESTS_ORACLE_PROCESSOR_H
#define TESTS_ORACLE_PROCESSOR_H

enum processor { PROCESSOR_PLAIN, PROCESSOR_AVX2, PROCESSOR_AVX512 };
/* At most what this one really has. Starts with all of it. */
void processor_take(enum processor processor);
enum processor processor_taken(void);

#endif
