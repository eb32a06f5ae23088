/* gst-resnet tests: operators that contradict ONNX's rules or go beyond what is taken
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "operator-cases.h"

#define X "in float32 [1,2,5,5] ramp\n"
#define W "in float32 [3,2,3,3] ramp\n"
#define HUGE "in float32 [4294967296,4294967296] type\n"

static const gchar *const new_cases[] = {
  "case opset-6\nop Relu 6 1\nin float32 [2] ramp\nerror unsupported opset 6",
  "case opset-99\nop Relu 99 1\nin float32 [2] ramp\nerror unsupported opset 99",
  "case resize\nop Resize 13 1\n" X "error unsupported not resized",
  "case unknown\nop Frobnicate 13 1\n" X "error unsupported not an operator",
  "case too-early\nop HardSwish 13 1\n" X "error format opset 14 does",
  "case if\nop If 13 1\nin bool [] 1\nerror unsupported control flow",
  "case unknown-attribute\nop Relu 13 1\nattr alpha float 1\n" X "error format attribute alpha is not",
  "case attribute-too-early\nop MaxPool 9 1\nattr kernel_shape ints 2 2\nattr ceil_mode int 1\n" X
  "error format attribute ceil_mode is not",
  "case attribute-too-late\nop Squeeze 13 1\nattr axes ints 0\n" X "error format attribute axes is not",
  "case attribute-kind\nop Conv 13 1\nattr group ints 1\n" X W "error format a list of integers, should be an integer",
  "case attribute-twice\nop Conv 13 1\nattr group int 1\nattr group int 1\n" X W "error format twice",
  "case attribute-missing\nop Concat 13 1\n" X "error format attribute axis is missing",
  "case no-input\nop Relu 13 1\nerror format input 0 is missing",
  "case absent-input\nop Conv 13 1\n" X "in -\n" W "error format input 1 is missing",
  "case too-many-inputs\nop Relu 13 1\n" X X "error format 2 inputs",
  "case absent-in-the-middle\nop Concat 13 1\nattr axis int 0\n" X "in -\n" X "error format input 1 is missing",
  "case no-output\nop Relu 13 0\n" X "error format no output",
  "case too-many-outputs\nop Relu 13 2\n" X "error format 2 outputs",
  "case no-group\nop Conv 13 1\nattr group int 0\n" X W "error format group is 0",
  "case auto-pad\nop Conv 13 1\nattr auto_pad string SAME\n" X W "error format auto_pad is SAME",
  "case training\nop BatchNormalization 15 1\nattr training_mode int 1\n" X X X X X "error unsupported training_mode",
  "case training-outputs\nop BatchNormalization 9 5\n" X X X X X "error unsupported training form",
  "case spatial\nop BatchNormalization 7 1\nattr spatial int 0\n" X X X X X "error unsupported spatial 0",
  "case cast-to-string\nop Cast 13 1\nattr to int 8\n" X "error unsupported string",
  "case cast-to-nothing\nop Cast 13 1\nattr to int -1\n" X "error unsupported unknown",
  "case pad-mode\nop Pad 13 1\nattr mode string wrap\n" X "in int64 [8] ramp\nerror format mode is wrap",
  "case no-value\nop Constant 13 1\nerror format 0 values",
  "case two-values\nop Constant 13 1\nattr value_int int 1\nattr value_float float 1\nerror format 2 values",
  "case string-value\nop Constant 13 1\nattr value_string string a\nerror unsupported value_string",
  "case of-shape\nop ConstantOfShape 9 1\nattr value tensor float32 [2] 1 2\nin int64 [1] 1\nerror format 2 elements",
  "case split-outputs\nop Split 18 3\nattr num_outputs int 2\n" X "error format num_outputs is 2",
  "case gelu\nop Gelu 20 1\nattr approximate string sinh\n" X "error format approximate is sinh",
  "case float8\nop QuantizeLinear 21 1\nattr output_dtype int 17\n" X "in float32 [] 1\nerror unsupported float8",
  "case block\nop DequantizeLinear 21 1\nattr block_size int -1\nin int8 [] 1\nin float32 [] 1\nerror format block",
};

static const gchar *const window_cases[] = {
  "case rank-2\nop Conv 13 1\nin float32 [2,5] ramp\nin float32 [3,2] ramp\nerror format 2 dimensions",
  "case rank-6\nop MaxPool 13 1\nattr kernel_shape ints 1 1 1 1\nin float32 [1,1,1,1,1,1] ramp\nerror unsupported 6 "
  "dim",
  "case weight-rank\nop Conv 13 1\n" X "in float32 [3,2,3] ramp\nerror format its weight 3",
  "case stride-0\nop Conv 13 1\nattr strides ints 0 1\n" X W "error format strides holds 0",
  "case stride-count\nop Conv 13 1\nattr strides ints 1\n" X W "error format strides has 1",
  "case dilation-0\nop Conv 13 1\nattr dilations ints 1 0\n" X W "error format dilations holds 0",
  "case dilation-huge\nop Conv 13 1\nattr dilations ints 1 9223372036854775807\n" X W "error format dilations holds",
  "case negative-pad\nop Conv 13 1\nattr pads ints 0 0 -1 0\n" X W "error format pads holds -1",
  "case huge-pad\nop Conv 13 1\nattr pads ints 0 0 9223372036854775807 0\n" X W "error format pads holds",
  "case large-output\nop Conv 13 1\nattr pads ints 2147483646 2147483646 0 0\n" X W "error too-large overflows",
  "case pads-count\nop Conv 13 1\nattr pads ints 1 1\n" X W "error format pads has 2",
  "case kernel-shape\nop Conv 13 1\nattr kernel_shape ints 3 2\n" X W "error format kernel_shape says 2",
  "case kernel-too-large\nop Conv 13 1\n" X "in float32 [3,2,7,7] ramp\nerror format reaches over 7",
  "case dilated-too-large\nop Conv 13 1\nattr dilations ints 3 1\n" X W "error format reaches over 7",
  "case channels\nop Conv 13 1\n" X "in float32 [3,3,3,3] ramp\nerror format its weight is for 3 channels",
  "case groups\nop Conv 13 1\nattr group int 2\n" X W "error format in 2 groups",
  "case group-outputs\nop Conv 13 1\nattr group int 2\n" X
  "in float32 [3,1,3,3] ramp\nerror format not a multiple of 2",
  "case huge-group\nop Conv 13 1\nattr group int 9223372036854775807\n" X W "error format groups",
  "case bias\nop Conv 13 1\n" X W "in float32 [2] ramp\nerror format its bias should be of 3",
  "case no-pixels\nop Conv 13 1\nin float32 [1,2,0,5] ramp\n" W "error format 0 elements in dimension 2",
  "case no-kernel\nop Conv 13 1\n" X "in float32 [3,2,0,3] ramp\nerror format its weight has 0",
  "case int-conv\nop Conv 13 1\nin int32 [1,2,5,5] ramp\nin int32 [3,2,3,3] ramp\nerror format not defined for int32",
  "case mixed-conv\nop Conv 13 1\n" X "in float16 [3,2,3,3] ramp\nerror format of float16, the first one of float32",
  "case kernel-0\nop MaxPool 13 1\nattr kernel_shape ints 0 1\n" X "error format kernel_shape holds 0",
  "case all-padding\nop MaxPool 13 1\nattr kernel_shape ints 2 2\nattr pads ints 2 0 0 0\n" X
  "error format but padding",
  "case pool-too-large\nop AveragePool 13 1\nattr kernel_shape ints 6 1\n" X "error format reaches over 6",
  "case indices-early\nop MaxPool 7 2\nattr kernel_shape ints 2 2\n" X "error format Indices",
  "case int-pool\nop MaxPool 11 1\nattr kernel_shape ints 1\nin uint8 [1,1,4] ramp\nerror format not defined for uint8",
  "case global-rank\nop GlobalAveragePool 13 1\nin float32 [2,3] ramp\nerror format 2 dimensions",
  "case global-empty\nop GlobalAveragePool 13 1\nin float32 [2,3,0,4] ramp\nerror format no elements",
};

static const gchar *const shape_cases[] = {
  "case overflow\nop Relu 13 1\n" HUGE "error too-large overflows",
  "case hidden-overflow\nop Relu 13 1\nin float32 [0,9223372036854775807] type\nerror too-large dimension 1",
  "case broadcast\nop Add 13 1\nin float32 [2,3] ramp\nin float32 [2] ramp\nerror format do not broadcast",
  "case broadcast-large\nop Add 13 1\nin float32 [65536,1] type\nin float32 [1,65536] type\nerror too-large elements",
  "case mixed\nop Mul 13 1\nin float32 [2] ramp\nin int64 [2] ramp\nerror format input 1 is of int64",
  "case add-bool\nop Add 13 1\nin bool [2] ramp\nin bool [2] ramp\nerror format not defined for bool",
  "case slope\nop PRelu 13 1\nin float32 [2] ramp\nin float32 [2,2] ramp\nerror format its slope is larger",
  "case where\nop Where 13 1\nin bool [2] ramp\nin float32 [2] ramp\nin int64 [2] ramp\nerror format its two choices",
  "case divide\nop Div 13 1\nin int32 [2] ramp\nin int32 [2] ramp\nerror format division by zero",
  "case modulo\nop Mod 13 1\nin int32 [1] 1\nin int32 [1] 0\nerror format division by zero",
  "case modulo-float\nop Mod 13 1\n" X X "error format fmod must be 1",
  "case gemm-rank\nop Gemm 13 1\n" X X "error format 4 and 4 dimensions",
  "case gemm-sizes\nop Gemm 13 1\nin float32 [2,3] ramp\nin float32 [2,3] ramp\nerror format do not multiply",
  "case gemm-c\nop Gemm 13 1\nin float32 [1,3] ramp\nin float32 [3,2] ramp\nin float32 [2,2] ramp\nerror format larger",
  "case gemm-no-c\nop Gemm 9 1\nin float32 [1,3] ramp\nin float32 [3,2] ramp\nerror format input 2 is missing",
  "case matmul\nop MatMul 13 1\nin float32 [2,3] ramp\nin float32 [2,3] ramp\nerror format do not multiply",
  "case matmul-scalar\nop MatMul 13 1\nin float32 [] 1\nin float32 [2,3] ramp\nerror format scalar",
  "case matmul-large\nop MatMul 13 1\nin float32 [65536,1] type\nin float32 [1,65536] type\nerror too-large elements",
  "case flatten\nop Flatten 13 1\nattr axis int 5\n" X "error format axis 5",
  "case flatten-negative\nop Flatten 9 1\nattr axis int -1\n" X "error format axis -1",
  "case reshape-count\nop Reshape 13 1\nin float32 [6] ramp\nin int64 [2] 2 2\nerror format 6 elements",
  "case reshape-divide\nop Reshape 13 1\nin float32 [6] ramp\nin int64 [2] -1 4\nerror format do not divide",
  "case reshape-twice\nop Reshape 13 1\nin float32 [6] ramp\nin int64 [2] -1 -1\nerror format twice",
  "case reshape-negative\nop Reshape 13 1\nin float32 [6] ramp\nin int64 [2] -2 3\nerror format holds -2",
  "case reshape-copy\nop Reshape 13 1\nin float32 [6] ramp\nin int64 [2] 6 0\nerror format copies dimension 1",
  "case reshape-overflow\nop Reshape 13 1\nin float32 [6] ramp\nin int64 [2] 4611686018427387904 8\nerror format "
  "overflows",
  "case reshape-zero\nop Reshape 14 1\nattr allowzero int 1\nin float32 [0] ramp\nin int64 [2] 0 -1\nerror format "
  "allowzero",
  "case reshape-unknown\nop Reshape 13 1\nin float32 [6] ramp\nin int64 [2] type\nerror unsupported should be constant",
  "case reshape-float\nop Reshape 13 1\nin float32 [6] ramp\nin float32 [1] 6\nerror format should be of int64",
  "case reshape-2d\nop Reshape 13 1\nin float32 [6] ramp\nin int64 [1,1] 6\nerror format should have one",
  "case reshape-rank\nop Reshape 13 1\nin float32 [1] 0\nin int64 [9] 1 1 1 1 1 1 1 1 1\nerror unsupported 9 "
  "dimensions",
  "case squeeze\nop Squeeze 11 1\nattr axes ints 1\n" X "error format only 1 can be taken away",
  "case squeeze-range\nop Squeeze 13 1\n" X "in int64 [1] 4\nerror format axis 4",
  "case squeeze-twice\nop Squeeze 13 1\n" X "in int64 [2] 0 -4\nerror format twice",
  "case unsqueeze\nop Unsqueeze 13 1\n" X "in int64 [1] 5\nerror format axis 5",
  "case unsqueeze-rank\nop Unsqueeze 13 1\n" X "in int64 [5] 0 1 2 3 4\nerror unsupported 9 dimensions",
  "case transpose\nop Transpose 13 1\nattr perm ints 0 1 1 2\n" X "error format twice",
  "case transpose-rank\nop Transpose 13 1\nattr perm ints 0 1\n" X "error format perm has 2",
  "case transpose-range\nop Transpose 13 1\nattr perm ints 0 1 2 4\n" X "error format axis 4",
  "case concat-axis\nop Concat 13 1\nattr axis int 4\n" X X "error format axis 4",
  "case concat-dims\nop Concat 13 1\nattr axis int 1\n" X "in float32 [1,2,5,4] ramp\nerror format dimension 3",
  "case concat-rank\nop Concat 13 1\nattr axis int 1\n" X "in float32 [1,2,5] ramp\nerror format 3 dimensions",
  "case concat-types\nop Concat 13 1\nattr axis int 0\n" X "in int64 [1,2,5,5] ramp\nerror format of int64",
  "case split\nop Split 13 2\nattr axis int 0\nin float32 [3] ramp\nin int64 [2] 2 2\nerror format part 1 has 2",
  "case split-rest\nop Split 13 2\nattr axis int 0\nin float32 [3] ramp\nin int64 [2] 1 1\nerror format leave 1 over",
  "case split-equal\nop Split 13 2\nattr axis int 0\nin float32 [3] ramp\nerror format does not divide",
  "case split-count\nop Split 13 2\nattr axis int 0\nin float32 [3] ramp\nin int64 [1] 3\nerror format 1 sizes",
  "case expand\nop Expand 13 1\nin float32 [2] ramp\nin int64 [1] 3\nerror format do not broadcast",
  "case expand-large\nop Expand 13 1\nin float32 [1] 0\nin int64 [1] 2147483649\nerror too-large",
  "case tile\nop Tile 13 1\nin float32 [2] ramp\nin int64 [2] 1 1\nerror format 2 repeats",
  "case tile-negative\nop Tile 13 1\nin float32 [2] ramp\nin int64 [1] -1\nerror format holds -1",
  "case tile-overflow\nop Tile 13 1\nin float32 [2] ramp\nin int64 [1] 9223372036854775807\nerror too-large overflows",
  "case of-shape-negative\nop ConstantOfShape 9 1\nin int64 [1] -1\nerror format holds -1",
  "case of-shape-large\nop ConstantOfShape 9 1\nin int64 [2] 65536 65536\nerror too-large elements",
  "case gather\nop Gather 13 1\nin float32 [2] ramp\nin int64 [1] 2\nerror format index 2 of 2",
  "case gather-negative\nop Gather 13 1\nin float32 [2] ramp\nin int64 [1] -3\nerror format index -3",
  "case gather-float\nop Gather 13 1\nin float32 [2] ramp\nin float32 [1] 0\nerror format indices are of",
  "case gather-axis\nop Gather 13 1\nattr axis int 1\nin float32 [2] ramp\nin int64 [1] 0\nerror format axis 1",
  "case slice-step\nop Slice 13 1\n" X
  "in int64 [1] 0\nin int64 [1] 1\nin int64 [1] 0\nin int64 [1] 0\nerror format step of 0",
  "case slice-ends\nop Slice 13 1\n" X "in int64 [1] 0\nin int64 [2] 1 1\nerror format 1 starts but 2 ends",
  "case slice-axis\nop Slice 13 1\n" X "in int64 [1] 0\nin int64 [1] 1\nin int64 [1] 4\nerror format axis 4",
  "case slice-many\nop Slice 9 1\nattr starts ints 0 0\nattr ends ints 1 1\nin float32 [2] ramp\nerror format 2 starts",
  "case pads-count\nop Pad 13 1\nin float32 [2] ramp\nin int64 [1] 1\nerror format 1 pads",
  "case pads-negative\nop Pad 13 1\nin float32 [2] ramp\nin int64 [2] -2 -1\nerror format take more away",
  "case pads-huge\nop Pad 13 1\nin float32 [2] ramp\nin int64 [2] 0 9223372036854775807\nerror too-large pads of",
  "case pads-smallest\nop Pad 13 1\nin float32 [2] ramp\nin int64 [2] -9223372036854775808 0\nerror too-large pads of",
  "case pad-value\nop Pad 13 1\nin float32 [2] ramp\nin int64 [2] 0 1\nin int64 [] 1\nerror format its value",
  "case pad-empty\nop Pad 13 1\nattr mode string edge\nin float32 [0] ramp\nin int64 [2] 0 1\nerror format nothing to "
  "repeat",
  "case reduce-axis\nop ReduceMean 13 1\nattr axes ints 4\n" X "error format axis 4",
  "case reduce-twice\nop ReduceMean 18 1\n" X "in int64 [2] 1 -3\nerror format twice",
  "case reduce-unknown\nop ReduceMean 18 1\n" X "in int64 [2] type\nerror unsupported should be constant",
  "case argmax\nop ArgMax 13 1\nattr axis int 4\n" X "error format axis 4",
  "case argmax-empty\nop ArgMax 13 1\nin float32 [0] ramp\nerror format no elements",
  "case softmax\nop Softmax 13 1\nattr axis int 4\n" X "error format axis 4",
  "case clip\nop Clip 13 1\n" X "in float32 [2] ramp\nerror format should be a scalar",
  "case clip-type\nop Clip 13 1\n" X "in int64 [] 1\nerror format input 1 is of int64",
  "case dropout\nop Dropout 13 1\n" X "in -\nin bool [] 1\nerror unsupported training_mode is true",
  "case dropout-unknown\nop Dropout 13 1\n" X "in -\nin bool [] type\nerror unsupported should be constant",
  "case statistics\nop BatchNormalization 13 1\n" X
  "in float32 [2] ramp\nin float32 [2] ramp\nin float32 [3] ramp\nin float32 "
  "[2] ramp\nerror format input 3 should be of 2",
  "case range-step\nop Range 13 1\nin int64 [] 0\nin int64 [] 5\nin int64 [] 0\nerror format step of 0",
  "case range-float\nop Range 13 1\nin float32 [] 0\nin float32 [] 5\nin float32 [] 0\nerror format in steps of",
  "case range-large\nop Range 13 1\nin int64 [] 0\nin int64 [] 9223372036854775807\nin int64 [] 1\nerror too-large",
  "case scales\nop DequantizeLinear 13 1\nin int8 [1,3] ramp\nin float32 [2] ramp\nerror format its scale should be",
  "case scales-early\nop DequantizeLinear 10 1\nin int8 [1,3] ramp\nin float32 [3] ramp\nerror format opset 13",
  "case zero-points\nop DequantizeLinear 13 1\nin int8 [3] ramp\nin float32 [] 1\nin int8 [3] ramp\nerror format 3 "
  "zero",
  "case zero-type\nop DequantizeLinear 13 1\nin int8 [3] ramp\nin float32 [] 1\nin uint8 [] 1\nerror format of uint8",
  "case dequantize-float\nop DequantizeLinear 13 1\nin float32 [3] ramp\nin float32 [] 1\nerror format not defined",
  "case quantize-64\nop QuantizeLinear 13 1\nin int64 [3] ramp\nin float32 [] 1\nerror format not defined for int64",
  "case quantize-to-32\nop QuantizeLinear 13 1\nin float32 [3] ramp\nin float32 [] 1\nin int32 [] 1\nerror unsupported "
  "int32",
  "case blocks\nop DequantizeLinear 21 1\nattr block_size int 2\nattr axis int 0\nin int8 [5] ramp\nin float32 [2] "
  "ramp\n"
  "error format in blocks of 2",
};

static void
run_all (gconstpointer data)
{
  for (const gchar *const *at = data; *at; at++)
    test_operator_case (*at);
}

/* Adds a test of these cases, with a NULL at the end of the list. */
static void
add (const gchar *path, const gchar *const *cases, gsize n)
{
  const gchar **list = g_new0 (const gchar *, n + 1);

  memcpy (list, cases, n * sizeof *list);
  g_test_add_data_func_full (path, list, run_all, g_free);
}

