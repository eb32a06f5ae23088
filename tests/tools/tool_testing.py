# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the tests of resnet-tool share; Python's standard library only.

`colour_model` is a network whose answers are known by construction: its only block adds zero, so each class's logit is a
linear function of the mean red, green and blue of what the network sees.
"""
import ast
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zlib

SKIP = 77
TOOL = os.environ.get('RESNET_TOOL', 'resnet-tool')
SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SHARED = os.environ.get('GST_RESNET_SHARED', os.path.join(os.path.dirname(SOURCE), 'shared'))

# label: weights of red, green and blue, bias
COLOURS = {
    'red': (4, -2, -2, 0),
    'green': (-2, 4, -2, 0),
    'blue': (-2, -2, 4, 0),
    'lemon yellow': (2, 2, -4, -.5),
    'cyan, aqua': (-4, 2, 2, -.5),
    'magenta': (2, -4, 2, -.5),
    'black "night"': (-1, -1, -1, 1),
}
PIXELS = {
    'red': (250, 5, 5), 'green': (5, 250, 5), 'blue': (5, 5, 250), 'lemon yellow': (245, 245, 10),
    'cyan, aqua': (10, 245, 245), 'magenta': (245, 10, 245), 'black "night"': (3, 3, 3),
}


def run(*args, **kwargs):
    """resnet-tool with @args; returns a CompletedProcess with text."""
    kwargs.setdefault('timeout', 300)
    return subprocess.run([TOOL, *map(os.fspath, args)], stdout=kwargs.pop('stdout', subprocess.PIPE),
                          stderr=subprocess.PIPE, encoding='utf-8', errors='replace', **kwargs)


def float32(values):
    return struct.pack('<%df' % len(values), *values)


def save_safetensors(path, tensors, metadata=None):
    """@tensors: name → (shape, list of numbers), stored as float32."""
    header, data = {}, b''
    if metadata:
        header['__metadata__'] = metadata
    for name, (shape, values) in tensors.items():
        begin = len(data)
        data += float32(values)
        header[name] = {'dtype': 'F32', 'shape': shape, 'data_offsets': [begin, len(data)]}
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + data)


def colour_model(path, labels=True, resize=16, crop=16, classes=None, channels=3, **more):
    """The first @classes of COLOURS; the input's values are those of ToTensor (mean 0, std 1). With one channel all three
    colours are its grey. @more: metadata, preprocess.* without the prefix."""
    names = list(COLOURS)[:classes]
    identity = [1. if i == o and k == 4 else 0. for o in range(3) for i in range(3) for k in range(9)]
    conv = lambda values: ([3, 3, 3, 3], values)
    tensors = {
        'conv1.weight': conv(identity) if channels == 3 else ([3, 1, 3, 3], [float(k % 9 == 4) for k in range(27)]), 'conv1.bias': ([3], [0.] * 3),
        # Nothing passes the first ReLU, so the block adds zero.
        'layer1.0.conv1.weight': conv(identity), 'layer1.0.conv1.bias': ([3], [-1000., -1001., -1002.]),
        'layer1.0.conv2.weight': conv(identity), 'layer1.0.conv2.bias': ([3], [0.] * 3),
        'fc.weight': ([len(names), 3], [w for n in names for w in COLOURS[n][:3]]),
        'fc.bias': ([len(names)], [COLOURS[n][3] for n in names]),
    }
    metadata = {'preprocess.resize': str(resize), 'preprocess.crop': str(crop), 'preprocess.mean': ', '.join(['0'] * channels),
                'preprocess.std': ', '.join(['1'] * channels)}
    metadata.update({'preprocess.' + k: v for k, v in more.items()})
    if labels:
        metadata['labels'] = json.dumps(names)
    save_safetensors(path, tensors, metadata)
    return path


def colour_logits(pixel, classes=None):
    r, g, b = (v / 255 for v in pixel)
    return [w[0] * r + w[1] * g + w[2] * b + w[3] for w in list(COLOURS.values())[:classes]]


def save_ppm(path, width, height, pixel):
    """@pixel: one colour, or a function of x and y."""
    at = pixel if callable(pixel) else lambda x, y: pixel
    with open(path, 'wb') as f:
        f.write(b'P6\n%d %d\n255\n' % (width, height))
        f.write(bytes(v for y in range(height) for x in range(width) for v in at(x, y)))
    return path


def save_png(path, width, height, pixel):
    at = pixel if callable(pixel) else lambda x, y: pixel
    chunk = lambda kind, data: struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    rows = b''.join(b'\0' + bytes(v for x in range(width) for v in at(x, y)) for y in range(height))
    with open(path, 'wb') as f:
        f.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 2, 0, 0, 0))
                + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))
    return path


def load_npy(path):
    """shape, list of numbers"""
    with open(path, 'rb') as f:
        data = f.read()
    assert data[:6] == b'\x93NUMPY', data[:6]
    size = struct.unpack('<H', data[8:10])[0]
    header = ast.literal_eval(data[10:10 + size].decode('latin-1'))
    assert header['descr'] == '<f4' and not header['fortran_order'], header
    body = data[10 + size:]
    return header['shape'], list(struct.unpack('<%df' % (len(body) // 4), body))


def save_npy(path, shape, values, descr='<f4'):
    header = repr({'descr': descr, 'fortran_order': False, 'shape': tuple(shape)}).encode()
    header += b' ' * ((-11 - len(header)) % 64) + b'\n'
    with open(path, 'wb') as f:
        f.write(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(header)) + header + float32(values))
    return path


def with_modules(*modules):
    """Goes on only where @modules are there: in this interpreter, or in the one GST_RESNET_PYTHON names."""
    missing = []
    for name in modules:
        try:
            __import__(name)
        except ImportError:
            missing.append(name)
    other = os.environ.get('GST_RESNET_PYTHON')
    if missing and other and not os.environ.get('GST_RESNET_PYTHON_TRIED'):
        os.environ['GST_RESNET_PYTHON_TRIED'] = '1'
        os.execv(other, [other, *sys.argv])
    if missing:
        print('skipped: no', ', '.join(missing), '(GST_RESNET_PYTHON may name an interpreter that has them)')
        sys.exit(SKIP)


class ToolTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix='resnet-tool-')
        cls.model = colour_model(cls.path('colours.safetensors'))
        cls.unlabelled = colour_model(cls.path('unlabelled.safetensors'), labels=False)
        cls.red = save_ppm(cls.path('red.ppm'), 20, 30, PIXELS['red'])
        cls.blue = save_png(cls.path('blue.png'), 31, 17, PIXELS['blue'])

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    @classmethod
    def path(cls, *names):
        return os.path.join(cls.dir, *names)

    def write(self, name, data):
        with open(self.path(name), 'wb') as f:
            f.write(data)
        return self.path(name)

    def check(self, status, *args, says=(), **kwargs):
        """The exit status; each of @says in stderr; on failure one sentence there that starts with the program's name."""
        result = run(*args, **kwargs)
        self.assertEqual(result.returncode, status, (args, result.stdout, result.stderr))
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, result.stderr)
        if status:
            lines = result.stderr.splitlines()
            self.assertTrue(lines, args)
            self.assertTrue(all(line.startswith('resnet-tool: ') for line in lines), lines)
        return result

    def json(self, *args, status=0):
        return json.loads(self.check(status, *args, '--json').stdout)
