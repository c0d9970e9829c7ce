/* SPDX-License-Identifier: MIT */
/* The way through a text: plain ASCII words by bit masks, the rest with care. */
#include "text/tokenizer.h"

#include <string.h>

#include <libstemmer.h>

#include "text/stems.h"

libsearch_status tokenizer_new(const struct analyzer *analyzer, const libsearch_allocator *allocator,
                               struct tokenizer **tokenizer, libsearch_error *error)
{
    struct tokenizer *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (!made)
        return error_no_memory(error);
    made->analyzer = analyzer;
    made->allocator = allocator;
    made->kernel = kernel_best();
    made->pending = memory_allocate(allocator, STEP_TOKENS * sizeof *made->pending);
    made->words = memory_allocate(allocator, WORDS_CAPACITY + SURFACE_PADDING);
    made->lower = memory_allocate(allocator, LOWER_CAPACITY + CLASSIFY_BLOCK + SURFACE_PADDING);
    bool complete = made->pending && made->words && made->lower;
    if (complete && analyzer->stem) {
        made->stemmer = sb_stemmer_new(analyzer->language->name, "UTF_8");
        complete = made->stemmer && stemmer_prepare(made->stemmer);
    }
    const libsearch_status status = !complete                   ? error_no_memory(error)
                                    : analyzer->program != NULL ? callback_open(made, error)
                                                                : LIBSEARCH_OK;
    if (status != LIBSEARCH_OK) {
        tokenizer_free(made);
        return status;
    }
    *tokenizer = made;
    return LIBSEARCH_OK;
}

void tokenizer_free(struct tokenizer *tokenizer)
{
    if (!tokenizer)
        return;
    callback_close(tokenizer);
    sb_stemmer_delete(tokenizer->stemmer);
    memory_free(tokenizer->allocator, tokenizer->pending);
    memory_free(tokenizer->allocator, tokenizer->words);
    memory_free(tokenizer->allocator, tokenizer->lower);
    memory_free(tokenizer->allocator, tokenizer);
}

void tokenizer_use_kernel(struct tokenizer *tokenizer, enum kernel kernel) { tokenizer->kernel = kernel; }

void tokenizer_start(struct tokenizer *tokenizer, libsearch_bytes text, uint32_t position)
{
    tokenizer->text = (const uint8_t *)text.data;
    tokenizer->length = text.length;
    tokenizer->at = 0;
    tokenizer->position = position;
    tokenizer->run_open = false;
    tokenizer->pending_next = tokenizer->pending_count = 0;
    tokenizer->words_used = 0;
    const libsearch_analyzer *program = tokenizer->analyzer->program;
    if (program != NULL && program->next != NULL) {
        tokenizer->started = 0;
        tokenizer->has_place = tokenizer->ended = false;
        tokenizer->last = position + LIBSEARCH_MAX_VALUE;
        program->start(tokenizer->state, text);
    }
}

/* Moves what is pending to tokens; how many. */
static size_t take_pending(struct tokenizer *tokenizer, struct token *tokens, size_t count)
{
    const size_t left = tokenizer->pending_count - tokenizer->pending_next;
    const size_t taken = left < count ? left : count;
    if (taken > 0)
        memcpy(tokens, tokenizer->pending + tokenizer->pending_next, taken * sizeof *tokens);
    tokenizer->pending_next += taken;
    if (tokenizer->pending_next == tokenizer->pending_count)
        tokenizer->pending_next = tokenizer->pending_count = 0;
    return taken;
}

/* Careful steps from `at` until `end` is reached. False: stopped before, for room in tokens or words. */
static bool go_carefully(struct tokenizer *tokenizer, size_t end, struct token *tokens, size_t count, size_t *taken)
{
    while (tokenizer->at < end) {
        if (*taken == count || WORDS_CAPACITY - tokenizer->words_used < STEP_BYTES)
            return false;
        careful_step(tokenizer, end);
        *taken += take_pending(tokenizer, tokens + *taken, count - *taken);
        if (tokenizer->pending_count > 0)
            return false;
    }
    return true;
}

