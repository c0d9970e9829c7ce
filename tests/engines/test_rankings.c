/* SPDX-License-Identifier: MIT */
/* Each engine is the other's oracle: for the same documents, the same analyzer and the same parameters, bm25-xapian
 * ranks the same in both. On made documents always; on the collections that lie beside the source tree where they are
 * there (LIBSEARCH_COLLECTIONS: names, to look at these alone; LIBSEARCH_VERBOSE: says each difference).
 *
 * Xapian is asked exhaustively: libxapian 1.4.22, pruning, now and then loses one of the last documents of a database
 * (docs/xapian.md), without our doing. */
#include "engines/engine_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/random.h"

enum { DEPTH = 100 };

static const char *const models[] = { "bm25-xapian", "bm25-xapian:k1=1.2,b=0.75,k3=8,min_normlen=0",
                                      "bm25-xapian:k1=0.9,b=0.4,k3=0,min_normlen=0.2" };

struct pair {
    libsearch_index *indexes[2];
    libsearch_writer *writers[2];
    char *folder;
};

static struct pair pair_make(const char *analyzer)
{
    struct pair pair = { .folder = folder_make() };
    for (int e = 0; e < 2; e++) {
        pair.indexes[e] = index_make((enum engine)e, pair.folder, analyzer);
        assert_ok(libsearch_writer_open(pair.indexes[e], NULL, &pair.writers[e], NULL));
    }
    return pair;
}

static void pair_put(struct pair *pair, libsearch_bytes id, libsearch_bytes title, libsearch_bytes text)
{
    for (int e = 0; e < 2; e++) {
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        libsearch_document *document = libsearch_document_new(pair->indexes[e]);
        assert_ok(libsearch_document_set_text(document, "title", title));
        assert_ok(libsearch_document_set_text(document, "text", text));
        if (libsearch_writer_put(pair->writers[e], id, document, &error) != LIBSEARCH_OK)
            fail_msg("%.*s: %s", (int)id.length, id.data, error.message);
        libsearch_document_free(document);
    }
}

static void pair_finish(struct pair *pair)
{
    for (int e = 0; e < 2; e++) {
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        assert_ok(libsearch_writer_commit(pair->writers[e], NULL));
        if (libsearch_writer_compact(pair->writers[e], 0, &error) != LIBSEARCH_OK)
            print_message("not compacted: %s\n", error.message);
        libsearch_writer_close(pair->writers[e]);
    }
}

/* The sum of all documents' lengths. */
static uint64_t tokens_of(libsearch_index *index)
{
    libsearch_info info = LIBSEARCH_INFO_INIT;
    libsearch_snapshot *snapshot = NULL;
    assert_ok(libsearch_snapshot_open(index, &snapshot, NULL));
    assert_ok(libsearch_snapshot_info(snapshot, &info, NULL));
    libsearch_snapshot_free(snapshot);
    return info.tokens;
}

static void pair_free(struct pair *pair)
{
    libsearch_close(pair->indexes[NATIVE]);
    libsearch_close(pair->indexes[XAPIAN]);
    folder_remove(pair->folder);
}

static size_t compare(struct pair *pair, libsearch_bytes words, const char *model, double tolerance)
{
    struct ranking native = ranking_of(pair->indexes[NATIVE], words, DEPTH, model, 0);
    struct ranking xapian = ranking_of(pair->indexes[XAPIAN], words, DEPTH, model, LIBSEARCH_SEARCH_EXHAUSTIVE);
    char *difference = ranking_difference(&native, &xapian, tolerance);
    if (difference != NULL && getenv("LIBSEARCH_VERBOSE") != NULL)
        print_message("%.*s (%s): %s\n", (int)words.length, words.data, model, difference);
    const size_t differs = difference != NULL;
    free(difference);
    ranking_free(&native);
    ranking_free(&xapian);
    return differs;
}

/* ----- made documents ----- */

/* Words of a made language, the first ones frequent. */
static void write_words(struct test_random *random, char *text, size_t count)
{
    text[0] = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t a = random_below(random, 60), b = random_below(random, a + 1);
        char word[32];
        snprintf(word, sizeof word, "%sw%c%cx", i == 0 ? "" : " ", (char)('a' + b % 26), (char)('a' + b / 26));
        strcat(text, word);
    }
}

static void made_documents_rank_the_same(void **state)
{
    (void)state;
    struct test_random random = random_start("made_documents_rank_the_same");
    struct pair pair = pair_make("english");
    char title[1024], text[8192], id[16];
    for (int i = 0; i < 500; i++) {
        write_words(&random, title, 1 + random_below(&random, 8));
        write_words(&random, text, random_below(&random, 200));
        snprintf(id, sizeof id, "d%d", (int)random_below(&random, 400)); /* some are replaced */
        pair_put(&pair, bytes(id), bytes(title), bytes(text));
    }
    pair_finish(&pair);
    for (int i = 0; i < 200; i++) {
        write_words(&random, text, 1 + random_below(&random, 6)); /* words repeat */
        for (size_t m = 0; m < sizeof models / sizeof models[0]; m++)
            assert_int_equal(compare(&pair, bytes(text), models[m], 1e-5), 0);
    }
    pair_free(&pair);
}

