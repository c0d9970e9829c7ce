/* SPDX-License-Identifier: MIT */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "date.h"
#include "load_text.h"
#include "support/random.h"

/* A page as "title | date | text", with lines of the text joined by /. */
static const char *shown(struct page (*read)(const char *, size_t), const char *text)
{
    static char line[4096];
    char date[DATE_TEXT] = "";
    struct record record = { 0 };
    const struct page page = read(text, strlen(text));
    if (page.has_date)
        date_print(page.date, date);
    page_to_record(&page, text, strlen(text), &record);
    const struct value *body = &record.values[page.title.length != 0 ? 1 : 0];
    assert_string_equal(body->name, "text");
    snprintf(line, sizeof line, "%.*s | %s | %.*s", (int)page.title.length, page.title.data, date,
             (int)body->bytes.length, body->bytes.data);
    for (char *c = line; *c != '\0'; c++)
        if (*c == '\n')
            *c = '/';
    record_free(&record);
    return line;
}

static void the_first_line_that_reads_as_a_headline_is_the_title(void **state)
{
    (void)state;
    assert_string_equal(shown(page_of_text, "Rain over the hills\n\nIt rained."),
                        "Rain over the hills |  | It rained.");
    assert_string_equal(shown(page_of_text, "\n\n  Will it rain?\r\n\r\nIt will.\r\n"), "Will it rain? |  | It will.");
    assert_string_equal(shown(page_of_text, "A visit to the U.S.\n\nShe went."), "A visit to the U.S. |  | She went.");
    assert_string_equal(shown(page_of_text, "山里下雨\n\n昨天下雨了。"), "山里下雨 |  | 昨天下雨了。");
}

static void boilerplate_and_datelines_are_no_titles(void **state)
{
    (void)state;
    assert_string_equal(shown(page_of_text, "×\n\nRain again\n\nBy A. Writer May 3, 2021 | 4:00 PM\n\nIt rained."),
                        "Rain again | 2021-05-03T16:00:00Z | By A. Writer May 3, 2021 | 4:00 PM//It rained.");
    assert_string_equal(shown(page_of_text, "2021.05.03 16:00 GMT+8\n\nRain again\n\nIt rained."),
                        "Rain again | 2021-05-03T08:00:00Z | 2021.05.03 16:00 GMT+8///It rained.");
    assert_string_equal(shown(page_of_text, "Menu\nShare\n\nRain again\n\nIt rained."),
                        "Rain again |  | Menu/Share///It rained.");
}

static void a_text_that_begins_with_a_sentence_has_no_title(void **state)
{
    (void)state;
    assert_string_equal(shown(page_of_text, "It rained all day.\n\nThen it stopped."),
                        " |  | It rained all day.//Then it stopped.");
    assert_string_equal(shown(page_of_text, "It rained, and the river\nrose by a metre."),
                        " |  | It rained, and the river/rose by a metre.");
    assert_string_equal(shown(page_of_text, "one line only"), " |  | one line only");
    assert_string_equal(shown(page_of_text, ""), " |  | ");
    assert_string_equal(shown(page_of_text, "×"), " |  | ×");
}

static void the_date_is_of_the_top_and_not_of_the_story(void **state)
{
    (void)state;
    assert_string_equal(
        shown(page_of_text, "date 2021-05-03 (AGENCY) It rained in the hills, and it went on raining for "
                            "so long that the river rose by a metre in a single night.\n"),
        " | 2021-05-03 | date 2021-05-03 (AGENCY) It rained in the hills, and it went on raining for so "
        "long that the river rose by a metre in a single night.");
    assert_string_equal(shown(page_of_text, "It rained in the hills as it had not rained since 3 May 2021, when the "
                                            "river rose by a metre in a single night, and people still talk of it.\n"),
                        " |  | It rained in the hills as it had not rained since 3 May 2021, when the river rose by a "
                        "metre in a single night, and people still talk of it.");
}

static void when_it_was_published_goes_before_when_it_was_updated(void **state)
{
    (void)state;
    assert_string_equal(shown(page_of_text, "Updated 2021-06-01\nPublished 2021-05-03\n\nIt rained."),
                        " | 2021-05-03 | Updated 2021-06-01/Published 2021-05-03//It rained.");
    assert_string_equal(shown(page_of_text, "Updated 2021-06-01\n\nIt rained."),
                        " | 2021-06-01 | Updated 2021-06-01//It rained.");
}

static void markdown_has_headings_and_front_matter(void **state)
{
    (void)state;
    assert_string_equal(shown(page_of_markdown, "# Rain ##\n\nIt *rained*.\n"), "Rain |  | It *rained*.");
    assert_string_equal(shown(page_of_markdown, "Rain\n====\nIt rained.\n"), "Rain |  | It rained.");
    assert_string_equal(shown(page_of_markdown, "---\ntitle: \"Rain\"\ndate: 2021-05-03\n---\nIt rained.\n"),
                        "Rain | 2021-05-03 | It rained.");
    assert_string_equal(shown(page_of_markdown, "---\ntags: x\n---\n\n## Rain\nIt rained.\n"), "Rain |  | It rained.");
    assert_string_equal(shown(page_of_markdown, "---\nIt rained.\n"), " |  | ---/It rained.");
    assert_string_equal(shown(page_of_markdown, "#hashtag first\nIt rained.\n"), " |  | #hashtag first/It rained.");
    assert_string_equal(shown(page_of_markdown, "="), " |  | =");
}

