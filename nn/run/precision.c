/* gst-resnet: the names of precisions
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/session.h>

static const gchar *const names[] = {
  [NN_PRECISION_AUTO] = "auto",
  [NN_PRECISION_HIGHEST] = "highest",
  [NN_PRECISION_HIGH] = "high",
  [NN_PRECISION_MEDIUM] = "medium",
};

const gchar *
nn_precision_to_string (NnPrecision precision)
{
  g_return_val_if_fail ((guint)precision < G_N_ELEMENTS (names), NULL);
  return names[precision];
}

gboolean
nn_precision_from_string (const gchar *string, NnPrecision *precision)
{
  for (guint i = 0; i < G_N_ELEMENTS (names); i++) {
    if (g_str_equal (names[i], string)) {
      *precision = (NnPrecision)i;
      return TRUE;
    }
  }
  return FALSE;
}
