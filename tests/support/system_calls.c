/* SPDX-License-Identifier: MIT */
#include "support/system_calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILES = 1024, MAX_MADE = 16, MAX_PATH = 256 };

static struct {
    unsigned kinds, failed_kind;
    uint64_t calls, fail_at;
    int cause;
    bool failing, for_ever, skip_syncs;
    char failed[300];

    struct recording *recording;
    char path[MAX_PATH];
    size_t files[MAX_FILES]; /* by descriptor: the recording's number + 1, or 0 */
    char made[MAX_MADE][MAX_PATH];
    size_t made_count;
    bool name_noted;
} now;

void system_calls_fail(unsigned kinds, uint64_t nth, int cause, bool for_ever)
{
    now.kinds = kinds;
    now.fail_at = nth;
    now.cause = cause;
    now.for_ever = for_ever;
    now.failing = true;
    now.calls = 0;
    now.failed[0] = 0;
    now.failed_kind = 0;
}

void system_calls_mend(void)
{
    now.failing = false;
    now.failed[0] = 0;
}

uint64_t system_calls_counted(void) { return now.calls; }
const char *system_calls_failed(void) { return now.failed; }
unsigned system_calls_failed_kind(void) { return now.failed_kind; }
void system_calls_skip_syncs(bool skip) { now.skip_syncs = skip; }

void system_calls_record(struct recording *recording, const char *path)
{
    now.recording = recording;
    snprintf(now.path, sizeof now.path, "%s", path == NULL ? "" : path);
    memset(now.files, 0, sizeof now.files);
    now.made_count = 0;
    now.name_noted = false;
}

/* Whether this call fails now; a short one is told apart by the caller. */
static bool fails(enum system_call kind, const char *what, const char *name)
{
    if (!now.failing || !(now.kinds & kind))
        return false;
    const uint64_t call = now.calls++;
    if (call < now.fail_at || (call > now.fail_at && !now.for_ever))
        return false;
    if (now.cause == SYSTEM_SHORT && kind != SYSTEM_READ && kind != SYSTEM_WRITE)
        return false;
    if (now.cause == SYSTEM_END && kind != SYSTEM_READ)
        return false;
    snprintf(now.failed, sizeof now.failed, "%s %s", what, name);
    now.failed_kind = kind;
    errno = now.cause;
    return true;
}

/* What is recorded. */

static bool is_index(int directory)
{
    char link[40], path[MAX_PATH];
    snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    const ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return false;
    path[length] = 0;
    return strcmp(path, now.path) == 0;
}

static bool is_recorded(int directory) { return now.recording != NULL && is_index(directory); }

static void note_opened(int directory, const char *name, int flags, int file)
{
    if (file < 0 || file >= MAX_FILES || !is_recorded(directory))
        return;
    size_t number = recording_file(now.recording, name);
    if (number == SIZE_MAX && (flags & O_CREAT))
        number = recording_note_create(now.recording, name);
    now.files[file] = number == SIZE_MAX ? 0 : number + 1;
}

