/* gst-resnet tests: which pixels an ONNX graph expects, seen from what it does to them first
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "import/onnx/onnx-beginning.h"
#include "model/model-struct.h"
#include "onnx-text.h"

#define REST "f wt 4 3 3 3; last = Conv d wt; pooled = GlobalAveragePool last; y = Flatten pooled; "

static const gchar *
name_of (NnInputRange range)
{
  static const gchar *const names[] = { "standardized", "0 to 1", "0 to 255", "-1 to 1", "unknown" };

  return names[range];
}

static void
expect (const gchar *input, const gchar *beginning, NnInputRange range, gboolean is_bgr)
{
  g_autofree gchar *text = g_strconcat (input, "; out y; ", beginning, REST, NULL);
  g_autoptr (GBytes) bytes = onnx_text (text);
  guint n_classes;
  g_autoptr (NnGraph) graph = onnx_import_bytes (bytes, 8, &n_classes);
  NnInputPixels pixels;

  nn_onnx_find_input_pixels (graph, &pixels);
  if (pixels.range != range || pixels.is_bgr != is_bgr)
    g_error ("%s: %s%s, should be %s%s", beginning, name_of (pixels.range), pixels.is_bgr ? " in BGR" : "",
             name_of (range), is_bgr ? " in BGR" : "");
}

/* These graphs compute with pixels in a way that tells nothing of their range. This must be said, and not guessed. */
static void
test_unknown (void)
{
  static const gchar *const beginnings[] = {
    /* not affine */
    "d = Mul x x; ",
    "f a = 0.5; f b = 2; c = Mul x a; e = Mul c x; f h = 127; d = Sub e h; ",
    "f m = 0.2; e = Max x m; f s = 2; d = Mul e s; ",
    /* channels that disagree */
    "f m 3 1 1 = 0.5 0.5 127; f s 3 1 1 = 0.25 0.25 60; a = Sub x m; d = Div a s; ",
    "f s 3 1 1 = 1 0.0039 1; d = Mul x s; ",
    /* affine, but of no range that is in use */
    "f m = 5; f s = 0.3; a = Sub x m; d = Mul a s; ",
    "f m = 1000; d = Sub x m; ",
    "f s = 0.00001; d = Mul x s; ",
    "f s = 30; d = Mul x s; ",
    "f s 3; f v 3 = 1; b = BatchNormalization x s s s v; d = Relu b; ",
    /* nothing is left of the pixels */
    "f z = 0; d = Mul x z; ",
    /* not a number */
    "f z = 0; e = Div x z; f h = 127; d = Sub e h; ",
  };

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    expect ("in x N 3 8 8", beginnings[i], NN_INPUT_UNKNOWN, FALSE);
}

/* These graphs do not compute with pixels, or only undo the statistics of standardized ones. */
static void
test_standardized (void)
{
  static const gchar *const beginnings[] = {
    "d = Relu x; ",
    "d = Clip x; ",
    "d = Identity x; ",
    "i r 3 = 2 1 0; d = Gather x r, axis 1; ",
    "f o 3 = 1; f m 3 = 0.02 -0.05 0.1; f v 3 = 1.1 0.9 1.3; f z 3 = 0; d = BatchNormalization x o z m v; ",
    /* torchvision's transform_input: ImageNet's standardization becomes −1 to 1 */
    "f s 3 1 1 = 0.458 0.448 0.45; f m 3 1 1 = -0.03 -0.088 -0.188; a = Mul x s; d = Add a m; ",
    /* a learned first layer of 1×1, which is no normalization */
    "f k 3 3 1 1; d = Conv x k; ",
  };

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    expect ("in x N 3 8 8", beginnings[i], NN_INPUT_STANDARDIZED, FALSE);
}

