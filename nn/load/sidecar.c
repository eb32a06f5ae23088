/* gst-resnet: config.json, preprocessor_config.json and .modelinfo beside a model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/sidecar.h"

#include <math.h>
#include <string.h>

#include "base/nn-hash.h"
#include "load/file-read.h"
#include "load/json-read.h"
#include "load/json-write.h"
#include "load/modelinfo.h"

/* The labels of ImageNet-21k in both directions (id2label, label2id) are 2 MB. */
#define MAX_CONFIG_BYTES (4 << 20)
/* This file has half a kilobyte in all known models. */
#define MAX_PREPROCESSOR_BYTES (64 << 10)

typedef struct {
  GHashTable *values;
  GPtrArray *warnings;
  const gchar *shown; /* what messages call the file */
} Sidecar;

static void
warn (Sidecar *sidecar, const gchar *what)
{
  g_ptr_array_add (sidecar->warnings, g_strdup_printf ("%s: %s", sidecar->shown, what));
}

static void
set (Sidecar *sidecar, const gchar *key, gchar *value)
{
  g_hash_table_insert (sidecar->values, g_strdup (key), value);
}

static gboolean
get_number (NnJson value, gdouble *number)
{
  return nn_json_double (value, number) && isfinite (*number);
}

static const gchar *
get_string (NnJson object, const gchar *name)
{
  return nn_json_string (nn_json_member (object, name));
}

/* Reads a whole number of pixels. */
static gboolean
get_pixels (NnJson node, guint *pixels)
{
  gdouble value;

  if (!get_number (node, &value) || value < 1 || value > 65535 || value != floor (value))
    return FALSE;
  *pixels = (guint)value;
  return TRUE;
}

static gboolean
get_boolean (NnJson object, const gchar *name, gboolean otherwise)
{
  const NnJsonType type = nn_json_type (nn_json_member (object, name));

  return type == NN_JSON_TRUE || (type != NN_JSON_FALSE && otherwise);
}

/* Writes 224, or 256x128 (height, width). */
static void
set_size (Sidecar *sidecar, const gchar *key, guint height, guint width)
{
  set (sidecar, key, height == width ? g_strdup_printf ("%u", height) : g_strdup_printf ("%ux%u", height, width));
}

static void
set_pixels (Sidecar *sidecar, const gchar *key, guint pixels)
{
  set (sidecar, key, g_strdup_printf ("%u", pixels));
}

/* Reads mean or std: an array of three numbers, or of one number for grey pictures. */
static void
set_triple (Sidecar *sidecar, const gchar *key, NnJson node)
{
  GString *text = g_string_new (NULL);
  guint i, n = nn_json_type (node) == NN_JSON_ARRAY ? nn_json_count (node) : 0;

  if (!nn_json_type (node))
    goto out;
  if (n != 1 && n != 3)
    goto bad;
  for (i = 0; i < n; i++) {
    gchar number[G_ASCII_DTOSTR_BUF_SIZE];
    gdouble value;

    if (!get_number (nn_json_element (node, i), &value) || (value <= 0 && g_str_has_suffix (key, "std")))
      goto bad;
    g_string_append_printf (text, "%s%s", i ? ", " : "", g_ascii_formatd (number, sizeof number, "%.9g", value));
  }
  set (sidecar, key, g_string_free (text, FALSE));
  return;
bad:
  warn (sidecar, "mean and standard deviation are not three numbers each (or one), and are ignored");
out:
  g_string_free (text, TRUE);
}

static void
set_text_interpolation (Sidecar *sidecar, const gchar *name)
{
  if (!name)
    return;
  if (!strcmp (name, "bilinear") || !strcmp (name, "bicubic") || !strcmp (name, "nearest"))
    set (sidecar, "preprocess.interpolation", g_strdup (name));
  else
    warn (sidecar, "its interpolation is not nearest, bilinear or bicubic, and is ignored");
}

