#!/bin/sh
# SPDX-License-Identifier: MIT
# Databases that other programs make: lsearch reads them. Usage: foreign.sh CLAIM LSEARCH
set -eu
claim=$1 lsearch=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export LC_ALL=C PATH="$PATH:/usr/sbin" HOME="$work"

need() { command -v "$1" >/dev/null || { echo "no $1: skipped"; exit 77; }; }

case "$claim" in
what_apt_xapian_index_made_is_read)
  need update-apt-xapian-index
  cat >packages <<'EOF'
Package: kettle
Version: 1.0
Architecture: all
Maintainer: Nobody <nobody@example.org>
Installed-Size: 400
Size: 1000
Section: mail
Description: boils messages
 A program that boils electronic messages until they are short.

Package: teapot
Version: 2.0
Architecture: all
Maintainer: Nobody <nobody@example.org>
Installed-Size: 90
Size: 2000
Section: net
Description: pours messages
 Pours what the kettle has boiled.

EOF
  mkdir cache
  export AXI_DB_PATH="$work/axi" AXI_CACHE_PATH="$work/cache"
  update-apt-xapian-index --force --batch-mode --pkgfile=packages >axi.log 2>&1 || { cat axi.log; exit 1; }
  # axi/index is a stub file. By Xapian's customs alone: a stem finds, the name is the document's text.
  "$lsearch" search xapian:axi/index boiling --json >out
  grep -q '"value": 2' out
  cat >map <<'EOF'
# what axi/values and axi/prefixes say
id prefix=XP
field name keyword prefix=XP
field section keyword prefix=XS
field text text data=text
field installed float slot=1
EOF
  "$lsearch" search xapian:axi/index 'messages +section:mail' --field-map map --json >out
  grep -q '"value": 1, .*"id": "kettle"' out
  "$lsearch" search xapian:axi/index 'installed:[* TO 100]' --field-map map --json | grep -q '"id": "teapot"'
  "$lsearch" search xapian:axi/index messages --sort installed --field-map map --json |
    grep -q '"id": "teapot".*"id": "kettle"'
  status=0
  "$lsearch" search xapian:axi/index messages --facet section --field-map map >/dev/null 2>err || status=$?
  [ "$status" = 3 ] && grep -q "'section' has no value slot" err
  status=0
  "$lsearch" delete xapian:axi/index kettle >/dev/null 2>err || status=$?
  [ "$status" = 3 ]
  ;;
what_notmuch_made_is_read)
  need notmuch
  mkdir -p mail/cur mail/new mail/tmp
  cat >mail/cur/1:2,S <<'EOF'
From: Ada <ada@example.org>
To: Charles <charles@example.org>
Subject: Notes on the engine
Date: Mon, 01 Jan 2024 10:00:00 +0000
Message-ID: <one@example.org>

The engine weaves patterns, just as the loom weaves flowers and leaves.
EOF
  cat >mail/cur/2:2,S <<'EOF'
From: Charles <charles@example.org>
To: Ada <ada@example.org>
Subject: Re: Notes on the engine
Date: Tue, 02 Jan 2024 10:00:00 +0000
Message-ID: <two@example.org>
In-Reply-To: <one@example.org>

The mill is in the workshop, and the loom is silent.
EOF
  printf '[database]\npath=%s\n[user]\nname=x\nprimary_email=x@example.org\n[new]\ntags=inbox\n' "$work/mail" >config
  NOTMUCH_CONFIG="$work/config" notmuch new >notmuch.log 2>&1 || { cat notmuch.log; exit 1; }
  "$lsearch" search mail/.notmuch/xapian flower --json >out
  grep -q '"value": 1, .*"id": "one@example.org"' out
  "$lsearch" search mail/.notmuch/xapian '"weaves flowers"' --json | grep -q '"id": "one@example.org"'
  "$lsearch" search mail/.notmuch/xapian loom --json | grep -q '"value": 2'
  cat >map <<'EOF'
# notmuch's own: the message's id, seconds in slot 0
id prefix=Q
field subject text prefix=XSUBJECT
field from text prefix=XFROM
field tag keyword prefix=K
field date integer slot=0
field text text data=text
EOF
  "$lsearch" search mail/.notmuch/xapian 'subject:note +from:ada' --field-map map --json |
    grep -q '"value": 1, .*"id": "one@example.org"'
  "$lsearch" search mail/.notmuch/xapian tag:inbox --sort date:desc --field-map map --json |
    grep -q '"id": "two@example.org".*"id": "one@example.org"'
  # A day, in seconds.
  "$lsearch" search mail/.notmuch/xapian 'date:[1704150000 TO 1704240000]' --field-map map --json |
    grep -q '"value": 1, .*"id": "two@example.org"'
  ;;
*) echo "no such claim: $claim" >&2; exit 2 ;;
esac
