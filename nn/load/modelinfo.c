/* gst-resnet: .modelinfo files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/modelinfo.h"

#include <math.h>
#include <string.h>

#include "load/file-read.h"

/* Such a file has a dozen lines. GKeyFile's tables are slow for names that were chosen to be alike, and so many of them
 * as fit here do no harm. */
#define MAX_FILE_BYTES (64 << 10)
/* As in labels.c. */
#define MAX_LABELS_BYTES (4 << 20)

static const gchar *const own_keys[]
    = { "preprocess.resize", "preprocess.crop", "preprocess.mean", "preprocess.std", "preprocess.interpolation" };

static void
set_default (GHashTable *values, const gchar *key, gchar *value)
{
  if (g_hash_table_contains (values, key))
    g_free (value);
  else
    g_hash_table_insert (values, g_strdup (key), value);
}

/* "a,b": two finite numbers, the second over the first */
static gboolean
parse_range (const gchar *text, gdouble *low, gdouble *high)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", 3);
  gchar *end[2];
  guint i;

  if (g_strv_length (parts) != 2)
    return FALSE;
  *low = g_ascii_strtod (g_strstrip (parts[0]), &end[0]);
  *high = g_ascii_strtod (g_strstrip (parts[1]), &end[1]);
  for (i = 0; i < 2; i++)
    if (end[i] == parts[i] || *end[i])
      return FALSE;
  return isfinite (*low) && isfinite (*high) && *high > *low;
}

/* One range for all channels, or one a channel. What a pixel from 0 to 1 becomes is low + pixel · (high − low), and
 * (pixel − mean) / std in our words. */
static gboolean
read_ranges (const gchar *text, GHashTable *values)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", 5);
  GString *mean = g_string_new (NULL), *std = g_string_new (NULL);
  guint n, i;

  for (n = g_strv_length (parts); n > 1 && !*g_strstrip (parts[n - 1]); n--)
    ; /* a separator may end the list */
  for (i = 0; i < 3; i++) {
    gchar number[G_ASCII_DTOSTR_BUF_SIZE];
    gdouble low, high;

    if ((n != 1 && n != 3) || !parse_range (parts[n == 1 ? 0 : i], &low, &high)) {
      g_string_free (mean, TRUE);
      g_string_free (std, TRUE);
      return FALSE;
    }
    g_string_append_printf (mean, "%s%s", i ? ", " : "",
                            g_ascii_formatd (number, sizeof number, "%.9g", -low / (high - low) + 0.0));
    g_string_append_printf (std, "%s%s", i ? ", " : "",
                            g_ascii_formatd (number, sizeof number, "%.9g", 1 / (high - low)));
  }
  set_default (values, "preprocess.mean", g_string_free (mean, FALSE));
  set_default (values, "preprocess.std", g_string_free (std, FALSE));
  return TRUE;
}

/* N × 3 × side × side, or channels last; other inputs say nothing of a crop. */
static void
read_dims (GKeyFile *file, const gchar *group, GHashTable *values)
{
  gsize n = 0;
  g_autofree gint *dims = g_key_file_get_integer_list (file, group, "dims", &n, NULL);
  gint side;

  if (!dims || n != 4 || (dims[1] == 3 ? dims[2] != dims[3] : dims[3] != 3 || dims[1] != dims[2]))
    return;
  side = dims[2];
  if (side < 1 || side > NN_PREPROCESS_MAX_SIZE)
    return;
  set_default (values, "preprocess.crop", g_strdup_printf ("%d", side));
  /* The file does not say it: ImageNet's usual share of the picture. */
  if (side * 8 / 7 <= NN_PREPROCESS_MAX_SIZE)
    set_default (values, "preprocess.resize", g_strdup_printf ("%d", side * 8 / 7));
}

static gboolean
read_input (GKeyFile *file, const gchar *group, const gchar *name, GHashTable *metadata, GError **error)
{
  g_autofree gchar *ranges = g_key_file_get_string (file, group, "ranges", NULL);
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (own_keys); i++) {
    gchar *value = g_key_file_get_string (file, group, own_keys[i], NULL);

    if (value)
      set_default (metadata, own_keys[i], value);
  }
  if (ranges && !read_ranges (ranges, metadata)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: [%s] ranges should be MIN,MAX, once for all channels or three times with semicolons between them",
                 name, group);
    return FALSE;
  }
  read_dims (file, group, metadata);
  return TRUE;
}

static gboolean
read_output (GKeyFile *file, const gchar *group, const gchar *name, const gchar *folder, GHashTable *metadata,
             GError **error)
{
  g_autofree gchar *labels = g_key_file_get_string (file, group, "labels-file", NULL), *path = NULL;
  g_autoptr (GBytes) bytes = NULL;
  gconstpointer data;
  gsize size;

  if (!labels || g_hash_table_contains (metadata, "labels"))
    return TRUE;
  if (!folder || !*labels || strchr (labels, '/') || !strcmp (labels, "..")) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: [%s] labels-file should be the name of a file beside the model",
                 name, group);
    return FALSE;
  }
  path = g_build_filename (folder, labels, NULL);
  bytes = nn_file_read (path, MAX_LABELS_BYTES, error);
  if (!bytes) {
    g_prefix_error (error, "%s: [%s] labels-file: ", name, group);
    return FALSE;
  }
  data = g_bytes_get_data (bytes, &size);
  g_hash_table_insert (metadata, g_strdup ("labels"), g_strndup (data ? data : "", size));
  return TRUE;
}

