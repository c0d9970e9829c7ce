/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every file here begins with: libxapian, the seam, and how failures travel inside this folder.
 *
 * Inside, a failure is an exception: `failure`, one of Xapian's, or one of the standard library's. Each function of
 * the seam runs its work in `guarded`, which turns whatever comes into a status; nothing is thrown across it. */
#ifndef LIBSEARCH_XAPIAN_CORE_HH
#define LIBSEARCH_XAPIAN_CORE_HH

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include <string>

#include <xapian.h>

#if XAPIAN_MAJOR_VERSION == 0 || (XAPIAN_MAJOR_VERSION == 1 && XAPIAN_MINOR_VERSION < 4)
#error "libxapian 1.4 or later is needed"
#endif

extern "C" {
#include "base/regular_expression.h"
#include "base/hash.h"
#include "base/memory.h"
#include "base/status.h"
#include "engine/engine.h"
#include "query/query_tree.h"
#include "schema/document.h"
#include "schema/schema.h"
}

struct failure {
    libsearch_status status;
    std::string message;
    int64_t position; /* in the query, or -1 */
};

[[noreturn]] void fail(libsearch_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));
[[noreturn]] void fail_at(size_t position, libsearch_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* What a function in C said, as an exception unless OK:  called([&](libsearch_error *e) { return f(…, e); }); */
template <class Call> void called(Call call)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = call(&error);
    if (status != LIBSEARCH_OK)
        throw failure{ status, error.message, error.position };
}

/* Inside a catch block: what the exception means, written into error (may be NULL). */
libsearch_status status_of_exception(libsearch_error *error) noexcept;

template <class Work> libsearch_status guarded(libsearch_error *error, Work work) noexcept
{
    try {
        work();
        return LIBSEARCH_OK;
    } catch (...) {
        return status_of_exception(error);
    }
}

inline std::string string_of(libsearch_bytes bytes)
{
    return bytes.length == 0 ? std::string() : std::string(bytes.data, bytes.length);
}
inline libsearch_bytes bytes_of(const std::string &text) { return { text.data(), text.size() }; }

#endif
