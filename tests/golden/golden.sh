#!/bin/sh
# SPDX-License-Identifier: MIT
# golden.sh FORMAT ASK [compact]: what the index of a format answers, beside what it answered when it was made; with
# compact, after today's library has written it anew, which changes statistics (deleted documents are gone): then what is
# found is compared, not the scores and their order.
set -eu
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$here/$1/index" "$work/index"
"$2" "$work/index" "$here/questions.txt" ${3+"$3"} >"$work/answers.txt"
# What does not depend on statistics: fields, documents, totals, orders by columns, facets.
lasting() { awk '/: best: /{ best = 1; print; next } /^[^ ]/{ best = 0 } !best' "$1"; }
if [ $# -gt 2 ]; then
  lasting "$here/$1/answers.txt" >"$work/expected"
  lasting "$work/answers.txt" >"$work/found"
  diff "$work/expected" "$work/found"
else
  diff "$here/$1/answers.txt" "$work/answers.txt"
  # Reading changed nothing.
  diff -r "$here/$1/index" "$work/index"
fi
