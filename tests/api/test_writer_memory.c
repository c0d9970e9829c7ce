/* SPDX-License-Identifier: MIT */
/* A writer keeps to the memory that it is given, by its estimate, however much is put and whatever its threads. */
#include "support/unit.h"

#include <stdio.h>

#include "api_support.h"
#include "support/counted_memory.h"
#include "support/random.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { DOCUMENTS = 12000 };
#else
enum { DOCUMENTS = 20000 };
#endif

enum { MEMORY = 16 << 20, WORDS = 250 };

/* What each thread may have in hand beside it. */
enum { OF_A_THREAD = 6 << 20 };

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
