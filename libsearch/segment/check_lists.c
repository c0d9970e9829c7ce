/* SPDX-License-Identifier: MIT */
/* Every posting list against the dictionary, against the lengths, and against itself. */
#include <string.h>

#include "codec/rounding.h"
#include "postings/score_bounds.h"
#include "segment/check.h"
#include "segment/field_parts.h"
#include "segment/list_output.h"
#include "segment/list_reader.h"

struct list_check {
    struct check *check;
    struct list_reader reader;
    uint32_t *form_starts; /* by ordinal of the term; one more at the end */
    uint64_t *form_counts; /* of each form, how often it is still to be met */
    uint16_t *group;       /* fields of the group that have words */
    size_t group_count;
    uint16_t main_field;
    uint32_t *sides; /* by place in group, then by document of the block: what the list says */
    uint32_t *places, *forms;
    size_t places_capacity, forms_capacity;
    /* of the list at hand */
    uint16_t list;
    uint64_t ordinal, frequency_sum, document_sum;
    uint64_t above[2][POSTING_THRESHOLD_KINDS][POSTING_THRESHOLD_PAIRS]; /* documents that a threshold's pair has */
};

static const struct segment *segment_of(const struct list_check *lists) { return lists->check->segment; }

static libsearch_status damaged(struct list_check *lists, const char *what, libsearch_error *found)
{
    return list_reader_damaged(&lists->reader, what, found);
}

/* Reads the block's sides into lists->sides. */
static libsearch_status read_sides(struct list_check *lists, libsearch_error *found)
{
    struct list_reader *reader = &lists->reader;
    struct posting_sides sides;
    memset(lists->sides, 0, lists->group_count * POSTING_BLOCK * sizeof *lists->sides);
    if (!reader->block.has_sides)
        return LIBSEARCH_OK;
    if (lists->list != 0)
        return damaged(lists, "sides in a field's own list", found);
    while (posting_tail_sides(&reader->tail, reader->block.count, &sides)) {
        size_t g = 0;
        while (g < lists->group_count && lists->group[g] != sides.field)
            g++;
        if (g == lists->group_count || sides.field == lists->main_field)
            return damaged(lists, "sides of a field that has none", found);
        for (uint32_t i = 0; i < sides.count; i++) {
            uint32_t *side = &lists->sides[g * POSTING_BLOCK + sides.indexes[i]];
            if (*side != 0 || sides.frequencies[i] == 0)
                return damaged(lists, "a document has a side twice", found);
            *side = sides.frequencies[i];
        }
    }
    return reader->tail.cursor.failed ? damaged(lists, "a block's sides are damaged", found) : LIBSEARCH_OK;
}

/* Compares the sides of document i of the block with its places. */
static libsearch_status compare_sides(struct list_check *lists, uint32_t i, libsearch_error *found)
{
    const struct segment *segment = segment_of(lists);
    const uint32_t document = lists->reader.block.documents[i], count = lists->reader.block.frequencies[i];
    uint32_t at = 0;
    for (size_t g = 0; g < lists->group_count; g++) {
        const uint16_t field = lists->group[g];
        if (segment_field_length(segment, field, document) == 0)
            continue;
        uint32_t end = UINT32_MAX; /* where the next field begins */
        for (size_t next = g + 1; next < lists->group_count && end == UINT32_MAX; next++)
            if (segment_field_length(segment, lists->group[next], document) > 0)
                end = segment_field_start(segment, lists->group[next], document);
        const uint32_t first = at;
        while (at < count && lists->places[at] < end)
            at++;
        const uint32_t said = lists->sides[g * POSTING_BLOCK + i];
        if (field != lists->main_field && lists->reader.list.document_frequency > 1 && said != at - first)
            return damaged(lists, "sides contradict positions", found);
    }
    return at == count ? LIBSEARCH_OK : damaged(lists, "positions behind the last field", found);
}

/* The places of document i of the block, and their forms. */
static libsearch_status check_places(struct list_check *lists, uint32_t i, libsearch_error *found)
{
    struct posting_positions *positions = &lists->reader.positions;
    const libsearch_allocator *allocator = segment_of(lists)->allocator;
    const uint32_t count = lists->reader.block.frequencies[i];
    if (!memory_grow(allocator, &lists->places, &lists->places_capacity, count, sizeof *lists->places) ||
        !memory_grow(allocator, &lists->forms, &lists->forms_capacity, count, sizeof *lists->forms))
        return error_no_memory(found);
    if (!posting_positions_read(positions, i, lists->places) || !posting_positions_forms(positions, i, lists->forms))
        return damaged(lists, "a block's positions are damaged", found);
    const uint32_t start = lists->form_starts[lists->ordinal];
    const uint32_t forms = lists->form_starts[lists->ordinal + 1] - start;
    for (uint32_t p = 0; p < count; p++) {
        if (p > 0 && lists->places[p] < lists->places[p - 1])
            return damaged(lists, "positions fall", found);
        if (lists->forms[p] >= forms || lists->form_counts[start + lists->forms[p]] == 0)
            return damaged(lists, "a form stands there more often than it was counted", found);
        lists->form_counts[start + lists->forms[p]]--;
    }
    return lists->list == 0 ? compare_sides(lists, i, found) : LIBSEARCH_OK;
}

