/* SPDX-License-Identifier: MIT */
#include "watch/watch_set.h"

#include <string.h>

#include "base/hash.h"
#include "query/query_parser.h"
#include "query/query_print.h"
#include "query/query_tree.h"
#include "watch/tree_bytes.h"
#include "watch/watcher.h"

/* Writers are not made to wait for streams that follow each other without a gap. */
static bool make_lock(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t attributes;
    if (pthread_rwlockattr_init(&attributes) != 0)
        return false;
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    const bool made = pthread_rwlock_init(lock, &attributes) == 0;
    pthread_rwlockattr_destroy(&attributes);
    return made;
}

/* Takes the schema over, also when it fails. */
static libsearch_status new_with(const libsearch_allocator *allocator, struct schema *schema, struct watch_set **set,
                                 libsearch_error *error)
{
    struct watch_set *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL || !make_lock(&made->lock)) {
        memory_free(allocator, made);
        schema_release(schema);
        return error_no_memory(error);
    }
    made->allocator = allocator;
    made->schema = schema;
    dictionary_init(&made->dictionary, allocator);
    made->compiler = (struct compiler){ .allocator = allocator, .schema = schema, .dictionary = &made->dictionary };
    *set = made;
    return LIBSEARCH_OK;
}

libsearch_status watch_set_new(const libsearch_allocator *allocator, const char *analyzer, struct watch_set **set,
                               libsearch_error *error)
{
    struct schema *schema;
    TRY(schema_new(allocator, analyzer, &schema, error));
    return new_with(allocator, schema, set, error);
}

libsearch_status watch_set_new_like(const libsearch_allocator *allocator, const struct schema *schema,
                                    struct watch_set **set, libsearch_error *error)
{
    struct buffer bytes;
    struct schema *copy;
    buffer_init(&bytes, allocator); /* a copy by way of its bytes has our allocator, whatever the other's is */
    schema_encode(schema, &bytes);
    if (bytes.failed) {
        buffer_free(&bytes);
        return error_no_memory(error);
    }
    struct cursor from = cursor_of(bytes.data, bytes.length);
    const libsearch_status status = schema_decode(allocator, schema->known, &from, "the schema", &copy, error);
    buffer_free(&bytes);
    return status != LIBSEARCH_OK ? status : new_with(allocator, copy, set, error);
}

static void query_free(struct watch_set *set, struct saved_query *query)
{
    if (query == NULL)
        return;
    condition_free(&query->condition, &set->dictionary, set->allocator);
    memory_free(set->allocator, query->anchors.keys);
    memory_free(set->allocator, query->id);
    memory_free(set->allocator, query);
}

void watch_set_free(struct watch_set *set)
{
    if (set == NULL)
        return;
    for (uint32_t i = 0; i < set->places; i++)
        query_free(set, set->queries[i]);
    while (set->removed != NULL) {
        struct saved_query *next = set->removed->older;
        query_free(set, set->removed);
        set->removed = next;
    }
    memory_free(set->allocator, set->queries);
    memory_free(set->allocator, set->free);
    memory_free(set->allocator, set->buckets);
    memory_free(set->allocator, set->always);
    compiler_free(&set->compiler);
    dictionary_free(&set->dictionary);
    schema_release(set->schema);
    pthread_rwlock_destroy(&set->lock);
    memory_free(set->allocator, set);
}

size_t watch_set_count(struct watch_set *set)
{
    pthread_rwlock_rdlock(&set->lock);
    const size_t count = set->count;
    pthread_rwlock_unlock(&set->lock);
    return count;
}

static struct saved_query *find(const struct watch_set *set, libsearch_bytes id)
{
    if (set->bucket_count == 0)
        return NULL;
    const uint64_t hash = hash_bytes(id.data, id.length);
    for (uint32_t next = set->buckets[hash & (set->bucket_count - 1)]; next != 0;) {
        struct saved_query *query = set->queries[next - 1];
        if (query->id_hash == hash && query->id_length == id.length && memcmp(query->id, id.data, id.length) == 0)
            return query;
        next = query->id_next;
    }
    return NULL;
}

static bool grow_buckets(struct watch_set *set)
{
    const size_t count = set->bucket_count == 0 ? 64 : set->bucket_count * 2;
    uint32_t *buckets = memory_allocate_array(set->allocator, count, sizeof *buckets);
    if (buckets == NULL)
        return false;
    for (uint32_t i = 0; i < set->places; i++) {
        struct saved_query *query = set->queries[i];
        if (query == NULL)
            continue;
        uint32_t *bucket = &buckets[query->id_hash & (count - 1)];
        query->id_next = *bucket;
        *bucket = i + 1;
    }
    memory_free(set->allocator, set->buckets);
    set->buckets = buckets;
    set->bucket_count = count;
    return true;
}

