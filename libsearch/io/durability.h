/* SPDX-License-Identifier: MIT */
/* Every sync, every sync of a directory and every rule of order that a commit owes its life to after a power cut, in
 * one list. The code asks HOLDS(RULE_…) at the one place where a rule is kept; that is 1, and leaves no trace, in every
 * build but one: a test compiled with LIBSEARCH_BREAK_RULES breaks them one after the other, and the enumeration of
 * power cuts must see each (tests/index/test_rules.c). Whoever adds a sync or an order adds its rule. */
#ifndef LIBSEARCH_IO_DURABILITY_H
#define LIBSEARCH_IO_DURABILITY_H

#define DURABILITY_RULES(RULE)                                                                                         \
    /* files */                                                                                                        \
    RULE(SYNC_MANIFEST, "a manifest is synced")                                                                        \
    RULE(SYNC_FIRST_MANIFEST, "the first manifest is synced")                                                          \
    RULE(SYNC_DELETIONS_WRITTEN, "files of deletions are synced when a durable commit writes them")                    \
    RULE(SYNC_SEGMENT_WRITTEN, "where files are not mapped, a segment is synced when it is written")                   \
    RULE(SYNC_SEGMENT_MERGED, "where files are not mapped, a merged segment is synced when it is written")             \
    RULE(SYNC_SEGMENT, "a durable commit syncs the segments that are not synced yet")                                  \
    RULE(SYNC_DELETIONS, "a durable commit syncs files of deletions that commits before it only wrote")                \
    /* names */                                                                                                        \
    RULE(SYNC_NAMES, "the directory is synced before the manifest that needs its files has its name")                  \
    RULE(SYNC_NAME_OF_COMMIT, "a commit is acknowledged after the directory is synced with its name")                  \
    RULE(SYNC_NAME_OF_FIRST_COMMIT, "so is the first commit")                                                          \
    RULE(SYNC_NAME_OF_UNCHANGED, "a durable commit that changes nothing syncs the name of the one it stands on")       \
    RULE(SYNC_NAME_OF_INDEX, "with the first commit, the index's own name is synced into the folder above")            \
    /* order */                                                                                                        \
    RULE(MANIFEST_ASIDE, "a manifest is written under a temporary name")                                               \
    RULE(MANIFEST_SYNCED_BEFORE_NAMED, "a manifest is synced before it is renamed")                                    \
    RULE(FILES_BEFORE_MANIFEST, "what a commit names is synced before its manifest is renamed")                        \
    RULE(REMOVE_AFTER_SYNC, "files are removed after the commit that needs them no more is synced")                    \
    RULE(REMOVE_AFTER_SYNC_AT_OPEN, "so they are after the commit of a writer that died")                              \
    RULE(INDEX_NAMED_BEFORE_COMMIT, "the index's own name is synced before the first commit has its name")             \
    RULE(KEEP_COMMIT_BEFORE, "the durable commit before the newest is kept")                                           \
    RULE(FAILED_SYNC_FINISHES, "after a failed sync the writer acknowledges nothing any more")                         \
    RULE(FAILED_SYNC_GIVES_UP_LOOSE, "a commit that was not durable is given up when the sync of its files fails")     \
    /* the same in terms of POSIX */                                                                                   \
    RULE(POSIX_SYNC_OUTPUT, "POSIX: a sync of what is being written reaches the file")                                 \
    RULE(POSIX_SYNC_FILE, "POSIX: a sync of a file written before reaches it")                                         \
    RULE(POSIX_SYNC_DIRECTORY, "POSIX: a sync of the directory reaches it")                                            \
    RULE(POSIX_SYNC_NAME, "POSIX: a sync of the index's own name reaches the folder above")                            \
    RULE(POSIX_SYNC_PARENTS, "POSIX: a folder made above the index is synced into the one above it")

#define DURABILITY_RULE(name, text) RULE_##name,
enum durability_rule { DURABILITY_RULES(DURABILITY_RULE) RULE_COUNT };
#undef DURABILITY_RULE

#ifdef LIBSEARCH_BREAK_RULES
extern enum durability_rule broken_rule; /* RULE_COUNT: none; the test's */
#define HOLDS(rule) (broken_rule != (rule))
#else
#define HOLDS(rule) 1
#endif

#endif