static void
test_to_1 (void)
{
  static const gchar *const beginnings[] = {
    "f m 3 1 1 = 0.485 0.456 0.406; a = Sub x m; f s 3 1 1 = 0.229 0.224 0.225; d = Div a s; ",
    "f t = 2; f o = 1; a = Mul t x; d = Sub a o; ",
    "f m 3 1 1 = 0.485 0.456 0.406; d = Sub x m; ",
    "f h = 255; d = Mul x h; ",
    "f h = 255; b = Mul x h; f m 3 1 1 = 123.68 116.779 103.939; d = Sub b m; ",
    "f o 3 = 1; f z 3 = 0; f m 3 = 0.49 0.45 0.41; f v 3 = 0.052 0.05 0.051; d = BatchNormalization x o z m v; ",
    "f i = 0; f j = 1; c = Clip x i j; f h = 0.5; b = Sub c h; f s = 0.25; d = Div b s; ",
    /* 1 − x, and then the usual numbers */
    "f o = 1; n = Sub o x; f h = 0.5; b = Sub n h; f s = 0.5; d = Div b s; ",
  };

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    expect ("in x N 3 8 8", beginnings[i], NN_INPUT_TO_1, FALSE);
}

static void
test_to_255 (void)
{
  static const gchar *const beginnings[] = {
    "f m 3 1 1 = 123.675 116.28 103.53; a = Sub x m; f s 3 1 1 = 58.395 57.12 57.375; d = Div a s; ",
    "f h = 255; b = Div x h; f m 3 1 1 = 0.485 0.456 0.406; a = Sub b m; f s 3 1 1 = 0.229 0.224 0.225; "
    "d = Div a s; ",
    "f h = 0.0039; d = Mul x h; ",
    "f h = 0.00784; b = Mul x h; f o = 1; d = Sub b o; ",
    "f h = 127.5; f o = 127.5; b = Sub x o; d = Div b h; ",
    /* Keras' kind "caffe": the channels' order is reversed by a list of indices, one by one, by parts, or by a step of
     * −1 */
    "i r 3 = 2 1 0; b = Gather x r, axis 1; f m 1 3 1 1 = 103.939 116.779 123.68; d = Sub b m; ",
    "i a = 0; i b = 1; i c = 2; e = Gather x a, axis 1; f = Gather x b, axis 1; g = Gather x c, axis 1; i o 1 = 1; "
    "h = Unsqueeze e o; j = Unsqueeze f o; k = Unsqueeze g o; n = Concat k j h, axis 1; "
    "f m 1 3 1 1 = 103.939 116.779 123.68; d = Sub n m; ",
    "p q r = Split x, axis 1; b = Concat r q p, axis 1; f m 1 3 1 1 = 103.939 116.779 123.68; d = Sub b m; ",
    "i s 1 = -1; i b 1 = -1; i e 1 = -100; i o 1 = 1; n = Slice x b e o s; f m 1 3 1 1 = 103.939 116.779 123.68; "
    "d = Sub n m; ",
    /* each channel by itself */
    "i o 1 = 1; i z 1 = 0; i t 1 = 2; i h 1 = 3; p = Slice x z o o; q = Slice x o t o; r = Slice x t h o; "
    "f m = 123.7; f n = 116.8; f k = 103.9; f s = 58; a = Sub p m; b = Sub q n; c = Sub r k; e = Div a s; "
    "f = Div b s; g = Div c s; d = Concat e f g, axis 1; ",
    /* MXNet's first BatchNormalization, a depthwise convolution, and a convolution that also changes the order */
    "f o 3 = 1; f z 3 = 0; f m 3 = 123.7 116.8 103.9; f v 3 = 3409 3260 3293; d = BatchNormalization x o z m v; ",
    "f k 3 1 1 1 = 0.0171 0.0175 0.0174; f b 3 = -2.11 -2.03 -1.8; d = Conv x k b, group 3; ",
    "f k 3 3 1 1 = 0 0 0.017 0 0.017 0 0.017 0 0; f b 3 = -1.8 -2.03 -2.11; d = Conv x k b; ",
    /* a mean image */
    "f m 1 3 8 8 = 110 120 115 118 122 100 99 120 117; d = Sub x m; ",
    /* only whole numbers, which are cut to their range */
    "e = Round x; f i = 0; f j = 255; c = Clip e i j; f h = 128; d = Sub c h; ",
    /* a quantization after the normalization, which must not round the answer */
    "f q = 0.0186; u8 z = 114; f h = 58; f m = 120; a = Sub x m; b = Div a h; c = QuantizeLinear b q z; "
    "d = DequantizeLinear c q z; ",
    /* padding before the normalization */
    "i p 8 = 0 0 1 1 0 0 1 1; e = Pad x p; f h = 127.5; b = Div e h; f o = 1; d = Sub b o; ",
  };

  for (guint i = 0; i < G_N_ELEMENTS (beginnings); i++)
    expect ("in x N 3 8 8", beginnings[i], NN_INPUT_TO_255, FALSE);
  expect ("in x N 8 8 3",
          "f m 3 = 123.68 116.779 103.939; a = Sub x m; f s = 58; b = Div a s; d = Transpose b, perm [0 3 1 2]; ",
          NN_INPUT_TO_255, FALSE);
}

