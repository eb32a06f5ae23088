/* gst-resnet: the tile kernels: the emulated operations against their definition, the kernels on them against float64,
 * AMX's against the emulated ones to the bit; AVX-512 BF16's against float64; -m perf: GFLOP/s where there is either
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This file is long because the emulated bodies, those with AMX and those with AVX-512 BF16 share one set of cases. */
#include <string.h>

#include "base/nn-clock.h"
#include "base/nn-cpu.h"
#include "base/nn-memory.h"
#include "bf16-kernels-emulated.h"
#include "kernels/x86/bf16-emulated.h"

#define GUARD 0x4711

/* A convolution of random shape and its memory. Each array is exactly as long as what may be read or written, so that
 * the sanitizers notice an access to one element more. */
typedef struct {
  NnBf16ConvArgs args;
  guint products, width, n_tiles, n_blocks, n_pixels; /* width: a block's channels, the last one's perhaps half */
  gsize in_size, out_size;
  NnBf16 *in_hi, *in_lo, *residual_hi, *residual_lo, *out_hi, *out_lo;
  gfloat *out_f32;
  gint32 *tile_in, *pixel_in, *out_offset, *residual_offset, *step_offset;
  NnBf16Block *blocks;
} Problem;

static NnBf16
split (gfloat x, NnBf16 *lo)
{
  const NnBf16 hi = nn_bf16_from_float (x);

  *lo = nn_bf16_from_float (x - nn_bf16_to_float (hi));
  return hi;
}

static gfloat
random_float (GRand *rand)
{
  return (gfloat)g_rand_double_range (rand, -1, 1);
}

static void
random_split (GRand *rand, gsize n, NnBf16 **hi, NnBf16 **lo)
{
  *hi = g_new (NnBf16, n);
  *lo = g_new (NnBf16, n);
  for (gsize i = 0; i < n; i++)
    (*hi)[i] = split (random_float (rand), &(*lo)[i]);
}

static void
make_blocks (Problem *p, GRand *rand)
{
  const guint a_step = p->products == 3 ? 2 : 1;

  p->blocks = g_new0 (NnBf16Block, p->n_blocks);
  for (guint b = 0; b < p->n_blocks; b++) {
    NnBf16Block *block = &p->blocks[b];
    guint halves;

    block->first_channel = p->width * b;
    block->channels = b + 1 < p->n_blocks || g_rand_boolean (rand) ? p->width : 16;
    block->first_input = 3 * (gint32)b;
    halves = block->channels / 16;
    block->weights = nn_aligned_alloc0 ((gsize)p->args.n_steps * a_step * halves * NN_BF16_WEIGHTS * sizeof (NnBf16));
    block->bias = nn_aligned_alloc0 (block->channels * sizeof (gfloat));
    for (guint c = 0; c < block->channels; c++)
      block->bias[c] = random_float (rand);
    for (guint s = 0; s < p->args.n_steps; s++) {
      NnBf16 *step = block->weights + (gsize)s * a_step * halves * NN_BF16_WEIGHTS;

      for (guint i = 0; i < halves * NN_BF16_WEIGHTS; i++) {
        NnBf16 lo;

        step[i] = split (random_float (rand), &lo);
        if (p->products == 3)
          step[halves * NN_BF16_WEIGHTS + i] = lo;
      }
    }
  }
}

