/* SPDX-License-Identifier: MIT */
/* Analyzers of the program's own (include/libsearch/extend.h): what its functions give is brought into the form that
 * everything else counts on, whatever it is. */
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

enum { MOST_VERSION = 64, MOST_NAME = 64 };

struct analyzer_set {
    const libsearch_allocator *allocator;
    unsigned references; /* atomic */
    size_t count;
    libsearch_analyzer *list; /* name, version and base are our own copies */
};

/* ----- the set ----- */

static bool version_valid(const char *version)
{
    const size_t length = version == NULL ? 0 : strnlen(version, MOST_VERSION + 1);
    if (length == 0 || length > MOST_VERSION)
        return false;
    for (size_t i = 0; i < length; i++)
        if (version[i] <= ' ' || version[i] > '~' || version[i] == '/')
            return false;
    return true;
}

static bool name_valid(const char *name)
{
    const size_t length = name == NULL ? 0 : strnlen(name, MOST_NAME + 1);
    if (length == 0 || length > MOST_NAME || (name[0] >= '0' && name[0] <= '9') || strncmp(name, "unicode-", 8) == 0)
        return false;
    for (size_t i = 0; i < length; i++) {
        const char c = name[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
              c == '.'))
            return false;
    }
    return true;
}

/* Whether the library has an analyzer of this name. */
static libsearch_status is_ours(const libsearch_allocator *allocator, const char *name, bool *ours)
{
    struct analyzer *analyzer;
    const libsearch_status status = analyzer_new(allocator, name, &analyzer, NULL);
    if (status == LIBSEARCH_OK)
        analyzer_free(analyzer);
    *ours = status == LIBSEARCH_OK;
    return status == LIBSEARCH_INVALID ? LIBSEARCH_OK : status;
}

static libsearch_status check_given(const libsearch_allocator *allocator, const libsearch_analyzer *given,
                                    size_t before, const struct analyzer_set *set, libsearch_error *error)
{
    bool ours;
    if (!name_valid(given->name))
        return error_set(error, LIBSEARCH_INVALID,
                         "analyzer %zu: \"%.64s\" is no name (1 to %d letters, digits, _ - . and no digit first)",
                         before, given->name == NULL ? "" : given->name, MOST_NAME);
    if (!version_valid(given->version))
        return error_set(error, LIBSEARCH_INVALID,
                         "analyzer %s: its version must be 1 to %d printable ASCII characters, no space and no slash",
                         given->name, MOST_VERSION);
    if (given->next == NULL && given->base == NULL)
        return error_set(error, LIBSEARCH_INVALID, "analyzer %s: it has neither next nor base", given->name);
    if ((given->next == NULL) != (given->start == NULL))
        return error_set(error, LIBSEARCH_INVALID, "analyzer %s: start and next go together", given->name);
    for (size_t i = 0; i < before; i++)
        if (strcmp(set->list[i].name, given->name) == 0)
            return error_set(error, LIBSEARCH_INVALID, "analyzer %s is given twice", given->name);
    if (is_ours(allocator, given->name, &ours) != LIBSEARCH_OK)
        return error_no_memory(error);
    if (ours)
        return error_set(error, LIBSEARCH_INVALID, "analyzer %s: the library has one of this name", given->name);
    if (given->base == NULL)
        return LIBSEARCH_OK;
    if (is_ours(allocator, given->base, &ours) != LIBSEARCH_OK)
        return error_no_memory(error);
    if (!ours)
        return error_set(error, LIBSEARCH_INVALID,
                         "analyzer %s: its base is \"%.60s\", which the library does not have", given->name,
                         given->base);
    return LIBSEARCH_OK;
}

static char *copy_text(const libsearch_allocator *allocator, const char *text)
{
    return memory_duplicate(allocator, text, strlen(text));
}

