/* SPDX-License-Identifier: MIT */
/* A folder for an index: in memory where the system has such a file system, removed at the end. */
#ifndef TESTS_FUZZ_FOLDER_H
#define TESTS_FUZZ_FOLDER_H

/* Its path; the same one at each call. */
const char *fuzz_folder(void);
/* Removes the files in it. */
void fuzz_folder_clear(void);

#endif
