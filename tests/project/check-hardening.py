#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Looks at the built files: hardened as docs/security.md says, two exported symbols, nothing of the machine that built them.

    check-hardening.py --build FOLDER [--sanitized] FILE...

Needs readelf and nm (binutils). A sanitized or unoptimized build has no fortified functions, and is not looked at for them.
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = 77


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def faults(path, build, source, is_plugin):
    dynamic = output_of("readelf", "--wide", "--dynamic", str(path))
    segments = output_of("readelf", "--wide", "--segments", str(path))
    symbols = output_of("nm", "--dynamic", "--undefined-only", str(path))
    header = output_of("readelf", "--file-header", str(path))
    if "BIND_NOW" not in dynamic:
        yield "symbols are not bound at start (BIND_NOW)"
    if "GNU_RELRO" not in segments:
        yield "there is no segment that becomes read-only after relocation (GNU_RELRO)"
    if re.search(r"GNU_STACK\s+\S+\s+\S+\s+\S+\s+\S+\s+\S+\s+RWE", segments):
        yield "its stack is executable"
    if "TEXTREL" in dynamic:
        yield "its code is relocated (TEXTREL)"
    if "DYN (" not in header:
        yield "it is not position independent"
    if "__stack_chk_fail" not in symbols:
        yield "no function has a stack protector"
    if "_chk@" not in symbols.replace("__stack_chk_fail@", ""):
        yield "no function is fortified (_FORTIFY_SOURCE)"
    data = path.read_bytes()
    for folder in {str(build), str(source)}:
        if folder.encode() in data.replace(b"$ORIGIN", b""):
            yield f"it holds the path {folder} of the machine that built it"
    if is_plugin:
        exported = {line.split()[-1] for line in output_of("nm", "--dynamic", "--defined-only", str(path)).splitlines()}
        wanted = {"gst_plugin_resnet_get_desc", "gst_plugin_resnet_register"}
        if exported != wanted:
            yield f"it exports {sorted(exported)}, not {sorted(wanted)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--source", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    for tool in ("readelf", "nm"):
        if not shutil.which(tool):
            print(f"{tool} is missing (package binutils)")
            return SKIPPED
    problems = 0
    for path in arguments.files:
        for fault in faults(path, arguments.build.resolve(), arguments.source.resolve(), path.suffix == ".so"):
            print(f"{path.name}: {fault}")
            problems += 1
    print(f"{len(arguments.files)} files, {problems} faults")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
