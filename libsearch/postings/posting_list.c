/* SPDX-License-Identifier: MIT */
#include "postings/posting_list.h"

#include "codec/pfor.h"

static libsearch_status damaged(const char *name, uint64_t offset, const char *what, libsearch_error *error)
{
    return error_set_at(error, (int64_t)offset, LIBSEARCH_CORRUPT, "%s: postings at %llu: %s", name,
                        (unsigned long long)offset, what);
}

/* The arrays that stand before the payload of a list of 128 documents and more. */
static libsearch_status open_blocks(struct posting_list *list, struct cursor *cursor, uint64_t offset, const char *name,
                                    libsearch_error *error)
{
    list->blocks = (uint32_t)(((uint64_t)list->document_frequency + POSTING_BLOCK - 1) / POSTING_BLOCK);
    const uint32_t payload = cursor_u32(cursor);
    const uint8_t profiles = cursor_u8(cursor), flags = cursor_u8(cursor);
    cursor_u16(cursor);
    list->last_documents = cursor_take(cursor, (size_t)list->blocks * 4);
    list->offsets = cursor_take(cursor, (size_t)list->blocks * 4);
    if (profiles < 1 || profiles > 2)
        return damaged(name, offset, "not a number of profiles", error);
    list->profiles = profiles;
    for (unsigned p = 0; p < profiles; p++)
        list->bounds[p] = cursor_take(cursor, (size_t)list->blocks * 2 * POSTING_PAIRS);
    for (unsigned p = 0; p < profiles; p++)
        list->peaks[p] = cursor_take(cursor, (size_t)list->blocks * 2);
    for (unsigned p = 0; p < profiles && (flags & POSTING_HAS_THRESHOLDS); p++)
        list->thresholds[p] = cursor_take(cursor, POSTING_THRESHOLD_BYTES);
    const uint32_t last = cursor->failed ? 0 : posting_last_document(list, list->blocks - 1);
    if (flags & POSTING_HAS_BITMAP)
        list->bitmap = cursor_take(cursor, 8 * ((size_t)last / 64 + 1));
    list->payload = cursor_take(cursor, payload);
    if (cursor->failed)
        return damaged(name, offset, "the list reaches past its section", error);
    list->payload_end = list->payload + payload;
    if (last >= list->document_count)
        return damaged(name, offset, "a document past the last", error);
    return LIBSEARCH_OK;
}

libsearch_status posting_list_open(const uint8_t *section, size_t length, const struct posting_place *place,
                                   uint32_t document_count, const char *name, struct posting_list *list,
                                   libsearch_error *error)
{
    struct posting_list opened = { .document_frequency = place->document_frequency,
                                   .collection_frequency = place->collection_frequency,
                                   .document_count = document_count,
                                   .blocks = 1,
                                   .single_document = place->single_document };
    const uint64_t offset = place->postings_offset;
    if (length < POSTING_SLACK || offset > length - POSTING_SLACK || place->positions_offset > length - POSTING_SLACK)
        return damaged(name, offset, "outside the section", error);
    const uint8_t *end = section + length - POSTING_SLACK;
    if (place->document_frequency == 0 || place->document_frequency > document_count ||
        place->collection_frequency < place->document_frequency)
        return damaged(name, offset, "not a document frequency", error);
    if (place->document_frequency == 1) {
        if (place->single_document >= document_count || place->collection_frequency > UINT32_MAX)
            return damaged(name, offset, "not a document", error);
    } else if (place->document_frequency < POSTING_BLOCK) {
        opened.payload = section + offset;
        opened.payload_end = end;
    } else {
        struct cursor cursor = cursor_of(section + offset, (size_t)(end - (section + offset)));
        TRY(open_blocks(&opened, &cursor, offset, name, error));
    }
    if (place->with_positions) {
        opened.positions = section + place->positions_offset;
        opened.positions_end = end;
    }
    *list = opened;
    return LIBSEARCH_OK;
}

