# SPDX-License-Identifier: MIT
# Sourced by the other scripts: what has to be there to build, and how to get it.

# What the library, the program and the quick tests need on Debian 12. docs/dependencies.md says why.
build_packages="gcc libc6-dev cmake ninja-build pkg-config libstemmer-dev libutf8proc-dev libzstd-dev libxxhash-dev
  libjansson-dev"
test_packages="libcmocka-dev g++ python3 zstd libxapian-dev xapian-tools xapian-omega abigail-tools"
# What the tests of the documents need besides; without them they are skipped.
document_packages="doxygen man-db groff-base mandoc"

# need_packages NAME...: installs those that are missing, asking apt for nothing when none is.
need_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "This is no Debian: please see to it that what these packages hold is installed: $*" >&2
    return 0
  fi
  local missing="" package root=""
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  echo "Installing, which takes a minute or two:$missing" >&2
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "please install as root:$missing" >&2; return 3; }
    root=sudo
  fi
  $root apt-get -qq update >&2
  # shellcheck disable=SC2086 # words on purpose
  $root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends $missing >/dev/null
}

# configure PRESET: quiet unless it fails. Cheap where it was done before.
configure() {
  mkdir -p build
  cmake --preset "$1" >"build/$1.log" 2>&1 || { cat "build/$1.log" >&2; return 3; }
}
