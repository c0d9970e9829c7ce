#!/bin/sh
# SPDX-License-Identifier: MIT
# abi.sh CLAIM: what scripts/abi says of today's headers, and of copies in which something is changed. LIBSEARCH_SOURCE
# and LIBSEARCH_CC in the environment. 77: abidiff is not there.
set -eu
cd "$LIBSEARCH_SOURCE"
command -v abidiff >/dev/null && command -v python3 >/dev/null || exit 77
CC=$LIBSEARCH_CC
export CC
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# changed SCRIPT: a copy of the headers in which a line is changed by sed.
changed() {
  rm -rf "$work/include"
  cp -r include "$work/include"
  sed -i "$1" "$work/include/libsearch.h"
  if cmp -s "$work/include/libsearch.h" include/libsearch.h; then
    echo "nothing was changed by $1" >&2
    exit 1
  fi
}

passes() { scripts/abi "$work/include"; }
fails() {
  if scripts/abi "$work/include" >"$work/said" 2>&1; then
    echo "it was not noticed" >&2
    exit 1
  fi
  grep -q "$1" "$work/said" || { cat "$work/said"; exit 1; }
}

case $1 in
todays_interface_is_the_kept_one_or_has_grown) scripts/abi ;;
a_struct_that_carries_its_size_may_grow_at_its_end)
  changed 's|^    libsearch_bytes commit_bytes;.*|&\n    uint64_t more;|'
  passes
  ;;
a_new_status_may_come)
  changed 's|^    LIBSEARCH_STALE = 18|    LIBSEARCH_STALE = 18, LIBSEARCH_NEWER = 99|'
  passes
  ;;
a_member_in_the_middle_is_noticed)
  changed 's|^    uint64_t commit;.*|    uint64_t more;\n&|'
  fails libsearch_info
  ;;
a_member_in_padding_is_noticed)
  changed 's|^    int64_t lock_wait;.*|&\n    unsigned char odd;|'
  LIBSEARCH_ABI_KEPT=$work/kept
  export LIBSEARCH_ABI_KEPT
  mkdir "$work/kept"
  cp -r "$work/include" "$work/kept/include"
  scripts/abi --dump "$work/kept/include" >"$work/kept/libsearch.abi"
  sed -i 's|^    unsigned char odd;|&\n    unsigned char even;|' "$work/include/libsearch.h"
  fails "libsearch_writer_options.even lies in what was padding"
  ;;
a_struct_without_a_size_that_grows_is_noticed)
  changed '/^typedef struct libsearch_bytes {/a\    size_t more;'
  fails libsearch_bytes
  ;;
a_lost_function_is_noticed)
  changed '/^LIBSEARCH_API .*libsearch_close(/d'
  fails libsearch_close
  ;;
another_number_of_a_constant_is_noticed)
  changed 's|LIBSEARCH_STALE = 18|LIBSEARCH_STALE = 19|'
  fails LIBSEARCH_STALE
  ;;
another_argument_of_a_callback_is_noticed)
  changed 's|^typedef void (\*libsearch_report)(void \*context, const char \*line);|typedef void (*libsearch_report)(void *context, const char *line, int more);|'
  fails libsearch_report
  ;;
*)
  echo "no such claim: $1" >&2
  exit 2
  ;;
esac
