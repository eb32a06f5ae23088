/* gst-resnet: what nn_model_tune() found, as a file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

#include "plan/plan-cache.h"

/* @algorithms: one a node, AUTO: not said. JSON, free with g_free(). */
gchar *nn_tuning_to_json (const NnModel *model, NnIsa isa, guint height, guint width, guint threads, guint batch,
                          const NnAlgorithm *algorithms);
