/* SPDX-License-Identifier: MIT */
/* A posting list as a set of documents: for finding common documents where frequencies do not matter yet. */
#ifndef LIBSEARCH_SEARCH_LIST_WALK_H
#define LIBSEARCH_SEARCH_LIST_WALK_H

#include "postings/posting_list.h"

struct list_walk {
    const struct posting_list *list;
    uint32_t number; /* of the loaded block; blocks: none */
    uint32_t from;   /* where seeking begins: most questions come in order */
    struct posting_block block;
};

void list_walk_open(struct list_walk *walk, const struct posting_list *list);
/* Loads the documents of block b. False: damaged. */
bool list_walk_load(struct list_walk *walk, uint32_t b);
/* The first block that can have documents at or after the given one; blocks: none. Any order. */
uint32_t list_walk_seek(struct list_walk *walk, uint32_t document);
/* Keeps of n rising documents those that the list has. Any order between calls. False: damaged. */
bool list_walk_keep(struct list_walk *walk, uint32_t *documents, size_t *n);
/* Keeps those that it does not have; n <= POSTING_BLOCK. */
bool list_walk_drop(struct list_walk *walk, uint32_t *documents, size_t *n);

#endif
