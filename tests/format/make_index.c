/* SPDX-License-Identifier: MIT */
/* make_index INDEX: makes an index with every kind of field from lines on standard input, parts between tabs:
 *
 *     put ID FIELD VALUE FIELD VALUE …
 *     delete ID
 *     commit BYTES          durable, with bytes of the program's own
 *     loose                 a commit that is not durable
 *     compact
 *     biwords
 */
#include <libsearch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const libsearch_field fields[] = {
    { sizeof(libsearch_field), "title", LIBSEARCH_TEXT, 0, NULL, 0 },
    { sizeof(libsearch_field), "text", LIBSEARCH_TEXT, 0, NULL, 0 },
    { sizeof(libsearch_field), "summary", LIBSEARCH_TEXT, 0, NULL, 2.5f },
    { sizeof(libsearch_field), "notes", LIBSEARCH_TEXT, LIBSEARCH_FIELD_NO_POSITIONS, NULL, 0 },
    { sizeof(libsearch_field), "exact", LIBSEARCH_TEXT, 0, "standard", 0 },
    { sizeof(libsearch_field), "aside", LIBSEARCH_TEXT, LIBSEARCH_FIELD_OWN_LISTS | LIBSEARCH_FIELD_NOT_STORED, NULL,
      0 },
    { sizeof(libsearch_field), "tag", LIBSEARCH_KEYWORD, 0, NULL, 0 },
    { sizeof(libsearch_field), "path", LIBSEARCH_KEYWORD, LIBSEARCH_FIELD_NO_COLUMN, NULL, 0 },
    { sizeof(libsearch_field), "year", LIBSEARCH_INTEGER, 0, NULL, 0 },
    { sizeof(libsearch_field), "price", LIBSEARCH_FLOAT, 0, NULL, 0 },
    { sizeof(libsearch_field), "date", LIBSEARCH_DATE, LIBSEARCH_FIELD_NOT_STORED, NULL, 0 },
    { sizeof(libsearch_field), "blob", LIBSEARCH_STORED, 0, NULL, 0 },
    { sizeof(libsearch_field), "open", LIBSEARCH_BOOLEAN, 0, NULL, 0 },
};
enum { FIELDS = sizeof fields / sizeof *fields };

static void need(libsearch_status status, const libsearch_error *error)
{
    if (status == LIBSEARCH_OK)
        return;
    fprintf(stderr, "make_index: %s: %s\n", libsearch_status_text(status), error->message);
    exit(3);
}

static libsearch_bytes bytes_of(const char *text) { return (libsearch_bytes){ text, strlen(text) }; }

static libsearch_status set(libsearch_document *document, const char *name, const char *value)
{
    for (size_t i = 0; i < FIELDS; i++) {
        if (strcmp(fields[i].name, name) != 0)
            continue;
        switch (fields[i].type) {
        case LIBSEARCH_TEXT: return libsearch_document_set_text(document, name, bytes_of(value));
        case LIBSEARCH_KEYWORD: return libsearch_document_set_keyword(document, name, bytes_of(value));
        case LIBSEARCH_INTEGER: return libsearch_document_set_integer(document, name, atoll(value));
        case LIBSEARCH_FLOAT: return libsearch_document_set_float(document, name, atof(value));
        case LIBSEARCH_DATE: return libsearch_document_set_date(document, name, atoll(value));
        case LIBSEARCH_STORED: return libsearch_document_set_stored(document, name, bytes_of(value));
        case LIBSEARCH_BOOLEAN: return libsearch_document_set_boolean(document, name, atoi(value));
        }
    }
    return LIBSEARCH_INVALID;
}

int main(int count, char **words)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    options.analyzer = "english";
    options.fields = fields;
    options.field_count = FIELDS;
    libsearch_index *index;
    libsearch_writer *writer;
    if (count != 2)
        return 2;
    need(libsearch_open(words[1], LIBSEARCH_CREATE, &options, &index, &error), &error);
    need(libsearch_writer_open(index, NULL, &writer, &error), &error);
    libsearch_document *document = libsearch_document_new(index);
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, stdin) > 0) {
        char *rest = line;
        line[strcspn(line, "\n")] = 0;
        const char *command = strsep(&rest, "\t");
        const char *what = strsep(&rest, "\t");
        if (strcmp(command, "put") == 0) {
            libsearch_document_clear(document);
            for (const char *field; (field = strsep(&rest, "\t")) != NULL;)
                need(set(document, field, strsep(&rest, "\t")), &error);
            need(libsearch_writer_put(writer, bytes_of(what), document, &error), &error);
        } else if (strcmp(command, "delete") == 0) {
            need(libsearch_writer_delete(writer, bytes_of(what), &error), &error);
        } else if (strcmp(command, "compact") == 0) {
            need(libsearch_writer_compact(writer, 0, &error), &error);
        } else if (strcmp(command, "biwords") == 0) {
            need(libsearch_writer_compact(writer, LIBSEARCH_BIWORDS, &error), &error);
        } else {
            const int loose = strcmp(command, "loose") == 0;
            need(libsearch_writer_prepare(writer, loose ? LIBSEARCH_PROCESS : LIBSEARCH_DURABLE,
                                          bytes_of(what == NULL ? "" : what), &error),
                 &error);
            need(libsearch_writer_finish(writer, &error), &error);
        }
    }
    free(line);
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
    return 0;
}
