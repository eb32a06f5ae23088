/* gst-resnet: the stem and the stages
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-layers.h"

gboolean nn_resnet_add_stem (NnResnetBuilder *builder, GError **error);
gboolean nn_resnet_add_stages (NnResnetBuilder *builder, GError **error);
