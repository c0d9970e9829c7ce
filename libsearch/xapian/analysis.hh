/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Our analyzers, for C++: a text's words with their stems. */
#ifndef LIBSEARCH_XAPIAN_ANALYSIS_HH
#define LIBSEARCH_XAPIAN_ANALYSIS_HH

#include <memory>
#include <vector>

#include "xapian/core.hh"

struct word {
    std::string surface, stem;
    uint32_t position;
    bool whole, stop;
    uint32_t count; /* in a question, how often; 0: the same as an earlier one */
};

/* One thread's scratch for one analyzer; a word that comes again is not stemmed again. */
class word_cutter
{
  public:
    /* remembers: many texts are to come. */
    word_cutter(const libsearch_allocator *allocator, const struct analyzer *analyzer, bool remembers = false);
    ~word_cutter() { tokenizer_free(tokenizer); }
    word_cutter(const word_cutter &) = delete;
    word_cutter &operator=(const word_cutter &) = delete;

    /* Calls each(token, stem) for each token of the text. */
    template <class Each> void cut(libsearch_bytes text, uint32_t position, Each each)
    {
        struct token tokens[AT_ONCE];
        tokenizer_start(tokenizer, text, position);
        for (;;) {
            const size_t count = tokenizer_next(tokenizer, tokens, AT_ONCE);
            if (count == SIZE_MAX)
                throw std::bad_alloc();
            if (count == 0)
                return;
            for (size_t i = 0; i < count; i++)
                each(tokens[i], stem_of(tokens[i]));
        }
    }
    std::string fold(libsearch_bytes pattern);
    /* The stem of a word that is as the analyzer folds it. */
    std::string stem(const std::string &surface);

  private:
    enum { AT_ONCE = 64, REMEMBERED = 4096, ROOM = 31 };
    /* A word and its stem, in one line of the cache: the next word that falls here takes its place. */
    struct alignas(64) remembered {
        unsigned char length = 0, stem_length = 0;
        char surface[ROOM], stem[ROOM];
    };
    /* Valid until the next call. */
    libsearch_bytes stem_of(const struct token &token);

    struct tokenizer *tokenizer = nullptr;
    std::vector<remembered> stems;
    char term[LIBSEARCH_MAX_TERM];
};

/* The words of a question, each with count 1. LIMIT when there are too many. */
std::vector<word> words_of_question(const libsearch_allocator *allocator, const struct analyzer *analyzer,
                                    libsearch_bytes text);

#endif
