/* SPDX-License-Identifier: MIT */
/* A tokenizer of one's own: names in source code are found by their parts (parseHttpRequest and parse_http_request by
 * "http") and as a whole. The library keeps its name and version in the index: an index that was made with another one
 * is refused, never searched with the wrong words.
 *
 *     custom_tokenizer INDEX
 */
#include <ctype.h>
#include <libsearch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One thread's place in its text. */
struct names {
    libsearch_bytes text;
    size_t next;    /* byte where the next part begins */
    size_t name;    /* where the name in which it lies begins */
    int whole;      /* all parts of the name were given: the name itself is next */
    char word[200]; /* what was given last, in lower case */
};

static libsearch_status open_names(void *context, void **state)
{
    (void)context;
    *state = calloc(1, sizeof(struct names));
    return *state != NULL ? LIBSEARCH_OK : LIBSEARCH_NO_MEMORY;
}

static void close_names(void *context, void *state)
{
    (void)context;
    free(state);
}

static void start_names(void *state, libsearch_bytes text) { *(struct names *)state = (struct names){ .text = text }; }

static int in_name(const struct names *names, size_t i)
{
    return i < names->text.length && (isalnum((unsigned char)names->text.data[i]) || names->text.data[i] == '_');
}

/* A part begins behind an underscore, and at a capital behind what is none. */
static int begins_part(const char *at)
{
    return at[-1] == '_' || (isupper((unsigned char)at[0]) && !isupper((unsigned char)at[-1]));
}

static int give(struct names *names, size_t start, size_t end, unsigned flags, libsearch_token *token)
{
    size_t length = 0;
    for (size_t i = start; i < end && length < sizeof names->word; i++)
        if (names->text.data[i] != '_')
            names->word[length++] = (char)tolower((unsigned char)names->text.data[i]);
    *token = (libsearch_token){ .word = { names->word, length }, .start = start, .end = end, .flags = flags };
    return 1;
}

static int next_name(void *state, libsearch_token *token)
{
    struct names *names = state;
    size_t start = names->next, end;
    if (names->whole) { /* in the place of its last part, so that phrases of parts go on behind it */
        names->whole = 0;
        return give(names, names->name, start, LIBSEARCH_TOKEN_SAME_PLACE, token);
    }
    if (start == names->name || !in_name(names, start)) { /* the next name */
        while (start < names->text.length && !in_name(names, start))
            start++;
        if (start == names->text.length)
            return 0;
        names->name = start;
    }
    for (end = start + 1; in_name(names, end) && !begins_part(names->text.data + end); end++)
        continue;
    names->next = end;
    names->whole = !in_name(names, end) && start > names->name; /* more than this one part */
    return give(names, start, end, 0, token);
}

static const libsearch_analyzer names_analyzer = {
    .size = sizeof(libsearch_analyzer),
    .name = "names",
    .version = "1",
    .open = open_names,
    .close = close_names,
    .start = start_names,
    .next = next_name,
};

static const char *const questions[] = { "http", "parsehttprequest", "\"http request\"", "request -send",
                                         "WriteBlock" };
static const char *const sources[][2] = {
    { "server.c", "int parseHttpRequest(struct connection *connection);" },
    { "client.py", "def send_http_request(url): return parse_reply(url)" },
    { "disk.c", "void write_block(int disk, const void *block);" },
};

static libsearch_bytes bytes_of(const char *string) { return (libsearch_bytes){ string, strlen(string) }; }

static libsearch_status ask(libsearch_index *index, const char *query, libsearch_error *error)
{
    libsearch_results *results = NULL;
    const libsearch_status status = libsearch_search(index, bytes_of(query), 10, &results, error);
    printf("%s:", query);
    for (size_t i = 0; status == LIBSEARCH_OK && i < libsearch_results_count(results); i++)
        printf(" %.*s", (int)libsearch_results_id(results, i).length, libsearch_results_id(results, i).data);
    putchar('\n');
    libsearch_results_free(results);
    return status;
}

int main(int argc, char **argv)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    extensions.analyzers = &names_analyzer;
    extensions.analyzer_count = 1;
    options.extensions = &extensions; /* with every opening; the index says which it needs */
    options.analyzer = "names";
    libsearch_status status =
        libsearch_open(argc > 1 ? argv[1] : "sources.index", LIBSEARCH_CREATE, &options, &index, &error);
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_open(index, NULL, &writer, &error);
    libsearch_document *document = status == LIBSEARCH_OK ? libsearch_document_new(index) : NULL;
    for (size_t i = 0; status == LIBSEARCH_OK && i < sizeof sources / sizeof sources[0]; i++) {
        libsearch_document_clear(document);
        libsearch_document_set_text(document, "text", bytes_of(sources[i][1]));
        status = libsearch_writer_put(writer, bytes_of(sources[i][0]), document, &error);
    }
    if (status == LIBSEARCH_OK)
        status = libsearch_writer_commit(writer, &error);
    for (size_t i = 0; status == LIBSEARCH_OK && i < sizeof questions / sizeof questions[0]; i++)
        status = ask(index, questions[i], &error);
    if (status != LIBSEARCH_OK)
        fprintf(stderr, "custom_tokenizer: %s\n", error.message);
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
    return status != LIBSEARCH_OK;
}
