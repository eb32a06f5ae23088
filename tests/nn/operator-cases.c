/* gst-resnet tests: operators' cases as text
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "operator-cases.h"

#include <math.h>
#include <string.h>

#define MAX_VALUES 64

typedef struct {
  gchar *name, *message;
  NnOnnxNode node;
  gint64 opset;
  NnValue values[2 * MAX_VALUES];
  const NnValue *inputs[MAX_VALUES];
  NnValue *expected[MAX_VALUES];
  guint n_values, n_inputs, n_expected;
  gdouble tolerance;
  NnError code;
} Case;

static NnDType
parse_dtype (const gchar *word)
{
  guint dtype = 0;

  while (dtype <= NN_DTYPE_U64 && strcmp (nn_dtype_name ((NnDType)dtype), word) != 0)
    dtype++;
  g_assert_cmpuint (dtype, <=, NN_DTYPE_U64);
  return (NnDType)dtype;
}

static void
make_room (NnValue *value)
{
  if (nn_dtype_is_float (value->dtype))
    value->f32 = g_new0 (gfloat, value->n_elements + 1);
  else
    value->i64 = g_new0 (gint64, value->n_elements + 1);
}

static void
set_element (NnValue *value, gsize i, const gchar *word)
{
  if (value->f32)
    value->f32[i] = g_ascii_strtod (word, NULL);
  else
    value->i64[i] = g_ascii_strtoll (word, NULL, 10);
}

/* Reads a tensor in the form DTYPE [DIM,…] VALUE… */
static void
parse_value (gchar **words, NnValue *value)
{
  g_autofree gchar *inner = g_strndup (words[1] + 1, strlen (words[1]) - 2);
  g_auto (GStrv) dims = g_strsplit (inner, ",", -1);

  g_assert_true (words[1][0] == '[' && g_str_has_suffix (words[1], "]"));
  value->dtype = parse_dtype (words[0]);
  value->n_elements = 1;
  for (; *inner && dims[value->n_dims]; value->n_dims++) {
    value->dims[value->n_dims] = g_ascii_strtoull (dims[value->n_dims], NULL, 10);
    value->n_elements *= value->dims[value->n_dims];
  }
  if (words[2] && strcmp (words[2], "type") == 0)
    return;
  make_room (value);
  if (words[2] && strcmp (words[2], "ramp") == 0) {
    for (gsize i = 0; i < value->n_elements; i++) {
      if (value->f32)
        value->f32[i] = (gfloat)i;
      else
        value->i64[i] = (gint64)i;
    }
    return;
  }
  g_assert_cmpuint (g_strv_length (words + 2), ==, value->n_elements);
  for (gsize i = 0; i < value->n_elements; i++)
    set_element (value, i, words[2 + i]);
}

static void
parse_attribute (gchar **words, NnAttribute *attribute)
{
  static const gchar *const kinds[] = { "float", "int", "string", "tensor", "floats", "ints", "strings", NULL };

  attribute->name = g_strdup (words[0]);
  while (kinds[attribute->kind] && strcmp (kinds[attribute->kind], words[1]) != 0)
    attribute->kind++;
  attribute->n = g_strv_length (words + 2);
  attribute->floats = g_new0 (gfloat, attribute->n + 1);
  attribute->ints = g_new0 (gint64, attribute->n + 1);
  attribute->strings = g_strdupv (words + 2);
  for (guint i = 0; i < attribute->n; i++) {
    attribute->floats[i] = g_ascii_strtod (words[2 + i], NULL);
    attribute->ints[i] = g_ascii_strtoll (words[2 + i], NULL, 10);
  }
  if (attribute->kind == NN_ATTRIBUTE_TENSOR) {
    NnValue value = { 0 };

    parse_value (words + 2, &value);
    attribute->tensor = g_new0 (NnTensor, 1);
    attribute->tensor->dtype = value.dtype;
    attribute->tensor->n_dims = value.n_dims;
    memcpy (attribute->tensor->dims, value.dims, sizeof value.dims);
    attribute->tensor->n_elements = value.n_elements;
    attribute->tensor->f32 = value.f32;
    attribute->tensor->i64 = value.i64;
  }
}

