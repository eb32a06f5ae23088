/* gst-resnet: makes a plan
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan-format.h"

/**
 * NnPlanOptions: what nn_plan_new() makes a plan from
 * @batch: how many images at once are wanted; the plan may take fewer
 * @threads: how many threads will share the tasks; this changes only how the work is cut, and never a bit of the result
 * @format: the number format of the plan's images; the error is NN_ERROR_UNSUPPORTED where it has no kernel for a layer
 * @kernels: the format's table of kernels, which is copied
 * @weights: the weights of the graph; once the weights of a node are packed, the packed form stands for them
 * @limit: the least exact algorithm that is allowed; AUTO: there is no limit
 * @algorithms: one for each node, AUTO where the cost model decides; NULL: the cost model decides everywhere. A layer
 * that cannot be computed with the algorithm given is computed directly.
 * @workers: the threads that pack weights; NULL: the calling thread alone
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

/* Returns FALSE with NN_ERROR_UNSUPPORTED where the format has no kernel for a layer of the network; the error names
 * the layer. */
gboolean nn_plan_format_fits (const NnPlanFormat *format, const NnGraph *graph, GError **error);
/* Makes a plan of @graph, which must outlive it. Returns NULL with an error that names the layer. */
NnPlan *nn_plan_new (const NnGraph *graph, const NnPlanOptions *options, GError **error);
void nn_plan_free (NnPlan *plan);
