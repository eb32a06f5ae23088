/* gst-resnet: which of the ways to compute a network a session takes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/session-make.h"

/* nn_session_new() with other bfloat16 kernels than nn_bf16_kernels_init()'s: the tests' emulated ones. Without @probe
 * HIGH and AUTO run as high also where that leaves the contract, and MEDIUM as medium also where that is slower. */
NnSession *nn_session_new_with_bf16 (NnModel *model, const NnSessionOptions *options, NnBf16Init init, gboolean probe,
                                     GError **error);
