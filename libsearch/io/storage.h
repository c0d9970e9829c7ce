/* SPDX-License-Identifier: MIT */
/* What a file is to us. All files of an index go through a storage: a flat directory of named files.
 *
 * Files are written once, front to back, and never changed; they are read whole, by a map or a copy.
 * Nothing above this folder knows of file descriptors. Four implementations: POSIX (storage_posix.c),
 * memory (storage_memory.c), the program's own functions (storage_callbacks.c), and the tests' recording one that can fail any call and rebuild what a
 * power cut could leave (tests/support).
 *
 * What is durable when, in every implementation:
 *   - a file's bytes, once output_sync succeeded;
 *   - a name (created, renamed, removed), once storage_sync_directory succeeded;
 *   - the directory itself, which another process may have made and not lived to sync, once storage_sync_name did.
 *
 * What is synced when, and in which order, is listed in io/durability.h.
 *
 * A sync that fails is LIBSEARCH_FINISHED, whatever the cause (the message has it): what did not reach the disk then
 * is forgotten by the kernel, and a second try would succeed for nothing. All other failures may be tried again.
 *
 * After a fork, the child's copy of a storage only reads: its files and lock are the parent's. */
#ifndef LIBSEARCH_IO_STORAGE_H
#define LIBSEARCH_IO_STORAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/status.h"

struct storage;
struct output;
struct file_lock;

/* A file's bytes, mapped or copied. Holds no reference to the storage. */
struct mapping {
    const uint8_t *data; /* aligned to at least 64 */
    size_t length;
    void *handle; /* the implementation's */
    void (*release)(struct mapping *mapping);
};

/* What an implementation provides. Names are plain file names. All statuses come with a message that
 * names the file and the cause. */
struct storage_operations {
    void (*close)(struct storage *storage);
    /* Creates name (EXISTS when there), empty, for appending. */
    libsearch_status (*create)(struct storage *storage, const char *name, struct output **output,
                               libsearch_error *error);
    libsearch_status (*write)(struct output *output, const void *data, size_t length, libsearch_error *error);
    libsearch_status (*sync)(struct output *output, libsearch_error *error);
    /* Always releases the output. */
    libsearch_status (*close_output)(struct output *output, libsearch_error *error);
    /* Maps (or, with copy, reads) all of name. NOT_FOUND when there is none. */
    libsearch_status (*map)(struct storage *storage, const char *name, bool copy, struct mapping *mapping,
                            libsearch_error *error);
    /* Opens an existing file for syncing alone, and syncs it (a segment that was not part of a commit before).
     * Linux keeps a write error for it while the file is mapped or open elsewhere. */
    libsearch_status (*sync_file)(struct storage *storage, const char *name, libsearch_error *error);
    libsearch_status (*rename)(struct storage *storage, const char *from, const char *to, libsearch_error *error);
    libsearch_status (*remove)(struct storage *storage, const char *name, libsearch_error *error);
    /* Whether there is a file `name`; costs about a microsecond. */
    libsearch_status (*exists)(struct storage *storage, const char *name, bool *exists, libsearch_error *error);
    /* Calls each for every file name, in no order; folders are listed with a / behind their name. */
    libsearch_status (*list)(struct storage *storage,
                             libsearch_status (*each)(void *context, const char *name, uint64_t size,
                                                      libsearch_error *error),
                             void *context, libsearch_error *error);
    libsearch_status (*sync_directory)(struct storage *storage, libsearch_error *error);
    /* Makes the directory's own name, in the folder above it, durable. */
    libsearch_status (*sync_name)(struct storage *storage, libsearch_error *error);
    /* Takes the exclusive lock `name`, waiting at most wait_ms; LOCKED when somebody has it, in this or
     * another process. Freed by unlock or by the end of the process. */
    libsearch_status (*lock)(struct storage *storage, const char *name, int64_t wait_ms, struct file_lock **lock,
                             libsearch_error *error);
    void (*unlock)(struct file_lock *lock);
};

