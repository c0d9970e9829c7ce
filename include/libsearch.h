/* SPDX-License-Identifier: MIT
 *
 * libsearch: full-text search as a C library.
 *
 *     libsearch_open("news.index", LIBSEARCH_CREATE, NULL, &index, NULL);
 *     libsearch_writer_open(index, NULL, &writer, NULL);
 *     document = libsearch_document_new(index);
 *     libsearch_document_set_text(document, "title", LIBSEARCH_STRING("Officials agree on cooperation"));
 *     libsearch_writer_put(writer, LIBSEARCH_STRING("report-1"), document, NULL);
 *     libsearch_writer_commit(writer, NULL);
 *     libsearch_search(index, LIBSEARCH_STRING("cooperating officials"), 10, &results, NULL);
 *
 * The header is a staircase; each step is complete in itself.
 *   1. First search      open, put, commit, search: all that a small program needs
 *   2. Documents         values of every kind, stored fields, fetching by id
 *   3. Fields            a schema: types, analyzers, weights
 *   4. Writing           options, durability, prepared commits, deletion, compaction
 *   5. Searching         snapshots, options, deadlines, totals, ranking models
 *   6. Looking inside    information, checking, versions
 * and, in files of their own that this one includes at its end,
 *   <libsearch/query.h>    query trees: built by functions or parsed from text
 *   <libsearch/suggest.h>  completions of what is being typed, and did-you-mean
 *   <libsearch/rank.h>     ranking models, the program's own numbers and functions in the score, a second stage
 *   <libsearch/filter.h>   filters that are kept and used again
 *   <libsearch/backup.h>   hot backups
 *   <libsearch/synonyms.h> words that stand for others
 *   <libsearch/snippets.h> passages of a document as byte ranges
 *   <libsearch/extend.h>   analyzers, storage, log and progress by the program's own functions
 *   <libsearch/total.h>    how many documents match, at least, about and at most
 *   <libsearch/watch.h>    saved queries: documents held against all of them as they come
 *   <libsearch/duplicates.h> one text told twice: near-duplicates found, listed, folded in results
 *   <libsearch/abilities.h> what an index can do, by its engine and by where it is
 *   <libsearch/limits.h>   how long names, values and queries may be, and how many there may be of each
 *
 * Rules that hold everywhere
 *
 *   Ownership. What comes back through a pointer-to-pointer is yours and has a function that frees
 *   it; what is returned or filled in as libsearch_bytes is borrowed from the object that it was
 *   asked of and lives as long as that object, unless its function says something else.
 *
 *   Errors. Every function that can fail returns a status and takes, as its last argument, a
 *   libsearch_error or NULL. Out-parameters are written only on LIBSEARCH_OK. Functions that free
 *   accept NULL.
 *
 *   Text is a pointer and a length, UTF-8; bytes that are not UTF-8 are read as U+FFFD. Names of
 *   fields, paths and model strings are zero-terminated.
 *
 *   Structs of options begin with their own size. Start each from its ..._INIT value, so that a
 *   program compiled today works with a library that knows more fields.
 *
 *   Threads. libsearch_index and libsearch_snapshot may be used from any number of threads at once.
 *   Every other handle belongs to one thread at a time. There is no global state.
 */
#ifndef LIBSEARCH_H
#define LIBSEARCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @def LIBSEARCH_API
 * Stands before every function that the library exports. */
#if defined(__GNUC__)
#define LIBSEARCH_API __attribute__((visibility("default")))
#else
#define LIBSEARCH_API
#endif

#define LIBSEARCH_VERSION_MAJOR 0 /**< of this header; libsearch_version is of the library that runs */
#define LIBSEARCH_VERSION_MINOR 1 /**< of this header */
#define LIBSEARCH_VERSION_PATCH 0 /**< of this header */

/* ---------------------------------------------------------------------------------------------
 * 1. First search
 * ------------------------------------------------------------------------------------------- */

/** What became of a call. Zero is success; numbers never change their meaning. */
typedef enum libsearch_status {
    LIBSEARCH_OK = 0,
    LIBSEARCH_INVALID = 1,      /**< an argument is wrong; the message says which */
    LIBSEARCH_NO_MEMORY = 2,    /**< an allocation failed */
    LIBSEARCH_NOT_FOUND = 3,    /**< no such document, field, index or file */
    LIBSEARCH_EXISTS = 4,       /**< it is there already */
    LIBSEARCH_IO = 5,           /**< reading or writing failed; the message names file and cause */
    LIBSEARCH_FULL = 6,         /**< no space left where the index lies */
    LIBSEARCH_PERMISSION = 7,   /**< the file system does not allow it, or it was opened to read only */
    LIBSEARCH_LOCKED = 8,       /**< another writer has the index */
    LIBSEARCH_NOT_AN_INDEX = 9, /**< the directory holds something else */
    LIBSEARCH_CORRUPT = 10,     /**< damaged bytes; the message names file and offset */
    LIBSEARCH_VERSION = 11,     /**< written by a newer format, or with other analyzers than these */
    LIBSEARCH_LIMIT = 12,       /**< a stated limit was reached: size, depth, expansion, memory */
    LIBSEARCH_DEADLINE = 13,    /**< the search's time was over */
    LIBSEARCH_CANCELLED = 14,   /**< another thread cancelled the search */
    LIBSEARCH_SYNTAX = 15,      /**< a query in strict mode does not parse; error.position says where */
    LIBSEARCH_UNSUPPORTED = 16, /**< this engine cannot do that; it is never ignored */
    LIBSEARCH_FINISHED = 17,    /**< the writer failed for good (a sync failed); close it, open another */
    LIBSEARCH_STALE = 18        /**< what the handle shows is gone; open it anew */
} libsearch_status;

