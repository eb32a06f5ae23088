#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""ONNX models from both of PyTorch's exporters, from ONNX Runtime's quantizer and made by hand, against ONNX Runtime.

Families, opsets, float32 and float16, static and symbolic batch: logits within 1e-4 of the largest; a float16 model
against the same weights in float32; a quantized one within one quantization step of its output. Skips where torch, onnx
or onnxruntime are not installed.

usage: check-onnx-models.py path/to/resnet-tool [part of a case's name]
"""
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, '..', 'data'))
from onnx_checks import by_hand, case, export, half, initializer, main, normal  # noqa: E402
from onnx_checks import quantize, seeded, thin, thin50  # noqa: E402

import numpy as np  # noqa: E402
import onnx  # noqa: E402
import torch  # noqa: E402
import torch.nn as nn  # noqa: E402
import torch.nn.functional as F  # noqa: E402
import torch_family as family  # noqa: E402
from onnx import helper, numpy_helper  # noqa: E402
from torch_resnet import FULL_SIZE, ResNet, doubling, randomise  # noqa: E402


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
case('normalization inside', x=lambda shape: normal(shape) * 60 + 120)(lambda path: export(With(
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


for name in ('resnet18', 'resnet50', 'resnext50_32x4d', 'wide_resnet50_2'):
    case('full ' + name, (224, 224))(lambda path, name=name: export(
        randomise(FULL_SIZE[name](), (64, 64), 3, batch=4), path, (224, 224)))


case('qdq', steps=1)(lambda path: quantize(path))
case('qdq per channel', steps=1)(lambda path: quantize(path, thin50(), per_channel=True))


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


if __name__ == '__main__':
    sys.exit(main())
