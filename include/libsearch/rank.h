/* SPDX-License-Identifier: MIT
 *
 * Ranking: models, numbers and functions of the program's own in the score, a second stage, feedback, documents like
 * others. A part of libsearch.h, which includes it.
 *
 * Models. libsearch_search_options.model names one, with parameters behind a colon where it has some:
 *
 *   default                         the engine's own; native: see docs/ranking.md
 *   bm25:k1=1.2,b=0.75              Robertson and Zaragoza 2009; title.b=0.3 and the like for the words of one field
 *   bm25-xapian:k1=1,b=0.5,k3=1,min_normlen=0.5
 *                                   libxapian's BM25Weight with k2 = 0, idf with its floor, exact lengths (weight/
 *                                   bm25weight.cc of xapian-core 1.4, after Robertson and others, TREC-3)
 *   bm25+:k1=1.2,b=0.75,delta=1     Lv and Zhai, CIKM 2011
 *   bm25l:k1=1.2,b=0.75,delta=0.5   Lv and Zhai, SIGIR 2011
 *   tf-idf:s=0.2                    pivoted; Singhal, Buckley and Mitra, SIGIR 1996
 *   pl2:c=1                         Amati and van Rijsbergen, TOIS 2002
 *   dph                             Amati, ECIR 2006
 *   lm-dirichlet:mu=2000            Zhai and Lafferty, TOIS 2004
 *   lm-jm:lambda=0.7                the same, Jelinek and Mercer's smoothing
 *   boolean                         every word that is there counts 1
 *
 * The formulas are in docs/ranking.md. All are pruned exactly but pl2 and dph, which have no bounds: with these, and for
 * phrases with the models from bm25+ on, every match is scored (libsearch_results_exhaustive says it).
 */
#ifndef LIBSEARCH_RANK_H
#define LIBSEARCH_RANK_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What a signal makes of a column's value v: g, which never falls as v rises. Of several values of a document the
 * greatest counts. */
typedef enum libsearch_signal_kind {
    LIBSEARCH_SIGNAL_RECENCY = 1, /**< 2^(-(origin - v) / scale), and 1 from origin on: scale is the half-life, of dates
                                          in milliseconds */
    LIBSEARCH_SIGNAL_SATURATION = 2, /**< v / (v + scale): half of it at scale; 0 for v <= 0 */
    LIBSEARCH_SIGNAL_LOGARITHM = 3,  /**< ln(1 + v / scale); 0 for v <= 0 */
    LIBSEARCH_SIGNAL_LINEAR = 4      /**< v / scale; 0 for v <= 0 */
} libsearch_signal_kind;

/** Flags of a signal. */
enum {
    LIBSEARCH_SIGNAL_ADD = 1u << 0 /**< score + weight g, instead of score (base + weight g) */
};

/** A number of the program's that takes part in the score: score (base + weight g(v)). Since 0.1. */
typedef struct libsearch_signal {
    size_t size;                /**< sizeof(libsearch_signal), by LIBSEARCH_SIGNAL_INIT */
    const char *field;          /**< integer, float or date with a column */
    libsearch_signal_kind kind; /**< what is made of its value */
    unsigned flags;             /**< LIBSEARCH_SIGNAL_... */
    float weight;               /**< finite and not negative; INIT: 1 */
    float base;                 /**< likewise; INIT: 1; 0: the score is multiplied by weight g alone */
    double scale;               /**< above 0; INIT: 1 */
    double origin;              /**< recency: now */
    float missing;              /**< g of a document that has no value; INIT: 0 */
} libsearch_signal;

/** @def LIBSEARCH_SIGNAL_INIT
 * The value that a libsearch_signal starts from, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_SIGNAL_INIT                                                                                          \
    {                                                                                                                  \
        sizeof(libsearch_signal), 0, LIBSEARCH_SIGNAL_RECENCY, 0, 1, 1, 1, 0, 0                                        \
    }
#else
#define LIBSEARCH_SIGNAL_INIT                                                                                          \
    {                                                                                                                  \
        .size = sizeof(libsearch_signal), .kind = LIBSEARCH_SIGNAL_RECENCY, .weight = 1, .base = 1, .scale = 1         \
    }
#endif

/** A function of the program's that has the last word on a document's score. It is called in the thread of the search,
 * for documents that may be among the best, in no stated order, and must give the same for the same document. What is
 * not a number, or negative, counts as 0. Since 0.1. */
