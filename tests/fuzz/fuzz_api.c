/* SPDX-License-Identifier: MIT */
/* A sequence of calls of the public functions, beside a model that is an array. What an index, a snapshot and a writer
 * show is what the model says, after each call. */
#include <libsearch.h>

#include "fuzz.h"
#include "fuzz/folder.h"

enum { IDS = 12, WORDS = 6, ABSENT = -1, MOST_CALLS = 200 };

static const char *const words[WORDS] = { "alpha", "beta", "gamma", "delta", "epsilon", "zeta" };

/* Of each id what its document was made from, or ABSENT. */
struct state {
    int documents[IDS];
};

struct run {
    struct fuzz_bytes bytes;
    libsearch_index *index;
    libsearch_writer *writer;
    libsearch_snapshot *snapshot; /* pinned, or NULL */
    libsearch_document *document;
    struct state pending, shown, committed, pinned;
    bool prepared;
};

static const struct state nothing = { { ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT,
                                        ABSENT, ABSENT } };

static libsearch_bytes id_of(unsigned number, char *id)
{
    return (libsearch_bytes){ id, (size_t)sprintf(id, "id-%u", number) };
}

static bool has_word(int made, unsigned word) { return made != ABSENT && (made >> word & 1) != 0; }

static void fill(libsearch_document *document, int made)
{
    char text[200] = "common";
    for (unsigned w = 0; w < WORDS; w++)
        if (has_word(made, w))
            strcat(strcat(text, " "), words[w]);
    libsearch_document_clear(document);
    FUZZ_REQUIRE(libsearch_document_set_text(document, "text", (libsearch_bytes){ text, strlen(text) }) ==
                 LIBSEARCH_OK);
    if (made & 0x40)
        FUZZ_REQUIRE(libsearch_document_set_text(document, "title", LIBSEARCH_STRING("a title")) == LIBSEARCH_OK);
    FUZZ_REQUIRE(libsearch_document_set_integer(document, "made", made) == LIBSEARCH_OK);
    FUZZ_REQUIRE(libsearch_document_set_keyword(document, "parity",
                                                made & 1 ? LIBSEARCH_STRING("odd") : LIBSEARCH_STRING("even")) ==
                 LIBSEARCH_OK);
}

static bool is_wanted(int made, unsigned question, unsigned word)
{
    switch (question) {
    case 0: return has_word(made, word);
    case 1: return made != ABSENT;
    case 2: return has_word(made, word) && has_word(made, (word + 1) % WORDS);
    case 3: return made != ABSENT && made >= 40 && made <= 90;
    case 4: return made != ABSENT && (made & 1) != 0;
    default: return made != ABSENT && !has_word(made, word);
    }
}

static libsearch_query *question_of(unsigned question, unsigned word)
{
    const libsearch_bytes text = { words[word], strlen(words[word]) }, prefix = { words[word], 3 };
    libsearch_query *one = NULL, *other = NULL, *query = NULL;
    switch (question) {
    case 0: return libsearch_query_prefix(NULL, prefix);
    case 1: return libsearch_query_text(NULL, LIBSEARCH_STRING("common"));
    case 3: return libsearch_query_integer_range("made", 40, 90);
    case 4: return libsearch_query_keyword("parity", LIBSEARCH_STRING("odd"));
    case 2: {
        const char *next = words[(word + 1) % WORDS];
        one = libsearch_query_text("text", text);
        other = libsearch_query_text(NULL, (libsearch_bytes){ next, strlen(next) });
        const libsearch_query *const parts[] = { one, other };
        query = libsearch_query_boolean((const libsearch_occur[]){ LIBSEARCH_MUST, LIBSEARCH_FILTER }, parts, 2, 0);
        break;
    }
    default: {
        one = libsearch_query_match_all();
        other = libsearch_query_text(NULL, text);
        const libsearch_query *const parts[] = { one, other };
        query = libsearch_query_boolean((const libsearch_occur[]){ LIBSEARCH_MUST, LIBSEARCH_MUST_NOT }, parts, 2, 0);
    }
    }
    libsearch_query_free(one);
    libsearch_query_free(other);
    return query;
}

static unsigned number_of(libsearch_bytes id)
{
    char copy[16] = "";
    FUZZ_REQUIRE(id.length > 3 && id.length < sizeof copy && memcmp(id.data, "id-", 3) == 0);
    memcpy(copy, id.data + 3, id.length - 3);
    const unsigned number = (unsigned)strtoul(copy, NULL, 10);
    FUZZ_REQUIRE(number < IDS);
    return number;
}

/* The fields of a question may not be there yet. */
static bool knows(libsearch_index *index, const char *name)
{
    for (size_t i = 0; i < libsearch_field_count(index); i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        if (libsearch_field_at(index, i, &field, NULL) == LIBSEARCH_OK && strcmp(field.name, name) == 0)
            return true;
    }
    return false;
}

