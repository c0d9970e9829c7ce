/* SPDX-License-Identifier: MIT */
#include "postings/posting_writer.h"

#include "codec/pfor.h"
#include "codec/rounding.h"
#include "postings/score_bounds.h"

struct posting_writer {
    const libsearch_allocator *allocator;
    struct posting_lengths lengths;
    unsigned profiles;
    bool with_positions;

    /* the block being gathered */
    uint32_t documents[POSTING_BLOCK], frequencies[POSTING_BLOCK];
    float weighted[POSTING_BLOCK]; /* frequencies by the weights of the fields */
    unsigned in_block;
    uint32_t before; /* last document of the block before, UINT32_MAX at first */
    struct block_bounds *bounds[2];

    /* of the block: places, forms and sides */
    uint32_t *places, *forms;
    size_t place_count, place_capacity, form_capacity;
    bool any_form;
    struct block_side {
        uint16_t field;
        uint8_t index;
        uint32_t frequency;
    } * sides;
    size_t side_count, side_capacity;

    /* of the list */
    uint32_t document_frequency;
    uint64_t collection_frequency;
    struct buffer payload, positions;
    struct buffer last_documents, offsets, pairs[2], peaks[2]; /* pairs: 2 * POSTING_PAIRS bytes a block */
    struct buffer documents_of_list;                           /* u32 each, of lists with several blocks */
    struct buffer bitmap, without_documents;
    struct list_thresholds *thresholds[2];
    bool failed;
};

libsearch_status posting_writer_new(const libsearch_allocator *allocator, const struct posting_lengths *lengths,
                                    struct posting_writer **writer, libsearch_error *error)
{
    struct posting_writer *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator;
    made->lengths = *lengths;
    made->profiles = lengths->weighted == NULL ? 1 : 2;
    enum { BUFFERS = 11 };
    struct buffer *buffers[BUFFERS] = { &made->payload,  &made->positions,        &made->last_documents,
                                        &made->offsets,  &made->pairs[0],         &made->pairs[1],
                                        &made->peaks[0], &made->peaks[1],         &made->documents_of_list,
                                        &made->bitmap,   &made->without_documents };
    for (size_t i = 0; i < BUFFERS; i++)
        buffer_init(buffers[i], allocator);
    for (unsigned p = 0; p < made->profiles; p++) {
        const float average = p == 0 ? lengths->plain_average : lengths->weighted_average;
        made->bounds[p] = block_bounds_new(allocator, average);
        made->thresholds[p] = list_thresholds_new(allocator, average);
        if (made->bounds[p] == NULL || made->thresholds[p] == NULL) {
            posting_writer_free(made);
            return error_no_memory(error);
        }
    }
    *writer = made;
    return LIBSEARCH_OK;
}

void posting_writer_free(struct posting_writer *writer)
{
    if (writer == NULL)
        return;
    for (unsigned p = 0; p < 2; p++) {
        memory_free(writer->allocator, writer->bounds[p]);
        list_thresholds_free(writer->thresholds[p]);
        buffer_free(&writer->pairs[p]);
        buffer_free(&writer->peaks[p]);
    }
    buffer_free(&writer->payload);
    buffer_free(&writer->positions);
    buffer_free(&writer->last_documents);
    buffer_free(&writer->offsets);
    buffer_free(&writer->documents_of_list);
    buffer_free(&writer->bitmap);
    buffer_free(&writer->without_documents);
    memory_free(writer->allocator, writer->places);
    memory_free(writer->allocator, writer->forms);
    memory_free(writer->allocator, writer->sides);
    memory_free(writer->allocator, writer);
}

void posting_writer_begin(struct posting_writer *writer, bool with_positions)
{
    writer->with_positions = with_positions;
    writer->in_block = 0;
    writer->before = UINT32_MAX;
    writer->place_count = writer->side_count = 0;
    writer->any_form = false;
    writer->document_frequency = 0;
    writer->collection_frequency = 0;
    writer->failed = false;
    buffer_clear(&writer->payload);
    buffer_clear(&writer->positions);
    buffer_clear(&writer->last_documents);
    buffer_clear(&writer->offsets);
    buffer_clear(&writer->documents_of_list);
    for (unsigned p = 0; p < writer->profiles; p++) {
        buffer_clear(&writer->pairs[p]);
        buffer_clear(&writer->peaks[p]);
        list_thresholds_reset(writer->thresholds[p]);
    }
}