/* Translates Pillow's numbers of its filters. */
static void
set_numbered_interpolation (Sidecar *sidecar, NnJson node)
{
  static const gchar *const filters[] = { "nearest", "", "bilinear", "bicubic" };
  guint number = 0;

  if (!nn_json_type (node))
    return;
  if (get_pixels (node, &number) && number < G_N_ELEMENTS (filters))
    set_text_interpolation (sidecar, filters[number]);
  else
    set_text_interpolation (sidecar, number ? "" : "nearest");
}

/* Reads {"0": "tench", …}. transformers writes LABEL_0, LABEL_1, … if nobody named the classes. Values that are not
 * strings are kept, so that the check of the labels refuses them. */
static void
read_id2label (Sidecar *sidecar, NnJson config)
{
  const NnJson labels = nn_json_member (config, "id2label");
  const gchar *first = get_string (labels, "0");
  GString *text;

  if (!first || strcmp (first, "LABEL_0") == 0)
    return;
  text = g_string_new ("{");
  for (NnJson value = nn_json_first (labels); nn_json_type (value); value = nn_json_next (labels, value)) {
    if (text->len > 1)
      g_string_append_c (text, ',');
    nn_json_append_string (text, nn_json_name (value));
    g_string_append_c (text, ':');
    if (nn_json_string (value))
      nn_json_append_string (text, nn_json_string (value));
    else
      g_string_append (text, "null");
  }
  g_string_append_c (text, '}');
  set (sidecar, "labels", g_string_free (text, FALSE));
}

/* Reads ["n01440764", …] and {"n01440764": "tench", …}. */
static void
read_label_names (Sidecar *sidecar, NnJson config)
{
  const NnJson names = nn_json_member (config, "label_names"), words = nn_json_member (config, "label_descriptions");
  g_autoptr (GHashTable) descriptions = g_hash_table_new (nn_name_hash, g_str_equal);
  GString *text;

  if (nn_json_type (names) != NN_JSON_ARRAY)
    return;
  if (nn_json_type (words) == NN_JSON_OBJECT)
    for (NnJson value = nn_json_first (words); nn_json_type (value); value = nn_json_next (words, value))
      if (nn_json_string (value))
        g_hash_table_insert (descriptions, (gpointer)nn_json_name (value), (gpointer)nn_json_string (value));
  text = g_string_new ("[");
  for (NnJson value = nn_json_first (names); nn_json_type (value); value = nn_json_next (names, value)) {
    const gchar *name = nn_json_string (value), *description;

    if (!name) {
      g_string_free (text, TRUE);
      return;
    }
    description = g_hash_table_lookup (descriptions, name);
    if (text->len > 1)
      g_string_append_c (text, ',');
    nn_json_append_string (text, description ? description : name);
  }
  g_string_append_c (text, ']');
  set (sidecar, "labels", g_string_free (text, FALSE));
}

/* This is what timm.data.create_transform() does in evaluation: Resize (floor (size / crop_pct)), CenterCrop (size). */
static void
read_timm_preprocess (Sidecar *sidecar, NnJson config)
{
  const NnJson size = nn_json_member (config, "input_size");
  const gchar *mode = get_string (config, "crop_mode");
  gdouble crop_pct = 0.875; /* timm's own default */
  guint height, width;

  set_triple (sidecar, "preprocess.mean", nn_json_member (config, "mean"));
  set_triple (sidecar, "preprocess.std", nn_json_member (config, "std"));
  set_text_interpolation (sidecar, get_string (config, "interpolation"));
  if (!nn_json_type (size))
    return;
  if (nn_json_type (size) != NN_JSON_ARRAY || nn_json_count (size) != 3
      || !get_pixels (nn_json_element (size, 1), &height) || !get_pixels (nn_json_element (size, 2), &width)) {
    warn (sidecar, "input_size is not [3, height, width], and is ignored");
    return;
  }
  get_number (nn_json_member (config, "crop_pct"), &crop_pct);
  if (crop_pct < 0.1 || crop_pct > 2 || (mode && strcmp (mode, "center") && strcmp (mode, "squash"))) {
    warn (sidecar, "crop_pct or crop_mode is not one that is known, and the sizes are ignored");
    return;
  }
  set_size (sidecar, "preprocess.crop", height, width);
  if (height == width && !(mode && !strcmp (mode, "squash"))) {
    set_pixels (sidecar, "preprocess.resize", (guint)floor (height / crop_pct));
    return;
  }
  set (sidecar, "preprocess.resize",
       g_strdup_printf ("%ux%u", (guint)floor (height / crop_pct), (guint)floor (width / crop_pct)));
  if (!mode || strcmp (mode, "squash"))
    warn (sidecar, "the input is not square: pictures are stretched to its shape; if that is not right, set resize");
}

