/* SPDX-License-Identifier: MIT */
#include "search/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "query/query_tree.h"
#include "search/plan_fields.h"
#include "search/plan_near.h"
#include "search/plan_text.h"
#include "segment/segment_data.h"

struct plan_node *plan_node_new(struct plan *plan, enum plan_kind kind, bool scored)
{
    struct plan_node *node = arena_allocate(plan->arena, sizeof *node);
    if (node == NULL)
        return NULL;
    memset(node, 0, sizeof *node);
    node->kind = kind;
    node->scored = scored;
    return node;
}

libsearch_status plan_warn(struct plan *plan, const libsearch_query *query, libsearch_error *error, const char *format,
                           ...)
{
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    return query_warn(plan->snapshot->allocator, plan->warnings, query->position, line, error);
}

libsearch_status plan_field(const struct plan *plan, const libsearch_query *query, const struct field **field,
                            libsearch_error *error)
{
    *field = NULL;
    if (query->field == NULL)
        return LIBSEARCH_OK;
    *field = schema_find(plan->snapshot->schema, query->field, strlen(query->field));
    if (*field == NULL)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID, "the index has no field '%s'",
                            query->field);
    return LIBSEARCH_OK;
}

libsearch_status plan_term_find(struct plan *plan, struct plan_term *term, libsearch_error *error)
{
    const struct snapshot *snapshot = plan->snapshot;
    TRY(plan_poll(plan));
    term->lists = arena_allocate(plan->arena, (snapshot->segment_count + 1) * sizeof(struct posting_list *));
    if (term->lists == NULL)
        return error_no_memory(error);
    term->document_frequency = term->collection_frequency = 0;
    for (size_t s = 0; s < snapshot->segment_count; s++) {
        struct posting_list list;
        const libsearch_status status =
            segment_list(snapshot->segments[s].segment, term->list, term->bytes, term->length, &list, error);
        term->lists[s] = NULL;
        if (status == LIBSEARCH_NOT_FOUND)
            continue;
        TRY(status);
        term->lists[s] = arena_allocate(plan->arena, sizeof list);
        if (term->lists[s] == NULL)
            return error_no_memory(error);
        *term->lists[s] = list;
        term->document_frequency += list.document_frequency;
        term->collection_frequency += list.collection_frequency;
    }
    return LIBSEARCH_OK;
}

/* A keyword's value, as a term of average length. */
static libsearch_status plan_keyword(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                                     struct plan_node **node, libsearch_error *error)
{
    const struct field *field;
    TRY(plan_field(plan, query, &field, error));
    if (field == NULL || field->type != LIBSEARCH_KEYWORD)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID, "field '%s' has no keywords",
                            query->field == NULL ? "" : query->field);
    struct plan_node *made = plan_node_new(plan, PLAN_TERM, scored);
    struct plan_term *term = arena_allocate(plan->arena, sizeof *term);
    if (made == NULL || term == NULL)
        return error_no_memory(error);
    *term = (struct plan_term){ .list = plan_list_of(field),
                                .field = SCHEMA_NO_FIELD,
                                .bytes = query->text.data,
                                .length = query->text.length,
                                .norms = plan->keyword_norms,
                                .constant_length = true };
    TRY(plan_term_find(plan, term, error));
    if (term->document_frequency == 0)
        made->kind = PLAN_NONE;
    else
        TRY(plan_weigh(plan, term, boost, 1, error));
    made->terms = term;
    made->term_count = 1;
    *node = made;
    return LIBSEARCH_OK;
}

/* A range's ends as values of the column, whichever type the query wrote them in. An end that no value of the field's
 * type can reach makes the range empty or open. */
static void range_ends(const libsearch_query *query, const struct field *field, struct plan_node *node)
{
    const bool as_float = query->type == LIBSEARCH_FLOAT;
    node->low = 0;
    node->high = UINT64_MAX;
    if (query->has_low) {
        if (field->type == LIBSEARCH_FLOAT)
            node->low = column_from_double(as_float ? query->low_number : (double)query->low_integer);
        else if (!as_float)
            node->low = column_from_integer(query->low_integer);
        else if (query->low_number >= 9223372036854775808.0)
            node->kind = PLAN_NONE;
        else if (query->low_number > -9223372036854775808.0) {
            const int64_t whole = (int64_t)query->low_number;
            const int64_t up = (double)whole < query->low_number && whole < INT64_MAX ? whole + 1 : whole;
            node->low = column_from_integer(up);
        }
    }
    if (query->has_high) {
        if (field->type == LIBSEARCH_FLOAT)
            node->high = column_from_double(as_float ? query->high_number : (double)query->high_integer);
        else if (!as_float)
            node->high = column_from_integer(query->high_integer);
        else if (query->high_number < -9223372036854775808.0)
            node->kind = PLAN_NONE;
        else if (query->high_number < 9223372036854775808.0) {
            const int64_t whole = (int64_t)query->high_number;
            const int64_t down = (double)whole > query->high_number && whole > INT64_MIN ? whole - 1 : whole;
            node->high = column_from_integer(down);
        }
    }
    if (node->low > node->high)
        node->kind = PLAN_NONE;
}

