/* gst-resnet: where a convolution's and a pool's windows lie
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * The formulas of output sizes are on ONNX's pages of Conv and MaxPool. With ceil_mode, a window that would start in
 * the padding behind the input is left out: PyTorch always did so, and ONNX says so now. */
#include <string.h>

#include "ops/op-window.h"

#include "ops/op-settings.h"
#include "ops/op-spec.h"

#define MAX_SIZE ((gint64)G_MAXINT32)

/* Reads a list of one value for each spatial dimension. If it is absent, each value is @fallback. */
static gboolean
read_list (const NnOperator *op, const gchar *name, guint n, gint64 least, gint64 fallback, gint64 *out, GError **error)
{
  const NnOpSetting *setting = nn_op_setting (op, name);

  if (setting->n && setting->n != n)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "%s has %u values, should have %u", name, setting->n, n);
  for (guint i = 0; i < n; i++) {
    out[i] = setting->n ? setting->ints[i] : fallback;
    if (out[i] < least || out[i] > MAX_SIZE)
      return nn_op_fail (op, error, NN_ERROR_FORMAT,
                         "%s holds %" G_GINT64_FORMAT ", should be at least %" G_GINT64_FORMAT, name, out[i], least);
  }
  return TRUE;
}

/* Works out one dimension. All numbers are below 2^31, so that nothing here overflows 64 bits. */
static gboolean
place (const NnOperator *op, const gchar *auto_pad, gboolean ceil_mode, guint d, NnOpWindow *w, GError **error)
{
  gint64 extent = (w->kernel[d] - 1) * w->dilation[d] + 1, in = w->in[d], stride = w->stride[d];
  gint64 room;

  if (strcmp (auto_pad, "NOTSET") != 0)
    w->begin[d] = w->end[d] = 0;
  if (g_str_has_prefix (auto_pad, "SAME")) {
    gint64 out = in / stride + (in % stride != 0), pad = MAX ((out - 1) * stride + extent - in, 0);
    gint64 less = pad / 2, more = pad - less;

    w->out[d] = out;
    w->begin[d] = strcmp (auto_pad, "SAME_UPPER") == 0 ? less : more;
    w->end[d] = pad - w->begin[d];
    return TRUE;
  }
  room = in + w->begin[d] + w->end[d] - extent;
  if (room < 0)
    return nn_op_fail (op, error, NN_ERROR_FORMAT,
                       "its kernel reaches over %" G_GINT64_FORMAT " elements, the padded input has %" G_GINT64_FORMAT,
                       extent, room + extent);
  w->out[d] = room / stride + 1;
  if (ceil_mode && strcmp (auto_pad, "NOTSET") == 0 && room % stride && w->out[d] * stride < in + w->begin[d])
    w->out[d]++;
  return TRUE;
}

static gboolean
place_all (const NnOperator *op, NnOpWindow *w, GError **error)
{
  const gchar *auto_pad = nn_op_string (op, "auto_pad");
  gboolean ceil_mode = nn_op_has (op, "ceil_mode") && nn_op_int (op, "ceil_mode") != 0;

  for (guint d = 0; d < w->n; d++) {
    if (!place (op, auto_pad, ceil_mode, d, w, error))
      return FALSE;
  }
  return TRUE;
}

/* Moves the spatial dimensions to the end of the three. */
static void
align (NnOpWindow *w)
{
  guint missing = 3 - w->n;
  gint64 *const fields[] = { w->in, w->out, w->kernel, w->stride, w->dilation, w->begin, w->end };

  for (guint f = 0; f < G_N_ELEMENTS (fields); f++) {
    memmove (fields[f] + missing, fields[f], w->n * sizeof (gint64));
    for (guint d = 0; d < missing; d++)
      fields[f][d] = f < 5 ? 1 : 0;
  }
}

gboolean
nn_operator_get_window (const NnOperator *op, const NnValue *x, const NnValue *weight, NnOpWindow *w, GError **error)
{
  gint64 pads[6];
  guint n;

  memset (w, 0, sizeof *w);
  if (x->n_dims < 3 || x->n_dims > 5)
    return nn_op_fail (op, error, x->n_dims < 3 ? NN_ERROR_FORMAT : NN_ERROR_UNSUPPORTED,
                       "its input has %u dimensions, 3 to 5 are taken", x->n_dims);
  w->n = n = x->n_dims - 2;
  if (!read_list (op, "kernel_shape", n, 1, 1, w->kernel, error)
      || !read_list (op, "strides", n, 1, 1, w->stride, error)
      || !read_list (op, "dilations", n, 1, 1, w->dilation, error) || !read_list (op, "pads", 2 * n, 0, 0, pads, error))
    return FALSE;
  for (guint d = 0; d < n; d++) {
    w->begin[d] = pads[d];
    w->end[d] = pads[n + d];
    if (x->dims[2 + d] == 0 || x->dims[2 + d] > (guint64)MAX_SIZE)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "its input has %" G_GUINT64_FORMAT " elements in dimension %u",
                         x->dims[2 + d], 2 + d);
    w->in[d] = (gint64)x->dims[2 + d];
    if (!weight)
      continue;
    if (weight->dims[2 + d] == 0 || weight->dims[2 + d] > (guint64)MAX_SIZE)
      return nn_op_fail (op, error, NN_ERROR_FORMAT, "its weight has %" G_GUINT64_FORMAT " elements in dimension %u",
                         weight->dims[2 + d], 2 + d);
    if (nn_op_setting (op, "kernel_shape")->n && (guint64)w->kernel[d] != weight->dims[2 + d])
      return nn_op_fail (op, error, NN_ERROR_FORMAT,
                         "kernel_shape says %" G_GINT64_FORMAT ", its weight has %" G_GUINT64_FORMAT, w->kernel[d],
                         weight->dims[2 + d]);
    w->kernel[d] = (gint64)weight->dims[2 + d];
  }
  if (!place_all (op, w, error))
    return FALSE;
  align (w);
  return TRUE;
}

gboolean
nn_op_check_window (const NnOperator *op, GError **error)
{
  static const gchar *const modes[] = { "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID", NULL };
  const gchar *auto_pad = nn_op_string (op, "auto_pad");

  if (!g_strv_contains (modes, auto_pad))
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "auto_pad is %s, not NOTSET, SAME_UPPER, SAME_LOWER or VALID",
                       auto_pad);
  return TRUE;
}
