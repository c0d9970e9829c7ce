/* SPDX-License-Identifier: MIT */
/* Biwords beside the slowest way to find them: every word of a document held against every other. */
#include "segment/oracle.h"

#include <stdlib.h>

#include "support/failing_allocator.h"

enum { MOST_TERMS = 8192 };

/* One word right behind another. */
struct meeting {
    uint32_t first, second; /* numbers of terms */
    uint32_t document, position;
};

/* What the texts say. */
struct truth {
    struct oracle oracle;
    const struct oracle_word *terms[MOST_TERMS]; /* of the default group: where each is met first */
    uint32_t documents[MOST_TERMS];
    uint32_t term_count;
    struct meeting *meetings; /* sorted, each once */
    size_t count;
};

static int by_all(const void *a, const void *b)
{
    const struct meeting *one = a, *other = b;
    const uint32_t ones[] = { one->first, one->second, one->document, one->position };
    const uint32_t others[] = { other->first, other->second, other->document, other->position };
    for (size_t i = 0; i < 4; i++)
        if (ones[i] != others[i])
            return ones[i] < others[i] ? -1 : 1;
    return 0;
}

/* Numbers the terms; `numbers` gets that of each of the oracle's words. */
static size_t number_terms(struct truth *truth, uint32_t *numbers)
{
    const struct oracle_word *words = truth->oracle.words;
    size_t i = 0;
    for (; i < truth->oracle.count && words[i].list == 0; i++) {
        const bool same = i > 0 && strcmp(words[i - 1].term, words[i].term) == 0;
        if (!same) {
            assert_true(truth->term_count < MOST_TERMS);
            truth->terms[truth->term_count] = &words[i];
            truth->documents[truth->term_count++] = 0;
        }
        if (!same || words[i].document != words[i - 1].document)
            truth->documents[truth->term_count - 1]++;
        numbers[i] = truth->term_count - 1;
    }
    return i;
}

static void find_meetings(struct truth *truth, const uint32_t *numbers, size_t words, uint32_t documents)
{
    size_t capacity = 0, kept = 0, *in_document = malloc((words + 1) * sizeof *in_document);
    for (uint32_t d = 0; d < documents; d++) {
        size_t n = 0;
        for (size_t i = 0; i < words; i++)
            if (truth->oracle.words[i].document == d)
                in_document[n++] = i;
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                const struct oracle_word *one = &truth->oracle.words[in_document[i]];
                if (truth->oracle.words[in_document[j]].position != one->position + 1)
                    continue;
                if (truth->count == capacity)
                    truth->meetings =
                        realloc(truth->meetings, (capacity = 2 * capacity + 64) * sizeof *truth->meetings);
                truth->meetings[truth->count++] =
                    (struct meeting){ numbers[in_document[i]], numbers[in_document[j]], d, one->position };
            }
    }
    free(in_document);
    qsort(truth->meetings, truth->count, sizeof *truth->meetings, by_all);
    for (size_t i = 0; i < truth->count; i++)
        if (kept == 0 || by_all(&truth->meetings[kept - 1], &truth->meetings[i]) != 0)
            truth->meetings[kept++] = truth->meetings[i];
    truth->count = kept;
}

static void truth_make(struct truth *truth, const struct collection *collection)
{
    memset(truth, 0, sizeof *truth);
    oracle_make(&truth->oracle, collection);
    uint32_t *numbers = malloc((truth->oracle.count + 1) * sizeof *numbers);
    const size_t words = number_terms(truth, numbers);
    find_meetings(truth, numbers, words, collection->count);
    free(numbers);
}

static void truth_free(struct truth *truth)
{
    oracle_free(&truth->oracle);
    free(truth->meetings);
}

