/* SPDX-License-Identifier: MIT */
/* From surface forms to terms. */
#include "text/stems.h"

#include <string.h>

#include <libstemmer.h>

#include "text/tokenizer.h"
#include "text/unicode.h"

bool stemmer_prepare(struct sb_stemmer *stemmer)
{
    char longest[LIBSEARCH_MAX_TERM + 32]; /* some stemmers add a letter or two */
    memset(longest, 'x', sizeof longest);
    return sb_stemmer_stem(stemmer, (const sb_symbol *)longest, sizeof longest) != NULL;
}

/* Words that reach the steps and exceptions of the English stemmers. */
static const char english_words[] =
    "skis dying skies early only news inning canning exceed succeed generically communism arsenal caresses ties cries "
    "gas "
    "kiwis agreed feed hopped hoping luxuriated bled happy say relational conditional rationally valency digitizer "
    "operator feudalism decisiveness hopefulness formality sensitivity sensibility analogy biologist triplicate "
    "formative "
    "formalize electrical goodness revival allowance inference adjustable irritant replacement dependent adoption "
    "homologous effective rate cease controlling past universal university authored yelling";
/* Beginnings for words of each script; the endings are the stop list, or the beginnings again. */
static const char beginnings[] =
    "constr montagn kind b\xC3\xA9l v\xC3\xA4st k\xC3\xB6ny \xD0\xBA\xD0\xBD\xD0\xB8\xD0\xB3 "
    "\xCE\xB2\xCE\xB9\xCE\xB2\xCE\xBB \xD9\x83\xD8\xAA\xD8\xA7\xD8\xA8 "
    "\xE0\xA4\xB2\xE0\xA4\xA1\xE0\xA4\x95\xE0\xA4\xBE \xE0\xA4\x8F\xE0\xA4\x95\xE0\xA5\x8B "
    "\xE0\xAE\xAE\xE0\xAE\xB0\xE0\xAE\x99\xE0\xAE\x95\xE0\xAE\xB3\xE0\xAF\x8D \xD7\x91\xD7\x99\xD7\x9B\xD7\xA2\xD7\xA8 "
    "\xD5\xA3\xD6\x80\xD6\x84\xD5\xA5\xD6\x80 eakin ari\xC3\xB3n lari ler mente kan ikas ibile aithe imas uose";

struct probe {
    struct sb_stemmer *stemmer;
    uint32_t hash; /* FNV-1a */
};

static void probe_word(struct probe *probe, const char *word, size_t length)
{
    const sb_symbol *stem = sb_stemmer_stem(probe->stemmer, (const sb_symbol *)word, (int)length);
    const int stem_length = stem ? sb_stemmer_length(probe->stemmer) : 0;
    for (int i = 0; i < stem_length; i++)
        probe->hash = (probe->hash ^ stem[i]) * 16777619u;
    probe->hash = (probe->hash ^ ' ') * 16777619u;
}

static void probe_joined(struct probe *probe, const char *first, size_t first_length, const char *second,
                         size_t second_length)
{
    char word[128];
    if (first_length + second_length > sizeof word)
        return;
    memcpy(word, first, first_length);
    memcpy(word + first_length, second, second_length);
    probe_word(probe, word, first_length + second_length);
}

static size_t word_length(const char *words) { return strcspn(words, " "); }
static const char *word_after(const char *word) { return word + word_length(word) + (word[word_length(word)] == ' '); }

static uint32_t take_fingerprint(const struct language *language)
{
    struct probe probe = { sb_stemmer_new(language->name, "UTF_8"), 2166136261u };
    if (!probe.stemmer)
        return 0;
    for (const char *word = english_words; *word; word = word_after(word))
        probe_word(&probe, word, word_length(word));
    for (const char *first = beginnings; *first; first = word_after(first))
        for (const char *second = beginnings; *second; second = word_after(second))
            probe_joined(&probe, first, word_length(first), second, word_length(second));
    for (const struct stop_list *list = stop_lists; list->language; list++)
        if (strcmp(list->language, language->name) == 0)
            for (size_t i = 0; i < list->count; i++) {
                probe_word(&probe, list->words[i], strlen(list->words[i]));
                probe_joined(&probe, beginnings, word_length(beginnings), list->words[i], strlen(list->words[i]));
            }
    sb_stemmer_delete(probe.stemmer);
    return probe.hash != 0 ? probe.hash : 1;
}

uint32_t stemmer_fingerprint(const struct language *language)
{
    static uint32_t
        taken[LANGUAGES]; /* a process has one libstemmer, whose thousand stems are asked for once; 0: not yet */
    uint32_t *known = &taken[language - languages];
    uint32_t fingerprint = __atomic_load_n(known, __ATOMIC_RELAXED);
    if (fingerprint == 0) { /* threads may do it at once, and find the same */
        fingerprint = take_fingerprint(language);
        __atomic_store_n(known, fingerprint, __ATOMIC_RELAXED);
    }
    return fingerprint;
}

/* Romanian letters with a comma below as those with a cedilla, for which the stemmer was written. */
static void write_cedillas(const char *surface, size_t length, char *to)
{
    for (size_t i = 0; i < length; i++) {
        to[i] = surface[i];
        if (i + 1 < length && surface[i] == '\xC8' && (surface[i + 1] == '\x99' || surface[i + 1] == '\x9B')) {
            to[i++] = '\xC5'; /* U+0219 to U+015F, U+021B to U+0163 */
            to[i] = surface[i] == '\x99' ? '\x9F' : '\xA3';
        }
    }
}

size_t tokenizer_term(struct tokenizer *tokenizer, const char *surface, size_t length, char *term)
{
    const struct analyzer *analyzer = tokenizer->analyzer;
    char spelled[LIBSEARCH_MAX_TERM];
    length = utf8_cut(surface, length, LIBSEARCH_MAX_TERM);
    if (analyzer->program != NULL && (analyzer->program->term != NULL || analyzer->no_base))
        return callback_term(tokenizer, surface, length, term);
    if (tokenizer->stemmer) {
        if (analyzer->language->flags & LANGUAGE_CEDILLA) {
            write_cedillas(surface, length, spelled);
            surface = spelled;
        }
        const sb_symbol *stem = sb_stemmer_stem(tokenizer->stemmer, (const sb_symbol *)surface, (int)length);
        const int stem_length = stem ? sb_stemmer_length(tokenizer->stemmer) : 0;
        if (stem_length > 0) {
            surface = (const char *)stem;
            length = utf8_cut(surface, (size_t)stem_length, LIBSEARCH_MAX_TERM);
        }
    }
    if (analyzer->bare_terms) {
        const size_t stripped = fold_text(&analyzer->strip, (const uint8_t *)surface, length, term, LIBSEARCH_MAX_TERM);
        if (stripped > 0)
            return stripped;
    }
    memcpy(term, surface, length);
    return length;
}
