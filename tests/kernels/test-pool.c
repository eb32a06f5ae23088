/* gst-resnet: pooling and element-wise bodies against their definitions
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "../nn/test-levels.h"
#include "base/nn-cpu.h"
#include "kernels/pool.h"

#define GUARD 12345.678f

typedef void (*Init) (NnPoolKernels *kernels);

static gfloat *
random_floats (GRand *rand, gsize n)
{
  gfloat *x = g_new (gfloat, n);

  for (gsize i = 0; i < n; i++)
    x[i] = (gfloat)g_rand_double_range (rand, -1, 1);
  return x;
}

/* Checks the mean or the maximum of each window against the definition. The output's size includes @more padding at the
 * bottom and at the right. */
static void
check_window (const NnPoolKernels *kernels, GRand *rand, gboolean with_nan, gboolean average)
{
  guint more;
  NnWindowArgs a = { .channels = (guint)g_rand_int_range (rand, 1, 140),
                     .window.size = { (guint)g_rand_int_range (rand, 1, 12), (guint)g_rand_int_range (rand, 1, 12) } };
  NnWindow *w = &a.window;
  guint out_height;
  g_autofree gfloat *in = NULL, *out = NULL;
  gsize out_size;

  for (guint d = 0; d < 2; d++) {
    w->kernel[d] = (guint)g_rand_int_range (rand, 1, 4);
    w->stride[d] = (guint)g_rand_int_range (rand, 1, 4);
    w->dilation[d] = (guint)g_rand_int_range (rand, 1, 4);
    w->pad[d] = (guint)g_rand_int_range (rand, 0, (gint32)(w->kernel[d] / 2) + 1);
    /* Makes the window no larger than the padded input. */
    while ((w->kernel[d] - 1) * w->dilation[d] >= w->size[d] + 2 * w->pad[d])
      w->kernel[d]--;
    w->pad[d] = MIN (w->pad[d], w->kernel[d] / 2);
    while ((w->kernel[d] - 1) * w->dilation[d] >= w->size[d] + 2 * w->pad[d])
      w->dilation[d]--;
  }
  more = g_rand_boolean (rand) && w->pad[0] + 1 < w->kernel[0] && w->pad[1] + 1 < w->kernel[1] && w->dilation[0] == 1
         && w->dilation[1] == 1;
  out_height = (w->size[0] + 2 * w->pad[0] + more - (w->kernel[0] - 1) * w->dilation[0] - 1) / w->stride[0] + 1;
  a.out_width = (w->size[1] + 2 * w->pad[1] + more - (w->kernel[1] - 1) * w->dilation[1] - 1) / w->stride[1] + 1;
  a.in_pixel = a.channels + 2;
  a.in_row = a.in_pixel * w->size[1] + 5;
  a.out_pixel = a.channels + 1;
  a.out_row = a.out_pixel * a.out_width + 3;
  in = random_floats (rand, a.in_row * w->size[0]);
  if (with_nan)
    in[g_rand_int_range (rand, 0, (gint32)(a.in_row * w->size[0]))] = NAN;
  for (guint i = 0; i < 8 && !average; i++)
    in[g_rand_int_range (rand, 0, (gint32)(a.in_row * w->size[0]))] = i % 2 ? INFINITY : -INFINITY;
  out_size = a.out_row * out_height;
  out = g_new (gfloat, out_size);
  for (gsize i = 0; i < out_size; i++)
    out[i] = GUARD;
  a.in = in;
  a.out = out;
  for (guint y = 0; y < out_height; y++)
    (average ? kernels->avg_pool_row : kernels->max_pool_row) (&a, y);

  for (guint y = 0; y < out_height; y++) {
    for (guint x = 0; x < a.out_width; x++) {
      for (guint c = 0; c <= a.channels; c++) {
        const gfloat got = out[y * a.out_row + x * a.out_pixel + c];
        gfloat want = -INFINITY;
        gdouble sum = 0;
        guint n = 0;

        if (c == a.channels) {
          g_assert_cmpfloat (got, ==, GUARD);
          continue;
        }
        for (guint ky = 0; ky < w->kernel[0]; ky++) {
          for (guint kx = 0; kx < w->kernel[1]; kx++) {
            const gint iy = (gint)(y * w->stride[0] + ky * w->dilation[0]) - (gint)w->pad[0];
            const gint ix = (gint)(x * w->stride[1] + kx * w->dilation[1]) - (gint)w->pad[1];
            gfloat value;

            if (iy < 0 || ix < 0 || iy >= (gint)w->size[0] || ix >= (gint)w->size[1])
              continue;
            value = in[(gsize)iy * a.in_row + (gsize)ix * a.in_pixel + c];
            sum += value;
            n++;
            if (isnan (value) || isnan (want))
              want = NAN;
            else
              want = MAX (want, value);
          }
        }
        /* A dilated window may lie in the padding alone. Then PyTorch's maximum is −∞ and its mean is NaN. */
        g_assert_true (n > 0 || w->dilation[0] > 1 || w->dilation[1] > 1);
        if (n == 0 && average)
          want = NAN;
        if (isnan (want))
          g_assert_true (isnan (got));
        else if (average)
          g_assert_cmpfloat_with_epsilon (got, sum / n, 1e-6);
        else
          g_assert_cmpfloat (got, ==, want);
      }
    }
  }
}

