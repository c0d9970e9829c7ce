/* SPDX-License-Identifier: MIT */
/* The oracle: search answered by looking at every document, over and over. It knows words, places and lengths, from
 * the analyzers alone, and nothing of posting lists, segments, blocks or bounds; slow, and simple enough to be
 * believed. Scores are computed by the formulas of search/model.h in floats, step by step:
 *
 *   - statistics (documents N, a term's document frequency n and collection frequency cf, average lengths) count all
 *     documents that are given to it, deleted ones too; a term of one field of the default group has the statistics
 *     of the whole group;
 *   - the sum of a node is taken in the order of its parts: a text's distinct words in the order in which the
 *     question has them first, a boolean's children; a part that is itself a sum is summed up first;
 *   - boosts are multiplied from the outside in, and then with a term's weight; in a union a compound as a whole
 *     counts half;
 *   - a phrase is (but where the model is a formula of its own: there its words' scores are summed up, each as often as
 *     it stands) a term whose weight is the sum of its words' weights and whose frequency is how often it stands;
 *   - equal scores are ranked by number.
 *
 * Failures of memory end the program. */
#ifndef TESTS_ORACLE_ORACLE_H
#define TESTS_ORACLE_ORACLE_H

#include "query/query.h"
#include "schema/document.h"
#include "schema/schema.h"
#include "search/search.h"

/* Strings as numbers. */
struct oracle_words {
    char **strings;
    size_t *lengths;
    uint32_t *slots; /* number + 1 */
    size_t count, capacity, slot_count;
};
uint32_t oracle_word(struct oracle_words *words, const char *string, size_t length);
void oracle_words_free(struct oracle_words *words);

/* A word of a text, or a keyword. */
struct oracle_token {
    uint32_t term, surface; /* of a keyword: both itself */
    uint32_t position;      /* in the line of positions that its list has */
    uint16_t list;          /* 0: the default group, else 1 + field */
    uint16_t field;
};

struct oracle_value {
    uint16_t field;
    libsearch_type type;
    int64_t integer;
    double number;
};

struct oracle_document {
    struct oracle_token *tokens;
    size_t token_count, token_capacity;
    struct oracle_value *values; /* of fields that are no text */
    size_t value_count, value_capacity;
    uint32_t *lengths; /* words by field; fields that came later have none */
    size_t field_count;
    uint32_t plain_length, weighted_length; /* of the default group */
};
struct oracle_document *oracle_document_new(struct oracle_words *words, const struct schema *schema,
                                            const libsearch_document *document);
void oracle_document_free(struct oracle_document *document);
static inline uint32_t oracle_field_length(const struct oracle_document *document, uint16_t field)
{
    return field < document->field_count ? document->lengths[field] : 0;
}

/* What is searched. Borrowed, but for words, which questions may add to. */
struct oracle {
    const struct schema *schema;
    struct oracle_words *words;
    struct oracle_document **documents; /* by number */
    bool *live;
    size_t count;
};

struct oracle_model {
    enum {
        ORACLE_DEFAULT,
        ORACLE_BM25,
        ORACLE_BM25_XAPIAN,
        ORACLE_BOOLEAN,
        ORACLE_BM25_PLUS, /* from here on: oracle_formula.c */
        ORACLE_BM25_L,
        ORACLE_TF_IDF,
        ORACLE_PL2,
        ORACLE_DPH,
        ORACLE_LM_DIRICHLET,
        ORACLE_LM_JM
    } kind;
    float k1, b, k3, min_normlen;
    float extra;       /* delta, s, c, mu or lambda */
    const char *field; /* or NULL; has its own: */
    float field_k1, field_b;
};

struct oracle_answer {
    libsearch_status status; /* LIMIT: a pattern stands for too many words */
    struct search_hit *hits; /* all that match, best first */
    size_t count;
};
struct oracle_answer oracle_search(struct oracle *oracle, const libsearch_query *query,
                                   const struct oracle_model *model);
void oracle_answer_free(struct oracle_answer *answer);

/* Whether a word as written fits; pattern: folded. Fuzzy: optimal string alignment over characters, at most
 * `distance` edits, the first `prefix` characters the same. Regular: by the C library's regcomp, which knows all that the
 * tests ask for. Range: low is the folded low end; the high end is the query's, which the tests have folded. */
bool oracle_fits_prefix(const char *word, size_t length, const char *pattern, size_t pattern_length);
bool oracle_fits_wildcard(const char *word, size_t length, const char *pattern, size_t pattern_length);
bool oracle_fits_fuzzy(const char *word, size_t length, const char *pattern, size_t pattern_length, unsigned distance,
                       unsigned prefix);
bool oracle_fits_regular(const char *word, size_t length, const char *pattern, size_t pattern_length);
bool oracle_fits_range(const char *word, size_t length, const libsearch_query *query, const char *low,
                       size_t low_length);
/* The edits that a fuzzy word of so many characters may be away when the question does not say. */
unsigned oracle_fuzzy_distance(const char *pattern, size_t length);

/* Memory that is there or ends the program. */
void *oracle_allocate(size_t size);
void oracle_grow(void *array, size_t *capacity, size_t wanted, size_t size);

#endif
