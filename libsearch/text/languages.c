/* SPDX-License-Identifier: MIT */
#include "text/languages.h"

#include <stddef.h>
#include <string.h>

static const char *const french_elisions[] = { "c", "d", "j",     "l",      "m",      "n",      "qu",
                                               "s", "t", "jusqu", "lorsqu", "puisqu", "quoiqu", NULL };
static const char *const italian_elisions[] = { "agl",   "all", "c",    "coll", "d",    "dagl", "dall", "degl",
                                                "dell",  "gl",  "l",    "m",    "negl", "nell", "pell", "quell",
                                                "quest", "s",   "sugl", "sull", "t",    "un",   "v",    NULL };
static const char *const catalan_elisions[] = { "d", "l", "m", "n", "s", "t", NULL };
static const char *const irish_elisions[] = { "b", "d", "m", NULL };

/* a-ring, a-diaeresis, o-diaeresis; ae and o-slash; n-tilde; o and u with diaeresis and double acute */
static const uint32_t swedish_letters[] = { 0xE5, 0xE4, 0xF6, 0 };
static const uint32_t danish_letters[] = { 0xE5, 0xE6, 0xF8, 0 };
static const uint32_t spanish_letters[] = { 0xF1, 0 };
static const uint32_t hungarian_letters[] = { 0xF6, 0x151, 0xFC, 0x171, 0 };

const struct language language_any = { "any", NULL, NULL, LANGUAGE_CONTRACTIONS | LANGUAGE_STRIP_SURFACE, NULL, NULL };

const struct language languages[LANGUAGES + 1] = {
    { "arabic", "ar", NULL, 0, NULL, NULL },
    { "armenian", "hy", NULL, LANGUAGE_DECIMAL_COMMA, NULL, NULL },
    { "basque", "eu", NULL, LANGUAGE_DECIMAL_COMMA, NULL, spanish_letters },
    { "catalan", "ca", NULL, LANGUAGE_DECIMAL_COMMA | LANGUAGE_MIDDLE_DOT, catalan_elisions, NULL },
    { "danish", "da", NULL, LANGUAGE_DECIMAL_COMMA, NULL, danish_letters },
    { "dutch", "nl", NULL, LANGUAGE_DECIMAL_COMMA, NULL, NULL },
    { "english", "en", "porter2", LANGUAGE_CONTRACTIONS | LANGUAGE_STRIP_SURFACE, NULL, NULL },
    { "finnish", "fi", NULL, LANGUAGE_DECIMAL_COMMA, NULL, swedish_letters },
    { "french", "fr", NULL, LANGUAGE_DECIMAL_COMMA, french_elisions, NULL },
    { "german", "de", NULL, LANGUAGE_DECIMAL_COMMA, NULL, NULL },
    { "greek", "el", NULL, LANGUAGE_DECIMAL_COMMA, NULL, NULL },
    { "hindi", "hi", NULL, 0, NULL, NULL },
    { "hungarian", "hu", NULL, LANGUAGE_DECIMAL_COMMA, NULL, hungarian_letters },
    { "indonesian", "id", NULL, LANGUAGE_DECIMAL_COMMA, NULL, NULL },
    { "irish", "ga", NULL, 0, irish_elisions, NULL },
    { "italian", "it", NULL, LANGUAGE_DECIMAL_COMMA, italian_elisions, NULL },
    { "lithuanian", "lt", NULL, LANGUAGE_DECIMAL_COMMA, NULL, NULL },
    { "nepali", "ne", NULL, 0, NULL, NULL },
    { "norwegian", "no", NULL, LANGUAGE_DECIMAL_COMMA, NULL, danish_letters },
    { "porter", NULL, NULL, LANGUAGE_CONTRACTIONS | LANGUAGE_STRIP_SURFACE, NULL, NULL },
    { "portuguese", "pt", NULL, LANGUAGE_DECIMAL_COMMA, NULL, NULL },
    { "romanian", "ro", NULL, LANGUAGE_DECIMAL_COMMA | LANGUAGE_CEDILLA, NULL, NULL },
    { "russian", "ru", NULL, LANGUAGE_DECIMAL_COMMA, NULL, NULL },
    { "serbian", "sr", NULL, LANGUAGE_DECIMAL_COMMA, NULL, NULL },
    { "spanish", "es", NULL, LANGUAGE_DECIMAL_COMMA, NULL, spanish_letters },
    { "swedish", "sv", NULL, LANGUAGE_DECIMAL_COMMA, NULL, swedish_letters },
    { "tamil", "ta", NULL, 0, NULL, NULL },
    { "turkish", "tr", NULL, LANGUAGE_DECIMAL_COMMA | LANGUAGE_SUFFIXES | LANGUAGE_TURKISH_CASE, NULL, NULL },
    { "yiddish", "yi", NULL, 0, NULL, NULL },
    { NULL, NULL, NULL, 0, NULL, NULL },
};

const struct language *language_find(const char *name)
{
    for (const struct language *language = languages; language->name; language++)
        if (strcmp(name, language->name) == 0 || (language->code && strcmp(name, language->code) == 0))
            return language;
    if (strcmp(name, "nb") == 0 || strcmp(name, "nn") == 0) /* Bokmål and Nynorsk share a stemmer */
        return language_find("no");
    return NULL;
}