/* Whether the block's peak and one of its pairs are at least as good as the posting. */
static bool is_bound(const struct posting_list *list, unsigned profile, uint32_t block, uint32_t frequency,
                     uint8_t length, float peak)
{
    const uint8_t code = rounding_up(frequency);
    if (peak_value(load_u16(list->peaks[profile] + 2 * (size_t)block)) < peak)
        return false;
    for (unsigned pair = 0; pair < POSTING_PAIRS; pair++) {
        const uint8_t *bounds = list->bounds[profile] + 2 * pair * (size_t)list->blocks + block;
        if (bounds[0] >= code && bounds[list->blocks] <= length)
            return true;
    }
    return false;
}

static void count_above(struct list_check *lists, unsigned profile, uint32_t frequency, uint8_t length)
{
    const uint8_t *pair = lists->reader.list.thresholds[profile];
    const uint8_t code = rounding_down(frequency);
    for (unsigned kind = 0; kind < POSTING_THRESHOLD_KINDS && pair != NULL; kind++)
        for (unsigned i = 0; i < POSTING_THRESHOLD_PAIRS; i++, pair += 2)
            lists->above[profile][kind][i] += code >= pair[0] && length <= pair[1];
}

/* Document i of the block against the bounds, and counted for the thresholds. */
static libsearch_status check_bounds(struct list_check *lists, uint32_t i, libsearch_error *found)
{
    const struct segment *segment = segment_of(lists);
    const struct posting_list *list = &lists->reader.list;
    const struct posting_block *block = &lists->reader.block;
    const uint32_t document = block->documents[i], frequency = block->frequencies[i];
    if (list->profiles == 0)
        return LIBSEARCH_OK;
    const float documents = (float)segment->count;
    const float plain_peak = peak_of((float)frequency, (uint32_t)numbers_at(&segment->plain_lengths, document),
                                     (float)segment->plain_total / documents);
    bool bound = is_bound(list, 0, block->number, frequency, segment->plain_codes[document], plain_peak);
    count_above(lists, 0, frequency, segment->plain_codes[document]);
    if (list->profiles == 2) {
        float weighted = (float)frequency;
        for (size_t g = 0; g < lists->group_count; g++)
            weighted +=
                (segment->schema->fields[lists->group[g]]->weight - 1.0f) * (float)lists->sides[g * POSTING_BLOCK + i];
        const uint8_t length = segment->weighted_codes[document];
        const float peak = peak_of(weighted, (uint32_t)numbers_at(&segment->weighted_lengths, document),
                                   (float)segment->weighted_total / documents);
        bound = bound && is_bound(list, 1, block->number, weighted_frequency_above(weighted), length, peak);
        count_above(lists, 1, weighted_frequency_below(weighted), length);
    }
    return bound ? LIBSEARCH_OK : damaged(lists, "a block's bounds do not bind", found);
}

static libsearch_status check_block(struct list_check *lists, libsearch_error *found)
{
    struct list_reader *reader = &lists->reader;
    const struct posting_block *block = &reader->block;
    if (reader->list.last_documents != NULL &&
        block->documents[block->count - 1] != posting_last_document(&reader->list, block->number))
        return damaged(lists, "not a block's last document", found);
    TRY(list_reader_rest(reader, found));
    if (reader->list.positions == NULL && !posting_block_tail(&reader->list, &reader->block, &reader->tail))
        return damaged(lists, "a block's end is damaged", found);
    TRY(read_sides(lists, found));
    for (uint32_t i = 0; i < block->count; i++) {
        lists->frequency_sum += block->frequencies[i];
        if (reader->list.positions != NULL)
            TRY(check_places(lists, i, found));
        TRY(check_bounds(lists, i, found));
    }
    lists->document_sum += block->count;
    return LIBSEARCH_OK;
}

