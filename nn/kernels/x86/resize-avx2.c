/* gst-resnet: the kernels of resizing in AVX2
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Two 16-bit multiply-adds make the products of the exact filters, one with the high and one with the low half of the
 * coefficients: sum = (Σ high · sample) · 2^15 + Σ low · sample, modulo 2^32. So the bits are those of the C body. */
#if !defined(__AVX2__) || !defined(__FMA__) || !defined(__F16C__)
#error "this file is compiled with -mavx2 -mfma -mf16c"
#endif

#include "kernels/x86/resize-avx2.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

static inline __m128i
load128 (const void *p)
{
  return _mm_loadu_si128 (p);
}

static inline __m256i
load256 (const void *p)
{
  return _mm256_loadu_si256 (p);
}

/* Loads 16 bytes as 16 numbers of 16 bits. */
static inline __m256i
load_bytes (const guint8 *p)
{
  return _mm256_cvtepu8_epi16 (load128 (p));
}

/* Returns two coefficients, repeated, for 16-bit multiply-adds of pairs. */
static inline __m256i
broadcast_pair (const gint16 *k)
{
  gint32 pair;

  memcpy (&pair, k, sizeof pair);
  return _mm256_set1_epi32 (pair);
}

/* Returns the four sums of the numbers of each vector. */
static inline __m128i
sum4 (__m128i a, __m128i b, __m128i c, __m128i d)
{
  return _mm_hadd_epi32 (_mm_hadd_epi32 (a, b), _mm_hadd_epi32 (c, d));
}

static inline __m128i
fold (__m256i v)
{
  return _mm_add_epi32 (_mm256_castsi256_si128 (v), _mm256_extracti128_si256 (v, 1));
}

static inline __m128i
finish_exact (__m128i high, __m128i low)
{
  __m128i sum = _mm_add_epi32 (_mm_slli_epi32 (high, 15), low);

  sum = _mm_add_epi32 (sum, _mm_set1_epi32 (1 << (NN_RESIZE_EXACT_BITS - 1)));
  return _mm_srai_epi32 (sum, NN_RESIZE_EXACT_BITS);
}

static inline __m256i
finish_exact256 (__m256i high, __m256i low)
{
  __m256i sum = _mm256_add_epi32 (_mm256_slli_epi32 (high, 15), low);

  sum = _mm256_add_epi32 (sum, _mm256_set1_epi32 (1 << (NN_RESIZE_EXACT_BITS - 1)));
  return _mm256_srai_epi32 (sum, NN_RESIZE_EXACT_BITS);
}

/* --- exact: a row of bytes --- */

/* Returns four partial sums of high · 2^15 + low of one output. */
static inline __m128i
row_sum (const guint8 *src, const gint16 *high, const gint16 *low, guint taps)
{
  __m256i h = _mm256_setzero_si256 (), l = _mm256_setzero_si256 ();
  __m128i sum_h, sum_l;
  guint t = 0;

  for (; t + 16 <= taps; t += 16) {
    __m256i samples = load_bytes (src + t);

    h = _mm256_add_epi32 (h, _mm256_madd_epi16 (samples, load256 (high + t)));
    l = _mm256_add_epi32 (l, _mm256_madd_epi16 (samples, load256 (low + t)));
  }
  sum_h = fold (h);
  sum_l = fold (l);
  if (t < taps) {
    __m128i samples = _mm_cvtepu8_epi16 (_mm_loadl_epi64 ((const void *)(src + t)));

    sum_h = _mm_add_epi32 (sum_h, _mm_madd_epi16 (samples, load128 (high + t)));
    sum_l = _mm_add_epi32 (sum_l, _mm_madd_epi16 (samples, load128 (low + t)));
  }
  return _mm_add_epi32 (_mm_slli_epi32 (sum_h, 15), sum_l);
}

static inline gint32
clamp_to_bytes (__m128i v)
{
  v = _mm_packs_epi32 (v, v);
  return _mm_cvtsi128_si32 (_mm_packus_epi16 (v, v));
}

static void
row_avx2 (guint8 *dst, const guint8 *src, const NnResizeFilter *filter)
{
  const guint taps = filter->taps;
  const gint16 *high = filter->high, *low = filter->low;

  for (guint i = 0; i < filter->n; i += 4) {
    __m128i part[4];
    gint32 bytes;

    /* The last group repeats the last output. */
    for (guint j = 0; j < 4; j++) {
      guint o = MIN (i + j, filter->n - 1);

      part[j] = row_sum (src + filter->start[o], high + (gsize)o * taps, low + (gsize)o * taps, taps);
    }
    bytes = clamp_to_bytes (finish_exact (_mm_setzero_si128 (), sum4 (part[0], part[1], part[2], part[3])));
    memcpy (dst + i, &bytes, MIN (4, filter->n - i));
  }
}

