/* SPDX-License-Identifier: MIT */
/* From notes to lists: terms are made from surface forms, all keys are sorted, one counting sort brings the places of
 * each surface form together, and each term's list is merged from its forms' places. */
#include <string.h>

#include "segment/builder.h"
#include "segment/field_parts.h"
#include "segment/format.h"
#include "segment/key_sort.h"
#include "segment/list_output.h"

enum { KIND_TERM = 0, KIND_SURFACE = 1, NONE = -1 };

/* What is known of a surface form, by its number. */
struct form {
    uint32_t count;
    uint32_t term;
    uint32_t number_in_term; /* 0: the most frequent */
    uint16_t list;
};

struct inversion {
    struct segment_builder *builder;
    const libsearch_allocator *allocator;
    uint32_t form_count;
    struct form *forms;
    struct vocabulary terms;
    struct sort_key *keys; /* of all terms and forms, sorted */
    size_t key_count;
    uint64_t *term_ordinals;              /* by term */
    uint32_t *term_forms;                 /* forms by term, the most frequent first */
    uint32_t *term_starts;                /* by term, where its forms begin; one more at the end */
    size_t *cursors;                      /* by form, where its next place goes */
    uint64_t *places;                     /* document << 32 | position */
    uint32_t *positions, *position_forms; /* of one document */
    size_t positions_capacity, position_forms_capacity;
    struct list_output output;
    bool output_open;
};

static void inversion_free(struct inversion *inversion)
{
    const libsearch_allocator *allocator = inversion->allocator;
    memory_free(allocator, inversion->forms);
    vocabulary_free(&inversion->terms);
    memory_free(allocator, inversion->keys);
    memory_free(allocator, inversion->term_ordinals);
    memory_free(allocator, inversion->term_forms);
    memory_free(allocator, inversion->term_starts);
    memory_free(allocator, inversion->cursors);
    memory_free(allocator, inversion->places);
    memory_free(allocator, inversion->positions);
    memory_free(allocator, inversion->position_forms);
    if (inversion->output_open)
        list_output_free(&inversion->output);
}

/* After documents were taken back, the vocabulary's counts are too high. */
static void recount(struct inversion *inversion)
{
    const struct segment_builder *builder = inversion->builder;
    for (uint32_t n = 0; n < inversion->form_count; n++)
        inversion->forms[n].count = 0;
    for (size_t i = 0; i < builder->note_count; i++)
        if (builder->notes[i] == BUILDER_JUMP)
            i++;
        else
            inversion->forms[builder->notes[i] & ~BUILDER_SAME].count++;
}

static libsearch_status collect_forms(struct inversion *inversion, libsearch_error *error)
{
    const struct vocabulary *vocabulary = &inversion->builder->vocabulary;
    inversion->form_count = vocabulary->count;
    inversion->forms =
        memory_allocate_array(inversion->allocator, (size_t)vocabulary->count + 1, sizeof *inversion->forms);
    if (inversion->forms == NULL)
        return error_no_memory(error);
    for (size_t slot = 0; slot < vocabulary->slots; slot++) {
        const struct vocabulary_entry *entry = &vocabulary->entries[slot];
        if (entry->number != 0)
            inversion->forms[entry->number - 1] = (struct form){ entry->count, 0, 0, entry->list };
    }
    if (inversion->builder->recount)
        recount(inversion);
    return LIBSEARCH_OK;
}

/* The tokenizer whose analyzer makes the terms of a list; NULL: keywords are their own terms. */
static struct tokenizer *tokenizer_of(const struct segment_builder *builder, uint16_t list)
{
    const struct schema *schema = builder->tokenized;
    if (list > 0)
        return builder->tokenizers[list - 1];
    for (size_t f = 0; f < schema->count; f++)
        if (schema->fields[f]->in_group)
            return builder->tokenizers[f];
    return NULL;
}

static libsearch_status make_terms(struct inversion *inversion, libsearch_error *error)
{
    enum { PADDING = 16 };
    const struct segment_builder *builder = inversion->builder;
    TRY(vocabulary_init(&inversion->terms, inversion->allocator, error));
    for (uint32_t n = 0; n < inversion->form_count; n++) {
        struct form *form = &inversion->forms[n];
        size_t length;
        const char *surface = vocabulary_key(&builder->vocabulary, n, &length);
        struct tokenizer *tokenizer = tokenizer_of(builder, form->list);
        char stem[LIBSEARCH_MAX_TERM + PADDING] = { 0 };
        const char *term = surface;
        if (tokenizer != NULL) {
            length = tokenizer_term(tokenizer, surface, length, stem);
            memset(stem + length, 0, PADDING);
            term = stem;
        }
        bool added;
        struct vocabulary_entry *entry = vocabulary_at(&inversion->terms, form->list, term, length, &added);
        if (entry == NULL)
            return error_no_memory(error);
        entry->count += form->count > 0;
        form->term = entry->number - 1;
    }
    return LIBSEARCH_OK;
}