static void expect_answer(struct run *run, libsearch_snapshot *snapshot, const struct state *state)
{
    const unsigned question = (unsigned)fuzz_below(&run->bytes, 6), word = (unsigned)fuzz_below(&run->bytes, WORDS);
    const uint8_t options_byte = fuzz_u8(&run->bytes);
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    const libsearch_sort sort = { "made", options_byte & 2 ? LIBSEARCH_SORT_DESCENDING : 0 };
    libsearch_results *results = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    size_t wanted = 0, seen = 0;
    int exact = 0, last = options_byte & 2 ? 1000 : -1000;
    bool found[IDS] = { false };
    libsearch_query *query = question_of(question, word);
    options.count = IDS;
    options.total = LIBSEARCH_TOTAL_EXACT;
    options.flags = options_byte & 1 ? LIBSEARCH_SEARCH_EXHAUSTIVE : 0;
    options.sort = &sort;
    options.sort_count = options_byte & 4 ? 1 : 0;
    for (unsigned i = 0; i < IDS; i++)
        wanted += is_wanted(state->documents[i], question, word);
    const libsearch_status status = snapshot != NULL
                                        ? libsearch_snapshot_search(snapshot, query, &options, &results, &error)
                                        : libsearch_search_query(run->index, query, &options, &results, &error);
    libsearch_query_free(query);
    if (status != LIBSEARCH_OK) { /* no document had that field yet */
        FUZZ_REQUIRE(status == LIBSEARCH_INVALID && (wanted == 0 || !knows(run->index, "made")));
        return;
    }
    for (size_t i = 0; i < libsearch_results_count(results); i++, seen++) {
        const unsigned number = number_of(libsearch_results_id(results, i));
        const libsearch_document *document;
        FUZZ_REQUIRE(!found[number] && is_wanted(state->documents[number], question, word));
        found[number] = true;
        FUZZ_REQUIRE(libsearch_results_document(results, i, &document, NULL) == LIBSEARCH_OK);
        const int made = state->documents[number];
        FUZZ_REQUIRE(libsearch_document_count(document) == (made & 0x40 ? 4u : 3u));
        if (options.sort_count > 0) {
            FUZZ_REQUIRE(options_byte & 2 ? made <= last : made >= last);
            last = made;
        }
    }
    FUZZ_REQUIRE(seen == wanted && libsearch_results_total(results, &exact) == wanted && exact);
    libsearch_results_free(results);
}

static void expect_got(struct run *run)
{
    char id[16];
    const unsigned number = (unsigned)fuzz_below(&run->bytes, IDS);
    libsearch_document *document = NULL;
    const libsearch_status status = libsearch_get(run->index, id_of(number, id), &document, NULL);
    FUZZ_REQUIRE(status == (run->shown.documents[number] == ABSENT ? LIBSEARCH_NOT_FOUND : LIBSEARCH_OK));
    if (status == LIBSEARCH_OK)
        FUZZ_REQUIRE(libsearch_document_bytes(document, "text").length >= 6);
    libsearch_document_free(document);
}

static void put(struct run *run, bool if_absent)
{
    char id[16];
    const unsigned number = (unsigned)fuzz_below(&run->bytes, IDS);
    const int made = fuzz_u8(&run->bytes) & 0x7F;
    fill(run->document, made);
    const libsearch_status status =
        if_absent ? libsearch_writer_put_if_absent(run->writer, id_of(number, id), run->document, NULL)
                  : libsearch_writer_put(run->writer, id_of(number, id), run->document, NULL);
    if (run->prepared)
        FUZZ_REQUIRE(status == LIBSEARCH_INVALID);
    else if (if_absent && run->pending.documents[number] != ABSENT)
        FUZZ_REQUIRE(status == LIBSEARCH_EXISTS);
    else
        FUZZ_REQUIRE(status == LIBSEARCH_OK);
    if (status == LIBSEARCH_OK)
        run->pending.documents[number] = made;
}

static void delete_one(struct run *run)
{
    char id[16];
    const unsigned number = (unsigned)fuzz_below(&run->bytes, IDS);
    const libsearch_status status = libsearch_writer_delete(run->writer, id_of(number, id), NULL);
    FUZZ_REQUIRE(status == (run->prepared                              ? LIBSEARCH_INVALID
                            : run->pending.documents[number] == ABSENT ? LIBSEARCH_NOT_FOUND
                                                                       : LIBSEARCH_OK));
    if (status == LIBSEARCH_OK)
        run->pending.documents[number] = ABSENT;
}