typedef uint32_t lanes __attribute__((vector_size(16), aligned(1), may_alias));
typedef int32_t flags __attribute__((vector_size(16)));

enum { NEAR = 16 };

/* How many of the last documents of NEAR blocks are below a document. */
static uint32_t count_near(const uint8_t *last_documents, uint32_t document)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    uint32_t below = 0;
    for (unsigned i = 0; i < NEAR; i++)
        below += load_u32(last_documents + 4 * (size_t)i) < document;
    return below;
#else
    const lanes *last = (const lanes *)(const void *)last_documents;
    const lanes limit = { document, document, document, document };
    flags below = { 0, 0, 0, 0 }; /* -1 for each */
    for (unsigned i = 0; i < NEAR / 4; i++)
        below += (flags)(last[i] < limit);
    return (uint32_t) - (below[0] + below[1] + below[2] + below[3]);
#endif
}

uint32_t posting_seek_block(const struct posting_list *list, uint32_t from, uint32_t document)
{
    const uint32_t blocks = list->blocks;
    /* Seeks are mostly near: the next few are compared without a branch between them. Then gallop, then halve. */
    if (blocks - from >= NEAR) {
        const uint32_t below = count_near(list->last_documents + 4 * (size_t)from, document);
        from += below;
        if (below < NEAR)
            return from;
    }
    uint32_t step = 1, low = from, high = from;
    while (high < blocks && posting_last_document(list, high) < document) {
        low = high + 1;
        high = blocks - high > step ? high + step : blocks;
        step *= 2;
    }
    for (uint32_t left = high - low; left > 0;) {
        const uint32_t half = left / 2;
        const bool below = posting_last_document(list, low + half) < document;
        low = below ? low + half + 1 : low;
        left = below ? left - half - 1 : half;
    }
    return low;
}

void posting_list_prefetch(const struct posting_list *list)
{
    enum { LINE = 64, MOST = 256 };
    if (list->payload == NULL)
        return;
    const uint8_t *from = list->last_documents != NULL ? list->last_documents : list->payload;
    const uint8_t *end = list->last_documents != NULL ? list->payload_end : list->payload + POSTING_BLOCK;
    for (unsigned line = 0; line < MOST && from + LINE * line < end; line++)
        __builtin_prefetch(from + LINE * line);
}

/* Documents from a bitmap; exactly block->count bits must be set, the first above `before`. */
static bool decode_bitmap(struct posting_block *block, uint32_t before, uint32_t document_count)
{
    const uint8_t *from = block->next;
    if (block->end - from < 1 || block->end - from - 1 < 8 * (ptrdiff_t)*from)
        return false;
    const unsigned words = *from++;
    const uint32_t first = (before + 1) / 64 * 64;
    const size_t found = bitmap_decode(from, words, first, block->count, block->documents);
    block->next = from + 8 * (size_t)words;
    return found == block->count && (before == UINT32_MAX || block->documents[0] > before) &&
           block->documents[found - 1] < document_count;
}

/* The same from the list's bitmap: those behind the block before, up to the block's last. */
static bool decode_from_list(const struct posting_list *list, struct posting_block *block, uint32_t before)
{
    const uint32_t low = before + 1, high = posting_last_document(list, block->number) + 1;
    if (high > posting_last_document(list, list->blocks - 1) + 1 || low >= high)
        return false;
    return bitmap_decode_range(list->bitmap, low, high, block->count, block->documents) == block->count;
}

/* Where the payload of block b of a long list lies, how many documents it has, and the document before it. */
static bool open_payload(const struct posting_list *list, uint32_t b, struct posting_block *block, uint32_t *before)
{
    const uint32_t offset = load_u32(list->offsets + 4 * (size_t)b);
    if (offset > (size_t)(list->payload_end - list->payload))
        return false;
    block->next = list->payload + offset;
    block->end = list->payload_end;
    block->count = posting_block_count(list, b);
    *before = b > 0 ? posting_last_document(list, b - 1) : UINT32_MAX;
    return *before == UINT32_MAX || *before < list->document_count;
}

