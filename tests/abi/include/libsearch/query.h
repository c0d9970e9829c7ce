/* SPDX-License-Identifier: MIT
 *
 * Query trees, built by functions or parsed from text. A part of libsearch.h, which includes it.
 *
 * Each constructor takes its own references to the queries given to it: free yours when done.
 * A NULL query among the arguments makes the constructor fail, so that trees can be written nested
 * and checked once.
 */
#ifndef LIBSEARCH_QUERY_H
#define LIBSEARCH_QUERY_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How a part of libsearch_query_boolean takes part. */
typedef enum libsearch_occur {
    LIBSEARCH_SHOULD = 0, /**< may match, and counts when it does */
    LIBSEARCH_MUST = 1,   /**< must match, and counts */
    LIBSEARCH_FILTER = 2, /**< must match, does not count */
    LIBSEARCH_MUST_NOT = 3
} libsearch_occur;

/** Flags of libsearch_query_parse. */
enum {
    LIBSEARCH_PARSE_STRICT = 1u << 0, /**< what is not of the language is SYNTAX, not a warning */
    LIBSEARCH_PARSE_WORDS = 1u << 1,  /**< nothing but words: no operator, quote or field means anything */
    LIBSEARCH_PARSE_ALL = 1u << 2     /**< words that stand side by side must all match */
};

/** Parses a query as people type it, by the index's fields and analyzers. Its warnings are told by the
 * results of a search with it. Errors: SYNTAX (strict), LIMIT, NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_query_parse(libsearch_index *index, libsearch_bytes text, unsigned flags,
                                                     libsearch_query **query, libsearch_error *error);

/** The clock of the system, for libsearch_parse_options.now. */
#define LIBSEARCH_NOW INT64_MIN

/** How a query is parsed. */
typedef struct libsearch_parse_options {
    size_t size;                        /**< sizeof, by LIBSEARCH_PARSE_OPTIONS_INIT */
    unsigned flags;                     /**< LIBSEARCH_PARSE_... */
    int64_t now;                        /**< milliseconds since 1970 that dates such as now-7d and today count from;
                                              INIT: LIBSEARCH_NOW */
    const libsearch_synonyms *synonyms; /**< that its words also stand for; NULL: none. Not needed any more after the
                                              call */
} libsearch_parse_options;

/** What to start libsearch_parse_options from. */
#ifdef __cplusplus
#define LIBSEARCH_PARSE_OPTIONS_INIT                                                                                   \
    {                                                                                                                  \
        sizeof(libsearch_parse_options), 0, LIBSEARCH_NOW, 0                                                           \
    }
#else
#define LIBSEARCH_PARSE_OPTIONS_INIT                                                                                   \
    {                                                                                                                  \
        .size = sizeof(libsearch_parse_options), .now = LIBSEARCH_NOW                                                  \
    }
#endif

/** libsearch_query_parse with options; NULL: none. Errors: also INVALID (an option). Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_query_parse_as(libsearch_index *index, libsearch_bytes text,
                                                        const libsearch_parse_options *options, libsearch_query **query,
                                                        libsearch_error *error);

/** A word or text, analyzed as the field is; field NULL: all default fields. Several words become a
 * union. NULL: no memory. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_text(const char *field, libsearch_bytes text);
/** A phrase: the words of text, in order; slop: by how many places words may be moved (so that with 2 two neighbours may
 * change places). A word of the document serves one word of the phrase, also where the phrase has it twice. Since 0.1.
 */