static Problem *
problem_new (GRand *rand, const NnBf16Kernels *kernels, guint n_tiles, guint n_steps, guint n_blocks)
{
  Problem *p = g_new0 (Problem, 1);
  const guint products = kernels->products, width = kernels->vectors || g_rand_boolean (rand) ? 32 : 16;
  const guint stride = (guint)g_rand_int_range (rand, 1, 40), channels = width * n_blocks + 16, slots = n_tiles * 16;
  gsize last = 0;

  p->products = products;
  p->width = width;
  p->n_tiles = n_tiles;
  p->n_blocks = n_blocks;
  p->args.n_steps = n_steps;
  p->args.step_pairs = NN_BF16_DEPTH / 2;
  p->args.in_stride = stride;
  p->args.rows = kernels->vectors || g_rand_boolean (rand) ? 16 : (guint)g_rand_int_range (rand, 1, 16);
  p->args.relu = g_rand_boolean (rand);
  p->args.pixels_outside = g_rand_boolean (rand);
  p->tile_in = g_new (gint32, n_tiles);
  p->step_offset = g_new (gint32, n_steps);
  p->pixel_in = g_new (gint32, slots);
  p->out_offset = g_new (gint32, slots);
  p->residual_offset = g_new (gint32, slots);
  for (guint s = 0; s < n_steps; s++)
    p->step_offset[s] = (gint32)(s * 37);
  for (guint t = 0; t < n_tiles; t++)
    p->tile_in[t] = g_rand_int_range (rand, 0, 500);
  for (guint t = 0; t < n_tiles; t++)
    last = MAX (last, (gsize)p->tile_in[t]);
  p->in_size = last + (p->args.rows - 1) * stride + 37 * (n_steps - 1) + 3 * (n_blocks - 1) + NN_BF16_DEPTH;
  for (guint i = 0; i < slots; i++) {
    const gboolean there = i % 16 < p->args.rows && g_rand_int_range (rand, 0, 4) > 0;

    p->out_offset[i] = there ? (gint32)(p->n_pixels++ * (channels + 5)) : -1;
    p->pixel_in[i] = p->tile_in[i / 16] + (gint32)(i % 16 * stride);
    p->residual_offset[i] = (gint32)((slots - 1 - i) * channels);
  }
  make_blocks (p, rand);
  random_split (rand, p->in_size, &p->in_hi, &p->in_lo);
  random_split (rand, (gsize)slots * channels, &p->residual_hi, &p->residual_lo);
  p->out_size = (gsize)MAX (p->n_pixels, 1) * (channels + 5);
  p->out_hi = g_new (NnBf16, p->out_size);
  p->out_lo = g_new (NnBf16, p->out_size);
  p->out_f32 = g_new (gfloat, p->out_size);
  p->args.in_hi = p->in_hi;
  p->args.in_lo = products == 3 ? p->in_lo : NULL;
  p->args.out_hi = p->out_hi;
  p->args.out_lo = products == 3 ? p->out_lo : NULL;
  p->args.out_f32 = g_rand_boolean (rand) ? p->out_f32 : NULL;
  if (g_rand_boolean (rand)) {
    p->args.residual_hi = p->residual_hi;
    p->args.residual_lo = products == 3 ? p->residual_lo : NULL;
    p->args.residual_offset = p->residual_offset;
  }
  p->args.tile_in = p->tile_in;
  p->args.pixel_in = p->pixel_in;
  p->args.out_offset = p->out_offset;
  p->args.step_offset = p->step_offset;
  p->args.blocks = p->blocks;
  p->args.n_blocks = n_blocks;
  return p;
}

static void
problem_free (Problem *p)
{
  for (guint b = 0; b < p->n_blocks; b++) {
    nn_aligned_free (p->blocks[b].weights);
    nn_aligned_free (p->blocks[b].bias);
  }
  g_free (p->blocks);
  g_free (p->tile_in);
  g_free (p->pixel_in);
  g_free (p->step_offset);
  g_free (p->out_offset);
  g_free (p->residual_offset);
  g_free (p->in_hi);
  g_free (p->in_lo);
  g_free (p->residual_hi);
  g_free (p->residual_lo);
  g_free (p->out_hi);
  g_free (p->out_lo);
  g_free (p->out_f32);
  g_free (p);
}

static void
problem_reset (Problem *p)
{
  for (gsize i = 0; i < p->out_size; i++) {
    p->out_hi[i] = p->out_lo[i] = GUARD;
    p->out_f32[i] = GUARD;
  }
}

/* Computes one output by the header's formula. *@scale is the sum of the terms' magnitudes. */
static gdouble
reference (const Problem *p, guint slot, const NnBf16Block *block, guint c, gdouble *scale)
{
  const NnBf16ConvArgs *a = &p->args;
  const guint halves = block->channels / 16, a_step = p->products == 3 ? 2 : 1;
  gdouble sum = block->bias[c];

  *scale = fabs (sum);
  for (guint s = 0; s < a->n_steps; s++) {
    const gsize at = (gsize)(a->pixel_in[slot] + block->first_input + a->step_offset[s]);
    const NnBf16 *step = block->weights + (gsize)s * a_step * halves * NN_BF16_WEIGHTS + c / 16 * NN_BF16_WEIGHTS;

    for (guint d = 0; d < NN_BF16_DEPTH; d++) {
      const gsize w = d / 2 * 32 + c % 16 * 2 + d % 2;
      const gdouble x = nn_bf16_to_float (p->in_hi[at + d]), y = nn_bf16_to_float (step[w]);
      gdouble product = x * y;

      if (p->products == 3)
        product += (gdouble)nn_bf16_to_float (p->in_lo[at + d]) * y
                   + x * nn_bf16_to_float (step[halves * NN_BF16_WEIGHTS + w]);
      sum += product;
      *scale += fabs (product);
    }
  }
  if (a->residual_hi) {
    const gsize at = (gsize)a->residual_offset[slot] + block->first_channel + c;

    sum += nn_bf16_to_float (p->residual_hi[at]);
    if (p->products == 3)
      sum += nn_bf16_to_float (p->residual_lo[at]);
  }
  return a->relu && sum < 0 ? 0 : sum;
}

