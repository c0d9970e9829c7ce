/* SPDX-License-Identifier: MIT */
/* The sizes and the fixed parts of a file made of sections, for its writer and its reader. */
#ifndef LIBSEARCH_IO_SECTION_LAYOUT_H
#define LIBSEARCH_IO_SECTION_LAYOUT_H

#include <stdint.h>
#include <string.h>

enum {
    SECTION_MAGIC = 8,
    SECTION_HEADER = 16,
    SECTION_ALIGNMENT = 64,
    SECTION_ENTRY = 32,
    SECTION_FOOTER = 40,
    SECTION_FOOTER_HASH = 32 /* where in the footer its checksum stands: all before it is covered */
};

static inline uint64_t section_aligned(uint64_t offset)
{
    return (offset + SECTION_ALIGNMENT - 1) / SECTION_ALIGNMENT * SECTION_ALIGNMENT;
}

static inline void section_store_u32(uint8_t *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static inline void section_store_u64(uint8_t *to, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static inline void section_header_fill(uint8_t *header, const char *kind, uint32_t version)
{
    const uint8_t magic[SECTION_MAGIC] = { 'L', 'S', 'R', 'C', 'H', (uint8_t)kind[0], (uint8_t)kind[1], '\n' };
    memcpy(header, magic, sizeof magic);
    section_store_u32(header + 8, version);
    section_store_u32(header + 12, 0);
}

/* All but the checksum. */
static inline void section_footer_fill(uint8_t *footer, const uint8_t *header, uint64_t table, uint32_t count,
                                       uint32_t version, uint64_t file_length)
{
    section_store_u64(footer, table);
    section_store_u32(footer + 8, count);
    section_store_u32(footer + 12, version);
    section_store_u64(footer + 16, file_length);
    memcpy(footer + 24, header, SECTION_MAGIC);
}

#endif