static libsearch_status plan_range(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                                   struct plan_node **node, libsearch_error *error)
{
    const struct field *field;
    TRY(plan_field(plan, query, &field, error));
    const bool words = query->type == LIBSEARCH_KEYWORD;
    if (words && field != NULL &&
        (field->type == LIBSEARCH_TEXT ||
         (field->type == LIBSEARCH_KEYWORD && (field->flags & LIBSEARCH_FIELD_NO_COLUMN))))
        return plan_expand(plan, query, boost, scored, node, error);
    if (field == NULL || (words ? field->type != LIBSEARCH_KEYWORD : !type_is_number(field->type)))
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID,
                            "field '%s' has no values of the range's type", query->field == NULL ? "" : query->field);
    if (field->flags & LIBSEARCH_FIELD_NO_COLUMN)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_UNSUPPORTED,
                            "field '%s' has no column, which ranges need", field->name);
    struct plan_node *made = plan_node_new(plan, PLAN_RANGE, scored);
    if (made == NULL)
        return error_no_memory(error);
    made->column = field->number;
    made->constant = boost;
    made->has_low = query->has_low;
    made->has_high = query->has_high;
    made->of_words = words;
    made->low_open = query->low_open;
    made->high_open = query->high_open;
    made->low_text = query->text;
    made->high_text = query->high_text;
    if (!words)
        range_ends(query, field, made);
    *node = made;
    return LIBSEARCH_OK;
}

static libsearch_status plan_exists(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                                    struct plan_node **node, libsearch_error *error)
{
    const struct field *field;
    TRY(plan_field(plan, query, &field, error));
    if (field == NULL || field->type == LIBSEARCH_STORED ||
        (field->type != LIBSEARCH_TEXT && (field->flags & LIBSEARCH_FIELD_NO_COLUMN)))
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_UNSUPPORTED, "whether field '%s' has a value",
                            query->field == NULL ? "" : query->field);
    struct plan_node *made = plan_node_new(plan, PLAN_EXISTS, scored);
    if (made == NULL)
        return error_no_memory(error);
    made->column = field->number;
    made->constant = boost;
    *node = made;
    return LIBSEARCH_OK;
}

static bool room_for_children(struct plan *plan, struct plan_node *node, size_t count)
{
    node->children = arena_allocate(plan->arena, (count + 1) * sizeof(struct plan_node *));
    node->occurs = arena_allocate(plan->arena, count + 1);
    return node->children != NULL && node->occurs != NULL;
}

static libsearch_status plan_boolean(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                                     struct plan_node **node, libsearch_error *error)
{
    struct plan_node *made = plan_node_new(plan, PLAN_BOOLEAN, scored);
    if (made == NULL || !room_for_children(plan, made, query->count))
        return error_no_memory(error);
    bool required = false, can = true;
    size_t should = 0;
    for (size_t i = 0; i < query->count; i++) {
        const uint8_t occur = query->occurs[i];
        const bool child_scored = scored && (occur == LIBSEARCH_SHOULD || occur == LIBSEARCH_MUST);
        struct plan_node *child;
        TRY(plan_any(plan, query->children[i], boost, child_scored, &child, error));
        required = required || occur == LIBSEARCH_MUST || occur == LIBSEARCH_FILTER;
        should += occur == LIBSEARCH_SHOULD;
        if (child->kind == PLAN_NONE) {
            can = can && occur != LIBSEARCH_MUST && occur != LIBSEARCH_FILTER;
            continue;
        }
        made->children[made->child_count] = child;
        made->occurs[made->child_count++] = occur;
    }
    made->minimum = query->number > 0 ? query->number : required || should == 0 ? 0 : 1;
    size_t left = 0;
    for (size_t i = 0; i < made->child_count; i++)
        left += made->occurs[i] == LIBSEARCH_SHOULD;
    /* Only things that must not be: all other documents, as in "-word" alone. */
    if (!required && should == 0 && can) {
        struct plan_node *all = plan_node_new(plan, PLAN_ALL, scored);
        if (all == NULL)
            return error_no_memory(error);
        made->children[made->child_count] = all;
        made->occurs[made->child_count++] = LIBSEARCH_FILTER;
        if (query->count == 0)
            can = false;
    }
    if (!can || made->minimum > left)
        made->kind = PLAN_NONE;
    *node = made;
    return LIBSEARCH_OK;
}

