#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""gst-resnet sample: prints what is in files, from Python through GObject introspection.

    classify.py [--model FILE] [--labels FILE] [--top-k N] [--realtime] FILE-OR-URI...

It prints the classes and the time in the file whenever the most likely class changes. It needs python3-gi and
gir1.2-gstreamer-1.0. The exit status is 0 when all files were classified or Ctrl-C was pressed, and 1 otherwise.
"""

import argparse
import os
import sys
import warnings

import gi

gi.require_version("Gst", "1.0")
from gi.repository import GLib, Gst  # noqa: E402  (the version comes first)

# PyGObject calls the functions of GValueArray deprecated, but no other way works without python3-gst-1.0.
warnings.filterwarnings("ignore", "GObject.ValueArray", DeprecationWarning)


def entries_of(buffer):
    """Return the (label, confidence) pairs that resnetclassify attached to a buffer, the most confident first."""
    meta = buffer.get_custom_meta("GstResnetClassificationMeta")
    if meta is None:
        return []
    _, entries = meta.get_structure().get_array("entries")
    structures = [entries.get_nth(n) for n in range(entries.n_values)]
    return [(s.get_string("label"), s.get_double("confidence").value) for s in structures]


def time_text(nanoseconds):
    if nanoseconds == Gst.CLOCK_TIME_NONE:
        return "-"
    minutes, rest = divmod(nanoseconds, 60 * Gst.SECOND)
    return f"{minutes // 60}:{minutes % 60:02}:{rest / Gst.SECOND:06.3f}"


def uri_of(name):
    if os.path.exists(name):
        return Gst.filename_to_uri(os.path.abspath(name))
    if Gst.uri_is_valid(name):
        return name
    raise ValueError("there is no such file")


def make_pipeline(arguments):
    pipeline = Gst.parse_launch(
        'uridecodebin name=source caps="video/x-raw(ANY)" expose-all-streams=false '
        "source. ! resnetclassify name=classifier post-messages=false ! appsink name=sink max-buffers=4"
    )
    pipeline.get_by_name("sink").props.sync = arguments.realtime
    classifier = pipeline.get_by_name("classifier")
    classifier.props.top_k = arguments.top_k
    if arguments.model:
        classifier.props.model = arguments.model
    if arguments.labels:
        classifier.props.labels = arguments.labels
    pipeline.connect("deep-element-added", on_element)
    return pipeline


def on_element(_pipeline, _bin, element):
    """Make jpegdec exact rather than fast, so that its pixels are those of other programs."""
    factory = element.get_factory()
    if factory is not None and factory.get_name() == "jpegdec":
        Gst.util_set_object_arg(element, "idct-method", "islow")


def classify(pipeline, uri):
    """Print what is in one file. Raise RuntimeError with the pipeline's reason when that fails."""
    pipeline.get_by_name("source").props.uri = uri
    sink, bus = pipeline.get_by_name("sink"), pipeline.get_bus()
    pipeline.set_state(Gst.State.PLAYING)
    last, n_frames = None, 0
    while True:
        sample = sink.emit("try-pull-sample", 50 * Gst.MSECOND)
        if sample is not None:
            entries = entries_of(sample.get_buffer())
            label = entries[0][0] if entries else None
            if n_frames == 0 or label != last:
                results = "  ".join(f"{name} {confidence:.3f}" for name, confidence in entries)
                time = sample.get_segment().to_stream_time(Gst.Format.TIME, sample.get_buffer().pts)
                print(f"{time_text(time)}  {results}", flush=True)
            last, n_frames = label, n_frames + 1
            continue
        message = bus.pop_filtered(Gst.MessageType.ERROR | Gst.MessageType.EOS)
        if message is not None and message.type == Gst.MessageType.ERROR:
            raise RuntimeError(message.parse_error()[0].message)
        if message is not None or sink.props.eos:
            break
    if n_frames == 0:
        raise RuntimeError("no picture could be decoded from it")


def main():
    parser = argparse.ArgumentParser(description="Prints what is in photographs and videos, as it changes.")
    parser.add_argument("--model", help="model file (default: the embedded model)")
    parser.add_argument("--labels", help="label file (default: the model's own)")
    parser.add_argument("--top-k", type=int, default=3, help="how many classes to print (default: %(default)s)")
    parser.add_argument("--realtime", action="store_true", help="play at the file's own speed")
    parser.add_argument("files", nargs="+", metavar="FILE-OR-URI")
    arguments = parser.parse_args()

    Gst.init(None)
    failed = False
    for name in arguments.files:
        if len(arguments.files) > 1:
            print(name)
        try:
            pipeline = make_pipeline(arguments)
        except GLib.Error as error:
            sys.exit(f"classify.py: {error.message}; GST_PLUGIN_PATH must name the folder of libgstresnet.so")
        try:
            classify(pipeline, uri_of(name))
        except (RuntimeError, ValueError) as error:
            print(f"classify.py: {name}: {error}", file=sys.stderr)
            failed = True
        except KeyboardInterrupt:
            break
        finally:
            pipeline.set_state(Gst.State.NULL)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
