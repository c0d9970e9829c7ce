/* SPDX-License-Identifier: MIT */
/* Xapian databases in folders, and Xapian's own programs on them. */
#ifndef TESTS_XAPIAN_XAPIAN_SUPPORT_H
#define TESTS_XAPIAN_XAPIAN_SUPPORT_H

#include "support/unit.h"

#include <libsearch-xapian.h>
#include <sys/types.h>

/* cmocka's setup and teardown: *state is a new folder's path. */
int folder_setup(void **state);
int folder_teardown(void **state);

libsearch_bytes bytes(const char *string);
/* folder/name, in memory that lasts until the next call but three. */
const char *path_in(void **state, const char *name);

/* Opens with the xapian engine; the status, with the message in error. */
libsearch_status open_as(const char *path, unsigned flags, const char *analyzer, libsearch_index **index,
                         libsearch_error *error);
libsearch_index *open_or_fail(const char *path, unsigned flags);
/* A new database, analyzer english. */
libsearch_index *make(const char *path);
libsearch_writer *write_to(libsearch_index *index);
void put_text(libsearch_index *index, libsearch_writer *writer, const char *id, const char *title, const char *text);
/* Four short documents, committed. */
libsearch_index *make_reports(const char *path);

/* The ids found, with blanks between; lasts until the next call. A failure is its status as text. */
const char *ask(libsearch_index *index, const char *query);

/* What a command prints, its standard error too; free. Skips the test where the program is not installed. */
char *run(const char *program, const char *format, ...) __attribute__((format(printf, 2, 3)));
void assert_contains(const char *text, const char *part);

/* A server of Xapian's for a database, on a free port of loopback. */
struct server {
    pid_t process;
    unsigned port;
};
struct server server_start(const char *path);
void server_stop(struct server *server);

#endif
