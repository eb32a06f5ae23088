/* gst-resnet: what nn_model_tune() found, as a file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

#include "plan/plan-cache.h"

/* Returns the JSON text of the file; free it with g_free(). @algorithms has one entry for each node; nodes with AUTO
 * are left out. */
gchar *nn_tuning_to_json (const NnModel *model, NnIsa isa, guint height, guint width, guint threads, guint batch,
                          const NnAlgorithm *algorithms);
