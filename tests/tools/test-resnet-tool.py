#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""resnet-tool: every command and flag, bad input first.

This file is long because it has the cases of all commands, which share their models and images.

usage: RESNET_TOOL=path/to/resnet-tool test-resnet-tool.py [unittest's arguments]
"""
import csv
import hashlib
import json
import math
import os
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tool_testing as t  # noqa: E402

NAMES = list(t.COLOURS)
COMMANDS = ['inspect', 'run', 'preprocess', 'classify', 'eval', 'bench', 'convert']


class TestCommandLine(t.ToolTest):
    def test_usage_errors(self):
        self.assertEqual(t.run().returncode, 2)
        self.check(2, 'no-such-command', says="'no-such-command'")
        self.check(2, '--no-such-option', says="'--no-such-option'")
        self.check(2, 'help', 'no-such-command', says="'no-such-command'")
        for command in COMMANDS:
            with self.subTest(command):
                self.check(2, command, says='MODEL')
                self.check(2, command, self.model, self.red, '--no-such-option', says='--no-such-option')
        for command in ('inspect', 'bench'):
            self.check(2, command, self.model, self.red, says='red.ppm')

    def test_hints(self):
        options = {'--topk': '--top-k', '--top_k=3': '--top-k', '--topK': '--top-k', '--label': '--labels',
                   '--num-threads=2': '--threads', '--presicion': '--precision', '--jsno': '--json',
                   '--max_isa=c': '--max-isa'}
        for given, meant in options.items():
            name = given.split('=')[0]
            self.check(2, 'classify', self.model, self.red, given, says=f'there is no option {name}; did you mean {meant}?')
        self.check(2, 'bench', self.model, '--batchsize', '3', says='did you mean --batch?')
        # Nothing is close; an option of another command; names longer than any that is compared.
        for given in ('--foo', '--x', '--batch=3', '--' + 50 * 'a'):
            result = self.check(2, 'classify', self.model, self.red, given, says=f'there is no option {given.split("=")[0]}')
            self.assertNotIn('did you mean', result.stderr)
        self.assertNotIn('option', self.check(1, 'classify', self.model, '--', '--topk').stderr)
        for given, meant in {'clasify': 'classify', 'Inspect': 'inspect', 'benchmark': 'bench', '--verison': '--version',
                             'evla': 'eval'}.items():
            self.check(2, given, says=f"did you mean '{meant}'?")
        self.check(2, 'help', 'convrt', says="did you mean 'convert'?")
        self.check(2, self.red, says='classify MODEL IMAGE')

    def test_model_forgotten(self):
        self.check(2, 'classify', self.red, says=f"did you mean 'resnet-tool classify embedded {self.red}'?")
        self.check(2, 'classify', self.red, says='is a picture')
        self.check(2, 'classify', *4 * [self.red], says=f"embedded {self.red} {self.red} ...'?")
        self.check(2, 'classify', self.red, self.model, says=f"'resnet-tool classify {self.model} {self.red}'?")
        spaced = self.path('a picture.ppm')
        shutil.copy(self.red, spaced)
        self.check(2, 'classify', spaced, says=f"embedded '{spaced}''?")
        self.check(2, 'preprocess', self.red, '--output', self.path('x.npy'), says=f"preprocess embedded {self.red}'?")
        self.check(2, 'eval', self.dir, says=f"'resnet-tool eval embedded {self.dir}'?")
        for command in ('inspect', 'bench', 'run', 'convert', 'eval'):
            extra = {'convert': [self.path('o.onnx')], 'eval': [self.dir]}.get(command, [])
            result = self.check(2, command, self.red, *extra, says='is a picture, but the first argument is the model')
            self.assertNotIn('did you mean', result.stderr)
        # A model that begins as a picture does: the length of a safetensors header is 0x4d42, "BM".
        with open(self.model, 'rb') as f:
            data = f.read()
        length = struct.unpack('<Q', data[:8])[0]
        padded = data[8:8 + length] + b' ' * (0x4d42 - length)
        model = self.write('bm.safetensors', struct.pack('<Q', 0x4d42) + padded + data[8 + length:])
        self.check(0, 'inspect', model)

    def test_strict_values(self):
        bad = {
            '--threads': ['-1', 'two', '1.5', '', ' 1', '1 ', '0x1', '1e0', '99999999999999999999'],
            '--top-k': ['0', '-1', 'all', '5x'],
            '--resize': ['-1', '4097', 'nan', '12px'],
            '--crop': ['0', '-1', '4097', 'nan'],
            '--mean': ['0.5', '0.5,0.5', '0.5,0.5,0.5,0.5', 'a,b,c', '0.5,0.5,nan', '0.5,0.5,inf', '0.5,0.5,0.5x'],
            '--std': ['0,1,1', '-1,1,1', 'nan,1,1', '1,1'],
            '--interpolation': ['lanczos', '', 'Bilinear '],
            '--activation': ['relu', ''],
            '--max-isa': ['mmx', 'AVX2', ''],
            '--precision': ['fp32', 'High', ''],
        }
        for option, values in bad.items():
            for value in values:
                with self.subTest(option, value=value):
                    result = t.run('classify', self.model, self.red, f'{option}={value}')
                    self.assertIn(result.returncode, (1, 2))
                    self.assertEqual(result.stdout, '')
                    self.assertRegex(result.stderr, r'^resnet-tool: [^\n]+\n$')
        for value in ('x16', '0x0', '16x0', '16', '16x16x3', '-1x16', '16xnan', '99999x16', '16 x16'):
            for command in ('inspect', 'bench'):
                self.check(2, command, self.model, '--size', value, says='--size')
        for option, values in {'--batch': ['0', '-1', 'x'], '--seconds': ['-1', 'nan', 'inf', '0x1p3', '1,5', ''],
                               '--warmup': ['-1', '']}.items():
            for value in values:
                self.check(2, 'bench', self.model, f'{option}={value}', says=option)
        for value in ('-1', '101', 'nan', '50%', ''):
            self.check(2, 'eval', self.model, self.dir, f'--min-top1={value}', says='--min-top1')

    def test_help_and_version(self):
        version = self.check(0, '--version').stdout
        self.assertRegex(version, r'^resnet-tool \d+\.\d+\.\d+ \((c|avx\w+|amx)\)\n$')
        for flag in ('--help', '-h', 'help'):
            text = self.check(0, flag).stdout
            for command in COMMANDS:
                self.assertIn(command, text)
        for command in COMMANDS:
            text = self.check(0, 'help', command).stdout
            self.assertIn('Examples:', text)
            self.assertIn(f'resnet-tool {command}', text)
            self.assertEqual(text, self.check(0, command, '--help').stdout)

    def test_model_errors(self):
        empty = self.write('empty.pth', b'')
        with open(self.model, 'rb') as f:
            cut = self.write('cut.safetensors', f.read()[:-5])
        for command in COMMANDS:
            extra = {'run': ['--input', self.red, '--output', self.path('y.npy')],
                     'preprocess': [self.red, '--output', self.path('x.npy')], 'classify': [self.red],
                     'eval': [self.dir], 'convert': [self.path('out.onnx')]}.get(command, [])
            for model in (self.path('missing.pth'), empty, cut, self.dir, self.red):
                with self.subTest(command, model=model):
                    # What is no model at all in its place is a mistake in the command line.
                    wrong = model == self.red or (command == 'eval' and model == self.dir)
                    self.check(2 if wrong else 1, command, model, *extra, says=os.path.basename(model))

    def test_closed_pipe_is_quiet(self):
        process = subprocess.Popen([t.TOOL, 'inspect', 'embedded', '--json'], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE)
        process.stdout.close()
        stderr = process.stderr.read()
        process.stderr.close()
        self.assertIn(process.wait(), (0, 1, -signal.SIGPIPE))
        self.assertEqual(stderr, b'')

    @unittest.skipUnless(os.path.exists('/dev/full'), 'no /dev/full')
    def test_full_disk_is_said(self):
        with open('/dev/full', 'wb') as full:
            self.check(1, 'inspect', self.model, stdout=full, says='written')

    def test_locale_does_not_matter(self):
        for locale in ('C', 'C.UTF-8', 'de_DE.UTF-8'):
            env = dict(os.environ, LC_ALL=locale, LANG=locale)
            result = self.check(0, 'classify', self.model, self.red, '--mean', '0.5,0.5,0.5', '--std', '0.5,0.5,0.5',
                                '--json', env=env)
            document = json.loads(result.stdout)
            self.assertEqual(document['preprocessing']['mean'], [.5, .5, .5])


class TestInspect(t.ToolTest):
    def test_bad_labels(self):
        short = self.write('short.txt', b'one\ntwo\n')
        self.check(1, 'inspect', self.model, '--labels', short, says=['short.txt', '7'])
        self.check(1, 'inspect', self.model, '--labels', self.path('none.txt'), says='none.txt')
        bad = self.write('bad.txt', b'\xff\xfe\n' * 7)
        self.check(1, 'inspect', self.model, '--labels', bad, says='bad.txt')

    def test_text(self):
        text = self.check(0, 'inspect', self.model).stdout
        for part in ('3x16x16', 'conv1', 'fc', 'red, green, blue', 'FLOPs', 'sha256', 'safetensors'):
            self.assertIn(part, text)
        self.assertNotIn('magenta', text)
        self.assertIn('magenta', self.check(0, 'inspect', self.model, '--labels-all').stdout)
        self.assertIn('none in the file', self.check(0, 'inspect', self.unlabelled).stdout)

    def test_json(self):
        document = self.json('inspect', self.model)
        self.assertEqual(document['labels'], NAMES)
        self.assertEqual(document['input'], [3, 16, 16])
        self.assertEqual(document['model']['classes'], 7)
        # conv1, layer1.0.conv1, layer1.0.conv2 with biases, fc
        self.assertEqual(document['model']['parameters'], 3 * (81 + 3) + 7 * 3 + 7)
        self.assertEqual(document['preprocessing']['std'], [1, 1, 1])
        self.assertTrue(document['preprocessing_from_file'])
        layers = {layer['name']: layer for layer in document['layers']}
        self.assertEqual(layers['conv1']['out'], [3, 16, 16])
        # 2 x multiply-adds: 3 convolutions of 3x3 on 3 channels at 16x16
        self.assertEqual(layers['conv1']['flops'], 2 * 81 * 256)
        self.assertEqual(document['flops'], sum(layer['flops'] for layer in document['layers']))
        with open(self.model, 'rb') as f:
            self.assertEqual(document['model']['sha256'], hashlib.sha256(f.read()).hexdigest())
        self.assertIsNone(self.json('inspect', self.unlabelled)['labels'])
        changed = self.json('inspect', self.unlabelled, '--size', '9x33', '--labels',
                            self.write('l.txt', 'a\nb\nc\nd\ne\nf\nü\n'.encode()))
        self.assertEqual(changed['input'], [3, 9, 33])
        self.assertEqual(changed['labels'][6], 'ü')
        self.assertEqual({layer['name']: layer for layer in changed['layers']}['conv1']['out'], [3, 9, 33])

    def test_embedded(self):
        document = self.json('inspect', 'embedded')
        self.assertEqual(document['model']['classes'], len(document['labels']))
        self.assertGreater(document['flops'], 10 ** 7)


class TestRun(t.ToolTest):
    def test_bad_input(self):
        out = self.path('bad-y.npy')
        self.check(2, 'run', self.model, '--output', out, says='--input')
        self.check(2, 'run', self.model, '--input', self.red, says='--output')
        self.check(1, 'run', self.model, '--input', self.path('none.npy'), '--output', out, says='none.npy')
        self.check(1, 'run', self.model, '--input', self.red, '--output', out, says='red.ppm')
        for shape in ((3,), (3, 4), (1, 4, 5, 5), (4, 5, 5), (1, 1, 3, 5, 5), (0, 3, 5, 5), (1, 3, 0, 5), (1, 3, 5, 0)):
            with self.subTest(shape=shape):
                n = 1
                for d in shape:
                    n *= d
                x = t.save_npy(self.path('shape.npy'), shape, [0.] * n)
                self.check(1, 'run', self.model, '--input', x, '--output', out, says='shape.npy')
        short = t.save_npy(self.path('short.npy'), (1, 3, 5, 5), [0.] * 10)
        self.check(1, 'run', self.model, '--input', short, '--output', out, says='short.npy')
        huge = t.save_npy(self.path('huge.npy'), (1 << 40, 3, 1 << 20, 1 << 20), [0.])
        self.check(1, 'run', self.model, '--input', huge, '--output', out, says='huge.npy')
        self.assertFalse(os.path.exists(out))
        x = t.save_npy(self.path('good.npy'), (1, 3, 4, 4), [0.] * 48)
        self.check(1, 'run', self.model, '--input', x, '--output', self.path('no', 'folder.npy'), says='folder.npy')

    def test_logits(self):
        for batch, h, w in ((1, 1, 1), (1, 5, 9), (3, 16, 16), (37, 4, 6)):
            x, expected = [], []
            for i in range(batch):
                pixel = ((i * 37) % 256, (i * 91 + 50) % 256, (i * 11 + 200) % 256)
                for v in pixel:
                    x += [v / 255] * (h * w)
                expected += t.colour_logits(pixel)
            shapes = [(batch, 3, h, w)] + ([(3, h, w)] if batch == 1 else [])
            for shape in shapes:
                with self.subTest(shape=shape):
                    src, out = t.save_npy(self.path('x.npy'), shape, x), self.path('y.npy')
                    files = []
                    for threads in ('1', '2', '3'):
                        self.check(0, 'run', self.model, '--input', src, '--output', out, '--threads', threads)
                        with open(out, 'rb') as f:
                            files.append(f.read())
                    self.assertEqual(len(set(files)), 1)
                    got_shape, got = t.load_npy(out)
                    self.assertEqual(got_shape, (batch, len(NAMES)))
                    # What auto promises, which may be high.
                    error = max(abs(a - b) for a, b in zip(got, expected))
                    self.assertLess(error, 1e-4 * max(abs(b) for b in expected))

    def test_quiet_and_levels(self):
        src = t.save_npy(self.path('q.npy'), (2, 3, 7, 7), [.25] * 294)
        results = []
        for level in ('c', 'avx2', 'avx512'):
            out = self.path(f'{level}.npy')
            result = self.check(0, 'run', self.model, '--input', src, '--output', out, '--max-isa', level, '--quiet')
            self.assertEqual((result.stdout, result.stderr), ('', ''))
            results.append(t.load_npy(out)[1])
        for other in results[1:]:
            self.assertLess(max(abs(a - b) for a, b in zip(results[0], other)), 1e-5)


class TestPreprocess(t.ToolTest):
    def test_bad_input(self):
        out = self.path('bad-x.npy')
        self.check(2, 'preprocess', self.model, '--output', out, says='missing')
        self.check(2, 'preprocess', self.model, self.red, says='--output')
        self.check(2, 'preprocess', self.model, self.red, self.blue, '--output', out, says='blue.png')
        self.check(1, 'preprocess', self.model, self.path('none.jpg'), '--output', out, says='none.jpg')
        frame = self.write('frame.raw', bytes(4 * 4 * 3 - 1))
        self.check(1, 'preprocess', self.model, frame, '--raw', 'RGB:4x4', '--output', out,
                   says=['frame.raw', '48', '47'])
        for spec in ('RGB', 'RGB:', 'RGB:4', 'RGB:0x4', 'RGB:-4x4', 'RGB:4x4x4', 'NOPE:4x4', 'RGB:4x4:nope', ':4x4',
                     'I420:4x4:bt601:nope', 'RGB:99999999999x99999999999', ''):
            with self.subTest(spec=spec):
                self.check(1, 'preprocess', self.model, frame, '--raw', spec, '--output', out)
        self.assertFalse(os.path.exists(out))

    def test_image(self):
        out = self.path('x.npy')
        self.check(0, 'preprocess', self.model, self.red, '--output', out)
        shape, values = t.load_npy(out)
        self.assertEqual(shape, (1, 3, 16, 16))
        for c in range(3):
            for v in values[256 * c:256 * (c + 1)]:
                self.assertAlmostEqual(v, t.PIXELS['red'][c] / 255, places=6)

    def test_values_of_the_command_line(self):
        """No resize, so every value can be said: (v / 255 - mean) / std of the centre crop."""
        image = t.save_ppm(self.path('ramp.ppm'), 8, 6, lambda x, y: (x * 10, y * 20, x + y))
        out, ppm = self.path('x.npy'), self.path('seen.ppm')
        self.check(0, 'preprocess', self.model, image, '--output', out, '--resize', '6', '--crop', '4', '--mean',
                   '0.1,0.2,0.3', '--std', '0.5,0.25,2', '--ppm', ppm)
        shape, values = t.load_npy(out)
        self.assertEqual(shape, (1, 3, 4, 4))
        seen = []
        for y in range(4):
            for x in range(4):
                pixel = ((x + 2) * 10, (y + 1) * 20, x + y + 3)
                seen += pixel
                for c in range(3):
                    expected = (pixel[c] / 255 - (.1, .2, .3)[c]) / (.5, .25, 2)[c]
                    self.assertAlmostEqual(values[c * 16 + y * 4 + x], expected, places=5)
        with open(ppm, 'rb') as f:
            self.assertEqual(f.read(), b'P6\n4 4\n255\n' + bytes(seen))
        for filter in ('nearest', 'bilinear', 'bicubic'):
            self.check(0, 'preprocess', self.model, image, '--output', out, '--resize', '0', '--crop', '5',
                       '--interpolation', filter)
            self.assertEqual(t.load_npy(out)[0], (1, 3, 5, 5))

    def test_raw(self):
        pixels = bytes((x * 9 + y * 31 + c * 70) % 256 for y in range(16) for x in range(16) for c in range(3))
        image = self.write('raw.ppm', b'P6\n16 16\n255\n' + pixels)
        frame = self.write('raw.rgb', pixels)
        self.check(0, 'preprocess', self.model, image, '--output', self.path('a.npy'))
        self.check(0, 'preprocess', self.model, frame, '--raw', 'RGB:16x16', '--output', self.path('b.npy'))
        self.assertEqual(t.load_npy(self.path('a.npy')), t.load_npy(self.path('b.npy')))
        # Y 126, Cb and Cr 128, limited range: (126 - 16) / 219 of white, grey
        frame = self.write('raw.i420', bytes([126]) * 256 + bytes([128]) * 128)
        for spec in ('I420:16x16', 'I420:16x16:bt601', 'NV12:16x16:bt709:mpeg2', 'I420:16x16:bt709:jpeg'):
            self.check(0, 'preprocess', self.model, frame, '--raw', spec, '--output', self.path('c.npy'))
            for v in t.load_npy(self.path('c.npy'))[1]:
                self.assertAlmostEqual(v, 128 / 255, places=6)
        self.check(0, 'preprocess', self.model, frame, '--raw', 'I420:16x16:full-bt601:jpeg', '--output',
                   self.path('c.npy'))
        for v in t.load_npy(self.path('c.npy'))[1]:
            self.assertAlmostEqual(v, 126 / 255, places=6)

    def test_run_takes_it(self):
        x, y = self.path('x.npy'), self.path('y.npy')
        self.check(0, 'preprocess', self.model, self.blue, '--output', x)
        self.check(0, 'run', self.model, '--input', x, '--output', y)
        logits = t.load_npy(y)[1]
        self.assertEqual(NAMES[logits.index(max(logits))], 'blue')


class TestClassify(t.ToolTest):
    def test_bad_images(self):
        self.check(2, 'classify', self.model)
        with open(self.blue, 'rb') as f:
            png = f.read()
        bad = [self.path('none.jpg'), self.dir, self.write('empty.jpg', b''), self.write('text.jpg', b'no image at all'),
               self.write('cut.png', png[:len(png) // 2]), self.write('cut.jpg', b'\xff\xd8\xff\xe0'),
               self.write('zero.ppm', b'P6\n0 4\n255\n'), self.write('bomb.ppm', b'P6\n65000 65000\n255\n'),
               self.write('wide.pgm', b'P5\n70000 1\n255\n' + bytes(70000)), self.write('cut.gif', b'GIF89a\1\0\1\0'),
               self.write('cut.bmp', b'BM' + bytes(60)), self.write('cut.tif', b'II*\0\x08\0\0\0'),
               self.write('cut.webp', b'RIFF\x10\0\0\0WEBPVP8 '), self.write('vector.png', b'<svg width="9" height="9"/>')]
        for path in bad:
            with self.subTest(path):
                result = self.check(1, 'classify', self.model, path, says=os.path.basename(path))
                self.assertEqual(result.stdout, '')
        document = self.json('classify', self.model, self.red, *bad, self.blue, status=1)
        self.assertEqual([i['path'] for i in document['images']], [self.red, *bad, self.blue])
        self.assertEqual(['error' in i for i in document['images']], [False] + [True] * len(bad) + [False])
        self.assertEqual([document['images'][i]['classes'][0]['label'] for i in (0, -1)], ['red', 'blue'])

    @unittest.skipUnless(hasattr(os, 'mkfifo'), 'no named pipes')
    def test_named_pipe_does_not_hang(self):
        os.mkfifo(self.path('pipe.jpg'))
        self.check(1, 'classify', self.model, self.path('pipe.jpg'), says='pipe.jpg', timeout=60)

    def test_text(self):
        result = self.check(0, 'classify', self.model, self.red, self.blue, '--top-k', '2')
        lines = result.stdout.splitlines()
        self.assertEqual(len(lines), 6)
        self.assertEqual((lines[0], lines[3]), (self.red, self.blue))
        self.assertTrue(lines[1].endswith('  red'))
        self.assertTrue(lines[4].endswith('  blue'))
        self.assertEqual(result.stderr, '')

    def test_confidences(self):
        logits = t.colour_logits(t.PIXELS['red'])
        total = sum(math.exp(v) for v in logits)
        expected = {'softmax': lambda v: math.exp(v) / total, 'sigmoid': lambda v: 1 / (1 + math.exp(-v)),
                    'none': lambda v: v}
        for activation, f in expected.items():
            document = self.json('classify', self.model, self.red, '--activation', activation, '--top-k', '100')
            classes = document['images'][0]['classes']
            self.assertEqual(len(classes), 7)
            self.assertEqual([c['confidence'] for c in classes], sorted((c['confidence'] for c in classes), reverse=True))
            for c in classes:
                self.assertEqual(c['label'], NAMES[c['index']])
                self.assertAlmostEqual(c['confidence'], f(logits[c['index']]), places=4)
        self.assertEqual(len(self.json('classify', self.model, self.red)['images'][0]['classes']), 5)

    def test_labels(self):
        first = self.json('classify', self.unlabelled, self.red, '--top-k', '1')['images'][0]['classes'][0]
        self.assertEqual((first['label'], first['index']), ('class 0', 0))
        labels = self.write('labels.txt', '\n'.join('ABCDEFG').encode())
        first = self.json('classify', self.model, self.red, '-l', labels, '-k', '1')['images'][0]['classes'][0]
        self.assertEqual(first['label'], 'A')
        few = self.write('few.txt', b'A\nB\n')
        self.check(1, 'classify', self.model, self.red, '--labels', few, says='few.txt')

    def test_names_that_are_no_utf8(self):
        path = os.fsencode(self.dir) + b'/\xe4\xff.ppm'
        shutil.copyfile(self.red, path)
        result = subprocess.run([t.TOOL, 'classify', self.model, path, '--json'], stdout=subprocess.PIPE)
        self.assertEqual(result.returncode, 0)
        self.assertEqual(json.loads(result.stdout)['images'][0]['classes'][0]['label'], 'red')

    def test_names_that_look_like_options(self):
        shutil.copyfile(self.red, self.path('--quiet'))
        document = json.loads(self.check(0, 'classify', self.model, '--json', '--', '--quiet', cwd=self.dir).stdout)
        self.assertEqual(document['images'][0]['path'], '--quiet')

    def test_many_images_keep_their_order(self):
        paths, expected = [], []
        for i in range(75):
            name = NAMES[i * 5 % 7]
            paths.append(t.save_ppm(self.path(f'{i}.ppm'), 3 + i, 40 - i % 30, t.PIXELS[name]))
            expected.append(name)
        for threads in ('1', '2', '5'):
            images = self.json('classify', self.model, *paths, '--threads', threads)['images']
            self.assertEqual([i['path'] for i in images], paths)
            self.assertEqual([i['classes'][0]['label'] for i in images], expected)


class TestEval(t.ToolTest):
    def folder(self, name, images):
        """@images: (path below the folder, colour)"""
        root = self.path(name)
        for path, colour in images:
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            save = t.save_png if path.lower().endswith('.png') else t.save_ppm
            save(os.path.join(root, path), 18, 21, t.PIXELS[colour])
        return root

    def test_bad_folders(self):
        self.check(2, 'eval', self.model)
        self.check(1, 'eval', self.model, self.path('none'), says='none')
        self.check(1, 'eval', self.model, self.red, says='red.ppm')
        os.makedirs(self.path('hollow'))
        self.check(1, 'eval', self.model, self.path('hollow'), says='CLASS')
        os.makedirs(self.path('hollow', 'red'))
        self.check(1, 'eval', self.model, self.path('hollow'), says='no image')
        flat = self.folder('flat', [('a.ppm', 'red')])
        self.check(1, 'eval', self.model, flat, says='CLASS')

    def test_folders_that_match_nothing(self):
        root = self.folder('strange', [('red/a.ppm', 'red'), ('dog/a.ppm', 'red'), ('cat/a.ppm', 'blue')])
        self.check(1, 'eval', self.model, root, says=["'dog'", "'cat'", '2 of 3'])
        self.check(1, 'eval', self.unlabelled, root, says=['7', '3', '--labels'])
        # As many folders as classes, but sorted order contradicts the names that do match.
        images = [(f'{n}/a.ppm', 'red') for n in ('red', 'a', 'b', 'c', 'd', 'e', 'f')]
        self.check(1, 'eval', self.model, self.folder('contradicting', images), says="'a'")
        twice = self.folder('twice', [('red/a.ppm', 'red'), ('RED/a.ppm', 'red')])
        self.check(1, 'eval', self.model, twice, says='both')
        few = self.write('few.txt', b'A\nB\n')
        self.check(1, 'eval', self.model, root, '--labels', few, says='few.txt')

    def test_one_output(self):
        """Its logit is 4 red - 2 green - 2 blue: red and magenta are above 0."""
        model = t.colour_model(self.path('one-output.safetensors'), labels=False, classes=1)
        root = self.folder('two', [('no/1.ppm', 'green'), ('no/2.ppm', 'red'), ('no/3.ppm', 'cyan, aqua'),
                                   ('yes/1.ppm', 'red'), ('yes/2.ppm', 'magenta'), ('yes/3.ppm', 'green')])
        self.check(1, 'eval', model, root, '--labels', self.write('three.txt', b'a\nb\nc\n'), says='one output')
        labels = self.write('two.txt', b'no\nyes\n')
        found = self.json('eval', model, root, '--labels', labels)
        logit = {n: t.colour_logits(t.PIXELS[n], 1)[0] for n in t.PIXELS}
        no, yes = [logit[n] for n in ('green', 'red', 'cyan, aqua')], [logit[n] for n in ('red', 'magenta', 'green')]
        right = sum(z > 0 for z in yes), sum(z <= 0 for z in no)
        two = found['two_classes']
        self.assertEqual(two['positive'], 'yes')
        self.assertAlmostEqual(two['accuracy'], 100 * sum(right) / 6)
        self.assertAlmostEqual(two['precision'], 100 * right[0] / (right[0] + 3 - right[1]))
        self.assertAlmostEqual(two['recall'], 100 * right[0] / 3)
        pairs = [1 if y > n else .5 if y == n else 0 for y in yes for n in no]
        self.assertAlmostEqual(two['roc_area'], sum(pairs) / len(pairs))
        text = self.check(0, 'eval', model, root, '--labels', labels).stdout
        self.assertIn(f'ROC area    {sum(pairs) / len(pairs):.4f}', text)
        # One label is that of yes; images of one class have no ROC.
        one = self.check(0, 'classify', model, self.red, '--labels', self.write('one.txt', b'red\n'), says='one label, "red"')
        self.assertIn('not red', one.stdout)
        only = self.json('eval', model, self.folder('only', [('yes/1.ppm', 'red')]), '--labels', labels)['two_classes']
        self.assertIsNone(only['roc_area'])
        self.assertEqual(only['recall'], 100)

    def known(self):
        """9 images, 6 of them right; two files that are no images, and files that are none of ours."""
        root = self.folder('known', [
            ('red/1.ppm', 'red'), ('red/2.PNG', 'red'), ('red/deep/er/3.ppm', 'green'),
            ('Lemon_Yellow/1.ppm', 'lemon yellow'), ('Lemon_Yellow/2.ppm', 'lemon yellow'),
            ('cyan/1.ppm', 'cyan, aqua'), ('cyan/2.ppm', 'green'), ('cyan/3.ppm', 'green'),
            ('black "night"/1.png', 'black "night"'),
        ])
        for name in ('red/broken.jpg', 'cyan/broken.png'):
            with open(os.path.join(root, name), 'wb') as f:
                f.write(b'\x89PNG\r\n\x1a\n' if name.endswith('png') else b'\xff\xd8\xff')
        for name in ('red/notes.txt', 'README', '.hidden'):
            with open(os.path.join(root, name), 'wb') as f:
                f.write(b'no image')
        os.makedirs(os.path.join(root, '.git', 'x'), exist_ok=True)
        return root

    def test_known_answers(self):
        root, table, matrix = self.known(), self.path('out.csv'), self.path('matrix.csv')
        document = self.json('eval', self.model, root, '--csv', table, '--confusion', matrix)
        self.assertEqual(document['matched_by'], 'name')
        self.assertEqual(document['images'], 9)
        self.assertEqual(document['correct'], 6)
        self.assertAlmostEqual(document['top1'], 600 / 9)
        self.assertEqual(len(document['unreadable']), 2)
        self.assertIn('cyan/broken.png', document['unreadable'][0])
        classes = {c['folder']: c for c in document['classes']}
        self.assertEqual(sorted(classes), ['Lemon_Yellow', 'black "night"', 'cyan', 'red'])
        self.assertEqual(classes['cyan']['label'], 'cyan, aqua')
        self.assertEqual((classes['cyan']['n'], classes['red']['n']), (3, 3))
        self.assertAlmostEqual(classes['cyan']['top1'], 100 / 3)
        self.assertEqual(classes['cyan']['most_confused_with'], {'label': 'green', 'index': 1, 'n': 2})
        self.assertIsNone(classes['Lemon_Yellow']['most_confused_with'])
        self.assertEqual(document['confusion']['predicted'], NAMES)
        for c, row in zip(document['classes'], document['confusion']['counts']):
            self.assertEqual(sum(row), c['n'])
            self.assertAlmostEqual(100 * row[c['index']] / c['n'], c['top1'])

        with open(table, newline='', encoding='utf-8') as f:
            rows = list(csv.DictReader(f, strict=True))
        self.assertEqual(list(rows[0]), ['path', 'label', 'predicted', 'index', 'confidence'])
        self.assertEqual(len(rows), 11)
        self.assertEqual([os.path.relpath(r['path'], root) for r in rows],
                         ['Lemon_Yellow/1.ppm', 'Lemon_Yellow/2.ppm', 'black "night"/1.png', 'cyan/1.ppm', 'cyan/2.ppm',
                          'cyan/3.ppm', 'cyan/broken.png', 'red/1.ppm', 'red/2.PNG', 'red/broken.jpg',
                          'red/deep/er/3.ppm'])
        self.assertEqual([r['predicted'] for r in rows],
                         ['lemon yellow', 'lemon yellow', 'black "night"', 'cyan, aqua', 'green', 'green', '', 'red',
                          'red', '', 'green'])
        for r in rows:
            if r['predicted']:
                self.assertEqual(NAMES[int(r['index'])], r['predicted'])
                self.assertTrue(0 < float(r['confidence']) <= 1)
            else:
                self.assertEqual((r['index'], r['confidence']), ('', ''))
        self.assertEqual([r['label'] for r in rows if 'cyan' in r['path']], ['cyan, aqua'] * 4)

        with open(matrix, newline='', encoding='utf-8') as f:
            lines = list(csv.reader(f, strict=True))
        self.assertEqual(lines[0][1:], NAMES)
        self.assertEqual([[int(v) for v in line[1:]] for line in lines[1:]], document['confusion']['counts'])
        self.assertEqual([line[0] for line in lines[1:]], [c['label'] for c in document['classes']])

    def test_top5(self):
        root = self.folder('five', [(f'{n}/{m}.ppm', m) for n in NAMES for m in NAMES])
        document = self.json('eval', self.model, root)
        expected1 = expected5 = 0
        for n, name in enumerate(NAMES):
            for m in NAMES:
                logits = t.colour_logits(t.PIXELS[m])
                order = sorted(range(7), key=lambda i: -logits[i])
                expected1 += order[0] == n
                expected5 += n in order[:5]
        self.assertEqual(document['images'], 49)
        self.assertAlmostEqual(document['top1'], 100 * expected1 / 49)
        self.assertAlmostEqual(document['top5'], 100 * expected5 / 49)

    def test_text(self):
        root = self.known()
        result = self.check(0, 'eval', self.model, root)
        for part in ('top-1       66.67 %  (6)', 'unreadable  2 images', 'cyan/broken.png', 'confusion matrix',
                     'green (2)', 'by name'):
            self.assertIn(part, result.stdout)
        self.assertEqual(result.stderr, '')
        quiet = self.check(0, 'eval', self.model, root, '--quiet').stdout
        self.assertIn('66.67 %', quiet)
        self.assertNotIn('confusion matrix', quiet)

    def test_minimum(self):
        root = self.known()
        self.check(0, 'eval', self.model, root, '--min-top1', '66.6')
        result = self.check(1, 'eval', self.model, root, '--min-top1', '66.7', says=['66.67 %', '66.7 %'])
        self.assertIn('66.67 %', result.stdout)
        self.assertIs(self.json('eval', self.model, root, '--min-top1', '10')['passed'], True)
        self.assertIs(self.json('eval', self.model, root, '--min-top1', '90', status=1)['passed'], False)
        perfect = self.folder('perfect', [('red/1.ppm', 'red')])
        self.check(0, 'eval', self.model, perfect, '--min-top1', '100')

    def test_threads_make_no_difference(self):
        root = self.folder('many', [(f'{NAMES[i % 7]}/{i:03}.ppm', NAMES[i * i % 7]) for i in range(80)])
        tables = []
        for threads in ('1', '2', '7'):
            table = self.path(f't{threads}.csv')
            self.check(0, 'eval', self.model, root, '--threads', threads, '--csv', table)
            with open(table, 'rb') as f:
                tables.append(f.read())
        self.assertEqual(len(set(tables)), 1)
        self.assertEqual(tables[0].count(b'\n'), 81)

    def test_sorted_order(self):
        images = [(f'{i}-{n}/1.ppm', n) for i, n in enumerate(NAMES)]
        root = self.folder('order', [(p.replace('"', '').replace(',', ''), n) for p, n in images])
        for model in (self.unlabelled, self.model):
            document = self.json('eval', model, root)
            self.assertEqual(document['matched_by'], 'sorted order')
            self.assertEqual(document['top1'], 100)
        table = self.path('order.csv')
        self.check(0, 'eval', self.unlabelled, root, '--csv', table)
        with open(table, newline='', encoding='utf-8') as f:
            self.assertEqual([r['predicted'] for r in csv.DictReader(f)], sorted(os.listdir(root)))

    def test_wordnet_identifiers(self):
        ids = [f'n0{1440764 + i}' for i in range(7)]
        root = self.folder('wordnet', [(f'{ids[2]}/1.ppm', 'blue'), (f'{ids[0]}/1.ppm', 'red')])
        self.check(1, 'eval', self.unlabelled, root)
        self.check(1, 'eval', self.model, root, says=[ids[0], 'WordNet'])
        words = self.write('words.txt', ''.join(f'{i} {n}\n' for i, n in zip(ids, NAMES)).encode())
        index = self.write('index.json', json.dumps({str(k): [i, n] for k, (i, n) in enumerate(zip(ids, NAMES))}).encode())
        for labels in (words, index):
            document = self.json('eval', self.unlabelled, root, '--labels', labels)
            self.assertEqual((document['matched_by'], document['correct']), ('name', 2))

    def test_numbered_folders_are_warned_about(self):
        model = t.colour_model(self.path('two.safetensors'), labels=False, classes=2)
        root = self.folder('numbers', [('2/a.ppm', 'green'), ('10/a.ppm', 'red')])
        result = self.check(0, 'eval', model, root, says='order')
        self.assertIn('100.00 %', result.stdout)
        self.assertEqual(t.run('eval', model, root, '--quiet').stderr, '')

    def test_links_do_not_loop(self):
        root = self.folder('links', [('red/1.ppm', 'red')])
        os.symlink('..', os.path.join(root, 'red', 'up'))
        os.symlink(os.path.join(root, 'red', '1.ppm'), os.path.join(root, 'red', '2.ppm'))
        self.assertEqual(self.json('eval', self.model, root)['correct'], 2)

    def test_nothing_readable(self):
        os.makedirs(self.path('wreck', 'red'))
        self.write('wreck/red/1.jpg', b'\xff\xd8\xff')
        result = self.check(1, 'eval', self.model, self.path('wreck'), says='1.jpg')
        self.assertNotIn('top-1', result.stdout)
        self.assertIsNone(json.loads(t.run('eval', self.model, self.path('wreck'), '--json').stdout)['top1'])

    def test_output_that_cannot_be_written(self):
        root = self.known()
        for option in ('--csv', '--confusion'):
            self.check(1, 'eval', self.model, root, option, self.path('no', 'folder.csv'), says='folder.csv')
        if os.path.exists('/dev/full'):
            self.check(1, 'eval', self.model, root, '--csv', '/dev/full', says='/dev/full')

    def test_options_of_preprocessing(self):
        root = self.known()
        document = self.json('eval', self.model, root, '--resize', '0', '--crop', '5', '--interpolation', 'nearest')
        self.assertEqual(document['preprocessing']['crop'], 5)
        self.assertEqual(document['correct'], 6)
        turned = self.json('eval', self.model, root, '--mean', '1,1,1')
        # ReLU makes every channel 0: the biases decide, for black
        self.assertEqual(turned['correct'], 1)


class TestBench(t.ToolTest):
    def test_text(self):
        text = self.check(0, 'bench', self.model, '--seconds', '0.05', '--layers').stdout
        for part in ('median', 'min', 'p95', 'images/s', 'peak RSS', 'conv1', 'fc', 'GFLOP/s', 'share'):
            self.assertIn(part, text)
        self.assertNotIn('share', self.check(0, 'bench', self.model, '--seconds', '0').stdout)

    def test_tune(self):
        self.check(2, 'bench', self.model, '--save', says='--tune')
        self.check(2, 'bench', 'embedded', '--tune', '--save', says="'embedded'")
        with tempfile.TemporaryDirectory() as folder:
            model = shutil.copy(self.model, folder)
            self.check(0, 'bench', model, '--tune', '--seconds', '0')
            self.assertEqual(os.listdir(folder), [os.path.basename(model)])
            self.check(0, 'bench', model, '--tune', '--save', '--seconds', '0', '--size', '24x40', says=f'{model}.tune.json')
            with open(model + '.tune.json', encoding='utf-8') as f:
                document = json.load(f)
            self.assertEqual((document['height'], document['width']), (24, 40))
            with open(model, 'rb') as f:
                self.assertEqual(document['sha256'], hashlib.sha256(f.read()).hexdigest())
            self.assertEqual(self.check(0, 'inspect', model).stderr, self.check(0, 'inspect', self.model).stderr)
            with open(model + '.tune.json', 'w', encoding='utf-8') as f:
                f.write('{"version": 1}')
            self.check(0, 'inspect', model, says='tuning is not used')

    def test_json(self):
        document = self.json('bench', self.model, '--seconds', '0.05', '--layers', '--batch', '3', '--size', '24x40',
                             '--threads', '1', '--warmup', '1', '--max-isa', 'c')
        self.assertEqual(document['input'], [3, 24, 40])
        self.assertEqual((document['batch'], document['threads'], document['isa']), (3, 1, 'c'))
        self.assertTrue(0 < document['min_ms'] <= document['median_ms'] <= document['p95_ms'])
        self.assertGreater(document['peak_rss_bytes'], 1 << 20)
        self.assertGreater(document['peak_gflops'], 0)
        self.assertAlmostEqual(document['peak_fraction'],
                               document['flops'] / document['median_ms'] / 1e6 / document['peak_gflops'], places=6)
        self.assertGreaterEqual(document['runs'], 3)
        self.assertAlmostEqual(sum(layer['share'] for layer in document['layers']), 1, places=6)
        self.assertIn('conv1', [layer['name'] for layer in document['layers']])

    def test_level_from_the_environment(self):
        env = dict(os.environ, NN_MAX_ISA='c')
        document = json.loads(self.check(0, 'bench', 'embedded', '--seconds', '0', '--json', env=env).stdout)
        self.assertEqual(document['isa'], 'c')
        self.assertEqual(json.loads(self.check(0, 'inspect', 'embedded', '--json', env=env).stdout)['isa'], 'c')

    def test_unknown_level_in_the_environment(self):
        env = dict(os.environ, NN_MAX_ISA='avx3')
        said = self.check(0, 'bench', 'embedded', '--seconds', '0', env=env).stderr
        self.assertEqual(said.count('avx3'), 1, said)
        for level in ('c', 'avx2', 'avxvnni', 'avx512', 'avx512vnni', 'avx512bf16', 'amx'):
            self.assertIn(level, said)

    def test_precision(self):
        ran = {}
        for level in ('c', 'amx'):
            for asked in ('auto', 'highest', 'high', 'medium'):
                document = self.json('bench', self.model, '--seconds', '0', '--precision', asked, '--max-isa', level)
                ran[level, asked] = document['precision']
        for asked in ('auto', 'highest', 'high', 'medium'):
            self.assertEqual(ran['c', asked], 'highest')
        self.assertEqual(ran['amx', 'highest'], 'highest')
        self.assertIn(ran['amx', 'auto'], ('highest', 'high'))
        self.assertIn(ran['amx', 'high'], ('highest', 'high'))
        self.assertIn(ran['amx', 'medium'], ('highest', 'medium'))


if __name__ == '__main__':
    unittest.main(verbosity=1)