/* --- exact: a row of pixels --- */

/* Returns the shuffle that turns four pixels of 3 or 4 bytes into 16-bit pairs R0 R1 G0 G1 B0 B1 0 0 in the low half
 * and R2 R3 … in the high half. */
static __m256i
pixel_shuffle (guint stride, const guint8 order[3])
{
  gint8 mask[32];

  memset (mask, -1, sizeof mask); /* -1 makes a zero */
  for (guint half = 0; half < 2; half++) {
    for (guint c = 0; c < 3; c++) {
      mask[16 * half + 4 * c] = (gint8)(2 * half * stride + order[c]);
      mask[16 * half + 4 * c + 2] = (gint8)((2 * half + 1) * stride + order[c]);
    }
  }
  return load256 (mask);
}

/* Spreads four coefficients: pairs of 0 and 1 fill the low half, pairs of 2 and 3 the high half. */
static inline __m256i
spread_pairs (const gint16 *k)
{
  const __m256i index = _mm256_setr_epi32 (0, 0, 0, 0, 1, 1, 1, 1);

  return _mm256_permutevar8x32_epi32 (_mm256_castsi128_si256 (_mm_loadl_epi64 ((const void *)k)), index);
}

static inline __m128i
packed_sum (const guint8 *src, guint stride, __m256i shuffle, const gint16 *high, const gint16 *low, guint taps)
{
  __m256i h = _mm256_setzero_si256 (), l = _mm256_setzero_si256 ();

  for (guint t = 0; t < taps; t += 4) {
    __m256i pixels = _mm256_broadcastsi128_si256 (load128 (src + (gsize)t * stride));

    pixels = _mm256_shuffle_epi8 (pixels, shuffle);
    h = _mm256_add_epi32 (h, _mm256_madd_epi16 (pixels, spread_pairs (high + t)));
    l = _mm256_add_epi32 (l, _mm256_madd_epi16 (pixels, spread_pairs (low + t)));
  }
  return finish_exact (fold (h), fold (l));
}

static inline void
packed_any (guint8 *dst, const guint8 *src, guint stride, __m256i shuffle, const NnResizeFilter *filter, guint taps)
{
  for (guint i = 0; i < filter->n; i++) {
    gint32 pixel = clamp_to_bytes (packed_sum (src + (gsize)filter->start[i] * stride, stride, shuffle,
                                               filter->high + (gsize)i * taps, filter->low + (gsize)i * taps, taps));

    memcpy (dst + 4 * (gsize)i, &pixel, 4);
  }
}

static void
packed_avx2 (guint8 *dst, const guint8 *src, guint stride, const guint8 order[3], const NnResizeFilter *filter)
{
  __m256i shuffle = pixel_shuffle (stride, order);

  /* The usual sizes get loops that are unrolled. */
  if (stride == 3 && filter->taps == 12)
    packed_any (dst, src, 3, shuffle, filter, 12);
  else if (stride == 4 && filter->taps == 12)
    packed_any (dst, src, 4, shuffle, filter, 12);
  else if (filter->taps == 4)
    packed_any (dst, src, stride, shuffle, filter, 4);
  else if (filter->taps == 8)
    packed_any (dst, src, stride, shuffle, filter, 8);
  else
    packed_any (dst, src, stride, shuffle, filter, filter->taps);
}

/* --- exact: a column --- */

static inline void
column_step (__m256i *h, __m256i *l, __m128i pairs, __m256i high, __m256i low)
{
  __m256i samples = _mm256_cvtepu8_epi16 (pairs);

  *h = _mm256_add_epi32 (*h, _mm256_madd_epi16 (samples, high));
  *l = _mm256_add_epi32 (*l, _mm256_madd_epi16 (samples, low));
}

