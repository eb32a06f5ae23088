#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""samples/classify-file.c on the photographs and the video in samples/media."""

import shutil
import signal
import unittest

from sample_test import MEDIA, SOURCE_ROOT, VIDEO, SampleTest, build_folder, needs_elements


class ClassifyFile(SampleTest):
    COMMAND = [str(build_folder("GST_RESNET_SAMPLES_DIR") / "classify-file")]

    def test_bad_options(self):
        for arguments, word in (
            ([], "name at least one file"),
            (["--top-k=0", VIDEO], "--top-k is 0"),
            (["--top-k=many", VIDEO], "many"),
            (["--no-such-option", VIDEO], "--no-such-option"),
        ):
            with self.subTest(arguments):
                self.assert_one_sentence(self.run_sample(*arguments), word)

    def test_missing_plugin(self):
        self.assert_one_sentence(self.run_sample(VIDEO, with_plugin=False), "resnetclassify", "GST_PLUGIN_PATH")

    def test_missing_file(self):
        self.assert_one_sentence(self.run_sample(self.folder / "none.mp4"), self.folder / "none.mp4", "no such file")

    def test_folder(self):
        self.assert_one_sentence(self.run_sample(self.folder), self.folder, "folder")

    def test_not_media(self):
        for path in self.make_bad_files():
            with self.subTest(path.name):
                self.assert_one_sentence(self.run_sample(path), path)

    def test_sound_only(self):
        sound = self.make_sound()
        if sound is None:
            self.skipTest("GStreamer cannot make a sound file here")
        self.assert_one_sentence(self.run_sample(sound), sound, "no picture or video")

    def test_unknown_protocol(self):
        self.assert_one_sentence(self.run_sample("nosuchprotocol://somewhere/x.mp4"), "nosuchprotocol")

    def test_bad_model(self):
        result = self.run_sample("--model", SOURCE_ROOT / "LICENSE", MEDIA / "coffee.jpg")
        self.assert_one_sentence(result, SOURCE_ROOT / "LICENSE")

    def test_bad_labels(self):
        (self.folder / "labels.txt").write_text("one\ntwo\n")
        result = self.run_sample("--labels", self.folder / "labels.txt", MEDIA / "coffee.jpg")
        self.assert_one_sentence(result, "labels.txt", "200", "2")

    def test_photographs(self):
        lines = self.lines_of(self.run_sample("--top-k=2", MEDIA / "chelsea.jpg", MEDIA / "coffee.jpg"))
        self.assertEqual(len(lines), 4, lines)
        self.assertEqual((lines[0], lines[2]), (str(MEDIA / "chelsea.jpg"), str(MEDIA / "coffee.jpg")))
        self.assertRegex(lines[1], r"  Egyptian cat 0\.\d{3}  tabby 0\.\d{3}$")
        self.assertRegex(lines[3], r"  espresso 0\.99\d  .+ 0\.\d{3}$")

    def test_any_name(self):
        name = self.folder / "a: 100%25 café #1?.jpg"
        shutil.copy(MEDIA / "coffee.jpg", name)
        for argument in (name, name.as_uri()):
            self.assertIn("espresso", self.lines_of(self.run_sample(argument))[0])

    def test_one_bad_among_good(self):
        result = self.run_sample(self.folder / "none.jpg", MEDIA / "coffee.jpg")
        self.assert_one_sentence(result, "none.jpg")
        self.assertIn("espresso", result.stdout.decode())

    def test_video(self):
        lines = self.lines_of(self.run_sample(VIDEO))
        self.assert_video_labels(lines)
        labels = [line.split("  ")[1].rsplit(" ", 1)[0] for line in lines]
        self.assertTrue(all(a != b for a, b in zip(labels, labels[1:])), f"a line without a change: {labels}")

    def test_every_frame(self):
        lines = self.lines_of(self.run_sample("--every-frame", "--top-k=1", VIDEO))
        self.assertEqual(len(lines), 108)
        self.assert_video_labels(lines)

    def test_interrupt(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            self.assert_ends_on(number, ["--realtime", VIDEO])


if __name__ == "__main__":
    needs_elements("uridecodebin", "jpegdec", "vp8dec", "matroskademux")
    unittest.main()
