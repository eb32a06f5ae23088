/* gst-resnet: the geometry and the filters of Resize → CenterCrop
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "image/resize-filter.h"
#include "base/nn-memory.h"

#include <math.h>
#include <string.h>

/* --- geometry --- */

/* Computes Python's int(round(n / 2.0)), which rounds a half to the even neighbour. */
static guint
half_to_even (guint n)
{
  guint half = n / 2;

  return n % 2 ? half + half % 2 : half;
}

static NnAxis
make_axis (guint in, guint resized, guint crop)
{
  NnAxis axis = { in, resized };

  /* torchvision pads with (crop - size) / 2 zeros on the left and the rest on the right. The padded image is then as
   * large as the crop. */
  if (resized < crop) {
    axis.keep = resized;
    axis.out = (crop - resized) / 2;
  } else {
    axis.keep = crop;
    axis.first = half_to_even (resized - crop);
  }
  return axis;
}

void
nn_image_axes (const NnPreprocess *params, const NnImage *image, NnAxis *x, NnAxis *y)
{
  /* These are the sides as they are displayed, in a unit that makes both of them whole numbers. */
  const guint64 width = (guint64)image->roi_width * image->par_n, height = (guint64)image->roi_height * image->par_d;
  guint resized_width = params->crop_width, resized_height = params->crop_height;

  if (params->resize_height > 0) {
    resized_width = params->resize_width;
    resized_height = params->resize_height;
  } else if (params->resize > 0) {
    /* This is torchvision's _compute_resized_output_size(): int(size · long / short). The product is at most 65535 · 32
     * · 4096, and the result is kept below 2^31. */
    if (width <= height) {
      resized_width = params->resize;
      resized_height = (guint)MIN (params->resize * height / width, G_MAXINT32);
    } else {
      resized_height = params->resize;
      resized_width = (guint)MIN (params->resize * width / height, G_MAXINT32);
    }
  }
  *x = make_axis (image->roi_width, resized_width, params->crop_width);
  *y = make_axis (image->roi_height, resized_height, params->crop_height);
}

void
nn_image_get_seen (const NnImage *image, const NnPreprocess *params, gdouble seen[4])
{
  const gdouble width = image->roi_width ? image->roi_width : image->width;
  const gdouble height = image->roi_width ? image->roi_height : image->height;

  seen[2] = width;
  seen[3] = height;
  if (params->resize_height > 0) {
    seen[2] = width * params->crop_width / params->resize_width;
    seen[3] = height * params->crop_height / params->resize_height;
  } else if (params->resize > 0) {
    /* These are sizes in units of the height of a pixel. A pixel is @aspect units wide. */
    const gdouble aspect = image->par_n && image->par_d ? (gdouble)image->par_n / image->par_d : 1;
    const gdouble shorter = MIN (width * aspect, height);

    seen[2] = params->crop_width * shorter / params->resize / aspect;
    seen[3] = params->crop_height * shorter / params->resize;
  }
  seen[0] = (image->roi_width ? image->roi_x : 0) + (width - seen[2]) / 2;
  seen[1] = (image->roi_width ? image->roi_y : 0) + (height - seen[3]) / 2;
}

void
nn_resize_nearest (const NnAxis *axis, guint *index)
{
  /* Pillow adds the step from pixel to pixel. The rounding errors of these additions are part of the result, so they
   * are made here, too. */
  gdouble step = (gdouble)axis->in / axis->resized;
  gdouble position = step * 0.5;

  for (guint i = 0; i < axis->first; i++)
    position += step;
  for (guint i = 0; i < axis->keep; i++) {
    index[i] = position < axis->in ? (guint)position : G_MAXUINT;
    position += step;
  }
}

/* --- weights --- */

static gdouble
bilinear (gdouble x)
{
  x = fabs (x);
  return x < 1.0 ? 1.0 - x : 0.0;
}

/* This is cubic convolution (Keys 1981) with a = -0.5. */
static gdouble
bicubic (gdouble x)
{
  const gdouble a = -0.5;

  x = fabs (x);
  if (x < 1.0)
    return ((a + 2.0) * x - (a + 3.0)) * x * x + 1;
  if (x < 2.0)
    return (((x - 5) * x + 8) * x - 4) * a;
  return 0.0;
}

/**
 * This is Pillow's precompute_coeffs(). When the image shrinks, the filter is stretched by the scale. Its window is cut
 * at the edges of the image, and the remaining weights are normalized to a sum of 1. All values are double, and the
 * order of operations is Pillow's.
 */
