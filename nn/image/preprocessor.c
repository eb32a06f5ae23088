/* gst-resnet: from pixels to the network's input tensor
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/preprocess-state.h"

#include "base/nn-memory.h"
#include "image/preprocess-exact.h"
#include "image/preprocess-planes.h"
#include "image/preprocess-store.h"

#include <math.h>
#include <nn/error.h>
#include <string.h>

/* This bound keeps every address computation far from overflow. */
#define MAX_ROW_STRIDE ((gssize)1 << 30)

NnPreprocessor *
nn_preprocessor_new (const NnPreprocess *params, const gchar *max_isa, GError **error)
{
  NnPreprocessor *self;

  if (!nn_preprocess_validate (params, error))
    return NULL;
  self = g_new0 (NnPreprocessor, 1);
  self->params = *params;
  nn_resize_kernels_init (&self->kernels, nn_cpu_level (max_isa));
  /* These are PyTorch's operations, each of which is rounded to float32: x.div(255), sub(mean), div(std). */
  for (guint c = 0; c < params->channels; c++) {
    for (guint v = 0; v < 256; v++) {
      gfloat scaled = (gfloat)v / 255.0f;
      gfloat centred = scaled - params->mean[c];

      self->table[c][v] = centred / params->std[c];
    }
  }
  return self;
}

static void
forget (NnPreprocessor *self)
{
  nn_exact_way_clear (&self->exact);
  nn_planes_way_clear (&self->planes);
  g_clear_pointer (&self->tone_map, nn_tone_map_free);
  g_clear_pointer (&self->nearest_x, g_free);
  g_clear_pointer (&self->nearest_y, g_free);
  g_clear_pointer (&self->nearest_row, g_free);
  self->way = NN_RESIZE_NONE;
}

void
nn_preprocessor_free (NnPreprocessor *self)
{
  if (!self)
    return;
  forget (self);
  nn_turned_planes_clear (&self->turned);
  g_free (self);
}

static gboolean
check_image (const NnImage *image, GError **error)
{
  guint n_components = image->kind == NN_IMAGE_GRAY ? 1 : 3;

#define REFUSE(...)                                                                                                    \
  G_STMT_START                                                                                                         \
  {                                                                                                                    \
    g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, __VA_ARGS__);                                                     \
    return FALSE;                                                                                                      \
  }                                                                                                                    \
  G_STMT_END

  if (image->kind != NN_IMAGE_RGB && image->kind != NN_IMAGE_YUV && image->kind != NN_IMAGE_GRAY)
    REFUSE ("image kind %d is none of RGB, YUV, GRAY", (gint)image->kind);
  if ((guint)image->transfer > NN_TRANSFER_HLG)
    REFUSE ("the image's transfer function is number %d; it must be SDR (0), PQ (1) or HLG (2)", (gint)image->transfer);
  if (image->width < 1 || image->width > NN_IMAGE_MAX_SIZE || image->height < 1 || image->height > NN_IMAGE_MAX_SIZE)
    REFUSE ("an image of %ux%u pixels; each side must be 1 to %d", image->width, image->height, NN_IMAGE_MAX_SIZE);
  if (image->roi_width > 0
      && (image->roi_height < 1 || image->roi_width > image->width || image->roi_height > image->height
          || image->roi_x > image->width - image->roi_width || image->roi_y > image->height - image->roi_height))
    REFUSE ("the region %ux%u at (%u, %u) does not lie in the image of %ux%u pixels", image->roi_width,
            image->roi_height, image->roi_x, image->roi_y, image->width, image->height);
  if ((image->par_n || image->par_d)
      && (!image->par_n || !image->par_d || image->par_n > (guint64)image->par_d * NN_IMAGE_MAX_PAR
          || image->par_d > (guint64)image->par_n * NN_IMAGE_MAX_PAR))
    REFUSE ("a pixel aspect ratio of %u/%u; it must be 1/%d to %d", image->par_n, image->par_d, NN_IMAGE_MAX_PAR,
            NN_IMAGE_MAX_PAR);
  for (guint c = 0; c < n_components; c++) {
    const NnComponent *component = &image->component[c];

    if (!component->data)
      REFUSE ("component %u of the image has no data", c);
    if (component->pixel_stride == 0 || component->pixel_stride > MAX_ROW_STRIDE
        || component->pixel_stride < -MAX_ROW_STRIDE)
      REFUSE ("the pixel stride of component %u is %" G_GSSIZE_FORMAT " bytes; it must be 1 to %" G_GSSIZE_FORMAT
              " either way",
              c, component->pixel_stride, MAX_ROW_STRIDE);
    if (component->row_stride > MAX_ROW_STRIDE || component->row_stride < -MAX_ROW_STRIDE)
      REFUSE ("the row stride of component %u is %" G_GSSIZE_FORMAT " bytes; it must be at most %" G_GSSIZE_FORMAT
              " either way",
              c, component->row_stride, MAX_ROW_STRIDE);
  }
  if (image->kind == NN_IMAGE_YUV) {
    if (image->chroma_shift_x > NN_IMAGE_MAX_SHIFT || image->chroma_shift_y > NN_IMAGE_MAX_SHIFT)
      REFUSE ("chroma subsampled by 2^%u x 2^%u; each exponent must be 0 to %d", image->chroma_shift_x,
              image->chroma_shift_y, NN_IMAGE_MAX_SHIFT);
    if (!(image->kr > 0 && image->kb > 0 && image->kr + image->kb < 1))
      REFUSE ("luma coefficients Kr = %g, Kb = %g; each must be above 0 and their sum below 1", image->kr, image->kb);
  }
