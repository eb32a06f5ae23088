/* gst-resnet: from the names that a state dict has to ours
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * This file is long because the table of all namings stands beside the code that reads it. */
#include "import/resnet/resnet-names.h"

#include <string.h>

#include "base/nn-hash.h"
#include "import/resnet/resnet-beside.h"
#include "import/resnet/resnet-foreign.h"

/**
 * Rule: the name of a layer in a file and our name of it
 * The placeholders are %S for the stage counted from 1, %Z from 0, %T from 2 and %Q from 4; %B for the block counted
 * from 0; %N for the layer inside a block counted from 1 and %O from 0. Our names have %S, %B and %N only.
 */
typedef struct {
  const gchar *file, *ours;
} Rule;

#define RULES_END                                                                                                      \
  {                                                                                                                    \
    NULL, NULL                                                                                                         \
  }

/* torchvision's and timm's own names come first, because an error gives a missing tensor the name of the first rule
 * that could have made it. */
static const Rule torchvision_rules[] = {
  { "conv1", "conv1" },
  { "bn1", "bn1" },
  { "layer%S.%B.conv%N", "layer%S.%B.conv%N" },
  { "layer%S.%B.bn%N", "layer%S.%B.bn%N" },
  { "layer%S.%B.downsample.0", "layer%S.%B.downsample.0" },
  { "layer%S.%B.downsample.1", "layer%S.%B.downsample.1" },
  { "layer%S.%B.downsample.2", "layer%S.%B.downsample.2" },
  { "layer%S.%B.shortcut.0", "layer%S.%B.downsample.0" },
  { "layer%S.%B.shortcut.1", "layer%S.%B.downsample.1" },
  { "conv1.0", "conv1.0" },
  { "conv1.1", "conv1.1" },
  { "conv1.3", "conv1.3" },
  { "conv1.4", "conv1.4" },
  { "conv1.6", "conv1.6" },
  { "maxpool.0", "maxpool.0" },
  { "maxpool.1", "maxpool.1" },
  { "layer%S.%B.se.fc1", "layer%S.%B.se.fc1" },
  { "layer%S.%B.se.fc2", "layer%S.%B.se.fc2" },
  { "layer%S.%B.se.conv", "layer%S.%B.se.conv" },
  /* the gates of moskomule's senet.pytorch, of Cadene's and timm's older SE-ResNets, of ECANet itself and of
   * mmpretrain */
  { "layer%S.%B.se.fc.0", "layer%S.%B.se.fc1" },
  { "layer%S.%B.se.fc.2", "layer%S.%B.se.fc2" },
  { "layer%S.%B.se_module.fc1", "layer%S.%B.se.fc1" },
  { "layer%S.%B.se_module.fc2", "layer%S.%B.se.fc2" },
  { "layer0.conv1", "conv1" },
  { "layer0.bn1", "bn1" },
  { "layer%S.%B.eca.conv", "layer%S.%B.se.conv" },
  { "layer%S.%B.se_layer.conv1.conv", "layer%S.%B.se.fc1" },
  { "layer%S.%B.se_layer.conv2.conv", "layer%S.%B.se.fc2" },
  /* the deep stem of mmpretrain, then of mmdetection and mmsegmentation */
  { "stem.0.conv", "conv1.0" },
  { "stem.0.bn", "conv1.1" },
  { "stem.1.conv", "conv1.3" },
  { "stem.1.bn", "conv1.4" },
  { "stem.2.conv", "conv1.6" },
  { "stem.2.bn", "bn1" },
  { "stem.0", "conv1.0" },
  { "stem.1", "conv1.1" },
  { "stem.3", "conv1.3" },
  { "stem.4", "conv1.4" },
  { "stem.6", "conv1.6" },
  { "stem.7", "bn1" },
  /* pre-activation networks */
  { "bn", "norm" },
  { "norm", "norm" },
  RULES_END,
};

