#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Make docs/overlay-regions.jpg and docs/overlay-heatmaps.jpg: what classoverlay draws, on photographs of samples/media.

    GST_PLUGIN_PATH=build/plugin docs/make-screenshots.py

The boxes are given here, as a detector would; classes, confidences and heat maps are the embedded model's when this runs.
Needs the Debian packages python3-gi, gir1.2-gst-plugins-base-1.0 and python3-pil.
"""

import argparse
import io
import pathlib

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstVideo", "1.0")
from gi.repository import Gst, GstVideo  # noqa: E402
import PIL.Image  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[1]
MEDIA = ROOT / "samples" / "media"
GAP = 8


def crop_to(image, size):
    """The largest part from the middle with @size's proportions, resized."""
    scale = min(image.width / size[0], image.height / size[1])
    width, height = round(size[0] * scale), round(size[1] * scale)
    left, top = (image.width - width) // 2, (image.height - height) // 2
    return image.crop((left, top, left + width, top + height)).resize(size, PIL.Image.Resampling.LANCZOS)


def draw(image, classify, overlay, boxes=()):
    """@image after resnetclassify and classoverlay with these properties; boxes: type, x, y, width, height in pixels."""
    pipeline = Gst.parse_launch(
        f"appsrc name=source format=time caps=video/x-raw,format=RGBx,width={image.width},height={image.height},"
        f"framerate=25/1 ! videoconvert ! video/x-raw,format=I420 ! resnetclassify {classify} ! classoverlay {overlay} "
        "! videoconvert ! video/x-raw,format=RGBx ! appsink name=sink sync=false"
    )
    buffer = Gst.Buffer.new_wrapped(image.convert("RGBX").tobytes())
    buffer.pts = 0
    for kind, x, y, width, height in boxes:
        GstVideo.buffer_add_video_region_of_interest_meta(buffer, kind, x, y, width, height)
    pipeline.set_state(Gst.State.PLAYING)
    source = pipeline.get_by_name("source")
    source.emit("push-buffer", buffer)
    source.emit("end-of-stream")
    sample = pipeline.get_by_name("sink").emit("pull-sample")
    message = pipeline.get_bus().pop_filtered(Gst.MessageType.ERROR)
    if message:
        raise SystemExit(message.parse_error()[0].message)
    pixels = sample.get_buffer().extract_dup(0, image.width * image.height * 4)
    pipeline.set_state(Gst.State.NULL)
    return PIL.Image.frombytes("RGBX", image.size, pixels).convert("RGB")


def paste_row(images):
    sheet = PIL.Image.new("RGB", (sum(i.width for i in images) + GAP * (len(images) - 1), images[0].height), "white")
    left = 0
    for image in images:
        sheet.paste(image, (left, 0))
        left += image.width + GAP
    return sheet


def regions():
    """Four photographs as one frame, each a region: light, dark and busy beside each other; a region in another."""
    frame = PIL.Image.new("RGB", (960, 640))
    boxes = []
    for n, name in enumerate(("chelsea", "coffee", "rocket", "astronaut")):
        with PIL.Image.open(MEDIA / f"{name}.jpg") as photograph:
            frame.paste(crop_to(photograph.convert("RGB"), (480, 320)), (n % 2 * 480, n // 2 * 320))
        boxes.append(("photograph", n % 2 * 480 + 20, n // 2 * 320 + 28, 440, 284))
    boxes.append(("spoon", 722, 172, 96, 104))
    return draw(frame, "region=roi", "", boxes)


def heatmaps():
    images = []
    for name, position in (("chelsea", "bottom-left"), ("coffee", "bottom-left"), ("rocket", "bottom-left")):
        with PIL.Image.open(MEDIA / f"{name}.jpg") as photograph:
            images.append(draw(crop_to(photograph.convert("RGB"), (320, 240)), "heatmap=true",
                               f"top-k=2 position={position}"))
    return paste_row(images)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "docs", help="the folder (default: docs)")
    arguments = parser.parse_args()

    Gst.init(None)
    for name, image in (("overlay-regions.jpg", regions()), ("overlay-heatmaps.jpg", heatmaps())):
        data = io.BytesIO()
        image.save(data, "JPEG", quality=80, optimize=True)
        (arguments.output / name).write_bytes(data.getvalue())


main()
