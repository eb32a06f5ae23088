/* gst-resnet: what people call the network
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-layers.h"

/* "ResNet-50", "ResNet (basic 2-2-2-2, width 32)"; free with g_free(). */
gchar *nn_resnet_describe (const NnResnetBuilder *builder);
