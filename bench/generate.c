/* SPDX-License-Identifier: MIT */
/* Documents like those of a corpus, as many as wanted, for seeing how things grow.
 *
 *     generate DOCS SIZE OUT      DOCS as bench/compare prepares it (docs.bin); OUT likewise
 *
 * SIZE is a share of the corpus: 1/16, 1/4, 1, 4, 16. Up to 1 these are the corpus's own documents, every so many of
 * them; above, and with a g behind it (1g), they are made, always the same:
 *
 *   - a made document is one of the corpus cut into runs of 4 to 20 words, which are put together in another order;
 *     its length varies around the model's (log-normal, sigma 0.3, the same mean). So words come as often, and as often
 *     again in the same document, as they do in the corpus (Zipf's law and burstiness), and phrases stay;
 *   - one run in seven comes from any document, so that not all that is made of one model has the same words;
 *   - a word that the corpus has once becomes a new word, with the probability (N / N0)^(beta - 1), N words having been
 *     made and N0 being in the corpus. By Good and Turing the share of words seen once is the rate at which new ones
 *     come; beta = words seen once / different words is the exponent of Heaps's law (V ~ N^beta) at the same place. So
 *     the vocabulary goes on growing as it did.
 *
 * Prints what came of it: documents, words, different words, and for words that between one in 2,000 and one in 20
 * documents have, how often they come in such a document. */
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_RUN = 4, MOST_RUN = 20, FOREIGN = 7, NEW_LETTERS = 4, MIDDLING_LEAST = 2000, MIDDLING_MOST = 20 };
static const double SIGMA = 0.3;

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "generate: %s\n", what);
    exit(3);
}

static void *grown(void *memory, size_t size)
{
    memory = realloc(memory, size ? size : 1);
    if (memory == NULL)
        fail("no memory");
    return memory;
}

static uint64_t chance_state = 88172645463325252u;

static uint32_t chance(uint32_t below)
{
    chance_state ^= chance_state << 13;
    chance_state ^= chance_state >> 7;
    chance_state ^= chance_state << 17;
    return (uint32_t)(((chance_state >> 32) * below) >> 32);
}

static double chance_real(void) { return chance(UINT32_MAX) / (double)UINT32_MAX; }

/* About normal: a sum of twelve. */
static double chance_normal(void)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += chance_real();
    return sum;
}

/* ---- words ---- */

/* Letters, digits and everything above ASCII; case is let be but for counting. */
static bool is_word(unsigned char byte)
{
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

static size_t word_end(const char *text, size_t length, size_t at)
{
    while (at < length && is_word((unsigned char)text[at]))
        at++;
    return at;
}

static size_t next_word(const char *text, size_t length, size_t at)
{
    while (at < length && !is_word((unsigned char)text[at]))
        at++;
    return at;
}

static uint64_t word_hash(const char *word, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)word[i];
        hash = (hash ^ (byte >= 'A' && byte <= 'Z' ? byte | 0x20u : byte)) * 0x100000001b3u;
    }
    hash ^= hash >> 29;
    return hash == 0 ? 1 : hash;
}

/* How often each word comes, and in how many documents. Words are told apart by 64 bits of hash alone. */
struct count {
    uint64_t hash; /* 0: empty */
    uint32_t times, documents, last;
};
struct counts {
    struct count *slots;
    size_t room, different, once;
    uint64_t words;
};

static struct count *count_of(const struct counts *counts, uint64_t hash)
{
    size_t at = hash & (counts->room - 1);
    while (counts->slots[at].hash != 0 && counts->slots[at].hash != hash)
        at = (at + 1) & (counts->room - 1);
    return &counts->slots[at];
}

static void widen(struct counts *counts)
{
    struct counts old = *counts;
    counts->room = old.room == 0 ? 1 << 20 : old.room * 2;
    counts->slots = calloc(counts->room, sizeof *counts->slots);
    if (counts->slots == NULL)
        fail("no memory");
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].hash != 0)
            *count_of(counts, old.slots[i].hash) = old.slots[i];
    free(old.slots);
}

