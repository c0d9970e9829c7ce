/* SPDX-License-Identifier: MIT */
#include "query/query_tree.h"

#include <math.h>
#include <string.h>

#include "query/query_set.h"
#include "query/query_words.h"
#include "schema/types.h"

libsearch_query *query_retain(const libsearch_query *query)
{
    libsearch_query *shared = (libsearch_query *)query;
    if (shared != NULL)
        __atomic_fetch_add(&shared->references, 1, __ATOMIC_RELAXED);
    return shared;
}

/* Recursion is bounded by LIBSEARCH_MAX_QUERY_DEPTH. */
void query_release(libsearch_query *query)
{
    if (query == NULL || __atomic_fetch_sub(&query->references, 1, __ATOMIC_ACQ_REL) != 1)
        return;
    for (size_t i = 0; i < query->count; i++)
        query_release(query->children[i]);
    query_warnings_free(query->allocator, query->warnings);
    query_words_free(query->allocator, query->words);
    query_set_release(query->set);
    memory_free(query->allocator, query);
}

static bool factor_valid(float factor) { return isfinite(factor) && factor >= 0; }

static unsigned flags_of_kind(enum query_kind kind)
{
    switch (kind) {
    case QUERY_TEXT: return QUERY_FLAG_ALL | QUERY_FLAG_EXACT | QUERY_FLAG_KEEP_STOPS;
    case QUERY_PHRASE: return QUERY_FLAG_EXACT | QUERY_FLAG_KEEP_STOPS | QUERY_FLAG_LAST_PREFIX;
    case QUERY_NEAR: return QUERY_FLAG_ORDERED;
    default: return 0;
    }
}

static bool kind_has_children(enum query_kind kind)
{
    return kind == QUERY_NEAR || kind == QUERY_BOOLEAN || kind == QUERY_DISJUNCTION_MAX || kind == QUERY_BOOST ||
           kind == QUERY_CONSTANT || kind == QUERY_FIELDS;
}

static bool kind_has_text(enum query_kind kind)
{
    return kind == QUERY_TEXT || kind == QUERY_PHRASE || kind == QUERY_KEYWORD || kind == QUERY_PREFIX ||
           kind == QUERY_WILDCARD || kind == QUERY_FUZZY || kind == QUERY_REGULAR;
}

static bool is_word_range(const libsearch_query *query)
{
    return query->kind == QUERY_RANGE && query->type == LIBSEARCH_KEYWORD;
}

/* Bytes of a text that the node has; an end that is open has none. */
static size_t text_length(const libsearch_query *like)
{
    if (is_word_range(like))
        return like->has_low ? like->text.length : 0;
    return kind_has_text(like->kind) ? like->text.length : 0;
}

static size_t high_length(const libsearch_query *like)
{
    return is_word_range(like) && like->has_high ? like->high_text.length : 0;
}

static libsearch_status range_check(const libsearch_query *like, libsearch_error *error)
{
    if (is_word_range(like)) {
        if (!like->has_low && !like->has_high)
            return error_set(error, LIBSEARCH_INVALID, "query: a range of words has an end");
        if ((like->has_low && like->text.length > LIBSEARCH_MAX_KEYWORD) ||
            (like->has_high && like->high_text.length > LIBSEARCH_MAX_KEYWORD))
            return error_set(error, LIBSEARCH_LIMIT, "query: an end of a range is longer than %d bytes",
                             LIBSEARCH_MAX_KEYWORD);
        return LIBSEARCH_OK;
    }
    if (!type_is_number(like->type))
        return error_set(error, LIBSEARCH_INVALID, "query: a range is of integers, dates, floats or booleans");
    if (like->type == LIBSEARCH_FLOAT &&
        ((like->has_low && isnan(like->low_number)) || (like->has_high && isnan(like->high_number))))
        return error_set(error, LIBSEARCH_INVALID, "query: an end of a range is not a number");
    return LIBSEARCH_OK;
}

static libsearch_status leaf_check(const libsearch_query *like, libsearch_error *error)
{
    if (like->field != NULL) {
        const size_t length = strlen(like->field);
        if (length == 0)
            return error_set(error, LIBSEARCH_INVALID, "query: a field's name is empty");
        if (length > LIBSEARCH_MAX_FIELD_NAME)
            return error_set(error, LIBSEARCH_LIMIT, "query: a field's name is longer than %d bytes",
                             LIBSEARCH_MAX_FIELD_NAME);
    } else if (like->kind == QUERY_KEYWORD || like->kind == QUERY_RANGE || like->kind == QUERY_EXISTS) {
        return error_set(error, LIBSEARCH_INVALID, "query: a field is missing");
    }
    if (kind_has_text(like->kind)) {
        const size_t limit = like->kind == QUERY_KEYWORD ? LIBSEARCH_MAX_KEYWORD : LIBSEARCH_MAX_VALUE;
        if (like->text.length > limit)
            return error_set(error, LIBSEARCH_LIMIT, "query: a text is longer than %zu bytes", limit);
        if (like->text.data == NULL && like->text.length > 0)
            return error_set(error, LIBSEARCH_INVALID, "query: a text is NULL");
    }
    if (like->kind == QUERY_FUZZY && (like->more_prefix < -1 || like->more_prefix > 254))
        return error_set(error, LIBSEARCH_INVALID, "query: a fuzzy word's prefix is 0 to 255");
    if (like->kind == QUERY_FUZZY && like->number > 2)
        return error_set(error, LIBSEARCH_INVALID, "query: a fuzzy word's distance is 0 (by its length), 1 or 2");
    if (like->kind == QUERY_SET && like->set == NULL)
        return error_set(error, LIBSEARCH_INVALID, "query: a set is missing");
    return like->kind == QUERY_RANGE ? range_check(like, error) : LIBSEARCH_OK;
}

