/* SPDX-License-Identifier: MIT */
/* What the parts of lsearch share: the words and options of one call, and how it ends. */
#ifndef LSEARCH_H
#define LSEARCH_H

#include <libsearch.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The program's exit statuses. */
enum outcome { OUTCOME_DONE = 0, OUTCOME_NOTHING = 1, OUTCOME_USAGE = 2, OUTCOME_FAILED = 3 };

/* One --field NAME:TYPE. */
struct field_option {
    char *name;
    libsearch_type type;
    unsigned flags; /* LIBSEARCH_FIELD_... */
};

struct options {
    const char *index; /* the word INDEX */
    char **words;      /* what follows it; borrowed from argv */
    size_t word_count;
    size_t count;              /* -n, -k */
    size_t offset;             /* --offset */
    const char *model;         /* --model */
    int64_t timeout;           /* --timeout, milliseconds */
    bool json;                 /* --json */
    bool html;                 /* --markup html */
    bool colour;               /* bold words, after --color, NO_COLOR and what standard output is */
    const char *language;      /* --language */
    unsigned threads;          /* --threads */
    size_t memory;             /* --memory, bytes */
    uint64_t commit_every;     /* --commit-every, documents; 0: only at the end */
    bool strict;               /* --strict */
    bool reorder;              /* --reorder */
    bool biwords;              /* --biwords */
    bool all;                  /* --all */
    bool plain;                /* --plain */
    bool exhaustive;           /* --exhaustive */
    int64_t now;               /* --now; LIBSEARCH_NOW: the clock */
    const char *synonyms;      /* --synonyms, a file; NULL: none */
    libsearch_total total;     /* --total */
    const char *after;         /* --after; NULL: from the beginning */
    size_t snippet_bytes;      /* --snippet; 0: as usual */
    size_t fragments;          /* --fragments; 0: one passage */
    const char *snippet_field; /* --snippet-field; NULL: text, else the longest */
    const char **relevant;     /* --relevant */
    size_t relevant_count;
    const char *like;           /* --like */
    bool reload;                /* --reload */
    double threshold;           /* --threshold; 0: the default */
    bool fold;                  /* --fold */
    libsearch_duplicates_by by; /* what --fold or --by says */
    bool xapian;                /* --engine xapian */
    const char *field_map;      /* --field-map; NULL: none */
    libsearch_sort *sorts;      /* --sort */
    char **sort_names;          /* their fields' names */
    size_t sort_count;
    libsearch_facet *facets; /* --facet */
    char **facet_names;
    const char **facet_ranges; /* of each, as text, in the memory of its name; NULL: none */
    size_t facet_count;
    const char *facet_filter;  /* --facet-filter; NULL: none */
    libsearch_signal *signals; /* --signal */
    char **signal_names;       /* their fields' */
    size_t signal_count;
    size_t feedback;             /* --feedback, documents; 0: none */
    size_t feedback_words;       /* --words; 0: as usual */
    const char *rescore;         /* --rescore: the command; NULL: none */
    size_t rescore_count;        /* … and how many answers */
    const char *text;            /* --text; NULL: none */
    bool explain;                /* --explain */
    const char *collapse;        /* --collapse */
    const char *in_field;        /* --in */
    struct field_option *fields; /* --field, in the order given */
    size_t field_count;
};

/* Fills options from the command line. Returns the command to run, or NULL when *outcome is already
 * known (--help, or wrong usage, which was said on standard error). */
struct command;
const struct command *options_read(int argc, char **argv, struct options *options, enum outcome *outcome);
void options_free(struct options *options);

struct command {
    const char *name, *words, *help;
    unsigned bit;
    bool takes_dashes;  /* after INDEX, a word that begins with - and is no option is a word */
    size_t least, most; /* how many words follow INDEX */
    enum outcome (*run)(const struct options *options);
};

enum outcome command_index(const struct options *options);
enum outcome command_search(const struct options *options);
enum outcome command_suggest(const struct options *options);
enum outcome command_similar(const struct options *options);
enum outcome command_run(const struct options *options);
enum outcome command_get(const struct options *options);
enum outcome command_delete(const struct options *options);
enum outcome command_info(const struct options *options);
enum outcome command_check(const struct options *options);
enum outcome command_compact(const struct options *options);
enum outcome command_watch(const struct options *options);
enum outcome command_duplicates(const struct options *options);

/* One line on standard error, "lsearch: …"; control characters in it are replaced. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Says a failed call's message about the index and returns how the program ends: wrong usage where
 * an argument was INVALID, else failed. */
enum outcome complain_error(const char *index, const libsearch_error *error);

/* Opens options->index; says what is wrong where it cannot. */
libsearch_index *open_index(const struct options *options, unsigned flags, const libsearch_open_options *open,
                            enum outcome *outcome);

/* libsearch_open and libsearch_check with the engine that options->index has. error is not NULL. */
libsearch_status engine_open(const struct options *options, unsigned flags, const libsearch_open_options *open,
                             libsearch_index **index, libsearch_error *error);
libsearch_status engine_check(const struct options *options, libsearch_report report, void *context,
                              libsearch_error *error);

/* malloc and realloc that end the program, with exit status 3, when there is no memory. */
void *allocate(size_t size);
void *reallocate(void *memory, size_t size);
char *duplicate(const char *data, size_t length);

/* All that is left of a file; free it. */
char *read_all(FILE *file, size_t *length);

/* The words after INDEX as one text, as they would stand in a search box; free it. */
char *join_words(const struct options *options, size_t *length);

static inline libsearch_bytes bytes_of(const char *data, size_t length) { return (libsearch_bytes){ data, length }; }

#endif