/**
 * Where a failed call says what was wrong. Lives wherever the caller puts it (usually the stack),
 * owns nothing, and may be reused.
 *
 *     libsearch_error error = LIBSEARCH_ERROR_INIT;
 *     if (libsearch_open("news.index", 0, NULL, &index, &error) != LIBSEARCH_OK)
 *         fprintf(stderr, "%s\n", error.message);
 */
typedef struct libsearch_error {
    size_t size;             /**< sizeof(libsearch_error), by LIBSEARCH_ERROR_INIT */
    libsearch_status status; /**< the status that the call returned */
    int64_t position;        /**< byte position in a query or file where one is known, else -1 */
    char message[488];       /**< one line, zero-terminated, no newline */
} libsearch_error;

/** @def LIBSEARCH_ERROR_INIT
 * The value that a libsearch_error starts from: nothing is wrong, no position, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_ERROR_INIT                                                                                           \
    {                                                                                                                  \
        sizeof(libsearch_error), LIBSEARCH_OK, -1, ""                                                                  \
    }
#else
#define LIBSEARCH_ERROR_INIT                                                                                           \
    {                                                                                                                  \
        .size = sizeof(libsearch_error), .position = -1                                                                \
    }
#endif

/** A run of bytes, borrowed. data may be NULL where length is 0; there is no zero at its end. */
typedef struct libsearch_bytes {
    const char *data; /**< the first of them */
    size_t length;    /**< how many */
} libsearch_bytes;

/** A libsearch_bytes of a string literal. */
#ifdef __cplusplus
#define LIBSEARCH_STRING(literal) (libsearch_bytes{ "" literal, sizeof(literal) - 1 })
#else
#define LIBSEARCH_STRING(literal) ((libsearch_bytes){ "" literal, sizeof(literal) - 1 })
#endif

/** An index: a directory and what is cached of it. Any number of threads may use one. */
typedef struct libsearch_index libsearch_index;
/** The one that may change an index; at most one is open on a directory at a time, in any process. */
typedef struct libsearch_writer libsearch_writer;
/** A document on its way into an index, or as it came out. */
typedef struct libsearch_document libsearch_document;
/** The ranked answer to one search; holds the snapshot that it came from. */
typedef struct libsearch_results libsearch_results;
/** One commit, pinned: what it shows never changes. Any number of threads may search one. */
typedef struct libsearch_snapshot libsearch_snapshot;
/** What a search ranks by beyond its model (libsearch/rank.h). */
typedef struct libsearch_ranking libsearch_ranking;
/** A query tree; immutable, so any number of threads may use one. */
typedef struct libsearch_query libsearch_query;
/** Which words stand for which others: libsearch_synonyms_new. Once made, any number of threads may use them. */
typedef struct libsearch_synonyms libsearch_synonyms;

/** Flags of libsearch_open. */
enum {
    LIBSEARCH_CREATE = 1u << 0,    /**< make the directory and an empty index where there is none */
    LIBSEARCH_READ_ONLY = 1u << 1, /**< refuse writers on this handle; touch nothing in the directory */
    LIBSEARCH_VERIFY = 1u << 2,    /**< compare every checksum of every file that is opened */
    LIBSEARCH_NO_MAP = 1u << 3,    /**< read files into memory instead of mapping them */
    LIBSEARCH_PREVIOUS = 1u << 4   /**< open the commit before the newest (the newest is damaged, say) */
};

typedef struct libsearch_open_options libsearch_open_options;

/**
 * Opens the index in directory path.
 *
 * flags: any of LIBSEARCH_CREATE and so on. options: NULL, or see libsearch_open_options.
 * On success *index is yours; close it with libsearch_close.
 * Errors: NOT_FOUND (nothing there and no LIBSEARCH_CREATE), NOT_AN_INDEX, CORRUPT, VERSION, IO,
 * PERMISSION, NO_MEMORY. Cost: milliseconds, however large the index is (with LIBSEARCH_VERIFY, the
 * time to read it whole). Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_open(const char *path, unsigned flags, const libsearch_open_options *options,
                                              libsearch_index **index, libsearch_error *error);

/** Closes an index. Snapshots and results that came from it stay valid; its writer must be closed
 * before. Since 0.1. */
LIBSEARCH_API void libsearch_close(libsearch_index *index);

typedef struct libsearch_writer_options libsearch_writer_options;

/**
 * Becomes the writer of index. options: NULL, or see libsearch_writer_options.
 * Errors: LOCKED (somebody writes already), PERMISSION, IO, CORRUPT, NO_MEMORY. Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_writer_open(libsearch_index *index, const libsearch_writer_options *options,
                                                     libsearch_writer **writer, libsearch_error *error);

/**
 * An empty document for the given index. NULL when memory is short. It is yours: free it with
 * libsearch_document_free, or use it again for the next one after libsearch_document_clear.
 * Since 0.1.
 */
