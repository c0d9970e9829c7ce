/* SPDX-License-Identifier: MIT
 *
 * Saved queries: a set of them, and documents that are held against all at once as they come. A part of libsearch.h,
 * which includes it. No index is needed; nothing here writes one.
 *
 *     libsearch_watch *watch = NULL;          the set
 *     libsearch_watcher *watcher = NULL;      a stream of documents
 *     libsearch_watch_new(NULL, &watch, NULL);
 *     libsearch_watch_add_text(watch, LIBSEARCH_STRING("q1"), LIBSEARCH_STRING("\"health officials\" +africa"), 0, NULL,
 *                              NULL, NULL);
 *     libsearch_watcher_open(watch, NULL, &watcher, NULL);
 *     libsearch_document *document = libsearch_watch_document(watch);
 *     for each document that comes in:
 *         libsearch_document_clear(document); libsearch_document_set_text(document, "text", …);
 *         libsearch_watcher_match(watcher, document, &count, NULL);
 *         libsearch_watcher_id(watcher, i) for i < count are the queries that it matches
 *
 * A document matches a saved query exactly where a search for the query would find it in an index that holds this
 * document alone. So there are no scores; words that stand side by side match where any of them does, unless the query is
 * written otherwise or parsed with LIBSEARCH_PARSE_ALL.
 *
 * Threads. A set may be used by any number of threads at once: queries may be added and taken out while documents are
 * held against it. What a watcher says of a document is what the set was at one moment of that call. A watcher belongs
 * to one thread at a time; every thread that looks at documents opens its own.
 */
#ifndef LIBSEARCH_WATCH_H
#define LIBSEARCH_WATCH_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A set of saved queries. Any number of threads may use one. */
typedef struct libsearch_watch libsearch_watch;
/** A stream of documents that are held against a set; one thread at a time. */
typedef struct libsearch_watcher libsearch_watcher;

/** How a set is made: which fields its queries and documents have. */
typedef struct libsearch_watch_options {
    size_t size;                          /**< sizeof, by LIBSEARCH_WATCH_OPTIONS_INIT */
    const libsearch_allocator *allocator; /**< NULL: malloc; must outlive the set */
    const char *analyzer;                 /**< as libsearch_open_options.analyzer; NULL: "standard" */
    const libsearch_field *fields;        /**< more come with the documents */
    size_t field_count;                   /**< of fields */
    libsearch_index *like; /**< or NULL: analyzer and fields are those of its newest commit; then the three before are
                                not given */
} libsearch_watch_options;

#ifdef __cplusplus
/** The value to begin from. */
#define LIBSEARCH_WATCH_OPTIONS_INIT                                                                                   \
    {                                                                                                                  \
        sizeof(libsearch_watch_options), 0, 0, 0, 0, 0                                                                 \
    }
#else
/** The value to begin from. */
#define LIBSEARCH_WATCH_OPTIONS_INIT                                                                                   \
    {                                                                                                                  \
        .size = sizeof(libsearch_watch_options)                                                                        \
    }
#endif

/** An empty set. options: NULL, or see libsearch_watch_options. *watch is yours: free it with libsearch_watch_free.
 * Errors: INVALID (an option), NO_MEMORY; those of reading the index where `like` is given. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_watch_new(const libsearch_watch_options *options, libsearch_watch **watch,
                                                   libsearch_error *error);
/** Frees a set; its watchers are closed before. Since 0.1. */
LIBSEARCH_API void libsearch_watch_free(libsearch_watch *watch);