static void
check_problem (Problem *p, const NnBf16Kernels *kernels)
{
  g_autofree guint8 *written = g_new0 (guint8, p->out_size);

  problem_reset (p);
  kernels->conv (&p->args, 0, p->n_tiles, 0, p->n_blocks);
  for (guint slot = 0; slot < 16 * p->n_tiles; slot++) {
    if (p->out_offset[slot] < 0)
      continue;
    for (guint b = 0; b < p->n_blocks; b++) {
      const NnBf16Block *block = &p->blocks[b];

      for (guint c = 0; c < block->channels; c++) {
        const gsize at = (gsize)p->out_offset[slot] + block->first_channel + c;
        gdouble scale, got, tolerance;
        const gdouble want = reference (p, slot, block, c, &scale);

        tolerance = 2e-6 * (scale + 1);
        if (p->args.out_f32) {
          got = p->out_f32[at];
        } else {
          got = nn_bf16_to_float (p->out_hi[at]);
          if (p->products == 3)
            got += nn_bf16_to_float (p->out_lo[at]);
          /* The tolerance grows by half a unit in the last place of 8 bits, or of 16 bits for three products. */
          tolerance += fabs (want) * (p->products == 3 ? 1. / 65536 : 1. / 256);
        }
        written[at] = 1;
        if (!(fabs (got - want) <= tolerance))
          g_error ("%s: slot %u, channel %u: %g instead of %g", kernels->name, slot, block->first_channel + c, got,
                   want);
      }
    }
  }
  for (gsize i = 0; i < p->out_size; i++) {
    if (!written[i] || p->args.out_f32) {
      g_assert_cmpuint (p->out_hi[i], ==, GUARD);
      g_assert_cmpuint (p->out_lo[i], ==, GUARD);
    }
    if (!written[i] || !p->args.out_f32)
      g_assert_cmpfloat (p->out_f32[i], ==, GUARD);
    if (written[i] && !p->args.out_f32 && p->products == 1)
      g_assert_cmpuint (p->out_lo[i], ==, GUARD);
  }
}

/* The bits are the same however tiles and blocks are cut into calls. */
static void
check_cuts (Problem *p, const NnBf16Kernels *kernels)
{
  g_autofree NnBf16 *hi = g_memdup2 (p->out_hi, p->out_size * sizeof (NnBf16));
  g_autofree NnBf16 *lo = g_memdup2 (p->out_lo, p->out_size * sizeof (NnBf16));
  g_autofree gfloat *f32 = g_memdup2 (p->out_f32, p->out_size * sizeof (gfloat));

  for (guint outside = 0; outside < 2; outside++) {
    problem_reset (p);
    p->args.pixels_outside = outside;
    for (guint b = 0; b < p->n_blocks; b++)
      for (guint t = 0; t < p->n_tiles; t += 3)
        kernels->conv (&p->args, t, MIN (3, p->n_tiles - t), b, 1);
    g_assert_cmpmem (hi, p->out_size * sizeof (NnBf16), p->out_hi, p->out_size * sizeof (NnBf16));
    g_assert_cmpmem (lo, p->out_size * sizeof (NnBf16), p->out_lo, p->out_size * sizeof (NnBf16));
    g_assert_cmpmem (f32, p->out_size * sizeof (gfloat), p->out_f32, p->out_size * sizeof (gfloat));
  }
}