LIBSEARCH_API libsearch_document *libsearch_document_new(libsearch_index *index);
/** Frees a document that is yours. Since 0.1. */
LIBSEARCH_API void libsearch_document_free(libsearch_document *document);

/**
 * Adds a text to a field; called again for the same field, one more value. The bytes are copied.
 *
 * A field that the index does not know yet becomes a text field with the index's analyzer (see part
 * 3 to say it otherwise). Errors: INVALID (the field is of another type, or the name is not a field
 * name: letters, digits, _ - . and not beginning with a digit), LIMIT, NO_MEMORY. Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_document_set_text(libsearch_document *document, const char *field,
                                                           libsearch_bytes text);

/**
 * Puts a document under an id, in place of any that had it. The document stays the caller's.
 * It can be searched after the next commit or refresh.
 *
 * Errors: INVALID (empty id), LIMIT (id, or a value, too long), FULL, IO, NO_MEMORY, FINISHED.
 * After an error the document is not in the index, and the writer goes on unless FINISHED.
 * Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_writer_put(libsearch_writer *writer, libsearch_bytes id,
                                                    const libsearch_document *document, libsearch_error *error);

/**
 * Makes all that was put and deleted durable and visible, at once and whole: after LIBSEARCH_OK it
 * survives a crash of the process, of the system and a power cut. After every error the commit before
 * stands. Errors: FULL, IO, NO_MEMORY (where documents could not be written out, what was put since the
 * commit before is lost: the writer then answers FINISHED until libsearch_writer_rollback, after which
 * it may be put again; else nothing is lost and the commit may be tried again), FINISHED (a sync failed:
 * the writer is of no more use). Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_writer_commit(libsearch_writer *writer, libsearch_error *error);

/** Ends the writing. What was not committed is dropped. Since 0.1. */
LIBSEARCH_API void libsearch_writer_close(libsearch_writer *writer);

/**
 * The best count documents for a query as people type it (docs/query-language.md), from the newest
 * commit. Any text is a query: what cannot be understood is searched as plain words and reported by
 * libsearch_results_warning. *results is yours. Errors: LIMIT, CORRUPT, IO, NO_MEMORY. Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_search(libsearch_index *index, libsearch_bytes query, size_t count,
                                                libsearch_results **results, libsearch_error *error);

/** How many documents are listed: at most what was asked for. Since 0.1. */
LIBSEARCH_API size_t libsearch_results_count(const libsearch_results *results);
/** The id of result i, 0 being the best. i must be less than the count. Since 0.1. */
LIBSEARCH_API libsearch_bytes libsearch_results_id(const libsearch_results *results, size_t i);
/** The score of result i; never rises with i unless a sort was asked for. Since 0.1. */
LIBSEARCH_API float libsearch_results_score(const libsearch_results *results, size_t i);
/** Frees results, and what was borrowed from them. Since 0.1. */
LIBSEARCH_API void libsearch_results_free(libsearch_results *results);

/* ---------------------------------------------------------------------------------------------
 * 2. Documents
 * ------------------------------------------------------------------------------------------- */

/** Empties a document for reuse; its memory is kept. Since 0.1. */
LIBSEARCH_API void libsearch_document_clear(libsearch_document *document);

/** Adds a keyword: one exact value, not cut into words (a tag, a country, a path). At most
 * LIBSEARCH_MAX_KEYWORD bytes. Errors as libsearch_document_set_text. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_document_set_keyword(libsearch_document *document, const char *field,
                                                              libsearch_bytes value);
/** Adds a whole number. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_document_set_integer(libsearch_document *document, const char *field,
                                                              int64_t value);
/** Adds a number; NaN is INVALID. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_document_set_float(libsearch_document *document, const char *field,
                                                            double value);
/** Adds a moment: milliseconds since 1970-01-01T00:00:00Z, earlier ones negative. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_document_set_date(libsearch_document *document, const char *field,
                                                           int64_t milliseconds);
/** Adds true (value is not 0) or false. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_document_set_boolean(libsearch_document *document, const char *field,
                                                              int value);
/** Adds bytes that are kept and given back, never searched. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_document_set_stored(libsearch_document *document, const char *field,
                                                             libsearch_bytes value);

/** What kind of values a field has. */
typedef enum libsearch_type {
    LIBSEARCH_TEXT = 1,    /**< words, analyzed, ranked */
    LIBSEARCH_KEYWORD = 2, /**< exact values */
    LIBSEARCH_INTEGER = 3, /**< int64_t */
    LIBSEARCH_FLOAT = 4,   /**< double */
    LIBSEARCH_DATE = 5,    /**< int64_t milliseconds since 1970 */
    LIBSEARCH_STORED = 6,  /**< bytes, kept only */
    LIBSEARCH_BOOLEAN = 7  /**< true or false: 1 or 0 wherever a number is asked for */
} libsearch_type;

