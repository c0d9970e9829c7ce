/* SPDX-License-Identifier: MIT */
/* Ranking models that are a formula of their own. What a term that stands f times in a document of l words gives to its
 * score is q times
 *
 *   bm25+         ln((N + 1) / n) ((k1 + 1) f / (k1 (1 - b + b l / a) + f) + delta). Lv and Zhai, “Lower-bounding term
 *                 frequency normalization” (CIKM 2011); k1 1.2, b 0.75, delta 1.
 *   bm25l         ln((N + 1) / (n + 0.5)) (k1 + 1) (g + delta) / (k1 + g + delta), g = f / (1 - b + b l / a). Lv and
 *                 Zhai, “When documents are very long, BM25 fails!” (SIGIR 2011); k1 1.2, b 0.75, delta 0.5.
 *   tf-idf        ln((N + 1) / n) (1 + ln(1 + ln f)) / (1 - s + s l / a): pivoted normalization. Singhal, Buckley and
 *                 Mitra, “Pivoted document length normalization” (SIGIR 1996), in the form of Singhal, “Modern
 *                 information retrieval: a brief overview” (2001); s 0.2.
 *   pl2           (g log2(g / m) + (m - g) log2 e + log2(2 pi g) / 2) / (g + 1), m = cf / N,
 *                 g = f log2(1 + c a / l): Poisson, Laplace's after-effect, second normalization. Amati and van
 *                 Rijsbergen, “Probabilistic models of information retrieval based on measuring the divergence from
 *                 randomness” (TOIS 20, 2002), but for the 1 / (12 g) of Stirling's formula, which has no bound where g
 *                 is small; c 1.
 *   dph           (1 - r)^2 / (f + 1) (f log2(f a / l N / cf) + log2(2 pi f (1 - r)) / 2), r = f / l: a hypergeometric
 *                 model without parameters. Amati, “Frequentist and Bayesian approach to information retrieval” (ECIR
 *                 2006), as in Amati and others, “FUB, IASI-CNR and University of Tor Vergata at TREC 2007 blog track”.
 *   lm-dirichlet  ln(1 + f / (mu p)) + ln(mu / (l + mu)), p = cf / T: a language model with a Dirichlet prior. Zhai and
 *                 Lafferty, “A study of smoothing methods for language models applied to information retrieval” (TOIS
 *                 22, 2004); mu 2000. The second part, which the paper has for every word of the question, counts for
 *                 those that the document has.
 *   lm-jm         ln(1 + (1 - lambda) f / (lambda l p)): smoothed by mixing (Jelinek and Mercer 1980), of the same
 *                 paper; lambda 0.7.
 *
 * and never less than a millionth of q: a document that has a word is before one that has none. N: documents; n:
 * those that have the term; cf: its occurrences; T: all occurrences of words; a: the average of l; q: how often the
 * question has the term. All count deleted documents until they are merged away. Computed in doubles, in the order that
 * is written here, and rounded once. A phrase gives the sum of what its words would give that stood as often as it does.
 *
 * All but pl2 and dph rise with f and fall with l, and so have bounds. */
#ifndef LIBSEARCH_SEARCH_FORMULA_H
#define LIBSEARCH_SEARCH_FORMULA_H

#include "search/model.h"

/* What of a formula does not depend on the document. */
struct formula {
    enum model_kind kind;
    double scale; /* boost times q */
    double idf;
    double average; /* a */
    double k1, b, delta;
    double rare; /* pl2: m; dph: N / cf; the language models: mu p, or lambda p / (1 - lambda) */
    double mu;   /* or pl2's c, or the slope s */
};

/* Several of them, for a phrase. */
struct formulas {
    const struct formula **list;
    size_t count;
};

struct term_statistics {
    double documents, document_frequency, collection_frequency, tokens;
};

void formula_init(struct formula *formula, const struct model *model, const struct term_statistics *term,
                  double average, float boost, uint32_t query_frequency);

float formula_score(const struct formula *formula, float frequency, uint32_t length);
/* The sum in their order. */
float formulas_score(const struct formulas *formulas, float frequency, uint32_t length);

/* True where a greater frequency or a smaller length never gives less. */
static inline bool formula_is_monotone(const struct formula *formula)
{
    return formula->kind != MODEL_PL2 && formula->kind != MODEL_DPH;
}

/* Of a monotone one: no document with at most this frequency (also infinite) and at least this length scores more. */
float formula_bound(const struct formula *formula, float frequency, uint32_t length);

#endif
