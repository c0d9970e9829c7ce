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

/* ----- all together ----- */

/** What a program brings along, for libsearch_open_options.extensions. */
struct libsearch_extensions {
    size_t size;                         /**< sizeof, by LIBSEARCH_EXTENSIONS_INIT */
    const libsearch_analyzer *analyzers; /**< all of the same size; their names differ */
    size_t analyzer_count;               /**< of analyzers */
};

/** @def LIBSEARCH_EXTENSIONS_INIT
 * The value that a libsearch_extensions starts from: nothing, with its size. */
#ifdef __cplusplus
#define LIBSEARCH_EXTENSIONS_INIT                                                                                      \
    {                                                                                                                  \
        sizeof(libsearch_extensions), 0, 0                                                                             \
    }
#else
#define LIBSEARCH_EXTENSIONS_INIT                                                                                      \
    {                                                                                                                  \
        .size = sizeof(libsearch_extensions)                                                                           \
    }
#endif

/** As libsearch_check, with the engine, the allocator and the extensions of options (NULL: as libsearch_check): an index
 * that uses a program's analyzers or storage needs them here, too. Since 0.1. */
LIBSEARCH_API libsearch_status libsearch_check_with(const char *path, const libsearch_open_options *options,
                                                    libsearch_report report, void *context, libsearch_error *error);

#ifdef __cplusplus
}
#endif

#endif
