/* gst-resnet: what the user says of a network that its tensors do not show
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/resnet/resnet-traits.h"

#include <string.h>

#include "load/json-read.h"

/* The words that names of the family have before the depth, in any order. */
static const struct {
  const gchar *word;
  NnAntialias antialias;
} words[] = {
  { "wide_", NN_ANTIALIAS_NONE },  { "legacy_", NN_ANTIALIAS_NONE }, { "gluon_", NN_ANTIALIAS_NONE },
  { "tv_", NN_ANTIALIAS_NONE },    { "eca", NN_ANTIALIAS_NONE },     { "se", NN_ANTIALIAS_NONE },
  { "caffe_", NN_ANTIALIAS_NONE }, { "resnet", NN_ANTIALIAS_NONE },  { "resnext", NN_ANTIALIAS_NONE },
  { "aa", NN_ANTIALIAS_AVERAGE },  { "blur", NN_ANTIALIAS_BLUR },    { "rs", NN_ANTIALIAS_NONE },
};

/* Parses names such as "resnetaa50d", "wide_resnet50_2", "seresnextaa101d_32x8d" and "resnet50.a1_in1k". */
static gboolean
parse_name (const gchar *name, NnResnetTraits *traits)
{
  const gchar *at = name;
  gboolean is_resnet = FALSE, again = TRUE;
  NnAntialias antialias = NN_ANTIALIAS_NONE;
  guint depth = 0;

  while (again) {
    again = FALSE;
    for (guint i = 0; i < G_N_ELEMENTS (words) && !again; i++)
      if (g_str_has_prefix (at, words[i].word)) {
        is_resnet |= g_str_has_prefix (words[i].word, "resne");
        if (words[i].antialias)
          antialias = words[i].antialias;
        at += strlen (words[i].word);
        again = TRUE;
      }
  }
  for (; g_ascii_isdigit (*at) && depth < 10000; at++)
    depth = 10 * depth + (guint)(*at - '0');
  if (!is_resnet || !depth)
    return FALSE;
  if (!traits->has_antialias)
    traits->antialias = antialias;
  traits->depth = depth;
  if (g_str_has_prefix (name, "caffe_")) {
    traits->stride_in_1x1 = traits->has_stride = TRUE;
  }
  g_free (traits->name);
  traits->name = nn_json_shown (name);
  return TRUE;
}

static gboolean
set_bad (const gchar *key, const gchar *value, const gchar *expected, GError **error)
{
  g_autofree gchar *shown = nn_json_shown (value);

  g_set_error (error, NN_ERROR, NN_ERROR_ARGUMENT, "architecture: %s is \"%s\"; it should be %s", key, shown, expected);
  return FALSE;
}

static gboolean
set_activation (NnResnetTraits *traits, const gchar *value, GError **error)
{
  static const struct {
    const gchar *name, *operator;
  } known[] = { { "relu", "Relu" },
                { "none", "" },
                { "gelu", "Gelu" },
                { "silu", "Swish" },
                { "swish", "Swish" },
                { "tanh", "Tanh" },
                { "leaky-relu", "LeakyRelu" },
                { "leaky_relu", "LeakyRelu" },
                { "elu", "Elu" },
                { "sigmoid", "Sigmoid" },
                { "hardswish", "HardSwish" },
                { "mish", "Mish" },
                { "selu", "Selu" } };

  for (guint i = 0; i < G_N_ELEMENTS (known); i++)
    if (!strcmp (value, known[i].name)) {
      traits->activation = known[i].operator;
      return TRUE;
    }
  return set_bad ("head", value, "relu, gelu, silu, tanh, leaky-relu, elu, selu, sigmoid, hardswish, mish or none",
                  error);
}