/** One value of a document as libsearch_document_value gives it. */
typedef struct libsearch_value {
    const char *field;     /**< the field's name, borrowed */
    libsearch_type type;   /**< of the field; says which of the following counts */
    libsearch_bytes bytes; /**< text, keyword, stored: the bytes, borrowed; else empty */
    int64_t integer;       /**< integer, date; boolean: 1 or 0 */
    double number;         /**< float */
} libsearch_value;

/** How many values a document has, all fields together. Since 0.1. */
LIBSEARCH_API size_t libsearch_document_count(const libsearch_document *document);
/** Value i, in the order of the fields' first values. i must be less than the count. Since 0.1. */
LIBSEARCH_API libsearch_value libsearch_document_value(const libsearch_document *document, size_t i);
/** The first value of a field as bytes; empty when it has none or is no text, keyword or stored
 * bytes. Since 0.1. */
LIBSEARCH_API libsearch_bytes libsearch_document_bytes(const libsearch_document *document, const char *field);

/**
 * The stored fields of the document with this id in the newest commit. *document is yours.
 * Errors: NOT_FOUND, CORRUPT, IO, NO_MEMORY. Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_get(libsearch_index *index, libsearch_bytes id, libsearch_document **document,
                                             libsearch_error *error);

/** The stored fields of result i, fetched at the first call; borrowed from the results.
 * Errors: INVALID (i), CORRUPT, IO, NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_results_document(libsearch_results *results, size_t i,
                                                          const libsearch_document **document, libsearch_error *error);

/** A stretch of a text that answers the query. Offsets are bytes in the stored text. */
typedef struct libsearch_range {
    size_t start; /**< its first byte */
    size_t end;   /**< behind its last byte */
} libsearch_range;

/** How a snippet is written out. */
typedef enum libsearch_markup {
    LIBSEARCH_PLAIN = 0,   /**< text only */
    LIBSEARCH_HTML = 1,    /**< escaped, words that answer in `<b>` */
    LIBSEARCH_TERMINAL = 2 /**< control characters taken out, words that answer in bold */
} libsearch_markup;

/**
 * The best passage of about max_bytes bytes of a stored text field of result i, with the words that
 * answer the query marked; on one line. *snippet is borrowed from the results. field: NULL for the
 * longest text. Errors: INVALID, NOT_FOUND (the field is not stored), CORRUPT, IO, NO_MEMORY.
 * Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_results_snippet(libsearch_results *results, size_t i, const char *field,
                                                         size_t max_bytes, libsearch_markup markup,
                                                         libsearch_bytes *snippet, libsearch_error *error);

/* ---------------------------------------------------------------------------------------------
 * 3. Fields
 * ------------------------------------------------------------------------------------------- */

/** Flags of a field. */
enum {
    LIBSEARCH_FIELD_NOT_STORED = 1u << 0,   /**< do not keep the value for fetching */
    LIBSEARCH_FIELD_NO_POSITIONS = 1u << 1, /**< text: no phrases; smaller. Gives the field lists of its own */
    LIBSEARCH_FIELD_OWN_LISTS = 1u << 2,    /**< text: plain words do not look here, field:word does */
    LIBSEARCH_FIELD_NO_COLUMN = 1u << 3,    /**< keyword, numbers: no sorting and facets; smaller */
    LIBSEARCH_FIELD_SIGNATURE = 1u << 4     /**< text: 64 bytes more a document, by which near-duplicates are found
                                                 (libsearch/duplicates.h) */
};

/** A field as the schema has it. */
typedef struct libsearch_field {
    size_t size;          /**< sizeof(libsearch_field), by LIBSEARCH_FIELD_INIT */
    const char *name;     /**< letters, digits, _ - . and not beginning with a digit */
    libsearch_type type;  /**< of its values */
    unsigned flags;       /**< LIBSEARCH_FIELD_... */
    const char *analyzer; /**< text: NULL for the index's own; see libsearch_open_options.analyzer */
    float weight;         /**< text: how much a word here counts against one in a field of weight 1; the
                                default ranking's. 0: the default, 3 for a field named title, else 1 */
} libsearch_field;

/** @def LIBSEARCH_FIELD_INIT
 * The value that a libsearch_field starts from: a text field, all else by default, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_FIELD_INIT                                                                                           \
    {                                                                                                                  \
        sizeof(libsearch_field), 0, LIBSEARCH_TEXT, 0, 0, 0                                                            \
    }
#else
#define LIBSEARCH_FIELD_INIT                                                                                           \
    {                                                                                                                  \
        .size = sizeof(libsearch_field), .type = LIBSEARCH_TEXT                                                        \
    }
#endif

/** Memory by the program. Each function gets context first; allocate and reallocate answer NULL when
 * there is none, and align as malloc does. They may be called from any thread that calls the library, and from
 * the threads of a writer that was asked for some, several at once. */
typedef struct libsearch_allocator {
    void *context;                                                 /**< the program's own */
    void *(*allocate)(void *context, size_t size);                 /**< as malloc */
    void *(*reallocate)(void *context, void *memory, size_t size); /**< as realloc; memory may be NULL */
    void (*release)(void *context, void *memory);                  /**< as free; memory is not NULL */
} libsearch_allocator;

