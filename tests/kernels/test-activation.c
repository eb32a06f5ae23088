/* gst-resnet: activations against their definitions
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "../nn/test-levels.h"
#include "kernels/activation.h"

#define GUARD 12345.678f
#define N_KINDS (NN_LAYER_ACTIVATION_GELU_TANH + 1)

static gdouble
definition (const NnLayerActivation *activation, gdouble x)
{
  const gdouble a = (gdouble)activation->a, b = (gdouble)activation->b;

  switch (activation->kind) {
  case NN_LAYER_ACTIVATION_NONE:
    return x;
  case NN_LAYER_ACTIVATION_CLIP:
    return MIN (MAX (x, a), b);
  case NN_LAYER_ACTIVATION_LEAKY_RELU:
    return x < 0 ? a * x : x;
  case NN_LAYER_ACTIVATION_HARD_SIGMOID:
    return MIN (MAX (a * x + b, 0), 1);
  case NN_LAYER_ACTIVATION_HARD_SWISH:
    return x * MIN (MAX (x / 6 + 0.5, 0), 1);
  case NN_LAYER_ACTIVATION_SIGMOID:
    return 1 / (1 + exp (-x));
  case NN_LAYER_ACTIVATION_SWISH:
    return x / (1 + exp (-a * x));
  case NN_LAYER_ACTIVATION_TANH:
    return tanh (x);
  case NN_LAYER_ACTIVATION_GELU:
    return x / 2 * (1 + erf (x / sqrt (2)));
  case NN_LAYER_ACTIVATION_GELU_TANH:
    return x / 2 * (1 + tanh (sqrt (2 / G_PI) * (x + 0.044715 * x * x * x)));
  }
  g_assert_not_reached ();
}

static NnLayerActivation
activation_of (NnLayerActivationKind kind)
{
  static const gfloat numbers[N_KINDS][2] = { [NN_LAYER_ACTIVATION_CLIP] = { -0.5f, 6 },
                                              [NN_LAYER_ACTIVATION_LEAKY_RELU] = { 0.1f, 0 },
                                              [NN_LAYER_ACTIVATION_HARD_SIGMOID] = { 0.2f, 0.5f },
                                              [NN_LAYER_ACTIVATION_SWISH] = { 1.5f, 0 } };

  return (NnLayerActivation){ kind, numbers[kind][0], numbers[kind][1] };
}

static void
test_values (gconstpointer level)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  NnActivationKernels kernels;

  nn_activation_kernels_init (&kernels, nn_cpu_level (level));
  for (NnLayerActivationKind kind = 0; kind < N_KINDS; kind++) {
    const NnLayerActivation activation = activation_of (kind);

    for (guint round = 0; round < 60; round++) {
      const gsize n = (gsize)g_rand_int_range (rand, 0, 150), shift = (gsize)g_rand_int_range (rand, 0, 4);
      const gdouble scale = exp2 (g_rand_double_range (rand, -12, 7));
      g_autofree gfloat *in = g_new (gfloat, n + shift + 1), *out = g_new (gfloat, n + shift + 1);

      for (gsize i = 0; i < n; i++)
        in[shift + i] = (gfloat)g_rand_double_range (rand, -scale, scale);
      out[shift + n] = GUARD;
      kernels.apply (&activation, in + shift, n, out + shift);
      g_assert_cmpfloat (out[shift + n], ==, GUARD);
      for (gsize i = 0; i < n; i++) {
        const gdouble want = definition (&activation, (gdouble)in[shift + i]);

        if (!(fabs (out[shift + i] - want) <= MAX (4e-7, 1e-6 * fabs (want))))
          g_error ("kind %d of %.9g: %.9g, should be %.9g", kind, (gdouble)in[shift + i], (gdouble)out[shift + i],
                   want);
      }
      /* The bits are the same in place and for each element by itself. */
      kernels.apply (&activation, in + shift, n, in + shift);
      g_assert_cmpint (memcmp (in + shift, out + shift, n * sizeof (gfloat)), ==, 0);
    }
  }
}

/* The bits of an element do not depend on where it lies. */
static void
test_places (gconstpointer level)
{
  NnActivationKernels kernels;
  gfloat in[70], all[70];

  nn_activation_kernels_init (&kernels, nn_cpu_level (level));
  for (guint i = 0; i < G_N_ELEMENTS (in); i++)
    in[i] = sinf ((gfloat)i) * 5;
  for (NnLayerActivationKind kind = 0; kind < N_KINDS; kind++) {
    const NnLayerActivation activation = activation_of (kind);

    kernels.apply (&activation, in, G_N_ELEMENTS (in), all);
    for (guint i = 0; i < G_N_ELEMENTS (in); i++) {
      gfloat one;

      kernels.apply (&activation, &in[i], 1, &one);
      g_assert_cmpint (memcmp (&one, &all[i], sizeof one), ==, 0);
    }
  }
}

static void
test_extremes (gconstpointer level)
{
  static const gfloat extremes[] = { 0, -0.f, 1e-30f, -1e-30f, 100, -100, 1e10f, -1e10f };
  NnActivationKernels kernels;

  nn_activation_kernels_init (&kernels, nn_cpu_level (level));
  for (NnLayerActivationKind kind = 0; kind < N_KINDS; kind++) {
    const NnLayerActivation activation = activation_of (kind);
    const gfloat nan = NAN;
    gfloat out;

    kernels.apply (&activation, &nan, 1, &out);
    g_assert_true (isnan (out));
    for (guint i = 0; i < G_N_ELEMENTS (extremes); i++) {
      const gdouble want = definition (&activation, (gdouble)extremes[i]);

      kernels.apply (&activation, &extremes[i], 1, &out);
      if (!(fabs (out - want) <= MAX (4e-7, 1e-6 * fabs (want))))
        g_error ("kind %d of %g: %g, should be %g", kind, (gdouble)extremes[i], (gdouble)out, want);
    }
  }
}

static void
test_speed (gconstpointer level)
{
  NnActivationKernels kernels;
  gfloat values[4096];

  nn_activation_kernels_init (&kernels, nn_cpu_level (level));
  for (NnLayerActivationKind kind = 0; kind < N_KINDS; kind++) {
    const NnLayerActivation activation = activation_of (kind);
    gint64 start;

    for (guint i = 0; i < G_N_ELEMENTS (values); i++)
      values[i] = sinf ((gfloat)i);
    start = g_get_monotonic_time ();
    for (guint i = 0; i < 1000; i++)
      kernels.apply (&activation, values, G_N_ELEMENTS (values), values);
    g_test_message ("%s, activation %d: %.3f ns an element", (const gchar *)level, kind,
                    (gdouble)(g_get_monotonic_time () - start) / G_N_ELEMENTS (values));
    g_assert_false (isnan (values[0]));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  test_add_levels ("activation", "values", test_values);
  test_add_levels ("activation", "places", test_places);
  test_add_levels ("activation", "extremes", test_extremes);
  if (g_test_perf ())
    test_add_levels ("activation", "speed", test_speed);
  return g_test_run ();
}
