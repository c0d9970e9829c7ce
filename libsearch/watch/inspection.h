/* SPDX-License-Identifier: MIT */
/* One document in memory, taken apart as a segment would: its words as they are written (forms), their terms, where each
 * stands, and its values. What an index of this document alone would know of it. Used again for the next document. */
#ifndef LIBSEARCH_WATCH_INSPECTION_H
#define LIBSEARCH_WATCH_INSPECTION_H

#include "schema/document.h"
#include "schema/schema.h"

struct inspected_token {
    uint32_t form;
    uint32_t position;   /* in the line of positions that its list has */
    uint32_t start, end; /* bytes of the value */
    uint32_t value;      /* of the field's values, from 0 */
    uint16_t field;
};

struct inspected_form {
    const char *surface;
    uint32_t length;
    uint32_t term;
    uint64_t hash; /* hash_bytes of the surface */
    uint16_t list; /* 0: the default group, else 1 + field */
};

struct inspected_term {
    const char *bytes;
    uint32_t length;
    uint16_t list;
    uint64_t hash;         /* hash_bytes of the term */
    uint32_t first, count; /* of inspection.order */
};

struct inspected_field {
    uint32_t words; /* text: tokens that are no wholes */
    uint32_t values;
    uint32_t first_value; /* of inspection.values */
};

/* What the forms of the documents before were stemmed to: direct-mapped. */
struct stem_cache_entry {
    uint64_t hash;
    const struct analyzer *analyzer;
    uint8_t surface_length, term_length; /* 0: empty */
    char bytes[46];                      /* the surface, then the term */
};

struct inspection {
    const libsearch_allocator *allocator;
    struct arena arena; /* bytes of forms and terms */
    struct inspected_token *tokens;
    size_t token_count, token_capacity;
    struct inspected_form *forms;
    size_t form_count, form_capacity;
    struct inspected_term *terms;
    size_t term_count, term_capacity;
    uint32_t *order; /* tokens, those of a term together, in the order of their positions */
    size_t order_capacity;
    uint32_t *form_slots, *term_slots; /* number + 1, by hash; powers of two */
    size_t form_slot_count, term_slot_count;
    struct inspected_field *fields; /* by number */
    size_t field_count, field_capacity;
    const struct document_value **values; /* the document's, by field */
    const struct field **value_fields;
    size_t value_capacity;
    size_t value_field_capacity;
    struct tokenizer **tokenizers; /* by the number of the schema's analyzer, made when needed */
    size_t tokenizer_count;
    struct stem_cache_entry *stems;          /* NULL: none; it is only for speed */
    size_t memory;                           /* bytes that a document may take; 0: any */
    libsearch_status (*poll)(void *context); /* NULL, or what ends it where it is not OK */
    void *poll_context;
};

void inspection_init(struct inspection *inspection, const libsearch_allocator *allocator);
void inspection_free(struct inspection *inspection);

/* Takes a document apart; every field of it is in the schema and of its type. Errors: NO_MEMORY, LIMIT (memory), what poll says. */
libsearch_status inspection_take(struct inspection *inspection, const struct schema *schema,
                                 const libsearch_document *document, libsearch_error *error);

static inline uint16_t inspection_list_of(const struct field *field)
{
    return field->in_group ? 0 : (uint16_t)(field->number + 1);
}

#endif
