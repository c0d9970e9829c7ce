/* SPDX-License-Identifier: MIT */
/* Every byte wrong, on an index of about 64 KiB with every feature in it: each bit turned, each byte 0x00 and 0xFF, each
 * shorter length, each file missing, files exchanged; then bits and bytes once more with every checksum mended. Verified
 * it is an error that names the file, or the same answers; unverified an error or well-formed answers; bounded always.
 *
 * LIBSEARCH_EVERY_BYTE="PART PARTS": part PART (from 0) of PARTS of all cases; else an even sample of some 20,000. */
#include "support/unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "api/everything.h"
#include "base/hash.h"
#include "io/section_layout.h"

enum { MAX_FILES = 16, MAX_LENGTH = 1 << 17, MOST_MS = 10000, MOST_BYTES = 64 << 20 };

/* The sanitizers see what is read outside; without them a few suffice. */
#ifdef __SANITIZE_ADDRESS__
enum { SAMPLE = 20000 };
#else
enum { SAMPLE = 2000 };
#endif

static struct file {
    char name[64];
    uint8_t data[MAX_LENGTH];
    size_t length;
    bool counts; /* the newest commit's, or the one before */
} files[MAX_FILES];
static size_t file_count;

static char folder[64];
static uint64_t whole_sum, previous_sum; /* of the answers of the newest commit, and of the one before */

struct counts {
    size_t cases, refused, same, found, errors, answers;
    double slowest;
    size_t largest; /* memory of an index while it was asked */
};

/* What an open index takes: an allocator that knows the most. Searches have their own limits (api/everything.c). */
static struct {
    libsearch_allocator allocator;
    size_t now, most;
} taken;

enum { TAKEN_HEADER = 16 };

static void *take_again(void *context, void *memory, size_t size)
{
    (void)context;
    char *old = memory == NULL ? NULL : (char *)memory - TAKEN_HEADER;
    size_t old_size = 0;
    if (old != NULL)
        memcpy(&old_size, old, sizeof old_size);
    char *made = size > MOST_BYTES ? NULL : realloc(old, size + TAKEN_HEADER);
    if (taken.now - old_size + size > taken.most) /* also what was not given counts: asking for it is wrong */
        taken.most = taken.now - old_size + size;
    if (made == NULL)
        return NULL;
    memcpy(made, &size, sizeof size);
    taken.now += size - old_size;
    return made + TAKEN_HEADER;
}

static void *take(void *context, size_t size) { return take_again(context, NULL, size); }

