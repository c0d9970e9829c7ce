/* SPDX-License-Identifier: MIT */
/* Completions and did-you-mean: the query's words are the engine's affair, where they stand in the text is ours. */
#include <stdlib.h>
#include <string.h>

#include "api/handles.h"
#include "base/buffer.h"
#include "query/query_parser.h"
#include "query/query_tree.h"
#include "query/typed_words.h"

/* A known word gives way to one that is so many times as frequent; each word has so many stand-ins, for at most so many
 * words at once; and so many queries are tried at most. */
enum { FAR_MORE = 200, STAND_INS = 4, MOST_WRONG = 4, MOST_TRIED = 12, LEAST_LETTERS = 3 };

enum { DEFAULT_MEMORY = 64 << 20 };

struct suggestion {
    libsearch_bytes text;
    libsearch_range range;
    uint64_t frequency;
};

struct libsearch_suggestions {
    const libsearch_allocator *allocator;
    struct arena arena;
    struct suggestion *list;
    size_t count;
};

/* What one call works with. */
struct suggesting {
    libsearch_snapshot *snapshot;
    const struct schema *schema;
    libsearch_bytes text;
    libsearch_suggest_options options;
    const struct field *field; /* of the options */
    int64_t deadline;
    libsearch_query *query; /* of the text */
    struct arena arena;
    libsearch_suggestions *made;
    libsearch_error *error;
};

size_t libsearch_suggestions_count(const libsearch_suggestions *suggestions)
{
    return suggestions == NULL ? 0 : suggestions->count;
}

libsearch_bytes libsearch_suggestions_text(const libsearch_suggestions *suggestions, size_t i)
{
    return i < libsearch_suggestions_count(suggestions) ? suggestions->list[i].text : (libsearch_bytes){ NULL, 0 };
}

libsearch_range libsearch_suggestions_range(const libsearch_suggestions *suggestions, size_t i)
{
    return i < libsearch_suggestions_count(suggestions) ? suggestions->list[i].range : (libsearch_range){ 0, 0 };
}

uint64_t libsearch_suggestions_frequency(const libsearch_suggestions *suggestions, size_t i)
{
    return i < libsearch_suggestions_count(suggestions) ? suggestions->list[i].frequency : 0;
}

void libsearch_suggestions_free(libsearch_suggestions *suggestions)
{
    if (suggestions == NULL)
        return;
    arena_free(&suggestions->arena);
    memory_free(suggestions->allocator, suggestions);
}

/* Asks the engine. */
static libsearch_status ask(struct suggesting *suggesting, const struct field *field, libsearch_bytes word,
                            bool correct, size_t count, struct engine_suggestion **list, size_t *found, uint64_t *known)
{
    const libsearch_suggest_options *options = &suggesting->options;
    const struct engine_suggest request = {
        .field = field,
        .word = word,
        .correct = correct,
        .count = count,
        .deadline = suggesting->deadline,
        .memory = options->memory == 0 ? DEFAULT_MEMORY : options->memory,
        .cancel = options->cancel == NULL ? NULL : &options->cancel->raised,
        .results = &suggesting->arena,
    };
    const libsearch_snapshot *snapshot = suggesting->snapshot;
    return snapshot->engine->suggest(snapshot->handle, &request, list, found, known, suggesting->error);
}

/* A piece of the text and what stands in its place. */
struct replacement {
    size_t start, end;
    libsearch_bytes with;
};

/* The text with its pieces replaced, rising, as one more suggestion. */
static libsearch_status add_suggestion(struct suggesting *suggesting, const struct replacement *replacements,
                                       size_t count, uint64_t frequency)
{
    libsearch_suggestions *made = suggesting->made;
    struct suggestion *added = &made->list[made->count];
    struct buffer text;
    size_t at = 0;
    buffer_init(&text, suggesting->snapshot->allocator);
    for (size_t i = 0; i < count; i++) {
        buffer_append(&text, suggesting->text.data + at, replacements[i].start - at);
        if (i == 0)
            added->range.start = text.length;
        buffer_append(&text, replacements[i].with.data, replacements[i].with.length);
        added->range.end = text.length;
        at = replacements[i].end;
    }
    buffer_append(&text, suggesting->text.data + at, suggesting->text.length - at);
    const char *kept = text.failed ? NULL : arena_duplicate(&made->arena, text.data, text.length);
    added->text = (libsearch_bytes){ kept, text.length };
    added->frequency = frequency;
    buffer_free(&text);
    if (kept == NULL)
        return error_no_memory(suggesting->error);
    made->count++;
    return LIBSEARCH_OK;
}

/* ----- completion ----- */

