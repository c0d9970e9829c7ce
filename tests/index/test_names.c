/* SPDX-License-Identifier: MIT */
/* Which names are an index's, and which are another's. */
#include "index/names.h"
#include "support/unit.h"

#include <string.h>

static void names_are_read_back_as_they_were_made(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {
        0, 1, 9, 10, 15, 16, 255, UINT64_C(0xABCDEF0123456), NAME_MAX_NUMBER - 1, NAME_MAX_NUMBER
    };
    char name[NAME_SIZE];
    uint64_t number, serial;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        name_commit(name, numbers[i], false);
        assert_int_equal(name_parse(name, &number, &serial), NAME_OF_COMMIT);
        assert_int_equal(number, numbers[i]);
        name_commit(name, numbers[i], true);
        assert_int_equal(name_parse(name, &number, &serial), NAME_OF_LOOSE);
        assert_int_equal(number, numbers[i]);
        name_segment(name, numbers[i]);
        assert_int_equal(name_parse(name, &number, &serial), NAME_OF_SEGMENT);
        assert_int_equal(number, numbers[i]);
        name_deletions(name, numbers[i], numbers[9 - i]);
        assert_int_equal(name_parse(name, &number, &serial), NAME_OF_DELETIONS);
        assert_int_equal(number, numbers[i]);
        assert_int_equal(serial, numbers[9 - i]);
    }
    number = serial = 7;
    assert_int_equal(name_parse(NAME_LOCK, &number, &serial), NAME_OF_LOCK);
    assert_int_equal(number, 0);
    assert_int_equal(serial, 0);
    number = serial = 7;
    assert_int_equal(name_parse(NAME_TEMPORARY, &number, &serial), NAME_OF_TEMPORARY);
    assert_int_equal(number, 0);
    assert_int_equal(serial, 0);
}

static void what_only_looks_like_one_is_anothers(void **state)
{
    (void)state;
    static const char *const others[] = { "",
                                          "letter.txt",
                                          "commit-",
                                          "commit-1",
                                          "commit-000000000000000g",
                                          "commit-000000000000000A",
                                          "commit-00000000 0000001",
                                          "commit-ffffffffffffffff",
                                          "commit-00000000000000011",
                                          "commit-0000000000000001.bak",
                                          "segment-000000000000000/",
                                          "deleted-0000000000000001",
                                          "deleted-0000000000000001-",
                                          "deleted-0000000000000001-000000000000000x",
                                          "deleted-0000000000000001_0000000000000001",
                                          "deleted-0000000000000001-00000000000000012",
                                          "loose-00000000000000",
                                          "Commit-0000000000000001" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        uint64_t number = 7, serial = 7;
        if (name_parse(others[i], &number, &serial) != NAME_OF_ANOTHER)
            fail_msg("%s", others[i]);
        assert_int_equal(number, 0);
        assert_int_equal(serial, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_read_back_as_they_were_made),
        cmocka_unit_test(what_only_looks_like_one_is_anothers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
