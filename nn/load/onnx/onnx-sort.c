/* gst-resnet: an ONNX graph's names and order
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/onnx/onnx-sort.h"
#include "base/nn-hash.h"
#include "load/onnx/onnx-unpack.h"

#define NOT_A_NODE G_MAXUINT32

/* What is found from the names: which node makes which value. */
typedef struct {
  NnOnnx *onnx;
  const gchar *file;
  GHashTable *makers; /* name → the node's place + 1, as a pointer; NOT_A_NODE for a name that no node makes */
  guint n_nodes;
  gsize *first;     /* where each node's inputs begin in @sources, and one entry more for the end */
  guint32 *sources; /* for each input of each node: the node that makes it, or NOT_A_NODE */
} Sort;

static const NnOnnxNode *
node_at (const Sort *sort, guint place)
{
  return g_ptr_array_index (sort->onnx->nodes, place);
}

static gboolean
fail (const Sort *sort, guint place, GError **error, const gchar *what, const gchar *name, const gchar *rest)
{
  const NnOnnxNode *node = node_at (sort, place);
  g_autofree gchar *node_shown = nn_onnx_shown (node->name), *shown = nn_onnx_shown (name);

  g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: node %s (%s): %s %s %s", sort->file, node_shown, node->op_type,
               what, shown, rest);
  return FALSE;
}

static gboolean
add_outputs (Sort *sort, GError **error)
{
  for (guint i = 0; i < sort->n_nodes; i++) {
    const NnOnnxNode *node = node_at (sort, i);

    for (guint k = 0; k < node->n_outputs; k++) {
      const gchar *name = node->outputs[k];
      gpointer maker;

      if (!*name)
        continue;
      maker = g_hash_table_lookup (sort->makers, name);
      if (maker)
        return fail (sort, i, error, "its output", name,
                     GPOINTER_TO_UINT (maker) == NOT_A_NODE ? "is also an input or an initializer of the graph"
                                                            : "is also the output of another node, or twice its own");
      g_hash_table_insert (sort->makers, (gpointer)name, GUINT_TO_POINTER (i + 1));
    }
  }
  return TRUE;
}

static gboolean
find_sources (Sort *sort, gboolean *in_order, GError **error)
{
  gsize n = 0;

  *in_order = TRUE;
  for (guint i = 0; i < sort->n_nodes; i++) {
    const NnOnnxNode *node = node_at (sort, i);

    sort->first[i] = n;
    for (guint k = 0; k < node->n_inputs; k++, n++) {
      guint maker;

      sort->sources[n] = NOT_A_NODE;
      if (!*node->inputs[k])
        continue;
      maker = GPOINTER_TO_UINT (g_hash_table_lookup (sort->makers, node->inputs[k]));
      if (maker == 0)
        return fail (sort, i, error, "its input", node->inputs[k],
                     "is made by no node, and is no input and no initializer of the graph");
      if (maker == NOT_A_NODE)
        continue;
      if (maker - 1 == i)
        return fail (sort, i, error, "its input", node->inputs[k], "is its own output");
      sort->sources[n] = maker - 1;
      *in_order = *in_order && maker - 1 < i;
    }
  }
  sort->first[sort->n_nodes] = n;
  return TRUE;
}

/* Each node that is left (@waiting > 0) waits for another node that is left. A walk from one to the next must therefore
 * come to some node for a second time, and that node is on a cycle. */
static gboolean
fail_of_cycle (const Sort *sort, const gsize *waiting, GError **error)
{
  g_autofree guint8 *seen = g_new0 (guint8, sort->n_nodes);
  guint at = 0;

  while (waiting[at] == 0)
    at++;
  while (!seen[at]) {
    gsize k = sort->first[at];

    seen[at] = 1;
    while (sort->sources[k] == NOT_A_NODE || waiting[sort->sources[k]] == 0)
      k++;
    at = sort->sources[k];
  }
  return fail (sort, at, error, "its output", node_at (sort, at)->outputs[0],
               "is needed to make itself: the graph has a cycle");
}

