/* SPDX-License-Identifier: MIT */
/* The system calls of io/storage_posix.c, made to fail one by one, and seen. A test that uses this is linked with
 * libsearch_test_system_calls (tests/CMakeLists.txt): each call goes through a __wrap_ function here. One thread. */
#ifndef TESTS_SUPPORT_SYSTEM_CALLS_H
#define TESTS_SUPPORT_SYSTEM_CALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "support/storage_recording.h"

enum system_call {
    SYSTEM_OPEN = 1 << 0,
    SYSTEM_READ = 1 << 1,
    SYSTEM_WRITE = 1 << 2,
    SYSTEM_SYNC = 1 << 3, /* of a file */
    SYSTEM_SYNC_DIRECTORY = 1 << 4,
    SYSTEM_CLOSE = 1 << 5, /* it closes, and says that it failed */
    SYSTEM_STAT = 1 << 6,
    SYSTEM_MAP = 1 << 7,
    SYSTEM_RENAME = 1 << 8,
    SYSTEM_REMOVE = 1 << 9,
    SYSTEM_MKDIR = 1 << 10,
    SYSTEM_ACCESS = 1 << 11,
    SYSTEM_LIST = 1 << 12,
    SYSTEM_LOCK = 1 << 13,
    SYSTEM_ALL = (1 << 14) - 1
};

/* In place of an errno: reads and writes do half of what they were asked for (of one byte: all); others go well. */
enum { SYSTEM_SHORT = -1 };
/* In place of an errno: reads find that the file ends there; others go well. */
enum { SYSTEM_END = -2 };

/* Call number nth (from 0, counted from now on, of the given kinds) fails with cause; for_ever: and all after it. */
void system_calls_fail(unsigned kinds, uint64_t nth, int cause, bool for_ever);
void system_calls_mend(void);
uint64_t system_calls_counted(void);   /* since then */
const char *system_calls_failed(void); /* the last call that failed; "": none */
unsigned system_calls_failed_kind(void);
/* Syncs say that they went well and do nothing: tests of thousands of commits need no disk. */
void system_calls_skip_syncs(bool skip);

/* Repeats in the recording what happens to the files of the index at path, which may not be there yet; its name counts
 * as durable when it and all the folders made for it are synced into theirs. NULL: no more. */
void system_calls_record(struct recording *recording, const char *path);

#endif
