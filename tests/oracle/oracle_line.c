/* SPDX-License-Identifier: MIT */
/* The words of a sloppy phrase: all choices of a place for each of them are tried, one after the other. */
#include "oracle/oracle_plan.h"

static int64_t in_text(const struct oracle_line_word *word, size_t place) { return word->moved[place] + word->offset; }

/* Whether two words before each other in the phrase may take their chosen places: words that are the same take rising
 * ones, and the last, a prefix, none that a word has which it fits. */
static bool agree(const struct oracle_line_word *one, const struct oracle_line_word *other)
{
    const int64_t first = in_text(one, one->chosen), second = in_text(other, other->chosen);
    return (one->same != other->same || first < second) && (!one->in_last || !other->prefix || first != second);
}

/* Whether words from `word` on can be given places, none lower than that of word `lowest` (of equal ones, one that
 * comes before in the phrase is lower) nor more than slop above it. */
static bool can_choose(struct oracle_line *line, size_t lowest, size_t word)
{
    const int64_t low = line->words[lowest].moved[line->words[lowest].chosen];
    struct oracle_line_word *in = &line->words[word];
    const size_t only = in->chosen;
    if (word == line->count)
        return true;
    for (size_t i = 0; i < in->count; i++) {
        if (word == lowest && i != only)
            continue;
        if (in->moved[i] < low || in->moved[i] - low > line->slop || (in->moved[i] == low && word < lowest))
            continue;
        bool agreed = true;
        in->chosen = i;
        for (size_t before = 0; before < word; before++)
            agreed = agreed && agree(&line->words[before], in);
        if (agreed && can_choose(line, lowest, word + 1))
            return true;
    }
    return false;
}

bool oracle_line_stands(struct oracle_line *line, size_t word, size_t place)
{
    line->words[word].chosen = place;
    return can_choose(line, word, 0);
}