static const Rule hugging_face_rules[] = {
  { "embedder.embedder.convolution", "conv1" },
  { "embedder.embedder.normalization", "bn1" },
  { "encoder.stages.%Z.layers.%B.layer.%O.convolution", "layer%S.%B.conv%N" },
  { "encoder.stages.%Z.layers.%B.layer.%O.normalization", "layer%S.%B.bn%N" },
  { "encoder.stages.%Z.layers.%B.shortcut.convolution", "layer%S.%B.downsample.0" },
  { "encoder.stages.%Z.layers.%B.shortcut.normalization", "layer%S.%B.downsample.1" },
  RULES_END,
};

static const Rule timm_v2_rules[] = {
  { "stem.conv", "conv1" },
  { "stem.conv1", "conv1.0" },
  { "stem.norm1", "conv1.1" },
  { "stem.conv2", "conv1.3" },
  { "stem.norm2", "conv1.4" },
  { "stem.conv3", "conv1.6" },
  { "stages.%Z.blocks.%B.conv%N", "layer%S.%B.conv%N" },
  { "stages.%Z.blocks.%B.norm%N", "layer%S.%B.bn%N" },
  { "stages.%Z.blocks.%B.downsample.conv", "layer%S.%B.downsample.0" },
  { "norm", "norm" },
  RULES_END,
};

static const Rule senet_rules[] = {
  { "layer0.conv1", "conv1.0" },
  { "layer0.bn1", "conv1.1" },
  { "layer0.conv2", "conv1.3" },
  { "layer0.bn2", "conv1.4" },
  { "layer0.conv3", "conv1.6" },
  { "layer0.bn3", "bn1" },
  { "layer%S.%B.conv%N", "layer%S.%B.conv%N" },
  { "layer%S.%B.bn%N", "layer%S.%B.bn%N" },
  { "layer%S.%B.downsample.0", "layer%S.%B.downsample.0" },
  { "layer%S.%B.downsample.1", "layer%S.%B.downsample.1" },
  { "layer%S.%B.se_module.fc1", "layer%S.%B.se.fc1" },
  { "layer%S.%B.se_module.fc2", "layer%S.%B.se.fc2" },
  RULES_END,
};

static const Rule residual_function_rules[] = {
  { "conv1.0", "conv1" },
  { "conv1.1", "bn1" },
  { "conv%T_x.%B.residual_function.0", "layer%S.%B.conv1" },
  { "conv%T_x.%B.residual_function.1", "layer%S.%B.bn1" },
  { "conv%T_x.%B.residual_function.3", "layer%S.%B.conv2" },
  { "conv%T_x.%B.residual_function.4", "layer%S.%B.bn2" },
  { "conv%T_x.%B.residual_function.6", "layer%S.%B.conv3" },
  { "conv%T_x.%B.residual_function.7", "layer%S.%B.bn3" },
  { "conv%T_x.%B.shortcut.0", "layer%S.%B.downsample.0" },
  { "conv%T_x.%B.shortcut.1", "layer%S.%B.downsample.1" },
  RULES_END,
};

static const Rule wide_blocks_rules[] = {
  { "conv1", "conv1" },
  { "block%S.layer.%B.conv%N", "layer%S.%B.conv%N" },
  { "block%S.layer.%B.bn%N", "layer%S.%B.bn%N" },
  { "block%S.layer.%B.convShortcut", "layer%S.%B.downsample.0" },
  { "bn1", "norm" },
  RULES_END,
};

static const Rule fastai_rules[] = {
  { "0.0", "conv1" },
  { "0.1", "bn1" },
  { "0.%Q.%B.conv%N", "layer%S.%B.conv%N" },
  { "0.%Q.%B.bn%N", "layer%S.%B.bn%N" },
  { "0.%Q.%B.downsample.0", "layer%S.%B.downsample.0" },
  { "0.%Q.%B.downsample.1", "layer%S.%B.downsample.1" },
  { "1.2", "head.0" },
  { "1.4", "head.1" },
  { "1.6", "head.2" },
  { "1.8", "head.3" },
  RULES_END,
};

