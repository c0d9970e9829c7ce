/* SPDX-License-Identifier: MIT */
/* A term in one segment, walked block by block: its documents that count, with frequencies as the model has them. */
#ifndef LIBSEARCH_SEARCH_TERM_CURSOR_H
#define LIBSEARCH_SEARCH_TERM_CURSOR_H

#include "search/kernels.h"
#include "search/plan.h"
#include "segment/segment_data.h"

#define NO_DOCUMENT UINT32_MAX

struct term_cursor {
    struct posting_list list;
    const struct plan_term *term;
    const struct segment *segment;
    const struct numbers *lengths; /* NULL: every length is 1 (constant_length) */
    const float *side_weights;     /* by field, weight less 1; NULL: sides do not count */
    struct arena *arena;           /* of the search; for the rare list that needs room */
    uint16_t main_field;           /* of the group */
    bool no_memory;                /* with damaged: it was memory that was short */
    bool damaged;                  /* a block could not be read; the cursor is at its end */

    uint32_t block_number; /* of the loaded block; list.blocks: at the end */
    bool loaded, has_frequencies;
    bool bare;                  /* not loaded, but ready for frequencies: by term_cursor_bare */
    uint32_t index;             /* the place in the block */
    struct posting_block block; /* documents that do not count are taken out (then count may be 0) */
    struct score_parts parts;   /* of the term in this segment */
    float frequencies[POSTING_BLOCK];
    bool has_scores;
    float scores[POSTING_BLOCK];    /* by term_cursor_scores */
    uint8_t origins[POSTING_BLOCK]; /* place in the block as it lies, where documents were taken out */
    bool thinned;
    uint64_t positions_offset; /* of the block, by term_cursor_frequencies */

    uint32_t kept_block, kept_index; /* by term_cursor_remember */
    bool kept_loaded;
};

/* Places it before the first document. list: the term's in this segment. side_weights: of the schema, for weighted
 * terms, or NULL. */
void term_cursor_open(struct term_cursor *cursor, const struct segment *segment, const struct plan_term *term,
                      const struct posting_list *list, const float *side_weights, struct arena *arena);

/* Loads the documents of block b. False at the end, or damaged. */
bool term_cursor_load(struct term_cursor *cursor, uint32_t b);
/* Decodes the loaded block's frequencies, once. */
bool term_cursor_frequencies(struct term_cursor *cursor);
/* Makes whole vectors of sixteen of the loaded block's documents and frequencies, as kernels look at them. */
static inline void term_cursor_pad(struct term_cursor *cursor)
{
    for (uint32_t i = cursor->block.count; i % 16 != 0; i++) {
        cursor->block.documents[i] = cursor->block.documents[0];
        cursor->frequencies[i] = 0;
    }
}
/* Computes the exact scores of all of the loaded block's documents, once. */
bool term_cursor_scores(struct term_cursor *cursor);
/* The same of those in [from, to) alone; scores of others are of no meaning. */
bool term_cursor_scores_between(struct term_cursor *cursor, uint32_t from, uint32_t to);
/* Moves to the first document >= document, from where it is onwards; returns it or NO_DOCUMENT. */
uint32_t term_cursor_seek(struct term_cursor *cursor, uint32_t document);
/* Brings it back to where it was remembered, so that a window of documents can be walked twice. */
void term_cursor_remember(struct term_cursor *cursor);
void term_cursor_return(struct term_cursor *cursor);
/* The block that holds, or would hold, a document: its number, or blocks where there is none. Any order. */
uint32_t term_cursor_block_of(const struct term_cursor *cursor, uint32_t document);
/* Places it on a document, in any order: true where it has the term. Damage: cursor->damaged. */
bool term_cursor_place(struct term_cursor *cursor, uint32_t document);
/* Of a term of the whole group: makes block b ready for its frequencies without decoding its documents, unless it is.
 * False: damaged. */
bool term_cursor_bare(struct term_cursor *cursor, uint32_t b);
/* Of such a term: the frequencies of the documents at n rising places of block b, as the model has them, without
 * decoding more of it than that takes. False: damaged. */
bool term_cursor_frequencies_at(struct term_cursor *cursor, uint32_t b, const uint8_t *places, size_t n,
                                float *frequencies);
/* A document that the cursor's next one is not before: cheap, loads nothing. NO_DOCUMENT at the end. */
uint32_t term_cursor_least(const struct term_cursor *cursor, uint32_t from);

/* The exact score of a document in which the term has a frequency. */
static inline float term_cursor_score_of(const struct term_cursor *cursor, float frequency, uint32_t document)
{
    const uint32_t length = cursor->lengths == NULL ? 1 : (uint32_t)numbers_at(cursor->lengths, document);
    if (cursor->term->formula != NULL)
        return formula_score(cursor->term->formula, frequency, length);
    return score_of(cursor->term->weight, frequency, norms_inverse(cursor->term->norms, length));
}

/* The same of the loaded (or bare) block's i-th; after term_cursor_frequencies. */
static inline float term_cursor_score(const struct term_cursor *cursor, uint32_t i, uint32_t document)
{
    return term_cursor_score_of(cursor, cursor->frequencies[i], document);
}

#endif
