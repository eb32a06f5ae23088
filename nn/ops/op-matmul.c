/* gst-resnet: MatMul, Gemm
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ops/op-rows.h"
#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"

/* This many columns are summed at a time, in double. */
#define BLOCK 64

/* A strided matrix, whose element (i, j) is at offset + i · row + j · column. */
typedef struct {
  gssize offset, row, column;
} Matrix;

static void
multiply_floats (gfloat *out, const gfloat *a, Matrix ma, const gfloat *b, Matrix mb, gsize m, gsize k, gsize n,
                 gdouble alpha)
{
  for (gsize i = 0; i < m; i++) {
    for (gsize j = 0; j < n; j += BLOCK) {
      gsize width = MIN (BLOCK, n - j);
      gdouble sum[BLOCK] = { 0 };

      for (gsize l = 0; l < k; l++) {
        gdouble v = a[ma.offset + (gssize)i * ma.row + (gssize)l * ma.column];
        const gfloat *row = b + mb.offset + (gssize)l * mb.row + (gssize)j * mb.column;

        for (gsize c = 0; c < width; c++)
          sum[c] += v * row[(gssize)c * mb.column];
      }
      for (gsize c = 0; c < width; c++)
        out[i * n + j + c] = (gfloat)(alpha * sum[c]);
    }
  }
}

static void
multiply_ints (NnDType dtype, gint64 *out, const gint64 *a, Matrix ma, const gint64 *b, Matrix mb, gsize m, gsize k,
               gsize n)
{
  for (gsize i = 0; i < m; i++) {
    for (gsize j = 0; j < n; j++) {
      guint64 sum = 0;

      for (gsize l = 0; l < k; l++)
        sum += (guint64)a[ma.offset + (gssize)i * ma.row + (gssize)l * ma.column]
               * (guint64)b[mb.offset + (gssize)l * mb.row + (gssize)j * mb.column];
      out[i * n + j] = nn_op_wrap (dtype, (gint64)sum);
    }
  }
}

/* The rules are those of NumPy's matmul: a vector is a row on the left and a column on the right, and the dimensions
 * before the last two broadcast. */
typedef struct {
  guint64 m, k, n, k_right;
  guint n_batch;
  guint64 batch[NN_TENSOR_MAX_DIMS];
} Sizes;

static gboolean
find_sizes (const NnOperator *op, const NnValue *a, const NnValue *b, Sizes *s, GError **error)
{
  if (a->n_dims == 0 || b->n_dims == 0)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "a scalar is no matrix");
  s->m = a->n_dims == 1 ? 1 : a->dims[a->n_dims - 2];
  s->k = a->dims[a->n_dims - 1];
  s->k_right = b->n_dims == 1 ? b->dims[0] : b->dims[b->n_dims - 2];
  s->n = b->n_dims == 1 ? 1 : b->dims[b->n_dims - 1];
  if (s->k != s->k_right)
    return nn_op_fail (op, error, NN_ERROR_FORMAT,
                       "matrices of %" G_GUINT64_FORMAT " columns and of %" G_GUINT64_FORMAT " rows do not multiply",
                       s->k, s->k_right);
  return nn_op_broadcast (op, MAX (a->n_dims, 2) - 2, a->dims, MAX (b->n_dims, 2) - 2, b->dims, &s->n_batch, s->batch,
                          error);
}

static gboolean
infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *a = inputs[0], *b = inputs[1];
  Sizes s;

  (void)n_inputs;
  if (!find_sizes (op, a, b, &s, error))
    return FALSE;
  if (a->n_dims > 1)
    s.batch[s.n_batch++] = s.m;
  if (b->n_dims > 1)
    s.batch[s.n_batch++] = s.n;
  return nn_op_set_type (op, outputs, a->dtype, s.n_batch, s.batch, error);
}

/* The strides over a batch, in elements: those of the tensor without its last two dimensions. */
static void
batch_strides (const NnValue *value, guint n_batch, gssize *strides)
{
  NnValue outer = *value;
  gssize matrix = 1;

  for (guint d = value->n_dims > 2 ? value->n_dims - 2 : 0; d < value->n_dims; d++)
    matrix *= (gssize)value->dims[d];
  outer.n_dims = MAX (value->n_dims, 2) - 2;
  nn_op_broadcast_strides (&outer, n_batch, strides);
  for (guint d = 0; d < n_batch; d++)
    strides[d] *= matrix;
}

static gboolean
run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *a = inputs[0], *b = inputs[1];
  gssize strides[NN_TENSOR_MAX_DIMS];
  NnOpRows rows;
  gsize out = 0;
  Sizes s;

  (void)n_inputs;
  if (!find_sizes (op, a, b, &s, error))
    return FALSE;
  nn_op_rows_init (&rows, s.n_batch, s.batch);
  batch_strides (a, s.n_batch, strides);
  nn_op_rows_tensor (&rows, 0, 0, strides);
  batch_strides (b, s.n_batch, strides);
  nn_op_rows_tensor (&rows, 1, 0, strides);
  for (; !rows.done; nn_op_rows_next (&rows)) {
    for (gsize r = 0; r < rows.row; r++, out += (gsize)(s.m * s.n)) {
      Matrix ma = { rows.offset[0] + (gssize)r * rows.step[0], (gssize)s.k, 1 };
      Matrix mb = { rows.offset[1] + (gssize)r * rows.step[1], (gssize)s.n, 1 };

      if (!outputs->n_elements)
        return TRUE;
      if (nn_dtype_is_float (a->dtype))
        multiply_floats (outputs->f32 + out, a->f32, ma, b->f32, mb, s.m, s.k, s.n, 1);
      else
        multiply_ints (a->dtype, outputs->i64 + out, a->i64, ma, b->i64, mb, s.m, s.k, s.n);
    }
  }
  return TRUE;
}

