/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "documents/column_reader.h"
#include "support/failing_allocator.h"
#include "support/random.h"

/* The same column as lists: what was added, and, sorted and each once, what must come back. */
enum { MOST_DOCUMENTS = 3000, MOST_VALUES = 12000 };

struct model {
    uint32_t documents;
    bool keyword;
    size_t count;
    uint32_t owners[MOST_VALUES];
    uint64_t values[MOST_VALUES]; /* of a keyword: what its bytes are made from */
    size_t starts[MOST_DOCUMENTS + 1];
    uint64_t sorted[MOST_VALUES]; /* by document, ascending, each once */
};

static struct model model;

/* Keywords that share beginnings, one of them empty, with any byte. Different numbers, different bytes. */
static libsearch_bytes keyword_of(uint64_t number, char *to)
{
    size_t length = 0;
    for (; number != 0; number /= 5)
        to[length++] = (char)("\0a\xFF/z"[number % 5]);
    if (length > 0 && to[length - 1] == 0)
        to[length - 1] = '!';
    return (libsearch_bytes){ to, length };
}

static int compare_bytes(libsearch_bytes a, libsearch_bytes b)
{
    const size_t shorter = a.length < b.length ? a.length : b.length;
    const int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static int compare_keywords(const void *a, const void *b)
{
    char left[64], right[64];
    return compare_bytes(keyword_of(*(const uint64_t *)a, left), keyword_of(*(const uint64_t *)b, right));
}

static int compare_numbers(const void *a, const void *b)
{
    const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;
    return (left > right) - (left < right);
}

/* Works out model.starts and model.sorted. */
static void settle_model(void)
{
    size_t kept = 0, next = 0;
    for (uint32_t document = 0; document < model.documents; document++) {
        model.starts[document] = kept;
        const size_t first = next;
        while (next < model.count && model.owners[next] == document)
            next++;
        static uint64_t values[MOST_VALUES];
        memcpy(values, model.values + first, (next - first) * sizeof *values);
        qsort(values, next - first, sizeof *values, model.keyword ? compare_keywords : compare_numbers);
        for (size_t i = 0; i < next - first; i++)
            if (i == 0 || values[i] != values[i - 1])
                model.sorted[kept++] = values[i];
    }
    model.starts[model.documents] = kept;
}

static uint64_t random_value(struct test_random *random, unsigned kind)
{
    switch (kind) {
    case 0: return 4711;
    case 1: return 1000 + random_below(random, 10);
    case 2: return column_from_integer((int64_t)(random_below(random, 40000) * 86400000) - 1000000000000);
    case 3: return column_from_double((double)(int64_t)random_below(random, 1000) / 4 - 100);
    case 4: return random_size(random, 40);
    case 5: return random_below(random, 60000) << 40;
    default: return random_u64(random);
    }
}

/* A random column; sparse ones and such with several values among them. */
static void random_model(struct test_random *random, bool keyword)
{
    const uint32_t edges[] = { 0, 1, 63, 64, 65, 1023, 1024, 1025, 2048, MOST_DOCUMENTS };
    model.documents = random_below(random, 2) == 0 ? edges[random_below(random, sizeof edges / sizeof *edges)]
                                                   : (uint32_t)random_below(random, MOST_DOCUMENTS);
    model.keyword = keyword;
    model.count = 0;
    const unsigned kind = (unsigned)random_below(random, 8);
    const uint64_t missing = random_below(random, 3) == 0 ? 0 : random_below(random, 101);
    const uint64_t most = random_below(random, 2) == 0 ? 1 : 1 + random_below(random, 6);
    const uint64_t different = 1 + random_size(random, 12);
    for (uint32_t document = 0; document < model.documents; document++) {
        if (random_below(random, 100) < missing)
            continue;
        uint64_t values = 1 + random_below(random, most);
        if (random_below(random, 500) == 0 && most > 1)
            values = 50;
        for (; values > 0 && model.count < MOST_VALUES; values--) {
            model.owners[model.count] = document;
            model.values[model.count++] = keyword ? random_below(random, different) : random_value(random, kind);
        }
    }
    settle_model();
}

static libsearch_status fill(struct column_writer *writer)
{
    char bytes[64];
    for (size_t i = 0; i < model.count; i++) {
        libsearch_status status;
        if (model.keyword)
            status = column_writer_add_keyword(writer, model.owners[i], keyword_of(model.values[i], bytes), NULL);
        else
            status = column_writer_add_number(writer, model.owners[i], model.values[i], NULL);
        if (status != LIBSEARCH_OK)
            return status;
    }
    return LIBSEARCH_OK;
}

static void write_model(struct buffer *section)
{
    struct column_writer *writer;
    assert_ok(column_writer_new(allocator_default(), model.keyword, &writer, NULL));
    assert_ok(fill(writer));
    assert_ok(column_writer_finish(writer, model.documents, section, NULL));
    column_writer_free(writer);
}

static struct column *open_section(const struct buffer *section)
{
    struct column *column;
    assert_ok(column_open(allocator_default(), section->data, section->length, model.documents, "test", &column, NULL));
    return column;
}

/* A value as the model has it. */
static uint64_t model_value(const struct column *column, uint64_t value)
{
    if (!model.keyword)
        return value;
    char bytes[64];
    bool found;
    const uint32_t ordinal = column_keyword_seek(column, keyword_of(value, bytes), &found);
    assert_true(found);
    return ordinal;
}

static void check_values(const struct column *column)
{
    for (uint32_t document = 0; document < model.documents; document++) {
        const size_t start = model.starts[document], count = model.starts[document + 1] - start;
        assert_int_equal(column_count(column, document), count);
        for (uint32_t i = 0; i < count; i++)
            assert_true(column_value(column, document, i) == model_value(column, model.sorted[start + i]));
        assert_int_equal(column_value(column, document, (uint32_t)count), 0);
    }
}

static void check_bounds(const struct column *column)
{
    for (uint32_t block = 0; block * COLUMN_BLOCK < model.documents; block++) {
        const uint32_t first = block * COLUMN_BLOCK;
        const uint32_t end = first + COLUMN_BLOCK < model.documents ? first + COLUMN_BLOCK : model.documents;
        uint64_t least = UINT64_MAX, greatest = 0, low, high;
        bool any = false;
        for (size_t i = model.starts[first]; i < model.starts[end]; i++) {
            const uint64_t value = model_value(column, model.sorted[i]);
            least = value < least ? value : least;
            greatest = value > greatest ? value : greatest;
            any = true;
        }
        assert_int_equal(column_block_bounds(column, block, &low, &high), any);
        assert_true(!any || (low == least && high == greatest));
    }
}

static void check_range(const struct column *column, uint64_t low, uint64_t high, uint32_t from, uint32_t to)
{
    static uint64_t bits[MOST_DOCUMENTS / 64 + 2];
    const size_t words = (to - from + 63) / 64;
    memset(bits, 0, sizeof bits);
    bits[words] = 0x5555;
    column_range(column, low, high, from, to, bits);
    assert_true(bits[words] == 0x5555);
    for (uint32_t document = from; document < from + 64 * words; document++) {
        bool expected = false;
        if (document < to)
            for (size_t i = model.starts[document]; i < model.starts[document + 1]; i++) {
                const uint64_t value = model_value(column, model.sorted[i]);
                expected |= value >= low && value <= high;
            }
        assert_int_equal(bits[(document - from) / 64] >> (document - from) % 64 & 1, expected);
    }
}

static void check_ranges(const struct column *column, struct test_random *random)
{
    check_range(column, 0, UINT64_MAX, 0, model.documents);
    for (int i = 0; i < 12; i++) {
        uint64_t low = random_u64(random), high = random_u64(random);
        if (model.count > 0 && i < 9) {
            low = model_value(column, model.values[random_below(random, model.count)]) + (uint64_t)(i % 3) - 1;
            high = model_value(column, model.values[random_below(random, model.count)]) + (uint64_t)(i / 3) - 1;
        }
        if (low > high && i % 4 != 0) {
            const uint64_t kept = low;
            low = high;
            high = kept;
        }
        const uint32_t words = model.documents / 64;
        const uint32_t from = 64 * (uint32_t)random_below(random, words + 1);
        uint32_t to = from + 64 * (uint32_t)random_below(random, words - from / 64 + 1);
        if (random_below(random, 2) == 0)
            to = model.documents;
        check_range(column, low, high, from, to);
    }
}

static void columns_answer_as_lists_do(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 300; round++) {
        random_model(&random, round % 3 == 0);
        struct buffer section;
        buffer_init(&section, allocator_default());
        buffer_append(&section, "before", (size_t)round % 7); /* a section may begin anywhere in the buffer */
        const size_t before = section.length;
        write_model(&section);
        memmove(section.data, section.data + before, section.length -= before);
        struct column *column = open_section(&section);
        assert_int_equal(column_is_keyword(column), model.keyword);
        assert_ok(column_verify(column, NULL));
        check_values(column);
        check_bounds(column);
        check_ranges(column, &random);
        column_close(column);
        buffer_free(&section);
    }
    column_close(NULL);
}

