/* SPDX-License-Identifier: MIT */
#include "search/narrow.h"
#include "search/prune_parts.h"

/* A phrase of words that are scored by formulas is not pruned. */
static bool is_leaf(const struct plan_node *node)
{
    return node->kind == PLAN_TERM && node->scored && leaf_can_be_pruned(&node->terms[0]);
}

/* All children but those that only restrict. */
static bool all_children(const struct plan_node *node, uint8_t occur)
{
    size_t found = 0;
    for (size_t i = 0; i < node->child_count; i++) {
        if (node->occurs[i] == LIBSEARCH_FILTER || node->occurs[i] == LIBSEARCH_MUST_NOT)
            continue;
        if (node->occurs[i] != occur || !is_leaf(node->children[i]))
            return false;
        found++;
    }
    return found > 0;
}

static bool has_restrictions(const struct plan_node *node)
{
    for (size_t i = 0; i < node->child_count; i++)
        if (node->occurs[i] == LIBSEARCH_FILTER || node->occurs[i] == LIBSEARCH_MUST_NOT)
            return true;
    return false;
}

/* Of more terms than these their order alone takes longer than scoring everything does. */
enum { PRUNE_MOST_TERMS = 1024 };

bool prune_can(const struct plan_node *node)
{
    if (is_leaf(node))
        return true;
    if (node->term_count > PRUNE_MOST_TERMS || node->child_count > PRUNE_MOST_TERMS)
        return false;
    /* With slop a phrase can be counted more often than its rarest word is there: its words do not bound it. */
    if (node->kind == PLAN_PHRASE && node->scored && node->slop == 0 && node->formulas.count == 0) {
        for (size_t i = 0; i < node->term_count; i++)
            if (!leaf_can_be_pruned(&node->terms[i]))
                return false;
        return true;
    }
    const struct plan_node *core = NULL;
    const bool restricted = node->kind == PLAN_BOOLEAN && has_restrictions(node);
    if (restricted && !narrow_can(node, &core))
        return false;
    if (core != NULL)
        return prune_can(core);
    return node->kind == PLAN_BOOLEAN && node->scored &&
           ((node->minimum <= 1 && all_children(node, LIBSEARCH_SHOULD)) || all_children(node, LIBSEARCH_MUST));
}

size_t prune_keep_live(const struct prune *prune, const uint32_t *documents, uint32_t base, uint16_t *indexes,
                       size_t count)
{
    size_t kept = 0;
    if (prune->where->live == NULL)
        return count;
    for (size_t i = 0; i < count; i++) {
        const uint16_t index = indexes[i];
        indexes[kept] = index;
        kept += live_has(prune->where->live, documents != NULL ? documents[index] : base + index);
    }
    return kept;
}

void prune_seed(struct prune *prune)
{
    if (prune->where->live != NULL || prune->top->sieve != NULL || prune->top->continues)
        return;
    for (size_t i = 0; i < prune->leaf_count; i++) {
        const float least = leaf_threshold(prune->leaves[i], prune->top->k);
        if (least > prune->top->threshold)
            prune->top->threshold = least;
    }
}

void prune_order_by_rarity(const struct prune *prune, struct leaf **by_rarity)
{
    for (size_t i = 0; i < prune->leaf_count; i++) {
        struct leaf *leaf = prune->leaves[i];
        size_t at = i;
        for (; at > 0 && by_rarity[at - 1]->cursor.list.document_frequency > leaf->cursor.list.document_frequency; at--)
            by_rarity[at] = by_rarity[at - 1];
        by_rarity[at] = leaf;
    }
}

static bool promises_less(struct promise a, struct promise b)
{
    return a.bound != b.bound ? a.bound < b.bound : a.what > b.what;
}

static void promise_sift(struct promise *heap, size_t count, size_t at)
{
    const struct promise moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && promises_less(heap[child], heap[child + 1]))
            child++;
        if (!promises_less(moved, heap[child]))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

void promise_heapify(struct promise *heap, size_t count)
{
    for (size_t at = count / 2; at-- > 0;)
        promise_sift(heap, count, at);
}

