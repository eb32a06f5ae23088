/* gst-resnet: BatchNormalization, InstanceNormalization, LayerNormalization
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>

#include "ops/op-normalization.h"
#include "ops/op-rows.h"
#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"

static const NnOpAttribute batch_attributes[] = {
  { "epsilon", NN_ATTRIBUTE_FLOAT, .number = 1e-5f },
  { "momentum", NN_ATTRIBUTE_FLOAT, .number = 0.9f },
  { "spatial", NN_ATTRIBUTE_INT, .until = 8, .number = 1 },
  { "training_mode", NN_ATTRIBUTE_INT, .since = 14 },
  { NULL },
};

static gboolean
check_batch (const NnOperator *op, GError **error)
{
  if (nn_op_has (op, "training_mode") && nn_op_int (op, "training_mode"))
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED,
                       "training_mode is 1: export the network in evaluation mode (model.eval())");
  if (op->n_outputs > 1)
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED,
                       "%u outputs is its training form: export the network in evaluation mode (model.eval())",
                       op->n_outputs);
  if (nn_op_has (op, "spatial") && nn_op_int (op, "spatial") != 1)
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "spatial 0: statistics of each pixel are not taken");
  return TRUE;
}

/* All inputs but the first have one value for each channel. */
static gboolean
infer_channels (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  guint64 channels;

  if (x->n_dims == 0)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "its input is a scalar");
  channels = x->n_dims > 1 ? x->dims[1] : 1;
  for (guint i = 1; i < n_inputs; i++) {
    if (inputs[i]->n_dims != 1 || inputs[i]->dims[0] != channels)
      return nn_op_fail (op, error, NN_ERROR_FORMAT,
                         "input %u should be of %" G_GUINT64_FORMAT " values, one a channel", i, channels);
    if (!nn_dtype_is_float (inputs[i]->dtype))
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "input %u is of %s", i, nn_dtype_name (inputs[i]->dtype));
  }
  return nn_op_same_type (op, inputs, n_inputs, outputs, error);
}

static gsize
plane_size (const NnValue *x)
{
  gsize size = 1;

  for (guint d = 2; d < x->n_dims; d++)
    size *= (gsize)x->dims[d];
  return size;
}

static gboolean
run_batch (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const gfloat *scale = inputs[1]->f32, *bias = inputs[2]->f32, *mean = inputs[3]->f32, *variance = inputs[4]->f32;
  gdouble epsilon = nn_op_float (op, "epsilon");
  gsize size = plane_size (inputs[0]), channels = inputs[1]->n_elements;

  (void)n_inputs;
  (void)error;
  for (gsize i = 0; i < outputs->n_elements; i++) {
    gsize c = i / size % channels;

    outputs->f32[i]
        = (gfloat)(((gdouble)inputs[0]->f32[i] - mean[c]) / sqrt (variance[c] + epsilon) * scale[c] + bias[c]);
  }
  return TRUE;
}

/* Gives a row's mean and 1/sqrt(variance + ε). */
static void
row_statistics (const gfloat *x, gsize n, gdouble epsilon, gdouble *mean, gdouble *inverse)
{
  gdouble sum = 0, squares = 0;

  for (gsize i = 0; i < n; i++)
    sum += x[i];
  *mean = sum / (gdouble)n;
  for (gsize i = 0; i < n; i++)
    squares += (x[i] - *mean) * (x[i] - *mean);
  *inverse = 1 / sqrt (squares / (gdouble)n + epsilon);
}

static gboolean
run_instance (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  gdouble epsilon = nn_op_float (op, "epsilon"), mean, inverse;
  gsize size = plane_size (x), channels = inputs[1]->n_elements;

  (void)n_inputs;
  (void)error;
  for (gsize p = 0; size && p < x->n_elements / size; p++) {
    gsize c = p % channels;

    row_statistics (x->f32 + p * size, size, epsilon, &mean, &inverse);
    for (gsize i = p * size; i < (p + 1) * size; i++)
      outputs->f32[i] = (gfloat)((x->f32[i] - mean) * inverse * inputs[1]->f32[c] + inputs[2]->f32[c]);
  }
  return TRUE;
}

static const NnOpAttribute instance_attributes[] = {
  { "epsilon", NN_ATTRIBUTE_FLOAT, .number = 1e-5f },
  { NULL },
};

static const NnOpAttribute layer_attributes[] = {
  { "axis", NN_ATTRIBUTE_INT, .number = -1 },
  { "epsilon", NN_ATTRIBUTE_FLOAT, .number = 1e-5f },
  { "stash_type", NN_ATTRIBUTE_INT, .number = 1 },
  { NULL },
};

