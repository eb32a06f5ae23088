#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Installs a build folder below an empty folder and uses what is there: the plugin, the header, the tool."""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

PROGRAM = """
#include <gst/gst.h>
#include <gst/resnet/gstclassificationmeta.h>
int main (void)
{
  GstBuffer *buffer = gst_buffer_new ();
  int found = gst_buffer_get_classification_meta (buffer) != NULL;
  gst_buffer_unref (buffer);
  return found;
}
"""


def only(paths, what):
    paths = list(paths)
    if len(paths) != 1:
        sys.exit(f"expected one {what} to be installed, found {len(paths)}: {', '.join(map(str, paths))}")
    print(f"{what}: {paths[0]}")
    return paths[0]


def run(command, **more):
    print("$ " + " ".join(map(str, command)), flush=True)
    result = subprocess.run(command, stdin=subprocess.DEVNULL, **more)
    if result.returncode:
        sys.exit(f"exit status {result.returncode}")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meson", default="meson")
    parser.add_argument("--build", type=pathlib.Path, required=True)
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="installed ") as folder:
        root = pathlib.Path(folder)
        run([arguments.meson, "install", "-C", arguments.build, "--no-rebuild", "--quiet", "--destdir", root])
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            print("  /" + str(path.relative_to(root)))

        plugin = only(root.rglob("libgstresnet.so"), "plugin")
        if plugin.parent.name != "gstreamer-1.0":
            sys.exit("GStreamer looks for plugins in LIBDIR/gstreamer-1.0 only")
        header = only(root.rglob("gstclassificationmeta.h"), "header")
        tool = only(root.rglob("bin/resnet-tool"), "tool")

        environment = dict(os.environ, GST_PLUGIN_PATH=str(plugin.parent), GST_REGISTRY=str(root / "registry.bin"))
        shown = run(["gst-inspect-1.0", "resnetclassify"], env=environment, stdout=subprocess.PIPE, text=True).stdout
        if str(plugin) not in shown:
            sys.exit("gst-inspect-1.0 shows another plugin than the installed one:\n" + shown)
        run([tool, "inspect", "embedded"], stdout=subprocess.DEVNULL)

        # The header compiles from where it lies, with GStreamer's own flags and no library of ours; as C, and as C++
        # where a C++ compiler is there.
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "gstreamer-1.0"], check=True, capture_output=True, text=True)
        include = header.parents[2]
        for compiler, suffix in (("cc", "c"), ("c++", "cc")):
            if not shutil.which(compiler):
                print(f"skipped: there is no {compiler}")
                continue
            source = root / f"program.{suffix}"
            source.write_text(PROGRAM)
            binary = root / f"program-{suffix}"
            run([compiler, "-Wall", "-Wextra", "-Werror", source, f"-I{include}", *flags.stdout.split(), "-o", binary])
            run([binary])
    print("the installed plugin, header and tool work")


if __name__ == "__main__":
    main()
