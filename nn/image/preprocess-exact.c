/* gst-resnet: the exact way: rows of R, G, B in bytes, then Pillow's two passes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A source row is fetched when the first output row needs it. If the horizontal pass comes first, the row is resized
 * then, too. It is kept in a ring as long as a later output row may need it. */
#include "image/preprocess-exact.h"

#include "base/nn-memory.h"
#include "image/preprocess-rows.h"

#include <string.h>

/* The ring holds at most about twice the bytes of the image. Only crops of a few pixels come near this limit. */
#define MAX_RING_BYTES ((gsize)1 << 30)

/* Decides where the pixels come from and what they look like to the horizontal pass. */
static void
choose_rows (NnExactWay *way, const NnImage *image, gboolean grey)
{
  way->rows = image->kind == NN_IMAGE_YUV ? NN_ROWS_YUV : NN_ROWS_FETCH;
  if (image->kind == NN_IMAGE_GRAY) {
    way->in_bytes = way->out_bytes = 1;
    if (image->full_range && image->component[0].pixel_stride == 1 && image->transfer == NN_TRANSFER_SDR)
      way->rows = NN_ROWS_DIRECT;
    return;
  }
  way->in_bytes = way->out_bytes = grey ? 1 : 4;
  if (grey)
    return;
  if (nn_packed_base (image, way->order)) {
    way->rows = NN_ROWS_DIRECT;
    way->in_bytes = (guint)image->component[0].pixel_stride;
  } else {
    memcpy (way->order, (guint8[3]){ 0, 1, 2 }, 3);
  }
}

/* Makes the horizontal filter. Where the image's own rows are read, no window may reach behind their last pixel. Rows
 * that are shorter than a window are copied instead. */
