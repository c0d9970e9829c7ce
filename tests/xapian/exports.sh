#!/bin/sh
# SPDX-License-Identifier: MIT
# Usage: exports.sh LIBRARY HEADER. The library exports the functions of the header and nothing else.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed -n 's/^LIBSEARCH_API[^(]*[ *]\(libsearch_[a-z0-9_]*\)(.*/\1/p' "$2" | sort >"$work/declared"
nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/exported"
[ -s "$work/declared" ]
diff "$work/declared" "$work/exported"
