/* gst-resnet tests: functions that an ONNX file defines itself
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "cpu-limit.h"
#include "load/onnx/onnx-attribute.h"
#include "load/onnx/onnx-node.h"
#include "onnx-maker.h"
#include "ops/operator.h"

/* The numbers of the fields of FunctionProto and AttributeProto. */
enum { NAME = 1, INPUT = 4, OUTPUT = 5, NODE = 7, IMPORT = 9, DOMAIN = 10, DEFAULT = 11 };
enum { A_NAME = 1, A_F = 2, A_TYPE = 20, A_REFERENCE = 21 };

/* Makes a function of the domain "own". */
static GByteArray *
function_new (const gchar *name, const gchar *inputs, const gchar *outputs)
{
  GByteArray *function = g_byte_array_new ();

  nn_pb_string (function, NAME, name);
  nn_pb_string (function, DOMAIN, "own");
  maker_names (function, INPUT, inputs);
  maker_names (function, OUTPUT, outputs);
  return function;
}

/* Makes a node that calls a function of the domain "own". */
static GByteArray *
call (const gchar *function, const gchar *name, const gchar *inputs, const gchar *outputs)
{
  GByteArray *node = maker_node (function, name, inputs, outputs);

  nn_pb_string (node, 7, "own");
  return node;
}

static GByteArray *
number (const gchar *name, gfloat value)
{
  GByteArray *attribute = g_byte_array_new ();

  nn_pb_string (attribute, A_NAME, name);
  nn_pb_float (attribute, A_F, value);
  nn_pb_int (attribute, A_TYPE, 1);
  return attribute;
}

static GByteArray *
reference (const gchar *name, const gchar *to)
{
  GByteArray *attribute = g_byte_array_new ();

  nn_pb_string (attribute, A_NAME, name);
  nn_pb_int (attribute, A_TYPE, 1);
  nn_pb_string (attribute, A_REFERENCE, to);
  return attribute;
}

/* Makes a model that computes y from x with @node. The functions follow and end with NULL. All arguments are freed. */
static GBytes *
model_of (GByteArray *node, GByteArray *function, ...)
{
  GByteArray *graph = maker_graph (), *model = maker_model_open (8, 17);
  va_list args;

  nn_pb_message (graph, GRAPH_NODE, node);
  nn_pb_message (model, MODEL_GRAPH, graph);
  va_start (args, function);
  for (; function; function = va_arg (args, GByteArray *))
    nn_pb_message (model, MODEL_FUNCTIONS, function);
  va_end (args);
  return g_byte_array_free_to_bytes (model);
}

