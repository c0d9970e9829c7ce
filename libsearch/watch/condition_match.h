/* SPDX-License-Identifier: MIT */
/* Whether a document has what a condition asks for, and which words made it so. */
#ifndef LIBSEARCH_WATCH_CONDITION_MATCH_H
#define LIBSEARCH_WATCH_CONDITION_MATCH_H

#include "watch/condition.h"
#include "watch/inspection.h"

/* Terms of the document that fit a pattern. */
struct pattern_terms {
    uint32_t first, count; /* of matching.pattern_terms */
};

/* A document held against conditions. Once something failed, nothing matches and status says what it was. */
struct matching {
    const libsearch_allocator *allocator;
    const struct dictionary *dictionary;
    const struct schema *schema;
    struct inspection *inspection;
    /* By the dictionary's numbers: of a term or form, its number in the inspection + 1; of a field, 1; of a pattern that
     * was looked at, its number in `patterns` + 1. 0: not there, or not looked at. */
    uint32_t *present;
    size_t present_capacity;
    uint32_t *touched; /* which of them are not 0 */
    size_t touched_count, touched_capacity;
    struct pattern_terms *patterns;
    size_t pattern_count, pattern_capacity;
    uint32_t *pattern_terms;
    size_t pattern_term_count, pattern_term_capacity;
    uint32_t *term_marks; /* by the inspection's terms: the number of the last pattern that fits one, + 1 */
    size_t term_mark_capacity;
    struct arena scratch; /* while places are compared */
    libsearch_status status;
    /* Asked now and then, or NULL; other than OK ends it. */
    libsearch_status (*poll)(void *context);
    void *poll_context;
    unsigned steps; /* see matching_goes_on */
};

void matching_init(struct matching *matching, const libsearch_allocator *allocator, struct inspection *inspection);
void matching_free(struct matching *matching);
/* Begins on the document that the inspection took last. NO_MEMORY in matching->status. */
void matching_start(struct matching *matching, const struct dictionary *dictionary, const struct schema *schema);
/* Says that the document has a key. False: no memory. */
bool matching_note(struct matching *matching, uint32_t key, uint32_t value);

/* Whether the document matches. */
bool condition_matches(struct matching *matching, const struct condition *condition);

/* A stretch of a document's words that made it match. */
struct matched_word {
    uint16_t field;
    uint32_t value, start, end;
};
struct matched_words {
    const libsearch_allocator *allocator;
    struct matched_word *all;
    size_t count, capacity;
};
/* Adds the words by which a condition matches, sorted and each once. False: it failed. */
bool condition_words(struct matching *matching, const struct condition *condition, struct matched_words *words);

/* For condition_words.c and condition_places.c. */
bool node_matches(struct matching *matching, const struct condition_node *nodes, uint32_t number);
bool matching_fail(struct matching *matching, libsearch_status status); /* false */
/* For loops whose steps take nanoseconds: polls after every 1024 steps. False: it has failed. */
static inline bool matching_steps(struct matching *matching, unsigned steps)
{
    matching->steps += steps;
    if (matching->steps >= 1024) {
        matching->steps = 0;
        if (matching->poll != NULL)
            matching_fail(matching, matching->poll(matching->poll_context));
    }
    return matching->status == LIBSEARCH_OK;
}
static inline bool matching_goes_on(struct matching *matching) { return matching_steps(matching, 1); }
/* The document's terms that fit a pattern's node. */
struct pattern_terms matching_pattern(struct matching *matching, const struct condition_node *node);

/* Places of the first and the last word of what was found. */
struct place {
    uint32_t start, end;
};
struct places {
    struct place *all; /* in scratch, by rising start, then end */
    size_t count, capacity;
};
/* Whether a phrase of terms, without slop, stands anywhere; *can: whether it is one. */
bool phrase_stands(struct matching *matching, const struct condition_node *nodes, uint32_t number, bool *can);
/* Where a node (a term, a pattern, a phrase, near, any) stands. */
bool node_places(struct matching *matching, const struct condition_node *nodes, uint32_t number, struct places *places);

#endif
