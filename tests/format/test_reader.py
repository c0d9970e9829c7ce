#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What a second reader (reader.py, made from docs/format.md alone) finds in an index is what was put there,
and what the library says of it. Arguments: make_index, and lsearch (or nothing)."""

import json
import os
import random
import subprocess
import sys
import tempfile
import unittest

from parts import Damaged, SectionFile
from reader import Index

MAKE_INDEX, LSEARCH = sys.argv[1], (sys.argv[2:] or [""])[0]
GAP = 64
GROUP = ["title", "text", "summary"]  # in the order of their numbers; text is the main one
WEIGHTS = {"title": 3, "text": 1, "summary": 2.5}
TEXTS = GROUP + ["notes", "exact", "aside"]
STOPS = {"the", "of", "and"}
SEED = int(os.environ.get("LIBSEARCH_SEED", "20240516"))


def name(i):
    """An id; short ones and long ones are hashed in different ways."""
    return f"id-{i}" + "-long" * (i % 4) * (i % 17)


class Documents:
    """Random documents of plain words, which every analyzer here cuts at spaces and nowhere else."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        stems = ["".join(self.random.choice("bdfgkmpz") + self.random.choice("aiou") for _ in range(3))
                 for _ in range(400)]
        self.words = [stem + ending for stem in stems for ending in ("", "s", "ing", "ed")]

    def text(self, most):
        count = self.random.randrange(1, most)
        words = [self.words[min(int(self.random.paretovariate(0.7)) - 1, len(self.words) - 1)] for _ in range(count)]
        return " ".join(w if self.random.random() > 0.2 else self.random.choice(sorted(STOPS)) for w in words)

    def make(self):
        chance, values = self.random.random, []
        for field, share, most in (("title", 0.8, 8), ("text", 0.95, 60), ("text", 0.1, 30), ("summary", 0.3, 10),
                                   ("notes", 0.5, 20), ("exact", 0.4, 12), ("aside", 0.2, 12)):
            if chance() < share:
                values.append((field, self.text(most)))
        for _ in range(self.random.randrange(3)):
            values.append(("tag", self.random.choice(["news", "sport", "weather", "a", ""])))
        if chance() < 0.3:
            values.append(("path", "/some/" + "/".join(self.words[i] for i in range(self.random.randrange(6)))))
        if chance() < 0.9:
            values.append(("year", self.random.randrange(1950, 2030)))
        if chance() < 0.5:
            values.append(("price", self.random.choice([-1.5, 0.25, 3.0, 1e300, self.random.random()])))
        if chance() < 0.5:
            values.append(("open", self.random.randrange(2)))
            values.append(("date", 86400000 * self.random.randrange(-9000, 20000)))
        if chance() < 0.1:
            values.append(("blob", "bytes " * self.random.randrange(1, 4000)))
        return values


def line_of(document, field_names):
    """[(position, word, field)] of some fields' words in a document, as one line of positions."""
    line, end = [], 0
    for field in field_names:
        for text in (value for name, value in document if name == field):
            start = end + GAP if line else 0
            for i, word in enumerate(text.split()):
                line.append((start + i, word, field))
            end = start + len(text.split())
    return line


def words_in(document, field):
    return [word for name, value in document if name == field for word in value.split()]