/* Compares a list with meetings [from, to) of its two words. */
static void compare_list(const struct truth *truth, const struct posting_list *list, size_t from, size_t to)
{
    struct posting_block block;
    for (uint32_t b = 0; b < list->blocks; b++) {
        assert_true(posting_block_documents(list, b, &block) && posting_block_frequencies(list, &block));
        for (uint32_t i = 0; i < block.count; i++) {
            size_t end = from;
            while (end < to && truth->meetings[end].document == truth->meetings[from].document)
                end++;
            assert_true(from < to);
            assert_int_equal(block.documents[i], truth->meetings[from].document);
            assert_int_equal(block.frequencies[i], end - from);
            from = end;
        }
    }
    assert_int_equal(from, to);
}

struct seen {
    size_t unknown, never, lists;
};

/* Asks the segment for every two terms. */
static struct seen compare(const struct truth *truth, const struct segment *segment, uint32_t least)
{
    struct seen seen = { 0 };
    size_t at = 0;
    struct posting_list *lists = malloc((truth->term_count + 1) * sizeof *lists);
    for (uint32_t t = 0; t < truth->term_count; t++)
        assert_ok(segment_list(segment, 0, truth->terms[t]->term, strlen(truth->terms[t]->term), &lists[t], NULL));
    for (uint32_t first = 0; first < truth->term_count; first++)
        for (uint32_t second = 0; second < truth->term_count; second++) {
            struct posting_list list;
            enum biword_known known;
            const size_t from = at;
            while (at < truth->count && truth->meetings[at].first == first && truth->meetings[at].second == second)
                at++;
            assert_ok(segment_biword(segment, &lists[first], &lists[second], &known, &list, NULL));
            if (truth->documents[first] < least || truth->documents[second] < least) {
                assert_int_equal(known, BIWORD_UNKNOWN);
                seen.unknown++;
            } else if (from == at) {
                assert_int_equal(known, BIWORD_NEVER);
                seen.never++;
            } else {
                assert_int_equal(known, BIWORD_LIST);
                compare_list(truth, &list, from, at);
                seen.lists++;
            }
        }
    assert_int_equal(at, truth->count);
    free(lists);
    return seen;
}

static struct segment *with_biwords(const struct collection *collection, struct storage *storage, const char *from,
                                    const char *name, uint32_t least)
{
    struct segment *plain = collection_open(collection, storage, from);
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    uint64_t length;
    assert_false(segment_has_biwords(plain));
    if (segment_add_biwords(allocator_default(), storage, name, plain, least, NULL, false, &length, &error) !=
        LIBSEARCH_OK)
        fail_msg("%s", error.message);
    segment_release(plain);
    struct segment *segment = collection_open(collection, storage, name);
    assert_true(segment_has_biwords(segment));
    assert_int_equal(segment_bytes(segment), length);
    return segment;
}

static void assert_sound(struct segment *segment)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    if (segment_check(segment, NULL, NULL, NULL, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
}

static void every_two_words_have_the_documents_that_they_meet_in(void **state)
{
    static struct truth truth;
    static const struct {
        enum collection_shape shape;
        uint32_t documents, least;
    } cases[] = { { COLLECTION_PLAIN, 1, 1 },   { COLLECTION_PLAIN, 40, 3 },   { COLLECTION_FULL, 30, 1 },
                  { COLLECTION_FULL, 150, 20 }, { COLLECTION_PLACED, 100, 5 }, { COLLECTION_PLAIN, 700, 40 } };
    struct test_random random = random_start(__func__);
    struct seen all = { 0 };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct collection collection;
        struct storage *storage;
        collection_make(&collection, &random, cases[i].shape, cases[i].documents);
        assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
        collection_build(&collection, storage, "plain", 0, cases[i].documents, NULL);
        struct segment *segment = with_biwords(&collection, storage, "plain", "with", cases[i].least);
        truth_make(&truth, &collection);
        const struct seen seen = compare(&truth, segment, cases[i].least);
        assert_sound(segment);
        all.unknown += seen.unknown;
        all.never += seen.never;
        all.lists += seen.lists;
        truth_free(&truth);
        segment_release(segment);
        storage_close(storage);
        collection_free(&collection);
    }
    printf("%zu words side by side of which nothing is kept, %zu that never meet, %zu lists\n", all.unknown, all.never,
           all.lists);
    assert_true(all.unknown > 1000 && all.never > 1000 && all.lists > 1000);
}

