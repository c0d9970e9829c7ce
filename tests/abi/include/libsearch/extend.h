/* SPDX-License-Identifier: MIT
 *
 * What a program can put in the place of the library's own: analyzers, where the files lie, a log, and word of how far
 * a long call is. A part of libsearch.h, which includes it.
 *
 *     libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
 *     extensions.log = write_to_syslog;
 *     libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
 *     options.extensions = &extensions;
 *     libsearch_open("news.index", LIBSEARCH_CREATE, &options, &index, &error);
 *
 * The structs are copied by libsearch_open; what their functions and contexts need must outlive the index and all that
 * came from it. (Memory is libsearch_open_options.allocator, ranking is <libsearch/rank.h> where it is there.)
 *
 * Rules for all callbacks. They do not call the library with the handle that calls them. They return; they do not jump
 * out (no longjmp, no C++ exception). Several threads may be in one at a time unless its description says otherwise.
 */
#ifndef LIBSEARCH_EXTEND_H
#define LIBSEARCH_EXTEND_H

#include <libsearch.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ----- analyzers ----- */

/** One word, as libsearch_analyzer.next gives it. The library zeroes it before each call. */
typedef struct libsearch_token {
    libsearch_bytes word; /**< as it is to be found: folded, in lower case, or whatever the analyzer has words be. At
                               most LIBSEARCH_MAX_TERM bytes, the rest is cut off at a character; an empty one is
                               passed over. Borrowed until the next call for the same state */
    size_t start;         /**< where it begins in the text, for snippets: does not fall from word to word; else it is
                               taken for the one before */
    size_t end;           /**< where it ends; not beyond the text */
    unsigned flags;       /**< LIBSEARCH_TOKEN_... */
} libsearch_token;

/** Flags of a libsearch_token. */
enum {
    LIBSEARCH_TOKEN_SAME_PLACE = 1u << 0 /**< stands where the word before stands: another way to say it (a synonym, a
                                              compound as a whole). In a question it is no condition of its own,
                                              and no part of a phrase. Means nothing on the first word of a text */
};

/**
 * An analyzer of the program's: how text becomes words, and words become index terms. Fields and indexes name it as
 * they name the library's own ("english"). Any function may be NULL: then `base` does that part. So a tokenizer of the
 * program's can go with the library's stemmer, and a stemmer of the program's with the library's tokenizer.
 *
 * Name, version, base and which functions there are, are stored in every index that uses it. Such an index opens only
 * where an analyzer of the same name, version and parts is given (else VERSION, with both in the message): raise the
 * version whenever a word or a term comes out otherwise than before.
 *
 * All functions must give the same for the same bytes, every time, in every thread: the text of a document is cut when
 * it is put, and again for its snippets. Any bytes are a text.
 */
typedef struct libsearch_analyzer {
    size_t size;         /**< sizeof, by LIBSEARCH_ANALYZER_INIT */
    const char *name;    /**< made like a field's name; none of the library's own */
    const char *version; /**< 1 to 64 printable ASCII characters, none of them a space or a slash */
    const char *base;    /**< an analyzer of the library's, or NULL: words as `next` gives them are terms, nothing is
                              folded, there are no stop words; then `next` must be there */
    void *context;       /**< handed to the functions */
    /** State for one thread: in *state, which is handed to the functions below in place of context. OK, NO_MEMORY, or
     * another status, which the call that needed it returns. NULL: context is the state, shared by all threads. */
    libsearch_status (*open)(void *context, void **state);
    /** Ends a state. NULL: there is nothing to do. */
    void (*close)(void *context, void *state);
    /** Begins on a text, which stays until another is begun or the state is closed. Never longer than
     * LIBSEARCH_MAX_VALUE. May be NULL only where next is. */
    void (*start)(void *state, libsearch_bytes text);
    /** The next word of the text: 1; 0: there is none; -1: out of memory. */
    int (*next)(void *state, libsearch_token *token);
    /** The index term of a word that next or base gave: writes 1 to LIBSEARCH_MAX_TERM bytes to term and returns how
     * many. 0: the word itself. */
    size_t (*term)(void *state, libsearch_bytes word, char *term);
    /** Folds the word or pattern of a query (hel*, h?lp) as words are folded, without cutting it: writes up to
     * capacity bytes to folded and returns how many. */
    size_t (*fold)(void *state, libsearch_bytes word, char *folded, size_t capacity);
    /** Whether a word is a stop word: 1 or 0. Takes the context, not a state. */
    int (*is_stop)(void *context, libsearch_bytes word);
} libsearch_analyzer;

