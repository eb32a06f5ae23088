/* gst-resnet: the kernels of resizing and of colour conversion
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-cpu.h"

/* There are two families of filters in one struct.
 *
 * Exact filters are Pillow's. A coefficient is a fixed-point number with NN_RESIZE_EXACT_BITS fractional bits. It is
 * kept in two halves, k = high · 2^15 + low with 0 <= low < 2^15, so that 16-bit multiplications can make the product.
 * Sums are taken modulo 2^32; the result fits, so the order of the additions does not matter. The input, the rows
 * between the passes and the output are bytes.
 *
 * Fast filters are for planes of YUV. A coefficient is high alone, with NN_RESIZE_FAST_BITS fractional bits. Between
 * the passes and after them samples are 16-bit numbers with NN_YUV_BITS fractional bits.
 *
 * All bodies give the same bits. */
#define NN_RESIZE_EXACT_BITS 22
#define NN_RESIZE_FAST_BITS 14
#define NN_YUV_BITS 6

/**
 * NnResizeFilter: a window of input samples and its coefficients for each of @n outputs
 * Output i is the sum over t from 0 to taps − 1 of coefficient i · taps + t times sample start[i] + t. All samples of a
 * window may be read. count[i] <= taps: all coefficients from count[i] on are zero (they are padding for the kernels'
 * sake).
 */
typedef struct {
  guint n, taps;
  guint *start, *count;
  gint16 *high, *low;
} NnResizeFilter;

/* R = y·Y' + r_cr·Cr', G = y·Y' + g_cb·Cb' + g_cr·Cr' and B = y·Y' + b_cb·Cb', where Y' = Y - y_offset and C' = C - 128
 * · 2^NN_YUV_BITS are integers in NN_YUV_BITS fixed-point, and the coefficients contain the division by 2^NN_YUV_BITS.
 * The sums are computed in float32, each operation is rounded, and the order is this: Y'·y comes first, then G's chroma
 * terms are added to each other, then they are added to it. The result is rounded to the nearest integer (ties to even)
 * and clamped to 0–255. */
typedef struct {
  gint y_offset;
  gfloat y, r_cr, g_cb, g_cr, b_cb;
} NnYuvMatrix;

/* Filters one row of single bytes exactly. taps is a multiple of NN_RESIZE_ROW_TAPS. */
#define NN_RESIZE_ROW_TAPS 8
typedef void (*NnResizeRow) (guint8 *dst, const guint8 *src, const NnResizeFilter *filter);

/* Filters one row of pixels of 3 or 4 bytes exactly. @order: which byte of the pixel is R, which is G and which is B, 0
 * to 3. taps is a multiple of NN_RESIZE_PACKED_TAPS. Output pixels are R, G, B and one byte of no meaning, so n · 4
 * bytes are written. From the window's start, taps · stride + (stride == 3 ? 4 : 0) bytes may be read. */
#define NN_RESIZE_PACKED_TAPS 4
typedef void (*NnResizePacked) (guint8 *dst, const guint8 *src, guint stride, const guint8 order[3],
                                const NnResizeFilter *filter);

/* Computes one output row exactly: dst[x] from byte x of the @n rows, for x < @width. @n is even (a row may be there
 * twice). Exactly width bytes of each row are read and written. */
typedef void (*NnResizeColumn) (guint8 *dst, const guint8 *const *rows, const gint16 *high, const gint16 *low, guint n,
                                guint width);

/* Computes one output row of a fast filter: the input is bytes, the output has NN_YUV_BITS and is saturated at 16
 * bits. */
typedef void (*NnResizeColumnFast) (gint16 *dst, const guint8 *const *rows, const gint16 *coefficients, guint n,
                                    guint width);

/* Filters one row fast: input and output have NN_YUV_BITS. taps is a multiple of NN_RESIZE_ROW_TAPS. The output is
 * saturated at 16 bits. */
typedef void (*NnResizeRowFast) (gint16 *dst, const gint16 *src, const NnResizeFilter *filter);

/* Copies dst[x] = src[x · step] for x < @width. Nothing behind src[(width - 1) · step] is read. */
typedef void (*NnUnstride) (gint16 *dst, const gint16 *src, guint step, guint width);

/* Upsamples @n samples linearly by two. src[-1] to src[n] are read; where the plane ends there, they repeat its last
 * sample. The results are in eighths. With @cosited a sample sits on every second output:
 *  dst[2 i] = 8 src[i] and dst[2 i + 1] = 4 (src[i] + src[i + 1])
 * Otherwise a sample sits between its two outputs:
 *  dst[2 i] = 2 src[i - 1] + 6 src[i] and dst[2 i + 1] = 6 src[i] + 2 src[i + 1] */
typedef void (*NnUpsample2) (gint16 *dst, const gint16 *src, gboolean cosited, guint n);

/* Converts the colours of one row: three rows with NN_YUV_BITS become pixels of R, G, B and a byte of no meaning. */
typedef void (*NnYuvToRgb) (guint8 *rgbx, const gint16 *y, const gint16 *cb, const gint16 *cr,
                            const NnYuvMatrix *matrix, guint width);

typedef struct {
  NnResizeRow row;
  NnResizePacked packed;
  NnResizeColumn column;
  NnResizeColumnFast column_fast;
  NnResizeRowFast row_fast;
  NnUnstride unstride;
  NnUpsample2 upsample2;
  NnYuvToRgb yuv_to_rgb;
} NnResizeKernels;

/* Fills the table with the C bodies, then overwrites them with the better ones of each level up to @isa. */
void nn_resize_kernels_init (NnResizeKernels *kernels, NnIsa isa);
