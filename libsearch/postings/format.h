/* SPDX-License-Identifier: MIT */
/* Posting lists as bytes: what posting_writer.c writes and posting_list.c reads.
 *
 * A list says which documents have a term, how often, where, and in which of its forms. Documents are gathered in
 * blocks of 128 (the last one shorter). What a search scans to find its way (the last document of each block, bounds
 * of its score) stands in arrays apart from the payload; positions lie behind it all and are touched only when a
 * phrase asks.
 *
 * A list of one document has no record: document and frequency stand in the dictionary, positions where it says.
 * A list of 2 … 127 documents is the payload of one block. A longer list (nb blocks) is, from an offset that is a
 * multiple of 4:
 *
 *     u32     bytes of payload
 *     u8      profiles p (1: plain; 2: plain and weighted), u8 flags (1: thresholds, 2: a bitmap), u16 zero
 *     u32[nb] last document of each block
 *     u32[nb] where its payload begins
 *     p times, bounds: u8[nb] frequency 0, u8[nb] length 0, u8[nb] frequency 1, … (POSTING_PAIRS pairs)
 *     p times, peaks: u16[nb]
 *     p times, thresholds where there are: for k = 10, 100, 1000 two pairs of u8 frequency, u8 length
 *     with a bitmap: u64[last document / 64 + 1], a bit for each document below 64 times as many
 *     payload of the blocks, one after the other
 *
 * A bitmap is kept where it takes at most 16 bits a document. It answers whether a document is in the list with one
 * look, and which of the block's it is by counting the bits from the block before on.
 *
 * Bounds. No document of the block scores more than the best of the block's pairs does, for any model in which the
 * score rises with the frequency and falls with the length. Frequencies are rounding_up codes, lengths rounding_down
 * codes. (The pairs are the block's Pareto front, thinned to four by joining neighbours; the idea is Ding and Suel's,
 * SIGIR 2011, the pairs are Lucene's.) Peaks are sharper bounds for the parameters in common use: the greatest
 * f / (0.25 + 0.75 l / average) of the block, rounded up to the upper half of a float; average is the segment's, of the
 * profile. Every k1 keeps them as they are, another b or average multiplies them by a factor that is known (score_bounds.h).
 * Thresholds: at least k documents of the list score at least as much as each of
 * the k's pairs; frequencies are rounding_down codes, lengths are to be read by rounding_greatest. Profile 0 is for
 * plain frequencies and lengths, profile 1 for those weighted by field with stop words left out.
 *
 * A block's payload:
 *
 *     u8      0 … 32: documents as packed gaps less one, of this width, the first from the block before (or -1)
 *             0x40: documents as a bitmap; u8 words follow: u64[words], bit 0 of the first being the document that
 *             is the last multiple of 64 not above the block's least possible document
 *             0x41: documents stand in the list's bitmap (all blocks, or none)
 *             + 0x80: there are sides
 *     …       documents
 *     …       frequencies less one (pfor)
 *     varint  where the block's positions begin, from the list's positions (only in lists of 128 and more that have
 *             positions)
 *     …       sides, where the first byte says so: varint groups; for each: varint field number (rising), varint count, u8 index of each document,
 *             u8 1: all frequencies are one, else 0 and a varint for each
 *
 * A side says how often the term stands in a field of the default group other than its main one (the first with
 * weight 1), so that fields can be weighed and told apart from the one list.
 *
 * A block's positions, for the m = sum of its frequencies places, as differences within each document:
 *
 *     m <= 4: varint (first place * 2 + forms), varints of the others, then, if forms, a varint form for each
 *     else:   varint (bytes of the runs * 2 + forms), pfor runs of 128 (the last shorter); if forms, pfor runs of forms
 *
 * A form is the number of the surface form that stood there, 0 where forms are left out. */
#ifndef LIBSEARCH_POSTINGS_FORMAT_H
#define LIBSEARCH_POSTINGS_FORMAT_H

#include "codec/bitpack.h"

enum {
    POSTING_BLOCK = BITPACK_BLOCK,
    POSTING_PAIRS = 4,
    POSTING_THRESHOLD_PAIRS = 2,
    POSTING_THRESHOLD_KINDS = 3, /* k = 10, 100, 1000 */
    POSTING_THRESHOLD_BYTES = POSTING_THRESHOLD_KINDS * POSTING_THRESHOLD_PAIRS * 2,
    POSTING_THRESHOLD_MIN = 512, /* documents that a list must have for thresholds to be kept */
    POSTING_CODEC_BITMAP = 0x40,
    POSTING_CODEC_LIST_BITMAP = 0x41,
    POSTING_CODEC_SIDES = 0x80,
    POSTING_CODEC_MASK = 0x7F,
    POSTING_FEW_POSITIONS = 4,
    POSTING_HEADER = 8,
    POSTING_HAS_THRESHOLDS = 1,
    POSTING_HAS_BITMAP = 2,
    POSTING_BITMAP_SPARSEST = 16, /* bits of a list's bitmap for each of its documents, at most */
    POSTING_SLACK = 64            /* zero bytes at the section's end that decoding may read */
};

#endif
