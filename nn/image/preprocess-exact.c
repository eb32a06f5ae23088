/* gst-resnet: the exact way: rows of R, G, B in bytes, then Pillow's two passes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A source row is fetched (and, when the horizontal pass comes first, resized) when the first output row needs it, and
 * kept in a ring as long as a later one may. */
#include "image/preprocessor-private.h"

#include "base/nn-memory.h"

#include <string.h>

/* The ring holds at most about twice the bytes of the image; only crops of a few pixels come near that. */
#define MAX_RING_BYTES ((gsize)1 << 30)

/* The horizontal filter. Where the image's own rows are read, no window may reach behind their last pixel; rows shorter
 * than a window are copied instead. */
static gboolean
init_horizontal (NnPreprocessor *self, NnExactWay *way)
{
  const NnInterpolation interpolation = self->params.interpolation;

  if (way->rows == NN_ROWS_PACKED || way->rows == NN_ROWS_PLANES) {
    guint multiple = way->rows == NN_ROWS_PACKED ? NN_RESIZE_PACKED_TAPS : NN_RESIZE_ROW_TAPS;

    if (!nn_resize_filter_init_exact (&way->h, &self->x, interpolation, multiple, self->x.in))
      return FALSE;
    if (way->h.taps <= self->x.in)
      return TRUE;
    nn_resize_filter_clear (&way->h);
    way->rows = NN_ROWS_FETCH;
  }
  return nn_resize_filter_init_exact (&way->h, &self->x, interpolation, NN_RESIZE_ROW_TAPS, G_MAXUINT);
}

static gboolean
init_columns (NnPreprocessor *self, NnExactWay *way)
{
  guint end = 0;

  way->horizontal = self->x.in != self->x.resized;
  if (!way->horizontal) {
    way->col_first = self->x.first;
    way->n_cols = self->x.keep;
    return TRUE;
  }
  if (!init_horizontal (self, way))
    return FALSE;
  way->col_first = G_MAXUINT;
  for (guint i = 0; i < way->h.n; i++) {
    way->col_first = MIN (way->col_first, way->h.start[i]);
    end = MAX (end, MIN (way->h.start[i] + way->h.taps, self->x.in));
  }
  way->n_cols = end - way->col_first;
  for (guint i = 0; i < way->h.n; i++)
    way->h.start[i] -= way->col_first;
  return TRUE;
}

/* Pillow 13 and later (its pull request 9549): the vertical pass comes first where the height shrinks by more than
 * twice what the width does. Before, it always came second; with rounding to bytes in between that is not the same. */
static gboolean
is_vertical_first (const NnExactWay *way, const NnAxis *x, const NnAxis *y)
{
  return way->horizontal && way->vertical && y->resized < y->in
         && (gint64)y->in - y->resized > 2 * ((gint64)x->in - x->resized);
}

/* The ring's rows: source rows, as nn_fetch_row() gives them, or horizontally resized ones. */
static gboolean
init_ring (NnPreprocessor *self, NnExactWay *way)
{
  gboolean direct = way->rows == NN_ROWS_PACKED || way->rows == NN_ROWS_PLANES;
  guint needed = way->vertical ? way->v.taps : 1;
  gsize bytes;

  way->ring_bytes = way->vertical_first ? way->n_planes * way->plane_stride : way->out_bytes;
  way->ring_n = way->vertical_first && direct ? 1 : needed;
  if (!nn_size_mul (way->ring_bytes, way->ring_n, &bytes) || bytes > MAX_RING_BYTES)
    return FALSE;
  way->ring = nn_aligned_alloc0 (bytes);
  way->window = g_try_new0 (const guint8 *, needed);
  return way->ring && way->window;
}

