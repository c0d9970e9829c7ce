/* SPDX-License-Identifier: MIT */
/* Compiling of several fields searched as one: as search/plan_fields.c, without weights. */
#include <string.h>

#include "watch/condition_text.h"

struct part {
    const struct field *field;
    struct words words;
};

/* The words of a text that count: without stop words, unless nothing else is there or they are asked for, and without
 * compounds as wholes. */
static void keep_those_that_count(const libsearch_query *text, struct words *words)
{
    bool only_stops = true;
    size_t kept = 0;
    for (size_t i = 0; i < words->count; i++)
        only_stops = only_stops && (words->words[i].stop || words->words[i].whole);
    const bool stops = only_stops || (text->flags & QUERY_FLAG_KEEP_STOPS) != 0;
    for (size_t i = 0; i < words->count; i++)
        if (!words->words[i].whole && (stops || !words->words[i].stop))
            words->words[kept++] = words->words[i];
    words->count = kept;
}

static bool same(const struct word *one, const struct word *other)
{
    return one->term.length == other->term.length && memcmp(one->term.data, other->term.data, one->term.length) == 0;
}

static bool stands_before(const struct part *parts, size_t part, size_t word)
{
    for (size_t p = 0; p <= part; p++)
        for (size_t w = 0; w < (p == part ? word : parts[p].words.count); w++)
            if (same(&parts[p].words.words[w], &parts[part].words.words[word]))
                return true;
    return false;
}

/* One word, in any of the fields whose texts have it. */
static libsearch_status add_in_fields(struct compiler *compiler, const struct part *parts, size_t count,
                                      const struct word *word, bool all, libsearch_error *error)
{
    size_t number;
    TRY(condition_add(compiler,
                      &(struct condition_node){
                          .kind = CONDITION_BOOLEAN, .occur = all ? LIBSEARCH_MUST : LIBSEARCH_SHOULD, .number = 1 },
                      &number, error));
    for (size_t p = 0; p < count; p++)
        for (size_t w = 0; w < parts[p].words.count; w++)
            if (same(&parts[p].words.words[w], word)) {
                TRY(compile_word(compiler, parts[p].field, word, false, LIBSEARCH_SHOULD, 0, error));
                break;
            }
    condition_close(compiler, number);
    return LIBSEARCH_OK;
}

static libsearch_status add_all(struct compiler *compiler, const struct part *parts, size_t count, bool all,
                                libsearch_error *error)
{
    size_t number, words = 0;
    for (size_t p = 0; p < count; p++)
        words += parts[p].words.count;
    if (words == 0)
        return condition_add(compiler, &(struct condition_node){ .kind = CONDITION_NONE }, NULL, error);
    TRY(condition_add(compiler, &(struct condition_node){ .kind = CONDITION_BOOLEAN, .number = all ? 0 : 1 }, &number,
                      error));
    for (size_t p = 0; p < count; p++)
        for (size_t w = 0; w < parts[p].words.count; w++)
            if (!stands_before(parts, p, w))
                TRY(add_in_fields(compiler, parts, count, &parts[p].words.words[w], all, error));
    condition_close(compiler, number);
    return LIBSEARCH_OK;
}

static libsearch_status compile_parts(struct compiler *compiler, const libsearch_query *query, struct part *parts,
                                      libsearch_error *error)
{
    size_t room = 0;
    bool all = query->count > 0;
    for (size_t i = 0; i < query->count; i++) {
        const libsearch_query *child = query->children[i];
        const libsearch_query *text = child->kind == QUERY_BOOST ? child->children[0] : child;
        TRY(compile_text_field(compiler, text, &parts[i].field, error));
        TRY(compile_words_of(compiler, parts[i].field, text, &parts[i].words, error));
        room += parts[i].words.count;
        all = all && (text->flags & QUERY_FLAG_ALL) != 0;
        keep_those_that_count(text, &parts[i].words);
    }
    if (room > LIBSEARCH_MAX_FIELDS_WORDS) /* they are compared each with each */
        return error_set(error, LIBSEARCH_LIMIT,
                         "several fields as one are searched for at most %d words, all together",
                         LIBSEARCH_MAX_FIELDS_WORDS);
    return add_all(compiler, parts, query->count, all, error);
}

libsearch_status compile_fields(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    struct part *parts = memory_allocate_array(compiler->allocator, query->count, sizeof *parts);
    if (parts == NULL && query->count > 0)
        return error_no_memory(error);
    for (size_t i = 0; i < query->count; i++)
        arena_init(&parts[i].words.arena, compiler->allocator);
    const libsearch_status status = compile_parts(compiler, query, parts, error);
    for (size_t i = 0; i < query->count; i++)
        words_free(&parts[i].words);
    memory_free(compiler->allocator, parts);
    return status;
}
