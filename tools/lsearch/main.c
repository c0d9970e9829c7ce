/* SPDX-License-Identifier: MIT */
/* lsearch: libsearch at a shell. Stands on the public header alone. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "lsearch.h"

int main(int argc, char **argv)
{
    struct options options;
    enum outcome outcome;
    signal(SIGXFSZ, SIG_IGN); /* a file-size limit is then a write that fails, and is reported */
    const struct command *command = options_read(argc, argv, &options, &outcome);
    if (command != NULL)
        outcome = command->run(&options);
    options_free(&options);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        complain("standard output: %s", strerror(errno));
        return OUTCOME_FAILED;
    }
    return (int)outcome;
}
