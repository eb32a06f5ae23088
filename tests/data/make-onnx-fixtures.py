#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small ONNX files for the tests of nn/load. Needs onnx and numpy.

usage: make-onnx-fixtures.py [OUT_DIR]

types.onnx: initializers raw.TYPE and typed.TYPE of shape [2, 2] with the values 1, 2, 3, 100 (BOOL: 1, 0, 1, 1).
graph.onnx: attributes of each kind, names left out, an initializer that is an input, symbolic and unknown sizes.
shuffled.onnx: ten Relu nodes in reverse order. external.onnx: two tensors in external-data.bin, one in a folder.
"""
import os
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

VALUES = [1, 2, 3, 100]
TYPES = ['FLOAT', 'DOUBLE', 'FLOAT16', 'BFLOAT16', 'INT8', 'UINT8', 'INT16', 'UINT16', 'INT32', 'UINT32', 'INT64', 'UINT64', 'BOOL']


def value(name, shape, kind=TensorProto.FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def model(nodes, inputs, outputs, initializers=(), ir=8, opset=17):
    graph = helper.make_graph(nodes, 'fixture', inputs, outputs, list(initializers))
    return helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=ir, producer_name='fixtures',
                             producer_version='1')


def types():
    tensors = []
    for name in TYPES:
        kind = getattr(TensorProto, name)
        values = [1, 0, 1, 1] if name == 'BOOL' else VALUES
        typed = helper.make_tensor('typed.' + name, kind, [2, 2], values)
        assert not typed.raw_data
        array = numpy_helper.to_array(typed)
        raw = helper.make_tensor('raw.' + name, kind, [2, 2], array.tobytes(), raw=True)
        tensors += [typed, raw]
    return model([helper.make_node('Relu', ['x'], ['y'])], [value('x', [1])], [value('y', [1])], tensors, ir=10, opset=21)


def graph():
    weights = numpy_helper.from_array(np.array([[1, 2], [3, 4]], np.float32), 'w')
    nodes = [
        helper.make_node('Constant', [], ['c'], value=helper.make_tensor('inner', TensorProto.INT64, [2], [0, -1])),
        helper.make_node('Reshape', ['x', 'c'], ['r'], 'named', domain='ai.onnx'),
        helper.make_node('Other', ['r', '', 'w'], ['y', ''], domain='com.example', a_float=1.5, an_int=-7, text='straße',
                         floats=[1., -2.], ints=[3, -4], texts=['a', '']),
    ]
    m = model(nodes, [value('x', ['batch', None, 4]), value('w', [2, 2])], [value('y', None)], [weights], ir=3, opset=9)
    m.opset_import.add(domain='com.example', version=1)
    m.opset_import.add(domain='ai.onnx.ml', version=3)
    helper.set_model_props(m, {'labels': '["a", "b"]', 'preprocess.crop': '16'})
    return m


def shuffled():
    nodes = [helper.make_node('Relu', [f'v{i}'], [f'v{i + 1}'], f'n{i}') for i in range(10)]
    return model(nodes[::-1], [value('v0', [1, 2])], [value('v10', [1, 2])])


def external(folder):
    tensors = []
    places = {'a': ('external-data.bin', 8, 16), 'b': ('external-data.bin', 24, None), 'c': ('external-more/half.bin', None, 4)}
    for name, (location, offset, length) in places.items():
        kind, dims = (TensorProto.FLOAT16, [2]) if name == 'c' else (TensorProto.FLOAT, [2, 2])
        t = TensorProto(name=name, data_type=kind, dims=dims, data_location=TensorProto.EXTERNAL)
        for k, v in (('location', location), ('offset', offset), ('length', length), ('checksum', 'not looked at')):
            if v is not None:
                t.external_data.add(key=k, value=str(v))
        tensors.append(t)
    os.makedirs(os.path.join(folder, 'external-more'), exist_ok=True)
    np.arange(10, dtype=np.float32).tofile(os.path.join(folder, 'external-data.bin'))
    np.array([0.5, -2], np.float16).tofile(os.path.join(folder, 'external-more', 'half.bin'))
    return model([helper.make_node('MatMul', ['a', 'b'], ['y'])], [], [value('y', [2, 2])], tensors)


def colours():
    """For the element: the means of red, green and blue, times 4, through a softmax; labels and preprocessing inside."""
    nodes = [helper.make_node('GlobalAveragePool', ['x'], ['g'], 'pool'),
             helper.make_node('Flatten', ['g'], ['f'], 'flatten'),
             helper.make_node('Gemm', ['f', 'w'], ['l'], 'fc', alpha=4., transB=1),
             helper.make_node('Softmax', ['l'], ['y'], 'softmax', axis=1)]
    weights = [numpy_helper.from_array(np.eye(3, dtype=np.float32), 'w')]
    m = model(nodes, [value('x', ['batch', 3, 16, 16])], [value('y', ['batch', 3])], weights)
    helper.set_model_props(m, {'labels': '["red", "green", "blue"]', 'preprocess.resize': '16', 'preprocess.crop': '16',
                               'preprocess.mean': '0, 0, 0', 'preprocess.std': '1, 1, 1'})
    return m


def resize():
    """No classifier."""
    scales = numpy_helper.from_array(np.array([1, 1, 2, 2], np.float32), 'scales')
    return model([helper.make_node('Resize', ['x', '', 'scales'], ['y'], 'enlarge')], [value('x', [1, 3, 16, 16])],
                 [value('y', [1, 3, 32, 32])], [scales])


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'onnx')
    os.makedirs(folder, exist_ok=True)
    for name, m in (('types', types()), ('graph', graph()), ('shuffled', shuffled()), ('external', external(folder)),
                    ('colours', colours()), ('resize', resize())):
        with open(os.path.join(folder, name + '.onnx'), 'wb') as f:
            f.write(m.SerializeToString())


if __name__ == '__main__':
    main()
