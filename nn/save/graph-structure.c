/* gst-resnet: which ResNet's layers the nodes of a graph are
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "save/graph-structure.h"

#include <string.h>

/* No block of a ResNet is longer than this. A longer chain is not worth the time. */
#define MAX_CHAIN 256

/* A block, which is found from the sum at its end: the nodes between its input and the sum, in the order of execution.
 */
typedef struct {
  GArray *main, *shortcut; /* guint */
  guint input;             /* the node that both sides read */
} Block;

typedef struct {
  const NnGraph *graph;
  gchar **names;
  GArray *blocks; /* Block; the last block of the network comes first */
  gboolean average_shortcut;
} Namer;

static const NnNode *
node_at (const Namer *namer, guint index)
{
  return nn_graph_node (namer->graph, index);
}

static void set_name (Namer *namer, guint index, const gchar *format, ...) G_GNUC_PRINTF (3, 4);

static void
set_name (Namer *namer, guint index, const gchar *format, ...)
{
  va_list args;

  va_start (args, format);
  g_free (namer->names[index]);
  namer->names[index] = g_strdup_vprintf (format, args);
  va_end (args);
}

static gboolean
fail (const Namer *namer, guint index, const gchar *what, GError **error)
{
  g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: %s", node_at (namer, index)->name, what);
  return FALSE;
}

/* Whether the way back goes straight on from a node to its first input. It does for all nodes with one input, and for a
 * gate, whose first input is the gated side. */
static gboolean
is_straight (const NnNode *node)
{
  return node->op != NN_OP_INPUT && node->op != NN_OP_ADD && node->inputs[0] != NN_NO_NODE;
}

/* Returns @from and the nodes before it, up to and with the first sum or the network's input. */
static GArray *
chain_back (const Namer *namer, guint from)
{
  GArray *chain = g_array_new (FALSE, FALSE, sizeof (guint));

  for (;;) {
    g_array_append_val (chain, from);
    if (!is_straight (node_at (namer, from)) || chain->len == MAX_CHAIN)
      return chain;
    from = node_at (namer, from)->inputs[0];
  }
}

static guint
count_convolutions (const Namer *namer, GArray *chain)
{
  guint n = 0, i;

  for (i = 0; i < chain->len; i++)
    n += node_at (namer, g_array_index (chain, guint, i))->op == NN_OP_CONV;
  return n;
}

/* Cuts @chain before the node @end and reverses it, so that it is in the order of execution. */
static void
cut (GArray *chain, guint end)
{
  guint n = 0, i;

  while (n < chain->len && g_array_index (chain, guint, n) != end)
    n++;
  g_array_set_size (chain, n);
  for (i = 0; i < n / 2; i++) {
    guint other = g_array_index (chain, guint, n - 1 - i);

    g_array_index (chain, guint, n - 1 - i) = g_array_index (chain, guint, i);
    g_array_index (chain, guint, i) = other;
  }
}

static void
block_clear (gpointer data)
{
  Block *block = data;

  g_array_unref (block->main);
  g_array_unref (block->shortcut);
}

/* Finds the block that ends in the sum @add. */
static gboolean
find_block (Namer *namer, guint add, GError **error)
{
  const NnNode *node = node_at (namer, add);
  Block block = { chain_back (namer, node->inputs[0]), chain_back (namer, node->inputs[1]), NN_NO_NODE };
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  guint i, n_main, n_shortcut;

  for (i = 0; i < block.main->len; i++)
    g_hash_table_add (seen, GUINT_TO_POINTER (g_array_index (block.main, guint, i)));
  for (i = 0; i < block.shortcut->len && block.input == NN_NO_NODE; i++) {
    guint index = g_array_index (block.shortcut, guint, i);

    if (g_hash_table_contains (seen, GUINT_TO_POINTER (index)))
      block.input = index;
  }
  if (block.input == NN_NO_NODE) {
    block_clear (&block);
    return fail (namer, add, "the two sides of this sum have nothing in common", error);
  }
  cut (block.main, block.input);
  cut (block.shortcut, block.input);
  n_main = count_convolutions (namer, block.main);
  n_shortcut = count_convolutions (namer, block.shortcut);
  if (n_main < n_shortcut) {
    GArray *other = block.main;

    block.main = block.shortcut;
    block.shortcut = other;
  }
  g_array_append_val (namer->blocks, block);
  if (MAX (n_main, n_shortcut) < 2 || MAX (n_main, n_shortcut) > 3 || MIN (n_main, n_shortcut) > 1)
    return fail (namer, add, "this sum is not that of a block of two or three convolutions and a shortcut", error);
  return TRUE;
}

/* Names the convolutions on the gating side of a gate (squeeze and excite). A single one is efficient channel
 * attention. */