gboolean
nn_exact_way_init (NnPreprocessor *self, const NnImage *image)
{
  NnExactWay *way = &self->exact;

  way->n_planes = image->kind == NN_IMAGE_GRAY ? 1 : 3;
  way->rows = nn_choose_rows (image, way);
  way->vertical = self->y.in != self->y.resized;
  if (way->vertical && !nn_resize_filter_init_exact (&way->v, &self->y, self->params.interpolation, 2, G_MAXUINT))
    return FALSE;
  if (!init_columns (self, way))
    return FALSE;
  way->vertical_first = is_vertical_first (way, &self->x, &self->y);
  way->out_bytes = (gsize)self->x.keep * (way->rows == NN_ROWS_PACKED ? 4 : way->n_planes);
  /* Windows may reach behind the needed columns by what taps is rounded up by, or by what a packed kernel reads. */
  way->plane_stride = (gsize)way->n_cols + way->h.taps;
  way->source = nn_aligned_alloc0 (way->rows == NN_ROWS_PACKED ? ((gsize)way->n_cols + 2) * 4
                                                               : way->n_planes * way->plane_stride);
  way->out_row = nn_aligned_alloc0 (way->out_bytes);
  if (!way->source || !way->out_row || !init_ring (self, way))
    return FALSE;
  if (way->rows == NN_ROWS_YUV && !nn_fetch_yuv_init (way, image))
    return FALSE;
  for (guint v = 0; v < 256; v++)
    way->gray[v] = nn_gray_to_full ((guint8)v, image->kind != NN_IMAGE_GRAY || image->full_range);
  return TRUE;
}

void
nn_exact_way_clear (NnExactWay *way)
{
  nn_resize_filter_clear (&way->h);
  nn_resize_filter_clear (&way->v);
  nn_aligned_free (way->ring);
  nn_aligned_free (way->source);
  nn_aligned_free (way->out_row);
  g_free (way->window);
  g_free (way->chroma_taps);
  g_free (way->luma);
  g_free (way->blended);
  g_free (way->chroma[0]);
  g_free (way->chroma[1]);
  memset (way, 0, sizeof *way);
}

/* --- one row --- */

/* Is this the row with the highest address, behind which there may be no memory? (In doubt: yes.) */
static gboolean
is_last_in_memory (const NnImage *image, guint row)
{
  gssize stride = image->component[0].row_stride;

  if ((gsize)ABS (stride) < image->width * image->component[0].pixel_stride)
    return TRUE;
  return row == (stride > 0 ? image->height - 1 : 0);
}

/* Bytes of a packed row that hold needed components. */
static gsize
packed_bytes (const NnExactWay *way, const NnImage *image)
{
  return (way->n_cols - 1) * image->component[0].pixel_stride + MAX (way->order[0], MAX (way->order[1], way->order[2]))
         + 1;
}

/* The first needed byte of row @row, of the image's own pixels. */
static const guint8 *
direct_row (const NnExactWay *way, const NnImage *image, guint row, guint plane)
{
  NnComponent component = image->component[plane];

  if (way->rows == NN_ROWS_PACKED)
    component.data = nn_packed_base (image, (guint8[3]){ 0 });
  return nn_component_at (&component, image->roi_y + row, image->roi_x + way->col_first);
}

static void
resize_packed (const NnPreprocessor *self, const NnImage *image, const guint8 *src, guint8 *dst)
{
  const NnExactWay *way = &self->exact;
  const gsize stride = image->component[0].pixel_stride;

  if (way->horizontal) {
    self->kernels.packed (dst, src, (guint)stride, way->order, &way->h);
    return;
  }
  for (guint x = 0; x < way->n_cols; x++) {
    for (guint c = 0; c < 3; c++)
      dst[4 * (gsize)x + c] = src[x * stride + way->order[c]];
  }
}

static void
resize_planes (const NnPreprocessor *self, const guint8 *const *src, guint8 *dst)
{
  const NnExactWay *way = &self->exact;
  const gsize keep = self->x.keep;

  for (guint c = 0; c < way->n_planes; c++) {
    if (way->horizontal)
      self->kernels.row (dst + c * keep, src[c], &way->h);
    else
      memcpy (dst + c * keep, src[c], keep);
  }
}

/* Source row @row of the region of interest after the horizontal pass. */
static void
horizontal_pass (const NnPreprocessor *self, const NnImage *image, guint row, guint8 *dst)
{
  const NnExactWay *way = &self->exact;
  const guint8 *src[3];

  if (way->rows == NN_ROWS_PACKED) {
    src[0] = direct_row (way, image, row, 0);
    if (is_last_in_memory (image, image->roi_y + row)) {
      memcpy (way->source, src[0], packed_bytes (way, image));
      src[0] = way->source;
    }
    resize_packed (self, image, src[0], dst);
    return;
  }
  if (way->rows != NN_ROWS_PLANES)
    nn_fetch_row (self, image, row, way->source, way->plane_stride);
  for (guint c = 0; c < way->n_planes; c++)
    src[c] = way->rows == NN_ROWS_PLANES ? direct_row (way, image, row, c) : way->source + c * way->plane_stride;
  resize_planes (self, src, dst);
}

