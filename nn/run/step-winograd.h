/* gst-resnet: runs a convolution planned as Winograd's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/run-state.h"

/* A WINOGRAD step's run and describe (run-format.h). */
void nn_winograd_run (NnRun *run);
const gchar *nn_winograd_describe (const NnPlan *plan, const NnStep *step);
