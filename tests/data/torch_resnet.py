# SPDX-License-Identifier: LGPL-2.1-or-later
"""ResNets in PyTorch with torchvision's parameter names, for reference outputs (needs torch).

One class makes them all: basic or bottleneck blocks of any widths, groups, the ImageNet or the CIFAR stem, projection
shortcuts (option B) or zero-padded ones (option A, He et al. 2015 section 3.3). `randomise` gives a seeded network
BatchNorm statistics, gammas and betas that are nowhere near their initial values, at activations of a sane scale.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F


class ZeroPaddedShortcut(nn.Module):
    """Option A: every second pixel, zeros for the new channels on both sides."""

    def __init__(self, out_channels):
        super().__init__()
        self.pad = out_channels // 4

    def forward(self, x):
        return F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.pad, self.pad))


class Block(nn.Module):
    """inner: channels inside; out: channels of the sum."""

    def __init__(self, in_channels, inner, out, stride, bottleneck, groups, option_a, batch_norm, affine):
        super().__init__()
        norm = (lambda n: nn.BatchNorm2d(n, affine=affine)) if batch_norm else (lambda n: nn.Identity())
        conv = lambda i, o, k, s=1, g=1: nn.Conv2d(i, o, k, s, k // 2, groups=g, bias=not batch_norm)
        if bottleneck:
            self.conv1, self.bn1 = conv(in_channels, inner, 1), norm(inner)
            self.conv2, self.bn2 = conv(inner, inner, 3, stride, groups), norm(inner)
            self.conv3, self.bn3 = conv(inner, out, 1), norm(out)
        else:
            self.conv1, self.bn1 = conv(in_channels, inner, 3, stride), norm(inner)
            self.conv2, self.bn2 = conv(inner, out, 3), norm(out)
        self.bottleneck = bottleneck
        self.downsample = None
        if option_a and stride == 2:
            self.downsample = ZeroPaddedShortcut(out)
        elif stride != 1 or in_channels != out:
            self.downsample = nn.Sequential(conv(in_channels, out, 1, stride), norm(out))

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.bottleneck:
            y = self.bn3(self.conv3(F.relu(y)))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    """stages: for each stage a list of (inner, out), one a block."""

    def __init__(self, stages, stem=64, classes=1000, bottleneck=False, groups=1, cifar=False, option_a=False,
                 batch_norm=True, affine=True):
        super().__init__()
        self.conv1 = nn.Conv2d(3, stem, 3 if cifar else 7, 1 if cifar else 2, 1 if cifar else 3, bias=not batch_norm)
        self.bn1 = nn.BatchNorm2d(stem, affine=affine) if batch_norm else nn.Identity()
        self.maxpool = nn.Identity() if cifar else nn.MaxPool2d(3, 2, 1)
        channels = stem
        for s, blocks in enumerate(stages):
            layer = []
            for b, (inner, out) in enumerate(blocks):
                layer.append(Block(channels, inner, out, 2 if s and not b else 1, bottleneck, groups, option_a,
                                   batch_norm, affine))
                channels = out
            setattr(self, f'layer{s + 1}', nn.Sequential(*layer))
        self.n_stages = len(stages)
        self.fc = nn.Linear(channels, classes)

    def forward(self, x):
        x = self.maxpool(F.relu(self.bn1(self.conv1(x))))
        for s in range(self.n_stages):
            x = getattr(self, f'layer{s + 1}')(x)
        return self.fc(x.mean((2, 3)))


def doubling(counts, inner, out):
    """Widths that double from stage to stage."""
    return [[(inner << s, out << s)] * n for s, n in enumerate(counts)]


FULL_SIZE = {
    'resnet18': lambda: ResNet(doubling((2, 2, 2, 2), 64, 64)),
    'resnet34': lambda: ResNet(doubling((3, 4, 6, 3), 64, 64)),
    'resnet50': lambda: ResNet(doubling((3, 4, 6, 3), 64, 256), bottleneck=True),
    'resnet101': lambda: ResNet(doubling((3, 4, 23, 3), 64, 256), bottleneck=True),
    'resnet152': lambda: ResNet(doubling((3, 8, 36, 3), 64, 256), bottleneck=True),
    'resnext50_32x4d': lambda: ResNet(doubling((3, 4, 6, 3), 128, 256), bottleneck=True, groups=32),
    'resnext101_32x8d': lambda: ResNet(doubling((3, 4, 23, 3), 256, 256), bottleneck=True, groups=32),
    'resnext101_64x4d': lambda: ResNet(doubling((3, 4, 23, 3), 256, 256), bottleneck=True, groups=64),
    'wide_resnet50_2': lambda: ResNet(doubling((3, 4, 6, 3), 128, 256), bottleneck=True),
    'wide_resnet101_2': lambda: ResNet(doubling((3, 4, 23, 3), 128, 256), bottleneck=True),
}


def randomise(model, size, seed, batch=8):
    """Seeded weights; statistics taken from random images, then moved away from them as far as training moves them."""
    g = torch.Generator().manual_seed(seed)
    normal = lambda t: torch.randn(t.shape, generator=g)
    with torch.no_grad():
        for m in model.modules():
            if isinstance(m, nn.Conv2d):
                m.weight.copy_(normal(m.weight) * (2 / m.weight[0].numel()) ** .5)
            elif isinstance(m, nn.Linear):
                m.weight.copy_(normal(m.weight) * m.in_features ** -.5)
            if isinstance(m, (nn.Conv2d, nn.Linear)) and m.bias is not None:
                m.bias.copy_(normal(m.bias) * .1)
            if isinstance(m, nn.modules.batchnorm._BatchNorm):
                m.momentum = None
                if m.affine:
                    m.weight.copy_(.6 + .4 * torch.rand(m.weight.shape, generator=g))
                    m.weight[::7] *= -1
                    m.weight[5::11] = 0
                    m.bias.copy_(normal(m.bias) * .3)
        model.train()
        model(torch.randn((batch, 3) + tuple(size), generator=g))
        for m in model.modules():
            if isinstance(m, nn.modules.batchnorm._BatchNorm):
                m.running_mean += .2 * m.running_var.sqrt() * normal(m.running_mean)
                m.running_var *= (.3 * normal(m.running_var)).exp()
    return model.eval()
