/* gst-resnet tests: state dicts of ResNets by hand
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "state-dict-maker.h"

#include <string.h>

#include "graph-reference.h"

typedef struct {
  gchar *name;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS];
  gsize n;
  gfloat *values;
  gboolean integer;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_free (entry->name);
  g_free (entry->values);
  g_free (entry);
}

static Entry *
find (const TestDict *dict, const gchar *name)
{
  guint i;

  for (i = 0; i < dict->len; i++) {
    Entry *entry = g_ptr_array_index (dict, i);

    if (!strcmp (entry->name, name))
      return entry;
  }
  return NULL;
}

static Entry *
find_or_fail (const TestDict *dict, const gchar *name)
{
  Entry *entry = find (dict, name);

  if (!entry)
    g_error ("the test names %s, which is not there", name);
  return entry;
}

static void
set_shape (Entry *entry, guint n_dims, const guint64 *dims)
{
  GBytes *bytes;
  guint i;

  entry->n_dims = n_dims;
  for (entry->n = 1, i = 0; i < n_dims; i++)
    entry->n *= entry->dims[i] = dims[i];
  bytes = test_random_floats (g_str_hash (entry->name), entry->n, -0.5, 0.5);
  g_free (entry->values);
  entry->values = g_memdup2 (g_bytes_get_data (bytes, NULL), entry->n * sizeof (gfloat));
  g_bytes_unref (bytes);
}

void
test_dict_add (TestDict *dict, const gchar *name, guint n_dims, const guint64 *dims)
{
  Entry *entry = g_new0 (Entry, 1);

  g_assert_null (find (dict, name));
  entry->name = g_strdup (name);
  set_shape (entry, n_dims, dims);
  g_ptr_array_add (dict, entry);
}

void
test_dict_reshape (TestDict *dict, const gchar *name, guint n_dims, const guint64 *dims)
{
  set_shape (find_or_fail (dict, name), n_dims, dims);
}

void
test_dict_remove (TestDict *dict, const gchar *name)
{
  g_ptr_array_remove (dict, find_or_fail (dict, name));
}

void
test_dict_remove_prefix (TestDict *dict, const gchar *prefix)
{
  guint i, before = dict->len;

  for (i = dict->len; i-- > 0;)
    if (g_str_has_prefix (((Entry *)g_ptr_array_index (dict, i))->name, prefix))
      g_ptr_array_remove_index (dict, i);
  g_assert_cmpuint (dict->len, <, before);
}

static void
fill (Entry *entry, gfloat value)
{
  gsize i;

  for (i = 0; i < entry->n; i++)
    entry->values[i] = value;
}

void
test_dict_fill (TestDict *dict, const gchar *name, gfloat value)
{
  fill (find_or_fail (dict, name), value);
}

void
test_dict_fill_suffix (TestDict *dict, const gchar *suffix, gfloat value)
{
  guint i;

  for (i = 0; i < dict->len; i++)
    if (g_str_has_suffix (((Entry *)g_ptr_array_index (dict, i))->name, suffix))
      fill (g_ptr_array_index (dict, i), value);
}

void
test_dict_set (TestDict *dict, const gchar *name, gsize index, gfloat value)
{
  Entry *entry = find_or_fail (dict, name);

  g_assert_cmpuint (index, <, entry->n);
  entry->values[index] = value;
}

void
test_dict_make_integer (TestDict *dict, const gchar *name)
{
  find_or_fail (dict, name)->integer = TRUE;
}

void
test_dict_rename (TestDict *dict, const gchar *old, const gchar *new_part)
{
  guint i;

  for (i = 0; i < dict->len; i++) {
    Entry *entry = g_ptr_array_index (dict, i);
    g_auto (GStrv) parts = g_strsplit (entry->name, old, -1);

    g_free (entry->name);
    entry->name = g_strjoinv (new_part, parts);
  }
}

void
test_dict_prefix (TestDict *dict, const gchar *prefix)
{
  guint i;

  for (i = 0; i < dict->len; i++) {
    Entry *entry = g_ptr_array_index (dict, i);
    gchar *old = entry->name;

    entry->name = g_strconcat (prefix, old, NULL);
    g_free (old);
  }
}

static void
add_named (TestDict *dict, const gchar *layer, const gchar *suffix, guint n_dims, const guint64 *dims)
{
  g_autofree gchar *name = g_strconcat (layer, ".", suffix, NULL);

  test_dict_add (dict, name, n_dims, dims);
}

static void
add_conv (TestDict *dict, const TestResnet *net, const gchar *prefix, const gchar *conv, const gchar *bn, guint out,
          guint in, guint kernel)
{
  g_autofree gchar *layer = g_strconcat (prefix, conv, NULL), *bn_layer = g_strconcat (prefix, bn, NULL);
  g_autofree gchar *variance = g_strconcat (bn_layer, ".running_var", NULL);
  g_autofree gchar *counter = g_strconcat (bn_layer, ".num_batches_tracked", NULL);
  const guint64 dims[] = { out, in, kernel, kernel };
  gsize i;

  add_named (dict, layer, "weight", 4, dims);
  if (net->no_batch_norm) {
    add_named (dict, layer, "bias", 1, dims);
    return;
  }
  if (!net->no_affine) {
    add_named (dict, bn_layer, "weight", 1, dims);
    add_named (dict, bn_layer, "bias", 1, dims);
  }
  add_named (dict, bn_layer, "running_mean", 1, dims);
  add_named (dict, bn_layer, "running_var", 1, dims);
  for (i = 0; i < out; i++)
    find_or_fail (dict, variance)->values[i] += 0.75f;
  add_named (dict, bn_layer, "num_batches_tracked", 0, dims);
  test_dict_fill (dict, counter, 77);
  test_dict_make_integer (dict, counter);
}

static void
add_block (TestDict *dict, const TestResnet *net, guint stage, guint block, guint in)
{
  g_autofree gchar *prefix = g_strdup_printf ("layer%u.%u.", stage + 1, block);
  guint inner = net->inner << stage, out = net->out << stage;

  if (net->bottleneck) {
    add_conv (dict, net, prefix, "conv1", "bn1", inner, in, 1);
    add_conv (dict, net, prefix, "conv2", "bn2", inner, inner / MAX (net->groups, 1), 3);
    add_conv (dict, net, prefix, "conv3", "bn3", out, inner, 1);
  } else {
    add_conv (dict, net, prefix, "conv1", "bn1", out, in, 3);
    add_conv (dict, net, prefix, "conv2", "bn2", out, out, 3);
  }
  if ((in != out || (stage && !block)) && !net->option_a)
    add_conv (dict, net, prefix, "downsample.0", "downsample.1", out, in, 1);
}

TestDict *
test_dict_new (const TestResnet *net)
{
  TestDict *dict = g_ptr_array_new_with_free_func (entry_free);
  guint stage, block, channels = net->stem;
  guint64 fc[2];

  add_conv (dict, net, "", "conv1", "bn1", net->stem, 3, net->stem_kernel);
  for (stage = 0; net->n_blocks[stage]; stage++)
    for (block = 0; block < net->n_blocks[stage]; block++) {
      add_block (dict, net, stage, block, channels);
      channels = net->out << stage;
    }
  fc[0] = net->classes;
  fc[1] = channels;
  add_named (dict, "fc", "weight", 2, fc);
  add_named (dict, "fc", "bias", 1, fc);
  return dict;
}

/* nn_weights_add_f32() knows floats only, so the tensor that it added is changed into integers. */
static void
make_integer (NnTensor *tensor, const Entry *entry)
{
  gint64 *values = g_new (gint64, entry->n);
  gsize i;

  for (i = 0; i < entry->n; i++)
    values[i] = (gint64)entry->values[i];
  g_bytes_unref (tensor->storage);
  tensor->storage = g_bytes_new_take (values, entry->n * sizeof (gint64));
  tensor->dtype = NN_DTYPE_I64;
  tensor->f32 = NULL;
  tensor->i64 = values;
}

