/* SPDX-License-Identifier: MIT */
/* How much a search looks at: what cannot be among the best, or is known without looking, is not decoded. The calls of
 * postings/ and of the scoring kernels are counted, and held against what the documents say would be enough.
 *
 * All documents have the same length, so that a score is told by frequencies alone. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

#include "postings/posting_list.h"
#include "search/kernels.h"
#include "search/list_walk.h"
#include "search/one_segment.h"
#include "search/trees.h"

enum { DOCUMENTS = 40000, LENGTH = 40, WORDS = 9 };
enum {
    HIGH = 3 * 1237,
    HIGHS = (DOCUMENTS + HIGH - 1) / HIGH,
    RARE = 6 * 401,
    RARES = (DOCUMENTS + RARE - 1) / RARE,
    PHRASE_EACH = 2500,
    PHRASES = DOCUMENTS / PHRASE_EACH,
    LONE_EACH = 1000
};
enum { ALL, EVEN, THIRD, RARELY, FRONT, BACK, SEVENTH, TWENTIETH, RAREST };

static struct one_segment only;

static struct {
    unsigned blocks, frequencies, opened, read, looked_for;
    size_t scored;
} work;

bool __real_posting_block_documents(const struct posting_list *list, uint32_t b, struct posting_block *block);
bool __wrap_posting_block_documents(const struct posting_list *list, uint32_t b, struct posting_block *block);
bool __real_posting_block_bare(const struct posting_list *list, uint32_t b, struct posting_block *block);
bool __wrap_posting_block_bare(const struct posting_list *list, uint32_t b, struct posting_block *block);
bool __real_posting_block_frequencies(const struct posting_list *list, struct posting_block *block);
bool __wrap_posting_block_frequencies(const struct posting_list *list, struct posting_block *block);
bool __real_posting_positions_open(const struct posting_list *list, const struct posting_block *block, uint64_t offset,
                                   struct posting_positions *positions);
bool __wrap_posting_positions_open(const struct posting_list *list, const struct posting_block *block, uint64_t offset,
                                   struct posting_positions *positions);
bool __real_posting_positions_read(struct posting_positions *positions, uint32_t i, uint32_t *places);
bool __wrap_posting_positions_read(struct posting_positions *positions, uint32_t i, uint32_t *places);
const uint32_t *__real_posting_positions_steps(struct posting_positions *positions, uint32_t i, uint32_t *room);
const uint32_t *__wrap_posting_positions_steps(struct posting_positions *positions, uint32_t i, uint32_t *room);
bool __real_list_walk_keep(struct list_walk *walk, uint32_t *documents, size_t *n);
bool __wrap_list_walk_keep(struct list_walk *walk, uint32_t *documents, size_t *n);
void __real_kernel_scores(const uint32_t *documents, const float *frequencies, size_t n,
                          const struct score_parts *parts, float *scores);
void __wrap_kernel_scores(const uint32_t *documents, const float *frequencies, size_t n,
                          const struct score_parts *parts, float *scores);

bool __wrap_posting_block_documents(const struct posting_list *list, uint32_t b, struct posting_block *block)
{
    work.blocks++;
    return __real_posting_block_documents(list, b, block);
}

bool __wrap_posting_block_bare(const struct posting_list *list, uint32_t b, struct posting_block *block)
{
    work.blocks++;
    return __real_posting_block_bare(list, b, block);
}

bool __wrap_posting_block_frequencies(const struct posting_list *list, struct posting_block *block)
{
    work.frequencies++;
    return __real_posting_block_frequencies(list, block);
}

bool __wrap_posting_positions_open(const struct posting_list *list, const struct posting_block *block, uint64_t offset,
                                   struct posting_positions *positions)
{
    work.opened++;
    return __real_posting_positions_open(list, block, offset, positions);
}

bool __wrap_posting_positions_read(struct posting_positions *positions, uint32_t i, uint32_t *places)
{
    work.read++;
    return __real_posting_positions_read(positions, i, places);
}

const uint32_t *__wrap_posting_positions_steps(struct posting_positions *positions, uint32_t i, uint32_t *room)
{
    work.read++;
    return __real_posting_positions_steps(positions, i, room);
}

bool __wrap_list_walk_keep(struct list_walk *walk, uint32_t *documents, size_t *n)
{
    work.looked_for++;
    return __real_list_walk_keep(walk, documents, n);
}

void __wrap_kernel_scores(const uint32_t *documents, const float *frequencies, size_t n,
                          const struct score_parts *parts, float *scores)
{
    work.scored += n;
    __real_kernel_scores(documents, frequencies, n, parts, scores);
}

/* How often word w stands in document d: "all" in each; "even", "third", "seventh" and "twentieth" in those of these numbers
 * (or of one more), third twelve times in HIGHS of them; "rare" in RARES of them, "rarest" in three; "front" and "back" in
 * every fifth, one behind the other in every tenth, six times in PHRASES of these; front eight times in others, where back
 * stands once. */
