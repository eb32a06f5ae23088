/* gst-resnet: what a well-formed graph promises
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "graph/graph.h"

/* What a well-formed graph promises (input order, channel counts, weight sizes); the tests call it after each pass. */
gboolean nn_graph_check (const NnGraph *graph, GError **error);
