/* SPDX-License-Identifier: MIT */
#include "base/status.h"

/* Here are the functions behind the macros. */
#undef error_set
#undef error_set_at

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void error_write(libsearch_error *error, int64_t position, libsearch_status status, const char *format,
                        va_list arguments)
{
    if (error == NULL)
        return;
    error->status = status;
    error->position = position;
    const int length = vsnprintf(error->message, sizeof error->message, format, arguments);
    if (length < 0) {
        error->message[0] = 0;
        return;
    }
    size_t end = strlen(error->message);
    if ((size_t)length > end) /* cut: not in the middle of a character */
        while (end > 0 && ((unsigned char)error->message[end - 1] & 0xC0) == 0x80)
            end--;
    if ((size_t)length > strlen(error->message) && end > 0 && ((unsigned char)error->message[end - 1] & 0x80))
        end--;
    error->message[end] = 0;
    for (size_t i = 0; i < end; i++) /* one line, whatever a file's name holds */
        if ((unsigned char)error->message[i] < 0x20)
            error->message[i] = '?';
}

libsearch_status error_set(libsearch_error *error, libsearch_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_write(error, -1, status, format, arguments);
    va_end(arguments);
    return status;
}

libsearch_status error_set_at(libsearch_error *error, int64_t position, libsearch_status status, const char *format,
                              ...)
{
    va_list arguments;
    va_start(arguments, format);
    error_write(error, position, status, format, arguments);
    va_end(arguments);
    return status;
}

void error_clear(libsearch_error *error)
{
    if (error == NULL)
        return;
    error->status = LIBSEARCH_OK;
    error->position = -1;
    error->message[0] = 0;
}
