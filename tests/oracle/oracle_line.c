/* SPDX-License-Identifier: MIT */
/* The words of a sloppy phrase: choices of a place for each of them are tried, one after the other. Words that have
 * nothing to do with each other are tried by themselves: words that are the same, and together with the last word, a
 * prefix, all that it fits. */
#include <stdlib.h>

#include "oracle/oracle_plan.h"

static int64_t in_text(const struct oracle_line_word *word) { return word->moved[word->chosen] + word->offset; }

static bool together(const struct oracle_line_word *one, const struct oracle_line_word *other)
{
    return one->same == other->same || ((one->in_last || one->prefix) && (other->in_last || other->prefix));
}

/* Whether a word and one before it in the phrase may take their chosen places: words that are the same take rising
 * ones, and the last, a prefix, none that a word has which it fits. */
static bool agree(const struct oracle_line_word *before, const struct oracle_line_word *word)
{
    return (before->same != word->same || in_text(before) < in_text(word)) &&
           (!before->in_last || !word->prefix || in_text(before) != in_text(word));
}

/* Whether words from `word` on that are together with the one at `first` can be given places, none lower than that of
 * word `lowest` (of equal ones, one that comes before in the phrase is lower) nor more than slop above it. */
static bool can_choose(struct oracle_line *line, size_t lowest, size_t first, size_t word)
{
    const int64_t low = line->words[lowest].moved[line->words[lowest].chosen];
    while (word < line->count && !together(&line->words[first], &line->words[word]))
        word++;
    if (word == line->count)
        return true;
    struct oracle_line_word *in = &line->words[word];
    const size_t only = in->chosen;
    for (size_t i = 0; i < in->count; i++) {
        if ((word == lowest && i != only) || in->moved[i] < low || in->moved[i] - low > line->slop ||
            (in->moved[i] == low && word < lowest))
            continue;
        bool agreed = true;
        in->chosen = i;
        for (size_t before = 0; before < word && agreed; before++)
            agreed = !together(&line->words[first], &line->words[before]) || agree(&line->words[before], in);
        if (agreed && can_choose(line, lowest, first, word + 1))
            return true;
    }
    in->chosen = only;
    return false;
}

bool oracle_line_stands(struct oracle_line *line, size_t word, size_t place)
{
    line->words[word].chosen = place;
    for (size_t first = 0; first < line->count; first++) {
        bool begun = false;
        for (size_t before = 0; before < first; before++)
            begun = begun || together(&line->words[before], &line->words[first]);
        if (!begun && !can_choose(line, word, first, 0))
            return false;
    }
    return true;
}
