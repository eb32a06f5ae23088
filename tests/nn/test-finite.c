/* gst-resnet: what is not finite is found wherever it is
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <float.h>
#include <math.h>

#include "base/nn-finite.h"

#define N 1100

static void
test_each_place (void)
{
  const gfloat bad[] = { NAN, -NAN, INFINITY, -INFINITY };
  gfloat values[N + 1];

  for (guint i = 0; i <= N; i++)
    values[i] = 1;
  for (guint b = 0; b < G_N_ELEMENTS (bad); b++) {
    for (guint i = 0; i < N; i++) {
      values[1 + i] = bad[b];
      /* The values also begin at no multiple of a vector, and then the bad one also lies behind the last whole
       * vector. */
      g_assert_cmpuint (nn_find_not_finite (values, N), ==, MIN (i + 1, N));
      g_assert_cmpuint (nn_find_not_finite (values + 1, N), ==, i);
      values[1 + i] = 1;
    }
  }
}

static void
test_the_first (void)
{
  gfloat values[N] = { 0 };

  values[700] = INFINITY;
  values[701] = values[300] = NAN;
  g_assert_cmpuint (nn_find_not_finite (values, N), ==, 300);
}

static void
test_all_finite (void)
{
  const gfloat good[] = { 0, -0.0f, FLT_MAX, -FLT_MAX, FLT_MIN, FLT_TRUE_MIN, -FLT_TRUE_MIN };
  gfloat values[N];

  for (guint i = 0; i < N; i++)
    values[i] = good[i % G_N_ELEMENTS (good)];
  for (guint n = 0; n <= N; n++)
    g_assert_cmpuint (nn_find_not_finite (values, n), ==, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/finite/each-place", test_each_place);
  g_test_add_func ("/finite/the-first", test_the_first);
  g_test_add_func ("/finite/all-finite", test_all_finite);
  return g_test_run ();
}
