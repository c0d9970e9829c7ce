/* SPDX-License-Identifier: MIT */
#include "documents/column_reader.h"

#include <string.h>

uint64_t column_from_integer(int64_t value) { return (uint64_t)value ^ UINT64_C(1) << 63; }

int64_t column_to_integer(uint64_t value)
{
    const uint64_t bits = value ^ UINT64_C(1) << 63;
    int64_t integer;
    memcpy(&integer, &bits, sizeof integer);
    return integer;
}

/* IEEE 754 doubles order like sign and magnitude: negative ones are turned over, positive ones go above them. */
uint64_t column_from_double(double value)
{
    uint64_t bits;
    if (value == 0)
        value = 0; /* not -0.0 */
    memcpy(&bits, &value, sizeof bits);
    return bits >> 63 != 0 ? ~bits : bits | UINT64_C(1) << 63;
}

double column_to_double(uint64_t value)
{
    const uint64_t bits = value >> 63 != 0 ? value & ~(UINT64_C(1) << 63) : ~value;
    double number;
    memcpy(&number, &bits, sizeof number);
    return number;
}

/* Goes on to the next part. */
static void align_part(struct cursor *from)
{
    const size_t padding = (0 - cursor_position(from)) % COLUMN_ALIGNMENT;
    const uint8_t *zeros = cursor_take(from, padding);
    for (size_t i = 0; zeros != NULL && i < padding; i++)
        if (zeros[i] != 0)
            from->failed = true;
}

/* count * width bytes. */
static const uint8_t *take_array(struct cursor *from, uint64_t count, uint64_t width)
{
    uint64_t bytes;
    if (__builtin_mul_overflow(count, width, &bytes) || bytes > cursor_left(from)) {
        from->failed = true;
        return NULL;
    }
    return cursor_take(from, (size_t)bytes);
}

static libsearch_status damaged(const struct cursor *from, const char *name, const char *what, libsearch_error *error)
{
    return error_set_at(error, (int64_t)cursor_position(from), LIBSEARCH_CORRUPT, "%s: column: %s at byte %zu", name,
                        what, cursor_position(from));
}

static libsearch_status read_column(struct cursor *from, uint32_t documents, const char *name, struct column *column,
                                    libsearch_error *error)
{
    const uint32_t kind = cursor_u32(from), flags = cursor_u32(from);
    column->documents = cursor_u32(from);
    column->width = cursor_u32(from);
    column->least = cursor_u64(from);
    column->divisor = cursor_u64(from);
    column->count = cursor_u64(from);
    const uint64_t keywords = cursor_u64(from);
    if (from->failed || column->documents != documents)
        return damaged(from, name, "cut short, or of another number of documents,", error);
    column->keyword = kind == COLUMN_KEYWORDS;
    if ((kind != COLUMN_NUMBERS && kind != COLUMN_KEYWORDS) || (flags & ~(unsigned)(COLUMN_FULL | COLUMN_SEVERAL)) != 0)
        return damaged(from, name, "unknown kind or flags", error);
    if (column->width > 8 || (column->width & (column->width - 1)) != 0 || column->divisor == 0)
        return damaged(from, name, "impossible width or divisor", error);
    if (keywords > (column->keyword ? UINT32_MAX : 0) ||
        (column->keyword && (column->least != 0 || column->divisor != 1)))
        return damaged(from, name, "keywords and numbers mixed up", error);
    column->keywords = (uint32_t)keywords;

    uint64_t present = documents;
    if ((flags & COLUMN_FULL) == 0) {
        const size_t words = column_words(documents);
        column->presence = take_array(from, words, sizeof(uint64_t));
        column->ranks = take_array(from, words + 1, sizeof(uint32_t));
        if (from->failed)
            return damaged(from, name, "presence bits cut short", error);
        present = load_u32(column->ranks + 4 * words);
    }
    align_part(from);
    if ((flags & COLUMN_SEVERAL) != 0) {
        TRY(numbers_take(from, present + 1, name, &column->starts, error));
    } else if (column->count != present) {
        return damaged(from, name, "another number of values than of documents that have one", error);
    }
    if (present > documents)
        return damaged(from, name, "too many documents with a value", error);
    align_part(from);
    column->values = take_array(from, column->count, column->width);
    align_part(from);
    column->least_bounds = take_array(from, column_blocks(documents), column->width);
    column->greatest_bounds = take_array(from, column_blocks(documents), column->width);
    align_part(from);
    if (from->failed)
        return damaged(from, name, "values cut short", error);
    if (column->keyword) {
        TRY(numbers_take(from, keywords, name, &column->keyword_ends, error));
        column->keyword_bytes = from->next;
        column->keyword_length = cursor_left(from);
        if (column->keyword_length != (keywords == 0 ? 0 : numbers_at(&column->keyword_ends, keywords - 1)))
            return damaged(from, name, "keywords of another length", error);
    } else if (cursor_left(from) > 0) {
        return damaged(from, name, "more bytes than belong to it", error);
    }
    return LIBSEARCH_OK;
}

