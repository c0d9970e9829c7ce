/* SPDX-License-Identifier: MIT */
/* Likeness by content: each document asks for others by the words that say most about it, as libsearch_query_feedback
 * puts them, and two are alike where each is found by what the other asks. Both ways, since one way alone a short report
 * is like every long one that mentions its matter. */
#include <stdlib.h>

#include "api/duplicates.h"
#include "api/feedback.h"
#include "query/query_set.h"
#include "query/query_tree.h"

enum { FIRST_HITS = 64, FIRST_WITHIN = 1024 }; /* asked for first, of all and of a few; more where all are near */

/* A document that another one's question finds, and its score there as a share of the other's own, at most 1. */
struct near {
    uint64_t number;
    double share;
};

struct near_list {
    struct near *list; /* by number, after sort_near */
    size_t count, capacity;
};

struct content_leader {
    uint64_t number, group;
    size_t start, count; /* what it finds, among `kept` */
};

struct content {
    struct likeness *likeness;
    struct query_set *within; /* what is looked at; NULL: all */
    uint64_t numbers;         /* documents have numbers below */
    struct near_list found;   /* by the document that is looked at */
    struct engine_hit *hits;
    size_t room;
    struct content_leader *leaders; /* by number */
    size_t leader_count, leader_capacity;
    struct near *kept; /* what leaders find */
    size_t kept_count, kept_capacity;
    uint64_t groups;
};

static libsearch_status begin(struct content *content, struct likeness *likeness, libsearch_error *error)
{
    const libsearch_snapshot *snapshot = likeness->snapshot;
    libsearch_info info = LIBSEARCH_INFO_INIT;
    *content = (struct content){ .likeness = likeness };
    TRY(snapshot->engine->info(snapshot->handle, &info, error));
    content->numbers = info.documents + info.deleted;
    return LIBSEARCH_OK;
}

static void end(struct content *content)
{
    const libsearch_allocator *allocator = content->likeness->made->allocator;
    query_set_release(content->within);
    memory_free(allocator, content->found.list);
    memory_free(allocator, content->hits);
    memory_free(allocator, content->leaders);
    memory_free(allocator, content->kept);
}

/* The words of a document as a question to the documents that are looked at. */
static libsearch_status question_of(const struct content *content, uint64_t number, libsearch_query **question,
                                    libsearch_error *error)
{
    const struct likeness *likeness = content->likeness;
    const struct engine_source source = { .number = number, .weight = 1 };
    const struct feedback_limits limits = { likeness->deadline, likeness->memory, likeness->cancel };
    libsearch_feedback feedback = LIBSEARCH_FEEDBACK_INIT;
    libsearch_query *parts[2] = { NULL, NULL };
    uint8_t occurs[2] = { LIBSEARCH_MUST, LIBSEARCH_FILTER };
    feedback.words = likeness->words;
    TRY(feedback_expand(likeness->snapshot, NULL, &source, 1, &feedback, &limits, &parts[0], error));
    if (content->within == NULL) {
        *question = parts[0];
        return LIBSEARCH_OK;
    }
    libsearch_status status =
        query_new(allocator_default(), &(libsearch_query){ .kind = QUERY_SET, .set = content->within }, &parts[1],
                  error);
    const libsearch_query both = { .kind = QUERY_BOOLEAN, .children = parts, .occurs = occurs, .count = 2 };
    if (status == LIBSEARCH_OK)
        status = query_new(allocator_default(), &both, question, error);
    query_release(parts[0]);
    query_release(parts[1]);
    return status;
}

static libsearch_status ask(struct content *content, const libsearch_query *question, size_t count,
                            struct engine_answer *answer, libsearch_error *error)
{
    const struct likeness *likeness = content->likeness;
    const libsearch_snapshot *snapshot = likeness->snapshot;
    struct arena arena;
    if (!memory_grow(snapshot->allocator, &content->hits, &content->room, count, sizeof *content->hits))
        return error_no_memory(error);
    arena_init(&arena, snapshot->allocator);
    const struct engine_request request = { .query = question,
                                            .count = count,
                                            .total = LIBSEARCH_TOTAL_NONE,
                                            .deadline = likeness->deadline,
                                            .memory = likeness->memory,
                                            .cancel = likeness->cancel,
                                            .results = &arena };
    *answer = (struct engine_answer){ .hits = content->hits };
    const libsearch_status status = snapshot->engine->search(snapshot->handle, &request, answer, error);
    if (status == LIBSEARCH_OK)
        query_warnings_free(snapshot->allocator, answer->warnings);
    arena_free(&arena);
    return status;
}

