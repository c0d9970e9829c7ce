/* SPDX-License-Identifier: MIT */
/* Statuses and error objects: how every layer says that, and why, something failed. */
#ifndef LIBSEARCH_BASE_STATUS_H
#define LIBSEARCH_BASE_STATUS_H

#include <libsearch.h>

/* Fills error (may be NULL) and returns status, so that a failing function ends with
 *     return error_set(error, LIBSEARCH_CORRUPT, "%s: …", name);
 * The message is cut to what fits, at a character's boundary. */
libsearch_status error_set(libsearch_error *error, libsearch_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with the byte position in the query or file that it is about. */
libsearch_status error_set_at(libsearch_error *error, int64_t position, libsearch_status status, const char *format,
                              ...) __attribute__((format(printf, 4, 5)));

/* What a static analyzer can see through: the status that comes back is the one that was given. */
static inline libsearch_status error_status(libsearch_status status, libsearch_status said)
{
    (void)said;
    return status;
}
#define error_set(error, status, ...) error_status(status, error_set(error, status, __VA_ARGS__))
#define error_set_at(error, position, status, ...)                                                                     \
    error_status(status, error_set_at(error, position, status, __VA_ARGS__))

/* “out of memory”, said alike everywhere. */
static inline libsearch_status error_no_memory(libsearch_error *error)
{
    return error_set(error, LIBSEARCH_NO_MEMORY, "out of memory");
}

/* Empties error (may be NULL) for a new call. */
void error_clear(libsearch_error *error);

/* Leaves the calling function with the status of expression unless that is OK. */
#define TRY(expression)                                                                                                \
    do {                                                                                                               \
        const libsearch_status try_status_ = (expression);                                                             \
        if (try_status_ != LIBSEARCH_OK)                                                                               \
            return try_status_;                                                                                        \
    } while (0)

/* The same, by way of an exit label of the function that releases and returns `status`. */
#define TRY_OR(label, expression)                                                                                      \
    do {                                                                                                               \
        status = (expression);                                                                                         \
        if (status != LIBSEARCH_OK)                                                                                    \
            goto label;                                                                                                \
    } while (0)

#endif
