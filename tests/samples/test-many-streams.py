#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""samples/many-streams.c: what fails alone, what is printed, what the mosaic shows."""

import shutil
import signal
import subprocess
import unittest

from sample_test import MEDIA, SOURCE_ROOT, TIME_LIMIT, VIDEO, SampleTest, build_folder, needs_elements


class ManyStreams(SampleTest):
    COMMAND = [str(build_folder("GST_RESNET_SAMPLES_DIR") / "many-streams")]

    def labels_of(self, lines, number):
        """The labels that source @number changed to."""
        rows = [line.split("  ") for line in lines]
        return [row[2].rsplit(" ", 1)[0] for row in rows if row[0] == str(number) and len(row) == 3 and "." in row[1]]

    def test_bad_options(self):
        for arguments, word in (
            ([], "at least one"),
            (["--tile=5", VIDEO], "WIDTHxHEIGHT"),
            (["--tile=-20x20", VIDEO], "-20x20"),
            (["--tile=33x20", VIDEO], "even"),
            (["--tile=99999x20", VIDEO], "4096"),
            (["--columns=-1", VIDEO], "--columns is -1"),
            (["--batch-size=65", VIDEO], "--batch-size is 65"),
            (["--headless", "--output=x", VIDEO], "one of them"),
            (["--tile=4096x4096", "--columns=9", VIDEO], "--tile"),
            (["--headless"] + [VIDEO] * 65, "65 sources"),
        ):
            with self.subTest(arguments):
                self.assert_one_sentence(self.run_sample(*arguments), word)

    def test_missing_file(self):
        self.assert_one_sentence(self.run_sample("--headless", self.folder / "none.mp4"), "none.mp4", "no such file")

    def test_bad_model(self):
        result = self.run_sample("--headless", "--model", SOURCE_ROOT / "LICENSE", MEDIA / "coffee.jpg")
        self.assert_one_sentence(result, "LICENSE")

    def test_what_fails_takes_nobody_along(self):
        bad = [*self.make_bad_files(), self.folder / "none.mp4", self.folder]
        result = self.run_sample("--headless", VIDEO, *bad, VIDEO)
        self.assertEqual(result.returncode, 1, result.stderr)
        errors = result.stderr.decode().strip().splitlines()
        self.assertEqual(len(errors), len(bad), errors)
        for path in bad:
            self.assertTrue(any(str(path) + ": " in error for error in errors), f"{path}: {errors}")
        lines = result.stdout.decode().splitlines()
        for number in (1, len(bad) + 2):
            self.assertEqual(self.labels_of(lines, number)[:2], ["Egyptian cat", "espresso"], lines)
            self.assertIn(f"{number}  108 frames, 108 classified  {VIDEO}", lines)

    def test_photographs_beside_a_video(self):
        lines = self.lines_of(self.run_sample("--headless", VIDEO, MEDIA / "coffee.jpg", MEDIA / "chelsea.jpg"))
        self.assertEqual(self.labels_of(lines, 2), ["espresso"])
        self.assertEqual(self.labels_of(lines, 3), ["Egyptian cat"])
        self.assertIn(f"1  108 frames, 108 classified  {VIDEO}", lines)
        self.assertRegex(lines[-1], r"^\d\.\d images a run$")

    def test_mosaic(self):
        path = self.folder / "mosaic.webm"
        self.lines_of(self.run_sample("--tile=160x120", f"--output={path}", VIDEO, VIDEO, MEDIA / "coffee.jpg"))
        raw = self.folder / "mosaic.gray"
        launch = f"filesrc location={path.name} ! matroskademux ! vp8dec ! videoconvert ! video/x-raw,format=GRAY8"
        subprocess.run(
            ["gst-launch-1.0", "-q", *launch.split(), "!", "filesink", f"location={raw.name}"],
            env=self.environment(with_plugin=False),
            cwd=self.folder,
            check=True,
            timeout=TIME_LIMIT,
        )
        size = 320 * 240
        frames = raw.read_bytes()
        # 7.2 s at 25 frames/s, two by two tiles.
        self.assertEqual(len(frames) % size, 0)
        self.assertAlmostEqual(len(frames) // size, 180, delta=5)
        middle = frames[len(frames) // size // 2 * size :][:size]

        def tile(column, row):
            return b"".join(middle[(row * 120 + y) * 320 + column * 160 :][:160] for y in range(120))

        for column, row in ((0, 0), (1, 0)):
            self.assertGreater(max(tile(column, row)) - min(tile(column, row)), 60)
        # There is no fourth source.
        self.assertLess(max(tile(1, 1)), 40)

    def test_interrupt(self):
        path = self.folder / "interrupted.webm"
        for number in (signal.SIGINT, signal.SIGTERM):
            process = subprocess.Popen(
                [*self.COMMAND, f"--output={path}", *[str(VIDEO)] * 4],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self.environment(),
            )
            try:
                self.assertIn(b"  0.000  ", process.stdout.readline())
                # The mosaic follows the streams at some distance: not before there is something in it.
                while b"  2.400  " not in (line := process.stdout.readline()):
                    self.assertNotEqual(line, b"")
                process.send_signal(number)
                rest, error = process.communicate(timeout=TIME_LIMIT)
            finally:
                process.kill()
            self.assertEqual((process.returncode, error), (0, b""), rest)
            # What was recorded is a whole file.
            self.assertGreater(path.stat().st_size, 1000)


if __name__ == "__main__":
    needs_elements("uridecodebin", "jpegdec", "vp8dec", "vp8enc", "matroskademux", "webmmux", "compositor")
    if not shutil.which("gst-launch-1.0"):
        raise SystemExit(77)
    unittest.main()
