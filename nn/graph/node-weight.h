/* gst-resnet: the forms in which a convolution's weights may be in memory
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A model's weights are in memory once: as the tensor, or packed for some kernels in a form that stands for it. Of a
 * model that has sessions all of this under the lock of its plan cache only. */
#pragma once

#include "graph/graph.h"

/* A CONV or LINEAR node's weights, a reference: its own ones, or unpacked from what it gave them away for. NULL: no
 * memory. */
GBytes *nn_node_get_weight (const NnNode *node);
/* Whether no plan uses the form that the node has: then another may take its place. */
gboolean nn_node_can_change_form (const NnNode *node);
/* Frees the form that the node has; the caller sets another. */
void nn_node_drop_form (NnNode *node);
