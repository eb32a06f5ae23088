#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the commands of README.md and of the other pages (CONTRIBUTING.md, docs/, samples/ and so on) as they are printed.

Every block fenced as ```sh runs from the root of the tree with bash -e -o pipefail, after the `export` lines of the
blocks before it, as a reader's shell would have them. What cannot run everywhere says so, with its reason, in an HTML
comment on the line before the block, <!-- not run: needs a camera -->, or at the end of one command's line,
`# not run: needs a camera`. The two set-up commands are not run from here, since one of them runs this test: that
they exist, can be executed and know --help is checked, and tools/check.sh runs tools/try.sh in a copy of the tree.
A command of a block that sets up, builds or tests a build folder is run where --tree says that the tree is a copy.

Whole programs (a ```c block with a main, a ```python block) are compiled and run too.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

TIME_LIMIT = 300
SET_UP = {"./tools/try.sh", "./tools/check.sh"}
BUILDING = re.compile(r"^\s*(?:sudo\s+)?(?:meson|ninja|git|apt|apt-get|cd)\b")
NOT_RUN = re.compile(r"not run: *(.+?)\s*(?:-->)?\s*$")
PAGES = ("CONTRIBUTING.md", "docs/*.md", "samples/*.md", "samples/media/*.md", "default-model/*.md", "training/*.md", "tests/data/*.md")
LANGUAGES = {"sh": "sh", "bash": "sh", "shell": "sh", "c": "c", "python": "python"}
FENCE = re.compile(r"^(\s*)(```+|~~~+)\s*([A-Za-z0-9_+-]*)\s*(.*)$")


class Block:
    def __init__(self, language, line, reason):
        self.language = language
        self.line = line
        self.reason = reason
        self.text = []


def blocks_of(text):
    """The shell, C and Python blocks of a Markdown text."""
    lines = text.splitlines()
    blocks = []
    fence = block = None
    before = ""
    for number, line in enumerate(lines, 1):
        match = FENCE.match(line)
        if fence is None and match:
            fence = match[2]
            if match[3] in LANGUAGES:
                reason = NOT_RUN.search(before) if before.lstrip().startswith("<!--") else None
                block = Block(LANGUAGES[match[3]], number + 1, reason[1] if reason else None)
        elif fence is not None and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            if block:
                blocks.append(block)
            fence = block = None
        elif block is not None:
            block.text.append(line)
        if line.strip():
            before = line
    if fence is not None:
        sys.exit("a fenced block is not closed")
    return blocks


def commands_of(block):
    """Logical lines: a trailing backslash, and an open here-document or quote, join the next one."""
    joined = []
    pending = ""
    for line in block.text:
        pending = pending + "\n" + line if pending else line
        if pending.rstrip().endswith("\\"):
            continue
        complete = subprocess.run(["bash", "-n"], input=pending + "\n", capture_output=True, text=True)
        if complete.returncode or "here-document" in complete.stderr:
            continue
        joined.append(pending)
        pending = ""
    if pending:
        joined.append(pending)
    return [command for command in joined if command.strip() and not command.lstrip().startswith("#")]


