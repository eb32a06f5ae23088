/* gst-resnet: finished rows of pixels to where they belong
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/preprocess-store.h"

#include <math.h>
#include <string.h>

guint8
nn_gray_to_full (guint8 value, gboolean full_range)
{
  return full_range ? value : (guint8)CLAMP (lrint ((value - 16) * 255.0 / 219.0), 0, 255);
}

void
nn_preprocessor_store (NnPreprocessor *self, const NnImageSink *sink, guint row, const guint8 *r, const guint8 *g,
                       const guint8 *b, guint step)
{
  const guint8 *rows[3] = { r, g, b };
  const gsize crop_width = self->params.crop_width, plane = crop_width * self->params.crop_height;
  const gsize start = (self->y.out + row) * crop_width + self->x.out;
  const gboolean reversed = self->params.channel_order == NN_CHANNEL_ORDER_BGR;

  if (sink->rgb) {
    for (guint c = 0; c < 3; c++) {
      for (guint x = 0; x < self->x.keep; x++)
        sink->rgb[(start + x) * 3 + c] = rows[c][(gsize)x * step];
    }
    return;
  }
  for (guint c = 0; c < self->params.channels; c++) {
    const gfloat *table = self->table[c];
    const guint8 *src = rows[reversed ? 2 - c : c];
    gfloat *dst = sink->tensor + c * plane + start;

    for (guint x = 0; x < self->x.keep; x++)
      dst[x] = table[src[(gsize)x * step]];
  }
}

void
nn_preprocessor_store_padding (NnPreprocessor *self, const NnImageSink *sink)
{
  const gsize plane = (gsize)self->params.crop_height * self->params.crop_width;

  if (self->x.keep == self->params.crop_width && self->y.keep == self->params.crop_height)
    return;
  if (sink->rgb) {
    memset (sink->rgb, 0, plane * 3);
    return;
  }
  for (guint c = 0; c < self->params.channels; c++) {
    gfloat *dst = sink->tensor + c * plane;

    for (gsize i = 0; i < plane; i++)
      dst[i] = self->table[c][0];
  }
}

void
nn_grey_row (guint8 *dst, gsize dst_step, const guint8 *rgb, guint n, gsize step)
{
  for (guint x = 0; x < n; x++, rgb += step, dst += dst_step) {
    const guint8 grey = (guint8)((rgb[0] * 19595u + rgb[1] * 38470u + rgb[2] * 7471u + 0x8000u) >> 16);

    for (guint c = 0; c < MIN (dst_step, 3); c++)
      dst[c] = grey;
  }
}