/* Reads a block's first byte, and which way its documents are kept. *before: the document before it. */
static bool open_block(const struct posting_list *list, uint32_t b, struct posting_block *block, uint32_t *before,
                       unsigned *codec)
{
    block->number = b;
    block->has_frequencies = false;
    *before = UINT32_MAX;
    block->next = list->payload;
    block->end = list->payload_end;
    block->count = list->document_frequency;
    if (list->last_documents != NULL && !open_payload(list, b, block, before))
        return false;
    if (block->next >= block->end)
        return false;
    const uint8_t first = *block->next++;
    block->has_sides = (first & POSTING_CODEC_SIDES) != 0;
    *codec = first & POSTING_CODEC_MASK;
    return (*codec == POSTING_CODEC_LIST_BITMAP) == (list->bitmap != NULL);
}

/* A list of one document: it is all that there is. */
static void open_single(const struct posting_list *list, struct posting_block *block)
{
    block->number = 0;
    block->count = 1;
    block->documents[0] = list->single_document;
    block->frequencies[0] = (uint32_t)list->collection_frequency;
    block->has_frequencies = true;
    block->has_sides = false;
    block->next = block->end = NULL;
}

static bool decode_documents(const struct posting_list *list, uint32_t b, struct posting_block *block)
{
    uint32_t before;
    unsigned width;
    if (list->document_frequency == 1) {
        open_single(list, block);
        return true;
    }
    if (!open_block(list, b, block, &before, &width))
        return false;
    if (width == POSTING_CODEC_LIST_BITMAP)
        return decode_from_list(list, block, before);
    if (width == POSTING_CODEC_BITMAP)
        return decode_bitmap(block, before, list->document_count);
    const size_t bytes = bitpack_bytes(block->count, width);
    if (width > 32 || (size_t)(block->end - block->next) < bytes)
        return false;
    bitpack_unpack_rising(block->next, block->count, width, before, block->documents);
    block->next += bytes;
    /* Sums of up to 128 gaps of 24 bits cannot wrap (document counts are below 2^30); wider ones are looked at. */
    if (width > 24)
        for (uint32_t i = 1; i < block->count; i++)
            if (block->documents[i] <= block->documents[i - 1])
                return false;
    return block->documents[block->count - 1] < list->document_count &&
           (width <= 24 || before == UINT32_MAX || block->documents[0] > before);
}

bool posting_block_bare(const struct posting_list *list, uint32_t b, struct posting_block *block)
{
    uint32_t before;
    unsigned codec;
    if (list->document_frequency == 1) {
        open_single(list, block);
        return true;
    }
    if (!open_block(list, b, block, &before, &codec))
        return false;
    if (codec == POSTING_CODEC_LIST_BITMAP)
        return true;
    if (codec > 32 && codec != POSTING_CODEC_BITMAP)
        return false;
    const size_t left = (size_t)(block->end - block->next);
    const size_t bytes = codec != POSTING_CODEC_BITMAP ? bitpack_bytes(block->count, codec)
                         : left == 0                   ? 1
                                                       : 1 + 8 * (size_t)*block->next;
    if (bytes > left)
        return false;
    block->next += bytes;
    return true;
}

uint32_t posting_place_in_block(const struct posting_list *list, uint32_t b, uint32_t document)
{
    return bitmap_count_range(list->bitmap, b == 0 ? 0 : posting_last_document(list, b - 1) + 1, document);
}

