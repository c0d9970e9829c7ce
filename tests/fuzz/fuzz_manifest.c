/* SPDX-License-Identifier: MIT */
/* Any bytes as a commit's manifest or a file of deletions, with right checksums; one that is taken is written as the
 * same bytes again. */
#include "fuzz.h"
#include "index/deletions.h"
#include "index/manifest.h"
#include "index/names.h"

static void write_file(struct storage *storage, const char *name, const char *kind, const uint8_t *bytes, size_t length)
{
    FUZZ_REQUIRE(small_file_write(storage, name, kind, 1, bytes, length, false, NULL, NULL) == LIBSEARCH_OK);
}

static void manifest(struct storage *storage, const uint8_t *bytes, size_t length)
{
    char name[NAME_SIZE];
    struct manifest *read, *again;
    struct section_file *file;
    libsearch_bytes written;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    struct cursor head = cursor_of(bytes, length);
    const uint64_t commit = cursor_u64(&head);
    cursor_u64(&head);
    const bool loose = cursor_u64(&head) != 0;
    name_commit(name, commit, loose);
    write_file(storage, name, "MF", bytes, length);
    const libsearch_status status = manifest_read(storage, NULL, commit, loose, &read, &error);
    if (status != LIBSEARCH_OK) {
        FUZZ_REQUIRE(status == LIBSEARCH_CORRUPT || status == LIBSEARCH_VERSION || status == LIBSEARCH_INVALID);
        FUZZ_REQUIRE(strstr(error.message, name) != NULL);
        return;
    }
    FUZZ_REQUIRE(storage_remove(storage, name, NULL) == LIBSEARCH_OK);
    FUZZ_REQUIRE(manifest_write(storage, read, false, NULL) == LIBSEARCH_OK);
    FUZZ_REQUIRE(storage_rename(storage, NAME_TEMPORARY, name, NULL) == LIBSEARCH_OK);
    FUZZ_REQUIRE(manifest_read(storage, NULL, commit, loose, &again, &error) == LIBSEARCH_OK);
    FUZZ_REQUIRE(again->count == read->count && again->schema->count == read->schema->count);
    FUZZ_REQUIRE(small_file_read(storage, name, "MF", 1, &file, &written, NULL) == LIBSEARCH_OK);
    FUZZ_REQUIRE(written.length <= length); /* numbers may have been written longer than they need be */
    section_file_close(file);
    manifest_release(again);
    manifest_release(read);
}

static void deletions(struct storage *storage, struct fuzz_bytes *bytes)
{
    struct manifest_segment segment = { .number = 1 + fuzz_u8(bytes), .checksum = fuzz_number(bytes, 8) };
    struct deletions *read;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    char name[NAME_SIZE];
    segment.documents = 1 + (uint32_t)fuzz_number(bytes, 2);
    segment.deleted = (uint32_t)fuzz_number(bytes, 2) % segment.documents;
    segment.deletions = 1 + fuzz_u8(bytes);
    name_deletions(name, segment.number, segment.deletions);
    write_file(storage, name, "DL", bytes->next, fuzz_left(bytes));
    for (segment.deletions_length = 0; segment.deletions_length < 2; segment.deletions_length++) {
        struct mapping mapping;
        FUZZ_REQUIRE(storage_map(storage, name, false, &mapping, NULL) == LIBSEARCH_OK);
        struct manifest_segment named = segment;
        named.deletions_length = segment.deletions_length == 0 ? mapping.length : 7;
        mapping_release(&mapping);
        const libsearch_status status = deletions_read(storage, &named, &read, &error);
        if (status == LIBSEARCH_OK) {
            FUZZ_REQUIRE(read->live->count == named.documents && read->live->deleted == named.deleted);
            deletions_release(read);
        } else {
            FUZZ_REQUIRE(status == LIBSEARCH_CORRUPT && error.message[0] != '\0');
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    struct storage *storage;
    FUZZ_REQUIRE(storage_open_memory(allocator_default(), &storage, NULL) == LIBSEARCH_OK);
    if (fuzz_u8(&bytes) & 1)
        deletions(storage, &bytes);
    else
        manifest(storage, bytes.next, fuzz_left(&bytes));
    storage_close(storage);
    return 0;
}
