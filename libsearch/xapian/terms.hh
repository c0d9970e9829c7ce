/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What our words are called in a Xapian database (docs/xapian.md has the whole mapping).
 *
 *     word             a word as it was written, with positions, frequency 0
 *     Zstem            its stem, with positions and the frequency
 *     Pword, ZPstem    the same within a field of prefix P, frequency 0
 *     Pvalue, P:value  a keyword; with the colon where the value begins with a capital or a colon
 *     Qid              the document's id
 *     XLSNOTBODYstem   the stem stands in the default fields, but not in the body
 *
 * A term takes at most 245 bytes, a zero byte counting twice. A longer one keeps its beginning and ends in `#` and the
 * XXH3-64 of the whole in 16 hexadecimal digits, and takes 245 exactly; one that would take 245 by itself is treated
 * in the same way, so that no other can be mistaken for it. */
#ifndef LIBSEARCH_XAPIAN_TERMS_HH
#define LIBSEARCH_XAPIAN_TERMS_HH

#include "xapian/core.hh"

enum { TERM_ROOM = 245 };

std::string term_fitted(std::string term);
/* True for what term_fitted cut. */
bool term_was_cut(const std::string &term);

std::string term_of_id(libsearch_bytes id);
std::string term_of_keyword(const std::string &prefix, libsearch_bytes value);
inline std::string term_of_stem(const std::string &prefix, const std::string &stem)
{
    return term_fitted("Z" + prefix + stem);
}
inline std::string term_of_word(const std::string &prefix, const std::string &word)
{
    return term_fitted(prefix + word);
}
inline std::string term_not_in_body(const std::string &stem) { return term_fitted("XLSNOTBODY" + stem); }

#endif
