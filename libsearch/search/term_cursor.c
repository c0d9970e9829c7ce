/* SPDX-License-Identifier: MIT */
#include "search/term_cursor.h"

#include "segment/list_output.h"

void term_cursor_open(struct term_cursor *cursor, const struct segment *segment, const struct plan_term *term,
                      const struct posting_list *list, const float *side_weights, struct arena *arena)
{
    cursor->list = *list;
    cursor->term = term;
    cursor->segment = segment;
    cursor->arena = arena;
    cursor->main_field = schema_main_field(segment->schema);
    cursor->damaged = cursor->no_memory = cursor->loaded = cursor->has_frequencies = cursor->thinned = false;
    cursor->bare = false;
    cursor->block_number = 0;
    cursor->index = 0;
    cursor->side_weights = NULL;
    cursor->has_scores = false;
    cursor->lengths = NULL;
    cursor->parts = (struct score_parts){ .weight = term->weight, .norms = term->norms };
    if (term->constant_length)
        return;
    const uint16_t own = term->field != SCHEMA_NO_FIELD ? term->field
                         : term->list > 0               ? (uint16_t)(term->list - 1)
                                                        : SCHEMA_NO_FIELD;
    if (own != SCHEMA_NO_FIELD) {
        if (own < segment->field_count && segment->fields[own].lengths.data != NULL)
            cursor->lengths = &segment->fields[own].lengths;
        if (cursor->lengths != NULL)
            cursor->parts.lengths = *cursor->lengths;
        return;
    }
    const bool weighted = term->weighted && segment->profiles == 2;
    cursor->lengths = weighted ? &segment->weighted_lengths : &segment->plain_lengths;
    cursor->parts.lengths = *cursor->lengths;
    if (weighted)
        cursor->side_weights = side_weights;
}

static bool give_up(struct term_cursor *cursor)
{
    cursor->damaged = true;
    cursor->block_number = cursor->list.blocks;
    cursor->loaded = cursor->bare = false;
    cursor->block.count = 0;
    return false;
}

/* Which field of the group a position of a document lies in: the last that has words and begins at or before it. */
static uint16_t field_of_position(const struct segment *segment, uint32_t document, uint32_t position)
{
    uint16_t found = SCHEMA_NO_FIELD;
    for (uint16_t f = 0; f < segment->field_count; f++)
        if (segment->schema->fields[f]->in_group && segment_field_length(segment, f, document) > 0 &&
            segment_field_start(segment, f, document) <= position)
            found = f;
    return found;
}

/* What an occurrence in a side field does to the document's frequency. */
static void count_side(struct term_cursor *cursor, uint16_t field, uint32_t index, uint32_t frequency)
{
    if (cursor->side_weights != NULL) {
        if (field < cursor->segment->schema->count)
            cursor->frequencies[index] += cursor->side_weights[field] * (float)frequency;
    } else if (cursor->term->field == cursor->main_field) {
        cursor->frequencies[index] -= (float)frequency;
    } else if (cursor->term->field == field) {
        cursor->frequencies[index] += (float)frequency;
    }
}

/* A list of one document has no sides written: its positions tell them (biwords have neither). */
static bool count_single_sides(struct term_cursor *cursor)
{
    struct posting_positions positions;
    const uint32_t frequency = cursor->block.frequencies[0], document = cursor->block.documents[0];
    uint32_t *places = arena_allocate(cursor->arena, (size_t)frequency * sizeof *places);
    cursor->no_memory = places == NULL;
    if (places == NULL || !posting_positions_open(&cursor->list, &cursor->block, 0, &positions) ||
        !posting_positions_read(&positions, 0, places))
        return false;
    for (uint32_t i = 0; i < frequency;) {
        const uint16_t field = field_of_position(cursor->segment, document, places[i]);
        uint32_t end = i + 1;
        while (end < frequency && field_of_position(cursor->segment, document, places[end]) == field)
            end++;
        if (field != cursor->main_field)
            count_side(cursor, field, 0, end - i);
        i = end;
    }
    return true;
}

static bool count_sides(struct term_cursor *cursor)
{
    if (cursor->list.document_frequency == 1)
        return cursor->term->list != 0 || cursor->list.positions == NULL || count_single_sides(cursor);
    struct posting_tail tail;
    struct posting_sides sides;
    if (!posting_block_tail(&cursor->list, &cursor->block, &tail))
        return false;
    cursor->positions_offset = tail.positions;
    while (posting_tail_sides(&tail, cursor->block.count, &sides))
        for (uint32_t i = 0; i < sides.count; i++)
            count_side(cursor, sides.field, sides.indexes[i], sides.frequencies[i]);
    return !tail.cursor.failed;
}

