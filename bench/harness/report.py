# SPDX-License-Identifier: MIT
"""What the measured times say: summaries, ratios, agreement; as JSON and as text."""

import math

from .measure import COMMANDS

MAIN = ["TERM", "AND", "OR", "PHRASE"]
TOLERANCE = 1e-4  # by which scores of one engine may differ between two of its ways to compute them


def summary(times):
    """Median, 99th percentile (nearest rank) and mean, in microseconds."""
    ordered = sorted(times)
    count = len(ordered)
    middle = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
    return {"queries": count, "median_us": round(middle / 1000, 3),
            "p99_us": round(ordered[math.ceil(0.99 * count) - 1] / 1000, 3),
            "mean_us": round(sum(ordered) / count / 1000, 3)}


def geometric_mean(values):
    return math.exp(sum(math.log(value) for value in values) / len(values)) if values else None


def latency(cells):
    """The rows of the JSON: [(group, command)] -> engine -> result, one row each."""
    return [{"engine": name, "class": group, "command": command, **summary(result["times"].values())}
            for (group, command), results in cells.items() for name, result in results.items() if result["times"]]


def mean_ratio(theirs, ours):
    """How many times as long an engine takes as ours: of the sums, over the queries that both did."""
    both = theirs["times"].keys() & ours["times"].keys()
    mine = sum(ours["times"][query] for query in both)
    return sum(theirs["times"][query] for query in both) / mine if mine else None


def p99_ratio(theirs, ours):
    both = theirs["times"].keys() & ours["times"].keys()
    if not both:
        return None
    mine = summary([ours["times"][query] for query in both])["p99_us"]
    return summary([theirs["times"][query] for query in both])["p99_us"] / mine if mine else None


def ratios(cells, base, peers):
    """For every cell, how many times as long each peer takes as the engine `base`, and the fastest of
    them; then the geometric mean over the commands of each class."""
    rows, groups = [], {}
    for (group, command), results in cells.items():
        if base not in results:
            continue
        means = {name: mean_ratio(results[name], results[base]) for name in peers if name in results}
        means = {name: value for name, value in means.items() if value}
        if not means:
            continue
        fastest = min(means, key=means.get)
        rows.append({"class": group, "command": command, "mean": means, "fastest": fastest,
                     "fastest_mean": means[fastest],
                     "fastest_p99": min(filter(None, (p99_ratio(results[name], results[base]) for name in means)))})
        group_values = groups.setdefault(group, {})
        for name, value in [*means.items(), ("fastest", means[fastest])]:
            group_values.setdefault(name, []).append(value)
    return rows, {group: {name: geometric_mean(values) for name, values in engines.items()}
                  for group, engines in groups.items()}


def overlap(left, right):
    """Shared ids of two lists of the best, as a share of the shorter one."""
    shorter = min(len(left), len(right))
    return len(set(left) & set(right)) / shorter if shorter else 1.0


def agreement(cells, base):
    """How the answers of each engine compare with those of `base`: matches counted, and the best ten."""
    rows = []
    groups = list(dict.fromkeys(group for group, _ in cells))
    for group in groups:
        counts, tops = cells.get((group, "COUNT"), {}), cells.get((group, "TOP_10"), {})
        if base not in counts or base not in tops:
            continue
        for name in counts:
            mine, theirs = counts[base]["answers"], counts[name]["answers"]
            both = mine.keys() & theirs.keys()
            if name == base or name not in tops or not both:
                continue
            best = tops[base]["answers"].keys() & tops[name]["answers"].keys()
            total = sum(mine[query]["count"] for query in both)
            rows.append({
                "class": group, "engine": name, "against": base, "queries": len(both),
                "matches_ratio": sum(theirs[query]["count"] for query in both) / total if total else 1.0,
                "same_count": sum(mine[query]["count"] == theirs[query]["count"] for query in both) / len(both),
                "top_10_overlap": sum(overlap(tops[base]["answers"][query]["ids"], tops[name]["answers"][query]["ids"])
                                      for query in best) / len(best) if best else None})
    return rows


