/* gst-resnet: the inside of NnPreprocessor
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "image/image-turn.h"
#include "image/resize-filter.h"
#include "image/tone-map.h"

/* --- rows of whole pixels in bytes, then Pillow's two passes --- */

typedef enum {
  NN_ROWS_DIRECT, /* the rows of the image itself, whose pixels have 3 or 4 bytes, or 1 (gray) */
  NN_ROWS_FETCH,  /* rows whose bytes are gathered from the image; gray values go through a table */
  NN_ROWS_YUV,    /* rows that are converted from YUV */
} NnRows;

typedef struct {
  NnRows rows;
  gboolean horizontal, vertical, vertical_first; /* whether there is such a pass, and which comes first */
  NnResizeFilter h, v;
  guint col_first, n_cols; /* the source columns that are needed, counted in the region of interest */
  /* A source pixel, as the horizontal pass takes it, has 1 byte (gray), 3 or 4. The pass makes 1 byte (gray) or the
   * bytes R, G, B, x of it. */
  guint in_bytes, out_bytes;
  guint8 order[3];             /* the positions of R, G and B in the source pixel */
  gsize source_row;            /* bytes of a fetched row */
  gsize out_row;               /* bytes of a row after the horizontal pass */
  gsize ring_row;              /* source_row or out_row, whichever the ring holds */
  guint ring_n;                /* number of rows in the ring; row r lies in slot r % ring_n */
  guint8 *ring, *source, *out; /* source: one row before the horizontal pass; out: one row after both passes */
  const guint8 **window;
  guint8 gray[256];
  guint8 *colours; /* for a colour picture and a grey network: one row of R, G, B, x before it becomes grey */
  /* The rest is used for YUV only. */
  NnYuvMatrix matrix;
  guint chroma_first, n_chroma; /* the columns of the chroma planes that are needed */
  NnChromaTap *chroma_taps;     /* one for each source column; NULL where chroma is subsampled by 2 */
  guint chroma_skip;            /* the number of upsampled columns before the first one that is needed */
  gint16 *luma, *blended, *chroma[2];
} NnExactWay;

/* --- planes of YUV resized, then the small result converted --- */

/* A span is a range of bytes that the vertical pass takes together: those of one component, or of several whose samples
 * are interleaved. */
typedef struct {
  guint component; /* the component whose rows hold the span */
  gssize offset;   /* from the begin of that component's row to the first byte that is needed */
  guint n_bytes;
  const NnResizeFilter *v;
} NnSpan;

typedef struct {
  guint n_spans;
  NnSpan span[3];
  guint span_of[3];   /* the span of each component */
  guint offset_of[3]; /* where the first needed sample of each component lies in its span, in bytes */
  guint first_of[3];  /* the first needed sample of each component, in columns of its plane */
  guint n_samples[3];
  NnResizeFilter h[2], v[2]; /* for luma, for chroma */
  NnYuvMatrix matrix;
  gint16 *span_row[3], *strided, *result[3];
  guint8 *rgbx;
  const guint8 **window;
} NnPlanesWay;

typedef enum { NN_RESIZE_NONE, NN_RESIZE_NEAREST, NN_RESIZE_EXACT, NN_RESIZE_PLANES } NnResizeMethod;

struct _NnPreprocessor {
  NnPreprocess params;
  NnResizeKernels kernels;
  gfloat table[3][256]; /* the value of each byte after ToTensor and Normalize, for each channel */

  /* All fields below were made for this image. Its data pointers are not set. */
  NnImage made_for;
  gsize made_for_offset[3];
  NnResizeMethod way;
  NnAxis x, y;
  guint *nearest_x, *nearest_y;
  guint8 *nearest_row;
  NnTurnedPlanes turned;
  NnToneMap *tone_map; /* NULL if the image is SDR */
  NnExactWay exact;
  NnPlanesWay planes;
};

static inline const guint8 *
nn_component_at (const NnComponent *component, guint row, guint column)
{
  return component->data + (gssize)row * component->row_stride + (gssize)column * component->pixel_stride;
}

/* Prefetches @n bytes that will soon be read. Processors do not prefetch the rows of a frame by themselves, because too
 * many rows are read at once, or because each row lies in a page of its own. */
static inline void
nn_fetch_ahead (const guint8 *bytes, gsize n)
{
  for (gsize at = 0; at < n; at += 64)
    __builtin_prefetch (bytes + at, 0, 3);
}
