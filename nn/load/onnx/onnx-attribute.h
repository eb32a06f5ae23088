/* gst-resnet: reading the attributes of an ONNX node, each checked to be what the reader takes it for
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "load/onnx/onnx-model.h"

/* Whether @attribute has the value that its kind promises: a pointer that is not NULL, and exactly one entry if the
 * kind is a single value. An attribute that only refers to a function's attribute has no value. Code that reads the
 * fields directly must call this first. */
gboolean nn_attribute_is_whole (const NnAttribute *attribute);

/* These functions read a value by name. This one returns FALSE and leaves @value as it was if @node has no attribute of
 * that name, or if the attribute is of another kind or not whole. */
gboolean nn_attribute_get_int (const NnOnnxNode *node, const gchar *name, gint64 *value);
/* Reads element @i of a list of floats; a single float is element 0. */
gboolean nn_attribute_get_float (const NnOnnxNode *node, const gchar *name, guint i, gfloat *value);
/* Returns NULL and sets @n to 0 in the same cases, and also for an empty list. */
const gint64 *nn_attribute_get_ints (const NnOnnxNode *node, const gchar *name, guint *n);
/* Returns NULL in the same cases. */
const gchar *nn_attribute_get_string (const NnOnnxNode *node, const gchar *name);