/* A keyword's value as it is typed: between quotation marks where it is not one plain word. */
static libsearch_status quote(struct suggesting *suggesting, libsearch_bytes value, libsearch_bytes *quoted)
{
    bool plain = value.length > 0;
    for (size_t i = 0; i < value.length; i++) {
        const unsigned char c = (unsigned char)value.data[i];
        plain = plain && ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c >= 0x80);
    }
    *quoted = value;
    if (plain)
        return LIBSEARCH_OK;
    char *written = arena_allocate_bytes(&suggesting->arena, 2 * value.length + 2);
    size_t length = 0;
    if (written == NULL)
        return error_no_memory(suggesting->error);
    written[length++] = '"';
    for (size_t i = 0; i < value.length; i++) {
        if (value.data[i] == '"' || value.data[i] == '\\' || value.data[i] == '*')
            written[length++] = '\\';
        written[length++] = value.data[i];
    }
    written[length++] = '"';
    *quoted = (libsearch_bytes){ written, length };
    return LIBSEARCH_OK;
}

/* Characters without spaces between them are indexed as pairs: after the first pair, the last character begins the
 * next one. */
static void take_last_character(struct typed_word *word)
{
    size_t last = word->word.length;
    while (last > 0 && ((unsigned char)word->word.data[last - 1] & 0xC0) == 0x80)
        last--;
    last -= last > 0;
    word->start = word->end - (word->word.length - last);
    word->word.data += last;
    word->word.length -= last;
}

static libsearch_status complete(struct suggesting *suggesting)
{
    struct typed_word word;
    struct engine_suggestion *list;
    size_t count;
    uint64_t known;
    bool found;
    TRY(typed_words_last(&suggesting->arena, suggesting->schema, suggesting->query, suggesting->text, suggesting->field,
                         &word, &found, suggesting->error));
    if (!found)
        return LIBSEARCH_OK;
    if (word.overlaps)
        take_last_character(&word);
    TRY(ask(suggesting, word.field, word.word, false, suggesting->options.count, &list, &count, &known));
    for (size_t i = 0; i < count; i++) {
        struct replacement replacement = { word.start, word.end, list[i].word };
        if (word.value)
            TRY(quote(suggesting, list[i].word, &replacement.with));
        TRY(add_suggestion(suggesting, &replacement, 1, list[i].frequency));
    }
    return LIBSEARCH_OK;
}

/* ----- correction ----- */

/* A word that may be wrong, and what may stand in its place. */
struct doubtful {
    const struct typed_word *word;
    struct engine_suggestion *list;
    size_t count;
};

/* Words of letters of which one may be wrong: no numbers, and no pairs of characters. */
static bool can_be_wrong(const struct typed_word *word)
{
    size_t letters = 0;
    for (size_t i = 0; i < word->word.length; i++) {
        const unsigned char c = (unsigned char)word->word.data[i];
        if ((c >= '0' && c <= '9') || c >= 0xE2)
            return false;
        letters += (c & 0xC0) != 0x80;
    }
    return letters >= LEAST_LETTERS && !word->stop && !word->value;
}

static libsearch_status look_at(struct suggesting *suggesting, const struct typed_word *word, struct doubtful *doubtful)
{
    uint64_t known = 0;
    *doubtful = (struct doubtful){ .word = word };
    TRY(ask(suggesting, word->field, word->word, true, STAND_INS + 1, &doubtful->list, &doubtful->count, &known));
    size_t kept = 0;
    for (size_t i = 0; i < doubtful->count && kept < STAND_INS; i++) {
        const struct engine_suggestion *one = &doubtful->list[i];
        if (one->distance > 0 && (known == 0 || one->frequency / FAR_MORE >= known))
            doubtful->list[kept++] = *one;
    }
    doubtful->count = kept;
    return LIBSEARCH_OK;
}

/* One choice of stand-ins; the less rank, the better. */
struct choice {
    uint8_t at[MOST_WRONG];
    unsigned rank;
};

static int by_rank(const void *a, const void *b)
{
    const struct choice *one = a, *other = b;
    if (one->rank != other->rank)
        return one->rank < other->rank ? -1 : 1;
    return memcmp(one->at, other->at, sizeof one->at);
}

/* All choices, the best first. choices: room for STAND_INS to the power of MOST_WRONG. */
static size_t make_choices(const struct doubtful *doubtful, size_t wrong, struct choice *choices)
{
    size_t count = 1;
    choices[0] = (struct choice){ .rank = 0 };
    for (size_t w = 0; w < wrong; w++) {
        const size_t before = count;
        for (size_t s = 1; s < doubtful[w].count; s++)
            for (size_t c = 0; c < before; c++) {
                choices[count] = choices[c];
                choices[count].at[w] = (uint8_t)s;
                choices[count++].rank += (unsigned)s;
            }
    }
    qsort(choices, count, sizeof *choices, by_rank);
    return count;
}

