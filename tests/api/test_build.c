/* SPDX-License-Identifier: MIT */
/* What a program can ask at run time of how the library was built. */
#include "support/unit.h"

#include <stdio.h>
#include <string.h>

static const char *value_of(const char *wanted)
{
    const char *name, *value = NULL;
    for (size_t i = 0; (name = libsearch_build_option(i, &value)) != NULL; i++)
        if (strcmp(name, wanted) == 0)
            return value;
    return NULL;
}

static void every_option_has_a_name_and_a_value_and_there_is_an_end(void **state)
{
    (void)state;
    size_t count = 0;
    const char *value = NULL;
    for (const char *name; (name = libsearch_build_option(count, &value)) != NULL; count++) {
        assert_true(strlen(name) > 0 && strlen(value) > 0);
        assert_string_equal(libsearch_build_option(count, NULL), name);
    }
    assert_true(count >= 7);
    assert_null(libsearch_build_option(SIZE_MAX, &value));
}

static void the_version_is_the_one_of_the_header(void **state)
{
    (void)state;
    char version[32];
    snprintf(version, sizeof version, "%d.%d.%d", LIBSEARCH_VERSION_MAJOR, LIBSEARCH_VERSION_MINOR,
             LIBSEARCH_VERSION_PATCH);
    assert_string_equal(libsearch_version(), version);
    assert_string_equal(value_of("version"), version);
}

static void kernels_are_of_the_instructions_that_it_was_built_for(void **state)
{
    (void)state;
    const char *simd = value_of("simd"), *kernels = value_of("kernels");
    if (strcmp(simd, "none") == 0)
        assert_string_equal(kernels, "scalar");
    else
        assert_true(strcmp(kernels, "avx512") == 0 || strcmp(kernels, "avx2") == 0 || strcmp(kernels, "sse2") == 0);
    assert_non_null(value_of("compiler"));
    assert_non_null(value_of("unicode"));
    assert_string_equal(value_of("format"), "1");
    assert_non_null(value_of("sanitizers"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_option_has_a_name_and_a_value_and_there_is_an_end),
        cmocka_unit_test(the_version_is_the_one_of_the_header),
        cmocka_unit_test(kernels_are_of_the_instructions_that_it_was_built_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