static void keywords_are_sorted_and_found(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 100; round++) {
        random_model(&random, true);
        struct buffer section;
        buffer_init(&section, allocator_default());
        write_model(&section);
        struct column *column = open_section(&section);
        static uint64_t keywords[MOST_VALUES];
        memcpy(keywords, model.values, model.count * sizeof *keywords);
        qsort(keywords, model.count, sizeof *keywords, compare_keywords);
        uint32_t distinct = 0;
        char bytes[64];
        for (size_t i = 0; i < model.count; i++) {
            if (i > 0 && keywords[i] == keywords[i - 1])
                continue;
            const libsearch_bytes expected = keyword_of(keywords[i], bytes);
            assert_int_equal(compare_bytes(column_keyword(column, distinct), expected), 0);
            distinct++;
        }
        assert_int_equal(column_keyword_count(column), distinct);
        assert_int_equal(column_keyword(column, distinct).length, 0);
        for (int i = 0; i < 50; i++) { /* also such as are not there */
            const libsearch_bytes wanted = keyword_of(random_size(&random, 14), bytes);
            uint32_t least = 0;
            while (least < distinct && compare_bytes(column_keyword(column, least), wanted) < 0)
                least++;
            bool found;
            assert_int_equal(column_keyword_seek(column, wanted, &found), least);
            assert_int_equal(found, least < distinct && compare_bytes(column_keyword(column, least), wanted) == 0);
        }
        column_close(column);
        buffer_free(&section);
    }
}