static const Rule children_rules[] = {
  { "0", "conv1" },
  { "1", "bn1" },
  { "%Q.%B.conv%N", "layer%S.%B.conv%N" },
  { "%Q.%B.bn%N", "layer%S.%B.bn%N" },
  { "%Q.%B.downsample.0", "layer%S.%B.downsample.0" },
  { "%Q.%B.downsample.1", "layer%S.%B.downsample.1" },
  { "9", "fc" },
  { "10", "fc" },
  RULES_END,
};

/* A file has a naming if it has one of the tensors in @marks under some prefix, and @also under the same prefix. A
 * file that matches none is compared with the naming that has no marks. */
static const struct {
  const Rule *rules;
  const gchar *owner;
  const gchar *marks[3];
  const gchar *also;
  const gchar *head; /* where the classifier would be */
} schemes[] = {
  [NN_NAMING_TORCHVISION] = { torchvision_rules, "torchvision's", { NULL }, NULL, "fc" },
  [NN_NAMING_HUGGING_FACE]
  = { hugging_face_rules,
      "Hugging Face transformers'",
      { "embedder.embedder.convolution.weight", "encoder.stages.0.layers.0.layer.0.convolution.weight", NULL },
      NULL,
      "classifier.1" },
  [NN_NAMING_TIMM_V2] = { timm_v2_rules,
                          "timm's (resnetv2)",
                          { "stages.0.blocks.0.norm1.weight", NULL },
                          "stages.0.blocks.0.conv1.weight",
                          "head.fc" },
  [NN_NAMING_SENET] = { senet_rules, "Cadene's (senet154)", { "layer0.conv3.weight", NULL }, NULL, "last_linear" },
  [NN_NAMING_RESIDUAL_FUNCTION]
  = { residual_function_rules, "weiaicunzai's", { "conv2_x.0.residual_function.0.weight", NULL }, NULL, "fc" },
  [NN_NAMING_WIDE_BLOCKS]
  = { wide_blocks_rules, "WideResNet-pytorch's", { "block1.layer.0.conv1.weight", NULL }, NULL, "fc" },
  [NN_NAMING_FASTAI] = { fastai_rules, "fastai's", { "0.4.0.conv1.weight", NULL }, "0.0.weight", "1.8" },
  [NN_NAMING_CHILDREN]
  = { children_rules, "of a Sequential of ResNet's children", { "4.0.conv1.weight", NULL }, "0.weight", "9" },
};

/* torchvision's name comes first, then other people's. A classifier inside a Sequential has a number after one of
 * these ("fc.1", where dropout is in front of it). */
static const gchar *const head_names[] = { "fc", "linear", "classifier", "head.fc", "head", "last_linear" };

const gchar *
nn_naming_owner (NnNaming naming)
{
  return schemes[naming].owner;
}

/* Parses a decimal number of at most four digits without leading zeros; *end is set to the place behind it. */
static gboolean
parse_number (const gchar *s, guint *value, const gchar **end)
{
  const gchar *p = s;

  for (*value = 0; g_ascii_isdigit (*p) && p - s < 4; p++)
    *value = *value * 10 + (guint)(*p - '0');
  if (p == s || (*s == '0' && p - s > 1))
    return FALSE;
  *end = p;
  return TRUE;
}

gboolean
nn_resnet_parse_block (const gchar *layer, guint *stage, guint *block, const gchar **rest)
{
  if (!g_str_has_prefix (layer, "layer") || !parse_number (layer + strlen ("layer"), stage, &layer) || *layer != '.'
      || !parse_number (layer + 1, block, &layer) || *layer != '.')
    return FALSE;
  *rest = layer + 1;
  return TRUE;
}

typedef struct {
  guint stage, block, number; /* as our names count them */
} Place;

static guint *
place_member (Place *place, gchar letter, guint *offset)
{
  switch (letter) {
  case 'S':
    *offset = 0;
    return &place->stage;
  case 'T':
    *offset = 1;
    return &place->stage;
  case 'Q':
    *offset = 3;
    return &place->stage;
  case 'Z':
    *offset = G_MAXUINT; /* −1 */
    return &place->stage;
  case 'B':
    *offset = 0;
    return &place->block;
  case 'N':
    *offset = 0;
    return &place->number;
  default: /* 'O' */
    *offset = G_MAXUINT;
    return &place->number;
  }
}

