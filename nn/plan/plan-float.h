/* gst-resnet: the number format float32, as plans see it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan/plan-format.h"

extern const NnPlanFormat nn_plan_float;
