/* SPDX-License-Identifier: MIT */
/* Bitmaps: dense runs of documents as one bit each. */
#ifndef LIBSEARCH_CODEC_BITMAP_H
#define LIBSEARCH_CODEC_BITMAP_H

#include <stddef.h>
#include <stdint.h>

enum { BITMAP_ROOM = 80 };

/* Writes first + the number of each set bit of n words (u64, little endian, at `from`), rising, to values; stops after
 * the word with which there are more than `most`. values has room for most + BITMAP_ROOM. Returns how many were written. */
size_t bitmap_decode(const uint8_t *from, size_t n, uint32_t first, size_t most, uint32_t *values);

/* The same for bits [low, high) of a bitmap, whose numbers are written. */
size_t bitmap_decode_range(const uint8_t *bitmap, uint32_t low, uint32_t high, size_t most, uint32_t *values);
/* For n rising numbers, none below low: how many of bits [low, numbers[i]) are set; places[i] = 255 for that many and
 * more. */
void bitmap_places(const uint8_t *bitmap, uint32_t low, const uint32_t *numbers, size_t n, uint8_t *places);
/* How many of bits [low, high) are set. */
uint32_t bitmap_count_range(const uint8_t *bitmap, uint32_t low, uint32_t high);

#endif
