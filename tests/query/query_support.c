/* SPDX-License-Identifier: MIT */
#include "query/query_support.h"

#include <stdlib.h>
#include <string.h>

struct schema *make_schema(void)
{
    static const struct {
        const char *name;
        libsearch_type type;
    } fields[] = { { "title", LIBSEARCH_TEXT },   { "text", LIBSEARCH_TEXT },   { "tag", LIBSEARCH_KEYWORD },
                   { "year", LIBSEARCH_INTEGER }, { "price", LIBSEARCH_FLOAT }, { "date", LIBSEARCH_DATE },
                   { "blob", LIBSEARCH_STORED },  { "open", LIBSEARCH_BOOLEAN } };
    struct schema *schema = NULL;
    if (schema_new(allocator_default(), "english", &schema, NULL) != LIBSEARCH_OK)
        abort();
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        field.name = fields[i].name;
        field.type = fields[i].type;
        if (schema_add(schema, &field, NULL, NULL) != LIBSEARCH_OK)
            abort();
    }
    return schema;
}

static size_t random_text(struct test_random *random, char *text, size_t capacity)
{
    static const char *const pieces[] = { "a", "word", "AND", "OR",   "NOT",      " ",     "  ",  "\t",   "(",
                                          ")", "\"",   ":",   "*",    "?",        "~",     "~2",  "^",    "^2",
                                          "+", "-",    "=",   "\\",   "@",        "@near", "[",   "]",    "{",
                                          "é", "中",   "“",   ".",    "..",       "'",     "x00", ",",    "title",
                                          ">", "1",    "/",   "\xFF", "\xC2\xA0", "\n",    "&",   "tag:", "\\x41" };
    size_t length = 0;
    const size_t count = random_below(random, 6);
    for (size_t i = 0; i <= count; i++) {
        const char *piece = pieces[random_below(random, sizeof pieces / sizeof pieces[0])];
        if (random_below(random, 100) == 0) {
            text[length++] = 0;
            continue;
        }
        if (length + strlen(piece) > capacity)
            break;
        memcpy(text + length, piece, strlen(piece));
        length += strlen(piece);
    }
    return random_below(random, 50) == 0 ? 0 : length;
}

static char *random_text_field(struct test_random *random)
{
    static char title[] = "title", text[] = "text";
    const uint64_t which = random_below(random, 4);
    return which == 0 ? title : which == 1 ? text : NULL;
}

static int64_t random_integer(struct test_random *random)
{
    const int64_t number = (int64_t)random_size(random, 63);
    return random_below(random, 2) == 0 ? number : -number - 1;
}

static double random_number(struct test_random *random)
{
    const uint64_t bits = random_u64(random);
    double number;
    memcpy(&number, &bits, sizeof number);
    if (random_below(random, 2) == 0 || number != number)
        return (double)random_integer(random) / 1000;
    return number;
}

static float random_factor(struct test_random *random)
{
    static const float factors[] = { 0, 1, 2.5f, 0.1f, 1e-30f, 3e30f };
    return random_below(random, 2) == 0 ? factors[random_below(random, 6)]
                                        : (float)random_size(random, 24) / (float)(1 + random_size(random, 24));
}

static void random_range(struct test_random *random, libsearch_query *like)
{
    static char year[] = "year", price[] = "price", date[] = "date", open[] = "open";
    static char *const fields[] = { year, price, date, open };
    static const libsearch_type types[] = { LIBSEARCH_INTEGER, LIBSEARCH_FLOAT, LIBSEARCH_DATE, LIBSEARCH_BOOLEAN };
    const uint64_t which = random_below(random, 4);
    like->kind = QUERY_RANGE;
    like->field = fields[which];
    like->type = types[which];
    like->has_low = random_below(random, 3) != 0;
    like->has_high = random_below(random, 3) != 0;
    like->low_integer = random_integer(random);
    like->high_integer = random_integer(random);
    if (which == 2 && random_below(random, 2) == 0) { /* a date as people know them */
        like->low_integer = (int64_t)random_below(random, 2000000000000);
        like->high_integer = like->low_integer + (int64_t)random_below(random, 100) * 86400000 - 1;
    }
    if (which == 3) {
        like->low_integer = (int64_t)random_below(random, 2);
        like->high_integer = random_below(random, 2) ? like->low_integer : (int64_t)random_below(random, 2);
    }
    like->low_number = random_number(random);
    like->high_number = random_number(random);
}

