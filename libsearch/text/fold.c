/* SPDX-License-Identifier: MIT */
#include "text/fold.h"

#include <stdbool.h>
#include <string.h>

#include <utf8proc.h>

#include "text/unicode.h"

/* No word is longer than that decomposed; what follows is cut. It bounds the cost of a text that is
 * nothing but combining marks. */
#define FOLD_POINTS 512
/* utf8proc_decompose_char writes at most 18 code points for one. */
#define FOLD_DECOMPOSED 32

#define FOLD_OPTIONS (UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE)

/* Letters that carry their diacritic within, so that no decomposition takes it off. */
static const struct {
    uint32_t letter;
    char plain[3];
} undecomposed[] = {
    { 0xE6, "ae" }, { 0xF0, "d" },  { 0xF8, "o" },  { 0xFE, "th" }, { 0x111, "d" },  { 0x127, "h" },
    { 0x131, "i" }, { 0x138, "k" }, { 0x142, "l" }, { 0x14B, "n" }, { 0x153, "oe" }, { 0x167, "t" },
    { 0x180, "b" }, { 0x19A, "l" }, { 0x1E5, "g" }, { 0x1DD, "e" }, { 0x259, "e" },  { 0x268, "i" },
};

/* Whether a mark after the letter `base` is a diacritic that searchers leave out. In Cyrillic only
 * stress marks and the dots of yo are; a short i is a letter of its own, as are Indic and Thai vowel
 * signs and the voicing marks of kana. */
static bool is_diacritic(uint32_t point, uint32_t base)
{
    if (point >= 0x300 && point <= 0x36F) {
        if (base >= 0x400 && base <= 0x52F)
            return point <= 0x301 || (point == 0x308 && base == 0x435);
        return true;
    }
    if (point < 0x591 || point > 0x6ED)
        return point == 0x20E3 || (point >= 0x1DC4 && point <= 0x1DFF);
    if (point <= 0x5C7)
        return point != 0x5BE && point != 0x5C0 && point != 0x5C3 && point != 0x5C6;
    return point == 0x640 || (point >= 0x64B && point <= 0x65F) || point == 0x670 ||
           (point >= 0x6D6 &&
            (point <= 0x6DC || (point >= 0x6DF && point != 0x6E5 && point != 0x6E6 && point != 0x6E9)));
}

/* Marks in canonical order: within a run of marks by combining class, otherwise as they stood. */
static void order_marks(int32_t *points, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        const int32_t point = points[i];
        const int class = utf8proc_get_property(point)->combining_class;
        if (class == 0)
            continue;
        size_t j = i;
        for (; j > 0 && utf8proc_get_property(points[j - 1])->combining_class > class; j--)
            points[j] = points[j - 1];
        points[j] = point;
    }
}

static size_t strip_marks(int32_t *points, size_t count)
{
    size_t kept = 0;
    uint32_t base = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t point = (uint32_t)points[i];
        if (is_diacritic(point, base))
            continue;
        if (!(unicode_properties(point) & UNICODE_MARK))
            base = point;
        points[kept++] = points[i];
    }
    return kept;
}

static bool is_kept(const struct fold *fold, uint32_t point)
{
    for (const uint32_t *kept = fold->keep; kept && *kept; kept++)
        if (*kept == point)
            return true;
    return false;
}

/* One code point decomposed, at most FOLD_DECOMPOSED; their number. */
static size_t decompose(const struct fold *fold, uint32_t point, int32_t *to)
{
    if (fold->flags & FOLD_TURKISH) {
        if (point == 'I')
            point = 0x131;
        else if (point == 0x130)
            point = 'i';
    }
    if (is_kept(fold, point)) {
        to[0] = (int32_t)point;
        return 1;
    }
    int boundary = 0;
    const utf8proc_ssize_t count =
        utf8proc_decompose_char((utf8proc_int32_t)point, to, FOLD_DECOMPOSED, FOLD_OPTIONS, &boundary);
    if (count < 0 || count > FOLD_DECOMPOSED) {
        to[0] = (int32_t)point;
        return 1;
    }
    if (point == ' ')
        return 1;
    size_t kept = 0; /* some letters (Arabic ligatures) stand for several words: a word all the same */
    for (utf8proc_ssize_t i = 0; i < count; i++)
        if (to[i] != ' ')
            to[kept++] = to[i] == 0x2019 || to[i] == 0x2BC ? '\'' : to[i];
    return kept;
}

