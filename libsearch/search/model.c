/* SPDX-License-Identifier: MIT */
#include "search/model.h"

#include <math.h>
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

/* A parameter's name and value: "k1=0.9". Moves *text behind it. */
static bool parse_parameter(const char **text, struct model *model)
{
    const struct {
        const char *name;
        float *value;
        float most;
    } parameters[] = { { "k1=", &model->k1, 1000.0f },
                       { "b=", &model->b, 1.0f },
                       { "k3=", &model->k3, 1000.0f },
                       { "min_normlen=", &model->min_normlen, 1000.0f } };
    const size_t known = model->kind == MODEL_BM25_XAPIAN ? 4 : 2;
    for (size_t i = 0; i < known; i++) {
        const size_t length = strlen(parameters[i].name);
        if (strncmp(*text, parameters[i].name, length) != 0)
            continue;
        float value;
        const char *end = parse_number(*text + length, &value);
        if (end == NULL || value > parameters[i].most)
            return false;
        *parameters[i].value = value;
        *text = end;
        return true;
    }
    return false;
}

libsearch_status model_parse(const char *text, struct model *model, libsearch_error *error)
{
    const char *whole = text == NULL ? "default" : text;
    const char *rest = whole;
    struct model parsed = { MODEL_DEFAULT, 1.2f, 0.75f, 0, 0 };
    if (strncmp(whole, "bm25-xapian", 11) == 0) {
        parsed = (struct model){ MODEL_BM25_XAPIAN, 1.0f, 0.5f, 1.0f, 0.5f };
        rest += 11;
    } else if (strncmp(whole, "bm25", 4) == 0) {
        parsed.kind = MODEL_BM25;
        rest += 4;
    } else if (strncmp(whole, "default", 7) == 0) {
        rest += 7;
        if (*rest != 0)
            return error_set(error, LIBSEARCH_INVALID, "model '%s': the default ranking takes no parameters", whole);
    } else {
        return error_set(error, LIBSEARCH_INVALID, "model '%s' is none of default, bm25, bm25-xapian", whole);
    }
    for (char separator = ':'; *rest != 0; separator = ',') {
        if (*rest++ != separator || !parse_parameter(&rest, &parsed))
            return error_set_at(error, rest - whole, LIBSEARCH_INVALID,
                                "model '%s': not a parameter at byte %td (such as bm25:k1=0.9,b=0.4)", whole,
                                rest - whole);
    }
    *model = parsed;
    return LIBSEARCH_OK;
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
    }
    return weight > 0 ? (float)weight : 0.0f;
}

void norms_init(struct norms *norms, const struct model *model, double average)
{
    norms->k1 = model->k1;
    norms->one_minus_b = 1.0f - model->b;
    norms->b = model->b;
    norms->average = average > 0 ? (float)average : 1.0f;
    norms->least_ratio = model->min_normlen;
    for (unsigned code = 0; code < 256; code++)
        norms->by_code[code] = norms_inverse(norms, rounding_least((uint8_t)code));
}
