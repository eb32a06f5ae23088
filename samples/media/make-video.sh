#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Make cat-coffee-rocket.webm from three of this folder's photographs: VP8, 360x240, 15 frames a second, 2.4 s each.
# Needs python3 with Pillow, and vp8enc and webmmux (gstreamer1.0-plugins-good).
set -eu
cd "$(dirname "$0")"

frames=$(mktemp -d)
trap 'rm -rf "$frames"' EXIT

"${PYTHON:-python3}" ./video-frames.py "$frames" 36 chelsea.jpg coffee.jpg rocket.jpg

gst-launch-1.0 -q \
  multifilesrc location="$frames/%04d.png" caps=image/png,framerate=15/1 ! pngdec \
  ! videoconvert ! video/x-raw,format=I420,colorimetry=bt601 \
  ! vp8enc deadline=0 cpu-used=0 end-usage=cq cq-level=20 target-bitrate=400000 keyframe-max-dist=30 threads=1 \
  ! webmmux ! filesink location=cat-coffee-rocket.webm

ls -l cat-coffee-rocket.webm
