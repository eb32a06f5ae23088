/* gst-resnet: QuantizeLinear, DequantizeLinear
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "ops/op-quantize.h"

#include "ops/op-rows.h"
#include "ops/op-settings.h"
#include "ops/op-types.h"

static const NnOpAttribute quantize_attributes[] = {
  { "axis", NN_ATTRIBUTE_INT, .since = 13, .number = 1 },
  { "saturate", NN_ATTRIBUTE_INT, .since = 19, .number = 1 }, /* this only matters for 8-bit floats */
  { "block_size", NN_ATTRIBUTE_INT, .since = 21 },
  { "output_dtype", NN_ATTRIBUTE_INT, .since = 21 },
  { "precision", NN_ATTRIBUTE_INT, .since = 23 },
  { NULL },
};

static const NnOpAttribute dequantize_attributes[] = {
  { "axis", NN_ATTRIBUTE_INT, .since = 13, .number = 1 },
  { "block_size", NN_ATTRIBUTE_INT, .since = 21 },
  { "output_dtype", NN_ATTRIBUTE_INT, .since = 23 },
  { NULL },
};

/* Reads an attribute that names a type. If it is 0 or absent, no type is given. */
static gboolean
read_dtype (const NnOperator *op, const gchar *name, gboolean *given, NnDType *dtype, GError **error)
{
  const gchar *type_name;

  *given = nn_op_has (op, name) && nn_op_int (op, name) != 0;
  if (*given && !nn_op_dtype_from_onnx (nn_op_int (op, name), dtype, &type_name))
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "%s %" G_GINT64_FORMAT " (%s) is not taken", name,
                       nn_op_int (op, name), type_name);
  return TRUE;
}

static gboolean
check (const NnOperator *op, GError **error)
{
  gint64 block = nn_op_has (op, "block_size") ? nn_op_int (op, "block_size") : 0;
  gboolean given;
  NnDType dtype;

  if (block < 0)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "block_size is %" G_GINT64_FORMAT, block);
  return read_dtype (op, "output_dtype", &given, &dtype, error) && read_dtype (op, "precision", &given, &dtype, error);
}

/* Where an element's scale is: the element at place i along the axis has the scale at place i / block. */
typedef struct {
  gssize strides[NN_TENSOR_MAX_DIMS]; /* those of the scale; 0 where it does not depend on a dimension */
  guint axis;
  guint64 block;
} Scales;

static gboolean
find_scales (const NnOperator *op, const NnValue *x, const NnValue *scale, Scales *s, GError **error)
{
  gint64 block = nn_op_has (op, "block_size") ? nn_op_int (op, "block_size") : 0;

  memset (s, 0, sizeof *s);
  s->block = 1;
  /* A scale of one element is for the whole tensor, whatever its shape: exporters write a scalar or a list of one. */
  if (scale->n_elements == 1 && scale->n_dims <= 1 && block == 0)
    return TRUE;
  if (op->opset < 13)
    return nn_op_fail (op, error, NN_ERROR_FORMAT,
                       "a scale of %" G_GSIZE_FORMAT " elements, opset 13 is the first one with more than one",
                       scale->n_elements);
  if (!nn_op_axis (op, nn_op_int (op, "axis"), x->n_dims, &s->axis, error))
    return FALSE;
  if (block == 0) {
    if (scale->n_dims != 1 || scale->dims[0] != x->dims[s->axis])
      return nn_op_fail (op, error, NN_ERROR_FORMAT,
                         "its scale should be one value or %" G_GUINT64_FORMAT ", one for each of axis %u",
                         x->dims[s->axis], s->axis);
    s->strides[s->axis] = 1;
    return TRUE;
  }
  s->block = (guint64)block;
  for (guint d = 0; d < x->n_dims; d++) {
    guint64 wanted = d == s->axis ? x->dims[d] / s->block + (x->dims[d] % s->block != 0) : x->dims[d];

    if (scale->n_dims != x->n_dims || scale->dims[d] != wanted)
      return nn_op_fail (op, error, NN_ERROR_FORMAT,
                         "its scale has not the input's shape with dimension %u in blocks of %" G_GINT64_FORMAT,
                         s->axis, block);
  }
  nn_op_strides (scale->n_dims, scale->dims, s->strides);
  return TRUE;
}

static gsize
scale_of (const Scales *s, const NnValue *x, gsize i)
{
  gsize at = 0;

  for (guint d = x->n_dims; d-- > 0;) {
    guint64 index = i % x->dims[d];

    i /= (gsize)x->dims[d];
    at += (gsize)(d == s->axis ? index / s->block : index) * (gsize)s->strides[d];
  }
  return at;
}

static gboolean
check_pair (const NnOperator *op, const NnValue *scale, const NnValue *zero, GError **error)
{
  if (!nn_dtype_is_float (scale->dtype))
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "its scale is of %s", nn_dtype_name (scale->dtype));
  if (zero && zero->n_elements != scale->n_elements)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "%" G_GSIZE_FORMAT " scales but %" G_GSIZE_FORMAT " zero points",
                       scale->n_elements, zero->n_elements);
  return TRUE;
}

/* The types that elements are quantized to. int32 is only for DequantizeLinear's accumulators. */
static gboolean
is_quantized (NnDType dtype)
{
  return dtype == NN_DTYPE_I8 || dtype == NN_DTYPE_U8 || dtype == NN_DTYPE_I16 || dtype == NN_DTYPE_U16;
}

