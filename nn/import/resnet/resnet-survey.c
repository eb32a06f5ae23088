/* gst-resnet: what a state dict's names say
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "import/resnet/resnet-survey.h"

static gboolean
is_batch_norm (const gchar *layer, const NnTensor *tensor)
{
  static const gchar *const names[] = { "bn1.", "norm.", "conv1.1.", "conv1.4.", "maxpool.1.", NULL };
  guint i;

  for (i = 0; names[i]; i++)
    if (g_str_has_prefix (layer, names[i]))
      return TRUE;
  if (g_str_has_prefix (layer, "downsample.1.")) /* this may also be a convolution behind an average pool */
    return g_str_has_prefix (layer, "downsample.1.running_")
           || (g_str_has_suffix (layer, ".weight") && tensor->n_dims < 2);
  return (g_str_has_prefix (layer, "bn") && layer[3] == '.') || g_str_has_prefix (layer, "downsample.2.");
}

static void
look_at (NnResnetSurvey *survey, const gchar *name, const NnTensor *tensor)
{
  const gchar *layer = name;
  guint stage, block;

  if (nn_resnet_parse_block (name, &stage, &block, &layer)) {
    survey->n_stages = MAX (survey->n_stages, stage);
    survey->n_blocks[stage - 1] = MAX (survey->n_blocks[stage - 1], block + 1);
    survey->bottleneck |= g_str_has_prefix (layer, "conv3.");
  } else {
    survey->deep_stem |= g_str_has_prefix (name, "conv1.") && g_ascii_isdigit (name[6]);
    survey->pool_is_conv |= g_str_has_prefix (name, "maxpool.");
  }
  if (!is_batch_norm (layer, tensor))
    return;
  survey->has_batch_norm = TRUE;
  survey->has_statistics |= g_str_has_suffix (name, ".running_mean") || g_str_has_suffix (name, ".running_var");
}

/* The size of dimension @dim of the weight of @layer in a stage's first block; 0 if the weight is not there. */
static guint64
block_size (const NnResnetSurvey *survey, guint stage, const gchar *layer, guint dim)
{
  g_autofree gchar *name = g_strdup_printf ("layer%u.0.%s.weight", stage + 1, layer);
  const NnTensor *tensor = nn_resnet_names_get (&survey->names, name);

  return tensor && tensor->n_dims > dim ? tensor->dims[dim] : 0;
}

/* A network has pre-activation if no BatchNorm follows the stem and if, where a block's first convolution changes
 * the number of channels, the block's first BatchNorm has the channels that come in, not those that go out. */
static gboolean
is_pre_activation (const NnResnetSurvey *survey)
{
  guint stage;

  if (nn_resnet_names_get (&survey->names, "bn1.weight") || nn_resnet_names_get (&survey->names, "bn1.running_mean")
      || !survey->has_batch_norm)
    return FALSE;
  for (stage = 0; stage < survey->n_stages; stage++) {
    guint64 in = block_size (survey, stage, "conv1", 1), out = block_size (survey, stage, "conv1", 0);
    guint64 norm = block_size (survey, stage, "bn1", 0);

    if (in && norm && in != out)
      return norm == in;
  }
  return FALSE;
}

/* Reads the choices in transformers' configuration that the tensors do not show. */
static void
look_at_config (NnResnetSurvey *survey, GHashTable *config)
{
  if (survey->names.naming != NN_NAMING_HUGGING_FACE)
    return;
  survey->stride_in_1x1 = !g_strcmp0 (g_hash_table_lookup (config, "config.downsample_in_bottleneck"), "true");
  survey->stride_in_first_stage = !g_strcmp0 (g_hash_table_lookup (config, "config.downsample_in_first_stage"), "true");
}

gboolean
nn_resnet_survey (const NnWeights *weights, NnResnetSurvey *survey, GError **error)
{
  GHashTableIter iter;
  gpointer name, tensor;

  memset (survey, 0, sizeof *survey);
  if (!nn_resnet_names_find (&survey->names, weights, error))
    return FALSE;
  g_hash_table_iter_init (&iter, survey->names.tensors);
  while (g_hash_table_iter_next (&iter, &name, &tensor))
    look_at (survey, name, tensor);
  if (is_pre_activation (survey))
    survey->order = survey->names.naming == NN_NAMING_TORCHVISION && !survey->names.shortcut
                        ? NN_ORDER_PRE_SHORTCUT_FROM_INPUT
                        : NN_ORDER_PRE;
  look_at_config (survey, weights->beside);
  /* In Cadene's networks the 1×1 has the stride, unless the 3×3 is grouped. */
  survey->caffe = survey->names.caffe;
  if (survey->caffe && block_size (survey, 0, "conv2", 1) == block_size (survey, 0, "conv1", 0))
    survey->stride_in_1x1 = TRUE;
  return TRUE;
}

void
nn_resnet_survey_clear (NnResnetSurvey *survey)
{
  nn_resnet_names_clear (&survey->names);
}
