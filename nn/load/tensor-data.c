/* gst-resnet: from stored bytes to a tensor's values
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "load/tensor-data.h"

#include "base/nn-budget.h"
#include "base/nn-memory.h"

#include <string.h>

gfloat
nn_half_to_float (guint16 bits)
{
  guint32 sign = (guint32)(bits & 0x8000) << 16;
  guint32 exponent = (bits >> 10) & 0x1f;
  guint32 mantissa = bits & 0x3ff;
  guint32 out;
  gfloat f;

  if (exponent == 0x1f) { /* infinity, NaN */
    out = sign | 0x7f800000 | mantissa << 13;
  } else if (exponent != 0) {
    out = sign | (exponent + 112) << 23 | mantissa << 13;
  } else { /* zero or subnormal: mantissa · 2^-24, which is exact in float32 */
    f = (gfloat)mantissa * 0x1p-24f;
    memcpy (&out, &f, sizeof out);
    out |= sign;
  }
  memcpy (&f, &out, sizeof f);
  return f;
}

gfloat
nn_bfloat16_to_float (guint16 bits)
{
  guint32 out = (guint32)bits << 16;
  gfloat f;

  memcpy (&f, &out, sizeof f);
  return f;
}

static inline guint64
read_element (const guint8 *p, gsize size, gboolean big_endian)
{
  guint64 v = 0;

  if (big_endian) {
    for (gsize i = 0; i < size; i++)
      v = v << 8 | p[i];
  } else {
    for (gsize i = size; i-- > 0;)
      v = v << 8 | p[i];
  }
  return v;
}

static inline gfloat
float_element (const guint8 *p, NnDType dtype, gboolean big_endian)
{
  switch (dtype) {
  case NN_DTYPE_F64: {
    guint64 bits = read_element (p, 8, big_endian);
    gdouble d;

    memcpy (&d, &bits, sizeof d);
    /* A number beyond float32's range becomes an infinity, as in IEEE 754 and in torch's .float(). C leaves the
     * conversion undefined only on machines without infinities. */
    return (gfloat)d;
  }
  case NN_DTYPE_F32: {
    guint32 bits = (guint32)read_element (p, 4, big_endian);
    gfloat f;

    memcpy (&f, &bits, sizeof f);
    return f;
  }
  case NN_DTYPE_F16:
    return nn_half_to_float ((guint16)read_element (p, 2, big_endian));
  default:
    return nn_bfloat16_to_float ((guint16)read_element (p, 2, big_endian));
  }
}

static inline gint64
int_element (const guint8 *p, NnDType dtype, gboolean big_endian)
{
  switch (dtype) {
  case NN_DTYPE_I64:
  case NN_DTYPE_U64:
    return (gint64)read_element (p, 8, big_endian);
  case NN_DTYPE_I32:
    return (gint32)read_element (p, 4, big_endian);
  case NN_DTYPE_I16:
    return (gint16)read_element (p, 2, big_endian);
  case NN_DTYPE_I8:
    return (gint8)*p;
  case NN_DTYPE_U8:
    return *p;
  case NN_DTYPE_U16:
  case NN_DTYPE_U32:
    return (gint64)read_element (p, dtype == NN_DTYPE_U16 ? 2 : 4, big_endian);
  default:
    return *p != 0;
  }
}

void
nn_convert_to_float (gfloat *out, const guint8 *in, gsize n, NnDType dtype, gboolean big_endian)
{
  gsize size = nn_dtype_size (dtype);

  if (dtype == NN_DTYPE_F32 && big_endian == (G_BYTE_ORDER == G_BIG_ENDIAN)) {
    if (n) /* memcpy() requires valid pointers even for zero bytes */
      memcpy (out, in, n * sizeof *out);
    return;
  }
  for (gsize i = 0; i < n; i++)
    out[i] = float_element (in + i * size, dtype, big_endian);
}

void
nn_convert_to_int64 (gint64 *out, const guint8 *in, gsize n, NnDType dtype, gboolean big_endian)
{
  gsize size = nn_dtype_size (dtype);

  for (gsize i = 0; i < n; i++)
    out[i] = int_element (in + i * size, dtype, big_endian);
}

static gboolean
is_contiguous (guint n_dims, const guint64 *dims, const guint64 *strides)
{
  guint64 expected = 1;

  for (guint i = n_dims; i-- > 0;) {
    if (dims[i] != 1 && strides[i] != expected)
      return FALSE;
    expected *= dims[i]; /* cannot overflow: the product was checked */
  }
  return TRUE;
}

/* Computes the index of the last element that a view touches; returns FALSE on overflow. It is only for views that have
 * elements. */
static gboolean
last_index (guint64 offset, guint n_dims, const guint64 *dims, const guint64 *strides, guint64 *last)
{
  *last = offset;
  for (guint i = 0; i < n_dims; i++) {
    guint64 reach;

    if (__builtin_mul_overflow (dims[i] - 1, strides[i], &reach) || __builtin_add_overflow (*last, reach, last))
      return FALSE;
  }
  return TRUE;
}

