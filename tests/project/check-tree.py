#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks the source tree itself: unique file names, file lengths, licence lines, compiler flags, no private paths."""

import argparse
import collections
import pathlib
import re
import subprocess
import sys

MAY_REPEAT = {"meson.build", "README.md"}
SOURCE = {".c", ".h", ".cc", ".py", ".sh"}
MOST_LINES = 600
AIM_LINES = 400
# A longer file says why within its first lines, in these words.
REASON = "This file is long because"
LARGEST_FILE = 8 * 1024 * 1024
# First components of absolute paths that exist on one person's machine only; put together here, so that this file
# does not hold what it looks for.
PRIVATE = re.compile(r"(?<![\w.:/~$}-])/(?:" + "|".join(["root", "work", "home/[a-z]+", "opt/venv", "tmp/brief"]) + r")\b(?=[/.])")
FAST_MATH = "-ffast" + "-math"


def tracked_files(root):
    """What git would commit; where this is no clone (a release archive), every file outside build folders."""
    try:
        listing = subprocess.run(
            ["git", "-c", f"safe.directory={root}", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True,
        ).stdout.decode()
        files = [root / name for name in listing.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        files = []
    if not files:
        for path in root.rglob("*"):
            top = path.relative_to(root).parts[0]
            if top == ".git" or top.startswith("build") or "__pycache__" in path.parts:
                continue
            files.append(path)
    return sorted(path for path in files if path.is_file())


def text_of(path):
    data = path.read_bytes()
    if b"\0" in data[:8192]:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def unique_names(root, files):
    places = collections.defaultdict(list)
    for path in files:
        if path.name not in MAY_REPEAT:
            places[path.name].append(str(path.relative_to(root)))
    # Fixtures' names are data, not places to look for code.
    for name, paths in sorted(places.items()):
        code = [place for place in paths if not place.startswith(("tests/data/", "tests/fuzz/corpus/"))]
        if len(code) > 1:
            yield f"file name used more than once: {', '.join(code)}"


def lengths(root, files, notes):
    for path in files:
        if path.suffix not in SOURCE and path.name != "meson.build":
            continue
        text = text_of(path)
        if text is None:
            yield f"{path.relative_to(root)}: not UTF-8 text"
            continue
        count = text.count("\n")
        if count > MOST_LINES and REASON not in "\n".join(text.splitlines()[:40]):
            yield f"{path.relative_to(root)}: {count} lines; more than {MOST_LINES} need a sentence “{REASON} …” near the top"
        elif count > AIM_LINES:
            notes.append(f"{path.relative_to(root)}: {count} lines (the aim is {AIM_LINES})")


def licences(root, files):
    for path in files:
        is_script = path.suffix == "" and path.read_bytes()[:2] == b"#!"
        if path.suffix not in SOURCE and not is_script:
            continue
        head = path.read_bytes()[:2000].decode("utf-8", "replace")
        if "SPDX-License-Identifier: LGPL-2.1-or-later" not in head:
            yield f"{path.relative_to(root)}: no line “SPDX-License-Identifier: LGPL-2.1-or-later” at the top"


def contents(root, files):
    for path in files:
        if path.stat().st_size > LARGEST_FILE:
            yield f"{path.relative_to(root)}: {path.stat().st_size} bytes; no file above {LARGEST_FILE} belongs into git"
        text = text_of(path)
        if text is None:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            place = f"{path.relative_to(root)}:{number}"
            if PRIVATE.search(line):
                yield f"{place}: names a path of one machine: {line.strip()[:100]}"
            if path.name == "meson.build" and FAST_MATH in line.split("#")[0]:
                yield f"{place}: {FAST_MATH} changes results"
            if path.suffix in SOURCE and line != line.rstrip():
                yield f"{place}: blanks at the end of the line"
            if path.suffix in SOURCE and "\t" in line:
                yield f"{place}: a tab"


def scripts(root, files):
    for path in files:
        if path.read_bytes()[:2] == b"#!" and path.suffix in {".sh", ""} and not path.stat().st_mode & 0o100:
            yield f"{path.relative_to(root)}: starts with #! and is not executable"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    root = parser.parse_args().root.resolve()
    files = tracked_files(root)
    if not any(path.name == "meson.build" for path in files):
        sys.exit(f"{root} holds no source tree")
    notes = []
    problems = [
        *unique_names(root, files),
        *lengths(root, files, notes),
        *licences(root, files),
        *contents(root, files),
        *scripts(root, files),
    ]
    for note in notes:
        print(f"note: {note}")
    for problem in problems:
        print(problem)
    print(f"{len(files)} files, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
