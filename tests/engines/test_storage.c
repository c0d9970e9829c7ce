/* SPDX-License-Identifier: MIT */
/* Storage of the program's own functions, and the one in memory. */
#include "engines/engine_support.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static libsearch_status open_in(const libsearch_storage *storage, unsigned flags, libsearch_index **index,
                                libsearch_error *error)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    extensions.storage = storage;
    options.extensions = &extensions;
    return libsearch_open("reports", flags, &options, index, error);
}

static libsearch_status check_in(const libsearch_storage *storage)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    extensions.storage = storage;
    options.extensions = &extensions;
    return libsearch_check_with("reports", &options, NULL, NULL, NULL);
}

static libsearch_status put_one(libsearch_index *index, libsearch_writer *writer, const char *id, const char *text)
{
    libsearch_document *document = libsearch_document_new(index);
    assert_non_null(document);
    assert_ok(libsearch_document_set_text(document, "text", bytes(text)));
    const libsearch_status status = libsearch_writer_put(writer, bytes(id), document, NULL);
    libsearch_document_free(document);
    return status;
}

#define assert_finds(index, query, expected)                                                                           \
    do {                                                                                                               \
        char *found_ = ids_set(index, libsearch_query_text(NULL, bytes(query)));                                       \
        assert_string_equal(found_, expected);                                                                         \
        free(found_);                                                                                                  \
    } while (0)

static void an_index_lives_in_memory_as_long_as_its_storage(void **state)
{
    (void)state;
    const libsearch_storage *storage = NULL;
    libsearch_index *index = NULL, *other = NULL;
    libsearch_writer *writer = NULL, *second = NULL;
    libsearch_snapshot *snapshot = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_ok(libsearch_memory_storage_new(NULL, &storage, NULL));
    assert_status(open_in(storage, 0, &index, &error), LIBSEARCH_NOT_FOUND);
    assert_non_null(strstr(error.message, "reports"));
    assert_ok(open_in(storage, LIBSEARCH_CREATE, &index, NULL));
    assert_ok(open_in(storage, 0, &other, NULL));
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    assert_status(libsearch_writer_open(other, NULL, &second, NULL), LIBSEARCH_LOCKED);
    assert_ok(put_one(index, writer, "1", "bread and butter"));
    assert_ok(libsearch_writer_commit(writer, NULL));
    assert_finds(other, "bread", "1");
    assert_ok(libsearch_snapshot_open(other, &snapshot, NULL));
    assert_ok(put_one(index, writer, "2", "bread"));
    assert_ok(libsearch_writer_compact(writer, 0, NULL));
    assert_finds(other, "bread", "1 2");
    libsearch_writer_close(writer);
    libsearch_close(index);
    libsearch_close(other);
    /* a snapshot outlives its index and the names of its files */
    libsearch_query *query = libsearch_query_text(NULL, bytes("bread"));
    libsearch_results *results = NULL;
    assert_ok(libsearch_snapshot_search(snapshot, query, NULL, &results, NULL));
    assert_int_equal(libsearch_results_count(results), 1);
    libsearch_results_free(results);
    libsearch_query_free(query);
    libsearch_snapshot_free(snapshot);
    /* and the index all of its handles */
    assert_ok(open_in(storage, LIBSEARCH_VERIFY, &index, NULL));
    assert_finds(index, "bread", "1 2");
    libsearch_close(index);
    assert_ok(check_in(storage));
    libsearch_memory_storage_free(storage);
    libsearch_memory_storage_free(NULL);
}

/* ----- a program's own: what the one in memory does, counted, failing on command, at odd addresses ----- */

struct own {
    const libsearch_storage *inner;
    pthread_mutex_t mutex;
    int calls, fail_at; /* the call of this number fails; 0: none */
    libsearch_status with;
    int mapped, files, locks; /* that are open */
    int odd;                  /* maps are not aligned */
};

static struct own own_start(const libsearch_storage *inner)
{
    struct own own = { .inner = inner, .with = LIBSEARCH_IO };
    pthread_mutex_init(&own.mutex, NULL);
    return own;
}

/* Whether this call fails. */
static int fails(struct own *own, libsearch_error *error)
{
    pthread_mutex_lock(&own->mutex);
    const int now = ++own->calls == own->fail_at;
    pthread_mutex_unlock(&own->mutex);
    if (now)
        snprintf(error->message, sizeof error->message, "the cable is out");
    return now;
}

static void count(struct own *own, int *what, int by)
{
    pthread_mutex_lock(&own->mutex);
    *what += by;
    pthread_mutex_unlock(&own->mutex);
}

static libsearch_status own_create(void *context, const char *name, libsearch_file **file, libsearch_error *error)
{
    struct own *own = context;
    if (fails(own, error))
        return own->with;
    const libsearch_status status = own->inner->create(own->inner->context, name, file, error);
    count(own, &own->files, status == LIBSEARCH_OK);
    return status;
}

