/* gst-resnet: the choice of how a session computes a network
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/plan-session.h"

/* Our own engine, which executes plans. */
extern const NnEngine nn_engine_plans;

/* Works as nn_session_new() does, with other kernels than the format's own for any format but float32, so that tests
 * can use emulated ones. Without @probe, HIGH and AUTO run as high even where that leaves the contract, and MEDIUM runs
 * as medium even where that is slower. */
NnSession *nn_session_new_with_kernels (NnModel *model, const NnSessionOptions *options, NnKernelsInit init,
                                        gboolean probe, GError **error);
