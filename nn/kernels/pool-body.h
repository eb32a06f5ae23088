/* gst-resnet: pooling and element-wise operations, plain C that the compiler vectorizes over channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * One file of each ISA includes this text and is compiled with that ISA's flags; POOL_TABLE is the function that fills
 * the table. Each channel is computed by the same operations in the same order at every level. */
#include <math.h>

#include "kernels/pool.h"

/* A window's maximum is taken of POOL_VECTORS vectors of POOL_LANES floats at once; there are 8 floats unless the file
 * that includes this says otherwise. POOL_MAX (a, b) is a where a is larger, otherwise b, so that a NaN in a is lost.
 * POOL_MAX and POOL_HAS_NAN (vector) are one instruction each, or they are not defined. */
#ifndef POOL_LANES
#define POOL_LANES 8
#endif
#define POOL_VECTORS 4
/* AHEAD is how many windows lie between the one that is computed and the one that is fetched; LINE is the floats of a
 * cache line. */
#define AHEAD 8
#define LINE 16

typedef gfloat PoolVector __attribute__ ((vector_size (POOL_LANES * sizeof (gfloat)), aligned (sizeof (gfloat))));
typedef gint32 PoolMask __attribute__ ((vector_size (POOL_LANES * sizeof (gint32))));

/* Computes @vectors × POOL_LANES channels; @vectors must be a constant at each call. @in: these channels of the
 * window's first tap. A NaN that comes is taken, and one that is there stays, since nothing is above it. */
static inline __attribute__ ((always_inline)) void
max_of_window (const gfloat *in, gsize row, gsize pixel, guint height, guint width, const guint vectors, gfloat *out)
{
  PoolVector best[POOL_VECTORS];

  for (guint v = 0; v < vectors; v++)
    best[v] = *(const PoolVector *)(in + v * POOL_LANES);
  for (guint y = 0; y < height; y++, in += row) {
    const gfloat *x = in;

    for (guint i = 0; i < width; i++, x += pixel) {
#pragma GCC unroll 4
      for (guint v = 0; v < vectors; v++) {
        const PoolVector other = *(const PoolVector *)(x + v * POOL_LANES);
        const PoolMask take = (other > best[v]) | (other != other);

        best[v] = (PoolVector)(((PoolMask)other & take) | ((PoolMask)best[v] & ~take));
      }
    }
  }
  for (guint v = 0; v < vectors; v++)
    *(PoolVector *)(out + v * POOL_LANES) = best[v];
}

#ifdef POOL_MAX
/* Does the same for POOL_VECTORS vectors where no NaN is among the values. Returns FALSE and writes nothing where there
 * may be one: a NaN also makes the sum a NaN (and so does ∞ − ∞, without any NaN among the values). */
static inline __attribute__ ((always_inline)) gboolean
max_without_nan (const gfloat *in, gsize row, gsize pixel, guint height, guint width, gfloat *out)
{
  const guint vectors = POOL_VECTORS;
  PoolVector best[POOL_VECTORS], sum[POOL_VECTORS];

  for (guint v = 0; v < vectors; v++) {
    best[v] = *(const PoolVector *)(in + v * POOL_LANES);
    sum[v] = best[v] - best[v];
  }
  for (guint y = 0; y < height; y++, in += row) {
    const gfloat *x = in;

    for (guint i = 0; i < width; i++, x += pixel) {
#pragma GCC unroll 4
      for (guint v = 0; v < vectors; v++) {
        const PoolVector other = *(const PoolVector *)(x + v * POOL_LANES);

        best[v] = POOL_MAX (other, best[v]);
        sum[v] += other;
      }
    }
  }
  for (guint v = 1; v < vectors; v++)
    sum[0] += sum[v];
  if (POOL_HAS_NAN (sum[0]))
    return FALSE;
  for (guint v = 0; v < vectors; v++)
    *(PoolVector *)(out + v * POOL_LANES) = best[v];
  return TRUE;
}
#endif

/* Fetches what the window AHEAD windows later reads and no window before it does. @in: the window that is computed now,
 * which has @height rows. What a convolution wrote comes from far, and the processor alone fetches too little of it. */
static inline void
fetch_ahead (const NnWindowArgs *a, const gfloat *in, gsize in_row, guint height)
{
  const guint *stride = a->window.stride;

  for (guint y = height > stride[0] ? height - stride[0] : 0; y < height; y++) {
    const gfloat *pixel = in + y * in_row + (gsize)AHEAD * stride[1] * a->in_pixel;

    for (guint c = 0; c < stride[1] * a->in_pixel; c += LINE)
      __builtin_prefetch (pixel + c, 0, 3);
  }
}