class Expected:
    """What one segment of these documents must hold, by the rules of docs/format.md."""

    def __init__(self, test, segment, documents):
        self.test, self.segment, self.documents = test, segment, documents
        self.fields = {field.name: field for field in segment.schema.fields}

    def compare(self):
        self.test.assertEqual([(value.decode()) for value in self.segment.ids], [value for value, _ in self.documents])
        self.segment.check_bounds()
        self.compare_lengths()
        self.compare_words()
        self.compare_forms()
        self.compare_keywords()
        self.compare_columns()

    def compare_lengths(self):
        segment = self.segment
        for d, (_, document) in enumerate(self.documents):
            for field in TEXTS:
                number = self.fields[field].number
                self.test.assertEqual(segment.field_lengths[number][d], len(words_in(document, field)))
                if field not in GROUP or not words_in(document, field):
                    self.test.assertEqual(segment.field_starts[number][d], 0)
            line = line_of(document, GROUP)
            for field in GROUP:
                starts = [position for position, _, name in line if name == field]
                if starts:
                    self.test.assertEqual(segment.field_starts[self.fields[field].number][d], starts[0])
            self.test.assertEqual(segment.lengths[0][d], len(line))
            weighted = sum(int(WEIGHTS[field] * sum(w not in STOPS for w in words_in(document, field)) + 0.5)
                           for field in GROUP)
            self.test.assertEqual(segment.lengths[1][d], weighted)

    def lists(self, number):
        return [(e, self.segment.lists[e.ordinal].postings) for e in self.segment.terms if e.list == number and e.df]

    def compare_words(self):
        """Every word stands in the dictionary's lists where it stood in the text, in its own form."""
        segment = self.segment
        surface = {(e.term, e.form): e.word.decode() for e in segment.terms if e.times}
        for number, names in [(0, GROUP)] + [(self.fields[f].number + 1, [f]) for f in ("exact", "aside")]:
            found = [[] for _ in self.documents]
            for entry, postings in self.lists(number):
                for p in postings:
                    self.test.assertEqual((len(p.positions), len(p.forms)), (p.frequency, p.frequency))
                    for position, form in zip(p.positions, p.forms):
                        found[p.document].append((position, surface[entry.ordinal, form]))
            lines = [line_of(document, names) for _, document in self.documents]
            self.test.assertEqual([sorted(words) for words in found], [[(p, w) for p, w, _ in line] for line in lines])
            if number == 0:
                self.compare_sides(surface, lines)
        self.compare_notes(surface)

    def compare_sides(self, surface, lines):
        for entry, postings in self.lists(0):
            forms = {word for (term, _), word in surface.items() if term == entry.ordinal}
            for p in postings if entry.df > 1 else []:
                sides = {self.fields[f].number: sum(w in forms and name == f for _, w, name in lines[p.document])
                         for f in GROUP if f != "text"}
                self.test.assertEqual(p.sides, {f: n for f, n in sides.items() if n})

    def compare_notes(self, surface):
        number = self.fields["notes"].number + 1
        term_of = {word: term for (term, _), word in surface.items() if self.segment.terms[term].list == number}
        for entry, postings in self.lists(number):
            counts = [sum(term_of[w] == entry.ordinal for w in words_in(document, "notes"))
                      for _, document in self.documents]
            self.test.assertEqual([(p.document, p.frequency) for p in postings],
                                  [(d, n) for d, n in enumerate(counts) if n])
            self.test.assertTrue(all(p.positions is None for p in postings))

    def compare_forms(self):
        """The forms of a term are numbered by how often they were written, then by their bytes."""
        forms = {}
        for e in self.segment.terms:
            if e.times:
                forms.setdefault(e.term, []).append((e.form, e.times, e.word))
        for of in forms.values():
            of.sort()
            self.test.assertEqual([form for form, _, _ in of], list(range(len(of))))
            self.test.assertEqual(of, sorted(of, key=lambda form: (-form[1], form[2])))

    def compare_keywords(self):
        for name in ("tag", "path"):
            having = {}
            for d, (_, document) in enumerate(self.documents):
                for field, value in document:
                    if field == name:
                        having.setdefault(value.encode(), {}).setdefault(d, 0)
                        having[value.encode()][d] += 1
            found = {e.word: {p.document: p.frequency for p in postings}
                     for e, postings in self.lists(self.fields[name].number + 1)}
            self.test.assertEqual(found, having)

    def compare_columns(self):
        columns = {self.segment.schema.fields[f].name: column for f, column in self.segment.columns.items()}
        self.test.assertEqual(set(columns), {"tag", "year", "price", "date", "open"})
        for name, column in columns.items():
            values = {}
            for d, (_, document) in enumerate(self.documents):
                of = {value.encode() if name == "tag" else value for field, value in document if field == name}
                if of:
                    values[d] = sorted(of)
            self.test.assertEqual(column, values)


def stored_form(document):
    return [(name, value.encode() if isinstance(value, str) else value) for name, value in document
            if name not in ("aside", "date")]