static void single_values_take_what_their_span_needs(void **state)
{
    (void)state;
    const struct {
        uint64_t first, step;
        size_t width;
    } cases[] = { { UINT64_C(1) << 60, 0, 0 },
                  { UINT64_C(1) << 60, 1, 2 },
                  { 5, UINT64_C(86400000), 2 },
                  { 0, UINT64_C(1) << 50, 2 },
                  { UINT64_MAX - 1000, 1, 2 } };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        struct column_writer *writer;
        struct buffer section;
        buffer_init(&section, allocator_default());
        assert_ok(column_writer_new(allocator_default(), false, &writer, NULL));
        for (uint32_t i = 0; i < 1000; i++)
            assert_ok(column_writer_add_number(writer, i, cases[c].first + cases[c].step * i, NULL));
        assert_ok(column_writer_finish(writer, 1000, &section, NULL));
        assert_in_range(section.length, 48 + 1000 * cases[c].width, 48 + 1000 * cases[c].width + 24);
        struct column *column;
        assert_ok(column_open(allocator_default(), section.data, section.length, 1000, "test", &column, NULL));
        for (uint32_t i = 0; i < 1000; i++)
            assert_true(column_value(column, i, 0) == cases[c].first + cases[c].step * i);
        column_close(column);
        column_writer_free(writer);
        buffer_free(&section);
    }
}

