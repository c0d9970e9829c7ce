/* SPDX-License-Identifier: MIT */
/* From bytes to terms. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/memory.h"
#include "micro.h"
#include "text/classify.h"
#include "text/tokenizer.h"

enum { BATCH = 64, FORMS = 1 << 16 };

static void classify(void *context)
{
    static char lower[CLASSIFY_BLOCK];
    struct block_classes classes;
    classify_function function = *(classify_function *)context;
    for (size_t i = 0; i + CLASSIFY_BLOCK <= (size_t)1 << 18; i += CLASSIFY_BLOCK) {
        function(CLASSIFY_SPLIT, (const uint8_t *)micro_text + i, &classes, lower);
        __asm__ volatile("" ::"r"(&classes), "r"(lower) : "memory");
    }
}

static struct tokenizer *tokenizer;
static size_t token_count, documents;

static void tokenize(void *context)
{
    struct token tokens[BATCH];
    (void)context;
    token_count = 0;
    for (size_t i = 0; i < documents; i++) {
        size_t got;
        tokenizer_start(tokenizer, micro_documents[i], 0);
        while ((got = tokenizer_next(tokenizer, tokens, BATCH)) > 0) {
            if (got == SIZE_MAX)
                micro_fail("no memory");
            token_count += got;
        }
    }
}

/* Surface forms, each once. */
static char form_bytes[FORMS * 24];
static struct form {
    const char *bytes;
    size_t length;
} forms[FORMS];
static size_t form_count, form_size;

static void gather_forms(void)
{
    static uint32_t slots[4 * FORMS];
    struct token tokens[BATCH];
    for (size_t i = 0; i < micro_document_count; i++) {
        size_t got;
        tokenizer_start(tokenizer, micro_documents[i], 0);
        while ((got = tokenizer_next(tokenizer, tokens, BATCH)) > 0 && got != SIZE_MAX)
            for (size_t j = 0; j < got; j++) {
                const struct token *token = &tokens[j];
                uint64_t at = hash_bytes(token->surface, token->length) % (4 * FORMS);
                while (slots[at] != 0 && (forms[slots[at] - 1].length != token->length ||
                                          memcmp(forms[slots[at] - 1].bytes, token->surface, token->length) != 0))
                    at = (at + 1) % (4 * FORMS);
                if (slots[at] != 0)
                    continue;
                if (form_count == FORMS || form_size + token->length + 16 > sizeof form_bytes)
                    return;
                memcpy(form_bytes + form_size, token->surface, token->length);
                forms[form_count++] = (struct form){ form_bytes + form_size, token->length };
                form_size += token->length;
                slots[at] = (uint32_t)form_count;
            }
    }
}

static void stem(void *context)
{
    char term[LIBSEARCH_MAX_TERM + 1];
    size_t sum = 0;
    (void)context;
    for (size_t i = 0; i < form_count; i++)
        sum += tokenizer_term(tokenizer, forms[i].bytes, forms[i].length, term);
    if (sum == 0)
        micro_fail("no terms");
}

void micro_texts(void)
{
    static const struct {
        const char *name;
        enum kernel kernel;
        classify_function function;
    } kernels[] = { { "scalar", KERNEL_SCALAR, classify_scalar },
                    { "SSE2", KERNEL_SSE2, classify_sse2 },
                    { "AVX2", KERNEL_AVX2, classify_avx2 },
                    { "careful", KERNEL_CAREFUL, NULL } };
    const size_t kernel_count = sizeof kernels / sizeof *kernels;
    size_t size = 0;
    for (documents = 0; documents < micro_document_count && size < (size_t)16 << 20; documents++)
        size += micro_documents[documents].length;
    for (size_t k = 0; k < kernel_count; k++)
        if (kernels[k].function != NULL && kernel_is_there(kernels[k].kernel) && micro_text_size >= 1 << 18)
            micro_row("classes of bytes, lower case", kernels[k].name, 1 << 18, "bytes",
                      micro_time(classify, (void *)(uintptr_t)&kernels[k].function), micro_text, 1 << 18);
    static const char *const names[] = { "plain-english", "english" };
    for (size_t n = 0; n < 2; n++) {
        struct analyzer *analyzer;
        micro_check(analyzer_new(allocator_default(), names[n], &analyzer, &micro_error));
        micro_check(tokenizer_new(analyzer, allocator_default(), &tokenizer, &micro_error));
        for (size_t k = 0; k < kernel_count; k++) {
            if (!kernel_is_there(kernels[k].kernel))
                continue;
            tokenizer_use_kernel(tokenizer, kernels[k].kernel);
            double spent = micro_time(tokenize, NULL);
            micro_row(n == 0 ? "tokens, plain-english" : "tokens, english", kernels[k].name, (double)token_count,
                      "tokens", spent, micro_text, size);
        }
        if (n == 1) {
            gather_forms();
            micro_row("stemming, forms once each", "-", (double)form_count, "surface forms", micro_time(stem, NULL),
                      form_bytes, form_size);
        }
        tokenizer_free(tokenizer);
        analyzer_free(analyzer);
    }
}
