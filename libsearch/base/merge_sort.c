/* SPDX-License-Identifier: MIT */
#include "base/merge_sort.h"

#include <string.h>

#include "base/status.h"

enum { POLL_EVERY = 4096, INSERTION = 8 };

struct sorting {
    char *scratch;
    size_t size;
    int (*compare)(const void *one, const void *other);
    libsearch_status (*poll)(void *context);
    void *poll_context;
    unsigned compared;
};

static void sort_few(const struct sorting *sorting, char *array, size_t count)
{
    const size_t size = sorting->size;
    for (size_t i = 1; i < count; i++) {
        size_t at = i;
        while (at > 0 && sorting->compare(array + (at - 1) * size, array + i * size) > 0)
            at--;
        if (at == i)
            continue;
        memcpy(sorting->scratch, array + i * size, size);
        memmove(array + (at + 1) * size, array + at * size, (i - at) * size);
        memcpy(array + at * size, sorting->scratch, size);
    }
}

static libsearch_status poll_after(struct sorting *sorting, unsigned compared)
{
    sorting->compared += compared;
    if (sorting->compared < POLL_EVERY || sorting->poll == NULL)
        return LIBSEARCH_OK;
    sorting->compared = 0;
    return sorting->poll(sorting->poll_context);
}

/* Copies a sorted part out of the way, into memory that may never have been touched. */
static libsearch_status put_aside(const struct sorting *sorting, const char *array, size_t bytes)
{
    enum { AT_ONCE = 1 << 20 };
    for (size_t done = 0; done < bytes; done += AT_ONCE) {
        if (done > 0 && sorting->poll != NULL)
            TRY(sorting->poll(sorting->poll_context));
        memcpy(sorting->scratch + done, array + done, bytes - done < AT_ONCE ? bytes - done : AT_ONCE);
    }
    return LIBSEARCH_OK;
}

/* Merges [array, other) and [other, end), both sorted; the first moves out of the way. */
static libsearch_status merge(struct sorting *sorting, char *array, char *other, const char *end)
{
    const size_t size = sorting->size;
    if (sorting->compare(other - size, other) <= 0)
        return poll_after(sorting, 1);
    const char *one = sorting->scratch, *const one_end = one + (other - array);
    TRY(put_aside(sorting, array, (size_t)(other - array)));
    for (char *to = array; one < one_end && other < end; to += size) {
        if (sorting->compare(one, other) <= 0) {
            memcpy(to, one, size);
            one += size;
        } else {
            memcpy(to, other, size);
            other += size;
        }
        TRY(poll_after(sorting, 1));
    }
    memcpy(other - (one_end - one), one, (size_t)(one_end - one));
    return LIBSEARCH_OK;
}

static libsearch_status sort(struct sorting *sorting, char *array, size_t count)
{
    if (count <= INSERTION) {
        sort_few(sorting, array, count);
        return poll_after(sorting, INSERTION);
    }
    char *const other = array + count / 2 * sorting->size;
    TRY(sort(sorting, array, count / 2));
    TRY(sort(sorting, other, count - count / 2));
    return merge(sorting, array, other, array + count * sorting->size);
}

libsearch_status merge_sort(void *array, void *scratch, size_t count, size_t size,
                            int (*compare)(const void *one, const void *other), libsearch_status (*poll)(void *context),
                            void *poll_context)
{
    struct sorting sorting = { scratch, size, compare, poll, poll_context, 0 };
    return sort(&sorting, array, count);
}
