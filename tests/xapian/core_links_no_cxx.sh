#!/bin/sh
# SPDX-License-Identifier: MIT
# Usage: core_links_no_cxx.sh LIBRARY. What it needs, and what that needs, holds no C++.
set -eu
ldd "$1" | grep -E 'libxapian|libstdc\+\+|libsearch-xapian' && exit 1
exit 0
