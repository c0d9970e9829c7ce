/* SPDX-License-Identifier: MIT */
/* Ranking models. The first ones saturate, and are what the fast loops know: the score that a term gives to a document
 * is
 *
 *     W - W / (1 + f * inverse(length)),   inverse(length) = 1 / (k1 * ((1 - b) + b * length / average))
 *
 * which is W f / (f + k1 (…)), written so that every step is monotone also when rounded: it never falls as f rises
 * and never rises as the length does, so a bound computed from a greater f and a smaller length holds to the bit.
 * They differ in W, in what f and length count, and in the parameters:
 *
 *   bm25          Robertson and Zaragoza, “The probabilistic relevance framework: BM25 and beyond” (2009), with
 *                 Lucene's idf = ln(1 + (N - n + 0.5) / (n + 0.5)) and without the constant factor k1 + 1.
 *                 W = idf * q; f and length count all fields alike; k1 1.2, b 0.75.
 *   bm25-xapian   BM25Weight of libxapian 1.4 (weight/bm25weight.cc) with k2 = 0: t = (N - n + 0.5) / (n + 0.5), or
 *                 1 + t / 2 where t < 2; W = ln t * (k3 + 1) q / (k3 + q) * (k1 + 1); length / average is at least
 *                 min_normlen. k1 1, b 0.5, k3 1, min_normlen 0.5.
 *   default       W = 2.2 * idf^1.15 * ln(1 + cf / n) * q^0.75; f and length are weighted by field, stop words do not
 *                 count in lengths; k1 1.2, b 0.75. Found by measuring on judged collections (docs/ranking.md).
 *
 *   boolean       W = 1, k1 = 0: every word that is there counts once.
 *
 * N: documents, n: document frequency, cf: collection frequency, q: how often the question has the term. All others are
 * formulas of their own, in formula.h. */
#ifndef LIBSEARCH_SEARCH_MODEL_H
#define LIBSEARCH_SEARCH_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "codec/rounding.h"

enum model_kind {
    MODEL_DEFAULT,
    MODEL_BM25,
    MODEL_BM25_XAPIAN,
    MODEL_BOOLEAN,
    MODEL_BM25_PLUS, /* from here on: formula.h */
    MODEL_BM25_L,
    MODEL_TF_IDF,
    MODEL_PL2,
    MODEL_DPH,
    MODEL_LM_DIRICHLET,
    MODEL_LM_JELINEK_MERCER
};

struct model {
    enum model_kind kind;
    float k1, b;
    float k3, min_normlen; /* bm25-xapian */
    float delta;           /* bm25+, bm25l */
    float slope;           /* tf-idf */
    float c, mu, lambda;   /* pl2; lm-dirichlet; lm-jm */
    const char *of_fields; /* bm25: the parameters in text form where some are of fields, else NULL; borrowed */
};

/* From "default", "bm25", "bm25:k1=0.9,b=0.4,title.b=0.3", "bm25-xapian:k1=1,b=0.5,k3=1,min_normlen=0.5", "boolean" and
 * the names of formula.h; NULL: the default. INVALID names what is not understood. The text must outlive the model. */
libsearch_status model_parse(const char *text, struct model *model, libsearch_error *error);

/* The model as a field of this name has it: with its own k1 and b where it was given some. */
struct model model_of_field(const struct model *model, const char *field);
/* Field number i that has parameters of its own: its name, which is `length` bytes long; NULL: there are no more. */
const char *model_field(const struct model *model, size_t i, size_t *length);

/* True where a term's score is a formula's, not that of score_of. */
static inline bool model_is_formula(const struct model *model) { return model->kind >= MODEL_BM25_PLUS; }

/* True where the model counts by the fields' weights and leaves stop words out of lengths. */
static inline bool model_is_weighted(const struct model *model) { return model->kind == MODEL_DEFAULT; }

/* W of a term; at least 0. Of a formula, idf times q: what tells heavy terms from light ones. */
float model_weight(const struct model *model, uint64_t documents, uint64_t document_frequency,
                   uint64_t collection_frequency, uint32_t query_frequency);

/* What turns lengths into inverse(length). */
struct norms {
    float k1, one_minus_b, b, average, least_ratio;
    float by_code[256]; /* of the least length of each rounding code: an upper bound for all of the code */
};

void norms_init(struct norms *norms, const struct model *model, double average);
/* The same but for by_code, which bounds of blocks alone look at; norms_fill makes that. */
void norms_begin(struct norms *norms, const struct model *model, double average);
void norms_fill(struct norms *norms);

/* Of a length that a float holds exactly, or rounded as (float)length is. */
static inline float norms_inverse_of(const struct norms *norms, float length)
{
    float ratio = length / norms->average;
    ratio = ratio < norms->least_ratio ? norms->least_ratio : ratio;
    return 1.0f / (norms->k1 * (norms->one_minus_b + norms->b * ratio));
}

static inline float norms_inverse(const struct norms *norms, uint32_t length)
{
    return norms_inverse_of(norms, (float)length);
}

static inline float score_of(float weight, float frequency, float inverse)
{
    return weight - weight / (1.0f + frequency * inverse);
}

#endif
