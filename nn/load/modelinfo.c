/* gst-resnet: .modelinfo files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/modelinfo.h"

#include <math.h>
#include <string.h>

#include "load/file-read.h"

/* Such a file has a dozen lines. GKeyFile's tables are slow if many names were chosen to have the same hash, but the
 * number of names that fit into this size does no harm. */
#define MAX_FILE_BYTES (64 << 10)
/* This limit is the one of labels.c. */
#define MAX_LABELS_BYTES (4 << 20)

static const gchar *const own_keys[] = { "preprocess.resize", "preprocess.crop",          "preprocess.mean",
                                         "preprocess.std",    "preprocess.interpolation", "preprocess.channel_order" };

static void
set_default (GHashTable *values, const gchar *key, gchar *value)
{
  if (g_hash_table_contains (values, key))
    g_free (value);
  else
    g_hash_table_insert (values, g_strdup (key), value);
}

/* Reads "a,b": two finite numbers, of which the second is greater than the first. */
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

/* Reads one range for all channels, or one for each channel. A pixel from 0 to 1 becomes low + pixel · (high − low)
 * there, and (pixel − mean) / std in our terms. @channels is the input's number of channels, 1 or 3. */
static gboolean
read_ranges (const gchar *text, guint channels, GHashTable *values)
{
  g_auto (GStrv) parts = g_strsplit (text, ";", 5);
  NnPreprocess found = { .channels = channels };
  gchar *mean, *std;
  guint n, i;

  for (n = g_strv_length (parts); n > 1 && !*g_strstrip (parts[n - 1]); n--)
    ; /* a separator may end the list */
  for (i = 0; i < channels; i++) {
    gdouble low, high;

    if ((n != 1 && n != channels) || !parse_range (parts[n == 1 ? 0 : i], &low, &high))
      return FALSE;
    found.mean[i] = (gfloat)(-low / (high - low) + 0.0);
    found.std[i] = (gfloat)(1 / (high - low));
  }
  nn_preprocess_statistics_to_strings (&found, &mean, &std);
  set_default (values, "preprocess.mean", mean);
  set_default (values, "preprocess.std", std);
  return TRUE;
}

/* Reads the input's shape; returns the number of channels, 1 or 3, and 3 if the file does not say it. */
static guint
read_dims (GKeyFile *file, const gchar *group, GHashTable *values)
{
  gsize n = 0;
  g_autofree gint *dims = g_key_file_get_integer_list (file, group, "dims", &n, NULL);
  gint channels, height, width;

  /* The input is N × channels × height × width, or has the channels last. Any other input says nothing about a crop. */
  if (!dims || n != 4)
    return 3;
  channels = dims[1] == 3 || dims[1] == 1 ? dims[1] : dims[3];
  height = dims[1] == channels ? dims[2] : dims[1];
  width = dims[1] == channels ? dims[3] : dims[2];
  if (channels != 1 && channels != 3)
    return 3;
  if (height < 1 || width < 1 || height > NN_PREPROCESS_MAX_SIZE || width > NN_PREPROCESS_MAX_SIZE)
    return (guint)channels;
  if (height != width) {
    /* The file does not say how to resize. If the input is not square, it is usual to take the whole picture. */
    set_default (values, "preprocess.crop", g_strdup_printf ("%dx%d", height, width));
    set_default (values, "preprocess.resize", g_strdup ("0"));
    return (guint)channels;
  }
  set_default (values, "preprocess.crop", g_strdup_printf ("%d", height));
  /* The file does not say how to resize. This is the share of the picture that is usual for ImageNet. */
  if (height * 8 / 7 <= NN_PREPROCESS_MAX_SIZE)
    set_default (values, "preprocess.resize", g_strdup_printf ("%d", height * 8 / 7));
  return (guint)channels;
}

static gboolean
read_input (GKeyFile *file, const gchar *group, const gchar *name, GHashTable *metadata, GError **error)
{
  g_autofree gchar *ranges = g_key_file_get_string (file, group, "ranges", NULL);
  guint channels;
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (own_keys); i++) {
    gchar *value = g_key_file_get_string (file, group, own_keys[i], NULL);

    if (value)
      set_default (metadata, own_keys[i], value);
  }
  channels = read_dims (file, group, metadata);
  if (ranges && !read_ranges (ranges, channels, metadata)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: [%s] ranges should be MIN,MAX, once for all channels or three times with semicolons between them",
                 name, group);
    return FALSE;
  }
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

gchar *
nn_modelinfo_to_string (const gchar *group_id, const NnModelInfoTensor *input, const NnModelInfoTensor *output,
                        gboolean softmaxed, const NnPreprocess *preprocess, const gchar *labels_file)
{
  GString *text = g_string_new ("[modelinfo]\nversion=1.0\n");
  g_autofree gchar *resize = NULL, *crop = NULL, *mean = NULL, *std = NULL;
  guint i;

  g_string_append_printf (text, "group-id=%s\n", group_id);
  append_tensor (text, input, input->name, "input");
  g_string_append (text, "ranges=");
  for (i = 0; i < preprocess->channels; i++) {
    gchar low[G_ASCII_DTOSTR_BUF_SIZE], high[G_ASCII_DTOSTR_BUF_SIZE];
    gdouble m = preprocess->mean[i], s = preprocess->std[i];

    g_string_append_printf (text, "%s%s,%s", i ? ";" : "", g_ascii_formatd (low, sizeof low, "%.9g", -m / s + 0.0),
                            g_ascii_formatd (high, sizeof high, "%.9g", (1 - m) / s));
  }
  resize = nn_preprocess_resize_to_string (preprocess);
  crop = nn_preprocess_crop_to_string (preprocess);
  nn_preprocess_statistics_to_strings (preprocess, &mean, &std);
  g_string_append_printf (text, "\npreprocess.resize=%s\npreprocess.crop=%s\npreprocess.mean=%s\npreprocess.std=%s\n",
                          resize, crop, mean, std);
  if (preprocess->channel_order != NN_CHANNEL_ORDER_RGB)
    g_string_append_printf (text, "preprocess.channel_order=%s\n",
                            nn_channel_order_to_string (preprocess->channel_order));
  g_string_append_printf (text, "preprocess.interpolation=%s\n",
                          nn_interpolation_to_string (preprocess->interpolation));
  append_tensor (text, output, softmaxed ? "classification-generic-softmaxed-out" : "classification-generic-out",
                 "output");
  if (labels_file)
    g_string_append_printf (text, "labels-file=%s\n", labels_file);
  return g_string_free (text, FALSE);
}
