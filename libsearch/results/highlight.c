/* SPDX-License-Identifier: MIT */
#include "results/highlight.h"

#include <string.h>

#include "query/in_line.h"
#include "results/matcher.h"

enum { TOKENS_AT_ONCE = 256 };

struct highlighter {
    const libsearch_allocator *allocator;
    const libsearch_query *query;
    struct matcher *matchers; /* by field, as they are asked for */
    struct arena arena;
};

libsearch_status highlighter_new(const libsearch_allocator *allocator, const struct schema *schema,
                                 const libsearch_query *query, struct highlighter **highlighter, libsearch_error *error)
{
    (void)schema;
    struct highlighter *made = memory_allocate(allocator, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    *made = (struct highlighter){ .allocator = allocator, .query = query };
    arena_init(&made->arena, allocator);
    *highlighter = made;
    return LIBSEARCH_OK;
}

void highlighter_free(struct highlighter *highlighter)
{
    if (highlighter == NULL)
        return;
    for (struct matcher *matcher = highlighter->matchers; matcher != NULL; matcher = matcher->next)
        matcher_free(matcher);
    arena_free(&highlighter->arena);
    memory_free(highlighter->allocator, highlighter);
}

static libsearch_status find_matcher(struct highlighter *highlighter, const struct field *field,
                                     struct matcher **matcher, libsearch_error *error)
{
    for (*matcher = highlighter->matchers; *matcher != NULL; *matcher = (*matcher)->next)
        if ((*matcher)->field == field)
            return LIBSEARCH_OK;
    TRY(matcher_new(&highlighter->arena, field, highlighter->query, matcher, error));
    (*matcher)->next = highlighter->matchers;
    highlighter->matchers = *matcher;
    return LIBSEARCH_OK;
}

static libsearch_status add_occurrence(const struct token *token, size_t offset, struct matcher_match match,
                                       struct occurrences *found, libsearch_error *error)
{
    if (!memory_grow(found->allocator, &found->all, &found->capacity, found->count + 1, sizeof *found->all))
        return error_no_memory(error);
    found->all[found->count++] = (struct occurrence){ .start = (uint32_t)offset + token->start,
                                                      .end = (uint32_t)offset + token->end,
                                                      .position = token->position,
                                                      .term = match.term,
                                                      .form = match.form,
                                                      .pattern = match.pattern };
    return LIBSEARCH_OK;
}

/* The end of the piece that begins at `from`: at white space where there is some near, else between characters. */
static size_t piece_end(libsearch_bytes text, size_t from)
{
    if (text.length - from <= HIGHLIGHT_PIECE)
        return text.length;
    size_t end = from + HIGHLIGHT_PIECE;
    for (size_t back = 0; back < 1024; back++)
        if ((unsigned char)text.data[end - back - 1] <= 0x20)
            return end - back;
    for (int back = 0; back < 3 && ((unsigned char)text.data[end] & 0xC0) == 0x80; back++)
        end--;
    return end;
}

/* Reads one piece of the text; *position: of its first word, and then of the next piece's. */
static libsearch_status read_piece(struct matcher *matcher, libsearch_bytes text, size_t from, size_t to,
                                   uint32_t *position, struct occurrences *found, libsearch_error *error)
{
    struct token tokens[TOKENS_AT_ONCE];
    size_t count;
    tokenizer_start(matcher->tokenizer, (libsearch_bytes){ text.data + from, to - from }, *position);
    while ((count = tokenizer_next(matcher->tokenizer, tokens, TOKENS_AT_ONCE)) > 0) {
        if (count == SIZE_MAX)
            return error_no_memory(error);
        for (size_t i = 0; i < count; i++) {
            const struct matcher_match match = matcher_look(matcher, tokens[i].surface, tokens[i].length);
            *position = tokens[i].position + 1;
            if ((match.term | match.form | match.pattern) != 0)
                TRY(add_occurrence(&tokens[i], from, match, found, error));
        }
        if (found->count >= HIGHLIGHT_MOST_OCCURRENCES)
            break;
    }
    return LIBSEARCH_OK;
}

static bool is_word(const struct occurrence *occurrence, uint16_t number)
{
    return occurrence->term == number || occurrence->form == number || occurrence->pattern == number;
}

/* Marks the words of a phrase without slop that begins at occurrence `first`, if one does. */
static void mark_phrase(const struct matcher_phrase *phrase, struct occurrences *found, size_t first)
{
    size_t places[MATCHER_MAX_PHRASE], at = first;
    if (!is_word(&found->all[first], phrase->words[0]))
        return;
    places[0] = first;
    for (size_t i = 1; i < phrase->count; i++) {
        const uint32_t due = found->all[first].position + phrase->offsets[i];
        for (at++;; at++) {
            if (at >= found->count || found->all[at].position > due)
                return;
            if (found->all[at].position == due && is_word(&found->all[at], phrase->words[i]))
                break;
        }
        places[i] = at;
    }
    for (size_t i = 0; i < phrase->count; i++)
        found->all[places[i]].in_phrase = true;
}

/* Where a word of a phrase stands. */
struct standing {
    uint32_t position, occurrence;
};

/* Of each word of the phrase where it stands, one word behind the other; starts: where each begins, and their end. */
static size_t find_standing(const struct matcher_phrase *phrase, const struct occurrences *found,
                            struct standing *standing, size_t *starts)
{
    size_t count = 0;
    for (size_t w = 0; w < phrase->count; w++) {
        starts[w] = count;
        for (size_t i = 0; i < found->count; i++) {
            const uint32_t position = found->all[i].position;
            if (!is_word(&found->all[i], phrase->words[w]))
                continue;
            if (count > starts[w] && standing != NULL && standing[count - 1].position == position)
                continue;
            if (standing != NULL)
                standing[count] = (struct standing){ position, (uint32_t)i };
            count++;
        }
    }
    starts[phrase->count] = count;
    return count;
}

static bool go_on(void *context)
{
    (void)context;
    return true;
}

/* Whether one occurrence is both words. */
static bool shares(const struct occurrences *found, uint16_t one, uint16_t other)
{
    for (size_t i = 0; i < found->count; i++)
        if (is_word(&found->all[i], one) && is_word(&found->all[i], other))
            return true;
    return false;
}

/* Marks the words of a sloppy phrase wherever it stands. */
static libsearch_status mark_sloppy(const struct matcher_phrase *phrase, struct occurrences *found,
                                    libsearch_error *error)
{
    size_t starts[MATCHER_MAX_PHRASE + 1];
    struct in_line_word words[MATCHER_MAX_PHRASE];
    struct in_line line = { .words = words, .count = phrase->count, .slop = phrase->slop, .go_on = go_on };
    const size_t last = phrase->count - 1;
    const size_t most = find_standing(phrase, found, NULL, starts);
    struct standing *standing = most == 0 ? NULL : memory_allocate(found->allocator, most * sizeof *standing);
    if (standing == NULL)
        return most == 0 ? LIBSEARCH_OK : error_no_memory(error);
    find_standing(phrase, found, standing, starts);
    bool all = true;
    for (size_t w = 0; w <= last; w++) {
        const uint32_t shift = phrase->offsets[last] - phrase->offsets[w];
        words[w] = (struct in_line_word){ .places = &standing[starts[w]].position,
                                          .stride = sizeof *standing / sizeof(uint32_t),
                                          .count = starts[w + 1] - starts[w],
                                          .plus = shift,
                                          .shift = shift };
        all = all && words[w].count > 0;
        for (size_t next = w + 1; next <= last && words[w].next == 0; next++)
            words[w].next = phrase->words[next] == phrase->words[w] ? (uint32_t)next + 1 : 0;
        words[w].in_last =
            w < last && phrase->words[w] != phrase->words[last] && shares(found, phrase->words[w], phrase->words[last]);
    }
    while (all && in_line_next(&line))
        for (size_t w = 0; w <= last; w++)
            found->all[standing[starts[w] + words[w].chosen].occurrence].in_phrase = true;
    memory_free(found->allocator, standing);
    return LIBSEARCH_OK;
}

static libsearch_status mark_phrases(const struct matcher *matcher, struct occurrences *found, libsearch_error *error)
{
    for (size_t i = 0; i < matcher->phrase_count; i++) {
        const struct matcher_phrase *phrase = &matcher->phrases[i];
        if (phrase->slop > 0)
            TRY(mark_sloppy(phrase, found, error));
        for (size_t first = 0; first < found->count && phrase->slop == 0; first++)
            mark_phrase(phrase, found, first);
    }
    return LIBSEARCH_OK;
}

/* Keeps the words that count alone, and those that stand in phrases. */
static void drop_loose_words(const struct matcher *matcher, struct occurrences *found)
{
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++) {
        struct occurrence occurrence = found->all[i];
        const uint16_t numbers[] = { occurrence.form, occurrence.term, occurrence.pattern };
        uint16_t number = 0;
        for (size_t n = 3; n-- > 0;)
            if (numbers[n] != 0 && (occurrence.in_phrase || matcher->words[numbers[n] - 1].alone))
                number = numbers[n];
        if (number != 0) {
            occurrence.word = (uint16_t)(number - 1); /* numbers begin at 1, words at 0 */
            found->all[kept++] = occurrence;
        }
    }
    found->count = kept;
}

libsearch_status highlighter_find(struct highlighter *highlighter, const struct field *field, libsearch_bytes text,
                                  struct occurrences *found, libsearch_error *error)
{
    struct matcher *matcher;
    TRY(find_matcher(highlighter, field, &matcher, error));
    found->count = 0;
    found->looked_at = 0;
    found->words = matcher->word_count;
    if (matcher->word_count == 0)
        return LIBSEARCH_OK;
    uint32_t position = 0;
    while (found->count == 0 && found->looked_at < text.length && found->looked_at < HIGHLIGHT_MOST) {
        const size_t end = piece_end(text, found->looked_at);
        TRY(read_piece(matcher, text, found->looked_at, end, &position, found, error));
        found->looked_at = end;
        TRY(mark_phrases(matcher, found, error));
        drop_loose_words(matcher, found);
    }
    return LIBSEARCH_OK;
}
