/* SPDX-License-Identifier: MIT */
#include "search/estimate.h"

#include "documents/live.h"
#include "query/query_set.h"
#include "segment/segment.h"

/* Documents of all segments. */
struct counted {
    uint64_t documents, deleted; /* live; not live */
};

/* How likely documents that have all words of a phrase, or a value at all, are taken to have what is asked for. */
static const double PHRASE_SHARE = 0.5, RANGE_SHARE = 0.5;

static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }
static uint64_t greater(uint64_t a, uint64_t b) { return a > b ? a : b; }

static double share(const struct counted *in, double documents)
{
    return in->documents == 0 ? 0 : documents / (double)in->documents;
}

static struct estimate both(const struct counted *in, struct estimate a, struct estimate b)
{
    const uint64_t sum = a.least + b.least; /* at most twice the documents */
    return (struct estimate){ .least = sum > in->documents ? sum - in->documents : 0,
                              .most = smaller(a.most, b.most),
                              .about = a.about * share(in, b.about) };
}

static struct estimate either(const struct counted *in, struct estimate a, struct estimate b)
{
    return (struct estimate){ .least = greater(a.least, b.least),
                              .most = smaller(a.most + b.most, in->documents),
                              .about = a.about + b.about - a.about * share(in, b.about) };
}

static struct estimate without(const struct counted *in, struct estimate a, struct estimate b)
{
    return (struct estimate){ .least = a.least > b.most ? a.least - b.most : 0,
                              .most = smaller(a.most, in->documents - b.least),
                              .about = a.about * (1 - share(in, b.about)) };
}

/* Document frequencies count deleted documents, too. */
static struct estimate of_term(const struct counted *in, const struct plan_term *term)
{
    const uint64_t with = term->document_frequency, all = in->documents + in->deleted;
    const bool anywhere = term->field == SCHEMA_NO_FIELD && term->forms == NULL;
    struct estimate made = { .most = smaller(with, in->documents) };
    made.least = !anywhere || with < in->deleted ? 0 : with - in->deleted;
    made.about = all == 0 ? 0 : (double)with * ((double)in->documents / (double)all);
    return made;
}

static struct estimate of_span(const struct counted *in, const struct plan_span *span)
{
    const bool all = span->kind == SPAN_PHRASE || span->kind == SPAN_NEAR;
    const size_t count = span->kind == SPAN_WORDS ? span->term_count : span->part_count;
    struct estimate made = { 0, 0, 0 };
    for (size_t i = 0; i < count; i++) {
        const struct estimate one =
            span->kind == SPAN_WORDS ? of_term(in, &span->terms[i]) : of_span(in, span->parts[i]);
        made = i == 0 ? one : all ? both(in, made, one) : either(in, made, one);
    }
    made.about *= all && count > 1 ? PHRASE_SHARE : 1;
    made.least = 0;
    return made;
}

static struct estimate of_node(const struct counted *in, const struct plan_node *node);

/* At least `minimum` of the SHOULD children: each such document is in that many of their lists. */
static struct estimate of_choices(const struct counted *in, const struct plan_node *node)
{
    struct estimate made = { 0, 0, 0 };
    uint64_t most = 0;
    double about = 0;
    for (size_t i = 0; i < node->child_count; i++) {
        if (node->occurs[i] != LIBSEARCH_SHOULD)
            continue;
        const struct estimate one = of_node(in, node->children[i]);
        made = either(in, made, one);
        most += one.most;
        about += one.about;
    }
    if (node->minimum > 1) {
        made.least = 0;
        made.most = smaller(made.most, most / node->minimum);
        made.about = made.about < about / node->minimum ? made.about : about / node->minimum;
    }
    return made;
}

static struct estimate of_boolean(const struct counted *in, const struct plan_node *node)
{
    const double documents = (double)in->documents;
    struct estimate made = { in->documents, in->documents, documents };
    if (node->minimum > 0)
        made = both(in, made, of_choices(in, node));
    for (size_t i = 0; i < node->child_count; i++)
        if (node->occurs[i] == LIBSEARCH_MUST || node->occurs[i] == LIBSEARCH_FILTER)
            made = both(in, made, of_node(in, node->children[i]));
    for (size_t i = 0; i < node->child_count; i++)
        if (node->occurs[i] == LIBSEARCH_MUST_NOT)
            made = without(in, made, of_node(in, node->children[i]));
    return made;
}

static struct estimate of_node(const struct counted *in, const struct plan_node *node)
{
    const double documents = (double)in->documents;
    struct estimate made = { 0, 0, 0 };
    switch (node->kind) {
    case PLAN_NONE: break;
    case PLAN_ALL: return (struct estimate){ in->documents, in->documents, documents };
    case PLAN_TERM: return of_term(in, &node->terms[0]);
    case PLAN_PHRASE:
    case PLAN_GROUP:
    case PLAN_FIELDS:
        for (size_t i = 0; i < node->term_count; i++) {
            const struct estimate one = of_term(in, &node->terms[i]);
            made = i == 0 ? one : node->kind == PLAN_PHRASE ? both(in, made, one) : either(in, made, one);
        }
        if (node->kind == PLAN_PHRASE) {
            made.least = 0;
            made.about *= node->term_count > 1 ? PHRASE_SHARE : 1;
        }
        break;
    case PLAN_RANGE:
    case PLAN_EXISTS: return (struct estimate){ 0, in->documents, documents * RANGE_SHARE };
    case PLAN_SET:
        made.most = smaller(node->set->count, in->documents);
        made.about = (double)made.most;
        break;
    case PLAN_BOOLEAN: return of_boolean(in, node);
    case PLAN_NEAR: return of_span(in, node->span);
    case PLAN_MAX:
        for (size_t i = 0; i < node->child_count; i++)
            made = either(in, made, of_node(in, node->children[i]));
        break;
    }
    return made;
}

static struct counted count_documents(const struct snapshot *snapshot)
{
    struct counted all = { 0, 0 };
    for (size_t s = 0; s < snapshot->segment_count; s++) {
        const struct snapshot_segment *where = &snapshot->segments[s];
        const uint64_t deleted = where->live == NULL ? 0 : where->live->deleted;
        all.documents += segment_count(where->segment) - deleted;
        all.deleted += deleted;
    }
    return all;
}

struct estimate estimate_plan(const struct plan *plan)
{
    const struct counted all = count_documents(plan->snapshot);
    struct estimate made = of_node(&all, plan->root);
    if (made.about < (double)made.least)
        made.about = (double)made.least;
    if (made.about > (double)made.most)
        made.about = (double)made.most;
    return made;
}