static libsearch_status own_write(void *context, libsearch_file *file, const void *data, size_t length,
                                  libsearch_error *error)
{
    struct own *own = context;
    return fails(own, error) ? own->with : own->inner->write(own->inner->context, file, data, length, error);
}

static libsearch_status own_sync(void *context, libsearch_file *file, libsearch_error *error)
{
    struct own *own = context;
    return fails(own, error) ? own->with : own->inner->sync(own->inner->context, file, error);
}

static libsearch_status own_close(void *context, libsearch_file *file, libsearch_error *error)
{
    struct own *own = context;
    const int failing = fails(own, error);
    const libsearch_status status = own->inner->close(own->inner->context, file, error);
    count(own, &own->files, -1);
    return failing ? own->with : status;
}

static libsearch_status own_map(void *context, const char *name, int copy, libsearch_mapped *mapped,
                                libsearch_error *error)
{
    struct own *own = context;
    if (fails(own, error))
        return own->with;
    libsearch_mapped inner;
    const libsearch_status status = own->inner->map(own->inner->context, name, copy, &inner, error);
    if (status != LIBSEARCH_OK)
        return status;
    count(own, &own->mapped, 1);
    if (!own->odd) {
        *mapped = inner;
        return LIBSEARCH_OK;
    }
    char *odd = malloc(inner.length + 1);
    memcpy(odd + 1, inner.data, inner.length);
    *mapped = (libsearch_mapped){ odd + 1, inner.length, odd };
    own->inner->unmap(own->inner->context, &inner);
    return LIBSEARCH_OK;
}

static void own_unmap(void *context, libsearch_mapped *mapped)
{
    struct own *own = context;
    count(own, &own->mapped, -1);
    if (own->odd)
        free(mapped->handle);
    else
        own->inner->unmap(own->inner->context, mapped);
}

static libsearch_status own_sync_file(void *context, const char *name, libsearch_error *error)
{
    struct own *own = context;
    return fails(own, error) ? own->with : own->inner->sync_file(own->inner->context, name, error);
}

static libsearch_status own_rename(void *context, const char *from, const char *to, libsearch_error *error)
{
    struct own *own = context;
    return fails(own, error) ? own->with : own->inner->rename(own->inner->context, from, to, error);
}

static libsearch_status own_remove(void *context, const char *name, libsearch_error *error)
{
    struct own *own = context;
    return fails(own, error) ? own->with : own->inner->remove(own->inner->context, name, error);
}

static libsearch_status own_exists(void *context, const char *name, int *exists, libsearch_error *error)
{
    struct own *own = context;
    return fails(own, error) ? own->with : own->inner->exists(own->inner->context, name, exists, error);
}

static libsearch_status own_list(void *context,
                                 libsearch_status (*each)(void *listing, const char *name, uint64_t size,
                                                          libsearch_error *error),
                                 void *listing, libsearch_error *error)
{
    struct own *own = context;
    return fails(own, error) ? own->with : own->inner->list(own->inner->context, each, listing, error);
}

static libsearch_status own_sync_folder(void *context, libsearch_error *error)
{
    struct own *own = context;
    return fails(own, error) ? own->with : own->inner->sync_folder(own->inner->context, error);
}

static libsearch_status own_lock(void *context, const char *name, int64_t wait, libsearch_lock **lock,
                                 libsearch_error *error)
{
    struct own *own = context;
    if (fails(own, error))
        return own->with;
    const libsearch_status status = own->inner->lock(own->inner->context, name, wait, lock, error);
    count(own, &own->locks, status == LIBSEARCH_OK);
    return status;
}

static void own_unlock(void *context, libsearch_lock *lock)
{
    struct own *own = context;
    count(own, &own->locks, -1);
    own->inner->unlock(own->inner->context, lock);
}

static libsearch_storage functions_of(struct own *own)
{
    libsearch_storage storage = LIBSEARCH_STORAGE_INIT;
    storage.context = own;
    storage.create = own_create;
    storage.write = own_write;
    storage.sync = own_sync;
    storage.close = own_close;
    storage.map = own_map;
    storage.unmap = own_unmap;
    storage.sync_file = own_sync_file;
    storage.rename = own_rename;
    storage.remove = own_remove;
    storage.exists = own_exists;
    storage.list = own_list;
    storage.sync_folder = own_sync_folder;
    storage.lock = own_lock;
    storage.unlock = own_unlock;
    return storage;
}

