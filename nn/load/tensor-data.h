/* gst-resnet: from stored bytes to a tensor's values
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/tensor.h"

/* A state dict may not have more tensors than this. */
#define NN_LOAD_MAX_TENSORS 100000
/* A tensor's name may not have more bytes than this: the time that some steps take grows faster than a name's
 * length. */
#define NN_LOAD_MAX_NAME 512

/* The budget's estimate of the bytes that a tensor needs besides its values: the structure itself, the tables that hold
 * its name, and what is later built from it. */
#define NN_LOAD_TENSOR_BYTES 1024

/* Convert a half-precision and a bfloat16 number; the results are exact. */
gfloat nn_half_to_float (guint16 bits);
gfloat nn_bfloat16_to_float (guint16 bits);

/**
 * nn_tensor_new: makes a tensor with contiguous values from a view of a storage
 * @raw: the storage's bytes
 * @big_endian: the byte order of @raw's elements
 * @offset: the index of the view's first element in the storage, in elements
 * @strides: @n_dims strides in elements (a stride of 0 repeats the same element, as torch's expand() does); NULL if the
 * view is contiguous
 * If the values are contiguous, aligned float32 in this machine's byte order, the tensor references the storage and
 * copies nothing. Everything else is converted into memory of its own, which draws on the load's budget.
 * Errors: NN_ERROR_FORMAT for elements outside the storage; the message names @file and @name.
 */
NnTensor *nn_tensor_new (const gchar *name, NnDType dtype, GBytes *raw, gboolean big_endian, guint64 offset,
                         guint n_dims, const guint64 *dims, const guint64 *strides, const gchar *file, GError **error);

/* Converts @n elements of @dtype (a floating type) to float32. */
void nn_convert_to_float (gfloat *out, const guint8 *in, gsize n, NnDType dtype, gboolean big_endian);
/* Converts @n elements of @dtype (an integer type or BOOL) to int64; U64 values over 2^63 − 1 become negative. */
void nn_convert_to_int64 (gint64 *out, const guint8 *in, gsize n, NnDType dtype, gboolean big_endian);