static gboolean
infer_layer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  guint64 dims[NN_TENSOR_MAX_DIMS];
  guint axis, n;

  if (!nn_op_axis (op, nn_op_int (op, "axis"), x->n_dims, &axis, error))
    return FALSE;
  for (guint i = 1; i < n_inputs; i++) {
    if (!inputs[i])
      continue;
    if (!nn_op_broadcast (op, x->n_dims - axis, x->dims + axis, inputs[i]->n_dims, inputs[i]->dims, &n, dims, error))
      return FALSE;
    for (guint d = 0; d < n; d++) {
      if (n != x->n_dims - axis || dims[d] != x->dims[axis + d])
        return nn_op_fail (op, error, NN_ERROR_FORMAT, "input %u is larger than what is normalized", i);
    }
  }
  for (guint d = 0; d < x->n_dims; d++)
    dims[d] = d < axis ? x->dims[d] : 1;
  for (guint i = 1; i < op->n_outputs; i++) {
    if (!nn_op_set_type (op, &outputs[i], NN_DTYPE_F32, x->n_dims, dims, error))
      return FALSE;
  }
  return nn_op_same_type (op, inputs, n_inputs, outputs, error);
}

/* The value that a tensor has for element @i of the normalized part, to which it broadcasts. */
static gfloat
broadcast_at (const NnValue *value, const guint64 *dims, guint n_dims, const gssize *strides, gsize i)
{
  gssize at = 0;

  for (guint d = n_dims; d-- > 0;) {
    at += (gssize)(i % dims[d]) * strides[d];
    i /= (gsize)dims[d];
  }
  return value->f32[at];
}

static gboolean
run_layer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0], *bias = nn_op_input (inputs, n_inputs, 2);
  gssize scale_strides[NN_TENSOR_MAX_DIMS], bias_strides[NN_TENSOR_MAX_DIMS];
  gdouble epsilon = nn_op_float (op, "epsilon"), mean, inverse;
  guint axis, n_dims;
  gsize size = 1;

  if (!nn_op_axis (op, nn_op_int (op, "axis"), x->n_dims, &axis, error))
    return FALSE;
  n_dims = x->n_dims - axis;
  for (guint d = axis; d < x->n_dims; d++)
    size *= (gsize)x->dims[d];
  nn_op_broadcast_strides (inputs[1], n_dims, scale_strides);
  if (bias)
    nn_op_broadcast_strides (bias, n_dims, bias_strides);
  for (gsize p = 0; size && p < x->n_elements / size; p++) {
    row_statistics (x->f32 + p * size, size, epsilon, &mean, &inverse);
    for (gsize i = 0; i < size; i++) {
      gdouble y = (x->f32[p * size + i] - mean) * inverse;

      y *= broadcast_at (inputs[1], x->dims + axis, n_dims, scale_strides, i);
      if (bias)
        y += broadcast_at (bias, x->dims + axis, n_dims, bias_strides, i);
      outputs->f32[p * size + i] = (gfloat)y;
    }
    if (op->n_outputs > 1)
      outputs[1].f32[p] = (gfloat)mean;
    if (op->n_outputs > 2)
      outputs[2].f32[p] = (gfloat)inverse;
  }
  return TRUE;
}

static gboolean
run_channels (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  const gdouble epsilon = nn_op_float (op, "epsilon");
  const gsize size = plane_size (x), channels = inputs[1]->n_elements;

  (void)n_inputs;
  (void)error;
  for (gsize p = 0; size && channels && p < x->n_elements / channels; p++) {
    const gsize first = p / size * size * channels + p % size;
    gdouble mean = 0, variance = 0;

    for (gsize c = 0; c < channels; c++)
      mean += x->f32[first + c * size];
    mean /= (gdouble)channels;
    for (gsize c = 0; c < channels; c++)
      variance += (x->f32[first + c * size] - mean) * (x->f32[first + c * size] - mean);
    variance /= (gdouble)channels;
    for (gsize c = 0; c < channels; c++)
      outputs->f32[first + c * size]
          = (gfloat)((x->f32[first + c * size] - mean) / sqrt (variance + epsilon) * inputs[1]->f32[c]
                     + inputs[2]->f32[c]);
  }
  return TRUE;
}

const NnOpSpec nn_ops_normalization[] = {
  { "BatchNormalization", 7, 0, 5, 5, 5, NN_OP_FLOAT, 1, 0, FALSE, batch_attributes, check_batch, infer_channels,
    run_batch, NULL },
  { "InstanceNormalization", 6, 0, 3, 3, 1, NN_OP_FLOAT, 3, 0, FALSE, instance_attributes, NULL, infer_channels,
    run_instance, NULL },
  { NN_OP_TYPE_CHANNEL_NORM, 1, 0, 3, 3, 1, NN_OP_FLOAT, 3, 0, FALSE, instance_attributes, NULL, infer_channels,
    run_channels, NULL },
  { "LayerNormalization", 17, 0, 2, 3, 3, NN_OP_FLOAT, 3, 0, FALSE, layer_attributes, NULL, infer_layer, run_layer,
    NULL },
  { NULL },
};
