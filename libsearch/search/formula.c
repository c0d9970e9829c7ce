/* SPDX-License-Identifier: MIT */
#include "search/formula.h"

#include <math.h>

static const double PI = 3.14159265358979323846, LOG2_E = 1.44269504088896340736;

void formula_init(struct formula *formula, const struct model *model, const struct term_statistics *term,
                  double average, float boost, uint32_t query_frequency)
{
    const double N = term->documents, n = term->document_frequency, cf = term->collection_frequency;
    const double p = cf < term->tokens ? cf / term->tokens : 1.0;
    *formula = (struct formula){ .kind = model->kind,
                                 .scale = (double)boost * query_frequency,
                                 .average = average,
                                 .k1 = (double)model->k1,
                                 .b = (double)model->b,
                                 .delta = (double)model->delta };
    switch (model->kind) {
    case MODEL_BM25_L: formula->idf = log((N + 1) / (n + 0.5)); break;
    case MODEL_PL2:
        formula->rare = cf / N;
        formula->mu = (double)model->c;
        break;
    case MODEL_DPH: formula->rare = N / cf; break;
    case MODEL_LM_DIRICHLET:
        formula->mu = (double)model->mu;
        formula->rare = formula->mu * p;
        break;
    case MODEL_LM_JELINEK_MERCER: formula->rare = (double)model->lambda * p / (1 - (double)model->lambda); break;
    default:
        formula->idf = log((N + 1) / n);
        formula->mu = (double)model->slope;
        break;
    }
}

static double dph(const struct formula *formula, double f, double l)
{
    const double r = f / l;
    if (!(r < 1)) /* a document of this word alone */
        return 0;
    const double gain = f * log2(f * formula->average / l * formula->rare) + log2(2 * PI * f * (1 - r)) / 2;
    return (1 - r) * (1 - r) / (f + 1) * gain;
}

static double pl2(const struct formula *formula, double f, double l)
{
    const double m = formula->rare, g = f * log2(1 + formula->mu * formula->average / l);
    return (g * log2(g / m) + (m - g) * LOG2_E + log2(2 * PI * g) / 2) / (g + 1);
}

/* Fractions are written so that an infinite frequency, as a bound has it, gives what they tend to. */
static double value_of(const struct formula *formula, double f, double l)
{
    const double norm = 1 - formula->b + formula->b * l / formula->average;
    switch (formula->kind) {
    case MODEL_BM25_PLUS: {
        const double K = formula->k1 * norm;
        return formula->idf * ((formula->k1 + 1) * (1 - K / (K + f)) + formula->delta);
    }
    case MODEL_BM25_L: {
        const double g = f / norm + formula->delta;
        return formula->idf * (formula->k1 + 1) * (1 - formula->k1 / (formula->k1 + g));
    }
    case MODEL_TF_IDF:
        return formula->idf * (1 + log(1 + log(f))) / (1 - formula->mu + formula->mu * l / formula->average);
    case MODEL_PL2: return pl2(formula, f, l);
    case MODEL_DPH: return dph(formula, f, l);
    case MODEL_LM_DIRICHLET: return log(1 + f / formula->rare) + log(formula->mu / (l + formula->mu));
    default: return log(1 + f / (l * formula->rare));
    }
}

float formula_score(const struct formula *formula, float frequency, uint32_t length)
{
    /* A document that has a word has one; and nothing here is a logarithm of less than one occurrence. */
    const double value = value_of(formula, frequency < 1 ? 1 : (double)frequency, length == 0 ? 1 : (double)length);
    return (float)(formula->scale * (value > 1e-6 ? value : 1e-6));
}

float formulas_score(const struct formulas *formulas, float frequency, uint32_t length)
{
    float sum = 0;
    for (size_t i = 0; i < formulas->count; i++)
        sum += formula_score(formulas->list[i], frequency, length);
    return sum;
}

/* A little is added, as the functions of the library of mathematics are not said to be monotone in the last bit. */
float formula_bound(const struct formula *formula, float frequency, uint32_t length)
{
    return formula_score(formula, frequency, length) * 1.00001f;
}