/* ----- collections ----- */

/* Takes a JSON string with this key out of a line; *end behind it. */
static char *json_text(const char *line, const char *key)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\": \"", key);
    const char *from = strstr(line, quoted);
    if (from == NULL)
        return strdup("");
    from += strlen(quoted);
    char *text = malloc(strlen(from) + 1), *to = text;
    while (*from != '"' && *from != 0) {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        unsigned point = 0;
        if (from[1] == 'u' && sscanf(from + 2, "%4x", &point) == 1) {
            from += 6;
            if (point < 0x80)
                *to++ = (char)point;
            else {
                if (point >= 0x800)
                    *to++ = (char)(0xE0 | point >> 12);
                *to++ = (char)(point >= 0x800 ? 0x80 | (point >> 6 & 0x3F) : 0xC0 | point >> 6);
                *to++ = (char)(0x80 | (point & 0x3F));
            }
            continue;
        }
        *to++ = from[1] == 'n' ? '\n' : from[1] == 't' ? '\t' : from[1];
        from += 2;
    }
    *to = 0;
    return text;
}

static size_t put_collection(struct pair *pair, const char *folder, size_t most)
{
    char command[4096], *line = NULL;
    size_t capacity = 0, count = 0;
    snprintf(command, sizeof command, "zstd -dc '%s/docs.jsonl.zst'", folder);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    while (count < most && getline(&line, &capacity, pipe) > 0) {
        char *id = json_text(line, "id"), *title = json_text(line, "title"), *text = json_text(line, "text");
        pair_put(pair, bytes(id), bytes(title), bytes(text));
        free(id);
        free(title);
        free(text);
        count++;
    }
    free(line);
    pclose(pipe);
    return count;
}

/* Compares the rankings for every query of the collection; *differ by model. */
static void compare_collection(const char *name, const char *analyzer, double tolerance, size_t differ[3])
{
    const char *source = getenv("LIBSEARCH_SOURCE"), *only = getenv("LIBSEARCH_COLLECTIONS");
    char folder[2048], path[4096], *line = NULL;
    size_t capacity = 0, queries = 0;
    ssize_t length;
    snprintf(folder, sizeof folder, "%s/../shared/collections/%s", source != NULL ? source : ".", name);
    snprintf(path, sizeof path, "%s/queries.tsv", folder);
    FILE *file = only != NULL && strstr(only, name) == NULL ? NULL : fopen(path, "r");
    memset(differ, 0, 3 * sizeof *differ);
    if (file == NULL) {
        print_message("skipped: no collection %s\n", name);
        return;
    }
    struct pair pair = pair_make(analyzer);
    const size_t documents = put_collection(&pair, folder, SIZE_MAX);
    pair_finish(&pair);
    assert_int_equal(tokens_of(pair.indexes[NATIVE]), tokens_of(pair.indexes[XAPIAN]));
    while (documents > 0 && (length = getline(&line, &capacity, file)) > 0) {
        const char *tab = strchr(line, '\t');
        if (tab == NULL)
            continue;
        const libsearch_bytes words = { tab + 1, (size_t)(line + length - tab - 1) };
        for (size_t m = 0; m < 3; m++)
            differ[m] += compare(&pair, words, models[m], tolerance);
        queries++;
    }
    free(line);
    fclose(file);
    pair_free(&pair);
    print_message("%s, %s, %zu documents, %zu queries: %zu, %zu, %zu rankings differ\n", name, analyzer, documents,
                  queries, differ[0], differ[1], differ[2]);
}

/* The first FEW are looked at always, all in the long form. */
static const char *const collections[] = { "adi", "cranfield", "med", "cisi", "nfcorpus-filtered", "scifact" };
enum { FEW = 3, COLLECTIONS = sizeof collections / sizeof collections[0] };

static size_t collection_count(void) { return getenv("LIBSEARCH_LONG") != NULL ? COLLECTIONS : FEW; }

static void collections_rank_the_same_by(const char *analyzer)
{
    size_t differ[3];
    for (size_t c = 0; c < collection_count(); c++) {
        compare_collection(collections[c], analyzer, 1e-5, differ);
        assert_int_equal(differ[0] + differ[1] + differ[2], 0);
    }
}

static void collections_rank_the_same_where_nothing_is_a_compound(void **state)
{
    (void)state;
    collections_rank_the_same_by("plain-english");
}

/* The whole of a compound is one word more in both, in frequencies and in lengths. */
static void collections_rank_the_same_with_compounds_and_stop_words(void **state)
{
    (void)state;
    collections_rank_the_same_by("english");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(made_documents_rank_the_same),
        cmocka_unit_test(collections_rank_the_same_where_nothing_is_a_compound),
        cmocka_unit_test(collections_rank_the_same_with_compounds_and_stop_words),
    };
    if (!engine_is_here(XAPIAN))
        return 77;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
