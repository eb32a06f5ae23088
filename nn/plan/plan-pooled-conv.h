/* gst-resnet: a max pool in the loop of the convolution before it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan.h"

/* Decides which convolutions compute their max pools, too, and marks their buffers as in_rows. This must be called
 * before the plan has its stages. */
void nn_plan_join_pools (NnPlan *plan, const NnGraph *graph, guint threads);
/* Fills step->pooled of such a CONV step. */
void nn_plan_pool_rows (NnPlan *plan, NnStep *step, const NnNode *pool, guint threads);
void nn_plan_pool_rows_clear (NnStep *step);
/* Writes to @band which of the pool's rows task number @task computes. */
void nn_pooled_band (const NnPooledConv *pooled, guint task, NnPooledBand *band);