/* Documents of the block: packed gaps, or a bitmap where that is not larger. */
static void write_documents(struct posting_writer *writer)
{
    const unsigned n = writer->in_block;
    struct buffer *to = &writer->payload;
    uint32_t gaps[POSTING_BLOCK];
    uint32_t before = writer->before;
    for (unsigned i = 0; i < n; i++) {
        gaps[i] = writer->documents[i] - before - 1;
        before = writer->documents[i];
    }
    const unsigned width = bitpack_width(gaps, n);
    const uint8_t sides = writer->side_count > 0 ? POSTING_CODEC_SIDES : 0;
    const uint32_t first_word = (writer->before + 1) / 64;
    const uint64_t words = writer->documents[n - 1] / 64 - first_word + 1;
    if (n == POSTING_BLOCK && words <= 255 && words * 8 <= bitpack_bytes(n, width)) {
        buffer_append_u8(to, POSTING_CODEC_BITMAP | sides);
        buffer_append_u8(to, (uint8_t)words);
        uint64_t bitmap[256] = { 0 };
        for (unsigned i = 0; i < n; i++)
            bitmap[writer->documents[i] / 64 - first_word] |= UINT64_C(1) << writer->documents[i] % 64;
        for (uint64_t i = 0; i < words; i++)
            buffer_append_u64(to, bitmap[i]);
        return;
    }
    buffer_append_u8(to, (uint8_t)(width | sides));
    uint8_t *at = buffer_reserve(to, bitpack_bytes(n, width) + BITPACK_SLACK);
    if (at == NULL)
        return;
    bitpack_pack(gaps, n, width, at);
    to->length += bitpack_bytes(n, width);
}

/* The sides of the block, gathered by field, rising: a document's weighted frequency is summed up in that order. */
static void write_sides(struct posting_writer *writer)
{
    struct buffer *to = &writer->payload;
    uint16_t fields[LIBSEARCH_MAX_FIELDS];
    size_t groups = 0;
    for (size_t i = 0; i < writer->side_count; i++) {
        size_t g = 0;
        while (g < groups && fields[g] < writer->sides[i].field)
            g++;
        if ((g < groups && fields[g] == writer->sides[i].field) || groups == LIBSEARCH_MAX_FIELDS)
            continue;
        memmove(fields + g + 1, fields + g, (groups++ - g) * sizeof *fields);
        fields[g] = writer->sides[i].field;
    }
    buffer_append_varint(to, groups);
    for (size_t g = 0; g < groups; g++) {
        size_t count = 0;
        bool all_one = true;
        for (size_t i = 0; i < writer->side_count; i++)
            if (writer->sides[i].field == fields[g]) {
                count++;
                all_one = all_one && writer->sides[i].frequency == 1;
            }
        buffer_append_varint(to, fields[g]);
        buffer_append_varint(to, count);
        for (size_t i = 0; i < writer->side_count; i++)
            if (writer->sides[i].field == fields[g])
                buffer_append_u8(to, writer->sides[i].index);
        buffer_append_u8(to, all_one);
        for (size_t i = 0; i < writer->side_count && !all_one; i++)
            if (writer->sides[i].field == fields[g])
                buffer_append_varint(to, writer->sides[i].frequency);
    }
}

static void write_runs(struct buffer *to, const uint32_t *values, size_t count)
{
    for (size_t i = 0; i < count; i += POSTING_BLOCK)
        pfor_encode(values + i, count - i < POSTING_BLOCK ? count - i : POSTING_BLOCK, to);
}

