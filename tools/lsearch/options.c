/* SPDX-License-Identifier: MIT */
/* The command line. Options stand before or after the other words. After INDEX, search, get and
 * delete take a word that begins with - and is none of their options as a word (a query may say
 * -virus); -- ends options everywhere. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "date.h"
#include "facets.h"
#include "lsearch.h"
#include "ranking.h"
#include "rescore.h"

enum {
    IN_INDEX = 1u << 0,
    IN_SEARCH = 1u << 1,
    IN_RUN = 1u << 2,
    IN_GET = 1u << 3,
    IN_DELETE = 1u << 4,
    IN_INFO = 1u << 5,
    IN_CHECK = 1u << 6,
    IN_COMPACT = 1u << 7,
    IN_SUGGEST = 1u << 8,
    IN_WATCH = 1u << 9,
    IN_SIMILAR = 1u << 10,
    IN_DUPLICATES = 1u << 11,
    IN_ALL = 4095u
};

static const struct command commands[] = {
    { "index", "INDEX FILE...", "documents into INDEX, which is made if missing", IN_INDEX, false, 1, SIZE_MAX,
      command_index },
    { "search", "INDEX QUERY", "the best documents", IN_SEARCH, true, 1, SIZE_MAX, command_search },
    { "similar", "INDEX ID...", "documents like these, or with --text like a text", IN_SIMILAR, true, 0, SIZE_MAX,
      command_similar },
    { "suggest", "INDEX TEXT", "how a query may go on, and what it may have meant", IN_SUGGEST, true, 1, SIZE_MAX,
      command_suggest },
    { "run", "INDEX QUERIES.tsv", "a TREC run: every line is qid<TAB>words", IN_RUN, false, 1, 1, command_run },
    { "get", "INDEX ID...", "stored documents, as JSON lines", IN_GET, true, 1, SIZE_MAX, command_get },
    { "delete", "INDEX ID...", "delete documents", IN_DELETE, true, 1, SIZE_MAX, command_delete },
    { "info", "INDEX", "what is in it", IN_INFO, false, 0, 0, command_info },
    { "check", "INDEX", "read all of it and say what is damaged", IN_CHECK, false, 0, 0, command_check },
    { "compact", "INDEX", "merge everything into one segment", IN_COMPACT, false, 0, 0, command_compact },
    { "duplicates", "INDEX [ID]", "documents that are nearly the same: of one document, or all groups", IN_DUPLICATES,
      true, 0, 1, command_duplicates },
    { "watch", "QUERIES.tsv",
      "saved queries (qid<TAB>query, or an index of them): which JSON lines on standard input match", IN_WATCH, false,
      0, 0, command_watch },
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

enum option {
    OPTION_COUNT,
    OPTION_DEPTH,
    OPTION_OFFSET,
    OPTION_MODEL,
    OPTION_TIMEOUT,
    OPTION_JSON,
    OPTION_MARKUP,
    OPTION_COLOUR,
    OPTION_LANGUAGE,
    OPTION_FIELD,
    OPTION_THREADS,
    OPTION_MEMORY,
    OPTION_COMMIT_EVERY,
    OPTION_STRICT,
    OPTION_REORDER,
    OPTION_BIWORDS,
    OPTION_ALL_WORDS,
    OPTION_LIKE,
    OPTION_RELOAD,
    OPTION_ENGINE,
    OPTION_FIELD_MAP,
    OPTION_SORT,
    OPTION_FACET,
    OPTION_COLLAPSE,
    OPTION_EXPLAIN,
    OPTION_IN,
    OPTION_SIGNAL,
    OPTION_FEEDBACK,
    OPTION_RESCORE,
    OPTION_TEXT,
    OPTION_WORDS,
    OPTION_THRESHOLD,
    OPTION_FOLD,
    OPTION_BY,
    OPTION_PLAIN,
    OPTION_EXHAUSTIVE,
    OPTION_NOW,
    OPTION_SYNONYMS,
    OPTION_TOTAL,
    OPTION_AFTER,
    OPTION_SNIPPET,
    OPTION_FRAGMENTS,
    OPTION_SNIPPET_FIELD,
    OPTION_FACET_FILTER,
    OPTION_RELEVANT,
    OPTION_ABSENT, /* of a later version: refused, never ignored */
    OPTION_HELP,
    OPTION_VERSION
};

