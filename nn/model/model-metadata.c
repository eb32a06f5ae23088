/* gst-resnet: what a model file says about itself
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/model-metadata.h"

#include <math.h>
#include <nn/error.h>
#include <string.h>

#include "model/model-labels.h"

/* Values come from an untrusted file, so a message shows at most this many of their bytes. */
#define MAX_SHOWN 80

static const gchar *const known_keys[] = { "preprocess.resize",
                                           "preprocess.crop",
                                           "preprocess.mean",
                                           "preprocess.std",
                                           "preprocess.interpolation",
                                           "preprocess.channel_order",
                                           NULL };

static void
set_bad_value (const gchar *key, const gchar *value, const gchar *expected, GError **error)
{
  g_autofree gchar *valid = g_utf8_make_valid (value, (gssize)strnlen (value, MAX_SHOWN));
  g_autofree gchar *shown = g_strescape (valid, NULL);

  g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the metadata key %s is \"%s\"%s; it should be %s", key, shown,
               strlen (value) > MAX_SHOWN ? "…" : "", expected);
}

typedef gboolean (*SetSize) (NnPreprocess *p, const gchar *name, const gchar *string, GError **error);

static gboolean
read_size (GHashTable *metadata, const gchar *key, guint minimum, SetSize set, NnPreprocess *preprocess,
           gboolean *found, GError **error)
{
  const gchar *value = g_hash_table_lookup (metadata, key);
  g_autofree gchar *expected = NULL;

  if (!value)
    return TRUE;
  *found = TRUE;
  if (set (preprocess, key, value, NULL))
    return TRUE;
  expected = g_strdup_printf ("a whole number from %u to %d, or HEIGHTxWIDTH", minimum, NN_PREPROCESS_MAX_SIZE);
  set_bad_value (key, value, expected, error);
  return FALSE;
}

/* Checks the mean or the std alone, without the other. Returns FALSE with an error where it is not valid. */
static gboolean
check_statistic (const gchar *key, const gchar *value, gboolean is_std, const NnPreprocess *preprocess, GError **error)
{
  NnPreprocess tried = *preprocess;
  gboolean good;

  if (!value)
    return TRUE;
  /* nn_preprocess_set_statistics() takes an empty string for "as it was", but in metadata it is an error. */
  good = *value && nn_preprocess_set_statistics (&tried, key, is_std ? NULL : value, key, is_std ? value : NULL, NULL);
  for (guint i = 0; i < preprocess->channels && good && is_std; i++)
    good = tried.std[i] > 0;
  if (good)
    return TRUE;
  if (preprocess->channels == 1)
    set_bad_value (key, value,
                   is_std ? "one number over 0 (the network takes grey pictures)"
                          : "one number (the network takes grey pictures)",
                   error);
  else
    set_bad_value (key, value,
                   is_std ? "three numbers over 0, as \"0.229, 0.224, 0.225\""
                          : "three numbers, as \"0.485, 0.456, 0.406\"",
                   error);
  return FALSE;
}

static gboolean
read_statistics (GHashTable *metadata, NnPreprocess *preprocess, gboolean *found, GError **error)
{
  const gchar *mean = g_hash_table_lookup (metadata, "preprocess.mean");
  const gchar *std = g_hash_table_lookup (metadata, "preprocess.std");

  *found = *found || mean || std;
  return check_statistic ("preprocess.mean", mean, FALSE, preprocess, error)
         && check_statistic ("preprocess.std", std, TRUE, preprocess, error)
         && nn_preprocess_set_statistics (preprocess, "preprocess.mean", mean, "preprocess.std", std, error);
}

static gboolean
read_channel_order (GHashTable *metadata, NnChannelOrder *order, gboolean *found, GError **error)
{
  const gchar *value = g_hash_table_lookup (metadata, "preprocess.channel_order");

  if (!value)
    return TRUE;
  *found = TRUE;
  if (nn_channel_order_from_string (value, order))
    return TRUE;
  set_bad_value ("preprocess.channel_order", value, "rgb or bgr", error);
  return FALSE;
}

