/* SPDX-License-Identifier: MIT */
/* Analyzers of the program's own, in both engines. */
#include "engines/engine_support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/random.h"

/* ----- a tokenizer: words are what stands between spaces, as they are ----- */

struct spaces {
    libsearch_bytes text;
    size_t at;
    int said; /* the word of the place was given, its synonym was not */
    libsearch_token word;
};

static libsearch_status spaces_open(void *context, void **state)
{
    (void)context;
    *state = calloc(1, sizeof(struct spaces));
    return *state == NULL ? LIBSEARCH_NO_MEMORY : LIBSEARCH_OK;
}

static void spaces_close(void *context, void *state)
{
    (void)context;
    free(state);
}

static void spaces_start(void *state, libsearch_bytes text)
{
    struct spaces *spaces = state;
    *spaces = (struct spaces){ .text = text };
}

static int spaces_next(void *state, libsearch_token *token)
{
    struct spaces *spaces = state;
    const libsearch_bytes text = spaces->text;
    while (spaces->at < text.length && text.data[spaces->at] == ' ')
        spaces->at++;
    if (spaces->at == text.length)
        return 0;
    token->start = spaces->at;
    while (spaces->at < text.length && text.data[spaces->at] != ' ')
        spaces->at++;
    token->end = spaces->at;
    token->word = (libsearch_bytes){ text.data + token->start, token->end - token->start };
    return 1;
}

/* The same, where a car is also an automobile. */
static int synonyms_next(void *state, libsearch_token *token)
{
    struct spaces *spaces = state;
    if (spaces->said) {
        spaces->said = 0;
        *token = spaces->word;
        token->word = LIBSEARCH_STRING("automobile");
        token->flags = LIBSEARCH_TOKEN_SAME_PLACE;
        return 1;
    }
    const int answer = spaces_next(state, token);
    spaces->said = answer == 1 && token->word.length == 3 && memcmp(token->word.data, "car", 3) == 0;
    spaces->word = *token;
    return answer;
}

/* Terms: the first three letters. */
static size_t first_three(void *state, libsearch_bytes word, char *term)
{
    (void)state;
    const size_t length = word.length < 3 ? word.length : 3;
    memcpy(term, word.data, length);
    return length;
}

static int stops_at_the(void *context, libsearch_bytes word)
{
    (void)context;
    return word.length == 3 && memcmp(word.data, "the", 3) == 0;
}

static libsearch_analyzer spaces_analyzer(void)
{
    libsearch_analyzer analyzer = LIBSEARCH_ANALYZER_INIT;
    analyzer.name = "spaces";
    analyzer.version = "1";
    analyzer.open = spaces_open;
    analyzer.close = spaces_close;
    analyzer.start = spaces_start;
    analyzer.next = spaces_next;
    return analyzer;
}

/* ----- an index that uses one ----- */

static libsearch_status open_with(enum engine engine, const char *folder, unsigned flags,
                                  const libsearch_analyzer *analyzers, size_t count, libsearch_index **index,
                                  libsearch_error *error)
{
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, engine_name(engine));
    extensions.analyzers = analyzers;
    extensions.analyzer_count = count;
    options.engine = engine_of(engine);
    options.analyzer = count > 0 ? analyzers[0].name : NULL;
    options.extensions = &extensions;
    return libsearch_open(path, flags, &options, index, error);
}