def near(left, right):
    return abs(left - right) <= TOLERANCE * max(abs(left), abs(right), 1e-9)


def inconsistencies(cells):
    """Where an engine contradicts itself: its counts, or its best ten with and without counting."""
    found = []
    for group in dict.fromkeys(group for group, _ in cells):
        both = cells.get((group, "TOP_10_COUNT"), {})
        for name, result in both.items():
            counts = cells.get((group, "COUNT"), {}).get(name, {"answers": {}})["answers"]
            tops = cells.get((group, "TOP_10"), {}).get(name, {"answers": {}})["answers"]
            deep = cells.get((group, "TOP_1000"), {}).get(name, {"answers": {}})["answers"]
            for query, answer in result["answers"].items():
                if query in counts and counts[query]["count"] != answer["count"]:
                    found.append((name, group, query, f"counts {counts[query]['count']} and {answer['count']}"))
                for other in (tops.get(query), deep.get(query)):
                    if other and not (len(other["scores"]) == len(answer["scores"]) and
                                      all(map(near, other["scores"], answer["scores"]))):
                        found.append((name, group, query, "the best ten differ with the command"))
    return found


# ---- text ----

def number(value):
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def table(head, rows):
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    lines = []
    for at, row in enumerate([head, *rows]):
        padded = [str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
                  for i, (cell, width) in enumerate(zip(row, widths))]
        lines.append("| " + " | ".join(padded) + " |")
        if at == 0:
            lines.append("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def indexing_text(indexing):
    rows = []
    for entry in indexing:
        size = entry["text_bytes"] / 1e6
        rows.append([entry["engine"], f"{entry['wall_s']:.1f}", f"{entry['cpu_s']:.1f}",
                     f"{size / entry['cpu_s']:.1f}" if entry["cpu_s"] else "-",
                     f"{entry['peak_rss_bytes'] / 1e6:.0f}", f"{entry['index_bytes'] / 1e6:.1f}",
                     f"{entry['index_bytes'] / max(entry['text_bytes'], 1):.3f}"])
    return table(["indexing", "wall s", "cpu s", "MB/cpu s", "peak MB", "index MB", "index/text"], rows)


def opening_text(opening):
    return table(["milliseconds", "open the index", "new process to first answer"],
                 [[name, number(each["open_s"] * 1e3), number(each["first_answer_s"] * 1e3)]
                  for name, each in opening.items()])


def latency_text(rows, engines):
    cells = {(row["class"], row["command"], row["engine"]): row for row in rows}
    lines = []
    groups = list(dict.fromkeys(row["class"] for row in rows))
    for group in groups:
        for command in COMMANDS:
            here = {name: cells.get((group, command, name)) for name in engines}
            if not any(here.values()):
                continue
            most = max(row["queries"] for row in here.values() if row)
            line = [f"{group} {command}", most]
            for name in engines:
                row = here[name]
                text = "/".join(number(row[key]) for key in ("median_us", "p99_us", "mean_us")) if row else "-"
                line.append(text + (f" ({row['queries']})" if row and row["queries"] < most else ""))
            lines.append(line)
    return table(["median/p99/mean, us", "queries", *engines], lines)


def ratios_text(rows, groups, base, peers):
    head = [f"time of the peer : {base}", *peers, "fastest peer", "fastest p99"]
    lines = [[f"{row['class']} {row['command']}", *(number(row["mean"].get(name)) for name in peers),
              f"{number(row['fastest_mean'])} {row['fastest']}", number(row["fastest_p99"])] for row in rows]
    lines += [[f"{group} geometric mean", *(number(values.get(name)) for name in peers),
               number(values.get("fastest")), ""] for group, values in groups.items()]
    return table(head, lines)


def agreement_text(rows):
    lines = [[f"{row['class']} {row['engine']}", row["queries"], f"{row['matches_ratio']:.4f}",
              f"{row['same_count']:.3f}", "-" if row["top_10_overlap"] is None else f"{row['top_10_overlap']:.3f}"]
             for row in rows]
    base = rows[0]["against"]
    return table([f"answers, against {base}", "queries", "matches", "same count", "top-10 overlap"], lines)
