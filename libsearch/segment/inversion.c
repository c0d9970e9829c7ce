/* SPDX-License-Identifier: MIT */
/* From notes to lists: terms are made from surface forms, all keys are sorted, and one counting sort brings the places
 * of each term together, in the order of documents and positions, as they were noted.
 *
 * A place is one number: document, position and form, each with as many bits as the segment needs. Where these are
 * more than 64, forms stand in an array of their own. */
#include <string.h>

#include "segment/builder.h"
#include "segment/field_parts.h"
#include "segment/format.h"
#include "segment/key_sort.h"
#include "segment/list_output.h"

/* What is known of a surface form, by its number. */
struct form {
    uint32_t count;
    uint32_t term;
    uint32_t number_in_term; /* 0: the most frequent */
    uint16_t list;
    bool is_surface; /* else a keyword, which is its own term */
};

/* Most terms are a form of the segment as well; of the others the words stand in a vocabulary of their own. A word is
 * the number of a form, or STEM and a number in that vocabulary. */
#define STEM UINT32_C(0x80000000)

struct term {
    uint32_t forms; /* how many of its forms stand in documents */
    uint16_t list;
};

/* What a note says: of which term, and which of its forms. */
struct noted_form {
    uint32_t term, form;
};

struct inversion {
    struct segment_builder *builder;
    const libsearch_allocator *allocator;
    struct vocabulary *vocabulary; /* of the first noter, to which the words of the others were added */
    uint32_t **numbers;            /* by noter but the first: number in the vocabulary by its own number of a word */
    struct noted_form **noted;     /* by noter: what its notes say */
    uint32_t form_count;
    struct form *forms;
    struct vocabulary stems;
    uint32_t *form_terms, *stem_terms; /* by word: the term that it is, + 1; 0: none */
    size_t stem_terms_capacity;
    struct term *terms;
    uint32_t term_count;
    size_t terms_capacity;
    struct sort_key *keys; /* of all words, sorted; the dictionary's entries */
    size_t key_count;
    uint64_t *term_ordinals; /* by term */
    uint32_t *term_forms;    /* forms by term, the most frequent first */
    uint32_t *term_starts;   /* by term, where its forms begin; one more at the end */
    size_t *cursors;         /* by term, where its next place goes; at the end, where its places end */
    uint64_t *places;        /* document << document_shift | position << position_shift | form */
    uint32_t *place_forms;   /* or NULL: places have them */
    unsigned document_shift, position_shift;
    uint32_t *positions, *position_forms; /* of one document */
    size_t positions_capacity, position_forms_capacity;
    struct list_output output;
    bool output_open;
};

static void inversion_free(struct inversion *inversion)
{
    const libsearch_allocator *allocator = inversion->allocator;
    for (unsigned n = 0; n < inversion->builder->noter_count; n++) {
        if (inversion->numbers != NULL)
            memory_free(allocator, inversion->numbers[n]);
        if (inversion->noted != NULL)
            memory_free(allocator, inversion->noted[n]);
    }
    memory_free(allocator, inversion->numbers);
    memory_free(allocator, inversion->noted);
    memory_free(allocator, inversion->forms);
    vocabulary_free(&inversion->stems);
    memory_free(allocator, inversion->form_terms);
    memory_free(allocator, inversion->stem_terms);
    memory_free(allocator, inversion->terms);
    memory_free(allocator, inversion->keys);
    memory_free(allocator, inversion->term_ordinals);
    memory_free(allocator, inversion->term_forms);
    memory_free(allocator, inversion->term_starts);
    memory_free(allocator, inversion->cursors);
    memory_free_spread(allocator, inversion->places);
    memory_free_spread(allocator, inversion->place_forms);
    memory_free(allocator, inversion->positions);
    memory_free(allocator, inversion->position_forms);
    if (inversion->output_open)
        list_output_free(&inversion->output);
}

/* The number of a noter's word in the vocabulary of all. */
static uint32_t number_of(const struct inversion *inversion, unsigned noter, uint32_t number)
{
    return noter == 0 ? number : inversion->numbers[noter][number];
}

