/* SPDX-License-Identifier: MIT */
#include "search/count.h"

#include <string.h>

#include "search/kernels.h"
#include "search/list_walk.h"
#include "search/prune.h"

struct counting {
    struct search_context *context;
    const struct snapshot_segment *where;
    struct list_walk **lists; /* by rising document frequency */
    size_t list_count;
    struct list_walk **forbidden; /* of words that must not be there */
    size_t forbidden_count;
    uint8_t *marks; /* a byte for each document of a window */
};

/* More lists than these are counted as they would be scored. */
enum { COUNT_MOST_TERMS = 1024 };

/* A term all of whose documents count, whatever field it stands in. */
static bool is_whole_term(const struct plan_node *node)
{
    return node->kind == PLAN_TERM && node->terms[0].field == SCHEMA_NO_FIELD;
}

static bool are_whole_terms(const struct plan_node *node)
{
    if (node->kind != PLAN_BOOLEAN || node->child_count == 0 || node->child_count > COUNT_MOST_TERMS)
        return false;
    for (size_t i = 0; i < node->child_count; i++)
        if (!is_whole_term(node->children[i]))
            return false;
    return true;
}

/* Words that must be there, beside others that may, which change nothing, or must not. */
static bool is_intersection(const struct plan_node *node)
{
    bool required = false;
    if (!are_whole_terms(node) || node->minimum > 0)
        return false;
    for (size_t i = 0; i < node->child_count; i++)
        required = required || node->occurs[i] == LIBSEARCH_MUST || node->occurs[i] == LIBSEARCH_FILTER;
    return required;
}

static bool is_union(const struct plan_node *node)
{
    if (!are_whole_terms(node) || node->minimum > 1)
        return false;
    for (size_t i = 0; i < node->child_count; i++)
        if (node->occurs[i] != LIBSEARCH_SHOULD)
            return false;
    return true;
}

static libsearch_status damaged(const struct counting *counting)
{
    return error_set(counting->context->error, LIBSEARCH_CORRUPT, "%s: a posting list is damaged",
                     segment_name(counting->where->segment));
}

/* Puts in a list by its document frequency. */
static libsearch_status open_list(const struct counting *counting, const struct posting_list *list,
                                  struct list_walk **lists, size_t *count)
{
    struct list_walk *opened;
    TRY(search_take_bare(counting->context, sizeof *opened, &opened));
    list_walk_open(opened, list);
    size_t at = (*count)++;
    for (; at > 0 && lists[at - 1]->list->document_frequency > list->document_frequency; at--)
        lists[at] = lists[at - 1];
    lists[at] = opened;
    return LIBSEARCH_OK;
}

/* Opens the lists that the segment has, but for those of words that only may be there beside others that must;
 * *missing: one is not there. */
static libsearch_status open_lists(struct counting *counting, const struct plan_node *node, size_t segment_index,
                                   bool without_optional, bool *missing)
{
    *missing = false;
    TRY(search_take_bare(counting->context, node->child_count * sizeof(struct list_walk *), &counting->lists));
    TRY(search_take_bare(counting->context, node->child_count * sizeof(struct list_walk *), &counting->forbidden));
    for (size_t i = 0; i < node->child_count; i++) {
        const struct posting_list *list = node->children[i]->terms[0].lists[segment_index];
        const bool forbidden = node->occurs[i] == LIBSEARCH_MUST_NOT;
        if (without_optional && node->occurs[i] == LIBSEARCH_SHOULD)
            continue;
        if (list == NULL)
            *missing = *missing || !forbidden;
        else
            TRY(open_list(counting, list, forbidden ? counting->forbidden : counting->lists,
                          forbidden ? &counting->forbidden_count : &counting->list_count));
    }
    return LIBSEARCH_OK;
}

static uint64_t count_live(const struct counting *counting, const uint32_t *documents, size_t n)
{
    if (counting->where->live == NULL)
        return n;
    uint64_t live = 0;
    for (size_t i = 0; i < n; i++)
        live += live_has(counting->where->live, documents[i]);
    return live;
}

