# SPDX-License-Identifier: LGPL-2.1-or-later
"""Relatives of ResNet in PyTorch, thin, with the parameter names of the repositories that people take them from (needs torch).

Written for reference outputs; timm's and transformers' own code makes the others (make-family-fixtures.py).
"""
import torch
import torch.nn as nn
import torch.nn.functional as F


def conv(i, o, k, s=1, g=1, bias=False):
    return nn.Conv2d(i, o, k, s, k // 2, groups=g, bias=bias)


def stages(make, channels, widths, expansion=1, count=1):
    """A Sequential of blocks a width, the first of each stage but the first with stride 2."""
    out = []
    for i, width in enumerate(widths):
        blocks = []
        for b in range(count):
            blocks.append(make(channels, width, 2 if i and not b else 1))
            channels = width * expansion
        out.append(nn.Sequential(*blocks))
    return out


class PreActBlock(nn.Module):
    """He et al. 2016; `shortcut` (on the activated input) as kuangliu's, `downsample` (on the input) as bearpaw's."""

    def __init__(self, i, o, stride, name):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(i), conv(i, o, 3, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(o), conv(o, o, 3)
        self.name = name
        if stride != 1 or i != o:
            setattr(self, name, nn.Sequential(conv(i, o, 1, stride)))

    def forward(self, x):
        y = F.relu(self.bn1(x))
        shortcut = x
        if hasattr(self, self.name):
            shortcut = getattr(self, self.name)(y if self.name == 'shortcut' else x)
        return self.conv2(F.relu(self.bn2(self.conv1(y)))) + shortcut


class PreActResNet(nn.Module):
    def __init__(self, name='shortcut', final='', widths=(6, 10, 14, 18)):
        super().__init__()
        self.conv1 = conv(3, 5, 3)
        for n, layer in enumerate(stages(lambda i, o, s: PreActBlock(i, o, s, name), 5, widths, count=2)):
            setattr(self, f'layer{n + 1}', layer)
        self.n = len(widths)
        self.final = final
        if final:
            setattr(self, final, nn.BatchNorm2d(widths[-1]))
        self.linear = nn.Linear(widths[-1], 10)

    def forward(self, x):
        x = self.conv1(x)
        for n in range(self.n):
            x = getattr(self, f'layer{n + 1}')(x)
        if self.final:
            x = F.relu(getattr(self, self.final)(x))
        return self.linear(x.mean((2, 3)))


class WideBlock(nn.Module):
    def __init__(self, i, o, stride):
        super().__init__()
        self.bn1, self.conv1 = nn.BatchNorm2d(i), conv(i, o, 3, stride)
        self.bn2, self.conv2 = nn.BatchNorm2d(o), conv(o, o, 3)
        self.convShortcut = None if i == o else conv(i, o, 1, stride)

    def forward(self, x):
        y = F.relu(self.bn1(x))
        shortcut = x if self.convShortcut is None else self.convShortcut(y)
        return self.conv2(F.relu(self.bn2(self.conv1(y)))) + shortcut


class Layer(nn.Module):
    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)


class WideResNet(nn.Module):
    """Zagoruyko & Komodakis 2016, names of WideResNet-pytorch."""

    def __init__(self):
        super().__init__()
        self.conv1 = conv(3, 4, 3)
        self.block1, self.block2, self.block3 = map(Layer, stages(WideBlock, 4, (8, 12, 16), count=2))
        self.bn1 = nn.BatchNorm2d(16)
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = self.block3(self.block2(self.block1(self.conv1(x))))
        return self.fc(F.relu(self.bn1(x)).mean((2, 3)))


class ResidualFunctionBlock(nn.Module):
    """weiaicunzai's; expansion 4: a bottleneck."""

    def __init__(self, i, width, stride, expansion):
        super().__init__()
        o = width * expansion
        bn = nn.BatchNorm2d
        if expansion == 1:
            layers = [conv(i, o, 3, stride), bn(o), nn.ReLU(), conv(o, o, 3), bn(o)]
        else:
            layers = [conv(i, width, 1), bn(width), nn.ReLU(), conv(width, width, 3, stride), bn(width), nn.ReLU(),
                      conv(width, o, 1), bn(o)]
        self.residual_function = nn.Sequential(*layers)
        self.shortcut = nn.Sequential()
        if stride != 1 or i != o:
            self.shortcut = nn.Sequential(conv(i, o, 1, stride), bn(o))

    def forward(self, x):
        return F.relu(self.residual_function(x) + self.shortcut(x))


class ResidualFunctionResNet(nn.Module):
    def __init__(self, expansion):
        super().__init__()
        self.conv1 = nn.Sequential(conv(3, 6, 3), nn.BatchNorm2d(6), nn.ReLU())
        make = lambda i, o, s: ResidualFunctionBlock(i, o, s, expansion)
        self.conv2_x, self.conv3_x, self.conv4_x, self.conv5_x = stages(make, 6, (4, 6, 8, 10), expansion)
        self.fc = nn.Linear(10 * expansion, 10)

    def forward(self, x):
        x = self.conv5_x(self.conv4_x(self.conv3_x(self.conv2_x(self.conv1(x)))))
        return self.fc(x.mean((2, 3)))


class LegacySE(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc1, self.fc2 = conv(channels, channels // 2, 1, bias=True), conv(channels // 2, channels, 1, bias=True)

    def forward(self, x):
        return x * self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True)))).sigmoid()


