#!/bin/bash
# SPDX-License-Identifier: MIT
# The program's contracts, one function each, named as what it claims. Usage: lsearch.sh CLAIM, with
# LIBSEARCH_BUILD in the environment. Each runs in an empty folder of its own.
set -euo pipefail
lsearch=$LIBSEARCH_BUILD/tools/lsearch/lsearch
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

fail() {
  echo "not so: $*" >&2
  for file in out err; do
    [ ! -s "$file" ] || { echo "-- standard $file" >&2; head -c 2000 "$file" >&2; }
  done
  exit 1
}

# run STATUS WORD...: runs lsearch, its output in the files out and err, and wants that exit status.
run() {
  local wanted=$1 status=0
  shift
  "$lsearch" "$@" >out 2>err || status=$?
  [ "$status" = "$wanted" ] || fail "lsearch $* ends with $wanted (it was $status)"
}

out_is() { [ "$(cat out)" = "$1" ] || fail "it prints $1"; }
out_has() { grep -qF -- "$1" out || fail "it prints $1"; }
out_lacks() { ! grep -qF -- "$1" out || fail "it does not print $1"; }
err_has() { grep -qF -- "$1" err || fail "it says $1"; }
err_lines() { [ "$(wc -l <err)" = "$1" ] || fail "it says $1 lines"; }

# ids: those of the last search in JSON, in order.
ids() { grep -o '"id": "[^"]*"' out | cut -d '"' -f 4 | paste -sd ' '; }
ids_are() { [ "$(ids)" = "$1" ] || fail "it finds $1 (it was $(ids))"; }

# on_a_terminal WORD...: the same with a terminal as standard output and error, both in the file out.
on_a_terminal() { TERM=xterm NO_COLOR='' script -qec "'$lsearch' $*" /dev/null >out </dev/null; }

three_documents() {
  cat >three.jsonl <<'EOF'
{"id": "a", "title": "Rain in the hills", "text": "It rained all night, and the river rose.", "country": "Wales", "n": 5, "ratio": 0.5, "day": "2021-05-03", "tags": ["wet", "cold"]}
{"id": "b", "title": "Sun on the coast", "text": "No rain fell, and no river rose; the coast was dry.", "country": "Spain", "n": 7, "ratio": 2, "day": "2021-05-04T10:00:00Z"}
{"id": "c", "title": "Snow", "text": "It snowed.", "country": "Norway", "n": -1, "ratio": 1e-3}
EOF
  run 0 index three.index three.jsonl
}

# ---- suggest

