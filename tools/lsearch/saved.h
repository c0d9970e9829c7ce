/* SPDX-License-Identifier: MIT */
/* Where lsearch watch has its queries from: a file of lines, or an index that keeps them; and how they change there. */
#ifndef LSEARCH_SAVED_H
#define LSEARCH_SAVED_H

#include <sys/stat.h>

#include "lsearch.h"

struct saved {
    libsearch_watch *watch;
    const struct options *options;
    libsearch_index *index; /* NULL: a file */
    char **ids;             /* of a file that is looked at again: its queries', in order of bytes */
    size_t *lengths;
    size_t id_count, id_capacity;
    struct stat before; /* of the file, when it was read */
    uint64_t commit;    /* of the index */
    int64_t looked;     /* when; milliseconds */
};

/* Reads all queries into the watch. False: *outcome says how it ends. */
bool saved_read(struct saved *saved, enum outcome *outcome);
/* With --reload, and not more than once a second: takes over what has changed. What cannot be read is told, and the
 * queries stay. */
void saved_look(struct saved *saved);
void saved_free(struct saved *saved);

#endif
