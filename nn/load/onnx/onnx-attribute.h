/* gst-resnet: reading the attributes of an ONNX node, each checked to be what the reader takes it for
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/onnx/onnx-model.h"

/* Whether @attribute has the value that its kind says: a pointer that is not NULL, and exactly one entry where the kind
 * is a single one. A reference to a function's attribute has none. Who reads the fields asks this first. */
gboolean nn_attribute_is_whole (const NnAttribute *attribute);

/* A value by name. FALSE, and @value as it was: @node has no attribute of that name, or it is of another kind, or is
 * not whole. */
gboolean nn_attribute_get_int (const NnOnnxNode *node, const gchar *name, gint64 *value);
/* Element @i of a float (0) or of a list of floats. */
gboolean nn_attribute_get_float (const NnOnnxNode *node, const gchar *name, guint i, gfloat *value);
/* NULL, and @n 0, in the same cases and for an empty list. */
const gint64 *nn_attribute_get_ints (const NnOnnxNode *node, const gchar *name, guint *n);
/* NULL in the same cases. */
const gchar *nn_attribute_get_string (const NnOnnxNode *node, const gchar *name);