/* The rarest list is gone through, and its documents are looked for in the others. */
static libsearch_status count_intersection(struct counting *counting, uint64_t *total)
{
    struct list_walk *lead = counting->lists[0];
    uint32_t documents[POSTING_BLOCK];
    for (uint32_t b = 0; b < lead->list->blocks; b++) {
        if (b % 64 == 63)
            TRY(search_poll(counting->context));
        if (!list_walk_load(lead, b))
            return damaged(counting);
        size_t n = lead->block.count;
        memcpy(documents, lead->block.documents, n * sizeof *documents);
        for (size_t i = 1; i < counting->list_count && n > 0; i++)
            if (!list_walk_keep(counting->lists[i], documents, &n))
                return damaged(counting);
        for (size_t i = 0; i < counting->forbidden_count && n > 0; i++)
            if (!list_walk_drop(counting->forbidden[i], documents, &n))
                return damaged(counting);
        *total += count_live(counting, documents, n);
    }
    return LIBSEARCH_OK;
}

/* Ors the part of a bitmap that lies in [base, base + WINDOW) into the window's words: both begin at multiples of 64. */
static void or_bitmap(uint64_t *words, uint32_t base, const struct posting_bitmap *bitmap)
{
    for (uint32_t i = 0; i < bitmap->count; i++) {
        const uint32_t first = bitmap->first + i * 64;
        if (first >= base && (first - base) / 64 < WINDOW_WORDS)
            words[(first - base) / 64] |= load_u64(bitmap->words + 8 * (size_t)i);
    }
}

/* Marks the list's documents in [base, base + WINDOW): in counting->marks, or where they are a bitmap in `words`. */
static bool mark(struct counting *counting, struct list_walk *of, uint32_t base, uint64_t *words)
{
    const struct posting_list *list = of->list;
    if (list->bitmap != NULL) {
        posting_bitmap_or(list, base / 64, WINDOW_WORDS, words);
        return true;
    }
    for (uint32_t b = list_walk_seek(of, base); b < list->blocks; b++) {
        struct posting_bitmap bitmap;
        if (posting_block_bitmap(list, b, &bitmap)) {
            or_bitmap(words, base, &bitmap);
            if (posting_last_document(list, b) - base >= WINDOW - 1)
                break;
            continue;
        }
        if (!list_walk_load(of, b))
            return false;
        const struct posting_block *block = &of->block;
        uint32_t i = kernel_count_below(block->documents, block->count, base);
        const uint32_t end = block->documents[block->count - 1] - base < WINDOW
                                 ? block->count
                                 : kernel_count_below(block->documents, block->count, base + WINDOW);
        for (; i < end; i++)
            counting->marks[block->documents[i] - base] = 0xFF;
        if (end < block->count)
            break;
    }
    return true;
}

/* The next document that one of the first `count` lists can have, at or after base. */
static uint32_t next_document(struct counting *counting, size_t count, uint32_t base)
{
    uint32_t next = NO_DOCUMENT;
    for (size_t i = 0; i < count; i++) {
        struct list_walk *of = counting->lists[i];
        const struct posting_list *list = of->list;
        uint32_t least = base;
        if (list->last_documents != NULL) {
            const uint32_t b = list_walk_seek(of, base);
            if (b >= list->blocks)
                continue;
            if (b > 0 && posting_last_document(list, b - 1) > base)
                least = posting_last_document(list, b - 1);
        }
        next = least < next ? least : next;
    }
    return next;
}

/* Of the documents in bits, those that the list does not have. */
static bool count_without(struct list_walk *of, uint32_t base, const uint64_t *bits, uint64_t *total)
{
    uint32_t run[POSTING_BLOCK];
    size_t n = 0;
    for (unsigned w = 0; w < WINDOW_WORDS; w++)
        for (uint64_t word = bits[w]; word != 0;) {
            run[n++] = base + w * 64 + (unsigned)__builtin_ctzll(word);
            word &= word - 1;
            if (n < POSTING_BLOCK)
                continue;
            *total += n;
            if (!list_walk_keep(of, run, &n))
                return false;
            *total -= n;
            n = 0;
        }
    *total += n;
    if (!list_walk_keep(of, run, &n))
        return false;
    *total -= n;
    return true;
}

