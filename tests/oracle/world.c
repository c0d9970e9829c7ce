/* SPDX-License-Identifier: MIT */
#include "oracle/world.h"

#include <math.h>
#include <string.h>

uint64_t world_seed(const char *name)
{
    const char *given = getenv("LIBSEARCH_TEST_SEED");
    if (given == NULL)
        return random_start(name).state;
    const uint64_t seed = strtoull(given, NULL, 0);
    printf("%s: LIBSEARCH_TEST_SEED=%llu\n", name, (unsigned long long)seed);
    return seed;
}

uint64_t world_cases(uint64_t cases)
{
    const char *given = getenv("LIBSEARCH_TEST_CASES");
    if (given != NULL)
        return strtoull(given, NULL, 0);
    return getenv("LIBSEARCH_LONG") != NULL ? 20 * cases : cases;
}

struct world_shape world_random_shape(struct test_random *random, uint32_t documents)
{
    static const uint32_t words[] = { 2, 5, 12, 40, 150, 600 };
    static const uint32_t longest[] = { 1, 4, 12, 30 };
    static const char *const analyzers[] = { "standard", "english", "english", "plain-english" };
    return (struct world_shape){
        .fields = (enum world_fields)random_below(random, WORLD_FIELD_KINDS),
        .documents = documents,
        .words = words[random_below(random, 6)],
        .skew = 1 + (unsigned)random_below(random, 5),
        .longest = longest[random_below(random, documents > 2000 ? 3 : 4)],
        .same_length = random_below(random, 3) == 0,
        .repeats = (unsigned)random_below(random, 6),
        .clusters = random_below(random, 2) == 0 ? 0 : 1 + (uint32_t)random_below(random, 12),
        .sparse = documents > 2000 && random_below(random, 4) == 0,
        .analyzer = analyzers[random_below(random, 4)],
    };
}

struct world_shape world_steep_shape(struct test_random *random, uint32_t documents)
{
    static const uint32_t words[] = { 2, 3, 6, 15, 50 };
    return (struct world_shape){
        .fields = (enum world_fields)random_below(random, WORLD_EVERYTHING),
        .documents = documents,
        .words = words[random_below(random, 5)],
        .skew = 1 + (unsigned)random_below(random, 3),
        .longest = 4 + (uint32_t)random_size(random, 6),
        .repeats = 3 + (unsigned)random_below(random, 5),
        .clusters = random_below(random, 2) == 0 ? 0 : 1 + (uint32_t)random_below(random, 40),
        .analyzer = random_below(random, 2) ? "standard" : "english",
    };
}

static void add_field(struct schema *schema, const char *name, libsearch_type type, unsigned flags, float weight,
                      const char *analyzer)
{
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    field.name = name;
    field.type = type;
    field.flags = flags;
    field.weight = weight;
    field.analyzer = analyzer;
    assert_ok(schema_add(schema, &field, NULL, NULL));
}

static void add_fields(struct schema *schema, enum world_fields fields)
{
    if (fields == WORLD_TITLE || fields == WORLD_TITLE_TEXT)
        add_field(schema, "title", LIBSEARCH_TEXT, 0, 3, NULL);
    if (fields == WORLD_EVERYTHING) {
        add_field(schema, "place", LIBSEARCH_KEYWORD, LIBSEARCH_FIELD_NO_COLUMN, 0, NULL);
        add_field(schema, "title", LIBSEARCH_TEXT, 0, 3, NULL);
        add_field(schema, "abstract", LIBSEARCH_TEXT, 0, 1.5f, NULL);
        add_field(schema, "tag", LIBSEARCH_KEYWORD, 0, 0, NULL);
        add_field(schema, "size", LIBSEARCH_INTEGER, 0, 0, NULL);
        add_field(schema, "open", LIBSEARCH_BOOLEAN, 0, 0, NULL);
    }
    if (fields == WORLD_WEIGHTS) {
        add_field(schema, "first", LIBSEARCH_TEXT, 0, 0.3f, NULL);
        add_field(schema, "title", LIBSEARCH_TEXT, 0, 2.7f, NULL);
    }
    if (fields != WORLD_TITLE)
        add_field(schema, "text", LIBSEARCH_TEXT, 0, 1, NULL);
    if (fields == WORLD_TEXT_TITLE)
        add_field(schema, "title", LIBSEARCH_TEXT, 0, 3, NULL);
    if (fields == WORLD_WEIGHTS)
        add_field(schema, "last", LIBSEARCH_TEXT, 0, 1, NULL);
    if (fields == WORLD_EVERYTHING) {
        add_field(schema, "notes", LIBSEARCH_TEXT, LIBSEARCH_FIELD_OWN_LISTS, 1, NULL);
        add_field(schema, "loose", LIBSEARCH_TEXT, LIBSEARCH_FIELD_NO_POSITIONS, 1, NULL);
        add_field(schema, "deutsch", LIBSEARCH_TEXT, 0, 1, "german");
        add_field(schema, "price", LIBSEARCH_FLOAT, 0, 0, NULL);
        add_field(schema, "date", LIBSEARCH_DATE, 0, 0, NULL);
        add_field(schema, "never", LIBSEARCH_TEXT, 0, 2, NULL);
    }
}

