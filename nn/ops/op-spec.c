/* gst-resnet: what describes an operator of ONNX
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ops/op-spec.h"

gboolean
nn_op_fail (const NnOperator *op, GError **error, NnError code, const gchar *format, ...)
{
  g_autofree gchar *reason = NULL;
  va_list args;

  va_start (args, format);
  reason = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, NN_ERROR, (gint)code, "%s (%s): %s", op->name, op->spec->type, reason);
  return FALSE;
}