static gboolean
infer_quantize (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0], *zero = nn_op_input (inputs, n_inputs, 2);
  NnDType dtype = NN_DTYPE_U8;
  gboolean given;
  Scales s;

  if (!read_dtype (op, "output_dtype", &given, &dtype, error) || !check_pair (op, inputs[1], zero, error)
      || !find_scales (op, x, inputs[1], &s, error))
    return FALSE;
  if (zero && given && zero->dtype != dtype)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "output_dtype is %s, its zero point of %s", nn_dtype_name (dtype),
                       nn_dtype_name (zero->dtype));
  if (zero)
    dtype = zero->dtype;
  if (!is_quantized (dtype))
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "quantization to %s is not taken", nn_dtype_name (dtype));
  if (!nn_dtype_is_float (x->dtype) && x->dtype != NN_DTYPE_I32)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "not defined for %s", nn_dtype_name (x->dtype));
  return nn_op_set_type (op, outputs, dtype, x->n_dims, x->dims, error);
}

/* This is saturate(round(x / scale) + zero point), with ties to even. The division has the scale's type or that of
 * precision. */
static gboolean
run_quantize (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0], *scale = inputs[1], *zero = nn_op_input (inputs, n_inputs, 2);
  NnDType precision = scale->dtype;
  gboolean given;
  Scales s;

  if (!read_dtype (op, "precision", &given, &precision, error) || !find_scales (op, x, scale, &s, error))
    return FALSE;
  for (gsize i = 0; i < x->n_elements; i++) {
    gsize at = scale_of (&s, x, i);
    gfloat v = nn_dtype_is_float (x->dtype) ? x->f32[i] : (gfloat)x->i64[i];
    gfloat quotient = nn_op_round (precision, nn_op_round (precision, v) / nn_op_round (precision, scale->f32[at]));

    outputs->i64[i] = nn_op_saturate (outputs->dtype, nearbyint (quotient) + (zero ? (gdouble)zero->i64[at] : 0));
  }
  return TRUE;
}

static gboolean
infer_dequantize (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0], *zero = nn_op_input (inputs, n_inputs, 2);
  NnDType dtype = inputs[1]->dtype;
  gboolean given;
  Scales s;

  if (!read_dtype (op, "output_dtype", &given, &dtype, error) || !check_pair (op, inputs[1], zero, error)
      || !find_scales (op, x, inputs[1], &s, error))
    return FALSE;
  if (!nn_dtype_is_float (dtype))
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "output_dtype is %s", nn_dtype_name (dtype));
  if (!is_quantized (x->dtype) && x->dtype != NN_DTYPE_I32)
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "%s is not a quantized type that is taken",
                       nn_dtype_name (x->dtype));
  if (zero && zero->dtype != x->dtype)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "its input is of %s, its zero point of %s", nn_dtype_name (x->dtype),
                       nn_dtype_name (zero->dtype));
  return nn_op_set_type (op, outputs, dtype, x->n_dims, x->dims, error);
}

static gboolean
run_dequantize (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0], *scale = inputs[1], *zero = nn_op_input (inputs, n_inputs, 2);
  Scales s;

  if (!find_scales (op, x, scale, &s, error))
    return FALSE;
  for (gsize i = 0; i < x->n_elements; i++) {
    gsize at = scale_of (&s, x, i);
    /* Differences of two int32 need 33 bits. */
    gfloat difference = (gfloat)(x->i64[i] - (zero ? zero->i64[at] : 0));

    outputs->f32[i] = nn_op_round (outputs->dtype, difference * scale->f32[at]);
  }
  return TRUE;
}

/* The inputs are x, the scale, the zero point, and the lowest and the highest quantized value, all of them floats. */
static gboolean
infer_round (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  for (guint i = 1; i < n_inputs; i++) {
    if (inputs[i]->n_elements != 1)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "input %u has %" G_GSIZE_FORMAT " elements, should have one", i,
                         inputs[i]->n_elements);
  }
  return nn_op_same_type (op, inputs, n_inputs, outputs, error);
}

/* The result has the bits of run_dequantize() after run_quantize(). The values are whole numbers of up to 17 bits:
 * adding 1.5 · 2^23 leaves no room for a fraction, so that the sum is rounded, ties to even. The limits are whole
 * numbers, too, so limiting first and rounding then gives the same. */
static gboolean
run_round (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const gfloat scale = inputs[1]->f32[0], zero = inputs[2]->f32[0], magic = 12582912;
  const gfloat low = inputs[3]->f32[0] - zero, high = inputs[4]->f32[0] - zero, of_nan = CLAMP (-zero, low, high);
  const gfloat *x = inputs[0]->f32;
  gfloat *restrict y = outputs->f32;

  for (gsize i = 0; i < outputs->n_elements; i++) {
    gfloat q = x[i] / scale;

    q = q != q ? of_nan : q;
    q = q < low ? low : q;
    q = q > high ? high : q;
    y[i] = (q + magic - magic) * scale;
  }
  return TRUE;
}

const NnOpSpec nn_ops_quantize[] = {
  { "QuantizeLinear", 10, 0, 2, 3, 1, NN_OP_NUMBER, 1, 0, FALSE, quantize_attributes, check, infer_quantize,
    run_quantize, NULL },
  { "DequantizeLinear", 10, 0, 2, 3, 1, NN_OP_INT, 1, 0, FALSE, dequantize_attributes, check, infer_dequantize,
    run_dequantize, NULL },
  { NN_OP_TYPE_QUANTIZED, 1, 0, 5, 5, 1, NN_OP_FLOAT, 5, 0, FALSE, NULL, NULL, infer_round, run_round, NULL },
  { NULL },
};
