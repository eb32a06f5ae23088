#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes corpus/metas: one frame a file, as fuzz-metas.c reads it.

A good frame, each kind of lie about it, and blocks of memory, for one format out of four."""
import pathlib

folder = pathlib.Path(__file__).parent / "corpus" / "metas"
folder.mkdir(parents=True, exist_ok=True)
SAME, NEAR, NEGATIVE, TIMES, SMALL, ANY = (0,), (3, 1), (4,), (5, 63), (6, 1), (7, 127, 255, 255, 255, 255, 255, 255, 240)


def frame(fmt, size=SAME, blocks=(0,), offsets=SAME, strides=SAME, dims=SAME, kind=1 | 16, more=(), crop=()):
    """The bytes of one frame; every plane tells the same lie."""
    memory = tuple(size) + blocks + (0,) * 7
    planes = (tuple(offsets) + tuple(strides)) * 4
    return bytes((fmt, 30, 20) + memory[:len(size) + len(blocks) + 2 * (blocks[0] % 4 + 1) - 1]
                 + (kind,) + planes + tuple(dims) * 2 + more + crop + SAME * 4)


for fmt in range(0, 120, 4):
    cases = {
        "good": frame(fmt),
        "plain": frame(fmt, kind=0),
        "short": frame(fmt, size=(6, 100)),
        "blocks": frame(fmt, blocks=(3, 4, 1, 4, 0, 4)),
        "offset": frame(fmt, offsets=TIMES),
        "far-offset": frame(fmt, offsets=ANY),
        "near-offset": frame(fmt, offsets=NEAR),
        "stride": frame(fmt, strides=TIMES),
        "negative-stride": frame(fmt, strides=NEGATIVE),
        "small-stride": frame(fmt, strides=SMALL),
        "any-stride": frame(fmt, strides=ANY),
        "rows": frame(fmt, dims=TIMES),
        "any-rows": frame(fmt, dims=ANY),
        "format": frame(fmt, kind=1 | 2, more=SMALL),
        "planes": frame(fmt, kind=1 | 4, more=(3,)),
        "crop": frame(fmt, kind=1 | 8 | 16, crop=SAME * 4),
        "bad-crop": frame(fmt, kind=1 | 8 | 16, crop=ANY * 4),
    }
    for i, (name, data) in enumerate(cases.items()):
        if fmt == 0 or i % 6 == fmt // 4 % 6:
            (folder / f"{name}-{fmt}").write_bytes(data)