static void put_text(libsearch_index *index, libsearch_writer *writer, const char *id, libsearch_bytes text)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_document *document = libsearch_document_new(index);
    assert_ok(libsearch_document_set_text(document, "text", text));
    if (libsearch_writer_put(writer, bytes(id), document, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    libsearch_document_free(document);
}

/* An index of these texts, named 1, 2, …, committed. */
static libsearch_index *index_of(enum engine engine, const char *folder, const libsearch_analyzer *analyzer,
                                 const char *const *texts)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_index *index = NULL;
    libsearch_writer *writer = NULL;
    if (open_with(engine, folder, LIBSEARCH_CREATE, analyzer, 1, &index, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
    for (int i = 0; texts[i] != NULL; i++) {
        char id[16];
        snprintf(id, sizeof id, "%d", i + 1);
        put_text(index, writer, id, bytes(texts[i]));
    }
    assert_ok(libsearch_writer_commit(writer, NULL));
    libsearch_writer_close(writer);
    return index;
}

#define assert_finds(index, query, expected)                                                                           \
    do {                                                                                                               \
        char *found_ = ids_set(index, query);                                                                          \
        assert_string_equal(found_, expected);                                                                         \
        free(found_);                                                                                                  \
    } while (0)

#define EACH_ENGINE(engine) for (enum engine engine = NATIVE; engine <= XAPIAN && engine_is_here(engine); engine++)

static void words_are_what_the_tokenizer_gives(void **state)
{
    (void)state;
    static const char *const texts[] = { "Bread-and-butter pudding", "bread and butter", "Pudding!", NULL };
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        const libsearch_analyzer analyzer = spaces_analyzer();
        libsearch_index *index = index_of(engine, folder, &analyzer, texts);
        assert_finds(index, libsearch_query_text(NULL, bytes("bread")), "2");
        assert_finds(index, libsearch_query_text(NULL, bytes("Bread-and-butter")), "1");
        assert_finds(index, libsearch_query_text(NULL, bytes("pudding")), "1");
        assert_finds(index, libsearch_query_text(NULL, bytes("Pudding!")), "3");
        assert_finds(index, libsearch_query_phrase(NULL, bytes("and butter"), 0), "2");
        assert_finds(index, libsearch_query_prefix(NULL, bytes("Pud")), "3");
        libsearch_close(index);
        folder_remove(folder);
    }
}

static void snippets_mark_the_words_of_the_tokenizer(void **state)
{
    (void)state;
    static const char *const texts[] = { "who ate the Bread-and-butter pudding ?", NULL };
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        const libsearch_analyzer analyzer = spaces_analyzer();
        libsearch_index *index = index_of(engine, folder, &analyzer, texts);
        libsearch_query *query = libsearch_query_text(NULL, bytes("Bread-and-butter"));
        libsearch_results *results = NULL;
        libsearch_bytes snippet;
        assert_ok(libsearch_search_query(index, query, NULL, &results, NULL));
        assert_ok(libsearch_results_snippet(results, 0, "text", 200, LIBSEARCH_HTML, &snippet, NULL));
        char *copy = strndup(snippet.data, snippet.length);
        assert_non_null(strstr(copy, "<b>Bread-and-butter</b> pudding"));
        free(copy);
        libsearch_results_free(results);
        libsearch_query_free(query);
        libsearch_close(index);
        folder_remove(folder);
    }
}

static void a_tokenizer_goes_with_the_stemmer_and_the_stop_words_of_its_base(void **state)
{
    (void)state;
    static const char *const texts[] = { "many agreements", "agree-ments", "the agreeing", NULL };
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_analyzer analyzer = spaces_analyzer();
        analyzer.base = "english";
        libsearch_index *index = index_of(engine, folder, &analyzer, texts);
        assert_finds(index, libsearch_query_text(NULL, bytes("agreement")), "1");
        assert_finds(index, libsearch_query_text(NULL, bytes("agreed")), "3");
        assert_finds(index, libsearch_query_text(NULL, bytes("agreed the")), "3");
        libsearch_close(index);
        folder_remove(folder);
    }
}

static void a_stemmer_and_stop_words_go_with_the_tokenizer_of_their_base(void **state)
{
    (void)state;
    static const char *const texts[] = { "Butterfly, butter.", "the buttons", "the bread", NULL };
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_analyzer analyzer = LIBSEARCH_ANALYZER_INIT;
        analyzer.name = "three";
        analyzer.version = "2.0-beta";
        analyzer.base = "standard";
        analyzer.term = first_three;
        analyzer.is_stop = stops_at_the;
        libsearch_index *index = index_of(engine, folder, &analyzer, texts);
        assert_finds(index, libsearch_query_text(NULL, bytes("BUT")), "1 2");
        assert_finds(index, libsearch_query_text(NULL, bytes("the butler")), "1 2");
        libsearch_close(index);
        folder_remove(folder);
    }
}

