#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The CIFAR-10 ResNet-20's state dict → safetensors in float16 with labels and preprocessing inside (needs torch,
numpy).

usage: make-cifar-model.py resnet20-cifar10.pth [OUT.safetensors]

OUT defaults to networks/resnet20-cifar10.safetensors beside this script. Running statistics stay float32: they are small,
and their rounding would be part of every answer. num_batches_tracked is left out: evaluation does not need it.
"""
import hashlib
import json
import os
import sys

import torch

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, '..', '..', 'training'))
import safetensors_writer  # noqa: E402: the same input gives the same bytes

CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']


def main():
    source = sys.argv[1]
    out = sys.argv[2] if len(sys.argv) > 2 else os.path.join(HERE, 'networks', 'resnet20-cifar10.safetensors')
    state = torch.load(source, map_location='cpu', weights_only=True)
    tensors = {k: (v if 'running_' in k else v.half()).numpy() for k, v in state.items()
               if not k.endswith('num_batches_tracked')}
    with open(source, 'rb') as f:
        digest = hashlib.sha256(f.read()).hexdigest()
    safetensors_writer.save(out, tensors, {
        'labels': json.dumps(CLASSES),
        'preprocess.resize': '32', 'preprocess.crop': '32',
        'preprocess.mean': '0.4914, 0.4822, 0.4465', 'preprocess.std': '0.2470, 0.2435, 0.2616',
        'preprocess.interpolation': 'bilinear',
        'title': 'ResNet-20 for CIFAR-10 (He et al. 2015, section 4.2, projection shortcuts)',
        'source': f'trained from scratch for this project by training/train_cifar.py; state dict of sha256 {digest}',
        'accuracy': 'top-1 88.45 % (88.43 % before rounding to float16) on JPEG copies of the 10,000 CIFAR-10 test images',
        'license': 'LGPL-2.1-or-later',
    })
    print(out, os.path.getsize(out), 'bytes')


if __name__ == '__main__':
    main()
