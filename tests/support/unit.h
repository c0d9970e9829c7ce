/* SPDX-License-Identifier: MIT */
/* cmocka with what it wants to be included first. */
#ifndef TESTS_SUPPORT_UNIT_H
#define TESTS_SUPPORT_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <libsearch.h>

#define assert_ok(expression) assert_int_equal((expression), LIBSEARCH_OK)
#define assert_status(expression, status) assert_int_equal((expression), (status))

#endif
