#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""resnet-tool run against timm's and transformers' own code on full-size relatives of ResNet.

usage: compare-family.py RESNET_TOOL [NAME...]

Each network has seeded weights and running statistics far from their initial values, is saved as a hub would (transformers: with its
configuration) and demanded is max |error| <= 1e-4 * max |logit| (contract 3), and the same bits after `resnet-tool convert`
to safetensors. Exit status 77 (skipped) where torch, timm or transformers cannot be imported: set GST_RESNET_TORCH_PYTHON to a
Python that has them.
"""
import os
import subprocess
import sys
import tempfile

PYTHON = os.environ.get('GST_RESNET_TORCH_PYTHON') or 'python3'
HERE = os.path.dirname(os.path.abspath(__file__))
TIMM = ['resnet50d', 'resnet26t', 'resnet50c', 'resnet18d', 'seresnet50', 'seresnext26d_32x4d', 'ecaresnet50d', 'resnetrs50',
        'resnetv2_50', 'resnetv2_50d', 'legacy_seresnet50', 'legacy_seresnet18', 'legacy_seresnext26_32x4d', 'resnext50_32x4d']
HUGGING_FACE = {'hf-resnet-50': {}, 'hf-resnet-18': {'depths': [2, 2, 2, 2], 'hidden_sizes': [64, 128, 256, 512], 'layer_type': 'basic'},
                'hf-caffe': {'downsample_in_bottleneck': True}}
TOLERANCE = 1e-4


def can_import():
    try:
        result = subprocess.run([PYTHON, '-c', 'import torch, numpy, safetensors, timm\nfrom transformers import ResNetForImageClassification'],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError:
        return False
    return result.returncode == 0


def make(name, folder):
    """The network, in its folder what a hub keeps of it."""
    import torch
    from safetensors.torch import save_file
    torch.manual_seed(0)
    if name in HUGGING_FACE:
        from transformers import ResNetConfig, ResNetForImageClassification
        model = ResNetForImageClassification(ResNetConfig(num_labels=1000, **HUGGING_FACE[name]))
        model.config.save_pretrained(folder)
    else:
        import timm
        model = timm.create_model(name)
    import torch_resnet
    torch_resnet.randomise(model, (64, 64), 1, batch=4)
    save_file({k: v.contiguous() for k, v in model.state_dict().items()}, os.path.join(folder, 'model.safetensors'))
    return model


def compare(tool, name, folder):
    """The relative error; what is wrong as a list of sentences."""
    import numpy as np
    import torch
    path = lambda file: os.path.join(folder, file)
    model = make(name, folder)
    images = torch.randn(2, 3, 160, 192, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = model(images)
        expected = getattr(expected, 'logits', expected).numpy()
    np.save(path('x.npy'), images.numpy())

    def run(file):
        subprocess.run([tool, 'run', path(file), '--input', path('x.npy'), '--output', path('y.npy'), '--quiet'], check=True)
        return np.load(path('y.npy'))

    logits = run('model.safetensors')
    error = float((np.abs(logits.astype(np.float64) - expected).max(1) / np.abs(expected).max(1)).max())
    wrong = [] if error <= TOLERANCE else [f'{name}: error {error:.2e} of the largest logit']
    converted = subprocess.run([tool, 'convert', path('model.safetensors'), path('converted.safetensors'), '--quiet'],
                               stderr=subprocess.PIPE, text=True)
    if name == 'hf-caffe':  # its strides are in config.json alone
        if converted.returncode != 1 or 'no names' not in converted.stderr:
            wrong.append(f'{name}: convert should refuse it')
    elif converted.returncode or run('converted.safetensors').tobytes() != logits.tobytes():
        wrong.append(f'{name}: other bits after convert {converted.stderr}')
    return error, wrong


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if not can_import():
        print(f'skipped: {PYTHON} cannot import torch, timm and transformers; set GST_RESNET_TORCH_PYTHON')
        sys.exit(77)
    if os.environ.get('GST_RESNET_COMPARE_FAMILY') != PYTHON:
        os.environ['GST_RESNET_COMPARE_FAMILY'] = PYTHON
        os.execvp(PYTHON, [PYTHON] + sys.argv)
    sys.path.insert(0, os.path.join(HERE, '..', 'data'))
    tool, names, wrong = os.path.abspath(sys.argv[1]), sys.argv[2:] or TIMM + list(HUGGING_FACE), []
    print(f'{"network":26} max |error| / max |logit| (at most {TOLERANCE})')
    for name in names:
        with tempfile.TemporaryDirectory(prefix='compare-family-') as folder:
            error, more = compare(tool, name, folder)
        wrong += more
        print(f'{name:26} {error:.2e}{"  WRONG" if more else ""}', flush=True)
    print('\n'.join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == '__main__':
    main()
