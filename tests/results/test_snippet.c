/* SPDX-License-Identifier: MIT */
#include "results/snippet.h"
#include "support/failing_allocator.h"
#include "support/random.h"
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "query/query_parser.h"

struct fixture {
    struct schema *schema;
    const struct field *text;
};

static int make_fixture(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    assert_ok(schema_new(allocator_default(), "english", &fixture->schema, NULL));
    field.name = "title";
    assert_ok(schema_add(fixture->schema, &field, NULL, NULL));
    field.name = "text";
    assert_ok(schema_add(fixture->schema, &field, NULL, NULL));
    fixture->text = schema_find(fixture->schema, "text", 4);
    *state = fixture;
    return 0;
}

static int free_fixture(void **state)
{
    struct fixture *fixture = *state;
    schema_release(fixture->schema);
    free(fixture);
    return 0;
}

static libsearch_query *parse(const struct fixture *fixture, const char *text)
{
    libsearch_query *query = NULL;
    assert_ok(
        query_parse(allocator_default(), fixture->schema, (libsearch_bytes){ text, strlen(text) }, 0, 0, &query, NULL));
    return query;
}

/* The snippet as a string, to be freed. */
static char *snippet_of(const struct fixture *fixture, const char *query_text, libsearch_bytes text, size_t max_bytes,
                        libsearch_markup markup)
{
    struct highlighter *highlighter = NULL;
    struct buffer line;
    libsearch_query *query = parse(fixture, query_text);
    buffer_init(&line, allocator_default());
    assert_ok(highlighter_new(allocator_default(), fixture->schema, query, &highlighter, NULL));
    assert_ok(snippet_write(highlighter, fixture->text, text, max_bytes, markup, &line, NULL));
    buffer_append_u8(&line, 0);
    highlighter_free(highlighter);
    query_release(query);
    return (char *)line.data;
}

static void expect(void **state, const char *query, const char *text, size_t max_bytes, const char *expected)
{
    char *line = snippet_of(*state, query, (libsearch_bytes){ text, strlen(text) }, max_bytes, LIBSEARCH_HTML);
    assert_string_equal(line, expected);
    memory_free(allocator_default(), line);
}

static void a_short_text_is_shown_whole(void **state)
{
    expect(state, "teams", "Medical teams arrived.", 200, "Medical <b>teams</b> arrived.");
}

static void words_are_marked_through_stemming_case_and_accents(void **state)
{
    expect(state, "cooperating cafe", "COOPERATION in the Café.", 200, "<b>COOPERATION</b> in the <b>Café</b>.");
}

static void stop_words_of_a_union_are_not_marked(void **state)
{
    expect(state, "the health of", "The health of the nation.", 200, "The <b>health</b> of the nation.");
    expect(state, "the of", "The health of us.", 200, "<b>The</b> health <b>of</b> us.");
    expect(state, "+the +health", "The health of us.", 200, "<b>The</b> <b>health</b> of us.");
}

static void words_of_a_phrase_are_marked_in_the_phrase_alone(void **state)
{
    expect(state, "\"medical teams\"", "Teams of medical men; medical teams; teams medical.", 200,
           "Teams of medical men; <b>medical</b> <b>teams</b>; teams medical.");
    expect(state, "\"medical teams\"~2", "Medical and other teams of medical and many more other teams.", 200,
           "<b>Medical</b> and other <b>teams</b> of medical and many more other teams.");
    expect(state, "\"medical teams\"~2", "Teams medical, and long after that teams of medical men.", 200,
           "<b>Teams</b> <b>medical</b>, and long after that teams of medical men.");
    expect(state, "\"teams men teams\"~9", "Teams of men, but no more. Later, far from here and long after all, men.",
           200, "Teams of men, but no more. Later, far from here and long after all, men.");
    expect(state, "\"teams men teams\"~9", "Teams of men and teams.", 200,
           "<b>Teams</b> of <b>men</b> and <b>teams</b>.");
    expect(state, "\"teams te*\"~3", "Teams here; nothing there.", 200, "Teams here; nothing there.");
    expect(state, "\"teams te*\"~3", "Teams, testing.", 200, "<b>Teams</b>, <b>testing</b>.");
    expect(state, "\"teams\"", "Teams, team.", 200, "<b>Teams</b>, <b>team</b>.");
    expect(state, "\"medical te*\"", "Medical tests, medical men.", 200, "<b>Medical</b> <b>tests</b>, medical men.");
}