struct rule {
    const char *name, *value, *help; /* value: what to call it in the help; NULL: takes none */
    unsigned commands;
    enum option option;
};

static const struct rule rules[] = {
    { "-n", "N", "how many are listed (10 documents, 5 suggestions)", IN_SEARCH | IN_SIMILAR | IN_SUGGEST,
      OPTION_COUNT },
    { "--offset", "N", "leave out the best N", IN_SEARCH | IN_SIMILAR, OPTION_OFFSET },
    { "-k", "N", "how many documents for each query (1000)", IN_RUN, OPTION_DEPTH },
    { "--model", "MODEL", "ranking: default, bm25, bm25:k1=0.9,b=0.4", IN_SEARCH | IN_SIMILAR | IN_RUN, OPTION_MODEL },
    { "--timeout", "MS", "give up after so many milliseconds",
      IN_SEARCH | IN_SIMILAR | IN_RUN | IN_SUGGEST | IN_WATCH | IN_DUPLICATES, OPTION_TIMEOUT },
    { "--json", NULL, "print one JSON object",
      IN_SEARCH | IN_SIMILAR | IN_GET | IN_INFO | IN_SUGGEST | IN_WATCH | IN_DUPLICATES, OPTION_JSON },
    { "--markup", "FORM", "snippets as plain or html", IN_SEARCH | IN_SIMILAR, OPTION_MARKUP },
    { "--color", "WHEN", "auto, always (also without a word) or never", IN_SEARCH | IN_SIMILAR | IN_SUGGEST,
      OPTION_COLOUR },
    { "--language", "NAME", "analyzer of a new index: english, german, ... (standard: no stemming)",
      IN_INDEX | IN_WATCH, OPTION_LANGUAGE },
    { "--field", "NAME:TYPE",
      "text, keyword, integer, float, date, boolean, stored, signature (text with near-duplicates)",
      IN_INDEX | IN_WATCH, OPTION_FIELD },
    { "--threads", "N", "build with N threads", IN_INDEX, OPTION_THREADS },
    { "--memory", "BYTES", "memory for documents before they are written out, or for a search (256M)",
      IN_INDEX | IN_SEARCH | IN_SIMILAR | IN_RUN, OPTION_MEMORY },
    { "--commit-every", "N", "commit after every N documents, too", IN_INDEX, OPTION_COMMIT_EVERY },
    { "--strict", NULL, "stop at the first bad document or line; of a query, say what is wrong",
      IN_INDEX | IN_SEARCH | IN_RUN | IN_WATCH, OPTION_STRICT },
    { "--reorder", NULL, "number similar documents as neighbours: smaller, faster", IN_COMPACT, OPTION_REORDER },
    { "--biwords", NULL, "keep which common words follow each other: phrases of them are faster", IN_COMPACT,
      OPTION_BIWORDS },
    { "--all", NULL, "words that stand side by side must all match", IN_SEARCH | IN_WATCH, OPTION_ALL_WORDS },
    { "--plain", NULL, "nothing but words: no sign or operator means anything", IN_SEARCH, OPTION_PLAIN },
    { "--now", "DATE", "what now, today and yesterday count from", IN_SEARCH, OPTION_NOW },
    { "--synonyms", "FILE", "words that stand for others, a rule a line", IN_SEARCH | IN_RUN, OPTION_SYNONYMS },
    { "--relevant", "ID", "search with words of this document, too; several times", IN_SEARCH, OPTION_RELEVANT },
    { "--total", "HOW", "count the matches: exact, bound or none", IN_SEARCH | IN_SIMILAR, OPTION_TOTAL },
    { "--after", "CURSOR", "what comes behind: the \"next\" of an answer of --json", IN_SEARCH | IN_SIMILAR,
      OPTION_AFTER },
    { "--exhaustive", NULL, "score every match: the same answers, slower", IN_SEARCH | IN_SIMILAR | IN_RUN,
      OPTION_EXHAUSTIVE },
    { "--snippet", "BYTES", "about how long a passage is (240)", IN_SEARCH | IN_SIMILAR, OPTION_SNIPPET },
    { "--fragments", "N", "up to N passages of each document", IN_SEARCH | IN_SIMILAR, OPTION_FRAGMENTS },
    { "--snippet-field", "FIELD", "passages of this field", IN_SEARCH | IN_SIMILAR, OPTION_SNIPPET_FIELD },
    { "--like", "INDEX", "fields and analyzer as this index has them", IN_WATCH, OPTION_LIKE },
    { "--reload", NULL, "take over what changes in the queries while it runs", IN_WATCH, OPTION_RELOAD },
    { "--engine", "NAME", "native or xapian; what is there is recognised", IN_ALL, OPTION_ENGINE },
    { "--field-map", "FILE", "what another program's Xapian database means (docs/xapian.md)",
      IN_SEARCH | IN_SIMILAR | IN_RUN | IN_GET | IN_INFO | IN_SUGGEST, OPTION_FIELD_MAP },
    { "--sort", "FIELD[:desc]", "in the order of a field (score: as without), several with commas",
      IN_SEARCH | IN_SIMILAR, OPTION_SORT },
    { "--facet", "FIELD[:WHAT]",
      "count a field's values; of a date year, month, week, day, hour; how many are listed; 0..9/9..99",
      IN_SEARCH | IN_SIMILAR, OPTION_FACET },
    { "--facet-filter", "QUERY", "count facets only of matches that match this, too", IN_SEARCH | IN_SIMILAR,
      OPTION_FACET_FILTER },
    { "--collapse", "FIELD", "of documents with the same keyword only the first", IN_SEARCH | IN_SIMILAR,
      OPTION_COLLAPSE },
    { "--explain", NULL, "say where each score comes from", IN_SEARCH | IN_SIMILAR, OPTION_EXPLAIN },
    { "--signal", "FIELD:KIND[,...]", "a number in the score: recency, saturation, logarithm, linear (lsearch(1))",
      IN_SEARCH | IN_RUN | IN_SIMILAR, OPTION_SIGNAL },
    { "--feedback", "N", "search again with words of the first N answers", IN_SEARCH | IN_RUN, OPTION_FEEDBACK },
    { "--rescore", "[N:]COMMAND", "a second stage: a program that scores the first N answers (100) again",
      IN_SEARCH | IN_SIMILAR, OPTION_RESCORE },
    { "--text", "TEXT", "like this text; - reads it from standard input", IN_SIMILAR, OPTION_TEXT },
    { "--words", "N", "by how many words (30; feedback: 50)", IN_SEARCH | IN_RUN | IN_SIMILAR | IN_DUPLICATES,
      OPTION_WORDS },
    { "--in", "FIELD", "words, signatures or queries of this field", IN_SUGGEST | IN_DUPLICATES | IN_WATCH, OPTION_IN },
    { "--fold", "BY", "of documents alike by signature or by content only the best", IN_SEARCH | IN_SIMILAR,
      OPTION_FOLD },
    { "--by", "BY", "alike by signature or by content", IN_DUPLICATES, OPTION_BY },
    { "--threshold", "S", "the least similarity, 0 to 1 (0.85; content: 0.5)", IN_DUPLICATES | IN_SEARCH | IN_SIMILAR,
      OPTION_THRESHOLD },
    { "--help", NULL, NULL, IN_ALL, OPTION_HELP },
    { "--version", NULL, NULL, IN_ALL, OPTION_VERSION },
};
enum { RULE_COUNT = sizeof rules / sizeof rules[0] };

