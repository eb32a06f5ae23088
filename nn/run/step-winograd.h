/* gst-resnet: running a convolution that is planned as Winograd's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/run-state.h"

/* These are the functions run and describe of a WINOGRAD step (run-format.h). */
void nn_winograd_run (NnRun *run);
const gchar *nn_winograd_describe (const NnPlan *plan, const NnStep *step);