/** @def LIBSEARCH_ANALYZER_INIT
 * The value that a libsearch_analyzer starts from: no function, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_ANALYZER_INIT                                                                                        \
    {                                                                                                                  \
        sizeof(libsearch_analyzer), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                                    \
    }
#else
#define LIBSEARCH_ANALYZER_INIT                                                                                        \
    {                                                                                                                  \
        .size = sizeof(libsearch_analyzer)                                                                             \
    }
#endif

/* ----- storage ----- */

/** An open file of a storage, as its create gave it: the storage's own. */
typedef struct libsearch_file libsearch_file;
/** A lock of a storage, as its lock gave it: the storage's own. */
typedef struct libsearch_lock libsearch_lock;

/** The bytes of a whole file, as libsearch_storage.map gives them. */
typedef struct libsearch_mapped {
    const void *data; /**< length bytes, which do not change until they are unmapped; whatever becomes of the file's
                           name meanwhile. Best aligned to 64 bytes: what is not is copied */
    size_t length;    /**< of data */
    void *handle;     /**< the storage's own, for unmap */
} libsearch_mapped;

/**
 * Where the files of an index lie, in place of a directory of the file system: a flat folder of named files, each of
 * which is written once, front to back, and then only read whole. What docs/format.md says of names, of the order of
 * writes and of what must be durable when, is asked of these functions:
 *
 *   - a file's bytes are durable once sync (or sync_file) succeeded;
 *   - a name (created, renamed, removed) is durable once sync_folder succeeded;
 *   - a rename replaces what had the name, at once and whole, for every reader;
 *   - a file that was removed goes on for those who have mapped it.
 *
 * Each function takes the context first and, as its last argument, an error that is never NULL: whoever fails may write
 * a line into error->message, which the library puts behind the file's name. They return OK, or NOT_FOUND (no such
 * file), EXISTS (create), LOCKED (lock), FULL, PERMISSION, NO_MEMORY, IO. Any thread may call any of them, several at
 * once, but one output file belongs to one thread. None but unmap may be NULL. The engine must be the native one.
 */
typedef struct libsearch_storage {
    size_t size;   /**< sizeof, by LIBSEARCH_STORAGE_INIT */
    void *context; /**< handed to the functions */
    /** Creates a file that is not there, for write. Its *file is given back by close. */
    libsearch_status (*create)(void *context, const char *name, libsearch_file **file, libsearch_error *error);
    /** Appends length bytes, all of them. */
    libsearch_status (*write)(void *context, libsearch_file *file, const void *data, size_t length,
                              libsearch_error *error);
    /** Makes what was written durable. One that failed is not tried again. */
    libsearch_status (*sync)(void *context, libsearch_file *file, libsearch_error *error);
    /** Ends the writing; *file is gone, also where it fails. */
    libsearch_status (*close)(void *context, libsearch_file *file, libsearch_error *error);
    /** All bytes of a file. copy is not 0 where they must be a copy in memory (LIBSEARCH_NO_MAP). */
    libsearch_status (*map)(void *context, const char *name, int copy, libsearch_mapped *mapped,
                            libsearch_error *error);
    /** Gives back what map gave: from any thread, and also after libsearch_close. NULL: there is nothing to do. */
    void (*unmap)(void *context, libsearch_mapped *mapped);
    /** Makes a file that was closed durable. */
    libsearch_status (*sync_file)(void *context, const char *name, libsearch_error *error);
    /** Gives a file another name, in place of the one that had it. */
    libsearch_status (*rename)(void *context, const char *from, const char *to, libsearch_error *error);
    /** Takes a name away. */
    libsearch_status (*remove)(void *context, const char *name, libsearch_error *error);
    /** Whether there is a file: *exists 1 or 0. Asked at every search where nobody writes through this index. */
    libsearch_status (*exists)(void *context, const char *name, int *exists, libsearch_error *error);
    /** Calls each for every file, in any order; a status of it that is not OK ends the listing and is returned. each may
     * call the other functions. */
    libsearch_status (*list)(void *context,
                             libsearch_status (*each)(void *listing, const char *name, uint64_t size,
                                                      libsearch_error *error),
                             void *listing, libsearch_error *error);
    /** Makes names durable. One that failed is not tried again. */
    libsearch_status (*sync_folder)(void *context, libsearch_error *error);
    /** Takes the one lock of this name, against all others in any process; waits at most wait milliseconds, then
     * LOCKED. It must end with the process, however that ends. */
    libsearch_status (*lock)(void *context, const char *name, int64_t wait, libsearch_lock **lock,
                             libsearch_error *error);
    /** Gives a lock back. */
    void (*unlock)(void *context, libsearch_lock *lock);
} libsearch_storage;

