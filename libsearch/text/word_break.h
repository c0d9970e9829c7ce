/* SPDX-License-Identifier: MIT */
/* Word boundaries of UAX #29 (Unicode Text Segmentation), without tailoring. */
#ifndef LIBSEARCH_TEXT_WORD_BREAK_H
#define LIBSEARCH_TEXT_WORD_BREAK_H

#include <stddef.h>
#include <stdint.h>

/* The next word boundary after `position`, which is one itself (0 is) and less than length. Each byte
 * that is not UTF-8 counts as U+FFFD. */
size_t word_break_next(const uint8_t *text, size_t length, size_t position);

#endif
