/* SPDX-License-Identifier: MIT */
/* A directory of a POSIX file system. All names are taken relative to one open directory, so that it may be
 * moved, and the process may change its working directory, while an index is open. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/durability.h"
#include "io/storage.h"

struct posix_storage {
    struct storage base;
    char *path;
    int directory;
    bool read_only;
    pid_t process; /* that opened it */
};

struct posix_output {
    struct output base;
    int file;
};

struct file_lock {
    const libsearch_allocator *allocator;
    int file;
};

static struct posix_storage *posix_of(struct storage *storage) { return (struct posix_storage *)storage; }

static libsearch_status status_of(int cause)
{
    switch (cause) {
    case ENOENT: return LIBSEARCH_NOT_FOUND;
    case EEXIST: return LIBSEARCH_EXISTS;
    case ENOSPC:
    case EDQUOT: return LIBSEARCH_FULL;
    case EACCES:
    case EPERM:
    case EROFS: return LIBSEARCH_PERMISSION;
    case ENOMEM: return LIBSEARCH_NO_MEMORY;
    default: return LIBSEARCH_IO;
    }
}

/* The cause as text; strerror may share one buffer between threads. */
static const char *text_of(int cause)
{
#ifdef __GLIBC__
    const char *text = strerrordesc_np(cause);
#else
    const char *text = strerror(cause);
#endif
    return text == NULL ? "unknown error" : text;
}

/* “index/name: No space left on device (write)”. name NULL: the directory itself. */
static libsearch_status posix_failed(const struct storage *storage, const char *name, const char *doing, int cause,
                                     libsearch_error *error)
{
    return error_set(error, status_of(cause), "%s%s%s: %s (%s)", storage->path, name == NULL ? "" : "/",
                     name == NULL ? "" : name, text_of(cause), doing);
}

/* Asked before anything is changed. */
static libsearch_status posix_may_change(const struct storage *storage, const char *name, libsearch_error *error)
{
    const struct posix_storage *posix = (const struct posix_storage *)storage;
    if (posix->read_only)
        return error_set(error, LIBSEARCH_PERMISSION, "%s/%s: the index was opened to read only", storage->path, name);
    if (posix->process != getpid())
        return error_set(error, LIBSEARCH_PERMISSION,
                         "%s/%s: the index was opened to write before a fork, by the parent", storage->path, name);
    return LIBSEARCH_OK;
}

static int open_retrying(int directory, const char *name, int flags)
{
    int file;
    do
        file = openat(directory, name, flags | O_CLOEXEC | O_NOCTTY, 0666);
    while (file < 0 && errno == EINTR);
    return file;
}

/* 0, or the cause. */
static int sync_retrying(int file, bool data_only)
{
    int result;
    do
        result = data_only ? fdatasync(file) : fsync(file);
    while (result != 0 && errno == EINTR);
    return result == 0 ? 0 : errno;
}

/* Syncs a directory. Some file systems know no such thing (EINVAL); their names are as durable as they are. */
static int sync_names(int directory)
{
    const int cause = sync_retrying(directory, false);
    return cause == EINVAL || cause == ENOTSUP ? 0 : cause;
}

static void posix_close(struct storage *storage)
{
    struct posix_storage *posix = posix_of(storage);
    close(posix->directory);
    memory_free(storage->allocator, posix->path);
    memory_free(storage->allocator, posix);
}

static libsearch_status posix_create(struct storage *storage, const char *name, struct output **output,
                                     libsearch_error *error)
{
    struct posix_storage *posix = posix_of(storage);
    TRY(posix_may_change(storage, name, error));
    struct posix_output *created = memory_allocate(storage->allocator, sizeof *created);
    if (created == NULL)
        return error_no_memory(error);
    created->file = open_retrying(posix->directory, name, O_WRONLY | O_CREAT | O_EXCL);
    if (created->file < 0) {
        const int cause = errno;
        memory_free(storage->allocator, created);
        return posix_failed(storage, name, "create", cause, error);
    }
    *output = &created->base;
    return LIBSEARCH_OK;
}

static libsearch_status posix_write(struct output *output, const void *data, size_t length, libsearch_error *error)
{
    enum { LARGEST_WRITE = 1 << 30 }; /* some systems refuse more than 2 GiB at once */
    const int file = ((struct posix_output *)output)->file;
    const uint8_t *next = data;
    TRY(posix_may_change(output->storage, output->name, error));
    while (length > 0) {
        const ssize_t written = write(file, next, length < LARGEST_WRITE ? length : LARGEST_WRITE);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return posix_failed(output->storage, output->name, "write", written < 0 ? errno : ENOSPC, error);
        next += written;
        length -= (size_t)written;
    }
    return LIBSEARCH_OK;
}

