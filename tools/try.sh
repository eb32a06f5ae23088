#!/usr/bin/env bash
# One command from a fresh machine to photographs and a video file classified by the embedded model.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -euo pipefail
# shellcheck source=tools/script-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/script-common.sh"

usage () {
  cat <<'EOF'
usage: tools/try.sh [--no-install] [BUILD-FOLDER]

Installs the missing packages (Debian, Ubuntu), builds into BUILD-FOLDER (default: build/ in the source tree) and
classifies the photographs and the video in samples/media with the embedded model.

  --no-install  install no packages
EOF
}

install=yes
build="$source_root/build"
for argument in "$@"; do
  case $argument in
    --help | -h) usage; exit 0 ;;
    --no-install) install=no ;;
    -*) usage >&2; die "unknown option '$argument'" ;;
    /*) build=$argument ;;
    *) build="$PWD/$argument" ;;
  esac
done

unset DESTDIR
step () { printf '\n== %s\n' "$*"; }

step "1. packages"
if [ "$install" = yes ]; then
  "$source_root/tools/install-deps.sh" build run
  say "everything needed is installed"
else
  say "left as they are (--no-install)"
fi

step "2. build ($build)"
setup_build "$build"
"$MESON" compile -C "$build"

use_plugin_of "$build"
media="$source_root/samples/media"
photographs=()
for photograph in "$media"/*.jpg; do
  [ -f "$photograph" ] && photographs+=("$photograph")
done
[ "${#photographs[@]}" -gt 0 ] || die "there are no photographs in $media"
# The cat, which the embedded model knows.
one=$media/chelsea.jpg
[ -f "$one" ] || one=${photographs[0]}
video=
for candidate in "$media"/*.webm "$media"/*.ogv "$media"/*.mp4; do
  if [ -f "$candidate" ]; then video=$candidate; break; fi
done
[ -n "$video" ] || die "there is no video in $media"

step "3. photographs, with resnet-tool"
"$build/tools/resnet-tool/resnet-tool" classify embedded "${photographs[@]}" --top-k 3

# gst-launch-1.0 -m prints every message whole; of a "classification" message this keeps the time and the best classes.
# What is not understood is shown as it came, and a pipeline that gives no result fails.
show_results () {
  awk '
    /GstMessageClassification|classification,/ {
      results++
      line = $0
      time = ""
      if (match(line, /stream-time=\(guint64\)[0-9]+/))
        time = substr(line, RSTART + 21, RLENGTH - 21) / 1e9
      text = ""
      rest = line
      gsub(/\\/, "", rest)
      # The best one stands before the list again.
      sub(/^.*entries=/, "", rest)
      first = ""
      while (match(rest, /label=\(string\)("[^"]*"|[^,;>]*)/)) {
        label = substr(rest, RSTART + 14, RLENGTH - 14)
        rest = substr(rest, RSTART + RLENGTH)
        gsub(/"/, "", label)
        if (match(rest, /confidence=\((float|double)\)[0-9.e+-]+/)) {
          value = substr(rest, RSTART, RLENGTH)
          sub(/^[^)]*\)/, "", value)
          if (first == "") first = label
          text = text sprintf("%s%s %.1f %%", text == "" ? "" : ", ", label, value * 100)
        }
      }
      if (text == "") { print line; next }
      if (first == last) next
      last = first
      printf "  %7.2f s  %s\n", time, text
      next
    }
    /ERROR|WARN/ { print }
    END { if (!results) { print "the pipeline gave no classification"; exit 1 } }
  '
}

step "4. a photograph in a pipeline"
say "gst-launch-1.0 -m filesrc location=${one##*/} ! jpegdec idct-method=islow ! resnetclassify top-k=3 ! fakesink"
gst-launch-1.0 -m filesrc location="$one" ! jpegdec idct-method=islow ! \
  resnetclassify top-k=3 ! fakesink </dev/null 2>&1 | show_results

step "5. a video in a pipeline (a line where the best label changes)"
say "gst-launch-1.0 -m filesrc location=${video##*/} ! decodebin ! resnetclassify top-k=1 ! fakesink"
gst-launch-1.0 -m filesrc location="$video" ! decodebin ! resnetclassify top-k=1 ! fakesink </dev/null 2>&1 |
  show_results

step "How to go on"
cat <<EOF
In this shell, so that GStreamer finds the plugin:

    export GST_PLUGIN_PATH='$build/plugin'
    gst-inspect-1.0 resnetclassify
    gst-launch-1.0 -m filesrc location='$one' ! jpegdec idct-method=islow ! resnetclassify ! fakesink

And with a model of your own (README.md says where to get some):

    '$build/tools/resnet-tool/resnet-tool' classify resnet18.pth --labels imagenet.txt photograph.jpg
EOF
