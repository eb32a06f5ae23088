#!/usr/bin/env bash
# Makes docs/overlay-picture.jpg, the picture of README.md's first pipeline, with the plugin of a build folder.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -euo pipefail

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
if [ "${1:-}" = --help ]; then
  echo "usage: docs/make-overlay-picture.sh [BUILD-FOLDER [OUTPUT]]"
  exit 0
fi
build=${1:-$root/build}
output=${2:-$root/docs/overlay-picture.jpg}
GST_PLUGIN_PATH="$build/plugin" gst-launch-1.0 -q filesrc location="$root/samples/media/chelsea.jpg" \
  ! jpegdec ! resnetclassify ! classoverlay \
  ! videoconvert ! jpegenc quality=88 ! filesink location="$output"
