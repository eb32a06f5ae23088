/* gst-resnet: what people call the network
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-layers.h"

/* Gives the network a name for people, such as "ResNet-50" or "ResNet (basic 2-2-2-2, width 32)". Free it with
 * g_free(). */
gchar *nn_resnet_describe (const NnResnetBuilder *builder);
