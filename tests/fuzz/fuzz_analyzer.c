/* SPDX-License-Identifier: MIT */
/* Any bytes are cut into tokens that keep what analyzer.h promises, the same by every kernel, however many are taken at
 * a time. */
#include "fuzz.h"
#include "text/tokenizer.h"

static const char *const names[] = { "standard", "english", "german",  "plain-english", "french",
                                     "turkish",  "russian", "spanish", "plain-russian", "arabic" };
enum { ANALYZERS = sizeof names / sizeof *names, BATCH = 64 };

struct taken {
    char *surfaces; /* one after the other */
    size_t surface_length, surface_capacity;
    struct token *tokens; /* surface: not set */
    size_t count, capacity;
};

static struct tokenizer *tokenizer_of(unsigned which)
{
    static struct tokenizer *tokenizers[ANALYZERS];
    if (tokenizers[which] == NULL) {
        struct analyzer *analyzer;
        FUZZ_REQUIRE(analyzer_new(allocator_default(), names[which], &analyzer, NULL) == LIBSEARCH_OK);
        FUZZ_REQUIRE(tokenizer_new(analyzer, allocator_default(), &tokenizers[which], NULL) == LIBSEARCH_OK);
    }
    return tokenizers[which];
}

static void keep(struct taken *taken, const struct token *token)
{
    if (taken->count == taken->capacity) {
        taken->capacity = 2 * taken->capacity + 64;
        taken->tokens = realloc(taken->tokens, taken->capacity * sizeof *taken->tokens);
    }
    if (taken->surface_capacity - taken->surface_length < token->length) {
        taken->surface_capacity = 2 * taken->surface_capacity + 4096;
        taken->surfaces = realloc(taken->surfaces, taken->surface_capacity);
    }
    taken->tokens[taken->count++] = *token;
    memcpy(taken->surfaces + taken->surface_length, token->surface, token->length);
    taken->surface_length += token->length;
}

static void expect_token(struct tokenizer *tokenizer, const struct token *token, uint32_t before, size_t length)
{
    char term[LIBSEARCH_MAX_TERM];
    volatile char sum = 0;
    for (unsigned i = 0; i < 16; i++) /* may be read, whatever the length */
        sum = (char)(sum + token->surface[i]);
    FUZZ_REQUIRE(token->length >= 1 && token->length <= LIBSEARCH_MAX_TERM);
    FUZZ_REQUIRE(token->position >= before);
    FUZZ_REQUIRE(token->start < token->end && token->end <= length);
    const size_t written = tokenizer_term(tokenizer, token->surface, token->length, term);
    FUZZ_REQUIRE(written >= 1 && written <= LIBSEARCH_MAX_TERM);
}

static struct taken take_all(struct tokenizer *tokenizer, libsearch_bytes text, size_t batch)
{
    struct taken taken = { 0 };
    struct token tokens[BATCH];
    uint32_t position = 7;
    size_t count;
    tokenizer_start(tokenizer, text, position);
    while ((count = tokenizer_next(tokenizer, tokens, batch)) != 0) {
        FUZZ_REQUIRE(count <= batch);
        for (size_t i = 0; i < count; i++) {
            expect_token(tokenizer, &tokens[i], position, text.length);
            position = tokens[i].position;
            keep(&taken, &tokens[i]);
        }
    }
    return taken;
}

static void expect_same(const struct taken *one, const struct taken *other)
{
    FUZZ_REQUIRE(one->count == other->count && one->surface_length == other->surface_length);
    FUZZ_REQUIRE(one->surface_length == 0 || memcmp(one->surfaces, other->surfaces, one->surface_length) == 0);
    for (size_t i = 0; i < one->count; i++) {
        const struct token *a = &one->tokens[i], *b = &other->tokens[i];
        FUZZ_REQUIRE(a->length == b->length && a->position == b->position && a->start == b->start && a->end == b->end &&
                     a->flags == b->flags);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    struct tokenizer *tokenizer = tokenizer_of((unsigned)fuzz_below(&bytes, ANALYZERS));
    const size_t batch = 16 + fuzz_below(&bytes, BATCH - 15);
    char folded[300];
    size_t length;
    char *bytes_of_text = (char *)fuzz_rest(&bytes, &length);
    const libsearch_bytes text = { bytes_of_text, length };
    tokenizer_use_kernel(tokenizer, KERNEL_CAREFUL);
    struct taken careful = take_all(tokenizer, text, BATCH);
    for (enum kernel kernel = KERNEL_SCALAR; kernel <= KERNEL_AVX2; kernel++) {
        if (!kernel_is_there(kernel))
            continue;
        tokenizer_use_kernel(tokenizer, kernel);
        struct taken fast = take_all(tokenizer, text, batch);
        expect_same(&careful, &fast);
        free(fast.surfaces);
        free(fast.tokens);
    }
    FUZZ_REQUIRE(tokenizer_fold(tokenizer, text, folded, batch) <= batch);
    free(careful.surfaces);
    free(careful.tokens);
    free(bytes_of_text);
    return 0;
}