/* Three blocks of values of their own, the middle one's then overwritten with what the others have: who asks for that
 * finds nothing in it, as its bounds say that there is nothing; who asks for all that it may have, all of it. */
static void a_range_reads_no_block_whose_bounds_lie_outside_or_within(void **state)
{
    (void)state;
    enum { BLOCK = 1024, DOCUMENTS = 3 * BLOCK };
    struct column_writer *writer;
    struct buffer section;
    struct column *column;
    uint64_t bits[DOCUMENTS / 64] = { 0 };
    buffer_init(&section, allocator_default());
    assert_ok(column_writer_new(allocator_default(), false, &writer, NULL));
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        assert_ok(column_writer_add_number(writer, i, i / BLOCK * 1000 + i % 200, NULL));
    assert_ok(column_writer_finish(writer, DOCUMENTS, &section, NULL));
    assert_ok(column_open(allocator_default(), section.data, section.length, DOCUMENTS, "test", &column, NULL));
    const size_t middle = (size_t)(column->values - (const uint8_t *)section.data) + (size_t)BLOCK * column->width;
    memset((void *)(section.data + middle), 0, (size_t)BLOCK * column->width); /* as if all were 0 */
    column_range(column, 0, 10, 0, DOCUMENTS, bits);
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        assert_int_equal(bits[i / 64] >> i % 64 & 1, i < BLOCK && i % 200 <= 10);
    memset(bits, 0, sizeof bits);
    column_range(column, 900, 1300, 0, DOCUMENTS, bits);
    for (uint32_t i = 0; i < DOCUMENTS; i++)
        assert_int_equal(bits[i / 64] >> i % 64 & 1, i / BLOCK == 1);
    column_close(column);
    column_writer_free(writer);
    buffer_free(&section);
}

static void the_bytes_do_not_depend_on_the_order_within_a_document_or_on_what_was_dropped(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 60; round++) {
        random_model(&random, round % 2 == 0);
        struct buffer first, second;
        buffer_init(&first, allocator_default());
        buffer_init(&second, allocator_default());
        write_model(&first);
        struct column_writer *writer;
        char bytes[64];
        assert_ok(column_writer_new(allocator_default(), model.keyword, &writer, NULL));
        for (size_t i = 0, end; i < model.count; i = end) {
            for (end = i; end < model.count && model.owners[end] == model.owners[i];)
                end++;
            for (int tries = 0; tries < 2; tries++) { /* something else, taken back, and then backwards */
                for (size_t j = end; j-- > i;) {
                    const uint64_t value = model.values[j] + (tries == 0 ? 100000 : 0);
                    if (model.keyword)
                        assert_ok(column_writer_add_keyword(writer, model.owners[j], keyword_of(value, bytes), NULL));
                    else
                        assert_ok(column_writer_add_number(writer, model.owners[j], value, NULL));
                }
                if (tries == 0)
                    column_writer_drop(writer, model.owners[i]);
            }
        }
        assert_ok(column_writer_finish(writer, model.documents, &second, NULL));
        column_writer_free(writer);
        assert_int_equal(first.length, second.length);
        assert_memory_equal(first.data, second.data, first.length);
        buffer_free(&first);
        buffer_free(&second);
    }
}

