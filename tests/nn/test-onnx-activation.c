/* gst-resnet tests: activations that an ONNX graph spells out, and convolutions that end with one
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/model-struct.h"
#include "onnx-compare.h"

#define BEGIN "in x N 3 H W; out y; f w 40 3 3 3; c = Conv x w, pads [1 1 1 1]; "
#define END "g = GlobalAveragePool l; y = Flatten g; "

/* Counts the convolutions that end with an activation of that kind. */
static guint
count_fused (const gchar *text, NnLayerActivationKind kind)
{
  g_autoptr (NnModel) model = onnx_compare_load (text);
  guint n = 0;

  for (guint i = 0; i < model->graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (model->graph, i);

    n += node->op == NN_OP_CONV && node->activation.kind == kind;
  }
  return n;
}

/* Nodes that are nearly a known function, or take more than one tensor, stay as they are. */
static void
test_kept (void)
{
  static const gchar *const cases[] = {
    "s = Sigmoid c; f k = 0.9; t = Mul s k; l = Mul c t; ",
    "f a = 3; f z = 0; f h = 6; p = Add c a; q = Clip p z h; m = Mul c q; f d = 5; l = Div m d; ",
    "f a = 2.9; f z = 0; f h = 6; p = Add c a; q = Clip p z h; m = Mul c q; l = Div m h; ",
    "f o = 1; f h = 0.5; f r = 1.5; d = Div c r; e = Erf d; p = Add e o; m = Mul c p; l = Mul m h; ",
    /* a gate, which takes two tensors */
    "f v 40 40 1 1; d = Conv c v; s = Sigmoid d; l = Mul c s; ",
    /* a factor for each channel */
    "f k 40 1 1; s = Sigmoid c; t = Mul s k; l = Mul c t; ",
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = g_strconcat (BEGIN, cases[i], END, NULL);

    for (NnLayerActivationKind kind = NN_LAYER_ACTIVATION_SWISH; kind <= NN_LAYER_ACTIVATION_GELU_TANH; kind++)
      if (kind != NN_LAYER_ACTIVATION_TANH)
        g_assert_cmpuint (count_fused (text, kind), ==, 0);
  }
}

