# Shared by the scripts in tools/; sourced, never run.
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash

# The root of the source tree, whatever the caller's working directory and whatever characters are in the path.
source_root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)

say () { printf '%s\n' "$*"; }
warn () { printf '%s: warning: %s\n' "${0##*/}" "$*" >&2; }
die () { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# The distribution's own meson first: its Python is the one that python3-gi and python3-numpy belong to, and it is the
# oldest version that has to do. MESON=... names another.
find_meson () {
  if [ -z "${MESON:-}" ]; then
    if [ -x /usr/bin/meson ]; then MESON=/usr/bin/meson; else MESON=$(command -v meson || true); fi
  fi
  [ -n "$MESON" ] || die "there is no meson: run tools/install-deps.sh, or name one with MESON=/path/to/meson"
}

# setup_build FOLDER OPTION...: make the build folder, or give an existing one the same options.
setup_build () {
  local folder=$1 owner
  shift
  find_meson
  if [ -f "$folder/build.ninja" ] && [ -f "$folder/meson-info/meson-info.json" ]; then
    owner=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["directories"]["source"])' \
      "$folder/meson-info/meson-info.json") || owner='unknown'
    if [ "$owner" != "$source_root" ]; then
      die "$folder was set up for another source tree ($owner): remove it, or name another build folder"
    fi
    if [ "$#" -gt 0 ]; then
      "$MESON" configure "$folder" "$@" || return 1
    fi
    return 0
  fi
  "$MESON" setup "$folder" "$source_root" "$@"
}

# The environment in which GStreamer finds the plugin of a build folder, with a registry of its own: the user's cache
# neither changes nor is changed.
use_plugin_of () {
  export GST_PLUGIN_PATH="$1/plugin${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}"
  export GST_REGISTRY="$1/gst-registry.bin"
}

# copy_tree FOLDER: a copy of what git would commit (or of everything but build folders, where this is no clone).
copy_tree () {
  if git -C "$source_root" rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git -C "$source_root" ls-files -z --cached --others --exclude-standard |
      (cd "$source_root" && tar --null --ignore-failed-read -T - -cf - 2>/dev/null) | tar -xf - -C "$1"
  else
    tar -C "$source_root" --exclude='./build*' -cf - . | tar -xf - -C "$1"
  fi
}