/* Marks every window's documents and counts the marks. Where one list has most of all documents, only what the others
 * have is marked, and looked for in it: its own number is known. */
static libsearch_status count_union(struct counting *counting, uint64_t *total)
{
    enum { MOST = 8 };
    size_t marked = counting->list_count;
    uint64_t others = 0;
    for (size_t i = 0; i + 1 < marked; i++)
        others += counting->lists[i]->list->document_frequency;
    struct list_walk *most = counting->lists[marked - 1];
    if (others * MOST < most->list->document_frequency) {
        *total += most->list->document_frequency;
        marked--;
    }
    const uint32_t documents = segment_count(counting->where->segment);
    TRY(search_take(counting->context, WINDOW, &counting->marks));
    for (uint32_t base = next_document(counting, marked, 0); base < documents;
         base = next_document(counting, marked, base + WINDOW)) {
        uint64_t bits[WINDOW_WORDS], words[WINDOW_WORDS] = { 0 };
        base = base / WINDOW * WINDOW;
        TRY(search_poll(counting->context));
        for (size_t i = 0; i < marked; i++)
            if (!mark(counting, counting->lists[i], base, words))
                return damaged(counting);
        kernel_take_marks(counting->marks, WINDOW, bits);
        for (unsigned w = 0; w < WINDOW_WORDS; w++)
            bits[w] |= words[w];
        if (marked == counting->list_count)
            *total += kernel_count_bits(bits, WINDOW_WORDS);
        else if (!count_without(most, base, bits, total))
            return damaged(counting);
    }
    return LIBSEARCH_OK;
}

/* A list's bitmap beside the bits of the documents that live. */
static uint64_t count_live_bits(const struct posting_list *list, const struct live *live)
{
    const uint32_t end = (live->count + 63) / 64;
    uint64_t total = 0;
    for (uint32_t first = 0; first < end; first += WINDOW_WORDS) {
        uint64_t words[WINDOW_WORDS] = { 0 };
        posting_bitmap_or(list, first, WINDOW_WORDS, words);
        for (uint32_t w = 0; w < WINDOW_WORDS; w++)
            words[w] &= first + w < end ? live->bits[first + w] : 0;
        total += kernel_count_bits(words, WINDOW_WORDS);
    }
    return total;
}

libsearch_status count_segment(struct search_context *context, const struct plan_node *node,
                               const struct snapshot_segment *where, size_t segment_index, uint64_t *total)
{
    struct counting counting = { .context = context, .where = where };
    const bool all_live = where->live == NULL;
    bool missing;
    if (is_whole_term(node) && all_live) {
        const struct posting_list *list = node->terms[0].lists[segment_index];
        *total += list == NULL ? 0 : list->document_frequency;
        return LIBSEARCH_OK;
    }
    if (is_whole_term(node) && node->terms[0].lists[segment_index] != NULL &&
        node->terms[0].lists[segment_index]->bitmap != NULL) {
        *total += count_live_bits(node->terms[0].lists[segment_index], where->live);
        return LIBSEARCH_OK;
    }
    if (is_intersection(node)) {
        TRY(open_lists(&counting, node, segment_index, true, &missing));
        if (missing)
            return LIBSEARCH_OK;
        if (all_live && counting.list_count == 1 && counting.forbidden_count == 0) {
            *total += counting.lists[0]->list->document_frequency;
            return LIBSEARCH_OK;
        }
        return count_intersection(&counting, total);
    }
    if (all_live && is_union(node)) {
        TRY(open_lists(&counting, node, segment_index, false, &missing));
        if (counting.list_count == 0)
            return LIBSEARCH_OK;
        if (counting.list_count != 2)
            return count_union(&counting, total);
        uint64_t both = 0; /* |A or B| = |A| + |B| - |A and B| */
        TRY(count_intersection(&counting, &both));
        *total +=
            (uint64_t)counting.lists[0]->list->document_frequency + counting.lists[1]->list->document_frequency - both;
        return LIBSEARCH_OK;
    }
    if (node->kind == PLAN_PHRASE && prune_can(node))
        return prune_count_phrase(context, node, where, segment_index, total);
    return evaluate_segment(context, node, where, segment_index, NULL, total);
}
