/* SPDX-License-Identifier: MIT */
/* A sound segment whose sections were changed and given right checksums, so that the parsers alone must hold. */
#include "fuzz.h"
#include "fuzz/segment_use.h"
#include "segment/format.h"

enum { MOST_SECTIONS = 64, FIELDS = 31, ROOM = 64 };

struct section {
    uint32_t id;
    uint8_t *bytes; /* with room for ROOM more */
    size_t length, room;
};

static size_t all_ids(uint32_t *ids)
{
    size_t count = 0;
    for (uint32_t id = SECTION_INFO; id <= SECTION_WEIGHTED_CODES; id++)
        ids[count++] = id;
    for (uint32_t kind = SECTION_FIELD_LENGTHS; kind <= SECTION_COLUMN; kind += 0x10000)
        for (uint32_t field = 0; field < FIELDS; field++)
            ids[count++] = kind + field;
    return count;
}

static size_t copy_sections(struct section *sections)
{
    uint32_t ids[11 + 3 * FIELDS];
    struct section_file *file;
    size_t count = 0;
    const size_t id_count = all_ids(ids);
    FUZZ_REQUIRE(section_file_open(segment_base()->storage, "segment-0", SEGMENT_KIND, SEGMENT_VERSION, false, &file,
                                   NULL) == LIBSEARCH_OK);
    for (size_t i = 0; i < id_count; i++) {
        size_t length;
        const uint8_t *bytes = section_file_get(file, ids[i], &length);
        if (bytes == NULL)
            continue;
        FUZZ_REQUIRE(count < MOST_SECTIONS);
        sections[count] = (struct section){ ids[i], calloc(length + ROOM, 1), length, length + ROOM };
        memcpy(sections[count++].bytes, bytes, length);
    }
    section_file_close(file);
    return count;
}

static void change(struct fuzz_bytes *bytes, struct section *section)
{
    const uint8_t how = fuzz_u8(bytes);
    const size_t at = section->length == 0 ? 0 : fuzz_number(bytes, 2) % section->length;
    if (section->length == 0)
        return;
    switch (how % 8) {
    case 0: section->bytes[at] ^= (uint8_t)(1u << how / 8 % 8); break;
    case 1: section->bytes[at] = 0; break;
    case 2: section->bytes[at] = 0xFF; break;
    case 3: section->bytes[at] = (uint8_t)(section->bytes[at] + 1); break;
    case 4: section->length = at; break;
    case 5:
        for (unsigned i = 0; i < 4 && at + i < section->length; i++)
            section->bytes[at + i] = fuzz_u8(bytes);
        break;
    case 6: section->length += section->room - section->length < how / 8 ? 0 : how / 8; break;
    default: section->bytes[at] = fuzz_u8(bytes);
    }
}

static void write_sections(struct storage *storage, const struct section *sections, size_t count, uint64_t left_out)
{
    struct section_writer *writer;
    FUZZ_REQUIRE(section_writer_open(storage, "damaged", SEGMENT_KIND, SEGMENT_VERSION, &writer, NULL) == LIBSEARCH_OK);
    for (size_t i = 0; i < count; i++)
        if (i != left_out)
            FUZZ_REQUIRE(section_put(writer, sections[i].id, sections[i].bytes, sections[i].length, NULL) ==
                         LIBSEARCH_OK);
    FUZZ_REQUIRE(section_writer_finish(writer, false, NULL, NULL) == LIBSEARCH_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    struct section sections[MOST_SECTIONS];
    struct storage *storage;
    const size_t count = copy_sections(sections);
    const uint8_t seed = fuzz_u8(&bytes), left_out = fuzz_u8(&bytes);
    for (unsigned times = 0; fuzz_left(&bytes) > 0 && times < 16; times++)
        change(&bytes, &sections[fuzz_u8(&bytes) % count]);
    FUZZ_REQUIRE(storage_open_memory(allocator_default(), &storage, NULL) == LIBSEARCH_OK);
    write_sections(storage, sections, count, left_out);
    segment_use(storage, "damaged", seed, true);
    storage_close(storage);
    for (size_t i = 0; i < count; i++)
        free(sections[i].bytes);
    return 0;
}
