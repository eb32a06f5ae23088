# SPDX-License-Identifier: LGPL-2.1-or-later
"""BMP and TIFF files written out by hand, since Pillow writes only a few of the kinds that there are."""
import random
import struct
import zlib


def palette(n, seed=0):
    rng = random.Random(f'palette {n} {seed}')
    return [tuple(rng.randrange(256) for _ in range(3)) for _ in range(n)]


def bmp(width, height, bits, pixels, *, header=40, compression=0, colors=(), masks=(), gap=b'', n_colors=None, offset=None):
    """@pixels: the rows as they are stored; a negative @height: top-down; @colors: (R, G, B); @masks: R, G, B (, A)."""
    if header == 12:
        head = struct.pack('<IHHHH', 12, width, height, 1, bits)
    else:
        n = len(colors) if n_colors is None else n_colors
        head = struct.pack('<IiiHHIIiiII', header, width, height, 1, bits, compression, len(pixels), 2835, 2835, n, 0)
        head += struct.pack('<4I', *(list(masks) + [0] * 4)[:4])
        head = (head + bytes(124))[:header]
        if header == 40 and masks:
            head += struct.pack(f'<{len(masks)}I', *masks)
    table = b''.join(bytes(c[::-1]) + (b'' if header == 12 else b'\0') for c in colors)
    if offset is None:
        offset = 14 + len(head) + len(table) + len(gap)
    body = head + table + gap + pixels
    return b'BM' + struct.pack('<IHHI', 14 + len(body), 0, 0, offset) + body


def bmp_rows(width, height, bits, seed=0, values=None):
    rng = random.Random(f'{width} {height} {bits} {seed}')
    row = (width * bits + 31) // 32 * 4
    if values is None:
        return bytes(rng.randrange(256) for _ in range(row * height))
    return bytes(rng.randrange(values) for _ in range(row * height))


