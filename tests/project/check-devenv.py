#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""In `meson devenv`, GStreamer finds the plugin of the build folder, with the origin that was configured, and the shell
finds the build folder's resnet-tool."""

import argparse
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

SKIP = 77


def run_in(build, command):
    with tempfile.TemporaryDirectory() as folder:
        # What the caller has set must not help.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GST_PLUGIN")}
        environment.update(GST_REGISTRY=os.path.join(folder, "registry.bin"), LC_ALL="C.UTF-8")
        result = subprocess.run(
            ["meson", "devenv", "-C", str(build), *command], env=environment, capture_output=True, text=True
        )
    if result.returncode:
        sys.exit(f"{' '.join(command)}: exit status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--origin", required=True)
    parser.add_argument("--plugin", action="store_true", help="the plugin was built")
    parser.add_argument("--tool", action="store_true", help="resnet-tool was built")
    arguments = parser.parse_args()
    if not shutil.which("meson") or not shutil.which("gst-inspect-1.0"):
        print("there is no meson or no gst-inspect-1.0 in the path")
        return SKIP
    build = arguments.build.resolve()
    checks = 0
    if arguments.plugin:
        shown = run_in(build, ["gst-inspect-1.0", "--no-colors", "resnet"])
        values = dict(re.findall(r"^  (\w[\w ]*?)  +(.*)$", shown, re.MULTILINE))
        file = pathlib.Path(values["Filename"]).resolve()
        if not file.is_relative_to(build):
            sys.exit(f"GStreamer finds {file}, which is not in {build}")
        if values["Origin URL"] != arguments.origin:
            sys.exit(f"the origin is {values['Origin URL']!r}, not {arguments.origin!r}")
        checks += 2
    if arguments.tool:
        found = pathlib.Path(run_in(build, ["sh", "-c", "command -v resnet-tool"]).strip()).resolve()
        if not found.is_relative_to(build):
            sys.exit(f"the shell finds {found}, which is not in {build}")
        checks += 1
    if not checks:
        return SKIP
    print(f"{checks} checks passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
