/* SPDX-License-Identifier: MIT */
/* The first search: open an index, put documents in, commit, ask. */
#include <libsearch.h>
#include <stdio.h>

static const struct {
    const char *id, *title, *text;
} reports[] = {
    { "report-1", "Health officials agree on more cooperation", "The two ministries will exchange data every week." },
    { "report-2", "A harbour town in winter",
      "The boats stay ashore, and the officials of the port have time to talk." },
    { "report-3", "How bread is made", "Flour, water, salt, and a night's patience." },
};

static libsearch_bytes text_of(const char *string)
{
    libsearch_bytes bytes = { string, 0 };
    while (string[bytes.length] != '\0')
        bytes.length++;
    return bytes;
}

int main(int argc, char **argv)
{
    const char *path = argc > 1 ? argv[1] : "first.index";
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    libsearch_results *results = NULL;
    libsearch_document *document = NULL;
    int status = 1;

    /* A folder becomes an index; one process at a time may write to it. */
    if (libsearch_open(path, LIBSEARCH_CREATE, NULL, &index, &error) != LIBSEARCH_OK ||
        libsearch_writer_open(index, NULL, &writer, &error) != LIBSEARCH_OK)
        goto end;

    /* One document object serves for all of them. */
    document = libsearch_document_new(index);
    if (document == NULL)
        goto end;
    for (size_t i = 0; i < sizeof reports / sizeof reports[0]; i++) {
        libsearch_document_clear(document);
        libsearch_document_set_text(document, "title", text_of(reports[i].title));
        libsearch_document_set_text(document, "text", text_of(reports[i].text));
        if (libsearch_writer_put(writer, text_of(reports[i].id), document, &error) != LIBSEARCH_OK)
            goto end;
    }

    /* From here on the documents can be found, and survive a power cut. */
    if (libsearch_writer_commit(writer, &error) != LIBSEARCH_OK)
        goto end;

    /* Any of the words may match; the document with the better ones comes first. */
    if (libsearch_search(index, LIBSEARCH_STRING("health officials"), 10, &results, &error) != LIBSEARCH_OK)
        goto end;
    for (size_t i = 0; i < libsearch_results_count(results); i++) {
        const libsearch_bytes id = libsearch_results_id(results, i);
        printf("%zu. %.*s\n", i + 1, (int)id.length, id.data);
    }
    status = 0;

end:
    if (status != 0)
        fprintf(stderr, "first_search: %s\n", error.message);
    libsearch_results_free(results);
    libsearch_document_free(document);
    libsearch_writer_close(writer);
    libsearch_close(index);
    return status;
}