/* The arguments of run must be as it demands of its caller. */
static void
test_run_arguments (void)
{
  gchar *inputs[] = { (gchar *)"x", NULL }, *outputs[] = { (gchar *)"y", NULL };
  NnOnnxNode node = { (gchar *)"the node", (gchar *)"Relu", (gchar *)"", 1, 1, inputs, outputs, NULL };
  gfloat from[2] = { -1, 2 }, to[2] = { 0 };
  NnValue x = { NN_DTYPE_F32, 1, { 2 }, 2, from, NULL }, y = { NN_DTYPE_F32, 1, { 2 }, 2, to, NULL };
  const NnValue *list[] = { &x };
  g_autoptr (GError) error = NULL;
  g_autoptr (NnOperator) op = nn_operator_new (&node, 13, &error);

  g_assert_no_error (error);
  y.dims[0] = 1;
  g_assert_false (nn_operator_run (op, list, 1, &y, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
  g_clear_error (&error);
  y.dims[0] = 2;
  y.f32 = NULL;
  g_assert_false (nn_operator_run (op, list, 1, &y, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
  g_clear_error (&error);
  y.f32 = to;
  x.f32 = NULL;
  g_assert_false (nn_operator_run (op, list, 1, &y, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_ARGUMENT);
  g_clear_error (&error);
  x.f32 = from;
  x.n_elements = 3;
  g_assert_false (nn_operator_run (op, list, 1, &y, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_TOO_LARGE);
  g_clear_error (&error);
  x.n_elements = 2;
  g_assert_true (nn_operator_run (op, list, 1, &y, &error));
  g_assert_cmpfloat (to[0], ==, 0);
  g_assert_cmpfloat (to[1], ==, 2);
}

static void
test_other_domain (void)
{
  gchar *inputs[] = { (gchar *)"x", NULL }, *outputs[] = { (gchar *)"y", NULL };
  NnOnnxNode node
      = { (gchar *)"the node", (gchar *)"FusedConv", (gchar *)"com.microsoft", 1, 1, inputs, outputs, NULL };
  g_autoptr (GError) error = NULL;

  g_assert_null (nn_operator_new (&node, 13, &error));
  g_assert_error (error, NN_ERROR, NN_ERROR_UNSUPPORTED);
  g_assert_nonnull (strstr (error->message, "com.microsoft"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  add ("/operators/bad/new", new_cases, G_N_ELEMENTS (new_cases));
  add ("/operators/bad/windows", window_cases, G_N_ELEMENTS (window_cases));
  add ("/operators/bad/shapes", shape_cases, G_N_ELEMENTS (shape_cases));
  g_test_add_func ("/operators/bad/run", test_run_arguments);
  g_test_add_func ("/operators/bad/domain", test_other_domain);
  return g_test_run ();
}
