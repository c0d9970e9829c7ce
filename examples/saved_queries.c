/* SPDX-License-Identifier: MIT
 *
 * Saved queries: which of them the news match, as they come in, and by which words.
 *
 *     saved_queries
 */
#include <libsearch.h>
#include <stdio.h>
#include <string.h>

static const char *const queries[][2] = {
    { "cholera", "cholera +africa" },
    { "talks", "\"health officials\" agree*" },
    { "not-here", "vaccine -malaria" },
    { "since-2024", "date:>=2024-01-01" },
};

static const struct {
    const char *id, *title;
    int64_t date; /* milliseconds since 1970 */
} news[] = {
    { "n1", "Health officials in Africa agreed on cholera vaccines", 1727740800000 },
    { "n2", "Malaria vaccine arrives", 1697068800000 },
    { "n3", "Officials: health comes first", 1727827200000 },
};

static libsearch_bytes bytes_of(const char *text) { return (libsearch_bytes){ text, strlen(text) }; }

static void tell(void *context, const char *line) { fprintf(stderr, "%s: %s\n", (const char *)context, line); }

/* One document against all queries. */
static libsearch_status watch_one(libsearch_watcher *watcher, libsearch_document *document, size_t number,
                                  libsearch_error *error)
{
    size_t count = 0, words = 0;
    const libsearch_watch_word *word = NULL;
    libsearch_document_clear(document);
    libsearch_document_set_text(document, "title", bytes_of(news[number].title));
    libsearch_document_set_date(document, "date", news[number].date);
    libsearch_status status = libsearch_watcher_match(watcher, document, &count, error);
    for (size_t i = 0; status == LIBSEARCH_OK && i < count; i++) {
        const libsearch_bytes id = libsearch_watcher_id(watcher, i);
        printf("%s matches %.*s:", news[number].id, (int)id.length, id.data);
        status = libsearch_watcher_words(watcher, i, &word, &words, error);
        for (size_t w = 0; status == LIBSEARCH_OK && w < words; w++)
            printf(" %.*s", (int)(word[w].end - word[w].start), news[number].title + word[w].start);
        putchar('\n');
    }
    return status;
}

int main(void)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_field date = LIBSEARCH_FIELD_INIT;
    libsearch_watch_options options = LIBSEARCH_WATCH_OPTIONS_INIT;
    libsearch_watch *watch = NULL;
    libsearch_watcher *watcher = NULL;
    date.name = "date";
    date.type = LIBSEARCH_DATE;
    options.analyzer = "english";
    options.fields = &date;
    options.field_count = 1;
    libsearch_status status = libsearch_watch_new(&options, &watch, &error);
    for (size_t i = 0; status == LIBSEARCH_OK && i < sizeof queries / sizeof queries[0]; i++)
        status = libsearch_watch_add_text(watch, bytes_of(queries[i][0]), bytes_of(queries[i][1]), LIBSEARCH_PARSE_ALL,
                                          tell, (void *)queries[i][0], &error);
    if (status == LIBSEARCH_OK)
        status = libsearch_watcher_open(watch, NULL, &watcher, &error);
    libsearch_document *document = libsearch_watch_document(watch);
    for (size_t i = 0; status == LIBSEARCH_OK && document != NULL && i < sizeof news / sizeof news[0]; i++)
        status = watch_one(watcher, document, i, &error);
    if (status != LIBSEARCH_OK)
        fprintf(stderr, "%s\n", error.message);
    libsearch_document_free(document);
    libsearch_watcher_close(watcher);
    libsearch_watch_free(watch);
    return status == LIBSEARCH_OK ? 0 : 1;
}
