/* SPDX-License-Identifier: MIT */
/* Memory: the handle's allocator, and arenas for what lives as long as one query or one flush.
 *
 * No layer calls malloc itself. A `const libsearch_allocator *` is passed down from the handle; it
 * is never NULL inside the library (allocator_default() stands for the program's malloc). */
#ifndef LIBSEARCH_BASE_MEMORY_H
#define LIBSEARCH_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include <libsearch.h>

/* malloc, realloc and free behind the allocator's interface. */
const libsearch_allocator *allocator_default(void);

/* size bytes, or NULL. size 0 gives a valid pointer. */
void *memory_allocate(const libsearch_allocator *allocator, size_t size);
/* count * size zeroed bytes, or NULL, also when the product overflows. */
void *memory_allocate_array(const libsearch_allocator *allocator, size_t count, size_t size);
/* count * size bytes, not zeroed, that begin at a cache line: for large arrays that are looked at all over, where an
 * element across two lines costs twice. To be given to memory_free_spread. */
void *memory_allocate_spread(const libsearch_allocator *allocator, size_t count, size_t size);
void memory_free_spread(const libsearch_allocator *allocator, void *memory);
/* As realloc; on NULL the old memory stands. */
void *memory_reallocate(const libsearch_allocator *allocator, void *memory, size_t size);
void memory_free(const libsearch_allocator *allocator, void *memory);
/* length bytes of data in memory of their own with a zero after them, or NULL. */
char *memory_duplicate(const libsearch_allocator *allocator, const void *data, size_t length);

/* Makes room for `wanted` elements of `size` bytes in *array (of *capacity elements), growing by
 * half. False when memory is short; the array stands as it was. */
bool memory_grow(const libsearch_allocator *allocator, void *array, size_t *capacity, size_t wanted, size_t size);

/* An arena gives memory piece by piece and takes it back all at once. Blocks are chained; what is
 * larger than a block gets one of its own. */
struct arena {
    const libsearch_allocator *allocator;
    struct arena_block *blocks; /* newest first */
    char *next, *end;           /* what is left of the newest block */
    size_t taken;               /* bytes of all blocks */
    size_t *budget;             /* NULL, or what may still be taken, by all arenas that share it */
    bool refused;               /* something was not given because the budget did not allow it */
};

void arena_init(struct arena *arena, const libsearch_allocator *allocator);
/* size bytes aligned to 16, not zeroed; NULL when memory is short. */
void *arena_allocate(struct arena *arena, size_t size);
/* The same without alignment, for strings. */
void *arena_allocate_bytes(struct arena *arena, size_t size);
/* A copy of length bytes with a zero after them; NULL when memory is short. */
char *arena_duplicate(struct arena *arena, const void *data, size_t length);
/* Forgets everything that was given out, keeping one block for reuse. */
void arena_reset(struct arena *arena);
void arena_free(struct arena *arena);

#endif
