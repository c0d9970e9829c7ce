/* SPDX-License-Identifier: MIT */
/* Which engine an index has, and opening it with that one. The xapian engine lies in a library of its own, which is
 * loaded when it is asked for: from where this program's own libraries are, in the build tree or installed. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "progress.h"

#define XAPIAN_LIBRARY "libsearch-xapian.so.0"

/* Whether a directory is a database of Xapian's. */
static bool looks_like_xapian(const char *path)
{
    static const char *const names[] = { "iamglass", "iamhoney", "iamchert", "XAPIANDB" };
    char file[4096];
    struct stat found;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(file, sizeof file, "%s/%s", path, names[i]);
        if (stat(file, &found) == 0)
            return true;
    }
    return false;
}

static bool wants_xapian(const struct options *options)
{
    return options->xapian || options->field_map != NULL || strncmp(options->index, "xapian:", 7) == 0 ||
           strncmp(options->index, "tcp:", 4) == 0 || looks_like_xapian(options->index);
}

/* What the engine is told: map=FILE and what follows "xapian:". To be freed. */
static char *location_of(const struct options *options)
{
    const char *index = strncmp(options->index, "xapian:", 7) == 0 ? options->index + 7 : options->index;
    const char *map = options->field_map != NULL ? options->field_map : "";
    const size_t length = strlen(index) + strlen(map) + 6;
    char *location = allocate(length);
    snprintf(location, length, "%s%s%s%s", map[0] != '\0' ? "map=" : "", map, map[0] != '\0' ? "," : "", index);
    return location;
}

/* A function of the library that holds the xapian engine; NULL, and what is wrong in error. */
static void *xapian_function(const char *name, libsearch_error *error)
{
    void *library = dlopen(XAPIAN_LIBRARY, RTLD_NOW | RTLD_LOCAL); /* stays until the end */
    void *function = library != NULL ? dlsym(library, name) : NULL;
    if (function == NULL) {
        error->status = LIBSEARCH_UNSUPPORTED;
        snprintf(error->message, sizeof error->message, "the xapian engine is not installed (%.300s)", dlerror());
    }
    return function;
}

libsearch_status engine_open(const struct options *options, unsigned flags, const libsearch_open_options *open,
                             libsearch_index **index, libsearch_error *error)
{
    libsearch_open_options with = LIBSEARCH_OPEN_OPTIONS_INIT;
    if (open != NULL)
        with = *open;
    if (!wants_xapian(options)) {
        if (with.extensions == NULL)
            with.extensions = progress_extensions();
        return libsearch_open(options->index, flags, &with, index, error);
    }
    void *function = xapian_function("libsearch_xapian_engine", error);
    if (function == NULL)
        return error->status;
    const libsearch_engine *(*engine)(void);
    memcpy(&engine, &function, sizeof engine);
    with.engine = engine();
    char *location = location_of(options);
    const libsearch_status status = libsearch_open(location, flags, &with, index, error);
    free(location);
    return status;
}

libsearch_status engine_check(const struct options *options, libsearch_report report, void *context,
                              libsearch_error *error)
{
    libsearch_open_options with = LIBSEARCH_OPEN_OPTIONS_INIT;
    with.extensions = progress_extensions();
    if (!wants_xapian(options))
        return libsearch_check_with(options->index, &with, report, context, error);
    void *function = xapian_function("libsearch_xapian_check", error);
    if (function == NULL)
        return error->status;
    libsearch_status (*check)(const char *, libsearch_report, void *, libsearch_error *);
    memcpy(&check, &function, sizeof check);
    char *location = location_of(options);
    const libsearch_status status = check(location, report, context, error);
    free(location);
    return status;
}
