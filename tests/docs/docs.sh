#!/bin/sh
# SPDX-License-Identifier: MIT
# Holds the documents to what the tree has. Usage: docs.sh CLAIM, with LIBSEARCH_SOURCE, LIBSEARCH_BUILD and
# LIBSEARCH_CC in the environment.
set -eu
cd "$LIBSEARCH_SOURCE"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip() {
  echo "$*"
  exit 77
}

# The functions that the headers declare.
declared() {
  cat include/*.h include/libsearch/*.h | sed -n 's/^LIBSEARCH_API[^(]*[ *]\(libsearch_[a-z0-9_]*\)(.*/\1/p' | sort
}

# ---- claims

every_public_symbol_is_documented() {
  command -v doxygen >/dev/null || skip "no doxygen here (scripts/test --long docs installs it)"
  scripts/reference "$work"
  # Doxygen passes over what it does not understand: the functions are counted, too.
  declared >"$work/declared"
  [ -s "$work/declared" ]
  cat "$work"/html/*_8h.html >"$work/pages"
  while read -r name; do
    grep -q "memname\">.*$name" "$work/pages" || echo "the reference has no $name"
  done <"$work/declared" >"$work/wrong"
  cat "$work/wrong"
  [ ! -s "$work/wrong" ]
}

# What the manual of section 3 lists as functions is what the headers declare.
every_function_has_a_manual_page() {
  [ -d "$LIBSEARCH_BUILD/man/man3" ] || skip "this build makes no manual pages"
  declared >"$work/declared"
  (cd "$LIBSEARCH_BUILD/man/man3" && ls) | sed 's|\.3$||' | sort >"$work/pages"
  comm -23 "$work/declared" "$work/pages" >"$work/wrong"
  for name in $(cat "$work/declared"); do
    grep -q "^.BR $name (3)" "$LIBSEARCH_BUILD/man/man3/libsearch.3" || echo "libsearch(3) does not list $name"
  done >>"$work/wrong"
  # A page that says nothing: its comment was not found.
  for page in "$LIBSEARCH_BUILD"/man/man3/*.3; do
    awk '/^.SH DESCRIPTION/ { getline; exit !/^.SH/ }' "$page" && echo "$page says nothing"
  done >>"$work/wrong" || true
  cat "$work/wrong"
  [ ! -s "$work/wrong" ]
}

manual_pages_render_without_warnings() {
  [ -d "$LIBSEARCH_BUILD/man/man3" ] || skip "this build makes no manual pages"
  command -v groff >/dev/null || skip "no groff here (scripts/test --long docs installs it)"
  groff -man -Kutf8 -Tutf8 -ww -z "$LIBSEARCH_BUILD"/man/man1/*.1 "$LIBSEARCH_BUILD"/man/man3/*.3 2>"$work/wrong" || true
  ! command -v mandoc >/dev/null || mandoc -T lint -W warning "$LIBSEARCH_BUILD"/man/man1/*.1 "$LIBSEARCH_BUILD"/man/man3/*.3 >>"$work/wrong" || true
  cat "$work/wrong"
  [ ! -s "$work/wrong" ]
}

# lsearch --help and the manual pages name the same commands and options.
every_command_and_option_has_its_manual() {
  lsearch=$LIBSEARCH_BUILD/tools/lsearch/lsearch
  [ -x "$lsearch" ] || skip "this build has no lsearch"
  "$lsearch" --help | awk '
    /^lsearch [a-z]/ { command = $2; print command, "" }
    /^      -/ { print command, $1 }' | sort >"$work/help"
  for page in docs/man/lsearch-*.1; do
    command=${page#docs/man/lsearch-}
    command=${command%.1}
    echo "$command "
    # Options that all commands take are in lsearch(1).
    sed -n '/^.SH OPTIONS/,/^.SH EXIT/p' "$page" | sed -e 's/\\-/-/g' -e 's/"//g' |
      awk -v command="$command" '/^.BI? -/ && $2 != "--engine" { print command, $2 }'
    sed 's/\\-/-/g' docs/man/lsearch.1 | grep -q "lsearch-$command (1)" ||
      echo "lsearch(1) does not name $command" >>"$work/wrong"
  done | sort >"$work/pages"
  diff "$work/help" "$work/pages" >"$work/difference" || {
    echo "< only in lsearch --help, > only in docs/man/lsearch-COMMAND.1:"
    cat "$work/difference"
    exit 1
  }
  [ ! -s "$work/wrong" ] || { cat "$work/wrong"; exit 1; }
}

bash_completes_commands_and_options() {
  lsearch=$LIBSEARCH_BUILD/tools/lsearch/lsearch
  [ -x "$lsearch" ] || skip "this build has no lsearch"
  command -v bash >/dev/null || skip "no bash here"
  complete() { # words, the last of which is to be completed
    bash -c '. tools/lsearch/completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lsearch; echo "${COMPREPLY[*]}"' bash "$@"
  }
  [ "$(complete "$lsearch" comp)" = compact ]
  [ "$(complete "$lsearch" compact some.index --re)" = --reorder ]
  [ "$(complete "$lsearch" index some.index --engine x)" = xapian ]
  [ "$(complete "$lsearch" index READ)" = README.md ]
  [ "$(complete "$lsearch" index some.index --sort)" = "" ]
}

# All of README.md's commands but the first, which tests/newcomer tries too, in the tree as it is installed.
the_commands_of_the_readme_do_what_they_say() {
  [ -d "$LIBSEARCH_BUILD/man" ] || skip "this build installs nothing"
  HOME=$work/home
  export HOME
  awk -f tests/newcomer/commands.awk README.md | sed '1,/^cmake --install/d' >"$work/commands"
  cmake --install "$LIBSEARCH_BUILD" --prefix "$HOME/.local" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  cp -r README.md docs "$work"
  echo './search >printed' >>"$work/commands"
  (cd "$work" && sh -e ./commands >log 2>&1) || { cat "$work/log"; exit 1; }
  grep -q -x docs/reliability.md "$work/printed" || { cat "$work/printed"; exit 1; }
}

the_readme_has_the_figures_of_the_benchmarks() {
  command -v python3 >/dev/null || skip "no python3 here"
  scripts/readme-figures --check
}

every_example_is_short_and_listed_and_says_what_it_prints() {
  for example in examples/*.c; do
    name=$(basename "$example" .c)
    [ "$(wc -l <"$example")" -lt 150 ] || echo "$example has 150 lines or more"
    [ -s "examples/$name.expected" ] || echo "examples/$name.expected is missing"
    grep -q "^| .$name.c. |" examples/README.md || echo "examples/README.md does not list $name.c"
    grep -q -w "$name" examples/CMakeLists.txt || echo "examples/CMakeLists.txt does not build $name"
  done >"$work/wrong"
  cat "$work/wrong"
  [ ! -s "$work/wrong" ]
}

programs_in_the_guide_do_what_they_say() {
  case "$LIBSEARCH_BUILD" in */asan | */tsan) skip "only without sanitizers" ;; esac
  for page in guide how-to; do
    awk '/^```/ { inside = $0 == "```c"; next } inside' "docs/$page.md" >"$work/$page.c"
  done
  "$LIBSEARCH_CC" -std=gnu11 -Wall -Wextra -Iinclude -I"$work" tests/docs/run_guide.c -o "$work/run_guide" \
    "$LIBSEARCH_BUILD/libsearch.so" -Wl,-rpath,"$LIBSEARCH_BUILD"
  (cd "$work" && ./run_guide)
}

# Handles: types whose inside the headers do not show.
every_handle_is_on_the_page_of_threads() {
  cat include/*.h include/libsearch/*.h >"$work/headers"
  sed -n 's/^typedef struct \(libsearch_[a-z_]*\) \1;$/\1/p' "$work/headers" | sort -u | while read -r handle; do
    grep -q "^struct $handle {" "$work/headers" || grep -q "^| .*.$handle." docs/threads.md ||
      echo "docs/threads.md does not say which threads may use a $handle"
  done >"$work/wrong"
  cat "$work/wrong"
  [ ! -s "$work/wrong" ]
}

every_folder_of_the_library_is_in_the_architecture() {
  for folder in libsearch/*/; do
    grep -q "| .$(basename "$folder")/" docs/architecture.md || echo "docs/architecture.md asks no question that $folder answers"
  done >"$work/wrong"
  cat "$work/wrong"
  [ ! -s "$work/wrong" ]
}

claim=$1
"$claim"
