/* gst-resnet tests: each pass over ONNX graphs on small ones: what is computed before and after, and what is left
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <nn/session.h>
#include <string.h>

#include "graph/fold-batch-norm.h"
#include "graph/fuse.h"
#include "graph/graph-check.h"
#include "graph/remove-dead.h"
#include "import/onnx/onnx-import.h"
#include "import/onnx/onnx-layout.h"
#include "import/onnx/onnx-lower.h"
#include "import/onnx/onnx-make.h"
#include "import/onnx/onnx-quantize.h"
#include "model/model-private.h"
#include "model/model-struct.h"
#include "onnx-text.h"
#include "ops/op-quantize.h"

/* The float32 sums are made in another order. */
#define TOLERANCE 2e-6f

typedef enum { IMPORT, JOIN, SINK, LOWER, FOLD, FUSE } Pass;

/* @pass: the last pass to run; @ops: the nodes of the graph after it, without the input: the operators' names for PLAIN
 * and element-wise nodes, and the engine's own names in lower case */
typedef struct {
  const gchar *text;
  Pass pass;
  const gchar *ops;
} Case;

static NnGraph *
make (const gchar *text, Pass pass, guint *n_classes)
{
  g_autoptr (GBytes) bytes = onnx_text (text);
  NnGraph *graph = onnx_import_bytes (bytes, 8, n_classes);
  GError *error = NULL;

  if (pass >= JOIN)
    g_assert_true (nn_graph_join_quantization (graph, &error));
  if (pass >= SINK)
    g_assert_true (nn_graph_sink_transposes (graph, &error));
  if (pass >= LOWER)
    g_assert_true (nn_graph_lower (graph, &error));
  if (pass >= FOLD)
    g_assert_true (nn_graph_fold_batch_norm (graph, NULL));
  if (pass >= FUSE)
    nn_graph_fuse (graph);
  nn_graph_remove_dead (graph);
  g_assert_true (nn_graph_check (graph, &error));
  return graph;
}

/* Runs the graph, which is freed. */
static gfloat *
run (NnGraph *graph, guint n_classes)
{
  g_autoptr (NnModel) model = nn_model_new_from_graph (graph, n_classes);
  const NnSessionOptions options
      = { .threads = 1, .height = graph->height, .width = graph->width, .precision = NN_PRECISION_HIGHEST };
  const gsize n = (gsize)3 * graph->height * graph->width;
  g_autofree gfloat *x = g_new (gfloat, n);
  gfloat *y = g_new (gfloat, n_classes);
  g_autoptr (GRand) rand = g_rand_new_with_seed (5);
  GError *error = NULL;
  g_autoptr (NnSession) session = nn_session_new (model, &options, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < n; i++)
    x[i] = (gfloat)g_rand_double_range (rand, -2, 2);
  nn_session_run (session, x, 1, y);
  return y;
}

static gchar *
ops_of (const NnGraph *graph)
{
  GString *string = g_string_new (NULL);

  for (guint i = 1; i < graph->nodes->len; i++) {
    const NnNode *node = nn_graph_node (graph, i);
    static const gchar *const names[] = { [NN_OP_CONV] = "conv",
                                          [NN_OP_BATCH_NORM] = "batch-norm",
                                          [NN_OP_RELU] = "relu",
                                          [NN_OP_ADD] = "add",
                                          [NN_OP_MAX_POOL] = "max-pool",
                                          [NN_OP_AVG_POOL] = "avg-pool",
                                          [NN_OP_GLOBAL_AVG_POOL] = "global-avg",
                                          [NN_OP_GLOBAL_MAX_POOL] = "global-max",
                                          [NN_OP_SIGMOID] = "sigmoid",
                                          [NN_OP_SCALE] = "scale",
                                          [NN_OP_ACTIVATION] = "activation",
                                          [NN_OP_LINEAR] = "linear",
                                          [NN_OP_AFFINE] = "affine",
                                          [NN_OP_CHANNEL_NORM] = "channel-norm",
                                          [NN_OP_CONCAT] = "concat" };

    g_string_append_printf (string, "%s%s%s%s", i > 1 ? " " : "",
                            node->onnx ? nn_operator_get_type (node->onnx) : names[node->op],
                            !node->onnx && node->op == NN_OP_CONV && node->inputs[1] != NN_NO_NODE ? "+add" : "",
                            node->relu ? "+relu" : "");
  }
  return g_string_free (string, FALSE);
}