void posting_bitmap_or(const struct posting_list *list, uint32_t first, uint32_t n, uint64_t *words)
{
    const uint32_t last = posting_last_document(list, list->blocks - 1);
    for (uint32_t w = 0; w < n && first + w <= last / 64; w++) {
        /* What damaged bytes set behind the last document does not count. */
        const uint64_t mask = first + w == last / 64 ? UINT64_MAX >> (63 - last % 64) : UINT64_MAX;
        words[w] |= load_u64(list->bitmap + 8 * (size_t)(first + w)) & mask;
    }
}

/* A block that does not end where the list says would let documents fall from block to block. */
bool posting_block_bitmap(const struct posting_list *list, uint32_t b, struct posting_bitmap *bitmap)
{
    if (list->last_documents == NULL || list->bitmap != NULL)
        return false;
    const uint32_t offset = load_u32(list->offsets + 4 * (size_t)b);
    const size_t payload = (size_t)(list->payload_end - list->payload);
    if (offset > payload || payload - offset < 2 ||
        (list->payload[offset] & POSTING_CODEC_MASK) != POSTING_CODEC_BITMAP)
        return false;
    bitmap->words = list->payload + offset + 2;
    bitmap->count = list->payload[offset + 1];
    const uint32_t before = b == 0 ? UINT32_MAX : posting_last_document(list, b - 1);
    bitmap->first = (before + 1) / 64 * 64;
    return (size_t)bitmap->count * 8 <= payload - offset - 2;
}

bool posting_block_documents(const struct posting_list *list, uint32_t b, struct posting_block *block)
{
    return decode_documents(list, b, block) &&
           (list->last_documents == NULL || block->documents[block->count - 1] == posting_last_document(list, b));
}

bool posting_block_frequencies(const struct posting_list *list, struct posting_block *block)
{
    (void)list;
    if (block->has_frequencies)
        return true;
    const size_t used = pfor_decode(block->next, block->end, block->count, block->frequencies);
    if (used == 0)
        return false;
    for (uint32_t i = 0; i < block->count; i++)
        block->frequencies[i] += 1;
    block->next += used;
    block->has_frequencies = true;
    return true;
}

bool posting_block_frequencies_at(const struct posting_block *block, const uint8_t *places, size_t m,
                                  uint32_t *frequencies)
{
    if (block->has_frequencies) {
        for (size_t j = 0; j < m; j++)
            frequencies[j] = block->frequencies[places[j]];
        return true;
    }
    if (!pfor_decode_at(block->next, block->end, block->count, places, m, frequencies))
        return false;
    for (size_t j = 0; j < m; j++)
        frequencies[j] += 1;
    return true;
}

bool posting_block_tail(const struct posting_list *list, const struct posting_block *block, struct posting_tail *tail)
{
    tail->cursor = cursor_of(block->next, block->next == NULL ? 0 : (size_t)(block->end - block->next));
    tail->positions = 0;
    tail->groups = 0;
    if (list->last_documents != NULL && list->positions != NULL)
        tail->positions = cursor_varint(&tail->cursor);
    if (block->has_sides)
        tail->groups = cursor_varint(&tail->cursor);
    return !tail->cursor.failed;
}

bool posting_tail_sides(struct posting_tail *tail, uint32_t block_count, struct posting_sides *sides)
{
    if (tail->groups == 0)
        return false;
    tail->groups--;
    struct cursor *cursor = &tail->cursor;
    const uint64_t field = cursor_varint(cursor), count = cursor_varint(cursor);
    if (field > UINT16_MAX || count > block_count)
        cursor->failed = true;
    if (cursor->failed)
        return false;
    sides->field = (uint16_t)field;
    sides->count = (uint32_t)count;
    const uint8_t *indexes = cursor_take(cursor, sides->count);
    const uint8_t all_one = cursor_u8(cursor);
    for (uint32_t i = 0; i < sides->count && !cursor->failed; i++) {
        sides->indexes[i] = indexes[i];
        sides->frequencies[i] = all_one ? 1 : cursor_varint32(cursor);
        if (indexes[i] >= block_count)
            cursor->failed = true;
    }
    return !cursor->failed;
}

