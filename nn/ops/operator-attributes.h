/* gst-resnet: an operator's attributes, for passes
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/value.h"

/* These give an integer, float, list or string attribute as the operator understood it, with its default filled in.
 * They serve passes that turn operators into the engine's own nodes. FALSE or NULL when the operator has none of
 * that name. */
gboolean nn_operator_get_int (const NnOperator *op, const gchar *name, gint64 *value);
gboolean nn_operator_get_float (const NnOperator *op, const gchar *name, gdouble *value);
const gint64 *nn_operator_get_ints (const NnOperator *op, const gchar *name, guint *n);
const gchar *nn_operator_get_string (const NnOperator *op, const gchar *name);
