#!/bin/bash
# SPDX-License-Identifier: MIT
# Chinese texts: words of two characters, and sentences with Latin names in them. Usage: chinese.sh made|real, with
# LIBSEARCH_BUILD and LIBSEARCH_SOURCE in the environment. real: shared/collections/zhwiki beside the source tree, or
# the folder LIBSEARCH_CHINESE; 77 where it is not there. There what is found is what stands in the texts.
set -euo pipefail
lsearch=$LIBSEARCH_BUILD/tools/lsearch/lsearch
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "not so: $*" >&2
  head -c 2000 out >&2
  exit 1
}

finds() { # QUERY IDS
  "$lsearch" search index "$1" --json >out || true
  local found
  found=$({ grep -o '"id": "[^"]*"' out || true; } | cut -d '"' -f 4 | sort | paste -sd ' ')
  [ "$found" = "$2" ] || fail "$1 finds $2 (it was $found)"
}

made() {
  cat >texts.jsonl <<'TEXT'
{"id": "a", "title": "卫生合作", "text": "中国和美国的卫生官员在Washington会谈,COVID-19之后首次。"}
{"id": "b", "title": "国中生", "text": "北京大学的刘教授说:世界卫生组织(WHO)与中国签署了备忘录。"}
{"id": "c", "title": "OpenAI与Google", "text": "这家公司用Linux和PostgreSQL做搜索。"}
{"id": "d", "title": "大学", "text": "大 学 生 们 在北\n京。"}
TEXT
  "$lsearch" index index texts.jsonl 2>out
  finds 中国 "a b"
  finds 国中 "b"
  finds 卫生 "a b"
  finds 大学 "b d"
  finds 北京 "b"
  finds '"卫生组织"' "b"
  finds '"世界卫生组织"' "b"
  finds '"卫生官员在Washington会谈"' "a"
  finds washington "a"
  finds who "b"
  finds '+搜索 +postgresql' "c"
  finds 'google' "c"
  finds '"公司用Linux和PostgreSQL做搜索"' "c"
  finds 'title:合作' "a"
  finds '备忘录 -中国' ""
  "$lsearch" search index 卫生 --color always -n 1 >out
  grep -q $'\033\[1m卫生' out || fail "the words are marked"
}

real() {
  local folder=${LIBSEARCH_CHINESE:-$LIBSEARCH_SOURCE/../shared/collections/zhwiki}
  [ -f "$folder/docs.jsonl.zst" ] || { echo "skipped: no Chinese collection here ($folder; LIBSEARCH_CHINESE names one)"; exit 77; }
  command -v zstd >/dev/null || { echo "skipped: no zstd here"; exit 77; }
  zstd -dc "$folder/docs.jsonl.zst" | head -n 3000 >texts.jsonl || true
  "$lsearch" index index texts.jsonl >out 2>&1
  python3 - "$lsearch" <<'PYTHON'
import json, random, re, subprocess, sys
texts = [json.loads(line) for line in open("texts.jsonl", encoding="utf-8")]
ids = {d["id"]: (d.get("title", ""), d["text"]) for d in texts}
random.seed(20261129)
han, mixed = re.compile("[\u4e00-\u9fff]{2}"), re.compile("[\u4e00-\u9fff]{2,4}[A-Za-z]{3,9}[\u4e00-\u9fff]{2,4}")

def found(query):
    out = subprocess.run([sys.argv[1], "search", "index", query, "-n", "3000", "--json"], capture_output=True).stdout
    return {hit["id"] for hit in json.loads(out)["hits"]}

words = {word for title, _ in ids.values() for word in han.findall(title)}
for word in random.sample(sorted(words), 60):
    wanted = {i for i, parts in ids.items() if any(word in part for part in parts)}
    assert found(word) == wanted, f"{word}: {found(word) ^ wanted}"
sentences = sorted({s for _, text in ids.values() for s in mixed.findall(text)})
assert len(sentences) > 40
for sentence in random.sample(sentences, 40):
    wanted = {i for i, parts in ids.items() if any(sentence.lower() in part.lower() for part in parts)}
    assert wanted <= found(f'"{sentence}"'), f"{sentence}: {wanted - found(sentence)}"
    assert len(found(f'"{sentence}"') - wanted) <= 1, f"{sentence}: {found(sentence) - wanted}"
print("60 words and 40 mixed sentences are found where they stand")
PYTHON
}

"$1"