NnWeights *
test_dict_to_weights (const TestDict *dict)
{
  NnWeights *weights = nn_weights_new ("safetensors", "test");
  guint i;

  for (i = 0; i < dict->len; i++) {
    const Entry *entry = g_ptr_array_index (dict, i);
    GBytes *bytes = g_bytes_new (entry->values, entry->n * sizeof (gfloat));

    nn_weights_add_f32 (weights, entry->name, entry->n_dims, entry->dims, bytes);
    g_bytes_unref (bytes);
    if (entry->integer)
      make_integer (g_ptr_array_index (weights->tensors, weights->tensors->len - 1), entry);
  }
  return weights;
}

static void
append_json_string (GString *json, const gchar *string)
{
  const gchar *p;

  g_string_append_c (json, '"');
  for (p = string; *p; p++)
    if (*p == '"' || *p == '\\')
      g_string_append_printf (json, "\\%c", *p);
    else if ((guchar)*p < 0x20)
      g_string_append_printf (json, "\\u%04x", *p);
    else
      g_string_append_c (json, *p);
  g_string_append_c (json, '"');
}

static void
append_entry (GString *json, GByteArray *data, const Entry *entry)
{
  guint start = data->len, i;
  gsize k;

  for (k = 0; k < entry->n; k++) {
    gint64 integer = (gint64)entry->values[k];

    if (entry->integer)
      g_byte_array_append (data, (const guint8 *)&integer, sizeof integer);
    else
      g_byte_array_append (data, (const guint8 *)&entry->values[k], sizeof (gfloat));
  }
  g_string_append_c (json, ',');
  append_json_string (json, entry->name);
  g_string_append_printf (json, ":{\"dtype\":\"%s\",\"shape\":[", entry->integer ? "I64" : "F32");
  for (i = 0; i < entry->n_dims; i++)
    g_string_append_printf (json, "%s%" G_GUINT64_FORMAT, i ? "," : "", entry->dims[i]);
  g_string_append_printf (json, "],\"data_offsets\":[%u,%u]}", start, data->len);
}

