/* SPDX-License-Identifier: MIT */
/* Where words stand as a condition wants them: the same answers as search/spans.c gives from posting lists. */
#include <string.h>

#include "base/merge_sort.h"
#include "query/in_line.h"
#include "watch/condition_match.h"

static bool add(struct matching *matching, struct places *places, uint32_t start, uint32_t end)
{
    if (!matching_goes_on(matching))
        return false;
    if (places->count == places->capacity) {
        const size_t capacity = places->capacity == 0 ? 16 : places->capacity * 2;
        struct place *grown = arena_allocate(&matching->scratch, capacity * sizeof *grown);
        if (grown == NULL)
            return matching_fail(matching, LIBSEARCH_NO_MEMORY);
        if (places->count > 0)
            memcpy(grown, places->all, places->count * sizeof *grown);
        places->all = grown;
        places->capacity = capacity;
    }
    places->all[places->count++] = (struct place){ start, end };
    return true;
}

static int compare(const void *a, const void *b)
{
    const struct place *one = a, *other = b;
    if (one->start != other->start)
        return one->start < other->start ? -1 : 1;
    return (one->end > other->end) - (one->end < other->end);
}

static bool sort(struct matching *matching, struct places *places, bool once)
{
    if (places->count > 1) {
        struct place *scratch = arena_allocate(&matching->scratch, (places->count / 2 + 1) * sizeof *scratch);
        if (scratch == NULL)
            return matching_fail(matching, LIBSEARCH_NO_MEMORY);
        const libsearch_status status = merge_sort(places->all, scratch, places->count, sizeof *places->all, compare,
                                                   matching->poll, matching->poll_context);
        if (status != LIBSEARCH_OK)
            return matching_fail(matching, status);
    }
    size_t kept = 0;
    for (size_t i = 0; i < places->count; i++)
        if (!once || kept == 0 || compare(&places->all[kept - 1], &places->all[i]) != 0)
            places->all[kept++] = places->all[i];
    places->count = kept;
    return true;
}

/* form: the only one that counts; UINT32_MAX: any. */
static bool add_term(struct matching *matching, uint32_t number, uint32_t form, uint16_t field, struct places *places)
{
    const struct inspection *inspection = matching->inspection;
    const struct inspected_term *term = &inspection->terms[number];
    for (uint32_t i = 0; i < term->count; i++) {
        const struct inspected_token *token = &inspection->tokens[inspection->order[term->first + i]];
        if (!matching_goes_on(matching))
            return false;
        if ((form != UINT32_MAX && token->form != form) || (field != SCHEMA_NO_FIELD && token->field != field) ||
            (places->count > 0 && places->all[places->count - 1].start == token->position))
            continue;
        if (!add(matching, places, token->position, token->position))
            return false;
    }
    return true;
}

static bool places_of_term(struct matching *matching, const struct condition_node *node, struct places *places)
{
    const uint32_t number = matching->present[node->key];
    if (number == 0)
        return true;
    return matching->dictionary->entries[node->key].kind == KEY_TERM
               ? add_term(matching, number - 1, UINT32_MAX, node->field, places)
               : add_term(matching, matching->inspection->forms[number - 1].term, number - 1, node->field, places);
}

static bool places_of_pattern(struct matching *matching, const struct condition_node *node, struct places *places)
{
    const struct pattern_terms found = matching_pattern(matching, node);
    for (uint32_t i = 0; i < found.count; i++)
        if (!add_term(matching, matching->pattern_terms[found.first + i], UINT32_MAX, node->field, places))
            return false;
    return found.count < 2 || sort(matching, places, true);
}

/* The parts of a node and where each stands; at: which of its places is looked at. */
struct parts {
    struct part {
        const struct condition_node *node;
        struct places places;
        size_t at;
    } * all;
    size_t count;
};

/* False: it has failed. *none: a part does not stand anywhere. */
static bool open_parts(struct matching *matching, const struct condition_node *nodes, uint32_t number,
                       struct parts *parts, bool *none)
{
    size_t count = 0;
    for (uint32_t part = number + 1; part < nodes[number].end; part = nodes[part].end)
        count++;
    parts->all = arena_allocate(&matching->scratch, (count + 1) * sizeof *parts->all);
    parts->count = 0;
    *none = count == 0;
    if (parts->all == NULL)
        return matching_fail(matching, LIBSEARCH_NO_MEMORY);
    for (uint32_t part = number + 1; part < nodes[number].end && !*none; part = nodes[part].end) {
        struct part *made = &parts->all[parts->count++];
        *made = (struct part){ .node = &nodes[part] };
        if (!node_places(matching, nodes, part, &made->places))
            return false;
        *none = made->places.count == 0;
    }
    return true;
}

/* A step of in_line_next looks at some of the words, or all. */
static bool go_on(void *context) { return matching_steps(context, 64); }