static const NnOpAttribute gemm_attributes[] = {
  { "alpha", NN_ATTRIBUTE_FLOAT, .number = 1 },
  { "beta", NN_ATTRIBUTE_FLOAT, .number = 1 },
  { "transA", NN_ATTRIBUTE_INT },
  { "transB", NN_ATTRIBUTE_INT },
  { NULL },
};

static gboolean
infer_gemm (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *a = inputs[0], *b = inputs[1], *c = nn_op_input (inputs, n_inputs, 2);
  gboolean ta = nn_op_int (op, "transA") != 0, tb = nn_op_int (op, "transB") != 0;
  guint64 dims[NN_TENSOR_MAX_DIMS];
  guint n_dims;

  if (a->n_dims != 2 || b->n_dims != 2)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "its matrices have %u and %u dimensions, should have 2", a->n_dims,
                       b->n_dims);
  if (a->dims[!ta] != b->dims[tb])
    return nn_op_fail (op, error, NN_ERROR_FORMAT,
                       "matrices of %" G_GUINT64_FORMAT " columns and of %" G_GUINT64_FORMAT " rows do not multiply",
                       a->dims[!ta], b->dims[tb]);
  if (!nn_dtype_is_float (a->dtype) && (nn_op_float (op, "alpha") != 1 || nn_op_float (op, "beta") != 1))
    return nn_op_fail (op, error, NN_ERROR_UNSUPPORTED, "alpha and beta other than 1 for %s", nn_dtype_name (a->dtype));
  dims[0] = a->dims[ta];
  dims[1] = b->dims[!tb];
  if (!nn_op_set_type (op, outputs, a->dtype, 2, dims, error))
    return FALSE;
  if (!c)
    return TRUE;
  if (!nn_op_broadcast (op, 2, dims, c->n_dims, c->dims, &n_dims, dims, error))
    return FALSE;
  if (n_dims != 2 || dims[0] != outputs->dims[0] || dims[1] != outputs->dims[1])
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "its third input is larger than the product");
  return TRUE;
}

static void
add_c (const NnOperator *op, NnValue *out, const NnValue *c)
{
  gssize strides[NN_TENSOR_MAX_DIMS];
  gdouble beta = nn_op_float (op, "beta");
  gsize n = (gsize)out->dims[1];

  nn_op_broadcast_strides (c, 2, strides);
  for (gsize i = 0; i < out->n_elements; i++) {
    gssize at = (gssize)(i / n) * strides[0] + (gssize)(i % n) * strides[1];

    if (nn_dtype_is_float (out->dtype))
      out->f32[i] = (gfloat)(out->f32[i] + beta * c->f32[at]);
    else
      out->i64[i] = nn_op_wrap (out->dtype, (gint64)((guint64)out->i64[i] + (guint64)c->i64[at]));
  }
}

static gboolean
run_gemm (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *a = inputs[0], *b = inputs[1], *c = nn_op_input (inputs, n_inputs, 2);
  gboolean ta = nn_op_int (op, "transA") != 0, tb = nn_op_int (op, "transB") != 0;
  gssize a_row = (gssize)a->dims[1], b_row = (gssize)b->dims[1];
  Matrix ma = { 0, ta ? 1 : a_row, ta ? a_row : 1 }, mb = { 0, tb ? 1 : b_row, tb ? b_row : 1 };
  gsize m = (gsize)outputs->dims[0], n = (gsize)outputs->dims[1], k = (gsize)a->dims[!ta];

  (void)error;
  if (nn_dtype_is_float (a->dtype))
    multiply_floats (outputs->f32, a->f32, ma, b->f32, mb, m, k, n, nn_op_float (op, "alpha"));
  else
    multiply_ints (a->dtype, outputs->i64, a->i64, ma, b->i64, mb, m, k, n);
  if (c)
    add_c (op, outputs, c);
  return TRUE;
}

const NnOpSpec nn_ops_matmul[] = {
  { "MatMul", 1, 0, 2, 2, 1, NN_OP_NUMBER, 2, 0, FALSE, NULL, NULL, infer, run, NULL },
  { "Gemm", 7, 10, 3, 3, 1, NN_OP_NUMBER, 3, 0, FALSE, gemm_attributes, NULL, infer_gemm, run_gemm, NULL },
  { "Gemm", 11, 0, 2, 3, 1, NN_OP_NUMBER, 3, 0, FALSE, gemm_attributes, NULL, infer_gemm, run_gemm, NULL },
  { NULL },
};
