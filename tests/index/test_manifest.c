/* SPDX-License-Identifier: MIT */
/* A manifest that says what cannot be is refused with what is wrong, also where every checksum is right; its limits hold
 * at their edges. */
#include "index/manifest.h"
#include "index/names.h"
#include "support/random.h"
#include "support/unit.h"

#include <stdlib.h>
#include <string.h>

enum { SEGMENT_ENTRY = 52, COMMIT = 5 };

/* A sound manifest of two segments as bytes, to be changed. */
struct fixture {
    struct storage *storage;
    uint8_t *bytes;
    size_t length;
    libsearch_error error; /* of the last reading */
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct schema *schema;
    struct manifest *manifest;
    struct section_file *file;
    libsearch_bytes data;
    assert_ok(storage_open_memory(allocator_default(), &fixture->storage, NULL));
    assert_ok(schema_new(allocator_default(), NULL, &schema, NULL));
    assert_ok(manifest_new(allocator_default(), schema, LIBSEARCH_STRING("program"), 2, &manifest, NULL));
    schema_release(schema);
    manifest->commit = COMMIT;
    manifest->before = COMMIT - 1;
    manifest->next_number = 100;
    for (unsigned s = 0; s < 2; s++)
        manifest->segments[s] = (struct manifest_segment){ .number = 3 + s,
                                                           .length = 1000,
                                                           .checksum = 77,
                                                           .documents = 10,
                                                           .deleted = 4,
                                                           .deletions = 9,
                                                           .deletions_length = 200,
                                                           .flags = MANIFEST_ALL_SYNCED };
    assert_ok(manifest_write(fixture->storage, manifest, false, NULL));
    manifest_release(manifest);
    assert_ok(small_file_read(fixture->storage, NAME_TEMPORARY, "MF", MANIFEST_VERSION, &file, &data, NULL));
    fixture->length = data.length;
    fixture->bytes = malloc(data.length + 1);
    memcpy(fixture->bytes, data.data, data.length);
    section_file_close(file);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    storage_close(fixture->storage);
    free(fixture->bytes);
    free(fixture);
    return 0;
}

static libsearch_status read_bytes(struct fixture *fixture, const uint8_t *bytes, size_t length)
{
    char name[NAME_SIZE];
    struct manifest *manifest;
    fixture->error = (libsearch_error)LIBSEARCH_ERROR_INIT;
    name_commit(name, COMMIT, false);
    storage_remove(fixture->storage, name, NULL);
    assert_ok(small_file_write(fixture->storage, name, "MF", MANIFEST_VERSION, bytes, length, false, NULL, NULL));
    const libsearch_status status = manifest_read(fixture->storage, NULL, COMMIT, false, &manifest, &fixture->error);
    if (status == LIBSEARCH_OK)
        manifest_release(manifest);
    return status;
}

/* Reads it with one number (of `width` bytes, little endian) changed; it is sound again afterwards. */
static libsearch_status with_number(struct fixture *fixture, size_t at, unsigned width, uint64_t number)
{
    uint8_t before[8];
    memcpy(before, fixture->bytes + at, width);
    for (unsigned i = 0; i < width; i++)
        fixture->bytes[at + i] = (uint8_t)(number >> 8 * i);
    const libsearch_status status = read_bytes(fixture, fixture->bytes, fixture->length);
    memcpy(fixture->bytes + at, before, width);
    return status;
}

static void expect_refused(struct fixture *fixture, size_t at, unsigned width, uint64_t number, const char *what)
{
    assert_status(with_number(fixture, at, width, number), LIBSEARCH_CORRUPT);
    if (strstr(fixture->error.message, what) == NULL || strstr(fixture->error.message, "commit-") == NULL)
        fail_msg("'%s' does not say '%s'", fixture->error.message, what);
}

