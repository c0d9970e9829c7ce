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

# ---- claims

every_public_symbol_is_documented() {
  command -v doxygen >/dev/null || skip "no doxygen here (scripts/test --long docs installs it)"
  scripts/reference "$work"
  # Doxygen passes over what it does not understand: the functions are counted, too.
  sed -n 's/^LIBSEARCH_API.*[ *]\(libsearch_[a-z0-9_]*\)(.*/\1/p' include/*.h include/libsearch/*.h | sort >"$work/declared"
  [ -s "$work/declared" ]
  cat "$work"/html/*_8h.html >"$work/pages"
  while read -r name; do
    grep -q "memname\">.*$name" "$work/pages" || echo "the reference has no $name"
  done <"$work/declared" >"$work/wrong"
  cat "$work/wrong"
  [ ! -s "$work/wrong" ]
}

claim=$1
"$claim"