static void
column_avx2 (guint8 *dst, const guint8 *const *rows, const gint16 *high, const gint16 *low, guint n, guint width)
{
  guint x = 0;

  for (; x + 16 <= width; x += 16) {
    __m256i h0 = _mm256_setzero_si256 (), h1 = h0, l0 = h0, l1 = h0;
    __m256i packed;

    for (guint t = 0; t < n; t += 2) {
      __m128i a = load128 (rows[t] + x), b = load128 (rows[t + 1] + x);
      __m256i k_high = broadcast_pair (high + t), k_low = broadcast_pair (low + t);

      column_step (&h0, &l0, _mm_unpacklo_epi8 (a, b), k_high, k_low);
      column_step (&h1, &l1, _mm_unpackhi_epi8 (a, b), k_high, k_low);
    }
    /* packs gives the lanes 0–3 8–11 4–7 12–15. */
    packed = _mm256_packs_epi32 (finish_exact256 (h0, l0), finish_exact256 (h1, l1));
    packed = _mm256_permute4x64_epi64 (packed, _MM_SHUFFLE (3, 1, 2, 0));
    _mm_storeu_si128 ((void *)(dst + x),
                      _mm_packus_epi16 (_mm256_castsi256_si128 (packed), _mm256_extracti128_si256 (packed, 1)));
  }
  for (; x < width; x++) {
    guint32 sum = 1u << (NN_RESIZE_EXACT_BITS - 1);
    gint32 value;

    for (guint t = 0; t < n; t++)
      sum += ((guint32)(gint32)high[t] * 32768u + (guint32)low[t]) * rows[t][x];
    value = (gint32)sum >> NN_RESIZE_EXACT_BITS;
    dst[x] = (guint8)CLAMP (value, 0, 255);
  }
}

/* --- fast --- */

static void
column_fast_avx2 (gint16 *dst, const guint8 *const *rows, const gint16 *coefficients, guint n, guint width)
{
  enum { SHIFT = NN_RESIZE_FAST_BITS - NN_YUV_BITS };
  const __m256i half = _mm256_set1_epi32 (1 << (SHIFT - 1));

  if (width < 32) {
    for (guint x = 0; x < width; x++) {
      gint32 sum = 1 << (SHIFT - 1);

      for (guint t = 0; t < n; t++)
        sum += coefficients[t] * rows[t][x];
      sum >>= SHIFT;
      dst[x] = (gint16)CLAMP (sum, G_MININT16, G_MAXINT16);
    }
    return;
  }
  for (guint next = 0; next < width; next += 32) {
    const guint x = MIN (next, width - 32); /* the last vector takes some samples again */
    __m256i s0 = half, s1 = half, s2 = half, s3 = half;
    __m256i low, high;

    for (guint t = 0; t < n; t += 2) {
      __m256i a = load256 (rows[t] + x), b = load256 (rows[t + 1] + x);
      __m256i k = broadcast_pair (coefficients + t), zero = _mm256_setzero_si256 ();
      __m256i ab_low = _mm256_unpacklo_epi8 (a, b), ab_high = _mm256_unpackhi_epi8 (a, b);

      s0 = _mm256_add_epi32 (s0, _mm256_madd_epi16 (_mm256_unpacklo_epi8 (ab_low, zero), k));
      s1 = _mm256_add_epi32 (s1, _mm256_madd_epi16 (_mm256_unpackhi_epi8 (ab_low, zero), k));
      s2 = _mm256_add_epi32 (s2, _mm256_madd_epi16 (_mm256_unpacklo_epi8 (ab_high, zero), k));
      s3 = _mm256_add_epi32 (s3, _mm256_madd_epi16 (_mm256_unpackhi_epi8 (ab_high, zero), k));
    }
    /* Half-lane h of s0…s3 holds the samples 16 h + 0–3, 4–7, 8–11, 12–15. */
    low = _mm256_packs_epi32 (_mm256_srai_epi32 (s0, SHIFT), _mm256_srai_epi32 (s1, SHIFT));
    high = _mm256_packs_epi32 (_mm256_srai_epi32 (s2, SHIFT), _mm256_srai_epi32 (s3, SHIFT));
    _mm256_storeu_si256 ((void *)(dst + x), _mm256_permute2x128_si256 (low, high, 0x20));
    _mm256_storeu_si256 ((void *)(dst + x + 16), _mm256_permute2x128_si256 (low, high, 0x31));
  }
}

/* Returns eight partial sums of one output. */
static inline __m256i
row_fast_sum (const gint16 *src, const gint16 *k, guint taps)
{
  __m256i sum = _mm256_setzero_si256 ();
  guint t = 0;

  for (; t + 16 <= taps; t += 16)
    sum = _mm256_add_epi32 (sum, _mm256_madd_epi16 (load256 (src + t), load256 (k + t)));
  if (t < taps)
    sum = _mm256_add_epi32 (sum, _mm256_zextsi128_si256 (_mm_madd_epi16 (load128 (src + t), load128 (k + t))));
  return sum;
}