static void add_key(struct inversion *inversion, const struct vocabulary *vocabulary, uint32_t number, uint16_t list,
                    uint8_t kind)
{
    size_t length;
    const char *bytes = vocabulary_key(vocabulary, number, &length);
    inversion->keys[inversion->key_count++] = (struct sort_key){ 0, bytes, (uint32_t)length, number, list, kind };
}

/* Sorts terms and forms together, and gives terms their ordinals. */
static libsearch_status sort_keys(struct inversion *inversion, libsearch_error *error)
{
    const size_t most = (size_t)inversion->form_count + inversion->terms.count;
    inversion->keys = memory_allocate_array(inversion->allocator, most, sizeof *inversion->keys);
    inversion->term_ordinals =
        memory_allocate_array(inversion->allocator, inversion->terms.count, sizeof *inversion->term_ordinals);
    if (inversion->keys == NULL || inversion->term_ordinals == NULL)
        return error_no_memory(error);
    for (size_t slot = 0; slot < inversion->terms.slots; slot++) {
        const struct vocabulary_entry *entry = &inversion->terms.entries[slot];
        if (entry->number != 0 && entry->count > 0)
            add_key(inversion, &inversion->terms, entry->number - 1, entry->list, KIND_TERM);
    }
    for (uint32_t n = 0; n < inversion->form_count; n++)
        if (inversion->forms[n].count > 0 && tokenizer_of(inversion->builder, inversion->forms[n].list) != NULL)
            add_key(inversion, &inversion->builder->vocabulary, n, inversion->forms[n].list, KIND_SURFACE);
    key_sort(inversion->keys, inversion->key_count);
    uint64_t ordinal = 0;
    for (size_t i = 0; i < inversion->key_count; i++) {
        if (i > 0 && !key_equal(&inversion->keys[i], &inversion->keys[i - 1]))
            ordinal++;
        if (inversion->keys[i].kind == KIND_TERM)
            inversion->term_ordinals[inversion->keys[i].number] = ordinal;
    }
    return LIBSEARCH_OK;
}

/* Puts the forms of each term in order of their counts, ties by their bytes. */
static libsearch_status order_forms(struct inversion *inversion, libsearch_error *error)
{
    const uint32_t terms = inversion->terms.count;
    inversion->term_starts =
        memory_allocate_array(inversion->allocator, (size_t)terms + 2, sizeof *inversion->term_starts);
    inversion->term_forms =
        memory_allocate_array(inversion->allocator, (size_t)inversion->form_count + 1, sizeof *inversion->term_forms);
    if (inversion->term_starts == NULL || inversion->term_forms == NULL)
        return error_no_memory(error);
    uint32_t *next = inversion->term_starts + 1; /* shifted by one: filling them turns ends into starts */
    for (uint32_t n = 0; n < inversion->form_count; n++)
        if (inversion->forms[n].count > 0)
            next[inversion->forms[n].term + 1]++;
    for (uint32_t t = 1; t <= terms; t++)
        next[t] += next[t - 1];
    /* Words come in the order of their bytes; keywords have one form each. */
    for (size_t i = 0; i < inversion->key_count; i++)
        if (inversion->keys[i].kind == KIND_SURFACE)
            inversion->term_forms[next[inversion->forms[inversion->keys[i].number].term]++] = inversion->keys[i].number;
    for (uint32_t n = 0; n < inversion->form_count; n++)
        if (inversion->forms[n].count > 0 && tokenizer_of(inversion->builder, inversion->forms[n].list) == NULL)
            inversion->term_forms[next[inversion->forms[n].term]++] = n;
    for (uint32_t t = 0; t < terms; t++) {
        uint32_t *of = inversion->term_forms + inversion->term_starts[t];
        const uint32_t count = inversion->term_starts[t + 1] - inversion->term_starts[t];
        for (uint32_t i = 1; i < count; i++) { /* a stable insertion keeps ties in the order of their bytes */
            const uint32_t form = of[i];
            uint32_t at = i;
            for (; at > 0 && inversion->forms[of[at - 1]].count < inversion->forms[form].count; at--)
                of[at] = of[at - 1];
            of[at] = form;
        }
        for (uint32_t i = 0; i < count; i++)
            inversion->forms[of[i]].number_in_term = i;
    }
    return LIBSEARCH_OK;
}

