/* SPDX-License-Identifier: MIT */
#include "results/snippet.h"

#include <string.h>

#include "results/passage.h"

enum { DEFAULT_BYTES = 200, LEAST_BYTES = 24, LEAST_TO_SPLIT = 90 };

/* What a word is worth: the first time that a snippet has it, once more, and in a phrase on top. A passage's place
 * decides between equals. */
enum { WORTH_NEW = 100, WORTH_AGAIN = 6, WORTH_MOST_AGAIN = 3, WORTH_PHRASE = 60 };

/* A stretch of occurrences, first … last. */
struct window {
    size_t first, last;
    uint32_t worth;
    size_t new_words;
};

/* Counts of each word while a window slides. */
struct tally {
    uint32_t *counts;  /* by word */
    uint32_t *phrases; /* likewise: of those in phrases */
    uint8_t *seen;     /* words that earlier passages have */
    uint32_t worth;
    size_t new_words;
};

static uint32_t worth_of(const struct tally *tally, uint16_t word)
{
    const uint32_t count = tally->counts[word];
    if (count == 0)
        return 0;
    const uint32_t again = count - 1 < WORTH_MOST_AGAIN ? count - 1 : WORTH_MOST_AGAIN;
    return (tally->seen[word] ? (uint32_t)WORTH_AGAIN : (uint32_t)WORTH_NEW) + again * WORTH_AGAIN +
           (tally->phrases[word] > 0 ? (uint32_t)WORTH_PHRASE : 0);
}

static void tally_change(struct tally *tally, const struct occurrence *occurrence, bool add)
{
    const uint16_t word = occurrence->word;
    tally->worth -= worth_of(tally, word);
    if (!tally->seen[word])
        tally->new_words -= tally->counts[word] > 0;
    tally->counts[word] += add ? 1u : ~0u;
    if (occurrence->in_phrase)
        tally->phrases[word] += add ? 1u : ~0u;
    tally->worth += worth_of(tally, word);
    if (!tally->seen[word])
        tally->new_words += tally->counts[word] > 0;
}

/* The window of at most max_bytes that is worth most, apart from the passages that there are. */
static bool best_window(const struct occurrences *found, struct tally *tally, size_t max_bytes,
                        const libsearch_range *taken, size_t taken_count, struct window *best)
{
    memset(tally->counts, 0, found->words * sizeof *tally->counts);
    memset(tally->phrases, 0, found->words * sizeof *tally->phrases);
    tally->worth = 0;
    tally->new_words = 0;
    *best = (struct window){ 0 };
    size_t first = 0;
    for (size_t last = 0; last < found->count; last++) {
        bool blocked = false;
        for (size_t i = 0; i < taken_count; i++)
            blocked = blocked || (found->all[last].end > taken[i].start && found->all[last].start < taken[i].end);
        if (!blocked)
            tally_change(tally, &found->all[last], true);
        for (; first < last && (blocked || found->all[last].end - found->all[first].start > max_bytes); first++)
            tally_change(tally, &found->all[first], false);
        if (blocked) {
            first = last + 1;
            continue;
        }
        if (tally->worth > best->worth)
            *best = (struct window){ first, last, tally->worth, tally->new_words };
    }
    return best->worth > 0;
}

/* The bytes of a window's occurrences. */
static libsearch_range core_of(const struct occurrences *found, const struct window *window)
{
    libsearch_range core = { found->all[window->first].start, found->all[window->first].end };
    for (size_t i = window->first; i <= window->last; i++)
        if (found->all[i].end > core.end)
            core.end = found->all[i].end;
    return core;
}

static void mark_seen(const struct occurrences *found, const struct window *window, struct tally *tally)
{
    for (size_t i = window->first; i <= window->last; i++)
        tally->seen[found->all[i].word] = 1;
}