/** Adds a field, from the next document on. A field that comes with a document first is added by itself, as
 * libsearch_writer_put does. Saved queries that were not understood whole (they named a field that was not there) are
 * read again whenever a field comes. Errors: EXISTS (with other properties), INVALID, LIMIT, NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_watch_add_field(libsearch_watch *watch, const libsearch_field *field,
                                                         libsearch_error *error);

/** Saves a query tree under an id, in place of one that had it; the tree stays yours. Parts that an index with these
 * fields could not answer are refused as a search would, or, where the tree was parsed without LIBSEARCH_PARSE_STRICT,
 * match nothing. Errors: INVALID (the id; a field of another type or that there is not), UNSUPPORTED, LIMIT, NO_MEMORY; the
 * set is then as it was. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_watch_add(libsearch_watch *watch, libsearch_bytes id,
                                                   const libsearch_query *query, libsearch_error *error);
/** The same from text in the query language, by the set's fields. flags: LIBSEARCH_PARSE_…. report (may be NULL) is
 * called with context for each thing in the query that was not understood, one line each; it must not use the set. Moments
 * like now-7d are those of this call. Errors: as libsearch_watch_add; SYNTAX (strict). Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_watch_add_text(libsearch_watch *watch, libsearch_bytes id,
                                                        libsearch_bytes text, unsigned flags, libsearch_report report,
                                                        void *context, libsearch_error *error);
/** Saves the queries that an index keeps: of each document of the snapshot that has a value in `field` the first one, as
 * libsearch_watch_add_text does, under the document's id. So a set may live in an index, put and deleted like documents
 * and as durable as they are, and be taken from it when a program starts and after commits. field: text, keyword or
 * stored bytes, kept for fetching. What a query has that was not understood, and that it was refused and passed over,
 * is told to report (may be NULL), each line beginning with the id. *count (may be NULL): how many were saved. The index
 * need not be the one whose fields the set has. Errors: NOT_FOUND (no such field), INVALID (the field), UNSUPPORTED (the
 * engine), CORRUPT, IO, NO_MEMORY; the set then has those that came before. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_watch_add_snapshot(libsearch_watch *watch, libsearch_snapshot *snapshot,
                                                            const char *field, unsigned flags, libsearch_report report,
                                                            void *context, uint64_t *count, libsearch_error *error);
/** Takes a query out. NOT_FOUND when there is none of this id. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_watch_remove(libsearch_watch *watch, libsearch_bytes id,
                                                      libsearch_error *error);
/** How many queries are saved. Since 0.1. */
LIBSEARCH_API size_t libsearch_watch_count(libsearch_watch *watch);
/** A saved query in the query language. *text is yours: free it with libsearch_text_free. NOT_FOUND. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_watch_get(libsearch_watch *watch, libsearch_bytes id, char **text,
                                                   libsearch_error *error);

/** Writes the set, its fields and queries, to a file: durable and whole after LIBSEARCH_OK, and after a crash or an error
 * what it was before. One thread saves to a path at a time. Errors: IO, FULL, PERMISSION, FINISHED (a sync failed),
 * NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_watch_save(libsearch_watch *watch, const char *path, libsearch_error *error);
/** Reads a set that was saved. options: NULL, or an allocator, and `like`, an index that knows the analyzers of the
 * program's own that the set names; no others. *watch is yours. Errors: INVALID (an option), NOT_FOUND, CORRUPT (every checksum is
 * compared), VERSION (a newer format, or other analyzers), NOT_AN_INDEX (a file of something else), IO, NO_MEMORY.
 * Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_watch_load(const char *path, const libsearch_watch_options *options,
                                                    libsearch_watch **watch, libsearch_error *error);

/** An empty document for the set's watchers. NULL when memory is short. It is yours: libsearch_document_free. Since 0.1. */
LIBSEARCH_API libsearch_document *libsearch_watch_document(libsearch_watch *watch);

/** Limits of a watcher. */
typedef struct libsearch_watcher_options {
    size_t size;              /**< sizeof, by LIBSEARCH_WATCHER_OPTIONS_INIT */
    int64_t timeout;          /**< milliseconds for one document until DEADLINE; 0: none */
    size_t memory;            /**< bytes that the words of one document may take; 0: 256 MiB */
    libsearch_cancel *cancel; /**< or NULL; must outlive the watcher */
} libsearch_watcher_options;

#ifdef __cplusplus
/** The value to begin from. */
#define LIBSEARCH_WATCHER_OPTIONS_INIT                                                                                 \
    {                                                                                                                  \
        sizeof(libsearch_watcher_options), 0, 0, 0                                                                     \
    }
#else
/** The value to begin from. */
#define LIBSEARCH_WATCHER_OPTIONS_INIT                                                                                 \
    {                                                                                                                  \
        .size = sizeof(libsearch_watcher_options)                                                                      \
    }
#endif

/** Opens a stream on a set. options: NULL, or see libsearch_watcher_options. *watcher is yours: close it with
 * libsearch_watcher_close, before the set is freed. Errors: INVALID, NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_watcher_open(libsearch_watch *watch, const libsearch_watcher_options *options,
                                                      libsearch_watcher **watcher, libsearch_error *error);
/** Closes a stream. Since 0.1. */
LIBSEARCH_API void libsearch_watcher_close(libsearch_watcher *watcher);

/** Holds a document against all saved queries. *count (may be NULL): how many it matches; which ones, libsearch_watcher_id
 * says, until the next call with this watcher. They come in the order in which the queries were first added, where a query
 * that was taken out gives its place to the next one. The document stays yours and is not needed any more.
 * Errors: INVALID (a value of another type than its field), LIMIT (memory, fields), DEADLINE, CANCELLED, NO_MEMORY; there
 * are then no matches. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_watcher_match(libsearch_watcher *watcher, const libsearch_document *document,
                                                       size_t *count, libsearch_error *error);
/** The id of the query that match i is of, borrowed from the watcher until its next libsearch_watcher_match, also where
 * the query is taken out meanwhile. i must be less than the count. Since 0.1. */
LIBSEARCH_API libsearch_bytes libsearch_watcher_id(const libsearch_watcher *watcher, size_t i);

/** A stretch of a document's text that a saved query asks for. */
typedef struct libsearch_watch_word {
    const char *field; /**< the field's name, borrowed from the set */
    size_t value;      /**< which of the document's values of that field, from 0 */
    size_t start;      /**< its first byte in that value */
    size_t end;        /**< behind its last byte */
} libsearch_watch_word;

/** The words by which the document matches in match i: by field, value and place, each once. Words of a phrase, or of what
 * is to be near each other, only where they stand so; of what must not be there, and of ranges, none. *words are borrowed
 * from the watcher until the next call with it. Errors: INVALID (i), DEADLINE, CANCELLED, NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_watcher_words(libsearch_watcher *watcher, size_t i,
                                                       const libsearch_watch_word **words, size_t *count,
                                                       libsearch_error *error);

#ifdef __cplusplus
}
#endif

#endif
