/* gst-resnet: pooling and element-wise operations, plain C that the compiler vectorizes over channels
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Included by one file an ISA, which is compiled with that ISA's flags; POOL_TABLE is the function that fills the
 * table. Each channel is computed by the same operations in the same order at every level. */
#include <math.h>

#include "kernels/pool.h"

static void
max_pool_row (const NnWindowArgs *a, guint row)
{
  for (guint x = 0; x < a->out_width; x++) {
    gfloat *restrict out = a->out + row * a->out_row + x * a->out_pixel;
    gboolean any = FALSE;

    for (guint ky = 0; ky < a->kernel[0]; ky++) {
      const gint64 y_in = (gint64)row * a->stride[0] + (gint64)ky * a->dilation[0] - a->pad[0];

      if (y_in < 0 || y_in >= a->in_height)
        continue;
      for (guint kx = 0; kx < a->kernel[1]; kx++) {
        const gint64 x_in = (gint64)x * a->stride[1] + (gint64)kx * a->dilation[1] - a->pad[1];
        const gfloat *restrict in;

        if (x_in < 0 || x_in >= a->in_width)
          continue;
        in = a->in + (gsize)y_in * a->in_row + (gsize)x_in * a->in_pixel;
        if (!any) {
          for (guint c = 0; c < a->channels; c++)
            out[c] = in[c];
          any = TRUE;
        } else {
          /* The outer comparison keeps a NaN that is there; the inner one takes one that comes. */
          for (guint c = 0; c < a->channels; c++)
            out[c] = out[c] != out[c] ? out[c] : (in[c] <= out[c] ? out[c] : in[c]);
        }
      }
    }
  }
}

static void
avg_pool_row (const NnWindowArgs *a, guint row)
{
  for (guint x = 0; x < a->out_width; x++) {
    gfloat *restrict out = a->out + row * a->out_row + x * a->out_pixel;
    guint n = 0;

    for (guint c = 0; c < a->channels; c++)
      out[c] = 0;
    for (guint ky = 0; ky < a->kernel[0]; ky++) {
      const gint64 y_in = (gint64)row * a->stride[0] + (gint64)ky * a->dilation[0] - a->pad[0];

      if (y_in < 0 || y_in >= a->in_height)
        continue;
      for (guint kx = 0; kx < a->kernel[1]; kx++) {
        const gint64 x_in = (gint64)x * a->stride[1] + (gint64)kx * a->dilation[1] - a->pad[1];
        const gfloat *restrict in;

        if (x_in < 0 || x_in >= a->in_width)
          continue;
        in = a->in + (gsize)y_in * a->in_row + (gsize)x_in * a->in_pixel;
        for (guint c = 0; c < a->channels; c++)
          out[c] += in[c];
        n++;
      }
    }
    for (guint c = 0; c < a->channels; c++)
      out[c] /= (gfloat)(a->count_pad ? a->kernel[0] * a->kernel[1] : n);
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
    .add = add,
  };
}
