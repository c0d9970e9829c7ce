/* SPDX-License-Identifier: MIT */
/* Runs of Han, kana and Hangul, and of scripts that are written without spaces (Thai, Lao, Khmer,
 * Myanmar): overlapping pairs of characters, each pair one word. A character is a grapheme cluster, so
 * that vowel signs, voicing marks and conjoining jamo stay with their letter.
 *
 *     ABCD  ->  AB BC CD at consecutive positions;    A by itself  ->  A
 *
 * A text of the same script asked as a phrase is found wherever it stands. A question of a single
 * character finds it only where it stands alone; as a prefix (A*) also wherever another follows it. */
#include "text/tokenizer.h"
#include "text/unicode.h"

#include <utf8proc.h>

/* The end of the character that begins at `at`, or `at` itself where the run does not go on. script is
 * UNICODE_CJK or UNICODE_UNSPACED. */
static size_t character_end(const struct tokenizer *tokenizer, size_t at, unsigned script)
{
    const uint8_t *text = tokenizer->text, *end = tokenizer->text + tokenizer->length;
    unsigned bytes;
    if (at >= tokenizer->length || text[at] < 0x80)
        return at;
    uint32_t point = utf8_decode(text + at, end, &bytes);
    const unsigned properties = unicode_properties(point);
    if (!(properties & script) || beginning_of(point, properties) != BEGINS_RUN)
        return at;
    utf8proc_int32_t state = 0;
    for (at += bytes; at < tokenizer->length && text[at] >= 0x80; at += bytes) {
        const uint32_t next = utf8_decode(text + at, end, &bytes);
        if (next == 0xFFFD || utf8proc_grapheme_break_stateful((utf8proc_int32_t)point, (utf8proc_int32_t)next, &state))
            break;
        point = next;
    }
    return at;
}

void run_step(struct tokenizer *tokenizer)
{
    unsigned bytes;
    const uint8_t *text = tokenizer->text;
    const uint32_t first = utf8_decode(text + tokenizer->at, text + tokenizer->length, &bytes);
    const unsigned script = unicode_properties(first) & (UNICODE_CJK | UNICODE_UNSPACED);

    size_t starts[RUN_CHARACTERS + 1];
    const char *surfaces[RUN_CHARACTERS + 1];
    size_t count = 0;
    size_t at = tokenizer->at;
    surfaces[0] = tokenizer->words + tokenizer->words_used;
    for (; count < RUN_CHARACTERS; count++) {
        const size_t end = character_end(tokenizer, at, script);
        if (end == at)
            break;
        starts[count] = at;
        char *to = tokenizer->words + tokenizer->words_used;
        tokenizer->words_used += fold_text(&tokenizer->analyzer->fold, text + at, end - at, to, LIBSEARCH_MAX_TERM / 2);
        surfaces[count + 1] = tokenizer->words + tokenizer->words_used;
        at = end;
    }
    starts[count] = at;

    const bool alone = count == 1 && !tokenizer->run_open;
    for (size_t i = 0; i + 1 < count || (alone && i == 0); i++) {
        const size_t last = alone ? i + 1 : i + 2;
        const size_t length = (size_t)(surfaces[last] - surfaces[i]);
        if (length > 0)
            tokenizer_emit(tokenizer, surfaces[i], length, tokenizer->position++, starts[i], starts[last], 0);
    }
    /* A full step may end within the run: its last character begins the next step's first pair. */
    tokenizer->run_open = count == RUN_CHARACTERS;
    tokenizer->at = tokenizer->run_open ? starts[count - 1] : at;
}
