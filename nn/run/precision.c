/* gst-resnet: the names of precisions
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/session.h>

#include "run/number-format.h"

const gchar *
nn_precision_to_string (NnPrecision precision)
{
  const gchar *name = nn_number_format_get_name (precision);

  g_return_val_if_fail (name, NULL);
  return name;
}

gboolean
nn_precision_from_string (const gchar *string, NnPrecision *precision)
{
  const gchar *name;

  for (guint i = 0; (name = nn_number_format_get_name (i)); i++) {
    if (g_str_equal (name, string)) {
      *precision = (NnPrecision)i;
      return TRUE;
    }
  }
  return FALSE;
}