/* For kernels on vectors, the pixels may lie anywhere. */
static Problem *
random_problem (GRand *rand, const NnBf16Kernels *kernels)
{
  Problem *p = problem_new (rand, kernels, (guint)g_rand_int_range (rand, 1, 8), (guint)g_rand_int_range (rand, 1, 40),
                            (guint)g_rand_int_range (rand, 1, 4));

  for (guint i = 0; kernels->vectors && i < 16 * p->n_tiles; i++)
    p->pixel_in[i] = p->pixel_in[g_rand_int_range (rand, 0, (gint32)(16 * p->n_tiles))];
  return p;
}

static void
test_conv (gconstpointer data)
{
  const NnBf16Kernels *kernels = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (17);

  for (guint i = 0; i < 60; i++) {
    Problem *p = random_problem (rand, kernels);

    check_problem (p, kernels);
    check_cuts (p, kernels);
    problem_free (p);
  }
}

/* A NaN in a pixel's inputs reaches the outputs of that pixel and of no other, with or without ReLU. */
static void
test_nan (gconstpointer data)
{
  const NnBf16Kernels *kernels = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (18);
  Problem *p = problem_new (rand, kernels, 2, 1, 1);

  p->args.in_stride = NN_BF16_DEPTH;
  p->args.rows = 16;
  p->args.relu = TRUE;
  p->args.out_f32 = p->out_f32;
  g_free (p->in_hi);
  g_free (p->in_lo);
  random_split (rand, 32 * NN_BF16_DEPTH, &p->in_hi, &p->in_lo);
  p->args.in_hi = p->in_hi;
  p->args.in_lo = kernels->products == 3 ? p->in_lo : NULL;
  p->tile_in[0] = 0;
  p->tile_in[1] = 16 * NN_BF16_DEPTH;
  for (guint slot = 0; slot < 32; slot++)
    p->pixel_in[slot] = (gint32)slot * NN_BF16_DEPTH;
  p->in_hi[5 * NN_BF16_DEPTH + 7] = 0x7fc0;
  problem_reset (p);
  kernels->conv (&p->args, 0, 2, 0, 1);
  for (guint slot = 0; slot < 32; slot++) {
    for (guint c = 0; p->out_offset[slot] >= 0 && c < p->blocks[0].channels; c++) {
      const gfloat got = p->out_f32[p->out_offset[slot] + (gint32)c];

      g_assert_cmpint (isnan (got), ==, slot == 5);
    }
  }
  problem_free (p);
}

static gfloat
joined (const NnBf16Kernels *kernels, NnBf16 hi, NnBf16 lo)
{
  return kernels->products == 3 ? nn_bf16_to_float (hi) + nn_bf16_to_float (lo) : nn_bf16_to_float (hi);
}

static void
assert_split (const NnBf16Kernels *kernels, gfloat want, NnBf16 hi, NnBf16 lo)
{
  NnBf16 want_lo;

  g_assert_cmpuint (split (want, &want_lo), ==, hi);
  if (kernels->products == 3)
    g_assert_cmpuint (want_lo, ==, lo);
}

static void
check_max_pool_row (const NnBf16Kernels *kernels, const NnBf16PoolArgs *a, guint y)
{
  kernels->max_pool_row (a, y);
  for (guint x = 0; x < a->out_width; x++) {
    for (guint c = 0; c < a->channels; c++) {
      const gsize out = y * a->out_row + x * a->out_pixel + c;
      gfloat largest = -INFINITY;

      for (guint ky = 0; ky < a->window.kernel[0]; ky++)
        for (guint kx = 0; kx < a->window.kernel[1]; kx++) {
          const guint iy = y * a->window.stride[0] + ky * a->window.dilation[0] - a->window.pad[0];
          const guint ix = x * a->window.stride[1] + kx * a->window.dilation[1] - a->window.pad[1];
          const gsize at = iy * a->in_row + ix * a->in_pixel + c;

          if (iy < a->window.size[0] && ix < a->window.size[1]) /* negative ones are large */
            largest = fmaxf (largest, joined (kernels, a->in_hi[at], a->in_lo ? a->in_lo[at] : 0));
        }
      g_assert_cmpfloat (joined (kernels, a->out_hi[out], a->out_lo ? a->out_lo[out] : 0), ==, largest);
    }
  }
}

