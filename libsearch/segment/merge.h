/* SPDX-License-Identifier: MIT */
/* Merging segments: merge.c numbers the documents (reorder.c numbers them anew, where that is asked for) and writes
 * what belongs to each, merge_terms.c brings the dictionaries together, merge_lists.c writes the lists.
 *
 * The result is what segment_builder would have written for the same documents in the same order, byte by byte, with
 * one exception: where a list has no positions nobody knows which of its forms stood in a deleted document. There a
 * form lives as long as its term, and its count goes on counting what was deleted.
 *
 * All keys of the inputs' dictionaries together are numbered in their order: the united numbers. What of them has no
 * live document any more is dropped, the others get the ordinals of the new dictionary. */
#ifndef LIBSEARCH_SEGMENT_MERGE_H
#define LIBSEARCH_SEGMENT_MERGE_H

#include "segment/lengths.h"
#include "segment/segment_data.h"

#define MERGE_NONE UINT32_MAX

struct merge_input {
    const struct segment *segment;
    const struct live *live; /* NULL: all */
    uint32_t first;          /* without numbers, the new number of its document 0 */
    uint32_t *numbers;       /* new number by document, MERGE_NONE: gone. NULL: first + document */
    bool own_numbers;        /* to be freed */
    /* its dictionary, by ordinal */
    uint32_t *united;      /* united number */
    uint32_t *form_starts; /* where the forms of the term begin in form_words; one more at the end */
    uint32_t *form_words;  /* united number of each form of each term, in the order of the forms' numbers */
};

/* A key as a surface form. */
struct merged_word {
    uint64_t count; /* how often it stands in live documents; 0: it is no surface form */
    uint32_t term;  /* united number of its term */
    uint32_t form;  /* its new number among the forms of the term */
};

struct merge {
    const libsearch_allocator *allocator;
    struct schema *schema;
    struct section_writer *file;
    const struct watch_part *part; /* or NULL */
    struct merge_input *inputs;
    size_t count;
    uint32_t documents; /* that live */
    uint64_t *order;    /* input << 32 | document by new number; NULL: as they come */
    struct lengths lengths;
    /* by united number */
    struct merged_word *words;
    uint8_t *has_list;  /* 1: a live document has the term */
    uint32_t *ordinals; /* in the new dictionary, MERGE_NONE: gone */
    size_t united_count, words_capacity, lists_capacity;
    /* of one document and term */
    uint32_t *places, *forms;
    size_t places_capacity, forms_capacity;
};

/* The new number of an input's document, MERGE_NONE where it is gone. */
static inline uint32_t merge_number(const struct merge_input *input, uint32_t document)
{
    return input->numbers == NULL ? input->first + document : input->numbers[document];
}

/* The stretches of a merge, in hundredths of the work. */
enum {
    MERGE_VERIFIED = 5,
    MERGE_ORDERED = 25, /* only where it is asked to reorder */
    MERGE_STORED = 45,
    MERGE_IDS = 50,
    MERGE_COLUMNS = 55,
    MERGE_UNITED = 70
};

/* Tells that `done` of `of` between the hundredths first and last are done, where done is a multiple of 4096 or the
 * end. CANCELLED. */
static inline libsearch_status merge_step(const struct merge *merge, unsigned first, unsigned last, uint64_t done,
                                          uint64_t of, libsearch_error *error)
{
    if (merge->part == NULL || (done % 4096 != 0 && done != of))
        return LIBSEARCH_OK;
    const struct watch_part within = watch_within(merge->part, first, last, 100);
    return watch_step(&within, done, of, error);
}

/* Room for so many places and forms. */
bool merge_room(struct merge *merge, size_t count);

/* Numbers the documents anew, so that similar ones are neighbours. Numbers must be there for every input. */
libsearch_status merge_reorder(struct merge *merge, libsearch_error *error);
/* Fills what stands by united number, and the inputs' arrays. */
libsearch_status merge_terms(struct merge *merge, libsearch_error *error);
/* Writes postings, dictionary and lengths. */
libsearch_status merge_lists(struct merge *merge, libsearch_error *error);

/* The readers of all inputs' dictionaries, for dictionary_walk_init; NULL: no memory. To be freed. */
struct terms_reader **merge_readers(const struct merge *merge);

#endif
