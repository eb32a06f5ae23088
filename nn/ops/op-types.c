/* gst-resnet: shapes and element types that operators share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <math.h>
#include <string.h>

#include "ops/op-types.h"

gboolean
nn_op_set_type (const NnOperator *op, NnValue *output, NnDType dtype, guint n_dims, const guint64 *dims, GError **error)
{
  guint64 n = 1;

  if (n_dims > NN_TENSOR_MAX_DIMS)
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "its output has %u dimensions, at most %d are taken", n_dims,
                       NN_TENSOR_MAX_DIMS);
  output->dtype = dtype;
  output->n_dims = n_dims;
  for (guint d = 0; d < n_dims; d++) {
    output->dims[d] = dims[d];
    if (__builtin_mul_overflow (n, dims[d], &n) || dims[d] > NN_OP_MAX_ELEMENTS)
      return nn_op_fail (op, error, NN_ERROR_TOO_LARGE, "the size of its output overflows");
  }
  if (n > NN_OP_MAX_ELEMENTS)
    return nn_op_fail (op, error, NN_ERROR_TOO_LARGE,
                       "its output has %" G_GUINT64_FORMAT " elements, at most %" G_GUINT64_FORMAT " are taken", n,
                       NN_OP_MAX_ELEMENTS);
  output->n_elements = (gsize)n;
  output->f32 = NULL;
  output->i64 = NULL;
  return TRUE;
}

gboolean
nn_op_same_type (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  (void)n_inputs;
  return nn_op_set_type (op, outputs, inputs[0]->dtype, inputs[0]->n_dims, inputs[0]->dims, error);
}

gboolean
nn_op_axis (const NnOperator *op, gint64 axis, guint rank, guint *result, GError **error)
{
  if (axis < -(gint64)rank || axis >= (gint64)rank)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "axis %" G_GINT64_FORMAT " of a tensor of %u dimensions", axis,
                       rank);
  *result = (guint)(axis < 0 ? axis + (gint64)rank : axis);
  return TRUE;
}

gboolean
nn_op_axes (const NnOperator *op, const gint64 *axes, guint n, guint rank, gboolean *marked, GError **error)
{
  memset (marked, 0, NN_TENSOR_MAX_DIMS * sizeof *marked);
  for (guint i = 0; i < n; i++) {
    guint axis = 0;

    if (!nn_op_axis (op, axes[i], rank, &axis, error))
      return FALSE;
    if (marked[axis])
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "axis %u is there twice", axis);
    marked[axis] = TRUE;
  }
  return TRUE;
}

gboolean
nn_op_shape_input (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, guint i, const gint64 **elements,
                   guint *n, GError **error)
{
  const NnValue *value = nn_op_input (inputs, n_inputs, i);

  *elements = NULL;
  *n = 0;
  if (!value)
    return TRUE;
  if (nn_dtype_is_float (value->dtype) || value->dtype == NN_DTYPE_BOOL)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "input %u is of %s, should be of int64", i,
                       nn_dtype_name (value->dtype));
  if (value->n_dims > 1)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "input %u has %u dimensions, should have one", i, value->n_dims);
  /* The longest such list is that of Split's sizes. */
  if (value->n_elements > NN_OP_MAX_OUTPUTS)
    return nn_op_fail (op, error, NN_ERROR_TOO_LARGE, "input %u has %" G_GSIZE_FORMAT " elements", i,
                       value->n_elements);
  if (value->n_elements && !value->i64)
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED,
                       "input %u decides a shape and depends on the image, it should be constant", i);
  *elements = value->i64;
  *n = (guint)value->n_elements;
  return TRUE;
}

gboolean
nn_op_broadcast (const NnOperator *op, guint a_n, const guint64 *a, guint b_n, const guint64 *b, guint *n_dims,
                 guint64 *dims, GError **error)
{
  guint64 result[NN_TENSOR_MAX_DIMS];
  guint n = MAX (a_n, b_n);

  for (guint d = 0; d < n; d++) {
    guint64 x = d + a_n < n ? 1 : a[d + a_n - n], y = d + b_n < n ? 1 : b[d + b_n - n];

    if (x != y && x != 1 && y != 1)
      return nn_op_fail (op, error, NN_ERROR_FORMAT,
                         "dimensions of %" G_GUINT64_FORMAT " and of %" G_GUINT64_FORMAT " do not broadcast", x, y);
    result[d] = x == 1 ? y : x;
  }
  *n_dims = n;
  memcpy (dims, result, n * sizeof *dims);
  return TRUE;
}

