/* gst-resnet: an operator's attributes by name
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/op-spec.h"

/* The attribute of that name; @attribute is set to what the table says of it. NULL when the operator has none of
 * that name at its opset. */
const NnOpSetting *nn_op_find_setting (const NnOperator *op, const gchar *name, const NnOpAttribute **attribute);
/* The attribute of that name, which must be in the operator's list. */
const NnOpSetting *nn_op_setting (const NnOperator *op, const gchar *name);
/* These give an attribute's value. If the attribute is of another kind, they give 0 or "". */
gint64 nn_op_int (const NnOperator *op, const gchar *name);
gdouble nn_op_float (const NnOperator *op, const gchar *name);
const gchar *nn_op_string (const NnOperator *op, const gchar *name);
/* TRUE when the operator has an attribute of that name at its opset. */
gboolean nn_op_has (const NnOperator *op, const gchar *name);
