/* gst-resnet tests: ONNX graphs that load but are no classifier, or were made to do harm, through the whole import and
 * a session
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <glib/gstdio.h>
#include <nn/session.h>
#include <string.h>
#include <sys/resource.h>

#include "cpu-limit.h"
#include "onnx-text.h"

/* No model may take more than this. It leaves room for an allocator's reserve under a sanitizer, and for the largest
 * constants that folding may make. */
#define MAX_KIBIBYTES (768 << 10)

static glong
peak_kibibytes (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/* Makes a model and a session of it. Returns NULL where that works, and else the error's message. */
static gchar *
try_model (GBytes *bytes, guint side)
{
  const NnSessionOptions options = { .threads = 1, .height = side, .width = side };
  const glong before = peak_kibibytes ();
  g_autoptr (NnModel) model = NULL;
  g_autoptr (NnSession) session = NULL;
  g_autoptr (GError) error = NULL;
  const gdouble start = cpu_seconds ();

  model = nn_model_load_bytes (bytes, "x.onnx", &error);
  g_assert_true ((model != NULL) == (error == NULL));
  if (model) {
    session = nn_session_new (model, &options, &error);
    g_assert_true ((session != NULL) == (error == NULL));
  }
  /* A model that is refused must be refused within a second. A model that is taken has three seconds, because long
   * graphs need time again for their session. */
  g_assert_false (cpu_over_limit (start, error ? 1 : 3));
  g_assert_cmpint (peak_kibibytes () - before, <, MAX_KIBIBYTES);
  if (!error)
    return NULL;
  g_assert_true (error->domain == NN_ERROR);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpuint (strlen (error->message), >, 10);
  g_assert_cmpuint (strlen (error->message), <, 2000);
  return g_strdup (error->message);
}

static void
expect (const gchar *text, const gchar *says)
{
  g_autoptr (GBytes) bytes = onnx_text (text);
  g_autofree gchar *message = try_model (bytes, 0);

  if (!message)
    g_error ("%s: was taken; expected \"%s\"", text, says);
  if (!strstr (message, says) || !g_str_has_prefix (message, "x.onnx: "))
    g_error ("%s: \"%s\"; expected \"x.onnx: \" and \"%s\"", text, message, says);
}

typedef struct {
  const gchar *text, *says;
} Bad;

static void
expect_all (const Bad *bad, guint n)
{
  for (guint i = 0; i < n; i++)
    expect (bad[i].text, bad[i].says);
}

#define IMAGE "in x 1 3 8 8; out y; "
#define CONV IMAGE "f w 2 3 3 3; "
#define POOL IMAGE "p = GlobalAveragePool x; "

static void
test_inputs_and_outputs (void)
{
  static const Bad bad[] = {
    { "in x 1 3 8 8; in z 1 3 8 8; out y; y = Add x z", "the graph has 2 inputs; a classifier has one, the image" },
    { "in x 1 2 8 8; out y; y = Relu x", "the input x is of [1, 2, 8, 8]; images of 3 channels" },
    { "in x 1 1 8 8; out y; y = Relu x", "the output y is [1, 1, 8, 8]" },
    { "in x 3 8 8; out y; y = Relu x", "the input x is [3, 8, 8] of float32" },
    { "ini8 x 1 3 8 8; out y; y = Relu x", "the input x is [1, 3, 8, 8] of int8; images of" },
    { "inu8 x 1 3 8 8; out y; y = Flatten x", "the output y is [1, 192] of uint8" },
    { "inu8 x 1 3 8 8; out y; f w 2 3 3 3; y = Conv x w", "Conv.0 (Conv): " },
    { "in x 1 3 99999 8; out y; y = Relu x", "sides of 1 to 16384 are taken" },
    { "in x 1 3 9223372036854775807 8; out y; y = Relu x", "impossible dimension" },
    { "in x 1 3 9223372036854775808 8; out y; y = Relu x", "impossible dimension" },
    { "in x 1 3 8 8; out x; y = Relu x", "the output x is the input" },
    { "in x 1 3 8 8; out w; f w 3; y = Relu x", "the output w is a constant, it does not depend on the input" },
    { "in x 1 3 8 8; out c; f w 3; y = Relu x; c = Relu w", "the output c is a constant" },
    { IMAGE "y = Relu x", "the output y is [1, 3, 8, 8] of float32 for one image of 8×8; a classifier's" },
    { IMAGE "y = Shape x", "the output y is a constant" },
    { POOL "y = Cast p, to 7", "the output y is [1, 3, 1, 1] of int64" },
    { IMAGE "m y = MaxPool x, kernel_shape [8 8]", "the second output of an operator, which is not taken" },
    { "in x 1 3 8 8; out y; p q = MaxPool x, kernel_shape [2 2]; c = Cast q, to 1; y = GlobalAveragePool c",
      "reads q, the second output of an operator, which is not taken" },
    { "in x 1 3 8 8; out y; p q = Split x, axis 1; y = GlobalAveragePool q", "3 does not divide into 2 equal parts" },
    { "in x 1 3 8 8; out y; i n 2 = 2 2; p q = Split x n, axis 1; y = GlobalAveragePool q",
      "part 1 has 2 of the 1 left" },
    { POOL "m n = Dropout p; y = Flatten n", "reads n, the second output of an operator, which is not taken" },
  };

  expect_all (bad, G_N_ELEMENTS (bad));
}

/* The message names the operator, the node and the reason. */
static void
test_operators (void)
{
  static const Bad bad[] = {
    { IMAGE "y = Resize x", "Resize.0 (Resize): " },
    { IMAGE "y = LSTM x", "LSTM.0 (LSTM): " },
    { IMAGE "y = com.microsoft::FusedConv x", "FusedConv.0 (FusedConv): input 1 is missing" },
    { CONV "y = com.microsoft::FusedConv x w, activation \"Snake\"", "FusedConv.0 (FusedConv): its activation Snake" },
    { CONV "y = com.microsoft::FusedConv x w, activation 3", "the output y is [1, 2, 6, 6]" },
    { CONV "y = com.microsoft::FusedConv x w, pads [1]", "FusedConv.0 (Conv): " },
    { IMAGE "y = com.microsoft::FusedGemm x", "FusedGemm.0 (FusedGemm): input 1 is missing" },
    { IMAGE "y = com.microsoft::QLinearConcat x x x", "QLinearConcat.0 (QLinearConcat): 3 inputs" },
    { IMAGE "y = com.microsoft::QLinearAdd x x x x", "QLinearAdd.0 (DequantizeLinear): " },
    { IMAGE "y = com.microsoft::QLinearSigmoid x x _ x, channels_last 1", "channels_last is another machine's layout" },
    { IMAGE "y = com.microsoft::Attention x",
      "Attention.0 (Attention): an operator of com.microsoft that is not taken; "
      "save the model with ORT_ENABLE_BASIC or less" },
    { IMAGE "y = com.microsoft.nchwc::Conv x", "Conv.0 (Conv): an operator of com.microsoft.nchwc, a layout that ONNX "
                                               "Runtime chose for one machine; save the model with" },
    { IMAGE "y = com.example::Conv x", "Conv.0 (Conv): " },
    { IMAGE "y = QLinearConv x", "QLinearConv.0 (QLinearConv): input 1 is missing" },
    { IMAGE "y = Relu", "Relu.0 (Relu): " },
    { IMAGE "y = Relu x x", "Relu.0 (Relu): " },
    { IMAGE "y = Relu _", "Relu.0 (Relu): " },
    { IMAGE "y = Conv x", "Conv.0 (Conv): " },
    { IMAGE "y = Relu x, alpha 0.5", "Relu.0 (Relu): " },
    { CONV "y = Conv x w, pads [-1 0 0 0]", "Conv.0 (Conv): " },
    { CONV "y = Conv x w, pads [0 0 0 9223372036854775807]", "Conv.0 (Conv): " },
    { CONV "y = Conv x w, pads [1 1]", "Conv.0 (Conv): " },
    { CONV "y = Conv x w, strides [0 1]", "Conv.0 (Conv): " },
    { CONV "y = Conv x w, strides [-1 1]", "Conv.0 (Conv): " },
    { CONV "y = Conv x w, dilations [9223372036854775807 1]", "Conv.0 (Conv): " },
    { CONV "y = Conv x w, dilations [0 1]", "Conv.0 (Conv): " },
    { CONV "y = Conv x w, kernel_shape [5 5]", "Conv.0 (Conv): " },
    { CONV "y = Conv x w, group 0", "Conv.0 (Conv): " },
    { CONV "y = Conv x w, group 2", "Conv.0 (Conv): " },
    { CONV "y = Conv x w, group -9223372036854775808", "Conv.0 (Conv): " },
    { CONV "y = Conv x w, auto_pad \"SAME\"", "Conv.0 (Conv): " },
    { CONV "f b 3; y = Conv x w b", "Conv.0 (Conv): " },
    { IMAGE "f w 2 3 9 9; y = Conv x w", "Conv.0 (Conv): " },
    { IMAGE "f w 2 4 3 3; y = Conv x w", "Conv.0 (Conv): " },
    { IMAGE "f w 2 3 3 3 1; y = Conv x w", "Conv.0 (Conv): " },
    { IMAGE "f w 0 3 3 3; y = Conv x w", "Conv.0 (Conv): " },
    { IMAGE "f s 3; y = BatchNormalization x s s s", "BatchNormalization.0 (BatchNormalization): " },
    { IMAGE "f s 2; y = BatchNormalization x s s s s", "BatchNormalization.0 (BatchNormalization): " },
    { IMAGE "f s 3; f k 2 3 3; t = BatchNormalization k s s s s, training_mode 1; y = Add x t",
      "BatchNormalization.0 (BatchNormalization): training_mode is 1" },
    { IMAGE "f s 3; y = BatchNormalization x s s s s, training_mode 1", "BatchNormalization.0 (BatchNormalization): " },
    { IMAGE "y = MaxPool x", "MaxPool.0 (MaxPool): " },
    { IMAGE "y = MaxPool x, kernel_shape [9 9]", "MaxPool.0 (MaxPool): " },
    { IMAGE "y = MaxPool x, kernel_shape [2 2], pads [2 2 2 2]", "MaxPool.0 (MaxPool): " },
    { IMAGE "y = MaxPool x, kernel_shape [9223372036854775807 1]", "MaxPool.0 (MaxPool): " },
    { IMAGE "y = AveragePool x, kernel_shape [2 2], pads [-1 -1 -1 -1]", "AveragePool.0 (AveragePool): " },
    { IMAGE "f w 9 2; y = Gemm x w", "Gemm.0 (Gemm): " },
    { POOL "z = Flatten p; f w 9 2; y = Gemm z w", "Gemm.2 (Gemm): " },
    { POOL "z = Flatten p; f w 9 2; y = MatMul z w", "MatMul.2 (MatMul): " },
    { IMAGE "i s 2 = 1 -1; t = Reshape x s; i u 2 = -1 -1; y = Reshape t u", "Reshape.1 (Reshape): " },
    { IMAGE "i s 2 = 1 191; y = Reshape x s", "Reshape.0 (Reshape): " },
    { IMAGE "i s 2 = 9223372036854775807 2; y = Reshape x s", "Reshape.0 (Reshape): " },
    { IMAGE "y = Reshape x x", "Reshape.0 (Reshape): " },
    { IMAGE "y = Transpose x, perm [0 1 2 2]", "Transpose.0 (Transpose): " },
    { IMAGE "y = Transpose x, perm [0 1 2 9]", "Transpose.0 (Transpose): " },
    { IMAGE "y = Squeeze x; z = Relu y", "the output y" },
    { IMAGE "i a 1 = 1; y = Squeeze x a", "Squeeze.0 (Squeeze): " },
    { IMAGE "y = Concat x x, axis 4", "Concat.0 (Concat): " },
    { IMAGE "i p 8 = 0 0 -8 0 0 0 0 0; y = Pad x p", "the output y is [1, 3, 0, 8]" },
    { IMAGE "i p 8 = 0 0 4611686018427387904 0 0 0 4611686018427387904 0; y = Pad x p", "Pad.0 (Pad): " },
    { IMAGE "i p 3 = 0 0 1; y = Pad x p", "Pad.0 (Pad): " },
    { IMAGE "f w 1 3 1 2; y = Add x w", "Add.0 (Add): " },
    { IMAGE "i w 1 = 3; y = Add x w", "Add.0 (Add): " },
    { IMAGE "i k 1 = 7; i w 1 = 0; z = Gather w k; y = Relu x; u = Add y z", "the output y" },
    { IMAGE "i k 1 = 7; i w 1 = 0; z = Gather w k; y = Reshape x z", "Gather.0 (Gather): " },
    { IMAGE "i k 1 = 0; i w 1 = 4; z = Div w k; y = Reshape x z", "Div.0 (Div): " },
    { IMAGE "y = Softmax x, axis 7", "Softmax.0 (Softmax): " },
  };

  expect_all (bad, G_N_ELEMENTS (bad));
}

/* The file is small, but it asks for very much. */
static void
test_amplification (void)
{
  static const Bad bad[] = {
    { IMAGE "i s 2 = 65536 65536; c = ConstantOfShape s; z = ReduceSum c; y = Add x z",
      "ConstantOfShape.0 (ConstantOfShape): its output has" },
    { IMAGE "i s 2 = 30000 30000; c = ConstantOfShape s; z = ReduceSum c; y = Add x z",
      "node ConstantOfShape.0: ConstantOfShape makes constants of " },
    { IMAGE "i s 2 = 2048 2048; c = ConstantOfShape s; m = MatMul c c; n = MatMul m c; z = ReduceSum n; y = Add x z",
      "node MatMul.1: MatMul on constants is too much to compute while loading" },
    { IMAGE "i s 4 = 1 64 256 256; c = ConstantOfShape s; i t 4 = 64 64 11 11; w = ConstantOfShape t; k = Conv c w; "
            "z = ReduceSum k; y = Add x z",
      "node Conv.2: Conv on constants is too much" },
    { IMAGE "i s 4 = 1 1 2000 2000; c = ConstantOfShape s; k = MaxPool c, kernel_shape [999 999]; z = ReduceSum k; "
            "y = Add x z",
      "node MaxPool.1: MaxPool on constants is too much" },
    { IMAGE "i s 2 = 1 16777216; a = ConstantOfShape s; b = Relu a; c = Relu b; d = Relu c; e = Relu d; z = ReduceSum "
            "e; y = Add x z",
      "which are too large for a file of this size" },
    { IMAGE "i a 1 = 0; i b 1 = 9223372036854775807; i d 1 = 1; r = Range a b d; y = Relu x", "the output y is" },
    { IMAGE "i r 4 = 1 100000 100000 1; y = Tile x r", "Tile.0 (Tile): " },
    { IMAGE "i e 5 = 1000 1000 3 8 8; y = Expand x e", "the output y is [1000, 1000, 3, 8, 8] of float32" },
    { "in x 1 3 16384 16384; out y; f w 64 3 1 1; c = Conv x w; g = GlobalAveragePool c; y = Flatten g",
      "Conv.0 (Conv): its output has 17179869184 elements, at most" },
  };

  expect_all (bad, G_N_ELEMENTS (bad));
}

/* There are many nodes in a row, which are computed once or run with each image. 10,000 nodes are taken. 100,000 nodes
 * in a file of a megabyte need more memory than such a file may take, and one sentence says so. */
static void
test_chains (void)
{
  static const guint counts[] = { 10000, 100000 };
  static const gchar *const ops[] = { "Relu", "Identity", "Transpose", "Neg" };

  for (guint k = 0; k < 4 * G_N_ELEMENTS (ops); k++) {
    const guint n = counts[k / 2 % 2];
    const gchar *op = ops[k / 4];
    g_autoptr (GBytes) bytes = NULL;
    g_autoptr (GString) text = g_string_new ("in x 1 3 2 2; out y; f c 1; v0 = ");
    g_autofree gchar *message = NULL;

    g_string_append (text, k % 2 ? "Identity c; " : "GlobalAveragePool x; ");
    for (guint i = 0; i < n; i++)
      g_string_append_printf (text, "v%u = %s v%u; ", i + 1, op, i);
    g_string_append_printf (text, k % 2 ? "g = GlobalAveragePool x; y = Add g v%u" : "y = Flatten v%u", n);
    bytes = onnx_text (text->str);
    message = try_model (bytes, 0);
    if (n == counts[0]
            ? message != NULL
            : !message || (!strstr (message, "bytes of memory") && !strstr (message, "for a file of this size")))
      g_error ("%u nodes %s: %s", n, op, message ? message : "were taken");
  }
}

static const gchar network[]
    = "in x N 3 16 16; out y; f w0 8 3 3 3; f s 8; f b 8; f m 8; f v 8 = 0.5 1 2; f w1 8 8 3 3; f w2 8 8 1 1; f fc 5 "
      "8; "
      "f fb 5; c = Conv x w0, pads [1 1 1 1], strides [2 2]; n = BatchNormalization c s b m v, epsilon 0.001; r = Relu "
      "n; "
      "p = MaxPool r, kernel_shape [3 3], strides [2 2], pads [1 1 1 1]; d = Conv p w1, pads [1 1 1 1]; "
      "e = Conv p w2; a = Add d e; q = Relu a; k = Sigmoid q; l = Mul q k; g = ReduceMean l, axes [2 3], keepdims 1; "
      "i shape 2 = 0 -1; f0 = Reshape g shape; h = Gemm f0 fc fb, transB 1; y = Softmax h, axis 1";

/* A file that is cut off or has flipped bits gives a model or a clear error. */
static void
test_damage (void)
{
  g_autoptr (GBytes) whole = onnx_text (network);
  gsize size;
  const guint8 *data = g_bytes_get_data (whole, &size);
  g_autofree gchar *good = try_model (whole, 0);
  guint n_bad = 0, n = 0;

  g_assert_null (good);
  for (gsize k = 1; k < 50; k++) {
    g_autoptr (GBytes) cut = g_bytes_new_from_bytes (whole, 0, size * k / 50);
    g_autofree gchar *message = try_model (cut, 0);

    g_assert_nonnull (message);
  }
  /* All bits of the names, shapes and attributes are flipped, but only some of the weights. */
  for (gsize at = 0; at < size; at += at % 13 == 12 ? 11 : 1)
    for (guint bit = 0; bit < 8; bit += 1 + (guint)(at % 5)) {
      g_autofree guint8 *copy = g_memdup2 (data, size);
      g_autoptr (GBytes) bytes = NULL;
      g_autofree gchar *message = NULL;

      copy[at] ^= (guint8)(1u << bit);
      bytes = g_bytes_new_take (g_steal_pointer (&copy), size);
      message = try_model (bytes, 16);
      n_bad += message != NULL;
      n++;
    }
  g_assert_cmpuint (n_bad, >, n / 20);
  g_assert_cmpuint (n_bad, <, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-import/bad/inputs-and-outputs", test_inputs_and_outputs);
  g_test_add_func ("/onnx-import/bad/operators", test_operators);
  g_test_add_func ("/onnx-import/bad/amplification", test_amplification);
  g_test_add_func ("/onnx-import/bad/chains", test_chains);
  g_test_add_func ("/onnx-import/bad/damage", test_damage);
  return g_test_run ();
}