/* Writes one folded code point, or its plain letters; 0 where it does not fit. */
static size_t put(const struct fold *fold, uint32_t point, char *to, size_t capacity)
{
    char bytes[4];
    unsigned length = 0;
    if ((fold->flags & FOLD_STRIP) && point >= 0xE6 && point <= 0x268 && !is_kept(fold, point))
        for (size_t i = 0; i < sizeof undecomposed / sizeof *undecomposed; i++)
            if (undecomposed[i].letter == point) {
                length = (unsigned)strlen(undecomposed[i].plain);
                memcpy(bytes, undecomposed[i].plain, length);
            }
    if (length == 0)
        length = utf8_encode(point, bytes);
    if (length > capacity)
        return 0;
    memcpy(to, bytes, length);
    return length;
}

static size_t fold_long(const struct fold *fold, const uint8_t *text, size_t length, char *to, size_t capacity)
{
    int32_t points[FOLD_POINTS + FOLD_DECOMPOSED];
    size_t count = 0;
    unsigned bytes;
    for (size_t at = 0; at < length && count < FOLD_POINTS; at += bytes)
        count += decompose(fold, utf8_decode(text + at, text + length, &bytes), points + count);
    order_marks(points, count);
    if (fold->flags & FOLD_STRIP)
        count = strip_marks(points, count);
    const utf8proc_ssize_t composed = utf8proc_normalize_utf32(points, (utf8proc_ssize_t)count,
                                                               (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    size_t written = 0;
    for (utf8proc_ssize_t i = 0; i < composed; i++) {
        const size_t put_bytes = put(fold, (uint32_t)points[i], to + written, capacity - written);
        if (put_bytes == 0)
            break;
        written += put_bytes;
    }
    return written;
}

const char *fold_version(void) { return utf8proc_unicode_version(); }

void fold_init(struct fold *fold, unsigned flags, const uint32_t *keep)
{
    int32_t points[FOLD_DECOMPOSED];
    fold->flags = flags;
    fold->keep = keep;
    memset(fold->table, 0, sizeof fold->table);
    for (uint32_t point = 0; point < FOLD_TABLE_END; point++) {
        char bytes[4];
        char folded[32];
        const unsigned length = utf8_encode(point, bytes);
        size_t written;
        if (decompose(fold, point, points) != 1)
            written = fold_long(fold, (const uint8_t *)bytes, length, folded, sizeof folded);
        else if ((fold->flags & FOLD_STRIP) && is_diacritic((uint32_t)points[0], 0))
            written = 0;
        else /* nothing to order or to compose */
            written = put(fold, (uint32_t)points[0], folded, sizeof folded);
        if ((unicode_properties(point) & UNICODE_MARK) || written >= FOLD_ENTRY) {
            fold->table[point][0] = FOLD_LONG;
            continue;
        }
        fold->table[point][0] = (uint8_t)written;
        memcpy(fold->table[point] + 1, folded, written);
    }
}

/* The length in bytes of the character at `at` where it folds to itself whatever stands beside it, else 0. */
static unsigned unchanged(const uint8_t *text, size_t at, size_t length)
{
    unsigned bytes;
    if (text[at] < 0xE3 || text[at] > 0xED)
        return 0;
    return unicode_is_plain_cjk(utf8_decode(text + at, text + length, &bytes)) ? bytes : 0;
}

size_t fold_text(const struct fold *fold, const uint8_t *text, size_t length, char *to, size_t capacity)
{
    size_t written = 0;
    for (size_t at = 0; at < length;) {
        uint32_t point = text[at];
        unsigned bytes = 1;
        if (point >= 0xC2 && point < 0xE0 && at + 1 < length && (text[at + 1] & 0xC0) == 0x80) {
            point = (point & 0x1F) << 6 | (text[at + 1] & 0x3Fu);
            bytes = 2;
        } else if (point >= 0x80) {
            bytes = unchanged(text, at, length);
            if (bytes == 0)
                return fold_long(fold, text, length, to, capacity);
            if (bytes > capacity - written)
                return written;
            memcpy(to + written, text + at, bytes);
            written += bytes;
            at += bytes;
            continue;
        }
        const uint8_t *entry = fold->table[point];
        if (entry[0] == FOLD_LONG)
            return fold_long(fold, text, length, to, capacity);
        if (entry[0] > capacity - written)
            return written;
        memcpy(to + written, entry + 1, entry[0]);
        written += entry[0];
        at += bytes;
    }
    return written;
}
