/* SPDX-License-Identifier: MIT */
/* A few documents at a time: what ten thousand small commits cost, how soon a document can be found, and whether
 * searches feel the merges. On the public functions alone.
 *
 *     incremental DOCS FOLDER [COMMITS [EACH]]     10,000 commits of ten documents; DOCS as bench/compare prepares it
 *
 * Three indexes are made in FOLDER, one after the other, and removed:
 *   - commits that survive a power cut, and those that survive the end of the process: seconds, most open segments and
 *     file descriptors, write amplification (bytes written by the process, as the kernel counts them, over the bytes of
 *     the index when it is compacted), and from the first put of a batch to the first search that finds it;
 *   - refreshes without commits: the same;
 *   - searches in a second thread while the first writes and merges, and the same searches afterwards, at rest, of
 *     the same index. */
#include <dirent.h>
#include <errno.h>
#include <libsearch.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MOST_DOCUMENTS = 1 << 20, REFRESH_EACH = 100 /* batches between commits */, WORDS = 8, AT_REST = 20000 };

static libsearch_error error = LIBSEARCH_ERROR_INIT;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "incremental: %s\n", what);
    exit(3);
}

static void check(libsearch_status status)
{
    if (status != LIBSEARCH_OK)
        fail(error.message);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void *allocate(size_t size)
{
    void *memory = calloc(1, size ? size : 1);
    if (memory == NULL)
        fail("no memory");
    return memory;
}

/* ---- documents ---- */

static libsearch_bytes *texts;
static size_t text_count;

/* Every so many documents of all: `wanted` of them. */
static void read_documents(const char *path, size_t wanted)
{
    FILE *file = fopen(path, "rb");
    char magic[8];
    uint64_t head[2];
    uint32_t lengths[2];
    if (file == NULL || fread(magic, 1, 8, file) != 8 || memcmp(magic, "BDOCS1\n", 8) != 0 ||
        fread(head, 1, sizeof head, file) != sizeof head)
        fail("no documents file");
    const uint64_t each = head[0] / wanted > 0 ? head[0] / wanted : 1;
    texts = allocate(wanted * sizeof *texts);
    for (uint64_t i = 0; text_count < wanted && fread(lengths, 1, sizeof lengths, file) == sizeof lengths; i++) {
        const bool taken = i % each == 0;
        if (fseek(file, (long)lengths[0] + (taken ? 0 : (long)lengths[1]), SEEK_CUR) != 0)
            break;
        if (!taken)
            continue;
        char *text = allocate(lengths[1]);
        if (fread(text, 1, lengths[1], file) != lengths[1])
            fail("the documents end early");
        texts[text_count++] = (libsearch_bytes){ text, lengths[1] };
    }
    fclose(file);
    if (text_count == 0)
        fail("no documents");
}

/* ---- what the system counts ---- */

static uint64_t bytes_written(void)
{
    FILE *file = fopen("/proc/self/io", "r");
    char line[128];
    unsigned long long written = 0;
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, "wchar: %llu", &written) == 1)
            break;
    if (file != NULL)
        fclose(file);
    return written;
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *directory = opendir("/proc/self/fd");
    while (directory != NULL && readdir(directory) != NULL)
        count++;
    if (directory != NULL)
        closedir(directory);
    return count > 3 ? count - 3 : 0; /* ., .., and the one that looks */
}

static size_t mapped_files(const char *folder)
{
    FILE *file = fopen("/proc/self/maps", "r");
    char line[4608];
    size_t count = 0;
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        count += strstr(line, folder) != NULL;
    if (file != NULL)
        fclose(file);
    return count;
}

static void remove_folder(const char *path)
{
    char name[4096];
    DIR *directory = opendir(path);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (entry->d_name[0] != '.' && unlink(name) != 0 && errno != ENOENT)
            fail("cannot remove a file of the index made before");
    }
    if (directory != NULL)
        closedir(directory);
}

/* ---- figures ---- */

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void print_times(const char *name, double *times, size_t count)
{
    qsort(times, count, sizeof *times, by_size);
    if (count > 0)
        printf("| %-52s | %9.3f | %9.3f | %9.3f |\n", name, times[count / 2] * 1e3,
               times[count * 99 / 100 < count ? count * 99 / 100 : count - 1] * 1e3, times[count - 1] * 1e3);
    fflush(stdout);
}

/* ---- writing in batches ---- */

