/* SPDX-License-Identifier: MIT */
#include "text/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <libstemmer.h>

#define STEMS(analyzer, text, expected) assert_string_equal(terms_of(analyzer, text), expected)

static struct analyzer *made(const char *name)
{
    struct analyzer *analyzer = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (analyzer_new(allocator_default(), name, &analyzer, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", name, error.message);
    return analyzer;
}

static bool is_stop(const char *name, const char *word)
{
    struct analyzer *analyzer = made(name);
    const bool stop = analyzer_is_stop(analyzer, word, strlen(word));
    analyzer_free(analyzer);
    return stop;
}

static void every_language_of_libstemmer_has_an_analyzer(void **state)
{
    (void)state;
    size_t count = 0;
    for (const char **name = sb_stemmer_list(); *name; name++, count++) {
        char plain[64];
        snprintf(plain, sizeof plain, "plain-%s", *name);
        analyzer_free(made(*name));
        analyzer_free(made(plain));
    }
    assert_true(count >= 20);
}

static void codes_stand_for_languages(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        { "en", "english" }, { "de", "german" }, { "nb", "norwegian" }, { "plain-fr", "plain-french" }
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        struct analyzer *code = made(pairs[i][0]), *name = made(pairs[i][1]);
        assert_string_equal(analyzer_name(code), pairs[i][0]);
        assert_string_equal(analyzer_chain(code), analyzer_chain(name));
        assert_true(analyzer_identity(code) == analyzer_identity(name));
        analyzer_free(code);
        analyzer_free(name);
    }
}

static void a_chain_makes_the_analyzer_that_wrote_it(void **state)
{
    (void)state;
    static const char *const more[] = { "standard", "plain-standard", NULL };
    for (int plain = 0; plain < 2; plain++)
        for (const char **name = plain ? sb_stemmer_list() : (const char **)(uintptr_t)more; *name; name++) {
            struct analyzer *first = made(*name), *second = made(analyzer_chain(first));
            assert_string_equal(analyzer_chain(first), analyzer_chain(second));
            assert_true(analyzer_identity(first) == analyzer_identity(second));
            analyzer_free(first);
            analyzer_free(second);
        }
}

static void all_chains_differ(void **state)
{
    (void)state;
    char chains[128][200];
    size_t count = 0;
    for (const char **name = sb_stemmer_list(); *name; name++)
        for (int plain = 0; plain < 2; plain++) {
            char full[64];
            snprintf(full, sizeof full, "%s%s", plain ? "plain-" : "", *name);
            struct analyzer *analyzer = made(full);
            snprintf(chains[count++], sizeof *chains, "%s", analyzer_chain(analyzer));
            for (size_t i = 0; i + 1 < count; i++)
                assert_string_not_equal(chains[i], chains[count - 1]);
            analyzer_free(analyzer);
        }
}

static void an_unknown_name_is_invalid_and_says_what_there_is(void **state)
{
    (void)state;
    static const char *const names[] = { "",        "klingon",
                                         "plain-",  "plain-klingon",
                                         "English", "unicode-99.0/uax29/nfkc-99.0.0-fold-1" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct analyzer *analyzer = NULL;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        assert_int_equal(analyzer_new(allocator_default(), names[i], &analyzer, &error), LIBSEARCH_INVALID);
        assert_null(analyzer);
        assert_non_null(strstr(error.message, i < 5 ? "english" : "other tables"));
    }
}

static void the_english_list_is_the_long_one_by_surface_forms(void **state)
{
    (void)state;
    assert_true(is_stop("english", "the"));
    assert_true(is_stop("english", "yourselves"));
    assert_true(is_stop("english", "don't"));
    assert_true(is_stop("english", "ought"));
    assert_false(is_stop("english", "us"));
    assert_false(is_stop("english", "th"));
    assert_false(is_stop("english", "thee"));
    assert_false(is_stop("english", ""));
    assert_true(is_stop("porter", "the"));
    assert_false(is_stop("standard", "the"));
    assert_false(is_stop("plain-english", "the"));
}

static void every_stop_word_is_found_as_the_tokenizer_writes_it(void **state)
{
    (void)state;
    size_t lists = 0;
    for (const struct stop_list *list = stop_lists; list->language; list++, lists++) {
        struct cutter cutter = cutter_new(list->language);
        assert_true(analyzer_has_stops(cutter.analyzer));
        for (size_t i = 0; i < list->count; i++) {
            char folded[LIBSEARCH_MAX_TERM];
            const libsearch_bytes word = { list->words[i], strlen(list->words[i]) };
            const size_t length = tokenizer_fold(cutter.tokenizer, word, folded, sizeof folded);
            if (!analyzer_is_stop(cutter.analyzer, folded, length))
                fail_msg("%s: %s", list->language, list->words[i]);
        }
        cutter_free(&cutter);
    }
    assert_int_equal(lists, 13);
}

static void a_chain_without_a_list_says_so(void **state)
{
    (void)state;
    struct analyzer *standard = made("standard"), *tamil = made("tamil"), *english = made("english");
    assert_false(analyzer_has_stops(standard));
    assert_false(analyzer_has_stops(tamil));
    assert_true(analyzer_has_stops(english));
    analyzer_free(standard);
    analyzer_free(tamil);
    analyzer_free(english);
}

/* A few words of each language, of which the second form must meet the first. */
static void each_language_s_stemmer_joins_forms_of_a_word(void **state)
{
    (void)state;
    static const char *const words[][3] = {
        { "arabic", "\xD9\x83\xD8\xAA\xD8\xA7\xD8\xA8", "\xD8\xA7\xD9\x84\xD9\x83\xD8\xAA\xD8\xA7\xD8\xA8" },
        { "armenian", "\xD6\x84\xD5\xA1\xD5\xB2\xD5\xA1\xD6\x84",
          "\xD6\x84\xD5\xA1\xD5\xB2\xD5\xA1\xD6\x84\xD5\xB6\xD5\xA5\xD6\x80" },
        { "basque", "etxe", "etxeak" },
        { "catalan", "gat", "gats" },
        { "danish", "hund", "hunden" },
        { "dutch", "lichaam", "lichamen" },
        { "english", "agreement", "agreements" },
        { "finnish", "talo", "talossa" },
        { "french", "\xC3\xA9l\xC3\xA8ve", "\xC3\xA9l\xC3\xA8ves" },
        { "german", "Haus", "H\xC3\xA4user" },
        { "greek", "\xCE\xB4\xCF\x81\xCF\x8C\xCE\xBC\xCE\xBF\xCF\x82",
          "\xCE\xB4\xCF\x81\xCF\x8C\xCE\xBC\xCE\xBF\xCE\xB9" },
        { "hindi", "\xE0\xA4\x95\xE0\xA4\xBF\xE0\xA4\xA4\xE0\xA4\xBE\xE0\xA4\xAC",
          "\xE0\xA4\x95\xE0\xA4\xBF\xE0\xA4\xA4\xE0\xA4\xBE\xE0\xA4\xAC\xE0\xA5\x87\xE0\xA4\x82" },
        { "hungarian", "h\xC3\xA1z", "h\xC3\xA1zban" },
        { "indonesian", "buku", "bukunya" },
        { "irish",
          "b\xC3\xA1"
          "d",
          "bh\xC3\xA1"
          "d" },
        { "italian", "libro", "libri" },
        { "lithuanian", "namas", "namo" },
        { "nepali", "\xE0\xA4\x98\xE0\xA4\xB0", "\xE0\xA4\x98\xE0\xA4\xB0\xE0\xA4\xB9\xE0\xA4\xB0\xE0\xA5\x82" },
        { "norwegian", "hund", "hundene" },
        { "porter", "agreement", "agreements" },
        { "portuguese", "livro", "livros" },
        { "romanian", "na\xC8\x9Biune", "na\xC5\xA3iuni" },
        { "russian", "\xD0\xBA\xD0\xBD\xD0\xB8\xD0\xB3\xD0\xB0", "\xD0\xBA\xD0\xBD\xD0\xB8\xD0\xB3\xD0\xB8" },
        { "serbian", "\xD0\xBA\xD1\x9A\xD0\xB8\xD0\xB3\xD0\xB0", "knjige" },
        { "spanish", "canci\xC3\xB3n", "canciones" },
        { "swedish", "flicka", "flickor" },
        { "tamil", "\xE0\xAE\xB5\xE0\xAF\x80\xE0\xAE\x9F\xE0\xAF\x81\xE0\xAE\x95\xE0\xAE\xB3\xE0\xAF\x8D",
          "\xE0\xAE\xB5\xE0\xAF\x80\xE0\xAE\x9F\xE0\xAF\x81\xE0\xAE\x95\xE0\xAE\xB3\xE0\xAF\x88" },
        { "turkish", "kitap", "kitaplar" },
        { "yiddish", "\xD7\x98\xD7\x99\xD7\xA9", "\xD7\x98\xD7\x99\xD7\xA9\xD7\x9F" },
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char first[LIBSEARCH_MAX_TERM + 1];
        snprintf(first, sizeof first, "%s", terms_of(words[i][0], words[i][1]));
        const char *second = terms_of(words[i][0], words[i][2]);
        if (first[0] == '\0' || strcmp(first, second) != 0)
            fail_msg("%s: %s and %s", words[i][0], first, second);
    }
}

static void accents_go_from_the_stem_where_the_stemmer_needs_them_before(void **state)
{
    (void)state;
    STEMS("french", "\xC3\xA9l\xC3\xA8ves", "elev");
    STEMS("spanish", "canci\xC3\xB3n cancion", "cancion cancion");
    STEMS("english", "r\xC3\xA9sum\xC3\xA9s resumes", "resum resum");
    STEMS("plain-french", "\xC3\xA9l\xC3\xA8ves", "\xC3\xA9lev");
}

static void letters_of_a_language_s_own_alphabet_stay(void **state)
{
    (void)state;
    STEMS("swedish", "f\xC3\xA5r far", "f\xC3\xA5r far");
    STEMS("spanish", "a\xC3\xB1o ano", "a\xC3\xB1o ano");
}

static void a_word_of_no_letters_has_a_term(void **state)
{
    (void)state;
    STEMS("english", "2020 c++ \xF0\x9F\x91\x8D \xE4\xB8\xAD\xE5\x9B\xBD",
          "2020 c++ \xF0\x9F\x91\x8D \xE4\xB8\xAD\xE5\x9B\xBD");
}

static void a_term_has_from_one_byte_to_the_limit(void **state)
{
    (void)state;
    uint64_t random = random_seed();
    for (const char **name = sb_stemmer_list(); *name; name++) {
        struct cutter cutter = cutter_new(*name);
        for (int round = 0; round < 300; round++) {
            char text[LIBSEARCH_MAX_TERM];
            const size_t length = 1 + random_next(&random) % sizeof text;
            for (size_t i = 0; i < length; i++)
                text[i] = (char)(random_next(&random) % 2 ? random_next(&random) : 'a' + random_next(&random) % 26);
            char *surface = malloc(length), *term = malloc(LIBSEARCH_MAX_TERM);
            memcpy(surface, text, length);
            assert_in_range(tokenizer_term(cutter.tokenizer, surface, length, term), 1, LIBSEARCH_MAX_TERM);
            free(surface);
            free(term);
        }
        cutter_free(&cutter);
    }
}

static void a_query_s_word_folds_as_the_text_s_did(void **state)
{
    (void)state;
    struct cutter cutter = cutter_new("english");
    char folded[8];
    const libsearch_bytes word = { "R\xC3\xA9SUM", 6 };
    assert_int_equal(tokenizer_fold(cutter.tokenizer, word, folded, sizeof folded), 5);
    assert_memory_equal(folded, "resum", 5);
    assert_int_equal(tokenizer_fold(cutter.tokenizer, word, folded, 3), 3);
    assert_int_equal(tokenizer_fold(cutter.tokenizer, (libsearch_bytes){ NULL, 0 }, folded, 3), 0);
    cutter_free(&cutter);
}

/* Fails the n-th allocation and all after it. */
struct stingy {
    int left;
};

static void *stingy_allocate(void *context, size_t size)
{
    struct stingy *stingy = context;
    return stingy->left-- > 0 ? malloc(size) : NULL;
}

static void *stingy_reallocate(void *context, void *memory, size_t size)
{
    struct stingy *stingy = context;
    return stingy->left-- > 0 ? realloc(memory, size) : NULL;
}

static void stingy_release(void *context, void *memory)
{
    (void)context;
    free(memory);
}

static void short_memory_is_said_and_nothing_is_lost(void **state)
{
    (void)state;
    bool done = false;
    for (int allowed = 0; !done; allowed++) {
        struct stingy stingy = { allowed };
        const libsearch_allocator allocator = { &stingy, stingy_allocate, stingy_reallocate, stingy_release };
        struct analyzer *analyzer = NULL;
        struct tokenizer *tokenizer = NULL;
        libsearch_status status = analyzer_new(&allocator, "english", &analyzer, NULL);
        if (status == LIBSEARCH_OK)
            status = tokenizer_new(analyzer, &allocator, &tokenizer, NULL);
        done = status == LIBSEARCH_OK;
        if (!done)
            assert_int_equal(status, LIBSEARCH_NO_MEMORY);
        tokenizer_free(tokenizer);
        analyzer_free(analyzer);
        assert_true(allowed < 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_language_of_libstemmer_has_an_analyzer),
        cmocka_unit_test(codes_stand_for_languages),
        cmocka_unit_test(a_chain_makes_the_analyzer_that_wrote_it),
        cmocka_unit_test(all_chains_differ),
        cmocka_unit_test(an_unknown_name_is_invalid_and_says_what_there_is),
        cmocka_unit_test(the_english_list_is_the_long_one_by_surface_forms),
        cmocka_unit_test(every_stop_word_is_found_as_the_tokenizer_writes_it),
        cmocka_unit_test(a_chain_without_a_list_says_so),
        cmocka_unit_test(each_language_s_stemmer_joins_forms_of_a_word),
        cmocka_unit_test(accents_go_from_the_stem_where_the_stemmer_needs_them_before),
        cmocka_unit_test(letters_of_a_language_s_own_alphabet_stay),
        cmocka_unit_test(a_word_of_no_letters_has_a_term),
        cmocka_unit_test(a_term_has_from_one_byte_to_the_limit),
        cmocka_unit_test(a_query_s_word_folds_as_the_text_s_did),
        cmocka_unit_test(short_memory_is_said_and_nothing_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
