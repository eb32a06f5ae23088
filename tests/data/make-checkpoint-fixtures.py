#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small checkpoints as people have them and what PyTorch answers: tests/data/checkpoints/ (needs torch, numpy, safetensors, timm)

usage: make-checkpoint-fixtures.py [OUT_DIR]

Of each case NAME: its file, NAME-logits.npy (float32) for the images in input.npy (float16) where it loads, and a line in
cases.txt with tabs between: the name, the file, the options weights and architecture ("-": not given), "logits" or the words that
the refusal must have, and the words that a warning must have ("-": there is none). Weights are float16, except where a name says
otherwise, and the logits are those of the rounded network.
"""
import datetime
import functools
import os
import pathlib
import sys
from collections import OrderedDict

import numpy as np
import torch
import torch.nn as nn
from safetensors.torch import save_file

import torch_resnet
from torch_resnet import ResNet, doubling

SIZE = (64, 32)  # anti-aliased networks take multiples of 32
OUT = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'checkpoints')
CASES = []


def net(seed, classes=5, head=None, widths=4, **more):
    """Two stages of one basic block."""
    torch.manual_seed(seed)
    model = ResNet(doubling((1, 1), widths, widths), widths, classes, **more)
    if head is not None:
        model.fc = head
    torch_resnet.randomise(model, SIZE, seed)
    return rounded(model)


def rounded(model):
    model.load_state_dict({k: v.half().float() if v.is_floating_point() else v for k, v in model.state_dict().items()})
    return model.eval()


def weights(model, prefix=''):
    """Its state dict, halved."""
    return OrderedDict((prefix + k, v.half() if v.is_floating_point() else v) for k, v in model.state_dict().items())


def images():
    return torch.randn((2, 3) + SIZE, generator=torch.Generator().manual_seed(1)).half()


def save(name, what):
    path = os.path.join(OUT, name)
    if name.endswith('.safetensors'):
        save_file({k: v.contiguous() for k, v in what.items()}, path)
        os.chmod(path, 0o644)
    else:
        torch.save(what, path)


def case(name, file, expected, weights='-', architecture='-', warning='-'):
    """expected: a network, or what the refusal says."""
    if isinstance(expected, str):
        CASES.append((name, file, weights, architecture, expected, warning))
        return
    with torch.no_grad():
        y = expected(images().float())
    assert y.isfinite().all()
    np.save(os.path.join(OUT, name + '-logits.npy'), y.numpy())
    CASES.append((name, file, weights, architecture, 'logits', warning))


def averaged():
    a, b = net(1), net(2)
    both = {'epoch': 9, 'arch': 'resnet18', 'optimizer': {'state': {}, 'param_groups': []}, 'metric': 71.2}
    save('timm.pth.tar', both | {'state_dict': weights(a), 'state_dict_ema': weights(b)})
    case('timm', 'timm.pth.tar', b, warning='"state_dict_ema" is used')
    case('timm-plain', 'timm.pth.tar', a, 'state_dict')
    case('timm-named', 'timm.pth.tar', b, 'state_dict_ema')
    case('timm-unknown', 'timm.pth.tar', 'no weights that are called "ema2"; there are "state_dict_ema", "state_dict"', 'ema2')
    # torchvision's references: AveragedModel counts, and wraps in module.
    save('torchvision.pth', both | {'model': weights(a), 'model_ema': OrderedDict(n_averaged=torch.tensor(3)) | weights(b, 'module.')})
    case('torchvision', 'torchvision.pth', b, warning='"model_ema" is used')
    case('torchvision-plain', 'torchvision.pth', a, 'model')
    # only what is trained was averaged, as some do: the running statistics are not there
    trained = OrderedDict((k, v) for k, v in weights(b).items() if 'running' not in k and 'num_batches' not in k)
    save('ema-without-statistics.pth', {'model': weights(a), 'ema': trained})
    case('ema-without-statistics', 'ema-without-statistics.pth', a, warning='have no bn1.running_mean')
    case('ema-without-statistics-named', 'ema-without-statistics.pth', 'bn1.running_mean: missing', 'ema')
    # mmengine swaps them
    save('mmengine.pth', {'meta': {'mmengine_version': '0.10'}, 'message_hub': {}, 'state_dict': weights(b), 'ema_state_dict': weights(a)})
    case('mmengine', 'mmengine.pth', b, warning='"state_dict" is used, where mmengine')
    save('ema-object.pth', {'model': weights(a), 'ema': {'decay': .999, 'module': weights(b, 'module.')}})
    case('ema-object', 'ema-object.pth', b, warning='"ema.module" is used')
    save('ema-callback.pth', {'state_dict': weights(a), 'callbacks': {'EMA': {'ema_weights': weights(b)}}})
    case('ema-callback', 'ema-callback.pth', a, warning='"state_dict" is used')
    save('fixmatch.pth', {'epoch': 3, 'state_dict': weights(a), 'ema_state_dict': weights(b)})
    case('fixmatch', 'fixmatch.pth', b, warning='"ema_state_dict" is used')
    # folds
    save('folds.pth', {'fold_0': weights(a), 'fold_1': weights(b)})
    case('folds', 'folds.pth', a, warning='also has "fold_1"')
    case('folds-1', 'folds.pth', b, 'fold_1')
    save('fold-list.pth', [weights(a), weights(b)])
    case('fold-list', 'fold-list.pth', a, warning='"0" is used')
    case('fold-list-1', 'fold-list.pth', b, '1')
    # two networks
    save('distilled.pth', {'teacher': weights(a), 'student': weights(b)})
    case('distilled', 'distilled.pth', b, warning='"student" is used')
    case('distilled-teacher', 'distilled.pth', a, 'teacher')
    save('distilled-flat.pth', {'state_dict': weights(a, 'teacher.') | weights(b, 'student.')})
    case('distilled-flat', 'distilled-flat.pth', b, warning='"student" is used')
    case('distilled-flat-teacher', 'distilled-flat.pth', a, 'teacher')
    case('distilled-flat-unknown', 'distilled-flat.pth', 'there are "student", "teacher"', 'tutor')
    save('lightning-ema.safetensors', weights(a, 'model.') | weights(b, 'ema_model.module.'))
    case('lightning-ema', 'lightning-ema.safetensors', b, warning='"ema_model.module" is used, the averaged weights')
    case('lightning-ema-plain', 'lightning-ema.safetensors', a, 'model')
    save('swa.pth', {'state_dict': weights(a), 'swa_state_dict': weights(b), 'swa_n': 5})
    case('swa', 'swa.pth', b, warning='"swa_state_dict" is used')
    case('one-network-named', 'objects.pth', 'one network only', 'model_ema')


class Missing:
    """A class that no other program has."""

    def __init__(self):
        self.values = {'weight': torch.ones(3), 'path': pathlib.PurePosixPath('/data')}


def objects():
    a = net(3)
    beside = {'epoch': 3, 'hyper_parameters': {
        'criterion': nn.CrossEntropyLoss(weight=torch.ones(5)), 'optimizer': functools.partial(torch.optim.SGD, lr=.1),
        'device': torch.device('cpu'), 'when': datetime.datetime(2026, 1, 2), 'path': pathlib.PurePosixPath('/data'), 'kind': Missing,
        'bound': Missing().__eq__, 'set': {1, 2}, 'array': np.arange(3)}, 'callbacks': {'x': Missing()}, 'optimizer': torch.optim.SGD([torch.ones(2)], .1)}
    save('objects.pth', beside | {'state_dict': weights(a, 'model.') | {'criterion.weight': torch.ones(5)}})
    case('objects', 'objects.pth', a, warning='passed over: criterion.weight')
    torch.serialization.get_source_lines_and_file = None  # the older form would keep the classes' source beside them
    torch.save(beside | {'state_dict': weights(a)}, os.path.join(OUT, 'objects-legacy.pth'), _use_new_zipfile_serialization=False)
    case('objects-legacy', 'objects-legacy.pth', a)
    for name, thing in {'partial': functools.partial(torch.ones, 4), 'own': Missing(), 'loss': nn.CrossEntropyLoss()}.items():
        save(f'object-{name}.pth', {**weights(a), 'bn1.weight': thing})
        case(f'object-{name}', f'object-{name}.pth', '"bn1.weight" is an object of the class "')
    save('whole-module.pth', {'model': a, 'criterion': {'weight': torch.ones(5)}})
    case('whole-module', 'whole-module.pth', 'whole pickled module')
    save('whole-module-beside.pth', {'model': a, 'state_dict': weights(a)})
    case('whole-module-beside', 'whole-module-beside.pth', a)


class GeM(nn.Module):
    def __init__(self):
        super().__init__()
        self.p = nn.Parameter(torch.tensor([2.5]))

    def forward(self, x):
        return x.clamp(min=1e-6).pow(self.p).mean((2, 3)).pow(1 / self.p)


class Pooled(nn.Module):
    """The network with another pool; pool: what becomes of an image's features."""

    def __init__(self, model, pool, head=None, modules=()):
        super().__init__()
        self.model, self.pool = model, pool
        for name, module in dict(modules).items():
            setattr(self, name, module)
        self.head = head

    def forward(self, x):
        m = self.model
        x = m.maxpool(torch.relu(m.bn1(m.conv1(x))))
        for s in range(m.n_stages):
            x = getattr(m, f'layer{s + 1}')(x)
        return (self.head or m.fc)(self.pool(x))


