/* gst-resnet: fuzz target: the zip form of torch.save
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "fuzz-model.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  /* Files with other beginnings are the work of other targets. */
  if (size < 4 || memcmp (data, "PK\x03\x04", 4) != 0)
    return 0;
  return fuzz_model (data, size);
}