gboolean
nn_modelinfo_fill_from_data (const gchar *data, gsize size, const gchar *name, const gchar *folder,
                             GHashTable *metadata, GPtrArray *warnings, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree gchar *version = NULL;
  g_auto (GStrv) groups = NULL;
  gboolean has_input = FALSE, has_output = FALSE;
  gsize n, i;

  g_key_file_set_list_separator (file, ',');
  if (!g_utf8_validate_len (data, size, NULL) || !g_key_file_load_from_data (file, data, size, G_KEY_FILE_NONE, NULL)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT, "%s: is not an ini file in UTF-8", name);
    return FALSE;
  }
  version = g_key_file_get_string (file, "modelinfo", "version", NULL);
  if (!version || !g_str_has_prefix (version, "1.")) {
    g_set_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED, "%s: [modelinfo] version should be 1.0", name);
    return FALSE;
  }
  groups = g_key_file_get_groups (file, &n);
  for (i = 0; i < n; i++) {
    g_autofree gchar *dir = g_key_file_get_string (file, groups[i], "dir", NULL);

    if (!g_strcmp0 (dir, "input") && !has_input) {
      has_input = TRUE;
      if (!read_input (file, groups[i], name, metadata, error))
        return FALSE;
    } else if (!g_strcmp0 (dir, "output") && !has_output) {
      has_output = TRUE;
      if (!read_output (file, groups[i], name, folder, metadata, error))
        return FALSE;
    }
  }
  if (!has_input)
    g_ptr_array_add (warnings, g_strdup_printf ("%s: has no group with dir=input", name));
  return TRUE;
}

gboolean
nn_modelinfo_fill (const gchar *model_path, GHashTable *metadata, GPtrArray *warnings, GError **error)
{
  const gchar *dot = strrchr (model_path, '.');
  g_autofree gchar *folder = g_path_get_dirname (model_path);
  g_autofree gchar *stem = dot && !strchr (dot, '/') ? g_strndup (model_path, (gsize)(dot - model_path)) : NULL;
  const gchar *const bases[] = { model_path, stem };
  guint i;

  for (i = 0; i < G_N_ELEMENTS (bases) && bases[i]; i++) {
    g_autofree gchar *path = g_strconcat (bases[i], ".modelinfo", NULL), *shown = g_filename_display_name (path);
    g_autoptr (GBytes) bytes = NULL;
    gconstpointer data;
    gsize size;

    if (!g_file_test (path, G_FILE_TEST_EXISTS))
      continue;
    bytes = nn_file_read (path, MAX_FILE_BYTES, error);
    if (!bytes)
      return FALSE;
    data = g_bytes_get_data (bytes, &size);
    return nn_modelinfo_fill_from_data (data ? data : "", size, shown, folder, metadata, warnings, error);
  }
  return TRUE;
}

static void
append_tensor (GString *text, const NnModelInfoTensor *tensor, const gchar *id, const gchar *dir)
{
  guint i;

  g_string_append_printf (text, "\n[%s]\nid=%s\ndir=%s\ntype=%s\ndims=", tensor->name, id, dir,
                          nn_dtype_name (tensor->dtype));
  for (i = 0; i < tensor->n_dims; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i ? "," : "", tensor->dims[i]);
  g_string_append_c (text, '\n');
}

static void
append_triple (GString *text, const gchar *key, const gfloat triple[3])
{
  gchar number[G_ASCII_DTOSTR_BUF_SIZE];
  guint i;

  g_string_append_printf (text, "%s=", key);
  for (i = 0; i < 3; i++)
    g_string_append_printf (text, "%s%s", i ? ", " : "", g_ascii_formatd (number, sizeof number, "%.9g", triple[i]));
  g_string_append_c (text, '\n');
}

gchar *
nn_modelinfo_to_string (const gchar *group_id, const NnModelInfoTensor *input, const NnModelInfoTensor *output,
                        gboolean softmaxed, const NnPreprocess *preprocess, const gchar *labels_file)
{
  GString *text = g_string_new ("[modelinfo]\nversion=1.0\n");
  guint i;

  g_string_append_printf (text, "group-id=%s\n", group_id);
  append_tensor (text, input, input->name, "input");
  g_string_append (text, "ranges=");
  for (i = 0; i < 3; i++) {
    gchar low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];
    gdouble mean = preprocess->mean[i], std = preprocess->std[i];

    g_string_append_printf (text, "%s%s,%s", i ? ";" : "", g_ascii_formatd (low, sizeof low, "%.9g", -mean / std + 0.0),
                            g_ascii_formatd (high, sizeof high, "%.9g", (1 - mean) / std));
  }
  g_string_append_printf (text, "\npreprocess.resize=%u\npreprocess.crop=%u\n", preprocess->resize, preprocess->crop);
  append_triple (text, "preprocess.mean", preprocess->mean);
  append_triple (text, "preprocess.std", preprocess->std);
  g_string_append_printf (text, "preprocess.interpolation=%s\n",
                          nn_interpolation_to_string (preprocess->interpolation));
  append_tensor (text, output, softmaxed ? "classification-generic-softmaxed-out" : "classification-generic-out",
                 "output");
  if (labels_file)
    g_string_append_printf (text, "labels-file=%s\n", labels_file);
  return g_string_free (text, FALSE);
}
