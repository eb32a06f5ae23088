/* gst-resnet: gives a file's memory back while its weights are replaced
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Weights are views of one piece of memory, the whole file. It would otherwise stay until the last of them is replaced,
 * by folding or by packing. */
#include "graph/graph-release.h"
#include "base/nn-memory.h"

/* Numbers that a node reads; @node is the node whose weight they are, or NULL where they are something else. */
typedef struct {
  const guint8 *begin, *end;
  NnNode *node;
} Range;

static void
add_range (GArray *ranges, GBytes *bytes, NnNode *node)
{
  gsize size = 0;
  const guint8 *begin = bytes ? g_bytes_get_data (bytes, &size) : NULL;
  const Range range = { begin, begin + size, node };

  if (size > 0)
    g_array_append_val (ranges, range);
}

static gint
compare (gconstpointer a, gconstpointer b)
{
  const Range *x = a, *y = b;

  return x->begin < y->begin ? -1 : x->begin > y->begin;
}

void
nn_graph_own_file (NnGraph *graph, gconstpointer data, gsize size)
{
  g_autoptr (GArray) ranges = g_array_new (FALSE, FALSE, sizeof (Range));
  const guint8 *file = data, *highest = NULL;

  for (guint i = 0; i < graph->nodes->len; i++) {
    NnNode *node = nn_graph_node (graph, i);
    GBytes *const others[] = { node->bias, node->bn_gamma, node->bn_beta, node->bn_mean, node->bn_variance };

    add_range (ranges, node->weight, node);
    for (guint j = 0; j < G_N_ELEMENTS (others); j++)
      add_range (ranges, others[j], NULL);
    for (guint j = 0; node->constants && j < nn_node_n_slots (node); j++)
      if (node->constants[j])
        add_range (ranges, node->constants[j]->storage, NULL);
  }
  g_array_sort (ranges, compare);
  for (guint i = 0; i < ranges->len; i++) {
    const Range *r = &g_array_index (ranges, Range, i);
    const gboolean alone = highest <= r->begin && (i + 1 == ranges->len || r->end <= r[1].begin);

    if (r->node)
      r->node->owns_weight = alone && r->begin >= file && r->end <= file + size;
    highest = MAX (highest, r->end);
  }
}
