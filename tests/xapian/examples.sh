#!/bin/sh
# SPDX-License-Identifier: MIT
# The two examples on Xapian databases. Usage: examples.sh LSEARCH FOLDER-OF-EXAMPLES SOURCES-OF-EXAMPLES
set -eu
lsearch=$1 examples=$2 sources=$3
work=$(mktemp -d)
servers=
trap 'for s in $servers; do kill "$s" 2>/dev/null || true; done; rm -rf "$work"' EXIT
cd "$work"
for part in hills coast; do
  "$lsearch" index "$part.db" "$sources/parts/$part.jsonl" --engine xapian --language english >/dev/null 2>&1
done
# A database that another program wrote.
if command -v scriptindex >/dev/null; then
  printf 'url : field=url boolean=Q unique=Q\ntitle : field=title indexnopos=S index\ntext : field=sample index\n' >script
  for text in bread chess harbour; do
    awk -v name="$text.txt" 'NR == 1 { print "url=" name; print "title=" $0 } NR == 2 { print "text=" $0; print "" }' \
      "$sources/texts/$text.txt"
  done >records
  scriptindex texts.db script records >log 2>&1 || { cat log; exit 1; }
  "$examples/search_xapian" texts.db "walking harbour" >out
  diff "$sources/search_xapian.expected" out
fi
[ "$("$examples/search_xapian" hills.db raining)" = "1. rain: Rain over the hills" ]
command -v xapian-tcpsrv >/dev/null || { echo "no xapian-tcpsrv: skipped"; exit 77; }
port=$((20000 + $$ * 7 % 12000)) # tests that run at once have other process numbers
for part in hills coast; do
  # A session of its own: it ends with its whole process group.
  setsid xapian-tcpsrv --interface 127.0.0.1 --port "$port" --quiet "$part.db" >/dev/null 2>&1 &
  servers="$servers $!"
  port=$((port + 1))
done
for _ in $(seq 50); do
  "$examples/two_servers" "127.0.0.1:$((port - 2))" "127.0.0.1:$((port - 1))" rain >out 2>err && break
  sleep 0.1
done
diff "$sources/two_servers.expected" out || { cat err; exit 1; }
