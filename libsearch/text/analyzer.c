/* SPDX-License-Identifier: MIT */
/* Analyzers: what a name stands for, written out as a chain; stop words. */
#include "text/analyzer.h"

#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "text/stems.h"
#include "text/tokenizer.h"
#include "text/unicode.h"

#define CHAIN_CAPACITY 160

/* What a name stands for, before anything is allocated. */
struct recipe {
    const struct language *language;
    bool split, stem;
};

static const char *stemmer_name(const struct language *language)
{
    return language->stemmer ? language->stemmer : language->name;
}

static const struct stop_list *stops_of(const struct recipe *recipe)
{
    if (!recipe->split || !recipe->stem)
        return NULL;
    /* “porter” is English with the older stemmer */
    const char *name = strcmp(recipe->language->name, "porter") == 0 ? "english" : recipe->language->name;
    for (const struct stop_list *list = stop_lists; list->language; list++)
        if (strcmp(list->language, name) == 0)
            return list;
    return NULL;
}

static bool strips_surface(const struct recipe *recipe)
{
    return recipe->split && (recipe->language->flags & LANGUAGE_STRIP_SURFACE);
}

static bool strips_terms(const struct recipe *recipe)
{
    return recipe->split && recipe->stem && !(recipe->language->flags & LANGUAGE_STRIP_SURFACE);
}

/* The parts in the order in which text passes them. Each has a version of its own: what changes a token
 * or a term changes the chain. False: no memory for the stemmer. */
static bool write_chain(const struct recipe *recipe, char *chain)
{
    const struct language *language = recipe->language;
    const struct stop_list *stops = stops_of(recipe);
    int length = snprintf(chain, CHAIN_CAPACITY, "unicode-%s/uax29", unicode_version);
    const size_t capacity = CHAIN_CAPACITY;
#define ADD(...) length += snprintf(chain + length, capacity - (size_t)length, __VA_ARGS__)
    if (recipe->split)
        ADD("+split-1:%s", language->name);
    ADD("/nfkc-%s-fold-1%s", fold_version(), language->flags & LANGUAGE_TURKISH_CASE ? ":turkish" : "");
    if (strips_surface(recipe))
        ADD("/strip-marks-1");
    const uint32_t fingerprint = recipe->stem ? stemmer_fingerprint(language) : 0;
    if (recipe->stem)
        ADD("/%s-%08x", stemmer_name(language), (unsigned)fingerprint);
    if (strips_terms(recipe))
        ADD("/strip-stems-1");
    if (stops)
        ADD("/stop:%s-1", stops->language);
#undef ADD
    return !recipe->stem || fingerprint != 0;
}

static bool recipe_named(const char *name, struct recipe *recipe)
{
    *recipe = (struct recipe){ .split = true, .stem = true };
    if (strncmp(name, "plain-", 6) == 0) {
        recipe->split = false;
        name += 6;
    }
    if (strcmp(name, "standard") == 0) {
        recipe->language = &language_any;
        recipe->stem = false;
    } else {
        recipe->language = language_find(name);
    }
    return recipe->language != NULL;
}

static bool chain_matches(const struct recipe *recipe, const char *wanted)
{
    char chain[CHAIN_CAPACITY];
    if (recipe->split != (strstr(wanted, "+split-") != NULL))
        return false;
    if (recipe->stem) { /* asking a stemmer for its fingerprint is dear */
        snprintf(chain, sizeof chain, "/%s-", stemmer_name(recipe->language));
        if (!strstr(wanted, chain))
            return false;
    }
    return write_chain(recipe, chain) && strcmp(chain, wanted) == 0;
}

/* A chain is known if it is what one of the names stands for. */
static bool recipe_of_chain(const char *chain, struct recipe *recipe)
{
    for (int split = 0; split <= 1; split++) {
        *recipe = (struct recipe){ &language_any, split, false };
        if (chain_matches(recipe, chain))
            return true;
        for (const struct language *language = languages; language->name; language++) {
            *recipe = (struct recipe){ language, split, true };
            if (chain_matches(recipe, chain))
                return true;
        }
    }
    return false;
}

