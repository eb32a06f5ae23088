/* gst-resnet: the kernels of resizing in portable C: the specification
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernels/resize.h"

#include "kernels/x86/resize-avx2.h"

#include <math.h>

static inline guint8
clamp_exact (guint32 sum)
{
  gint32 value = (gint32)(sum + (1u << (NN_RESIZE_EXACT_BITS - 1))) >> NN_RESIZE_EXACT_BITS;

  return (guint8)CLAMP (value, 0, 255);
}

/* Returns one product of the exact filter, modulo 2^32. */
static inline guint32
exact_product (gint16 high, gint16 low, guint8 sample)
{
  return ((guint32)(gint32)high * 32768u + (guint32)low) * sample;
}

static inline gint16
clamp_s16 (gint32 value)
{
  return (gint16)CLAMP (value, G_MININT16, G_MAXINT16);
}

static void
row_c (guint8 *dst, const guint8 *src, const NnResizeFilter *filter)
{
  for (guint i = 0; i < filter->n; i++) {
    const gint16 *high = filter->high + (gsize)i * filter->taps;
    const gint16 *low = filter->low + (gsize)i * filter->taps;
    guint32 sum = 0;

    for (guint t = 0; t < filter->count[i]; t++)
      sum += exact_product (high[t], low[t], src[filter->start[i] + t]);
    dst[i] = clamp_exact (sum);
  }
}

static void
packed_c (guint8 *dst, const guint8 *src, guint stride, const guint8 order[3], const NnResizeFilter *filter)
{
  for (guint i = 0; i < filter->n; i++) {
    const gint16 *high = filter->high + (gsize)i * filter->taps;
    const gint16 *low = filter->low + (gsize)i * filter->taps;
    const guint8 *pixel = src + (gsize)filter->start[i] * stride;
    guint32 sum[3] = { 0, 0, 0 };

    for (guint t = 0; t < filter->count[i]; t++) {
      for (guint c = 0; c < 3; c++)
        sum[c] += exact_product (high[t], low[t], pixel[t * stride + order[c]]);
    }
    for (guint c = 0; c < 3; c++)
      dst[4 * i + c] = clamp_exact (sum[c]);
    dst[4 * i + 3] = 0;
  }
}

static void
column_c (guint8 *dst, const guint8 *const *rows, const gint16 *high, const gint16 *low, guint n, guint width)
{
  for (guint x = 0; x < width; x++) {
    guint32 sum = 0;

    for (guint t = 0; t < n; t++)
      sum += exact_product (high[t], low[t], rows[t][x]);
    dst[x] = clamp_exact (sum);
  }
}

static void
column_fast_c (gint16 *dst, const guint8 *const *rows, const gint16 *coefficients, guint n, guint width)
{
  const gint shift = NN_RESIZE_FAST_BITS - NN_YUV_BITS;

  for (guint x = 0; x < width; x++) {
    gint32 sum = 1 << (shift - 1);

    for (guint t = 0; t < n; t++)
      sum += coefficients[t] * rows[t][x];
    dst[x] = clamp_s16 (sum >> shift);
  }
}

static void
row_fast_c (gint16 *dst, const gint16 *src, const NnResizeFilter *filter)
{
  for (guint i = 0; i < filter->n; i++) {
    const gint16 *coefficients = filter->high + (gsize)i * filter->taps;
    gint32 sum = 1 << (NN_RESIZE_FAST_BITS - 1);

    for (guint t = 0; t < filter->count[i]; t++)
      sum += coefficients[t] * src[filter->start[i] + t];
    dst[i] = clamp_s16 (sum >> NN_RESIZE_FAST_BITS);
  }
}

static void
unstride_c (gint16 *dst, const gint16 *src, guint step, guint width)
{
  for (guint x = 0; x < width; x++)
    dst[x] = src[(gsize)x * step];
}

static void
upsample2_c (gint16 *dst, const gint16 *src, gboolean cosited, guint n)
{
  for (guint i = 0; i < n; i++) {
    const gint16 *s = src + i;

    dst[2 * i] = (gint16)(cosited ? 8 * s[0] : 2 * s[-1] + 6 * s[0]);
    dst[2 * i + 1] = (gint16)(cosited ? 4 * (s[0] + s[1]) : 6 * s[0] + 2 * s[1]);
  }
}

static inline guint8
round_u8 (gfloat value)
{
  return (guint8)CLAMP (lrintf (value), 0, 255);
}

static void
yuv_to_rgb_c (guint8 *rgbx, const gint16 *y, const gint16 *cb, const gint16 *cr, const NnYuvMatrix *matrix, guint width)
{
  const gint chroma_offset = 128 << NN_YUV_BITS;

  for (guint x = 0; x < width; x++) {
    gfloat luma = (gfloat)(y[x] - matrix->y_offset) * matrix->y;
    gfloat u = (gfloat)(cb[x] - chroma_offset), v = (gfloat)(cr[x] - chroma_offset);
    gfloat red = v * matrix->r_cr;
    gfloat green = u * matrix->g_cb + v * matrix->g_cr;
    gfloat blue = u * matrix->b_cb;

    rgbx[4 * (gsize)x] = round_u8 (luma + red);
    rgbx[4 * (gsize)x + 1] = round_u8 (luma + green);
    rgbx[4 * (gsize)x + 2] = round_u8 (luma + blue);
    rgbx[4 * (gsize)x + 3] = 0;
  }
}

void
nn_resize_kernels_init (NnResizeKernels *kernels, NnIsa isa)
{
  *kernels = (NnResizeKernels){
    .row = row_c,
    .packed = packed_c,
    .column = column_c,
    .column_fast = column_fast_c,
    .row_fast = row_fast_c,
    .unstride = unstride_c,
    .upsample2 = upsample2_c,
    .yuv_to_rgb = yuv_to_rgb_c,
  };
#if defined(__x86_64__)
  nn_resize_kernels_init_x86 (kernels, isa);
#endif
}