static void
test_pools (gconstpointer data)
{
  const NnBf16Kernels *kernels = data;
  const gboolean two = kernels->products == 3;
  const guint height = 7, width = 9, channels = 48;
  static const struct {
    guint kernel, stride, pad, dilation, rows;
  } windows[] = { { 3, 2, 1, 1, 4 }, { 2, 1, 0, 2, 5 }, { 3, 1, 2, 2, 7 }, { 1, 2, 0, 1, 4 } };
  g_autoptr (GRand) rand = g_rand_new_with_seed (19);
  g_autofree NnBf16 *hi = NULL, *lo = NULL, *other_hi = NULL, *other_lo = NULL;
  g_autofree NnBf16 *out_hi = NULL, *out_lo = NULL;
  const gsize n = (gsize)height * width * channels;
  NnBf16PoolArgs a = { .in_row = width * channels,
                       .in_pixel = channels,
                       .out_row = 5 * channels,
                       .out_pixel = channels,
                       .out_width = 5,
                       .channels = channels,
                       .window.size = { height, width } };

  random_split (rand, n, &hi, &lo);
  random_split (rand, n, &other_hi, &other_lo);
  random_split (rand, n, &out_hi, &out_lo);
  a.in_hi = hi;
  a.in_lo = two ? lo : NULL;
  a.out_hi = out_hi;
  a.out_lo = two ? out_lo : NULL;
  for (guint w = 0; w < G_N_ELEMENTS (windows); w++) {
    for (guint axis = 0; axis < 2; axis++) {
      a.window.kernel[axis] = windows[w].kernel;
      a.window.stride[axis] = windows[w].stride;
      a.window.pad[axis] = windows[w].pad;
      a.window.dilation[axis] = windows[w].dilation;
    }
    for (guint y = 0; y < windows[w].rows; y++)
      check_max_pool_row (kernels, &a, y);
  }

  kernels->average (hi, two ? lo : NULL, a.in_row, a.in_pixel, height, width, channels, out_hi, two ? out_lo : NULL);
  for (guint c = 0; c < channels; c++) {
    gfloat sum = 0;

    for (guint i = 0; i < height * width; i++)
      sum += joined (kernels, hi[i * channels + c], lo[i * channels + c]);
    assert_split (kernels, sum / ((gfloat)height * (gfloat)width), out_hi[c], out_lo[c]);
  }

  for (guint how = 0; how < 4; how++) {
    const gboolean relu = how & 1, both = how & 2;

    kernels->add (hi, two ? lo : NULL, both ? other_hi : NULL, both && two ? other_lo : NULL, n, relu, out_hi,
                  two ? out_lo : NULL);
    for (gsize i = 0; i < n; i++) {
      gfloat want = joined (kernels, hi[i], lo[i]);

      if (both)
        want += joined (kernels, other_hi[i], other_lo[i]);
      assert_split (kernels, relu && want < 0 ? 0 : want, out_hi[i], out_lo[i]);
    }
  }
}

/* The widths are around the 16 pixels that are rounded together. Nothing beyond the row is written. */
static void
check_input (const NnBf16Kernels *kernels, guint channels)
{
  static const guint widths[] = { 1, 2, 15, 16, 17, 32, 37 };
  const NnBf16 guard = 0x1234;
  g_autoptr (GRand) rand = g_rand_new_with_seed (20);

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++) {
    const guint width = widths[i], plane = width + 13;
    g_autofree gfloat *in = g_new (gfloat, (channels - 1) * plane + width);
    g_autofree NnBf16 *hi = g_new (NnBf16, channels * width + 1), *lo = g_new (NnBf16, channels * width + 1);

    for (guint j = 0; j < (channels - 1) * plane + width; j++)
      in[j] = random_float (rand);
    hi[channels * width] = lo[channels * width] = guard;
    kernels->input (in, plane, channels, width, hi, kernels->products == 3 ? lo : NULL);
    for (guint x = 0; x < width; x++)
      for (guint c = 0; c < channels; c++)
        assert_split (kernels, in[c * plane + x], hi[channels * x + c], lo[channels * x + c]);
    g_assert_cmphex (hi[channels * width], ==, guard);
    g_assert_cmphex (lo[channels * width], ==, guard);
  }
}

static void
test_input (gconstpointer data)
{
  check_input (data, 3);
  check_input (data, 1);
  check_input (data, 4);
}