static libsearch_index *library_index;
static libsearch_writer *writer;
static libsearch_document *document;

static void create(const char *folder)
{
    remove_folder(folder);
    libsearch_field fields[2] = { LIBSEARCH_FIELD_INIT, LIBSEARCH_FIELD_INIT };
    fields[0].name = "text";
    fields[1].name = "batch";
    fields[1].type = LIBSEARCH_KEYWORD;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    options.analyzer = "english";
    options.fields = fields;
    options.field_count = 2;
    check(libsearch_open(folder, LIBSEARCH_CREATE, &options, &library_index, &error));
    check(libsearch_writer_open(library_index, NULL, &writer, &error));
    document = libsearch_document_new(library_index);
    if (document == NULL)
        fail("no memory");
}

static void put_batch(size_t batch, size_t each)
{
    for (size_t i = batch * each; i < (batch + 1) * each; i++) {
        char id[32], name[32];
        const libsearch_bytes key = { name, (size_t)snprintf(name, sizeof name, "%zu", batch) };
        libsearch_document_clear(document);
        check(libsearch_document_set_text(document, "text", texts[i % text_count]));
        check(libsearch_document_set_keyword(document, "batch", key));
        check(libsearch_writer_put(writer, (libsearch_bytes){ id, (size_t)snprintf(id, sizeof id, "%zu", i) }, document,
                                   &error));
    }
}

/* A search that finds what was just put; returns its documents. */
static size_t find_batch(size_t batch)
{
    char name[32];
    libsearch_results *results;
    libsearch_query *query =
        libsearch_query_keyword("batch", (libsearch_bytes){ name, (size_t)snprintf(name, sizeof name, "%zu", batch) });
    check(libsearch_search_query(library_index, query, NULL, &results, &error));
    const size_t count = libsearch_results_count(results);
    libsearch_results_free(results);
    libsearch_query_free(query);
    return count;
}

static void finish_batch(bool refresh, libsearch_durability durability)
{
    if (refresh) {
        check(libsearch_writer_refresh(writer, &error));
    } else if (durability == LIBSEARCH_DURABLE) {
        check(libsearch_writer_commit(writer, &error));
    } else {
        check(libsearch_writer_prepare(writer, durability, (libsearch_bytes){ NULL, 0 }, &error));
        check(libsearch_writer_finish(writer, &error));
    }
}

static libsearch_info look(void)
{
    libsearch_info info = LIBSEARCH_INFO_INIT;
    libsearch_snapshot *snapshot;
    check(libsearch_snapshot_open(library_index, &snapshot, &error));
    check(libsearch_snapshot_info(snapshot, &info, &error));
    libsearch_snapshot_free(snapshot);
    return info;
}

struct costs {
    double seconds;
    uint64_t written, index_bytes;
    size_t segments, descriptors, files;
};

static struct costs write_batches(const char *folder, size_t commits, size_t each, bool refresh,
                                  libsearch_durability durability, double *times)
{
    struct costs costs = { 0 };
    create(folder);
    const uint64_t written = bytes_written();
    const double begin = seconds();
    for (size_t batch = 0; batch < commits; batch++) {
        const double start = seconds();
        put_batch(batch, each);
        finish_batch(refresh, durability);
        const size_t found = find_batch(batch);
        times[batch] = seconds() - start;
        if (found != (each < 10 ? each : 10))
            fail("what was put is not found");
        if (refresh && batch % REFRESH_EACH == REFRESH_EACH - 1)
            check(libsearch_writer_commit(writer, &error));
        const libsearch_info info = look();
        const size_t descriptors = open_descriptors();
        costs.segments = info.segments > costs.segments ? (size_t)info.segments : costs.segments;
        costs.descriptors = descriptors > costs.descriptors ? descriptors : costs.descriptors;
        if (batch % 16 == 0) {
            const size_t files = mapped_files(folder);
            costs.files = files > costs.files ? files : costs.files;
        }
    }
    costs.seconds = seconds() - begin;
    costs.written = bytes_written() - written;
    check(libsearch_writer_compact(writer, 0, &error));
    costs.index_bytes = look().bytes;
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(library_index);
    remove_folder(folder);
    return costs;
}

/* ---- searching meanwhile ---- */

static const char *const questions[] = { "city school",        "the history of music", "river",
                                         "world war",          "new york film",        "\"high school\"",
                                         "+government +party", "university research" };

