/* SPDX-License-Identifier: MIT */
/* The rules, and how they are found by the words that an analyzer makes of them. */
#include "query/synonyms.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "text/analyzer.h"

enum { TOKENS_AT_ONCE = 64 };

/* A rule by its terms, one after the other with a zero byte behind each (which no term has: it would be cut there, and
 * match nothing). */
struct entry {
    const struct synonym_rule *rule;
    const char *terms;
    size_t length, count; /* bytes; terms */
    uint64_t first;       /* hash of the first term */
};

struct synonym_index {
    struct synonym_index *next;
    uint64_t analyzer; /* analyzer_identity */
    struct arena arena;
    struct entry *entries;             /* by first term, then by falling count, then by terms */
    const struct synonym_rule **rules; /* of each entry */
    uint8_t *words;                    /* of each text, 255: that many or more */
    size_t count;
};

libsearch_status libsearch_synonyms_new(libsearch_synonyms **synonyms, libsearch_error *error)
{
    error_clear(error);
    if (synonyms == NULL)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_synonyms_new: synonyms is NULL");
    libsearch_synonyms *made = memory_allocate_array(allocator_default(), 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator_default();
    arena_init(&made->arena, made->allocator);
    *synonyms = made;
    return LIBSEARCH_OK;
}

static void index_free(const libsearch_allocator *allocator, struct synonym_index *index)
{
    arena_free(&index->arena);
    memory_free(allocator, index);
}

void libsearch_synonyms_free(libsearch_synonyms *synonyms)
{
    if (synonyms == NULL)
        return;
    while (synonyms->indexes != NULL) {
        struct synonym_index *index = synonyms->indexes;
        synonyms->indexes = index->next;
        index_free(synonyms->allocator, index);
    }
    memory_free(synonyms->allocator, synonyms->texts);
    memory_free(synonyms->allocator, synonyms->targets);
    memory_free(synonyms->allocator, synonyms->rules);
    arena_free(&synonyms->arena);
    memory_free(synonyms->allocator, synonyms);
}

static libsearch_status add_text(libsearch_synonyms *synonyms, libsearch_bytes text, libsearch_error *error)
{
    const char *copy = arena_duplicate(&synonyms->arena, text.data, text.length);
    if (copy == NULL || !memory_grow(synonyms->allocator, &synonyms->texts, &synonyms->text_capacity,
                                     synonyms->text_count + 1, sizeof *synonyms->texts))
        return error_no_memory(error);
    synonyms->texts[synonyms->text_count++] = (libsearch_bytes){ copy, text.length };
    return LIBSEARCH_OK;
}

static libsearch_status check_texts(const libsearch_bytes *texts, size_t count, libsearch_error *error)
{
    for (size_t i = 0; i < count; i++) {
        if (texts[i].length == 0 || texts[i].data == NULL)
            return error_set(error, LIBSEARCH_INVALID, "synonyms: text %zu is empty", i);
        if (texts[i].length > LIBSEARCH_MAX_SYNONYM)
            return error_set(error, LIBSEARCH_LIMIT, "synonyms: a text is longer than %d bytes", LIBSEARCH_MAX_SYNONYM);
    }
    return LIBSEARCH_OK;
}

libsearch_status libsearch_synonyms_add(libsearch_synonyms *synonyms, const libsearch_bytes *from, size_t from_count,
                                        const libsearch_bytes *to, size_t to_count, libsearch_error *error)
{
    error_clear(error);
    if (synonyms == NULL || from == NULL || from_count == 0 ||
        (to == NULL ? to_count > 0 || from_count < 2 : to_count == 0))
        return error_set(error, LIBSEARCH_INVALID,
                         "synonyms: a rule has a text on either side, or two that stand for each other");
    TRY(check_texts(from, from_count, error));
    TRY(check_texts(to, to_count, error));
    if (from_count > LIBSEARCH_MAX_SYNONYMS || to_count > LIBSEARCH_MAX_SYNONYMS ||
        synonyms->text_count + from_count + to_count > LIBSEARCH_MAX_SYNONYMS)
        return error_set(error, LIBSEARCH_LIMIT, "synonyms: more than %d texts", LIBSEARCH_MAX_SYNONYMS);
    const size_t first_text = synonyms->text_count, first_target = synonyms->target_count;
    const size_t targets = to == NULL ? from_count : to_count;
    if (!memory_grow(synonyms->allocator, &synonyms->targets, &synonyms->target_capacity, first_target + targets,
                     sizeof *synonyms->targets) ||
        !memory_grow(synonyms->allocator, &synonyms->rules, &synonyms->rule_capacity, synonyms->rule_count + from_count,
                     sizeof *synonyms->rules))
        return error_no_memory(error);
    libsearch_status status = LIBSEARCH_OK;
    for (size_t i = 0; i < from_count && status == LIBSEARCH_OK; i++)
        status = add_text(synonyms, from[i], error);
    for (size_t i = 0; i < to_count && status == LIBSEARCH_OK; i++)
        status = add_text(synonyms, to[i], error);
    if (status != LIBSEARCH_OK) {
        synonyms->text_count = first_text;
        return status;
    }
    for (size_t i = 0; i < targets; i++)
        synonyms->targets[first_target + i] = (uint32_t)(first_text + (to == NULL ? 0 : from_count) + i);
    synonyms->target_count += targets;
    for (size_t i = 0; i < from_count; i++)
        synonyms->rules[synonyms->rule_count++] =
            (struct synonym_rule){ (uint32_t)(first_text + i), (uint32_t)first_target, (uint32_t)targets };
    return LIBSEARCH_OK;
}

/* ----- the index of an analyzer ----- */

/* The terms of a text, each with a zero byte behind it, wholes of compounds left out. */
static libsearch_status cut(struct tokenizer *tokenizer, libsearch_bytes text, struct buffer *terms, size_t *count,
                            libsearch_error *error)
{
    struct token tokens[TOKENS_AT_ONCE];
    size_t taken;
    *count = 0;
    buffer_clear(terms);
    tokenizer_start(tokenizer, text, 0);
    while ((taken = tokenizer_next(tokenizer, tokens, TOKENS_AT_ONCE)) > 0) {
        if (taken == SIZE_MAX)
            return error_no_memory(error);
        for (size_t i = 0; i < taken; i++) {
            char term[LIBSEARCH_MAX_TERM];
            if (tokens[i].flags & TOKEN_WHOLE)
                continue;
            buffer_append(terms, term, tokenizer_term(tokenizer, tokens[i].surface, tokens[i].length, term));
            buffer_append_u8(terms, 0);
            ++*count;
        }
    }
    return terms->failed ? error_no_memory(error) : LIBSEARCH_OK;
}

static int compare_terms(const struct entry *one, const struct entry *other)
{
    const size_t shorter = one->length < other->length ? one->length : other->length;
    const int order = shorter == 0 ? 0 : memcmp(one->terms, other->terms, shorter);
    return order != 0 ? order : (one->length > other->length) - (one->length < other->length);
}

static int by_first_and_count(const void *a, const void *b)
{
    const struct entry *one = a, *other = b;
    if (one->first != other->first)
        return one->first < other->first ? -1 : 1;
    if (one->count != other->count)
        return one->count > other->count ? -1 : 1;
    const int order = compare_terms(one, other);
    return order != 0 ? order : (one->rule > other->rule) - (one->rule < other->rule);
}

static libsearch_status fill(struct synonym_index *index, const libsearch_synonyms *synonyms,
                             struct tokenizer *tokenizer, struct buffer *terms, libsearch_error *error)
{
    size_t count;
    for (size_t t = 0; t < synonyms->text_count; t++) {
        TRY(cut(tokenizer, synonyms->texts[t], terms, &count, error));
        index->words[t] = count < 255 ? (uint8_t)count : 255;
    }
    for (size_t r = 0; r < synonyms->rule_count; r++) {
        struct entry *entry = &index->entries[index->count];
        TRY(cut(tokenizer, synonyms->texts[synonyms->rules[r].from], terms, &count, error));
        if (count == 0)
            continue;
        *entry = (struct entry){ .rule = &synonyms->rules[r], .length = terms->length, .count = count };
        entry->terms = arena_duplicate(&index->arena, terms->data, terms->length);
        if (entry->terms == NULL)
            return error_no_memory(error);
        entry->first = hash_bytes(entry->terms, strlen(entry->terms));
        index->count++;
    }
    if (index->count > 1)
        qsort(index->entries, index->count, sizeof *index->entries, by_first_and_count);
    for (size_t i = 0; i < index->count; i++)
        index->rules[i] = index->entries[i].rule;
    return LIBSEARCH_OK;
}

static libsearch_status index_new(const libsearch_synonyms *synonyms, const struct analyzer *analyzer,
                                  struct synonym_index **index, libsearch_error *error)
{
    struct synonym_index *made = memory_allocate_array(synonyms->allocator, 1, sizeof *made);
    struct tokenizer *tokenizer = NULL;
    struct buffer terms;
    if (made == NULL)
        return error_no_memory(error);
    made->analyzer = analyzer_identity(analyzer);
    arena_init(&made->arena, synonyms->allocator);
    buffer_init(&terms, synonyms->allocator);
    made->entries = arena_allocate(&made->arena, (synonyms->rule_count + 1) * sizeof *made->entries);
    made->rules = arena_allocate(&made->arena, (synonyms->rule_count + 1) * sizeof(struct synonym_rule *));
    made->words = arena_allocate(&made->arena, synonyms->text_count + 1);
    libsearch_status status = made->entries == NULL || made->rules == NULL || made->words == NULL
                                  ? error_no_memory(error)
                                  : tokenizer_new(analyzer, synonyms->allocator, &tokenizer, error);
    if (status == LIBSEARCH_OK)
        status = fill(made, synonyms, tokenizer, &terms, error);
    tokenizer_free(tokenizer);
    buffer_free(&terms);
    if (status != LIBSEARCH_OK) {
        index_free(synonyms->allocator, made);
        return status;
    }
    *index = made;
    return LIBSEARCH_OK;
}

static libsearch_status index_of(const libsearch_synonyms *synonyms, const struct analyzer *analyzer,
                                 const struct synonym_index **index, libsearch_error *error)
{
    libsearch_synonyms *keeper = (libsearch_synonyms *)synonyms;
    const uint64_t identity = analyzer_identity(analyzer);
    struct synonym_index *made, *first = __atomic_load_n(&keeper->indexes, __ATOMIC_ACQUIRE);
    for (const struct synonym_index *kept = first; kept != NULL; kept = kept->next)
        if (kept->analyzer == identity) {
            *index = kept;
            return LIBSEARCH_OK;
        }
    TRY(index_new(synonyms, analyzer, &made, error));
    /* Two threads may both have made it: both are kept, and either serves. */
    do
        made->next = first;
    while (!__atomic_compare_exchange_n(&keeper->indexes, &first, made, true, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
    *index = made;
    return LIBSEARCH_OK;
}

libsearch_status synonyms_word_count(const libsearch_synonyms *synonyms, const struct analyzer *analyzer, uint32_t text,
                                     size_t *count, libsearch_error *error)
{
    const struct synonym_index *index;
    TRY(index_of(synonyms, analyzer, &index, error));
    *count = index->words[text];
    return LIBSEARCH_OK;
}

static bool entry_fits(const struct entry *entry, const char *const *terms, const size_t *lengths, size_t count)
{
    const char *at = entry->terms;
    if (entry->count > count)
        return false;
    for (size_t i = 0; i < entry->count; i++, at += strlen(at) + 1)
        if (strlen(at) != lengths[i] || memcmp(at, terms[i], lengths[i]) != 0)
            return false;
    return true;
}

libsearch_status synonyms_match(const libsearch_synonyms *synonyms, const struct analyzer *analyzer,
                                const char *const *terms, const size_t *lengths, size_t count,
                                struct synonym_match *match, libsearch_error *error)
{
    const struct synonym_index *index;
    *match = (struct synonym_match){ .length = 0 };
    TRY(index_of(synonyms, analyzer, &index, error));
    if (count == 0)
        return LIBSEARCH_OK;
    const uint64_t first = hash_bytes(terms[0], lengths[0]);
    size_t low = 0, high = index->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (index->entries[middle].first < first)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < index->count && index->entries[low].first == first; low++) {
        const struct entry *entry = &index->entries[low];
        if (match->length > 0 && compare_terms(&index->entries[low - 1], entry) != 0)
            break; /* the same terms stand together */
        if (match->length == 0 && !entry_fits(entry, terms, lengths, count))
            continue;
        if (match->length == 0)
            match->rules = (const struct synonym_rule *const *)&index->rules[low];
        match->length = entry->count;
        match->count++;
    }
    return LIBSEARCH_OK;
}

/* ----- files ----- */

struct line {
    struct buffer text; /* of all parts, without escapes */
    size_t ends[1024];  /* of each part */
    size_t count, from_count;
    bool one_way;
};

static void end_part(struct line *line, size_t *start)
{
    size_t end = line->text.length;
    const char *bytes = (const char *)line->text.data;
    while (end > *start && (unsigned char)bytes[end - 1] <= 0x20)
        end--;
    line->text.length = end;
    if (line->count < sizeof line->ends / sizeof *line->ends)
        line->ends[line->count] = end;
    line->count++;
    *start = end;
}

/* Reads one line [at, end). */
static void read_line(struct line *line, libsearch_bytes text, size_t at, size_t end)
{
    size_t start = 0;
    buffer_clear(&line->text);
    line->count = line->from_count = 0;
    line->one_way = false;
    for (; at < end && text.data[at] != '#'; at++) {
        const char c = text.data[at];
        if (c == '\\' && at + 1 < end && strchr(",=#\\", text.data[at + 1]) != NULL && text.data[at + 1] != 0) {
            buffer_append_u8(&line->text, (uint8_t)text.data[++at]);
        } else if (c == ',') {
            end_part(line, &start);
        } else if (c == '=' && at + 1 < end && text.data[at + 1] == '>' && !line->one_way) {
            end_part(line, &start);
            line->one_way = true;
            line->from_count = line->count;
            at++;
        } else if ((unsigned char)c > 0x20 || line->text.length > start) {
            buffer_append_u8(&line->text, (uint8_t)c);
        }
    }
    end_part(line, &start);
}

static libsearch_status add_line(libsearch_synonyms *synonyms, const struct line *line, size_t position,
                                 libsearch_error *error)
{
    libsearch_bytes parts[1024];
    if (line->text.failed)
        return error_no_memory(error);
    if (line->count == 1 && line->ends[0] == 0)
        return LIBSEARCH_OK; /* nothing, or a comment */
    const char *what = line->count > sizeof parts / sizeof *parts ? "more than 1024 texts"
                       : line->count < 2                          ? "a text alone"
                                                                  : NULL;
    for (size_t i = 0, at = 0; i < line->count && what == NULL; at = line->ends[i++]) {
        parts[i] = (libsearch_bytes){ (const char *)line->text.data + at, line->ends[i] - at };
        if (parts[i].length == 0)
            what = "an empty text";
    }
    if (what != NULL)
        return error_set_at(error, (int64_t)position, LIBSEARCH_SYNTAX, "synonyms, byte %zu: %s", position, what);
    if (!line->one_way)
        return libsearch_synonyms_add(synonyms, parts, line->count, NULL, 0, error);
    return libsearch_synonyms_add(synonyms, parts, line->from_count, parts + line->from_count,
                                  line->count - line->from_count, error);
}

libsearch_status libsearch_synonyms_parse(libsearch_synonyms *synonyms, libsearch_bytes text, libsearch_error *error)
{
    error_clear(error);
    if (synonyms == NULL || (text.data == NULL && text.length > 0))
        return error_set(error, LIBSEARCH_INVALID, "libsearch_synonyms_parse: synonyms or text is NULL");
    struct line *line = memory_allocate_array(synonyms->allocator, 1, sizeof *line);
    if (line == NULL)
        return error_no_memory(error);
    buffer_init(&line->text, synonyms->allocator);
    libsearch_status status = LIBSEARCH_OK;
    for (size_t at = 0; at < text.length && status == LIBSEARCH_OK;) {
        const char *newline = memchr(text.data + at, '\n', text.length - at);
        const size_t end = newline == NULL ? text.length : (size_t)(newline - text.data);
        read_line(line, text, at, end);
        status = add_line(synonyms, line, at, error);
        at = end + 1;
    }
    buffer_free(&line->text);
    memory_free(synonyms->allocator, line);
    return status;
}
