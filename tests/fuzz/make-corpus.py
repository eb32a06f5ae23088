#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Seeds for the fuzz targets: small well-formed files of each kind. Needs torch and safetensors.

usage: make-corpus.py [CORPUS_DIR]
"""
import io
import json
import os
import pickle
import struct
import sys
import zipfile
from collections import OrderedDict

import numpy as np
import torch
from safetensors.torch import save as save_safetensors


def network(dtype=torch.float32):
    """A ResNet of one basic block with two channels."""
    g = torch.Generator().manual_seed(1)
    r = lambda *s: (torch.rand(*s, generator=g) + 0.5).to(dtype)
    d = OrderedDict()

    def bn(name):
        for part in ('weight', 'bias', 'running_mean', 'running_var'):
            d[f'{name}.{part}'] = r(2)
        d[f'{name}.num_batches_tracked'] = torch.tensor(5)

    d['conv1.weight'] = r(2, 3, 3, 3)
    bn('bn1')
    for c in (1, 2):
        d[f'layer1.0.conv{c}.weight'] = r(2, 2, 3, 3)
        bn(f'layer1.0.bn{c}')
    d['fc.weight'], d['fc.bias'] = r(2, 2), r(2)
    return d


def saved(obj, zipped):
    b = io.BytesIO()
    torch.save(obj, b, _use_new_zipfile_serialization=zipped)
    return b.getvalue()


def npy(a, version=(1, 0)):
    b = io.BytesIO()
    np.lib.format.write_array(b, a, version=version)
    return b.getvalue()


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'corpus')

    def write(target, name, data):
        os.makedirs(os.path.join(root, target), exist_ok=True)
        with open(os.path.join(root, target, name), 'wb') as f:
            f.write(data)

    n = network()
    shared = torch.arange(40.)
    odd = OrderedDict(a=shared[3:9].view(2, 3).t(), b=shared[:1].expand(5), c=torch.tensor(2.5), **{'layer1.0.x': shared})
    objects = {
        'plain': n, 'half': network(torch.float16), 'bfloat16': network(torch.bfloat16), 'views': odd,
        'nested': {'epoch': 3, 'state_dict': {'module.' + k: v for k, v in n.items()}, 'args': (1, None, True, 'x', 2.5, [1])},
    }
    for name, o in objects.items():
        z = saved(o, True)
        write('zip', name, z)
        write('legacy', name, saved(o, False))
        with zipfile.ZipFile(io.BytesIO(z)) as f:
            write('pickle', name, f.read(next(e for e in f.namelist() if e.endswith('data.pkl'))))
    for p in range(6):
        write('pickle', f'protocol{p}', pickle.dumps({'a': [1, 2.5, 'x', b'y', (1,), {3}, None, True, 1 << 70], 'b': {}}, p))
    write('pickle', 'system', b'cos\nsystem\n(S"true"\ntR.')
    t = {k: v for k, v in n.items()}
    meta = {'labels': json.dumps(['a', 'b']), 'preprocess.resize': '32', 'preprocess.crop': '32',
            'preprocess.mean': '0.5,0.5,0.5', 'preprocess.std': '0.5,0.5,0.5', 'preprocess.interpolation': 'bilinear'}
    write('safetensors', 'plain', save_safetensors(t))
    write('safetensors', 'metadata', save_safetensors(t, meta))
    write('safetensors', 'half', save_safetensors({k: v.half() for k, v in t.items()}))
    empty = b'{}'
    write('safetensors', 'empty', struct.pack('<Q', len(empty)) + empty)
    for name, text, count in (
            ('lines', 'tench\ngoldfish\n', 2), ('crlf', '\ufefftench\r\n# no\r\n\r\ngoldfish\r\n', 2),
            ('synsets', 'n01440764 tench, Tinca tinca\nn01443537 goldfish\n', 2),
            ('keras', json.dumps({'0': ['n01440764', 'tench'], '1': ['n01443537', 'goldfish']}), 2),
            ('array', json.dumps(['tench', 'goldfish']), 2), ('object', json.dumps({'tench': 0, 'goldfish': 1}), 2)):
        write('labels', name, bytes([count]) + text.encode())
    a = np.arange(12, dtype=np.float32).reshape(1, 3, 2, 2)
    write('npy', 'f4', npy(a))
    write('npy', 'f8', npy(a.astype(np.float64), (2, 0)))
    write('npy', 'f2', npy(a.astype(np.float16), (3, 0)))
    write('npy', 'scalar', npy(np.float32(1)))
    write('npy', 'fortran', npy(np.asfortranarray(a)))
    write('npy', 'empty', npy(a[:0]))


if __name__ == '__main__':
    main()
