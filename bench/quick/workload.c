/* SPDX-License-Identifier: MIT */
/* A small fixed workload for counting instructions: bench/quick/count runs it under callgrind, where each part is
 * counted by itself; by itself it only shows that it works.
 *
 *     quick-workload FOLDER     an empty folder, for two small indexes
 *
 * Its documents are made here, always the same: words by Zipf's law over a made-up vocabulary, words that come again
 * in their document, pairs that stand together more often than chance has it. Integers alone decide, so that every
 * machine makes the same. */
#include <libsearch.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#else
#define CALLGRIND_START_INSTRUMENTATION
#define CALLGRIND_STOP_INSTRUMENTATION
#define CALLGRIND_ZERO_STATS
#define CALLGRIND_DUMP_STATS_AT(name) ((void)(name))
#endif

enum {
    DOCUMENTS = 20000,
    VOCABULARY = 60000,
    TITLE_WORDS = 5,
    LEAST_WORDS = 20,
    MOST_WORDS = 180,
    QUERIES = 40,
    SEGMENTS = 8,
    ID_BYTES = 16,
    TEXT_BYTES = 16384
};

static libsearch_error error = LIBSEARCH_ERROR_INIT;

static void check(libsearch_status status)
{
    if (status != LIBSEARCH_OK) {
        fprintf(stderr, "quick-workload: %s: %s\n", libsearch_status_text(status), error.message);
        exit(3);
    }
}

/* ---- parts that are counted ---- */

static void begin(void)
{
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
}

static void end(const char *name)
{
    CALLGRIND_DUMP_STATS_AT(name);
    CALLGRIND_STOP_INSTRUMENTATION;
}

/* ---- chance ---- */

static uint64_t chance_state;

static uint32_t chance(uint32_t below)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (uint32_t)((chance_state >> 16) % below);
}

static uint64_t weights[VOCABULARY + 1]; /* summed up */

static void make_weights(void)
{
    for (uint64_t i = 0; i < VOCABULARY; i++)
        weights[i + 1] = weights[i] + (UINT64_C(1) << 32) / (i + 3);
}

