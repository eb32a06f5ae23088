/* gst-resnet: Conv
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "ops/op-settings.h"
#include "ops/op-spec.h"
#include "ops/op-types.h"
#include "ops/op-window.h"

/* This many output columns are summed at a time, in double. */
#define BLOCK 64

static const NnOpAttribute attributes[] = {
  NN_OP_WINDOW_ATTRIBUTES,
  { "kernel_shape", NN_ATTRIBUTE_INTS },
  { "dilations", NN_ATTRIBUTE_INTS },
  { "group", NN_ATTRIBUTE_INT, .number = 1 },
  { NULL },
};

static gboolean
check (const NnOperator *op, GError **error)
{
  if (nn_op_int (op, "group") < 1)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "group is %" G_GINT64_FORMAT ", should be at least 1",
                       nn_op_int (op, "group"));
  return nn_op_check_window (op, error);
}

static gboolean
infer (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0], *w = inputs[1], *b = nn_op_input (inputs, n_inputs, 2);
  guint64 dims[NN_TENSOR_MAX_DIMS], group = (guint64)nn_op_int (op, "group");
  NnOpWindow window;

  if (w->n_dims != x->n_dims)
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "its input has %u dimensions, its weight %u", x->n_dims, w->n_dims);
  if (!nn_operator_get_window (op, x, w, &window, error))
    return FALSE;
  if (w->dims[1] == 0 || x->dims[1] % group || x->dims[1] / group != w->dims[1])
    return nn_op_fail (op, error, NN_ERROR_FORMAT,
                       "its input has %" G_GUINT64_FORMAT " channels in %" G_GUINT64_FORMAT
                       " groups, its weight is for %" G_GUINT64_FORMAT " channels a group",
                       x->dims[1], group, w->dims[1]);
  if (w->dims[0] == 0 || w->dims[0] % group)
    return nn_op_fail (op, error, NN_ERROR_FORMAT,
                       "its weight has %" G_GUINT64_FORMAT " output channels, not a multiple of %" G_GUINT64_FORMAT
                       " groups",
                       w->dims[0], group);
  if (b && (b->n_dims != 1 || b->dims[0] != w->dims[0]))
    return nn_op_fail (op, error, NN_ERROR_FORMAT, "its bias should be of %" G_GUINT64_FORMAT " values", w->dims[0]);
  dims[0] = x->dims[0];
  dims[1] = w->dims[0];
  for (guint d = 0; d < window.n; d++)
    dims[2 + d] = (guint64)window.out[3 - window.n + d];
  return nn_op_set_type (op, outputs, x->dtype, x->n_dims, dims, error);
}

/* Adds one row of the kernel over a block of output columns. A column whose sample lies in the padding gets nothing. */
static void
add_kernel_row (const NnOpWindow *w, const gfloat *x, const gfloat *weight, gint64 first, gint64 n, gdouble *sum)
{
  for (gint64 k = 0; k < w->kernel[2]; k++) {
    gdouble v = weight[k];
    gint64 column = first * w->stride[2] - w->begin[2] + k * w->dilation[2];

    for (gint64 j = 0; j < n; j++, column += w->stride[2]) {
      if (column >= 0 && column < w->in[2])
        sum[j] += v * x[column];
    }
  }
}

/* Adds everything that one image's channels of a group give to a block. */
static void
add_channels (const NnOpWindow *w, const gfloat *x, const gfloat *weight, gint64 channels, gint64 od, gint64 oh,
              gint64 first, gint64 n, gdouble *sum)
{
  gint64 plane = w->in[0] * w->in[1] * w->in[2], rows = w->kernel[0] * w->kernel[1];

  for (gint64 c = 0; c < channels; c++) {
    for (gint64 r = 0; r < rows; r++) {
      gint64 d = od * w->stride[0] - w->begin[0] + r / w->kernel[1] * w->dilation[0];
      gint64 h = oh * w->stride[1] - w->begin[1] + r % w->kernel[1] * w->dilation[1];

      if (d >= 0 && d < w->in[0] && h >= 0 && h < w->in[1])
        add_kernel_row (w, x + c * plane + (d * w->in[1] + h) * w->in[2], weight + (c * rows + r) * w->kernel[2], first,
                        n, sum);
    }
  }
}

static gboolean
run (const NnOperator *op, const NnValue *const *inputs, guint n_inputs, NnValue *outputs, GError **error)
{
  const NnValue *x = inputs[0], *w = inputs[1], *b = nn_op_input (inputs, n_inputs, 2);
  NnOpWindow window;
  gint64 group = nn_op_int (op, "group"), channels = (gint64)w->dims[1], per_group = (gint64)w->dims[0] / group;
  gint64 in_plane, row, rows;
  gfloat *out = outputs->f32;

  if (!nn_operator_get_window (op, x, w, &window, error))
    return FALSE;
  in_plane = window.in[0] * window.in[1] * window.in[2];
  rows = window.out[0] * window.out[1];
  row = window.out[2];
  for (gint64 image = 0; image < (gint64)x->dims[0]; image++) {
    for (gint64 m = 0; m < (gint64)w->dims[0]; m++) {
      const gfloat *first = x->f32 + (image * group + m / per_group) * channels * in_plane;
      const gfloat *weight = w->f32 + m * channels * window.kernel[0] * window.kernel[1] * window.kernel[2];

      for (gint64 r = 0; r < rows; r++) {
        for (gint64 o = 0; o < row; o += BLOCK) {
          gint64 n = MIN (BLOCK, row - o);
          gdouble sum[BLOCK];

          for (gint64 j = 0; j < n; j++)
            sum[j] = b ? b->f32[m] : 0;
          add_channels (&window, first, weight, channels, r / window.out[1], r % window.out[1], o, n, sum);
          for (gint64 j = 0; j < n; j++)
            *out++ = (gfloat)sum[j];
        }
      }
    }
  }
  return TRUE;
}

const NnOpSpec nn_ops_conv[] = {
  { "Conv", 1, 0, 2, 3, 1, NN_OP_FLOAT, 3, 0, FALSE, attributes, check, infer, run, NULL },
  { NULL },
};
