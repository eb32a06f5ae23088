/* gst-resnet: what describes an operator of ONNX
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/onnx/onnx.h"
#include "ops/value.h"

/* The newest opset whose rules these operators follow. */
#define NN_OP_NEWEST_OPSET 28
#define NN_OP_OLDEST_OPSET 7
/* No output may have more elements than this, whatever a model asks for. */
#define NN_OP_MAX_ELEMENTS (G_GUINT64_CONSTANT (1) << 31)
#define NN_OP_MAX_OUTPUTS 1024
#define NN_OP_VARIADIC G_MAXUINT

/* Classes of element types. */
enum { NN_OP_FLOAT = 1, NN_OP_INT = 2, NN_OP_BOOL = 4, NN_OP_NUMBER = 3, NN_OP_ANY = 7 };

/**
 * NnOpAttribute: one attribute of an operator; a list of them ends with a NULL name
 * @since, @until: the first and the last opset that have it; 0: that of the operator
 * @required, @optional: if both are FALSE, a single value that is absent is @number or @string
 */
typedef struct {
  const gchar *name;
  NnAttributeKind kind;
  gint since, until;
  gboolean required, optional;
  gdouble number;
  const gchar *string;
} NnOpAttribute;

/* An attribute as it was read. For a list that is absent, n is 0. */
typedef struct {
  gboolean set; /* the file has it */
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
 * @since, @until: the first and the last opset; 0: the oldest and the newest one
 * @min_inputs: the number of inputs that must be there
 * @max_inputs: the largest number of inputs; NN_OP_VARIADIC: any number, none of them absent
 * @types: the classes that the first input's type may have
 * @same_types: the number of first inputs that must have the same type; NN_OP_VARIADIC: all of them
 * @shape_inputs: bit i is set if infer needs the elements of input i
 * @types_only: TRUE if run needs no elements at all
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

/* Sets the error "NODE (Type): reason" and always returns FALSE. */
gboolean nn_op_fail (const NnOperator *op, GError **error, NnError code, const gchar *format, ...) G_GNUC_PRINTF (4, 5);

static inline const NnValue *
nn_op_input (const NnValue *const *inputs, guint n_inputs, guint i)
{
  return i < n_inputs ? inputs[i] : NULL;
}