static libsearch_status posix_sync(struct output *output, libsearch_error *error)
{
    const int cause = HOLDS(RULE_POSIX_SYNC_OUTPUT) ? sync_retrying(((struct posix_output *)output)->file, true) : 0;
    return cause == 0 ? LIBSEARCH_OK : posix_failed(output->storage, output->name, "sync", cause, error);
}

static libsearch_status posix_close_output(struct output *output, libsearch_error *error)
{
    libsearch_status status = LIBSEARCH_OK;
    /* The descriptor is gone even when close says EINTR. */
    if (close(((struct posix_output *)output)->file) != 0 && errno != EINTR)
        status = posix_failed(output->storage, output->name, "close", errno, error);
    memory_free(output->storage->allocator, output);
    return status;
}

static void posix_unmap(struct mapping *mapping) { munmap(mapping->handle, mapping->length); }

static libsearch_status posix_copy(struct storage *storage, const char *name, int file, size_t length,
                                   struct mapping *mapping, libsearch_error *error)
{
    enum { LARGEST_READ = 1 << 30 };
    uint8_t *data;
    TRY(mapping_allocate(storage->allocator, length, mapping, &data, error));
    for (size_t done = 0; done < length;) {
        const size_t wanted = length - done < LARGEST_READ ? length - done : LARGEST_READ;
        const ssize_t got = pread(file, data + done, wanted, (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0) {
            const int cause = errno;
            mapping_release(mapping);
            if (got == 0)
                return error_set(error, LIBSEARCH_IO, "%s/%s: ends at byte %zu while it is read", storage->path, name,
                                 done);
            return posix_failed(storage, name, "read", cause, error);
        }
        done += (size_t)got;
    }
    return LIBSEARCH_OK;
}

static libsearch_status posix_map(struct storage *storage, const char *name, bool copy, struct mapping *mapping,
                                  libsearch_error *error)
{
    /* O_NONBLOCK: whoever put a pipe under this name does not make us wait for its other end. */
    const int file = open_retrying(posix_of(storage)->directory, name, O_RDONLY | O_NONBLOCK);
    if (file < 0)
        return posix_failed(storage, name, "open", errno, error);
    struct stat about;
    libsearch_status status = LIBSEARCH_OK;
    if (fstat(file, &about) != 0)
        status = posix_failed(storage, name, "stat", errno, error);
    else if (!S_ISREG(about.st_mode))
        status = error_set(error, LIBSEARCH_IO, "%s/%s: not a regular file", storage->path, name);
    else if ((uint64_t)about.st_size > SIZE_MAX / 2) /* coverage:unreachable where pointers have 64 bits */
        status =                                     /* coverage:unreachable */
            error_set(error, LIBSEARCH_NO_MEMORY, "%s/%s: larger than the address space", storage->path, name);
    else if (copy || about.st_size == 0) /* nothing cannot be mapped */
        status = posix_copy(storage, name, file, (size_t)about.st_size, mapping, error);
    else {
        void *data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_SHARED, file, 0);
        if (data == MAP_FAILED)
            status = posix_failed(storage, name, "map", errno, error);
        else
            *mapping = (struct mapping){
                .data = data, .length = (size_t)about.st_size, .handle = data, .release = posix_unmap
            };
    }
    close(file);
    return status;
}

static libsearch_status posix_sync_file(struct storage *storage, const char *name, libsearch_error *error)
{
    TRY(posix_may_change(storage, name, error));
    const int file = open_retrying(posix_of(storage)->directory, name, O_RDONLY | O_NONBLOCK);
    if (file < 0)
        return posix_failed(storage, name, "open", errno, error);
    const int cause = HOLDS(RULE_POSIX_SYNC_FILE) ? sync_retrying(file, true) : 0;
    close(file);
    return cause == 0 ? LIBSEARCH_OK : posix_failed(storage, name, "sync", cause, error);
}

static libsearch_status posix_rename(struct storage *storage, const char *from, const char *to, libsearch_error *error)
{
    struct posix_storage *posix = posix_of(storage);
    TRY(posix_may_change(storage, to, error));
    if (renameat(posix->directory, from, posix->directory, to) != 0)
        return posix_failed(storage, from, "rename", errno, error);
    return LIBSEARCH_OK;
}

static libsearch_status posix_remove(struct storage *storage, const char *name, libsearch_error *error)
{
    struct posix_storage *posix = posix_of(storage);
    TRY(posix_may_change(storage, name, error));
    if (unlinkat(posix->directory, name, 0) != 0)
        return posix_failed(storage, name, "remove", errno, error);
    return LIBSEARCH_OK;
}

static libsearch_status posix_exists(struct storage *storage, const char *name, bool *exists, libsearch_error *error)
{
    const bool there = faccessat(posix_of(storage)->directory, name, F_OK, 0) == 0;
    if (!there && errno != ENOENT)
        return posix_failed(storage, name, "look up", errno, error);
    *exists = there;
    return LIBSEARCH_OK;
}