static libsearch_query *random_leaf(struct test_random *random)
{
    static char tag[] = "tag";
    static const unsigned text_flags[] = {
        0, 0, 0, QUERY_FLAG_ALL, QUERY_FLAG_EXACT, QUERY_FLAG_KEEP_STOPS, QUERY_FLAG_EXACT | QUERY_FLAG_KEEP_STOPS
    };
    char text[128];
    libsearch_query like = { .text = { text, random_text(random, text, sizeof text) } };
    libsearch_query *query = NULL;
    static char title[] = "title";
    char high[128];
    switch (random_below(random, 12)) {
    case 10: /* mostly what compiles */
        like.kind = QUERY_REGULAR;
        like.field = random_below(random, 4) == 0 ? tag : random_text_field(random);
        if (random_below(random, 3) > 0)
            like.text = LIBSEARCH_STRING("he(al|ll)[^x-z]+\\/{1,2}");
        break;
    case 11:
        like.kind = QUERY_RANGE;
        like.type = LIBSEARCH_KEYWORD;
        like.field = random_below(random, 2) == 0 ? tag : title;
        like.has_low = random_below(random, 3) > 0;
        like.has_high = !like.has_low || random_below(random, 3) > 0;
        like.low_open = random_below(random, 2) == 0;
        like.high_open = random_below(random, 2) == 0;
        like.high_text = (libsearch_bytes){ high, random_text(random, high, sizeof high) };
        break;
    case 0: like.kind = random_below(random, 2) == 0 ? QUERY_ALL : QUERY_NONE; break;
    case 1:
        like.kind = QUERY_PHRASE;
        like.field = random_text_field(random);
        like.number = (unsigned)random_below(random, 3) * 2;
        like.flags = (random_below(random, 3) == 0 ? (unsigned)QUERY_FLAG_LAST_PREFIX : 0) |
                     (random_below(random, 5) == 0 ? (unsigned)QUERY_FLAG_EXACT : 0);
        break;
    case 2:
        like.kind = QUERY_KEYWORD;
        like.field = tag;
        break;
    case 3: random_range(random, &like); break;
    case 4:
        like.kind = random_below(random, 2) == 0 ? QUERY_PREFIX : QUERY_WILDCARD;
        like.field = random_below(random, 4) == 0 ? tag : random_text_field(random);
        break;
    case 5:
        like.kind = QUERY_FUZZY;
        like.field = random_text_field(random);
        like.number = (unsigned)random_below(random, 3);
        like.more_prefix = random_below(random, 2) == 0 ? 0 : (int)random_below(random, 5) - 1;
        break;
    case 6:
        like.kind = QUERY_EXISTS;
        like.field = tag;
        break;
    default:
        like.kind = QUERY_TEXT;
        like.field = random_text_field(random);
        like.flags = text_flags[random_below(random, sizeof text_flags / sizeof text_flags[0])];
        break;
    }
    if (query_new(allocator_default(), &like, &query, NULL) != LIBSEARCH_OK)
        abort();
    return query;
}

libsearch_query *random_tree(struct test_random *random, unsigned depth)
{
    if (depth <= 1 || random_below(random, 4) == 0)
        return random_leaf(random);
    static const enum query_kind kinds[] = { QUERY_BOOLEAN,         QUERY_BOOLEAN, QUERY_BOOLEAN, QUERY_NEAR,
                                             QUERY_DISJUNCTION_MAX, QUERY_BOOST,   QUERY_CONSTANT };
    libsearch_query *children[5], *query = NULL;
    uint8_t occurs[5];
    libsearch_query like = { .kind = kinds[random_below(random, 7)], .children = children, .occurs = occurs };
    like.count = like.kind == QUERY_BOOST || like.kind == QUERY_CONSTANT ? 1 : random_below(random, 5);
    like.factor = random_factor(random);
    like.number = random_below(random, 2) == 0 ? 0 : (unsigned)random_below(random, 4);
    like.flags = like.kind == QUERY_NEAR && random_below(random, 2) == 0 ? QUERY_FLAG_ORDERED : 0;
    for (size_t i = 0; i < like.count; i++) {
        children[i] = random_tree(random, depth - 1);
        occurs[i] = (uint8_t)(random_below(random, 2) == 0 ? LIBSEARCH_SHOULD : random_below(random, 4));
    }
    if (query_new(allocator_default(), &like, &query, NULL) != LIBSEARCH_OK)
        abort();
    for (size_t i = 0; i < like.count; i++)
        query_release(children[i]);
    return query;
}
