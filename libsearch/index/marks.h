/* SPDX-License-Identifier: MIT */
/* Documents of a segment in the making that are deleted already: a bit a document, growing. */
#ifndef LIBSEARCH_INDEX_MARKS_H
#define LIBSEARCH_INDEX_MARKS_H

#include <string.h>

#include "documents/live.h"

struct marks {
    uint64_t *bits; /* 1: deleted; words past the end are 0 */
    size_t words;
    uint32_t count; /* of ones */
};

static inline bool marks_has(const struct marks *marks, uint32_t document)
{
    return document / 64 < marks->words && (marks->bits[document / 64] >> document % 64 & 1);
}

/* Room for a mark, so that setting it cannot fail. False: memory is short. */
static inline bool marks_reserve(const libsearch_allocator *allocator, struct marks *marks, uint32_t document)
{
    const size_t wanted = (size_t)document / 64 + 1;
    size_t capacity = marks->words;
    if (wanted <= capacity)
        return true;
    if (!memory_grow(allocator, &marks->bits, &capacity, wanted, sizeof *marks->bits))
        return false;
    memset(marks->bits + marks->words, 0, (capacity - marks->words) * sizeof *marks->bits);
    marks->words = capacity;
    return true;
}

/* Room was reserved. */
static inline void marks_set(struct marks *marks, uint32_t document)
{
    if (marks_has(marks, document))
        return;
    marks->bits[document / 64] |= UINT64_C(1) << document % 64;
    marks->count++;
}

static inline void marks_clear(struct marks *marks)
{
    if (marks->words > 0)
        memset(marks->bits, 0, marks->words * sizeof *marks->bits);
    marks->count = 0;
}

/* The documents that live, of `documents`; *live is NULL where all do. */
static inline libsearch_status marks_to_live(const libsearch_allocator *allocator, const struct marks *marks,
                                             uint32_t documents, struct live **live, libsearch_error *error)
{
    struct live *made = NULL;
    if (marks->count > 0)
        TRY(live_new(allocator, documents, &made, error));
    for (uint32_t document = 0; made != NULL && document < documents; document++)
        if (marks_has(marks, document))
            live_delete(made, document);
    *live = made;
    return LIBSEARCH_OK;
}

#endif
