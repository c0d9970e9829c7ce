/* SPDX-License-Identifier: MIT */
#include "index/crew.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "documents/ids.h"
#include "index/marks.h"
#include "index/names.h"
#include "index/packed.h"

enum {
    MOST_THREADS = 64,
    /* A text's bytes become up to about twice as many in a builder; so much of the memory may be one run's bytes. */
    BUILDER_RATIO = 2,
    /* Large enough that handing one over costs nothing beside indexing it, small enough that threads start soon. */
    LARGEST_BLOCK = 1 << 18,
    BLOCKS_PER_RUN = 16,
    /* Handed over for each thread and not indexed yet: more would only take memory. */
    BLOCKS_AHEAD = 4
};

struct run {
    struct run *next;
    uint64_t number; /* of its segment */

    /* The putting thread's own. */
    struct ids_writer *ids;
    struct marks marks;
    uint32_t documents;
    size_t bytes;               /* of all its blocks */
    struct packed_block *block; /* that grows, not handed over yet */

    /* Under the crew's mutex. */
    struct packed_block *first, *last; /* handed over, not yet taken up */
    bool closed, done;
    bool dead;               /* closed with nothing that lives: no segment is wanted */
    bool opening;            /* a thread makes the builder */
    uint64_t taken, entered; /* blocks taken up by threads, and whose documents are in the segment or were given up */
    size_t waiting;          /* bytes of blocks that are not entered yet */
    size_t builder_memory;
    libsearch_status status; /* of the first thing that failed */
    libsearch_error error;
    uint64_t length;

    struct segment_builder *builder; /* used outside the mutex: noters by their threads, all else by one at a time */
};

struct worker {
    struct crew *crew;
    unsigned noter; /* its noter in each builder */
    pthread_t thread;
};

struct crew {
    const libsearch_allocator *allocator;
    struct storage *storage;
    struct ingest_options options;
    uint64_t *next_number;
    pid_t process;            /* whose threads they are: a forked child has none of them */
    struct run *first, *last; /* the list is the putting thread's; a run's fields say whose they are */
    size_t run_size;          /* bytes of blocks after which a run is closed */
    size_t block_size;
    bool broken;
    struct ingest_segment *given; /* what crew_take gave out */
    size_t given_capacity;

    pthread_mutex_t mutex;
    pthread_cond_t work;     /* there is a block, a builder, a turn, or a run to be finished */
    pthread_cond_t progress; /* a block was entered, or a run is done */
    struct run *current;     /* the first run that is not finished or being finished, or NULL */
    bool stopping;
    struct packed_block *spare; /* to be used again: fresh memory costs more than copying into it */
    struct worker workers[MOST_THREADS];
    unsigned worker_count;
};

/* ---- the threads ---- */

/* Keeps the first failure. The mutex is held. */
static void run_failed(struct run *run, libsearch_status status, const libsearch_error *error)
{
    if (run->status != LIBSEARCH_OK)
        return;
    run->status = status;
    run->error = *error;
}

/* Sees to it that the run has a builder, or has failed. The mutex is held, and let go while one is made. */
static void open_builder(struct crew *crew, struct run *run, struct schema *schema)
{
    while (run->opening && !crew->stopping)
        pthread_cond_wait(&crew->work, &crew->mutex);
    if (run->builder != NULL || run->status != LIBSEARCH_OK || crew->stopping)
        return;
    run->opening = true;
    pthread_mutex_unlock(&crew->mutex);
    struct segment_builder *builder = NULL;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    char name[NAME_SIZE];
    name_segment(name, run->number);
    libsearch_status status = segment_builder_new(crew->allocator, schema, crew->storage, name, &builder, &error);
    if (status == LIBSEARCH_OK) {
        status = segment_builder_share(builder, crew->options.threads, &error);
        if (status != LIBSEARCH_OK) {
            segment_builder_discard(builder);
            builder = NULL;
        }
    }
    pthread_mutex_lock(&crew->mutex);
    run->builder = builder;
    run->opening = false;
    if (status != LIBSEARCH_OK)
        run_failed(run, status, &error);
    pthread_cond_broadcast(&crew->work);
}

