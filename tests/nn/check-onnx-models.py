#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ONNX models from both of PyTorch's exporters, from ONNX Runtime's quantizer and made by hand, against ONNX Runtime.

Families, opsets, float32 and float16, static and symbolic batch: logits within 1e-4 of the largest; a float16 model
against the same weights in float32; a quantized one within one quantization step of its output. Skips where torch, onnx
or onnxruntime are not installed.

usage: check-onnx-models.py path/to/resnet-tool [part of a case's name]
The interpreter: GST_RESNET_TORCH_PYTHON, else the one that runs this.
"""
import contextlib
import io
import logging
import os
import re
import subprocess
import sys
import tempfile
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, '..', 'data')
SKIP = 77

python = os.environ.get('GST_RESNET_TORCH_PYTHON')
if python and os.path.realpath(python) != os.path.realpath(sys.executable) and not os.environ.get('CHECK_ONNX_CHILD'):
    os.environ['CHECK_ONNX_CHILD'] = '1'
    os.execv(python, [python] + sys.argv)

sys.dont_write_bytecode = True
sys.path.insert(0, DATA)
try:
    import numpy as np
    import onnx
    import onnxruntime
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
    from onnx import TensorProto, helper, numpy_helper
except ImportError as e:
    print('skipped:', e, '(set GST_RESNET_TORCH_PYTHON to an interpreter with torch, onnx and onnxruntime)')
    sys.exit(SKIP)
import torch_family as family  # noqa: E402
from torch_resnet import FULL_SIZE, ResNet, doubling, randomise  # noqa: E402

warnings.filterwarnings('ignore')
logging.disable(logging.WARNING)
onnxruntime.set_default_logger_severity(3)

CASES = {}


def case(name, size=(64, 64)):
    def add(make):
        CASES[name] = make, size
        return make
    return add


def seeded(model, size=(64, 64), seed=1):
    with torch.no_grad():
        return randomise(model, size, seed)


def export(model, path, size=(64, 64), dynamo=False, opset=17, dynamic=True, half=False, **options):
    x = torch.randn(1, 3, *size)
    if half:
        model, x = model.half(), x.half()
    if dynamo:
        options['external_data'] = options.get('external_data', False)
        if dynamic:
            options['dynamic_shapes'] = ({0: torch.export.Dim('batch')},)
            x = torch.cat([x, x])
    else:
        options['dynamic_axes'] = {'input': {0: 'batch'}, 'output': {0: 'batch'}} if dynamic else None
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        torch.onnx.export(model, (x,), path, dynamo=dynamo, opset_version=opset, input_names=['input'],
                          output_names=['output'], **options)


def thin(**options):
    return ResNet(doubling((2, 2, 2, 2), 16, 16), stem=16, classes=37, **options)


def thin50(**options):
    return ResNet(doubling((2, 1, 2, 1), 8, 32), stem=16, classes=37, bottleneck=True, **options)


for opset in (9, 11, 13, 17):
    case(f'script opset {opset}')(lambda path, opset=opset: export(seeded(thin()), path, opset=opset))
for opset in (18, 21):
    case(f'dynamo opset {opset}')(lambda path, opset=opset: export(seeded(thin()), path, opset=opset, dynamo=True))
case('script static batch')(lambda path: export(seeded(thin50()), path, dynamic=False))
case('dynamo static batch')(lambda path: export(seeded(thin50()), path, opset=18, dynamo=True, dynamic=False))
case('script unfolded')(lambda path: export(seeded(thin50()), path, do_constant_folding=False,
                                            training=torch.onnx.TrainingMode.PRESERVE))
case('dynamo external data')(lambda path: export(seeded(thin50()), path, opset=18, dynamo=True, external_data=True))
case('resnext')(lambda path: export(seeded(thin50(groups=4)), path))
case('cifar projection', (32, 32))(lambda path: export(
    seeded(ResNet(doubling((2, 2, 2), 16, 16), stem=16, classes=10, cifar=True), (32, 32)), path, (32, 32)))
case('cifar zero-padded', (32, 32))(lambda path: export(
    seeded(ResNet(doubling((2, 2, 2), 16, 16), stem=16, classes=10, cifar=True, option_a=True), (32, 32)), path,
    (32, 32)))
case('cifar zero-padded dynamo', (32, 32))(lambda path: export(
    seeded(ResNet(doubling((2, 2, 2), 16, 16), stem=16, classes=10, cifar=True, option_a=True), (32, 32)), path,
    (32, 32), dynamo=True, opset=18))


class With(nn.Module):
    """A network with something before and behind it."""

    def __init__(self, body, before=lambda x: x, after=lambda y: y):
        super().__init__()
        self.body, self.before, self.after = body, before, after

    def forward(self, x):
        return self.after(self.body(self.before(x)))


case('softmax inside')(lambda path: export(With(seeded(thin()), after=lambda y: y.softmax(1)), path))
case('log-softmax inside, dynamo')(lambda path: export(With(seeded(thin()), after=lambda y: F.log_softmax(y, -1)), path,
                                                       dynamo=True, opset=18))
case('sigmoid inside')(lambda path: export(With(seeded(thin()), after=torch.sigmoid), path))
case('normalization inside')(lambda path: export(With(
    seeded(thin()), before=lambda x: (x / 255 - torch.tensor([.485, .456, .406]).view(1, 3, 1, 1))
    / torch.tensor([.229, .224, .225]).view(1, 3, 1, 1)), path))


class Net(nn.Module):
    """Stem, blocks, head of any kind."""

    def __init__(self, stem, blocks, width, classes=19, pool=None):
        super().__init__()
        self.stem, self.blocks = stem, nn.Sequential(*blocks)
        self.pool = pool or nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(width, classes)

    def forward(self, x):
        return self.fc(torch.flatten(self.pool(self.blocks(self.stem(x))), 1))


def conv_bn(i, o, k, s=1, act=nn.ReLU, **options):
    layers = [nn.Conv2d(i, o, k, s, k // 2, bias=False, **options), nn.BatchNorm2d(o)]
    return nn.Sequential(*layers, *([act()] if act else []))


class SE(nn.Module):
    def __init__(self, n, gate=nn.Sigmoid, linear=False):
        super().__init__()
        self.linear = linear
        self.fc1 = nn.Linear(n, n // 4) if linear else nn.Conv2d(n, n // 4, 1)
        self.fc2 = nn.Linear(n // 4, n) if linear else nn.Conv2d(n // 4, n, 1)
        self.gate = gate()

    def forward(self, x):
        y = F.adaptive_avg_pool2d(x, 1)
        if self.linear:
            y = y.view(x.shape[0], -1)
        y = self.gate(self.fc2(F.relu(self.fc1(y))))
        return x * (y.view(x.shape[0], -1, 1, 1) if self.linear else y)


class ECA(nn.Module):
    def __init__(self, n):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, 3, padding=1, bias=False)

    def forward(self, x):
        y = x.mean((2, 3)).view(x.shape[0], 1, -1)
        return x * torch.sigmoid(self.conv(y)).view(x.shape[0], -1, 1, 1)


class Residual(nn.Module):
    def __init__(self, i, o, stride=1, gate=None, act=nn.ReLU, d=False):
        super().__init__()
        self.body = nn.Sequential(conv_bn(i, o, 3, stride, act), conv_bn(o, o, 3, act=None))
        self.gate = gate(o) if gate else nn.Identity()
        self.act = act()
        self.short = nn.Identity()
        if stride != 1 or i != o:
            pool = nn.AvgPool2d(2, stride, ceil_mode=True, count_include_pad=False) if d else nn.Identity()
            self.short = nn.Sequential(pool, conv_bn(i, o, 1, 1 if d else stride, None))

    def forward(self, x):
        return self.act(self.gate(self.body(x)) + self.short(x))


def small(gate=None, act=nn.ReLU, d=False, pool=None):
    stem = nn.Sequential(conv_bn(3, 8, 3, 2, act), conv_bn(8, 16, 3, 1, act), nn.MaxPool2d(3, 2, 1))
    return Net(stem, [Residual(16, 16, 1, gate, act, d), Residual(16, 24, 2, gate, act, d)], 24, pool=pool)


case('resnet-d odd', (59, 61))(lambda path: export(seeded(small(d=True), (59, 61)), path, (59, 61)))
case('se')(lambda path: export(seeded(small(gate=SE)), path))
case('se linear')(lambda path: export(seeded(small(gate=lambda n: SE(n, linear=True))), path))
case('se linear dynamo')(lambda path: export(seeded(small(gate=lambda n: SE(n, linear=True))), path, dynamo=True,
                                             opset=18))
case('se hard-sigmoid')(lambda path: export(seeded(small(gate=lambda n: SE(n, nn.Hardsigmoid))), path))
case('eca')(lambda path: export(seeded(small(gate=ECA)), path))
case('eca dynamo')(lambda path: export(seeded(small(gate=ECA)), path, dynamo=True, opset=18))
for act in ('ReLU6', 'LeakyReLU', 'SiLU', 'Hardswish', 'Mish', 'GELU', 'ELU', 'PReLU'):
    case(f'act {act}')(lambda path, act=act: export(seeded(small(act=getattr(nn, act))), path))


class PreAct(nn.Module):
    def __init__(self, i, o, stride=1):
        super().__init__()
        self.bn1, self.bn2 = nn.BatchNorm2d(i), nn.BatchNorm2d(o)
        self.conv1, self.conv2 = nn.Conv2d(i, o, 3, stride, 1, bias=False), nn.Conv2d(o, o, 3, 1, 1, bias=False)
        self.short = nn.Conv2d(i, o, 1, stride, bias=False) if stride != 1 or i != o else None

    def forward(self, x):
        y = F.relu(self.bn1(x))
        short = self.short(y) if self.short else x
        return self.conv2(F.relu(self.bn2(self.conv1(y)))) + short


def preact():
    return Net(nn.Conv2d(3, 16, 3, 1, 1), [PreAct(16, 16), PreAct(16, 24, 2), nn.BatchNorm2d(24), nn.ReLU()], 24)


case('pre-activation', (32, 32))(lambda path: export(seeded(preact(), (32, 32)), path, (32, 32)))
case('max pool ceil', (61, 64))(lambda path: export(seeded(Net(nn.Sequential(
    conv_bn(3, 16, 7, 2), nn.MaxPool2d(3, 2, ceil_mode=True)), [Residual(16, 16)], 16), (61, 64)), path, (61, 64)))
case('average pool counts padding')(lambda path: export(seeded(Net(nn.Sequential(
    conv_bn(3, 16, 7, 2), nn.AvgPool2d(3, 2, 1)), [Residual(16, 16)], 16)), path))
case('asymmetric padding')(lambda path: export(seeded(Net(nn.Sequential(
    nn.ZeroPad2d((0, 1, 1, 2)), nn.Conv2d(3, 16, 3, 2)), [Residual(16, 16)], 16)), path))
case('global max pool')(lambda path: export(seeded(small(pool=nn.AdaptiveMaxPool2d(1))), path))
case('average and max')(lambda path: export(seeded(Net(conv_bn(3, 16, 3, 2), [Residual(16, 16)], 32,
                                                       pool=family.ConcatPool())), path))
case('flattened window')(lambda path: export(seeded(Net(conv_bn(3, 16, 3, 2), [Residual(16, 16, 2)], 256,
                                                        pool=nn.AvgPool2d(4))), path))


class Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.a, self.b = conv_bn(16, 5, 3), conv_bn(21, 7, 3)

    def forward(self, x):
        x = torch.cat((x, self.a(x)), 1)
        return torch.cat((x, self.b(x)), 1)


case('concatenation')(lambda path: export(seeded(Net(conv_bn(3, 16, 3, 2), [Dense()], 28)), path))
case('fp16 script')(lambda path: half(seeded(thin50()), path))
case('fp16 dynamo')(lambda path: half(seeded(thin()), path, dynamo=True, opset=18))


def half(model, path, **options):
    """A float16 model; the reference is the same file with the same weights in float32."""
    export(model, path, half=True, **options)
    upcast = onnx.load(path)
    graph = upcast.graph
    for tensor in list(graph.initializer) + [a.t for n in graph.node for a in n.attribute if a.name == 'value']:
        if tensor.data_type == TensorProto.FLOAT16:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name))
    for value in list(graph.input) + list(graph.output):
        value.type.tensor_type.elem_type = TensorProto.FLOAT
    del graph.value_info[:]
    for node in graph.node:
        for attribute in node.attribute:
            if node.op_type == 'Cast' and attribute.i == TensorProto.FLOAT16:
                attribute.i = TensorProto.FLOAT
    onnx.save(upcast, path + '.reference')
    return path + '.reference'


for name in ('resnet18', 'resnet50', 'resnext50_32x4d', 'wide_resnet50_2'):
    case('full ' + name, (224, 224))(lambda path, name=name: export(
        randomise(FULL_SIZE[name](), (64, 64), 3, batch=4), path, (224, 224)))


def quantize(path, model=None, size=(64, 64), **options):
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self):
            rng = np.random.default_rng(5)
            self.data = iter([{'input': rng.standard_normal((1, 3) + size, np.float32)} for _ in range(8)])

        def get_next(self):
            return next(self.data, None)

    export(seeded(model or thin()), path + '.float', size)
    with contextlib.redirect_stdout(io.StringIO()):
        quant_pre_process(path + '.float', path + '.pre')
        quantize_static(path + '.pre', path, Reader(), quant_format=QuantFormat.QDQ, **options)


case('qdq')(lambda path: quantize(path))
case('qdq per channel')(lambda path: quantize(path, thin50(), per_channel=True))


def initializer(name, array):
    return numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name)


def by_hand(path, nodes, tensors, shape, output, opset=13, **options):
    graph = helper.make_graph(
        nodes, 'by hand', [helper.make_tensor_value_info('input', TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ['M', 11])], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=8, **options)
    onnx.checker.check_model(model)
    onnx.save(model, path)


@case('nhwc by hand')
def nhwc(path, batch='N'):
    """As tf2onnx writes what it does not optimize: NHWC values, a Transpose on both sides of each NCHW operator."""
    rng = np.random.default_rng(3)
    nodes, tensors, count = [], [], [0]

    def add(op, inputs, **attributes):
        count[0] += 1
        name = f'{op}_{count[0]}'
        nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
        return name

    def constant(array):
        count[0] += 1
        name = f'c{count[0]}'
        tensors.append(array if isinstance(array, onnx.TensorProto) else initializer(name, array))
        tensors[-1].name = name
        return name

    def conv(x, i, o, k, s, pads):
        x = add('Transpose', [x], perm=[0, 3, 1, 2])
        weight = constant(rng.standard_normal((o, i, k, k)) * (2 / (i * k * k)) ** .5)
        x = add('Conv', [x, weight], kernel_shape=[k, k], strides=[s, s], pads=pads)
        return add('Transpose', [x], perm=[0, 2, 3, 1])

    def scaled(x, n):
        x = add('Mul', [x, constant(rng.uniform(.5, 1.5, n))])
        return add('Add', [x, constant(rng.standard_normal((1, 1, 1, n)) * .2)])

    x = add('Pad', ['input', constant(numpy_helper.from_array(np.array([0, 3, 3, 0, 0, 3, 3, 0], np.int64)))])
    x = add('Relu', [scaled(conv(x, 3, 16, 7, 2, [0, 0, 0, 0]), 16)])
    x = add('Transpose', [x], perm=[0, 3, 1, 2])
    x = add('MaxPool', [x], kernel_shape=[3, 3], strides=[2, 2], auto_pad='SAME_UPPER')
    x = add('Transpose', [x], perm=[0, 2, 3, 1])
    for i, o, s in ((16, 16, 1), (16, 24, 2)):
        y = add('Relu', [scaled(conv(x, i, o, 3, s, [0, 0, 1, 1] if s == 2 else [1, 1, 1, 1]), o)])
        y = scaled(conv(y, o, o, 3, 1, [1, 1, 1, 1]), o)
        if i != o:
            x = scaled(conv(x, i, o, 1, s, [0, 0, 0, 0]), o)
        x = add('Relu', [add('Add', [y, x])])
    x = add('ReduceMean', [x], axes=[1, 2], keepdims=0)
    x = add('MatMul', [x, constant(rng.standard_normal((24, 11)))])
    x = add('Add', [x, constant(rng.standard_normal(11))])
    by_hand(path, nodes, tensors, [batch, 64, 64, 3], add('Softmax', [x], axis=-1))


@case('transformers')
def transformers(path):
    from transformers import ResNetConfig, ResNetForImageClassification

    config = ResNetConfig(embedding_size=16, hidden_sizes=[16, 24, 32, 40], depths=[1, 1, 2, 1], layer_type='basic',
                          num_labels=13)
    export(seeded(Logits(ResNetForImageClassification(config))), path)


class Logits(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x).logits


@case('timm', (96, 96))
def timm_resnet(path):
    import timm

    export(seeded(timm.create_model('resnet10t', num_classes=9)), path, (96, 96))


def check(tool, name, make, size, folder):
    path = os.path.join(folder, re.sub(r'\W', '_', name) + '.onnx')
    try:
        reference = make(path) or path
    except (ImportError, RuntimeError) as e:
        if isinstance(e, ImportError) or 'torchvision' in str(e):
            return 'skipped', str(e)
        raise
    shape = (2, 3) + size
    options = onnxruntime.SessionOptions()
    if name.startswith('qdq'):
        # Without VNNI its integer kernels saturate at 16 bits (u8 · s8 pairs); the file's own operators do not.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(reference, options, providers=['CPUExecutionProvider'])
    expected_shape = session.get_inputs()[0].shape
    x = np.random.default_rng(9).standard_normal(shape, np.float32)
    fed = x.transpose(0, 2, 3, 1) if expected_shape[3] == 3 else x
    if 'normalization' in name:
        x *= 60
        x += 120
    parts = [fed] if isinstance(expected_shape[0], str) else [fed[:1], fed[1:]]
    expected = np.concatenate([session.run(None, {session.get_inputs()[0].name: p})[0] for p in parts])
    expected = expected.reshape(2, -1)
    np.save(os.path.join(folder, 'x.npy'), x)
    result = subprocess.run([tool, 'run', path, '--input', os.path.join(folder, 'x.npy'), '--output',
                             os.path.join(folder, 'y.npy'), '--quiet'], capture_output=True, text=True)
    if result.returncode:
        return 'FAILED', result.stderr.strip()
    y = np.load(os.path.join(folder, 'y.npy'))
    if y.shape != expected.shape:
        return 'FAILED', f'{y.shape} instead of {expected.shape}'
    error = abs(y - expected).max()
    allowed = 1e-4 * abs(expected).max()
    if name.startswith('qdq'):
        allowed = output_step(path) * 1.001
    text = f'{error:.2g} of {allowed:.2g} allowed'
    return ('ok' if error <= allowed else 'FAILED'), text


def output_step(path):
    """The scale of the quantization that is the last before the output."""
    graph = onnx.load(path).graph
    made = {o: n for n in graph.node for o in n.output}
    values = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    node = made[graph.output[0].name]
    while node.op_type != 'DequantizeLinear':
        node = made[node.input[0]]
    return float(values[node.input[1]])


def main():
    tool, part = os.path.abspath(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ''
    torch.set_num_threads(2)
    counts = {}
    with tempfile.TemporaryDirectory(prefix='check-onnx-') as folder:
        for name, (make, size) in CASES.items():
            if part not in name:
                continue
            torch.manual_seed(7)
            result, text = check(tool, name, make, size, folder)
            counts[result] = counts.get(result, 0) + 1
            print(f'{result:8} {name}: {text}', flush=True)
            for file in os.listdir(folder):
                os.remove(os.path.join(folder, file))
    print(', '.join(f'{n} {result}' for result, n in counts.items()))
    return 1 if 'FAILED' in counts or not counts.get('ok') else 0


if __name__ == '__main__':
    sys.exit(main())