/* Returns the eight sums of the numbers of each vector. */
static inline __m256i
sum8 (const __m256i v[8])
{
  __m256i a = _mm256_hadd_epi32 (_mm256_hadd_epi32 (v[0], v[1]), _mm256_hadd_epi32 (v[2], v[3]));
  __m256i b = _mm256_hadd_epi32 (_mm256_hadd_epi32 (v[4], v[5]), _mm256_hadd_epi32 (v[6], v[7]));

  return _mm256_add_epi32 (_mm256_permute2x128_si256 (a, b, 0x20), _mm256_permute2x128_si256 (a, b, 0x31));
}

static inline __m128i
finish_fast (const __m256i part[8])
{
  __m256i sum = _mm256_add_epi32 (sum8 (part), _mm256_set1_epi32 (1 << (NN_RESIZE_FAST_BITS - 1)));

  sum = _mm256_srai_epi32 (sum, NN_RESIZE_FAST_BITS);
  return _mm_packs_epi32 (_mm256_castsi256_si128 (sum), _mm256_extracti128_si256 (sum, 1));
}

static inline void
row_fast_any (gint16 *dst, const gint16 *src, const NnResizeFilter *filter, guint taps)
{
  __m256i part[8];
  gint16 last[8];
  guint i = 0;

  for (; i + 8 <= filter->n; i += 8) {
    const gint16 *k = filter->high + (gsize)i * taps;

    for (guint j = 0; j < 8; j++)
      part[j] = row_fast_sum (src + filter->start[i + j], k + j * taps, taps);
    _mm_storeu_si128 ((void *)(dst + i), finish_fast (part));
  }
  if (i < filter->n) {
    /* The last group repeats the last output. */
    for (guint j = 0; j < 8; j++) {
      guint o = MIN (i + j, filter->n - 1);

      part[j] = row_fast_sum (src + filter->start[o], filter->high + (gsize)o * taps, taps);
    }
    _mm_storeu_si128 ((void *)last, finish_fast (part));
    memcpy (dst + i, last, (filter->n - i) * sizeof *dst);
  }
}

static void
row_fast_avx2 (gint16 *dst, const gint16 *src, const NnResizeFilter *filter)
{
  /* The usual sizes get loops that are unrolled. */
  if (filter->taps == 8)
    row_fast_any (dst, src, filter, 8);
  else if (filter->taps == 16)
    row_fast_any (dst, src, filter, 16);
  else
    row_fast_any (dst, src, filter, filter->taps);
}

/* Returns the low 16 bits of 16 numbers of 32 bits, kept in order. */
static inline __m256i
even_halves (__m256i a, __m256i b)
{
  a = _mm256_srai_epi32 (_mm256_slli_epi32 (a, 16), 16);
  b = _mm256_srai_epi32 (_mm256_slli_epi32 (b, 16), 16);
  return _mm256_permute4x64_epi64 (_mm256_packs_epi32 (a, b), _MM_SHUFFLE (3, 1, 2, 0));
}

static void
unstride_avx2 (gint16 *dst, const gint16 *src, guint step, guint width)
{
  guint x = 0;

  /* The last vector would read behind the last sample: it is left to the loop at the end. */
  if (step == 2) {
    for (; x + 17 <= width; x += 16)
      _mm256_storeu_si256 ((void *)(dst + x), even_halves (load256 (src + 2 * x), load256 (src + 2 * x + 16)));
  } else if (step == 4) {
    for (; x + 17 <= width; x += 16) {
      const gint16 *s = src + 4 * (gsize)x;
      __m256i a = even_halves (load256 (s), load256 (s + 16)), b = even_halves (load256 (s + 32), load256 (s + 48));

      _mm256_storeu_si256 ((void *)(dst + x), even_halves (a, b));
    }
  }
  for (; x < width; x++)
    dst[x] = src[(gsize)x * step];
}