typedef struct libsearch_scorer {
    size_t size; /**< sizeof(libsearch_scorer), by LIBSEARCH_SCORER_INIT */
    /** The score of the document with this id; so far it has `score`. values: of each of `fields` the greatest that the
     * document has, NaN where it has none. id and values are borrowed until it returns. */
    float (*score)(void *context, libsearch_bytes id, float score, const double *values);
    void *context;             /**< handed to score */
    const char *const *fields; /**< integers, floats or dates with a column, up to LIBSEARCH_MAX_SIGNALS */
    size_t field_count;        /**< of fields */
    int bounded;  /**< not 0: it never gives more than factor * score + addend (what is more counts as that), and only
                      documents that may be among the best are asked about; 0: all matches are */
    float factor; /**< finite and not negative; INIT: 1 */
    float addend; /**< finite and not negative */
} libsearch_scorer;

/** @def LIBSEARCH_SCORER_INIT
 * The value that a libsearch_scorer starts from, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_SCORER_INIT                                                                                          \
    {                                                                                                                  \
        sizeof(libsearch_scorer), 0, 0, 0, 0, 0, 1, 0                                                                  \
    }
#else
#define LIBSEARCH_SCORER_INIT                                                                                          \
    {                                                                                                                  \
        .size = sizeof(libsearch_scorer), .factor = 1                                                                  \
    }
#endif

/** A second stage: the first `count` documents are scored again and put in order of that, with ties as they were before;
 * what comes behind them stays as it was, with the scores of the first stage. Since 0.1. */
typedef struct libsearch_rescorer {
    size_t size; /**< sizeof(libsearch_rescorer), by LIBSEARCH_RESCORER_INIT */
    /** Gives result i of the first stage its new score, in *score, which holds the old one; any number but NaN. It may
     * ask the results for the document, a snippet and so on. Anything but OK ends the search with that status. */
    libsearch_status (*rescore)(void *context, libsearch_results *results, size_t i, float *score,
                                libsearch_error *error);
    void *context; /**< handed to rescore */
    size_t count;  /**< INIT: 100 */
} libsearch_rescorer;

/** @def LIBSEARCH_RESCORER_INIT
 * The value that a libsearch_rescorer starts from, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_RESCORER_INIT                                                                                        \
    {                                                                                                                  \
        sizeof(libsearch_rescorer), 0, 0, 100                                                                          \
    }
#else
#define LIBSEARCH_RESCORER_INIT                                                                                        \
    {                                                                                                                  \
        .size = sizeof(libsearch_rescorer), .count = 100                                                               \
    }
#endif

/** Feedback from documents: their words are added to a question. Since 0.1. */
typedef struct libsearch_feedback {
    size_t size;      /**< sizeof(libsearch_feedback), by LIBSEARCH_FEEDBACK_INIT */
    size_t documents; /**< in a search: from so many of its first answers; INIT: 5; at most LIBSEARCH_MAX_FEEDBACK */
    size_t words;     /**< how many are added; INIT: 50; at most 1000 */
    float share; /**< from 0 to 1: what the added words count together, beside 1 - share of the question; INIT: 0.4 */
    size_t max_bytes; /**< of each document's text, no more is read; INIT: 1 MiB */
} libsearch_feedback;

/** @def LIBSEARCH_FEEDBACK_INIT
 * The value that a libsearch_feedback starts from, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_FEEDBACK_INIT                                                                                        \
    {                                                                                                                  \
        sizeof(libsearch_feedback), 5, 50, 0.4f, 1048576                                                               \
    }
#else
#define LIBSEARCH_FEEDBACK_INIT                                                                                        \
    {                                                                                                                  \
        .size = sizeof(libsearch_feedback), .documents = 5, .words = 50, .share = 0.4f, .max_bytes = 1048576           \
    }
#endif

/** What a search ranks by beyond its model: libsearch_search_options.ranking. The query's score goes through the signals
 * in their order and then through the scorer; ties, sorting by score, collapsing and cursors go by what comes out. The
 * rescorer sees that ranking, and takes no sort, collapse or cursor (INVALID). The documents `without` are treated as if
 * they were deleted. Since 0.1. */
struct libsearch_ranking {
    size_t size;                        /**< sizeof, by LIBSEARCH_RANKING_INIT */
    const libsearch_signal *signals;    /**< up to LIBSEARCH_MAX_SIGNALS */
    size_t signal_count;                /**< of signals */
    const libsearch_scorer *scorer;     /**< or NULL */
    const libsearch_rescorer *rescorer; /**< or NULL */
    const libsearch_bytes *without;     /**< ids of documents that are not to be found; unknown ones do no harm */
    size_t without_count;               /**< at most LIBSEARCH_MAX_RESULTS */
    const libsearch_feedback *feedback; /**< or NULL; the query is put twice, the second time with words of the first
                                             answers (libsearch_query_feedback), which decides what is found */
};