/* All sections but the biwords are those of the segment that they were added to; the same ones come of the same documents,
 * and a merge drops them. */
static void they_are_added_and_dropped(void **state)
{
    struct test_random random = random_start(__func__);
    struct collection collection;
    struct storage *storage;
    uint64_t length;
    (void)state;
    collection_make(&collection, &random, COLLECTION_FULL, 400);
    assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
    collection_build(&collection, storage, "plain", 0, 400, NULL);
    struct segment *one = with_biwords(&collection, storage, "plain", "one", 7);
    struct segment *other = with_biwords(&collection, storage, "plain", "other", 7);
    assert_same_segments(storage, "one", "other");
    const struct segment_input input = { one, NULL, NULL };
    assert_ok(segment_merge(allocator_default(), collection.schema, storage, "merged", &input, 1, 0, NULL, false,
                            &length, NULL));
    assert_same_segments(storage, "plain", "merged");
    assert_ok(segment_add_biwords(allocator_default(), storage, "twice", one, 7, NULL, false, &length, NULL));
    assert_same_segments(storage, "one", "twice");
    segment_release(one);
    segment_release(other);
    storage_close(storage);
    collection_free(&collection);
}

/* Without a number of documents to go by: a part of them, and not below a least. */
static void how_common_a_word_must_be_goes_by_the_documents(void **state)
{
    struct test_random random = random_start(__func__);
    static const uint32_t sizes[] = { 200, 6000 };
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct collection collection;
        struct storage *storage;
        collection_make(&collection, &random, COLLECTION_PLAIN, sizes[i]);
        assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
        collection_build(&collection, storage, "plain", 0, sizes[i], NULL);
        struct segment *segment = with_biwords(&collection, storage, "plain", "with", 0);
        assert_int_equal(segment->biwords.least,
                         sizes[i] / BIWORDS_PART > BIWORDS_LEAST ? sizes[i] / BIWORDS_PART : BIWORDS_LEAST);
        assert_int_equal(segment->biwords.words > 0, i == 1);
        assert_sound(segment);
        segment_release(segment);
        storage_close(storage);
        collection_free(&collection);
    }
}

static void short_memory_is_told_and_leaves_nothing(void **state)
{
    struct test_random random = random_start(__func__);
    struct collection collection;
    struct storage *storage;
    size_t cases = 0;
    (void)state;
    collection_make(&collection, &random, COLLECTION_FULL, 12);
    assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
    collection_build(&collection, storage, "plain", 0, 12, NULL);
    for (int once = 0; once < 2; once++) {
        libsearch_status status = LIBSEARCH_NO_MEMORY;
        for (size_t fail_at = 1; status != LIBSEARCH_OK; fail_at++, cases++) {
            struct failing_allocator failing;
            struct segment *plain = collection_open(&collection, storage, "plain");
            uint64_t length;
            bool there;
            failing_allocator_init(&failing, fail_at);
            failing.once = once;
            status = segment_add_biwords(&failing.allocator, storage, "with", plain, 1, NULL, false, &length, NULL);
            assert_true(status == LIBSEARCH_OK || status == LIBSEARCH_NO_MEMORY);
            assert_int_equal(failing.blocks, 0);
            assert_ok(storage_exists(storage, "with", &there, NULL));
            assert_int_equal(there, status == LIBSEARCH_OK);
            segment_release(plain);
        }
        assert_ok(storage_remove(storage, "with", NULL));
    }
    printf("%zu cases\n", cases);
    assert_true(cases > 200);
    storage_close(storage);
    collection_free(&collection);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_two_words_have_the_documents_that_they_meet_in),
        cmocka_unit_test(they_are_added_and_dropped),
        cmocka_unit_test(how_common_a_word_must_be_goes_by_the_documents),
        cmocka_unit_test(short_memory_is_told_and_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
