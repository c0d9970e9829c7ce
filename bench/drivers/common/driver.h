/* SPDX-License-Identifier: MIT */
/* What the C and C++ benchmark drivers share: reading the prepared documents and queries, the timing
 * and the conversation with bench/compare. An engine gives the functions of struct engine; main() is
 * in driver.c.
 *
 *     driver index DOCS INDEX [option…]       builds INDEX, prints "phase NAME WALL CPU" lines (seconds)
 *     driver search INDEX QUERIES [option…]   answers the lines that it reads from standard input
 *
 * The lines of search (bench/README.md has the formats):
 *
 *     run CLASS COMMAND LIMIT ANSWERS FILE    every query of CLASS once, in the file's order, until LIMIT
 *                                             milliseconds are over; writes FILE and prints "ok N"
 *     quit
 */
#ifndef BENCH_DRIVER_H
#define BENCH_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { DRIVER_TOP = 10 }; /* hits that are written out, however many were asked for */

/* A stretch of bytes with a zero after it. */
struct text {
    const char *data;
    size_t length;
};

/* One part of a query: a word, or a phrase where there are several. */
struct clause {
    char occur;        /* '+' must match, '?' may, '-' must not */
    struct text whole; /* the words with single spaces between */
    struct text *words;
    size_t count;
};

struct query {
    const char *number; /* of the query, in the queries file */
    const char *class_name;
    struct clause *clauses;
    size_t count;
    bool conjunction; /* every clause is '+' (or it is alone) */
    bool disjunction; /* every clause is '?' (or it is alone) */
    void *prepared;   /* the engine's own form, made before any timing */
};

struct answer {
    int64_t count;     /* of all matches; -1 where it was not asked for */
    size_t hits;       /* how many were listed */
    double last_score; /* of the last one listed */
    size_t listed;     /* of the ones below, at most DRIVER_TOP */
    struct {
        char id[256];
        double score;
    } top[DRIVER_TOP];
};

struct engine {
    const char *name;

    /* Building. option(): one word of the command line; false: unknown. */
    bool (*option)(const char *word);
    void (*create)(const char *path);
    void (*add)(struct text id, struct text text);
    void (*finish)(void); /* commit, merge, close */

    /* Searching. search() does what is timed and keeps the result until release(), which is timed too;
     * answer() looks at it in between and is not. k == 0: only count. */
    void (*open)(const char *path);
    void (*prepare)(struct query *query);
    void (*search)(const struct query *query, size_t k, bool count);
    void (*answer)(struct answer *answer);
    void (*release)(void);
};

extern const struct engine driver_engine;

/* How many documents will be added; known before create(). */
extern uint64_t driver_documents;

/* Ends the program with one line on standard error. */
void driver_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Ends the current phase of building and prints it under this name. */
void driver_phase(const char *name);

void driver_copy_id(char (*id)[256], const char *data, size_t length);

#ifdef __cplusplus
}
#endif

#endif
