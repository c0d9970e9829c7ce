/* SPDX-License-Identifier: MIT */
#include "index/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DIGITS = 16 };

void name_commit(char name[NAME_SIZE], uint64_t number, int loose)
{
    snprintf(name, NAME_SIZE, "%s-%016" PRIx64, loose ? "loose" : "commit", number);
}

void name_segment(char name[NAME_SIZE], uint64_t number) { snprintf(name, NAME_SIZE, "segment-%016" PRIx64, number); }

void name_deletions(char name[NAME_SIZE], uint64_t segment, uint64_t serial)
{
    snprintf(name, NAME_SIZE, "deleted-%016" PRIx64 "-%016" PRIx64, segment, serial);
}

/* Takes 16 digits; what follows them, or NULL. */
static const char *take_number(const char *text, uint64_t *number)
{
    uint64_t value = 0;
    for (int i = 0; i < DIGITS; i++) {
        const char digit = text[i];
        if (digit >= '0' && digit <= '9')
            value = value << 4 | (uint64_t)(digit - '0');
        else if (digit >= 'a' && digit <= 'f')
            value = value << 4 | (uint64_t)(digit - 'a' + 10);
        else
            return NULL;
    }
    if (value > NAME_MAX_NUMBER)
        return NULL;
    *number = value;
    return text + DIGITS;
}

enum name_kind name_parse(const char *name, uint64_t *number, uint64_t *serial)
{
    static const struct {
        const char *prefix;
        enum name_kind kind;
    } prefixes[] = {
        { "commit-", NAME_OF_COMMIT },
        { "loose-", NAME_OF_LOOSE },
        { "segment-", NAME_OF_SEGMENT },
        { "deleted-", NAME_OF_DELETIONS },
    };
    *number = *serial = 0;
    if (strcmp(name, NAME_TEMPORARY) == 0)
        return NAME_OF_TEMPORARY;
    if (strcmp(name, NAME_LOCK) == 0)
        return NAME_OF_LOCK;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        const size_t length = strlen(prefixes[i].prefix);
        if (strncmp(name, prefixes[i].prefix, length) != 0)
            continue;
        const char *rest = take_number(name + length, number);
        if (rest != NULL && prefixes[i].kind == NAME_OF_DELETIONS)
            rest = *rest == '-' ? take_number(rest + 1, serial) : NULL;
        if (rest != NULL && *rest == 0)
            return prefixes[i].kind;
        break;
    }
    *number = *serial = 0;
    return NAME_OF_ANOTHER;
}
