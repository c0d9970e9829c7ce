/* SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include "base/memory.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

struct hash_state {
    XXH3_state_t *xxh;
    void *memory;
    const libsearch_allocator *allocator;
};

uint64_t hash_bytes(const void *data, size_t length) { return XXH3_64bits(data, length); }

struct hash_state *hash_state_new(const libsearch_allocator *allocator)
{
    enum { ALIGNMENT = 64 };
    struct hash_state *state = memory_allocate(allocator, sizeof *state);
    if (state == NULL)
        return NULL;
    state->allocator = allocator;
    state->memory = memory_allocate(allocator, sizeof(XXH3_state_t) + ALIGNMENT);
    if (state->memory == NULL) {
        memory_free(allocator, state);
        return NULL;
    }
    const uintptr_t at = (uintptr_t)state->memory;
    state->xxh = (XXH3_state_t *)((char *)state->memory + (ALIGNMENT - at % ALIGNMENT) % ALIGNMENT);
    XXH3_INITSTATE(state->xxh);
    hash_state_reset(state);
    return state;
}

void hash_state_reset(struct hash_state *state) { XXH3_64bits_reset(state->xxh); }

void hash_state_update(struct hash_state *state, const void *data, size_t length)
{
    XXH3_64bits_update(state->xxh, data, length);
}

uint64_t hash_state_digest(const struct hash_state *state) { return XXH3_64bits_digest(state->xxh); }

void hash_state_free(struct hash_state *state)
{
    if (state == NULL)
        return;
    memory_free(state->allocator, state->memory);
    memory_free(state->allocator, state);
}
