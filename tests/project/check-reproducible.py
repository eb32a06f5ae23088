#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Builds the plugin and resnet-tool twice, from two copies of the tree in two folders, and compares every byte of them.

    check-reproducible.py [--meson COMMAND]
"""

import argparse
import hashlib
import pathlib
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = ("plugin/libgstresnet.so", "tools/resnet-tool/resnet-tool")


def copy_tree(target):
    """What git has or would add; where this is no clone, everything outside build folders."""
    try:
        listing = subprocess.run(["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True).stdout.decode()
        names = [name for name in listing.split("\0") if name and (ROOT / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")
            if path.is_file() and not path.relative_to(ROOT).parts[0].startswith(("build", ".git"))]
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)


def build(meson, folder):
    copy_tree(folder)
    for command in ([*meson, "setup", "made", "-Dtests=disabled", "-Dsamples=disabled"], [*meson, "compile", "-C", "made"]):
        done = subprocess.run(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode:
            sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}")
    return {name: hashlib.sha256((folder / "made" / name).read_bytes()).hexdigest() for name in FILES}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--meson", default="meson")
    meson = parser.parse_args().meson.split()
    sums = []
    for name in ("one", "another folder with a longer name"):
        with tempfile.TemporaryDirectory() as top:
            folder = pathlib.Path(top) / name
            folder.mkdir()
            sums.append(build(meson, folder))
    different = [name for name in FILES if sums[0][name] != sums[1][name]]
    for name in FILES:
        print(f"{name}: {'differs' if name in different else 'the same bytes twice'}")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
