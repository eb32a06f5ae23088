/* gst-resnet: a tensor that is known when the model is loaded
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "ops/operator.h"

/* A tensor that is known when the model is loaded; @storage keeps its elements alive. */
typedef struct {
  NnValue value;
  GBytes *storage;
} NnConstant;

/* Copies nothing: @storage is referenced. */
NnConstant *nn_constant_new (const NnValue *value, GBytes *storage);
/* Elements in their own storage, of zeros; NULL when there is no memory. */
NnConstant *nn_constant_new_zeros (const NnValue *type);
/* A list of int64, a float32 scalar: small, never NULL. */
NnConstant *nn_constant_new_ints (const gint64 *values, guint n);
NnConstant *nn_constant_new_float (gfloat value);
NnConstant *nn_constant_copy (const NnConstant *constant);
void nn_constant_free (NnConstant *constant);
