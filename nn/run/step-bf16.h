/* gst-resnet: running the steps of a plan for one or two bfloat16 a number
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/run-format.h"

extern const NnRunFormat nn_run_bf16;