static void
read_config (Sidecar *sidecar, NnJson config)
{
  static const gchar *const strings[] = { "model_type", "hidden_act", "architecture" };
  static const gchar *const booleans[] = { "downsample_in_bottleneck", "downsample_in_first_stage" };
  const NnJson pretrained = nn_json_member (config, "pretrained_cfg");
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (strings); i++) {
    const gchar *value = get_string (config, strings[i]);
    g_autofree gchar *key = g_strconcat ("config.", strings[i], NULL);

    if (value)
      set (sidecar, key, nn_json_shown (value));
  }
  for (i = 0; i < G_N_ELEMENTS (booleans); i++) {
    g_autofree gchar *key = g_strconcat ("config.", booleans[i], NULL);

    if (nn_json_type (nn_json_member (config, booleans[i])))
      set (sidecar, key, g_strdup (get_boolean (config, booleans[i], FALSE) ? "true" : "false"));
  }
  read_id2label (sidecar, config);
  read_label_names (sidecar, config);
  if (nn_json_type (pretrained) == NN_JSON_OBJECT)
    read_timm_preprocess (sidecar, pretrained);
  else if (nn_json_type (nn_json_member (config, "architecture"))
           && nn_json_type (nn_json_member (config, "input_size")))
    read_timm_preprocess (sidecar, config); /* timm's older files have the keys here */
}

/* Reads size: 224, {"shortest_edge": 224} or {"height": 224, "width": 224}; @stretch is set for the last of these,
 * whose sides may differ. */
static gboolean
get_size (NnJson node, guint *height, guint *width, gboolean *stretch)
{
  *stretch = FALSE;
  if (nn_json_type (node) != NN_JSON_OBJECT)
    return get_pixels (node, height) && get_pixels (node, width);
  if (get_pixels (nn_json_member (node, "shortest_edge"), height)) {
    *width = *height;
    return TRUE;
  }
  *stretch = TRUE;
  return get_pixels (nn_json_member (node, "height"), height) && get_pixels (nn_json_member (node, "width"), width);
}

/* This follows ConvNextImageProcessor, which transformers' ResNets use: below 384 pixels the shorter side becomes size
 * / crop_pct and the centre is cropped; from 384 on the picture is stretched. */
static gboolean
read_convnext_sizes (Sidecar *sidecar, NnJson config)
{
  gdouble crop_pct = 224.0 / 256;
  gboolean stretch;
  guint size, ignored;

  get_number (nn_json_member (config, "crop_pct"), &crop_pct);
  if (!get_size (nn_json_member (config, "size"), &size, &ignored, &stretch) || stretch || crop_pct < 0.1
      || crop_pct > 2)
    return FALSE;
  set_pixels (sidecar, "preprocess.crop", size);
  set_pixels (sidecar, "preprocess.resize", size < 384 ? (guint)floor (size / crop_pct) : 0);
  return TRUE;
}

static gboolean
read_sizes (Sidecar *sidecar, NnJson config)
{
  gboolean stretch, ignored, crops = get_boolean (config, "do_center_crop", FALSE);
  guint height, width, crop_height, crop_width;

  if (!get_size (nn_json_member (config, "size"), &height, &width, &stretch))
    return FALSE;
  if (crops && !get_size (nn_json_member (config, "crop_size"), &crop_height, &crop_width, &ignored))
    return FALSE;
  /* Our keys cannot express that the shorter side is resized and nothing is cropped. */
  if (!stretch && !crops)
    return FALSE;
  if (!crops) {
    crop_height = height;
    crop_width = width;
  }
  set_size (sidecar, "preprocess.crop", crop_height, crop_width);
  if (!stretch)
    set_pixels (sidecar, "preprocess.resize", height);
  else if (crop_height == height && crop_width == width)
    set_pixels (sidecar, "preprocess.resize", 0);
  else
    set (sidecar, "preprocess.resize", g_strdup_printf ("%ux%u", height, width));
  return TRUE;
}

