/* SPDX-License-Identifier: MIT */
/* Collections of real documents that do not lie in the tree, put into both engines. LIBSEARCH_COLLECTIONS_FOLDER says
 * where they are (else ../shared/collections beside the source tree), LIBSEARCH_COLLECTIONS names some to look at these
 * alone.
 *
 * A collection is a folder: docs.jsonl.zst (id, title, text), or .txt files; queries.tsv, where it has questions. The
 * folder `queries` has questions for all. */
#ifndef TESTS_ENGINES_COLLECTIONS_H
#define TESTS_ENGINES_COLLECTIONS_H

#include "engines/engine_support.h"
#include "support/random.h"

/* The same documents in either engine. */
struct pair {
    libsearch_index *indexes[2];
    libsearch_writer *writers[2];
    char *folder;
    double seconds[2]; /* CPU, of the puts */
};
struct pair pair_make(const char *analyzer);
void pair_put(struct pair *pair, libsearch_bytes id, libsearch_bytes title, libsearch_bytes text);
/* Commits and compacts. */
void pair_finish(struct pair *pair);
void pair_free(struct pair *pair);

/* Which collections there are, by name; NULL behind the last. Free with names_free. */
char **collection_names(void);
void names_free(char **names);
/* An analyzer that suits it. */
const char *collection_analyzer(const char *name);

/* Texts that were seen, a fair draw of them: questions are made of pieces of these. */
enum { SAMPLE_TEXTS = 400, SAMPLE_BYTES = 6000 };
struct sample {
    struct test_random random;
    size_t seen, count;
    char *texts[SAMPLE_TEXTS];
};
void sample_add(struct sample *sample, libsearch_bytes text);
void sample_free(struct sample *sample);

/* Puts the whole collection into both; how many documents that is. 0: it is not there. */
size_t collection_put(struct pair *pair, const char *name, struct sample *sample);

/* Lines "id<TAB>question" or "id<TAB>class<TAB>question" of a file in the folder of the collections; stops after
 * `most`. How many there were. */
size_t questions_each(const char *file, size_t most, void (*each)(void *context, libsearch_bytes question),
                      void *context);

/* A text's pieces: what stands between blanks, and each Chinese or Japanese character. */
struct piece {
    const char *data;
    size_t length;
};
enum { MOST_PIECES = 1500 };
size_t cut_into_pieces(const char *text, struct piece *pieces);

#endif
