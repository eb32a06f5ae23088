#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Train the CIFAR-10 ResNet-20 (He et al. 2015, section 4.2, projection shortcuts) from an ImageFolder.

    train_cifar.py DATA OUT.pth EPOCHS

DATA holds train/CLASS/* and test/CLASS/*, images of 32x32 pixels; the classes are the folders' names, sorted.
Needs PyTorch, NumPy and Pillow. One cycle of the learning rate, bf16 autocast, label smoothing 0.05.
"""

import pathlib
import sys
import time

import numpy
import PIL.Image
import torch
import torch.nn.functional as F
from basic_resnet import CifarResNet20, sgd

MEAN = torch.tensor([0.4914, 0.4822, 0.4465]).view(3, 1, 1)
STD = torch.tensor([0.2470, 0.2435, 0.2616]).view(3, 1, 1)
SIZE, PADDING, CUTOUT_REACH = 32, 4, 4
BATCH, TEST_BATCH = 128, 500


def load_folder(folder):
    """All images as uint8 (N, 3, 32, 32), their classes, and the classes' names."""
    names = sorted(path.name for path in folder.iterdir())
    images, classes = [], []
    for index, name in enumerate(names):
        for path in sorted((folder / name).iterdir()):
            images.append(numpy.asarray(PIL.Image.open(path).convert("RGB")))
            classes.append(index)
    pixels = torch.from_numpy(numpy.stack(images)).permute(0, 3, 1, 2).contiguous()
    return pixels, torch.tensor(classes), names


def normalize(pixels):
    return (pixels.float() / 255 - MEAN) / STD


def augment(x):
    """Shift by up to four pixels, mirror, change contrast and brightness, cut out a square of seven pixels."""
    n = len(x)
    padded = F.pad(x, (PADDING,) * 4)
    top = torch.randint(0, 2 * PADDING + 1, (n,))
    left = torch.randint(0, 2 * PADDING + 1, (n,))
    reach = torch.arange(SIZE)
    rows = (top[:, None] + reach)[:, :, None]
    columns = (left[:, None] + reach)[:, None, :]
    x = padded[torch.arange(n)[:, None, None], :, rows, columns].permute(0, 3, 1, 2)

    mirrored = torch.rand(n) < 0.5
    x[mirrored] = x[mirrored].flip(3)

    contrast = 1 + 0.3 * (torch.rand(n, 1, 1, 1) - 0.5)
    brightness = 0.3 * (torch.rand(n, 1, 1, 1) - 0.5)
    x = x * contrast + brightness

    centre_y, centre_x = torch.randint(0, SIZE, (2, n))
    in_rows = (reach[None, :, None] - centre_y[:, None, None]).abs() < CUTOUT_REACH
    in_columns = (reach[None, None, :] - centre_x[:, None, None]).abs() < CUTOUT_REACH
    return x.masked_fill((in_rows & in_columns)[:, None], 0)


def channels_last(x):
    return x.to(memory_format=torch.channels_last)


@torch.no_grad()
def top1(model, pixels, classes):
    model.eval()
    right = 0
    for start in range(0, len(pixels), TEST_BATCH):
        logits = model(channels_last(normalize(pixels[start : start + TEST_BATCH])))
        right += (logits.argmax(1) == classes[start : start + TEST_BATCH]).sum().item()
    return right / len(pixels)


def train_epoch(model, optimizer, schedule, pixels, classes):
    """The mean loss over one pass through the data."""
    model.train()
    order = torch.randperm(len(pixels))
    steps, total = len(pixels) // BATCH, 0
    for step in range(steps):
        batch = order[step * BATCH : (step + 1) * BATCH]
        x = channels_last(augment(normalize(pixels[batch])))
        with torch.autocast("cpu", torch.bfloat16):
            logits = model(x)
        loss = F.cross_entropy(logits.float(), classes[batch], label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        total += loss.item()
    return total / steps


def main(data, out, epochs):
    torch.manual_seed(0)
    pixels, classes, names = load_folder(data / "train")
    test_pixels, test_classes, _ = load_folder(data / "test")
    print(names, len(pixels), len(test_pixels), flush=True)

    model = CifarResNet20(len(names)).to(memory_format=torch.channels_last)
    optimizer = sgd(model, learning_rate=0.1, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 0.2, total_steps=len(pixels) // BATCH * epochs, pct_start=0.2
    )
    for epoch in range(1, epochs + 1):
        start = time.time()
        loss = train_epoch(model, optimizer, schedule, pixels, classes)
        line = f"epoch {epoch}/{epochs} loss {loss:.4f} {time.time() - start:.0f} s"
        if epoch % 3 == 0 or epoch == epochs:
            line += f" top-1 {top1(model, test_pixels, test_classes):.4f}"
        print(line, flush=True)
        torch.save(model.state_dict(), out)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
