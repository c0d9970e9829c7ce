/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where databases are: the path that libsearch_open was given, taken apart, and databases opened from it. */
#ifndef LIBSEARCH_XAPIAN_LOCATION_HH
#define LIBSEARCH_XAPIAN_LOCATION_HH

#include <vector>

#include "xapian/core.hh"

enum { REMOTE_TIMEOUT = 10000 /* where none is given */ };

struct shard {
    std::string path; /* local; empty for remote */
    std::string host;
    unsigned port = 0;
    unsigned timeout = REMOTE_TIMEOUT; /* of a server, milliseconds, to connect and for each answer */
    std::string name() const { return path.empty() ? "tcp:" + host + ":" + std::to_string(port) : path; }
};

struct location {
    std::vector<shard> shards; /* at least one */
    std::string map;           /* map=FILE; empty: none */
    bool local = true;         /* no part is asked of a server, also not by a stub file */
    bool is_local() const { return local; }
    /* The only one is a directory that can be written. */
    bool is_single_path() const { return shards.size() == 1 && !shards[0].path.empty(); }
};

/* INVALID for what is no location. */
location location_parse(const char *path);

enum class found { nothing, empty, database, file, other };
/* What lies at a local path; empty: a directory with nothing in it. */
found look_at(const std::string &path);

/* NOT_FOUND, NOT_AN_INDEX, or what Xapian says. */
Xapian::Database shard_open(const shard &shard);
/* What tells the commits of local databases from each other: every commit puts a new version file in the place of the
 * one before, and so does an exchange for a compacted copy, whose own count of commits begins anew. */
std::string location_stamp(const location &location);
/* True where the stamp says all: no server, and no stub file. */
bool location_is_stamped(const location &location);

/* All shards as one database, and the stamp of what was opened. */
Xapian::Database location_open(const location &location, std::string *stamp);

/* Bytes of the files of all local shards. */
uint64_t location_bytes(const location &location);

#endif
