/* gst-resnet tests: what an ONNX graph begins and ends with, and sizes other than its own
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/session.h>
#include <string.h>

#include "model/model-struct.h"
#include "onnx-compare.h"

#define HEAD "g = GlobalAveragePool l; y = Flatten g; "

/* Each axis has ⌈size / stride⌉ outputs, and output i reads from i · stride − begin on. The padding is shared between
 * both sides as ONNX says for Conv. */
static void
test_same (void)
{
  static const struct {
    const gchar *format;
    guint kernel, stride;
  } cases[] = {
    { "in x N 3 H W; out y; f w 4 3 3 3; l = Conv x w, strides [2 2], %s; " HEAD, 3, 2 },
    { "in x N 3 H W; out y; f w 4 3 7 7; l = Conv x w, strides [2 2], %s; " HEAD, 7, 2 },
    { "in x N 3 H W; out y; f w 4 3 4 4; l = Conv x w, strides [3 3], %s; " HEAD, 4, 3 },
    { "in x N 3 H W; out y; f w 4 3 3 3; l = Conv x w, %s; " HEAD, 3, 1 },
    { "in x N 3 H W; out y; f w 4 3 2 2; l = Conv x w, %s; " HEAD, 2, 1 },
    { "in x N 3 H W; out y; f w 4 3 1 1; l = Conv x w, strides [2 2], %s; " HEAD, 1, 2 },
    { "in x N 3 H W; out y; f w 4 3 1 1; c = Conv x w; l = MaxPool c, kernel_shape [3 3], strides [2 2], %s; " HEAD, 3,
      2 },
    { "in x N 3 H W; out y; f w 4 3 1 1; c = Conv x w; l = AveragePool c, kernel_shape [3 3], strides [2 2], %s; " HEAD,
      3, 2 },
    { "in x N 3 H W; out y; f w 4 3 1 1; c = Conv x w; "
      "l = AveragePool c, kernel_shape [2 2], count_include_pad 1, %s; " HEAD,
      2, 1 },
  };
  /* The first size is the file's own. The file was not made for the others. */
  static const guint sizes[][2] = { { 8, 8 }, { 9, 12 }, { 7, 11 }, { 13, 10 }, { 33, 31 } };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    for (guint s = 0; s < G_N_ELEMENTS (sizes); s++) {
      for (guint upper = 0; upper < 2; upper++) {
        guint begin[2], end[2];

        for (guint a = 0; a < 2; a++) {
          const guint in = sizes[s][a], out = (in + cases[i].stride - 1) / cases[i].stride;
          const gint needed = (gint)((out - 1) * cases[i].stride + cases[i].kernel) - (gint)in, pad = MAX (needed, 0);

          begin[a] = (guint)(upper ? pad / 2 : pad - pad / 2);
          end[a] = (guint)pad - begin[a];
        }
        g_autofree gchar *same = g_strdup_printf ("auto_pad \"SAME_%s\"", upper ? "UPPER" : "LOWER");
        g_autofree gchar *pads = g_strdup_printf ("pads [%u %u %u %u]", begin[0], begin[1], end[0], end[1]);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        g_autofree gchar *text = g_strdup_printf (cases[i].format, same);
        g_autofree gchar *other = g_strdup_printf (cases[i].format, pads);
#pragma GCC diagnostic pop

        onnx_compare (text, other, sizes[s][0], sizes[s][1], FALSE);
      }
    }
  }
}

/* Pixels of an integer type give the same as floats, both where they are cast and where the graph computes with
 * them. */
