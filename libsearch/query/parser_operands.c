/* SPDX-License-Identifier: MIT */
#include "query/parser_operands.h"

#include <math.h>
#include <string.h>

#include "query/query_values.h"

/* Parentheses: printing a tree takes at most two for each of its levels. */
enum { MAX_NESTING = 2 * LIBSEARCH_MAX_QUERY_DEPTH + 8 };

static const char *name_of(const struct field *field) { return field == NULL ? NULL : field->name; }

static bool is_text(const struct field *field) { return field == NULL || field->type == LIBSEARCH_TEXT; }

static libsearch_status make_text(struct query_parser *parser, enum query_kind kind, const struct field *field,
                                  unsigned flags, size_t start, size_t end, unsigned number, libsearch_query **query)
{
    libsearch_bytes text;
    if (kind == QUERY_PHRASE)
        TRY(parser_check_words(parser, field, start, (libsearch_bytes){ parser->text.data + start, end - start }));
    TRY(parser_unescape(parser, start, end, kind == QUERY_PHRASE || kind == QUERY_KEYWORD, &text));
    if (kind == QUERY_KEYWORD && text.length > LIBSEARCH_MAX_KEYWORD)
        text.length = LIBSEARCH_MAX_KEYWORD; /* no document has it */
    if (kind == QUERY_TEXT)
        TRY(parser_check_tokens(parser, field, start, text));
    const libsearch_query like = {
        .kind = kind, .flags = flags, .field = (char *)name_of(field), .text = text, .number = number, .position = start
    };
    return query_new(parser->allocator, &like, query, parser->error);
}

/* field:[a TO b] of words or keywords. */
static libsearch_status make_word_range(struct query_parser *parser, const struct field *field, size_t start,
                                        libsearch_query **query)
{
    struct word_range range;
    libsearch_query like = {
        .kind = QUERY_RANGE, .type = LIBSEARCH_KEYWORD, .field = (char *)name_of(field), .position = start
    };
    parser_word_range(parser->text, start, &range);
    like.has_low = range.has_low;
    like.has_high = range.has_high;
    like.low_open = range.low_open;
    like.high_open = range.high_open;
    /* Both may have escapes, which leave what is shorter. */
    buffer_clear(&parser->scratch);
    syntax_unescape((libsearch_bytes){ parser->text.data + range.low_start, range.low_end - range.low_start },
                    range.low_quoted, &parser->scratch);
    const size_t low = parser->scratch.length;
    syntax_unescape((libsearch_bytes){ parser->text.data + range.high_start, range.high_end - range.high_start },
                    range.high_quoted, &parser->scratch);
    if (parser->scratch.failed)
        return error_no_memory(parser->error);
    const char *bytes = (const char *)parser->scratch.data;
    like.text = (libsearch_bytes){ bytes, range.has_low ? low : 0 };
    like.high_text = (libsearch_bytes){ bytes + low, range.has_high ? parser->scratch.length - low : 0 };
    return query_new(parser->allocator, &like, query, parser->error);
}

/* /expression/: its backslashes are its own. */
static libsearch_status make_regular(struct query_parser *parser, const struct word *word, libsearch_query **query)
{
    const libsearch_query like = { .kind = QUERY_REGULAR,
                                   .field = (char *)name_of(word->field),
                                   .text = { parser->text.data + word->value_start,
                                             word->value_end - word->value_start },
                                   .position = word->value_start };
    return query_new(parser->allocator, &like, query, parser->error);
}

/* ~3 behind a phrase. */
static unsigned parse_slop(struct query_parser *parser)
{
    const libsearch_bytes text = parser->text;
    size_t at = parser->at + 1;
    unsigned slop = 0;
    if (parser->at >= text.length || text.data[parser->at] != '~')
        return 0;
    while (at < text.length && text.data[at] >= '0' && text.data[at] <= '9') {
        slop = slop < 100000 ? slop * 10 + (unsigned)(text.data[at] - '0') : slop;
        at++;
    }
    if (at > parser->at + 1)
        parser->at = at;
    return slop;
}

