/* gst-resnet: rows of pixels in bytes, from whatever the image is
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/preprocess-rows.h"

#include "base/nn-memory.h"
#include "image/preprocess-store.h"

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

    if (offset >= (guintptr)component[0].pixel_stride)
      return NULL;
    order[c] = (guint8)offset;
  }
  return base;
}

gboolean
nn_fetch_yuv_init (NnExactWay *way, const NnImage *image)
{
  const guint shift = image->chroma_shift_x;
  guint plane_width = nn_image_subsampled (image->width, shift);
  guint first = image->roi_x + way->col_first;
  gsize upsampled;

  nn_yuv_matrix_init (&way->matrix, image->kr, image->kb, image->full_range);
  way->chroma_first = nn_chroma_tap (first, plane_width, shift, image->chroma_left).a;
  way->n_chroma
      = nn_chroma_tap (first + way->n_cols - 1, plane_width, shift, image->chroma_left).b + 1 - way->chroma_first;
  /* NnUpsample2 makes two columns of each sample. The first column that is needed may be the second one of its sample,
   * and then one column is skipped. */
  way->chroma_skip = shift == 1 ? first - 2 * way->chroma_first : 0;
  upsampled = MAX (way->n_cols, 2 * (gsize)way->n_chroma);
  way->luma = nn_aligned_alloc0 (way->n_cols * sizeof (gint16));
  way->chroma[0] = nn_aligned_alloc0 (upsampled * sizeof (gint16));
  way->chroma[1] = nn_aligned_alloc0 (upsampled * sizeof (gint16));
  way->blended = nn_aligned_alloc0 (((gsize)way->n_chroma + 2) * sizeof (gint16));
  if (!way->luma || !way->chroma[0] || !way->chroma[1] || !way->blended)
    return FALSE;
  if (shift == 1)
    return TRUE;
  way->chroma_taps = g_try_new (NnChromaTap, way->n_cols);
  if (!way->chroma_taps)
    return FALSE;
  for (guint i = 0; i < way->n_cols; i++) {
    NnChromaTap tap = nn_chroma_tap (first + i, plane_width, shift, image->chroma_left);

    tap.a -= way->chroma_first;
    tap.b -= way->chroma_first;
    way->chroma_taps[i] = tap;
  }
  return TRUE;
}

static void
fetch_gray (const NnExactWay *way, const NnImage *image, guint row, guint8 *dst)
{
  const guint8 *src = nn_component_at (&image->component[0], image->roi_y + row, image->roi_x + way->col_first);

  for (guint x = 0; x < way->n_cols; x++)
    dst[x] = way->gray[src[x * image->component[0].pixel_stride]];
}

static void
fetch_rgb (const NnExactWay *way, const NnImage *image, guint row, guint8 *dst)
{
  const guint8 *src[3];
  gssize stride[3];

  for (guint c = 0; c < 3; c++) {
    src[c] = nn_component_at (&image->component[c], image->roi_y + row, image->roi_x + way->col_first);
    stride[c] = image->component[c].pixel_stride;
  }
  if (stride[0] == 1 && stride[1] == 1 && stride[2] == 1) {
    /* This case has its own loop because compilers can vectorize it. */
    for (guint x = 0; x < way->n_cols; x++) {
      dst[4 * (gsize)x] = src[0][x];
      dst[4 * (gsize)x + 1] = src[1][x];
      dst[4 * (gsize)x + 2] = src[2][x];
      dst[4 * (gsize)x + 3] = 0;
    }
    return;
  }
  for (guint x = 0; x < way->n_cols; x++) {
    for (guint c = 0; c < 3; c++)
      dst[4 * (gsize)x + c] = src[c][x * stride[c]];
  }
}

/* Upsamples chroma to the resolution of luma. The results are exact in units of 1/64, because the weights are eighths
 * in each direction. */
static void
upsample_chroma (const NnPreprocessor *self, const NnImage *image, guint row, guint c)
{
  const NnExactWay *way = &self->exact;
  const NnComponent *plane = &image->component[1 + c];
  guint plane_height = nn_image_subsampled (image->height, image->chroma_shift_y);
  NnChromaTap tap = nn_chroma_tap (image->roi_y + row, plane_height, image->chroma_shift_y, image->chroma_top);
  const guint8 *a = nn_component_at (plane, tap.a, way->chroma_first);
  const guint8 *b = nn_component_at (plane, tap.b, way->chroma_first);
  const gssize stride = plane->pixel_stride;
  const gint16 weight_a = (gint16)(8 - tap.weight_b), weight_b = (gint16)tap.weight_b;
  gint16 *blended = way->blended + 1;

  if (stride == 1) {
    for (guint x = 0; x < way->n_chroma; x++)
      blended[x] = (gint16)(a[x] * weight_a + b[x] * weight_b);
  } else if (stride == 2) {
    for (guint x = 0; x < way->n_chroma; x++)
      blended[x] = (gint16)(a[2 * (gsize)x] * weight_a + b[2 * (gsize)x] * weight_b);
  } else {
    for (guint x = 0; x < way->n_chroma; x++)
      blended[x] = (gint16)(a[x * stride] * weight_a + b[x * stride] * weight_b);
  }
  if (image->chroma_shift_x == 1) {
    /* A sample beyond the needed ones is either not used or lies beyond the edge of the plane, where the last sample is
     * repeated. */
    blended[-1] = blended[0];
    blended[way->n_chroma] = blended[way->n_chroma - 1];
    self->kernels.upsample2 (way->chroma[c], blended, image->chroma_left, way->n_chroma);
    return;
  }
  for (guint x = 0; x < way->n_cols; x++) {
    const NnChromaTap *t = &way->chroma_taps[x];

    way->chroma[c][x] = (gint16)(blended[t->a] * (8 - t->weight_b) + blended[t->b] * t->weight_b);
  }
}

static void
fetch_yuv (const NnPreprocessor *self, const NnImage *image, guint row, guint8 *dst)
{
  const NnExactWay *way = &self->exact;
  const guint8 *luma = nn_component_at (&image->component[0], image->roi_y + row, image->roi_x + way->col_first);
  const gssize stride = image->component[0].pixel_stride;

  if (stride == 1) {
    for (guint x = 0; x < way->n_cols; x++)
      way->luma[x] = (gint16)(luma[x] << NN_YUV_BITS);
  } else {
    for (guint x = 0; x < way->n_cols; x++)
      way->luma[x] = (gint16)(luma[x * stride] << NN_YUV_BITS);
  }
  upsample_chroma (self, image, row, 0);
  upsample_chroma (self, image, row, 1);
  self->kernels.yuv_to_rgb (dst, way->luma, way->chroma[0] + way->chroma_skip, way->chroma[1] + way->chroma_skip,
                            &way->matrix, way->n_cols);
}

void
nn_fetch_row (const NnPreprocessor *self, const NnImage *image, guint row, guint8 *dst)
{
  const NnExactWay *way = &self->exact;
  guint8 *colours = way->colours ? way->colours : dst;

  if (way->rows == NN_ROWS_YUV)
    fetch_yuv (self, image, row, colours);
  else if (image->kind == NN_IMAGE_GRAY)
    fetch_gray (way, image, row, dst);
  else
    fetch_rgb (way, image, row, colours);
  /* A picture that is made grey before the resize is also mapped to SDR before it. */
  if (way->colours && self->tone_map)
    nn_tone_map_row (self->tone_map, colours, way->n_cols, 4);
  if (way->colours)
    nn_grey_row (dst, 1, colours, way->n_cols, 4);
}