static void
test_integer_input (void)
{
  static const gchar conv[] = "f w 4 3 3 3; l = Conv d w; " HEAD;
  static const gchar *const forms[][2] = {
    { "inu8 x N 3 8 8; out y; c = Cast x, to 1; f s = 0.1; d = Mul c s; ",
      "in x N 3 8 8; out y; f s = 0.1; d = Mul x s; " },
    { "inu8 x N 8 8 3; out y; t = Transpose x, perm [0 3 1 2]; c = Cast t, to 1; f s = 0.1; d = Mul c s; ",
      "in x N 8 8 3; out y; t = Transpose x, perm [0 3 1 2]; f s = 0.1; d = Mul t s; " },
    { "inu8 x N 3 8 8; out y; f s = 0.02; u8 z = 128; d = DequantizeLinear x s z; ",
      "in x N 3 8 8; out y; f z = 128; c = Sub x z; f s = 0.02; d = Mul c s; " },
    /* computed in uint8, where the pixels are read in both ways */
    { "inu8 x N 3 8 8; out y; u8 h = 2; e = Div x h; c = Cast e, to 1; v = Cast x, to 1; d = Sub v c; ",
      "in x N 3 8 8; out y; f h = 2; e = Div x h; c = Floor e; d = Sub x c; " },
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    g_autofree gchar *text = g_strconcat (forms[i][0], conv, NULL), *other = g_strconcat (forms[i][1], conv, NULL);
    g_autoptr (NnModel) model = onnx_compare_load (text);
    const NnPreprocess *p = nn_model_get_preprocess (model);

    onnx_compare (text, other, 8, 8, TRUE);
    for (guint c = 0; c < 3; c++) {
      g_assert_cmpfloat (p->mean[c], ==, 0);
      g_assert_cmpfloat (p->std[c], ==, 1.f / 255);
    }
  }
}

static gboolean
warns_of (const NnModel *model, const gchar *part)
{
  const gchar *const *warnings = nn_model_get_warnings (model);

  for (guint i = 0; warnings[i]; i++)
    if (strstr (warnings[i], part))
      return TRUE;
  return FALSE;
}

/* One of several outputs is taken as the classes. */
static void
test_outputs (void)
{
  static const struct {
    const gchar *outputs, *warning;
    guint n_classes;
  } cases[] = {
    { "out y", NULL, 4 },
    { "out y; out z", "2 outputs; y is taken", 4 },
    { "out z; out y", "2 outputs; z is taken", 3 },
    { "out l N 4 6 6; out y N 4", "2 outputs; y is taken", 4 },
    { "out z N 3; out logits N 2", "2 outputs; logits is taken", 2 },
    { "out g N 4 1 1; out z N 3", "2 outputs; g is taken", 4 },
    { "out t; out i; out y; i k 1 = 2; t i = TopK y k", "3 outputs; y is taken", 4 },
    { "out a; out z; a = ArgMax z, axis 1", "2 outputs; z is taken", 3 },
    { "out c; d = ArgMax z, axis 1; c = Cast d, to 1", "z is taken, the scores of all classes", 3 },
    { "out t; out i; i k 1 = 2; t i = TopK y k", "y is taken, the scores of all classes", 4 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = g_strconcat ("in x N 3 8 8; ", cases[i].outputs, "; f w 4 3 3 3; l = Conv x w; " HEAD,
                                          "f v 4 3; z = MatMul y v; f u 4 2; logits = MatMul y u; ", NULL);
    g_autoptr (NnModel) model = onnx_compare_load (text);

    g_assert_cmpuint (nn_model_get_n_outputs (model), ==, cases[i].n_classes);
    g_assert_true (cases[i].warning ? warns_of (model, cases[i].warning) : !warns_of (model, "outputs"));
  }
}

/* The graphs split other axes than the channels', and they have one size. */
static void
test_parts_of_axes (void)
{
  static const struct {
    const gchar *text, *same;
  } cases[] = {
    { "p q = Split c, axis 2; l = Concat q p, axis 1; ",
      "i a 1 = 2; i o 1 = 0; i m 1 = 4; i e 1 = 8; p = Slice c o m a; q = Slice c m e a; l = Concat q p, axis 1; " },
    { "i n 3 = 3 3 2; p _ q = Split c n, axis -1; g = GlobalAveragePool q; l = Add p g; ",
      "i a 1 = 3; i o 1 = 0; i m 1 = 3; i k 1 = 6; i e 1 = 8; p = Slice c o m a; q = Slice c k e a; "
      "g = GlobalAveragePool q; l = Add p g; " },
    { "i t 2 = 1 -1; m = Reshape c t; p q r s = Split m, axis 1; j = Add p s; k = Mul q r; h = Sub j k; i z 4 = 1 4 4 "
      "4; "
      "l = Reshape h z; ",
      "i t 2 = 1 -1; m = Reshape c t; i a 1 = 1; i u 1 = 0; i v 1 = 64; i w 1 = 128; i x 1 = 192; i y 1 = 256; "
      "p = Slice m u v a; q = Slice m v w a; r = Slice m w x a; s = Slice m x y a; j = Add p s; k = Mul q r; "
      "h = Sub j k; i z 4 = 1 4 4 4; l = Reshape h z; " },
  };
  static const gchar *const begin = "in x0 1 3 8 8; out y0; f w0 4 3 1 1; c = Conv x0 w0; ";
  static const gchar *const end = "g0 = GlobalAveragePool l; y0 = Flatten g0; ";

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = g_strconcat (begin, cases[i].text, end, NULL);
    g_autofree gchar *same = g_strconcat (begin, cases[i].same, end, NULL);

    onnx_compare (text, same, 8, 8, FALSE);
  }
}

