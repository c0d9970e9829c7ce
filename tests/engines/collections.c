/* SPDX-License-Identifier: MIT */
#include "engines/collections.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ----- pairs ----- */

struct pair pair_make(const char *analyzer)
{
    struct pair pair = { .folder = folder_make() };
    for (int e = 0; e < 2; e++) {
        pair.indexes[e] = index_make((enum engine)e, pair.folder, analyzer);
        assert_ok(libsearch_writer_open(pair.indexes[e], NULL, &pair.writers[e], NULL));
    }
    return pair;
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void pair_put(struct pair *pair, libsearch_bytes id, libsearch_bytes title, libsearch_bytes text)
{
    for (int e = 0; e < 2; e++) {
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        const double from = cpu_seconds();
        libsearch_document *document = libsearch_document_new(pair->indexes[e]);
        assert_ok(libsearch_document_set_text(document, "title", title));
        assert_ok(libsearch_document_set_text(document, "text", text));
        if (libsearch_writer_put(pair->writers[e], id, document, &error) != LIBSEARCH_OK)
            fail_msg("%.*s: %s", (int)id.length, id.data, error.message);
        libsearch_document_free(document);
        pair->seconds[e] += cpu_seconds() - from;
    }
}

void pair_finish(struct pair *pair)
{
    for (int e = 0; e < 2; e++) {
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        const double from = cpu_seconds();
        assert_ok(libsearch_writer_commit(pair->writers[e], NULL));
        pair->seconds[e] += cpu_seconds() - from;
        if (libsearch_writer_compact(pair->writers[e], 0, &error) != LIBSEARCH_OK)
            print_message("not compacted: %s\n", error.message);
        libsearch_writer_close(pair->writers[e]);
    }
}

void pair_free(struct pair *pair)
{
    libsearch_close(pair->indexes[NATIVE]);
    libsearch_close(pair->indexes[XAPIAN]);
    folder_remove(pair->folder);
}

/* ----- the folder ----- */

static void path_of(char path[static 2048], const char *name, const char *file)
{
    const char *folder = getenv("LIBSEARCH_COLLECTIONS_FOLDER"), *source = getenv("LIBSEARCH_SOURCE");
    if (folder != NULL)
        snprintf(path, 2048, "%s/%s/%s", folder, name, file);
    else
        snprintf(path, 2048, "%s/../shared/collections/%s/%s", source != NULL ? source : ".", name, file);
}

static bool ends_in(const char *name, const char *end)
{
    const size_t length = strlen(name), of = strlen(end);
    return length > of && strcmp(name + length - of, end) == 0;
}

/* Whether a word is one of those in a list, which stand between blanks or commas. */
static bool is_listed(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = list; *at != 0; at += strcspn(at, " ,")) {
        at += strspn(at, " ,");
        if (strncmp(at, word, length) == 0 && strcspn(at, " ,") == length)
            return true;
    }
    return false;
}

static int wanted_entry(const struct dirent *entry)
{
    const char *only = getenv("LIBSEARCH_COLLECTIONS");
    return entry->d_name[0] != '.' && strcmp(entry->d_name, "queries") != 0 && !ends_in(entry->d_name, ".md") &&
           (only == NULL || is_listed(only, entry->d_name));
}