/* Whether the @length bytes at @s match @pattern. If they do, @place is set to the numbers in them. */
static gboolean
match (const gchar *pattern, const gchar *s, gsize length, Place *place)
{
  const gchar *end = s + length;

  for (; *pattern; pattern++) {
    guint offset, value, *member;

    if (*pattern != '%') {
      if (s >= end || *s++ != *pattern)
        return FALSE;
      continue;
    }
    if (s >= end || !parse_number (s, &value, &s) || s > end)
      return FALSE;
    member = place_member (place, *++pattern, &offset);
    *member = value - offset;
    if (*member > 100000) /* it is below the number that the pattern counts from, and so wrapped around */
      return FALSE;
  }
  return s == end;
}

static void
fill (GString *out, const gchar *pattern, Place *place)
{
  for (; *pattern; pattern++) {
    guint offset, *member;

    if (*pattern != '%') {
      g_string_append_c (out, *pattern);
      continue;
    }
    member = place_member (place, *++pattern, &offset);
    g_string_append_printf (out, "%u", *member + offset);
  }
}

static gboolean
is_statistic (const gchar *s)
{
  return !strcmp (s, "running_mean") || !strcmp (s, "running_var") || !strcmp (s, "num_batches_tracked");
}

static gboolean
is_parameter (const gchar *s)
{
  return !strcmp (s, "weight") || !strcmp (s, "bias");
}

/* Whether the layer with our name @ours can have statistics. */
static gboolean
may_be_norm (const gchar *ours)
{
  static const gchar *const norms[] = { "conv1.1", "conv1.4", "maxpool.1", "norm", "bn1", "head.0", "head.2", NULL };

  return g_strv_contains (norms, ours) || strstr (ours, ".bn") || g_str_has_suffix (ours, ".downsample.1")
         || g_str_has_suffix (ours, ".downsample.2");
}

/* Whether the numbers in our name are within the builder's limits. */
static gboolean
is_ours (const gchar *ours, const Place *place)
{
  if (!g_str_has_prefix (ours, "layer"))
    return TRUE;
  return place->stage >= 1 && place->stage <= NN_RESNET_MAX_STAGES && place->block < NN_RESNET_MAX_BLOCKS
         && place->number >= 1 && place->number <= 3;
}

/* Our name of a tensor inside the network, or NULL if it has none. */
static gchar *
translate (NnResnetNames *names, const gchar *name)
{
  const gchar *suffix = strrchr (name, '.');
  const Rule *rules = schemes[names->naming].rules;
  guint i;

  if (!suffix || (!is_parameter (suffix + 1) && !is_statistic (suffix + 1)))
    return NULL;
  for (i = 0; rules[i].file; i++) {
    Place place = { 1, 0, 1 };
    GString *ours;

    if (!match (rules[i].file, name, (gsize)(suffix - name), &place) || !is_ours (rules[i].ours, &place))
      continue;
    ours = g_string_new (NULL);
    fill (ours, rules[i].ours, &place);
    if (is_statistic (suffix + 1) && !may_be_norm (ours->str)) {
      g_string_free (ours, TRUE);
      return NULL;
    }
    names->used_rules |= G_GUINT64_CONSTANT (1) << i;
    names->shortcut |= strstr (rules[i].file, "shortcut") || strstr (rules[i].file, "Shortcut");
    names->caffe |= strstr (rules[i].file, "se_module") != NULL;
    g_string_append (ours, suffix);
    return g_string_free (ours, FALSE);
  }
  return NULL;
}

/* The length of the layer's name in "fc.weight" or "fc.1.bias"; 0 if it is not a classifier. */
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
    if (is_parameter (suffix))
      return length;
    if (parse_number (suffix, &index, &suffix) && *suffix == '.' && is_parameter (suffix + 1))
      return (gsize)(suffix - s);
  }
  return 0;
}

static gboolean
has (const NnWeights *weights, const gchar *prefix, const gchar *name)
{
  g_autofree gchar *full = g_strconcat (prefix, name, NULL);

  return nn_weights_get (weights, full) != NULL;
}

