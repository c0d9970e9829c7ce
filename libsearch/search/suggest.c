/* SPDX-License-Identifier: MIT */
#include "search/suggest.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "search/evaluate.h"
#include "segment/segment_data.h"
#include "terms/frequent.h"
#include "terms/walks.h"

/* Words that a correction chooses from, and words that a completion looks at in each segment for each one wanted: more
 * cost more than they are worth. */
enum { MOST_GATHERED = 65536, LOOKED_AT_FOR_EACH = 16, LOOKED_AT_LEAST = 64 };

struct gathered {
    struct suggested_word *words; /* each once */
    size_t count, capacity;
    uint32_t *slots; /* by the word's hash: number + 1 */
    size_t slot_count;
};

struct suggester {
    struct search_context context;
    struct search_request limits;
    const struct suggest_request *request;
    const struct snapshot *snapshot;
    struct gathered gathered;
    uint16_t list;
    uint8_t flags;
};

static const struct segment *segment_at(const struct suggester *suggester, size_t s)
{
    return suggester->snapshot->segments[s].segment;
}

static bool same(libsearch_bytes a, libsearch_bytes b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.data, b.data, a.length) == 0);
}

static uint32_t *slot_of(const struct gathered *gathered, libsearch_bytes word)
{
    size_t slot = (size_t)hash_bytes(word.data, word.length) & (gathered->slot_count - 1);
    while (gathered->slots[slot] != 0 && !same(gathered->words[gathered->slots[slot] - 1].word, word))
        slot = (slot + 1) & (gathered->slot_count - 1);
    return &gathered->slots[slot];
}

static libsearch_status make_room(struct suggester *suggester)
{
    struct gathered *gathered = &suggester->gathered;
    const size_t capacity = gathered->capacity == 0 ? 64 : gathered->capacity * 4;
    struct suggested_word *words;
    uint32_t *slots;
    TRY(search_take(&suggester->context, capacity * sizeof *words, &words));
    TRY(search_take(&suggester->context, 2 * capacity * sizeof *slots, &slots));
    if (gathered->count > 0)
        memcpy(words, gathered->words, gathered->count * sizeof *words);
    gathered->words = words;
    gathered->slots = slots;
    gathered->slot_count = 2 * capacity;
    gathered->capacity = capacity;
    for (size_t i = 0; i < gathered->count; i++)
        *slot_of(gathered, words[i].word) = (uint32_t)i + 1;
    return LIBSEARCH_OK;
}

/* The word among those gathered; *added: it was not there. Its bytes are copied. */
static libsearch_status gather(struct suggester *suggester, libsearch_bytes word, struct suggested_word **found,
                               bool *added)
{
    struct gathered *gathered = &suggester->gathered;
    if (gathered->count == gathered->capacity)
        TRY(make_room(suggester));
    uint32_t *slot = slot_of(gathered, word);
    *added = *slot == 0;
    if (*added) {
        char *copy;
        TRY(search_take(&suggester->context, word.length + 1, &copy));
        if (word.length > 0)
            memcpy(copy, word.data, word.length);
        gathered->words[gathered->count] = (struct suggested_word){ .word = { copy, word.length } };
        *slot = (uint32_t)++gathered->count;
    }
    *found = &gathered->words[*slot - 1];
    return LIBSEARCH_OK;
}

static int by_frequency(const void *a, const void *b)
{
    const struct suggested_word *one = a, *other = b;
    if (one->frequency != other->frequency)
        return one->frequency > other->frequency ? -1 : 1;
    const size_t shorter = one->word.length < other->word.length ? one->word.length : other->word.length;
    const int order = shorter == 0 ? 0 : memcmp(one->word.data, other->word.data, shorter);
    return order != 0 ? order : (one->word.length > other->word.length) - (one->word.length < other->word.length);
}

/* ----- completions ----- */

static libsearch_status frequency_in(const struct suggester *suggester, size_t s, libsearch_bytes word,
                                     uint64_t *frequency)
{
    uint8_t key[TERM_KEY_MAX];
    struct term_entry entry;
    *frequency = 0;
    if (word.length > sizeof key - 2)
        return LIBSEARCH_OK;
    key[0] = (uint8_t)(suggester->list >> 8);
    key[1] = (uint8_t)suggester->list;
    if (word.length > 0)
        memcpy(key + 2, word.data, word.length);
    const libsearch_status status = terms_reader_find(segment_at(suggester, s)->terms, key, word.length + 2, &entry,
                                                      NULL, suggester->context.error);
    if (status == LIBSEARCH_OK && (entry.flags & suggester->flags))
        *frequency = suggester->flags == TERM_SURFACE ? entry.surface_count : entry.document_frequency;
    return status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
}

