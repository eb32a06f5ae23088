/* gst-resnet: softmax, sigmoid and top-k, their hard cases first
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/topk.h>
#include <string.h>

static void
test_softmax_extremes (void)
{
  const gfloat large[] = { 3e38f, -3e38f, 3e38f, 0 };
  const gfloat nan[] = { 1, NAN, 3 };
  const gfloat inf[] = { 1, INFINITY, 3 };
  const gfloat minus_inf[] = { -INFINITY, -INFINITY };
  gfloat y[4];

  nn_activate (NN_ACTIVATION_SOFTMAX, large, 4, y);
  g_assert_cmpfloat (y[0], ==, 0.5);
  g_assert_cmpfloat (y[1], ==, 0);
  g_assert_cmpfloat (y[2], ==, 0.5);
  nn_activate (NN_ACTIVATION_SOFTMAX, nan, 3, y);
  g_assert_true (isnan (y[0]) && isnan (y[1]) && isnan (y[2]));
  nn_activate (NN_ACTIVATION_SOFTMAX, inf, 3, y);
  g_assert_cmpfloat (y[1], ==, 1);
  g_assert_cmpfloat (y[0], ==, 0);
  nn_activate (NN_ACTIVATION_SOFTMAX, minus_inf, 2, y);
  g_assert_cmpfloat (y[0], ==, 0.5);
}

static void
test_softmax (void)
{
  gfloat x[] = { 1, 2, 3, -4 };
  gdouble sum = 0, total = 0;
  gfloat y[4];

  for (guint i = 0; i < 4; i++)
    total += exp (x[i]);
  nn_activate (NN_ACTIVATION_SOFTMAX, x, 4, y);
  for (guint i = 0; i < 4; i++) {
    g_assert_cmpfloat_with_epsilon (y[i], exp (x[i]) / total, 1e-7);
    sum += y[i];
  }
  g_assert_cmpfloat_with_epsilon (sum, 1, 1e-6);
  /* The softmax also works in place. */
  nn_activate (NN_ACTIVATION_SOFTMAX, x, 4, x);
  g_assert_cmpmem (x, sizeof x, y, sizeof y);
}

static void
test_sigmoid_and_none (void)
{
  const gfloat x[] = { -3e38f, -2, 0, 2, 3e38f };
  gfloat y[5];

  nn_activate (NN_ACTIVATION_SIGMOID, x, 5, y);
  g_assert_cmpfloat (y[0], ==, 0);
  g_assert_cmpfloat_with_epsilon (y[1], 1 / (1 + exp (2)), 1e-7);
  g_assert_cmpfloat (y[2], ==, 0.5);
  g_assert_cmpfloat_with_epsilon (y[3], 1 / (1 + exp (-2)), 1e-7);
  g_assert_cmpfloat (y[4], ==, 1);
  nn_activate (NN_ACTIVATION_NONE, x, 5, y);
  g_assert_cmpmem (x, sizeof x, y, sizeof y);
}

static void
test_topk_edges (void)
{
  const gfloat x[] = { NAN, 1, NAN, 2 };
  guint top[4] = { 9, 9, 9, 9 };

  g_assert_cmpuint (nn_topk (x, 4, 0, top), ==, 0);
  g_assert_cmpuint (nn_topk (x, 0, 3, top), ==, 0);
  g_assert_cmpuint (top[0], ==, 9);
  g_assert_cmpuint (nn_topk (x, 4, 7, top), ==, 4);
  g_assert_cmpuint (top[0], ==, 3);
  g_assert_cmpuint (top[1], ==, 1);
  g_assert_cmpuint (top[2], ==, 0);
  g_assert_cmpuint (top[3], ==, 2);
}

/* Compares with the definition: the values are sorted, and equal ones are in the order of their indices. */
static void
test_topk_ties (void)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (1);

  for (guint round = 0; round < 300; round++) {
    const guint n = (guint)g_rand_int_range (rand, 1, 60), k = (guint)g_rand_int_range (rand, 1, 12);
    gfloat x[60];
    guint top[12];
    guint found;

    for (guint i = 0; i < n; i++)
      x[i] = (gfloat)g_rand_int_range (rand, 0, 6);
    found = nn_topk (x, n, k, top);
    g_assert_cmpuint (found, ==, MIN (n, k));
    for (guint j = 0; j < found; j++) {
      guint ahead = 0;

      for (guint i = 0; i < n; i++)
        ahead += x[i] > x[top[j]] || (x[i] == x[top[j]] && i < top[j]);
      g_assert_cmpuint (ahead, ==, j);
    }
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/softmax/extremes", test_softmax_extremes);
  g_test_add_func ("/softmax/values", test_softmax);
  g_test_add_func ("/sigmoid-and-none", test_sigmoid_and_none);
  g_test_add_func ("/topk/edges", test_topk_edges);
  g_test_add_func ("/topk/ties", test_topk_ties);
  return g_test_run ();
}