gboolean
nn_op_dtype_from_onnx (gint64 type, NnDType *dtype, const gchar **name)
{
  /* The index is a TensorProto.DataType; −1 stands for a type that the engine does not hold. */
  static const struct {
    const gchar *name;
    gint dtype;
  } types[] = {
    { "undefined", -1 },
    { "float32", NN_DTYPE_F32 },
    { "uint8", NN_DTYPE_U8 },
    { "int8", NN_DTYPE_I8 },
    { "uint16", NN_DTYPE_U16 },
    { "int16", NN_DTYPE_I16 },
    { "int32", NN_DTYPE_I32 },
    { "int64", NN_DTYPE_I64 },
    { "string", -1 },
    { "bool", NN_DTYPE_BOOL },
    { "float16", NN_DTYPE_F16 },
    { "float64", NN_DTYPE_F64 },
    { "uint32", NN_DTYPE_U32 },
    { "uint64", NN_DTYPE_U64 },
    { "complex64", -1 },
    { "complex128", -1 },
    { "bfloat16", NN_DTYPE_BF16 },
    { "float8e4m3fn", -1 },
    { "float8e4m3fnuz", -1 },
    { "float8e5m2", -1 },
    { "float8e5m2fnuz", -1 },
    { "uint4", -1 },
    { "int4", -1 },
    { "float4e2m1", -1 },
    { "float8e8m0", -1 },
    { "uint2", -1 },
    { "int2", -1 },
  };

  *name = "unknown";
  if (type < 0 || type >= (gint64)G_N_ELEMENTS (types))
    return FALSE;
  *name = types[type].name;
  if (types[type].dtype < 0)
    return FALSE;
  *dtype = (NnDType)types[type].dtype;
  return TRUE;
}

void
nn_op_int_range (NnDType dtype, gint64 *min, gint64 *max)
{
  switch (dtype) {
  case NN_DTYPE_I32:
    *min = G_MININT32, *max = G_MAXINT32;
    break;
  case NN_DTYPE_I16:
    *min = G_MININT16, *max = G_MAXINT16;
    break;
  case NN_DTYPE_I8:
    *min = G_MININT8, *max = G_MAXINT8;
    break;
  case NN_DTYPE_U8:
    *min = 0, *max = G_MAXUINT8;
    break;
  case NN_DTYPE_BOOL:
    *min = 0, *max = 1;
    break;
  case NN_DTYPE_U16:
    *min = 0, *max = G_MAXUINT16;
    break;
  case NN_DTYPE_U32:
    *min = 0, *max = G_MAXUINT32;
    break;
  default: /* uint64 is held as the bits of int64 */
    *min = G_MININT64, *max = G_MAXINT64;
    break;
  }
}

gint64
nn_op_wrap (NnDType dtype, gint64 v)
{
  switch (dtype) {
  case NN_DTYPE_I32:
    return (gint32)v;
  case NN_DTYPE_I16:
    return (gint16)v;
  case NN_DTYPE_I8:
    return (gint8)v;
  case NN_DTYPE_U8:
    return (guint8)v;
  case NN_DTYPE_BOOL:
    return v != 0;
  case NN_DTYPE_U16:
    return (guint16)v;
  case NN_DTYPE_U32:
    return (guint32)v;
  default:
    return v;
  }
}

gint64
nn_op_saturate (NnDType dtype, gdouble v)
{
  gint64 min, max;

  if (isnan (v))
    return 0;
  if (dtype == NN_DTYPE_U64)
    return v <= 0 ? 0 : v >= 0x1p64 ? -1 : (gint64)(guint64)v;
  nn_op_int_range (dtype, &min, &max);
  if (v <= (gdouble)min)
    return min;
  /* The largest int64 is not a double: it is rounded up to the next one. */
  if (v >= (gdouble)max)
    return max;
  return (gint64)v;
}

gfloat
nn_op_round (NnDType dtype, gfloat v)
{
  if (dtype == NN_DTYPE_BF16 && isfinite (v)) {
    guint32 bits;

    memcpy (&bits, &v, sizeof bits);
    bits += 0x7fff + (bits >> 16 & 1);
    bits &= 0xffff0000u;
    memcpy (&v, &bits, sizeof v);
  } else if (dtype == NN_DTYPE_F16 && isfinite (v) && v != 0) {
    gint exponent;
    gdouble scaled, unit;

    frexp (v, &exponent);
    /* There are 11 significant bits; below 2^-14 the spacing stays 2^-24. */
    unit = ldexp (1, MAX (exponent - 11, -24));
    scaled = nearbyint ((gdouble)v / unit) * unit;
    v = fabs (scaled) > 65504 ? copysignf (INFINITY, v) : (gfloat)copysign (scaled, v);
  }
  return v;
}
