/* SPDX-License-Identifier: MIT */
/* Where the loaders put what they read: it becomes documents of the index, with commits on the way. */
#ifndef LSEARCH_INTAKE_H
#define LSEARCH_INTAKE_H

#include "fields.h"
#include "progress.h"
#include "record.h"

enum { SAMPLE_MOST = 1000 };

struct intake {
    const struct options *options;
    /* What becomes of a record; false: stop. */
    bool (*take)(struct intake *intake, const struct record *record);
    void *context; /* of take */
    libsearch_index *index;
    libsearch_writer *writer;
    libsearch_document *document; /* used again for each */
    struct fields fields;
    struct progress progress;
    /* The first documents wait here until the types of their fields are decided. */
    struct record *sample;
    size_t sample_count, sample_size; /* size 0: decided */
    char **names;                     /* of the files that records name; kept to the end */
    size_t name_count;
    uint64_t put;         /* documents of this run in the writer or committed */
    uint64_t committed;   /* of those, how many are safe */
    uint64_t skipped;     /* bad documents */
    uint64_t unread;      /* files named outright that could not be read */
    enum outcome outcome; /* FAILED or USAGE once the run has to stop */
};

bool intake_open(struct intake *intake, const struct options *options);

/* The name of a file for as long as the run lasts. */
const char *intake_name(struct intake *intake, const char *name);

/* Takes a record, which is empty after it, for the next. False: stop. */
bool intake_record(struct intake *intake, struct record *record);
/* Says what is wrong with a document, and counts it. False: stop (--strict). */
bool intake_bad(struct intake *intake, const char *file, uint64_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* The same for a file that was named outright and cannot be read. */
bool intake_unread(struct intake *intake, const char *file, const char *reason);

/* Puts what still waits, and commits. */
bool intake_finish(struct intake *intake);
void intake_close(struct intake *intake);

/* The loaders. Each reads one file; name is what the user called it. False: stop. */
bool load_json(struct intake *intake, FILE *file, const char *name);
bool load_file(struct intake *intake, const char *name, bool named);
/* A file, a folder, or - for JSON lines on standard input. */
bool load(struct intake *intake, const char *name);

/* How many bytes there are to read, for the progress bar; 0: not known. */
uint64_t load_size(const char *name);

#endif
