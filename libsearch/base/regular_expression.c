/* SPDX-License-Identifier: MIT */
#include "base/regular_expression.h"

#include <string.h>

enum { MOST_NESTED = 32, MOST_TIMES = 4, MOST_REPEATED = 255, MOST_STEPS = 20000, WITHOUT_END = -1 };

struct range {
    uint32_t low, high;
    struct range *next;
};

struct character_class {
    struct range *ranges;
    bool negated;
};

enum node_kind { NODE_CLASS, NODE_ROW, NODE_EITHER, NODE_REPEAT };

struct node {
    enum node_kind kind;
    struct character_class *class;
    struct node *child; /* the first of a row or of alternatives; what is repeated */
    struct node *next;  /* of the same parent */
    int least, most;
};

struct parser {
    struct arena *arena;
    libsearch_bytes text;
    size_t at;
    unsigned nested;
    size_t letters;
    libsearch_error *error;
};

static libsearch_status wrong(const struct parser *parser, size_t at, const char *what)
{
    return error_set_at(parser->error, (int64_t)at, LIBSEARCH_INVALID, "regular expression, byte %zu: %s", at, what);
}

static void *take(struct parser *parser, size_t size)
{
    void *taken = arena_allocate(parser->arena, size);
    if (taken != NULL)
        memset(taken, 0, size);
    return taken;
}

/* The character at text[at]: its bytes, and its code point; a byte that is no part of UTF-8 is one of its own. */
static size_t take_character(const char *text, size_t left, uint32_t *point)
{
    const unsigned char *bytes = (const unsigned char *)text;
    const unsigned char first = bytes[0];
    const size_t length = first < 0x80   ? 1
                          : first < 0xC2 ? 0
                          : first < 0xE0 ? 2
                          : first < 0xF0 ? 3
                          : first < 0xF5 ? 4
                                         : 0;
    bool whole = length > 0 && length <= left;
    uint32_t made = length < 2 ? first : first & (0x7Fu >> length);
    for (size_t i = 1; whole && i < length; i++) {
        whole = (bytes[i] & 0xC0) == 0x80;
        made = made << 6 | (bytes[i] & 0x3Fu);
    }
    whole = whole && !(length == 3 && (made < 0x800 || (made >= 0xD800 && made < 0xE000))) &&
            !(length == 4 && (made < 0x10000 || made > 0x10FFFF));
    *point = whole ? made : 0x110000u + first;
    return whole ? length : 1;
}

static struct node *node_new(struct parser *parser, enum node_kind kind, struct node *child)
{
    struct node *node = take(parser, sizeof *node);
    if (node == NULL)
        return NULL;
    node->kind = kind;
    node->child = child;
    return node;
}

static libsearch_status add_range(struct parser *parser, struct character_class *class, uint32_t low, uint32_t high)
{
    struct range *range = take(parser, sizeof *range);
    if (range == NULL)
        return error_no_memory(parser->error);
    *range = (struct range){ low, high, class->ranges };
    class->ranges = range;
    parser->letters += high - low + 1;
    if (parser->letters > REGULAR_EXPRESSION_LETTERS)
        return error_set(parser->error, LIBSEARCH_LIMIT, "a regular expression that names more than %d characters",
                         REGULAR_EXPRESSION_LETTERS);
    return LIBSEARCH_OK;
}

static bool is_punctuation(char c)
{
    return c > 0x20 && c < 0x7F && !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
}

/* A character that stands for itself, behind a backslash or not; *digits: it is \d. */
static libsearch_status take_literal(struct parser *parser, uint32_t *point, bool *digits)
{
    const size_t start = parser->at;
    *digits = false;
    if (parser->text.data[parser->at] == '\\') {
        if (++parser->at == parser->text.length)
            return wrong(parser, start, "nothing follows the backslash");
        *digits = parser->text.data[parser->at] == 'd';
        if (!*digits && !is_punctuation(parser->text.data[parser->at]))
            return wrong(parser, start, "a backslash stands before punctuation, or d");
    }
    parser->at += take_character(parser->text.data + parser->at, parser->text.length - parser->at, point);
    if (*point >= 0x110000u)
        return wrong(parser, start, "not UTF-8");
    return LIBSEARCH_OK;
}

