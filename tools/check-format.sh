#!/usr/bin/env bash
# One formatter a folder: clang-format 14 (.clang-format) for the engine, the tools, the samples and their tests;
# GNU indent in GStreamer's style for elements/, plugin/ and tests/elements/.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -uo pipefail
# shellcheck source=tools/script-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/script-common.sh"

usage () {
  cat <<'EOF'
usage: tools/check-format.sh [--fix] [FILE-OR-FOLDER...]

Says which C files are not formatted (exit status 1), or formats them with --fix. Another version of clang-format than
14 formats differently, so that where 14 is missing its folders are skipped (exit status 77 when nothing was checked).
EOF
}

fix=no
wanted=()
for argument in "$@"; do
  case $argument in
    --help | -h) usage; exit 0 ;;
    --fix) fix=yes ;;
    -*) usage >&2; die "unknown option '$argument'" ;;
    *) wanted+=("$(realpath --relative-to="$source_root" -- "$argument")") ;;
  esac
done
cd -- "$source_root" || exit 1
gst_folders='elements plugin tests/elements'
other_folders='nn evaluate tools samples tests bench training'
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

clang_format=
for candidate in clang-format-14 clang-format; do
  version=$("$candidate" --version 2>/dev/null) || continue
  if [[ $version == *"version 14."* ]]; then clang_format=$candidate; break; fi
done
indent=
version=$(indent --version 2>/dev/null || true)
if [[ $version == *GNU* ]]; then indent=indent; fi

# As GStreamer's gst-indent-1.0 does it, twice: indent's first pass is not always its last word.
run_indent () {
  local pass
  cp -- "$1" "$2"
  for pass in 1 2; do
    indent -npro --braces-on-if-line --case-brace-indentation0 --case-indentation2 --braces-after-struct-decl-line \
      --line-length80 --no-tabs --cuddle-else --dont-line-up-parentheses --continuation-indentation4 \
      --honour-newlines --tab-size8 --indent-level2 --leave-preprocessor-space "$2" -o "$2.$pass" || return 1
    mv -- "$2.$pass" "$2"
  done
}

in_wanted () {
  local one
  [ "${#wanted[@]}" -gt 0 ] || return 0
  for one in "${wanted[@]}"; do
    if [ "$one" = . ] || [ "$1" = "$one" ] || [[ $1 == "$one"/* ]]; then return 0; fi
  done
  return 1
}

checked=0
unformatted=0
skipped=0
# file FORMATTER FILE
check_file () {
  local formatted="$scratch/formatted.c"
  case $1 in
    clang-format)
      [ -n "$clang_format" ] || { skipped=$((skipped + 1)); return 0; }
      "$clang_format" --style=file --assume-filename="$2" <"$2" >"$formatted" || {
        say "$2: clang-format failed"
        unformatted=$((unformatted + 1))
        return 0
      }
      ;;
    indent)
      [ -n "$indent" ] || { skipped=$((skipped + 1)); return 0; }
      run_indent "$2" "$formatted" || { say "$2: indent failed"; unformatted=$((unformatted + 1)); return 0; }
      ;;
  esac
  checked=$((checked + 1))
  cmp -s "$2" "$formatted" && return 0
  if [ "$fix" = yes ]; then
    cat -- "$formatted" >"$2"
    say "$2: formatted"
  else
    unformatted=$((unformatted + 1))
    diff -u --label "$2" --label "$2 (formatted)" "$2" "$formatted" | head -n 40
  fi
}

while IFS= read -r file; do
  in_wanted "$file" || continue
  case $file in
    # As in GStreamer itself, headers are left alone: indent takes G_BEGIN_DECLS for a type.
    elements/*.h | plugin/*.h | tests/elements/*.h) ;;
    elements/*.c | plugin/*.c | tests/elements/*.c) check_file indent "$file" ;;
    *.[ch]) check_file clang-format "$file" ;;
  esac
done < <(for folder in $gst_folders $other_folders; do
    [ ! -d "$folder" ] || find "$folder" -name '*.[ch]' -type f
  done | LC_ALL=C sort -u)

if [ "$skipped" -gt 0 ]; then
  [ -n "$clang_format" ] || say "clang-format 14 is missing"
  [ -n "$indent" ] || say "GNU indent is missing"
  say "$skipped files skipped"
fi
say "$checked files checked, $unformatted not formatted"
[ "$unformatted" -eq 0 ] || { say "tools/check-format.sh --fix formats them"; exit 1; }
[ "$checked" -gt 0 ] || exit 77
