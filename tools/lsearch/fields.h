/* SPDX-License-Identifier: MIT */
/* Which type each field has: as the index has it, as --field says, else as the first documents show. */
#ifndef LSEARCH_FIELDS_H
#define LSEARCH_FIELDS_H

#include "record.h"

struct field;
struct fields {
    struct field *list; /* an open-addressed table */
    size_t capacity, count;
};

void fields_init(struct fields *fields);
void fields_free(struct fields *fields);

/* Fixes a field's type. False when it has another one already. */
bool fields_set(struct fields *fields, const char *name, libsearch_type type);

/* Looks at the values of a record whose fields have no type yet. */
void fields_look(struct fields *fields, const struct record *record);
/* Gives every field that was looked at, and has no type, the one that suits all that was seen:
 *   whole numbers integer, numbers float, ISO dates date, strings keyword, and text where one of
 *   them is longer than a keyword in people's eyes is (256 bytes). */
void fields_decide(struct fields *fields);

/* Puts the values of a record into a document. Where one does not fit its field it returns false
 * and writes why into message. */
bool fields_apply(struct fields *fields, const struct record *record, libsearch_document *document, char *message,
                  size_t size);

#endif