static void unanchor(struct watch_set *set, const struct saved_query *query)
{
    for (uint32_t i = 0; i < query->anchors.count; i++)
        dictionary_unanchor(&set->dictionary, query->anchors.keys[i], query->number);
    for (size_t i = set->always_count; query->anchors.always && i-- > 0;)
        if (set->always[i] == query->number) {
            set->always[i] = set->always[--set->always_count];
            break;
        }
}

/* Makes room in the lists of the anchors, so that entering them cannot fail. */
static libsearch_status reserve(struct watch_set *set, const struct anchors *anchors, libsearch_error *error)
{
    if (anchors->always &&
        !memory_grow(set->allocator, &set->always, &set->always_capacity, set->always_count + 1, sizeof *set->always))
        return error_no_memory(error);
    for (uint32_t i = 0; i < anchors->count; i++)
        TRY(dictionary_reserve(&set->dictionary, anchors->keys[i], error));
    return LIBSEARCH_OK;
}

static void anchor(struct watch_set *set, const struct saved_query *query)
{
    if (query->anchors.always)
        set->always[set->always_count++] = query->number;
    const struct anchors *anchors = &query->anchors;
    for (uint32_t i = 0; i < anchors->count; i++) {
        struct anchored entry = { .query = query->number | (anchors->sure ? ANCHOR_SURE : 0) };
        size_t guards = 0;
        for (size_t n = 0; n <= ANCHOR_GUARDS && guards < ANCHOR_GUARDS; n++)
            if (anchors->necessary[n] != anchors->keys[i])
                entry.guards[guards++] = anchors->necessary[n];
        dictionary_anchor(&set->dictionary, anchors->keys[i], &entry);
    }
}

void watch_set_anchor_again(struct watch_set *set, uint32_t number)
{
    struct saved_query *query = number < set->places ? set->queries[number] : NULL;
    struct anchors chosen;
    if (query == NULL ||
        anchors_choose(set->allocator, &set->dictionary, &query->condition, &chosen, NULL) != LIBSEARCH_OK)
        return; /* the old ones serve */
    if (reserve(set, &chosen, NULL) != LIBSEARCH_OK) {
        memory_free(set->allocator, chosen.keys);
        return;
    }
    unanchor(set, query);
    memory_free(set->allocator, query->anchors.keys);
    query->anchors = chosen;
    anchor(set, query);
}

/* Lets go of the queries that were taken out before all results that are still shown. */
static void clean(struct watch_set *set)
{
    uint64_t oldest = UINT64_MAX;
    for (const struct watcher *watcher = set->watchers; watcher != NULL; watcher = watcher->next)
        oldest = watcher->since < oldest ? watcher->since : oldest;
    struct saved_query **link = &set->removed;
    while (*link != NULL && (*link)->removed > oldest) /* the newest first */
        link = &(*link)->older;
    while (*link != NULL) {
        struct saved_query *query = *link;
        *link = query->older;
        query_free(set, query);
    }
}

/* Takes a query out; its place is free. Room for the free number was made when it was given. */
static void take_out(struct watch_set *set, struct saved_query *query)
{
    uint32_t *next = &set->buckets[query->id_hash & (set->bucket_count - 1)];
    while (*next != query->number + 1)
        next = &set->queries[*next - 1]->id_next;
    *next = query->id_next;
    unanchor(set, query);
    set->queries[query->number] = NULL;
    set->free[set->free_count++] = query->number;
    set->count--;
    query->removed = ++set->changes;
    query->older = set->removed;
    set->removed = query;
}

/* Makes room for one query more, so that putting it in cannot fail any more but by its anchors. */
static libsearch_status make_room(struct watch_set *set, libsearch_error *error)
{
    if (set->free_count == 0 && set->places >= ANCHOR_SURE - 1)
        return error_set(error, LIBSEARCH_LIMIT, "there are %u saved queries, and can be no more", set->places);
    if (!memory_grow(set->allocator, &set->queries, &set->query_capacity, (size_t)set->places + 1,
                     sizeof *set->queries) ||
        !memory_grow(set->allocator, &set->free, &set->free_capacity, (size_t)set->places + 1, sizeof *set->free) ||
        (set->count >= set->bucket_count && !grow_buckets(set)))
        return error_no_memory(error);
    return LIBSEARCH_OK;
}

/* Puts a query into the set, in the place of one of the same id, else in a free one, else at the end. */
static libsearch_status put_in(struct watch_set *set, struct saved_query *query, libsearch_error *error)
{
    TRY(make_room(set, error));
    TRY(reserve(set, &query->anchors, error));
    struct saved_query *same = find(set, saved_query_id(query));
    if (same != NULL)
        take_out(set, same);
    query->number = set->free_count > 0 ? set->free[--set->free_count] : set->places++;
    uint32_t *bucket = &set->buckets[query->id_hash & (set->bucket_count - 1)];
    query->id_next = *bucket;
    *bucket = query->number + 1;
    set->queries[query->number] = query;
    set->count++;
    anchor(set, query);
    return LIBSEARCH_OK;
}

