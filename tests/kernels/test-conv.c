/* gst-resnet: every convolution body against float64, with guards; -m perf: GFLOP/s of each
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "../nn/test-levels.h"
#include "base/nn-clock.h"
#include "base/nn-cpu.h"
#include "base/nn-memory.h"
#include "conv-avx512-emulated.h"
#include "kernels/conv.h"
#include "run/peak.h"

#define GUARD 12345.678f
#define GUARDS 32

typedef struct {
  const gchar *name;
  NnConvKernels kernels;
} Level;

/* A random problem and its memory. The input pixels lie anywhere and may overlap. @grouped: whether it is for a grouped
 * kernel; the length is then the number of inputs of a group. */
typedef struct {
  NnConvArgs args;
  gboolean grouped;
  gfloat *in, *out, *residual, *weights, *bias, *scratch;
  gint32 *in_offset, *out_offset, *residual_offset, *segment_offset;
  gsize in_size, out_size;
  guint n;
} Problem;

static gfloat *
random_floats (GRand *rand, gsize n)
{
  gfloat *x = nn_aligned_alloc0 ((n + 1) * sizeof (gfloat));

  for (gsize i = 0; i < n; i++)
    x[i] = (gfloat)g_rand_double_range (rand, -1, 1);
  return x;
}

static Problem *
problem_new (GRand *rand, const NnConvVariant *variant, gboolean grouped, guint channels, guint n, guint n_segments,
             guint length, gboolean residual, gboolean relu)
{
  Problem *p = g_new0 (Problem, 1);
  const gsize k = (gsize)n_segments * length;
  const guint out_pixel = channels + 16, gap = 7, read = grouped ? channels : length;

  p->n = n;
  p->grouped = grouped;
  /* The last segment of the last pixel ends where the allocation does, so that the sanitizers see a read past it. */
  p->in_size = (gsize)(n - 1) * 3 + (n_segments - 1) * (read + gap) + read;
  p->in = g_new (gfloat, p->in_size);
  for (gsize i = 0; i < p->in_size; i++)
    p->in[i] = (gfloat)g_rand_double_range (rand, -1, 1);
  p->weights = random_floats (rand, k * channels);
  p->bias = random_floats (rand, channels);
  p->out_size = (gsize)n * out_pixel + 2 * GUARDS;
  p->out = nn_aligned_alloc0 (p->out_size * sizeof (gfloat));
  p->residual = random_floats (rand, (gsize)n * (channels + 3));
  p->in_offset = g_new (gint32, n);
  p->out_offset = g_new (gint32, n);
  p->residual_offset = g_new (gint32, n);
  p->segment_offset = g_new (gint32, n_segments);
  for (guint i = 0; i < n; i++) {
    p->in_offset[i] = (gint32)(3 * i);
    p->out_offset[i] = (gint32)((n - 1 - i) * out_pixel);
    p->residual_offset[i] = (gint32)(i * (channels + 3));
  }
  for (guint s = 0; s < n_segments; s++)
    p->segment_offset[s] = (gint32)(s * (read + gap));
  if (variant->scratch)
    p->scratch = nn_aligned_alloc0 (variant->scratch (n_segments, length, channels) * sizeof (gfloat));
  p->args = (NnConvArgs){ .in = p->in,
                          .out = p->out + GUARDS,
                          .residual = residual ? p->residual : NULL,
                          .in_offset = p->in_offset,
                          .out_offset = p->out_offset,
                          .residual_offset = residual ? p->residual_offset : NULL,
                          .weights = p->weights,
                          .bias = p->bias,
                          .next = relu ? p->weights : NULL,
                          .segment_offset = p->segment_offset,
                          .n_segments = n_segments,
                          .segment_length = length,
                          .n_adjoining = n,
                          .channels = channels,
                          .relu = relu,
                          .scratch = p->scratch };
  return p;
}

static void
problem_free (Problem *p)
{
  g_free (p->in);
  nn_aligned_free (p->weights);
  nn_aligned_free (p->bias);
  nn_aligned_free (p->out);
  nn_aligned_free (p->residual);
  nn_aligned_free (p->scratch);
  g_free (p->in_offset);
  g_free (p->out_offset);
  g_free (p->residual_offset);
  g_free (p->segment_offset);
  g_free (p);
}

static void
problem_reset (Problem *p)
{
  for (gsize i = 0; i < p->out_size; i++)
    p->out[i] = GUARD;
}

static gdouble
weight_of (const Problem *p, guint segment, guint input, guint c)
{
  const NnConvArgs *a = &p->args;
  const gfloat *w = a->weights + (gsize)segment * a->segment_length * a->channels;

  if (!p->grouped)
    return w[input * a->channels + c];
  w = a->weights + ((gsize)(c / NN_CHANNEL_BLOCK) * a->n_segments + segment) * a->segment_length * NN_CHANNEL_BLOCK;
  return w[nn_conv_grouped_at (c % NN_CHANNEL_BLOCK, input % NN_CHANNEL_BLOCK)];
}

