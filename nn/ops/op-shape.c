/* gst-resnet: operators that give a tensor another shape, or ask for it
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ops/op-rows.h"
#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"
#include "ops/operator-attributes.h"

/* --- Flatten, Reshape --- */

static gboolean
infer_flatten (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  gint64 axis = nn_op_int (op, "axis"), rank = (gint64)x->n_dims;
  guint64 dims[2] = { 1, 1 };

  (void)n_inputs;
  if (axis > rank || axis < (op->opset >= 11 ? -rank : 0))
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "axis %" G_GINT64_FORMAT " of a tensor of %u dimensions", axis,
                       x->n_dims);
  axis = axis < 0 ? axis + rank : axis;
  for (gint64 d = 0; d < rank; d++) {
    /* The product was checked when the input was inferred, unless a zero hides an overflow. */
    if (__builtin_mul_overflow (dims[d >= axis], x->dims[d], &dims[d >= axis]))
      return nn_op_fail (op, error, NN_ERROR_TOO_LARGE, "the size of its output overflows");
  }
  return nn_op_set_type (op, outputs, x->dtype, 2, dims, error);
}

static gboolean
infer_reshape (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  gboolean allow_zero = nn_op_has (op, "allowzero") && nn_op_int (op, "allowzero");
  guint64 dims[NN_TENSOR_MAX_DIMS], known = 1;
  const gint64 *shape;
  guint n, inferred = G_MAXUINT;
  gboolean zero = FALSE;

  if (!nn_op_shape_input (op, inputs, n_inputs, 1, &shape, &n, error))
    return FALSE;
  if (n > NN_TENSOR_MAX_DIMS)
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "a shape of %u dimensions, at most %d are taken", n,
                       NN_TENSOR_MAX_DIMS);
  for (guint d = 0; d < n; d++) {
    if (shape[d] < -1)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "its shape holds %" G_GINT64_FORMAT, shape[d]);
    if (shape[d] == -1 && inferred != G_MAXUINT)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "its shape holds -1 twice");
    if (shape[d] == 0 && !allow_zero && d >= x->n_dims)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "its shape copies dimension %u of %u", d, x->n_dims);
    if (shape[d] == -1) {
      inferred = d;
      dims[d] = 1;
      continue;
    }
    zero |= shape[d] == 0;
    dims[d] = shape[d] == 0 && !allow_zero ? x->dims[d] : (guint64)shape[d];
    if (__builtin_mul_overflow (known, dims[d], &known))
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "the size of its output overflows");
  }
  if (inferred != G_MAXUINT) {
    if (allow_zero && zero)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "its shape holds 0 and -1 with allowzero");
    if (known == 0 ? x->n_elements != 0 : x->n_elements % known != 0)
      return nn_op_fail (op, error, NN_ERROR_FORMAT,
                         "%" G_GSIZE_FORMAT " elements do not divide into %" G_GUINT64_FORMAT, x->n_elements, known);
    dims[inferred] = known ? x->n_elements / known : 0;
    known *= dims[inferred];
  }
  if (known != x->n_elements)
    return nn_op_fail (op, error, NN_ERROR_FORMAT,
                       "%" G_GSIZE_FORMAT " elements do not have a shape of %" G_GUINT64_FORMAT, x->n_elements, known);
  return nn_op_set_type (op, outputs, x->dtype, n, dims, error);
}

/* --- Squeeze, Unsqueeze: axes are an attribute before opset 13, an input from it on --- */

static gboolean
read_axes (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, guint rank, gboolean *marked, guint *n,
           gboolean *given, GError **error)
{
  const gint64 *axes;

  if (op->opset < 13) {
    axes = nn_op_setting (op, "axes")->ints;
    *n = nn_op_setting (op, "axes")->n;
    *given = nn_op_setting (op, "axes")->set;
  } else {
    *given = nn_op_input (inputs, n_inputs, 1) != NULL;
    if (!nn_op_shape_input (op, inputs, n_inputs, 1, &axes, n, error))
      return FALSE;
  }
  return nn_op_axes (op, axes, *n, rank, marked, error);
}

