#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small model files, good and bad, for the tests of nn/load. Needs torch, numpy and safetensors.

usage: make-load-fixtures.py [OUT_DIR]

Every good file holds the tensors of TENSORS, whatever its form, element type, strides, prefixes and nesting: element k of
the s-th tensor is ((37 k + 11 s) mod 255 - 127) / 16, exact in every floating type, so that tests/nn/load-common.c knows
what to expect. The exceptions are "same" tensors (all elements equal element 0) and the counter.
"""
import argparse
import io
import os
import pickle
import struct
import sys
import warnings
import zipfile
from collections import OrderedDict

import numpy as np
import torch
from safetensors.torch import save as save_safetensors

warnings.filterwarnings('ignore')

TENSORS = [
    ('conv1.weight', (4, 3, 3, 3), ''),
    ('bn1.weight', (4,), ''),
    ('bn1.bias', (4,), ''),
    ('bn1.running_mean', (4,), ''),
    ('bn1.running_var', (4,), 'same'),
    ('bn1.num_batches_tracked', (), 'counter'),
    ('layer1.0.conv1.weight', (4, 4, 3, 3), ''),
    ('fc.weight', (5, 4), ''),
    ('fc.bias', (5,), ''),
]
COUNTER = 12345678901


def values(s, n, same=False):
    k = np.zeros(n) if same else np.arange(n)
    return ((37 * k + 11 * s) % 255 - 127) / 16


def tensors(dtype=torch.float32, prefix=''):
    d = OrderedDict()
    for s, (name, shape, kind) in enumerate(TENSORS):
        if kind == 'counter':
            d[prefix + name] = torch.tensor(COUNTER)
        else:
            v = values(s, int(np.prod(shape)), kind == 'same').reshape(shape)
            d[prefix + name] = torch.from_numpy(v).to(dtype)
    return d


def views():
    """The same tensors as views: transposed, with offsets, expanded, several over one storage, with a stride."""
    d = tensors()
    names = list(d)
    d['conv1.weight'] = d['conv1.weight'].contiguous(memory_format=torch.channels_last)
    d['bn1.running_var'] = d['bn1.running_var'][:1].clone().expand(4)
    d['layer1.0.conv1.weight'] = d['layer1.0.conv1.weight'].permute(3, 0, 2, 1).contiguous().permute(1, 3, 2, 0)
    pool = torch.full((64,), 99.)
    for i, name in enumerate(('bn1.weight', 'bn1.bias', 'bn1.running_mean')):
        view = pool[1 + 5 * i:1 + 5 * i + 4]
        view.copy_(d[name])
        d[name] = view
    d['fc.bias'] = pool[20:40:4].copy_(d['fc.bias'])
    d['fc.weight'] = d['fc.weight'].t().contiguous().t()
    assert list(d) == names and not d['fc.weight'].is_contiguous() and d['fc.bias'].stride() == (4,)
    return d


def saved(o, zipped=True, **options):
    b = io.BytesIO()
    torch.save(o, b, _use_new_zipfile_serialization=zipped, **options)
    return b.getvalue()


def rezip(data, change=lambda name, content: content, extra=(), compression=zipfile.ZIP_STORED):
    """The archive again, with entries changed (None: left out) and others added."""
    b = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(b, 'w', compression) as new:
        for info in old.infolist():
            content = change(info.filename, old.read(info))
            if content is not None:
                new.writestr(zipfile.ZipInfo(info.filename), content, compression)
        for name, content in extra:
            new.writestr(zipfile.ZipInfo(name), content, compression)
    return b.getvalue()


class Storages(pickle.Unpickler):
    """Reads a pickle of ours for its storages' element sizes: key → (bytes an element, elements)."""
    SIZES = {'FloatStorage': 4, 'LongStorage': 8, 'HalfStorage': 2, 'BFloat16Storage': 2, 'DoubleStorage': 8}

    def __init__(self, stream):
        super().__init__(stream, encoding='utf-8')
        self.found = {}

    def find_class(self, module, name):
        if name in self.SIZES:
            return name
        return OrderedDict if name == 'OrderedDict' else lambda *args: None

    def persistent_load(self, pid):
        self.found[pid[2]] = (self.SIZES[pid[1]], pid[4])