def bmp_cases(size):
    """(name, bytes) of BMP files that Pillow reads; @size: width and height."""
    for bits in (1, 4, 8):
        colors = palette(1 << bits)
        rows = bmp_rows(size, size, bits)
        for header in (12, 40, 52, 56, 64, 108, 124):
            yield f'BMP {bits} bits, header of {header}', bmp(size, size, bits, rows, header=header, colors=colors)
        yield f'BMP {bits} bits, top-down', bmp(size, -size, bits, rows, colors=colors)
        for gap in (1, 2, 3, 64, 1000):
            yield f'BMP {bits} bits, {gap} bytes before the pixels', bmp(size, size, bits, rows, colors=colors, gap=b'\xee' * gap)
        yield f'BMP {bits} bits, no number of colours', bmp(size, size, bits, rows, colors=colors, n_colors=0)
        yield f'BMP {bits} bits, no offset', bmp(size, size, bits, rows, colors=colors, offset=0)
        yield f'BMP {bits} bits, offset before the palette', bmp(size, size, bits, rows, colors=colors, offset=54)
        if bits > 1:
            few = palette(5)
            yield f'BMP {bits} bits, few colours', bmp(size, size, bits, rows, colors=few)
            yield f'BMP {bits} bits, few colours, gap', bmp(size, size, bits, rows, colors=few, gap=bytes(90))
    greys = [(i, i, i) for i in range(256)]
    yield 'BMP 8 bits, greys', bmp(size, size, 8, bmp_rows(size, size, 8), colors=greys)
    yield 'BMP 8 bits, greys, gap', bmp(size, size, 8, bmp_rows(size, size, 8), colors=greys, gap=bytes(12))
    yield 'BMP 8 bits, few greys', bmp(size, size, 8, bmp_rows(size, size, 8), colors=greys[:20])
    for colors in ([(0, 0, 0), (255, 255, 255)], [(255, 255, 255), (0, 0, 0)], [(0, 0, 0)]):
        yield f'BMP 1 bit, {colors}', bmp(size, size, 1, bmp_rows(size, size, 1), colors=colors)
    for bits in (16, 24, 32):
        rows = bmp_rows(size, size, bits)
        for header in (12, 40, 108) if bits == 24 else (40, 64, 124):
            yield f'BMP {bits} bits, header of {header}', bmp(size, size, bits, rows, header=header)
        yield f'BMP {bits} bits, top-down', bmp(size, -size, bits, rows)
        yield f'BMP {bits} bits, gap', bmp(size, size, bits, rows, gap=bytes(37))
        yield f'BMP {bits} bits, a palette that is not used', bmp(size, size, bits, rows, colors=palette(7))
    layouts = ((16, (0xf800, 0x7e0, 0x1f)), (16, (0x7c00, 0x3e0, 0x1f)), (24, (0xff0000, 0xff00, 0xff)),
               (32, (0xff0000, 0xff00, 0xff)), (32, (0xff000000, 0xff0000, 0xff00)), (32, (0xff000000, 0xff00, 0xff)),
               (32, (0, 0, 0)))
    for bits, masks in layouts:
        for header in (40, 52, 108, 124):
            yield (f'BMP {bits} bits, masks {masks}, header of {header}',
                   bmp(size, size, bits, bmp_rows(size, size, bits), header=header, compression=3, masks=masks))
    for masks in ((0xff000000, 0xff0000, 0xff00, 0xff), (0xff, 0xff00, 0xff0000, 0xff000000),
                  (0xff0000, 0xff00, 0xff, 0xff000000), (0xff000000, 0xff00, 0xff, 0xff0000)):
        for header in (56, 108, 124):
            yield (f'BMP 32 bits, masks with alpha {masks}, header of {header}',
                   bmp(size, size, 32, bmp_rows(size, size, 32), header=header, compression=3, masks=masks))
    for bits, compression in ((8, 1), (4, 2)):
        for seed in range(6):
            for height in (size, -size):
                yield (f'BMP runs of {bits} bits, {seed}, height {height}',
                       bmp(size, height, bits, bmp_runs(size, size, bits, seed), compression=compression, colors=palette(1 << bits)))
        yield (f'BMP runs of {bits} bits, gap',
               bmp(size, size, bits, bmp_runs(size, size, bits, 9), compression=compression, colors=palette(1 << bits), gap=bytes(6)))


