#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Make this folder's photographs from those that the scikit-image package carries (see README.md for their authors).

    pip install --no-deps scikit-image pillow && ./make-media.py

Photographs that are JPEG already are copied byte for byte; PNG ones become JPEG of quality 92. The sources are checked
against the SHA-256 written here, so that a picture of another licence cannot slip in under the same name.
"""

import argparse
import hashlib
import importlib.util
import pathlib
import sys

import PIL.Image

SOURCES = {
    "astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "chelsea.png": "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    "coffee.png": "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
    "rocket.jpg": "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
}
QUALITY = 92
MAX_BYTES = 150 * 1024


def installed_data_folder():
    package = importlib.util.find_spec("skimage")
    if package is None:
        sys.exit("make-media.py: scikit-image is not installed; install it or name its data folder with --source")
    return pathlib.Path(package.origin).parent / "data"


def make_photograph(source, sha256, folder):
    data = source.read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        sys.exit(f"make-media.py: {source} is another picture: its SHA-256 is {found}, expected {sha256}")
    target = folder / (source.stem + ".jpg")
    if source.suffix == ".jpg":
        target.write_bytes(data)
    else:
        PIL.Image.open(source).convert("RGB").save(target, quality=QUALITY, optimize=True)
    if target.stat().st_size > MAX_BYTES:
        sys.exit(f"make-media.py: {target} has {target.stat().st_size} bytes, at most {MAX_BYTES} are wanted")
    print(target.name, target.stat().st_size, "bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, help="scikit-image's data folder (default: the installed one's)")
    source = parser.parse_args().source or installed_data_folder()
    for name, sha256 in SOURCES.items():
        make_photograph(source / name, sha256, pathlib.Path(__file__).resolve().parent)


if __name__ == "__main__":
    main()