static void documents_never_fall_and_kinds_are_not_mixed(void **state)
{
    (void)state;
    struct column_writer *numbers, *keywords;
    struct buffer section;
    static char long_keyword[LIBSEARCH_MAX_KEYWORD + 1];
    buffer_init(&section, allocator_default());
    assert_ok(column_writer_new(allocator_default(), false, &numbers, NULL));
    assert_ok(column_writer_new(allocator_default(), true, &keywords, NULL));
    assert_ok(column_writer_add_number(numbers, 5, 1, NULL));
    assert_status(column_writer_add_number(numbers, 4, 1, NULL), LIBSEARCH_INVALID);
    assert_ok(column_writer_add_number(numbers, 5, 1, NULL));
    assert_status(column_writer_add_keyword(numbers, 6, LIBSEARCH_STRING("x"), NULL), LIBSEARCH_INVALID);
    assert_status(column_writer_add_number(keywords, 6, 1, NULL), LIBSEARCH_INVALID);
    assert_ok(
        column_writer_add_keyword(keywords, 0, (libsearch_bytes){ long_keyword, LIBSEARCH_MAX_KEYWORD - 1 }, NULL));
    assert_ok(column_writer_add_keyword(keywords, 0, (libsearch_bytes){ long_keyword, LIBSEARCH_MAX_KEYWORD }, NULL));
    assert_status(column_writer_add_keyword(keywords, 0, (libsearch_bytes){ long_keyword, LIBSEARCH_MAX_KEYWORD + 1 },
                                            NULL),
                  LIBSEARCH_LIMIT);
    assert_status(column_writer_finish(numbers, 5, &section, NULL), LIBSEARCH_INVALID);
    assert_ok(column_writer_finish(numbers, 6, &section, NULL));
    column_writer_free(numbers);
    column_writer_free(keywords);
    column_writer_free(NULL);
    buffer_free(&section);
}

static void numbers_keep_their_order_as_u64(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    const double doubles[] = { -INFINITY, -DBL_MAX, -2.5, -1,  -DBL_MIN, -5e-324, 0,
                               5e-324,    DBL_MIN,  1,    2.5, DBL_MAX,  INFINITY };
    for (size_t i = 0; i < sizeof doubles / sizeof *doubles; i++) {
        assert_true(column_to_double(column_from_double(doubles[i])) == doubles[i]);
        assert_true(i == 0 || column_from_double(doubles[i - 1]) < column_from_double(doubles[i]));
    }
    assert_true(column_from_double(-0.0) == column_from_double(0.0));
    assert_int_equal(signbit(column_to_double(column_from_double(-0.0))), 0);
    const int64_t integers[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX };
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        assert_true(column_to_integer(column_from_integer(integers[i])) == integers[i]);
        assert_true(i == 0 || column_from_integer(integers[i - 1]) < column_from_integer(integers[i]));
    }
    for (int i = 0; i < 100000; i++) {
        const uint64_t bits[2] = { random_u64(&random), random_u64(&random) };
        double a, b;
        memcpy(&a, &bits[0], sizeof a);
        memcpy(&b, &bits[1], sizeof b);
        if (!isnan(a) && !isnan(b))
            assert_int_equal(column_from_double(a) < column_from_double(b), a < b);
    }
}

static void the_memory_told_is_the_memory_taken(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 20; round++) {
        random_model(&random, round % 2 == 0);
        struct failing_allocator counting;
        failing_allocator_init(&counting, 0);
        struct column_writer *writer;
        assert_ok(column_writer_new(&counting.allocator, model.keyword, &writer, NULL));
        assert_int_equal(column_writer_memory(writer), counting.bytes);
        assert_ok(fill(writer));
        assert_int_equal(column_writer_memory(writer), counting.bytes);
        column_writer_free(writer);
        assert_int_equal(counting.blocks, 0);
    }
}

