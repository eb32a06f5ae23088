/* gst-resnet: executes a convolution planned as Winograd's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "base/nn-workers.h"
#include "plan/plan.h"

/* @first: image of the batch that is image 0 of this pass, for buffers that are whole.
 * @scratch: plan->scratch_size floats a thread, @scratch_stride apart; @shared: plan->shared_scratch_size floats. */
void nn_winograd_step_run (NnWorkers *workers, const NnStep *step, gfloat *arena, gfloat *scratch, gsize scratch_stride,
                           gfloat *shared, guint first, guint images);