/* This is Kahn's algorithm (Topological sorting of large networks, 1962), which is linear in nodes and inputs. */
static gboolean
reorder (Sort *sort, GError **error)
{
  const guint n = sort->n_nodes;
  g_autofree gsize *waiting = g_new0 (gsize, n);        /* the number of inputs that are still to be made */
  g_autofree gsize *user_first = g_new0 (gsize, n + 2); /* where each node's users begin in @users */
  g_autofree guint32 *users = g_new (guint32, MAX (sort->first[n], 1));
  g_autofree guint32 *order = g_new (guint32, n);
  g_autofree gpointer *sorted = NULL;
  guint n_ready = 0;

  for (guint i = 0; i < n; i++)
    for (gsize k = sort->first[i]; k < sort->first[i + 1]; k++)
      if (sort->sources[k] != NOT_A_NODE) {
        waiting[i]++;
        user_first[sort->sources[k] + 2]++;
      }
  for (guint i = 2; i < n + 2; i++)
    user_first[i] += user_first[i - 1];
  /* This moves user_first[s + 1] from the start of the users of s to their end, which is the start of the next node's
   * users. */
  for (guint i = 0; i < n; i++)
    for (gsize k = sort->first[i]; k < sort->first[i + 1]; k++)
      if (sort->sources[k] != NOT_A_NODE)
        users[user_first[sort->sources[k] + 1]++] = i;

  for (guint i = 0; i < n; i++)
    if (waiting[i] == 0)
      order[n_ready++] = i;
  for (guint done = 0; done < n_ready; done++)
    for (gsize k = user_first[order[done]]; k < user_first[order[done] + 1]; k++)
      if (--waiting[users[k]] == 0)
        order[n_ready++] = users[k];
  if (n_ready < n)
    return fail_of_cycle (sort, waiting, error);

  sorted = g_new (gpointer, n);
  for (guint i = 0; i < n; i++)
    sorted[i] = sort->onnx->nodes->pdata[order[i]];
  for (guint i = 0; i < n; i++)
    sort->onnx->nodes->pdata[i] = sorted[i];
  return TRUE;
}

gboolean
nn_onnx_sort (NnOnnx *onnx, const gchar *file, GError **error)
{
  g_autoptr (GHashTable) makers = g_hash_table_new (nn_name_hash, g_str_equal);
  g_autofree gsize *first = g_new (gsize, onnx->nodes->len + 1);
  g_autofree guint32 *sources = NULL;
  Sort sort = { onnx, file, makers, onnx->nodes->len, first, NULL };
  GHashTableIter iter;
  gpointer name;
  gsize n_inputs = 0;
  gboolean in_order;

  for (guint i = 0; i < onnx->inputs->len; i++)
    g_hash_table_insert (makers, ((NnOnnxValue *)g_ptr_array_index (onnx->inputs, i))->name,
                         GUINT_TO_POINTER (NOT_A_NODE));
  g_hash_table_iter_init (&iter, onnx->initializers);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_hash_table_insert (makers, name, GUINT_TO_POINTER (NOT_A_NODE));
  for (guint i = 0; i < sort.n_nodes; i++)
    n_inputs += node_at (&sort, i)->n_inputs;
  sort.sources = sources = g_new (guint32, MAX (n_inputs, 1));

  if (!add_outputs (&sort, error) || !find_sources (&sort, &in_order, error))
    return FALSE;
  for (guint i = 0; i < onnx->outputs->len; i++) {
    const NnOnnxValue *output = g_ptr_array_index (onnx->outputs, i);

    if (!g_hash_table_contains (makers, output->name)) {
      g_autofree gchar *shown = nn_onnx_shown (output->name);

      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: the graph's output %s is made by no node", file, shown);
      return FALSE;
    }
  }
  return in_order || reorder (&sort, error);
}