class Reader(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        made = Documents(SEED)
        cls.first = [(name(i), made.make()) for i in range(1400)]
        cls.second = [(name(i * 7), made.make()) for i in range(150)] + [(f"new-{i}", made.make()) for i in range(40)]
        cls.second += [("new-3", made.make())]  # put twice into one segment
        cls.gone = [name(1), name(700), "new-5"]
        cls.folder = tempfile.TemporaryDirectory()
        cls.index = os.path.join(cls.folder.name, "index")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def make(self, lines):
        text = "".join(line + "\n" for line in lines).encode()
        subprocess.run([MAKE_INDEX, self.index], input=text, check=True)
        return Index(self.index)

    @staticmethod
    def puts(documents):
        return ["\t".join(["put", value] + [str(part) for pair in document for part in pair])
                for value, document in documents]

    def compare_with_lsearch(self, index, live):
        if not LSEARCH:
            return
        said = json.loads(subprocess.run([LSEARCH, "info", self.index, "--json"], capture_output=True,
                                         check=True).stdout)
        for name, value in index.totals().items():
            self.assertEqual(said[name], value, name)
        ids = sorted(live)
        got = subprocess.run([LSEARCH, "get", self.index, *ids], capture_output=True, check=True).stdout
        for value, line in zip(ids, got.decode().splitlines(), strict=True):
            of = json.loads(line)
            self.assertEqual(of["id"], value)
            for field in ("title", "text", "notes", "tag", "year"):
                values = [v for name, v in live[value] if name == field]
                self.assertEqual(of.get(field, []), values if len(values) != 1 else values[0])

    def compare_stored(self, segment, documents):
        stored = segment.stored()
        if stored is None:
            print("stored fields are not compared: there is no zstd program", file=sys.stderr)
        else:
            self.assertEqual(stored, [stored_form(document) for _, document in documents])

    def test_1_an_index_holds_what_was_put(self):
        lines = self.puts(self.first) + ["commit\tfirst"] + self.puts(self.second)
        index = self.make(lines + ["delete\t" + value for value in self.gone] + ["commit\tsecond"])
        self.assertEqual((index.manifest.program, index.manifest.before), (b"second", index.manifest.commit - 1))
        self.assertEqual([s.count for s in index.segments], [len(self.first), len(self.second)])
        for segment, documents in zip(index.segments, (self.first, self.second)):
            Expected(self, segment, documents).compare()
            self.compare_stored(segment, documents)
        newer = {value for value, _ in self.second}
        self.assertEqual(index.segments[0].live, [v not in newer and v not in self.gone for v, _ in self.first])
        last = {value: d for d, (value, _) in enumerate(self.second)}
        self.assertEqual(index.segments[1].live,
                         [last[v] == d and v not in self.gone for d, (v, _) in enumerate(self.second)])
        live = {**dict(self.first), **dict(self.second)}
        self.compare_with_lsearch(index, {v: live[v] for v in live if v not in self.gone})

    def test_2_a_loose_commit_comes_after_its_durable_one(self):
        before = Index(self.index).manifest
        index = self.make(self.puts([("late", self.first[0][1])]) + ["loose"])
        self.assertEqual((index.manifest.commit, index.manifest.loose), (before.commit, 1))
        self.assertEqual(index.manifest.segments[-1]["flags"], 2)  # its file was not synced
        self.assertEqual(index.segments[-1].find(b"late"), 0)
        index = self.make(["delete\tlate", "commit\t"])
        self.assertEqual((index.manifest.commit, index.manifest.loose), (before.commit + 1, 0))

    def test_3_a_compacted_index_holds_what_lives(self):
        index = self.make(["compact"])
        live = {**dict(self.first), **dict(self.second)}
        last = {value: d for d, (value, _) in enumerate(self.second)}
        kept = [(v, x) for v, x in self.first if v not in last and v not in self.gone]
        kept += [(v, x) for d, (v, x) in enumerate(self.second) if last[v] == d and v not in self.gone]
        self.assertEqual(len(index.segments), 1)
        self.compare_stored(index.segments[0], kept)
        Expected(self, index.segments[0], kept).compare()
        self.compare_with_lsearch(index, {v: live[v] for v, _ in kept})

    def test_4_biwords_are_those_of_the_positions(self):
        before = Index(self.index).segments[0]
        segment = self.make(["biwords"]).segments[0]
        self.assertEqual((before.biwords, [e.word for e in before.terms]), ({}, [e.word for e in segment.terms]))
        segment.check_biwords()
        segment.check_bounds()
        sizes = [len(of.postings) for of in segment.biwords.values()]
        self.assertTrue(min(sizes) == 1 and max(sizes) > 128 and any(1 < n < 128 for n in sizes))

    def test_5_the_lists_come_in_all_their_forms(self):
        lists = [of for segment in Index(self.index).segments for of in segment.lists.values()]
        sizes = [len(of.postings) for of in lists]
        self.assertTrue(min(sizes) == 1 and max(sizes) > 1024 and any(1 < n < 128 for n in sizes))
        self.assertTrue(any(of.thresholds for of in lists) and any(of.pairs and not of.thresholds for of in lists))

    def test_6_one_byte_that_is_another_is_noticed(self):
        seeded = random.Random(SEED)
        names = [name for name in os.listdir(self.index) if os.path.getsize(os.path.join(self.index, name))]
        kinds = {"commit": b"MF", "segment": b"SG", "deleted": b"DL"}
        for name in names:
            path = os.path.join(self.index, name)
            with open(path, "rb") as file:
                whole = file.read()
            for at in [0, 20, len(whole) - 1] + [seeded.randrange(len(whole)) for _ in range(3)]:
                with open(path, "wb") as file:
                    file.write(whole[:at] + bytes([whole[at] ^ 1 << seeded.randrange(8)]) + whole[at + 1:])
                with self.assertRaises(Damaged, msg=f"{name}, byte {at}, seed {SEED}"):
                    SectionFile(path, kinds[name.split("-")[0]])
            with open(path, "wb") as file:
                file.write(whole)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