/** Another engine than the native one (see libsearch-xapian.h). */
typedef struct libsearch_engine libsearch_engine;
/** Callbacks (see libsearch/extend.h). */
typedef struct libsearch_extensions libsearch_extensions;

/** What libsearch_open may be told. */
struct libsearch_open_options {
    size_t size;                          /**< sizeof, by LIBSEARCH_OPEN_OPTIONS_INIT */
    const libsearch_allocator *allocator; /**< NULL: malloc; must outlive the handle and all that came from it */
    const libsearch_engine *engine;       /**< NULL: native */
    const char *analyzer;          /**< of a new index: a language ("english", "german", …: stemmed, with its stop
                               words), "standard" (no stemming), "plain-english" (stemmed, nothing split
                               further, no stop words: for comparisons). NULL: "standard" */
    const libsearch_field *fields; /**< of a new index: its fields; more can come later */
    size_t field_count;            /**< of fields */
    const libsearch_extensions *extensions; /**< what the program brings along (libsearch/extend.h), or NULL */
};

/** @def LIBSEARCH_OPEN_OPTIONS_INIT
 * The value that a libsearch_open_options starts from: all by default, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_OPEN_OPTIONS_INIT                                                                                    \
    {                                                                                                                  \
        sizeof(libsearch_open_options), 0, 0, 0, 0, 0, 0                                                               \
    }
#else
#define LIBSEARCH_OPEN_OPTIONS_INIT                                                                                    \
    {                                                                                                                  \
        .size = sizeof(libsearch_open_options)                                                                         \
    }
#endif

/** How many fields the newest commit's schema has. Since 0.1. */
LIBSEARCH_API size_t libsearch_field_count(libsearch_index *index);
/** Field i of the newest commit's schema, its strings borrowed from the index until the next commit that adds one.
 * Errors: INVALID (i). Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_field_at(libsearch_index *index, size_t i, libsearch_field *field,
                                                  libsearch_error *error);

/** Adds a field to the schema, from the next document on; kept by the next commit. Errors: EXISTS (with
 * other properties), INVALID, LIMIT, NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_writer_add_field(libsearch_writer *writer, const libsearch_field *field,
                                                          libsearch_error *error);

/* ---------------------------------------------------------------------------------------------
 * 4. Writing
 * ------------------------------------------------------------------------------------------- */

/** What libsearch_writer_open may be told. */
struct libsearch_writer_options {
    size_t size;       /**< sizeof, by LIBSEARCH_WRITER_OPTIONS_INIT */
    size_t memory;     /**< bytes that documents may take before they are written out; 0: 256 MiB; at
                                 least 16 MiB */
    unsigned threads;  /**< 0 or 1: all work inside the calls; more: that many threads build segments.
                                 The answers are the same whatever the number */
    int64_t lock_wait; /**< milliseconds to wait for another writer to end; 0: do not wait */
};

/** @def LIBSEARCH_WRITER_OPTIONS_INIT
 * The value that a libsearch_writer_options starts from: all by default, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_WRITER_OPTIONS_INIT                                                                                  \
    {                                                                                                                  \
        sizeof(libsearch_writer_options), 0, 0, 0                                                                      \
    }
#else
#define LIBSEARCH_WRITER_OPTIONS_INIT                                                                                  \
    {                                                                                                                  \
        .size = sizeof(libsearch_writer_options)                                                                       \
    }
#endif

/** As libsearch_writer_put, but only where no document has the id; else EXISTS and nothing changes.
 * Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_writer_put_if_absent(libsearch_writer *writer, libsearch_bytes id,
                                                              const libsearch_document *document,
                                                              libsearch_error *error);

/** Deletes the document with this id. NOT_FOUND when there is none, which changes nothing. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_writer_delete(libsearch_writer *writer, libsearch_bytes id,
                                                       libsearch_error *error);

/** Deletes all documents that match, among those put so far; *count (may be NULL): how many.
 * Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_writer_delete_matching(libsearch_writer *writer, const libsearch_query *query,
                                                                uint64_t *count, libsearch_error *error);

/** How safe a commit is. */
typedef enum libsearch_durability {
    LIBSEARCH_DURABLE = 0, /**< survives a power cut */
    LIBSEARCH_PROCESS = 1  /**< survives the end of the process, not of the system: nothing is synced.
                                The next durable commit syncs what this one left */
} libsearch_durability;

/**
 * The first half of a commit, to go hand in hand with another store: writes everything, and syncs it; nothing
 * is visible yet. Then libsearch_writer_finish makes it the newest commit, or libsearch_writer_cancel takes it
 * back. bytes: up to LIBSEARCH_MAX_COMMIT_BYTES of the program's own, kept in the commit
 * (libsearch_info.commit_bytes). Until then the writer accepts nothing else: INVALID. Errors: as
 * libsearch_writer_commit, and LIMIT (bytes). Since 0.1.
 */
LIBSEARCH_API libsearch_status libsearch_writer_prepare(libsearch_writer *writer, libsearch_durability durability,
                                                        libsearch_bytes bytes, libsearch_error *error);
