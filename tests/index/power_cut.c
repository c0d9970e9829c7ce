/* SPDX-License-Identifier: MIT */
#include "index/power_cut.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "index/manifest.h"
#include "index/names.h"

/* What a directory may hold. */
struct claim {
    const struct model *models[MAX_COMMITS + 1];
    size_t count;
    bool may_be_nothing; /* no durable commit was acknowledged yet: then an index can be made */
};

static bool is_wrong(struct power_cuts *cuts, const char *where, const char *what, const char *why)
{
    snprintf(cuts->why, sizeof cuts->why, "%s: %s%s", where, what, why);
    return false;
}

/* Whether the fingerprint was not there before. */
static bool is_new(struct fingerprints *seen, uint64_t fingerprint)
{
    if (2 * seen->count >= seen->size) {
        const struct fingerprints old = *seen;
        *seen = (struct fingerprints){ .size = old.size == 0 ? 1 << 12 : 2 * old.size };
        seen->slots = calloc(seen->size, sizeof *seen->slots);
        for (size_t i = 0; i < old.size; i++)
            if (old.slots[i] != 0)
                is_new(seen, old.slots[i]);
        free(old.slots);
    }
    size_t i = fingerprint & (seen->size - 1);
    while (seen->slots[i] != 0 && seen->slots[i] != fingerprint)
        i = (i + 1) & (seen->size - 1);
    if (seen->slots[i] == fingerprint)
        return false;
    seen->slots[i] = fingerprint;
    seen->count++;
    return true;
}

/* The same state may be right at one moment and a loss at another: what may be held is part of the case. */
static uint64_t with_claim(uint64_t fingerprint, const struct claim *claim)
{
    const uint64_t parts[4] = { fingerprint, (uint64_t)(uintptr_t)claim->models[0],
                                (uint64_t)(uintptr_t)claim->models[claim->count - 1], claim->may_be_nothing };
    return hash_bytes(parts, sizeof parts);
}

/* Every segment and file of deletions is one of a kept commit's, and there is no other file but the lock. */
static const char *find_orphan(struct recording *recording)
{
    enum { MOST_KEPT = 3 };
    struct storage *storage = recording_open(recording, allocator_default());
    const char *orphan = NULL;
    const char *name;
    struct manifest *manifests[MOST_KEPT];
    size_t count = 0;
    uint64_t number, serial;
    for (size_t i = 0; (name = recording_name(recording, i)) != NULL; i++) {
        const enum name_kind kind = name_parse(name, &number, &serial);
        if (kind != NAME_OF_COMMIT && kind != NAME_OF_LOOSE)
            continue;
        if (count == MOST_KEPT ||
            manifest_read(storage, NULL, number, kind == NAME_OF_LOOSE, &manifests[count], NULL) != LIBSEARCH_OK)
            orphan = name;
        else
            count++;
    }
    for (size_t i = 0; (name = recording_name(recording, i)) != NULL && orphan == NULL; i++) {
        const enum name_kind kind = name_parse(name, &number, &serial);
        bool named = kind == NAME_OF_COMMIT || kind == NAME_OF_LOOSE || kind == NAME_OF_LOCK;
        for (size_t j = 0; j < count && !named; j++)
            for (size_t k = 0; k < manifests[j]->count; k++) {
                const struct manifest_segment *segment = &manifests[j]->segments[k];
                named |= segment->number == number &&
                         (kind == NAME_OF_SEGMENT || (kind == NAME_OF_DELETIONS && segment->deletions == serial));
            }
        if (!named)
            orphan = name;
    }
    for (size_t j = 0; j < count; j++)
        manifest_release(manifests[j]);
    storage_close(storage);
    return orphan;
}

/* Where there are two commits, the one before the newest can be asked for, and is whole. */
static bool has_commit_before(struct recording *recording, libsearch_error *error)
{
    struct index_store *store;
    uint64_t number, serial, newest = 0;
    const char *name;
    for (size_t i = 0; (name = recording_name(recording, i)) != NULL; i++)
        if (name_parse(name, &number, &serial) == NAME_OF_COMMIT && number > newest)
            newest = number;
    if (newest < 2)
        return true;
    if (open_store(recording, LIBSEARCH_READ_ONLY | LIBSEARCH_PREVIOUS | LIBSEARCH_VERIFY, &store, error) !=
        LIBSEARCH_OK)
        return false;
    index_store_close(store);
    return true;
}

/* The next writer takes up the directory and commits one document more to model. */
static bool next_commit(struct recording *recording, struct model *model, libsearch_error *error)
{
    struct index_store *store;
    struct index_writer *writer = NULL;
    libsearch_status status = open_store(recording, 0, &store, error);
    if (status != LIBSEARCH_OK)
        return false;
    status = index_writer_open(store, NULL, &writer, error);
    if (status == LIBSEARCH_OK) {
        status = put(writer, "next", "next", error);
        if (status == LIBSEARCH_OK)
            status = commit(writer, error);
        index_writer_close(writer);
    }
    index_store_close(store);
    model_put(model, "next", "next");
    return status == LIBSEARCH_OK;
}

static bool check_state(struct power_cuts *cuts, struct recording *after, const struct claim *claim, const char *where,
                        uint64_t seed, bool again);

