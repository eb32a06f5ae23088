#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sums meson's test logs over the runs of tools/check.sh.

Reads every RUN.testlog.json in a folder (one JSON object a line, as meson writes them), says which tests failed and
what was skipped and why, and ends with the line "N passed, N failed, N skipped". A step that failed without a failing
test (a build, a missing package) counts as one failure. The exit status is 1 when anything failed or no test passed.
"""

import argparse
import json
import pathlib
import re
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP"}
# A test that was skipped inside a program that passed, in TAP ("ok 3 /a/b # SKIP why") and in GLib's own format.
TAP_SKIP = re.compile(r"^ok \d+(?: -)? (?P<name>.*?) # SKIP ?(?P<why>.*)$", re.MULTILINE | re.IGNORECASE)
GLIB_SKIP = re.compile(r"^(?:# )?(?P<name>/\S+): SKIP(?: \((?P<why>.*)\)| (?P<bare>.*))?$", re.MULTILINE)


def read_results(path):
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.strip():
            yield json.loads(line)


def inner_skips(output):
    for match in TAP_SKIP.finditer(output):
        yield match["name"], match["why"]
    for match in GLIB_SKIP.finditer(output):
        yield match["name"], match["why"] or match["bare"] or ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--failed-steps", default="", help="names of the steps that failed, separated by blanks")
    arguments = parser.parse_args()

    passed = failed = skipped = 0
    failures = []
    skips = {}
    runs_with_failures = set()
    for path in sorted(arguments.folder.glob("*.testlog.json")):
        run = path.name[: -len(".testlog.json")]
        counts = [0, 0, 0]
        for result in read_results(path):
            output = (result.get("stdout") or "") + "\n" + (result.get("stderr") or "")
            if result["result"] in PASSED:
                counts[0] += 1
            elif result["result"] in SKIPPED:
                counts[2] += 1
                last = [line for line in output.strip().splitlines() if line.strip()]
                skips.setdefault((result["name"], last[-1].strip() if last else ""), set()).add(run)
                continue
            else:
                counts[1] += 1
                failures.append(f"{run}: {result['name']} ({result['result']})")
                runs_with_failures.add(run)
            for name, why in inner_skips(output):
                skips.setdefault((name, why), set()).add(run)
        print(f"{run}: {counts[0]} passed, {counts[1]} failed, {counts[2]} skipped")
        passed, failed, skipped = passed + counts[0], failed + counts[1], skipped + counts[2]

    for step in arguments.failed_steps.split():
        if step not in runs_with_failures:
            failures.append(f"{step}: the step itself")
            failed += 1

    if skips:
        print("\nskipped, or skipped within a test program that passed:")
        for (name, why), runs in sorted(skips.items()):
            print(f"  {name}: {why or 'no reason given'} [{' '.join(sorted(runs))}]")
    if failures:
        print("\nfailed:")
        for failure in failures:
            print(f"  {failure}")
    print()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
