/* SPDX-License-Identifier: MIT */
/* A cursor walks what arrays say: documents, frequencies as the model has them, and scores, whether a field is asked
 * for or not, in lists of one document, of one block and of many. */
#include "support/unit.h"

#include <string.h>

#include "search/term_cursor.h"
#include "support/random.h"

enum { MOST = 3000, FIELDS = 3 };

/* How often each document has the term in title (weight 2.5), text (1) and tail (0.5), and how many other words. */
struct arrays {
    uint32_t count;
    uint32_t times[MOST][FIELDS], others[MOST][FIELDS];
};

static const char *const names[FIELDS] = { "title", "text", "tail" };
static const float weights[FIELDS] = { 2.5f, 1, 0.5f };

struct fixture {
    struct arrays arrays;
    struct schema *schema;
    struct storage *storage;
    struct segment *segment;
    struct arena arena;
    struct norms norms;
    float side_weights[FIELDS];
};

static void fill(struct arrays *arrays, struct test_random *random, uint32_t count, uint64_t rarity)
{
    memset(arrays, 0, sizeof *arrays);
    arrays->count = count;
    for (uint32_t d = 0; d < count; d++) {
        const bool has = random_below(random, rarity) == 0;
        for (unsigned f = 0; f < FIELDS; f++) {
            arrays->times[d][f] = has && random_below(random, 2) ? (uint32_t)random_size(random, 5) : 0;
            arrays->others[d][f] = (uint32_t)random_below(random, 6);
        }
    }
    const uint32_t one = (uint32_t)random_below(random, count);
    arrays->times[one][random_below(random, FIELDS)] += 2;
}

static void add_text(libsearch_document *document, const struct arrays *arrays, uint32_t d, unsigned f)
{
    char text[4096];
    size_t length = 0;
    for (uint32_t i = 0; i < arrays->times[d][f]; i++)
        length += (size_t)sprintf(text + length, "term ");
    for (uint32_t i = 0; i < arrays->others[d][f]; i++)
        length += (size_t)sprintf(text + length, "other ");
    const struct document_value value = {
        names[f], (uint32_t)strlen(names[f]), LIBSEARCH_TEXT, { text, length }, 0, 0
    };
    if (length > 0)
        assert_ok(document_add(document, &value, NULL));
}

static void build(struct fixture *f)
{
    struct segment_builder *builder;
    uint64_t length;
    assert_ok(schema_new(allocator_default(), "standard", &f->schema, NULL));
    for (unsigned i = 0; i < FIELDS; i++) {
        libsearch_field field = LIBSEARCH_FIELD_INIT;
        field.name = names[i];
        field.weight = weights[i];
        assert_ok(schema_add(f->schema, &field, NULL, NULL));
        f->side_weights[i] = weights[i] - 1.0f;
    }
    assert_ok(storage_open_memory(allocator_default(), &f->storage, NULL));
    assert_ok(segment_builder_new(allocator_default(), f->schema, f->storage, "s", &builder, NULL));
    for (uint32_t d = 0; d < f->arrays.count; d++) {
        char id[16];
        libsearch_document *document = document_new(allocator_default());
        for (unsigned i = 0; i < FIELDS; i++)
            add_text(document, &f->arrays, d, i);
        assert_ok(segment_builder_add(builder, (libsearch_bytes){ id, (size_t)sprintf(id, "%u", d) }, document, NULL));
        document_free(document);
    }
    assert_ok(segment_builder_finish(builder, false, &length, NULL));
    assert_ok(segment_open(allocator_default(), f->schema, f->storage, "s", false, &f->segment, NULL));
    arena_init(&f->arena, allocator_default());
    const struct model model = { .kind = MODEL_BM25, .k1 = 1.2f, .b = 0.75f };
    norms_init(&f->norms, &model, 9);
}

static void release(struct fixture *f)
{
    arena_free(&f->arena);
    segment_release(f->segment);
    storage_close(f->storage);
    schema_release(f->schema);
}

