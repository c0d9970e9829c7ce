#!/bin/sh
# SPDX-License-Identifier: MIT
# lsearch on Xapian databases. Usage: lsearch.sh CLAIM LSEARCH
set -eu
claim=$1 lsearch=$2
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
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