static void print_help(void)
{
    puts("lsearch: full-text search in a folder of index files\n");
    for (size_t c = 0; c < COMMAND_COUNT; c++) {
        printf("lsearch %s %s\n    %s\n", commands[c].name, commands[c].words, commands[c].help);
        for (size_t r = 0; r < RULE_COUNT; r++)
            if (rules[r].help != NULL && rules[r].commands != IN_ALL && (rules[r].commands & commands[c].bit) != 0) {
                char option[40];
                snprintf(option, sizeof option, "%s %s", rules[r].name, rules[r].value != NULL ? rules[r].value : "");
                printf("      %-22s %s\n", option, rules[r].help);
            }
    }
    puts("\n"
         "FILE is .jsonl (one object a line: \"id\", \"title\", \"text\", any further fields), .txt, .md, .html,\n"
         "a folder of them, or - for JSON lines on standard input. Further fields get their type from the\n"
         "first documents: numbers, ISO dates, keywords (exact values), text where they are long. Objects\n"
         "in objects become fields with dots in their names.\n"
         "\n"
         "INDEX is a folder; xapian:PATH and tcp:HOST:PORT[,tcp:HOST:PORT...] are Xapian's databases and servers.\n"
         "\n"
         "Options stand before or after the other words, -- ends them; in a QUERY, a word such as -virus\n"
         "is of the query. Exit status: 0 done, 1 nothing found, 2 wrong usage, 3 failed.");
}