class LegacyBlock(nn.Module):
    """Cadene's SE blocks: a basic one with its ReLU before the gate; bottlenecks with the stride in the 1×1 convolution
    unless they are grouped."""

    def __init__(self, i, width, stride, kind, kernel):
        super().__init__()
        bn = nn.BatchNorm2d
        groups = 2 if kind in ('resnext', 'senet') else 1
        self.kind = kind
        if kind == 'basic':
            o = width
            self.conv1, self.bn1 = conv(i, o, 3, stride), bn(o)
            self.conv2, self.bn2 = conv(o, o, 3), bn(o)
        else:
            o = 4 * width
            inner = (2 * width, 4 * width) if kind == 'senet' else (width, width)
            first = stride if kind == 'bottleneck' else 1
            self.conv1, self.bn1 = conv(i, inner[0], 1, first), bn(inner[0])
            self.conv2, self.bn2 = conv(inner[0], inner[1], 3, stride // first, groups), bn(inner[1])
            self.conv3, self.bn3 = conv(inner[1], o, 1), bn(o)
        self.se_module = LegacySE(o)
        self.downsample = None
        if stride != 1 or i != o:
            self.downsample = nn.Sequential(conv(i, o, kernel, stride), bn(o))

    def forward(self, x):
        y = F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))
        if self.kind != 'basic':
            y = self.bn3(self.conv3(y))
        shortcut = x if self.downsample is None else self.downsample(x)
        return F.relu(self.se_module(y) + shortcut)


class LegacySENet(nn.Module):
    def __init__(self, kind):
        super().__init__()
        bn = nn.BatchNorm2d
        self.layer0 = nn.Module()
        self.deep = kind == 'senet'
        if self.deep:
            self.layer0.conv1, self.layer0.bn1 = conv(3, 4, 3, 2), bn(4)
            self.layer0.conv2, self.layer0.bn2 = conv(4, 4, 3), bn(4)
            self.layer0.conv3, self.layer0.bn3 = conv(4, 8, 3), bn(8)
        else:
            self.layer0.conv1, self.layer0.bn1 = conv(3, 8, 7, 2), bn(8)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        made = stages(lambda i, o, s: LegacyBlock(i, o, s, kind, 3 if self.deep and s > 1 else 1), 8, (4, 6, 8),
                      1 if kind == 'basic' else 4)
        self.layer1, self.layer2, self.layer3 = made
        self.last_linear = nn.Linear(8 if kind == 'basic' else 32, 10)

    def forward(self, x):
        for n in (1, 2, 3) if self.deep else (1,):
            x = F.relu(getattr(self.layer0, f'bn{n}')(getattr(self.layer0, f'conv{n}')(x)))
        x = self.layer3(self.layer2(self.layer1(self.pool(x))))
        return self.last_linear(x.mean((2, 3)))


class LinearSE(nn.Module):
    """moskomule's senet.pytorch."""

    def __init__(self, channels):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(channels, channels // 2, bias=False), nn.ReLU(),
                                nn.Linear(channels // 2, channels, bias=False), nn.Sigmoid())

    def forward(self, x):
        return x * self.fc(x.mean((2, 3)))[:, :, None, None]


class ECA(nn.Module):
    """Wang et al. 2020: a one-dimensional convolution across the channels' means."""

    def __init__(self, kernel):
        super().__init__()
        self.conv = nn.Conv1d(1, 1, kernel, padding=kernel // 2, bias=False)

    def forward(self, x):
        return x * self.conv(x.mean((2, 3))[:, None])[:, 0, :, None, None].sigmoid()


class GatedBlock(nn.Module):
    def __init__(self, i, o, stride, gate, name):
        super().__init__()
        self.conv1, self.bn1 = conv(i, o, 3, stride), nn.BatchNorm2d(o)
        self.conv2, self.bn2 = conv(o, o, 3), nn.BatchNorm2d(o)
        self.name = name
        setattr(self, name, gate(o))
        self.downsample = None
        if stride != 1 or i != o:
            self.downsample = nn.Sequential(conv(i, o, 1, stride), nn.BatchNorm2d(o))

    def forward(self, x):
        y = getattr(self, self.name)(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class GatedResNet(nn.Module):
    """gate: LinearSE or ECA, under the name that its repository gives it."""

    def __init__(self, gate, name):
        super().__init__()
        self.conv1, self.bn1 = conv(3, 6, 7, 2), nn.BatchNorm2d(6)
        made = stages(lambda i, o, s: GatedBlock(i, o, s, gate, name), 6, (6, 10, 14))
        self.layer1, self.layer2, self.layer3 = made
        self.fc = nn.Linear(14, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.fc(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


class ConcatPool(nn.Module):
    def forward(self, x):
        return torch.cat([x.amax((2, 3)), x.mean((2, 3))], 1)


def fastai(resnet):
    """What vision_learner makes of a torchvision-like ResNet: its children, then a head of its own."""
    body = nn.Sequential(resnet.conv1, resnet.bn1, nn.ReLU(), nn.MaxPool2d(3, 2, 1),
                         *(getattr(resnet, f'layer{n + 1}') for n in range(resnet.n_stages)))
    n = resnet.fc.in_features
    head = nn.Sequential(ConcatPool(), nn.Flatten(), nn.BatchNorm1d(2 * n), nn.Dropout(.25), nn.Linear(2 * n, 12, bias=False),
                         nn.ReLU(), nn.BatchNorm1d(12), nn.Dropout(.5), nn.Linear(12, 10, bias=False))
    return nn.Sequential(body, head)


def children(resnet):
    return nn.Sequential(resnet.conv1, resnet.bn1, nn.ReLU(), nn.MaxPool2d(3, 2, 1),
                         *(getattr(resnet, f'layer{n + 1}') for n in range(resnet.n_stages)),
                         *[nn.Identity()] * (4 - resnet.n_stages), nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), resnet.fc)
