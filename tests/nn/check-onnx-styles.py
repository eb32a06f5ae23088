#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ONNX models as the world's tools write them, against ONNX Runtime: what ONNX Runtime optimized and quantized, float16
conversions, TensorFlow's and MXNet's ways of writing the same network, the newest opsets, preprocessing inside.

What a tool would write is written by that tool where it is installed (onnxsim, onnxconverter-common, tf2onnx), else by
hand in its way. Skips where torch, onnx or onnxruntime are not installed.

usage: check-onnx-styles.py path/to/resnet-tool [part of a case's name]
"""
import contextlib
import io
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, '..', 'data'))
from onnx_checks import case, export, main, quantize, seeded, thin, thin50, upcast  # noqa: E402

import numpy as np  # noqa: E402
import onnx  # noqa: E402
import onnxruntime  # noqa: E402
import torch  # noqa: E402
import torch.nn as nn  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

LEVELS = onnxruntime.GraphOptimizationLevel


def optimize(path, level, source=None):
    """The file as ONNX Runtime saves it at that level; the reference is what it was."""
    source = source or path + '.source'
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = level
    options.optimized_model_filepath = path
    onnxruntime.InferenceSession(source, options, providers=['CPUExecutionProvider'])
    return source


class Activated(nn.Module):
    """A small residual network with any activation, and a gate."""

    def __init__(self, act, gate=False):
        super().__init__()
        self.stem, self.a, self.b = self.layer(3, 16, 2), self.layer(16, 16), self.layer(16, 16)
        self.act, self.down, self.fc = act(), self.layer(16, 24, 2), nn.Linear(24, 19)
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(16, 4, 1), nn.ReLU(), nn.Conv2d(4, 16, 1),
                                  nn.Sigmoid()) if gate else None

    @staticmethod
    def layer(i, o, s=1):
        return nn.Sequential(nn.Conv2d(i, o, 3, s, 1, bias=False), nn.BatchNorm2d(o))

    def forward(self, x):
        x = self.act(self.stem(x))
        y = self.b(self.act(self.a(x)))
        x = self.act((y * self.gate(y) if self.gate else y) + x)
        return self.fc(self.act(self.down(x)).mean((2, 3)))


MODELS = {'basic': thin, 'bottleneck': thin50}
for act in ('LeakyReLU', 'ReLU6', 'SiLU', 'GELU', 'Hardsigmoid', 'Hardswish', 'Tanh', 'ELU'):
    MODELS[act] = lambda act=act: Activated(getattr(nn, act))
MODELS['gate'] = lambda: Activated(nn.ReLU, True)
for level, name in ((LEVELS.ORT_ENABLE_BASIC, 'basic'), (LEVELS.ORT_ENABLE_EXTENDED, 'extended')):
    for body, make in MODELS.items():
        @case(f'runtime {name} {body}')
        def optimized(path, make=make, level=level):
            export(seeded(make()), path + '.source')
            return optimize(path, level)


@case('runtime all', refused='ORT_ENABLE_EXTENDED')
def optimized_for_one_machine(path):
    export(seeded(thin()), path + '.source')
    return optimize(path, LEVELS.ORT_ENABLE_ALL)


def quantized(path, **options):
    from onnxruntime.quantization import CalibrationMethod, QuantFormat, QuantType

    types = {'u8': QuantType.QUInt8, 's8': QuantType.QInt8, 's16': QuantType.QInt16, 'u16': QuantType.QUInt16}
    options['activation_type'] = types[options.pop('activation', 'u8')]
    options['weight_type'] = types[options.pop('weight', 's8')]
    options['quant_format'] = QuantFormat.QOperator if options.pop('operators', False) else QuantFormat.QDQ
    options['calibrate_method'] = getattr(CalibrationMethod, options.pop('method', 'MinMax'))
    level = options.pop('level', None)
    quantize(path + '.source' if level else path, options.pop('model', thin50)(), **options)
    return optimize(path, level) if level else None


for name, options in {
    'u8 u8': dict(weight='u8'),
    's8 s8 symmetric': dict(activation='s8', extra_options=dict(ActivationSymmetric=True)),
    's8 s8 per channel': dict(activation='s8', per_channel=True),
    'u8 reduced range': dict(reduce_range=True),
    'entropy': dict(method='Entropy', model=thin),
    's16': dict(activation='s16', extra_options=dict(ActivationSymmetric=True)),
    'weights stay quantized in their own nodes': dict(model=thin, extra_options=dict(AddQDQPairToWeight=True)),
    'dedicated pairs': dict(model=thin, extra_options=dict(DedicatedQDQPair=True)),
    'gate': dict(model=lambda: Activated(nn.ReLU, True)),
    'leaky': dict(model=lambda: Activated(nn.LeakyReLU)),
    'operators': dict(operators=True, reduce_range=True),
    'operators per channel': dict(operators=True, per_channel=True, reduce_range=True),
    'operators s8': dict(operators=True, activation='s8', reduce_range=True),
    'operators u8 u8': dict(operators=True, weight='u8'),
    'operators gate': dict(operators=True, model=lambda: Activated(nn.ReLU, True)),
    'operators leaky': dict(operators=True, model=lambda: Activated(nn.LeakyReLU)),
    'extended': dict(level=LEVELS.ORT_ENABLE_EXTENDED, reduce_range=True),
    'extended s8 per channel': dict(level=LEVELS.ORT_ENABLE_EXTENDED, activation='s8', per_channel=True, reduce_range=True),
    'extended gate': dict(level=LEVELS.ORT_ENABLE_EXTENDED, model=lambda: Activated(nn.ReLU, True)),
}.items():
    # Steps of 16 bits are as small as float32's own roundings, one of which tips the next step.
    case(f'quantized {name}', steps=16 if '16' in name else 1)(lambda path, options=options: quantized(path, **dict(options)))


@case('quantized dynamically', refused='DynamicQuantizeLinear')
def quantized_dynamically(path):
    from onnxruntime.quantization import quantize_dynamic

    export(seeded(thin()), path + '.source')
    quantize_dynamic(path + '.source', path)


def to_half(path, convert, **options):
    export(seeded(thin50()), path + '.source')
    onnx.save(convert(onnx.load(path + '.source'), **options), path)
    return upcast(path)


def runtime_converter():
    from onnxruntime.transformers.float16 import convert_float_to_float16
    return convert_float_to_float16


def common_converter():
    from onnxconverter_common.float16 import convert_float_to_float16
    return convert_float_to_float16


for name, converter in (('runtime', runtime_converter), ('common', common_converter)):
    for keep in (True, False):
        case(f'half by {name}, {"float32" if keep else "float16"} outside')(
            lambda path, converter=converter, keep=keep: to_half(path, converter(), keep_io_types=keep))
case('half, some operators not')(lambda path: to_half(path, runtime_converter(), keep_io_types=True,
                                                      op_block_list=['Gemm', 'GlobalAveragePool', 'MaxPool']))


class Hand:
    """A graph by hand."""

    def __init__(self, seed=3):
        self.rng, self.nodes, self.tensors = np.random.default_rng(seed), [], []

    def add(self, op, inputs, outputs=1, **attributes):
        names = [f'{op.lower()}{len(self.nodes)}_{i}' for i in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, names, name=names[0] + '_fwd', **attributes))
        return names[0]

    def constant(self, array, name=None):
        name = name or f'const_{len(self.tensors)}'
        array = np.asarray(array)
        array = array.astype(np.float32) if array.dtype == np.float64 else array
        self.tensors.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def weight(self, *shape):
        return self.constant(self.rng.standard_normal(shape) * (2 / np.prod(shape[1:])) ** .5)

    def norm(self, n, fix_gamma=False):
        return [self.constant(np.ones(n) if fix_gamma else self.rng.uniform(.5, 1.5, n)),
                self.constant(self.rng.standard_normal(n) * .2), self.constant(self.rng.standard_normal(n) * .2),
                self.constant(self.rng.uniform(.5, 1.5, n))]

    def save(self, path, x, shape, y, classes=11, opset=13, ir=8, listed=False, input_type=TensorProto.FLOAT,
             outputs=None, **options):
        inputs = [helper.make_tensor_value_info(x, input_type, shape)]
        if listed:
            inputs += [helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in self.tensors]
        outputs = outputs or [helper.make_tensor_value_info(y, TensorProto.FLOAT, [shape[0], classes])]
        graph = helper.make_graph(self.nodes, 'graph', inputs, outputs, self.tensors)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=ir, **options)
        onnx.checker.check_model(model)
        onnx.save(model, path)


def mxnet(path, opset, version=2, **options):
    """A pre-activation ResNet as mx2onnx writes it: the input's own BatchNormalization with fix_gamma, weights among
    the inputs, a batch of 1."""
    h = Hand()
    spatial = {'spatial': 1} if opset < 9 else {}

    def norm(x, n, fix_gamma=False):
        return h.add('BatchNormalization', [x] + h.norm(n, fix_gamma), epsilon=2e-5, momentum=.9, **spatial)

    def conv(x, i, o, k, s):
        return h.add('Conv', [x, h.weight(o, i, k, k)], kernel_shape=[k, k], strides=[s, s], pads=[k // 2] * 4,
                     dilations=[1, 1], group=1)

    x = norm('data', 3, True)
    x = h.add('Relu', [norm(conv(x, 3, 16, 7, 2), 16)])
    x = h.add('MaxPool', [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    for i, o, s in ((16, 16, 1), (16, 32, 2)):
        y = a = h.add('Relu', [norm(x, i)])
        y = h.add('Relu', [norm(conv(y, i, o, 3, s), o)])
        y = conv(y, o, o, 3, 1)
        x = h.add('Add', [y, conv(a, i, o, 1, s)]) if i != o else h.add('Add', [y, x])
    x = h.add('Relu', [norm(x, 32)])
    x = h.add('GlobalAveragePool', [x])
    x = h.add('Dropout', [x], ratio=.5)
    x = h.add('Flatten', [x])
    x = h.add('Gemm', [x, h.weight(11, 32), h.constant(h.rng.standard_normal(11))], transB=1, alpha=1., beta=1.)
    h.save(path, 'data', [1, 3, 64, 64], x, opset=opset, listed=True, ir=3, producer_name='', **options)


case('mxnet opset 7')(lambda path: mxnet(path, 7))
case('mxnet opset 8')(lambda path: mxnet(path, 8))


@case('caffe2 zoo')
def caffe2(path):
    """As caffe2's exporter writes ResNet-50: Sum for Add, a window for the mean, Reshape before Gemm, Softmax."""
    h = Hand()

    def conv(x, i, o, k, s, relu=True):
        x = h.add('Conv', [x, h.weight(o, i, k, k)], kernel_shape=[k, k], strides=[s, s], pads=[k // 2] * 4)
        x = h.add('BatchNormalization', [x] + h.norm(o), epsilon=1e-5)
        return h.add('Relu', [x]) if relu else x

    x = conv('gpu_0/data_0', 3, 16, 7, 2)
    x = h.add('MaxPool', [x], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    for i, o, s in ((16, 32, 1), (32, 48, 2)):
        y = conv(conv(conv(x, i, i, 1, 1), i, i, 3, s), i, o, 1, 1, relu=False)
        x = h.add('Relu', [h.add('Sum', [y, conv(x, i, o, 1, s, relu=False)])])
    x = h.add('AveragePool', [x], kernel_shape=[8, 8], strides=[1, 1])
    x = h.add('Reshape', [x, h.constant(np.array([1, 48], np.int64))])
    x = h.add('Gemm', [x, h.weight(11, 48), h.constant(h.rng.standard_normal(11))], transB=1)
    h.save(path, 'gpu_0/data_0', [1, 3, 64, 64], h.add('Softmax', [x]), opset=8, ir=3, listed=True)


@case('sums of three', (32, 32))
def sums(path):
    h = Hand()
    x = h.add('Conv', ['x', h.weight(16, 3, 3, 3)], pads=[1] * 4)
    y = h.add('Conv', [x, h.weight(16, 16, 3, 3)], pads=[1] * 4)
    z = h.add('Conv', [y, h.weight(16, 16, 3, 3)], pads=[1] * 4)
    x = h.add('Relu', [h.add('Sum', [x, y, z])])
    x = h.add('Max', [x, h.add('Mean', [x, y]), h.add('Min', [y, z])])
    x = h.add('Flatten', [h.add('GlobalAveragePool', [h.add('Sum', [x])])])
    h.save(path, 'x', ['N', 3, 32, 32], h.add('Gemm', [x, h.weight(16, 11)]), opset=13)


def tensorflow(path, opset=13, batch='unk__100', side=64, same='explicit', before=None, fold=False, last='matmul'):
    """As tf2onnx writes a Keras ResNet after its own optimizer: one Transpose at the input, NCHW behind it."""
    h = Hand()
    scope = 'StatefulPartitionedCall/model/'

    def conv(x, i, o, k, s, relu=True):
        how = dict(auto_pad='SAME_UPPER') if same != 'explicit' or s == 1 else dict(pads=[0, 0, 0, 0])
        if s != 1 and k > 1 and same == 'explicit':
            pad = [0, 0, k // 2, k // 2, 0, 0, k // 2, k // 2]
            x = h.add('Pad', [x, h.constant(np.array(pad, np.int64))]) if opset >= 11 else h.add('Pad', [x], pads=pad)
        bias = [h.constant(h.rng.standard_normal(o) * .1)]
        x = h.add('Conv', [x, h.weight(o, i, k, k)] + bias, kernel_shape=[k, k], strides=[s, s], dilations=[1, 1],
                  group=1, **how)
        if not fold:
            x = h.add('BatchNormalization', [x] + h.norm(o), epsilon=1.001e-5)
        return h.add('Relu', [x]) if relu else x

    x = 'input_1'
    if before:
        x = before(h, x)
    x = h.add('Transpose', [x], perm=[0, 3, 1, 2])
    x = conv(x, 3, 16, 7, 2)
    x = h.add('Pad', [x, h.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64))]) if opset >= 11 else \
        h.add('Pad', [x], pads=[0, 0, 1, 1, 0, 0, 1, 1], value=0.)
    x = h.add('MaxPool', [x], kernel_shape=[3, 3], strides=[2, 2], auto_pad='VALID')
    for i, o, s in ((16, 32, 1), (32, 48, 2)):
        y = conv(conv(conv(x, i, i, 1, s), i, i, 3, 1), i, o, 1, 1, relu=False)
        x = h.add('Relu', [h.add('Add', [conv(x, i, o, 1, s, relu=False), y])])
    if last == 'squeeze':
        x = h.add('GlobalAveragePool', [x])
        x = h.add('Squeeze', [x, h.constant(np.array([2, 3], np.int64))]) if opset >= 13 else \
            h.add('Squeeze', [x], axes=[2, 3])
    elif last == 'nhwc':
        x = h.add('Transpose', [x], perm=[0, 2, 3, 1])
        x = h.add('ReduceMean', [x], axes=[1, 2], keepdims=0)
    else:
        x = h.add('ReduceMean', [x], axes=[2, 3], keepdims=0)
    x = h.add('Add', [h.add('MatMul', [x, h.constant(h.rng.standard_normal((48, 11)), scope + 'predictions/MatMul')]),
                      h.constant(h.rng.standard_normal(11))])
    x = h.add('Identity', [h.add('Softmax', [x], axis=-1)])
    h.save(path, 'input_1', [batch, side, side, 3], x, opset=opset, producer_name='tf2onnx', producer_version='1.9.3')


for opset in (9, 11, 13, 15):
    case(f'tensorflow opset {opset}')(lambda path, opset=opset: tensorflow(path, opset))
case('tensorflow same')(lambda path: tensorflow(path, same='auto'))
case('tensorflow same, odd', (61, 61))(lambda path: tensorflow(path, side=61, same='auto'))
case('tensorflow squeeze')(lambda path: tensorflow(path, last='squeeze', fold=True))
case('tensorflow squeeze 11')(lambda path: tensorflow(path, 11, last='squeeze'))
case('tensorflow nhwc head')(lambda path: tensorflow(path, last='nhwc'))
case('tensorflow batch 1')(lambda path: tensorflow(path, batch=1))


def pixels(shape):
    return np.random.default_rng(9).integers(0, 256, shape).astype(np.float32)


def keras_v2(h, x):
    """Rescaling to −1 … 1, as in a Keras model's Rescaling layer."""
    return h.add('Sub', [h.add('Mul', [x, h.constant(np.float32(1 / 127.5))]), h.constant(np.float32(1))])


def keras_caffe(h, x):
    """The channels in reverse, minus their means."""
    index = h.constant(np.array([2, 1, 0], np.int64))
    return h.add('Sub', [h.add('Gather', [x, index], axis=3), h.constant(np.array([103.939, 116.779, 123.68]))])


case('tensorflow rescaling inside', x=pixels)(lambda path: tensorflow(path, before=keras_v2))
case('tensorflow channels reversed inside', x=pixels)(lambda path: tensorflow(path, before=keras_caffe))


def keras(path, name, size, **options):
    os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
    os.environ.setdefault('CUDA_VISIBLE_DEVICES', '')
    import tensorflow as tf
    import tf2onnx

    tf.random.set_seed(5)
    model = getattr(tf.keras.applications, name)(weights=None, input_shape=size + (3,), classes=13)
    for layer in model.layers:
        if layer.__class__.__name__ == 'BatchNormalization':
            rng = np.random.default_rng(len(layer.name))
            layer.set_weights([w * rng.uniform(.7, 1.2, w.shape) + rng.standard_normal(w.shape) * .05
                               for w in layer.get_weights()])
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        spec = (tf.TensorSpec((None,) + size + (3,), tf.float32, name='input_1'),)
        tf2onnx.convert.from_keras(model, input_signature=spec, output_path=path, **options)


for name in ('ResNet50', 'ResNet50V2'):
    case(f'tf2onnx {name}', (96, 96))(lambda path, name=name: keras(path, name, (96, 96), opset=15))
case('tf2onnx nchw input', (96, 96))(lambda path: keras(path, 'ResNet50', (96, 96), opset=13,
                                                        inputs_as_nchw=['input_1']))


@case('simplified by onnxsim')
def simplified(path):
    import onnxsim

    export(seeded(thin50()), path + '.source', do_constant_folding=False)
    model, good = onnxsim.simplify(onnx.load(path + '.source'))
    assert good
    onnx.save(model, path)
    return path + '.source'


for opset in (21, 22, 23, 24):
    case(f'dynamo opset {opset}, fresh')(lambda path, opset=opset: export(seeded(thin50()), path, opset=opset,
                                                                          dynamo=True))


@case('newest format and opset')
def newest(path):
    export(seeded(thin50()), path, opset=20)
    model = onnx.version_converter.convert_version(onnx.load(path), min(onnx.defs.onnx_opset_version(), 26))
    model.ir_version = onnx.IR_VERSION
    onnx.save(model, path)


class Several(nn.Module):
    def __init__(self, logits_first):
        super().__init__()
        self.body, self.logits_first = Activated(nn.ReLU), logits_first

    def forward(self, x):
        features = []
        handle = self.body.down.register_forward_hook(lambda module, i, o: features.append(o))
        logits = self.body(x)
        handle.remove()
        return (logits, features[0].mean((2, 3))) if self.logits_first else (features[0], logits)


case('features behind the logits')(lambda path: export(seeded(Several(True)), path, dynamic=False))


@case('features before the logits')
def features_first(path):
    """The output that is a row of classes is taken, wherever it stands."""
    export(seeded(Several(False)), path, dynamic=False)
    model = onnx.load(path)
    outputs = list(model.graph.output)
    del model.graph.output[:]
    model.graph.output.extend(outputs[::-1])
    onnx.save(model, path + '.reference')
    return path + '.reference'


def bytes_inside(path, shape, before, inputs=TensorProto.UINT8):
    h = Hand()
    x = before(h, 'image')
    x = h.add('Conv', [x, h.weight(16, 3, 7, 7)], kernel_shape=[7, 7], strides=[2, 2], pads=[3] * 4)
    x = h.add('Relu', [h.add('BatchNormalization', [x] + h.norm(16))])
    x = h.add('Flatten', [h.add('GlobalAveragePool', [x])])
    h.save(path, 'image', shape, h.add('MatMul', [x, h.weight(16, 11)]), input_type=inputs)


def imagenet(h, x):
    x = h.add('Div', [h.add('Cast', [x], to=TensorProto.FLOAT), h.constant(np.float32(255))])
    x = h.add('Sub', [x, h.constant(np.array([.485, .456, .406]).reshape(1, 3, 1, 1))])
    return h.add('Div', [x, h.constant(np.array([.229, .224, .225]).reshape(1, 3, 1, 1))])


case('bytes in, nchw', x=pixels)(lambda path: bytes_inside(path, ['N', 3, 64, 64], imagenet))
case('bytes in, nhwc', x=pixels)(lambda path: bytes_inside(
    path, ['N', 64, 64, 3], lambda h, x: imagenet(h, h.add('Transpose', [x], perm=[0, 3, 1, 2]))))
case('bytes in, dequantized', x=pixels)(lambda path: bytes_inside(
    path, ['N', 3, 64, 64], lambda h, x: h.add('DequantizeLinear', [
        x, h.constant(np.float32(1 / 58)), h.constant(np.uint8(114))])))
case('pixels in, float', x=pixels)(lambda path: bytes_inside(path, ['N', 3, 64, 64], imagenet, TensorProto.FLOAT))


@case('local functions')
def functions(path):
    """The blocks as functions, as older dynamo exporters write modules; one with an attribute that it passes on."""
    h = Hand()
    conv = helper.make_node('Conv', ['x', 'w', 'b'], ['c'])
    conv.attribute.append(helper.make_attribute('pads', [1, 1, 1, 1]))
    reference = conv.attribute.add()
    reference.name, reference.ref_attr_name, reference.type = 'strides', 'strides', onnx.AttributeProto.INTS
    imports = [helper.make_opsetid('', 17), helper.make_opsetid('local', 1)]
    layer = helper.make_function('local', 'Layer', ['x', 'w', 'b'], ['y'],
                                 [conv, helper.make_node('Relu', ['c'], ['y'])], imports, ['strides'])
    block = helper.make_function('local', 'Block', ['x', 'w', 'b'], ['y'], [
        helper.make_node('Layer', ['x', 'w', 'b'], ['a'], domain='local', strides=[1, 1]),
        helper.make_node('Layer', ['a', 'w', 'b'], ['c'], domain='local', strides=[1, 1]),
        helper.make_node('Add', ['c', 'x'], ['y'])], imports)
    x = h.add('Layer', ['image', h.weight(16, 3, 3, 3), h.constant(h.rng.standard_normal(16))], domain='local',
              strides=[2, 2])
    for _ in range(2):
        x = h.add('Block', [x, h.weight(16, 16, 3, 3), h.constant(h.rng.standard_normal(16))], domain='local')
    x = h.add('Flatten', [h.add('GlobalAveragePool', [x])])
    x = h.add('MatMul', [x, h.weight(16, 11)])
    inputs = [helper.make_tensor_value_info('image', TensorProto.FLOAT, ['N', 3, 64, 64])]
    outputs = [helper.make_tensor_value_info(x, TensorProto.FLOAT, ['N', 11])]
    graph = helper.make_graph(h.nodes, 'graph', inputs, outputs, h.tensors)
    model = helper.make_model(graph, opset_imports=imports, functions=[layer, block], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, path)


@case('large external data in one file')
def external(path):
    export(seeded(thin50()), path)
    model = onnx.load(path)
    onnx.save(model, path, save_as_external_data=True, all_tensors_to_one_file=True, location='weights.bin',
              size_threshold=0)


@case('external data, a file each')
def external_each(path):
    export(seeded(thin50()), path)
    onnx.save(onnx.load(path), path, save_as_external_data=True, all_tensors_to_one_file=False, size_threshold=64)


for mode in ('SAME_UPPER', 'SAME_LOWER'):
    for side in (59, 64, 67, 90):
        @case(f'{mode} at {side} of any size', (side, side))
        def same(path, mode=mode):
            h = Hand()
            x = h.add('Conv', ['x', h.weight(16, 3, 7, 7)], strides=[2, 2], auto_pad=mode)
            x = h.add('MaxPool', [h.add('Relu', [x])], kernel_shape=[3, 3], strides=[2, 2], auto_pad=mode)
            for s in (1, 2, 3):
                x = h.add('Relu', [h.add('Conv', [x, h.weight(16, 16, 3, 3)], strides=[s, s], auto_pad=mode)])
            x = h.add('AveragePool', [x], kernel_shape=[3, 3], strides=[2, 2], auto_pad=mode)
            x = h.add('Flatten', [h.add('GlobalAveragePool', [x])])
            h.save(path, 'x', ['N', 3, 'H', 'W'], h.add('MatMul', [x, h.weight(16, 11)]))


if __name__ == '__main__':
    sys.exit(main())