static void
read_preprocessor (Sidecar *sidecar, NnJson config)
{
  const gchar *type = get_string (config, "image_processor_type");
  gboolean good;

  if (!type)
    type = get_string (config, "feature_extractor_type");
  if (!get_boolean (config, "do_resize", TRUE) || !get_boolean (config, "do_rescale", TRUE)) {
    warn (sidecar, "pictures that are not resized or not scaled to 0 to 1 are not known, and it is ignored");
    return;
  }
  good = (type && g_str_has_prefix (type, "ConvNext")) || nn_json_type (nn_json_member (config, "crop_pct"))
             ? read_convnext_sizes (sidecar, config)
             : read_sizes (sidecar, config);
  if (!good)
    warn (sidecar, "its sizes are not a crop that is known, and are ignored");
  if (get_boolean (config, "do_normalize", TRUE)) {
    set_triple (sidecar, "preprocess.mean", nn_json_member (config, "image_mean"));
    set_triple (sidecar, "preprocess.std", nn_json_member (config, "image_std"));
  } else {
    set (sidecar, "preprocess.mean", g_strdup ("0, 0, 0"));
    set (sidecar, "preprocess.std", g_strdup ("1, 1, 1"));
  }
  if (get_boolean (config, "do_flip_channel_order", FALSE))
    set (sidecar, "preprocess.channel_order", g_strdup ("bgr"));
  set_numbered_interpolation (sidecar, nn_json_member (config, "resample"));
}

/* Finds the file of that name in the model's folder. Model hubs keep ONNX files in a folder onnx/, and the files that
 * these share with other forms of the network one folder further up. Free the result with g_free(). */
static gchar *
find_beside (const gchar *model, const gchar *name)
{
  g_autofree gchar *whole = g_canonicalize_filename (model, NULL), *folder = g_path_get_dirname (whole);
  g_autofree gchar *folder_name = g_path_get_basename (folder), *parent = g_path_get_dirname (folder);
  gchar *beside = g_build_filename (folder, name, NULL);

  if (strcmp (folder_name, "onnx") != 0 || g_file_test (beside, G_FILE_TEST_EXISTS))
    return beside;
  g_free (beside);
  return g_build_filename (parent, name, NULL);
}

static void
read_file (Sidecar *sidecar, const gchar *model, const gchar *name, guint64 max_bytes, void (*read) (Sidecar *, NnJson))
{
  g_autofree gchar *path = find_beside (model, name), *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (NnJsonDoc) doc = NULL;
  g_autoptr (GError) error = NULL;
  gconstpointer data;
  gsize size;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  sidecar->shown = shown;
  bytes = nn_file_read (path, max_bytes, &error);
  if (bytes) {
    data = g_bytes_get_data (bytes, &size);
    doc = nn_json_parse (data ? data : "", size, shown, &error);
  }
  if (!doc)
    g_ptr_array_add (sidecar->warnings, g_strdup_printf ("%s; it is ignored", error->message));
  else if (nn_json_type (nn_json_root (doc)) == NN_JSON_OBJECT)
    read (sidecar, nn_json_root (doc));
}

GHashTable *
nn_sidecar_load (const gchar *path, GPtrArray *warnings)
{
  Sidecar sidecar = { g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, g_free), warnings, NULL };
  g_autoptr (GError) error = NULL;

  read_file (&sidecar, path, "config.json", MAX_CONFIG_BYTES, read_config);
  read_file (&sidecar, path, "preprocessor_config.json", MAX_PREPROCESSOR_BYTES, read_preprocessor);
  if (!nn_modelinfo_fill (path, sidecar.values, warnings, &error))
    g_ptr_array_add (warnings, g_strdup_printf ("%s; it is ignored", error->message));
  return sidecar.values;
}