static void give_back(void *context, void *memory)
{
    size_t size;
    (void)context;
    memcpy(&size, (char *)memory - TAKEN_HEADER, sizeof size);
    taken.now -= size;
    free((char *)memory - TAKEN_HEADER);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void write_at(const char *name, const void *data, size_t length, off_t at)
{
    char path[160];
    snprintf(path, sizeof path, "%.63s/%.63s", folder, name);
    const int file = open(path, O_WRONLY | O_CREAT, 0666);
    assert_true(file >= 0);
    assert_int_equal(pwrite(file, data, length, at), (ssize_t)length);
    close(file);
}

static void write_whole(const char *name, const uint8_t *data, size_t length)
{
    char path[160];
    snprintf(path, sizeof path, "%.63s/%.63s", folder, name);
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    assert_true(file >= 0);
    assert_int_equal(write(file, data, length), (ssize_t)length);
    close(file);
}

static void make_index(void)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    size_t total = 0;
    snprintf(folder, sizeof folder, "%s/libsearch-test-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(folder));
    if (everything_make(folder, &error) != LIBSEARCH_OK)
        fail_msg("%s", error.message);
    DIR *list = opendir(folder);
    for (struct dirent *entry; (entry = readdir(list)) != NULL;) {
        char path[400];
        if (entry->d_name[0] == '.' || strstr(entry->d_name, "lock") != NULL)
            continue;
        struct file *file = &files[file_count++];
        assert_true(file_count <= MAX_FILES);
        snprintf(file->name, sizeof file->name, "%.63s", entry->d_name);
        snprintf(path, sizeof path, "%.63s/%.63s", folder, entry->d_name);
        const int opened = open(path, O_RDONLY);
        const ssize_t length = read(opened, file->data, MAX_LENGTH);
        assert_true(length > 0 && length < MAX_LENGTH);
        file->length = (size_t)length;
        file->counts = true;
        total += file->length;
        close(opened);
    }
    closedir(list);
    printf("%zu files, %zu bytes\n", file_count, total);
}

static int remove_index(void **state)
{
    (void)state;
    char path[160];
    for (size_t i = 0; i < file_count; i++) {
        snprintf(path, sizeof path, "%.63s/%.63s", folder, files[i].name);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/write.lock", folder);
    unlink(path);
    return rmdir(folder);
}

struct told {
    size_t lines;
    const char *name; /* that one of them is to hold */
    bool named;
};

static void tell(void *context, const char *line)
{
    struct told *told = context;
    told->lines++;
    told->named |= told->name != NULL && strstr(line, told->name) != NULL;
}

/* Opens and asks; the status of the opening, or of what failed afterwards. */
static libsearch_status open_and_ask(unsigned flags, uint64_t *sum, libsearch_error *error)
{
    libsearch_index *index;
    libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
    taken.allocator = (libsearch_allocator){ NULL, take, take_again, give_back };
    options.allocator = &taken.allocator;
    libsearch_status failed = libsearch_open(folder, flags | LIBSEARCH_READ_ONLY, &options, &index, error);
    if (failed != LIBSEARCH_OK)
        return failed;
    everything_ask(index, sum, &failed);
    libsearch_close(index);
    return failed;
}

/* The files as they lie there now, one of them damaged. other: a file with which it was exchanged. mended: checksums
 * are right. changed: some byte is another than it was. */
static void try_damage(struct counts *counts, const char *name, const char *other, const char *what, bool mended)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    uint64_t sum = 0;
    struct told told = { 0, name, false };
    const double start = seconds_now();
    counts->cases++;
    taken.most = 0;
    libsearch_status status = open_and_ask(LIBSEARCH_VERIFY, &sum, &error);
    const bool opened = status == LIBSEARCH_OK;
    if (status == LIBSEARCH_OK && !mended && sum != whole_sum)
        fail_msg("%s: verified, and other answers", what);
    if (status != LIBSEARCH_OK && !mended && strstr(error.message, name) == NULL &&
        (other == NULL || strstr(error.message, other) == NULL))
        fail_msg("%s: verified, and the file is not named: %s", what, error.message);
    if (status == LIBSEARCH_OK)
        counts->same++;
    else
        counts->refused++;
    /* It must find every turned bit. Others, and what has right checksums, now and then: it must hold, too. */
    const bool turned = strncmp(what, "bit", 3) == 0 && !mended;
    status = !turned && counts->cases % 4 != 0 ? LIBSEARCH_OK : libsearch_check(folder, tell, &told, NULL);
    if (status == LIBSEARCH_CORRUPT) {
        counts->found++;
        if (!mended && other == NULL && !told.named)
            fail_msg("%s: found, and its file is not named", what);
    } else if (turned)
        fail_msg("%s: not found by the check (status %d)", what, (int)status);
    if (!mended || !opened) /* else it has been asked: what was verified is read by the same code */
        status = open_and_ask(0, &sum, &error);
    else
        status = LIBSEARCH_OK;
    if (status == LIBSEARCH_OK)
        counts->answers++;
    else
        counts->errors++;
    const double took = seconds_now() - start;
    if (took > counts->slowest)
        counts->slowest = took;
    if (taken.most > counts->largest)
        counts->largest = taken.most;
    if (taken.now != 0)
        fail_msg("%s: %zu bytes are not given back", what, taken.now);
}

/* Mending: the checksums of a file in memory, then whoever names that file by its checksum. */

static uint64_t load_u64(const uint8_t *from)
{
    uint64_t value = 0;
    for (unsigned i = 8; i > 0; i--)
        value = value << 8 | from[i - 1];
    return value;
}

static void mend_file(uint8_t *data, size_t length, bool sections)
{
    if (length < SECTION_HEADER + SECTION_FOOTER)
        return;
    uint8_t *footer = data + length - SECTION_FOOTER;
    const uint64_t table = load_u64(footer), count = (uint32_t)load_u64(footer + 8);
    if (table > length - SECTION_FOOTER || count > (length - SECTION_FOOTER - table) / SECTION_ENTRY)
        return;
    for (uint64_t i = 0; i < count && sections; i++) {
        uint8_t *entry = data + table + i * SECTION_ENTRY;
        const uint64_t offset = load_u64(entry + 8), size = load_u64(entry + 16);
        if (offset <= length && size <= length - offset)
            section_store_u64(entry + 24, hash_bytes(data + offset, size));
    }
    static uint8_t covered[MAX_LENGTH];
    size_t covered_length = 0;
    memcpy(covered, data, SECTION_HEADER);
    covered_length += SECTION_HEADER;
    memcpy(covered + covered_length, data + table, count * SECTION_ENTRY);
    covered_length += count * SECTION_ENTRY;
    memcpy(covered + covered_length, footer, SECTION_FOOTER_HASH);
    covered_length += SECTION_FOOTER_HASH;
    section_store_u64(footer + SECTION_FOOTER_HASH, hash_bytes(covered, covered_length));
}

static void try_mended(struct counts *counts, size_t damaged, const uint8_t *data, const char *what)
{
    static uint8_t copy[MAX_FILES][MAX_LENGTH];
    struct file *file = &files[damaged];
    uint8_t before[8], after[8];
    bool written[MAX_FILES] = { false };
    memcpy(copy[damaged], data, file->length);
    mend_file(copy[damaged], file->length, true);
    write_whole(file->name, copy[damaged], file->length);
    written[damaged] = true;
    memcpy(before, file->data + file->length - 8, 8);
    memcpy(after, copy[damaged] + file->length - 8, 8);
    for (size_t i = 0; i < file_count; i++) { /* manifests and files of deletions name segments */
        uint8_t *found = i == damaged ? NULL : memmem(files[i].data, files[i].length, before, 8);
        if (found == NULL)
            continue;
        memcpy(copy[i], files[i].data, files[i].length);
        memcpy(copy[i] + (found - files[i].data), after, 8);
        mend_file(copy[i], files[i].length, true);
        write_whole(files[i].name, copy[i], files[i].length);
        written[i] = true;
    }
    try_damage(counts, file->name, NULL, what, true);
    for (size_t i = 0; i < file_count; i++)
        if (written[i])
            write_whole(files[i].name, files[i].data, files[i].length);
}

/* The cases are numbered through; this process takes those of its part. */
static struct {
    uint64_t next, step, first;
} part;

static bool is_mine(void) { return part.next++ % part.step == part.first; }

enum { FLIPS = 8, OF_A_BYTE = FLIPS + 2 };

/* Way `way` to change a byte; false: it stays what it is. */
static bool change_byte(uint8_t *byte, unsigned way)
{
    const uint8_t old = *byte;
    *byte = (uint8_t)(way < FLIPS ? old ^ 1u << way : way == FLIPS ? 0x00 : 0xFF);
    return *byte != old;
}

static void say(const char *name, const struct counts *counts)
{
    printf("%s: %zu cases; verified: %zu refused, %zu the same answers; check: %zu found; unverified: %zu errors, %zu "
           "answers; slowest %.0f ms, most memory %zu KiB\n",
           name, counts->cases, counts->refused, counts->same, counts->found, counts->errors, counts->answers,
           counts->slowest * 1000, counts->largest / 1024);
    assert_true(counts->slowest * 1000 < MOST_MS);
    assert_true(counts->largest < MOST_BYTES);
}

/* A commit without its manifest is not there: the other one counts, and answers as it did. */
static void try_without_manifest(struct counts *counts, const char *what)
{
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    uint64_t sum = 0;
    counts->cases++;
    if (open_and_ask(LIBSEARCH_VERIFY, &sum, &error) != LIBSEARCH_OK)
        fail_msg("%s: %s", what, error.message);
    if (sum != whole_sum && sum != previous_sum)
        fail_msg("%s: answers of neither commit", what);
    counts->same++;
    assert_int_equal(libsearch_check(folder, NULL, NULL, NULL), LIBSEARCH_OK);
    assert_int_equal(open_and_ask(0, &sum, &error), LIBSEARCH_OK);
    counts->answers++;
}

static void every_byte_that_is_wrong_is_named_or_harmless(void **state)
{
    struct counts bytes = { 0 }, lengths = { 0 }, others = { 0 };
    (void)state;
    for (size_t f = 0; f < file_count; f++) {
        struct file *file = &files[f];
        for (size_t at = 0; at < file->length; at++)
            for (unsigned way = 0; way < OF_A_BYTE; way++) {
                char what[160];
                uint8_t byte = file->data[at];
                if (!is_mine() || !change_byte(&byte, way))
                    continue;
                snprintf(what, sizeof what, "%s %u of byte %zu of %.63s", way < FLIPS ? "bit" : "value", way, at,
                         file->name);
                write_at(file->name, &byte, 1, (off_t)at);
                try_damage(&bytes, file->name, NULL, what, false);
                write_at(file->name, &file->data[at], 1, (off_t)at);
            }
    }
    say("bits and bytes", &bytes);
    for (size_t f = 0; f < file_count; f++) {
        struct file *file = &files[f];
        for (size_t length = 0; length < file->length; length++) {
            char what[160];
            if (!is_mine())
                continue;
            snprintf(what, sizeof what, "%.63s cut to %zu bytes", file->name, length);
            write_whole(file->name, file->data, length);
            try_damage(&lengths, file->name, NULL, what, false);
            write_whole(file->name, file->data, file->length);
        }
    }
    say("lengths", &lengths);
    for (size_t f = 0; f < file_count; f++) {
        char path[160], what[200];
        snprintf(path, sizeof path, "%.63s/%.63s", folder, files[f].name);
        snprintf(what, sizeof what, "%.63s is missing", files[f].name);
        assert_int_equal(unlink(path), 0);
        if (strncmp(files[f].name, "commit-", 7) == 0)
            try_without_manifest(&others, what);
        else
            try_damage(&others, files[f].name, NULL, what, false);
        write_whole(files[f].name, files[f].data, files[f].length);
        for (size_t g = 0; g < f; g++) {
            snprintf(what, sizeof what, "%.63s and %.63s are exchanged", files[f].name, files[g].name);
            write_whole(files[f].name, files[g].data, files[g].length);
            write_whole(files[g].name, files[f].data, files[f].length);
            try_damage(&others, files[f].name, files[g].name, what, false);
            write_whole(files[g].name, files[f].data, files[f].length);
            snprintf(what, sizeof what, "%.63s in place of %.63s", files[g].name, files[f].name);
            write_whole(files[g].name, files[g].data, files[g].length);
            try_damage(&others, files[f].name, NULL, what, false);
            write_whole(files[f].name, files[f].data, files[f].length);
        }
    }
    say("missing and exchanged files", &others);
}

static void with_its_checksums_mended_every_byte_that_is_wrong_is_harmless(void **state)
{
    struct counts bytes = { 0 };
    (void)state;
    for (size_t f = 0; f < file_count; f++) {
        struct file *file = &files[f];
        static uint8_t data[MAX_LENGTH];
        memcpy(data, file->data, file->length);
        for (size_t at = 0; at < file->length; at++)
            for (unsigned way = 0; way < OF_A_BYTE; way++) {
                char what[160];
                if (!is_mine() || !change_byte(&data[at], way))
                    continue;
                snprintf(what, sizeof what, "mended: %s %u of byte %zu of %.63s", way < FLIPS ? "bit" : "value", way,
                         at, file->name);
                try_mended(&bytes, f, data, what);
                data[at] = file->data[at];
            }
    }
    say("mended", &bytes);
}

static int make(void **state)
{
    (void)state;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    struct rlimit memory = { 4ul << 30, 4ul << 30 };
    const char *given = getenv("LIBSEARCH_EVERY_BYTE");
    unsigned long long first, parts;
    uint64_t cases = 0;
    make_index();
#ifndef __SANITIZE_ADDRESS__
    setrlimit(RLIMIT_AS, &memory); /* what takes more is told by the allocations that fail */
#else
    (void)memory;
#endif
    for (size_t i = 0; i < file_count; i++)
        cases += files[i].length * (2 * OF_A_BYTE + 1);
    part.step = cases / SAMPLE + 1;
    if (part.step % OF_A_BYTE == 0 || part.step % 2 == 0 || part.step % 5 == 0) /* every way to change a byte */
        part.step += part.step % 2 == 0 ? 1 : 2;
    if (given != NULL && sscanf(given, "%llu %llu", &first, &parts) == 2) {
        part.step = parts;
        part.first = first;
    }
    printf("%llu cases in all, every %lluth is tried\n", (unsigned long long)cases, (unsigned long long)part.step);
    const libsearch_status status = open_and_ask(LIBSEARCH_VERIFY, &whole_sum, &error);
    if (status != LIBSEARCH_OK || libsearch_check(folder, NULL, NULL, NULL) != LIBSEARCH_OK) {
        printf("the whole index: %s\n", error.message);
        return -1;
    }
    uint64_t again = 0;
    if (open_and_ask(LIBSEARCH_VERIFY | LIBSEARCH_PREVIOUS, &previous_sum, &error) != LIBSEARCH_OK) {
        printf("the commit before: %s\n", error.message);
        return -1;
    }
    assert_true(previous_sum != whole_sum);
    open_and_ask(0, &again, &error);
    return again == whole_sum ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_that_is_wrong_is_named_or_harmless),
        cmocka_unit_test(with_its_checksums_mended_every_byte_that_is_wrong_is_harmless),
    };
    return cmocka_run_group_tests(tests, make, remove_index);
}
