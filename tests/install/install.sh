#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs into an empty prefix, moves it, and builds and runs the examples against it each way that a
# program may take. Usage: install.sh WAY; LIBSEARCH_SOURCE, LIBSEARCH_BUILD, LIBSEARCH_CC as for all tests.
set -eu
way=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$LIBSEARCH_BUILD" --prefix "$work/first" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
mv "$work/first" "$work/prefix" # nothing installed may know where it was put first
prefix=$work/prefix
pkgconfig=$(dirname "$(find "$prefix" -name libsearch.pc)")
libraries=$(dirname "$(find "$prefix" -name libsearch.so)")
sources=$prefix/share/libsearch/examples
PKG_CONFIG_PATH=$pkgconfig
export PKG_CONFIG_PATH
mkdir "$work/bin"
examples=$(cd "$sources" && ls ./*.c | sed -e 's|^\./||' -e 's|\.c$||' | grep -v -x -e search_xapian -e two_servers)

# Each example with these flags of its library.
compile() {
  for example in $examples; do
    "$LIBSEARCH_CC" -std=c11 -D_GNU_SOURCE -Wall -Wextra -Wpedantic -Werror "$sources/$example.c" -o "$work/bin/$example" "$@" -pthread
  done
}

case "$way" in
pkg_config_shared)
  # shellcheck disable=SC2046
  compile $(pkg-config --cflags --libs libsearch)
  export LD_LIBRARY_PATH="$libraries"
  ;;
pkg_config_static)
  rm "$libraries"/libsearch.so*
  # shellcheck disable=SC2046
  compile $(pkg-config --cflags --static --libs libsearch)
  ;;
find_package)
  # libsearch::static, too
  cat >"$sources/static.cmake" <<EOF
add_executable(first_search_static first_search.c)
target_link_libraries(first_search_static PRIVATE libsearch::static)
EOF
  echo 'include(static.cmake)' >>"$sources/CMakeLists.txt"
  cmake -G Ninja -S "$sources" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$LIBSEARCH_CC" \
    -DCMAKE_COMPILE_WARNING_AS_ERROR=ON -DCMAKE_RUNTIME_OUTPUT_DIRECTORY="$work/bin" >"$work/log" &&
    cmake --build "$work/build" >>"$work/log" || { cat "$work/log"; exit 1; }
  ! readelf -d "$work/bin/first_search_static" | grep -q libsearch.so
  "$work/bin/first_search_static" "$work/static.index" | diff "$sources/first_search.expected" -
  ;;
the_xapian_engine)
  [ -e "$pkgconfig/libsearch-xapian.pc" ] || { echo "built without libxapian"; exit 77; }
  for example in search_xapian two_servers; do
    # shellcheck disable=SC2046
    "$LIBSEARCH_CC" "$sources/$example.c" -o "$work/bin/$example" $(pkg-config --cflags --libs libsearch-xapian)
  done
  export LD_LIBRARY_PATH="$libraries"
  "$here/../xapian/examples.sh" "$prefix/bin/lsearch" "$work/bin" "$sources"
  exit
  ;;
installed_program)
  echo '{"id": "a", "title": "Found"}' | "$prefix/bin/lsearch" index "$work/index" - >/dev/null 2>&1
  "$prefix/bin/lsearch" search "$work/index" found --json | grep -q '"title": "Found"'
  [ -s "$prefix/share/man/man1/lsearch-search.1" ]
  [ -s "$prefix/share/man/man3/libsearch_search.3" ]
  [ -s "$prefix/share/bash-completion/completions/lsearch" ]
  exit
  ;;
every_header)
  # What the tree has in include/ is what is installed, and it compiles from there.
  (cd "$LIBSEARCH_SOURCE/include" && find . -name '*.h') | sort >"$work/tree"
  [ -e "$pkgconfig/libsearch-xapian.pc" ] || sed -i '/libsearch-xapian/d' "$work/tree"
  (cd "$prefix/include" && find . -name '*.h') | sort | diff "$work/tree" -
  sed 's|^\./\(.*\)|#include <\1>|' "$work/tree" >"$work/all.c"
  # shellcheck disable=SC2046
  "$LIBSEARCH_CC" -std=c99 -Wall -Wextra -Wpedantic -Werror -fsyntax-only $(pkg-config --cflags libsearch) "$work/all.c"
  # And nothing that is installed names where it was built.
  ! grep -rlIF -e "$LIBSEARCH_SOURCE" -e "$LIBSEARCH_BUILD" -e "$work/first" "$prefix" || exit 1
  exit
  ;;
names_inside_do_not_clash)
  # A program may have functions of its own by the names that the static library has inside.
  rm "$libraries"/libsearch.so*
  nm "$libraries/libsearch.a" | awk '$2 == "t" && $3 ~ /^[a-z_][a-z0-9_]*$/ { print $3 }' | sort -u >"$work/names"
  [ -s "$work/names" ]
  awk '{ print "int " $1 "(void);\nint " $1 "(void) { return 1; }" }' "$work/names" >"$work/clash.c"
  # shellcheck disable=SC2046
  "$LIBSEARCH_CC" -fno-builtin "$sources/first_search.c" "$work/clash.c" -o "$work/bin/first_search" \
    $(pkg-config --cflags --static --libs libsearch)
  "$here/examples.sh" "$work/bin" "$sources" first_search
  exit
  ;;
add_subdirectory)
  mkdir "$work/project"
  cat >"$work/project/CMakeLists.txt" <<EOF
cmake_minimum_required(VERSION 3.25)
project(program C)
add_subdirectory("$LIBSEARCH_SOURCE" libsearch)
add_executable(first_search "$sources/first_search.c")
target_link_libraries(first_search PRIVATE libsearch::static)
EOF
  cmake -G Ninja -S "$work/project" -B "$work/build" -DCMAKE_C_COMPILER="$LIBSEARCH_CC" >"$work/log" || { cat "$work/log"; exit 1; }
  if [ -z "${LIBSEARCH_LONG-}" ]; then
    echo "configured; built only in the long form"
    exit
  fi
  cmake --build "$work/build" -j 2 >"$work/log" || { cat "$work/log"; exit 1; }
  "$here/examples.sh" "$work/build" "$sources" first_search
  exit
  ;;
*) echo "no such way: $way" >&2; exit 2 ;;
esac

"$here/examples.sh" "$work/bin" "$sources"