/* Checks the children, and sums depth and clauses up. */
static libsearch_status children_check(const libsearch_query *like, unsigned *depth, size_t *clauses,
                                       libsearch_error *error)
{
    if ((like->kind == QUERY_BOOST || like->kind == QUERY_CONSTANT) && like->count != 1)
        return error_set(error, LIBSEARCH_INVALID, "query: a factor belongs to one query");
    if (like->kind != QUERY_BOOLEAN && like->kind != QUERY_NEAR && like->kind != QUERY_FIELDS &&
        !factor_valid(like->factor))
        return error_set(error, LIBSEARCH_INVALID, "query: a factor must be finite and not negative");
    for (size_t i = 0; i < like->count; i++) {
        const libsearch_query *child = like->children[i];
        if (child == NULL)
            return error_set(error, LIBSEARCH_INVALID, "query: part %zu is NULL", i);
        if (like->kind == QUERY_FIELDS && !query_is_field_text(child))
            return error_set(error, LIBSEARCH_INVALID, "query: part %zu is no text of a field", i);
        if (like->kind == QUERY_BOOLEAN && like->occurs[i] > LIBSEARCH_MUST_NOT)
            return error_set(error, LIBSEARCH_INVALID, "query: part %zu has no such occurrence: %d", i,
                             like->occurs[i]);
        if (child->depth >= *depth)
            *depth = child->depth + 1;
        *clauses += child->clauses;
        if (*depth > LIBSEARCH_MAX_QUERY_DEPTH)
            return error_set(error, LIBSEARCH_LIMIT, "query: nested deeper than %d", LIBSEARCH_MAX_QUERY_DEPTH);
        if (*clauses > LIBSEARCH_MAX_CLAUSES)
            return error_set(error, LIBSEARCH_LIMIT, "query: more than %d parts", LIBSEARCH_MAX_CLAUSES);
    }
    return LIBSEARCH_OK;
}

static void range_copy(libsearch_query *node, const libsearch_query *like)
{
    node->type = like->type;
    node->has_low = like->has_low;
    node->has_high = like->has_high;
    if (is_word_range(like)) {
        node->low_open = like->has_low && like->low_open;
        node->high_open = like->has_high && like->high_open;
    } else if (like->type == LIBSEARCH_FLOAT) {
        node->low_number = like->has_low ? like->low_number : 0;
        node->high_number = like->has_high ? like->high_number : 0;
    } else {
        node->low_integer = like->has_low ? like->low_integer : 0;
        node->high_integer = like->has_high ? like->high_integer : 0;
    }
}

libsearch_status query_new(const libsearch_allocator *allocator, const libsearch_query *like, libsearch_query **query,
                           libsearch_error *error)
{
    const bool inner = kind_has_children(like->kind);
    unsigned depth = 1;
    size_t clauses = 1;
    if (like->kind < QUERY_ALL || like->kind > QUERY_SET)
        return error_set(error, LIBSEARCH_INVALID, "query: no such kind: %d", (int)like->kind);
    if ((like->flags & ~flags_of_kind(like->kind)) != 0)
        return error_set(error, LIBSEARCH_INVALID, "query: flags %#x do not belong to this kind", like->flags);
    if (inner)
        TRY(children_check(like, &depth, &clauses, error));
    else
        TRY(leaf_check(like, error));

    /* One block: the node, its children, their occurs, its text, its field. */
    const size_t count = inner ? like->count : 0;
    const size_t length = text_length(like), high = high_length(like);
    const bool fielded = !inner && like->field != NULL && like->kind != QUERY_ALL && like->kind != QUERY_NONE;
    const size_t field_size = fielded ? strlen(like->field) + 1 : 0;
    const size_t size =
        sizeof(libsearch_query) + count * (sizeof(libsearch_query *) + 1) + length + 1 + high + 1 + field_size;
    libsearch_query *node = memory_allocate(allocator, size);
    if (node == NULL)
        return error_no_memory(error);
    memset(node, 0, size);
    node->allocator = allocator;
    node->references = 1;
    node->kind = like->kind;
    node->flags = like->kind == QUERY_PHRASE ? like->flags | QUERY_FLAG_KEEP_STOPS : like->flags;
    node->position = like->position;
    node->depth = depth;
    node->clauses = clauses;
    node->count = count;
    node->children = (libsearch_query **)(void *)(node + 1);
    node->occurs = (uint8_t *)(node->children + count);
    char *strings = (char *)node->occurs + count;
    for (size_t i = 0; i < count; i++) {
        node->children[i] = query_retain(like->children[i]);
        node->has_sets = node->has_sets || like->children[i]->has_sets;
        node->occurs[i] = like->kind == QUERY_BOOLEAN ? like->occurs[i] : (uint8_t)LIBSEARCH_SHOULD;
    }
    if (length > 0)
        memcpy(strings, like->text.data, length);
    node->text = (libsearch_bytes){ strings, length };
    node->high_text = (libsearch_bytes){ strings + length + 1, high };
    if (high > 0)
        memcpy(strings + length + 1, like->high_text.data, high);
    if (field_size > 0)
        node->field = memcpy(strings + length + 1 + high + 1, like->field, field_size);
    if (like->kind == QUERY_FUZZY)
        node->more_prefix = like->more_prefix;
    if (like->kind == QUERY_PHRASE || like->kind == QUERY_FUZZY || like->kind == QUERY_NEAR ||
        like->kind == QUERY_BOOLEAN)
        node->number = like->number;
    if (like->kind == QUERY_BOOST || like->kind == QUERY_CONSTANT || like->kind == QUERY_DISJUNCTION_MAX)
        node->factor = like->factor;
    if (like->kind == QUERY_RANGE)
        range_copy(node, like);
    if (like->kind == QUERY_SET) {
        node->set = query_set_retain(like->set);
        node->has_sets = true;
    }
    *query = node;
    return LIBSEARCH_OK;
}