static void write_positions(struct posting_writer *writer)
{
    struct buffer *to = &writer->positions;
    const size_t count = writer->place_count;
    const uint32_t forms = writer->any_form ? 1 : 0;
    if (count <= POSTING_FEW_POSITIONS) {
        buffer_append_varint(to, (uint64_t)writer->places[0] * 2 + forms);
        for (size_t i = 1; i < count; i++)
            buffer_append_varint(to, writer->places[i]);
        for (size_t i = 0; i < count && forms; i++)
            buffer_append_varint(to, writer->forms[i]);
        return;
    }
    /* The runs' length stands before them: written behind first, then moved. */
    const size_t start = to->length;
    write_runs(to, writer->places, count);
    if (to->failed)
        return;
    const size_t bytes = to->length - start;
    uint8_t header[10];
    size_t header_length = 0;
    uint64_t value = (uint64_t)bytes * 2 + forms;
    for (; value >= 0x80; value >>= 7)
        header[header_length++] = (uint8_t)(value | 0x80);
    header[header_length++] = (uint8_t)value;
    if (buffer_reserve(to, header_length) == NULL)
        return;
    memmove(to->data + start + header_length, to->data + start, bytes);
    memcpy(to->data + start, header, header_length);
    to->length += header_length;
    if (forms)
        write_runs(to, writer->forms, count);
}

/* The block's pairs and peak for one profile, from its frequencies and lengths. */
static void write_profile(struct posting_writer *writer, unsigned p, const uint32_t *above, const uint32_t *below,
                          const float *exact)
{
    const uint8_t *codes = p == 0 ? writer->lengths.plain : writer->lengths.weighted;
    const uint32_t *lengths = p == 0 ? writer->lengths.plain_lengths : writer->lengths.weighted_lengths;
    const float average = p == 0 ? writer->lengths.plain_average : writer->lengths.weighted_average;
    float peak = 0;
    for (unsigned i = 0; i < writer->in_block; i++) {
        const uint32_t document = writer->documents[i];
        const float posting = peak_of(exact[i], lengths[document], average);
        peak = posting > peak ? posting : peak;
        block_bounds_add(writer->bounds[p], above[i], codes[document]);
        list_thresholds_add(writer->thresholds[p], below[i], codes[document]);
    }
    uint8_t *pairs = buffer_reserve(&writer->pairs[p], 2 * POSTING_PAIRS);
    if (pairs == NULL)
        return;
    block_bounds_take(writer->bounds[p], pairs);
    writer->pairs[p].length += 2 * POSTING_PAIRS;
    buffer_append_u16(&writer->peaks[p], peak_round_up(peak));
}

static void write_bounds(struct posting_writer *writer)
{
    float exact[POSTING_BLOCK];
    for (unsigned i = 0; i < writer->in_block; i++)
        exact[i] = (float)writer->frequencies[i];
    write_profile(writer, 0, writer->frequencies, writer->frequencies, exact);
    if (writer->profiles < 2)
        return;
    uint32_t above[POSTING_BLOCK], below[POSTING_BLOCK];
    for (unsigned i = 0; i < writer->in_block; i++) {
        above[i] = weighted_frequency_above(writer->weighted[i]);
        below[i] = weighted_frequency_below(writer->weighted[i]);
    }
    write_profile(writer, 1, above, below, writer->weighted);
}

static void flush_block(struct posting_writer *writer, bool small)
{
    const unsigned n = writer->in_block;
    if (writer->payload.length > UINT32_MAX)
        return; /* told by posting_writer_end */
    if (!small) {
        buffer_append_u32(&writer->last_documents, writer->documents[n - 1]);
        buffer_append_u32(&writer->offsets, (uint32_t)writer->payload.length);
        buffer_append(&writer->documents_of_list, writer->documents, n * sizeof *writer->documents);
        write_bounds(writer);
    }
    write_documents(writer);
    uint32_t less_one[POSTING_BLOCK];
    for (unsigned i = 0; i < n; i++)
        less_one[i] = writer->frequencies[i] - 1;
    pfor_encode(less_one, n, &writer->payload);
    if (writer->with_positions) {
        if (!small)
            buffer_append_varint(&writer->payload, writer->positions.length);
        write_positions(writer);
    }
    if (writer->side_count > 0)
        write_sides(writer);
    writer->before = writer->documents[n - 1];
    writer->in_block = 0;
    writer->place_count = writer->side_count = 0;
    writer->any_form = false;
}

