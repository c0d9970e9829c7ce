/* SPDX-License-Identifier: MIT */
/* Writes the terms section and the peaks (terms_format.h says every byte). */
#include "terms/terms_format.h"

/* Entries collect here until their block is full. */
struct pending_block {
    unsigned count, singles;
    uint32_t widest;              /* all single documents, or'ed */
    uint64_t postings, positions; /* of its first list */
    uint64_t prefix;              /* of its first word */
    struct term_peak peak;
    uint8_t shapes[TERMS_BLOCK];
    uint32_t documents[TERMS_BLOCK];
    uint8_t *postings_next, *positions_next, *others_next; /* where the next varint of each sort goes */
    uint8_t kinds[TERMS_BLOCK];
    uint8_t postings_steps[TERMS_BLOCK * TERMS_STEP_MAX];
    uint8_t positions_steps[TERMS_BLOCK * TERMS_STEP_MAX];
    uint8_t others[TERMS_BLOCK * TERMS_OTHERS_MAX];
};

struct terms_writer {
    const libsearch_allocator *allocator;
    struct buffer section; /* header and blocks, then all the rest */
    struct buffer words;   /* word bytes of the pending block */
    struct buffer lists;   /* the tables, as they will stand in the section */
    struct buffer prefixes;
    struct buffer offsets;
    struct buffer peaks; /* a section of their own */
    uint64_t count, last_term;
    uint32_t blocks, list_count;
    bool finished;
    bool any_list; /* in this list number */
    bool block_has_list;
    uint64_t postings, positions; /* of the list before */
    size_t key_length;            /* 0: none yet */
    uint8_t key[TERM_KEY_MAX];
    struct pending_block block;
};

static void begin_block(struct pending_block *block)
{
    block->count = block->singles = block->widest = 0;
    block->postings = block->positions = 0;
    block->peak = (struct term_peak){ .has_surface = false };
    block->postings_next = block->postings_steps;
    block->positions_next = block->positions_steps;
    block->others_next = block->others;
}

libsearch_status terms_writer_new(const libsearch_allocator *allocator, struct terms_writer **writer,
                                  libsearch_error *error)
{
    struct terms_writer *new = memory_allocate(allocator, sizeof *new);
    if (new == NULL)
        return error_no_memory(error);
    memset(new, 0, sizeof *new);
    new->allocator = allocator;
    begin_block(&new->block);
    buffer_init(&new->section, allocator);
    buffer_init(&new->words, allocator);
    buffer_init(&new->lists, allocator);
    buffer_init(&new->prefixes, allocator);
    buffer_init(&new->offsets, allocator);
    buffer_init(&new->peaks, allocator);
    static const uint8_t header[TERMS_HEADER];
    buffer_append(&new->section, header, sizeof header);
    if (new->section.failed) {
        terms_writer_free(new);
        return error_no_memory(error);
    }
    *writer = new;
    return LIBSEARCH_OK;
}

void terms_writer_free(struct terms_writer *writer)
{
    if (writer == NULL)
        return;
    buffer_free(&writer->section);
    buffer_free(&writer->words);
    buffer_free(&writer->lists);
    buffer_free(&writer->prefixes);
    buffer_free(&writer->offsets);
    buffer_free(&writer->peaks);
    memory_free(writer->allocator, writer);
}