/* One word of one segment, and how often all have it. */
static libsearch_status take_word(struct suggester *suggester, size_t segment, const struct frequent_word *word)
{
    struct suggested_word *found;
    bool added;
    TRY(gather(suggester, word->word, &found, &added));
    if (!added)
        return LIBSEARCH_OK;
    found->frequency = word->frequency;
    for (size_t s = 0; s < suggester->snapshot->segment_count; s++) {
        uint64_t there = 0;
        if (s != segment)
            TRY(frequency_in(suggester, s, found->word, &there));
        found->frequency += there;
    }
    return LIBSEARCH_OK;
}

/* How many of the gathered words are more frequent than any that was not seen can be. */
static size_t sure_words(const struct suggester *suggester, uint64_t bound)
{
    size_t sure = 0;
    for (size_t i = 0; i < suggester->gathered.count; i++)
        sure += suggester->gathered.words[i].frequency > bound;
    return sure;
}

/* Takes the next word of each segment in turn, until enough of them are more frequent than what can still come: that is
 * at most what the segments gave last, summed (the threshold algorithm: Fagin, Lotem and Naor, JCSS 66, 2003). */
static libsearch_status take_words(struct suggester *suggester, struct frequent_words **walks)
{
    const size_t segments = suggester->snapshot->segment_count, wanted = suggester->request->count;
    const size_t rounds = segments == 1 ? wanted : LOOKED_AT_FOR_EACH * wanted + LOOKED_AT_LEAST;
    for (size_t round = 0; round < rounds; round++) {
        uint64_t bound = 0;
        for (size_t s = 0; s < segments; s++) {
            struct frequent_word word;
            if (walks[s] == NULL)
                continue;
            const libsearch_status status = frequent_words_next(walks[s], &word, suggester->context.error);
            if (status == LIBSEARCH_NOT_FOUND) {
                frequent_words_free(walks[s]);
                walks[s] = NULL;
                continue;
            }
            TRY(status);
            TRY(take_word(suggester, s, &word));
            bound += word.frequency;
        }
        TRY(search_poll(&suggester->context));
        if (bound == 0 || (segments > 1 && round % 8 == 7 && sure_words(suggester, bound) >= wanted))
            break;
    }
    return LIBSEARCH_OK;
}

static libsearch_status complete(struct suggester *suggester)
{
    const size_t segments = suggester->snapshot->segment_count;
    const struct suggest_request *request = suggester->request;
    struct frequent_words **walks;
    TRY(search_take(&suggester->context, (segments + 1) * sizeof(struct frequent_words *), &walks));
    libsearch_status status = LIBSEARCH_OK;
    for (size_t s = 0; s < segments && status == LIBSEARCH_OK; s++)
        status = frequent_words_new(segment_at(suggester, s)->terms, suggester->context.arena->allocator,
                                    suggester->list, suggester->flags, request->word.data, request->word.length,
                                    &walks[s], suggester->context.error);
    if (status == LIBSEARCH_OK)
        status = take_words(suggester, walks);
    for (size_t s = 0; s < segments; s++)
        frequent_words_free(walks[s]);
    TRY(status);
    if (suggester->gathered.count > 1)
        qsort(suggester->gathered.words, suggester->gathered.count, sizeof *suggester->gathered.words, by_frequency);
    return LIBSEARCH_OK;
}

/* ----- corrections ----- */

static libsearch_status matched(void *context, const struct term_match *match)
{
    struct suggester *suggester = context;
    struct suggested_word *found;
    bool added;
    if (suggester->gathered.count >= MOST_GATHERED)
        return LIBSEARCH_OK;
    TRY(gather(suggester, (libsearch_bytes){ match->key.data + 2, match->key.length - 2 }, &found, &added));
    found->frequency += suggester->flags == TERM_SURFACE ? match->entry.surface_count : match->entry.document_frequency;
    found->distance = match->distance;
    return LIBSEARCH_OK;
}

static libsearch_status poll(void *context) { return search_poll(&((struct suggester *)context)->context); }

static size_t letters_of(libsearch_bytes word)
{
    size_t letters = 0;
    for (size_t i = 0; i < word.length; i++)
        letters += ((unsigned char)word.data[i] & 0xC0) != 0x80;
    return letters;
}

static libsearch_status gather_like(struct suggester *suggester, unsigned distance, unsigned prefix)
{
    const struct suggest_request *request = suggester->request;
    const struct term_walk walk = {
        .list = suggester->list, .flags = suggester->flags, .matched = matched, .poll = poll, .context = suggester
    };
    suggester->gathered = (struct gathered){ .count = 0 };
    for (size_t s = 0; s < suggester->snapshot->segment_count; s++)
        TRY(terms_walk_fuzzy(segment_at(suggester, s)->terms, suggester->context.arena->allocator, &walk,
                             request->word.data, request->word.length, distance, prefix, suggester->context.error));
    return LIBSEARCH_OK;
}

