/* SPDX-License-Identifier: MIT */
/* lsearch's readers of text, Markdown and HTML: any bytes become a record whose parts lie within the text. */
#include "date.h"
#include "fuzz.h"
#include "load_text.h"

static void expect_page(const struct page *page, const char *text, size_t length)
{
    struct record record = { 0 };
    if (page->title.length > 0)
        FUZZ_REQUIRE(page->title.data >= text && page->title.data + page->title.length <= text + length);
    FUZZ_REQUIRE(page->title_start <= page->title_end && page->title_end <= length);
    page_to_record(page, text, length, &record);
    FUZZ_REQUIRE(record.count <= 3);
    record_free(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    const uint8_t kind = fuzz_u8(&bytes) % 4;
    const size_t length = fuzz_left(&bytes);
    char *text = malloc(length + 1);
    memcpy(text, bytes.next, length);
    text[length] = '\0'; /* as the loader has it */
    if (kind == 2) {
        size_t visible_length;
        char *title, *date, *visible = html_to_text(text, length, &visible_length, &title, &date);
        FUZZ_REQUIRE(visible[visible_length] == '\0');
        free(visible);
        free(title);
        free(date);
        (void)html_entity(text, length);
    } else if (kind == 3) {
        int64_t moment;
        size_t end;
        char printed[DATE_TEXT];
        if (date_parse_start(text, length, &moment, &end))
            FUZZ_REQUIRE(end <= length);
        if (date_parse_iso(text, length, &moment)) {
            int64_t again;
            date_print(moment, printed);
            FUZZ_REQUIRE(date_parse_iso(printed, strlen(printed), &again) && again == moment);
        }
        (void)date_find(text, length, 500, &moment);
    } else {
        const struct page page = kind == 0 ? page_of_text(text, length) : page_of_markdown(text, length);
        expect_page(&page, text, length);
    }
    free(text);
    return 0;
}
