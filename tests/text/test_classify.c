/* SPDX-License-Identifier: MIT */
#include "text/classify.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const classify_function functions[] = { NULL, classify_scalar, classify_sse2, classify_avx2 };

/* All 256 bytes, shifted so that each stands at every place of a block. */
static void every_kernel_knows_every_byte_at_every_place(void **state)
{
    (void)state;
    for (int kernel = KERNEL_SCALAR; kernel <= KERNEL_AVX2; kernel++) {
        if (!kernel_is_there((enum kernel)kernel))
            continue;
        for (int mode = CLASSIFY_SPLIT; mode <= CLASSIFY_PLAIN; mode++)
            for (unsigned first = 0; first < 256; first++) {
                uint8_t bytes[CLASSIFY_BLOCK];
                char lower[CLASSIFY_BLOCK];
                struct block_classes classes;
                for (unsigned i = 0; i < CLASSIFY_BLOCK; i++)
                    bytes[i] = (uint8_t)(first + i);
                functions[kernel]((enum classify_mode)mode, bytes, &classes, lower);
                for (unsigned i = 0; i < CLASSIFY_BLOCK; i++) {
                    const uint8_t byte = bytes[i];
                    const bool split = mode == CLASSIFY_SPLIT;
                    const char *joiners = split ? ".',-&_" : ".',:;", *tails = split ? "+#" : "_";
                    assert_int_equal(classes.word >> i & 1, byte < 0x80 && isalnum(byte));
                    assert_int_equal(classes.wide >> i & 1, byte >= 0x80);
                    assert_int_equal(classes.joiner >> i & 1, byte && byte < 0x80 && strchr(joiners, byte));
                    assert_int_equal(classes.tail >> i & 1, byte && byte < 0x80 && strchr(tails, byte));
                    assert_int_equal((uint8_t)lower[i], byte < 0x80 ? tolower(byte) : byte);
                }
            }
    }
}

static void the_best_kernel_is_there(void **state)
{
    (void)state;
    assert_true(kernel_is_there(kernel_best()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kernel_knows_every_byte_at_every_place),
        cmocka_unit_test(the_best_kernel_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
