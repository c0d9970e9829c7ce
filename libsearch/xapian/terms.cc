/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xapian/terms.hh"

#include <algorithm>

enum { HASH_ROOM = 17 }; /* `#` and 16 digits */

static size_t room_of(const std::string &term)
{
    return term.size() + static_cast<size_t>(std::count(term.begin(), term.end(), '\0'));
}

std::string term_fitted(std::string term)
{
    if (term.size() < TERM_ROOM / 2 || room_of(term) < TERM_ROOM)
        return term;
    char hash[HASH_ROOM + 1];
    snprintf(hash, sizeof hash, "#%016llx", static_cast<unsigned long long>(hash_bytes(term.data(), term.size())));
    size_t kept = 0, room = HASH_ROOM;
    while (room + (term[kept] == '\0' ? 2 : 1) <= TERM_ROOM)
        room += term[kept++] == '\0' ? 2 : 1;
    if (room < TERM_ROOM)
        term[kept++] = '#'; /* where a zero byte would not have fitted */
    term.resize(kept);
    return term + hash;
}

bool term_was_cut(const std::string &term) { return term.size() >= TERM_ROOM / 2 && room_of(term) == TERM_ROOM; }

std::string term_of_id(libsearch_bytes id) { return term_fitted("Q" + string_of(id)); }

std::string term_of_keyword(const std::string &prefix, libsearch_bytes value)
{
    const bool colon = prefix.size() > 1 && value.length > 0 &&
                       ((value.data[0] >= 'A' && value.data[0] <= 'Z') || value.data[0] == ':');
    return term_fitted(prefix + (colon ? ":" : "") + string_of(value));
}
