/* SPDX-License-Identifier: MIT */
/* Reading files made of sections; section_file.h draws them. */
#include "io/section_file.h"

#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "base/hash.h"
#include "io/section_layout.h"

struct section {
    uint32_t id;
    uint64_t offset, length, hash;
};

struct section_file {
    const libsearch_allocator *allocator;
    char *path; /* directory and name, for messages */
    const char *name;
    struct mapping mapping;
    uint32_t version;
    uint32_t count;
    struct section *sections; /* in the file's order */
    uint32_t *by_id;          /* places in sections, ids rising */
};

static libsearch_status damaged(const struct section_file *file, uint64_t offset, const char *what,
                                libsearch_error *error)
{
    return error_set_at(error, (int64_t)offset, LIBSEARCH_CORRUPT, "%s: %s at offset %llu", file->path, what,
                        (unsigned long long)offset);
}

/* Heap sort: ids that a hostile file lays out badly cost no more than others. */
static void sift(const struct section *sections, uint32_t *places, size_t at, size_t count)
{
    for (size_t child = 2 * at + 1; child < count; at = child, child = 2 * at + 1) {
        if (child + 1 < count && sections[places[child]].id < sections[places[child + 1]].id)
            child++;
        if (sections[places[at]].id >= sections[places[child]].id)
            return;
        const uint32_t moved = places[at];
        places[at] = places[child];
        places[child] = moved;
    }
}

static void sort_by_id(const struct section *sections, uint32_t *places, size_t count)
{
    for (size_t i = 0; i < count; i++)
        places[i] = (uint32_t)i;
    for (size_t i = count / 2; i > 0; i--)
        sift(sections, places, i - 1, count);
    for (size_t end = count; end > 1; end--) {
        const uint32_t largest = places[0];
        places[0] = places[end - 1];
        places[end - 1] = largest;
        sift(sections, places, 0, end - 1);
    }
}

/* Header and footer: sets version and count. *table: where the table begins. */
static libsearch_status check_frame(struct section_file *file, const char *kind, uint32_t max_version, uint64_t *table,
                                    libsearch_error *error)
{
    const uint8_t *data = file->mapping.data;
    const uint64_t length = file->mapping.length;
    if (length < SECTION_ALIGNMENT + SECTION_FOOTER)
        return damaged(file, length, "the file ends too early", error);
    uint8_t header[SECTION_HEADER];
    section_header_fill(header, kind, 0);
    if (memcmp(data, header, 5) != 0 || data[7] != header[7])
        return damaged(file, 0, "not a file of this library, magic is wrong", error);
    if (memcmp(data, header, SECTION_MAGIC) != 0)
        return damaged(file, 0, "a file of another kind", error);
    const uint8_t *footer = data + length - SECTION_FOOTER;
    if (memcmp(footer + 24, header, SECTION_MAGIC) != 0)
        return damaged(file, length - SECTION_FOOTER, "no footer, the file was cut or its end is damaged", error);
    file->version = load_u32(data + 8);
    if (file->version != load_u32(footer + 12) || load_u32(data + 12) != 0)
        return damaged(file, 8, "header and footer disagree", error);
    if (file->version == 0 || file->version > max_version)
        return error_set(error, LIBSEARCH_VERSION, "%s: format version %u, this library knows up to %u", file->path,
                         file->version, max_version);
    if (load_u64(footer + 16) != length)
        return damaged(file, length - SECTION_FOOTER + 16, "the file has another length than it says", error);
    *table = load_u64(footer);
    file->count = load_u32(footer + 8);
    if (file->count > SECTION_FILE_MAX_SECTIONS || *table % SECTION_ALIGNMENT != 0 ||
        *table > length - SECTION_FOOTER || length - SECTION_FOOTER - *table != (uint64_t)file->count * SECTION_ENTRY)
        return damaged(file, length - SECTION_FOOTER, "the footer's table of sections does not fit", error);
    return LIBSEARCH_OK;
}

