/* SPDX-License-Identifier: MIT */
/* An index as programs use it: documents put, replaced and deleted, commits, refreshes, merges by policy, compaction;
 * after each the snapshot has the documents that it should, and answers as the oracle does. */
#include "support/unit.h"

#include <string.h>

#include "index/writer.h"
#include "oracle/compare.h"

/* The life of one index. A document is told by its serial number, which it carries as a stored field. */
struct life {
    struct world world;
    struct index_store *store;
    struct index_writer *writer;
    uint32_t *current; /* by id: serial + 1 of what was put last; 0: nothing */
    uint32_t ids, next_serial;
};

static void open_index(struct life *life, struct test_random *random)
{
    const struct schema *schema = life->world.schema;
    libsearch_field *fields = oracle_allocate(schema->count * sizeof *fields);
    struct storage *storage;
    for (size_t f = 0; f < schema->count; f++) {
        fields[f] = (libsearch_field)LIBSEARCH_FIELD_INIT;
        fields[f].name = schema->fields[f]->name;
        fields[f].type = schema->fields[f]->type;
        fields[f].flags = schema->fields[f]->flags;
        fields[f].weight = schema->fields[f]->weight;
        if (fields[f].type == LIBSEARCH_TEXT)
            fields[f].analyzer = analyzer_name(schema->fields[f]->analyzer);
    }
    const struct index_options options = { .analyzer = life->world.shape.analyzer,
                                           .fields = fields,
                                           .field_count = schema->count };
    const struct index_writer_options writing = { .memory = (size_t)1 << (14 + random_below(random, 8)),
                                                  .threads = (unsigned)random_below(random, 4) };
    assert_ok(storage_open_memory(allocator_default(), &storage, NULL));
    assert_ok(index_store_open(allocator_default(), storage, LIBSEARCH_CREATE, &options, &life->store, NULL));
    assert_ok(index_writer_open(life->store, &writing, &life->writer, NULL));
    free(fields);
}

static void put(struct life *life, uint32_t id)
{
    char name[24], serial[16];
    libsearch_document *document = document_new(allocator_default());
    const libsearch_document *like = life->world.documents[life->next_serial];
    for (size_t i = 0; i < like->count; i++)
        assert_ok(document_add(document, &like->values[i], NULL));
    const size_t length = (size_t)sprintf(serial, "%u", life->next_serial);
    const struct document_value value = { "serial", 6, LIBSEARCH_STORED, { serial, length }, 0, 0 };
    assert_ok(document_add(document, &value, NULL));
    assert_ok(index_writer_put(life->writer, world_id(id, name), document, false, NULL));
    document_free(document);
    life->current[id] = ++life->next_serial;
}

static void delete (struct life *life, uint32_t id)
{
    char name[24];
    assert_status(index_writer_delete(life->writer, world_id(id, name), NULL),
                  life->current[id] > 0 ? LIBSEARCH_OK : LIBSEARCH_NOT_FOUND);
    life->current[id] = 0;
}

static uint32_t serial_of(const struct snapshot *snapshot, size_t segment, uint32_t document)
{
    libsearch_document *fetched = document_new(allocator_default());
    assert_ok(segment_fetch(snapshot->segments[segment].segment, snapshot->schema, document, fetched, NULL));
    const struct document_value *value = document_first(fetched, "serial", 6);
    assert_non_null(value);
    const uint32_t serial = (uint32_t)strtoul(value->bytes.data, NULL, 10);
    document_free(fetched);
    return serial;
}

/* The oracle of what the snapshot has; whether that is what should be: the last put of each id lives, in order of put
 * where nothing was reordered. */
