/* gst-resnet tests: two ONNX graphs that compute the same
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "onnx-compare.h"

#include <math.h>
#include <nn/session.h>

#include "onnx-text.h"

#define TOLERANCE 2e-6f

NnModel *
onnx_compare_load (const gchar *text)
{
  g_autoptr (GBytes) bytes = onnx_text (text);
  GError *error = NULL;
  NnModel *model = nn_model_load_bytes (bytes, "x.onnx", &error);

  g_assert_no_error (error);
  return model;
}

/* Makes pixels of 0 to 255 where @pixels is TRUE, and else numbers between −2 and 2. */
static gfloat *
run (NnModel *model, guint height, guint width, gboolean pixels)
{
  const NnSessionOptions options
      = { .threads = 1, .height = height, .width = width, .precision = NN_PRECISION_HIGHEST };
  const gsize n = (gsize)3 * height * width;
  g_autofree gfloat *x = g_new (gfloat, n);
  gfloat *y = g_new (gfloat, nn_model_get_n_outputs (model));
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  GError *error = NULL;
  g_autoptr (NnSession) session = nn_session_new (model, &options, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    x[i] = pixels ? (gfloat)g_rand_int_range (rand, 0, 256) : (gfloat)g_rand_double_range (rand, -2, 2);
  nn_session_run (session, x, 1, y);
  return y;
}

void
onnx_compare (const gchar *text, const gchar *other_text, guint height, guint width, gboolean pixels)
{
  g_autoptr (NnModel) model = onnx_compare_load (text), other = onnx_compare_load (other_text);
  g_autofree gfloat *y = run (model, height, width, pixels), *expected = run (other, height, width, pixels);
  gfloat largest = 0;
  guint n = nn_model_get_n_outputs (model), i;

  g_assert_cmpuint (n, ==, nn_model_get_n_outputs (other));
  for (i = 0; i < n; i++)
    largest = fmaxf (largest, fabsf (expected[i]));
  g_assert_cmpfloat (largest, >, 0);
  for (i = 0; i < n; i++)
    if (!(fabsf (y[i] - expected[i]) <= TOLERANCE * largest))
      g_error ("%s\nat %u×%u: output %u is %g, should be %g", text, height, width, i, (gdouble)y[i],
               (gdouble)expected[i]);
}
