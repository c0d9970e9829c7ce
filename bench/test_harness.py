# SPDX-License-Identifier: MIT
"""Run as it is: python3 bench/test_harness.py"""

import os
import struct
import tempfile
import unittest

from harness import prepare, report


class Queries(unittest.TestCase):
    def prepared(self, lines, sample=0):
        with tempfile.TemporaryDirectory() as folder:
            source, target = os.path.join(folder, "in.tsv"), os.path.join(folder, "out.tsv")
            with open(source, "w", encoding="utf-8") as file:
                file.write("".join(line + "\n" for line in lines))
            counts = prepare.queries(source, sample, target)
            with open(target, encoding="utf-8") as file:
                return counts, [line.rstrip("\n").split("\t")[1:] for line in file]

    def test_words_are_asked_as_term_and_or_and_phrase(self):
        counts, lines = self.prepared(["1\tNew York"])
        self.assertEqual(counts, {"TERM": 2, "AND": 1, "OR": 1, "PHRASE": 1})
        self.assertIn(["AND", "+new", "+york"], lines)
        self.assertIn(["OR", "?new", "?york"], lines)
        self.assertIn(["PHRASE", "+new york"], lines)

    def test_a_word_twice_is_asked_once_but_not_in_a_phrase(self):
        _, lines = self.prepared(["1\tnew york new"])
        self.assertIn(["OR", "?new", "?york"], lines)
        self.assertIn(["PHRASE", "+new york new"], lines)

    def test_one_word_is_a_term_only(self):
        self.assertEqual(self.prepared(["1\tworld", "2\tterm\tthe"])[0], {"TERM": 2})

    def test_classes_of_the_game_are_read_in_its_syntax(self):
        _, lines = self.prepared(['1\tintersection\t+a +b', '2\tphrase\t"c d"', '3\tnegated\t+e -f',
                                  '4\ttwo-phase-critic\t+"the who" +uk'])
        self.assertIn(["AND", "+a", "+b"], lines)
        self.assertIn(["PHRASE", "+c d"], lines)
        self.assertIn(["NEGATED", "+e", "-f"], lines)
        self.assertIn(["TWO_PHASE_CRITIC", "+the who", "+uk"], lines)

    def test_a_sample_is_the_same_each_time(self):
        lines = [f"{i}\tword{i} other{i}" for i in range(50)]
        self.assertEqual(self.prepared(lines, 5), self.prepared(lines, 5))


class Documents(unittest.TestCase):
    def test_title_and_text_become_one_and_bad_lines_are_left_out(self):
        with tempfile.TemporaryDirectory() as folder:
            source, target = os.path.join(folder, "in.jsonl"), os.path.join(folder, "docs.bin")
            with open(source, "w", encoding="utf-8") as file:
                file.write('{"id": "a", "title": "T", "text": "x"}\nno json\n{"id": "a", "text": "again"}\n')
            prepare.write_documents(source, 0, target)
            with open(target, "rb") as file:
                data = file.read()
        self.assertEqual(data, b"BDOCS1\n\0" + struct.pack("<QQ", 1, 3) + struct.pack("<II", 1, 3) + b"aT\nx")


class Figures(unittest.TestCase):
    def test_the_99th_percentile_of_a_hundred_is_the_second_largest(self):
        self.assertEqual(report.summary([i * 1000 for i in range(1, 101)])["p99_us"], 99)

    def test_ratios_are_over_the_queries_that_both_did(self):
        cells = {("OR", "TOP_10"): {"ours": {"times": {1: 10, 2: 10}, "answers": {}},
                                    "peer": {"times": {1: 30}, "answers": {}}}}
        rows, means = report.ratios(cells, "ours", ["peer"])
        self.assertEqual(rows[0]["mean"], {"peer": 3})
        self.assertAlmostEqual(means["OR"]["fastest"], 3)

    def test_an_engine_that_counts_differently_by_command_is_named(self):
        def answer(count):
            return {"answers": {1: {"count": count, "scores": [], "ids": []}}}
        cells = {("OR", "COUNT"): {"e": answer(5)}, ("OR", "TOP_10_COUNT"): {"e": answer(6)}}
        self.assertEqual(report.inconsistencies(cells), [("e", "OR", 1, "counts 5 and 6")])


if __name__ == "__main__":
    unittest.main()
