/* SPDX-License-Identifier: MIT */
#include "documents/column_layout.h"
#include "documents/string_table.h"

struct column_writer {
    const libsearch_allocator *allocator;
    bool keyword;
    uint64_t *numbers; /* the values in the order of adding: of numbers as they are, */
    uint32_t *strings; /* of keywords their numbers in `table` */
    uint32_t *owners;  /* the document of each; NULL while value i is document i's */
    size_t count, value_capacity, owner_capacity;
    struct string_table table;
};

libsearch_status column_writer_new(const libsearch_allocator *allocator, bool keyword, struct column_writer **writer,
                                   libsearch_error *error)
{
    struct column_writer *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator;
    made->keyword = keyword;
    if (keyword && !string_table_init(&made->table, allocator)) {
        memory_free(allocator, made);
        return error_no_memory(error);
    }
    *writer = made;
    return LIBSEARCH_OK;
}

void column_writer_free(struct column_writer *writer)
{
    if (writer == NULL)
        return;
    memory_free(writer->allocator, writer->numbers);
    memory_free(writer->allocator, writer->strings);
    memory_free(writer->allocator, writer->owners);
    if (writer->keyword)
        string_table_free(&writer->table);
    memory_free(writer->allocator, writer);
}

size_t column_writer_memory(const struct column_writer *writer)
{
    const size_t value = writer->keyword ? sizeof *writer->strings : sizeof *writer->numbers;
    return sizeof *writer + writer->value_capacity * value + writer->owner_capacity * sizeof *writer->owners +
           (writer->keyword ? string_table_memory(&writer->table) : 0);
}

static uint32_t owner_of(const struct column_writer *writer, size_t i)
{
    return writer->owners == NULL ? (uint32_t)i : writer->owners[i];
}

/* Room for one more value, and its owner written down. */
static libsearch_status add_owner(struct column_writer *writer, uint32_t document, libsearch_error *error)
{
    const size_t count = writer->count;
    if (count > 0 && document < owner_of(writer, count - 1))
        return error_set(error, LIBSEARCH_INVALID, "column: document %u comes after document %u", document,
                         owner_of(writer, count - 1));
    const bool room = writer->keyword ? memory_grow(writer->allocator, &writer->strings, &writer->value_capacity,
                                                    count + 1, sizeof *writer->strings)
                                      : memory_grow(writer->allocator, &writer->numbers, &writer->value_capacity,
                                                    count + 1, sizeof *writer->numbers);
    if (!room)
        return error_no_memory(error);
    if (writer->owners == NULL && document == count)
        return LIBSEARCH_OK;
    const bool first = writer->owners == NULL;
    if (!memory_grow(writer->allocator, &writer->owners, &writer->owner_capacity, count + 1, sizeof *writer->owners))
        return error_no_memory(error);
    for (size_t i = 0; first && i < count; i++)
        writer->owners[i] = (uint32_t)i;
    writer->owners[count] = document;
    return LIBSEARCH_OK;
}

libsearch_status column_writer_add_number(struct column_writer *writer, uint32_t document, uint64_t value,
                                          libsearch_error *error)
{
    if (writer->keyword)
        return error_set(error, LIBSEARCH_INVALID, "column: a number for a column of keywords");
    TRY(add_owner(writer, document, error));
    writer->numbers[writer->count++] = value;
    return LIBSEARCH_OK;
}

libsearch_status column_writer_add_keyword(struct column_writer *writer, uint32_t document, libsearch_bytes value,
                                           libsearch_error *error)
{
    if (!writer->keyword)
        return error_set(error, LIBSEARCH_INVALID, "column: a keyword for a column of numbers");
    if (value.length > LIBSEARCH_MAX_KEYWORD)
        return error_set(error, LIBSEARCH_LIMIT, "a keyword of %zu bytes is over the limit of %d", value.length,
                         LIBSEARCH_MAX_KEYWORD);
    if (writer->table.count >= UINT32_MAX)
        return error_set(error, LIBSEARCH_LIMIT, "too many keywords in one segment");
    TRY(add_owner(writer, document, error));
    if (!string_table_intern(&writer->table, value, &writer->strings[writer->count]))
        return error_no_memory(error);
    writer->count++;
    return LIBSEARCH_OK;
}