static void what_must_not_match_is_not_marked(void **state)
{
    expect(state, "health -africa", "Health in Africa.", 200, "<b>Health</b> in Africa.");
    expect(state, "title:health africa", "Health in Africa.", 200, "Health in <b>Africa</b>.");
}

static void patterns_and_likenesses_are_marked_as_words_were_written(void **state)
{
    expect(state, "vacc*", "Vaccines and vaccinated cows, not vac.", 200,
           "<b>Vaccines</b> and <b>vaccinated</b> cows, not vac.");
    expect(state, "w?rd *ation", "Word, ward, world; nation, nationwide.", 200,
           "<b>Word</b>, <b>ward</b>, world; <b>nation</b>, nationwide.");
    expect(state, "helth~ coperation~", "Health cooperation, wealth.", 200,
           "<b>Health</b> <b>cooperation</b>, wealth.");
    expect(state, "=running", "Running runs run.", 200, "<b>Running</b> runs run.");
}

static void compounds_are_found_whole_and_in_parts(void **state)
{
    expect(state, "asean", "The China-ASEAN talks.", 200, "The China-<b>ASEAN</b> talks.");
    expect(state, "china-asean", "The China-ASEAN talks.", 200, "The <b>China-ASEAN</b> talks.");
}

static void chinese_is_marked_by_its_bigrams(void **state)
{
    expect(state, "北京大学", "我在北京大学学习。", 200, "我在<b>北京大学</b>学习。");
}

static void html_is_escaped_and_controls_are_left_out(void **state)
{
    expect(state, "b", "a < b & \"c\"\x01\x7F\xC2\x9B\n\t 'd' \xE2\x80\xAE>", 200,
           "a &lt; <b>b</b> &amp; &quot;c&quot; &#39;d&#39; &gt;");
    const struct fixture *fixture = *state;
    char *line = snippet_of(fixture, "b", (libsearch_bytes){ "a\0b\x1B[31m b\xFF", 11 }, 200, LIBSEARCH_TERMINAL);
    assert_non_null(strstr(line, "\x1B[1mb\x1B[22m"));
    assert_null(strstr(line, "\x1B[31m"));
    assert_non_null(strstr(line, "\xEF\xBF\xBD"));
    memory_free(allocator_default(), line);
    line = snippet_of(fixture, "b", (libsearch_bytes){ "a <b>", 5 }, 200, LIBSEARCH_PLAIN);
    assert_string_equal(line, "a <b>");
    memory_free(allocator_default(), line);
}

static void a_passage_begins_with_its_sentence_and_ends_between_words(void **state)
{
    expect(state, "harbour",
           "It was cold. The harbour lay still under the ice of a long winter, and nobody went out to the islands.", 60,
           "… The <b>harbour</b> lay still under the ice of a long winter, and …");
}

static void a_full_stop_of_an_abbreviation_ends_no_sentence(void **state)
{
    expect(state, "military", "It was cold. The U.S. military lay still approx. under the ice of a long winter.", 50,
           "… The U.S. <b>military</b> lay still approx. under the ice …");
}

static void without_an_answer_the_beginning_is_shown(void **state)
{
    expect(state, "zebra", "  It was cold in town. The harbour lay still under the ice.", 30, "It was cold in town. …");
    expect(state, "zebra", "  It was cold. The harbour lay still under the ice.", 30, "It was cold. The harbour lay …");
    expect(state, "zebra", "", 30, "");
    expect(state, "zebra", " \n ", 30, "");
}

static void words_far_apart_are_shown_in_two_passages(void **state)
{
    char text[4000];
    memset(text, 0, sizeof text);
    strcpy(text, "The zebra came first. ");
    for (int i = 0; i < 60; i++)
        strcat(text, "Nothing at all happened on that day. ");
    strcat(text, "Then a giraffe came. ");
    for (int i = 0; i < 20; i++)
        strcat(text, "Nothing at all happened on that day. ");
    strcat(text, "A zebra met a zebra. ");
    for (int i = 0; i < 20; i++)
        strcat(text, "Nothing at all happened on that day. ");
    expect(
        state, "zebra giraffe", text, 100,
        "… Then a <b>giraffe</b> came. Nothing at all happened on … A <b>zebra</b> met a <b>zebra</b>. Nothing at all "
        "happened on …");
}

