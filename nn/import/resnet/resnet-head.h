/* gst-resnet: the classifier at the end
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-chain.h"
#include "import/resnet/resnet-layers.h"

/* Appends the pool and the layers of @chain. If the chain is empty, the head is "fc" or fastai's. @warnings: gchar *
 * are appended that tell what is assumed because the file does not show it. */
gboolean nn_resnet_add_head (NnResnetBuilder *builder, const NnResnetChain *chain, GPtrArray *warnings, GError **error);
