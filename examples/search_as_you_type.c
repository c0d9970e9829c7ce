/* SPDX-License-Identifier: MIT */
/* Search as you type: with every key how the last word may go on, and the best titles for what stands there, its last
 * word taken for the beginning of one. Reads keys from a terminal, or from a file or pipe, one line a question.
 *
 *     search_as_you_type INDEX
 *
 * INDEX is made by folder_of_files, lsearch or any other program. */
#include <libsearch.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* All words but the last must match whole, the last one as a beginning. NULL: nothing to ask for yet. */
static libsearch_query *query_of(const char *typed, size_t length)
{
    size_t begin = length;
    while (begin > 0 && typed[begin - 1] != ' ')
        begin--;
    const libsearch_bytes before = { typed, begin }, last = { typed + begin, length - begin };
    if (last.length == 0)
        return begin > 0 ? libsearch_query_text_as(NULL, before, LIBSEARCH_WORDS_ALL) : NULL;
    libsearch_query *beginning = libsearch_query_prefix(NULL, last), *word = libsearch_query_text(NULL, last);
    const libsearch_occur any[] = { LIBSEARCH_SHOULD, LIBSEARCH_SHOULD };
    const libsearch_query *const forms[] = { beginning, word };
    libsearch_query *end = libsearch_query_boolean(any, forms, 2, 1), *all = end;
    if (begin > 0) {
        libsearch_query *words = libsearch_query_text_as(NULL, before, LIBSEARCH_WORDS_ALL);
        const libsearch_occur both[] = { LIBSEARCH_MUST, LIBSEARCH_MUST };
        const libsearch_query *const parts[] = { words, end };
        all = libsearch_query_boolean(both, parts, 2, 0);
        libsearch_query_free(words);
        libsearch_query_free(end);
    }
    libsearch_query_free(beginning);
    libsearch_query_free(word);
    return all;
}

/* The text with its last word completed by the most frequent word that begins so. */
static void show_completion(libsearch_index *index, libsearch_bytes typed)
{
    libsearch_suggest_options options = LIBSEARCH_SUGGEST_OPTIONS_INIT;
    libsearch_suggestions *found = NULL;
    options.count = 1;
    options.timeout = 1000;
    if (libsearch_complete(index, typed, &options, &found, NULL) == LIBSEARCH_OK &&
        libsearch_suggestions_count(found) > 0) {
        const libsearch_bytes text = libsearch_suggestions_text(found, 0);
        printf(" [%.*s]", (int)text.length, text.data);
    }
    libsearch_suggestions_free(found);
}

static libsearch_status show(libsearch_index *index, const char *typed, size_t length, libsearch_error *error)
{
    libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
    libsearch_results *results = NULL;
    libsearch_query *query = query_of(typed, length);
    options.count = 3;
    options.timeout = 1000; /* milliseconds: whoever types does not wait */
    printf("%.*s", (int)length, typed);
    show_completion(index, (libsearch_bytes){ typed, length });
    fputs(" ->", stdout);
    if (query == NULL) {
        putchar('\n');
        return LIBSEARCH_OK;
    }
    libsearch_status status = libsearch_search_query(index, query, &options, &results, error);
    for (size_t i = 0; status == LIBSEARCH_OK && i < libsearch_results_count(results); i++) {
        libsearch_bytes title;
        status = libsearch_results_snippet(results, i, "title", 60, LIBSEARCH_PLAIN, &title, error);
        if (status == LIBSEARCH_OK)
            printf("%s %.*s", i > 0 ? "," : "", (int)title.length, title.data);
    }
    putchar('\n');
    fflush(stdout);
    libsearch_results_free(results);
    libsearch_query_free(query);
    /* Too slow, or a beginning of too many words: the next key narrows it. */
    return status == LIBSEARCH_DEADLINE || status == LIBSEARCH_LIMIT ? LIBSEARCH_OK : status;
}

static libsearch_status answer_keys(libsearch_index *index, libsearch_error *error)
{
    libsearch_status status = LIBSEARCH_OK;
    char typed[256], key;
    size_t length = 0;
    while (status == LIBSEARCH_OK && read(STDIN_FILENO, &key, 1) == 1 && key != 4) { /* Ctrl-D ends */
        if (key == '\n')
            length = 0;
        else if (key == '\b' || key == 127)
            length -= length > 0;
        else if (length < sizeof typed)
            typed[length++] = key;
        if (((unsigned char)key & 0x80) == 0 && key != '\n') /* not in the middle of a character of several bytes */
            status = show(index, typed, length, error);
    }
    return status;
}

int main(int argc, char **argv)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    struct termios before;
    if (argc != 2) {
        fputs("usage: search_as_you_type INDEX\n", stderr);
        return 2;
    }
    const int terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    libsearch_status status = libsearch_open(argv[1], LIBSEARCH_READ_ONLY, NULL, &index, &error);
    if (terminal && status == LIBSEARCH_OK) {
        struct termios keys = before;
        keys.c_lflag &= ~(tcflag_t)(ICANON | ECHO); /* each key at once; Ctrl-C ends it as ever */
        tcsetattr(STDIN_FILENO, TCSANOW, &keys);
        puts("Type; Return begins anew, Ctrl-D ends.");
    }
    if (status == LIBSEARCH_OK)
        status = answer_keys(index, &error);
    if (terminal)
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    if (status != LIBSEARCH_OK)
        fprintf(stderr, "search_as_you_type: %s\n", error.message);
    libsearch_close(index);
    return status != LIBSEARCH_OK;
}