/* Checks numbers of every kind. The expected values are the nearest numbers of 16 bits, found in float64. */
static void
test_bf16 (void)
{
  static const struct {
    guint32 in;
    NnBf16 out;
  } cases[] = {
    { 0x00000000, 0x0000 }, { 0x80000000, 0x8000 }, { 0x3f800000, 0x3f80 }, { 0x3f808000, 0x3f80 }, /* tie, even */
    { 0x3f818000, 0x3f82 },                                                                         /* tie, odd */
    { 0x3f808001, 0x3f81 }, { 0x3f807fff, 0x3f80 }, { 0xbf808001, 0xbf81 }, { 0x7f7fffff, 0x7f80 }, /* → ∞ */
    { 0x7f800000, 0x7f80 }, { 0xff800000, 0xff80 }, { 0x7f800001, 0x7fc0 },                         /* NaN, quiet */
    { 0x00000001, 0x0000 }, { 0x807fffff, 0x8000 },                                                 /* denormal */
    { 0x00800000, 0x0080 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gfloat x;

    memcpy (&x, &cases[i].in, sizeof x);
    g_assert_cmphex (nn_bf16_from_float (x), ==, cases[i].out);
  }
}

static NnBf16
random_bf16 (GRand *rand, guint kind)
{
  const NnBf16 mantissa = (NnBf16)(g_rand_int (rand) & 0x807f);

  switch (kind) {
  case 0: /* around 1 */
    return mantissa | (NnBf16)(g_rand_int_range (rand, 120, 134) << 7);
  case 1: /* tiny: products and sums that are denormal, denormal factors */
    return mantissa | (NnBf16)(g_rand_int_range (rand, 0, 90) << 7);
  case 2: /* huge: sums that are infinite, and NaN from them */
    return mantissa | (NnBf16)(g_rand_int_range (rand, 180, 256) << 7);
  default: /* anything */
    return (NnBf16)g_rand_int (rand);
  }
}

/* The fast way gives the bits of the definition. Where nothing is extreme, both are close to float64. */
static void
test_product (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (21);

  emulated_config (16);
  for (guint run = 0; run < 200; run++) {
    EmulatedTile a, b, d, before;

    for (guint r = 0; r < 16; r++)
      for (guint j = 0; j < 32; j++) {
        a.bf16[r][j] = random_bf16 (rand, run % 4);
        b.bf16[r][j] = g_rand_int_range (rand, 0, 5) ? random_bf16 (rand, run / 4 % 4) : 0;
      }
    for (guint r = 0; r < 16; r++)
      for (guint n = 0; n < 16; n++)
        d.f32[r][n] = random_float (rand);
    before = d;
    emulated_dpbf16 (&d, &a, &b);
    for (guint m = 0; m < 16; m++) {
      gfloat sums[32];

      emulated_row_exact (sums, a.bf16[m], &b);
      for (guint n = 0; n < 16; n++) {
        const gfloat want = flush (flush (before.f32[m][n]) + flush (sums[2 * n] + sums[2 * n + 1]));
        gdouble exact = before.f32[m][n], scale = 1;

        if (isnan (want))
          g_assert_true (isnan (d.f32[m][n]));
        else
          g_assert_cmpmem (&want, sizeof want, &d.f32[m][n], sizeof want);
        if (run % 4 || run / 4 % 4)
          continue;
        for (guint k = 0; k < 32; k++) {
          const gdouble product
              = (gdouble)nn_bf16_to_float (a.bf16[m][k]) * nn_bf16_to_float (b.bf16[k / 2][2 * n + k % 2]);

          exact += product;
          scale += fabs (product);
        }
        g_assert_cmpfloat (fabs (exact - want), <=, 1e-6 * scale);
      }
    }
  }
  emulated_config (0);
}

/* AMX gives the bits of the emulation. */
static void
test_same_bits (gconstpointer data)
{
  const NnBf16Kernels *amx = data;
  NnBf16Kernels emulated;
  g_autoptr (GRand) rand = g_rand_new_with_seed (22);

  nn_bf16_kernels_init_emulated (&emulated, amx->products);
  for (guint i = 0; i < 60; i++) {
    Problem *p = random_problem (rand, amx);
    g_autofree NnBf16 *hi = NULL, *lo = NULL;
    g_autofree gfloat *f32 = NULL;

    problem_reset (p);
    emulated.conv (&p->args, 0, p->n_tiles, 0, p->n_blocks);
    hi = g_memdup2 (p->out_hi, p->out_size * sizeof (NnBf16));
    lo = g_memdup2 (p->out_lo, p->out_size * sizeof (NnBf16));
    f32 = g_memdup2 (p->out_f32, p->out_size * sizeof (gfloat));
    problem_reset (p);
    amx->conv (&p->args, 0, p->n_tiles, 0, p->n_blocks);
    g_assert_cmpmem (hi, p->out_size * sizeof (NnBf16), p->out_hi, p->out_size * sizeof (NnBf16));
    g_assert_cmpmem (lo, p->out_size * sizeof (NnBf16), p->out_lo, p->out_size * sizeof (NnBf16));
    g_assert_cmpmem (f32, p->out_size * sizeof (gfloat), p->out_f32, p->out_size * sizeof (gfloat));
    problem_free (p);
  }
}

/* A step is 32 inputs: 18 steps are a 3×3 kernel over 64 channels. */
static void
bench (gconstpointer data)
{
  const NnBf16Kernels *kernels = data;
  static const guint steps[] = { 2, 7, 18, 36, 72, 144 };
  g_autoptr (GRand) rand = g_rand_new_with_seed (23);

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++) {
    Problem *p = problem_new (rand, kernels, 16, steps[i], 4);
    gdouble best = G_MAXDOUBLE, channels = 0;

    for (guint b = 0; b < p->n_blocks; b++)
      channels += p->blocks[b].channels;
    for (guint run = 0; run < 200; run++) {
      const gdouble start = nn_seconds ();

      kernels->conv (&p->args, 0, p->n_tiles, 0, p->n_blocks);
      best = MIN (best, nn_seconds () - start);
    }
    g_test_message ("%s: %u steps, %.0f channels: %.0f GFLOP/s of float32, %.0f of bfloat16", kernels->name, steps[i],
                    channels, 2. * 16 * p->n_tiles * channels * 32 * steps[i] / best * 1e-9,
                    2. * kernels->products * 16 * p->n_tiles * channels * 32 * steps[i] / best * 1e-9);
    problem_free (p);
  }
}