/* Gives each form its stretch of places, forms of one term side by side, and fills them in. */
static libsearch_status sort_places(struct inversion *inversion, libsearch_error *error)
{
    struct segment_builder *builder = inversion->builder;
    inversion->cursors =
        memory_allocate_array(inversion->allocator, (size_t)inversion->form_count + 1, sizeof *inversion->cursors);
    inversion->places = memory_allocate(inversion->allocator, builder->note_count * sizeof *inversion->places);
    if (inversion->cursors == NULL || inversion->places == NULL)
        return error_no_memory(error);
    size_t start = 0;
    for (uint32_t i = 0; i < inversion->term_starts[inversion->terms.count]; i++) {
        inversion->cursors[inversion->term_forms[i]] = start;
        start += inversion->forms[inversion->term_forms[i]].count;
    }
    const uint32_t documents = builder->lengths.documents;
    for (uint32_t document = 0; document < documents; document++) {
        const uint64_t high = (uint64_t)document << 32;
        uint32_t position = 0;
        const size_t end = document + 1 < documents ? builder->note_starts[document + 1] : builder->note_count;
        for (size_t i = builder->note_starts[document]; i < end; i++) {
            const uint32_t value = builder->notes[i];
            if (value == BUILDER_JUMP) {
                position = builder->notes[++i];
                continue;
            }
            position -= value >> 31; /* BUILDER_SAME */
            inversion->places[inversion->cursors[value & ~BUILDER_SAME]++] = high | position++;
        }
    }
    memory_free(inversion->allocator, builder->notes);
    builder->notes = NULL;
    builder->note_capacity = 0;
    return LIBSEARCH_OK;
}

/* A form's places that are still to be merged. */
struct run {
    const uint64_t *next, *end;
    uint32_t form;
};

static bool room_for_positions(struct inversion *inversion, size_t count)
{
    return memory_grow(inversion->allocator, &inversion->positions, &inversion->positions_capacity, count,
                       sizeof *inversion->positions) &&
           memory_grow(inversion->allocator, &inversion->position_forms, &inversion->position_forms_capacity, count,
                       sizeof *inversion->position_forms);
}

/* Documents of a list that has one form. */
static bool write_one_form(struct inversion *inversion, bool in_group, const struct run *run)
{
    const uint64_t *at = run->next;
    while (at < run->end) {
        const uint32_t document = (uint32_t)(*at >> 32);
        const uint64_t *end = at + 1;
        while (end < run->end && *end >> 32 == document)
            end++;
        const size_t count = (size_t)(end - at);
        if (count > inversion->positions_capacity && !room_for_positions(inversion, count))
            return false;
        for (size_t i = 0; i < count; i++)
            inversion->positions[i] = (uint32_t)at[i];
        list_output_document(&inversion->output, in_group, document, (uint32_t)count, inversion->positions, NULL);
        at = end;
    }
    return true;
}

/* Where two forms of a term stand at one place (a compound's whole and its first part, say), the more frequent one
 * comes first, so that lists depend on the documents alone. */
static bool run_before(const struct run *a, const struct run *b)
{
    return *a->next != *b->next ? *a->next < *b->next : a->form < b->form;
}

