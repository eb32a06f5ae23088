/* gst-resnet: which of the ways to compute a network a session takes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/plan-session.h"

/* Our own engine. */
extern const NnEngine nn_engine_plans;

/* nn_session_new() with other kernels than the format's own for any format but float32: the tests' emulated ones.
 * Without @probe HIGH and AUTO run as high also where that leaves the contract, and MEDIUM as medium also where that is
 * slower. */
NnSession *nn_session_new_with_kernels (NnModel *model, const NnSessionOptions *options, NnKernelsInit init,
                                        gboolean probe, GError **error);
