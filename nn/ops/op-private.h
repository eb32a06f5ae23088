/* gst-resnet: what ONNX's operators share
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/operator.h"

/* The newest opset whose rules these operators follow. */
#define NN_OP_NEWEST_OPSET 28
#define NN_OP_OLDEST_OPSET 7
/* More elements than this has no output, whatever a model asks for. */
#define NN_OP_MAX_ELEMENTS (G_GUINT64_CONSTANT (1) << 31)
#define NN_OP_MAX_OUTPUTS 1024
#define NN_OP_VARIADIC G_MAXUINT

/* Classes of element types. */
enum { NN_OP_FLOAT = 1, NN_OP_INT = 2, NN_OP_BOOL = 4, NN_OP_NUMBER = 3, NN_OP_ANY = 7 };

/**
 * NnOpAttribute: one attribute of an operator; a list of them ends with a NULL name
 * @since, @until: the opsets that have it; 0: all of the operator's
 * @required, @optional: without either, a singular one that is not there is @number or @string
 */
typedef struct {
  const gchar *name;
  NnAttributeKind kind;
  gint since, until;
  gboolean required, optional;
  gdouble number;
  const gchar *string;
} NnOpAttribute;

/* An attribute as read; lists that are not there have n 0. */
typedef struct {
  gboolean set; /* in the file */
  guint n;
  gint64 number;
  gdouble real;
  gchar *string;
  gint64 *ints;
  gfloat *floats;
  NnTensor *tensor;
} NnOpSetting;

typedef gboolean (*NnOpCheckFunc) (const NnOperator *op, GError **error);
typedef gboolean (*NnOpFunc) (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs,
                              GError **error);

/**
 * NnOpSpec: one operator within a range of opsets that agree on its inputs; a table of them ends with a NULL type
 * @since, @until: opsets; 0: from the oldest, to the newest
 * @min_inputs: so many must be there; @max_inputs: NN_OP_VARIADIC: any number, none of them absent
 * @types: classes that the first input may have
 * @same_types: so many first inputs have one type (NN_OP_VARIADIC: all)
 * @shape_inputs: bit i: infer needs the elements of input i
 * @types_only: run needs no elements at all
 * @data: what tells the operators of one family apart
 */
typedef struct {
  const gchar *type;
  gint since, until;
  guint min_inputs, max_inputs, max_outputs;
  guint types, same_types, shape_inputs;
  gboolean types_only;
  const NnOpAttribute *attributes;
  NnOpCheckFunc check;
  NnOpFunc infer, run;
  gconstpointer data;
} NnOpSpec;

struct _NnOperator {
  gint ref_count;
  const NnOpSpec *spec;
  gint64 opset;
  gchar *name;
  guint n_inputs, n_outputs;
  NnOpSetting *settings; /* in the order of spec->attributes */
};

extern const NnOpSpec nn_ops_activation[], nn_ops_cast[], nn_ops_concat[], nn_ops_constant[], nn_ops_conv[],
    nn_ops_elementwise[], nn_ops_gather[], nn_ops_matmul[], nn_ops_normalization[], nn_ops_pad[], nn_ops_pool[],
    nn_ops_quantize[], nn_ops_reduce[], nn_ops_shape[], nn_ops_slice[], nn_ops_softmax[], nn_ops_unary[];

/* Always FALSE, with "NODE (Type): reason". */
gboolean nn_op_fail (const NnOperator *op, GError **error, NnError code, const gchar *format, ...) G_GNUC_PRINTF (4, 5);

/* Attributes by name; the name must be in the operator's list. */
const NnOpSetting *nn_op_setting (const NnOperator *op, const gchar *name);
/* The value that an attribute of another kind would have is 0, and "". */
gint64 nn_op_int (const NnOperator *op, const gchar *name);
gdouble nn_op_float (const NnOperator *op, const gchar *name);
const gchar *nn_op_string (const NnOperator *op, const gchar *name);
/* TRUE when the operator has an attribute of that name at its opset. */
gboolean nn_op_has (const NnOperator *op, const gchar *name);

