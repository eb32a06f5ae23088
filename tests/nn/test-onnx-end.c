/* gst-resnet tests: what an ONNX graph's outputs are, seen from what its last operators make of any numbers
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include <nn/session.h>

#include "model/model-struct.h"
#include "onnx-text.h"

#define BEGIN                                                                                                          \
  "in x N 3 8 8; out y; f w 6 3 3 3; l = Conv x w; g = GlobalAveragePool l; f = Flatten g; f v 6 5; h = MatMul f v; "

static NnModel *
load (const gchar *end)
{
  g_autofree gchar *text = g_strconcat (BEGIN, end, NULL);
  g_autoptr (GBytes) bytes = onnx_text (text);
  GError *error = NULL;
  NnModel *model = nn_model_load_bytes (bytes, "x.onnx", &error);

  if (error)
    g_error ("%s: %s", end, error->message);
  return model;
}

static void
expect (const gchar *const *ends, NnModelOutput output, const gchar *warning)
{
  for (guint i = 0; ends[i]; i++) {
    g_autoptr (NnModel) model = load (ends[i]);
    const gchar *const *warnings = nn_model_get_warnings (model);

    if (nn_model_get_output (model) != output)
      g_error ("%s: output kind %d, should be %d", ends[i], nn_model_get_output (model), output);
    if (warning)
      g_assert_true (warnings[0] && strstr (warnings[0], warning));
    else
      g_assert_null (warnings[0]);
  }
}

/* These outputs are no probabilities, whether they are bounded or not. */
static void
test_logits (void)
{
  static const gchar *const ends[] = {
    "y = Identity h; ",
    "y = Tanh h; ",
    "f a = -1.; f b = 1; y = Clip h a b; ",
    "f s = 20; t = Div h s; y = Tanh t; ",
    "f s = 30; u = Div h s; t = Tanh u; y = Mul t s; ",
    "f a = 0.; f b = 6; y = Clip h a b; ",
    "y = Softplus h; ",
    "f k = 100; s = Sigmoid h; t = Mul s h; y = Div t k; ",
    /* nothing that depends on the picture goes through the softmax */
    "f c 1 5; s = Softmax c; y = Add h s; ",
    /* an activation that comes before the last layer */
    "s = Sigmoid h; f u 5 4; y = MatMul s u; ",
    "s = Softmax h; f u 5 4; y = MatMul s u; ",
    /* The result is not a number. Nothing can be told, so it is no probability. */
    "s = Sqrt h; f k = 100; y = Div s k; ",
    NULL,
  };

  expect (ends, NN_MODEL_OUTPUT_LOGITS, NULL);
}

static void
test_probabilities (void)
{
  static const gchar *const ends[] = {
    "y = Softmax h, axis 1; ",
    "s = Softmax h, axis 1; y = Identity s; ",
    "f u 6 5; k = MatMul f u; a = Softmax h, axis 1; b = Softmax k, axis 1; c = Add a b; f t = 2; y = Div c t; ",
    "a = Softmax h, axis 1; f p = 1.3; k = Mul h p; b = Softmax k, axis 1; c = Concat a b, axis 0; "
    "y = ReduceMean c, axes [0], keepdims 1; ",
    "s = Softmax h, axis 1; f a = 1e-7; f b = 0.9999999; y = Clip s a b; ",
    "s = Softmax h, axis 1; f k = 1000; t = Mul s k; r = Round t; y = Div r k; ",
    "s = Softmax h, axis 1; i o 5 = 4 2 0 1 3; y = Gather s o, axis 1; ",
    "s = LogSoftmax h, axis 1; y = Exp s; ",
    "e = Exp h; i a 1 = 1; s = ReduceSum e a; y = Div e s; ",
    "m = ReduceMax h, axes [1]; d = Sub h m; e = Exp d; i a 1 = 1; s = ReduceSum e a; y = Div e s; ",
    "p = Sigmoid h; i a 1 = 1; s = ReduceSum p a; y = Div p s; ",
    "p = Softplus h; s = ReduceL1 p, axes [1]; y = Div p s; ",
    "i z 1 = 0; i o 1 = 1; k = Slice h z o o; p = Sigmoid k; f e = 1; q = Sub e p; y = Concat q p, axis 1; ",
    "s = Softmax h, axis 1; f k = 100; y = Mul s k; ",
    "s = Softmax h, axis 1; f k = 0.01; y = Div s k; ",
    /* classes that are put together */
    "s = Softmax h, axis 1; f m 5 2 = 1 0 1 0 0 1 0 1 0 1; y = MatMul s m; ",
    /* quantized */
    "s = Softmax h, axis 1; f q = 0.00390625; u8 z = 0; c = QuantizeLinear s q z; y = DequantizeLinear c q z; ",
    /* a temperature and another shape */
    "f t = 1.7; k = Div h t; s = Softmax k, axis 1; i n 2 = 1 -1; y = Reshape s n; ",
    NULL,
  };

  expect (ends, NN_MODEL_OUTPUT_SOFTMAX, NULL);
}

