/* gst-resnet: config.json, preprocessor_config.json and .modelinfo beside a model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/sidecar.h"

#include <math.h>
#include <string.h>

#include "base/nn-hash.h"
#include "load/file-read.h"
#include "load/json-check.h"
#include "load/modelinfo.h"

/* ImageNet-21k's labels are 1 MB. */
#define MAX_FILE_BYTES (16 << 20)

typedef struct {
  GHashTable *values;
  GPtrArray *warnings;
  const gchar *shown; /* the file, in messages */
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

/* Members, NULL (FALSE) where they are absent or of another type. */
static JsonObject *
get_object (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static const gchar *
get_string (JsonObject *object, const gchar *name)
{
  return nn_json_get_string (json_object_get_member (object, name));
}

static gboolean
get_number (JsonNode *node, gdouble *value)
{
  if (!node || !JSON_NODE_HOLDS_VALUE (node)
      || (json_node_get_value_type (node) != G_TYPE_INT64 && json_node_get_value_type (node) != G_TYPE_DOUBLE))
    return FALSE;
  *value = json_node_get_double (node);
  return isfinite (*value);
}

/* A whole number of pixels. */
static gboolean
get_pixels (JsonNode *node, guint *pixels)
{
  gdouble value;

  if (!get_number (node, &value) || value < 1 || value > 65535 || value != floor (value))
    return FALSE;
  *pixels = (guint)value;
  return TRUE;
}

static gboolean
get_boolean (JsonObject *object, const gchar *name, gboolean otherwise)
{
  JsonNode *node = json_object_get_member (object, name);

  return node && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN
             ? json_node_get_boolean (node)
             : otherwise;
}

static void
set_pixels (Sidecar *sidecar, const gchar *key, guint pixels)
{
  set (sidecar, key, g_strdup_printf ("%u", pixels));
}

/* mean or std: an array of three numbers */
static void
set_triple (Sidecar *sidecar, const gchar *key, JsonNode *node)
{
  GString *text = g_string_new (NULL);
  guint i;

  if (!node)
    goto out;
  if (!JSON_NODE_HOLDS_ARRAY (node) || json_array_get_length (json_node_get_array (node)) != 3)
    goto bad;
  for (i = 0; i < 3; i++) {
    gchar number[G_ASCII_DTOSTR_BUF_SIZE];
    gdouble value;

    if (!get_number (json_array_get_element (json_node_get_array (node), i), &value)
        || (value <= 0 && g_str_has_suffix (key, "std")))
      goto bad;
    g_string_append_printf (text, "%s%s", i ? ", " : "", g_ascii_formatd (number, sizeof number, "%.9g", value));
  }
  set (sidecar, key, g_string_free (text, FALSE));
  return;
bad:
  warn (sidecar, "mean and standard deviation are not three numbers each, and are ignored");
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

/* Pillow's numbers of its filters. */
static void
set_numbered_interpolation (Sidecar *sidecar, JsonNode *node)
{
  static const gchar *const filters[] = { "nearest", "", "bilinear", "bicubic" };
  guint number = 0;

  if (!node)
    return;
  if (get_pixels (node, &number) && number < G_N_ELEMENTS (filters))
    set_text_interpolation (sidecar, filters[number]);
  else
    set_text_interpolation (sidecar, number ? "" : "nearest");
}

static gchar *
to_text (JsonNode *node)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();

  json_generator_set_root (generator, node);
  return json_generator_to_data (generator, NULL);
}

/* {"0": "tench", …}; transformers writes LABEL_0, LABEL_1, … where nobody named the classes. */
static void
read_id2label (Sidecar *sidecar, JsonObject *config)
{
  JsonNode *node = json_object_get_member (config, "id2label");
  const gchar *first;

  if (!node || !JSON_NODE_HOLDS_OBJECT (node))
    return;
  first = get_string (json_node_get_object (node), "0");
  if (first && strcmp (first, "LABEL_0"))
    set (sidecar, "labels", to_text (node));
}

/* ["n01440764", …] and {"n01440764": "tench", …} */
static void
read_label_names (Sidecar *sidecar, JsonObject *config)
{
  JsonNode *names = json_object_get_member (config, "label_names");
  JsonObject *descriptions = get_object (config, "label_descriptions");
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  guint i;

  if (!names || !JSON_NODE_HOLDS_ARRAY (names))
    return;
  json_builder_begin_array (builder);
  for (i = 0; i < json_array_get_length (json_node_get_array (names)); i++) {
    const gchar *name = nn_json_get_string (json_array_get_element (json_node_get_array (names), i));
    const gchar *description = NULL;

    if (!name)
      return;
    if (descriptions)
      description = get_string (descriptions, name);
    json_builder_add_string_value (builder, description ? description : name);
  }
  json_builder_end_array (builder);
  root = json_builder_get_root (builder);
  set (sidecar, "labels", to_text (root));
}

/* timm.data.create_transform(), evaluation: Resize (floor (size / crop_pct)), CenterCrop (size). */
static void
read_timm_preprocess (Sidecar *sidecar, JsonObject *config)
{
  JsonNode *size = json_object_get_member (config, "input_size");
  const gchar *mode = get_string (config, "crop_mode");
  gdouble crop_pct = 0.875; /* timm's own default */
  guint height, width;

  set_triple (sidecar, "preprocess.mean", json_object_get_member (config, "mean"));
  set_triple (sidecar, "preprocess.std", json_object_get_member (config, "std"));
  set_text_interpolation (sidecar, get_string (config, "interpolation"));
  if (!size)
    return;
  if (!JSON_NODE_HOLDS_ARRAY (size) || json_array_get_length (json_node_get_array (size)) != 3
      || !get_pixels (json_array_get_element (json_node_get_array (size), 1), &height)
      || !get_pixels (json_array_get_element (json_node_get_array (size), 2), &width) || height != width) {
    warn (sidecar, "input_size is not [3, N, N], and is ignored");
    return;
  }
  get_number (json_object_get_member (config, "crop_pct"), &crop_pct);
  if (crop_pct < 0.1 || crop_pct > 2 || (mode && strcmp (mode, "center") && strcmp (mode, "squash"))) {
    warn (sidecar, "crop_pct or crop_mode is not one that is known, and the sizes are ignored");
    return;
  }
  set_pixels (sidecar, "preprocess.crop", height);
  set_pixels (sidecar, "preprocess.resize", mode && !strcmp (mode, "squash") ? 0 : (guint)floor (height / crop_pct));
}

static void
read_config (Sidecar *sidecar, JsonObject *config)
{
  static const gchar *const strings[] = { "model_type", "hidden_act", "architecture" };
  static const gchar *const booleans[] = { "downsample_in_bottleneck", "downsample_in_first_stage" };
  JsonObject *pretrained = get_object (config, "pretrained_cfg");
  gsize i;

  for (i = 0; i < G_N_ELEMENTS (strings); i++) {
    const gchar *value = get_string (config, strings[i]);
    g_autofree gchar *key = g_strconcat ("config.", strings[i], NULL);

    if (value)
      set (sidecar, key, nn_json_shown (value));
  }
  for (i = 0; i < G_N_ELEMENTS (booleans); i++) {
    g_autofree gchar *key = g_strconcat ("config.", booleans[i], NULL);

    if (json_object_has_member (config, booleans[i]))
      set (sidecar, key, g_strdup (get_boolean (config, booleans[i], FALSE) ? "true" : "false"));
  }
  read_id2label (sidecar, config);
  read_label_names (sidecar, config);
  if (pretrained)
    read_timm_preprocess (sidecar, pretrained);
  else if (json_object_has_member (config, "architecture") && json_object_has_member (config, "input_size"))
    read_timm_preprocess (sidecar, config); /* as timm's older files have it */
}

/* size: 224, {"shortest_edge": 224} or {"height": 224, "width": 224}; @stretch: the last of these */
static gboolean
get_size (JsonNode *node, guint *size, gboolean *stretch)
{
  JsonObject *object;
  guint width;

  *stretch = FALSE;
  if (!node)
    return FALSE;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return get_pixels (node, size);
  object = json_node_get_object (node);
  if (get_pixels (json_object_get_member (object, "shortest_edge"), size))
    return TRUE;
  *stretch = TRUE;
  return get_pixels (json_object_get_member (object, "height"), size)
         && get_pixels (json_object_get_member (object, "width"), &width) && width == *size;
}

/* ConvNextImageProcessor, which transformers' ResNets use: below 384 pixels the shorter side becomes size / crop_pct
 * and the centre is cropped; from there on the picture is stretched. */
static gboolean
read_convnext_sizes (Sidecar *sidecar, JsonObject *config)
{
  gdouble crop_pct = 224.0 / 256;
  gboolean stretch;
  guint size;

  get_number (json_object_get_member (config, "crop_pct"), &crop_pct);
  if (!get_size (json_object_get_member (config, "size"), &size, &stretch) || stretch || crop_pct < 0.1 || crop_pct > 2)
    return FALSE;
  set_pixels (sidecar, "preprocess.crop", size);
  set_pixels (sidecar, "preprocess.resize", size < 384 ? (guint)floor (size / crop_pct) : 0);
  return TRUE;
}

static gboolean
read_sizes (Sidecar *sidecar, JsonObject *config)
{
  gboolean stretch, ignored, crops = get_boolean (config, "do_center_crop", FALSE);
  guint size, crop;

  if (!get_size (json_object_get_member (config, "size"), &size, &stretch))
    return FALSE;
  if (crops && !get_size (json_object_get_member (config, "crop_size"), &crop, &ignored))
    return FALSE;
  if (!crops)
    crop = size;
  /* What is neither a square crop of the shorter side's resizing nor a stretched square has no way to be said. */
  if (stretch ? crop != size : !crops)
    return FALSE;
  set_pixels (sidecar, "preprocess.crop", crop);
  set_pixels (sidecar, "preprocess.resize", stretch ? 0 : size);
  return TRUE;
}

static void
read_preprocessor (Sidecar *sidecar, JsonObject *config)
{
  const gchar *type = get_string (config, "image_processor_type");
  gboolean good;

  if (!type)
    type = get_string (config, "feature_extractor_type");
  if (!get_boolean (config, "do_resize", TRUE) || !get_boolean (config, "do_rescale", TRUE)) {
    warn (sidecar, "pictures that are not resized or not scaled to 0 to 1 are not known, and it is ignored");
    return;
  }
  good = (type && g_str_has_prefix (type, "ConvNext")) || json_object_has_member (config, "crop_pct")
             ? read_convnext_sizes (sidecar, config)
             : read_sizes (sidecar, config);
  if (!good)
    warn (sidecar, "its sizes are not a square crop that is known, and are ignored");
  if (get_boolean (config, "do_normalize", TRUE)) {
    set_triple (sidecar, "preprocess.mean", json_object_get_member (config, "image_mean"));
    set_triple (sidecar, "preprocess.std", json_object_get_member (config, "image_std"));
  } else {
    set (sidecar, "preprocess.mean", g_strdup ("0, 0, 0"));
    set (sidecar, "preprocess.std", g_strdup ("1, 1, 1"));
  }
  set_numbered_interpolation (sidecar, json_object_get_member (config, "resample"));
}

/* The file of that name in the model's folder; hubs keep ONNX files in a folder onnx/, and what they share with the
 * network's other files one folder up. Free with g_free(). */
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
read_file (Sidecar *sidecar, const gchar *model, const gchar *name, void (*read) (Sidecar *, JsonObject *))
{
  g_autofree gchar *path = find_beside (model, name), *shown = g_filename_display_name (path);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (JsonNode) root = NULL;
  g_autoptr (GError) error = NULL;
  gconstpointer data;
  gsize size;

  if (!g_file_test (path, G_FILE_TEST_EXISTS))
    return;
  sidecar->shown = shown;
  bytes = nn_file_read (path, MAX_FILE_BYTES, &error);
  if (bytes) {
    data = g_bytes_get_data (bytes, &size);
    root = nn_json_parse (data ? data : "", size, shown, &error);
  }
  if (!root)
    g_ptr_array_add (sidecar->warnings, g_strdup_printf ("%s; it is ignored", error->message));
  else if (JSON_NODE_HOLDS_OBJECT (root))
    read (sidecar, json_node_get_object (root));
}

GHashTable *
nn_sidecar_load (const gchar *path, GPtrArray *warnings)
{
  Sidecar sidecar = { g_hash_table_new_full (nn_name_hash, g_str_equal, g_free, g_free), warnings, NULL };
  g_autoptr (GError) error = NULL;

  read_file (&sidecar, path, "config.json", read_config);
  read_file (&sidecar, path, "preprocessor_config.json", read_preprocessor);
  if (!nn_modelinfo_fill (path, sidecar.values, warnings, &error))
    g_ptr_array_add (warnings, g_strdup_printf ("%s; it is ignored", error->message));
  return sidecar.values;
}
