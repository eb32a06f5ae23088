/* gst-resnet: fuzz target: the older form of torch.save, a bare pickle stream
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "fuzz-model.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* Files with other beginnings are the work of other targets. */
  if (size < 2 || memcmp (data, "\x80\x02", 2) != 0)
    return 0;
  return fuzz_model (data, size);
}
