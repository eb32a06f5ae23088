/* gst-resnet: from logits to an answer
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  NN_ACTIVATION_SOFTMAX,
  NN_ACTIVATION_SIGMOID,
  NN_ACTIVATION_NONE,
  NN_ACTIVATION_AUTO, /* what the model's end asks for: nn_model_resolve_activation() */
} NnActivation;

/* @activation: any but AUTO. @probabilities may be @logits. Softmax subtracts the maximum first, so it cannot overflow;
 * a NaN logit gives NaN everywhere. */
void nn_activate (NnActivation activation, const gfloat *logits, gsize n, gfloat *probabilities);

/* The indices of the @k largest of @n values into @indices, largest first; of equal values the lower index first; NaN
 * last. Returns min(k, n), the number written. Allocates nothing. */
guint nn_topk (const gfloat *values, gsize n, guint k, guint *indices);

G_END_DECLS
