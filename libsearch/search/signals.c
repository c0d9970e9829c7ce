/* SPDX-License-Identifier: MIT */
#include "search/signals.h"

#include <float.h>
#include <math.h>

#include "documents/columns.h"
#include "search/column_view.h"

/* Rounding, and functions that are not said to be monotone in the last bit. */
static const double MARGIN = 1.0001;
/* No number of a column weighs more. */
static const double MOST = 1e18;

struct signals {
    const struct snapshot *snapshot;
    const libsearch_signal *list;
    struct column_view **views;
    size_t count;
    const libsearch_scorer *scorer; /* or NULL */
    struct column_view **scorer_views;
};

static libsearch_status open_view(struct search_context *context, const struct snapshot *snapshot, const char *field,
                                  struct column_view **view)
{
    TRY(column_view_open(context, snapshot, field, view));
    if (!type_is_number((*view)->field->type))
        return error_set(context->error, LIBSEARCH_INVALID, "ranking: field '%s' has no numbers", field);
    return LIBSEARCH_OK;
}

libsearch_status signals_open(struct search_context *context, const struct snapshot *snapshot,
                              const libsearch_ranking *ranking, struct signals **signals)
{
    struct signals *made;
    *signals = NULL;
    if (ranking == NULL || (ranking->signal_count == 0 && ranking->scorer == NULL))
        return LIBSEARCH_OK;
    TRY(search_take(context, sizeof *made, &made));
    made->snapshot = snapshot;
    made->list = ranking->signals;
    made->count = ranking->signal_count;
    made->scorer = ranking->scorer;
    const size_t fields = made->scorer == NULL ? 0 : made->scorer->field_count;
    TRY(search_take(context, (made->count + 1) * sizeof(struct column_view *), &made->views));
    TRY(search_take(context, (fields + 1) * sizeof(struct column_view *), &made->scorer_views));
    for (size_t i = 0; i < made->count; i++)
        TRY(open_view(context, snapshot, made->list[i].field, &made->views[i]));
    for (size_t i = 0; i < fields; i++)
        TRY(open_view(context, snapshot, made->scorer->fields[i], &made->scorer_views[i]));
    *signals = made;
    return LIBSEARCH_OK;
}

bool signals_have_bounds(const struct signals *signals)
{
    return signals->scorer == NULL || signals->scorer->bounded != 0;
}
size_t signals_count(const struct signals *signals) { return signals->count; }
bool signals_have_function(const struct signals *signals) { return signals->scorer != NULL; }
const libsearch_signal *signals_at(const struct signals *signals, size_t i) { return &signals->list[i]; }

static double number_of(const struct column_view *view, uint64_t value)
{
    return view->field->type == LIBSEARCH_FLOAT ? column_to_double(value) : (double)column_to_integer(value);
}

/* The greatest value of a document; NaN: it has none. */
static double greatest_of(const struct column_view *view, size_t segment, uint32_t document)
{
    const uint32_t count = column_view_count(view, segment, document);
    return count == 0 ? (double)NAN : number_of(view, column_view_value(view, segment, document, count - 1));
}

/* g; v NaN: missing. */
static double g_of(const libsearch_signal *signal, double v)
{
    double g = 0;
    if (isnan(v))
        return (double)signal->missing;
    switch (signal->kind) {
    case LIBSEARCH_SIGNAL_RECENCY: return v < signal->origin ? exp2(-(signal->origin - v) / signal->scale) : 1;
    case LIBSEARCH_SIGNAL_SATURATION: return v > 0 ? 1 / (1 + signal->scale / v) : 0;
    case LIBSEARCH_SIGNAL_LOGARITHM: g = v > 0 ? log1p(v / signal->scale) : 0; break;
    case LIBSEARCH_SIGNAL_LINEAR: g = v > 0 ? v / signal->scale : 0; break;
    }
    return g < MOST ? g : MOST;
}

static float limited(float score) { return score < FLT_MAX ? score : FLT_MAX; }

static float step(const libsearch_signal *signal, double g, float score)
{
    const double amount = (double)signal->weight * g;
    if (signal->flags & LIBSEARCH_SIGNAL_ADD)
        return limited(score + (float)amount);
    return limited(score * limited((float)((double)signal->base + amount)));
}

static float ask_program(const struct signals *signals, size_t segment, uint32_t document, float score)
{
    const libsearch_scorer *scorer = signals->scorer;
    double values[LIBSEARCH_MAX_SIGNALS];
    for (size_t i = 0; i < scorer->field_count; i++)
        values[i] = greatest_of(signals->scorer_views[i], segment, document);
    float given = scorer->score(scorer->context, segment_id(signals->snapshot->segments[segment].segment, document),
                                score, values);
    if (!(given > 0))
        return 0;
    const float bound = limited(score * scorer->factor + scorer->addend);
    if (scorer->bounded && given > bound)
        given = bound;
    return limited(given);
}