/* Keeps the places of a document as differences, and its forms. */
static bool keep_positions(struct posting_writer *writer, uint32_t frequency, const uint32_t *positions,
                           const uint32_t *forms)
{
    const size_t count = writer->place_count + frequency;
    if (!memory_grow(writer->allocator, &writer->places, &writer->place_capacity, count, sizeof *writer->places) ||
        !memory_grow(writer->allocator, &writer->forms, &writer->form_capacity, count, sizeof *writer->forms))
        return false;
    uint32_t *places = writer->places + writer->place_count, *kept_forms = writer->forms + writer->place_count;
    uint32_t before = 0, any = 0;
    for (uint32_t i = 0; i < frequency; i++) {
        places[i] = positions[i] - before;
        before = positions[i];
    }
    for (uint32_t i = 0; i < frequency; i++) {
        kept_forms[i] = forms == NULL ? 0 : forms[i];
        any |= kept_forms[i];
    }
    writer->any_form = writer->any_form || any != 0;
    writer->place_count = count;
    return true;
}

void posting_writer_add(struct posting_writer *writer, uint32_t document, uint32_t frequency, const uint32_t *positions,
                        const uint32_t *forms, const struct posting_side *sides, size_t side_count)
{
    if (writer->in_block == POSTING_BLOCK)
        flush_block(writer, false);
    const unsigned index = writer->in_block++;
    writer->documents[index] = document;
    writer->frequencies[index] = frequency;
    writer->document_frequency++;
    writer->collection_frequency += frequency;
    float weighted = (float)frequency;
    if (writer->with_positions && !keep_positions(writer, frequency, positions, forms))
        writer->failed = true;
    if (side_count > 0) {
        if (!memory_grow(writer->allocator, &writer->sides, &writer->side_capacity, writer->side_count + side_count,
                         sizeof *writer->sides)) {
            writer->failed = true;
            return;
        }
        for (size_t i = 0; i < side_count; i++) {
            writer->sides[writer->side_count++] =
                (struct block_side){ sides[i].field, (uint8_t)index, sides[i].frequency };
            if (writer->lengths.side_weights != NULL)
                weighted += writer->lengths.side_weights[sides[i].field] * (float)sides[i].frequency;
        }
    }
    writer->weighted[index] = weighted;
}

/* The bounds as arrays: all first frequencies, all first lengths, and so on. */
static void append_pairs(struct buffer *to, const struct buffer *pairs)
{
    const size_t blocks = pairs->length / (2 * POSTING_PAIRS);
    uint8_t *at = buffer_reserve(to, pairs->length);
    if (at == NULL)
        return;
    for (unsigned part = 0; part < 2 * POSTING_PAIRS; part++)
        for (size_t b = 0; b < blocks; b++)
            *at++ = pairs->data[b * 2 * POSTING_PAIRS + part];
    to->length += pairs->length;
}

/* Whether the list is so dense that its documents are kept as one bitmap. */
static bool is_dense(const struct posting_writer *writer)
{
    const uint64_t words = (uint64_t)writer->before / 64 + 1;
    return words * 64 <= (uint64_t)writer->document_frequency * POSTING_BITMAP_SPARSEST;
}

/* Takes the documents out of the blocks' payload and sets their bits. */
static void make_bitmap(struct posting_writer *writer)
{
    const size_t bytes = 8 * ((size_t)writer->before / 64 + 1), count = writer->document_frequency;
    struct buffer *to = &writer->without_documents;
    const uint8_t *old = writer->payload.data;
    const uint32_t *documents = (const uint32_t *)(const void *)writer->documents_of_list.data;
    buffer_clear(&writer->bitmap);
    buffer_clear(to);
    uint8_t *bits = buffer_reserve(&writer->bitmap, bytes);
    if (bits == NULL || writer->payload.failed || writer->offsets.failed || writer->documents_of_list.failed)
        return; /* told by posting_writer_end */
    memset(bits, 0, bytes);
    writer->bitmap.length = bytes;
    for (size_t i = 0; i < count; i++)
        bits[documents[i] / 8] |= (uint8_t)(1u << documents[i] % 8);
    const size_t blocks = writer->offsets.length / 4;
    for (size_t b = 0; b < blocks; b++) {
        const size_t from = load_u32(writer->offsets.data + 4 * b);
        const size_t end = b + 1 < blocks ? load_u32(writer->offsets.data + 4 * (b + 1)) : writer->payload.length;
        const unsigned codec = old[from] & POSTING_CODEC_MASK;
        const size_t in_block = b + 1 < blocks ? POSTING_BLOCK : (count - 1) % POSTING_BLOCK + 1;
        const size_t skipped =
            codec == POSTING_CODEC_BITMAP ? 2 + 8 * (size_t)old[from + 1] : 1 + bitpack_bytes(in_block, codec);
        for (unsigned i = 0; i < 4; i++)
            writer->offsets.data[4 * b + i] = (uint8_t)(to->length >> 8 * i);
        buffer_append_u8(to, (uint8_t)(POSTING_CODEC_LIST_BITMAP | (old[from] & POSTING_CODEC_SIDES)));
        buffer_append(to, old + from + skipped, end - from - skipped);
    }
}

