/* SPDX-License-Identifier: MIT */
#include "oracle/rankings.h"

#include <math.h>

#include "base/hash.h"
#include "segment/segment_data.h"

static const char *const fields[] = { "size", "price", "date" };

/* Rises with the score or does not; more than its bound now and then; no number, or a negative one. */
static float some_score(void *context, libsearch_bytes id, float score, const double *values)
{
    const uint64_t hash = hash_bytes(id.data, id.length);
    (void)context;
    if (hash % 17 == 0)
        return hash % 2 ? NAN : -1.0f;
    return score * (float)(hash % 16) / 8.0f + (isnan(values[0]) ? 0.25f : (float)values[0] / 16.0f);
}

static double origin_of(const char *field, struct test_random *random)
{
    return field[0] == 'd' ? (double)random_below(random, 1100) * 86400000 : (double)random_below(random, 100) - 10;
}

const libsearch_ranking *ranking_random(struct random_ranking *made, const struct snapshot *snapshot,
                                        struct test_random *random)
{
    static const float weights[] = { 0, 0.1f, 1, 3, 100, 1e6f };
    static const double scales[] = { 0.01, 1, 7, 1000 };
    made->ranking = (libsearch_ranking)LIBSEARCH_RANKING_INIT;
    made->ranking.signals = made->signals;
    made->ranking.signal_count = random_below(random, random_below(random, 3) == 0 ? 5 : 2);
    for (size_t i = 0; i < made->ranking.signal_count; i++) {
        libsearch_signal *signal = &made->signals[i];
        *signal = (libsearch_signal)LIBSEARCH_SIGNAL_INIT;
        signal->field = fields[random_below(random, 3)];
        signal->kind = (libsearch_signal_kind)(1 + random_below(random, 4));
        signal->flags = random_below(random, 2) ? LIBSEARCH_SIGNAL_ADD : 0;
        signal->weight = weights[random_below(random, 6)];
        signal->base = random_below(random, 3) == 0 ? 0 : 1;
        signal->scale = scales[random_below(random, 4)] * (signal->field[0] == 'd' ? 864e5 : 1);
        signal->origin = origin_of(signal->field, random);
        signal->missing = random_below(random, 2) ? 0 : (float)random_below(random, 100) / 50;
    }
    if (random_below(random, 3) == 0) {
        made->scorer = (libsearch_scorer)LIBSEARCH_SCORER_INIT;
        made->scorer.score = some_score;
        made->scorer.fields = &fields[random_below(random, 3)];
        made->scorer.field_count = 1;
        made->scorer.bounded = random_below(random, 4) > 0;
        made->scorer.factor = (float)random_below(random, 5) / 2;
        made->scorer.addend = (float)random_below(random, 9) / 2;
        made->ranking.scorer = &made->scorer;
    }
    if (snapshot->segment_count > 0 && random_below(random, 3) == 0) {
        made->ranking.without = made->without;
        made->ranking.without_count = random_below(random, 40);
        for (size_t i = 0; i < made->ranking.without_count; i++) {
            const struct segment *segment = snapshot->segments[random_below(random, snapshot->segment_count)].segment;
            made->without[i] = random_below(random, 8) == 0 || segment_count(segment) == 0
                                   ? LIBSEARCH_STRING("nobody has this id")
                                   : segment_id(segment, (uint32_t)random_below(random, segment_count(segment)));
        }
    }
    return &made->ranking;
}

void ranking_print(const libsearch_ranking *ranking)
{
    for (size_t i = 0; i < ranking->signal_count; i++) {
        const libsearch_signal *signal = &ranking->signals[i];
        print_message("signal %s kind %d flags %u weight %g base %g scale %g origin %g missing %g\n", signal->field,
                      (int)signal->kind, signal->flags, (double)signal->weight, (double)signal->base, signal->scale,
                      signal->origin, (double)signal->missing);
    }
    if (ranking->scorer != NULL)
        print_message("scorer of %s, bounded %d: %g score + %g\n", ranking->scorer->fields[0], ranking->scorer->bounded,
                      (double)ranking->scorer->factor, (double)ranking->scorer->addend);
    print_message("without %zu\n", ranking->without_count);
}
