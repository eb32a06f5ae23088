/* gst-resnet: how much memory a plan may take
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Activations and scratch memory for each image of a batch. ResNet-50 takes 0.2 GiB for 1024 × 1024 pixels. */
#define NN_PLAN_MOST_FOR_IMAGE (G_GUINT64_CONSTANT (1) << 30)
/* Packed weights: so many times the graph's own, and so much for padding to whole blocks of channels. */
#define NN_PLAN_MOST_OF_WEIGHTS 16
#define NN_PLAN_MOST_PADDING (G_GUINT64_CONSTANT (64) << 20)

/**
 * nn_plan_check_memory: what is known of the plan so far, before it is allocated
 * @n_threads: of which each has scratch memory
 * Errors: NN_ERROR_TOO_LARGE with the figure and the limit
 */
gboolean nn_plan_check_memory (const NnPlan *plan, guint height, guint width, guint batch, guint n_threads,
                               GError **error);
/* The same of the weights that are packed so far. @weights: bytes of the graph's own */
gboolean nn_plan_check_packed (const NnPlan *plan, guint64 weights, GError **error);
/* Bytes of a graph's weights. */
guint64 nn_plan_weights_size (const NnGraph *graph);
