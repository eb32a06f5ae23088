/* gst-resnet: what a state dict's names say
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "graph/resnet-private.h"

/* torchvision's first, then other people's. A classifier inside a Sequential ("fc.1": dropout is in front of it) has a
 * number after one of these. */
static const gchar *const head_names[] = { "fc", "linear", "classifier", "head.fc", "head", "last_linear" };

static gboolean
is_conv_suffix (const gchar *s)
{
  return !strcmp (s, "weight") || !strcmp (s, "bias");
}

static gboolean
is_statistic (const gchar *s)
{
  return !strcmp (s, "running_mean") || !strcmp (s, "running_var");
}

static gboolean
is_bn_suffix (const gchar *s)
{
  return is_conv_suffix (s) || is_statistic (s) || !strcmp (s, "num_batches_tracked");
}

/* What training leaves beside a network and evaluation does not need: the buffers that a profiler (thop) hangs on every
 * layer, the counter of torch.optim.swa_utils.AveragedModel, the class weights of a loss. */
gboolean
nn_resnet_is_harmless (const gchar *name)
{
  static const gchar *const names[] = { "n_averaged",  "criterion.weight", "criterion.pos_weight",
                                        "loss.weight", "loss_fn.weight",   "loss_fn.pos_weight",
                                        NULL };

  return g_str_has_suffix (name, "total_ops") || g_str_has_suffix (name, "total_params")
         || g_strv_contains (names, name);
}

/* A decimal number of at most four digits and the point after it; *end behind the point. */
static gboolean
parse_index (const gchar *s, guint *value, const gchar **end)
{
  const gchar *p = s;

  for (*value = 0; g_ascii_isdigit (*p) && p - s < 4; p++)
    *value = *value * 10 + (guint)(*p - '0');
  if (p == s || *p != '.' || (*s == '0' && p - s > 1))
    return FALSE;
  *end = p + 1;
  return TRUE;
}

/* "conv1.weight" after its block's prefix, also the stem's. */
static gboolean
parse_layer (NnResnetSurvey *survey, const gchar *s, gboolean in_block)
{
  const gchar *bn = NULL;

  if (g_str_has_prefix (s, "conv") && s[4] >= '1' && s[4] <= (in_block ? '3' : '1') && s[5] == '.') {
    survey->bottleneck |= s[4] == '3';
    return is_conv_suffix (s + 6);
  }
  if (g_str_has_prefix (s, "bn") && s[2] >= '1' && s[2] <= (in_block ? '3' : '1') && s[3] == '.')
    bn = s + 4;
  else if (in_block && g_str_has_prefix (s, "downsample.0."))
    return is_conv_suffix (s + strlen ("downsample.0."));
  else if (in_block && g_str_has_prefix (s, "shortcut.0."))
    return is_conv_suffix (s + strlen ("shortcut.0."));
  else if (in_block && g_str_has_prefix (s, "downsample.1."))
    bn = s + strlen ("downsample.1.");
  else if (in_block && g_str_has_prefix (s, "shortcut.1."))
    bn = s + strlen ("shortcut.1.");
  if (!bn || !is_bn_suffix (bn))
    return FALSE;
  survey->has_batch_norm = TRUE;
  survey->has_statistics |= is_statistic (bn);
  return TRUE;
}

/* "layer2.0.": stage 1 (counted from 0), block 0. */
static gboolean
parse_block (NnResnetSurvey *survey, const gchar *s)
{
  guint stage, block;

  if (!g_str_has_prefix (s, "layer") || !parse_index (s + strlen ("layer"), &stage, &s) || !parse_index (s, &block, &s)
      || stage < 1 || stage > NN_RESNET_MAX_STAGES || block >= NN_RESNET_MAX_BLOCKS || !parse_layer (survey, s, TRUE))
    return FALSE;
  survey->n_stages = MAX (survey->n_stages, stage);
  survey->n_blocks[stage - 1] = MAX (survey->n_blocks[stage - 1], block + 1);
  if (!survey->shortcut && g_str_has_prefix (s, "downsample."))
    survey->shortcut = "downsample";
  else if (!survey->shortcut && g_str_has_prefix (s, "shortcut."))
    survey->shortcut = "shortcut";
  return TRUE;
}