/* The prefix that stands before @mark in some tensor's name. If @also is not NULL, there must also be a tensor with
 * that prefix and the name @also. */
static gchar *
prefix_of (const NnWeights *weights, const gchar *mark, const gchar *also)
{
  guint i;

  if (nn_weights_get (weights, mark) && (!also || nn_weights_get (weights, also)))
    return g_strdup ("");
  for (i = 0; i < weights->tensors->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (weights->tensors, i);
    gsize length = strlen (tensor->name), n = strlen (mark);
    g_autofree gchar *prefix = NULL;

    if (length <= n || tensor->name[length - n - 1] != '.' || strcmp (tensor->name + length - n, mark))
      continue;
    prefix = g_strndup (tensor->name, length - n);
    if (!also || has (weights, prefix, also))
      return g_steal_pointer (&prefix);
  }
  return NULL;
}

/* torchvision's names are found by their stem, so that an error can name what else is missing. */
static gchar *
find_torchvision (const NnWeights *weights)
{
  static const struct {
    const gchar *stem, *block;
  } marks[] = {
    { "conv1.weight", "layer1.0.conv1.weight" },        { "conv1.0.weight", "layer1.0.conv1.weight" },
    { "layer0.conv1.weight", "layer1.0.conv1.weight" }, { "stem.0.conv.weight", "layer1.0.conv1.weight" },
    { "stem.0.weight", "layer1.0.conv1.weight" },
  };
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (marks); i++) {
    gchar *prefix;

    if (i == 0 && nn_weights_get (weights, marks[i].stem))
      return g_strdup ("");
    prefix = prefix_of (weights, marks[i].stem, marks[i].block);
    if (prefix)
      return prefix;
  }
  return NULL;
}

static gboolean
find_naming (NnResnetNames *names)
{
  gsize i, k;

  for (i = NN_NAMING_TORCHVISION + 1; i < G_N_ELEMENTS (schemes); i++)
    for (k = 0; schemes[i].marks[k]; k++) {
      names->prefix = prefix_of (names->weights, schemes[i].marks[k], schemes[i].also);
      if (names->prefix) {
        names->naming = (NnNaming)i;
        return TRUE;
      }
    }
  names->naming = NN_NAMING_TORCHVISION;
  names->prefix = find_torchvision (names->weights);
  return names->prefix != NULL;
}

static void
set_unexpected (const NnResnetNames *names, const NnTensor *tensor, GError **error)
{
  g_autofree gchar *shape = nn_tensor_shape_string (tensor), *beside = NULL;
  const gchar *hint = nn_foreign_hint (tensor->name);

  /* Pruning leaves weight_orig and weight_mask; spectral normalization leaves weight_orig, weight_u and weight_v. */
  if (g_str_has_suffix (tensor->name, "_orig")) {
    beside = g_strdup (tensor->name);
    strcpy (beside + strlen (beside) - strlen ("_orig"), "_u");
    if (nn_weights_get (names->weights, beside))
      hint = nn_foreign_hint ("weight_u");
  }
  g_set_error (error, NN_ERROR, NN_ERROR_ARCHITECTURE, "%s %s: unexpected, no part of a ResNet with names like %s%s",
               tensor->name, shape, nn_naming_owner (names->naming), hint);
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
               "%s %s: unexpected, no part of a ResNet with names like torchvision's%s (and conv1.weight is missing)",
               telling->name, shape, nn_foreign_hint (telling->name));
}

/* Whether the tensor is neither a layer of the backbone nor one of another network that is known by its names. */
static gboolean
may_be_outside (const gchar *name, const NnTensor *tensor)
{
  static const gchar *const backbone[] = { "layer", "conv1", "bn1", "maxpool", "stages.", "encoder." };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (backbone); i++)
    if (g_str_has_prefix (name, backbone[i]))
      return FALSE;
  return parse_head (name) || (*name && nn_resnet_may_be_outside (tensor) && !*nn_foreign_hint (tensor->name));
}