static const char *const names[WORDS] = { "all",  "even",    "third",     "rare",  "front",
                                          "back", "seventh", "twentieth", "rarest" };

static bool is_phrase(uint32_t d) { return d % PHRASE_EACH == 10; }

static unsigned frequency_of(unsigned w, uint32_t d)
{
    switch (w) {
    case 0: return 1;
    case 1: return d % 2 == 0;
    case 2: return d % HIGH == 0 ? 12 : d % 3 == 0;
    case 3: return d % RARE == 0;
    case 4: return d % 5 != 0 ? 0 : is_phrase(d) ? 6 : d % LONE_EACH == 0 ? 8 : 1;
    case 5: return d % 5 != 0 ? 0 : is_phrase(d) ? 6 : 1;
    case 6: return d % 7 == 0;
    case 7: return d % 20 == 1;
    case 8: return d % 19001 == 1001;
    default: return 0;
    }
}

static void add(uint32_t d)
{
    char text[LENGTH * 8];
    int length = 0;
    unsigned tokens = 0;
    for (unsigned w = 0; w < WORDS; w++)
        for (unsigned i = 0; i < (w == FRONT || w == BACK ? 0 : frequency_of(w, d)); i++, tokens++)
            length += sprintf(text + length, "%s ", names[w]);
    /* The fronts but one, then the last and the first back; apart where the number is odd. */
    const unsigned fronts = frequency_of(FRONT, d), backs = frequency_of(BACK, d);
    for (unsigned i = 0; i < fronts || i < backs; i++) {
        if (i < fronts)
            length += sprintf(text + length, "front ");
        if (d % 2 == 1)
            length += sprintf(text + length, "apart ");
        if (i >= fronts - backs)
            length += sprintf(text + length, "back ");
    }
    for (tokens += fronts + backs + (d % 2 == 1 ? fronts : 0); tokens < LENGTH; tokens++)
        length += sprintf(text + length, "filler ");
    one_segment_add(&only, d, text);
}

static int make_fixture(void **state)
{
    libsearch_field field = LIBSEARCH_FIELD_INIT;
    (void)state;
    field.name = "text";
    one_segment_begin(&only, &field, 1);
    for (uint32_t d = 0; d < DOCUMENTS; d++)
        add(d);
    one_segment_finish(&only);
    return 0;
}

static int free_fixture(void **state)
{
    (void)state;
    one_segment_free(&only);
    return 0;
}

static libsearch_query *both(libsearch_query *one, libsearch_occur first, libsearch_query *other,
                             libsearch_occur second)
{
    return tree_of_two(QUERY_BOOLEAN, 0, one, first, other, second);
}