/* What one call of the fast way carries along. */
struct sweep {
    struct token *tokens;
    size_t count, taken;
    size_t base;             /* where lower[0] stands in the text */
    size_t offset;           /* of the next block, from base */
    bool in_run;             /* a run of word bytes or joiners goes on from the block before … */
    bool run_careful;        /* … and something in it wants care */
    size_t run_start;        /* its offset */
    uint64_t wordish_before; /* 1 where the byte before the block is */
};

/* Classifies the block at sweep->offset: bits of *runs: bytes of words and what may join them; of
 * *care: those of them that the careful way must see. Behind the text there are zeros. */
static inline __attribute__((always_inline)) void block_read(struct tokenizer *tokenizer, struct sweep *sweep,
                                                             classify_function classify, uint64_t *runs, uint64_t *care)
{
    const size_t at = sweep->base + sweep->offset;
    const size_t left = at < tokenizer->length ? tokenizer->length - at : 0;
    const enum classify_mode mode = tokenizer->analyzer->split ? CLASSIFY_SPLIT : CLASSIFY_PLAIN;
    uint8_t padded[CLASSIFY_BLOCK];
    const uint8_t *bytes = tokenizer->text + at;
    if (left < CLASSIFY_BLOCK) {
        memset(padded, 0, sizeof padded);
        if (left > 0)
            memcpy(padded, bytes, left);
        bytes = padded;
    }
    struct block_classes classes;
    classify(mode, bytes, &classes, tokenizer->lower + sweep->offset);
    const uint64_t wordish = classes.word | classes.wide;
    const uint64_t before = wordish << 1 | sweep->wordish_before;
    const uint64_t next = left > CLASSIFY_BLOCK && byte_is_wordish(bytes[CLASSIFY_BLOCK]);
    const uint64_t after = wordish >> 1 | next << 63;
    const uint64_t tail = mode == CLASSIFY_SPLIT ? classes.tail & before : classes.tail;
    sweep->wordish_before = wordish >> 63;
    *care = classes.wide | (classes.joiner & before & after) | tail;
    if (tokenizer->analyzer->fold.flags & FOLD_TURKISH)
        for (unsigned i = 0; i < CLASSIFY_BLOCK; i++)
            *care |= (uint64_t)(bytes[i] == 'I') << i;
    *runs = classes.word | *care;
}

/* Hands the run [start, end) (offsets) to the careful way, and goes on behind it with a new block. False:
 * the call is over. */
static bool sweep_carefully(struct tokenizer *tokenizer, struct sweep *sweep, size_t start, size_t end)
{
    tokenizer->at = sweep->base + start;
    sweep->in_run = sweep->run_careful = false;
    sweep->wordish_before = 0;
    if (!go_carefully(tokenizer, sweep->base + end, sweep->tokens, sweep->count, &sweep->taken))
        return false;
    sweep->offset = tokenizer->at - sweep->base;
    return true;
}

/* Takes the runs that end in the block. False: the call is over, `at` is set. */
static inline __attribute__((always_inline)) bool block_take(struct tokenizer *tokenizer, struct sweep *sweep,
                                                             uint64_t runs, uint64_t care)
{
    const uint64_t shifted = runs << 1 | sweep->in_run;
    uint64_t starts = runs & ~shifted;
    const size_t base = sweep->base, offset = sweep->offset;
    for (uint64_t ends = ~runs & shifted; ends; ends &= ends - 1) {
        const size_t end = offset + (unsigned)__builtin_ctzll(ends);
        size_t start = sweep->run_start;
        if (!sweep->in_run) {
            start = offset + (unsigned)__builtin_ctzll(starts);
            starts &= starts - 1;
        }
        if (sweep->taken == sweep->count) {
            tokenizer->at = base + start;
            return false;
        }
        const uint64_t until = ends ^ (ends - 1);
        if ((care & until) || sweep->run_careful)
            return sweep_carefully(tokenizer, sweep, start, end);
        const size_t length = end - start;
        struct token *token = &sweep->tokens[sweep->taken++];
        token->surface = tokenizer->lower + start;
        token->length = (uint32_t)(length < LIBSEARCH_MAX_TERM ? length : LIBSEARCH_MAX_TERM);
        token->position = tokenizer->position++;
        token->start = (uint32_t)(base + start);
        token->end = (uint32_t)(base + end);
        token->flags = 0;
        sweep->in_run = false;
    }
    if (starts) {
        sweep->in_run = true;
        sweep->run_start = offset + (unsigned)__builtin_ctzll(starts);
        sweep->run_careful = (care & ~(starts - 1)) != 0;
    } else if (sweep->in_run) {
        sweep->run_careful = sweep->run_careful || care;
    }
    sweep->offset = offset + CLASSIFY_BLOCK;
    return true;
}

