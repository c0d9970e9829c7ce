/* SPDX-License-Identifier: MIT */
/* Query trees by functions. They take no handle, so they are made with the program's malloc. */
#include <string.h>

#include "api/handles.h"
#include "query/query_parser.h"
#include "query/query_print.h"
#include "query/query_tree.h"
#include "query/synonyms.h"

static libsearch_query *make(libsearch_query like)
{
    libsearch_query *query = NULL;
    query_new(allocator_default(), &like, &query, NULL);
    return query;
}

libsearch_status libsearch_query_parse_as(libsearch_index *index, libsearch_bytes text,
                                          const libsearch_parse_options *options, libsearch_query **query,
                                          libsearch_error *error)
{
    const unsigned flags = LIBSEARCH_PARSE_STRICT | LIBSEARCH_PARSE_WORDS | LIBSEARCH_PARSE_ALL;
    libsearch_parse_options known = LIBSEARCH_PARSE_OPTIONS_INIT;
    error_clear(error);
    if (index == NULL || query == NULL)
        return argument_missing(error, "libsearch_query_parse", index == NULL ? "index" : "query");
    if (text.data == NULL && text.length > 0)
        return argument_missing(error, "libsearch_query_parse", "text.data");
    if (options != NULL)
        TRY(options_copy(&known, sizeof known, options, "libsearch_parse_options", error));
    if ((known.flags & ~flags) != 0)
        return error_set(error, LIBSEARCH_INVALID, "libsearch_query_parse: there are no flags %#x",
                         known.flags & ~flags);
    libsearch_snapshot *snapshot;
    libsearch_query *parsed = NULL;
    TRY(snapshot_pin(index, &snapshot, error));
    const struct schema *schema = index->engine->snapshot_schema(snapshot->handle);
    libsearch_status status = query_parse(index->allocator, schema, text, known.flags,
                                          known.now == LIBSEARCH_NOW ? query_clock() : known.now, &parsed, error);
    if (status == LIBSEARCH_OK && known.synonyms != NULL) {
        status = synonyms_expand(known.synonyms, schema, parsed, query, error);
        query_release(parsed);
    } else if (status == LIBSEARCH_OK) {
        *query = parsed;
    }
    libsearch_snapshot_free(snapshot);
    return status;
}

libsearch_status libsearch_query_parse(libsearch_index *index, libsearch_bytes text, unsigned flags,
                                       libsearch_query **query, libsearch_error *error)
{
    libsearch_parse_options options = LIBSEARCH_PARSE_OPTIONS_INIT;
    options.flags = flags;
    return libsearch_query_parse_as(index, text, &options, query, error);
}

libsearch_status libsearch_query_expand(libsearch_index *index, const libsearch_query *query,
                                        const libsearch_synonyms *synonyms, libsearch_query **expanded,
                                        libsearch_error *error)
{
    error_clear(error);
    if (index == NULL || query == NULL || synonyms == NULL || expanded == NULL)
        return argument_missing(error, "libsearch_query_expand",
                                index == NULL      ? "index"
                                : query == NULL    ? "query"
                                : synonyms == NULL ? "synonyms"
                                                   : "expanded");
    libsearch_snapshot *snapshot;
    TRY(snapshot_pin(index, &snapshot, error));
    const libsearch_status status =
        synonyms_expand(synonyms, index->engine->snapshot_schema(snapshot->handle), query, expanded, error);
    libsearch_snapshot_free(snapshot);
    return status;
}

libsearch_query *libsearch_query_fuzzy_as(const char *field, libsearch_bytes word, unsigned distance, unsigned prefix)
{
    return prefix > 255 ? NULL
                        : make((libsearch_query){ .kind = QUERY_FUZZY,
                                                  .field = (char *)field,
                                                  .text = word,
                                                  .number = distance,
                                                  .more_prefix = (int)prefix - 1 });
}

libsearch_query *libsearch_query_regular_expression(const char *field, libsearch_bytes expression)
{
    return make((libsearch_query){ .kind = QUERY_REGULAR, .field = (char *)field, .text = expression });
}

libsearch_query *libsearch_query_word_range(const char *field, const libsearch_bytes *low, const libsearch_bytes *high,
                                            unsigned flags)
{
    libsearch_query like = { .kind = QUERY_RANGE, .type = LIBSEARCH_KEYWORD, .field = (char *)field };
    if ((flags & ~(unsigned)(LIBSEARCH_RANGE_WITHOUT_LOW | LIBSEARCH_RANGE_WITHOUT_HIGH)) != 0 ||
        (low != NULL && low->data == NULL && low->length > 0) ||
        (high != NULL && high->data == NULL && high->length > 0))
        return NULL;
    like.has_low = low != NULL;
    like.has_high = high != NULL;
    like.low_open = (flags & LIBSEARCH_RANGE_WITHOUT_LOW) != 0;
    like.high_open = (flags & LIBSEARCH_RANGE_WITHOUT_HIGH) != 0;
    like.text = low != NULL ? *low : (libsearch_bytes){ NULL, 0 };
    like.high_text = high != NULL ? *high : (libsearch_bytes){ NULL, 0 };
    return make(like);
}

