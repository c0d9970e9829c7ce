#!/bin/sh
# SPDX-License-Identifier: MIT
# lsearch on Xapian databases. Usage: lsearch.sh CLAIM LSEARCH
set -eu
claim=$1 lsearch=$2
work=$(mktemp -d)
server=
trap 'for s in $server; do kill "$s" 2>/dev/null || true; done; rm -rf "$work"' EXIT
cd "$work"
export LC_ALL=C

documents() {
  cat >three.jsonl <<'EOF'
{"id": "rain", "title": "Rain over the hills", "text": "It rained for a week.", "country": "Wales", "n": 3}
{"id": "sun", "title": "Sun on the coast", "text": "No rain since May.", "country": "Spain", "n": 7}
{"id": "snow", "title": "Snow", "text": "Skis are out of the cellar.", "country": "Norway", "n": 11}
EOF
  "$lsearch" index three.db three.jsonl --engine xapian --language english >/dev/null 2>err || { cat err; exit 1; }
}

need() { command -v "$1" >/dev/null || { echo "no $1: skipped"; exit 77; }; }

case "$claim" in
it_is_made_when_asked_for_and_recognised_afterwards)
  documents
  [ -e three.db/iamglass ]
  "$lsearch" search three.db raining --json >out
  grep -q '"id": "rain".*"id": "sun"' out
  "$lsearch" search xapian:three.db '+n:[5 TO 20] +coast' --json | grep -q '"id": "sun"'
  "$lsearch" search three.db 'country:Norway' --json | grep -q '"id": "snow"'
  "$lsearch" info three.db --json | grep -q '"engine": "xapian"'
  "$lsearch" check three.db >/dev/null
  "$lsearch" get three.db sun | grep -q '"country": "Spain"'
  "$lsearch" delete three.db sun >/dev/null
  "$lsearch" compact three.db
  ! "$lsearch" search three.db coast >/dev/null 2>&1
  ;;
a_server_is_searched)
  need xapian-tcpsrv
  documents
  port=$((20000 + $$ * 7 % 12000)) # tests that run at once have other process numbers
  # A session of its own: it ends with its whole process group.
  setsid xapian-tcpsrv --interface 127.0.0.1 --port "$port" --quiet three.db >/dev/null 2>&1 &
  server=$!
  for _ in $(seq 50); do
    "$lsearch" search "tcp:127.0.0.1:$port" raining --json >out 2>err && break
    sleep 0.1
  done
  grep -q '"id": "rain".*"id": "sun"' out
  printf 'q1\train\n' >queries.tsv
  "$lsearch" run "tcp:127.0.0.1:$port,tcp:127.0.0.1:$port" queries.tsv >out
  [ "$(wc -l <out)" = 4 ]
  ;;
the_recipe_for_several_machines_works)
  need xapian-tcpsrv
  need xapian-replicate
  # Split by a hash of the id.
  for n in $(seq 60); do
    part=$(($(printf 'report-%s' "$n" | cksum | cut -d ' ' -f 1) % 2))
    printf '{"id": "report-%s", "title": "Report %s", "text": "rain over %s hills%s"}\n' "$n" "$n" "$n" \
      "$(for i in $(seq $((n % 7))); do printf ' and rain %s' "$i"; done)" >>"part$part.jsonl"
  done
  cat part0.jsonl part1.jsonl >all.jsonl
  [ "$(wc -l <part0.jsonl)" -gt 10 ] && [ "$(wc -l <part1.jsonl)" -gt 10 ]
  for part in part0 part1 all; do
    XAPIAN_MAX_CHANGESETS=10 "$lsearch" index "$part.db" "$part.jsonl" --engine xapian --language english >/dev/null 2>err ||
      { cat err; exit 1; }
  done
  # Serve.
  port=$((20000 + $$ * 7 % 12000)) # tests that run at once have other process numbers
  for served in "xapian-tcpsrv --port $port --quiet part0.db" "xapian-tcpsrv --port $((port + 1)) --quiet part1.db" \
    "xapian-replicate-server --port $((port + 2)) ."; do
    # shellcheck disable=SC2086 # words on purpose
    setsid $served --interface 127.0.0.1 >/dev/null 2>&1 &
    server="$server $!"
  done
  printf 'q1\train\nq2\thills 7\nq3\treport 12 rain\n' >queries.tsv
  for _ in $(seq 50); do
    "$lsearch" run "tcp:127.0.0.1:$port,tcp:127.0.0.1:$((port + 1))" queries.tsv >parts 2>err && break
    sleep 0.1
  done
  # Ask: the same scores as of one database with all of it.
  "$lsearch" run all.db queries.tsv >whole
  [ "$(wc -l <whole)" -gt 60 ]
  for run in parts whole; do awk '{ print $1, $3, $5 }' "$run" | sort >"$run.sorted"; done
  diff parts.sorted whole.sorted
  # Replicate: the whole, and then what has changed.
  replicate() { xapian-replicate --host 127.0.0.1 --port $((port + 2)) --master part0.db --one-shot --reader-time 0 copy.db; }
  for _ in $(seq 50); do replicate >log 2>&1 && break || sleep 0.1; done
  "$lsearch" run copy.db queries.tsv >copied
  "$lsearch" run part0.db queries.tsv | diff - copied
  printf '{"id": "late", "title": "Late", "text": "snow"}\n' >late.jsonl
  XAPIAN_MAX_CHANGESETS=10 "$lsearch" index part0.db late.jsonl >/dev/null 2>&1
  replicate >log 2>&1 || { cat log; exit 1; }
  "$lsearch" search copy.db snow --json | grep -q '"id": "late"'
  ;;
