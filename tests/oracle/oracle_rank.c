/* SPDX-License-Identifier: MIT */
/* Signals and scorers as rank.h says them, of every match. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "oracle/rankings.h"
#include "segment/segment_data.h"

/* The greatest value of a document's field; NaN: none. */
static double value_of(const struct oracle *oracle, size_t number, const char *field)
{
    const struct oracle_document *document = oracle->documents[number];
    double greatest = NAN;
    for (size_t i = 0; i < document->value_count; i++) {
        const struct oracle_value *value = &document->values[i];
        if (strcmp(oracle->schema->fields[value->field]->name, field) != 0)
            continue;
        const double v = value->type == LIBSEARCH_FLOAT ? value->number : (double)value->integer;
        if (!(v <= greatest))
            greatest = v;
    }
    return greatest;
}

static float limited(double score) { return score < (double)FLT_MAX ? (float)score : FLT_MAX; }

static float apply(const libsearch_signal *signal, double v, float score)
{
    double g = (double)signal->missing;
    if (!isnan(v) && signal->kind == LIBSEARCH_SIGNAL_RECENCY)
        g = v >= signal->origin ? 1 : exp2((v - signal->origin) / signal->scale);
    else if (!isnan(v) && signal->kind == LIBSEARCH_SIGNAL_SATURATION)
        g = v <= 0 ? 0 : 1 / (1 + signal->scale / v);
    else if (!isnan(v) && signal->kind == LIBSEARCH_SIGNAL_LOGARITHM)
        g = v <= 0 ? 0 : log1p(v / signal->scale);
    else if (!isnan(v))
        g = v <= 0 ? 0 : v / signal->scale;
    if (g > 1e18)
        g = 1e18;
    const double amount = (double)signal->weight * g;
    if (signal->flags & LIBSEARCH_SIGNAL_ADD)
        return limited((double)(score + (float)amount));
    return limited((double)(score * limited((double)signal->base + amount)));
}

static const struct segment *segment_of(const struct snapshot *snapshot, uint64_t number, uint32_t *document)
{
    size_t s = snapshot->segment_count - 1;
    while (snapshot->segments[s].base > number)
        s--;
    *document = (uint32_t)(number - snapshot->segments[s].base);
    return snapshot->segments[s].segment;
}

static float score_again(const struct oracle *oracle, const struct snapshot *snapshot, const libsearch_scorer *scorer,
                         uint64_t number, float score)
{
    double values[LIBSEARCH_MAX_SIGNALS];
    uint32_t document;
    const struct segment *segment = segment_of(snapshot, number, &document);
    for (size_t i = 0; i < scorer->field_count; i++)
        values[i] = value_of(oracle, number, scorer->fields[i]);
    float given = scorer->score(scorer->context, segment_id(segment, document), score, values);
    const float most = limited((double)(score * scorer->factor + scorer->addend));
    if (!(given > 0))
        given = 0;
    if (scorer->bounded && given > most)
        given = most;
    return limited((double)given);
}

static bool is_without(const struct snapshot *snapshot, const libsearch_ranking *ranking, uint64_t number)
{
    uint32_t document;
    const struct segment *segment = segment_of(snapshot, number, &document);
    const libsearch_bytes id = segment_id(segment, document);
    for (size_t i = 0; i < ranking->without_count; i++)
        if (ranking->without[i].length == id.length && memcmp(ranking->without[i].data, id.data, id.length) == 0)
            return true;
    return false;
}

static int better_first(const void *a, const void *b)
{
    const struct search_hit *one = a, *other = b;
    if (one->score > other->score || one->score < other->score)
        return one->score > other->score ? -1 : 1;
    return (one->number > other->number) - (one->number < other->number);
}

void oracle_rank(const struct oracle *oracle, const struct snapshot *snapshot, const libsearch_ranking *ranking,
                 struct oracle_answer *answer)
{
    size_t kept = 0;
    for (size_t i = 0; i < answer->count; i++) {
        struct search_hit hit = answer->hits[i];
        if (is_without(snapshot, ranking, hit.number))
            continue;
        for (size_t s = 0; s < ranking->signal_count; s++)
            hit.score = apply(&ranking->signals[s], value_of(oracle, hit.number, ranking->signals[s].field), hit.score);
        if (ranking->scorer != NULL)
            hit.score = score_again(oracle, snapshot, ranking->scorer, hit.number, hit.score);
        answer->hits[kept++] = hit;
    }
    answer->count = kept;
    if (kept > 1)
        qsort(answer->hits, kept, sizeof *answer->hits, better_first);
}
