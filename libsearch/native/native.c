/* SPDX-License-Identifier: MIT */
/* The native engine: index/ and search/ behind the seam. An engine_index is an index_store, an engine_snapshot a
 * snapshot, an engine_writer an index_writer; there is nothing to add to them. */
#include <string.h>

#include "engine/engine.h"
#include "index/backup.h"
#include "index/index.h"
#include "index/writer.h"
#include "io/storage.h"
#include "search/expand.h"
#include "search/search.h"
#include "search/suggest.h"
#include "segment/segment_data.h"
#include "text/signature.h"

static struct index_store *store_of(struct engine_index *index) { return (struct index_store *)(void *)index; }
static struct index_writer *writer_of(struct engine_writer *writer) { return (struct index_writer *)(void *)writer; }
static struct snapshot *snapshot_of(struct engine_snapshot *snapshot) { return (struct snapshot *)(void *)snapshot; }

/* What index/ takes of the options; analyzers are the caller's to release. */
static libsearch_status inner_options(const libsearch_allocator *allocator, const libsearch_open_options *options,
                                      struct index_options *inner, libsearch_error *error)
{
    *inner = (struct index_options){ .analyzer = NULL };
    if (options == NULL)
        return LIBSEARCH_OK;
    inner->analyzer = options->analyzer;
    inner->fields = options->fields;
    inner->field_count = options->field_count;
    const libsearch_extensions *extensions = options->extensions;
    if (extensions == NULL)
        return LIBSEARCH_OK;
    inner->watch =
        (struct watch){ extensions->log, extensions->log_context, extensions->progress, extensions->progress_context };
    if (extensions->analyzer_count > 0)
        TRY(analyzer_set_new(allocator, extensions->analyzers, extensions->analyzer_count, &inner->analyzers, error));
    return LIBSEARCH_OK;
}

static libsearch_status open_storage(const libsearch_allocator *allocator, const char *path, unsigned flags,
                                     const libsearch_open_options *options, struct storage **storage,
                                     libsearch_error *error)
{
    if (options != NULL && options->extensions != NULL && options->extensions->storage != NULL)
        return storage_open_callbacks(allocator, options->extensions->storage, path, storage, error);
    return storage_open_posix(allocator, path, (flags & LIBSEARCH_CREATE) != 0, (flags & LIBSEARCH_READ_ONLY) != 0,
                              storage, error);
}

static libsearch_status native_open(const libsearch_allocator *allocator, const char *path, unsigned flags,
                                    const libsearch_open_options *options, struct engine_index **index,
                                    libsearch_error *error)
{
    struct storage *storage;
    struct index_store *store;
    struct index_options inner;
    TRY(inner_options(allocator, options, &inner, error));
    libsearch_status status = open_storage(allocator, path, flags, options, &storage, error);
    if (status == LIBSEARCH_OK)
        status = index_store_open(allocator, storage, flags, &inner, &store, error);
    analyzer_set_release(inner.analyzers);
    TRY(status);
    *index = (struct engine_index *)(void *)store;
    return LIBSEARCH_OK;
}

static void native_close(struct engine_index *index) { index_store_close(store_of(index)); }

static libsearch_status native_check(const libsearch_allocator *allocator, const char *path,
                                     const libsearch_open_options *options, libsearch_report report, void *context,
                                     libsearch_error *error)
{
    struct storage *storage;
    struct index_options inner;
    TRY(inner_options(allocator, options, &inner, error));
    libsearch_status status = open_storage(allocator, path, LIBSEARCH_READ_ONLY, options, &storage, error);
    if (status == LIBSEARCH_OK) {
        status = index_check(allocator, storage, &inner, report, context, error);
        storage_close(storage);
    }
    analyzer_set_release(inner.analyzers);
    return status;
}

/* ----- reading ----- */