static void count_text(struct counts *counts, const char *text, size_t length, uint32_t document)
{
    for (size_t at = next_word(text, length, 0), end; at < length; at = next_word(text, length, end)) {
        end = word_end(text, length, at);
        if (counts->different * 2 >= counts->room)
            widen(counts);
        uint64_t hash = word_hash(text + at, end - at);
        struct count *count = count_of(counts, hash);
        if (count->hash == 0) {
            *count = (struct count){ .hash = hash };
            counts->different++;
        }
        count->times++;
        counts->once += count->times == 1;
        counts->once -= count->times == 2;
        if (count->documents == 0 || count->last != document) {
            count->documents++;
            count->last = document;
        }
        counts->words++;
    }
}

static void print_counts(const struct counts *counts, const char *name, uint64_t documents, uint64_t size)
{
    uint64_t times = 0, in = 0;
    for (size_t i = 0; i < counts->room; i++) {
        const struct count *count = &counts->slots[i];
        if (count->documents >= documents / MIDDLING_LEAST && count->documents <= documents / MIDDLING_MOST) {
            times += count->times;
            in += count->documents;
        }
    }
    printf("%s: %llu documents, %.1f MB, %llu words, %zu different, %.3f times in a document that has them\n", name,
           (unsigned long long)documents, (double)size / 1e6, (unsigned long long)counts->words, counts->different,
           in > 0 ? (double)times / (double)in : 0.0);
}

/* ---- the corpus ---- */

struct piece {
    const char *data;
    uint32_t length;
};

static struct piece *texts, *ids;
static uint64_t document_count;

static void read_corpus(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0)
        fail("cannot read the documents");
    long size = ftell(file);
    rewind(file);
    char *data = grown(NULL, size > 0 ? (size_t)size : 1);
    if (size < 24 || fread(data, 1, (size_t)size, file) != (size_t)size || memcmp(data, "BDOCS1\n", 8) != 0)
        fail("no documents file");
    fclose(file);
    memcpy(&document_count, data + 8, 8);
    if (document_count == 0 || document_count > UINT32_MAX)
        fail("no documents, or too many");
    texts = grown(NULL, document_count * sizeof *texts);
    ids = grown(NULL, document_count * sizeof *ids);
    size_t at = 24;
    for (uint64_t i = 0; i < document_count; i++) {
        uint32_t lengths[2];
        if ((size_t)size - at < sizeof lengths)
            fail("the documents end early");
        memcpy(lengths, data + at, sizeof lengths);
        at += sizeof lengths;
        if ((size_t)size - at < (size_t)lengths[0] + lengths[1])
            fail("the documents end early");
        ids[i] = (struct piece){ data + at, lengths[0] };
        texts[i] = (struct piece){ data + at + lengths[0], lengths[1] };
        at += (size_t)lengths[0] + lengths[1];
    }
}

/* ---- the output ---- */

static FILE *out;
static uint64_t written, written_bytes;

static void write_document(const char *id, uint32_t id_length, const char *text, uint32_t length)
{
    uint32_t lengths[2] = { id_length, length };
    if (fwrite(lengths, 1, sizeof lengths, out) != sizeof lengths || fwrite(id, 1, id_length, out) != id_length ||
        fwrite(text, 1, length, out) != length)
        fail("cannot write");
    written++;
    written_bytes += length;
}

static void write_head(void)
{
    uint64_t head[2] = { written, written_bytes };
    rewind(out);
    if (fwrite("BDOCS1\n", 1, 8, out) != 8 || fwrite(head, 1, sizeof head, out) != sizeof head)
        fail("cannot write");
}

/* ---- making ---- */

static struct counts corpus, made;
static double beta;
static char *text;
static size_t text_length, text_room;
static struct piece *runs;
static size_t run_count, run_room;

static void append(const char *data, size_t length)
{
    if (text_length + length > text_room) {
        text_room = (text_length + length) * 2;
        text = grown(text, text_room);
    }
    memcpy(text + text_length, data, length);
    text_length += length;
}

/* Where the run that begins at a place ends: behind so many words and what stands between them and the next. */
static size_t run_end(const struct piece *of, size_t at)
{
    for (uint32_t words = LEAST_RUN + chance(MOST_RUN - LEAST_RUN + 1); words > 0 && at < of->length; words--)
        at = next_word(of->data, of->length, word_end(of->data, of->length, next_word(of->data, of->length, at)));
    return at;
}

