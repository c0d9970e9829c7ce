/* SPDX-License-Identifier: MIT */
/* Compiling of texts, phrases, patterns and what is near each other: as search/plan_text.c, plan_expand.c, plan_near.c,
 * without weights. */
#include <string.h>

#include "query/query_syntax.h"
#include "query/query_tree.h"
#include "text/analyzer.h"
#include "watch/condition_text.h"
#include "watch/word_patterns.h"

enum { TOKENS_AT_ONCE = 64 };

void words_free(struct words *words)
{
    memory_free(words->arena.allocator, words->words);
    arena_free(&words->arena);
}

static uint16_t list_of(const struct field *field)
{
    return field == NULL || field->in_group ? 0 : (uint16_t)(field->number + 1);
}

/* The field that a node's words must stand in, beyond their list. */
static uint16_t restriction_of(const struct field *field)
{
    return field != NULL && field->in_group ? field->number : SCHEMA_NO_FIELD;
}

/* The tokenizer of a field's words: the group (NULL) shares one. */
static libsearch_status tokenizer_of(struct compiler *compiler, const struct field *field,
                                     const struct analyzer **analyzer, struct tokenizer **tokenizer,
                                     libsearch_error *error)
{
    const struct schema *schema = compiler->schema;
    if (compiler->tokenizer_count < schema->analyzer_count) {
        struct tokenizer **grown = memory_reallocate(compiler->allocator, compiler->tokenizers,
                                                     schema->analyzer_count * sizeof(struct tokenizer *));
        if (grown == NULL)
            return error_no_memory(error);
        compiler->tokenizers = grown;
        while (compiler->tokenizer_count < schema->analyzer_count)
            grown[compiler->tokenizer_count++] = NULL;
    }
    size_t number = 0;
    while (field != NULL && schema->analyzers[number] != field->analyzer)
        number++;
    *analyzer = schema->analyzers[number];
    if (compiler->tokenizers[number] == NULL)
        TRY(tokenizer_new(*analyzer, compiler->allocator, &compiler->tokenizers[number], error));
    *tokenizer = compiler->tokenizers[number];
    return LIBSEARCH_OK;
}

static libsearch_status add_word(struct words *words, const struct analyzer *analyzer, struct tokenizer *tokenizer,
                                 const struct token *token, libsearch_error *error)
{
    char stem[LIBSEARCH_MAX_TERM];
    const size_t length = tokenizer_term(tokenizer, token->surface, token->length, stem);
    const char *term = arena_duplicate(&words->arena, stem, length);
    const char *surface = arena_duplicate(&words->arena, token->surface, token->length);
    if (term == NULL || surface == NULL ||
        !memory_grow(words->arena.allocator, &words->words, &words->capacity, words->count + 1, sizeof *words->words))
        return error_no_memory(error);
    words->words[words->count++] = (struct word){ .term = { term, length },
                                                  .surface = { surface, token->length },
                                                  .position = token->position,
                                                  .whole = (token->flags & TOKEN_WHOLE) != 0,
                                                  .stop = analyzer_is_stop(analyzer, token->surface, token->length) };
    return LIBSEARCH_OK;
}

/* The words of a text; *cut: there are more than are looked at. */
static libsearch_status take_words(struct compiler *compiler, const struct field *field, libsearch_bytes text,
                                   struct words *words, bool *cut, libsearch_error *error)
{
    const struct analyzer *analyzer;
    struct tokenizer *tokenizer;
    struct token tokens[TOKENS_AT_ONCE];
    *cut = false;
    TRY(tokenizer_of(compiler, field, &analyzer, &tokenizer, error));
    tokenizer_start(tokenizer, text, 0);
    for (;;) {
        const size_t count = tokenizer_next(tokenizer, tokens, TOKENS_AT_ONCE);
        if (count == SIZE_MAX)
            return error_no_memory(error);
        for (size_t i = 0; i < count; i++) {
            *cut = words->count >= LIBSEARCH_MAX_CLAUSES;
            if (*cut)
                return LIBSEARCH_OK;
            TRY(add_word(words, analyzer, tokenizer, &tokens[i], error));
        }
        if (count == 0)
            return LIBSEARCH_OK;
    }
}

