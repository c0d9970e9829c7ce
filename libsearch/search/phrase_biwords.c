/* SPDX-License-Identifier: MIT */
#include "search/phrase_biwords.h"

/* Of a long phrase the rarest biwords serve. */
enum { MOST = 16 };

/* Puts it behind those that are rarer, in place of the most frequent one where there are MOST. Returns how many there are. */
static size_t insert(struct biword_term *biwords, size_t count, const struct biword_term *biword)
{
    size_t at = count < MOST ? count : MOST - 1;
    if (count == MOST && biwords[at].list.document_frequency <= biword->list.document_frequency)
        return count;
    for (; at > 0 && biwords[at - 1].list.document_frequency > biword->list.document_frequency; at--)
        biwords[at] = biwords[at - 1];
    biwords[at] = *biword;
    return count < MOST ? count + 1 : MOST;
}

libsearch_status phrase_biwords(struct search_context *context, const struct plan_node *node,
                                const struct segment *segment, const struct posting_list *const *lists,
                                struct biword_term **biwords, size_t *count, bool *never)
{
    *count = 0;
    *never = false;
    TRY(search_take_bare(context, MOST * sizeof **biwords, biwords));
    for (size_t i = 0; i + 1 < node->term_count; i++) {
        struct biword_term biword = { .term = node->terms[0] };
        enum biword_known known = BIWORD_UNKNOWN;
        TRY(search_poll_often(context));
        if (node->offsets[i + 1] != node->offsets[i] + 1 || node->terms[i].list != 0 || node->terms[i + 1].list != 0)
            continue;
        TRY(segment_biword(segment, lists[i], lists[i + 1], &known, &biword.list, context->error));
        if (known == BIWORD_NEVER) {
            *never = true;
            return LIBSEARCH_OK;
        }
        biword.term.lists = NULL;
        biword.term.field = SCHEMA_NO_FIELD;
        biword.term.document_frequency = biword.list.document_frequency;
        biword.term.collection_frequency = biword.list.collection_frequency;
        biword.term.weight = node->phrase_weight;
        if (known == BIWORD_LIST)
            *count = insert(*biwords, *count, &biword);
    }
    return LIBSEARCH_OK;
}