/* Adds the words of all noters to those of the first. */
static libsearch_status unite_words(struct inversion *inversion, libsearch_error *error)
{
    struct segment_builder *builder = inversion->builder;
    const libsearch_allocator *allocator = inversion->allocator;
    inversion->vocabulary = &builder->noters[0].vocabulary;
    inversion->numbers = memory_allocate_array(allocator, builder->noter_count, sizeof(uint32_t *));
    inversion->noted = memory_allocate_array(allocator, builder->noter_count, sizeof(struct noted_form *));
    if (inversion->numbers == NULL || inversion->noted == NULL)
        return error_no_memory(error);
    for (unsigned n = 1; n < builder->noter_count; n++) {
        const struct vocabulary *other = &builder->noters[n].vocabulary;
        inversion->numbers[n] = memory_allocate_array(allocator, other->count, sizeof(uint32_t));
        if (inversion->numbers[n] == NULL)
            return error_no_memory(error);
        for (size_t slot = 0; slot < other->slots; slot++) {
            const struct vocabulary_entry *entry = &other->entries[slot];
            if (entry->number == 0)
                continue;
            size_t length;
            const char *bytes = vocabulary_key(other, entry->number - 1, &length);
            const struct vocabulary_word word = vocabulary_word(entry->list, bytes, length);
            bool added;
            const struct vocabulary_entry *same = vocabulary_at(inversion->vocabulary, &word, &added);
            if (same == NULL)
                return error_no_memory(error);
            inversion->numbers[n][entry->number - 1] = same->number - 1;
        }
    }
    return LIBSEARCH_OK;
}

/* Counts how often each word stands in the notes; counts are by its number in the noter. */
static void count_words(const struct noter *noter, uint32_t *counts)
{
    for (size_t i = 0; i < noter->note_count; i++)
        if (noter->notes[i] == NOTE_JUMP)
            i++;
        else
            counts[noter->notes[i] & ~NOTE_SAME]++;
}

static libsearch_status count_forms(struct inversion *inversion, libsearch_error *error)
{
    for (unsigned n = 0; n < inversion->builder->noter_count; n++) {
        const struct noter *noter = &inversion->builder->noters[n];
        uint32_t *counts = memory_allocate_array(inversion->allocator, noter->vocabulary.count, sizeof *counts);
        if (counts == NULL)
            return error_no_memory(error);
        count_words(noter, counts);
        for (uint32_t w = 0; w < noter->vocabulary.count; w++)
            inversion->forms[number_of(inversion, n, w)].count += counts[w];
        memory_free(inversion->allocator, counts);
    }
    return LIBSEARCH_OK;
}

/* The tokenizer whose analyzer makes the terms of a list; NULL: keywords are their own terms. */
static struct tokenizer *tokenizer_of(const struct segment_builder *builder, uint16_t list)
{
    const struct noter *noter = &builder->noters[0];
    if (list > 0)
        return noter->tokenizers[list - 1];
    for (size_t f = 0; f < noter->schema->count; f++)
        if (noter->schema->fields[f]->in_group)
            return noter->tokenizers[f];
    return NULL;
}

static libsearch_status collect_forms(struct inversion *inversion, libsearch_error *error)
{
    const struct segment_builder *builder = inversion->builder;
    const struct vocabulary *vocabulary = inversion->vocabulary;
    inversion->form_count = vocabulary->count;
    inversion->forms =
        memory_allocate_array(inversion->allocator, (size_t)vocabulary->count + 1, sizeof *inversion->forms);
    if (inversion->forms == NULL)
        return error_no_memory(error);
    for (size_t slot = 0; slot < vocabulary->slots; slot++) {
        const struct vocabulary_entry *entry = &vocabulary->entries[slot];
        if (entry->number == 0)
            continue;
        inversion->forms[entry->number - 1].list = entry->list;
        inversion->forms[entry->number - 1].is_surface = tokenizer_of(builder, entry->list) != NULL;
    }
    return count_forms(inversion, error);
}

