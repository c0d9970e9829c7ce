/* SPDX-License-Identifier: MIT */
/* Compiling of what holds no text: values, booleans, and what people asked wrongly. As search/plan.c. */
#include "watch/condition.h"

#include <stdio.h>
#include <string.h>

#include "query/query_tree.h"
#include "text/analyzer.h"

void compiler_free(struct compiler *compiler)
{
    for (size_t i = 0; i < compiler->tokenizer_count; i++)
        tokenizer_free(compiler->tokenizers[i]);
    memory_free(compiler->allocator, compiler->tokenizers);
}

static bool has_key(const struct condition_node *node)
{
    return node->kind == CONDITION_TERM || node->kind == CONDITION_PATTERN || node->kind == CONDITION_RANGE ||
           node->kind == CONDITION_EXISTS;
}

void condition_cut(struct condition *condition, struct dictionary *dictionary, size_t first)
{
    for (size_t i = first; i < condition->count; i++) {
        const struct condition_node *node = &condition->nodes[i];
        if (has_key(node))
            dictionary_release(dictionary, node->key);
        if (node->kind == CONDITION_PATTERN && node->number != KEY_NONE)
            dictionary_release(dictionary, node->number);
    }
    condition->count = first;
}

void condition_free(struct condition *condition, struct dictionary *dictionary, const libsearch_allocator *allocator)
{
    condition_cut(condition, dictionary, 0);
    memory_free(allocator, condition->nodes);
    *condition = (struct condition){ 0 };
}

libsearch_status condition_add(struct compiler *compiler, const struct condition_node *like, size_t *number,
                               libsearch_error *error)
{
    struct condition *to = compiler->to;
    if (to->count >= UINT32_MAX - 1 ||
        !memory_grow(compiler->allocator, &to->nodes, &to->capacity, to->count + 1, sizeof *to->nodes))
        return error_no_memory(error);
    to->nodes[to->count] = *like;
    if (number != NULL)
        *number = to->count;
    to->count++;
    to->nodes[to->count - 1].end = (uint32_t)to->count;
    return LIBSEARCH_OK;
}

void condition_close(struct compiler *compiler, size_t number)
{
    compiler->to->nodes[number].end = (uint32_t)compiler->to->count;
}

static libsearch_status add_simple(struct compiler *compiler, enum condition_kind kind, libsearch_error *error)
{
    return condition_add(compiler, &(struct condition_node){ .kind = (uint8_t)kind }, NULL, error);
}

libsearch_status compile_warn(struct compiler *compiler, const libsearch_query *query, const char *line,
                              libsearch_error *error)
{
    return compiler->warnings == NULL
               ? LIBSEARCH_OK
               : query_warn(compiler->allocator, compiler->warnings, query->position, line, error);
}

libsearch_status compile_field(const struct compiler *compiler, const libsearch_query *query,
                               const struct field **field, libsearch_error *error)
{
    *field = NULL;
    if (query->field == NULL)
        return LIBSEARCH_OK;
    *field = schema_find(compiler->schema, query->field, strlen(query->field));
    if (*field == NULL)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID, "there is no field '%s'", query->field);
    return LIBSEARCH_OK;
}

static libsearch_status compile_keyword(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    const struct field *field;
    TRY(compile_field(compiler, query, &field, error));
    if (field == NULL || field->type != LIBSEARCH_KEYWORD)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID, "field '%s' has no keywords",
                            query->field == NULL ? "" : query->field);
    struct condition_node node = { .kind = CONDITION_TERM, .field = SCHEMA_NO_FIELD };
    TRY(dictionary_take(compiler->dictionary, KEY_TERM, (uint16_t)(field->number + 1), query->text, &node.key, error));
    const libsearch_status status = condition_add(compiler, &node, NULL, error);
    if (status != LIBSEARCH_OK)
        dictionary_release(compiler->dictionary, node.key);
    return status;
}

