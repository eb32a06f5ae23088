/* gst-resnet: the number formats: what plans and runs know of each
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "run/number-format.h"

#include "plan/plan-bf16.h"
#include "plan/plan-float.h"
#include "run/step-bf16.h"
#include "run/step-float.h"

static gboolean
has_vectors (const NnPlan *plan)
{
  return nn_bf16_kernels (plan)->vectors;
}

static const NnNumberFormat formats[] = {
  [NN_PRECISION_AUTO] = { .name = "auto" },
  [NN_PRECISION_HIGHEST]
  = { .precision = NN_PRECISION_HIGHEST, .name = "highest", .plan = &nn_plan_float, .run = &nn_run_float },
  [NN_PRECISION_HIGH] = { .precision = NN_PRECISION_HIGH,
                          .name = "high",
                          .plan = &nn_plan_high,
                          .run = &nn_run_bf16,
                          .is_tried = TRUE,
                          .contract = NN_TRIAL_SPLIT,
                          .speed = NN_TRIAL_SPLIT_SPEED },
  [NN_PRECISION_MEDIUM] = { .precision = NN_PRECISION_MEDIUM,
                            .name = "medium",
                            .plan = &nn_plan_medium,
                            .run = &nn_run_bf16,
                            .is_timed = has_vectors,
                            .speed = NN_TRIAL_MEDIUM_SPEED },
};

const NnNumberFormat *
nn_number_format_get (NnPrecision precision)
{
  g_return_val_if_fail ((guint)precision < G_N_ELEMENTS (formats), &formats[NN_PRECISION_HIGHEST]);
  return &formats[precision == NN_PRECISION_AUTO ? NN_PRECISION_HIGH : precision];
}

const gchar *
nn_number_format_get_name (guint precision)
{
  return precision < G_N_ELEMENTS (formats) ? formats[precision].name : NULL;
}