/* The power goes again while the directory `after` is taken up; `changes` were there before that. */
static bool cut_again(struct power_cuts *cuts, const struct recording *after, size_t changes, const struct claim *claim,
                      const char *where, uint64_t seed)
{
    for (size_t second = changes; second <= recording_changes(after); second++)
        for (uint64_t round = 0; round < 2 + cuts->again_rounds; round++) {
            const enum recording_cut kind = round == 0 ? CUT_DROPS : round == 1 ? CUT_KEEPS : CUT_RANDOM;
            struct recording *twice = recording_cut_after(after, second, kind, seed + 1000 * second + round);
            char place[500];
            bool good = true;
            const uint64_t state = ~recording_fingerprint(twice);
            cuts->again_tried++;
            if (is_new(&cuts->cases, with_claim(state, claim))) {
                cuts->again_distinct += is_new(&cuts->states, state);
                snprintf(place, sizeof place, "%s, a second time after %zu changes", where, second);
                good = check_state(cuts, twice, claim, place, seed, false);
            }
            recording_free(twice);
            if (!good)
                return false;
        }
    return true;
}

static bool check_state(struct power_cuts *cuts, struct recording *after, const struct claim *claim, const char *where,
                        uint64_t seed, bool again)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    char why[600] = "";
    const size_t changes = recording_changes(after);
    if (claim->may_be_nothing) {
        struct index_store *store;
        if (open_store(after, LIBSEARCH_CREATE, &store, &error) != LIBSEARCH_OK)
            return is_wrong(cuts, where, "cannot be made: ", error.message);
        index_store_close(store);
    }
    const struct model *held = NULL;
    for (size_t i = 0; i < claim->count && held == NULL; i++) {
        const char *difference = index_difference(after, claim->models[i]);
        if (difference == NULL)
            held = claim->models[i];
        else if (i == 0)
            snprintf(why, sizeof why, "%s", difference);
    }
    if (held == NULL)
        return is_wrong(cuts, where, why, "");
    if (!has_commit_before(after, &error))
        return is_wrong(cuts, where, "the commit before: ", error.message);
    struct model model = { 0 };
    model_copy(&model, held);
    bool good = next_commit(after, &model, &error);
    if (!good)
        is_wrong(cuts, where, "no next commit: ", error.message);
    const char *difference = good ? index_difference(after, &model) : NULL;
    if (difference != NULL)
        good = is_wrong(cuts, where, "after the next commit: ", difference);
    const char *orphan = good ? find_orphan(after) : NULL;
    if (orphan != NULL)
        good = is_wrong(cuts, where, "outlives the next commit: ", orphan);
    if (good && again) {
        const struct claim then = { { held, &model }, 2, claim->may_be_nothing };
        good = cut_again(cuts, after, changes, &then, where, seed);
    }
    model_free(&model);
    return good;
}

/* The commits that the directory may hold: the last durable one that was acknowledged before the cut, what came after
 * it, and the one in flight. */
static void find_claim(const struct history *history, size_t changes, struct claim *claim)
{
    size_t first = 0;
    *claim = (struct claim){ .may_be_nothing = true };
    for (size_t i = 0; i < history->count && history->commits[i].changes <= changes; i++)
        if (history->commits[i].durable) {
            first = i;
            claim->may_be_nothing = false;
        }
    for (size_t i = first; i < history->count; i++) {
        claim->models[claim->count++] = &history->commits[i].model;
        if (history->commits[i].changes > changes)
            break; /* this one was in flight */
    }
}

static bool try_cut(struct power_cuts *cuts, const struct history *history, size_t changes, enum recording_cut kind,
                    uint64_t seed, unsigned name)
{
    struct recording *after = recording_cut_after(history->recording, changes, kind, seed);
    const uint64_t state = recording_fingerprint(after);
    struct claim claim;
    bool good = true;
    cuts->tried++;
    find_claim(history, changes, &claim);
    if (is_new(&cuts->cases, with_claim(state, &claim))) {
        char where[300];
        const bool again = cuts->again_every > 0 && cuts->distinct % cuts->again_every == 0;
        cuts->distinct += is_new(&cuts->states, state);
        snprintf(where, sizeof where, "workload %u, cut %d seed %llu before change %s", name, (int)kind,
                 (unsigned long long)seed,
                 changes < recording_changes(history->recording) ? recording_change_text(history->recording, changes)
                                                                 : "none");
        good = check_state(cuts, after, &claim, where, seed, again);
    }
    recording_free(after);
    return good;
}

bool power_cuts_try(struct power_cuts *cuts, const struct history *history, unsigned name)
{
    bool good = true;
    for (size_t changes = 0; changes <= recording_changes(history->recording) && good; changes++) {
        good =
            try_cut(cuts, history, changes, CUT_DROPS, 0, name) && try_cut(cuts, history, changes, CUT_KEEPS, 0, name);
        for (uint64_t round = 0; round < cuts->rounds && good; round++)
            good = try_cut(cuts, history, changes, CUT_RANDOM, (cuts->seed * 1000003 + changes) * 1000 + round, name);
    }
    return good;
}

void power_cuts_forget(struct power_cuts *cuts)
{
    free(cuts->states.slots);
    free(cuts->cases.slots);
    cuts->states = cuts->cases = (struct fingerprints){ 0 };
}
