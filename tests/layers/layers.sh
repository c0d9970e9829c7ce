#!/bin/sh
# SPDX-License-Identifier: MIT
# Holds the shape of the tree. Usage: layers.sh CLAIM, with LIBSEARCH_SOURCE, LIBSEARCH_BUILD and
# LIBSEARCH_CC in the environment.
set -eu
cd "$LIBSEARCH_SOURCE"
wrong=$(mktemp)
work=$(mktemp -d)
trap 'rm -rf "$wrong" "$work"' EXIT

# The layers and what each may use, one a line, as libsearch/CMakeLists.txt builds them.
layers() { sed -n 's/^libsearch_layer(\([^)]*\))$/\1/p' libsearch/CMakeLists.txt; }

# The object files of a layer in the build.
objects() { find "$LIBSEARCH_BUILD/libsearch" -path "*/libsearch_$1.dir/*.o"; }

# calls EXCEPT PATTERN: which objects, but those of the layer EXCEPT, call a function of that pattern.
calls() {
  layers | while read -r layer uses; do
    [ "$layer" = "$1" ] || objects "$layer"
  done | xargs nm -A -u | awk -v pattern="^($2)\$" '
    $NF ~ pattern { sub(/^.*\/libsearch_/, ""); sub(/\.dir\//, " "); sub(/: *U/, " calls"); print }'
}

# The functions that the public header, and its parts, declare.
declared() {
  find include/libsearch.h include/libsearch -name '*.h' -exec cat {} + 2>/dev/null |
    sed -n 's/^LIBSEARCH_API[^(]*[ *]\(libsearch_[a-z0-9_]*\)(.*/\1/p' | sort
}

[ -n "$(objects base)" ] || { echo "no objects in $LIBSEARCH_BUILD: build first"; exit 2; }

case "$1" in
a_layer_uses_only_layers_above_it)
  layers | while read -r layer uses; do
    for used in $uses; do
      case " ${above-} " in
      *" $used "*) ;;
      *) echo "libsearch/CMakeLists.txt: $layer uses $used, which does not stand above it" ;;
      esac
    done
    above="${above-} $layer"
  done >"$wrong"
  ;;