static void cut(const struct piece *of)
{
    run_count = 0;
    for (size_t at = 0, end; at < of->length; at = end) {
        end = run_end(of, at);
        if (run_count == run_room) {
            run_room = run_room ? run_room * 2 : 1024;
            runs = grown(runs, run_room * sizeof *runs);
        }
        runs[run_count++] = (struct piece){ of->data + at, (uint32_t)(end - at) };
    }
    for (size_t i = run_count; i > 1; i--) {
        size_t j = chance((uint32_t)i);
        struct piece swapped = runs[i - 1];
        runs[i - 1] = runs[j];
        runs[j] = swapped;
    }
}

static struct piece foreign_run(void)
{
    const struct piece *of = &texts[chance((uint32_t)document_count)];
    if (of->length == 0)
        return *of;
    size_t at = chance(of->length);
    at = next_word(of->data, of->length, word_end(of->data, of->length, at));
    return (struct piece){ of->data + at, (uint32_t)(run_end(of, at) - at) };
}

/* A run, with new words in place of those that the corpus has once. */
static void append_run(struct piece run)
{
    size_t done = 0;
    const double newly = pow((double)(corpus.words + made.words) / (double)corpus.words, beta - 1);
    for (size_t at = next_word(run.data, run.length, 0), end; at < run.length;
         at = next_word(run.data, run.length, end)) {
        end = word_end(run.data, run.length, at);
        if (count_of(&corpus, word_hash(run.data + at, end - at))->times != 1 || chance_real() > newly)
            continue;
        char letters[NEW_LETTERS];
        for (size_t i = 0; i < NEW_LETTERS; i++)
            letters[i] = (char)('a' + chance(26));
        append(run.data + done, end - done);
        append(letters, NEW_LETTERS);
        done = end;
    }
    append(run.data + done, run.length - done);
    if (text_length > 0 && is_word((unsigned char)text[text_length - 1]))
        append(" ", 1);
}

static void make_document(uint64_t number)
{
    const struct piece *model = &texts[number % document_count];
    const size_t wanted = (size_t)((double)model->length * exp(SIGMA * chance_normal() - SIGMA * SIGMA / 2));
    char id[32];
    text_length = run_count = 0;
    for (size_t next = 0; text_length < wanted; next++) {
        if (next == run_count) {
            cut(model);
            next = 0;
        }
        struct piece run = chance(FOREIGN) == 0 ? foreign_run() : runs[next];
        if (text_length + run.length > wanted && chance_real() > (double)(wanted - text_length) / run.length)
            break;
        append_run(run);
    }
    count_text(&made, text, text_length, (uint32_t)number);
    write_document(id, (uint32_t)snprintf(id, sizeof id, "g%llu", (unsigned long long)number), text,
                   (uint32_t)text_length);
}

int main(int argc, char **argv)
{
    unsigned over = 1, under = 1;
    if (argc != 4 || sscanf(argv[2], "%u/%u", &over, &under) < 1 || over == 0 || under == 0)
        fail("usage: generate DOCS SIZE OUT, SIZE being 1/16, 4 and the like, with a g behind it to make them all");
    const bool making = over > under || argv[2][strlen(argv[2]) - 1] == 'g';
    read_corpus(argv[1]);
    out = fopen(argv[3], "wb");
    if (out == NULL)
        fail("cannot write");
    setvbuf(out, NULL, _IOFBF, 1 << 20);
    write_head();
    const uint64_t wanted = document_count * over / under;
    if (!making) {
        for (uint64_t i = 0; i < document_count; i++)
            if (i * over / under != (i + 1) * over / under) {
                count_text(&made, texts[i].data, texts[i].length, (uint32_t)i);
                write_document(ids[i].data, ids[i].length, texts[i].data, texts[i].length);
            }
    } else {
        uint64_t size = 0;
        for (uint64_t i = 0; i < document_count; i++) {
            count_text(&corpus, texts[i].data, texts[i].length, (uint32_t)i);
            size += texts[i].length;
        }
        beta = (double)corpus.once / (double)corpus.different;
        print_counts(&corpus, "corpus", document_count, size);
        for (uint64_t i = 0; i < wanted; i++)
            make_document(i);
    }
    write_head();
    if (fclose(out) != 0)
        fail("cannot write");
    print_counts(&made, making ? "made" : "taken", written, written_bytes);
    return 0;
}
