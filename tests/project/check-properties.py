#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The property tables of docs/properties.md say what gst-inspect-1.0 says of each element: the same names, the same
defaults, and the same word on when a property may change.

An element's tables are those after a heading that names it (resnetclassify: also before any such heading) whose first
column is headed "property"; there may be several of them. A column headed "default" is compared, and so is one headed "may change": "any time", "at start", and
nothing for a property that is read-only. A default is compared without code marks; "–", "-" and "" stand for a property
without a value, NULL or "".
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SKIP = 77
ELEMENTS = ("resnetclassify", "classoverlay")
# GstObject's and GstBaseTransform's own.
INHERITED = {"name", "parent", "qos"}
NOTHING = {"", "-", "–", "—", "null", '""', "empty", "none", "(null)", "unset", "not set"}


def inspect(plugin_folder, element):
    with tempfile.TemporaryDirectory() as folder:
        environment = dict(
            os.environ, GST_PLUGIN_PATH=str(plugin_folder), GST_REGISTRY=os.path.join(folder, "registry.bin"), LC_ALL="C.UTF-8"
        )
        try:
            result = subprocess.run(
                ["gst-inspect-1.0", "--no-colors", element], env=environment, capture_output=True, text=True
            )
        except FileNotFoundError:
            print("there is no gst-inspect-1.0")
            sys.exit(SKIP)
    if result.returncode:
        sys.exit(f"gst-inspect-1.0 {element}: exit status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def properties_of(text):
    """name → (default or None, when it may change: "any time", "at start" or "" for a property that is read-only)"""
    section = re.search(r"^Element Properties:$(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    if not section:
        sys.exit("gst-inspect-1.0 shows no properties:\n" + text)
    found = {}
    for part in re.split(r"\n(?=  [a-z][a-z0-9-]*\s*: )", section[1]):
        match = re.match(r"\s*([a-z][a-z0-9-]*)\s*: ", part)
        if not match or match[1] in INHERITED:
            continue
        default = re.search(r"Default:\s*(\S.*?)\s*$", part, re.MULTILINE)
        value = default[1] if default else None
        if value is not None:
            # An enumeration's default is shown as: 0, "softmax"
            nick = re.match(r"""-?\d+, "(.*)"$""", value)
            value = nick[1] if nick else value.strip('"')
        flags = re.search(r"^\s*flags: (.*)$", part, re.MULTILINE)[1]
        if "writable" not in flags:
            change = ""
        elif "PLAYING" in flags:
            change = "any time"
        elif "changeable only in NULL or READY state" in flags:
            change = "at start"
        else:
            sys.exit(f"{match[1]}: gst-inspect-1.0 does not show when it may change: {flags}")
        found[match[1]] = (value, change)
    return found


def tables_of(page, element):
    """Rows of the element's property tables: name → {heading in small letters: cell}; None where there is no table."""
    rows = {}
    found = False
    named = element == ELEMENTS[0]
    heads = None
    for line in page.splitlines():
        if line.startswith("#"):
            others = [other for other in ELEMENTS if other in line]
            if others:
                named = element in others
        if not line.lstrip().startswith("|"):
            heads = None
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if heads is None:
            heads = [cell.lower() for cell in cells]
            found |= named and heads[0] == "property"
            continue
        if not named or heads[0] != "property" or set(cells[0]) <= set(":-"):
            continue
        for name in re.findall(r"`([a-z][a-z0-9-]*)`", cells[0]):
            if name in rows:
                sys.exit(f"{element} {name}: in two rows")
            rows[name] = dict(zip(heads[1:], cells[1:]))
    return rows if found else None


def same(shown, written):
    written = re.sub(r"[`*]", "", written).split("(")[0].strip()
    if shown is None or shown.lower() in NOTHING:
        return written.lower() in NOTHING or shown is None
    if shown == written:
        return True
    # The first word of a default may be followed by what it means: "0, every CPU".
    first = re.split(r"[,;:\s]", written)[0]
    try:
        return float(first) == float(shown)
    except ValueError:
        return first.strip('"') == shown or written.strip('"') == shown


def problems_of(element, shown, written):
    for name in shown:
        if name not in written:
            yield f"{element} {name}: gst-inspect-1.0 shows it and the table does not"
    for name, cells in written.items():
        if name not in shown:
            yield f"{element} {name}: in the table and not in gst-inspect-1.0"
            continue
        default, change = shown[name]
        if "default" in cells and not same(default, cells["default"]):
            yield f"{element} {name}: its default is {default!r}, the table says {cells['default']!r}"
        if "may change" in cells and cells["may change"] != change:
            yield f"{element} {name}: it may change {change!r}, the table says {cells['may change']!r}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plugin-folder", type=pathlib.Path, required=True)
    default = pathlib.Path(__file__).resolve().parents[2] / "docs" / "properties.md"
    parser.add_argument("--page", type=pathlib.Path, default=default, help="the page with the tables (default: docs/properties.md)")
    arguments = parser.parse_args()
    if not arguments.page.exists():
        sys.exit(f"{arguments.page} is missing")
    page = arguments.page.read_text(encoding="utf-8")
    problems = []
    count = 0
    for element in ELEMENTS:
        shown = properties_of(inspect(arguments.plugin_folder, element))
        if not shown:
            sys.exit(f"gst-inspect-1.0 shows no property of {element}'s own")
        written = tables_of(page, element)
        if written is None:
            sys.exit(f"{arguments.page.name} has no table headed “property” for {element}")
        problems += problems_of(element, shown, written)
        count += len(shown)
    for problem in problems:
        print(problem)
    print(f"{count} properties, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
