#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""All samples on what decoders of other plugins give, and on a network camera that goes away and comes back.

Files: one of each encoder that is installed, decoded by gstreamer1.0-libav. Network: gst-rtsp-server, through its
bindings (Debian: gir1.2-gst-rtsp-server-1.0)."""

import os
import subprocess
import sys
import time
import unittest

from sample_test import MEDIA, SOURCE_ROOT, TIME_LIMIT, SampleTest, build_folder

SAMPLES = build_folder("GST_RESNET_SAMPLES_DIR")
PYTHON = "/usr/bin/python3"
# An encoder, and the decoder that decodebin takes where gstreamer1.0-libav is installed.
CODECS = (
    ("x264enc", "avdec_h264"),
    ("openh264enc ! h264parse", "avdec_h264"),
    ("x265enc ! h265parse", "avdec_h265"),
    ("avenc_mpeg4", "avdec_mpeg4"),
    ("avenc_h263p", "avdec_h263"),
)
SERVER = """
import sys
import gi
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
factory = GstRtspServer.RTSPMediaFactory()
factory.set_shared(True)
factory.set_launch(
    "( filesrc location=\\"" + sys.argv[2] + "\\" ! jpegdec ! videoscale ! video/x-raw,width=352,height=288 ! "
    "imagefreeze is-live=true ! video/x-raw,framerate=10/1 ! videoconvert ! vp8enc deadline=1 keyframe-max-dist=5 ! "
    "rtpvp8pay name=pay0 )"
)
server.get_mount_points().add_factory("/camera", factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
"""


def has_element(description):
    return all(
        subprocess.run(
            ["gst-inspect-1.0", "--exists", name], env=SampleTest.environment(with_plugin=False), capture_output=True
        ).returncode
        == 0
        for name in description.split(" ! ")
    )


class Decoders(SampleTest):
    def commands(self):
        """Every sample, and what it does with one source. The Python one needs the bindings and a plain build."""
        result = [
            [SAMPLES / "classify-file"],
            [SAMPLES / "many-streams", "--headless"],
        ]
        if os.environ["GST_RESNET_SANITIZE"] == "none" and os.path.exists(PYTHON):
            result.append([PYTHON, SOURCE_ROOT / "samples" / "classify.py"])
        return [list(map(str, command)) for command in result]

    def encode(self, encoder):
        """None where the encoder, which is not ours to test, does not work here."""
        path = self.folder / f"{encoder.split()[0]}.mkv"
        result = subprocess.run(
            f"gst-launch-1.0 -q filesrc location={MEDIA / 'coffee.jpg'} ! jpegdec ! videoscale ! "
            "video/x-raw,width=352,height=288 ! imagefreeze num-buffers=10 ! video/x-raw,framerate=10/1 ! "
            f"videoconvert ! {encoder} ! matroskamux ! filesink".split() + [f"location={path}"],
            env=self.environment(with_plugin=False),
            capture_output=True,
            timeout=TIME_LIMIT,
        )
        return path if result.returncode == 0 else None

    def encode_all(self):
        """(encoder, file) of all that are installed and work."""
        pairs = [
            (encoder, self.encode(encoder))
            for encoder, decoder in CODECS
            if has_element(encoder) and has_element(decoder)
        ]
        pairs = [(encoder, path) for encoder, path in pairs if path]
        if not pairs:
            self.skipTest("no H.264, H.265, MPEG-4 or H.263 encoder with its decoder in gstreamer1.0-libav")
        print("encoders:", ", ".join(encoder for encoder, _ in pairs), file=sys.stderr)
        return pairs

    def run_command(self, command, source):
        return subprocess.run(
            [*command, str(source)], capture_output=True, timeout=TIME_LIMIT, env=self.environment()
        )

    def test_libav(self):
        for encoder, path in self.encode_all():
            for command in self.commands():
                with self.subTest(encoder=encoder, command=command[-1]):
                    result = self.run_command(command, path)
                    self.assertEqual((result.returncode, result.stderr), (0, b""))
                    self.assertRegex(result.stdout.decode().splitlines()[0], r"[0:]*0\.000  espresso 0\.")

    def test_swap_model(self):
        _, path = self.encode_all()[0]
        command = [SAMPLES / "swap-model", "--every=1", "--swaps=1", path, "embedded", "embedded"]
        result = subprocess.run(
            list(map(str, command)), capture_output=True, timeout=TIME_LIMIT, env=self.environment()
        )
        self.assertRegex(result.stdout.decode().splitlines()[0], "espresso 0.9", result.stderr)

    def start_server(self, port):
        server = subprocess.Popen(
            [PYTHON, "-c", SERVER, str(port), str(MEDIA / "coffee.jpg")],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.environment(with_plugin=False),
        )
        self.addCleanup(server.communicate)
        self.addCleanup(server.kill)
        line = server.stdout.readline()
        if not line:
            if b"gi" in server.stderr.read():
                self.skipTest("GstRtspServer's bindings are not installed")
            self.fail("the RTSP server did not start")
        return server, int(line)

    def test_camera_comes_and_goes(self):
        if not os.path.exists(PYTHON):
            self.skipTest(f"there is no {PYTHON}")
        for element in ("vp8enc", "rtpvp8pay", "rtspsrc", "imagefreeze"):
            if not has_element(element):
                self.skipTest(f"GStreamer has no element {element} here")
        port = 0
        for _ in range(2):
            server, port = self.start_server(port)
            for command in self.commands():
                with self.subTest(command=command[-1]):
                    process = subprocess.Popen(
                        [*command, f"rtsp://127.0.0.1:{port}/camera"],
                        stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE,
                        env=self.environment(),
                    )
                    self.addCleanup(process.communicate)
                    self.addCleanup(process.kill)
                    self.assertIn(b"espresso", process.stdout.readline())
                    if command != self.commands()[-1]:
                        process.terminate()
                        process.communicate(timeout=TIME_LIMIT)
            # The last one is still playing when the camera goes away: it ends by itself.
            server.kill()
            server.wait()
            started = time.monotonic()
            output, error = process.communicate(timeout=TIME_LIMIT)
            print(f"{command[-1]} ended {time.monotonic() - started:.1f} s after its camera", file=sys.stderr)
            self.assertNotIn(b"Traceback", error, output)
            # Nobody is there now.
            for command in self.commands():
                result = self.run_command(command, f"rtsp://127.0.0.1:{port}/camera")
                self.assertEqual(result.returncode, 1, result.stdout)
                self.assertEqual(len(result.stderr.decode().strip().splitlines()), 1, result.stderr)


if __name__ == "__main__":
    unittest.main()