static void delete_matching(struct run *run)
{
    const unsigned word = (unsigned)fuzz_below(&run->bytes, WORDS);
    uint64_t count = 0, wanted = 0;
    libsearch_query *query = libsearch_query_text(NULL, (libsearch_bytes){ words[word], strlen(words[word]) });
    const libsearch_status status = libsearch_writer_delete_matching(run->writer, query, &count, NULL);
    libsearch_query_free(query);
    FUZZ_REQUIRE(status == (run->prepared ? LIBSEARCH_INVALID : LIBSEARCH_OK));
    for (unsigned i = 0; i < IDS && status == LIBSEARCH_OK; i++)
        if (has_word(run->pending.documents[i], word)) {
            run->pending.documents[i] = ABSENT;
            wanted++;
        }
    FUZZ_REQUIRE(count == wanted);
}

static void committed(struct run *run) { run->committed = run->shown = run->pending; }

/* Each half of a commit, where it is its turn. */
static void commit_half(struct run *run)
{
    const uint8_t how = fuzz_u8(&run->bytes);
    if (!run->prepared) {
        FUZZ_REQUIRE(libsearch_writer_prepare(run->writer, how & 1 ? LIBSEARCH_DURABLE : LIBSEARCH_PROCESS,
                                              (libsearch_bytes){ "bytes", how % 6 }, NULL) == LIBSEARCH_OK);
        run->prepared = true;
        return;
    }
    FUZZ_REQUIRE((how & 1 ? libsearch_writer_cancel(run->writer, NULL) : libsearch_writer_finish(run->writer, NULL)) ==
                 LIBSEARCH_OK);
    run->prepared = false;
    if (!(how & 1))
        committed(run);
}

static void change_all(struct run *run, unsigned which)
{
    libsearch_status status;
    switch (which) {
    case 0: status = libsearch_writer_commit(run->writer, NULL); break;
    case 1: status = libsearch_writer_refresh(run->writer, NULL); break;
    case 2: status = libsearch_writer_rollback(run->writer, NULL); break;
    default:
        status =
            libsearch_writer_compact(run->writer, fuzz_u8(&run->bytes) & (LIBSEARCH_REORDER | LIBSEARCH_BIWORDS), NULL);
    }
    FUZZ_REQUIRE(status == (run->prepared ? LIBSEARCH_INVALID : LIBSEARCH_OK));
    if (run->prepared)
        return;
    if (which == 1)
        run->shown = run->pending;
    else if (which == 2)
        run->pending = run->shown = run->committed;
    else
        committed(run);
}

static void open_index(struct run *run)
{
    const unsigned flags = LIBSEARCH_CREATE | (fuzz_u8(&run->bytes) & 1 ? LIBSEARCH_NO_MAP | LIBSEARCH_VERIFY : 0);
    FUZZ_REQUIRE(libsearch_open(fuzz_folder(), flags, NULL, &run->index, NULL) == LIBSEARCH_OK);
    FUZZ_REQUIRE(libsearch_writer_open(run->index, NULL, &run->writer, NULL) == LIBSEARCH_OK);
    run->document = libsearch_document_new(run->index);
    run->pending = run->shown = run->committed;
    run->prepared = false;
}

static void close_index(struct run *run)
{
    libsearch_document_free(run->document);
    libsearch_writer_close(run->writer);
    libsearch_close(run->index);
}

static void pin(struct run *run)
{
    if (run->snapshot != NULL)
        expect_answer(run, run->snapshot, &run->pinned);
    libsearch_snapshot_free(run->snapshot);
    run->snapshot = NULL;
    FUZZ_REQUIRE(libsearch_snapshot_open(run->index, &run->snapshot, NULL) == LIBSEARCH_OK);
    run->pinned = run->shown;
}

static void call(struct run *run)
{
    const unsigned what = (unsigned)fuzz_below(&run->bytes, 16);
    switch (what) {
    case 0:
    case 1:
    case 2: put(run, false); break;
    case 3: put(run, true); break;
    case 4:
    case 5: delete_one(run); break;
    case 6: delete_matching(run); break;
    case 7: commit_half(run); break;
    case 8:
        close_index(run);
        open_index(run);
        break;
    case 9: pin(run); break;
    case 10: expect_got(run); break;
    case 11:
    case 12:
    case 13:
    case 14: change_all(run, what - 11); break;
    default: expect_answer(run, NULL, &run->shown);
    }
}

static void no_damage(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "%s\n", line);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct run run = { .bytes = fuzz_bytes_of(data, size), .committed = nothing };
    (void)fuzz_folder();
    fuzz_folder_clear();
    open_index(&run);
    for (unsigned calls = 0; calls < MOST_CALLS && fuzz_left(&run.bytes) > 0; calls++)
        call(&run);
    expect_answer(&run, NULL, &run.shown);
    if (run.snapshot != NULL)
        expect_answer(&run, run.snapshot, &run.pinned);
    libsearch_snapshot_free(run.snapshot);
    close_index(&run);
    FUZZ_REQUIRE(libsearch_check(fuzz_folder(), no_damage, NULL, NULL) == LIBSEARCH_OK);
    return 0;
}
