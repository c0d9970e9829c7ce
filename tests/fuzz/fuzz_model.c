/* SPDX-License-Identifier: MIT */
/* Any text as a ranking model: refused with a message, or a model whose scores are monotone. */
#include <math.h>

#include "fuzz.h"
#include "search/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    struct model model;
    struct norms norms;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const uint64_t documents = 1 + fuzz_number(&bytes, 3), n = 1 + fuzz_below(&bytes, documents);
    const uint32_t length = (uint32_t)fuzz_number(&bytes, 2), frequency = 1 + fuzz_u8(&bytes);
    char *text = malloc(fuzz_left(&bytes) + 1);
    memcpy(text, bytes.next, fuzz_left(&bytes));
    text[fuzz_left(&bytes)] = '\0';
    if (model_parse(text, &model, &error) == LIBSEARCH_OK) {
        const float weight = model_weight(&model, documents, n, n * 3, 1);
        norms_init(&norms, &model, 50);
        const float score = score_of(weight, (float)frequency, norms_inverse(&norms, length));
        const float more = score_of(weight, (float)(frequency + 1), norms_inverse(&norms, length));
        const float longer = score_of(weight, (float)frequency, norms_inverse(&norms, length + 1));
        FUZZ_REQUIRE(weight >= 0 && isfinite(weight));
        FUZZ_REQUIRE(score >= 0 && more >= score && longer <= score);
    } else {
        FUZZ_REQUIRE(error.status == LIBSEARCH_INVALID && error.message[0] != '\0');
    }
    free(text);
    return 0;
}
