/* SPDX-License-Identifier: MIT */
/* Regular expressions: any bytes are one, or are refused; one that is taken finds the same words in a dictionary as it
 * fits one by one, and where POSIX has the same form, those that regexec finds. */
#include "base/regular_expression.h"
#include "fuzz.h"
#include "oracle/oracle.h"
#include "terms/walks.h"

enum { WORDS = 20, ROOM = 200 };

static const char *const WORD[WORDS] = { "a",         "aa",       "aaa",          "aaaaa", "aab", "ab",  "aba", "abc",
                                         "abcabc",    "abcc",     "ac",           "b",     "bb",  "bca", "c",   "cab",
                                         "x\xC3\xA9", "\xC3\xA9", "\xE4\xBD\xA0", "\xFF" };

struct found {
    bool is[WORDS];
};

static libsearch_status note(void *context, const struct term_match *match)
{
    struct found *found = context;
    FUZZ_REQUIRE(match->ordinal < WORDS && !found->is[match->ordinal]);
    found->is[match->ordinal] = true;
    return LIBSEARCH_OK;
}

static struct terms_reader *dictionary(uint8_t **section)
{
    struct terms_writer *writer;
    struct terms_reader *reader;
    libsearch_bytes bytes;
    FUZZ_REQUIRE(terms_writer_new(allocator_default(), &writer, NULL) == LIBSEARCH_OK);
    for (size_t i = 0; i < WORDS; i++) {
        const struct term_entry entry = { .flags = TERM_LIST | TERM_SURFACE,
                                          .document_frequency = 1,
                                          .collection_frequency = 1,
                                          .surface_count = 1,
                                          .surface_term = i };
        char key[2 + 8] = { 0 };
        strcpy(key + 2, WORD[i]);
        FUZZ_REQUIRE(terms_writer_add(writer, key, 2 + strlen(WORD[i]), &entry, NULL) == LIBSEARCH_OK);
    }
    FUZZ_REQUIRE(terms_writer_finish(writer, &bytes, NULL) == LIBSEARCH_OK);
    *section = malloc(bytes.length);
    memcpy(*section, bytes.data, bytes.length);
    FUZZ_REQUIRE(terms_reader_open(allocator_default(), *section, bytes.length, "terms", &reader, NULL) ==
                 LIBSEARCH_OK);
    terms_writer_free(writer);
    return reader;
}

/* What POSIX writes the same way, put together at random: not always one. Few repetitions of groups and of other
 * repetitions, for which glibc's regcomp takes time without end. */
static size_t take_plain(struct fuzz_bytes *bytes, char *to)
{
    enum { MOST_PILED = 2 };
    static const char *const PIECE[] = { "a", "b",   "c",    ".",     "|",    "(",    ")",     "*",  "+",
                                         "?", "{2}", "{1,}", "{0,2}", "[ab]", "[^a]", "[b-c]", "()", "a" };
    size_t length = 0;
    unsigned piled = 0;
    bool single = false; /* the piece before is one character */
    for (unsigned left = 16; left > 0 && fuzz_left(bytes) > 0; left--) {
        const char *piece = PIECE[fuzz_u8(bytes) % (sizeof PIECE / sizeof *PIECE)];
        if (strchr("*+?{", piece[0]) != NULL && !single && ++piled > MOST_PILED)
            continue;
        single = strchr("abc.[", piece[0]) != NULL;
        memcpy(to + length, piece, strlen(piece));
        length += strlen(piece);
    }
    return length;
}

static bool is_ascii(const char *word) { return (unsigned char)word[0] < 0x80 && (unsigned char)word[1] < 0x80; }

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = fuzz_bytes_of(data, size);
    struct regular_expression expression;
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    char plain[ROOM];
    size_t length;
    const bool is_plain = fuzz_u8(&bytes) & 1;
    uint8_t *section, *raw = NULL;
    if (is_plain)
        length = take_plain(&bytes, plain);
    else
        raw = fuzz_take(&bytes, 2000, &length);
    const libsearch_bytes text = { is_plain ? plain : (const char *)raw, length };
    const libsearch_status status = regular_expression_init(&expression, allocator_default(), text, &error);
    if (status != LIBSEARCH_OK) {
        FUZZ_REQUIRE(status == LIBSEARCH_INVALID || status == LIBSEARCH_LIMIT);
        FUZZ_REQUIRE(error.message[0] != 0 && error.position <= (int64_t)length);
    } else {
        struct terms_reader *reader = dictionary(&section);
        struct found found = { { false } };
        const struct term_walk walk = { .matched = note, .context = &found };
        FUZZ_REQUIRE(terms_walk_regular(reader, allocator_default(), &walk, &expression, NULL) == LIBSEARCH_OK);
        for (size_t i = 0; i < WORDS; i++) {
            FUZZ_REQUIRE(regular_expression_fits(&expression, WORD[i], strlen(WORD[i])) == found.is[i]);
            if (is_plain && is_ascii(WORD[i]))
                FUZZ_REQUIRE(oracle_fits_regular(WORD[i], strlen(WORD[i]), plain, length) == found.is[i]);
        }
        terms_reader_close(reader);
        free(section);
    }
    regular_expression_free(&expression);
    free(raw);
    return 0;
}
