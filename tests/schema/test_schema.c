/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include <math.h>
#include <string.h>

#include "schema/schema.h"
#include "support/failing_allocator.h"
#include "support/random.h"

static libsearch_field field_of(const char *name, libsearch_type type, unsigned flags)
{
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = name;
    field.type = type;
    field.flags = flags;
    return field;
}

static struct schema *empty_schema(const char *analyzer)
{
    struct schema *schema;
    assert_ok(schema_new(allocator_default(), analyzer, &schema, NULL));
    return schema;
}

static const struct field *add(struct schema *schema, libsearch_field field)
{
    uint16_t number;
    assert_ok(schema_add(schema, &field, &number, NULL));
    assert_true(number < schema->count);
    return schema->fields[number];
}

/* A schema with a field of each type, flag and analyzer. */
static struct schema *rich_schema(void)
{
    struct schema *schema = empty_schema("english");
    add(schema, field_of("title", LIBSEARCH_TEXT, 0));
    libsearch_field field = field_of("titel", LIBSEARCH_TEXT, LIBSEARCH_FIELD_NOT_STORED);
    field.analyzer = "german";
    field.weight = 2.5F;
    add(schema, field);
    add(schema, field_of("country", LIBSEARCH_KEYWORD, LIBSEARCH_FIELD_NO_COLUMN));
    add(schema, field_of("year", LIBSEARCH_INTEGER, 0));
    add(schema, field_of("price", LIBSEARCH_FLOAT, LIBSEARCH_FIELD_NOT_STORED | LIBSEARCH_FIELD_NO_COLUMN));
    add(schema, field_of("date", LIBSEARCH_DATE, 0));
    add(schema, field_of("picture", LIBSEARCH_STORED, 0));
    add(schema, field_of("notes", LIBSEARCH_TEXT, LIBSEARCH_FIELD_NO_POSITIONS | LIBSEARCH_FIELD_OWN_LISTS));
    return schema;
}

static void assert_same_schema(const struct schema *a, const struct schema *b)
{
    assert_int_equal(a->count, b->count);
    assert_int_equal(a->analyzer_count, b->analyzer_count);
    for (size_t i = 0; i < a->analyzer_count; i++)
        assert_string_equal(analyzer_name(a->analyzers[i]), analyzer_name(b->analyzers[i]));
    for (size_t i = 0; i < a->count; i++) {
        const struct field *left = a->fields[i], *right = b->fields[i];
        assert_string_equal(left->name, right->name);
        assert_int_equal(left->name_length, strlen(left->name));
        assert_int_equal(right->name_length, left->name_length);
        assert_int_equal(left->number, i);
        assert_int_equal(right->number, i);
        assert_int_equal(left->type, right->type);
        assert_int_equal(left->flags, right->flags);
        assert_true(left->weight == right->weight);
        assert_int_equal(left->in_group, right->in_group);
        assert_int_equal(left->analyzer == NULL, right->analyzer == NULL);
        if (left->analyzer != NULL)
            assert_string_equal(analyzer_name(left->analyzer), analyzer_name(right->analyzer));
        assert_ptr_equal(schema_find(b, left->name, left->name_length), right);
    }
}

static void fields_are_numbered_in_the_order_of_adding_and_found_by_name(void **state)
{
    (void)state;
    struct schema *schema = rich_schema();
    const char *const names[] = { "title", "titel", "country", "year", "price", "date", "picture", "notes" };
    for (uint16_t i = 0; i < 8; i++) {
        const struct field *field = schema_find(schema, names[i], strlen(names[i]));
        assert_non_null(field);
        assert_int_equal(field->number, i);
        assert_string_equal(field->name, names[i]);
    }
    assert_null(schema_find(schema, "titl", 4));
    assert_null(schema_find(schema, "titles", 6));
    assert_null(schema_find(schema, "", 0));
    assert_null(schema_find(schema, NULL, 0));
    schema_release(schema);
}

