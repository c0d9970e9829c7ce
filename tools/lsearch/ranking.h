/* SPDX-License-Identifier: MIT */
/* What the command line says of the ranking. */
#ifndef LSEARCH_RANKING_H
#define LSEARCH_RANKING_H

#include "lsearch.h"
#include "rescore.h"

/* --signal FIELD:KIND[,weight=W][,base=B][,scale=S][,origin=O][,missing=G][,add]. A scale may be a time, such as 30d or
 * 12h, an origin a date; recency begins at the present moment and halves in 30 days unless it is said otherwise. False:
 * it is none. */
bool signal_add(struct options *options, const char *text);
void signals_free(struct options *options);

/* A search's ranking by the options; NULL: they say nothing. */
struct ranking_room {
    libsearch_ranking ranking;
    libsearch_feedback feedback;
    libsearch_rescorer rescorer;
    struct rescoring rescoring;
};
const libsearch_ranking *ranking_of(const struct options *options, struct ranking_room *room);
void ranking_free(struct ranking_room *room);

#endif