what_cannot_be_opened_is_said_in_one_line)
  status=0
  "$lsearch" search tcp:127.0.0.1:1 rain >out 2>err || status=$?
  [ "$status" = 3 ] && [ "$(wc -l <err)" = 1 ]
  status=0
  "$lsearch" search xapian:nothing rain >out 2>err || status=$?
  [ "$status" = 3 ] && [ "$(wc -l <err)" = 1 ]
  status=0
  "$lsearch" search tcp:nowhere rain >out 2>err || status=$?
  [ "$status" = 2 ] && [ "$(wc -l <err)" = 1 ]
  documents
  status=0
  "$lsearch" search three.db rain --model bm25 >out 2>err || status=$?
  [ "$status" = 3 ] && grep -q 'bm25-xapian' err
  ;;
phrases_without_positions_are_not_passed_off_as_phrases)
  need scriptindex
  printf 'url : field=url boolean=Q unique=Q\ntext : field=sample indexnopos\n' >script
  printf 'url=a\ntext=boats stay in the harbour\n\nurl=b\ntext=the harbour has boats\n' >records
  scriptindex places.db script records >log 2>&1 || { cat log; exit 1; }
  "$lsearch" search places.db '"harbour boats"' --json >out
  grep -q '"value": 2' out && grep -q 'the database has no positions; its words are looked for' out
  "$lsearch" search places.db '@near(1 harbour boats)' --json >out
  grep -q '"value": 2' out && grep -q 'the database has no positions; all of them are looked for' out
  ;;
what_omindex_made_is_read)
  need omindex
  mkdir pages
  echo '<html><head><title>Harbour town</title></head><body><p>Boats stay ashore in winter.</p></body></html>' >pages/harbour.html
  echo '<html><head><title>Bread</title></head><body><p>Flour, water and salt.</p></body></html>' >pages/bread.html
  omindex --db pages.db --url /pages pages >omindex.log 2>&1 || { cat omindex.log; exit 1; }
  "$lsearch" search pages.db boat --json >out
  grep -q '"id": "/pages/harbour.html"' out
  grep -q '"title": "Harbour town"' out
  "$lsearch" search pages.db '"stay ashore"' --json | grep -q 'Boats stay ashore'
  "$lsearch" search pages.db title:bread --json | grep -q '/pages/bread.html'
  "$lsearch" get pages.db /pages/bread.html | grep -q '"title": "Bread"'
  status=0
  "$lsearch" delete pages.db /pages/bread.html >/dev/null 2>err || status=$?
  [ "$status" = 3 ] && grep -q 'only read' err
  cat >map <<'EOF'
# omindex's own: the URL is the id, slot 0 the time of the last change
id prefix=U
analyzer english
field heading text prefix=S data=caption
field text text data=sample
field type keyword prefix=T data=type
EOF
  "$lsearch" search pages.db heading:bread --field-map map --json | grep -q '"heading": "Bread"'
  "$lsearch" search pages.db 'type:"text/html"' --field-map map -n 1 --json | grep -q '"value": 2'
  ;;
*) echo "no such claim: $claim" >&2; exit 2 ;;
esac