def bmp_runs(width, height, bits, seed):
    """Run-length data with equal and given pixels and jumps, that fills the picture."""
    rng = random.Random(f'runs {width} {height} {bits} {seed}')
    out, x, y = bytearray(), 0, 0
    while y < height:
        left = width - x
        what = rng.randrange(4)
        if left == 0:
            out += b'\0\0'
            x, y = 0, y + 1
        elif what == 0 or left < 3:
            n = rng.randrange(1, min(left, 255) + 1)
            out += bytes((n, rng.randrange(256)))
            x += n
        elif what == 1:
            n = rng.randrange(3, min(left, 255) + 1)
            data = bytes(rng.randrange(256) for _ in range(n if bits == 8 else (n + 1) // 2))
            out += bytes((0, n)) + data + bytes(len(data) % 2)
            x += n
        elif what == 2:
            right, up = rng.randrange(min(left, 255)), rng.randrange(2) if y + 1 < height else 0
            out += bytes((0, 2, right, up))
            x, y = x + right, y + up
        elif seed % 2:  # the rest of the row stays empty
            out += bytes((1, 5)) + b'\0\0'
            x, y = 0, y + 1
    return bytes(out + b'\0\1')


def tiff(width, height, tags, blocks, order='<', tile=None, big=False):
    """@tags: {number: value or list} beside what is said by the arguments; @blocks: the strips' (tiles') bytes."""
    directory = b''
    for _ in range(2):  # the first time only to see how long the directory is
        at, starts = (16 if big else 8) + len(directory), []
        for block in blocks:
            starts.append(at)
            at += len(block) + len(block) % 2
        place = (324, 325) if tile else (273, 279)
        entries = {256: width, 257: height, place[0]: starts, place[1]: [len(b) for b in blocks]}
        entries.update({322: tile[0], 323: tile[1]} if tile else {278: height})
        directory = tiff_directory({**entries, **tags}, order, big)
    head = b'II' if order == '<' else b'MM'
    head += struct.pack(order + 'HHHQ', 43, 8, 0, 16) if big else struct.pack(order + 'HI', 42, 8)
    return head + directory + b''.join(block + bytes(len(block) % 2) for block in blocks)


def tiff_directory(entries, order, big):
    """The first directory, right behind the header, and the values that do not fit into it."""
    longs = {256, 257, 273, 278, 279, 322, 323, 324, 325}
    place = 16 + 8 + 20 * len(entries) + 8 if big else 8 + 2 + 12 * len(entries) + 4
    table, extra = b'', b''
    for tag in sorted(entries):
        values = entries[tag] if isinstance(entries[tag], (list, tuple)) else [entries[tag]]
        code, kind = ('I', 4) if tag in longs else ('H', 3)
        packed = struct.pack(f'{order}{len(values)}{code}', *values)
        room = 8 if big else 4
        if len(packed) > room:
            where = place + len(extra)
            extra += packed + bytes(len(packed) % 2)
            packed = struct.pack(order + ('Q' if big else 'I'), where)
        table += struct.pack(order + ('HHQ' if big else 'HHI'), tag, kind, len(values)) + packed.ljust(room, b'\0')
    return struct.pack(order + ('Q' if big else 'H'), len(entries)) + table + bytes(8 if big else 4) + extra


def tiff_rows(width, height, bits, samples, seed=0, order='<'):
    rng = random.Random(f'tiff {width} {height} {bits} {samples} {seed}')
    row = (width * bits * samples + 7) // 8
    if bits == 16:  # dark and light
        values = [rng.choice((rng.randrange(300), rng.randrange(65536))) for _ in range(width * height * samples)]
        return struct.pack(f'{order}{len(values)}H', *values)
    return bytes(rng.randrange(256) for _ in range(row * height))


def tiff_cases(size):
    """(name, bytes) of TIFF files that Pillow reads."""
    for order in '<>':
        for photo in (0, 1):
            for bits in (1, 2, 4, 8):
                for fill in (1, 2) if (photo, bits) != (0, 8) else (1,):  # Pillow fails there
                    yield (f'TIFF {order} grey {photo} of {bits} bits, fill order {fill}',
                           tiff(size, size, {258: bits, 259: 1, 262: photo, 266: fill}, [tiff_rows(size, size, bits, 1)], order))
        grey16 = tiff_rows(size, size, 16, 1, order=order)
        yield f'TIFF {order} grey of 16 bits', tiff(size, size, {258: 16, 259: 1, 262: 1}, [grey16], order)
        yield f'TIFF {order} grey of 16 bits, signed', tiff(size, size, {258: 16, 259: 1, 262: 1, 339: 2}, [grey16], order)
        rng = random.Random(size)
        floats = struct.pack(f'{order}{size * size}f', *(rng.uniform(-20, 280) for _ in range(size * size)))
        yield f'TIFF {order} grey of floats', tiff(size, size, {258: 32, 259: 1, 262: 1, 339: 3}, [floats], order)
        ints = struct.pack(f'{order}{size * size}i', *(rng.choice((rng.randrange(-300, 300), rng.randrange(-2**31, 2**31))) for _ in range(size * size)))
        yield f'TIFF {order} grey of 32 bits, signed', tiff(size, size, {258: 32, 259: 1, 262: 1, 339: 2}, [ints], order)
        for extra in (0, 2):
            yield (f'TIFF {order} grey and extra sample {extra}',
                   tiff(size, size, {258: [8, 8], 259: 1, 262: 1, 277: 2, 338: extra}, [tiff_rows(size, size, 8, 2)], order))
        for bits in (8, 16):
            yield (f'TIFF {order} RGB of {bits} bits',
                   tiff(size, size, {258: [bits] * 3, 259: 1, 262: 2, 277: 3}, [tiff_rows(size, size, bits, 3, order=order)], order))
            for extra in (0, 1, 2):
                yield (f'TIFF {order} RGB of {bits} bits, extra sample {extra}',
                       tiff(size, size, {258: [bits] * 4, 259: 1, 262: 2, 277: 4, 338: extra}, [tiff_rows(size, size, bits, 4, order=order)], order))
            yield (f'TIFF {order} CMYK of {bits} bits',
                   tiff(size, size, {258: [bits] * 4, 259: 1, 262: 5, 277: 4, 332: 1}, [tiff_rows(size, size, bits, 4, order=order)], order))
        yield f'TIFF {order} RGB and three extra', tiff(size, size, {258: [8] * 6, 259: 1, 262: 2, 277: 6, 338: [2, 0, 0]}, [tiff_rows(size, size, 8, 6)], order)
        for bits in (1, 2, 4, 8):
            rng = random.Random(bits)
            colors = [rng.randrange(65536) for _ in range(3 << bits)]
            yield (f'TIFF {order} palette of {bits} bits',
                   tiff(size, size, {258: bits, 259: 1, 262: 3, 320: colors}, [tiff_rows(size, size, bits, 1)], order))
        yield (f'TIFF {order} YCbCr',
               tiff(size, size, {258: [8] * 3, 259: 1, 262: 6, 277: 3, 530: [1, 1]}, [tiff_rows(size, size, 8, 3)], order))
    yield 'TIFF grey of 12 bits', tiff(size, size, {258: 12, 259: 1, 262: 1}, [tiff_rows(size, size, 12, 1)])
    yield 'TIFF grey of 16 bits, white is 0', tiff(size, size, {258: 16, 259: 1, 262: 0}, [tiff_rows(size, size, 16, 1)])
    rgb = tiff_rows(size, size, 8, 3)
    tags = {258: [8] * 3, 259: 1, 262: 2, 277: 3}
    for orientation in range(1, 9):
        yield f'TIFF orientation {orientation}', tiff(size, size, {**tags, 274: orientation}, [rgb])
    row = size * 3
    yield 'TIFF strips of 3 rows', tiff(size, size, {**tags, 278: 3}, [rgb[i:i + 3 * row] for i in range(0, len(rgb), 3 * row)])
    yield 'TIFF planes', tiff(size, size, {**tags, 284: 2}, [rgb[c::3] for c in range(3)])
    yield 'TIFF deflated', tiff(size, size, {**tags, 259: 8}, [zlib.compress(rgb)])
    difference = bytearray(rgb)
    for y in range(size):
        for i in range(row - 1, 2, -1):
            difference[y * row + i] = (difference[y * row + i] - difference[y * row + i - 3]) % 256
    yield 'TIFF deflated, predicted', tiff(size, size, {**tags, 259: 8, 317: 2}, [zlib.compress(bytes(difference))])
    yield 'TIFF of BigTIFF', tiff(size, size, tags, [rgb], big=True)
    if size >= 16:
        side, tiles = 16, []
        for y in range(0, size, side):
            for x in range(0, size, side):
                tiles.append(b''.join(rgb[(y + j) * row + 3 * x:(y + j) * row + 3 * min(x + side, size)].ljust(3 * side, b'\0')
                                      if y + j < size else bytes(3 * side) for j in range(side)))
        yield 'TIFF tiles', tiff(size, size, tags, tiles, tile=(side, side))
        yield 'TIFF tiles, deflated', tiff(size, size, {**tags, 259: 8}, [zlib.compress(t) for t in tiles], tile=(side, side))
