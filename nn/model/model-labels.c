/* gst-resnet: labels for the outputs of a model
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model/model-labels.h"

#include <nn/labels.h>

gchar **
nn_model_labels_parse (guint n_outputs, const gchar *data, gsize size, const gchar *name, GPtrArray *warnings,
                       GError **error)
{
  g_autoptr (GError) of_two = NULL;
  gchar **labels, **one;

  if (n_outputs != 1)
    return nn_labels_parse (data, size, name, n_outputs, warnings, error);
  labels = nn_labels_parse (data, size, name, 2, warnings, &of_two);
  if (labels)
    return labels;
  one = nn_labels_parse (data, size, name, 1, warnings, NULL);
  if (!one) {
    g_propagate_prefixed_error (error, g_steal_pointer (&of_two),
                                "the network has one output, which two labels name, the first for no and the second "
                                "for yes: ");
    return NULL;
  }
  labels = g_new0 (gchar *, 3);
  labels[0] = g_strconcat ("not ", one[0], NULL);
  labels[1] = g_strdup (one[0]);
  if (warnings)
    g_ptr_array_add (warnings,
                     g_strdup_printf ("%s: the network's one output has one label, \"%s\", which is taken as what an "
                                      "output above 0 says; below 0 the answer is \"%s\"; two labels, the first for no "
                                      "and the second for yes, name both",
                                      name, labels[1], labels[0]));
  g_strfreev (one);
  return labels;
}