static void the_group_is_text_with_positions_the_own_analyzer_and_no_lists_of_its_own(void **state)
{
    (void)state;
    struct schema *schema = empty_schema("english");
    assert_true(add(schema, field_of("a", LIBSEARCH_TEXT, 0))->in_group);
    assert_true(add(schema, field_of("b", LIBSEARCH_TEXT, LIBSEARCH_FIELD_NOT_STORED))->in_group);
    assert_false(add(schema, field_of("c", LIBSEARCH_TEXT, LIBSEARCH_FIELD_NO_POSITIONS))->in_group);
    assert_false(add(schema, field_of("d", LIBSEARCH_TEXT, LIBSEARCH_FIELD_OWN_LISTS))->in_group);
    assert_false(add(schema, field_of("e", LIBSEARCH_KEYWORD, 0))->in_group);
    assert_false(add(schema, field_of("f", LIBSEARCH_INTEGER, 0))->in_group);
    libsearch_field field = field_of("g", LIBSEARCH_TEXT, 0);
    field.analyzer = "english"; /* the own one by its name */
    assert_true(add(schema, field)->in_group);
    field.name = "h";
    field.analyzer = "standard";
    assert_false(add(schema, field)->in_group);
    field.name = "i";
    const struct field *shared = add(schema, field);
    assert_ptr_equal(shared->analyzer, schema->fields[7]->analyzer);
    assert_int_equal(schema->analyzer_count, 2);
    schema_release(schema);
}

static void a_title_weighs_3_other_text_1_unless_it_is_said(void **state)
{
    (void)state;
    struct schema *schema = empty_schema(NULL);
    assert_string_equal(analyzer_name(schema->analyzers[0]), "standard");
    assert_true(add(schema, field_of("title", LIBSEARCH_TEXT, 0))->weight == 3);
    assert_true(add(schema, field_of("text", LIBSEARCH_TEXT, 0))->weight == 1);
    libsearch_field field = field_of("abstract", LIBSEARCH_TEXT, 0);
    field.weight = 1.5F;
    assert_true(add(schema, field)->weight == 1.5F);
    schema_release(schema);
}

static void the_same_field_again_is_ok_and_another_of_its_name_exists(void **state)
{
    (void)state;
    struct schema *schema = rich_schema();
    for (size_t i = 0; i < schema->count; i++) {
        const struct field *has = schema->fields[i];
        libsearch_field field = field_of(has->name, has->type, has->flags);
        field.analyzer = has->analyzer == NULL ? NULL : analyzer_name(has->analyzer);
        field.weight = has->weight;
        uint16_t number = 999;
        assert_ok(schema_add(schema, &field, &number, NULL));
        assert_int_equal(number, i);
        assert_ok(schema_add(schema, &field, NULL, NULL));
    }
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_field other = field_of("title", LIBSEARCH_KEYWORD, 0);
    assert_status(schema_add(schema, &other, NULL, &error), LIBSEARCH_EXISTS);
    assert_string_equal(error.message, "field title exists with other properties");
    other = field_of("title", LIBSEARCH_TEXT, LIBSEARCH_FIELD_OWN_LISTS);
    assert_status(schema_add(schema, &other, NULL, NULL), LIBSEARCH_EXISTS);
    other = field_of("title", LIBSEARCH_TEXT, 0);
    other.weight = 2;
    assert_status(schema_add(schema, &other, NULL, NULL), LIBSEARCH_EXISTS);
    other.weight = 3; /* what the default came to */
    assert_ok(schema_add(schema, &other, NULL, NULL));
    other.analyzer = "german";
    assert_status(schema_add(schema, &other, NULL, NULL), LIBSEARCH_EXISTS);
    assert_int_equal(schema->count, 8);
    schema_release(schema);
}

