/* SPDX-License-Identifier: MIT */
/* Saved queries against a stream of documents, on the public functions alone: bench/watch drives this and the same in
 * Java over Lucene's monitor.
 *
 *     watch QUERIES DOCUMENTS [MATCHES]
 *
 * QUERIES: id, kind (all, any, phrase), words, and low and high of a range over `size` (or nothing), with tabs between;
 * DOCUMENTS: id, size, text. All documents are held against all queries once to warm up, then once more for the figures.
 * Prints one JSON object; MATCHES gets query<TAB>document for each match. */
#include <libsearch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static libsearch_error error = LIBSEARCH_ERROR_INIT;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "watch: %s\n", what);
    exit(3);
}

static void check(libsearch_status status)
{
    if (status != LIBSEARCH_OK)
        fail(error.message);
}

static double cpu(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static long resident(void)
{
    long pages = 0, shared;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &shared, &pages) != 2)
        pages = 0;
    if (file != NULL)
        fclose(file);
    return pages * 4096;
}

static libsearch_bytes bytes_of(const char *text) { return (libsearch_bytes){ text, strlen(text) }; }

/* Cuts a line at its tabs; how many parts there are, at most `most`. */
static size_t cut(char *line, char **parts, size_t most)
{
    size_t count = 0;
    line[strcspn(line, "\n")] = 0;
    for (char *next = line; next != NULL && count < most; count++) {
        parts[count] = next;
        next = strchr(next, '\t');
        if (next != NULL)
            *next++ = 0;
    }
    return count;
}

static libsearch_query *query_of(char **parts, size_t count)
{
    libsearch_query *words;
    if (strcmp(parts[1], "phrase") == 0)
        words = libsearch_query_phrase(NULL, bytes_of(parts[2]), 0);
    else
        words = libsearch_query_text_as(NULL, bytes_of(parts[2]),
                                        LIBSEARCH_WORDS_KEEP_STOPS |
                                            (strcmp(parts[1], "all") == 0 ? LIBSEARCH_WORDS_ALL : 0));
    if (count < 5)
        return words;
    libsearch_query *range = libsearch_query_integer_range("size", atoll(parts[3]), atoll(parts[4]));
    const libsearch_query *both[] = { words, range };
    libsearch_query *query =
        libsearch_query_boolean((libsearch_occur[]){ LIBSEARCH_MUST, LIBSEARCH_FILTER }, both, 2, 0);
    libsearch_query_free(words);
    libsearch_query_free(range);
    return query;
}

static size_t add_queries(libsearch_watch *watch, const char *name)
{
    FILE *file = fopen(name, "r");
    char *line = NULL, *parts[5];
    size_t capacity = 0, added = 0;
    if (file == NULL)
        fail("the queries cannot be read");
    while (getline(&line, &capacity, file) > 0) {
        const size_t count = cut(line, parts, 5);
        if (count < 3)
            continue;
        libsearch_query *query = query_of(parts, count);
        check(libsearch_watch_add(watch, bytes_of(parts[0]), query, &error));
        libsearch_query_free(query);
        added++;
    }
    free(line);
    fclose(file);
    return added;
}

struct documents {
    libsearch_document **all;
    char **ids;
    size_t count;
    size_t bytes;
};

static struct documents read_documents(libsearch_watch *watch, const char *name)
{
    struct documents documents = { NULL, NULL, 0, 0 };
    FILE *file = fopen(name, "r");
    char *line = NULL, *parts[3];
    size_t capacity = 0;
    if (file == NULL)
        fail("the documents cannot be read");
    while (getline(&line, &capacity, file) > 0) {
        if (cut(line, parts, 3) < 3)
            continue;
        documents.all = realloc(documents.all, (documents.count + 1) * sizeof *documents.all);
        documents.ids = realloc(documents.ids, (documents.count + 1) * sizeof *documents.ids);
        libsearch_document *document = libsearch_watch_document(watch);
        if (documents.all == NULL || documents.ids == NULL || document == NULL)
            fail("no memory");
        check(libsearch_document_set_text(document, "text", bytes_of(parts[2])));
        check(libsearch_document_set_integer(document, "size", atoll(parts[1])));
        documents.bytes += strlen(parts[2]);
        documents.ids[documents.count] = strdup(parts[0]);
        documents.all[documents.count++] = document;
    }
    free(line);
    fclose(file);
    return documents;
}

static size_t match_all(libsearch_watcher *watcher, const struct documents *documents, FILE *matches)
{
    size_t all = 0;
    for (size_t d = 0; d < documents->count; d++) {
        size_t count;
        check(libsearch_watcher_match(watcher, documents->all[d], &count, &error));
        all += count;
        for (size_t i = 0; matches != NULL && i < count; i++) {
            const libsearch_bytes id = libsearch_watcher_id(watcher, i);
            fprintf(matches, "%.*s\t%s\n", (int)id.length, id.data, documents->ids[d]);
        }
    }
    return all;
}

int main(int argc, char **argv)
{
    libsearch_watch_options options = LIBSEARCH_WATCH_OPTIONS_INIT;
    libsearch_field fields[2] = { LIBSEARCH_FIELD_INIT, LIBSEARCH_FIELD_INIT };
    libsearch_watch *watch;
    libsearch_watcher *watcher;
    if (argc < 3)
        fail("QUERIES DOCUMENTS [MATCHES]");
    fields[0].name = "text";
    fields[1].name = "size";
    fields[1].type = LIBSEARCH_INTEGER;
    options.analyzer = "plain-english";
    options.fields = fields;
    options.field_count = 2;
    check(libsearch_watch_new(&options, &watch, &error));
    const long before = resident();
    double begin = cpu();
    const size_t queries = add_queries(watch, argv[1]);
    const double adding = cpu() - begin;
    const long memory = resident() - before;
    struct documents documents = read_documents(watch, argv[2]);
    check(libsearch_watcher_open(watch, NULL, &watcher, &error));
    begin = cpu();
    match_all(watcher, &documents, NULL);
    const double first = cpu() - begin;
    begin = cpu();
    const size_t matches = match_all(watcher, &documents, NULL);
    const double seconds = cpu() - begin;
    if (argc > 3) {
        FILE *file = fopen(argv[3], "w");
        if (file == NULL)
            fail("the matches cannot be written");
        match_all(watcher, &documents, file);
        fclose(file);
    }
    printf("{\"engine\": \"libsearch\", \"queries\": %zu, \"add_s\": %.3f, \"memory_bytes\": %ld, \"documents\": %zu, "
           "\"text_bytes\": %zu, \"first_s\": %.3f, \"seconds\": %.3f, \"matches\": %zu}\n",
           queries, adding, memory, documents.count, documents.bytes, first, seconds, matches);
    for (size_t i = 0; i < documents.count; i++) {
        libsearch_document_free(documents.all[i]);
        free(documents.ids[i]);
    }
    free(documents.all);
    free(documents.ids);
    libsearch_watcher_close(watcher);
    libsearch_watch_free(watch);
    return 0;
}