static gboolean
infer_squeeze (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  guint64 dims[NN_TENSOR_MAX_DIMS];
  gboolean marked[NN_TENSOR_MAX_DIMS], given;
  guint n, rank = 0;

  if (!read_axes (op, inputs, n_inputs, x->n_dims, marked, &n, &given, error))
    return FALSE;
  for (guint d = 0; d < x->n_dims; d++) {
    if (given && marked[d] && x->dims[d] != 1)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "dimension %u is %" G_GUINT64_FORMAT ", only 1 can be taken away",
                         d, x->dims[d]);
    if (given ? !marked[d] : x->dims[d] != 1)
      dims[rank++] = x->dims[d];
  }
  return nn_op_set_type (op, outputs, x->dtype, rank, dims, error);
}

static gboolean
infer_unsqueeze (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  guint64 dims[NN_TENSOR_MAX_DIMS];
  gboolean marked[NN_TENSOR_MAX_DIMS], given;
  guint n, rank, from = 0;

  /* The number of axes decides what a negative one means. */
  if (op->opset < 13) {
    n = nn_op_setting (op, "axes")->n;
  } else {
    const gint64 *axes;

    if (!nn_op_shape_input (op, inputs, n_inputs, 1, &axes, &n, error))
      return FALSE;
  }
  rank = x->n_dims + n;
  if (rank > NN_TENSOR_MAX_DIMS)
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "its output has %u dimensions, at most %d are taken", rank,
                       NN_TENSOR_MAX_DIMS);
  if (!read_axes (op, inputs, n_inputs, rank, marked, &n, &given, error))
    return FALSE;
  for (guint d = 0; d < rank; d++)
    dims[d] = marked[d] ? 1 : x->dims[from++];
  return nn_op_set_type (op, outputs, x->dtype, rank, dims, error);
}

/* --- Transpose --- */

static gboolean
find_permutation (const NnOperator *op, guint rank, guint *perm, GError **error)
{
  const NnOpSetting *setting = nn_op_setting (op, "perm");
  gboolean seen[NN_TENSOR_MAX_DIMS];

  if (setting->set && setting->n != rank)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "perm has %u values for a tensor of %u dimensions", setting->n,
                       rank);
  for (guint d = 0; d < rank; d++) {
    gint64 from = setting->set ? setting->ints[d] : (gint64)(rank - 1 - d);

    if (from < 0)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "perm holds %" G_GINT64_FORMAT, from);
    if (!nn_op_axis (op, from, rank, &perm[d], error))
      return FALSE;
  }
  return !setting->set || nn_op_axes (op, setting->ints, rank, rank, seen, error);
}

static gboolean
infer_transpose (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0];
  guint64 dims[NN_TENSOR_MAX_DIMS];
  guint perm[NN_TENSOR_MAX_DIMS];

  (void)n_inputs;
  if (!find_permutation (op, x->n_dims, perm, error))
    return FALSE;
  for (guint d = 0; d < x->n_dims; d++)
    dims[d] = x->dims[perm[d]];
  return nn_op_set_type (op, outputs, x->dtype, x->n_dims, dims, error);
}

static gboolean
run_transpose (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  gssize in[NN_TENSOR_MAX_DIMS], permuted[NN_TENSOR_MAX_DIMS], out[NN_TENSOR_MAX_DIMS];
  guint perm[NN_TENSOR_MAX_DIMS], rank = outputs->n_dims;

  (void)n_inputs;
  if (!find_permutation (op, rank, perm, error))
    return FALSE;
  nn_op_strides (rank, inputs[0]->dims, in);
  nn_op_strides (rank, outputs->dims, out);
  for (guint d = 0; d < rank; d++)
    permuted[d] = in[perm[d]];
  nn_op_copy (outputs, 0, out, inputs[0], 0, permuted, rank, outputs->dims);
  return TRUE;
}

/* --- Shape, Size --- */

