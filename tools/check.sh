#!/usr/bin/env bash
# The test command: installs what is missing, builds in every way that matters, runs every test in each of them.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -uo pipefail
# shellcheck source=tools/script-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/script-common.sh"

usage () {
  cat <<'EOF'
usage: tools/check.sh [--quick] [--no-install] [--debian13] [STEP...]

Installs what is missing, builds and tests. Without STEP all of them run, in this order:
  deps      missing Debian or Ubuntu packages (tools/install-deps.sh all)
  tests     gcc, warnings are errors, every test (build/)
  valgrind  the element tests under valgrind (build/)
  clang     clang, warnings are errors; the libFuzzer targets over their corpora
  asan      AddressSanitizer, UndefinedBehaviorSanitizer and LeakSanitizer, every test
  tsan      ThreadSanitizer, the threaded tests
  engine    nn/ and resnet-tool alone, without GStreamer (-Dplugin=disabled), unoptimized
  install   meson install into an empty folder; GStreamer finds the installed plugin; two builds give the same bytes
  copy      tools/try.sh in a copy of the tree whose path has spaces, then the documents' commands in it
  debian13  the GStreamer analytics path in a Debian 13 folder (tools/test-debian13.sh): runs when asked for with
            --debian13, or when GST_RESNET_DEBIAN13 names a folder that script has made

  --quick       deps and tests only
  --no-install  look for packages and install nothing

The last line is "N passed, N failed, N skipped", summed over all runs; the exit status is 1 when anything failed or no
test ran. Logs stay in build/ and build-check/.
EOF
}

all_steps='deps tests valgrind clang asan tsan engine install copy'
steps=
install=yes
debian13=${GST_RESNET_DEBIAN13:-}
for argument in "$@"; do
  case $argument in
    --help | -h) usage; exit 0 ;;
    --quick) steps='deps tests' ;;
    --no-install) install=no ;;
    --debian13) debian13=${debian13:-temporary} ;;
    deps | tests | valgrind | clang | asan | tsan | engine | install | copy | debian13) steps="$steps $argument" ;;
    *) usage >&2; die "unknown step or option '$argument'" ;;
  esac
done
if [ -z "$steps" ]; then
  steps=$all_steps
  [ -z "$debian13" ] || steps="$steps debian13"
fi