/* The fast way from `at`, until the tokens, the room for lower case or the text come to an end. */
static inline __attribute__((always_inline)) size_t sweep_text(struct tokenizer *tokenizer, struct token *tokens,
                                                               size_t count, classify_function classify)
{
    struct sweep sweep = { .tokens = tokens, .count = count, .base = tokenizer->at };
    const size_t length = tokenizer->length - sweep.base;
    while (sweep.offset < length || sweep.in_run) {
        if (sweep.offset >= LOWER_CAPACITY) {
            if (!sweep.in_run || sweep.run_start > 0)
                break;
            /* words as long as the whole room, or text without spaces */
            if (!sweep_carefully(tokenizer, &sweep, 0, sweep.offset))
                return sweep.taken;
            break;
        }
        uint64_t runs, care;
        block_read(tokenizer, &sweep, classify, &runs, &care);
        if (!block_take(tokenizer, &sweep, runs, care))
            return sweep.taken;
    }
    const size_t reached = sweep.in_run ? sweep.run_start : sweep.offset;
    tokenizer->at = sweep.base + (reached < length ? reached : length);
    return sweep.taken;
}

static size_t sweep_scalar(struct tokenizer *tokenizer, struct token *tokens, size_t count)
{
    return sweep_text(tokenizer, tokens, count, classify_scalar);
}

static size_t sweep_sse2(struct tokenizer *tokenizer, struct token *tokens, size_t count)
{
    return sweep_text(tokenizer, tokens, count, classify_sse2);
}

static size_t sweep_avx2(struct tokenizer *tokenizer, struct token *tokens, size_t count)
{
    return sweep_text(tokenizer, tokens, count, classify_avx2);
}

static size_t sweep_with_care(struct tokenizer *tokenizer, struct token *tokens, size_t count)
{
    size_t taken = 0;
    go_carefully(tokenizer, tokenizer->length, tokens, count, &taken);
    return taken;
}

size_t tokenizer_next(struct tokenizer *tokenizer, struct token *tokens, size_t count)
{
    size_t taken = 0;
    if (tokenizer->analyzer->program != NULL && tokenizer->analyzer->program->next != NULL)
        return callback_next(tokenizer, tokens, count);
    if (tokenizer->pending_count > 0)
        return take_pending(tokenizer, tokens, count);
    while (taken == 0 && tokenizer->at < tokenizer->length) {
        tokenizer->words_used = 0;
        switch (tokenizer->kernel) {
        case KERNEL_CAREFUL: taken = sweep_with_care(tokenizer, tokens, count); break;
        case KERNEL_SCALAR: taken = sweep_scalar(tokenizer, tokens, count); break;
        case KERNEL_SSE2: taken = sweep_sse2(tokenizer, tokens, count); break;
        case KERNEL_AVX2: taken = sweep_avx2(tokenizer, tokens, count); break;
        }
    }
    return taken;
}

size_t tokenizer_fold(struct tokenizer *tokenizer, libsearch_bytes word, char *folded, size_t capacity)
{
    const struct analyzer *analyzer = tokenizer->analyzer;
    if (analyzer->program != NULL && (analyzer->program->fold != NULL || analyzer->no_base))
        return callback_fold(tokenizer, word, folded, capacity);
    return fold_text(&tokenizer->analyzer->fold, (const uint8_t *)word.data, word.length, folded, capacity);
}