/** @def LIBSEARCH_STORAGE_INIT
 * The value that a libsearch_storage starts from: no function, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_STORAGE_INIT                                                                                         \
    {                                                                                                                  \
        sizeof(libsearch_storage), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0                                         \
    }
#else
#define LIBSEARCH_STORAGE_INIT                                                                                         \
    {                                                                                                                  \
        .size = sizeof(libsearch_storage)                                                                              \
    }
#endif

/** An empty folder in memory, to be given to libsearch_open as often as it is wanted: it lives until it is freed, which
 * all that uses it must come before. allocator: NULL for malloc. *storage is yours; free it with
 * libsearch_memory_storage_free. Any number of threads. Errors: INVALID, NO_MEMORY. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_memory_storage_new(const libsearch_allocator *allocator,
                                                            const libsearch_storage **storage, libsearch_error *error);
/** Frees what libsearch_memory_storage_new made, with all files in it. Accepts NULL. Since 0.1. */
LIBSEARCH_API void libsearch_memory_storage_free(const libsearch_storage *storage);

/* ----- log and progress ----- */

/** How much a line of the log matters. */
typedef enum libsearch_level {
    LIBSEARCH_WARNING = 1, /**< something that was put up with: a merge that found no room, a torn commit passed over */
    LIBSEARCH_NOTICE = 2,  /**< an index was made, a commit is there, an index was compacted */
    LIBSEARCH_DETAIL = 3   /**< a segment was written, segments were merged */
} libsearch_level;

/** Takes a line of the log: no newline, borrowed for the call. From any thread that uses the index, in the middle of
 * its call. */
typedef void (*libsearch_log)(void *context, libsearch_level level, const char *line);

/** What a long call is about. */
typedef enum libsearch_work {
    LIBSEARCH_WORK_WRITE = 1,  /**< what was put becomes a segment */
    LIBSEARCH_WORK_MERGE = 2,  /**< segments become one; also of a compaction */
    LIBSEARCH_WORK_COMMIT = 3, /**< files are synced, and the commit is made */
    LIBSEARCH_WORK_CHECK = 4,  /**< an index is checked */
    LIBSEARCH_WORK_BACKUP = 5  /**< a snapshot is copied */
} libsearch_work;

/** How far a piece of work is. */
typedef struct libsearch_progress {
    libsearch_work work; /**< what it is */
    uint64_t done;       /**< of total, in steps of no further meaning; at the beginning 0, at the end total */
    uint64_t total;      /**< at least 1 */
} libsearch_progress;

/**
 * Told now and then how far a long call is, in the thread that made the call; several pieces of work can follow each
 * other in one call. Other than 0: the call should stop. It then returns CANCELLED as soon as it can, and the index is
 * as if the piece of work had not been begun:
 *
 *   - a put or a commit that merges does so no more; a commit is not made, nothing that was put is lost, and it may be
 *     tried again. What is just being written out as a segment is written to its end first;
 *   - a compaction leaves the segments as they were;
 *   - a check or a backup ends without a result; the backup's folder holds nothing that opens.
 *
 * Once a commit's own file is being written it is too late to stop it.
 */
typedef int (*libsearch_progress_function)(void *context, const libsearch_progress *progress);

/* ----- all together ----- */

/** What a program brings along, for libsearch_open_options.extensions. */
struct libsearch_extensions {
    size_t size;                          /**< sizeof, by LIBSEARCH_EXTENSIONS_INIT */
    const libsearch_analyzer *analyzers;  /**< all of the same size; their names differ */
    size_t analyzer_count;                /**< of analyzers */
    const libsearch_storage *storage;     /**< NULL: the path is a folder of the file system. Else the path only names
                                               the index in messages */
    libsearch_log log;                    /**< NULL: none */
    void *log_context;                    /**< for log */
    libsearch_progress_function progress; /**< NULL: none */
    void *progress_context;               /**< for progress */
};

/** @def LIBSEARCH_EXTENSIONS_INIT
 * The value that a libsearch_extensions starts from: nothing, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_EXTENSIONS_INIT                                                                                      \
    {                                                                                                                  \
        sizeof(libsearch_extensions), 0, 0, 0, 0, 0, 0, 0                                                              \
    }
#else
#define LIBSEARCH_EXTENSIONS_INIT                                                                                      \
    {                                                                                                                  \
        .size = sizeof(libsearch_extensions)                                                                           \
    }
#endif

/** As libsearch_check, with the engine, the allocator and the extensions of options (NULL: as libsearch_check): an index
 * that uses a program's analyzers or storage needs them here, too; CANCELLED where its progress says stop. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_check_with(const char *path, const libsearch_open_options *options,
                                                    libsearch_report report, void *context, libsearch_error *error);

#ifdef __cplusplus
}
#endif

#endif
