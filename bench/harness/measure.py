# SPDX-License-Identifier: MIT
"""Building the indexes, and putting the queries to all engines in turn."""

import json
import os
import shutil
import subprocess
import sys
import time

COMMANDS = ["TOP_10", "TOP_100", "TOP_1000", "COUNT", "TOP_10_COUNT"]
FIRST_TIMES = 5


def folder_bytes(folder):
    total = 0
    for place, _, names in os.walk(folder):
        total += sum(os.lstat(os.path.join(place, name)).st_size for name in names)
    return total


def build_index(engine, docs, folder, reuse):
    """Builds an engine's index and says what it took, or takes up the one that is there. What the
    operating system charged to the whole process counts, from its start to its end, with every
    thread, and for Java with its compiler and collector."""
    index, note = os.path.join(folder, engine.name), os.path.join(folder, f"{engine.name}.json")
    wanted = {"signature": docs["signature"], "words": engine.index_words}
    if reuse and os.path.exists(note):
        known = json.load(open(note, encoding="utf-8"))
        if all(known.get(key) == value for key, value in wanted.items()):
            return known
    shutil.rmtree(index, ignore_errors=True)
    os.makedirs(index)
    if os.path.exists(note):
        os.remove(note)
    print(f"indexing with {engine.name}", file=sys.stderr)
    log = os.path.join(folder, f"{engine.name}.log")
    with open(log, "wb") as output:
        start = time.monotonic()
        process = subprocess.Popen(engine.index_command(docs["path"], index), stdout=output, stderr=output,
                                   stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{engine.name}: the driver stopped with {process.returncode}; see {log}")
    threads = next((int(word[8:]) for word in engine.index_words if word.startswith("threads=")), 1)
    phases = [line.split()[1:] for line in open(log, encoding="utf-8") if line.startswith("phase ")]
    known = {
        **wanted,
        "version": engine.version,
        "indexing": {
            "engine": engine.name, "threads": threads, "wall_s": round(wall, 3),
            "cpu_s": round(usage.ru_utime + usage.ru_stime, 3), "peak_rss_bytes": usage.ru_maxrss * 1024,
            "index_bytes": folder_bytes(index), "text_bytes": docs["text_bytes"],
        },
        "phases": [{"name": name, "wall_s": float(wall), "cpu_s": float(cpu)} for name, wall, cpu in phases],
    }
    with open(note, "w", encoding="utf-8") as file:
        json.dump(known, file)
    return known


class Session:
    """One driver that answers queries."""

    def __init__(self, engine, index, queries, folder):
        self.engine = engine
        self.file = os.path.join(folder, f"{engine.name}.answers")
        self.log = os.path.join(folder, f"{engine.name}.search.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(engine.search_command(index, queries), stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        self.open_s = float(self.expect("open"))
        self.expect("ready")

    def expect(self, word):
        line = self.process.stdout.readline().split()
        if not line or line[0] != word:
            self.process.wait()
            raise RuntimeError(f"{self.engine.name}: the driver stopped; see {self.log}")
        return line[1]

    def run(self, group, command, limit_s, answers):
        """Every query of a class once. Returns {number: (nanoseconds, answer or None)}."""
        self.process.stdin.write(f"run {group} {command} {limit_s * 1000:.0f} {int(answers)} {self.file}\n")
        self.process.stdin.flush()
        self.expect("ok")
        found = {}
        with open(self.file, encoding="utf-8") as file:
            for line in file:
                fields = line.rstrip("\n").split("\t")
                answer = None
                if answers:
                    top = fields[4].split(" ") if fields[4] else []
                    answer = {"count": int(fields[1]), "hits": int(fields[2]), "last": float(fields[3]),
                              "ids": top[0::2], "scores": [float(score) for score in top[1::2]]}
                found[int(fields[0])] = (int(fields[-1]), answer)
        return found

    def close(self):
        self.process.stdin.write("quit\n")
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        if os.path.exists(self.file):
            os.remove(self.file)


def first_answer(engine, index, queries, folder):
    """Seconds from the start of a new process to its first ten documents, files in the page cache: the
    least of several."""
    one, least = os.path.join(folder, "first.tsv"), None
    with open(queries, encoding="utf-8") as source:
        lines = source.readlines()
    line = next((line for line in lines if "\tOR\t" in line), lines[0])
    with open(one, "w", encoding="utf-8") as file:
        file.write(line)
    for _ in range(FIRST_TIMES):
        start = time.monotonic()
        session = Session(engine, index, one, folder)
        session.run(line.split("\t")[1], "TOP_10", 60, False)
        spent = time.monotonic() - start
        session.close()
        least = spent if least is None else min(least, spent)
    return least


def warm_up(session, group, command, seconds):
    """Lets a virtual machine compile what a class and command needs."""
    end = time.monotonic() + seconds
    while session.engine.warms_up and time.monotonic() < end:
        session.run(group, command, seconds, False)


def cell(sessions, group, command, options):
    """One class and command: the engines take turns, pass by pass, each time in another order.
    Returns {engine: {"times": {number: least nanoseconds}, "answers": {number: answer}, "passes"}}.

    An engine that needs long gets fewer passes, and where one pass would take longer than the whole
    budget, it answers the queries that it gets to (their order is random)."""
    results = {}
    for session in sessions:
        warm_up(session, group, command, options.warmup)
    spent = {session.engine.name: 0.0 for session in sessions}
    for number in range(options.passes):
        turn = number % len(sessions)
        for session in sessions[turn:] + sessions[:turn]:
            name = session.engine.name
            if number > 0 and spent[name] * (number + 1) / number > options.budget:
                continue
            start = time.monotonic()
            found = session.run(group, command, options.budget, number == 0)
            spent[name] += time.monotonic() - start
            result = results.setdefault(name, {"times": {}, "answers": {}, "passes": 0})
            result["passes"] += 1
            for query, (nanoseconds, answer) in found.items():
                result["times"][query] = min(nanoseconds, result["times"].get(query, nanoseconds))
                if answer:
                    result["answers"][query] = answer
    return results