static guint
pixel_weights (const NnAxis *axis, NnInterpolation interpolation, guint i, guint *start, gdouble *weights)
{
  const gboolean cubic = interpolation == NN_INTERPOLATION_BICUBIC;
  gdouble scale = (gdouble)axis->in / axis->resized;
  gdouble filter_scale = MAX (scale, 1.0);
  gdouble support = (cubic ? 2.0 : 1.0) * filter_scale;
  gdouble center = (axis->first + i + 0.5) * scale;
  gdouble inverse = 1.0 / filter_scale, sum = 0.0;
  gint first = MAX ((gint)(center - support + 0.5), 0);
  gint last = MIN ((gint)(center + support + 0.5), (gint)axis->in);

  for (gint x = first; x < last; x++) {
    gdouble argument = (x - center + 0.5) * inverse;
    gdouble weight = cubic ? bicubic (argument) : bilinear (argument);

    weights[x - first] = weight;
    sum += weight;
  }
  for (gint x = first; x < last; x++) {
    if (sum != 0.0)
      weights[x - first] /= sum;
  }
  *start = first;
  return last - first;
}

/* Returns the largest number of weights that pixel_weights() gives. */
static guint
max_pixel_taps (const NnAxis *axis, NnInterpolation interpolation)
{
  gdouble scale = MAX ((gdouble)axis->in / axis->resized, 1.0);

  return (guint)ceil ((interpolation == NN_INTERPOLATION_BICUBIC ? 2.0 : 1.0) * scale) * 2 + 1;
}

static gboolean
allocate (NnResizeFilter *filter, guint n, guint taps)
{
  gsize bytes;

  memset (filter, 0, sizeof *filter);
  if (!nn_size_mul3 (n, taps, sizeof (gint16), &bytes))
    return FALSE;
  filter->n = n;
  filter->taps = taps;
  filter->start = nn_aligned_alloc0 ((gsize)n * sizeof (guint));
  filter->count = nn_aligned_alloc0 ((gsize)n * sizeof (guint));
  filter->high = nn_aligned_alloc0 (bytes);
  filter->low = nn_aligned_alloc0 (bytes);
  if (filter->start && filter->count && filter->high && filter->low)
    return TRUE;
  nn_resize_filter_clear (filter);
  return FALSE;
}

void
nn_resize_filter_clear (NnResizeFilter *filter)
{
  nn_aligned_free (filter->start);
  nn_aligned_free (filter->count);
  nn_aligned_free (filter->high);
  nn_aligned_free (filter->low);
  memset (filter, 0, sizeof *filter);
}

/* Moves a window that would end behind @limit to the left. Returns by how many samples it moves. */
static guint
pull_back (guint start, guint taps, guint limit)
{
  guint64 end = (guint64)start + taps;
  guint shift = end > limit ? (guint)(end - limit) : 0;

  return MIN (shift, start);
}

gboolean
nn_resize_filter_init_exact (NnResizeFilter *filter, const NnAxis *axis, NnInterpolation interpolation,
                             guint taps_multiple, guint limit)
{
  guint max_taps = max_pixel_taps (axis, interpolation);
  g_autofree gdouble *weights = g_try_new (gdouble, max_taps);
  guint *starts = g_try_new (guint, axis->keep), widest = 1;
  gboolean ok = FALSE;

  memset (filter, 0, sizeof *filter);
  if (!weights || !starts)
    goto done;
  /* This finds the widest window that really occurs, which is often narrower than max_taps. */
  for (guint i = 0; i < axis->keep; i++) {
    guint count = pixel_weights (axis, interpolation, i, &starts[i], weights);

    widest = MAX (widest, count);
  }
  if (!allocate (filter, axis->keep, (guint)nn_size_round_up (widest, taps_multiple)))
    goto done;
  for (guint i = 0; i < axis->keep; i++) {
    guint start, count = pixel_weights (axis, interpolation, i, &start, weights);
    guint shift = pull_back (start, filter->taps, limit);
    gsize base = (gsize)i * filter->taps + shift;

    filter->start[i] = start - shift;
    filter->count[i] = MIN (count + shift, filter->taps);
    for (guint t = 0; t < count && shift + t < filter->taps; t++) {
      /* As in Pillow's normalize_coeffs_8bpc(), a half is rounded away from zero. */
      gdouble scaled = weights[t] * (1 << NN_RESIZE_EXACT_BITS);
      gint32 k = (gint32)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);

      filter->high[base + t] = (gint16)(k >> 15);
      filter->low[base + t] = (gint16)(k & 0x7fff);
    }
  }
  ok = TRUE;

