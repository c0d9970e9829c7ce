/* SPDX-License-Identifier: MIT */
#include "fuzz/folder.h"

#include <dirent.h>
#include <unistd.h>

#include "fuzz/fuzz.h"

static char folder[256];

void fuzz_folder_clear(void)
{
    DIR *directory = opendir(folder);
    FUZZ_REQUIRE(directory != NULL);
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        (void)unlink(path); /* . and .. stay */
    }
    closedir(directory);
}

static void end(void)
{
    fuzz_folder_clear();
    (void)rmdir(folder);
}

const char *fuzz_folder(void)
{
    if (folder[0] == '\0') {
        const char *temporary = getenv("TMPDIR");
        snprintf(folder, sizeof folder, "%s/libsearch-fuzz-XXXXXX",
                 access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                 : temporary != NULL           ? temporary
                                               : "/tmp");
        FUZZ_REQUIRE(mkdtemp(folder) != NULL);
        atexit(end);
    }
    return folder;
}
