/* SPDX-License-Identifier: MIT */
#include "segment/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "codec/rounding.h"
#include "segment/field_parts.h"

static void tell(struct check *check, const libsearch_error *found)
{
    if (check->report != NULL)
        check->report(check->context, found->message);
    if (!check->damaged && check->error != NULL)
        error_set_at(check->error, found->position, LIBSEARCH_CORRUPT, "%s", found->message);
    check->damaged = true;
}

void check_problem(struct check *check, const char *format, ...)
{
    char what[320];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    libsearch_error found = LIBSEARCH_ERROR_INIT;
    error_set(&found, LIBSEARCH_CORRUPT, "%s: %s", section_file_name(check->segment->file), what);
    tell(check, &found);
}

libsearch_status check_found(struct check *check, libsearch_status status, const libsearch_error *found)
{
    if (status == LIBSEARCH_CORRUPT)
        tell(check, found);
    else if (status != LIBSEARCH_OK)
        return error_set(check->error, status, "%s", found->message);
    return LIBSEARCH_OK;
}

static void check_codes(struct check *check, const char *name, const struct numbers *lengths, const uint8_t *codes,
                        uint64_t total)
{
    const struct segment *segment = check->segment;
    uint64_t sum = 0;
    uint32_t wrong = 0;
    for (uint32_t d = 0; d < segment->count; d++) {
        const uint64_t length = numbers_at(lengths, d);
        sum += length;
        wrong += length > UINT32_MAX || codes[d] != rounding_down((uint32_t)length);
    }
    if (sum != total)
        check_problem(check, "%s lengths: their sum is %llu, INFO says %llu", name, (unsigned long long)sum,
                      (unsigned long long)total);
    if (wrong > 0)
        check_problem(check, "%s lengths: the codes of %u documents are wrong", name, wrong);
}

static void check_field(struct check *check, uint16_t f)
{
    const struct segment *segment = check->segment;
    const struct segment_field *of = &segment->fields[f];
    const char *name = segment->schema->fields[f]->name;
    uint64_t tokens = 0;
    uint32_t documents = 0;
    for (uint32_t d = 0; d < segment->count; d++) {
        const uint32_t words = segment_field_length(segment, f, d);
        tokens += words;
        documents += words > 0;
    }
    if (tokens != of->tokens || documents != of->documents)
        check_problem(check, "field '%s' has %llu words in %u documents, INFO says %llu in %u", name,
                      (unsigned long long)tokens, documents, (unsigned long long)of->tokens, of->documents);
    if (of->tokens > 0 && segment->schema->fields[f]->type != LIBSEARCH_TEXT)
        check_problem(check, "field '%s' has words and is no text", name);
    if (field_has_column(segment->schema->fields[f]) != (segment->columns[f] != NULL))
        check_problem(check, "field '%s': its column is missing, or one too many", name);
}

/* A document's plain length is that of its fields of the group, and these lie one behind the other. */
static void check_document_lengths(struct check *check)
{
    const struct segment *segment = check->segment;
    uint32_t wrong_lengths = 0, wrong_starts = 0;
    for (uint32_t d = 0; d < segment->count; d++) {
        uint64_t words = 0, end = 0;
        bool rising = true;
        for (uint16_t f = 0; f < segment->field_count; f++) {
            const uint32_t length = segment_field_length(segment, f, d);
            if (!segment->schema->fields[f]->in_group || length == 0)
                continue;
            const uint32_t start = segment_field_start(segment, f, d);
            rising = rising && (words == 0 ? start == 0 : start >= end);
            end = (uint64_t)start + 1;
            words += length;
        }
        wrong_lengths += words != numbers_at(&segment->plain_lengths, d);
        wrong_starts += !rising;
    }
    if (wrong_lengths > 0)
        check_problem(check, "plain lengths: %u are not the sum of their fields", wrong_lengths);
    if (wrong_starts > 0)
        check_problem(check, "starts of fields: in %u documents they are out of order", wrong_starts);
}

static libsearch_status check_columns(struct check *check)
{
    const struct segment *segment = check->segment;
    for (size_t f = 0; f < segment->field_count; f++) {
        libsearch_error found = LIBSEARCH_ERROR_INIT;
        if (segment->columns[f] != NULL)
            TRY(check_found(check, column_verify(segment->columns[f], &found), &found));
    }
    return LIBSEARCH_OK;
}

static libsearch_status read_records(struct check *check, struct stored_cursor *cursor, libsearch_document *document)
{
    const struct segment *segment = check->segment;
    for (uint32_t d = 0; d < segment->count; d++) {
        libsearch_error found = LIBSEARCH_ERROR_INIT;
        libsearch_bytes record;
        if (d % 4096 == 0) {
            const struct watch_part within = watch_within(check->part, CHECK_COLUMNS, CHECK_STORED, 100);
            TRY(watch_step(&within, d, segment->count, check->error));
        }
        document_clear(document);
        libsearch_status status = stored_cursor_get(cursor, d, &record, &found);
        if (status == LIBSEARCH_OK)
            status =
                document_record_decode(segment->schema, record, section_file_name(segment->file), document, &found);
        TRY(check_found(check, status, &found));
        if (status != LIBSEARCH_OK)
            break; /* one line is enough for a block of them */
    }
    return LIBSEARCH_OK;
}

static libsearch_status check_stored(struct check *check)
{
    struct stored_cursor *cursor = NULL;
    libsearch_document *document = document_new(check->segment->allocator);
    if (document == NULL)
        return error_no_memory(check->error);
    libsearch_error found = LIBSEARCH_ERROR_INIT;
    libsearch_status status = stored_cursor_new(check->segment->stored, &cursor, &found);
    if (status == LIBSEARCH_OK)
        status = read_records(check, cursor, document);
    else
        status = check_found(check, status, &found);
    stored_cursor_free(cursor);
    document_free(document);
    return status;
}

static libsearch_status check_structures(struct check *check)
{
    const struct segment *segment = check->segment;
    libsearch_error found = LIBSEARCH_ERROR_INIT;
    check_codes(check, "plain", &segment->plain_lengths, segment->plain_codes, segment->plain_total);
    check_codes(check, "weighted", &segment->weighted_lengths, segment->weighted_codes, segment->weighted_total);
    for (size_t f = 0; f < segment->field_count; f++)
        check_field(check, (uint16_t)f);
    check_document_lengths(check);
    TRY(check_found(check, ids_verify(&segment->ids, section_file_name(segment->file), &found), &found));
    TRY(check_columns(check));
    TRY(watch_step(check->part, CHECK_COLUMNS, 100, check->error));
    TRY(check_stored(check));
    TRY(check_lists(check));
    return check->damaged || !segment_has_biwords(segment) ? LIBSEARCH_OK : check_biwords(check);
}

libsearch_status segment_verify(const struct segment *segment, libsearch_error *error)
{
    return section_file_verify(segment->file, NULL, NULL, error);
}

libsearch_status segment_check(const struct segment *segment, const struct watch_part *part, libsearch_report report,
                               void *context, libsearch_error *error)
{
    struct check check = { segment, report, context, error, part, false };
    TRY(watch_step(part, 0, 1, error));
    TRY(section_file_verify(segment->file, report, context, error));
    TRY(check_structures(&check));
    return check.damaged ? LIBSEARCH_CORRUPT : LIBSEARCH_OK;
}
