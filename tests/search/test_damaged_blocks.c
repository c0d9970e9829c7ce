/* SPDX-License-Identifier: MIT */
/* A block of postings that cannot be read: whatever is asked, in every way, the answer is the one that the undamaged index
 * gives, or it is said that the index is damaged. Each block of each list is damaged in turn. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "search/one_segment.h"
#include "search/trees.h"
#include "segment/segment_data.h"
#include "support/random.h"

enum { DOCUMENTS = 6000, WORDS = 6, LENGTH = 24, KINDS = 9, WAYS = 4 };

/* One in so many tokens is this word; the first are so frequent that their lists are bitmaps. */
static const unsigned rarity[WORDS] = { 3, 4, 30, 60, 200, 5000 };

static struct one_segment only;

static int make_fixture(void **state)
{
    struct test_random random = random_start("damaged_blocks");
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    (void)state;
    field.name = "text";
    one_segment_begin(&only, &field, 1);
    for (unsigned d = 0; d < DOCUMENTS; d++) {
        char text[LENGTH * 8 + 1];
        size_t length = 0;
        for (unsigned i = 0; i < LENGTH; i++) {
            unsigned w = 0;
            while (w < WORDS && random_below(&random, rarity[w]) > 0)
                w++;
            length += (size_t)sprintf(text + length, w < WORDS ? "w%u " : "filler ", w);
        }
        one_segment_add(&only, d, text);
    }
    one_segment_finish(&only);
    return 0;
}

static int free_fixture(void **state)
{
    (void)state;
    one_segment_free(&only);
    return 0;
}

static libsearch_query *text_of_two(enum query_kind kind, unsigned flags, unsigned slop, unsigned one, unsigned other)
{
    char text[32];
    const size_t length = (size_t)(one == other ? sprintf(text, "w%u", one) : sprintf(text, "w%u w%u", one, other));
    return tree_make(&(libsearch_query){ .kind = kind, .flags = flags, .number = slop, .text = { text, length } });
}

/* Of two words, which may be the same. */
static libsearch_query *question(unsigned kind, unsigned one, unsigned other)
{
    libsearch_query *a = kind < 5 ? NULL : text_of_two(QUERY_TEXT, 0, 0, one, one);
    libsearch_query *b = kind < 5 ? NULL : text_of_two(QUERY_TEXT, 0, 0, other, other);
    switch (kind) {
    case 0: return text_of_two(QUERY_TEXT, 0, 0, one, other);
    case 1: return text_of_two(QUERY_TEXT, QUERY_FLAG_ALL, 0, one, other);
    case 2: return text_of_two(QUERY_PHRASE, 0, 0, one, other);
    case 3: return text_of_two(QUERY_PHRASE, 0, 2, one, other);
    case 4: return text_of_two(QUERY_PHRASE, QUERY_FLAG_LAST_PREFIX, 0, one, other);
    case 5: return tree_of_two(QUERY_NEAR, 4, a, LIBSEARCH_SHOULD, b, LIBSEARCH_SHOULD);
    case 6: return tree_of_two(QUERY_BOOLEAN, 0, a, LIBSEARCH_MUST, b, LIBSEARCH_MUST_NOT);
    case 7: return tree_of_two(QUERY_BOOLEAN, 0, a, LIBSEARCH_MUST, b, LIBSEARCH_FILTER);
    default: return tree_of_two(QUERY_DISJUNCTION_MAX, 0, a, LIBSEARCH_SHOULD, b, LIBSEARCH_SHOULD);
    }
}

struct answer {
    libsearch_status status;
    size_t count;
    uint64_t total;
    struct search_hit hits[DOCUMENTS];
};

/* The ten best, all, all without leaving anything out, and how many. */
static void ask(const libsearch_query *query, unsigned way, struct answer *answer)
{
    struct search_answer found = { .hits = answer->hits };
    const struct search_request request = { .query = query,
                                            .count = way == 0   ? 10
                                                     : way == 3 ? 0
                                                                : DOCUMENTS,
                                            .total = LIBSEARCH_TOTAL_EXACT,
                                            .memory = SIZE_MAX,
                                            .exhaustive = way == 2 };
    answer->status = search_run(&only.snapshot, &request, &found, NULL);
    answer->count = found.hit_count;
    answer->total = found.total;
}

static bool is_same(const struct answer *one, const struct answer *other)
{
    bool same = one->status == other->status && one->count == other->count && one->total == other->total;
    for (size_t i = 0; i < one->count && same; i++)
        same = one->hits[i].number == other->hits[i].number && !(one->hits[i].score < other->hits[i].score) &&
               !(one->hits[i].score > other->hits[i].score);
    return same;
}

/* Makes the first byte of block b of a word's postings one that no block begins with. Returns what it was. */
static uint8_t set_first_byte(unsigned w, uint32_t b, uint8_t byte)
{
    char term[8];
    struct posting_list list;
    assert_ok(segment_list(only.segment, 0, term, (size_t)sprintf(term, "w%u", w), &list, NULL));
    if (b >= list.blocks)
        return 0;
    uint8_t *at = (uint8_t *)list.payload + (list.offsets == NULL ? 0 : load_u32(list.offsets + 4 * (size_t)b));
    const uint8_t before = *at;
    *at = byte;
    return before;
}

static void compare(unsigned kind, unsigned one, unsigned other, size_t *asked, size_t *told)
{
    static struct answer whole[WAYS], damaged;
    libsearch_query *query = question(kind, one, other);
    for (unsigned way = 0; way < WAYS; way++) {
        ask(query, way, &whole[way]);
        assert_int_equal(whole[way].status, LIBSEARCH_OK);
    }
    for (unsigned word = 0; word < (one == other ? 1 : 2); word++) {
        const unsigned w = word == 0 ? one : other;
        uint8_t before;
        for (uint32_t b = 0; (before = set_first_byte(w, b, 0x7F)) != 0; b += 1 + b / 4)
            for (unsigned way = 0; way < WAYS; way++) {
                if (way == 0)
                    set_first_byte(w, b, 0x7F);
                ask(query, way, &damaged);
                (*asked)++;
                *told += damaged.status == LIBSEARCH_CORRUPT;
                if (damaged.status != LIBSEARCH_CORRUPT && !is_same(&damaged, &whole[way]))
                    fail_msg("kind %u of w%u and w%u, block %u of w%u damaged, way %u: status %d, %llu found, not %llu",
                             kind, one, other, b, w, way, (int)damaged.status, (unsigned long long)damaged.total,
                             (unsigned long long)whole[way].total);
                if (way == WAYS - 1)
                    set_first_byte(w, b, before);
            }
    }
    query_release(query);
}

static void a_block_that_cannot_be_read_is_told_or_not_needed(void **state)
{
    (void)state;
    size_t asked = 0, told = 0;
    for (unsigned kind = 0; kind < KINDS; kind++)
        for (unsigned one = 0; one < WORDS; one++)
            for (unsigned other = 0; other < WORDS; other++)
                compare(kind, one, other, &asked, &told);
    printf("%zu questions of damaged lists: %zu told of it, the others did not need the block\n", asked, told);
    assert_true(told > asked / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_block_that_cannot_be_read_is_told_or_not_needed),
    };
    return cmocka_run_group_tests(tests, make_fixture, free_fixture);
}
