/* SPDX-License-Identifier: MIT */
#include "watch/anchors.h"

#include <stdlib.h>

struct chooser {
    const libsearch_allocator *allocator;
    const struct dictionary *dictionary;
    const struct condition_node *nodes;
    double *costs; /* of each node: documents in which its anchors are, about; infinite where it has none */
    uint32_t *keys;
    size_t count, capacity;
    bool no_memory;
};

/* In how many documents a key was, with a guess for those that were not seen yet: what many queries ask for is in many
 * documents, too, and a field or a beginning in more than a word. */
static double cost_of_key(const struct chooser *chooser, uint32_t key)
{
    if (key == KEY_NONE)
        return __builtin_inf();
    const struct dictionary_entry *entry = &chooser->dictionary->entries[key];
    const double seen = (double)__atomic_load_n(&entry->seen, __ATOMIC_RELAXED);
    const double guess = entry->kind == KEY_FIELD ? 1e6 : entry->kind == KEY_PREFIX ? 16.0 / (entry->length + 1) : 0;
    return seen + guess + entry->references * 1e-3 + 1e-6;
}

static int rising(const void *a, const void *b)
{
    const double one = *(const double *)a, other = *(const double *)b;
    return (one > other) - (one < other);
}

/* The cost up to which a boolean's SHOULD parts are anchors: any match has one of all but minimum - 1 of them, the
 * cheapest. *sum: of all these. */
static bool cheapest_should(struct chooser *chooser, uint32_t number, double *sum, double *most, size_t *taken)
{
    const struct condition_node *nodes = chooser->nodes;
    size_t count = 0, at = 0;
    for (uint32_t part = number + 1; part < nodes[number].end; part = nodes[part].end)
        count += nodes[part].occur == LIBSEARCH_SHOULD;
    *sum = *most = 0;
    *taken = 0;
    if (count < nodes[number].number)
        return true; /* it never matches */
    double *costs = memory_allocate_array(chooser->allocator, count + 1, sizeof *costs);
    if (costs == NULL) {
        chooser->no_memory = true;
        return false;
    }
    for (uint32_t part = number + 1; part < nodes[number].end; part = nodes[part].end)
        if (nodes[part].occur == LIBSEARCH_SHOULD)
            costs[at++] = chooser->costs[part];
    if (nodes[number].number > 1)
        qsort(costs, count, sizeof *costs, rising);
    *taken = count - nodes[number].number + 1;
    for (size_t i = 0; i < *taken; i++) {
        *sum += costs[i];
        *most = costs[i] > *most ? costs[i] : *most;
    }
    memory_free(chooser->allocator, costs);
    return true;
}

/* The part by which an intersection is anchored; 0: by its SHOULD parts, or none. */
static uint32_t best_part(const struct chooser *chooser, uint32_t number, double *cost)
{
    const struct condition_node *nodes = chooser->nodes;
    const bool boolean = nodes[number].kind == CONDITION_BOOLEAN;
    uint32_t best = 0;
    *cost = __builtin_inf();
    for (uint32_t part = number + 1; part < nodes[number].end; part = nodes[part].end)
        if ((!boolean || nodes[part].occur == LIBSEARCH_MUST || nodes[part].occur == LIBSEARCH_FILTER) &&
            chooser->costs[part] < *cost) {
            *cost = chooser->costs[part];
            best = part;
        }
    return best;
}

