/* gst-resnet: convolution and pooling on matrix tiles, one text for AMX, for AVX-512 BF16 and for their emulations
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One file for each of these includes this text after it has chosen the operations (bf16-ops.h). TILE_TABLE is the
 * function that fills the table; TILE_NAME_HIGH and TILE_NAME_MEDIUM are the names of the kernels that run. With
 * NN_BF16_VECTORS there is medium alone, which is multiplied as bf16-vectors.h says.
 *
 * The kernel multiplies four tiles of pixels with one of channels, or two with two: 4 sums, 2 factors and 2 weights
 * take all eight tiles. Four with one reads each weight once for 64 pixels; two with two reads fewer pixels again. The
 * tile unit and the vector units run side by side only if their instructions are interleaved. So what is left to do for
 * a block (residual, ReLU, split) is done for some pixels at a time between the products of the next block. */
#include "kernels/x86/bf16-ops.h"

#define ALWAYS_INLINE inline __attribute__ ((always_inline))
#define SUMS (32 * 32) /* a block's sums, one pixel after the other; each has as many floats as there are channels */

/* This is a block whose sums are in memory, with the number of its pixels that are finished. The pointers are to the
 * block's first channel. */
typedef struct {
  const gfloat *sums;
  NnBf16 *out_hi, *out_lo;
  gfloat *out_f32;
  const NnBf16 *residual_hi, *residual_lo;
  const gint32 *out_offset, *residual_offset;
  guint channels, next, n, a_step; /* next, n and a_step are in pixels */
  gboolean relu;
} Pending;

/* This says which part of the next block's weights is fetched. @block: the next block; NULL: nothing is fetched. @pass:
 * which of the @n_passes passes over the present block begins now; each pass fetches a part of its own. */
