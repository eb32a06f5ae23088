/* gst-resnet tests: Pads of an ONNX graph, in the layer behind them and by themselves
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/model-struct.h"
#include "onnx-compare.h"

#define END "g = GlobalAveragePool l; y = Flatten g; "

static guint
count_plain (const gchar *text, const gchar *type)
{
  g_autoptr (NnModel) model = onnx_compare_load (text);
  guint n = 0;

  for (guint i = 0; i < model->graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (model->graph, i);

    n += node->op == NN_OP_PLAIN && g_strcmp0 (nn_operator_get_type (node->onnx), type) == 0;
  }
  return n;
}

/* The layer behind adds these zeros by itself. At every size this gives the same as the layer's own padding, and no Pad
 * is left. */
static void
test_folded (void)
{
  static const struct {
    const gchar *text, *same;
  } cases[] = {
    { "i p 8 = 0 0 1 1 0 0 1 1; a = Pad x p; f w 4 3 3 3; l = Conv a w; ",
      "f w 4 3 3 3; l = Conv x w, pads [1 1 1 1]; " },
    /* more padding after than before, as TensorFlow pads for a stride of 2, and more before than after */
    { "i p 8 = 0 0 0 0 0 0 1 1; a = Pad x p; f w 4 3 3 3; l = Conv a w, strides [2 2]; ",
      "f w 4 3 3 3; l = Conv x w, strides [2 2], pads [0 0 1 1]; " },
    { "i p 8 = 0 0 2 1 0 0 0 0; a = Pad x p; f w 4 3 3 3; l = Conv a w; ",
      "f w 4 3 3 3; l = Conv x w, pads [2 1 0 0]; " },
    /* a layer with padding of its own, a given value, axes, an old Pad, and one Pad for two layers */
    { "f v = 0; i p 8 = 0 0 1 0 0 0 2 3; a = Pad x p v; f w 4 3 3 3; l = Conv a w, pads [1 1 1 2]; ",
      "f w 4 3 3 3; l = Conv x w, pads [2 1 3 5]; " },
    { "opset 18; i p 4 = 1 2 1 2; i e 2 = -2 3; a = Pad x p _ e; f w 4 3 3 5; l = Conv a w; ",
      "f w 4 3 3 5; l = Conv x w, pads [1 2 1 2]; " },
    { "opset 10; a = Pad x, pads [0 0 1 1 0 0 1 1]; f w 4 3 3 3; l = Conv a w; ",
      "f w 4 3 3 3; l = Conv x w, pads [1 1 1 1]; " },
    { "i p 8 = 0 0 2 2 0 0 2 2; a = Pad x p; f w 4 3 5 5; b = Conv a w; f u 4 3 3 3; c = Conv a u, dilations [2 2]; "
      "l = Add b c; ",
      "f w 4 3 5 5; b = Conv x w, pads [2 2 2 2]; f u 4 3 3 3; c = Conv x u, dilations [2 2], pads [2 2 2 2]; "
      "l = Add b c; " },
    /* depthwise */
    { "f v 16 3 1 1; c = Conv x v; i p 8 = 0 0 0 0 0 0 1 1; a = Pad c p; f w 16 1 3 3; l = Conv a w, group 16, "
      "strides [2 2]; ",
      "f v 16 3 1 1; c = Conv x v; f w 16 1 3 3; l = Conv c w, group 16, strides [2 2], pads [0 0 1 1]; " },
    /* an average that counts the zeros */
    { "f v 4 3 1 1; c = Conv x v; i p 8 = 0 0 1 1 0 0 1 1; a = Pad c p; l = AveragePool a, kernel_shape [3 3]; ",
      "f v 4 3 1 1; c = Conv x v; l = AveragePool c, kernel_shape [3 3], pads [1 1 1 1], count_include_pad 1; " },
  };
  static const guint sizes[][2] = { { 8, 8 }, { 9, 12 }, { 31, 17 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = g_strconcat ("in x N 3 H W; out y; ", cases[i].text, END, NULL);
    g_autofree gchar *same = g_strconcat ("in x N 3 H W; out y; ", cases[i].same, END, NULL);

    g_assert_cmpuint (count_plain (text, "Pad"), ==, 0);
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++)
      onnx_compare (text, same, sizes[s][0], sizes[s][1], FALSE);
  }
}

