#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write the frames of a slow zoom into each photograph, for make-video.sh.

    video-frames.py FOLDER FRAMES_PER_PHOTOGRAPH PHOTOGRAPH...

The frames are FOLDER/0000.png and on, of 360x240 pixels. Needs Pillow.
"""

import pathlib
import sys

import PIL.Image

WIDTH, HEIGHT = 360, 240
CLOSEST = 0.97  # of the largest 3:2 window, at a photograph's last frame


def window(picture, progress):
    """The part that a frame shows, (left, top, right, bottom): centred, 3:2, narrowing with PROGRESS from 0 to 1."""
    scale = min(picture.width / WIDTH, picture.height / HEIGHT) * (1 - (1 - CLOSEST) * progress)
    left, top = (picture.width - WIDTH * scale) / 2, (picture.height - HEIGHT * scale) / 2
    return left, top, left + WIDTH * scale, top + HEIGHT * scale


def main(folder, frames, photographs):
    for n, photograph in enumerate(photographs):
        with PIL.Image.open(photograph) as file:
            picture = file.convert("RGB")
        for k in range(frames):
            frame = picture.resize(
                (WIDTH, HEIGHT), PIL.Image.Resampling.BICUBIC, window(picture, k / max(frames - 1, 1))
            )
            frame.save(folder / f"{n * frames + k:04}.png")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