static void
name_gate (Namer *namer, guint from, guint stage, guint number)
{
  guint n = 2, at = from, n_layers = 0;

  for (; is_straight (node_at (namer, at)) && n_layers < 3; at = node_at (namer, at)->inputs[0]) {
    NnOp op = node_at (namer, at)->op;

    n_layers += op == NN_OP_CONV || op == NN_OP_LINEAR;
    if (op == NN_OP_GLOBAL_AVG_POOL)
      break;
  }
  for (; is_straight (node_at (namer, from)) && n; from = node_at (namer, from)->inputs[0])
    if (node_at (namer, from)->op == NN_OP_CONV || node_at (namer, from)->op == NN_OP_LINEAR) {
      if (n_layers == 1)
        set_name (namer, from, "layer%u.%u.se.conv", stage, number);
      else
        set_name (namer, from, "layer%u.%u.se.fc%u", stage, number, n);
      n = n_layers == 1 ? 0 : n - 1;
    }
}

static void
name_main (Namer *namer, GArray *chain, guint stage, guint number)
{
  guint n = 0, i;
  gboolean after = FALSE; /* whether a convolution came before */
  gboolean pre = FALSE;

  for (i = 0; i < chain->len; i++) {
    guint index = g_array_index (chain, guint, i);
    const NnNode *node = node_at (namer, index);

    if (node->op == NN_OP_BATCH_NORM) {
      pre |= n == 0 && !after;
      set_name (namer, index, "layer%u.%u.bn%u", stage, number, pre ? n + 1 : n);
    } else if (node->op == NN_OP_CONV) {
      set_name (namer, index, "layer%u.%u.conv%u", stage, number, ++n);
      after = TRUE;
    } else if (node->inputs[1] != NN_NO_NODE) {
      name_gate (namer, node->inputs[1], stage, number);
    }
  }
}

/* Whether it is the shortcut of He et al. 2015's option A: each output channel is one input channel or nothing. */
static gboolean
is_zero_padded (const NnNode *node)
{
  gsize n = g_bytes_get_size (node->weight) / sizeof (gfloat), i;
  const gfloat *weight = g_bytes_get_data (node->weight, NULL);

  if (node->bias || node->kernel[0] != 1 || node->kernel[1] != 1 || node->out_channels != 2 * node->in_channels)
    return FALSE;
  for (i = 0; i < n; i++)
    if (weight[i] != 0 && weight[i] != 1)
      return FALSE;
  return TRUE;
}

static void
name_shortcut (Namer *namer, GArray *chain, guint stage, guint number)
{
  guint shift = namer->average_shortcut, i;

  for (i = 0; i < chain->len; i++) {
    guint index = g_array_index (chain, guint, i);
    const NnNode *node = node_at (namer, index);

    if (node->op == NN_OP_CONV && chain->len == 1 && is_zero_padded (node))
      set_name (namer, index, "layer%u.%u.downsample", stage, number);
    else if (node->op == NN_OP_CONV)
      set_name (namer, index, "layer%u.%u.downsample.%u", stage, number, shift);
    else if (node->op == NN_OP_BATCH_NORM)
      set_name (namer, index, "layer%u.%u.downsample.%u", stage, number, shift + 1);
  }
}

/* A block that changes the number of channels or the size begins a stage. */
static gboolean
begins_stage (const Namer *namer, const Block *block)
{
  guint i;

  if (block->shortcut->len)
    return TRUE;
  for (i = 0; i < block->main->len; i++)
    if (node_at (namer, g_array_index (block->main, guint, i))->stride[0] != 1)
      return TRUE;
  return FALSE;
}

/* In a pre-activation network, a block whose shortcut starts after its first ReLU has its first BatchNorm before the
 * node that both sides read. Such a block ends in a convolution, while other blocks end in a BatchNorm. */
static gboolean
name_first_norm (Namer *namer, const Block *block, guint stage, guint number)
{
  guint last = g_array_index (block->main, guint, block->main->len - 1), norm;

  if (node_at (namer, block->input)->op != NN_OP_RELU || node_at (namer, last)->op != NN_OP_CONV)
    return FALSE;
  norm = node_at (namer, block->input)->inputs[0];
  if (node_at (namer, norm)->op != NN_OP_BATCH_NORM)
    return FALSE;
  set_name (namer, norm, "layer%u.%u.bn1", stage, number);
  return TRUE;
}