/* Lists whose places are few have them as varints. */
static void open_few(struct posting_positions *positions, uint32_t count)
{
    struct cursor cursor = cursor_of(positions->next, (size_t)(positions->end - positions->next));
    const uint64_t first = cursor_varint(&cursor);
    positions->run[0] = (uint32_t)(first >> 1);
    for (uint32_t i = 1; i < count; i++)
        positions->run[i] = cursor_varint32(&cursor);
    for (uint32_t i = 0; i < count; i++)
        positions->form_run[i] = first & 1 ? cursor_varint32(&cursor) : 0;
    positions->run_count = positions->form_count = count;
    positions->decoded = true;
    positions->failed = cursor.failed || first >> 1 > UINT32_MAX;
}

/* starts[i] becomes the sum of the frequencies before i, up to starts[count]; returns that, or UINT64_MAX where it is
 * over 32 bits. */
static uint64_t sum_up(const uint32_t *frequencies, uint32_t count, uint32_t *starts)
{
    uint32_t all = 0;
    for (uint32_t i = 0; i < count; i++)
        all |= frequencies[i];
    starts[0] = 0;
    if (all >> 24 != 0) {
        uint64_t sum = 0;
        for (uint32_t i = 0; i < count; i++) {
            sum += frequencies[i];
            if (sum > UINT32_MAX)
                return UINT64_MAX;
            starts[i + 1] = (uint32_t)sum;
        }
        return sum;
    }
    /* Four at a time; sums of 128 numbers of 24 bits fit. */
    const lanes zero = { 0, 0, 0, 0 };
    lanes sum = zero;
    uint32_t i = 0;
    for (; i + 4 <= count; i += 4) {
        lanes some = *(const lanes *)(const void *)(frequencies + i);
        some += __builtin_shufflevector(some, zero, 4, 0, 1, 2);
        some += __builtin_shufflevector(some, zero, 4, 5, 0, 1);
        sum = __builtin_shufflevector(sum, sum, 3, 3, 3, 3) + some;
        *(lanes *)(void *)(starts + i + 1) = sum;
    }
    for (; i < count; i++)
        starts[i + 1] = starts[i] + frequencies[i];
    return starts[count];
}

bool posting_positions_open(const struct posting_list *list, const struct posting_block *block, uint64_t offset,
                            struct posting_positions *positions)
{
    positions->failed = true;
    if (list->positions == NULL || offset > (size_t)(list->positions_end - list->positions))
        return false;
    positions->next = list->positions + offset;
    positions->end = list->positions_end;
    positions->forms = NULL;
    positions->run_start = positions->run_count = 0;
    positions->decoded = positions->few = false;
    positions->form_start = positions->form_count = 0;
    const uint64_t sum = sum_up(block->frequencies, block->count, positions->starts);
    if (sum > UINT32_MAX)
        return false;
    positions->total = (uint32_t)sum;
    positions->failed = false;
    if (sum <= POSTING_FEW_POSITIONS) {
        open_few(positions, (uint32_t)sum);
        return !positions->failed;
    }
    struct cursor cursor = cursor_of(positions->next, (size_t)(positions->end - positions->next));
    const uint64_t header = cursor_varint(&cursor);
    /* A run takes two bytes at least, so that no more places are believed than the file's length allows. */
    if (cursor.failed || header >> 1 > cursor_left(&cursor) ||
        (sum + POSTING_BLOCK - 1) / POSTING_BLOCK > header >> 2) {
        positions->failed = true;
        return false;
    }
    positions->next = cursor.next;
    if (header & 1) {
        positions->forms = cursor.next + (header >> 1);
        positions->forms_end = positions->end;
    }
    positions->end = cursor.next + (header >> 1);
    return true;
}

