/* SPDX-License-Identifier: MIT */
/* The test is tested: with any one rule of io/durability.h broken, the enumeration of power cuts finds something lost.
 * This program has io/ and index/ compiled with LIBSEARCH_BREAK_RULES; nothing else has.
 *
 * LIBSEARCH_RULE=NAME: that one alone. */
#include "support/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "index/power_cut.h"
#include "io/durability.h"
#include "support/system_calls.h"

enum durability_rule broken_rule = RULE_COUNT;

static const struct {
    const char *name, *text;
} RULES[] = {
#define RULE_TEXT(name, text) { #name, text },
    DURABILITY_RULES(RULE_TEXT)
#undef RULE_TEXT
};

/* A short life of an index on a real directory, its system calls recorded. made: somebody made the folder before, and
 * died; else two folders are missing above it. */
static void live_on_disk(struct history *history, bool made)
{
    char root[] = "/tmp/libsearch-test-XXXXXX", path[128], command[128];
    struct storage *storage;
    struct index_store *store;
    struct index_writer *writer;
    struct model model = { 0 };
    *history = (struct history){ .recording = recording_new_unnamed() };
    assert_non_null(mkdtemp(root));
    snprintf(path, sizeof path, "%s/%s", root, made ? "index" : "a/b/index");
    system_calls_record(history->recording, path);
    system_calls_skip_syncs(true);
    if (made)
        assert_int_equal(mkdir(path, 0777), 0);
    assert_ok(storage_open_posix(allocator_default(), path, true, false, &storage, NULL));
    assert_ok(index_store_open(allocator_default(), storage, LIBSEARCH_CREATE, NULL, &store, NULL));
    history_add(history, &model, true);
    assert_ok(index_writer_open(store, NULL, &writer, NULL));
    for (unsigned i = 0; i < 6; i++) {
        char id[24];
        snprintf(id, sizeof id, "%u", i);
        assert_ok(put(writer, id, "on disk", NULL));
        model_put(&model, id, "on disk");
        const bool durable = i % 3 != 1;
        assert_ok(index_writer_commit(writer, durable ? LIBSEARCH_DURABLE : LIBSEARCH_PROCESS, NO_BYTES, NULL));
        history_add(history, &model, durable);
    }
    assert_ok(remove_id(writer, "2", NULL));
    model_delete(&model, "2");
    assert_ok(index_writer_compact(writer, 0, NULL));
    history_add(history, &model, true);
    index_writer_close(writer);
    index_store_close(store);
    system_calls_record(NULL, NULL);
    system_calls_skip_syncs(false);
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    assert_int_equal(system(command), 0);
    model_free(&model);
}

/* The same on a real directory. */
static bool is_seen_on_disk(enum durability_rule rule, struct power_cuts *cuts)
{
    bool good = true;
    for (unsigned made = 0; made < 2 && good; made++) {
        struct history history;
        broken_rule = rule;
        live_on_disk(&history, made);
        broken_rule = RULE_COUNT;
        good = power_cuts_try(cuts, &history, 1000 + made);
        history_free(&history);
        power_cuts_forget(cuts);
    }
    return !good;
}

/* Tries workloads until one loses something; what it was. */
static bool is_seen(enum durability_rule rule, struct power_cuts *cuts)
{
    bool good = true;
    if (rule >= RULE_POSIX_SYNC_OUTPUT)
        return is_seen_on_disk(rule, cuts);
    for (unsigned workload = 0; workload < WORKLOADS && good; workload++) {
        struct history history;
        broken_rule = rule;
        workload_make(workload, &history);
        good = power_cuts_try(cuts, &history, workload);
        broken_rule = RULE_COUNT;
        history_free(&history);
        power_cuts_forget(cuts);
    }
    return !good;
}

static void every_rule_that_is_broken_loses_something(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* it tests another test, and the optimised build does it */
#endif
    const char *only = getenv("LIBSEARCH_RULE");
    unsigned seen = 0, tried = 0;
    for (int rule = 0; rule < RULE_COUNT; rule++) {
        struct power_cuts cuts = { .rounds = 2, .seed = 1 };
        if (only != NULL && strcmp(only, RULES[rule].name) != 0)
            continue;
        tried++;
        const clock_t start = clock();
        const bool found = is_seen((enum durability_rule)rule, &cuts);
        printf("%s (%s): %zu states, %.2f s: %s\n", RULES[rule].name, RULES[rule].text, cuts.distinct,
               (double)(clock() - start) / CLOCKS_PER_SEC, found ? cuts.why : "NOT SEEN");
        fflush(stdout);
        seen += found;
    }
    printf("%u rules broken, %u seen\n", tried, seen);
    assert_int_equal(seen, tried);
}

static void on_a_real_directory_nothing_is_lost_while_all_rules_hold(void **state)
{
    (void)state;
    struct power_cuts cuts = { .rounds = 8, .seed = 1 };
    if (is_seen_on_disk(RULE_COUNT, &cuts))
        fail_msg("%s", cuts.why);
    printf("%zu distinct states of real directories\n", cuts.distinct);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(on_a_real_directory_nothing_is_lost_while_all_rules_hold),
        cmocka_unit_test(every_rule_that_is_broken_loses_something),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
