/* SPDX-License-Identifier: MIT */
/* An allocator that counts the bytes that are out, and the most that ever were; by any number of threads. */
#ifndef TESTS_SUPPORT_COUNTED_MEMORY_H
#define TESTS_SUPPORT_COUNTED_MEMORY_H

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

#include <libsearch.h>

struct counted {
    atomic_llong bytes, most;
};

static struct counted counted;

static inline void count(long long more)
{
    const long long now = atomic_fetch_add(&counted.bytes, more) + more;
    long long most = atomic_load(&counted.most);
    while (now > most && !atomic_compare_exchange_weak(&counted.most, &most, now)) {
    }
}

/* Before each block stands its size, in 16 bytes for the alignment. */
static inline void *counted_reallocate(void *context, void *memory, size_t size)
{
    size_t *old = memory == NULL ? NULL : (size_t *)memory - 2;
    const long long before = old == NULL ? 0 : (long long)*old;
    (void)context;
    size_t *made = size > SIZE_MAX - 16 ? NULL : realloc(old, size + 16);
    if (made == NULL)
        return NULL;
    count((long long)size - before);
    *made = size;
    return made + 2;
}

static inline void *counted_allocate(void *context, size_t size) { return counted_reallocate(context, NULL, size); }

static inline void counted_release(void *context, void *memory)
{
    size_t *block = (size_t *)memory - 2;
    (void)context;
    count(-(long long)*block);
    free(block);
}

static const libsearch_allocator counting = { NULL, counted_allocate, counted_reallocate, counted_release };

#endif
