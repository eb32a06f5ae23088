/* gst-resnet: activation functions and the largest values
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/topk.h>

/* softmax(x)[i] = exp (x[i] − max x) / Σ exp (x[j] − max x), so that every exponent is at most 0. The sum is float64.
 */
static void
softmax (const gfloat *x, gsize n, gfloat *y)
{
  gfloat max = -INFINITY;
  gdouble sum = 0;

  for (gsize i = 0; i < n; i++) {
    if (isnan (x[i])) {
      for (gsize j = 0; j < n; j++)
        y[j] = NAN;
      return;
    }
    max = MAX (max, x[i]);
  }
  /* Where the maximum is infinite, the values that are equal to it share the whole, as in the limit. */
  for (gsize i = 0; i < n; i++)
    sum += isinf (max) ? (x[i] == max) : exp ((gdouble)x[i] - max);
  for (gsize i = 0; i < n; i++)
    y[i] = (gfloat)((isinf (max) ? (x[i] == max) : exp ((gdouble)x[i] - max)) / sum);
}

/* σ(x) = 1 / (1 + exp (−x)). The sign of the exponent is chosen so that exp() cannot overflow. */
static gfloat
sigmoid (gfloat x)
{
  if (x >= 0)
    return (gfloat)(1 / (1 + exp (-(gdouble)x)));
  return (gfloat)(exp (x) / (1 + exp (x)));
}

void
nn_activate (NnActivation activation, const gfloat *logits, gsize n, gfloat *probabilities)
{
  switch (activation) {
  case NN_ACTIVATION_SOFTMAX:
    softmax (logits, n, probabilities);
    break;
  case NN_ACTIVATION_SIGMOID:
    for (gsize i = 0; i < n; i++)
      probabilities[i] = sigmoid (logits[i]);
    break;
  case NN_ACTIVATION_NONE:
  case NN_ACTIVATION_AUTO:
    for (gsize i = 0; i < n; i++)
      probabilities[i] = logits[i];
    break;
  }
}

/* Whether the value @b, which has the later index, goes before the value @a. */
static gboolean
before (gfloat b, gfloat a)
{
  return b > a || (isnan (a) && !isnan (b));
}

guint
nn_topk (const gfloat *values, gsize n, guint k, guint *indices)
{
  guint found = 0;

  if (k == 0)
    return 0;
  for (gsize i = 0; i < n; i++) {
    guint at = found;

    while (at > 0 && before (values[i], values[indices[at - 1]]))
      at--;
    if (at == k)
      continue;
    if (found < k)
      found++;
    for (guint j = found - 1; j > at; j--)
      indices[j] = indices[j - 1];
    indices[at] = (guint)i;
  }
  return found;
}
