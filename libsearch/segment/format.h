/* SPDX-License-Identifier: MIT */
/* A segment's file: the sections of it (io/section_file.h, kind "SG"). Each section's bytes are drawn beside their
 * writer: documents/stored_block.h and record.c, documents/ids.c, terms/terms_format.h (terms and peaks), postings/format.h,
 * documents/numbers.h (lengths and starts), documents/column_layout.h, segment/biwords.h; docs/format.md has all of them together.
 *
 * INFO:  u32 documents, u32 profiles (1, 2), u64 sum of plain lengths, u64 sum of weighted lengths,
 *        u32 fields n, u32 zero, then for each field u64 tokens, u32 documents that have it, u32 zero
 *
 * Plain lengths count every word of the default group; weighted lengths count the words that are no stop words, each
 * field's as often as its weight says, rounded to a whole number by field. The codes are rounding_down of the lengths.
 * Without stop words and weights both are the same, and only the plain ones are there (profiles 1).
 *
 * FIELD_LENGTHS + field number: words of that text field by document; left out where no document has any.
 * FIELD_STARTS + field number: the position at which the field begins in the document's line of positions, for the
 * fields of the group; where all begin at 0 the section is left out. COLUMN + field number: a column, for each field
 * that has one, also where no document has a value. */
#ifndef LIBSEARCH_SEGMENT_FORMAT_H
#define LIBSEARCH_SEGMENT_FORMAT_H

enum {
    SEGMENT_VERSION = 1,

    SECTION_INFO = 1,
    SECTION_STORED = 2,
    SECTION_STORED_TABLE = 3,
    SECTION_IDS = 4,
    SECTION_ID_TABLE = 5,
    SECTION_TERMS = 6,
    SECTION_POSTINGS = 7,
    SECTION_PLAIN_LENGTHS = 8,
    SECTION_PLAIN_CODES = 9,
    SECTION_WEIGHTED_LENGTHS = 10,
    SECTION_WEIGHTED_CODES = 11,
    SECTION_PEAKS = 12,
    SECTION_BIWORDS = 13,
    SECTION_BIWORD_LISTS = 14,
    SECTION_FIELD_LENGTHS = 0x10000,
    SECTION_FIELD_STARTS = 0x20000,
    SECTION_COLUMN = 0x30000
};

#define SEGMENT_KIND "SG"

#endif
