/* SPDX-License-Identifier: MIT */
/*     u32 documents, u32 of them deleted, then the words of bits, u64 each */
#include "documents/live.h"

enum { LIVE_HEADER = 8 };

static size_t word_count(uint32_t count) { return ((size_t)count + 63) / 64; }

/* Uninitialised bits. NULL: no memory. */
static struct live *live_allocate(const libsearch_allocator *allocator, uint32_t count)
{
    struct live *live = memory_allocate(allocator, sizeof *live);
    if (live == NULL)
        return NULL;
    live->allocator = allocator;
    live->count = count;
    live->deleted = 0;
    live->bits = memory_allocate(allocator, word_count(count) * sizeof *live->bits);
    if (live->bits == NULL) {
        memory_free(allocator, live);
        return NULL;
    }
    return live;
}

libsearch_status live_new(const libsearch_allocator *allocator, uint32_t count, struct live **live,
                          libsearch_error *error)
{
    struct live *made = live_allocate(allocator, count);
    if (made == NULL)
        return error_no_memory(error);
    memset(made->bits, 0xFF, word_count(count) * sizeof *made->bits);
    if (count % 64 != 0)
        made->bits[count / 64] = (UINT64_C(1) << count % 64) - 1;
    *live = made;
    return LIBSEARCH_OK;
}

libsearch_status live_copy(const struct live *live, struct live **copy, libsearch_error *error)
{
    struct live *made = live_allocate(live->allocator, live->count);
    if (made == NULL)
        return error_no_memory(error);
    memcpy(made->bits, live->bits, word_count(live->count) * sizeof *live->bits);
    made->deleted = live->deleted;
    *copy = made;
    return LIBSEARCH_OK;
}

void live_free(struct live *live)
{
    if (live == NULL)
        return;
    memory_free(live->allocator, live->bits);
    memory_free(live->allocator, live);
}

bool live_delete(struct live *live, uint32_t document)
{
    const uint64_t bit = UINT64_C(1) << document % 64;
    if ((live->bits[document / 64] & bit) == 0)
        return false;
    live->bits[document / 64] &= ~bit;
    live->deleted++;
    return true;
}

void live_encode(const struct live *live, struct buffer *to)
{
    const size_t words = word_count(live->count);
    buffer_append_u32(to, live->count);
    buffer_append_u32(to, live->deleted);
    for (size_t i = 0; i < words; i++)
        buffer_append_u64(to, live->bits[i]);
}

libsearch_status live_decode(const libsearch_allocator *allocator, const uint8_t *bytes, size_t length,
                             uint32_t expected, const char *name, struct live **live, libsearch_error *error)
{
    struct cursor from = cursor_of(bytes, length);
    const uint32_t count = cursor_u32(&from);
    const uint32_t deleted = cursor_u32(&from);
    const size_t words = word_count(expected);
    if (from.failed || count != expected)
        return error_set_at(error, 0, LIBSEARCH_CORRUPT, "%s: live bits of %u documents, %u expected", name, count,
                            expected);
    if (cursor_left(&from) / 8 != words || cursor_left(&from) % 8 != 0)
        return error_set_at(error, LIVE_HEADER, LIBSEARCH_CORRUPT, "%s: %zu bytes of live bits for %u documents", name,
                            cursor_left(&from), count);
    struct live *made = live_allocate(allocator, count);
    if (made == NULL)
        return error_no_memory(error);
    uint64_t set = 0;
    for (size_t i = 0; i < words; i++) {
        made->bits[i] = cursor_u64(&from);
        set += (uint64_t)__builtin_popcountll(made->bits[i]);
    }
    made->deleted = deleted;
    const bool past_end = count % 64 != 0 && made->bits[count / 64] >> count % 64 != 0;
    if (past_end || deleted > count || set != count - deleted) {
        live_free(made);
        return error_set_at(error, 4, LIBSEARCH_CORRUPT, "%s: %llu live bits of %u documents, %u deleted", name,
                            (unsigned long long)set, count, deleted);
    }
    *live = made;
    return LIBSEARCH_OK;
}
