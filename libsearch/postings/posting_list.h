/* SPDX-License-Identifier: MIT */
/* Reading posting lists, block by block, where they lie. See format.h. Whatever the bytes are, nothing outside the
 * section is read and every document given is below the segment's count, rising within a block. */
#ifndef LIBSEARCH_POSTINGS_POSTING_LIST_H
#define LIBSEARCH_POSTINGS_POSTING_LIST_H

#include "base/buffer.h"
#include "base/status.h"
#include "codec/bitmap.h"
#include "postings/format.h"

/* A list as it lies in a mapped section. Immutable once opened. */
struct posting_list {
    uint32_t document_frequency;
    uint64_t collection_frequency;
    uint32_t blocks;
    uint32_t document_count;       /* of the segment */
    uint32_t single_document;      /* document_frequency 1: it, and there is no payload */
    const uint8_t *last_documents; /* u32 a block; NULL for lists below 128 */
    const uint8_t *offsets;        /* u32 a block */
    unsigned profiles;             /* 0: no bounds (lists below 128) */
    const uint8_t *bounds[2];      /* 2 * POSTING_PAIRS arrays of `blocks` bytes */
    const uint8_t *peaks[2];       /* u16 a block: see peak_value */
    const uint8_t *thresholds[2];  /* POSTING_THRESHOLD_BYTES, or NULL */
    const uint8_t *bitmap;         /* of all its documents, up to the last; NULL: it has none */
    const uint8_t *payload, *payload_end;
    const uint8_t *positions, *positions_end; /* NULL: it has none */
};

/* What the dictionary says of a list. */
struct posting_place {
    uint32_t document_frequency;
    uint64_t collection_frequency;
    uint64_t postings_offset;
    uint64_t positions_offset;
    uint32_t single_document;
    bool with_positions;
};

/* Opens a list in a section (with POSTING_SLACK zero bytes at its end). CORRUPT names `name` and the offset. */
libsearch_status posting_list_open(const uint8_t *section, size_t length, const struct posting_place *place,
                                   uint32_t document_count, const char *name, struct posting_list *list,
                                   libsearch_error *error);

/* One block decoded. */
struct posting_block {
    uint32_t number;
    uint32_t count;
    uint32_t documents[POSTING_BLOCK + BITMAP_ROOM]; /* what is after `count` is of no meaning */
    uint32_t frequencies[POSTING_BLOCK];             /* by posting_block_frequencies */
    /* where decoding goes on */
    const uint8_t *next, *end;
    bool has_sides, has_frequencies;
};

/* Last document of block b, and before block b (UINT32_MAX before the first). Only lists with blocks. */
static inline uint32_t posting_last_document(const struct posting_list *list, uint32_t b)
{
    return load_u32(list->last_documents + 4 * (size_t)b);
}

/* How many documents block b has. */
static inline uint32_t posting_block_count(const struct posting_list *list, uint32_t b)
{
    return b + 1 < list->blocks ? POSTING_BLOCK : (list->document_frequency - 1) % POSTING_BLOCK + 1;
}

/* The first block >= from whose last document is >= document; list->blocks where there is none. */
uint32_t posting_seek_block(const struct posting_list *list, uint32_t from, uint32_t document);

/* Whether a list with a bitmap has a document. last: posting_last_document of its last block. */
static inline bool posting_bitmap_has(const struct posting_list *list, uint32_t last, uint32_t document)
{
    return document <= last && (load_u64(list->bitmap + 8 * (size_t)(document / 64)) >> document % 64 & 1) != 0;
}

/* Sets in n words the bits of documents [64 first, 64 (first + n)) that a list with a bitmap has. */
void posting_bitmap_or(const struct posting_list *list, uint32_t first, uint32_t n, uint64_t *words);

/* A block's documents as the bitmap that they are kept as: bit 0 of the first word is document `first`. */
struct posting_bitmap {
    const uint8_t *words; /* u64 each */
    uint32_t first, count;
};

/* True where block b is kept as a bitmap of its own. Damaged ones may have any bits, within their words. */
bool posting_block_bitmap(const struct posting_list *list, uint32_t b, struct posting_bitmap *bitmap);