static libsearch_status check_thresholds(struct list_check *lists, libsearch_error *found)
{
    static const uint32_t wanted[POSTING_THRESHOLD_KINDS] = { 10, 100, 1000 };
    const struct posting_list *list = &lists->reader.list;
    for (unsigned profile = 0; profile < list->profiles; profile++) {
        const uint8_t *pair = list->thresholds[profile];
        if ((pair != NULL) != (list->document_frequency >= POSTING_THRESHOLD_MIN))
            return damaged(lists, "thresholds are missing, or too many", found);
        for (unsigned kind = 0; kind < POSTING_THRESHOLD_KINDS && pair != NULL; kind++)
            for (unsigned i = 0; i < POSTING_THRESHOLD_PAIRS; i++, pair += 2)
                if (pair[0] > 0 && lists->above[profile][kind][i] < wanted[kind])
                    return damaged(lists, "a threshold is too high", found);
    }
    return LIBSEARCH_OK;
}

/* The list that the reader stands before. */
static libsearch_status check_open_list(struct list_check *lists, libsearch_error *found)
{
    const struct segment *segment = segment_of(lists);
    const struct posting_list *list = &lists->reader.list;
    lists->frequency_sum = lists->document_sum = 0;
    memset(lists->above, 0, sizeof lists->above);
    if (lists->reader.list.profiles != 0 && lists->reader.list.profiles != segment->profiles)
        return damaged(lists, "not as many profiles as the segment has", found);
    libsearch_status status;
    while ((status = list_reader_next(&lists->reader, found)) == LIBSEARCH_OK)
        TRY(check_block(lists, found));
    if (status != LIBSEARCH_NOT_FOUND)
        return status;
    if (lists->document_sum != list->document_frequency)
        return damaged(lists, "not as many documents as is said of it", found);
    if (lists->frequency_sum != list->collection_frequency)
        return damaged(lists, "not as many occurrences as is said of it", found);
    return check_thresholds(lists, found);
}

static libsearch_status check_list(struct list_check *lists, const struct term_entry *entry, libsearch_error *found)
{
    TRY(list_reader_open(&lists->reader, segment_of(lists), lists->list, entry, found));
    TRY(check_open_list(lists, found));
    for (uint32_t f = lists->form_starts[lists->ordinal];
         f < lists->form_starts[lists->ordinal + 1] && lists->reader.list.positions != NULL; f++)
        if (lists->form_counts[f] != 0)
            return damaged(lists, "a form stands there less often than it was counted", found);
    return LIBSEARCH_OK;
}

static libsearch_status check_biword_lists(struct list_check *lists, libsearch_error *found)
{
    const struct segment *segment = segment_of(lists);
    const struct biwords *biwords = &segment->biwords;
    struct list_reader *reader = &lists->reader;
    lists->list = UINT16_MAX; /* nobody's */
    for (uint32_t first = 0; first < biwords->words; first++)
        for (uint32_t i = biwords_start(biwords, first); i < biwords_start(biwords, first + 1); i++) {
            reader->segment = segment;
            reader->offset = i;
            reader->next_block = 0;
            reader->before = UINT32_MAX;
            TRY(biwords_list(biwords, first, i, segment->count, section_file_name(segment->file), &reader->list,
                             found));
            TRY(check_open_list(lists, found));
        }
    return LIBSEARCH_OK;
}

/* Whether there can be lists of this number, and words as they were written. */
static bool may_have(const struct segment *segment, uint16_t list, uint8_t flags)
{
    if (list == 0)
        return true;
    if (list > segment->field_count)
        return false;
    const struct field *field = segment->schema->fields[list - 1];
    if (field->type == LIBSEARCH_KEYWORD)
        return !(flags & TERM_SURFACE);
    return field->type == LIBSEARCH_TEXT && !field->in_group;
}

/* Goes through the dictionary with `each`, up to an entry that cannot be. */
static libsearch_status walk(struct list_check *lists, struct terms_iterator *iterator,
                             libsearch_status (*each)(struct list_check *lists, const struct term_entry *entry,
                                                      libsearch_error *found),
                             libsearch_error *found)
{
    libsearch_bytes key;
    struct term_entry entry;
    libsearch_status status;
    while ((status = terms_iterator_next(iterator, &key, &entry, &lists->ordinal, found)) == LIBSEARCH_OK) {
        lists->list = (uint16_t)((uint8_t)key.data[0] << 8 | (uint8_t)key.data[1]);
        if (!may_have(segment_of(lists), lists->list, entry.flags))
            return error_set(found, LIBSEARCH_CORRUPT, "%s: dictionary entry %llu: its field has no such words",
                             section_file_name(segment_of(lists)->file), (unsigned long long)lists->ordinal);
        TRY(each(lists, &entry, found));
    }
    return status == LIBSEARCH_NOT_FOUND ? LIBSEARCH_OK : status;
}

