/* gst-resnet: from stored bytes to a tensor's values
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/tensor.h"

/* A state dict may not have more tensors than this. */
#define NN_LOAD_MAX_TENSORS 100000
/* Nor may a tensor's name have more bytes: what is done with names is not all linear in their length. */
#define NN_LOAD_MAX_NAME 512

/* What a tensor takes beside its values: itself, tables of its name, what is made of it. */
#define NN_LOAD_TENSOR_BYTES 1024

/* A half-precision and a bfloat16 number, exactly. */
gfloat nn_half_to_float (guint16 bits);
gfloat nn_bfloat16_to_float (guint16 bits);

/**
 * nn_tensor_new: a view of a storage, as contiguous values
 * @raw: the storage's bytes
 * @big_endian: byte order of @raw's elements
 * @offset: of the first element, in elements
 * @strides: @n_dims of them, in elements (0: the same element again, torch's expand()); NULL: contiguous
 * Contiguous, aligned float32 in this machine's byte order is referenced, not copied. Everything else is converted into
 * memory of its own. Draws on the load's budget.
 * Errors: NN_ERROR_FORMAT for elements outside the storage; names @file and @name.
 */
NnTensor *nn_tensor_new (const gchar *name, NnDType dtype, GBytes *raw, gboolean big_endian, guint64 offset,
                         guint n_dims, const guint64 *dims, const guint64 *strides, const gchar *file, GError **error);

/* @n elements of @dtype (a floating type) to float32. */
void nn_convert_to_float (gfloat *out, const guint8 *in, gsize n, NnDType dtype, gboolean big_endian);
/* @n elements of @dtype (an integer type or BOOL) to int64; of U64, those over 2^63 − 1 become negative. */
void nn_convert_to_int64 (gint64 *out, const guint8 *in, gsize n, NnDType dtype, gboolean big_endian);
