/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/analysis.hh"

#include <new>

word_cutter::word_cutter(const libsearch_allocator *allocator, const struct analyzer *analyzer, bool remembers)
    : stems(remembers ? REMEMBERED : 0)
{
    called([&](libsearch_error *error) { return tokenizer_new(analyzer, allocator, &tokenizer, error); });
}

std::string word_cutter::stem(const std::string &surface)
{
    return std::string(term, tokenizer_term(tokenizer, surface.data(), surface.size(), term));
}

libsearch_bytes word_cutter::stem_of(const struct token &token)
{
    if (stems.empty() || token.length == 0 || token.length > ROOM)
        return { term, tokenizer_term(tokenizer, token.surface, token.length, term) };
    remembered &known = stems[hash_bytes(token.surface, token.length) % REMEMBERED];
    if (known.length == token.length && memcmp(known.surface, token.surface, token.length) == 0)
        return { known.stem, known.stem_length };
    const size_t length = tokenizer_term(tokenizer, token.surface, token.length, term);
    if (length <= ROOM) {
        known.length = static_cast<unsigned char>(token.length);
        known.stem_length = static_cast<unsigned char>(length);
        memcpy(known.surface, token.surface, token.length);
        memcpy(known.stem, term, length);
    }
    return { term, length };
}

std::string word_cutter::fold(libsearch_bytes pattern)
{
    std::string folded(pattern.length * 4 + 64, '\0');
    folded.resize(tokenizer_fold(tokenizer, pattern, &folded[0], folded.size()));
    return folded;
}

std::vector<word> words_of_question(const libsearch_allocator *allocator, const struct analyzer *analyzer,
                                    libsearch_bytes text)
{
    std::vector<word> words;
    word_cutter cutter(allocator, analyzer);
    cutter.cut(text, 0, [&](const struct token &token, libsearch_bytes stem) {
        if (words.size() == LIBSEARCH_MAX_CLAUSES)
            fail(LIBSEARCH_LIMIT, "the query has more than %d words", LIBSEARCH_MAX_CLAUSES);
        words.push_back({ std::string(token.surface, token.length), string_of(stem), token.position,
                          (token.flags & TOKEN_WHOLE) != 0, analyzer_is_stop(analyzer, token.surface, token.length),
                          1 });
    });
    return words;
}