libsearch_status compile_words_of(struct compiler *compiler, const struct field *field, const libsearch_query *query,
                                  struct words *words, libsearch_error *error)
{
    bool cut;
    words->exact = (query->flags & QUERY_FLAG_EXACT) != 0;
    TRY(take_words(compiler, field, query->text, words, &cut, error));
    if (!cut)
        return LIBSEARCH_OK;
    if (!compiler->lenient)
        return error_set(error, LIBSEARCH_LIMIT, "the query has more than %d words", LIBSEARCH_MAX_CLAUSES);
    return compile_warn(compiler, query, "only the first 65536 words are looked at", error);
}

/* Leaves out the words that are `stop` or `whole`, unless nothing would be left. */
static void drop_words(struct words *words, bool stop, bool even_all)
{
    size_t kept = 0;
    for (size_t i = 0; i < words->count; i++)
        kept += stop ? !words->words[i].stop : !words->words[i].whole;
    if (kept == 0 && !even_all)
        return;
    kept = 0;
    for (size_t i = 0; i < words->count; i++)
        if (stop ? !words->words[i].stop : !words->words[i].whole)
            words->words[kept++] = words->words[i];
    words->count = kept;
}

libsearch_status compile_word(struct compiler *compiler, const struct field *field, const struct word *word, bool exact,
                              uint8_t occur, uint32_t offset, libsearch_error *error)
{
    struct condition_node node = {
        .kind = CONDITION_TERM, .occur = occur, .field = restriction_of(field), .offset = offset
    };
    TRY(dictionary_take(compiler->dictionary, exact ? KEY_FORM : KEY_TERM, list_of(field),
                        exact ? word->surface : word->term, &node.key, error));
    const libsearch_status status = condition_add(compiler, &node, NULL, error);
    if (status != LIBSEARCH_OK)
        dictionary_release(compiler->dictionary, node.key);
    return status;
}

/* All of the words, or any. */
static libsearch_status add_words(struct compiler *compiler, const struct field *field, const struct words *words,
                                  bool all, libsearch_error *error)
{
    size_t number;
    if (words->count == 0)
        return condition_add(compiler, &(struct condition_node){ .kind = CONDITION_NONE }, NULL, error);
    if (words->count == 1)
        return compile_word(compiler, field, &words->words[0], words->exact, LIBSEARCH_SHOULD, 0, error);
    TRY(condition_add(compiler, &(struct condition_node){ .kind = CONDITION_BOOLEAN, .number = all ? 0 : 1 }, &number,
                      error));
    for (size_t i = 0; i < words->count; i++)
        TRY(compile_word(compiler, field, &words->words[i], words->exact, all ? LIBSEARCH_MUST : LIBSEARCH_SHOULD, 0,
                         error));
    condition_close(compiler, number);
    return LIBSEARCH_OK;
}

libsearch_status compile_text_field(const struct compiler *compiler, const libsearch_query *query,
                                    const struct field **field, libsearch_error *error)
{
    TRY(compile_field(compiler, query, field, error));
    if (*field != NULL && (*field)->type != LIBSEARCH_TEXT)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID, "field '%s' has no words",
                            (*field)->name);
    return LIBSEARCH_OK;
}

/* A field without positions has neither phrases nor forms. *can: whether to go on with them. */
static libsearch_status check_positions(struct compiler *compiler, const libsearch_query *query,
                                        const struct field *field, const char *what, bool *can, libsearch_error *error)
{
    *can = field == NULL || (field->flags & LIBSEARCH_FIELD_NO_POSITIONS) == 0;
    if (*can)
        return LIBSEARCH_OK;
    if (!compiler->lenient)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_UNSUPPORTED,
                            "field '%s' has no positions, which %s need", field->name, what);
    return compile_warn(compiler, query, "the field has no positions, which this needs; its words are looked for",
                        error);
}

