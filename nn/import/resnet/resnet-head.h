/* gst-resnet: the classifier at the end
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "import/resnet/resnet-chain.h"
#include "import/resnet/resnet-layers.h"

/* The pool and the layers of @chain, or where it is empty "fc" or fastai's. @warnings: gchar * are appended: what is
 * taken that the file does not show. */
gboolean nn_resnet_add_head (NnResnetBuilder *builder, const NnResnetChain *chain, GPtrArray *warnings, GError **error);
