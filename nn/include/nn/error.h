/* gst-resnet: the engine's error domain
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define NN_ERROR (nn_error_quark ())

/**
 * NnError:
 * @NN_ERROR_IO: the file could not be opened or read
 * @NN_ERROR_FORMAT: the bytes are not what the format promises (truncated, out of bounds, contradictory)
 * @NN_ERROR_UNSUPPORTED: well formed, but something this engine does not take
 * @NN_ERROR_UNSAFE: a pickle that names something outside the allow-list; nothing of it was run
 * @NN_ERROR_TOO_LARGE: a size over its cap
 * @NN_ERROR_ARCHITECTURE: the tensors are not those of a network this engine knows
 * @NN_ERROR_UNFIT: a network that cannot be evaluated (no statistics, non-finite weights, negative variances)
 * @NN_ERROR_LABELS: a label file that does not fit
 * @NN_ERROR_ARGUMENT: a value of the caller's outside its range
 *
 * Every message is one sentence that names the thing (file, tensor, property), the place and what would be right.
 */
typedef enum {
  NN_ERROR_IO,
  NN_ERROR_FORMAT,
  NN_ERROR_UNSUPPORTED,
  NN_ERROR_UNSAFE,
  NN_ERROR_TOO_LARGE,
  NN_ERROR_ARCHITECTURE,
  NN_ERROR_UNFIT,
  NN_ERROR_LABELS,
  NN_ERROR_ARGUMENT,
} NnError;

GQuark nn_error_quark (void);

G_END_DECLS
