/* gst-resnet: convolution and pooling on matrix tiles, one text for AMX, for AVX-512 BF16 and for their emulations
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Included by one file each, which has chosen the operations (tile-ops.h); TILE_TABLE is the function that fills the
 * table, TILE_NAME_HIGH and TILE_NAME_MEDIUM say what ran. With NN_TILE_VECTORS there is medium alone, multiplied as
 * tile-vectors.h says.
 *
 * Two tiles of pixels times two of channels: 4 sums, 2 factors, 2 weights, all eight tiles. The tile unit and the
 * vector units run side by side only if their instructions are interleaved, so what is left to do for a block (bias,
 * residual, ReLU, split) is done a pixel at a time between the products of the next one. */
#include "kernels/x86/tile-ops.h"

#define ALWAYS_INLINE inline __attribute__ ((always_inline))
#define SUMS_ROW 32 /* floats: two tiles side by side */

/* A block whose sums are in memory, and how far its pixels are. */
typedef struct {
  const NnTileBlock *block;
  const gfloat *sums;
  const gint32 *out_offset, *residual_offset;
  guint next, n, a_step; /* pixels */
} Pending;

/* The weights of the block to come, NULL: none; which of how many passes over this one's fetches its part of them. */
typedef struct {
  const NnTileBlock *block;
  guint pass, n_passes;
} Ahead;

static ALWAYS_INLINE void
store_split (const guint products, NnBf16 *hi, NnBf16 *lo, TileVector x)
{
  const TileVector stored = tv_store_bf16 (hi, x);

  if (products == 3)
    tv_store_bf16 (lo, tv_sub (x, stored));
}

static ALWAYS_INLINE TileVector
load_split (const guint products, const NnBf16 *hi, const NnBf16 *lo)
{
  const TileVector x = tv_load_bf16 (hi);

  return products == 3 ? tv_add (x, tv_load_bf16 (lo)) : x;
}

static ALWAYS_INLINE void
finish_pixel (const guint products, const NnTileConvArgs *a, Pending *p)
{
  const guint i = p->next++;
  const NnTileBlock *block = p->block;

  if (p->out_offset[i] < 0)
    return;
  for (guint c = 0; c < block->channels; c += 16) {
    const gsize out = (gsize)p->out_offset[i] + block->first_channel + c;
    TileVector x = tv_add (tv_load (p->sums + i * SUMS_ROW + c), tv_load (block->bias + c));

    if (a->residual_hi) {
      const gsize at = (gsize)p->residual_offset[i] + block->first_channel + c;

      x = tv_add (x, load_split (products, a->residual_hi + at, a->residual_lo + (products == 3 ? at : 0)));
    }
    if (a->relu)
      x = tv_relu (x);
    if (a->out_f32)
      tv_store (a->out_f32 + out, x);
    else
      store_split (products, a->out_hi + out, products == 3 ? a->out_lo + out : NULL, x);
  }
}

static ALWAYS_INLINE void
finish (const guint products, const NnTileConvArgs *a, Pending *p)
{
  while (p->next < p->n)
    finish_pixel (products, a, p);
}

#ifdef NN_TILE_VECTORS
#include "kernels/x86/tile-vectors.h"
#else

#define PRODUCTS(m, n)                                                                                                 \
  do {                                                                                                                 \
    TILE_DPBF16 (0, 4, 6);                                                                                             \
    if (n == 2)                                                                                                        \
      TILE_DPBF16 (1, 4, 7);                                                                                           \
    if (m == 2)                                                                                                        \
      TILE_DPBF16 (2, 5, 6);                                                                                           \
    if (m == 2 && n == 2)                                                                                              \
      TILE_DPBF16 (3, 5, 7);                                                                                           \
  } while (0)

