/* SPDX-License-Identifier: MIT */
/* The names of an index's files. N and the like are 16 digits of lower-case hexadecimal.
 *
 *     commit-N        the durable commit number N
 *     loose-N         the newest commit that is not durable, made after commit-N
 *     manifest.tmp    a commit on its way
 *     segment-S       a segment
 *     deleted-S-D     which documents of segment S live, number D of such files
 *     write.lock      the writer's lock; never anything in it
 *
 * S and D come from one counter that never goes back: no name of a segment or of its deletions is used twice. */
#ifndef LIBSEARCH_INDEX_NAMES_H
#define LIBSEARCH_INDEX_NAMES_H

#include <stdint.h>

enum { NAME_SIZE = 48 };

/* Counting never reaches it, so that a number can be raised without a thought. */
#define NAME_MAX_NUMBER (UINT64_MAX >> 1)

#define NAME_TEMPORARY "manifest.tmp"
#define NAME_LOCK "write.lock"

enum name_kind {
    NAME_OF_COMMIT,
    NAME_OF_LOOSE,
    NAME_OF_TEMPORARY,
    NAME_OF_SEGMENT,
    NAME_OF_DELETIONS,
    NAME_OF_LOCK,
    NAME_OF_ANOTHER /* not ours */
};

void name_commit(char name[NAME_SIZE], uint64_t number, int loose);
void name_segment(char name[NAME_SIZE], uint64_t number);
void name_deletions(char name[NAME_SIZE], uint64_t segment, uint64_t serial);
/* *number: N or S; *serial: D. 0 where the kind has none. */
enum name_kind name_parse(const char *name, uint64_t *number, uint64_t *serial);

#endif
