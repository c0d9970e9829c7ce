/* SPDX-License-Identifier: MIT */
/* The same index in either engine, through the public functions. */
#ifndef TESTS_ENGINES_ENGINE_SUPPORT_H
#define TESTS_ENGINES_ENGINE_SUPPORT_H

#include "support/unit.h"

enum engine { NATIVE, XAPIAN };
/* Whether the xapian engine was built. */
bool engine_is_here(enum engine engine);
const char *engine_name(enum engine engine);
/* NULL: native. */
const libsearch_engine *engine_of(enum engine engine);

/* A new folder; free with folder_remove. */
char *folder_make(void);
void folder_remove(char *folder);

/* An index made in folder/NAME-OF-ENGINE. */
libsearch_index *index_make(enum engine engine, const char *folder, const char *analyzer);

libsearch_bytes bytes(const char *string);
/* The ids that a query tree finds, up to 1,000, in the order of the ranking; free. The tree is freed. */
char *ids_found(libsearch_index *index, libsearch_query *query);
/* The same, sorted. */
char *ids_set(libsearch_index *index, libsearch_query *query);
libsearch_query *parsed(libsearch_index *index, const char *text);

/* One ranking. */
struct ranking {
    size_t count;
    char **ids;
    float *scores;
};
struct ranking ranking_of(libsearch_index *index, libsearch_bytes words, size_t depth, const char *model,
                          unsigned flags);
void ranking_free(struct ranking *ranking);
/* NULL, or what differs: at no rank may the scores be further apart than `tolerance` (relative), and documents may
 * change places only where they score so nearly the same. Free. */
char *ranking_difference(const struct ranking *a, const struct ranking *b, double tolerance);

#endif