static void
test_max_pool (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (3);
  NnPoolKernels kernels;

  ((Init)data) (&kernels);
  for (guint i = 0; i < 300; i++)
    check_window (&kernels, rand, i % 3 == 0, FALSE);
}

static void
test_average_pool (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  NnPoolKernels kernels;

  ((Init)data) (&kernels);
  for (guint i = 0; i < 300; i++)
    check_window (&kernels, rand, i % 3 == 0, TRUE);
}

static void
test_scale (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  NnPoolKernels kernels;

  ((Init)data) (&kernels);
  for (guint channels = 1; channels < 40; channels++) {
    const guint n = (guint)g_rand_int_range (rand, 1, 9);
    g_autofree gfloat *in = random_floats (rand, n * channels);
    g_autofree gfloat *factors = random_floats (rand, channels);
    g_autofree gfloat *out = g_new (gfloat, n * channels + 1);

    out[n * channels] = GUARD;
    kernels.scale (in, factors, n, channels, out);
    g_assert_cmpfloat (out[n * channels], ==, GUARD);
    for (guint i = 0; i < n * channels; i++)
      g_assert_cmpfloat (out[i], ==, in[i] * factors[i % channels]);
  }
}

static void
test_sigmoid (gconstpointer data)
{
  const gfloat in[] = { 0, 1, -1, 20, -20, 200, -200, INFINITY, -INFINITY, NAN };
  gfloat out[G_N_ELEMENTS (in) + 1];
  NnPoolKernels kernels;

  ((Init)data) (&kernels);
  out[G_N_ELEMENTS (in)] = GUARD;
  kernels.sigmoid (in, G_N_ELEMENTS (in), out);
  g_assert_cmpfloat (out[G_N_ELEMENTS (in)], ==, GUARD);
  for (guint i = 0; i + 1 < G_N_ELEMENTS (in); i++)
    g_assert_cmpfloat_with_epsilon (out[i], 1 / (1 + exp (-(gdouble)in[i])), 1e-7);
  g_assert_true (isnan (out[G_N_ELEMENTS (in) - 1]));
}

