#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Small relatives of ResNet and PyTorch's logits: tests/data/family/ (needs torch, numpy, safetensors, timm, transformers)

usage: make-family-fixtures.py [OUT_DIR [NAME…]]

hf-configured is a folder, its network's name "model". Of each other network NAME: NAME.pth or NAME.safetensors, NAME-input.npy (float16) and NAME-logits.npy (float32). timm- and hf-
are made by timm's and transformers' own code, with seeded weights; the rest by torch_family.py. Weights are stored as float16,
except where a name says otherwise, and the logits are those of the rounded network.
"""
import json
import os
import sys
import zlib

import numpy as np
import torch
from safetensors.torch import save_file

import torch_family as family
import torch_resnet
from torch_resnet import ResNet, doubling



def timm_resnet(block, layers, **kwargs):
    from timm.models import resnet
    return resnet.ResNet(getattr(resnet, block), layers, channels=(8, 12, 16, 20), num_classes=10, **kwargs)


def timm_v2(layers, **kwargs):
    from timm.layers import BatchNormAct2d, create_conv2d
    from timm.models.resnetv2 import ResNetV2
    return ResNetV2(layers, channels=(16, 24, 32, 40), num_classes=10, stem_chs=8, conv_layer=create_conv2d,
                    norm_layer=BatchNormAct2d, **kwargs)


class Logits(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x).logits

    def state_dict(self, *args, **kwargs):
        return self.model.state_dict(*args, **kwargs)

    def load_state_dict(self, state):
        return self.model.load_state_dict(state)


def hugging_face(**kwargs):
    from transformers import ResNetConfig, ResNetForImageClassification
    config = ResNetConfig(embedding_size=6, hidden_sizes=[8, 12, 16, 24], num_labels=10, **kwargs)
    return Logits(ResNetForImageClassification(config))


def renamed(*pairs):
    def rename(name):
        for old, new in pairs:
            if name.startswith(old) or old.startswith('.'):
                name = name.replace(old, new)
        return name
    return rename


# timm's deep stem, average-pool shortcut and gate under mmpretrain's names
MMPRETRAIN = renamed(('conv1.0.', 'backbone.stem.0.conv.'), ('conv1.1.', 'backbone.stem.0.bn.'),
                     ('conv1.3.', 'backbone.stem.1.conv.'), ('conv1.4.', 'backbone.stem.1.bn.'),
                     ('conv1.6.', 'backbone.stem.2.conv.'), ('bn1.', 'backbone.stem.2.bn.'), ('layer', 'backbone.layer'),
                     ('.se.fc1', '.se_layer.conv1.conv'), ('.se.fc2', '.se_layer.conv2.conv'), ('fc.', 'head.fc.'),
                     # stage 1 has no pool there
                     ('backbone.layer1.0.downsample.1.', 'backbone.layer1.0.downsample.0.'),
                     ('backbone.layer1.0.downsample.2.', 'backbone.layer1.0.downsample.1.'))

CONFIGURED = 'hf-configured'
DEEP = dict(stem_width=4, stem_type='deep', avg_down=True)
# name: (network, input sizes (batch, height, width), form, names)
FIXTURES = {
    'timm-resnet-d': (lambda: timm_resnet('Bottleneck', (1, 2, 1, 1), **DEEP), (2, 47, 65), 'safetensors', None),
    'timm-resnet-t': (lambda: timm_resnet('BasicBlock', (1, 1, 1, 1), stem_width=8, stem_type='deep_tiered', avg_down=True),
                      (1, 64, 33), 'safetensors', None),
    'timm-resnet-c': (lambda: timm_resnet('BasicBlock', (1, 1, 1, 1), stem_width=4, stem_type='deep'), (1, 33, 33), 'zip', None),
    'timm-resnet-rs': (lambda: timm_resnet('Bottleneck', (1, 1, 1, 1), replace_stem_pool=True, block_args=dict(attn_layer='se'), **DEEP),
                       (2, 65, 40), 'safetensors', None),
    'timm-seresnet': (lambda: timm_resnet('BasicBlock', (1, 2, 1, 1), block_args=dict(attn_layer='se')), (2, 48, 33), 'safetensors', None),
    'timm-seresnext': (lambda: timm_resnet('Bottleneck', (1, 1, 1, 1), cardinality=2, base_width=32, block_args=dict(attn_layer='se')),
                       (1, 40, 65), 'safetensors', None),
    'timm-ecaresnet-d': (lambda: timm_resnet('Bottleneck', (1, 1, 1, 1), block_args=dict(attn_layer='eca'), **DEEP), (2, 48, 48),
                         'safetensors', None),
    'timm-resnetv2': (lambda: timm_v2((1, 2, 1, 1)), (2, 48, 65), 'safetensors', None),
    'timm-resnetv2-d': (lambda: timm_v2((1, 1, 1, 1), stem_type='deep', avg_down=True), (1, 65, 48), 'safetensors', None),
    'timm-resnetv2-basic': (lambda: timm_v2((2, 1, 1, 1), basic=True), (1, 48, 48), 'safetensors', None),
    'hf-basic': (lambda: hugging_face(depths=[2, 1, 1, 1], layer_type='basic'), (2, 65, 47), 'safetensors', None),
    'hf-bottleneck': (lambda: hugging_face(depths=[1, 2, 1, 1]), (1, 48, 48), 'zip', None),
    'hf-configured': (lambda: hugging_face(depths=[1, 2, 1, 1], downsample_in_bottleneck=True, downsample_in_first_stage=True),
                      (1, 65, 64), 'safetensors', None),
    'preact-shortcut': (lambda: family.PreActResNet(), (2, 32, 32), 'zip', None),
    'preact-downsample': (lambda: family.PreActResNet('downsample', 'bn', (5, 8, 12)), (2, 32, 32), 'zip', renamed(('linear', 'fc'))),
    'wide-blocks': (family.WideResNet, (2, 32, 32), 'zip', None),
    'residual-function': (lambda: family.ResidualFunctionResNet(1), (2, 32, 32), 'zip', None),
    'residual-function-bottleneck': (lambda: family.ResidualFunctionResNet(4), (1, 32, 32), 'zip', None),
    'legacy-seresnet-basic': (lambda: family.LegacySENet('basic'), (1, 64, 64), 'zip', None),
    'legacy-seresnet': (lambda: family.LegacySENet('bottleneck'), (1, 63, 64), 'zip', None),
    'legacy-seresnext': (lambda: family.LegacySENet('resnext'), (1, 64, 47), 'zip', None),
    'legacy-senet': (lambda: family.LegacySENet('senet'), (1, 64, 64), 'zip', None),
    'linear-se': (lambda: family.GatedResNet(family.LinearSE, 'se'), (2, 48, 48), 'zip', None),
    'eca-module': (lambda: family.GatedResNet(lambda n: family.ECA(5), 'eca'), (2, 48, 48), 'zip', None),
    'mmpretrain-d': (lambda: timm_resnet('Bottleneck', (1, 1, 1, 1), block_args=dict(attn_layer='se'), **DEEP), (1, 48, 48), 'zip', MMPRETRAIN),
    'fastai': (lambda: family.fastai(ResNet(doubling((1, 1, 1), 5, 5), 5, 10)), (2, 48, 48), 'zip', None),
    'children': (lambda: family.children(ResNet(doubling((1, 1, 1), 5, 5), 5, 10)), (1, 48, 48), 'zip', None),
}


def write_configuration(folder, config):
    config = json.loads(config.to_json_string())
    config['architectures'] = ['ResNetForImageClassification']
    config['id2label'] = {str(i): f'class {i}, of ten' for i in range(10)}
    processor = {'do_normalize': True, 'do_resize': True, 'crop_pct': .9, 'feature_extractor_type': 'ConvNextFeatureExtractor',
                 'image_mean': [.5, .25, .125], 'image_std': [.2, .3, .4], 'resample': 3, 'size': 64}
    for name, values in (('config.json', config), ('preprocessor_config.json', processor)):
        with open(os.path.join(folder, name), 'w') as f:
            f.write(json.dumps(values, indent=1, sort_keys=True) + '\n')


def make(out, name, network, shape, form, rename):
    seed = zlib.crc32(name.encode())
    torch.manual_seed(seed)
    model = network()
    torch_resnet.randomise(model, shape[1:], seed)
    state = {k: v.half() if v.is_floating_point() else v for k, v in model.state_dict().items()}
    model.load_state_dict(state)
    path = os.path.join(out, name)
    if name == CONFIGURED:  # as a hub keeps it: a folder with the configuration beside the weights
        os.makedirs(path, exist_ok=True)
        path = os.path.join(path, 'model')
        write_configuration(os.path.dirname(path), model.model.config)
    named = {(rename or (lambda n: n))(k): v.contiguous() for k, v in state.items()}
    if form == 'safetensors':
        save_file(named, path + '.safetensors')
        os.chmod(path + '.safetensors', 0o644)
    else:
        torch.save(named, path + '.pth')
    x = torch.randn((shape[0], 3) + shape[1:], generator=torch.Generator().manual_seed(seed + 1)).half()
    with torch.no_grad():
        y = model(x.float())
    assert y.isfinite().all() and y.abs().max() > .1
    np.save(path + '-input.npy', x.numpy())
    np.save(path + '-logits.npy', y.numpy())
    size = os.path.getsize(path + ('.safetensors' if form == 'safetensors' else '.pth'))
    print(f'{name}: {size} bytes, largest logit {y.abs().max():.3f}, spread {(y.max() - y.min()):.3f}')


def main():
    out = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), 'family')
    os.makedirs(out, exist_ok=True)
    for name, fixture in FIXTURES.items():
        if len(sys.argv) < 3 or name in sys.argv[2:]:
            make(out, name, *fixture)


if __name__ == '__main__':
    main()
