#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Turn a checkpoint that a recipe of this folder saved into the .safetensors file that the project ships.

    convert-default-model.py photos200 photos200.pth ../default-model/photos200.safetensors
    convert-default-model.py resnet20-cifar10 resnet20-cifar10.pth OUT.safetensors

Weights of convolutions and of the fully connected layer become float16; biases and everything of BatchNorm stay
float32, because a variance multiplies a whole channel and costs nothing to keep. Labels, preprocessing (the keys of
docs/model-metadata.md) and provenance go into the file's __metadata__. Needs NumPy alone.
"""

import argparse
import hashlib
import json
import pathlib
import pickle
import sys
import zipfile

import numpy
import safetensors_writer
import torch_checkpoint

_HERE = pathlib.Path(__file__).resolve().parent

_COMMON_METADATA = {
    "format": "pt",
    "preprocess.interpolation": "bilinear",
}

MODELS = {
    "photos200": {
        "name": "photos200",
        "description": "Thin ResNet-18 (32-64-128-256 channels), 200 kinds of animals, things, food and places",
        "preprocess.resize": "96",
        "preprocess.crop": "96",
        "preprocess.mean": "0.485,0.456,0.406",
        "preprocess.std": "0.229,0.224,0.225",
        "provenance.recipe": "training/train_photos.py, 85 minutes on two cores, PyTorch 2.13",
        "provenance.data": "Tiny ImageNet (Stanford CS231n), 100,000 photographs of 64x64 pixels, for research use",
        "provenance.accuracy": "top-1 52.95 %, top-5 76.88 % on Tiny ImageNet's 10,000 validation photographs "
        "(the float32 checkpoint)",
    },
    "resnet20-cifar10": {
        "name": "resnet20-cifar10",
        "description": "ResNet-20 with the CIFAR stem and projection shortcuts, the ten classes of CIFAR-10",
        "preprocess.resize": "32",
        "preprocess.crop": "32",
        "preprocess.mean": "0.4914,0.4822,0.4465",
        "preprocess.std": "0.2470,0.2435,0.2616",
        "provenance.recipe": "training/train_cifar.py, 45 epochs, PyTorch 2.13",
        "provenance.data": "CIFAR-10 (Krizhevsky 2009), 50,000 images of 32x32 pixels, as JPEG files",
        "provenance.accuracy": "top-1 88.43 % on CIFAR-10's 10,000 test images as JPEG files (the float32 checkpoint)",
    },
}


def read_labels(path, n_classes):
    labels = path.read_text(encoding="utf-8").splitlines()
    if len(labels) != n_classes:
        raise ValueError(f"{path} has {len(labels)} labels, the model has {n_classes} classes")
    return labels


def shrink(name, tensor):
    """float16 for matrices and kernels, where it is exact enough and half the size."""
    if tensor.dtype != numpy.float32 or tensor.ndim < 2:
        return tensor
    half = tensor.astype(numpy.float16)
    if not numpy.isfinite(half).all():
        raise ValueError(f"{name} does not fit float16: its largest magnitude is {numpy.abs(tensor).max()}")
    return half


def convert(model, checkpoint, labels, output):
    state = torch_checkpoint.load_state_dict(checkpoint)
    metadata = {
        **_COMMON_METADATA,
        **MODELS[model],
        "labels": json.dumps(read_labels(labels, state["fc.weight"].shape[0]), ensure_ascii=False),
        "provenance.checkpoint-sha256": hashlib.sha256(checkpoint.read_bytes()).hexdigest(),
    }
    safetensors_writer.save(output, {name: shrink(name, tensor) for name, tensor in state.items()}, metadata)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", choices=sorted(MODELS), help="which recipe made the checkpoint")
    parser.add_argument("checkpoint", type=pathlib.Path, help="the .pth file that the recipe saved")
    parser.add_argument("output", type=pathlib.Path, help="the .safetensors file to write")
    parser.add_argument(
        "--labels", type=pathlib.Path, help="one label a line (default: MODEL-labels.txt in this folder)"
    )
    arguments = parser.parse_args()
    labels = arguments.labels or _HERE / f"{arguments.model}-labels.txt"
    try:
        convert(arguments.model, arguments.checkpoint, labels, arguments.output)
    except (OSError, ValueError, zipfile.BadZipFile, pickle.UnpicklingError) as error:
        sys.exit(f"{parser.prog}: {error}")


if __name__ == "__main__":
    main()
