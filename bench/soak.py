#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sixteen odd streams in one process for as long as you say: nothing is lost, and memory stays flat.

usage: soak.py [--minutes=N] [--rate=FRAMES-PER-SECOND]    (from the project's root, after a build)

Each stream is one kind of trouble: frames whose metas lie, padded frames, formats that GStreamer reads beyond, fields,
a group with a member that stalls, other models and other caps all the time, state changes, a bus that nobody reads. The
exit status is 1 when a frame was lost, a pipeline failed or the memory grew. How long frames took at the beginning and
at the end is printed."""

import argparse
import os
import pathlib
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
os.environ.setdefault("GST_PLUGIN_PATH", str(ROOT / "build" / "plugin"))

import gi  # noqa: E402

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo  # noqa: E402

NETWORKS = ROOT / "tests" / "data" / "networks"
CLASSIFY = f'resnetclassify name=c threads=1 model="{NETWORKS / "resnet20-cifar10.safetensors"}"'
OTHER = f'resnetclassify threads=1 model="{NETWORKS / "resnet20-cifar10.safetensors"}" region=both'
OVERLAY = "classoverlay"
# After so many seconds everything that is made once has been made.
WARM_UP = 20
GROWTH_LIMIT = 16 << 20


def rss():
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def caps_of(fmt, width, height, more="", features=""):
    return Gst.Caps.from_string(
        f"video/x-raw{features},format={fmt},width={width},height={height},framerate=25/1{more}"
    )


class Stream:
    """One pipeline, fed from outside; counts what comes out."""

    def __init__(self, name, elements, caps, change=None, every=1):
        self.name, self.caps, self.change, self.every = name, caps, change, every
        self.sent = self.out = self.lost = self.n = 0
        self.errors = []
        self.reads_bus = True
        self.pipeline = Gst.parse_launch(
            f"appsrc name=a format=time block=true max-buffers=2 ! {elements} ! "
            "fakesink name=f sync=false signal-handoffs=true async=false"
        )
        self.source = self.pipeline.get_by_name("a")
        self.pipeline.get_by_name("f").connect("handoff", self.on_frame)
        self.start()

    def on_frame(self, *_arguments):
        self.out += 1

    def set_caps(self, caps):
        self.caps = caps
        self.source.set_property("caps", caps)
        info = GstVideo.VideoInfo.new_from_caps(caps)
        self.info = info
        self.pattern = bytes((i * 31 + i // 97) & 255 for i in range(4096)) * (info.size // 4096 + 2)

    def start(self):
        self.set_caps(self.caps)
        self.pipeline.set_state(Gst.State.PLAYING)

    def frame(self):
        # Few pictures: classoverlay keeps drawn text, up to 32 MB of it.
        start = self.n % 16 * 7
        buffer = Gst.Buffer.new_wrapped(self.pattern[start : start + self.info.size])
        buffer.pts, buffer.duration = self.n * 40 * Gst.MSECOND, 40 * Gst.MSECOND
        return buffer

    def step(self):
        if self.reads_bus:
            bus = self.pipeline.get_bus()
            while message := bus.pop():
                if message.type == Gst.MessageType.ERROR:
                    self.errors.append(message.parse_error()[0].message)
        buffer = self.frame()
        if self.change and self.n % self.every == 0:
            buffer = self.change(self, buffer) or buffer
        self.n += 1
        if self.source.emit("push-buffer", buffer) == Gst.FlowReturn.OK:
            self.sent += 1
        else:
            self.errors.append("push-buffer failed")

    def drain(self):
        self.source.emit("end-of-stream")
        deadline = time.monotonic() + 30
        while self.out < self.sent and time.monotonic() < deadline:
            time.sleep(0.01)
        self.lost += self.sent - self.out
        self.sent = self.out = 0

    def p99(self):
        found, value = self.pipeline.get_by_name("c").get_property("stats").get_uint64("total-p99")
        return value / 1e6 if found else 0.0


def lie(stream, buffer):
    strides = [stream.info.stride[0] * 50, 0, 0, 0]
    GstVideo.buffer_add_video_meta_full(
        buffer, 0, stream.info.finfo.format, stream.info.width, stream.info.height, 1, [0] * 4, strides
    )


def pad(stream, buffer):
    width, height = stream.info.width + 16, stream.info.height + 8
    padded = Gst.Buffer.new_wrapped(self_pattern(stream, width * height * 3))
    padded.pts, padded.duration = buffer.pts, buffer.duration
    GstVideo.buffer_add_video_meta_full(
        padded, 0, stream.info.finfo.format, width, height, 1, [0] * 4, [width * 3, 0, 0, 0]
    )
    return padded


def self_pattern(stream, size):
    return (stream.pattern * (size // len(stream.pattern) + 1))[:size]


def add_regions(stream, buffer):
    for i in range(stream.n % 4):
        GstVideo.buffer_add_video_region_of_interest_meta(buffer, "thing", i * 9, i * 5, 30, 30).id = i + 1


def other_caps(stream, _buffer):
    formats = ("I420", "RGB", "NV12", "YUY2", "GRAY8", "P010_10LE", "v210")
    stream.drain_pending()
    stream.set_caps(caps_of(formats[stream.n // stream.every % 7], 40 + stream.n // 25 % 5, 31))
    return stream.frame()


def wait_until_out(stream):
    deadline = time.monotonic() + 10
    while stream.out < stream.sent and time.monotonic() < deadline:
        time.sleep(0.001)


Stream.drain_pending = wait_until_out


def other_model(stream, _buffer):
    names = ("resnet20-cifar10.safetensors", "cifar-resnet8.pth")
    model = str(NETWORKS / names[stream.n // stream.every % 2])
    stream.pipeline.get_by_name("c").set_property("model", model)


def restart(stream, _buffer):
    stream.drain_pending()
    stream.pipeline.set_state((Gst.State.NULL, Gst.State.READY, Gst.State.PAUSED)[stream.n // stream.every % 3])
    stream.pipeline.set_state(Gst.State.PLAYING)


def make_streams():
    rgb, i420 = caps_of("RGB", 97, 55), caps_of("I420", 96, 64)
    group = f"{CLASSIFY} group=soak batch-size=3 batch-timeout=20 ! {OVERLAY}"
    fields = caps_of("I420", 64, 64, ",interlace-mode=alternate", "(format:Interlaced)")
    scaled = "videoscale ! video/x-raw,width=64,height=48 ! videoconvert"
    streams = [
        Stream("plain", f"{CLASSIFY} ! {OVERLAY}", rgb),
        Stream("group, first", group, i420),
        Stream("group, second", group, i420),
        Stream("group, stalls", group, i420),
        Stream("lies", f"{CLASSIFY} interval=3 ! {OVERLAY}", rgb, lie, 5),
        Stream("padded", f"{CLASSIFY} ! {OVERLAY}", rgb, pad),
        Stream("regions", f"{CLASSIFY} region=both reclassify-interval=5 ! {OVERLAY}", i420, add_regions),
        Stream("two classifiers", f"{CLASSIFY} region=both ! {OTHER} ! {OVERLAY}", i420, add_regions),
        Stream("heat map, scaled", f"{CLASSIFY} heatmap=true ! {scaled} ! {OVERLAY}", i420),
        Stream("flipped", f"{CLASSIFY} heatmap=true ! videoflip video-direction=horiz ! {OVERLAY}", i420),
        Stream("latest", f"{CLASSIFY} mode=latest ! {OVERLAY}", i420),
        Stream("other caps", f"{CLASSIFY} ! {OVERLAY}", i420, other_caps, 25),
        Stream("read beyond", f"{CLASSIFY} ! {OVERLAY}", caps_of("NV12_10BE_8L128", 121, 37)),
        Stream("fields", f"{CLASSIFY} ! {OVERLAY}", fields),
        Stream("other models", f"{CLASSIFY} ! {OVERLAY}", i420, other_model, 500),
        Stream("state changes", f"{CLASSIFY} ! {OVERLAY}", i420, restart, 250),
    ]
    streams[0].reads_bus = False
    return streams


def feed(stream, rate, stop):
    period = 1.0 / rate
    next_time = time.monotonic()
    while not stop.is_set():
        stream.step()
        # It stalls for a second of three.
        if stream.name == "group, stalls" and stream.n % (2 * rate) == 0:
            time.sleep(1)
        next_time = max(next_time + period, time.monotonic() - 1)
        time.sleep(max(0.0, next_time - time.monotonic()))


def main():
    parser = argparse.ArgumentParser(description="Sixteen odd streams for a while.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=int, default=25, help="frames a second of each stream (default: %(default)s)")
    arguments = parser.parse_args()
    Gst.init(None)
    streams = make_streams()
    stop = threading.Event()
    threads = [threading.Thread(target=feed, args=(stream, arguments.rate, stop)) for stream in streams]
    for thread in threads:
        thread.start()
    samples, began = [], time.monotonic()
    early = {}
    while time.monotonic() - began < arguments.minutes * 60:
        time.sleep(1)
        if time.monotonic() - began >= WARM_UP:
            samples.append(rss())
            early = early or {stream.name: stream.p99() for stream in streams}
    stop.set()
    for thread in threads:
        thread.join()
    failed = False
    for stream in streams:
        total = stream.n
        p99 = stream.p99()
        stream.drain()
        bad = stream.lost != 0 or bool(stream.errors)
        failed |= bad
        print(
            f"{stream.name:18} {total:8} frames, lost {stream.lost}, "
            f"p99 {early.get(stream.name, 0):.1f} -> {p99:.1f} ms"
            f"{'  ' + stream.errors[0] if stream.errors else ''}"
        )
        stream.pipeline.set_state(Gst.State.NULL)
    third = max(len(samples) // 3, 1)
    if samples:
        first, last = sorted(samples[:third])[third // 2], sorted(samples[-third:])[third // 2]
        print(f"memory: {first >> 20} MiB in the first third, {last >> 20} MiB in the last one")
        failed |= last - first > GROWTH_LIMIT
    print(f"{'FAILED' if failed else 'passed'} after {(time.monotonic() - began) / 60:.1f} minutes")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
