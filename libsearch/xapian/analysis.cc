/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/analysis.hh"

#include <new>

word_cutter::word_cutter(const libsearch_allocator *allocator, const struct analyzer *analyzer)
{
    called([&](libsearch_error *error) { return tokenizer_new(analyzer, allocator, &tokenizer, error); });
}

std::string word_cutter::stem(const std::string &surface)
{
    char term[LIBSEARCH_MAX_TERM];
    return std::string(term, tokenizer_term(tokenizer, surface.data(), surface.size(), term));
}

const std::string &word_cutter::stem_of(const struct token &token)
{
    key.assign(token.surface, token.length);
    const auto known = stems.find(key);
    if (known != stems.end())
        return known->second;
    if (stems.size() >= REMEMBERED)
        stems.clear();
    return stems.emplace(key, stem(key)).first->second;
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
    cutter.cut(text, 0, [&](const struct token &token, const std::string &stem) {
        if (words.size() == LIBSEARCH_MAX_CLAUSES)
            fail(LIBSEARCH_LIMIT, "the query has more than %d words", LIBSEARCH_MAX_CLAUSES);
        words.push_back({ std::string(token.surface, token.length), stem, token.position,
                          (token.flags & TOKEN_WHOLE) != 0, analyzer_is_stop(analyzer, token.surface, token.length),
                          1 });
    });
    return words;
}
