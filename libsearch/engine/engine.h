/* SPDX-License-Identifier: MIT */
/* The seam: what an engine must do. The public functions know engines only by this; analysis, the query tree,
 * the parser and snippets know nothing of any.
 *
 * An engine is a table of functions. What it cannot do it answers with UNSUPPORTED and the name of the thing; it
 * never ignores it. Handles are the engine's own structs behind the opaque ones here. */
#ifndef LIBSEARCH_ENGINE_ENGINE_H
#define LIBSEARCH_ENGINE_ENGINE_H

#include "base/memory.h"
#include "base/status.h"
#include "query/query.h"
#include "query/query_set.h"
#include "schema/document.h"
#include "schema/schema.h"

struct engine_index;    /* used by any number of threads */
struct engine_writer;   /* one thread at a time */
struct engine_snapshot; /* used by any number of threads */

/* One answer. */
struct engine_hit {
    float score;
    uint64_t number; /* of the document in the snapshot: what fetch and id take, and the order of ties */
};

/* What an engine can do beyond the k best; what it cannot is refused before it is asked. */
enum {
    ENGINE_SORTS = 1 << 0,
    ENGINE_FACETS = 1 << 1,
    ENGINE_COLLAPSES = 1 << 2,
    ENGINE_CONTINUES = 1 << 3,    /* after a hit of an earlier answer */
    ENGINE_RANKS = 1 << 4,        /* by signals and scorers, without documents */
    ENGINE_IDS_LIE_READY = 1 << 5 /* id cannot fail for a hit, and is a look at a place */
};

/* What a search is asked for. */
struct engine_request {
    const libsearch_query *query;
    size_t count, offset;
    libsearch_total total;
    const char *model;          /* NULL: the engine's default */
    int64_t deadline;           /* CLOCK_MONOTONIC nanoseconds, 0: none */
    size_t memory;              /* bytes; never 0 */
    const volatile int *cancel; /* NULL, or a flag that turns non-zero */
    unsigned flags;             /* LIBSEARCH_SEARCH_… */
    const libsearch_sort *sort;
    size_t sort_count;
    const libsearch_facet *facets;
    size_t facet_count;
    const char *collapse;  /* or NULL */
    const uint64_t *after; /* the keys of a hit, or NULL; and its number. In the order by score that is given without
                                keys they are 0, and UINT32_MAX less the bits of its score */
    uint64_t after_number;
    const libsearch_ranking *ranking; /* or NULL; its rescorer is not the engine's */
    struct arena *results;            /* where keys, folded and facets of the answer lie */
};

/* What came of it; hits are the caller's array of `count` elements at least. */
struct engine_answer {
    struct engine_hit *hits;
    size_t hit_count;
    uint64_t total; /* at least so many match … */
    bool total_exact;
    bool exhaustive; /* every match was scored */
    uint64_t total_estimate,
        total_upper; /* … about so many, and at most so many; where exact, all three are the same */
    uint64_t *keys;  /* with sort, facets, collapse or after: key_count of each hit, by which it stands where
                                it does; else NULL */
    size_t key_count;
    uint64_t *folded; /* likewise */
    libsearch_facet_counts *facets;
    struct query_warning *warnings; /* what could not be done as a lenient query asks; of the index's allocator, the
                                       caller's to free after OK */
};

/* Documents whose words are wanted, or a text. */
struct engine_source {
    uint64_t number;
    libsearch_bytes text; /* where data is not NULL: instead of a document */
    float weight;
};
struct engine_expand {
    const struct engine_source *sources;
    size_t source_count;
    size_t words, bytes; /* how many are wanted; how much of each source is read */
    bool others;         /* only words that other documents have, too */
    int64_t deadline;    /* as of a search */
    size_t memory;
    const volatile int *cancel;
    struct arena *results;
};
/* A word that says much about them, as a query takes it, and how much of them it is: from 0 to 1. */
struct engine_word {
    libsearch_bytes term, word;
    float impact;
};

/* Words that go on as one does, or are like it. */
struct engine_suggest {
    const struct field *field; /* text or keyword; NULL: the default group */
    libsearch_bytes word;      /* folded as the field's words are; of keywords as it is */
    bool correct;              /* words like it; else words that begin so */
    size_t count;
    int64_t deadline; /* these as in engine_request */
    size_t memory;
    const volatile int *cancel;
    struct arena *results; /* where the list and its words lie */
};

struct engine_suggestion {
    libsearch_bytes word; /* as it was written, folded */
    uint64_t frequency;   /* how often; of keywords, in how many documents */
    unsigned distance;    /* of corrections: edits */
};

struct libsearch_engine {
    size_t size; /* sizeof, so that an engine library of another version is noticed */
    const char *name;

    /* options: whole, each struct in it of this version's size; what extensions point to may go after the call, what
     * the program's functions and contexts need stays. */
    libsearch_status (*open)(const libsearch_allocator *allocator, const char *path, unsigned flags,
                             const libsearch_open_options *options, struct engine_index **index,
                             libsearch_error *error);
    void (*close)(struct engine_index *index);
    /* See libsearch_check. options: as open gets them, or NULL. */
    libsearch_status (*check)(const libsearch_allocator *allocator, const char *path,
                              const libsearch_open_options *options, libsearch_report report, void *context,
                              libsearch_error *error);

