/* SPDX-License-Identifier: MIT */
/* Which documents of a segment are live: a bit a document, 1 live. */
#ifndef LIBSEARCH_DOCUMENTS_LIVE_H
#define LIBSEARCH_DOCUMENTS_LIVE_H

#include "base/buffer.h"
#include "base/memory.h"
#include "base/status.h"

struct live {
    const libsearch_allocator *allocator;
    uint64_t *bits; /* (count + 63) / 64 words; bits past count are 0 */
    uint32_t count;
    uint32_t deleted;
};

/* All count documents live. */
libsearch_status live_new(const libsearch_allocator *allocator, uint32_t count, struct live **live,
                          libsearch_error *error);
libsearch_status live_copy(const struct live *live, struct live **copy, libsearch_error *error);
void live_free(struct live *live);
static inline bool live_has(const struct live *live, uint32_t document)
{
    return live->bits[document / 64] >> document % 64 & 1;
}
/* True when it was live. */
bool live_delete(struct live *live, uint32_t document);
void live_encode(const struct live *live, struct buffer *to);
libsearch_status live_decode(const libsearch_allocator *allocator, const uint8_t *bytes, size_t length,
                             uint32_t expected, const char *name, struct live **live, libsearch_error *error);

#endif
