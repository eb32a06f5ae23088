#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draw docs/readme-picture.png: photographs of samples/media with what the embedded model says of them.

    docs/make-readme-picture.py [--resnet-tool build/tools/resnet-tool/resnet-tool]

The numbers are those that resnet-tool prints when this runs. Needs Pillow 10.1 or later.
"""

import argparse
import json
import pathlib
import subprocess

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

ROOT = pathlib.Path(__file__).resolve().parents[1]
PHOTOGRAPHS = [ROOT / "samples" / "media" / name for name in ("chelsea.jpg", "coffee.jpg", "rocket.jpg")]
TOP_K = 4
PICTURE = (300, 200)
MARGIN, GAP, ROW = 20, 24, 30
BACKGROUND, INK, FAINT, BAR = "#ffffff", "#1f2328", "#59636e", "#b6d4fe"


def classify(tool):
    command = [tool, "classify", "embedded", *PHOTOGRAPHS, "--top-k", str(TOP_K), "--json"]
    said = subprocess.run([str(word) for word in command], check=True, capture_output=True)
    return [image["classes"] for image in json.loads(said.stdout)["images"]]


def draw_classes(draw, left, top, classes):
    font = PIL.ImageFont.load_default(15)
    for n, entry in enumerate(classes):
        y = top + n * ROW
        draw.rectangle((left, y, left + round(PICTURE[0] * entry["confidence"]), y + ROW - 8), BAR)
        draw.text((left + 6, y + (ROW - 8) / 2), entry["label"], INK, font, anchor="lm")
        draw.text((left + PICTURE[0], y + (ROW - 8) / 2), f"{entry['confidence']:.3f}", INK, font, anchor="rm")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--resnet-tool", type=pathlib.Path, default=ROOT / "build" / "tools" / "resnet-tool" / "resnet-tool")
    parser.add_argument("--output", type=pathlib.Path, default=ROOT / "docs" / "readme-picture.png")
    arguments = parser.parse_args()

    width = 2 * MARGIN + len(PHOTOGRAPHS) * PICTURE[0] + (len(PHOTOGRAPHS) - 1) * GAP
    height = 2 * MARGIN + PICTURE[1] + 34 + TOP_K * ROW
    sheet = PIL.Image.new("RGB", (width, height), BACKGROUND)
    draw = PIL.ImageDraw.Draw(sheet)
    for n, (path, classes) in enumerate(zip(PHOTOGRAPHS, classify(arguments.resnet_tool))):
        left = MARGIN + n * (PICTURE[0] + GAP)
        with PIL.Image.open(path) as photograph:
            sheet.paste(photograph.convert("RGB").resize(PICTURE, PIL.Image.Resampling.LANCZOS), (left, MARGIN))
        draw.text((left, MARGIN + PICTURE[1] + 8), path.name, FAINT, PIL.ImageFont.load_default(13))
        draw_classes(draw, left, MARGIN + PICTURE[1] + 34, classes)
    sheet.quantize(256, dither=PIL.Image.Dither.FLOYDSTEINBERG).save(arguments.output, optimize=True)


if __name__ == "__main__":
    main()
