/* SPDX-License-Identifier: MIT */
#include "segment/oracle.h"

#include <math.h>
#include <stdlib.h>

#include "segment/field_parts.h"
#include "segment/list_reader.h"

static int compare_words(const void *a, const void *b)
{
    const struct oracle_word *x = a, *y = b;
    if (x->list != y->list)
        return x->list < y->list ? -1 : 1;
    const int order = strcmp(x->term, y->term);
    if (order != 0)
        return order;
    if (x->document != y->document)
        return x->document < y->document ? -1 : 1;
    if (x->position != y->position)
        return x->position < y->position ? -1 : 1;
    return x->form < y->form ? -1 : x->form > y->form;
}

static struct oracle_word *add_word(struct oracle *oracle)
{
    if (oracle->count == oracle->capacity) {
        oracle->capacity = oracle->capacity * 2 + 1024;
        oracle->words = realloc(oracle->words, oracle->capacity * sizeof *oracle->words);
    }
    memset(&oracle->words[oracle->count], 0, sizeof *oracle->words);
    return &oracle->words[oracle->count++];
}

static void copy_word(char *to, const char *from, size_t length)
{
    assert_true(length < ORACLE_WORD);
    memcpy(to, from, length);
    to[length] = '\0';
}

/* One token as a word of the oracle. */
static void add_token(struct oracle *oracle, const struct field *field, uint32_t document, struct tokenizer *tokenizer,
                      const struct token *token)
{
    char term[LIBSEARCH_MAX_TERM + 1];
    struct oracle_word *word = add_word(oracle);
    word->list = field->in_group ? 0 : (uint16_t)(field->number + 1);
    word->field = field->number;
    word->document = document;
    word->position = token->position;
    copy_word(word->surface, token->surface, token->length);
    copy_word(word->term, term, tokenizer_term(tokenizer, token->surface, token->length, term));
}

/* The words of one text from a position on; returns the position after the last, or `end` where there is none. */
static uint32_t add_text(struct oracle *oracle, const struct field *field, uint32_t document, libsearch_bytes text,
                         uint32_t position, uint32_t end, uint32_t *words, uint32_t *without_stops)
{
    struct tokenizer *tokenizer;
    struct token tokens[16];
    assert_ok(tokenizer_new(field->analyzer, allocator_default(), &tokenizer, NULL));
    tokenizer_start(tokenizer, text, position);
    for (size_t count; (count = tokenizer_next(tokenizer, tokens, 16)) > 0;) {
        assert_true(count <= 16);
        for (size_t i = 0; i < count; i++) {
            add_token(oracle, field, document, tokenizer, &tokens[i]);
            *words += 1;
            *without_stops += !analyzer_is_stop(field->analyzer, tokens[i].surface, tokens[i].length);
            end = tokens[i].position + 1 > end ? tokens[i].position + 1 : end;
        }
    }
    tokenizer_free(tokenizer);
    return end;
}

static void add_document(struct oracle *oracle, const struct collection *collection, uint32_t d)
{
    const struct schema *schema = collection->schema;
    const libsearch_document *document = collection->documents[d];
    uint32_t group_end = 0;
    for (uint16_t f = 0; f < schema->count; f++) {
        const struct field *field = schema->fields[f];
        const uint32_t start = field->in_group && group_end > 0 ? group_end + SCHEMA_FIELD_GAP : 0;
        uint32_t words = 0, without_stops = 0, end = start;
        for (size_t v = 0; v < document->count; v++) {
            const struct document_value *value = &document->values[v];
            if (strcmp(value->field, field->name) != 0)
                continue;
            if (field->type == LIBSEARCH_KEYWORD) {
                struct oracle_word *word = add_word(oracle);
                word->list = (uint16_t)(f + 1);
                word->document = d;
                word->keyword = true;
                copy_word(word->term, value->bytes.data, value->bytes.length);
            } else if (field->type == LIBSEARCH_TEXT) {
                end = add_text(oracle, field, d, value->bytes, words > 0 ? end + SCHEMA_FIELD_GAP : start, end, &words,
                               &without_stops);
            }
        }
        oracle->field_words[d * schema->count + f] = words;
        oracle->field_starts[d * schema->count + f] = words > 0 ? start : 0;
        if (field->in_group && words > 0) {
            group_end = end;
            oracle->plain[d] += words;
            oracle->weighted[d] += (uint32_t)floor((double)field->weight * without_stops + 0.5);
        }
    }
}