static libsearch_status check_checksum(const struct section_file *file, uint64_t table, libsearch_error *error)
{
    const uint8_t *data = file->mapping.data;
    const uint64_t footer = file->mapping.length - SECTION_FOOTER;
    struct hash_state *hash = hash_state_new(file->allocator);
    if (hash == NULL)
        return error_no_memory(error);
    hash_state_update(hash, data, SECTION_HEADER);
    hash_state_update(hash, data + table, (size_t)(footer - table) + SECTION_FOOTER_HASH);
    const uint64_t found = hash_state_digest(hash);
    hash_state_free(hash);
    if (found != load_u64(data + footer + SECTION_FOOTER_HASH))
        return damaged(file, table, "the checksum of the table of sections is wrong", error);
    return LIBSEARCH_OK;
}

static libsearch_status read_table(struct section_file *file, uint64_t table, libsearch_error *error)
{
    file->sections = memory_allocate_array(file->allocator, file->count, sizeof *file->sections);
    file->by_id = memory_allocate_array(file->allocator, file->count, sizeof *file->by_id);
    if (file->sections == NULL || file->by_id == NULL)
        return error_no_memory(error);
    uint64_t end = SECTION_HEADER;
    for (uint32_t i = 0; i < file->count; i++) {
        const uint64_t at = table + (uint64_t)i * SECTION_ENTRY;
        const uint8_t *entry = file->mapping.data + at;
        const struct section section = { load_u32(entry), load_u64(entry + 8), load_u64(entry + 16),
                                         load_u64(entry + 24) };
        /* end <= table <= the file's length, so that nothing here wraps. */
        if (load_u32(entry + 4) != 0 || section.offset != section_aligned(end) || section.offset > table ||
            section.length > table - section.offset)
            return damaged(file, at, "an entry of the table of sections does not fit", error);
        end = section.offset + section.length;
        file->sections[i] = section;
    }
    if (section_aligned(end) != table)
        return damaged(file, end, "bytes that belong to no section", error);
    sort_by_id(file->sections, file->by_id, file->count);
    for (uint32_t i = 1; i < file->count; i++)
        if (file->sections[file->by_id[i - 1]].id == file->sections[file->by_id[i]].id)
            return damaged(file, table, "the same section twice", error);
    return LIBSEARCH_OK;
}

libsearch_status section_file_open(struct storage *storage, const char *name, const char *kind, uint32_t max_version,
                                   bool copy, struct section_file **file, libsearch_error *error)
{
    const libsearch_allocator *allocator = storage->allocator;
    struct section_file *opened = memory_allocate_array(allocator, 1, sizeof *opened);
    if (opened == NULL)
        return error_no_memory(error);
    opened->allocator = allocator;
    const size_t directory = strlen(storage->path);
    const size_t path_size = directory + strlen(name) + 2;
    opened->path = memory_allocate(allocator, path_size);
    libsearch_status status = opened->path == NULL ? error_no_memory(error) : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK) {
        snprintf(opened->path, path_size, "%s/%s", storage->path, name);
        opened->name = opened->path + directory + 1;
        status = storage_map(storage, name, copy, &opened->mapping, error);
    }
    uint64_t table = 0;
    if (status == LIBSEARCH_OK)
        status = check_frame(opened, kind, max_version, &table, error);
    if (status == LIBSEARCH_OK)
        status = check_checksum(opened, table, error);
    if (status == LIBSEARCH_OK)
        status = read_table(opened, table, error);
    if (status != LIBSEARCH_OK) {
        section_file_close(opened);
        return status;
    }
    *file = opened;
    return LIBSEARCH_OK;
}

void section_file_close(struct section_file *file)
{
    if (file == NULL)
        return;
    mapping_release(&file->mapping);
    memory_free(file->allocator, file->sections);
    memory_free(file->allocator, file->by_id);
    memory_free(file->allocator, file->path);
    memory_free(file->allocator, file);
}

