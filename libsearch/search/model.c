/* SPDX-License-Identifier: MIT */
#include "search/model.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "search/search.h"

const char *search_default_model(void) { return "default"; }

/* A decimal number, whatever the program's locale: digits, and a point among them. NULL: it is none; else its end. */
static const char *parse_number(const char *text, float *number)
{
    double value = 0, place = 1;
    bool digits = false, point = false;
    for (; (*text >= '0' && *text <= '9') || (*text == '.' && !point); text++) {
        if (*text == '.') {
            point = true;
            continue;
        }
        digits = true;
        value = value * 10 + (*text - '0');
        place *= point ? 10 : 1;
        if (value > 1e15)
            return NULL;
    }
    *number = (float)(value / place);
    return digits ? text : NULL;
}

struct parameter {
    const char *name;
    size_t offset; /* of the float in struct model */
    float most;
};

#define PARAMETER(name, member, most)                                                                                  \
    {                                                                                                                  \
        name, offsetof(struct model, member), most                                                                     \
    }
static const struct parameter parameters[] = {
    PARAMETER("k1", k1, 1000.0f),       PARAMETER("b", b, 1.0f),
    PARAMETER("k3", k3, 1000.0f),       PARAMETER("min_normlen", min_normlen, 1000.0f),
    PARAMETER("delta", delta, 1000.0f), PARAMETER("s", slope, 1.0f),
    PARAMETER("c", c, 1000.0f),         PARAMETER("mu", mu, 1e9f),
    PARAMETER("lambda", lambda, 1.0f),
};
enum { PARAMETERS = sizeof parameters / sizeof *parameters };

/* What the models are called, what they take (bits of parameters[]), and with which values they begin. */
static const struct named {
    const char *name;
    unsigned takes;
    struct model model;
} models[] = {
    { "default", 0, { .kind = MODEL_DEFAULT, .k1 = 1.2f, .b = 0.75f } },
    { "bm25", 3, { .kind = MODEL_BM25, .k1 = 1.2f, .b = 0.75f } },
    { "bm25-xapian", 15, { .kind = MODEL_BM25_XAPIAN, .k1 = 1.0f, .b = 0.5f, .k3 = 1.0f, .min_normlen = 0.5f } },
    { "bm25+", 1 | 2 | 16, { .kind = MODEL_BM25_PLUS, .k1 = 1.2f, .b = 0.75f, .delta = 1.0f } },
    { "bm25l", 1 | 2 | 16, { .kind = MODEL_BM25_L, .k1 = 1.2f, .b = 0.75f, .delta = 0.5f } },
    { "tf-idf", 32, { .kind = MODEL_TF_IDF, .slope = 0.2f } },
    { "pl2", 64, { .kind = MODEL_PL2, .c = 1.0f } },
    { "dph", 0, { .kind = MODEL_DPH } },
    { "lm-dirichlet", 128, { .kind = MODEL_LM_DIRICHLET, .mu = 2000.0f } },
    { "lm-jm", 256, { .kind = MODEL_LM_JELINEK_MERCER, .lambda = 0.7f } },
    { "boolean", 0, { .kind = MODEL_BOOLEAN } },
};
enum { MODELS = sizeof models / sizeof *models };

static float *parameter_of(struct model *model, const struct parameter *parameter)
{
    return (float *)(void *)((char *)model + parameter->offset);
}

/* A parameter's name and value, "k1=0.9", or a field's, "title.b=0.3": where *field is not NULL it points to such a name
 * afterwards. NULL: it is none; else its end. */
static const char *read_parameter(const char *text, const struct named *named, struct model *model,
                                  libsearch_bytes *field)
{
    const size_t length = strcspn(text, "=,");
    size_t name = length;
    while (name > 0 && text[name - 1] != '.')
        name--;
    const bool of_field = name > 1 && named->model.kind == MODEL_BM25;
    *field = (libsearch_bytes){ text, of_field ? name - 1 : 0 };
    const char *wanted = of_field ? text + name : text;
    for (size_t i = 0; i < PARAMETERS; i++) {
        float value;
        const size_t size = strlen(parameters[i].name);
        if ((named->takes >> i & 1) == 0 || size != (size_t)(text + length - wanted) || text[length] != '=' ||
            memcmp(wanted, parameters[i].name, size) != 0)
            continue;
        const char *end = parse_number(text + length + 1, &value);
        if (end == NULL || value > parameters[i].most)
            return NULL;
        *parameter_of(model, &parameters[i]) = value;
        return end;
    }
    return NULL;
}

/* mu and the smoothing are divided by, and a document of its own words alone is no language model. */
static bool is_within(const struct model *model)
{
    if (model->kind == MODEL_LM_DIRICHLET || model->kind == MODEL_PL2)
        return model->mu > 0 || model->c > 0;
    return model->kind != MODEL_LM_JELINEK_MERCER || (model->lambda > 0 && model->lambda < 1);
}

