#!/usr/bin/env bash
# Frames a second of whole gst-launch-1.0 pipelines on 1080p frames: classification beside conversion alone, and beside
# GStreamer's own onnxinference where that is installed.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -euo pipefail
# shellcheck source=tools/script-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../tools/script-common.sh"

usage () {
  cat <<'EOF'
usage: bench/pipeline.sh [--build FOLDER] [--model FILE] [--onnx FILE] [--threads N] [--frames N] [--rounds N]

One frame is made once and pushed again and again (imagefreeze), so that a source costs next to nothing; what that costs
is measured, too, and subtracted. Each pipeline runs with two numbers of frames and the difference counts, so that
starting and loading do not. The rounds are interleaved; medians are printed.

  --build FOLDER  where the plugin was built (default: build; "": the installed one)
  --model FILE    what resnetclassify runs (default: the embedded model)
  --onnx FILE     the same network for onnxinference, NCHW, 224 x 224, batch 1 (default: not measured). It refuses a model
                  whose metadata has no entry for each output: key the output's name, value any name
  --threads N     for resnetclassify (default: 2); onnxinference takes as many as this process may run on, and all its optimizations
  --frames N      of the longer run (default: 200)
  --rounds N      (default: 5)

onnxinference is in Debian 13's gstreamer1.0-plugins-bad: run this in the folder that tools/test-debian13.sh makes.
EOF
}

build=$source_root/build
model=
onnx=
threads=2
frames=200
rounds=5
while [ "$#" -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --build) build=$2; shift ;;
    --model) model=$2; shift ;;
    --onnx) onnx=$2; shift ;;
    --threads) threads=$2; shift ;;
    --frames) frames=$2; shift ;;
    --rounds) rounds=$2; shift ;;
    *) usage >&2; die "unknown option '$1'" ;;
  esac
  shift
done
if [ -n "$build" ]; then export GST_PLUGIN_PATH="$build/plugin"; fi
gst-inspect-1.0 resnetclassify >/dev/null 2>&1 || die "GStreamer finds no resnetclassify: build first, or give --build"
convert=videoconvertscale
gst-inspect-1.0 "$convert" >/dev/null 2>&1 || convert='videoconvert ! videoscale'

# run FRAMES FORMAT REST: wall-clock nanoseconds.
run () {
  local start end
  start=$(date +%s%N)
  # shellcheck disable=SC2086
  gst-launch-1.0 -q videotestsrc num-buffers=1 pattern=smpte ! "video/x-raw,format=$2,width=1920,height=1080,framerate=30/1" \
    ! imagefreeze num-buffers="$1" $3 ! fakesink sync=false >"$folder/log" 2>&1 || { tail -n 5 "$folder/log" >&2; die "a pipeline failed: $3"; }
  end=$(date +%s%N)
  echo $((end - start))
}

# frame_ns FORMAT REST: nanoseconds a frame.
frame_ns () {
  local few many short=$((frames / 5))
  few=$(run "$short" "$1" "$2")
  many=$(run "$frames" "$1" "$2")
  echo $(((many - few) / (frames - short)))
}

median () {
  sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'
}

classify="! resnetclassify threads=$threads post-messages=false${model:+ model=$model}"
small='video/x-raw,format=RGB,width=224,height=224'
names=(source convert classify)
pipelines=('' "! $convert ! $small" "$classify")
if [ -n "$onnx" ]; then
  gst-inspect-1.0 onnxinference >/dev/null 2>&1 || die "there is no onnxinference here (GStreamer 1.20 to 1.24 on Debian have none)"
  names+=(onnxinference)
  pipelines+=("! $convert ! $small ! onnxinference input-image-format=chw optimization-level=enable-all model-file=$onnx")
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for format in NV12 I420; do
  for ((round = 0; round < rounds; round++)); do
    for i in "${!names[@]}"; do
      frame_ns "$format" "${pipelines[$i]}" >>"$folder/$format-${names[$i]}"
    done
  done
  source_ns=$(median <"$folder/$format-source")
  say "1920x1080 $format, source alone: $(awk "BEGIN { printf \"%.3f\", $source_ns / 1e6 }") ms a frame, subtracted below"
  for i in "${!names[@]}"; do
    if [ "$i" -eq 0 ]; then continue; fi
    median <"$folder/$format-${names[$i]}" |
      awk -v s="$source_ns" -v n="${names[$i]}" '{ ms = ($1 - s) / 1e6; printf "  %-14s %8.3f ms a frame %9.1f frames/s\n", n, ms, 1000 / ms }'
  done
done
