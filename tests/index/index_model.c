/* SPDX-License-Identifier: MIT */
#include "index/index_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const libsearch_bytes NO_BYTES = { NULL, 0 };

static size_t model_find(const struct model *model, const char *id)
{
    size_t i = model->count; /* the newest are asked for most */
    while (i > 0 && strcmp(model->documents[i - 1].id, id) != 0)
        i--;
    return i; /* place + 1, 0: none */
}

bool model_has(const struct model *model, const char *id) { return model_find(model, id) > 0; }

bool model_delete(struct model *model, const char *id)
{
    const size_t i = model_find(model, id);
    if (i == 0)
        return false;
    memmove(&model->documents[i - 1], &model->documents[i], (model->count - i) * sizeof *model->documents);
    model->count--;
    return true;
}

void model_put(struct model *model, const char *id, const char *text)
{
    model_delete(model, id);
    if (model->count == model->capacity) {
        model->capacity = 2 * model->capacity + 16;
        model->documents = realloc(model->documents, model->capacity * sizeof *model->documents);
        if (model->documents == NULL)
            abort();
    }
    snprintf(model->documents[model->count].id, sizeof model->documents->id, "%s", id);
    snprintf(model->documents[model->count].text, sizeof model->documents->text, "%s", text);
    model->count++;
}

void model_copy(struct model *to, const struct model *from)
{
    model_free(to);
    for (size_t i = 0; i < from->count; i++)
        model_put(to, from->documents[i].id, from->documents[i].text);
}

void model_free(struct model *model)
{
    free(model->documents);
    *model = (struct model){ 0 };
}

static char difference[512];

const char *model_difference(const struct model *model, const struct snapshot *snapshot)
{
    size_t next = 0;
    uint64_t base = 0;
    libsearch_document *document = document_new(allocator_default());
    const char *found = NULL;
    for (size_t i = 0; i < snapshot->segment_count && found == NULL; i++) {
        const struct snapshot_segment *segment = &snapshot->segments[i];
        if (segment->base != base)
            found = "a segment's first number is wrong";
        base += segment_count(segment->segment);
        for (uint32_t d = 0; d < segment_count(segment->segment) && found == NULL; d++) {
            if (segment->live != NULL && !live_has(segment->live, d))
                continue;
            const libsearch_bytes id = segment_id(segment->segment, d);
            document_clear(document);
            if (segment_fetch(segment->segment, snapshot->schema, d, document, NULL) != LIBSEARCH_OK)
                found = "a document cannot be fetched";
            const libsearch_bytes text = document->count > 0 ? document->values[0].bytes : NO_BYTES;
            const struct model_document *wanted = next < model->count ? &model->documents[next] : NULL;
            if (wanted == NULL || strlen(wanted->id) != id.length || memcmp(wanted->id, id.data, id.length) != 0 ||
                strlen(wanted->text) != text.length || memcmp(wanted->text, text.data, text.length) != 0) {
                snprintf(difference, sizeof difference, "document %zu is %.*s (%.*s), should be %s (%.40s)", next,
                         (int)id.length, id.data, (int)(text.length < 40 ? text.length : 40), text.data,
                         wanted == NULL ? "none" : wanted->id, wanted == NULL ? "" : wanted->text);
                found = difference;
            }
            next++;
        }
    }
    document_free(document);
    if (found == NULL && next != model->count) {
        snprintf(difference, sizeof difference, "%zu documents, should be %zu", next, model->count);
        found = difference;
    }
    if (found == NULL && snapshot->documents != model->count)
        found = "the snapshot's count is wrong";
    for (size_t i = 0; i < model->count && found == NULL; i += 1 + model->count / 50) {
        size_t segment;
        uint32_t number;
        const libsearch_bytes id = { model->documents[i].id, strlen(model->documents[i].id) };
        if (snapshot_find(snapshot, id, &segment, &number) != LIBSEARCH_OK)
            found = "an id is not found";
    }
    return found;
}

static libsearch_status put_with(struct index_writer *writer, const char *id, const char *text, bool if_absent,
                                 libsearch_error *error)
{
    libsearch_document *document = document_new(allocator_default());
    const struct document_value value = {
        .field = "text", .field_length = 4, .type = LIBSEARCH_TEXT, .bytes = { text, strlen(text) }
    };
    libsearch_status status = document_add(document, &value, error);
    if (status == LIBSEARCH_OK)
        status = index_writer_put(writer, (libsearch_bytes){ id, strlen(id) }, document, if_absent, error);
    document_free(document);
    return status;
}

libsearch_status put(struct index_writer *writer, const char *id, const char *text, libsearch_error *error)
{
    return put_with(writer, id, text, false, error);
}

libsearch_status put_if_absent(struct index_writer *writer, const char *id, const char *text, libsearch_error *error)
{
    return put_with(writer, id, text, true, error);
}

libsearch_status remove_id(struct index_writer *writer, const char *id, libsearch_error *error)
{
    return index_writer_delete(writer, (libsearch_bytes){ id, strlen(id) }, error);
}

libsearch_status commit(struct index_writer *writer, libsearch_error *error)
{
    return index_writer_commit(writer, LIBSEARCH_DURABLE, NO_BYTES, error);
}

libsearch_status open_store(struct recording *recording, unsigned flags, struct index_store **store,
                            libsearch_error *error)
{
    return index_store_open(allocator_default(), recording_open(recording, allocator_default()), flags, NULL, store,
                            error);
}

static void keep_line(void *context, const char *line)
{
    (void)context;
    snprintf(difference, sizeof difference, "check: %s", line);
}

const char *index_difference(struct recording *recording, const struct model *model)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    struct index_store *store;
    struct snapshot *snapshot;
    if (open_store(recording, LIBSEARCH_READ_ONLY, &store, &error) != LIBSEARCH_OK) {
        snprintf(difference, sizeof difference, "does not open: %s", error.message);
        return difference;
    }
    const char *found = NULL;
    if (index_store_snapshot(store, &snapshot, &error) != LIBSEARCH_OK)
        found = "no snapshot";
    else {
        found = model_difference(model, snapshot);
        snapshot_release(snapshot);
    }
    index_store_close(store);
    struct storage *storage = recording_open(recording, allocator_default());
    if (found == NULL && index_check(allocator_default(), storage, NULL, keep_line, NULL, NULL) != LIBSEARCH_OK)
        found = difference;
    storage_close(storage);
    return found;
}
