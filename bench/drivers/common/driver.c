/* SPDX-License-Identifier: MIT */
#include "driver.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

void driver_fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "%s: ", driver_engine.name);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(3);
}

static void *must_allocate(void *memory, size_t size)
{
    memory = realloc(memory, size ? size : 1);
    if (memory == NULL)
        driver_fail("no memory for %zu bytes", size);
    return memory;
}

static uint64_t nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static double cpu_seconds(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
}

static uint64_t phase_wall;
static double phase_cpu;

void driver_phase(const char *name)
{
    uint64_t wall = nanoseconds();
    double cpu = cpu_seconds();
    printf("phase %s %.3f %.3f\n", name, (double)(wall - phase_wall) * 1e-9, cpu - phase_cpu);
    fflush(stdout);
    phase_wall = wall;
    phase_cpu = cpu;
}

void driver_copy_id(char (*id)[256], const char *data, size_t length)
{
    if (length > sizeof *id - 1)
        length = sizeof *id - 1;
    memcpy(*id, data, length);
    (*id)[length] = '\0';
}

/* ---- documents ---- */

uint64_t driver_documents;

static const char docs_magic[8] = { 'B', 'D', 'O', 'C', 'S', '1', '\n', '\0' };

static void read_exactly(FILE *file, void *buffer, size_t size, const char *path)
{
    if (fread(buffer, 1, size, file) != size)
        driver_fail("%s ends early", path);
}

static void build(const char *docs, const char *index)
{
    FILE *file = fopen(docs, "rb");
    if (file == NULL)
        driver_fail("%s: %s", docs, strerror(errno));
    setvbuf(file, NULL, _IOFBF, 1 << 20);
    char magic[8];
    uint64_t header[2]; /* documents, bytes of text */
    read_exactly(file, magic, sizeof magic, docs);
    read_exactly(file, header, sizeof header, docs);
    if (memcmp(magic, docs_magic, sizeof magic) != 0)
        driver_fail("%s is no documents file", docs);
    driver_documents = header[0];
    phase_wall = nanoseconds();
    phase_cpu = cpu_seconds();
    driver_engine.create(index);
    char *buffer = NULL;
    size_t capacity = 0;
    for (uint64_t i = 0; i < header[0]; i++) {
        uint32_t lengths[2];
        read_exactly(file, lengths, sizeof lengths, docs);
        size_t size = (size_t)lengths[0] + lengths[1] + 2;
        if (size > capacity) {
            capacity = size + size / 2;
            buffer = must_allocate(buffer, capacity);
        }
        char *text = buffer + lengths[0] + 1;
        read_exactly(file, buffer, lengths[0], docs);
        buffer[lengths[0]] = '\0';
        read_exactly(file, text, lengths[1], docs);
        text[lengths[1]] = '\0';
        driver_engine.add((struct text){ buffer, lengths[0] }, (struct text){ text, lengths[1] });
    }
    driver_phase("add");
    driver_engine.finish();
    free(buffer);
    fclose(file);
}

/* ---- queries ---- */

static struct query *queries;
static size_t query_count;

static char *read_whole(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        driver_fail("%s: %s", path, strerror(errno));
    char *data = NULL;
    size_t length = 0, got;
    do {
        data = must_allocate(data, length + 65537);
        got = fread(data + length, 1, 65536, file);
        length += got;
    } while (got > 0);
    data[length] = '\0';
    fclose(file);
    return data;
}

static void read_clause(struct clause *clause, char *field)
{
    clause->occur = field[0];
    clause->whole = (struct text){ field + 1, strlen(field + 1) };
    char *words = strdup(field + 1), *rest = NULL;
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        clause->words = must_allocate(clause->words, (clause->count + 1) * sizeof *clause->words);
        clause->words[clause->count++] = (struct text){ word, strlen(word) };
    }
    if (clause->count == 0 || strchr("+?-", clause->occur) == NULL)
        driver_fail("a part of a query is not of the form: %s", field);
}

