/* SPDX-License-Identifier: MIT */
/* SQLite FTS5. The documents go in by one transaction into a table with full detail (positions), then
 * 'optimize' merges the index into one b-tree, as its documentation advises after a bulk load. Ranking is
 * its own bm25(), whose k1 = 1.2 and b = 0.75 are fixed, asked for by ORDER BY rank, the way that the
 * documentation calls the fast one. Without stored text the table is contentless. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/driver.h"

enum { CACHE_KIB = 256 * 1024, HASH_BYTES = 64 * 1024 * 1024 };

static sqlite3 *database;
static bool stored;

static void check(int code)
{
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
        driver_fail("%s", sqlite3_errmsg(database));
}

static void execute(const char *sql) { check(sqlite3_exec(database, sql, NULL, NULL, NULL)); }

static sqlite3_stmt *statement(const char *sql)
{
    sqlite3_stmt *made = NULL;
    check(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &made, NULL));
    return made;
}

static bool option(const char *word)
{
    if (strcmp(word, "stored") != 0)
        return false;
    stored = true;
    return true;
}

static void open_file(const char *folder, int flags)
{
    char path[4200];
    snprintf(path, sizeof path, "%s/fts5.db", folder);
    if (sqlite3_open_v2(path, &database, flags, NULL) != SQLITE_OK)
        driver_fail("%s: %s", path, sqlite3_errmsg(database));
    char sql[256];
    snprintf(sql, sizeof sql, "PRAGMA cache_size = -%d", CACHE_KIB);
    execute(sql);
}

/* ---- building ---- */

static sqlite3_stmt *insert_text, *insert_id;
static sqlite3_int64 row;

static void create(const char *path)
{
    open_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX);
    execute("PRAGMA journal_mode = OFF");
    execute("PRAGMA synchronous = OFF");
    execute("PRAGMA locking_mode = EXCLUSIVE");
    execute("CREATE TABLE ids (row INTEGER PRIMARY KEY, id TEXT)");
    char sql[512];
    snprintf(sql, sizeof sql,
             "CREATE VIRTUAL TABLE docs USING fts5(text, %s detail = full,"
             " tokenize = 'porter unicode61 remove_diacritics 0')",
             stored ? "" : "content = '',");
    execute(sql);
    snprintf(sql, sizeof sql, "INSERT INTO docs(docs, rank) VALUES('hashsize', %d)", HASH_BYTES);
    execute(sql);
    execute("BEGIN");
    insert_text = statement("INSERT INTO docs(rowid, text) VALUES(?, ?)");
    insert_id = statement("INSERT INTO ids(row, id) VALUES(?, ?)");
}

static void add(struct text id, struct text text)
{
    row++;
    sqlite3_bind_int64(insert_text, 1, row);
    sqlite3_bind_text64(insert_text, 2, text.data, text.length, SQLITE_STATIC, SQLITE_UTF8);
    check(sqlite3_step(insert_text));
    sqlite3_reset(insert_text);
    sqlite3_bind_int64(insert_id, 1, row);
    sqlite3_bind_text64(insert_id, 2, id.data, id.length, SQLITE_STATIC, SQLITE_UTF8);
    check(sqlite3_step(insert_id));
    sqlite3_reset(insert_id);
}

static void finish(void)
{
    sqlite3_finalize(insert_text);
    sqlite3_finalize(insert_id);
    execute("COMMIT");
    driver_phase("commit");
    execute("INSERT INTO docs(docs) VALUES('optimize')");
    check(sqlite3_close(database));
    driver_phase("optimize");
}

/* ---- searching ---- */

static sqlite3_stmt *select_top, *select_count, *select_id;

static struct hit {
    sqlite3_int64 row;
    double score;
} * hits;
static size_t hit_count, hit_capacity;
static int64_t matches;

static void open_index(const char *path)
{
    open_file(path, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX);
    execute("PRAGMA mmap_size = 0x7fff0000");
    execute("PRAGMA locking_mode = EXCLUSIVE");
    execute("PRAGMA temp_store = MEMORY");
    select_top = statement("SELECT rowid, rank FROM docs WHERE docs MATCH ? ORDER BY rank LIMIT ?");
    select_count = statement("SELECT count(*) FROM docs WHERE docs MATCH ?");
    select_id = statement("SELECT id FROM ids WHERE row = ?");
    hit_capacity = 1000;
    hits = malloc(hit_capacity * sizeof *hits);
    if (hits == NULL)
        driver_fail("no memory");
}

/* The query in FTS5's own language: parts in quotes, with AND, OR and NOT between. */
static void prepare(struct query *query)
{
    size_t size = 16;
    for (size_t i = 0; i < query->count; i++)
        size += query->clauses[i].whole.length + 16;
    char *match = malloc(size), *end = match;
    if (match == NULL)
        driver_fail("no memory");
    bool must = false, first = true;
    for (size_t i = 0; i < query->count; i++)
        must |= query->clauses[i].occur == '+';
    *end++ = '(';
    *end = '\0';
    for (size_t i = 0; i < query->count; i++) { /* where words must match, those that may do not select */
        const struct clause *clause = &query->clauses[i];
        if (clause->occur == '-' || (must && clause->occur == '?'))
            continue;
        end += sprintf(end, "%s\"%s\"", first ? "" : must ? " AND " : " OR ", clause->whole.data);
        first = false;
    }
    end += sprintf(end, ")");
    for (size_t i = 0; i < query->count; i++)
        if (query->clauses[i].occur == '-')
            end += sprintf(end, " NOT \"%s\"", query->clauses[i].whole.data);
    query->prepared = match;
}

static void search(const struct query *query, size_t k, bool count)
{
    const char *match = query->prepared;
    hit_count = 0;
    matches = -1;
    if (k > 0) {
        sqlite3_bind_text(select_top, 1, match, -1, SQLITE_STATIC);
        sqlite3_bind_int64(select_top, 2, (sqlite3_int64)k);
        int code;
        while ((code = sqlite3_step(select_top)) == SQLITE_ROW && hit_count < hit_capacity)
            hits[hit_count++] =
                (struct hit){ sqlite3_column_int64(select_top, 0), sqlite3_column_double(select_top, 1) };
        check(code);
        sqlite3_reset(select_top);
    }
    if (count) {
        sqlite3_bind_text(select_count, 1, match, -1, SQLITE_STATIC);
        check(sqlite3_step(select_count));
        matches = sqlite3_column_int64(select_count, 0);
        sqlite3_reset(select_count);
    }
}

static void answer(struct answer *answer)
{
    answer->count = matches;
    answer->hits = hit_count;
    answer->last_score = hit_count ? -hits[hit_count - 1].score : 0;
    for (size_t i = 0; i < hit_count && i < DRIVER_TOP; i++) {
        sqlite3_bind_int64(select_id, 1, hits[i].row);
        check(sqlite3_step(select_id));
        driver_copy_id(&answer->top[i].id, (const char *)sqlite3_column_text(select_id, 0),
                       (size_t)sqlite3_column_bytes(select_id, 0));
        sqlite3_reset(select_id);
        answer->top[i].score = -hits[i].score;
        answer->listed = i + 1;
    }
}

static void release(void) {}

const struct engine driver_engine = { .name = "fts5",
                                      .option = option,
                                      .create = create,
                                      .add = add,
                                      .finish = finish,
                                      .open = open_index,
                                      .prepare = prepare,
                                      .search = search,
                                      .answer = answer,
                                      .release = release };