static void a_word_at_the_same_place_is_found_and_breaks_no_phrase(void **state)
{
    (void)state;
    static const char *const texts[] = { "a car stops here", "an automobile stops", "car", NULL };
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_analyzer analyzer = spaces_analyzer();
        analyzer.next = synonyms_next;
        libsearch_index *index = index_of(engine, folder, &analyzer, texts);
        assert_finds(index, libsearch_query_text(NULL, bytes("automobile")), "1 2 3");
        assert_finds(index, libsearch_query_phrase(NULL, bytes("car stops"), 0), "1");
        assert_finds(index, libsearch_query_phrase(NULL, bytes("automobile stops"), 0), "1 2");
        libsearch_close(index);
        folder_remove(folder);
    }
}

static void an_index_opens_only_with_the_analyzers_that_it_was_written_with(void **state)
{
    (void)state;
    static const char *const texts[] = { "bread", NULL };
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        libsearch_analyzer analyzer = spaces_analyzer();
        libsearch_index *index = index_of(engine, folder, &analyzer, texts);
        libsearch_close(index);

        /* not given */
        index = NULL;
        assert_status(open_with(engine, folder, 0, NULL, 0, &index, &error), LIBSEARCH_VERSION);
        assert_null(index);
        assert_non_null(strstr(error.message, "spaces"));
        /* of another version: both are named */
        analyzer.version = "2";
        assert_status(open_with(engine, folder, 0, &analyzer, 1, &index, &error), LIBSEARCH_VERSION);
        assert_non_null(strstr(error.message, "spaces@1+tokens"));
        assert_non_null(strstr(error.message, "spaces@2+tokens"));
        /* of the same version with another base, or other parts */
        analyzer.version = "1";
        analyzer.base = "english";
        assert_status(open_with(engine, folder, 0, &analyzer, 1, &index, &error), LIBSEARCH_VERSION);
        analyzer.base = NULL;
        analyzer.term = first_three;
        assert_status(open_with(engine, folder, 0, &analyzer, 1, &index, &error), LIBSEARCH_VERSION);
        /* the same */
        analyzer.term = NULL;
        assert_ok(open_with(engine, folder, 0, &analyzer, 1, &index, &error));
        assert_finds(index, libsearch_query_text(NULL, bytes("bread")), "1");
        libsearch_close(index);
        folder_remove(folder);
    }
}

static void a_field_that_is_added_later_can_have_one(void **state)
{
    (void)state;
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_analyzer analyzers[2] = { spaces_analyzer(), spaces_analyzer() };
        analyzers[1].name = "codes";
        libsearch_index *index = NULL;
        libsearch_writer *writer = NULL;
        assert_ok(open_with(engine, folder, LIBSEARCH_CREATE, analyzers, 2, &index, NULL));
        assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        field.name = "code";
        field.analyzer = "codes";
        assert_ok(libsearch_writer_add_field(writer, &field, NULL));
        libsearch_document *document = libsearch_document_new(index);
        assert_ok(libsearch_document_set_text(document, "code", bytes("A-1 B-2")));
        assert_ok(libsearch_writer_put(writer, bytes("x"), document, NULL));
        libsearch_document_free(document);
        assert_ok(libsearch_writer_commit(writer, NULL));
        libsearch_writer_close(writer);
        assert_finds(index, libsearch_query_text("code", bytes("B-2")), "x");
        assert_finds(index, libsearch_query_text("code", bytes("B")), "");
        libsearch_close(index);
        assert_status(open_with(engine, folder, 0, analyzers, 1, &index, NULL), LIBSEARCH_VERSION);
        folder_remove(folder);
    }
}

static void check_needs_them_too(void **state)
{
    (void)state;
    static const char *const texts[] = { "bread", NULL };
    char *folder = folder_make();
    char path[256];
    snprintf(path, sizeof path, "%s/native", folder);
    const libsearch_analyzer analyzer = spaces_analyzer();
    libsearch_close(index_of(NATIVE, folder, &analyzer, texts));
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    extensions.analyzers = &analyzer;
    extensions.analyzer_count = 1;
    options.extensions = &extensions;
    assert_status(libsearch_check(path, NULL, NULL, NULL), LIBSEARCH_VERSION);
    assert_ok(libsearch_check_with(path, &options, NULL, NULL, NULL));
    folder_remove(folder);
}