bool query_has_places(const libsearch_query *query)
{
    switch (query->kind) {
    case QUERY_TEXT:
    case QUERY_PHRASE:
    case QUERY_PREFIX:
    case QUERY_WILDCARD:
    case QUERY_FUZZY:
    case QUERY_REGULAR: return true;
    case QUERY_BOOLEAN:
        if (query->number > 1)
            return false;
        break;
    case QUERY_NEAR:
    case QUERY_BOOST: break;
    default: return false;
    }
    for (size_t i = 0; i < query->count; i++)
        if (query->occurs[i] != LIBSEARCH_SHOULD || !query_has_places(query->children[i]))
            return false;
    return query->count > 0;
}

bool query_is_field_text(const libsearch_query *query)
{
    if (query->kind == QUERY_BOOST)
        query = query->children[0];
    return query->kind == QUERY_TEXT && query->field != NULL && (query->flags & QUERY_FLAG_EXACT) == 0;
}

static bool range_equal(const libsearch_query *one, const libsearch_query *other)
{
    const bool is_float = one->type == LIBSEARCH_FLOAT;
    if (is_word_range(one) != is_word_range(other))
        return false;
    if (is_word_range(one)) /* the low ends are compared with all texts */
        return one->has_low == other->has_low && one->has_high == other->has_high && one->low_open == other->low_open &&
               one->high_open == other->high_open && one->high_text.length == other->high_text.length &&
               memcmp(one->high_text.data, other->high_text.data, one->high_text.length) == 0;
    if (is_float != (other->type == LIBSEARCH_FLOAT) || one->has_low != other->has_low ||
        one->has_high != other->has_high)
        return false;
    if (is_float)
        return !(one->low_number < other->low_number || one->low_number > other->low_number ||
                 one->high_number < other->high_number || one->high_number > other->high_number);
    return one->low_integer == other->low_integer && one->high_integer == other->high_integer;
}

bool query_equal(const libsearch_query *one, const libsearch_query *other)
{
    if (one == other)
        return true;
    if (one->kind != other->kind || one->flags != other->flags || one->count != other->count ||
        one->number != other->number || one->more_prefix != other->more_prefix ||
        one->text.length != other->text.length || (one->field == NULL) != (other->field == NULL))
        return false;
    if (one->field != NULL && strcmp(one->field, other->field) != 0)
        return false;
    if (memcmp(one->text.data, other->text.data, one->text.length) != 0)
        return false;
    if (one->factor < other->factor || one->factor > other->factor)
        return false;
    if (one->kind == QUERY_RANGE && !range_equal(one, other))
        return false;
    if (one->set != other->set)
        return false;
    for (size_t i = 0; i < one->count; i++)
        if (one->occurs[i] != other->occurs[i] || !query_equal(one->children[i], other->children[i]))
            return false;
    return true;
}

libsearch_status query_warn(const libsearch_allocator *allocator, struct query_warning **warnings, size_t position,
                            const char *message, libsearch_error *error)
{
    const size_t length = strlen(message);
    struct query_warning *warning = memory_allocate(allocator, sizeof *warning + length + 1);
    if (warning == NULL)
        return error_no_memory(error);
    warning->next = NULL;
    warning->position = position;
    warning->message = memcpy(warning + 1, message, length + 1);
    struct query_warning **last = warnings;
    while (*last != NULL)
        last = &(*last)->next;
    *last = warning;
    return LIBSEARCH_OK;
}

void query_warnings_free(const libsearch_allocator *allocator, struct query_warning *warnings)
{
    while (warnings != NULL) {
        struct query_warning *next = warnings->next;
        memory_free(allocator, warnings);
        warnings = next;
    }
}
