#!/bin/bash
# SPDX-License-Identifier: MIT
# What a reader of news pages expects, of pages as they come from the web. Usage: news.sh made|real, with LIBSEARCH_BUILD
# and LIBSEARCH_SOURCE in the environment. made: five small texts made here, with the dirt that real ones have. real: the
# folder LIBSEARCH_NEWS, or shared/collections/news beside the source tree; 77 where it is not there.
set -euo pipefail
lsearch=$LIBSEARCH_BUILD/tools/lsearch/lsearch
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "not so: $*" >&2
  [ ! -s "$work/out" ] || head -c 2000 "$work/out" >&2
  [ ! -s "$work/err" ] || head -c 2000 "$work/err" >&2
  exit 1
}

run() { # STATUS WORD...
  local wanted=$1 status=0
  shift
  "$lsearch" "$@" >"$work/out" 2>"$work/err" || status=$?
  [ "$status" = "$wanted" ] || fail "lsearch $* ends with $wanted (it was $status)"
}

# The first bytes of the names that a search lists, which are different: 0 to 4.
listed() { { grep -o '"id": "[^"]*"' "$work/out" || true; } | sed 's|.*/00*\([0-4]\)[^/]*"$|\1|' | paste -sd ''; }

finds() { # QUERY WHAT: these documents, in any order
  run "$([ -n "$2" ] && echo 0 || echo 1)" search "$work/index" "$1" --json
  [ "$(listed | fold -w1 | sort | paste -sd '')" = "$2" ] || fail "$1 finds $2 (it was $(listed))"
}

first() { # QUERY WHAT: these before all others, in any order
  run 0 search "$work/index" "$1" --json
  [ "$(listed | cut -c "1-${#2}" | fold -w1 | sort | paste -sd '')" = "$2" ] ||
    fail "$1 finds $2 first (it was $(listed))"
}

like() { # WHICH WHAT: the document most like that one
  local id
  id=$(find "$folder" -name "*0$1[_.]*")
  run 0 similar "$work/index" "$id" --json -n 1
  [ "$(listed)" = "$2" ] || fail "$2 is most like $1 (it was $(listed))"
}

has() { # WHICH PATTERN: in the document's own JSON
  run 0 get "$work/index" "$(find "$folder" -name "*0$1[_.]*")"
  grep -qE "$2" "$work/out" || fail "document $1 has $2"
}
lacks() {
  run 0 get "$work/index" "$(find "$folder" -name "*0$1[_.]*")"
  if grep -qE "$2" "$work/out"; then fail "document $1 does not have $2"; fi
}

# 0 and 1: two reports of the talks of October 2024. 2: a meeting of May 2020. 3: a memorandum. 4: a paper on aid.
a_reader_expects() { # by --language english, or without a language
  rm -rf "$work/index"
  run 0 index "$work/index" "$@" "$folder"
  has 0 '"date": "2024-10-01"'
  lacks 0 '"title"'
  has 1 '"title": "China, US health officials '
  has 1 '"date": "2024-10-01T01:03:00Z"'
  has 2 '"title": "(Public health|Health) experts '
  has 2 '"date": "2020-05-15T16:20:00Z"'
  lacks 3 '"title"'
  has 4 '"title": "International cooperation '
  finds countries 01234
  finds ASEAN 4
  finds China-ASEAN 01234 # any of its parts
  first China-ASEAN 4
  finds '"China-ASEAN"' 4
  first 'US health officials' 01
  finds '+US +officials' 01
  finds '+U.S. +officials' 01
  finds 270000000 3
  finds 270,000,000 3
  first 'Xi Jinping WHO memorandum' 3
  finds '+Xi +memorandum' 3
  finds date:2020-05 2
  finds 'date:>2020-05' 01
  finds 'date:2024-10-01' 01
  finds 'vacc*' 13
  finds 'helth coperation~' 01234
  finds '"medical teams" -Africa' ''
  finds '"medical teams"' 4
  finds 'medical -Africa' 01 # of the others nothing is said of medicine, or Africa is named
  finds china 01234 # also where it is China’s, China*** or China-ASEAN
  finds bissau 4
  finds guinea 4
  finds unaids 4
  finds covid 12
  like 0 1
  like 1 0
  run 0 suggest "$work/index" 'helth coperation'
  grep -qx 'did you mean	health cooperation' "$work/out" || fail "health cooperation was meant"
  run 1 search "$work/index" memorandam
  grep -q 'did you mean: memorandum' "$work/err" || fail "memorandum was meant"
}

make_texts() {
  mkdir "$folder"
  cat >"$folder/00.txt" <<'TEXT'
 date 2024-10-01 (WIRE) Health officials of China and the U.S. met in Washington and agreed to strengthen the exchange and cooperation of both countries in cancer treatment and medical research. It was the first visit of a ministerial delegation since 2017.



A deputy minister of China's health commission said that talks on ageing and chronic disease would go on.

TEXT
  cat >"$folder/01.txt" <<'TEXT'
×

China, US health officials plan more exchange after rare talks

By A. Writer Oct 1, 2024 | 1:03 AM

BEIJING (Wire) – Health officials of China and the U.S. have agreed to strengthen cooperation in cancer treatment and medical issues, China’s agency said after talks in Washington, the first visit of a ministerial delegation since 2017.

During COVID-19 the two countries had quarrelled over vaccines and much else.

(Reporting by A. Writer)
TEXT
  cat >"$folder/02.txt" <<'TEXT'
2020.05.16 00:20 GMT+8

Health experts from China and elsewhere meet

Updated 2020.05.16 09:30 GMT+8

Experts of three countries held a video meeting on COVID-19. China's minister called for cooperation under the WHO, and the health commission will go on with it.

Copyright ©
TEXT
  cat >"$folder/03.txt" <<'TEXT'
Xi Jinping and the head of the WHO have witnessed the signing of a memorandum in Geneva; China will step up its health cooperation.[Special coverage]
There will be cooperation in medicine and vaccines. Its medical workers are in many countries, most of them in Africa, and have treated 270,000,000 patients.
TEXT
  cat >"$folder/04.txt" <<'TEXT'
International cooperation of China in health care

China*** works with UNAIDS and others, and with its neighbours in China-ASEAN cooperation on infectious diseases. Its medical teams went to Guinea-Bissau and to many more countries.Over the years they treated many patients in Africa.
TEXT
}

case $1 in
  made)
    folder=$work/texts
    make_texts
    a_reader_expects
    a_reader_expects --language english
    finds clinics ''
    finds '"more countries"' 4 # the sentences behind it are glued to it
    finds '"countries over"' 4
    ;;
  real)
    folder=${LIBSEARCH_NEWS:-$LIBSEARCH_SOURCE/../shared/collections/news}
    [ -d "$folder" ] || { echo "skipped: no folder of news here ($folder; LIBSEARCH_NEWS names one)"; exit 77; }
    a_reader_expects
    a_reader_expects --language english
    ;;
esac