static void the_passage_with_more_of_the_words_is_chosen(void **state)
{
    char text[8000] = "";
    for (int i = 0; i < 40; i++)
        strcat(text, "Health is what we talk about, health and health again. ");
    strcat(text, "The officials agree on health. ");
    for (int i = 0; i < 40; i++)
        strcat(text, "Health is what we talk about, health and health again. ");
    const struct fixture *fixture = *state;
    char *line =
        snippet_of(fixture, "health officials agree", (libsearch_bytes){ text, strlen(text) }, 80, LIBSEARCH_HTML);
    assert_non_null(strstr(line, "<b>officials</b> <b>agree</b> on <b>health</b>"));
    memory_free(allocator_default(), line);
}

static void a_phrase_is_worth_more_than_its_words(void **state)
{
    char text[4000] = "Care of the health of all, and health care. ";
    for (int i = 0; i < 20; i++)
        strcat(text, "Nothing at all happened on that day. ");
    const size_t behind = strlen(text);
    strcat(text, "Care of health, the care, and of health a care.");
    const struct fixture *fixture = *state;
    char *line = snippet_of(fixture, "health care \"health care\"", (libsearch_bytes){ text, strlen(text) }, 50,
                            LIBSEARCH_PLAIN);
    assert_non_null(strstr(line, "health care."));
    memory_free(allocator_default(), line);
    line = snippet_of(fixture, "health care", (libsearch_bytes){ text, strlen(text) }, 50, LIBSEARCH_PLAIN);
    assert_non_null(strstr(line, "Care of health, the care"));
    assert_true(behind > 200);
    memory_free(allocator_default(), line);
}

static void a_character_is_not_cut_from_its_accent(void **state)
{
    /* Letters with combining accents, without a space: cut anywhere, each keeps its own. */
    char text[600] = "";
    for (int i = 0; i < 150; i++)
        strcat(text, "e\xCC\x81");
    const struct fixture *fixture = *state;
    for (size_t max_bytes = 24; max_bytes < 40; max_bytes++) {
        char *line = snippet_of(fixture, "zebra", (libsearch_bytes){ text, strlen(text) }, max_bytes, LIBSEARCH_PLAIN);
        assert_in_range(strlen(line), 24, max_bytes + strlen(" …"));
        assert_int_equal((strlen(line) - strlen(" …")) % 3, 0);
        memory_free(allocator_default(), line);
    }
}

static void text_without_spaces_is_cut_between_characters(void **state)
{
    expect(state, "斑马", "我们在北京大学学习中文和历史我们在北京大学学习中文和历史", 36, "我们在北京大学学习中文和 …");
    expect(state, "历史", "我们在北京大学学习中文和历史我们在北京大学学习中文和我们在北京大学学习中文", 36,
           "… 中文和<b>历史</b>我们在北京大学 …");
}

static bool is_utf8(const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != 0;) {
        const int length = *c < 0x80 ? 1 : *c < 0xC2 ? 0 : *c < 0xE0 ? 2 : *c < 0xF0 ? 3 : *c < 0xF5 ? 4 : 0;
        if (length == 0)
            return false;
        for (int i = 1; i < length; i++)
            if ((c[i] & 0xC0) != 0x80)
                return false;
        c += length;
    }
    return true;
}

static void any_text_gives_one_line_of_utf8_of_about_the_size(void **state)
{
    static const char *const pieces[] = {
        "health ",          "care",  " ",  "\n", "the ",     "Ünïcödé", "中文字", "e\xCC\x81", "\xFF",
        "China-ASEAN ",     "U.S. ", ". ", "。", "\xE4\xB8", "\x01",    "&",      "a",         "b c d",
        "cooperation.Over "
    };
    static const char *const queries[] = { "health care", "\"health care\"~2", "ch* 中文", "*a* unicode~", "zebra" };
    const struct fixture *fixture = *state;
    struct test_random random = random_start(__func__);
    for (int i = 0; i < 4000; i++) {
        char text[2000];
        size_t length = 0;
        const size_t wanted = random_below(&random, i % 8 == 0 ? 1900 : 200);
        while (length < wanted) {
            const char *piece = pieces[random_below(&random, sizeof pieces / sizeof pieces[0])];
            memcpy(text + length, piece, strlen(piece));
            length += strlen(piece);
        }
        char *exact = malloc(length + 1);
        memcpy(exact, text, length);
        const size_t max_bytes = 1 + random_below(&random, 300);
        char *line = snippet_of(fixture, queries[random_below(&random, 5)], (libsearch_bytes){ exact, length },
                                max_bytes, (libsearch_markup)(i % 2 == 0 ? LIBSEARCH_PLAIN : LIBSEARCH_TERMINAL));
        assert_true(is_utf8(line));
        assert_null(strpbrk(line, "\n\r\t\x01"));
        /* A byte that is not UTF-8 takes three; dots and marks come on top; a word is not cut. */
        if (i % 2 == 0)
            assert_true(strlen(line) <= 3 * (max_bytes < 24 ? 24 : max_bytes) + 120);
        memory_free(allocator_default(), line);
        free(exact);
    }
}