static libsearch_status native_snapshot_open(struct engine_index *index, struct engine_snapshot **snapshot,
                                             libsearch_error *error)
{
    struct snapshot *newest;
    TRY(index_store_snapshot(store_of(index), &newest, error));
    *snapshot = (struct engine_snapshot *)(void *)newest;
    return LIBSEARCH_OK;
}

static void native_snapshot_close(struct engine_snapshot *snapshot) { snapshot_release(snapshot_of(snapshot)); }

static const struct schema *native_snapshot_schema(const struct engine_snapshot *snapshot)
{
    return ((const struct snapshot *)(const void *)snapshot)->schema;
}

static libsearch_status native_search(struct engine_snapshot *snapshot, const struct engine_request *request,
                                      struct engine_answer *answer, libsearch_error *error)
{
    struct snapshot *pinned = snapshot_of(snapshot);
    /* No more can come back than there are documents. */
    const uint64_t most = pinned->documents;
    size_t wanted;
    if (__builtin_add_overflow(request->offset, request->count, &wanted) || wanted > LIBSEARCH_MAX_RESULTS)
        return error_set(error, LIBSEARCH_LIMIT, "offset and count together are over %d", LIBSEARCH_MAX_RESULTS);
    if (request->count == 0)
        wanted = 0;
    if (wanted > most)
        wanted = (size_t)most;
    if (wanted > request->memory / sizeof(struct search_hit))
        return error_set(error, LIBSEARCH_LIMIT, "%zu results take more memory than the search may", wanted);
    struct search_hit *hits = memory_allocate_array(pinned->allocator, wanted, sizeof *hits);
    if (hits == NULL)
        return error_no_memory(error);
    const struct search_after after = { request->after, request->after_number };
    const struct search_request inner = { .query = request->query,
                                          .count = wanted,
                                          .skipped = request->offset,
                                          .total = request->total,
                                          .model = request->model,
                                          .deadline = request->deadline,
                                          .memory = request->memory - wanted * sizeof *hits,
                                          .cancel = request->cancel,
                                          .exhaustive = (request->flags & LIBSEARCH_SEARCH_EXHAUSTIVE) != 0,
                                          .sort = request->sort,
                                          .sort_count = request->sort_count,
                                          .facets = request->facets,
                                          .facet_count = request->facet_count,
                                          .collapse = request->collapse,
                                          .ranking = request->ranking,
                                          .after = request->after == NULL ? NULL : &after,
                                          .results = request->results };
    struct search_answer found = { .hits = hits };
    const libsearch_status status = search_run(pinned, &inner, &found, error);
    if (status == LIBSEARCH_OK) {
        answer->hit_count = 0;
        for (size_t i = request->offset; i < found.hit_count && answer->hit_count < request->count; i++)
            answer->hits[answer->hit_count++] = (struct engine_hit){ found.hits[i].score, found.hits[i].number };
        answer->total = found.total;
        answer->total_exact = found.total_exact;
        answer->exhaustive = found.exhaustive;
        answer->total_estimate = found.total_estimate;
        answer->total_upper = found.total_upper;
        answer->warnings = found.warnings;
        const size_t left_out = request->offset < found.hit_count ? request->offset : found.hit_count;
        answer->key_count = found.key_count;
        answer->keys = found.keys == NULL ? NULL : found.keys + left_out * found.key_count;
        answer->folded = found.folded == NULL ? NULL : found.folded + left_out;
        answer->facets = found.facets;
    }
    memory_free(pinned->allocator, hits);
    return status;
}

/* The segment that holds document `number`. */
static libsearch_status find_segment(const struct snapshot *snapshot, uint64_t number,
                                     const struct snapshot_segment **segment, libsearch_error *error)
{
    size_t low = 0, high = snapshot->segment_count;
    while (low + 1 < high) {
        const size_t middle = low + (high - low) / 2;
        if (snapshot->segments[middle].base <= number)
            low = middle;
        else
            high = middle;
    }
    if (high == 0 || number - snapshot->segments[low].base >= segment_count(snapshot->segments[low].segment))
        return error_set(error, LIBSEARCH_NOT_FOUND, "there is no document number %llu", (unsigned long long)number);
    *segment = &snapshot->segments[low];
    return LIBSEARCH_OK;
}