/* Frequencies of the same order of magnitude as long as they are compared: no edit is worth less than one. */
static int by_worth(const void *a, const void *b)
{
    const struct suggested_word *one = a, *other = b;
    double worth[2] = { (double)one->frequency, (double)other->frequency };
    for (unsigned i = 0; i < one->distance; i++)
        worth[0] /= SUGGEST_EDIT;
    for (unsigned i = 0; i < other->distance; i++)
        worth[1] /= SUGGEST_EDIT;
    return worth[0] > worth[1] ? -1 : worth[0] < worth[1] ? 1 : by_frequency(a, b);
}

/* In how many documents a search for the word finds its stem. */
static libsearch_status find_known(struct suggester *suggester, uint64_t *known)
{
    const struct suggest_request *request = suggester->request;
    const struct field *field = request->field;
    libsearch_bytes term = request->word;
    char stem[LIBSEARCH_MAX_TERM];
    if (suggester->flags == TERM_SURFACE && term.length <= LIBSEARCH_MAX_TERM) {
        struct tokenizer *tokenizer;
        TRY(tokenizer_new(field != NULL ? field->analyzer : suggester->snapshot->schema->analyzers[0],
                          suggester->context.arena->allocator, &tokenizer, suggester->context.error));
        /* Surfaces are read a little beyond their end. */
        char padded[LIBSEARCH_MAX_TERM + 16] = { 0 };
        memcpy(padded, term.data, term.length);
        term = (libsearch_bytes){ stem, tokenizer_term(tokenizer, padded, term.length, stem) };
        tokenizer_free(tokenizer);
    }
    for (size_t s = 0; s < suggester->snapshot->segment_count; s++) {
        struct posting_list list;
        const libsearch_status status = segment_list(segment_at(suggester, s), suggester->list, term.data, term.length,
                                                     &list, suggester->context.error);
        if (status == LIBSEARCH_OK)
            *known += list.document_frequency;
        else if (status != LIBSEARCH_NOT_FOUND)
            return status;
    }
    return LIBSEARCH_OK;
}

static libsearch_status correct(struct suggester *suggester, uint64_t *known)
{
    const size_t letters = letters_of(suggester->request->word);
    TRY(find_known(suggester, known));
    if (letters < 3)
        return LIBSEARCH_OK;
    TRY(gather_like(suggester, 1, 0));
    const struct gathered *gathered = &suggester->gathered;
    if (gathered->count <= (*known > 0) && letters >= 6)
        TRY(gather_like(suggester, 2, 1));
    if (gathered->count > 1)
        qsort(gathered->words, gathered->count, sizeof *gathered->words, by_worth);
    return LIBSEARCH_OK;
}

static libsearch_status run(struct suggester *suggester, struct suggested_word **list, size_t *count, uint64_t *known)
{
    const struct suggest_request *request = suggester->request;
    struct gathered *gathered = &suggester->gathered;
    TRY(search_poll(&suggester->context));
    TRY(request->correct ? correct(suggester, known) : complete(suggester));
    const size_t kept = gathered->count < request->count ? gathered->count : request->count;
    struct suggested_word *made = arena_allocate(request->results, (kept + 1) * sizeof *made);
    if (made == NULL)
        return error_no_memory(suggester->context.error);
    for (size_t i = 0; i < kept; i++) {
        made[i] = gathered->words[i];
        made[i].word.data = arena_duplicate(request->results, made[i].word.data, made[i].word.length);
        if (made[i].word.data == NULL)
            return error_no_memory(suggester->context.error);
    }
    *list = made;
    *count = kept;
    return LIBSEARCH_OK;
}

libsearch_status search_suggest(struct snapshot *snapshot, const struct suggest_request *request,
                                struct suggested_word **list, size_t *count, uint64_t *known, libsearch_error *error)
{
    struct arena arena;
    size_t budget;
    search_arena_init(&arena, snapshot->allocator, request->memory, &budget);
    const struct field *field = request->field;
    const bool keywords = field != NULL && field->type == LIBSEARCH_KEYWORD;
    struct suggester suggester = { .request = request, .snapshot = snapshot };
    suggester.limits =
        (struct search_request){ .deadline = request->deadline, .memory = request->memory, .cancel = request->cancel };
    suggester.context = (struct search_context){ .request = &suggester.limits, .arena = &arena, .error = error };
    suggester.list = plan_list_of(field);
    suggester.flags = keywords ? TERM_LIST : TERM_SURFACE;
    *known = 0;
    libsearch_status status = run(&suggester, list, count, known);
    if (status == LIBSEARCH_NO_MEMORY && arena.refused)
        status = search_over_memory(error);
    arena_free(&arena);
    return status;
}
