/* gst-resnet: the operations of bf16-ops.h in plain C, for tests on any machine
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * TDPBF16PS is computed as Intel's SDM 2A defines it: for each pair of a row and a column there are two sums, of the
 * even and of the odd inputs, each a chain of fused multiply-adds from zero in the inputs' order. Then even + odd is
 * computed, and then that + the destination. Denormal factors, sums and results count as zero; rounding is to the
 * nearest, ties to even. */
#pragma once

#include <float.h>
#include <math.h>

#include "kernels/bf16.h"

/* Every processor that this is tested on has a register for four floats. */
typedef gfloat EmulatedFloats __attribute__ ((vector_size (16)));

#ifdef NN_BF16_VECTORS

#define TILE_CONFIG(rows) ((void)0)
#define TILE_RELEASE() ((void)0)

#else

typedef union {
  gfloat f32[16][16];
  NnBf16 bf16[16][32];
  guint8 bytes[16][64];
} EmulatedTile;

/* @rows: how many rows tiles 0 to 5 have; 0: the tiles are not configured */
typedef struct {
  guint rows;
  EmulatedTile tile[8];
} EmulatedTiles;

static _Thread_local EmulatedTiles emulated_tiles;

/* Functions with this attribute read and write only tiles and their own variables, so the sanitizers need not look at
 * them: with the sanitizers they would take most of the tests' time. What loads and stores touch is still looked at. */
#define EMULATED_TILES_ONLY __attribute__ ((no_sanitize ("address", "thread", "undefined")))

static inline gfloat
flush (gfloat x)
{
  return fabsf (x) < FLT_MIN ? copysignf (0, x) : x;
}

static inline gfloat
bf16_factor (NnBf16 x)
{
  return flush (nn_bf16_to_float (x));
}

/* Computes each step as it is defined. */
EMULATED_TILES_ONLY static void
emulated_row_exact (gfloat sums[32], const NnBf16 *a, const EmulatedTile *b)
{
  for (guint j = 0; j < 32; j++) {
    sums[j] = 0;
    for (guint k = 0; k < 16; k++)
      sums[j] = flush (fmaf (bf16_factor (a[2 * k + j % 2]), bf16_factor (b->bf16[k][j]), sums[j]));
  }
}

/* Writes a tile's factors as float32, and the bits of the largest magnitude and of one less than the smallest magnitude
 * that is not zero. Compared as numbers, such bits have the same order as the magnitudes, with infinities and NaNs
 * last. */
EMULATED_TILES_ONLY static void
emulated_factors (gfloat factors[16][32], const EmulatedTile *tile, gint16 *below_smallest, gint16 *largest)
{
  for (guint r = 0; r < 16; r++) {
    for (guint j = 0; j < 32; j++) {
      const NnBf16 size = tile->bf16[r][j] & 0x7fff;
      const gint16 bits = size < 0x80 ? 0 : (gint16)size; /* a denormal */
      const gint16 below = (gint16)((bits - 1) & 0x7fff);

      *largest = bits > *largest ? bits : *largest;
      *below_smallest = below < *below_smallest ? below : *below_smallest;
      factors[r][j] = nn_bf16_to_float ((NnBf16)(bits | (tile->bf16[r][j] & 0x8000)));
    }
  }
}

EMULATED_TILES_ONLY static void
emulated_row_tame (gfloat sums[32], const gfloat a[32], const gfloat b[16][32])
{
  EmulatedFloats sum[8] = { 0 };

  for (guint k = 0; k < 16; k++) {
    const EmulatedFloats pair = { a[2 * k], a[2 * k + 1], a[2 * k], a[2 * k + 1] };

#pragma GCC unroll 8
    for (guint i = 0; i < 8; i++)
      sum[i] += pair * *(const EmulatedFloats *)&b[k][4 * i];
  }
  memcpy (sums, sum, sizeof sum);
}

/* A product of two bfloat16 has 16 bits, so it is exact in float32 where it is neither denormal nor too large. A
 * multiplication and an addition are then the same as the fused operation, and much faster than fmaf() here. Sums are
 * multiples of the smallest product's last bit, hence zero or not denormal where that product is this large. */
EMULATED_TILES_ONLY static void
emulated_dpbf16 (EmulatedTile *d, const EmulatedTile *a, const EmulatedTile *b)
{
  gfloat fa[16][32] __attribute__ ((aligned (16))), fb[16][32] __attribute__ ((aligned (16)));
  gint16 below_smallest[2] = { G_MAXINT16, G_MAXINT16 }, largest[2] = { 0, 0 };
  gboolean tame;

  g_assert (emulated_tiles.rows > 0);
  emulated_factors (fa, a, &below_smallest[0], &largest[0]);
  emulated_factors (fb, b, &below_smallest[1], &largest[1]);
  /* Where all factors are zeros, the largest finite number counts as the smallest factor. */
  tame = (gdouble)nn_bf16_to_float ((NnBf16)MIN (below_smallest[0] + 1, 0x7f7f))
                 * nn_bf16_to_float ((NnBf16)MIN (below_smallest[1] + 1, 0x7f7f))
             >= FLT_MIN * 1048576.
         && (gdouble)nn_bf16_to_float ((NnBf16)largest[0]) * nn_bf16_to_float ((NnBf16)largest[1]) <= FLT_MAX / 64.;
  for (guint m = 0; m < emulated_tiles.rows; m++) {
    gfloat sums[32];

    if (tame)
      emulated_row_tame (sums, fa[m], (const gfloat (*)[32])fb);
    else
      emulated_row_exact (sums, a->bf16[m], b);
    for (guint n = 0; n < 16; n++)
      d->f32[m][n] = flush (flush (d->f32[m][n]) + flush (sums[2 * n] + sums[2 * n + 1]));
  }
}

