/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * libsearch-xapian: the engine that opens Xapian databases, through the same functions as any other.
 *
 *     libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
 *     options.engine = libsearch_xapian_engine();
 *     libsearch_open("mail.db", 0, &options, &index, &error);
 *
 * Link with -lsearch-xapian -lsearch (pkg-config libsearch-xapian). A program that links this library or loads it is
 * bound by the GPL, version 2 or later, as libxapian is; libsearch itself is not (docs/xapian.md).
 *
 * What libsearch_open takes as a path
 *
 *   PATH                 a database directory or file, or a stub file that lists several
 *   tcp:HOST:PORT        a database that xapian-tcpsrv serves; read only
 *   A,B,…                several of these, searched as one; read only
 *   timeout=MS,…         before the others: how long a server may take to be connected to and for each answer, in
 *                        milliseconds; 10000 where it is not said
 *   map=FILE,…           before the others: FILE says what the terms, slots and data of a database mean that
 *                        another program wrote (docs/xapian.md); without it such a database is opened by
 *                        Xapian's customs. Read only.
 */
#ifndef LIBSEARCH_XAPIAN_H
#define LIBSEARCH_XAPIAN_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The engine, for libsearch_open_options.engine. It is constant: any number of indexes and threads may use it.
 * Never NULL. It belongs to the libsearch of the same version; libsearch_open says VERSION otherwise. Since 0.1. */
LIBSEARCH_API const libsearch_engine *libsearch_xapian_engine(void);

/** As libsearch_check, for a Xapian database directory: everything that xapian-check looks at. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_xapian_check(const char *path, libsearch_report report, void *context,
                                                      libsearch_error *error);

#ifdef __cplusplus
}
#endif

#endif
