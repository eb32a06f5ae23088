#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Seeds for the fuzz targets: small well-formed files of each kind. Needs torch and safetensors.

usage: make-corpus.py [CORPUS_DIR]
"""
import io
import json
import os
import pickle
import re
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


def images(write):
    """One of each kind of BMP and TIFF, and orientations in JPEG, PNG and WebP."""
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tools'))
    import image_makers
    from PIL import Image

    wanted = ('BMP 1 bits, header of 12', 'BMP 4 bits, few colours', 'BMP 4 bits, 3 bytes before the pixels', 'BMP 16 bits, gap',
              'BMP 24 bits, top-down', 'BMP 32 bits, header of 124', 'BMP runs of 8 bits, 1, height 5', 'BMP runs of 4 bits, 2, height 5',
              'TIFF > grey 0 of 1 bits, fill order 2', 'TIFF < grey of 16 bits', 'TIFF < grey of floats',
              'TIFF > RGB of 16 bits, extra sample 1', 'TIFF < CMYK of 8 bits', 'TIFF < palette of 4 bits', 'TIFF < YCbCr',
              'TIFF grey of 12 bits', 'TIFF orientation 6', 'TIFF strips of 3 rows', 'TIFF planes', 'TIFF deflated, predicted',
              'TIFF of BigTIFF')
    cases = dict(image_makers.bmp_cases(5)) | dict(image_makers.tiff_cases(5))
    for name in wanted:
        write('image', re.sub('[^a-z0-9]+', '-', name.lower()), cases[name])
    write('image', 'bmp-bit-fields', image_makers.bmp(5, 5, 16, image_makers.bmp_rows(5, 5, 16), compression=3, masks=(0xf800, 0x7e0, 0x1f)))
    write('image', 'tiff-tiles-deflated', dict(image_makers.tiff_cases(16))['TIFF tiles, deflated'])
    picture, exif = Image.new('RGB', (4, 3)), Image.Exif()
    exif[0x0112] = 6
    for kind, options in (('jpeg', {}), ('png', {}), ('webp', {'lossless': True}), ('tiff', {'compression': 'tiff_lzw'}), ('tiff', {'compression': 'jpeg'})):
        data = io.BytesIO()
        picture.save(data, kind, exif=exif, **options)
        write('image', '-'.join(['orientation', kind, *map(str, options.values())]), data.getvalue())
    data = io.BytesIO()
    picture.save(data, 'jpeg', xmp=b'<x tiff:Orientation="3"/>')
    write('image', 'orientation-xmp', data.getvalue())
    data = io.BytesIO()
    Image.new('YCbCr', (6, 5)).save(data, 'tiff', compression='tiff_lzw')
    write('image', 'tiff-ycbcr-lzw', data.getvalue())


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
    images(write)


if __name__ == '__main__':
    main()