static void
test_around_0 (void)
{
  expect ("in x N 3 8 8",
          "f h = 127.5; b = Mul x h; f o = 127.5; c = Add b o; f m = 120; e = Sub c m; d = Identity c; ",
          NN_INPUT_AROUND_0, FALSE);
}

/* The means are those of ImageNet in Caffe's order, and the graph has not changed the order of the channels before. */
static void
test_bgr (void)
{
  expect ("in x N 3 8 8", "f m 1 3 1 1 = 103.939 116.779 123.68; d = Sub x m; ", NN_INPUT_TO_255, TRUE);
  expect ("in x N 3 8 8", "f m 1 3 1 1 = 104 117 123; f s = 0.017; a = Sub x m; d = Mul a s; ", NN_INPUT_TO_255, TRUE);
  expect ("in x N 3 8 8", "f h = 255; b = Mul x h; f m 1 3 1 1 = 103.939 116.779 123.68; d = Sub b m; ", NN_INPUT_TO_1,
          TRUE);
  expect ("in x N 3 8 8", "f m 1 3 1 1 = 110 116 122; d = Sub x m; ", NN_INPUT_TO_255, FALSE);
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

/* The model takes its preprocessing from what was found, and warns whenever something was guessed. */
static void
test_model (void)
{
  static const struct {
    const gchar *beginning, *warning;
    gfloat mean, std;
  } cases[] = {
    { "d = Relu x; ", NULL, 0.485f, 0.229f },
    { "f t = 2; f o = 1; a = Mul t x; d = Sub a o; ", "given to it as 0 to 1;", 0, 1 },
    { "f h = 0.0039; d = Mul x h; ", "given to it as 0 to 255;", 0, 1.f / 255 },
    { "d = Mul x x; ", "was not recognized", 0.485f, 0.229f },
    { "f m 1 3 1 1 = 103.939 116.779 123.68; d = Sub x m; ", "in the order blue, green, red", 0, 1.f / 255 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree gchar *text = g_strconcat ("in x N 3 8 8; out y; ", cases[i].beginning, REST, NULL);
    g_autoptr (GBytes) bytes = onnx_text (text);
    GError *error = NULL;
    g_autoptr (NnModel) model = nn_model_load_bytes (bytes, "x.onnx", &error);

    g_assert_no_error (error);
    g_assert_cmpfloat (nn_model_get_preprocess (model)->mean[0], ==, cases[i].mean);
    g_assert_cmpfloat (nn_model_get_preprocess (model)->std[0], ==, cases[i].std);
    g_assert_true ((nn_model_get_preprocess (model)->channel_order == NN_CHANNEL_ORDER_BGR)
                   == (cases[i].warning && strstr (cases[i].warning, "blue") != NULL));
    if (cases[i].warning)
      g_assert_true (warns_of (model, cases[i].warning));
    else
      g_assert_null (nn_model_get_warnings (model)[0]);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-beginning/unknown", test_unknown);
  g_test_add_func ("/onnx-beginning/standardized", test_standardized);
  g_test_add_func ("/onnx-beginning/to-1", test_to_1);
  g_test_add_func ("/onnx-beginning/to-255", test_to_255);
  g_test_add_func ("/onnx-beginning/around-0", test_around_0);
  g_test_add_func ("/onnx-beginning/bgr", test_bgr);
  g_test_add_func ("/onnx-beginning/model", test_model);
  return g_test_run ();
}
