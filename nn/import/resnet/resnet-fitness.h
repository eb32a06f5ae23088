/* gst-resnet: whether the values can be evaluated
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-layers.h"

/* Values: what cannot be evaluated is an error, what may not be meant a warning. */
gboolean nn_resnet_check_fitness (const NnResnetBuilder *builder, GPtrArray *warnings, GError **error);