/* Copies a view in row-major order; it counts through all axes but the last like an odometer. */
static void
gather (gpointer out, NnDType dtype, const guint8 *base, gboolean big_endian, guint n_dims, const guint64 *dims,
        const guint64 *strides, gsize n_elements)
{
  gsize size = nn_dtype_size (dtype);
  guint64 at[NN_TENSOR_MAX_DIMS] = { 0 };
  gsize inner = n_dims ? (gsize)dims[n_dims - 1] : 1;
  gsize step = n_dims ? (gsize)strides[n_dims - 1] * size : 0;
  const guint8 *row = base;

  for (gsize done = 0; done < n_elements; done += inner) {
    if (nn_dtype_is_float (dtype)) {
      gfloat *f = (gfloat *)out + done;

      for (gsize i = 0; i < inner; i++)
        f[i] = float_element (row + i * step, dtype, big_endian);
    } else {
      gint64 *v = (gint64 *)out + done;

      for (gsize i = 0; i < inner; i++)
        v[i] = int_element (row + i * step, dtype, big_endian);
    }
    for (guint axis = n_dims; axis-- > 1;) {
      guint a = axis - 1;

      /* The pointer must never be past the last element, not even for a moment, because an axis of length one may have
       * any stride. */
      if (++at[a] < dims[a]) {
        row += strides[a] * size;
        break;
      }
      row -= (dims[a] - 1) * strides[a] * size;
      at[a] = 0;
    }
  }
}

NnTensor *
nn_tensor_new (const gchar *name, NnDType dtype, GBytes *raw, gboolean big_endian, guint64 offset, guint n_dims,
               const guint64 *dims, const guint64 *strides, const gchar *file, GError **error)
{
  guint64 row_major[NN_TENSOR_MAX_DIMS];
  gsize raw_size, n_elements, element = nn_dtype_size (dtype), bytes;
  const guint8 *data = g_bytes_get_data (raw, &raw_size);
  gboolean is_float = nn_dtype_is_float (dtype);
  NnTensor *tensor;
  gpointer values;

  if (!nn_shape_n_elements (n_dims, dims, &n_elements)) {
    g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                 "%s: tensor \"%s\" has a shape whose product is beyond all memory (or over %d dimensions)", file, name,
                 NN_TENSOR_MAX_DIMS);
    return NULL;
  }
  if (!strides && n_elements) {
    guint64 stride = 1;

    for (guint i = n_dims; i-- > 0;) {
      row_major[i] = stride;
      stride *= dims[i];
    }
    strides = row_major;
  }
  if (n_elements) {
    guint64 last;

    if (!last_index (offset, n_dims, dims, strides, &last) || last >= raw_size / element) {
      g_set_error (error, NN_ERROR, NN_ERROR_FORMAT,
                   "%s: tensor \"%s\" reaches outside its storage of %" G_GSIZE_FORMAT
                   " elements (offset, shape and strides do not fit)",
                   file, name, raw_size / element);
      return NULL;
    }
    data += offset * element;
  }

  if (!nn_budget_take (NN_LOAD_TENSOR_BYTES + 4 * strlen (name), file, name, error))
    return NULL;
  tensor = g_new0 (NnTensor, 1);
  tensor->name = g_strdup (name);
  tensor->dtype = dtype;
  tensor->n_dims = n_dims;
  for (guint i = 0; i < n_dims; i++)
    tensor->dims[i] = dims[i];
  tensor->n_elements = n_elements;

  if (dtype == NN_DTYPE_F32 && n_elements && big_endian == (G_BYTE_ORDER == G_BIG_ENDIAN)
      && (guintptr)data % G_ALIGNOF (gfloat) == 0 && is_contiguous (n_dims, dims, strides)) {
    tensor->f32 = (const gfloat *)(gconstpointer)data;
    tensor->storage = g_bytes_ref (raw);
    return tensor;
  }

  if (!nn_size_mul (n_elements, is_float ? sizeof (gfloat) : sizeof (gint64), &bytes))
    bytes = G_MAXSIZE;
  values = nn_aligned_alloc (bytes);
  if (!values) {
    nn_budget_no_memory (bytes, file, name, error);
    nn_tensor_free (tensor);
    return NULL;
  }
  if (n_elements) {
    if (is_float && is_contiguous (n_dims, dims, strides))
      nn_convert_to_float (values, data, n_elements, dtype, big_endian);
    else
      gather (values, dtype, data, big_endian, n_dims, dims, strides, n_elements);
  }
  tensor->storage = g_bytes_new_with_free_func (values, bytes, nn_aligned_free, values);
  if (is_float)
    tensor->f32 = values;
  else
    tensor->i64 = values;
  return tensor;
}