/** The second half: what was prepared becomes the newest commit, by a rename and a sync. After an
 * error other than FINISHED it may be tried again, or cancelled. Errors: INVALID (nothing is prepared), FULL, IO,
 * PERMISSION, FINISHED. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_writer_finish(libsearch_writer *writer, libsearch_error *error);
/** Takes back what was prepared; what was put stays in the writer for the next commit. Errors: INVALID (nothing is
 * prepared), IO. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_writer_cancel(libsearch_writer *writer, libsearch_error *error);

/** Makes what was put so far searchable through this libsearch_index in this process, without making
 * it durable or showing it to others. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_writer_refresh(libsearch_writer *writer, libsearch_error *error);

/** Drops everything since the last commit. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_writer_rollback(libsearch_writer *writer, libsearch_error *error);

/** Flags of libsearch_writer_compact. */
enum {
    LIBSEARCH_REORDER = 1u << 0, /**< number the documents anew so that similar ones are neighbours (recursive
                                      graph bisection, Mackenzie and others, SIGIR 2021): smaller and faster;
                                      documents of equal score then follow the new numbers */
    LIBSEARCH_BIWORDS = 1u << 1  /**< keep which common words (in a 32nd of the documents or more) follow each other
                                      where: phrases of them are found at once, for a quarter more bytes. Until
                                      the next merge of the segment. LIMIT where an analyzer puts more than 64 of
                                      them in one place. Since 0.1 */
};

/** Merges everything into one segment without deleted documents, and commits. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_writer_compact(libsearch_writer *writer, unsigned flags,
                                                        libsearch_error *error);

/* ---------------------------------------------------------------------------------------------
 * 5. Searching
 * ------------------------------------------------------------------------------------------- */

/** Pins the newest commit. *snapshot is yours; its files stay until it is freed. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_snapshot_open(libsearch_index *index, libsearch_snapshot **snapshot,
                                                       libsearch_error *error);
/** Lets go of a snapshot. Results that came from it stay valid. Since 0.1. */
LIBSEARCH_API void libsearch_snapshot_free(libsearch_snapshot *snapshot);

/** How exactly the matches are counted. */
typedef enum libsearch_total {
    LIBSEARCH_TOTAL_BOUND = 0, /**< what the search saw anyway: a lower bound */
    LIBSEARCH_TOTAL_EXACT = 1, /**< every match */
    LIBSEARCH_TOTAL_NONE = 2   /**< not at all */
} libsearch_total;

/** A flag that another thread may raise to end searches that were given it. */
typedef struct libsearch_cancel libsearch_cancel;
/** A flag that is not raised. It is yours. NULL when memory is short. Since 0.1. */
LIBSEARCH_API libsearch_cancel *libsearch_cancel_new(void);
/** Frees a flag; no search may have it still. Since 0.1. */
LIBSEARCH_API void libsearch_cancel_free(libsearch_cancel *cancel);
/** Raises the flag; from any thread, also from a signal handler. Since 0.1. */
LIBSEARCH_API void libsearch_cancel_raise(libsearch_cancel *cancel);

/** One step of an order: documents by a column. Of several values of a document, the one that comes first counts.
 * Documents without a value come last, whichever way. What is equal in all steps is in the order of putting. */
typedef struct libsearch_sort {
    const char *field; /**< keyword, integer, float, date or boolean (false is less than true) with a column; NULL: the
                            score, the best first */
    unsigned flags;    /**< LIBSEARCH_SORT_... */
} libsearch_sort;

enum {
    LIBSEARCH_SORT_DESCENDING = 1u << 0,     /**< the greatest first */
    LIBSEARCH_SORT_MISSING_FIRST = 1u << 1,  /**< documents without a value first */
    LIBSEARCH_SORT_ASCENDING_SCORE = 1u << 2 /**< of the score: the worst first */
};

/** Stretches of time, UTC, for libsearch_facet; weeks begin on Monday. */
typedef enum libsearch_interval {
    LIBSEARCH_EACH_VALUE = 0, /**< no stretches: every value for itself */
    LIBSEARCH_EACH_YEAR = 1,
    LIBSEARCH_EACH_MONTH = 2,
    LIBSEARCH_EACH_WEEK = 3,
    LIBSEARCH_EACH_DAY = 4,
    LIBSEARCH_EACH_HOUR = 5
} libsearch_interval;

/** From low to below high; integers, dates and booleans, or floats. */
typedef struct libsearch_facet_range {
    int64_t low;        /**< of integers and dates: the first value in it */
    int64_t high;       /**< the first value behind it */
    double low_number;  /**< of floats: the least value in it */
    double high_number; /**< the least value behind it */
} libsearch_facet_range;

/** What is to be counted of a column over all matches. */
typedef struct libsearch_facet {
    size_t size;                         /**< sizeof, by LIBSEARCH_FACET_INIT */
    const char *field;                   /**< keyword, integer, float, date or boolean with a column */
    size_t count;                        /**< how many of the most frequent values are listed; INIT: 10 */
    libsearch_interval interval;         /**< of dates: all stretches of time that have a document, in their order */
    const libsearch_facet_range *ranges; /**< of numbers and dates: instead of values */
    size_t range_count;                  /**< of ranges */
    const libsearch_query *filter;       /**< only those of the matches that match this too are counted; NULL: all */
} libsearch_facet;

