#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/make-sbom.py: the fields that SPDX 2.3 asks for, the libraries that the build links, the same bytes twice."""

import json
import pathlib
import re
import subprocess
import sys
import unittest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools" / "make-sbom.py"
BUILD = sys.argv.pop()


class Sbom(unittest.TestCase):
    def run_tool(self, *arguments):
        return subprocess.run([sys.executable, str(TOOL), *arguments], capture_output=True, text=True)

    def test_no_build_folder(self):
        done = self.run_tool(str(TOOL.parent))
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("is no Meson build folder", done.stderr)

    def test_document(self):
        first, second = self.run_tool(BUILD), self.run_tool(BUILD)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(first.stdout, second.stdout)
        document = json.loads(first.stdout)
        self.assertEqual(document["spdxVersion"], "SPDX-2.3")
        self.assertEqual(document["dataLicense"], "CC0-1.0")
        self.assertRegex(document["creationInfo"]["created"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        ids = [package["SPDXID"] for package in document["packages"]]
        self.assertEqual(len(ids), len(set(ids)))
        for identifier in ids:
            self.assertTrue(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", identifier), identifier)
        names = {package["name"]: package["versionInfo"] for package in document["packages"]}
        for wanted in ("gst-resnet", "glib-2.0", "openblas", "libzip"):
            self.assertIn(wanted, names)
            self.assertRegex(names[wanted], r"\d")
        for relation in document["relationships"]:
            for end in ("spdxElementId", "relatedSpdxElement"):
                self.assertIn(relation[end], [*ids, "SPDXRef-DOCUMENT"])


if __name__ == "__main__":
    unittest.main()