static void what_is_no_analyzer_is_refused_by_name(void **state)
{
    (void)state;
    libsearch_analyzer bad[] = { spaces_analyzer(), spaces_analyzer(), spaces_analyzer(), spaces_analyzer(),
                                 spaces_analyzer(), spaces_analyzer(), spaces_analyzer() };
    bad[0].name = "english";  /* the library's */
    bad[1].name = "my words"; /* no name */
    bad[2].version = NULL;
    bad[3].version = "1/2";
    bad[4].next = NULL; /* neither next nor base */
    bad[5].base = "klingon";
    bad[6].start = NULL;
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_index *index = NULL;
        libsearch_error error = LIBSEARCH_ERROR_INIT;
        for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
            assert_status(open_with(engine, folder, LIBSEARCH_CREATE, &bad[i], 1, &index, &error), LIBSEARCH_INVALID);
            assert_null(index);
            assert_non_null(strstr(error.message, "analyzer"));
        }
        const libsearch_analyzer twice[2] = { spaces_analyzer(), spaces_analyzer() };
        assert_status(open_with(engine, folder, LIBSEARCH_CREATE, twice, 2, &index, &error), LIBSEARCH_INVALID);
        folder_remove(folder);
    }
}

/* ----- tokenizers that keep no rule ----- */

struct wild {
    struct test_random random;
    libsearch_bytes text;
    size_t left;
    char word[400];
};

static libsearch_status wild_open(void *context, void **state)
{
    (void)context;
    *state = calloc(1, sizeof(struct wild));
    return LIBSEARCH_OK;
}

/* The same for the same text. */
static void wild_start(void *state, libsearch_bytes text)
{
    struct wild *wild = state;
    wild->random.state = text.length;
    for (size_t i = 0; i < text.length; i++)
        wild->random.state = wild->random.state * 31 + (unsigned char)text.data[i];
    wild->text = text;
    wild->left = random_below(&wild->random, 40);
}

static int wild_next(void *state, libsearch_token *token)
{
    struct wild *wild = state;
    if (wild->left-- == 0)
        return 0;
    token->word.length = random_below(&wild->random, 10) == 0 ? random_below(&wild->random, sizeof wild->word)
                                                              : random_below(&wild->random, 3);
    token->word.data = wild->word;
    for (size_t i = 0; i < token->word.length; i++)
        wild->word[i] = (char)(random_below(&wild->random, 3) + (random_below(&wild->random, 20) == 0 ? 128 : 'a'));
    token->start = random_below(&wild->random, 3) == 0 ? (size_t)random_u64(&wild->random)
                                                       : random_below(&wild->random, wild->text.length + 5);
    token->end = token->start + random_below(&wild->random, 20);
    token->flags = random_below(&wild->random, 3) == 0 ? LIBSEARCH_TOKEN_SAME_PLACE : 0;
    return 1;
}