suggest_completes_the_last_word_and_corrects_others() {
  three_documents
  run 0 suggest three.index 'rivr ra'
  [ "$(cat out)" = "did you mean	river ra
2	rivr rain
1	rivr rained" ] || fail "it lists corrections, then completions with how often they were written"
  run 0 suggest three.index --json 'rivr ra' -n 1
  out_is '{"completions": [{"text": "rivr rain", "frequency": 2}], "corrections": [{"text": "river ra", "frequency": 2}]}'
  run 0 suggest three.index --in country W
  out_has "1	Wales"
  run 1 suggest three.index 'xyzzy '
  err_has "nothing to suggest"
}

search_asks_what_was_meant_where_nothing_is_found() {
  three_documents
  run 1 search three.index rivr
  err_has "nothing found; did you mean: river"
  run 1 search three.index rivr --json
  err_lines 0
}

# ---- ranking

similar_lists_documents_like_these() {
  three_documents
  run 0 similar three.index a --json -n 1
  ids_are b
  run 0 similar three.index --text 'snow in spring' --json -n 1
  ids_are c
  echo 'a dry coast' >text
  "$lsearch" similar three.index --text - --json -n 1 <text >out
  ids_are b
  run 1 similar three.index --text xyzzy
  err_has "nothing found"
  run 3 similar three.index nobody
  err_has "no document"
  run 2 similar three.index
  run 2 similar three.index a --text b
}

search_ranks_by_numbers_of_fields() {
  three_documents
  run 0 search three.index 'rain snow' --model boolean --signal 'n:linear,scale=10,base=0' --json
  ids_are "b a c"
  run 0 search three.index 'rain snow' --model boolean --signal 'ratio:saturation,weight=3,add' --signal day:recency,origin=2021-05-04,scale=1d --json
  ids_are "b a c"
  run 0 search three.index rain --signal 'n:logarithm' --explain
  out_has "g, of field 'n': ln(1 + v / scale)"
  for signal in n 'n:' n:great n:linear,scale=0 n:linear,scale=1x n:linear,much n:recency,origin=soon n:linear,weight=-1; do
    run 2 search three.index rain --signal "$signal"
  done
  run 2 search three.index rain --signal title:linear
}

run_takes_every_model_and_feedback() {
  three_documents
  printf '1\train river\n' >queries
  for model in default bm25 bm25:k1=0.9,title.b=0.3 bm25-xapian bm25+ bm25l tf-idf pl2 dph lm-dirichlet:mu=100 lm-jm boolean; do
    run 0 run three.index queries --model "$model"
    [ "$(wc -l <out)" = 2 ] || fail "$model finds both"
  done
  run 2 run three.index queries --model bm26
  run 2 run three.index queries --model bm25:nowhere.b=0.3
  run 0 run three.index queries --feedback 1 --words 5
  [ "$(wc -l <out)" = 2 ] || fail "feedback finds both"
  run 2 run three.index queries --feedback 0
}

# ---- index

index_makes_an_index_and_says_what_is_safe() {
  three_documents
  [ -d three.index ] || fail "the index is a folder"
  [ "$(cat err)" = "committed 3" ] || fail "it says committed 3 and nothing else"
  out_has "3 documents in "
}

index_commits_every_so_many_documents() {
  seq 1 10 | sed 's/.*/{"id": &}/' >ten.jsonl
  run 0 index x ten.jsonl --commit-every 4
  [ "$(cat err)" = "committed 4
committed 8
committed 10" ] || fail "it says what is safe after each commit"
}

index_reads_standard_input() {
  printf '{"id": 17, "title": "seventeen"}\n' | run 0 index x -
  run 0 get x 17
  out_is '{"id": "17", "title": "seventeen"}'
}

index_goes_on_with_an_index_that_is_there() {
  three_documents
  printf '{"id": "d", "title": "Rain again"}\n{"id": "a", "title": "Fog"}\n' >more.jsonl
  run 0 index three.index more.jsonl
  run 0 info three.index
  out_has "documents  4"
  run 0 search three.index rain --json
  grep -q '"id": "a"' out && fail "the last put of an id wins"
  run 1 search three.index title:hills --json
}

index_keeps_values_of_every_type() {
  three_documents
  run 0 get three.index a b c
  out_has '"country": "Wales", "n": 5, "ratio": 0.5, "day": "2021-05-03", "tags": ["wet", "cold"]}'
  out_has '"n": 7, "ratio": 2.0, "day": "2021-05-04T10:00:00Z"}'
  out_has '"n": -1, "ratio": 0.001}'
  run 0 info three.index
  for field in "title: text" "text: text" "country: keyword" "n: integer" "ratio: float" "day: date" "tags: keyword"; do
    out_has "field      $field"
  done
}

index_takes_types_from_field_options() {
  printf '{"id": 1, "zip": "01099", "day": "2021-05-03", "blob": "x"}\n' >z.jsonl
  run 0 index x z.jsonl --field zip:integer --field day:keyword --field blob:stored
  run 0 get x 1
  out_is '{"id": "1", "zip": 1099, "day": "2021-05-03", "blob": "x"}'
  run 0 info x
  out_has "field      day: keyword"
  out_has "field      blob: stored"
  run 2 index x z.jsonl --field zip:keyword
  err_has zip
  run 2 index x z.jsonl --field zip:number
  run 2 index x z.jsonl --field zip
}

index_decides_a_type_by_the_first_documents_together() {
  printf '{"id": 1, "n": 5, "d": "2021-05-03"}\n{"id": 2, "n": 5.5, "d": "soon"}\n' >z.jsonl
  run 0 index x z.jsonl
  run 0 info x
  out_has "field      n: float"
  out_has "field      d: keyword"
}

index_flattens_objects_and_ignores_null() {
  printf '{"id": 1, "by": {"name": "Ann", "at": [{"town": "Bonn"}, {"town": "Ulm"}]}, "gone": null, "ok": true, "a b": 1}\n' >z.jsonl
  run 0 index x z.jsonl
  run 0 get x 1
  out_is '{"id": "1", "by.name": "Ann", "by.at.town": ["Bonn", "Ulm"], "ok": true, "a_b": 1}'
}

index_reads_folders_of_texts() {
  mkdir -p pages/deep pages/.hidden
  printf '×\n\nRain again\n\nBy A. Writer May 3, 2021 | 4:00 PM\n\nIt rained in the hills.\n' >pages/b.txt
  printf '# Sun\n\nIt shone.\n' >pages/a.md
  printf '<title>Wind &amp; waves</title><p>It <b>ble</b>w.</p><script>rained</script>' >pages/deep/c.html
  printf 'rained' >pages/.hidden/d.txt
  printf 'rained' >pages/e.bin
  run 0 index x pages/
  out_has "3 documents in "
  run 0 search x rained --json
  ids_are pages/b.txt
  out_has '"title": "Rain again"'
  out_has '"date": "2021-05-03T16:00:00Z"'
  run 0 get x pages/deep/c.html
  out_is '{"id": "pages/deep/c.html", "title": "Wind & waves", "text": "It blew."}'
  run 0 get x pages/a.md
}

index_names_counts_and_skips_bad_lines() {
  printf 'not json\n{"id": "a", "title": "fine"}\n\n{"title": "no id"}\n[1]\n{"id": ""}\n{"id": {}}\n{"id": "b", "title": "fine"}\n' >z.jsonl
  run 0 index x z.jsonl
  err_has "z.jsonl:1: not JSON"
  err_has "z.jsonl:4: no \"id\""
  err_has "z.jsonl:5: not a JSON object"
  err_has "z.jsonl:6: \"id\" is empty"
  err_has "z.jsonl:7: "
  err_has "committed 2"
  err_lines 6
  out_has "5 bad documents skipped"
}

index_skips_a_value_that_does_not_fit_its_field() {
  printf '{"id": 1, "n": 5}\n' >one.jsonl
  printf '{"id": 2, "n": "five"}\n{"id": 3, "n": 6}\n' >two.jsonl
  run 0 index x one.jsonl
  run 0 index x two.jsonl
  err_has "two.jsonl:1: field n holds 'five' and wants a whole number"
  run 0 get x 3
  run 1 get x 2
}

index_strict_stops_at_the_first_bad_document() {
  seq 1 5 | sed 's/.*/{"id": &}/' >z.jsonl
  printf 'not json\n{"id": 6}\n' >>z.jsonl
  run 3 index x z.jsonl --strict --commit-every 2
  err_has "z.jsonl:6: not JSON"
  err_has "committed 4"
  run 1 get x 6
  run 0 get x 1 4
}

index_says_which_file_cannot_be_read() {
  printf '{"id": 1}\n' >z.jsonl
  run 3 index x missing.jsonl
  [ "$(cat err)" = "lsearch: missing.jsonl: No such file or directory" ] || fail "one clear line"
  [ ! -e x ] || fail "no index is made for nothing"
  run 3 index x missing.jsonl z.jsonl
  err_has "missing.jsonl: No such file or directory"
  err_has "committed 1"
  printf 'x' >z.pdf
  run 3 index x z.pdf
  err_has "z.pdf: "
}

index_of_nothing_is_an_empty_index() {
  : >empty.jsonl
  run 0 index x empty.jsonl
  run 0 info x
  out_has "documents  0"
  run 1 search x anything
}

index_stems_by_its_language() {
  three_documents
  run 0 index stemmed three.jsonl --language english
  run 1 search three.index raining
  run 0 search stemmed raining --json
  ids_are "a b"
  run 0 index stemmed three.jsonl --language english
  run 2 index stemmed three.jsonl --language german
  err_has stemmed
  run 2 index other three.jsonl --language klingon
}

index_answers_alike_whatever_the_threads() {
  seq 1 3000 | awk '{ print "{\"id\": " $1 ", \"title\": \"word" $1 % 7 "\", \"text\": \"common word" $1 % 13 " word" $1 % 101 "\"}" }' >many.jsonl
  run 0 index one many.jsonl --threads 1
  run 0 index four many.jsonl --threads 4
  run 0 search one 'common word3 word5' -n 50 --json
  mv out expected
  run 0 search four 'common word3 word5' -n 50 --json
  cmp out expected || fail "the same answer"
}

index_refuses_a_folder_that_is_something_else() {
  mkdir other
  echo "a letter" >other/letter
  printf '{"id": 1}\n' >z.jsonl
  run 3 index other z.jsonl
  err_lines 1
  err_has other
  [ "$(ls other)" = letter ] || fail "nothing of it is touched"
  mkdir db
  : >db/iamglass
  run 3 search db word
  err_has db
}

a_second_writer_is_told_so() {
  three_documents
  mkfifo pipe
  "$lsearch" index three.index - --commit-every 1 <pipe 2>first.err >/dev/null &
  writer=$!
  exec 3>pipe
  printf '{"id": "d", "title": "slow"}\n' >&3
  for _ in $(seq 200); do
    grep -q 'committed 1' first.err && break
    sleep 0.05
  done
  run 3 index three.index three.jsonl
  err_lines 1
  err_has three.index
  run 3 delete three.index a
  run 0 search three.index slow --json
  ids_are d
  exec 3>&-
  wait "$writer" || fail "the first one ends well"
  run 0 index three.index three.jsonl
}

what_was_committed_survives_a_kill() {
  mkfifo pipe
  "$lsearch" index x - --commit-every 2 <pipe 2>first.err >/dev/null &
  writer=$!
  exec 3>pipe
  printf '{"id": 1}\n{"id": 2}\n{"id": 3}\n' >&3
  for _ in $(seq 200); do
    grep -q 'committed 2' first.err && break
    sleep 0.05
  done
  kill -9 "$writer"
  wait "$writer" 2>/dev/null || true
  exec 3>&-
  run 0 check x
  run 0 get x 1 2
  run 1 get x 3
  printf '{"id": 4}\n' >z.jsonl
  run 0 index x z.jsonl
  run 0 get x 1 2 4
}

a_full_disk_is_said_and_keeps_what_was_committed() {
  # A limit on the size of a file stands for the disk: both make a write fail.
  seq 1 20000 | awk '{ print "{\"id\": " $1 ", \"text\": \"" $1 * 7919 " " $1 * 104729 " " $1 * 1299709 "\"}" }' >many.jsonl
  head -n 100 many.jsonl >few.jsonl
  run 0 index x few.jsonl
  local status=0
  (ulimit -f 64; exec "$lsearch" index x many.jsonl) >out 2>err || status=$?
  [ "$status" = 3 ] || fail "it ends with 3 (it was $status)"
  err_lines 1
  err_has x
  run 0 check x
  run 0 info x
  out_has "documents  100"
  run 0 index x many.jsonl
  run 0 info x
  out_has "documents  20000"
}

# ---- search

search_lists_rank_score_id_title_and_snippet() {
  three_documents
  run 0 search three.index rain hills
  head -n 1 out | grep -qE "^1	[0-9.e-]+	a	Rain in the hills$" || fail "rank, score, id, title"
  sed -n 2p out | grep -q "^	.*rain" || fail "and a snippet"
  tail -n 1 out | grep -qx "2 of 2" || fail "and how many"
  if LC_ALL=C grep -q $'\033' out; then fail "no colour where no terminal is"; fi
}

search_prints_one_json_object() {
  three_documents
  run 0 search three.index rain --json
  [ "$(wc -l <out)" = 1 ] || fail "one line"
  grep -qE '^\{"total": \{"value": 2, "exact": true\}, "hits": \[\{"rank": 1, "score": [0-9.e-]+, "id": "a", "title": "Rain in the hills", "snippet": "[^"]*rained[^"]*", "fields": \{"country": "Wales", "n": 5, "ratio": 0\.5, "day": "2021-05-03", "tags": \["wet", "cold"\]\}\}, \{"rank": 2, .*\], "facets": \{\}, "warnings": \[\]\}$' out || fail "the shape that programs read"
}

search_that_finds_nothing_ends_with_1() {
  three_documents
  run 1 search three.index zebra
  err_lines 1
  [ ! -s out ] || fail "nothing on standard output"
  run 1 search three.index zebra --json
  out_is '{"total": {"value": 0, "exact": true}, "hits": [], "facets": {}, "warnings": []}'
}

search_takes_count_and_offset() {
  three_documents
  run 0 search three.index -n 1 rain --json
  ids_are a
  out_has '"value": 2'
  run 0 search three.index -n1 --offset=1 rain --json
  ids_are b
  out_has '"rank": 2'
  run 0 search -n 5 --offset 1 three.index rain --json
  ids_are b
}

options_stand_before_or_after() {
  three_documents
  run 0 --json search three.index rain
  mv out expected
  for order in "search --json three.index rain" "search three.index --json rain" "search three.index rain --json"; do
    # shellcheck disable=SC2086
    run 0 $order
    cmp out expected || fail "lsearch $order is the same"
  done
}

a_word_with_a_dash_belongs_to_the_query() {
  three_documents
  run 0 search three.index rain -hills --json
  ids_are b
  run 0 search three.index --json rain -snow
  ids_are "a b"
  run 0 search three.index --json -- rain -n
  run 2 search -hills three.index rain
  err_has "'-hills'"
  run 1 search three.index --json -- --json
}

search_understands_the_query_language() {
  three_documents
  run 0 search three.index '+rain +coast' --json
  ids_are b
  run 0 search three.index '"river rose"' --json
  [ "$(ids | tr ' ' '\n' | sort | paste -sd ' ')" = "a b" ] || fail "a phrase is found"
  run 1 search three.index '"rose river"'
  run 0 search three.index title:rain --json
  ids_are a
  run 0 search three.index country:Spain --json
  ids_are b
}

search_says_what_it_did_not_understand() {
  three_documents
  run 0 search three.index 'rain "and' --json
  out_has '"warnings": [{"position": 5, "text": "this quotation mark has no second one"}]'
  run 0 search three.index 'rain "and'
  err_has "note: byte 5 of the query: this quotation mark has no second one"
  run 2 search three.index 'rain "and' --strict
  err_has "byte 5 of the query: "
  run 0 search three.index 'rain "and' --plain --strict
}

search_takes_words_as_asked() {
  three_documents
  run 0 search three.index 'rain hills' --json
  ids_are "a b"
  run 0 search three.index 'rain hills' --json --all
  ids_are "a"
  run 0 search three.index 'day:>now-30d' --json --now 2021-06-01
  ids_are "a b"
  run 0 search three.index 'day:>now-30d' --json --now 2021-06-02T12:00Z
  ids_are "b"
  run 2 search three.index rain --now soon
  printf 'snowed, sleeted\n' >rules
  run 0 search three.index sleeted --json --synonyms rules
  ids_are "c"
  printf 'q\tsleeted\n' >q.tsv
  run 0 run three.index q.tsv --synonyms rules
  printf 'snowed =>\n' >rules
  run 3 search three.index sleeted --synonyms rules
  err_has rules
  run 3 search three.index sleeted --synonyms no-such-file
  run 0 search three.index snow --json --relevant a
  ids_are "c a b"
  run 3 search three.index snow --relevant nobody
}

search_counts_as_exactly_as_asked() {
  three_documents
  run 0 search three.index rain --json --total exact -n 1
  out_has '"total": {"value": 2, "exact": true}'
  run 0 search three.index 'rain river' --json --total none -n 1
  out_has '"exact": false}'
  run 0 search three.index rain --json --exhaustive
  ids_are "a b"
  run 2 search three.index rain --total some
}

search_goes_on_behind_a_cursor() {
  three_documents
  run 0 search three.index '*:*' --json --sort n:desc -n 2
  ids_are "b a"
  next=$(grep -o '"next": "[0-9a-f]*"' out | cut -d '"' -f 4)
  run 0 search three.index '*:*' --json --sort n:desc -n 2 --after "$next"
  ids_are "c"
  out_lacks '"next"'
  run 2 search three.index '*:*' --sort n --after "$next"
  run 2 search three.index '*:*' --after 12xy
}

search_shows_several_passages() {
  three_documents
  run 0 search three.index river --json --fragments 2 --snippet 20 -n 1
  out_has '"fragments": [{"text": "'
  grep -oq '"marks": \[\[[0-9]*, [0-9]*\]\]' out || fail "marks are byte ranges"
  run 0 search three.index hills --json --snippet-field title
  out_has '"snippet": "Rain in the hills"'
  run 0 search three.index river --snippet 20 -n 1
  [ "$(sed -n 2p out | wc -c)" -lt 60 ] || fail "a short passage"
}

search_marks_words_as_asked() {
  three_documents
  run 0 search three.index river --markup html
  out_has "<b>river</b>"
  run 0 search three.index river --color always
  LC_ALL=C grep -q $'\033\[' out || fail "bold words"
  run 0 search three.index river
  out_lacks "<b>"
}

search_takes_a_model() {
  three_documents
  run 0 search three.index rain --json
  mv out expected
  run 0 search three.index rain --json --model bm25:k1=0.9,b=0.4
  cmp -s out expected && fail "another model has other scores"
  run 2 search three.index rain --model nonsense
  err_lines 1
}

search_sorts_by_fields() {
  three_documents
  run 0 search three.index '*:*' --json --sort n
  ids_are "c a b"
  run 0 search three.index '*:*' --json --sort n:desc
  ids_are "b a c"
  run 0 search three.index '*:*' --json --sort day:desc,n
  ids_are "b a c"
  run 0 search three.index '*:*' --json --sort day:desc:first
  ids_are "c b a"
  run 0 search three.index '*:*' --json --sort n:desc --offset 1 -n 1
  ids_are "a"
  run 2 search three.index rain --sort n:up
  run 2 search three.index rain --sort title
  err_has title
}

search_counts_facets() {
  three_documents
  run 0 search three.index '*:*' --json --facet day:year,n:1,tags
  out_has '"facets": {"day": {"values": [{"value": "2021-01-01", "count": 2}], "distinct": 1, "missing": 1, "least": "2021-05-03", "greatest": "2021-05-04T10:00:00Z"}'
  out_has '"n": {"values": [{"value": -1, "count": 1}], "distinct": 3, "missing": 0, "least": -1, "greatest": 7, "sum": 11, "mean": 3.6666666666666665}'
  out_has '{"value": "wet", "count": 1}'
  run 0 search three.index '*:*' --facet country
  out_has "Wales"
  run 2 search three.index rain --facet day:century
  run 2 search three.index rain --facet country:year
  err_has country
}

search_counts_ranges_and_under_a_filter() {
  three_documents
  run 0 search three.index '*:*' --json --facet n:..0/0..6/6..,ratio:0..1/1..,day:2021-05-03..2021-05-04/2021-05-04..
  out_has '"n": {"values": [{"value": "..0", "count": 1}, {"value": "0..6", "count": 1}, {"value": "6..", "count": 1}]'
  out_has '"ratio": {"values": [{"value": "0..1", "count": 2}, {"value": "1..", "count": 1}]'
  out_has '{"value": "2021-05-04..", "count": 1}'
  run 0 search three.index '*:*' --facet n:..0/0.. --facet-filter rain
  out_has "2	0.."
  out_has "from 5 to 7, mean 6, sum 12"
  run 2 search three.index '*:*' --facet n:a..b
  run 2 search three.index '*:*' --facet nothing:1..2
  run 2 search three.index '*:*' --facet country:1..2
}

search_collapses_by_a_keyword() {
  printf '{"id":"%s","section":"%s","text":"rain"}\n' a News b News c Sport d News e Sport >s.jsonl
  run 0 index s s.jsonl
  run 0 search s rain --json --collapse section
  ids_are "a c"
  out_has '"folded": 2'
  out_has '"folded": 1'
  run 0 search s rain --collapse section
  out_has "and 2 more of this section"
}

search_takes_all_of_it_together() {
  printf '{"id":"%s","section":"%s","text":"rain over %s","date":"2024-10-0%s"}\n' a News hills 1 b News coasts 2 c Sport it 3 >s.jsonl
  run 0 index s s.jsonl
  run 0 search s 'rain' -n 10 --sort date:desc --facet section --collapse section --explain --json --color
  ids_are "c b"
  out_has '"folded": 1'
  out_has '{"value": "News", "count": 2}'
  run 0 search s 'rain' -n 10 --sort date:desc --color
  grep -q $'\033\[1mrain' out || fail "bold words"
  run 0 search s 'rain' --color never
  if grep -q $'\033' out; then fail "no colour"; fi
}

search_explains_scores() {
  three_documents
  run 0 search three.index rain --json --explain -n 1
  score=$(grep -o '"score": [0-9.e-]*' out | cut -d ' ' -f 2)
  out_has "\"explanation\": [{\"depth\": 0, \"value\": $score, "
  run 0 search three.index rain --explain
  out_has "W - W / (1 + f * i)"
  out_has "query	rain"
  run 0 search three.index 'rain AND (sun)' --json --explain
  out_has '"query": "+(rain) +(sun)"'
}

the_native_engine_can_be_named() {
  three_documents
  run 0 index x three.jsonl --engine native
}

a_terminal_gets_colour_and_a_progress_bar() {
  script -qec true /dev/null >/dev/null 2>&1 </dev/null || { echo "no terminal can be had here: skipped"; exit 77; }
  three_documents
  on_a_terminal search three.index river
  LC_ALL=C grep -q $'\033\[1m' out || fail "bold words"
  seq 1 60000 | awk '{ print "{\"id\": " $1 ", \"text\": \"some words " $1 " and more\"}" }' >many.jsonl
  on_a_terminal index x many.jsonl
  grep -q '\[=*> *\] *[0-9]*%' out || fail "a bar"
  out_lacks "committed"
  out_has "60000 documents in "
}

packages_become_json_lines() {
  mkdir bin
  printf '#!/bin/sh\n' >bin/apt-get
  cat >bin/apt-cache <<'EOF'
#!/bin/sh
cat <<'END'
Package: slash
Version: 1:2.0-1
Architecture: all
Installed-Size: 3
Size: 1234
Description: a \LaTeX "class", \"quoted\"
 The first line\
 .
 	a tab & an ampersand
Section: tex
Tag: role::data,
 use::typesetting

Package: slash
Version: 1.0
Architecture: amd64
Description: older
END
EOF
  chmod +x bin/*
  PATH=$work/bin:$PATH "$LIBSEARCH_SOURCE/scripts/packages-as-json" >packages.jsonl
  run 0 index x packages.jsonl --strict
  run 0 get x slash slash/1.0/amd64
  head -n 1 out >first
  [ "$(cat first)" = '{"id": "slash", "title": "slash: a \\LaTeX \"class\", \\\"quoted\\\"", "text": "The first line\\\n\n\ta tab & an ampersand", "section": "tex", "architecture": "all", "version": "1:2.0-1", "size": 1234, "installed_size": 3072, "tags": ["role::data", "use::typesetting"]}' ] ||
    fail "backslashes, quotes, tabs and lines are kept"
}

# ---- run

run_prints_a_trec_run() {
  three_documents
  printf 'q1\train hills\nq2\tzebra\nq3\tcoast "the\n' >q.tsv
  run 0 run three.index q.tsv
  while read -r line; do
    echo "$line" | grep -qE '^q[13] Q0 [abc] [0-9]+ [0-9.e-]+ lsearch$' || fail "$line is a line of a run"
  done <out
  [ "$(cut -d ' ' -f 1,3,4 out | paste -sd ,)" = "q1 a 1,q1 b 2,q3 b 1" ] ||
    [ "$(cut -d ' ' -f 1,3,4 out | head -n 2 | paste -sd ,)" = "q1 a 1,q1 b 2" ] || fail "queries in order, ranks from 1"
}

run_takes_words_as_plain_words() {
  three_documents
  printf 'q\t-rain +coast "snow" title:hills (a OR\n' >q.tsv
  run 0 run three.index q.tsv -k 10
  [ "$(cut -d ' ' -f 3 out | sort | paste -sd ' ')" = "a b c" ] || fail "any of the words may match"
}

run_takes_depth_and_model() {
  three_documents
  printf 'q\train\n' >q.tsv
  run 0 run three.index q.tsv -k 1
  [ "$(wc -l <out)" = 1 ] || fail "-k 1 is one line"
  run 0 run three.index q.tsv --model bm25:k1=0.9,b=0.4
  run 2 run three.index q.tsv --model bm25:k1=x
}

run_names_a_line_without_a_tab() {
  three_documents
  printf 'rain\nq\train\n' >q.tsv
  run 0 run three.index q.tsv
  err_has "q.tsv:1: "
  run 3 run three.index q.tsv --strict
  printf 'q\tzebra\n' >q.tsv
  run 1 run three.index q.tsv
  run 3 run three.index missing.tsv
  err_has missing.tsv
}

# ---- get, delete, info, check, compact

get_prints_documents_as_json_lines() {
  three_documents
  run 0 get three.index c missing a
  err_has "no document 'missing'"
  [ "$(wc -l <out)" = 2 ] || fail "a line each"
  head -n 1 out | grep -q '^{"id": "c", "title": "Snow", "text": "It snowed.", ' || fail "in the order asked"
  run 1 get three.index missing
  err_lines 1
  # What it prints can be indexed again.
  run 0 get three.index a b c
  cp out again.jsonl
  run 0 index again.index again.jsonl
  run 0 get again.index a b c
  cmp out again.jsonl || fail "and comes out the same"
}

delete_deletes() {
  three_documents
  run 0 delete three.index a missing
  out_is "1 deleted"
  err_has "no document 'missing'"
  run 1 get three.index a
  run 0 info three.index
  out_has "documents  2"
  run 1 delete three.index a
}

info_names_engine_analyzer_and_model() {
  three_documents
  run 0 info three.index
  for name in engine analyzer model commit documents deleted segments terms tokens bytes; do
    grep -q "^$name " out || fail "it names $name"
  done
  run 0 info three.index --json
  grep -qE '^\{"engine": "native", "analyzer": ".*", "model": ".*", .*"documents": 3, .*"fields": \{"title": "text"' out || fail "and as JSON"
}

check_is_content_with_a_sound_index_and_names_damage() {
  three_documents
  run 0 check three.index
  # Whichever large file is damaged in its middle, check names it.
  file=$(find three.index -type f -printf '%s %p\n' | sort -rn | head -n 1 | cut -d ' ' -f 2)
  size=$(stat -c %s "$file")
  printf '\377\377\377\377' | dd of="$file" bs=1 seek=$((size / 2)) conv=notrunc 2>/dev/null
  run 3 check three.index
  err_has "$(basename "$file")"
}

compact_leaves_one_segment_and_the_same_answers() {
  three_documents
  run 0 index three.index three.jsonl
  run 0 delete three.index c
  run 0 compact three.index
  run 0 info three.index
  out_has "segments   1"
  out_has "deleted    0"
  run 0 search three.index rain --json
  ids_are "a b"
  run 0 check three.index
}

a_missing_index_fails() {
  for command in "search x word" "get x 1" "delete x 1" "info x" "check x" "compact x"; do
    # shellcheck disable=SC2086
    run 3 $command
    err_lines 1
    err_has x
    [ ! -e x ] || fail "lsearch $command makes nothing"
  done
}

wrong_usage_ends_with_2_and_one_line() {
  three_documents
  for words in "" "bogus" "search" "search three.index" "index" "index three.index" "get three.index" "info" \
    "info three.index more" "search three.index rain -n" "search three.index rain -n x" "run three.index" \
    "info three.index --strict" "index three.index three.jsonl --nonsense" "index three.index three.jsonl --memory 1"; do
    # shellcheck disable=SC2086
    run 2 $words
    err_lines 1
  done
}

help_and_version_are_there() {
  run 0 --help
  out_has "lsearch search INDEX QUERY"
  run 0 --version
  out_has "lsearch 0."
}

output_that_cannot_be_written_is_a_failure() {
  three_documents
  local status=0
  "$lsearch" search three.index rain >/dev/full 2>err || status=$?
  [ "$status" = 3 ] || fail "it ends with 3 (it was $status)"
  err_has "standard output"
}

hostile_documents_are_taken_or_told_and_the_others_indexed() {
  python3 - <<'EOF'
import json
with open("hostile.jsonl", "wb") as file:
    def line(id, **fields): file.write(json.dumps({"id": id, **fields}).encode() + b"\n")
    line("first", text="a sound neighbour")
    line("one word", text="x" * (10 << 20))
    line("NUL", text="a\0word")
    line("nothing")
    line("i" * 65536, text="the longest id")
    line("i" * 65537, text="an id that is too long")
    line("fields", **{f"field{i}": "v" for i in range(5000)})
    file.write(b'{"id": "no UTF-8", "text": "\xff\xfe"}\n')
    file.write(b'{"id": "cut short", "text": "...\n')
    file.write(b"\0\0\0\n[]\n7\n")
    file.write(b"[" * 100000 + b"\n")
    line("last", text="a sound neighbour")
EOF
  run 0 index hostile.index hostile.jsonl
  for number in 6 7 8 9 10 11 12 13; do err_has "hostile.jsonl:$number: "; done
  run 0 search hostile.index neighbour --json
  ids_are "first last"
  run 0 info hostile.index
  run 0 check hostile.index
}

search_has_a_second_stage_by_another_program() {
  three_documents
  cat >shorter.sh <<'EOF'
[ "$LSEARCH_QUERY" = "rain snow" ] || exit 9
while read -r line; do echo "$((1000 - ${#line}))"; done
EOF
  run 0 search three.index 'rain snow' --json
  ids_are "c a b"
  run 0 search three.index 'rain snow' --json --rescore "sh shorter.sh"
  ids_are "c b a"
  run 0 search three.index 'rain snow' --json --rescore 'awk "{ print NR }"'
  ids_are "b a c"
  out_has '"rank": 1, "score": 3,'
  run 0 search three.index 'rain snow' --json --rescore '2:awk "{ print NR }"'
  ids_are "a c b"
  run 0 similar three.index a --json --rescore 'cat >given; seq 2'
  grep -q '^{"rank": 1, "score": [0-9.]*, "id": "b", "title": "Sun on the coast"' given || fail "it gets the documents"
  run 3 search three.index rain --rescore 'echo 1'
  err_has "printed 1 lines for 2 answers"
  run 3 search three.index rain --rescore 'echo 1; echo nan'
  err_has "line 2"
  run 3 search three.index rain --rescore 'echo 1; echo 2; false'
  err_has "the command failed"
  run 2 search three.index rain --rescore ''
  run 2 search three.index rain --rescore 'cat' --sort n
}

# ---- documents that are alike

six_reports() {
  cat >reports.jsonl <<'EOF'
{"id": "one", "text": "Ministers of Ruritania and Freedonia signed a treaty about cholera vaccines in Strelsau on Monday"}
{"id": "copy", "text": "Ministers of Ruritania and Freedonia signed a treaty about cholera vaccines in Strelsau on a Monday"}
{"id": "other words", "text": "A cholera treaty: Freedonia sends vaccines, Ruritania pays, both said in Strelsau"}
{"id": "rain", "text": "In Strelsau it rained on Monday and the harbour was closed"}
{"id": "sea", "text": "The harbour was closed, since it rained"}
{"id": "none", "title": "Nothing"}
EOF
  run 0 index reports.index reports.jsonl --field text:signature
}

duplicates_are_told_by_wording_or_by_content() {
  six_reports
  run 0 duplicates reports.index
  [ "$(cut -f 1,3 out)" = "1	one
1	copy" ] || fail "it lists the copy"
  run 0 duplicates reports.index --by content --threshold 0.4
  [ "$(cut -f 1,3 out)" = "1	one
1	copy
1	other words
2	rain
2	sea" ] || fail "it lists the same matter in other words, too"
  run 0 duplicates reports.index one --by content --threshold 0.4
  [ "$(cut -f 3 out | paste -sd ,)" = "one,copy,other words" ] || fail "it lists the most alike first"
  run 0 duplicates reports.index one --by content --threshold 0.4 --json
  grep -qE '^\{"groups": \[\[\{"id": "one", "similarity": 1\}, \{"id": "copy", "similarity": [01][.0-9]*\}, \{"id": "other words", "similarity": 0\.[0-9]+\}\]\]\}$' out ||
    fail "it prints groups as JSON"
  run 1 duplicates reports.index none --by content --threshold 0.4 --json
  out_is '{"groups": []}'
  run 3 duplicates reports.index nobody
  run 2 duplicates reports.index --by content --in text
  run 2 duplicates reports.index --by chance
  run 2 duplicates reports.index --words 3
}

search_folds_what_is_alike_and_says_what_was_folded() {
  six_reports
  run 0 search reports.index 'cholera treaty Monday' --json --fold signature
  grep -q '"hits": \[.*"id": "one".*"duplicates": \[{"id": "copy", "score": [0-9.]*, "similarity": [01][.0-9]*}\]' out ||
    fail "the copy is folded under the better one"
  [ "$(grep -o '"rank": [0-9]*, "score": [0-9.]*, "id": "[^"]*"' out | cut -d '"' -f 8 | paste -sd ,)" = "one,other words,rain" ] ||
    fail "what is not alike stands for itself"
  run 0 search reports.index 'cholera treaty Monday' --fold content --threshold 0.4
  out_has "and 2 more like it: "
  out_has "2 of 4, 2 folded"
  grep -q 'copy ([01]\.[0-9]*)' out || fail "it says which, and how much alike"
  run 0 search reports.index 'cholera treaty Monday' --fold content --threshold 1
  out_lacks "more like it"
  run 0 search reports.index 'cholera treaty Monday' --fold content --threshold 0.4 -n 1 --offset 1
  out_has "2	"
  out_has "	rain	"
  run 0 search reports.index 'cholera treaty Monday' --fold content -n 0
  out_is "0 of 4"
  run 0 similar reports.index sea --fold signature --json
  out_has '"duplicates": []'
  run 2 search reports.index rain --fold all
  run 2 search reports.index rain --threshold 0.5
  err_has "--threshold goes with --fold"
}

# More are alike than are looked at first: the second page is still one of groups.
search_folds_as_deep_as_it_must() {
  for i in $(seq 400); do echo '{"id": "n'"$i"'", "text": "the same notice every day"}'; done >many.jsonl
  echo '{"id": "other", "text": "a notice of something else, once, and rather long, so that it is the last one found"}' >>many.jsonl
  run 0 index many.index many.jsonl --field text:signature
  run 0 search many.index notice --fold signature -n 2 --json
  [ "$(grep -o '"rank": [0-9]*' out | wc -l)" = 2 ] || fail "both groups are shown"
  [ "$(grep -o '"similarity"' out | wc -l)" = 399 ] || fail "all copies are told"
}

# ---- saved queries

queries_and_news() {
  printf 'cholera\tcholera +africa\ntalks\t"health officials"\nnumbers\tyear:>2020\n' >queries.tsv
  cat >news.jsonl <<'EOF'
{"id": "n1", "title": "Cholera in Africa", "text": "Health officials agree.", "year": 2024}
{"id": "n2", "title": "Rain", "text": "Officials of health"}
{"id": "n3", "title": "Rain", "text": "The health officials left.", "year": 1999}
EOF
}

watch_prints_the_query_and_the_document_for_each_match() {
  queries_and_news
  run 0 watch queries.tsv --language english --field year:integer <news.jsonl
  out_is "cholera	n1
talks	n1
numbers	n1
talks	n3"
  run 0 watch queries.tsv --language english --field year:integer --json <news.jsonl
  out_has '{"query": "talks", "id": "n3", "words": [{"field": "text", "value": 0, "start": 4, "end": 10}, {"field": "text", "value": 0, "start": 11, "end": 20}]}'
  out_has '{"query": "numbers", "id": "n1", "words": []}'
  printf 'q\tnothing of this\n' >queries.tsv
  run 1 watch queries.tsv --all <news.jsonl
  out_is ""
}

# The line stands there before the next document comes and before the input ends.
watch_prints_as_it_comes() {
  queries_and_news
  mkfifo in
  "$lsearch" watch queries.tsv <in >out 2>err &
  local watcher=$!
  exec 3>in
  for line in 1 2 3; do
    sed -n "${line}p" news.jsonl >&3
    if [ $line != 2 ]; then
      for tries in $(seq 100); do
        grep -q "^talks	n$line\$" out && break
        sleep 0.1
      done
      grep -q "^talks	n$line\$" out || fail "the match of document $line is printed at once"
    fi
  done
  kill -0 $watcher || fail "it goes on until its input ends"
  exec 3>&-
  wait $watcher || fail "it ends with 0"
}

watch_passes_over_what_is_no_query_and_no_document() {
  printf 'no tab\nq\train\n\tno name\nfield\tnowhere:x\nunbalanced\t(rain "of\n\0\tzero\n' >queries.tsv
  {
    echo '{"id": "n1", "text": "rain"}'
    echo 'no JSON'
    head -c 100000 /dev/zero | tr '\0' '['
    echo
    printf '\0\377\376\n'
    echo '{"text": "no id"}'
    echo '{"id": "n2", "text": "more rain"}'
  } >hostile.jsonl
  run 0 watch queries.tsv <hostile.jsonl
  out_has "q	n1"
  out_has "q	n2"
  for line in 1 3; do err_has "queries.tsv:$line: not qid<TAB>query"; done
  err_has "nowhere"
  for line in 2 3 4; do err_has ":$line: "; done
  run 3 watch queries.tsv --strict <hostile.jsonl
  run 3 watch nothing.tsv <hostile.jsonl
  run 2 watch queries.tsv one word too many
}

# The set changes while the stream runs: a query comes, one is changed, one goes.
watch_takes_over_what_changes_in_its_queries() {
  printf 'a\train\nb\train\n' >queries.tsv
  mkfifo in
  "$lsearch" watch queries.tsv --reload <in >out 2>err &
  local watcher=$!
  exec 3>in
  echo '{"id": "1", "text": "rain"}' >&3
  for tries in $(seq 100); do grep -q "^b	1$" out && break || sleep 0.1; done
  printf 'b\tsnow\nc\train\n' >new.tsv && mv new.tsv queries.tsv
  sleep 1.2
  echo '{"id": "2", "text": "rain"}' >&3
  echo '{"id": "3", "text": "snow"}' >&3
  exec 3>&-
  wait $watcher || fail "it ends with 0"
  out_is "a	1
b	1
c	2
b	3"
}

watch_takes_its_queries_from_an_index() {
  {
    echo '{"id": "a", "query": "rain -snow"}'
    echo '{"id": "b", "query": "\"heavy rain\""}'
    echo '{"id": "c", "title": "keeps none"}'
    echo '{"id": "d", "query": "snow"}'
  } >queries.jsonl
  run 0 index queries.index queries.jsonl --field query:stored
  run 0 delete queries.index d
  echo '{"id": "1", "text": "Heavy rain, no snow"}' >news.jsonl
  echo '{"id": "2", "text": "Rain"}' >>news.jsonl
  run 0 watch queries.index <news.jsonl
  out_is "b	1
a	2"
  mkfifo in
  "$lsearch" watch queries.index --reload <in >out 2>err &
  local watcher=$!
  exec 3>in
  sed -n 2p news.jsonl >&3
  for tries in $(seq 100); do grep -q "^a	2$" out && break || sleep 0.1; done
  "$lsearch" delete queries.index a >/dev/null 2>&1
  echo '{"id": "e", "query": "no*"}' | "$lsearch" index queries.index - >/dev/null 2>&1
  sleep 1.2
  cat news.jsonl >&3
  exec 3>&-
  wait $watcher || fail "it ends with 0"
  [ "$(sort out | paste -sd ' ' | tr '\t' :)" = "a:2 b:1 e:1" ] || fail "it follows the index"
  run 2 watch queries.index extra
  run 3 watch queries.index --in nowhere <news.jsonl
}

watch_has_the_fields_of_an_index() {
  three_documents
  printf 'far\tcountry:Wales n:>4\n' >queries.tsv
  run 0 watch queries.tsv --like three.index --all <three.jsonl
  out_is "far	a"
}

declare -F "$1" >/dev/null || { echo "no such claim: $1" >&2; exit 2; }
"$1"