/* All forms give what the operator gives, with whole and with cut tiles, and no node of them is left. */
static void
test_joined (void)
{
  static const struct {
    const gchar *text, *same;
    NnLayerActivationKind kind;
  } cases[] = {
    { "s = Sigmoid c; l = Mul c s; ", "opset 24; l = Swish c; ", NN_LAYER_ACTIVATION_SWISH },
    { "s = Sigmoid c; l = Mul s c; ", "opset 24; l = Swish c; ", NN_LAYER_ACTIVATION_SWISH },
    { "n = Neg c; e = Exp n; f o = 1; d = Add o e; l = Div c d; ", "opset 24; l = Swish c; ",
      NN_LAYER_ACTIVATION_SWISH },
    { "f k = 1.702; t = Mul c k; s = Sigmoid t; l = Mul c s; ", "opset 24; l = Swish c, alpha 1.702; ",
      NN_LAYER_ACTIVATION_SWISH },
    { "f a = 3; f z = 0; f h = 6; p = Add c a; q = Clip p z h; m = Mul c q; l = Div m h; ", "l = HardSwish c; ",
      NN_LAYER_ACTIVATION_HARD_SWISH },
    { "f a = 3; f z = 0; f h = 6; p = Add a c; q = Clip p z h; d = Div q h; l = Mul d c; ", "l = HardSwish c; ",
      NN_LAYER_ACTIVATION_HARD_SWISH },
    { "f a = 3; f h = 6; f k = 0.16666667; p = Add c a; r = Relu p; q = Min r h; m = Mul q k; l = Mul c m; ",
      "l = HardSwish c; ", NN_LAYER_ACTIVATION_HARD_SWISH },
    { "s = HardSigmoid c, alpha 0.16666667, beta 0.5; l = Mul c s; ", "l = HardSwish c; ",
      NN_LAYER_ACTIVATION_HARD_SWISH },
    { "f a = 3; f z = 0; f h = 6; p = Add c a; q = Clip p z h; l = Div q h; ",
      "l = HardSigmoid c, alpha 0.16666667, beta 0.5; ", NN_LAYER_ACTIVATION_HARD_SIGMOID },
    { "f r = 1.4142135; f o = 1; f h = 0.5; d = Div c r; e = Erf d; p = Add e o; m = Mul c p; l = Mul m h; ",
      "opset 20; l = Gelu c; ", NN_LAYER_ACTIVATION_GELU },
    { "f r = 0.70710678; f o = 1; f h = 0.5; d = Mul c r; e = Erf d; p = Add e o; m = Mul c h; l = Mul m p; ",
      "opset 20; l = Gelu c; ", NN_LAYER_ACTIVATION_GELU },
    { "f t = 3; f k = 0.044715; f r = 0.7978846; f o = 1; f h = 0.5; a = Pow c t; b = Mul a k; d = Add c b; "
      "e = Mul d r; q = Tanh e; p = Add q o; m = Mul c p; l = Mul m h; ",
      "opset 20; l = Gelu c, approximate \"tanh\"; ", NN_LAYER_ACTIVATION_GELU_TANH },
    { "l = LeakyRelu c, alpha 0.2; ", "l = LeakyRelu c, alpha 0.2; ", NN_LAYER_ACTIVATION_LEAKY_RELU },
    { "f z = 0; f h = 6; l = Clip c z h; ", "f z = 0; f h = 6; r = Max c z; l = Min r h; ", NN_LAYER_ACTIVATION_CLIP },
    { "opset 10; l = Clip c, min 0., max 6.; ", "f z = 0; f h = 6; r = Max c z; l = Min r h; ",
      NN_LAYER_ACTIVATION_CLIP },
    { "l = Tanh c; ", "f t = 2; d = Mul c t; s = Sigmoid d; e = Mul s t; f o = 1; l = Sub e o; ",
      NN_LAYER_ACTIVATION_TANH },
  };
  static const guint sizes[][2] = { { 8, 8 }, { 13, 7 }, { 33, 30 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = g_strconcat (BEGIN, cases[i].text, END, NULL);
    g_autofree gchar *same = g_strconcat (BEGIN, cases[i].same, END, NULL);

    if (count_fused (text, cases[i].kind) != 1)
      g_error ("%s: no convolution ends with it", cases[i].text);
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      onnx_compare (text, same, sizes[s][0], sizes[s][1], FALSE);
  }
}

/* The activation comes after a sum, before a pool, after a grouped convolution, or is read twice. */
static void
test_places (void)
{
  static const struct {
    const gchar *text, *same;
    guint n;
  } cases[] = {
    { "f v 40 40 3 3; d = Conv c v, pads [1 1 1 1]; a = Add d c; l = HardSwish a; ",
      "f v 40 40 3 3; d = Conv c v, pads [1 1 1 1]; a = Add d c; l0 = HardSwish a; f o 40 1 1 = 1; l = Mul l0 o; ", 1 },
    { "h = HardSwish c; l = MaxPool h, kernel_shape [3 3], strides [2 2]; ",
      "h = HardSwish c; m = Neg h; f k = -1; o = Mul m k; l = MaxPool o, kernel_shape [3 3], strides [2 2]; ", 1 },
    { "f v 40 1 3 3; d = Conv c v, group 40; l = HardSwish d; ",
      "f v 40 1 3 3; d = Conv c v, group 40; e = Mul d d; f z = 0; k = Mul e z; m = Add d k; l = HardSwish m; ", 1 },
    { "h = HardSwish c; l = Add h c; ",
      "f a = 3; f z = 0; f k = 6; f i 40 1 1 = 1; p = Add c a; q = Clip p z k; "
      "m = Mul c q; n = Div m k; o = Mul n i; l = Add o c; ",
      0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = g_strconcat (BEGIN, cases[i].text, END, NULL);
    g_autofree gchar *same = g_strconcat (BEGIN, cases[i].same, END, NULL);

    g_assert_cmpuint (count_fused (text, NN_LAYER_ACTIVATION_HARD_SWISH), ==, cases[i].n);
    onnx_compare (text, same, 19, 22, FALSE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-activation/kept", test_kept);
  g_test_add_func ("/onnx-activation/joined", test_joined);
  g_test_add_func ("/onnx-activation/places", test_places);
  return g_test_run ();
}
