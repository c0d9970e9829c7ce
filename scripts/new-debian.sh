# SPDX-License-Identifier: MIT
# Sourced by scripts/bare and tests/newcomer: a new Debian 12 with nothing but what debootstrap gives. Needs root (sudo
# where there is one).

# new_debian FOLDER: makes it, anew where there was one, and mounts what programs expect until the script ends.
new_debian() {
  debian=$1
  need_packages debootstrap
  as_root=""
  [ "$(id -u)" = 0 ] || as_root=sudo
  if [ -e "$debian" ]; then
    [ -e "$debian/etc/debian_version" ] || { echo "$debian is there and is no Debian" >&2; exit 2; }
    $as_root umount "$debian/proc" "$debian/dev/pts" 2>/dev/null || true
    $as_root rm -rf --one-file-system "$debian"
  fi
  $as_root debootstrap --variant=minbase bookworm "$debian"
  trap '$as_root umount "$debian/proc" "$debian/dev/pts" 2>/dev/null || true' EXIT
  $as_root mount -t proc proc "$debian/proc"
  $as_root mount -t devpts -o ptmxmode=666 devpts "$debian/dev/pts"
  # The way to the packages as this machine has it.
  [ ! -f /etc/resolv.conf ] || $as_root cp -L /etc/resolv.conf "$debian/etc/resolv.conf"
  for settings in /etc/apt/apt.conf /etc/apt/apt.conf.d/*prox*; do
    [ ! -f "$settings" ] || $as_root cp "$settings" "$debian/etc/apt/apt.conf.d/"
  done
}

# in_debian COMMAND...: runs it there as root, with nothing of this machine's environment but the way to the packages.
in_debian() {
  $as_root env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 ${http_proxy:+http_proxy=$http_proxy} \
    chroot "$debian" "$@"
}
