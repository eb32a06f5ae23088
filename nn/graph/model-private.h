/* gst-resnet: what the session may see of a model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/model.h>

#include "graph/graph.h"

/* The folded and fused graph; belongs to the model. */
const NnGraph *nn_model_get_graph (const NnModel *model);