libsearch_status analyzer_set_new(const libsearch_allocator *allocator, const libsearch_analyzer *given, size_t count,
                                  struct analyzer_set **set, libsearch_error *error)
{
    struct analyzer_set *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator;
    made->references = 1;
    made->list = memory_allocate_array(allocator, count, sizeof *made->list);
    libsearch_status status = made->list == NULL ? error_no_memory(error) : LIBSEARCH_OK;
    for (size_t i = 0; i < count && status == LIBSEARCH_OK; i++) {
        status = check_given(allocator, &given[i], i, made, error);
        if (status != LIBSEARCH_OK)
            break;
        libsearch_analyzer *copy = &made->list[i];
        *copy = given[i];
        made->count++;
        copy->name = copy_text(allocator, given[i].name);
        copy->version = copy_text(allocator, given[i].version);
        copy->base = given[i].base == NULL ? NULL : copy_text(allocator, given[i].base);
        if (copy->name == NULL || copy->version == NULL || (copy->base == NULL) != (given[i].base == NULL))
            status = error_no_memory(error);
    }
    if (status != LIBSEARCH_OK) {
        analyzer_set_release(made);
        return status;
    }
    *set = made;
    return LIBSEARCH_OK;
}

struct analyzer_set *analyzer_set_retain(struct analyzer_set *set)
{
    if (set != NULL)
        __atomic_fetch_add(&set->references, 1, __ATOMIC_RELAXED);
    return set;
}