libsearch_status posting_writer_end(struct posting_writer *writer, struct buffer *to, uint64_t base,
                                    struct posting_written *written, libsearch_error *error)
{
    const bool small = writer->document_frequency < POSTING_BLOCK;
    if (writer->failed || writer->document_frequency == 0)
        return error_no_memory(error);
    const uint32_t single = writer->documents[0];
    flush_block(writer, small);
    if (!small)
        buffer_align(to, 4);
    struct posting_written result = { .document_frequency = writer->document_frequency,
                                      .collection_frequency = writer->collection_frequency,
                                      .postings_offset = base + to->length,
                                      .single_document = single };
    if (writer->payload.length > UINT32_MAX || writer->positions.length > UINT32_MAX)
        return error_set(error, LIBSEARCH_LIMIT, "a posting list is over 4 GiB");
    if (small) {
        /* One document: the dictionary says all but whether the term stands in a side field, which its positions
         * tell. */
        if (writer->document_frequency > 1)
            buffer_append(to, writer->payload.data, writer->payload.length);
    } else {
        const bool thresholds = writer->document_frequency >= POSTING_THRESHOLD_MIN, dense = is_dense(writer);
        if (dense)
            make_bitmap(writer);
        const struct buffer *payload = dense ? &writer->without_documents : &writer->payload;
        buffer_append_u32(to, (uint32_t)payload->length);
        buffer_append_u8(to, (uint8_t)writer->profiles);
        buffer_append_u8(to, (uint8_t)((thresholds ? POSTING_HAS_THRESHOLDS : 0) | (dense ? POSTING_HAS_BITMAP : 0)));
        buffer_append_u16(to, 0);
        buffer_append(to, writer->last_documents.data, writer->last_documents.length);
        buffer_append(to, writer->offsets.data, writer->offsets.length);
        for (unsigned p = 0; p < writer->profiles; p++)
            append_pairs(to, &writer->pairs[p]);
        for (unsigned p = 0; p < writer->profiles; p++)
            buffer_append(to, writer->peaks[p].data, writer->peaks[p].length);
        for (unsigned p = 0; p < writer->profiles && thresholds; p++) {
            uint8_t *at = buffer_reserve(to, POSTING_THRESHOLD_BYTES);
            if (at != NULL) {
                list_thresholds_take(writer->thresholds[p], at);
                to->length += POSTING_THRESHOLD_BYTES;
            }
        }
        if (dense)
            buffer_append(to, writer->bitmap.data, writer->bitmap.length);
        buffer_append(to, payload->data, payload->length);
    }
    result.positions_offset = base + to->length;
    buffer_append(to, writer->positions.data, writer->positions.length);
    if (to->failed || writer->payload.failed || writer->positions.failed || writer->last_documents.failed ||
        writer->offsets.failed || writer->documents_of_list.failed || writer->bitmap.failed ||
        writer->without_documents.failed || writer->pairs[0].failed || writer->pairs[1].failed ||
        writer->peaks[0].failed || writer->peaks[1].failed)
        return error_no_memory(error);
    for (unsigned p = 0; p < writer->profiles; p++)
        if (list_thresholds_failed(writer->thresholds[p]))
            return error_no_memory(error);
    *written = result;
    return LIBSEARCH_OK;
}