/* A life: two commits, an update, a deletion, a compaction, a search. */
static libsearch_status live(const libsearch_storage *storage, libsearch_error *error)
{
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_results *results = NULL;
    libsearch_status status = open_in(storage, LIBSEARCH_CREATE, &index, error);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_open(index, NULL, &writer, error);
    if (status == LIBSEARCH_OK)
        status = put_one(index, writer, "1", "bread");
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_prepare(writer, LIBSEARCH_PROCESS, bytes("mine"), error);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_finish(writer, error);
    if (status == LIBSEARCH_OK)
        status = put_one(index, writer, "1", "bread again");
    if (status == LIBSEARCH_OK)
        status = put_one(index, writer, "2", "butter");
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_delete(writer, bytes("2"), error);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_commit(writer, error);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_compact(writer, 0, error);
    libsearch_writer_close(writer);
    if (status == LIBSEARCH_OK)
        status = libsearch_search(index, bytes("bread"), 5, &results, error);
    if (status == LIBSEARCH_OK)
        assert_int_equal(libsearch_results_count(results), 1);
    libsearch_results_free(results);
    libsearch_close(index);
    return status;
}

static void all_goes_through_the_programs_functions_and_everything_is_given_back(void **state)
{
    (void)state;
    for (int odd = 0; odd < 2; odd++) {
        const libsearch_storage *inner = NULL;
        assert_ok(libsearch_memory_storage_new(NULL, &inner, NULL));
        struct own own = own_start(inner);
        own.odd = odd;
        const libsearch_storage storage = functions_of(&own);
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        if (live(&storage, &error) != LIBSEARCH_OK)
            fail_msg("%s", error.message);
        assert_true(own.calls > 30);
        assert_int_equal(own.mapped, 0);
        assert_int_equal(own.files, 0);
        assert_int_equal(own.locks, 0);
        assert_ok(check_in(&storage));
        libsearch_memory_storage_free(inner);
    }
}

static void whichever_call_fails_is_told_with_its_words_and_nothing_is_kept(void **state)
{
    (void)state;
    static const libsearch_status ways[] = { LIBSEARCH_IO, LIBSEARCH_FULL, LIBSEARCH_NO_MEMORY, (libsearch_status)77 };
    int told = 0, failed = 0;
    for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++)
        for (int at = 1;; at++) {
            const libsearch_storage *inner = NULL;
            assert_ok(libsearch_memory_storage_new(NULL, &inner, NULL));
            struct own own = own_start(inner);
            own.fail_at = at;
            own.with = ways[way];
            const libsearch_storage storage = functions_of(&own);
            libsearch_error error = LIBSEARCH_ERROR_INIT;
            const libsearch_status status = live(&storage, &error);
            assert_int_equal(own.mapped, 0);
            assert_int_equal(own.files, 0);
            assert_int_equal(own.locks, 0);
            const int over = own.calls < at;
            failed += status != LIBSEARCH_OK;
            told += status != LIBSEARCH_OK && strstr(error.message, "the cable is out") != NULL;
            assert_true(status != (libsearch_status)77);
            own.fail_at = 0;
            if (check_in(&storage) != LIBSEARCH_OK) /* nothing there yet, or a sound index */
                assert_status(check_in(&storage), LIBSEARCH_NOT_FOUND);
            libsearch_memory_storage_free(inner);
            if (over) {
                assert_ok(status);
                break;
            }
        }
    assert_true(failed > 40);
    assert_true(told > failed / 2);
}

static void a_storage_without_a_function_is_refused(void **state)
{
    (void)state;
    const libsearch_storage *inner = NULL;
    libsearch_index *index = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_ok(libsearch_memory_storage_new(NULL, &inner, NULL));
    libsearch_storage storage = *inner;
    storage.list = NULL;
    assert_status(open_in(&storage, LIBSEARCH_CREATE, &index, &error), LIBSEARCH_INVALID);
    assert_non_null(strstr(error.message, "libsearch_storage"));
    libsearch_memory_storage_free(inner);
}

static void the_xapian_engine_refuses_it_by_name(void **state)
{
    (void)state;
    if (!engine_is_here(XAPIAN))
        skip();
    const libsearch_storage *storage = NULL;
    libsearch_index *index = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    assert_ok(libsearch_memory_storage_new(NULL, &storage, NULL));
    extensions.storage = storage;
    options.extensions = &extensions;
    options.engine = engine_of(XAPIAN);
    assert_status(libsearch_open("/tmp/not-there", LIBSEARCH_CREATE, &options, &index, &error), LIBSEARCH_UNSUPPORTED);
    assert_non_null(strstr(error.message, "storage callbacks"));
    assert_status(libsearch_check_with("/tmp/not-there", &options, NULL, NULL, NULL), LIBSEARCH_UNSUPPORTED);
    libsearch_memory_storage_free(storage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_lives_in_memory_as_long_as_its_storage),
        cmocka_unit_test(all_goes_through_the_programs_functions_and_everything_is_given_back),
        cmocka_unit_test(whichever_call_fails_is_told_with_its_words_and_nothing_is_kept),
        cmocka_unit_test(a_storage_without_a_function_is_refused),
        cmocka_unit_test(the_xapian_engine_refuses_it_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
