/* SPDX-License-Identifier: MIT */
/* What a pattern is to a walk: states that letters lead from one to the next. */
#ifndef LIBSEARCH_TERMS_AUTOMATON_H
#define LIBSEARCH_TERMS_AUTOMATON_H

#include "terms/letters.h"
#include "terms/walks.h"

enum automaton_fate {
    AUTOMATON_DEAD, /* no word that goes on from here fits */
    AUTOMATON_OPEN, /* it depends */
    AUTOMATON_ALL   /* every word that goes on from here fits, and so does one that ends */
};

struct automaton {
    const void *pattern;
    const struct alphabet *alphabet;
    size_t state_size;
    const void *first; /* the state before any letter */
    enum automaton_fate first_fate;
    /* From a state by the letter of that number of the alphabet. */
    enum automaton_fate (*step)(const void *pattern, const void *from, uint32_t letter, void *to);
    /* The distance of a word that ends in the state; beyond TERM_DISTANCE_MAX: it does not fit. */
    unsigned (*distance)(const void *pattern, const void *state);
};

/* Walks the words that begin with these bytes and go on as the automaton wants. */
libsearch_status automaton_walk(const struct terms_reader *reader, const libsearch_allocator *allocator,
                                const struct term_walk *walk, const struct automaton *automaton, const void *prefix,
                                size_t length, libsearch_error *error);

#endif
