/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ranking: Xapian's BM25Weight, which servers know, by the names that the native engine gives models. */
#ifndef LIBSEARCH_XAPIAN_MODEL_HH
#define LIBSEARCH_XAPIAN_MODEL_HH

#include "xapian/core.hh"

struct model {
    double k1 = 1, b = 0.5, k3 = 1, min_normlen = 0.5; /* BM25Weight's own defaults */
};

/* "bm25-xapian" with its parameters, "default" or NULL. INVALID; UNSUPPORTED for models that only the native engine
 * has. */
model model_read(const char *text);
const char *model_default_text();

/* What a term of frequency 1 in a document of average length scores: the logarithm in BM25Weight. */
double model_presence(uint64_t documents, uint64_t with);

#endif
