#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Files like those that people have: resnet-tool's answers against PyTorch's, ONNX Runtime's and Pillow's.

usage: RESNET_TOOL=path/to/resnet-tool check-cases.py [NAME...]

Needs torch, onnx, onnxruntime, numpy and Pillow, and cases/make-cases.py in the folder ../shared beside the checkout
(GST_RESNET_SHARED names another place), which makes the files and says what is right; else it is skipped. TO_COME lists the cases
that are not answered rightly yet: one that is must leave the list.
"""
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tool_testing as t  # noqa: E402

t.with_modules('torch', 'onnx', 'onnxruntime', 'numpy', 'PIL')
import numpy as np  # noqa: E402

MAKER = os.path.join(t.SHARED, 'cases', 'make-cases.py')
PHOTO = os.path.join(t.SOURCE, 'tests', 'data', 'image', 'photograph.ppm')
TOLERANCE = 2e-5  # of a probability
TO_COME = set()
# What a person gives who knows the network, as the case's note says it.
OPTIONS = {'bgr.pth': ['--channel-order', 'bgr', '--mean', '103.939,116.779,123.68', '--std', '1,1,1']}
# Cases where something is taken that the file does not say, and a word of the warning that must say so.
WARNINGS = {'timm-checkpoint.pth.tar': 'state_dict_ema', 'fc-two-layers.pth': 'ReLU', 'lightning.ckpt': 'criterion.loss.weight',
            'normalize-inside.pth': '0.mean'}


def answers(folder, name, case):
    """What is wrong, or None."""
    crop = [] if name == 'not-square.onnx' else ['--crop', '96']
    result = t.run('classify', os.path.join(folder, name), os.path.join(folder, case['photo']), '--resize', '0', *crop, '--json',
                   '--top-k', '100', *case['options'], *OPTIONS.get(name, []))
    if result.returncode:
        return result.stderr.strip()
    classes = {c['index']: c['confidence'] for c in json.loads(result.stdout)['images'][0]['classes']}
    expected = case['probabilities']
    if len(expected) == 1:  # of yes
        expected = [1 - expected[0], expected[0]]
    if len(classes) != len(expected):
        return f'{len(classes)} classes, {len(expected)} are right'
    error = max(abs(classes[i] - p) for i, p in enumerate(expected))
    if error > TOLERANCE:
        return f'a probability is off by {error:.6f}'
    if WARNINGS.get(name, '') not in result.stderr:
        return f'no warning says "{WARNINGS[name]}"'
    return None


def labels(folder, name, case):
    result = t.run('inspect', os.path.join(folder, case['model']), '--labels', os.path.join(folder, name), '--json')
    if result.returncode:
        return result.stderr.strip()
    found = json.loads(result.stdout)['labels']
    return None if found == case['labels'] else f'labels {found}'


def pixels(folder, name, case):
    tensors = []
    for file in (name, case['same_pixels_as']):
        out = os.path.join(folder, 'pixels.npy')
        result = t.run('preprocess', os.path.join(folder, 'six.pth'), os.path.join(folder, file), '--resize', '0', '--crop', '96',
                       '--output', out)
        if result.returncode:
            return result.stderr.strip()
        tensors.append(np.load(out).tobytes())
    return None if tensors[0] == tensors[1] else 'other pixels than Pillow reads'


def logits(folder, name):
    import onnxruntime
    path = os.path.join(folder, name)
    x = np.random.default_rng(1).standard_normal((1, 3, 224, 224), dtype=np.float32)
    session = onnxruntime.InferenceSession(path, providers=['CPUExecutionProvider'])
    expected = session.run(None, {session.get_inputs()[0].name: x})[0]
    np.save(os.path.join(folder, 'x.npy'), x)
    result = t.run('run', path, '--input', os.path.join(folder, 'x.npy'), '--output', os.path.join(folder, 'y.npy'), '--precision',
                   'highest')
    if result.returncode:
        return result.stderr.strip()
    error = np.abs(np.load(os.path.join(folder, 'y.npy')) - expected).max() / np.abs(expected).max()
    return None if error <= 1e-4 else f'logits are off by {error:.2e}'


def check(folder, name, case):
    if 'probabilities' in case:
        return answers(folder, name, case)
    if 'labels' in case:
        return labels(folder, name, case)
    if 'same_pixels_as' in case:
        return pixels(folder, name, case)
    return logits(folder, name)


def main():
    if not os.path.exists(MAKER):
        print(f'skipped: {MAKER} is not there')
        return t.SKIP
    n_wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run([sys.executable, MAKER, PHOTO, folder], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding='utf-8',
                              errors='replace')
        if made.returncode:
            sys.exit(f'make-cases.py: {made.stderr.strip()}')
        with open(os.path.join(folder, 'expected.json'), encoding='utf-8') as f:
            cases = json.load(f)
        if len(cases) < 20:
            sys.exit(f'make-cases.py made {len(cases)} cases')
        for name, case in cases.items():
            if sys.argv[1:] and name not in sys.argv[1:]:
                continue
            wrong = check(folder, name, case)
            to_come = name in TO_COME
            if to_come and not wrong:
                wrong = 'is right now: take it off the list TO_COME'
            elif to_come:
                print(f'to come  {name}: {wrong}')
                continue
            n_wrong += wrong is not None
            print(f'{"right   " if not wrong else "wrong   "} {name}{": " + wrong if wrong else ""}')
    return 1 if n_wrong else 0


if __name__ == '__main__':
    sys.exit(main())
