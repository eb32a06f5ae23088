#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""samples/classify.py: the same from Python. Runs under the interpreter that has GStreamer's bindings."""

import signal
import sys
import unittest

from sample_test import MEDIA, SKIP, SOURCE_ROOT, VIDEO, SampleTest, needs_elements

try:
    import gi

    gi.require_version("Gst", "1.0")
except (ImportError, ValueError) as error:
    print(f"skipped: {sys.executable} has no GStreamer bindings: {error}")
    sys.exit(SKIP)


class ClassifyPython(SampleTest):
    COMMAND = [sys.executable, str(SOURCE_ROOT / "samples" / "classify.py")]

    def test_missing_plugin(self):
        self.assert_one_sentence(self.run_sample(VIDEO, with_plugin=False), "resnetclassify", "GST_PLUGIN_PATH")

    def test_missing_file(self):
        self.assert_one_sentence(self.run_sample(self.folder / "none.mp4"), self.folder / "none.mp4", "no such file")

    def test_not_media(self):
        for path in self.make_bad_files():
            with self.subTest(path.name):
                self.assert_one_sentence(self.run_sample(path), path)

    def test_sound_only(self):
        sound = self.make_sound()
        if sound is None:
            self.skipTest("GStreamer cannot make a sound file here")
        self.assert_one_sentence(self.run_sample(sound), sound)

    def test_bad_model(self):
        result = self.run_sample("--model", SOURCE_ROOT / "LICENSE", MEDIA / "coffee.jpg")
        self.assert_one_sentence(result, SOURCE_ROOT / "LICENSE")

    def test_photographs(self):
        lines = self.lines_of(self.run_sample("--top-k=1", MEDIA / "chelsea.jpg", MEDIA / "coffee.jpg"))
        self.assertRegex(lines[1], r"  Egyptian cat 0\.\d{3}$")
        self.assertRegex(lines[3], r"  espresso 0\.99\d$")

    def test_video(self):
        self.assert_video_labels(self.lines_of(self.run_sample(VIDEO)))

    def test_interrupt(self):
        self.assert_ends_on(signal.SIGINT, ["--realtime", VIDEO])


if __name__ == "__main__":
    needs_elements("uridecodebin", "jpegdec", "vp8dec", "matroskademux", "wavenc")
    unittest.main()
