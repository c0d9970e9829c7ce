/* SPDX-License-Identifier: MIT */
/* What every command needs: memory, messages, an open index. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "lsearch.h"

void complain(const char *format, ...)
{
    char line[4096];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    for (char *c = line; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 127)
            *c = ' ';
    fprintf(stderr, "lsearch: %s\n", line);
}

enum outcome complain_error(const char *index, const libsearch_error *error)
{
    const char *message = error->message[0] != '\0' ? error->message : libsearch_status_text(error->status);
    if (strstr(message, index) != NULL)
        complain("%s", message);
    else
        complain("%s: %s", index, message);
    return error->status == LIBSEARCH_INVALID ? OUTCOME_USAGE : OUTCOME_FAILED;
}

libsearch_index *open_index(const struct options *options, unsigned flags, const libsearch_open_options *open,
                            enum outcome *outcome)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    *outcome = OUTCOME_DONE;
    if (engine_open(options, flags, open, &index, &error) == LIBSEARCH_OK)
        return index;
    *outcome = complain_error(options->index, &error);
    return NULL;
}

void *allocate(size_t size) { return reallocate(NULL, size); }

void *reallocate(void *memory, size_t size)
{
    void *grown = realloc(memory, size != 0 ? size : 1);
    if (grown == NULL) {
        fputs("lsearch: out of memory\n", stderr);
        exit(OUTCOME_FAILED);
    }
    return grown;
}

char *duplicate(const char *data, size_t length)
{
    char *copy = allocate(length + 1);
    if (length != 0)
        memcpy(copy, data, length);
    copy[length] = '\0';
    return copy;
}

char *read_all(FILE *file, size_t *length)
{
    size_t capacity = 1 << 16, got;
    char *text = allocate(capacity);
    *length = 0;
    while ((got = fread(text + *length, 1, capacity - *length, file)) > 0) {
        *length += got;
        if (*length == capacity)
            text = reallocate(text, capacity *= 2);
    }
    return text;
}

char *join_words(const struct options *options, size_t *length)
{
    *length = 0;
    for (size_t i = 0; i < options->word_count; i++)
        *length += strlen(options->words[i]) + 1;
    char *text = allocate(*length + 1), *next = text;
    for (size_t i = 0; i < options->word_count; i++) {
        if (i > 0)
            *next++ = ' ';
        next = stpcpy(next, options->words[i]);
    }
    *length = (size_t)(next - text);
    return text;
}