void analyzer_set_release(struct analyzer_set *set)
{
    if (set == NULL || __atomic_sub_fetch(&set->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (size_t i = 0; i < set->count; i++) {
        memory_free(set->allocator, (void *)set->list[i].name);
        memory_free(set->allocator, (void *)set->list[i].version);
        memory_free(set->allocator, (void *)set->list[i].base);
    }
    memory_free(set->allocator, set->list);
    memory_free(set->allocator, set);
}

/* ----- the analyzer ----- */

/* What is stored of it: name, version, which parts are the program's, and the chain of the base. */
static char *write_chain(const libsearch_allocator *allocator, const libsearch_analyzer *program, const char *base)
{
    char chain[512];
    const int length = snprintf(chain, sizeof chain, "program:%s@%s%s%s%s%s/%s", program->name, program->version,
                                program->next != NULL ? "+tokens" : "", program->term != NULL ? "+terms" : "",
                                program->fold != NULL ? "+folds" : "", program->is_stop != NULL ? "+stops" : "", base);
    return length < 0 || (size_t)length >= sizeof chain ? NULL : memory_duplicate(allocator, chain, (size_t)length);
}

libsearch_status analyzer_new_of(const libsearch_allocator *allocator, struct analyzer_set *set, const char *name,
                                 struct analyzer **analyzer, libsearch_error *error)
{
    const libsearch_analyzer *program = NULL;
    for (size_t i = 0; set != NULL && i < set->count && program == NULL; i++)
        if (strcmp(set->list[i].name, name) == 0)
            program = &set->list[i];
    if (program == NULL)
        return analyzer_new(allocator, name, analyzer, error);
    struct analyzer *made;
    TRY(analyzer_new(allocator, program->base == NULL ? "plain-standard" : program->base, &made, error));
    char *own_name = copy_text(allocator, program->name);
    char *chain = write_chain(allocator, program, program->base == NULL ? "none" : made->chain);
    if (own_name == NULL || chain == NULL) {
        memory_free(allocator, own_name);
        memory_free(allocator, chain);
        analyzer_free(made);
        return error_no_memory(error);
    }
    memory_free(allocator, made->name);
    memory_free(allocator, made->chain);
    made->name = own_name;
    made->chain = chain;
    made->identity = hash_bytes(chain, strlen(chain));
    made->program = program;
    made->no_base = program->base == NULL;
    made->set = analyzer_set_retain(set);
    *analyzer = made;
    return LIBSEARCH_OK;
}

/* ----- the tokenizer ----- */

libsearch_status callback_open(struct tokenizer *tokenizer, libsearch_error *error)
{
    const libsearch_analyzer *program = tokenizer->analyzer->program;
    tokenizer->state = program->context;
    if (program->open == NULL)
        return LIBSEARCH_OK;
    const libsearch_status status = program->open(program->context, &tokenizer->state);
    tokenizer->opened = status == LIBSEARCH_OK;
    if (status == LIBSEARCH_NO_MEMORY)
        return error_no_memory(error);
    return status == LIBSEARCH_OK
               ? status
               : error_set(error, status, "analyzer %s: its open failed (%d)", program->name, (int)status);
}

void callback_close(struct tokenizer *tokenizer)
{
    if (!tokenizer->opened)
        return;
    const libsearch_analyzer *program = tokenizer->analyzer->program;
    if (program->close != NULL)
        program->close(program->context, tokenizer->state);
    tokenizer->opened = false;
}

/* At most limit bytes, cut at a character where there is one. */
static size_t cut(const char *bytes, size_t length, size_t limit)
{
    const size_t cut_length = utf8_cut(bytes, length, limit);
    return cut_length > 0 || length == 0 ? cut_length : limit;
}

static void take_token(struct tokenizer *tokenizer, const libsearch_token *given, struct token *token)
{
    const size_t length = cut(given->word.data, given->word.length, LIBSEARCH_MAX_TERM);
    char *surface = tokenizer->words + tokenizer->words_used;
    memcpy(surface, given->word.data, length);
    tokenizer->words_used += length;
    size_t start = given->start < tokenizer->started ? tokenizer->started : given->start;
    start = start > tokenizer->length ? tokenizer->length : start;
    size_t end = given->end < start ? start : given->end;
    end = end > tokenizer->length ? tokenizer->length : end;
    const bool same = (given->flags & LIBSEARCH_TOKEN_SAME_PLACE) != 0 && tokenizer->has_place;
    *token = (struct token){ .surface = surface,
                             .length = (uint32_t)length,
                             .position = same ? tokenizer->position - 1 : tokenizer->position++,
                             .start = (uint32_t)start,
                             .end = (uint32_t)end,
                             .flags = same ? TOKEN_WHOLE : 0 };
    tokenizer->started = start;
    tokenizer->has_place = true;
}

size_t callback_next(struct tokenizer *tokenizer, struct token *tokens, size_t count)
{
    const libsearch_analyzer *program = tokenizer->analyzer->program;
    size_t taken = 0;
    tokenizer->words_used = 0;
    while (taken < count && !tokenizer->ended && WORDS_CAPACITY - tokenizer->words_used >= LIBSEARCH_MAX_TERM) {
        libsearch_token given = { { NULL, 0 }, 0, 0, 0 };
        const int answer = program->next(tokenizer->state, &given);
        if (answer < 0)
            return SIZE_MAX;
        tokenizer->ended = answer == 0 || tokenizer->position >= tokenizer->last;
        if (tokenizer->ended)
            break;
        if (given.word.data != NULL && given.word.length > 0)
            take_token(tokenizer, &given, &tokens[taken++]);
    }
    return taken;
}

size_t callback_term(struct tokenizer *tokenizer, const char *surface, size_t length, char *term)
{
    const libsearch_analyzer *program = tokenizer->analyzer->program;
    size_t written = 0;
    if (program->term != NULL)
        written = program->term(tokenizer->state, (libsearch_bytes){ surface, length }, term);
    if (written > 0 && written <= LIBSEARCH_MAX_TERM)
        return written;
    memcpy(term, surface, length);
    return length;
}

size_t callback_fold(struct tokenizer *tokenizer, libsearch_bytes word, char *folded, size_t capacity)
{
    const libsearch_analyzer *program = tokenizer->analyzer->program;
    if (program->fold != NULL) {
        const size_t written = program->fold(tokenizer->state, word, folded, capacity);
        return written < capacity ? written : capacity;
    }
    const size_t length = cut(word.data, word.length, capacity);
    if (length > 0)
        memcpy(folded, word.data, length);
    return length;
}