float signals_step(const struct signals *signals, size_t i, size_t segment, uint32_t document, float score, float *g)
{
    *g = 0;
    if (i == signals->count)
        return ask_program(signals, segment, document, score);
    const double value = g_of(&signals->list[i], greatest_of(signals->views[i], segment, document));
    *g = (float)value;
    return step(&signals->list[i], value, score);
}

float signals_apply(const struct signals *signals, size_t segment, uint32_t document, float score)
{
    float g;
    const size_t steps = signals->count + (signals->scorer != NULL);
    for (size_t i = 0; i < steps; i++)
        score = signals_step(signals, i, segment, document, score, &g);
    return score;
}

/* g of no document in [first, last] is more. */
static double most_of(const struct signals *signals, size_t i, size_t segment, uint32_t first, uint32_t last)
{
    const struct column *column = signals->views[i]->columns[segment];
    const libsearch_signal *signal = &signals->list[i];
    double most = (double)signal->missing;
    for (uint32_t block = first / COLUMN_BLOCK; column != NULL && block <= last / COLUMN_BLOCK; block++) {
        uint64_t least, greatest;
        if (!column_block_bounds(column, block, &least, &greatest))
            continue;
        const double g = g_of(signal, number_of(signals->views[i], greatest));
        most = g > most ? g : most;
    }
    return most;
}

static void reach(const struct signals *signals, size_t segment, uint32_t first, uint32_t last, double *factor,
                  double *addend)
{
    double A = 1, B = 0;
    for (size_t i = 0; i < signals->count; i++) {
        const libsearch_signal *signal = &signals->list[i];
        const double amount = (double)signal->weight * most_of(signals, i, segment, first, last);
        if (signal->flags & LIBSEARCH_SIGNAL_ADD) {
            B += amount;
        } else {
            A *= (double)signal->base + amount;
            B *= (double)signal->base + amount;
        }
    }
    if (signals->scorer != NULL) {
        A *= (double)signals->scorer->factor;
        B = B * (double)signals->scorer->factor + (double)signals->scorer->addend;
    }
    *factor = A * MARGIN;
    *addend = B * MARGIN;
}

void sieve_init(struct sieve *sieve, struct top_k *top, const struct signals *signals)
{
    *sieve = (struct sieve){ .final = *top, .signals = signals };
    top->hits = NULL;
    top->sieve = sieve;
}

/* What a score must be so that a document can enter. */
static void lower(struct top_k *top)
{
    const struct sieve *sieve = top->sieve;
    const double wanted = (double)sieve->final.threshold / MARGIN - sieve->addend;
    if (top->k == 0)
        return;
    top->threshold = wanted <= 0          ? -1.0f
                     : sieve->factor <= 0 ? __builtin_inff()
                                          : (float)(wanted / sieve->factor / MARGIN);
}

/* Ranges that are longer are bounded as all of the segment is. */
enum { MOST_BLOCKS = 64 };

static void bound_range(const struct sieve *sieve, uint32_t first, uint32_t last, double *factor, double *addend)
{
    const uint32_t count = segment_count(sieve->where->segment);
    last = last < count ? last : count - 1;
    if (count == 0 || first > last || last / COLUMN_BLOCK - first / COLUMN_BLOCK >= MOST_BLOCKS) {
        *factor = sieve->all_factor;
        *addend = sieve->all_addend;
        return;
    }
    reach(sieve->signals, sieve->segment, first, last, factor, addend);
}

void sieve_begin(struct top_k *top, const struct snapshot_segment *where, size_t segment)
{
    struct sieve *sieve = top->sieve;
    const uint32_t count = segment_count(where->segment);
    sieve->where = where;
    sieve->segment = segment;
    reach(sieve->signals, segment, 0, count > 0 ? count - 1 : 0, &sieve->all_factor, &sieve->all_addend);
    sieve->factor = sieve->all_factor;
    sieve->addend = sieve->all_addend;
    lower(top);
}

void sieve_enter(struct top_k *top, uint32_t first, uint32_t last)
{
    bound_range(top->sieve, first, last, &top->sieve->factor, &top->sieve->addend);
    lower(top);
}

float sieve_reach(const struct sieve *sieve, float bound, uint32_t first, uint32_t last)
{
    double factor, addend;
    bound_range(sieve, first, last, &factor, &addend);
    const double most = (factor * (double)bound + addend) * MARGIN;
    return most < (double)FLT_MIN ? FLT_MIN : most < (double)FLT_MAX ? (float)most : __builtin_inff();
}

void sieve_add(struct top_k *top, float score, uint64_t number)
{
    struct sieve *sieve = top->sieve;
    const float before = sieve->final.threshold;
    const float after = signals_apply(sieve->signals, sieve->segment, (uint32_t)(number - sieve->where->base), score);
    if (after >= before)
        top_k_add(&sieve->final, after, number);
    if (sieve->final.threshold > before)
        lower(top);
}