/* Reads a block's documents. */
static libsearch_status note_block(struct segment_builder *builder, unsigned noter, struct packed_block *block,
                                   libsearch_error *error)
{
    libsearch_bytes id;
    libsearch_document document;
    while (packed_next(block, &id, &document))
        TRY(segment_builder_note(builder, noter, block->schema, &document, error));
    packed_again(block);
    return LIBSEARCH_OK;
}

/* Takes them into the segment. */
static libsearch_status enter_block(struct segment_builder *builder, unsigned noter, struct packed_block *block,
                                    libsearch_error *error)
{
    libsearch_bytes id;
    libsearch_document document;
    segment_builder_set_schema(builder, block->schema);
    while (packed_next(block, &id, &document))
        TRY(segment_builder_take(builder, noter, id, &document, error));
    return LIBSEARCH_OK;
}

/* Takes up the run's next block: notes it beside the other threads, and enters it when it is its turn. The mutex is
 * held, and let go meanwhile. */
static void index_block(struct worker *worker, struct run *run)
{
    struct crew *crew = worker->crew;
    struct packed_block *block = run->first;
    const uint64_t turn = run->taken++;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_status status = LIBSEARCH_OK;
    run->first = block->next;
    if (run->first == NULL)
        run->last = NULL;
    open_builder(crew, run, block->schema);
    const bool usable = run->status == LIBSEARCH_OK && run->builder != NULL;
    if (usable) {
        pthread_mutex_unlock(&crew->mutex);
        status = note_block(run->builder, worker->noter, block, &error);
        pthread_mutex_lock(&crew->mutex);
    }
    while (run->entered != turn && !crew->stopping)
        pthread_cond_wait(&crew->work, &crew->mutex);
    size_t memory = run->builder_memory;
    if (usable && run->status == LIBSEARCH_OK && !crew->stopping) {
        pthread_mutex_unlock(&crew->mutex);
        if (status == LIBSEARCH_OK)
            status = enter_block(run->builder, worker->noter, block, &error);
        memory = segment_builder_memory(run->builder);
        pthread_mutex_lock(&crew->mutex);
        if (status != LIBSEARCH_OK)
            run_failed(run, status, &error);
    }
    run->builder_memory = memory;
    run->waiting -= block->size;
    run->entered++;
    if (block->size == crew->block_size) {
        block->next = crew->spare;
        crew->spare = block;
    } else {
        packed_free(block);
    }
    pthread_cond_broadcast(&crew->work);
    pthread_cond_signal(&crew->progress);
}

/* Writes the segment of a run whose blocks are all entered. The mutex is held, and let go meanwhile. */
static void finish_run(struct crew *crew, struct run *run)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    libsearch_status status = LIBSEARCH_OK;
    uint64_t length = 0;
    struct segment_builder *builder = run->builder;
    const bool wanted = !run->dead && run->status == LIBSEARCH_OK && builder != NULL;
    run->builder = NULL;
    crew->current = run->next;
    pthread_cond_broadcast(&crew->work);
    pthread_mutex_unlock(&crew->mutex);
    if (wanted)
        status = segment_builder_finish(builder, crew->options.sync, &length, &error);
    else if (builder != NULL)
        segment_builder_discard(builder);
    pthread_mutex_lock(&crew->mutex);
    if (status != LIBSEARCH_OK)
        run_failed(run, status, &error);
    run->length = length;
    run->builder_memory = 0;
    run->done = true;
    pthread_cond_signal(&crew->progress);
}

