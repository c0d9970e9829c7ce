/* SPDX-License-Identifier: MIT */
/* lsearch index: files, folders and standard input into an index. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "intake.h"

/* Whether any of the words can be read at all; otherwise no index is made. */
static bool any_readable(const struct options *options)
{
    for (size_t i = 0; i < options->word_count; i++)
        if (strcmp(options->words[i], "-") == 0 || access(options->words[i], R_OK) == 0)
            return true;
    for (size_t i = 0; i < options->word_count; i++)
        if (access(options->words[i], R_OK) != 0)
            complain("%s: %s", options->words[i], strerror(errno));
    return false;
}

static void say_summary(const struct intake *intake)
{
    const double seconds = progress_seconds() - intake->progress.begin;
    printf("%" PRIu64 " documents in %.1f s", intake->put, seconds);
    if (intake->put > 0 && seconds > 0)
        printf(", %.0f a second, %.1f MB/s", (double)intake->put / seconds,
               (double)intake->progress.bytes / seconds / 1e6);
    if (intake->skipped > 0)
        printf("; %" PRIu64 " bad %s skipped", intake->skipped, intake->skipped == 1 ? "document" : "documents");
    putchar('\n');
}

enum outcome command_index(const struct options *options)
{
    struct intake intake = { 0 };
    uint64_t total = 0;
    const bool terminal = isatty(STDERR_FILENO);
    if (!any_readable(options))
        return OUTCOME_FAILED;
    if (intake_open(&intake, options)) {
        for (size_t i = 0; terminal && i < options->word_count; i++)
            total += load_size(options->words[i]);
        progress_begin(&intake.progress, terminal, total);
        bool go_on = true;
        for (size_t i = 0; go_on && i < options->word_count; i++)
            go_on = load(&intake, options->words[i]);
        if (go_on && intake_finish(&intake)) {
            progress_clear(&intake.progress);
            say_summary(&intake);
            if (intake.unread > 0 || (intake.put == 0 && intake.skipped > 0))
                intake.outcome = OUTCOME_FAILED;
        }
    }
    intake_close(&intake);
    return intake.outcome;
}
