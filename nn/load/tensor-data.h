/* gst-resnet: from stored bytes to a tensor's values
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <nn/error.h>

#include "load/tensor.h"

/* No model file's values may take more than this, whatever the file claims. */
#define NN_LOAD_MAX_BYTES (G_GUINT64_CONSTANT (8) << 30)
/* Nor may a state dict have more tensors than this. */
#define NN_LOAD_MAX_TENSORS 100000
/* Nor may a tensor's name have more bytes: what is done with names is not all linear in their length. */
#define NN_LOAD_MAX_NAME 512

/**
 * NnBudget: how many bytes the loading of one file may still allocate
 *
 * A small file can ask for much memory: a deflated entry of zeros, a one-element storage expanded to a billion
 * elements, a thousand tensors over one fp16 storage. All of them draw on one budget that grows with the file, so that
 * memory stays within a constant factor of what the user put on disk.
 */
typedef struct {
  guint64 total, left;
} NnBudget;

/* 64 MiB + 64 bytes a byte of the file, at most NN_LOAD_MAX_BYTES. */
void nn_budget_init (NnBudget *budget, gsize file_size);
/* NN_ERROR_TOO_LARGE when @bytes are more than what is left; @what names the thing that wants them. */
gboolean nn_budget_take (NnBudget *budget, guint64 bytes, const gchar *file, const gchar *what, GError **error);

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
 * memory of its own, drawn from @budget.
 * Errors: NN_ERROR_FORMAT for elements outside the storage; names @file and @name.
 */
NnTensor *nn_tensor_new (const gchar *name, NnDType dtype, GBytes *raw, gboolean big_endian, guint64 offset,
                         guint n_dims, const guint64 *dims, const guint64 *strides, NnBudget *budget, const gchar *file,
                         GError **error);

/* @n elements of @dtype (a floating type) to float32. */
void nn_convert_to_float (gfloat *out, const guint8 *in, gsize n, NnDType dtype, gboolean big_endian);
/* @n elements of @dtype (an integer type or BOOL) to int64; of U64, those over 2^63 − 1 become negative. */
void nn_convert_to_int64 (gint64 *out, const guint8 *in, gsize n, NnDType dtype, gboolean big_endian);