static void note_directory_synced(int directory)
{
    char link[40], path[MAX_PATH];
    if (now.recording == NULL)
        return;
    if (is_index(directory)) {
        recording_note_sync_directory(now.recording);
        return;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
    const ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return;
    path[length] = 0;
    size_t left = 0;
    for (size_t i = 0; i < now.made_count; i++) {
        const char *slash = strrchr(now.made[i], '/');
        const size_t parent = (size_t)(slash - now.made[i]);
        if (parent != (size_t)length || strncmp(now.made[i], path, parent) != 0)
            memmove(now.made[left++], now.made[i], MAX_PATH);
    }
    now.made_count = left;
    if (left == 0 && !now.name_noted) {
        now.name_noted = true;
        recording_note_sync_name(now.recording);
    }
}

/* The calls. */

int __real_openat(int directory, const char *name, int flags, ...);
int __wrap_openat(int directory, const char *name, int flags, ...);
int __wrap_openat(int directory, const char *name, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (fails(SYSTEM_OPEN, "open", name))
        return -1;
    const int file = __real_openat(directory, name, flags, mode);
    note_opened(directory, name, flags, file);
    return file;
}

ssize_t __real_pread(int file, void *data, size_t length, off_t at);
ssize_t __wrap_pread(int file, void *data, size_t length, off_t at);
ssize_t __wrap_pread(int file, void *data, size_t length, off_t at)
{
    if (!fails(SYSTEM_READ, "read", ""))
        return __real_pread(file, data, length, at);
    if (now.cause == SYSTEM_END)
        return 0;
    return now.cause == SYSTEM_SHORT ? __real_pread(file, data, (length + 1) / 2, at) : -1;
}

ssize_t __real_write(int file, const void *data, size_t length);
ssize_t __wrap_write(int file, const void *data, size_t length);
ssize_t __wrap_write(int file, const void *data, size_t length)
{
    if (fails(SYSTEM_WRITE, "write", "")) {
        if (now.cause != SYSTEM_SHORT)
            return -1;
        length = (length + 1) / 2;
    }
    const ssize_t written = __real_write(file, data, length);
    if (written > 0 && now.recording != NULL && file < MAX_FILES && now.files[file] > 0)
        recording_note_write(now.recording, now.files[file] - 1, data, (size_t)written);
    return written;
}

int __real_fdatasync(int file);
int __wrap_fdatasync(int file);
int __wrap_fdatasync(int file)
{
    if (fails(SYSTEM_SYNC, "sync", ""))
        return -1;
    if (now.recording != NULL && file < MAX_FILES && now.files[file] > 0)
        recording_note_sync(now.recording, now.files[file] - 1);
    return now.skip_syncs ? 0 : __real_fdatasync(file);
}

int __real_fsync(int file);
int __wrap_fsync(int file);
int __wrap_fsync(int file)
{
    if (fails(SYSTEM_SYNC_DIRECTORY, "sync directory", ""))
        return -1;
    note_directory_synced(file);
    return now.skip_syncs ? 0 : __real_fsync(file);
}

int __real_close(int file);
int __wrap_close(int file);
int __wrap_close(int file)
{
    const bool failed = fails(SYSTEM_CLOSE, "close", "");
    const int cause = errno;
    const int result = __real_close(file);
    if (file >= 0 && file < MAX_FILES)
        now.files[file] = 0;
    errno = failed ? cause : errno;
    return failed ? -1 : result;
}

int __real_fstat(int file, struct stat *about);
int __wrap_fstat(int file, struct stat *about);
int __wrap_fstat(int file, struct stat *about)
{
    return fails(SYSTEM_STAT, "stat", "") ? -1 : __real_fstat(file, about);
}

int __real_fstatat(int directory, const char *name, struct stat *about, int flags);
int __wrap_fstatat(int directory, const char *name, struct stat *about, int flags);
int __wrap_fstatat(int directory, const char *name, struct stat *about, int flags)
{
    return fails(SYSTEM_STAT, "stat", name) ? -1 : __real_fstatat(directory, name, about, flags);
}

void *__real_mmap(void *where, size_t length, int protection, int flags, int file, off_t at);
void *__wrap_mmap(void *where, size_t length, int protection, int flags, int file, off_t at);
void *__wrap_mmap(void *where, size_t length, int protection, int flags, int file, off_t at)
{
    return fails(SYSTEM_MAP, "map", "") ? MAP_FAILED : __real_mmap(where, length, protection, flags, file, at);
}

int __real_renameat(int from_directory, const char *from, int to_directory, const char *to);
int __wrap_renameat(int from_directory, const char *from, int to_directory, const char *to);
int __wrap_renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    if (fails(SYSTEM_RENAME, "rename", from))
        return -1;
    const int result = __real_renameat(from_directory, from, to_directory, to);
    if (result == 0 && is_recorded(to_directory))
        recording_note_rename(now.recording, from, to);
    return result;
}

int __real_unlinkat(int directory, const char *name, int flags);
int __wrap_unlinkat(int directory, const char *name, int flags);
int __wrap_unlinkat(int directory, const char *name, int flags)
{
    if (fails(SYSTEM_REMOVE, "remove", name))
        return -1;
    const int result = __real_unlinkat(directory, name, flags);
    if (result == 0 && is_recorded(directory))
        recording_note_remove(now.recording, name);
    return result;
}

int __real_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode);
int __wrap_mkdir(const char *path, mode_t mode)
{
    if (fails(SYSTEM_MKDIR, "make", path))
        return -1;
    const int result = __real_mkdir(path, mode);
    if (result == 0 && now.recording != NULL && now.made_count < MAX_MADE)
        snprintf(now.made[now.made_count++], MAX_PATH, "%s", path);
    return result;
}

int __real_faccessat(int directory, const char *name, int mode, int flags);
int __wrap_faccessat(int directory, const char *name, int mode, int flags);
int __wrap_faccessat(int directory, const char *name, int mode, int flags)
{
    return fails(SYSTEM_ACCESS, "look for", name) ? -1 : __real_faccessat(directory, name, mode, flags);
}

DIR *__real_fdopendir(int file);
DIR *__wrap_fdopendir(int file);
DIR *__wrap_fdopendir(int file) { return fails(SYSTEM_LIST, "open the list", "") ? NULL : __real_fdopendir(file); }

struct dirent *__real_readdir(DIR *stream);
struct dirent *__wrap_readdir(DIR *stream);
struct dirent *__wrap_readdir(DIR *stream) { return fails(SYSTEM_LIST, "list", "") ? NULL : __real_readdir(stream); }

int __real_fcntl(int file, int command, ...);
int __wrap_fcntl(int file, int command, ...);
int __wrap_fcntl(int file, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return fails(SYSTEM_LOCK, "lock", "") ? -1 : __real_fcntl(file, command, argument);
}