/* The layer's length in "fc.weight" or "fc.1.bias", 0 when it is not a classifier. */
static gsize
parse_head (const gchar *s)
{
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (head_names); i++) {
    gsize length = strlen (head_names[i]);
    const gchar *suffix = s + length + 1;
    guint index;

    if (!g_str_has_prefix (s, head_names[i]) || s[length] != '.')
      continue;
    if (is_conv_suffix (suffix))
      return length;
    if (parse_index (suffix, &index, &suffix) && is_conv_suffix (suffix))
      return (gsize)(suffix - s) - 1;
  }
  return 0;
}

/* Before conv1 of the stem; of several the first that has a first block too. NULL: there is no stem. */
static gchar *
find_prefix (const NnWeights *weights)
{
  guint i;

  if (nn_weights_get (weights, "conv1.weight"))
    return g_strdup ("");
  for (i = 0; i < weights->tensors->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (weights->tensors, i);
    g_autofree gchar *prefix = NULL, *block = NULL;

    if (!g_str_has_suffix (tensor->name, ".conv1.weight"))
      continue;
    prefix = g_strndup (tensor->name, strlen (tensor->name) - strlen ("conv1.weight"));
    block = g_strconcat (prefix, "layer1.0.conv1.weight", NULL);
    if (nn_weights_get (weights, block))
      return g_steal_pointer (&prefix);
  }
  return NULL;
}

static void
set_unexpected (const NnTensor *tensor, GError **error)
{
  g_autofree gchar *shape = nn_tensor_shape_string (tensor);

  g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
               "%s %s: unexpected, no part of a ResNet with torchvision's names%s", tensor->name, shape,
               nn_foreign_hint (tensor->name));
}

static void
set_no_stem (const NnWeights *weights, GError **error)
{
  const NnTensor *first, *telling = NULL;
  g_autofree gchar *shape = NULL;
  guint i;

  if (!weights->tensors->len) {
    g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "conv1.weight: missing; there are no tensors at all");
    return;
  }
  first = g_ptr_array_index (weights->tensors, 0);
  for (i = 0; i < weights->tensors->len && !telling; i++) {
    const NnTensor *tensor = g_ptr_array_index (weights->tensors, i);

    if (*nn_foreign_hint (tensor->name))
      telling = tensor;
  }
  if (!telling)
    telling = first;
  shape = nn_tensor_shape_string (telling);
  g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE,
               "%s %s: unexpected, no part of a ResNet with torchvision's names%s (and conv1.weight is missing)",
               telling->name, shape, nn_foreign_hint (telling->name));
}

gboolean
nn_resnet_survey (const NnWeights *weights, NnResnetSurvey *survey, GError **error)
{
  gsize prefix_length;
  guint i;

  memset (survey, 0, sizeof *survey);
  survey->prefix = find_prefix (weights);
  if (!survey->prefix) {
    set_no_stem (weights, error);
    return FALSE;
  }
  prefix_length = strlen (survey->prefix);
  for (i = 0; i < weights->tensors->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (weights->tensors, i);
    gboolean inside = g_str_has_prefix (tensor->name, survey->prefix);
    const gchar *name = tensor->name + (inside ? prefix_length : 0);
    gsize head;

    if (nn_resnet_is_harmless (name))
      continue;
    if (inside && (parse_layer (survey, name, FALSE) || parse_block (survey, name)))
      continue;
    head = parse_head (name);
    if (!head) {
      set_unexpected (tensor, error);
      return FALSE;
    }
    if (!survey->head)
      survey->head = g_strndup (tensor->name, (gsize)(name - tensor->name) + head);
  }
  if (!survey->head)
    survey->head = g_strconcat (survey->prefix, "fc", NULL);
  if (!survey->shortcut)
    survey->shortcut = "downsample";
  return TRUE;
}

void
nn_resnet_survey_clear (NnResnetSurvey *survey)
{
  g_clear_pointer (&survey->prefix, g_free);
  g_clear_pointer (&survey->head, g_free);
}
