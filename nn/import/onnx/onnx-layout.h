/* gst-resnet: NHWC graphs become NCHW ones
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "graph/graph.h"

/* A pass over a graph of PLAIN nodes: transposes of images move towards the output, through operators that work on
 * every element or on an axis, until they meet their inverse. An NHWC graph becomes an NCHW one. */
gboolean nn_graph_sink_transposes (NnGraph *graph, GError **error);