/* Restores the heap order from its root down. */
static void sift_down(struct run *heap, size_t count)
{
    const struct run moved = heap[0];
    size_t at = 0;
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && run_before(&heap[child + 1], &heap[child]))
            child++;
        if (!run_before(&heap[child], &moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

/* Documents of a list of several forms, merged by a heap. */
static bool write_forms(struct inversion *inversion, bool in_group, struct run *heap, size_t count)
{
    for (size_t i = 1; i < count; i++) { /* insertion by first place: sorted is a heap */
        const struct run run = heap[i];
        size_t at = i;
        for (; at > 0 && run_before(&run, &heap[at - 1]); at--)
            heap[at] = heap[at - 1];
        heap[at] = run;
    }
    while (count > 0) {
        const uint32_t document = (uint32_t)(*heap[0].next >> 32);
        size_t found = 0;
        while (count > 0 && *heap[0].next >> 32 == document) {
            if (found + 1 > inversion->positions_capacity && !room_for_positions(inversion, found + 1))
                return false;
            inversion->positions[found] = (uint32_t)*heap[0].next++;
            inversion->position_forms[found++] = heap[0].form;
            if (heap[0].next == heap[0].end)
                heap[0] = heap[--count];
            if (count > 1)
                sift_down(heap, count);
        }
        list_output_document(&inversion->output, in_group, document, (uint32_t)found, inversion->positions,
                             inversion->position_forms);
    }
    return true;
}

static libsearch_status write_list(struct inversion *inversion, uint32_t term, uint16_t list, struct term_entry *entry,
                                   libsearch_error *error)
{
    const uint32_t first = inversion->term_starts[term];
    const uint32_t count = inversion->term_starts[term + 1] - first;
    const bool with_positions = schema_list_has_positions(inversion->builder->schema, list);
    struct run few[16];
    struct run *runs = few;
    if (count > sizeof few / sizeof *few) {
        runs = memory_allocate_array(inversion->allocator, count, sizeof *runs);
        if (runs == NULL)
            return error_no_memory(error);
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t form = inversion->term_forms[first + i];
        const uint64_t *end = inversion->places + inversion->cursors[form]; /* filling moved it to the end */
        runs[i] = (struct run){ end - inversion->forms[form].count, end, i };
    }
    list_output_begin(&inversion->output, with_positions);
    const bool written =
        count == 1 ? write_one_form(inversion, list == 0, &runs[0]) : write_forms(inversion, list == 0, runs, count);
    if (runs != few)
        memory_free(inversion->allocator, runs);
    if (!written)
        return error_no_memory(error);
    entry->flags |= TERM_LIST;
    return list_output_end(&inversion->output, entry, error);
}

static libsearch_status write_lists(struct inversion *inversion, libsearch_error *error)
{
    char key[TERM_KEY_MAX];
    for (size_t i = 0; i < inversion->key_count;) {
        const struct sort_key *first = &inversion->keys[i];
        struct term_entry entry = { 0 };
        size_t end = i;
        for (; end < inversion->key_count && key_equal(&inversion->keys[end], first); end++) {
            const struct sort_key *same = &inversion->keys[end];
            if (same->kind == KIND_TERM) {
                TRY(write_list(inversion, same->number, same->list, &entry, error));
                continue;
            }
            const struct form *form = &inversion->forms[same->number];
            entry.flags |= TERM_SURFACE;
            entry.surface_count = form->count;
            entry.surface_form = form->number_in_term;
            entry.surface_term = inversion->term_ordinals[form->term];
        }
        key[0] = (char)(first->list >> 8);
        key[1] = (char)first->list;
        memcpy(key + 2, first->bytes, first->length);
        TRY(terms_writer_add(inversion->output.terms, key, first->length + 2, &entry, error));
        i = end;
    }
    return LIBSEARCH_OK;
}

/* The sections that hold no postings and no stored fields. */
static libsearch_status write_ids_and_columns(struct segment_builder *builder, libsearch_error *error)
{
    struct buffer first, second;
    buffer_init(&first, builder->allocator);
    buffer_init(&second, builder->allocator);
    libsearch_status status = ids_writer_finish(builder->ids, &first, &second, error);
    if (status == LIBSEARCH_OK)
        status = section_put(builder->file, SECTION_IDS, first.data, first.length, error);
    if (status == LIBSEARCH_OK)
        status = section_put(builder->file, SECTION_ID_TABLE, second.data, second.length, error);
    for (size_t f = 0; f < builder->field_count && status == LIBSEARCH_OK; f++) {
        if (builder->columns[f] == NULL)
            continue;
        buffer_clear(&first);
        status = column_writer_finish(builder->columns[f], builder->lengths.documents, &first, error);
        if (status == LIBSEARCH_OK)
            status = section_put(builder->file, SECTION_COLUMN + (uint32_t)f, first.data, first.length, error);
    }
    buffer_free(&first);
    buffer_free(&second);
    return status;
}

/* Ends the section of stored fields, which has been open since the first document, and writes their table. */
static libsearch_status write_stored(struct segment_builder *builder, libsearch_error *error)
{
    struct buffer table;
    buffer_init(&table, builder->allocator);
    libsearch_status status = stored_writer_finish(builder->stored, &table, error);
    if (status == LIBSEARCH_OK)
        status = section_end(builder->file, error);
    if (status == LIBSEARCH_OK)
        status = section_put(builder->file, SECTION_STORED_TABLE, table.data, table.length, error);
    buffer_free(&table);
    return status;
}

static libsearch_status invert(struct inversion *inversion, libsearch_error *error)
{
    struct segment_builder *builder = inversion->builder;
    TRY(write_stored(builder, error));
    TRY(write_ids_and_columns(builder, error));
    TRY(collect_forms(inversion, error));
    TRY(make_terms(inversion, error));
    TRY(sort_keys(inversion, error));
    TRY(order_forms(inversion, error));
    TRY(sort_places(inversion, error));
    TRY(list_output_init(&inversion->output, inversion->allocator, builder->schema, &builder->lengths, builder->file,
                         error));
    inversion->output_open = true;
    TRY(write_lists(inversion, error));
    return list_output_finish(&inversion->output, error);
}

libsearch_status builder_invert(struct segment_builder *builder, libsearch_error *error)
{
    struct inversion inversion = { .builder = builder, .allocator = builder->allocator };
    inversion.terms.allocator = builder->allocator;
    const libsearch_status status = invert(&inversion, error);
    inversion_free(&inversion);
    return status;
}
