/* gst-resnet: what a graph computes, as a number
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "save/graph-fingerprint.h"

#define DIGEST 32

static void
add_bytes (GChecksum *sum, GBytes *bytes)
{
  gsize size = 0;
  const guchar *data = bytes ? g_bytes_get_data (bytes, &size) : NULL;
  guint64 length = bytes ? (guint64)size + 1 : 0;

  g_checksum_update (sum, (const guchar *)&length, sizeof length);
  if (size)
    g_checksum_update (sum, data, (gssize)size);
}

static void
add_node (GChecksum *sum, const NnNode *node, guint8 (*digests)[DIGEST])
{
  const guint numbers[] = { node->op,          node->in_channels,    node->out_channels, node->kernel[0],
                            node->kernel[1],   node->stride[0],      node->stride[1],    node->pad[0],
                            node->pad[1],      node->dilation[0],    node->dilation[1],  node->groups,
                            (guint)node->relu, node->pad_more[0],    node->pad_more[1],  (guint)node->count_pad,
                            (guint)node->same, node->activation.kind };
  const gfloat factors[] = { node->activation.a, node->activation.b };
  gfloat epsilon = node->op == NN_OP_BATCH_NORM ? (gfloat)node->bn_epsilon : 0;
  guint slots = nn_node_n_slots (node), i;
  const guint8 *first = NULL, *second = NULL;

  g_checksum_update (sum, (const guchar *)numbers, sizeof numbers);
  g_checksum_update (sum, (const guchar *)factors, sizeof factors);
  g_checksum_update (sum, (const guchar *)&epsilon, sizeof epsilon);
  add_bytes (sum, node->weight);
  add_bytes (sum, node->bias);
  add_bytes (sum, node->bn_gamma);
  add_bytes (sum, node->bn_beta);
  add_bytes (sum, node->bn_mean);
  add_bytes (sum, node->bn_variance);
  /* a + b is b + a, so the digests of a sum's inputs are taken in the order of their bytes. */
  if (node->op == NN_OP_ADD && slots == 2) {
    first = digests[node->inputs[0]];
    second = digests[node->inputs[1]];
    g_checksum_update (sum, memcmp (first, second, DIGEST) > 0 ? second : first, DIGEST);
    g_checksum_update (sum, memcmp (first, second, DIGEST) > 0 ? first : second, DIGEST);
    return;
  }
  for (i = 0; i < slots; i++)
    if (nn_node_get_input (node, i) != NN_NO_NODE)
      g_checksum_update (sum, digests[nn_node_get_input (node, i)], DIGEST);
}

gchar *
nn_graph_fingerprint (const NnGraph *graph)
{
  guint n = graph->nodes->len, i;
  guint8 (*digests)[DIGEST] = g_malloc0_n (n, DIGEST);
  GString *hex = g_string_new (NULL);

  for (i = 0; i < n; i++) {
    GChecksum *sum = g_checksum_new (G_CHECKSUM_SHA256);
    gsize length = DIGEST;

    add_node (sum, nn_graph_node (graph, i), digests);
    g_checksum_get_digest (sum, digests[i], &length);
    g_checksum_free (sum);
  }
  for (i = 0; n && i < DIGEST; i++)
    g_string_append_printf (hex, "%02x", digests[n - 1][i]);
  g_free (digests);
  return g_string_free (hex, FALSE);
}