static libsearch_status text_of_words(struct compiler *compiler, const libsearch_query *query,
                                      const struct field *field, struct words *words, libsearch_error *error)
{
    const bool all = (query->flags & QUERY_FLAG_ALL) != 0;
    TRY(compile_words_of(compiler, field, query, words, error));
    if (words->exact)
        TRY(check_positions(compiler, query, field, "exact forms", &words->exact, error));
    if (!(query->flags & QUERY_FLAG_KEEP_STOPS))
        drop_words(words, true, false);
    if (all)
        drop_words(words, false, false);
    return add_words(compiler, field, words, all, error);
}

libsearch_status compile_text(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    const struct field *field;
    struct words words = { .count = 0 };
    TRY(compile_text_field(compiler, query, &field, error));
    arena_init(&words.arena, compiler->allocator);
    const libsearch_status status = text_of_words(compiler, query, field, &words, error);
    words_free(&words);
    return status;
}

/* A node for the words that a pattern, folded, stands for. */
static libsearch_status add_pattern(struct compiler *compiler, const struct field *field, enum key_kind kind,
                                    libsearch_bytes pattern, uint32_t offset, libsearch_error *error)
{
    struct condition_node node = {
        .kind = CONDITION_PATTERN, .field = restriction_of(field), .number = KEY_NONE, .offset = offset
    };
    libsearch_bytes beginning;
    if (kind == KEY_WILDCARD)
        TRY(word_pattern_check(pattern, error));
    TRY(dictionary_take(compiler->dictionary, kind, list_of(field), pattern, &node.key, error));
    char literal[WORD_PATTERN_BEGINNING];
    word_pattern_beginning(kind, pattern, literal, &beginning);
    libsearch_status status = LIBSEARCH_OK;
    if (beginning.length > 0)
        status = dictionary_take(compiler->dictionary, KEY_PREFIX, list_of(field), beginning, &node.number, error);
    if (status == LIBSEARCH_OK)
        status = condition_add(compiler, &node, NULL, error);
    if (status != LIBSEARCH_OK) {
        dictionary_release(compiler->dictionary, node.key);
        if (node.number != KEY_NONE)
            dictionary_release(compiler->dictionary, node.number);
    }
    return status;
}

/* Folds a text as the field's words are (keywords stay as they are) into *room, which is the caller's to free. */
static libsearch_status fold(struct compiler *compiler, const struct field *field, libsearch_bytes *text, char **room,
                             libsearch_error *error)
{
    const struct analyzer *analyzer;
    struct tokenizer *tokenizer;
    const size_t capacity = text->length * 4 + 64;
    if (field != NULL && field->type == LIBSEARCH_KEYWORD)
        return LIBSEARCH_OK;
    TRY(tokenizer_of(compiler, field, &analyzer, &tokenizer, error));
    *room = memory_allocate(compiler->allocator, capacity);
    if (*room == NULL)
        return error_no_memory(error);
    *text = (libsearch_bytes){ *room, tokenizer_fold(tokenizer, *text, *room, capacity) };
    return LIBSEARCH_OK;
}

/* The text, folded, as a pattern. */
static libsearch_status add_folded(struct compiler *compiler, const struct field *field, const libsearch_query *query,
                                   libsearch_error *error)
{
    libsearch_bytes text = query->text, high = query->high_text, bytes;
    char *text_room = NULL, *high_room = NULL;
    struct buffer room;
    enum key_kind kind;
    buffer_init(&room, compiler->allocator);
    libsearch_status status = fold(compiler, field, &text, &text_room, error);
    if (status == LIBSEARCH_OK && query->kind == QUERY_RANGE)
        status = fold(compiler, field, &high, &high_room, error);
    if (status == LIBSEARCH_OK)
        status = word_pattern_key(query, text, high, &room, &kind, &bytes, error);
    if (status == LIBSEARCH_OK)
        status = add_pattern(compiler, field, kind, bytes, 0, error);
    buffer_free(&room);
    memory_free(compiler->allocator, text_room);
    memory_free(compiler->allocator, high_room);
    return status;
}