/* The end of the quoted text whose content begins at `at`: its closing mark's place, or the text's length. */
static size_t find_quote(struct query_parser *parser, size_t at)
{
    const libsearch_bytes text = parser->text;
    if (parser->no_more_quotes)
        return text.length;
    while (at < text.length && syntax_quote(text, at) == 0) {
        const size_t escape = syntax_escape(text, at);
        at += escape > 0 ? escape : 1;
    }
    parser->no_more_quotes = at >= text.length;
    return at;
}

/* The stretch from start to end, quoted, as a value of a field that holds no text. */
static libsearch_status make_value(struct query_parser *parser, const struct field *field, size_t start, size_t end,
                                   libsearch_query **query)
{
    libsearch_bytes value;
    libsearch_query like;
    if (field->type == LIBSEARCH_KEYWORD)
        return make_text(parser, QUERY_KEYWORD, field, 0, start, end, 0, query);
    TRY(parser_unescape(parser, start, end, true, &value));
    if (parser_range_value(field, value, parser->now, &like)) {
        like.position = start;
        return query_new(parser->allocator, &like, query, parser->error);
    }
    TRY(parser_complain(parser, start, "\"%s\" is no value of the field \"%s\"; it is taken for words",
                        parser_show(value).text, field->name));
    return make_text(parser, QUERY_TEXT, NULL, 0, start, end, 0, query);
}

/* A quoted text; parser->at stands on its opening mark. */
static libsearch_status parse_quoted(struct query_parser *parser, const struct field *field, unsigned flags,
                                     libsearch_query **query)
{
    const libsearch_bytes text = parser->text;
    const size_t opened = parser->at, start = opened + syntax_quote(text, opened);
    const size_t end = find_quote(parser, start);
    if (end >= text.length) {
        parser->at = start;
        return parser_complain(parser, opened, "this quotation mark has no second one");
    }
    parser->at = end + syntax_quote(text, end);
    const unsigned slop = parse_slop(parser);
    if (!is_text(field)) {
        if (slop > 0)
            TRY(parser_complain(parser, opened, "only a text's phrase has a distance"));
        return make_value(parser, field, start, end, query);
    }
    size_t words = start;
    while (words < end && syntax_space(text, words) > 0)
        words += syntax_space(text, words);
    if (words == end)
        return parser_complain(parser, opened, "there is nothing between these quotation marks");
    /* "two wor*" */
    const bool prefix = end - start > 1 && text.data[end - 1] == '*' && !syntax_is_escaped(text, start, end - 1) &&
                        text.data[end - 2] != '*' && (unsigned char)text.data[end - 2] > 0x20;
    return make_text(parser, QUERY_PHRASE, field, flags | (prefix ? (unsigned)QUERY_FLAG_LAST_PREFIX : 0), start,
                     prefix ? end - 1 : end, slop, query);
}

/* A list in parentheses; parser->at stands on the first. */
static libsearch_status parse_group(struct query_parser *parser, const struct field *scope, libsearch_query **query)
{
    const size_t opened = parser->at++;
    struct parts parts = { 0 };
    if (++parser->nesting > MAX_NESTING)
        return error_set_at(parser->error, (int64_t)opened, LIBSEARCH_LIMIT,
                            "query: parentheses are nested deeper than %d", MAX_NESTING);
    libsearch_status status = parser_list(parser, scope, true, false, &parts);
    parser->nesting--;
    if (status == LIBSEARCH_OK)
        status = parser_collapse(parser, &parts, opened, query);
    if (status == LIBSEARCH_OK && *query == NULL)
        status = parser_complain(parser, opened, "there is nothing between these parentheses");
    parts_free(parser, &parts);
    return status;
}

/* ----- functions: @name(arguments) ----- */

static void skip_blanks(struct query_parser *parser)
{
    while (parser->at < parser->text.length && syntax_space(parser->text, parser->at) > 0)
        parser->at += syntax_space(parser->text, parser->at);
}

/* The next argument up to white space, a quotation mark or a parenthesis. */
static libsearch_bytes take_argument(struct query_parser *parser)
{
    skip_blanks(parser);
    const size_t start = parser->at;
    parser->at = syntax_word_end(parser->text, start);
    return (libsearch_bytes){ parser->text.data + start, parser->at - start };
}

static bool take_number(struct query_parser *parser, unsigned *number)
{
    int64_t value;
    if (!value_parse_integer(take_argument(parser), &value) || value < 0 || value > INT32_MAX)
        return false;
    *number = (unsigned)value;
    return true;
}

