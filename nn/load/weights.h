/* gst-resnet: named tensors out of an untrusted file
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>
#include <nn/error.h>

/* Model files above this are refused. */
#define NN_LOAD_MAX_FILE_BYTES (G_GUINT64_CONSTANT (8) << 30)
#define NN_TENSOR_MAX_DIMS 8

typedef enum {
  NN_DTYPE_F64,
  NN_DTYPE_F32,
  NN_DTYPE_F16,
  NN_DTYPE_BF16,
  NN_DTYPE_I64,
  NN_DTYPE_I32,
  NN_DTYPE_I16,
  NN_DTYPE_I8,
  NN_DTYPE_U8,
  NN_DTYPE_BOOL,
  NN_DTYPE_U16,
  NN_DTYPE_U32,
  NN_DTYPE_U64, /* up to 2^63 − 1: values are gint64 */
} NnDType;

/* "float32", "bfloat16", "int64": PyTorch's words without "torch." */
const gchar *nn_dtype_name (NnDType dtype);
/* Bytes of one element. */
gsize nn_dtype_size (NnDType dtype);
gboolean nn_dtype_is_float (NnDType dtype);

/**
 * NnTensor: one entry, contiguous in row-major order whatever its strides were in the file
 * @name: after the common prefix was taken off
 * @dtype: as stored; the values below are converted
 * @n_dims, @dims: shape; n_dims 0 is a scalar of one element
 * @f32: n_elements floats when @dtype is a floating type, else NULL
 * @i64: n_elements integers when it is not, else NULL
 * @storage: keeps what f32 or i64 points into alive
 */
typedef struct {
  gchar *name;
  NnDType dtype;
  guint n_dims;
  guint64 dims[NN_TENSOR_MAX_DIMS];
  gsize n_elements;
  const gfloat *f32;
  const gint64 *i64;
  GBytes *storage;
} NnTensor;

/* "[64, 3, 7, 7]", "[]" for a scalar; free with g_free(). */
gchar *nn_tensor_shape_string (const NnTensor *tensor);

/**
 * NnWeights: a state dict
 * @format: "safetensors", "PyTorch zip", "PyTorch legacy pickle" (static)
 * @name: what messages call the file
 * @sha256: of the file's bytes
 * @tensors: NnTensor *, in file order
 * @metadata: string → string, safetensors' __metadata__; empty elsewhere
 * @beside: string → string, what files beside the model say (load/sidecar.h); empty for a model in memory
 * @warnings: gchar *: what a user should know although it could be loaded
 */
typedef struct {
  const gchar *format;
  gchar *name;
  gchar *sha256;
  GPtrArray *tensors;
  GHashTable *by_name;
  GHashTable *metadata;
  GHashTable *beside;
  GPtrArray *warnings;
} NnWeights;

/**
 * nn_weights_load: by content, never by name; a checkpoint that nests its state dict (state_dict, model,
 * model_state_dict, net, …) is unwrapped, a prefix that all names share (module., _orig_mod., model., backbone., … also
 * several in a row) is taken off. Told apart in the error: an optimizer checkpoint without a model, a whole pickled
 * module, a TorchScript archive, ONNX, HDF5 (Keras), a Git LFS pointer, an HTML page, an empty file, a directory.
 */
NnWeights *nn_weights_load (const gchar *path, GError **error);
NnWeights *nn_weights_load_bytes (GBytes *bytes, const gchar *name, GError **error);
/* Reads what lies beside the file at @path, into @beside. */
void nn_weights_look_beside (NnWeights *weights, const gchar *path);
void nn_weights_free (NnWeights *weights);

/* NULL when there is none of that name. */
const NnTensor *nn_weights_get (const NnWeights *weights, const gchar *name);

/* For builders and tests: an empty set; adding takes the tensor's name and shape and copies nothing (the bytes are
 * referenced, n_elements × float32). */
NnWeights *nn_weights_new (const gchar *format, const gchar *name);
void nn_weights_add_f32 (NnWeights *weights, const gchar *name, guint n_dims, const guint64 *dims, GBytes *f32);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NnWeights, nn_weights_free)
