/* SPDX-License-Identifier: MIT */
/* What an index should hold, kept the slow way, and small helpers for tests of index/. */
#ifndef TESTS_INDEX_INDEX_MODEL_H
#define TESTS_INDEX_INDEX_MODEL_H

#include "index/index.h"
#include "index/writer.h"
#include "support/storage_recording.h"

/* Live documents in the order of their last put. */
struct model {
    struct model_document {
        char id[24], text[600];
    } * documents;
    size_t count, capacity;
};

void model_put(struct model *model, const char *id, const char *text);
bool model_delete(struct model *model, const char *id); /* false: not there */
bool model_has(const struct model *model, const char *id);
void model_copy(struct model *to, const struct model *from);
void model_free(struct model *model);

/* The first difference between what a snapshot holds and the model, ids, texts, order and counts; NULL: none. */
const char *model_difference(const struct model *model, const struct snapshot *snapshot);

/* Puts and deletes as the public functions would; error may be NULL. */
libsearch_status put(struct index_writer *writer, const char *id, const char *text, libsearch_error *error);
libsearch_status put_if_absent(struct index_writer *writer, const char *id, const char *text, libsearch_error *error);
libsearch_status remove_id(struct index_writer *writer, const char *id, libsearch_error *error);
libsearch_status commit(struct index_writer *writer, libsearch_error *error);

/* A store on a recording. */
libsearch_status open_store(struct recording *recording, unsigned flags, struct index_store **store,
                            libsearch_error *error);
/* Opens, compares and checks: NULL, or what is wrong. */
const char *index_difference(struct recording *recording, const struct model *model);

extern const libsearch_bytes NO_BYTES;

#endif