LIBSEARCH_API libsearch_query *libsearch_query_phrase(const char *field, libsearch_bytes text, unsigned slop);
/** Parts by occurrence; at least minimum of the SHOULD parts must match (0: one, where there is no MUST
 * or FILTER part). Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_boolean(const libsearch_occur *occurs,
                                                       const libsearch_query *const *queries, size_t count,
                                                       unsigned minimum);
/** A keyword's exact value. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_keyword(const char *field, libsearch_bytes value);
/** An integer or date (or a boolean, as 0 or 1) within [from, to], both ends included. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_integer_range(const char *field, int64_t from, int64_t to);
/** A boolean that is true (value is not 0) or false. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_truth(const char *field, int value);
/** A float within [from, to], both ends included. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_float_range(const char *field, double from, double to);
/** Texts within `distance` places of each other: from where the first of them ends to where the last begins. ordered:
 * each behind the one before. Parts are texts (any of their words), phrases, words that fit a pattern, other
 * near queries, and boosts and plain unions of these; all of the default fields, or of one field. Scored as a phrase.
 * Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_near(const libsearch_query *const *queries, size_t count,
                                                    unsigned distance, int ordered);
/** Documents that match any part; the best part's score counts, and the others' by tie (0: not at all, 1: as in a
 * union). Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_best(const libsearch_query *const *queries, size_t count, float tie);
/** Words that begin so, as they were written. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_prefix(const char *field, libsearch_bytes prefix);
/** Words that fit a pattern as a whole, as they were written: * is any run of characters, ? any one. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_wildcard(const char *field, libsearch_bytes pattern);
/** Words at most `distance` (1, 2; 0: by the word's length) characters more, less, other or swapped away. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_fuzzy(const char *field, libsearch_bytes word, unsigned distance);
/** libsearch_query_fuzzy whose first `prefix` characters must be the same (there it is 1); at most 255. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_fuzzy_as(const char *field, libsearch_bytes word, unsigned distance,
                                                        unsigned prefix);
/** Words, as they were written, that a regular expression fits as a whole: characters as themselves, . any one, [a-z]
 * and [^a-z] any of or any but these, \\d a digit, ( | ) alternatives, and behind any of these * + ? {2} {2,} {2,5}.
 * A backslash takes the meaning from punctuation. Nothing looks back or ahead, and time is linear in a word's length.
 * What is wrong with an expression is said when it is searched with, or parsed. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_regular_expression(const char *field, libsearch_bytes expression);
/** Flags of libsearch_query_word_range. */
enum {
    LIBSEARCH_RANGE_WITHOUT_LOW = 1u << 0, /**< the low end itself is not in it */
    LIBSEARCH_RANGE_WITHOUT_HIGH = 1u << 1 /**< the high end is not */
};
/** Keywords from low to high in the order of their bytes, or words as they were written of a text field, which may be
 * LIBSEARCH_MAX_EXPANSION at most; an end that is NULL is open. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_word_range(const char *field, const libsearch_bytes *low,
                                                          const libsearch_bytes *high, unsigned flags);
/** Documents that have a value in a field. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_exists(const char *field);

/** How a text is matched. */
enum {
    LIBSEARCH_WORDS_ALL = 1u << 0,        /**< all words must match, not any of them */
    LIBSEARCH_WORDS_EXACT = 1u << 1,      /**< in the form in which they are written here, not by their stems */
    LIBSEARCH_WORDS_KEEP_STOPS = 1u << 2, /**< stop words count too */
    LIBSEARCH_WORDS_LAST_PREFIX = 1u << 3 /**< of a phrase, the last word is the beginning of one */
};
/** libsearch_query_text with flags, LIBSEARCH_WORDS_...; those of a phrase alone are wrong: NULL. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_text_as(const char *field, libsearch_bytes text, unsigned flags);
/** libsearch_query_phrase with flags, LIBSEARCH_WORDS_...; those of a text alone are wrong: NULL. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_phrase_as(const char *field, libsearch_bytes text, unsigned slop,
                                                         unsigned flags);
/** The query with its score multiplied; factor is finite and not negative. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_boost(const libsearch_query *query, float factor);
/** Every document with the same score. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_constant(const libsearch_query *query, float score);
/** All documents, with a score of 1. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_match_all(void);
/** No document. Since 0.1. */
LIBSEARCH_API libsearch_query *libsearch_query_match_none(void);
/** Lets go of a query; trees that it went into keep it. Since 0.1. */
LIBSEARCH_API void libsearch_query_free(libsearch_query *query);

/** The query as text that parses to it again. *text is yours: free it with libsearch_text_free.
 * Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_query_print(const libsearch_query *query, char **text, libsearch_error *error);
/** Frees a text that the library gave. Since 0.1. */
LIBSEARCH_API void libsearch_text_free(char *text);

#ifdef __cplusplus
}
#endif

#endif