/* A page's "title | date | text". */
static const char *html(const char *page)
{
    static char line[4096];
    char *title, *date;
    size_t length;
    char *text = html_to_text(page, strlen(page), &length, &title, &date);
    assert_int_equal(length, strlen(text));
    snprintf(line, sizeof line, "%s | %s | %s", title != NULL ? title : "", date != NULL ? date : "", text);
    for (char *c = line; *c != '\0'; c++)
        if (*c == '\n')
            *c = '/';
    free(text);
    free(title);
    free(date);
    return line;
}

static void html_is_read_as_people_see_it(void **state)
{
    (void)state;
    assert_string_equal(html("<html><head><title>Rain &amp; wind</title></head><body><p>It <b>rain</b>ed.</p>"
                             "<p>Twice.</p></body></html>"),
                        "Rain & wind |  | It rained.//Twice.");
    assert_string_equal(html("<p>a<br>b<td>c<td>d"), " |  | a/b c d");
    assert_string_equal(html("<p>one\n  two</p><pre>x\n  y</pre>"), " |  | one two//x/  y");
    assert_string_equal(html("<h1>Rain <i>again</i></h1>It rained"), "Rain again |  | Rain again//It rained");
}

static void html_scripts_styles_and_comments_are_left_out(void **state)
{
    (void)state;
    assert_string_equal(html("a<script>if (a < b) { \"</p>\" }</script>b<style>p{}</style>c<!-- <p>no</p> -->d"),
                        " |  | a b cd");
    assert_string_equal(html("a <!-- never closed"), " |  | a");
    assert_string_equal(html("a<script>never closed"), " |  | a");
    assert_string_equal(html("<!doctype html><?xml?>a <a title=\"x > y\">b</a>"), " |  | a b");
}

static void html_entities_are_resolved(void **state)
{
    (void)state;
    assert_string_equal(html("caf&eacute; &lt;p&gt; &#8217;&#x2019; &copy 1 &rarr;"), " |  | café <p> ’’ © 1 →");
    assert_string_equal(html("a & b &unknown; &#; &# x &;"), " |  | a & b &unknown; &#; &# x &;");
    assert_string_equal(html("&#0;&#xD800;&#99999999;"), " |  | \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_string_equal(html("a < b <3 c"), " |  | a < b <3 c");
}

static void html_dates_come_from_meta_data(void **state)
{
    (void)state;
    assert_string_equal(html("<meta property=\"article:published_time\" content='2021-05-03'><time "
                             "datetime=2022-01-01>x</time>"),
                        " | 2021-05-03 | x");
    assert_string_equal(html("<time datetime=\"2022-01-01\">today</time>"), " | 2022-01-01 | today");
}

/* Whatever the bytes are: nothing is read outside them (a sanitizer's affair) and it ends. */
static void any_bytes_come_through(void **state)
{
    (void)state;
    static const char pieces[] = "<<<>>>!--/?&#;x=\"' \n\tabp19éscripttitle---#=";
    struct test_random random = random_start(__func__);
    for (int i = 0; i < 20000; i++) {
        const size_t length = (size_t)random_below(&random, 60);
        char *text = malloc(length + 1); /* exactly as long as it is */
        for (size_t c = 0; c < length; c++)
            text[c] = pieces[random_below(&random, sizeof pieces - 1)];
        text[length] = '\0';
        char *title, *date;
        size_t text_length;
        free(html_to_text(text, length, &text_length, &title, &date));
        free(title);
        free(date);
        struct record record = { 0 };
        const struct page plain = page_of_text(text, length), marked = page_of_markdown(text, length);
        page_to_record(&plain, text, length, &record);
        page_to_record(&marked, text, length, &record);
        record_free(&record);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_line_that_reads_as_a_headline_is_the_title),
        cmocka_unit_test(boilerplate_and_datelines_are_no_titles),
        cmocka_unit_test(a_text_that_begins_with_a_sentence_has_no_title),
        cmocka_unit_test(the_date_is_of_the_top_and_not_of_the_story),
        cmocka_unit_test(when_it_was_published_goes_before_when_it_was_updated),
        cmocka_unit_test(markdown_has_headings_and_front_matter),
        cmocka_unit_test(html_is_read_as_people_see_it),
        cmocka_unit_test(html_scripts_styles_and_comments_are_left_out),
        cmocka_unit_test(html_entities_are_resolved),
        cmocka_unit_test(html_dates_come_from_meta_data),
        cmocka_unit_test(any_bytes_come_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