typedef struct {
  const NnBf16Block *block;
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

/* Finishes at most @count pixels: adds the residual, applies the ReLU and stores them. @channels: those of the block */
static ALWAYS_INLINE void
finish (const guint products, const guint channels, Pending *p, guint count)
{
  const guint end = MIN (p->next + count, p->n);

  for (guint i = p->next; i < end; i++) {
    const gssize offset = p->out_offset[i];

    for (guint c = 0; c < channels && offset >= 0; c += 16) {
      TileVector x = tv_load (p->sums + (gsize)i * channels + c);

      if (p->residual_hi) {
        const gssize at = p->residual_offset[i] + (gssize)c;

        x = tv_add (x, load_split (products, p->residual_hi + at, p->residual_lo + (products == 3 ? at : 0)));
      }
      if (p->relu)
        x = tv_relu (x);
      if (p->out_f32)
        tv_store (p->out_f32 + offset + c, x);
      else
        store_split (products, p->out_hi + offset + c, products == 3 ? p->out_lo + offset + c : NULL, x);
    }
  }
  p->next = end;
}

#ifdef NN_BF16_VECTORS
#include "kernels/x86/bf16-vectors.h"
#else

/* Multiplies @m tiles of pixels with 16 channels into @sums; @pending has as many channels. A sum takes hi·hi, hi·lo
 * and lo·hi of each step in this order. The products of one sum are as far apart as two tiles of factors allow, since
 * the unit can begin another product in a third of the time that one takes. */
static ALWAYS_INLINE void
multiply_16 (const guint products, const guint m, const NnBf16ConvArgs *a, const NnBf16Block *block, guint tile,
             gfloat *sums, Pending *pending)
{
  const gsize stride = a->in_stride * sizeof (NnBf16);
  const NnBf16 *w = block->weights, *hi[4], *lo[4];

  for (guint i = 0; i < m; i++) {
    hi[i] = a->in_hi + a->tile_in[tile + i] + block->first_input;
    lo[i] = products == 3 ? a->in_lo + a->tile_in[tile + i] + block->first_input : NULL;
  }
  TILE_LOAD (0, block->bias, 0);
  if (m > 1)
    TILE_LOAD (1, block->bias, 0);
  if (m > 2)
    TILE_LOAD (2, block->bias, 0);
  if (m > 3)
    TILE_LOAD (3, block->bias, 0);
  for (guint s = 0; s < a->n_steps; s++) {
    const gssize offset = a->step_offset[s];

    TILE_LOAD (6, w, 64);
    if (products == 3)
      TILE_LOAD (7, w + NN_BF16_WEIGHTS, 64);
    TILE_LOAD (4, hi[0] + offset, stride);
    TILE_DPBF16 (0, 4, 6);
    if (m > 1) {
      TILE_LOAD (5, hi[1] + offset, stride);
      TILE_DPBF16 (1, 5, 6);
    }
    if (products == 3)
      TILE_DPBF16 (0, 4, 7);
    if (m > 2) {
      TILE_LOAD (4, hi[2] + offset, stride);
      TILE_DPBF16 (2, 4, 6);
    }
    if (products == 3 && m > 1)
      TILE_DPBF16 (1, 5, 7);
    if (m > 3) {
      TILE_LOAD (5, hi[3] + offset, stride);
      TILE_DPBF16 (3, 5, 6);
    }
    if (products == 3) {
      if (m > 2)
        TILE_DPBF16 (2, 4, 7);
      TILE_LOAD (4, lo[0] + offset, stride);
      TILE_DPBF16 (0, 4, 6);
      if (m > 3)
        TILE_DPBF16 (3, 5, 7);
      if (m > 1) {
        TILE_LOAD (5, lo[1] + offset, stride);
        TILE_DPBF16 (1, 5, 6);
      }
      if (m > 2) {
        TILE_LOAD (4, lo[2] + offset, stride);
        TILE_DPBF16 (2, 4, 6);
      }
      if (m > 3) {
        TILE_LOAD (5, lo[3] + offset, stride);
        TILE_DPBF16 (3, 5, 6);
      }
    }
    w += (products == 3 ? 2 : 1) * NN_BF16_WEIGHTS;
    finish (products, 16, pending, pending->a_step);
  }
  TILE_STORE (0, sums, 64);
  if (m > 1)
    TILE_STORE (1, sums + 256, 64);
  if (m > 2)
    TILE_STORE (2, sums + 512, 64);
  if (m > 3)
    TILE_STORE (3, sums + 768, 64);
}

#define PRODUCTS_32(m)                                                                                                 \
  do {                                                                                                                 \
    TILE_DPBF16 (0, 4, 6);                                                                                             \
    TILE_DPBF16 (1, 4, 7);                                                                                             \
    if (m > 1) {                                                                                                       \
      TILE_DPBF16 (2, 5, 6);                                                                                           \
      TILE_DPBF16 (3, 5, 7);                                                                                           \
    }                                                                                                                  \
  } while (0)

/* Does the same with 32 channels. */
static ALWAYS_INLINE void
multiply_32 (const guint products, const guint m, const NnBf16ConvArgs *a, const NnBf16Block *block, guint tile,
             gfloat *sums, Pending *pending)
{
  const gsize stride = a->in_stride * sizeof (NnBf16);
  const NnBf16 *w = block->weights, *hi[2], *lo[2];

  for (guint i = 0; i < m; i++) {
    hi[i] = a->in_hi + a->tile_in[tile + i] + block->first_input;
    lo[i] = products == 3 ? a->in_lo + a->tile_in[tile + i] + block->first_input : NULL;
  }
  TILE_LOAD (0, block->bias, 0);
  TILE_LOAD (1, block->bias + 16, 0);
  if (m > 1) {
    TILE_LOAD (2, block->bias, 0);
    TILE_LOAD (3, block->bias + 16, 0);
  }
  for (guint s = 0; s < a->n_steps; s++) {
    const gssize offset = a->step_offset[s];

    TILE_LOAD (4, hi[0] + offset, stride);
    if (m > 1)
      TILE_LOAD (5, hi[1] + offset, stride);
    TILE_LOAD (6, w, 64);
    TILE_LOAD (7, w + NN_BF16_WEIGHTS, 64);
    PRODUCTS_32 (m);
    if (products == 3) {
      TILE_LOAD (6, w + 2 * NN_BF16_WEIGHTS, 64);
      TILE_LOAD (7, w + 3 * NN_BF16_WEIGHTS, 64);
      PRODUCTS_32 (m);
      TILE_LOAD (4, lo[0] + offset, stride);
      if (m > 1)
        TILE_LOAD (5, lo[1] + offset, stride);
      TILE_LOAD (6, w, 64);
      TILE_LOAD (7, w + NN_BF16_WEIGHTS, 64);
      PRODUCTS_32 (m);
    }
    w += (products == 3 ? 4 : 2) * NN_BF16_WEIGHTS;
    finish (products, 32, pending, pending->a_step);
  }
  TILE_STORE (0, sums, 128);
  TILE_STORE (1, sums + 16, 128);
  if (m > 1) {
    TILE_STORE (2, sums + 512, 128);
    TILE_STORE (3, sums + 528, 128);
  }
}

/* Multiplies @m tiles of pixels with @block. Nothing is fetched @ahead: this was slower on a processor that has
 * tiles. */
static ALWAYS_INLINE void
multiply (const guint products, guint m, const NnBf16ConvArgs *a, const NnBf16Block *block, guint tile, gfloat *sums,
          Pending *pending, Ahead ahead)
{
  if (block->channels == 32 && m == 2)
    multiply_32 (products, 2, a, block, tile, sums, pending);
  else if (block->channels == 32)
    multiply_32 (products, 1, a, block, tile, sums, pending);
  else if (m == 4)
    multiply_16 (products, 4, a, block, tile, sums, pending);
  else if (m == 3)
    multiply_16 (products, 3, a, block, tile, sums, pending);
  else if (m == 2)
    multiply_16 (products, 2, a, block, tile, sums, pending);
  else
    multiply_16 (products, 1, a, block, tile, sums, pending);
}

#endif

static ALWAYS_INLINE Pending
pending_block (const guint products, const NnBf16ConvArgs *a, const NnBf16Block *block, guint tile, guint m,
               const gfloat *sums)
{
  const gsize channel = block->first_channel, slot = (gsize)tile * NN_BF16_PIXELS;
  Pending p = { .sums = sums,
                .out_hi = a->out_hi + channel,
                .out_offset = a->out_offset + slot,
                .channels = block->channels,
                .n = m * NN_BF16_PIXELS,
                .a_step = (m * NN_BF16_PIXELS + a->n_steps - 1) / a->n_steps,
                .relu = a->relu };

  if (products == 3)
    p.out_lo = a->out_lo + channel;
  if (a->out_f32)
    p.out_f32 = a->out_f32 + channel;
  if (a->residual_hi) {
    p.residual_hi = a->residual_hi + channel;
    p.residual_lo = products == 3 ? a->residual_lo + channel : NULL;
    p.residual_offset = a->residual_offset + slot;
  }
  return p;
}

/* The groups of tiles are of about the same size: in a group of few tiles the products of one sum wait for each
 * other. */
static ALWAYS_INLINE void
conv (const guint products, const NnBf16ConvArgs *a, guint first_tile, guint n_tiles, guint first_block, guint n_blocks)
{
  gfloat sums[2][SUMS] __attribute__ ((aligned (64)));
  const guint at_once = SUMS / (NN_BF16_PIXELS * a->blocks[0].channels), n_groups = (n_tiles + at_once - 1) / at_once;
  Pending pending = { 0 };
  guint which = 0;

  TILE_CONFIG (a->rows);
  for (gsize u = 0; u < (gsize)n_groups * n_blocks; u++) {
    const guint group = (guint)(a->pixels_outside ? u / n_blocks : u % n_groups);
    const NnBf16Block *block = &a->blocks[first_block + (a->pixels_outside ? u % n_blocks : u / n_groups)];
    const guint before = (guint)((guint64)n_tiles * group / n_groups);
    const guint tile = first_tile + before, m = (guint)((guint64)n_tiles * (group + 1) / n_groups) - before;
    const gboolean fetch = block + 1 < a->blocks + a->n_blocks && (!a->pixels_outside || group == 0);
    const Ahead ahead = { fetch ? block + 1 : NULL, 2 * before, 2 * (a->pixels_outside ? m : n_tiles) };

    if (pending.channels != block->channels)
      finish (products, pending.channels, &pending, pending.n);
    multiply (products, m, a, block, tile, sums[which], &pending, ahead);
    finish (products, block->channels, &pending, pending.n);
    pending = pending_block (products, a, block, tile, m, sums[which]);
    which ^= 1;
  }
  finish (products, pending.channels, &pending, pending.n);
  TILE_RELEASE ();
}

#ifndef NN_BF16_VECTORS
static void
conv_high (const NnBf16ConvArgs *a, guint first_tile, guint n_tiles, guint first_block, guint n_blocks)
{
  conv (3, a, first_tile, n_tiles, first_block, n_blocks);
}
#endif

static void
conv_medium (const NnBf16ConvArgs *a, guint first_tile, guint n_tiles, guint first_block, guint n_blocks)
{
  conv (1, a, first_tile, n_tiles, first_block, n_blocks);
}

/* Computes @n times 16 channels. A column of a window is often that of the window before, too. */
static ALWAYS_INLINE void
max_pool_row (const guint products, const guint n, const NnBf16PoolArgs *a, guint row, guint c)
{
  const NnWindow *w = &a->window;
  TileVector column[2] = { tv_zero (), tv_zero () };
  gssize column_at = -1;
  guint first_y;
  const guint end_y = nn_window_taps (w, 0, row, &first_y);

  for (guint x = 0; x < a->out_width; x++) {
    const gsize out = (gsize)row * a->out_row + (gsize)x * a->out_pixel + c;
    TileVector largest[2] = { tv_zero (), tv_zero () };
    guint first_x;
    const guint end_x = nn_window_taps (w, 1, x, &first_x);

    for (guint kx = first_x; kx < end_x && first_y < end_y; kx++) {
      const gssize x_in = nn_window_at (w, 1, x, kx);

      for (guint ky = first_y; x_in != column_at && ky < end_y; ky++) {
        const gssize in = nn_window_at (w, 0, row, ky) * (gssize)a->in_row + x_in * (gssize)a->in_pixel + (gssize)c;

        for (guint i = 0; i < n; i++) {
          const TileVector v
              = load_split (products, a->in_hi + in + 16 * i, products == 3 ? a->in_lo + in + 16 * i : NULL);

          column[i] = ky == first_y ? v : tv_max (column[i], v);
        }
      }
      column_at = x_in;
      for (guint i = 0; i < n; i++)
        largest[i] = kx == first_x ? column[i] : tv_max (largest[i], column[i]);
    }
    for (guint i = 0; i < n; i++)
      store_split (products, a->out_hi + out + 16 * i, products == 3 ? a->out_lo + out + 16 * i : NULL, largest[i]);
  }
}

static ALWAYS_INLINE void
max_pool_channels (const guint products, const NnBf16PoolArgs *a, guint row)
{
  guint c = 0;

  for (; c + 32 <= a->channels; c += 32)
    max_pool_row (products, 2, a, row, c);
  if (c < a->channels)
    max_pool_row (products, 1, a, row, c);
}

#ifndef NN_BF16_VECTORS
static void
max_pool_row_high (const NnBf16PoolArgs *a, guint row)
{
  max_pool_channels (3, a, row);
}
#endif

static void
max_pool_row_medium (const NnBf16PoolArgs *a, guint row)
{
  max_pool_channels (1, a, row);
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

#ifndef NN_BF16_VECTORS
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

#ifndef NN_BF16_VECTORS
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

/* Loads up to 16 pixels of a plane. */
static ALWAYS_INLINE TileVector
load_pixels (const gfloat *in, guint n)
{
  gfloat last[16] = { 0 };

  return tv_load (n < 16 ? memcpy (last, in, n * sizeof (gfloat)) : in);
}

/* Converts the usual three planes. */
static ALWAYS_INLINE void
input_rgb (const guint products, const gfloat *in, gsize plane, guint width, NnBf16 *hi, NnBf16 *lo)
{
  for (guint x = 0; x < width; x += 16, hi += 48, lo += products == 3 ? 48 : 0) {
    const guint n = MIN (16, width - x);
    NnBf16 last_hi[48], last_lo[48];
    TileVector v[3];

    for (guint c = 0; c < 3; c++)
      v[c] = load_pixels (in + c * plane + x, n);
    tv_store_bf16_interleaved (n < 16 ? last_hi : hi, v);
    if (products == 3)
      tv_store_bf16_interleaved (n < 16 ? last_lo : lo, v);
    if (n < 16) {
      memcpy (hi, last_hi, 3 * n * sizeof (NnBf16));
      if (products == 3)
        memcpy (lo, last_lo, 3 * n * sizeof (NnBf16));
    }
  }
}

/* Converts one row of a plane after the other and rounds 16 pixels together; only what is stored lies @channels
 * apart. */
static ALWAYS_INLINE void
input (const guint products, const gfloat *in, gsize plane, guint channels, guint width, NnBf16 *hi, NnBf16 *lo)
{
  if (channels == 3) {
    input_rgb (products, in, plane, width, hi, lo);
    return;
  }
  for (guint c = 0; c < channels; c++) {
    for (guint x = 0; x < width; x += 16) {
      const guint n = MIN (16, width - x);
      NnBf16 row_hi[16], row_lo[16];
      TileVector value = load_pixels (in + c * plane + x, n);

      value = tv_sub (value, tv_store_bf16 (row_hi, value));
      if (products == 3)
        tv_store_bf16 (row_lo, value);
      for (guint i = 0; i < n; i++) {
        hi[(gsize)(x + i) * channels + c] = row_hi[i];
        if (products == 3)
          lo[(gsize)(x + i) * channels + c] = row_lo[i];
      }
    }
  }
}

#ifndef NN_BF16_VECTORS
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
TILE_TABLE (NnBf16Kernels *kernels, guint products)
{
#ifdef NN_BF16_VECTORS
  g_assert (products == 1);
#else
  g_assert (products == 3 || products == 1);
  if (products == 3) {
    *kernels = (NnBf16Kernels){ .name = TILE_NAME_HIGH,
                                .products = 3,
                                .conv = conv_high,
                                .max_pool_row = max_pool_row_high,
                                .average = average_high,
                                .add = add_high,
                                .input = input_high };
    return;
  }
#endif
  *kernels = (NnBf16Kernels){ .name = TILE_NAME_MEDIUM,
                              .products = 1,
#ifdef NN_BF16_VECTORS
                              .vectors = TRUE,
#endif
                              .conv = conv_medium,
                              .max_pool_row = max_pool_row_medium,
                              .average = average_medium,
                              .add = add_medium,
                              .input = input_medium };
}
