/* SPDX-License-Identifier: MIT */
/* Synonyms: texts that stand for other texts, and queries with them. */
#ifndef LIBSEARCH_QUERY_SYNONYMS_H
#define LIBSEARCH_QUERY_SYNONYMS_H

#include "query/query.h"
#include "schema/schema.h"

/* Where the text `from` stands, any of targets [first, first + count) is looked for, too, but itself. */
struct synonym_rule {
    uint32_t from, first, count; /* from: number of a text; first: in targets */
};

struct libsearch_synonyms {
    const libsearch_allocator *allocator;
    struct arena arena; /* of texts */
    libsearch_bytes *texts;
    uint32_t *targets; /* numbers of texts */
    struct synonym_rule *rules;
    size_t text_count, target_count, rule_count, text_capacity, target_capacity, rule_capacity;
    struct synonym_index *indexes; /* by analyzer, made when first asked for; only ever added to. Atomic */
};

/* The rules as one analyzer sees them, by the first term of `from`. */
struct synonym_index;
struct synonym_match {
    size_t length; /* in terms; 0: no rule fits */
    const struct synonym_rule *const *rules;
    size_t count;
};
/* The longest rule that fits the terms, all rules of that length. terms[i] has lengths[i] bytes. */
libsearch_status synonyms_match(const libsearch_synonyms *synonyms, const struct analyzer *analyzer,
                                const char *const *terms, const size_t *lengths, size_t count,
                                struct synonym_match *match, libsearch_error *error);
/* How many words the analyzer finds in a text. */
libsearch_status synonyms_word_count(const libsearch_synonyms *synonyms, const struct analyzer *analyzer, uint32_t text,
                                     size_t *count, libsearch_error *error);

/* The query with alternatives for its words; the same one with a reference more where it has none. */
libsearch_status synonyms_expand(const libsearch_synonyms *synonyms, const struct schema *schema,
                                 const libsearch_query *query, libsearch_query **expanded, libsearch_error *error);

#endif
