/* SPDX-License-Identifier: MIT */
/* lsearch's reader of JSON lines: any bytes become records with ids and names of fields that the library takes, or are
 * bad lines, counted. */
#include "fuzz.h"
#include "fuzz/folder.h"
#include "intake.h"

enum { LONGEST = 8192 };

static libsearch_index *open_once(void)
{
    static libsearch_index *index;
    if (index == NULL)
        FUZZ_REQUIRE(libsearch_open(fuzz_folder(), LIBSEARCH_CREATE, NULL, &index, NULL) == LIBSEARCH_OK);
    return index;
}

static void expect_record(struct fields *fields, const struct record *record, libsearch_document *document)
{
    char message[512];
    FUZZ_REQUIRE(record->id.length > 0);
    for (size_t i = 0; i < record->count; i++)
        FUZZ_REQUIRE(strlen(record->values[i].name) <= LIBSEARCH_MAX_FIELD_NAME && record->values[i].name[0] != '\0');
    libsearch_document_clear(document);
    if (!fields_apply(fields, record, document, message, sizeof message))
        FUZZ_REQUIRE(message[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    struct options options = { .strict = fuzz_u8(&bytes) & 1 };
    struct intake intake = { .options = &options, .sample_size = LONGEST };
    libsearch_document *document = libsearch_document_new(open_once());
    size_t length;
    char *text = (char *)fuzz_take(&bytes, LONGEST, &length);
    intake.sample = allocate(intake.sample_size * sizeof *intake.sample);
    fields_init(&intake.fields);
    FILE *file = length == 0 ? fopen("/dev/null", "r") : fmemopen(text, length, "r");
    FUZZ_REQUIRE(file != NULL);
    const bool went_on = load_json(&intake, file, "input");
    FUZZ_REQUIRE(went_on == !(options.strict && intake.skipped > 0) && intake.unread == 0);
    fclose(file);
    fields_decide(&intake.fields);
    for (size_t i = 0; i < intake.sample_count; i++)
        expect_record(&intake.fields, &intake.sample[i], document);
    intake_close(&intake);
    libsearch_document_free(document);
    free(text);
    return 0;
}
