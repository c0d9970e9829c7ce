/* SPDX-License-Identifier: MIT */
/* Sixty-four bytes of text at a time: which are letters and digits, which may join words, and all of
 * them in lower case. One function a kernel; all give the same bits. */
#ifndef LIBSEARCH_TEXT_CLASSIFY_H
#define LIBSEARCH_TEXT_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLASSIFY_BLOCK 64

enum kernel {
    KERNEL_CAREFUL, /* no masks: the careful way for everything */
    KERNEL_SCALAR,
    KERNEL_SSE2,
    KERNEL_AVX2
};

/* The best that the build and the processor have. */
enum kernel kernel_best(void);
/* Whether the build and the processor have it. */
bool kernel_is_there(enum kernel kernel);

/* Bit i is byte i of the block. A byte is of one class at most. */
struct block_classes {
    uint64_t word;   /* ASCII letters and digits */
    uint64_t wide;   /* 0x80 and above */
    uint64_t joiner; /* . ' - and what else can join two words if it stands between them */
    uint64_t tail;   /* split: + and #, which can belong to the word before them. plain: _, which is of
                        any word that it touches */
};

/* Which bytes join: those of split mode or of plain UAX #29. */
enum classify_mode { CLASSIFY_SPLIT, CLASSIFY_PLAIN };

/* Reads 64 bytes, writes 64 bytes of lower case. */
typedef void (*classify_function)(enum classify_mode mode, const uint8_t *bytes, struct block_classes *classes,
                                  char *lower);

void classify_scalar(enum classify_mode mode, const uint8_t *bytes, struct block_classes *classes, char *lower);
void classify_sse2(enum classify_mode mode, const uint8_t *bytes, struct block_classes *classes, char *lower);
void classify_avx2(enum classify_mode mode, const uint8_t *bytes, struct block_classes *classes, char *lower);

/* The byte is an ASCII letter or digit, or above ASCII. */
static inline bool byte_is_wordish(uint8_t byte)
{
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

#endif
