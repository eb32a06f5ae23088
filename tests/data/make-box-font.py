#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes tests/data/overlay/boxes.ttf: a font whose letters are rectangles.

What classoverlay draws is compared with stored pictures. Real fonts, and their renderers' ways with curves and hints,
differ from machine to machine; rectangles do not. Letters differ in width and height, so that another text is another
picture. Names: "Boxes". The file is this script's output, byte for byte, and as free as the script.
"""

import argparse
import pathlib
import struct

FIRST, LAST = 0x20, 0x7E
UNITS = 1024
ASCENT, DESCENT = 832, 192


def glyph_of(code):
    """Advance width and the outline's bytes."""
    if code == 0x20:
        return 320, b""
    width = 256 + 32 * (code % 7)
    top = 512 + 64 * (code % 5)
    bottom = -128 if code % 11 == 0 else 0
    left, right = 64, 64 + width
    outline = struct.pack(">hhhhh", 1, left, bottom, right, top)
    outline += struct.pack(">HH", 3, 0)  # the last point, no instructions
    outline += bytes([1, 1, 1, 1])  # on the curve, both coordinates in words
    outline += struct.pack(">hhhh", left, 0, right - left, 0)
    outline += struct.pack(">hhhh", bottom, top - bottom, 0, bottom - top)
    return width + 128, outline + b"\0" * (-len(outline) % 4)


def cmap():
    # Format 4 with one segment and the closing one; glyph 1 is the first character.
    segments = [(FIRST, LAST, 1 - FIRST), (0xFFFF, 0xFFFF, 1)]
    count = len(segments)
    body = struct.pack(">HHHH", count * 2, 4, 1, count * 2 - 4)
    body += b"".join(struct.pack(">H", end) for _, end, _ in segments) + b"\0\0"
    body += b"".join(struct.pack(">H", start) for start, _, _ in segments)
    body += b"".join(struct.pack(">H", delta & 0xFFFF) for _, _, delta in segments)
    body += b"\0\0" * count
    table = struct.pack(">HHH", 4, len(body) + 6, 0) + body
    return struct.pack(">HHHHL", 0, 1, 3, 1, 12) + table


def name():
    texts = {1: "Boxes", 2: "Regular", 3: "gst-resnet Boxes", 4: "Boxes", 5: "Version 1.0", 6: "Boxes-Regular"}
    strings = b""
    records = b""
    for number, text in texts.items():
        data = text.encode("utf-16-be")
        records += struct.pack(">HHHHHH", 3, 1, 0x409, number, len(data), len(strings))
        strings += data
    return struct.pack(">HHH", 0, len(texts), 6 + len(records)) + records + strings


def checksum(data):
    data += b"\0" * (-len(data) % 4)
    return sum(struct.unpack(f">{len(data) // 4}L", data)) & 0xFFFFFFFF


def make_font():
    glyphs = [glyph_of(0x23)] + [glyph_of(code) for code in range(FIRST, LAST + 1)]
    widest = max(advance for advance, _ in glyphs)
    loca, glyf = [0], b""
    for _, outline in glyphs:
        glyf += outline
        loca.append(len(glyf))
    os2 = struct.pack(">HhHHH", 4, 400, 400, 5, 0)
    os2 += struct.pack(">10h", 512, 512, 0, 128, 512, 512, 0, 400, 64, 256) + struct.pack(">h", 0) + bytes(10)
    os2 += struct.pack(">4L", 1, 0, 0, 0) + b"none" + struct.pack(">HHH", 0x40, FIRST, LAST)
    os2 += struct.pack(">hhhHH", ASCENT, -DESCENT, 0, ASCENT, DESCENT) + struct.pack(">2L", 1, 0)
    os2 += struct.pack(">hhHHH", 512, 768, 0, 0x20, 0)
    tables = {
        b"OS/2": os2,
        b"cmap": cmap(),
        b"glyf": glyf,
        b"head": struct.pack(
            ">LLLLHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, UNITS, 0, 0, 0, -DESCENT, widest, ASCENT, 0, 6, 2, 1, 0
        ),
        b"hhea": struct.pack(">LhhhHhhhhhhhhhhhH", 0x10000, ASCENT, -DESCENT, 0, widest, 64, 64, widest, 1, 0, 0, 0, 0, 0, 0, 0, len(glyphs)),
        b"hmtx": b"".join(struct.pack(">Hh", advance, 64 if outline else 0) for advance, outline in glyphs),
        b"loca": struct.pack(f">{len(loca)}L", *loca),
        b"maxp": struct.pack(">LHHHHHHHHHHHHHH", 0x10000, len(glyphs), 4, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0),
        b"name": name(),
        b"post": struct.pack(">LLhhLLLLL", 0x30000, 0, -128, 64, 0, 0, 0, 0, 0),
    }
    count = len(tables)
    power = 1 << (count.bit_length() - 1)
    header = struct.pack(">LHHHH", 0x10000, count, power * 16, power.bit_length() - 1, count * 16 - power * 16)
    offset = len(header) + 16 * count
    directory = body = b""
    for tag, data in sorted(tables.items()):
        directory += struct.pack(">4sLLL", tag, checksum(data), offset + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    return header + directory + body


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent / "overlay" / "boxes.ttf")
    parser.parse_args().output.write_bytes(make_font())


if __name__ == "__main__":
    main()
