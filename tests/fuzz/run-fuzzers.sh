#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Fuzzes every target for a while, side by side, with AddressSanitizer and UndefinedBehaviorSanitizer. Needs clang and its
# runtime library.
#
# usage: run-fuzzers.sh [SECONDS [BUILD_DIR [WORK_DIR]]]
#
# New inputs are collected in WORK_DIR/TARGET; what crashed, hung or took too much memory lies there as crash-*, timeout-*, oom-*.
# Exit status 1 when a target found something. Bring its input into tests/fuzz/corpus/TARGET together with the repair.
set -euo pipefail
seconds=${1:-60}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${2:-$root/build-fuzz}
work=${3:-$build/work}
if [ ! -f "$build/build.ninja" ]; then
  CC=clang meson setup "$build" "$root" -Dfuzz=true -Dsamples=disabled -Db_sanitize=address,undefined \
    -Db_lundef=false -Dbuildtype=debugoptimized -Dc_args='-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined'
fi
ninja -C "$build"
pids=()
for target in "$build"/tests/fuzz/fuzz-*; do
  [ -x "$target" ] && [ -f "$target" ] || continue
  name=$(basename "$target" | sed 's/^fuzz-//')
  mkdir -p "$work/$name/new"
  # Detecting leaks at each input costs little here: nothing lives on between them.
  "$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=10 -max_len=16384 -print_final_stats=1 \
    -artifact_prefix="$work/$name/" "$work/$name/new" "$root/tests/fuzz/corpus/$name" >"$work/$name/log" 2>&1 &
  pids+=("$!:$name")
done
status=0
for p in "${pids[@]}"; do
  if wait "${p%%:*}"; then
    echo "${p##*:}: $(grep -a 'stat::number_of_executed_units' "$work/${p##*:}/log" | awk '{print $2}') inputs, nothing found"
  else
    echo "${p##*:}: FOUND SOMETHING, see $work/${p##*:}/log"
    status=1
  fi
done
exit $status