/* @m tiles of pixels from @in (in the hi plane; @lo: the distance to the lo plane's) with @n of channels → @sums. */
static ALWAYS_INLINE void
multiply (const guint products, const guint m, const guint n, const NnTileConvArgs *a, const NnTileBlock *block,
          guint tile, gfloat *sums, Pending *pending, Ahead ahead)
{
  const gsize first = (gsize)((gssize)a->tile_in[tile] + block->first_input);
  const gsize second = m == 2 ? (gsize)((gssize)a->tile_in[tile + 1] + block->first_input) : first;
  const gsize stride = a->in_stride * sizeof (NnBf16);
  const NnBf16 *w = block->weights;

  TILE_ZERO (0);
  if (n == 2)
    TILE_ZERO (1);
  if (m == 2)
    TILE_ZERO (2);
  if (m == 2 && n == 2)
    TILE_ZERO (3);
  for (guint s = 0; s < a->n_steps; s++) {
    const gssize offset = a->step_offset[s];
    const NnBf16 *hi = a->in_hi + offset;

    TILE_LOAD (4, hi + first, stride);
    if (m == 2)
      TILE_LOAD (5, hi + second, stride);
    TILE_LOAD (6, w, 64);
    if (n == 2)
      TILE_LOAD (7, w + NN_TILE_WEIGHTS, 64);
    PRODUCTS (m, n);
    w += n * NN_TILE_WEIGHTS;
    if (products == 3) {
      const NnBf16 *lo = a->in_lo + offset;

      TILE_LOAD (4, lo + first, stride);
      if (m == 2)
        TILE_LOAD (5, lo + second, stride);
      PRODUCTS (m, n);
      TILE_LOAD (4, hi + first, stride);
      if (m == 2)
        TILE_LOAD (5, hi + second, stride);
      TILE_LOAD (6, w, 64);
      if (n == 2)
        TILE_LOAD (7, w + NN_TILE_WEIGHTS, 64);
      PRODUCTS (m, n);
      w += n * NN_TILE_WEIGHTS;
    }
    for (guint i = 0; i < pending->a_step && pending->next < pending->n; i++)
      finish_pixel (products, a, pending);
  }
  TILE_STORE (0, sums, SUMS_ROW * sizeof (gfloat));
  if (n == 2)
    TILE_STORE (1, sums + 16, SUMS_ROW * sizeof (gfloat));
  if (m == 2)
    TILE_STORE (2, sums + 16 * SUMS_ROW, SUMS_ROW * sizeof (gfloat));
  if (m == 2 && n == 2)
    TILE_STORE (3, sums + 16 * SUMS_ROW + 16, SUMS_ROW * sizeof (gfloat));
}

#endif

static ALWAYS_INLINE void
conv (const guint products, const NnTileConvArgs *a, guint first_tile, guint n_tiles, guint first_block, guint n_blocks)
{
  gfloat sums[2][32 * SUMS_ROW] __attribute__ ((aligned (64)));
  const guint n_pairs = (n_tiles + 1) / 2;
  Pending pending = { 0 };
  guint which = 0;

  TILE_CONFIG ();
  for (gsize u = 0; u < (gsize)n_pairs * n_blocks; u++) {
    const guint pair = (guint)(a->pixels_outside ? u / n_blocks : u % n_pairs);
    const NnTileBlock *block = &a->blocks[first_block + (a->pixels_outside ? u % n_blocks : u / n_pairs)];
    const guint tile = first_tile + 2 * pair, m = MIN (2, n_tiles - 2 * pair), pixels = m * NN_TILE_PIXELS;
    const gboolean fetch = block + 1 < a->blocks + a->n_blocks && (!a->pixels_outside || pair == 0);
    const Ahead ahead = { fetch ? block + 1 : NULL, 2 * (tile - first_tile), 2 * (a->pixels_outside ? m : n_tiles) };

    if (m == 2 && block->channels == 32)
      multiply (products, 2, 2, a, block, tile, sums[which], &pending, ahead);
    else if (m == 2)
      multiply (products, 2, 1, a, block, tile, sums[which], &pending, ahead);
    else if (block->channels == 32)
      multiply (products, 1, 2, a, block, tile, sums[which], &pending, ahead);
    else
      multiply (products, 1, 1, a, block, tile, sums[which], &pending, ahead);
    finish (products, a, &pending);
    pending
        = (Pending){ .block = block,
                     .sums = sums[which],
                     .out_offset = a->out_offset + (gsize)tile * NN_TILE_PIXELS,
                     .residual_offset = a->residual_offset ? a->residual_offset + (gsize)tile * NN_TILE_PIXELS : NULL,
                     .n = pixels,
                     .a_step = (pixels + a->n_steps - 1) / a->n_steps };
    which ^= 1;
  }
  finish (products, a, &pending);
  TILE_RELEASE ();
}

