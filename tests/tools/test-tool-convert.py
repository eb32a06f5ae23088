#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""resnet-tool convert: what it refuses, what it leaves behind, and that what it writes is the same network to the bit.

usage: RESNET_TOOL=path/to/resnet-tool test-tool-convert.py [unittest's arguments]
"""
import configparser
import json
import os
import shutil
import stat
import struct
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tool_testing as t  # noqa: E402

DATA = os.path.join(t.SOURCE, 'tests', 'data')


def header(path):
    """A safetensors file's JSON header."""
    with open(path, 'rb') as f:
        return json.loads(f.read(struct.unpack('<Q', f.read(8))[0]))


class ConvertTest(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix='resnet-tool-convert-')
        self.addCleanup(shutil.rmtree, self.dir)
        self.model = t.colour_model(self.path('colours.safetensors'))
        self.before = sorted(os.listdir(self.dir))

    def path(self, *names):
        return os.path.join(self.dir, *names)

    def convert(self, status, *args, says=()):
        result = t.run('convert', *args)
        self.assertEqual(result.returncode, status, (args, result.stdout, result.stderr))
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, result.stderr)
        if status:
            self.assertTrue(result.stderr.startswith('resnet-tool: '), result.stderr)
        return result

    def nothing_new(self):
        self.assertEqual(sorted(os.listdir(self.dir)), self.before)

    def bits(self, model, images):
        self.assertEqual(t.run('run', model, '--input', images, '--output', self.path('y.npy'), '--quiet').returncode, 0)
        with open(self.path('y.npy'), 'rb') as f:
            return f.read()


class TestRefused(ConvertTest):
    def test_usage(self):
        out = self.path('out.onnx')
        self.convert(2, says='MODEL')
        self.convert(2, self.model, says='missing')
        self.convert(2, self.model, out, self.path('third.onnx'), says='third.onnx')
        for name in ('out', 'out.pth', 'out.onnx.gz', 'onnx', ''):
            self.convert(2, self.model, self.path(name), says='.onnx nor .safetensors')
        self.convert(2, self.model, out, '--fp16', says='--fp16')
        self.convert(2, self.model, self.path('out.safetensors'), '--any-size', says='--any-size')
        self.convert(2, self.model, self.path('out.safetensors'), '--modelinfo', says='--modelinfo')
        self.convert(2, self.model, out, '--crop', '0', says='--crop')
        self.convert(2, self.model, out, '--no-such-option', says='--no-such-option')
        self.nothing_new()

    def test_input(self):
        self.convert(1, self.path('missing.pth'), self.path('out.onnx'), says='missing.pth')
        self.convert(1, os.path.join(DATA, 'load', 'bad-list.pth'), self.path('out.onnx'), says='bad-list.pth')
        self.convert(1, os.path.join(DATA, 'load', 'bad-keras.keras'), self.path('out.onnx'), says='bad-keras.keras')
        self.nothing_new()

    def test_same_file(self):
        with open(self.model, 'rb') as f:
            content = f.read()
        os.symlink(self.model, self.path('link.safetensors'))
        os.link(self.model, self.path('hard.safetensors'))
        for out in (self.model, self.path('.', 'colours.safetensors'), self.path('link.safetensors'), self.path('hard.safetensors')):
            self.convert(1, self.model, out, says='is the input')
        self.convert(1, self.path('link.safetensors'), self.model, says='is the input')
        with open(self.model, 'rb') as f:
            self.assertEqual(f.read(), content)

    def test_output(self):
        self.convert(1, self.model, self.path('no', 'folder', 'out.onnx'), says='out.onnx: cannot be written')
        os.mkdir(self.path('folder.onnx'))
        self.convert(1, self.model, self.path('folder.onnx'), says='folder.onnx: cannot be written')
        self.assertEqual(os.listdir(self.path('folder.onnx')), [])
        self.before.append('folder.onnx')
        self.before.sort()
        self.nothing_new()

    @unittest.skipIf(os.geteuid() == 0, 'root writes everywhere')
    def test_unwritable_folder(self):
        os.mkdir(self.path('closed'), 0o500)
        self.convert(1, self.model, self.path('closed', 'out.onnx'), says='out.onnx: cannot be written')

    @unittest.skipUnless(os.path.exists('/dev/full'), 'there is no /dev/full')
    def test_full_disk(self):
        for name in ('full.onnx', 'full.safetensors'):
            os.symlink('/dev/full', self.path(name))
            self.convert(1, self.model, self.path(name), says=name + ': cannot be written')
            self.assertTrue(stat.S_ISCHR(os.stat(self.path(name)).st_mode))
            self.assertTrue(os.path.islink(self.path(name)))

    def test_labels(self):
        with open(self.path('two.txt'), 'w') as f:
            f.write('one\ntwo\n')
        self.convert(1, self.model, self.path('out.onnx'), '--labels', self.path('two.txt'), says=('two.txt', '2', '7'))
        self.assertFalse(os.path.exists(self.path('out.onnx')))

    def test_over_half_range(self):
        tensors = {'conv1.weight': ([3, 3, 3, 3], [1e5] * 81), 'conv1.bias': ([3], [0.] * 3),
                   'fc.weight': ([2, 3], [1., 2., 3., 4., 5., 6.]), 'fc.bias': ([2], [0., 1.])}
        for n in (1, 2):
            tensors[f'layer1.0.conv{n}.weight'] = ([3, 3, 3, 3], [i / 81 for i in range(81)])
            tensors[f'layer1.0.conv{n}.bias'] = ([3], [0.] * 3)
        t.save_safetensors(self.path('huge.safetensors'), tensors)
        self.convert(1, self.path('huge.safetensors'), self.path('half.safetensors'), '--fp16', says=('conv1.weight', '65504'))
        self.assertFalse(os.path.exists(self.path('half.safetensors')))
        self.convert(0, self.path('huge.safetensors'), self.path('whole.safetensors'))

    def test_no_names(self):
        """Strides that only a configuration beside the file says; a file that is there stays."""
        model = os.path.join(DATA, 'family', 'hf-configured', 'model.safetensors')
        with open(self.path('out.safetensors'), 'w') as f:
            f.write('precious')
        self.convert(1, model, self.path('out.safetensors'), says=('no names', '.onnx'))
        with open(self.path('out.safetensors')) as f:
            self.assertEqual(f.read(), 'precious')
        self.convert(0, model, self.path('out.onnx'))


