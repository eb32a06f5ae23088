/* gst-resnet: ONNX's element-wise operators as the engine's
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "graph/shape.h"

#include "base/nn-memory.h"
#include "import/onnx/onnx-lower-elements.h"
#include "ops/op-quantize.h"
#include "ops/operator-attributes.h"

static gsize
elements_of (const NnShape *shape)
{
  gsize n = 1;
  guint d;

  for (d = 0; d < shape->n_dims; d++)
    n *= (gsize)shape->dims[d];
  return n;
}

/* Whether the input as an image has the elements that the operator sees, in the same order. That is so for images
 * and for lists of channels. */
static gboolean
is_elements (const NnLowering *l, guint slot)
{
  const NnShape *image = &l->image[slot];

  return l->in[slot] && image->channels
         && (nn_lower_is_image (l, slot)
             || (image->height == 1 && image->width == 1 && elements_of (l->in[slot]) == image->channels));
}

static gboolean
only_scalars (const NnLowering *l, guint first)
{
  guint slot;

  for (slot = first; slot < nn_node_n_slots (l->node); slot++) {
    const NnConstant *constant = nn_lower_constant (l, slot);

    if (l->in[slot] || (constant && (constant->value.n_elements != 1 || !constant->value.f32)))
      return FALSE;
  }
  return TRUE;
}

static NnLowered
become_elementwise (const NnLowering *l)
{
  l->node->op = NN_OP_ELEMENTWISE;
  return NN_LOWER_DONE;
}

/* A number that the operator has as an input or, before opset 11, as an attribute. */
static gfloat
number_of (const NnLowering *l, guint slot, const gchar *name, gfloat otherwise)
{
  const NnConstant *constant = nn_lower_constant (l, slot);
  gdouble value = (gdouble)otherwise;

  if (constant)
    return constant->value.f32[0];
  nn_operator_get_float (l->node->onnx, name, &value);
  return (gfloat)value;
}

/* Finds the engine's own activation that the operator is. FALSE means that there is none. */
static gboolean
find_activation (const NnLowering *l, const gchar *type, NnLayerActivation *activation)
{
  static const struct {
    const gchar *type;
    NnLayerActivationKind kind;
  } kinds[] = {
    { "Clip", NN_LAYER_ACTIVATION_CLIP },
    { "LeakyRelu", NN_LAYER_ACTIVATION_LEAKY_RELU },
    { "HardSigmoid", NN_LAYER_ACTIVATION_HARD_SIGMOID },
    { "HardSwish", NN_LAYER_ACTIVATION_HARD_SWISH },
    { "Swish", NN_LAYER_ACTIVATION_SWISH },
    { "Tanh", NN_LAYER_ACTIVATION_TANH },
    { "Gelu", NN_LAYER_ACTIVATION_GELU },
  };

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++) {
    if (strcmp (type, kinds[i].type) != 0)
      continue;
    activation->kind = kinds[i].kind;
    if (kinds[i].kind == NN_LAYER_ACTIVATION_CLIP) {
      activation->a = number_of (l, 1, "min", -INFINITY);
      activation->b = number_of (l, 2, "max", INFINITY);
    } else {
      activation->a = number_of (l, NN_NO_NODE, "alpha", 0);
      activation->b = number_of (l, NN_NO_NODE, "beta", 0);
    }
    if (kinds[i].kind == NN_LAYER_ACTIVATION_GELU
        && g_strcmp0 (nn_operator_get_string (l->node->onnx, "approximate"), "tanh") == 0)
      activation->kind = NN_LAYER_ACTIVATION_GELU_TANH;
    return TRUE;
  }
  return FALSE;
}

static NnLowered
lower_unary (const NnLowering *l, const gchar *type)
{
  NnLayerActivation activation = { NN_LAYER_ACTIVATION_NONE, 0, 0 };

  if (!is_elements (l, 0) || !only_scalars (l, 1))
    return NN_LOWER_KEEP;
  if (strcmp (type, "Relu") == 0)
    nn_lower_become (l, NN_OP_RELU);
  else if (strcmp (type, "Sigmoid") == 0)
    nn_lower_become (l, NN_OP_SIGMOID);
  else if (find_activation (l, type, &activation)) {
    nn_lower_become (l, NN_OP_ACTIVATION);
    l->node->activation = activation;
  } else
    return become_elementwise (l);
  return NN_LOWER_DONE;
}

/* Whether the constant has one number, or one for each channel, when it meets x. If so, each channel's number is put
 * into @values. */
static gboolean
channel_values (const NnLowering *l, guint slot, const NnConstant *constant, gfloat *values)
{
  const NnShape *in = l->in[slot];
  const NnValue *c = &constant->value;
  guint channels = l->image[slot].channels, axis = 1, d, i;

  if (!c->f32 || c->n_dims > in->n_dims || in->n_dims < 2)
    return FALSE;
  if (!nn_lower_is_image (l, slot))
    for (axis = 0; axis + 1 < in->n_dims && in->dims[axis] != channels; axis++)
      ;
  for (d = 0; d < c->n_dims; d++)
    if (c->dims[d] != 1 && (d + in->n_dims - c->n_dims != axis || c->dims[d] != channels))
      return FALSE;
  for (i = 0; i < channels; i++)
    values[i] = c->f32[c->n_elements == 1 ? 0 : i];
  return TRUE;
}

