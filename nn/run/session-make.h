/* gst-resnet: makes a session
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/session-private.h"

/* What is asked for, whether or not it keeps the contract and is fast; AUTO is HIGH. Precision highest where the level
 * or the network has nothing else. @init: who fills the table of kernels of any format but float32, its own where NULL.
 * @direct: float32 without Winograd's sums. */
NnSession *nn_session_make (NnModel *model, const NnSessionOptions *options, NnKernelsInit init, gboolean direct,
                            GError **error);