static double cost_of(struct chooser *chooser, uint32_t number)
{
    const struct condition_node *nodes = chooser->nodes, *node = &nodes[number];
    double cost = 0, sum, most;
    size_t taken;
    switch ((enum condition_kind)node->kind) {
    case CONDITION_NONE: return 0;
    case CONDITION_ALL: return __builtin_inf();
    case CONDITION_TERM:
    case CONDITION_RANGE:
    case CONDITION_EXISTS: return cost_of_key(chooser, node->key);
    case CONDITION_PATTERN: return cost_of_key(chooser, node->number);
    case CONDITION_BOOLEAN:
        best_part(chooser, number, &cost);
        if (node->number > 0 && cheapest_should(chooser, number, &sum, &most, &taken) && sum < cost)
            cost = sum;
        return cost;
    case CONDITION_PHRASE:
    case CONDITION_NEAR: best_part(chooser, number, &cost); return node->end == number + 1 ? 0 : cost;
    case CONDITION_ANY:
        for (uint32_t part = number + 1; part < node->end; part = nodes[part].end)
            cost += chooser->costs[part];
        return cost;
    }
    return __builtin_inf();
}

static bool add(struct chooser *chooser, uint32_t key)
{
    if (!memory_grow(chooser->allocator, &chooser->keys, &chooser->capacity, chooser->count + 1,
                     sizeof *chooser->keys)) {
        chooser->no_memory = true;
        return false;
    }
    chooser->keys[chooser->count++] = key;
    return true;
}

static bool collect(struct chooser *chooser, uint32_t number);

static bool collect_boolean(struct chooser *chooser, uint32_t number)
{
    const struct condition_node *nodes = chooser->nodes;
    double cost, sum, most;
    size_t taken;
    const uint32_t best = best_part(chooser, number, &cost);
    if (nodes[number].number == 0 || cost <= chooser->costs[number])
        return best == 0 || collect(chooser, best);
    if (!cheapest_should(chooser, number, &sum, &most, &taken))
        return false;
    for (int equal = 0; equal < 2;
         equal++) /* first what is cheaper than the dearest, then of equal ones what is left */
        for (uint32_t part = number + 1; part < nodes[number].end && taken > 0; part = nodes[part].end)
            if (nodes[part].occur == LIBSEARCH_SHOULD &&
                (equal ? chooser->costs[part] >= most && chooser->costs[part] <= most : chooser->costs[part] < most)) {
                taken--;
                if (!collect(chooser, part))
                    return false;
            }
    return true;
}

/* Adds the anchors of a node whose cost is finite. */
static bool collect(struct chooser *chooser, uint32_t number)
{
    const struct condition_node *nodes = chooser->nodes, *node = &nodes[number];
    double cost;
    uint32_t best;
    switch ((enum condition_kind)node->kind) {
    case CONDITION_TERM:
    case CONDITION_RANGE:
    case CONDITION_EXISTS: return add(chooser, node->key);
    case CONDITION_PATTERN: return add(chooser, node->number);
    case CONDITION_BOOLEAN: return collect_boolean(chooser, number);
    case CONDITION_PHRASE:
    case CONDITION_NEAR: best = best_part(chooser, number, &cost); return best == 0 || collect(chooser, best);
    case CONDITION_ANY:
        for (uint32_t part = number + 1; part < node->end; part = nodes[part].end)
            if (!collect(chooser, part))
                return false;
        return true;
    case CONDITION_NONE:
    case CONDITION_ALL: break;
    }
    return true;
}

/* Whether having the node's key is all that it asks for. */
static bool is_sure(const struct condition_node *node)
{
    if (node->kind == CONDITION_TERM)
        return node->field == SCHEMA_NO_FIELD;
    return node->kind == CONDITION_PATTERN && node->field == SCHEMA_NO_FIELD && node->number == node->key;
}

/* A union of such nodes is sure of any of its anchors, an intersection of terms of all, where they are few enough. */
static bool all_sure(const struct condition_node *nodes)
{
    size_t parts = 0;
    if (nodes[0].kind != CONDITION_BOOLEAN)
        return is_sure(&nodes[0]);
    const bool any = nodes[0].number == 1;
    for (uint32_t part = 1; part < nodes[0].end; part = nodes[part].end, parts++)
        if (!is_sure(&nodes[part]) ||
            (any ? nodes[part].occur != LIBSEARCH_SHOULD
                 : nodes[part].kind != CONDITION_TERM ||
                       (nodes[part].occur != LIBSEARCH_MUST && nodes[part].occur != LIBSEARCH_FILTER)))
            return false;
    return any || (parts > 0 && parts <= 1 + ANCHOR_GUARDS && nodes[0].number == 0);
}