static void what_makes_no_field_is_invalid(void **state)
{
    (void)state;
    struct schema *schema = empty_schema(NULL);
    libsearch_field good = field_of("f", LIBSEARCH_TEXT, 0), field;
    const char *const names[] = { NULL, "", "1st", "a b", "a:b" };
    for (size_t i = 0; i < 5; i++) {
        field = good;
        field.name = names[i];
        assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_INVALID);
    }
    for (int type = -1; type < 9; type++)
        if (type < 1 || type > 7) {
            field = field_of("f", (libsearch_type)type, 0);
            assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_INVALID);
        }
    const float weights[] = { -1, NAN, INFINITY, -INFINITY };
    for (size_t i = 0; i < 4; i++) {
        field = good;
        field.weight = weights[i];
        assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_INVALID);
    }
    field = field_of("f", LIBSEARCH_TEXT, 1u << 20);
    assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_INVALID);
    field = field_of("f", LIBSEARCH_TEXT, LIBSEARCH_FIELD_NO_COLUMN);
    assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_INVALID);
    field = field_of("f", LIBSEARCH_KEYWORD, LIBSEARCH_FIELD_NO_POSITIONS);
    assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_INVALID);
    field = field_of("f", LIBSEARCH_STORED, LIBSEARCH_FIELD_NOT_STORED);
    assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_INVALID);
    field = field_of("f", LIBSEARCH_KEYWORD, 0);
    field.analyzer = "english";
    assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_INVALID);
    field = field_of("f", LIBSEARCH_INTEGER, 0);
    field.weight = 2;
    assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_INVALID);
    field = good;
    field.analyzer = "klingon";
    assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_INVALID);
    field = good;
    field.size = 0;
    assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_INVALID);
    assert_int_equal(schema->count, 0);
    assert_int_equal(schema->analyzer_count, 1);
    schema_release(schema);
    assert_status(schema_new(allocator_default(), "klingon", &schema, NULL), LIBSEARCH_INVALID);
}

static void a_name_has_at_most_255_bytes_and_a_schema_1024_fields(void **state)
{
    (void)state;
    struct schema *schema = empty_schema(NULL), *decoded;
    char name[LIBSEARCH_MAX_FIELD_NAME + 2];
    memset(name, 'n', sizeof name);
    name[LIBSEARCH_MAX_FIELD_NAME + 1] = 0;
    libsearch_field field = field_of(name, LIBSEARCH_TEXT, 0);
    assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_INVALID);
    name[LIBSEARCH_MAX_FIELD_NAME] = 0;
    add(schema, field);
    assert_non_null(schema_find(schema, name, LIBSEARCH_MAX_FIELD_NAME));
    for (int i = 1; i < LIBSEARCH_MAX_FIELDS; i++) {
        snprintf(name, sizeof name, "f%d", i);
        add(schema, field_of(name, LIBSEARCH_KEYWORD, 0));
    }
    assert_int_equal(schema->count, LIBSEARCH_MAX_FIELDS);
    field = field_of("onemore", LIBSEARCH_KEYWORD, 0);
    assert_status(schema_add(schema, &field, NULL, NULL), LIBSEARCH_LIMIT);
    field = field_of("f7", LIBSEARCH_KEYWORD, 0);
    assert_ok(schema_add(schema, &field, NULL, NULL));
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    schema_encode(schema, &buffer);
    struct cursor cursor = cursor_of(buffer.data, buffer.length);
    assert_ok(schema_decode(allocator_default(), NULL, &cursor, "test", &decoded, NULL));
    assert_same_schema(schema, decoded);
    buffer_free(&buffer);
    schema_release(decoded);
    schema_release(schema);
}

static void a_copy_grows_by_itself(void **state)
{
    (void)state;
    struct schema *schema = rich_schema(), *copy;
    assert_ok(schema_copy(schema, &copy, NULL));
    assert_same_schema(schema, copy);
    assert_ptr_not_equal(schema->analyzers[0], copy->analyzers[0]);
    add(copy, field_of("more", LIBSEARCH_TEXT, 0));
    assert_int_equal(schema->count, 8);
    assert_null(schema_find(schema, "more", 4));
    assert_ptr_equal(schema_retain(copy), copy);
    schema_release(schema);
    schema_release(copy);
    assert_non_null(schema_find(copy, "more", 4)); /* there is one reference left */
    schema_release(copy);
    schema_release(NULL);
}

