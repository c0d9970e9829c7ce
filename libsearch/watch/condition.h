/* SPDX-License-Identifier: MIT */
/* A saved query made ready: the query tree, analyzed against a schema as search/plan.h does, with words as numbers of
 * the dictionary. A row of nodes, each before its parts; what is not scored is left away. */
#ifndef LIBSEARCH_WATCH_CONDITION_H
#define LIBSEARCH_WATCH_CONDITION_H

#include "query/query.h"
#include "schema/schema.h"
#include "watch/dictionary.h"

enum condition_kind {
    CONDITION_NONE = 1,
    CONDITION_ALL,
    CONDITION_TERM,    /* key: KEY_TERM or KEY_FORM */
    CONDITION_PATTERN, /* key: KEY_PREFIX … KEY_WORDS; anchor: the KEY_PREFIX that its words begin with, or KEY_NONE */
    CONDITION_RANGE,   /* low, high; key: KEY_FIELD */
    CONDITION_EXISTS,  /* key: KEY_FIELD */
    CONDITION_BOOLEAN, /* parts with occurs; number: how many SHOULD must match */
    CONDITION_PHRASE,  /* parts (terms, patterns) at offsets from each other; number: slop */
    CONDITION_NEAR,    /* parts; number: distance */
    CONDITION_ANY      /* any of the parts, by their places: of phrases and near */
};

enum { CONDITION_ORDERED = 1 << 0 };

struct condition_node {
    uint8_t kind;
    uint8_t occur;  /* of a boolean's part */
    uint8_t flags;  /* CONDITION_… */
    uint16_t field; /* only there; SCHEMA_NO_FIELD: anywhere in the list */
    uint32_t end;   /* the node behind its last part */
    uint32_t key;
    uint32_t number; /* see above; of a pattern: the anchor */
    uint32_t offset; /* of a phrase's part */
    union {
        int64_t integer;
        double real;
    } low, high; /* CONDITION_RANGE, both ends included, as the field's type says */
};

struct condition {
    struct condition_node *nodes;
    size_t count, capacity;
};

/* What compiling needs and keeps from query to query. */
struct compiler {
    const libsearch_allocator *allocator;
    const struct schema *schema;
    struct dictionary *dictionary;
    struct tokenizer **tokenizers; /* by the number of the schema's analyzer, made when needed */
    size_t tokenizer_count;
    struct condition *to;
    bool lenient;                    /* what cannot be done matches nothing, and is told */
    struct query_warning **warnings; /* or NULL */
};
void compiler_free(struct compiler *compiler);

/* Compiles a query. The condition takes references to its keys. lenient: whatever the tree says of itself. Errors as
 * plan_make has them: INVALID, UNSUPPORTED, LIMIT, NO_MEMORY. */
libsearch_status condition_compile(struct compiler *compiler, const libsearch_query *query, bool lenient,
                                   struct condition *condition, libsearch_error *error);
/* Lets go of the nodes from `first` on and of their keys. */
void condition_cut(struct condition *condition, struct dictionary *dictionary, size_t first);
void condition_free(struct condition *condition, struct dictionary *dictionary, const libsearch_allocator *allocator);

/* For condition_text.c: an empty node at the end; its number. */
libsearch_status condition_add(struct compiler *compiler, const struct condition_node *like, size_t *number,
                               libsearch_error *error);
/* Closes a node: all behind it are its parts. */
void condition_close(struct compiler *compiler, size_t number);
libsearch_status compile_warn(struct compiler *compiler, const libsearch_query *query, const char *line,
                              libsearch_error *error);
/* The field that a query names; NULL for none. INVALID where there is no such. */
libsearch_status compile_field(const struct compiler *compiler, const libsearch_query *query,
                               const struct field **field, libsearch_error *error);
libsearch_status compile_text(struct compiler *compiler, const libsearch_query *query, libsearch_error *error);
libsearch_status compile_phrase(struct compiler *compiler, const libsearch_query *query, libsearch_error *error);
libsearch_status compile_near(struct compiler *compiler, const libsearch_query *query, libsearch_error *error);
libsearch_status compile_pattern(struct compiler *compiler, const libsearch_query *query, libsearch_error *error);
libsearch_status compile_fields(struct compiler *compiler, const libsearch_query *query, libsearch_error *error);
libsearch_status compile_any(struct compiler *compiler, const libsearch_query *query, libsearch_error *error);

#endif