static bool same_term(const struct oracle_word *a, const struct oracle_word *b)
{
    return a->list == b->list && strcmp(a->term, b->term) == 0;
}

/* How often the surface form stands among the words of its term [first, end). */
static size_t form_count(const struct oracle *oracle, size_t first, size_t end, const char *surface)
{
    size_t count = 0;
    for (size_t i = first; i < end; i++)
        count += strcmp(oracle->words[i].surface, surface) == 0;
    return count;
}

/* A form's number is how many forms of the term are more frequent, or as frequent and before it by their bytes. */
static void number_forms(struct oracle *oracle, size_t first, size_t end)
{
    char forms[64][ORACLE_WORD];
    size_t counts[64], known = 0;
    for (size_t i = first; i < end; i++) {
        size_t f = 0;
        while (f < known && strcmp(forms[f], oracle->words[i].surface) != 0)
            f++;
        if (f < known)
            continue;
        assert_true(known < 64);
        strcpy(forms[known], oracle->words[i].surface);
        counts[known] = form_count(oracle, first, end, forms[known]);
        known++;
    }
    for (size_t i = first; i < end; i++) {
        size_t own = 0;
        while (strcmp(forms[own], oracle->words[i].surface) != 0)
            own++;
        for (size_t f = 0; f < known; f++)
            oracle->words[i].form +=
                counts[f] > counts[own] || (counts[f] == counts[own] && strcmp(forms[f], forms[own]) < 0);
    }
}

void oracle_make(struct oracle *oracle, const struct collection *collection)
{
    memset(oracle, 0, sizeof *oracle);
    const size_t values = (size_t)collection->count * collection->schema->count + 1;
    oracle->field_words = calloc(values, sizeof(uint32_t));
    oracle->field_starts = calloc(values, sizeof(uint32_t));
    oracle->plain = calloc((size_t)collection->count + 1, sizeof(uint32_t));
    oracle->weighted = calloc((size_t)collection->count + 1, sizeof(uint32_t));
    for (uint32_t d = 0; d < collection->count; d++)
        add_document(oracle, collection, d);
    if (oracle->count == 0)
        return;
    qsort(oracle->words, oracle->count, sizeof *oracle->words, compare_words);
    for (size_t first = 0, end; first < oracle->count; first = end) {
        for (end = first + 1; end < oracle->count && same_term(&oracle->words[first], &oracle->words[end]);)
            end++;
        number_forms(oracle, first, end);
    }
    qsort(oracle->words, oracle->count, sizeof *oracle->words, compare_words);
}

void oracle_free(struct oracle *oracle)
{
    free(oracle->words);
    free(oracle->field_words);
    free(oracle->field_starts);
    free(oracle->plain);
    free(oracle->weighted);
}

static void compare_lengths(const struct oracle *oracle, const struct collection *collection,
                            const struct segment *segment)
{
    const size_t fields = collection->schema->count;
    assert_int_equal(segment->field_count, fields);
    for (uint32_t d = 0; d < collection->count; d++) {
        assert_int_equal(numbers_at(&segment->plain_lengths, d), oracle->plain[d]);
        assert_int_equal(numbers_at(&segment->weighted_lengths, d), oracle->weighted[d]);
        for (uint16_t f = 0; f < fields; f++) {
            assert_int_equal(segment_field_length(segment, f, d), oracle->field_words[d * fields + f]);
            assert_int_equal(segment_field_start(segment, f, d), oracle->field_starts[d * fields + f]);
        }
    }
}

