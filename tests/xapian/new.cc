/* SPDX-License-Identifier: GPL-2.0-or-later */
/* C++'s operator new fails, once in each run: while something is written, in the engine or anywhere in libxapian; while
 * something is read, in the engine alone (libxapian 1.4.22 itself is not proof against it: it crashes where a list fails
 * to be made while others of the query are there already). The call says NO_MEMORY (or, where a commit was under way,
 * FINISHED), nothing is thrown into the program, and the database is what a commit left. */
#include <dlfcn.h>
#include <execinfo.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>

#include <libsearch-xapian.h>

static long countdown = -1; /* the allocation at which it comes to 0 fails; below 0: none does */
static long allocations;

static bool reading;

/* Whether the engine asks for memory itself, through the standard library or not. */
static bool engine_asks()
{
    void *frames[12];
    const int count = backtrace(frames, 12);
    for (int i = 2; i < count; i++) {
        Dl_info place;
        if (dladdr(frames[i], &place) == 0 || place.dli_fname == nullptr || strstr(place.dli_fname, "libstdc++"))
            continue;
        if (strstr(place.dli_fname, "libsearch-xapian") != nullptr)
            return true;
        if (strstr(place.dli_fname, "test_xapian_new") == nullptr) /* operator new itself */
            return false;
    }
    return false;
}

static void *allocated(size_t size)
{
    if (reading && !engine_asks())
        return malloc(size != 0 ? size : 1);
    allocations++;
    if (countdown > 0 && --countdown == 0) {
        countdown = -1;
        return nullptr;
    }
    return malloc(size != 0 ? size : 1);
}

void *operator new(size_t size)
{
    void *memory = allocated(size);
    if (memory == nullptr)
        throw std::bad_alloc();
    return memory;
}
void *operator new[](size_t size) { return operator new(size); }
void *operator new(size_t size, const std::nothrow_t &) noexcept { return allocated(size); }
void *operator new[](size_t size, const std::nothrow_t &) noexcept { return allocated(size); }
void operator delete(void *memory) noexcept { free(memory); }
void operator delete[](void *memory) noexcept { free(memory); }
void operator delete(void *memory, size_t) noexcept { free(memory); }
void operator delete[](void *memory, size_t) noexcept { free(memory); }

static libsearch_bytes bytes_of(const char *text) { return { text, strlen(text) }; }

/* What is done with one database; the first status that is not OK. */
struct run {
    libsearch_index *index = nullptr;
    libsearch_writer *writer = nullptr;
    libsearch_document *document = nullptr, *back = nullptr;
    libsearch_query *query = nullptr;
    libsearch_results *results = nullptr, *sorted = nullptr;
    libsearch_error error = LIBSEARCH_ERROR_INIT;

    ~run()
    {
        libsearch_results_free(results);
        libsearch_results_free(sorted);
        libsearch_query_free(query);
        libsearch_document_free(document);
        libsearch_document_free(back);
        libsearch_writer_close(writer);
        libsearch_close(index);
    }

    libsearch_status read()
    {
        libsearch_search_options options = LIBSEARCH_SEARCH_OPTIONS_INIT;
        libsearch_facet facet = LIBSEARCH_FACET_INIT;
        const libsearch_sort sort = { "size", 0 };
        const libsearch_explanation *lines;
        size_t count;
        libsearch_status status;
        reading = true;
        facet.field = "tag";
        options.facets = &facet;
        options.facet_count = 1;
        options.sort = &sort;
        options.sort_count = 1;
        if ((status = libsearch_query_parse(index, bytes_of("boat \"the harbour\" har* -bread @near(3 boat* the)"), 0,
                                            &query, &error)) != LIBSEARCH_OK ||
            (status = libsearch_search_query(index, query, nullptr, &results, &error)) != LIBSEARCH_OK ||
            (status = libsearch_search_query(index, query, &options, &sorted, &error)) != LIBSEARCH_OK ||
            (status = libsearch_get(index, bytes_of("b"), &back, &error)) != LIBSEARCH_OK)
            return status;
        return libsearch_results_count(results) > 0 ? libsearch_results_explain(results, 0, &lines, &count, &error)
                                                    : LIBSEARCH_OK;
    }