static void marks_are_apart_and_lie_in_passages(void **state)
{
    const struct fixture *fixture = *state;
    static const char text[] =
        "China-ASEAN 北京大学 health. Care of health care; the teams of China. More health care.";
    struct occurrences found = { .allocator = allocator_default() };
    struct highlighter *highlighter = NULL;
    struct snippet snippet;
    libsearch_query *query = parse(fixture, "china-asean 北京大学 \"health care\" china");
    assert_ok(highlighter_new(allocator_default(), fixture->schema, query, &highlighter, NULL));
    assert_ok(highlighter_find(highlighter, fixture->text, (libsearch_bytes){ text, sizeof text - 1 }, &found, NULL));
    assert_ok(snippet_find((libsearch_bytes){ text, sizeof text - 1 }, &found, 90, &snippet, NULL));
    assert_true(snippet.mark_count >= 4);
    for (size_t i = 0; i < snippet.mark_count; i++) {
        bool inside = false;
        for (size_t p = 0; p < snippet.passage_count; p++)
            inside = inside || (snippet.marks[i].start >= snippet.passages[p].start &&
                                snippet.marks[i].end <= snippet.passages[p].end);
        assert_true(inside);
        assert_true(i == 0 || snippet.marks[i].start > snippet.marks[i - 1].end);
    }
    snippet_free(allocator_default(), &snippet);
    memory_free(allocator_default(), found.all);
    highlighter_free(highlighter);
    query_release(query);
}

static void of_ten_megabytes_only_the_first_are_read(void **state)
{
    const struct fixture *fixture = *state;
    const size_t length = 10 << 20;
    char *text = malloc(length);
    for (size_t i = 0; i < length; i++)
        text[i] = "Nothing at all happened. "[i % 25];
    memcpy(text + 3 * HIGHLIGHT_PIECE + 100, " zebra ", 7);
    struct occurrences found = { .allocator = allocator_default() };
    struct highlighter *highlighter = NULL;
    libsearch_query *query = parse(fixture, "zebra");
    assert_ok(highlighter_new(allocator_default(), fixture->schema, query, &highlighter, NULL));
    /* As far as the first word that answers … */
    assert_ok(highlighter_find(highlighter, fixture->text, (libsearch_bytes){ text, length }, &found, NULL));
    assert_int_equal(found.count, 1);
    assert_int_equal(found.all[0].start, 3 * HIGHLIGHT_PIECE + 101);
    assert_in_range(found.looked_at, 3 * HIGHLIGHT_PIECE, 4 * HIGHLIGHT_PIECE + 1024);
    highlighter_free(highlighter);
    query_release(query);
    /* … and for a common word the first piece, of which so many occurrences are taken. */
    query = parse(fixture, "nothing");
    assert_ok(highlighter_new(allocator_default(), fixture->schema, query, &highlighter, NULL));
    assert_ok(highlighter_find(highlighter, fixture->text, (libsearch_bytes){ text, length }, &found, NULL));
    assert_in_range(found.count, 1000, HIGHLIGHT_MOST_OCCURRENCES + 256);
    assert_in_range(found.looked_at, 1, HIGHLIGHT_PIECE);
    highlighter_free(highlighter);
    query_release(query);
    memory_free(allocator_default(), found.all);
    free(text);
}

