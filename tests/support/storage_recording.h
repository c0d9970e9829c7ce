/* SPDX-License-Identifier: MIT */
/* A storage for tests: it fails on command, records every change, and rebuilds what a power cut could leave.
 *
 * The model is the contract of io/storage.h and nothing kinder. Bytes that were not synced may be missing, kept, torn
 * at 512 bytes, or replaced by zeros or garbage, each file for itself; names that were created, renamed or removed
 * since the directory was last synced may each have changed or not. A sync of a file that fails drops what it was to
 * bring to the disk, and no later one brings it. A directory whose own name was not synced may be gone. It uses malloc,
 * not an allocator under test. */
#ifndef TESTS_SUPPORT_STORAGE_RECORDING_H
#define TESTS_SUPPORT_STORAGE_RECORDING_H

#include "io/storage.h"

struct recording;

/* An empty directory. */
struct recording *recording_new(void);
/* The same, and the directory's own name is not durable until it is synced. */
struct recording *recording_new_unnamed(void);
/* The storages that were given out must be closed before; mappings stay. */
void recording_free(struct recording *recording);
/* A storage on it, with this allocator; any number may be open, as several processes would have it. */
struct storage *recording_open(struct recording *recording, const libsearch_allocator *allocator);

/* What can be made to fail. */
enum recording_call {
    RECORDING_CREATE = 1 << 0,
    RECORDING_WRITE = 1 << 1,
    RECORDING_SYNC = 1 << 2, /* of files */
    RECORDING_CLOSE = 1 << 3,
    RECORDING_MAP = 1 << 4,
    RECORDING_RENAME = 1 << 5,
    RECORDING_REMOVE = 1 << 6,
    RECORDING_EXISTS = 1 << 7,
    RECORDING_LIST = 1 << 8,
    RECORDING_SYNC_DIRECTORY = 1 << 9,
    RECORDING_LOCK = 1 << 10,
    RECORDING_SYNC_NAME = 1 << 11,
    RECORDING_ALL = (1 << 12) - 1
};

/* Lets call number nth (from 0, counted from now on, of the given kinds) fail with status; for_ever: and all after it.
 * A write that fails writes half of its bytes. */
void recording_fail(struct recording *recording, unsigned kinds, uint64_t nth, libsearch_status status, bool for_ever);
/* The process dies when so many changes were made: from then on every call fails, and changes nothing. */
void recording_kill(struct recording *recording, size_t changes);
/* No failures any more; the next process. */
void recording_mend(struct recording *recording);
/* Calls of the given kinds since recording_fail or recording_mend; and what the last failure was in. */
uint64_t recording_calls(const struct recording *recording);
const char *recording_failed_in(const struct recording *recording); /* "" : none failed */

/* The changes so far, numbered from 0. */
size_t recording_changes(const struct recording *recording);
/* A name for change i: "write segment-…" and the like; until the next call. */
const char *recording_change_text(const struct recording *recording, size_t i);

/* What becomes of what was not synced. */
enum recording_cut {
    CUT_DROPS,  /* bytes and names alike are as they were synced */
    CUT_KEEPS,  /* everything arrived: as if the process alone had died */
    CUT_RANDOM, /* each name and each file by the seed */
    CUT_KINDS
};

/* The directory as the power comes back, cut after the first `changes` changes; all of it durable. The seed chooses
 * for CUT_RANDOM. */
struct recording *recording_cut_after(const struct recording *recording, size_t changes, enum recording_cut kind,
                                      uint64_t seed);
/* For tests that see the changes of a real directory and repeat them here: a file is known by the number that
 * recording_note_create gave. */
size_t recording_note_create(struct recording *recording, const char *name);
void recording_note_write(struct recording *recording, size_t file, const void *data, size_t length);
void recording_note_sync(struct recording *recording, size_t file);
void recording_note_rename(struct recording *recording, const char *from, const char *to);
void recording_note_remove(struct recording *recording, const char *name);
void recording_note_sync_directory(struct recording *recording);
void recording_note_sync_name(struct recording *recording);
/* The number of the file that has this name; SIZE_MAX: none. */
size_t recording_file(const struct recording *recording, const char *name);

/* Names and bytes as one number, to count distinct states. */
uint64_t recording_fingerprint(const struct recording *recording);

/* For tests that damage files: the bytes of a file that nobody has open, to be changed in place; NULL: no such. */
uint8_t *recording_bytes(struct recording *recording, const char *name, size_t *length);
void recording_truncate(struct recording *recording, const char *name, size_t length);
bool recording_has(struct recording *recording, const char *name);
/* File number i in no order, or NULL. */
const char *recording_name(struct recording *recording, size_t i);

#endif