const char *section_file_name(const struct section_file *file) { return file->name; }
uint32_t section_file_version(const struct section_file *file) { return file->version; }
uint64_t section_file_length(const struct section_file *file) { return file->mapping.length; }
const uint8_t *section_file_bytes(const struct section_file *file) { return file->mapping.data; }

uint64_t section_file_checksum(const struct section_file *file)
{
    return load_u64(file->mapping.data + file->mapping.length - SECTION_FOOTER + SECTION_FOOTER_HASH);
}

const uint8_t *section_file_get(const struct section_file *file, uint32_t id, size_t *length)
{
    uint32_t from = 0, to = file->count;
    while (from < to) {
        const uint32_t middle = from + (to - from) / 2;
        const struct section *section = &file->sections[file->by_id[middle]];
        if (section->id == id) {
            *length = (size_t)section->length;
            return file->mapping.data + section->offset;
        }
        if (section->id < id)
            from = middle + 1;
        else
            to = middle;
    }
    *length = 0;
    return NULL;
}

uint32_t section_file_count(const struct section_file *file) { return file->count; }

const uint8_t *section_file_at(const struct section_file *file, uint32_t i, uint32_t *id, size_t *length)
{
    const struct section *section = &file->sections[i];
    *id = section->id;
    *length = (size_t)section->length;
    return file->mapping.data + section->offset;
}

/* One damage: told to report where there is one, else the error that ends it. */
static libsearch_status tell(const struct section_file *file, uint64_t offset, const char *what,
                             libsearch_report report, void *context, libsearch_error *error)
{
    libsearch_error line = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = damaged(file, offset, what, &line);
    if (error != NULL)
        *error = line;
    if (report != NULL)
        report(context, line.message);
    return status;
}

/* The first byte in [from, to) that is not zero, or `to`. */
static uint64_t first_not_zero(const struct section_file *file, uint64_t from, uint64_t to)
{
    while (from < to && file->mapping.data[from] == 0)
        from++;
    return from;
}

libsearch_status section_file_verify(const struct section_file *file, libsearch_report report, void *context,
                                     libsearch_error *error)
{
    libsearch_status result = LIBSEARCH_OK;
    uint64_t end = SECTION_HEADER;
    for (uint32_t i = 0; i <= file->count; i++) {
        const struct section *section = i < file->count ? &file->sections[i] : NULL;
        const uint64_t next = section != NULL ? section->offset : section_aligned(end);
        const uint64_t wrong = first_not_zero(file, end, next);
        if (wrong < next) {
            result = tell(file, wrong, "a byte between sections is not zero", report, context, error);
            if (report == NULL)
                return result;
        }
        if (section == NULL)
            break;
        end = section->offset + section->length;
        if (hash_bytes(file->mapping.data + section->offset, (size_t)section->length) != section->hash) {
            char what[96];
            snprintf(what, sizeof what, "section %u (%llu bytes): its checksum is wrong, it begins", section->id,
                     (unsigned long long)section->length);
            result = tell(file, section->offset, what, report, context, error);
            if (report == NULL)
                return result;
        }
    }
    return result;
}

libsearch_status small_file_read(struct storage *storage, const char *name, const char *kind, uint32_t max_version,
                                 struct section_file **file, libsearch_bytes *data, libsearch_error *error)
{
    struct section_file *opened;
    TRY(section_file_open(storage, name, kind, max_version, true, &opened, error));
    libsearch_status status = section_file_verify(opened, NULL, NULL, error);
    size_t length = 0;
    const uint8_t *bytes = section_file_get(opened, 1, &length);
    if (status == LIBSEARCH_OK && (bytes == NULL || opened->count != 1))
        status = damaged(opened, 0, "not one section 1; the file begins", error);
    if (status != LIBSEARCH_OK) {
        section_file_close(opened);
        return status;
    }
    *data = (libsearch_bytes){ (const char *)bytes, length };
    *file = opened;
    return LIBSEARCH_OK;
}
