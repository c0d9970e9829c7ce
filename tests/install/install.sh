#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs into an empty prefix, moves it, and builds and runs the examples against it each way that a
# program may take. Usage: install.sh WAY; LIBSEARCH_SOURCE, LIBSEARCH_BUILD, LIBSEARCH_CC as for all tests.
set -eu
way=$1
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

case "$way" in
pkg_config_shared)
  for example in first_search folder_of_files updates_and_deletes; do
    # shellcheck disable=SC2046
    "$LIBSEARCH_CC" "$sources/$example.c" -o "$work/bin/$example" $(pkg-config --cflags --libs libsearch)
  done
  export LD_LIBRARY_PATH="$libraries"
  ;;
pkg_config_static)
  rm "$libraries"/libsearch.so*
  for example in first_search folder_of_files updates_and_deletes; do
    # shellcheck disable=SC2046
    "$LIBSEARCH_CC" "$sources/$example.c" -o "$work/bin/$example" $(pkg-config --cflags --static --libs libsearch)
  done
  ;;
find_package)
  cmake -G Ninja -S "$sources" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$LIBSEARCH_CC" \
    -DCMAKE_RUNTIME_OUTPUT_DIRECTORY="$work/bin" >"$work/log" && cmake --build "$work/build" >>"$work/log" || { cat "$work/log"; exit 1; }
  ;;
installed_program)
  echo '{"id": "a", "title": "Found"}' | "$prefix/bin/lsearch" index "$work/index" - >/dev/null 2>&1
  "$prefix/bin/lsearch" search "$work/index" found --json | grep -q '"title": "Found"'
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
  "$work/bin/first_search" "$work/index" | diff "$sources/first_search.expected" -
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
  "$work/build/first_search" "$work/index" | diff "$sources/first_search.expected" -
  exit
  ;;
*) echo "no such way: $way" >&2; exit 2 ;;
esac

"$work/bin/first_search" "$work/first.index" | diff "$sources/first_search.expected" -
"$work/bin/folder_of_files" "$work/folder.index" "$sources/texts" "walking harbour" | diff "$sources/folder_of_files.expected" -
"$work/bin/updates_and_deletes" "$work/notes.index" | diff "$sources/updates_and_deletes.expected" -
