/* SPDX-License-Identifier: MIT */
/* A fuzz target without libFuzzer: gives it every file of the folders named, in order of name, and empty input. */
#include <dirent.h>

#include "fuzz.h"

static uint8_t *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) {
        perror(path);
        exit(1);
    }
    *length = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*length == 0 ? 1 : *length);
    FUZZ_REQUIRE(bytes != NULL && fread(bytes, 1, *length, file) == *length);
    fclose(file);
    return bytes;
}

static unsigned replay_file(const char *path)
{
    size_t length;
    uint8_t *bytes = read_file(path, &length);
    if (getenv("FUZZ_REPLAY_PRINTS") != NULL)
        fprintf(stderr, "%s\n", path);
    LLVMFuzzerTestOneInput(bytes, length);
    free(bytes);
    return 1;
}

static int not_hidden(const struct dirent *entry) { return entry->d_name[0] != '.'; }

static unsigned replay_folder(const char *folder)
{
    struct dirent **entries;
    const int count = scandir(folder, &entries, not_hidden, alphasort);
    if (count < 0) /* a file */
        return replay_file(folder);
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        replay_file(path);
        free(entries[i]);
    }
    free(entries);
    return (unsigned)count;
}

int main(int argc, char **argv)
{
    unsigned count = 1;
    LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++)
        count += replay_folder(argv[i]);
    printf("%u inputs\n", count);
    return argc > 1 && count < 2; /* seeds that are not found are no test */
}
