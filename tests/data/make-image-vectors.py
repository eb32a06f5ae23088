#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes tests/data/image: what torchvision's rules on a PIL image give for generated images.

Needs Pillow 13 or later (whose vertical pass comes first for tall images), numpy and torch. The rules of torchvision's
Resize, CenterCrop, ToTensor and Normalize are written out here, so that torchvision itself is not needed.

A line of image-vectors.txt: KIND WIDTH HEIGHT SEED RESIZE CROP INTERPOLATION SHA_U8 SHA_F32, or with "whole" in front: the hexadecimal bytes
of the uint8 stage and of the float tensor (little-endian) in place of the two checksums (their first 16 digits).
KIND is RGB or L; RESIZE 0 stretches to the crop. tests/nn/test-image-exact.c makes the same images.
"""
import argparse
import hashlib
import pathlib
import random

import numpy as np
import PIL
import torch
from PIL import Image

FILTERS = {"nearest": Image.NEAREST, "bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC}
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)


def generate(kind, width, height, seed):
    """Bytes by a hash of their position; seed % 3 chooses noise, noise of 0 and 255 only, or noise on a gradient."""
    channels = 3 if kind == "RGB" else 1
    n = width * height * channels
    with np.errstate(over="ignore"):
        h = np.arange(n, dtype=np.uint32) + np.uint32(seed * 0x9E3779B9 & 0xFFFFFFFF)
        for shift, factor in ((16, 0x45D9F3B), (15, 0x2C1B3C6D), (16, 1)):
            h = (h ^ (h >> np.uint32(shift))) * np.uint32(factor)
    noise = h >> np.uint32(24)
    if seed % 3 == 1:
        noise = (noise >> np.uint32(7)) * np.uint32(255)
    elif seed % 3 == 2:
        pixel = np.arange(n, dtype=np.uint32) // np.uint32(channels)
        x, y = pixel % np.uint32(width), pixel // np.uint32(width)
        ramp = (x * np.uint32(3) + y * np.uint32(5)) & np.uint32(255)
        noise = (ramp * np.uint32(7) + noise) // np.uint32(8)
    shape = (height, width, 3) if kind == "RGB" else (height, width)
    return Image.fromarray(noise.astype(np.uint8).reshape(shape)).convert("RGB")


def resize(image, size, crop, interpolation):
    width, height = image.size
    if size == 0:
        new = (crop, crop)
    else:
        short, long = min(width, height), max(width, height)
        new_long = int(size * long / short)
        new = (size, new_long) if width <= height else (new_long, size)
    return image if new == image.size else image.resize(new, FILTERS[interpolation])


def center_crop(image, crop):
    width, height = image.size
    if crop > width or crop > height:
        left, top = max(crop - width, 0) // 2, max(crop - height, 0) // 2
        padded = Image.new("RGB", (max(width, crop), max(height, crop)))
        padded.paste(image, (left, top))
        image = padded
        width, height = image.size
    top, left = int(round((height - crop) / 2.0)), int(round((width - crop) / 2.0))
    return image.crop((left, top, left + crop, top + crop))


def to_tensor(array):
    tensor = torch.from_numpy(array.transpose(2, 0, 1).copy()).to(torch.float32).div(255)
    mean = torch.tensor(MEAN, dtype=torch.float32).view(-1, 1, 1)
    std = torch.tensor(STD, dtype=torch.float32).view(-1, 1, 1)
    return tensor.sub(mean).div(std).numpy()


def sizes():
    """More than 200 sizes from 1×1 to 8000×3."""
    fixed = [(1, 1), (1, 2), (2, 1), (3, 3), (1, 97), (97, 1), (8000, 3), (3, 8000), (4000, 7), (65535, 1), (1, 65535),
             (224, 224), (256, 256), (256, 341), (341, 256), (640, 480), (480, 640), (333, 500), (500, 375), (96, 96),
             (223, 225), (255, 257), (641, 479), (1024, 31), (31, 1024), (200, 401), (200, 400), (200, 399), (720, 576)]
    choose = random.Random(7)
    found = list(fixed)
    while len(found) < 240:
        size = (choose.randint(1, 70), choose.randint(1, 70)) if len(found) % 2 else \
            (choose.randint(1, 420), choose.randint(1, 420))
        if size not in found:
            found.append(size)
    return found


def cases():
    choose = random.Random(11)
    names = list(FILTERS)
    for i, (width, height) in enumerate(sizes()):
        long, short = max(width, height), min(width, height)
        for variant in range(2):
            crop = choose.choice([1, 7, 32, 33, 64, 96, 130])
            size = choose.choice([0, crop, crop + 9, short, choose.randint(1, 160)])
            # Pillow makes the whole resized image: keep it below a million pixels.
            if size and size * size * long // short > 1000000:
                size = max(int((1000000 * short / long) ** 0.5), 1)
            yield ("L" if i % 8 == 5 else "RGB", width, height, 3 * i + choose.randint(0, 2), size, crop,
                   names[(i + variant) % 3 if i % 4 else 1])
    for i, interpolation in enumerate(names):
        yield ("RGB", 640, 360, i, 256, 224, interpolation)


def line(case, whole):
    kind, width, height, seed, size, crop, interpolation = case
    image = center_crop(resize(generate(kind, width, height, seed), size, crop, interpolation), crop)
    array = np.asarray(image)
    tensor = to_tensor(array).astype("<f4")
    if whole:
        fields = [array.tobytes().hex(), tensor.tobytes().hex()]
    else:
        fields = [hashlib.sha256(data.tobytes()).hexdigest()[:16] for data in (array, tensor)]
    return " ".join(["whole"] * whole + [str(field) for field in case] + fields)


def photograph():
    """A part of samples/media/astronaut.jpg (NASA, public domain), 192×144, for the tests of YUV."""
    source = pathlib.Path(__file__).parents[2] / "samples" / "media" / "astronaut.jpg"
    image = Image.open(source).convert("RGB")
    left, top = image.width * 150 // 512, image.height * 60 // 512
    return image.crop((left, top, left + 192, top + 144))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "image",
                        help="folder to write to")
    arguments = parser.parse_args()
    if int(PIL.__version__.split(".")[0]) < 13:
        parser.error(f"Pillow is {PIL.__version__}; it must be 13 or later")
    lines = [f"# made by make-image-vectors.py with Pillow {PIL.__version__} and torch {torch.__version__}"]
    lines += [line(case, False) for case in cases()]
    lines += [line(("RGB", 13, 9, 3 + i, 5, 4, name), True) for i, name in enumerate(FILTERS)]
    (arguments.output / "image-vectors.txt").write_text("\n".join(lines) + "\n")
    photograph().save(arguments.output / "photograph.ppm")
    print(f"{len(lines) - 1} cases, {len(sizes())} sizes: {arguments.output}")


if __name__ == "__main__":
    main()
