/* gst-resnet tests: runs ONNX models node by node with nn_operator_*
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * usage: onnx-node-runner < LIST
 * Each line of LIST has MODEL.onnx, the number of inputs, and the files of the inputs and of the outputs, with tabs
 * between them. A tensor file has a line "DTYPE DIM DIM …" and then the elements in this machine's byte order, as
 * float32 for floating types and as int64 for others. The program prints a line for each model: "ok" or the error. */
#include <stdio.h>
#include <string.h>

#include "ops/operator.h"

static void
free_value (gpointer data)
{
  NnValue *value = data;

  g_free (value->f32);
  g_free (value->i64);
  g_free (value);
}

static void
allocate (NnValue *value)
{
  if (nn_dtype_is_float (value->dtype))
    value->f32 = g_malloc0 (MAX (value->n_elements, 1) * sizeof (gfloat));
  else
    value->i64 = g_malloc0 (MAX (value->n_elements, 1) * sizeof (gint64));
}

static gsize
element_size (const NnValue *value)
{
  return nn_dtype_is_float (value->dtype) ? sizeof (gfloat) : sizeof (gint64);
}

static NnValue *
read_tensor (const gchar *path)
{
  g_autofree gchar *bytes = NULL;
  g_auto (GStrv) words = NULL;
  NnValue *value = g_new0 (NnValue, 1);
  guint dtype = 0;
  gsize size;
  gchar *end;

  if (!g_file_get_contents (path, &bytes, &size, NULL) || !(end = strchr (bytes, '\n')))
    g_error ("%s cannot be read", path);
  *end++ = '\0';
  words = g_strsplit (bytes, " ", -1);
  while (dtype <= NN_DTYPE_U64 && strcmp (nn_dtype_name ((NnDType)dtype), words[0]) != 0)
    dtype++;
  if (dtype > NN_DTYPE_U64)
    g_error ("%s: no type %s", path, words[0]);
  value->dtype = (NnDType)dtype;
  value->n_elements = 1;
  for (; words[1 + value->n_dims]; value->n_dims++) {
    g_assert_cmpuint (value->n_dims, <, NN_TENSOR_MAX_DIMS);
    value->dims[value->n_dims] = g_ascii_strtoull (words[1 + value->n_dims], NULL, 10);
    value->n_elements *= value->dims[value->n_dims];
  }
  g_assert_cmpuint (size - (gsize)(end - bytes), ==, value->n_elements * element_size (value));
  allocate (value);
  memcpy (value->f32 ? (gpointer)value->f32 : (gpointer)value->i64, end, value->n_elements * element_size (value));
  return value;
}

static void
write_tensor (const gchar *path, const NnValue *value)
{
  FILE *file = fopen (path, "wb");

  g_assert_nonnull (file);
  fprintf (file, "%s", nn_dtype_name (value->dtype));
  for (guint d = 0; d < value->n_dims; d++)
    fprintf (file, " %" G_GUINT64_FORMAT, value->dims[d]);
  fputc ('\n', file);
  fwrite (value->f32 ? (gconstpointer)value->f32 : (gconstpointer)value->i64, element_size (value), value->n_elements,
          file);
  g_assert_cmpint (fclose (file), ==, 0);
}

/* Turns the loader's tensors into values that own their elements. */
static void
add_initializers (const NnOnnx *onnx, GHashTable *values)
{
  GHashTableIter iter;
  gpointer name, data;

  g_hash_table_iter_init (&iter, onnx->initializers);
  while (g_hash_table_iter_next (&iter, &name, &data)) {
    const NnTensor *tensor = data;
    NnValue *value = g_new0 (NnValue, 1);

    value->dtype = tensor->dtype;
    value->n_dims = tensor->n_dims;
    memcpy (value->dims, tensor->dims, sizeof value->dims);
    value->n_elements = tensor->n_elements;
    allocate (value);
    memcpy (value->f32 ? (gpointer)value->f32 : (gpointer)value->i64,
            tensor->f32 ? (gconstpointer)tensor->f32 : (gconstpointer)tensor->i64,
            value->n_elements * element_size (value));
    g_hash_table_insert (values, g_strdup (name), value);
  }
}

static gboolean
run_node (const NnOnnxNode *node, gint64 opset, GHashTable *values, GError **error)
{
  g_autoptr (NnOperator) op = nn_operator_new (node, opset, error);
  g_autofree const NnValue **inputs = g_new0 (const NnValue *, node->n_inputs + 1);
  g_autofree NnValue *outputs = g_new0 (NnValue, node->n_outputs + 1);
  gboolean ok;

  if (!op)
    return FALSE;
  for (guint i = 0; i < node->n_inputs; i++)
    inputs[i] = *node->inputs[i] ? g_hash_table_lookup (values, node->inputs[i]) : NULL;
  if (!nn_operator_infer (op, inputs, node->n_inputs, outputs, error))
    return FALSE;
  for (guint i = 0; i < nn_operator_get_n_outputs (op); i++)
    allocate (&outputs[i]);
  ok = nn_operator_run (op, inputs, node->n_inputs, outputs, error);
  for (guint i = 0; i < nn_operator_get_n_outputs (op); i++)
    g_hash_table_insert (values, g_strdup (node->outputs[i]), g_memdup2 (&outputs[i], sizeof outputs[i]));
  return ok;
}

static gboolean
run_model (gchar **words, GError **error)
{
  g_autoptr (GHashTable) values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_value);
  guint n_inputs = (guint)g_ascii_strtoull (words[1], NULL, 10), bound = 0;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (NnOnnx) onnx = NULL;
  gchar *contents;
  gsize size;

  if (!g_file_get_contents (words[0], &contents, &size, error))
    return FALSE;
  bytes = g_bytes_new_take (contents, size);
  onnx = nn_onnx_load_bytes (bytes, "model", NULL, error);
  if (!onnx)
    return FALSE;
  add_initializers (onnx, values);
  g_assert_cmpuint (n_inputs, <=, onnx->inputs->len);
  for (; bound < n_inputs; bound++) {
    const NnOnnxValue *input = g_ptr_array_index (onnx->inputs, bound);

    g_hash_table_insert (values, g_strdup (input->name), read_tensor (words[2 + bound]));
  }
  for (guint i = 0; i < onnx->nodes->len; i++) {
    if (!run_node (g_ptr_array_index (onnx->nodes, i), onnx->opset, values, error))
      return FALSE;
  }
  for (guint i = 0; i < onnx->outputs->len; i++) {
    const NnOnnxValue *output = g_ptr_array_index (onnx->outputs, i);
    const NnValue *value = g_hash_table_lookup (values, output->name);

    g_assert_nonnull (value);
    g_assert_nonnull (words[2 + n_inputs + i]);
    write_tensor (words[2 + n_inputs + i], value);
  }
  return TRUE;
}

int
main (void)
{
  gchar line[65536];

  while (fgets (line, sizeof line, stdin)) {
    g_auto (GStrv) words = g_strsplit (g_strchomp (line), "\t", -1);
    g_autoptr (GError) error = NULL;

    if (run_model (words, &error))
      puts ("ok");
    else
      puts (error->message);
    fflush (stdout);
  }
  return 0;
}
