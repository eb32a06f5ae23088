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

/* Turns logits into confidences. @activation must not be AUTO. @probabilities may be @logits. Softmax subtracts the
 * maximum first, so it cannot overflow. A NaN logit gives NaN everywhere. */
void nn_activate (NnActivation activation, const gfloat *logits, gsize n, gfloat *probabilities);

/* Writes the indices of the @k largest of @n values into @indices, the largest first. Of equal values the lower index
 * comes first, and NaN comes last. Returns the number written, which is min(k, n). Allocates nothing. */
guint nn_topk (const gfloat *values, gsize n, guint k, guint *indices);

G_END_DECLS