#undef REFUSE
  return TRUE;
}

/* Copies @image to @result with an explicit region of interest, and sets unused fields to zero, so that images can be
 * compared by their bytes. */
static void
normalize_image (const NnImage *image, NnImage *result)
{
  memset (result, 0, sizeof *result);
  result->kind = image->kind;
  result->width = image->width;
  result->height = image->height;
  result->par_n = image->par_n && image->par_d ? image->par_n : 1;
  result->par_d = image->par_n && image->par_d ? image->par_d : 1;
  result->roi_width = image->width;
  result->roi_height = image->height;
  if (image->roi_width > 0) {
    result->roi_x = image->roi_x;
    result->roi_y = image->roi_y;
    result->roi_width = image->roi_width;
    result->roi_height = image->roi_height;
  }
  result->transfer = image->transfer;
  result->bt2020_primaries = image->transfer != NN_TRANSFER_SDR && image->bt2020_primaries;
  for (guint c = 0; c < (image->kind == NN_IMAGE_GRAY ? 1 : 3); c++)
    result->component[c] = image->component[c];
  if (image->kind != NN_IMAGE_RGB)
    result->full_range = image->full_range != FALSE;
  if (image->kind == NN_IMAGE_YUV) {
    result->chroma_shift_x = image->chroma_shift_x;
    result->chroma_shift_y = image->chroma_shift_y;
    result->kr = image->kr;
    result->kb = image->kb;
    result->chroma_left = image->chroma_left != FALSE;
    result->chroma_top = image->chroma_top != FALSE;
  }
}

static gboolean
nearest_init (NnPreprocessor *self)
{
  self->nearest_x = g_try_new (guint, self->x.keep);
  self->nearest_y = g_try_new (guint, self->y.keep);
  self->nearest_row = g_try_malloc (4 * (gsize)self->x.keep);
  if (!self->nearest_x || !self->nearest_y || !self->nearest_row)
    return FALSE;
  nn_resize_nearest (&self->x, self->nearest_x);
  nn_resize_nearest (&self->y, self->nearest_y);
  return TRUE;
}

/* Makes the tables and the scratch memory for @image, which must be normalized, unless they are there already. */
static gboolean
prepare (NnPreprocessor *self, const NnImage *image, GError **error)
{
  NnImage key = *image;
  gsize offset[3] = { 0, 0, 0 };
  gboolean ok;

  for (guint c = 0; c < 3; c++) {
    if (key.component[c].data)
      offset[c] = (gsize)(guintptr)key.component[c].data - (gsize)(guintptr)key.component[0].data;
  }
  for (guint c = 0; c < 3; c++)
    key.component[c].data = NULL;
  if (self->way != NN_RESIZE_NONE && memcmp (&key, &self->made_for, sizeof key) == 0
      && memcmp (offset, self->made_for_offset, sizeof offset) == 0)
    return TRUE;

  forget (self);
  nn_image_axes (&self->params, &key, &self->x, &self->y);
  self->tone_map = nn_tone_map_new (&key);
  if (self->params.interpolation == NN_INTERPOLATION_NEAREST) {
    self->way = NN_RESIZE_NEAREST;
    ok = nearest_init (self);
  } else if (nn_planes_way_fits (self, image)) {
    self->way = NN_RESIZE_PLANES;
    ok = nn_planes_way_init (self, image);
  } else {
    self->way = NN_RESIZE_EXACT;
    ok = nn_exact_way_init (self, image);
  }
  if (!ok) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "no memory to resize an image of %ux%u pixels to %ux%u",
                 key.roi_width, key.roi_height, self->x.resized, self->y.resized);
    forget (self);
    return FALSE;
  }
  self->made_for = key;
  memcpy (self->made_for_offset, offset, sizeof offset);
  return TRUE;
}