def swapped(data, size):
    return np.frombuffer(data, f'<u{size}').byteswap().tobytes() if size > 1 else data


def big_endian_zip(data):
    with zipfile.ZipFile(io.BytesIO(data)) as f:
        reader = Storages(io.BytesIO(f.read(next(n for n in f.namelist() if n.endswith('data.pkl')))))
    reader.load()

    def change(name, content):
        if name.endswith('/byteorder'):
            return b'big'
        head, key = os.path.split(name)
        return swapped(content, reader.found[key][0]) if head.endswith('/data') else content
    return rezip(data, change)


def big_endian_legacy(data, lengths, elements):
    """Marked big-endian; the storages' lengths and elements swapped as told (PyTorch swaps neither)."""
    stream = io.BytesIO(data)
    for _ in range(3):
        pickle.load(stream)
    reader = Storages(stream)
    reader.load()
    keys = pickle.load(stream)
    at = stream.tell()
    out = data[:at]
    assert out.count(b'little_endian') == 1
    mark = out.index(b'little_endian')
    mark = out.index(b'\x88', mark)
    out = out[:mark] + b'\x89' + out[mark + 1:]
    for key in keys:
        size, n = reader.found[key]
        assert struct.unpack_from('<q', data, at)[0] == n
        out += struct.pack('>q' if lengths else '<q', n)
        content = data[at + 8:at + 8 + n * size]
        out += swapped(content, size) if elements else content
        at += 8 + n * size
    assert at == len(data)
    return out


class Net(torch.nn.Module):
    """Somebody's own class."""

    def __init__(self):
        super().__init__()
        self.fc = torch.nn.Linear(2, 2)

    def forward(self, x):
        return self.fc(x)


class Runs:
    """Pickled, it would call function (*args) on loading; the call leaves a file behind."""

    def __init__(self, function, *args):
        self.call = function, args

    def __reduce__(self):
        return self.call


def patched_crcs(data):
    """One bit of each checksum turned over, in the directory and the local headers."""
    out = bytearray(data)
    for signature, offset in ((b'PK\x03\x04', 14), (b'PK\x01\x02', 16), (b'PK\x07\x08', 4)):
        at = out.find(signature)
        while at >= 0:
            out[at + offset] ^= 1
            at = out.find(signature, at + 4)
    return bytes(out)


def patched_size(data, name, size):
    """The directory and the local header claim that an entry has another size, and the rest as it was."""
    out = bytearray(data)
    for signature, offset, head in ((b'PK\x03\x04', 22, 30), (b'PK\x01\x02', 24, 46)):
        at = out.find(signature)
        while at >= 0:
            if out[at + head:at + head + len(name)] == name.encode():
                out[at + offset:at + offset + 4] = struct.pack('<I', size)
            at = out.find(signature, at + 4)
    return bytes(out)


