#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Saved queries and documents for bench/watch: prepare.py DOCS.jsonl FOLDER [--queries N] [--documents N] [--cut BYTES]

Documents are taken evenly over the collection; a document is its title and text on one line, and its size in bytes.
Queries are made of words that stand together in documents taken at random (the seed is fixed), two to five of them:
six of ten ask for all words, in any order, from a window of twelve; a quarter are phrases; the others ask for two or
three words and a range of sizes."""
import argparse
import json
import random
import re

WORD = re.compile(r"[A-Za-z]+")


def read(name):
    with open(name, encoding="utf-8") as file:
        for line in file:
            record = json.loads(line)
            text = (record.get("title", "") + " " + record.get("text", "")).strip()
            yield str(record["id"]), re.sub(r"\s+", " ", text)


def query(random, words):
    kind = random.random()
    count = random.randint(2, 5)
    at = random.randrange(max(1, len(words) - 12))
    window = words[at:at + 12]
    if kind < 0.25:
        return "phrase", " ".join(window[:count]), None
    long = sorted({word.lower() for word in window if len(word) > 3})
    count = min(count, len(long)) if kind < 0.85 else min(count, 3, len(long))
    chosen = " ".join(random.sample(long, count))
    if kind < 0.85:
        return "all", chosen, None
    low = random.randrange(2000)
    return "all", chosen, (low, low * 2 + 500)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("docs")
    parser.add_argument("folder")
    parser.add_argument("--queries", type=int, default=100000)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--cut", type=int, default=0, help="take only so many bytes of each document, to a word's end")
    parser.add_argument("--any", action="store_true", help="of words, any may match")
    options = parser.parse_args()
    documents = list(read(options.docs))
    chance = random.Random(8)
    with open(options.folder + "/queries.tsv", "w", encoding="utf-8") as file:
        made = 0
        while made < options.queries:
            words = WORD.findall(documents[chance.randrange(len(documents))][1])
            if len(words) < 14:
                continue
            kind, text, ends = query(chance, words)
            if len(text.split()) < 2:
                continue
            if options.any and kind == "all" and ends is None:
                kind = "any"
            file.write(f"q{made}\t{kind}\t{text}" + (f"\t{ends[0]}\t{ends[1]}" if ends else "") + "\n")
            made += 1
    step = max(1, len(documents) // options.documents)
    with open(options.folder + "/documents.tsv", "w", encoding="utf-8") as file:
        for name, text in documents[::step][:options.documents]:
            if options.cut and len(text) > options.cut:
                text = text[:options.cut].rsplit(" ", 1)[0]
            file.write(f"{name}\t{len(text.encode())}\t{text}\n")


if __name__ == "__main__":
    main()
