#!/usr/bin/env bash
# Builds the project in a Debian 13 folder, where GStreamer has its analytics library, and runs the element tests there.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -euo pipefail
# shellcheck source=tools/script-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/script-common.sh"

usage () {
  cat <<'EOF'
usage: tools/test-debian13.sh [--folder FOLDER] [--mirror URL] [--prepare]

Needs root and debootstrap, and a minute or two of downloads the first time.

  --folder FOLDER  where Debian 13 is, or is to be put, and kept (default: a temporary folder, removed at the end);
                   tools/check.sh does the same when GST_RESNET_DEBIAN13 names the folder
  --mirror URL     where Debian 13 comes from (default: http://deb.debian.org/debian, with the proxy and other
                   download settings of this machine's apt)
  --prepare        put Debian 13 and the packages into the folder; build and test nothing
EOF
}

folder=
mirror=http://deb.debian.org/debian
prepare=no
while [ "$#" -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --folder) folder=${2:?--folder needs a folder}; shift ;;
    --mirror) mirror=${2:?--mirror needs a URL}; shift ;;
    --prepare) prepare=yes ;;
    *) usage >&2; die "unknown option '$1'" ;;
  esac
  shift
done

[ "$(id -u)" -eq 0 ] || die "debootstrap and chroot need root: run it with sudo"
command -v debootstrap >/dev/null 2>&1 || die "debootstrap is missing: apt-get install debootstrap"

if [ -z "$folder" ]; then
  [ "$prepare" = no ] || die "--prepare needs --folder"
  folder=$(mktemp -d)
  trap 'rm -rf --one-file-system "$folder"' EXIT
fi
mkdir -p "$folder"
folder=$(cd -- "$folder" && pwd -P)

if [ ! -e "$folder/etc/debian_version" ] || [ -d "$folder/debootstrap" ]; then
  say "== Debian 13 into $folder"
  debootstrap --variant=minbase --include=ca-certificates trixie "$folder" "$mirror"
fi
[[ $(cat "$folder/etc/debian_version") == 13* ]] || die "$folder is not Debian 13"

# The network settings that this machine needs, and nothing else of its configuration.
apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries)' >"$folder/etc/apt/apt.conf.d/99host" || true
if [ -e /etc/resolv.conf ]; then cp -L /etc/resolv.conf "$folder/etc/resolv.conf"; fi

# in_debian13 COMMAND...: with /proc and /dev/shm, in a mount namespace of its own, so that nothing stays mounted.
in_debian13 () {
  # shellcheck disable=SC2016
  unshare --mount bash -c '
    set -e
    mount -t proc proc "$1/proc"
    mkdir -p "$1/dev/shm"
    mount -t tmpfs tmpfs "$1/dev/shm"
    shift_folder=$1
    shift
    exec chroot "$shift_folder" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 "$@"
  ' bash "$folder" "$@" </dev/null
}

say "== the tree"
rm -rf --one-file-system "$folder/source"
mkdir "$folder/source"
copy_tree "$folder/source"

say "== packages"
in_debian13 /source/tools/install-deps.sh build run analytics
if [ "$prepare" = yes ]; then
  say "$folder is ready"
  exit 0
fi

say "== build"
in_debian13 sh -ec '
  if [ -f /build/build.ninja ]; then meson configure /build -Danalytics=enabled -Dwerror=true
  else meson setup /build /source -Danalytics=enabled -Dwerror=true; fi
  meson compile -C /build
'

say "== element tests"
in_debian13 meson test -C /build --no-rebuild --print-errorlogs --suite element
# The suite must hold the test that this is all for.
grep -q '"name": "[^"]*analytics".*"result": "OK"' "$folder/build/meson-logs/testlog.json" ||
  die "the analytics test did not pass, or was not there"
say "the analytics path works with GStreamer $(in_debian13 pkg-config --modversion gstreamer-analytics-1.0)"