/* Converts one pixel as the exact way does. @x and @y count in the whole image. */
static void
convert_pixel (const NnPreprocessor *self, const NnImage *image, const NnYuvMatrix *matrix, guint x, guint y,
               guint8 rgbx[4])
{
  guint plane_width = nn_image_subsampled (image->width, image->chroma_shift_x);
  guint plane_height = nn_image_subsampled (image->height, image->chroma_shift_y);
  NnChromaTap tx = nn_chroma_tap (x, plane_width, image->chroma_shift_x, image->chroma_left);
  NnChromaTap ty = nn_chroma_tap (y, plane_height, image->chroma_shift_y, image->chroma_top);
  gint16 luma = (gint16)(*nn_component_at (&image->component[0], y, x) << NN_YUV_BITS);
  gint16 chroma[2];

  for (guint c = 0; c < 2; c++) {
    const NnComponent *plane = &image->component[1 + c];
    gint top
        = *nn_component_at (plane, ty.a, tx.a) * (8 - tx.weight_b) + *nn_component_at (plane, ty.a, tx.b) * tx.weight_b;
    gint bottom
        = *nn_component_at (plane, ty.b, tx.a) * (8 - tx.weight_b) + *nn_component_at (plane, ty.b, tx.b) * tx.weight_b;

    chroma[c] = (gint16)(top * (8 - ty.weight_b) + bottom * ty.weight_b);
  }
  self->kernels.yuv_to_rgb (rgbx, &luma, &chroma[0], &chroma[1], matrix, 1);
}

static void
nearest_run (NnPreprocessor *self, const NnImage *image, const NnImageSink *sink)
{
  NnYuvMatrix matrix;

  if (image->kind == NN_IMAGE_YUV)
    nn_yuv_matrix_init (&matrix, image->kr, image->kb, image->full_range);
  for (guint j = 0; j < self->y.keep; j++) {
    for (guint i = 0; i < self->x.keep; i++) {
      guint8 *rgb = self->nearest_row + 4 * (gsize)i;
      guint x = image->roi_x + self->nearest_x[i], y = image->roi_y + self->nearest_y[j];

      if (self->nearest_x[i] == G_MAXUINT || self->nearest_y[j] == G_MAXUINT) {
        memset (rgb, 0, 3);
      } else if (image->kind == NN_IMAGE_YUV) {
        convert_pixel (self, image, &matrix, x, y, rgb);
      } else if (image->kind == NN_IMAGE_GRAY) {
        memset (rgb, nn_gray_to_full (*nn_component_at (&image->component[0], y, x), image->full_range), 3);
      } else {
        for (guint c = 0; c < 3; c++)
          rgb[c] = *nn_component_at (&image->component[c], y, x);
      }
    }
    if (self->tone_map)
      nn_tone_map_row (self->tone_map, self->nearest_row, self->x.keep, 4);
    if (self->params.channels == 1)
      nn_grey_row (self->nearest_row, 4, self->nearest_row, self->x.keep, 4);
    nn_preprocessor_store (self, sink, j, self->nearest_row, self->nearest_row + 1, self->nearest_row + 2, 4);
  }
}

static gboolean
run (NnPreprocessor *self, const NnImage *image, const NnImageSink *sink, GError **error)
{
  NnImage normalized;

  if (!check_image (image, error))
    return FALSE;
  normalize_image (image, &normalized);
  if (nn_image_is_turned (&normalized) && !nn_turned_planes_fill (&self->turned, &normalized)) {
    g_set_error (error, NN_ERROR, NN_ERROR_TOO_LARGE, "no memory to turn an image of %ux%u pixels", image->width,
                 image->height);
    return FALSE;
  }
  if (!prepare (self, &normalized, error))
    return FALSE;
  nn_preprocessor_store_padding (self, sink);
  switch (self->way) {
  case NN_RESIZE_NEAREST:
    nearest_run (self, &normalized, sink);
    break;
  case NN_RESIZE_PLANES:
    nn_planes_way_run (self, &normalized, sink);
    break;
  case NN_RESIZE_EXACT:
    nn_exact_way_run (self, &normalized, sink);
    break;
  case NN_RESIZE_NONE:
    g_assert_not_reached ();
  }
  return TRUE;
}

gboolean
nn_preprocessor_run (NnPreprocessor *self, const NnImage *image, gfloat *tensor, GError **error)
{
  const NnImageSink sink = { .tensor = tensor };

  return run (self, image, &sink, error);
}

gboolean
nn_preprocessor_run_u8 (NnPreprocessor *self, const NnImage *image, guint8 *rgb, GError **error)
{
  const NnImageSink sink = { .rgb = rgb };

  return run (self, image, &sink, error);
}

const gchar *
nn_preprocessor_get_method (const NnPreprocessor *self)
{
  switch (self->way) {
  case NN_RESIZE_NEAREST:
    return "nearest";
  case NN_RESIZE_PLANES:
    return "planes";
  case NN_RESIZE_EXACT:
    return "exact";
  case NN_RESIZE_NONE:
    break;
  }
  return NULL;
}
