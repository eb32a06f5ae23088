/* gst-resnet: state dict → ResNet
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/resnet-builder.h"

#include <string.h>

#include "graph/resnet-private.h"

/* A name that could be a ResNet's, in a place where this one has nothing. */
static gboolean
check_all_used (const NnResnetBuilder *builder, GError **error)
{
  guint i;

  for (i = 0; i < builder->weights->tensors->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (builder->weights->tensors, i);
    gsize prefix = g_str_has_prefix (tensor->name, builder->survey.prefix) ? strlen (builder->survey.prefix) : 0;
    g_autofree gchar *shape = NULL;

    if (g_hash_table_contains (builder->used, tensor) || nn_resnet_is_harmless (tensor->name + prefix))
      continue;
    shape = nn_tensor_shape_string (tensor);
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                 "%s %s: unexpected beside the tensors of a ResNet whose classifier is the one linear layer %s",
                 tensor->name, shape, builder->survey.head);
    return FALSE;
  }
  return TRUE;
}

static guint64
count_parameters (const NnResnetBuilder *builder)
{
  guint64 n = 0;
  guint i;

  for (i = 0; i < builder->taken->len; i++) {
    const NnTaken *taken = &g_array_index (builder->taken, NnTaken, i);

    if (taken->role <= NN_ROLE_BETA)
      n += taken->tensor->n_elements;
  }
  return n;
}

static gboolean
build (NnResnetBuilder *builder, GError **error)
{
  g_autofree gchar *conv1 = NULL;

  if (!nn_resnet_survey (builder->weights, &builder->survey, error))
    return FALSE;
  /* No BatchNorm and no bias to have folded it into: it is BatchNorm that is missing. */
  conv1 = g_strconcat (builder->survey.prefix, "conv1", NULL);
  if (!nn_resnet_has (builder, conv1, "bias"))
    builder->survey.has_batch_norm = TRUE;
  return nn_resnet_add_stem (builder, error) && nn_resnet_add_stages (builder, error)
         && nn_resnet_add_head (builder, error) && check_all_used (builder, error);
}

NnGraph *
nn_resnet_build (const NnWeights *weights, gchar **architecture, guint64 *n_parameters, GPtrArray *warnings,
                 GError **error)
{
  NnResnetBuilder builder = { .weights = weights };
  g_autoptr (NnGraph) graph = nn_graph_new ();
  gboolean ok;

  builder.graph = graph;
  builder.taken = g_array_new (FALSE, FALSE, sizeof (NnTaken));
  builder.used = g_hash_table_new (NULL, NULL);
  builder.blocks = g_array_new (FALSE, FALSE, sizeof (NnResnetBlock));
  ok = build (&builder, error) && nn_graph_check (graph, error) && nn_resnet_check_fitness (&builder, warnings, error);
  if (ok) {
    *architecture = nn_resnet_describe (&builder);
    *n_parameters = count_parameters (&builder);
  }
  g_array_unref (builder.taken);
  g_hash_table_unref (builder.used);
  g_array_unref (builder.blocks);
  nn_resnet_survey_clear (&builder.survey);
  return ok ? g_steal_pointer (&graph) : NULL;
}
