/* SPDX-License-Identifier: MIT */
/* The schema: which fields an index has, and what is done with each.
 *
 * A field's number is given once and for ever, in the order of adding; a schema only grows. Text fields
 * with positions, the index's own analyzer and without OWN_LISTS are the *default group*: plain words search
 * them together, in lists that hold them all. Every other text field, and every keyword field, has lists
 * of its own. Analyzers are looked up by name and shared.
 *
 * Within a document the texts of the group lie one after the other in one line of positions, in the order
 * of field numbers, `SCHEMA_FIELD_GAP` apart, so that a phrase cannot cross from one to the next. */
#ifndef LIBSEARCH_SCHEMA_SCHEMA_H
#define LIBSEARCH_SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/status.h"
#include "schema/types.h"
#include "text/analyzer.h"

enum {
    SCHEMA_FIELD_GAP = 64, /* positions between two fields, and between two values of one field */
    SCHEMA_NO_FIELD = 0xFFFF
};

struct field {
    char *name;
    libsearch_type type;
    unsigned flags;                  /* LIBSEARCH_FIELD_… */
    const struct analyzer *analyzer; /* text: never NULL; owned by the schema */
    float weight;                    /* text: resolved, never 0 */
    bool in_group;                   /* text: plain words look here */
    uint16_t number;
    uint16_t name_length;
};

struct schema {
    const libsearch_allocator *allocator;
    struct field **fields; /* by number */
    size_t count;
    struct analyzer **analyzers; /* owned; [0] is the index's own */
    size_t analyzer_count;
    unsigned references;
    size_t field_capacity, analyzer_capacity;
    struct analyzer_set *known; /* the program's, by name; retained, or NULL */
    uint16_t *slots;            /* field number + 1 by the hash of its name; 0: empty */
    size_t slot_count;
};

/* A schema with no field and the given default analyzer (NULL: "standard"). */
libsearch_status schema_new(const libsearch_allocator *allocator, const char *analyzer, struct schema **schema,
                            libsearch_error *error);
/* The same where the program's own analyzers (or NULL) are known, too: to it, to its copies, to fields that are added. */
libsearch_status schema_new_of(const libsearch_allocator *allocator, struct analyzer_set *known, const char *analyzer,
                               struct schema **schema, libsearch_error *error);
/* A copy that can be added to; the copy makes analyzers of its own. Readers keep the old one. */
libsearch_status schema_copy(const struct schema *schema, struct schema **copy, libsearch_error *error);
/* References are counted atomically; the last release frees. */
struct schema *schema_retain(struct schema *schema);
void schema_release(struct schema *schema);

/* Adds a field. EXISTS when there is one of the name with other properties (the same again is OK); INVALID for
 * a bad name, type or weight, an unknown analyzer, or a flag, an analyzer or a weight that the type has no use for;
 * LIMIT. On an error the schema is as it was. *number may be NULL. */
libsearch_status schema_add(struct schema *schema, const libsearch_field *field, uint16_t *number,
                            libsearch_error *error);
/* The field with this name, or NULL. */
const struct field *schema_find(const struct schema *schema, const char *name, size_t length);

/* To and from bytes, for the manifest. Decoding checks everything; an analyzer whose stored chain differs from
 * today's of the same name is VERSION with both chains in the message. known: the program's analyzers, or NULL. name:
 * the file, for messages. */
void schema_encode(const struct schema *schema, struct buffer *to);
libsearch_status schema_decode(const libsearch_allocator *allocator, struct analyzer_set *known, struct cursor *from,
                               const char *name, struct schema **schema, libsearch_error *error);

#endif