static const struct rule *find_rule(const char *word, size_t length)
{
    for (size_t r = 0; r < RULE_COUNT; r++)
        if (strlen(rules[r].name) == length && memcmp(rules[r].name, word, length) == 0)
            return &rules[r];
    return NULL;
}

/* The option that a word is, and the value that it carries itself (--offset=5, -n5), else NULL. */
static const struct rule *match_rule(const char *word, const char **value)
{
    *value = NULL;
    if (word[0] != '-')
        return NULL;
    if (word[1] == '-') {
        const size_t length = strcspn(word, "=");
        const struct rule *rule = find_rule(word, length);
        if (rule != NULL && word[length] == '=') {
            if (rule->value == NULL)
                return NULL;
            *value = word + length + 1;
        }
        return rule;
    }
    if (word[1] == '\0')
        return NULL;
    if (strcmp(word, "-h") == 0)
        return find_rule("--help", 6);
    const struct rule *rule = find_rule(word, 2);
    if (rule != NULL && word[2] != '\0') {
        if (strspn(word + 2, "0123456789") != strlen(word + 2))
            return NULL; /* -news is a word, -n5 is not */
        *value = word + 2;
    }
    return rule;
}

/* A whole number of at most `most`; with suffixes K, M, G (powers of 1024) where those are taken. */
static bool read_number(const char *text, uint64_t most, bool suffixes, uint64_t *number)
{
    char *end;
    errno = 0;
    if (text[0] < '0' || text[0] > '9')
        return false;
    const unsigned long long value = strtoull(text, &end, 10);
    unsigned shift = 0;
    if (suffixes && *end != '\0') {
        const char *found = strchr("KMGkmg", *end);
        if (found == NULL)
            return false;
        shift = 10u * (unsigned)((found - "KMGkmg") % 3 + 1);
        end += end[1] == 'B' || end[1] == 'b' ? 2 : 1;
    }
    if (errno != 0 || *end != '\0' || value > (UINT64_MAX >> shift) || (uint64_t)value << shift > most)
        return false;
    *number = (uint64_t)value << shift;
    return true;
}

static bool read_type(const char *name, libsearch_type *type)
{
    static const struct {
        const char *name;
        libsearch_type type;
    } types[] = { { "text", LIBSEARCH_TEXT },      { "keyword", LIBSEARCH_KEYWORD }, { "integer", LIBSEARCH_INTEGER },
                  { "float", LIBSEARCH_FLOAT },    { "date", LIBSEARCH_DATE },       { "stored", LIBSEARCH_STORED },
                  { "boolean", LIBSEARCH_BOOLEAN } };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(types[i].name, name) == 0) {
            *type = types[i].type;
            return true;
        }
    return false;
}

