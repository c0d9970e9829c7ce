/* SPDX-License-Identifier: MIT */
/* Real text in many languages, where a folder of collections lies beside the source tree. */
#include "text/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Cuts each line of a collection with the analyzer, both ways; the number of lines. JSON's escapes are
 * left as they are: to the tokenizer it is text like any other. */
static size_t cut_collection(const char *name, const char *analyzer, size_t most)
{
    const char *source = getenv("LIBSEARCH_SOURCE");
    char command[4096];
    snprintf(command, sizeof command, "%s/../shared/collections/%s/docs.jsonl.zst", source ? source : ".", name);
    FILE *there = fopen(command, "r");
    if (!there) {
        print_message("skipped: no collection %s\n", name);
        skip();
    }
    fclose(there);
    snprintf(command, sizeof command, "zstd -dc '%s/../shared/collections/%s/docs.jsonl.zst'", source ? source : ".",
             name);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    struct cutter cutter = cutter_new(analyzer);
    char *line = NULL;
    size_t capacity = 0, lines = 0;
    ssize_t length;
    while (lines < most && (length = getline(&line, &capacity, pipe)) > 0) {
        lines++;
        tokenizer_use_kernel(cutter.tokenizer, kernel_best());
        struct words words = words_of(cutter.tokenizer, line, (size_t)length, 64);
        assert_well_formed(&words, (size_t)length);
        assert_true(words.count > 0);
        tokenizer_use_kernel(cutter.tokenizer, KERNEL_CAREFUL);
        struct words careful = words_of(cutter.tokenizer, line, (size_t)length, 64);
        assert_same_words(&careful, &words, name);
        words_free(&words);
        words_free(&careful);
    }
    free(line);
    pclose(pipe);
    cutter_free(&cutter);
    return lines;
}

static void the_declaration_of_human_rights_goes_through_in_388_languages(void **state)
{
    (void)state;
    const size_t lines = cut_collection("udhr", "standard", SIZE_MAX);
    if (lines == 0) {
        print_message("skipped: no zstd\n");
        skip();
    }
    assert_int_equal(lines, 388);
}

static void it_goes_through_by_the_standard_alone(void **state)
{
    (void)state;
    cut_collection("udhr", "plain-english", SIZE_MAX);
}

static void parliament_goes_through_in_21_languages(void **state)
{
    (void)state;
    cut_collection("europarl21-sentences", "french", 4000);
}

static void chinese_articles_go_through(void **state)
{
    (void)state;
    cut_collection("zhwiki", "standard", 500);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_declaration_of_human_rights_goes_through_in_388_languages),
        cmocka_unit_test(it_goes_through_by_the_standard_alone),
        cmocka_unit_test(parliament_goes_through_in_21_languages),
        cmocka_unit_test(chinese_articles_go_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
