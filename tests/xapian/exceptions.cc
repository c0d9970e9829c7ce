/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every kind of exception becomes its status, with its message; nothing is thrown on. */
#include <cstdio>
#include <cstring>
#include <new>
#include <stdexcept>

#include "xapian/core.hh"

static int wrong;

template <class Thrown> static void becomes(libsearch_status status, const char *part, const Thrown &thrown)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status said = guarded(&error, [&] { throw thrown; });
    const libsearch_status unheard = guarded(nullptr, [&] { throw thrown; });
    if (said == status && unheard == status && error.status == status && strstr(error.message, part) != nullptr)
        return;
    fprintf(stderr, "%s: %d instead of %d (%s)\n", part, static_cast<int>(said), static_cast<int>(status),
            error.message);
    wrong++;
}

int main()
{
    using namespace Xapian;
    becomes(LIBSEARCH_INVALID, "AssertionError: m", AssertionError("m"));
    becomes(LIBSEARCH_INVALID, "InvalidArgumentError: m", InvalidArgumentError("m"));
    becomes(LIBSEARCH_INVALID, "InvalidOperationError: m", InvalidOperationError("m"));
    becomes(LIBSEARCH_UNSUPPORTED, "UnimplementedError: m", UnimplementedError("m"));
    becomes(LIBSEARCH_IO, "DatabaseError: m (c)", DatabaseError("m", "c"));
    becomes(LIBSEARCH_FULL, "DatabaseError: m", DatabaseError("m", ENOSPC));
    becomes(LIBSEARCH_FULL, "DatabaseError: m", DatabaseError("m", EDQUOT));
    becomes(LIBSEARCH_PERMISSION, "DatabaseOpeningError: m", DatabaseOpeningError("m", EACCES));
    becomes(LIBSEARCH_PERMISSION, "DatabaseCreateError: m", DatabaseCreateError("m", EROFS));
    becomes(LIBSEARCH_IO, "DatabaseCreateError: m", DatabaseCreateError("m"));
    becomes(LIBSEARCH_CORRUPT, "DatabaseCorruptError: m", DatabaseCorruptError("m"));
    becomes(LIBSEARCH_LOCKED, "DatabaseLockError: m", DatabaseLockError("m"));
    becomes(LIBSEARCH_STALE, "DatabaseModifiedError: m", DatabaseModifiedError("m"));
    becomes(LIBSEARCH_STALE, "DatabaseClosedError: m", DatabaseClosedError("m"));
    becomes(LIBSEARCH_IO, "DatabaseOpeningError: m", DatabaseOpeningError("m"));
    becomes(LIBSEARCH_NOT_FOUND, "DatabaseNotFoundError: m", DatabaseNotFoundError("m"));
    becomes(LIBSEARCH_VERSION, "DatabaseVersionError: m", DatabaseVersionError("m"));
    becomes(LIBSEARCH_NOT_FOUND, "DocNotFoundError: m", DocNotFoundError("m"));
    becomes(LIBSEARCH_UNSUPPORTED, "FeatureUnavailableError: m", FeatureUnavailableError("m"));
    becomes(LIBSEARCH_IO, "InternalError: m", InternalError("m"));
    becomes(LIBSEARCH_IO, "NetworkError: m (host)", NetworkError("m", "host"));
    becomes(LIBSEARCH_IO, "NetworkTimeoutError: m", NetworkTimeoutError("m"));
    becomes(LIBSEARCH_SYNTAX, "QueryParserError: m", QueryParserError("m"));
    becomes(LIBSEARCH_CORRUPT, "SerialisationError: m", SerialisationError("m"));
    becomes(LIBSEARCH_INVALID, "RangeError: m", RangeError("m"));
    becomes(LIBSEARCH_LIMIT, "WildcardError: m", WildcardError("m"));
    becomes(LIBSEARCH_LIMIT, "ours", failure{ LIBSEARCH_LIMIT, "ours", 3 });
    becomes(LIBSEARCH_NO_MEMORY, "memory", std::bad_alloc());
    becomes(LIBSEARCH_IO, "unexpected: m", std::runtime_error("m"));
    becomes(LIBSEARCH_IO, "no known kind", 42);
    return wrong == 0 ? 0 : 1;
}