/* Asks for the `count` best, and counts the work. */
static uint64_t ask(libsearch_query *query, size_t count, libsearch_total total, const char *what)
{
    static struct search_hit hits[DOCUMENTS];
    struct search_answer answer = { .hits = hits };
    const struct search_request request = { .query = query, .count = count, .total = total, .memory = SIZE_MAX };
    memset(&work, 0, sizeof work);
    assert_ok(search_run(&only.snapshot, &request, &answer, NULL));
    query_release(query);
    printf("%s: %u blocks, %u with frequencies, %zu scored; places of %u blocks, of %u documents; %llu found\n", what,
           work.blocks, work.frequencies, work.scored, work.opened, work.read, (unsigned long long)answer.total);
    return answer.total;
}

/* How many documents have a word, as blocks of postings. */
static unsigned blocks_of(unsigned w)
{
    unsigned documents = 0;
    for (uint32_t d = 0; d < DOCUMENTS; d++)
        documents += frequency_of(w, d) > 0;
    return (documents + POSTING_BLOCK - 1) / POSTING_BLOCK;
}

static libsearch_query *near_each_other(void)
{
    return tree_of_two(QUERY_NEAR, 3, tree_words(QUERY_TEXT, 0, "front"), LIBSEARCH_SHOULD,
                       tree_words(QUERY_TEXT, 0, "back"), LIBSEARCH_SHOULD);
}

static libsearch_query *of_rare(libsearch_query *query)
{
    return both(query, LIBSEARCH_MUST, tree_words(QUERY_TEXT, 0, "rare"), LIBSEARCH_FILTER);
}

/* Of a common word, only the few documents that have it most often are scored, with or without another word. */
static void blocks_that_cannot_have_the_best_are_passed_over(void **state)
{
    (void)state;
    ask(tree_words(QUERY_TEXT, 0, "third"), 10, LIBSEARCH_TOTAL_NONE, "third");
    assert_in_range(work.blocks, 10, HIGHS);
    assert_in_range(work.scored, 10, 2 * HIGHS);
    ask(tree_words(QUERY_TEXT, 0, "third even"), 10, LIBSEARCH_TOTAL_NONE, "third even");
    assert_in_range(work.blocks, 10, 2 * HIGHS);
    assert_in_range(work.scored, 10, HIGHS * POSTING_BLOCK + 10);
}

/* A rare word leads. */
static void what_all_must_have_is_looked_for_where_the_rarest_is(void **state)
{
    (void)state;
    ask(tree_words(QUERY_TEXT, QUERY_FLAG_ALL, "rare third"), 10, LIBSEARCH_TOTAL_NONE, "rare and third");
    assert_in_range(work.blocks, 2, 1 + RARES);
    assert_in_range(work.scored, 10, 3 * RARES);
    ask(tree_words(QUERY_PHRASE, 0, "rare front"), 10, LIBSEARCH_TOTAL_NONE, "rare front as a phrase");
    assert_in_range(work.blocks, 2, 1 + RARES);
    assert_in_range(work.read, 0, 2 * RARES);
}

/* Of a phrase, places are read where both words stand often enough. */
static void places_are_read_only_where_they_may_matter(void **state)
{
    (void)state;
    ask(tree_words(QUERY_PHRASE, 0, "front back"), 1, LIBSEARCH_TOTAL_NONE, "front back as a phrase");
    /* One block whole, then those that have both words as often as the best. */
    assert_in_range(work.read, 2, 2 * (POSTING_BLOCK + PHRASES - 1));
    ask(tree_words(QUERY_PHRASE, 0, "front back"), 0, LIBSEARCH_TOTAL_EXACT, "front back as a phrase, counted");
    assert_in_range(work.opened, 2, blocks_of(FRONT) + blocks_of(BACK)); /* each block once */
    ask(near_each_other(), 10, LIBSEARCH_TOTAL_NONE, "front near back");
    assert_in_range(work.opened, 2, blocks_of(FRONT) + blocks_of(BACK));
}

