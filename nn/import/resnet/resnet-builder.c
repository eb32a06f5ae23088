/* gst-resnet: state dict → ResNet
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/resnet/resnet-builder.h"

#include <string.h>

#include "graph/graph-check.h"
#include "import/resnet/resnet-describe.h"
#include "import/resnet/resnet-fitness.h"
#include "import/resnet/resnet-foreign.h"
#include "import/resnet/resnet-head.h"
#include "import/resnet/resnet-layers.h"
#include "import/resnet/resnet-names.h"
#include "import/resnet/resnet-stages.h"
#include "import/resnet/resnet-survey.h"

/* A name that could be a ResNet's, in a place where this one has nothing. */
static gboolean
check_all_used (const NnResnetBuilder *builder, GError **error)
{
  guint i;

  for (i = 0; i < builder->weights->tensors->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (builder->weights->tensors, i);
    const gchar *prefix = builder->survey.names.prefix;
    gsize length = g_str_has_prefix (tensor->name, prefix) ? strlen (prefix) : 0;
    g_autofree gchar *shape = NULL, *head = NULL;

    if (g_hash_table_contains (builder->used, tensor) || nn_resnet_is_harmless (tensor->name + length))
      continue;
    shape = nn_tensor_shape_string (tensor);
    head = nn_resnet_names_shown (&builder->survey.names, "fc");
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                 "%s %s: unexpected beside the tensors of a ResNet whose classifier is the one linear layer %s",
                 tensor->name, shape, head);
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

/* What a hub's config.json says of the network and its tensors do not: that it is another one. */
static gboolean
check_config (const NnResnetBuilder *builder, GError **error)
{
  /* Pools without parameters that follow a convolution: their stride is that convolution's. */
  static const gchar *const blurred[] = { "resnetaa", "resnextaa", "resnetblur", "resnextblur" };
  GHashTable *config = builder->weights->beside;
  const gchar *architecture = g_hash_table_lookup (config, "config.architecture");
  const gchar *type = g_hash_table_lookup (config, "config.model_type");
  const gchar *act = g_hash_table_lookup (config, "config.hidden_act");
  gboolean hugging_face = builder->survey.names.naming == NN_NAMING_HUGGING_FACE;
  gsize i;

  for (i = 0; architecture && i < G_N_ELEMENTS (blurred); i++)
    if (strstr (architecture, blurred[i])) {
      g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                   "config.json beside the file says it is %s: anti-aliasing pools are not known; export the model to "
                   "ONNX",
                   architecture);
      return FALSE;
    }
  if (hugging_face
      && ((type && strcmp (type, "resnet")) || g_str_has_suffix (builder->survey.names.prefix, "regnet."))) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
                 "it is a Hugging Face %s, whose tensors are named as a ResNet's; export the model to ONNX",
                 type ? type : "regnet");
    return FALSE;
  }
  if (hugging_face && act && strcmp (act, "relu")) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED,
                 "config.json beside the file says its activation is %s; relu is known, export the model to ONNX", act);
    return FALSE;
  }
  return TRUE;
}

static gboolean
build (NnResnetBuilder *builder, GError **error)
{
  if (!nn_resnet_survey (builder->weights, &builder->survey, error) || !check_config (builder, error))
    return FALSE;
  /* No BatchNorm and no bias to have folded it into: it is BatchNorm that is missing. */
  if (!nn_resnet_has (builder, builder->survey.deep_stem ? "conv1.0" : "conv1", "bias"))
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