/** @def LIBSEARCH_FACET_INIT
 * The value that a libsearch_facet starts from: the ten most frequent values, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_FACET_INIT                                                                                           \
    {                                                                                                                  \
        sizeof(libsearch_facet), 0, 10, LIBSEARCH_EACH_VALUE, 0, 0, 0                                                  \
    }
#else
#define LIBSEARCH_FACET_INIT                                                                                           \
    {                                                                                                                  \
        .size = sizeof(libsearch_facet), .count = 10                                                                   \
    }
#endif

/** What a search may be told. */
typedef struct libsearch_search_options {
    size_t size;                   /**< sizeof, by LIBSEARCH_SEARCH_OPTIONS_INIT */
    size_t count;                  /**< how many results; INIT: 10; 0: none, as for counting */
    size_t offset;                 /**< how many of the best are left out first */
    libsearch_total total;         /**< how exactly matches are counted */
    const char *model;             /**< the ranking: "default", "bm25", "bm25:k1=0.9,b=0.4" and the others of
                               libsearch/rank.h; NULL: the index's default, which libsearch_info names */
    int64_t timeout;               /**< milliseconds until DEADLINE; 0: none */
    size_t memory;                 /**< bytes that the search may take, its results with it; 0: 256 MiB. Not counted:
                                        the query's words as the analyzer sees them, which stay with the query */
    libsearch_cancel *cancel;      /**< or NULL */
    unsigned flags;                /**< LIBSEARCH_SEARCH_... */
    const libsearch_sort *sort;    /**< the order, step by step; none: the best score first */
    size_t sort_count;             /**< of sort */
    const libsearch_facet *facets; /**< exact counts over all matches; libsearch_results_facet */
    size_t facet_count;            /**< of facets */
    const char *collapse;  /**< a keyword field: of documents that have the same (first) value only the first is listed;
                               those without a value are. NULL: none */
    libsearch_bytes after; /**< a cursor of an earlier search with the same query, sort and collapse on the same
                                snapshot (else STALE or INVALID): what comes behind it; offset counts from there */
    const libsearch_ranking *ranking; /**< numbers and functions of the program's own; NULL: none (libsearch/rank.h) */
} libsearch_search_options;

enum {
    LIBSEARCH_SEARCH_EXHAUSTIVE = 1u << 0 /**< score every match: the same answers, slower; for tests, and of the xapian
                                               engine, which else now and then misses one of the best (docs/xapian.md) */
};

/** @def LIBSEARCH_SEARCH_OPTIONS_INIT
 * The value that a libsearch_search_options starts from: ten results by the default ranking, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_SEARCH_OPTIONS_INIT                                                                                  \
    {                                                                                                                  \
        sizeof(libsearch_search_options), 10, 0, LIBSEARCH_TOTAL_BOUND, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, { 0, 0 }, 0      \
    }
#else
#define LIBSEARCH_SEARCH_OPTIONS_INIT                                                                                  \
    {                                                                                                                  \
        .size = sizeof(libsearch_search_options), .count = 10                                                          \
    }
#endif

/** Searches a pinned snapshot with a query tree. options: NULL for ten results by the default ranking.
 * *results is yours. Errors: INVALID (an option; a field of the wrong type), LIMIT, DEADLINE, CANCELLED,
 * UNSUPPORTED, CORRUPT, IO, NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_snapshot_search(libsearch_snapshot *snapshot, const libsearch_query *query,
                                                         const libsearch_search_options *options,
                                                         libsearch_results **results, libsearch_error *error);

/** The same on the newest commit of an index. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_search_query(libsearch_index *index, const libsearch_query *query,
                                                      const libsearch_search_options *options,
                                                      libsearch_results **results, libsearch_error *error);

/** How many documents match; *exact (may be NULL) is 1 where value is their number, 0 where it is a lower
 * bound. Since 0.1. */
LIBSEARCH_API uint64_t libsearch_results_total(const libsearch_results *results, int *exact);

/** A value and how many matches have it. */
typedef struct libsearch_facet_value {
    uint64_t count;          /**< matches that have it */
    libsearch_bytes keyword; /**< keyword; empty for ranges, which come as they were asked for */
    int64_t integer;         /**< integer, date; of a stretch of time, its first moment; boolean: 1 or 0 */
    double number;           /**< float */
} libsearch_facet_value;

/** What came of a facet, and statistics of the column over the matches. */
typedef struct libsearch_facet_counts {
    size_t size;                       /**< sizeof, filled in by the library */
    const char *field;                 /**< as it was asked for */
    libsearch_type type;               /**< of the field */
    const libsearch_facet_value *list; /**< values by falling count, then rising; stretches of time in their order;
                                            ranges as they were asked for */
    size_t count;                      /**< of list */
    uint64_t distinct;                 /**< how many there are in all */
    uint64_t documents;                /**< matches */
    uint64_t missing;                  /**< of these, without a value */
    uint64_t values;                   /**< of all matches together */
    libsearch_facet_value least;       /**< of numbers and dates; where values is not 0 */
    libsearch_facet_value greatest;    /**< the same */
    double sum;                        /**< of numbers and dates */
} libsearch_facet_counts;

