/* SPDX-License-Identifier: MIT */
#include "segment/collection.h"

#include <stdlib.h>

#include "segment/format.h"

struct run {
    struct collection collection;
    struct storage *storage;
    struct test_random random;
};

static void begin(struct run *run, const char *name, enum collection_shape shape, uint32_t count)
{
    run->random = random_start(name);
    collection_make(&run->collection, &run->random, shape, count);
    assert_ok(storage_open_memory(allocator_default(), &run->storage, NULL));
    collection_build(&run->collection, run->storage, "plain", 0, count, NULL);
    struct segment *plain = collection_open(&run->collection, run->storage, "plain");
    uint64_t length;
    assert_ok(segment_add_biwords(allocator_default(), run->storage, "segment", plain, 2, NULL, false, &length, NULL));
    segment_release(plain);
}

static void end(struct run *run)
{
    storage_close(run->storage);
    collection_free(&run->collection);
}

struct lines {
    unsigned count;
    char last[512];
};

static void note_line(void *context, const char *line)
{
    struct lines *lines = context;
    lines->count++;
    strncpy(lines->last, line, sizeof lines->last - 1);
    assert_null(strchr(line, '\n'));
    assert_non_null(strstr(line, "damaged")); /* the file's name */
}

static void check_sound(const char *name, enum collection_shape shape, uint32_t count)
{
    struct run run;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    begin(&run, name, shape, count);
    struct segment *segment = collection_open(&run.collection, run.storage, "segment");
    struct lines lines = { 0 };
    assert_ok(segment_verify(segment, &error));
    if (segment_check(segment, NULL, note_line, &lines, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    assert_int_equal(lines.count, 0);
    segment_release(segment);
    end(&run);
}

static void test_what_was_built_is_sound(void **state)
{
    (void)state;
    check_sound(__func__, COLLECTION_PLAIN, 3000);
    check_sound(__func__, COLLECTION_FULL, 2000);
    check_sound(__func__, COLLECTION_FULL, 1);
    check_sound(__func__, COLLECTION_FULL, 0);
}

static void write_file(struct storage *storage, const char *name, const uint8_t *bytes, size_t length)
{
    struct output *output;
    storage_remove(storage, name, NULL);
    assert_ok(storage_create(storage, name, &output, NULL));
    assert_ok(output_append(output, bytes, length, NULL));
    assert_ok(output_close(output, NULL));
}

static void test_every_flipped_bit_is_found(void **state)
{
    (void)state;
    struct run run;
    struct mapping mapping;
    begin(&run, __func__, COLLECTION_FULL, 4);
    assert_ok(storage_map(run.storage, "segment", false, &mapping, NULL));
    uint8_t *bytes = malloc(mapping.length);
    memcpy(bytes, mapping.data, mapping.length);
    for (size_t bit = 0; bit < mapping.length * 8; bit++) {
        struct segment *segment;
        struct lines lines = { 0 };
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        write_file(run.storage, "damaged", bytes, mapping.length);
        bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        const libsearch_status status =
            segment_open(allocator_default(), run.collection.schema, run.storage, "damaged", false, &segment, NULL);
        if (status != LIBSEARCH_OK)
            continue; /* found already */
        assert_status(segment_check(segment, NULL, note_line, &lines, NULL), LIBSEARCH_CORRUPT);
        assert_status(segment_verify(segment, NULL), LIBSEARCH_CORRUPT);
        assert_true(lines.count > 0);
        segment_release(segment);
    }
    free(bytes);
    mapping_release(&mapping);
    end(&run);
}

static void test_damage_is_not_merged_under_new_checksums(void **state)
{
    (void)state;
    struct run run;
    struct mapping mapping;
    begin(&run, __func__, COLLECTION_FULL, 300);
    assert_ok(storage_map(run.storage, "segment", false, &mapping, NULL));
    uint8_t *bytes = malloc(mapping.length);
    memcpy(bytes, mapping.data, mapping.length);
    for (unsigned round = 0; round < 300; round++) {
        struct segment_input input = { 0 };
        const size_t at = random_below(&run.random, mapping.length);
        bytes[at] ^= (uint8_t)(1u << round % 8);
        write_file(run.storage, "damaged", bytes, mapping.length);
        bytes[at] = mapping.data[at];
        if (segment_open(allocator_default(), run.collection.schema, run.storage, "damaged", false, &input.segment,
                         NULL) != LIBSEARCH_OK)
            continue;
        assert_status(segment_merge(allocator_default(), run.collection.schema, run.storage, "merged", &input, 1, 0,
                                    NULL, false, NULL, NULL),
                      LIBSEARCH_CORRUPT);
        segment_release(input.segment);
    }
    free(bytes);
    mapping_release(&mapping);
    end(&run);
}

/* All sections that a segment may have, in the order of their numbers. */
static uint32_t next_section(uint32_t id)
{
    if (id == SECTION_BIWORD_LISTS)
        return SECTION_FIELD_LENGTHS;
    if ((id & 0xFFFF) == 31)
        return (id & 0xFFFF0000) == SECTION_COLUMN ? 0 : (id & 0xFFFF0000) + 0x10000;
    return id + 1;
}

/* Writes the segment anew with one section changed, so that all checksums are right. */
static void write_changed(struct storage *storage, uint32_t changed, const uint8_t *bytes, size_t length)
{
    struct section_file *file;
    struct section_writer *writer;
    storage_remove(storage, "damaged", NULL);
    assert_ok(section_file_open(storage, "segment", SEGMENT_KIND, SEGMENT_VERSION, false, &file, NULL));
    assert_ok(section_writer_open(storage, "damaged", SEGMENT_KIND, SEGMENT_VERSION, &writer, NULL));
    for (uint32_t id = SECTION_INFO; id != 0; id = next_section(id)) {
        size_t old_length;
        const uint8_t *old = section_file_get(file, id, &old_length);
        if (old != NULL && id == changed)
            assert_ok(section_put(writer, id, bytes, length, NULL));
        else if (old != NULL)
            assert_ok(section_put(writer, id, old, old_length, NULL));
    }
    assert_ok(section_writer_finish(writer, false, NULL, NULL));
    section_file_close(file);
}

static uint8_t *copy_section(struct storage *storage, uint32_t id, size_t *length)
{
    struct section_file *file;
    assert_ok(section_file_open(storage, "segment", SEGMENT_KIND, SEGMENT_VERSION, false, &file, NULL));
    const uint8_t *bytes = section_file_get(file, id, length);
    uint8_t *copy = bytes == NULL ? NULL : malloc(*length + 1);
    if (copy != NULL && *length > 0)
        memcpy(copy, bytes, *length);
    section_file_close(file);
    return copy;
}

/* Opens, checks and merges the damaged file; whatever is in it, this ends well. */
static libsearch_status use_damaged(struct run *run, struct lines *lines)
{
    struct segment *segment;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (segment_open(allocator_default(), run->collection.schema, run->storage, "damaged", false, &segment, &error) !=
        LIBSEARCH_OK)
        return LIBSEARCH_CORRUPT;
    assert_ok(segment_verify(segment, NULL));
    const libsearch_status status = segment_check(segment, NULL, note_line, lines, &error);
    assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_CORRUPT);
    assert_int_equal(status == LIBSEARCH_OK, lines->count == 0);
    struct live *live;
    assert_ok(live_new(allocator_default(), segment_count(segment), &live, NULL));
    for (uint32_t d = 0; d < segment_count(segment); d += 3)
        live_delete(live, d);
    uint64_t length;
    const libsearch_status paired =
        segment_add_biwords(allocator_default(), run->storage, "paired", segment,
                            (uint32_t)random_below(&run->random, 4), NULL, false, &length, &error);
    if (status == LIBSEARCH_OK && paired != LIBSEARCH_OK)
        fail_msg("checked well, and no biwords: %s", error.message);
    if (paired == LIBSEARCH_OK)
        assert_ok(storage_remove(run->storage, "paired", NULL));
    const struct segment_input input = { segment, random_below(&run->random, 2) == 0 ? live : NULL, NULL };
    const libsearch_status merged =
        segment_merge(allocator_default(), run->collection.schema, run->storage, "merged", &input, 1,
                      random_below(&run->random, 2) == 0 ? 0 : LIBSEARCH_REORDER, NULL, false, NULL, &error);
    if (status == LIBSEARCH_OK && merged != LIBSEARCH_OK)
        fail_msg("checked well, merged badly: %s", error.message);
    if (merged == LIBSEARCH_OK)
        assert_ok(storage_remove(run->storage, "merged", NULL));
    live_free(live);
    segment_release(segment);
    return status;
}

static void change_sections(const char *name, enum collection_shape shape, uint32_t count, unsigned rounds)
{
    struct run run;
    begin(&run, name, shape, count);
    for (uint32_t id = SECTION_INFO; id != 0; id = next_section(id)) {
        size_t length;
        uint8_t *bytes = copy_section(run.storage, id, &length);
        if (bytes == NULL || length == 0) {
            free(bytes);
            continue;
        }
        for (unsigned round = 0; round < rounds; round++) {
            struct lines lines = { 0 };
            const size_t at = random_below(&run.random, length);
            const uint8_t old = bytes[at];
            if (random_below(&run.random, 2) == 0)
                bytes[at] = (uint8_t)random_u64(&run.random);
            else
                bytes[at] ^= (uint8_t)(1u << random_below(&run.random, 8));
            const size_t cut = random_below(&run.random, 10) == 0 ? random_below(&run.random, length) : length;
            write_changed(run.storage, id, bytes, cut);
            use_damaged(&run, &lines);
            if (random_below(&run.random, 3) > 0)
                bytes[at] = old;
        }
        free(bytes);
    }
    end(&run);
}

static void test_damage_with_right_checksums_is_survived(void **state)
{
    (void)state;
    change_sections(__func__, COLLECTION_FULL, 40, 60);
    change_sections(__func__, COLLECTION_PLACED, 700, 12);
}

static void test_a_wrong_byte_of_biwords_is_found(void **state)
{
    enum { STEP = 61 };
    struct run run;
    size_t length;
    (void)state;
    begin(&run, __func__, COLLECTION_FULL, 40);
    uint8_t *bytes = copy_section(run.storage, SECTION_BIWORDS, &length);
    assert_true(length > 100 * STEP);
    for (size_t at = 0; at < length; at += at < STEP ? 1 : STEP) {
        struct lines lines = { 0 };
        const uint8_t old = bytes[at];
        bytes[at] ^= (uint8_t)(1u << random_below(&run.random, 8));
        write_changed(run.storage, SECTION_BIWORDS, bytes, length);
        if (use_damaged(&run, &lines) != LIBSEARCH_CORRUPT)
            fail_msg("byte %zu of %zu is not found", at, length);
        bytes[at] = old;
    }
    free(bytes);
    end(&run);
}

/* Finds the list of the most frequent word of the group. */
static void longest_list(const struct segment *segment, struct posting_list *longest)
{
    struct terms_iterator *iterator;
    libsearch_bytes key;
    struct term_entry entry;
    uint32_t most = 0;
    assert_ok(terms_iterator_new(segment->terms, allocator_default(), &iterator, NULL));
    while (terms_iterator_next(iterator, &key, &entry, NULL, NULL) == LIBSEARCH_OK)
        if (key.data[0] == 0 && key.data[1] == 0 && (entry.flags & TERM_LIST) && entry.document_frequency > most) {
            most = entry.document_frequency;
            assert_ok(segment_list_of(segment, 0, &entry, longest, NULL));
        }
    terms_iterator_free(iterator);
    assert_true(most >= POSTING_THRESHOLD_MIN);
}

/* Changes one byte of the longest list, `where` in it, and expects the check to say `what`. */
static void expect_in_longest_list(const char *name, size_t (*where)(const struct posting_list *list),
                                   uint8_t (*change)(uint8_t byte), const char *what)
{
    struct run run;
    struct lines lines = { 0 };
    struct posting_list list;
    size_t length;
    begin(&run, name, COLLECTION_FULL, 3000);
    struct segment *segment = collection_open(&run.collection, run.storage, "segment");
    longest_list(segment, &list);
    uint8_t *bytes = copy_section(run.storage, SECTION_POSTINGS, &length);
    const size_t at = (size_t)(list.last_documents - segment->postings) + where(&list);
    bytes[at] = change(bytes[at]);
    write_changed(run.storage, SECTION_POSTINGS, bytes, length);
    assert_status(use_damaged(&run, &lines), LIBSEARCH_CORRUPT);
    if (strstr(lines.last, what) == NULL)
        fail_msg("%s", lines.last);
    free(bytes);
    segment_release(segment);
    end(&run);
}

static size_t first_frequency_bound(const struct posting_list *list)
{
    return (size_t)(list->bounds[0] - list->last_documents);
}

static size_t second_profile(const struct posting_list *list)
{
    return (size_t)(list->bounds[1] - list->last_documents);
}

static size_t first_threshold(const struct posting_list *list)
{
    return (size_t)(list->thresholds[0] - list->last_documents);
}

static size_t last_document(const struct posting_list *list)
{
    (void)list;
    return 0;
}

static uint8_t to_zero(uint8_t byte)
{
    (void)byte;
    return 0;
}

static uint8_t to_most(uint8_t byte)
{
    (void)byte;
    return 200;
}

static uint8_t one_more(uint8_t byte) { return (uint8_t)(byte + 1); }

static void test_a_bound_that_does_not_bind_is_found(void **state)
{
    (void)state;
    expect_in_longest_list(__func__, first_frequency_bound, to_zero, "bounds do not bind");
    expect_in_longest_list(__func__, second_profile, to_zero, "bounds do not bind");
}

static void test_a_threshold_that_is_too_high_is_found(void **state)
{
    (void)state;
    expect_in_longest_list(__func__, first_threshold, to_most, "threshold is too high");
}

static void test_a_wrong_last_document_is_found(void **state)
{
    (void)state;
    expect_in_longest_list(__func__, last_document, one_more, "block's documents are damaged");
}

/* A byte of the longest list that says of a document that it has its word several times in a side field. */
static size_t several_in_a_side(const struct segment *segment, const struct posting_list *list)
{
    struct posting_block block;
    struct posting_tail tail;
    for (uint32_t b = 0; b < list->blocks; b++) {
        assert_true(posting_block_documents(list, b, &block));
        assert_true(posting_block_frequencies(list, &block));
        assert_true(posting_block_tail(list, &block, &tail));
        for (; tail.groups > 0; tail.groups--) {
            cursor_varint(&tail.cursor); /* its field */
            const uint64_t count = cursor_varint(&tail.cursor);
            cursor_take(&tail.cursor, count);
            if (cursor_u8(&tail.cursor) == 1)
                continue; /* all are one */
            for (uint64_t i = 0; i < count; i++) {
                const uint8_t *at = tail.cursor.next;
                if (cursor_varint32(&tail.cursor) > 1)
                    return (size_t)(at - segment->postings);
            }
        }
    }
    fail_msg("no side has a frequency above one");
    return 0;
}

static void test_a_side_that_contradicts_positions_is_found(void **state)
{
    (void)state;
    struct run run;
    struct lines lines = { 0 };
    struct posting_list list;
    size_t length;
    begin(&run, __func__, COLLECTION_FULL, 3000);
    struct segment *segment = collection_open(&run.collection, run.storage, "segment");
    longest_list(segment, &list);
    uint8_t *bytes = copy_section(run.storage, SECTION_POSTINGS, &length);
    bytes[several_in_a_side(segment, &list)]--;
    write_changed(run.storage, SECTION_POSTINGS, bytes, length);
    assert_status(use_damaged(&run, &lines), LIBSEARCH_CORRUPT);
    if (strstr(lines.last, "sides contradict positions") == NULL)
        fail_msg("%s", lines.last);
    free(bytes);
    segment_release(segment);
    end(&run);
}

/* Adds one to a byte of a section and expects the check to say `what`. */
static void expect_in_section(const char *name, uint32_t section, size_t at, const char *what)
{
    struct run run;
    struct lines lines = { 0 };
    size_t length;
    begin(&run, name, COLLECTION_FULL, 200);
    uint8_t *bytes = copy_section(run.storage, section, &length);
    assert_non_null(bytes);
    assert_true(at < length);
    bytes[at]++;
    write_changed(run.storage, section, bytes, length);
    assert_status(use_damaged(&run, &lines), LIBSEARCH_CORRUPT);
    if (strstr(lines.last, what) == NULL)
        fail_msg("%s", lines.last);
    free(bytes);
    end(&run);
}

static void test_wrong_sums_and_codes_are_found(void **state)
{
    (void)state;
    expect_in_section(__func__, SECTION_INFO, 8, "plain lengths: their sum");
    expect_in_section(__func__, SECTION_INFO, 16, "weighted lengths: their sum");
    expect_in_section(__func__, SECTION_INFO, 32, "words in");
    expect_in_section(__func__, SECTION_WEIGHTED_CODES, 7, "codes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_built_is_sound),
        cmocka_unit_test(test_every_flipped_bit_is_found),
        cmocka_unit_test(test_damage_is_not_merged_under_new_checksums),
        cmocka_unit_test(test_damage_with_right_checksums_is_survived),
        cmocka_unit_test(test_a_wrong_byte_of_biwords_is_found),
        cmocka_unit_test(test_a_bound_that_does_not_bind_is_found),
        cmocka_unit_test(test_a_threshold_that_is_too_high_is_found),
        cmocka_unit_test(test_a_wrong_last_document_is_found),
        cmocka_unit_test(test_a_side_that_contradicts_positions_is_found),
        cmocka_unit_test(test_wrong_sums_and_codes_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