/* [number] {flag} "text" ), of a fuzzy word also its prefix behind the number */
static bool take_text(struct query_parser *parser, bool numbered, unsigned allowed, libsearch_query *like,
                      size_t *start, size_t *end)
{
    const libsearch_bytes text = parser->text;
    if (numbered && !take_number(parser, &like->number))
        return false;
    for (;;) {
        const libsearch_bytes word = take_argument(parser);
        int64_t prefix;
        if (word.length == 0)
            break;
        if (like->kind == QUERY_FUZZY && value_parse_integer(word, &prefix) && prefix >= 0 && prefix <= 255) {
            like->more_prefix = (int)prefix - 1;
            continue;
        }
        const unsigned flag = syntax_flag(word) & allowed;
        if (flag == 0)
            return false;
        like->flags |= flag;
    }
    const size_t mark = parser->at < text.length ? syntax_quote(text, parser->at) : 0;
    if (mark == 0)
        return false;
    *start = parser->at + mark;
    *end = find_quote(parser, *start);
    if (*end >= text.length)
        return false;
    parser->at = *end + syntax_quote(text, *end);
    skip_blanks(parser);
    if (parser->at >= text.length || text.data[parser->at] != ')')
        return false;
    parser->at++;
    return true;
}

/* The functions that hold one quoted text. *done: false where the arguments are not theirs. */
static libsearch_status parse_text_function(struct query_parser *parser, enum syntax_function function,
                                            const struct field *field, libsearch_query **query, bool *done)
{
    libsearch_query like = { .kind = QUERY_TEXT, .field = (char *)name_of(field), .position = parser->at };
    size_t start = 0, end = 0;
    unsigned allowed = 0;
    bool numbered = false;
    if (function == SYNTAX_TEXT) {
        allowed = QUERY_FLAG_ALL | QUERY_FLAG_EXACT | QUERY_FLAG_KEEP_STOPS;
    } else if (function == SYNTAX_PHRASE) {
        like.kind = QUERY_PHRASE;
        allowed = QUERY_FLAG_EXACT | QUERY_FLAG_LAST_PREFIX;
        numbered = true;
    } else if (function == SYNTAX_FUZZY) {
        like.kind = QUERY_FUZZY;
        numbered = true;
    } else if (function == SYNTAX_REGULAR) {
        like.kind = QUERY_REGULAR;
    } else {
        like.kind = function == SYNTAX_PREFIXED ? QUERY_PREFIX : QUERY_WILDCARD;
    }
    const bool words = like.kind == QUERY_TEXT || like.kind == QUERY_PHRASE;
    *done = take_text(parser, numbered, allowed, &like, &start, &end) &&
            (like.kind != QUERY_FUZZY || like.number <= 2) &&
            (is_text(field) || (!words && field->type == LIBSEARCH_KEYWORD));
    if (!*done)
        return LIBSEARCH_OK;
    TRY(parser_unescape(parser, start, end, true, &like.text));
    return query_new(parser->allocator, &like, query, parser->error);
}

