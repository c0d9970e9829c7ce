/* SPDX-License-Identifier: MIT */
/* What both storages promise, and what the one on disk says when the system refuses. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/storage.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/libsearch-test-XXXXXX");
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static struct storage *open_disk(void)
{
    struct storage *storage;
    assert_int_equal(storage_open_posix(allocator_default(), folder, true, false, &storage, NULL), LIBSEARCH_OK);
    return storage;
}

static struct storage *open_memory(void)
{
    struct storage *storage;
    assert_int_equal(storage_open_memory(allocator_default(), &storage, NULL), LIBSEARCH_OK);
    return storage;
}

static void write_file(struct storage *storage, const char *name, const char *text)
{
    struct output *output;
    assert_int_equal(storage_create(storage, name, &output, NULL), LIBSEARCH_OK);
    assert_int_equal(output_append(output, text, strlen(text), NULL), LIBSEARCH_OK);
    assert_int_equal(output_sync(output, NULL), LIBSEARCH_OK);
    assert_int_equal(output_close(output, NULL), LIBSEARCH_OK);
}

static void assert_holds(struct storage *storage, const char *name, bool copy, const char *text)
{
    struct mapping mapping;
    assert_int_equal(storage_map(storage, name, copy, &mapping, NULL), LIBSEARCH_OK);
    assert_int_equal(mapping.length, strlen(text));
    assert_int_equal((uintptr_t)mapping.data % 64, 0);
    if (mapping.length > 0)
        assert_memory_equal(mapping.data, text, mapping.length);
    mapping_release(&mapping);
    mapping_release(&mapping);
}

static libsearch_status collect(void *context, const char *name, uint64_t size, libsearch_error *error)
{
    (void)error;
    char *all = context;
    snprintf(all + strlen(all), 200 - strlen(all), "%s:%d ", name, (int)size);
    return LIBSEARCH_OK;
}

static void try_files(struct storage *storage)
{
    struct output *output;
    struct mapping kept, none;
    bool exists = true;
    char listed[200] = "";
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    write_file(storage, "a", "alpha");
    write_file(storage, "empty", "");
    for (int copy = 0; copy < 2; copy++) {
        assert_holds(storage, "a", copy, "alpha");
        assert_holds(storage, "empty", copy, "");
    }
    assert_int_equal(storage_create(storage, "a", &output, NULL), LIBSEARCH_EXISTS);
    assert_int_equal(storage_map(storage, "b", false, &none, &error), LIBSEARCH_NOT_FOUND);
    assert_non_null(strstr(error.message, "/b: "));
    assert_int_equal(storage_sync_file(storage, "a", NULL), LIBSEARCH_OK);
    assert_int_equal(storage_sync_file(storage, "b", NULL), LIBSEARCH_NOT_FOUND);
    assert_int_equal(storage_rename(storage, "b", "c", NULL), LIBSEARCH_NOT_FOUND);
    assert_int_equal(storage_remove(storage, "b", NULL), LIBSEARCH_NOT_FOUND);
    assert_int_equal(storage_exists(storage, "b", &exists, NULL), LIBSEARCH_OK);
    assert_false(exists);
    /* A mapping outlives the name, a rename replaces. */
    assert_int_equal(storage_map(storage, "a", false, &kept, NULL), LIBSEARCH_OK);
    write_file(storage, "b", "beta");
    assert_int_equal(storage_rename(storage, "b", "a", NULL), LIBSEARCH_OK);
    assert_holds(storage, "a", false, "beta");
    assert_int_equal(storage_rename(storage, "a", "a", NULL), LIBSEARCH_OK);
    assert_int_equal(storage_remove(storage, "empty", NULL), LIBSEARCH_OK);
    assert_memory_equal(kept.data, "alpha", 5);
    mapping_release(&kept);
    assert_int_equal(storage_sync_directory(storage, NULL), LIBSEARCH_OK);
    assert_int_equal(storage_list(storage, collect, listed, NULL), LIBSEARCH_OK);
    assert_string_equal(listed, "a:4 ");
    assert_int_equal(storage_remove(storage, "a", NULL), LIBSEARCH_OK);
}

