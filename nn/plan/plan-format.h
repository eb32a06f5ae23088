/* gst-resnet: the seam between a plan and a number format
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-cpu.h"
#include "plan/plan.h"

/* Fills a format's table of kernels for a level; FALSE: there are none at that level, or in this build. @products: the
 * format's. */
typedef gboolean (*NnKernelsInit) (gpointer kernels, NnIsa isa, guint products);

/**
 * NnPlanFormat: what a number format does while a plan is made
 * @kernels_size: of its table of kernels, bytes; @init: fills that
 * @products: which of a family of kernels: products of stored numbers that a product of two values takes
 * @gap: elements between pixels that would otherwise lie in each other's way in a cache
 * @fits: whether node @index can be computed; NULL: every node can
 * @joins_pool: whether a convolution's loop can be its max pool's, too; NULL: always
 * @stages: how many images go through the layers together: fills plan->batch, inner, split and which buffers are whole
 * @buffers: after the buffers have their sizes and the plan its stages, before they are placed; NULL: nothing to do
 * @conv: fills a step of a CONV or LINEAR node with its kind, its tables and its packed weights
 */
typedef struct _NnPlanFormat {
  gsize kernels_size;
  NnKernelsInit init;
  guint products;
  guint gap;
  gboolean (*fits) (const NnGraph *graph, guint index);
  gboolean (*joins_pool) (const NnPlan *plan, const NnNode *conv);
  void (*stages) (NnPlan *plan, const NnGraph *graph, guint batch);
  gboolean (*buffers) (NnPlan *plan, const NnGraph *graph, GError **error);
  gboolean (*conv) (NnPlan *plan, NnStep *step, NnAlgorithm algorithm, guint threads, GError **error);
} NnPlanFormat;
