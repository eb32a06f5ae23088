/* gst-resnet: ONNX's operators with weights as the engine's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "import/onnx/onnx-lower-conv.h"

#include "base/nn-memory.h"
#include "ops/op-normalization.h"
#include "ops/op-window.h"
#include "ops/operator-attributes.h"

/* The limit of an input's sides and of its padding. */
#define MAX_SIDE 65535

static gboolean
absent (const NnLowering *l, guint slot)
{
  return slot >= nn_node_n_slots (l->node)
         || (!l->node->constants[slot] && nn_node_get_input (l->node, slot) == NN_NO_NODE);
}

static NnLowered
lower_conv (const NnLowering *l)
{
  NnNode *node = l->node;
  const NnConstant *weight = nn_lower_constant (l, 1), *bias = nn_lower_constant (l, 2);
  NnValue x = { .dtype = NN_DTYPE_F32, .n_dims = 4 };
  NnOpWindow window;
  NnPad same;
  gint64 groups;
  GBytes *weight_bytes, *bias_bytes = NULL;
  guint channels, i;

  if (!nn_lower_is_image (l, 0) || !weight || (!bias && !absent (l, 2)) || weight->value.n_dims != 4)
    return NN_LOWER_KEEP;
  memcpy (x.dims, l->in[0]->dims, sizeof x.dims);
  if (!nn_operator_get_window (node->onnx, &x, &weight->value, &window, NULL) || window.n != 2
      || !nn_operator_get_int (node->onnx, "group", &groups) || groups < 1 || groups > (gint64)x.dims[1])
    return NN_LOWER_KEEP;
  channels = (guint)weight->value.dims[0];
  same = nn_lower_same (l);
  if (l->pad && !same) {
    for (i = 0; i < 2; i++) {
      window.begin[i + 1] += l->pad->begin[i];
      window.end[i + 1] += l->pad->end[i];
    }
    *l->takes_pad = TRUE;
  }
  for (i = 1; i < 3; i++)
    if (window.begin[i] > MAX_SIDE || window.end[i] > MAX_SIDE || window.stride[i] > MAX_SIDE
        || window.dilation[i] > MAX_SIDE || window.kernel[i] > MAX_SIDE
        || (same && window.dilation[i] * (window.kernel[i] - 1) > MAX_SIDE))
      return NN_LOWER_KEEP;
  weight_bytes = nn_lower_floats (weight, weight->value.n_elements);
  if (bias)
    bias_bytes = nn_lower_floats (bias, channels);
  if (!weight_bytes || (bias && !bias_bytes)) {
    g_clear_pointer (&weight_bytes, g_bytes_unref);
    g_clear_pointer (&bias_bytes, g_bytes_unref);
    return NN_LOWER_KEEP;
  }
  nn_lower_become (l, NN_OP_CONV);
  node->weight = weight_bytes;
  node->bias = bias_bytes;
  node->groups = (guint)groups;
  node->same = same;
  for (i = 0; i < 2; i++) {
    node->kernel[i] = (guint)window.kernel[i + 1];
    node->stride[i] = (guint)window.stride[i + 1];
    node->dilation[i] = (guint)window.dilation[i + 1];
    node->pad[i] = same ? 0 : (guint)window.begin[i + 1];
    node->pad_more[i] = same ? 0 : (gint)(window.end[i + 1] - window.begin[i + 1]);
  }
  return NN_LOWER_DONE;
}

static NnLowered
lower_batch_norm (const NnLowering *l)
{
  NnNode *node = l->node;
  GBytes *bytes[4];
  gdouble epsilon = 1e-5;
  gboolean all = TRUE;
  guint i;

  if (!nn_lower_is_image (l, 0) && !(l->in[0] && l->in[0]->n_dims == 2 && l->image[0].channels))
    return NN_LOWER_KEEP;
  for (i = 0; i < 4; i++) {
    bytes[i] = nn_lower_floats (nn_lower_constant (l, i + 1), l->image[0].channels);
    all &= bytes[i] != NULL;
  }
  if (!all || !nn_operator_get_float (node->onnx, "epsilon", &epsilon)) {
    for (i = 0; i < 4; i++)
      g_clear_pointer (&bytes[i], g_bytes_unref);
    return NN_LOWER_KEEP;
  }
  nn_lower_become (l, NN_OP_BATCH_NORM);
  node->bn_epsilon = epsilon;
  node->bn_gamma = bytes[0];
  node->bn_beta = bytes[1];
  node->bn_mean = bytes[2];
  node->bn_variance = bytes[3];
  return NN_LOWER_DONE;
}