static void
expect_refused (GBytes *taken, const gchar *says)
{
  g_autoptr (GBytes) bytes = taken;
  g_autoptr (GError) error = NULL;
  const gdouble start = cpu_seconds ();
  g_autoptr (NnOnnx) onnx = nn_onnx_load_bytes (bytes, "x.onnx", NULL, &error);

  if (cpu_over_limit (start, 1))
    g_error ("\"%s\" took %g s", says, cpu_seconds () - start);
  if (onnx || !strstr (error->message, says) || !g_str_has_prefix (error->message, "x.onnx: "))
    g_error ("\"%s\"; expected \"%s\"", onnx ? "was taken" : error->message, says);
  g_assert_true (error->domain == NN_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
}

static void
test_refused (void)
{
  GByteArray *function = function_new ("F", "a", "b"), *other = function_new ("G", "a", "b"), *import;

  nn_pb_message (function, NODE, call ("F", "again", "a", "b"));
  expect_refused (model_of (call ("F", "n", "x", "y"), function, NULL), "calls itself or is one of more than 32");

  function = function_new ("F", "a", "b");
  nn_pb_message (function, NODE, call ("G", "m", "a", "b"));
  nn_pb_message (other, NODE, call ("F", "m", "a", "b"));
  expect_refused (model_of (call ("F", "n", "x", "y"), function, other, NULL), "calls itself");

  function = function_new ("F", "a", "b");
  nn_pb_message (function, NODE, maker_node ("Relu", "r", "a", "b"));
  expect_refused (model_of (call ("F", "n", "x,x", "y"), function, NULL),
                  "node \"n\" has 2 inputs and 1 outputs, the function \"F\" that it calls 1 and 1");
  function = function_new ("F", "a", "b");
  expect_refused (model_of (call ("F", "n", "x", "y,z"), function, NULL), "has 1 inputs and 2 outputs");
  /* an output that nothing makes */
  function = function_new ("F", "a", "b");
  nn_pb_message (function, NODE, maker_node ("Relu", "r", "a", "c"));
  expect_refused (model_of (call ("F", "n", "x", "y"), function, NULL), "y");
  /* a value that is not there */
  function = function_new ("F", "a", "b");
  nn_pb_message (function, NODE, maker_node ("Add", "r", "a,c", "b"));
  expect_refused (model_of (call ("F", "n", "x", "y"), function, NULL), "is made by no node");
  /* a name from the graph around the function */
  function = function_new ("F", "a", "b");
  nn_pb_message (function, NODE, maker_node ("Add", "r", "a,x", "b"));
  expect_refused (model_of (call ("F", "n", "x", "y"), function, NULL), "is made by no node");

  function = function_new ("F", "a", "b");
  import = g_byte_array_new ();
  nn_pb_string (import, 1, "");
  nn_pb_int (import, 2, 18);
  nn_pb_message (function, IMPORT, import);
  expect_refused (model_of (call ("F", "n", "x", "y"), function, NULL),
                  "function \"F\" is of opset 18, the graph of opset 17");

  function = function_new ("F", "a", "b");
  g_byte_array_append (function, (const guint8 *)"\x3a\x7f", 2);
  expect_refused (model_of (call ("F", "n", "x", "y"), function, NULL), "function \"F\" is damaged");
  function = function_new ("F", "a", "b");
  nn_pb_message (function, DEFAULT, g_byte_array_new ());
  expect_refused (model_of (call ("F", "n", "x", "y"), function, NULL), "an attribute without a name");
}

/* A default must have a value of its own. One that refers to an attribute, of its own name or of another, has none. */
static void
test_reference_in_default (void)
{
  static const gchar *const to[] = { "slope", "other", "nobody_gives_it" };

  for (guint i = 0; i < G_N_ELEMENTS (to); i++) {
    GByteArray *function = function_new ("F", "a", "b"), *node = maker_node ("LeakyRelu", "leak", "a", "b");

    nn_pb_message (node, 5, reference ("alpha", "slope"));
    nn_pb_message (function, NODE, node);
    nn_pb_message (function, DEFAULT, reference ("slope", to[i]));
    nn_pb_message (function, DEFAULT, number ("other", 1));
    expect_refused (model_of (call ("F", "n", "x", "y"), function, NULL),
                    "attribute \"slope\" of node \"F\" (F) refers to a function's attribute, which only a node inside");
  }
}

/* These attributes, of every kind and under every name that an operator reads, are given but have no value. Nothing
 * that is not there is read. */
static void
test_without_value (void)
{
  for (gint kind = -1; kind <= NN_ATTRIBUTE_STRINGS + 1; kind++)
    for (guint n = 0; n < 3; n++)
      for (guint is_reference = 0; is_reference < 2; is_reference++) {
        gchar name[] = "alpha", to[] = "slope";
        const NnAttribute attribute
            = { .name = name, .reference = is_reference ? to : NULL, .kind = (NnAttributeKind)kind, .n = n };
        const gboolean is_list
            = kind == NN_ATTRIBUTE_FLOATS || kind == NN_ATTRIBUTE_INTS || kind == NN_ATTRIBUTE_STRINGS;

        g_assert_cmpint (nn_attribute_is_whole (&attribute), ==, n == 0 && is_list && !is_reference);
      }
}

/* The operators refuse such attributes, too. */
static void
test_operators_refuse (void)
{
  static const struct {
    const gchar *type, *attribute;
    NnAttributeKind kind;
  } cases[] = {
    { "LeakyRelu", "alpha", NN_ATTRIBUTE_FLOAT },        { "Flatten", "axis", NN_ATTRIBUTE_INT },
    { "Conv", "auto_pad", NN_ATTRIBUTE_STRING },         { "Conv", "strides", NN_ATTRIBUTE_INTS },
    { "Transpose", "perm", NN_ATTRIBUTE_INTS },          { "Gelu", "approximate", NN_ATTRIBUTE_STRING },
    { "Constant", "value", NN_ATTRIBUTE_TENSOR },        { "Constant", "value_floats", NN_ATTRIBUTE_FLOATS },
    { "Constant", "value_ints", NN_ATTRIBUTE_INTS },     { "Constant", "value_int", NN_ATTRIBUTE_INT },
    { "ConstantOfShape", "value", NN_ATTRIBUTE_TENSOR },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    gchar *name = (gchar *)cases[i].attribute, *type = (gchar *)cases[i].type, domain[] = "", x[] = "x";
    gchar *names[] = { x, x };
    NnAttribute attribute = { .name = name, .kind = cases[i].kind, .n = 1 };
    g_autoptr (GPtrArray) attributes = g_ptr_array_new ();
    NnOnnxNode node = { .name = name, .op_type = type, .domain = domain, .outputs = names, .n_outputs = 1 };
    g_autoptr (GError) error = NULL;

    node.n_inputs = strcmp (type, "Constant") == 0 ? 0 : strcmp (type, "Conv") == 0 ? 2 : 1;
    node.inputs = names;
    node.attributes = attributes;
    g_ptr_array_add (attributes, &attribute);
    g_assert_null (nn_operator_new (&node, 20, &error));
    g_assert_nonnull (strstr (error->message, " has no value"));
  }
}

/* A function makes ten calls of a function that makes ten calls, and so on: a kilobyte that would be 10^12 nodes. In
 * the second run the innermost functions are empty. */
static void
test_explosion (void)
{
  for (guint empty = 0; empty < 2; empty++) {
    GByteArray *graph = maker_graph (), *model = maker_model_open (8, 17);

    nn_pb_message (graph, GRAPH_NODE, call ("F0", "n", "x", "y"));
    nn_pb_message (model, MODEL_GRAPH, graph);
    for (guint level = 0; level < 12; level++) {
      g_autofree gchar *name = g_strdup_printf ("F%u", level), *next = g_strdup_printf ("F%u", level + 1);
      GByteArray *function = function_new (name, "a", "b");

      for (guint i = 0; i < 10; i++) {
        g_autofree gchar *to = g_strdup_printf ("v%u", i);

        if (level < 11)
          nn_pb_message (function, NODE, call (next, "n", "a", i ? to : "b"));
        else if (!empty)
          nn_pb_message (function, NODE, maker_node ("Relu", "n", "a", i ? to : "b"));
      }
      nn_pb_message (model, MODEL_FUNCTIONS, function);
    }
    expect_refused (g_byte_array_free_to_bytes (model), empty ? "makes the graph too large" : "");
  }
}

/* Functions are inside each other, and their attributes are given, defaulted or not given. Some names are also the
 * graph's. */
static void
test_written_out (void)
{
  static const struct {
    const gchar *op, *name;
    gboolean has_alpha;
    gfloat alpha;
  } expected[] = {
    { "LeakyRelu", "n/first/leak", TRUE, 0.5f },
    { "Abs", "n/first/abs", FALSE, 0 },
    { "LeakyRelu", "n/second/leak", TRUE, 0.25f },
    { "Abs", "n/second/abs", FALSE, 0 },
    { "Elu", "n/elu", FALSE, 0 },
    { "Sum", "n/sum", FALSE, 0 },
  };
  GByteArray *outer = function_new ("Outer", "x,unused", "y"), *inner = function_new ("Inner", "y", "x"), *node;
  g_autoptr (GBytes) bytes = NULL;
  GError *error = NULL;
  g_autoptr (NnOnnx) onnx = NULL;
  const NnOnnxNode *first, *last;

  node = maker_node ("LeakyRelu", "leak", "y", "v");
  nn_pb_message (node, 5, reference ("alpha", "slope"));
  nn_pb_message (inner, NODE, node);
  nn_pb_message (inner, NODE, maker_node ("Abs", "abs", "v", "x"));
  nn_pb_message (inner, DEFAULT, number ("slope", 0.25f));
  node = call ("Inner", "first", "x", "v");
  nn_pb_message (node, 5, reference ("slope", "outer_slope"));
  nn_pb_message (outer, NODE, node);
  nn_pb_message (outer, NODE, call ("Inner", "second", "v", "w"));
  node = maker_node ("Elu", "elu", "w", "e");
  nn_pb_message (node, 5, reference ("alpha", "nobody_gives_it"));
  nn_pb_message (outer, NODE, node);
  nn_pb_message (outer, NODE, maker_node ("Sum", "sum", "e,x", "y"));
  node = call ("Outer", "n", "x", "y");
  nn_pb_message (node, 5, number ("outer_slope", 0.5f));
  bytes = model_of (node, outer, inner, function_new ("Unused", "a", "b"), NULL);
  onnx = nn_onnx_load_bytes (bytes, "x.onnx", NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (onnx->warnings->len, ==, 0);
  g_assert_cmpuint (onnx->nodes->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++) {
    const NnOnnxNode *n = g_ptr_array_index (onnx->nodes, i);
    const NnAttribute *alpha = nn_onnx_node_get_attribute (n, "alpha");

    g_assert_cmpstr (n->op_type, ==, expected[i].op);
    g_assert_cmpstr (n->name, ==, expected[i].name);
    g_assert_cmpstr (n->domain, ==, "");
    g_assert_cmpint (alpha != NULL, ==, expected[i].has_alpha);
    if (alpha)
      g_assert_cmpfloat (alpha->floats[0], ==, expected[i].alpha);
    if (i > 0)
      g_assert_cmpstr (n->inputs[0], ==, ((const NnOnnxNode *)g_ptr_array_index (onnx->nodes, i - 1))->outputs[0]);
  }
  first = g_ptr_array_index (onnx->nodes, 0);
  last = g_ptr_array_index (onnx->nodes, onnx->nodes->len - 1);
  g_assert_cmpstr (first->inputs[0], ==, "x");
  g_assert_cmpstr (last->inputs[1], ==, "x");
  g_assert_cmpstr (last->outputs[0], ==, "y");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-functions/refused", test_refused);
  g_test_add_func ("/onnx-functions/reference-in-default", test_reference_in_default);
  g_test_add_func ("/onnx-functions/without-value", test_without_value);
  g_test_add_func ("/onnx-functions/operators-refuse", test_operators_refuse);
  g_test_add_func ("/onnx-functions/explosion", test_explosion);
  g_test_add_func ("/onnx-functions/written-out", test_written_out);
  return g_test_run ();
}