static void
skipped (gconstpointer data)
{
  g_test_skip ("this machine or this build has no such instructions");
}

static void
add (const gchar *name, const gchar *test, gconstpointer kernels, gboolean there, GTestDataFunc func)
{
  g_autofree gchar *path = g_strdup_printf ("/bf16/%s/%s", name, test);

  g_test_add_data_func (path, kernels, there ? func : skipped);
}

/* Adds the tests that every table of kernels must pass. */
static void
add_all (const gchar *name, const NnBf16Kernels *kernels, gboolean there)
{
  add (name, "conv", kernels, there, test_conv);
  add (name, "nan", kernels, there, test_nan);
  add (name, "pools", kernels, there, test_pools);
  add (name, "input", kernels, there, test_input);
}

int
main (int argc, char **argv)
{
  static const struct {
    const gchar *emulated, *amx;
    guint products;
  } precisions[] = { { "emulated-high", "amx-high", 3 }, { "emulated-medium", "amx-medium", 1 } };
  static NnBf16Kernels emulated[2], amx[2], vectors[2];
  const NnIsa isa = nn_cpu_level (NULL);
  gboolean there;

  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/bf16/bf16", test_bf16);
  g_test_add_func ("/bf16/product", test_product);
  for (guint i = 0; i < 2; i++) {
    there = isa >= NN_ISA_AMX && nn_bf16_kernels_init (&amx[i], isa, precisions[i].products) && !amx[i].vectors;
    nn_bf16_kernels_init_emulated (&emulated[i], precisions[i].products);
    add_all (precisions[i].emulated, &emulated[i], TRUE);
    add_all (precisions[i].amx, &amx[i], there);
    add (precisions[i].amx, "same-bits", &amx[i], there, test_same_bits);
    if (g_test_perf ())
      add (precisions[i].amx, "bench", &amx[i], there, bench);
  }
  nn_bf16_kernels_init_vectors_emulated (&vectors[0], 1);
  add_all ("emulated-vectors", &vectors[0], TRUE);
  there = isa >= NN_ISA_AVX512BF16 && nn_bf16_kernels_init (&vectors[1], NN_ISA_AVX512BF16, 1);
  add_all ("avx512bf16", &vectors[1], there);
  if (g_test_perf ())
    add ("avx512bf16", "bench", &vectors[1], there, bench);
  return g_test_run ();
}
