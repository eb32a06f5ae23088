#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small checkpoints as people have them and what PyTorch answers: tests/data/checkpoints/ (needs torch, numpy, safetensors, timm)

usage: make-checkpoint-fixtures.py [OUT_DIR]

Of each case NAME: its file, NAME-logits.npy (float32) for the images in input.npy (float16) where it loads, and a line in
cases.txt with tabs between: the name, the file, the options weights and architecture ("-": not given), "logits" or the words that
the refusal must have, and the words that a warning must have ("-": there is none). Weights are float16, except where a name says
otherwise, and the logits are those of the rounded network.
"""
import datetime
import functools
import os
import pathlib
import sys
from collections import OrderedDict

import numpy as np
import torch
import torch.nn as nn
from safetensors.torch import save_file

import torch_resnet
from torch_resnet import ResNet, doubling

SIZE = (40, 33)
OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'checkpoints')
CASES = []


def net(seed, classes=5, head=None, widths=4, **more):
    """Two stages of one basic block."""
    torch.manual_seed(seed)
    model = ResNet(doubling((1, 1), widths, widths), widths, classes, **more)
    if head is not None:
        model.fc = head
    torch_resnet.randomise(model, SIZE, seed)
    return rounded(model)


def rounded(model):
    model.load_state_dict({k: v.half().float() if v.is_floating_point() else v for k, v in model.state_dict().items()})
    return model.eval()


def weights(model, prefix=''):
    """Its state dict, halved."""
    return OrderedDict((prefix + k, v.half() if v.is_floating_point() else v) for k, v in model.state_dict().items())


def images():
    return torch.randn((2, 3) + SIZE, generator=torch.Generator().manual_seed(1)).half()


def save(name, what):
    path = os.path.join(OUT, name)
    if name.endswith('.safetensors'):
        save_file({k: v.contiguous() for k, v in what.items()}, path)
        os.chmod(path, 0o644)
    else:
        torch.save(what, path)


def case(name, file, expected, weights='-', architecture='-', warning='-'):
    """expected: a network, or what the refusal says."""
    if isinstance(expected, str):
        CASES.append((name, file, weights, architecture, expected, warning))
        return
    with torch.no_grad():
        y = expected(images().float())
    assert y.isfinite().all()
    np.save(os.path.join(OUT, name + '-logits.npy'), y.numpy())
    CASES.append((name, file, weights, architecture, 'logits', warning))


def averaged():
    a, b = net(1), net(2)
    both = {'epoch': 9, 'arch': 'resnet18', 'optimizer': {'state': {}, 'param_groups': []}, 'metric': 71.2}
    save('timm.pth.tar', both | {'state_dict': weights(a), 'state_dict_ema': weights(b)})
    case('timm', 'timm.pth.tar', b, warning='"state_dict_ema" is used')
    case('timm-plain', 'timm.pth.tar', a, 'state_dict')
    case('timm-named', 'timm.pth.tar', b, 'state_dict_ema')
    case('timm-unknown', 'timm.pth.tar', 'no weights that are called "ema2"; there are "state_dict_ema", "state_dict"', 'ema2')
    # torchvision's references: AveragedModel counts, and wraps in module.
    save('torchvision.pth', both | {'model': weights(a), 'model_ema': OrderedDict(n_averaged=torch.tensor(3)) | weights(b, 'module.')})
    case('torchvision', 'torchvision.pth', b, warning='"model_ema" is used')
    case('torchvision-plain', 'torchvision.pth', a, 'model')
    # only what is trained was averaged, as some do: the running statistics are not there
    trained = OrderedDict((k, v) for k, v in weights(b).items() if 'running' not in k and 'num_batches' not in k)
    save('ema-without-statistics.pth', {'model': weights(a), 'ema': trained})
    case('ema-without-statistics', 'ema-without-statistics.pth', a, warning='have no bn1.running_mean')
    case('ema-without-statistics-named', 'ema-without-statistics.pth', 'bn1.running_mean: missing', 'ema')
    # mmengine swaps them
    save('mmengine.pth', {'meta': {'mmengine_version': '0.10'}, 'message_hub': {}, 'state_dict': weights(b), 'ema_state_dict': weights(a)})
    case('mmengine', 'mmengine.pth', b, warning='"state_dict" is used, where mmengine')
    save('fixmatch.pth', {'epoch': 3, 'state_dict': weights(a), 'ema_state_dict': weights(b)})
    case('fixmatch', 'fixmatch.pth', b, warning='"ema_state_dict" is used')
    # folds
    save('folds.pth', {'fold_0': weights(a), 'fold_1': weights(b)})
    case('folds', 'folds.pth', a, warning='also has "fold_1"')
    case('folds-1', 'folds.pth', b, 'fold_1')
    save('fold-list.pth', [weights(a), weights(b)])
    case('fold-list', 'fold-list.pth', a, warning='"0" is used')
    case('fold-list-1', 'fold-list.pth', b, '1')
    # two networks
    save('distilled.pth', {'teacher': weights(a), 'student': weights(b)})
    case('distilled', 'distilled.pth', b, warning='"student" is used')
    case('distilled-teacher', 'distilled.pth', a, 'teacher')
    save('distilled-flat.pth', {'state_dict': weights(a, 'teacher.') | weights(b, 'student.')})
    case('distilled-flat', 'distilled-flat.pth', b, warning='"student" is used')
    case('distilled-flat-teacher', 'distilled-flat.pth', a, 'teacher')
    case('distilled-flat-unknown', 'distilled-flat.pth', 'there are "student", "teacher"', 'tutor')
    save('lightning-ema.safetensors', weights(a, 'model.') | weights(b, 'ema_model.module.'))
    case('lightning-ema', 'lightning-ema.safetensors', b, warning='"ema_model.module" is used, the averaged weights')
    case('lightning-ema-plain', 'lightning-ema.safetensors', a, 'model')
    save('swa.pth', {'state_dict': weights(a), 'swa_state_dict': weights(b), 'swa_n': 5})
    case('swa', 'swa.pth', b, warning='"swa_state_dict" is used')
    case('one-network-named', 'objects.pth', 'one network only', 'model_ema')


class Missing:
    """A class that no other program has."""

    def __init__(self):
        self.values = {'weight': torch.ones(3), 'path': pathlib.PurePosixPath('/data')}


def objects():
    a = net(3)
    beside = {'epoch': 3, 'hyper_parameters': {
        'criterion': nn.CrossEntropyLoss(weight=torch.ones(5)), 'optimizer': functools.partial(torch.optim.SGD, lr=.1),
        'device': torch.device('cpu'), 'when': datetime.datetime(2026, 1, 2), 'path': pathlib.PurePosixPath('/data'), 'kind': Missing,
        'bound': Missing().__eq__, 'set': {1, 2}, 'array': np.arange(3)}, 'callbacks': {'x': Missing()}, 'optimizer': torch.optim.SGD([torch.ones(2)], .1)}
    save('objects.pth', beside | {'state_dict': weights(a, 'model.') | {'criterion.weight': torch.ones(5)}})
    case('objects', 'objects.pth', a)
    torch.serialization.get_source_lines_and_file = None  # the older form would keep the classes' source beside them
    torch.save(beside | {'state_dict': weights(a)}, os.path.join(OUT, 'objects-legacy.pth'), _use_new_zipfile_serialization=False)
    case('objects-legacy', 'objects-legacy.pth', a)
    for name, thing in {'partial': functools.partial(torch.ones, 4), 'own': Missing(), 'loss': nn.CrossEntropyLoss()}.items():
        save(f'object-{name}.pth', {**weights(a), 'bn1.weight': thing})
        case(f'object-{name}', f'object-{name}.pth', '"bn1.weight" is an object of the class "')
    save('whole-module.pth', {'model': a, 'criterion': {'weight': torch.ones(5)}})
    case('whole-module', 'whole-module.pth', 'whole pickled module')
    save('whole-module-beside.pth', {'model': a, 'state_dict': weights(a)})
    case('whole-module-beside', 'whole-module-beside.pth', a)


def main():
    os.makedirs(OUT, exist_ok=True)
    for old in os.listdir(OUT):
        os.remove(os.path.join(OUT, old))
    np.save(os.path.join(OUT, 'input.npy'), images().numpy())
    for make in (averaged, objects):
        make()
    with open(os.path.join(OUT, 'cases.txt'), 'w') as f:
        f.writelines('\t'.join(c) + '\n' for c in CASES)
    print(f'{len(CASES)} cases, {sum(os.path.getsize(os.path.join(OUT, n)) for n in os.listdir(OUT))} bytes')


if __name__ == '__main__':
    main()
