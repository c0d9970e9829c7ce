#!/bin/sh
# SPDX-License-Identifier: MIT
# The two examples on Xapian databases. Usage: examples.sh LSEARCH FOLDER-OF-EXAMPLES
set -eu
lsearch=$1 examples=$2
work=$(mktemp -d)
servers=
trap 'for s in $servers; do kill "$s" 2>/dev/null || true; done; rm -rf "$work"' EXIT
cd "$work"
echo '{"id": "rain", "title": "Rain over the hills", "text": "It rained for a week."}' >a.jsonl
echo '{"id": "sun", "title": "Sun on the coast", "text": "No rain since May."}' >b.jsonl
for part in a b; do
  "$lsearch" index "$part.db" "$part.jsonl" --engine xapian --language english >/dev/null 2>&1
done
[ "$("$examples/search_xapian" a.db raining)" = "1. rain: Rain over the hills" ]
command -v xapian-tcpsrv >/dev/null || { echo "no xapian-tcpsrv: skipped"; exit 77; }
port=$((20000 + $$ * 7 % 12000)) # tests that run at once have other process numbers
for part in a b; do
  # A session of its own: it ends with its whole process group.
  setsid xapian-tcpsrv --interface 127.0.0.1 --port "$port" --quiet "$part.db" >/dev/null 2>&1 &
  servers="$servers $!"
  port=$((port + 1))
done
for _ in $(seq 50); do
  "$examples/two_servers" "127.0.0.1:$((port - 2))" "127.0.0.1:$((port - 1))" rain >out 2>err && break
  sleep 0.1
done
[ "$(awk '{ print $2 }' out | tr '\n' ' ')" = "rain sun " ] || { cat out err; exit 1; }
