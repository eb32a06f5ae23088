/* gst-resnet: who has the weights of a network that runs
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * A folded graph gives the weights of its convolutions and fully connected layers to a store, and is never changed
 * afterwards. A weight is in memory once: as the tensor, or packed in a form that stands for it (packed-weight.h). The
 * store gives up a tensor once it is packed. It gives up a packed form once another one stands for the weights and no
 * plan uses the first. Only one thread at a time may use a store: that of a model is used under the lock of its plan
 * cache. */
#pragma once

#include "plan/packed-weight.h"

typedef struct _NnWeightStore NnWeightStore;

/* Takes the weights out of @graph's CONV and LINEAR nodes. The graph must outlive the store. */
NnWeightStore *nn_weight_store_new (NnGraph *graph);
void nn_weight_store_free (NnWeightStore *store);
/* Returns a new reference to the weights of a node: the tensor itself, or one that is unpacked from the form that
 * stands for it. Returns NULL where there is no memory. */
GBytes *nn_weight_store_get (NnWeightStore *store, guint node);
/* Packs the weights of a node, or returns a new reference to the packed form that is there already where it has the
 * same layout and blocks. The function takes ownership of @blocks; @workers are those of nn_packed_weight_new().
 * Returns NULL where there is no memory. */
NnPackedWeight *nn_weight_store_pack (NnWeightStore *store, guint node, const NnPackedLayout *layout,
                                      NnPackedBlock *blocks, NnWorkers *workers);
