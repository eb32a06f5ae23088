/* gst-resnet: who has the weights of a network that runs
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan/weight-store.h"

#include "base/nn-memory.h"

/* @tensor: the weights, or NULL where @packed stands for them; @owned: nothing else reads the tensor's bytes, which are
 * a file's memory, so they can be given back to the system */
typedef struct {
  GBytes *tensor;
  gboolean owned;
  NnPackedWeight *packed;
} Entry;

struct _NnWeightStore {
  const NnGraph *graph;
  Entry *entries; /* one for each node */
};

NnWeightStore *
nn_weight_store_new (NnGraph *graph)
{
  NnWeightStore *store = g_new0 (NnWeightStore, 1);

  store->graph = graph;
  store->entries = g_new0 (Entry, graph->nodes->len);
  for (guint i = 0; i < graph->nodes->len; i++) {
    NnNode *node = nn_graph_node (graph, i);

    if (node->op != NN_OP_CONV && node->op != NN_OP_LINEAR)
      continue;
    store->entries[i] = (Entry){ g_steal_pointer (&node->weight), node->owns_weight, NULL };
    node->owns_weight = FALSE;
  }
  return store;
}

void
nn_weight_store_free (NnWeightStore *store)
{
  if (!store)
    return;
  for (guint i = 0; i < store->graph->nodes->len; i++) {
    g_clear_pointer (&store->entries[i].tensor, g_bytes_unref);
    g_clear_pointer (&store->entries[i].packed, nn_packed_weight_unref);
  }
  g_free (store->entries);
  g_free (store);
}

static GBytes *
get_tensor (const NnWeightStore *store, guint index)
{
  const NnNode *node = nn_graph_node (store->graph, index);
  const Entry *entry = &store->entries[index];
  gsize size;
  gfloat *tensor;

  if (entry->tensor)
    return g_bytes_ref (entry->tensor);
  /* This does not overflow, since the tensor had as many bytes before. */
  size = (gsize)node->out_channels * (node->in_channels / node->groups) * node->kernel[0] * node->kernel[1]
         * sizeof (gfloat);
  tensor = nn_aligned_alloc (size);
  if (!tensor)
    return NULL;
  nn_packed_weight_unpack (entry->packed, node, tensor);
  return g_bytes_new_with_free_func (tensor, size, nn_aligned_free, tensor);
}

GBytes *
nn_weight_store_get (NnWeightStore *store, guint node)
{
  store->entries[node].owned = FALSE; /* whoever gets the reference reads it, too */
  return get_tensor (store, node);
}

NnPackedWeight *
nn_weight_store_pack (NnWeightStore *store, guint node, const NnPackedLayout *layout, NnPackedBlock *blocks,
                      NnWorkers *workers)
{
  Entry *entry = &store->entries[node];
  g_autoptr (GBytes) tensor = NULL;
  NnPackedWeight *packed;

  if (entry->packed && nn_packed_weight_is_like (entry->packed, layout, blocks)) {
    g_free (blocks);
    return nn_packed_weight_ref (entry->packed);
  }
  tensor = get_tensor (store, node);
  if (!tensor) {
    g_free (blocks);
    return NULL;
  }
  packed = nn_packed_weight_new (nn_graph_node (store->graph, node), g_bytes_get_data (tensor, NULL), layout, blocks,
                                 workers);
  g_clear_pointer (&tensor, g_bytes_unref);
  if (packed && packed->complete && (!entry->packed || g_atomic_int_get (&entry->packed->ref_count) == 1)) {
    nn_weight_drop (&entry->tensor, entry->owned);
    g_clear_pointer (&entry->packed, nn_packed_weight_unref);
    entry->packed = nn_packed_weight_ref (packed);
  }
  return packed;
}
