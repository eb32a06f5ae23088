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

static gboolean
set_unexpected (const NnResnetBuilder *builder, const NnTensor *tensor, GError **error)
{
  g_autofree gchar *shape = nn_tensor_shape_string (tensor);
  g_autofree gchar *head = nn_resnet_names_shown (&builder->survey.names, "fc");

  g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
               "%s %s: unexpected beside the tensors of a ResNet whose classifier is the one linear layer %s",
               tensor->name, shape, head);
  return FALSE;
}

/* A tensor that nobody took has a name that a ResNet could have, but in a place where this one has nothing. */
static gboolean
check_all_used (const NnResnetBuilder *builder, GError **error)
{
  guint i;

  for (i = 0; i < builder->weights->tensors->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (builder->weights->tensors, i);
    const gchar *prefix = builder->survey.names.prefix;
    gsize length = g_str_has_prefix (tensor->name, prefix) ? strlen (prefix) : 0;

    if (!g_hash_table_contains (builder->used, tensor) && !nn_resnet_is_harmless (tensor->name + length))
      return set_unexpected (builder, tensor, error);
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

/* A hub's config.json may say that this is another network, although its tensors look like a ResNet's. */
static gboolean
check_config (const NnResnetBuilder *builder, GError **error)
{
  GHashTable *config = builder->weights->beside;
  const gchar *type = g_hash_table_lookup (config, "config.model_type");
  const gchar *act = g_hash_table_lookup (config, "config.hidden_act");
  gboolean hugging_face = builder->survey.names.naming == NN_NAMING_HUGGING_FACE;

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

/* Appends the layers behind the backbone and looks at the tensors beside them. */
static gboolean
add_classifier (NnResnetBuilder *builder, NnResnetNormalization *normalization, GPtrArray *warnings, GError **error)
{
  NnResnetNames *names = &builder->survey.names;
  NnResnetChain chain = { 0 };
  gboolean ok;
  guint i;

  for (i = 0; i < names->outside->len; i++)
    g_hash_table_add (builder->used, g_ptr_array_index (names->outside, i));
  nn_resnet_look_beside (names->outside, normalization, warnings);
  if (names->outside->len && (nn_resnet_has (builder, "fc", "weight") || names->naming == NN_NAMING_FASTAI))
    return set_unexpected (builder, g_ptr_array_index (names->outside, 0), error);
  ok = nn_resnet_chain_find (names->outside, builder->channels, builder->traits->classifier,
                             builder->weights->sets.root, names->head, &chain, error);
  if (ok)
    nn_resnet_chain_name_tensors (&chain, names->tensors);
  ok = ok && nn_resnet_add_head (builder, &chain, warnings, error);
  nn_resnet_chain_clear (&chain);
  return ok;
}

/* The user's word is taken as it is. But if the name tells the depth, the number of layers shows whether it is the
 * name of another network. */
static void
check_depth (const NnResnetBuilder *builder, GPtrArray *warnings)
{
  const NnResnetSurvey *survey = &builder->survey;
  guint blocks = 0, depth, i;

  for (i = 0; i < survey->n_stages; i++)
    blocks += survey->n_blocks[i];
  depth = (survey->bottleneck ? 3 : 2) * blocks + 2;
  /* A difference of 3 is allowed because ResNet-RS-270 has 272 layers. */
  if (builder->traits->depth && ABS ((gint)depth - (gint)builder->traits->depth) > 3)
    g_ptr_array_add (
        warnings, g_strdup_printf ("the architecture is said to be %s, and the network in the file has %u layers; what "
                                   "the name says of its pools and strides is taken all the same",
                                   builder->traits->name, depth));
}

static void
take_traits (NnResnetBuilder *builder)
{
  if (builder->traits->has_stride)
    builder->survey.stride_in_1x1 = builder->traits->stride_in_1x1;
}

static gboolean
build (NnResnetBuilder *builder, NnResnetNormalization *normalization, GPtrArray *warnings, GError **error)
{
  if (!nn_resnet_survey (builder->weights, &builder->survey, error) || !check_config (builder, error))
    return FALSE;
  take_traits (builder);
  /* If there is neither a BatchNorm nor a bias that it could have been folded into, the BatchNorm is what is
   * missing. */
  if (!nn_resnet_has (builder, builder->survey.deep_stem ? "conv1.0" : "conv1", "bias"))
    builder->survey.has_batch_norm = TRUE;
  if (!nn_resnet_add_stem (builder, error) || !nn_resnet_add_stages (builder, error)
      || !add_classifier (builder, normalization, warnings, error) || !check_all_used (builder, error))
    return FALSE;
  check_depth (builder, warnings);
  return TRUE;
}

NnGraph *
nn_resnet_build_with (const NnWeights *weights, const NnResnetTraits *traits, NnResnetNormalization *normalization,
                      gchar **architecture, guint64 *n_parameters, GPtrArray *warnings, GError **error)
{
  NnResnetBuilder builder = { .weights = weights, .traits = traits };
  g_autoptr (NnGraph) graph = nn_graph_new ();
  gboolean ok;

  builder.graph = graph;
  builder.taken = g_array_new (FALSE, FALSE, sizeof (NnTaken));
  builder.used = g_hash_table_new (NULL, NULL);
  builder.blocks = g_array_new (FALSE, FALSE, sizeof (NnResnetBlock));
  ok = build (&builder, normalization, warnings, error) && nn_graph_check (graph, error)
       && nn_resnet_check_fitness (&builder, warnings, error);
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

NnGraph *
nn_resnet_build (const NnWeights *weights, gchar **architecture, guint64 *n_parameters, GPtrArray *warnings,
                 GError **error)
{
  const NnResnetTraits nothing = { .output_stride = 32 };
  NnResnetNormalization normalization;

  return nn_resnet_build_with (weights, &nothing, &normalization, architecture, n_parameters, warnings, error);
}
