/* gst-resnet: views that turn
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/image-turn.h"

#include "image/resize-filter.h"

#include <string.h>

/* Samples are copied to planes in blocks whose sides have this length. The rows and the columns of such a block both
 * stay in the cache. */
#define BLOCK 32
/* The interpolation of a chroma sample uses at most this many samples around the region of interest. */
#define MARGIN 2

/* These functions tell how the upright picture lies in memory. swaps() returns TRUE if its rows are the memory's
 * columns. from_right() and from_bottom() return TRUE if it begins at the memory's last column or row. */
static gboolean
swaps (NnOrientation orientation)
{
  return orientation >= NN_ORIENTATION_TRANSPOSE;
}

static gboolean
from_right (NnOrientation orientation)
{
  return orientation == NN_ORIENTATION_HORIZONTAL || orientation == NN_ORIENTATION_180
         || orientation == NN_ORIENTATION_TRANSVERSE || orientation == NN_ORIENTATION_90L;
}

static gboolean
from_bottom (NnOrientation orientation)
{
  return orientation == NN_ORIENTATION_180 || orientation == NN_ORIENTATION_VERTICAL
         || orientation == NN_ORIENTATION_90R || orientation == NN_ORIENTATION_TRANSVERSE;
}

static void
swap (guint *a, guint *b)
{
  const guint c = *a;

  *a = *b;
  *b = c;
}

static void
turn_component (NnComponent *component, NnOrientation orientation, guint width, guint height)
{
  gssize along_x = component->pixel_stride, along_y = component->row_stride;

  if (from_right (orientation)) {
    component->data += (gssize)(width - 1) * along_x;
    along_x = -along_x;
  }
  if (from_bottom (orientation)) {
    component->data += (gssize)(height - 1) * along_y;
    along_y = -along_y;
  }
  component->pixel_stride = swaps (orientation) ? along_y : along_x;
  component->row_stride = swaps (orientation) ? along_x : along_y;
}

void
nn_image_turn (NnImage *image, NnOrientation orientation)
{
  const guint n = image->kind == NN_IMAGE_GRAY ? 1 : 3;

  if (orientation <= NN_ORIENTATION_UPRIGHT || orientation > NN_ORIENTATION_90L)
    return;
  for (guint c = 0; c < n; c++) {
    const gboolean chroma = image->kind == NN_IMAGE_YUV && c > 0;

    turn_component (&image->component[c], orientation,
                    nn_image_subsampled (image->width, chroma ? image->chroma_shift_x : 0),
                    nn_image_subsampled (image->height, chroma ? image->chroma_shift_y : 0));
  }
  if (image->roi_width > 0) {
    if (from_right (orientation))
      image->roi_x = image->width - image->roi_x - image->roi_width;
    if (from_bottom (orientation))
      image->roi_y = image->height - image->roi_y - image->roi_height;
  }
  if (!swaps (orientation))
    return;
  swap (&image->width, &image->height);
  swap (&image->roi_x, &image->roi_y);
  swap (&image->roi_width, &image->roi_height);
  swap (&image->chroma_shift_x, &image->chroma_shift_y);
  swap (&image->par_n, &image->par_d);
}

void
nn_rect_turn_back (gdouble rect[4], NnOrientation orientation, guint width, guint height)
{
  if (swaps (orientation)) {
    const gdouble x = rect[0], w = rect[2];

    rect[0] = rect[1];
    rect[2] = rect[3];
    rect[1] = x;
    rect[3] = w;
  }
  if (from_right (orientation))
    rect[0] = width - rect[0] - rect[2];
  if (from_bottom (orientation))
    rect[1] = height - rect[1] - rect[3];
}