/* Whether a document has all words of the query. */
static libsearch_status finds(struct suggesting *suggesting, libsearch_bytes text, bool *found)
{
    const libsearch_snapshot *snapshot = suggesting->snapshot;
    const libsearch_suggest_options *options = &suggesting->options;
    struct engine_hit hit;
    struct engine_answer answer = { .hits = &hit };
    libsearch_query *query = NULL;
    TRY(query_parse(snapshot->allocator, suggesting->schema, text, LIBSEARCH_PARSE_ALL, query_clock(), &query,
                    suggesting->error));
    const struct engine_request request = {
        .query = query,
        .count = 1,
        .total = LIBSEARCH_TOTAL_NONE,
        .deadline = suggesting->deadline,
        .memory = options->memory == 0 ? DEFAULT_MEMORY : options->memory,
        .cancel = options->cancel == NULL ? NULL : &options->cancel->raised,
        .results = &suggesting->arena,
    };
    const libsearch_status status = snapshot->engine->search(snapshot->handle, &request, &answer, suggesting->error);
    if (status == LIBSEARCH_OK)
        query_warnings_free(snapshot->allocator, answer.warnings);
    *found = status == LIBSEARCH_OK && answer.hit_count > 0;
    query_release(query);
    return status;
}

/* Keeps of the suggestions, which are in the order of their worth, those for which something is found; the best where
 * nothing is found for any. */
static libsearch_status keep_those_that_find(struct suggesting *suggesting)
{
    libsearch_suggestions *made = suggesting->made;
    size_t kept = 0;
    for (size_t i = 0; i < made->count && kept < suggesting->options.count; i++) {
        bool found;
        TRY(finds(suggesting, made->list[i].text, &found));
        if (found)
            made->list[kept++] = made->list[i];
    }
    made->count = kept > 0 ? kept : made->count > 0;
    return LIBSEARCH_OK;
}

static libsearch_status correct(struct suggesting *suggesting)
{
    struct typed_word *words;
    size_t count, wrong = 0;
    struct doubtful doubtful[MOST_WRONG];
    struct choice *choices;
    TRY(typed_words_all(&suggesting->arena, suggesting->schema, suggesting->query, suggesting->text, suggesting->field,
                        &words, &count, suggesting->error));
    for (size_t i = 0; i < count && wrong < MOST_WRONG; i++) {
        if (!can_be_wrong(&words[i]) || (i > 0 && words[i].start < words[i - 1].end))
            continue;
        TRY(look_at(suggesting, &words[i], &doubtful[wrong]));
        wrong += doubtful[wrong].count > 0;
    }
    if (wrong == 0)
        return LIBSEARCH_OK;
    size_t most = 1;
    for (size_t w = 0; w < wrong; w++)
        most *= doubtful[w].count;
    choices = arena_allocate(&suggesting->arena, most * sizeof *choices);
    if (choices == NULL)
        return error_no_memory(suggesting->error);
    const size_t choice_count = make_choices(doubtful, wrong, choices);
    for (size_t c = 0; c < choice_count && c < MOST_TRIED; c++) {
        struct replacement replacements[MOST_WRONG];
        uint64_t rarest = UINT64_MAX;
        for (size_t w = 0; w < wrong; w++) {
            const struct engine_suggestion *one = &doubtful[w].list[choices[c].at[w]];
            replacements[w] = (struct replacement){ doubtful[w].word->start, doubtful[w].word->end, one->word };
            rarest = one->frequency < rarest ? one->frequency : rarest;
        }
        TRY(add_suggestion(suggesting, replacements, wrong, rarest));
    }
    return keep_those_that_find(suggesting);
}

/* ----- both ----- */