static gboolean
set_pool (NnResnetTraits *traits, const gchar *value, GError **error)
{
  static const gchar *const pools[] = { [NN_HEAD_POOL_AVERAGE] = "avg",
                                        [NN_HEAD_POOL_MAX] = "max",
                                        [NN_HEAD_POOL_HALVES] = "avgmax",
                                        [NN_HEAD_POOL_AVERAGE_MAX] = "catavgmax",
                                        [NN_HEAD_POOL_MAX_AVERAGE] = "catmaxavg" };

  for (guint i = 0; i < G_N_ELEMENTS (pools); i++)
    if (!strcmp (value, pools[i])) {
      traits->pool = (NnHeadPool)i;
      traits->has_pool = TRUE;
      return TRUE;
    }
  return set_bad ("pool", value, "avg, max, avgmax (the mean of both), catavgmax or catmaxavg (one behind the other)",
                  error);
}

static gboolean
set_trait (NnResnetTraits *traits, const gchar *key, const gchar *value, GError **error)
{
  if (!strcmp (key, "stride")) {
    traits->stride_in_1x1 = !strcmp (value, "1x1");
    traits->has_stride = TRUE;
    return traits->stride_in_1x1 || !strcmp (value, "3x3") || set_bad (key, value, "1x1 (Caffe's) or 3x3", error);
  }
  if (!strcmp (key, "output-stride")) {
    traits->output_stride = !strcmp (value, "8") ? 8 : !strcmp (value, "16") ? 16 : 32;
    return traits->output_stride != 32 || !strcmp (value, "32") || set_bad (key, value, "32, 16 or 8", error);
  }
  if (!strcmp (key, "antialias")) {
    traits->antialias = !strcmp (value, "avg")    ? NN_ANTIALIAS_AVERAGE
                        : !strcmp (value, "blur") ? NN_ANTIALIAS_BLUR
                                                  : NN_ANTIALIAS_NONE;
    traits->has_antialias = TRUE;
    return traits->antialias || !strcmp (value, "none") || set_bad (key, value, "avg, blur or none", error);
  }
  if (!strcmp (key, "stem-pool")) {
    traits->stem_pool = !strcmp (value, "yes");
    return traits->stem_pool || !strcmp (value, "no") || set_bad (key, value, "yes or no", error);
  }
  if (!strcmp (key, "pool"))
    return set_pool (traits, value, error);
  if (!strcmp (key, "head"))
    return set_activation (traits, value, error);
  if (!strcmp (key, "classifier")) {
    g_free (traits->classifier);
    traits->classifier = g_strdup (value);
    return *value || set_bad (key, value, "the name of a layer", error);
  }
  return set_bad ("a trait", key, "stride, output-stride, antialias, stem-pool, pool, head or classifier", error);
}

gboolean
nn_resnet_traits_parse (const gchar *text, NnResnetTraits *traits, GError **error)
{
  g_auto (GStrv) items = g_strsplit (text ? text : "", ",", -1);

  memset (traits, 0, sizeof *traits);
  traits->output_stride = 32;
  for (guint i = 0; items[i]; i++) {
    gchar *item = g_strstrip (items[i]), *equals = strchr (item, '=');

    if (!*item)
      continue;
    if (equals) {
      *equals = '\0';
      if (!set_trait (traits, g_strstrip (item), g_strstrip (equals + 1), error))
        return FALSE;
    } else if (!parse_name (item, traits)) {
      return set_bad (
          "a name", item,
          "that of a ResNet (resnet50, resnetaa50d, resnetblur50, seresnext50_32x4d), or a trait "
          "(stride=1x1, output-stride=16, antialias=blur, stem-pool=yes, pool=max, head=gelu, classifier=NAME)",
          error);
    }
  }
  return TRUE;
}

void
nn_resnet_traits_take_name (NnResnetTraits *traits, const gchar *name)
{
  if (name && !traits->name)
    parse_name (name, traits);
}

void
nn_resnet_traits_clear (NnResnetTraits *traits)
{
  g_clear_pointer (&traits->name, g_free);
  g_clear_pointer (&traits->classifier, g_free);
}
