#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes operator-cases.txt: small cases of ONNX's operators with the values of onnx's reference evaluator.

usage: make-operator-cases.py [FILE]

Needs onnx and numpy. The form of the file: tests/nn/operator-cases.h.
"""
import os
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

HERE = os.path.dirname(os.path.abspath(__file__))
rng = np.random.default_rng(1)
lines = []
seen = set()


def word(value):
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    return format(float(value), '.9g')


def tensor(array):
    return ' '.join([str(array.dtype), '[' + ','.join(map(str, array.shape)) + ']'] + [word(v) for v in array.ravel()])


def attribute(name, value):
    if isinstance(value, np.ndarray):
        return f'attr {name} tensor {tensor(value)}'
    if isinstance(value, str):
        return f'attr {name} string {value}'
    if isinstance(value, (list, tuple)):
        kind = 'floats' if value and isinstance(value[0], float) else 'ints'
        return ' '.join([f'attr {name} {kind}'] + [word(v) for v in value])
    return f"attr {name} {'float' if isinstance(value, float) else 'int'} {word(value)}"


def case(name, op, opset, *inputs, outputs=1, expected=None, tolerance=None, **attributes):
    """inputs: arrays or None; the expected values from the evaluator unless given."""
    assert name not in seen, name
    seen.add(name)
    inputs = [None if x is None else np.asarray(x) for x in inputs]
    if expected is None:
        feeds = {f'x{i}': x for i, x in enumerate(inputs) if x is not None}
        node = helper.make_node(op, [f'x{i}' if x is not None else '' for i, x in enumerate(inputs)],
                                [f'y{i}' for i in range(outputs)],
                                **{k: numpy_helper.from_array(v) if isinstance(v, np.ndarray) else v
                                   for k, v in attributes.items()})
        types = [helper.make_tensor_value_info(k, helper.np_dtype_to_tensor_dtype(v.dtype), v.shape)
                 for k, v in feeds.items()]
        graph = helper.make_graph([node], 'g', types,
                                  [helper.make_value_info(f'y{i}', onnx.TypeProto()) for i in range(outputs)])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=10)
        with np.errstate(all='ignore'):
            expected = ReferenceEvaluator(model).run(None, feeds)
    lines.append(f'case {name}')
    lines.append(f'op {op} {opset} {outputs}')
    lines.extend(attribute(k, v) for k, v in attributes.items())
    lines.extend('in -' if x is None else 'in ' + tensor(x) for x in inputs)
    lines.extend('out ' + tensor(np.asarray(y)) for y in expected)
    if tolerance:
        lines.append(f'tolerance {tolerance}')
    lines.append('end')


def f(*shape):
    return rng.normal(size=shape).astype(np.float32)


def i64(*values):
    return np.array(values, np.int64)


def convolutions():
    x, w, b = f(1, 2, 5, 4), f(2, 2, 3, 3), f(2)
    case('conv', 'Conv', 13, x, w, b)
    case('conv-pads', 'Conv', 7, x, w, None, pads=[1, 0, 2, 1], strides=[2, 1])
    case('conv-same-upper', 'Conv', 11, x, w, auto_pad='SAME_UPPER', strides=[2, 2])
    case('conv-same-lower', 'Conv', 11, x, w, auto_pad='SAME_LOWER', strides=[2, 3])
    case('conv-valid', 'Conv', 22, x, w, auto_pad='VALID', kernel_shape=[3, 3])
    case('conv-dilated', 'Conv', 13, x, f(1, 2, 2, 2), dilations=[3, 2])
    case('conv-groups', 'Conv', 13, f(2, 4, 3, 3), f(6, 2, 1, 2), f(6), group=2)
    case('conv-depthwise', 'Conv', 13, f(1, 3, 4, 4), f(3, 1, 3, 3), group=3, pads=[1, 1, 1, 1])
    case('conv-1d', 'Conv', 13, f(2, 2, 6), f(3, 2, 3), f(3), pads=[0, 2], strides=[2])
    case('conv-3d', 'Conv', 13, f(1, 1, 3, 4, 3), f(2, 1, 2, 2, 2), f(2), pads=[1, 0, 0, 0, 1, 0], strides=[1, 2, 1])
    # Rows longer than the block that is summed at a time.
    case('conv-long-rows', 'Conv', 13, f(1, 1, 1, 70), f(1, 1, 1, 3), pads=[0, 1, 0, 1])


def pools():
    x = f(1, 2, 5, 5)
    case('max-pool', 'MaxPool', 7, x, kernel_shape=[2, 3], strides=[2, 1])
    case('max-pool-pads', 'MaxPool', 12, x, kernel_shape=[3, 3], pads=[1, 0, 1, 2], strides=[2, 2])
    case('max-pool-ceil', 'MaxPool', 10, x, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    # PyTorch's rule: the window that would start in the padding is left out. 4 + 2·1 − 3 = 3 rows, stride 2.
    ramp = np.arange(1, 17, dtype=np.float32).reshape(1, 1, 4, 4)
    case('max-pool-ceil-padding', 'MaxPool', 22, np.arange(1, 5, dtype=np.float32).reshape(1, 1, 4), kernel_shape=[1],
         strides=[2], ceil_mode=1, expected=[np.array([[[1, 3]]], np.float32)])
    case('max-pool-same', 'MaxPool', 13, x, kernel_shape=[2, 2], auto_pad='SAME_LOWER')
    case('max-pool-dilated', 'MaxPool', 13, x, kernel_shape=[2, 2], dilations=[2, 3])
    case('max-pool-indices', 'MaxPool', 13, x, kernel_shape=[2, 2], strides=[2, 2], outputs=2)
    case('max-pool-columns', 'MaxPool', 13, ramp, kernel_shape=[2, 2], strides=[2, 2], storage_order=1, outputs=2,
         expected=[np.array([[[[6, 8], [14, 16]]]], np.float32), np.array([[[[5, 13], [7, 15]]]])])
    case('max-pool-uint8', 'MaxPool', 13, rng.integers(0, 255, (1, 1, 4, 4)).astype(np.uint8), kernel_shape=[2, 2])
    case('max-pool-nan', 'MaxPool', 13, np.array([[[1, np.nan, 3, 2]]], np.float32), kernel_shape=[2],
         expected=[np.array([[[np.nan, np.nan, 3]]], np.float32)])
    case('average-pool', 'AveragePool', 7, x, kernel_shape=[2, 2])
    case('average-pool-pads', 'AveragePool', 11, x, kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2])
    case('average-pool-count', 'AveragePool', 11, x, kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2],
         count_include_pad=1)
    case('average-pool-ceil', 'AveragePool', 19, x, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1)
    # torch.nn.functional.avg_pool2d: a window beyond the padding counts what lies within it.
    case('average-pool-ceil-count', 'AveragePool', 19, np.arange(1, 6, dtype=np.float32).reshape(1, 1, 5),
         kernel_shape=[3], strides=[3], pads=[1, 0], ceil_mode=1, count_include_pad=1,
         expected=[np.array([[[1, 4]]], np.float32)])
    case('average-pool-dilated', 'AveragePool', 19, x, kernel_shape=[2, 2], dilations=[2, 2])
    case('average-pool-1d', 'AveragePool', 13, f(2, 1, 6), kernel_shape=[3], strides=[2])
    case('global-average', 'GlobalAveragePool', 13, x)
    case('global-max', 'GlobalMaxPool', 13, x)


def elementwise():
    a, b = f(2, 3, 2), f(3, 1)
    for op in ('Add', 'Sub', 'Mul', 'Div'):
        case(op.lower(), op, 13, a, b)
        case(op.lower() + '-int', op, 13, np.array([-7, 7, 5, 2**31 - 1], np.int32), np.array([2, -2, 3, 2], np.int32)) \
            if op != 'Div' else case('div-int', op, 13, i64(-7, 7, 5), i64(2, -2, 3), expected=[i64(-3, -3, 1)])
    case('div-smallest', 'Div', 13, i64(-2**63), i64(-1), expected=[i64(-2**63)])
    case('add-uint8', 'Add', 14, np.array([250, 3], np.uint8), np.array([10], np.uint8), expected=[np.array([4, 13], np.uint8)])
    case('add-scalar', 'Add', 7, a, np.float32(2))
    case('mod', 'Mod', 13, i64(-7, 7, -7, 7), i64(3, -3, -3, 3))
    case('fmod', 'Mod', 13, i64(-7, 7, -7, 7), i64(3, -3, -3, 3), fmod=1)
    case('pow', 'Pow', 13, np.abs(a), b)
    case('pow-int', 'Pow', 13, i64(-2, 3, 2, 1), i64(3, 4, 0, -1), expected=[i64(-8, 81, 1, 1)])
    case('pow-mixed', 'Pow', 13, np.array([1, 2, 3], np.float32), i64(2))
    case('prelu', 'PRelu', 9, a, b)
    case('max', 'Max', 13, a, b, np.float32(0.1))
    case('min', 'Min', 13, i64(1, 5, -2), i64(3), i64(2, 2, 2))
    case('sum', 'Sum', 13, a, b, np.float32(0.1))
    case('mean', 'Mean', 13, a, b, np.float32(0.1))
    case('max-nan', 'Max', 13, np.array([1, np.nan], np.float32), np.array([np.nan, 2], np.float32))
    for op in ('Equal', 'Less', 'Greater', 'LessOrEqual', 'GreaterOrEqual'):
        case(op.lower(), op, 13, i64(1, 2, 3), i64(2))
        case(op.lower() + '-float', op, 13, np.array([1, 2, np.nan], np.float32), np.float32(2))
    t = np.array([True, True, False, False])
    for op in ('And', 'Or', 'Xor'):
        case(op.lower(), op, 7, t, np.array([True, False, True, False]))
    case('where', 'Where', 13, np.array([[True], [False], [True]]), a[0], np.float32(1))
    case('where-int', 'Where', 13, np.array([True, False]), i64(1, 2), i64(3, 4))


def unary():
    x = np.array([-3, -1, -0.25, 0, 0.5, 2, 100], np.float32)
    for op, opset in (('Relu', 13), ('Sigmoid', 13), ('HardSwish', 14), ('Softplus', 13), ('Softsign', 13), ('Mish', 18),
                      ('Tanh', 13), ('Erf', 13), ('Floor', 13), ('Ceil', 13), ('Round', 11), ('Abs', 13),
                      ('Neg', 13), ('Sign', 13), ('Sin', 13), ('Cos', 13)):
        case(op.lower(), op, opset, x)
    for op in ('Exp', 'Reciprocal', 'Sqrt', 'Log'):
        case(op.lower(), op, 13, np.array([0.25, 1, 2, 9], np.float32))
    case('round-half', 'Round', 11, np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5], np.float32))
    case('relu-nan', 'Relu', 13, np.array([np.nan, np.inf, -np.inf], np.float32),
         expected=[np.array([np.nan, np.inf, 0], np.float32)])
    case('relu-int', 'Relu', 14, np.array([-3, 3], np.int8))
    case('abs-int', 'Abs', 13, np.array([-3, 3], np.int32))
    case('neg-int8', 'Neg', 13, np.array([-128, 3], np.int8))
    case('not', 'Not', 13, np.array([True, False]))
    case('leaky-relu', 'LeakyRelu', 13, x, alpha=0.125)
    case('leaky-relu-default', 'LeakyRelu', 7, x)
    case('hard-sigmoid', 'HardSigmoid', 13, x)
    case('hard-sigmoid-pytorch', 'HardSigmoid', 13, x, alpha=1 / 6)
    case('elu', 'Elu', 13, x, alpha=2.0)
    case('selu', 'Selu', 13, x)
    case('celu', 'Celu', 13, x, alpha=2.0)
    case('thresholded-relu', 'ThresholdedRelu', 13, x, alpha=0.5)
    case('gelu', 'Gelu', 20, x)
    case('gelu-tanh', 'Gelu', 20, x, approximate='tanh')
    case('swish', 'Swish', 24, x, expected=[(x / (1 + np.exp(-x.astype(np.float64)))).astype(np.float32)])
    case('clip-attributes', 'Clip', 7, x, min=-1.0, max=1.5)
    case('clip-open', 'Clip', 7, x, max=1.5)
    case('clip', 'Clip', 13, x, np.float32(-1), np.float32(1.5))
    case('clip-upper', 'Clip', 13, x, None, np.float32(6))
    case('clip-int', 'Clip', 13, i64(-3, 5, 9), np.int64(0), np.int64(6))
    case('clip-crossed', 'Clip', 13, x, np.float32(2), np.float32(1), expected=[np.full(7, 1, np.float32)])
    case('dropout', 'Dropout', 7, x, ratio=0.3)
    case('dropout-mask', 'Dropout', 13, x, np.float32(0.5), outputs=2, expected=[x, np.ones(7, bool)])
    case('dropout-mask-float', 'Dropout', 7, x, outputs=2, expected=[x, np.ones(7, np.float32)])
    case('identity', 'Identity', 13, i64(1, 2))


def reductions():
    x = f(2, 3, 4)
    for op, since in (('ReduceMean', 18), ('ReduceSum', 13), ('ReduceMax', 18), ('ReduceMin', 18), ('ReduceProd', 18),
                      ('ReduceL1', 18), ('ReduceL2', 18), ('ReduceSumSquare', 18), ('ReduceLogSumExp', 18)):
        case(op + '-attribute', op, 11, x, axes=[1, -1], keepdims=0)
        case(op + '-input', op, since, x, i64(-2))
        case(op + '-all', op, since, x)
        case(op + '-nothing', op, since, x, noop_with_empty_axes=1, expected=[x]) \
            if op not in ('ReduceL1', 'ReduceL2', 'ReduceSumSquare', 'ReduceLogSumExp') else None
    case('reduce-log-sum', 'ReduceLogSum', 18, np.abs(x), i64(0))
    case('reduce-log-sum-exp-large', 'ReduceLogSumExp', 13, np.array([1000, 1000], np.float32), axes=[0],
         expected=[np.array([1000.6931472], np.float32)])
    case('reduce-sum-int', 'ReduceSum', 13, np.arange(6).reshape(2, 3), i64(1), keepdims=0)
    case('reduce-max-bool', 'ReduceMax', 20, np.array([[True, False], [False, False]]), i64(1), keepdims=0)
    case('reduce-empty', 'ReduceSum', 13, np.zeros((2, 0), np.float32), i64(1), keepdims=0)
    case('argmax', 'ArgMax', 13, x, axis=1)
    case('argmax-flat', 'ArgMax', 13, x, axis=-1, keepdims=0)
    case('argmax-last', 'ArgMax', 13, i64(1, 3, 3, 2), select_last_index=1)
    case('argmin', 'ArgMin', 13, i64(3, 1, 1, 2))
    for op in ('Softmax', 'LogSoftmax', 'Hardmax'):
        case(op + '-13', op, 13, x)
        case(op + '-axis', op, 13, x, axis=1)
        rows = x.reshape(2, 12).astype(np.float64)
        e = np.exp(rows - rows.max(1, keepdims=True))
        y = {'Softmax': e / e.sum(1, keepdims=True), 'LogSoftmax': np.log(e / e.sum(1, keepdims=True)),
             'Hardmax': (rows == rows.max(1, keepdims=True))}[op]
        case(op + '-11', op, 11, x, expected=[y.reshape(2, 3, 4).astype(np.float32)])
    case('softmax-large', 'Softmax', 13, np.array([1000, 1001, -1000], np.float32))


def matrices():
    case('matmul', 'MatMul', 13, f(2, 3), f(3, 4))
    case('matmul-batch', 'MatMul', 13, f(2, 1, 2, 3), f(3, 3, 2))
    case('matmul-vector', 'MatMul', 13, f(3), f(2, 3, 2))
    case('matmul-column', 'MatMul', 13, f(2, 2, 3), f(3))
    case('matmul-dot', 'MatMul', 13, f(3), f(3))
    case('matmul-int', 'MatMul', 13, np.arange(4).reshape(2, 2), np.arange(4).reshape(2, 2))
    case('gemm', 'Gemm', 7, f(2, 3), f(3, 4), f(4))
    case('gemm-transposed', 'Gemm', 13, f(3, 2), f(4, 3), f(2, 1), transA=1, transB=1, alpha=0.5, beta=2.0)
    case('gemm-no-c', 'Gemm', 11, f(2, 3), f(4, 3), transB=1)
    case('gemm-wide', 'Gemm', 13, f(1, 2), f(2, 70), np.float32(1))
    # The evaluator takes opset 9's form for one step of training.
    x, scale, bias, mean, variance = f(2, 3, 2), f(3), f(3), f(3), np.abs(f(3))
    s = scale.astype(np.float64) / np.sqrt(variance + 0.01)
    case('batch-normalization', 'BatchNormalization', 9, x, scale, bias, mean, variance, epsilon=0.01,
         expected=[((x - mean[:, None]) * s[:, None] + bias[:, None]).astype(np.float32)])
    case('batch-normalization-15', 'BatchNormalization', 15, f(2, 3), f(3), f(3), f(3), np.abs(f(3)))
    case('instance-normalization', 'InstanceNormalization', 7, f(2, 2, 4), f(2), f(2))
    case('layer-normalization', 'LayerNormalization', 17, f(2, 3, 4), f(4), f(4))
    case('layer-normalization-axis', 'LayerNormalization', 17, f(2, 3, 4), f(3, 4), f(3, 4), axis=1)


def shapes():
    x = f(2, 3, 4)
    case('flatten', 'Flatten', 13, x)
    case('flatten-negative', 'Flatten', 13, x, axis=-1)
    case('flatten-0', 'Flatten', 9, x, axis=0)
    case('flatten-rank', 'Flatten', 9, x, axis=3)
    case('reshape', 'Reshape', 13, x, i64(0, -1))
    case('reshape-zero', 'Reshape', 14, np.zeros((0, 3), np.float32), i64(3, 0), allowzero=1)
    case('reshape-scalar', 'Reshape', 13, np.ones((1, 1), np.float32), np.zeros(0, np.int64))
    case('squeeze-attribute', 'Squeeze', 11, f(1, 2, 1), axes=[-1])
    case('squeeze-all', 'Squeeze', 13, f(1, 2, 1))
    case('squeeze-input', 'Squeeze', 13, f(1, 2, 1), i64(0))
    case('unsqueeze-attribute', 'Unsqueeze', 11, f(2), axes=[0, 2])
    case('unsqueeze-input', 'Unsqueeze', 13, f(2, 2), i64(-1, 0))
    case('transpose', 'Transpose', 13, x)
    case('transpose-nhwc', 'Transpose', 13, f(1, 2, 2, 3), perm=[0, 3, 1, 2])
    case('shape', 'Shape', 13, x)
    case('shape-range', 'Shape', 15, x, start=-2, end=-1)
    case('size', 'Size', 13, x)
    case('concat', 'Concat', 13, x, f(2, 1, 4), f(2, 2, 4), axis=1)
    case('concat-negative', 'Concat', 11, i64(1, 2), i64(3), axis=-1)
    case('split-attribute', 'Split', 11, x, axis=1, split=[1, 2], outputs=2)
    case('split-equal', 'Split', 13, x, axis=2, outputs=2)
    case('split-input', 'Split', 13, x, i64(3, 1), axis=-1, outputs=2)
    case('split-uneven', 'Split', 18, np.arange(7), num_outputs=3, outputs=3)
    case('expand', 'Expand', 13, f(3, 1), i64(2, 1, 2))
    case('tile', 'Tile', 13, f(2, 2), i64(2, 3))
    case('constant', 'Constant', 13, value=np.array([[1.5, 2]], np.float32))
    case('constant-int', 'Constant', 13, value_int=7, expected=[np.int64(7)])
    case('constant-ints', 'Constant', 13, value_ints=[7, 8])
    case('constant-float', 'Constant', 13, value_float=0.5)
    case('constant-floats', 'Constant', 13, value_floats=[0.5, 1.5])
    case('constant-of-shape', 'ConstantOfShape', 9, i64(2, 2))
    case('constant-of-shape-int', 'ConstantOfShape', 9, i64(2), value=np.array([3], np.int32))
    case('constant-of-shape-empty', 'ConstantOfShape', 9, i64(2, 0))
    case('gather', 'Gather', 13, x, np.array([[0, -1]]), axis=1)
    case('gather-scalar', 'Gather', 13, i64(5, 6, 7), np.int64(2))
    case('slice-attributes', 'Slice', 7, x, starts=[1, -2], ends=[9, -1], axes=[1, 2])
    case('slice', 'Slice', 13, x, i64(0, 1), i64(2, 2**63 - 1))
    case('slice-negative-step', 'Slice', 13, x, i64(-1), i64(-2**63), i64(2), i64(-2))
    case('slice-step', 'Slice', 13, x, i64(1, 0), i64(3, 4), i64(1, 2), i64(1, 3))
    case('slice-empty', 'Slice', 13, x, i64(3), i64(1), i64(1))
    case('pad-attributes', 'Pad', 7, f(1, 2), pads=[0, 1, 1, 2], value=1.5)
    case('pad', 'Pad', 13, f(2, 2), i64(0, 1, 1, 2), np.float32(1.5))
    y = f(3, 4)
    case('pad-crop', 'Pad', 13, y, i64(-1, 1, 0, -2), expected=[np.pad(y[1:, :-2], ((0, 0), (1, 0)))])
    case('pad-axes', 'Pad', 18, f(2, 2), i64(1, 2), None, i64(-1))
    case('pad-edge', 'Pad', 13, f(2, 3), i64(1, 2, 0, 1), mode='edge')
    case('pad-reflect', 'Pad', 13, f(2, 3), i64(1, 2, 1, 1), mode='reflect')
    case('pad-wrap', 'Pad', 19, f(2, 3), i64(1, 2, 0, 4), mode='wrap')
    case('pad-int', 'Pad', 13, i64(1, 2), i64(1, 0), np.int64(9))
    case('range', 'Range', 13, np.int64(3), np.int64(9), np.int64(3))
    case('range-down', 'Range', 13, np.float32(10), np.float32(4), np.float32(-2.5))


def casts():
    x = np.array([1.00048828125, -65520, 0.1, 3.0e-8, 70000, 65519, np.inf], np.float32)
    half = x.astype(np.float16)
    case('cast-half', 'Cast', 13, x, to=TensorProto.FLOAT16, expected=[half])
    # float32's bits with the lower 16 rounded to even.
    bits = x[:6].view(np.uint32).astype(np.uint64)
    bf16 = (((bits + 0x7fff + (bits >> 16 & 1)) >> 16) << 16).astype(np.uint32).view(np.float32)
    lines.extend(['case cast-bfloat16', 'op Cast 13 1', 'attr to int 16', 'in ' + tensor(x[:6]),
                  'out bfloat16 ' + tensor(bf16)[len('float32 '):], 'tolerance 0', 'end'])
    case('cast-int', 'Cast', 13, np.array([-1.7, 1.7, 2.5], np.float32), to=TensorProto.INT32)
    case('cast-out-of-range', 'Cast', 13, np.array([np.nan, 1e30, -1e30, 300, -5], np.float32), to=TensorProto.UINT8,
         expected=[np.array([0, 255, 0, 255, 0], np.uint8)])
    case('cast-largest', 'Cast', 13, np.array([1e30, -1e30], np.float32), to=TensorProto.INT64,
         expected=[i64(2**63 - 1, -2**63)])
    case('cast-narrow', 'Cast', 13, i64(200, -1, 65536), to=TensorProto.INT8, expected=[np.array([-56, -1, 0], np.int8)])
    case('cast-bool', 'Cast', 13, np.array([0, -0.0, 0.5, np.nan], np.float32), to=TensorProto.BOOL,
         expected=[np.array([False, False, True, True])])
    case('cast-from-bool', 'Cast', 13, np.array([True, False]), to=TensorProto.FLOAT)
    case('cast-like', 'CastLike', 15, np.array([1.5], np.float32), i64(1))


def quantization():
    x = np.array([[-300, -1.5, -0.5, 0.5], [1.5, 2.5, 126.6, 400]], np.float32)
    case('quantize', 'QuantizeLinear', 10, x, np.float32(1))
    case('quantize-int8', 'QuantizeLinear', 13, x, np.float32(2), np.int8(3))
    case('quantize-axis', 'QuantizeLinear', 13, x, np.array([1, 2], np.float32), np.array([0, 128], np.uint8), axis=0)
    case('quantize-uint16', 'QuantizeLinear', 21, x, np.float32(0.01), np.uint16(32768))
    case('quantize-int16', 'QuantizeLinear', 21, x, np.float32(0.5), output_dtype=TensorProto.INT16)
    case('quantize-int32', 'QuantizeLinear', 13, np.array([-7, 5], np.int32), np.float32(2),
         expected=[np.array([0, 2], np.uint8)])
    case('dequantize', 'DequantizeLinear', 10, np.array([0, 3, 255], np.uint8), np.float32(0.5), np.uint8(128),
         expected=[np.array([-64, -62.5, 63.5], np.float32)])
    # The evaluator has opsets from 19 on, whose rules for these are opset 13's.
    case('dequantize-axis', 'DequantizeLinear', 19, np.arange(-4, 4).reshape(2, 2, 2).astype(np.int8),
         np.array([1, 0.5], np.float32), np.array([0, 1], np.int8), axis=-1)
    case('dequantize-int32', 'DequantizeLinear', 13, np.array([-2**31, 77], np.int32), np.float32(0.25),
         expected=[np.array([-2**29, 19.25], np.float32)])
    case('dequantize-blocks', 'DequantizeLinear', 21, np.arange(10).reshape(2, 5).astype(np.int8),
         np.array([[1, 2, 3], [4, 5, 6]], np.float32), np.array([[0, 1, 0], [1, 0, 1]], np.int8), axis=1, block_size=2,
         expected=[np.array([[0, 1, 2, 4, 12], [16, 20, 35, 40, 48]], np.float32)])


def main():
    for make in (convolutions, pools, elementwise, unary, reductions, matrices, shapes, casts, quantization):
        make()
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, 'operator-cases.txt')
    with open(path, 'w', encoding='ascii') as out:
        out.write('# Made by make-operator-cases.py; not to be edited.\n' + '\n'.join(lines) + '\n')
    print(f'{path}: {len(seen)} cases')


if __name__ == '__main__':
    main()