static void whatever_a_tokenizer_gives_the_index_is_sound(void **state)
{
    (void)state;
    struct test_random random = random_start("whatever_a_tokenizer_gives_the_index_is_sound");
    libsearch_analyzer analyzer = spaces_analyzer();
    analyzer.name = "wild";
    analyzer.open = wild_open;
    analyzer.start = wild_start;
    analyzer.next = wild_next;
    libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    extensions.analyzers = &analyzer;
    extensions.analyzer_count = 1;
    options.extensions = &extensions;
    EACH_ENGINE(engine)
    {
        char *folder = folder_make(), path[256];
        snprintf(path, sizeof path, "%s/%s", folder, engine_name(engine));
        options.engine = engine_of(engine);
        for (int round = 0; round < 10; round++) {
            libsearch_index *index = NULL;
            libsearch_writer *writer = NULL;
            libsearch_error error = LIBSEARCH_ERROR_INIT;
            char text[64], id[16];
            assert_ok(open_with(engine, folder, LIBSEARCH_CREATE, &analyzer, 1, &index, NULL));
            assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
            for (int i = 0; i < 200; i++) {
                const size_t length = random_below(&random, sizeof text);
                for (size_t c = 0; c < length; c++)
                    text[c] = (char)random_u64(&random);
                snprintf(id, sizeof id, "%d", (int)random_below(&random, 1000));
                put_text(index, writer, id, (libsearch_bytes){ text, length });
            }
            assert_ok(libsearch_writer_commit(writer, NULL));
            if (round == 9)
                assert_ok(libsearch_writer_compact(writer, 0, NULL));
            libsearch_writer_close(writer);
            if (libsearch_check_with(path, &options, NULL, NULL, &error) != LIBSEARCH_OK)
                fail_msg("%s", error.message);
            libsearch_results *results = NULL;
            assert_ok(libsearch_search(index, bytes("a ab c whatever there is"), 50, &results, NULL));
            for (size_t i = 0; i < libsearch_results_count(results); i++) {
                libsearch_bytes snippet;
                assert_ok(libsearch_results_snippet(results, i, "text", 80, LIBSEARCH_HTML, &snippet, NULL));
            }
            libsearch_results_free(results);
            libsearch_close(index);
        }
        folder_remove(folder);
    }
}

/* ----- functions that fail ----- */

static int fail_next;
static libsearch_status fail_open;

static int failing_next(void *state, libsearch_token *token) { return fail_next ? -1 : spaces_next(state, token); }

static libsearch_status failing_open(void *context, void **state)
{
    return fail_open != LIBSEARCH_OK ? fail_open : spaces_open(context, state);
}

static void a_tokenizer_without_memory_refuses_one_document_and_no_more(void **state)
{
    (void)state;
    EACH_ENGINE(engine)
    {
        char *folder = folder_make();
        libsearch_analyzer analyzer = spaces_analyzer();
        analyzer.next = failing_next;
        analyzer.open = failing_open;
        libsearch_index *index = NULL;
        libsearch_writer *writer = NULL;
        assert_ok(open_with(engine, folder, LIBSEARCH_CREATE, &analyzer, 1, &index, NULL));
        assert_ok(libsearch_writer_open(index, NULL, &writer, NULL));
        put_text(index, writer, "1", bytes("bread"));
        libsearch_document *document = libsearch_document_new(index);
        assert_ok(libsearch_document_set_text(document, "text", bytes("butter")));
        fail_next = 1;
        assert_status(libsearch_writer_put(writer, bytes("2"), document, NULL), LIBSEARCH_NO_MEMORY);
        fail_next = 0;
        libsearch_document_free(document);
        put_text(index, writer, "3", bytes("bread"));
        assert_ok(libsearch_writer_commit(writer, NULL));
        libsearch_writer_close(writer);
        assert_finds(index, libsearch_query_text(NULL, bytes("bread butter")), "1 3");
        libsearch_query *query = libsearch_query_text(NULL, bytes("butter"));
        libsearch_results *results = NULL;
        fail_open = LIBSEARCH_LIMIT;
        assert_status(libsearch_search_query(index, query, NULL, &results, NULL), LIBSEARCH_LIMIT);
        fail_open = LIBSEARCH_OK;
        libsearch_query_free(query);
        libsearch_close(index);
        folder_remove(folder);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_what_the_tokenizer_gives),
        cmocka_unit_test(snippets_mark_the_words_of_the_tokenizer),
        cmocka_unit_test(a_tokenizer_goes_with_the_stemmer_and_the_stop_words_of_its_base),
        cmocka_unit_test(a_stemmer_and_stop_words_go_with_the_tokenizer_of_their_base),
        cmocka_unit_test(a_word_at_the_same_place_is_found_and_breaks_no_phrase),
        cmocka_unit_test(an_index_opens_only_with_the_analyzers_that_it_was_written_with),
        cmocka_unit_test(a_field_that_is_added_later_can_have_one),
        cmocka_unit_test(check_needs_them_too),
        cmocka_unit_test(what_is_no_analyzer_is_refused_by_name),
        cmocka_unit_test(whatever_a_tokenizer_gives_the_index_is_sound),
        cmocka_unit_test(a_tokenizer_without_memory_refuses_one_document_and_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
