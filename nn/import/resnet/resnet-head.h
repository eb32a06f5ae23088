/* gst-resnet: the classifier at the end
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-layers.h"

gboolean nn_resnet_add_head (NnResnetBuilder *builder, GError **error);