a_file_includes_only_what_its_folder_may_use)
  layers >"$work/layers"
  find libsearch -name '*.[ch]' -o -name '*.cc' -o -name '*.hh' | xargs grep -Hn '^ *# *include *"' >"$work/includes"
  awk '
    FNR == NR { known[$1] = 1; for (i = 1; i <= NF; i++) may[$1, $i] = 1; next }
    {
      split($0, parts, "/")
      layer = parts[2]
      included = $0
      sub(/^.*include *"/, "", included)
      sub(/".*/, "", included)
      folder = included
      sub(/\/.*/, "", folder)
      if (!(layer in known)) print $0 ": " layer " is no layer of libsearch/CMakeLists.txt"
      else if (included !~ /\//) print $0 ": not by its folder\047s name"
      else if (!((layer, folder) in may)) print $0 ": " layer " may not use " folder
    }' "$work/layers" "$work/includes" >"$wrong"
  ;;
programs_see_the_public_header_alone)
  grep -HnE '^ *# *include *"[^"]*/' tools/lsearch/*.[ch] examples/*.c >"$wrong" || true
  ;;
every_layer_says_what_it_is_for)
  layers | while read -r layer uses; do
    [ -s "libsearch/$layer/README.md" ] || echo "libsearch/$layer/README.md is missing"
  done >"$wrong"
  ;;
links_between_documents_lead_somewhere)
  find . -name build -prune -o -name .git -prune -o -name '*.md' -exec grep -HoE '\]\([^)]+\)' {} + |
    sed -n 's/^\([^:]*\)\/[^/:]*\.md:](\([^)#]*\).*)$/\1 \2/p' |
    while read -r folder link; do
      case $link in *://* | "") continue ;; esac
      [ -e "$folder/$link" ] || echo "$folder: a link to $link"
    done >"$wrong"
  ;;
programs_in_the_guide_compile)
  for page in guide how-to; do
    awk '/^```/ { inside = $0 == "```c"; next } inside' "docs/$page.md" >"$work/$page.c"
    grep -q libsearch_open "$work/$page.c"
    "$LIBSEARCH_CC" -std=c11 -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only "$work/$page.c" 2>>"$wrong" || true
  done
  ;;
only_io_touches_files)
  files='open|openat|creat|fopen|fdopen|freopen|read|pread|write|pwrite|fread|fwrite|readv|writev|preadv|pwritev'
  files="$files|fsync|fdatasync|sync|syncfs|rename|renameat|renameat2|link|unlink|unlinkat|remove|truncate|ftruncate"
  files="$files|mmap|munmap|msync|madvise|mkdir|mkdirat|rmdir|opendir|fdopendir|flock|lockf|fcntl"
  calls io "($files)(64)?" >"$wrong"
  ;;
only_base_calls_malloc)
  memory='malloc|calloc|realloc|reallocarray|free|strdup|strndup|asprintf|vasprintf|getline|aligned_alloc'
  calls base "$memory|posix_memalign" >"$wrong"
  ;;
nothing_exits_prints_or_takes_signals)
  ends='exit|_exit|_Exit|quick_exit|abort|atexit|__assert_fail|fork|vfork|execve|execvp|posix_spawn|system|popen'
  prints='printf|vprintf|fprintf|vfprintf|dprintf|puts|fputs|putchar|fputc|putc|fwrite|perror|syslog|stdout|stderr'
  # pthread_sigmask: threads that were asked for leave the process's signals to the program's.
  signals='signal|sigaction|sigprocmask|raise|kill|alarm|setitimer'
  asks='getenv|secure_getenv|setenv|putenv|setlocale|uselocale|strtok|rand|srand|random|localtime|gmtime'
  calls none "$ends|$prints|$signals|$asks" >"$wrong"
  ;;
only_a_writer_that_was_asked_to_makes_threads)
  calls none 'pthread_create|thrd_create' | grep -v '^index index/crew\.c\.o calls pthread_create$' >"$wrong" || true
  ;;
nothing_global_changes)
  # What lies in .data or .bss would be shared by all handles of a process. That is right for what the process's
  # libstemmer makes of some words, which is the same for all of them and found out once.
  layers | while read -r layer uses; do objects "$layer"; done | xargs nm -A --format=sysv | awk -F '|' '
    { gsub(/ /, "") }
    $7 ~ /^(\.t?bss|\.t?data|\*COM\*)/ && $7 !~ /^\.data\.rel\.ro/ && $4 == "OBJECT" && $1 !~ /:(__|\.L)/ {
      sub(/^.*\/libsearch_/, "", $1); sub(/\.dir\//, " ", $1); sub(/:/, " can write ", $1); print $1 }' |
    grep -v '^text text/stems\.c\.o can write taken' >"$wrong" || true
  ;;
the_shared_library_exports_the_header)
  declared >"$work/declared"
  nm -D --defined-only "$LIBSEARCH_BUILD/libsearch.so" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort >"$work/exported"
  diff "$work/declared" "$work/exported" >"$wrong" || true
  ;;
the_static_library_exports_the_header)
  declared >"$work/declared"
  nm --defined-only --extern-only "$LIBSEARCH_BUILD/libsearch.a" |
    awk 'NF == 3 && $3 !~ /asan|tsan|ubsan/ { print $3 }' | sort >"$work/exported"
  diff "$work/declared" "$work/exported" >"$wrong" || true
  ;;
the_header_is_c99_and_cplusplus)
  # Beside libc's own <search.h>, and with every macro used.
  cat >"$work/header.c" <<'EOF'
#include <libsearch.h>
#include <search.h>
size_t length(void);
size_t length(void)
{
    libsearch_bytes bytes = LIBSEARCH_STRING("words");
    return bytes.length + sizeof(struct entry);
}
EOF
  cat include/libsearch.h include/libsearch/*.h | sed -n 's/^#define \(LIBSEARCH_[A-Z_]*_INIT\) .*/\1/p' | sort -u |
    while read -r init; do
      type=$(echo "${init%_INIT}" | tr 'A-Z' 'a-z')
      echo "$type made_$type = $init;"
    done >>"$work/header.c"
  grep -q 'libsearch_open_options made_' "$work/header.c"
  cp "$work/header.c" "$work/header.cc"
  "$LIBSEARCH_CC" -std=c99 -D_XOPEN_SOURCE=700 -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only "$work/header.c" 2>"$wrong" || true
  for part in include/libsearch/*.h; do # each alone, too
    "$LIBSEARCH_CC" -std=c99 -Wall -Wextra -Wpedantic -Werror -Iinclude -include "$part" -fsyntax-only -x c /dev/null 2>>"$wrong" || true
  done
  if command -v g++ >/dev/null; then
    for standard in c++11 c++20; do
      g++ -std=$standard -Wall -Wextra -Wpedantic -Werror -Iinclude -fsyntax-only "$work/header.cc" 2>>"$wrong" || true
    done
  else
    echo "no C++ compiler here: only C was tried"
  fi
  ;;
*)
  echo "no such claim: $1" >&2
  exit 2
  ;;
esac

if [ -s "$wrong" ]; then
  cat "$wrong"
  exit 1
fi