static bool add_field(struct options *options, const char *value)
{
    const char *colon = strrchr(value, ':');
    struct field_option field = { .type = LIBSEARCH_TEXT };
    if (colon == NULL || colon == value)
        return false;
    if (strcmp(colon + 1, "signature") == 0)
        field.flags = LIBSEARCH_FIELD_SIGNATURE;
    else if (!read_type(colon + 1, &field.type))
        return false;
    field.name = duplicate(value, (size_t)(colon - value));
    options->fields = reallocate(options->fields, (options->field_count + 1) * sizeof field);
    options->fields[options->field_count++] = field;
    return true;
}

/* --color auto: where standard output is a terminal that wants colour. */
static bool want_colour(void)
{
    const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return isatty(STDOUT_FILENO) && (none == NULL || none[0] == '\0') &&
           (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

/* FIELD, FIELD:asc, FIELD:desc, with :first behind it where missing values come first; several with commas. */
static bool add_sorts(struct options *options, const char *value)
{
    while (*value != '\0') {
        const size_t length = strcspn(value, ",");
        char *field = duplicate(value, length);
        libsearch_sort sort = { field, 0 };
        value += length + (value[length] == ',');
        for (char *colon; (colon = strrchr(field, ':')) != NULL; *colon = '\0') {
            if (strcmp(colon, ":desc") == 0)
                sort.flags |= LIBSEARCH_SORT_DESCENDING;
            else if (strcmp(colon, ":first") == 0)
                sort.flags |= LIBSEARCH_SORT_MISSING_FIRST;
            else if (strcmp(colon, ":asc") != 0) {
                free(field);
                return false;
            }
        }
        if (strcmp(field, "score") == 0)
            sort.field = NULL;
        options->sort_names = reallocate(options->sort_names, (options->sort_count + 1) * sizeof(char *));
        options->sorts = reallocate(options->sorts, (options->sort_count + 1) * sizeof sort);
        options->sort_names[options->sort_count] = field;
        options->sorts[options->sort_count++] = sort;
    }
    return true;
}

/* What --color takes; without any of these behind it, it stands for always. */
static bool is_when(const char *word)
{
    return strcmp(word, "auto") == 0 || strcmp(word, "always") == 0 || strcmp(word, "never") == 0;
}

static bool read_total(const char *value, libsearch_total *total)
{
    static const struct {
        const char *name;
        libsearch_total total;
    } totals[] = { { "none", LIBSEARCH_TOTAL_NONE },
                   { "bound", LIBSEARCH_TOTAL_BOUND },
                   { "exact", LIBSEARCH_TOTAL_EXACT } };
    for (size_t i = 0; i < 3; i++)
        if (strcmp(totals[i].name, value) == 0) {
            *total = totals[i].total;
            return true;
        }
    return false;
}

static bool apply(struct options *options, const struct rule *rule, const char *value)
{
    uint64_t number = 0;
    char *end;
    switch (rule->option) {
    case OPTION_COUNT:
    case OPTION_DEPTH:
        if (!read_number(value, LIBSEARCH_MAX_RESULTS, false, &number))
            break;
        options->count = (size_t)number;
        return true;
    case OPTION_OFFSET:
        if (!read_number(value, LIBSEARCH_MAX_RESULTS, false, &number))
            break;
        options->offset = (size_t)number;
        return true;
    case OPTION_TIMEOUT:
        if (!read_number(value, INT64_MAX, false, &number) || number == 0)
            break;
        options->timeout = (int64_t)number;
        return true;
    case OPTION_THREADS:
        if (!read_number(value, 1024, false, &number) || number == 0)
            break;
        options->threads = (unsigned)number;
        return true;
    case OPTION_MEMORY:
        if (!read_number(value, SIZE_MAX, true, &number) || number < 16u << 20) {
            complain("--memory takes at least 16M, not '%s'", value);
            return false;
        }
        options->memory = (size_t)number;
        return true;
    case OPTION_COMMIT_EVERY:
        if (!read_number(value, UINT64_MAX, false, &options->commit_every) || options->commit_every == 0)
            break;
        return true;
    case OPTION_FIELD:
        if (!add_field(options, value))
            break;
        return true;
    case OPTION_MARKUP:
        options->html = strcmp(value, "html") == 0;
        if (!options->html && strcmp(value, "plain") != 0)
            break;
        return true;
    case OPTION_COLOUR:
        options->colour = strcmp(value, "always") == 0 || (strcmp(value, "auto") == 0 && want_colour());
        if (!options->colour && strcmp(value, "never") != 0 && strcmp(value, "auto") != 0)
            break;
        return true;
    case OPTION_ENGINE:
        options->xapian = strcmp(value, "xapian") == 0;
        if (!options->xapian && strcmp(value, "native") != 0)
            break;
        return true;
    case OPTION_FIELD_MAP: options->field_map = value; return true;
    case OPTION_SORT:
        if (!add_sorts(options, value))
            break;
        return true;
    case OPTION_FACET:
        if (!facets_add(options, value))
            break;
        return true;
    case OPTION_SIGNAL:
        if (!signal_add(options, value))
            break;
        return true;
    case OPTION_FEEDBACK:
        if (!read_number(value, LIBSEARCH_MAX_FEEDBACK, false, &number) || number == 0)
            break;
        options->feedback = (size_t)number;
        return true;
    case OPTION_RESCORE:
        if (!rescore_read(options, value))
            break;
        return true;
    case OPTION_WORDS:
        if (!read_number(value, 1000, false, &number) || number == 0)
            break;
        options->feedback_words = (size_t)number;
        return true;
    case OPTION_TEXT: options->text = value; return true;
    case OPTION_EXPLAIN: options->explain = true; return true;
    case OPTION_IN: options->in_field = value; return true;
    case OPTION_COLLAPSE: options->collapse = value; return true;
    case OPTION_MODEL: options->model = value; return true;
    case OPTION_LANGUAGE: options->language = value; return true;
    case OPTION_JSON: options->json = true; return true;
    case OPTION_STRICT: options->strict = true; return true;
    case OPTION_REORDER: options->reorder = true; return true;
    case OPTION_BIWORDS: options->biwords = true; return true;
    case OPTION_ALL_WORDS: options->all = true; return true;
    case OPTION_PLAIN: options->plain = true; return true;
    case OPTION_EXHAUSTIVE: options->exhaustive = true; return true;
    case OPTION_NOW:
        if (!date_parse_iso(value, strlen(value), &options->now))
            break;
        return true;
    case OPTION_SYNONYMS: options->synonyms = value; return true;
    case OPTION_TOTAL:
        if (!read_total(value, &options->total))
            break;
        return true;
    case OPTION_AFTER: options->after = value; return true;
    case OPTION_SNIPPET:
        if (!read_number(value, 1 << 20, false, &number) || number == 0)
            break;
        options->snippet_bytes = (size_t)number;
        return true;
    case OPTION_FRAGMENTS:
        if (!read_number(value, LIBSEARCH_MAX_FRAGMENTS, false, &number) || number == 0)
            break;
        options->fragments = (size_t)number;
        return true;
    case OPTION_SNIPPET_FIELD: options->snippet_field = value; return true;
    case OPTION_FACET_FILTER: options->facet_filter = value; return true;
    case OPTION_RELEVANT:
        options->relevant = reallocate(options->relevant, (options->relevant_count + 1) * sizeof(char *));
        options->relevant[options->relevant_count++] = value;
        return true;
    case OPTION_THRESHOLD:
        options->threshold = strtod(value, &end);
        if (end == value || *end != '\0' || !(options->threshold > 0 && options->threshold <= 1))
            break;
        return true;
    case OPTION_FOLD:
    case OPTION_BY:
        if (strcmp(value, "content") != 0 && strcmp(value, "signature") != 0)
            break;
        options->by = value[0] == 'c' ? LIBSEARCH_DUPLICATES_CONTENT : LIBSEARCH_DUPLICATES_SIGNATURE;
        options->fold = rule->option == OPTION_FOLD;
        return true;
    case OPTION_RELOAD: options->reload = true; return true;
    case OPTION_LIKE: options->like = value; return true;
    case OPTION_ABSENT: complain("this build does not have %s", rule->name); return false;
    case OPTION_HELP:
    case OPTION_VERSION: return true;
    }
    complain("%s takes %s, not '%s'", rule->name, rule->value, value);
    return false;
}

static const struct command *find_command(const char *name)
{
    for (size_t c = 0; c < COMMAND_COUNT; c++)
        if (strcmp(commands[c].name, name) == 0)
            return &commands[c];
    return NULL;
}

static bool enough_words(const struct command *command, const struct options *options)
{
    if (options->index == NULL || options->word_count < command->least) {
        complain("usage: lsearch %s %s (lsearch --help says more)", command->name, command->words);
        return false;
    }
    if (options->word_count > command->most) {
        complain("'%s' is one word too many: lsearch %s %s", options->words[command->most], command->name,
                 command->words);
        return false;
    }
    return true;
}

const struct command *options_read(int argc, char **argv, struct options *options, enum outcome *outcome)
{
    const struct command *command = NULL;
    const struct rule *used[RULE_COUNT] = { 0 };
    bool ended = false;
    *options = (struct options){
        .count = SIZE_MAX, .colour = want_colour(), .now = LIBSEARCH_NOW, .total = LIBSEARCH_TOTAL_EXACT
    };
    options->words = allocate((size_t)argc * sizeof *options->words);
    *outcome = OUTCOME_USAGE;
    for (int i = 1; i < argc; i++) {
        char *word = argv[i];
        const char *value = NULL;
        if (!ended && strcmp(word, "--") == 0) {
            ended = true;
            continue;
        }
        const struct rule *rule = ended ? NULL : match_rule(word, &value);
        const bool inside = command != NULL && options->index != NULL && command->takes_dashes;
        if (rule != NULL && inside && ((rule->commands & command->bit) == 0 || strcmp(word, "-h") == 0))
            rule = NULL;
        if (rule == NULL) {
            if (!ended && word[0] == '-' && word[1] != '\0' && !inside) {
                complain("there is no option '%s' (lsearch --help lists them)", word);
                return NULL;
            }
            if (command == NULL) {
                command = find_command(word);
                if (command == NULL) {
                    complain("there is no command '%s' (lsearch --help lists them)", word);
                    return NULL;
                }
            } else if (options->index == NULL) {
                options->index = word;
            } else {
                options->words[options->word_count++] = word;
            }
            continue;
        }
        if (rule->option == OPTION_HELP || rule->option == OPTION_VERSION) {
            if (rule->option == OPTION_HELP)
                print_help();
            else
                printf("lsearch %s\n", libsearch_version());
            *outcome = OUTCOME_DONE;
            return NULL;
        }
        if (rule->option == OPTION_COLOUR && value == NULL && (i + 1 == argc || !is_when(argv[i + 1])))
            value = "always";
        if (rule->value != NULL && value == NULL && ++i < argc)
            value = argv[i];
        if (rule->value != NULL && value == NULL) {
            complain("%s wants %s after it", rule->name, rule->value);
            return NULL;
        }
        if (!apply(options, rule, value != NULL ? value : ""))
            return NULL;
        used[rule - rules] = rule;
    }
    if (command == NULL) {
        complain("usage: lsearch COMMAND INDEX ... (lsearch --help says more)");
        return NULL;
    }
    for (size_t r = 0; r < RULE_COUNT; r++)
        if (used[r] != NULL && (used[r]->commands & command->bit) == 0) {
            complain("%s is no option of lsearch %s", used[r]->name, command->name);
            return NULL;
        }
    if (!enough_words(command, options))
        return NULL;
    if (options->threshold > 0 && !options->fold && command->bit != IN_DUPLICATES) {
        complain("--threshold goes with --fold");
        return NULL;
    }
    return command;
}

void options_free(struct options *options)
{
    for (size_t i = 0; i < options->field_count; i++)
        free(options->fields[i].name);
    free(options->fields);
    for (size_t i = 0; i < options->sort_count; i++)
        free(options->sort_names[i]);
    free(options->sort_names);
    free(options->sorts);
    facets_free(options);
    free(options->relevant);
    signals_free(options);
    free(options->words);
}
