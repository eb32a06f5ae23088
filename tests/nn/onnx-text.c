/* gst-resnet tests: ONNX files from text
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "onnx-text.h"

#include <stdlib.h>

#include "import/onnx/onnx-import.h"
#include "onnx-maker.h"

enum { FLOAT = 1, UINT8 = 2, INT8 = 3, INT32 = 6, INT64 = 7, FLOAT16 = 10 };

/* Splits a statement into words and leaves out empty ones. */
static GStrv
split (const gchar *text)
{
  g_auto (GStrv) all = g_strsplit_set (text, " \n\t", -1);
  GPtrArray *words = g_ptr_array_new ();

  for (guint i = 0; all[i]; i++)
    if (*all[i])
      g_ptr_array_add (words, g_strdup (all[i]));
  g_ptr_array_add (words, NULL);
  return (GStrv)g_ptr_array_free (words, FALSE);
}

static gboolean
is_number (const gchar *word)
{
  gchar *end;

  g_ascii_strtod (word, &end);
  return *word && !*end;
}

/* Reads an integer. A number beyond int64's range keeps the bits that fit, so that both −1 and 2^63 can be written. */
static gint64
integer (const gchar *word)
{
  if (!is_number (word))
    g_error ("\"%s\" is no number", word);
  return *word == '-' ? g_ascii_strtoll (word, NULL, 10) : (gint64)g_ascii_strtoull (word, NULL, 10);
}

static GByteArray *
value_info (GStrv words, gint type_number)
{
  GByteArray *value = g_byte_array_new (), *type = g_byte_array_new (), *tensor = g_byte_array_new ();
  GByteArray *shape = g_byte_array_new ();

  for (guint i = 2; words[i]; i++) {
    GByteArray *dimension = g_byte_array_new ();

    if (is_number (words[i]))
      nn_pb_int (dimension, 1, integer (words[i]));
    else
      nn_pb_string (dimension, 2, words[i]);
    nn_pb_message (shape, 1, dimension);
  }
  nn_pb_int (tensor, 1, (guint64)type_number);
  if (words[2])
    nn_pb_message (tensor, 2, shape);
  else
    g_byte_array_unref (shape);
  nn_pb_message (type, 1, tensor);
  nn_pb_string (value, 1, words[1]);
  nn_pb_message (value, 2, type);
  return value;
}

static void
append_element (GByteArray *data, gint type, const gchar *word, gfloat random)
{
  gint64 i = word && type != FLOAT ? integer (word) : 0;
  gfloat f = word ? (gfloat)g_ascii_strtod (word, NULL) : random;

  switch (type) {
  case FLOAT:
    nn_pb_float (data, 1, f);
    /* The value is added alone, without the field's tag. */
    memmove (data->data + data->len - 5, data->data + data->len - 4, 4);
    g_byte_array_set_size (data, data->len - 1);
    break;
  case INT64:
    i = GINT64_TO_LE (i);
    g_byte_array_append (data, (const guint8 *)&i, 8);
    break;
  case INT32:
    i = GINT64_TO_LE (i);
    g_byte_array_append (data, (const guint8 *)&i, 4);
    break;
  case FLOAT16:
    g_byte_array_append (data, (const guint8[]){ (guint8)(i & 0xff), (guint8)(i >> 8 & 0xff) }, 2);
    break;
  default:
    g_byte_array_append (data, (const guint8[]){ (guint8)(i & 0xff) }, 1);
    break;
  }
}

static GByteArray *
initializer (GStrv words, gint type)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (g_str_hash (words[1]));
  GByteArray *tensor = g_byte_array_new (), *data = g_byte_array_new ();
  gint64 n = 1;
  guint i;

  for (i = 2; words[i] && strcmp (words[i], "=") != 0; i++) {
    nn_pb_int (tensor, 1, integer (words[i]));
    n *= integer (words[i]);
  }
  nn_pb_int (tensor, 2, type);
  nn_pb_string (tensor, 8, words[1]);
  if (words[i])
    i++;
  else
    g_assert_true (type == FLOAT);
  for (; n > 0; n--) {
    append_element (data, type, words[i], (gfloat)g_rand_double_range (rand, -1, 1));
    if (words[i] && words[i + 1])
      i++;
  }
  nn_pb_length (tensor, 9, data->len);
  g_byte_array_append (tensor, data->data, data->len);
  g_byte_array_unref (data);
  return tensor;
}

static gboolean
is_float (const gchar *word)
{
  return strpbrk (word, ".en") != NULL;
}