static void a_schema_comes_back_from_its_bytes(void **state)
{
    (void)state;
    struct schema *schema = rich_schema(), *decoded;
    struct buffer buffer, again;
    buffer_init(&buffer, allocator_default());
    buffer_init(&again, allocator_default());
    schema_encode(schema, &buffer);
    const size_t length = buffer.length;
    buffer_append(&buffer, "what follows", 12);
    struct cursor cursor = cursor_of(buffer.data, buffer.length);
    assert_ok(schema_decode(allocator_default(), NULL, &cursor, "test", &decoded, NULL));
    assert_int_equal(cursor_position(&cursor), length);
    assert_same_schema(schema, decoded);
    schema_encode(decoded, &again);
    assert_int_equal(again.length, length);
    assert_memory_equal(again.data, buffer.data, length);
    for (size_t cut = 0; cut < length; cut++) {
        struct schema *none;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        cursor = cursor_of(buffer.data, cut);
        assert_status(schema_decode(allocator_default(), NULL, &cursor, "test", &none, &error), LIBSEARCH_CORRUPT);
        assert_memory_equal(error.message, "test: ", 6);
    }
    buffer_free(&buffer);
    buffer_free(&again);
    schema_release(decoded);
    schema_release(schema);
}

static void a_field_or_an_analyzer_that_stands_there_twice_is_corrupt(void **state)
{
    (void)state;
    struct schema *schema = empty_schema(NULL), *none;
    const char *name = analyzer_name(schema->analyzers[0]), *chain = analyzer_chain(schema->analyzers[0]);
    for (unsigned twice = 0; twice < 3; twice++) {
        struct buffer buffer;
        buffer_init(&buffer, allocator_default());
        const unsigned analyzers = twice == 1 ? 2 : 1, fields = twice == 2 ? 2 : 1;
        buffer_append_varint(&buffer, analyzers);
        for (unsigned i = 0; i < analyzers; i++) {
            buffer_append_bytes(&buffer, name, strlen(name));
            buffer_append_bytes(&buffer, chain, strlen(chain));
        }
        buffer_append_varint(&buffer, fields);
        for (unsigned i = 0; i < fields; i++)
            buffer_append(&buffer, "\4year\3\0", 7);
        struct cursor cursor = cursor_of(buffer.data, buffer.length);
        assert_status(schema_decode(allocator_default(), NULL, &cursor, "test", &none, NULL),
                      twice == 0 ? LIBSEARCH_OK : LIBSEARCH_CORRUPT);
        if (twice == 0)
            schema_release(none);
        buffer_free(&buffer);
    }
    schema_release(schema);
}

static void an_analyzer_that_has_changed_is_another_version(void **state)
{
    (void)state;
    struct schema *schema = empty_schema("english"), *none;
    const struct analyzer *analyzer = schema->analyzers[0];
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    buffer_append_varint(&buffer, 1);
    buffer_append_bytes(&buffer, "english", 7);
    buffer_append_bytes(&buffer, "some older chain", 16);
    buffer_append_varint(&buffer, 0);
    struct cursor cursor = cursor_of(buffer.data, buffer.length);
    assert_status(schema_decode(allocator_default(), NULL, &cursor, "manifest-7", &none, &error), LIBSEARCH_VERSION);
    assert_non_null(strstr(error.message, "manifest-7"));
    assert_non_null(strstr(error.message, "some older chain"));
    char chain[101];
    snprintf(chain, sizeof chain, "%.100s", analyzer_chain(analyzer));
    assert_non_null(strstr(error.message, chain));

    buffer_clear(&buffer);
    buffer_append_varint(&buffer, 1);
    buffer_append_bytes(&buffer, "klingon", 7);
    buffer_append_bytes(&buffer, "chain", 5);
    buffer_append_varint(&buffer, 0);
    cursor = cursor_of(buffer.data, buffer.length);
    assert_status(schema_decode(allocator_default(), NULL, &cursor, "test", &none, &error), LIBSEARCH_VERSION);
    assert_non_null(strstr(error.message, "klingon"));
    buffer_free(&buffer);
    schema_release(schema);
}