static libsearch_status prepare(struct suggesting *suggesting, const libsearch_suggest_options *options)
{
    libsearch_snapshot *snapshot = suggesting->snapshot;
    libsearch_suggest_options *known = &suggesting->options;
    *known = (libsearch_suggest_options)LIBSEARCH_SUGGEST_OPTIONS_INIT;
    if (options != NULL)
        TRY(options_copy(known, sizeof *known, options, "libsearch_suggest_options", suggesting->error));
    if (snapshot->engine->suggest == NULL)
        return error_set(suggesting->error, LIBSEARCH_UNSUPPORTED, "the %s engine has no suggestions",
                         snapshot->engine->name);
    if (known->timeout < 0)
        return error_set(suggesting->error, LIBSEARCH_INVALID, "suggest: the timeout is negative");
    if (known->count > LIBSEARCH_MAX_EXPANSION)
        return error_set(suggesting->error, LIBSEARCH_LIMIT, "suggest: more than %d suggestions",
                         LIBSEARCH_MAX_EXPANSION);
    suggesting->schema = snapshot->engine->snapshot_schema(snapshot->handle);
    suggesting->deadline = deadline_of(known->timeout);
    if (known->field != NULL) {
        suggesting->field = schema_find(suggesting->schema, known->field, strlen(known->field));
        if (suggesting->field == NULL ||
            (suggesting->field->type != LIBSEARCH_TEXT && suggesting->field->type != LIBSEARCH_KEYWORD))
            return error_set(suggesting->error, LIBSEARCH_INVALID, "suggest: there is no text or keyword field '%s'",
                             known->field);
    }
    libsearch_suggestions *made = memory_allocate_array(snapshot->allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(suggesting->error);
    made->allocator = snapshot->allocator;
    arena_init(&made->arena, snapshot->allocator);
    suggesting->made = made;
    const size_t room = known->count > MOST_TRIED ? known->count : (size_t)MOST_TRIED;
    made->list = arena_allocate(&made->arena, (room + 1) * sizeof *made->list);
    if (made->list == NULL)
        return error_no_memory(suggesting->error);
    return query_parse(snapshot->allocator, suggesting->schema, suggesting->text, 0, query_clock(), &suggesting->query,
                       suggesting->error);
}

static libsearch_status suggest(libsearch_snapshot *snapshot, libsearch_bytes text,
                                const libsearch_suggest_options *options,
                                libsearch_status (*make)(struct suggesting *suggesting),
                                libsearch_suggestions **suggestions, const char *function, libsearch_error *error)
{
    struct suggesting suggesting = { .snapshot = snapshot, .text = text, .error = error };
    error_clear(error);
    if (snapshot == NULL || suggestions == NULL || (text.data == NULL && text.length > 0))
        return argument_missing(error, function,
                                snapshot == NULL      ? "snapshot"
                                : suggestions == NULL ? "suggestions"
                                                      : "text.data");
    if (text.data == NULL)
        suggesting.text.data = "";
    arena_init(&suggesting.arena, snapshot->allocator);
    libsearch_status status = prepare(&suggesting, options);
    if (status == LIBSEARCH_OK && suggesting.options.count > 0)
        status = make(&suggesting);
    query_release(suggesting.query);
    arena_free(&suggesting.arena);
    if (status != LIBSEARCH_OK) {
        libsearch_suggestions_free(suggesting.made);
        return status;
    }
    *suggestions = suggesting.made;
    return LIBSEARCH_OK;
}

libsearch_status libsearch_snapshot_complete(libsearch_snapshot *snapshot, libsearch_bytes text,
                                             const libsearch_suggest_options *options,
                                             libsearch_suggestions **suggestions, libsearch_error *error)
{
    return suggest(snapshot, text, options, complete, suggestions, "libsearch_snapshot_complete", error);
}

libsearch_status libsearch_snapshot_correct(libsearch_snapshot *snapshot, libsearch_bytes text,
                                            const libsearch_suggest_options *options,
                                            libsearch_suggestions **suggestions, libsearch_error *error)
{
    return suggest(snapshot, text, options, correct, suggestions, "libsearch_snapshot_correct", error);
}

static libsearch_status suggest_newest(libsearch_index *index, libsearch_bytes text,
                                       const libsearch_suggest_options *options,
                                       libsearch_status (*make)(struct suggesting *suggesting),
                                       libsearch_suggestions **suggestions, const char *function,
                                       libsearch_error *error)
{
    libsearch_snapshot *snapshot;
    error_clear(error);
    if (index == NULL)
        return argument_missing(error, function, "index");
    TRY(snapshot_pin(index, &snapshot, error));
    const libsearch_status status = suggest(snapshot, text, options, make, suggestions, function, error);
    libsearch_snapshot_free(snapshot);
    return status;
}

libsearch_status libsearch_complete(libsearch_index *index, libsearch_bytes text,
                                    const libsearch_suggest_options *options, libsearch_suggestions **suggestions,
                                    libsearch_error *error)
{
    return suggest_newest(index, text, options, complete, suggestions, "libsearch_complete", error);
}

libsearch_status libsearch_correct(libsearch_index *index, libsearch_bytes text,
                                   const libsearch_suggest_options *options, libsearch_suggestions **suggestions,
                                   libsearch_error *error)
{
    return suggest_newest(index, text, options, correct, suggestions, "libsearch_correct", error);
}