libsearch_status model_parse(const char *text, struct model *model, libsearch_error *error)
{
    const char *whole = text == NULL ? "default" : text;
    const char *rest = whole + strcspn(whole, ":");
    const struct named *named = models;
    while (named < models + MODELS &&
           (strlen(named->name) != (size_t)(rest - whole) || memcmp(named->name, whole, (size_t)(rest - whole)) != 0))
        named++;
    if (named == models + MODELS)
        return error_set(
            error, LIBSEARCH_INVALID,
            "model '%s' is none of default, bm25, bm25-xapian, bm25+, bm25l, tf-idf, pl2, dph, lm-dirichlet, "
            "lm-jm, boolean",
            whole);
    if (named->takes == 0 && *rest != 0)
        return error_set(error, LIBSEARCH_INVALID, "model '%s': %s takes no parameters", whole, named->name);
    struct model parsed = named->model;
    const char *all = *rest == 0 ? NULL : rest + 1;
    for (char separator = ':'; *rest != 0; separator = ',') {
        struct model ignored = parsed;
        libsearch_bytes field;
        const char *start = rest + 1;
        const char *end = *rest == separator ? read_parameter(start, named, &ignored, &field) : NULL;
        if (end != NULL && field.length == 0)
            parsed = ignored;
        else if (end != NULL)
            parsed.of_fields = all;
        if (end == NULL || (*end != 0 && *end != ',') || !is_within(&parsed))
            return error_set_at(error, start - whole, LIBSEARCH_INVALID,
                                "model '%s': not a parameter at byte %td (such as bm25:k1=0.9,b=0.4)", whole,
                                start - whole);
        rest = end;
    }
    *model = parsed;
    return LIBSEARCH_OK;
}

/* The parameter of a field at *rest, and moves behind it; false: at the end. */
static bool next_of_field(const char **rest, struct model *model, libsearch_bytes *field)
{
    while (*rest != NULL && **rest != 0) {
        struct model with = *model;
        const char *end = read_parameter(*rest, &models[1], &with, field);
        if (end == NULL)
            return false;
        *rest = *end == ',' ? end + 1 : end;
        if (field->length > 0) {
            *model = with;
            return true;
        }
    }
    return false;
}

struct model model_of_field(const struct model *model, const char *field)
{
    struct model found = *model, parsed = *model;
    libsearch_bytes name;
    for (const char *rest = model->of_fields; next_of_field(&rest, &parsed, &name); parsed = found)
        if (strlen(field) == name.length && memcmp(field, name.data, name.length) == 0)
            found = parsed;
    return found;
}

const char *model_field(const struct model *model, size_t i, size_t *length)
{
    struct model ignored = *model;
    libsearch_bytes name;
    for (const char *rest = model->of_fields; next_of_field(&rest, &ignored, &name); i--)
        if (i == 0) {
            *length = name.length;
            return name.data;
        }
    return NULL;
}

static double idf(double documents, double document_frequency)
{
    return log1p((documents - document_frequency + 0.5) / (document_frequency + 0.5));
}

float model_weight(const struct model *model, uint64_t documents, uint64_t document_frequency,
                   uint64_t collection_frequency, uint32_t query_frequency)
{
    const double all = (double)documents, with = (double)document_frequency, q = query_frequency;
    double weight = 0;
    switch (model->kind) {
    case MODEL_BM25: weight = idf(all, with) * q; break;
    case MODEL_BM25_XAPIAN: {
        double t = (all - with + 0.5) / (with + 0.5);
        if (t < 2)
            t = t * 0.5 + 1;
        const double k3 = model->k3;
        weight = log(t) * ((k3 + 1) * q / (k3 + q)) * ((double)model->k1 + 1);
        break;
    }
    case MODEL_DEFAULT:
        weight = 2.2 * pow(idf(all, with), 1.15) * log1p((double)collection_frequency / with) * pow(q, 0.75);
        break;
    case MODEL_BOOLEAN: weight = 1; break;
    default: weight = idf(all, with) * q; break;
    }
    return weight > 0 ? (float)weight : 0.0f;
}

void norms_begin(struct norms *norms, const struct model *model, double average)
{
    norms->k1 = model->k1;
    norms->one_minus_b = 1.0f - model->b;
    norms->b = model->b;
    norms->average = average > 0 ? (float)average : 1.0f;
    norms->least_ratio = model->min_normlen;
}

void norms_init(struct norms *norms, const struct model *model, double average)
{
    norms_begin(norms, model, average);
    norms_fill(norms);
}

void norms_fill(struct norms *norms)
{
    /* Sixteen codes are sixteen lengths of equal distance (rounding_least): four at a time, in norms_inverse's steps. */
    typedef float lanes __attribute__((vector_size(16), aligned(4), may_alias));
    typedef int32_t flags __attribute__((vector_size(16)));
    const lanes counting = { 0, 1, 2, 3 };
    for (unsigned code = 0; code < 256; code += 4) {
        const uint32_t first = rounding_least((uint8_t)code), second = rounding_least((uint8_t)(code + 1));
        const lanes length = (float)first + counting * (float)(second - first);
        lanes ratio = length / norms->average;
        const flags low = ratio < norms->least_ratio;
        ratio = (lanes)((low & (flags)(norms->least_ratio - (lanes){ 0 })) | (~low & (flags)ratio));
        const lanes inverse = 1.0f / (norms->k1 * (norms->one_minus_b + norms->b * ratio));
        memcpy(norms->by_code + code, &inverse, sizeof inverse);
    }
}
