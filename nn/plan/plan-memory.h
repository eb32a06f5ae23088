/* gst-resnet: how much memory a plan may take
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* This is the limit of activations and scratch memory for each image of a batch, in bytes. ResNet-50 takes 0.2 GiB for
 * 1024 × 1024 pixels. */
#define NN_PLAN_MOST_FOR_IMAGE (G_GUINT64_CONSTANT (1) << 30)
/* Packed weights may be this many times as large as the graph's own, and may take this many bytes more for padding to
 * whole blocks of channels. */
#define NN_PLAN_MOST_OF_WEIGHTS 16
#define NN_PLAN_MOST_PADDING (G_GUINT64_CONSTANT (64) << 20)

/**
 * nn_plan_check_memory: checks what is known about the plan so far, before its memory is allocated
 * @n_threads: how many threads have scratch memory
 * Errors: NN_ERROR_TOO_LARGE with the figure and the limit
 */
gboolean nn_plan_check_memory (const NnPlan *plan, guint height, guint width, guint batch, guint n_threads,
                               GError **error);
/* Checks the weights that are packed so far in the same way. @weights: the size of the graph's own in bytes */
gboolean nn_plan_check_packed (const NnPlan *plan, guint64 weights, GError **error);
/* Returns the size of a graph's weights in bytes. */
guint64 nn_plan_weights_size (const NnGraph *graph);
