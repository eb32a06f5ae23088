/* gst-resnet: the exact way: rows of R, G, B in bytes, then Pillow's two passes
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A row is resized horizontally when the first output row needs it, and kept in a ring as long as a later one may. */
#include "image/preprocessor-private.h"

#include "base/nn-memory.h"

#include <string.h>

/* Are the components bytes of one pixel of 3 or 4 bytes? Their order goes to @order; returns the first one's address,
 * or NULL. */
static const guint8 *
packed_base (const NnImage *image, guint8 order[3])
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

static NnRows
choose_rows (const NnImage *image, NnExactWay *way)
{
  if (image->kind == NN_IMAGE_YUV)
    return NN_ROWS_YUV;
  if (packed_base (image, way->order))
    return NN_ROWS_PACKED;
  if (image->kind == NN_IMAGE_GRAY && !image->full_range)
    return NN_ROWS_FETCH;
  for (guint c = 0; c < way->n_planes; c++) {
    if (image->component[c].pixel_stride != 1)
      return NN_ROWS_FETCH;
  }
  return NN_ROWS_PLANES;
}

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

static gboolean
init_yuv (NnExactWay *way, const NnImage *image)
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

gboolean
nn_exact_way_init (NnPreprocessor *self, const NnImage *image)
{
  NnExactWay *way = &self->exact;
  gsize bytes;

  way->n_planes = image->kind == NN_IMAGE_GRAY ? 1 : 3;
  way->rows = choose_rows (image, way);
  way->vertical = self->y.in != self->y.resized;
  way->ring_n = 1;
  if (way->vertical) {
    if (!nn_resize_filter_init_exact (&way->v, &self->y, self->params.interpolation, 2, G_MAXUINT))
      return FALSE;
    way->ring_n = way->v.taps;
  }
  if (!init_columns (self, way))
    return FALSE;
  way->row_bytes = (gsize)self->x.keep * (way->rows == NN_ROWS_PACKED ? 4 : way->n_planes);
  if (!nn_size_mul (way->row_bytes, way->ring_n, &bytes))
    return FALSE;
  way->ring = nn_aligned_alloc0 (bytes);
  way->out_row = nn_aligned_alloc0 (way->row_bytes);
  way->window = g_try_new0 (const guint8 *, way->ring_n);
  if (!way->ring || !way->out_row || !way->window)
    return FALSE;
  if (way->rows == NN_ROWS_FETCH || way->rows == NN_ROWS_YUV) {
    for (guint c = 0; c < way->n_planes; c++) {
      /* Windows may reach behind the needed columns by what taps is rounded up by. */
      way->scratch[c] = nn_aligned_alloc0 ((gsize)way->n_cols + way->h.taps);
      if (!way->scratch[c])
        return FALSE;
    }
  }
  if (way->rows == NN_ROWS_PACKED) {
    /* For a copy of the last row: its kernel reads a few bytes behind the last pixel. */
    way->scratch[0] = nn_aligned_alloc0 (((gsize)way->n_cols + 2) * 4);
    if (!way->scratch[0])
      return FALSE;
  }
  if (way->rows == NN_ROWS_YUV && !init_yuv (way, image))
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
  nn_aligned_free (way->out_row);
  g_free (way->window);
  for (guint c = 0; c < 3; c++)
    nn_aligned_free (way->scratch[c]);
  g_free (way->chroma_taps);
  g_free (way->luma);
  g_free (way->blended);
  g_free (way->chroma[0]);
  g_free (way->chroma[1]);
  memset (way, 0, sizeof *way);
}