/* A line: number TAB class TAB clause TAB clause …, each clause an occur sign and its words. */
static void read_queries(const char *path)
{
    char *rest_lines = NULL, *data = read_whole(path);
    for (char *line = strtok_r(data, "\n", &rest_lines); line; line = strtok_r(NULL, "\n", &rest_lines)) {
        struct query query = { .conjunction = true, .disjunction = true };
        char *rest = NULL;
        query.number = strtok_r(line, "\t", &rest);
        query.class_name = strtok_r(NULL, "\t", &rest);
        for (char *field = strtok_r(NULL, "\t", &rest); field; field = strtok_r(NULL, "\t", &rest)) {
            query.clauses = must_allocate(query.clauses, (query.count + 1) * sizeof *query.clauses);
            struct clause *clause = &query.clauses[query.count++];
            *clause = (struct clause){ 0 };
            read_clause(clause, field);
            query.conjunction &= clause->occur == '+';
            query.disjunction &= clause->occur == '?';
        }
        if (query.count == 0)
            driver_fail("%s: a query without words", path);
        if (query.count == 1 && query.clauses[0].occur != '-')
            query.conjunction = query.disjunction = true;
        queries = must_allocate(queries, (query_count + 1) * sizeof *queries);
        queries[query_count++] = query;
    }
}

/* ---- the conversation ---- */

static const struct command {
    const char *name;
    size_t k;
    bool count;
} commands[] = {
    { "TOP_10", 10, false }, { "TOP_100", 100, false },    { "TOP_1000", 1000, false },
    { "COUNT", 0, true },    { "TOP_10_COUNT", 10, true },
};

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    driver_fail("unknown command %s", name);
}

static void write_answer(FILE *file)
{
    static struct answer answer;
    answer.count = -1;
    answer.hits = answer.listed = 0;
    answer.last_score = 0;
    driver_engine.answer(&answer);
    fprintf(file, "\t%lld\t%zu\t%.9g\t", (long long)answer.count, answer.hits, answer.last_score);
    for (size_t i = 0; i < answer.listed; i++)
        fprintf(file, "%s%s %.9g", i ? " " : "", answer.top[i].id, answer.top[i].score);
}

static size_t run(const char *class_name, const struct command *command, double limit, bool answers, const char *path)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL)
        driver_fail("%s: %s", path, strerror(errno));
    setvbuf(file, NULL, _IOFBF, 1 << 20);
    uint64_t end = nanoseconds() + (uint64_t)(limit * 1e6);
    size_t done = 0;
    for (size_t i = 0; i < query_count; i++) {
        const struct query *query = &queries[i];
        if (strcmp(query->class_name, class_name) != 0)
            continue;
        uint64_t start = nanoseconds();
        if (done > 0 && start > end)
            break;
        driver_engine.search(query, command->k, command->count);
        uint64_t spent = nanoseconds() - start;
        fprintf(file, "%s", query->number);
        if (answers)
            write_answer(file);
        start = nanoseconds();
        driver_engine.release();
        spent += nanoseconds() - start;
        fprintf(file, "\t%llu\n", (unsigned long long)spent);
        done++;
    }
    if (fclose(file) != 0)
        driver_fail("%s: %s", path, strerror(errno));
    return done;
}

static void converse(const char *index, const char *path)
{
    read_queries(path);
    uint64_t start = nanoseconds();
    driver_engine.open(index);
    printf("open %.6f\n", (double)(nanoseconds() - start) * 1e-9);
    for (size_t i = 0; i < query_count; i++)
        driver_engine.prepare(&queries[i]);
    printf("ready %zu\n", query_count);
    fflush(stdout);
    char line[8192];
    while (fgets(line, sizeof line, stdin) != NULL) {
        char class_name[64], command[64], file[4096];
        double limit;
        int answers;
        if (strcmp(line, "quit\n") == 0)
            break;
        if (sscanf(line, "run %63s %63s %lf %d %4095[^\n]", class_name, command, &limit, &answers, file) != 5)
            driver_fail("what is: %s", line);
        size_t done = run(class_name, find_command(command), limit, answers != 0, file);
        printf("ok %zu\n", done);
        fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    bool building = argc > 3 && strcmp(argv[1], "index") == 0;
    if (argc < 4 || (!building && strcmp(argv[1], "search") != 0)) {
        fprintf(stderr, "usage: %s index DOCS INDEX [option…]\n       %s search INDEX QUERIES [option…]\n", argv[0],
                argv[0]);
        return 2;
    }
    for (int i = 4; i < argc; i++)
        if (!driver_engine.option(argv[i]))
            driver_fail("unknown option %s", argv[i]);
    if (building)
        build(argv[2], argv[3]);
    else
        converse(argv[2], argv[3]);
    return 0;
}