void column_writer_drop(struct column_writer *writer, uint32_t document)
{
    while (writer->count > 0 && owner_of(writer, writer->count - 1) == document)
        writer->count--;
}

static inline uint64_t value_of(const struct column_writer *writer, size_t i)
{
    return writer->keyword ? writer->strings[i] : writer->numbers[i];
}

static inline void set_value(struct column_writer *writer, size_t i, uint64_t value)
{
    if (writer->keyword)
        writer->strings[i] = (uint32_t)value;
    else
        writer->numbers[i] = value;
}

/* Lets the value at `root` of the heap that begins at `base` sink to its place among `count`. */
static void sink(struct column_writer *writer, size_t base, size_t root, size_t count)
{
    const uint64_t value = value_of(writer, base + root);
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= count)
            break;
        if (child + 1 < count && value_of(writer, base + child + 1) > value_of(writer, base + child))
            child++;
        if (value_of(writer, base + child) <= value)
            break;
        set_value(writer, base + root, value_of(writer, base + child));
        root = child;
    }
    set_value(writer, base + root, value);
}

/* Sorts values [start, end) if they are not in order: heapsort, which takes no memory and has no bad case. */
static void sort_values(struct column_writer *writer, size_t start, size_t end)
{
    size_t i = start + 1;
    while (i < end && value_of(writer, i - 1) <= value_of(writer, i))
        i++;
    if (i >= end)
        return;
    const size_t count = end - start;
    for (size_t root = count / 2; root-- > 0;)
        sink(writer, start, root, count);
    for (size_t left = count - 1; left > 0; left--) {
        const uint64_t greatest = value_of(writer, start);
        set_value(writer, start, value_of(writer, start + left));
        set_value(writer, start + left, greatest);
        sink(writer, start, 0, left);
    }
}

/* Puts every document's values in order, each once; returns how many documents have one. */
static size_t settle(struct column_writer *writer)
{
    if (writer->owners == NULL)
        return writer->count;
    size_t kept = 0, present = 0;
    for (size_t start = 0, end; start < writer->count; start = end, present++) {
        const uint32_t document = writer->owners[start];
        for (end = start + 1; end < writer->count && writer->owners[end] == document;)
            end++;
        sort_values(writer, start, end);
        for (size_t i = start; i < end; i++)
            if (i == start || value_of(writer, i) != value_of(writer, kept - 1)) {
                set_value(writer, kept, value_of(writer, i));
                writer->owners[kept++] = document;
            }
    }
    writer->count = kept;
    return present;
}

/* The keywords that are in use, sorted: *order (the caller's) their numbers in the table. Values become ordinals. */
static libsearch_status sort_keywords(struct column_writer *writer, uint32_t **order, size_t *keywords,
                                      libsearch_error *error)
{
    const size_t known = writer->table.count;
    uint32_t *sorted = memory_allocate_array(writer->allocator, known, sizeof *sorted);
    uint32_t *ordinals = memory_allocate_array(writer->allocator, known, sizeof *ordinals);
    if (sorted == NULL || ordinals == NULL) {
        memory_free(writer->allocator, sorted);
        memory_free(writer->allocator, ordinals);
        return error_no_memory(error);
    }
    for (size_t i = 0; i < writer->count; i++)
        ordinals[writer->strings[i]] = 1;
    size_t used = 0;
    for (size_t i = 0; i < known; i++)
        if (ordinals[i] != 0)
            sorted[used++] = (uint32_t)i;
    string_table_sort(&writer->table, sorted, used);
    for (size_t i = 0; i < used; i++)
        ordinals[sorted[i]] = (uint32_t)i;
    for (size_t i = 0; i < writer->count; i++)
        writer->strings[i] = ordinals[writer->strings[i]];
    memory_free(writer->allocator, ordinals);
    *order = sorted;
    *keywords = used;
    return LIBSEARCH_OK;
}