static libsearch_status native_id(struct engine_snapshot *snapshot, uint64_t number, libsearch_bytes *id,
                                  libsearch_error *error)
{
    const struct snapshot_segment *segment;
    TRY(find_segment(snapshot_of(snapshot), number, &segment, error));
    *id = segment_id(segment->segment, (uint32_t)(number - segment->base));
    return LIBSEARCH_OK;
}

static libsearch_status native_find(struct engine_snapshot *snapshot, libsearch_bytes id, uint64_t *number,
                                    libsearch_error *error)
{
    const struct snapshot *pinned = snapshot_of(snapshot);
    size_t segment;
    uint32_t document;
    const libsearch_status status = snapshot_find(pinned, id, &segment, &document);
    if (status != LIBSEARCH_OK)
        return error_set(error, status, "there is no document with this id");
    *number = pinned->segments[segment].base + document;
    return LIBSEARCH_OK;
}

static libsearch_status native_fetch(struct engine_snapshot *snapshot, uint64_t number, libsearch_document *document,
                                     libsearch_error *error)
{
    const struct snapshot_segment *segment;
    const struct snapshot *pinned = snapshot_of(snapshot);
    TRY(find_segment(pinned, number, &segment, error));
    return segment_fetch(segment->segment, pinned->schema, (uint32_t)(number - segment->base), document, error);
}

/* Reads the signature of a document of a segment: false where it has none. */
static bool read_signature(const struct segment *segment, uint16_t field, uint32_t document,
                           uint64_t signature[SIGNATURE_WORDS])
{
    const struct column *column = field < segment->field_count ? segment->columns[field] : NULL;
    if (column == NULL || column_count(column, document) != SIGNATURE_WORDS)
        return false;
    for (uint32_t w = 0; w < SIGNATURE_WORDS; w++)
        signature[w] = column_value(column, document, w);
    return true;
}

static libsearch_status native_signature(struct engine_snapshot *snapshot, const struct field *field, uint64_t number,
                                         uint64_t *signature, libsearch_error *error)
{
    const struct snapshot_segment *segment;
    TRY(find_segment(snapshot_of(snapshot), number, &segment, error));
    return read_signature(segment->segment, field->number, (uint32_t)(number - segment->base), signature)
               ? LIBSEARCH_OK
               : error_set(error, LIBSEARCH_NOT_FOUND, "the document has no signature of field '%s'", field->name);
}

static libsearch_status native_signatures(struct engine_snapshot *snapshot, const struct field *field,
                                          libsearch_status (*each)(void *context, uint64_t number,
                                                                   const uint64_t *signature, libsearch_error *error),
                                          void *context, libsearch_error *error)
{
    const struct snapshot *pinned = snapshot_of(snapshot);
    uint64_t signature[SIGNATURE_WORDS];
    for (size_t s = 0; s < pinned->segment_count; s++) {
        const struct snapshot_segment *segment = &pinned->segments[s];
        for (uint32_t d = 0; d < segment_count(segment->segment); d++)
            if ((segment->live == NULL || live_has(segment->live, d)) &&
                read_signature(segment->segment, field->number, d, signature))
                TRY(each(context, segment->base + d, signature, error));
    }
    return LIBSEARCH_OK;
}

static libsearch_status native_explain(struct engine_snapshot *snapshot, const libsearch_query *query,
                                       const char *model, const libsearch_ranking *ranking, uint64_t number,
                                       struct arena *arena, libsearch_explanation **list, size_t *count,
                                       libsearch_error *error)
{
    const struct snapshot_segment *segment;
    struct snapshot *pinned = snapshot_of(snapshot);
    TRY(find_segment(pinned, number, &segment, error));
    return search_explain(pinned, query, model, ranking, (size_t)(segment - pinned->segments),
                          (uint32_t)(number - segment->base), arena, list, count, error);
}