def heads():
    """The last stage has 8 channels."""
    seq = nn.Sequential
    forms = {
        'two': (seq(nn.Linear(8, 6), nn.ReLU(), nn.Dropout(.4), nn.Linear(6, 5)), 'fc.0 and fc.3 a ReLU is taken'),
        'dropout-first': (seq(nn.Dropout(.4), nn.Linear(8, 5)), '-'),
        'dropout-first-two': (seq(nn.Dropout(.4), nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 5)), 'fc.1 and fc.3'),
        'no-gap': (seq(nn.Linear(8, 6), nn.Linear(6, 5)), '-'),
        'three': (seq(nn.Linear(8, 7), nn.ReLU(), nn.Linear(7, 7), nn.ReLU(), nn.Dropout(.4), nn.Linear(7, 5)), 'fc.2 and fc.5'),
        'norm-first': (seq(nn.BatchNorm1d(8), nn.Linear(8, 5)), '-'),
        'norm-first-dropout': (seq(nn.BatchNorm1d(8), nn.Dropout(.4), nn.Linear(8, 5)), '-'),
        'norm-then-relu': (seq(nn.Linear(8, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Dropout(.4), nn.Linear(6, 5)), 'fc.1 and fc.4'),
        'relu-then-norm': (seq(nn.Linear(8, 6), nn.ReLU(), nn.BatchNorm1d(6), nn.Dropout(.4), nn.Linear(6, 5)), 'fc.0 and fc.2'),
        'norm-last': (seq(nn.Linear(8, 5), nn.BatchNorm1d(5)), '-'),
        'prelu': (seq(nn.Linear(8, 6), nn.PReLU(), nn.Linear(6, 5)), '-'),
        'nested': (seq(seq(nn.Linear(8, 6), nn.ReLU()), seq(nn.Dropout(.4), nn.Linear(6, 5))), 'fc.0.0 and fc.1.1'),
        'eleven': (seq(*[m for i in range(4) for m in (nn.Linear(8, 8), nn.ReLU(), nn.Dropout(.1))], nn.Linear(8, 5)), 'fc.9 and fc.12'),
    }
    for i, (name, (head, warning)) in enumerate(forms.items()):
        model = net(20 + i, head=head)
        save(f'head-{name}.pth', weights(model))
        case(f'head-{name}', f'head-{name}.pth', model, warning=warning)
    eleven = net(20 + len(forms) - 1, head=forms['eleven'][0])
    save('head-sorted.safetensors', weights(eleven))  # the file's order is the alphabet's
    case('head-sorted', 'head-sorted.safetensors', eleven, warning='fc.9 and fc.12')
    # another activation, which the user says
    for name, act in {'gelu': nn.GELU(), 'silu': nn.SiLU(), 'tanh': nn.Tanh(), 'leaky-relu': nn.LeakyReLU(), 'elu': nn.ELU(),
                      'none': nn.Identity(), 'relu': nn.ReLU()}.items():
        model = net(40, head=seq(nn.Linear(8, 6), act, nn.Linear(6, 5)))
        if name == 'gelu':
            save('head-activation.pth', weights(model))
        case(f'head-{name}', 'head-activation.pth', model, architecture=f'head={name}')
    case('head-unknown', 'head-activation.pth', 'head is "snake"; it should be relu, gelu', architecture='head=snake')
    # other names
    model = net(41, head=seq(OrderedDict(fc1=nn.Linear(8, 6), bn=nn.BatchNorm1d(6), act=nn.ReLU(), fc2=nn.Linear(6, 5))))
    model_named = model
    named = OrderedDict((k.replace('fc.', 'my_head_', 1) if k.startswith('fc.') else 'backbone.' + k, v) for k, v in weights(model).items())
    save('head-named.pth', named)
    case('head-named', 'head-named.pth', model, warning='my_head_bn and my_head_fc2 a ReLU')
    save('head-named.safetensors', named)  # in the alphabet's order: the normalization first
    case('head-named-sorted', 'head-named.safetensors', model_named, warning='my_head_bn and my_head_fc2 a ReLU')
    model = net(42)
    save('head-other-name.pth', OrderedDict((k.replace('fc.', 'my_classifier.'), v) for k, v in weights(model).items()))
    case('head-other-name', 'head-other-name.pth', model)
    whole = nn.Sequential(net(43, classes=7), nn.ReLU(), nn.Linear(7, 5))
    whole[2].load_state_dict({k: v.half().float() for k, v in whole[2].state_dict().items()})
    save('head-behind-fc.pth', weights(whole))
    case('head-behind-fc', 'head-behind-fc.pth', whole, warning='fc and 2 a ReLU')
    whole = nn.Sequential(net(43, classes=7), nn.Linear(7, 5))
    whole[1].load_state_dict({k: v.half().float() for k, v in whole[1].state_dict().items()})
    save('head-right-behind-fc.pth', weights(whole))
    case('head-right-behind-fc', 'head-right-behind-fc.pth', whole)
    # several heads
    model, aux = net(44), nn.Linear(8, 3)
    save('head-pair.pth', weights(model) | {f'aux.{k}': v.half() for k, v in aux.state_dict().items()})
    case('head-two-heads', 'head-pair.pth', 'aux.weight [3, 8]: unexpected, for fc is the classifier')
    case('head-two-heads-named', 'head-pair.pth', model, architecture='classifier=fc')
    case('head-two-heads-none', 'head-pair.pth', 'no layer that is called "foo"', architecture='classifier=foo')
    # sizes that do not meet
    bad = weights(net(45, head=seq(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 5))))
    save('head-broken.pth', bad | {'fc.2.weight': torch.ones(5, 7).half()})
    case('head-broken', 'head-broken.pth', 'fc.2.weight [5, 7]: unexpected behind fc.0, which gives 6 numbers')
    save('head-broken-norm.pth', weights(model) | {f'fc.0.{k}': v for k, v in nn.BatchNorm1d(4).state_dict().items()})
    case('head-broken-norm', 'head-broken-norm.pth', 'fc')
    save('head-layer-norm.pth', OrderedDict((k, v) for k, v in weights(net(46, head=seq(nn.LayerNorm(8), nn.Linear(8, 5)))).items()))
    case('head-layer-norm', 'head-layer-norm.pth', 'LayerNorm')
    # pools
    model = net(47)
    pools = {'max': lambda x: x.amax((2, 3)), 'avgmax': lambda x: (x.amax((2, 3)) + x.mean((2, 3))) / 2}
    save('pool.pth', weights(model))
    for name, pool in pools.items():
        case(f'pool-{name}', 'pool.pth', Pooled(model, pool), architecture=f'pool={name}')
    case('pool-too-wide', 'pool.pth', 'gives 16 numbers, and the classifier takes 8', architecture='pool=catavgmax')
    cat = net(48)
    cat.fc = rounded(nn.Linear(16, 5))
    save('pool-cat.pth', weights(cat))
    case('pool-cat', 'pool-cat.pth', Pooled(cat, lambda x: torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)), warning="timm's catavgmax")
    case('pool-cat-max', 'pool-cat.pth', Pooled(cat, lambda x: torch.cat([x.amax((2, 3)), x.mean((2, 3))], 1)), architecture='pool=catmaxavg')
    gem = rounded(GeM())
    save('pool-gem.pth', weights(model) | {'global_pool.p': gem.p.data.half()})
    case('pool-gem', 'pool-gem.pth', Pooled(model, gem))
    save('pool-gem-bad.pth', weights(model) | {'global_pool.p': torch.tensor([-1.])})
    case('pool-gem-bad', 'pool-gem-bad.pth', 'global_pool.p [1]: unexpected, a power of pooling')


