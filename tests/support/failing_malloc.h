/* SPDX-License-Identifier: MIT */
/* The library's malloc, counted and made to fail. A test that uses this is linked with the library's objects and
 * --wrap for malloc, calloc, realloc and free: what base/ asks of malloc goes through __wrap_ functions here. What
 * other libraries ask of it does not. One thread. */
#ifndef TESTS_SUPPORT_FAILING_MALLOC_H
#define TESTS_SUPPORT_FAILING_MALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

static struct {
    size_t calls, blocks, fail_at; /* fail_at: counted from 1; 0: never */
    bool for_ever, failed;
} failing_malloc;

static inline bool malloc_fails(void)
{
    failing_malloc.calls++;
    const bool now =
        failing_malloc.fail_at != 0 && (failing_malloc.calls == failing_malloc.fail_at ||
                                        (failing_malloc.for_ever && failing_malloc.calls > failing_malloc.fail_at));
    failing_malloc.failed |= now;
    return now;
}

void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_malloc(size_t size)
{
    void *made = malloc_fails() ? NULL : __real_malloc(size);
    failing_malloc.blocks += made != NULL;
    return made;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    void *made = malloc_fails() ? NULL : __real_calloc(count, size);
    failing_malloc.blocks += made != NULL;
    return made;
}

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    void *made = malloc_fails() ? NULL : __real_realloc(memory, size);
    failing_malloc.blocks += made != NULL && memory == NULL;
    return made;
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
    failing_malloc.blocks -= memory != NULL;
    __real_free(memory);
}

static inline void malloc_fail_at(size_t call, bool for_ever)
{
    failing_malloc.calls = 0;
    failing_malloc.fail_at = call;
    failing_malloc.for_ever = for_ever;
    failing_malloc.failed = false;
}

#endif