static libsearch_status posix_list(struct storage *storage,
                                   libsearch_status (*each)(void *context, const char *name, uint64_t size,
                                                            libsearch_error *error),
                                   void *context, libsearch_error *error)
{
    /* A descriptor of its own: a directory's read position belongs to the open file. */
    const int directory = open_retrying(posix_of(storage)->directory, ".", O_RDONLY | O_DIRECTORY);
    if (directory < 0)
        return posix_failed(storage, NULL, "open", errno, error);
    DIR *stream = fdopendir(directory);
    if (stream == NULL) {
        const int cause = errno;
        close(directory);
        return posix_failed(storage, NULL, "list", cause, error);
    }
    libsearch_status status = LIBSEARCH_OK;
    while (status == LIBSEARCH_OK) {
        errno = 0;
        const struct dirent *entry = readdir(stream);
        if (entry == NULL) {
            if (errno != 0)
                status = posix_failed(storage, NULL, "list", errno, error);
            break;
        }
        struct stat about;
        if (fstatat(directory, entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) {
            if (errno == ENOENT) /* removed meanwhile */
                continue;
            status = posix_failed(storage, entry->d_name, "stat", errno, error);
        } else if (!S_ISDIR(about.st_mode))
            status = each(context, entry->d_name, about.st_size < 0 ? 0 : (uint64_t)about.st_size, error);
        else if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            char folder[sizeof entry->d_name + 1];
            snprintf(folder, sizeof folder, "%s/", entry->d_name);
            status = each(context, folder, 0, error);
        }
    }
    closedir(stream);
    return status;
}

static libsearch_status posix_sync_directory(struct storage *storage, libsearch_error *error)
{
    const int cause = HOLDS(RULE_POSIX_SYNC_DIRECTORY) ? sync_names(posix_of(storage)->directory) : 0;
    return cause == 0 ? LIBSEARCH_OK : posix_failed(storage, NULL, "sync", cause, error);
}

/* Opens the folder parent, relative to directory, and syncs the names in it. One that may not be read was there before
 * us. 0, or the cause. */
static int sync_parent(int directory, const char *parent)
{
    const int file = open_retrying(directory, parent, O_RDONLY | O_DIRECTORY);
    if (file < 0)
        return errno == EACCES || errno == EPERM ? 0 : errno;
    const int cause = sync_names(file);
    close(file);
    return cause;
}

static libsearch_status posix_sync_name(struct storage *storage, libsearch_error *error)
{
    const int cause = HOLDS(RULE_POSIX_SYNC_NAME) ? sync_parent(posix_of(storage)->directory, "..") : 0;
    return cause == 0 ? LIBSEARCH_OK : posix_failed(storage, "..", "sync", cause, error);
}

/* The lock belongs to the open file, not to the process: a second open in the same process meets it too, and
 * it goes when the last descriptor of that open file is closed, however the process ends. 0, or the cause. */
static int lock_file(int file)
{
#ifdef F_OFD_SETLK
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    const int result = fcntl(file, F_OFD_SETLK, &whole);
#else
    const int result = flock(file, LOCK_EX | LOCK_NB);
#endif
    return result == 0 ? 0 : errno;
}

struct lock_attempt {
    struct posix_storage *storage;
    const char *name;
    int file; /* out */
};

static libsearch_status posix_try_lock(void *context, libsearch_error *error)
{
    struct lock_attempt *attempt = context;
    const struct storage *storage = &attempt->storage->base;
    const int directory = attempt->storage->directory;
    for (;;) {
        const int file = open_retrying(directory, attempt->name, O_RDWR | O_CREAT);
        if (file < 0)
            return posix_failed(storage, attempt->name, "open", errno, error);
        const int cause = lock_file(file);
        if (cause == 0) {
            /* Whoever deletes lock files by hand must not make two writers: the lock counts only on the file
             * that has the name now. */
            struct stat locked, named;
            int unknown = fstat(file, &locked) == 0 ? 0 : errno;
            if (unknown == 0 && fstatat(directory, attempt->name, &named, 0) != 0)
                unknown = errno;
            if (unknown == 0 && locked.st_dev == named.st_dev && locked.st_ino == named.st_ino) {
                attempt->file = file;
                return LIBSEARCH_OK;
            }
            close(file);
            if (unknown != 0 && unknown != ENOENT)
                return posix_failed(storage, attempt->name, "stat", unknown, error);
            continue;
        }
        close(file);
        if (cause == EINTR)
            continue;
        if (cause == EAGAIN || cause == EACCES)
            return error_set(error, LIBSEARCH_LOCKED, "%s: in use by another writer (%s)", storage->path,
                             attempt->name);
        if (cause == ENOLCK || cause == EINVAL || cause == ENOTSUP || cause == ENOSYS)
            return error_set(error, LIBSEARCH_IO, "%s/%s: this file system cannot lock files (%s)", storage->path,
                             attempt->name, text_of(cause));
        return posix_failed(storage, attempt->name, "lock", cause, error);
    }
}