/* Documents that a rare filter leaves are all that others are asked for. */
static void a_rare_filter_is_looked_at_first(void **state)
{
    (void)state;
    ask(of_rare(tree_words(QUERY_TEXT, 0, "third")), 10, LIBSEARCH_TOTAL_NONE, "third, of rare");
    assert_in_range(work.frequencies, 1, RARES);
    assert_in_range(work.scored, RARES, RARES * POSTING_BLOCK);
    ask(of_rare(tree_words(QUERY_TEXT, 0, "third even")), 10, LIBSEARCH_TOTAL_NONE, "third even, of rare");
    assert_in_range(work.frequencies, 2, 2 * RARES);
    ask(of_rare(near_each_other()), 10, LIBSEARCH_TOTAL_NONE, "front near back, of rare");
    assert_in_range(work.read, 2, 2 * RARES);
    ask(both(tree_words(QUERY_TEXT, 0, "rare"), LIBSEARCH_MUST, near_each_other(), LIBSEARCH_MUST), 10,
        LIBSEARCH_TOTAL_NONE, "rare and front near back");
    assert_in_range(work.read, 2, 2 * RARES);
    ask(of_rare(tree_words(QUERY_PHRASE, 0, "front back")), 10, LIBSEARCH_TOTAL_NONE,
        "front back as a phrase, of rare");
    assert_in_range(work.read, 2, 2 * RARES);
}

/* What is counted needs no frequencies, and often no documents. */
static void counting_decodes_what_must_be_compared(void **state)
{
    (void)state;
    const unsigned third = blocks_of(THIRD), even = blocks_of(EVEN);
    assert_int_equal(ask(tree_words(QUERY_TEXT, 0, "third"), 0, LIBSEARCH_TOTAL_EXACT, "third counted"),
                     (DOCUMENTS + 2) / 3);
    assert_int_equal(work.blocks, 0);
    assert_int_equal(ask(tree_words(QUERY_TEXT, 0, "third even"), 0, LIBSEARCH_TOTAL_EXACT, "third or even counted"),
                     (DOCUMENTS + 2) / 3 + DOCUMENTS / 2 - (DOCUMENTS + 5) / 6);
    assert_in_range(work.blocks, 0, third + even);
    assert_int_equal(work.frequencies, 0);
    ask(tree_words(QUERY_TEXT, 0, "third even seventh"), 0, LIBSEARCH_TOTAL_EXACT, "third, even or seventh counted");
    assert_int_equal(work.looked_for, 0); /* none has most of what there is: all are marked */
    assert_int_equal(ask(tree_words(QUERY_TEXT, 0, "rare even"), 0, LIBSEARCH_TOTAL_EXACT, "rare or even counted"),
                     DOCUMENTS / 2);
    assert_in_range(work.blocks, 1, 1 + RARES); /* all of even count, but for those that rare has */
    assert_int_equal(ask(tree_words(QUERY_TEXT, 0, "rarest twentieth"), 0, LIBSEARCH_TOTAL_EXACT,
                         "rarest or twentieth counted"),
                     DOCUMENTS / 20 + 2);
    assert_in_range(work.blocks, 1, 1 + 3); /* no bitmap there: three documents are looked for */
    assert_int_equal(ask(tree_words(QUERY_TEXT, QUERY_FLAG_ALL, "third even"), 0, LIBSEARCH_TOTAL_EXACT,
                         "third and even counted"),
                     (DOCUMENTS + 5) / 6);
    assert_in_range(work.blocks, 0, third + even);
    assert_int_equal(work.frequencies, 0);
    assert_int_equal(ask(tree_words(QUERY_TEXT, QUERY_FLAG_ALL, "rare third"), 0, LIBSEARCH_TOTAL_EXACT,
                         "rare and third counted"),
                     RARES);
    assert_in_range(work.blocks, 1, 1 + RARES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_that_cannot_have_the_best_are_passed_over),
        cmocka_unit_test(what_all_must_have_is_looked_for_where_the_rarest_is),
        cmocka_unit_test(places_are_read_only_where_they_may_matter),
        cmocka_unit_test(a_rare_filter_is_looked_at_first),
        cmocka_unit_test(counting_decodes_what_must_be_compared),
    };
    return cmocka_run_group_tests(tests, make_fixture, free_fixture);
}