/* The smallest whole number that is not below `number`, the largest not above it; false: there is none. */
static bool whole_above(double number, int64_t *whole)
{
    *whole = INT64_MIN;
    if (number >= 9223372036854775808.0)
        return false;
    if (number > -9223372036854775808.0) {
        *whole = (int64_t)number;
        *whole += (double)*whole < number && *whole < INT64_MAX;
    }
    return true;
}
static bool whole_below(double number, int64_t *whole)
{
    *whole = INT64_MAX;
    if (number < -9223372036854775808.0)
        return false;
    if (number < 9223372036854775808.0) {
        *whole = (int64_t)number;
        *whole -= (double)*whole > number && *whole > INT64_MIN;
    }
    return true;
}

/* A range's ends as values of the field, whichever type the query wrote them in. False: no value is within. */
static bool range_ends(const libsearch_query *query, const struct field *field, struct condition_node *node)
{
    const bool as_float = query->type == LIBSEARCH_FLOAT;
    if (field->type == LIBSEARCH_FLOAT) {
        node->low.real = -__builtin_inf();
        node->high.real = __builtin_inf();
        if (query->has_low)
            node->low.real = as_float ? query->low_number : (double)query->low_integer;
        if (query->has_high)
            node->high.real = as_float ? query->high_number : (double)query->high_integer;
        return node->low.real <= node->high.real;
    }
    node->low.integer = INT64_MIN;
    node->high.integer = INT64_MAX;
    if (query->has_low && !as_float)
        node->low.integer = query->low_integer;
    if (query->has_high && !as_float)
        node->high.integer = query->high_integer;
    if (query->has_low && as_float && !whole_above(query->low_number, &node->low.integer))
        return false;
    if (query->has_high && as_float && !whole_below(query->high_number, &node->high.integer))
        return false;
    return node->low.integer <= node->high.integer;
}

/* A node about a field's values. */
static libsearch_status add_about_field(struct compiler *compiler, const struct field *field,
                                        struct condition_node *node, libsearch_error *error)
{
    node->field = field->number;
    TRY(dictionary_take(compiler->dictionary, KEY_FIELD, field->number, (libsearch_bytes){ NULL, 0 }, &node->key,
                        error));
    const libsearch_status status = condition_add(compiler, node, NULL, error);
    if (status != LIBSEARCH_OK)
        dictionary_release(compiler->dictionary, node->key);
    return status;
}

static libsearch_status compile_range(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    const struct field *field;
    struct condition_node node = { .kind = CONDITION_RANGE };
    TRY(compile_field(compiler, query, &field, error));
    if (query->type == LIBSEARCH_KEYWORD && field != NULL &&
        (field->type == LIBSEARCH_TEXT || field->type == LIBSEARCH_KEYWORD))
        return compile_pattern(compiler, query, error);
    if (field == NULL || query->type == LIBSEARCH_KEYWORD || !type_is_number(field->type))
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID,
                            "field '%s' has no values of the range's type", query->field == NULL ? "" : query->field);
    if (field->flags & LIBSEARCH_FIELD_NO_COLUMN)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_UNSUPPORTED,
                            "field '%s' has no column, which ranges need", field->name);
    if (!range_ends(query, field, &node))
        return add_simple(compiler, CONDITION_NONE, error);
    return add_about_field(compiler, field, &node, error);
}

static libsearch_status compile_exists(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    const struct field *field;
    TRY(compile_field(compiler, query, &field, error));
    if (field == NULL || field->type == LIBSEARCH_STORED ||
        (field->type != LIBSEARCH_TEXT && (field->flags & LIBSEARCH_FIELD_NO_COLUMN)))
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_UNSUPPORTED, "whether field '%s' has a value",
                            query->field == NULL ? "" : query->field);
    return add_about_field(compiler, field, &(struct condition_node){ .kind = CONDITION_EXISTS }, error);
}

static libsearch_status compile_boolean(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    size_t number, should = 0;
    bool required = false;
    if (query->count == 0)
        return add_simple(compiler, CONDITION_NONE, error);
    TRY(condition_add(compiler, &(struct condition_node){ .kind = CONDITION_BOOLEAN }, &number, error));
    for (size_t i = 0; i < query->count; i++) {
        const size_t part = compiler->to->count;
        TRY(compile_any(compiler, query->children[i], error));
        compiler->to->nodes[part].occur = query->occurs[i];
        required = required || query->occurs[i] == LIBSEARCH_MUST || query->occurs[i] == LIBSEARCH_FILTER;
        should += query->occurs[i] == LIBSEARCH_SHOULD;
    }
    compiler->to->nodes[number].number = query->number > 0 ? query->number : required || should == 0 ? 0 : 1;
    condition_close(compiler, number);
    return LIBSEARCH_OK;
}

