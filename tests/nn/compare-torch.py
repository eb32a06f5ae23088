#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""resnet-tool run against PyTorch on full-size networks.

usage: compare-torch.py RESNET_TOOL [NAME...]

Makes each network with tests/data/make-torch-models.py in a temporary folder (seeded weights, running statistics far from their
initial values, torch.save's zip form and its older one) and demands of `resnet-tool run`:
  max |error| <= 1e-4 * max |logit| (contract 3), for each of five images;
  the same bits for 1, 2 and 3 threads, and for one image at a time as for five;
  the same bits from both of torch.save's forms.
Exit status 77 (skipped) where torch cannot be imported: set GST_RESNET_TORCH_PYTHON to a Python that has it.
"""
import os
import subprocess
import sys
import tempfile

PYTHON = os.environ.get('GST_RESNET_TORCH_PYTHON') or 'python3'
HERE = os.path.dirname(os.path.abspath(__file__))
MAKE = os.path.join(HERE, '..', 'data', 'make-torch-models.py')
NAMES = ['resnet18', 'resnet34', 'resnet50', 'resnext50_32x4d', 'wide_resnet50_2']
LEGACY = ['resnet18', 'resnext50_32x4d']
TOLERANCE = 1e-4


def torch_is_there():
    try:
        return subprocess.run([PYTHON, '-c', 'import torch, numpy'], stderr=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def run(tool, model, images, folder, threads):
    import numpy as np
    x, y = os.path.join(folder, 'x.npy'), os.path.join(folder, 'y.npy')
    np.save(x, images)
    if os.path.exists(y):
        os.unlink(y)
    subprocess.run([tool, 'run', model, '--input', x, '--output', y, '--threads', str(threads)], check=True,
                   stdout=subprocess.DEVNULL)
    logits = np.load(y)
    assert logits.dtype == np.float32, logits.dtype
    return logits


def compare(tool, name, folder):
    """The relative error; what is wrong as a list of sentences."""
    import numpy as np
    path = os.path.join(folder, name)
    images, expected = np.load(path + '-input.npy'), np.load(path + '-logits.npy')
    reference = run(tool, path + '.pth', images, folder, 1)
    if reference.shape != expected.shape:
        return float('inf'), [f'{name}: shape {reference.shape}, should be {expected.shape}']
    errors = np.abs(reference.astype(np.float64) - expected).max(axis=1) / np.abs(expected).max(axis=1)
    wrong = []
    if not (errors <= TOLERANCE).all():
        wrong.append(f'{name}: error {errors.max():.2e} of the largest logit, at most {TOLERANCE} allowed')
    same = lambda y: y.tobytes() == reference.tobytes()
    for threads in (2, 3):
        if not same(run(tool, path + '.pth', images, folder, threads)):
            wrong.append(f'{name}: other bits with {threads} threads')
    one_by_one = np.concatenate([run(tool, path + '.pth', images[i:i + 1], folder, 2) for i in range(len(images))])
    if not same(one_by_one):
        wrong.append(f'{name}: other bits one image at a time')
    if name in LEGACY and not same(run(tool, path + '-legacy.pth', images, folder, 2)):
        wrong.append(f'{name}: other bits from torch.save\'s older form')
    return float(errors.max()), wrong


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if not torch_is_there():
        print(f'skipped: {PYTHON} cannot import torch; set GST_RESNET_TORCH_PYTHON')
        sys.exit(77)
    if os.environ.get('GST_RESNET_COMPARE_TORCH') != PYTHON:  # numpy is needed here too: go on in that Python
        os.environ['GST_RESNET_COMPARE_TORCH'] = PYTHON
        os.execvp(PYTHON, [PYTHON] + sys.argv)
    tool, names, wrong = sys.argv[1], sys.argv[2:] or NAMES, []
    with tempfile.TemporaryDirectory(prefix='compare-torch-') as folder:
        print(f'{"network":20} max |error| / max |logit| (at most {TOLERANCE})')
        for name in names:
            subprocess.run([PYTHON, MAKE] + (['--legacy'] if name in LEGACY else []) + [folder, name], check=True,
                           stdout=subprocess.DEVNULL)
            error, more = compare(tool, name, folder)
            wrong += more
            print(f'{name:20} {error:.2e}{"  WRONG" if more else ""}', flush=True)
            for f in os.listdir(folder):
                os.unlink(os.path.join(folder, f))
    print('\n'.join(wrong))
    sys.exit(1 if wrong else 0)


if __name__ == '__main__':
    main()