static void
shape_range (const NnOperator *op, const NnValue *x, guint *start, guint *end)
{
  gint64 rank = (gint64)x->n_dims, s = nn_op_int (op, "start"), e = rank;

  nn_operator_get_int (op, "end", &e);
  s = CLAMP (s < 0 ? s + rank : s, 0, rank);
  e = CLAMP (e < 0 ? e + rank : e, 0, rank);
  *start = (guint)s;
  *end = (guint)MAX (e, s);
}

static gboolean
infer_shape (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  guint start, end;

  (void)n_inputs;
  shape_range (op, inputs[0], &start, &end);
  return nn_op_set_type (op, outputs, NN_DTYPE_I64, 1, (const guint64[]){ end - start }, error);
}

static gboolean
run_shape (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  guint start, end;

  (void)n_inputs;
  (void)error;
  shape_range (op, inputs[0], &start, &end);
  for (guint d = start; d < end; d++)
    outputs->i64[d - start] = (gint64)inputs[0]->dims[d];
  return TRUE;
}

static gboolean
infer_size (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  (void)inputs;
  (void)n_inputs;
  return nn_op_set_type (op, outputs, NN_DTYPE_I64, 0, NULL, error);
}

static gboolean
run_size (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  (void)op;
  (void)n_inputs;
  (void)error;
  outputs->i64[0] = (gint64)inputs[0]->n_elements;
  return TRUE;
}

static const NnOpAttribute flatten_attributes[] = { { "axis", NN_ATTRIBUTE_INT, .number = 1 }, { NULL } };
static const NnOpAttribute reshape_attributes[] = { { "allowzero", NN_ATTRIBUTE_INT, .since = 14 }, { NULL } };
static const NnOpAttribute squeeze_attributes[] = { { "axes", NN_ATTRIBUTE_INTS, .until = 12 }, { NULL } };
static const NnOpAttribute unsqueeze_attributes[]
    = { { "axes", NN_ATTRIBUTE_INTS, .until = 12, .required = TRUE }, { NULL } };
static const NnOpAttribute transpose_attributes[] = { { "perm", NN_ATTRIBUTE_INTS }, { NULL } };
static const NnOpAttribute shape_attributes[] = {
  { "start", NN_ATTRIBUTE_INT, .since = 15 },
  { "end", NN_ATTRIBUTE_INT, .since = 15, .optional = TRUE },
  { NULL },
};

#define RESHAPED(type, since, until, least, most, shape_inputs, attributes, infer)                                     \
  {                                                                                                                    \
    type, since, until, least, most, 1, NN_OP_ANY, 1, shape_inputs, FALSE, attributes, NULL, infer, nn_op_run_copy,    \
        NULL                                                                                                           \
  }

const NnOpSpec nn_ops_shape[] = {
  RESHAPED ("Flatten", 1, 0, 1, 1, 0, flatten_attributes, infer_flatten),
  RESHAPED ("Reshape", 5, 0, 2, 2, 2, reshape_attributes, infer_reshape),
  RESHAPED ("Squeeze", 1, 12, 1, 1, 0, squeeze_attributes, infer_squeeze),
  RESHAPED ("Squeeze", 13, 0, 1, 2, 2, squeeze_attributes, infer_squeeze),
  RESHAPED ("Unsqueeze", 1, 12, 1, 1, 0, unsqueeze_attributes, infer_unsqueeze),
  RESHAPED ("Unsqueeze", 13, 0, 2, 2, 2, unsqueeze_attributes, infer_unsqueeze),
  { "Transpose", 1, 0, 1, 1, 1, NN_OP_ANY, 1, 0, FALSE, transpose_attributes, NULL, infer_transpose, run_transpose,
    NULL },
  { "Shape", 1, 0, 1, 1, 1, NN_OP_ANY, 1, 0, TRUE, shape_attributes, NULL, infer_shape, run_shape, NULL },
  { "Size", 1, 0, 1, 1, 1, NN_OP_ANY, 1, 0, TRUE, NULL, NULL, infer_size, run_size, NULL },
  { NULL },
};
