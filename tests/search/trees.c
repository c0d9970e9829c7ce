/* SPDX-License-Identifier: MIT */
#include "search/trees.h"

#include <string.h>

#include "support/unit.h"

libsearch_query *tree_make(const libsearch_query *like)
{
    libsearch_query *query;
    assert_ok(query_new(allocator_default(), like, &query, NULL));
    for (size_t i = 0; i < like->count; i++)
        query_release(like->children[i]);
    return query;
}

libsearch_query *tree_words(enum query_kind kind, unsigned flags, const char *text)
{
    return tree_make(&(libsearch_query){ .kind = kind, .flags = flags, .text = { text, strlen(text) } });
}

libsearch_query *tree_of_two(enum query_kind kind, uint32_t number, libsearch_query *one, libsearch_occur first,
                             libsearch_query *other, libsearch_occur second)
{
    libsearch_query *children[] = { one, other };
    return tree_make(&(libsearch_query){ .kind = kind,
                                         .children = children,
                                         .occurs = (uint8_t[]){ (uint8_t)first, (uint8_t)second },
                                         .count = 2,
                                         .number = number });
}