static void
free_attribute (gpointer data)
{
  NnAttribute *attribute = data;

  if (attribute->tensor) {
    g_free ((gpointer)attribute->tensor->f32);
    g_free ((gpointer)attribute->tensor->i64);
  }
  g_free (attribute->tensor);
  g_free (attribute->name);
  g_free (attribute->floats);
  g_free (attribute->ints);
  g_strfreev (attribute->strings);
  g_free (attribute);
}

static NnError
parse_code (const gchar *word)
{
  static const struct {
    const gchar *word;
    NnError code;
  } codes[] = {
    { "format", NN_ERROR_FORMAT },
    { "unsupported", NN_ERROR_UNSUPPORTED },
    { "too-large", NN_ERROR_TOO_LARGE },
    { "argument", NN_ERROR_ARGUMENT },
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++) {
    if (strcmp (codes[i].word, word) == 0)
      return codes[i].code;
  }
  g_assert_not_reached ();
}

static void
parse_line (Case *c, const gchar *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);

  if (strcmp (words[0], "case") == 0) {
    c->name = g_strdup (words[1]);
  } else if (strcmp (words[0], "op") == 0) {
    c->node.op_type = g_strdup (words[1]);
    c->opset = g_ascii_strtoll (words[2], NULL, 10);
    c->node.n_outputs = (guint)g_ascii_strtoull (words[3], NULL, 10);
  } else if (strcmp (words[0], "attr") == 0) {
    NnAttribute *attribute = g_new0 (NnAttribute, 1);

    parse_attribute (words + 1, attribute);
    g_ptr_array_add (c->node.attributes, attribute);
  } else if (strcmp (words[0], "in") == 0) {
    g_assert_cmpuint (c->n_inputs, <, MAX_VALUES);
    if (strcmp (words[1], "-") != 0) {
      parse_value (words + 1, &c->values[c->n_values]);
      c->inputs[c->n_inputs] = &c->values[c->n_values++];
    }
    c->n_inputs++;
  } else if (strcmp (words[0], "out") == 0) {
    g_assert_cmpuint (c->n_expected, <, MAX_VALUES);
    parse_value (words + 1, &c->values[c->n_values]);
    c->expected[c->n_expected++] = &c->values[c->n_values++];
  } else if (strcmp (words[0], "tolerance") == 0) {
    c->tolerance = g_ascii_strtod (words[1], NULL);
  } else if (strcmp (words[0], "error") == 0) {
    c->code = parse_code (words[1]);
    c->message = g_strjoinv (" ", words + 2);
  } else {
    g_assert_cmpstr (words[0], ==, "");
  }
}

static void
finish_node (Case *c)
{
  c->node.name = g_strdup ("the node");
  c->node.domain = g_strdup ("");
  c->node.n_inputs = c->n_inputs;
  c->node.inputs = g_new0 (gchar *, c->n_inputs + 1);
  for (guint i = 0; i < c->n_inputs; i++)
    c->node.inputs[i] = g_strdup (c->inputs[i] ? "x" : "");
  c->node.outputs = g_new0 (gchar *, c->node.n_outputs + 1);
  for (guint i = 0; i < c->node.n_outputs; i++)
    c->node.outputs[i] = g_strdup ("y");
}

static void
clear_case (Case *c)
{
  g_ptr_array_unref (c->node.attributes);
  g_strfreev (c->node.inputs);
  g_strfreev (c->node.outputs);
  g_free (c->node.name);
  g_free (c->node.domain);
  g_free (c->node.op_type);
  g_free (c->name);
  g_free (c->message);
  for (guint i = 0; i < c->n_values; i++) {
    g_free (c->values[i].f32);
    g_free (c->values[i].i64);
  }
}

