#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""docs/properties.md's tables say what gst-inspect-1.0 says of each element: the same names, the same defaults.

An element's table is the first one after a heading that names the element (resnetclassify: any heading) whose first
column is headed "property"; a column headed "default" is compared too. A default in the table
is compared without code marks; "–", "-" and "" stand for a property without a value, NULL or "".
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
    """name → (default or None, readable and writable flags)"""
    section = re.search(r"^Element Properties:$(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    if not section:
        sys.exit("gst-inspect-1.0 shows no properties:\n" + text)
    found = {}
    for part in re.split(r"\n(?=  [a-z][a-z0-9-]*\s+: )", section[1]):
        match = re.match(r"\s*([a-z][a-z0-9-]*)\s+: ", part)
        if not match:
            continue
        default = re.search(r"Default:\s*(\S.*?)\s*$", part, re.MULTILINE)
        value = default[1] if default else None
        if value is not None:
            # An enumeration's default is shown as: 0, "softmax"
            nick = re.match(r"""-?\d+, "(.*)"$""", value)
            value = nick[1] if nick else value.strip('"')
        found[match[1]] = value
    return {name: value for name, value in found.items() if name not in INHERITED}


def table_of(page, element):
    """Rows of the element's property table: name → default or None (where the table has no such column)."""
    rows = None
    named = element == ELEMENTS[0]
    default_column = None
    for line in page.splitlines():
        if line.startswith("#") and rows is None:
            named = element in line or element == ELEMENTS[0]
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))] if line.lstrip().startswith("|") else None
        if rows is None:
            if cells and named and cells[0].lower() == "property":
                rows = {}
                heads = [cell.lower() for cell in cells]
                default_column = heads.index("default") if "default" in heads else None
            continue
        if cells is None:
            break
        if set(cells[0]) <= set(":-"):
            continue
        default = cells[default_column] if default_column is not None and default_column < len(cells) else None
        for name in re.findall(r"`([a-z][a-z0-9-]*)`", cells[0]):
            rows[name] = default
    return rows, default_column is not None


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
        written, with_defaults = table_of(page, element)
        if written is None:
            sys.exit(f"{arguments.page.name} has no table headed “property” for {element}")
        problems += [f"{element} {name}: gst-inspect-1.0 shows it and the table does not" for name in shown if name not in written]
        problems += [f"{element} {name}: in the table and not in gst-inspect-1.0" for name in written if name not in shown]
        for name in shown if with_defaults else ():
            if name in written and not same(shown[name], written[name]):
                problems.append(f"{element} {name}: its default is {shown[name]!r}, the table says {written[name]!r}")
        count += len(shown)
    for problem in problems:
        print(problem)
    print(f"{count} properties, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
