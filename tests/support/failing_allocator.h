/* SPDX-License-Identifier: MIT */
/* An allocator that counts what it gave out, and fails from a chosen call on. */
#ifndef TESTS_SUPPORT_FAILING_ALLOCATOR_H
#define TESTS_SUPPORT_FAILING_ALLOCATOR_H

#include <stdlib.h>
#include <string.h>

#include <libsearch.h>

struct failing_allocator {
    libsearch_allocator allocator;
    size_t calls;   /* so far */
    size_t fail_at; /* the first call that fails, counted from 1; 0: none */
    int once;       /* it alone */
    size_t blocks;  /* given out and not yet released */
    size_t bytes;   /* in them */
};

enum { FAILING_ALLOCATOR_HEADER = 16 };

static inline void *failing_reallocate(void *context, void *memory, size_t size)
{
    struct failing_allocator *failing = context;
    failing->calls++;
    if (failing->fail_at != 0 &&
        (failing->once ? failing->calls == failing->fail_at : failing->calls >= failing->fail_at))
        return NULL;
    char *old = memory == NULL ? NULL : (char *)memory - FAILING_ALLOCATOR_HEADER;
    size_t old_size = 0;
    if (old != NULL)
        memcpy(&old_size, old, sizeof old_size);
    char *made = size > SIZE_MAX - FAILING_ALLOCATOR_HEADER ? NULL : realloc(old, size + FAILING_ALLOCATOR_HEADER);
    if (made == NULL)
        return NULL;
    memcpy(made, &size, sizeof size);
    failing->blocks += old == NULL;
    failing->bytes += size - old_size;
    return made + FAILING_ALLOCATOR_HEADER;
}

static inline void *failing_allocate(void *context, size_t size) { return failing_reallocate(context, NULL, size); }

static inline void failing_release(void *context, void *memory)
{
    struct failing_allocator *failing = context;
    char *block = (char *)memory - FAILING_ALLOCATOR_HEADER;
    size_t size;
    memcpy(&size, block, sizeof size);
    failing->blocks--;
    failing->bytes -= size;
    free(block);
}

static inline void failing_allocator_init(struct failing_allocator *failing, size_t fail_at)
{
    *failing = (struct failing_allocator){ .fail_at = fail_at };
    failing->allocator = (libsearch_allocator){ failing, failing_allocate, failing_reallocate, failing_release };
}

#endif