def check_set_up(tree, command):
    script = tree / command.split()[0]
    if not os.access(script, os.X_OK):
        return f"{script.name} is missing or cannot be executed"
    result = subprocess.run([script, "--help"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if result.returncode or "usage:" not in result.stdout:
        return f"{script.name} --help: exit status {result.returncode}, and no usage"
    return None


def program_commands(block, folder, tree):
    """The commands that run a whole program, or None where the block is a part of one, or why it cannot run here."""
    text = "\n".join(block.text) + "\n"
    if block.language == "c":
        if not re.search(r"^main \(|\bmain *\(", text, re.MULTILINE):
            return None, "a part of a program"
        source = pathlib.Path(folder) / f"block-{block.line}.c"
        source.write_text(text)
        # As an application outside the tree would: the header from a folder gst/resnet on its include path.
        include = pathlib.Path(folder) / "include" / "gst"
        include.mkdir(parents=True, exist_ok=True)
        if not (include / "resnet").exists():
            (include / "resnet").symlink_to(tree / "elements" / "meta")
        packages = "gstreamer-1.0" + (" gstreamer-video-1.0" if "<gst/video/" in text else "")
        flags = f"$(pkg-config --cflags --libs {packages})"
        return [f"cc -Wall -Werror '{source}' -I'{include.parent}' {flags} -o '{source}.out'", f"'{source}.out'"], None
    python = "/usr/bin/python3"
    versions = re.findall(r"^gi\.require_version\(.*\)$", text, re.MULTILINE)
    if versions and subprocess.run([python, "-c", "\n".join(["import gi", *versions])], capture_output=True).returncode:
        return None, "the distribution's Python has no such GStreamer bindings"
    source = pathlib.Path(folder) / f"block-{block.line}.py"
    source.write_text(text)
    return [f"{python} '{source}'"], None


def run_block(tree, exports, commands, environment):
    script = "set -e -o pipefail\n" + "\n".join(exports) + "\n" + "\n".join(commands) + "\n"
    try:
        result = subprocess.run(
            ["bash", "-c", script], cwd=tree, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=TIME_LIMIT, text=True, errors="replace",
        )
    except subprocess.TimeoutExpired as late:
        output = (late.stdout or b"").decode("utf-8", "replace")
        return f"no end after {TIME_LIMIT} s", output
    return (f"exit status {result.returncode}" if result.returncode else None), result.stdout


def check_document(document, tree, is_copy, folder, environment, counts):
    exports = []
    for block in blocks_of(document.read_text(encoding="utf-8")):
        place = f"{document.relative_to(tree)}:{block.line}"
        if block.reason:
            counts["skipped"] += 1
            print(f"{place}: skipped: {block.reason}")
            continue
        runnable = []
        if block.language != "sh":
            commands, why_not = program_commands(block, folder, tree)
            if why_not:
                counts["skipped"] += 1
                print(f"{place}: skipped: {why_not}")
                continue
            problem, output = run_block(tree, exports, commands, environment)
            if not problem and not output.strip():
                problem = "it prints nothing"
            counts["failed" if problem else "passed"] += 1
            print(f"{place}: {problem or 'passed'}: a {block.language} program: {output.strip()}")
            continue
        for command in commands_of(block):
            reason = NOT_RUN.search(command) if "#" in command else None
            words = command.split()
            if words[0] in SET_UP:
                problem = check_set_up(tree, command)
                counts["failed" if problem else "passed"] += 1
                print(f"{place}: {command.strip()}: {problem or 'there, executable, knows --help'}")
            elif reason:
                counts["skipped"] += 1
                print(f"{place}: skipped: {words[0]} …: {reason[1]}")
            elif BUILDING.match(command) and not is_copy:
                counts["skipped"] += 1
                print(f"{place}: skipped: {command.strip()}: builds; run in a copy of the tree by tools/check.sh")
            elif re.match(r"^\s*(?:sudo\s+)?(?:git|apt|apt-get)\b|^\s*cd\b", command):
                counts["skipped"] += 1
                print(f"{place}: skipped: {command.strip()}: about the machine or the clone, not the tree")
            else:
                runnable.append(command)
        if not runnable:
            continue
        problem, output = run_block(tree, exports, runnable, environment)
        counts["failed" if problem else "passed"] += 1
        print(f"{place}: {problem or 'passed'}: " + " … ".join(command.strip().split("\n")[0] for command in runnable))
        if problem:
            print("\n".join("    " + line for line in output.splitlines()[-40:]))
        exports += [command for command in runnable if command.lstrip().startswith("export ")]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--tree", type=pathlib.Path, help="a copy of the tree with a build folder named build in it")
    group.add_argument("--build", type=pathlib.Path, help="a build folder of this tree, whatever its name and place")
    parser.add_argument("--only", choices=("readme", "pages"), help="README.md alone, or all pages but it")
    arguments = parser.parse_args()
    source = pathlib.Path(__file__).resolve().parents[2]

    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with tempfile.TemporaryDirectory(prefix="readme-") as folder:
        if arguments.tree:
            tree = arguments.tree.resolve()
        else:
            # The tree as the README knows it, its build folder named build: of links, so that nothing is written
            # into the real one and a build folder of any name will do.
            tree = pathlib.Path(folder) / "tree"
            tree.mkdir()
            for path in source.iterdir():
                if not path.name.startswith("build") and path.name != ".git":
                    (tree / path.name).symlink_to(path)
            (tree / "build").symlink_to(arguments.build.resolve())
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("GST_PLUGIN", "MESON", "NINJA"))
        }
        environment["GST_REGISTRY"] = os.path.join(folder, "registry.bin")
        readme = tree / "README.md"
        if not readme.exists():
            sys.exit("README.md is missing")
        text = readme.read_text(encoding="utf-8")
        for command in sorted(SET_UP):
            if command not in text:
                counts["failed"] += 1
                print(f"README.md does not name {command}")
        documents = [readme] if arguments.only != "pages" else []
        if arguments.only != "readme":
            documents += [page for pattern in PAGES for page in sorted(tree.glob(pattern))]
        for document in documents:
            check_document(document, tree, bool(arguments.tree), folder, environment, counts)
    print(f"commands: {counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main())
