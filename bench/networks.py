# SPDX-License-Identifier: LGPL-2.1-or-later
"""The networks that compare.py measures, in PyTorch."""
import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'data'))


def names():
    import torch_resnet
    return ['cifar', 'embedded', *sorted(torch_resnet.FULL_SIZE)]


def make(name):
    """The network in PyTorch and its input's size."""
    import torch
    import torch_resnet
    if name in torch_resnet.FULL_SIZE:
        return torch_resnet.randomise(torch_resnet.FULL_SIZE[name](), (64, 64), 1).eval(), 224
    from safetensors.torch import load_file
    if name == 'cifar':
        path, size = os.path.join(ROOT, 'tests', 'data', 'networks', 'resnet20-cifar10.safetensors'), 32
        model = torch_resnet.ResNet([[(16, 16)] * 3, [(32, 32)] * 3, [(64, 64)] * 3], stem=16, classes=10, cifar=True)
    else:
        path, size = os.path.join(ROOT, 'plugin', 'default-model', 'photos200.safetensors'), 96
        model = torch_resnet.ResNet([[(c, c)] * 2 for c in (32, 64, 128, 256)], stem=32, classes=200)
    state = {k: v.float() if v.is_floating_point() else v for k, v in load_file(path).items()}
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or any(not k.endswith('num_batches_tracked') for k in missing):
        raise SystemExit(f'{name}: {missing} missing, {unexpected} unexpected')
    torch.set_grad_enabled(False)
    return model.eval(), size