/* --- the passes --- */

static void
store_row (NnPreprocessor *self, const NnImageSink *sink, guint row)
{
  const gsize keep = self->x.keep;
  const guint8 *bytes = self->exact.out_row;

  if (self->exact.rows == NN_ROWS_PACKED)
    nn_preprocessor_store (self, sink, row, bytes, bytes + 1, bytes + 2, 4);
  else if (self->exact.n_planes == 1)
    nn_preprocessor_store (self, sink, row, bytes, bytes, bytes, 1);
  else
    nn_preprocessor_store (self, sink, row, bytes, bytes + keep, bytes + 2 * keep, 1);
}

/* One row of the vertical pass. An odd window is filled up with its last row, whose coefficient is zero then. */
static void
resize_column (const NnPreprocessor *self, guint row, guint8 *dst, gsize n_bytes)
{
  const NnExactWay *way = &self->exact;
  const gsize k = (gsize)row * way->v.taps;
  const guint count = way->v.count[row];

  if (count % 2)
    way->window[count] = way->window[count - 1];
  self->kernels.column (dst, way->window, way->v.high + k, way->v.low + k, (count + 1) & ~1u, (guint)n_bytes);
}

static guint8 *
ring_row (const NnExactWay *way, guint row)
{
  return way->ring + row % way->ring_n * way->ring_bytes;
}

static void
run_horizontal_first (NnPreprocessor *self, const NnImage *image, const NnImageSink *sink)
{
  NnExactWay *way = &self->exact;
  guint next = 0;

  for (guint j = 0; j < self->y.keep; j++) {
    guint start = way->v.start[j], end = start + way->v.count[j];

    for (next = MAX (next, start); next < end; next++)
      horizontal_pass (self, image, next, ring_row (way, next));
    for (guint row = start; row < end; row++)
      way->window[row - start] = ring_row (way, row);
    resize_column (self, j, way->out_row, way->out_bytes);
    store_row (self, sink, j);
  }
}

static void
run_vertical_first (NnPreprocessor *self, const NnImage *image, const NnImageSink *sink)
{
  NnExactWay *way = &self->exact;
  const guint8 *src[3] = { way->source, way->source + way->plane_stride, way->source + 2 * way->plane_stride };
  guint next = 0;

  for (guint j = 0; j < self->y.keep; j++) {
    guint start = way->v.start[j], end = start + way->v.count[j];

    if (way->rows == NN_ROWS_PACKED || way->rows == NN_ROWS_PLANES) {
      gboolean packed = way->rows == NN_ROWS_PACKED;

      for (guint c = 0; c < (packed ? 1 : way->n_planes); c++) {
        for (guint row = start; row < end; row++)
          way->window[row - start] = direct_row (way, image, row, c);
        resize_column (self, j, way->source + c * way->plane_stride, packed ? packed_bytes (way, image) : way->n_cols);
      }
    } else {
      for (next = MAX (next, start); next < end; next++)
        nn_fetch_row (self, image, next, ring_row (way, next), way->plane_stride);
      for (guint row = start; row < end; row++)
        way->window[row - start] = ring_row (way, row);
      resize_column (self, j, way->source, way->ring_bytes);
    }
    if (way->rows == NN_ROWS_PACKED)
      resize_packed (self, image, way->source, way->out_row);
    else
      resize_planes (self, src, way->out_row);
    store_row (self, sink, j);
  }
}

void
nn_exact_way_run (NnPreprocessor *self, const NnImage *image, const NnImageSink *sink)
{
  if (self->exact.vertical_first) {
    run_vertical_first (self, image, sink);
  } else if (self->exact.vertical) {
    run_horizontal_first (self, image, sink);
  } else {
    for (guint j = 0; j < self->y.keep; j++) {
      horizontal_pass (self, image, self->y.first + j, self->exact.out_row);
      store_row (self, sink, j);
    }
  }
}