static struct oracle oracle_of(struct life *life, const struct snapshot *snapshot, bool in_order)
{
    struct oracle oracle = { .schema = life->world.schema, .words = &life->world.words };
    uint32_t *id_of = oracle_allocate(life->world.shape.documents * sizeof *id_of);
    size_t wanted = 0, found = 0, count = 0;
    int64_t last = -1;
    for (uint32_t id = 0; id < life->ids; id++)
        if (life->current[id] > 0) {
            id_of[life->current[id] - 1] = id + 1;
            wanted++;
        }
    for (size_t s = 0; s < snapshot->segment_count; s++)
        count += segment_count(snapshot->segments[s].segment);
    oracle.documents = oracle_allocate(count * sizeof(struct oracle_document *));
    oracle.live = oracle_allocate(count * sizeof(bool));
    for (size_t s = 0; s < snapshot->segment_count; s++) {
        assert_int_equal(snapshot->segments[s].base, oracle.count);
        for (uint32_t d = 0; d < segment_count(snapshot->segments[s].segment); d++) {
            const uint32_t serial = serial_of(snapshot, s, d);
            assert_true(serial < life->next_serial);
            const struct live *live = snapshot->segments[s].live;
            oracle.documents[oracle.count] = life->world.known[serial];
            oracle.live[oracle.count] = live == NULL || live_has(live, d);
            assert_int_equal(oracle.live[oracle.count], id_of[serial] > 0);
            assert_true(!in_order || (int64_t)serial > last);
            last = serial;
            found += oracle.live[oracle.count++];
        }
    }
    assert_int_equal(found, wanted);
    free(id_of);
    return oracle;
}

static void ask(struct life *life, struct test_random *random, bool in_order, uint64_t questions)
{
    struct snapshot *snapshot;
    assert_ok(index_store_snapshot(life->store, &snapshot, NULL));
    struct oracle oracle = oracle_of(life, snapshot, in_order);
    struct comparison comparison = { &life->world, snapshot, &oracle, false, NULL };
    for (; questions > 0; questions--)
        compare_random(&comparison, random);
    free(oracle.documents);
    free(oracle.live);
    snapshot_release(snapshot);
}

static void live_one_life(uint64_t seed, uint32_t documents, uint64_t questions)
{
    struct test_random random = { seed };
    struct life life = { 0 };
    const struct world_shape shape = world_random_shape(&random, documents);
    world_make(&life.world, &random, &shape);
    life.ids = 1 + (uint32_t)random_below(&random, documents * 2);
    life.current = oracle_allocate(life.ids * sizeof *life.current);
    open_index(&life, &random);
    const uint32_t between = 1 + documents / (1 + (uint32_t)random_below(&random, 8));
    bool in_order = true;
    for (uint32_t step = 0; life.next_serial < documents; step++) {
        if (random_below(&random, 6) == 0)
            delete (&life, (uint32_t)random_below(&random, life.ids));
        else
            put(&life, (uint32_t)random_below(&random, life.ids));
        if (step % between < between - 1)
            continue;
        if (random_below(&random, 4) == 0)
            assert_ok(index_writer_refresh(life.writer, NULL));
        else
            assert_ok(index_writer_commit(life.writer, LIBSEARCH_DURABLE, (libsearch_bytes){ NULL, 0 }, NULL));
        ask(&life, &random, in_order, questions);
        if (random_below(&random, 12) == 0) {
            assert_ok(index_writer_compact(life.writer, 0, NULL));
            ask(&life, &random, in_order, questions);
        }
    }
    in_order = random_below(&random, 4) > 0;
    assert_ok(index_writer_compact(life.writer, in_order ? LIBSEARCH_BIWORDS : LIBSEARCH_REORDER, NULL));
    ask(&life, &random, in_order, questions);
    index_writer_close(life.writer);
    index_store_close(life.store);
    free(life.current);
    world_free(&life.world);
}

static void an_index_answers_as_the_oracle_does_whatever_was_done_to_it(void **state)
{
    (void)state;
    uint64_t seed = world_seed("index");
    const uint64_t lives = world_cases(3000) / 50 + 1;
    for (uint64_t i = 0; i < lives; i++, seed++) {
        struct test_random random = { ~seed };
        const uint32_t documents = 1 + (uint32_t)random_below(&random, random_below(&random, 10) == 0 ? 4000 : 300);
        print_message("LIBSEARCH_TEST_SEED=%llu LIBSEARCH_TEST_CASES=1: %u documents\n", (unsigned long long)seed,
                      documents);
        live_one_life(seed, documents, 12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_answers_as_the_oracle_does_whatever_was_done_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