/* Any of the parts: the best of several. */
static libsearch_status compile_max(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    size_t number;
    if (query->count == 0)
        return add_simple(compiler, CONDITION_NONE, error);
    TRY(condition_add(compiler, &(struct condition_node){ .kind = CONDITION_BOOLEAN, .number = 1 }, &number, error));
    for (size_t i = 0; i < query->count; i++) {
        const size_t part = compiler->to->count;
        TRY(compile_any(compiler, query->children[i], error));
        compiler->to->nodes[part].occur = LIBSEARCH_SHOULD;
    }
    condition_close(compiler, number);
    return LIBSEARCH_OK;
}

static libsearch_status compile_kind(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    switch (query->kind) {
    case QUERY_ALL: return add_simple(compiler, CONDITION_ALL, error);
    case QUERY_NONE: return add_simple(compiler, CONDITION_NONE, error);
    case QUERY_TEXT: return compile_text(compiler, query, error);
    case QUERY_PHRASE: return compile_phrase(compiler, query, error);
    case QUERY_KEYWORD: return compile_keyword(compiler, query, error);
    case QUERY_RANGE: return compile_range(compiler, query, error);
    case QUERY_EXISTS: return compile_exists(compiler, query, error);
    case QUERY_PREFIX:
    case QUERY_WILDCARD:
    case QUERY_FUZZY:
    case QUERY_REGULAR: return compile_pattern(compiler, query, error);
    case QUERY_NEAR: return compile_near(compiler, query, error);
    case QUERY_BOOLEAN: return compile_boolean(compiler, query, error);
    case QUERY_DISJUNCTION_MAX: return compile_max(compiler, query, error);
    case QUERY_FIELDS: return compile_fields(compiler, query, error);
    case QUERY_SET:
        return error_set(error, LIBSEARCH_UNSUPPORTED, "a filter of a snapshot's documents in a saved query");
    case QUERY_BOOST:
    case QUERY_CONSTANT: return compile_any(compiler, query->children[0], error);
    }
    return error_set(error, LIBSEARCH_INVALID, "not a query");
}

/* Where people asked, a part that cannot be had is told and matches nothing. */
libsearch_status compile_any(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    const bool before = compiler->lenient;
    compiler->lenient = before || query->lenient;
    if (!compiler->lenient)
        return compile_kind(compiler, query, error);
    libsearch_error reason = LIBSEARCH_ERROR_INIT;
    const size_t first = compiler->to->count;
    libsearch_status status = compile_kind(compiler, query, &reason);
    if (status == LIBSEARCH_INVALID || status == LIBSEARCH_UNSUPPORTED || status == LIBSEARCH_LIMIT) {
        char line[sizeof reason.message + 32];
        const int length = snprintf(line, sizeof line, "%s; nothing is found for it", reason.message);
        (void)length;
        condition_cut(compiler->to, compiler->dictionary, first);
        status = compile_warn(compiler, query, line, error);
        if (status == LIBSEARCH_OK)
            status = add_simple(compiler, CONDITION_NONE, error);
    } else if (status != LIBSEARCH_OK) {
        error_set(error, status, "%s", reason.message);
    }
    compiler->lenient = before;
    return status;
}

libsearch_status condition_compile(struct compiler *compiler, const libsearch_query *query, bool lenient,
                                   struct condition *condition, libsearch_error *error)
{
    *condition = (struct condition){ 0 };
    compiler->to = condition;
    compiler->lenient = lenient;
    const libsearch_status status = compile_any(compiler, query, error);
    compiler->to = NULL;
    if (status != LIBSEARCH_OK)
        condition_free(condition, compiler->dictionary, compiler->allocator);
    return status;
}
