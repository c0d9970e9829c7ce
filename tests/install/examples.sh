#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the example programs and compares what they print. Usage: examples.sh PROGRAMS SOURCES [NAME...]
# PROGRAMS: the folder with the compiled ones; SOURCES: the folder with the .expected files. Without names: all but
# those on Xapian databases, which tests/xapian/examples.sh runs.
set -eu
programs=$1 sources=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

run() { # NAME [arguments...]
  program=$1
  shift
  case " $names " in *" $program "*) ;; *) return 0 ;; esac
  "$programs/$program" "$@" >"$work/out" || { echo "$program failed"; exit 1; }
  diff "$sources/$program.expected" "$work/out" || { echo "$program printed something else"; exit 1; }
  names=$(echo " $names " | sed "s/ $program / /")
}

names=$*
if [ -z "$names" ]; then
  names=$(cd "$sources" && ls ./*.c | sed -e 's|^\./||' -e 's|\.c$||' | grep -v -x -e search_xapian -e two_servers)
  names=$(echo $names)
fi
run first_search "$work/first.index"
run folder_of_files "$work/texts.index" "$sources/texts" "walking harbour"
run updates_and_deletes "$work/notes.index"
run fields_and_facets "$work/books.index"
run custom_tokenizer "$work/sources.index"
run what_the_program_knows "$work/known.index"
run one_writer_many_readers "$work/messages.index"
run snippets_in_a_terminal "$work/texts.index" walks bold
printf 'harb\nwalk mas' >"$work/keys"
run saved_queries
printf 'cholera\tcholera +africa\ntalks\t"health officials" agree*\nother\tvaccine -malaria\n' >"$work/queries.tsv"
printf '%s\n' '{"id": "n1", "title": "Cholera in Africa", "text": "Health officials \"agreed\"."}' '{"id": "n2"}' \
  '{"id": "n3", "title": "Vaccines", "text": "New ones\narrived"}' >"$work/news.jsonl"
run watch_a_stream "$work/queries.tsv" <"$work/news.jsonl"
run search_as_you_type "$work/texts.index" <"$work/keys"

names=$(echo $names)
[ -z "$names" ] || { echo "this script does not know how to run: $names"; exit 1; }