/* A word by its rank. */
static uint32_t draw(void)
{
    uint64_t at = ((uint64_t)chance(UINT32_MAX) << 16 | chance(65536)) % weights[VOCABULARY];
    uint32_t low = 0, high = VOCABULARY;
    while (high - low > 1) {
        uint32_t middle = (low + high) / 2;
        if (weights[middle] <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* The word of a rank: syllables, the commoner the fewer, and for some an ending that stemming takes off. */
static size_t spell(uint32_t rank, char *to)
{
    static const char consonants[] = "bdfgklmnprstvz", vowels[] = "aeiou";
    static const char *const endings[] = { "", "", "", "s", "ing", "ed", "ly", "ation" };
    size_t length = 0;
    uint32_t rest = rank + 1;
    do {
        to[length++] = consonants[rest % 14];
        to[length++] = vowels[rest / 14 % 5];
        rest /= 70;
    } while (rest > 0 || length < 3);
    return length + (size_t)sprintf(to + length, "%s", endings[rank * 2654435761u >> 29]);
}

/* ---- documents ---- */

static char title[TEXT_BYTES], text[TEXT_BYTES];

/* Words of one text, as ranks. */
static uint32_t ranks[MOST_WORDS];

static libsearch_bytes make_text(char *to, size_t words)
{
    size_t length = 0;
    for (size_t i = 0; i < words; i++) {
        uint32_t kind = chance(10);
        if (i > 0 && kind < 3) /* follows the word before more often than chance has it */
            ranks[i] = (ranks[i - 1] * 31 + chance(3) * 7 + 1) % (ranks[i - 1] * 2 + 10) % VOCABULARY;
        else if (i > 0 && kind < 5) /* comes again */
            ranks[i] = ranks[chance((uint32_t)i)];
        else
            ranks[i] = draw();
        length += spell(ranks[i], to + length);
        to[length++] = chance(12) == 0 ? ',' : ' ';
        to[length - 1] = chance(15) == 0 ? '.' : to[length - 1];
        if (to[length - 1] != ' ')
            to[length++] = ' ';
    }
    return (libsearch_bytes){ to, length };
}

static libsearch_bytes make_id(uint32_t number, char id[ID_BYTES])
{
    return (libsearch_bytes){ id, (size_t)snprintf(id, ID_BYTES, "document-%u", number) };
}

/* Puts all documents, with a commit after every `each`; counted when it is. */
static void put_all(libsearch_index *index, libsearch_writer *writer, uint32_t each, bool counted)
{
    libsearch_document *document = libsearch_document_new(index);
    char id[ID_BYTES];
    chance_state = 88172645463325252u;
    for (uint32_t i = 0; i < DOCUMENTS; i++) {
        libsearch_bytes head = make_text(title, TITLE_WORDS);
        libsearch_bytes body = make_text(text, LEAST_WORDS + chance(MOST_WORDS - LEAST_WORDS));
        if (counted)
            CALLGRIND_TOGGLE_COLLECT;
        libsearch_document_clear(document);
        check(libsearch_document_set_text(document, "title", head));
        check(libsearch_document_set_text(document, "text", body));
        check(libsearch_writer_put(writer, make_id(i, id), document, &error));
        if (counted)
            CALLGRIND_TOGGLE_COLLECT;
        if ((i + 1) % each == 0)
            check(libsearch_writer_commit(writer, &error));
    }
    libsearch_document_free(document);
}

static libsearch_index *new_index(const char *folder, const char *name, libsearch_writer **writer)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    options.analyzer = "english";
    libsearch_index *index;
    check(libsearch_open(path, LIBSEARCH_CREATE, &options, &index, &error));
    check(libsearch_writer_open(index, NULL, writer, &error));
    return index;
}

/* ---- queries ---- */

enum shape { TERM, AND, OR, PHRASE, SHAPES };

static const char *const shape_names[SHAPES] = { "term", "and", "or", "phrase" };
static libsearch_query *queries[SHAPES][QUERIES];
static char typed[QUERIES][256]; /* as people type */

static libsearch_query *word_query(uint32_t rank)
{
    char word[64];
    return libsearch_query_text(NULL, (libsearch_bytes){ word, spell(rank, word) });
}

/* Words common and rare: a rank between 1 and 8,192, spread evenly over its powers of two. */
static uint32_t some_rank(void)
{
    uint32_t power = chance(13);
    return (1u << power) + chance(1u << power);
}

static void make_queries(void)
{
    chance_state = 362436069362436069u;
    for (size_t i = 0; i < QUERIES; i++) {
        uint32_t words[4] = { some_rank(), some_rank(), some_rank(), some_rank() }, count = 2 + chance(3);
        libsearch_query *parts[4];
        libsearch_occur must[4], should[4];
        char phrase[256];
        size_t length = 0;
        for (uint32_t w = 0; w < count; w++) {
            parts[w] = word_query(words[w]);
            must[w] = LIBSEARCH_MUST;
            should[w] = LIBSEARCH_SHOULD;
            typed[i][length++] = w > 0 ? '+' : ' ';
            length += spell(words[w], typed[i] + length);
            typed[i][length++] = ' ';
        }
        queries[TERM][i] = word_query(words[0]);
        queries[AND][i] = libsearch_query_boolean(must, (const libsearch_query *const *)parts, count, 0);
        queries[OR][i] = libsearch_query_boolean(should, (const libsearch_query *const *)parts, count, 0);
        uint32_t next = (words[0] * 31 + chance(3) * 7 + 1) % (words[0] * 2 + 10) % VOCABULARY;
        length = spell(words[0], phrase);
        phrase[length++] = ' ';
        length += spell(next, phrase + length);
        queries[PHRASE][i] = libsearch_query_phrase(NULL, (libsearch_bytes){ phrase, length }, 0);
        for (uint32_t w = 0; w < count; w++)
            libsearch_query_free(parts[w]);
    }
}

static void ask(libsearch_snapshot *snapshot, enum shape shape, const char *command, size_t count, bool total,
                const char *model)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    options.count = count;
    options.total = total ? LIBSEARCH_TOTAL_EXACT : LIBSEARCH_TOTAL_NONE;
    options.model = model;
    char name[64];
    snprintf(name, sizeof name, "%s %s", shape_names[shape], command);
    begin();
    for (size_t i = 0; i < QUERIES; i++) {
        libsearch_results *results;
        check(libsearch_snapshot_search(snapshot, queries[shape][i], &options, &results, &error));
        libsearch_results_free(results);
    }
    end(name);
}

static void ask_all(libsearch_snapshot *snapshot)
{
    static const char bm25[] = "bm25:k1=1.2,b=0.75";
    for (enum shape shape = TERM; shape < SHAPES; shape++) {
        ask(snapshot, shape, "top 10", 10, false, bm25);
        ask(snapshot, shape, "top 1000", 1000, false, bm25);
        ask(snapshot, shape, "count", 0, true, bm25);
        ask(snapshot, shape, "top 10 with count", 10, true, bm25);
        ask(snapshot, shape, "top 10, default ranking", 10, false, NULL);
    }
}

static void ask_as_typed(libsearch_index *index)
{
    begin();
    for (size_t i = 0; i < QUERIES; i++) {
        libsearch_results *results;
        check(libsearch_search(index, (libsearch_bytes){ typed[i], strlen(typed[i]) }, 10, &results, &error));
        libsearch_results_free(results);
    }
    end("typed queries");
}

static void make_snippets(libsearch_snapshot *snapshot)
{
    for (size_t i = 0; i < QUERIES; i++) {
        libsearch_results *results;
        check(libsearch_snapshot_search(snapshot, queries[OR][i], NULL, &results, &error));
        begin();
        for (size_t j = 0; j < libsearch_results_count(results); j++) {
            libsearch_bytes snippet;
            check(libsearch_results_snippet(results, j, "text", 200, LIBSEARCH_HTML, &snippet, &error));
        }
        end("snippets");
        libsearch_results_free(results);
    }
}

static void get_documents(libsearch_index *index)
{
    char id[ID_BYTES];
    begin();
    for (uint32_t i = 0; i < DOCUMENTS; i += 50) {
        libsearch_document *document;
        check(libsearch_get(index, make_id(i, id), &document, &error));
        libsearch_document_free(document);
    }
    end("get by id");
}

static void open_again(const char *folder)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/whole", folder);
    begin();
    libsearch_index *index;
    libsearch_snapshot *snapshot;
    check(libsearch_open(path, LIBSEARCH_READ_ONLY, NULL, &index, &error));
    check(libsearch_snapshot_open(index, &snapshot, &error));
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    end("open");
}

