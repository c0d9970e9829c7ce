/* SPDX-License-Identifier: MIT */
#include "oracle/span_questions.h"

#include <string.h>

#include "oracle/questions.h"
#include "query/query_tree.h"

enum { ROOM = 256 };

/* A field with positions of the default group, or NULL: all of it. */
static char *group_field(const struct world *world, struct test_random *random)
{
    const struct field *field = world->schema->fields[random_below(random, world->schema->count)];
    return random_below(random, 3) == 0 && field->type == LIBSEARCH_TEXT && field->in_group ? field->name : NULL;
}

static libsearch_query *placed_leaf(const struct world *world, struct test_random *random, char *field)
{
    char text[ROOM];
    libsearch_query like = { .kind = QUERY_TEXT, .field = field };
    if (random_below(random, 3) > 0 ||
        world_excerpt(world, random, field, 1 + random_below(random, 2), text, ROOM) == 0)
        strcpy(text, world_word(world, random));
    if (random_below(random, 8) == 0)
        question_repeat_word(text, ROOM);
    like.text = (libsearch_bytes){ text, strlen(text) };
    switch (random_below(random, 8)) {
    case 0:
        like.kind = QUERY_PREFIX;
        like.text.length = random_below(random, 3) + 1 < like.text.length ? 1 + random_below(random, 3) : 1;
        break;
    case 1: like.kind = QUERY_FUZZY; break;
    case 2: like.flags = QUERY_FLAG_EXACT; break;
    case 3:
    case 4:
        like.kind = QUERY_PHRASE;
        like.number = (unsigned)random_below(random, 5);
        like.flags = random_below(random, 2) ? QUERY_FLAG_LAST_PREFIX : 0;
        break;
    default: break;
    }
    return question_new(&like);
}

static libsearch_query *placed(const struct world *world, struct test_random *random, unsigned depth)
{
    libsearch_query *children[4];
    if (depth == 0 || random_below(random, 4) == 0)
        return placed_leaf(world, random, group_field(world, random));
    const size_t count = 1 + random_below(random, 4);
    for (size_t i = 0; i < count; i++)
        children[i] = placed(world, random, depth - 1);
    const uint64_t draw = random_below(random, 6);
    return question_new(&(libsearch_query){ .kind = draw == 0 ? QUERY_BOOLEAN : QUERY_NEAR,
                                            .flags = draw > 3 ? QUERY_FLAG_ORDERED : 0,
                                            .children = children,
                                            .occurs = (uint8_t[4]){ 0 },
                                            .count = count,
                                            .number = draw == 0 ? 0 : (unsigned)random_size(random, 5) });
}

/* A phrase as it stands in a document, its last word cut short, or its words as they are written there. */
static libsearch_query *phrase(const struct world *world, struct test_random *random)
{
    char text[ROOM];
    char *field = group_field(world, random);
    if (world_excerpt(world, random, field, 1 + random_below(random, 3), text, ROOM) == 0)
        strcpy(text, world_word(world, random));
    if (random_below(random, 4) == 0)
        question_repeat_word(text, ROOM);
    libsearch_query like = { .kind = QUERY_PHRASE, .field = field, .text = { text, strlen(text) } };
    like.flags = 1 + random_below(random, 2) == 1 ? QUERY_FLAG_EXACT : 0;
    if (random_below(random, 3) > 0) {
        like.flags |= QUERY_FLAG_LAST_PREFIX;
        const size_t less = random_below(random, 4);
        like.text.length -= less < like.text.length ? less : 0;
        while (like.text.length > 0 && (text[like.text.length] & 0xC0) == 0x80)
            like.text.length--;
    }
    like.number = random_below(random, 2) == 0 ? (unsigned)random_size(random, 5) : 0;
    return question_new(&like);
}

static libsearch_query *exact_words(const struct world *world, struct test_random *random)
{
    char text[ROOM];
    char *field = group_field(world, random);
    if (world_excerpt(world, random, field, 1 + random_below(random, 3), text, ROOM) == 0)
        strcpy(text, world_word(world, random));
    return question_text(field, text,
                         QUERY_FLAG_EXACT | (random_below(random, 2) ? QUERY_FLAG_ALL : 0) |
                             (random_below(random, 2) ? QUERY_FLAG_KEEP_STOPS : 0));
}

libsearch_query *span_question_random(const struct world *world, struct test_random *random, unsigned depth)
{
    libsearch_query *children[4];
    uint8_t occurs[4];
    switch (random_below(random, depth == 0 ? 6 : 9)) {
    case 0:
    case 1: return phrase(world, random);
    case 2: return exact_words(world, random);
    case 3:
    case 4:
    case 5:
        for (;;) {
            libsearch_query *query = placed(world, random, 2);
            if (query->kind == QUERY_NEAR)
                return query;
            query_release(query);
        }
    case 6: break;
    default: {
        const size_t count = random_below(random, 4) + (random_below(random, 9) > 0);
        for (size_t i = 0; i < count; i++)
            children[i] = random_below(random, 2) ? span_question_random(world, random, depth - 1)
                                                  : question_random(world, random, false);
        return question_new(&(libsearch_query){ .kind = QUERY_DISJUNCTION_MAX,
                                                .children = children,
                                                .count = count,
                                                .factor = (float)random_below(random, 5) / 4 });
    }
    }
    const size_t count = 1 + random_below(random, 4);
    for (size_t i = 0; i < count; i++) {
        children[i] = span_question_random(world, random, depth - 1);
        occurs[i] = (uint8_t)random_below(random, 4);
    }
    return question_new(
        &(libsearch_query){ .kind = QUERY_BOOLEAN, .children = children, .occurs = occurs, .count = count });
}