static inline const NnValue *
nn_op_input (const NnValue *const *inputs, guint n_inputs, guint i)
{
  return i < n_inputs ? inputs[i] : NULL;
}

/* An output's type; sizes checked for overflow and NN_OP_MAX_ELEMENTS. */
gboolean nn_op_set_type (const NnOperator *op, NnValue *output, NnDType dtype, guint n_dims, const guint64 *dims,
                         GError **error);
gboolean nn_op_same_type (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs,
                          GError **error);
/* −rank…rank−1 → 0…rank−1. */
gboolean nn_op_axis (const NnOperator *op, gint64 axis, guint rank, guint *result, GError **error);
/* Marks each axis; one twice is an error. */
gboolean nn_op_axes (const NnOperator *op, const gint64 *axes, guint n, guint rank, gboolean *marked, GError **error);
/* The elements of an integer input of one dimension (or a scalar, one element) that decides a shape. */
gboolean nn_op_shape_input (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, guint i,
                            const gint64 **elements, guint *n, GError **error);
/* @a's and @b's dims, ONNX's (NumPy's) broadcasting; may be one of them. */
gboolean nn_op_broadcast (const NnOperator *op, guint a_n, const guint64 *a, guint b_n, const guint64 *b, guint *n_dims,
                          guint64 *dims, GError **error);

/* dtype of TensorProto.DataType; FALSE: none that the engine holds, with @name what it is. */
gboolean nn_op_dtype_from_onnx (gint64 type, NnDType *dtype, const gchar **name);
/* The range of an integer type. */
void nn_op_int_range (NnDType dtype, gint64 *min, gint64 *max);
/* Two's complement: what is left of @v in @dtype. */
gint64 nn_op_wrap (NnDType dtype, gint64 v);
/* Rounded towards zero, the nearest value outside the range, 0 for NaN. */
gint64 nn_op_saturate (NnDType dtype, gdouble v);
/* To the nearest of a narrower floating type, ties to even. */
gfloat nn_op_round (NnDType dtype, gfloat v);

/* Row-major strides in elements. */
void nn_op_strides (guint n_dims, const guint64 *dims, gssize *strides);
/* Strides that read @value as broadcast to @n_dims dims. */
void nn_op_broadcast_strides (const NnValue *value, guint n_dims, gssize *strides);

#define NN_OP_ROWS_TENSORS 4

/**
 * NnOpRows: goes through up to NN_OP_ROWS_TENSORS tensors of one shape (each with its own strides), a row at a time
 * @row: elements a row
 * @offset, @step: a tensor's first element of the row, and from one to the next
 */
typedef struct {
  guint n_outer;
  guint64 outer[NN_TENSOR_MAX_DIMS], index[NN_TENSOR_MAX_DIMS];
  gssize stride[NN_OP_ROWS_TENSORS][NN_TENSOR_MAX_DIMS];
  gssize offset[NN_OP_ROWS_TENSORS], step[NN_OP_ROWS_TENSORS];
  gsize row;
  gboolean done;
} NnOpRows;

void nn_op_rows_init (NnOpRows *rows, guint n_dims, const guint64 *dims);
void nn_op_rows_tensor (NnOpRows *rows, guint t, gssize offset, const gssize *strides);
void nn_op_rows_next (NnOpRows *rows);

/* @dims elements from @in to @out, both of one held type. */
void nn_op_copy (NnValue *out, gssize out_offset, const gssize *out_strides, const NnValue *in, gssize in_offset,
                 const gssize *in_strides, guint n_dims, const guint64 *dims);
/* All of them in order. */
void nn_op_copy_flat (NnValue *out, const NnValue *in);
/* One output that is the first input in another shape. */
gboolean nn_op_run_copy (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs,
                         GError **error);
