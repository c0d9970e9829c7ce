/* SPDX-License-Identifier: MIT */
/* What a term is worth, by the model. */
#include <string.h>

#include "search/plan.h"
#include "segment/segment_data.h"

/* How many words the term's list counts. */
static double tokens_of(const struct plan *plan, const struct plan_term *term)
{
    if (term->constant_length)
        return (double)plan->documents;
    if (term->list == 0)
        return plan->tokens;
    double tokens = 0;
    for (size_t s = 0; s < plan->snapshot->segment_count; s++) {
        const struct segment *segment = plan->snapshot->segments[s].segment;
        if (term->list - 1u < segment->field_count)
            tokens += (double)segment->fields[term->list - 1].tokens;
    }
    return tokens;
}

libsearch_status plan_weigh(struct plan *plan, struct plan_term *term, float boost, uint32_t query_frequency,
                            libsearch_error *error)
{
    term->weight = boost * model_weight(plan->model, plan->documents, term->document_frequency,
                                        term->collection_frequency, query_frequency);
    if (!model_is_formula(plan->model))
        return LIBSEARCH_OK;
    struct formula *formula = arena_allocate(plan->arena, sizeof *formula);
    if (formula == NULL)
        return error_no_memory(error);
    const struct term_statistics statistics = { (double)plan->documents, (double)term->document_frequency,
                                                (double)term->collection_frequency, tokens_of(plan, term) };
    formula_init(formula, plan->model, &statistics, (double)term->norms->average, boost, query_frequency);
    term->formula = formula;
    return LIBSEARCH_OK;
}

libsearch_status plan_join_formulas(struct plan *plan, struct formulas *to, const struct formulas *from,
                                    libsearch_error *error)
{
    if (from->count == 0)
        return LIBSEARCH_OK;
    const struct formula **joined = arena_allocate(plan->arena, (to->count + from->count) * sizeof(struct formula *));
    if (joined == NULL)
        return error_no_memory(error);
    if (to->count > 0)
        memcpy(joined, to->list, to->count * sizeof(struct formula *));
    memcpy(joined + to->count, from->list, from->count * sizeof(struct formula *));
    to->list = joined;
    to->count += from->count;
    return LIBSEARCH_OK;
}

libsearch_status plan_formulas_of(struct plan *plan, const struct plan_term *term, struct formulas *formulas,
                                  libsearch_error *error)
{
    const struct formula *own = term->formula;
    const struct formulas one = { &own, own != NULL };
    *formulas = (struct formulas){ NULL, 0 };
    return plan_join_formulas(plan, formulas, &one, error);
}