static void put_u32(uint8_t *to, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static void put_u64(uint8_t *to, uint64_t value)
{
    for (unsigned i = 0; i < 8; i++)
        to[i] = (uint8_t)(value >> (8 * i));
}

static inline uint8_t *put_varint(uint8_t *to, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *to++ = (uint8_t)(value | 0x80);
    *to++ = (uint8_t)value;
    return to;
}

static void append_offset(struct buffer *offsets, uint64_t offset)
{
    uint8_t bytes[8];
    put_u64(bytes, offset);
    buffer_append(offsets, bytes, TERMS_OFFSET_BYTES);
}

static void append_documents(struct buffer *section, const struct pending_block *block, unsigned width)
{
    const size_t length = ((size_t)block->singles * width + 7) / 8;
    uint8_t *to = buffer_reserve(section, length);
    if (to == NULL)
        return;
    uint64_t bits = 0;
    unsigned held = 0;
    size_t at = 0;
    for (unsigned i = 0; i < block->singles; i++) {
        bits |= (uint64_t)block->documents[i] << held;
        for (held += width; held >= 8; held -= 8, bits >>= 8)
            to[at++] = (uint8_t)bits;
    }
    if (held > 0)
        to[at] = (uint8_t)bits;
    section->length += length;
}

/* The pending block goes out; what fails shows in the buffers. */
static void flush_block(struct terms_writer *writer)
{
    struct pending_block *block = &writer->block;
    struct buffer *section = &writer->section;
    if (block->count == 0)
        return;
    buffer_append_u64(&writer->prefixes, block->prefix);
    append_offset(&writer->offsets, section->length);
    buffer_append_u8(&writer->peaks, term_peak_code(&block->peak));

    const unsigned width = block->widest == 0 ? 0 : 32 - (unsigned)__builtin_clz(block->widest);
    buffer_append_u8(section, (uint8_t)width);
    buffer_append_u8(section, (uint8_t)block->singles);
    const size_t postings_length = (size_t)(block->postings_next - block->postings_steps);
    const size_t positions_length = (size_t)(block->positions_next - block->positions_steps);
    buffer_append_varint(section, writer->words.length);
    buffer_append_varint(section, postings_length);
    buffer_append_varint(section, positions_length);
    buffer_append_varint(section, block->postings);
    buffer_append_varint(section, block->positions);
    buffer_append(section, block->shapes, block->count);
    buffer_append(section, writer->words.data, writer->words.length);
    append_documents(section, block, width);
    buffer_append(section, block->kinds, block->count);
    buffer_append(section, block->postings_steps, postings_length);
    buffer_append(section, block->positions_steps, positions_length);
    buffer_append(section, block->others, (size_t)(block->others_next - block->others));

    buffer_clear(&writer->words);
    begin_block(block);
    writer->block_has_list = false;
    writer->blocks++;
}

static libsearch_status check_entry(const struct terms_writer *writer, bool same_list, const struct term_entry *entry,
                                    libsearch_error *error)
{
    if (entry->flags == 0 || (entry->flags & ~(TERM_LIST | TERM_SURFACE)) != 0)
        return error_set(error, LIBSEARCH_INVALID, "a term is a list, a surface form or both, not %u", entry->flags);
    if (!(entry->flags & TERM_LIST))
        return LIBSEARCH_OK;
    if (entry->document_frequency == 0 || entry->collection_frequency < entry->document_frequency)
        return error_set(error, LIBSEARCH_INVALID, "a term's frequencies %u and %llu make no sense",
                         entry->document_frequency, (unsigned long long)entry->collection_frequency);
    if (same_list && writer->any_list &&
        (entry->postings_offset < writer->postings || entry->positions_offset < writer->positions))
        return error_set(error, LIBSEARCH_INVALID, "a term's postings or positions lie before the term's before it");
    return LIBSEARCH_OK;
}

static inline uint64_t fold_sign(uint64_t difference)
{
    return (difference << 1) ^ (uint64_t)((int64_t)difference >> 63);
}

static void put_surface_only(struct pending_block *block, const struct term_entry *entry, uint64_t ordinal)
{
    const uint64_t back = ordinal - entry->surface_term;
    const unsigned term = back >= 1 && back < KIND_TERM_NEXT   ? (unsigned)back
                          : entry->surface_term == ordinal + 1 ? (unsigned)KIND_TERM_NEXT
                                                               : 0;
    const unsigned form = entry->surface_form < 3 ? entry->surface_form : 3;
    const unsigned times = entry->surface_count >= 1 && entry->surface_count <= 3 ? (unsigned)entry->surface_count : 0;
    block->kinds[block->count] =
        (uint8_t)(KIND_SURFACE_ONLY | term << KIND_TERM_SHIFT | form << KIND_FORM_SHIFT | times);
    uint8_t *to = block->others_next;
    if (term == 0)
        to = put_varint(to, fold_sign(entry->surface_term - ordinal));
    if (form == 3)
        to = put_varint(to, entry->surface_form - 3);
    if (times == 0)
        to = put_varint(to, entry->surface_count);
    block->others_next = to;
}

static void put_list(struct terms_writer *writer, const struct term_entry *entry, uint64_t ordinal)
{
    struct pending_block *block = &writer->block;
    if (!writer->block_has_list) {
        writer->block_has_list = true;
        block->postings = writer->postings = entry->postings_offset;
        block->positions = writer->positions = entry->positions_offset;
    }
    const uint64_t postings = entry->postings_offset - writer->postings;
    const uint64_t positions = entry->positions_offset - writer->positions;
    const uint64_t more = entry->collection_frequency - entry->document_frequency;
    const bool single = entry->document_frequency == 1;
    const unsigned frequency = (single ? 0u : 2u) | (more > 0);
    unsigned surface = 0;
    if (entry->flags & TERM_SURFACE) {
        if (entry->surface_term != ordinal || entry->surface_form != 0)
            surface = 3;
        else
            surface = entry->surface_count == entry->collection_frequency ? 1 : 2;
    }
    block->kinds[block->count] = (uint8_t)((postings > 0 ? KIND_POSTINGS : 0) |
                                           (unsigned)(positions < 3 ? positions : 3) << KIND_POSITIONS_SHIFT |
                                           frequency << KIND_FREQUENCY_SHIFT | surface);
    if (postings > 0)
        block->postings_next = put_varint(block->postings_next, postings - 1);
    if (positions >= 3)
        block->positions_next = put_varint(block->positions_next, positions - 3);
    uint8_t *to = block->others_next;
    if (!single)
        to = put_varint(to, entry->document_frequency - 2);
    if (more > 0)
        to = put_varint(to, more - 1);
    if (surface >= 2)
        to = put_varint(to, entry->surface_count);
    if (surface == 3) {
        to = put_varint(to, entry->surface_form);
        to = put_varint(to, fold_sign(entry->surface_term - ordinal));
    }
    if (single) {
        block->documents[block->singles++] = entry->single_document;
        block->widest |= entry->single_document;
    }
    writer->postings = entry->postings_offset;
    writer->positions = entry->positions_offset;
    block->others_next = to;
}

static void put_word(struct terms_writer *writer, const uint8_t *word, size_t length, size_t shared)
{
    struct pending_block *block = &writer->block;
    const size_t following = length - shared;
    block->shapes[block->count] = (uint8_t)((shared < 15 ? shared : 15) << 4 | (following < 15 ? following : 15));
    if (shared >= 15)
        buffer_append_varint(&writer->words, shared - 15);
    if (following >= 15)
        buffer_append_varint(&writer->words, following - 15);
    buffer_append(&writer->words, word + shared, following);
}

libsearch_status terms_writer_add(struct terms_writer *writer, const void *key, size_t length,
                                  const struct term_entry *entry, libsearch_error *error)
{
    const uint8_t *bytes = key;
    if (writer->finished)
        return error_set(error, LIBSEARCH_INVALID, "the dictionary is finished");
    if (length < TERMS_LIST_NUMBER || length > TERM_KEY_MAX)
        return error_set(error, LIBSEARCH_INVALID, "a term's key has %d to %d bytes, not %zu", TERMS_LIST_NUMBER,
                         TERM_KEY_MAX, length);
    const size_t shared = words_shared(writer->key, writer->key_length, bytes, length);
    if (writer->key_length > 0 &&
        (shared == length || (shared < writer->key_length && bytes[shared] < writer->key[shared])))
        return error_set(error, LIBSEARCH_INVALID, "terms must come in rising order");
    const bool same_list = shared >= TERMS_LIST_NUMBER;
    TRY(check_entry(writer, same_list, entry, error));

    struct pending_block *block = &writer->block;
    if (!same_list || block->count == TERMS_BLOCK)
        flush_block(writer);
    if (writer->blocks == UINT32_MAX)
        return error_set(error, LIBSEARCH_LIMIT, "too many terms");
    if (!same_list) {
        buffer_append_u32(&writer->lists, (uint32_t)bytes[0] << 8 | bytes[1]);
        buffer_append_u32(&writer->lists, writer->blocks);
        buffer_append_u64(&writer->lists, writer->count);
        writer->list_count++;
        writer->any_list = false;
    }
    const uint8_t *word = bytes + TERMS_LIST_NUMBER;
    const size_t word_length = length - TERMS_LIST_NUMBER;
    if (block->count == 0)
        block->prefix = word_prefix(word, word_length);
    put_word(writer, word, word_length, block->count == 0 ? 0 : shared - TERMS_LIST_NUMBER);

    if (entry->flags & TERM_LIST)
        put_list(writer, entry, writer->count);
    else
        put_surface_only(block, entry, writer->count);
    term_peak_raise(&block->peak, entry);
    block->count++;
    writer->any_list |= (entry->flags & TERM_LIST) != 0;
    if ((entry->flags & TERM_SURFACE) && entry->surface_term > writer->last_term)
        writer->last_term = entry->surface_term;
    writer->count++;
    memcpy(writer->key + shared, bytes + shared, length - shared);
    writer->key_length = length;
    return writer->section.failed || writer->words.failed || writer->lists.failed || writer->prefixes.failed ||
                   writer->offsets.failed || writer->peaks.failed
               ? error_no_memory(error)
               : LIBSEARCH_OK;
}

libsearch_status terms_writer_finish(struct terms_writer *writer, libsearch_bytes *bytes, libsearch_error *error)
{
    struct buffer *section = &writer->section;
    if (!writer->finished) {
        if (writer->count > 0 && writer->last_term >= writer->count)
            return error_set(error, LIBSEARCH_INVALID, "a surface form's term %llu is beyond the %llu entries",
                             (unsigned long long)writer->last_term, (unsigned long long)writer->count);
        flush_block(writer);
        const uint64_t end = section->length;
        append_offset(&writer->offsets, end);
        static const uint8_t slack[TERMS_SLACK];
        buffer_append(section, slack, sizeof slack);
        buffer_align(section, 8);
        buffer_append(section, writer->lists.data, writer->lists.length);
        buffer_append(section, writer->prefixes.data, writer->prefixes.length);
        buffer_append(section, writer->offsets.data, writer->offsets.length);
        if (section->failed || writer->lists.failed || writer->prefixes.failed || writer->offsets.failed ||
            writer->words.failed || writer->peaks.failed)
            return error_no_memory(error);
        if (end >> (8 * TERMS_OFFSET_BYTES) != 0)
            return error_set(error, LIBSEARCH_LIMIT, "a dictionary of more than a tebibyte");
        put_u32(section->data, TERMS_MAGIC);
        put_u32(section->data + 4, TERMS_BLOCK);
        put_u64(section->data + 8, writer->count);
        put_u64(section->data + 16, end);
        put_u32(section->data + 24, writer->blocks);
        put_u32(section->data + 28, writer->list_count);
        writer->finished = true;
    }
    *bytes = (libsearch_bytes){ (const char *)section->data, section->length };
    return LIBSEARCH_OK;
}

libsearch_bytes terms_writer_peaks(const struct terms_writer *writer)
{
    return (libsearch_bytes){ (const char *)writer->peaks.data, writer->peaks.length };
}