/* Whether a pattern, the last word of a phrase, fits another word of it. */
static bool fits(struct matching *matching, const struct condition_node *pattern, const struct condition_node *word)
{
    const struct pattern_terms found = matching_pattern(matching, pattern);
    const uint32_t number = matching->present[word->key] - 1;
    const uint32_t term =
        matching->dictionary->entries[word->key].kind == KEY_TERM ? number : matching->inspection->forms[number].term;
    for (uint32_t i = 0; i < found.count && matching_goes_on(matching); i++)
        if (matching->pattern_terms[found.first + i] == term)
            return true;
    return false;
}

/* What a phrase is made of, for in_line.h. False: it has failed. */
static bool open_line(struct matching *matching, const struct parts *parts, uint32_t slop, struct in_line *line)
{
    const size_t count = parts->count;
    const struct condition_node *end = parts->all[count - 1].node;
    const bool prefix = end->kind == CONDITION_PATTERN;
    struct in_line_name *names = arena_allocate(&matching->scratch, count * sizeof *names);
    const struct in_line_name **order = arena_allocate(&matching->scratch, count * sizeof(const struct in_line_name *));
    void *scratch = arena_allocate(&matching->scratch, (count / 2 + 1) * sizeof(const struct in_line_name *));
    uint32_t *next = arena_allocate(&matching->scratch, count * sizeof *next);
    *line = (struct in_line){ .count = count, .slop = slop, .go_on = go_on, .context = matching };
    line->words = arena_allocate(&matching->scratch, count * sizeof *line->words);
    if (names == NULL || order == NULL || scratch == NULL || next == NULL || line->words == NULL)
        return matching_fail(matching, LIBSEARCH_NO_MEMORY);
    for (size_t i = 0; i < count; i++)
        names[i] =
            (struct in_line_name){ .term = { (const char *)&parts->all[i].node->key, sizeof parts->all[i].node->key } };
    const libsearch_status status =
        in_line_same(names, count - prefix, order, scratch, next, matching->poll, matching->poll_context);
    if (status != LIBSEARCH_OK)
        return matching_fail(matching, status);
    next[count - 1] = 0;
    for (size_t i = 0; i < count; i++) {
        const struct part *part = &parts->all[i];
        const uint32_t shift = end->offset - part->node->offset;
        line->words[i] =
            (struct in_line_word){ .places = &part->places.all->start,
                                   .stride = sizeof(struct place) / sizeof(uint32_t),
                                   .count = part->places.count,
                                   .plus = shift,
                                   .shift = shift,
                                   .next = slop > 0 ? next[i] : 0,
                                   .in_last = slop > 0 && prefix && i + 1 < count && fits(matching, end, part->node) };
    }
    return true;
}

static bool places_of_phrase(struct matching *matching, struct parts *parts, uint32_t slop, struct places *places)
{
    struct in_line line;
    if (!open_line(matching, parts, slop, &line))
        return false;
    while (in_line_next(&line)) {
        struct place span = { UINT32_MAX, 0 };
        for (size_t t = 0; t < parts->count; t++) {
            const uint32_t place = in_line_place(&line, t);
            span.start = place < span.start ? place : span.start;
            span.end = place > span.end ? place : span.end;
        }
        if (!add(matching, places, span.start, span.end))
            return false;
    }
    return !line.stopped && sort(matching, places, false);
}

/* In any order: see collect_near of search/spans.c. */
static bool places_near(struct matching *matching, struct parts *parts, uint32_t distance, struct places *places)
{
    while (matching_goes_on(matching)) {
        size_t lowest = 0;
        const struct place *first = &parts->all[0].places.all[parts->all[0].at];
        uint32_t last_start = first->start, last_end = first->end, first_end = first->end;
        for (size_t t = 1; t < parts->count && matching_goes_on(matching); t++) {
            const struct place *place = &parts->all[t].places.all[parts->all[t].at];
            if (compare(place, first) < 0) {
                lowest = t;
                first = place;
            }
            last_start = place->start > last_start ? place->start : last_start;
            last_end = place->end > last_end ? place->end : last_end;
            first_end = place->end < first_end ? place->end : first_end;
        }
        if ((last_start <= first_end || last_start - first_end <= distance) &&
            !add(matching, places, first->start, last_end))
            return false;
        struct part *part = &parts->all[lowest];
        if (++part->at == part->places.count)
            break;
    }
    return matching->status == LIBSEARCH_OK && sort(matching, places, false);
}

/* The first place of a part that begins behind `end`, or its count. */
static size_t first_behind(const struct places *places, uint32_t end)
{
    size_t at = 0, high = places->count;
    while (at < high) {
        const size_t middle = at + (high - at) / 2;
        if (places->all[middle].start <= end)
            at = middle + 1;
        else
            high = middle;
    }
    return at;
}