static gboolean
init_horizontal (NnPreprocessor *self, NnExactWay *way)
{
  const NnInterpolation interpolation = self->params.interpolation;
  const guint multiple = way->in_bytes == 1 ? NN_RESIZE_ROW_TAPS : NN_RESIZE_PACKED_TAPS;
  guint limit = way->rows == NN_ROWS_DIRECT ? self->x.in : G_MAXUINT;

  if (!nn_resize_filter_init_exact (&way->h, &self->x, interpolation, multiple, limit))
    return FALSE;
  if (way->h.taps <= limit)
    return TRUE;
  nn_resize_filter_clear (&way->h);
  way->rows = NN_ROWS_FETCH;
  way->in_bytes = way->out_bytes;
  memcpy (way->order, (guint8[3]){ 0, 1, 2 }, 3);
  return nn_resize_filter_init_exact (&way->h, &self->x, interpolation, multiple, G_MAXUINT);
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

/* Tells whether the vertical pass comes first. In Pillow 13 and later (its pull request 9549), it does if the height
 * shrinks by more than twice as many pixels as the width. In earlier versions it always came second. The results
 * differ, because values are rounded to bytes between the passes. */
static gboolean
is_vertical_first (const NnExactWay *way, const NnAxis *x, const NnAxis *y)
{
  return way->horizontal && way->vertical && y->resized < y->in
         && (gint64)y->in - y->resized > 2 * ((gint64)x->in - x->resized);
}

/* Makes the ring. Its rows are source rows, as nn_fetch_row() gives them, or horizontally resized ones. */
static gboolean
init_ring (NnExactWay *way)
{
  guint needed = way->vertical ? way->v.taps : 1;
  gsize bytes;

  way->ring_row = way->vertical_first ? way->source_row : way->out_row;
  way->ring_n = way->vertical_first && way->rows == NN_ROWS_DIRECT ? 1 : needed;
  if (!nn_size_mul (way->ring_row, way->ring_n, &bytes) || bytes > MAX_RING_BYTES)
    return FALSE;
  way->ring = nn_aligned_alloc0 (bytes);
  way->window = g_try_new0 (const guint8 *, needed);
  return way->ring && way->window;
}

gboolean
nn_exact_way_init (NnPreprocessor *self, const NnImage *image)
{
  NnExactWay *way = &self->exact;

  choose_rows (way, image, self->params.channels == 1);
  way->vertical = self->y.in != self->y.resized;
  if (way->vertical && !nn_resize_filter_init_exact (&way->v, &self->y, self->params.interpolation, 2, G_MAXUINT))
    return FALSE;
  if (!init_columns (self, way))
    return FALSE;
  way->vertical_first = is_vertical_first (way, &self->x, &self->y);
  way->out_row = (gsize)self->x.keep * way->out_bytes;
  /* A window may reach behind the needed columns, because the number of taps is rounded up. A packed kernel reads 4
   * bytes more. */
  way->source_row = ((gsize)way->n_cols + way->h.taps) * way->in_bytes + 4;
  way->source = nn_aligned_alloc0 (way->source_row);
  way->out = nn_aligned_alloc0 (way->out_row);
  if (!way->source || !way->out || !init_ring (way))
    return FALSE;
  if (way->rows == NN_ROWS_YUV && !nn_fetch_yuv_init (way, image))
    return FALSE;
  if (image->kind != NN_IMAGE_GRAY && way->in_bytes == 1) {
    way->colours = nn_aligned_alloc0 (4 * (gsize)way->n_cols);
    if (!way->colours)
      return FALSE;
  }
  for (guint v = 0; v < 256; v++)
    way->gray[v] = nn_gray_to_full ((guint8)v, image->full_range);
  /* A grey value has the same R, G and B in all primaries, so it is still grey after the mapping. */
  for (guint v = 0; v < 256 && self->tone_map; v++) {
    guint8 rgb[3] = { way->gray[v], way->gray[v], way->gray[v] };

    nn_tone_map_row (self->tone_map, rgb, 1, 3);
    way->gray[v] = rgb[1];
  }
  return TRUE;
}

void
nn_exact_way_clear (NnExactWay *way)
{
  nn_resize_filter_clear (&way->h);
  nn_resize_filter_clear (&way->v);
  nn_aligned_free (way->ring);
  nn_aligned_free (way->source);
  nn_aligned_free (way->out);
  g_free (way->window);
  g_free (way->chroma_taps);
  nn_aligned_free (way->colours);
  nn_aligned_free (way->luma);
  nn_aligned_free (way->blended);
  nn_aligned_free (way->chroma[0]);
  nn_aligned_free (way->chroma[1]);
  memset (way, 0, sizeof *way);
}

/* --- one row --- */

/* Returns TRUE if @row has the highest address of all rows, so that there may be no memory behind it. If that is not
 * known, it returns TRUE as well. */
static gboolean
is_last_in_memory (const NnImage *image, guint row)
{
  gssize stride = image->component[0].row_stride;

  if (ABS (stride) < (gssize)image->width * image->component[0].pixel_stride)
    return TRUE;
  return row == (stride > 0 ? image->height - 1 : 0);
}

/* Returns the number of bytes in a row of the image's own pixels, from the first needed pixel to the last component of
 * the last one. */
static gsize
direct_bytes (const NnExactWay *way)
{
  return (gsize)(way->n_cols - 1) * way->in_bytes + MAX (way->order[0], MAX (way->order[1], way->order[2])) + 1;
}

static const guint8 *
direct_row (const NnExactWay *way, const NnImage *image, guint row)
{
  NnComponent component = image->component[0];

  if (way->in_bytes > 1)
    component.data = nn_packed_base (image, (guint8[3]){ 0 });
  return nn_component_at (&component, image->roi_y + row, image->roi_x + way->col_first);
}

/* Runs the horizontal pass on one row. */
static void
resize_row (const NnPreprocessor *self, const guint8 *src, guint8 *dst)
{
  const NnExactWay *way = &self->exact;

  if (way->horizontal && way->in_bytes == 1) {
    self->kernels.row (dst, src, &way->h);
  } else if (way->horizontal) {
    self->kernels.packed (dst, src, way->in_bytes, way->order, &way->h);
  } else if (way->in_bytes == 1) {
    memcpy (dst, src, way->n_cols);
  } else {
    for (gsize x = 0; x < way->n_cols; x++) {
      for (guint c = 0; c < 3; c++)
        dst[4 * x + c] = src[x * way->in_bytes + way->order[c]];
    }
  }
}

/* Writes source row @row of the region of interest to @dst, after the horizontal pass. */
static void
produce_row (const NnPreprocessor *self, const NnImage *image, guint row, guint8 *dst)
{
  const NnExactWay *way = &self->exact;
  const guint8 *src = way->source;

  if (way->rows == NN_ROWS_DIRECT && row + 1 < self->y.in)
    nn_fetch_ahead (direct_row (way, image, row + 1), direct_bytes (way));
  if (way->rows != NN_ROWS_DIRECT)
    nn_fetch_row (self, image, row, way->source);
  else if (way->in_bytes > 1 && is_last_in_memory (image, image->roi_y + row))
    memcpy (way->source, direct_row (way, image, row), direct_bytes (way));
  else
    src = direct_row (way, image, row);
  resize_row (self, src, dst);
}

/* --- the passes --- */

static void
store_row (NnPreprocessor *self, const NnImageSink *sink, guint row)
{
  guint8 *out = self->exact.out;

  if (self->tone_map && self->exact.out_bytes > 1)
    nn_tone_map_row (self->tone_map, out, self->x.keep, 4);
  if (self->exact.out_bytes == 1)
    nn_preprocessor_store (self, sink, row, out, out, out, 1);
  else
    nn_preprocessor_store (self, sink, row, out, out + 1, out + 2, 4);
}

/* Computes one row of the vertical pass. A window with an odd number of rows gets its last row twice; the coefficient
 * of the second one is zero. */
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
ring_slot (const NnExactWay *way, guint row)
{
  return way->ring + row % way->ring_n * way->ring_row;
}

static void
run_horizontal_first (NnPreprocessor *self, const NnImage *image, const NnImageSink *sink)
{
  NnExactWay *way = &self->exact;
  guint next = 0;

  for (guint j = 0; j < self->y.keep; j++) {
    guint start = way->v.start[j], end = start + way->v.count[j];

    for (next = MAX (next, start); next < end; next++)
      produce_row (self, image, next, ring_slot (way, next));
    for (guint row = start; row < end; row++)
      way->window[row - start] = ring_slot (way, row);
    resize_column (self, j, way->out, way->out_row);
    store_row (self, sink, j);
  }
}

static void
run_vertical_first (NnPreprocessor *self, const NnImage *image, const NnImageSink *sink)
{
  NnExactWay *way = &self->exact;
  const gboolean direct = way->rows == NN_ROWS_DIRECT;
  const gsize bytes = direct ? direct_bytes (way) : (gsize)way->n_cols * way->in_bytes;
  guint next = 0;

  for (guint j = 0; j < self->y.keep; j++) {
    guint start = way->v.start[j], end = start + way->v.count[j];

    for (next = MAX (next, start); next < end && !direct; next++)
      nn_fetch_row (self, image, next, ring_slot (way, next));
    for (guint row = start; row < end; row++)
      way->window[row - start] = direct ? direct_row (way, image, row) : ring_slot (way, row);
    resize_column (self, j, way->source, bytes);
    resize_row (self, way->source, way->out);
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
      produce_row (self, image, self->y.first + j, self->exact.out);
      store_row (self, sink, j);
    }
  }
}
