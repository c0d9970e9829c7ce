/* SPDX-License-Identifier: MIT */
#include "print.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "date.h"

/* How many bytes at data are one well-formed UTF-8 character (Unicode, table 3-7); 0: none. */
static size_t character_length(const unsigned char *data, size_t left)
{
    const unsigned char first = data[0];
    if (first < 0x80)
        return 1;
    const size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                          : first >= 0xE0 && first <= 0xEF ? 3
                          : first >= 0xF0 && first <= 0xF4 ? 4
                                                           : 0;
    if (length == 0 || length > left)
        return 0;
    const unsigned char low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (data[1] < low || data[1] > high)
        return 0;
    for (size_t i = 2; i < length; i++)
        if ((data[i] & 0xC0) != 0x80)
            return 0;
    return length;
}

void print_json_string(FILE *file, const char *data, size_t length)
{
    const unsigned char *next = (const unsigned char *)data, *end = next + length;
    putc('"', file);
    while (next < end) {
        const size_t size = character_length(next, (size_t)(end - next));
        if (size > 1) {
            fwrite(next, 1, size, file);
        } else if (size == 0) {
            fputs("\xEF\xBF\xBD", file);
        } else if (*next == '"' || *next == '\\') {
            putc('\\', file);
            putc(*next, file);
        } else if (*next == '\n') {
            fputs("\\n", file);
        } else if (*next == '\t') {
            fputs("\\t", file);
        } else if (*next == '\r') {
            fputs("\\r", file);
        } else if (*next < ' ' || *next == 127) {
            fprintf(file, "\\u%04x", *next);
        } else {
            putc(*next, file);
        }
        next += size != 0 ? size : 1;
    }
    putc('"', file);
}

static void print_json_value(FILE *file, const libsearch_value *value)
{
    char text[DATE_TEXT];
    switch (value->type) {
    case LIBSEARCH_INTEGER: fprintf(file, "%" PRId64, value->integer); break;
    case LIBSEARCH_FLOAT:
        if (!isfinite(value->number)) {
            fputs("null", file); /* JSON has no infinities */
            break;
        }
        snprintf(text, sizeof text, "%.15g", value->number);
        double again = 0;
        if (sscanf(text, "%lf", &again) != 1 || again < value->number || again > value->number)
            snprintf(text, sizeof text, "%.17g", value->number);
        fputs(text, file);
        if (strpbrk(text, ".e") == NULL)
            fputs(".0", file);
        break;
    case LIBSEARCH_BOOLEAN: fputs(value->integer != 0 ? "true" : "false", file); break;
    case LIBSEARCH_DATE: fprintf(file, "\"%s\"", date_print(value->integer, text)); break;
    case LIBSEARCH_TEXT:
    case LIBSEARCH_KEYWORD:
    case LIBSEARCH_STORED: print_json_bytes(file, value->bytes); break;
    }
}

void print_json_fields(FILE *file, const libsearch_document *document, bool first, bool brief)
{
    const size_t count = libsearch_document_count(document);
    for (size_t i = 0; i < count;) {
        libsearch_value value = libsearch_document_value(document, i);
        const char *field = value.field;
        size_t end = i + 1;
        while (end < count && strcmp(libsearch_document_value(document, end).field, field) == 0)
            end++;
        if (brief && (strcmp(field, "title") == 0 || strcmp(field, "text") == 0)) {
            i = end;
            continue;
        }
        if (!first)
            fputs(", ", file);
        first = false;
        print_json_string(file, field, strlen(field));
        fputs(end - i > 1 ? ": [" : ": ", file);
        for (size_t v = i; v < end; v++) {
            value = libsearch_document_value(document, v);
            if (v > i)
                fputs(", ", file);
            print_json_value(file, &value);
        }
        if (end - i > 1)
            putc(']', file);
        i = end;
    }
}

void print_line(FILE *file, libsearch_bytes text)
{
    for (size_t i = 0; i < text.length; i++) {
        const unsigned char c = (unsigned char)text.data[i];
        /* C1 controls, which terminals obey too, are C2 80 to C2 9F. */
        if (c == 0xC2 && i + 1 < text.length && (unsigned char)text.data[i + 1] < 0xA0) {
            putc(' ', file);
            i++;
        } else {
            putc(c < ' ' || c == 127 ? ' ' : c, file);
        }
    }
}
