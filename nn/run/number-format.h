/* gst-resnet: the number formats: what plans and runs know of each
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/session.h>

#include "plan/plan-cache.h"
#include "plan/plan-format.h"
#include "run/run-format.h"

/**
 * NnNumberFormat
 * @precision: the precision that it computes; @name: what that is called
 * @is_tried: whether it stays inside the contract beside float32 is tried for each model, and so is its speed;
 * @contract and @speed are what the verdicts are called
 * @is_timed: its speed beside float32 alone is tried, for kernels that this says of; @speed
 */
typedef struct {
  NnPrecision precision;
  const gchar *name;
  const NnPlanFormat *plan;
  const NnRunFormat *run;
  gboolean is_tried;
  gboolean (*is_timed) (const NnPlan *plan);
  NnTrial contract, speed;
} NnNumberFormat;

/* What a precision is computed with where the machine and the network allow it; AUTO is HIGH. */
const NnNumberFormat *nn_number_format_get (NnPrecision precision);
/* What a precision is called, also AUTO; NULL: there is no such precision. */
const gchar *nn_number_format_get_name (guint precision);
