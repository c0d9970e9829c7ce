/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a score comes from. Xapian is asked for the score that each part of a query gives the document by itself: what
 * it answers is what it adds up, whatever the weighting. */
#ifndef LIBSEARCH_XAPIAN_EXPLAIN_HH
#define LIBSEARCH_XAPIAN_EXPLAIN_HH

#include "xapian/gather.hh"

/* The lines, in memory of the arena; none where the document does not match. UNSUPPORTED where databases of another
 * program are searched as one, and no term finds a document. */
void explain_score(const question &question, Xapian::docid number, struct arena *arena, libsearch_explanation **list,
                   size_t *count);

#endif