/* Stop words, compounds and other scripts, stems in several forms, and syllables for the rest. */
static void make_word(struct test_random *random, uint32_t number, char *word)
{
    static const char *const some[] = { "the",
                                        "of",
                                        "and",
                                        "connect",
                                        "connected",
                                        "connection",
                                        "China-ASEAN",
                                        "COVID-19",
                                        "to-do",
                                        "cat-s",
                                        "John's",
                                        "U.S.",
                                        "caf\xC3\xA9",
                                        "270,000",
                                        "a-b-c",
                                        "connects",
                                        "re-re",
                                        "stra\303\237e",
                                        "\xE4\xB8\xAD\xE5\x9B\xBD\xE4\xBA\xBA" };
    static const char *const ends[] = { "", "", "", "s", "ing", "ed", "ly" };
    if (random_below(random, 4) == 0) {
        strcpy(word, some[random_below(random, sizeof some / sizeof *some)]);
        return;
    }
    size_t length = 0;
    for (uint64_t left = 1 + random_below(random, 3); left > 0; left--) {
        word[length++] = "bdfgklmn"[random_below(random, 8)];
        word[length++] = "aeiou"[random_below(random, 5)];
    }
    if (number >= 12 && random_below(random, 2) == 0)
        length += (size_t)sprintf(word + length, "%u", number % 97);
    strcpy(word + length, ends[random_below(random, 7)]);
}

static uint32_t skewed(struct test_random *random, uint32_t bound, unsigned skew)
{
    const double part = (double)random_below(random, 1 << 30) / (1 << 30);
    return (uint32_t)((double)bound * pow(part, skew));
}

const char *world_word(const struct world *world, struct test_random *random)
{
    const unsigned skew = random_below(random, 3) == 0 ? 1 : world->shape.skew;
    return world->vocabulary[skewed(random, world->shape.words, skew)];
}

/* A word for document d: of its cluster's part of the vocabulary now and then. */
static const char *word_for(const struct world *world, struct test_random *random, uint32_t d)
{
    const struct world_shape *shape = &world->shape;
    if (shape->clusters == 0 || random_below(random, 3) == 0)
        return world->vocabulary[skewed(random, shape->words, shape->skew)];
    const uint32_t cluster = (uint32_t)((uint64_t)d * shape->clusters / shape->documents);
    const uint32_t part = shape->words / shape->clusters + 1;
    return world->vocabulary[(cluster * part + skewed(random, part, shape->skew)) % shape->words];
}

enum { TEXT_ROOM = 1 << 15 };

static size_t make_text(const struct world *world, struct test_random *random, uint32_t d, uint32_t longest, char *text)
{
    uint64_t left = world->shape.same_length ? longest : random_below(random, longest + 1);
    size_t length = 0;
    if (!world->shape.same_length && random_below(random, 60) == 0)
        left *= 12;
    while (left > 0 && length < TEXT_ROOM - 64) {
        const char *word = word_for(world, random, d);
        uint64_t times = random_below(random, 8) == 0 ? random_size(random, world->shape.repeats + 1) : 1;
        for (; left > 0 && times > 0 && length < TEXT_ROOM - 64; left--, times--)
            length += (size_t)sprintf(text + length, "%s%s", word, random_below(random, 20) == 0 ? ". " : " ");
    }
    return length;
}

static void set(libsearch_document *document, const char *field, libsearch_type type, libsearch_bytes bytes,
                int64_t integer, double number)
{
    const struct document_value value = { field, (uint32_t)strlen(field), type, bytes, integer, number };
    assert_ok(document_add(document, &value, NULL));
}

static bool says_something(const struct world *world, struct test_random *random, uint32_t d)
{
    const uint32_t edge = d % 4096;
    return !world->shape.sparse || edge == 0 || edge == 4095 || (d % 64 == 63 && random_below(random, 20) == 0) ||
           random_below(random, 400) == 0;
}

static void set_texts(const struct world *world, struct test_random *random, libsearch_document *document, uint32_t d)
{
    static char text[TEXT_ROOM];
    for (size_t f = 0; f < world->schema->count; f++) {
        const struct field *field = world->schema->fields[f];
        if (field->type != LIBSEARCH_TEXT || strcmp(field->name, "never") == 0)
            continue;
        const bool main = strcmp(field->name, "text") == 0;
        if (random_below(random, main ? 30 : 3) == 0)
            continue;
        const uint32_t longest = main ? world->shape.longest : 1 + world->shape.longest / 4;
        for (uint64_t values = random_below(random, 20) == 0 ? 2 : 1; values > 0; values--) {
            const size_t length = make_text(world, random, d, longest, text);
            set(document, field->name, LIBSEARCH_TEXT, (libsearch_bytes){ text, length }, 0, 0);
        }
    }
}