#ifndef NN_TILE_VECTORS
static void
conv_high (const NnTileConvArgs *a, guint first_tile, guint n_tiles, guint first_block, guint n_blocks)
{
  conv (3, a, first_tile, n_tiles, first_block, n_blocks);
}
#endif

static void
conv_medium (const NnTileConvArgs *a, guint first_tile, guint n_tiles, guint first_block, guint n_blocks)
{
  conv (1, a, first_tile, n_tiles, first_block, n_blocks);
}

static ALWAYS_INLINE void
max_pool_pixel (const guint products, const NnTilePoolArgs *a, guint row, guint x, guint c)
{
  const gsize out = (gsize)row * a->out_row + (gsize)x * a->out_pixel + c;
  TileVector largest = tv_zero ();
  gboolean any = FALSE;

  for (guint ky = 0; ky < a->kernel[0]; ky++) {
    const gint64 y_in = (gint64)row * a->stride[0] + (gint64)ky * a->dilation[0] - a->pad[0];

    if (y_in < 0 || y_in >= a->in_height)
      continue;
    for (guint kx = 0; kx < a->kernel[1]; kx++) {
      const gint64 x_in = (gint64)x * a->stride[1] + (gint64)kx * a->dilation[1] - a->pad[1];
      const gsize in = (gsize)y_in * a->in_row + (gsize)x_in * a->in_pixel + c;
      TileVector v;

      if (x_in < 0 || x_in >= a->in_width)
        continue;
      v = load_split (products, a->in_hi + in, products == 3 ? a->in_lo + in : NULL);
      largest = any ? tv_max (largest, v) : v;
      any = TRUE;
    }
  }
  store_split (products, a->out_hi + out, products == 3 ? a->out_lo + out : NULL, largest);
}

#ifndef NN_TILE_VECTORS
static void
max_pool_row_high (const NnTilePoolArgs *a, guint row)
{
  for (guint x = 0; x < a->out_width; x++)
    for (guint c = 0; c < a->channels; c += 16)
      max_pool_pixel (3, a, row, x, c);
}
#endif

static void
max_pool_row_medium (const NnTilePoolArgs *a, guint row)
{
  for (guint x = 0; x < a->out_width; x++)
    for (guint c = 0; c < a->channels; c += 16)
      max_pool_pixel (1, a, row, x, c);
}

static ALWAYS_INLINE void
average (const guint products, const NnBf16 *in_hi, const NnBf16 *in_lo, gsize in_row, gsize in_pixel, guint height,
         guint width, guint channels, NnBf16 *out_hi, NnBf16 *out_lo)
{
  for (guint c = 0; c < channels; c += 16) {
    TileVector sum = tv_zero ();

    for (guint y = 0; y < height; y++) {
      for (guint x = 0; x < width; x++) {
        const gsize at = y * in_row + x * in_pixel + c;

        sum = tv_add (sum, load_split (products, in_hi + at, products == 3 ? in_lo + at : NULL));
      }
    }
    store_split (products, out_hi + c, products == 3 ? out_lo + c : NULL,
                 tv_divide (sum, (gfloat)height * (gfloat)width));
  }
}

#ifndef NN_TILE_VECTORS
static void
average_high (const NnBf16 *in_hi, const NnBf16 *in_lo, gsize in_row, gsize in_pixel, guint height, guint width,
              guint channels, NnBf16 *out_hi, NnBf16 *out_lo)
{
  average (3, in_hi, in_lo, in_row, in_pixel, height, width, channels, out_hi, out_lo);
}
#endif

static void
average_medium (const NnBf16 *in_hi, const NnBf16 *in_lo, gsize in_row, gsize in_pixel, guint height, guint width,
                guint channels, NnBf16 *out_hi, NnBf16 *out_lo)
{
  average (1, in_hi, NULL, in_row, in_pixel, height, width, channels, out_hi, NULL);
}

