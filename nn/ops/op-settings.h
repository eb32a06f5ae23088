/* gst-resnet: an operator's attributes by name
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/op-spec.h"

/* The attribute of that name, with what the table says of it in @attribute; NULL when the operator has none at its
 * opset. */
const NnOpSetting *nn_op_find_setting (const NnOperator *op, const gchar *name, const NnOpAttribute **attribute);
/* Attributes by name; the name must be in the operator's list. */
const NnOpSetting *nn_op_setting (const NnOperator *op, const gchar *name);
/* The value that an attribute of another kind would have is 0, and "". */
gint64 nn_op_int (const NnOperator *op, const gchar *name);
gdouble nn_op_float (const NnOperator *op, const gchar *name);
const gchar *nn_op_string (const NnOperator *op, const gchar *name);
/* TRUE when the operator has an attribute of that name at its opset. */
gboolean nn_op_has (const NnOperator *op, const gchar *name);