struct promise promise_pop(struct promise *heap, size_t count)
{
    const struct promise root = heap[0];
    heap[0] = heap[count - 1];
    if (count > 1)
        promise_sift(heap, count - 1, 0);
    return root;
}

libsearch_status prune_best_blocks(struct prune *prune, const struct leaf *lead, struct promise *blocks, size_t count,
                                   prune_try *try_block, void *search)
{
    for (promise_heapify(blocks, count); count > 0;) {
        const struct promise best = promise_pop(blocks, count--);
        if (best.bound < prune_least_promise(prune, prune_limit(prune)))
            break;
        prune_enter(prune, leaf_first_of_block(lead, best.what), leaf_last_of_block(lead, best.what));
        TRY(search_poll(prune->context));
        TRY(try_block(search, best.what, prune_limit(prune)));
    }
    return LIBSEARCH_OK;
}

libsearch_status prune_damaged(struct prune *prune)
{
    TRY(prune->context->ended);
    for (size_t i = 0; i < prune->leaf_count; i++)
        if (prune->leaves[i]->cursor.no_memory)
            return error_no_memory(prune->context->error);
    return error_set(prune->context->error, LIBSEARCH_CORRUPT, "%s: a posting list is damaged",
                     segment_name(prune->where->segment));
}

float prune_lightest(const struct prune *prune)
{
    const struct schema *schema = prune->where->segment->schema;
    float least = 1.0f;
    for (size_t f = 0; f < schema->count; f++)
        if (schema->fields[f]->in_group && schema->fields[f]->weight < least)
            least = schema->fields[f]->weight;
    return least;
}

/* A union tells matches by their scores: this says whether each is sure to be above 0 also when rounded, even of the
 * least frequency in the longest document that the lengths can tell. */
static bool scores_are_positive(const struct prune *prune)
{
    const float least = prune_lightest(prune);
    for (size_t i = 0; i < prune->leaf_count; i++) {
        const struct score_parts *parts = &prune->leaves[i]->cursor.parts;
        const struct formula *formula = prune->leaves[i]->cursor.term->formula;
        const uint32_t longest = parts->lengths.width == 1 ? 0xFF : parts->lengths.width == 2 ? 0xFFFF : UINT32_MAX;
        const float lowest = formula != NULL ? formula_score(formula, least, longest)
                                             : score_of(parts->weight, least, norms_inverse(parts->norms, longest));
        if (!(lowest > PRUNE_LEAST_SCORE))
            return false;
    }
    return true;
}

/* More words than one, all of which must be there. */
static bool is_intersection(const struct plan_node *node)
{
    return node->kind == PLAN_BOOLEAN && node->child_count > 1 && !has_restrictions(node) &&
           all_children(node, LIBSEARCH_MUST);
}

bool prune_can_count(const struct plan_node *node)
{
    return prune_can(node) && (node->kind == PLAN_PHRASE || is_intersection(node));
}

/* Opens the leaves of a plan. *missing: a term that must be there is not in the segment. */
static libsearch_status open_leaves(struct prune *prune, const struct plan_node *node, size_t segment_index,
                                    bool *missing)
{
    const bool by_children = node->kind == PLAN_BOOLEAN;
    const size_t terms = by_children ? node->child_count : node->term_count;
    const float rounding = 1e-6f * (float)(terms + 4);
    prune->slack = rounding < 0.5f ? 1.0f - rounding : 0.5f;
    *missing = false;
    TRY(search_take(prune->context, terms * sizeof(struct leaf *), &prune->leaves));
    for (size_t i = 0; i < terms; i++) {
        const struct plan_term *term = by_children ? &node->children[i]->terms[0] : &node->terms[i];
        struct leaf *leaf;
        TRY(leaf_open(prune->context, term, (unsigned)prune->leaf_count, prune->where, segment_index, &leaf));
        if (leaf != NULL) {
            posting_list_prefetch(&leaf->cursor.list);
            prune->leaves[prune->leaf_count++] = leaf;
        } else if (!by_children || node->occurs[i] == LIBSEARCH_MUST)
            *missing = true;
    }
    *missing = *missing || prune->leaf_count == 0;
    return LIBSEARCH_OK;
}

