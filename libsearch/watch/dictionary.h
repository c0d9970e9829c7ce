/* SPDX-License-Identifier: MIT */
/* The dictionary of a set of saved queries: everything that a document may have and a query may ask for (a term, a word
 * as written, words of a pattern, a field), as small numbers. Each entry counts who refers to it, in how many documents
 * it was seen so far, and lists the queries that cannot match where it is missing (their anchors). */
#ifndef LIBSEARCH_WATCH_DICTIONARY_H
#define LIBSEARCH_WATCH_DICTIONARY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/status.h"

enum key_kind {
    KEY_TERM = 1, /* an index term, or a keyword */
    KEY_FORM,     /* a word as it is written, folded */
    KEY_FIELD,    /* any value in the field whose number is `list`; no bytes */
    KEY_PREFIX,   /* patterns over words as they are written */
    KEY_WILDCARD,
    KEY_FUZZY_0, /* by their distance */
    KEY_FUZZY_1,
    KEY_FUZZY_2,
    KEY_FUZZY_FROM, /* like a word from a letter on: u8 distance, u32 letters that are the same, the word */
    KEY_REGULAR,    /* a regular expression */
    KEY_WORDS       /* from a word to another: u8 KEY_WORDS_…, u32 bytes of the low end, the low end, the high end */
};
enum { KEY_WORDS_LOW = 1, KEY_WORDS_HIGH = 2, KEY_WORDS_LOW_OPEN = 4, KEY_WORDS_HIGH_OPEN = 8 };
#define KEY_NONE UINT32_MAX

enum { DICTIONARY_SHORT = 256 };

/* In an anchored query's number: the entry and its guards make it match. */
#define ANCHOR_SURE (UINT32_C(1) << 31)

/* A query in an entry's list, with more keys that it cannot match without, or KEY_NONE: most that will not match are
 * told by these, and not looked at. */
enum { ANCHOR_GUARDS = 4 };
struct anchored {
    uint32_t query;
    uint32_t guards[ANCHOR_GUARDS];
};

struct dictionary_entry {
    uint64_t hash;
    char *bytes;
    uint32_t length;
    uint16_t list; /* 0: the default group, else 1 + field */
    uint8_t kind;  /* 0: free */
    uint32_t next; /* in the bucket, + 1; of a free one, the next free one + 1 */
    uint32_t references;
    uint64_t seen;                         /* documents that had it; atomic, as streams count at the same time */
    struct regular_expression *expression; /* KEY_REGULAR */
    struct anchored *queries;
    size_t query_count, query_capacity;
};

struct dictionary {
    const libsearch_allocator *allocator;
    struct dictionary_entry *entries;
    size_t count, capacity;
    uint32_t *buckets; /* number + 1 */
    size_t bucket_count;
    uint32_t free; /* number + 1 */
    size_t used;
    uint32_t prefixes[DICTIONARY_SHORT]; /* how many there are of each length */
    size_t long_prefixes;                /* of that many bytes and more */
    size_t forms, fields;                /* how many entries of these kinds there are */
};

void dictionary_init(struct dictionary *dictionary, const libsearch_allocator *allocator);
void dictionary_free(struct dictionary *dictionary);

/* The hash of a key, from hash_bytes of its bytes. */
static inline uint64_t dictionary_hash(enum key_kind kind, uint16_t list, uint64_t bytes_hash)
{
    const uint64_t mixed = (bytes_hash ^ ((uint64_t)list << 8 | (uint64_t)kind)) * UINT64_C(0x9E3779B97F4A7C15);
    return mixed ^ mixed >> 32;
}

/* The number of a key, or KEY_NONE. */
uint32_t dictionary_find(const struct dictionary *dictionary, enum key_kind kind, uint16_t list, const char *bytes,
                         size_t length, uint64_t bytes_hash);
/* The same, made where it is not there; a reference is taken. Errors: NO_MEMORY, LIMIT; those of a regular expression. */
libsearch_status dictionary_take(struct dictionary *dictionary, enum key_kind kind, uint16_t list,
                                 libsearch_bytes bytes, uint32_t *number, libsearch_error *error);
void dictionary_retain(struct dictionary *dictionary, uint32_t number);
void dictionary_release(struct dictionary *dictionary, uint32_t number);

/* Makes room for one query more in an entry's list; adds one where there is room; takes it out. */
libsearch_status dictionary_reserve(struct dictionary *dictionary, uint32_t number, libsearch_error *error);
void dictionary_anchor(struct dictionary *dictionary, uint32_t number, const struct anchored *query);
void dictionary_unanchor(struct dictionary *dictionary, uint32_t number, uint32_t query);

#endif