static void
fetch_bytes (const NnExactWay *way, const NnImage *image, guint row)
{
  for (guint c = 0; c < way->n_planes; c++) {
    const NnComponent *component = &image->component[c];
    const guint8 *src = nn_component_at (component, image->roi_y + row, image->roi_x + way->col_first);

    for (guint x = 0; x < way->n_cols; x++)
      way->scratch[c][x] = way->gray[src[x * component->pixel_stride]];
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
fetch_yuv (const NnPreprocessor *self, const NnImage *image, guint row)
{
  const NnExactWay *way = &self->exact;
  const guint8 *luma = nn_component_at (&image->component[0], image->roi_y + row, image->roi_x + way->col_first);

  for (guint x = 0; x < way->n_cols; x++)
    way->luma[x] = (gint16)(luma[x * image->component[0].pixel_stride] << NN_YUV_BITS);
  upsample_chroma (way, image, row, 0);
  upsample_chroma (way, image, row, 1);
  self->kernels.yuv_to_rgb (way->scratch[0], way->scratch[1], way->scratch[2], way->luma, way->chroma[0],
                            way->chroma[1], &way->matrix, way->n_cols);
}

/* Is this the row with the highest address, behind which there may be no memory? (In doubt: yes.) */
static gboolean
is_last_in_memory (const NnImage *image, guint row)
{
  gssize stride = image->component[0].row_stride;

  if ((gsize)ABS (stride) < image->width * image->component[0].pixel_stride)
    return TRUE;
  return row == (stride > 0 ? image->height - 1 : 0);
}

static void
produce_packed (const NnPreprocessor *self, const NnImage *image, guint row, guint8 *dst)
{
  const NnExactWay *way = &self->exact;
  const gsize stride = image->component[0].pixel_stride;
  const guint8 *src = packed_base (image, (guint8[3]){ 0 });

  src += (gssize)(image->roi_y + row) * image->component[0].row_stride;
  src += (gsize)(image->roi_x + way->col_first) * stride;
  if (way->horizontal) {
    if (is_last_in_memory (image, image->roi_y + row)) {
      guint last_byte = MAX (way->order[0], MAX (way->order[1], way->order[2]));

      memcpy (way->scratch[0], src, (way->n_cols - 1) * stride + last_byte + 1);
      src = way->scratch[0];
    }
    self->kernels.packed (dst, src, (guint)stride, way->order, &way->h);
    return;
  }
  for (guint x = 0; x < way->n_cols; x++) {
    for (guint c = 0; c < 3; c++)
      dst[4 * (gsize)x + c] = src[x * stride + way->order[c]];
  }
}

/* Source row @row of the region of interest after the horizontal pass. */
static void
produce_row (const NnPreprocessor *self, const NnImage *image, guint row, guint8 *dst)
{
  const NnExactWay *way = &self->exact;
  const gsize keep = self->x.keep;

  if (way->rows == NN_ROWS_PACKED) {
    produce_packed (self, image, row, dst);
    return;
  }
  if (way->rows == NN_ROWS_YUV)
    fetch_yuv (self, image, row);
  else if (way->rows == NN_ROWS_FETCH)
    fetch_bytes (way, image, row);
  for (guint c = 0; c < way->n_planes; c++) {
    const guint8 *src = way->scratch[c];

    if (way->rows == NN_ROWS_PLANES)
      src = nn_component_at (&image->component[c], image->roi_y + row, image->roi_x + way->col_first);
    if (way->horizontal)
      self->kernels.row (dst + c * keep, src, &way->h);
    else
      memcpy (dst + c * keep, src, keep);
  }
}

static void
store_row (NnPreprocessor *self, const NnImageSink *sink, guint row, const guint8 *bytes)
{
  const gsize keep = self->x.keep;

  if (self->exact.rows == NN_ROWS_PACKED)
    nn_preprocessor_store (self, sink, row, bytes, bytes + 1, bytes + 2, 4);
  else if (self->exact.n_planes == 1)
    nn_preprocessor_store (self, sink, row, bytes, bytes, bytes, 1);
  else
    nn_preprocessor_store (self, sink, row, bytes, bytes + keep, bytes + 2 * keep, 1);
}

void
nn_exact_way_run (NnPreprocessor *self, const NnImage *image, const NnImageSink *sink)
{
  NnExactWay *way = &self->exact;
  guint next = 0;

  for (guint j = 0; j < self->y.keep; j++) {
    gsize k = (gsize)j * way->v.taps;
    guint start, count, n;

    if (!way->vertical) {
      produce_row (self, image, self->y.first + j, way->out_row);
      store_row (self, sink, j, way->out_row);
      continue;
    }
    start = way->v.start[j];
    count = way->v.count[j];
    for (next = MAX (next, start); next < start + count; next++)
      produce_row (self, image, next, way->ring + next % way->ring_n * way->row_bytes);
    /* An odd window is filled up with its last row, whose coefficient is zero then. */
    n = (count + 1) & ~1u;
    for (guint t = 0; t < n; t++)
      way->window[t] = way->ring + (start + MIN (t, count - 1)) % way->ring_n * way->row_bytes;
    self->kernels.column (way->out_row, way->window, way->v.high + k, way->v.low + k, n, (guint)way->row_bytes);
    store_row (self, sink, j, way->out_row);
  }
}
