/* gst-resnet: what a state dict has beside the network
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "import/resnet/resnet-beside.h"

#include <math.h>
#include <string.h>

/* A warning names at most this many tensors. */
#define MAX_TOLD 4

gboolean
nn_resnet_may_be_outside (const NnTensor *tensor)
{
  return tensor->n_dims <= 2 || tensor->n_elements <= 3
         || (tensor->n_dims == 4 && tensor->dims[2] == 1 && tensor->dims[3] == 1);
}

static const gchar *
last_part (const gchar *name)
{
  const gchar *dot = strrchr (name, '.');

  return dot ? dot + 1 : name;
}

static gboolean
is_in (const gchar *word, const gchar *const *words)
{
  return g_strv_contains (words, word);
}

/* Whether the name is one that losses and metrics give to their modules and buffers. */
static gboolean
is_of_training (const gchar *name)
{
  static const gchar *const words[]
      = { "crit", "ce",    "bce",       "focal",  "nll", "xent",    "crossentropy", "acc",    "f1",
          "auc",  "auroc", "precision", "recall", "iou", "confmat", "meter",        "meters", NULL };
  static const gchar *const within[] = { "criterion", "loss", "metric", "accuracy", "f1score" };
  static const gchar *const buffers[]
      = { "class_weights", "class_weight", "pos_weight", "pos_weights", "tp", "fp", "tn", "fn",
          "confmat",       "cls_weights",  "ce_weights", "ce_weight",   NULL };
  g_autofree gchar *lower = g_ascii_strdown (name, -1);
  g_auto (GStrv) parts = g_strsplit (lower, ".", -1);

  for (guint i = 0; parts[i]; i++) {
    g_auto (GStrv) parted = g_strsplit_set (parts[i], "_-", -1);

    if (is_in (parts[i], buffers))
      return TRUE;
    for (guint k = 0; parted[k]; k++)
      if (is_in (parted[k], words))
        return TRUE;
    for (guint k = 0; k < G_N_ELEMENTS (within); k++)
      if (strstr (parts[i], within[k]))
        return TRUE;
  }
  return FALSE;
}

/* Whether the tensor is a counter, as metrics have them: a network's weights are never integers. */
static gboolean
is_count (const NnTensor *tensor)
{
  return tensor->i64 && strcmp (last_part (tensor->name), "num_batches_tracked");
}

static void
pass_over (GPtrArray *outside, GPtrArray *warnings)
{
  g_autoptr (GString) told = g_string_new (NULL);
  guint n = 0, i = 0;

  while (i < outside->len) {
    const NnTensor *tensor = g_ptr_array_index (outside, i);

    if (!is_count (tensor) && !is_of_training (tensor->name)) {
      i++;
      continue;
    }
    if (n++ < MAX_TOLD)
      g_string_append_printf (told, "%s%s", n > 1 ? ", " : "", tensor->name);
    g_ptr_array_remove_index (outside, i);
  }
  if (n > MAX_TOLD)
    g_string_append_printf (told, " and %u more", n - MAX_TOLD);
  if (n)
    g_ptr_array_add (warnings,
                     g_strdup_printf ("the file has tensors of losses or metrics beside the network, which are "
                                      "passed over: %s",
                                      told->str));
}

/* The length of the name that stands before "mean", "mu" and their like ("new_mean", "pixel_mean"), the module's
 * name included; −1 if the name does not end so. */
static gssize
stem_of (const gchar *name, gboolean deviation)
{
  static const gchar *const words[2][3] = { { "mean", "means", "mu" }, { "std", "stds", "sigma" } };
  const gchar *last = last_part (name);

  if (g_str_has_prefix (last, "running_"))
    return -1;
  for (guint i = 0; i < 3; i++)
    if (g_str_has_suffix (last, words[deviation][i])) {
      gsize length = strlen (last) - strlen (words[deviation][i]);

      if (!length || last[length - 1] == '_')
        return (gssize)((gsize)(last - name) + length);
    }
  return -1;
}

/* Whether the tensor has one number for each channel, or one for all. */
static gboolean
is_of_pixels (const NnTensor *tensor)
{
  return tensor->f32 && (tensor->n_elements == 3 || tensor->n_elements == 1);
}

static void
read_normalization (const NnTensor *mean, const NnTensor *std, NnResnetNormalization *n)
{
  gfloat largest = 0, range;

  for (guint i = 0; i < 3; i++) {
    n->mean[i] = mean->f32[mean->n_elements == 3 ? i : 0];
    n->std[i] = std->f32[std->n_elements == 3 ? i : 0];
    largest = MAX (largest, MAX (fabsf (n->mean[i]), n->std[i]));
    if (!isfinite (n->mean[i]) || !isfinite (n->std[i]) || n->std[i] <= 0)
      return;
  }
  range = largest > 1 ? 255 : 1; /* values over 1 belong to pixels from 0 to 255 */
  for (guint i = 0; i < 3; i++) {
    n->mean[i] /= range;
    n->std[i] /= range;
  }
  n->has = TRUE;
}

static void
find_normalization (GPtrArray *outside, NnResnetNormalization *normalization, GPtrArray *warnings)
{
  for (guint m = 0; m < outside->len; m++) {
    const NnTensor *mean = g_ptr_array_index (outside, m);
    gssize length = stem_of (mean->name, FALSE);

    for (guint s = 0; length >= 0 && is_of_pixels (mean) && s < outside->len; s++) {
      const NnTensor *std = g_ptr_array_index (outside, s);

      if (!is_of_pixels (std) || stem_of (std->name, TRUE) != length || strncmp (mean->name, std->name, (gsize)length))
        continue;
      read_normalization (mean, std, normalization);
      if (!normalization->has)
        return;
      g_ptr_array_add (
          warnings, g_strdup_printf ("the file's buffers %s and %s are taken as the preprocessing's mean and standard "
                                     "deviation; if that is not right, set mean and std",
                                     mean->name, std->name));
      g_ptr_array_remove (outside, (gpointer)mean);
      g_ptr_array_remove (outside, (gpointer)std);
      return;
    }
  }
}

void
nn_resnet_look_beside (GPtrArray *outside, NnResnetNormalization *normalization, GPtrArray *warnings)
{
  memset (normalization, 0, sizeof *normalization);
  pass_over (outside, warnings);
  find_normalization (outside, normalization, warnings);
}
