/* SPDX-License-Identifier: MIT */
#include "ranking.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "date.h"

static bool read_double(const char *text, size_t length, double *number, size_t *end)
{
    char copy[64], *stop;
    if (length == 0 || length >= sizeof copy || strchr("0123456789.", text[0]) == NULL)
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    *number = strtod(copy, &stop);
    *end = (size_t)(stop - copy);
    return *end > 0 && isfinite(*number);
}

static bool read_whole_double(const char *text, size_t length, double *number)
{
    size_t end;
    return read_double(text, length, number, &end) && end == length;
}

/* A number, or a time in milliseconds: 30d, 12h, 90m, 10s, 2w, 1y. */
static bool read_scale(const char *text, size_t length, double *scale)
{
    static const char units[] = "smhdwy";
    static const double milliseconds[] = { 1e3, 6e4, 36e5, 864e5, 7 * 864e5, 365.25 * 864e5 };
    size_t end;
    if (!read_double(text, length, scale, &end) || !(*scale > 0))
        return false;
    const char *unit = end + 1 == length && text[end] != '\0' ? strchr(units, text[end]) : NULL;
    if (unit != NULL)
        *scale *= milliseconds[unit - units];
    return end == length || unit != NULL;
}

static bool read_origin(const char *text, size_t length, double *origin)
{
    int64_t moment;
    if (read_whole_double(text, length, origin))
        return true;
    if (!date_parse_iso(text, length, &moment))
        return false;
    *origin = (double)moment;
    return true;
}

static bool is(const char *text, size_t length, const char *name)
{
    return strlen(name) == length && memcmp(text, name, length) == 0;
}

static bool read_float(const char *text, size_t length, float *value)
{
    double number;
    if (!read_whole_double(text, length, &number))
        return false;
    *value = (float)number;
    return true;
}

/* One of the parts behind the kind. */
static bool read_part(libsearch_signal *signal, const char *text, size_t length)
{
    const char *equals = memchr(text, '=', length);
    if (equals == NULL && is(text, length, "add")) {
        signal->flags |= LIBSEARCH_SIGNAL_ADD;
        return true;
    }
    if (equals == NULL)
        return false;
    const size_t name = (size_t)(equals - text), rest = length - name - 1;
    if (is(text, name, "weight"))
        return read_float(equals + 1, rest, &signal->weight);
    if (is(text, name, "base"))
        return read_float(equals + 1, rest, &signal->base);
    if (is(text, name, "missing"))
        return read_float(equals + 1, rest, &signal->missing);
    if (is(text, name, "scale"))
        return read_scale(equals + 1, rest, &signal->scale);
    return is(text, name, "origin") && read_origin(equals + 1, rest, &signal->origin);
}

static bool read_kind(libsearch_signal *signal, const char *text, size_t length)
{
    static const char *const kinds[] = { "recency", "saturation", "logarithm", "linear" };
    for (unsigned i = 0; i < 4; i++)
        if (is(text, length, kinds[i])) {
            signal->kind = (libsearch_signal_kind)(LIBSEARCH_SIGNAL_RECENCY + i);
            return true;
        }
    return false;
}

bool signal_add(struct options *options, const char *text)
{
    libsearch_signal signal = LIBSEARCH_SIGNAL_INIT;
    const char *colon = strchr(text, ':');
    if (colon == NULL || colon == text)
        return false;
    const char *next = colon + 1;
    size_t length = strcspn(next, ",");
    if (!read_kind(&signal, next, length))
        return false;
    if (signal.kind == LIBSEARCH_SIGNAL_RECENCY) {
        signal.scale = 30 * 864e5;
        signal.origin = (double)time(NULL) * 1000;
    }
    for (next += length; *next == ','; next += length) {
        length = strcspn(++next, ",");
        if (!read_part(&signal, next, length))
            return false;
    }
    char *field = duplicate(text, (size_t)(colon - text));
    signal.field = field;
    options->signal_names = reallocate(options->signal_names, (options->signal_count + 1) * sizeof(char *));
    options->signals = reallocate(options->signals, (options->signal_count + 1) * sizeof signal);
    options->signal_names[options->signal_count] = field;
    options->signals[options->signal_count++] = signal;
    return true;
}

void signals_free(struct options *options)
{
    for (size_t i = 0; i < options->signal_count; i++)
        free(options->signal_names[i]);
    free(options->signal_names);
    free(options->signals);
}

const libsearch_ranking *ranking_of(const struct options *options, struct ranking_room *room)
{
    room->ranking = (libsearch_ranking)LIBSEARCH_RANKING_INIT;
    room->feedback = (libsearch_feedback)LIBSEARCH_FEEDBACK_INIT;
    room->rescoring = (struct rescoring){ NULL, 0, NULL };
    if (options->signal_count == 0 && options->feedback == 0 && options->rescore == NULL)
        return NULL;
    if (options->rescore != NULL) {
        room->rescorer = rescorer_of(options, &room->rescoring);
        room->ranking.rescorer = &room->rescorer;
    }
    room->ranking.signals = options->signals;
    room->ranking.signal_count = options->signal_count;
    if (options->feedback > 0) {
        room->feedback.documents = options->feedback;
        if (options->feedback_words > 0)
            room->feedback.words = options->feedback_words;
        room->ranking.feedback = &room->feedback;
    }
    return &room->ranking;
}

void ranking_free(struct ranking_room *room) { rescoring_free(&room->rescoring); }
