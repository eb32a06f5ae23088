/* gst-resnet: makes a session
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/session-private.h"

/* Fills a table; FALSE: there is none. */
typedef gboolean (*NnBf16Init) (NnBf16Kernels *kernels, NnIsa isa, guint products);

/* What is asked for, whether or not it keeps the contract and is fast; @direct: float32 without Winograd's sums. */
NnSession *nn_session_make (NnModel *model, const NnSessionOptions *options, NnBf16Init init, gboolean direct,
                            GError **error);
