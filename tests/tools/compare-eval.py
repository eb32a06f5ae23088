#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""resnet-tool eval against PyTorch and Pillow on every image of two test sets: the same top-1, image by image.

usage: RESNET_TOOL=path/to/resnet-tool compare-eval.py [photos] [photos-fp32] [cifar] [cifar-fp32]

Needs torch, numpy, Pillow and the folder ../shared beside the checkout (GST_RESNET_SHARED names another place), else it is
skipped. The networks are defined in tests/data/torch_resnet.py; weights and preprocessing are read from the very file that
resnet-tool evaluates, and torchvision's steps are written out on Pillow: Resize, CenterCrop, ToTensor, Normalize.
  photos       the embedded model (float16 weights) on photos200-val
  photos-fp32  photos200.pth, the state dict it was made from, with preprocessing on the command line
  cifar        tests/data's ResNet-20 (float16 weights, labels and preprocessing inside) on cifar10-test
  cifar-fp32   resnet20-cifar10.pth, likewise
An image whose two best logits are closer than the precision that is promised (1e-4 of the largest) may differ; it is
printed, and there may be one in a thousand of them at most.
"""
import csv
import json
import os
import struct
import sys
import tarfile
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tool_testing as t  # noqa: E402

t.with_modules('torch', 'numpy', 'PIL')
import numpy as np  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402

sys.path.insert(0, os.path.join(t.SOURCE, 'tests', 'data'))
import torch_resnet  # noqa: E402

BATCH = 250
TOLERANCE = 1e-4

thin18 = lambda: torch_resnet.ResNet(torch_resnet.doubling((2, 2, 2, 2), 32, 32), stem=32, classes=200)
resnet20 = lambda: torch_resnet.ResNet(torch_resnet.doubling((3, 3, 3), 16, 16), stem=16, classes=10, cifar=True)
IMAGENET = dict(resize=96, crop=96, mean=(.485, .456, .406), std=(.229, .224, .225))
CIFAR = dict(resize=32, crop=32, mean=(.4914, .4822, .4465), std=(.2470, .2435, .2616))
shared = lambda *names: os.path.join(t.SHARED, *names)

# name: what resnet-tool calls the model, its file, the network, the images, preprocessing on the command line, the recipe
SETS = {
    'photos': ('embedded', os.path.join(t.SOURCE, 'plugin', 'default-model', 'photos200.safetensors'), thin18,
               'photos200-val.tar.gz', None, 'top-1 52.95 %, top-5 76.88 % in fp32'),
    'photos-fp32': (None, shared('models', 'photos200.pth'), thin18, 'photos200-val.tar.gz', IMAGENET,
                    'top-1 52.95 %, top-5 76.88 %'),
    'cifar': (None, os.path.join(t.SOURCE, 'tests', 'data', 'networks', 'resnet20-cifar10.safetensors'), resnet20,
              'cifar10-test.tar.gz', None, 'top-1 88.43 % in fp32'),
    'cifar-fp32': (None, shared('models', 'resnet20-cifar10.pth'), resnet20, 'cifar10-test.tar.gz', CIFAR,
                   'top-1 88.43 %'),
}


def read_safetensors(path):
    """state dict in float32, metadata"""
    with open(path, 'rb') as f:
        data = f.read()
    size = struct.unpack('<Q', data[:8])[0]
    header = json.loads(data[8:8 + size])
    metadata = header.pop('__metadata__', {})
    kinds = {'F16': np.float16, 'F32': np.float32}
    state = {}
    for name, entry in header.items():
        if entry['dtype'] == 'I64':  # num_batches_tracked
            continue
        begin, end = entry['data_offsets']
        values = np.frombuffer(data[8 + size + begin:8 + size + end], kinds[entry['dtype']])
        state[name] = torch.from_numpy(values.astype(np.float32).reshape(entry['shape']))
    return state, metadata


def load(path, network, preprocessing):
    if path.endswith('.safetensors'):
        state, metadata = read_safetensors(path)
        triple = lambda key: tuple(float(v) for v in metadata[key].split(','))
        preprocessing = dict(resize=int(metadata['preprocess.resize']), crop=int(metadata['preprocess.crop']),
                             mean=triple('preprocess.mean'), std=triple('preprocess.std'))
    else:
        state = torch.load(path, map_location='cpu', weights_only=True)
    model = network()
    result = model.load_state_dict(state, strict=False)
    assert not result.unexpected_keys, result
    assert all(k.endswith('num_batches_tracked') for k in result.missing_keys), result
    return model.eval(), preprocessing


def pixels(path, resize, crop):
    """torchvision's Resize and CenterCrop on a PIL image, written out for images no smaller than the crop."""
    with open(path, 'rb') as f:
        image = Image.open(f).convert('RGB')
    w, h = image.size
    if min(w, h) != resize:
        size = (resize, int(resize * h / w)) if w <= h else (int(resize * w / h), resize)
        image = image.resize(size, Image.BILINEAR)
    w, h = image.size
    assert min(w, h) >= crop
    left, top = int(round((w - crop) / 2.)), int(round((h - crop) / 2.))
    return np.asarray(image.crop((left, top, left + crop, top + crop)))


