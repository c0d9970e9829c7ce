/* SPDX-License-Identifier: MIT */
/* A snapshot as an index of its own. */
#ifndef LIBSEARCH_INDEX_BACKUP_H
#define LIBSEARCH_INDEX_BACKUP_H

#include "base/watch.h"
#include "index/snapshot.h"

/* Writes the snapshot into storage, where no index and no other file may be, as one durable commit. watch may be NULL.
 * Every checksum is compared before a file is copied. On error what was written is removed, as far as that goes.
 * Errors: EXISTS, NOT_AN_INDEX, CANCELLED, CORRUPT, and what storage says. */
libsearch_status snapshot_backup(const struct snapshot *snapshot, struct storage *storage, const struct watch *watch,
                                 libsearch_error *error);

#endif
