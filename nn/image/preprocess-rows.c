/* gst-resnet: rows of R, G, B in bytes, from whatever the image is
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/preprocessor-private.h"

#include <string.h>

const guint8 *
nn_packed_base (const NnImage *image, guint8 order[3])
{
  const NnComponent *component = image->component;
  const guint8 *base = component[0].data;

  if (image->kind != NN_IMAGE_RGB || (component[0].pixel_stride != 3 && component[0].pixel_stride != 4))
    return NULL;
  for (guint c = 1; c < 3; c++) {
    if (component[c].pixel_stride != component[0].pixel_stride || component[c].row_stride != component[0].row_stride)
      return NULL;
    if ((guintptr)component[c].data < (guintptr)base)
      base = component[c].data;
  }
  for (guint c = 0; c < 3; c++) {
    guintptr offset = (guintptr)component[c].data - (guintptr)base;

    if (offset >= component[0].pixel_stride)
      return NULL;
    order[c] = (guint8)offset;
  }
  return base;
}

NnRows
nn_choose_rows (const NnImage *image, NnExactWay *way)
{
  if (image->kind == NN_IMAGE_YUV)
    return NN_ROWS_YUV;
  if (nn_packed_base (image, way->order))
    return NN_ROWS_PACKED;
  if (image->kind == NN_IMAGE_GRAY && !image->full_range)
    return NN_ROWS_FETCH;
  for (guint c = 0; c < way->n_planes; c++) {
    if (image->component[c].pixel_stride != 1)
      return NN_ROWS_FETCH;
  }
  return NN_ROWS_PLANES;
}

gboolean
nn_fetch_yuv_init (NnExactWay *way, const NnImage *image)
{
  guint plane_width = nn_image_subsampled (image->width, image->chroma_shift_x);
  guint first = image->roi_x + way->col_first;

  nn_yuv_matrix_init (&way->matrix, image->kr, image->kb, image->full_range);
  way->chroma_first = nn_chroma_tap (first, plane_width, image->chroma_shift_x, image->chroma_left).a;
  way->n_chroma = nn_chroma_tap (first + way->n_cols - 1, plane_width, image->chroma_shift_x, image->chroma_left).b + 1
                  - way->chroma_first;
  way->chroma_taps = g_try_new (NnChromaTap, way->n_cols);
  way->luma = g_try_new (gint16, way->n_cols);
  way->chroma[0] = g_try_new (gint16, way->n_cols);
  way->chroma[1] = g_try_new (gint16, way->n_cols);
  way->blended = g_try_new (gint16, way->n_chroma);
  if (!way->chroma_taps || !way->luma || !way->chroma[0] || !way->chroma[1] || !way->blended)
    return FALSE;
  for (guint i = 0; i < way->n_cols; i++) {
    NnChromaTap tap = nn_chroma_tap (first + i, plane_width, image->chroma_shift_x, image->chroma_left);

    tap.a -= way->chroma_first;
    tap.b -= way->chroma_first;
    way->chroma_taps[i] = tap;
  }
  return TRUE;
}

static void
fetch_bytes (const NnExactWay *way, const NnImage *image, guint row, guint8 *dst, gsize plane_stride)
{
  for (guint c = 0; c < way->n_planes; c++) {
    const NnComponent *component = &image->component[c];
    const guint8 *src = nn_component_at (component, image->roi_y + row, image->roi_x + way->col_first);

    for (guint x = 0; x < way->n_cols; x++)
      dst[c * plane_stride + x] = way->gray[src[x * component->pixel_stride]];
  }
}

/* Chroma at luma's resolution: 1/64 is exact, for a weight is eighths each way. */
static void
upsample_chroma (const NnExactWay *way, const NnImage *image, guint row, guint c)
{
  const NnComponent *plane = &image->component[1 + c];
  guint plane_height = nn_image_subsampled (image->height, image->chroma_shift_y);
  NnChromaTap tap = nn_chroma_tap (image->roi_y + row, plane_height, image->chroma_shift_y, image->chroma_top);
  const guint8 *a = nn_component_at (plane, tap.a, way->chroma_first);
  const guint8 *b = nn_component_at (plane, tap.b, way->chroma_first);
  const gsize stride = plane->pixel_stride;

  for (guint x = 0; x < way->n_chroma; x++)
    way->blended[x] = (gint16)(a[x * stride] * (8 - tap.weight_b) + b[x * stride] * tap.weight_b);
  for (guint x = 0; x < way->n_cols; x++) {
    const NnChromaTap *t = &way->chroma_taps[x];

    way->chroma[c][x] = (gint16)(way->blended[t->a] * (8 - t->weight_b) + way->blended[t->b] * t->weight_b);
  }
}

static void
fetch_yuv (const NnPreprocessor *self, const NnImage *image, guint row, guint8 *dst, gsize plane_stride)
{
  const NnExactWay *way = &self->exact;
  const guint8 *luma = nn_component_at (&image->component[0], image->roi_y + row, image->roi_x + way->col_first);

  for (guint x = 0; x < way->n_cols; x++)
    way->luma[x] = (gint16)(luma[x * image->component[0].pixel_stride] << NN_YUV_BITS);
  upsample_chroma (way, image, row, 0);
  upsample_chroma (way, image, row, 1);
  self->kernels.yuv_to_rgb (dst, dst + plane_stride, dst + 2 * plane_stride, way->luma, way->chroma[0], way->chroma[1],
                            &way->matrix, way->n_cols);
}

void
nn_fetch_row (const NnPreprocessor *self, const NnImage *image, guint row, guint8 *dst, gsize plane_stride)
{
  if (self->exact.rows == NN_ROWS_YUV)
    fetch_yuv (self, image, row, dst, plane_stride);
  else
    fetch_bytes (&self->exact, image, row, dst, plane_stride);
}