/* Decodes the documents of block b. False: damaged. */
bool posting_block_documents(const struct posting_list *list, uint32_t b, struct posting_block *block);
/* Makes block b ready for posting_block_frequencies, its documents left undecoded. False: damaged. */
bool posting_block_bare(const struct posting_list *list, uint32_t b, struct posting_block *block);
/* Of a list with a bitmap: which of block b's documents `document`, one of them, is. */
uint32_t posting_place_in_block(const struct posting_list *list, uint32_t b, uint32_t document);
/* Brings what decoding block b will read first into the cache. */
static inline void posting_prefetch(const struct posting_list *list, uint32_t b)
{
    if (list->last_documents == NULL)
        return;
    const uint32_t offset = load_u32(list->offsets + 4 * (size_t)b);
    if (offset > (size_t)(list->payload_end - list->payload))
        return;
    __builtin_prefetch(list->payload + offset);
    __builtin_prefetch(list->payload + offset + 64);
    __builtin_prefetch(list->payload + offset + 128);
}

/* Brings what a search of the list begins with into the cache: all of it, or as much as is sure to be looked at. Waits for
 * memory are one then, not one for each block. */
void posting_list_prefetch(const struct posting_list *list);

/* Decodes its frequencies, once. False: damaged. */
bool posting_block_frequencies(const struct posting_list *list, struct posting_block *block);
/* Only those of the documents at m rising places (below the block's count), before posting_block_frequencies or after
 * it. False: damaged. */
bool posting_block_frequencies_at(const struct posting_block *block, const uint8_t *places, size_t m,
                                  uint32_t *frequencies);

/* A stretch of one field's sides in a block: count indexes, and their frequencies in the same order. */
struct posting_sides {
    uint16_t field;
    uint32_t count;
    uint8_t indexes[POSTING_BLOCK];
    uint32_t frequencies[POSTING_BLOCK];
};

/* Where a block's tail (after the frequencies) goes on. */
struct posting_tail {
    struct cursor cursor;
    uint64_t positions; /* where its positions begin, from list->positions */
    uint64_t groups;    /* groups of sides left */
};

/* After posting_block_frequencies. False: damaged. */
bool posting_block_tail(const struct posting_list *list, const struct posting_block *block, struct posting_tail *tail);
/* The next group of sides; false at the end, or damaged (tail->cursor.failed). */
bool posting_tail_sides(struct posting_tail *tail, uint32_t block_count, struct posting_sides *sides);

/* The places of a block's documents, run by run. */
struct posting_positions {
    uint32_t total;                     /* places of all documents of the block */
    uint32_t starts[POSTING_BLOCK + 1]; /* sum of the frequencies before each document */
    const uint8_t *next, *end;          /* the next run of places */
    const uint8_t *forms;               /* the runs of forms, or NULL: all 0 */
    const uint8_t *forms_end;
    uint32_t run_start, run_count; /* which places `run` holds, or would if it were decoded */
    const uint8_t *bytes;          /* of that run */
    bool decoded;
    bool few; /* set by who opened them where few documents are asked for: their places are read one by one */
    uint32_t form_start, form_count;
    bool failed;
    uint32_t run[POSTING_BLOCK];
    uint32_t form_run[POSTING_BLOCK];
};

/* After posting_block_frequencies. False: damaged, or too many places to be true. */
bool posting_positions_open(const struct posting_list *list, const struct posting_block *block, uint64_t offset,
                            struct posting_positions *positions);
/* The places of document i of the block, frequencies[i] of them, into `places`; documents must not fall between
 * calls. False: damaged. */
bool posting_positions_read(struct posting_positions *positions, uint32_t i, uint32_t *places);
/* The same as differences, the first from 0, where they lie or in `room` (frequencies[i] of them); what is returned
 * holds until the next call. NULL: damaged. */
const uint32_t *posting_positions_steps(struct posting_positions *positions, uint32_t i, uint32_t *room);
/* Their forms; likewise. */
bool posting_positions_forms(struct posting_positions *positions, uint32_t i, uint32_t *forms);
/* Whether it is known without a look at them that all forms of the block are 0. */
static inline bool posting_positions_no_forms(const struct posting_positions *positions)
{
    return positions->forms == NULL && positions->total > POSTING_FEW_POSITIONS;
}

#endif
