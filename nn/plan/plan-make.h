/* gst-resnet: makes a plan
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan-format.h"

/**
 * NnPlanOptions
 * @batch: the most images at once that are wanted; the plan may take fewer
 * @threads: how many will share the tasks; it changes only how the work is cut, never a bit of the result
 * @format: of the plan's images; NN_ERROR_UNSUPPORTED where the network has a layer that it has no kernel for
 * @kernels: the format's table, which is copied
 * @weights: of the graph; what is packed stands for a node's weights from then on
 * @limit: the least exact algorithm allowed; AUTO: no limit
 * @algorithms: one a node, AUTO where the cost model decides; NULL: it decides everywhere. One that a layer cannot be
 * computed with is the direct one.
 * @workers: who packs weights; NULL: the caller alone
 */
typedef struct {
  guint height, width, batch, threads;
  const NnPlanFormat *format;
  gconstpointer kernels;
  NnWeightStore *weights;
  NnAlgorithm limit;
  const NnAlgorithm *algorithms;
  NnWorkers *workers;
} NnPlanOptions;

/* FALSE with NN_ERROR_UNSUPPORTED: the network has a layer that the format has no kernel for; the error says which. */
gboolean nn_plan_format_fits (const NnPlanFormat *format, const NnGraph *graph, GError **error);
/* A plan of @graph, which must outlive it. NULL with an error that names the layer. */
NnPlan *nn_plan_new (const NnGraph *graph, const NnPlanOptions *options, GError **error);
void nn_plan_free (NnPlan *plan);
