/* SPDX-License-Identifier: MIT */
/* Every allocation fails once: NO_MEMORY comes back and nothing is lost (the leak checker sees to that). */
#include "terms/oracle.h"
#include "terms/walks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct failing {
    size_t until; /* allocations that succeed yet */
    bool failed;
};

static bool fails(struct failing *failing)
{
    if (failing->until > 0) {
        failing->until--;
        return false;
    }
    failing->failed = true;
    return true;
}

static void *failing_allocate(void *context, size_t size) { return fails(context) ? NULL : malloc(size); }
static void *failing_reallocate(void *context, void *memory, size_t size)
{
    return fails(context) ? NULL : realloc(memory, size);
}
static void failing_release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

static libsearch_status ignore(void *context, const struct term_match *match)
{
    (void)context;
    (void)match;
    return LIBSEARCH_OK;
}

static libsearch_status write_and_read(const libsearch_allocator *allocator, const struct oracle *oracle)
{
    struct terms_writer *writer = NULL;
    struct terms_reader *reader = NULL;
    struct terms_iterator *iterator = NULL;
    libsearch_bytes section;
    libsearch_status status = terms_writer_new(allocator, &writer, NULL);
    for (size_t i = 0; status == LIBSEARCH_OK && i < oracle->count; i++)
        status = terms_writer_add(writer, oracle->entries[i].key, oracle->entries[i].length, &oracle->entries[i].entry,
                                  NULL);
    if (status == LIBSEARCH_OK)
        status = terms_writer_finish(writer, &section, NULL);
    if (status == LIBSEARCH_OK)
        status = terms_reader_open(allocator, (const uint8_t *)section.data, section.length, "test", &reader, NULL);
    if (status == LIBSEARCH_OK)
        status = terms_iterator_new(reader, allocator, &iterator, NULL);
    if (status == LIBSEARCH_OK)
        status = terms_reader_verify(reader, NULL);
    const struct term_walk walk = { .matched = ignore };
    if (status == LIBSEARCH_OK)
        status = terms_walk_wildcard(reader, allocator, &walk, "w*1?*", 5, NULL);
    if (status == LIBSEARCH_OK)
        status = terms_walk_prefix(reader, allocator, &walk, "wo", 2, NULL);
    if (status == LIBSEARCH_OK)
        status =
            terms_walk_fuzzy(reader, allocator, &walk, "word-and-a-very-long-tail-of-letters-00042", 42, 2, 0, NULL);
    terms_iterator_free(iterator);
    terms_reader_close(reader);
    terms_writer_free(writer);
    return status;
}

static void a_failed_allocation_is_told_and_loses_nothing(void **state)
{
    (void)state;
    struct random random = { 1 };
    struct oracle oracle = { 0 };
    for (int i = 0; i < 500; i++) {
        char word[64];
        snprintf(word, sizeof word, "word-and-a-very-long-tail-of-letters-%05d", i);
        oracle_add_word(&oracle, (unsigned)(i % 3), word);
    }
    oracle_settle(&oracle, &random);
    struct failing failing = { .failed = true };
    const libsearch_allocator allocator = { &failing, failing_allocate, failing_reallocate, failing_release };
    size_t allocations = 0;
    for (; failing.failed; allocations++) {
        failing = (struct failing){ .until = allocations };
        const libsearch_status status = write_and_read(&allocator, &oracle);
        assert_int_equal(status, failing.failed ? LIBSEARCH_NO_MEMORY : LIBSEARCH_OK);
    }
    assert_true(allocations > 20);
    oracle_free(&oracle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_allocation_is_told_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
