#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Every relative link in the tree's Markdown files leads to a file or folder of the tree, and its #anchor to a heading.
Every source file that they name between backquotes, `plan.h` or `nn/plan/plan.h`, is there, too.

Links to other hosts are not followed. Text in code blocks is not looked at.
"""

import argparse
import pathlib
import re
import sys
import urllib.parse

FENCE = re.compile(r"^\s*(```+|~~~+)")
LINK = re.compile(r"!?\[(?:[^\[\]]|!?\[[^\]]*\]\([^)]*\))*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
INNER = re.compile(r"!\[[^\]]*\]\(([^)\s]+)\)")
DEFINITION = re.compile(r"^\s{0,3}\[[^\]]+\]:\s*(\S+)")
NAMED = re.compile(r"`(?:\./)?((?:[\w.-]+/)*[\w.-]+\.(?:c|h|py|sh|md))`")
# Files of other projects, and the place where our header is installed.
ELSEWHERE = {"resnet.py", "resnetv2.py", "Resample.c", "Geometry.c", "gst/resnet/gstclassificationmeta.h"}
HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")


def lines_of(text):
    """(number, line) outside fenced blocks, without what stands between backquotes."""
    fence = None
    for number, line in enumerate(text.splitlines(), 1):
        match = FENCE.match(line)
        if fence is None and match:
            fence = match[1]
        elif fence is not None:
            if line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                fence = None
        else:
            yield number, line


def anchors_of(text):
    """The anchors that GitHub and GitLab give to the headings."""
    seen, anchors = {}, set()
    for _, line in lines_of(text):
        match = HEADING.match(line)
        if not match:
            continue
        title = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", match[1])
        slug = re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        count = seen.get(slug, 0)
        seen[slug] = count + 1
        anchors.add(f"{slug}-{count}" if count else slug)
    return anchors


def links_of(text):
    for number, line in lines_of(text):
        line = re.sub(r"`[^`]*`", "", line)
        for match in LINK.finditer(line):
            yield number, match[1]
            for inner in INNER.finditer(match[0][1:]):
                yield number, inner[1]
        match = DEFINITION.match(line)
        if match:
            yield number, match[1]


def problem_with(root, page, target):
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:", target) or target.startswith("//"):
        return None
    path, _, anchor = urllib.parse.unquote(target).partition("#")
    if path.startswith("/"):
        return "is an absolute path"
    place = (page.parent / path).resolve() if path else page.resolve()
    if place != root and root not in place.parents:
        return "leads out of the tree"
    if not place.exists():
        return "leads to nothing"
    if anchor and place.suffix == ".md" and anchor not in anchors_of(place.read_text(encoding="utf-8")):
        return "names a heading that is not there"
    return None


def missing_names(text, files):
    """Source files that are named and that no path of the tree ends in; FAMILY-c.c stands for a name."""
    for number, line in lines_of(text):
        for name in NAMED.findall(line):
            stands_for = re.search(r"[A-Z]{3}", name) and pathlib.PurePath(name).stem not in ("README", "CONTRIBUTING", "NEWS")
            if name not in ELSEWHERE and not stands_for and not any(path == name or path.endswith("/" + name) for path in files):
                yield number, name


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    root = parser.parse_args().root.resolve()
    files = [
        path for path in sorted(root.rglob("*"))
        if not any(part.startswith((".", "build")) or part == "shared" for part in path.relative_to(root).parts[:-1])
    ]
    pages = [path for path in files if path.suffix == ".md"]
    names = [str(path.relative_to(root)) for path in files]
    links = problems = 0
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for number, name in missing_names(text, names):
            problems += 1
            print(f"{page.relative_to(root)}:{number}: there is no file {name}")
        for number, target in links_of(text):
            links += 1
            problem = problem_with(root, page, target)
            if problem:
                problems += 1
                print(f"{page.relative_to(root)}:{number}: the link {target} {problem}")
    print(f"{len(pages)} pages, {links} links, {problems} problems")
    return 1 if problems or not links else 0


if __name__ == "__main__":
    sys.exit(main())
