/* gst-resnet: the seam between a plan and a number format
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-cpu.h"
#include "plan/plan.h"

/* Fills a format's table of kernels for a level. Returns FALSE where that level or this build has no such kernels.
 * @products: the products of the format. */
typedef gboolean (*NnKernelsInit) (gpointer kernels, NnIsa isa, guint products);

/**
 * NnPlanFormat: what a number format does while a plan is made
 * @kernels_size: the size of its table of kernels in bytes; @init: the function that fills this table
 * @products: how many products of stored numbers a product of two values takes; this picks the kernels of a family
 * @gap: how many elements are left free between pixels that would otherwise lie in each other's way in a cache
 * @fits: whether node @index can be computed; NULL means that every node can
 * @joins_pool: whether the loop of a convolution can compute its max pool, too; NULL means that it always can
 * @stages: decides how many images go through the layers together: it fills plan->batch, inner, split and which buffers
 * are whole
 * @buffers: called when the buffers have their sizes and the plan its stages, before the buffers are placed; NULL:
 * there is nothing to do
 * @conv: gives a step of a CONV or LINEAR node its kind, its tables and its packed weights
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