/* This is for y = x + c, x − c, c − x, x · c and x / c. */
static NnLowered
lower_with_constant (const NnLowering *l, const gchar *type, guint slot)
{
  const NnConstant *constant = nn_lower_constant (l, 1 - slot);
  guint channels = l->image[slot].channels, i, input = nn_node_get_input (l->node, slot);
  gboolean is_product = *type == 'M' || *type == 'D';
  g_autoptr (GBytes) value_bytes = NULL, factor_bytes = NULL;
  gfloat *values, *factors;

  if (!is_elements (l, slot) || (*type == 'D' && slot == 1))
    return NN_LOWER_KEEP;
  value_bytes = nn_floats_new (channels, &values);
  factor_bytes = nn_floats_new (channels, &factors);
  if (!value_bytes || !factor_bytes || !channel_values (l, slot, constant, values))
    return NN_LOWER_KEEP;
  for (i = 0; i < channels; i++) {
    if (*type == 'D' && values[i] == 0)
      return NN_LOWER_KEEP;
    factors[i] = *type == 'M' ? values[i] : *type == 'D' ? 1 / values[i] : *type == 'S' && slot == 1 ? -1 : 1;
    if (*type == 'S' && slot == 0)
      values[i] = -values[i];
  }
  nn_lower_become (l, NN_OP_AFFINE);
  l->node->inputs[0] = input;
  l->node->inputs[1] = NN_NO_NODE;
  l->node->weight = g_steal_pointer (&factor_bytes);
  if (!is_product)
    l->node->bias = g_steal_pointer (&value_bytes);
  return NN_LOWER_DONE;
}

static NnLowered
lower_binary (const NnLowering *l, const gchar *type)
{
  NnNode *node = l->node;
  gboolean is_mul = strcmp (type, "Mul") == 0;
  guint slot;

  if (nn_node_n_slots (node) != 2)
    return NN_LOWER_KEEP;
  for (slot = 0; slot < 2; slot++)
    if (nn_lower_constant (l, 1 - slot) && l->in[slot])
      return nn_shape_same_dims (l->in[slot], l->out) ? lower_with_constant (l, type, slot) : NN_LOWER_KEEP;
  if (!is_elements (l, 0) || !is_elements (l, 1))
    return NN_LOWER_KEEP;
  if (nn_shape_same_dims (l->in[0], l->in[1])) {
    if (*type != 'A')
      return become_elementwise (l);
    nn_lower_become (l, NN_OP_ADD);
    return NN_LOWER_DONE;
  }
  for (slot = 0; is_mul && slot < 2; slot++) {
    const NnShape *image = &l->image[slot], *gate = &l->image[1 - slot];
    guint inputs[2] = { node->inputs[slot], node->inputs[1 - slot] };

    if (nn_lower_is_image (l, 0) && nn_lower_is_image (l, 1) && gate->channels == image->channels && gate->height == 1
        && gate->width == 1) {
      nn_lower_become (l, NN_OP_SCALE);
      memcpy (node->inputs, inputs, sizeof inputs);
      return NN_LOWER_DONE;
    }
  }
  return NN_LOWER_KEEP;
}

/* Whether the operator is a Clip to [0, ∞). */
static gboolean
is_relu (const NnLowering *l)
{
  const NnConstant *low = nn_lower_constant (l, 1), *high = nn_lower_constant (l, 2);

  return low && low->value.f32 && low->value.n_elements == 1 && low->value.f32[0] == 0
         && (!high || (high->value.f32 && high->value.n_elements == 1 && isinf (high->value.f32[0])))
         && is_elements (l, 0) && only_scalars (l, 1);
}

NnLowered
nn_lower_elements (const NnLowering *lowering, const gchar *type)
{
  static const gchar *const unary[]
      = { "Relu",       "Sigmoid",  "Clip",  "LeakyRelu",          "HardSigmoid", "HardSwish", "Elu",  "Tanh", "Exp",
          "Sqrt",       "Abs",      "Neg",   "Softplus",           "Erf",         "Mish",      "Celu", "Selu", "Gelu",
          "Reciprocal", "Softsign", "Swish", NN_OP_TYPE_QUANTIZED, NULL };
  static const gchar *const binary[] = { "Add", "Sub", "Mul", "Div", NULL };

  if (strcmp (type, "Clip") == 0 && is_relu (lowering)) {
    nn_lower_become (lowering, NN_OP_RELU);
    return NN_LOWER_DONE;
  }
  if (g_strv_contains (unary, type))
    return lower_unary (lowering, type);
  /* Old model zoos write an addition as a Sum of two. */
  if (strcmp (type, "Sum") == 0 && nn_node_n_slots (lowering->node) == 2 && lowering->in[0] && lowering->in[1])
    return lower_binary (lowering, "Add");
  if (g_strv_contains (binary, type))
    return lower_binary (lowering, type);
  return NN_LOWER_KEEP;
}
