/* SPDX-License-Identifier: MIT */
/* Updates and deletes: a put replaces what had the id, a snapshot keeps seeing what it saw, and
 * what was not committed can be dropped. */
#include <libsearch.h>
#include <stdio.h>
#include <string.h>

static libsearch_bytes bytes_of(const char *string)
{
    const libsearch_bytes bytes = { string, strlen(string) };
    return bytes;
}

/* The ids that a word finds, in the newest commit or in a pinned one. */
static void show(libsearch_index *index, libsearch_snapshot *snapshot, const char *what, const char *word)
{
    libsearch_results *results = NULL;
    libsearch_query *query = libsearch_query_text(NULL, bytes_of(word));
    const libsearch_status status = snapshot != NULL ? libsearch_snapshot_search(snapshot, query, NULL, &results, NULL)
                                                     : libsearch_search_query(index, query, NULL, &results, NULL);
    printf("%s, %s:", what, word);
    if (status != LIBSEARCH_OK)
        printf(" %s", libsearch_status_text(status));
    for (size_t i = 0; status == LIBSEARCH_OK && i < libsearch_results_count(results); i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        printf(" %.*s", (int)id.length, id.data);
    }
    putchar('\n');
    libsearch_results_free(results);
    libsearch_query_free(query);
}

static void put(libsearch_writer *writer, libsearch_document *document, const char *id, const char *text)
{
    libsearch_document_clear(document);
    libsearch_document_set_text(document, "text", bytes_of(text));
    libsearch_writer_put(writer, bytes_of(id), document, NULL);
}

int main(int argc, char **argv)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_snapshot *pinned = NULL;
    if (libsearch_open(argc > 1 ? argv[1] : "notes.index", LIBSEARCH_CREATE, NULL, &index, &error) != LIBSEARCH_OK ||
        libsearch_writer_open(index, NULL, &writer, &error) != LIBSEARCH_OK) {
        fprintf(stderr, "updates_and_deletes: %s\n", error.message);
        libsearch_close(index);
        return 1;
    }
    libsearch_document *document = libsearch_document_new(index);

    put(writer, document, "note-1", "buy apples");
    put(writer, document, "note-2", "sell apples");
    libsearch_writer_commit(writer, &error);
    show(index, NULL, "two notes", "apples");

    /* Pin this commit, then change one note and delete the other. */
    libsearch_snapshot_open(index, &pinned, &error);
    put(writer, document, "note-1", "buy pears");
    libsearch_writer_delete(writer, bytes_of("note-2"), &error);
    show(index, NULL, "before the commit", "apples");
    libsearch_writer_commit(writer, &error);
    show(index, NULL, "after it", "apples");
    show(index, NULL, "after it", "pears");
    show(index, pinned, "the pinned commit", "apples");

    /* Put only what is not there yet. */
    libsearch_document_clear(document);
    libsearch_document_set_text(document, "text", bytes_of("buy plums"));
    printf("put if absent: %s\n",
           libsearch_status_text(libsearch_writer_put_if_absent(writer, bytes_of("note-1"), document, NULL)));

    /* And a change of mind. */
    libsearch_writer_delete(writer, bytes_of("note-1"), &error);
    libsearch_writer_rollback(writer, &error);
    libsearch_writer_commit(writer, &error);
    show(index, NULL, "after a rollback", "pears");

    libsearch_snapshot_free(pinned);
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
    return 0;
}
