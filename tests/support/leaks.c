/* SPDX-License-Identifier: MIT */
/* Every test ends with the file descriptors and the maps of files that it began with: linked into every test program,
 * and asked before its setup and after its teardown. (What is lost of the heap LeakSanitizer says, at the end of each
 * program of the build with AddressSanitizer.) */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

int __real__cmocka_run_group_tests(const char *group, const struct CMUnitTest *const tests, const size_t count,
                                   CMFixtureFunction setup, CMFixtureFunction teardown);
int __wrap__cmocka_run_group_tests(const char *group, const struct CMUnitTest *const tests, const size_t count,
                                   CMFixtureFunction setup, CMFixtureFunction teardown);

/* A child that a test forked ends without running what counts coverage. */
void __gcov_dump(void) __attribute__((weak));
void __real__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status) __attribute__((noreturn));
void __wrap__exit(int status)
{
    if (__gcov_dump != NULL)
        __gcov_dump();
    __real__exit(status);
}

static const struct CMUnitTest *originals;
static size_t next_test;
static int files_before, maps_before;

static int count_files(void)
{
    int count = -1; /* the list's own */
    DIR *list = opendir("/proc/self/fd");
    if (list == NULL)
        return 0;
    for (struct dirent *entry; (entry = readdir(list)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(list);
    return count;
}

/* Of files where tests have theirs; not libraries and the like. */
static int count_maps(void)
{
    char line[512];
    int count = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    if (maps == NULL)
        return 0;
    while (fgets(line, sizeof line, maps) != NULL)
        count += strstr(line, " /tmp/") != NULL || strstr(line, " /dev/shm/") != NULL;
    fclose(maps);
    return count;
}

static int begin(void **state)
{
    const struct CMUnitTest *test = &originals[next_test];
    files_before = count_files();
    maps_before = count_maps();
    const int result = test->setup_func == NULL ? 0 : test->setup_func(state);
    if (result != 0)
        next_test++; /* there will be no end */
    return result;
}

static int end(void **state)
{
    const struct CMUnitTest *test = &originals[next_test++];
    int result = test->teardown_func == NULL ? 0 : test->teardown_func(state);
    const int files = count_files(), maps = count_maps();
    if (files > files_before || maps > maps_before) {
        printf("%s: %d file descriptors (%d before), %d maps of files (%d before)\n", test->name, files, files_before,
               maps, maps_before);
        result = -1;
    }
    return result;
}

int __wrap__cmocka_run_group_tests(const char *group, const struct CMUnitTest *const tests, const size_t count,
                                   CMFixtureFunction setup, CMFixtureFunction teardown)
{
    struct CMUnitTest *checked = malloc(count * sizeof *checked);
    if (checked == NULL)
        abort();
    originals = tests;
    next_test = 0;
    for (size_t i = 0; i < count; i++) {
        checked[i] = tests[i];
        checked[i].setup_func = begin;
        checked[i].teardown_func = end;
    }
    const int result = __real__cmocka_run_group_tests(group, checked, count, setup, teardown);
    free(checked);
    return result;
}