/* Puts a passage at its place; one that touches a neighbour becomes one with it. */
static void add_passage(struct snippet *snippet, libsearch_range range)
{
    size_t at = snippet->passage_count;
    while (at > 0 && snippet->passages[at - 1].start > range.start) {
        snippet->passages[at] = snippet->passages[at - 1];
        at--;
    }
    snippet->passages[at] = range;
    snippet->passage_count++;
}

/* Up to `count` passages of `share` bytes, each the best for the words that are not there yet; again: also those that have
 * no more such words. Returns how many different words they have. */
static size_t choose(libsearch_bytes text, const struct occurrences *found, struct tally *tally, size_t share,
                     size_t count, bool again, struct snippet *snippet)
{
    size_t words = 0;
    memset(tally->seen, 0, found->words);
    snippet->passage_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct window window;
        if (!best_window(found, tally, share, snippet->passages, snippet->passage_count, &window) ||
            (i > 0 && window.new_words == 0 && !again))
            break;
        const libsearch_range core = core_of(found, &window);
        size_t low = 0, high = text.length;
        for (size_t p = 0; p < snippet->passage_count; p++) {
            if (snippet->passages[p].end <= core.start)
                low = snippet->passages[p].end;
            else if (snippet->passages[p].start < high)
                high = snippet->passages[p].start;
        }
        if (low > core.start || high < core.end)
            break;
        words += window.new_words;
        mark_seen(found, &window, tally);
        add_passage(snippet, passage_trim(text, passage_widen(text, core, share, low, high)));
    }
    return words;
}

/* The occurrences that lie in passages, as ranges that neither overlap nor touch. */
static libsearch_status take_marks(const struct occurrences *found, struct snippet *snippet, libsearch_error *error)
{
    size_t capacity = 0, passage = 0;
    for (size_t i = 0; i < found->count; i++) {
        const libsearch_range mark = { found->all[i].start, found->all[i].end };
        while (passage < snippet->passage_count && snippet->passages[passage].end <= mark.start)
            passage++;
        if (passage == snippet->passage_count)
            break;
        if (mark.start < snippet->passages[passage].start || mark.end > snippet->passages[passage].end)
            continue;
        if (snippet->mark_count > 0 && mark.start <= snippet->marks[snippet->mark_count - 1].end) {
            if (mark.end > snippet->marks[snippet->mark_count - 1].end)
                snippet->marks[snippet->mark_count - 1].end = mark.end;
            continue;
        }
        if (!memory_grow(found->allocator, &snippet->marks, &capacity, snippet->mark_count + 1, sizeof mark))
            return error_no_memory(error);
        snippet->marks[snippet->mark_count++] = mark;
    }
    return LIBSEARCH_OK;
}

static libsearch_status tally_init(struct tally *tally, const struct occurrences *found, libsearch_error *error)
{
    *tally = (struct tally){ 0 };
    tally->counts = memory_allocate_array(found->allocator, 2 * found->words, sizeof *tally->counts);
    tally->seen = memory_allocate_array(found->allocator, found->words, 1);
    if (tally->counts == NULL || tally->seen == NULL)
        return error_no_memory(error);
    tally->phrases = tally->counts + found->words;
    return LIBSEARCH_OK;
}

static void tally_free(const struct tally *tally, const struct occurrences *found)
{
    memory_free(found->allocator, tally->counts);
    memory_free(found->allocator, tally->seen);
}

static void choose_best(libsearch_bytes text, const struct occurrences *found, size_t max_bytes, struct tally *tally,
                        struct snippet *snippet)
{
    size_t words = choose(text, found, tally, max_bytes, 1, false, snippet);
    for (size_t count = 2; count <= SNIPPET_MAX_PASSAGES && max_bytes / count >= LEAST_TO_SPLIT / 2; count++) {
        struct snippet split = { .passage_count = 0 };
        if (max_bytes < LEAST_TO_SPLIT)
            break;
        const size_t more = choose(text, found, tally, max_bytes / count, count, false, &split);
        if (more > words) {
            words = more;
            *snippet = split;
        }
    }
}

