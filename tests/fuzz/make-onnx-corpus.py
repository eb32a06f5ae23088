#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Seeds for the fuzz target onnx: small graphs that between them have every kind of field. Needs onnx and numpy.

usage: make-onnx-corpus.py [CORPUS_DIR]
"""
import os
import sys

import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


def model(nodes, inputs, outputs, initializers=(), opset=17, ir=8, **extra):
    graph = helper.make_graph(nodes, 'g', inputs, outputs, list(initializers))
    m = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=ir, producer_name='seed', **extra)
    return m


def value(name, shape, kind=FLOAT):
    return helper.make_tensor_value_info(name, kind, shape)


def array(name, *shape):
    n = int(np.prod(shape))
    return numpy_helper.from_array(((np.arange(n) % 7 - 3) / 4).astype(np.float32).reshape(shape), name)


def residual():
    """A stem, a block with BatchNorm and a shortcut, pooling, a classifier."""
    w = [array('w0', 4, 3, 3, 3), array('w1', 4, 4, 3, 3), array('fc.w', 2, 4), array('fc.b', 2)]
    w += [numpy_helper.from_array(np.full(4, v, np.float32), n) for n, v in (('s', 1.), ('b', .5), ('m', .1), ('v', 2.))]
    nodes = [
        helper.make_node('Conv', ['x', 'w0'], ['c0'], 'conv0', strides=[2, 2], pads=[1, 1, 1, 1], kernel_shape=[3, 3]),
        helper.make_node('Relu', ['c0'], ['r0']),
        helper.make_node('MaxPool', ['r0'], ['p'], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node('Conv', ['p', 'w1'], ['c1'], 'conv1', auto_pad='SAME_UPPER'),
        helper.make_node('BatchNormalization', ['c1', 's', 'b', 'm', 'v'], ['n1'], epsilon=1e-3),
        helper.make_node('Add', ['n1', 'p'], ['a1']),
        helper.make_node('Relu', ['a1'], ['r1']),
        helper.make_node('GlobalAveragePool', ['r1'], ['g']),
        helper.make_node('Flatten', ['g'], ['f'], axis=1),
        helper.make_node('Gemm', ['f', 'fc.w', 'fc.b'], ['y'], transB=1),
    ]
    return model(nodes, [value('x', ['N', 3, 16, 16])], [value('y', ['N', 2])], w)


def odds():
    """Typed data of each kind, a Constant, attributes of each kind, an input that is an initializer, metadata."""
    kinds = [(TensorProto.FLOAT, [1., 2.]), (TensorProto.DOUBLE, [1., 2.]), (TensorProto.FLOAT16, [1., 2.]),
             (TensorProto.BFLOAT16, [1., 2.]), (TensorProto.INT8, [-1, 2]), (TensorProto.UINT8, [1, 255]),
             (TensorProto.INT16, [-300, 2]), (TensorProto.UINT16, [1, 65535]), (TensorProto.INT32, [-70000, 2]),
             (TensorProto.INT64, [-1 << 40, 2]), (TensorProto.UINT32, [1, 1 << 31]), (TensorProto.UINT64, [1, 1 << 40]),
             (TensorProto.BOOL, [True, False])]
    w = [helper.make_tensor(f't{k}', k, [2], v) for k, v in kinds]
    nodes = [
        helper.make_node('Constant', [], ['shape'], value=helper.make_tensor('', TensorProto.INT64, [2], [0, -1])),
        helper.make_node('Reshape', ['x', 'shape'], ['r']),
        helper.make_node('Other', ['r', '', 't1'], ['y', ''], domain='com.example', f=1.5, i=7, s='text', fs=[1., 2.],
                         ints=[3, 4], ss=['a', 'b']),
    ]
    m = model(nodes, [value('x', [1, 2]), value('t1', [2])], [value('y', None)], w, ir=3, opset=9)
    m.opset_import.append(helper.make_opsetid('com.example', 1))
    helper.set_model_props(m, {'labels': '["a", "b"]', 'preprocess.crop': '16'})
    return m


def shuffled():
    nodes = [helper.make_node('Relu', [f'v{i}'], [f'v{i + 1}']) for i in range(6)]
    return model(nodes[::-1], [value('v0', [1, 2])], [value('v6', [1, 2])])


def branches():
    then = helper.make_graph([helper.make_node('Relu', ['x'], ['t'])], 'then', [], [value('t', [1])])
    node = helper.make_node('If', ['c'], ['y'], then_branch=then, else_branch=then)
    return model([node], [value('x', [1]), value('c', [], TensorProto.BOOL)], [value('y', [1])])


def external():
    t = array('w', 2, 2)
    t.ClearField('raw_data')
    t.data_location = TensorProto.EXTERNAL
    for k, v in (('location', 'weights.bin'), ('offset', '0'), ('length', '16')):
        t.external_data.add(key=k, value=v)
    return model([helper.make_node('MatMul', ['x', 'w'], ['y'])], [value('x', [1, 2])], [value('y', [1, 2])], [t])


def function():
    f = helper.make_function('local', 'twice', ['a'], ['b'], [helper.make_node('Add', ['a', 'a'], ['b'])],
                             [helper.make_opsetid('', 17)])
    m = model([helper.make_node('twice', ['x'], ['y'], domain='local')], [value('x', [1])], [value('y', [1])], functions=[f])
    return m


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'corpus')
    folder = os.path.join(root, 'onnx')
    os.makedirs(folder, exist_ok=True)
    for make in (residual, odds, shuffled, branches, external, function):
        with open(os.path.join(folder, make.__name__), 'wb') as f:
            f.write(make().SerializeToString())


if __name__ == '__main__':
    main()
