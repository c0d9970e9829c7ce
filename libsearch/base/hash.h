/* SPDX-License-Identifier: MIT */
/* Hashing and checksums: xxHash's XXH3, 64 bits. */
#ifndef LIBSEARCH_BASE_HASH_H
#define LIBSEARCH_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* XXH3-64 of length bytes, seed 0. Stable: it is written into files. */
uint64_t hash_bytes(const void *data, size_t length);

/* The same over pieces. The state is 576 bytes that must be aligned to 64. */
struct hash_state;
struct libsearch_allocator;
struct hash_state *hash_state_new(const struct libsearch_allocator *allocator); /* NULL: no memory */
void hash_state_reset(struct hash_state *state);
void hash_state_update(struct hash_state *state, const void *data, size_t length);
uint64_t hash_state_digest(const struct hash_state *state);
void hash_state_free(struct hash_state *state);

#endif