/* Every implementation's struct begins with this one. */
struct storage {
    const struct storage_operations *operations;
    const libsearch_allocator *allocator;
    const char *path; /* for messages */
};

/* Opens directory path. create: make it (and missing parents) where it is not there. read_only: nothing is
 * created, written or removed. */
libsearch_status storage_open_posix(const libsearch_allocator *allocator, const char *path, bool create, bool read_only,
                                    struct storage **storage, libsearch_error *error);
/* An empty directory in memory; gone when it is closed and the last mapping released. Threads may share it. */
libsearch_status storage_open_memory(const libsearch_allocator *allocator, struct storage **storage,
                                     libsearch_error *error);

/* A storage of the program's functions, which are copied. path: for messages. INVALID where one is missing. */
libsearch_status storage_open_callbacks(const libsearch_allocator *allocator, const libsearch_storage *with,
                                        const char *path, struct storage **storage, libsearch_error *error);
/* A directory in memory as such functions, to be freed when all that uses it is closed. */
libsearch_status storage_memory_new(const libsearch_allocator *allocator, const libsearch_storage **storage,
                                    libsearch_error *error);
void storage_memory_free(const libsearch_storage *storage);

/* The operations as functions, so that callers read well. storage_close accepts NULL. */
void storage_close(struct storage *storage);
libsearch_status storage_create(struct storage *storage, const char *name, struct output **output,
                                libsearch_error *error);
libsearch_status storage_map(struct storage *storage, const char *name, bool copy, struct mapping *mapping,
                             libsearch_error *error);
libsearch_status storage_sync_file(struct storage *storage, const char *name, libsearch_error *error);
libsearch_status storage_rename(struct storage *storage, const char *from, const char *to, libsearch_error *error);
libsearch_status storage_remove(struct storage *storage, const char *name, libsearch_error *error);
libsearch_status storage_exists(struct storage *storage, const char *name, bool *exists, libsearch_error *error);
libsearch_status storage_list(struct storage *storage,
                              libsearch_status (*each)(void *context, const char *name, uint64_t size,
                                                       libsearch_error *error),
                              void *context, libsearch_error *error);
libsearch_status storage_sync_directory(struct storage *storage, libsearch_error *error);
libsearch_status storage_sync_name(struct storage *storage, libsearch_error *error);
libsearch_status storage_lock(struct storage *storage, const char *name, int64_t wait_ms, struct file_lock **lock,
                              libsearch_error *error);
/* Accepts a NULL lock. */
void storage_unlock(struct storage *storage, struct file_lock *lock);
/* Releases once; a mapping of zeros is accepted. */
void mapping_release(struct mapping *mapping);
/* For the functions that sync: turns the failure in error into FINISHED. */
libsearch_status storage_sync_failed(libsearch_error *error);
/* For implementations of locks: tries every few milliseconds until it is not LOCKED or wait_ms are over. */
libsearch_status storage_lock_poll(int64_t wait_ms, libsearch_status (*attempt)(void *context, libsearch_error *error),
                                   void *context, libsearch_error *error);
/* For implementations of maps: room for length bytes of a copy, aligned to 64, in *mapping; NO_MEMORY. */
libsearch_status mapping_allocate(const libsearch_allocator *allocator, size_t length, struct mapping *mapping,
                                  uint8_t **data, libsearch_error *error);

/* An output gathers small writes (64 KiB) and counts. Every implementation's output begins with this. */
struct output {
    struct storage *storage;
    char *name;
    uint64_t position; /* bytes appended so far */
    uint8_t *gathered;
    size_t gathered_length;
    libsearch_status failure; /* of a write or sync that failed: every further call says so again; else OK */
};

libsearch_status output_append(struct output *output, const void *data, size_t length, libsearch_error *error);
libsearch_status output_sync(struct output *output, libsearch_error *error);
/* Writes what is gathered and closes. Always releases the output. */
libsearch_status output_close(struct output *output, libsearch_error *error);
/* Closes without caring, and removes the file. */
void output_discard(struct output *output);

#endif