/* count 0: as many as show more words, of max_bytes together. */
static libsearch_status find_passages(libsearch_bytes text, const struct occurrences *found, size_t max_bytes,
                                      size_t count, struct snippet *snippet, libsearch_error *error)
{
    struct snippet made = { .passage_count = 0 };
    libsearch_status status = LIBSEARCH_OK;
    if (max_bytes < LEAST_BYTES)
        max_bytes = LEAST_BYTES;
    if (found->count == 0) {
        const libsearch_range all = passage_trim(text, (libsearch_range){ 0, text.length });
        made.passages[0] = passage_trim(text, passage_widen(text, (libsearch_range){ all.start, all.start }, max_bytes,
                                                            all.start, all.end));
        made.passage_count = made.passages[0].start < made.passages[0].end;
    } else {
        struct tally tally;
        status = tally_init(&tally, found, error);
        if (status == LIBSEARCH_OK && count > 0)
            choose(text, found, &tally, max_bytes, count, true, &made);
        else if (status == LIBSEARCH_OK)
            choose_best(text, found, max_bytes, &tally, &made);
        tally_free(&tally, found);
    }
    if (status == LIBSEARCH_OK)
        status = take_marks(found, &made, error);
    if (status != LIBSEARCH_OK) {
        snippet_free(found->allocator, &made);
        return status;
    }
    *snippet = made;
    return LIBSEARCH_OK;
}

libsearch_status snippet_find(libsearch_bytes text, const struct occurrences *found, size_t max_bytes,
                              struct snippet *snippet, libsearch_error *error)
{
    return find_passages(text, found, max_bytes == 0 ? DEFAULT_BYTES : max_bytes, 0, snippet, error);
}

libsearch_status snippet_find_passages(libsearch_bytes text, const struct occurrences *found, size_t max_bytes,
                                       size_t count, struct snippet *snippet, libsearch_error *error)
{
    return find_passages(text, found, max_bytes, count, snippet, error);
}

void snippet_free(const libsearch_allocator *allocator, struct snippet *snippet)
{
    memory_free(allocator, snippet->marks);
    snippet->marks = NULL;
    snippet->mark_count = 0;
}

/* What of the text answers. */
static libsearch_status find_occurrences(struct highlighter *highlighter, const struct field *field,
                                         libsearch_bytes text, struct occurrences *found, libsearch_error *error)
{
    return field == NULL || field->type != LIBSEARCH_TEXT ? LIBSEARCH_OK
                                                          : highlighter_find(highlighter, field, text, found, error);
}

libsearch_status snippet_passages(struct highlighter *highlighter, const struct field *field, libsearch_bytes text,
                                  size_t max_bytes, size_t count, const libsearch_allocator *allocator,
                                  struct snippet *snippet, libsearch_error *error)
{
    struct occurrences found = { .allocator = allocator };
    libsearch_status status = find_occurrences(highlighter, field, text, &found, error);
    if (status == LIBSEARCH_OK)
        status = snippet_find_passages(text, &found, max_bytes, count, snippet, error);
    memory_free(allocator, found.all);
    return status;
}

libsearch_status snippet_write(struct highlighter *highlighter, const struct field *field, libsearch_bytes text,
                               size_t max_bytes, libsearch_markup markup, struct buffer *to, libsearch_error *error)
{
    struct occurrences found = { .allocator = to->allocator };
    struct snippet snippet = { .passage_count = 0 };
    libsearch_status status = find_occurrences(highlighter, field, text, &found, error);
    if (status == LIBSEARCH_OK)
        status = snippet_find(text, &found, max_bytes, &snippet, error);
    if (status == LIBSEARCH_OK)
        snippet_print(text, &snippet, markup, to);
    snippet_free(to->allocator, &snippet);
    memory_free(to->allocator, found.all);
    return status;
}