void
nn_map_turn_back (guint8 *map, guint *width, guint *height, NnOrientation orientation)
{
  const gsize n = (gsize)*width * *height;
  NnImage view = { .kind = NN_IMAGE_GRAY, .width = *width, .height = *height };
  g_autofree guint8 *upright = NULL;
  /* Each of the two quarter turns is the inverse of the other. Every other orientation is its own inverse. */
  const NnOrientation inverse = orientation == NN_ORIENTATION_90R   ? NN_ORIENTATION_90L
                                : orientation == NN_ORIENTATION_90L ? NN_ORIENTATION_90R
                                                                    : orientation;

  upright = g_memdup2 (map, n);
  view.component[0] = (NnComponent){ upright, *width, 1 };
  nn_image_turn (&view, inverse);
  for (guint y = 0; y < view.height; y++)
    for (guint x = 0; x < view.width; x++)
      map[(gsize)y * view.width + x]
          = view.component[0]
                .data[(gssize)y * view.component[0].row_stride + (gssize)x * view.component[0].pixel_stride];
  *width = view.width;
  *height = view.height;
}

/* --- planes --- */

gboolean
nn_image_is_turned (const NnImage *image)
{
  for (guint c = 0; c < (image->kind == NN_IMAGE_GRAY ? 1 : 3); c++)
    if (image->component[c].pixel_stride < 1 || image->component[c].pixel_stride > NN_IMAGE_MAX_PACKED)
      return TRUE;
  return FALSE;
}

void
nn_turned_planes_clear (NnTurnedPlanes *planes)
{
  for (guint c = 0; c < 3; c++)
    g_free (planes->plane[c]);
  memset (planes, 0, sizeof *planes);
}

/* Copies the columns @first[0] to @end[0] - 1 of the rows @first[1] to @end[1] - 1 of a component to @plane. */
static void
gather (guint8 *plane, gsize stride, const NnComponent *component, const guint first[2], const guint end[2])
{
  for (guint top = first[1]; top < end[1]; top += BLOCK)
    for (guint left = first[0]; left < end[0]; left += BLOCK) {
      const guint bottom = MIN (top + BLOCK, end[1]), right = MIN (left + BLOCK, end[0]);

      for (guint y = top; y < bottom; y++) {
        const guint8 *in = component->data + (gssize)y * component->row_stride + (gssize)left * component->pixel_stride;
        guint8 *out = plane + (gsize)(y - first[1]) * stride + (left - first[0]);

        for (guint x = left; x < right; x++, in += component->pixel_stride)
          *out++ = *in;
      }
    }
}

gboolean
nn_turned_planes_fill (NnTurnedPlanes *planes, NnImage *image)
{
  for (guint c = 0; c < (image->kind == NN_IMAGE_GRAY ? 1 : 3); c++) {
    const gboolean chroma = image->kind == NN_IMAGE_YUV && c > 0;
    const guint shift[2] = { chroma ? image->chroma_shift_x : 0, chroma ? image->chroma_shift_y : 0 };
    const guint roi[2] = { image->roi_x, image->roi_y }, sides[2] = { image->roi_width, image->roi_height };
    const guint whole[2]
        = { nn_image_subsampled (image->width, shift[0]), nn_image_subsampled (image->height, shift[1]) };
    NnComponent *component = &image->component[c];
    guint first[2], end[2];
    gsize stride, size;

    for (guint axis = 0; axis < 2; axis++) {
      first[axis] = roi[axis] >> shift[axis];
      first[axis] -= MIN (first[axis], MARGIN);
      end[axis] = MIN (((roi[axis] + sides[axis] - 1) >> shift[axis]) + 1 + MARGIN, whole[axis]);
    }
    stride = end[0] - first[0];
    size = stride * (end[1] - first[1]);
    if (planes->size[c] < size) {
      g_free (planes->plane[c]);
      planes->plane[c] = g_try_malloc (size);
      planes->size[c] = planes->plane[c] ? size : 0;
      if (!planes->plane[c])
        return FALSE;
    }
    gather (planes->plane[c], stride, component, first, end);
    /* This is where sample (0, 0) would lie if the plane had all samples. */
    component->data = (const guint8 *)((guintptr)planes->plane[c] - first[1] * stride - first[0]);
    component->row_stride = (gssize)stride;
    component->pixel_stride = 1;
  }
  return TRUE;
}