/* Takes out the documents in which the term does not stand in the field asked for. */
static void thin(struct term_cursor *cursor)
{
    uint32_t to = 0;
    for (uint32_t i = 0; i < cursor->block.count; i++) {
        if (!(cursor->frequencies[i] > 0))
            continue;
        cursor->block.documents[to] = cursor->block.documents[i];
        cursor->frequencies[to] = cursor->frequencies[i];
        cursor->origins[to++] = (uint8_t)i;
    }
    cursor->block.count = to;
    cursor->thinned = true;
}

bool term_cursor_frequencies(struct term_cursor *cursor)
{
    if (cursor->has_frequencies)
        return true;
    if (!posting_block_frequencies(&cursor->list, &cursor->block))
        return give_up(cursor);
    const bool from_sides = cursor->term->field != SCHEMA_NO_FIELD && cursor->term->field != cursor->main_field;
    for (uint32_t i = 0; i < cursor->block.count; i++)
        cursor->frequencies[i] = from_sides ? 0.0f : (float)cursor->block.frequencies[i];
    cursor->positions_offset = UINT64_MAX;
    const bool sides_count = cursor->side_weights != NULL || cursor->term->field != SCHEMA_NO_FIELD;
    if (sides_count && (cursor->block.has_sides || cursor->list.document_frequency == 1) && !count_sides(cursor))
        return give_up(cursor);
    cursor->has_frequencies = true;
    return true;
}

bool term_cursor_scores(struct term_cursor *cursor)
{
    if (cursor->has_scores)
        return true;
    if (!term_cursor_frequencies(cursor))
        return false;
    const uint32_t count = cursor->block.count;
    if (cursor->lengths == NULL || cursor->term->formula != NULL) {
        for (uint32_t i = 0; i < count; i++)
            cursor->scores[i] = term_cursor_score(cursor, i, cursor->block.documents[i]);
    } else {
        term_cursor_pad(cursor);
        kernel_scores(cursor->block.documents, cursor->frequencies, count, &cursor->parts, cursor->scores);
    }
    cursor->has_scores = true;
    return true;
}

bool term_cursor_scores_between(struct term_cursor *cursor, uint32_t from, uint32_t to)
{
    if (cursor->has_scores || from >= to)
        return true;
    if (cursor->lengths == NULL || cursor->term->formula != NULL)
        return term_cursor_scores(cursor);
    if (!term_cursor_frequencies(cursor))
        return false;
    term_cursor_pad(cursor);
    from -= from % 16;
    kernel_scores(cursor->block.documents + from, cursor->frequencies + from, to - from, &cursor->parts,
                  cursor->scores + from);
    return true;
}

bool term_cursor_load(struct term_cursor *cursor, uint32_t b)
{
    cursor->index = 0;
    cursor->has_frequencies = false;
    cursor->has_scores = false;
    cursor->thinned = false;
    cursor->bare = false;
    if (b >= cursor->list.blocks) {
        cursor->block_number = cursor->list.blocks;
        cursor->loaded = false;
        cursor->block.count = 0;
        return false;
    }
    if (!posting_block_documents(&cursor->list, b, &cursor->block))
        return give_up(cursor);
    cursor->block_number = b;
    cursor->loaded = true;
    if (cursor->term->field != SCHEMA_NO_FIELD) {
        if (!term_cursor_frequencies(cursor))
            return false;
        thin(cursor);
    }
    return true;
}

bool term_cursor_bare(struct term_cursor *cursor, uint32_t b)
{
    if ((cursor->loaded || cursor->bare) && cursor->block_number == b)
        return true;
    if (!posting_block_bare(&cursor->list, b, &cursor->block))
        return give_up(cursor);
    cursor->block_number = b;
    cursor->index = 0;
    cursor->loaded = cursor->has_frequencies = cursor->has_scores = cursor->thinned = false;
    cursor->bare = true;
    return true;
}