static double own_score(const struct engine_answer *answer, uint64_t number)
{
    for (size_t i = 0; i < answer->hit_count; i++)
        if (answer->hits[i].number == number)
            return (double)answer->hits[i].score;
    return 0;
}

static double share_of(const struct engine_hit *hit, double own)
{
    const double share = (double)hit->score / own;
    return share < 1 ? share : 1;
}

static int by_number(const void *a, const void *b)
{
    const uint64_t one = ((const struct near *)a)->number, other = ((const struct near *)b)->number;
    return (one > other) - (one < other);
}

/* Asks for ever more documents until one is not near any more, and the document itself is among them. */
static libsearch_status ask_until_far(struct content *content, uint64_t number, const libsearch_query *question,
                                      struct engine_answer *answer, double *own, libsearch_error *error)
{
    const size_t all = content->within != NULL ? (size_t)content->within->count : (size_t)content->numbers;
    for (size_t count = content->within != NULL ? FIRST_WITHIN : FIRST_HITS;; count *= 4) {
        if (count > LIBSEARCH_MAX_RESULTS || count * sizeof *content->hits > content->likeness->memory)
            return error_set(error, LIBSEARCH_LIMIT, "more than %zu documents are like one", count / 4);
        TRY(ask(content, question, count < all ? count : all, answer, error));
        *own = own_score(answer, number);
        if (answer->hit_count < count || count >= all)
            return LIBSEARCH_OK;
        if (*own > 0 && share_of(&answer->hits[count - 1], *own) < content->likeness->threshold)
            return LIBSEARCH_OK;
    }
}

/* Fills `found` with what the document finds, itself among it; nothing where it has no words that others have. */
static libsearch_status find_near(struct content *content, uint64_t number, libsearch_error *error)
{
    libsearch_query *question = NULL;
    struct engine_answer answer;
    struct near_list *found = &content->found;
    double own = 0;
    found->count = 0;
    TRY(question_of(content, number, &question, error));
    libsearch_status status = ask_until_far(content, number, question, &answer, &own, error);
    query_release(question);
    TRY(status);
    if (own <= 0)
        return LIBSEARCH_OK;
    if (!memory_grow(content->likeness->made->allocator, &found->list, &found->capacity, answer.hit_count,
                     sizeof *found->list))
        return error_no_memory(error);
    for (size_t i = 0; i < answer.hit_count; i++) {
        const struct near near = { answer.hits[i].number, share_of(&answer.hits[i], own) };
        if (near.share >= content->likeness->threshold)
            found->list[found->count++] = near;
    }
    if (found->count > 1)
        qsort(found->list, found->count, sizeof *found->list, by_number);
    return LIBSEARCH_OK;
}

static const struct near *find_in(const struct near *list, size_t count, uint64_t number)
{
    const struct near wanted = { .number = number };
    return count == 0 ? NULL : bsearch(&wanted, list, count, sizeof *list, by_number);
}