/* terms_reader_verify has held that surface_term is an entry, and a list. */
static libsearch_status count_form(struct list_check *lists, const struct term_entry *entry, libsearch_error *found)
{
    (void)found;
    if (entry->flags & TERM_SURFACE)
        lists->form_starts[entry->surface_term + 1]++;
    return LIBSEARCH_OK;
}

static libsearch_status note_form(struct list_check *lists, const struct term_entry *entry, libsearch_error *found)
{
    if (!(entry->flags & TERM_SURFACE))
        return LIBSEARCH_OK;
    const uint32_t start = lists->form_starts[entry->surface_term];
    if (entry->surface_count == 0 || entry->surface_form >= lists->form_starts[entry->surface_term + 1] - start ||
        lists->form_counts[start + entry->surface_form] != 0)
        return error_set(found, LIBSEARCH_CORRUPT, "%s: dictionary entry %llu: not a surface form of its term",
                         section_file_name(segment_of(lists)->file), (unsigned long long)lists->ordinal);
    lists->form_counts[start + entry->surface_form] = entry->surface_count;
    return LIBSEARCH_OK;
}

/* What is wrong with one list is told, and the others are still looked at. */
static libsearch_status check_entry(struct list_check *lists, const struct term_entry *entry, libsearch_error *found)
{
    if (lists->ordinal % 4096 == 0) {
        const unsigned end = segment_has_biwords(segment_of(lists)) ? CHECK_LISTS : 100;
        const struct watch_part within = watch_within(lists->check->part, CHECK_STORED, end, 100);
        TRY(watch_step(&within, lists->ordinal, terms_reader_count(segment_of(lists)->terms), found));
    }
    if (!(entry->flags & TERM_LIST))
        return LIBSEARCH_OK;
    return check_found(lists->check, check_list(lists, entry, found), found);
}

static libsearch_status prepare(struct list_check *lists, struct terms_iterator *iterator, libsearch_error *found)
{
    const struct segment *segment = segment_of(lists);
    const uint64_t count = terms_reader_count(segment->terms);
    if (count >= UINT32_MAX)
        return error_set(found, LIBSEARCH_LIMIT, "too many words to check");
    lists->form_starts = memory_allocate_array(segment->allocator, (size_t)count + 1, sizeof *lists->form_starts);
    lists->group = memory_allocate_array(segment->allocator, segment->field_count, sizeof *lists->group);
    if (lists->form_starts == NULL || lists->group == NULL)
        return error_no_memory(found);
    TRY(walk(lists, iterator, count_form, found));
    for (uint64_t t = 0; t < count; t++)
        lists->form_starts[t + 1] += lists->form_starts[t];
    lists->form_counts =
        memory_allocate_array(segment->allocator, lists->form_starts[count], sizeof *lists->form_counts);
    for (size_t f = 0; f < segment->field_count; f++)
        if (segment->schema->fields[f]->in_group && segment->fields[f].tokens > 0)
            lists->group[lists->group_count++] = (uint16_t)f;
    lists->main_field = schema_main_field(segment->schema);
    lists->sides = memory_allocate_array(segment->allocator, lists->group_count * POSTING_BLOCK, sizeof *lists->sides);
    if (lists->form_counts == NULL || lists->sides == NULL)
        return error_no_memory(found);
    TRY(terms_iterator_seek_ordinal(iterator, 0, found));
    TRY(walk(lists, iterator, note_form, found));
    return terms_iterator_seek_ordinal(iterator, 0, found);
}

libsearch_status check_lists(struct check *check)
{
    const struct segment *segment = check->segment;
    const libsearch_allocator *allocator = segment->allocator;
    struct terms_iterator *iterator = NULL;
    libsearch_error found = LIBSEARCH_ERROR_INIT;
    struct list_check *lists = memory_allocate_array(allocator, 1, sizeof *lists);
    if (lists == NULL)
        return error_no_memory(check->error);
    lists->check = check;
    libsearch_status status = terms_reader_verify(segment->terms, &found);
    if (status == LIBSEARCH_OK)
        status = terms_iterator_new(segment->terms, allocator, &iterator, &found);
    if (status == LIBSEARCH_OK)
        status = prepare(lists, iterator, &found);
    if (status == LIBSEARCH_OK)
        status = walk(lists, iterator, check_entry, &found);
    if (status == LIBSEARCH_OK)
        status = check_found(check, check_biword_lists(lists, &found), &found);
    status = check_found(check, status, &found);
    terms_iterator_free(iterator);
    memory_free(allocator, lists->form_starts);
    memory_free(allocator, lists->form_counts);
    memory_free(allocator, lists->group);
    memory_free(allocator, lists->sides);
    memory_free(allocator, lists->places);
    memory_free(allocator, lists->forms);
    memory_free(allocator, lists);
    return status;
}