static libsearch_status native_suggest(struct engine_snapshot *snapshot, const struct engine_suggest *request,
                                       struct engine_suggestion **list, size_t *count, uint64_t *known,
                                       libsearch_error *error)
{
    const struct suggest_request inner = { .field = request->field,
                                           .word = request->word,
                                           .correct = request->correct,
                                           .count = request->count,
                                           .deadline = request->deadline,
                                           .memory = request->memory,
                                           .cancel = request->cancel,
                                           .results = request->results };
    struct suggested_word *found = NULL;
    size_t found_count = 0;
    TRY(search_suggest(snapshot_of(snapshot), &inner, &found, &found_count, known, error));
    struct engine_suggestion *made = arena_allocate(request->results, (found_count + 1) * sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < found_count; i++)
        made[i] = (struct engine_suggestion){ found[i].word, found[i].frequency, found[i].distance };
    *list = made;
    *count = found_count;
    return LIBSEARCH_OK;
}

static libsearch_status native_expand(struct engine_snapshot *snapshot, const struct engine_expand *request,
                                      struct engine_word **words, size_t *count, libsearch_error *error)
{
    struct search_source *sources = arena_allocate(request->results, (request->source_count + 1) * sizeof *sources);
    if (sources == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < request->source_count; i++)
        sources[i] =
            (struct search_source){ request->sources[i].number, request->sources[i].text, request->sources[i].weight };
    const struct search_expand_request inner = { .sources = sources,
                                                 .source_count = request->source_count,
                                                 .words = request->words,
                                                 .bytes = request->bytes,
                                                 .others = request->others,
                                                 .deadline = request->deadline,
                                                 .memory = request->memory,
                                                 .cancel = request->cancel };
    struct search_word *found = NULL;
    size_t found_count = 0;
    TRY(search_expand(snapshot_of(snapshot), &inner, request->results, &found, &found_count, error));
    struct engine_word *made = arena_allocate(request->results, (found_count + 1) * sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    for (size_t i = 0; i < found_count; i++)
        made[i] = (struct engine_word){ found[i].term, found[i].surface, found[i].impact };
    *words = made;
    *count = found_count;
    return LIBSEARCH_OK;
}

static libsearch_status native_info(struct engine_snapshot *snapshot, libsearch_info *info, libsearch_error *error)
{
    const struct snapshot *pinned = snapshot_of(snapshot);
    (void)error;
    info->engine = "native";
    info->analyzer = analyzer_name(pinned->schema->analyzers[0]);
    info->model = search_default_model();
    info->commit = pinned->commit;
    info->documents = pinned->documents;
    info->deleted = pinned->deleted;
    info->segments = pinned->segment_count;
    info->bytes = pinned->bytes;
    info->commit_bytes = pinned->commit_bytes;
    info->terms = info->tokens = 0;
    for (size_t i = 0; i < pinned->segment_count; i++) {
        const struct segment *segment = pinned->segments[i].segment;
        info->terms += segment_term_count(segment);
        for (size_t field = 0; field < segment->field_count; field++)
            info->tokens += segment->fields[field].tokens;
    }
    return LIBSEARCH_OK;
}

/* ----- writing ----- */

static libsearch_status native_writer_open(struct engine_index *index, const libsearch_writer_options *options,
                                           struct engine_writer **writer, libsearch_error *error)
{
    struct index_writer *opened;
    struct index_writer_options inner = { 0, 0, 0 };
    if (options != NULL)
        inner = (struct index_writer_options){ options->memory, options->threads, options->lock_wait };
    TRY(index_writer_open(store_of(index), &inner, &opened, error));
    *writer = (struct engine_writer *)(void *)opened;
    return LIBSEARCH_OK;
}

static void native_writer_close(struct engine_writer *writer) { index_writer_close(writer_of(writer)); }

static libsearch_status native_add_field(struct engine_writer *writer, const libsearch_field *field,
                                         libsearch_error *error)
{
    return index_writer_add_field(writer_of(writer), field, error);
}

static libsearch_status native_put(struct engine_writer *writer, libsearch_bytes id, const libsearch_document *document,
                                   bool if_absent, libsearch_error *error)
{
    return index_writer_put(writer_of(writer), id, document, if_absent, error);
}

static libsearch_status native_remove(struct engine_writer *writer, libsearch_bytes id, libsearch_error *error)
{
    return index_writer_delete(writer_of(writer), id, error);
}

struct match {
    size_t segment;
    uint32_t document;
};

struct matches {
    const libsearch_allocator *allocator;
    struct match *matches;
    size_t count, capacity;
};

static libsearch_status add_match(void *context, size_t segment, uint32_t document, libsearch_error *error)
{
    struct matches *found = context;
    if (!memory_grow(found->allocator, &found->matches, &found->capacity, found->count + 1, sizeof *found->matches))
        return error_no_memory(error);
    found->matches[found->count++] = (struct match){ segment, document };
    return LIBSEARCH_OK;
}

/* All are found before the first is deleted, so that a search that fails deletes nothing. */
static libsearch_status native_remove_matching(struct engine_writer *writer, const libsearch_query *query,
                                               uint64_t *count, libsearch_error *error)
{
    struct snapshot *snapshot;
    TRY(index_writer_snapshot(writer_of(writer), &snapshot, error));
    struct matches found = { .allocator = snapshot->allocator };
    libsearch_status status = search_each(snapshot, query, add_match, &found, error);
    for (size_t i = 0; i < found.count && status == LIBSEARCH_OK; i++)
        status = index_writer_delete_document(writer_of(writer), snapshot, found.matches[i].segment,
                                              found.matches[i].document, error);
    if (status == LIBSEARCH_OK && count != NULL)
        *count = found.count;
    memory_free(snapshot->allocator, found.matches);
    snapshot_release(snapshot);
    return status;
}

struct selecting {
    const struct snapshot *snapshot;
    struct query_set *set;
};

static libsearch_status select_one(void *context, size_t segment, uint32_t document, libsearch_error *error)
{
    const struct selecting *selecting = context;
    (void)error;
    query_set_add(selecting->set, selecting->snapshot->segments[segment].base + document);
    return LIBSEARCH_OK;
}

static libsearch_status native_select(struct engine_snapshot *snapshot, const struct engine_request *request,
                                      struct query_set **set, libsearch_error *error)
{
    struct snapshot *pinned = snapshot_of(snapshot);
    struct selecting selecting = { .snapshot = pinned };
    TRY(query_set_new(pinned->allocator, snapshot, pinned->documents + pinned->deleted, &selecting.set, error));
    const struct search_request inner = {
        .query = request->query, .memory = request->memory, .deadline = request->deadline, .cancel = request->cancel
    };
    const libsearch_status status = search_select(pinned, &inner, select_one, &selecting, error);
    if (status != LIBSEARCH_OK) {
        query_set_release(selecting.set);
        return status;
    }
    *set = selecting.set;
    return LIBSEARCH_OK;
}

static libsearch_status native_backup(struct engine_snapshot *snapshot, const char *path,
                                      const libsearch_open_options *options, libsearch_error *error)
{
    struct storage *storage;
    const libsearch_extensions *extensions = options->extensions;
    struct watch watch = { .log = NULL };
    if (extensions != NULL)
        watch = (struct watch){ extensions->log, extensions->log_context, extensions->progress,
                                extensions->progress_context };
    TRY(open_storage(options->allocator, path, LIBSEARCH_CREATE, options, &storage, error));
    const libsearch_status status = snapshot_backup(snapshot_of(snapshot), storage, &watch, error);
    storage_close(storage);
    return status;
}

static libsearch_status native_prepare(struct engine_writer *writer, libsearch_durability durability,
                                       libsearch_bytes bytes, libsearch_error *error)
{
    return index_writer_prepare(writer_of(writer), durability, bytes, error);
}

static libsearch_status native_finish(struct engine_writer *writer, libsearch_error *error)
{
    return index_writer_finish(writer_of(writer), error);
}

static libsearch_status native_cancel(struct engine_writer *writer, libsearch_error *error)
{
    return index_writer_cancel(writer_of(writer), error);
}

static libsearch_status native_refresh(struct engine_writer *writer, libsearch_error *error)
{
    return index_writer_refresh(writer_of(writer), error);
}

static libsearch_status native_rollback(struct engine_writer *writer, libsearch_error *error)
{
    return index_writer_rollback(writer_of(writer), error);
}

static libsearch_status native_compact(struct engine_writer *writer, unsigned flags, libsearch_error *error)
{
    return index_writer_compact(writer_of(writer), flags, error);
}

libsearch_status engine_memory_storage_new(const libsearch_allocator *allocator, const libsearch_storage **storage,
                                           libsearch_error *error)
{
    return storage_memory_new(allocator, storage, error);
}

void engine_memory_storage_free(const libsearch_storage *storage) { storage_memory_free(storage); }

static uint64_t native_can(struct engine_index *index)
{
    (void)index;
    return LIBSEARCH_CAN_WRITE | LIBSEARCH_CAN_REFRESH | LIBSEARCH_CAN_REORDER | LIBSEARCH_CAN_OPEN_PREVIOUS |
           LIBSEARCH_CAN_CALL_BACK | LIBSEARCH_CAN_SORT | LIBSEARCH_CAN_SORT_BY_SEVERAL | LIBSEARCH_CAN_COUNT_FACETS |
           LIBSEARCH_CAN_COLLAPSE | LIBSEARCH_CAN_CONTINUE | LIBSEARCH_CAN_FILTER | LIBSEARCH_CAN_BACK_UP |
           LIBSEARCH_CAN_EXPLAIN | LIBSEARCH_CAN_SUGGEST | LIBSEARCH_CAN_EXPAND | LIBSEARCH_CAN_SIGN |
           LIBSEARCH_CAN_RANK | LIBSEARCH_CAN_CHOOSE_MODEL | LIBSEARCH_CAN_JOIN_FIELDS | LIBSEARCH_CAN_PLACE_PHRASES |
           LIBSEARCH_CAN_KEEP_BIWORDS;
}

const libsearch_engine *engine_native(void)
{
    static const libsearch_engine native = {
        .size = sizeof(libsearch_engine),
        .name = "native",
        .open = native_open,
        .close = native_close,
        .check = native_check,
        .snapshot_open = native_snapshot_open,
        .snapshot_close = native_snapshot_close,
        .snapshot_schema = native_snapshot_schema,
        .search = native_search,
        .id = native_id,
        .find = native_find,
        .fetch = native_fetch,
        .info = native_info,
        .writer_open = native_writer_open,
        .writer_close = native_writer_close,
        .add_field = native_add_field,
        .put = native_put,
        .remove = native_remove,
        .remove_matching = native_remove_matching,
        .prepare = native_prepare,
        .finish = native_finish,
        .cancel = native_cancel,
        .refresh = native_refresh,
        .rollback = native_rollback,
        .compact = native_compact,
        .abilities =
            ENGINE_SORTS | ENGINE_FACETS | ENGINE_COLLAPSES | ENGINE_CONTINUES | ENGINE_RANKS | ENGINE_IDS_LIE_READY,
        .explain = native_explain,
        .select = native_select,
        .backup = native_backup,
        .suggest = native_suggest,
        .expand = native_expand,
        .signature = native_signature,
        .signatures = native_signatures,
        .can = native_can,
    };
    return &native;
}
