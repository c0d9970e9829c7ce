/* SPDX-License-Identifier: MIT */
#include "search/expand.h"

#include <math.h>
#include <string.h>

#include "base/hash.h"
#include "schema/document.h"
#include "search/evaluate.h"
#include "segment/segment_data.h"
#include "text/analyzer.h"

struct entry {
    struct search_word word;
    double sum;      /* of impacts, weighted */
    double here;     /* its frequency in the document that is read */
    uint32_t last;   /* 1 + that document's place among the sources */
    uint32_t having; /* how many of the sources that are documents have it */
};

struct expanding {
    struct search_context context;
    struct snapshot *snapshot;
    const struct search_expand_request *request;
    struct arena *results;
    struct tokenizer *tokenizer; /* of the default group */
    struct entry *entries;
    size_t count, capacity;
    uint32_t *slots; /* entry + 1 */
    size_t slot_count;
    uint32_t *touched; /* entries of the document that is read */
    size_t touched_count;
    double documents, average; /* of the snapshot */
};

static libsearch_status grow(struct expanding *expanding)
{
    const size_t capacity = expanding->capacity == 0 ? 1024 : expanding->capacity * 2;
    struct entry *entries;
    TRY(search_take(&expanding->context, capacity * sizeof *entries, &entries));
    TRY(search_take(&expanding->context, capacity * sizeof *expanding->touched, &expanding->touched));
    TRY(search_take(&expanding->context, 2 * capacity * sizeof *expanding->slots, &expanding->slots));
    if (expanding->count > 0)
        memcpy(entries, expanding->entries, expanding->count * sizeof *entries);
    expanding->entries = entries;
    expanding->capacity = capacity;
    expanding->slot_count = 2 * capacity;
    expanding->touched_count = 0;
    for (size_t i = 0; i < expanding->count; i++) {
        const libsearch_bytes term = entries[i].word.term;
        size_t slot = (size_t)hash_bytes(term.data, term.length) & (expanding->slot_count - 1);
        while (expanding->slots[slot] != 0)
            slot = (slot + 1) & (expanding->slot_count - 1);
        expanding->slots[slot] = (uint32_t)i + 1;
        if (entries[i].here > 0)
            expanding->touched[expanding->touched_count++] = (uint32_t)i;
    }
    return LIBSEARCH_OK;
}

static libsearch_status keep(struct expanding *expanding, libsearch_bytes bytes, libsearch_bytes *kept)
{
    kept->data = arena_duplicate(expanding->context.arena, bytes.data, bytes.length);
    kept->length = bytes.length;
    return kept->data == NULL ? error_no_memory(expanding->context.error) : LIBSEARCH_OK;
}

static libsearch_status count_term(struct expanding *expanding, libsearch_bytes term, libsearch_bytes surface,
                                   uint32_t source, double weight)
{
    if (expanding->count == expanding->capacity)
        TRY(grow(expanding));
    size_t slot = (size_t)hash_bytes(term.data, term.length) & (expanding->slot_count - 1);
    for (;; slot = (slot + 1) & (expanding->slot_count - 1)) {
        if (expanding->slots[slot] == 0)
            break;
        const libsearch_bytes other = expanding->entries[expanding->slots[slot] - 1].word.term;
        if (other.length == term.length && memcmp(other.data, term.data, term.length) == 0)
            break;
    }
    if (expanding->slots[slot] == 0) {
        struct entry *made = &expanding->entries[expanding->count];
        memset(made, 0, sizeof *made);
        TRY(keep(expanding, term, &made->word.term));
        TRY(keep(expanding, surface, &made->word.surface));
        expanding->slots[slot] = (uint32_t)++expanding->count;
    }
    struct entry *entry = &expanding->entries[expanding->slots[slot] - 1];
    if (entry->last != source + 1) {
        entry->last = source + 1;
        entry->having += expanding->request->sources[source].text.data == NULL;
        expanding->touched[expanding->touched_count++] = expanding->slots[slot] - 1;
    }
    entry->here += weight;
    return LIBSEARCH_OK;
}

