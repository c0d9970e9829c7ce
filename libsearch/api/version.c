/* SPDX-License-Identifier: MIT */
#include "api/handles.h"
#include "base/cpu.h"

#define TEXT_OF(number) #number
#define VERSION_TEXT(major, minor, patch) TEXT_OF(major) "." TEXT_OF(minor) "." TEXT_OF(patch)

const char *libsearch_version(void)
{
    return VERSION_TEXT(LIBSEARCH_VERSION_MAJOR, LIBSEARCH_VERSION_MINOR, LIBSEARCH_VERSION_PATCH);
}

#if defined(__clang__)
#define COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define COMPILER "gcc " __VERSION__
#else
#define COMPILER "unknown"
#endif

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZERS "address"
#elif defined(__SANITIZE_THREAD__)
#define SANITIZERS "thread"
#else
#define SANITIZERS "none"
#endif

static const char *kernels(void)
{
    if (!LIBSEARCH_X86)
        return "scalar";
    return cpu_has_avx512() ? "avx512" : cpu_has_avx2() ? "avx2" : "sse2";
}

const char *libsearch_build_option(size_t i, const char **value)
{
    const struct {
        const char *name, *value;
    } options[] = {
        { "version", libsearch_version() }, { "format", "1" },
        { "compiler", COMPILER },           { "simd", LIBSEARCH_X86 ? "x86-64" : "none" },
        { "kernels", kernels() },           { "unicode", analyzer_unicode() },
        { "sanitizers", SANITIZERS },
    };
    if (i >= sizeof options / sizeof options[0])
        return NULL;
    if (value != NULL)
        *value = options[i].value;
    return options[i].name;
}

const char *libsearch_status_text(libsearch_status status)
{
    static const char *const texts[] = {
        [LIBSEARCH_OK] = "done",
        [LIBSEARCH_INVALID] = "invalid argument",
        [LIBSEARCH_NO_MEMORY] = "out of memory",
        [LIBSEARCH_NOT_FOUND] = "not found",
        [LIBSEARCH_EXISTS] = "exists already",
        [LIBSEARCH_IO] = "input or output failed",
        [LIBSEARCH_FULL] = "no space left",
        [LIBSEARCH_PERMISSION] = "not permitted",
        [LIBSEARCH_LOCKED] = "locked by another writer",
        [LIBSEARCH_NOT_AN_INDEX] = "not an index",
        [LIBSEARCH_CORRUPT] = "damaged",
        [LIBSEARCH_VERSION] = "other version",
        [LIBSEARCH_LIMIT] = "limit reached",
        [LIBSEARCH_DEADLINE] = "out of time",
        [LIBSEARCH_CANCELLED] = "cancelled",
        [LIBSEARCH_SYNTAX] = "syntax error",
        [LIBSEARCH_UNSUPPORTED] = "not supported by this engine",
        [LIBSEARCH_FINISHED] = "writer finished",
        [LIBSEARCH_STALE] = "stale",
    };
    const size_t number = (size_t)status;
    return number < sizeof texts / sizeof texts[0] ? texts[number] : "unknown status";
}

libsearch_cancel *libsearch_cancel_new(void)
{
    return memory_allocate_array(allocator_default(), 1, sizeof(libsearch_cancel));
}

void libsearch_cancel_free(libsearch_cancel *cancel) { memory_free(allocator_default(), cancel); }

void libsearch_cancel_raise(libsearch_cancel *cancel)
{
    if (cancel != NULL)
        __atomic_store_n(&cancel->raised, 1, __ATOMIC_RELAXED);
}