/* [abc], [^a-z]; parser->at stands behind the bracket. */
static libsearch_status parse_class(struct parser *parser, struct character_class *class)
{
    const size_t opened = parser->at - 1;
    if (parser->at < parser->text.length && parser->text.data[parser->at] == '^') {
        class->negated = true;
        parser->at++;
    }
    for (bool first = true;; first = false) {
        uint32_t low, high;
        bool digits;
        const size_t start = parser->at;
        if (parser->at == parser->text.length)
            return wrong(parser, opened, "this bracket is not closed");
        if (parser->text.data[parser->at] == ']' && !first) {
            parser->at++;
            return LIBSEARCH_OK;
        }
        TRY(take_literal(parser, &low, &digits));
        high = low;
        if (digits) {
            low = '0';
            high = '9';
        } else if (parser->at + 1 < parser->text.length && parser->text.data[parser->at] == '-' &&
                   parser->text.data[parser->at + 1] != ']') {
            parser->at++;
            TRY(take_literal(parser, &high, &digits));
            if (digits || high < low)
                return wrong(parser, start, "a range that falls");
        }
        TRY(add_range(parser, class, low, high));
    }
}

static bool is_repeat(char c) { return c == '*' || c == '+' || c == '?' || c == '{'; }

static libsearch_status parse_alternatives(struct parser *parser, struct node **node);

static libsearch_status parse_piece(struct parser *parser, struct node **node)
{
    const size_t start = parser->at;
    const char c = parser->text.data[parser->at];
    uint32_t point;
    bool digits;
    if (c == '(') {
        parser->at++;
        if (++parser->nested > MOST_NESTED)
            return wrong(parser, start, "nested too deep");
        TRY(parse_alternatives(parser, node));
        parser->nested--;
        if (parser->at == parser->text.length)
            return wrong(parser, start, "this parenthesis is not closed");
        parser->at++;
        return LIBSEARCH_OK;
    }
    if (is_repeat(c))
        return wrong(parser, start, "nothing is repeated here");
    *node = node_new(parser, NODE_CLASS, NULL);
    if (*node == NULL || ((*node)->class = take(parser, sizeof *(*node)->class)) == NULL)
        return error_no_memory(parser->error);
    if (c == '.') {
        (*node)->class->negated = true; /* all but none */
        parser->at++;
        return LIBSEARCH_OK;
    }
    if (c == '[') {
        parser->at++;
        return parse_class(parser, (*node)->class);
    }
    TRY(take_literal(parser, &point, &digits));
    return digits ? add_range(parser, (*node)->class, '0', '9') : add_range(parser, (*node)->class, point, point);
}

static bool take_number(struct parser *parser, int *number)
{
    const size_t start = parser->at;
    *number = 0;
    while (parser->at < parser->text.length && parser->text.data[parser->at] >= '0' &&
           parser->text.data[parser->at] <= '9' && parser->at - start < 4)
        *number = *number * 10 + (parser->text.data[parser->at++] - '0');
    return parser->at > start;
}

/* {2}, {2,}, {2,5}; parser->at stands behind the brace. */
static libsearch_status parse_count(struct parser *parser, int *least, int *most)
{
    const size_t opened = parser->at - 1;
    bool good = take_number(parser, least);
    *most = *least;
    if (good && parser->at < parser->text.length && parser->text.data[parser->at] == ',') {
        parser->at++;
        if (!take_number(parser, most))
            *most = WITHOUT_END;
    }
    good = good && parser->at < parser->text.length && parser->text.data[parser->at] == '}' &&
           (*most == WITHOUT_END || *most >= *least) && *least <= MOST_REPEATED && *most <= MOST_REPEATED;
    if (!good)
        return wrong(parser, opened, "a count is {2}, {2,} or {2,5}, and at most 255");
    parser->at++;
    return LIBSEARCH_OK;
}

static libsearch_status parse_row(struct parser *parser, struct node **node)
{
    *node = node_new(parser, NODE_ROW, NULL);
    if (*node == NULL)
        return error_no_memory(parser->error);
    struct node **last = &(*node)->child;
    while (parser->at < parser->text.length && parser->text.data[parser->at] != '|' &&
           parser->text.data[parser->at] != ')') {
        struct node *piece;
        TRY(parse_piece(parser, &piece));
        for (unsigned times = 0; parser->at < parser->text.length && is_repeat(parser->text.data[parser->at]);
             times++) {
            if (times == MOST_TIMES)
                return wrong(parser, parser->at, "repeated too often");
            const char c = parser->text.data[parser->at++];
            int least = c == '+', most = c == '?' ? 1 : WITHOUT_END;
            if (c == '{')
                TRY(parse_count(parser, &least, &most));
            piece = node_new(parser, NODE_REPEAT, piece);
            if (piece == NULL)
                return error_no_memory(parser->error);
            piece->least = least;
            piece->most = most;
        }
        *last = piece;
        last = &piece->next;
    }
    return LIBSEARCH_OK;
}

static libsearch_status parse_alternatives(struct parser *parser, struct node **node)
{
    struct node *row;
    TRY(parse_row(parser, &row));
    *node = row;
    if (parser->at == parser->text.length || parser->text.data[parser->at] != '|')
        return LIBSEARCH_OK;
    *node = node_new(parser, NODE_EITHER, row);
    if (*node == NULL)
        return error_no_memory(parser->error);
    while (parser->at < parser->text.length && parser->text.data[parser->at] == '|') {
        parser->at++;
        TRY(parse_row(parser, &row->next));
        row = row->next;
    }
    return LIBSEARCH_OK;
}

