/* SPDX-License-Identifier: MIT */
/* Any bytes as a file of saved queries, with right checksums: refused by its name, or a set that is held against
 * documents, and saved and read back as the same. */
#include "fuzz.h"
#include "io/section_file.h"
#include "watch/watcher.h"

static void write_file(struct storage *storage, const uint8_t *bytes, size_t length)
{
    FUZZ_REQUIRE(small_file_write(storage, "queries", "WA", 1, bytes, length, false, NULL, NULL) == LIBSEARCH_OK);
}

static void add_text(libsearch_document *document, const char *field, const char *text, size_t length)
{
    const struct document_value value = {
        .field = field, .field_length = (uint32_t)strlen(field), .type = LIBSEARCH_TEXT, .bytes = { text, length }
    };
    FUZZ_REQUIRE(document_add(document, &value, NULL) == LIBSEARCH_OK);
}

/* How many queries the documents match together. */
static size_t match(struct watch_set *set, const uint8_t *bytes, size_t length)
{
    static const char *const TEXTS[] = { "cholera vaccine officials agree", "a b c d e winter harbour 2020" };
    const struct watcher_options options = { .timeout = 1000000000, .memory = 1 << 24 };
    struct watcher *watcher;
    size_t count = 0;
    FUZZ_REQUIRE(watcher_open(set, &options, &watcher, NULL) == LIBSEARCH_OK);
    for (size_t i = 0; i < 3; i++) {
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        libsearch_document *document = document_new(allocator_default());
        const char *text = i < 2 ? TEXTS[i] : (const char *)bytes;
        add_text(document, "title", text, i < 2 ? strlen(text) : length / 2);
        add_text(document, "text", text, i < 2 ? strlen(text) : length);
        const libsearch_status status = watcher_match(watcher, document, &error);
        if (status == LIBSEARCH_OK) {
            FUZZ_REQUIRE(watcher->result_count <= watch_set_count(set));
            for (size_t j = 0; j < watcher->result_count && j < 4; j++)
                FUZZ_REQUIRE(watcher_words(watcher, j, NULL) == LIBSEARCH_OK);
            count += watcher->result_count;
        } else {
            FUZZ_REQUIRE(error.message[0] != 0);
            FUZZ_REQUIRE(status == LIBSEARCH_INVALID || status == LIBSEARCH_LIMIT || status == LIBSEARCH_DEADLINE);
        }
        document_free(document);
    }
    watcher_close(watcher);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct storage *storage;
    struct watch_set *set, *again;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    FUZZ_REQUIRE(storage_open_memory(allocator_default(), &storage, NULL) == LIBSEARCH_OK);
    write_file(storage, data, size);
    const libsearch_status status = watch_set_load(allocator_default(), NULL, storage, "queries", &set, &error);
    if (status != LIBSEARCH_OK) {
        FUZZ_REQUIRE(status == LIBSEARCH_CORRUPT || status == LIBSEARCH_VERSION || status == LIBSEARCH_INVALID);
        FUZZ_REQUIRE(strstr(error.message, "queries") != NULL);
    } else {
        FUZZ_REQUIRE(watch_set_save(set, storage, "again", NULL) == LIBSEARCH_OK);
        FUZZ_REQUIRE(watch_set_load(allocator_default(), NULL, storage, "again", &again, &error) == LIBSEARCH_OK);
        FUZZ_REQUIRE(watch_set_count(set) == watch_set_count(again));
        FUZZ_REQUIRE(match(set, data, size) == match(again, data, size));
        watch_set_free(again);
        watch_set_free(set);
    }
    storage_close(storage);
    return 0;
}