static void *thread_main(void *context)
{
    struct worker *worker = context;
    struct crew *crew = worker->crew;
    pthread_mutex_lock(&crew->mutex);
    while (!crew->stopping) {
        struct run *run = crew->current;
        if (run != NULL && run->first != NULL)
            index_block(worker, run);
        else if (run != NULL && run->closed && run->entered == run->taken)
            finish_run(crew, run);
        else
            pthread_cond_wait(&crew->work, &crew->mutex);
    }
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

/* ---- the thread that puts ---- */

static void run_free(struct crew *crew, struct run *run)
{
    ids_writer_free(run->ids);
    memory_free(crew->allocator, run->marks.bits);
    if (run->block != NULL)
        packed_free(run->block);
    while (run->first != NULL) {
        struct packed_block *next = run->first->next;
        packed_free(run->first);
        run->first = next;
    }
    if (run->builder != NULL)
        segment_builder_discard(run->builder);
    memory_free(crew->allocator, run);
}

static void drop_first(struct crew *crew)
{
    struct run *run = crew->first;
    crew->first = run->next;
    if (crew->first == NULL)
        crew->last = NULL;
    run_free(crew, run);
}

libsearch_status crew_new(const libsearch_allocator *allocator, struct storage *storage,
                          const struct ingest_options *options, uint64_t *next_number, struct crew **crew,
                          libsearch_error *error)
{
    struct crew *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (made == NULL)
        return error_no_memory(error);
    made->allocator = allocator;
    made->storage = storage;
    made->options = *options;
    if (made->options.threads > MOST_THREADS)
        made->options.threads = MOST_THREADS;
    made->run_size = options->memory / BUILDER_RATIO;
    made->block_size =
        made->run_size / BLOCKS_PER_RUN < LARGEST_BLOCK ? made->run_size / BLOCKS_PER_RUN : LARGEST_BLOCK;
    made->next_number = next_number;
    made->process = getpid();
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->work, NULL);
    pthread_cond_init(&made->progress, NULL);
    /* Signals are the program's affair: none is to be handled by a thread that it does not know. */
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    for (; made->worker_count < made->options.threads; made->worker_count++) {
        struct worker *worker = &made->workers[made->worker_count];
        worker->crew = made;
        worker->noter = made->worker_count;
        if (pthread_create(&worker->thread, NULL, thread_main, worker) != 0)
            break;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (made->worker_count == 0) {
        crew_free(made);
        return error_set(error, LIBSEARCH_NO_MEMORY, "no thread could be started");
    }
    *crew = made;
    return LIBSEARCH_OK;
}

void crew_free(struct crew *crew)
{
    if (crew == NULL || crew->process != getpid()) /* a child's copy: its threads and locks are nobody's */
        return;
    pthread_mutex_lock(&crew->mutex);
    crew->stopping = true;
    pthread_cond_broadcast(&crew->work);
    pthread_mutex_unlock(&crew->mutex);
    for (unsigned i = 0; i < crew->worker_count; i++)
        pthread_join(crew->workers[i].thread, NULL);
    /* Segments that were built and not taken are in nobody's way, and the writer's cleaning finds them. */
    while (crew->first != NULL)
        drop_first(crew);
    while (crew->spare != NULL) {
        struct packed_block *next = crew->spare->next;
        packed_free(crew->spare);
        crew->spare = next;
    }
    pthread_cond_destroy(&crew->progress);
    pthread_cond_destroy(&crew->work);
    pthread_mutex_destroy(&crew->mutex);
    memory_free(crew->allocator, crew->given);
    memory_free(crew->allocator, crew);
}

/* The run and number of the last document with this id; NULL: none. */
static struct run *find_document(const struct crew *crew, libsearch_bytes id, uint32_t *document)
{
    struct run *found = NULL;
    for (struct run *run = crew->first; run != NULL; run = run->next) {
        uint32_t number;
        if (ids_writer_find(run->ids, id, &number) == LIBSEARCH_OK) {
            found = run;
            *document = number;
        }
    }
    return found;
}

enum ingest_found crew_find(const struct crew *crew, libsearch_bytes id)
{
    uint32_t document;
    const struct run *run = find_document(crew, id, &document);
    if (run == NULL)
        return INGEST_ABSENT;
    return marks_has(&run->marks, document) ? INGEST_DELETED : INGEST_LIVE;
}

libsearch_status crew_delete(struct crew *crew, libsearch_bytes id, libsearch_error *error)
{
    uint32_t document;
    struct run *run = find_document(crew, id, &document);
    if (run == NULL)
        return error_set(error, LIBSEARCH_NOT_FOUND, "there is no document with this id");
    if (!marks_reserve(crew->allocator, &run->marks, document))
        return error_no_memory(error);
    marks_set(&run->marks, document);
    return LIBSEARCH_OK;
}

bool crew_has_documents(const struct crew *crew) { return crew->first != NULL; }
bool crew_is_broken(const struct crew *crew) { return crew->broken; }

static libsearch_status open_run(struct crew *crew, libsearch_error *error)
{
    if (crew->last != NULL && !crew->last->closed) /* only this thread closes */
        return LIBSEARCH_OK;
    struct run *run = memory_allocate_array(crew->allocator, 1, sizeof *run);
    if (run == NULL)
        return error_no_memory(error);
    const libsearch_status status = ids_writer_new(crew->allocator, &run->ids, error);
    if (status != LIBSEARCH_OK) {
        memory_free(crew->allocator, run);
        return status;
    }
    run->number = (*crew->next_number)++;
    pthread_mutex_lock(&crew->mutex);
    if (crew->last == NULL)
        crew->first = run;
    else
        crew->last->next = run;
    crew->last = run;
    if (crew->current == NULL)
        crew->current = run;
    pthread_mutex_unlock(&crew->mutex);
    return LIBSEARCH_OK;
}

/* Hands the growing block over to whoever builds the run; closes the run when it is full or all is to be finished. */
static void hand_over(struct crew *crew, struct run *run, bool close)
{
    pthread_mutex_lock(&crew->mutex);
    struct packed_block *block = run->block;
    run->block = NULL;
    if (block != NULL) {
        if (run->last == NULL)
            run->first = block;
        else
            run->last->next = block;
        run->last = block;
        run->waiting += block->size;
        run->bytes += block->size;
    }
    if (close || run->bytes >= crew->run_size) {
        run->closed = true;
        run->dead = run->documents == run->marks.count;
    }
    pthread_cond_broadcast(&crew->work);
    pthread_mutex_unlock(&crew->mutex);
}

/* Waits while documents that were handed over take more memory than there is, or are enough to keep all threads busy. */
static void wait_for_memory(struct crew *crew)
{
    pthread_mutex_lock(&crew->mutex);
    for (;;) {
        size_t taken = 0, waiting = 0;
        bool moving = false; /* something will be less without us */
        for (const struct run *run = crew->first; run != NULL; run = run->next) {
            taken += run->waiting * BUILDER_RATIO + run->builder_memory + ids_writer_memory(run->ids);
            waiting += run->waiting;
            moving |= run->waiting > 0 || (run->closed && !run->done);
        }
        const bool enough = waiting > BLOCKS_AHEAD * crew->worker_count * crew->block_size;
        if ((taken <= crew->options.memory && !enough) || !moving)
            break;
        pthread_cond_wait(&crew->progress, &crew->mutex);
    }
    struct run *last = crew->last;
    if (last != NULL && !last->closed && last->builder_memory > crew->options.memory) {
        last->closed = true;
        last->dead = false;
        pthread_cond_broadcast(&crew->work);
    }
    pthread_mutex_unlock(&crew->mutex);
}

/* A block with room for this document; NULL: memory is short. */
static struct packed_block *new_block(struct crew *crew, struct schema *schema, libsearch_bytes id,
                                      const libsearch_document *document)
{
    pthread_mutex_lock(&crew->mutex);
    struct packed_block *block = crew->spare;
    if (block != NULL)
        crew->spare = block->next;
    pthread_mutex_unlock(&crew->mutex);
    if (block != NULL) {
        packed_renew(block, schema);
        if (packed_add(block, id, document))
            return block;
        packed_free(block);
    }
    block = packed_new(crew->allocator, crew->block_size, schema, id, document);
    if (block != NULL)
        packed_add(block, id, document);
    return block;
}

libsearch_status crew_put(struct crew *crew, struct schema *schema, libsearch_bytes id,
                          const libsearch_document *document, libsearch_error *error)
{
    TRY(open_run(crew, error));
    struct run *run = crew->last;
    uint32_t replaced;
    struct run *of_replaced = find_document(crew, id, &replaced);
    if (of_replaced != NULL && !marks_reserve(crew->allocator, &of_replaced->marks, replaced))
        return error_no_memory(error);
    if (run->block != NULL && (run->block->schema != schema || !packed_add(run->block, id, document))) {
        hand_over(crew, run, false);
        wait_for_memory(crew);
        return crew_put(crew, schema, id, document, error); /* into a block, and maybe a run, of its own */
    }
    if (run->block == NULL) {
        run->block = new_block(crew, schema, id, document);
        if (run->block == NULL)
            return error_no_memory(error);
    }
    const libsearch_status status = ids_writer_add(run->ids, id, error);
    if (status != LIBSEARCH_OK) { /* the copy stands for nothing, but the numbers must agree: nothing goes on */
        crew->broken = true;
        return status;
    }
    run->documents++;
    if (of_replaced != NULL)
        marks_set(&of_replaced->marks, replaced);
    return LIBSEARCH_OK;
}

/* The first run is done, and was told to be: what it came to may be taken. */
bool crew_is_due(struct crew *crew)
{
    if (crew->first == NULL || !crew->first->closed)
        return false;
    pthread_mutex_lock(&crew->mutex);
    const bool done = crew->first->done;
    pthread_mutex_unlock(&crew->mutex);
    return done;
}

/* Gives out the first run, which is done. */
static libsearch_status give_first(struct crew *crew, size_t *count, libsearch_error *error)
{
    struct run *run = crew->first;
    if (run->status != LIBSEARCH_OK) {
        if (error != NULL)
            *error = run->error;
        return run->status;
    }
    if (run->dead || run->documents == 0)
        return LIBSEARCH_OK;
    if (!memory_grow(crew->allocator, &crew->given, &crew->given_capacity, *count + 1, sizeof *crew->given))
        return error_no_memory(error);
    struct ingest_segment *segment = &crew->given[*count];
    *segment = (struct ingest_segment){ .number = run->number, .length = run->length, .documents = run->documents };
    TRY(marks_to_live(crew->allocator, &run->marks, run->documents, &segment->live, error));
    ++*count;
    return LIBSEARCH_OK;
}

libsearch_status crew_take(struct crew *crew, bool all, struct ingest_segment **segments, size_t *count,
                           libsearch_error *error)
{
    libsearch_status status = LIBSEARCH_OK;
    *count = 0;
    if (all && crew->last != NULL && !crew->last->closed)
        hand_over(crew, crew->last, true);
    while (status == LIBSEARCH_OK && crew->first != NULL) {
        pthread_mutex_lock(&crew->mutex);
        while (all && !crew->first->done)
            pthread_cond_wait(&crew->progress, &crew->mutex);
        const bool done = crew->first->done;
        pthread_mutex_unlock(&crew->mutex);
        if (!done)
            break;
        status = give_first(crew, count, error);
        if (status == LIBSEARCH_OK)
            drop_first(crew);
    }
    if (status != LIBSEARCH_OK) {
        for (size_t i = 0; i < *count; i++)
            live_free(crew->given[i].live);
        *count = 0;
        crew->broken = true;
        return status;
    }
    *segments = crew->given;
    return LIBSEARCH_OK;
}
