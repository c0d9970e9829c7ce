# SPDX-License-Identifier: MIT
"""The input that every driver reads: documents and queries, parsed once."""

import hashlib
import json
import os
import random
import re
import struct
import subprocess
import sys

MAGIC = b"BDOCS1\n\0"
WORD = re.compile(r"[^\W_]+")
PART = re.compile(r'([+-]?)(?:"([^"]*)"|(\S+))')
CLASSES = {"term": "TERM", "intersection": "AND", "union": "OR", "phrase": "PHRASE"}


def signature(path, limit):
    """What tells one documents file from another: path, size, time of change, and the limit."""
    status = os.stat(path)
    parts = (os.path.abspath(path), status.st_size, status.st_mtime_ns, limit)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def lines(path):
    """The lines of a file, or of one that zstd has to unpack."""
    if not path.endswith(".zst"):
        with open(path, "rb") as file:
            yield from file
        return
    with subprocess.Popen(["zstd", "-dcq", path], stdout=subprocess.PIPE) as process:
        yield from process.stdout
        process.stdout.close()
    if process.returncode not in (0, -13):
        sys.exit(f"{path}: zstd failed")


def joined(value):
    """A text field of a document: a string, or several."""
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")


def write_documents(source, limit, target):
    """Title and text as one text, with the id; first come wins where an id comes twice.

    target: the magic, u64 documents, u64 bytes of text, then of each document u32 length of id,
    u32 length of text, id, text; little-endian."""
    count = size = skipped = 0
    seen = set()
    with open(target, "wb", buffering=1 << 20) as file:
        file.write(MAGIC + struct.pack("<QQ", 0, 0))
        for number, line in enumerate(lines(source), 1):
            if limit and count == limit:
                break
            try:
                document = json.loads(line)
                name = re.sub(r"\s", "_", str(document.get("id", f"line-{number}")))[:255]
            except (ValueError, AttributeError):
                skipped += 1
                continue
            if name in seen:
                skipped += 1
                continue
            seen.add(name)
            title, text = joined(document.get("title")), joined(document.get("text"))
            whole = (f"{title}\n{text}" if title else text).replace("\0", " ").encode("utf-8", "replace")
            encoded = name.encode("utf-8", "replace")
            file.write(struct.pack("<II", len(encoded), len(whole)) + encoded + whole)
            count += 1
            size += len(whole)
        file.seek(len(MAGIC))
        file.write(struct.pack("<QQ", count, size))
    if skipped:
        print(f"{source}: {skipped} lines left out (not an object, or an id that was there before)", file=sys.stderr)


def documents(source, limit, folder):
    """Writes docs.bin into folder unless it is there already; returns what is known of it. A child
    process does it, so that the memory this takes is not counted as the drivers' (a process inherits
    its parent's peak)."""
    target, note = os.path.join(folder, "docs.bin"), os.path.join(folder, "docs.json")
    mark = signature(source, limit)
    if not (os.path.exists(note) and json.load(open(note, encoding="utf-8")).get("signature") == mark):
        print(f"preparing {source}", file=sys.stderr)
        child = os.fork()
        if child == 0:
            try:
                write_documents(source, limit, target)
            except BaseException as failure:  # the parent stops with the child
                print(f"{source}: {failure}", file=sys.stderr)
                os._exit(3)
            os._exit(0)
        if os.waitpid(child, 0)[1] != 0:
            sys.exit(3)
        with open(target, "rb") as file:
            count, size = struct.unpack("<QQ", file.read(24)[8:])
        with open(note, "w", encoding="utf-8") as file:
            json.dump({"signature": mark, "documents": count, "text_bytes": size}, file)
    return {**json.load(open(note, encoding="utf-8")), "path": target}


def words(text):
    """Runs of letters and digits, lower case: words that no tokenizer cuts further."""
    return WORD.findall(text.lower())


def clauses(group, text):
    """The parts of one query of the game's syntax, as (occur, words)."""
    if group == "PHRASE":
        return [("+", words(text))]
    parts = []
    for sign, phrase, word in PART.findall(text):
        found = words(phrase or word)
        occur = {"AND": "+", "OR": "?"}.get(group, sign or "?")
        if phrase:
            parts.append((occur, found))
        else:
            parts.extend((occur, [each]) for each in found)
    unique = []
    for part in parts:  # a word twice in a union or intersection says nothing more
        if part[1] and part not in unique:
            unique.append(part)
    return unique


def queries(source, sample, target):
    """Writes the queries as every driver reads them and returns the classes in order, with the number
    of queries of each. A line: number TAB class TAB parts, each an occur sign (+ must match, ? may,
    - must not) and its words. The order is random but always the same, so that a driver which runs
    out of time has done a fair sample."""
    made, terms, single = {}, {}, 0

    def put(group, parts):
        lengths = [len(found) for _, found in parts]
        if group in ("AND", "OR") and len(parts) < 2 or group == "PHRASE" and sum(lengths) < 2:
            return False  # one word: TERM has it
        if parts:
            made.setdefault(group, []).append(parts)
        return True

    with open(source, encoding="utf-8", errors="replace") as file:
        for line in file:
            fields = line.rstrip("\r\n").split("\t")
            if len(fields) < 2:
                continue
            for word in words(fields[-1]):
                terms[word] = True
            if len(fields) == 2:
                single += not any([put(group, clauses(group, fields[1].replace('"', " ")))
                                   for group in ("AND", "OR", "PHRASE")])
            elif fields[1] != "term":
                group = CLASSES.get(fields[1], re.sub(r"\W", "_", fields[1].upper()))
                put(group, clauses(group, fields[2]))
    made["TERM"] = [[("+", [word])] for word in terms]
    if single:
        print(f"{single} queries of one word are measured as TERM only", file=sys.stderr)

    order = [group for group in CLASSES.values() if group in made] + sorted(set(made) - set(CLASSES.values()))
    chance, counts, number = random.Random(1), {}, 0
    with open(target, "w", encoding="utf-8") as file:
        for group in order:
            chance.shuffle(made[group])
            chosen = made[group][:sample] if sample else made[group]
            counts[group] = len(chosen)
            for parts in chosen:
                number += 1
                file.write("\t".join([str(number), group] + [o + " ".join(found) for o, found in parts]) + "\n")
    return counts
