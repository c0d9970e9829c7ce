/* SPDX-License-Identifier: MIT
 *
 * Hot backups: a pinned snapshot as an index of its own, while others search and write. A part of libsearch.h, which
 * includes it.
 */
#ifndef LIBSEARCH_BACKUP_H
#define LIBSEARCH_BACKUP_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Writes the snapshot into a folder where no index is, as one durable commit with the program's own bytes of the
 * snapshot: the folder then opens as an index that gives the same answers, and can be written to. The folder is made
 * where it is missing. Of a snapshot that shows a refresh, what was not committed is in the backup, too.
 *
 * options: NULL, or of its extensions storage (where the backup goes; NULL: path is a folder of the file system), log
 * and progress; all else in it is not looked at. The snapshot may be used meanwhile, and its index written to.
 * Errors: EXISTS (there is an index), NOT_AN_INDEX (the folder holds other files), LOCKED, FULL, IO, PERMISSION,
 * CANCELLED, CORRUPT (the snapshot's own files are damaged: every checksum is compared), UNSUPPORTED (the xapian engine:
 * servers, and extensions), NO_MEMORY. After an error the folder holds nothing that opens. Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_snapshot_backup(libsearch_snapshot *snapshot, const char *path,
                                                         const libsearch_open_options *options, libsearch_error *error);

#ifdef __cplusplus
}
#endif

#endif
