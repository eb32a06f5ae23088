#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""resnet-tool convert against the onnx package's checker, ONNX Runtime and PyTorch (skips where they are not installed).

Each small network in tests/data is written as ONNX and as safetensors, as it is and folded; the ONNX file must pass
onnx.checker with full_check, ONNX Runtime must give our logits (1e-4 of the largest), and safetensors' must be a state dict.

usage: RESNET_TOOL=path/to/resnet-tool compare-convert.py [unittest's arguments]
"""
import json
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tool_testing as t  # noqa: E402

t.with_modules('numpy', 'onnx', 'onnxruntime', 'safetensors')
import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
from safetensors import safe_open  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402

TOLERANCE = 1e-4


def networks():
    for folder in ('networks', 'family'):
        path = os.path.join(t.SOURCE, 'tests', 'data', folder)
        for file in sorted(os.listdir(path)):
            name, suffix = os.path.splitext(file)
            if suffix in ('.pth', '.safetensors') and os.path.exists(os.path.join(path, name + '-logits.npy')):
                yield name, os.path.join(path, file), os.path.join(path, name)


class TestConvert(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='resnet-tool-convert-')
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def tool(self, *args):
        result = t.run(*args)
        self.assertEqual(result.returncode, 0, (args, result.stderr))

    def path(self, name):
        return os.path.join(self.folder, name)

    def close(self, a, b):
        self.assertEqual(a.shape, b.shape)
        self.assertLessEqual(abs(a - b).max(), TOLERANCE * abs(b).max())

    def test_networks(self):
        n = 0
        for name, model, files in networks():
            x = np.load(files + '-input.npy').astype(np.float32)
            expected = np.load(files + '-logits.npy')
            for flags in ([], ['--fold']):
                with self.subTest(name=name, flags=flags):
                    out = self.path('out.onnx')
                    self.tool('convert', model, out, '--any-size', '--quiet', *flags)
                    onnx.checker.check_model(out, full_check=True)
                    proto = onnx.load(out)
                    self.assertEqual([o.version for o in proto.opset_import], [17])
                    kinds = {node.op_type for node in proto.graph.node}
                    if flags:
                        self.assertFalse('BatchNormalization' in kinds and not name.startswith(('timm-resnetv2', 'preact', 'wide')))
                    session = onnxruntime.InferenceSession(out, providers=['CPUExecutionProvider'])
                    self.close(session.run(None, {'input': x})[0], expected)
                    n += 1
        self.assertGreaterEqual(n, 40)

    def test_static_size_and_metadata(self):
        model = t.colour_model(self.path('colours.safetensors'))
        out = self.path('colours.onnx')
        self.tool('convert', model, out)
        onnx.checker.check_model(out, full_check=True)
        proto = onnx.load(out)
        dims = [d.dim_param or d.dim_value for d in proto.graph.input[0].type.tensor_type.shape.dim]
        self.assertEqual(dims, ['batch', 3, 16, 16])
        metadata = {p.key: p.value for p in proto.metadata_props}
        self.assertEqual(json.loads(metadata['labels']), list(t.COLOURS))
        self.assertEqual(metadata['preprocess.resize'], '16')
        x = np.random.default_rng(5).random((3, 3, 16, 16), dtype=np.float32)
        np.save(self.path('x.npy'), x)
        self.tool('run', model, '--input', self.path('x.npy'), '--output', self.path('y.npy'))
        session = onnxruntime.InferenceSession(out, providers=['CPUExecutionProvider'])
        self.close(session.run(None, {'input': x})[0], np.load(self.path('y.npy')))

    def test_safetensors(self):
        model = os.path.join(t.SOURCE, 'tests', 'data', 'networks', 'resnet20-cifar10.safetensors')
        out = self.path('out.safetensors')
        self.tool('convert', model, out)
        before, after = load_file(model), load_file(out)
        with safe_open(out, 'numpy') as file:
            metadata = file.metadata()
        self.assertEqual(len(json.loads(metadata['labels'])), 10)
        self.assertEqual(metadata['format'], 'pt')
        for name, values in before.items():
            if not name.endswith('num_batches_tracked'):
                np.testing.assert_array_equal(values.astype(np.float32), after[name])
        half = self.path('half.safetensors')
        self.tool('convert', model, half, '--fp16')
        for name, values in load_file(half).items():
            statistics = name.endswith(('running_mean', 'running_var'))
            self.assertEqual(values.dtype, np.float32 if statistics else np.float16)
            np.testing.assert_array_equal(values, after[name].astype(values.dtype))


if __name__ == '__main__':
    unittest.main()
