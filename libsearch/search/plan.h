/* SPDX-License-Identifier: MIT */
/* From a query tree to a plan: words analyzed, stop words of the question dropped, terms looked up in all segments,
 * weights known. A plan belongs to one search of one snapshot and lives in its arena. */
#ifndef LIBSEARCH_SEARCH_PLAN_H
#define LIBSEARCH_SEARCH_PLAN_H

#include "base/memory.h"
#include "index/snapshot.h"
#include "postings/posting_list.h"
#include "query/query.h"
#include "search/formula.h"

enum plan_kind {
    PLAN_NONE,    /* no document */
    PLAN_ALL,     /* every document; score: constant */
    PLAN_TERM,    /* documents that have a term */
    PLAN_PHRASE,  /* documents that have terms[] near each other in order */
    PLAN_GROUP,   /* documents that have any of terms[]; score: constant (words that a prefix stands for) */
    PLAN_RANGE,   /* documents with a column's value in a range; score: constant */
    PLAN_EXISTS,  /* documents that have a value in a field; score: constant */
    PLAN_SET,     /* documents of a set; score: constant */
    PLAN_BOOLEAN, /* children with occurs */
    PLAN_NEAR,    /* documents that have span; terms[0]: whose lengths and norms the score goes by */
    PLAN_FIELDS,  /* documents that have any of terms[], one word in several fields, each times its factor: BM25F */
    PLAN_MAX      /* documents that any child matches; score: the best child's and tie times the others' */
};

/* A term as this search sees it. */
struct plan_term {
    uint16_t list;  /* 0: the default group, else 1 + field number */
    uint16_t field; /* counts only occurrences in this field of the group; SCHEMA_NO_FIELD: all */
    const char *bytes;
    size_t length;
    struct posting_list **lists;                       /* by segment; NULL where the segment does not have the term */
    uint64_t document_frequency, collection_frequency; /* over all segments, with deleted documents */
    float weight;                                      /* W, boosts multiplied in */
    const struct formula *formula;                     /* of a model that is one: what scores instead of W */
    const struct norms *norms;
    bool weighted;        /* frequencies and lengths by the fields' weights */
    bool constant_length; /* keywords: every document is of average length */
    uint32_t *forms;      /* by segment: the form that counts, UINT32_MAX: none; NULL: any form counts (spans) */
};

/* Which words of a sloppy phrase may not stand in the same place: see struct in_line_word. NULL: none. */
struct plan_repeats {
    uint32_t *next;
    bool *in_last;
};

/* Where words stand, for spans.h. */
enum span_kind {
    SPAN_WORDS,  /* any of terms */
    SPAN_PHRASE, /* parts (SPAN_WORDS) at offsets from each other, moved by at most slop */
    SPAN_NEAR,   /* parts at most slop from each other; ordered: each behind the one before */
    SPAN_ANY     /* any of parts */
};
struct plan_span {
    enum span_kind kind;
    struct plan_term *terms; /* SPAN_WORDS */
    size_t term_count;
    struct plan_span **parts;
    uint32_t *offsets;           /* SPAN_PHRASE: place of each part from the first */
    struct plan_repeats repeats; /* likewise */
    size_t part_count;
    unsigned slop;
    bool ordered;
    float weight;             /* words: of the most frequent one; phrase, near: the parts' sum; any: the least */
    struct formulas formulas; /* likewise, of a model that is a formula */
};

struct plan_node {
    enum plan_kind kind;
    bool scored; /* false: it only matches */
    float constant;
    struct plan_term *terms;     /* TERM: one; PHRASE, GROUP: term_count */
    uint32_t *offsets;           /* PHRASE: place of each term from the first */
    struct plan_repeats repeats; /* likewise */
    size_t term_count;
    unsigned slop;
    bool ordered;
    float phrase_weight;      /* PHRASE: sum of the terms' weights */
    struct formulas formulas; /* PHRASE, NEAR: what scores instead, where the model is a formula; else none */
    uint16_t column;          /* RANGE, EXISTS: field number */
    bool has_low, has_high;
    uint64_t low, high;                  /* RANGE over numbers: the column's values */
    bool of_words, low_open, high_open;  /* RANGE over keywords */
    libsearch_bytes low_text, high_text; /* likewise */
    struct plan_node **children;
    uint8_t *occurs;
    size_t child_count;
    unsigned minimum;            /* of SHOULD children that must match */
    struct plan_span *span;      /* NEAR */
    const struct query_set *set; /* SET: the query's */
    float tie;                   /* MAX */
    float *factors;              /* FIELDS: by term */
};

