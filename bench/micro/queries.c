/* SPDX-License-Identifier: MIT */
/* Whole searches whose cost is one thing: every match of a common word scored, a union, an intersection, a phrase; and
 * snippets. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "index/snapshot.h"
#include "micro.h"
#include "query/query_tree.h"
#include "results/snippet.h"
#include "search/search.h"
#include "segment/segment_data.h"

struct asked {
    struct snapshot *snapshot;
    const char *name, *words; /* with spaces between */
    enum { TERM, AND, OR, PHRASE } kind;
    size_t count;
    libsearch_total total;
    bool exhaustive;
    libsearch_query *query;
    struct search_hit hits[1000];
};

static libsearch_query *make_query(const struct asked *asked)
{
    libsearch_query *query;
    const libsearch_bytes text = { asked->words, strlen(asked->words) };
    const libsearch_query like = { .kind = asked->kind == PHRASE ? QUERY_PHRASE : QUERY_TEXT,
                                   .flags = asked->kind == AND ? QUERY_FLAG_ALL : 0,
                                   .text = text,
                                   .factor = 1 };
    micro_check(query_new(allocator_default(), &like, &query, &micro_error));
    return query;
}

static void search(void *context)
{
    struct asked *asked = context;
    struct search_answer answer = { .hits = asked->hits };
    const struct search_request request = { .query = asked->query,
                                            .count = asked->count,
                                            .total = asked->total,
                                            .model = "bm25:k1=1.2,b=0.75",
                                            .memory = SIZE_MAX,
                                            .exhaustive = asked->exhaustive };
    micro_check(search_run(asked->snapshot, &request, &answer, &micro_error));
}

/* Postings of all the words together. */
static uint64_t postings_of(const struct asked *asked)
{
    char words[256], *rest = NULL;
    uint64_t sum = 0;
    snprintf(words, sizeof words, "%s", asked->words);
    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
        struct posting_list list;
        if (segment_list(asked->snapshot->segments[0].segment, 0, word, strlen(word), &list, &micro_error) ==
            LIBSEARCH_OK)
            sum += list.document_frequency;
    }
    return sum;
}

struct shown {
    struct highlighter *highlighter;
    const struct field *field;
    size_t documents;
};

static void show(void *context)
{
    const struct shown *shown = context;
    struct buffer to;
    buffer_init(&to, allocator_default());
    for (size_t i = 0; i < shown->documents; i++) {
        to.length = 0;
        micro_check(snippet_write(shown->highlighter, shown->field, micro_documents[i], 200, LIBSEARCH_HTML, &to,
                                  &micro_error));
    }
    buffer_free(&to);
}

static void measure_snippets(struct snapshot *snapshot)
{
    struct asked asked = { .words = "city school time" };
    struct shown shown = { .documents = micro_document_count < 1000 ? micro_document_count : 1000 };
    libsearch_query *query = make_query(&asked);
    const struct schema *schema = snapshot->schema;
    size_t size = 0;
    for (size_t i = 0; i < shown.documents; i++)
        size += micro_documents[i].length;
    shown.field = schema->fields[0];
    micro_check(highlighter_new(allocator_default(), schema, query, &shown.highlighter, &micro_error));
    micro_row("snippets of whole documents", "-", (double)shown.documents, "snippets", micro_time(show, &shown),
              micro_text, size);
    highlighter_free(shown.highlighter);
    libsearch_query_free(query);
}

void micro_queries(struct snapshot *snapshot)
{
    struct asked all[] = {
        { .name = "all of `the` scored", .words = "the", .kind = TERM, .count = 10, .exhaustive = true },
        { .name = "`the`, top 10", .words = "the", .kind = TERM, .count = 10 },
        { .name = "union scored whole", .words = "the of citi school", .kind = OR, .count = 10, .exhaustive = true },
        { .name = "union, top 10", .words = "the of citi school", .kind = OR, .count = 10 },
        { .name = "union, top 1000", .words = "the of citi school", .kind = OR, .count = 1000 },
        { .name = "union counted", .words = "the of citi school", .kind = OR, .total = LIBSEARCH_TOTAL_EXACT },
        { .name = "common words counted", .words = "the in", .kind = AND, .total = LIBSEARCH_TOTAL_EXACT },
        { .name = "common and rarer, top 10", .words = "the school", .kind = AND, .count = 10 },
        { .name = "phrase of common words, counted",
          .words = "of the",
          .kind = PHRASE,
          .total = LIBSEARCH_TOTAL_EXACT },
        { .name = "phrase of common words, top 10", .words = "of the", .kind = PHRASE, .count = 10 },
        { .name = "phrase, rarer words, counted",
          .words = "high school",
          .kind = PHRASE,
          .total = LIBSEARCH_TOTAL_EXACT },
    };
    for (enum micro_level level = MICRO_BASE; level <= MICRO_AVX512; level++) {
        if (!micro_has(level))
            continue;
        micro_level = level;
        for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
            all[i].snapshot = snapshot;
            all[i].query = make_query(&all[i]);
            const double postings = (double)postings_of(&all[i]);
            /* eight bytes a posting: what scoring reads at least, document and frequency */
            micro_row(all[i].name, micro_level_name(level), postings, "postings", micro_time(search, &all[i]), NULL,
                      (size_t)postings * 8);
            libsearch_query_free(all[i].query);
        }
    }
    micro_level = MICRO_AVX512;
    measure_snippets(snapshot);
}
