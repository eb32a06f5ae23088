/* gst-resnet: running the steps of a plan for float32
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "run/run-format.h"

extern const NnRunFormat nn_run_float;