static inline guint
emulated_rows (guint tile)
{
  g_assert (emulated_tiles.rows > 0);
  return tile < 6 ? emulated_tiles.rows : 16;
}

/* The rows that the tile does not have become zeros. */
static inline void
emulated_load (guint tile, gconstpointer at, gsize stride)
{
  memset (&emulated_tiles.tile[tile], 0, sizeof (EmulatedTile));
  for (guint r = 0; r < emulated_rows (tile); r++)
    memcpy (emulated_tiles.tile[tile].bytes[r], (const guint8 *)at + r * stride, 64);
}

static inline void
emulated_store (guint tile, gpointer at, gsize stride)
{
  for (guint r = 0; r < emulated_rows (tile); r++)
    memcpy ((guint8 *)at + r * stride, emulated_tiles.tile[tile].bytes[r], 64);
}

static inline void
emulated_config (guint rows)
{
  g_assert (rows <= 16);
  memset (&emulated_tiles, 0, sizeof emulated_tiles);
  emulated_tiles.rows = rows;
}

#define TILE_CONFIG(rows) emulated_config (rows)
#define TILE_RELEASE() emulated_config (0)
#define TILE_ZERO(t) memset (&emulated_tiles.tile[t], 0, sizeof (EmulatedTile))
#define TILE_LOAD(t, at, stride) emulated_load (t, at, stride)
#define TILE_STORE(t, at, stride) emulated_store (t, at, stride)
#define TILE_DPBF16(d, a, b) emulated_dpbf16 (&emulated_tiles.tile[d], &emulated_tiles.tile[a], &emulated_tiles.tile[b])

#endif

typedef struct {
  gfloat v[16];
} TileVector;

static inline TileVector
tv_zero (void)
{
  return (TileVector){ { 0 } };
}

static inline TileVector
tv_load (const gfloat *at)
{
  TileVector x;

  memcpy (x.v, at, sizeof x.v);
  return x;
}

static inline void
tv_store (gfloat *at, TileVector x)
{
  memcpy (at, x.v, sizeof x.v);
}

static inline TileVector
tv_add (TileVector a, TileVector b)
{
  for (guint i = 0; i < 16; i++)
    a.v[i] += b.v[i];
  return a;
}

static inline TileVector
tv_sub (TileVector a, TileVector b)
{
  for (guint i = 0; i < 16; i++)
    a.v[i] -= b.v[i];
  return a;
}

static inline TileVector
tv_divide (TileVector a, gfloat b)
{
  for (guint i = 0; i < 16; i++)
    a.v[i] /= b;
  return a;
}

static inline TileVector
tv_relu (TileVector x)
{
  for (guint i = 0; i < 16; i++)
    x.v[i] = x.v[i] < 0 ? 0 : x.v[i];
  return x;
}

static inline TileVector
tv_max (TileVector old, TileVector x)
{
  for (guint i = 0; i < 16; i++)
    x.v[i] = x.v[i] <= old.v[i] || old.v[i] != old.v[i] ? old.v[i] : x.v[i];
  return x;
}

static inline TileVector
tv_load_bf16 (const NnBf16 *at)
{
  TileVector x;

  for (guint i = 0; i < 16; i++)
    x.v[i] = nn_bf16_to_float (at[i]);
  return x;
}

static inline TileVector
tv_store_bf16 (NnBf16 *at, TileVector x)
{
  for (guint i = 0; i < 16; i++) {
    at[i] = nn_bf16_from_float (x.v[i]);
    x.v[i] = nn_bf16_to_float (at[i]);
  }
  return x;
}

static inline void
tv_store_bf16_interleaved (NnBf16 *at, TileVector x[3])
{
  for (guint i = 0; i < 16; i++)
    for (guint c = 0; c < 3; c++, at++) {
      *at = nn_bf16_from_float (x[c].v[i]);
      x[c].v[i] -= nn_bf16_to_float (*at);
    }
}

#ifdef NN_BF16_VECTORS

/* These are 16 pairs as words; the upper half of a word is the second number of its pair. */
typedef guint32 EmulatedWords __attribute__ ((vector_size (16)));

typedef struct {
  EmulatedWords v[4];
} TilePairs;

static inline TilePairs
tv_pairs (const NnBf16 *at)
{
  TilePairs x;

  memcpy (x.v, at, sizeof x.v);
  return x;
}

static inline TilePairs
tv_pair (const NnBf16 *at)
{
  guint32 pair;
  TilePairs x;

  memcpy (&pair, at, sizeof pair);
  for (guint i = 0; i < 4; i++)
    x.v[i] = (EmulatedWords){ pair, pair, pair, pair };
  return x;
}

/* This is VDPBF16PS (Intel SDM 2C), which takes the second number of a pair first. It multiplies and adds, where the
 * instruction fuses both. The result is the same where nothing is denormal and no product is too large, since a product
 * has 16 bits. */
static inline TileVector
tv_dpbf16 (TileVector sum, TilePairs a, TilePairs b)
{
#pragma GCC unroll 4
  for (guint i = 0; i < 4; i++) {
    EmulatedFloats x;

    memcpy (&x, sum.v + 4 * i, sizeof x);
    x += (EmulatedFloats)(a.v[i] & 0xffff0000) * (EmulatedFloats)(b.v[i] & 0xffff0000);
    x += (EmulatedFloats)(a.v[i] << 16) * (EmulatedFloats)(b.v[i] << 16);
    memcpy (sum.v + 4 * i, &x, sizeof x);
  }
  return sum;
}

#endif
