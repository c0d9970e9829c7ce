/* SPDX-License-Identifier: MIT */
/* From a word on the command line to a loader: by what it is and by its ending. */
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "date.h"
#include "intake.h"
#include "load_text.h"

enum form { FORM_NONE, FORM_JSON, FORM_TEXT, FORM_MARKDOWN, FORM_HTML };

static enum form form_of(const char *name)
{
    static const struct {
        const char *ending;
        enum form form;
    } forms[] = { { ".jsonl", FORM_JSON }, { ".ndjson", FORM_JSON }, { ".txt", FORM_TEXT },
                  { ".text", FORM_TEXT },  { ".md", FORM_MARKDOWN }, { ".markdown", FORM_MARKDOWN },
                  { ".html", FORM_HTML },  { ".htm", FORM_HTML },    { ".xhtml", FORM_HTML } };
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot != NULL && i < sizeof forms / sizeof forms[0]; i++)
        if (strcasecmp(dot, forms[i].ending) == 0)
            return forms[i].form;
    return FORM_NONE;
}

/* The whole of a file in memory of its own, with a zero after it; NULL and errno. */
static char *read_whole(FILE *file, size_t *length)
{
    size_t capacity = 1 << 16;
    char *data = allocate(capacity);
    *length = 0;
    for (;;) {
        *length += fread(data + *length, 1, capacity - *length, file);
        if (*length < capacity)
            break;
        if (capacity > LIBSEARCH_MAX_VALUE) {
            errno = EFBIG;
            free(data);
            return NULL;
        }
        capacity *= 2;
        data = reallocate(data, capacity);
    }
    if (ferror(file)) {
        free(data);
        return NULL;
    }
    data[*length] = '\0';
    return data;
}

static bool load_page(struct intake *intake, const char *name, enum form form, char *data, size_t length)
{
    struct record record = { .file = name, .id = { name, strlen(name) } };
    char *title = NULL, *date = NULL;
    const size_t start = length >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    if (memchr(data, '\0', length < 4096 ? length : 4096) != NULL)
        return intake_bad(intake, name, 0, "not UTF-8 text: there are zero bytes in it");
    if (form == FORM_HTML) {
        size_t text_length, end;
        char *text = html_to_text(data + start, length - start, &text_length, &title, &date);
        struct page page = page_of_text(text, text_length);
        if (date != NULL && date_parse_start(date, strlen(date), &page.date, &end))
            page.has_date = true;
        if (title != NULL) {
            page.title = bytes_of(title, strlen(title));
            page.title_start = page.title_end = 0; /* nothing of the text is left out */
        }
        page_to_record(&page, text, text_length, &record);
        free(text);
    } else {
        const struct page page = form == FORM_MARKDOWN ? page_of_markdown(data + start, length - start)
                                                       : page_of_text(data + start, length - start);
        page_to_record(&page, data + start, length - start, &record);
    }
    free(title);
    free(date);
    char *kept = record_keep(&record, name, strlen(name)); /* a folder's walk forgets the name */
    record.id = bytes_of(kept, strlen(kept));
    record.file = kept;
    const bool go_on = intake_record(intake, &record);
    record_free(&record);
    return go_on;
}

bool load_file(struct intake *intake, const char *name, bool named)
{
    const enum form form = form_of(name);
    if (form == FORM_NONE)
        return !named || intake_unread(intake, name, "not a kind of file that is read (.jsonl .txt .md .html)");
    FILE *file = fopen(name, "rb");
    bool go_on = true;
    if (file == NULL)
        return named ? intake_unread(intake, name, strerror(errno))
                     : intake_bad(intake, name, 0, "%s", strerror(errno));
    if (form == FORM_JSON) {
        go_on = load_json(intake, file, name);
    } else {
        size_t length;
        errno = EIO;
        char *data = read_whole(file, &length);
        if (data == NULL) {
            go_on = intake_unread(intake, name, strerror(errno));
        } else {
            intake->progress.bytes += length;
            go_on = load_page(intake, name, form, data, length);
            free(data);
        }
    }
    fclose(file);
    return go_on;
}

static int by_name(const FTSENT **a, const FTSENT **b) { return strcmp((*a)->fts_name, (*b)->fts_name); }

/* Calls visit for each file of a form that is read, in the order of their names; hidden files and
 * folders are passed over, links to folders are not followed. */
static bool walk(const char *folder, bool (*visit)(void *context, const char *path, uint64_t size, int error),
                 void *context)
{
    char *root = duplicate(folder, strlen(folder));
    for (size_t length = strlen(root); length > 1 && root[length - 1] == '/'; length--)
        root[length - 1] = '\0';
    char *roots[] = { root, NULL };
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);
    bool go_on = true;
    FTSENT *entry;
    while (go_on && tree != NULL && (entry = fts_read(tree)) != NULL) {
        struct stat found;
        if (entry->fts_level > 0 && entry->fts_name[0] == '.') {
            fts_set(tree, entry, FTS_SKIP);
            continue;
        }
        switch (entry->fts_info) {
        case FTS_F:
            if (form_of(entry->fts_name) != FORM_NONE)
                go_on = visit(context, entry->fts_accpath, (uint64_t)entry->fts_statp->st_size, 0);
            break;
        case FTS_SL:
            if (form_of(entry->fts_name) != FORM_NONE && stat(entry->fts_accpath, &found) == 0 &&
                S_ISREG(found.st_mode))
                go_on = visit(context, entry->fts_accpath, (uint64_t)found.st_size, 0);
            break;
        case FTS_DNR:
        case FTS_ERR:
        case FTS_NS: go_on = visit(context, entry->fts_path, 0, entry->fts_errno); break;
        default: break;
        }
    }
    if (tree != NULL)
        fts_close(tree);
    free(root);
    return go_on;
}

static bool load_visited(void *context, const char *path, uint64_t size, int error)
{
    struct intake *intake = context;
    (void)size;
    return error != 0 ? intake_bad(intake, path, 0, "%s", strerror(error)) : load_file(intake, path, false);
}

static bool add_size(void *context, const char *path, uint64_t size, int error)
{
    (void)path;
    (void)error;
    *(uint64_t *)context += size;
    return true;
}

bool load(struct intake *intake, const char *name)
{
    struct stat found;
    if (strcmp(name, "-") == 0)
        return load_json(intake, stdin, "-");
    if (stat(name, &found) != 0)
        return intake_unread(intake, name, strerror(errno));
    return S_ISDIR(found.st_mode) ? walk(name, load_visited, intake) : load_file(intake, name, true);
}

uint64_t load_size(const char *name)
{
    struct stat found;
    uint64_t size = 0;
    if (strcmp(name, "-") == 0 || stat(name, &found) != 0)
        return 0;
    if (!S_ISDIR(found.st_mode))
        return (uint64_t)found.st_size;
    walk(name, add_size, &size);
    return size;
}