    libsearch_status write(const char *path)
    {
        libsearch_open_options options = LIBSEARCH_OPEN_OPTIONS_INIT;
        libsearch_status status;
        options.engine = libsearch_xapian_engine();
        options.analyzer = "english";
        if ((status = libsearch_open(path, LIBSEARCH_CREATE, &options, &index, &error)) != LIBSEARCH_OK ||
            (status = libsearch_writer_open(index, nullptr, &writer, &error)) != LIBSEARCH_OK)
            return status;
        for (const char *id : { "a", "b", "c" }) {
            libsearch_document_free(document);
            document = libsearch_document_new(index);
            if (document == nullptr)
                return LIBSEARCH_NO_MEMORY;
            libsearch_document_set_text(document, "text", bytes_of("Boats in the harbour town"));
            libsearch_document_set_keyword(document, "tag", bytes_of("travel"));
            libsearch_document_set_integer(document, "size", id[0]);
            if ((status = libsearch_writer_put(writer, bytes_of(id), document, &error)) != LIBSEARCH_OK)
                return status;
        }
        if ((status = libsearch_writer_delete(writer, bytes_of("c"), &error)) != LIBSEARCH_OK)
            return status;
        return libsearch_writer_commit(writer, &error);
    }
};

static std::string folder;
static int wrong;

/* Does all of it, with the allocation `at` failing; false where the run was over before. */
static bool run_with(long at, bool compacts)
{
    const std::string path = folder + "/db";
    libsearch_status status;
    if (system(("rm -rf '" + path + "' '" + path + ".compact'").c_str()) != 0)
        return false;
    {
        run one;
        allocations = 0;
        countdown = at;
        status = one.write(path.c_str());
        if (status == LIBSEARCH_OK)
            status = one.read();
        reading = false;
        if (status == LIBSEARCH_OK && compacts)
            status = libsearch_writer_compact(one.writer, 0, &one.error);
        const bool failed = countdown < 0 && at > 0;
        countdown = -1;
        if (status != LIBSEARCH_OK && status != LIBSEARCH_NO_MEMORY && status != LIBSEARCH_FINISHED) {
            fprintf(stderr, "allocation %ld: %s: %s\n", at, libsearch_status_text(status), one.error.message);
            wrong++;
        }
        if (!failed)
            return at <= 0;
    }
    /* What is there is whole. */
    libsearch_error error = LIBSEARCH_ERROR_INIT;
    const libsearch_status checked = libsearch_xapian_check(path.c_str(), nullptr, nullptr, &error);
    if (checked != LIBSEARCH_OK && checked != LIBSEARCH_NOT_FOUND && checked != LIBSEARCH_NOT_AN_INDEX) {
        fprintf(stderr, "after allocation %ld: %s\n", at, error.message);
        wrong++;
    }
    return true;
}

int main()
{
    void *frame;
    backtrace(&frame, 1); /* what it needs itself */
    char made[] = "/tmp/libsearch-new-XXXXXX";
    if (mkdtemp(made) == nullptr)
        return 1;
    folder = made;
    const bool whole = getenv("LIBSEARCH_LONG") != nullptr;
    setenv("XAPIAN_FLUSH_THRESHOLD", "2", 1);
    if (!run_with(0, true))
        wrong++;
    const long all = allocations;
    long runs = 0;
    for (long at = 1; at <= all && wrong < 10; at += whole ? 1 : 1 + all / 150, runs++)
        run_with(at, true);
    printf("%ld allocations, %ld of them failed\n", all, runs);
    if (all < 500)
        wrong++;
    return system(("rm -rf '" + folder + "'").c_str()) != 0 || wrong > 0;
}
