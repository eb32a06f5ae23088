/* gst-resnet: fuzz target: safetensors
 * SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz-model.h"

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  return fuzz_model (data, size);
}
