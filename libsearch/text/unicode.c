/* SPDX-License-Identifier: MIT */
#include "text/unicode.h"

static int continues(const uint8_t *at, const uint8_t *end) { return at < end && (*at & 0xC0) == 0x80; }

/* Table 3-7 of the Unicode standard, “Well-Formed UTF-8 Byte Sequences”: only the second byte's range
 * depends on the first. */
uint32_t utf8_decode_wide(const uint8_t *at, const uint8_t *end, unsigned *length)
{
    const unsigned lead = at[0];
    *length = 1;
    if (lead < 0xC2 || lead > 0xF4)
        return lead < 0x80 ? lead : 0xFFFD;
    if (lead < 0xE0) {
        if (!continues(at + 1, end))
            return 0xFFFD;
        *length = 2;
        return (lead & 0x1Fu) << 6 | (at[1] & 0x3Fu);
    }
    const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (at + 1 >= end || at[1] < low || at[1] > high)
        return 0xFFFD;
    *length = 2;
    if (!continues(at + 2, end))
        return 0xFFFD;
    *length = 3;
    if (lead < 0xF0)
        return (lead & 0x0Fu) << 12 | (at[1] & 0x3Fu) << 6 | (at[2] & 0x3Fu);
    if (!continues(at + 3, end))
        return 0xFFFD;
    *length = 4;
    return (lead & 0x07u) << 18 | (at[1] & 0x3Fu) << 12 | (at[2] & 0x3Fu) << 6 | (at[3] & 0x3Fu);
}

unsigned utf8_encode(uint32_t point, char *to)
{
    if (point < 0x80) {
        to[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        to[0] = (char)(0xC0 | point >> 6);
        to[1] = (char)(0x80 | (point & 0x3F));
        return 2;
    }
    if (point < 0x10000) {
        to[0] = (char)(0xE0 | point >> 12);
        to[1] = (char)(0x80 | (point >> 6 & 0x3F));
        to[2] = (char)(0x80 | (point & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | point >> 18);
    to[1] = (char)(0x80 | (point >> 12 & 0x3F));
    to[2] = (char)(0x80 | (point >> 6 & 0x3F));
    to[3] = (char)(0x80 | (point & 0x3F));
    return 4;
}

size_t utf8_cut(const char *bytes, size_t length, size_t limit)
{
    if (length <= limit)
        return length;
    while (limit > 0 && ((uint8_t)bytes[limit] & 0xC0) == 0x80)
        limit--;
    return limit;
}
