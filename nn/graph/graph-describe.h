/* gst-resnet: what each node is, for people
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "graph/graph.h"

/* This is a pass: it fills each node's op_string. */
void nn_graph_finish (NnGraph *graph);