/* Where a number of the first segment's entry stands. */
static size_t of_segment(const struct fixture *fixture, size_t offset)
{
    return fixture->length - 2 * SEGMENT_ENTRY + offset;
}

static void what_cannot_be_is_refused_by_name(void **state)
{
    struct fixture *fixture = *state;
    assert_ok(read_bytes(fixture, fixture->bytes, fixture->length));
    expect_refused(fixture, 8, 8, COMMIT, "impossible numbers in the head");
    expect_refused(fixture, 24, 8, UINT64_MAX, "impossible numbers in the head");
    expect_refused(fixture, 0, 8, COMMIT + 1, "another commit");
    expect_refused(fixture, of_segment(fixture, 0) - 4, 4, 3, "number of segments does not fit");
    expect_refused(fixture, of_segment(fixture, 0), 8, 0, "impossible number");
    expect_refused(fixture, of_segment(fixture, 0), 8, 100, "impossible number");
    expect_refused(fixture, of_segment(fixture, 0), 8, 4, "a segment twice");
    expect_refused(fixture, of_segment(fixture, 24), 4, 0, "impossible counts");
    expect_refused(fixture, of_segment(fixture, 28), 4, 10, "impossible counts");
    expect_refused(fixture, of_segment(fixture, 28), 4, 0, "deletions do not fit");
    expect_refused(fixture, of_segment(fixture, 32), 8, 0, "deletions do not fit");
    expect_refused(fixture, of_segment(fixture, 40), 8, 0, "deletions do not fit");
    expect_refused(fixture, of_segment(fixture, 48), 4, 0, "impossible flags");
    expect_refused(fixture, of_segment(fixture, 48), 4, 4, "impossible flags");
}

/* Any number of segments in any order, with each in turn under the number of another. */
static void a_segment_listed_twice_is_seen_wherever_it_stands(void **state)
{
    enum { MOST = 24 };
    struct fixture *fixture = *state;
    struct test_random random = random_start(__func__);
    char name[NAME_SIZE];
    name_commit(name, COMMIT, false);
    for (unsigned count = 2; count <= MOST; count++) {
        struct schema *schema;
        struct manifest *manifest, *read;
        assert_ok(schema_new(allocator_default(), NULL, &schema, NULL));
        assert_ok(manifest_new(allocator_default(), schema, LIBSEARCH_STRING(""), count, &manifest, NULL));
        schema_release(schema);
        manifest->commit = COMMIT;
        manifest->next_number = 100;
        for (unsigned s = 0; s < count; s++) {
            const unsigned at = (unsigned)random_below(&random, s + 1);
            manifest->segments[s] = manifest->segments[at];
            manifest->segments[at] = (struct manifest_segment){
                .number = 3 + s, .length = 1000, .checksum = 77, .documents = 10, .flags = MANIFEST_ALL_SYNCED
            };
        }
        for (unsigned s = 0; s <= count; s++) { /* at last as it is */
            const uint64_t number = s < count ? manifest->segments[s].number : 0;
            if (s < count)
                manifest->segments[s].number =
                    manifest->segments[(s + 1 + random_below(&random, count - 1)) % count].number;
            assert_ok(manifest_write(fixture->storage, manifest, false, NULL));
            assert_ok(storage_rename(fixture->storage, NAME_TEMPORARY, name, NULL));
            fixture->error = (libsearch_error)LIBSEARCH_ERROR_INIT;
            const libsearch_status status =
                manifest_read(fixture->storage, NULL, COMMIT, false, &read, &fixture->error);
            if (s == count) {
                assert_ok(status);
                manifest_release(read);
                continue;
            }
            assert_status(status, LIBSEARCH_CORRUPT);
            assert_non_null(strstr(fixture->error.message, "a segment twice"));
            manifest->segments[s].number = number;
        }
        manifest_release(manifest);
    }
}