/** Facet i of the search's options; borrowed from the results. NULL when there is none. Since 0.1. */
LIBSEARCH_API const libsearch_facet_counts *libsearch_results_facet(const libsearch_results *results, size_t i);
/** With collapse: how many more matches have the same value as result i. Since 0.1. */
LIBSEARCH_API uint64_t libsearch_results_folded(const libsearch_results *results, size_t i);
/** Where result i stands, for libsearch_search_options.after; borrowed from the results. Errors: INVALID (i),
 * NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_results_cursor(libsearch_results *results, size_t i, libsearch_bytes *cursor,
                                                        libsearch_error *error);

/** A line of an explanation: a number and what it is. Lines of depth d + 1 below one of depth d are what it is made
 * of. */
typedef struct libsearch_explanation {
    unsigned depth;   /**< 0 for the root */
    float value;      /**< the number */
    const char *text; /**< one line, zero-terminated */
} libsearch_explanation;

/** Where the score of result i comes from, as a tree from its root downwards: the root's value is the score to the bit.
 * *lines are borrowed from the results. Errors: INVALID (i), UNSUPPORTED, LIMIT, CORRUPT, NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_results_explain(libsearch_results *results, size_t i,
                                                         const libsearch_explanation **lines, size_t *count,
                                                         libsearch_error *error);

/** How many things the parser and the search had to say about the query. 0: all was understood. Since 0.1. */
LIBSEARCH_API size_t libsearch_results_warning_count(const libsearch_results *results);
/** Warning i as one line, borrowed from the results; *position (may be NULL): the byte position in the query that it is
 * about. Since 0.1. */
LIBSEARCH_API const char *libsearch_results_warning(const libsearch_results *results, size_t i, size_t *position);

/* ---------------------------------------------------------------------------------------------
 * 6. Looking inside
 * ------------------------------------------------------------------------------------------- */

/** What a snapshot holds, for people and for deciding what to do with it. */
typedef struct libsearch_info {
    size_t size;                  /**< sizeof, by LIBSEARCH_INFO_INIT */
    const char *engine;           /**< "native", … */
    const char *analyzer;         /**< the index's own */
    const char *model;            /**< the default ranking in full */
    uint64_t commit;              /**< the number of the commit shown */
    uint64_t documents;           /**< that can be found */
    uint64_t deleted;             /**< still in segments, found no more */
    uint64_t segments;            /**< files that documents lie in; a compact makes it one */
    uint64_t terms;               /**< distinct, summed over the segments */
    uint64_t tokens;              /**< of all text fields, with deleted documents */
    uint64_t bytes;               /**< of all files of the commit */
    libsearch_bytes commit_bytes; /**< the program's own, of the commit */
} libsearch_info;

/** @def LIBSEARCH_INFO_INIT
 * The value that a libsearch_info starts from: empty, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_INFO_INIT                                                                                            \
    {                                                                                                                  \
        sizeof(libsearch_info), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, { 0, 0 }                                                 \
    }
#else
#define LIBSEARCH_INFO_INIT                                                                                            \
    {                                                                                                                  \
        .size = sizeof(libsearch_info)                                                                                 \
    }
#endif

/** Fills info from a snapshot; its strings are borrowed from the snapshot. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_snapshot_info(libsearch_snapshot *snapshot, libsearch_info *info,
                                                       libsearch_error *error);

/** Called by libsearch_check for each thing that is wrong: one line that names the file and the offset. */
typedef void (*libsearch_report)(void *context, const char *line);

/** Reads the whole newest commit of the index in path, every checksum and every structure, and what is kept of the
 * durable commit before it. Returns OK,
 * CORRUPT (report was called at least once), or what kept it from looking. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_check(const char *path, libsearch_report report, void *context,
                                               libsearch_error *error);

/** "0.1.0". Since 0.1. */
LIBSEARCH_API const char *libsearch_version(void);
/**
 * How this library was built, and what it found: the name of option i, from 0 on, and its value in *value (may be NULL);
 * NULL behind the last one. Both are constant. New ones may come, also in between. Today:
 *
 *     version     "0.1.0"
 *     format      the version of files that it writes: "1"
 *     compiler    which one, and its version
 *     simd        instructions that it has kernels for: "x86-64", or "none" (LIBSEARCH_SCALAR)
 *     kernels     those that this processor lets it use: "avx512", "avx2", "sse2" or "scalar"
 *     unicode     the version of the tables of word breaks: "15.0"
 *     sanitizers  "address", "thread" or "none"
 *
 * Since 0.1.
 */
LIBSEARCH_API const char *libsearch_build_option(size_t i, const char **value);
/** A status as an English word or two, for people. Since 0.1. */
LIBSEARCH_API const char *libsearch_status_text(libsearch_status status);

#ifdef __cplusplus
}
#endif

#include <libsearch/abilities.h>
#include <libsearch/backup.h>
#include <libsearch/duplicates.h>
#include <libsearch/extend.h>
#include <libsearch/filter.h>
#include <libsearch/limits.h>
#include <libsearch/query.h>
#include <libsearch/rank.h>
#include <libsearch/snippets.h>
#include <libsearch/suggest.h>
#include <libsearch/synonyms.h>
#include <libsearch/total.h>
#include <libsearch/watch.h>

#endif
