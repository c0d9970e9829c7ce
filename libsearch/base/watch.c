/* SPDX-License-Identifier: MIT */
#include "base/watch.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/status.h"

void watch_log(const struct watch *watch, libsearch_level level, const char *format, ...)
{
    char line[500];
    if (watch == NULL || watch->log == NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    watch->log(watch->log_context, level, line);
}

/* size * done / of, without overflow. */
static uint64_t share(uint64_t size, uint64_t done, uint64_t of)
{
    if (of == 0 || done >= of)
        return size;
    return (uint64_t)((long double)size * (long double)done / (long double)of);
}

libsearch_status watch_step(const struct watch_part *part, uint64_t done, uint64_t of, libsearch_error *error)
{
    if (part == NULL || part->watch == NULL || part->watch->progress == NULL)
        return LIBSEARCH_OK;
    const uint64_t total = part->total == 0 ? 1 : part->total;
    const uint64_t reached = part->from + share(part->size, done, of);
    const libsearch_progress progress = { part->work, reached < total ? reached : total, total };
    if (part->watch->progress(part->watch->progress_context, &progress) == 0)
        return LIBSEARCH_OK;
    return error_set(error, LIBSEARCH_CANCELLED, "stopped by the program");
}

struct watch_part watch_within(const struct watch_part *part, uint64_t first, uint64_t last, uint64_t of)
{
    if (part == NULL)
        return (struct watch_part){ .watch = NULL };
    struct watch_part within = *part;
    within.from = part->from + share(part->size, first, of);
    within.size = part->from + share(part->size, last, of) - within.from;
    return within;
}