/* The sum of these outputs is not 1. A warning says so, and no softmax is laid over them. */
static void
test_doubtful (void)
{
  static const gchar *const ends[] = {
    "s = Softmax h, axis 1; f k = 0.99; y = Mul s k; ",
    "s = Softmax h, axis 1; i z 1 = 1; i o 1 = 1; i e 1 = 5; y = Slice s z e o; ",
    "s = Softmax h, axis 1; i o 3 = 4 2 0; y = Gather s o, axis 1; ",
    "s = Softmax h, axis 1; f k = 99; y = Mul s k; ",
    NULL,
  };

  expect (ends, NN_MODEL_OUTPUT_SOFTMAX, "their sum is between");
}

static void
test_independent (void)
{
  static const gchar *const ends[] = {
    "y = Sigmoid h; ",
    "y = HardSigmoid h; ",
    "t = Tanh h; f o = 1; a = Add t o; f b = 2; y = Div a b; ",
    "s = Sigmoid h; f k = 100; y = Mul s k; ",
    "n = Neg h; e = Exp n; f o = 1; a = Add e o; y = Div o a; ",
    "f u 5 1; k = MatMul h u; y = Sigmoid k; ",
    NULL,
  };

  expect (ends, NN_MODEL_OUTPUT_SIGMOID, NULL);
}

static void
test_log_probabilities (void)
{
  static const gchar *const ends[] = {
    "y = LogSoftmax h, axis 1; ",
    "s = Softmax h, axis 1; y = Log s; ",
    "s = ReduceLogSumExp h, axes [1]; y = Sub h s; ",
    NULL,
  };

  expect (ends, NN_MODEL_OUTPUT_LOG_SOFTMAX, NULL);
}

/* Percentages come out as probabilities. */
static void
test_per_cent (void)
{
  const NnSessionOptions options = { .threads = 1, .height = 8, .width = 8, .precision = NN_PRECISION_HIGHEST };
  gfloat x[3 * 8 * 8], y[2][5], sum = 0;

  for (guint i = 0; i < G_N_ELEMENTS (x); i++)
    x[i] = sinf ((gfloat)i);
  for (guint i = 0; i < 2; i++) {
    g_autoptr (NnModel) model
        = load (i ? "s = Softmax h, axis 1; f k = 100; y = Mul s k; " : "y = Softmax h, axis 1; ");
    GError *error = NULL;
    g_autoptr (NnSession) session = nn_session_new (model, &options, &error);

    g_assert_no_error (error);
    nn_session_run (session, x, 1, y[i]);
  }
  for (guint i = 0; i < 5; i++) {
    g_assert_cmpfloat (fabsf (y[0][i] - y[1][i]), <, 1e-6f);
    sum += y[1][i];
  }
  g_assert_cmpfloat (fabsf (sum - 1), <, 1e-5f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-end/logits", test_logits);
  g_test_add_func ("/onnx-end/probabilities", test_probabilities);
  g_test_add_func ("/onnx-end/doubtful", test_doubtful);
  g_test_add_func ("/onnx-end/independent", test_independent);
  g_test_add_func ("/onnx-end/log-probabilities", test_log_probabilities);
  g_test_add_func ("/onnx-end/per-cent", test_per_cent);
  return g_test_run ();
}