static libsearch_status posix_lock(struct storage *storage, const char *name, int64_t wait_ms, struct file_lock **lock,
                                   libsearch_error *error)
{
    struct lock_attempt attempt = { posix_of(storage), name, -1 };
    TRY(posix_may_change(storage, name, error));
    struct file_lock *taken = memory_allocate(storage->allocator, sizeof *taken);
    if (taken == NULL)
        return error_no_memory(error);
    const libsearch_status status = storage_lock_poll(wait_ms, posix_try_lock, &attempt, error);
    if (status != LIBSEARCH_OK) {
        memory_free(storage->allocator, taken);
        return status;
    }
    *taken = (struct file_lock){ storage->allocator, attempt.file };
    *lock = taken;
    return LIBSEARCH_OK;
}

/* Closing frees the lock, but not from a forked child: its parent's descriptor still holds it. */
static void posix_unlock(struct file_lock *lock)
{
    close(lock->file);
    memory_free(lock->allocator, lock);
}

static const struct storage_operations posix_operations = {
    .close = posix_close,
    .create = posix_create,
    .write = posix_write,
    .sync = posix_sync,
    .close_output = posix_close_output,
    .map = posix_map,
    .sync_file = posix_sync_file,
    .rename = posix_rename,
    .remove = posix_remove,
    .exists = posix_exists,
    .list = posix_list,
    .sync_directory = posix_sync_directory,
    .sync_name = posix_sync_name,
    .lock = posix_lock,
    .unlock = posix_unlock,
};

/* After mkdir made path, a folder above the index's: its name is synced, and so is the name of the folder that it lies
 * in when that was there, for whoever made it may not have lived to do so. 0, or the cause. */
static int sync_made(const char *path, bool first)
{
    const int made = open_retrying(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    if (made < 0)
        return errno;
    int cause = sync_parent(made, "..");
    if (cause == 0 && first)
        cause = sync_parent(made, "../..");
    close(made);
    return cause;
}

/* Makes path and what is missing above it. The names above are synced here, path's own by storage_sync_name. path is
 * changed and restored. */
static int make_directories(char *path)
{
    bool first = true;
    int refused = 0;
    for (char *end = path + 1;; end++) {
        if (*end != '/' && *end != 0)
            continue;
        const char kept = *end;
        *end = 0;
        int cause = mkdir(path, 0777) == 0 ? 0 : errno;
        if (cause == 0) {
            if ((kept == '/' || first) && HOLDS(RULE_POSIX_SYNC_PARENTS))
                cause = sync_made(path, first);
            first = false;
        } else if (cause == EEXIST || cause == EISDIR)
            cause = 0; /* there already */
        else if (kept == '/' && (cause == EACCES || cause == EPERM || cause == EROFS)) {
            refused = cause; /* above what we may make: it is there, or the next mkdir finds no place */
            cause = 0;
        } else if (cause == ENOENT && refused != 0)
            cause = refused;
        *end = kept;
        if (cause != 0 || kept == 0)
            return cause;
    }
}

libsearch_status storage_open_posix(const libsearch_allocator *allocator, const char *path, bool create, bool read_only,
                                    struct storage **storage, libsearch_error *error)
{
    if (path[0] == 0)
        return error_set(error, LIBSEARCH_INVALID, "the path is empty");
    struct posix_storage *posix = memory_allocate(allocator, sizeof *posix);
    char *copy = memory_duplicate(allocator, path, strlen(path));
    libsearch_status status = posix == NULL || copy == NULL ? error_no_memory(error) : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK) {
        *posix = (struct posix_storage){
            .base = { &posix_operations, allocator, copy }, .path = copy, .process = getpid(), .read_only = read_only
        };
        posix->directory = open_retrying(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
        int cause = posix->directory < 0 ? errno : 0;
        if (cause == ENOENT && create && !read_only) {
            cause = make_directories(copy);
            if (cause == 0) {
                posix->directory = open_retrying(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
                cause = posix->directory < 0 ? errno : 0;
            }
        }
        if (cause == ENOTDIR)
            status = error_set(error, LIBSEARCH_NOT_AN_INDEX, "%s: not a directory", path);
        else if (cause != 0)
            status = posix_failed(&posix->base, NULL, "open", cause, error);
    }
    if (status != LIBSEARCH_OK) {
        memory_free(allocator, copy);
        memory_free(allocator, posix);
        return status;
    }
    *storage = &posix->base;
    return LIBSEARCH_OK;
}