static void
max_pool_row (const NnWindowArgs *a, guint row)
{
  const NnWindow *w = &a->window;
  const gsize in_row = a->in_row * w->dilation[0], in_pixel = a->in_pixel * w->dilation[1];
  guint top;
  const guint bottom = nn_window_taps (w, 0, row, &top);
  const gfloat *line = a->in + nn_window_at (w, 0, row, top) * (gssize)a->in_row;

  for (guint x = 0; x < a->out_width; x++) {
    guint left, c = 0;
    const guint right = nn_window_taps (w, 1, x, &left);
    const gfloat *in = line + nn_window_at (w, 1, x, left) * (gssize)a->in_pixel;
    gfloat *out = a->out + row * a->out_row + x * a->out_pixel;

    if (top >= bottom || left >= right) {
      for (; c < a->channels; c++)
        out[c] = -INFINITY;
      continue;
    }
    fetch_ahead (a, in, in_row, bottom - top);
    for (; c + POOL_VECTORS * POOL_LANES <= a->channels; c += POOL_VECTORS * POOL_LANES) {
#ifdef POOL_MAX
      if (max_without_nan (in + c, in_row, in_pixel, bottom - top, right - left, out + c))
        continue;
#endif
      max_of_window (in + c, in_row, in_pixel, bottom - top, right - left, POOL_VECTORS, out + c);
    }
    for (; c + POOL_LANES <= a->channels; c += POOL_LANES)
      max_of_window (in + c, in_row, in_pixel, bottom - top, right - left, 1, out + c);
    for (; c < a->channels; c++) {
      gfloat best = in[c];

      for (guint y = 0; y < bottom - top; y++) {
        for (guint i = 0; i < right - left; i++) {
          const gfloat other = in[y * in_row + i * in_pixel + c];

          best = other > best || other != other ? other : best;
        }
      }
      out[c] = best;
    }
  }
}

static void
avg_pool_row (const NnWindowArgs *a, guint row)
{
  const NnWindow *w = &a->window;
  guint top;
  const guint bottom = nn_window_taps (w, 0, row, &top);

  for (guint x = 0; x < a->out_width; x++) {
    gfloat *restrict out = a->out + row * a->out_row + x * a->out_pixel;
    guint left, n = 0;
    const guint right = nn_window_taps (w, 1, x, &left);

    for (guint c = 0; c < a->channels; c++)
      out[c] = 0;
    for (guint ky = top; ky < bottom; ky++) {
      for (guint kx = left; kx < right; kx++, n++) {
        const gfloat *restrict in = a->in + nn_window_at (w, 0, row, ky) * (gssize)a->in_row
                                    + nn_window_at (w, 1, x, kx) * (gssize)a->in_pixel;

        for (guint c = 0; c < a->channels; c++)
          out[c] += in[c];
      }
    }
    for (guint c = 0; c < a->channels; c++)
      out[c] /= (gfloat)(a->count_pad ? w->kernel[0] * w->kernel[1] : n);
  }
}

static void
scale (const gfloat *in, const gfloat *restrict factors, gsize n, guint channels, gfloat *restrict out)
{
  for (gsize i = 0; i < n; i++) {
    for (guint c = 0; c < channels; c++)
      out[i * channels + c] = in[i * channels + c] * factors[c];
  }
}

static void
sigmoid (const gfloat *in, gsize n, gfloat *out)
{
  for (gsize i = 0; i < n; i++)
    out[i] = 1 / (1 + expf (-in[i]));
}

static void
global_avg_pool (const gfloat *in, gsize in_row, gsize in_pixel, guint height, guint width, guint channels,
                 gfloat *restrict out)
{
  const gfloat n = (gfloat)height * (gfloat)width;

  for (guint c = 0; c < channels; c++)
    out[c] = 0;
  for (guint y = 0; y < height; y++) {
    for (guint x = 0; x < width; x++) {
      const gfloat *restrict pixel = in + y * in_row + x * in_pixel;

      for (guint c = 0; c < channels; c++)
        out[c] += pixel[c];
    }
  }
  for (guint c = 0; c < channels; c++)
    out[c] /= n;
}

/* Returns the sum of a vector's lanes, added from the first to the last. */
static inline gfloat
sum_of_lanes (const PoolVector *v)
{
  gfloat sum = 0;

  for (guint i = 0; i < POOL_LANES; i++)
    sum += (*v)[i];
  return sum;
}

static void
channel_norm (const gfloat *in, guint channels, gfloat epsilon, const gfloat *scale, const gfloat *bias, gfloat *out)
{
  const guint whole = channels / POOL_LANES * POOL_LANES;
  PoolVector sums = { 0 }, squares = { 0 };
  gfloat mean, variance, factor;

  for (guint c = 0; c < whole; c += POOL_LANES)
    sums += *(const PoolVector *)(in + c);
  mean = sum_of_lanes (&sums);
  for (guint c = whole; c < channels; c++)
    mean += in[c];
  mean /= (gfloat)channels;
  for (guint c = 0; c < whole; c += POOL_LANES) {
    const PoolVector d = *(const PoolVector *)(in + c) - mean;

    squares += d * d;
  }
  variance = sum_of_lanes (&squares);
  for (guint c = whole; c < channels; c++)
    variance += (in[c] - mean) * (in[c] - mean);
  factor = 1 / sqrtf (variance / (gfloat)channels + epsilon);
  for (guint c = 0; c < channels; c++)
    out[c] = (in[c] - mean) * factor * scale[c] + bias[c];
}

static void
add (const gfloat *a, const gfloat *b, gsize n, gboolean relu, gfloat *out)
{
  for (gsize i = 0; i < n; i++) {
    gfloat y = b ? a[i] + b[i] : a[i];

    out[i] = relu && y < 0 ? 0 : y;
  }
}

void
POOL_TABLE (NnPoolKernels *kernels)
{
  *kernels = (NnPoolKernels){
    .max_pool_row = max_pool_row,
    .avg_pool_row = avg_pool_row,
    .global_avg_pool = global_avg_pool,
    .scale = scale,
    .sigmoid = sigmoid,
    .channel_norm = channel_norm,
    .add = add,
  };
}
