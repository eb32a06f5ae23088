# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of the samples share: where things are, and running one with the plugin of this build."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

SOURCE_ROOT = pathlib.Path(__file__).resolve().parents[2]
MEDIA = SOURCE_ROOT / "samples" / "media"
VIDEO = MEDIA / "cat-coffee-rocket.webm"
TIME_LIMIT = 120
SKIP = 77


def build_folder(name):
    """A folder of this build: GST_RESNET_PLUGIN_DIR and the like, which meson sets."""
    if name not in os.environ:
        sys.exit(f"{name} is not set: run this with meson test")
    return pathlib.Path(os.environ[name])


def needs_elements(*names):
    """Ends the test as skipped, naming what is missing, where GStreamer does not have all of these elements.

    Without our plugin: a sanitized one does not load into GStreamer's own programs.
    """
    if not shutil.which("gst-inspect-1.0"):
        print("skipped: there is no gst-inspect-1.0")
        sys.exit(SKIP)
    for name in names:
        if subprocess.run(
            ["gst-inspect-1.0", "--exists", name], env=SampleTest.environment(with_plugin=False)
        ).returncode:
            print(f"skipped: GStreamer has no element {name} here")
            sys.exit(SKIP)


class SampleTest(unittest.TestCase):
    """A test of COMMAND, the sample's command line without arguments."""

    COMMAND = []
    _registry = tempfile.TemporaryDirectory(prefix="gst-registry-")

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="sample test ")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    @classmethod
    def environment(cls, with_plugin=True):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GST_PLUGIN")}
        environment["GST_REGISTRY"] = os.path.join(cls._registry.name, f"registry-{with_plugin}.bin")
        if "ASAN_OPTIONS" in environment:
            # Whole stacks: leaks of GLib's are told from ours by the functions in them.
            environment["ASAN_OPTIONS"] += ":fast_unwind_on_malloc=0"
        if with_plugin:
            environment["GST_PLUGIN_PATH"] = str(build_folder("GST_RESNET_PLUGIN_DIR"))
        return environment

    def run_sample(self, *arguments, with_plugin=True, input_bytes=b""):
        return subprocess.run(
            [*self.COMMAND, *map(str, arguments)],
            input=input_bytes,
            capture_output=True,
            timeout=TIME_LIMIT,
            env=self.environment(with_plugin),
        )

    def lines_of(self, result):
        """The lines of a run that must have gone well."""
        self.assertEqual(result.returncode, 0, result.stderr.decode(errors="replace"))
        self.assertEqual(result.stderr, b"")
        return result.stdout.decode().splitlines()

    def assert_one_sentence(self, result, *words):
        """Exit status 1 and one line on standard error that has all the words."""
        error = result.stderr.decode(errors="replace")
        self.assertEqual(result.returncode, 1, f"{result.stdout!r}\n{error}")
        self.assertEqual(len(error.strip().splitlines()), 1, error)
        for word in words:
            self.assertIn(str(word), error)

    def make_bad_files(self):
        """path → a word that the message must have."""
        (self.folder / "empty.jpg").touch()
        (self.folder / "text.mp4").write_text("This is text, whatever its name says.\n" * 50)
        (self.folder / "noise.webm").write_bytes(bytes((i * i * 31 + i) % 251 for i in range(20000)))
        (self.folder / "cut.jpg").write_bytes((MEDIA / "chelsea.jpg").read_bytes()[:300])
        return [self.folder / name for name in ("empty.jpg", "text.mp4", "noise.webm", "cut.jpg")]

    def make_sound(self):
        """A file with sound and no picture, or None where GStreamer cannot make one."""
        path = self.folder / "sound.wav"
        made = (
            shutil.which("gst-launch-1.0")
            and subprocess.run(
                [
                    "gst-launch-1.0",
                    "-q",
                    "audiotestsrc",
                    "num-buffers=20",
                    "!",
                    "wavenc",
                    "!",
                    "filesink",
                    f"location={path}",
                ],
                env=self.environment(with_plugin=False),
                capture_output=True,
            ).returncode
            == 0
        )
        return path if made else None

    def assert_video_labels(self, lines):
        """Three scenes of 2.4 s: what they show, and when it was first said."""
        first_seen = {}
        for line in lines:
            time_text, *results = line.split("  ")
            hours, minutes, seconds = time_text.split(":")
            label, confidence = results[0].rsplit(" ", 1)
            self.assertTrue(0 < float(confidence) <= 1, line)
            first_seen.setdefault(label, int(hours) * 3600 + int(minutes) * 60 + float(seconds))
        self.assertEqual(list(first_seen)[0], "Egyptian cat", lines)
        self.assertEqual(first_seen["Egyptian cat"], 0.0)
        self.assertIn("espresso", first_seen)
        self.assertAlmostEqual(first_seen["espresso"], 2.4, delta=0.01)
        self.assertGreater(max(first_seen.values()), 4.7, "nothing changed in the third scene")

    def assert_ends_on(self, number, arguments):
        """The sample, playing at the file's own speed, ends in good order, and sooner than in a second or than it started in."""
        waits = []
        # A machine that is busy for a moment is not a sample that hangs.
        for _ in range(3):
            started = time.monotonic()
            process = subprocess.Popen(
                [*self.COMMAND, *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self.environment(),
            )
            try:
                self.assertIn(b"Egyptian cat", process.stdout.readline())
                sent = time.monotonic()
                process.send_signal(number)
                rest, error = process.communicate(timeout=TIME_LIMIT)
            finally:
                process.kill()
            waits.append(time.monotonic() - sent)
            self.assertEqual((process.returncode, error), (0, b""), rest)
            # Interrupted, not played to its end.
            self.assertNotIn(b"0:00:07", rest)
            if waits[-1] < max(1, sent - started):
                return
        self.fail(f"it took {', '.join(f'{wait:.2f} s' for wait in waits)} to end on {signal.Signals(number).name}")
