#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A second reader of libsearch's index directories, written from docs/format.md and sharing nothing with
the library: it reads the newest commit whole, checks what the page says must hold, and prints it.

    reader.py INDEX             all of it as text
    reader.py INDEX --summary   one line a segment

It is made to be read, not to be fast. Stored fields need the `zstd` program, and are left out, with a
line that says so, where there is none."""

import os
import re
import shutil
import struct
import subprocess
import sys

from parts import (BiwordLists, Bytes, Damaged, Entry, List, SectionFile, code_down, code_up, must, numbers, read_column, read_terms,
                   zigzag)
from xxh3 import xxh3

TYPES = {1: "text", 2: "keyword", 3: "integer", 4: "float", 5: "date", 6: "stored", 7: "boolean"}
NOT_STORED, NO_POSITIONS, OWN_LISTS, NO_COLUMN = 1, 2, 4, 8
INFO, STORED, STORED_TABLE, IDS, ID_TABLE, TERMS, POSTINGS = 1, 2, 3, 4, 5, 6, 7
PLAIN_LENGTHS, PLAIN_CODES, WEIGHTED_LENGTHS, WEIGHTED_CODES, PEAKS = 8, 9, 10, 11, 12
BIWORDS, BIWORD_LISTS = 13, 14
FIELD_LENGTHS, FIELD_STARTS, COLUMN = 0x10000, 0x20000, 0x30000


# ---- the manifest ---------------------------------------------------------------------------------


class Field:
    def __init__(self, number, walk, analyzers):
        self.number, self.name = number, walk.string().decode()
        self.type, self.flags = TYPES[walk.u8()], walk.varint()
        self.analyzer = self.weight = None
        if self.type == "text":
            self.analyzer, self.weight = walk.varint(), walk.f32()
            must(self.analyzer < len(analyzers), f"field {self.name}: analyzer")
        self.in_group = self.type == "text" and self.analyzer == 0 and not self.flags & (NO_POSITIONS | OWN_LISTS)


class Schema:
    def __init__(self, data):
        walk = Bytes(data)
        self.analyzers = [(walk.string().decode(), walk.string().decode()) for _ in range(walk.varint())]
        self.fields = [Field(i, walk, self.analyzers) for i in range(walk.varint())]
        walk.end("schema")
        main = [f.number for f in self.fields if f.in_group and f.weight == 1]
        self.main = main[0] if main else None

    def has_positions(self, list_number):
        if list_number == 0:
            return True
        field = self.fields[list_number - 1]
        return field.type == "text" and not field.flags & NO_POSITIONS


class Manifest:
    def __init__(self, path):
        file = SectionFile(path, b"MF")
        walk = Bytes(file.only())
        self.bytes = file.length
        self.commit, self.before, self.loose, self.next = walk.u64(), walk.u64(), walk.u64(), walk.u64()
        self.program, self.schema = walk.string(), Schema(walk.string())
        keys = ("number", "length", "checksum", "documents", "deleted", "deletions", "deletions_length", "flags")
        self.segments = [dict(zip(keys, struct.unpack("<QQQIIQQI", walk.take(52)))) for _ in range(walk.u32())]
        walk.end("manifest")
        for row in self.segments:
            must(0 < row["number"] < self.next and row["deletions"] < self.next, "numbers of a segment")
            must(row["deleted"] < row["documents"], "counts of a segment")
            must((row["deletions"] == 0) == (row["deleted"] == 0) == (row["deletions_length"] == 0), "deletions")
            must(row["flags"] == 3 or self.loose > 0, "a durable commit of files that were not synced")
        must(len({row["number"] for row in self.segments}) == len(self.segments), "a segment twice")


# ---- a segment -------------------------------------------------------------------------------------


class Segment:
    def __init__(self, folder, row, schema):
        self.schema, self.row = schema, row
        self.name = f"segment-{row['number']:016x}"
        self.file = SectionFile(os.path.join(folder, self.name), b"SG")
        must(self.file.length == row["length"] and self.file.checksum == row["checksum"], "not the commit's segment")
        self.read_info()
        self.read_lengths()
        self.read_ids()
        self.live, self.deletions_bytes = [True] * self.count, 0
        if row["deletions"]:
            self.read_deletions(folder)
        self.columns = {number - COLUMN: read_column(data, schema.fields[number - COLUMN], self.count)
                        for number, data in self.file.sections.items() if number >= COLUMN}
        self.terms = read_terms(self.file.sections[TERMS])
        if PEAKS in self.file.sections:
            self.check_peaks(self.file.sections[PEAKS])
        self.postings = self.file.sections[POSTINGS]
        must(self.postings[-64:] == bytes(64), "zeros behind the postings")
        self.lists = {entry.ordinal: List(self, entry) for entry in self.terms if entry.df}
        self.biwords = self.read_biwords(self.file.sections[BIWORDS]) if BIWORDS in self.file.sections else {}

    def check_peaks(self, peaks):
        at = start = 0
        for code in peaks:
            block = [self.terms[start]]
            while start + len(block) < len(self.terms) and len(block) < 32:
                entry = self.terms[start + len(block)]
                if entry.list != block[0].list:
                    break
                block.append(entry)
            written = [entry.times for entry in block if entry.term is not None]
            must(code == code_up(max(written or [entry.df for entry in block])), f"peak {at} of the terms")
            start += len(block)
            at += 1
        must(start == len(self.terms), "number of peaks")

    def read_biwords(self, section):
        """{(first term's ordinal, second's): list}"""
        walk = Bytes(section)
        words, count, least, zero = (walk.u32() for _ in range(4))
        names, bases = ([walk.u64() for _ in range(words)] for _ in range(2))
        starts = [walk.u32() for _ in range(words + 1)]
        documents, occurrences, offsets = ([walk.u32() for _ in range(count)] for _ in range(3))
        seconds = [walk.u16() for _ in range(count)]
        walk.end("biwords")
        common = [entry for entry in self.terms if entry.list == 0 and (entry.df or 0) >= least]
        must(zero == 0 and names == [entry.positions for entry in common], "the common words")
        must(starts[0] == 0 and starts[-1] == count and starts == sorted(starts), "the first biwords of words")
        lists = BiwordLists(self.file.sections[BIWORD_LISTS])
        found = {}
        for first in range(words):
            for i in range(starts[first], starts[first + 1]):
                entry = Entry(0, b"", 0)
                entry.df, entry.cf, entry.document = documents[i], occurrences[i], offsets[i]
                entry.postings = bases[first] + offsets[i]
                found[common[first].ordinal, common[seconds[i]].ordinal] = List(lists, entry)
            own = seconds[starts[first]:starts[first + 1]]
            must(own == sorted(set(own)), "second words")
        return found

    def check_biwords(self):
        """They are what the positions of common words make."""
        if BIWORDS not in self.file.sections:
            return
        least = int.from_bytes(self.file.sections[BIWORDS][8:12], "little")
        meetings = {}
        places = [{} for _ in range(self.count)]
        for entry in self.terms:
            for posting in self.lists[entry.ordinal].postings if entry.list == 0 and (entry.df or 0) >= least else []:
                for position in posting.positions:
                    places[posting.document].setdefault(position, set()).add(entry.ordinal)
        for document, words in enumerate(places):
            for position, here in words.items():
                for first in here:
                    for second in words.get(position + 1, ()):
                        of = meetings.setdefault((first, second), {})
                        of[document] = of.get(document, 0) + 1
        must(meetings == {words: {p.document: p.frequency for p in of.postings} for words, of in self.biwords.items()},
             "biwords")

    def read_info(self):
        walk = Bytes(self.file.sections[INFO])
        self.count, self.profiles, *self.totals = walk.u32(), walk.u32(), walk.u64(), walk.u64()
        fields, _ = walk.u32(), walk.u32()
        self.fields = [(walk.u64(), walk.u32(), walk.u32())[:2] for _ in range(fields)]
        walk.end("INFO")
        must(self.count == self.row["documents"] and fields <= len(self.schema.fields), "INFO")

    def array(self, number):
        walk = Bytes(self.file.sections[number])
        values = numbers(walk, self.count)
        walk.end(f"section {number}")
        return values

    def read_lengths(self):
        sections = [(PLAIN_LENGTHS, PLAIN_CODES), (WEIGHTED_LENGTHS, WEIGHTED_CODES)][:self.profiles]
        self.lengths = [self.array(lengths) for lengths, _ in sections]
        self.codes = [self.file.sections[codes] for _, codes in sections]
        for p in range(self.profiles):
            must(sum(self.lengths[p]) == self.totals[p], "sum of the lengths")
            must(list(self.codes[p]) == [code_down(length) for length in self.lengths[p]], "codes of the lengths")
        has = self.file.sections
        zeros = [0] * self.count
        self.field_lengths = [self.array(FIELD_LENGTHS + f) if FIELD_LENGTHS + f in has
                              else self.lengths[0] if self.fields[f][0] > 0 else zeros
                              for f in range(len(self.fields))]
        self.field_starts = [self.array(FIELD_STARTS + f) if FIELD_STARTS + f in has else zeros
                             for f in range(len(self.fields))]
        for lengths, (tokens, documents) in zip(self.field_lengths, self.fields):
            must((sum(lengths), sum(n > 0 for n in lengths)) == (tokens, documents), "a field's words")

    def read_ids(self):
        walk = Bytes(self.file.sections[IDS])
        groups = numbers(walk, (self.count + 15) // 16)
        ends = numbers(walk, self.count)
        data = walk.take(walk.left())
        starts = [0] + groups
        ends = [starts[i // 16] + end for i, end in enumerate(ends)]
        self.ids = [data[a:b] for a, b in zip([0] + ends, ends)]
        must(starts[-1] == len(data) and ends[15::16] + ends[len(ends) // 16 * 16:][-1:] == groups, "ends of the ids")
        table = self.file.sections[ID_TABLE]
        width = max(self.count - 1, 0).bit_length()
        slots = len(table) * 8 // (8 + width)
        must(slots * (8 + width) == 8 * len(table) and slots >= 16 and slots & (slots - 1) == 0, "table of ids")
        packed, self.tags = int.from_bytes(table[:-slots], "little"), table[-slots:]
        self.slots = [packed >> i * width & (1 << width) - 1 for i in range(slots)]
        last = {value: i for i, value in enumerate(self.ids)}
        for value, document in last.items():
            must(self.find(value) == document, f"the table of ids does not lead to {value!r}")

    def find(self, value):
        """The last document with this id, by the table."""
        low = xxh3(value) & 0xFFFFFFFF
        for step in range(len(self.slots)):
            slot = (low + step) % len(self.slots)
            document = self.slots[slot]
            if self.tags[slot] == 0:
                must(document == 0, "an empty slot of the ids")
                return None
            if self.tags[slot] == ((low >> 24) or 1) and self.ids[document] == value:
                return document

    def read_deletions(self, folder):
        row = self.row
        file = SectionFile(os.path.join(folder, f"deleted-{row['number']:016x}-{row['deletions']:016x}"), b"DL")
        walk = Bytes(file.only())
        must((walk.u64(), walk.u64(), walk.u64()) == (row["number"], row["checksum"], row["deletions"]), "deletions")
        must(file.length == row["deletions_length"], "length of the deletions")
        count, deleted = walk.u32(), walk.u32()
        bits = walk.number(8 * ((count + 63) // 64))
        walk.end("deletions")
        must(count == self.count and deleted == row["deleted"] and bits.bit_count() == count - deleted, "live bits")
        self.live, self.deletions_bytes = [bool(bits >> i & 1) for i in range(count)], file.length

    def check_bounds(self):
        """No posting is better than what its block promises; k documents reach each threshold."""
        for ordinal, of in [*self.lists.items(), *self.biwords.items()]:
            for profile, pairs in enumerate(of.pairs):
                average = self.totals[profile] / self.count
                above = [[0, 0] for _ in range(3)]
                for i, posting in enumerate(of.postings):
                    exact = posting.frequency
                    if profile == 1:
                        exact += sum((self.schema.fields[f].weight - 1) * n for f, n in posting.sides.items())
                    length, code = self.lengths[profile][posting.document], self.codes[profile][posting.document]
                    high, low = code_up(int(-(-exact // 1))), code_down(int(exact))
                    must(any(f >= high and n <= code for f, n in pairs[i // 128]), f"pairs of list {ordinal}")
                    peak = exact / (0.25 + 0.75 * length / average)
                    must(of.peaks[profile][i // 128] >= peak * 0.999999, f"peak of list {ordinal}")
                    for kind in range(3 if of.thresholds else 0):
                        for j, (f, n) in enumerate(of.thresholds[profile][kind]):
                            above[kind][j] += low >= f and code <= n
                for kind in range(3 if of.thresholds else 0):
                    for j, (f, _) in enumerate(of.thresholds[profile][kind]):
                        must(f == 0 or above[kind][j] >= 10 ** (kind + 1), f"thresholds of list {ordinal}")

    def stored(self):
        """The stored values of each document, [(field's name, value)]; None without the zstd program."""
        walk = Bytes(self.file.sections[STORED_TABLE])
        blocks = walk.u64()
        firsts, offsets, lengths = numbers(walk, blocks), numbers(walk, blocks + 1), numbers(walk, blocks)
        walk.end("table of stored fields")
        data = self.file.sections[STORED]
        must(offsets[0] == 0 and offsets[-1] == len(data), "offsets of stored fields")
        if shutil.which("zstd") is None:
            return None
        result = []
        for b in range(blocks):
            frame = data[offsets[b]:offsets[b + 1]]
            content = subprocess.run(["zstd", "-dcq"], input=frame, capture_output=True, check=True).stdout
            must(len(content) == lengths[b] and firsts[b] == len(result), "a block of stored fields")
            count = (firsts + [self.count])[b + 1] - firsts[b]
            records = len(content) - 2 * (count - 1)
            ends = list(struct.unpack(f"<{count - 1}H", content[records:])) + [records]
            result += [self.record(content[a:b]) for a, b in zip([0] + ends, ends)]
        must(len(result) == self.count, "documents of the stored fields")
        return result

    def record(self, data):
        walk, values = Bytes(data), []
        while walk.left():
            field = self.schema.fields[walk.varint()]
            must(TYPES[walk.u8()] == field.type and not field.flags & NOT_STORED, "a record")
            if field.type in ("integer", "date", "boolean"):
                value = zigzag(walk.varint())
            elif field.type == "float":
                value = struct.unpack("<d", walk.take(8))[0]
            else:
                value = walk.string()
            values.append((field.name, value))
        return values


# ---- an index --------------------------------------------------------------------------------------


class Index:
    def __init__(self, folder):
        names = os.listdir(folder)
        commits = sorted(int(n[7:], 16) for n in names if re.fullmatch("commit-[0-9a-f]{16}", n))
        must(commits, f"{folder}: no commit")
        name = f"commit-{commits[-1]:016x}"
        loose = f"loose-{commits[-1]:016x}"
        self.name = loose if loose in names else name
        self.manifest = Manifest(os.path.join(folder, self.name))
        must(self.manifest.commit == commits[-1] and (self.manifest.loose > 0) == (self.name == loose), "its name")
        self.schema = self.manifest.schema
        self.segments = [Segment(folder, row, self.schema) for row in self.manifest.segments]
        live = [value for s in self.segments for value, lives in zip(s.ids, s.live) if lives]
        must(len(set(live)) == len(live), "two live documents with one id")

    def totals(self):
        segments = self.segments
        return {"commit": self.manifest.commit, "segments": len(segments),
                "documents": sum(sum(s.live) for s in segments),
                "deleted": sum(s.count - sum(s.live) for s in segments),
                "terms": sum(len(s.terms) for s in segments),
                "tokens": sum(tokens for s in segments for tokens, _ in s.fields),
                "bytes": self.manifest.bytes + sum(s.file.length + s.deletions_bytes for s in segments)}


def text(value):
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value


def print_index(index, summary):
    print(f"{index.name}: {index.totals()}, program's bytes {index.manifest.program!r}")
    for name, chain in index.schema.analyzers:
        print(f"analyzer {name}: {chain}")
    for f in index.schema.fields:
        more = f", analyzer {f.analyzer}, weight {f.weight:g}{', default group' if f.in_group else ''}" if f.weight else ""
        print(f"field {f.number} {f.name}: {f.type}, flags {f.flags}{more}")
    for s in index.segments:
        print(f"{s.name}: {s.count} documents, {s.count - sum(s.live)} deleted, {len(s.terms)} terms, "
              f"{s.file.length} bytes, profiles {s.profiles}, sums of lengths {s.totals}")
        s.check_bounds()
        s.check_biwords()
        if summary:
            continue
        stored = s.stored()
        if stored is None:
            print("  stored fields: not shown, there is no zstd program")
        for d in range(s.count):
            print(f"  document {d} {text(s.ids[d])}{'' if s.live[d] else ' (deleted)'}: lengths "
                  f"{[lengths[d] for lengths in s.lengths]}, fields {[lengths[d] for lengths in s.field_lengths]}")
            if stored is not None:
                print("    stored", [(name, text(value)) for name, value in stored[d]])
            for f, column in s.columns.items():
                if d in column:
                    print(f"    column {index.schema.fields[f].name}", [text(value) for value in column[d]])
        for (first, second), of in s.biwords.items():
            print(f"  biword {text(s.terms[first].word)} {text(s.terms[second].word)}: "
                  + " ".join(f"{p.document} x{p.frequency}" for p in of.postings))
        for e in s.terms:
            print(f"  term {e.list}:{text(e.word)}"
                  + (f" df {e.df} cf {e.cf}" if e.df else "")
                  + (f" written {e.times} times, form {e.form} of {text(s.terms[e.term].word)}" if e.times else ""))
            for p in s.lists[e.ordinal].postings if e.df else []:
                print(f"    {p.document} x{p.frequency}"
                      + (f" at {p.positions} forms {p.forms}" if p.positions is not None else "")
                      + (f" sides {p.sides}" if p.sides else ""))


if __name__ == "__main__":
    arguments = [a for a in sys.argv[1:] if a != "--summary"]
    if len(arguments) != 1:
        sys.exit(__doc__)
    try:
        print_index(Index(arguments[0]), "--summary" in sys.argv)
    except (Damaged, OSError) as damage:
        sys.exit(f"{arguments[0]}: {damage}")