char **collection_names(void)
{
    struct dirent **entries = NULL;
    char path[2048];
    path_of(path, ".", "");
    const int count = scandir(path, &entries, wanted_entry, alphasort);
    char **names = calloc((size_t)(count < 0 ? 0 : count) + 1, sizeof *names);
    for (int i = 0; i < count; i++) {
        names[i] = strdup(entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return names;
}

void names_free(char **names)
{
    for (size_t i = 0; names[i] != NULL; i++)
        free(names[i]);
    free(names);
}

const char *collection_analyzer(const char *name)
{
    static const char *const others[] = { "zhwiki", "udhr", "europarl21-sentences" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(name, others[i]) == 0)
            return "standard";
    return "english";
}

/* ----- documents ----- */

void sample_add(struct sample *sample, libsearch_bytes text)
{
    const size_t at = sample->seen < SAMPLE_TEXTS ? sample->seen : random_below(&sample->random, sample->seen + 1);
    sample->seen++;
    if (at >= SAMPLE_TEXTS)
        return;
    free(sample->texts[at]);
    sample->texts[at] = strndup(text.data, text.length < SAMPLE_BYTES ? text.length : SAMPLE_BYTES);
    if (at == sample->count)
        sample->count++;
}

void sample_free(struct sample *sample)
{
    for (size_t i = 0; i < sample->count; i++)
        free(sample->texts[i]);
}

/* Writes a code point as UTF-8. */
static char *append_point(char *to, unsigned point)
{
    if (point < 0x80)
        *to++ = (char)point;
    else {
        if (point >= 0x10000) {
            *to++ = (char)(0xF0 | point >> 18);
            *to++ = (char)(0x80 | (point >> 12 & 0x3F));
        } else if (point >= 0x800)
            *to++ = (char)(0xE0 | point >> 12);
        *to++ = (char)(point >= 0x800 ? 0x80 | (point >> 6 & 0x3F) : 0xC0 | point >> 6);
        *to++ = (char)(0x80 | (point & 0x3F));
    }
    return to;
}

/* The JSON string with this key in a line; free. */
static char *json_text(const char *line, const char *key)
{
    char quoted[32];
    snprintf(quoted, sizeof quoted, "\"%s\": \"", key);
    const char *from = strstr(line, quoted);
    if (from == NULL)
        return strdup("");
    from += strlen(quoted);
    char *text = malloc(strlen(from) + 1), *to = text;
    while (*from != '"' && *from != 0) {
        if (*from != '\\') {
            *to++ = *from++;
            continue;
        }
        unsigned point = 0, low = 0;
        if (from[1] == 'u' && sscanf(from + 2, "%4x", &point) == 1) {
            from += 6;
            if (point >= 0xD800 && point < 0xDC00 && sscanf(from, "\\u%4x", &low) == 1) {
                point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
                from += 6;
            }
            to = append_point(to, point);
            continue;
        }
        *to++ = from[1] == 'n' ? '\n' : from[1] == 't' ? '\t' : from[1];
        from += 2;
    }
    *to = 0;
    return text;
}

static void put(struct pair *pair, const char *id, const char *title, const char *text, struct sample *sample)
{
    pair_put(pair, bytes(id), bytes(title), bytes(text));
    if (sample != NULL)
        sample_add(sample, bytes(text[0] != 0 ? text : title));
}

static size_t put_lines(struct pair *pair, const char *path, struct sample *sample)
{
    char command[2200], *line = NULL;
    size_t capacity = 0, count = 0;
    snprintf(command, sizeof command, "zstd -dc '%s'", path);
    const char *given = getenv("LIBSEARCH_DOCUMENTS");
    const size_t most = given != NULL ? strtoull(given, NULL, 10) : SIZE_MAX;
    FILE *pipe = popen(command, "r");
    while (pipe != NULL && count < most && getline(&line, &capacity, pipe) > 0) {
        char *id = json_text(line, "id"), *title = json_text(line, "title"), *text = json_text(line, "text");
        put(pair, id, title, text, sample);
        free(id);
        free(title);
        free(text);
        count++;
    }
    free(line);
    if (pipe != NULL)
        pclose(pipe);
    return count;
}

static int is_text(const struct dirent *entry) { return ends_in(entry->d_name, ".txt"); }

static size_t put_texts(struct pair *pair, const char *name, struct sample *sample)
{
    struct dirent **entries = NULL;
    char path[2048];
    path_of(path, name, "");
    const int count = scandir(path, &entries, is_text, alphasort);
    for (int i = 0; i < count; i++) {
        path_of(path, name, entries[i]->d_name);
        FILE *file = fopen(path, "r");
        char *text = NULL;
        size_t capacity = 0;
        if (file != NULL && getdelim(&text, &capacity, 0, file) > 0)
            put(pair, entries[i]->d_name, "", text, sample);
        free(text);
        if (file != NULL)
            fclose(file);
        free(entries[i]);
    }
    free(entries);
    return count < 0 ? 0 : (size_t)count;
}

size_t collection_put(struct pair *pair, const char *name, struct sample *sample)
{
    char path[2048];
    path_of(path, name, "docs.jsonl.zst");
    FILE *file = fopen(path, "r");
    if (file == NULL)
        return put_texts(pair, name, sample);
    fclose(file);
    return put_lines(pair, path, sample);
}

size_t questions_each(const char *file, size_t most, void (*each)(void *context, libsearch_bytes question),
                      void *context)
{
    char path[2048], *line = NULL;
    size_t capacity = 0, count = 0;
    ssize_t length;
    path_of(path, ".", file);
    FILE *from = fopen(path, "r");
    while (from != NULL && count < most && (length = getline(&line, &capacity, from)) > 0) {
        const char *tab = strrchr(line, '\t');
        if (tab == NULL)
            continue;
        if (line[length - 1] == '\n')
            length--;
        each(context, (libsearch_bytes){ tab + 1, (size_t)(line + length - tab - 1) });
        count++;
    }
    free(line);
    if (from != NULL)
        fclose(from);
    return count;
}

/* ----- pieces ----- */

static bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
/* Begins one of the characters U+3000 to U+9FFF, three bytes each. */
static bool is_wide(const char *at)
{
    const unsigned char c = (unsigned char)*at;
    return c >= 0xE3 && c <= 0xE9 && at[1] != 0 && at[2] != 0;
}

size_t cut_into_pieces(const char *text, struct piece *pieces)
{
    size_t count = 0;
    for (const char *at = text; *at != 0 && count < MOST_PIECES;) {
        if (is_blank(*at)) {
            at++;
            continue;
        }
        const char *from = at;
        if (is_wide(at))
            at += 3;
        else
            while (*at != 0 && !is_blank(*at) && !is_wide(at))
                at++;
        pieces[count++] = (struct piece){ from, (size_t)(at - from) };
    }
    return count;
}
