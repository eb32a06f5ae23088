/* gst-resnet: the way of a model file from bytes to a checked graph
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

#include "fuzz-common.h"

static inline int
fuzz_model (const guint8 *data, gsize size)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (NnModel) model = nn_model_load_bytes (bytes, "fuzz", &error);

  FUZZ_CHECK_RESULT (model, error);
  if (model) {
    g_autoptr (GError) size_error = NULL;
    GArray *layers = nn_model_get_layers (model, 32, 32, &size_error);

    FUZZ_CHECK_RESULT (layers, size_error);
    g_clear_pointer (&layers, g_array_unref);
  }
  return 0;
}