def reference(model, paths, p):
    """PyTorch's logits, one row a path."""
    mean, std = (torch.tensor(v, dtype=torch.float32).view(3, 1, 1) for v in (p['mean'], p['std']))
    rows = []
    with torch.inference_mode():
        for i in range(0, len(paths), BATCH):
            x = np.stack([pixels(path, p['resize'], p['crop']) for path in paths[i:i + BATCH]])
            x = torch.from_numpy(x).permute(0, 3, 1, 2).to(torch.float32).div(255).sub(mean).div(std)
            rows.append(model(x.contiguous()))
    return torch.cat(rows)


def compare(name, folders, scratch):
    call, path, network, archive, preprocessing, recipe = SETS[name]
    if not os.path.exists(path) or not os.path.exists(shared('data', archive)):
        print(f'{name}: skipped, {path if not os.path.exists(path) else shared("data", archive)} is not there')
        return None
    if archive not in folders:
        root = os.path.join(scratch, archive.split('.')[0])
        with tarfile.open(shared('data', archive)) as tar:
            tar.extractall(root)
        (inside,) = os.listdir(root)
        folders[archive] = os.path.join(root, inside)
    table = os.path.join(scratch, f'{name}.csv')
    args = ['eval', call or path, folders[archive], '--csv', table, '--json', '--activation', 'none']
    if preprocessing:
        args += ['--resize', str(preprocessing['resize']), '--crop', str(preprocessing['crop']),
                 '--mean', ','.join(map(str, preprocessing['mean'])), '--std', ','.join(map(str, preprocessing['std']))]
        args += ['--labels', shared('models', 'photos200-labels.txt')] if 'photos' in name else []
    start = time.monotonic()
    result = t.run(*args, timeout=3600)
    ours_seconds = time.monotonic() - start
    assert result.returncode == 0, result.stderr
    report = json.loads(result.stdout)
    with open(table, newline='', encoding='utf-8') as f:
        rows = list(csv.DictReader(f, strict=True))
    assert rows and len(rows) == report['images'] and not report['unreadable']

    start = time.monotonic()
    model, preprocessing = load(path, network, preprocessing)
    logits = reference(model, [r['path'] for r in rows], preprocessing)
    torch_seconds = time.monotonic() - start
    best = logits.topk(5)
    index = {c['label']: c['index'] for c in report['classes']}
    truth = torch.tensor([index[r['label']] for r in rows])
    top1 = (best.indices[:, 0] == truth).double().mean().item() * 100
    top5 = (best.indices == truth[:, None]).any(1).double().mean().item() * 100

    differing = near = 0
    error = 0.
    for i, row in enumerate(rows):
        scale = logits[i].abs().max().item()
        error = max(error, abs(float(row['confidence']) - logits[i, int(row['index'])].item()) / scale)
        if int(row['index']) == best.indices[i, 0].item():
            continue
        gap = (best.values[i, 0] - logits[i, int(row['index'])]).item() / scale
        near += gap <= TOLERANCE
        differing += gap > TOLERANCE
        print(f"{name}: {row['path']}: PyTorch {best.indices[i, 0].item()}, resnet-tool {row['index']}, "
              f'{gap:.2g} of the largest logit apart')
    ok = not differing and near <= len(rows) // 1000 and error <= TOLERANCE
    print(f"{name}: {len(rows)} images, {differing + near} differ in top-1 ({near} of them ties to within the precision); "
          f'largest error of a top logit {error:.2g} of the largest')
    print(f"  resnet-tool  top-1 {report['top1']:.2f} %  top-5 {report['top5']:.2f} %  {ours_seconds:.1f} s")
    print(f'  PyTorch      top-1 {top1:.2f} %  top-5 {top5:.2f} %  {torch_seconds:.1f} s')
    print(f'  the recipe   {recipe}', flush=True)
    return ok


def main():
    names = sys.argv[1:] or ['photos', 'cifar', 'photos-fp32', 'cifar-fp32']
    for name in names:
        if name not in SETS:
            sys.exit(f'usage: compare-eval.py [{"] [".join(SETS)}]')
    if not os.path.isdir(t.SHARED):
        print(f'skipped: {t.SHARED} is not there')
        sys.exit(t.SKIP)
    folders = {}
    with tempfile.TemporaryDirectory(prefix='compare-eval-') as scratch:
        results = [compare(name, folders, scratch) for name in names]
    if all(r is None for r in results):
        sys.exit(t.SKIP)
    sys.exit(0 if all(r is not False for r in results) else 1)


if __name__ == '__main__':
    main()