static NnLowered
lower_channel_norm (const NnLowering *l)
{
  NnNode *node = l->node;
  GBytes *scale, *bias;
  gdouble epsilon = 1e-5;

  if (!nn_lower_is_image (l, 0) || !nn_operator_get_float (node->onnx, "epsilon", &epsilon))
    return NN_LOWER_KEEP;
  scale = nn_lower_floats (nn_lower_constant (l, 1), l->image[0].channels);
  bias = nn_lower_floats (nn_lower_constant (l, 2), l->image[0].channels);
  if (!scale || !bias) {
    g_clear_pointer (&scale, g_bytes_unref);
    g_clear_pointer (&bias, g_bytes_unref);
    return NN_LOWER_KEEP;
  }
  nn_lower_become (l, NN_OP_CHANNEL_NORM);
  node->bn_epsilon = epsilon;
  node->weight = scale;
  node->bias = bias;
  return NN_LOWER_DONE;
}

/* Whether the first input is an image's list of @k features, [1, K]. */
static gboolean
is_row (const NnLowering *l, guint k)
{
  return l->in[0] && l->in[0]->n_dims == 2 && l->in[0]->dims[0] == 1 && l->in[0]->dims[1] == k
         && l->image[0].channels == k && l->image[0].height == 1 && l->image[0].width == 1;
}

/* The elements of @factor · @weight in the order [out][in]; NULL when there is no memory. */
static GBytes *
linear_weight (const NnConstant *weight, gboolean transposed, gdouble factor, guint in, guint out)
{
  const gfloat *w = weight->value.f32;
  GBytes *bytes;
  gfloat *copy;
  gsize i, o;

  if (transposed && factor == 1)
    return nn_lower_floats (weight, (gsize)in * out);
  bytes = nn_floats_new ((gsize)in * out, &copy);
  if (!bytes)
    return NULL;
  for (o = 0; o < out; o++)
    for (i = 0; i < in; i++)
      copy[o * in + i] = (gfloat)(factor * w[transposed ? o * in + i : i * out + o]);
  return bytes;
}

static NnLowered
lower_linear (const NnLowering *l, gboolean is_gemm)
{
  NnNode *node = l->node;
  const NnConstant *weight = nn_lower_constant (l, 1), *bias = is_gemm ? nn_lower_constant (l, 2) : NULL;
  gint64 trans_a = 0, trans_b = 0;
  gdouble alpha = 1, beta = 1;
  GBytes *weight_bytes;
  gfloat *b = NULL;
  guint in, out, i;

  if (is_gemm) {
    nn_operator_get_int (node->onnx, "transA", &trans_a);
    nn_operator_get_int (node->onnx, "transB", &trans_b);
    nn_operator_get_float (node->onnx, "alpha", &alpha);
    nn_operator_get_float (node->onnx, "beta", &beta);
  }
  if (!weight || !weight->value.f32 || weight->value.n_dims != 2 || trans_a || (is_gemm && !bias && !absent (l, 2)))
    return NN_LOWER_KEEP;
  in = (guint)weight->value.dims[trans_b ? 1 : 0];
  out = (guint)weight->value.dims[trans_b ? 0 : 1];
  if (!is_row (l, in) || (bias && (!bias->value.f32 || (bias->value.n_elements != out && bias->value.n_elements != 1))))
    return NN_LOWER_KEEP;
  weight_bytes = linear_weight (weight, trans_b != 0, alpha, in, out);
  if (!weight_bytes)
    return NN_LOWER_KEEP;
  if (bias) {
    b = g_new (gfloat, out);
    for (i = 0; i < out; i++)
      b[i] = (gfloat)(beta * bias->value.f32[bias->value.n_elements == 1 ? 0 : i]);
  }
  nn_lower_become (l, NN_OP_LINEAR);
  node->weight = weight_bytes;
  if (b)
    node->bias = g_bytes_new_take (b, out * sizeof (gfloat));
  return NN_LOWER_DONE;
}

NnLowered
nn_lower_weights (const NnLowering *lowering, const gchar *type)
{
  if (strcmp (type, "Conv") == 0)
    return lower_conv (lowering);
  if (strcmp (type, "BatchNormalization") == 0)
    return lower_batch_norm (lowering);
  if (strcmp (type, NN_OP_TYPE_CHANNEL_NORM) == 0)
    return lower_channel_norm (lowering);
  if (strcmp (type, "Gemm") == 0 || strcmp (type, "MatMul") == 0)
    return lower_linear (lowering, *type == 'G');
  return NN_LOWER_KEEP;
}
