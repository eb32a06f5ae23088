#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""samples/classify-appsrc.c: an application's own frames, against resnet-tool on the same pixels."""

import json
import os
import subprocess
import unittest

from sample_test import SOURCE_ROOT, SampleTest, build_folder, needs_elements

TOP_K = 5


def picture(width, height, k):
    """RGB bytes with some structure, another for each k."""
    return bytes(
        (x * 7 * k + y * y * c + (x ^ y) * k) % 256 for y in range(height) for x in range(width) for c in (1, 2, 3)
    )


class ClassifyAppsrc(SampleTest):
    COMMAND = [str(build_folder("GST_RESNET_SAMPLES_DIR") / "classify-appsrc")]

    def test_bad_options(self):
        for arguments, word in (
            (["--size=0x5"], "0x5"),
            (["--size=5"], "WIDTHxHEIGHT"),
            (["--size=5x5x5"], "5x5x5"),
            (["--size=-5x5"], "-5x5"),
            (["--size=100000x2"], "16384"),
            (["--frames=0"], "--frames"),
            (["stray"], "other arguments"),
            (["--model", SOURCE_ROOT / "LICENSE"], SOURCE_ROOT / "LICENSE"),
        ):
            with self.subTest(arguments):
                self.assert_one_sentence(self.run_sample(*arguments), word)

    def test_missing_plugin(self):
        self.assert_one_sentence(self.run_sample(with_plugin=False), "resnetclassify", "GST_PLUGIN_PATH")

    def test_input_ends_inside_a_frame(self):
        for size, n_lines in ((1, 0), (29 * 3 * 7 - 1, 0), (29 * 3 * 7 + 30 * 3, 1)):
            result = self.run_sample("--stdin", "--size=29x7", input_bytes=bytes(size))
            self.assert_one_sentence(result, "inside a frame")
            self.assertEqual(len(result.stdout.splitlines()), n_lines)

    def test_no_frames(self):
        self.assertEqual(self.lines_of(self.run_sample("--stdin")), [])

    def test_drawn_frames(self):
        lines = self.lines_of(self.run_sample("--frames=3", "--top-k=2"))
        self.assertEqual([line.split("  ")[0] for line in lines], [f"0.{n}00" for n in range(3)])
        for line in lines:
            self.assertEqual(len(line.split("  ")), 3, line)

    def test_same_answers_as_resnet_tool(self):
        tool = os.environ.get("RESNET_TOOL")
        if not tool:
            self.skipTest("this build has no resnet-tool")
        # Rows of 301 RGB pixels are padded inside GStreamer.
        width, height, n_frames = 301, 200, 3
        pictures = [picture(width, height, k) for k in range(1, n_frames + 1)]
        lines = self.lines_of(
            self.run_sample("--stdin", f"--size={width}x{height}", f"--top-k={TOP_K}", input_bytes=b"".join(pictures))
        )
        self.assertEqual(len(lines), n_frames)
        for pixels, line in zip(pictures, lines):
            path = self.folder / "picture.ppm"
            path.write_bytes(b"P6\n%d %d\n255\n" % (width, height) + pixels)
            said = subprocess.run(
                [tool, "classify", "embedded", str(path), "--json", "--top-k", str(TOP_K)],
                capture_output=True,
                check=True,
            )
            classes = json.loads(said.stdout)["images"][0]["classes"]
            self.assertEqual(line.split("  ")[1:], [f"{c['label']} {c['confidence']:.3f}" for c in classes])


if __name__ == "__main__":
    needs_elements("appsrc", "appsink")
    unittest.main()
