/* gst-resnet: the number formats: what plans and runs know of each
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/session.h>

#include "plan/plan-cache.h"
#include "plan/plan-format.h"
#include "run/run-format.h"

/**
 * NnNumberFormat: one number format
 * @precision: the precision that it computes; @name: the name of that precision
 * @is_tried: each model is tried: whether the format's results stay near enough to those of float32 (the contract), and
 * whether it is faster; @contract and @speed are the names of the two verdicts
 * @is_timed: whether only the speed of @plan is compared with float32's (the verdict is @speed); NULL: it never is
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

/* Returns the format in which a precision is computed where the machine and the network allow it; AUTO is HIGH. */
const NnNumberFormat *nn_number_format_get (NnPrecision precision);
/* Returns the name of a precision, AUTO included; NULL where there is no such precision. */
const gchar *nn_number_format_get_name (guint precision);
