#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The pixels that resnet-tool reads are those of Pillow's Image.open(f).convert('RGB'), to the bit (needs Pillow).

usage: RESNET_TOOL=path/to/resnet-tool test-tool-pillow.py

Images are square and of the size that resize and crop ask for, so that nothing is resampled.
"""
import io
import os
import random
import shutil
import struct
import sys
import tempfile
import unittest
import warnings
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tool_testing as t  # noqa: E402

t.with_modules('PIL')
from PIL import Image, features  # noqa: E402

SIZES = (1, 2, 7, 16, 33, 64)


def noise(size, bands, seed=0, detail=4):
    """A picture with edges and slopes: random colours on a coarse grid, enlarged."""
    rng = random.Random(f'{size} {bands} {seed}')
    side = max(2, size // detail)
    mode = {1: 'L', 2: 'LA', 3: 'RGB', 4: 'RGBA'}[bands]
    small = Image.frombytes(mode, (side, side), bytes(rng.randrange(256) for _ in range(side * side * bands)))
    planes = [p.resize((size, size), Image.BICUBIC) for p in small.split()]
    return planes[0] if bands == 1 else Image.merge(mode, planes)


def raw_png(size, depth, colour, row_bytes, extra=b'', seed=0):
    rng = random.Random(seed)
    chunk = lambda kind, data: struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
    rows = b''.join(b'\0' + bytes(rng.choice((0, 0, 1, rng.randrange(256))) for _ in range(row_bytes)) for _ in range(size))
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', size, size, depth, colour, 0, 0, 0))
            + extra + chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def cases(size):
    """(name, bytes of the file)"""
    rgb, grey = noise(size, 3), noise(size, 1)
    for name, subsampling in (('4:4:4', 0), ('4:2:2', 1), ('4:2:0', 2)):
        for progressive in (False, True):
            for quality in (40, 95):
                yield (f'JPEG {name} progressive={progressive} quality={quality}',
                       saved(rgb, 'JPEG', subsampling=subsampling, progressive=progressive, quality=quality))
    yield 'JPEG grey', saved(grey, 'JPEG')
    yield 'JPEG grey progressive', saved(grey, 'JPEG', progressive=True)
    four = noise(size, 4)
    cmyk = Image.merge('CMYK', four.split())
    yield 'JPEG CMYK', saved(cmyk, 'JPEG')
    yield 'JPEG CMYK progressive', saved(cmyk, 'JPEG', progressive=True, quality=60)
    # The same file, its Adobe marker saying YCCK.
    adobe = saved(cmyk, 'JPEG').replace(b'Adobe\0\x64\0\0\0\0\0', b'Adobe\0\x64\0\0\0\0\2')
    yield 'JPEG YCCK', adobe
    yield 'JPEG of RGB components', saved(rgb, 'JPEG', keep_rgb=True)
    yield 'JPEG with restart markers', saved(rgb, 'JPEG', restart_marker_blocks=1)
    yield 'JPEG with bytes after its end', saved(rgb, 'JPEG') + b'trailing'
    exif = Image.Exif()
    exif[0x0112] = 6
    yield 'JPEG with an EXIF orientation', saved(rgb, 'JPEG', exif=exif)

    yield 'PNG RGB', saved(rgb, 'PNG')
    yield 'PNG RGBA', saved(four, 'PNG')
    yield 'PNG L', saved(grey, 'PNG')
    yield 'PNG LA', saved(noise(size, 2), 'PNG')
    yield 'PNG 1 bit', saved(grey.point(lambda v: 255 * (v > 128)).convert('1'), 'PNG')
    palette = rgb.quantize(17)
    yield 'PNG P', saved(palette, 'PNG')
    yield 'PNG P, one transparent colour', saved(palette, 'PNG', transparency=2)
    yield 'PNG P, alpha of each colour', saved(palette, 'PNG', transparency=bytes(range(0, 255, 15)))
    yield 'PNG P of 2 bits', saved(rgb.quantize(3), 'PNG', bits=2)
    for depth in (2, 4):
        yield f'PNG L of {depth} bits', raw_png(size, depth, 0, (size * depth + 7) // 8)
    for colour, bands in ((0, 1), (2, 3), (4, 2), (6, 4)):
        yield f'PNG 16 bits, {bands} bands', raw_png(size, 16, colour, size * bands * 2)
    ramp = Image.new('I;16', (size, size))
    ramp.putdata([i % 512 for i in range(size * size)])
    yield 'PNG 16 bits, dark grey', saved(ramp, 'PNG')
    trns = struct.pack('>I', 6) + b'tRNS' + bytes(6)
    yield 'PNG RGB, one transparent colour', raw_png(size, 8, 2, size * 3, trns + struct.pack('>I', zlib.crc32(trns[4:])))

    yield 'GIF', saved(rgb, 'GIF')
    yield 'GIF grey', saved(grey, 'GIF')
    yield 'GIF transparent', saved(palette, 'GIF', transparency=1)
    yield 'GIF interlaced', saved(palette, 'GIF', interlace=1)
    yield 'GIF animated', saved(rgb, 'GIF', save_all=True, append_images=[noise(size, 3, 1)], duration=40)
    yield 'BMP', saved(rgb, 'BMP')
    yield 'BMP P', saved(palette, 'BMP')
    yield 'BMP L', saved(grey, 'BMP')
    yield 'BMP 1 bit', saved(grey.convert('1'), 'BMP')
    yield 'BMP RGBA', saved(four, 'BMP')
    yield 'PPM', saved(rgb, 'PPM')
    yield 'PGM', saved(grey, 'PPM')
    yield 'PBM', saved(grey.convert('1'), 'PPM')
    for maxval in (1, 7, 100, 254, 1000, 65535):
        wide = '>H' if maxval > 255 else 'B'
        for magic, bands in ((b'P5', 1), (b'P6', 3)):
            rng = random.Random(maxval)
            body = b''.join(struct.pack(wide, rng.randrange(maxval + 1)) for _ in range(size * size * bands))
            yield f'{magic.decode()} with a maximum of {maxval}', b'%s %d %d\n%d\n' % (magic, size, size, maxval) + body
    text = ' '.join(str(v * 31 // 255) for v in rgb.tobytes())
    yield 'plain PPM', f'P3\n# made up\n{size} {size}\n31\n{text}\n'.encode()
    yield 'TIFF', saved(rgb, 'TIFF')
    yield 'TIFF LZW', saved(rgb, 'TIFF', compression='tiff_lzw')
    yield 'TIFF L', saved(grey, 'TIFF')
    yield 'TIFF P', saved(palette, 'TIFF')
    yield 'TIFF 1 bit', saved(grey.convert('1'), 'TIFF')
    if features.check('webp'):
        yield 'WebP lossless', saved(rgb, 'WEBP', lossless=True)
        yield 'WebP lossless RGBA', saved(four, 'WEBP', lossless=True, exact=True)
        yield 'WebP', saved(rgb, 'WEBP', quality=60)
        yield 'WebP RGBA', saved(four, 'WEBP', quality=60)
        yield 'WebP animated', saved(rgb, 'WEBP', save_all=True, append_images=[noise(size, 3, 1)], duration=40)


class TestPixels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        warnings.simplefilter('ignore')
        cls.dir = tempfile.mkdtemp(prefix='tool-pillow-')
        cls.model = t.colour_model(os.path.join(cls.dir, 'm.safetensors'))
        cls.no_webp = False

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    def ours(self, data, size):
        """The file's pixels, or None where resnet-tool refuses it."""
        path, ppm = os.path.join(self.dir, 'image'), os.path.join(self.dir, 'out.ppm')
        with open(path, 'wb') as f:
            f.write(data)
        result = t.run('preprocess', self.model, path, '--resize', size, '--crop', size, '--ppm', ppm)
        if result.returncode:
            self.assertEqual(result.returncode, 1, result.stderr)
            self.error = result.stderr
            return None
        with open(ppm, 'rb') as f:
            header, _, _, pixels = f.read().split(b'\n', 3)
        return pixels

    def test_equal(self):
        n = 0
        for size in SIZES:
            for name, data in cases(size):
                expected = Image.open(io.BytesIO(data)).convert('RGB').tobytes()
                pixels = self.ours(data, str(size))
                if pixels is None and name.startswith('WebP') and 'webp' in self.error.lower():
                    continue  # built without libwebp, and gdk-pixbuf has no loader for it
                with self.subTest(name, size=size):
                    self.assertIsNotNone(pixels, getattr(self, 'error', ''))
                    self.assertEqual(pixels, expected)
                n += 1
        self.assertGreater(n, 300)

    def test_refused_together(self):
        """Cut anywhere, a file is refused or read as Pillow refuses or reads it."""
        kinds = dict(cases(33))
        for name in ('JPEG 4:2:0 progressive=False quality=95', 'JPEG 4:2:2 progressive=True quality=40', 'JPEG CMYK',
                     'JPEG grey', 'JPEG of RGB components', 'JPEG with restart markers', 'PNG RGB', 'PNG P', 'GIF', 'GIF interlaced', 'BMP', 'PPM', 'TIFF'):
            data = kinds[name]
            for cut in sorted({len(data) * k // 12 for k in range(1, 12)} | {len(data) - k for k in (1, 2, 3, 4, 5, 6, 7, 40)}):
                try:
                    expected = Image.open(io.BytesIO(data[:cut])).convert('RGB').tobytes()
                except Exception:
                    expected = None
                with self.subTest(name, cut=cut, of=len(data)):
                    self.assertEqual(self.ours(data[:cut], '33'), expected)


if __name__ == '__main__':
    unittest.main()
