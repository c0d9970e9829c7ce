/* SPDX-License-Identifier: MIT */
/* ask INDEX QUESTIONS: what an index answers, as text: its fields, what it says of itself, every document, and the
 * answers to the questions, a line of the file each, by a ranking that is a fixed formula. With a third word the index is
 * first committed to and compacted. */
#include <libsearch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static libsearch_error error = LIBSEARCH_ERROR_INIT;

static void need(libsearch_status status)
{
    if (status == LIBSEARCH_OK)
        return;
    fprintf(stderr, "ask: %s: %s\n", libsearch_status_text(status), error.message);
    exit(3);
}

static void tell_damage(void *context, const char *line)
{
    (void)context;
    fprintf(stderr, "%s\n", line);
}

static void print_value(const libsearch_value *value)
{
    printf("  %s", value->field);
    switch (value->type) {
    case LIBSEARCH_INTEGER:
    case LIBSEARCH_DATE: printf(" %lld\n", (long long)value->integer); break;
    case LIBSEARCH_FLOAT: printf(" %.17g\n", value->number); break;
    default: printf(" %.*s\n", (int)value->bytes.length, value->bytes.data); break;
    }
}

static void print_fields(libsearch_index *index)
{
    for (size_t i = 0; i < libsearch_field_count(index); i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        need(libsearch_field_at(index, i, &field, &error));
        printf("field %s type %d flags %u analyzer %s weight %.9g\n", field.name, (int)field.type, field.flags,
               field.analyzer == NULL ? "-" : field.analyzer, (double)field.weight);
    }
}

static void print_info(libsearch_index *index)
{
    libsearch_info info = LIBSEARCH_INFO_INIT;
    libsearch_snapshot *snapshot;
    need(libsearch_snapshot_open(index, &snapshot, &error));
    need(libsearch_snapshot_info(snapshot, &info, &error));
    printf("documents %llu analyzer %s bytes of the program %.*s\n", (unsigned long long)info.documents, info.analyzer,
           (int)info.commit_bytes.length, info.commit_bytes.data);
    libsearch_snapshot_free(snapshot);
}

static void print_documents(libsearch_index *index)
{
    for (int i = 0; i < 1000; i += 7) {
        char id[16];
        libsearch_document *document = NULL;
        const libsearch_bytes name = { id, (size_t)snprintf(id, sizeof id, "%d", i) };
        const libsearch_status status = libsearch_get(index, name, &document, &error);
        printf("document %s: %s\n", id, libsearch_status_text(status));
        for (size_t v = 0; status == LIBSEARCH_OK && v < libsearch_document_count(document); v++) {
            const libsearch_value value = libsearch_document_value(document, v);
            print_value(&value);
        }
        libsearch_document_free(document);
    }
}

static void ask(libsearch_index *index, const char *question)
{
    static const libsearch_sort newest[] = { { "year", LIBSEARCH_SORT_DESCENDING }, { "price", 0 } };
    libsearch_query *query;
    need(libsearch_query_parse(index, (libsearch_bytes){ question, strlen(question) }, 0, &query, &error));
    for (int sorted = 0; sorted < 2; sorted++) {
        libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
        libsearch_facet facet = LIBSEARCH_FACET_INIT;
        libsearch_results *results;
        facet.field = "tag";
        options.count = sorted ? 8 : 12;
        options.total = LIBSEARCH_TOTAL_EXACT;
        options.model = "bm25:k1=1.2,b=0.75";
        options.facets = &facet;
        options.facet_count = (size_t)sorted;
        options.sort = newest;
        options.sort_count = sorted ? 2 : 0;
        need(libsearch_search_query(index, query, &options, &results, &error));
        printf("%s: %s: of %llu\n", question, sorted ? "newest" : "best",
               (unsigned long long)libsearch_results_total(results, NULL));
        for (size_t i = 0; i < libsearch_results_count(results); i++) {
            const libsearch_bytes id = libsearch_results_id(results, i);
            printf("  %.*s %.9g\n", (int)id.length, id.data,
                   sorted ? 0.0 : (double)libsearch_results_score(results, i));
        }
        const libsearch_facet_counts *counts = sorted ? libsearch_results_facet(results, 0) : NULL;
        for (size_t i = 0; counts != NULL && i < counts->count; i++)
            printf("  tag %.*s: %llu\n", (int)counts->list[i].keyword.length, counts->list[i].keyword.data,
                   (unsigned long long)counts->list[i].count);
        libsearch_results_free(results);
    }
    libsearch_query_free(query);
}

/* A document comes and goes: the answers stay. */
static void renew(libsearch_index *index)
{
    libsearch_writer *writer;
    need(libsearch_writer_open(index, NULL, &writer, &error));
    need(libsearch_writer_compact(writer, 0, &error));
    libsearch_writer_close(writer);
}

int main(int count, char **words)
{
    char line[1000];
    libsearch_index *index;
    if (count < 3)
        return 2;
    need(libsearch_check(words[1], tell_damage, NULL, &error));
    need(libsearch_open(words[1], LIBSEARCH_VERIFY | (count > 3 ? 0 : LIBSEARCH_READ_ONLY), NULL, &index, &error));
    if (count > 3)
        renew(index);
    print_fields(index);
    print_info(index);
    print_documents(index);
    FILE *questions = fopen(words[2], "r");
    if (questions == NULL)
        return 2;
    while (fgets(line, sizeof line, questions) != NULL) {
        line[strcspn(line, "\n")] = 0;
        ask(index, line);
    }
    fclose(questions);
    libsearch_close(index);
    if (count > 3)
        need(libsearch_check(words[1], tell_damage, NULL, &error));
    return 0;
}