/* How many documents the plan can match at most: by its rarest word, where all must be there. */
static uint64_t most_matches(const struct plan_node *node, size_t segment_index)
{
    const bool all = node->kind == PLAN_PHRASE || (node->kind == PLAN_BOOLEAN && node->occurs[0] == LIBSEARCH_MUST);
    const size_t terms = node->kind == PLAN_BOOLEAN ? node->child_count : node->term_count;
    uint64_t sum = 0, least = UINT64_MAX;
    for (size_t i = 0; i < terms; i++) {
        const struct plan_term *term = node->kind == PLAN_BOOLEAN ? &node->children[i]->terms[0] : &node->terms[i];
        const struct posting_list *list = term == NULL ? NULL : term->lists[segment_index];
        const uint64_t with = list == NULL ? 0 : list->document_frequency;
        sum += with;
        least = with < least ? with : least;
    }
    return all ? least : sum;
}

/* With filters and forbidden words: bits for them first, unless the words lie in so few windows of documents, or so few
 * documents are left, that scoring all matches is quicker. */
static libsearch_status prune_narrowed(struct search_context *context, const struct plan_node *node,
                                       const struct snapshot_segment *where, size_t segment_index, struct top_k *top)
{
    enum { FEW = 128 };
    const struct plan_node *core, *restriction;
    struct snapshot_segment narrowed;
    uint32_t left;
    TRY(narrow_split(context, node, &core, &restriction));
    const uint32_t documents = segment_count(where->segment);
    if (!(core->kind == PLAN_BOOLEAN && has_restrictions(core)) &&
        most_matches(core, segment_index) <= documents / WINDOW)
        return evaluate_segment(context, node, where, segment_index, top, NULL);
    TRY(narrow_segment(context, restriction, where, segment_index, &narrowed, &left));
    if (left == 0)
        return LIBSEARCH_OK;
    if (left < documents / FEW)
        return evaluate_segment(context, core, &narrowed, segment_index, top, NULL);
    return prune_segment(context, core, &narrowed, segment_index, top, NULL);
}

libsearch_status prune_segment(struct search_context *context, const struct plan_node *node,
                               const struct snapshot_segment *where, size_t segment_index, struct top_k *top,
                               uint64_t *count)
{
    if (node->kind == PLAN_BOOLEAN && has_restrictions(node))
        return prune_narrowed(context, node, where, segment_index, top);
    struct prune prune = { .context = context, .where = where, .top = top, .count = count };
    bool missing, done = false;
    if (node->kind == PLAN_PHRASE && segment_has_biwords(where->segment))
        TRY(prune_biwords(context, node, where, segment_index, top, count, &done));
    if (done)
        return LIBSEARCH_OK;
    TRY(open_leaves(&prune, node, segment_index, &missing));
    if (missing)
        return LIBSEARCH_OK;
    if (node->kind == PLAN_PHRASE)
        return prune_phrase(&prune, node);
    if (node->kind == PLAN_BOOLEAN && node->occurs[0] == LIBSEARCH_SHOULD && !scores_are_positive(&prune))
        return evaluate_segment(context, node, where, segment_index, top, NULL);
    if (node->kind == PLAN_BOOLEAN && node->occurs[0] == LIBSEARCH_MUST && prune.leaf_count > 1)
        return prune_intersection(&prune);
    return prune.leaf_count == 1 ? prune_term(&prune) : prune_union(&prune);
}

libsearch_status prune_count_phrase(struct search_context *context, const struct plan_node *node,
                                    const struct snapshot_segment *where, size_t segment_index, uint64_t *total)
{
    struct prune prune = { .context = context, .where = where, .count = total };
    bool missing, done = false;
    if (segment_has_biwords(where->segment))
        TRY(prune_biwords(context, node, where, segment_index, NULL, total, &done));
    if (done)
        return LIBSEARCH_OK;
    TRY(open_leaves(&prune, node, segment_index, &missing));
    return missing ? LIBSEARCH_OK : prune_phrase_all(&prune, node);
}