/* Everything that the child matches, with one score: the child filters, and every document counts alike. */
static libsearch_status plan_constant(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                                      struct plan_node **node, libsearch_error *error)
{
    struct plan_node *made = plan_node_new(plan, PLAN_BOOLEAN, scored);
    struct plan_node *all = plan_node_new(plan, PLAN_ALL, scored);
    if (made == NULL || all == NULL || !room_for_children(plan, made, 2))
        return error_no_memory(error);
    all->constant = query->factor * boost;
    TRY(plan_any(plan, query->children[0], 1.0f, false, &made->children[0], error));
    made->occurs[0] = LIBSEARCH_FILTER;
    made->children[1] = all;
    made->occurs[1] = LIBSEARCH_MUST;
    made->child_count = 2;
    if (made->children[0]->kind == PLAN_NONE)
        made->kind = PLAN_NONE;
    *node = made;
    return LIBSEARCH_OK;
}

static libsearch_status plan_simple(struct plan *plan, enum plan_kind kind, float constant, bool scored,
                                    struct plan_node **node, libsearch_error *error)
{
    *node = plan_node_new(plan, kind, scored);
    if (*node == NULL)
        return error_no_memory(error);
    (*node)->constant = constant;
    return LIBSEARCH_OK;
}

/* The best child counts, and the others by a factor. */
static libsearch_status plan_max(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                                 struct plan_node **node, libsearch_error *error)
{
    struct plan_node *made = plan_node_new(plan, PLAN_MAX, scored);
    if (made == NULL || !room_for_children(plan, made, query->count))
        return error_no_memory(error);
    made->tie = query->factor;
    for (size_t i = 0; i < query->count; i++) {
        struct plan_node *child;
        TRY(plan_any(plan, query->children[i], boost, scored, &child, error));
        if (child->kind == PLAN_NONE)
            continue;
        made->children[made->child_count] = child;
        made->occurs[made->child_count++] = LIBSEARCH_SHOULD;
    }
    if (made->child_count == 0)
        made->kind = PLAN_NONE;
    *node = made;
    return LIBSEARCH_OK;
}

static libsearch_status plan_kind(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                                  struct plan_node **node, libsearch_error *error)
{
    switch (query->kind) {
    case QUERY_ALL: return plan_simple(plan, PLAN_ALL, boost, scored, node, error);
    case QUERY_NONE: return plan_simple(plan, PLAN_NONE, 0, scored, node, error);
    case QUERY_TEXT: return plan_text(plan, query, boost, scored, node, error);
    case QUERY_PHRASE: return plan_phrase(plan, query, boost, scored, node, error);
    case QUERY_KEYWORD: return plan_keyword(plan, query, boost, scored, node, error);
    case QUERY_RANGE: return plan_range(plan, query, boost, scored, node, error);
    case QUERY_EXISTS: return plan_exists(plan, query, boost, scored, node, error);
    case QUERY_SET:
        TRY(plan_simple(plan, PLAN_SET, boost, scored, node, error));
        (*node)->set = query->set;
        return LIBSEARCH_OK;
    case QUERY_PREFIX:
    case QUERY_WILDCARD:
    case QUERY_FUZZY:
    case QUERY_REGULAR: return plan_expand(plan, query, boost, scored, node, error);
    case QUERY_NEAR: return plan_near(plan, query, boost, scored, node, error);
    case QUERY_BOOLEAN: return plan_boolean(plan, query, boost, scored, node, error);
    case QUERY_DISJUNCTION_MAX: return plan_max(plan, query, boost, scored, node, error);
    case QUERY_FIELDS: return plan_fields(plan, query, boost, scored, node, error);
    case QUERY_BOOST: return plan_any(plan, query->children[0], boost * query->factor, scored, node, error);
    case QUERY_CONSTANT: return plan_constant(plan, query, boost, scored, node, error);
    }
    return error_set(error, LIBSEARCH_INVALID, "not a query");
}