static void files_are_written_mapped_copied_renamed_listed_and_removed(void **state)
{
    (void)state;
    struct storage *disk = open_disk(), *memory = open_memory();
    try_files(disk);
    try_files(memory);
    storage_close(disk);
    storage_close(memory);
    storage_close(NULL);
}

static void a_mapping_outlives_its_storage(void **state)
{
    (void)state;
    struct storage *storages[2] = { open_disk(), open_memory() };
    for (int i = 0; i < 2; i++) {
        struct mapping mapping;
        write_file(storages[i], "kept", "still here");
        assert_int_equal(storage_map(storages[i], "kept", false, &mapping, NULL), LIBSEARCH_OK);
        storage_remove(storages[i], "kept", NULL);
        storage_close(storages[i]);
        assert_memory_equal(mapping.data, "still here", 10);
        mapping_release(&mapping);
    }
}

static void appends_of_all_sizes_arrive_in_order(void **state)
{
    (void)state;
    struct storage *storages[2] = { open_disk(), open_memory() };
    for (int i = 0; i < 2; i++) {
        struct output *output;
        struct mapping mapping;
        uint32_t next = 0;
        const size_t sizes[] = { 1, 65535, 65536, 65537, 3, 0, 200000, 65533, 7 };
        static uint32_t piece[60000];
        assert_int_equal(storage_create(storages[i], "long", &output, NULL), LIBSEARCH_OK);
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            for (size_t n = 0; n < sizes[s] / 4; n++)
                piece[n] = next++;
            assert_int_equal(output_append(output, piece, sizes[s] / 4 * 4, NULL), LIBSEARCH_OK);
            assert_int_equal(output->position, 4 * (uint64_t)next);
        }
        /* A reader in between sees a beginning of it. */
        assert_int_equal(storage_map(storages[i], "long", false, &mapping, NULL), LIBSEARCH_OK);
        assert_true(mapping.length <= 4 * (size_t)next);
        mapping_release(&mapping);
        assert_int_equal(output_close(output, NULL), LIBSEARCH_OK);
        assert_int_equal(storage_map(storages[i], "long", false, &mapping, NULL), LIBSEARCH_OK);
        assert_int_equal(mapping.length, 4 * (size_t)next);
        for (uint32_t n = 0; n < next; n++)
            assert_int_equal(((const uint32_t *)(const void *)mapping.data)[n], n);
        mapping_release(&mapping);
        assert_int_equal(storage_create(storages[i], "dropped", &output, NULL), LIBSEARCH_OK);
        output_discard(output);
        assert_int_equal(storage_map(storages[i], "dropped", false, &mapping, NULL), LIBSEARCH_NOT_FOUND);
        storage_remove(storages[i], "long", NULL);
        storage_close(storages[i]);
    }
}

static void a_lock_is_met_by_a_second_open_and_waited_for(void **state)
{
    (void)state;
    struct storage *memory = open_memory();
    struct storage *storages[2][2] = { { open_disk(), open_disk() }, { memory, memory } };
    for (int i = 0; i < 2; i++) {
        struct file_lock *first, *second;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        assert_int_equal(storage_lock(storages[i][0], "write.lock", 0, &first, NULL), LIBSEARCH_OK);
        assert_int_equal(storage_lock(storages[i][1], "write.lock", 0, &second, &error), LIBSEARCH_LOCKED);
        assert_non_null(strstr(error.message, "in use by another writer"));
        assert_int_equal(storage_lock(storages[i][1], "write.lock", 30, &second, NULL), LIBSEARCH_LOCKED);
        storage_unlock(storages[i][0], first);
        assert_int_equal(storage_lock(storages[i][1], "write.lock", 30, &second, NULL), LIBSEARCH_OK);
        assert_int_equal(storage_lock(storages[i][0], "write.lock", 0, &first, NULL), LIBSEARCH_LOCKED);
        storage_unlock(storages[i][1], second);
        storage_unlock(storages[i][1], NULL);
    }
    storage_close(storages[0][0]);
    storage_close(storages[0][1]);
    storage_close(memory);
}

