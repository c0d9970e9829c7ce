/* SPDX-License-Identifier: MIT */
#include "oracle/questions.h"

#include <math.h>
#include <string.h>

#include "query/query_tree.h"

libsearch_query *question_new(const libsearch_query *like)
{
    libsearch_query *query = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (query_new(allocator_default(), like, &query, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    for (size_t i = 0; i < like->count; i++)
        query_release(like->children[i]);
    return query;
}

libsearch_query *question_text(const char *field, const char *text, unsigned flags)
{
    return question_new(&(libsearch_query){
        .kind = QUERY_TEXT, .field = (char *)field, .text = { text, strlen(text) }, .flags = flags });
}

/* A text field of the schema now and then; mostly NULL: the default group. positions: one that has them. */
static const char *text_field(const struct world *world, struct test_random *random, bool positions)
{
    if (random_below(random, 4) > 0)
        return NULL;
    const struct field *field = world->schema->fields[random_below(random, world->schema->count)];
    if (field->type != LIBSEARCH_TEXT || (positions && (field->flags & LIBSEARCH_FIELD_NO_POSITIONS)))
        return NULL;
    return field->name;
}

enum { ROOM = 1024 };

static void random_words(const struct world *world, struct test_random *random, uint64_t count, char *text)
{
    const char *last = world_word(world, random);
    size_t length = 0;
    text[0] = 0;
    for (; count > 0 && length < ROOM - 64; count--) {
        if (random_below(random, 5) > 0)
            last = random_below(random, 40) == 0 ? "zzabsent" : world_word(world, random);
        length += (size_t)sprintf(text + length, "%s ", last);
    }
}

static libsearch_query *union_of_words(const struct world *world, struct test_random *random)
{
    char text[ROOM];
    random_words(world, random, 1 + random_below(random, random_below(random, 6) == 0 ? 30 : 6), text);
    return question_text(text_field(world, random, false), text,
                         random_below(random, 4) == 0 ? QUERY_FLAG_KEEP_STOPS : 0);
}

static libsearch_query *all_words(const struct world *world, struct test_random *random)
{
    char text[ROOM];
    const char *field = text_field(world, random, false);
    if (random_below(random, 2) == 0 || world_excerpt(world, random, field, 4, text, ROOM) == 0)
        random_words(world, random, 1 + random_below(random, 4), text);
    return question_text(field, text, QUERY_FLAG_ALL | (random_below(random, 4) == 0 ? QUERY_FLAG_KEEP_STOPS : 0));
}

static libsearch_query *one_word(const struct world *world, struct test_random *random)
{
    return question_text(text_field(world, random, false), world_word(world, random), 0);
}

void question_repeat_word(char *text, size_t room)
{
    const size_t length = strlen(text), word = strcspn(text, " ");
    if (length + 1 + word >= room)
        return;
    text[length] = ' ';
    memcpy(text + length + 1, text, word);
    text[length + 1 + word] = '\0';
}

static libsearch_query *phrase(const struct world *world, struct test_random *random)
{
    static const unsigned slops[] = { 0, 0, 0, 0, 1, 2, 3, 6, 80 };
    char text[ROOM];
    const char *field = text_field(world, random, true);
    if (random_below(random, 4) == 0 ||
        world_excerpt(world, random, field, 1 + random_below(random, 4), text, ROOM) == 0)
        random_words(world, random, 1 + random_below(random, 3), text);
    if (random_below(random, 4) == 0)
        question_repeat_word(text, ROOM);
    return question_new(&(libsearch_query){ .kind = QUERY_PHRASE,
                                            .field = (char *)field,
                                            .text = { text, strlen(text) },
                                            .number = slops[random_below(random, 9)] });
}

static float random_factor(struct test_random *random)
{
    static const float factors[] = { 0, 0.5f, 1, 2, 10, 0.3f, 1e-6f, 1e6f };
    return random_below(random, 2) == 0 ? factors[random_below(random, 8)] : (float)random_below(random, 1000) / 77.0f;
}

static libsearch_query *boosted(struct test_random *random, libsearch_query *query, enum query_kind kind)
{
    return question_new(
        &(libsearch_query){ .kind = kind, .factor = random_factor(random), .children = &query, .count = 1 });
}

/* A boolean of single words, all with one occurrence: the flat unions and intersections of programs. */
static libsearch_query *flat(const struct world *world, struct test_random *random, libsearch_occur occur)
{
    libsearch_query *children[8];
    uint8_t occurs[8];
    const size_t count = 1 + random_below(random, occur == LIBSEARCH_MUST ? 3 : 8);
    const bool boosts = random_below(random, 2) == 0;
    for (size_t i = 0; i < count; i++) {
        children[i] = one_word(world, random);
        if (boosts && random_below(random, 2) == 0)
            children[i] = boosted(random, children[i], QUERY_BOOST);
        occurs[i] = (uint8_t)occur;
    }
    return question_new(
        &(libsearch_query){ .kind = QUERY_BOOLEAN, .children = children, .occurs = occurs, .count = count });
}

static libsearch_query *keyword(struct test_random *random)
{
    char text[32];
    if (random_below(random, 2) == 0)
        sprintf(text, "tag %llu", (unsigned long long)random_size(random, 4));
    else
        sprintf(text, "%.*s", (int)random_below(random, 2), &"012"[random_below(random, 3)]);
    return question_new(&(libsearch_query){
        .kind = QUERY_KEYWORD, .field = (char *)(text[0] == 't' ? "tag" : "place"), .text = { text, strlen(text) } });
}

static libsearch_query *range(struct test_random *random)
{
    static const char *const fields[] = { "size", "price", "date", "open" };
    libsearch_query like = { .kind = QUERY_RANGE, .type = LIBSEARCH_INTEGER };
    like.field = (char *)fields[random_below(random, 4)];
    like.has_low = random_below(random, 4) > 0;
    like.has_high = random_below(random, 4) > 0;
    like.low_integer = (int64_t)random_below(random, 110) - 25;
    like.high_integer = like.low_integer + (int64_t)random_below(random, 60) - 3;
    if (strcmp(like.field, "open") == 0 && random_below(random, 4) > 0) {
        like.type = LIBSEARCH_BOOLEAN;
        like.has_low = like.has_high = true;
        like.low_integer = like.high_integer = (int64_t)random_below(random, 2);
    } else if (strcmp(like.field, "date") == 0) {
        like.low_integer *= 8 * 86400000LL;
        like.high_integer *= 8 * 86400000LL;
    } else if (random_below(random, 2) == 0) {
        like.type = LIBSEARCH_FLOAT;
        like.low_number = (double)like.low_integer / 4;
        like.high_number = random_below(random, 9) == 0 ? INFINITY : (double)like.high_integer / 4;
    }
    return question_new(&like);
}

static libsearch_query *exists(struct test_random *random)
{
    static const char *const fields[] = {
        "size", "price", "date", "tag", "title", "loose", "open", "deutsch", "never"
    };
    return question_new(&(libsearch_query){ .kind = QUERY_EXISTS, .field = (char *)fields[random_below(random, 9)] });
}

/* A word of small letters and digits, which folding leaves as it is. */
static void plain_word(const struct world *world, struct test_random *random, char *text)
{
    strcpy(text, world_word(world, random));
    if (strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789") != strlen(text))
        strcpy(text, "ba");
}

/* Words or keywords from one to another. */
static libsearch_query *word_range(const struct world *world, struct test_random *random)
{
    char low[32], high[32];
    libsearch_query like = { .kind = QUERY_RANGE, .type = LIBSEARCH_KEYWORD };
    like.field = (char *)text_field(world, random, false);
    if (world->shape.fields == WORLD_EVERYTHING && (like.field == NULL || random_below(random, 2) == 0)) {
        like.field = (char *)"tag";
        sprintf(low, "tag %llu", (unsigned long long)random_below(random, 16));
        sprintf(high, "tag %llu", (unsigned long long)random_below(random, 16));
    } else {
        plain_word(world, random, low);
        plain_word(world, random, high);
    }
    if (like.field == NULL)
        like.field = world->schema->fields[0]->name;
    if (strcmp(low, high) > 0 && random_below(random, 8) > 0) {
        char kept[32];
        strcpy(kept, low);
        strcpy(low, high);
        strcpy(high, kept);
    }
    like.has_low = random_below(random, 6) > 0;
    like.has_high = !like.has_low || random_below(random, 6) > 0;
    like.low_open = random_below(random, 2) == 0;
    like.high_open = random_below(random, 2) == 0;
    like.text = (libsearch_bytes){ low, strlen(low) };
    like.high_text = (libsearch_bytes){ high, strlen(high) };
    return question_new(&like);
}

/* Of what the C library's byte by byte matching of ASCII says the same. */
static libsearch_query *regular(const struct world *world, struct test_random *random, bool loose)
{
    char one[32], other[32], text[128];
    const char *field = text_field(world, random, !loose);
    plain_word(world, random, one);
    plain_word(world, random, other);
    const int cut = (int)random_below(random, strlen(one) + 1);
    switch (random_below(random, 8)) {
    case 0: sprintf(text, "%.*s.*", cut, one); break;
    case 6: sprintf(text, "%s|%s", one, other); break;
    case 7:
        sprintf(text, "%.*sx%s%s", cut, one, (const char *[]){ "?", "*", "{0,2}" }[random_below(random, 3)], one + cut);
        break;
    case 1: sprintf(text, "(%s|%s)", one, other); break;
    case 2: sprintf(text, "%.*s[a-m0-5]+", cut, one); break;
    case 3: sprintf(text, "([b-n][aeiou]){1,3}[0-9]?"); break;
    case 4: sprintf(text, "%.*s(s|ing|ed|ly)?", (int)strlen(one) - 1, one); break;
    default: sprintf(text, ".*%s", one + cut); break;
    }
    if (world->shape.fields == WORLD_EVERYTHING && random_below(random, 6) == 0) {
        field = "tag";
        sprintf(text, "tag 1?[%llu-9]", (unsigned long long)random_below(random, 9));
    }
    return question_new(
        &(libsearch_query){ .kind = QUERY_REGULAR, .field = (char *)field, .text = { text, strlen(text) } });
}

/* Words that begin so, fit a pattern, or are like one. */
static libsearch_query *pattern(const struct world *world, struct test_random *random, bool loose)
{
    static const enum query_kind kinds[] = { QUERY_PREFIX, QUERY_WILDCARD, QUERY_FUZZY };
    const enum query_kind kind = kinds[random_below(random, 3)];
    const char *field = text_field(world, random, !loose);
    char text[64];
    if (random_below(random, 4) == 0)
        return regular(world, random, loose);
    if (loose && random_below(random, 6) == 0)
        return word_range(world, random);
    strcpy(text, world_word(world, random));
    if (world->shape.fields == WORLD_EVERYTHING && random_below(random, 6) == 0) {
        field = "tag";
        sprintf(text, "tag %llu", (unsigned long long)random_below(random, 16));
    }
    size_t length = strlen(text);
    if (kind == QUERY_PREFIX) {
        length = random_below(random, length + 1);
    } else {
        for (uint64_t edits = random_below(random, 3); edits > 0 && length > 0; edits--) {
            const size_t at = random_below(random, length);
            if ((unsigned char)text[at] < 0x80)
                text[at] = kind == QUERY_WILDCARD ? "*?*"[random_below(random, 3)] : "aeiou"[random_below(random, 5)];
        }
        if (kind == QUERY_WILDCARD && random_below(random, 2) == 0)
            text[length++] = '*';
    }
    while (length > 0 && (text[length] & 0xC0) == 0x80 && kind == QUERY_PREFIX)
        length--;
    return question_new(&(libsearch_query){
        .kind = kind,
        .field = (char *)field,
        .text = { text, length },
        .number = kind == QUERY_FUZZY ? (unsigned)random_below(random, 3) : 0,
        .more_prefix = kind == QUERY_FUZZY && random_below(random, 3) == 0 ? (int)random_below(random, 4) - 1 : 0 });
}

libsearch_query *question_fields(const struct world *world, struct test_random *random)
{
    libsearch_query *children[4];
    char text[ROOM];
    size_t count = 0;
    const unsigned flags = (random_below(random, 3) == 0 ? (unsigned)QUERY_FLAG_ALL : 0) |
                           (random_below(random, 4) == 0 ? (unsigned)QUERY_FLAG_KEEP_STOPS : 0);
    random_words(world, random, 1 + random_below(random, 4), text);
    for (unsigned tries = 0; tries < 12 && count < 4; tries++) {
        const struct field *field = world->schema->fields[random_below(random, world->schema->count)];
        if (field->type != LIBSEARCH_TEXT)
            continue;
        children[count] = question_text(field->name, text, flags);
        if (random_below(random, 3) > 0)
            children[count] = boosted(random, children[count], QUERY_BOOST);
        count++;
        if (random_below(random, 4) == 0)
            random_words(world, random, 1 + random_below(random, 4), text);
    }
    return question_new(&(libsearch_query){ .kind = QUERY_FIELDS, .children = children, .count = count });
}

static libsearch_query *leaf(const struct world *world, struct test_random *random, bool loose)
{
    const bool values = world->shape.fields == WORLD_EVERYTHING;
    switch (random_below(random, values ? 16 : 10)) {
    case 0:
    case 1:
    case 2: return union_of_words(world, random);
    case 3: return all_words(world, random);
    case 4:
    case 5: return one_word(world, random);
    case 6:
    case 7: return phrase(world, random);
    case 8: return pattern(world, random, loose);
    case 9: return question_new(&(libsearch_query){ .kind = random_below(random, 4) ? QUERY_ALL : QUERY_NONE });
    case 10: return exists(random);
    case 11: return keyword(random);
    default: return range(random);
    }
}

static libsearch_query *tree(const struct world *world, struct test_random *random, unsigned depth, bool loose)
{
    libsearch_query *children[6];
    uint8_t occurs[6];
    if (depth == 0 || random_below(random, 4) == 0)
        return leaf(world, random, loose);
    if (random_below(random, 6) == 0)
        return boosted(random, tree(world, random, depth - 1, loose),
                       random_below(random, 3) == 0 ? QUERY_CONSTANT : QUERY_BOOST);
    const size_t count = random_below(random, 30) == 0 ? 0 : 1 + random_below(random, random_below(random, 2) ? 3 : 6);
    const unsigned weights = (unsigned)random_below(random, 3);
    for (size_t i = 0; i < count; i++) {
        children[i] = tree(world, random, depth - 1, loose);
        const uint64_t draw = random_below(random, 8);
        occurs[i] = (uint8_t)(draw < 2 + 2 * weights ? LIBSEARCH_SHOULD
                              : draw < 6             ? LIBSEARCH_MUST
                              : draw < 7             ? LIBSEARCH_FILTER
                                                     : LIBSEARCH_MUST_NOT);
    }
    return question_new(
        &(libsearch_query){ .kind = QUERY_BOOLEAN,
                            .children = children,
                            .occurs = occurs,
                            .count = count,
                            .number = random_below(random, 3) == 0 ? (unsigned)random_below(random, count + 2) : 0 });
}

libsearch_query *question_random(const struct world *world, struct test_random *random, bool patterns)
{
    /* Of many documents mostly what has fast ways. */
    switch (random_below(random, world->shape.documents > 3000 && random_below(random, 4) ? 8 : 10)) {
    case 0: return one_word(world, random);
    case 1:
    case 2: return union_of_words(world, random);
    case 3: return flat(world, random, LIBSEARCH_SHOULD);
    case 4: return flat(world, random, LIBSEARCH_MUST);
    case 5: return all_words(world, random);
    case 6: return phrase(world, random);
    case 7: return boosted(random, union_of_words(world, random), QUERY_BOOST);
    default: return tree(world, random, 3, patterns);
    }
}

/* boolean, and the models that are formulas of their own. */
static const char *formula_random(struct test_random *random, char *name, struct oracle_model *model)
{
    static const struct {
        const char *name, *extra; /* what its parameter is called */
        float values[4];          /* the first: its default */
        bool bm25;
    } all[] = { { "boolean", NULL, { 0 }, false },
                { "bm25+", "delta", { 1, 0, 0.25f, 3 }, true },
                { "bm25l", "delta", { 0.5f, 0, 0.25f, 3 }, true },
                { "tf-idf", "s", { 0.2f, 0, 0.5f, 1 }, false },
                { "pl2", "c", { 1, 2, 0.1f, 7 }, false },
                { "dph", NULL, { 0 }, false },
                { "lm-dirichlet", "mu", { 2000, 10, 500, 0.5f }, false },
                { "lm-jm", "lambda", { 0.7f, 0.1f, 0.5f, 0.99f }, false } };
    static const float k1s[] = { 0, 0.3f, 0.9f, 1.2f, 2, 100 }, bs[] = { 0, 0.4f, 0.5f, 0.75f, 0.9f, 1 };
    const uint64_t i = random_below(random, sizeof all / sizeof *all), value = random_below(random, 4);
    size_t length = (size_t)sprintf(name, "%s", all[i].name);
    model->kind = ORACLE_BOOLEAN + (unsigned)i;
    model->k1 = i == 0 ? 0 : 1.2f;
    model->extra = all[i].values[0];
    if (all[i].extra == NULL || random_below(random, 3) == 0)
        return name;
    model->extra = all[i].values[value];
    length += (size_t)sprintf(name + length, ":%s=%g", all[i].extra, model->extra);
    if (all[i].bm25) {
        model->k1 = k1s[random_below(random, 6)];
        model->b = bs[random_below(random, 6)];
        sprintf(name + length, ",k1=%g,b=%g", model->k1, model->b);
    }
    return name;
}

const char *model_random(const struct world *world, struct test_random *random, char *name, struct oracle_model *model)
{
    static const float k1s[] = { 0, 0.3f, 0.9f, 1.2f, 2, 100 }, bs[] = { 0, 0.4f, 0.5f, 0.75f, 0.9f, 1 };
    static const float k3s[] = { 0, 1, 8 }, least[] = { 0, 0.5f, 1.5f };
    *model = (struct oracle_model){ .kind = ORACLE_DEFAULT, .k1 = 1.2f, .b = 0.75f };
    const uint64_t draw = random_below(random, 9);
    if (draw >= 6)
        return formula_random(random, name, model);
    if (draw < 2) {
        return draw == 0 ? NULL : strcpy(name, "default");
    } else if (draw < 5) {
        model->kind = ORACLE_BM25;
        size_t length = (size_t)sprintf(name, "bm25");
        if (random_below(random, 4) > 0) {
            model->k1 = k1s[random_below(random, 6)];
            model->b = bs[random_below(random, 6)];
            length += (size_t)sprintf(name + length, ":k1=%g,b=%g", model->k1, model->b);
            if (random_below(random, 3) == 0) {
                model->field = world->shape.fields == WORLD_TITLE ? "title" : "text";
                model->field_k1 = k1s[random_below(random, 6)];
                model->field_b = bs[random_below(random, 6)];
                sprintf(name + length, ",%s.k1=%g,%s.b=%g", model->field, model->field_k1, model->field,
                        model->field_b);
            }
        }
    } else {
        *model = (struct oracle_model){ .kind = ORACLE_BM25_XAPIAN, .k1 = 1, .b = 0.5f, .k3 = 1, .min_normlen = 0.5f };
        size_t length = (size_t)sprintf(name, "bm25-xapian");
        if (random_below(random, 3) > 0) {
            model->k1 = k1s[random_below(random, 6)];
            model->b = bs[random_below(random, 6)];
            model->k3 = k3s[random_below(random, 3)];
            model->min_normlen = least[random_below(random, 3)];
            sprintf(name + length, ":min_normlen=%g,b=%g,k1=%g,k3=%g", model->min_normlen, model->b, model->k1,
                    model->k3);
        }
    }
    return name;
}