static void
name_blocks (Namer *namer)
{
  guint stage = 0, number = 0, i;

  for (i = namer->blocks->len; i-- > 0;) {
    const Block *block = &g_array_index (namer->blocks, Block, i);

    if (i + 1 == namer->blocks->len || begins_stage (namer, block)) {
      stage++;
      number = 0;
    }
    name_main (namer, block->main, stage, number);
    if (name_first_norm (namer, block, stage, number)) {
      guint k, n = 1;

      /* The other BatchNorms are counted from 2 on. */
      for (k = 0; k < block->main->len; k++)
        if (node_at (namer, g_array_index (block->main, guint, k))->op == NN_OP_BATCH_NORM)
          set_name (namer, g_array_index (block->main, guint, k), "layer%u.%u.bn%u", stage, number, ++n);
    }
    name_shortcut (namer, block->shortcut, stage, number);
    number++;
  }
}

/* Names the stem, from the first block back to the input. */
static gboolean
name_stem (Namer *namer, guint from, GError **error)
{
  static const gchar *const deep[][2] = { { "conv1.0", "conv1.1" }, { "conv1.3", "conv1.4" }, { "conv1.6", "bn1" } };
  g_autoptr (GArray) chain = chain_back (namer, from);
  guint n = count_convolutions (namer, chain), seen = 0, i;
  gboolean is_deep = n >= 3;

  if (node_at (namer, g_array_index (chain, guint, chain->len - 1))->op != NN_OP_INPUT || n < 1 || n > 4)
    return fail (namer, from, "what is before the first block is not a ResNet's stem", error);
  for (i = chain->len; i-- > 0;) {
    guint index = g_array_index (chain, guint, i);
    const NnNode *node = node_at (namer, index);
    gboolean is_conv = node->op == NN_OP_CONV;

    if (!is_conv && node->op != NN_OP_BATCH_NORM)
      continue;
    seen += is_conv;
    if (!seen || namer->names[index])
      continue;
    if (seen > (is_deep ? 3u : 1u))
      set_name (namer, index, is_conv ? "maxpool.0" : "maxpool.1");
    else if (is_deep)
      set_name (namer, index, "%s", deep[seen - 1][!is_conv]);
    else
      set_name (namer, index, is_conv ? "conv1" : "bn1");
  }
  return TRUE;
}

/* Goes from the classifier back to the first block, from one sum to the one before, and then names all. */
static gboolean
name_all (Namer *namer, GError **error)
{
  guint last = namer->graph->nodes->len - 1, at, i, k;
  const NnNode *node = node_at (namer, last);

  if (node->op != NN_OP_LINEAR)
    return fail (namer, last, "it does not end in a linear layer", error);
  set_name (namer, last, "fc");
  at = node->inputs[0];
  if (node_at (namer, at)->op != NN_OP_GLOBAL_AVG_POOL)
    return fail (namer, at, "the classifier does not follow a global average pool", error);
  at = node_at (namer, at)->inputs[0];
  for (;;) {
    guint norm = NN_NO_NODE, start = at;

    while (node_at (namer, at)->op == NN_OP_RELU || node_at (namer, at)->op == NN_OP_BATCH_NORM) {
      if (node_at (namer, at)->op == NN_OP_BATCH_NORM)
        norm = at;
      at = node_at (namer, at)->inputs[0];
    }
    if (node_at (namer, at)->op != NN_OP_ADD) {
      at = start;
      break;
    }
    if (norm != NN_NO_NODE && !namer->blocks->len)
      set_name (namer, norm, "norm");
    if (!find_block (namer, at, error))
      return FALSE;
    at = g_array_index (namer->blocks, Block, namer->blocks->len - 1).input;
  }
  if (!namer->blocks->len)
    return fail (namer, at, "there is no sum before the global average pool", error);
  for (i = 0; i < namer->blocks->len; i++) {
    GArray *shortcut = g_array_index (namer->blocks, Block, i).shortcut;

    for (k = 0; k < shortcut->len; k++) {
      NnOp op = node_at (namer, g_array_index (shortcut, guint, k))->op;

      namer->average_shortcut |= op != NN_OP_CONV && op != NN_OP_BATCH_NORM;
    }
  }
  name_blocks (namer);
  return name_stem (namer, at, error);
}

gchar **
nn_graph_name_resnet (const NnGraph *graph, GError **error)
{
  Namer namer = { .graph = graph };
  gboolean ok;

  namer.names = g_new0 (gchar *, graph->nodes->len);
  namer.blocks = g_array_new (FALSE, FALSE, sizeof (Block));
  g_array_set_clear_func (namer.blocks, block_clear);
  ok = name_all (&namer, error);
  g_array_unref (namer.blocks);
  if (ok)
    return namer.names;
  nn_graph_names_free (graph, namer.names);
  return NULL;
}

void
nn_graph_names_free (const NnGraph *graph, gchar **names)
{
  guint i;

  for (i = 0; names && i < graph->nodes->len; i++)
    g_free (names[i]);
  g_free (names);
}