def training(d):
    """What training scripts keep beside the weights."""
    p = [torch.nn.Parameter(torch.ones(2, 2))]
    optimizer = torch.optim.Adam(p, lr=.1)
    p[0].sum().backward()
    optimizer.step()
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 3)
    return {'epoch': 7, 'arch': 'resnet18', 'best_acc1': torch.tensor(71.5), 'optimizer': optimizer.state_dict(),
            'scheduler': scheduler.state_dict(), 'args': argparse.Namespace(lr=.1, data='x', gpu=None),
            'loss': np.float64(.5), 'history': [np.arange(3), (1, 2.5)], **d}


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'load')
    os.makedirs(out, exist_ok=True)
    for old in os.listdir(out):
        os.remove(os.path.join(out, old))

    def write(name, data):
        with open(os.path.join(out, name), 'wb') as f:
            f.write(data)

    base = tensors()
    z, legacy = saved(base), saved(base, False)

    # good: element types, forms
    write('good-zip.pth', z)
    write('good-legacy.pth', legacy)
    for name, dtype in (('f16', torch.float16), ('bf16', torch.bfloat16), ('f64', torch.float64)):
        write(f'good-{name}-zip.pth', saved(tensors(dtype)))
        write(f'good-{name}-legacy.pth', saved(tensors(dtype), False))
    write('good-views-zip.pth', saved(views()))
    write('good-views-legacy.pth', saved(views(), False))
    write('good-parameters.pth', saved({k: torch.nn.Parameter(v, v.is_floating_point()) for k, v in base.items()}))
    write('good-protocol4.pth', saved(base, pickle_protocol=4))
    write('good-legacy-protocol1.pth', saved(base, False, pickle_protocol=1))
    write('good-deflated.pth', rezip(z, compression=zipfile.ZIP_DEFLATED))
    write('good-no-folder.pth', rezip_root(z))
    write('good-big-endian.pth', big_endian_zip(z))
    write('good-big-endian-views.pth', big_endian_zip(saved(views())))
    write('good-big-endian-f16.pth', big_endian_zip(saved(tensors(torch.float16))))
    write('good-legacy-big-data.pth', big_endian_legacy(legacy, False, True))
    write('good-legacy-big-all.pth', big_endian_legacy(legacy, True, True))
    write('good-legacy-big-mark.pth', big_endian_legacy(legacy, False, False))
    write('good-no-byteorder.pth', rezip(z, lambda n, c: None if n.endswith('byteorder') else c))

    # good: checksums that are none
    before = torch.serialization.get_crc32_options()
    torch.serialization.set_crc32_options(False)
    write('good-no-crc.pth', saved(base))
    torch.serialization.set_crc32_options(before)
    write('good-wrong-crc.pth', patched_crcs(z))

    # good: nested, prefixed
    for i, key in enumerate(('state_dict', 'model', 'model_state_dict', 'net')):
        write(f'good-nested-{key}.pth', saved(training({key: base}), i % 2 == 0))
    for prefix in ('module.', '_orig_mod.', 'model.', 'backbone.', 'module._orig_mod.model.backbone.'):
        write(f'good-prefix-{prefix.rstrip(".")}.pth', saved({'state_dict': tensors(prefix=prefix)}))
    write('good-averaged.pth', saved({'model': {k: v * 0 for k, v in base.items()}, 'model_ema': base}))

    # good: safetensors
    write('good-f32.safetensors', save_safetensors(base))
    write('good-f16.safetensors', save_safetensors(tensors(torch.float16, 'module.')))
    write('good-bf16.safetensors', save_safetensors(tensors(torch.bfloat16), {'labels': '["a","b"]', 'über': 'ä\n"'}))
    write('good-f64.safetensors', save_safetensors(tensors(torch.float64)))

    # other element types, edges of the floating types
    kinds = OrderedDict(
        i8=torch.tensor([-128, 127], dtype=torch.int8), u8=torch.tensor([0, 255], dtype=torch.uint8),
        i16=torch.tensor([-32768, 32767], dtype=torch.int16), i32=torch.tensor([-2**31, 2**31 - 1], dtype=torch.int32),
        i64=torch.tensor([-2**63, 2**63 - 1]), bool=torch.tensor([False, True]),
        f16=torch.tensor([2.0**-24, -65504, float('inf'), float('nan')], dtype=torch.float16),
        bf16=torch.tensor([2.0**-126, float('-inf')], dtype=torch.bfloat16),
        f64=torch.tensor([1e300, 0.1], dtype=torch.float64), none=torch.zeros(3, 0, 2), scalar=torch.tensor(-2.5))
    write('types-zip.pth', saved(kinds))
    write('types-legacy.pth', saved(kinds, False))
    write('types.safetensors', save_safetensors(kinds))

    # bad: code
    touch = 'touch nn-load-was-run'
    write('bad-system-zip.pth', saved({'x': Runs(os.system, touch)}))
    write('bad-system-legacy.pth', saved({'x': Runs(os.system, touch)}, False))
    write('bad-eval.pth', saved({**base, 'x': Runs(eval, f'__import__("os").system("{touch}")')}))
    write('bad-exec.pickle', pickle.dumps(Runs(exec, f'import os; os.system("{touch}")'), 4))
    write('bad-pickled.pickle', pickle.dumps(base, 4))

    # bad: something else than a state dict; the older form would keep the classes' source code and its path beside them
    net = Net()
    torch.serialization.get_source_lines_and_file = None
    write('bad-module-own-zip.pth', saved(net))
    write('bad-module-own-legacy.pth', saved(net, False))
    write('bad-module-torch.pth', saved(torch.nn.Sequential(torch.nn.Linear(1, 1))))
    b = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), b)
    write('bad-torchscript.pt', b.getvalue())
    full = training({})
    write('bad-optimizer.pth', saved(full['optimizer']))
    write('bad-optimizer-beside.pth', saved({'epoch': 1, 'optimizer': full['optimizer']}, False))
    write('bad-tensor.pth', saved(torch.ones(2)))
    write('bad-list.pth', saved([torch.ones(2)]))
    write('bad-empty-dict.pth', saved({}))
    write('bad-no-tensors.pth', saved({'lr': .1, 'names': ['a']}))
    write('bad-complex.pth', saved({'w': torch.ones(2, dtype=torch.complex64)}))
    write('bad-sparse.pth', saved({'w': torch.eye(2).to_sparse()}))
    write('bad-meta.pth', saved({'w': torch.empty(2, device='meta')}))
    write('bad-quantized.pth', saved({'w': torch.quantize_per_tensor(torch.ones(2), .1, 0, torch.qint8)}))

    # bad: archives
    one = saved({'w': torch.arange(8.)})
    folder = next(n for n in zipfile.ZipFile(io.BytesIO(one)).namelist() if n.endswith('data.pkl'))[:-8]
    write('bad-no-pickle.pth', rezip(one, lambda n, c: None if n.endswith('data.pkl') else c))
    write('bad-no-storage.pth', rezip(one, lambda n, c: None if n.endswith('data/0') else c))
    write('bad-short-storage.pth', rezip(one, lambda n, c: c[:-1] if n.endswith('data/0') else c))
    write('bad-byteorder.pth', rezip(one, lambda n, c: b'middle' if n.endswith('byteorder') else c))
    write('twice.pth', rezip(one, extra=[(folder + 'data/0', bytes(32))]))
    deflated = rezip(one, compression=zipfile.ZIP_DEFLATED)
    write('bad-claim-deflated.pth', patched_size(deflated, folder + 'data/0', 0x7fffffff))
    write('bad-claim-stored.pth', patched_size(rezip(one), folder + 'data/0', 0x7fffffff))
    write('bad-method.pth', rezip(one, compression=zipfile.ZIP_BZIP2))
    write('bad-keras.keras', zip_of('metadata.json', 'config.json', 'model.weights.h5'))
    write('bad-arrays.npz', zip_of('a.npy', 'b.npy'))
    write('bad-around.zip', zip_of('resnet18.pth'))
    write('bad-other.zip', zip_of('readme.txt'))

    # small ones, to be cut and damaged at every byte
    tiny = OrderedDict([('layer1.0.w', torch.arange(4.).view(2, 2).t()), ('n', torch.tensor(3))])
    write('tiny-zip.pth', rezip(saved(tiny), lambda n, c: None if '.' in n and 'data.pkl' not in n else c))
    write('tiny-legacy.pth', saved(tiny, False))
    write('tiny.safetensors', save_safetensors({k: v.contiguous() for k, v in tiny.items()}, {'k': 'v'}))


def rezip_root(data):
    """Packed again without the folder around it."""
    b = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(b, 'w') as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename.split('/', 1)[1]), old.read(info))
    return b.getvalue()


def zip_of(*names):
    b = io.BytesIO()
    with zipfile.ZipFile(b, 'w') as f:
        for name in names:
            f.writestr(zipfile.ZipInfo(name), b'x')
    return b.getvalue()


if __name__ == '__main__':
    main()