static void the_lock_of_a_killed_process_is_free(void **state)
{
    (void)state;
    int told[2];
    char byte;
    assert_int_equal(pipe(told), 0);
    const pid_t child = fork();
    if (child == 0) {
        struct file_lock *lock;
        struct storage *storage;
        if (storage_open_posix(allocator_default(), folder, false, false, &storage, NULL) == LIBSEARCH_OK &&
            storage_lock(storage, "write.lock", 0, &lock, NULL) == LIBSEARCH_OK && write(told[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    struct storage *storage = open_disk();
    struct file_lock *lock;
    assert_int_equal(read(told[0], &byte, 1), 1);
    assert_int_equal(storage_lock(storage, "write.lock", 0, &lock, NULL), LIBSEARCH_LOCKED);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(storage_lock(storage, "write.lock", 0, &lock, NULL), LIBSEARCH_OK);
    storage_unlock(storage, lock);
    storage_close(storage);
    close(told[0]);
    close(told[1]);
}

static void a_forked_child_reads_but_neither_writes_nor_frees_the_lock(void **state)
{
    (void)state;
    struct storage *storage = open_disk();
    struct file_lock *lock, *other;
    struct output *output;
    assert_int_equal(storage_lock(storage, "write.lock", 0, &lock, NULL), LIBSEARCH_OK);
    write_file(storage, "a", "alpha");
    assert_int_equal(storage_create(storage, "half", &output, NULL), LIBSEARCH_OK);
    assert_int_equal(output_append(output, "one", 3, NULL), LIBSEARCH_OK);
    const pid_t child = fork();
    if (child == 0) {
        struct mapping mapping;
        struct output *own;
        int wrong = 0;
        wrong |= storage_map(storage, "a", false, &mapping, NULL) != LIBSEARCH_OK;
        wrong |= storage_create(storage, "b", &own, NULL) != LIBSEARCH_PERMISSION;
        wrong |= storage_rename(storage, "a", "b", NULL) != LIBSEARCH_PERMISSION;
        wrong |= storage_remove(storage, "a", NULL) != LIBSEARCH_PERMISSION;
        wrong |= output_close(output, NULL) != LIBSEARCH_PERMISSION;
        storage_unlock(storage, lock);
        storage_close(storage);
        _exit(wrong);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    struct storage *second = open_disk();
    assert_int_equal(storage_lock(second, "write.lock", 0, &other, NULL), LIBSEARCH_LOCKED);
    assert_int_equal(output_close(output, NULL), LIBSEARCH_OK);
    assert_holds(storage, "half", false, "one");
    storage_unlock(storage, lock);
    storage_remove(storage, "a", NULL);
    storage_remove(storage, "half", NULL);
    storage_close(second);
    storage_close(storage);
}

static void a_lock_file_deleted_by_hand_makes_no_second_writer_on_the_new_one(void **state)
{
    (void)state;
    struct storage *storage = open_disk();
    struct file_lock *lost, *lock, *third;
    assert_int_equal(storage_lock(storage, "write.lock", 0, &lost, NULL), LIBSEARCH_OK);
    assert_int_equal(storage_remove(storage, "write.lock", NULL), LIBSEARCH_OK);
    assert_int_equal(storage_lock(storage, "write.lock", 0, &lock, NULL), LIBSEARCH_OK);
    assert_int_equal(storage_lock(storage, "write.lock", 0, &third, NULL), LIBSEARCH_LOCKED);
    storage_unlock(storage, lost);
    storage_unlock(storage, lock);
    storage_close(storage);
}

static void opened_to_read_only_nothing_is_touched(void **state)
{
    (void)state;
    struct storage *writing = open_disk(), *reading, *none;
    struct output *output;
    struct file_lock *lock;
    char missing[96];
    write_file(writing, "a", "alpha");
    assert_int_equal(storage_open_posix(allocator_default(), folder, true, true, &reading, NULL), LIBSEARCH_OK);
    assert_holds(reading, "a", false, "alpha");
    assert_int_equal(storage_create(reading, "b", &output, NULL), LIBSEARCH_PERMISSION);
    assert_int_equal(storage_rename(reading, "a", "b", NULL), LIBSEARCH_PERMISSION);
    assert_int_equal(storage_remove(reading, "a", NULL), LIBSEARCH_PERMISSION);
    assert_int_equal(storage_lock(reading, "write.lock", 0, &lock, NULL), LIBSEARCH_PERMISSION);
    snprintf(missing, sizeof missing, "%s/missing", folder);
    assert_int_equal(storage_open_posix(allocator_default(), missing, true, true, &none, NULL), LIBSEARCH_NOT_FOUND);
    assert_int_equal(access(missing, F_OK), -1);
    storage_remove(writing, "a", NULL);
    storage_close(writing);
    storage_close(reading);
}

static void a_missing_path_is_made_with_all_above_it(void **state)
{
    (void)state;
    struct storage *storage;
    char path[128];
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    snprintf(path, sizeof path, "%s/one//two/three/", folder);
    assert_int_equal(storage_open_posix(allocator_default(), path, false, false, &storage, NULL), LIBSEARCH_NOT_FOUND);
    assert_int_equal(storage_open_posix(allocator_default(), path, true, false, &storage, NULL), LIBSEARCH_OK);
    write_file(storage, "file", "text");
    storage_close(storage);
    snprintf(path, sizeof path, "%s/one/two/three/file", folder);
    assert_int_equal(storage_open_posix(allocator_default(), path, true, false, &storage, &error),
                     LIBSEARCH_NOT_AN_INDEX);
    snprintf(path, sizeof path, "%s/one/two/three/file/four", folder);
    assert_int_not_equal(storage_open_posix(allocator_default(), path, true, false, &storage, &error), LIBSEARCH_OK);
    assert_int_equal(storage_open_posix(allocator_default(), "", true, false, &storage, NULL), LIBSEARCH_INVALID);
}

static void folders_are_listed_as_folders(void **state)
{
    (void)state;
    struct storage *storage;
    char path[128], listed[200] = "";
    snprintf(path, sizeof path, "%s/outer/inner", folder);
    assert_int_equal(storage_open_posix(allocator_default(), path, true, false, &storage, NULL), LIBSEARCH_OK);
    storage_close(storage);
    snprintf(path, sizeof path, "%s/outer", folder);
    assert_int_equal(storage_open_posix(allocator_default(), path, false, false, &storage, NULL), LIBSEARCH_OK);
    assert_int_equal(storage_list(storage, collect, listed, NULL), LIBSEARCH_OK);
    assert_string_equal(listed, "inner/:0 ");
    storage_close(storage);
}

static void what_is_no_regular_file_is_refused_without_waiting(void **state)
{
    (void)state;
    struct storage *storage = open_disk();
    struct mapping mapping;
    char path[128];
    snprintf(path, sizeof path, "%s/pipe", folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(storage_map(storage, "pipe", false, &mapping, NULL), LIBSEARCH_IO);
    assert_int_equal(storage_remove(storage, "pipe", NULL), LIBSEARCH_OK);
    storage_close(storage);
}

static void a_write_that_fails_is_told_with_file_and_cause_and_not_forgotten(void **state)
{
    (void)state;
    struct storage *storage;
    struct output *output;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    /* The limit on the size of files stands in for a disk without space. */
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = old;
    small.rlim_cur = 100000;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    static char zeros[300000];
    storage = open_disk();
    assert_int_equal(storage_create(storage, "big", &output, NULL), LIBSEARCH_OK);
    const libsearch_status first = output_append(output, zeros, sizeof zeros, &error);
    const libsearch_status second = output_append(output, zeros, 1, NULL);
    const libsearch_status third = output_sync(output, NULL);
    const libsearch_status fourth = output_close(output, NULL);
    setrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, handler);
    assert_int_equal(first, LIBSEARCH_IO);
    assert_int_equal(second, LIBSEARCH_IO);
    assert_int_equal(third, LIBSEARCH_IO);
    assert_int_equal(fourth, LIBSEARCH_IO);
    assert_non_null(strstr(error.message, "/big: File too large (write)"));
    storage_remove(storage, "big", NULL);
    storage_close(storage);
}

static void missing_rights_are_told(void **state)
{
    (void)state;
    struct storage *storage = open_disk();
    struct output *output;
    assert_int_equal(chmod(folder, 0500), 0);
    const bool root = geteuid() == 0; /* who has them all, and is nobody for a moment */
    if (root)
        assert_int_equal(seteuid(65534), 0);
    const libsearch_status status = storage_create(storage, "a", &output, NULL);
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(status, LIBSEARCH_PERMISSION);
    chmod(folder, 0700);
    storage_close(storage);
}

static void no_descriptor_is_left_open(void **state)
{
    (void)state;
    const int before = dup(0);
    close(before);
    struct storage *storage = open_disk();
    char listed[200] = "";
    struct mapping mapping;
    struct file_lock *lock;
    write_file(storage, "a", "alpha");
    assert_holds(storage, "a", true, "alpha");
    assert_holds(storage, "a", false, "alpha");
    assert_int_equal(storage_map(storage, "b", false, &mapping, NULL), LIBSEARCH_NOT_FOUND);
    assert_int_equal(storage_list(storage, collect, listed, NULL), LIBSEARCH_OK);
    assert_int_equal(storage_lock(storage, "write.lock", 0, &lock, NULL), LIBSEARCH_OK);
    storage_unlock(storage, lock);
    storage_remove(storage, "a", NULL);
    storage_close(storage);
    const int after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

static void *lock_often(void *context)
{
    int *inside = context;
    struct storage *storage;
    if (storage_open_posix(allocator_default(), folder, false, false, &storage, NULL) != LIBSEARCH_OK)
        return "cannot open";
    for (int i = 0; i < 100; i++) {
        struct file_lock *lock;
        if (storage_lock(storage, "race.lock", 10000, &lock, NULL) != LIBSEARCH_OK)
            return "not locked";
        if (__atomic_fetch_add(inside, 1, __ATOMIC_ACQ_REL) != 0)
            return "two at once";
        __atomic_fetch_sub(inside, 1, __ATOMIC_ACQ_REL);
        storage_unlock(storage, lock);
    }
    storage_close(storage);
    return NULL;
}

static void of_several_threads_one_has_the_lock(void **state)
{
    (void)state;
    enum { THREADS = 4 };
    pthread_t threads[THREADS];
    int inside = 0;
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, lock_often, &inside), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        if (wrong != NULL)
            fail_msg("%s", (const char *)wrong);
    }
}

static void locks_of_several_names_are_freed_in_any_order(void **state)
{
    (void)state;
    struct storage *storages[] = { open_memory(), open_disk() };
    for (size_t i = 0; i < 2; i++)
        for (unsigned order = 0; order < 6; order++) {
            struct file_lock *locks[3], *again;
            static const char *const names[] = { "a.lock", "b.lock", "c.lock" };
            const unsigned first = order % 3, second = (first + 1 + order / 3) % 3, third = 3 - first - second;
            for (size_t j = 0; j < 3; j++)
                assert_int_equal(storage_lock(storages[i], names[j], 0, &locks[j], NULL), LIBSEARCH_OK);
            storage_unlock(storages[i], locks[first]);
            assert_int_equal(storage_lock(storages[i], names[second], 0, &again, NULL), LIBSEARCH_LOCKED);
            assert_int_equal(storage_lock(storages[i], names[first], 0, &again, NULL), LIBSEARCH_OK);
            storage_unlock(storages[i], again);
            storage_unlock(storages[i], locks[second]);
            storage_unlock(storages[i], locks[third]);
        }
    storage_close(storages[0]);
    storage_close(storages[1]);
}

static void what_is_larger_than_the_address_space_is_refused(void **state)
{
    (void)state;
    struct mapping mapping;
    uint8_t *data;
    for (size_t less = 0; less < 200; less += 50)
        assert_int_equal(mapping_allocate(allocator_default(), SIZE_MAX - less, &mapping, &data, NULL),
                         LIBSEARCH_NO_MEMORY);
    assert_int_equal(mapping_allocate(allocator_default(), 1000, &mapping, &data, NULL), LIBSEARCH_OK);
    memset(data, 1, 1000);
    mapping_release(&mapping);
}

static libsearch_status stop_at_second(void *context, const char *name, uint64_t size, libsearch_error *error)
{
    (void)size;
    return ++*(int *)context < 2 ? LIBSEARCH_OK : error_set(error, LIBSEARCH_CANCELLED, "enough with %s", name);
}

static void a_list_that_is_stopped_says_what_it_was_stopped_with(void **state)
{
    (void)state;
    const libsearch_storage *functions;
    struct storage *storages[3] = { open_memory(), open_disk(), NULL };
    assert_int_equal(storage_memory_new(allocator_default(), &functions, NULL), LIBSEARCH_OK);
    assert_int_equal(storage_open_callbacks(allocator_default(), functions, "own", &storages[2], NULL), LIBSEARCH_OK);
    for (size_t i = 0; i < 3; i++) {
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        int seen = 0;
        for (const char *name = "xyz"; *name != 0; name++) {
            const char text[] = { *name, 0 };
            bool exists;
            assert_int_equal(storage_exists(storages[i], text, &exists, NULL), LIBSEARCH_OK);
            if (!exists)
                write_file(storages[i], text, text);
        }
        assert_int_equal(storage_list(storages[i], stop_at_second, &seen, &error), LIBSEARCH_CANCELLED);
        assert_int_equal(seen, 2);
        assert_non_null(strstr(error.message, "enough with"));
        assert_int_equal(storage_sync_name(storages[i], NULL), LIBSEARCH_OK);
        storage_close(storages[i]);
    }
    storage_memory_free(functions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_written_mapped_copied_renamed_listed_and_removed),
        cmocka_unit_test(a_mapping_outlives_its_storage),
        cmocka_unit_test(appends_of_all_sizes_arrive_in_order),
        cmocka_unit_test(a_lock_is_met_by_a_second_open_and_waited_for),
        cmocka_unit_test(the_lock_of_a_killed_process_is_free),
        cmocka_unit_test(a_forked_child_reads_but_neither_writes_nor_frees_the_lock),
        cmocka_unit_test(a_lock_file_deleted_by_hand_makes_no_second_writer_on_the_new_one),
        cmocka_unit_test(opened_to_read_only_nothing_is_touched),
        cmocka_unit_test(a_missing_path_is_made_with_all_above_it),
        cmocka_unit_test(folders_are_listed_as_folders),
        cmocka_unit_test(what_is_no_regular_file_is_refused_without_waiting),
        cmocka_unit_test(a_write_that_fails_is_told_with_file_and_cause_and_not_forgotten),
        cmocka_unit_test(missing_rights_are_told),
        cmocka_unit_test(no_descriptor_is_left_open),
        cmocka_unit_test(of_several_threads_one_has_the_lock),
        cmocka_unit_test(locks_of_several_names_are_freed_in_any_order),
        cmocka_unit_test(what_is_larger_than_the_address_space_is_refused),
        cmocka_unit_test(a_list_that_is_stopped_says_what_it_was_stopped_with),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