struct shape {
    uint64_t least, divisor;
    uint32_t width;
};

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
    while (b != 0) {
        const uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/* Frame of reference, and the greatest common divisor: dates in milliseconds are mostly whole seconds or days, doubles
 * mostly end in many zero bits. */
static struct shape shape_of(const struct column_writer *writer)
{
    struct shape shape = { 0, 1, 0 };
    if (writer->count == 0)
        return shape;
    uint64_t least = value_of(writer, 0), greatest = least;
    for (size_t i = 1; i < writer->count; i++) {
        const uint64_t value = value_of(writer, i);
        least = value < least ? value : least;
        greatest = value > greatest ? value : greatest;
    }
    if (least == greatest) {
        shape.least = least;
        return shape;
    }
    uint64_t divisor = writer->keyword ? 1 : greatest - least;
    for (size_t i = 0; i < writer->count && divisor > 1; i++) {
        const uint64_t value = value_of(writer, i) - least;
        if (value % divisor != 0)
            divisor = greatest_divisor(divisor, value);
    }
    const uint64_t most = (greatest - least) / divisor;
    shape.least = least;
    shape.divisor = divisor;
    shape.width = most <= UINT8_MAX ? 1 : most <= UINT16_MAX ? 2 : most <= UINT32_MAX ? 4 : 8;
    return shape;
}

static inline uint8_t *put(uint8_t *to, uint64_t stored, uint32_t width)
{
    for (uint32_t byte = 0; byte < width; byte++)
        *to++ = (uint8_t)(stored >> (8 * byte));
    return to;
}

static void write_presence(const struct column_writer *writer, uint32_t documents, struct buffer *to)
{
    const size_t words = column_words(documents);
    uint32_t rank = 0;
    size_t value = 0;
    for (size_t word = 0; word < words; word++) {
        uint64_t bits = 0;
        for (; value < writer->count && owner_of(writer, value) / 64 == word; value++)
            bits |= UINT64_C(1) << owner_of(writer, value) % 64;
        buffer_append_u64(to, bits);
    }
    const size_t bits_at = to->length - (to->failed ? 0 : words * 8);
    for (size_t word = 0; word < words && !to->failed; word++) {
        buffer_append_u32(to, rank);
        if (!to->failed)
            rank += (uint32_t)__builtin_popcountll(load_u64(to->data + bits_at + 8 * word));
    }
    buffer_append_u32(to, rank);
}

static libsearch_status write_starts(const struct column_writer *writer, size_t present, struct buffer *to,
                                     libsearch_error *error)
{
    uint64_t *starts = memory_allocate_array(writer->allocator, present + 1, sizeof *starts);
    if (starts == NULL)
        return error_no_memory(error);
    size_t documents = 0;
    for (size_t i = 0; i < writer->count; i++)
        if (i == 0 || owner_of(writer, i) != owner_of(writer, i - 1))
            starts[documents++] = i;
    starts[documents] = writer->count;
    numbers_encode_u64(to, starts, documents + 1);
    memory_free(writer->allocator, starts);
    return LIBSEARCH_OK;
}

static void write_values(const struct column_writer *writer, const struct shape *shape, struct buffer *to)
{
    uint8_t *next = buffer_reserve(to, writer->count * shape->width);
    if (next == NULL || shape->width == 0)
        return;
    for (size_t i = 0; i < writer->count; i++)
        next = put(next, (value_of(writer, i) - shape->least) / shape->divisor, shape->width);
    to->length += writer->count * shape->width;
}

static void write_bounds(const struct column_writer *writer, uint32_t documents, const struct shape *shape,
                         struct buffer *to)
{
    const size_t blocks = column_blocks(documents), bytes = blocks * shape->width;
    uint8_t *least_to = buffer_reserve(to, 2 * bytes);
    if (least_to == NULL || bytes == 0)
        return;
    uint8_t *greatest_to = least_to + bytes;
    size_t i = 0;
    for (size_t block = 0; block < blocks; block++) {
        uint64_t least = shape->least, greatest = shape->least;
        const size_t first = i;
        for (; i < writer->count && owner_of(writer, i) / COLUMN_BLOCK == block; i++) {
            const uint64_t value = value_of(writer, i);
            least = i == first || value < least ? value : least;
            greatest = i == first || value > greatest ? value : greatest;
        }
        least_to = put(least_to, (least - shape->least) / shape->divisor, shape->width);
        greatest_to = put(greatest_to, (greatest - shape->least) / shape->divisor, shape->width);
    }
    to->length += 2 * bytes;
}

static libsearch_status write_keywords(const struct column_writer *writer, const uint32_t *order, size_t keywords,
                                       struct buffer *to, libsearch_error *error)
{
    uint64_t *ends = memory_allocate_array(writer->allocator, keywords, sizeof *ends);
    if (ends == NULL)
        return error_no_memory(error);
    uint64_t end = 0;
    for (size_t i = 0; i < keywords; i++)
        ends[i] = end += string_table_at(&writer->table, order[i]).length;
    numbers_encode_u64(to, ends, keywords);
    memory_free(writer->allocator, ends);
    for (size_t i = 0; i < keywords; i++) {
        const libsearch_bytes keyword = string_table_at(&writer->table, order[i]);
        buffer_append(to, keyword.data, keyword.length);
    }
    return LIBSEARCH_OK;
}

/* Zeros up to where the next part begins; parts begin at multiples of 8 from the start of the section. */
static void align_part(struct buffer *to, size_t section)
{
    static const uint8_t zeros[COLUMN_ALIGNMENT];
    buffer_append(to, zeros, (0 - (to->length - section)) % COLUMN_ALIGNMENT);
}

libsearch_status column_writer_finish(struct column_writer *writer, uint32_t documents, struct buffer *to,
                                      libsearch_error *error)
{
    if (writer->count > 0 && owner_of(writer, writer->count - 1) >= documents)
        return error_set(error, LIBSEARCH_INVALID, "column: document %u of %u", owner_of(writer, writer->count - 1),
                         documents);
    const size_t section = to->length;
    uint32_t *order = NULL;
    size_t keywords = 0;
    libsearch_status status = LIBSEARCH_OK;
    if (writer->keyword)
        TRY(sort_keywords(writer, &order, &keywords, error));
    const size_t present = settle(writer);
    const struct shape shape = shape_of(writer);
    const unsigned flags = (present == documents ? COLUMN_FULL : 0u) | (writer->count > present ? COLUMN_SEVERAL : 0u);
    buffer_append_u32(to, writer->keyword ? COLUMN_KEYWORDS : COLUMN_NUMBERS);
    buffer_append_u32(to, flags);
    buffer_append_u32(to, documents);
    buffer_append_u32(to, shape.width);
    buffer_append_u64(to, shape.least);
    buffer_append_u64(to, shape.divisor);
    buffer_append_u64(to, writer->count);
    buffer_append_u64(to, keywords);
    if ((flags & COLUMN_FULL) == 0)
        write_presence(writer, documents, to);
    align_part(to, section);
    if ((flags & COLUMN_SEVERAL) != 0)
        TRY_OR(done, write_starts(writer, present, to, error));
    align_part(to, section);
    write_values(writer, &shape, to);
    align_part(to, section);
    write_bounds(writer, documents, &shape, to);
    align_part(to, section);
    if (writer->keyword)
        TRY_OR(done, write_keywords(writer, order, keywords, to, error));
    if (to->failed)
        status = error_no_memory(error);
done:
    memory_free(writer->allocator, order);
    return status;
}
