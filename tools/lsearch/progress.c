/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <inttypes.h>
#include <time.h>
#include <unistd.h>

double progress_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void progress_begin(struct progress *progress, bool shown, uint64_t total)
{
    *progress = (struct progress){ .shown = shown, .total = total, .begin = progress_seconds() };
}

static void draw_bar(double share)
{
    enum { WIDTH = 30 };
    share = share > 1 ? 1 : share;
    const int filled = (int)(share * WIDTH);
    putc('[', stderr);
    for (int i = 0; i < WIDTH; i++)
        putc(i < filled ? '=' : i == filled ? '>' : ' ', stderr);
    fprintf(stderr, "] %3.0f%%  ", share * 100);
}

static void draw(const struct progress *progress, double seconds)
{
    const double rate = seconds > 0 ? (double)progress->documents / seconds : 0;
    const double speed = seconds > 0 ? (double)progress->bytes / seconds / 1e6 : 0;
    fputs("\r\033[K", stderr);
    if (progress->total != 0)
        draw_bar((double)progress->bytes / (double)progress->total);
    fprintf(stderr, "%" PRIu64 " documents, %.0f a second, %.1f MB/s", progress->documents, rate, speed);
    if (progress->total > progress->bytes && speed > 0)
        fprintf(stderr, ", %.0f s left", (double)(progress->total - progress->bytes) / speed / 1e6);
    fflush(stderr);
}

void progress_step(struct progress *progress)
{
    progress->documents++;
    /* The clock costs something: look at it now and then, and at each of the first few. */
    if (!progress->shown || (progress->documents > 64 && progress->documents % 64 != 0))
        return;
    const double now = progress_seconds();
    if (now - progress->last < 0.15)
        return;
    progress->last = now;
    draw(progress, now - progress->begin);
}

void progress_clear(struct progress *progress)
{
    if (progress->shown && progress->last > 0)
        fputs("\r\033[K", stderr);
}

void work_bar_show(struct work_bar *bar, const char *what, uint64_t done, uint64_t total)
{
    const double now = progress_seconds();
    if (done == 0 || bar->begin <= 0)
        *bar = (struct work_bar){ .begin = now };
    if (done >= total) {
        if (bar->last > 0)
            fputs("\r\033[K", stderr);
        *bar = (struct work_bar){ .begin = 0 };
        return;
    }
    if (now - bar->begin < 1 || now - bar->last < 0.15 || isatty(STDERR_FILENO) == 0)
        return;
    bar->last = now;
    fputs("\r\033[K", stderr);
    draw_bar((double)done / (double)total);
    fputs(what, stderr);
    fflush(stderr);
}

static int show_work(void *context, const libsearch_progress *progress)
{
    static const char *const names[] = { "", "writing", "merging", "committing", "checking", "copying" };
    const bool known = (size_t)progress->work < sizeof names / sizeof names[0];
    work_bar_show(context, names[known ? progress->work : 0], progress->done, progress->total);
    return 0;
}

const libsearch_extensions *progress_extensions(void)
{
    static struct work_bar bar;
    static libsearch_extensions extensions = LIBSEARCH_EXTENSIONS_INIT;
    if (isatty(STDERR_FILENO) == 0)
        return NULL;
    extensions.progress = show_work;
    extensions.progress_context = &bar;
    return &extensions;
}