/* Computes one output in float64, straight from the header's formula. *@scale is the sum of the terms' magnitudes, with
 * which the rounding error grows. */
static gdouble
reference (const Problem *p, guint pixel, guint c, gdouble *scale)
{
  const NnConvArgs *a = &p->args;
  gdouble sum = a->bias[c];

  *scale = fabs (sum);
  for (guint s = 0; s < a->n_segments; s++) {
    const guint first = p->grouped ? c / a->segment_length * a->segment_length : 0;

    for (guint j = first; j < first + a->segment_length; j++) {
      const gdouble product
          = (gdouble)a->in[a->in_offset[pixel] + a->segment_offset[s] + (gint32)j] * weight_of (p, s, j, c);

      sum += product;
      *scale += fabs (product);
    }
  }
  if (a->residual)
    sum += a->residual[a->residual_offset[pixel] + (gint32)c];
  return a->relu && sum < 0 ? 0 : sum;
}

/* The bits are the same where the residual lies in the place that the sums are written to. */
static void
check_in_place (const NnConvVariant *variant, Problem *p, guint step)
{
  g_autofree gfloat *apart = g_memdup2 (p->out, p->out_size * sizeof (gfloat));
  NnConvArgs args = p->args;

  problem_reset (p);
  for (guint i = 0; i < p->n; i++)
    memcpy (args.out + args.out_offset[i], args.residual + args.residual_offset[i], args.channels * sizeof (gfloat));
  args.residual = args.out;
  args.residual_offset = args.out_offset;
  for (guint first = 0; first < p->n; first += step)
    variant->func (&args, first, MIN (step, p->n - first));
  g_assert_cmpmem (apart, p->out_size * sizeof (gfloat), p->out, p->out_size * sizeof (gfloat));
}

static void
check_written (const gchar *name, const Problem *p)
{
  g_autofree guint8 *written = g_new0 (guint8, p->out_size);

  for (guint i = 0; i < p->n; i++) {
    for (guint c = 0; c < p->args.channels; c++) {
      gdouble scale;
      const gdouble want = reference (p, i, c, &scale);
      const gsize at = (gsize)(GUARDS + p->out_offset[i] + (gint32)c);

      written[at] = 1;
      if (!(fabs (p->out[at] - want) <= 1e-6 * (scale + 1)))
        g_error ("%s: pixel %u of %u, channel %u of %u: %g instead of %g", name, i, p->n, c, p->args.channels,
                 p->out[at], want);
    }
  }
  for (gsize i = 0; i < p->out_size; i++) {
    if (!written[i])
      g_assert_cmpfloat (p->out[i], ==, GUARD);
  }
}

static void
check_problem (const gchar *name, const NnConvVariant *variant, Problem *p)
{
  const guint step = variant->fixed ? variant->pixels : p->n;

  problem_reset (p);
  for (guint first = 0; first < p->n; first += step)
    variant->func (&p->args, first, MIN (step, p->n - first));
  check_written (name, p);

  if (p->args.residual)
    check_in_place (variant, p, step);
  if (!variant->fixed) {
    /* The bits are the same when the kernel runs one pixel at a time. */
    g_autofree gfloat *all = g_memdup2 (p->out, p->out_size * sizeof (gfloat));

    problem_reset (p);
    for (guint i = 0; i < p->n; i++)
      variant->func (&p->args, i, 1);
    g_assert_cmpmem (all, p->out_size * sizeof (gfloat), p->out, p->out_size * sizeof (gfloat));
  }
}

static void
test_level (gconstpointer data)
{
  const Level *level = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);

  for (guint v = 0; v < level->kernels.n_variants; v++) {
    const NnConvVariant *variant = &level->kernels.variant[v];

    for (guint i = 0; i < 150; i++) {
      const guint channels
          = variant->channels ? variant->channels : NN_CHANNEL_BLOCK * (guint)g_rand_int_range (rand, 1, 6);
      Problem *p = problem_new (rand, variant, FALSE, channels, (guint)g_rand_int_range (rand, 1, i % 10 ? 27 : 200),
                                (guint)g_rand_int_range (rand, 1, 10), (guint)g_rand_int_range (rand, 1, 70),
                                g_rand_boolean (rand), g_rand_boolean (rand));

      check_problem (variant->name, variant, p);
      problem_free (p);
    }
  }
}

