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
  const gsize crop = self->params.crop;
  const gsize start = (self->y.out + row) * crop + self->x.out;

  if (sink->rgb) {
    for (guint c = 0; c < 3; c++) {
      for (guint x = 0; x < self->x.keep; x++)
        sink->rgb[(start + x) * 3 + c] = rows[c][(gsize)x * step];
    }
    return;
  }
  for (guint c = 0; c < 3; c++) {
    const gfloat *table = self->table[c];
    const guint8 *src = rows[c];
    gfloat *dst = sink->tensor + c * crop * crop + start;

    for (guint x = 0; x < self->x.keep; x++)
      dst[x] = table[src[(gsize)x * step]];
  }
}

void
nn_preprocessor_store_padding (NnPreprocessor *self, const NnImageSink *sink)
{
  const guint crop = self->params.crop;
  const NnAxis *ax = &self->x, *ay = &self->y;

  if (ax->keep == crop && ay->keep == crop)
    return;
  if (sink->rgb) {
    memset (sink->rgb, 0, (gsize)crop * crop * 3);
    return;
  }
  for (guint c = 0; c < 3; c++) {
    gfloat *plane = sink->tensor + (gsize)c * crop * crop;

    for (gsize i = 0; i < (gsize)crop * crop; i++)
      plane[i] = self->table[c][0];
  }
}