/* The functions that hold a list. */
static libsearch_status parse_list_function(struct query_parser *parser, enum syntax_function function,
                                            const struct field *scope, libsearch_query **query, bool *done)
{
    libsearch_query like = { .kind = QUERY_BOOLEAN, .position = parser->at };
    struct parts parts = { 0 };
    if (function == SYNTAX_MAX) {
        double factor;
        like.kind = QUERY_DISJUNCTION_MAX;
        *done = value_parse_float(take_argument(parser), &factor) && factor >= 0 && isfinite((float)factor);
        like.factor = *done ? (float)factor : 0;
    } else if (function == SYNTAX_FIELDS) {
        like.kind = QUERY_FIELDS;
        *done = true;
    } else {
        like.kind = function == SYNTAX_ATLEAST ? QUERY_BOOLEAN : QUERY_NEAR;
        like.flags = function == SYNTAX_BEFORE ? QUERY_FLAG_ORDERED : 0;
        *done = take_number(parser, &like.number);
    }
    if (!*done)
        return LIBSEARCH_OK;
    if (++parser->nesting > MAX_NESTING)
        return error_set_at(parser->error, (int64_t)parser->at, LIBSEARCH_LIMIT,
                            "query: parentheses are nested deeper than %d", MAX_NESTING);
    libsearch_status status = parser_list(parser, scope, true, true, &parts);
    parser->nesting--;
    bool placed = true, of_fields = true;
    for (size_t i = 0; i < parts.count && status == LIBSEARCH_OK && like.kind == QUERY_FIELDS; i++)
        of_fields = of_fields && parts.occurs[i] == LIBSEARCH_SHOULD && query_is_field_text(parts.queries[i]);
    if (!of_fields) {
        like.kind = QUERY_BOOLEAN;
        status = parser_complain(parser, like.position, "@fields takes texts of fields; any of these is looked for");
    }
    for (size_t i = 0; i < parts.count && status == LIBSEARCH_OK && like.kind == QUERY_NEAR; i++)
        placed = placed && (parts.occurs[i] == LIBSEARCH_SHOULD || parts.occurs[i] == LIBSEARCH_MUST);
    if (!placed) {
        like.kind = QUERY_BOOLEAN; /* all of them, as they are */
        like.flags = like.number = 0;
        for (size_t i = 0; i < parts.count; i++)
            if (parts.occurs[i] == LIBSEARCH_SHOULD)
                parts.occurs[i] = LIBSEARCH_MUST;
        status =
            parser_complain(parser, like.position, "what must not be there is near nothing; all others are asked for");
    }
    if (status == LIBSEARCH_OK)
        status = parts_make(parser, &parts, &like, query);
    parts_free(parser, &parts);
    return status;
}

static libsearch_status parse_function(struct query_parser *parser, const struct word *word, struct part *part,
                                       bool *done)
{
    *done = true;
    parser->at = word->end; /* on the parenthesis */
    switch (word->function) {
    case SYNTAX_FILTER: part->occur = LIBSEARCH_FILTER; return parse_group(parser, word->field, &part->query);
    case SYNTAX_NONE:
        parser->at++;
        skip_blanks(parser);
        *done = parser->at < parser->text.length && parser->text.data[parser->at] == ')';
        if (!*done)
            return LIBSEARCH_OK;
        parser->at++;
        return query_new(parser->allocator, &(libsearch_query){ .kind = QUERY_NONE, .position = word->start },
                         &part->query, parser->error);
    case SYNTAX_NEAR:
    case SYNTAX_BEFORE:
    case SYNTAX_ATLEAST:
    case SYNTAX_FIELDS:
    case SYNTAX_MAX: parser->at++; return parse_list_function(parser, word->function, word->field, &part->query, done);
    default: parser->at++; return parse_text_function(parser, word->function, word->field, &part->query, done);
    }
}

/* ----- words ----- */

/* True where a word begins at `at` that can be joined with plain words before it. */
static bool joins(const struct query_parser *parser, size_t at, const struct field *scope, struct word *word)
{
    const libsearch_bytes text = parser->text;
    size_t behind;
    libsearch_query like;
    if (at >= text.length || text.data[at] == '(' || text.data[at] == ')' || syntax_quote(text, at) > 0 ||
        parser_is_sign(parser, at) || parser_operator(parser, at, &behind) != SYNTAX_NO_OPERATOR)
        return false;
    parser_classify(parser, at, scope, word, &like);
    return word->class == WORD_PLAIN && parser_factor(text, word->end, &(float){ 0 }, &(bool){ false }) == 0;
}

/* True where the word that ends at `end` is what an AND or OR joins. */
static bool is_joined(const struct query_parser *parser, size_t end)
{
    size_t behind;
    const enum syntax_operator operator= parser_operator(parser, end, &behind);
    return operator== SYNTAX_AND || operator== SYNTAX_OR;
}

static libsearch_status accept_word(struct query_parser *parser, const struct field *field, const struct word *word)
{
    libsearch_bytes text;
    TRY(parser_report_fault(parser, word));
    TRY(parser_unescape(parser, word->start, word->end, false, &text));
    return parser_check_tokens(parser, field, word->start, text);
}

/* Plain words side by side are one text: a question's words belong together (its stop words are dropped when others
 * stand beside them). */