static gboolean
read_interpolation (GHashTable *metadata, NnInterpolation *interpolation, gboolean *found, GError **error)
{
  const gchar *value = g_hash_table_lookup (metadata, "preprocess.interpolation");

  if (!value)
    return TRUE;
  *found = TRUE;
  if (nn_interpolation_from_string (value, interpolation))
    return TRUE;
  set_bad_value ("preprocess.interpolation", value, "nearest, bilinear or bicubic", error);
  return FALSE;
}

static void
warn_of_unknown_keys (GHashTable *metadata, GPtrArray *warnings)
{
  g_autoptr (GList) keys = g_list_sort (g_hash_table_get_keys (metadata), (GCompareFunc)strcmp);
  const GList *l;

  for (l = keys; l; l = l->next)
    if (g_str_has_prefix (l->data, "preprocess.") && !g_strv_contains (known_keys, l->data)) {
      g_autofree gchar *all = g_strjoinv (", ", (gchar **)known_keys);
      g_autofree gchar *valid = g_utf8_make_valid (l->data, (gssize)strnlen (l->data, MAX_SHOWN));
      g_autofree gchar *shown = g_strescape (valid, NULL);

      g_ptr_array_add (warnings,
                       g_strdup_printf ("the metadata key %s is unknown and ignored; there are %s", shown, all));
    }
}

gboolean
nn_metadata_read_preprocess (GHashTable *metadata, NnPreprocess *preprocess, gboolean *found, GPtrArray *warnings,
                             GError **error)
{
  GError *invalid = NULL;

  *found = FALSE;
  if (!read_size (metadata, "preprocess.resize", 0, nn_preprocess_set_resize, preprocess, found, error)
      || !read_size (metadata, "preprocess.crop", 1, nn_preprocess_set_crop, preprocess, found, error)
      || !read_channel_order (metadata, &preprocess->channel_order, found, error)
      || !read_statistics (metadata, preprocess, found, error)
      || !read_interpolation (metadata, &preprocess->interpolation, found, error))
    return FALSE;
  /* Here each value is what its key promises. Where they are refused for another reason, that is the file's fault, too.
   */
  if (!nn_preprocess_validate (preprocess, &invalid)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the metadata's preprocess values: %s", invalid->message);
    g_error_free (invalid);
    return FALSE;
  }
  warn_of_unknown_keys (metadata, warnings);
  return TRUE;
}

void
nn_metadata_set_grey (NnPreprocess *preprocess)
{
  preprocess->channels = 1;
  preprocess->mean[0] = preprocess->std[0] = 0.5f;
}

void
nn_metadata_warn_of_grey (const NnPreprocess *preprocess, gboolean known, GPtrArray *warnings)
{
  if (preprocess->channels == 1 && !known)
    g_ptr_array_add (warnings, g_strdup ("the network takes grey pictures, and the file does not say their mean and "
                                         "standard deviation, so 0.5 and 0.5 are used; set mean and std to what it "
                                         "was trained with (MNIST: mean=0.1307 std=0.3081)"));
}

gboolean
nn_metadata_read_labels (GHashTable *metadata, guint n_outputs, gchar ***labels, GPtrArray *warnings, GError **error)
{
  const gchar *value = g_hash_table_lookup (metadata, "labels");

  *labels = NULL;
  if (!value)
    return TRUE;
  *labels = nn_model_labels_parse (n_outputs, value, strlen (value), "the metadata key labels", warnings, error);
  return *labels != NULL;
}

void
nn_metadata_read_beside (GHashTable *beside, guint n_outputs, gchar ***labels, NnPreprocess *preprocess,
                         gboolean *has_preprocess, GPtrArray *warnings)
{
  NnPreprocess found = *preprocess;
  gboolean any = FALSE;
  g_autoptr (GError) label_error = NULL, error = NULL;

  if (!*labels && !nn_metadata_read_labels (beside, n_outputs, labels, warnings, &label_error))
    g_ptr_array_add (
        warnings, g_strdup_printf ("the labels in config.json beside the model are ignored: %s", label_error->message));
  if (*has_preprocess)
    return;
  if (!nn_metadata_read_preprocess (beside, &found, &any, warnings, &error)) {
    g_ptr_array_add (
        warnings, g_strdup_printf ("the preprocessing in the files beside the model is ignored: %s", error->message));
  } else if (any) {
    *preprocess = found;
    *has_preprocess = TRUE;
  }
}