static void
test_grouped (gconstpointer data)
{
  const Level *level = data;
  const NnConvVariant *variant = &level->kernels.grouped;
  g_autoptr (GRand) rand = g_rand_new_with_seed (10);

  for (guint i = 0; i < 200; i++) {
    Problem *p = problem_new (
        rand, variant, TRUE, NN_CHANNEL_BLOCK, (guint)g_rand_int_range (rand, 1, i % 10 ? 27 : 200),
        (guint)g_rand_int_range (rand, 1, 30), 1u << i % 4, g_rand_boolean (rand), g_rand_boolean (rand));

    check_problem (variant->name, variant, p);
    problem_free (p);
  }
}

/* A value that is not finite stays in its group, and a block of zeros does not hide it. */
static void
test_grouped_nan (gconstpointer data)
{
  const Level *level = data;
  const NnConvVariant *variant = &level->kernels.grouped;
  g_autoptr (GRand) rand = g_rand_new_with_seed (11);

  for (guint group = 1; group <= NN_CONV_MAX_GROUP; group *= 2) {
    for (guint bad = 0; bad < NN_CHANNEL_BLOCK; bad++) {
      Problem *p = problem_new (rand, variant, TRUE, NN_CHANNEL_BLOCK, 7, 2, group, TRUE, TRUE);

      p->in[p->in_offset[6] + p->segment_offset[1] + (gint32)bad] = NAN;
      problem_reset (p);
      variant->func (&p->args, 6, 1);
      for (guint c = 0; c < NN_CHANNEL_BLOCK; c++)
        g_assert_cmpint (isnan (p->out[GUARDS + p->out_offset[6] + (gint32)c]), ==, c / group == bad / group);
      problem_free (p);
    }
  }
}

/* Sets the inputs around the image, which count as zeros. */
static void
fill_padding (Problem *p, gfloat value)
{
  const guint length = p->args.segment_length;

  for (guint y = 0; y < 5; y++)
    for (guint x = 0; x < 5; x++)
      for (guint j = 0; j < length && (y % 4 == 0 || x % 4 == 0); j++)
        p->in[(y * 5 + x) * length + j] = value;
}

/* The padding is not read, which is why it may be NaN. */
static void
test_image3 (gconstpointer data)
{
  const Level *level = data;
  const NnConvVariant *variant = &level->kernels.image3;
  g_autoptr (GRand) rand = g_rand_new_with_seed (12);

  for (guint i = 0; i < 60; i++) {
    const guint length = (guint)g_rand_int_range (rand, 1, 70);
    Problem *p = problem_new (rand, variant, FALSE, variant->channels, variant->pixels, 9, length,
                              g_rand_boolean (rand), g_rand_boolean (rand));

    g_free (p->in);
    p->in_size = (gsize)25 * length;
    p->in = g_new (gfloat, p->in_size);
    p->args.in = p->in;
    for (gsize j = 0; j < p->in_size; j++)
      p->in[j] = (gfloat)g_rand_double_range (rand, -1, 1);
    for (guint m = 0; m < 9; m++) {
      p->in_offset[m] = (gint32)((m / 3 * 5 + m % 3) * length);
      p->segment_offset[m] = p->in_offset[m];
    }
    fill_padding (p, NAN);
    problem_reset (p);
    variant->func (&p->args, 0, variant->pixels);
    fill_padding (p, 0);
    check_written (variant->name, p);
    if (p->args.residual)
      check_in_place (variant, p, p->n);
    problem_free (p);
  }
}

/* The order takes every place of a block exactly once. */
static void
test_grouped_order (void)
{
  for (guint group = 1; group <= NN_CONV_MAX_GROUP; group *= 2) {
    gboolean taken[NN_CONV_MAX_GROUP * NN_CHANNEL_BLOCK] = { FALSE };

    for (guint out = 0; out < NN_CHANNEL_BLOCK; out++) {
      for (guint in = out / group * group; in < out / group * group + group; in++) {
        const guint at = nn_conv_grouped_at (out, in);

        g_assert_cmpuint (at, <, group * NN_CHANNEL_BLOCK);
        g_assert_false (taken[at]);
        taken[at] = TRUE;
      }
    }
  }
}

/* max (0, NaN) is NaN in PyTorch, too: a broken model must not look like a working one. */
static void
test_nan (gconstpointer data)
{
  const Level *level = data;
  g_autoptr (GRand) rand = g_rand_new_with_seed (8);

  for (guint v = 0; v < level->kernels.n_variants; v++) {
    const NnConvVariant *variant = &level->kernels.variant[v];
    const guint channels = variant->channels ? variant->channels : NN_CHANNEL_BLOCK;
    Problem *p = problem_new (rand, variant, FALSE, channels, 9, 1, 5, FALSE, TRUE);

    p->in[3 * 4 + 4] = NAN; /* read by pixel 4 last, and by pixel 3 not at all */
    problem_reset (p);
    variant->func (&p->args, 0, 9);
    for (guint c = 0; c < channels; c++) {
      g_assert_true (isnan (p->out[GUARDS + p->out_offset[4] + (gint32)c]));
      g_assert_false (isnan (p->out[GUARDS + p->out_offset[3] + (gint32)c]));
    }
    problem_free (p);
  }
}

