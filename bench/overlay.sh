#!/usr/bin/env bash
# How long classoverlay takes for a frame, beside textoverlay (Debian package gstreamer1.0-x), interleaved in one process.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -euo pipefail

usage () {
  cat <<'TEXT'
usage: bench/overlay.sh [--build FOLDER] [CAPS [FRAMES]]

  --build FOLDER  a build folder with the plugin (default: build)
  CAPS            raw video (default: video/x-raw,format=I420,width=1920,height=1080,framerate=25/1)
  FRAMES          measured frames of each case (default: 300)
TEXT
}

build=build
while [ "$#" -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --build) build=${2:?--build needs a folder}; shift 2 ;;
    --*) usage >&2; exit 2 ;;
    *) break ;;
  esac
done
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
program=$build/bench/overlay-bench
[ -x "$program" ] || { echo "$program is missing: build the tests (meson compile -C $build)" >&2; exit 1; }
grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //' || uname -m
git -C "$here" log -1 --format='%h %cs' 2>/dev/null || true
GST_PLUGIN_PATH="$build/plugin" "$program" "$@"