def one_output():
    model = net(50, classes=1)
    save('one-output.pth', weights(model))
    case('one-output', 'one-output.pth', model)


def beside():
    model = net(51)
    save('normalized.pth', {f'0.{k}': v for k, v in {'mean': torch.tensor([.5, .4, .3]).view(1, 3, 1, 1), 'std': torch.full((1, 3, 1, 1), .25)}.items()}
         | weights(model, '1.'))
    case('normalized', 'normalized.pth', model, warning='buffers 0.mean and 0.std are taken as the preprocessing')
    save('normalized-255.pth', {'normalizer.new_mean': torch.tensor([123.675, 116.28, 103.53]), 'normalizer.new_std': torch.tensor([58.395, 57.12, 57.375])}
         | weights(model, 'model.'))
    case('normalized-255', 'normalized-255.pth', model, warning='normalizer.new_mean and normalizer.new_std')
    save('normalized-half.pth', {'0.mean': torch.tensor([.5, .4, .3])} | weights(model, '1.'))
    case('normalized-half', 'normalized-half.pth', '0.mean [3]: unexpected')
    extra = {'criterion.loss.weight': torch.ones(5), 'ce.weight': torch.ones(5), 'class_weights': torch.ones(5), 'train_acc.correct': torch.tensor(3),
             'val_metrics.MulticlassAccuracy.tp': torch.zeros(5, dtype=torch.int64), 'val_f1.confmat': torch.zeros(5, 5, dtype=torch.int64),
             'focal_loss.alpha': torch.ones(5)}
    save('losses.pth', {'state_dict': weights(model, 'net.') | extra})
    case('losses', 'losses.pth', model, warning='criterion.loss.weight, ce.weight, class_weights, train_acc.correct and 3 more')
    save('stranger.pth', weights(model) | {'scale': torch.tensor([4.])})
    case('stranger', 'stranger.pth', 'scale [1]: unexpected')


