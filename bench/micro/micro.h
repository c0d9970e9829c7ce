/* SPDX-License-Identifier: MIT */
/* The core's parts by themselves, each beside its limit. micro.c has the clock, the table and the documents; the parts
 * stand in text.c, codecs.c, lists.c, queries.c and writing.c. */
#ifndef BENCH_MICRO_H
#define BENCH_MICRO_H

#include <libsearch.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Documents in memory, up to MICRO_TEXT bytes of text. */
enum { MICRO_TEXT = 48 << 20, MICRO_DOCUMENTS = 1 << 18 };
extern libsearch_bytes micro_documents[MICRO_DOCUMENTS];
extern size_t micro_document_count;
extern const char *micro_text; /* all texts, one after the other */
extern size_t micro_text_size;

extern libsearch_error micro_error;
/* Ends the program where status is not OK. */
void micro_check(libsearch_status status);
_Noreturn void micro_fail(const char *what);
void *micro_allocate(size_t size);

/* What the processor is taken to have: 0 what every x86-64 has, 1 AVX2, 2 AVX-512. This program has functions of its
 * own in place of base/cpu.c, so that each form of a kernel can be measured on one machine. */
enum micro_level { MICRO_BASE, MICRO_AVX2, MICRO_AVX512 };
extern enum micro_level micro_level;
bool micro_has(enum micro_level level); /* this processor */
const char *micro_level_name(enum micro_level level);

/* Seconds of one run of an action: the least of several measurements of at least some milliseconds each. */
double micro_time(void (*action)(void *context), void *context);

/* One row: `items` of `unit` took `seconds`; `bytes` (and the `size` of them) is what the part cannot but read. The limit
 * is an empty loop over the same bytes, in the same state of the caches; NULL: `size` bytes at the speed of memory;
 * size 0: none is told. */
void micro_row(const char *part, const char *form, double items, const char *unit, double seconds, const void *bytes,
               size_t size);

/* Bytes a second of an empty loop that reads these. */
double micro_reading(const void *bytes, size_t size);

/* xorshift64, for numbers that are always the same. */
static inline uint32_t micro_chance(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 20);
}

/* The parts, in the order of the table. */
void micro_texts(void);
void micro_codecs(void);
void micro_widths(void); /* a table of its own */
struct snapshot;
void micro_writing(struct snapshot **snapshot); /* leaves an index of the documents, one segment */
void micro_lists(const struct snapshot *snapshot);
void micro_queries(struct snapshot *snapshot);

#endif