static void
upsample2_avx2 (gint16 *dst, const gint16 *src, gboolean cosited, guint n)
{
  guint i = 0;

  for (; i + 16 <= n; i += 16) {
    __m256i s = load256 (src + i), next = load256 (src + i + 1);
    __m256i even, odd, low, high;

    if (cosited) {
      even = _mm256_slli_epi16 (s, 3);
      odd = _mm256_slli_epi16 (_mm256_add_epi16 (s, next), 2);
    } else {
      __m256i six = _mm256_add_epi16 (_mm256_slli_epi16 (s, 2), _mm256_slli_epi16 (s, 1));

      even = _mm256_add_epi16 (_mm256_slli_epi16 (load256 (src + i - 1), 1), six);
      odd = _mm256_add_epi16 (six, _mm256_slli_epi16 (next, 1));
    }
    low = _mm256_unpacklo_epi16 (even, odd);
    high = _mm256_unpackhi_epi16 (even, odd);
    _mm256_storeu_si256 ((void *)(dst + 2 * i), _mm256_permute2x128_si256 (low, high, 0x20));
    _mm256_storeu_si256 ((void *)(dst + 2 * i + 16), _mm256_permute2x128_si256 (low, high, 0x31));
  }
  for (; i < n; i++) {
    const gint16 *s = src + i;

    dst[2 * i] = (gint16)(cosited ? 8 * s[0] : 2 * s[-1] + 6 * s[0]);
    dst[2 * i + 1] = (gint16)(cosited ? 4 * (s[0] + s[1]) : 6 * s[0] + 2 * s[1]);
  }
}

/* --- colour --- */

/* Returns eight values, rounded and clamped to 0–255, as numbers of 32 bits. */
static inline __m256i
bytes_from_floats (__m256 v)
{
  __m256i i = _mm256_cvtps_epi32 (v);

  return _mm256_min_epi32 (_mm256_max_epi32 (i, _mm256_setzero_si256 ()), _mm256_set1_epi32 (255));
}

static inline __m256
floats_from (const gint16 *p, gint offset)
{
  return _mm256_cvtepi32_ps (_mm256_sub_epi32 (_mm256_cvtepi16_epi32 (load128 (p)), _mm256_set1_epi32 (offset)));
}

static void
yuv_to_rgb_avx2 (guint8 *rgbx, const gint16 *y, const gint16 *cb, const gint16 *cr, const NnYuvMatrix *matrix,
                 guint width)
{
  enum { CHROMA_OFFSET = 128 << NN_YUV_BITS };
  guint x = 0;

  for (; x + 8 <= width; x += 8) {
    __m256 luma = _mm256_mul_ps (floats_from (y + x, matrix->y_offset), _mm256_set1_ps (matrix->y));
    __m256 u = floats_from (cb + x, CHROMA_OFFSET), v = floats_from (cr + x, CHROMA_OFFSET);
    __m256 red = _mm256_mul_ps (v, _mm256_set1_ps (matrix->r_cr));
    __m256 green = _mm256_add_ps (_mm256_mul_ps (u, _mm256_set1_ps (matrix->g_cb)),
                                  _mm256_mul_ps (v, _mm256_set1_ps (matrix->g_cr)));
    __m256 blue = _mm256_mul_ps (u, _mm256_set1_ps (matrix->b_cb));
    __m256i pixels = bytes_from_floats (_mm256_add_ps (luma, red));

    pixels = _mm256_or_si256 (pixels, _mm256_slli_epi32 (bytes_from_floats (_mm256_add_ps (luma, green)), 8));
    pixels = _mm256_or_si256 (pixels, _mm256_slli_epi32 (bytes_from_floats (_mm256_add_ps (luma, blue)), 16));
    _mm256_storeu_si256 ((void *)(rgbx + 4 * (gsize)x), pixels);
  }
  for (; x < width; x++) {
    gfloat luma = (gfloat)(y[x] - matrix->y_offset) * matrix->y;
    gfloat u = (gfloat)(cb[x] - CHROMA_OFFSET), v = (gfloat)(cr[x] - CHROMA_OFFSET);
    gfloat green = u * matrix->g_cb + v * matrix->g_cr;

    rgbx[4 * (gsize)x] = (guint8)CLAMP (lrintf (luma + v * matrix->r_cr), 0, 255);
    rgbx[4 * (gsize)x + 1] = (guint8)CLAMP (lrintf (luma + green), 0, 255);
    rgbx[4 * (gsize)x + 2] = (guint8)CLAMP (lrintf (luma + u * matrix->b_cb), 0, 255);
    rgbx[4 * (gsize)x + 3] = 0;
  }
}

void
nn_resize_kernels_init_x86 (NnResizeKernels *kernels, NnIsa isa)
{
  if (!(isa >= NN_ISA_AVX2))
    return;
  kernels->row = row_avx2;
  kernels->packed = packed_avx2;
  kernels->column = column_avx2;
  kernels->column_fast = column_fast_avx2;
  kernels->row_fast = row_fast_avx2;
  kernels->unstride = unstride_avx2;
  kernels->upsample2 = upsample2_avx2;
  kernels->yuv_to_rgb = yuv_to_rgb_avx2;
}