/* ----- positions ----- */

typedef uint64_t state_bits[REGULAR_EXPRESSION_WORDS];

/* Part of an expression: where it may begin and end, and whether it may be nothing. */
struct part {
    state_bits first, last;
    bool empty;
};

struct builder {
    struct regular_expression *expression;
    state_bits *follow;
    size_t positions;
    unsigned steps;
    libsearch_error *error;
};

static void add_bits(uint64_t *to, const uint64_t *from)
{
    for (size_t w = 0; w < REGULAR_EXPRESSION_WORDS; w++)
        to[w] |= from[w];
}

static void add_follow(struct builder *builder, const uint64_t *from, const uint64_t *to)
{
    for (size_t w = 0; w < REGULAR_EXPRESSION_WORDS; w++)
        for (uint64_t bits = from[w]; bits != 0; bits &= bits - 1)
            add_bits(builder->follow[w * 64 + (size_t)__builtin_ctzll(bits)], to);
}

/* `part` and then `next`, in *part. */
static void append(struct builder *builder, struct part *part, const struct part *next)
{
    add_follow(builder, part->last, next->first);
    if (part->empty)
        add_bits(part->first, next->first);
    if (next->empty)
        add_bits(part->last, next->last);
    else
        memcpy(part->last, next->last, sizeof part->last);
    part->empty = part->empty && next->empty;
}

static libsearch_status build(struct builder *builder, const struct node *node, struct part *part);

static libsearch_status build_repeat(struct builder *builder, const struct node *node, struct part *part)
{
    const int copies = node->most == WITHOUT_END ? (node->least > 1 ? node->least : 1) : node->most;
    *part = (struct part){ .empty = true };
    for (int i = 0; i < copies; i++) {
        struct part copy;
        TRY(build(builder, node->child, &copy));
        if (node->most == WITHOUT_END && i + 1 == copies)
            add_follow(builder, copy.last, copy.first);
        copy.empty = copy.empty || i >= node->least;
        append(builder, part, &copy);
    }
    return LIBSEARCH_OK;
}

/* Recursion is as deep as the parser's, which is bounded. */
static libsearch_status build(struct builder *builder, const struct node *node, struct part *part)
{
    if (++builder->steps > MOST_STEPS)
        return error_set(builder->error, LIBSEARCH_LIMIT, "a regular expression that repeats too much");
    *part = (struct part){ .empty = node->kind == NODE_ROW };
    if (node->kind == NODE_REPEAT)
        return build_repeat(builder, node, part);
    if (node->kind == NODE_CLASS) {
        if (builder->positions == REGULAR_EXPRESSION_POSITIONS)
            return error_set(builder->error, LIBSEARCH_LIMIT, "a regular expression of more than %d positions",
                             REGULAR_EXPRESSION_POSITIONS);
        const size_t bit = 1 + builder->positions;
        builder->expression->classes[builder->positions++] = node->class;
        part->first[bit / 64] |= UINT64_C(1) << bit % 64;
        part->last[bit / 64] |= UINT64_C(1) << bit % 64;
        return LIBSEARCH_OK;
    }
    for (const struct node *child = node->child; child != NULL; child = child->next) {
        struct part next;
        TRY(build(builder, child, &next));
        if (node->kind == NODE_ROW) {
            append(builder, part, &next);
            continue;
        }
        add_bits(part->first, next.first);
        add_bits(part->last, next.last);
        part->empty = part->empty || next.empty;
    }
    return LIBSEARCH_OK;
}

static bool has_bit(const uint64_t *bits, size_t bit) { return bits[bit / 64] >> bit % 64 & 1; }

/* Keeps of the sets as many words as there are positions for. */
static libsearch_status finish(struct builder *builder, const struct part *whole)
{
    struct regular_expression *expression = builder->expression;
    const size_t bits = builder->positions + 1, words = (bits + 63) / 64;
    expression->positions = builder->positions;
    expression->words = words;
    expression->follow = arena_allocate(&expression->arena, bits * words * sizeof(uint64_t));
    expression->accepting = arena_allocate(&expression->arena, words * sizeof(uint64_t));
    expression->everything = arena_allocate(&expression->arena, words * sizeof(uint64_t));
    if (expression->follow == NULL || expression->accepting == NULL || expression->everything == NULL)
        return error_no_memory(builder->error);
    for (size_t bit = 0; bit < bits; bit++)
        memcpy(expression->follow + bit * words, builder->follow[bit], words * sizeof(uint64_t));
    memcpy(expression->accepting, whole->last, words * sizeof(uint64_t));
    memset(expression->everything, 0, words * sizeof(uint64_t));
    if (whole->empty)
        expression->accepting[0] |= 1;
    for (size_t p = 0; p < expression->positions; p++) {
        const struct character_class *class = expression->classes[p];
        const size_t bit = p + 1;
        if (class->negated && class->ranges == NULL && has_bit(expression->accepting, bit) &&
            has_bit(expression->follow + bit * words, bit))
            expression->everything[bit / 64] |= UINT64_C(1) << bit % 64;
    }
    return LIBSEARCH_OK;
}

