/* gst-resnet: the shape of what a node gives
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "graph/shape.h"

#include <string.h>

gchar *
nn_shape_string (const NnShape *shape)
{
  GString *string = g_string_new ("[");
  guint i;

  for (i = 0; i < shape->n_dims; i++)
    g_string_append_printf (string, "%s%" G_GUINT64_FORMAT, i ? ", " : "", shape->dims[i]);
  g_string_append_c (string, ']');
  return g_string_free (string, FALSE);
}

gboolean
nn_shape_same_dims (const NnShape *a, const NnShape *b)
{
  return a->n_dims == b->n_dims && memcmp (a->dims, b->dims, a->n_dims * sizeof *a->dims) == 0;
}