static void
assert_equal (const Case *c, guint output, const NnValue *value)
{
  const NnValue *expected = c->expected[output];
  gdouble largest = 0;

  g_assert_cmpstr (nn_dtype_name (value->dtype), ==, nn_dtype_name (expected->dtype));
  g_assert_cmpmem (value->dims, value->n_dims * sizeof *value->dims, expected->dims,
                   expected->n_dims * sizeof *expected->dims);
  for (gsize i = 0; expected->f32 && i < expected->n_elements; i++)
    largest = isfinite (expected->f32[i]) ? MAX (largest, fabs (expected->f32[i])) : largest;
  for (gsize i = 0; i < expected->n_elements; i++) {
    gdouble is = value->f32 ? value->f32[i] : 0, should = expected->f32 ? expected->f32[i] : 0;

    if (value->i64 ? value->i64[i] != expected->i64[i]
                   : !(is == should || fabs (is - should) <= c->tolerance * largest || (isnan (is) && isnan (should))))
      g_error ("%s (%s): element %" G_GSIZE_FORMAT " of output %u is %.9g (%" G_GINT64_FORMAT
               "), should be %.9g (%" G_GINT64_FORMAT ")",
               c->name, c->node.op_type, i, output, is, value->i64 ? value->i64[i] : 0, should,
               expected->i64 ? expected->i64[i] : 0);
  }
}

/* Allocates room for exactly the elements that were inferred, so that a sanitizer sees what is written beside it. */
static void
allocate (NnValue *value)
{
  if (nn_dtype_is_float (value->dtype))
    value->f32 = g_malloc (MAX (value->n_elements, 1) * sizeof (gfloat));
  else
    value->i64 = g_malloc (MAX (value->n_elements, 1) * sizeof (gint64));
}

static void
run_case (Case *c)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (NnOperator) op = NULL;
  g_autofree NnValue *outputs = g_new0 (NnValue, c->node.n_outputs + 1);
  guint n = 0;

  op = nn_operator_new (&c->node, c->opset, &error);
  if (op && nn_operator_infer (op, c->inputs, c->n_inputs, outputs, &error)) {
    n = nn_operator_get_n_outputs (op);
    /* A case that should have been refused need not be computed when it is too large. */
    for (guint i = 0; i < n; i++) {
      g_assert_cmpuint (outputs[i].n_elements, <, 1 << 20);
      allocate (&outputs[i]);
    }
    if (nn_operator_run (op, c->inputs, c->n_inputs, outputs, &error))
      g_assert_no_error (error);
  }
  if (c->message) {
    if (!error)
      g_error ("%s (%s) is not refused, should be: %s", c->name, c->node.op_type, c->message);
    if (!strstr (error->message, c->message) || error->code != (gint)c->code || error->domain != NN_ERROR)
      g_error ("%s: %s (code %d), should be: %s (code %u)", c->name, error->message, error->code, c->message, c->code);
    g_assert_nonnull (strstr (error->message, "the node"));
    g_assert_nonnull (strstr (error->message, c->node.op_type));
  } else {
    if (error)
      g_error ("%s: %s", c->name, error->message);
    g_assert_cmpuint (n, ==, c->n_expected);
    for (guint i = 0; i < n; i++)
      assert_equal (c, i, &outputs[i]);
  }
  for (guint i = 0; i < n; i++) {
    g_free (outputs[i].f32);
    g_free (outputs[i].i64);
  }
}

void
test_operator_case (const gchar *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  Case c = { .name = NULL };

  c.tolerance = 1e-6;
  c.node.attributes = g_ptr_array_new_with_free_func (free_attribute);
  for (guint i = 0; lines[i]; i++)
    parse_line (&c, lines[i]);
  finish_node (&c);
  run_case (&c);
  clear_case (&c);
}

guint
test_operator_cases (const gchar *path)
{
  g_autofree gchar *text = NULL;
  g_auto (GStrv) cases = NULL;
  g_autoptr (GError) error = NULL;
  guint n = 0;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  cases = g_strsplit (text, "\nend\n", -1);
  for (; cases[n] && *cases[n]; n++) {
    g_assert_nonnull (strstr (cases[n], "case "));
    test_operator_case (strstr (cases[n], "case "));
  }
  return n;
}
