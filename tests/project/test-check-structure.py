#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tests check-structure.py: small made-up trees, one with each fault, must be refused with the words that name it."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

CHECK = pathlib.Path(__file__).with_name("check-structure.py")
SOUND = {
    "nn/base/low.h": "#pragma once\nint nn_low (int x);\n",
    "nn/base/low.c": '#include "base/low.h"\n\nint\nnn_low (int x)\n{\n  return x;\n}\n',
    "nn/base/meson.build": "nn_sources += files('low.c')\n",
    "nn/run/high.h": "#pragma once\nint nn_high (int x);\n",
    "nn/run/high.c": '#include "run/high.h"\n\n#include "base/low.h"\n\nint\nnn_high (int x)\n{\n  return nn_low (x);\n}\n',
    "nn/run/meson.build": "nn_sources += files('high.c')\n",
    "nn/include/nn/session.h": "#pragma once\nint nn_session_run (int x);\n",
    "nn/run/session-run.c": "#include <nn/session.h>\n\nint\nnn_session_run (int x)\n{\n  return x;\n}\n",
    "elements/classify/element.c": "#include <nn/session.h>\n\nint\nelement_run (int x)\n{\n  return nn_session_run (x);\n}\n",
    "tools/resnet-tool/tool.c": "#include <nn/session.h>\n\nint\nmain (void)\n{\n  return nn_session_run (0);\n}\n",
    "meson.build": "",
}


class Structure(unittest.TestCase):
    def check(self, changes, expected):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**SOUND, **changes}.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            run = subprocess.run([sys.executable, CHECK, "--root", folder], capture_output=True, text=True)
        if expected is None:
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        else:
            self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
            self.assertIn(expected, run.stdout)

    def test_sound(self):
        self.check({}, None)

    def test_nothing_there(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "meson.build").write_text("")
            run = subprocess.run([sys.executable, CHECK, "--root", folder], capture_output=True, text=True)
        self.assertEqual(run.returncode, 1)
        self.assertIn("holds no source tree", run.stdout)

    def test_upward_include(self):
        self.check(
            {"nn/base/other.c": '#include "run/high.h"\n'},
            "nn/base/other.c includes nn/run/high.h, against the order",
        )

    def test_upward_include_in_a_header(self):
        self.check(
            {"nn/base/other.h": '#include "run/high.h"\n'},
            "nn/base/other.h includes nn/run/high.h, against the order",
        )

    def test_upward_include_of_a_public_header(self):
        self.check(
            {"nn/base/other.c": "#include <nn/session.h>\n"},
            "nn/base/other.c includes nn/include/nn/session.h, against the order",
        )

    def test_include_of_a_neighbour(self):
        self.check(
            {"nn/save/write.c": '#include "run/high.h"\n'},
            "nn/save/write.c includes nn/run/high.h, against the order",
        )

    def test_an_element_includes_the_inside(self):
        self.check(
            {"elements/classify/other.c": '#include "run/high.h"\n'},
            "elements/classify/other.c includes nn/run/high.h; elements may include public headers only",
        )

    def test_a_tool_includes_the_inside(self):
        self.check(
            {"tools/resnet-tool/other.c": '#include "base/low.h"\n'},
            "tools/resnet-tool/other.c includes nn/base/low.h; tools may include public headers only",
        )

    def test_circle_of_includes(self):
        self.check(
            {
                "nn/base/a.h": '#include "base/b.h"\n',
                "nn/base/b.h": "",
                "nn/base/b.c": '#include "base/c.h"\n',
                "nn/base/c.h": '#include "base/a.h"\n',
            },
            "a circle of a, b, c",
        )

    def test_circle_of_calls(self):
        self.check(
            {
                "nn/base/a.h": "int nn_a (int x);\n",
                "nn/base/a.c": '#include "base/a.h"\n\nint\nnn_a (int x)\n{\n  return nn_b (x);\n}\n',
                "nn/base/b.h": "int nn_b (int x);\n",
                "nn/base/b.c": '#include "base/b.h"\n\nint\nnn_b (int x)\n{\n  return nn_a (x);\n}\n',
            },
            "a circle of a, b",
        )

    def test_a_private_header_belongs_to_its_source(self):
        self.check(
            {
                "nn/base/a.h": "int nn_a (int x);\n",
                "nn/base/a.c": '#include "base/a.h"\n\n#include "base/b.h"\n\nint\nnn_a (int x)\n{\n  return x;\n}\n',
                "nn/base/a-private.h": "int nn_a_inside (int x);\n",
                "nn/base/b.h": '#include "base/a-private.h"\n',
            },
            "a circle of a, b",
        )

    def test_header_that_leads_elsewhere(self):
        self.check(
            {"nn/base/words.h": "int nn_word (int x);\n", "nn/base/other.c": "int\nnn_word (int x)\n{\n  return '{';\n}\n"},
            "nn/base/words.h declares nn_word(), which is defined in nn/base/other.c",
        )

    def test_header_with_macros_that_leads_elsewhere(self):
        self.check(
            {
                "nn/base/words.h": "#define TWICE(x) \\\n  do { \\\n    (x); \\\n    (x); \\\n  } while (0)\n"
                "const char *nn_word (const char *format, ...) G_GNUC_PRINTF (1, 2);\n",
                "nn/base/other.c": "const char *\nnn_word (const char *format, ...)\n{\n  return \"}\";\n}\n",
            },
            "nn/base/words.h declares nn_word()",
        )

    def test_declaration_in_a_source(self):
        self.check(
            {"nn/run/sneak.c": "extern int nn_low (int x);\n"},
            "nn/run/sneak.c declares nn_low() of nn/base/low.c itself",
        )

    def test_large_folder(self):
        self.check({f"nn/base/file{i}.c": "\n" for i in range(26)}, "nn/base has 27 source files; 25 at most")

    def test_meson_names_a_file_of_another_folder(self):
        self.check(
            {"nn/run/meson.build": "nn_sources += files('high.c', '../base/low.c')\n"},
            "nn/run/meson.build names ../base/low.c, which is a file of another folder",
        )

    def test_meson_names_a_file_that_lies_elsewhere(self):
        self.check(
            {"nn/meson.build": "nn_sources += files('run/high.c')\n"},
            "nn/meson.build names run/high.c, which is a file of another folder",
        )


if __name__ == "__main__":
    unittest.main()