/* Counts the words of a text; *bytes: how many of the source may still be read. */
static libsearch_status read_text(struct expanding *expanding, libsearch_bytes text, uint32_t source, double weight,
                                  size_t *bytes, double *length)
{
    enum { AT_ONCE = 64 };
    const struct analyzer *analyzer = expanding->snapshot->schema->analyzers[0];
    struct token tokens[AT_ONCE];
    char term[LIBSEARCH_MAX_TERM];
    text.length = text.length < *bytes ? text.length : *bytes;
    *bytes -= text.length;
    tokenizer_start(expanding->tokenizer, text, 0);
    for (unsigned round = 0;; round++) {
        const size_t count = tokenizer_next(expanding->tokenizer, tokens, AT_ONCE);
        if (count == SIZE_MAX)
            return error_no_memory(expanding->context.error);
        if (count == 0)
            return LIBSEARCH_OK;
        if (round % 64 == 0)
            TRY(search_poll(&expanding->context));
        for (size_t i = 0; i < count; i++) {
            const libsearch_bytes surface = { tokens[i].surface, tokens[i].length };
            if ((tokens[i].flags & TOKEN_WHOLE) != 0 || analyzer_is_stop(analyzer, surface.data, surface.length))
                continue;
            const size_t size = tokenizer_term(expanding->tokenizer, surface.data, surface.length, term);
            *length += weight;
            TRY(count_term(expanding, (libsearch_bytes){ term, size }, surface, source, weight));
        }
    }
}

/* What is stored of a document's texts of the default group. */
static libsearch_status read_document(struct expanding *expanding, uint64_t number, uint32_t source, size_t *bytes,
                                      double *length)
{
    const struct snapshot *snapshot = expanding->snapshot;
    size_t s = snapshot->segment_count;
    while (s > 0 && snapshot->segments[s - 1].base > number)
        s--;
    if (s == 0 || number - snapshot->segments[s - 1].base >= segment_count(snapshot->segments[s - 1].segment))
        return error_set(expanding->context.error, LIBSEARCH_NOT_FOUND, "there is no document number %llu",
                         (unsigned long long)number);
    const struct segment *segment = snapshot->segments[s - 1].segment;
    const uint32_t inside = (uint32_t)(number - snapshot->segments[s - 1].base);
    libsearch_document *document = document_new(snapshot->allocator);
    if (document == NULL)
        return error_no_memory(expanding->context.error);
    libsearch_status status = segment_fetch(segment, snapshot->schema, inside, document, expanding->context.error);
    size_t texts = 0;
    for (size_t i = 0; status == LIBSEARCH_OK && i < document->count; i++) {
        const struct document_value *value = &document->values[i];
        const struct field *field = schema_find(snapshot->schema, value->field, value->field_length);
        if (field == NULL || !field->in_group || value->type != LIBSEARCH_TEXT)
            continue;
        texts++;
        status = read_text(expanding, value->bytes, source, (double)field->weight, bytes, length);
    }
    document_free(document);
    if (status == LIBSEARCH_OK && texts == 0 && numbers_at(&segment->plain_lengths, inside) > 0)
        return error_set(expanding->context.error, LIBSEARCH_UNSUPPORTED,
                         "nothing is stored of the document's text, so its words are not known");
    return status;
}

static libsearch_status read_source(struct expanding *expanding, uint32_t i)
{
    const struct search_source *source = &expanding->request->sources[i];
    size_t bytes = expanding->request->bytes;
    double length = 0;
    expanding->touched_count = 0;
    TRY(source->text.data != NULL ? read_text(expanding, source->text, i, 1.0, &bytes, &length)
                                  : read_document(expanding, source->number, i, &bytes, &length));
    for (size_t t = 0; t < expanding->touched_count; t++) {
        struct entry *entry = &expanding->entries[expanding->touched[t]];
        const double x = entry->here / (0.25 + 0.75 * length / expanding->average);
        entry->sum += (double)source->weight * (x / (x + 1.2));
        entry->here = 0;
    }
    return LIBSEARCH_OK;
}

/* In how many documents the term stands. */
static libsearch_status frequency_of(struct expanding *expanding, libsearch_bytes term, uint64_t *frequency)
{
    *frequency = 0;
    for (size_t s = 0; s < expanding->snapshot->segment_count; s++) {
        struct posting_list list;
        const libsearch_status status = segment_list(expanding->snapshot->segments[s].segment, 0, term.data,
                                                     term.length, &list, expanding->context.error);
        if (status == LIBSEARCH_NOT_FOUND)
            continue;
        TRY(status);
        *frequency += list.document_frequency;
    }
    return LIBSEARCH_OK;
}