/* Padding that no layer adds by itself stays a Pad, even where one of its two readers could have added it. */
static void
test_kept (void)
{
  static const struct {
    const gchar *text, *same;
  } cases[] = {
    /* x − 0.5 padded with zeros is x padded with 0.5, less 0.5 */
    { "f h = 0.5; i p 8 = 0 0 1 1 0 0 1 1; a = Pad x p h; b = Sub a h; f w 4 3 3 3; l = Conv b w; ",
      "f h = 0.5; b = Sub x h; f w 4 3 3 3; l = Conv b w, pads [1 1 1 1]; " },
    { "f v 4 3 1 1; c = Conv x v; i p 8 = 0 0 1 1 0 0 1 1; a = Pad c p; l = MaxPool a, kernel_shape [3 3]; ",
      "f v 4 3 1 1; c = Conv x v; i p 8 = 0 0 1 1 0 0 1 1; a = Pad c p; b = Identity a; l = MaxPool b, kernel_shape [3 "
      "3]; " },
    { "f v 4 3 1 1; c = Conv x v; i p 8 = 0 0 1 1 0 0 1 1; a = Pad c p; l = AveragePool a, kernel_shape [3 3], "
      "pads [1 1 1 1]; ",
      "f v 4 3 1 1; c = Conv x v; i p 8 = 0 0 1 1 0 0 1 1; a = Pad c p; f o = 1; m = Mul a o; "
      "l = AveragePool m, kernel_shape [3 3], pads [1 1 1 1]; " },
    { "f v 4 3 1 1; c = Conv x v; i p 8 = 0 0 1 1 0 0 1 1; a = Pad c p; f w 4 4 3 3; k = Conv a w, pads [1 1 1 1]; "
      "r = Relu a; l = Add k r; ",
      "f v 4 3 1 1; c = Conv x v; i p 8 = 0 0 1 1 0 0 1 1; a = Pad c p; f w 4 4 3 3; k = Conv c w, pads [2 2 2 2]; "
      "f o = 1; m = Mul a o; r = Relu m; l = Add k r; " },
    { "i p 8 = 0 0 1 1 0 0 1 1; a = Pad x p, mode \"reflect\"; f w 4 3 3 3; l = Conv a w; ",
      "i p 8 = 0 0 1 1 0 0 1 1; a = Pad x p, mode \"reflect\"; f o = 1; m = Mul a o; f w 4 3 3 3; l = Conv m w; " },
    { "i p 8 = 0 0 -1 0 0 0 0 0; a = Pad x p; f w 4 3 3 3; l = Conv a w; ",
      "i b 1 = 1; i e 1 = 100; i o 1 = 2; a = Slice x b e o; f w 4 3 3 3; l = Conv a w; " },
    { "i p 8 = 0 0 0 0 0 1 0 0; a = Pad x p; f w 4 4 3 3; l = Conv a w; ",
      "f k 4 3 1 1 = 1 0 0 0 1 0 0 0 1 0 0 0; a = Conv x k; f w 4 4 3 3; l = Conv a w; " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = g_strconcat ("in x 1 3 9 11; out y; ", cases[i].text, END, NULL);
    g_autofree gchar *same = g_strconcat ("in x 1 3 9 11; out y; ", cases[i].same, END, NULL);

    g_assert_cmpuint (count_plain (text, "Pad"), ==, 1);
    onnx_compare (text, same, 9, 11, FALSE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-pad/kept", test_kept);
  g_test_add_func ("/onnx-pad/folded", test_folded);
  return g_test_run ();
}