/* A query compiled and not yet in the set. */
static libsearch_status make(struct watch_set *set, libsearch_bytes id, libsearch_bytes kept,
                             const libsearch_query *tree, struct query_warning **warnings, struct saved_query **query,
                             libsearch_error *error)
{
    struct saved_query *made = memory_allocate_array(set->allocator, 1, sizeof *made);
    char *bytes = memory_allocate(set->allocator, id.length + kept.length + 1);
    libsearch_status status = made == NULL || bytes == NULL ? error_no_memory(error) : LIBSEARCH_OK;
    if (status == LIBSEARCH_OK) {
        memcpy(bytes, id.data, id.length);
        if (kept.length > 0)
            memcpy(bytes + id.length, kept.data, kept.length);
        made->id = bytes;
        made->id_length = id.length;
        made->kept_length = kept.length;
        made->id_hash = hash_bytes(id.data, id.length);
        set->compiler.warnings = warnings;
        status = condition_compile(&set->compiler, tree, false, &made->condition, error);
        set->compiler.warnings = NULL;
    }
    if (status == LIBSEARCH_OK)
        status = anchors_choose(set->allocator, &set->dictionary, &made->condition, &made->anchors, error);
    if (status == LIBSEARCH_OK) {
        *query = made;
        return LIBSEARCH_OK;
    }
    if (made != NULL) {
        made->id = bytes;
        query_free(set, made);
    } else {
        memory_free(set->allocator, bytes);
    }
    return status;
}

static libsearch_status add_made(struct watch_set *set, struct saved_query *made, libsearch_error *error)
{
    const libsearch_status status = put_in(set, made, error);
    if (status != LIBSEARCH_OK)
        query_free(set, made);
    clean(set);
    return status;
}

/* Makes a query of a tree, kept as its bytes. The lock is held alone. */
static libsearch_status make_from_tree(struct watch_set *set, libsearch_bytes id, const libsearch_query *tree,
                                       struct query_warning **warnings, struct saved_query **query,
                                       libsearch_error *error)
{
    struct buffer bytes;
    buffer_init(&bytes, set->allocator);
    tree_encode(tree, &bytes);
    const libsearch_bytes kept = { (const char *)bytes.data, bytes.length };
    const libsearch_status status =
        bytes.failed ? error_no_memory(error) : make(set, id, kept, tree, warnings, query, error);
    buffer_free(&bytes);
    return status;
}

libsearch_status watch_set_add(struct watch_set *set, libsearch_bytes id, const libsearch_query *query,
                               libsearch_error *error)
{
    struct saved_query *made;
    if (query->has_sets) /* also where what cannot be done is left out otherwise */
        return error_set(error, LIBSEARCH_UNSUPPORTED, "a filter of a snapshot's documents in a saved query");
    pthread_rwlock_wrlock(&set->lock);
    libsearch_status status = make_from_tree(set, id, query, NULL, &made, error);
    if (status == LIBSEARCH_OK)
        status = add_made(set, made, error);
    pthread_rwlock_unlock(&set->lock);
    return status;
}

static void tell(const struct query_warning *warnings, libsearch_report report, void *context)
{
    for (; warnings != NULL && report != NULL; warnings = warnings->next)
        report(context, warnings->message);
}

/* Parses and compiles. What was understood is kept so, and today stays today; what was not, as it was given. The lock is
 * held alone. */
static libsearch_status make_from_text(struct watch_set *set, libsearch_bytes id, libsearch_bytes text, unsigned flags,
                                       libsearch_report report, void *context, struct saved_query **query,
                                       libsearch_error *error)
{
    libsearch_query *tree;
    struct query_warning *warnings = NULL;
    TRY(query_parse(set->allocator, set->schema, text, flags, query_clock(), &tree, error));
    const bool as_given = tree->warnings != NULL;
    const libsearch_status status = as_given ? make(set, id, text, tree, &warnings, query, error)
                                             : make_from_tree(set, id, tree, &warnings, query, error);
    if (status == LIBSEARCH_OK) {
        (*query)->as_given = as_given;
        (*query)->flags = as_given ? flags : 0;
        tell(tree->warnings, report, context);
        tell(warnings, report, context);
    }
    query_warnings_free(set->allocator, warnings);
    query_release(tree);
    return status;
}

libsearch_status watch_set_add_text(struct watch_set *set, libsearch_bytes id, libsearch_bytes text, unsigned flags,
                                    libsearch_report report, void *context, libsearch_error *error)
{
    struct saved_query *made;
    pthread_rwlock_wrlock(&set->lock);
    libsearch_status status = make_from_text(set, id, text, flags, report, context, &made, error);
    if (status == LIBSEARCH_OK)
        status = add_made(set, made, error);
    pthread_rwlock_unlock(&set->lock);
    return status;
}

