/* SPDX-License-Identifier: MIT */
/* What the files of the parser share. */
#ifndef LIBSEARCH_QUERY_PARSER_STATE_H
#define LIBSEARCH_QUERY_PARSER_STATE_H

#include "base/buffer.h"
#include "query/query_syntax.h"
#include "query/query_tree.h"
#include "schema/schema.h"

struct query_parser {
    const libsearch_allocator *allocator;
    const struct schema *schema;
    libsearch_bytes text;
    unsigned flags; /* LIBSEARCH_PARSE_… */
    int64_t now;
    size_t at; /* what comes next */
    unsigned nesting;
    bool no_more_quotes; /* no quotation mark was found behind an earlier one */
    struct query_warning *warnings;
    size_t warning_count;
    struct buffer scratch;
    struct tokenizer *tokenizer; /* of tokenizer_analyzer; made when first needed */
    const struct analyzer *tokenizer_analyzer;
    libsearch_error *error;
};

/* What is not of the language: SYNTAX in strict mode, else a warning and OK. */
libsearch_status parser_complain(struct query_parser *parser, size_t position, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A warning in both modes. */
libsearch_status parser_remark(struct query_parser *parser, size_t position, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* For messages: at most 40 bytes of text, cut at a character, on one line. */
struct shown {
    char text[64];
};
struct shown parser_show(libsearch_bytes text);

/* Warns where the analyzer of a text field (NULL: the index's own) finds no token in text. */
libsearch_status parser_check_tokens(struct query_parser *parser, const struct field *field, size_t position,
                                     libsearch_bytes text);

/* The same for each of several words between white space. */
libsearch_status parser_check_words(struct query_parser *parser, const struct field *field, size_t position,
                                    libsearch_bytes text);

/* The bytes from start to end of the parsed text without escapes; valid until the next call. quoted: \xHH, too. */
libsearch_status parser_unescape(struct query_parser *parser, size_t start, size_t end, bool quoted,
                                 libsearch_bytes *text);

/* Numbers, dates and ranges of them as a field's type reads them: fills `like` as QUERY_RANGE. False when value is
 * none. parser_range_value: 5, >5, 1..9; parser_range_ends: what stands between brackets, 1 TO 9. */
bool parser_range_value(const struct field *field, libsearch_bytes value, int64_t now, libsearch_query *like);
bool parser_range_ends(const struct field *field, libsearch_bytes ends, bool low_open, bool high_open, int64_t now,
                       libsearch_query *like);

/* A range of words between brackets, [a TO b], that begins at text[at]: its ends as they stand there. False: there is
 * none. */
struct word_range {
    size_t low_start, low_end, high_start, high_end; /* without quotation marks */
    bool has_low, has_high, low_quoted, high_quoted, low_open, high_open;
    size_t end; /* behind the last bracket */
};
bool parser_word_range(libsearch_bytes text, size_t at, struct word_range *range);

/* What a word is, found without changing anything. */
enum word_class {
    WORD_PLAIN,
    WORD_ALL,         /* *:* */
    WORD_EXACT,       /* =word; value is the word */
    WORD_EXACT_QUOTE, /* = before a quotation mark */
    WORD_FUNCTION,    /* @name before a parenthesis */
    WORD_GROUP,       /* field: before a parenthesis */
    WORD_QUOTE,       /* field: before a quotation mark */
    WORD_EXISTS,      /* field:* */
    WORD_TEXT,        /* field:word */
    WORD_KEYWORD,
    WORD_RANGE, /* number, high and so on are in range */
    WORD_PREFIX,
    WORD_WILDCARD,
    WORD_FUZZY,
    WORD_REGULAR,   /* /expression/; value is what stands between the slashes */
    WORD_WORD_RANGE /* field:[a TO b] of words; from value_start on */
};

enum word_fault {
    WORD_NO_FAULT,
    WORD_OPERATOR_ALONE,
    WORD_UNKNOWN_FIELD,
    WORD_FIELD_NOT_SEARCHED,
    WORD_NO_VALUE,
    WORD_BAD_VALUE,
    WORD_BAD_EXPRESSION
};

struct word {
    enum word_class class;
    enum word_fault fault;
    size_t start, end;             /* in the text; end: where parsing goes on (before ^…) */
    size_t value_start, value_end; /* of the word without field, = and ~ */
    const struct field *field;     /* named before a colon; or the scope's */
    unsigned distance;             /* WORD_FUZZY */
    enum syntax_function function;
};

/* Classifies the word at `at`, in the scope of a field or NULL. `like` takes the range of WORD_RANGE. */
void parser_classify(const struct query_parser *parser, size_t at, const struct field *scope, struct word *word,
                     libsearch_query *like);
/* Complains about the word's fault, if it has one. */
libsearch_status parser_report_fault(struct query_parser *parser, const struct word *word);

/* The factor that stands at `at`, ^2 or ^=2: its end, or 0 where there is none. */
size_t parser_factor(libsearch_bytes text, size_t at, float *factor, bool *constant);

#endif
