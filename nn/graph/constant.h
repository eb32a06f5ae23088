/* gst-resnet: a tensor that is known when the model is loaded
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/operator.h"

/* A tensor that is known when the model is loaded; @storage keeps its elements alive. */
typedef struct {
  NnValue value;
  GBytes *storage;
} NnConstant;

/* This copies no elements; it takes a reference to @storage. */
NnConstant *nn_constant_new (const NnValue *value, GBytes *storage);
/* Returns a constant of zeros in its own storage, with the shape and dtype of @type; NULL when there is no memory. */
NnConstant *nn_constant_new_zeros (const NnValue *type);
/* These two make a list of int64 and a float32 scalar. They are small, so the functions never return NULL. */
NnConstant *nn_constant_new_ints (const gint64 *values, guint n);
NnConstant *nn_constant_new_float (gfloat value);
NnConstant *nn_constant_copy (const NnConstant *constant);
void nn_constant_free (NnConstant *constant);
