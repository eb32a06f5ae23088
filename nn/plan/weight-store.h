/* gst-resnet: who has the weights of a network that runs
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A folded graph gives the weights of its convolutions and fully connected layers to a store, and is never changed
 * afterwards. A weight is in memory once: as the tensor, or packed in a form that stands for it (packed-weight.h). The
 * store gives a tensor up once it is packed, and the packed form once another stands for it and no plan uses the first.
 * Of one thread at a time: a model's is used under the lock of its plan cache. */
#pragma once

#include "plan/packed-weight.h"

typedef struct _NnWeightStore NnWeightStore;

/* Takes the weights of @graph's CONV and LINEAR nodes. The graph must outlive it. */
NnWeightStore *nn_weight_store_new (NnGraph *graph);
void nn_weight_store_free (NnWeightStore *store);
/* A node's weights, a reference: the tensor itself, or unpacked from what stands for it. NULL: there is no memory. */
GBytes *nn_weight_store_get (NnWeightStore *store, guint node);
/* A reference to what the node's weights are packed as already, where that is the same; else packs them. Takes @blocks
 * and has @workers as nn_packed_weight_new(). NULL: there is no memory. */
NnPackedWeight *nn_weight_store_pack (NnWeightStore *store, guint node, const NnPackedLayout *layout,
                                      NnPackedBlock *blocks, NnWorkers *workers);