/* A question of more words, patterns and phrases than are marked: those that are, are marked as ever. */
static void what_a_question_has_beyond_the_limits_is_not_marked(void **state)
{
    const struct fixture *fixture = *state;
    char *question = malloc(200000), *room = malloc(200000);
    size_t length = (size_t)sprintf(question, "harbour ");
    for (int i = 0; i < 1200; i++)
        length += (size_t)sprintf(question + length, "w%d ", i);
    char *line =
        snippet_of(fixture, question, (libsearch_bytes){ "The harbour, w998 and w1100.", 28 }, 200, LIBSEARCH_HTML);
    assert_string_equal(line, "The <b>harbour</b>, <b>w998</b> and w1100.");
    memory_free(allocator_default(), line);
    length = 0;
    for (int i = 0; i < 40; i++)
        length += (size_t)sprintf(question + length, "p%da* ", i);
    line = snippet_of(fixture, question, (libsearch_bytes){ "p31abc p32abc", 13 }, 200, LIBSEARCH_HTML);
    assert_string_equal(line, "<b>p31abc</b> p32abc");
    memory_free(allocator_default(), line);
    length = (size_t)sprintf(question, "\"");
    size_t written = 0;
    for (int i = 0; i < 70; i++) { /* of a phrase the first words count */
        length += (size_t)sprintf(question + length, "q%d ", i);
        written += (size_t)sprintf(room + written, "q%d ", i < 64 ? i : 500);
    }
    sprintf(question + length, "\"");
    line = snippet_of(fixture, question, (libsearch_bytes){ room, written }, 2000, LIBSEARCH_HTML);
    assert_non_null(strstr(line, "<b>q0"));
    memory_free(allocator_default(), line);
    /* Twenty phrases. */
    length = 0;
    for (int i = 0; i < 20; i++)
        length += (size_t)sprintf(question + length, "\"a%d b%d\" ", i, i);
    line = snippet_of(fixture, question, (libsearch_bytes){ "a19 b19 a3 b4", 13 }, 200, LIBSEARCH_HTML);
    assert_string_equal(line, "<b>a19</b> <b>b19</b> a3 b4");
    memory_free(allocator_default(), line);
    free(question);
    free(room);
}

static void every_allocation_may_fail(void **state)
{
    const struct fixture *fixture = *state;
    static const char text[] = "The harbour lay still. Health officials agree on more cooperation with medical teams.";
    libsearch_query *query =
        parse(fixture, "harbour \"medical teams\" coop* =officials h?rb* helth~ /st.ll/ \"the lay st*\"");
    for (size_t fail_at = 1;; fail_at++) {
        struct failing_allocator failing;
        struct highlighter *highlighter = NULL;
        struct buffer line;
        failing_allocator_init(&failing, fail_at);
        buffer_init(&line, &failing.allocator);
        libsearch_status status = highlighter_new(&failing.allocator, fixture->schema, query, &highlighter, NULL);
        if (status == LIBSEARCH_OK)
            status = snippet_write(highlighter, fixture->text, (libsearch_bytes){ text, sizeof text - 1 }, 60,
                                   LIBSEARCH_HTML, &line, NULL);
        const bool done = status == LIBSEARCH_OK && !line.failed;
        assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
        highlighter_free(highlighter);
        buffer_free(&line);
        assert_int_equal(failing.blocks, 0);
        if (done) {
            assert_true(fail_at > 5);
            break;
        }
    }
    query_release(query);
}

#define with_schema(test) cmocka_unit_test_setup_teardown(test, make_fixture, free_fixture)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_schema(a_short_text_is_shown_whole),
        with_schema(words_are_marked_through_stemming_case_and_accents),
        with_schema(stop_words_of_a_union_are_not_marked),
        with_schema(words_of_a_phrase_are_marked_in_the_phrase_alone),
        with_schema(what_must_not_match_is_not_marked),
        with_schema(patterns_and_likenesses_are_marked_as_words_were_written),
        with_schema(compounds_are_found_whole_and_in_parts),
        with_schema(chinese_is_marked_by_its_bigrams),
        with_schema(html_is_escaped_and_controls_are_left_out),
        with_schema(a_passage_begins_with_its_sentence_and_ends_between_words),
        with_schema(a_full_stop_of_an_abbreviation_ends_no_sentence),
        with_schema(without_an_answer_the_beginning_is_shown),
        with_schema(words_far_apart_are_shown_in_two_passages),
        with_schema(the_passage_with_more_of_the_words_is_chosen),
        with_schema(a_phrase_is_worth_more_than_its_words),
        with_schema(a_character_is_not_cut_from_its_accent),
        with_schema(text_without_spaces_is_cut_between_characters),
        with_schema(any_text_gives_one_line_of_utf8_of_about_the_size),
        with_schema(marks_are_apart_and_lie_in_passages),
        with_schema(of_ten_megabytes_only_the_first_are_read),
        with_schema(what_a_question_has_beyond_the_limits_is_not_marked),
        with_schema(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