static void a_manifest_cut_short_is_refused(void **state)
{
    struct fixture *fixture = *state;
    for (size_t length = 0; length < fixture->length; length++)
        assert_status(read_bytes(fixture, fixture->bytes, length), LIBSEARCH_CORRUPT);
    assert_status(read_bytes(fixture, fixture->bytes, fixture->length + 1), LIBSEARCH_CORRUPT);
}

/* The schema stands behind the head (four numbers) and the program's bytes, each with its length before it. */
static void a_schema_that_is_shorter_than_it_says_is_refused(void **state)
{
    struct fixture *fixture = *state;
    const size_t at = 4 * 8 + 1 + strlen("program");
    const size_t length = fixture->bytes[at];
    assert_true(length > 0 && length < 127);
    uint8_t *bytes = malloc(fixture->length + 1);
    memcpy(bytes, fixture->bytes, at + 1 + length);
    bytes[at]++;
    bytes[at + 1 + length] = 0;
    memcpy(bytes + at + 2 + length, fixture->bytes + at + 1 + length, fixture->length - at - 1 - length);
    assert_status(read_bytes(fixture, bytes, fixture->length + 1), LIBSEARCH_CORRUPT);
    assert_non_null(strstr(fixture->error.message, "the schema is shorter than it says"));
    free(bytes);
}

static void a_segment_has_documents_up_to_their_limit(void **state)
{
    struct fixture *fixture = *state;
    const size_t documents = of_segment(fixture, 24);
    assert_ok(with_number(fixture, documents, 4, (uint64_t)LIBSEARCH_MAX_SEGMENT_DOCUMENTS - 1));
    assert_ok(with_number(fixture, documents, 4, LIBSEARCH_MAX_SEGMENT_DOCUMENTS));
    expect_refused(fixture, documents, 4, (uint64_t)LIBSEARCH_MAX_SEGMENT_DOCUMENTS + 1, "impossible counts");
}

/* The same segment over and over, with other numbers. */
static libsearch_status with_segments(struct fixture *fixture, size_t count)
{
    const size_t head = fixture->length - 2 * SEGMENT_ENTRY;
    uint8_t *bytes = malloc(head + count * SEGMENT_ENTRY);
    assert_non_null(bytes);
    memcpy(bytes, fixture->bytes, head);
    for (unsigned i = 0; i < 4; i++) {
        bytes[head - 4 + i] = (uint8_t)(count >> 8 * i);
        bytes[24 + i] = 0xFF; /* the next number */
    }
    for (size_t s = 0; s < count; s++) {
        uint8_t *entry = bytes + head + s * SEGMENT_ENTRY;
        memcpy(entry, fixture->bytes + head, SEGMENT_ENTRY);
        for (unsigned i = 0; i < 8; i++)
            entry[i] = (uint8_t)((s + 1) >> 8 * i);
    }
    const libsearch_status status = read_bytes(fixture, bytes, head + count * SEGMENT_ENTRY);
    free(bytes);
    return status;
}

static void an_index_has_segments_up_to_their_limit(void **state)
{
    struct fixture *fixture = *state;
    assert_ok(with_segments(fixture, 100));
    assert_ok(with_segments(fixture, LIBSEARCH_MAX_SEGMENTS - 1));
    assert_ok(with_segments(fixture, LIBSEARCH_MAX_SEGMENTS));
    assert_status(with_segments(fixture, LIBSEARCH_MAX_SEGMENTS + 1), LIBSEARCH_CORRUPT);
}

#define OWN_STORAGE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OWN_STORAGE(what_cannot_be_is_refused_by_name),
        OWN_STORAGE(a_segment_listed_twice_is_seen_wherever_it_stands),
        OWN_STORAGE(a_manifest_cut_short_is_refused),
        OWN_STORAGE(a_schema_that_is_shorter_than_it_says_is_refused),
        OWN_STORAGE(a_segment_has_documents_up_to_their_limit),
        OWN_STORAGE(an_index_has_segments_up_to_their_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