static void set_values(struct test_random *random, libsearch_document *document)
{
    const libsearch_bytes none = { NULL, 0 };
    char word[32];
    for (uint64_t i = random_below(random, 4); i > 0; i--) {
        const int length = sprintf(word, "tag %llu", (unsigned long long)random_size(random, 4));
        set(document, "tag", LIBSEARCH_KEYWORD, (libsearch_bytes){ word, (size_t)length }, 0, 0);
    }
    if (random_below(random, 2) == 0) {
        const int length = sprintf(word, "%llu", (unsigned long long)random_below(random, 3));
        set(document, "place", LIBSEARCH_KEYWORD,
            (libsearch_bytes){ word, random_below(random, 5) ? (size_t)length : 0 }, 0, 0);
    }
    if (random_below(random, 4) > 0)
        set(document, "size", LIBSEARCH_INTEGER, none, (int64_t)random_below(random, 100) - 20, 0);
    if (random_below(random, 3) > 0)
        set(document, "open", LIBSEARCH_BOOLEAN, none, (int64_t)random_below(random, 2), 0);
    for (uint64_t i = random_below(random, 3); i > 0; i--)
        set(document, "price", LIBSEARCH_FLOAT, none, 0, (double)random_below(random, 60) / 4 - 5);
    set(document, "date", LIBSEARCH_DATE, none, (int64_t)random_below(random, 1000) * 86400000, 0);
}

static libsearch_document *make_document(const struct world *world, struct test_random *random, uint32_t d)
{
    libsearch_document *document = document_new(allocator_default());
    if (!says_something(world, random, d))
        return document;
    if (d > 0 && random_below(random, 8) == 0) { /* a copy */
        const libsearch_document *like = world->documents[random_below(random, d)];
        for (size_t i = 0; i < like->count; i++)
            assert_ok(document_add(document, &like->values[i], NULL));
        return document;
    }
    set_texts(world, random, document, d);
    if (world->shape.fields == WORLD_EVERYTHING)
        set_values(random, document);
    return document;
}

void world_make(struct world *world, struct test_random *random, const struct world_shape *shape)
{
    *world = (struct world){ .shape = *shape };
    assert_ok(schema_new(allocator_default(), shape->analyzer, &world->schema, NULL));
    add_fields(world->schema, shape->fields);
    world->vocabulary = oracle_allocate(shape->words * sizeof *world->vocabulary);
    for (uint32_t i = 0; i < shape->words; i++)
        make_word(random, i, world->vocabulary[i]);
    world->documents = oracle_allocate(shape->documents * sizeof(libsearch_document *));
    world->known = oracle_allocate(shape->documents * sizeof(struct oracle_document *));
    for (uint32_t d = 0; d < shape->documents; d++) {
        world->documents[d] = make_document(world, random, d);
        world->known[d] = oracle_document_new(&world->words, world->schema, world->documents[d]);
    }
}

void world_free(struct world *world)
{
    for (uint32_t d = 0; d < world->shape.documents; d++) {
        document_free(world->documents[d]);
        oracle_document_free(world->known[d]);
    }
    free(world->documents);
    free(world->known);
    free(world->vocabulary);
    oracle_words_free(&world->words);
    schema_release(world->schema);
}

size_t world_excerpt(const struct world *world, struct test_random *random, const char *field, size_t most, char *text,
                     size_t size)
{
    const libsearch_document *document = world->documents[random_below(random, world->shape.documents)];
    size_t count = 0, length = 0;
    text[0] = 0;
    for (size_t i = 0; i < document->count; i++) {
        const struct document_value *value = &document->values[i];
        if (value->type != LIBSEARCH_TEXT || value->bytes.length == 0 ||
            (field != NULL && strcmp(value->field, field) != 0) || (field == NULL && random_below(random, 3) == 0))
            continue;
        size_t at = random_below(random, value->bytes.length);
        while (at > 0 && value->bytes.data[at - 1] != ' ')
            at--;
        for (; at < value->bytes.length && count < most && length + 2 < size; at++) {
            text[length++] = value->bytes.data[at];
            count += value->bytes.data[at] == ' ';
        }
        text[length] = 0;
        return count;
    }
    return 0;
}

libsearch_bytes world_id(uint32_t number, char *id)
{
    return (libsearch_bytes){ id, (size_t)sprintf(id, "document-%u", number) };
}

void world_print(const struct world *world)
{
    const struct world_shape *shape = &world->shape;
    print_message("%u documents, fields %d, %s, %u words, skew %u, length %u%s, repeats %u, %u clusters%s\n",
                  shape->documents, (int)shape->fields, shape->analyzer, shape->words, shape->skew, shape->longest,
                  shape->same_length ? " always" : "", shape->repeats, shape->clusters,
                  shape->sparse ? ", sparse" : "");
}
