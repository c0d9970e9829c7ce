/* SPDX-License-Identifier: MIT */
/* A field's column through all segments of a snapshot, with keywords numbered alike in all of them. */
#ifndef LIBSEARCH_SEARCH_COLUMN_VIEW_H
#define LIBSEARCH_SEARCH_COLUMN_VIEW_H

#include "search/evaluate.h"
#include "segment/segment_data.h"

struct column_view {
    const struct field *field;
    const struct column **columns; /* by segment; NULL: no document of it has a value */
    uint32_t **ranks;              /* keywords: by segment, from its ordinals to ranks; NULL: they are the same */
    libsearch_bytes *keywords;     /* by rank: the different keywords of all segments, sorted */
    size_t keyword_count;
};

/* Errors: INVALID (no such field, or one of text or stored bytes), UNSUPPORTED (no column), LIMIT, NO_MEMORY. */
libsearch_status column_view_open(struct search_context *context, const struct snapshot *snapshot, const char *field,
                                  struct column_view **view);

static inline uint32_t column_view_count(const struct column_view *view, size_t segment, uint32_t document)
{
    return view->columns[segment] == NULL ? 0 : column_count(view->columns[segment], document);
}

/* Value i of a document, ascending in i: a number as columns have it, or a keyword's rank. */
static inline uint64_t column_view_value(const struct column_view *view, size_t segment, uint32_t document, uint32_t i)
{
    const uint64_t value = column_value(view->columns[segment], document, i);
    if (view->ranks == NULL)
        return value;
    /* Damaged bytes may give any ordinal. */
    return value < column_keyword_count(view->columns[segment]) ? view->ranks[segment][value] : 0;
}

#endif
