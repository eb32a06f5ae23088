#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Full-size networks with seeded weights, and what PyTorch answers: for tests that run where torch is present.

usage: make-torch-models.py [--batch N] [--size N] [--legacy] OUT_DIR NAME...

Writes OUT_DIR/NAME.pth (with --legacy also NAME-legacy.pth, torch.save's form before 1.6), NAME-input.npy (float32,
batch × 3 × size × size) and NAME-logits.npy (float32, PyTorch in evaluation mode). NAME: resnet18, resnet34, resnet50,
resnet101, resnet152, resnext50_32x4d, resnext101_32x8d, resnext101_64x4d, wide_resnet50_2, wide_resnet101_2.
"""
import argparse
import os
import zlib

import numpy as np
import torch

import torch_resnet


def make(out, name, batch, size, legacy):
    seed = zlib.crc32(name.encode())
    model = torch_resnet.randomise(torch_resnet.FULL_SIZE[name](), (min(size, 128),) * 2, seed)
    path = os.path.join(out, name)
    torch.save(model.state_dict(), path + '.pth')
    if legacy:
        torch.save(model.state_dict(), path + '-legacy.pth', _use_new_zipfile_serialization=False)
    x = torch.randn((batch, 3, size, size), generator=torch.Generator().manual_seed(seed + 1))
    with torch.no_grad():
        y = model(x)
    np.save(path + '-input.npy', x.numpy())
    np.save(path + '-logits.npy', y.numpy())
    print(f'{name}: {sum(p.numel() for p in model.parameters())} parameters, largest logit {y.abs().max():.4f}', flush=True)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--batch', type=int, default=5)
    p.add_argument('--size', type=int, default=224)
    p.add_argument('--legacy', action='store_true')
    p.add_argument('out')
    p.add_argument('names', nargs='+', choices=sorted(torch_resnet.FULL_SIZE), metavar='NAME')
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    for name in a.names:
        make(a.out, name, a.batch, a.size, a.legacy)


if __name__ == '__main__':
    main()