static void without_memory_nothing_is_lost_or_left(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 200; round++) {
        if (round % 50 == 0)
            random_model(&random, round % 100 == 0);
        struct failing_allocator failing;
        failing_allocator_init(&failing, 1 + (size_t)round % 50);
        struct column_writer *writer = NULL;
        struct column *column = NULL;
        struct buffer section;
        buffer_init(&section, &failing.allocator);
        libsearch_status status = column_writer_new(&failing.allocator, model.keyword, &writer, NULL);
        if (status == LIBSEARCH_OK)
            status = fill(writer);
        if (status == LIBSEARCH_OK)
            status = column_writer_finish(writer, model.documents, &section, NULL);
        if (status == LIBSEARCH_OK)
            status =
                column_open(&failing.allocator, section.data, section.length, model.documents, "test", &column, NULL);
        assert_int_equal(status, failing.calls >= failing.fail_at ? LIBSEARCH_NO_MEMORY : LIBSEARCH_OK);
        column_close(column);
        column_writer_free(writer);
        buffer_free(&section);
        assert_int_equal(failing.blocks, 0);
    }
}

static void damaged_bytes_give_an_error_or_an_answer(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    for (int round = 0; round < 2500; round++) {
        if (round % 25 == 0)
            do
                random_model(&random, round % 50 == 0);
            while (model.documents > 1500);
        struct buffer section;
        buffer_init(&section, allocator_default());
        write_model(&section);
        size_t length = section.length;
        if (random_below(&random, 10) == 0)
            length = (size_t)random_below(&random, length);
        uint8_t *bytes = malloc(length + 1);
        memcpy(bytes, section.data, length);
        bytes = realloc(bytes, length == 0 ? 1 : length); /* exactly, for AddressSanitizer */
        for (uint64_t flips = 1 + random_below(&random, 6); flips > 0 && length > 0; flips--) {
            const size_t reach = random_below(&random, 2) == 0 && length > 64 ? 64 : length; /* the header more often */
            bytes[random_below(&random, reach)] ^= (uint8_t)(1u << random_below(&random, 8));
        }
        struct column *column;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        if (column_open(allocator_default(), bytes, length, model.documents, "test", &column, &error) == LIBSEARCH_OK) {
            static uint64_t bits[MOST_DOCUMENTS / 64 + 2];
            uint64_t low, high;
            bool found;
            column_verify(column, &error);
            for (uint32_t document = 0; document < model.documents; document++)
                for (uint32_t i = column_count(column, document); i > 0; i--) {
                    const uint64_t value = column_value(column, document, i - 1);
                    assert_true(!column_is_keyword(column) || value == 0 || value < column_keyword_count(column));
                }
            for (uint32_t block = 0; block * COLUMN_BLOCK < model.documents; block++)
                column_block_bounds(column, block, &low, &high);
            memset(bits, 0, sizeof bits);
            column_range(column, random_u64(&random), random_u64(&random), 0, model.documents, bits);
            column_range(column, 0, random_u64(&random), 0, model.documents, bits);
            if (model.documents % 64 != 0)
                assert_true(bits[model.documents / 64] >> model.documents % 64 == 0);
            const uint32_t keywords = column_keyword_count(column);
            for (uint32_t i = 0; i < keywords && i < 100; i++) {
                const libsearch_bytes keyword = column_keyword(column, keywords - 1 - i);
                column_keyword_seek(column, keyword, &found);
            }
            column_close(column);
        } else {
            assert_int_equal(error.status, LIBSEARCH_CORRUPT);
        }
        free(bytes);
        buffer_free(&section);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_answer_as_lists_do),
        cmocka_unit_test(keywords_are_sorted_and_found),
        cmocka_unit_test(single_values_take_what_their_span_needs),
        cmocka_unit_test(a_range_reads_no_block_whose_bounds_lie_outside_or_within),
        cmocka_unit_test(the_bytes_do_not_depend_on_the_order_within_a_document_or_on_what_was_dropped),
        cmocka_unit_test(documents_never_fall_and_kinds_are_not_mixed),
        cmocka_unit_test(numbers_keep_their_order_as_u64),
        cmocka_unit_test(the_memory_told_is_the_memory_taken),
        cmocka_unit_test(without_memory_nothing_is_lost_or_left),
        cmocka_unit_test(damaged_bytes_give_an_error_or_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