/* Goes on to the run that holds place `at`, leaving it undecoded where it is another. False: damaged. */
static bool seek_run(struct posting_positions *positions, uint32_t at)
{
    while (at >= positions->run_start + positions->run_count) {
        positions->run_start += positions->run_count;
        const uint32_t left = positions->total - positions->run_start;
        positions->run_count = left < POSTING_BLOCK ? left : POSTING_BLOCK;
        const size_t used = pfor_skip(positions->next, positions->end, positions->run_count);
        if (used == 0)
            return false;
        positions->bytes = positions->next;
        positions->next += used;
        positions->decoded = false;
    }
    return true;
}

static bool decode_run(struct posting_positions *positions)
{
    if (!positions->decoded)
        positions->decoded = pfor_decode(positions->bytes, positions->end, positions->run_count, positions->run) != 0;
    return positions->decoded;
}

bool posting_positions_read(struct posting_positions *positions, uint32_t i, uint32_t *places)
{
    const uint32_t first = positions->starts[i], last = positions->starts[i + 1];
    uint32_t place = 0;
    for (uint32_t at = first; at < last && !positions->failed;) {
        if (!seek_run(positions, at) || !decode_run(positions)) {
            positions->failed = true;
            break;
        }
        const uint32_t run_end = positions->run_start + positions->run_count;
        const uint32_t until = last < run_end ? last : run_end;
        for (; at < until; at++) {
            place += positions->run[at - positions->run_start];
            *places++ = place;
        }
    }
    return !positions->failed;
}

const uint32_t *posting_positions_steps(struct posting_positions *positions, uint32_t i, uint32_t *room)
{
    enum { FEW = 8 }; /* places that are read without decoding the rest of the run */
    const uint32_t first = positions->starts[i], last = positions->starts[i + 1];
    for (uint32_t at = first; at < last && !positions->failed;) {
        if (!seek_run(positions, at)) {
            positions->failed = true;
            break;
        }
        const uint32_t run_end = positions->run_start + positions->run_count;
        if (at == first && last <= run_end && !positions->decoded && positions->few && last - first <= FEW) {
            positions->failed = !pfor_decode_between(positions->bytes, positions->end, positions->run_count,
                                                     first - positions->run_start, last - first, room);
            break;
        }
        if (!decode_run(positions)) {
            positions->failed = true;
            break;
        }
        const uint32_t *run = positions->run + (at - positions->run_start);
        if (at == first && last <= run_end)
            return run;
        const uint32_t until = last < run_end ? last : run_end;
        memcpy(room + (at - first), run, (until - at) * sizeof *room);
        at = until;
    }
    return positions->failed ? NULL : room;
}

/* Brings the run of forms that holds place `at` into `run`, skipping those before it. */
static bool load_run(const uint8_t **next, const uint8_t *end, uint32_t total, uint32_t at, uint32_t *start,
                     uint32_t *count, uint32_t *run)
{
    while (at >= *start + *count) {
        *start += *count;
        *count = total - *start < POSTING_BLOCK ? total - *start : POSTING_BLOCK;
        if (*count == 0)
            return false;
        const bool skip = at >= *start + *count;
        const size_t used = skip ? pfor_skip(*next, end, *count) : pfor_decode(*next, end, *count, run);
        if (used == 0)
            return false;
        *next += used;
    }
    return true;
}

bool posting_positions_forms(struct posting_positions *positions, uint32_t i, uint32_t *forms)
{
    const uint32_t first = positions->starts[i], last = positions->starts[i + 1];
    const uint32_t total = positions->total;
    if (posting_positions_no_forms(positions)) {
        memset(forms, 0, (last - first) * sizeof *forms);
        return !positions->failed;
    }
    for (uint32_t at = first; at < last && !positions->failed; at++) {
        if (!load_run(&positions->forms, positions->forms_end, total, at, &positions->form_start,
                      &positions->form_count, positions->form_run)) {
            positions->failed = true;
            break;
        }
        *forms++ = positions->form_run[at - positions->form_start];
    }
    return !positions->failed;
}
