/* gst-resnet: the fast way for YUV: the planes are resized, then the small result is converted
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Resizing and converting are both linear except for rounding and clamping, so their order can be swapped. The vertical
 * pass comes first, because it takes whole rows of bytes, whatever lies in them. */
#include "image/preprocess-planes.h"

#include "base/nn-memory.h"

#include <string.h>

/* These bounds say for which images this way is taken. It differs from the reference in when values are rounded and
 * clamped to 0–255: the reference does so before the resize, and this way does so after it. The error of rounding
 * averages out as the scale grows. The error of clamping does not average out where saturated colours meet sharp
 * edges and the chroma is subsampled, which is frequent in small pictures; such pictures are converted first, which
 * is quick. Above the last bound, a coefficient of NN_RESIZE_FAST_BITS is too coarse. docs/preprocessing.md has the
 * measurements. */
#define MIN_SIZE 512
#define MIN_SCALE_444 2.5
#define MIN_SCALE_SUBSAMPLED 4.0
#define MAX_SCALE 200.0
/* This many bytes of a row go through the vertical pass before those of the next row are prefetched. */
#define PIECE 256

gboolean
nn_planes_way_fits (const NnPreprocessor *self, const NnImage *image)
{
  gdouble sx = (gdouble)self->x.in / self->x.resized, sy = (gdouble)self->y.in / self->y.resized;
  guint shift = MAX (image->chroma_shift_x, image->chroma_shift_y);

  return image->kind == NN_IMAGE_YUV && shift <= 1 && MIN (self->x.in, self->y.in) >= MIN_SIZE
         && MIN (sx, sy) >= (shift ? MIN_SCALE_SUBSAMPLED : MIN_SCALE_444) && MAX (sx, sy) <= MAX_SCALE;
}

/* Returns TRUE if two components lie in each other's rows, so that one pass over the bytes serves both. */
static gboolean
interleaved (const NnImage *image, guint a, guint b)
{
  const NnComponent *x = &image->component[a], *y = &image->component[b];
  gssize distance = (gssize)((guintptr)y->data - (guintptr)x->data);

  return x->row_stride == y->row_stride && x->pixel_stride > 1 && y->pixel_stride > 1 && x->pixel_stride <= 4
         && y->pixel_stride <= 4 && ABS (distance) < 4;
}

/* Returns the component whose rows hold component @c. */
static guint
span_owner (const NnImage *image, guint c)
{
  if (c > 0 && image->chroma_shift_y == 0 && interleaved (image, 0, c))
    return 0;
  if (c == 2 && interleaved (image, 1, 2))
    return 1;
  return c;
}

static gboolean
init_filters (NnPreprocessor *self, const NnImage *image)
{
  NnPlanesWay *way = &self->planes;
  const NnInterpolation interpolation = self->params.interpolation;

  for (guint p = 0; p < 2; p++) {
    guint shift_x = p ? image->chroma_shift_x : 0, shift_y = p ? image->chroma_shift_y : 0;

    if (!nn_resize_filter_init_fast (&way->h[p], &self->x, interpolation, NN_RESIZE_ROW_TAPS, image->roi_x,
                                     nn_image_subsampled (image->width, shift_x), shift_x, image->chroma_left)
        || !nn_resize_filter_init_fast (&way->v[p], &self->y, interpolation, 2, image->roi_y,
                                        nn_image_subsampled (image->height, shift_y), shift_y, image->chroma_top))
      return FALSE;
  }
  return TRUE;
}

/* Finds the columns that each component needs. The windows of the horizontal filters count from there. */
static void
init_columns (NnPlanesWay *way)
{
  for (guint p = 0; p < 2; p++) {
    NnResizeFilter *h = &way->h[p];
    guint first = G_MAXUINT, end = 0;

    for (guint i = 0; i < h->n; i++) {
      first = MIN (first, h->start[i]);
      end = MAX (end, h->start[i] + h->count[i]);
    }
    for (guint i = 0; i < h->n; i++)
      h->start[i] -= first;
    for (guint c = p; c < 1 + 2 * p; c++) {
      way->first_of[c] = first;
      way->n_samples[c] = end - first;
    }
  }
}

/* Decides which bytes go through the vertical pass together. */
static gboolean
init_spans (NnPlanesWay *way, const NnImage *image)
{
  guint span_of_owner[3] = { 0 };
  gssize first[3], end[3];

  for (guint c = 0; c < 3; c++) {
    guint owner = span_owner (image, c);
    gssize distance = (gssize)((guintptr)image->component[c].data - (guintptr)image->component[owner].data);
    gssize begin = distance + (gssize)(way->first_of[c] * image->component[c].pixel_stride);
    gssize last = begin + (gssize)((way->n_samples[c] - 1) * image->component[c].pixel_stride);
    guint s;

    if (owner == c) {
      s = span_of_owner[c] = way->n_spans++;
      way->span[s].component = c;
      way->span[s].v = &way->v[c > 0];
      first[s] = begin;
      end[s] = last + 1;
    } else {
      s = span_of_owner[owner];
      first[s] = MIN (first[s], begin);
      end[s] = MAX (end[s], last + 1);
    }
    way->span_of[c] = s;
    span_of_owner[c] = s;
  }
  for (guint c = 0; c < 3; c++) {
    guint s = way->span_of[c];
    guint owner = way->span[s].component;
    gssize distance = (gssize)((guintptr)image->component[c].data - (guintptr)image->component[owner].data);

    way->offset_of[c] = (guint)(distance + (gssize)(way->first_of[c] * image->component[c].pixel_stride) - first[s]);
  }
  for (guint s = 0; s < way->n_spans; s++) {
    way->span[s].offset = first[s];
    way->span[s].n_bytes = (guint)(end[s] - first[s]);
    /* The horizontal pass may read a full window of taps at any start, so there is room for one behind the row. */
    way->span_row[s]
        = nn_aligned_alloc0 (((gsize)way->span[s].n_bytes + way->h[0].taps + way->h[1].taps) * sizeof (gint16));
    if (!way->span_row[s])
      return FALSE;
  }
  return TRUE;
}