/* The first place whose leader has this number or a greater one. */
static size_t leader_place(const struct content *content, uint64_t number)
{
    size_t low = 0, high = content->leader_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (content->leaders[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The leader keeps what it finds, for the documents to come. */
static libsearch_status add_leader(struct content *content, struct member *member, libsearch_error *error)
{
    const libsearch_allocator *allocator = content->likeness->made->allocator;
    const struct near_list *found = &content->found;
    const size_t place = leader_place(content, member->number);
    member->group = content->groups++;
    member->similarity = 1;
    if ((content->kept_count + found->count) * sizeof *content->kept > content->likeness->memory)
        return error_set(error, LIBSEARCH_LIMIT, "so many documents are alike that the memory for them is used up");
    if (!memory_grow(allocator, &content->leaders, &content->leader_capacity, content->leader_count + 1,
                     sizeof *content->leaders) ||
        !memory_grow(allocator, &content->kept, &content->kept_capacity, content->kept_count + found->count,
                     sizeof *content->kept))
        return error_no_memory(error);
    for (size_t i = content->leader_count++; i > place; i--)
        content->leaders[i] = content->leaders[i - 1];
    content->leaders[place] =
        (struct content_leader){ member->number, member->group, content->kept_count, found->count };
    for (size_t i = 0; i < found->count; i++)
        content->kept[content->kept_count++] = found->list[i];
    return likeness_add(content->likeness, member, error);
}

/* The next document: it joins the first leader that finds it and that it finds, or leads. */
static libsearch_status add_document(struct content *content, uint64_t number, size_t result, libsearch_error *error)
{
    struct member member = { .number = number, .result = result, .group = UINT64_MAX };
    TRY(find_near(content, number, error));
    for (size_t i = 0; i < content->found.count; i++) {
        const struct near *near = &content->found.list[i];
        const struct content_leader *leader = &content->leaders[leader_place(content, near->number)];
        if (leader == content->leaders + content->leader_count || leader->number != near->number ||
            leader->group >= member.group)
            continue;
        const struct near *back = find_in(content->kept + leader->start, leader->count, number);
        if (back == NULL)
            continue;
        member.group = leader->group;
        member.similarity = near->share < back->share ? near->share : back->share;
    }
    return member.group == UINT64_MAX ? add_leader(content, &member, error)
                                      : likeness_add(content->likeness, &member, error);
}

static libsearch_status group_all(struct content *content, libsearch_error *error)
{
    struct query_set *all = NULL;
    const struct likeness *likeness = content->likeness;
    libsearch_status status =
        snapshot_select_all(likeness->snapshot, likeness->memory, likeness->deadline, likeness->cancel, &all, error);
    TRY(status);
    for (uint64_t from = 0; status == LIBSEARCH_OK && from < all->limit; from += 64)
        for (uint64_t word = query_set_word(all, from); status == LIBSEARCH_OK && word != 0; word &= word - 1) {
            status = likeness_poll(content->likeness, error);
            if (status == LIBSEARCH_OK)
                status = add_document(content, from + (uint64_t)__builtin_ctzll(word), 0, error);
        }
    query_set_release(all);
    return status;
}

libsearch_status content_groups(struct likeness *likeness, libsearch_error *error)
{
    struct content content;
    TRY(begin(&content, likeness, error));
    const libsearch_status status = group_all(&content, error);
    end(&content);
    return status;
}

static libsearch_status fold_all(struct content *content, const libsearch_results *results, libsearch_error *error)
{
    const libsearch_snapshot *snapshot = content->likeness->snapshot;
    TRY(query_set_new(content->likeness->made->allocator, snapshot->handle, content->numbers, &content->within, error));
    for (size_t i = 0; i < results->count; i++)
        query_set_add(content->within, results->hits[i].number);
    for (size_t i = 0; i < results->count; i++) {
        TRY(likeness_poll(content->likeness, error));
        TRY(add_document(content, results->hits[i].number, i, error));
    }
    return LIBSEARCH_OK;
}

libsearch_status content_folds(struct likeness *likeness, const libsearch_results *results, libsearch_error *error)
{
    struct content content;
    TRY(begin(&content, likeness, error));
    const libsearch_status status = fold_all(&content, results, error);
    end(&content);
    return status;
}

/* Those that the document finds, where they find it, too: each is asked for these two alone. */
static libsearch_status likes(struct content *content, uint64_t number, libsearch_error *error)
{
    struct near_list candidates;
    struct likeness *likeness = content->likeness;
    const libsearch_allocator *allocator = likeness->made->allocator;
    libsearch_status status = LIBSEARCH_OK;
    TRY(likeness_add(likeness, &(struct member){ .number = number, .similarity = 1 }, error));
    TRY(find_near(content, number, error));
    candidates = content->found;
    content->found = (struct near_list){ 0 };
    for (size_t i = 0; status == LIBSEARCH_OK && i < candidates.count; i++) {
        const struct near *near = &candidates.list[i];
        if (near->number == number)
            continue;
        query_set_release(content->within);
        content->within = NULL;
        status = query_set_new(allocator, likeness->snapshot->handle, content->numbers, &content->within, error);
        if (status != LIBSEARCH_OK)
            break;
        query_set_add(content->within, number);
        query_set_add(content->within, near->number);
        status = find_near(content, near->number, error);
        const struct near *back =
            status == LIBSEARCH_OK ? find_in(content->found.list, content->found.count, number) : NULL;
        if (back != NULL) {
            const double least = near->share < back->share ? near->share : back->share;
            status = likeness_add(likeness, &(struct member){ .number = near->number, .similarity = least }, error);
        }
    }
    memory_free(allocator, candidates.list);
    return status;
}

libsearch_status content_likes(struct likeness *likeness, uint64_t number, libsearch_error *error)
{
    struct content content;
    TRY(begin(&content, likeness, error));
    const libsearch_status status = likes(&content, number, error);
    end(&content);
    return status;
}
