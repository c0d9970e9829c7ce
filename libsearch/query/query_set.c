/* SPDX-License-Identifier: MIT */
#include "query/query_set.h"

libsearch_status query_set_new(const libsearch_allocator *allocator, const void *snapshot, uint64_t limit,
                               struct query_set **set, libsearch_error *error)
{
    struct query_set *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL || limit / 64 + 2 > SIZE_MAX / sizeof *made->bits) {
        memory_free(allocator, made);
        return error_no_memory(error);
    }
    *made = (struct query_set){ .allocator = allocator, .references = 1, .snapshot = snapshot, .limit = limit };
    made->bits = memory_allocate_array(allocator, (size_t)(limit / 64 + 2), sizeof *made->bits);
    if (made->bits == NULL) {
        memory_free(allocator, made);
        return error_no_memory(error);
    }
    *set = made;
    return LIBSEARCH_OK;
}

struct query_set *query_set_retain(struct query_set *set)
{
    __atomic_fetch_add(&set->references, 1, __ATOMIC_RELAXED);
    return set;
}

void query_set_release(struct query_set *set)
{
    if (set == NULL || __atomic_sub_fetch(&set->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    const libsearch_allocator *allocator = set->allocator;
    memory_free(allocator, set->bits);
    if (set->owner != NULL)
        set->release(set->owner);
    memory_free(allocator, set);
}

void query_set_add(struct query_set *set, uint64_t number)
{
    const uint64_t bit = UINT64_C(1) << number % 64;
    set->count += (set->bits[number / 64] & bit) == 0;
    set->bits[number / 64] |= bit;
}
