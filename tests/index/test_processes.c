/* SPDX-License-Identifier: MIT */
/* On disk, with processes: a writer is killed at any moment, readers read on.
 *
 * LIBSEARCH_KILLS: how many writers are killed (default 40). */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "index/index_model.h"

static char folder[64];

static libsearch_status open_disk(unsigned flags, struct index_store **store, libsearch_error *error)
{
    struct storage *storage;
    const libsearch_status status = storage_open_posix(allocator_default(), folder, true, false, &storage, error);
    return status != LIBSEARCH_OK ? status : index_store_open(allocator_default(), storage, flags, NULL, store, error);
}

/* Puts three documents a commit, the first of which is put again each time, and tells each commit's number. */
static void write_until_killed(int tell, unsigned first)
{
    struct index_store *store;
    struct index_writer *writer;
    const struct index_writer_options options = { .threads = first % 3, .lock_wait = 10000 };
    if (open_disk(LIBSEARCH_CREATE, &store, NULL) != LIBSEARCH_OK ||
        index_writer_open(store, &options, &writer, NULL) != LIBSEARCH_OK)
        _exit(1);
    for (unsigned number = first;; number++) {
        char id[24];
        bool good = put(writer, "newest", "again", NULL) == LIBSEARCH_OK;
        for (int i = 0; i < 2; i++) {
            snprintf(id, sizeof id, "%u-%d", number, i);
            good &= put(writer, id, "text", NULL) == LIBSEARCH_OK;
        }
        const libsearch_durability durability = number % 4 == 0 ? LIBSEARCH_DURABLE : LIBSEARCH_PROCESS;
        good &= index_writer_commit(writer, durability, NO_BYTES, NULL) == LIBSEARCH_OK;
        if (!good || write(tell, &number, sizeof number) != sizeof number)
            _exit(1);
    }
}

/* Whole commits have an odd number of documents (but for none), which never falls. */
static void read_until_told(int stop)
{
    struct index_store *store;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    uint64_t seen = 0;
    char byte;
    int wrong = 0;
    if (open_disk(LIBSEARCH_CREATE, &store, &error) != LIBSEARCH_OK)
        _exit(2);
    while (wrong == 0 && read(stop, &byte, 1) < 0 && errno == EAGAIN) {
        struct snapshot *snapshot;
        if (index_store_snapshot(store, &snapshot, &error) != LIBSEARCH_OK) {
            fprintf(stderr, "%s\n", error.message);
            wrong = 3;
            break;
        }
        if ((snapshot->documents != 0 && snapshot->documents % 2 == 0) || snapshot->documents < seen)
            wrong = 4;
        seen = snapshot->documents;
        snapshot_release(snapshot);
        index_store_close(store); /* half of the time anew */
        if (open_disk(LIBSEARCH_READ_ONLY, &store, &error) != LIBSEARCH_OK) {
            fprintf(stderr, "%s\n", error.message);
            wrong = 5;
            _exit(wrong);
        }
    }
    index_store_close(store);
    _exit(wrong);
}

static void no_acknowledged_commit_is_lost_with_its_process_and_readers_see_whole_ones(void **state)
{
    (void)state;
    enum { READERS = 2 };
    const char *given = getenv("LIBSEARCH_KILLS");
    const int kills = given == NULL ? 40 : atoi(given);
    int stop[2];
    pid_t readers[READERS];
    unsigned next = 0, commits = 0;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    snprintf(folder, sizeof folder, "/tmp/libsearch-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(pipe2(stop, O_NONBLOCK), 0);
    for (int i = 0; i < READERS; i++)
        if ((readers[i] = fork()) == 0) {
            close(stop[1]);
            read_until_told(stop[0]);
        }
    srand(3);
    for (int round = 0; round < kills; round++) {
        int told[2];
        unsigned number;
        assert_int_equal(pipe(told), 0);
        const pid_t writer = fork();
        if (writer == 0)
            write_until_killed(told[1], next);
        close(told[1]);
        const struct timespec pause = { 0, 1000000 + rand() % 100000000 };
        nanosleep(&pause, NULL);
        kill(writer, SIGKILL);
        int status;
        assert_int_equal(waitpid(writer, &status, 0), writer);
        assert_true(WIFSIGNALED(status));
        unsigned acknowledged = next; /* one more than the last number that was told */
        while (read(told[0], &number, sizeof number) == sizeof number) {
            acknowledged = number + 1;
            commits++;
        }
        close(told[0]);
        struct index_store *store;
        struct snapshot *snapshot;
        if (open_disk(LIBSEARCH_CREATE, &store, &error) != LIBSEARCH_OK)
            fail_msg("kill %d: %s", round, error.message);
        assert_int_equal(index_store_snapshot(store, &snapshot, &error), LIBSEARCH_OK);
        const uint64_t held = snapshot->documents == 0 ? 0 : (snapshot->documents - 1) / 2;
        if (held < acknowledged || held > acknowledged + 1)
            fail_msg("kill %d: %llu commits held, %u acknowledged", round, (unsigned long long)held, acknowledged);
        next = (unsigned)held;
        snapshot_release(snapshot);
        index_store_close(store);
        struct storage *storage;
        assert_int_equal(storage_open_posix(allocator_default(), folder, false, true, &storage, NULL), LIBSEARCH_OK);
        assert_int_equal(index_check(allocator_default(), storage, NULL, NULL, NULL, NULL), LIBSEARCH_OK);
        storage_close(storage);
    }
    close(stop[1]);
    for (int i = 0; i < READERS; i++) {
        int status;
        assert_int_equal(waitpid(readers[i], &status, 0), readers[i]);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            fail_msg("a reader ended with %d", status);
    }
    close(stop[0]);
    printf("%d writers killed, %u commits acknowledged\n", kills, commits);
    char command[96];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_acknowledged_commit_is_lost_with_its_process_and_readers_see_whole_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