struct reader {
    atomic_bool stop;
    double *times;
    size_t count, room;
};

static double ask(size_t number)
{
    const char *question = questions[number % (sizeof questions / sizeof *questions)];
    libsearch_results *results;
    libsearch_error told = LIBSEARCH_ERROR_INIT;
    const double start = seconds();
    if (libsearch_search(library_index, (libsearch_bytes){ question, strlen(question) }, 10, &results, &told) !=
        LIBSEARCH_OK)
        fail(told.message);
    libsearch_results_free(results);
    return seconds() - start;
}

/* Asks now and then, so that the writer has its processor. */
static void *read_on(void *context)
{
    struct reader *reader = context;
    const struct timespec pause = { .tv_nsec = 1000000 };
    while (!atomic_load(&reader->stop) && reader->count < reader->room) {
        reader->times[reader->count] = ask(reader->count);
        reader->count++;
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void search_meanwhile(const char *folder, size_t commits, size_t each)
{
    struct reader reader = { .room = 1 << 20 };
    pthread_t thread;
    reader.times = allocate(reader.room * sizeof *reader.times);
    create(folder);
    for (size_t batch = 0; batch < commits / 2; batch += 100) { /* something to search, quickly */
        for (size_t i = batch; i < batch + 100; i++)
            put_batch(i, each);
        finish_batch(false, LIBSEARCH_PROCESS);
    }
    if (pthread_create(&thread, NULL, read_on, &reader) != 0)
        fail("no thread");
    for (size_t batch = commits / 2; batch < commits; batch++) {
        put_batch(batch, each);
        finish_batch(false, LIBSEARCH_PROCESS);
    }
    atomic_store(&reader.stop, true);
    pthread_join(thread, NULL);
    print_times("a search while commits and merges go on", reader.times, reader.count);
    double *rest = allocate(AT_REST * sizeof *rest);
    size_t count = reader.count < AT_REST ? reader.count : AT_REST;
    struct reader quiet = { .times = rest, .room = count };
    read_on(&quiet);
    print_times("the same search at rest", rest, count);
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(library_index);
    remove_folder(folder);
    free(reader.times);
    free(rest);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        fail("usage: incremental DOCS FOLDER [COMMITS [EACH]]");
    const size_t commits = argc > 3 ? strtoull(argv[3], NULL, 10) : 10000,
                 each = argc > 4 ? strtoull(argv[4], NULL, 10) : 10;
    if (commits < 200 || each == 0 || commits * each > MOST_DOCUMENTS * 16ull)
        fail("at least 200 commits of at least one document");
    read_documents(argv[1], commits * each < MOST_DOCUMENTS ? commits * each : MOST_DOCUMENTS);
    static const struct {
        const char *name;
        bool refresh;
        libsearch_durability durability;
    } ways[] = { { "durable commit", false, LIBSEARCH_DURABLE },
                 { "commit without sync", false, LIBSEARCH_PROCESS },
                 { "refresh, a commit every hundred", true, LIBSEARCH_DURABLE } };
    enum { WAYS = sizeof ways / sizeof *ways };
    struct costs costs[WAYS];
    double *times = allocate(commits * sizeof *times);
    printf("%zu times %zu documents, of %zu\n\n", commits, each, text_count);
    printf("| %-52s | %9s | %9s | %9s |\n|%s|----------:|----------:|----------:|\n", "milliseconds", "median", "p99",
           "most", "------------------------------------------------------");
    for (size_t w = 0; w < WAYS; w++) {
        char name[80];
        costs[w] = write_batches(argv[2], commits, each, ways[w].refresh, ways[w].durability, times);
        snprintf(name, sizeof name, "put to searchable: %s", ways[w].name);
        print_times(name, times, commits);
    }
    search_meanwhile(argv[2], commits, each);
    printf("\n| %-32s | %8s | %13s | %16s | %12s | %19s |\n", "way", "seconds", "most segments", "most descriptors",
           "mapped files", "write amplification");
    printf("|----------------------------------|---------:|--------------:|-----------------:|-------------:|----------"
           "----------:|\n");
    for (size_t w = 0; w < WAYS; w++)
        printf("| %-32s | %8.1f | %13zu | %16zu | %12zu | %19.1f |\n", ways[w].name, costs[w].seconds,
               costs[w].segments, costs[w].descriptors, costs[w].files,
               (double)costs[w].written / (double)costs[w].index_bytes);
    return 0;
}
