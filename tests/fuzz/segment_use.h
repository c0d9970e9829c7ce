/* SPDX-License-Identifier: MIT */
/* A small segment with every kind of field in it, and everything that is done with a segment. */
#ifndef TESTS_FUZZ_SEGMENT_USE_H
#define TESTS_FUZZ_SEGMENT_USE_H

#include "oracle/pieces.h"

/* The same one each time: a storage with a file "segment-0", the schema, words to ask for. */
struct pieces *segment_base(void);

/* Writes a file anew. */
void segment_write_file(struct storage *storage, const char *name, const uint8_t *bytes, size_t length);

/* Opens the file `name`, asks for `question`s chosen by the seed, fetches, checks, merges: whatever the bytes are, this
 * ends well. mended: every checksum is right. */
void segment_use(struct storage *storage, const char *name, uint64_t seed, bool mended);

#endif