libsearch_query *libsearch_query_text(const char *field, libsearch_bytes text)
{
    return make((libsearch_query){ .kind = QUERY_TEXT, .field = (char *)field, .text = text });
}

libsearch_query *libsearch_query_phrase(const char *field, libsearch_bytes text, unsigned slop)
{
    return make((libsearch_query){ .kind = QUERY_PHRASE, .field = (char *)field, .text = text, .number = slop });
}

libsearch_query *libsearch_query_boolean(const libsearch_occur *occurs, const libsearch_query *const *queries,
                                         size_t count, unsigned minimum)
{
    if (count > LIBSEARCH_MAX_CLAUSES || (count > 0 && (occurs == NULL || queries == NULL)))
        return NULL;
    uint8_t *narrow = memory_allocate(allocator_default(), count);
    if (narrow == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        narrow[i] = (unsigned)occurs[i] <= LIBSEARCH_MUST_NOT ? (uint8_t)occurs[i] : UINT8_MAX;
    libsearch_query *query = make((libsearch_query){ .kind = QUERY_BOOLEAN,
                                                     .children = (libsearch_query **)(void *)queries,
                                                     .occurs = narrow,
                                                     .count = count,
                                                     .number = minimum });
    memory_free(allocator_default(), narrow);
    return query;
}

libsearch_query *libsearch_query_keyword(const char *field, libsearch_bytes value)
{
    return make((libsearch_query){ .kind = QUERY_KEYWORD, .field = (char *)field, .text = value });
}

libsearch_query *libsearch_query_integer_range(const char *field, int64_t from, int64_t to)
{
    return make((libsearch_query){ .kind = QUERY_RANGE,
                                   .field = (char *)field,
                                   .type = LIBSEARCH_INTEGER,
                                   .has_low = true,
                                   .has_high = true,
                                   .low_integer = from,
                                   .high_integer = to });
}

libsearch_query *libsearch_query_truth(const char *field, int value)
{
    return make((libsearch_query){ .kind = QUERY_RANGE,
                                   .field = (char *)field,
                                   .type = LIBSEARCH_BOOLEAN,
                                   .has_low = true,
                                   .has_high = true,
                                   .low_integer = value != 0,
                                   .high_integer = value != 0 });
}

libsearch_query *libsearch_query_float_range(const char *field, double from, double to)
{
    return make((libsearch_query){ .kind = QUERY_RANGE,
                                   .field = (char *)field,
                                   .type = LIBSEARCH_FLOAT,
                                   .has_low = true,
                                   .has_high = true,
                                   .low_number = from,
                                   .high_number = to });
}

libsearch_query *libsearch_query_prefix(const char *field, libsearch_bytes prefix)
{
    return make((libsearch_query){ .kind = QUERY_PREFIX, .field = (char *)field, .text = prefix });
}

libsearch_query *libsearch_query_wildcard(const char *field, libsearch_bytes pattern)
{
    return make((libsearch_query){ .kind = QUERY_WILDCARD, .field = (char *)field, .text = pattern });
}

libsearch_query *libsearch_query_fuzzy(const char *field, libsearch_bytes word, unsigned distance)
{
    return make((libsearch_query){ .kind = QUERY_FUZZY, .field = (char *)field, .text = word, .number = distance });
}

libsearch_query *libsearch_query_exists(const char *field)
{
    return make((libsearch_query){ .kind = QUERY_EXISTS, .field = (char *)field });
}

/* The tree's flags; those that a text or a phrase does not have are refused by it. An unknown one is none. */
static unsigned tree_flags(unsigned flags)
{
    const unsigned known =
        LIBSEARCH_WORDS_ALL | LIBSEARCH_WORDS_EXACT | LIBSEARCH_WORDS_KEEP_STOPS | LIBSEARCH_WORDS_LAST_PREFIX;
    return ((flags & LIBSEARCH_WORDS_ALL) != 0 ? (unsigned)QUERY_FLAG_ALL : 0) |
           ((flags & LIBSEARCH_WORDS_EXACT) != 0 ? (unsigned)QUERY_FLAG_EXACT : 0) |
           ((flags & LIBSEARCH_WORDS_KEEP_STOPS) != 0 ? (unsigned)QUERY_FLAG_KEEP_STOPS : 0) |
           ((flags & LIBSEARCH_WORDS_LAST_PREFIX) != 0 ? (unsigned)QUERY_FLAG_LAST_PREFIX : 0) |
           ((flags & ~known) != 0 ? ~0u : 0);
}

libsearch_query *libsearch_query_text_as(const char *field, libsearch_bytes text, unsigned flags)
{
    return make(
        (libsearch_query){ .kind = QUERY_TEXT, .flags = tree_flags(flags), .field = (char *)field, .text = text });
}

libsearch_query *libsearch_query_phrase_as(const char *field, libsearch_bytes text, unsigned slop, unsigned flags)
{
    return make((libsearch_query){
        .kind = QUERY_PHRASE, .flags = tree_flags(flags), .field = (char *)field, .text = text, .number = slop });
}

libsearch_query *libsearch_query_near(const libsearch_query *const *queries, size_t count, unsigned distance,
                                      int ordered)
{
    if (count > LIBSEARCH_MAX_CLAUSES || (count > 0 && queries == NULL))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (queries[i] == NULL || !query_has_places(queries[i]))
            return NULL;
    return make((libsearch_query){ .kind = QUERY_NEAR,
                                   .flags = ordered ? (unsigned)QUERY_FLAG_ORDERED : 0,
                                   .children = (libsearch_query **)(void *)queries,
                                   .count = count,
                                   .number = distance });
}

libsearch_query *libsearch_query_best(const libsearch_query *const *queries, size_t count, float tie)
{
    if (count > LIBSEARCH_MAX_CLAUSES || (count > 0 && queries == NULL))
        return NULL;
    return make((libsearch_query){ .kind = QUERY_DISJUNCTION_MAX,
                                   .children = (libsearch_query **)(void *)queries,
                                   .count = count,
                                   .factor = tie });
}

static libsearch_query *field_text(const char *field, libsearch_bytes text, float weight, unsigned flags)
{
    libsearch_query *plain = libsearch_query_text_as(field, text, flags);
    libsearch_query *weighed = plain == NULL ? NULL : libsearch_query_boost(plain, weight);
    query_release(plain);
    return weighed;
}

libsearch_query *libsearch_query_fields(const char *const *fields, const float *weights, size_t count,
                                        libsearch_bytes text, libsearch_fields_as as, unsigned flags)
{
    const unsigned known = LIBSEARCH_WORDS_ALL | LIBSEARCH_WORDS_KEEP_STOPS;
    if (fields == NULL || count == 0 || count > LIBSEARCH_MAX_FIELDS || (flags & ~known) != 0 ||
        (as != LIBSEARCH_FIELDS_BM25F && as != LIBSEARCH_FIELDS_BEST))
        return NULL;
    libsearch_query **parts = memory_allocate_array(allocator_default(), count, sizeof(libsearch_query *));
    if (parts == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++) /* one that could not be made makes the tree fail */
        parts[i] = fields[i] == NULL ? NULL : field_text(fields[i], text, weights == NULL ? 1 : weights[i], flags);
    libsearch_query *query =
        make((libsearch_query){ .kind = as == LIBSEARCH_FIELDS_BEST ? QUERY_DISJUNCTION_MAX : QUERY_FIELDS,
                                .children = parts,
                                .count = count });
    for (size_t i = 0; i < count; i++)
        query_release(parts[i]);
    memory_free(allocator_default(), parts);
    return query;
}

static libsearch_query *scale(enum query_kind kind, const libsearch_query *query, float factor)
{
    libsearch_query *child = (libsearch_query *)query;
    return make((libsearch_query){ .kind = kind, .children = &child, .count = 1, .factor = factor });
}

libsearch_query *libsearch_query_boost(const libsearch_query *query, float factor)
{
    return scale(QUERY_BOOST, query, factor);
}

libsearch_query *libsearch_query_constant(const libsearch_query *query, float score)
{
    return scale(QUERY_CONSTANT, query, score);
}

libsearch_query *libsearch_query_match_all(void) { return make((libsearch_query){ .kind = QUERY_ALL }); }

libsearch_query *libsearch_query_match_none(void) { return make((libsearch_query){ .kind = QUERY_NONE }); }

void libsearch_query_free(libsearch_query *query) { query_release(query); }

libsearch_status libsearch_query_print(const libsearch_query *query, char **text, libsearch_error *error)
{
    error_clear(error);
    if (query == NULL || text == NULL)
        return argument_missing(error, "libsearch_query_print", query == NULL ? "query" : "text");
    if (query->has_sets)
        return error_set(error, LIBSEARCH_UNSUPPORTED, "libsearch_query_print: a filter cannot be written as text");
    struct buffer printed;
    buffer_init(&printed, allocator_default());
    query_print(query, &printed);
    buffer_append_u8(&printed, 0);
    if (printed.failed) {
        buffer_free(&printed);
        return error_no_memory(error);
    }
    *text = (char *)printed.data;
    return LIBSEARCH_OK;
}

void libsearch_text_free(char *text) { memory_free(allocator_default(), text); }
