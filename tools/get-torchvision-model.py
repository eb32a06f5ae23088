#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Download one of torchvision's pretrained ResNets and check it.

    get-torchvision-model.py --list
    get-torchvision-model.py resnet18 [--directory DIR]

The file comes from download.pytorch.org. Its name ends in the first digits of its SHA-256 (resnet18-f37072fd.pth); a file
that does not match them is removed, and so is one whose download broke off. Needs nothing but Python and a network.

The weights are torchvision's (BSD licence), trained on ImageNet's photographs, which are for non-commercial research:
whether they may serve your purpose is for you to judge.
"""

import argparse
import hashlib
import os
import pathlib
import re
import sys
import tempfile
import urllib.error
import urllib.request

BASE_URL = "https://download.pytorch.org/models"
TIMEOUT_S = 60
CHUNK = 1 << 20

# What the name stands for, and the shorter side that the images were resized to when torchvision measured its accuracy.
# The first weights of an architecture are torchvision's IMAGENET1K_V1, "-v2" are IMAGENET1K_V2.
MODELS = {
    "resnet18": ("resnet18-f37072fd.pth", 256),
    "resnet34": ("resnet34-b627a593.pth", 256),
    "resnet50": ("resnet50-0676ba61.pth", 256),
    "resnet50-v2": ("resnet50-11ad3fa6.pth", 232),
    "resnet101": ("resnet101-63fe2227.pth", 256),
    "resnet101-v2": ("resnet101-cd907fc2.pth", 232),
    "resnet152": ("resnet152-394f9c45.pth", 256),
    "resnet152-v2": ("resnet152-f82ba261.pth", 232),
    "resnext50_32x4d": ("resnext50_32x4d-7cdf4587.pth", 256),
    "resnext50_32x4d-v2": ("resnext50_32x4d-1a0047aa.pth", 232),
    "resnext101_32x8d": ("resnext101_32x8d-8ba56ff5.pth", 256),
    "resnext101_32x8d-v2": ("resnext101_32x8d-110c445d.pth", 232),
    "resnext101_64x4d": ("resnext101_64x4d-173b62eb.pth", 232),
    "wide_resnet50_2": ("wide_resnet50_2-95faca4d.pth", 256),
    "wide_resnet50_2-v2": ("wide_resnet50_2-9ba9bcbe.pth", 232),
    "wide_resnet101_2": ("wide_resnet101_2-32ee1156.pth", 256),
    "wide_resnet101_2-v2": ("wide_resnet101_2-d733dc28.pth", 232),
}
FILE_NAME = re.compile(r"[A-Za-z0-9_.]+-([0-9a-f]{8,64})\.pth")


class DownloadError(Exception):
    pass


def sha256_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def show_progress(done, total):
    if sys.stderr.isatty():
        of_total = f" of {total / 1e6:.1f}" if total else ""
        print(f"\r{done / 1e6:.1f}{of_total} MB", end="", file=sys.stderr, flush=True)


def copy_response(response, file):
    """The SHA-256 of what was written."""
    total = int(response.headers.get("Content-Length") or 0)
    digest, done = hashlib.sha256(), 0
    while chunk := response.read(CHUNK):
        file.write(chunk)
        digest.update(chunk)
        done += len(chunk)
        show_progress(done, total)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if total and done != total:
        raise DownloadError(f"the download broke off after {done} of {total} bytes; try again")
    return digest.hexdigest()


def download(url, target, sha256_prefix):
    """TARGET appears only when it is complete and right."""
    descriptor, partial = tempfile.mkstemp(prefix=target.name + ".", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file, urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:
            found = copy_response(response, file)
        if not found.startswith(sha256_prefix):
            raise DownloadError(
                f"{url} is not the file that its name promises: its SHA-256 is {found}, it should start with "
                f"{sha256_prefix}; nothing was kept"
            )
        os.chmod(partial, 0o644)
        os.replace(partial, target)
    except urllib.error.URLError as error:
        raise DownloadError(f"{url} could not be downloaded: {error.reason}") from error
    except OSError as error:
        raise DownloadError(f"{url} could not be downloaded to {target}: {error}") from error
    finally:
        if os.path.exists(partial):
            os.unlink(partial)


def resolve(name):
    """(file name, resize or None) of a name in the list, or of a file's own name."""
    if name in MODELS:
        return MODELS[name]
    for file_name, resize in MODELS.values():
        if name == file_name:
            return file_name, resize
    if FILE_NAME.fullmatch(name):
        return name, None
    raise DownloadError(f"{name} is not one of the models that --list shows, nor a name like resnet18-f37072fd.pth")


def get(name, directory, base_url):
    file_name, resize = resolve(name)
    sha256_prefix = FILE_NAME.fullmatch(file_name)[1]
    target = directory / file_name
    if target.exists() and sha256_of(target).startswith(sha256_prefix):
        print(f"{target} is there already, and right")
    else:
        directory.mkdir(parents=True, exist_ok=True)
        download(f"{base_url.rstrip('/')}/{file_name}", target, sha256_prefix)
        print(f"{target}: downloaded, and its SHA-256 starts with {sha256_prefix}")
    if resize not in (None, 256):
        print(
            f"torchvision evaluates it on images resized to {resize}: give the element resize={resize}, "
            f"resnet-tool --resize {resize}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", help="a model that --list shows, or the full name of a file")
    parser.add_argument("--list", action="store_true", help="show the models and end")
    parser.add_argument(
        "--directory", type=pathlib.Path, default=pathlib.Path(), help="where to put it (default: here)"
    )
    parser.add_argument("--base-url", default=BASE_URL, help="the folder it is in (default: %(default)s)")
    arguments = parser.parse_args()

    if arguments.list:
        for name, (file_name, resize) in MODELS.items():
            print(f"{name:20} {file_name:32} resize {resize}")
        return 0
    if not arguments.name:
        parser.error("name a model, or --list")
    try:
        get(arguments.name, arguments.directory, arguments.base_url)
    except (DownloadError, OSError) as error:
        print(f"get-torchvision-model.py: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("get-torchvision-model.py: interrupted; nothing was kept", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
