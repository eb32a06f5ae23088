#!/usr/bin/env bash
# Live streams: how long mode latest holds a frame, whether mode sync with QoS keeps real time, regions in batches, and 16
# streams on one model beside the bare network.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -euo pipefail
# shellcheck source=tools/script-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../tools/script-common.sh"

usage () {
  cat <<'TEXT'
usage: bench/live.sh [--build FOLDER] [--threads N] [--rounds N] [--slow TEXT] MODEL [PART...]

  MODEL           what the streams run, as resnet18.pth
  PART            hold (mode latest), sync (mode sync with QoS), regions, streams; default: all of them
  --build FOLDER  a build folder with the plugin, the tests and resnet-tool (default: build)
  --threads N     of the network (default: 2)
  --rounds N      of each measurement; those that are compared are interleaved (default: 5)
  --slow TEXT     properties that make a model of about 100 ms (default: the embedded model at 800 × 800)
TEXT
}

build=$source_root/build
threads=2
rounds=5
slow='crop=800 resize=800'
while [ "$#" -gt 0 ]; do
  case $1 in
    --help | -h) usage; exit 0 ;;
    --build) build=${2:?--build needs a folder}; shift 2 ;;
    --threads) threads=${2:?--threads needs a number}; shift 2 ;;
    --rounds) rounds=${2:?--rounds needs a number}; shift 2 ;;
    --slow) slow=${2:?--slow needs properties}; shift 2 ;;
    --*) usage >&2; exit 2 ;;
    *) break ;;
  esac
done
model=${1:?name a model: bench/live.sh --help}
shift
parts=${*:-hold sync regions streams}
program=$build/bench/live-bench
[ -x "$program" ] || die "$program is missing: build the tests (meson compile -C $build)"
use_plugin_of "$build"
properties="threads=$threads model=$model"
grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //' || uname -m
git -C "$source_root" log -1 --format='%h %cs' 2>/dev/null || true

for part in $parts; do
  for round in $(seq "$rounds"); do
    case $part in
      hold) "$program" hold "mode=latest threads=$threads $slow" 300 ;;
      sync) "$program" hold "qos=true $properties" 240
            "$program" hold "qos=true threads=$threads $slow" 240 ;;
      regions) "$program" regions "$properties" 5 ;;
      streams) "$build/tools/resnet-tool/resnet-tool" bench "$model" --threads "$threads" --batch 16 --seconds 2 2>/dev/null | grep throughput
               "$program" streams "$properties" 12 ;;
      *) usage >&2; exit 2 ;;
    esac | sed "s/^/$part $round: /"
  done
done