static ALWAYS_INLINE void
add (const guint products, const NnBf16 *a_hi, const NnBf16 *a_lo, const NnBf16 *b_hi, const NnBf16 *b_lo, gsize n,
     gboolean relu, NnBf16 *out_hi, NnBf16 *out_lo)
{
  for (gsize i = 0; i < n; i += 16) {
    TileVector x = load_split (products, a_hi + i, products == 3 ? a_lo + i : NULL);

    if (b_hi)
      x = tv_add (x, load_split (products, b_hi + i, products == 3 ? b_lo + i : NULL));
    if (relu)
      x = tv_relu (x);
    store_split (products, out_hi + i, products == 3 ? out_lo + i : NULL, x);
  }
}

#ifndef NN_TILE_VECTORS
static void
add_high (const NnBf16 *a_hi, const NnBf16 *a_lo, const NnBf16 *b_hi, const NnBf16 *b_lo, gsize n, gboolean relu,
          NnBf16 *out_hi, NnBf16 *out_lo)
{
  add (3, a_hi, a_lo, b_hi, b_lo, n, relu, out_hi, out_lo);
}
#endif

static void
add_medium (const NnBf16 *a_hi, const NnBf16 *a_lo, const NnBf16 *b_hi, const NnBf16 *b_lo, gsize n, gboolean relu,
            NnBf16 *out_hi, NnBf16 *out_lo)
{
  add (1, a_hi, NULL, b_hi, NULL, n, relu, out_hi, NULL);
}

/* A plane's row at a time, 16 pixels rounded together; only what is stored lies @channels apart. */
static ALWAYS_INLINE void
input (const guint products, const gfloat *in, gsize plane, guint channels, guint width, NnBf16 *hi, NnBf16 *lo)
{
  for (guint c = 0; c < channels; c++) {
    for (guint x = 0; x < width; x += 16) {
      const gfloat *at = in + c * plane + x;
      const guint n = MIN (16, width - x);
      gfloat last[16] = { 0 };
      NnBf16 row_hi[16], row_lo[16];
      TileVector value;

      if (n < 16) {
        memcpy (last, at, n * sizeof (gfloat));
        at = last;
      }
      value = tv_load (at);
      value = tv_sub (value, tv_store_bf16 (row_hi, value));
      for (guint i = 0; i < n; i++)
        hi[(gsize)(x + i) * channels + c] = row_hi[i];
      if (products == 3) {
        tv_store_bf16 (row_lo, value);
        for (guint i = 0; i < n; i++)
          lo[(gsize)(x + i) * channels + c] = row_lo[i];
      }
    }
  }
}

#ifndef NN_TILE_VECTORS
static void
input_high (const gfloat *in, gsize plane, guint channels, guint width, NnBf16 *hi, NnBf16 *lo)
{
  input (3, in, plane, channels, width, hi, lo);
}
#endif

static void
input_medium (const gfloat *in, gsize plane, guint channels, guint width, NnBf16 *hi, NnBf16 *lo)
{
  input (1, in, plane, channels, width, hi, NULL);
}

void
TILE_TABLE (NnTileKernels *kernels, guint products)
{
#ifdef NN_TILE_VECTORS
  g_assert (products == 1);
#else
  g_assert (products == 3 || products == 1);
  if (products == 3) {
    *kernels = (NnTileKernels){ .name = TILE_NAME_HIGH,
                                .products = 3,
                                .conv = conv_high,
                                .max_pool_row = max_pool_row_high,
                                .average = average_high,
                                .add = add_high,
                                .input = input_high };
    return;
  }
#endif
  *kernels = (NnTileKernels){ .name = TILE_NAME_MEDIUM,
                              .products = 1,
#ifdef NN_TILE_VECTORS
                              .vectors = TRUE,
#endif
                              .conv = conv_medium,
                              .max_pool_row = max_pool_row_medium,
                              .average = average_medium,
                              .add = add_medium,
                              .input = input_medium };
}
