/* gst-resnet: fuzz target: label files
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <nn/labels.h>

#include "fuzz-common.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  guint n;

  /* The first byte says how many classes the model has. */
  if (size < 1)
    return 0;
  n = data[0];
  for (guint way = 0; way < 2; way++) {
    g_autoptr (GError) error = NULL;
    g_auto (GStrv) labels
        = nn_labels_parse ((const gchar *)data + 1, size - 1, "fuzz", way == 0 ? MAX (n, 1) : 1000, NULL, &error);

    FUZZ_CHECK_RESULT (labels, error);
    if (labels && g_strv_length (labels) != (way == 0 ? MAX (n, 1) : 1000))
      FUZZ_FAIL ("another number of labels than was asked for\n");
    for (guint i = 0; labels && labels[i]; i++) {
      if (!g_utf8_validate (labels[i], -1, NULL))
        FUZZ_FAIL ("label %u is not UTF-8\n", i);
    }
  }
  return 0;
}