/** @def LIBSEARCH_RANKING_INIT
 * The value that a libsearch_ranking starts from, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_RANKING_INIT                                                                                         \
    {                                                                                                                  \
        sizeof(libsearch_ranking), 0, 0, 0, 0, 0, 0, 0                                                                 \
    }
#else
#define LIBSEARCH_RANKING_INIT                                                                                         \
    {                                                                                                                  \
        .size = sizeof(libsearch_ranking)                                                                              \
    }
#endif

/**
 * A query with feedback: the words that say most about documents that somebody found good, beside the query itself.
 * A term's impact in a document is x / (x + 1.2), x = f / (0.25 + 0.75 l / a), f and length l weighted by field, a the
 * average length; of all terms but stop words the `words` with the greatest idf times mean impact are taken (after
 * Rocchio, “Relevance feedback in information retrieval”, 1971), each with a weight in proportion to its mean impact:
 * together the share of the options, times the number of the question's words. A question that is nothing but words keeps
 * that shape, so that it is still pruned.
 *
 * query: NULL for the documents' words alone, of those that other documents have, too. ids: `count` documents of the
 * snapshot (else NOT_FOUND), whose text is stored (else UNSUPPORTED). weights: of each, NULL: all alike; finite and not
 * negative. options: NULL for those of INIT. *expanded is yours; it can be searched with, printed and explained like any
 * other. Errors: also INVALID, LIMIT, CORRUPT, IO, NO_MEMORY. Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_query_feedback(libsearch_snapshot *snapshot, const libsearch_query *query,
                                                        const libsearch_bytes *ids, const float *weights, size_t count,
                                                        const libsearch_feedback *options, libsearch_query **expanded,
                                                        libsearch_error *error);

/**
 * A query for documents like a text: the `words` (0: 30) of it that say most, as libsearch_query_feedback chooses and
 * weighs them. For documents like others: libsearch_query_feedback without a query, and those others in
 * libsearch_ranking.without. *query is yours. Errors: INVALID, LIMIT, UNSUPPORTED (the engine), CORRUPT, IO, NO_MEMORY.
 * Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_query_similar(libsearch_snapshot *snapshot, libsearch_bytes text, size_t words,
                                                       libsearch_query **query, libsearch_error *error);

/** How several fields are searched as one. */
typedef enum libsearch_fields_as {
    LIBSEARCH_FIELDS_BM25F =
        0,                    /**< word by word: f = the sum over the fields of weight f_i / (1 - b_i + b_i l_i / a_i),
                                     and the word gives W f / (f + k1). Robertson, Zaragoza and Taylor, “Simple BM25
                                     extension to multiple weighted fields” (CIKM 2004), each field with its own b as in
                                     Zaragoza and others, “Microsoft Cambridge at TREC-13” (2004) */
    LIBSEARCH_FIELDS_BEST = 1 /**< the text in each field by itself, times its weight; the best of these */
} libsearch_fields_as;

/**
 * A text in several fields, with weights given by the query. fields: `count` text fields, with one analyzer for
 * LIBSEARCH_FIELDS_BM25F (else the search is UNSUPPORTED); weights: NULL for 1 each; finite and not negative.
 * flags: LIBSEARCH_WORDS_ALL, LIBSEARCH_WORDS_KEEP_STOPS. BM25F takes W, k1 and b from the search's model (W of the
 * document and collection frequencies of all fields that share lists with one of these) and is UNSUPPORTED with models
 * that are formulas of their own, from bm25+ on. Both look at every match. With more than LIBSEARCH_MAX_FIELDS_WORDS
 * words, those of each field counted, the search is LIMIT. NULL: no memory, or a wrong argument. Since 0.1.
 */
LIBSEARCH_API libsearch_query *libsearch_query_fields(const char *const *fields, const float *weights, size_t count,
                                                      libsearch_bytes text, libsearch_fields_as as, unsigned flags);

/** 1 where every match was scored; 0 where documents were left out that could not be among the best. Since 0.1. */
LIBSEARCH_API int libsearch_results_exhaustive(const libsearch_results *results);

#ifdef __cplusplus
}
#endif

#endif
