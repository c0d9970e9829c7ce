/* SPDX-License-Identifier: MIT */
#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *default_allocate(void *context, size_t size)
{
    (void)context;
    return size > PTRDIFF_MAX ? NULL : malloc(size);
}

static void *default_reallocate(void *context, void *memory, size_t size)
{
    (void)context;
    return size > PTRDIFF_MAX ? NULL : realloc(memory, size);
}

static void default_release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

const libsearch_allocator *allocator_default(void)
{
    static const libsearch_allocator allocator = { NULL, default_allocate, default_reallocate, default_release };
    return &allocator;
}

void *memory_allocate(const libsearch_allocator *allocator, size_t size)
{
    return allocator->allocate(allocator->context, size == 0 ? 1 : size);
}

void *memory_allocate_array(const libsearch_allocator *allocator, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    void *memory = memory_allocate(allocator, bytes);
    if (memory != NULL)
        memset(memory, 0, bytes);
    return memory;
}

enum { CACHE_LINE = 64 };

void *memory_allocate_spread(const libsearch_allocator *allocator, size_t count, size_t size)
{
    size_t bytes, all;
    if (__builtin_mul_overflow(count, size, &bytes) ||
        __builtin_add_overflow(bytes, (size_t)CACHE_LINE + sizeof(void *), &all))
        return NULL;
    char *whole = memory_allocate(allocator, all);
    if (whole == NULL)
        return NULL;
    char *memory = whole + sizeof whole;
    memory += (size_t)(-(uintptr_t)memory & (CACHE_LINE - 1));
    memcpy(memory - sizeof whole, &whole, sizeof whole);
    return memory;
}

void memory_free_spread(const libsearch_allocator *allocator, void *memory)
{
    char *whole;
    if (memory == NULL)
        return;
    memcpy(&whole, (char *)memory - sizeof whole, sizeof whole);
    memory_free(allocator, whole);
}

void *memory_reallocate(const libsearch_allocator *allocator, void *memory, size_t size)
{
    if (memory == NULL)
        return memory_allocate(allocator, size);
    return allocator->reallocate(allocator->context, memory, size == 0 ? 1 : size);
}

void memory_free(const libsearch_allocator *allocator, void *memory)
{
    if (memory != NULL)
        allocator->release(allocator->context, memory);
}

char *memory_duplicate(const libsearch_allocator *allocator, const void *data, size_t length)
{
    char *copy = memory_allocate(allocator, length + 1);
    if (copy == NULL)
        return NULL;
    if (length > 0)
        memcpy(copy, data, length);
    copy[length] = 0;
    return copy;
}

bool memory_grow(const libsearch_allocator *allocator, void *array, size_t *capacity, size_t wanted, size_t size)
{
    if (wanted <= *capacity)
        return true;
    size_t larger = *capacity + *capacity / 2;
    if (larger < wanted)
        larger = wanted;
    if (larger < 16)
        larger = 16;
    size_t bytes;
    if (__builtin_mul_overflow(larger, size, &bytes))
        return false;
    void *old;
    memcpy(&old, array, sizeof old);
    void *grown = memory_reallocate(allocator, old, bytes);
    if (grown == NULL)
        return false;
    memcpy(array, &grown, sizeof grown);
    *capacity = larger;
    return true;
}

enum { ARENA_BLOCK = 32768, ARENA_ALIGNMENT = 16 };

/* Under AddressSanitizer every piece is a block of its own, so that what reaches past it is seen; and where allocations
 * are made to fail one by one, so that each piece is one of them. */
#if defined __SANITIZE_ADDRESS__ || defined LIBSEARCH_ARENA_ALONE
enum { ARENA_ALONE = 1 };
#else
enum { ARENA_ALONE = 0 };
#endif

struct arena_block {
    struct arena_block *older;
    size_t size; /* with this header */
};

/* The header, rounded up so that what follows it is aligned. */
#define ARENA_HEADER ((sizeof(struct arena_block) + ARENA_ALIGNMENT - 1) / ARENA_ALIGNMENT * ARENA_ALIGNMENT)

void arena_init(struct arena *arena, const libsearch_allocator *allocator)
{
    memset(arena, 0, sizeof *arena);
    arena->allocator = allocator;
}

static void *arena_add_block(struct arena *arena, size_t size)
{
    size_t bytes = ARENA_BLOCK;
    if (ARENA_ALONE || size > ARENA_BLOCK - ARENA_HEADER) {
        if (size > SIZE_MAX - ARENA_HEADER)
            return NULL;
        bytes = size + ARENA_HEADER;
    }
    if (arena->budget != NULL && bytes > *arena->budget) {
        arena->refused = true;
        return NULL;
    }
    struct arena_block *block = memory_allocate(arena->allocator, bytes);
    if (block == NULL)
        return NULL;
    block->size = bytes;
    arena->taken += bytes;
    if (arena->budget != NULL)
        *arena->budget -= bytes;
    char *start = (char *)block + ARENA_HEADER;
    if (bytes > ARENA_BLOCK && arena->blocks != NULL) { /* a large one goes behind the current */
        block->older = arena->blocks->older;
        arena->blocks->older = block;
        return start;
    }
    block->older = arena->blocks;
    arena->blocks = block;
    arena->next = start + size;
    arena->end = (char *)block + bytes;
    return start;
}

void *arena_allocate(struct arena *arena, size_t size)
{
    if (arena->next != NULL) {
        const size_t padding = (size_t)(-(uintptr_t)arena->next & (ARENA_ALIGNMENT - 1));
        const size_t left = (size_t)(arena->end - arena->next);
        if (left >= padding && left - padding >= size) {
            char *given = arena->next + padding;
            arena->next = given + size;
            return given;
        }
    }
    return arena_add_block(arena, size);
}

void *arena_allocate_bytes(struct arena *arena, size_t size)
{
    if (arena->next != NULL && (size_t)(arena->end - arena->next) >= size) {
        char *given = arena->next;
        arena->next += size;
        return given;
    }
    return arena_add_block(arena, size);
}

char *arena_duplicate(struct arena *arena, const void *data, size_t length)
{
    char *copy = arena_allocate_bytes(arena, length + 1);
    if (copy == NULL)
        return NULL;
    if (length > 0)
        memcpy(copy, data, length);
    copy[length] = 0;
    return copy;
}

static void arena_free_chain(struct arena *arena, struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *older = block->older;
        arena->taken -= block->size;
        if (arena->budget != NULL)
            *arena->budget += block->size;
        memory_free(arena->allocator, block);
        block = older;
    }
}

void arena_reset(struct arena *arena)
{
    struct arena_block *kept = arena->blocks;
    if (kept == NULL)
        return;
    arena_free_chain(arena, kept->older);
    kept->older = NULL;
    arena->next = (char *)kept + ARENA_HEADER;
    arena->end = (char *)kept + kept->size;
}

void arena_free(struct arena *arena)
{
    arena_free_chain(arena, arena->blocks);
    arena->blocks = NULL;
    arena->next = arena->end = NULL;
}