/* Enters the tensor and takes ownership of @ours. If two tensors get the same name, the first one counts; the
 * builder finds that the other one is unused. */
static void
insert (NnResnetNames *names, gchar *ours, const NnTensor *tensor)
{
  if (g_hash_table_contains (names->tensors, ours))
    g_free (ours);
  else
    g_hash_table_insert (names->tensors, ours, (gpointer)tensor);
}

gboolean
nn_resnet_names_find (NnResnetNames *names, const NnWeights *weights, GError **error)
{
  gsize prefix_length;
  guint i;

  memset (names, 0, sizeof *names);
  names->weights = weights;
  names->tensors = g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, NULL);
  names->outside = g_ptr_array_new ();
  if (!find_naming (names)) {
    set_no_stem (weights, error);
    return FALSE;
  }
  prefix_length = strlen (names->prefix);
  for (i = 0; i < weights->tensors->len; i++) {
    const NnTensor *tensor = g_ptr_array_index (weights->tensors, i);
    gboolean inside = g_str_has_prefix (tensor->name, names->prefix);
    const gchar *name = tensor->name + (inside ? prefix_length : 0);
    gchar *ours;
    gsize head;

    if (nn_resnet_is_harmless (name))
      continue;
    ours = inside ? translate (names, name) : NULL;
    if (ours) {
      insert (names, ours, tensor);
      continue;
    }
    if (!may_be_outside (name, tensor)) {
      set_unexpected (names, tensor, error);
      return FALSE;
    }
    g_ptr_array_add (names->outside, (gpointer)tensor);
    head = parse_head (name);
    if (head && !names->head)
      names->head = g_strndup (tensor->name, head + (gsize)(name - tensor->name));
  }
  return TRUE;
}

void
nn_resnet_names_clear (NnResnetNames *names)
{
  g_clear_pointer (&names->prefix, g_free);
  g_clear_pointer (&names->head, g_free);
  g_clear_pointer (&names->tensors, g_hash_table_unref);
  g_clear_pointer (&names->outside, g_ptr_array_unref);
}

const NnTensor *
nn_resnet_names_get (const NnResnetNames *names, const gchar *name)
{
  return g_hash_table_lookup (names->tensors, name);
}

/* Translates the first @length bytes of our name back, by the first rule in @allowed that makes it. */
static gchar *
invert (NnNaming naming, const gchar *ours, gsize length, guint64 allowed)
{
  const Rule *rules = schemes[naming].rules;
  guint i;

  for (i = 0; rules[i].file; i++) {
    Place place = { 1, 0, 1 };
    GString *file;

    if (!(allowed >> i & 1) || !match (rules[i].ours, ours, length, &place))
      continue;
    file = g_string_new (NULL);
    fill (file, rules[i].file, &place);
    return g_string_free (file, FALSE);
  }
  return NULL;
}

gchar *
nn_resnet_names_shown (const NnResnetNames *names, const gchar *name)
{
  const NnTensor *tensor = nn_resnet_names_get (names, name);
  const gchar *suffix = strrchr (name, '.');
  g_autofree gchar *layer = NULL;
  gsize length = suffix ? (gsize)(suffix - name) : strlen (name);

  if (tensor)
    return g_strdup (tensor->name);
  if (length == 2 && g_str_has_prefix (name, "fc") && names->head)
    return g_strconcat (names->head, suffix, NULL);
  layer = invert (names->naming, name, length, names->used_rules);
  if (!layer)
    layer = invert (names->naming, name, length, G_MAXUINT64);
  if (!layer && length == 2 && g_str_has_prefix (name, "fc"))
    layer = g_strdup (schemes[names->naming].head);
  if (!layer)
    layer = g_strndup (name, length);
  return g_strconcat (names->prefix, layer, suffix, NULL);
}

gchar *
nn_naming_from_ours (NnNaming naming, const gchar *layer)
{
  gchar *file = invert (naming, layer, strlen (layer), G_MAXUINT64);

  if (!file && !strcmp (layer, "fc"))
    file = g_strdup (schemes[naming].head);
  return file;
}