/* Compares document i of the open block with the words from *at on, and moves *at behind them. */
static void compare_document(const struct oracle *oracle, struct list_reader *reader, uint32_t i, size_t *at)
{
    uint32_t places[4096], forms[4096];
    const uint32_t document = reader->block.documents[i], count = reader->block.frequencies[i];
    assert_true(count <= 4096);
    if (reader->list.positions != NULL) {
        assert_true(posting_positions_read(&reader->positions, i, places));
        assert_true(posting_positions_forms(&reader->positions, i, forms));
    }
    for (uint32_t p = 0; p < count; p++, (*at)++) {
        assert_true(*at < oracle->count);
        assert_int_equal(oracle->words[*at].document, document);
        if (reader->list.positions != NULL) {
            assert_int_equal(oracle->words[*at].position, places[p]);
            assert_int_equal(oracle->words[*at].form, forms[p]);
        }
    }
}

static void compare_list(const struct oracle *oracle, const struct segment *segment, size_t first, size_t end)
{
    const struct oracle_word *word = &oracle->words[first];
    struct list_reader *reader = malloc(sizeof *reader);
    uint8_t key[2 + ORACLE_WORD] = { (uint8_t)(word->list >> 8), (uint8_t)word->list };
    struct term_entry entry;
    memcpy(key + 2, word->term, strlen(word->term));
    assert_ok(terms_reader_find(segment->terms, key, 2 + strlen(word->term), &entry, NULL, NULL));
    assert_true(entry.flags & TERM_LIST);
    assert_int_equal(entry.collection_frequency, end - first);
    assert_ok(list_reader_open(reader, segment, word->list, &entry, NULL));
    assert_int_equal(reader->list.positions != NULL, schema_list_has_positions(segment->schema, word->list));
    size_t at = first;
    while (list_reader_next(reader, NULL) == LIBSEARCH_OK) {
        assert_ok(list_reader_rest(reader, NULL));
        for (uint32_t i = 0; i < reader->block.count; i++)
            compare_document(oracle, reader, i, &at);
    }
    assert_int_equal(at, end);
    free(reader);
}

/* The entry of a word as it was written: its count and number, and that its term is the right one. */
static void compare_surface(const struct oracle *oracle, const struct segment *segment, size_t first, size_t end,
                            const struct oracle_word *word)
{
    uint8_t key[2 + ORACLE_WORD] = { (uint8_t)(word->list >> 8), (uint8_t)word->list };
    struct term_entry entry;
    uint64_t term;
    memcpy(key + 2, word->surface, strlen(word->surface));
    assert_ok(terms_reader_find(segment->terms, key, 2 + strlen(word->surface), &entry, NULL, NULL));
    assert_true(entry.flags & TERM_SURFACE);
    assert_int_equal(entry.surface_count, form_count(oracle, first, end, word->surface));
    assert_int_equal(entry.surface_form, word->form);
    const uint64_t points_to = entry.surface_term;
    memcpy(key + 2, word->term, strlen(word->term));
    assert_ok(terms_reader_find(segment->terms, key, 2 + strlen(word->term), &entry, &term, NULL));
    assert_int_equal(points_to, term);
}

void oracle_compare(const struct oracle *oracle, const struct collection *collection, const struct segment *segment)
{
    uint64_t lists = 0, surfaces = 0, found_lists = 0, found_surfaces = 0;
    compare_lengths(oracle, collection, segment);
    for (size_t first = 0, end; first < oracle->count; first = end) {
        bool seen[64] = { false };
        for (end = first + 1; end < oracle->count && same_term(&oracle->words[first], &oracle->words[end]);)
            end++;
        compare_list(oracle, segment, first, end);
        lists++;
        for (size_t i = first; i < end; i++)
            if (!oracle->words[i].keyword && !seen[oracle->words[i].form]) {
                seen[oracle->words[i].form] = true;
                compare_surface(oracle, segment, first, end, &oracle->words[i]);
                surfaces++;
            }
    }
    /* And nothing else is in the dictionary. */
    struct terms_iterator *iterator;
    libsearch_bytes key;
    struct term_entry entry;
    assert_ok(terms_iterator_new(segment->terms, allocator_default(), &iterator, NULL));
    while (terms_iterator_next(iterator, &key, &entry, NULL, NULL) == LIBSEARCH_OK) {
        found_lists += (entry.flags & TERM_LIST) != 0;
        found_surfaces += (entry.flags & TERM_SURFACE) != 0;
    }
    terms_iterator_free(iterator);
    assert_int_equal(found_lists, lists);
    assert_int_equal(found_surfaces, surfaces);
}