libsearch_status compile_pattern(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    const struct field *field;
    TRY(compile_field(compiler, query, &field, error));
    if (field != NULL && field->type != LIBSEARCH_TEXT && field->type != LIBSEARCH_KEYWORD)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_INVALID, "field '%s' has no words", field->name);
    return add_folded(compiler, field, query, error);
}

/* Words at their places from the first; the last may be a prefix. */
static libsearch_status add_phrase(struct compiler *compiler, const struct field *field, const struct words *words,
                                   unsigned slop, bool last_prefix, libsearch_error *error)
{
    size_t number = SIZE_MAX;
    if (words->count == 0)
        return condition_add(compiler, &(struct condition_node){ .kind = CONDITION_NONE }, NULL, error);
    if (words->count > 1)
        TRY(condition_add(compiler, &(struct condition_node){ .kind = CONDITION_PHRASE, .number = slop }, &number,
                          error));
    for (size_t i = 0; i < words->count; i++) {
        const struct word *word = &words->words[i];
        const uint32_t offset = word->position - words->words[0].position;
        if (last_prefix && i + 1 == words->count)
            TRY(add_pattern(compiler, field, KEY_PREFIX, word->surface, offset, error));
        else
            TRY(compile_word(compiler, field, word, words->exact, LIBSEARCH_MUST, offset, error));
    }
    if (number != SIZE_MAX)
        condition_close(compiler, number);
    return LIBSEARCH_OK;
}

static libsearch_status phrase_of_words(struct compiler *compiler, const libsearch_query *query,
                                        const struct field *field, struct words *words, libsearch_error *error)
{
    bool can;
    TRY(check_positions(compiler, query, field, "phrases", &can, error));
    TRY(compile_words_of(compiler, field, query, words, error));
    drop_words(words, false, true);
    if (!can) {
        words->exact = false;
        return add_words(compiler, field, words, true, error);
    }
    return add_phrase(compiler, field, words, query->number, (query->flags & QUERY_FLAG_LAST_PREFIX) != 0, error);
}

libsearch_status compile_phrase(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    const struct field *field;
    struct words words = { .count = 0 };
    TRY(compile_text_field(compiler, query, &field, error));
    arena_init(&words.arena, compiler->allocator);
    const libsearch_status status = phrase_of_words(compiler, query, field, &words, error);
    words_free(&words);
    return status;
}

/* Whether the places of all words of a query can be compared: of one list, and kept. */
struct place_field {
    uint16_t list;
    bool known, can;
};

static libsearch_status find_field(const struct compiler *compiler, const libsearch_query *query,
                                   struct place_field *found, libsearch_error *error)
{
    if (query->count > 0) {
        for (size_t i = 0; i < query->count; i++)
            TRY(find_field(compiler, query->children[i], found, error));
        return LIBSEARCH_OK;
    }
    const struct field *field;
    TRY(compile_text_field(compiler, query, &field, error));
    found->can = found->can && (field == NULL || (field->flags & LIBSEARCH_FIELD_NO_POSITIONS) == 0) &&
                 (!found->known || found->list == list_of(field));
    found->list = list_of(field);
    found->known = true;
    return LIBSEARCH_OK;
}

/* The next word of the text, cut at white space; false: there is none. */
static bool next_word(libsearch_bytes text, size_t *at, libsearch_bytes *word)
{
    while (*at < text.length && syntax_space(text, *at) > 0)
        *at += syntax_space(text, *at);
    const size_t start = *at;
    while (*at < text.length && syntax_space(text, *at) == 0)
        ++*at;
    *word = (libsearch_bytes){ text.data + start, *at - start };
    return word->length > 0;
}