bool term_cursor_frequencies_at(struct term_cursor *cursor, uint32_t b, const uint8_t *places, size_t n,
                                float *frequencies)
{
    enum { FEW = 16 }; /* more of them, and it is quicker to decode all */
    uint32_t counts[FEW];
    if (!term_cursor_bare(cursor, b))
        return false;
    const bool sides_count =
        cursor->side_weights != NULL && (cursor->block.has_sides || cursor->list.document_frequency == 1);
    if (!cursor->has_frequencies && !sides_count && n <= FEW) {
        if (!posting_block_frequencies_at(&cursor->block, places, n, counts))
            return give_up(cursor);
        for (size_t i = 0; i < n; i++)
            frequencies[i] = (float)counts[i];
        return true;
    }
    if (!term_cursor_frequencies(cursor))
        return false;
    for (size_t i = 0; i < n; i++)
        frequencies[i] = cursor->frequencies[places[i]];
    return true;
}

uint32_t term_cursor_seek(struct term_cursor *cursor, uint32_t document)
{
    while (cursor->block_number < cursor->list.blocks) {
        if (cursor->loaded) {
            const uint32_t count = cursor->block.count;
            if (cursor->index < count && cursor->block.documents[cursor->index] >= document)
                return cursor->block.documents[cursor->index];
            if (count > 0 && cursor->block.documents[count - 1] >= document) {
                cursor->index = kernel_count_below(cursor->block.documents, count, document);
                return cursor->block.documents[cursor->index];
            }
        }
        uint32_t next = cursor->block_number + (cursor->loaded ? 1 : 0);
        if (cursor->list.last_documents != NULL)
            next = posting_seek_block(&cursor->list, next, document);
        if (!term_cursor_load(cursor, next))
            return NO_DOCUMENT;
    }
    return NO_DOCUMENT;
}

void term_cursor_remember(struct term_cursor *cursor)
{
    cursor->kept_block = cursor->block_number;
    cursor->kept_index = cursor->index;
    cursor->kept_loaded = cursor->loaded;
}

void term_cursor_return(struct term_cursor *cursor)
{
    if (cursor->damaged)
        return;
    if (!cursor->kept_loaded) {
        cursor->block_number = cursor->kept_block;
        cursor->loaded = cursor->bare = false;
    } else if (!(cursor->loaded && cursor->block_number == cursor->kept_block) &&
               !term_cursor_load(cursor, cursor->kept_block)) {
        return;
    }
    cursor->index = cursor->kept_index;
}

uint32_t term_cursor_block_of(const struct term_cursor *cursor, uint32_t document)
{
    if (cursor->list.last_documents == NULL)
        return 0;
    uint32_t from = 0;
    if (cursor->loaded || cursor->bare) { /* mostly the same block, or one soon after */
        const uint32_t b = cursor->block_number;
        if (b == 0 || posting_last_document(&cursor->list, b - 1) < document) {
            if (posting_last_document(&cursor->list, b) >= document)
                return b;
            from = b + 1;
        }
    }
    return posting_seek_block(&cursor->list, from, document);
}

/* With a bitmap nothing of the documents has to be decoded. */
static bool place_dense(struct term_cursor *cursor, uint32_t document)
{
    const struct posting_list *list = &cursor->list;
    if (!posting_bitmap_has(list, posting_last_document(list, list->blocks - 1), document))
        return false;
    const uint32_t b = term_cursor_block_of(cursor, document);
    if (b >= list->blocks || !term_cursor_bare(cursor, b))
        return false;
    cursor->index = posting_place_in_block(list, b, document);
    return cursor->index < cursor->block.count || give_up(cursor);
}

bool term_cursor_place(struct term_cursor *cursor, uint32_t document)
{
    if (cursor->list.bitmap != NULL && cursor->term->field == SCHEMA_NO_FIELD)
        return place_dense(cursor, document);
    const uint32_t b = term_cursor_block_of(cursor, document);
    if (b >= cursor->list.blocks)
        return false;
    if (!(cursor->loaded && cursor->block_number == b) && !term_cursor_load(cursor, b))
        return false;
    const struct posting_block *block = &cursor->block;
    cursor->index = kernel_count_below(block->documents, block->count, document);
    return cursor->index < block->count && block->documents[cursor->index] == document;
}

uint32_t term_cursor_least(const struct term_cursor *cursor, uint32_t from)
{
    if (cursor->block_number >= cursor->list.blocks)
        return NO_DOCUMENT;
    if (cursor->loaded && cursor->index < cursor->block.count)
        return cursor->block.documents[cursor->index] > from ? cursor->block.documents[cursor->index] : from;
    return from;
}
