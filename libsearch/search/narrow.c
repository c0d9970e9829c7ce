/* SPDX-License-Identifier: MIT */
#include "search/narrow.h"

static bool restricts(uint8_t occur) { return occur == LIBSEARCH_FILTER || occur == LIBSEARCH_MUST_NOT; }

bool narrow_can(const struct plan_node *node, const struct plan_node **core_is_child)
{
    size_t scoring = 0, must = 0, filters = 0, last = 0;
    if (node->kind != PLAN_BOOLEAN || !node->scored)
        return false;
    for (size_t i = 0; i < node->child_count; i++) {
        filters += node->occurs[i] == LIBSEARCH_FILTER;
        if (restricts(node->occurs[i]))
            continue;
        last = i;
        scoring++;
        must += node->occurs[i] == LIBSEARCH_MUST;
    }
    /* With a filter and nothing that must match, documents of no word are matches, too. */
    if (scoring == 0 || scoring == node->child_count || (must == 0 && filters > 0 && node->minimum == 0))
        return false;
    if (core_is_child != NULL)
        *core_is_child = scoring == 1 && node->minimum <= scoring - must ? node->children[last] : NULL;
    return true;
}

/* A copy with only the children that restrict, or only the others. */
static libsearch_status part_of(struct search_context *context, const struct plan_node *node, bool restricting,
                                const struct plan_node **part)
{
    struct plan_node *made;
    TRY(search_take(context, sizeof *made, &made));
    *made = *node;
    TRY(search_take(context, (node->child_count + 1) * sizeof *made->children, &made->children));
    TRY(search_take(context, node->child_count + 1, &made->occurs));
    made->child_count = 0;
    for (size_t i = 0; i < node->child_count; i++)
        if (restricts(node->occurs[i]) == restricting) {
            made->children[made->child_count] = node->children[i];
            made->occurs[made->child_count++] = node->occurs[i];
        }
    if (restricting) {
        made->minimum = 0;
        made->scored = false;
    }
    *part = made;
    return LIBSEARCH_OK;
}

libsearch_status narrow_split(struct search_context *context, const struct plan_node *node,
                              const struct plan_node **core, const struct plan_node **restriction)
{
    TRY(part_of(context, node, true, restriction));
    narrow_can(node, core);
    return *core != NULL ? LIBSEARCH_OK : part_of(context, node, false, core);
}

libsearch_status narrow_segment(struct search_context *context, const struct plan_node *restriction,
                                const struct snapshot_segment *where, size_t segment_index,
                                struct snapshot_segment *narrowed, uint32_t *left)
{
    const uint32_t count = segment_count(where->segment);
    const size_t windows = count / WINDOW + 1;
    struct evaluator *evaluator;
    struct live *live;
    uint64_t *bits;
    TRY(search_take(context, sizeof *live, &live));
    TRY(search_take(context, windows * WINDOW_WORDS * sizeof *bits, &bits)); /* whole windows */
    TRY(evaluator_new(context, restriction, where, segment_index, &evaluator));
    *left = 0;
    for (uint32_t base = evaluator_next(evaluator, 0); base != NO_DOCUMENT;
         base = evaluator_next(evaluator, base + WINDOW)) {
        TRY(search_poll(context));
        TRY(evaluator_window(evaluator, base, bits + base / 64, NULL));
        *left += (uint32_t)kernel_count_bits(bits + base / 64, WINDOW_WORDS);
    }
    *live = (struct live){ .bits = bits, .count = count, .deleted = count - *left };
    *narrowed = *where;
    narrowed->live = live;
    return context->ended;
}