static libsearch_status parse_plain(struct query_parser *parser, const struct field *scope, bool alone, unsigned flags,
                                    struct word *word, libsearch_query **query)
{
    const struct field *field = is_text(scope) ? scope : NULL;
    const libsearch_bytes text = parser->text;
    libsearch_query like = {
        .kind = QUERY_TEXT, .flags = flags, .field = (char *)name_of(field), .position = word->start
    };
    const size_t start = word->start;
    size_t end = word->end;
    alone = alone || !is_text(scope) || parser_factor(text, end, &(float){ 0 }, &(bool){ false }) > 0;
    TRY(accept_word(parser, field, word));
    while (!alone) {
        size_t at = end;
        while (at < text.length && syntax_space(text, at) > 0)
            at += syntax_space(text, at);
        struct word next;
        if (at == end || !joins(parser, at, scope, &next) || is_joined(parser, next.end))
            break;
        TRY(accept_word(parser, field, &next));
        end = next.end;
    }
    parser->at = end;
    if ((parser->flags & LIBSEARCH_PARSE_ALL) != 0 && !alone)
        like.flags |= QUERY_FLAG_ALL;
    TRY(parser_unescape(parser, start, end, false, &like.text));
    return query_new(parser->allocator, &like, query, parser->error);
}

libsearch_status parser_operand(struct query_parser *parser, const struct field *scope, bool alone, bool keep,
                                struct part *part)
{
    struct word word;
    libsearch_query like = { .kind = QUERY_ALL };
    const unsigned kept = keep ? QUERY_FLAG_KEEP_STOPS : 0;
    libsearch_query **query = &part->query;
    if (parser->text.data[parser->at] == '(')
        return parse_group(parser, scope, query);
    if (syntax_quote(parser->text, parser->at) > 0)
        return parse_quoted(parser, scope, 0, query);
    parser_classify(parser, parser->at, scope, &word, &like);
    parser->at = word.end;
    const size_t start = word.value_start, end = word.value_end;
    switch (word.class) {
    case WORD_PLAIN:
        /* A word before AND or OR is an operand of its own. */
        return parse_plain(parser, scope, alone || is_joined(parser, word.end), kept, &word, query);
    case WORD_TEXT: return make_text(parser, QUERY_TEXT, word.field, kept, start, end, 0, query);
    case WORD_EXACT: return make_text(parser, QUERY_TEXT, word.field, kept | QUERY_FLAG_EXACT, start, end, 0, query);
    case WORD_EXACT_QUOTE: return parse_quoted(parser, word.field, QUERY_FLAG_EXACT, query);
    case WORD_QUOTE: return parse_quoted(parser, word.field, 0, query);
    case WORD_GROUP: return parse_group(parser, word.field, query);
    case WORD_KEYWORD: return make_text(parser, QUERY_KEYWORD, word.field, 0, start, end, 0, query);
    case WORD_PREFIX: return make_text(parser, QUERY_PREFIX, word.field, 0, start, end, 0, query);
    case WORD_WILDCARD: return make_text(parser, QUERY_WILDCARD, word.field, 0, start, end, 0, query);
    case WORD_FUZZY: return make_text(parser, QUERY_FUZZY, word.field, 0, start, end, word.distance, query);
    case WORD_REGULAR: return make_regular(parser, &word, query);
    case WORD_WORD_RANGE: return make_word_range(parser, word.field, start, query);
    case WORD_RANGE: like.position = word.start; return query_new(parser->allocator, &like, query, parser->error);
    case WORD_ALL:
        return query_new(parser->allocator, &(libsearch_query){ .kind = QUERY_ALL, .position = word.start }, query,
                         parser->error);
    case WORD_EXISTS:
        return query_new(parser->allocator,
                         &(libsearch_query){
                             .kind = QUERY_EXISTS, .field = (char *)name_of(word.field), .position = word.start },
                         query, parser->error);
    case WORD_FUNCTION: break;
    }
    bool done;
    TRY(parse_function(parser, &word, part, &done));
    if (done)
        return LIBSEARCH_OK;
    TRY(parser_complain(parser, word.start, "%s does not have these arguments; it is taken for words",
                        syntax_function_name(word.function)));
    parser->at = word.end;
    return parse_plain(parser, scope, true, kept, &word, query);
}