cd -- "$source_root" || exit 1
main_build="$source_root/build"
check_dir="$source_root/build-check"
log_dir="$check_dir/logs"
mkdir -p "$log_dir"
rm -f "$log_dir"/*.log "$log_dir"/*.testlog.json
unset GST_PLUGIN_PATH GST_REGISTRY GST_PLUGIN_SYSTEM_PATH DESTDIR CFLAGS LDFLAGS
export LC_ALL=C.UTF-8
# The distribution's Python is the one whose modules install-deps.sh brings.
export PATH="/usr/bin:$PATH"
# Sanitized and emulated runs are many times slower: tests that repeat something do it less often there.
# (The valgrind setup in tests/elements/meson.build sets the same two.)
slow_frames=90
slow_loops=4

failed_steps=()
started_at=$SECONDS

# step NAME: run step_NAME with its output in a log; on failure show the end of it and go on.
step () {
  local name=$1 log="$log_dir/$1.log" began=$SECONDS status=0
  printf '[%4d s] %s ...\n' "$((SECONDS - started_at))" "$name"
  # In a shell of its own: what ends a step ends no other.
  ("step_$name") >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" -eq 0 ]; then
    printf '[%4d s] %s: passed in %d s\n' "$((SECONDS - started_at))" "$name" "$((SECONDS - began))"
  else
    failed_steps+=("$name")
    printf '[%4d s] %s: FAILED in %d s; the end of %s:\n' "$((SECONDS - started_at))" "$name" \
      "$((SECONDS - began))" "${log#"$source_root"/}"
    tail -n 60 "$log" | sed 's/^/    /'
  fi
  return 0
}

# build FOLDER OPTION...
build () {
  setup_build "$@" && "$MESON" compile -C "$1"
}

# run_tests NAME FOLDER MESON-TEST-ARGUMENT...: keeps the results for the summary under NAME; a run of no test fails.
run_tests () {
  local name=$1 folder=$2 status=0 kept="$log_dir/$1.testlog.json"
  shift 2
  rm -f "$folder"/meson-logs/testlog*.json
  # Randomized address spaces wider than ThreadSanitizer's shadow layout knows are met on recent kernels.
  local fixed_addresses=()
  if setarch "$(uname -m)" -R true 2>/dev/null; then fixed_addresses=(setarch "$(uname -m)" -R); fi
  "${fixed_addresses[@]}" "$MESON" test -C "$folder" --no-rebuild --print-errorlogs "$@" || status=$?
  cat "$folder"/meson-logs/testlog*.json >"$kept" 2>/dev/null
  if [ ! -s "$kept" ]; then
    say "no test ran in $folder"
    return 1
  fi
  return "$status"
}

step_deps () {
  local folder
  ./tools/install-deps.sh --dry-run all && return 0
  [ "$install" = yes ] || return 1
  ./tools/install-deps.sh all || return 1
  # A build folder remembers the compilers that were there before (c++ may be another one now): it starts anew, with
  # its options.
  find_meson
  for folder in "$main_build" "$check_dir"/*; do
    if [ -f "$folder/build.ninja" ]; then "$MESON" setup --wipe "$folder" "$source_root" || return 1; fi
  done
}

step_tests () {
  build "$main_build" -Dwerror=true && run_tests tests "$main_build"
}

step_valgrind () {
  build "$main_build" -Dwerror=true &&
    run_tests valgrind "$main_build" --setup valgrind --suite element
}

step_clang () {
  CC=clang build "$check_dir/clang" -Dwerror=true -Dfuzz=true || return 1
  local target corpus status=0 count=0
  for target in "$check_dir"/clang/tests/fuzz/fuzz-*; do
    if [ ! -x "$target" ] || [ ! -f "$target" ]; then continue; fi
    corpus="$source_root/tests/fuzz/corpus/$(basename "$target" | sed 's/^fuzz-//')"
    say "$(basename "$target") over its corpus"
    [ -d "$corpus" ] || { say "$corpus is missing"; status=1; continue; }
    "$target" -runs=0 "$corpus" || status=1
    count=$((count + 1))
  done
  [ "$count" -gt 0 ] || { say "no libFuzzer target was built"; status=1; }
  return "$status"
}

step_asan () {
  build "$check_dir/asan" -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fno-sanitize-recover=all || return 1
  # Programs that are not ours (gst-plugin-scanner) cannot load a sanitized plugin, so that the registry is made in
  # the test's own process; the checks of the project's text need no sanitizer.
  ASAN_OPTIONS=detect_leaks=1:abort_on_error=0:allocator_may_return_null=1 \
    UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1 \
    LSAN_OPTIONS="suppressions=$source_root/tests/project/lsan.supp:print_suppressions=0" \
    GST_REGISTRY_FORK=no GST_RESNET_TEST_FRAMES=$slow_frames GST_RESNET_TEST_LOOPS=$slow_loops \
    run_tests asan "$check_dir/asan" --no-suite project --timeout-multiplier 5
}

step_tsan () {
  build "$check_dir/tsan" -Db_sanitize=thread -Db_lundef=false || return 1
  # Without mutex bugs: GLib's recursive locks, made where ThreadSanitizer does not look, would be taken for double locks.
  TSAN_OPTIONS="report_mutex_bugs=0:suppressions=$source_root/tests/project/tsan.supp:halt_on_error=1:second_deadlock_stack=1" \
    GST_REGISTRY_FORK=no GST_RESNET_TEST_FRAMES=$slow_frames GST_RESNET_TEST_LOOPS=$slow_loops \
    run_tests tsan "$check_dir/tsan" --suite threaded --timeout-multiplier 5 \
    --wrapper "env 'LD_PRELOAD=$check_dir/tsan/tests/project/libtsan-glib.so'"
}

step_engine () {
  build "$check_dir/engine" -Dwerror=true -Dplugin=disabled -Doptimization=0 &&
    run_tests engine "$check_dir/engine" --no-suite project --timeout-multiplier 5
}

step_install () {
  build "$main_build" -Dwerror=true && python3 tests/project/check-install.py --meson "$MESON" --build "$main_build" &&
    python3 tests/project/check-reproducible.py --meson "$MESON"
}

step_copy () {
  local parent copy status=0
  parent=$(mktemp -d) || return 1
  copy="$parent/a copy with spaces"
  if ! mkdir "$copy" || ! copy_tree "$copy"; then
    rm -rf "$parent"
    return 1
  fi
  say "--- tools/try.sh, from another folder"
  (cd / && "$copy/tools/try.sh") || status=1
  say "--- tools/try.sh once more"
  (cd "$copy" && ./tools/try.sh) || status=1
  say "--- the commands in the documents"
  (cd "$copy" && python3 tests/project/check-readme.py --tree "$copy") || status=1
  rm -rf "$parent"
  return "$status"
}

step_debian13 () {
  if [ "$debian13" = temporary ] || [ -z "$debian13" ]; then
    ./tools/test-debian13.sh
  else
    ./tools/test-debian13.sh --folder "$debian13"
  fi
}

trap 'say; die "interrupted"' INT TERM
# A quick look before every step that needs it, so that a broken first step is said once, not eight times over.
for name in $steps; do
  step "$name"
  if [ "$name" = deps ] && ! command -v python3 >/dev/null 2>&1; then
    die "python3 and meson are needed and could not be installed: see ${log_dir#"$source_root"/}/deps.log"
  fi
done

say
python3 tests/project/summarize-testlogs.py "$log_dir" --failed-steps "${failed_steps[*]:-}"
