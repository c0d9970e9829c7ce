/* SPDX-License-Identifier: MIT */
#include "watch/watcher.h"

#include <string.h>
#include <time.h>

#include "base/hash.h"

enum {
    POLL_EACH = 64,   /* queries looked at between two polls */
    FIRST_MISSES = 8, /* after so many misses, and each time they have doubled, anchors are chosen anew */
    MISSES_EACH = 64, /* of those that a guard tells, one in so many is counted, for all of them */
    MOST_RESTLESS = 256
};

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static libsearch_status poll(void *context)
{
    const struct watcher *watcher = context;
    if (watcher->options.cancel != NULL && __atomic_load_n(watcher->options.cancel, __ATOMIC_RELAXED) != 0)
        return LIBSEARCH_CANCELLED;
    return watcher->deadline != 0 && now() > watcher->deadline ? LIBSEARCH_DEADLINE : LIBSEARCH_OK;
}

libsearch_status watcher_open(struct watch_set *set, const struct watcher_options *options, struct watcher **watcher,
                              libsearch_error *error)
{
    struct watcher *made = memory_allocate_array(set->allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = set->allocator;
    made->set = set;
    made->since = UINT64_MAX;
    if (options != NULL)
        made->options = *options;
    inspection_init(&made->inspection, set->allocator);
    made->inspection.memory = made->options.memory;
    matching_init(&made->matching, set->allocator, &made->inspection);
    made->inspection.poll = made->matching.poll = poll;
    made->inspection.poll_context = made;
    made->matching.poll_context = made;
    made->words.allocator = set->allocator;
    pthread_rwlock_wrlock(&set->lock);
    made->next = set->watchers;
    made->link = &set->watchers;
    if (made->next != NULL)
        made->next->link = &made->next;
    set->watchers = made;
    pthread_rwlock_unlock(&set->lock);
    *watcher = made;
    return LIBSEARCH_OK;
}

void watcher_close(struct watcher *watcher)
{
    if (watcher == NULL)
        return;
    const libsearch_allocator *allocator = watcher->allocator;
    pthread_rwlock_wrlock(&watcher->set->lock);
    *watcher->link = watcher->next;
    if (watcher->next != NULL)
        watcher->next->link = watcher->link;
    pthread_rwlock_unlock(&watcher->set->lock);
    matching_free(&watcher->matching);
    inspection_free(&watcher->inspection);
    memory_free(allocator, watcher->looked_at);
    memory_free(allocator, watcher->matched);
    memory_free(allocator, watcher->results);
    memory_free(allocator, watcher->restless);
    memory_free(allocator, watcher->words.all);
    memory_free(allocator, watcher);
}

/* Whether all of the document's fields are in the schema; *wrong: one that has another type there. */
static bool fields_known(const struct schema *schema, const libsearch_document *document, const char **wrong)
{
    *wrong = NULL;
    for (size_t i = 0; i < document->count && *wrong == NULL; i++) {
        const struct document_value *value = &document->values[i];
        const struct field *field = schema_find(schema, value->field, value->field_length);
        if (field == NULL)
            return false;
        if (field->type != value->type)
            *wrong = value->field;
    }
    return true;
}

/* Takes the lock shared, with a schema that knows the document. */
static libsearch_status begin(struct watcher *watcher, const libsearch_document *document, libsearch_error *error)
{
    struct watch_set *set = watcher->set;
    const char *wrong;
    pthread_rwlock_rdlock(&set->lock);
    watcher->since = UINT64_MAX;
    while (!fields_known(set->schema, document, &wrong)) {
        pthread_rwlock_unlock(&set->lock);
        TRY(watch_set_grow(set, document, error));
        pthread_rwlock_rdlock(&set->lock);
    }
    if (wrong == NULL)
        return LIBSEARCH_OK;
    pthread_rwlock_unlock(&set->lock);
    return error_set(error, LIBSEARCH_INVALID, "field %s: a value of another type than the field's", wrong);
}

static bool make_bits(struct watcher *watcher)
{
    const size_t words = (watcher->set->places + 63) / 64;
    if (!memory_grow(watcher->allocator, &watcher->looked_at, &watcher->word_capacity, words + 1,
                     sizeof *watcher->looked_at) ||
        !memory_grow(watcher->allocator, &watcher->matched, &watcher->matched_capacity, words + 1,
                     sizeof *watcher->matched))
        return false;
    memset(watcher->looked_at, 0, words * sizeof *watcher->looked_at);
    memset(watcher->matched, 0, words * sizeof *watcher->matched);
    return true;
}

/* A query whose anchors are often there in vain is to get rarer ones, where there are any by now. */
static void count_misses(struct watcher *watcher, struct saved_query *query, uint32_t more)
{
    const uint32_t before = __atomic_fetch_add(&query->misses, more, __ATOMIC_RELAXED), after = before + more;
    const bool doubled = (before ^ after) > before; /* another highest bit */
    if (after < FIRST_MISSES || !doubled || query->anchors.always || watcher->restless_count >= MOST_RESTLESS)
        return;
    if (memory_grow(watcher->allocator, &watcher->restless, &watcher->restless_capacity, watcher->restless_count + 1,
                    sizeof *watcher->restless))
        watcher->restless[watcher->restless_count++] = query->number;
}

static void look_at(struct watcher *watcher, uint32_t number)
{
    uint64_t *looked_at = &watcher->looked_at[number / 64];
    const uint64_t bit = UINT64_C(1) << number % 64;
    if ((*looked_at & bit) != 0 || watcher->matching.status != LIBSEARCH_OK)
        return;
    *looked_at |= bit;
    watcher->candidates++;
    /* What takes long within a condition polls by itself. */
    const libsearch_status status = watcher->candidates % POLL_EACH == 0 ? poll(watcher) : LIBSEARCH_OK;
    if (status != LIBSEARCH_OK)
        matching_fail(&watcher->matching, status);
    else if (condition_matches(&watcher->matching, &watcher->set->queries[number]->condition))
        watcher->matched[number / 64] |= bit;
    else
        count_misses(watcher, watcher->set->queries[number], 1);
}

static bool guards_are_there(const struct matching *matching, const struct anchored *anchored)
{
    for (size_t i = 0; i < ANCHOR_GUARDS && anchored->guards[i] != KEY_NONE; i++)
        if (matching->present[anchored->guards[i]] == 0)
            return false;
    return true;
}

/* All queries that are anchored at a key. */
static void look_at_anchored(struct watcher *watcher, uint32_t key)
{
    struct dictionary_entry *entry = &watcher->set->dictionary.entries[key];
    __atomic_fetch_add(&entry->seen, 1, __ATOMIC_RELAXED);
    for (size_t i = 0; i < entry->query_count; i++) {
        const struct anchored *anchored = &entry->queries[i];
        const uint32_t number = anchored->query & ~ANCHOR_SURE;
        if (!matching_goes_on(&watcher->matching))
            return;
        if (!guards_are_there(&watcher->matching, anchored)) {
            if (++watcher->guarded % MISSES_EACH == 0)
                count_misses(watcher, watcher->set->queries[number], MISSES_EACH);
        } else if ((anchored->query & ANCHOR_SURE) != 0) {
            watcher->matched[number / 64] |= UINT64_C(1) << number % 64;
        } else {
            look_at(watcher, number);
        }
    }
}

/* Tells the matching which of the dictionary's keys the document has. */
static bool note_keys(struct watcher *watcher)
{
    const struct dictionary *dictionary = &watcher->set->dictionary;
    const struct inspection *inspection = &watcher->inspection;
    struct matching *matching = &watcher->matching;
    for (size_t i = 0; i < inspection->term_count; i++) {
        const struct inspected_term *term = &inspection->terms[i];
        const uint32_t key = dictionary_find(dictionary, KEY_TERM, term->list, term->bytes, term->length, term->hash);
        if (key != KEY_NONE && !matching_note(matching, key, (uint32_t)i + 1))
            return false;
        if (!matching_goes_on(matching))
            return true;
    }
    for (size_t i = 0; i < inspection->form_count && dictionary->forms > 0; i++) {
        const struct inspected_form *form = &inspection->forms[i];
        const uint32_t key = dictionary_find(dictionary, KEY_FORM, form->list, form->surface, form->length, form->hash);
        if (key != KEY_NONE && !matching_note(matching, key, (uint32_t)i + 1))
            return false;
        if (!matching_goes_on(matching))
            return true;
    }
    for (size_t f = 0; f < inspection->field_count && dictionary->fields > 0; f++) {
        if (inspection->fields[f].values == 0)
            continue;
        const uint32_t key = dictionary_find(dictionary, KEY_FIELD, (uint16_t)f, NULL, 0, hash_bytes(NULL, 0));
        if (key != KEY_NONE && !matching_note(matching, key, 1))
            return false;
    }
    return true;
}

/* Queries that are anchored at beginnings of a form. */
static void look_at_beginnings(struct watcher *watcher, const struct inspected_form *form, uint64_t *seen)
{
    const struct dictionary *dictionary = &watcher->set->dictionary;
    const size_t longest = dictionary->long_prefixes > 0 ? form->length : DICTIONARY_SHORT - 1;
    for (size_t length = 1; length <= form->length && length <= longest && matching_goes_on(&watcher->matching);
         length++) {
        if (length < DICTIONARY_SHORT && dictionary->prefixes[length] == 0)
            continue;
        const uint32_t key = dictionary_find(dictionary, KEY_PREFIX, form->list, form->surface, length,
                                             hash_bytes(form->surface, length));
        if (key == KEY_NONE || (seen[key / 64] >> key % 64 & 1) != 0)
            continue;
        seen[key / 64] |= UINT64_C(1) << key % 64;
        look_at_anchored(watcher, key);
    }
}

static bool has_prefixes(const struct dictionary *dictionary)
{
    bool any = dictionary->long_prefixes > 0;
    for (size_t i = 1; i < DICTIONARY_SHORT && !any; i++)
        any = dictionary->prefixes[i] > 0;
    return any;
}

static void look_at_all_beginnings(struct watcher *watcher)
{
    const struct inspection *inspection = &watcher->inspection;
    const size_t words = watcher->set->dictionary.count / 64 + 1;
    uint64_t *seen = arena_allocate(&watcher->inspection.arena, words * sizeof *seen);
    if (seen == NULL) {
        matching_fail(&watcher->matching, LIBSEARCH_NO_MEMORY);
        return;
    }
    memset(seen, 0, words * sizeof *seen);
    for (size_t i = 0; i < inspection->form_count && watcher->matching.status == LIBSEARCH_OK; i++)
        look_at_beginnings(watcher, &inspection->forms[i], seen);
}

static libsearch_status collect(struct watcher *watcher)
{
    const struct watch_set *set = watcher->set;
    for (size_t word = 0; word < (set->places + (size_t)63) / 64; word++)
        for (uint64_t bits = watcher->matched[word]; bits != 0; bits &= bits - 1) {
            if (!memory_grow(watcher->allocator, &watcher->results, &watcher->result_capacity,
                             watcher->result_count + 1, sizeof *watcher->results))
                return LIBSEARCH_NO_MEMORY;
            watcher->results[watcher->result_count++] = set->queries[word * 64 + (unsigned)__builtin_ctzll(bits)];
        }
    return LIBSEARCH_OK;
}

/* The lock is held shared. */
static libsearch_status match(struct watcher *watcher, const libsearch_document *document, libsearch_error *error)
{
    const struct watch_set *set = watcher->set;
    struct matching *matching = &watcher->matching;
    TRY(inspection_take(&watcher->inspection, set->schema, document, error));
    matching_start(matching, &set->dictionary, set->schema);
    if (!make_bits(watcher) || (matching->status == LIBSEARCH_OK && !note_keys(watcher)))
        matching_fail(matching, LIBSEARCH_NO_MEMORY);
    const size_t keys = matching->touched_count; /* patterns that are looked at come behind them */
    for (size_t i = 0; i < keys && matching->status == LIBSEARCH_OK; i++)
        look_at_anchored(watcher, matching->touched[i]);
    if (matching->status == LIBSEARCH_OK && has_prefixes(&set->dictionary))
        look_at_all_beginnings(watcher);
    for (size_t i = 0; i < set->always_count && matching->status == LIBSEARCH_OK; i++)
        look_at(watcher, set->always[i]);
    if (matching->status == LIBSEARCH_OK)
        matching->status = collect(watcher);
    return matching->status;
}

static libsearch_status say(const struct watcher *watcher, libsearch_status status, libsearch_error *error)
{
    switch (status) {
    case LIBSEARCH_NO_MEMORY: return error_no_memory(error);
    case LIBSEARCH_CANCELLED: return error_set(error, status, "cancelled");
    case LIBSEARCH_DEADLINE:
        return error_set(error, status, "the document was not held against all queries within %lld milliseconds",
                         (long long)(watcher->options.timeout / 1000000));
    default: return status; /* said where it came about */
    }
}

/* Chooses rarer anchors for the queries that had too many misses, where nobody is in the way: for one, and for the others
 * while there is time. */
static void settle(struct watcher *watcher)
{
    if (watcher->restless_count == 0 || pthread_rwlock_trywrlock(&watcher->set->lock) != 0)
        return;
    do
        watch_set_anchor_again(watcher->set, watcher->restless[--watcher->restless_count]);
    while (watcher->restless_count > 0 && poll(watcher) == LIBSEARCH_OK);
    pthread_rwlock_unlock(&watcher->set->lock);
}

libsearch_status watcher_match(struct watcher *watcher, const libsearch_document *document, libsearch_error *error)
{
    watcher->result_count = 0;
    watcher->deadline = watcher->options.timeout == 0 ? 0 : now() + watcher->options.timeout;
    TRY(begin(watcher, document, error));
    const libsearch_status status = match(watcher, document, error);
    if (status != LIBSEARCH_OK)
        watcher->result_count = 0;
    if (watcher->result_count > 0)
        watcher->since = watcher->set->changes;
    pthread_rwlock_unlock(&watcher->set->lock);
    settle(watcher);
    return say(watcher, status, error);
}

libsearch_status watcher_words(struct watcher *watcher, size_t i, libsearch_error *error)
{
    watcher->words.count = 0;
    watcher->deadline = watcher->options.timeout == 0 ? 0 : now() + watcher->options.timeout;
    pthread_rwlock_rdlock(&watcher->set->lock);
    watcher->matching.status = LIBSEARCH_OK;
    condition_words(&watcher->matching, &watcher->results[i]->condition, &watcher->words);
    const libsearch_status status = watcher->matching.status;
    pthread_rwlock_unlock(&watcher->set->lock);
    return say(watcher, status, error);
}

/* A field, once there, stays where it is; the schema's array of them may not. */
const char *watcher_field_name(struct watcher *watcher, uint16_t field)
{
    pthread_rwlock_rdlock(&watcher->set->lock);
    const char *name = watcher->set->schema->fields[field]->name;
    pthread_rwlock_unlock(&watcher->set->lock);
    return name;
}
