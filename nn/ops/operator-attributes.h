/* gst-resnet: an operator's attributes, for passes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/value.h"

/* An integer, float or list attribute as the operator understood it (default filled in), for passes that turn operators
 * into the engine's own nodes: FALSE when the operator has none of that name. */
gboolean nn_operator_get_int (const NnOperator *op, const gchar *name, gint64 *value);
gboolean nn_operator_get_float (const NnOperator *op, const gchar *name, gdouble *value);
const gint64 *nn_operator_get_ints (const NnOperator *op, const gchar *name, guint *n);
const gchar *nn_operator_get_string (const NnOperator *op, const gchar *name);