static void
check (const Case *cases, guint n)
{
  for (guint i = 0; i < n; i++) {
    guint n_classes, again;
    NnGraph *unchanged = make (cases[i].text, IMPORT, &n_classes);
    NnGraph *graph = make (cases[i].text, cases[i].pass, &again);
    g_autofree gfloat *before = run (unchanged, n_classes), *after = NULL;
    g_autofree gchar *ops = ops_of (graph);
    gfloat largest = 0, worst = 0;

    if (strcmp (ops, cases[i].ops) != 0)
      g_error ("%s\nbecame \"%s\", expected \"%s\"", cases[i].text, ops, cases[i].ops);
    g_assert_cmpuint (again, ==, n_classes);
    after = run (graph, n_classes);
    for (guint k = 0; k < n_classes; k++) {
      largest = fmaxf (largest, fabsf (before[k]));
      worst = fmaxf (worst, fabsf (before[k] - after[k]));
    }
    g_assert_cmpfloat (largest, >, 0);
    if (!(worst <= TOLERANCE * largest))
      g_error ("%s\n%g apart, the largest is %g", cases[i].text, (gdouble)worst, (gdouble)largest);
  }
}

#define X "in x 1 3 6 8; out y; "
#define HEAD "g = GlobalAveragePool l; y = Flatten g; "
#define BN "f s 4 = 0.5 -1 2 1; f b 4; f m 4; f v 4 = 0.5 1 2 0.25; "

