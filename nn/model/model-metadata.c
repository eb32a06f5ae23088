/* gst-resnet: what a model file says about itself
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/model-metadata.h"

#include <math.h>
#include <nn/error.h>
#include <string.h>

#include "model/model-labels.h"

/* Values come from an untrusted file: a message shows at most this many of their bytes. */
#define MAX_SHOWN 80

static const gchar *const known_keys[]
    = { "preprocess.resize", "preprocess.crop", "preprocess.mean", "preprocess.std", "preprocess.interpolation", NULL };

static void
set_bad_value (const gchar *key, const gchar *value, const gchar *expected, GError **error)
{
  g_autofree gchar *valid = g_utf8_make_valid (value, (gssize)strnlen (value, MAX_SHOWN));
  g_autofree gchar *shown = g_strescape (valid, NULL);

  g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the metadata key %s is \"%s\"%s; it should be %s", key, shown,
               strlen (value) > MAX_SHOWN ? "…" : "", expected);
}

static gboolean
read_size (GHashTable *metadata, const gchar *key, guint minimum, guint *size, gboolean *found, GError **error)
{
  const gchar *value = g_hash_table_lookup (metadata, key);
  g_autofree gchar *stripped = NULL, *expected = NULL;
  guint64 number;

  if (!value)
    return TRUE;
  *found = TRUE;
  stripped = g_strstrip (g_strdup (value));
  if (!g_ascii_string_to_unsigned (stripped, 10, minimum, NN_PREPROCESS_MAX_SIZE, &number, NULL)) {
    expected = g_strdup_printf ("a whole number from %u to %d", minimum, NN_PREPROCESS_MAX_SIZE);
    set_bad_value (key, value, expected, error);
    return FALSE;
  }
  *size = (guint)number;
  return TRUE;
}

static gboolean
read_triple (GHashTable *metadata, const gchar *key, gboolean positive, gfloat triple[3], gboolean *found,
             GError **error)
{
  const gchar *value = g_hash_table_lookup (metadata, key);
  gboolean good;
  guint i;

  if (!value)
    return TRUE;
  *found = TRUE;
  good = nn_preprocess_parse_triple (key, value, triple, NULL);
  for (i = 0; i < 3 && good; i++)
    good = isfinite (triple[i]) && (!positive || triple[i] > 0);
  if (!good)
    set_bad_value (key, value,
                   positive ? "three numbers over 0, as \"0.229, 0.224, 0.225\""
                            : "three numbers, as \"0.485, 0.456, 0.406\"",
                   error);
  return good;
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
  if (!read_size (metadata, "preprocess.resize", 0, &preprocess->resize, found, error)
      || !read_size (metadata, "preprocess.crop", 1, &preprocess->crop, found, error)
      || !read_triple (metadata, "preprocess.mean", FALSE, preprocess->mean, found, error)
      || !read_triple (metadata, "preprocess.std", TRUE, preprocess->std, found, error)
      || !read_interpolation (metadata, &preprocess->interpolation, found, error))
    return FALSE;
  /* Each value is what its key promises; what nn/image asks of them beyond that is the file's fault too. */
  if (!nn_preprocess_validate (preprocess, &invalid)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "the metadata's preprocess values: %s", invalid->message);
    g_error_free (invalid);
    return FALSE;
  }
  warn_of_unknown_keys (metadata, warnings);
  return TRUE;
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
