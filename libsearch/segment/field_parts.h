/* SPDX-License-Identifier: MIT */
/* What a field of the schema comes to in a segment. */
#ifndef LIBSEARCH_SEGMENT_FIELD_PARTS_H
#define LIBSEARCH_SEGMENT_FIELD_PARTS_H

#include "schema/schema.h"

/* Whether the lists of a list number (0: the default group's, 1 + field number: a field's own) have positions. */
static inline bool schema_list_has_positions(const struct schema *schema, uint16_t list)
{
    if (list == 0)
        return true;
    if (list > schema->count)
        return false;
    const struct field *field = schema->fields[list - 1];
    return field->type == LIBSEARCH_TEXT && !(field->flags & LIBSEARCH_FIELD_NO_POSITIONS);
}

/* A text's column is its signature (text/signature.h): so many values, in their order. */
static inline bool field_has_column(const struct field *field)
{
    if (field->type == LIBSEARCH_TEXT)
        return (field->flags & LIBSEARCH_FIELD_SIGNATURE) != 0;
    return field->type != LIBSEARCH_STORED && !(field->flags & LIBSEARCH_FIELD_NO_COLUMN);
}

#endif