gboolean
nn_planes_way_init (NnPreprocessor *self, const NnImage *image)
{
  NnPlanesWay *way = &self->planes;
  const gsize keep = self->x.keep;

  nn_yuv_matrix_init (&way->matrix, image->kr, image->kb, image->full_range);
  if (!init_filters (self, image))
    return FALSE;
  init_columns (way);
  if (!init_spans (way, image))
    return FALSE;
  way->strided = nn_aligned_alloc0 (
      ((gsize)MAX (way->n_samples[0], way->n_samples[1]) + way->h[0].taps + way->h[1].taps) * sizeof (gint16));
  for (guint c = 0; c < 3; c++) {
    way->result[c] = nn_aligned_alloc0 (keep * sizeof (gint16));
    if (!way->result[c])
      return FALSE;
  }
  way->rgbx = nn_aligned_alloc0 (4 * keep);
  way->window = g_try_new0 (const guint8 *, MAX (way->v[0].taps, way->v[1].taps));
  return way->strided && way->rgbx && way->window;
}

void
nn_planes_way_clear (NnPlanesWay *way)
{
  for (guint p = 0; p < 2; p++) {
    nn_resize_filter_clear (&way->h[p]);
    nn_resize_filter_clear (&way->v[p]);
  }
  for (guint c = 0; c < 3; c++) {
    nn_aligned_free (way->span_row[c]);
    nn_aligned_free (way->result[c]);
  }
  nn_aligned_free (way->strided);
  nn_aligned_free (way->rgbx);
  g_free (way->window);
  memset (way, 0, sizeof *way);
}

/* Prefetches the @n bytes of the span from @x on in those rows that output row @row reads and the one before it does
 * not. */
static void
fetch_rows (const NnPlanesWay *way, const NnImage *image, guint s, guint row, guint x, guint n)
{
  const NnSpan *span = &way->span[s];
  const NnResizeFilter *v = span->v;

  for (guint y = v->start[row - 1] + v->count[row - 1]; y < v->start[row] + v->count[row]; y++)
    nn_fetch_ahead (nn_component_at (&image->component[span->component], y, 0) + span->offset + x, n);
}

/* Runs the vertical pass of one row in pieces. With each piece it prefetches what the next row needs there, because
 * processors wait if too much is prefetched at once. */
static void
resize_span (const NnPreprocessor *self, const NnImage *image, guint s, guint row)
{
  const NnPlanesWay *way = &self->planes;
  const NnSpan *span = &way->span[s];
  const NnResizeFilter *v = span->v;
  const guint count = v->count[row], n = (count + 1) & ~1u;
  guint width;

  for (guint x = 0; x < span->n_bytes; x += width) {
    width = span->n_bytes - x < 2 * PIECE ? span->n_bytes - x : PIECE;
    if (row + 1 < v->n)
      fetch_rows (way, image, s, row + 1, x, width);
    for (guint t = 0; t < n; t++)
      way->window[t] = nn_component_at (&image->component[span->component], v->start[row] + MIN (t, count - 1), 0)
                       + span->offset + x;
    self->kernels.column_fast (way->span_row[s] + x, way->window, v->high + (gsize)row * v->taps, n, width);
  }
}

void
nn_planes_way_run (NnPreprocessor *self, const NnImage *image, const NnImageSink *sink)
{
  NnPlanesWay *way = &self->planes;

  for (guint j = 0; j < self->y.keep; j++) {
    for (guint s = 0; s < way->n_spans; s++)
      resize_span (self, image, s, j);
    for (guint c = 0; c < 3; c++) {
      const gint16 *src = way->span_row[way->span_of[c]] + way->offset_of[c];
      const guint step = (guint)image->component[c].pixel_stride;

      if (step > 1) {
        self->kernels.unstride (way->strided, src, step, way->n_samples[c]);
        src = way->strided;
      }
      self->kernels.row_fast (way->result[c], src, &way->h[c > 0]);
    }
    self->kernels.yuv_to_rgb (way->rgbx, way->result[0], way->result[1], way->result[2], &way->matrix, self->x.keep);
    if (self->tone_map)
      nn_tone_map_row (self->tone_map, way->rgbx, self->x.keep, 4);
    if (self->params.channels == 1)
      nn_grey_row (way->rgbx, 4, way->rgbx, self->x.keep, 4);
    nn_preprocessor_store (self, sink, j, way->rgbx, way->rgbx + 1, way->rgbx + 2, 4);
  }
}