done:
  g_free (starts);
  return ok;
}

/* --- chroma --- */

NnChromaTap
nn_chroma_tap (guint position, guint plane_size, guint shift, gboolean cosited)
{
  /* The position is computed in eighths of a chroma sample. Sample i sits on luma position i · 2^shift, or in the
   * middle of its 2^shift luma pixels. */
  gint unit = 8 >> shift;
  gint eighths = (gint)position * unit - (cosited ? 0 : (8 - unit) / 2);
  gint a = eighths >= 0 ? eighths / 8 : -1;
  NnChromaTap tap;

  tap.weight_b = eighths - a * 8;
  tap.a = (guint)CLAMP (a, 0, (gint)plane_size - 1);
  tap.b = (guint)CLAMP (a + 1, 0, (gint)plane_size - 1);
  return tap;
}

gboolean
nn_resize_filter_init_fast (NnResizeFilter *filter, const NnAxis *axis, NnInterpolation interpolation,
                            guint taps_multiple, guint roi_first, guint plane_size, guint shift, gboolean cosited)
{
  guint max_taps = max_pixel_taps (axis, interpolation);
  g_autofree gdouble *weights = g_try_new (gdouble, max_taps);
  g_autofree gdouble *composed = NULL;
  guint widest = 1;

  memset (filter, 0, sizeof *filter);
  if (!weights)
    return FALSE;
  for (guint i = 0; i < axis->keep; i++) {
    guint first, count = pixel_weights (axis, interpolation, i, &first, weights);
    guint start = nn_chroma_tap (roi_first + first, plane_size, shift, cosited).a;
    guint end = nn_chroma_tap (roi_first + first + count - 1, plane_size, shift, cosited).b;

    widest = MAX (widest, end - start + 1);
  }
  if (!allocate (filter, axis->keep, (guint)nn_size_round_up (widest, taps_multiple)))
    return FALSE;
  composed = g_try_new (gdouble, filter->taps);
  if (!composed) {
    nn_resize_filter_clear (filter);
    return FALSE;
  }
  for (guint i = 0; i < axis->keep; i++) {
    guint first, count = pixel_weights (axis, interpolation, i, &first, weights);
    guint start = nn_chroma_tap (roi_first + first, plane_size, shift, cosited).a, end = start;
    gdouble sum = 0;
    gint before = 0;

    memset (composed, 0, filter->taps * sizeof *composed);
    for (guint t = 0; t < count; t++) {
      NnChromaTap tap = nn_chroma_tap (roi_first + first + t, plane_size, shift, cosited);

      composed[tap.a - start] += weights[t] * (8 - tap.weight_b) / 8;
      composed[tap.b - start] += weights[t] * tap.weight_b / 8;
      end = tap.b;
    }
    filter->start[i] = start;
    filter->count[i] = end - start + 1;
    /* The running sum is rounded, not each coefficient, so that the coefficients add up to exactly 1: what rounding
     * takes from one coefficient goes to its neighbour. */
    for (guint t = 0; t < filter->count[i]; t++) {
      gint rounded;

      sum += composed[t] * (1 << NN_RESIZE_FAST_BITS);
      rounded = (gint)floor (sum + 0.5);
      filter->high[(gsize)i * filter->taps + t] = (gint16)(rounded - before);
      before = rounded;
    }
  }
  return TRUE;
}

void
nn_yuv_matrix_init (NnYuvMatrix *matrix, gdouble kr, gdouble kb, gboolean full_range)
{
  const gdouble unit = 1 << NN_YUV_BITS;
  gdouble luma = (full_range ? 1.0 : 255.0 / 219.0) / unit;
  gdouble chroma = (full_range ? 1.0 : 255.0 / 224.0) / unit;
  gdouble kg = 1.0 - kr - kb;

  /* ITU-R BT.601, BT.709 and BT.2020 define E'Y = Kr E'R + Kg E'G + Kb E'B, E'Cb = (E'B - E'Y) / (2 - 2 Kb) and E'Cr =
   * (E'R - E'Y) / (2 - 2 Kr). Here these equations are solved for R, G and B. */
  matrix->y_offset = full_range ? 0 : 16 << NN_YUV_BITS;
  matrix->y = (gfloat)luma;
  matrix->r_cr = (gfloat)(2 * (1 - kr) * chroma);
  matrix->b_cb = (gfloat)(2 * (1 - kb) * chroma);
  matrix->g_cb = (gfloat)(-2 * (1 - kb) * kb / kg * chroma);
  matrix->g_cr = (gfloat)(-2 * (1 - kr) * kr / kg * chroma);
}