/* Where people asked, a part that cannot be planned is told and matches nothing. */
static libsearch_status plan_leniently(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                                       struct plan_node **node, libsearch_error *error)
{
    libsearch_error reason = LIBSEARCH_ERROR_INIT;
    const libsearch_status status = plan_kind(plan, query, boost, scored, node, &reason);
    if (status == LIBSEARCH_OK)
        return status;
    if (status != LIBSEARCH_INVALID && status != LIBSEARCH_UNSUPPORTED && status != LIBSEARCH_LIMIT)
        return error_set(error, status, "%s", reason.message);
    TRY(plan_warn(plan, query, error, "%s; nothing is found for it", reason.message));
    return plan_simple(plan, PLAN_NONE, 0, scored, node, error);
}

libsearch_status plan_any(struct plan *plan, const libsearch_query *query, float boost, bool scored,
                          struct plan_node **node, libsearch_error *error)
{
    const bool before = plan->lenient;
    TRY(plan_poll(plan));
    plan->lenient = !plan->strict && (before || query->lenient);
    const libsearch_status status = plan->lenient ? plan_leniently(plan, query, boost, scored, node, error)
                                                  : plan_kind(plan, query, boost, scored, node, error);
    plan->lenient = before;
    return status;
}

/* field: NULL for the default group. */
static struct norms *norms_new(struct plan *plan, const struct field *field, double average)
{
    struct norms *norms = arena_allocate(plan->arena, sizeof *norms);
    if (norms == NULL)
        return NULL;
    const struct model model =
        field != NULL && plan->model->of_fields != NULL ? model_of_field(plan->model, field->name) : *plan->model;
    norms_begin(norms, &model, average);
    return norms;
}

const struct norms *plan_norms(struct plan *plan, const struct field *field)
{
    if (field == NULL)
        return plan->group_norms;
    if (plan->field_norms[field->number] == NULL) {
        double tokens = 0, documents = 0;
        for (size_t s = 0; s < plan->snapshot->segment_count; s++) {
            const struct segment *segment = plan->snapshot->segments[s].segment;
            if (field->number >= segment->field_count)
                continue;
            tokens += (double)segment->fields[field->number].tokens;
            documents += segment->fields[field->number].documents;
        }
        plan->field_norms[field->number] = norms_new(plan, field, documents > 0 ? tokens / documents : 1.0);
    }
    return plan->field_norms[field->number];
}

/* Parameters of a field that is not there are a mistake. */
static libsearch_status check_model(const struct plan *plan, libsearch_error *error)
{
    size_t length;
    for (size_t i = 0; plan->model->of_fields != NULL; i++) {
        const char *name = model_field(plan->model, i, &length);
        if (name == NULL)
            break;
        const struct field *field = schema_find(plan->snapshot->schema, name, length);
        if (field == NULL || field->type != LIBSEARCH_TEXT)
            return error_set(error, LIBSEARCH_INVALID, "model: there is no text field '%.*s'", (int)length, name);
    }
    return LIBSEARCH_OK;
}

libsearch_status plan_make(struct plan *plan, const libsearch_query *query, libsearch_error *error)
{
    const struct snapshot *snapshot = plan->snapshot;
    double total = 0;
    plan->documents = 0;
    plan->tokens = 0;
    TRY(check_model(plan, error));
    for (size_t s = 0; s < snapshot->segment_count; s++) {
        const struct segment *segment = snapshot->segments[s].segment;
        plan->documents += segment->count;
        plan->tokens += (double)segment->plain_total;
        total += (double)(model_is_weighted(plan->model) ? segment->weighted_total : segment->plain_total);
    }
    const size_t field_bytes = (snapshot->schema->count + 1) * sizeof(struct norms *);
    plan->group_norms = norms_new(plan, NULL, plan->documents > 0 ? total / (double)plan->documents : 1.0);
    plan->keyword_norms = norms_new(plan, NULL, 1.0);
    plan->field_norms = arena_allocate(plan->arena, field_bytes);
    if (plan->group_norms == NULL || plan->keyword_norms == NULL || plan->field_norms == NULL)
        return error_no_memory(error);
    memset(plan->field_norms, 0, field_bytes);
    return plan_any(plan, query, 1.0f, true, &plan->root, error);
}