GBytes *
test_dict_to_safetensors (const TestDict *dict, const gchar *key, ...)
{
  GByteArray *data = g_byte_array_new (), *file = g_byte_array_new ();
  GString *json = g_string_new ("{\"__metadata__\":{");
  guint64 length;
  va_list args;
  guint i;

  va_start (args, key);
  for (i = 0; key; key = va_arg (args, const gchar *), i++) {
    if (i)
      g_string_append_c (json, ',');
    append_json_string (json, key);
    g_string_append_c (json, ':');
    append_json_string (json, va_arg (args, const gchar *));
  }
  va_end (args);
  g_string_append_c (json, '}');
  /* The integers come first, so that each tensor is aligned to its elements. */
  for (i = 0; i < dict->len; i++)
    if (((const Entry *)g_ptr_array_index (dict, i))->integer)
      append_entry (json, data, g_ptr_array_index (dict, i));
  for (i = 0; i < dict->len; i++)
    if (!((const Entry *)g_ptr_array_index (dict, i))->integer)
      append_entry (json, data, g_ptr_array_index (dict, i));
  g_string_append_c (json, '}');
  while (json->len % 8)
    g_string_append_c (json, ' ');
  length = GUINT64_TO_LE (json->len);
  g_byte_array_append (file, (const guint8 *)&length, sizeof length);
  g_byte_array_append (file, (const guint8 *)json->str, json->len);
  g_byte_array_append (file, data->data, data->len);
  g_string_free (json, TRUE);
  g_byte_array_unref (data);
  return g_byte_array_free_to_bytes (file);
}
