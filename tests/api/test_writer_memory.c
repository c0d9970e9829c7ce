/* SPDX-License-Identifier: MIT */
/* A writer keeps to the memory that it is given, by its estimate, however much is put and whatever its threads. */
#include "support/unit.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "api_support.h"
#include "support/random.h"

enum { MEMORY = 16 << 20, DOCUMENTS = 20000, WORDS = 250 };

/* What each thread may have in hand beside it. */
enum { OF_A_THREAD = 6 << 20 };

static struct {
    atomic_llong bytes, most;
} counted;

static void count(long long size)
{
    const long long now = atomic_fetch_add(&counted.bytes, size) + size;
    long long most = atomic_load(&counted.most);
    while (now > most && !atomic_compare_exchange_weak(&counted.most, &most, now)) {
    }
}

/* Before each block stands its size, 16 bytes for the alignment. */
static void *counted_reallocate(void *context, void *memory, size_t size)
{
    size_t *old = memory == NULL ? NULL : (size_t *)memory - 2;
    const size_t before = old == NULL ? 0 : *old;
    size_t *block = realloc(old, size + 2 * sizeof *block);
    (void)context;
    if (block == NULL)
        return NULL;
    *block = size;
    count((long long)size - (long long)before);
    return block + 2;
}

static void *counted_allocate(void *context, size_t size) { return counted_reallocate(context, NULL, size); }

static void counted_release(void *context, void *memory)
{
    size_t *block = (size_t *)memory - 2;
    (void)context;
    count(-(long long)*block);
    free(block);
}

static const libsearch_allocator counting = { NULL, counted_allocate, counted_reallocate, counted_release };

static void put_many(const char *path, unsigned threads)
{
    struct test_random random = { 5 };
    libsearch_writer_options options = LIBSEARCH_WRITER_OPTIONS_INIT;
    libsearch_open_options how = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_writer *writer = NULL;
    libsearch_index *index = NULL;
    static char text[WORDS * 8];
    long long put = 0;
    options.memory = MEMORY;
    options.threads = threads;
    how.allocator = &counting;
    assert_ok(libsearch_open(path, LIBSEARCH_CREATE, &how, &index, NULL));
    assert_ok(libsearch_writer_open(index, &options, &writer, NULL));
    libsearch_document *document = libsearch_document_new(index);
    const long long before = atomic_load(&counted.bytes);
    atomic_store(&counted.most, before);
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        char id[16];
        int length = 0;
        for (unsigned w = 0; w < WORDS; w++)
            length += sprintf(text + length, "w%u ", (unsigned)random_below(&random, 1 + random_below(&random, 50000)));
        libsearch_document_clear(document);
        assert_ok(libsearch_document_set_text(document, "text", (libsearch_bytes){ text, (size_t)length }));
        snprintf(id, sizeof id, "%u", i);
        assert_ok(libsearch_writer_put(writer, text_of(id), document, NULL));
        put += length;
    }
    const long long most = atomic_load(&counted.most) - before;
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
    printf("%u threads: %.1f MiB put, at most %.1f MiB of memory, of %d\n", threads, (double)put / (1 << 20),
           (double)most / (1 << 20), MEMORY >> 20);
    assert_true(put > MEMORY);
    assert_true(most <= MEMORY + (threads > 1 ? (long long)threads * OF_A_THREAD : 0));
}

static void a_writer_keeps_to_its_memory(void **state)
{
    for (unsigned threads = 1; threads <= 2; threads++) {
        char path[256];
        snprintf(path, sizeof path, "%s-%u", (const char *)*state, threads);
        put_many(path, threads);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_writer_keeps_to_its_memory, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
