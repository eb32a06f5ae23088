/* gst-resnet: what a well-formed graph promises
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "graph/graph.h"

/* Checks what a well-formed graph promises: the order of inputs, the counts of channels, the sizes of weights. The
 * tests call it after each pass. */
gboolean nn_graph_check (const NnGraph *graph, GError **error);