/* A text's words as a phrase, with its slop where it is one. */
static libsearch_status places_of_text(struct compiler *compiler, const libsearch_query *query,
                                       const struct field *field, libsearch_error *error)
{
    struct words words = { .count = 0 };
    arena_init(&words.arena, compiler->allocator);
    libsearch_status status = compile_words_of(compiler, field, query, &words, error);
    if (status == LIBSEARCH_OK) {
        drop_words(&words, false, true);
        status = add_phrase(compiler, field, &words, query->kind == QUERY_PHRASE ? query->number : 0,
                            (query->flags & QUERY_FLAG_LAST_PREFIX) != 0, error);
    }
    words_free(&words);
    return status;
}

/* Any of the words of a text; each, where it is cut further, as a phrase. */
static libsearch_status places_of_words(struct compiler *compiler, const libsearch_query *query,
                                        const struct field *field, libsearch_error *error)
{
    libsearch_query word = *query;
    size_t at = 0, count = 0, number;
    while (next_word(query->text, &at, &word.text))
        count++;
    if (count <= 1)
        return places_of_text(compiler, query, field, error);
    TRY(condition_add(compiler, &(struct condition_node){ .kind = CONDITION_ANY }, &number, error));
    for (at = 0; next_word(query->text, &at, &word.text);)
        TRY(places_of_text(compiler, &word, field, error));
    condition_close(compiler, number);
    return LIBSEARCH_OK;
}

/* Recursion is bounded by the query's depth. */
static libsearch_status places_of(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    const struct field *field;
    size_t number;
    switch (query->kind) {
    case QUERY_BOOST: return places_of(compiler, query->children[0], error);
    case QUERY_BOOLEAN:
    case QUERY_NEAR:
        TRY(condition_add(compiler,
                          &(struct condition_node){
                              .kind = query->kind == QUERY_NEAR ? CONDITION_NEAR : CONDITION_ANY,
                              .flags = (query->flags & QUERY_FLAG_ORDERED) != 0 ? (uint8_t)CONDITION_ORDERED : 0,
                              .number = query->number },
                          &number, error));
        for (size_t i = 0; i < query->count; i++)
            TRY(places_of(compiler, query->children[i], error));
        condition_close(compiler, number);
        return LIBSEARCH_OK;
    case QUERY_TEXT:
        TRY(compile_field(compiler, query, &field, error));
        return places_of_words(compiler, query, field, error);
    case QUERY_PHRASE:
        TRY(compile_field(compiler, query, &field, error));
        return places_of_text(compiler, query, field, error);
    default: TRY(compile_field(compiler, query, &field, error)); return add_folded(compiler, field, query, error);
    }
}

/* All parts, wherever they stand. */
static libsearch_status together(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    size_t number;
    TRY(condition_add(compiler, &(struct condition_node){ .kind = CONDITION_BOOLEAN }, &number, error));
    for (size_t i = 0; i < query->count; i++) {
        const size_t part = compiler->to->count;
        TRY(compile_any(compiler, query->children[i], error));
        compiler->to->nodes[part].occur = LIBSEARCH_MUST;
    }
    condition_close(compiler, number);
    return LIBSEARCH_OK;
}

libsearch_status compile_near(struct compiler *compiler, const libsearch_query *query, libsearch_error *error)
{
    struct place_field found = { 0, false, true };
    if (query->count == 0)
        return condition_add(compiler, &(struct condition_node){ .kind = CONDITION_NONE }, NULL, error);
    bool can = query_has_places(query);
    if (can)
        TRY(find_field(compiler, query, &found, error));
    can = can && found.can;
    if (can)
        return places_of(compiler, query, error);
    if (!compiler->lenient)
        return error_set_at(error, (int64_t)query->position, LIBSEARCH_UNSUPPORTED,
                            "only words of fields with positions can be near each other, and of one field where it "
                            "has lists of its own");
    TRY(compile_warn(compiler, query, "these cannot be near each other; all of them are looked for", error));
    return together(compiler, query, error);
}
