/* SPDX-License-Identifier: MIT */
/* The formulas of search/formula.h, each written out once more. */
#include <math.h>

#include "oracle/oracle_plan.h"

float oracle_formula(const struct oracle_model *model, const struct oracle_term *term, double N, double f, double l)
{
    const double n = term->n, cf = term->cf, T = term->tokens, a = term->average, pi = acos(-1.0);
    const double k1 = model->k1, b = model->b, extra = model->extra;
    const double p = cf / T > 1 ? 1 : cf / T;
    double s = 0;
    if (f < 1)
        f = 1;
    if (l < 1)
        l = 1;
    if (model->kind == ORACLE_BM25_PLUS) {
        const double K = k1 * (1 - b + b * l / a);
        s = log((N + 1) / n) * ((k1 + 1) * (1 - K / (K + f)) + extra);
    } else if (model->kind == ORACLE_BM25_L) {
        const double g = f / (1 - b + b * l / a);
        s = log((N + 1) / (n + 0.5)) * (k1 + 1) * (1 - k1 / (k1 + (g + extra)));
    } else if (model->kind == ORACLE_TF_IDF) {
        s = log((N + 1) / n) * (1 + log(1 + log(f))) / (1 - extra + extra * l / a);
    } else if (model->kind == ORACLE_PL2) {
        const double g = f * log2(1 + extra * a / l), m = cf / N;
        s = (g * log2(g / m) + (m - g) * 1.44269504088896340736 + log2(2 * pi * g) / 2) / (g + 1);
    } else if (model->kind == ORACLE_DPH) {
        const double r = f / l;
        if (r < 1)
            s = (1 - r) * (1 - r) / (f + 1) * (f * log2(f * a / l * (N / cf)) + log2(2 * pi * f * (1 - r)) / 2);
    } else if (model->kind == ORACLE_LM_DIRICHLET) {
        s = log(1 + f / (extra * p)) + log(extra / (l + extra));
    } else {
        s = log(1 + f / (l * (extra * p / (1 - extra))));
    }
    if (!(s > 1e-6))
        s = 1e-6;
    return (float)(term->scale * s);
}