static void damaged_bytes_are_no_schema_or_a_good_one(void **state)
{
    (void)state;
    struct test_random random = random_start(__func__);
    struct schema *schema = rich_schema();
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    schema_encode(schema, &buffer);
    for (int round = 0; round < 2000; round++) {
        uint8_t *bytes = malloc(buffer.length); /* exactly, for AddressSanitizer */
        memcpy(bytes, buffer.data, buffer.length);
        for (uint64_t flips = 1 + random_below(&random, 3); flips > 0; flips--)
            bytes[random_below(&random, buffer.length)] ^= (uint8_t)(1u << random_below(&random, 8));
        struct cursor cursor = cursor_of(bytes, buffer.length);
        struct schema *decoded;
        const libsearch_status status = schema_decode(allocator_default(), NULL, &cursor, "test", &decoded, NULL);
        if (status == LIBSEARCH_OK) {
            struct schema *copy;
            assert_ok(schema_copy(decoded, &copy, NULL)); /* which checks every field once more */
            assert_same_schema(decoded, copy);
            schema_release(copy);
            schema_release(decoded);
        } else {
            assert_true(status == LIBSEARCH_CORRUPT || status == LIBSEARCH_VERSION);
        }
        free(bytes);
    }
    buffer_free(&buffer);
    schema_release(schema);
}

static void without_memory_a_schema_is_as_it_was(void **state)
{
    (void)state;
    struct schema *rich = rich_schema();
    struct buffer buffer;
    buffer_init(&buffer, allocator_default());
    schema_encode(rich, &buffer);
    bool finished = false;
    for (size_t fail_at = 1; !finished; fail_at++) {
        struct failing_allocator failing;
        failing_allocator_init(&failing, fail_at);
        struct schema *schema = NULL, *copy = NULL, *decoded = NULL;
        struct cursor cursor = cursor_of(buffer.data, buffer.length);
        libsearch_status status = schema_decode(&failing.allocator, NULL, &cursor, "test", &decoded, NULL);
        if (status == LIBSEARCH_OK)
            status = schema_copy(decoded, &copy, NULL);
        if (status == LIBSEARCH_OK)
            status = schema_new(&failing.allocator, "standard", &schema, NULL);
        libsearch_field field = field_of("f", LIBSEARCH_TEXT, 0);
        field.analyzer = "english";
        if (status == LIBSEARCH_OK) {
            status = schema_add(schema, &field, NULL, NULL);
            if (status != LIBSEARCH_OK) {
                assert_int_equal(schema->count, 0);
                assert_int_equal(schema->analyzer_count, 1);
                assert_null(schema_find(schema, "f", 1));
            }
        }
        finished = failing.calls < fail_at;
        assert_int_equal(status, finished ? LIBSEARCH_OK : LIBSEARCH_NO_MEMORY);
        schema_release(decoded);
        schema_release(copy);
        schema_release(schema);
        assert_int_equal(failing.blocks, 0);
    }
    buffer_free(&buffer);
    schema_release(rich);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_numbered_in_the_order_of_adding_and_found_by_name),
        cmocka_unit_test(the_group_is_text_with_positions_the_own_analyzer_and_no_lists_of_its_own),
        cmocka_unit_test(a_title_weighs_3_other_text_1_unless_it_is_said),
        cmocka_unit_test(the_same_field_again_is_ok_and_another_of_its_name_exists),
        cmocka_unit_test(what_makes_no_field_is_invalid),
        cmocka_unit_test(a_name_has_at_most_255_bytes_and_a_schema_1024_fields),
        cmocka_unit_test(a_copy_grows_by_itself),
        cmocka_unit_test(a_schema_comes_back_from_its_bytes),
        cmocka_unit_test(a_field_or_an_analyzer_that_stands_there_twice_is_corrupt),
        cmocka_unit_test(an_analyzer_that_has_changed_is_another_version),
        cmocka_unit_test(damaged_bytes_are_no_schema_or_a_good_one),
        cmocka_unit_test(without_memory_a_schema_is_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