/* What the arrays say of a document: f for a field (SCHEMA_NO_FIELD: all, weighted or not) and the length. */
static float wanted_frequency(const struct fixture *f, uint32_t d, uint16_t field, bool weighted)
{
    const uint32_t *times = f->arrays.times[d];
    if (field != SCHEMA_NO_FIELD)
        return (float)times[field];
    float frequency = (float)(times[0] + times[1] + times[2]);
    for (unsigned i = 0; i < FIELDS && weighted; i++)
        frequency += (weights[i] - 1.0f) * (float)times[i];
    return frequency;
}

static uint32_t wanted_length(const struct fixture *f, uint32_t d, uint16_t field, bool weighted)
{
    uint32_t length = 0;
    for (unsigned i = 0; i < FIELDS; i++) {
        const uint32_t words = f->arrays.times[d][i] + f->arrays.others[d][i];
        if (field == i)
            return words;
        length += weighted ? (uint32_t)(weights[i] * (float)words + 0.5f) : words;
    }
    return length;
}

static uint32_t wanted_next(const struct fixture *f, uint32_t from, uint16_t field)
{
    for (uint32_t d = from; d < f->arrays.count; d++)
        if (wanted_frequency(f, d, field, false) > 0)
            return d;
    return NO_DOCUMENT;
}

/* Seeks by steps of about `step` and looks at what is found; stops at a random place now and then. */
static void walk(struct fixture *f, struct test_random *random, uint16_t field, bool weighted, uint64_t step)
{
    struct posting_list list;
    assert_ok(segment_list(f->segment, 0, "term", 4, &list, NULL));
    const struct plan_term term = {
        .field = field, .bytes = "term", .length = 4, .weight = 2.75f, .norms = &f->norms, .weighted = weighted
    };
    static struct term_cursor cursor;
    term_cursor_open(&cursor, f->segment, &term, &list, weighted ? f->side_weights : NULL, &f->arena);
    for (uint32_t from = 0;;) {
        from += (uint32_t)random_below(random, step);
        const uint32_t wanted = wanted_next(f, from, field);
        assert_true(term_cursor_least(&cursor, from) <= wanted);
        assert_int_equal(term_cursor_seek(&cursor, from), wanted);
        assert_int_equal(term_cursor_seek(&cursor, from), wanted); /* again is no move */
        assert_false(cursor.damaged);
        if (wanted == NO_DOCUMENT)
            return;
        if (random_below(random, 3) == 0) {
            assert_true(term_cursor_frequencies(&cursor));
            const float frequency = wanted_frequency(f, wanted, field, weighted);
            const float inverse = norms_inverse(&f->norms, wanted_length(f, wanted, field, weighted));
            assert_true(cursor.frequencies[cursor.index] == frequency);
            assert_true(term_cursor_score(&cursor, cursor.index, wanted) == score_of(2.75f, frequency, inverse));
            assert_true(term_cursor_scores(&cursor));
            assert_true(cursor.scores[cursor.index] == score_of(2.75f, frequency, inverse));
        }
        from = wanted + (uint32_t)random_below(random, 2);
    }
}

static void a_cursor_finds_what_the_arrays_say(void **state)
{
    (void)state;
    struct test_random random = random_start("cursor");
    static const uint64_t rarities[] = { 1, 2, 7, 60, 1000000 };
    static struct fixture f;
    for (unsigned round = 0; round < 30; round++) {
        fill(&f.arrays, &random, 1 + (uint32_t)random_below(&random, round < 10 ? 20 : MOST),
             rarities[random_below(&random, 5)]);
        build(&f);
        for (unsigned i = 0; i < 10; i++) {
            const uint16_t field = random_below(&random, 2) ? SCHEMA_NO_FIELD : (uint16_t)random_below(&random, FIELDS);
            walk(&f, &random, field, field == SCHEMA_NO_FIELD && random_below(&random, 2),
                 1 + random_size(&random, 10));
        }
        release(&f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cursor_finds_what_the_arrays_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
