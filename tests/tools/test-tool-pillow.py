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
import image_makers  # noqa: E402
import tool_testing as t  # noqa: E402

t.with_modules('PIL')
import PIL  # noqa: E402
from PIL import Image, ImageOps, features  # noqa: E402

SIZES = (1, 2, 7, 16, 33, 64)
# What Pillow 13 reads, and resnet-tool with it, and Pillow 9 read in another way: run lengths with jumps and gaps, palettes that are
# shorter than the indices, YCbCr of one pixel, and TIFF's orientation, which it did not apply while reading.
CHANGED = ('BMP runs', 'BMP 4 bits, few colours', 'BMP 8 bits, few colours', 'BMP 1 bit, [(0, 0, 0)]', 'TIFF < YCbCr', 'TIFF > YCbCr')
OLD_PILLOW = int(PIL.__version__.split('.')[0]) < 12


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
    if features.check('libtiff'):
        for compression in ('packbits', 'tiff_adobe_deflate', 'jpeg'):
            yield f'TIFF {compression}', saved(rgb, 'TIFF', compression=compression)
        for mode in ('YCbCr', 'CMYK', 'RGBA', 'L', 'LA', 'P'):
            yield f'TIFF LZW {mode}', saved(rgb.convert(mode), 'TIFF', compression='tiff_lzw')
        for compression in ('group3', 'group4'):
            yield f'TIFF {compression}', saved(grey.convert('1'), 'TIFF', compression=compression)
        yield 'TIFF JPEG YCbCr', saved(rgb.convert('YCbCr'), 'TIFF', compression='jpeg')
        yield 'TIFF JPEG L', saved(grey, 'TIFF', compression='jpeg')
    yield from image_makers.bmp_cases(size)
    yield from image_makers.tiff_cases(size)
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

    def ours(self, data, size, *options):
        """The file's pixels, or None where resnet-tool refuses it."""
        path, ppm = os.path.join(self.dir, 'image'), os.path.join(self.dir, 'out.ppm')
        with open(path, 'wb') as f:
            f.write(data)
        result = t.run('preprocess', self.model, path, '--resize', size, '--crop', size, '--ppm', ppm, *options)
        if result.returncode:
            self.assertEqual(result.returncode, 1, result.stderr)
            self.error = result.stderr
            return None
        with open(ppm, 'rb') as f:
            header, _, _, pixels = f.read().split(b'\n', 3)
        return pixels

    def test_equal(self):
        n = skipped = 0
        for size in SIZES:
            for name, data in cases(size):
                if OLD_PILLOW and name.startswith(CHANGED):
                    skipped += 1
                    continue
                try:
                    expected = Image.open(io.BytesIO(data)).convert('RGB').tobytes()
                except Exception:  # an older Pillow, which lacks the kind
                    continue
                pixels = self.ours(data, str(size))
                if pixels is None and 'was built without' in self.error:
                    continue
                with self.subTest(name, size=size):
                    self.assertIsNotNone(pixels, getattr(self, 'error', ''))
                    self.assertEqual(pixels, expected)
                n += 1
        if skipped:
            print(f'{skipped} files were not compared: Pillow {PIL.__version__} reads their kinds otherwise than Pillow 13', file=sys.stderr)
        self.assertGreater(n, 1000)

    def test_refused_together(self):
        """Cut anywhere, a file is refused or read as Pillow refuses or reads it."""
        kinds = dict(cases(33))
        for name in ('JPEG 4:2:0 progressive=False quality=95', 'JPEG 4:2:2 progressive=True quality=40', 'JPEG CMYK',
                     'JPEG grey', 'JPEG of RGB components', 'JPEG with restart markers', 'PNG RGB', 'PNG P', 'GIF', 'GIF interlaced', 'BMP', 'PPM', 'TIFF',
                     'BMP runs of 8 bits, 2, height 33', 'BMP 16 bits, gap', 'TIFF planes', 'TIFF tiles, deflated',
                     'TIFF grey of 12 bits'):
            if OLD_PILLOW and name.startswith(CHANGED):
                continue
            data = kinds[name]
            for cut in sorted({len(data) * k // 12 for k in range(1, 12)} | {len(data) - k for k in (1, 2, 3, 4, 5, 6, 7, 40)}):
                try:
                    expected = Image.open(io.BytesIO(data[:cut])).convert('RGB').tobytes()
                except Exception:
                    expected = None
                with self.subTest(name, cut=cut, of=len(data)):
                    self.assertEqual(self.ours(data[:cut], '33'), expected)

    def test_grey_and_sizes(self):
        """Resize((h, w)), crops that are not square, and convert('L') before the resize: each equal to the bit."""
        picture = noise(97, 3).resize((97, 64))
        data = saved(picture, 'PNG')
        model, grey = self.model, t.colour_model(os.path.join(self.dir, 'grey.safetensors'), channels=1)
        for filter, name in ((Image.BILINEAR, 'bilinear'), (Image.BICUBIC, 'bicubic'), (Image.NEAREST, 'nearest')):
            for mode, network in (('RGB', model), ('L', grey)):
                for resize in ('50x31', '31x50', '64x97', '130x200', '64x20', '10x97'):
                    height, width = map(int, resize.split('x'))
                    self.model = network
                    pixels = self.ours(data, resize, '--resize', resize, '--crop', resize, '--interpolation', name)
                    expected = picture.convert(mode).resize((width, height), filter).convert('RGB').tobytes()
                    with self.subTest(mode, resize=resize, filter=name):
                        self.assertEqual(pixels, expected)
        self.model = model

    def check_turned(self, name, data, size):
        """Not square: the picture is as large as its shorter side asks for, and lies in the middle of the longer one's square."""
        width, height = size
        side = max(size)
        for options, turn in ((('--exif',), True), ((), False)):
            picture = Image.open(io.BytesIO(data))
            picture = (ImageOps.exif_transpose(picture) if turn else picture).convert('RGB')
            expected = Image.new('RGB', (side, side))
            expected.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
            pixels = self.ours(data, str(side), '--resize', str(min(size)), *options)
            if pixels is None and 'was built without' in self.error:
                return
            with self.subTest(name, options=options):
                self.assertEqual(pixels, expected.tobytes(), getattr(self, 'error', ''))

    def test_exif(self):
        """--exif gives ImageOps.exif_transpose()'s picture; without it the stored one is taken, and said."""
        picture = noise(48, 3).resize((40, 28))
        for orientation in range(0, 11):
            exif = Image.Exif()
            exif[0x0112] = orientation
            xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="%d"/></x:xmpmeta>' % orientation
            files = [('JPEG', saved(picture, 'JPEG', exif=exif, quality=95)), ('PNG', saved(picture, 'PNG', exif=exif))]
            if not OLD_PILLOW:
                files.append(('TIFF', saved(picture, 'TIFF', exif=exif)))
            if features.check('webp'):
                files.append(('WebP', saved(picture, 'WEBP', exif=exif, lossless=True)))
            big = b'Exif\0\0MM\0*\0\0\0\x08' + struct.pack('>HHHIHHI', 1, 0x0112, 3, 1, orientation, 0, 0)
            files.append(('JPEG, big-endian', saved(picture, 'JPEG', exif=big)))
            if orientation < 10:
                files.append(('JPEG XMP', saved(picture, 'JPEG', xmp=xmp)))
            for name, data in files:
                self.check_turned(f'{name} {orientation}', data, picture.size)

    def test_exif_is_said(self):
        """A warning, once, for what is not upright and not turned."""
        exif = Image.Exif()
        exif[0x0112] = 6
        path = os.path.join(self.dir, 'turned.jpg')
        upright = os.path.join(self.dir, 'upright.jpg')
        noise(32, 3).save(path, exif=exif)
        noise(32, 3).save(upright)
        result = t.run('classify', self.model, path, path, path)
        self.assertEqual(result.stderr.count('EXIF'), 1, result.stderr)
        self.assertIn('--exif', result.stderr)
        self.assertIn('turned.jpg', result.stderr)
        for quiet in ((path, '--exif'), (upright,), (path, '--quiet')):
            self.assertEqual(t.run('classify', self.model, *quiet).stderr, '', quiet)


class TestBadFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix='tool-bad-')
        cls.model = t.colour_model(os.path.join(cls.dir, 'm.safetensors'))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.dir)

    def refused(self, name, data, *words):
        path = os.path.join(self.dir, 'bad')
        with open(path, 'wb') as f:
            f.write(data)
        result = t.run('preprocess', self.model, path, '--ppm', os.path.join(self.dir, 'out.ppm'))
        with self.subTest(name):
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertEqual(result.stderr.count('\n'), 1, result.stderr)
            for word in (path,) + words:
                self.assertIn(word, result.stderr)

    def test_bmp(self):
        m = image_makers
        rows = m.bmp_rows(8, 8, 8)
        good = m.bmp(8, 8, 8, rows, colors=m.palette(256))
        for cut in (2, 14, 17, 18, 53, 54, 500, len(good) - 9):
            self.refused(f'cut at {cut}', good[:cut], 'ends early')
        self.refused('no width', m.bmp(0, 8, 8, rows, colors=m.palette(256)), 'no pixels')
        self.refused('negative width', m.bmp(-8, 8, 8, rows, colors=m.palette(256)), 'width is -8')
        self.refused('no height', m.bmp(8, 0, 8, rows, colors=m.palette(256)), 'no pixels')
        self.refused('lowest height', m.bmp(8, -2**31, 8, rows, colors=m.palette(256)), 'over')
        self.refused('large', m.bmp(60000, 60000, 8, rows, colors=m.palette(256)), 'over')
        self.refused('pixels behind the end', m.bmp(8, 8, 8, rows, offset=0x7fffffff), 'ends early')
        for bits in (0, 3, 5, 7, 9, 48, 64, 65535):
            self.refused(f'{bits} bits', m.bmp(8, 8, bits, rows), f'{bits} bits a pixel')
        for bits, compression in ((4, 1), (8, 2), (24, 1), (8, 3), (4, 6)):
            self.refused('contradiction', m.bmp(8, 8, bits, rows, compression=compression), 'do not go together')
        self.refused('JPEG', m.bmp(8, 8, 0, rows, compression=4), 'JPEG')
        self.refused('PNG', m.bmp(8, 8, 0, rows, compression=5), 'PNG')
        self.refused('compression', m.bmp(8, 8, 8, rows, compression=9), "compression is 9")
        self.refused('a mask with a gap', m.bmp(8, 8, 32, rows * 4, compression=3, masks=(0xff00ff, 0xff00, 0xff)), '0x00ff00ff')
        for size in (0, 11, 13, 15, 125, 2**32 - 1):
            self.refused(f'header of {size}', good[:14] + struct.pack('<I', size) + good[18:], f'{size} bytes')
        runs = m.bmp(8, 8, 8, b'\x08\x01\0\0\x08', compression=1, colors=m.palette(256))
        self.refused('runs that end early', runs, 'ends early')
        self.refused('a jump that ends early', m.bmp(8, 8, 8, b'\0\2\1', compression=1), 'ends early')
        self.refused('given pixels that end early', m.bmp(8, 8, 8, b'\0\x08\1', compression=1), 'ends early')

    def test_jpeg_scans(self):
        """A progressive file whose last scan is there hundreds of times; a few more than usual are taken."""
        out = io.BytesIO()
        noise(64, 3).save(out, 'JPEG', progressive=True)
        data = out.getvalue()
        last = data.rindex(b'\xff\xda')
        end = data.rindex(b'\xff\xd9')
        self.refused('300 scans', data[:last] + data[last:end] * 300 + data[end:], 'more than 100 scans')
        out = io.BytesIO()
        Image.new('RGB', (3000, 3000)).save(out, 'JPEG', progressive=True)
        data = out.getvalue()
        last = data.rindex(b'\xff\xda')
        end = data.rindex(b'\xff\xd9')
        self.refused('40 scans of a large image', data[:last] + data[last:end] * 30 + data[end:], 'scans of 9000000 pixels')

    def test_bmp_runs_that_end(self):
        """What a picture's end leaves out has the first colour, also empty rows (Pillow refuses such files)."""
        m = image_makers
        colors = m.palette(256)
        data = m.bmp(4, 4, 8, b'\x04\x07' + b'\0\0' + b'\0\0' + b'\x02\x09' + b'\0\1', compression=1, colors=colors)
        path, ppm = os.path.join(self.dir, 'runs.bmp'), os.path.join(self.dir, 'runs.ppm')
        with open(path, 'wb') as f:
            f.write(data)
        result = t.run('preprocess', self.model, path, '--resize', '4', '--crop', '4', '--ppm', ppm)
        self.assertEqual(result.returncode, 0, result.stderr)
        with open(ppm, 'rb') as f:
            pixels = f.read().split(b'\n', 3)[3]
        first, seven, nine = bytes(colors[0]), bytes(colors[7]), bytes(colors[9])
        self.assertEqual(pixels, first * 4 + nine * 2 + first * 2 + first * 4 + seven * 4)

    def test_tiff(self):
        m = image_makers
        rgb = m.tiff_rows(8, 8, 8, 3)
        tags = {258: [8] * 3, 259: 1, 262: 2, 277: 3}
        good = m.tiff(8, 8, tags, [rgb])
        probe = os.path.join(self.dir, 'good.tiff')
        with open(probe, 'wb') as f:
            f.write(good)
        if 'was built without' in t.run('preprocess', self.model, probe, '--ppm', os.path.join(self.dir, 'out.ppm')).stderr:
            self.skipTest('built without libtiff')
        for cut in (4, 7, 8, 100, len(good) - 30):
            self.refused(f'cut at {cut}', good[:cut], 'TIFF')
        self.refused('no pixels', m.tiff(0, 8, tags, [rgb]), '')
        self.refused('large', m.tiff(70000, 8, tags, [rgb]), 'over')
        self.refused('many pixels', m.tiff(60000, 60000, tags, [rgb]), 'over')
        self.refused('few bytes', m.tiff(8000, 8000, tags, [rgb]), 'ends early')
        self.refused('large tiles', m.tiff(8, 8, tags, [rgb], tile=(65536, 65536)), '1 GiB')
        self.refused('huge tiles', m.tiff(8, 8, tags, [rgb], tile=(2**31 - 16, 2**31 - 16)), '')
        self.refused('photometric', m.tiff(8, 8, {**tags, 262: 32845}, [rgb]), '32845')
        self.refused('L*a*b*', m.tiff(8, 8, {**tags, 262: 8}, [rgb]), 'number 8')
        self.refused('bits', m.tiff(8, 8, {**tags, 258: [7] * 3}, [rgb]), '7 bits')
        self.refused('compression', m.tiff(8, 8, {**tags, 259: 34712}, [rgb]), '34712')
        self.refused('no palette', m.tiff(8, 8, {258: 4, 259: 1, 262: 3}, [rgb]), '')
        self.refused('too few samples', m.tiff(8, 8, {258: [8] * 2, 259: 1, 262: 2, 277: 2}, [rgb]), '')
        self.refused('many samples', m.tiff(8, 8, {258: 8, 259: 1, 262: 2, 277: 60000}, [rgb]), '')
        self.refused('not what it says', m.tiff(8, 8, {**tags, 259: 8}, [rgb]), 'TIFF')


if __name__ == '__main__':
    unittest.main()