/* For each place of the first part, of every next part the first that begins behind the one before. */
static bool places_ordered(struct matching *matching, const struct parts *parts, uint32_t distance,
                           struct places *places)
{
    for (size_t i = 0; i < parts->all[0].places.count; i++) {
        const struct place first = parts->all[0].places.all[i];
        struct place before = first;
        size_t t = 1;
        for (; t < parts->count && matching_goes_on(matching); t++) {
            const struct places *part = &parts->all[t].places;
            const size_t at = first_behind(part, before.end);
            if (at == part->count)
                break;
            before = part->all[at];
        }
        if (t == parts->count && (t == 1 || before.start - first.end <= distance) &&
            !add(matching, places, first.start, before.end))
            return false;
    }
    return matching->status == LIBSEARCH_OK && sort(matching, places, false);
}

static bool places_of_any(struct matching *matching, const struct condition_node *nodes, uint32_t number,
                          struct places *places)
{
    size_t once = 64; /* so many were left when the places were last made to be there once each */
    struct places found = { .count = 0 };
    for (uint32_t part = number + 1; part < nodes[number].end; part = nodes[part].end) {
        found.count = 0; /* its room serves all parts */
        if (!node_places(matching, nodes, part, &found))
            return false;
        for (size_t i = 0; i < found.count; i++)
            if (!add(matching, places, found.all[i].start, found.all[i].end))
                return false;
        if (places->count < 2 * once)
            continue;
        if (!sort(matching, places, true)) /* so that many parts that stand at the same places need no memory each */
            return false;
        once = places->count + 64;
    }
    return sort(matching, places, true);
}

/* Whether the term has an occurrence at a position, in the field. */
static bool stands_at(const struct inspection *inspection, const struct inspected_term *term, uint16_t field,
                      uint32_t position)
{
    uint32_t at = 0, high = term->count;
    const uint32_t *order = inspection->order + term->first;
    while (at < high) {
        const uint32_t middle = at + (high - at) / 2;
        if (inspection->tokens[order[middle]].position < position)
            at = middle + 1;
        else
            high = middle;
    }
    return at < term->count && inspection->tokens[order[at]].position == position &&
           (field == SCHEMA_NO_FIELD || inspection->tokens[order[at]].field == field);
}

bool phrase_stands(struct matching *matching, const struct condition_node *nodes, uint32_t number, bool *can)
{
    const struct inspection *inspection = matching->inspection;
    uint32_t rarest = 0, least = UINT32_MAX;
    *can = nodes[number].number == 0;
    for (uint32_t part = number + 1; part < nodes[number].end && *can; part++) {
        *can = nodes[part].kind == CONDITION_TERM && matching->dictionary->entries[nodes[part].key].kind == KEY_TERM;
        if (!*can)
            return false;
        if (matching->present[nodes[part].key] == 0)
            return false;
        const uint32_t count = inspection->terms[matching->present[nodes[part].key] - 1].count;
        if (count < least) {
            least = count;
            rarest = part;
        }
    }
    if (!*can || rarest == 0)
        return false;
    const struct inspected_term *first = &inspection->terms[matching->present[nodes[rarest].key] - 1];
    for (uint32_t i = 0; i < first->count; i++) {
        const struct inspected_token *token = &inspection->tokens[inspection->order[first->first + i]];
        uint32_t part = number + 1;
        if (token->position < nodes[rarest].offset)
            continue;
        for (; part < nodes[number].end && matching_goes_on(matching); part++)
            if (!stands_at(inspection, &inspection->terms[matching->present[nodes[part].key] - 1], nodes[part].field,
                           token->position - nodes[rarest].offset + nodes[part].offset))
                break;
        if (part == nodes[number].end)
            return true;
    }
    return false;
}

bool node_places(struct matching *matching, const struct condition_node *nodes, uint32_t number, struct places *places)
{
    const struct condition_node *node = &nodes[number];
    struct parts parts;
    bool none;
    switch ((enum condition_kind)node->kind) {
    case CONDITION_TERM: return places_of_term(matching, node, places);
    case CONDITION_PATTERN: return places_of_pattern(matching, node, places);
    case CONDITION_ANY: return places_of_any(matching, nodes, number, places);
    case CONDITION_PHRASE:
    case CONDITION_NEAR: break;
    default: return true; /* nothing of the kind is compiled here but NONE */
    }
    if (matching->poll != NULL) {
        const libsearch_status status = matching->poll(matching->poll_context);
        if (status != LIBSEARCH_OK)
            return matching_fail(matching, status);
    }
    if (!open_parts(matching, nodes, number, &parts, &none))
        return false;
    if (none)
        return true;
    if (node->kind == CONDITION_PHRASE)
        return places_of_phrase(matching, &parts, node->number, places);
    return (node->flags & CONDITION_ORDERED) != 0 ? places_ordered(matching, &parts, node->number, places)
                                                  : places_near(matching, &parts, node->number, places);
}