/* Makes an attribute of a text such as k 3; p [1 1]; e 0.5; m "text". */
static GByteArray *
attribute (const gchar *text)
{
  g_auto (GStrv) words = split (text);
  GByteArray *a = g_byte_array_new ();
  const gchar *value = words[1];

  if (!words[0] || !value)
    g_error ("\"%s\" is no attribute", text);
  nn_pb_string (a, 1, words[0]);
  if (*value == '"') {
    g_autofree gchar *string = g_strndup (value + 1, strlen (value) - 2);

    nn_pb_string (a, 4, string);
    nn_pb_int (a, 20, 3);
  } else if (*value == '[') {
    g_autofree gchar *inside = g_strdup (strchr (text, '[') + 1);
    g_auto (GStrv) list = NULL;
    gboolean floats;

    *strchr (inside, ']') = '\0';
    list = split (inside);
    floats = list[0] && is_float (list[0]);
    for (guint i = 0; list[i]; i++)
      if (floats)
        nn_pb_float (a, 7, (gfloat)g_ascii_strtod (list[i], NULL));
      else
        nn_pb_int (a, 8, integer (list[i]));
    nn_pb_int (a, 20, floats ? 6 : 7);
  } else if (is_float (value)) {
    nn_pb_float (a, 2, (gfloat)g_ascii_strtod (value, NULL));
    nn_pb_int (a, 20, 1);
  } else {
    nn_pb_int (a, 3, integer (value));
    nn_pb_int (a, 20, 2);
  }
  return a;
}

static GByteArray *
node (const gchar *text, guint place)
{
  g_auto (GStrv) parts = g_strsplit (text, ",", -1);
  g_auto (GStrv) words = split (parts[0]);
  GByteArray *n = g_byte_array_new ();
  const gchar *op = NULL, *colons = NULL;
  guint i;

  for (i = 0; words[i] && strcmp (words[i], "=") != 0; i++)
    nn_pb_string (n, 2, strcmp (words[i], "_") == 0 ? "" : words[i]);
  if (!words[i] || !(op = words[i + 1]))
    g_error ("\"%s\" is no statement", text);
  for (i += 2; words[i]; i++)
    nn_pb_string (n, 1, strcmp (words[i], "_") == 0 ? "" : words[i]);
  if ((colons = strstr (op, "::"))) {
    g_autofree gchar *domain = g_strndup (op, (gsize)(colons - op));

    nn_pb_string (n, 7, domain);
    op = colons + 2;
  }
  nn_pb_string (n, 4, op);
  {
    g_autofree gchar *name = g_strdup_printf ("%s.%u", op, place);

    nn_pb_string (n, 3, name);
  }
  for (i = 1; parts[i]; i++)
    nn_pb_message (n, 5, attribute (parts[i]));
  return n;
}

GBytes *
onnx_text (const gchar *text)
{
  static const struct {
    const gchar *word;
    gint type;
  } tensors[] = { { "f", FLOAT }, { "i", INT64 }, { "u8", UINT8 }, { "i8", INT8 }, { "h", FLOAT16 }, { "i32", INT32 } };
  GByteArray *graph = g_byte_array_new (), *model;
  gint64 opset = 17;
  guint place = 0;

  /* This does not use g_strsplit(), which searches with strstr(): AddressSanitizer's version counts all that follows
   * each time. */
  for (const gchar *next, *at = text; *at; at = next) {
    const gsize length = strcspn (at, ";");
    g_autofree gchar *statement = g_strndup (at, length);
    g_auto (GStrv) words = split (statement);
    gint type = 0;

    next = at + length + (at[length] == ';');

    if (!words[0])
      continue;
    for (guint t = 0; words[1] && strcmp (words[1], "=") != 0 && t < G_N_ELEMENTS (tensors); t++)
      if (strcmp (words[0], tensors[t].word) == 0)
        type = tensors[t].type;
    if (type)
      nn_pb_message (graph, GRAPH_INITIALIZER, initializer (words, type));
    else if (strcmp (words[0], "opset") == 0)
      opset = integer (words[1]);
    else if (g_str_has_prefix (words[0], "in"))
      nn_pb_message (graph, GRAPH_INPUT,
                     value_info (words, words[0][2] == 'u'   ? UINT8
                                        : words[0][2] == 'i' ? INT8
                                                             : FLOAT));
    else if (strcmp (words[0], "out") == 0)
      nn_pb_message (graph, GRAPH_OUTPUT, value_info (words, FLOAT));
    else
      nn_pb_message (graph, GRAPH_NODE, node (statement, place++));
  }
  model = maker_model_open (8, opset);
  {
    GByteArray *import = g_byte_array_new ();

    nn_pb_string (import, 1, "com.microsoft");
    nn_pb_int (import, 2, 1);
    nn_pb_message (model, MODEL_OPSET_IMPORT, import);
  }
  nn_pb_message (model, MODEL_GRAPH, graph);
  return g_byte_array_free_to_bytes (model);
}

NnGraph *
onnx_import_bytes (GBytes *bytes, guint crop, guint *n_classes)
{
  NnOnnxImport import = { .crop_height = crop, .crop_width = crop };
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  GError *error = NULL;
  g_autoptr (NnOnnx) onnx = nn_onnx_load_bytes (bytes, "bytes", NULL, &error);
  NnGraph *graph;

  g_assert_no_error (error);
  graph = nn_onnx_import (onnx, &import, warnings, &error);
  g_assert_no_error (error);
  *n_classes = import.n_classes;
  return graph;
}
