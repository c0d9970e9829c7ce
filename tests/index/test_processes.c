/* SPDX-License-Identifier: MIT */
/* On disk, with processes: writers are killed at any moment and readers read on; readers open anew beside a writer;
 * writers race.
 *
 * LIBSEARCH_KILLS: how many writers are killed (default 100); LIBSEARCH_REOPENS: by all readers together (5000). */
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
#include <sys/mman.h>
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

/* Whole commits have an odd number of documents (but for none), which never falls, and both of the newest pair. */
static int look(struct index_store *store, uint64_t *seen)
{
    struct snapshot *snapshot;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (index_store_snapshot(store, &snapshot, &error) != LIBSEARCH_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 3;
    }
    int wrong = (snapshot->documents != 0 && snapshot->documents % 2 == 0) || snapshot->documents < *seen ? 4 : 0;
    *seen = snapshot->documents;
    for (int i = 0; i < 2 && wrong == 0 && *seen > 0; i++) {
        char id[24];
        size_t segment;
        uint32_t document;
        snprintf(id, sizeof id, "%llu-%d", (unsigned long long)((*seen - 1) / 2 - 1), i);
        if (snapshot_find(snapshot, (libsearch_bytes){ id, strlen(id) }, &segment, &document) != LIBSEARCH_OK)
            wrong = 6;
    }
    snapshot_release(snapshot);
    return wrong;
}

static void pause_ms(long milliseconds)
{
    const struct timespec pause = { milliseconds / 1000, milliseconds % 1000 * 1000000 };
    nanosleep(&pause, NULL);
}

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
        wrong = look(store, &seen);
        if (wrong == 0)
            wrong = look(store, &seen);
        index_store_close(store); /* half of the time anew */
        if (open_disk(LIBSEARCH_READ_ONLY, &store, &error) != LIBSEARCH_OK) {
            fprintf(stderr, "%s\n", error.message);
            _exit(5);
        }
        pause_ms(1);
    }
    index_store_close(store);
    _exit(wrong);
}

/* Kills one writer; *next is the number of its first commit, and then of the next one's. */
static void kill_one(int kill_number, unsigned *next, unsigned *commits)
{
    int told[2], status;
    unsigned number;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    assert_int_equal(pipe(told), 0);
    const pid_t writer = fork();
    if (writer == 0)
        write_until_killed(told[1], *next);
    close(told[1]);
    /* While it opens, or some commits later, a little after an acknowledgement. */
    unsigned acknowledged = *next; /* one more than the last number that was told */
    for (int left = rand() % 5; left > 0 && read(told[0], &number, sizeof number) == sizeof number; left--) {
        acknowledged = number + 1;
        ++*commits;
    }
    const struct timespec pause = { 0, rand() % 15000000 };
    nanosleep(&pause, NULL);
    kill(writer, SIGKILL);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    assert_true(WIFSIGNALED(status));
    while (read(told[0], &number, sizeof number) == sizeof number) {
        acknowledged = number + 1;
        ++*commits;
    }
    close(told[0]);
    struct index_store *store;
    struct snapshot *snapshot;
    if (open_disk(LIBSEARCH_CREATE, &store, &error) != LIBSEARCH_OK)
        fail_msg("kill %d: %s", kill_number, error.message);
    assert_int_equal(index_store_snapshot(store, &snapshot, &error), LIBSEARCH_OK);
    const uint64_t held = snapshot->documents == 0 ? 0 : (snapshot->documents - 1) / 2;
    if (held < acknowledged || held > acknowledged + 1)
        fail_msg("kill %d: %llu commits held, %u acknowledged", kill_number, (unsigned long long)held, acknowledged);
    for (unsigned i = 0; i < 2 * acknowledged; i++) { /* each document that was acknowledged */
        char id[24];
        size_t segment;
        uint32_t document;
        snprintf(id, sizeof id, "%u-%u", i / 2, i % 2);
        if (snapshot_find(snapshot, (libsearch_bytes){ id, strlen(id) }, &segment, &document) != LIBSEARCH_OK)
            fail_msg("kill %d: %s is lost", kill_number, id);
    }
    *next = (unsigned)held;
    snapshot_release(snapshot);
    index_store_close(store);
    struct storage *storage;
    assert_int_equal(storage_open_posix(allocator_default(), folder, false, true, &storage, NULL), LIBSEARCH_OK);
    assert_int_equal(index_check(allocator_default(), storage, NULL, NULL, NULL, NULL), LIBSEARCH_OK);
    storage_close(storage);
}