static libsearch_status unknown(const char *name, libsearch_error *error)
{
    if (strncmp(name, "unicode-", 8) == 0)
        return error_set(
            error, LIBSEARCH_INVALID,
            "analyzer \"%.200s\" was made with other tables or stemmers than this library has (Unicode %s)", name,
            unicode_version);
    char list[400];
    size_t length = 0;
    list[0] = '\0';
    for (const struct language *language = languages; language->name && length < sizeof list; language++)
        length += (size_t)snprintf(list + length, sizeof list - length, ", %s", language->name);
    return error_set(error, LIBSEARCH_INVALID, "no analyzer \"%.60s\"; there are standard%s; plain-… of each", name,
                     list);
}

libsearch_status analyzer_new(const libsearch_allocator *allocator, const char *name, struct analyzer **analyzer,
                              libsearch_error *error)
{
    struct recipe recipe;
    char chain[CHAIN_CAPACITY];
    const bool named = name && recipe_named(name, &recipe);
    if (!named && (!name || !recipe_of_chain(name, &recipe)))
        return unknown(name ? name : "", error);
    if (!named)
        snprintf(chain, sizeof chain, "%s", name);
    else if (!write_chain(&recipe, chain))
        return error_no_memory(error);

    struct analyzer *made = memory_allocate_array(allocator, 1, sizeof *made);
    if (!made)
        return error_no_memory(error);
    made->allocator = allocator;
    made->name = memory_duplicate(allocator, name, strlen(name));
    made->chain = memory_duplicate(allocator, chain, strlen(chain));
    if (!made->name || !made->chain) {
        analyzer_free(made);
        return error_no_memory(error);
    }
    const struct language *language = recipe.language;
    made->identity = hash_bytes(chain, strlen(chain));
    made->language = language;
    made->stops = stops_of(&recipe);
    made->split = recipe.split;
    made->stem = recipe.stem;
    made->bare_terms = strips_terms(&recipe);
    fold_init(&made->fold,
              (strips_surface(&recipe) ? FOLD_STRIP : 0u) |
                  (language->flags & LANGUAGE_TURKISH_CASE ? FOLD_TURKISH : 0u),
              NULL);
    if (made->bare_terms)
        fold_init(&made->strip, FOLD_STRIP, language->keep);
    *analyzer = made;
    return LIBSEARCH_OK;
}

void analyzer_free(struct analyzer *analyzer)
{
    if (!analyzer)
        return;
    analyzer_set_release(analyzer->set);
    memory_free(analyzer->allocator, analyzer->name);
    memory_free(analyzer->allocator, analyzer->chain);
    memory_free(analyzer->allocator, analyzer);
}

const char *analyzer_name(const struct analyzer *analyzer) { return analyzer->name; }
const char *analyzer_chain(const struct analyzer *analyzer) { return analyzer->chain; }
const char *analyzer_unicode(void) { return unicode_version; }
uint64_t analyzer_identity(const struct analyzer *analyzer) { return analyzer->identity; }
bool analyzer_has_stops(const struct analyzer *analyzer)
{
    return analyzer->stops != NULL || (analyzer->program != NULL && analyzer->program->is_stop != NULL);
}

bool analyzer_is_stop(const struct analyzer *analyzer, const char *surface, size_t length)
{
    if (analyzer->program != NULL && analyzer->program->is_stop != NULL)
        return analyzer->program->is_stop(analyzer->program->context, (libsearch_bytes){ surface, length }) != 0;
    if (!analyzer->stops)
        return false;
    size_t low = 0, high = analyzer->stops->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        const char *word = analyzer->stops->words[middle];
        const size_t word_length = strlen(word);
        int order = memcmp(word, surface, word_length < length ? word_length : length);
        if (order == 0)
            order = word_length < length ? -1 : word_length > length;
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