static int worth_more(const void *a, const void *b)
{
    const struct search_word *one = a, *other = b;
    if (one->worth > other->worth || one->worth < other->worth)
        return one->worth > other->worth ? -1 : 1;
    const size_t shorter = one->term.length < other->term.length ? one->term.length : other->term.length;
    const int order = memcmp(one->term.data, other->term.data, shorter);
    return order != 0 ? order : (one->term.length > other->term.length) - (one->term.length < other->term.length);
}

static bool keep_in(struct arena *arena, libsearch_bytes *bytes)
{
    bytes->data = arena_duplicate(arena, bytes->data, bytes->length);
    return bytes->data != NULL;
}

static libsearch_status weigh(struct expanding *expanding, double weights, struct search_word **words, size_t *count)
{
    const struct search_expand_request *request = expanding->request;
    struct search_word *all;
    size_t found = 0;
    TRY(search_take(&expanding->context, (expanding->count + 1) * sizeof *all, &all));
    for (size_t i = 0; i < expanding->count; i++) {
        struct entry *entry = &expanding->entries[i];
        uint64_t having;
        if (i % 256 == 0)
            TRY(search_poll(&expanding->context));
        TRY(frequency_of(expanding, entry->word.term, &having));
        if (having == 0 || !(entry->sum > 0) || (request->others && having <= entry->having))
            continue;
        const double n = (double)having;
        entry->word.impact = (float)(entry->sum / weights);
        entry->word.worth = (float)(entry->sum / weights * log1p((expanding->documents - n + 0.5) / (n + 0.5)));
        all[found++] = entry->word;
    }
    TRY(search_sort(&expanding->context, all, found, sizeof *all, worth_more));
    *count = found < request->words ? found : request->words;
    *words = arena_allocate(expanding->results, (*count + 1) * sizeof **words);
    for (size_t i = 0; *words != NULL && i < *count; i++) {
        (*words)[i] = all[i];
        if (!keep_in(expanding->results, &(*words)[i].term) || !keep_in(expanding->results, &(*words)[i].surface))
            return error_no_memory(expanding->context.error);
    }
    return *words == NULL ? error_no_memory(expanding->context.error) : LIBSEARCH_OK;
}

static libsearch_status expand(struct expanding *expanding, struct search_word **words, size_t *count)
{
    double total = 0, weights = 0;
    for (size_t s = 0; s < expanding->snapshot->segment_count; s++) {
        const struct segment *segment = expanding->snapshot->segments[s].segment;
        expanding->documents += segment->count;
        total += (double)segment->weighted_total;
    }
    expanding->average = total > 0 ? total / expanding->documents : 1;
    for (size_t i = 0; i < expanding->request->source_count; i++) {
        TRY(read_source(expanding, (uint32_t)i));
        weights += (double)expanding->request->sources[i].weight;
    }
    return weigh(expanding, weights > 0 ? weights : 1, words, count);
}

libsearch_status search_expand(struct snapshot *snapshot, const struct search_expand_request *request,
                               struct arena *arena, struct search_word **words, size_t *count, libsearch_error *error)
{
    const struct search_request limits = { .deadline = request->deadline,
                                           .memory = request->memory,
                                           .cancel = request->cancel };
    struct arena own;
    size_t budget;
    search_arena_init(&own, snapshot->allocator, request->memory, &budget);
    struct expanding expanding = { .context = { .request = &limits, .arena = &own, .error = error },
                                   .snapshot = snapshot,
                                   .request = request,
                                   .results = arena };
    libsearch_status status =
        tokenizer_new(snapshot->schema->analyzers[0], snapshot->allocator, &expanding.tokenizer, error);
    if (status == LIBSEARCH_OK) {
        status = expand(&expanding, words, count);
        tokenizer_free(expanding.tokenizer);
    }
    if (status == LIBSEARCH_NO_MEMORY && own.refused)
        status = search_over_memory(error);
    arena_free(&own);
    return status;
}
