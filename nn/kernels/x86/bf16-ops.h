/* gst-resnet: the tile and vector operations that the tile kernels are made of
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This file has the instructions of AMX and AVX-512; bf16-emulated.h has the same names in plain C. Both give the same
 * bits, except for tv_dpbf16(), where the processor decides the order of the sums: there they agree up to rounding. A
 * tile's number is a literal. Rows are 64 bytes: tiles 0 to 5 are float32 sums or bfloat16 factors of up to 16 pixels;
 * tiles 6 and 7 are weights, 16 pairs of inputs × 16 channels.
 *
 *   TILE_CONFIG (rows)          goes before the first of this thread's tile operations, TILE_RELEASE () after the last
 *   TILE_ZERO (t)
 *   TILE_LOAD (t, at, stride)   reads rows that lie @stride bytes apart, with any alignment
 *   TILE_STORE (t, at, stride)
 *   TILE_DPBF16 (d, a, b)       is TDPBF16PS: d += a · b
 *   TileVector                  is 16 floats; its operations tv_… are below
 *
 * With NN_BF16_VECTORS there are no tiles but products of vectors of the type TilePairs: 16 pairs of bfloat16. */
#pragma once

#ifdef NN_BF16_EMULATED
#include "kernels/x86/bf16-emulated.h"
#else

#include <immintrin.h>

#include "kernels/bf16.h"

#ifndef NN_BF16_VECTORS

/* This is the operand of LDTILECFG (Intel SDM 2A): palette 1, then for each tile the bytes of a row in 16 bits and the
 * number of rows in 8 bits. */
typedef struct {
  guint8 palette, start_row, reserved[14];
  guint16 bytes[16];
  guint8 rows[16];
} __attribute__ ((aligned (64))) TileConfig;

static inline void
tile_config (guint rows)
{
  TileConfig config = { .palette = 1 };

  for (guint i = 0; i < 8; i++) {
    config.bytes[i] = 64;
    config.rows[i] = i < 6 ? (guint8)rows : 16;
  }
  _tile_loadconfig (&config);
}

#define TILE_CONFIG(rows) tile_config (rows)
#define TILE_RELEASE() _tile_release ()
#define TILE_ZERO(t) _tile_zero (t)
#define TILE_LOAD(t, at, stride) _tile_loadd (t, at, stride)
#define TILE_STORE(t, at, stride) _tile_stored (t, at, stride)
#define TILE_DPBF16(d, a, b) _tile_dpbf16ps (d, a, b)

#endif

typedef __m512 TileVector;

static inline TileVector
tv_zero (void)
{
  return _mm512_setzero_ps ();
}

static inline TileVector
tv_load (const gfloat *at)
{
  return _mm512_loadu_ps (at);
}

static inline void
tv_store (gfloat *at, TileVector x)
{
  _mm512_storeu_ps (at, x);
}

static inline TileVector
tv_add (TileVector a, TileVector b)
{
  return _mm512_add_ps (a, b);
}

static inline TileVector
tv_sub (TileVector a, TileVector b)
{
  return _mm512_sub_ps (a, b);
}

static inline TileVector
tv_divide (TileVector a, gfloat b)
{
  return _mm512_div_ps (a, _mm512_set1_ps (b));
}

/* Returns max (0, x); a NaN stays a NaN. */
static inline TileVector
tv_relu (TileVector x)
{
  return _mm512_max_ps (_mm512_setzero_ps (), x);
}

/* Returns the larger one, or a NaN where either is a NaN. VMAXPS gives its second operand where they are equal or one
 * is a NaN. */
static inline TileVector
tv_max (TileVector old, TileVector x)
{
  return _mm512_mask_mov_ps (_mm512_max_ps (x, old), _mm512_cmp_ps_mask (x, x, _CMP_UNORD_Q), x);
}

static inline TileVector
tv_widen (__m256i x)
{
  return _mm512_castsi512_ps (_mm512_slli_epi32 (_mm512_cvtepu16_epi32 (x), 16));
}

static inline TileVector
tv_load_bf16 (const NnBf16 *at)
{
  return tv_widen (_mm256_loadu_si256 ((const __m256i *)at));
}

/* Rounds @x, stores it and returns what was stored. */
static inline TileVector
tv_store_bf16 (NnBf16 *at, TileVector x)
{
  const __m256i rounded = (__m256i)_mm512_cvtneps_pbh (x);

  _mm256_storeu_si256 ((__m256i *)at, rounded);
  return tv_widen (rounded);
}

/* Rounds three vectors and stores their 48 numbers in turns. What is lost of each vector takes its place in @x. */
static inline void
tv_store_bf16_interleaved (NnBf16 *at, TileVector x[3])
{
  /* The numbers of the third vector count from 32. */
  static const guint16 order[48]
      = { 0, 16, 32, 1, 17, 33, 2,  18, 34, 3,  19, 35, 4,  20, 36, 5,  21, 37, 6,  22, 38, 7,  23, 39,
          8, 24, 40, 9, 25, 41, 10, 26, 42, 11, 27, 43, 12, 28, 44, 13, 29, 45, 14, 30, 46, 15, 31, 47 };
  __m256i rounded[3];
  __m512i two, third;

  for (guint c = 0; c < 3; c++) {
    rounded[c] = (__m256i)_mm512_cvtneps_pbh (x[c]);
    x[c] = _mm512_sub_ps (x[c], tv_widen (rounded[c]));
  }
  two = _mm512_inserti64x4 (_mm512_castsi256_si512 (rounded[0]), rounded[1], 1);
  third = _mm512_castsi256_si512 (rounded[2]);
  _mm512_storeu_si512 (at, _mm512_permutex2var_epi16 (two, _mm512_loadu_si512 (order), third));
  third = _mm512_permutex2var_epi16 (two, _mm512_castsi256_si512 (_mm256_loadu_si256 ((const __m256i *)(order + 32))),
                                     third);
  _mm256_storeu_si256 ((__m256i *)(at + 32), _mm512_castsi512_si256 (third));
}

#ifdef NN_BF16_VECTORS

#define TILE_CONFIG(rows) ((void)0)
#define TILE_RELEASE() ((void)0)

typedef __m512i TilePairs;

static inline TilePairs
tv_pairs (const NnBf16 *at)
{
  return _mm512_loadu_si512 (at);
}

/* Returns one pair, 16 times. */
static inline TilePairs
tv_pair (const NnBf16 *at)
{
  gint32 pair;

  memcpy (&pair, at, sizeof pair);
  return _mm512_set1_epi32 (pair);
}

/* This is VDPBF16PS: it computes sum + a's first · b's first + a's second · b's second, 16 times. */
static inline TileVector
tv_dpbf16 (TileVector sum, TilePairs a, TilePairs b)
{
  return _mm512_dpbf16_ps (sum, (__m512bh)a, (__m512bh)b);
}

#endif

#endif
