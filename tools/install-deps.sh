#!/usr/bin/env bash
# Installs what the project needs on Debian and Ubuntu: only what is missing, and without touching the network when
# nothing is.
# SPDX-License-Identifier: LGPL-2.1-or-later
set -euo pipefail
# shellcheck source=tools/script-common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/script-common.sh"

usage () {
  cat <<'EOF'
usage: tools/install-deps.sh [--dry-run] [GROUP...]

Installs the Debian or Ubuntu packages of the groups (default: build run):
  engine     what nn/ and resnet-tool need to build, without GStreamer (-Dplugin=disabled)
  build      engine, and what the plugin and the sample applications need
  run        what the recipes in README.md need at run time
  test       what tools/check.sh needs beside: clang, valgrind, the formatters, Python with its GStreamer bindings
  analytics  gstreamer-analytics-1.0 (Debian 13, Ubuntu 24.04 and later)
  all        build run test

  --dry-run  print the missing packages and install nothing (exit status 1 when there are any)
EOF
}

# a|b: either will do; the first that can be had is taken when neither is there.
# OpenBLAS is the serial build: it never starts threads beside ours.
engine_packages='gcc libc6-dev meson ninja-build pkg-config|pkgconf libglib2.0-dev libopenblas-serial-dev
  libjpeg-dev libjson-glib-dev libpng-dev libprotobuf-c-dev libtiff-dev libwebp-dev libzip-dev
  protobuf-c-compiler'
build_packages="$engine_packages libcairo2-dev libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libpango1.0-dev"
run_packages='gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good'
test_packages='clang clang-format|clang-format-14 g++ indent valgrind libc6-dbg gstreamer1.0-plugins-bad python3 python3-gi
  gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0 gir1.2-gst-rtsp-server-1.0 python3-numpy python3-pil'
analytics_packages='libgstreamer-plugins-bad1.0-dev gstreamer1.0-plugins-bad'

dry_run=no
wanted=
with_clang_runtime=no
for argument in "$@"; do
  case $argument in
    --help | -h) usage; exit 0 ;;
    --dry-run) dry_run=yes ;;
    engine) wanted="$wanted $engine_packages" ;;
    build) wanted="$wanted $build_packages" ;;
    run) wanted="$wanted $run_packages" ;;
    test) wanted="$wanted $test_packages"; with_clang_runtime=yes ;;
    analytics) wanted="$wanted $analytics_packages" ;;
    all) wanted="$wanted $build_packages $run_packages $test_packages"; with_clang_runtime=yes ;;
    *) usage >&2; die "unknown group or option '$argument'" ;;
  esac
done
[ -n "$wanted" ] || wanted="$build_packages $run_packages"

if ! command -v dpkg-query >/dev/null 2>&1; then
  warn "this is neither Debian nor Ubuntu: nothing is installed. Install these by their names here:"
  # shellcheck disable=SC2086
  printf '  %s\n' $wanted | sort -u >&2
  exit 0
fi

is_installed () {
  local status
  status=$(dpkg-query -W -f '${db:Status-Status} ' "$1" 2>/dev/null) || return 1
  [[ " $status" == *" installed "* ]]
}

can_be_had () {
  local policy
  policy=$(LC_ALL=C apt-cache policy "$1" 2>/dev/null) || return 1
  [[ $policy == *"Candidate: "* && $policy != *"Candidate: (none)"* ]]
}

# The first of the alternatives that is installed; nothing is said of which when none is.
any_installed () {
  local name names
  IFS='|' read -r -a names <<<"$1"
  for name in "${names[@]}"; do
    if is_installed "$name"; then return 0; fi
  done
  return 1
}

missing=()
find_missing () {
  local entry
  missing=()
  # shellcheck disable=SC2086
  for entry in $(printf '%s\n' $wanted | sort -u); do
    any_installed "$entry" || missing+=("$entry")
  done
  # The sanitizers' and libFuzzer's run time has clang's version in its package's name, so that clang comes first.
  if [ "$with_clang_runtime" = yes ] && is_installed clang; then
    local version
    version=$(clang -dumpversion 2>/dev/null | cut -d. -f1)
    if [ -n "$version" ] && [ ! -e "$(clang -print-resource-dir)/lib/linux/libclang_rt.fuzzer-$(uname -m).a" ]; then
      missing+=("libclang-rt-$version-dev|libclang-common-$version-dev")
    fi
  fi
}

root_command=()
become_root () {
  [ "$(id -u)" -ne 0 ] || return 0
  if command -v sudo >/dev/null 2>&1; then
    root_command=(sudo)
  else
    die "these packages are missing and neither root nor sudo is at hand to install them: ${missing[*]}"
  fi
}

apt () {
  "${root_command[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 \
    -o Acquire::Retries=3 "$@" </dev/null
}

install_missing () {
  local entry name names choice packages=()
  for entry in "${missing[@]}"; do
    IFS='|' read -r -a names <<<"$entry"
    choice=
    for name in "${names[@]}"; do
      if can_be_had "$name"; then choice=$name; break; fi
    done
    [ -n "$choice" ] || die "no package archive of this machine has ${entry//|/ or }"
    packages+=("$choice")
  done
  say "installing: ${packages[*]}"
  apt install -y -q --no-install-recommends "${packages[@]}"
}

find_missing
if [ "$dry_run" = yes ]; then
  if [ "${#missing[@]}" -eq 0 ]; then say "nothing is missing"; exit 0; fi
  printf '%s\n' "${missing[@]}"
  exit 1
fi
if [ "${#missing[@]}" -eq 0 ]; then exit 0; fi

become_root
# One unreachable archive among several is apt's warning here, not the end: what counts is whether install succeeds.
apt update -q || warn "apt-get update failed; going on with the package lists that are there"
install_missing
# A second round for what only the first makes known (clang's version).
find_missing
if [ "${#missing[@]}" -gt 0 ]; then
  install_missing
  find_missing
fi
[ "${#missing[@]}" -eq 0 ] || die "still missing after the installation: ${missing[*]}"