class TestWritten(ConvertTest):
    def networks(self):
        for folder in ('networks', 'family'):
            path = os.path.join(DATA, folder)
            for file in sorted(os.listdir(path)):
                name, suffix = os.path.splitext(file)
                images = os.path.join(path, name + '-input.npy')
                if suffix in ('.pth', '.safetensors') and os.path.exists(images):
                    yield name, os.path.join(path, file), images

    def test_same_bits(self):
        out = self.path('out.safetensors')
        n = 0
        for name, model, images in self.networks():
            pre_activation = name.startswith(('timm-resnetv2', 'preact', 'wide-blocks'))
            if name == 'fastai':  # a head of two linear layers has no names of torchvision's
                self.convert(1, model, out, says='no names')
                continue
            for flags in ([], ['--fold']):
                with self.subTest(name=name, flags=flags):
                    if flags and pre_activation:
                        self.convert(1, model, out, *flags, says='no names')
                        continue
                    self.convert(0, model, out, *flags)
                    names = header(out)
                    self.assertEqual(any('running_mean' in n for n in names), not flags and name != 'folded')
                    self.assertEqual(self.bits(model, images), self.bits(out, images))
                    n += 1
        self.assertGreaterEqual(n, 40)

    def test_onnx(self):
        """To ONNX and back: the same bits, under the names that they had."""
        out, back, again = self.path('out.onnx'), self.path('back.safetensors'), self.path('again.onnx')
        n = 0
        for name, model, images in self.networks():
            for flags in ([], ['--fold']):
                self.convert(0, model, out, '--any-size', *flags)
                with self.subTest(name=name, flags=flags):
                    expected = self.bits(model, images)
                    self.assertEqual(expected, self.bits(out, images))
                    self.convert(0, out, again, '--mean', '0.5,0.5,0.5')
                    self.assertEqual(expected, self.bits(again, images))
                    if name == 'fastai' or flags and name.startswith(('timm-resnetv2', 'preact', 'wide-blocks')):
                        continue
                    self.convert(0, out, back)
                    self.assertEqual(expected, self.bits(back, images))
                    self.convert(0, model, self.path('direct.safetensors'), *flags)
                    self.assertEqual(set(header(back)), set(header(self.path('direct.safetensors'))))
                    n += 1
        self.assertGreaterEqual(n, 40)

    def test_names(self):
        out = self.path('out.safetensors')
        self.convert(0, os.path.join(DATA, 'family', 'hf-basic.safetensors'), out)
        self.assertLessEqual({'conv1.weight', 'bn1.running_var', 'layer2.0.downsample.0.weight', 'layer1.1.bn2.bias', 'fc.bias'},
                             set(header(out)))
        self.convert(0, os.path.join(DATA, 'family', 'timm-resnetv2.safetensors'), out)
        self.assertLessEqual({'stem.conv.weight', 'stages.1.blocks.0.norm2.bias', 'stages.0.blocks.0.downsample.conv.weight',
                              'norm.weight', 'head.fc.weight'}, set(header(out)))

    def test_metadata(self):
        out = self.path('out.safetensors')
        self.convert(0, self.model, out)
        metadata = header(out)['__metadata__']
        self.assertEqual(json.loads(metadata['labels']), list(t.COLOURS))
        self.assertEqual(metadata['preprocess.crop'], '16')
        self.assertEqual(metadata['preprocess.std'], '1, 1, 1')
        # Given ones win; a value comes back as the same float.
        labels = [f'label {i}: "ä"' for i in range(7)]
        with open(self.path('labels.json'), 'w') as f:
            json.dump(labels, f)
        self.convert(0, self.model, out, '--labels', self.path('labels.json'), '--resize', '40', '--crop', '32', '--mean', '0.485,0.1,1e-3',
                     '--interpolation', 'bicubic')
        info = json.loads(t.run('inspect', out, '--json').stdout)
        self.assertEqual(info['labels'], labels)
        self.assertEqual(info['preprocessing'], {'resize': 40, 'crop': 32, 'channels': 3, 'channel_order': 'rgb',
                                                 'interpolation': 'bicubic', 'mean': [.485, .1, .001], 'std': [1, 1, 1]})
        # What the file does not say is not made up.
        plain = os.path.join(DATA, 'family', 'hf-basic.safetensors')
        self.convert(0, plain, out)
        self.assertEqual(header(out)['__metadata__'], {'format': 'pt'})

    def test_modelinfo(self):
        out = self.path('out.onnx')
        self.convert(0, self.model, out, '--mean', '0.5,0.25,0', '--std', '0.5,0.5,0.25', '--modelinfo')
        info = configparser.ConfigParser()
        info.read(out + '.modelinfo')
        self.assertEqual(info.sections(), ['modelinfo', 'input', 'logits'])
        self.assertEqual(dict(info['modelinfo']), {'version': '1.0', 'group-id': 'out.onnx'})
        self.assertLessEqual({'id': 'input', 'dir': 'input', 'type': 'float32', 'dims': '-1,3,16,16',
                              'ranges': '-1,1;-0.5,1.5;0,4'}.items(), dict(info['input']).items())
        self.assertEqual(dict(info['logits']), {'id': 'classification-generic-out', 'dir': 'output', 'type': 'float32',
                                                'dims': '-1,7'})
        self.convert(0, self.model, out, '--any-size', '--modelinfo')
        info.read(out + '.modelinfo')
        self.assertEqual(info['input']['dims'], '-1,3,-1,-1')
        # A network that ends in a softmax.
        self.convert(0, os.path.join(DATA, 'onnx', 'colours.onnx'), out, '--modelinfo')
        info.read(out + '.modelinfo')
        self.assertEqual(info['y']['id'], 'classification-generic-softmaxed-out')
        # Beside a model that says nothing itself it is read.
        plain = self.path('plain.safetensors')
        shutil.copy(os.path.join(DATA, 'family', 'hf-basic.safetensors'), plain)
        self.convert(0, self.model, out, '--mean', '0.5,0.25,0', '--std', '0.5,0.5,0.25', '--modelinfo')
        shutil.copy(out + '.modelinfo', self.path('plain.modelinfo'))
        values = json.loads(t.run('inspect', plain, '--json', '--size', '64x64').stdout)['preprocessing']
        self.assertEqual(values, {'resize': 16, 'crop': 16, 'channels': 3, 'channel_order': 'rgb', 'interpolation': 'bilinear',
                                  'mean': [.5, .25, 0], 'std': [.5, .5, .25]})

    def test_replaces(self):
        out, target = self.path('link.safetensors'), self.path('target.safetensors')
        with open(target, 'w') as f:
            f.write('old')
        os.symlink('target.safetensors', out)
        self.convert(0, self.model, out)
        self.assertTrue(os.path.islink(out))
        self.assertIn('fc.weight', header(target))
        mask = os.umask(0)
        os.umask(mask)
        self.convert(0, self.model, self.path('new.onnx'))
        self.assertEqual(stat.S_IMODE(os.stat(self.path('new.onnx')).st_mode), 0o666 & ~mask)
        self.before += ['link.safetensors', 'new.onnx', 'target.safetensors']
        self.before.sort()
        self.nothing_new()

    def test_output_text(self):
        result = self.convert(0, 'embedded', self.path('embedded.ONNX'))
        self.assertIn('classes', result.stdout)
        self.assertEqual(self.convert(0, 'embedded', self.path('embedded.ONNX'), '--quiet').stdout, '')


if __name__ == '__main__':
    unittest.main()