static void
test_constant_folding (void)
{
  static const Case cases[] = {
    /* values that depend on constants alone become no node */
    { X "f a 3 1 1; f b 1 3 1 1; c = Mul a b; d = Neg c; l = Mul x d; " HEAD, IMPORT, "Mul GlobalAveragePool Flatten" },
    { X "l = Relu x; g = GlobalAveragePool l; s = Shape g; i z 1 = 0; k = Gather s z; i o 1 = -1; t = Concat k o, axis "
        "0; "
        "y = Reshape g t",
      IMPORT, "Relu GlobalAveragePool Reshape" },
    { X "i q 4 = 4 3 1 1; z = ConstantOfShape q; f o 4 1 1 1; w = Sub o z; l = Conv x w; " HEAD, IMPORT,
      "Conv GlobalAveragePool Flatten" },
    { X "u8 q 4 3 1 1 = 1 200 7 3; f s 1 = 0.25; u8 z 1 = 100; w = DequantizeLinear q s z; l = Conv x w; " HEAD, IMPORT,
      "Conv GlobalAveragePool Flatten" },
    { X "h w 4 3 1 1 = 15360 48128 14336; v = Cast w, to 1; l = Conv x v; " HEAD, IMPORT,
      "Conv GlobalAveragePool Flatten" },
    /* operators that give back their input become no node either */
    { X "a = Identity x; b c = Dropout a; d = Cast b, to 1; l = Relu d; " HEAD, IMPORT,
      "Relu GlobalAveragePool Flatten" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_dead_nodes (void)
{
  static const Case cases[] = {
    { X "f w 4 3 3 3; dead = Conv x w; l = Relu x; more = Softmax dead; " HEAD, IMPORT,
      "Relu GlobalAveragePool Flatten" },
    { X "l = Relu x; " HEAD "late = Neg y; later = Exp late", IMPORT, "Relu GlobalAveragePool Flatten" },
    { X "dead = Abs x; a = Exp x; gone = Add dead a; l = Neg a; " HEAD, LOWER, "conv Exp Neg global-avg" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

#define ROUND NN_OP_TYPE_QUANTIZED " "
#define GRID "f s 1 = 0.0625; u8 z 1 = 100; "

static void
test_quantization (void)
{
  static const Case cases[] = {
    { X GRID "q = QuantizeLinear x s z; l = DequantizeLinear q s z; " HEAD, JOIN, ROUND "GlobalAveragePool Flatten" },
    { X "f s = 0.03; q = QuantizeLinear x s; l = DequantizeLinear q s; " HEAD, JOIN,
      ROUND "GlobalAveragePool Flatten" },
    { X "f s = 0.01; i8 z = -20; q = QuantizeLinear x s z; l = DequantizeLinear q s z; " HEAD, JOIN,
      ROUND "GlobalAveragePool Flatten" },
    /* two readers, and operators in between that only move elements */
    { X GRID "q = QuantizeLinear x s z; a = DequantizeLinear q s z; b = DequantizeLinear q s z; l = Add a b; " HEAD,
      JOIN, ROUND "Add GlobalAveragePool Flatten" },
    { X GRID "q = QuantizeLinear x s z; m = MaxPool q, kernel_shape [2 2]; l = DequantizeLinear m s z; " HEAD, JOIN,
      ROUND "MaxPool GlobalAveragePool Flatten" },
    { X GRID "q = QuantizeLinear x s z; t = Transpose q, perm [0 2 3 1]; d = DequantizeLinear t s z; e = Abs d; "
             "l = Transpose e, perm [0 3 1 2]; " HEAD,
      LOWER, "conv " ROUND "Abs global-avg" },
    { X GRID "f w 4 3 3 3; c = Conv x w; q = QuantizeLinear c s z; l = DequantizeLinear q s z; " HEAD, LOWER,
      "conv " ROUND "global-avg" },
    /* another grid behind than before, integers that are computed with, and a scale for each channel */
    { X GRID "f r = 0.125; q = QuantizeLinear x s z; l = DequantizeLinear q r z; " HEAD, JOIN,
      "QuantizeLinear DequantizeLinear GlobalAveragePool Flatten" },
    { X GRID "u8 y0 = 7; q = QuantizeLinear x s z; l = DequantizeLinear q s y0; " HEAD, JOIN,
      "QuantizeLinear DequantizeLinear GlobalAveragePool Flatten" },
    { X GRID "q = QuantizeLinear x s z; m = Max q z; l = DequantizeLinear m s z; " HEAD, JOIN,
      "QuantizeLinear Max DequantizeLinear GlobalAveragePool Flatten" },
    { X "f s 3 = 0.1 0.2 0.3; u8 z 3 = 1 2 3; q = QuantizeLinear x s z; l = DequantizeLinear q s z; " HEAD, JOIN,
      "QuantizeLinear DequantizeLinear GlobalAveragePool Flatten" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

/* Numbers beyond the grid's ends, halfway between its points, and values that are no numbers get the same bits as from
 * the two operators. */
static void
test_rounding (void)
{
  static const gfloat special[]
      = { -1e30f, -13, -12.75f, -0.1f, -0.f, 0.03125f, 0.09375f, 0.15625f, 1, 9.7f, 20, 1e30f };
  gfloat x[G_N_ELEMENTS (special) + 3], scalars[4] = { 0.0625f, 100, 0, 255 }, y[G_N_ELEMENTS (x)];
  gint64 zero = 100, q[G_N_ELEMENTS (x)];
  gfloat expected[G_N_ELEMENTS (x)];
  const guint n = G_N_ELEMENTS (x);
  NnValue in = { .dtype = NN_DTYPE_F32, .n_dims = 1, .dims = { n }, .n_elements = n, .f32 = x }, out = in, codes = in;
  NnValue values[4], zero_value = { .dtype = NN_DTYPE_U8, .n_elements = 1, .i64 = &zero };
  const NnValue *inputs[5] = { &in };
  GError *error = NULL;
  g_autoptr (NnOperator) both = nn_operator_make (NN_OP_TYPE_QUANTIZED, 5, NULL, NULL, 0, &error);
  g_autoptr (NnOperator) first = nn_operator_make ("QuantizeLinear", 3, NULL, NULL, 0, &error);
  g_autoptr (NnOperator) second = nn_operator_make ("DequantizeLinear", 3, NULL, NULL, 0, &error);

  g_assert_no_error (error);
  memcpy (x, special, sizeof special);
  x[n - 3] = NAN;
  x[n - 2] = INFINITY;
  x[n - 1] = -INFINITY;
  for (guint i = 0; i < 4; i++) {
    values[i] = (NnValue){ .dtype = NN_DTYPE_F32, .n_elements = 1, .f32 = &scalars[i] };
    inputs[i + 1] = &values[i];
  }
  out.f32 = y;
  g_assert_true (nn_operator_run (both, inputs, 5, &out, &error));
  codes.dtype = NN_DTYPE_U8;
  codes.f32 = NULL;
  codes.i64 = q;
  inputs[2] = &zero_value;
  g_assert_true (nn_operator_run (first, inputs, 3, &codes, &error));
  inputs[0] = &codes;
  out.f32 = expected;
  g_assert_true (nn_operator_run (second, inputs, 3, &out, &error));
  g_assert_cmpmem (y, sizeof y, expected, sizeof expected);
}

/* An operator of ONNX Runtime's own and the same written out must give the same network. */
typedef struct {
  const gchar *text, *written_out;
} Short;

#define CONV4 "f w 4 3 3 3; f b 4; "
#define FUSED X CONV4 "f r 4 1 1; f v 4 3 1 1; u = Conv x v, pads [1 1 1 1]; "
#define A "f as = 0.03; u8 az = 120; "
#define W "i8 w 4 3 3 3 = 3 -7 100 -128 127 5; f ws = 0.02; i8 wz = 3; "
#define Y "f ys = 0.05; u8 yz = 90; "
#define QX "q = QuantizeLinear x as az; d = DequantizeLinear q as az; "
#define DW "e = DequantizeLinear w ws wz; "
#define END "l = DequantizeLinear o ys yz; " HEAD
#define QEND "o = QuantizeLinear c ys yz; " END
/* A row of 4 numbers, one for each channel. */
#define ROW X A "f p 4 3 3 3; c = Conv x p; m = GlobalAveragePool c; n = Flatten m; r = QuantizeLinear n as az; "

static void
test_short_forms (void)
{
  static const Short forms[] = {
    { FUSED "l = com.microsoft::FusedConv x w b, pads [1 1 1 1], activation \"Relu\"; " HEAD,
      FUSED "c = Conv x w b, pads [1 1 1 1]; l = Relu c; " HEAD },
    { FUSED "l = com.microsoft::FusedConv x w b, pads [1 1 1 1]; " HEAD,
      FUSED "l = Conv x w b, pads [1 1 1 1]; " HEAD },
    { FUSED
      "l = com.microsoft::FusedConv x w _ u, pads [2 2 2 2], activation \"LeakyRelu\", activation_params [0.3]; " HEAD,
      FUSED "c = Conv x w, pads [2 2 2 2]; s = Add c u; l = LeakyRelu s, alpha 0.3; " HEAD },
    { FUSED "l = com.microsoft::FusedConv x w b, activation \"Clip\", activation_params [-0.5 0.25]; " HEAD,
      FUSED "c = Conv x w b; f lo = -0.5; f hi = 0.25; l = Clip c lo hi; " HEAD },
    { FUSED "l = com.microsoft::FusedConv x w b, activation \"HardSigmoid\", activation_params [0.1 0.6]; " HEAD,
      FUSED "c = Conv x w b; l = HardSigmoid c, alpha 0.1, beta 0.6; " HEAD },
    { X "f w 3 5; f b 5; m = GlobalAveragePool x; n = Flatten m; y = com.microsoft::FusedGemm n w b, alpha 0.5, "
        "activation \"Tanh\"",
      X "f w 3 5; f b 5; m = GlobalAveragePool x; n = Flatten m; c = Gemm n w b, alpha 0.5; y = Tanh c" },
    { X "l = com.microsoft::Gelu x; " HEAD, "opset 20; " X "l = Gelu x; " HEAD },
    { X "l = com.microsoft::QuickGelu x, alpha 1.5; " HEAD, "opset 24; " X "l = Swish x, alpha 1.5; " HEAD },
    { X A "q = com.microsoft::QuantizeLinear x as az; l = com.microsoft::DequantizeLinear q as az; " HEAD,
      X A "q = QuantizeLinear x as az; l = DequantizeLinear q as az; " HEAD },
    { X A W Y "q = QuantizeLinear x as az; o = QLinearConv q as az w ws wz ys yz, pads [1 1 1 1]; " END,
      X A W Y QX DW "c = Conv d e, pads [1 1 1 1]; " QEND },
    /* a scale for each of the weight's channels, and a bias whose scale is the product of the scales */
    { X A Y "i8 w 4 3 1 1 = 3 -7 100 -128 127 5; f ws 4 = 0.02 0.01 0.005 0.04; i8 wz 4 = 0; i32 b 4 = 100 -200 300; "
            "q = QuantizeLinear x as az; o = com.microsoft::QLinearConv q as az w ws wz ys yz b; " END,
      X A Y
      "i8 w 4 3 1 1 = 3 -7 100 -128 127 5; f ws 4 = 0.02 0.01 0.005 0.04; i8 wz 4 = 0; i32 b 4 = 100 -200 300; " QX
      "e = DequantizeLinear w ws wz, axis 0; bs = Mul as ws; g0 = DequantizeLinear b bs, axis 0; "
      "c = Conv d e g0; " QEND },
    { X A Y "f t = 0.01; u8 tz = 5; q = QuantizeLinear x as az; a = Abs x; p = QuantizeLinear a t tz; "
            "o = com.microsoft::QLinearAdd q as az p t tz ys yz; " END,
      X A Y "f t = 0.01; u8 tz = 5; " QX "a = Abs x; p = QuantizeLinear a t tz; v = DequantizeLinear p t tz; "
            "c = Add d v; " QEND },
    { X A Y "q = QuantizeLinear x as az; o = com.microsoft::QLinearMul q as az q as az ys yz; " END,
      X A Y QX "c = Mul d d; " QEND },
    { X A Y "q = QuantizeLinear x as az; o = com.microsoft::QLinearGlobalAveragePool q as az ys yz, channels_last 0; "
            "p = DequantizeLinear o ys yz; y = Flatten p",
      X A Y QX "c = GlobalAveragePool d; o = QuantizeLinear c ys yz; p = DequantizeLinear o ys yz; y = Flatten p" },
    { X A Y "q = QuantizeLinear x as az; o = com.microsoft::QLinearAveragePool q as az ys yz, kernel_shape [2 3]; " END,
      X A Y QX "c = AveragePool d, kernel_shape [2 3]; " QEND },
    { X A Y "q = QuantizeLinear x as az; o = com.microsoft::QLinearLeakyRelu q as az ys yz, alpha 0.2; " END,
      X A Y QX "c = LeakyRelu d, alpha 0.2; " QEND },
    { X A Y "q = QuantizeLinear x as az; o = com.microsoft::QLinearConcat ys yz q as az q as az, axis 1; " END,
      X A Y QX "c = Concat d d, axis 1; " QEND },
    { ROW "i8 w 4 6 = 1 2 3 -4 5; f ws = 0.1; i8 wz = 0; " Y "o = QLinearMatMul r as az w ws wz ys yz; "
          "y = DequantizeLinear o ys yz",
      ROW "i8 w 4 6 = 1 2 3 -4 5; f ws = 0.1; i8 wz = 0; " Y
          "a = DequantizeLinear r as az; e = DequantizeLinear w ws wz; "
          "k = MatMul a e; o = QuantizeLinear k ys yz; y = DequantizeLinear o ys yz" },
    { ROW "i8 w 6 4 = 1 2 3 -4 5; f ws = 0.1; i8 wz = 0; i32 b 6 = 5 -7 9; "
          "y = com.microsoft::QGemm r as az w ws wz b, transB 1",
      ROW "i8 w 6 4 = 1 2 3 -4 5; f ws = 0.1; i8 wz = 0; i32 b 6 = 5 -7 9; a = DequantizeLinear r as az; "
          "e = DequantizeLinear w ws wz; bs = Mul as ws; k = DequantizeLinear b bs; y = Gemm a e k, transB 1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (forms); i++) {
    guint n, again;
    NnGraph *graph = make (forms[i].text, FUSE, &n), *other = make (forms[i].written_out, FUSE, &again);
    g_autofree gchar *ops = ops_of (graph), *other_ops = ops_of (other);
    g_autofree gfloat *y = run (graph, n), *expected = NULL;

    g_assert_cmpuint (n, ==, again);
    /* QuickGelu becomes Mul and Sigmoid, while a later opset has one operator for them. */
    if (!strstr (forms[i].text, "::QuickGelu"))
      g_assert_cmpstr (ops, ==, other_ops);
    expected = run (other, again);
    for (guint k = 0; k < n; k++)
      if (!(fabsf (y[k] - expected[k]) <= TOLERANCE * fabsf (expected[k])))
        g_error ("%s\n%g instead of %g", forms[i].text, (gdouble)y[k], (gdouble)expected[k]);
  }
}

static void
test_layout (void)
{
  static const Case cases[] = {
    /* a pair that cancels, one that does not, and three that turn once round */
    { X "a = Transpose x, perm [0 2 3 1]; b = Relu a; l = Transpose b, perm [0 3 1 2]; " HEAD, SINK,
      "Relu GlobalAveragePool Flatten" },
    { X "a = Transpose x, perm [0 2 3 1]; b = Transpose a, perm [0 2 3 1]; l = Transpose b, perm [0 2 3 1]; " HEAD,
      SINK, "GlobalAveragePool Flatten" },
    /* Transposes move through sums of two, constants along the last dimension, concatenation and padding */
    { X "a = Transpose x, perm [0 2 3 1]; b = Exp a; c = Add a b; f k 3; d = Mul c k; l = Transpose d, perm [0 3 1 "
        "2]; " HEAD,
      SINK, "Exp Add Mul GlobalAveragePool Flatten" },
    { X "a = Transpose x, perm [0 2 3 1]; b = Exp a; c = Concat a b, axis -1; l = Transpose c, perm [0 3 1 2]; " HEAD,
      SINK, "Exp Concat GlobalAveragePool Flatten" },
    { X "a = Transpose x, perm [0 2 3 1]; i p 8 = 0 1 2 0 0 3 0 0; b = Pad a p; l = Transpose b, perm [0 3 1 2]; " HEAD,
      SINK, "Pad GlobalAveragePool Flatten" },
    /* a Transpose stays where the value is read both ways; a constant that would have to move keeps its Transpose */
    { X "a = Transpose x, perm [0 2 3 1]; f k 6 8 3; b = Add a k; l = Transpose b, perm [0 3 1 2]; " HEAD, SINK,
      "Transpose Add Transpose GlobalAveragePool Flatten" },
    /* NHWC outside, as tf2onnx writes it, down to the mean over what were the second and the third dimension */
    { "in x N 6 8 3; out y; f w 4 3 3 3; a = Transpose x, perm [0 3 1 2]; c = Conv a w, pads [1 1 1 1]; "
      "d = Transpose c, perm [0 2 3 1]; e = Relu d; h = Transpose e, perm [0 3 1 2]; l = MaxPool h, kernel_shape [2 "
      "2]; " HEAD,
      SINK, "Conv Relu MaxPool GlobalAveragePool Flatten" },
    /* the block of a ConvNeXt: its normalization and matrices work on the channels, which come last only for them */
    { X "f w 4 3 3 3; c = Conv x w; t = Transpose c, perm [0 2 3 1]; f s 4 = 1 2 0.5 1.5; f b 4; "
        "n = LayerNormalization t s b, epsilon 0.001; f m 4 7; h = MatMul n m; f o 7; e = Add h o; "
        "l = Transpose e, perm [0 3 1 2]; " HEAD,
      LOWER, "conv channel-norm conv affine global-avg" },
    { X "f w 20 3 1 1; c = Conv x w; t = Transpose c, perm [0 2 3 1]; f s 20; n = LayerNormalization t s, axis 3; "
        "l = Transpose n, perm [0 3 1 2]; " HEAD,
      LOWER, "conv channel-norm global-avg" },
    /* norms over other dimensions, a scale of another length and matrices for a batch stay as they are */
    { X "t = Transpose x, perm [0 2 3 1]; f s 8 3; n = LayerNormalization t s, axis 2; l = Transpose n, perm [0 3 1 "
        "2]; " HEAD,
      SINK, "Transpose LayerNormalization Transpose GlobalAveragePool Flatten" },
    { X "t = Transpose x, perm [0 2 3 1]; f m 1 1 3 7; h = MatMul t m; l = Transpose h, perm [0 3 1 2]; " HEAD, SINK,
      "Transpose MatMul Transpose GlobalAveragePool Flatten" },
    { X "t = Transpose x, perm [0 3 2 1]; f m 3 7; h = MatMul t m; l = Transpose h, perm [0 3 1 2]; " HEAD, SINK,
      "Transpose MatMul Transpose GlobalAveragePool Flatten" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_lowering (void)
{
  static const Case cases[] = {
    { X "f w 4 3 3 3; f b 4; l = Conv x w b, auto_pad \"SAME_UPPER\", strides [2 2]; " HEAD, LOWER, "conv global-avg" },
    { X "f w 6 1 3 3; l = Conv x w, group 3, pads [0 1 2 1], dilations [2 1]; " HEAD, LOWER, "conv global-avg" },
    { X "f w 4 3 1 1; c = Conv x w; l = MaxPool c, kernel_shape [3 3], strides [2 2], ceil_mode 1; " HEAD, LOWER,
      "conv max-pool global-avg" },
    { X "f w 4 3 1 1; c = Conv x w; l = AveragePool c, kernel_shape [3 2], pads [1 0 1 1], count_include_pad 1; " HEAD,
      LOWER, "conv avg-pool global-avg" },
    { X "f w 4 3 1 1; c = Conv x w; g = GlobalAveragePool c; s = Sigmoid g; l = Mul s c; "
        "e = GlobalMaxPool l; y = Flatten e",
      LOWER, "conv global-avg sigmoid scale global-max" },
    { X "f w 4 3 1 1; c = Conv x w; r = Relu c; s = Sum c r; t = Sum c r s; l = Sum t; " HEAD, LOWER,
      "conv relu add Sum Sum global-avg" },
    { X "f w 4 3 1 1; c = Conv x w; f k 4 1 1; d = Sub k c; f j 1 = 3.; e = Div d j; l = Clip e _ _; " HEAD, LOWER,
      "conv affine affine activation global-avg" },
    { X "f w 4 3 1 1; c = Conv x w; f z 1 = 0; a = Clip c z; d = LeakyRelu c, alpha 0.1; l = Concat a d, axis 1; " HEAD,
      LOWER, "conv relu activation concat global-avg" },
    { X "i a 2 = 2 3; opset 18; m = ReduceMean x a, keepdims 0; f w 3 5; h = MatMul m w; f b 5; y = Add h b", LOWER,
      "conv global-avg linear affine" },
    { X "m = GlobalAveragePool x; h = Flatten m; f w 5 3; f b 5; y = Gemm h w b, transB 1, alpha 0.5, beta 2.", LOWER,
      "conv global-avg linear" },
    /* the engine has no node for these */
    { X "y = Flatten x", LOWER, "Flatten" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_batch_norm (void)
{
  static const Case cases[] = {
    { X BN "f w 4 3 3 3; c = Conv x w; l = BatchNormalization c s b m v, epsilon 0.01; " HEAD, FOLD,
      "conv global-avg" },
    { X BN "f w 4 3 3 3; f k 4; c = Conv x w k; f f 4 1 1; d = Mul c f; f o 1 = 0.5; l = Add d o; " HEAD, FOLD,
      "conv global-avg" },
    /* BatchNorm is not folded into a convolution that another node reads, that ends with something, or that is not
     * there */
    { X BN "f w 4 3 3 3; c = Conv x w; d = BatchNormalization c s b m v; l = Add c d; " HEAD, FOLD,
      "conv conv add global-avg" },
    { X BN "f w 4 3 3 3; c = Conv x w; r = Relu c; l = BatchNormalization r s b m v; " HEAD, FOLD,
      "conv relu conv global-avg" },
    { X "f s 3; f v 3 = 1 2 3; l = BatchNormalization x s s s v; " HEAD, FOLD, "conv global-avg" },
    { X "f s 5; f v 5 = 1 2; m = GlobalAveragePool x; h = Flatten m; f w 3 5; z = MatMul h w; y = BatchNormalization z "
        "s s s v",
      FOLD, "conv global-avg linear" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

static void
test_fusion (void)
{
  static const Case cases[] = {
    { X "f w 4 3 3 3; c = Conv x w; l = Relu c; " HEAD, FUSE, "conv+relu global-avg" },
    { X "f w 4 3 1 1; f u 4 3 1 1; c = Conv x w; d = Conv x u; a = Add c d; l = Relu a; " HEAD, FUSE,
      "conv conv+add+relu global-avg" },
    { X "f w 4 3 1 1; f u 4 4 1 1; c = Conv x w; r = Relu c; d = Conv r u; a = Add r d; l = Relu a; " HEAD, FUSE,
      "conv+relu conv+add+relu global-avg" },
    /* nothing is fused where the sum is not the convolution's only reader, nor through another activation */
    { X "f w 4 3 1 1; c = Conv x w; r = Relu c; l = Add c r; " HEAD, FUSE, "conv relu add global-avg" },
    { X "f w 4 3 1 1; c = Conv x w; d = Sigmoid c; l = Relu d; " HEAD, FUSE, "conv sigmoid relu global-avg" },
  };

  check (cases, G_N_ELEMENTS (cases));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/onnx-passes/constant-folding", test_constant_folding);
  g_test_add_func ("/onnx-passes/dead-nodes", test_dead_nodes);
  g_test_add_func ("/onnx-passes/quantization", test_quantization);
  g_test_add_func ("/onnx-passes/rounding", test_rounding);
  g_test_add_func ("/onnx-passes/short-forms", test_short_forms);
  g_test_add_func ("/onnx-passes/layout", test_layout);
  g_test_add_func ("/onnx-passes/lowering", test_lowering);
  g_test_add_func ("/onnx-passes/batch-norm", test_batch_norm);
  g_test_add_func ("/onnx-passes/fusion", test_fusion);
  return g_test_run ();
}
