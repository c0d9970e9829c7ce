/* SPDX-License-Identifier: MIT */
#include "text/word_break.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "text/unicode.h"
#include "text/words.h"

#define DATABASE "/usr/share/unicode/auxiliary/WordBreakTest.txt" /* Debian: unicode-data */

/* One line of the test file, "÷ 0061 × 0308 ÷ # …", as bytes and the boundaries between them. */
static size_t parsed(char *line, uint8_t *text, size_t *boundaries, size_t *length)
{
    size_t count = 0;
    *length = 0;
    char *remark = strchr(line, '#');
    if (remark)
        *remark = '\0';
    for (char *word = strtok(line, " \t\r\n"); word; word = strtok(NULL, " \t\r\n")) {
        if (strcmp(word, "\xC3\xB7") == 0)
            boundaries[count++] = *length;
        else if (strcmp(word, "\xC3\x97") != 0)
            *length += utf8_encode((uint32_t)strtoul(word, NULL, 16), (char *)text + *length);
    }
    return count;
}

static void every_line_of_the_standard_s_test_passes(void **state)
{
    (void)state;
    FILE *file = fopen(DATABASE, "r");
    if (!file) {
        print_message("skipped: no " DATABASE "\n");
        skip();
    }
    char line[4096];
    size_t lines = 0;
    while (fgets(line, sizeof line, file)) {
        char shown[4096];
        memcpy(shown, line, sizeof shown);
        uint8_t text[512];
        size_t boundaries[128], length;
        const size_t count = parsed(line, text, boundaries, &length);
        if (count == 0)
            continue;
        lines++;
        size_t at = 0;
        for (size_t i = 1; i < count; i++) {
            at = word_break_next(text, length, at);
            if (at != boundaries[i])
                fail_msg("boundary %zu at byte %zu: %s", i, at, shown);
        }
        assert_int_equal(at, length);
    }
    fclose(file);
    assert_true(lines > 1800);
}

static void boundaries_of_any_bytes_go_forward_to_the_end(void **state)
{
    (void)state;
    uint64_t random = random_seed();
    for (int round = 0; round < 2000; round++) {
        char text[300];
        size_t length = random_text(&random, text, sizeof text);
        if (round % 4 == 0)
            for (size_t i = 0; i < length; i++)
                text[i] = (char)random_next(&random);
        uint8_t *copy = malloc(length + 1);
        memcpy(copy, text, length);
        for (size_t at = 0; at < length;) {
            const size_t next = word_break_next(copy, length, at);
            assert_true(next > at && next <= length);
            at = next;
        }
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_of_the_standard_s_test_passes),
        cmocka_unit_test(boundaries_of_any_bytes_go_forward_to_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
