/* SPDX-License-Identifier: MIT */
/* Inside of analyzers and tokenizers, shared by the files that cut text.
 *
 * A text is walked from left to right. `tokenizer.c` passes over what is plain ASCII words by bit masks
 * (classify.h) and hands everything else to the careful way: `careful.c` finds what begins at a place
 * and, in split mode, `compound.c` cuts words further, `runs.c` writes pairs of characters. The careful
 * way alone gives the same tokens: the masks only recognise where there is nothing to be careful of. */
#ifndef LIBSEARCH_TEXT_TOKENIZER_H
#define LIBSEARCH_TEXT_TOKENIZER_H

#include <stdbool.h>

#include "text/analyzer.h"
#include "text/classify.h"
#include "text/fold.h"
#include "text/languages.h"
#include "text/stop_lists.h"

/* Pieces of one compound; a longer chain is cut there. */
#define COMPOUND_PIECES 64
/* Characters of a run of CJK that are cut into pairs in one step. */
#define RUN_CHARACTERS 64
/* Bytes that must be readable behind a surface. */
#define SURFACE_PADDING 16
/* What one careful step can write, in tokens and in bytes. */
#define STEP_TOKENS (COMPOUND_PIECES + COMPOUND_PIECES / 2)
#define STEP_BYTES (COMPOUND_PIECES * (LIBSEARCH_MAX_TERM + 1))
#define WORDS_CAPACITY (4 * STEP_BYTES)
/* Bytes of text that one call lowers in bulk. */
#define LOWER_CAPACITY 16384

struct analyzer {
    const libsearch_allocator *allocator;
    char *name, *chain;
    uint64_t identity;
    const struct language *language;
    const struct stop_list *stops; /* NULL: none */
    bool split;                    /* else the words of UAX #29 as they are */
    bool stem;
    struct fold fold;  /* text to surface */
    struct fold strip; /* stem to term, where bare_terms */
    bool bare_terms;
    const libsearch_analyzer *program; /* NULL: none of the program's; what it has no function for is done as above … */
    bool no_base;                      /* … or not at all */
    struct analyzer_set *set;          /* retained; has `program` */
};

struct tokenizer {
    const struct analyzer *analyzer;
    const libsearch_allocator *allocator;
    struct sb_stemmer *stemmer; /* NULL: terms are surfaces */
    const uint8_t *text;
    size_t length, at;
    uint32_t position; /* of the next word */
    bool run_open;     /* the run that begins at `at` has its first character in the pair before */
    enum kernel kernel;

    struct token *pending; /* STEP_TOKENS; of one careful step */
    size_t pending_next, pending_count;
    char *words; /* WORDS_CAPACITY + padding: surfaces of careful steps */
    size_t words_used;
    char *lower; /* LOWER_CAPACITY + a block + padding: the text in lower case */

    void *state;    /* of the program's analyzer */
    bool opened;    /* … which is to be closed */
    size_t started; /* where the last word of the program's tokenizer began */
    bool has_place; /* there is one */
    bool ended;     /* it said so: it is not asked again */
    uint32_t last;  /* the greatest position that the text may reach */
};

/* Takes another kernel than the processor's best, for tests and measurements. */
void tokenizer_use_kernel(struct tokenizer *tokenizer, enum kernel kernel);

/* One step of the careful way from tokenizer->at: appends the tokens of what begins there to pending and
 * moves `at` past it, or past what is no word, but not beyond limit in search of a beginning. */
void careful_step(struct tokenizer *tokenizer, size_t limit);

/* What a code point can begin. */
enum beginning { BEGINS_NOTHING, BEGINS_WORD, BEGINS_RUN, BEGINS_PICTURE };
enum beginning beginning_of(uint32_t point, unsigned properties);

/* The compound of words that begins at `at`. */
void compound_step(struct tokenizer *tokenizer);
/* The run of CJK or of a script without spaces that begins at `at`. */
void run_step(struct tokenizer *tokenizer);

/* What the program's functions do in the place of ours (callbacks.c). Each is called only where the function is there,
 * or where there is no base. */
libsearch_status callback_open(struct tokenizer *tokenizer, libsearch_error *error);
void callback_close(struct tokenizer *tokenizer);
size_t callback_next(struct tokenizer *tokenizer, struct token *tokens, size_t count);
size_t callback_term(struct tokenizer *tokenizer, const char *surface, size_t length, char *term);
size_t callback_fold(struct tokenizer *tokenizer, libsearch_bytes word, char *folded, size_t capacity);

/* Appends to pending. */
void tokenizer_emit(struct tokenizer *tokenizer, const char *surface, size_t length, uint32_t position, size_t start,
                    size_t end, unsigned flags);

#endif
