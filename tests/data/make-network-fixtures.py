#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small whole networks and PyTorch's logits (needs torch, numpy, safetensors): tests/data/networks/

usage: make-network-fixtures.py [OUT_DIR]

Of each network NAME: NAME.pth or NAME.safetensors, NAME-input.npy (float16) and NAME-logits.npy (float32). Weights stored in a
smaller type than float32 are rounded first and the logits are those of the rounded network.
"""
import os
import sys
import zlib

import numpy as np
import torch
from safetensors.torch import save_file

import torch_resnet
from torch_resnet import ResNet, doubling

# Odd widths as pruning leaves them: each convolution its own.
PRUNED_BASIC = [[(7, 13), (5, 13)], [(21, 19), (9, 19)], [(11, 27), (17, 27)], [(23, 35), (31, 35)]]
PRUNED_BOTTLENECK = [[(7, 21), (5, 21)], [(13, 29), (11, 29)], [(9, 33)], [(15, 39)]]



def renamed(*pairs):
    def rename(name):
        for old, new in pairs:
            name = name.replace(old, new)
        return name
    return rename


# name: (network, input sizes (batch, height, width), form, stored type, names)
FIXTURES = {
    'resnet18-thin': (lambda: ResNet(doubling((2, 2, 2, 2), 3, 3), 3, 10), (1, 65, 65), 'zip', torch.float16, None),
    'resnet18-thin-224': (lambda: ResNet(doubling((1, 1, 1, 1), 3, 3), 3, 7), (1, 224, 40), 'zip', torch.float32, None),
    'resnet50-thin': (lambda: ResNet(doubling((2, 1, 2, 1), 3, 12), 4, 11, True), (2, 32, 32), 'legacy', torch.float32, None),
    'resnext-4': (lambda: ResNet(doubling((1, 1, 1, 1), 8, 12), 8, 10, True, 2), (2, 33, 47), 'safetensors', torch.float16, None),
    'resnext-3x5': (lambda: ResNet(doubling((1, 1, 1), 15, 11), 6, 9, True, 3), (2, 33, 47), 'zip', torch.float32, None),
    'resnext-7x3': (lambda: ResNet(doubling((1, 1, 1), 21, 14), 5, 6, True, 7), (1, 65, 33), 'safetensors', torch.bfloat16, None),
    'wide-thin': (lambda: ResNet(doubling((1, 1, 1, 1), 6, 12), 6, 10, True), (1, 65, 47), 'safetensors', torch.float16, None),
    'pruned-basic': (lambda: ResNet(PRUNED_BASIC, 9, 13), (2, 47, 33), 'legacy', torch.float16, None),
    'pruned-bottleneck': (lambda: ResNet(PRUNED_BOTTLENECK, 11, 3, True), (1, 64, 64), 'zip', torch.float32, None),
    'cifar-resnet8': (lambda: ResNet(doubling((1, 1, 1), 6, 6), 6, 10, cifar=True), (2, 32, 32), 'zip', torch.float32, None),
    'cifar-resnet20-a': (lambda: ResNet(doubling((3, 3, 3), 4, 4), 4, 10, cifar=True, option_a=True), (2, 32, 32), 'zip',
                         torch.float32, renamed(('conv', 'module.conv'), ('bn', 'module.bn'), ('fc', 'module.linear'),
                                                ('layer', 'module.layer'), ('.module', ''))),
    'cifar-resnet18': (lambda: ResNet(doubling((2, 2, 2, 2), 2, 2), 2, 10, cifar=True), (1, 32, 31), 'legacy', torch.float64,
                       renamed(('downsample', 'shortcut'), ('fc', 'linear'))),
    'folded': (lambda: ResNet(doubling((1, 1, 1, 1), 4, 4), 4, 10, batch_norm=False), (2, 33, 47), 'safetensors',
               torch.float32, None),
    'no-affine': (lambda: ResNet(doubling((1, 1), 6, 6), 6, 5, affine=False), (2, 1, 1), 'safetensors', torch.float32, None),
    'one-stage': (lambda: ResNet([[(5, 5)]], 5, 1), (1, 7, 5), 'zip', torch.float32,
                  renamed(('conv1.', 'backbone.conv1.'), ('bn', 'backbone.bn'), ('layer', 'backbone.layer'),
                          ('.backbone', ''), ('fc', 'head.fc'))),
}


def save(path, form, state):
    if form == 'safetensors':
        save_file({k: v.contiguous() for k, v in state.items()}, path + '.safetensors')
        os.chmod(path + '.safetensors', 0o644)
    else:
        torch.save(state, path + '.pth', _use_new_zipfile_serialization=form == 'zip')


def make(out, name, network, shape, form, dtype, rename):
    seed = zlib.crc32(name.encode())
    model = network()
    if name == 'no-affine':  # one pixel has no variance over a batch of its own: statistics of larger images
        torch_resnet.randomise(model, (33, 33), seed)
    else:
        torch_resnet.randomise(model, shape[1:], seed)
    state = {k: v.to(dtype) if v.is_floating_point() else v for k, v in model.state_dict().items()}
    model.load_state_dict(state)
    rename = rename or (lambda n: n)
    save(os.path.join(out, name), form, {rename(k): v for k, v in state.items()})
    x = torch.randn((shape[0], 3) + shape[1:], generator=torch.Generator().manual_seed(seed + 1)).half()
    with torch.no_grad():
        y = model(x.float())
    assert y.isfinite().all() and y.abs().max() > .1
    np.save(os.path.join(out, name + '-input.npy'), x.numpy())
    np.save(os.path.join(out, name + '-logits.npy'), y.numpy())
    sizes = [os.path.getsize(os.path.join(out, f)) for f in os.listdir(out) if f.startswith(name + '.') or f.startswith(name + '-input')]
    print(f'{name}: {sum(sizes)} bytes, largest logit {y.abs().max():.3f}, spread {(y.max() - y.min()):.3f}')


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'networks')
    os.makedirs(out, exist_ok=True)
    for name, fixture in FIXTURES.items():
        make(out, name, *fixture)


if __name__ == '__main__':
    main()