libsearch_status watch_set_remove(struct watch_set *set, libsearch_bytes id, libsearch_error *error)
{
    pthread_rwlock_wrlock(&set->lock);
    struct saved_query *query = find(set, id);
    if (query != NULL) {
        take_out(set, query);
        clean(set);
    }
    pthread_rwlock_unlock(&set->lock);
    return query != NULL ? LIBSEARCH_OK : error_set(error, LIBSEARCH_NOT_FOUND, "there is no saved query of this id");
}

libsearch_status watch_set_add_kept(struct watch_set *set, libsearch_bytes id, libsearch_bytes kept, bool as_given,
                                    unsigned flags, libsearch_error *error)
{
    struct cursor from = cursor_of(kept.data, kept.length);
    libsearch_query *tree;
    if (as_given)
        return watch_set_add_text(set, id, kept, flags, NULL, NULL, error);
    TRY(tree_decode(set->allocator, &from, &tree, error));
    const libsearch_status status = cursor_left(&from) > 0
                                        ? error_set(error, LIBSEARCH_CORRUPT, "bytes behind a saved query's tree")
                                        : watch_set_add(set, id, tree, error);
    query_release(tree);
    return status;
}

static libsearch_status print_kept(const struct watch_set *set, const struct saved_query *query, struct buffer *to,
                                   libsearch_error *error)
{
    const libsearch_bytes kept = saved_query_kept(query);
    struct cursor from = cursor_of(kept.data, kept.length);
    libsearch_query *tree;
    if (query->as_given) {
        buffer_append(to, kept.data, kept.length);
    } else {
        TRY(tree_decode(set->allocator, &from, &tree, error));
        query_print(tree, to);
        query_release(tree);
    }
    buffer_append_u8(to, 0);
    return to->failed ? error_no_memory(error) : LIBSEARCH_OK;
}

libsearch_status watch_set_text(struct watch_set *set, libsearch_bytes id, char **text, libsearch_error *error)
{
    struct buffer printed;
    buffer_init(&printed, allocator_default());
    pthread_rwlock_rdlock(&set->lock);
    const struct saved_query *query = find(set, id);
    const libsearch_status status = query == NULL
                                        ? error_set(error, LIBSEARCH_NOT_FOUND, "there is no saved query of this id")
                                        : print_kept(set, query, &printed, error);
    pthread_rwlock_unlock(&set->lock);
    if (status == LIBSEARCH_OK)
        *text = (char *)printed.data;
    else
        buffer_free(&printed);
    return status;
}

/* The queries that were not understood are read again with the fields that there are now. */
static libsearch_status parse_again(struct watch_set *set, libsearch_error *error)
{
    const uint32_t places = set->places;
    for (uint32_t i = 0; i < places; i++) { /* each takes its own place again */
        struct saved_query *old = set->queries[i], *made;
        if (old == NULL || !old->as_given)
            continue;
        TRY(make_from_text(set, saved_query_id(old), saved_query_kept(old), old->flags, NULL, NULL, &made, error));
        TRY(add_made(set, made, error));
    }
    return LIBSEARCH_OK;
}

libsearch_status watch_set_add_field(struct watch_set *set, const libsearch_field *field, libsearch_error *error)
{
    pthread_rwlock_wrlock(&set->lock);
    const size_t before = set->schema->count;
    libsearch_status status = schema_add(set->schema, field, NULL, error);
    if (status == LIBSEARCH_OK && set->schema->count > before)
        status = parse_again(set, error);
    pthread_rwlock_unlock(&set->lock);
    return status;
}

libsearch_status watch_set_grow(struct watch_set *set, const libsearch_document *document, libsearch_error *error)
{
    libsearch_status status = LIBSEARCH_OK;
    pthread_rwlock_wrlock(&set->lock);
    const size_t before = set->schema->count;
    for (size_t i = 0; i < document->count && status == LIBSEARCH_OK; i++) {
        const struct document_value *value = &document->values[i];
        const struct field *known = schema_find(set->schema, value->field, value->field_length);
        if (known != NULL && known->type != value->type)
            status =
                error_set(error, LIBSEARCH_INVALID, "field %s: a value of another type than the field's", value->field);
        if (known != NULL)
            continue;
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        field.name = value->field;
        field.type = value->type;
        status = schema_add(set->schema, &field, NULL, error);
    }
    if (set->schema->count > before) {
        const libsearch_status again = parse_again(set, status == LIBSEARCH_OK ? error : NULL);
        status = status == LIBSEARCH_OK ? again : status;
    }
    pthread_rwlock_unlock(&set->lock);
    return status;
}
