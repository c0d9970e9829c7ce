/* SPDX-License-Identifier: MIT */
/* Snippets of a result: as one line, and as byte ranges. */
#include <string.h>

#include "api/handles.h"
#include "results/snippet.h"

/* The text to show: the field's first value, or the longest of all texts. */
static const struct document_value *choose_text(const libsearch_document *document, const char *field)
{
    if (field != NULL) {
        const struct document_value *value = document_first(document, field, strlen(field));
        return value != NULL && value->type == LIBSEARCH_TEXT ? value : NULL;
    }
    const struct document_value *longest = NULL;
    for (size_t i = 0; i < document->count; i++) {
        const struct document_value *value = &document->values[i];
        if (value->type == LIBSEARCH_TEXT && (longest == NULL || value->bytes.length > longest->bytes.length))
            longest = value;
    }
    return longest;
}

/* The text to show and its field in *value and *shown; makes the highlighter. */
static libsearch_status find_text(libsearch_results *results, size_t i, const char *field, const char *function,
                                  const struct document_value **value, const struct field **shown,
                                  libsearch_error *error)
{
    TRY(results_fetch(results, i, function, error));
    *value = choose_text(results->documents[i], field);
    if (*value == NULL)
        return field == NULL
                   ? error_set(error, LIBSEARCH_NOT_FOUND, "%s: no text is stored", function)
                   : error_set(error, LIBSEARCH_NOT_FOUND, "%s: no text is stored in field \"%s\"", function, field);
    libsearch_snapshot *snapshot = results->snapshot;
    const struct schema *schema = snapshot->engine->snapshot_schema(snapshot->handle);
    *shown = schema_find(schema, (*value)->field, (*value)->field_length);
    return results->highlighter != NULL
               ? LIBSEARCH_OK
               : highlighter_new(snapshot->allocator, schema, results->query, &results->highlighter, error);
}

libsearch_status libsearch_results_snippet(libsearch_results *results, size_t i, const char *field, size_t max_bytes,
                                           libsearch_markup markup, libsearch_bytes *snippet, libsearch_error *error)
{
    const struct document_value *text;
    const struct field *shown;
    struct buffer written;
    error_clear(error);
    if (results == NULL || snippet == NULL)
        return argument_missing(error, "libsearch_results_snippet", results == NULL ? "results" : "snippet");
    if ((unsigned)markup > LIBSEARCH_TERMINAL)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_results_snippet: there is no markup %d", (int)markup);
    TRY(find_text(results, i, field, "libsearch_results_snippet", &text, &shown, error));
    buffer_init(&written, results->snapshot->allocator);
    libsearch_status status =
        snippet_write(results->highlighter, shown, text->bytes, max_bytes, markup, &written, error);
    if (status == LIBSEARCH_OK) {
        const char *kept = written.failed ? NULL : arena_duplicate(&results->arena, written.data, written.length);
        if (kept == NULL)
            status = error_no_memory(error);
        else
            *snippet = (libsearch_bytes){ kept, written.length };
    }
    buffer_free(&written);
    return status;
}

/* The passages in memory of the results. */
static libsearch_status keep_fragments(libsearch_results *results, const struct snippet *snippet,
                                       const libsearch_fragment **fragments, libsearch_error *error)
{
    libsearch_fragment *made = arena_allocate(&results->arena, (snippet->passage_count + 1) * sizeof *made);
    libsearch_range *marks = arena_allocate(&results->arena, (snippet->mark_count + 1) * sizeof *marks);
    size_t mark = 0;
    if (made == NULL || marks == NULL)
        return error_no_memory(error);
    if (snippet->mark_count > 0)
        memcpy(marks, snippet->marks, snippet->mark_count * sizeof *marks);
    for (size_t i = 0; i < snippet->passage_count; i++) {
        made[i] = (libsearch_fragment){ snippet->passages[i], marks + mark, 0 };
        while (mark < snippet->mark_count && marks[mark].start < snippet->passages[i].end) {
            made[i].mark_count++;
            mark++;
        }
    }
    *fragments = made;
    return LIBSEARCH_OK;
}

libsearch_status libsearch_results_fragments(libsearch_results *results, size_t i,
                                             const libsearch_snippet_options *options, libsearch_bytes *text,
                                             const libsearch_fragment **fragments, size_t *count,
                                             libsearch_error *error)
{
    libsearch_snippet_options known = LIBSEARCH_SNIPPET_OPTIONS_INIT;
    const struct document_value *value;
    const struct field *shown;
    struct snippet snippet = { .passage_count = 0 };
    error_clear(error);
    if (results == NULL || text == NULL || fragments == NULL || count == NULL)
        return argument_missing(error, "libsearch_results_fragments",
                                results == NULL     ? "results"
                                : text == NULL      ? "text"
                                : fragments == NULL ? "fragments"
                                                    : "count");
    if (options != NULL)
        TRY(options_copy(&known, sizeof known, options, "libsearch_snippet_options", error));
    if (known.count == 0 || known.count > LIBSEARCH_MAX_FRAGMENTS)
        return error_set(error, LIBSEARCH_LIMIT, "libsearch_results_fragments: 1 to %d fragments, not %zu",
                         LIBSEARCH_MAX_FRAGMENTS, known.count);
    TRY(find_text(results, i, known.field, "libsearch_results_fragments", &value, &shown, error));
    const libsearch_allocator *allocator = results->snapshot->allocator;
    TRY(snippet_passages(results->highlighter, shown, value->bytes, known.max_bytes, known.count, allocator, &snippet,
                         error));
    const libsearch_status status = keep_fragments(results, &snippet, fragments, error);
    snippet_free(allocator, &snippet);
    if (status != LIBSEARCH_OK)
        return status;
    *text = value->bytes;
    *count = snippet.passage_count;
    return LIBSEARCH_OK;
}

libsearch_status libsearch_fragment_write(libsearch_bytes text, const libsearch_fragment *fragment,
                                          libsearch_markup markup, char **written, libsearch_error *error)
{
    struct buffer to;
    error_clear(error);
    if (fragment == NULL || written == NULL || (text.data == NULL && text.length > 0))
        return argument_missing(error, "libsearch_fragment_write",
                                fragment == NULL  ? "fragment"
                                : written == NULL ? "written"
                                                  : "text.data");
    if ((unsigned)markup > LIBSEARCH_TERMINAL || fragment->range.start > fragment->range.end ||
        fragment->range.end > text.length || (fragment->marks == NULL && fragment->mark_count > 0))
        return error_set(error, LIBSEARCH_INVALID, "libsearch_fragment_write: no such markup or range");
    size_t end = fragment->range.start;
    for (size_t i = 0; i < fragment->mark_count; end = fragment->marks[i++].end)
        if (fragment->marks[i].start < end || fragment->marks[i].end < fragment->marks[i].start ||
            fragment->marks[i].end > fragment->range.end)
            return error_set(error, LIBSEARCH_INVALID, "libsearch_fragment_write: mark %zu is out of place", i);
    buffer_init(&to, allocator_default());
    snippet_print_passage(text, fragment->range, fragment->marks, fragment->mark_count, markup, &to);
    buffer_append_u8(&to, 0);
    if (to.failed) {
        buffer_free(&to);
        return error_no_memory(error);
    }
    *written = (char *)to.data;
    return LIBSEARCH_OK;
}