/* ---- writing ---- */

static libsearch_index *write_whole(const char *folder)
{
    libsearch_writer *writer;
    libsearch_index *index = new_index(folder, "whole", &writer);
    begin();
    CALLGRIND_TOGGLE_COLLECT; /* off; put_all turns it on around its calls */
    put_all(index, writer, UINT32_MAX, true);
    CALLGRIND_TOGGLE_COLLECT;
    end("index: put");
    begin();
    check(libsearch_writer_commit(writer, &error));
    end("index: commit");
    libsearch_writer_close(writer);
    return index;
}

static void write_and_merge(const char *folder)
{
    libsearch_writer *writer;
    libsearch_index *index = new_index(folder, "merged", &writer);
    put_all(index, writer, DOCUMENTS / SEGMENTS, false);
    begin();
    check(libsearch_writer_compact(writer, 0, &error));
    end("merge");
    libsearch_writer_close(writer);
    libsearch_close(index);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: quick-workload FOLDER\n");
        return 2;
    }
    make_weights();
    make_queries();
    libsearch_index *index = write_whole(argv[1]);
    libsearch_snapshot *snapshot;
    check(libsearch_snapshot_open(index, &snapshot, &error));
    ask_all(snapshot);
    ask_as_typed(index);
    make_snippets(snapshot);
    get_documents(index);
    libsearch_snapshot_free(snapshot);
    libsearch_close(index);
    open_again(argv[1]);
    write_and_merge(argv[1]);
    for (enum shape shape = TERM; shape < SHAPES; shape++)
        for (size_t i = 0; i < QUERIES; i++)
            libsearch_query_free(queries[shape][i]);
    return 0;
}