def timm_resnet(seed, block='BasicBlock', layers=(1, 1, 1, 1), **more):
    from timm.models import resnet
    torch.manual_seed(seed)
    model = resnet.ResNet(getattr(resnet, block), layers, channels=(4, 6, 8, 10), num_classes=5, **more)
    torch_resnet.randomise(model, SIZE, seed)
    return rounded(model)


def traits():
    from timm.layers import BlurPool2d
    deep = dict(stem_width=4, stem_type='deep', avg_down=True)
    forms = {
        'aa': (dict(block='Bottleneck', aa_layer=nn.AvgPool2d, **deep), 'resnetaa14d', {}), 'aa-basic': (dict(aa_layer=nn.AvgPool2d), 'resnetaa10', {}),
        'blur': (dict(block='Bottleneck', aa_layer=BlurPool2d), 'resnetblur14', {}), 'blur-basic': (dict(aa_layer=BlurPool2d), 'antialias=blur', {}),
        'blur-d': (dict(aa_layer=BlurPool2d, **deep), 'resnetblur10d', {}),
        'dilated-16': (dict(block='Bottleneck', output_stride=16, layers=(1, 1, 1, 2)), 'output-stride=16', {}),
        'dilated-8': (dict(block='Bottleneck', output_stride=8, layers=(1, 1, 2, 2)), 'output-stride=8', {}),
        'dilated-8-basic': (dict(output_stride=8, layers=(1, 1, 2, 2)), 'output-stride=8', {}),
        'dilated-8-d': (dict(block='Bottleneck', output_stride=8, layers=(1, 1, 2, 1), **deep), 'output-stride=8', {}),
        'timm-max': (dict(global_pool='max'), 'pool=max', {}), 'timm-catavgmax': (dict(global_pool='catavgmax'), 'pool=catavgmax', {}),
    }
    for i, (name, (more, architecture, _)) in enumerate(forms.items()):
        model = timm_resnet(60 + i, **more)
        save(f'trait-{name}.safetensors', weights(model))
        case(f'trait-{name}', f'trait-{name}.safetensors', model, architecture=architecture)
    case('trait-other-depth', 'trait-aa.safetensors', timm_resnet(60, **forms['aa'][0]), architecture='resnetaa50d',
         warning='said to be resnetaa50d, and the network in the file has 14 layers')
    case('trait-no-name', 'trait-aa.safetensors', 'a name is "vgg16"; it should be that of a ResNet', architecture='vgg16')
    case('trait-no-trait', 'trait-aa.safetensors', 'a trait is "size"; it should be stride', architecture='size=3')
    # Caffe's place of the stride: swapped after the network was made
    model = timm_resnet(80, block='Bottleneck')
    for stage in (model.layer2, model.layer3, model.layer4):
        stage[0].conv1.stride, stage[0].conv2.stride = (2, 2), (1, 1)
    save('trait-caffe.pth', weights(model))
    case('trait-caffe', 'trait-caffe.pth', model, architecture='stride=1x1')
    # a small stem with a pool behind it
    model = net(81, cifar=True)
    pooled = net(81, cifar=True)
    pooled.maxpool = nn.MaxPool2d(3, 2, 1)
    save('trait-stem-pool.pth', weights(model))
    case('trait-stem-pool', 'trait-stem-pool.pth', pooled, architecture='stem-pool=yes', warning='3×3 stem is taken')


def main():
    os.makedirs(OUT, exist_ok=True)
    for old in os.listdir(OUT):
        os.remove(os.path.join(OUT, old))
    np.save(os.path.join(OUT, 'input.npy'), images().numpy())
    for make in (averaged, objects, heads, one_output, beside, traits):
        make()
    with open(os.path.join(OUT, 'cases.txt'), 'w') as f:
        f.writelines('\t'.join(c) + '\n' for c in CASES)
    print(f'{len(CASES)} cases, {sum(os.path.getsize(os.path.join(OUT, n)) for n in os.listdir(OUT))} bytes')


if __name__ == '__main__':
    main()