/* The place of the term that a word is, + 1, in form_terms or stem_terms; NULL: no memory. */
static uint32_t *term_of_word(struct inversion *inversion, uint32_t form, const char *surface, size_t surface_length,
                              const char *term, size_t length)
{
    const uint16_t list = inversion->forms[form].list;
    if (length == surface_length && memcmp(term, surface, length) == 0)
        return &inversion->form_terms[form];
    bool added;
    const struct vocabulary_word word = vocabulary_word(list, term, length);
    const struct vocabulary_entry *entry = vocabulary_find(inversion->vocabulary, &word);
    if (entry != NULL)
        return &inversion->form_terms[entry->number - 1];
    entry = vocabulary_at(&inversion->stems, &word, &added);
    if (entry == NULL || !memory_grow(inversion->allocator, &inversion->stem_terms, &inversion->stem_terms_capacity,
                                      entry->number, sizeof *inversion->stem_terms))
        return NULL;
    if (added)
        inversion->stem_terms[entry->number - 1] = 0;
    return &inversion->stem_terms[entry->number - 1];
}

static libsearch_status make_terms(struct inversion *inversion, libsearch_error *error)
{
    enum { PADDING = 16 };
    const struct segment_builder *builder = inversion->builder;
    inversion->form_terms =
        memory_allocate_array(inversion->allocator, (size_t)inversion->form_count + 1, sizeof *inversion->form_terms);
    if (inversion->form_terms == NULL)
        return error_no_memory(error);
    TRY(vocabulary_init(&inversion->stems, inversion->allocator, error));
    for (uint32_t n = 0; n < inversion->form_count; n++) {
        struct form *form = &inversion->forms[n];
        size_t surface_length;
        const char *surface = vocabulary_key(inversion->vocabulary, n, &surface_length);
        char stem[LIBSEARCH_MAX_TERM + PADDING];
        const char *term = surface;
        size_t length = surface_length;
        if (form->is_surface) {
            length = tokenizer_term(tokenizer_of(builder, form->list), surface, surface_length, stem);
            memset(stem + length, 0, PADDING);
            term = stem;
        }
        uint32_t *number = term_of_word(inversion, n, surface, surface_length, term, length);
        if (number == NULL || !memory_grow(inversion->allocator, &inversion->terms, &inversion->terms_capacity,
                                           (size_t)inversion->term_count + 1, sizeof *inversion->terms))
            return error_no_memory(error);
        if (*number == 0) {
            inversion->terms[inversion->term_count++] = (struct term){ 0, form->list };
            *number = inversion->term_count;
        }
        form->term = *number - 1;
        inversion->terms[form->term].forms += form->count > 0;
    }
    return LIBSEARCH_OK;
}

/* Whether the term with this number + 1 (0: there is none) stands in documents. */
static bool has_list(const struct inversion *inversion, uint32_t term)
{
    return term > 0 && inversion->terms[term - 1].forms > 0;
}

static void add_key(struct inversion *inversion, const struct vocabulary *vocabulary, uint32_t number, uint16_t list,
                    uint32_t word)
{
    size_t length;
    const char *bytes = vocabulary_key(vocabulary, number, &length);
    inversion->keys[inversion->key_count++] = (struct sort_key){ 0, bytes, (uint32_t)length, word, list };
}

static uint32_t term_of_key(const struct inversion *inversion, const struct sort_key *key)
{
    return key->number & STEM ? inversion->stem_terms[key->number & ~STEM] : inversion->form_terms[key->number];
}

/* Sorts the words of terms and forms, and gives terms their ordinals. */
static libsearch_status sort_keys(struct inversion *inversion, libsearch_error *error)
{
    const size_t most = (size_t)inversion->form_count + inversion->stems.count;
    inversion->keys = memory_allocate_array(inversion->allocator, most, sizeof *inversion->keys);
    inversion->term_ordinals =
        memory_allocate_array(inversion->allocator, inversion->term_count, sizeof *inversion->term_ordinals);
    if (inversion->keys == NULL || inversion->term_ordinals == NULL)
        return error_no_memory(error);
    for (uint32_t n = 0; n < inversion->form_count; n++) {
        const struct form *form = &inversion->forms[n];
        if ((form->is_surface && form->count > 0) || has_list(inversion, inversion->form_terms[n]))
            add_key(inversion, inversion->vocabulary, n, form->list, n);
    }
    for (uint32_t n = 0; n < inversion->stems.count; n++) {
        const uint32_t term = inversion->stem_terms[n];
        if (has_list(inversion, term))
            add_key(inversion, &inversion->stems, n, inversion->terms[term - 1].list, STEM | n);
    }
    key_sort(inversion->keys, inversion->key_count);
    for (size_t i = 0; i < inversion->key_count; i++) {
        const uint32_t term = term_of_key(inversion, &inversion->keys[i]);
        if (term > 0)
            inversion->term_ordinals[term - 1] = i;
    }
    return LIBSEARCH_OK;
}