    /* The newest state, pinned. */
    libsearch_status (*snapshot_open)(struct engine_index *index, struct engine_snapshot **snapshot,
                                      libsearch_error *error);
    void (*snapshot_close)(struct engine_snapshot *snapshot);
    /* The snapshot's schema, borrowed from it. */
    const struct schema *(*snapshot_schema)(const struct engine_snapshot *snapshot);
    libsearch_status (*search)(struct engine_snapshot *snapshot, const struct engine_request *request,
                               struct engine_answer *answer, libsearch_error *error);
    /* The id of a document, valid as long as the snapshot. */
    libsearch_status (*id)(struct engine_snapshot *snapshot, uint64_t number, libsearch_bytes *id,
                           libsearch_error *error);
    /* The number of the live document with this id, or NOT_FOUND. */
    libsearch_status (*find)(struct engine_snapshot *snapshot, libsearch_bytes id, uint64_t *number,
                             libsearch_error *error);
    /* Fills an empty document with the stored fields. */
    libsearch_status (*fetch)(struct engine_snapshot *snapshot, uint64_t number, libsearch_document *document,
                              libsearch_error *error);
    libsearch_status (*info)(struct engine_snapshot *snapshot, libsearch_info *info, libsearch_error *error);

    /* The index's own schema as the writer has it, for documents on their way in. */
    libsearch_status (*writer_open)(struct engine_index *index, const libsearch_writer_options *options,
                                    struct engine_writer **writer, libsearch_error *error);
    void (*writer_close)(struct engine_writer *writer);
    libsearch_status (*add_field)(struct engine_writer *writer, const libsearch_field *field, libsearch_error *error);
    libsearch_status (*put)(struct engine_writer *writer, libsearch_bytes id, const libsearch_document *document,
                            bool if_absent, libsearch_error *error);
    libsearch_status (*remove)(struct engine_writer *writer, libsearch_bytes id, libsearch_error *error);
    libsearch_status (*remove_matching)(struct engine_writer *writer, const libsearch_query *query, uint64_t *count,
                                        libsearch_error *error);
    libsearch_status (*prepare)(struct engine_writer *writer, libsearch_durability durability, libsearch_bytes bytes,
                                libsearch_error *error);
    libsearch_status (*finish)(struct engine_writer *writer, libsearch_error *error);
    libsearch_status (*cancel)(struct engine_writer *writer, libsearch_error *error);
    libsearch_status (*refresh)(struct engine_writer *writer, libsearch_error *error);
    libsearch_status (*rollback)(struct engine_writer *writer, libsearch_error *error);
    libsearch_status (*compact)(struct engine_writer *writer, unsigned flags, libsearch_error *error);

    unsigned abilities; /* ENGINE_… */
    /* The documents that match, strictly (nothing is lenient): *set is the caller's to release. Of the request query,
     * memory, deadline and cancel are looked at. NULL: it cannot. */
    libsearch_status (*select)(struct engine_snapshot *snapshot, const struct engine_request *request,
                               struct query_set **set, libsearch_error *error);
    /* See libsearch_snapshot_backup. options: as open gets them. NULL: it cannot. */
    libsearch_status (*backup)(struct engine_snapshot *snapshot, const char *path,
                               const libsearch_open_options *options, libsearch_error *error);
    /* Where the score of a document comes from, in the arena's memory; NULL: it cannot say. */
    libsearch_status (*explain)(struct engine_snapshot *snapshot, const libsearch_query *query, const char *model,
                                const libsearch_ranking *ranking, uint64_t number, struct arena *arena,
                                libsearch_explanation **list, size_t *count, libsearch_error *error);
    /* Completions by falling frequency; corrections by what they are worth, the word itself among them where it was
     * written. *known, of corrections: in how many documents a search finds the word. NULL: it has none. */
    libsearch_status (*suggest)(struct engine_snapshot *snapshot, const struct engine_suggest *request,
                                struct engine_suggestion **list, size_t *count, uint64_t *known,
                                libsearch_error *error);
    /* The words that say most about some documents, the best first, in the arena's memory. NULL: it does not know. */
    libsearch_status (*expand)(struct engine_snapshot *snapshot, const struct engine_expand *request,
                               struct engine_word **words, size_t *count, libsearch_error *error);
    /* Signatures of a text field that asks for them (text/signature.h): of one document (NOT_FOUND: it has none), and of
     * all live ones that have one, by rising number; what each returns other than OK ends it. NULL: it keeps none. */
    libsearch_status (*signature)(struct engine_snapshot *snapshot, const struct field *field, uint64_t number,
                                  uint64_t *signature, libsearch_error *error);
    libsearch_status (*signatures)(struct engine_snapshot *snapshot, const struct field *field,
                                   libsearch_status (*each)(void *context, uint64_t number, const uint64_t *signature,
                                                            libsearch_error *error),
                                   void *context, libsearch_error *error);
    /* LIBSEARCH_CAN_…: what can be done with the index, and is not UNSUPPORTED. */
    uint64_t (*can)(struct engine_index *index);
};

/* The native engine (native/), and its directory in memory as functions for a program. */
const libsearch_engine *engine_native(void);
libsearch_status engine_memory_storage_new(const libsearch_allocator *allocator, const libsearch_storage **storage,
                                           libsearch_error *error);
void engine_memory_storage_free(const libsearch_storage *storage);

#endif
