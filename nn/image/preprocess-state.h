/* gst-resnet: the inside of NnPreprocessor
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "image/image-turn.h"
#include "image/resize-filter.h"
#include "image/tone-map.h"

/* --- rows of whole pixels in bytes, then Pillow's two passes --- */

typedef enum {
  NN_ROWS_DIRECT, /* the image's own rows: pixels of 3 or 4 bytes, or of 1 (gray) */
  NN_ROWS_FETCH,  /* bytes gathered, gray through a table */
  NN_ROWS_YUV,    /* converted */
} NnRows;

typedef struct {
  NnRows rows;
  gboolean horizontal, vertical, vertical_first; /* is there such a pass? which comes first? */
  NnResizeFilter h, v;
  guint col_first, n_cols; /* the source columns that are needed, in the region of interest */
  /* A source pixel, as the horizontal pass takes it: 1 byte (gray), 3, or 4. It gives 1 (gray) or R, G, B, x. */
  guint in_bytes, out_bytes;
  guint8 order[3];             /* of R, G, B in the source pixel */
  gsize source_row;            /* bytes of a fetched row */
  gsize out_row;               /* bytes of a row after the horizontal pass */
  gsize ring_row;              /* one of the two */
  guint ring_n;                /* rows in the ring: row r lies in slot r % ring_n */
  guint8 *ring, *source, *out; /* source: one row before the horizontal pass; out: one after both */
  const guint8 **window;
  guint8 gray[256];
  guint8 *colours; /* a colour picture for a grey network: one row of R, G, B, x before it becomes grey */
  /* YUV */
  NnYuvMatrix matrix;
  guint chroma_first, n_chroma; /* the columns of the chroma planes that are needed */
  NnChromaTap *chroma_taps;     /* per source column, counted from chroma_first; subsampled by 2: NULL */
  guint chroma_skip;            /* upsampled columns before the first one that is needed */
  gint16 *luma, *blended, *chroma[2];
} NnExactWay;

/* --- planes of YUV resized, then the small result converted --- */

/* Bytes that the vertical pass takes in one go: one component, or several that lie in each other. */
typedef struct {
  guint component; /* whose data pointer counts */
  gssize offset;   /* from that component's row to the first byte needed */
  guint n_bytes;
  const NnResizeFilter *v;
} NnSpan;

typedef struct {
  guint n_spans;
  NnSpan span[3];
  guint span_of[3];   /* per component */
  guint offset_of[3]; /* its first needed sample in the span, bytes */
  guint first_of[3];  /* its first needed sample, columns of the plane */
  guint n_samples[3];
  NnResizeFilter h[2], v[2]; /* luma, chroma */
  NnYuvMatrix matrix;
  gint16 *span_row[3], *strided, *result[3];
  guint8 *rgbx;
  const guint8 **window;
} NnPlanesWay;

typedef enum { NN_RESIZE_NONE, NN_RESIZE_NEAREST, NN_RESIZE_EXACT, NN_RESIZE_PLANES } NnResizeMethod;

struct _NnPreprocessor {
  NnPreprocess params;
  NnResizeKernels kernels;
  gfloat table[3][256]; /* ToTensor and Normalize of a byte */

  /* What the rest was made for: an image without its data pointers. */
  NnImage made_for;
  gsize made_for_offset[3];
  NnResizeMethod way;
  NnAxis x, y;
  guint *nearest_x, *nearest_y;
  guint8 *nearest_row;
  NnTurnedPlanes turned;
  NnToneMap *tone_map; /* NULL: SDR */
  NnExactWay exact;
  NnPlanesWay planes;
};

static inline const guint8 *
nn_component_at (const NnComponent *component, guint row, guint column)
{
  return component->data + (gssize)row * component->row_stride + (gssize)column * component->pixel_stride;
}

/* Asks for bytes that will soon be read. A frame comes from memory in rows that processors do not follow by themselves,
 * because there are too many at once, or each is in a page of its own. */
static inline void
nn_fetch_ahead (const guint8 *bytes, gsize n)
{
  for (gsize at = 0; at < n; at += 64)
    __builtin_prefetch (bytes + at, 0, 3);
}
