/* SPDX-License-Identifier: MIT */
/* Regular expressions against a plain backtracking matcher, and what is none. */
#include "base/regular_expression.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/random.h"

static bool fits(const char *expression, const char *word)
{
    struct regular_expression compiled;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_bytes text = { expression, strlen(expression) };
    if (regular_expression_init(&compiled, allocator_default(), text, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", expression, error.message);
    const bool found = regular_expression_fits(&compiled, word, strlen(word));
    regular_expression_free(&compiled);
    return found;
}

static void each_form_means_what_it_says(void **state)
{
    static const struct {
        const char *expression, *yes, *no;
    } rows[] = {
        { "colou?r", "color colour", "colouur colo colors xcolor" },
        { "hea(l|r)th", "health hearth", "heath healrth" },
        { "(foo|bar|)s", "foos bars s", "foo foobars" },
        { "[a-c]+x", "ax abcx", "x dx abc" },
        { "[^a-c]z", "dz 9z \xC3\xA9z", "az z ddz" },
        { "[]x-]+", "] x- ]-x", "y" },
        { "a{3}", "aaa", "aa aaaa" },
        { "a{2,}", "aa aaaaa", "a" },
        { "a{1,3}b{0}c", "ac aaac", "c aaaac abc" },
        { "\\d{4}", "2020", "202 20201 abcd" },
        { "[\\d.]+", "1.5 2", "1,5" },
        { ".*tion", "tion action \xE4\xBD\xA0tion", "actions" },
        { "a.c",
          "abc a\xC3\xA9"
          "c a\xE4\xBD\xA0"
          "c",
          "ac abbc" },
        { "a\\.b", "a.b", "axb" },
        { "(a*)*b", "b ab aaab", "a" },
        { "((a|b)(c|d))+", "ac bdac", "ab" },
        { "stra\xC3\x9F"
          "e",
          "stra\xC3\x9F"
          "e",
          "strasse" },
        { "[\xC3\xA0-\xC3\xBC]", "\xC3\xA9", "e" },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int no = 0; no < 2; no++) {
            char words[100], *rest = NULL;
            strcpy(words, no ? rows[i].no : rows[i].yes);
            for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
                if (fits(rows[i].expression, word) == no)
                    fail_msg("%s %s %s", rows[i].expression, no ? "fits" : "does not fit", word);
        }
    assert_true(fits("", ""));
    assert_true(fits("a*", ""));
    assert_false(fits("a", ""));
}

static void what_is_none_is_said_with_its_place(void **state)
{
    static const struct {
        const char *expression;
        int place;
        libsearch_status status;
    } rows[] = {
        { "a)", 1, LIBSEARCH_INVALID },
        { "x(a", 1, LIBSEARCH_INVALID },
        { "[ab", 0, LIBSEARCH_INVALID },
        { "*a", 0, LIBSEARCH_INVALID },
        { "a|+", 2, LIBSEARCH_INVALID },
        { "a{3,2}", 1, LIBSEARCH_INVALID },
        { "a{", 1, LIBSEARCH_INVALID },
        { "a{999}", 1, LIBSEARCH_INVALID },
        { "a\\", 1, LIBSEARCH_INVALID },
        { "\\w", 0, LIBSEARCH_INVALID },
        { "[z-a]", 1, LIBSEARCH_INVALID },
        { "\xFF", 0, LIBSEARCH_INVALID },
        { "(a{255}){255}", -1, LIBSEARCH_LIMIT },
        { "((){255}){255}", -1, LIBSEARCH_LIMIT },
        { "[\xE4\xB8\x80-\xE9\xBE\xA5]", -1, LIBSEARCH_LIMIT },
        { "a*****", 5, LIBSEARCH_INVALID },
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct regular_expression compiled;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        const libsearch_bytes text = { rows[i].expression, strlen(rows[i].expression) };
        assert_int_equal(regular_expression_init(&compiled, allocator_default(), text, &error), rows[i].status);
        if (error.position != rows[i].place)
            fail_msg("%s: %s (at %d)", rows[i].expression, error.message, (int)error.position);
        regular_expression_free(&compiled);
    }
    char deep[2 * 40 + 1] = "";
    memset(deep, '(', 40);
    memset(deep + 40, ')', 40);
    struct regular_expression compiled;
    assert_int_equal(regular_expression_init(&compiled, allocator_default(), (libsearch_bytes){ deep, 80 }, NULL),
                     LIBSEARCH_INVALID);
}

/* ----- a matcher that tries everything ----- */

/* An expression that is made at random, as a tree and as text. */
struct tree {
    enum { LETTER, ANY, NONE_OF, ROW, EITHER, STAR, MAYBE, TWICE } kind;
    char letter;
    struct tree *a, *b;
};

static struct tree *make(struct test_random *random, int depth)
{
    struct tree *tree = calloc(1, sizeof *tree);
    const uint64_t draw = random_below(random, depth > 0 ? 12 : 5);
    tree->letter = (char)('a' + random_below(random, 3));
    tree->kind = draw < 3     ? LETTER
                 : draw == 3  ? ANY
                 : draw == 4  ? NONE_OF
                 : draw < 8   ? ROW
                 : draw == 8  ? EITHER
                 : draw == 9  ? STAR
                 : draw == 10 ? MAYBE
                              : TWICE;
    if (draw >= 5)
        tree->a = make(random, depth - 1);
    if (tree->kind == ROW || tree->kind == EITHER)
        tree->b = make(random, depth - 1);
    return tree;
}

static void free_tree(struct tree *tree)
{
    if (tree == NULL)
        return;
    free_tree(tree->a);
    free_tree(tree->b);
    free(tree);
}

static void print(const struct tree *tree, char *to)
{
    static const char *const behind[] = { [STAR] = ")*", [MAYBE] = ")?", [TWICE] = "){2,3}" };
    switch (tree->kind) {
    case LETTER: sprintf(to + strlen(to), "%c", tree->letter); break;
    case ANY: strcat(to, "."); break;
    case NONE_OF: sprintf(to + strlen(to), "[^%c]", tree->letter); break;
    case ROW:
        print(tree->a, to);
        print(tree->b, to);
        break;
    case EITHER:
        strcat(to, "(");
        print(tree->a, to);
        strcat(to, "|");
        print(tree->b, to);
        strcat(to, ")");
        break;
    default:
        strcat(to, "(");
        print(tree->a, to);
        strcat(to, behind[tree->kind]);
    }
}

/* The ends (bits) of what the tree fits from any of the starts. */
static uint32_t ends(const struct tree *tree, const char *word, uint32_t starts)
{
    uint32_t found = 0, last;
    switch (tree->kind) {
    case LETTER:
    case ANY:
    case NONE_OF:
        for (unsigned i = 0; word[i] != 0; i++)
            if (starts >> i & 1 && (tree->kind == ANY || (word[i] == tree->letter) == (tree->kind == LETTER)))
                found |= 2u << i;
        return found;
    case ROW: return ends(tree->b, word, ends(tree->a, word, starts));
    case EITHER: return ends(tree->a, word, starts) | ends(tree->b, word, starts);
    case MAYBE: return starts | ends(tree->a, word, starts);
    case TWICE: found = ends(tree->a, word, ends(tree->a, word, starts)); return found | ends(tree->a, word, found);
    case STAR:
        for (found = starts, last = 0; found != last;) {
            last = found;
            found |= ends(tree->a, word, found);
        }
        return found;
    }
    return 0;
}

static void random_expressions_fit_what_trying_everything_fits(void **state)
{
    (void)state;
    struct test_random random = random_start("regular expressions");
    for (int round = 0; round < 3000; round++) {
        struct tree *tree = make(&random, 4);
        struct regular_expression compiled;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        char expression[4096] = "", word[12];
        print(tree, expression);
        const libsearch_status status =
            regular_expression_init(&compiled, allocator_default(), (libsearch_bytes){ expression, strlen(expression) },
                                    &error);
        if (status != LIBSEARCH_OK && status != LIBSEARCH_LIMIT)
            fail_msg("%s: %s", expression, error.message);
        for (int tried = 0; tried < 20 && status == LIBSEARCH_OK; tried++) {
            const size_t length = random_below(&random, 10);
            for (size_t i = 0; i < length; i++)
                word[i] = (char)('a' + random_below(&random, 4));
            word[length] = 0;
            const bool wanted = ends(tree, word, 1) >> length & 1;
            if (regular_expression_fits(&compiled, word, length) != wanted)
                fail_msg("%s %s %s", expression, wanted ? "fits" : "does not fit", word);
        }
        if (status == LIBSEARCH_OK)
            regular_expression_free(&compiled);
        free_tree(tree);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_means_what_it_says),
        cmocka_unit_test(what_is_none_is_said_with_its_place),
        cmocka_unit_test(random_expressions_fit_what_trying_everything_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
