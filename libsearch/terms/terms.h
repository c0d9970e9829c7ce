/* SPDX-License-Identifier: MIT */
/* The term dictionary of a segment: every key in byte order, what its posting list is, and for words as they
 * were written, which list they belong to.
 *
 * A key is a list prefix (which lists: the default group, or one field's own) and the bytes of a word:
 *
 *     key = u16 big endian list number, then the word          (list number 0: the default group,
 *                                                               1 + field number: a field's own lists)
 *
 * One entry can be a list (an index term: stem or keyword that has postings), a surface form (a word that people
 * wrote, pointing to the entry of its term), or both: `health` is its own stem; `happily` is only a surface form
 * of `happi`, which may be only a list. Prefix, fuzzy and completion walk surface forms; lookups of terms ask for
 * lists. Entries have ordinals 0 … count-1 in key order. */
#ifndef LIBSEARCH_TERMS_TERMS_H
#define LIBSEARCH_TERMS_TERMS_H

#include "base/buffer.h"
#include "base/memory.h"
#include "base/status.h"

enum {
    TERM_LIST = 1 << 0,   /* has postings: the list fields below count */
    TERM_SURFACE = 1 << 1 /* is a word as written: the surface fields below count */
};

/* Keywords are long; words are at most LIBSEARCH_MAX_TERM. */
enum { TERM_KEY_MAX = 2 + 32766 };

struct term_entry {
    uint8_t flags;
    /* TERM_LIST */
    uint32_t document_frequency;   /* > 0 */
    uint64_t collection_frequency; /* >= document_frequency */
    uint64_t postings_offset;      /* where its record begins in the postings section; never falls in one list number */
    uint64_t positions_offset;     /* where its positions begin there; likewise */
    uint32_t single_document;      /* when document_frequency is 1: the document, so that no record is needed */
    /* TERM_SURFACE */
    uint64_t surface_count; /* how often it was written */
    uint32_t surface_form;  /* its number among the forms of its term, as the forms stream has it */
    uint64_t surface_term;  /* ordinal of its term's entry */
};

/* Writing: keys in strictly rising byte order. Among the lists of one list number, postings_offset and
 * positions_offset do not fall (they may stay the same, and may begin anew with the next list number). Flags are never
 * 0. Anything else is INVALID, and is as if it had not been added. */
struct terms_writer;
libsearch_status terms_writer_new(const libsearch_allocator *allocator, struct terms_writer **writer,
                                  libsearch_error *error);
libsearch_status terms_writer_add(struct terms_writer *writer, const void *key, size_t length,
                                  const struct term_entry *entry, libsearch_error *error);
/* The section's bytes, borrowed from the writer. */
libsearch_status terms_writer_finish(struct terms_writer *writer, libsearch_bytes *section, libsearch_error *error);
/* And, after that, the peaks: a section of their own (terms_format.h), borrowed likewise. */
libsearch_bytes terms_writer_peaks(const struct terms_writer *writer);
void terms_writer_free(struct terms_writer *writer);

/* Reading, over bytes that stay where they are; damaged bytes give CORRUPT or wrong entries within the stated
 * bounds, never a read outside or an endless loop. A reader is immutable; threads share it. */
struct terms_reader;
libsearch_status terms_reader_open(const libsearch_allocator *allocator, const uint8_t *section, size_t length,
                                   const char *name, struct terms_reader **reader, libsearch_error *error);
void terms_reader_close(struct terms_reader *reader);
/* Gives it the peaks, which stay where they are, before it is shared: OK or CORRUPT. Without them, walks in falling
 * frequency look at everything. */
libsearch_status terms_reader_set_peaks(struct terms_reader *reader, const uint8_t *peaks, size_t length,
                                        libsearch_error *error);
uint64_t terms_reader_count(const struct terms_reader *reader);
/* Exact lookup: OK, NOT_FOUND (error untouched) or CORRUPT. No allocation. ordinal may be NULL. */
libsearch_status terms_reader_find(const struct terms_reader *reader, const void *key, size_t length,
                                   struct term_entry *entry, uint64_t *ordinal, libsearch_error *error);

/* Reads everything and checks that keys rise, offsets do not fall, every surface form's term is a list, and nothing
 * is left over: OK, or CORRUPT with the first damage. Takes a bit of memory for each entry. */
libsearch_status terms_reader_verify(const struct terms_reader *reader, libsearch_error *error);

/* Walks entries in key order. */
struct terms_iterator;
libsearch_status terms_iterator_new(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                    struct terms_iterator **iterator, libsearch_error *error);
void terms_iterator_free(struct terms_iterator *iterator);
/* Places it before the first key >= the given one (length 0: the first of all), or before an ordinal. */
libsearch_status terms_iterator_seek(struct terms_iterator *iterator, const void *key, size_t length,
                                     libsearch_error *error);
libsearch_status terms_iterator_seek_ordinal(struct terms_iterator *iterator, uint64_t ordinal, libsearch_error *error);
/* The next entry: OK, NOT_FOUND at the end (error untouched), CORRUPT (and then it is at the end). The key stays until
 * the next call. */
libsearch_status terms_iterator_next(struct terms_iterator *iterator, libsearch_bytes *key, struct term_entry *entry,
                                     uint64_t *ordinal, libsearch_error *error);

#endif