libsearch_status column_open(const libsearch_allocator *allocator, const uint8_t *section, size_t length,
                             uint32_t documents, const char *name, struct column **column, libsearch_error *error)
{
    struct cursor from = cursor_of(section, length);
    struct column opened = { .allocator = allocator };
    TRY(read_column(&from, documents, name, &opened, error));
    struct column *made = memory_allocate(allocator, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    opened.name = memory_duplicate(allocator, name, strlen(name));
    if (opened.name == NULL) {
        memory_free(allocator, made);
        return error_no_memory(error);
    }
    *made = opened;
    *column = made;
    return LIBSEARCH_OK;
}

void column_close(struct column *column)
{
    if (column == NULL)
        return;
    memory_free(column->allocator, column->name);
    memory_free(column->allocator, column);
}

bool column_is_keyword(const struct column *column) { return column->keyword; }

/* Values [*start, *end) are the document's; none where damaged bytes say more than there are. */
static inline void values_of(const struct column *column, uint32_t document, uint64_t *start, uint64_t *end)
{
    uint64_t place = document;
    *start = *end = 0;
    if (column->presence != NULL) {
        const uint64_t word = load_u64(column->presence + 8 * (size_t)(document / 64));
        if ((word >> document % 64 & 1) == 0)
            return;
        place = column_rank(column, document / 64, word & ((UINT64_C(1) << document % 64) - 1));
    }
    column_values_at(column, place, start, end);
}

uint32_t column_count(const struct column *column, uint32_t document)
{
    uint64_t start, end;
    values_of(column, document, &start, &end);
    return end - start > UINT32_MAX ? 0 : (uint32_t)(end - start);
}

uint64_t column_value(const struct column *column, uint32_t document, uint32_t i)
{
    uint64_t start, end;
    values_of(column, document, &start, &end);
    if (i >= end - start)
        return 0;
    const uint64_t value = column->least + column->divisor * column_stored(column->values, column->width, start + i);
    return column->keyword && value >= column->keywords ? 0 : value;
}

bool column_block_bounds(const struct column *column, uint32_t block, uint64_t *least, uint64_t *greatest)
{
    uint64_t low, high;
    if (!column_stored_bounds(column, block, &low, &high))
        return false;
    *least = column->least + column->divisor * low;
    *greatest = column->least + column->divisor * high;
    return true;
}

uint32_t column_keyword_count(const struct column *column) { return column->keywords; }

libsearch_bytes column_keyword(const struct column *column, uint32_t ordinal)
{
    if (ordinal >= column->keywords)
        return (libsearch_bytes){ NULL, 0 };
    const uint64_t start = ordinal == 0 ? 0 : numbers_at(&column->keyword_ends, ordinal - 1);
    const uint64_t end = numbers_at(&column->keyword_ends, ordinal);
    if (start > end || end > column->keyword_length)
        return (libsearch_bytes){ NULL, 0 };
    return (libsearch_bytes){ (const char *)column->keyword_bytes + start, (size_t)(end - start) };
}

static int compare_bytes(libsearch_bytes a, libsearch_bytes b)
{
    const size_t shorter = a.length < b.length ? a.length : b.length;
    const int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

uint32_t column_keyword_seek(const struct column *column, libsearch_bytes value, bool *found)
{
    uint32_t low = 0, high = column->keywords; /* all before low are less, all from high on are not */
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (compare_bytes(column_keyword(column, middle), value) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < column->keywords && compare_bytes(column_keyword(column, low), value) == 0;
    return low;
}

static libsearch_status contradiction(const struct column *column, const char *what, uint64_t where,
                                      libsearch_error *error)
{
    return error_set(error, LIBSEARCH_CORRUPT, "%s: column: %s %llu", column->name, what, (unsigned long long)where);
}

/* Ranks count the bits; no bit stands behind the last document. */
static libsearch_status verify_presence(const struct column *column, libsearch_error *error)
{
    const size_t words = column_words(column->documents);
    uint64_t rank = 0;
    for (size_t i = 0; column->presence != NULL && i < words; i++) {
        const uint64_t word = load_u64(column->presence + 8 * i);
        if (load_u32(column->ranks + 4 * i) != rank || (word & ~column_word_mask(column, i)) != 0)
            return contradiction(column, "the presence bits are damaged at word", i, error);
        rank += (uint64_t)__builtin_popcountll(word);
    }
    if (column->presence != NULL && load_u32(column->ranks + 4 * words) != rank)
        return contradiction(column, "documents with a value, not", rank, error);
    return LIBSEARCH_OK;
}

libsearch_status column_verify(const struct column *column, libsearch_error *error)
{
    TRY(verify_presence(column, error));
    const uint64_t most = (UINT64_MAX - column->least) / column->divisor;
    uint64_t next = 0, least = 0, greatest = 0, low, high;
    bool any = false;
    for (uint32_t document = 0; document < column->documents; document++) {
        uint64_t start, end;
        values_of(column, document, &start, &end);
        const bool present = column->presence == NULL ||
                             (load_u64(column->presence + 8 * (size_t)(document / 64)) >> document % 64 & 1) != 0;
        if (present != (end > start) || (present && start != next))
            return contradiction(column, "wrong number of values for document", document, error);
        for (uint64_t i = start; i < end; i++) {
            const uint64_t value = column_stored(column->values, column->width, i);
            if (i > start && value <= column_stored(column->values, column->width, i - 1))
                return contradiction(column, "values out of order for document", document, error);
            if (column->keyword && value >= column->keywords)
                return contradiction(column, "no such keyword for document", document, error);
            if (value > most)
                return contradiction(column, "a number that is too great for document", document, error);
            least = !any || value < least ? value : least;
            greatest = !any || value > greatest ? value : greatest;
            any = true;
        }
        next = present ? end : next;
        if (document % COLUMN_BLOCK == COLUMN_BLOCK - 1 || document + 1 == column->documents) {
            const uint32_t block = document / COLUMN_BLOCK;
            if (column_stored_bounds(column, block, &low, &high) != any || (any && (low != least || high != greatest)))
                return contradiction(column, "wrong bounds for block", block, error);
            any = false;
        }
    }
    if (next != column->count)
        return contradiction(column, "values that belong to no document from", next, error);
    for (uint32_t i = 1; i < column->keywords; i++)
        if (compare_bytes(column_keyword(column, i - 1), column_keyword(column, i)) >= 0)
            return contradiction(column, "keywords out of order at", i, error);
    return LIBSEARCH_OK;
}
