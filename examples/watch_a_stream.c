/* SPDX-License-Identifier: MIT
 *
 * What `lsearch watch` does: saved queries from a file of qid<TAB>query lines; JSON lines on standard input; qid<TAB>id
 * for each match as it comes.
 *
 *     watch_a_stream queries.tsv <news.jsonl
 */
#include <libsearch.h>
#include <stdio.h>
#include <string.h>

static libsearch_bytes bytes_of(const char *text) { return (libsearch_bytes){ text, strlen(text) }; }

static void tell(void *context, const char *line) { fprintf(stderr, "%s: %s\n", (const char *)context, line); }

/* A line without its end; NULL behind the last one. */
static char *read_line(FILE *file, char *line, size_t room)
{
    if (fgets(line, (int)room, file) == NULL)
        return NULL;
    line[strcspn(line, "\r\n")] = '\0';
    return line;
}

/* The string member of a flat object, in `to`; a program that takes any JSON has a library for it. */
static libsearch_bytes member(const char *line, const char *name, char *to)
{
    char quoted[32];
    size_t length = 0;
    snprintf(quoted, sizeof quoted, "\"%s\":", name);
    const char *from = strstr(line, quoted);
    from = from == NULL ? NULL : strchr(from + strlen(quoted), '"');
    for (from = from == NULL ? "" : from + 1; *from != '\0' && *from != '"'; from++) {
        const int escaped = from[0] == '\\' && from[1] != '\0';
        from += escaped;
        to[length++] = escaped && strchr("ntr", *from) != NULL ? ' ' : *from;
    }
    return (libsearch_bytes){ to, length };
}

static libsearch_status read_queries(libsearch_watch *watch, FILE *file, libsearch_error *error)
{
    char line[4096];
    libsearch_status status = LIBSEARCH_OK;
    while (status == LIBSEARCH_OK && read_line(file, line, sizeof line) != NULL) {
        char *tab = strchr(line, '\t');
        if (tab == NULL)
            continue;
        *tab = '\0';
        status = libsearch_watch_add_text(watch, bytes_of(line), bytes_of(tab + 1), 0, tell, line, error);
    }
    return status;
}

static libsearch_status watch_stream(libsearch_watch *watch, libsearch_watcher *watcher, FILE *file,
                                     libsearch_error *error)
{
    static char line[1 << 20], id[1 << 20], value[1 << 20];
    libsearch_document *document = libsearch_watch_document(watch);
    libsearch_status status = document == NULL ? LIBSEARCH_NO_MEMORY : LIBSEARCH_OK;
    size_t count = 0;
    while (status == LIBSEARCH_OK && read_line(file, line, sizeof line) != NULL) {
        const libsearch_bytes name = member(line, "id", id);
        libsearch_document_clear(document);
        libsearch_document_set_text(document, "title", member(line, "title", value));
        libsearch_document_set_text(document, "text", member(line, "text", value));
        status = libsearch_watcher_match(watcher, document, &count, error);
        for (size_t i = 0; status == LIBSEARCH_OK && i < count; i++) {
            const libsearch_bytes query = libsearch_watcher_id(watcher, i);
            printf("%.*s\t%.*s\n", (int)query.length, query.data, (int)name.length, name.data);
        }
        fflush(stdout);
    }
    libsearch_document_free(document);
    return status;
}

int main(int argc, char **argv)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_watch_options options = LIBSEARCH_WATCH_OPTIONS_INIT;
    libsearch_watch *watch = NULL;
    libsearch_watcher *watcher = NULL;
    FILE *queries = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (queries == NULL)
        return 2;
    options.analyzer = "english";
    if (libsearch_watch_new(&options, &watch, &error) == LIBSEARCH_OK &&
        read_queries(watch, queries, &error) == LIBSEARCH_OK &&
        libsearch_watcher_open(watch, NULL, &watcher, &error) == LIBSEARCH_OK)
        watch_stream(watch, watcher, stdin, &error);
    if (error.status != LIBSEARCH_OK)
        fprintf(stderr, "%s\n", error.message);
    fclose(queries);
    libsearch_watcher_close(watcher);
    libsearch_watch_free(watch);
    return error.status == LIBSEARCH_OK ? 0 : 1;
}
