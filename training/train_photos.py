#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Train the embedded model, a thin ResNet-18, on Tiny ImageNet in a given number of minutes.

    train_photos.py TINY_IMAGENET OUT.pth MINUTES

TINY_IMAGENET is the unpacked data set (200 classes of 64x64 photographs, Stanford CS231n): train/WNID/images/* and
val/val_annotations.txt. Needs PyTorch, NumPy and Pillow. The image size grows from 64 to 96 with the time; bf16
autocast; one cosine of the learning rate over the whole time; what is saved is an exponential moving average of the
weights.
"""

import copy
import pathlib
import sys
import time

import numpy
import PIL.Image
import torch
import torch.nn.functional as F
from basic_resnet import ThinResNet18, sgd

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
N_CLASSES, WIDTH = 200, 32
BATCH, TEST_BATCH = 200, 250
FULL_SIZE = 96
PEAK_RATE, LEAST_RATE, WARM_UP = 0.4, 1e-4, 0.1
AVERAGE_EVERY, AVERAGE_DECAY = 5, 0.995


def load(root):
    """(pixels, classes) of the training and of the validation photographs; pixels are uint8 (N, 3, 64, 64)."""
    ids = sorted(path.name for path in (root / "train").iterdir())
    train = [
        (path, index) for index, wnid in enumerate(ids) for path in sorted((root / "train" / wnid / "images").iterdir())
    ]
    annotations = [line.split("\t") for line in (root / "val/val_annotations.txt").read_text().splitlines()]
    val = [(root / "val/images" / fields[0], ids.index(fields[1])) for fields in annotations]
    return [_read_all(samples) for samples in (train, val)]


def _read_all(samples):
    images = [numpy.asarray(PIL.Image.open(path).convert("RGB")) for path, _ in samples]
    pixels = torch.from_numpy(numpy.stack(images)).permute(0, 3, 1, 2).contiguous()
    return pixels, torch.tensor([index for _, index in samples])


def normalize(x):
    return (x - MEAN) / STD


def channels_last(x):
    return x.to(memory_format=torch.channels_last)


def augment(pixels, size):
    """A crop of 45 to 100 % of the area with its aspect changed, mirrored or not, in one affine sampling to SIZE; then
    contrast and brightness."""
    x = pixels.float().div_(255)
    n = len(x)
    scale = torch.empty(n).uniform_(0.45, 1).sqrt()
    aspect = torch.empty(n).uniform_(-0.25, 0.25).exp().sqrt()
    mirror = torch.where(torch.rand(n) < 0.5, -1.0, 1.0)
    scale_x, scale_y = (scale * aspect).clamp(max=1), (scale / aspect).clamp(max=1)
    affine = torch.zeros(n, 2, 3)
    affine[:, 0, 0] = scale_x * mirror
    affine[:, 0, 2] = (torch.rand(n) * 2 - 1) * (1 - scale_x)
    affine[:, 1, 1] = scale_y
    affine[:, 1, 2] = (torch.rand(n) * 2 - 1) * (1 - scale_y)
    grid = F.affine_grid(affine, (n, 3, size, size), align_corners=False)
    x = F.grid_sample(x, grid, align_corners=False, padding_mode="reflection")

    contrast = 1 + 0.6 * (torch.rand(n, 1, 1, 1) - 0.5)
    brightness = 1 + 0.4 * (torch.rand(n, 1, 1, 1) - 0.5)
    mean = x.mean((1, 2, 3), keepdim=True)
    return normalize(((x - mean) * contrast + mean) * brightness)


@torch.no_grad()
def accuracy(model, pixels, classes):
    """(top-1, top-5) at full size."""
    model.eval()
    top1 = top5 = 0
    for start in range(0, len(pixels), TEST_BATCH):
        x = pixels[start : start + TEST_BATCH].float() / 255
        y = classes[start : start + TEST_BATCH]
        x = F.interpolate(x, size=(FULL_SIZE, FULL_SIZE), mode="bilinear", align_corners=False)
        with torch.autocast("cpu", torch.bfloat16):
            best = model(channels_last(normalize(x))).float().topk(5)[1]
        top1 += (best[:, 0] == y).sum().item()
        top5 += (best == y[:, None]).any(1).sum().item()
    return top1 / len(pixels), top5 / len(pixels)


def learning_rate(progress):
    """Linear warm-up, then half a cosine; PROGRESS from 0 to 1."""
    if progress < WARM_UP:
        rate = PEAK_RATE * progress / WARM_UP
    else:
        rate = PEAK_RATE * (1 + numpy.cos(numpy.pi * (progress - WARM_UP) / (1 - WARM_UP))) / 2
    return max(rate, LEAST_RATE)


def image_size(progress):
    if progress < 0.45:
        return 64
    return 80 if progress < 0.65 else FULL_SIZE


@torch.no_grad()
def update_average(average, model, updates):
    """A moving average that follows fast at first; counters are copied."""
    decay = min(AVERAGE_DECAY, (1 + updates) / (10 + updates))
    for mean, value in zip(average.state_dict().values(), model.state_dict().values()):
        if mean.is_floating_point():
            mean.mul_(decay).add_(value, alpha=1 - decay)
        else:
            mean.copy_(value)


def main(root, out, minutes):
    torch.manual_seed(1)
    (pixels, classes), validation = load(root)
    model = channels_last(ThinResNet18(N_CLASSES, WIDTH))
    average = copy.deepcopy(model)
    optimizer = sgd(model, learning_rate=0.1, weight_decay=1e-4)

    start, done, epoch, steps = time.time(), False, 0, 0
    while not done:
        model.train()
        order = torch.randperm(len(pixels))
        total = n = 0
        for first in range(0, len(pixels), BATCH):
            progress = (time.time() - start) / (minutes * 60)
            if progress >= 1:
                done = True
                break
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(progress)
            batch = order[first : first + BATCH]
            x = channels_last(augment(pixels[batch], image_size(progress)))
            with torch.autocast("cpu", torch.bfloat16):
                logits = model(x)
            loss = F.cross_entropy(logits.float(), classes[batch], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total, n, steps = total + loss.item(), n + 1, steps + 1
            if steps % AVERAGE_EVERY == 0:
                update_average(average, model, steps / AVERAGE_EVERY)
        epoch += 1
        line = f"epoch {epoch} time {progress:.2f} loss {total / max(n, 1):.3f}"
        if epoch % 3 == 0 or done:
            line += " top-1 {:.4f} top-5 {:.4f}".format(*accuracy(average, *validation))
        print(line, flush=True)
        torch.save(average.state_dict(), out)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), sys.argv[2], float(sys.argv[3]))