/* The kernel that measures the peak makes as many multiply-adds as it says: the number is proportional to the steps. */
static void
test_peak (gconstpointer data)
{
  const Level *level = data;
  const gdouble one = level->kernels.peak (1);

  g_assert_cmpfloat (level->kernels.peak (0), ==, 0);
  g_assert_cmpfloat (one, >, 0);
  g_assert_cmpfloat (level->kernels.peak (7), ==, 7 * one);
}

/* Times @n pixels, for which the problem has memory of 48, and takes the best of 200 runs. */
static void
bench_one (const NnConvVariant *variant, gboolean grouped, guint n, guint channels, guint n_segments, guint length,
           gdouble peak)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (9);
  Problem *p = problem_new (rand, variant, grouped, channels, 48, n_segments, length, TRUE, TRUE);
  const gdouble flops = 2. * n * channels * n_segments * length;
  gdouble best = G_MAXDOUBLE;

  /* The pixels begin at cache lines, as they do in a buffer. */
  for (guint i = 0; i < p->n; i++)
    p->in_offset[i] = (gint32)(i % 8 * NN_CHANNEL_BLOCK + (-(guintptr)p->in / sizeof (gfloat)) % NN_CHANNEL_BLOCK);
  for (guint s = 0; s < n_segments; s++)
    p->segment_offset[s] = (gint32)(s * length / NN_CHANNEL_BLOCK * NN_CHANNEL_BLOCK);
  for (guint run = 0; run < 200; run++) {
    const gdouble start = nn_seconds ();

    variant->func (&p->args, 0, n);
    best = MIN (best, nn_seconds () - start);
  }
  g_test_message ("%s: %u × %u, %u channels: %.1f GFLOP/s, %.2f of %.1f", variant->name, n_segments, length, channels,
                  flops / best * 1e-9, flops / best / peak, peak * 1e-9);
  problem_free (p);
}

static void
bench_level (gconstpointer data)
{
  const Level *level = data;
  static const guint segments[][2]
      = { { 3, 192 }, { 3, 384 }, { 3, 768 }, { 3, 1536 }, { 1, 64 }, { 1, 512 }, { 7, 21 } };
  const gdouble peak = nn_measure_peak (&level->kernels);

  for (guint v = 0; v < level->kernels.n_variants; v++) {
    const NnConvVariant *variant = &level->kernels.variant[v];
    const guint channels = variant->channels ? variant->channels : 64;

    for (guint i = 0; i < G_N_ELEMENTS (segments); i++)
      bench_one (variant, FALSE, 48, channels, segments[i][0], segments[i][1], peak);
  }
  if (level->kernels.image3.func)
    bench_one (&level->kernels.image3, FALSE, 9, level->kernels.image3.channels, 9, 256, peak);
  for (guint group = 1; level->kernels.grouped.func && group <= NN_CONV_MAX_GROUP; group *= 2)
    bench_one (&level->kernels.grouped, TRUE, 48, 64, 9, group, peak);
}

static Level levels[8];
static guint n_levels;

static void
add_level (const gchar *name, gboolean there, void (*init) (NnConvKernels *))
{
  Level *level = &levels[n_levels++];

  level->name = name;
  if (there)
    init (&level->kernels);
  test_add_at_level ("conv", name, "differential", there, level, test_level);
  test_add_at_level ("conv", name, "nan", there, level, test_nan);
  if (level->kernels.image3.func)
    test_add_at_level ("conv", name, "image3", there, level, test_image3);
  if (level->kernels.grouped.func) {
    test_add_at_level ("conv", name, "grouped-nan", there, level, test_grouped_nan);
    test_add_at_level ("conv", name, "grouped", there, level, test_grouped);
  }
  if (level->kernels.peak)
    test_add_at_level ("conv", name, "peak", there, level, test_peak);
  if (there && g_test_perf ())
    test_add_at_level ("conv", name, "bench", there, level, bench_level);
}

static void
init_openblas (NnConvKernels *kernels)
{
  g_assert_true (nn_conv_kernels_init_openblas (kernels));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/conv/grouped-order", test_grouped_order);
  add_level ("c", TRUE, nn_conv_kernels_init_c);
  add_level ("openblas", TRUE, init_openblas);
  add_level ("avx512-emulated", TRUE, nn_conv_kernels_init_avx512_emulated);
#ifdef NN_HAVE_X86
  add_level ("avx2", nn_cpu_level (NULL) >= NN_ISA_AVX2, nn_conv_kernels_init_avx2);
  add_level ("avx512", nn_cpu_level (NULL) >= NN_ISA_AVX512, nn_conv_kernels_init_avx512);
#endif
  return g_test_run ();
}