struct plan {
    struct arena *arena;
    const struct snapshot *snapshot;
    const struct model *model;
    uint64_t documents; /* in all segments, deleted ones too */
    double tokens;      /* words of the default group in all of them */
    struct norms *group_norms, *keyword_norms;
    struct norms **field_norms; /* by field number, made when asked for */
    struct plan_node *root;
    libsearch_status (*poll)(void *context); /* or NULL; asked now and then while words are walked */
    void *poll_context;
    bool lenient; /* the query came from people: what cannot be done is left out or done nearly so, and told */
    bool strict;  /* never lenient: what is found is deleted, say */
    struct query_warning **warnings; /* of plan->snapshot->allocator; the caller's, also when planning fails */
};

/* For loops over words: asks whether the search shall go on. */
static inline libsearch_status plan_poll(const struct plan *plan)
{
    return plan->poll == NULL ? LIBSEARCH_OK : plan->poll(plan->poll_context);
}

/* Plans a part of the query. */
libsearch_status plan_any(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                          struct plan_node **node, libsearch_error *error);
/* Adds a warning about a query, as one line. */
libsearch_status plan_warn(struct plan *plan, const libsearch_query *query, libsearch_error *error, const char *format,
                           ...) __attribute__((format(printf, 4, 5)));

/* Errors: INVALID (a field that is not there or of another type), LIMIT (expansion), UNSUPPORTED, CORRUPT,
 * NO_MEMORY. */
libsearch_status plan_make(struct plan *plan, const libsearch_query *query, libsearch_error *error);

/* For plan_expand.c: an empty node; a term looked up in every segment; NULL: no memory. */
struct plan_node *plan_node_new(struct plan *plan, enum plan_kind kind, bool scored);
libsearch_status plan_term_find(struct plan *plan, struct plan_term *term, libsearch_error *error);
/* Sets the weight of a term that was looked up and is there, and its formula. */
libsearch_status plan_weigh(struct plan *plan, struct plan_term *term, float boost, uint32_t query_frequency,
                            libsearch_error *error);
/* Adds one list of formulas to another. */
libsearch_status plan_join_formulas(struct plan *plan, struct formulas *to, const struct formulas *from,
                                    libsearch_error *error);
/* A term's own formula as a list; empty where the model is none. */
libsearch_status plan_formulas_of(struct plan *plan, const struct plan_term *term, struct formulas *formulas,
                                  libsearch_error *error);
/* The field that a query names (NULL: the default group). INVALID when there is none. */
libsearch_status plan_field(const struct plan *plan, const libsearch_query *query, const struct field **field,
                            libsearch_error *error);
/* The list number of a field's words; 0 for NULL. */
static inline uint16_t plan_list_of(const struct field *field)
{
    return field == NULL || field->in_group ? 0 : (uint16_t)(field->number + 1);
}
/* QUERY_PREFIX, _WILDCARD, _FUZZY, _REGULAR, and _RANGE of words: the terms of all words that fit. */
libsearch_status plan_expand(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                             struct plan_node **node, libsearch_error *error);
/* The same as terms, sorted by their bytes; their weights are not set. pattern: folded as the words are. */
libsearch_status plan_words_like(struct plan *plan, const libsearch_query *query, const struct field *field,
                                 enum query_kind kind, libsearch_bytes pattern, struct plan_term **terms, size_t *count,
                                 libsearch_error *error);
/* Documents that have any of the terms, each with the same score. */
libsearch_status plan_group(struct plan *plan, struct plan_term *terms, size_t count, float boost, bool scored,
                            struct plan_node **node, libsearch_error *error);
/* A query's text folded as the words of the field are; keywords stay as they are. */
libsearch_status plan_fold(struct plan *plan, const struct field *field, libsearch_bytes text, libsearch_bytes *folded,
                           libsearch_error *error);

#endif
