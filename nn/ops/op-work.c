/* gst-resnet: how much an operator has to compute
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ops/op-work.h"

#include "ops/op-window.h"
#include "ops/operator-attributes.h"
#include "ops/operator.h"

/* The products of one window of Conv or a pool, over all input channels that the window goes over. */
static gdouble
window_products (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, const gchar *type)
{
  const NnValue *weight = strcmp (type, "Conv") == 0 && n_inputs > 1 ? inputs[1] : NULL;
  gdouble n = weight && weight->n_dims > 1 ? (gdouble)weight->dims[1] : 1;
  NnOpWindow window;

  if (!inputs[0] || !nn_operator_get_window (op, inputs[0], weight, &window, NULL))
    return 0;
  for (guint i = 0; i < 3; i++)
    n *= (gdouble)window.kernel[i];
  return n;
}

gdouble
nn_operator_count_products (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, const NnValue *outputs)
{
  const gchar *type = nn_operator_get_type (op);
  const NnValue *a = n_inputs ? inputs[0] : NULL;
  gdouble n = (gdouble)outputs[0].n_elements;
  gint64 transposed = 0;

  if (strcmp (type, "Conv") == 0 || strcmp (type, "MaxPool") == 0 || strcmp (type, "AveragePool") == 0)
    return n * window_products (op, inputs, n_inputs, type);
  if (!a || !a->n_dims)
    return 0;
  if (strcmp (type, "MatMul") == 0)
    return n * (gdouble)a->dims[a->n_dims - 1];
  if (strcmp (type, "Gemm") == 0) {
    nn_operator_get_int (op, "transA", &transposed);
    return n * (gdouble)a->dims[transposed ? 0 : a->n_dims - 1];
  }
  return 0;
}