/* Puts the forms of each term in order of their counts, ties by their bytes. */
static libsearch_status order_forms(struct inversion *inversion, libsearch_error *error)
{
    const uint32_t terms = inversion->term_count;
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
    for (size_t i = 0; i < inversion->key_count; i++) { /* in the order of their bytes */
        const uint32_t word = inversion->keys[i].number;
        if (!(word & STEM) && inversion->forms[word].count > 0)
            inversion->term_forms[next[inversion->forms[word].term]++] = word;
    }
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

static unsigned bits_of(uint32_t greatest) { return greatest == 0 ? 0 : 32 - (unsigned)__builtin_clz(greatest); }

/* Lays places out in 64 bits, or takes memory for forms, too. */
static bool lay_out_places(struct inversion *inversion)
{
    const struct segment_builder *builder = inversion->builder;
    uint32_t most_forms = 1, last_position = 0;
    size_t notes = 0;
    for (unsigned n = 0; n < builder->noter_count; n++) {
        const struct noter *noter = &builder->noters[n];
        last_position = noter->last_position > last_position ? noter->last_position : last_position;
        notes += noter->note_count;
    }
    for (uint32_t t = 0; t < inversion->term_count; t++) {
        const uint32_t forms = inversion->term_starts[t + 1] - inversion->term_starts[t];
        most_forms = forms > most_forms ? forms : most_forms;
    }
    inversion->position_shift = bits_of(most_forms - 1);
    inversion->document_shift = inversion->position_shift + bits_of(last_position);
    if (inversion->document_shift + bits_of(builder->lengths.documents) > builder->place_bits) {
        inversion->position_shift = 0;
        inversion->document_shift = 32;
        inversion->place_forms = memory_allocate_spread(inversion->allocator, notes, sizeof *inversion->place_forms);
        if (inversion->place_forms == NULL)
            return false;
    }
    inversion->places = memory_allocate_spread(inversion->allocator, notes, sizeof *inversion->places);
    return inversion->places != NULL;
}

/* What the notes of each noter say; and what may be read behind the last is set to mean something. */
static libsearch_status tell_notes(struct inversion *inversion, libsearch_error *error)
{
    for (unsigned n = 0; n < inversion->builder->noter_count; n++) {
        struct noter *noter = &inversion->builder->noters[n];
        struct noted_form *noted = memory_allocate_array(inversion->allocator, noter->vocabulary.count, sizeof *noted);
        if (noted == NULL)
            return error_no_memory(error);
        inversion->noted[n] = noted;
        for (uint32_t w = 0; w < noter->vocabulary.count; w++) {
            const struct form *form = &inversion->forms[number_of(inversion, n, w)];
            noted[w] = (struct noted_form){ form->term, form->number_in_term };
        }
        if (noter->note_count > 0)
            memset(noter->notes + noter->note_count, 0, NOTES_AHEAD * sizeof *noter->notes);
    }
    return LIBSEARCH_OK;
}

/* Fetches what will be looked at for notes that come later: what they say, their terms' cursors, and where these point
 * to. What is no note but a position leads nowhere, or to a word that is not needed. (Where it is not inlined, gcc takes
 * the call for one without effect.) */
static inline __attribute__((always_inline)) void fetch_ahead(const struct inversion *inversion,
                                                              const struct noted_form *noted, uint32_t words,
                                                              const uint32_t *notes)
{
    enum { FORM_AHEAD = NOTES_AHEAD, CURSOR_AHEAD = 16, PLACE_AHEAD = 8 };
    const uint32_t first = notes[FORM_AHEAD] & ~NOTE_SAME, second = notes[CURSOR_AHEAD] & ~NOTE_SAME,
                   third = notes[PLACE_AHEAD] & ~NOTE_SAME;
    if (first < words)
        __builtin_prefetch(&noted[first]);
    if (second < words)
        __builtin_prefetch(&inversion->cursors[noted[second].term]);
    if (third < words)
        __builtin_prefetch(&inversion->places[inversion->cursors[noted[third].term]], 1);
}

/* Puts the places of one document. */
static void put_places(struct inversion *inversion, uint32_t document, const struct noted_stretch *stretch)
{
    const struct noter *noter = &inversion->builder->noters[stretch->noter];
    const struct noted_form *noted = inversion->noted[stretch->noter];
    const uint32_t *end = noter->notes + stretch->first + stretch->count;
    const uint64_t high = (uint64_t)document << inversion->document_shift;
    const unsigned shift = inversion->position_shift;
    uint32_t position = 0;
    for (const uint32_t *note = noter->notes + stretch->first; note < end; note++) {
        fetch_ahead(inversion, noted, noter->vocabulary.count, note);
        if (*note == NOTE_JUMP) {
            position = *++note;
            continue;
        }
        position -= *note >> 31; /* NOTE_SAME */
        const struct noted_form of = noted[*note & ~NOTE_SAME];
        const size_t at = inversion->cursors[of.term]++;
        const uint64_t place = high | (uint64_t)position++ << shift;
        if (inversion->place_forms == NULL) {
            inversion->places[at] = place | of.form;
        } else {
            inversion->places[at] = place;
            inversion->place_forms[at] = of.form;
        }
    }
}

/* Gives each term its stretch of places, and fills them in. */
static libsearch_status sort_places(struct inversion *inversion, libsearch_error *error)
{
    struct segment_builder *builder = inversion->builder;
    inversion->cursors =
        memory_allocate_array(inversion->allocator, (size_t)inversion->term_count + 1, sizeof *inversion->cursors);
    if (inversion->cursors == NULL || !lay_out_places(inversion))
        return error_no_memory(error);
    TRY(tell_notes(inversion, error));
    for (uint32_t n = 0; n < inversion->form_count; n++)
        inversion->cursors[inversion->forms[n].term] += inversion->forms[n].count;
    size_t start = 0; /* in the order in which they will be written */
    for (size_t i = 0; i < inversion->key_count; i++) {
        const uint32_t term = term_of_key(inversion, &inversion->keys[i]);
        if (!has_list(inversion, term))
            continue;
        const size_t count = inversion->cursors[term - 1];
        inversion->cursors[term - 1] = start;
        start += count;
    }
    const uint32_t documents = builder->lengths.documents;
    for (uint32_t document = 0; document < documents; document++)
        put_places(inversion, document, &builder->stretches[document]);
    for (unsigned n = 0; n < builder->noter_count; n++) {
        memory_free(inversion->allocator, builder->noters[n].notes);
        builder->noters[n].notes = NULL;
        builder->noters[n].note_count = builder->noters[n].note_capacity = 0;
    }
    return LIBSEARCH_OK;
}

static bool room_for_positions(struct inversion *inversion, size_t count)
{
    return memory_grow(inversion->allocator, &inversion->positions, &inversion->positions_capacity, count,
                       sizeof *inversion->positions) &&
           memory_grow(inversion->allocator, &inversion->position_forms, &inversion->position_forms_capacity, count,
                       sizeof *inversion->position_forms);
}

/* Where two forms of a term stand at one place (a compound's whole and its first part, say), the more frequent one
 * comes first, so that lists depend on the documents alone. Moves the form of place i to where it belongs. */
static void order_ties(const uint32_t *positions, uint32_t *forms, size_t i)
{
    const uint32_t form = forms[i];
    for (; i > 0 && positions[i - 1] == positions[i] && forms[i - 1] > form; i--)
        forms[i] = forms[i - 1];
    forms[i] = form;
}

/* Writes the documents of the places from start to end. */
static bool write_documents(struct inversion *inversion, bool in_group, bool several_forms, size_t start, size_t end)
{
    const uint64_t *places = inversion->places;
    const unsigned document_shift = inversion->document_shift, shift = inversion->position_shift;
    const uint64_t position_mask = (UINT64_C(1) << (document_shift - shift)) - 1,
                   form_mask = (UINT64_C(1) << shift) - 1;
    while (start < end) {
        const uint64_t document = places[start] >> document_shift;
        size_t after = start + 1;
        while (after < end && places[after] >> document_shift == document)
            after++;
        const size_t count = after - start;
        if (count > inversion->positions_capacity && !room_for_positions(inversion, count))
            return false;
        uint32_t *positions = inversion->positions, *forms = inversion->position_forms;
        for (size_t i = 0; i < count; i++)
            positions[i] = (uint32_t)(places[start + i] >> shift & position_mask);
        for (size_t i = 0; i < count && several_forms; i++) {
            forms[i] = inversion->place_forms == NULL ? (uint32_t)(places[start + i] & form_mask)
                                                      : inversion->place_forms[start + i];
            if (i > 0 && positions[i] == positions[i - 1])
                order_ties(positions, forms, i);
        }
        list_output_document(&inversion->output, in_group, (uint32_t)document, (uint32_t)count, positions,
                             several_forms ? forms : NULL);
        start = after;
    }
    return true;
}

/* Writes the list of a term, whose places begin at `start`. */
static libsearch_status write_list(struct inversion *inversion, uint32_t term, uint16_t list, size_t start,
                                   struct term_entry *entry, libsearch_error *error)
{
    const bool several_forms = inversion->terms[term].forms > 1;
    const size_t end = inversion->cursors[term];
    list_output_begin(&inversion->output, schema_list_has_positions(inversion->builder->schema, list));
    if (!write_documents(inversion, list == 0, several_forms, start, end))
        return error_no_memory(error);
    entry->flags |= TERM_LIST;
    return list_output_end(&inversion->output, entry, error);
}

/* Fetches what will be looked at for keys that come later. */
static inline __attribute__((always_inline)) void fetch_keys(const struct inversion *inversion, size_t i)
{
    enum { WORD_AHEAD = 24, TERM_AHEAD = 12 };
    if (i + WORD_AHEAD >= inversion->key_count)
        return;
    const struct sort_key *far = &inversion->keys[i + WORD_AHEAD], *near = &inversion->keys[i + TERM_AHEAD];
    __builtin_prefetch(far->bytes);
    __builtin_prefetch(&inversion->forms[far->number & ~STEM]);
    __builtin_prefetch(&inversion->form_terms[far->number & ~STEM]);
    const uint32_t term = term_of_key(inversion, near);
    if (term > 0) {
        __builtin_prefetch(&inversion->terms[term - 1]);
        __builtin_prefetch(&inversion->cursors[term - 1]);
    }
    if (!(near->number & STEM))
        __builtin_prefetch(&inversion->term_ordinals[inversion->forms[near->number].term]);
}

static libsearch_status write_lists(struct inversion *inversion, libsearch_error *error)
{
    char key[TERM_KEY_MAX];
    size_t start = 0;
    for (size_t i = 0; i < inversion->key_count; i++) {
        const struct sort_key *word = &inversion->keys[i];
        const uint32_t term = term_of_key(inversion, word);
        struct term_entry entry = { 0 };
        fetch_keys(inversion, i);
        if (has_list(inversion, term)) {
            TRY(write_list(inversion, term - 1, word->list, start, &entry, error));
            start = inversion->cursors[term - 1];
        }
        const struct form *form = word->number & STEM ? NULL : &inversion->forms[word->number];
        if (form != NULL && form->is_surface && form->count > 0) {
            entry.flags |= TERM_SURFACE;
            entry.surface_count = form->count;
            entry.surface_form = form->number_in_term;
            entry.surface_term = inversion->term_ordinals[form->term];
        }
        key[0] = (char)(word->list >> 8);
        key[1] = (char)word->list;
        memcpy(key + 2, word->bytes, word->length);
        TRY(terms_writer_add(inversion->output.terms, key, word->length + 2, &entry, error));
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
    TRY(noter_use_schema(&builder->noters[0], builder->schema, error));
    TRY(unite_words(inversion, error));
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
    inversion.stems.allocator = builder->allocator;
    const libsearch_status status = invert(&inversion, error);
    inversion_free(&inversion);
    return status;
}