static libsearch_status compile(struct regular_expression *expression, libsearch_bytes text, libsearch_error *error)
{
    struct parser parser = { .arena = &expression->arena, .text = text, .error = error };
    struct builder builder = { .expression = expression, .error = error };
    struct node *root;
    struct part whole;
    if (text.length > REGULAR_EXPRESSION_BYTES)
        return error_set(error, LIBSEARCH_LIMIT, "a regular expression of more than %d bytes",
                         REGULAR_EXPRESSION_BYTES);
    TRY(parse_alternatives(&parser, &root));
    if (parser.at < text.length)
        return wrong(&parser, parser.at, "this parenthesis closes nothing");
    const size_t bits = REGULAR_EXPRESSION_POSITIONS + 1;
    builder.follow = take(&parser, bits * sizeof *builder.follow);
    expression->classes = take(&parser, bits * sizeof(struct character_class *));
    if (builder.follow == NULL || expression->classes == NULL)
        return error_no_memory(error);
    TRY(build(&builder, root, &whole));
    memcpy(builder.follow[0], whole.first, sizeof whole.first);
    return finish(&builder, &whole);
}

libsearch_status regular_expression_init(struct regular_expression *expression, const libsearch_allocator *allocator,
                                         libsearch_bytes text, libsearch_error *error)
{
    memset(expression, 0, sizeof *expression);
    arena_init(&expression->arena, allocator);
    const libsearch_status status = compile(expression, text, error);
    if (status != LIBSEARCH_OK) {
        arena_free(&expression->arena);
        memset(expression, 0, sizeof *expression);
    }
    return status;
}

void regular_expression_free(struct regular_expression *expression)
{
    if (expression->words > 0)
        arena_free(&expression->arena);
    memset(expression, 0, sizeof *expression);
}

/* ----- asking ----- */

bool regular_expression_takes(const struct regular_expression *expression, size_t position, uint32_t point)
{
    const struct character_class *class = expression->classes[position];
    for (const struct range *range = class->ranges; range != NULL; range = range->next)
        if (point >= range->low && point <= range->high)
            return !class->negated;
    return class->negated;
}

size_t regular_expression_letters(const struct regular_expression *expression, uint32_t *points)
{
    size_t count = 0;
    for (size_t p = 0; p < expression->positions; p++) {
        bool copy = false; /* a repetition's class was seen */
        for (size_t q = p; q-- > 0 && !copy;)
            copy = expression->classes[q] == expression->classes[p];
        for (const struct range *range = copy ? NULL : expression->classes[p]->ranges; range != NULL;
             range = range->next)
            for (uint32_t point = range->low; point <= range->high; point++)
                points[count++] = point;
    }
    return count;
}

void regular_expression_follow(const struct regular_expression *expression, const uint64_t *state, uint64_t *next)
{
    const size_t words = expression->words;
    memset(next, 0, words * sizeof *next);
    for (size_t w = 0; w < words; w++)
        for (uint64_t bits = state[w]; bits != 0; bits &= bits - 1) {
            const uint64_t *follow = expression->follow + (w * 64 + (size_t)__builtin_ctzll(bits)) * words;
            for (size_t i = 0; i < words; i++)
                next[i] |= follow[i];
        }
}

bool regular_expression_fits(const struct regular_expression *expression, const char *word, size_t length)
{
    state_bits state = { 1 }, next;
    for (size_t at = 0; at < length;) {
        uint32_t point;
        bool any = false;
        at += take_character(word + at, length - at, &point);
        regular_expression_follow(expression, state, next);
        for (size_t w = 0; w < expression->words; w++)
            for (uint64_t bits = next[w]; bits != 0; bits &= bits - 1) {
                const uint64_t bit = bits & (0 - bits);
                if (regular_expression_takes(expression, w * 64 + (size_t)__builtin_ctzll(bits) - 1, point))
                    any = true;
                else
                    next[w] &= ~bit;
            }
        if (!any)
            return false;
        memcpy(state, next, sizeof state);
    }
    for (size_t w = 0; w < expression->words; w++)
        if (state[w] & expression->accepting[w])
            return true;
    return false;
}
