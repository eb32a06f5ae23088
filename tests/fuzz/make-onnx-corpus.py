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


def scalar(name, v, kind=np.float32):
    return numpy_helper.from_array(np.array(v, kind), name)


def ints(name, *v):
    return numpy_helper.from_array(np.array(v, np.int64), name)


def gate():
    """Squeeze and excitation, a ResNet-D's shortcut, softmax at the end."""
    w = [array('w0', 4, 3, 3, 3), array('g0', 2, 4, 1, 1), array('g1', 4, 2, 1, 1), array('s', 4, 4, 1, 1), array('fc', 4, 3),
         array('b', 3), ints('axes', 2, 3)]
    nodes = [
        helper.make_node('Conv', ['x', 'w0'], ['c'], pads=[1, 1, 1, 1], strides=[2, 2]),
        helper.make_node('GlobalAveragePool', ['c'], ['p']),
        helper.make_node('Conv', ['p', 'g0'], ['q']),
        helper.make_node('Relu', ['q'], ['r']),
        helper.make_node('Conv', ['r', 'g1'], ['t']),
        helper.make_node('HardSigmoid', ['t'], ['h'], alpha=0.1666667),
        helper.make_node('Mul', ['c', 'h'], ['m']),
        helper.make_node('AveragePool', ['c'], ['a'], kernel_shape=[1, 1], ceil_mode=1, count_include_pad=0),
        helper.make_node('Conv', ['a', 's'], ['d']),
        helper.make_node('Add', ['m', 'd'], ['e']),
        helper.make_node('HardSwish', ['e'], ['f']),
        helper.make_node('ReduceMean', ['f', 'axes'], ['g'], keepdims=0),
        helper.make_node('MatMul', ['g', 'fc'], ['k']),
        helper.make_node('Add', ['k', 'b'], ['l']),
        helper.make_node('Softmax', ['l'], ['y'], axis=-1),
    ]
    return model(nodes, [value('x', [1, 3, 8, 8])], [value('y', [1, 3])], w, opset=18)


def nhwc():
    """As tf2onnx writes it: channels last outside, transposed around each operator."""
    w = [array('w0', 4, 3, 3, 3), array('fc', 4, 2)]
    nodes = [
        helper.make_node('Transpose', ['x'], ['t'], perm=[0, 3, 1, 2]),
        helper.make_node('Pad', ['t', 'pads', 'zero'], ['p'], mode='constant'),
        helper.make_node('Conv', ['p', 'w0'], ['c'], strides=[2, 2]),
        helper.make_node('Clip', ['c', 'zero', 'six'], ['r']),
        helper.make_node('MaxPool', ['r'], ['m'], kernel_shape=[2, 2], strides=[1, 1], dilations=[1, 1], auto_pad='VALID'),
        helper.make_node('Transpose', ['m'], ['u'], perm=[0, 2, 3, 1]),
        helper.make_node('ReduceMean', ['u'], ['g'], axes=[1, 2], keepdims=0),
        helper.make_node('MatMul', ['g', 'fc'], ['y']),
    ]
    w += [ints('pads', 0, 0, 1, 1, 0, 0, 1, 1), scalar('zero', 0), scalar('six', 6)]
    return model(nodes, [value('x', ['N', 8, 8, 3])], [value('y', ['N', 2])], w, opset=13)


def shapes():
    """The flattening of older exporters, which folds to a constant shape."""
    w = [array('w', 2, 3 * 16), array('b', 2), ints('i', 0), ints('minus', -1)]
    nodes = [
        helper.make_node('LeakyRelu', ['x'], ['r'], alpha=0.1),
        helper.make_node('Shape', ['r'], ['s']),
        helper.make_node('Gather', ['s', 'i'], ['n'], axis=0),
        helper.make_node('Concat', ['n', 'minus'], ['c'], axis=0),
        helper.make_node('Cast', ['c'], ['d'], to=TensorProto.INT64),
        helper.make_node('Reshape', ['r', 'd'], ['f']),
        helper.make_node('Dropout', ['f'], ['e', '']),
        helper.make_node('Gemm', ['e', 'w', 'b'], ['y'], alpha=1., beta=1., transB=1),
    ]
    return model(nodes, [value('x', ['N', 3, 4, 4])], [value('y', ['N', 2])], w, opset=11)


def quantized():
    """A convolution between QuantizeLinear and DequantizeLinear, weights by channel."""
    q = numpy_helper.from_array((np.arange(54) % 9 - 4).astype(np.int8).reshape(2, 3, 3, 3), 'q')
    w = [q, scalar('xs', .05), scalar('xz', 128, np.uint8), numpy_helper.from_array(np.array([.1, .2], np.float32), 'qs'),
         numpy_helper.from_array(np.zeros(2, np.int8), 'qz')]
    nodes = [
        helper.make_node('QuantizeLinear', ['x', 'xs', 'xz'], ['a']),
        helper.make_node('DequantizeLinear', ['a', 'xs', 'xz'], ['b']),
        helper.make_node('DequantizeLinear', ['q', 'qs', 'qz'], ['w'], axis=0),
        helper.make_node('Conv', ['b', 'w'], ['c'], group=1),
        helper.make_node('GlobalMaxPool', ['c'], ['g']),
        helper.make_node('Squeeze', ['g', 'axes'], ['y']),
    ]
    return model(nodes, [value('x', [1, 3, 6, 6])], [value('y', [1, 2])], w + [ints('axes', 2, 3)], opset=13)


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'corpus')
    folder = os.path.join(root, 'onnx')
    os.makedirs(folder, exist_ok=True)
    for make in (residual, odds, shuffled, branches, external, function, gate, nhwc, shapes, quantized):
        with open(os.path.join(folder, make.__name__), 'wb') as f:
            f.write(make().SerializeToString())


if __name__ == '__main__':
    main()