/* A graph whose size is open is right at one size only, and a warning says so. */
static void
test_parts_of_any_size (void)
{
  g_autoptr (NnModel) model
      = onnx_compare_load ("in x N 3 H W; out y; f w 4 3 1 1; c = Conv x w; p q = Split c, axis 3; l = Add p q; " HEAD);

  g_assert_true (warns_of (model, "splits axis 3 of an image"));
}

static void
test_parts (void)
{
  static const struct {
    const gchar *text, *same;
  } cases[] = {
    { "i n 2 = 1 3; p q = Split c n, axis 1; l = Concat q p, axis 1; ",
      "i a 1 = 1; i o 1 = 0; i e 1 = 4; p = Slice c o a a; q = Slice c a e a; l = Concat q p, axis 1; " },
    { "opset 11; p q = Split c, axis -3, split [2 2]; l = Mul q p; ",
      "i a 1 = 1; i o 1 = 0; i m 1 = 2; i e 1 = 4; p = Slice c o m a; q = Slice c m e a; l = Mul q p; " },
    { "i n 3 = 1 1 2; _ _ l = Split c n, axis 1; ", "i a 1 = 1; i m 1 = 2; i e 1 = 4; l = Slice c m e a; " },
    { "opset 18; p q = Split c, axis 1, num_outputs 2; l = Sub q p; ",
      "i a 1 = 1; i o 1 = 0; i m 1 = 2; i e 1 = 4; p = Slice c o m a; q = Slice c m e a; l = Sub q p; " },
    { "f k 1 4 3; f s 4 = 1 2 3; f b 4; f r 4 = 1; i n 4 = 4 3 1 1; t = BatchNormalization k s b r r, training_mode 1, "
      "epsilon 0.01; v = Reshape t n; l = Conv x v; ",
      "f k 1 4 3; f s 4 = 1 2 3; f b 4; i n 4 = 4 3 1 1; t = InstanceNormalization k s b, epsilon 0.01; v = Reshape t "
      "n; "
      "l = Conv x v; " },
    { "opset 12; f k 1 4 3; f s 4; f b 4; f r 4 = 1; i n 4 = 4 3 1 1; t _ _ = BatchNormalization k s b r r; v = "
      "Reshape "
      "t n; l = Conv x v; ",
      "f k 1 4 3; f s 4; f b 4; i n 4 = 4 3 1 1; t = InstanceNormalization k s b; v = Reshape t n; l = Conv x v; " },
  };
  static const gchar *const begin = "in x N 3 H W; out y; f w 4 3 3 3; c = Conv x w; ";

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = g_strconcat (begin, cases[i].text, HEAD, NULL);
    g_autofree gchar *same = g_strconcat (begin, cases[i].same, HEAD, NULL);

    onnx_compare (text, same, 224, 224, FALSE);
    onnx_compare (text, same, 37, 50, FALSE);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-ends/same", test_same);
  g_test_add_func ("/onnx-ends/integer-input", test_integer_input);
  g_test_add_func ("/onnx-ends/outputs", test_outputs);
  g_test_add_func ("/onnx-ends/parts", test_parts);
  g_test_add_func ("/onnx-ends/parts-of-axes", test_parts_of_axes);
  g_test_add_func ("/onnx-ends/parts-of-any-size", test_parts_of_any_size);
  return g_test_run ();
}