static void make_folder(void)
{
    snprintf(folder, sizeof folder, "/tmp/libsearch-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static void remove_folder(void)
{
    char command[96];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
}

static void ended_well(pid_t process)
{
    int status;
    assert_int_equal(waitpid(process, &status, 0), process);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("a process ended with %d", WIFEXITED(status) ? WEXITSTATUS(status) : -status);
}

static int from_environment(const char *name, int otherwise)
{
    const char *given = getenv(name);
    return given == NULL ? otherwise : atoi(given);
}

static void no_acknowledged_commit_is_lost_with_its_process_and_readers_see_whole_ones(void **state)
{
    (void)state;
    enum { READERS = 2, KILLS_OF_AN_INDEX = 50 };
    const int kills = from_environment("LIBSEARCH_KILLS", 100);
    unsigned commits = 0;
    srand(3);
    for (int done = 0; done < kills;) {
        int stop[2];
        pid_t readers[READERS];
        unsigned next = 0;
        make_folder();
        assert_int_equal(pipe2(stop, O_NONBLOCK), 0);
        for (int i = 0; i < READERS; i++)
            if ((readers[i] = fork()) == 0) {
                close(stop[1]);
                read_until_told(stop[0]);
            }
        for (int round = 0; round < KILLS_OF_AN_INDEX && done < kills; round++, done++)
            kill_one(done, &next, &commits);
        close(stop[1]);
        for (int i = 0; i < READERS; i++)
            ended_well(readers[i]);
        close(stop[0]);
        remove_folder();
    }
    printf("%d writers killed beside %d readers, %u commits acknowledged\n", kills, READERS, commits);
}

/* A commit replaces all documents by ones that say its number. */
enum { GENERATION_DOCUMENTS = 5 };

static void write_generations(int stop)
{
    struct index_store *store;
    struct index_writer *writer;
    char byte;
    const struct index_writer_options options = { .memory = 400 };
    if (open_disk(LIBSEARCH_CREATE, &store, NULL) != LIBSEARCH_OK ||
        index_writer_open(store, &options, &writer, NULL) != LIBSEARCH_OK)
        _exit(1);
    for (unsigned generation = 1; read(stop, &byte, 1) < 0 && errno == EAGAIN; generation++) {
        bool good = true;
        for (int i = 0; i < GENERATION_DOCUMENTS; i++) {
            char id[24], text[24];
            snprintf(id, sizeof id, "%d", i);
            snprintf(text, sizeof text, "%u", generation);
            good &= put(writer, id, text, NULL) == LIBSEARCH_OK;
        }
        if (generation % 50 == 0)
            good &= index_writer_compact(writer, 0, NULL) == LIBSEARCH_OK;
        const libsearch_durability durability = generation % 40 == 0 ? LIBSEARCH_DURABLE : LIBSEARCH_PROCESS;
        good &= index_writer_commit(writer, durability, NO_BYTES, NULL) == LIBSEARCH_OK;
        if (!good)
            _exit(1);
    }
    index_writer_close(writer);
    index_store_close(store);
    _exit(0);
}

/* The number that all documents say; -1: they do not say the same. */
static long generation_of(const struct snapshot *snapshot)
{
    long generation = 0;
    libsearch_document *document = document_new(allocator_default());
    if (snapshot->documents != 0 && snapshot->documents != GENERATION_DOCUMENTS)
        generation = -1;
    for (int i = 0; i < GENERATION_DOCUMENTS && generation >= 0 && snapshot->documents > 0; i++) {
        char id[24], text[24] = "";
        size_t segment;
        uint32_t number;
        snprintf(id, sizeof id, "%d", i);
        document_clear(document);
        if (snapshot_find(snapshot, (libsearch_bytes){ id, strlen(id) }, &segment, &number) != LIBSEARCH_OK ||
            segment_fetch(snapshot->segments[segment].segment, snapshot->schema, number, document, NULL) !=
                LIBSEARCH_OK ||
            document->count != 1 || document->values[0].bytes.length >= sizeof text) {
            generation = -1;
            break;
        }
        memcpy(text, document->values[0].bytes.data, document->values[0].bytes.length);
        if (i > 0 && atol(text) != generation)
            generation = -1;
        else
            generation = atol(text);
    }
    document_free(document);
    return generation;
}

static void reopen_often(int times)
{
    long seen = 0;
    for (int i = 0; i < times; i++) {
        struct index_store *store;
        struct snapshot *snapshot;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        if (open_disk(LIBSEARCH_READ_ONLY, &store, &error) != LIBSEARCH_OK ||
            index_store_snapshot(store, &snapshot, &error) != LIBSEARCH_OK) {
            fprintf(stderr, "%s\n", error.message);
            _exit(2);
        }
        const long generation = generation_of(snapshot);
        if (generation < seen) {
            fprintf(stderr, "generation %ld after %ld\n", generation, seen);
            _exit(3);
        }
        seen = generation;
        snapshot_release(snapshot);
        index_store_close(store);
    }
    _exit(0);
}

static void readers_that_open_anew_see_whole_commits_that_never_go_back(void **state)
{
    (void)state;
    enum { READERS = 4 };
    const int reopens = from_environment("LIBSEARCH_REOPENS", 5000);
    struct index_store *store;
    struct snapshot *snapshot;
    pid_t readers[READERS];
    int stop[2];
    make_folder();
    assert_int_equal(open_disk(LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    assert_int_equal(pipe2(stop, O_NONBLOCK), 0);
    const pid_t writer = fork();
    if (writer == 0) {
        close(stop[1]);
        write_generations(stop[0]);
    }
    for (int i = 0; i < READERS; i++)
        if ((readers[i] = fork()) == 0)
            reopen_often((reopens + READERS - 1) / READERS);
    for (int i = 0; i < READERS; i++)
        ended_well(readers[i]);
    close(stop[1]);
    ended_well(writer);
    close(stop[0]);
    assert_int_equal(index_store_snapshot(store, &snapshot, NULL), LIBSEARCH_OK);
    printf("%d reopens by %d readers beside a writer of %ld commits\n", reopens, READERS, generation_of(snapshot));
    assert_true(generation_of(snapshot) > 0);
    snapshot_release(snapshot);
    index_store_close(store);
    remove_folder();
}

/* Two processes try to become the writer at the same moment; each keeps what it got until both know. */
struct race {
    pthread_barrier_t barrier;
    libsearch_status got[2];
};

static void race_often(struct race *race, int me, int rounds)
{
    struct index_store *store;
    if (open_disk(0, &store, NULL) != LIBSEARCH_OK)
        _exit(1);
    for (int round = 0; round < rounds; round++) {
        struct index_writer *writer = NULL;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        pthread_barrier_wait(&race->barrier);
        race->got[me] = index_writer_open(store, NULL, &writer, &error);
        pthread_barrier_wait(&race->barrier);
        const bool one = (race->got[0] == LIBSEARCH_OK) != (race->got[1] == LIBSEARCH_OK);
        const bool told = race->got[me] == LIBSEARCH_OK ||
                          (race->got[me] == LIBSEARCH_LOCKED && strstr(error.message, "in use by another writer"));
        pthread_barrier_wait(&race->barrier);
        if (race->got[me] == LIBSEARCH_OK && round % 10 == 0 && /* and it is one */
            (put(writer, "a", "1", NULL) != LIBSEARCH_OK || commit(writer, NULL) != LIBSEARCH_OK))
            _exit(4);
        index_writer_close(writer);
        if (!one)
            _exit(2);
        if (!told)
            _exit(3);
        pthread_barrier_wait(&race->barrier); /* the lock is free again */
    }
    index_store_close(store);
    _exit(0);
}

static void of_two_that_would_be_writer_exactly_one_is(void **state)
{
    (void)state;
    const int rounds = 1000;
    pid_t racers[2];
    struct index_store *store;
    pthread_barrierattr_t shared;
    make_folder();
    assert_int_equal(open_disk(LIBSEARCH_CREATE, &store, NULL), LIBSEARCH_OK);
    index_store_close(store);
    struct race *race = mmap(NULL, sizeof *race, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(race != MAP_FAILED);
    pthread_barrierattr_init(&shared);
    pthread_barrierattr_setpshared(&shared, PTHREAD_PROCESS_SHARED);
    assert_int_equal(pthread_barrier_init(&race->barrier, &shared, 2), 0);
    for (int i = 0; i < 2; i++)
        if ((racers[i] = fork()) == 0)
            race_often(race, i, rounds);
    for (int i = 0; i < 2; i++)
        ended_well(racers[i]);
    pthread_barrier_destroy(&race->barrier);
    munmap(race, sizeof *race);
    remove_folder();
    printf("%d races\n", rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_acknowledged_commit_is_lost_with_its_process_and_readers_see_whole_ones),
        cmocka_unit_test(readers_that_open_anew_see_whole_commits_that_never_go_back),
        cmocka_unit_test(of_two_that_would_be_writer_exactly_one_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
