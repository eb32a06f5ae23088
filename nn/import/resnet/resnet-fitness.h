/* gst-resnet: whether the values can be evaluated
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-layers.h"

/* Checks the values of the tensors. A value that cannot be evaluated is an error; one that is probably not meant is
 * a warning. */
gboolean nn_resnet_check_fitness (const NnResnetBuilder *builder, GPtrArray *warnings, GError **error);
