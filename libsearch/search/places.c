/* SPDX-License-Identifier: MIT */
#include "search/places.h"

#include <stdlib.h>
#include <string.h>

struct word {
    struct term_cursor cursor;
    uint32_t document;     /* that the cursor stands on */
    uint32_t form;         /* that counts; UINT32_MAX: any */
    uint32_t opened_block; /* the block that `positions` was opened on; UINT32_MAX: none */
    uint32_t read_index;   /* the document of it that was read last: they are read forward */
    struct posting_positions positions;
};

struct places {
    struct arena *arena;
    const struct segment *segment;
    struct word **words;
    size_t word_count;
    uint32_t document;
    uint32_t *found, *forms;
    size_t capacity; /* of both */
    bool no_memory, damaged;
};

libsearch_status places_open(struct search_context *context, const struct plan_term *terms, size_t count,
                             const struct snapshot_segment *where, size_t segment_index, struct places **places)
{
    struct places *made;
    TRY(search_take(context, sizeof *made, &made));
    TRY(search_take(context, (count + 1) * sizeof(struct word *), &made->words));
    made->arena = context->arena;
    made->segment = where->segment;
    for (size_t i = 0; i < count; i++) {
        const struct plan_term *term = &terms[i];
        const struct posting_list *list = term->lists[segment_index];
        if (list == NULL || (term->forms != NULL && term->forms[segment_index] == UINT32_MAX))
            continue;
        struct word *word;
        TRY(search_take(context, sizeof *word, &word));
        term_cursor_open(&word->cursor, where->segment, term, list, context->side_weights, context->arena);
        word->form = term->forms == NULL ? UINT32_MAX : term->forms[segment_index];
        word->opened_block = UINT32_MAX;
        word->document = term_cursor_seek(&word->cursor, 0);
        made->words[made->word_count++] = word;
    }
    *places = made->word_count == 0 ? NULL : made;
    return LIBSEARCH_OK;
}

uint32_t places_seek(struct places *places, uint32_t document)
{
    uint32_t least = NO_DOCUMENT;
    for (size_t i = 0; i < places->word_count; i++) {
        struct word *word = places->words[i];
        if (word->document < document)
            word->document = term_cursor_seek(&word->cursor, document);
        least = word->document < least ? word->document : least;
    }
    places->document = least;
    return least;
}

/* The stretch of positions that the term's field takes in a document. */
static void field_span(const struct word *word, uint32_t *from, uint32_t *to)
{
    const struct segment *segment = word->cursor.segment;
    const uint16_t field = word->cursor.term->field;
    *from = 0;
    *to = UINT32_MAX;
    if (field == SCHEMA_NO_FIELD)
        return;
    *from = segment_field_start(segment, field, word->document);
    for (uint16_t f = (uint16_t)(field + 1); f < segment->field_count; f++)
        if (segment->schema->fields[f]->in_group && segment_field_length(segment, f, word->document) > 0) {
            *to = segment_field_start(segment, f, word->document);
            return;
        }
}

/* Opens the positions of the cursor's block where its next document is not what comes next in them. index: the place
 * of the document in the block as it lies. */
static bool open_positions(struct word *word, uint32_t index)
{
    struct term_cursor *cursor = &word->cursor;
    if (word->opened_block == cursor->block_number && index > word->read_index)
        return true;
    uint64_t offset = cursor->positions_offset;
    if (offset == UINT64_MAX) {
        struct posting_tail tail;
        if (!posting_block_tail(&cursor->list, &cursor->block, &tail))
            return false;
        offset = tail.positions;
    }
    /* Positions are those of the block as it lies, also where documents were taken out. */
    const uint32_t count = cursor->block.count;
    if (cursor->thinned)
        cursor->block.count = cursor->list.document_frequency == 1 ? 1
                              : cursor->block_number + 1 < cursor->list.blocks
                                  ? POSTING_BLOCK
                                  : (cursor->list.document_frequency - 1) % POSTING_BLOCK + 1;
    const bool opened = posting_positions_open(&cursor->list, &cursor->block, offset, &word->positions);
    cursor->block.count = count;
    word->opened_block = opened ? cursor->block_number : UINT32_MAX;
    return opened;
}

static bool make_room(struct places *places, size_t wanted)
{
    if (wanted <= places->capacity)
        return true;
    const size_t capacity = wanted * 2;
    uint32_t *found = arena_allocate(places->arena, capacity * sizeof *found);
    uint32_t *forms = arena_allocate(places->arena, capacity * sizeof *forms);
    places->no_memory = found == NULL || forms == NULL;
    if (places->no_memory)
        return false;
    if (places->capacity > 0)
        memcpy(found, places->found, places->capacity * sizeof *found);
    places->found = found;
    places->forms = forms;
    places->capacity = capacity;
    return true;
}

/* Appends the places of one word; *count: of all so far. */
static bool append_word(struct places *places, struct word *word, uint32_t *count)
{
    struct term_cursor *cursor = &word->cursor;
    if (!term_cursor_frequencies(cursor))
        return false;
    const uint32_t index = cursor->thinned ? cursor->origins[cursor->index] : cursor->index;
    const uint32_t frequency = cursor->block.frequencies[index];
    uint32_t from, to;
    if (!open_positions(word, index) || !make_room(places, (size_t)*count + frequency))
        return false;
    uint32_t *added = places->found + *count;
    if (!posting_positions_read(&word->positions, index, added))
        return false;
    const bool formed = word->form != UINT32_MAX;
    if (formed && !posting_positions_forms(&word->positions, index, places->forms))
        return false;
    word->read_index = index;
    field_span(word, &from, &to);
    for (uint32_t i = 0; i < frequency; i++)
        if (added[i] >= from && added[i] < to && (!formed || places->forms[i] == word->form))
            places->found[(*count)++] = added[i];
    return true;
}

static int compare_places(const void *a, const void *b)
{
    const uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return (one > other) - (one < other);
}

bool places_read(struct places *places, const uint32_t **found, uint32_t *count)
{
    uint32_t all = 0, kept = 0;
    size_t words = 0;
    for (size_t i = 0; i < places->word_count; i++) {
        if (places->words[i]->document != places->document)
            continue;
        words++;
        if (!append_word(places, places->words[i], &all)) {
            places->damaged = true;
            return false;
        }
    }
    if (words > 1)
        qsort(places->found, all, sizeof *places->found, compare_places);
    /* Two words, or a compound (cat-s: cat, and cats), can stand twice in one place: that is one place. */
    for (uint32_t i = 0; i < all; i++)
        if (kept == 0 || places->found[kept - 1] != places->found[i])
            places->found[kept++] = places->found[i];
    *found = places->found;
    *count = kept;
    return true;
}

bool places_damaged(const struct places *places, bool *no_memory)
{
    bool damaged = places->damaged;
    *no_memory = places->no_memory;
    for (size_t i = 0; i < places->word_count; i++) {
        damaged = damaged || places->words[i]->cursor.damaged;
        *no_memory = *no_memory || places->words[i]->cursor.no_memory;
    }
    return damaged;
}
