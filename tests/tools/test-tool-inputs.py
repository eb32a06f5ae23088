#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""resnet-tool: channel order, grey networks, inputs that are not square, HDR.

usage: RESNET_TOOL=path/to/resnet-tool test-tool-inputs.py [unittest's arguments]
"""
import math
import os
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tool_testing as t  # noqa: E402


class TestInputs(t.ToolTest):
    def test_channel_order_and_range(self):
        """Numbers as Caffe has them: B, G, R, of pixels from 0 to 255; on the command line or in the file."""
        image = t.save_ppm(self.path('bgr.ppm'), 4, 4, lambda x, y: (x * 60, y * 80, 255 - x - y))
        out, numbers = self.path('bgr.npy'), ('103.939,116.779,123.68', '1,1,1')
        size = ('--resize', '4', '--crop', '4')
        told = t.colour_model(self.path('bgr.safetensors'), channel_order='BGR', mean=numbers[0], std=numbers[1])
        for args in ((self.model, '--channel-order', 'bgr', '--mean', numbers[0], '--std', numbers[1]), (told,)):
            self.check(0, 'preprocess', args[0], image, '--output', out, *size, *args[1:])
            values = t.load_npy(out)[1]
            for y in range(4):
                for x in range(4):
                    b, g, r = 255 - x - y, y * 80, x * 60
                    for c, expected in enumerate((b - 103.939, g - 116.779, r - 123.68)):
                        self.assertAlmostEqual(values[16 * c + 4 * y + x], expected, places=3)
        # red is where blue was, and the other way round
        self.assertEqual(self.json('classify', self.model, self.red, '--channel-order', 'bgr')['images'][0]['classes'][0]['label'], 'blue')
        self.check(2, 'preprocess', self.model, image, '--output', out, '--channel-order', 'grb', says='rgb or bgr')
        converted = self.path('converted.safetensors')
        self.check(0, 'convert', told, converted)
        self.check(0, 'preprocess', converted, image, '--output', self.path('again.npy'), *size)
        self.assertEqual(t.load_npy(self.path('again.npy')), t.load_npy(out))

    def test_one_channel(self):
        """A grey network: Pillow's L, one mean, one std."""
        grey = t.colour_model(self.path('grey.safetensors'), channels=1, mean='0.25', std='0.5')
        colour = lambda x, y: (x * 16, y * 16, (x * y) % 256)
        image, out = t.save_ppm(self.path('grey.ppm'), 16, 16, colour), self.path('grey.npy')
        self.check(0, 'preprocess', grey, image, '--output', out)
        shape, values = t.load_npy(out)
        self.assertEqual(shape, (1, 1, 16, 16))
        luma = []
        for y in range(16):
            for x in range(16):
                r, g, b = colour(x, y)
                luma.append((19595 * r + 38470 * g + 7471 * b + 32768) >> 16)
                self.assertAlmostEqual(values[16 * y + x], (luma[-1] / 255 - .25) / .5, places=6)
        frame = self.write('grey.raw', bytes(luma))
        self.check(0, 'preprocess', grey, frame, '--raw', 'GRAY8:16x16', '--output', self.path('gray8.npy'))
        self.assertEqual(t.load_npy(self.path('gray8.npy'))[1], values)
        self.check(0, 'run', grey, '--input', out, '--output', self.path('y.npy'))
        mean = sum(values) / 256
        for logit, weights in zip(t.load_npy(self.path('y.npy'))[1], t.COLOURS.values()):
            expected = sum(max(v, 0) for v in values) / 256 * sum(weights[:3]) + weights[3]
            self.assertAlmostEqual(logit, expected, places=3, msg=mean)
        self.check(1, 'classify', grey, image, '--mean', '0.1,0.1,0.1', says='grey')
        self.check(1, 'classify', self.model, image, '--mean', '0.1', says='three')
        silent = t.colour_model(self.path('silent.safetensors'), channels=1)
        self.assertEqual(t.run('inspect', silent).stderr, '')
        for mean in ('0.5, 0.5', '0.5, 0.5, 0.5', ''):
            self.check(1, 'inspect', t.colour_model(self.path('bad-grey.safetensors'), channels=1, mean=mean), says='preprocess.mean')

    def test_not_square(self):
        image = t.save_ppm(self.path('wide.ppm'), 12, 8, lambda x, y: (x * 20, y * 30, x + y))
        out = self.path('wide.npy')
        told = t.colour_model(self.path('wide.safetensors'), crop='4x6', resize='8')
        for args in ((self.model, '--resize', '8', '--crop', '4x6'), (told,), (self.model, '--resize', '8x12', '--crop', '4x6')):
            self.check(0, 'preprocess', args[0], image, '--output', out, *args[1:])
            shape, values = t.load_npy(out)
            self.assertEqual(shape, (1, 3, 4, 6))
            for y in range(4):
                for x in range(6):
                    for c, v in enumerate(((x + 3) * 20, (y + 2) * 30, x + y + 5)):
                        self.assertAlmostEqual(values[24 * c + 6 * y + x], v / 255, places=6)
        document = self.json('classify', told, self.red)
        self.assertEqual(document['preprocessing']['crop'], [4, 6])
        self.assertEqual(document['images'][0]['classes'][0]['label'], 'red')
        for size in ('0x4', '4x0', '-1x4', '4x', 'x4', '4x4x4', '4097x1', '99999999999x1', ''):
            self.check(2, 'preprocess', self.model, image, '--output', out, '--crop', size)
        for size in ('0x4', '4x0', '4x4097'):
            self.check(2, 'preprocess', self.model, image, '--output', out, '--resize', size)
            self.check(1, 'inspect', t.colour_model(self.path('bad.safetensors'), resize=size), says='preprocess.resize')

    def test_cat_stays_a_cat(self):
        """A photograph that was encoded as HDR (BT.2020, PQ and HLG, white at 203 cd/m2) gives nearly its own answer."""
        photo = os.path.join(t.SOURCE, 'samples', 'media', 'chelsea.jpg')
        ppm, npy, out = self.path('photo.ppm'), self.path('photo.npy'), self.path('photo-logits.npy')
        side = 240
        self.check(0, 'preprocess', self.model, photo, '--resize', str(side), '--crop', str(side), '--ppm', ppm)
        with open(ppm, 'rb') as f:
            pixels = f.read().split(b'\n', 3)[3]
        light = [203 * (v / 255) ** 2.4 for v in range(256)]
        wide = ((.6274, .3293, .0433), (.0691, .9195, .0114), (.0164, .0880, .8956))

        def pq(rgb):
            for v in rgb:
                y = (v / 10000) ** .1593017578125
                yield ((.8359375 + 18.8515625 * y) / (1 + 18.6875 * y)) ** 78.84375

        def hlg(rgb):
            luminance = max(sum(k * v for k, v in zip((.2627, .6780, .0593), rgb)) / 1000, 1e-9) ** (1 / 1.2)
            for v in rgb:
                scene = v / 1000 * luminance ** -.2
                yield math.sqrt(3 * scene) if scene <= 1 / 12 else .17883277 * math.log(12 * scene - .28466892) + .55991073

        def answer(frame, spec):
            self.check(0, 'preprocess', 'embedded', self.write('photo.raw', frame), '--raw', f'RGB:{side}x{side}{spec}', '--output', npy)
            self.check(0, 'run', 'embedded', '--input', npy, '--output', out)
            logits = t.load_npy(out)[1]
            largest = max(logits)
            exps = [math.exp(v - largest) for v in logits]
            return [v / sum(exps) for v in exps]

        expected = answer(pixels, '')
        best = expected.index(max(expected))
        for name, encode in (('pq', pq), ('hlg', hlg)):
            memo, frame = {}, bytearray()
            for i in range(0, len(pixels), 3):
                key = pixels[i:i + 3]
                if key not in memo:
                    linear = [light[v] for v in key]
                    memo[key] = bytes(round(255 * v) for v in encode([sum(m * v for m, v in zip(row, linear)) for row in wide]))
                frame += memo[key]
            with self.subTest(name):
                found = answer(bytes(frame), f':bt2100-{name}')
                self.assertEqual(found.index(max(found)), best)
                self.assertLess(max(abs(a - b) for a, b in zip(found, expected)), 0.1)
                # As if it were SDR it is another picture.
                flat = answer(bytes(frame), '')
                self.assertGreater(max(abs(a - b) for a, b in zip(flat, expected)), 0.1)


if __name__ == '__main__':
    unittest.main()