static void
test_average (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (4);
  NnPoolKernels kernels, c;

  ((Init)data) (&kernels);
  nn_pool_kernels_init_c (&c);
  for (guint i = 0; i < 100; i++) {
    const guint channels = (guint)g_rand_int_range (rand, 1, 70), height = (guint)g_rand_int_range (rand, 1, 9),
                width = (guint)g_rand_int_range (rand, 1, 9);
    const gsize pixel = channels + 3, row = pixel * width + 4;
    g_autofree gfloat *in = random_floats (rand, row * height);
    g_autofree gfloat *out = g_new (gfloat, channels + 1);
    g_autofree gfloat *out_c = g_new (gfloat, channels + 1);

    out[channels] = GUARD;
    kernels.global_avg_pool (in, row, pixel, height, width, channels, out);
    c.global_avg_pool (in, row, pixel, height, width, channels, out_c);
    g_assert_cmpfloat (out[channels], ==, GUARD);
    g_assert_cmpmem (out, channels * sizeof (gfloat), out_c, channels * sizeof (gfloat));
    for (guint k = 0; k < channels; k++) {
      gdouble sum = 0;

      for (guint y = 0; y < height; y++) {
        for (guint x = 0; x < width; x++)
          sum += in[y * row + x * pixel + k];
      }
      g_assert_cmpfloat_with_epsilon (out[k], sum / (height * width), 1e-6);
    }
  }
}

static void
test_channel_norm (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (6);
  const gfloat epsilon = 1e-3f;
  NnPoolKernels kernels;

  ((Init)data) (&kernels);
  for (guint n = 1; n < 70; n++) {
    g_autofree gfloat *in = random_floats (rand, n), *scale = random_floats (rand, n), *bias = random_floats (rand, n);
    g_autofree gfloat *out = g_new (gfloat, n + 1);
    gdouble mean = 0, variance = 0;

    for (guint i = 0; i < n; i++) {
      in[i] += 5; /* far from zero, because the mean is taken out before anything is squared */
      mean += (gdouble)in[i] / n;
    }
    for (guint i = 0; i < n; i++)
      variance += (in[i] - mean) * (in[i] - mean) / n;
    out[n] = GUARD;
    kernels.channel_norm (in, n, epsilon, scale, bias, out);
    for (guint i = 0; i < n; i++)
      g_assert_cmpfloat_with_epsilon (out[i], (in[i] - mean) / sqrt (variance + epsilon) * scale[i] + bias[i], 2e-5);
    g_assert_cmpfloat (out[n], ==, GUARD);
  }
}

static void
test_add (gconstpointer data)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  NnPoolKernels kernels;

  ((Init)data) (&kernels);
  for (guint n = 1; n < 70; n++) {
    g_autofree gfloat *a = random_floats (rand, n);
    g_autofree gfloat *b = random_floats (rand, n);
    g_autofree gfloat *out = g_new (gfloat, n + 1);

    for (guint way = 0; way < 4; way++) {
      out[n] = GUARD;
      kernels.add (a, way & 1 ? b : NULL, n, way & 2, out);
      for (guint i = 0; i < n; i++) {
        const gfloat sum = way & 1 ? a[i] + b[i] : a[i];

        g_assert_cmpfloat (out[i], ==, way & 2 && sum < 0 ? 0 : sum);
      }
      g_assert_cmpfloat (out[n], ==, GUARD);
    }
  }
}

static void
add_level (const gchar *name, gboolean there, Init init)
{
  static const struct {
    const gchar *name;
    GTestDataFunc func;
  } tests[] = { { "max-pool", test_max_pool },        { "average-pool", test_average_pool },
                { "average", test_average },          { "scale", test_scale },
                { "sigmoid", test_sigmoid },          { "add", test_add },
                { "channel-norm", test_channel_norm } };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    test_add_at_level ("pool", name, tests[i].name, there, (gconstpointer)init, tests[i].func);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add_level ("c", TRUE, nn_pool_kernels_init_c);
#ifdef NN_HAVE_X86
  add_level ("avx2", nn_cpu_level (NULL) >= NN_ISA_AVX2, nn_pool_kernels_init_avx2);
  add_level ("avx512", nn_cpu_level (NULL) >= NN_ISA_AVX512, nn_pool_kernels_init_avx512);
#endif
  return g_test_run ();
}