/* Keeps the rarest keys that a node cannot match without, each once. */
static void find_necessary(const struct chooser *chooser, uint32_t number, struct anchors *anchors, double *costs)
{
    const struct condition_node *nodes = chooser->nodes, *node = &nodes[number];
    if (node->kind == CONDITION_BOOLEAN || node->kind == CONDITION_PHRASE || node->kind == CONDITION_NEAR) {
        for (uint32_t part = number + 1; part < node->end; part = nodes[part].end)
            if (node->kind != CONDITION_BOOLEAN || nodes[part].occur == LIBSEARCH_MUST ||
                nodes[part].occur == LIBSEARCH_FILTER)
                find_necessary(chooser, part, anchors, costs);
        return;
    }
    if (node->kind != CONDITION_TERM && node->kind != CONDITION_RANGE && node->kind != CONDITION_EXISTS)
        return;
    const double cost = cost_of_key(chooser, node->key);
    size_t at = ANCHOR_GUARDS + 1;
    for (size_t i = 0; i <= ANCHOR_GUARDS; i++)
        if (anchors->necessary[i] == node->key)
            return;
    for (; at > 0 && (anchors->necessary[at - 1] == KEY_NONE || costs[at - 1] > cost); at--)
        if (at <= ANCHOR_GUARDS) {
            anchors->necessary[at] = anchors->necessary[at - 1];
            costs[at] = costs[at - 1];
        }
    if (at <= ANCHOR_GUARDS) {
        anchors->necessary[at] = node->key;
        costs[at] = cost;
    }
}

static int by_number(const void *a, const void *b)
{
    const uint32_t one = *(const uint32_t *)a, other = *(const uint32_t *)b;
    return (one > other) - (one < other);
}

/* Leaves each key once. */
static void once(struct chooser *chooser)
{
    size_t kept = 0;
    if (chooser->count > 1)
        qsort(chooser->keys, chooser->count, sizeof *chooser->keys, by_number);
    for (size_t i = 0; i < chooser->count; i++)
        if (kept == 0 || chooser->keys[kept - 1] != chooser->keys[i])
            chooser->keys[kept++] = chooser->keys[i];
    chooser->count = kept;
}

libsearch_status anchors_choose(const libsearch_allocator *allocator, const struct dictionary *dictionary,
                                const struct condition *condition, struct anchors *anchors, libsearch_error *error)
{
    struct chooser chooser = { .allocator = allocator, .dictionary = dictionary, .nodes = condition->nodes };
    chooser.costs = memory_allocate_array(allocator, condition->count, sizeof *chooser.costs);
    if (chooser.costs == NULL)
        return error_no_memory(error);
    for (size_t i = condition->count; i-- > 0;) /* parts stand behind their node */
        chooser.costs[i] = cost_of(&chooser, (uint32_t)i);
    const bool always = chooser.costs[0] > 1e300;
    if (!chooser.no_memory && !always)
        collect(&chooser, 0);
    memory_free(allocator, chooser.costs);
    if (chooser.no_memory) {
        memory_free(allocator, chooser.keys);
        return error_no_memory(error);
    }
    once(&chooser);
    double costs[1 + ANCHOR_GUARDS];
    *anchors = (struct anchors){
        chooser.keys, (uint32_t)chooser.count, always, !always && all_sure(condition->nodes), { KEY_NONE }
    };
    for (size_t i = 0; i <= ANCHOR_GUARDS; i++)
        anchors->necessary[i] = KEY_NONE;
    find_necessary(&chooser, 0, anchors, costs);
    return LIBSEARCH_OK;
}
